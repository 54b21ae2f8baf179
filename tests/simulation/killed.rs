//! The real program on a real store against a real server, killed (SIGKILL) at random moments: it starts again and ends
//! with what must be so. `KILLS=500 cargo test --test claimgate -- killed` kills so often.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use claimgate::gateway::{Clock, Gateway, Setup};
use claimgate::payer::Route;
use claimgate::sandbox::{Credentials, Manners, Server, practice};
use jiff::Timestamp;
use jiff::civil::date;

use super::insurer::Insurer;
use super::invariants::{self, Replies};
use super::{number, person};
use crate::breaks::draw::Draw;

/// So many where nobody asks for more.
const KILLS: u64 = 12;
const CHARTS_EACH: u64 = 6;
/// Long enough for a round of work in a debug build.
const LIFE_MILLISECONDS_MAX: usize = 1_500;
const DAY: i64 = 86_400;

/// Starts the program and kills it when it has lived so long; whether it was killed before it ended. Without a life it
/// may end.
fn live(mut command: Command, life: Option<Duration>) -> bool {
    let mut child: Child = command.spawn().unwrap();
    match life {
        Some(life) => std::thread::sleep(life),
        None => drop(child.wait().unwrap()),
    }
    let ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    !ended
}

fn configure(directory: &Path, route: Route) {
    let Setup {
        mut config,
        mut partners,
        ..
    } = Setup::sandbox();
    config.data = "store".into();
    let partner = &mut partners[0];
    partner.routes = vec![route];
    partner.limits.claims_per_set = 3;
    partner.limits.sets_per_interchange = 2;
    std::fs::create_dir(directory.join("payers")).unwrap();
    let write = |name: &str, text: String| std::fs::write(directory.join(name), text).unwrap();
    write("claimgate.toml", toml::to_string(&config).unwrap());
    write("payers/sandbox.toml", toml::to_string(partner).unwrap());
}

fn charts(file: &Path, from: u64) {
    let charts = from..from + CHARTS_EACH;
    let lines = charts.map(|number| {
        let chart = practice::chart(number, date(2026, 11, 18));
        serde_json::to_string(&chart).unwrap() + "\n"
    });
    std::fs::write(file, lines.collect::<String>()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_starts_again_and_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().to_owned();
    let time = Arc::new(AtomicI64::new(Timestamp::now().as_second()));
    let mut insurer = Insurer::new(7, time.clone());
    insurer.is_calm = true;
    let insurer = Arc::new(Mutex::new(insurer));
    let credentials = Credentials::make(&path, Timestamp::now()).unwrap();
    let server = Server::start(
        ([127, 0, 0, 1], 0).into(),
        &credentials,
        insurer.clone(),
        Manners::new(),
        Timestamp::now,
    )
    .await
    .unwrap();
    configure(&path, Route::CoreSoap(server.route(&credentials)));
    let config = path.join("claimgate.toml");
    let seed = number("KILLS_SEED", 1);
    let kills = number("KILLS", KILLS);
    let killed = tokio::task::spawn_blocking(move || {
        let mut draw = Draw::new(seed);
        let (mut killed, mut charted) = (0, 0);
        while killed < kills {
            time.store(Timestamp::now().as_second(), Ordering::Relaxed);
            let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if draw.chance(50) {
                let file = path.join("charts.ndjson");
                // Whoever was not told that charts were taken sends them again.
                charts(&file, charted);
                command.arg("submit").arg(&file);
            } else {
                command.arg("work");
            }
            command.arg("--config").arg(&config);
            let is_submit = command.get_args().next().is_some_and(|one| one == "submit");
            let life = Duration::from_millis(draw.below(LIFE_MILLISECONDS_MAX) as u64);
            match live(command, draw.chance(75).then_some(life)) {
                true => killed += 1,
                false if is_submit => charted += CHARTS_EACH,
                false => {}
            }
        }
        (path, charted)
    });
    let (path, charted) = killed.await.unwrap();

    // It ends in good order: no kill any more, days pass, and a person settles what is in doubt.
    let now = Arc::new(AtomicI64::new(Timestamp::now().as_second()));
    let told = now.clone();
    let clock = Clock::new(move || Timestamp::from_second(told.load(Ordering::Relaxed)).unwrap());
    let setup = Setup::load(Some(&path.join("claimgate.toml"))).unwrap();
    let gateway = Gateway::open_with(setup, &path.join("store"), clock)
        .await
        .unwrap();
    for _ in 0..6 {
        now.fetch_add(DAY, Ordering::Relaxed);
        person::settle(&gateway, &insurer).await;
        gateway.work().await.unwrap();
    }
    now.fetch_add(90 * DAY, Ordering::Relaxed);
    gateway.remind().await.unwrap();
    let readings: Vec<_> = (0..charted)
        .map(|number| practice::reading(number, date(2026, 11, 18)))
        .collect();
    let taken = gateway.take(&readings, "again").await.unwrap();
    let claims: BTreeSet<String> = taken.into_iter().flat_map(|one| one.claims).collect();
    let held = invariants::hold(&gateway, &insurer, &claims, Replies::MayBeLost).await;
    held.unwrap_or_else(|breach| panic!("KILLS_SEED={seed} KILLS={kills}: {breach}"));
    let arrived = insurer.lock().unwrap().arrived.len();
    assert!(!claims.is_empty(), "nothing was ever taken in");
    println!(
        "{kills} kills, {} claims, {arrived} interchanges",
        claims.len()
    );
}
