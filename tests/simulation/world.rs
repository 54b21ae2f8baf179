//! One world: a gateway with a real store, an insurer behind two bad roads, a person, a clock, and crashes. After some
//! turns all goes well, and what must be so then is checked.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use claimgate::gateway::{Clock, Gateway, Setup, Verdict};
use claimgate::sandbox::practice;
use claimgate::store::fault;
use claimgate::transport::Transport;
use jiff::Timestamp;
use jiff::civil::date;

use super::insurer::{Insurer, Route, Tally};
use super::invariants::{self, Replies};
use super::{PARTNER, person};
use crate::breaks::draw::Draw;

const DAY: i64 = 86_400;
/// Long enough for every answer that is still to come.
const CALM_ROUNDS: usize = 20;
const CALM_PAUSE: i64 = DAY / 2;
pub(super) struct World {
    directory: tempfile::TempDir,
    draw: Draw,
    time: Arc<AtomicI64>,
    road: Route,
    gateway: Option<Gateway>,
    /// Charts that are to come in, and those of which the gateway said that it has them.
    charts: std::ops::Range<u64>,
    taken: BTreeSet<String>,
    /// What happened, for whoever looks for the cause of a breach.
    pub(super) story: Vec<String>,
    crashes: usize,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let time = Arc::new(AtomicI64::new(1_795_000_000));
        let insurer = Insurer::new(seed, time.clone());
        let mut draw = Draw::new(seed);
        let first = draw.below(100_000) as u64;
        Self {
            directory: tempfile::tempdir_in(super::fast_directory()).unwrap(),
            draw,
            time,
            road: Route {
                insurer: Arc::new(Mutex::new(insurer)),
            },
            gateway: None,
            charts: first..first,
            taken: BTreeSet::new(),
            story: Vec::new(),
            crashes: 0,
        }
    }

    /// Runs the world to its end.
    pub(super) async fn run(&mut self) -> Result<(), String> {
        for _ in 0..self.draw.between(10, 40) {
            self.turn().await;
        }
        self.road.lock().is_calm = true;
        self.story.push("calm".into());
        for _ in 0..CALM_ROUNDS {
            self.pass(CALM_PAUSE);
            self.person().await;
            self.take_charts().await;
            self.work(None).await;
        }
        // Past every deadline, so that whatever still waits must be told.
        self.pass(90 * DAY);
        self.work(None).await;
        self.check().await
    }

    /// How often each fault happened.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.road.lock().tally.clone();
        tally.insert("crashes", self.crashes);
        tally
    }

    async fn turn(&mut self) {
        let crash = self.draw.chance(50).then(|| self.draw.between(1, 40));
        match self.draw.below(100) {
            0..=29 => {
                self.charts.end += self.draw.between(1, 4) as u64;
                match crash {
                    None => self.take_charts().await,
                    Some(places) => self.crash_in_intake(places).await,
                }
            }
            30..=69 => self.work(crash).await,
            70..=84 => {
                let seconds = match self.draw.below(3) {
                    0 => self.draw.below(300) as i64,
                    1 => self.draw.below(12 * 3_600) as i64,
                    _ => self.draw.below(5 * 86_400) as i64,
                };
                self.pass(seconds);
            }
            // Somebody sets the clock.
            85..=88 => {
                let back = self.draw.below(1_800) as i64;
                self.pass(-back);
            }
            _ => self.person().await,
        }
    }

    fn pass(&mut self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::Relaxed);
        self.story.push(format!("{seconds} s pass"));
    }

    /// The running gateway; it may crash while it starts.
    async fn gateway(&mut self) -> &Gateway {
        while self.gateway.is_none() {
            let time = self.time.clone();
            let clock =
                Clock::new(move || Timestamp::from_second(time.load(Ordering::Relaxed)).unwrap());
            let mut setup = Setup::sandbox();
            setup.partners[0].limits.claims_per_set = 3;
            setup.partners[0].limits.sets_per_interchange = 2;
            let crash = self.draw.chance(20).then(|| self.draw.between(1, 6));
            let opening = Gateway::open_with(setup, self.directory.path(), clock);
            let Some(opened) = fault::crash_after(crash.unwrap_or(usize::MAX), opening).await
            else {
                self.crash("starting");
                continue;
            };
            let mut gateway = opened.unwrap();
            let road = || Transport::memory(self.road.clone());
            gateway.set_transports(PARTNER, [("first", road()), ("second", road())]);
            self.gateway = Some(gateway);
        }
        self.gateway.as_ref().unwrap()
    }

    /// A round of every job, ended by a crash after so many places.
    async fn work(&mut self, crash: Option<usize>) {
        let gateway = self.gateway().await;
        let done = fault::crash_after(crash.unwrap_or(usize::MAX), gateway.work()).await;
        match done {
            Some(round) => {
                let round = round.unwrap();
                self.story.push(format!("{round:?}"));
            }
            None => self.crash("working"),
        }
    }

    fn crash(&mut self, doing: &str) {
        self.story.push(format!("crash while {doing}"));
        self.crashes += 1;
        self.gateway = None;
    }

    /// Whoever sends charts sends them until the gateway says that it has them.
    async fn take_charts(&mut self) {
        let readings: Vec<_> = self
            .charts
            .clone()
            .map(|number| practice::reading(number, date(2026, 11, 18)))
            .collect();
        let taken = self.gateway().await.take(&readings, "world").await.unwrap();
        let known = taken
            .iter()
            .filter(|one| one.verdict != Verdict::Held)
            .flat_map(|one| one.claims.clone());
        self.taken.extend(known);
        self.charts = self.charts.end..self.charts.end;
        self.story.push(format!("{} charts", taken.len()));
    }

    async fn crash_in_intake(&mut self, places: usize) {
        let readings: Vec<_> = self
            .charts
            .clone()
            .map(|number| practice::reading(number, date(2026, 11, 18)))
            .collect();
        let gateway = self.gateway().await;
        let done = fault::crash_after(places.min(3), gateway.take(&readings, "world")).await;
        if done.is_none() {
            self.crash("taking charts");
        }
    }

    /// A person finds out what nobody else can, and tries what rests.
    async fn person(&mut self) {
        let road = self.road.clone();
        let gateway = self.gateway().await;
        let said = person::settle(gateway, &road.insurer).await;
        let partner = gateway.setup.partner(PARTNER).unwrap();
        gateway.pick_up_from(partner).await.unwrap();
        self.story.push(format!("a person looked: {said:?}"));
    }

    /// What must be so in the end.
    async fn check(&mut self) -> Result<(), String> {
        let road = self.road.clone();
        let taken = self.taken.clone();
        let gateway = self.gateway().await;
        invariants::hold(gateway, &road.insurer, &taken, Replies::Stored).await
    }
}
