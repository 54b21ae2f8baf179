//! The outbox against a real insurer over TLS, killed (SIGKILL) at every step: each claim is either unsent or
//! `unknown` afterwards, never lost, and never sent twice.

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use claimgate::exchange::submission::State;
use claimgate::gateway::Setup;
use claimgate::payer::Route;
use claimgate::sandbox::Manner;
use claimgate::store::Store;

use crate::transport::Setting;

const CHART: &str = "fixtures/charts/professional/office-visit.json";

/// A configuration whose one partner is the sandbox.
fn configure(setting: &Setting) {
    let Setup {
        mut config,
        mut partners,
        ..
    } = Setup::sandbox();
    config.data = "store".into();
    let mut route = setting.server.route(&setting.credentials);
    route.total_timeout_seconds = 20;
    partners[0].routes = vec![Route::CoreSoap(route)];
    let dir = setting.directory();
    fs::create_dir(dir.join("payers")).unwrap();
    let write = |name: &str, text: String| fs::write(dir.join(name), text).unwrap();
    write("claimgate.toml", toml::to_string(&config).unwrap());
    write(
        "payers/sandbox.toml",
        toml::to_string(&partners[0]).unwrap(),
    );
}

fn command(setting: &Setting) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["submit", CHART, "--config"])
        .arg(setting.directory().join("claimgate.toml"))
        .stdin(Stdio::null());
    command
}

async fn run(mut command: Command) -> Output {
    let running = tokio::task::spawn_blocking(move || command.output());
    running.await.unwrap().unwrap()
}

/// How many submissions stand in each state.
async fn states(setting: &Setting) -> Vec<(String, i64)> {
    let store = Store::open(&setting.directory().join("store"))
        .await
        .unwrap();
    store.submission_counts().await.unwrap()
}

fn one(state: State) -> Vec<(String, i64)> {
    vec![(state.name().to_owned(), 1)]
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Killed at a place, then run again: how often the insurer has it at the kill and in the end, and where the
/// submission stands.
async fn check(place: &str, at_kill: usize, in_the_end: usize, state: State) {
    let setting = Setting::new().await;
    configure(&setting);
    let mut first = command(&setting);
    first.env("CLAIMGATE_KILL_AT", place);
    let killed = run(first).await;
    assert_eq!(killed.status.code(), None, "{place}: {}", told(&killed));
    assert_eq!(setting.received(), at_kill, "{place}");
    for _ in 0..2 {
        let output = run(command(&setting)).await;
        let done = i32::from(state != State::Sent);
        assert_eq!(
            output.status.code(),
            Some(done),
            "{place}: {}",
            told(&output)
        );
        assert_eq!(setting.received(), in_the_end, "{place}");
    }
    assert_eq!(states(&setting).await, one(state), "{place}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_anywhere_nothing_is_lost_or_doubled() {
    check("before-queue", 0, 1, State::Sent).await;
    check("after-queue", 0, 1, State::Sent).await;
    check("before-start", 0, 1, State::Sent).await;
    check("after-start", 0, 0, State::Unknown).await;
    check("after-send", 1, 1, State::Unknown).await;
    check("after-record", 1, 1, State::Sent).await;
}

/// The insurer has the claims, the answer is still on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_the_insurer_answers_it_is_unknown() {
    let setting = Setting::new().await;
    configure(&setting);
    setting.manners.next(Manner::Slow(Duration::from_secs(60)));
    let mut sending = command(&setting)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while setting.received() == 0 {
        assert!(
            sending.try_wait().unwrap().is_none(),
            "it ended before it was killed"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    sending.kill().unwrap();
    sending.wait().unwrap();
    let again = run(command(&setting)).await;
    assert!(
        told(&again).contains("1 interchanges unknown"),
        "{}",
        told(&again)
    );
    assert_eq!(
        (setting.received(), states(&setting).await),
        (1, one(State::Unknown))
    );
}

/// Each way of failing leaves the submission where it belongs, and it is not sent again at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_leave_a_submission_where_it_belongs() {
    let refuse = Manner::Refuse {
        code: "PayloadTypeIllegal".into(),
        message: "no".into(),
    };
    for (manner, received, state) in [
        (Manner::RefuseConnection, 0, State::Queued),
        (Manner::HangUp, 1, State::Unknown),
        (Manner::Crash, 1, State::Unknown),
        (refuse, 0, State::Rejected),
    ] {
        let setting = Setting::new().await;
        configure(&setting);
        setting.manners.next(manner.clone());
        for _ in 0..2 {
            run(command(&setting)).await;
            assert_eq!(setting.received(), received, "{manner:?}");
            assert_eq!(states(&setting).await, one(state), "{manner:?}");
        }
    }
}
