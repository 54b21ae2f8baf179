//! One world: a gateway with a real store, an insurer behind two bad roads, a person, a clock, and crashes. After some
//! turns all goes well, and what must be so then is checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use claimgate::claim::Money;
use claimgate::exchange::reply;
use claimgate::exchange::submission::State;
use claimgate::gateway::{Clock, Gateway, Settlement, Setup, Verdict};
use claimgate::reconcile::Subject;
use claimgate::sandbox::practice;
use claimgate::store::{StoredSubmission, fault};
use claimgate::transport::Transport;
use jiff::Timestamp;
use jiff::civil::date;

use super::insurer::{Insurer, Route, Tally};
use crate::breaks::draw::Draw;

const PARTNER: &str = "sandbox";
const DAY: i64 = 86_400;
/// Long enough for every answer that is still to come.
const CALM_ROUNDS: usize = 20;
const CALM_PAUSE: i64 = DAY / 2;
const STATES: [State; 7] = [
    State::Queued,
    State::Sending,
    State::Unknown,
    State::Sent,
    State::Acknowledged,
    State::Rejected,
    State::Withdrawn,
];

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

    /// A person finds out what nobody else can, truthfully, and tries what rests.
    async fn person(&mut self) {
        let now = self.story.len();
        let road = self.road.clone();
        let submissions = submissions(self.gateway().await).await;
        for one in submissions {
            let arrived = road.lock().arrived.contains_key(&one.control_number);
            let settlement = match one.submission.state {
                State::Unknown if arrived => Settlement::Arrived,
                State::Unknown => Settlement::NotArrived,
                State::Queued if one.submission.attempts > 3 => Settlement::Again,
                State::Rejected if !arrived => Settlement::Again,
                _ => continue,
            };
            let gateway = self.gateway().await;
            let settled = gateway.settle(PARTNER, one.control_number, settlement);
            let settled = settled.await.unwrap();
            self.story.push(format!(
                "{}: {settlement:?}: {settled:?}",
                one.control_number
            ));
        }
        let gateway = self.gateway().await;
        let partner = gateway.setup.partner(PARTNER).unwrap();
        gateway.pick_up_from(partner).await.unwrap();
        if self.story.len() == now {
            self.story.push("a person looked".into());
        }
    }

    /// What must be so in the end.
    async fn check(&mut self) -> Result<(), String> {
        let road = self.road.clone();
        let taken = self.taken.clone();
        let gateway = self.gateway().await;
        control_numbers_are_used_once(&road.lock())?;
        nothing_is_taken_twice(&road.lock())?;
        let told = told(gateway).await;
        let states: BTreeMap<String, String> = gateway
            .store
            .claim_accounts("", 100_000)
            .await
            .unwrap()
            .into_iter()
            .map(|one| (one.claim, one.state))
            .collect();
        if let Some(lost) = taken.iter().find(|claim| !states.contains_key(*claim)) {
            return Err(format!("claim {lost} was taken and is gone"));
        }
        let submissions = submissions(gateway).await;
        let mut of = BTreeMap::new();
        for one in &submissions {
            for claim in gateway.store.claims_of(one.id, None).await.unwrap() {
                of.insert(claim, format!("{PARTNER} {}", one.control_number));
            }
        }
        for (claim, state) in &states {
            let is_final = matches!(state.as_str(), "paid" | "denied");
            let is_told =
                told.contains(claim) || of.get(claim).is_some_and(|one| told.contains(one));
            if !is_final && !is_told {
                return Err(format!("claim {claim} is {state}, and nobody is told"));
            }
        }
        for one in &submissions {
            let arrived = road.lock().arrived.contains_key(&one.control_number);
            let state = one.submission.state;
            if matches!(state, State::Sent | State::Acknowledged) && !arrived
                || matches!(state, State::Queued | State::Sending | State::Unknown)
            {
                return Err(format!(
                    "interchange {} is {state:?} and arrived: {arrived}",
                    one.control_number
                ));
            }
        }
        let delivered = road.lock().delivered.clone();
        for bytes in &delivered {
            if gateway.keep_file("again", bytes).await.unwrap() {
                return Err("a reply that was handed out is not stored".into());
            }
        }
        let totals = gateway.store.totals().await.unwrap();
        let (transferred, deposited) = handed_out(&delivered);
        if !totals.is_balanced()
            || totals.transferred != transferred
            || totals.deposited != deposited
        {
            return Err(format!(
                "money: {totals:?}, remittances {transferred}, deposits {deposited}"
            ));
        }
        Ok(())
    }
}

fn control_numbers_are_used_once(insurer: &Insurer) -> Result<(), String> {
    for (number, arrivals) in &insurer.arrived {
        if arrivals.iter().any(|bytes| *bytes != arrivals[0]) {
            return Err(format!(
                "control number {number} was used for two interchanges"
            ));
        }
        if arrivals.len() > 1 {
            return Err(format!(
                "interchange {number} arrived {} times",
                arrivals.len()
            ));
        }
    }
    Ok(())
}

fn nothing_is_taken_twice(insurer: &Insurer) -> Result<(), String> {
    let mut taken = BTreeMap::<String, u32>::new();
    for &number in insurer.arrived.keys() {
        for (set, claim) in insurer.claims(number) {
            if insurer.taken_sets.contains(&(number, set))
                && let Some(before) = taken.insert(claim.clone(), number)
            {
                return Err(format!(
                    "claim {claim} was taken from interchanges {before} and {number}"
                ));
            }
        }
    }
    Ok(())
}

/// Claims and interchanges that the worklist speaks of.
async fn told(gateway: &Gateway) -> BTreeSet<String> {
    let items = gateway.store.worklist().await.unwrap();
    items
        .into_iter()
        .filter_map(|one| match one.item.subject {
            Subject::Claim(name) | Subject::Submission(name) => Some(name),
            _ => None,
        })
        .collect()
}

async fn submissions(gateway: &Gateway) -> Vec<StoredSubmission> {
    let mut all = Vec::new();
    for state in STATES {
        all.extend(gateway.store.submissions_in(state).await.unwrap());
    }
    all
}

/// What the remittances and deposits come to that the insurer handed out whole.
fn handed_out(delivered: &BTreeSet<Vec<u8>>) -> (Money, Money) {
    let (mut transferred, mut deposited) = (Money::ZERO, Money::ZERO);
    for bytes in delivered {
        if claimgate::transaction::eft::is_eft(bytes) {
            let file = claimgate::transaction::eft::read(bytes);
            deposited += file.deposits.iter().map(|one| one.amount).sum::<Money>();
            continue;
        }
        for reply in reply::read(bytes).0 {
            let paid = reply.remittances.iter();
            transferred += paid
                .filter_map(|one| one.remittance.header.amount)
                .sum::<Money>();
        }
    }
    (transferred, deposited)
}
