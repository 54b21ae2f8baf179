//! The gateway's jobs against the insurer, with a partner in memory between them: answers late, twice, in any order,
//! cut, wrong, or for somebody else.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use claimgate::chart::{Code, Finding};
use claimgate::claim::Money;
use claimgate::exchange::submission;
use claimgate::gateway::{Clock, Gateway, NotSettled, Settled, Settlement, Setup, Verdict, clock};
use claimgate::sandbox::{Answer, Insurer, SandboxPayer, practice};
use claimgate::store::Totals;
use claimgate::transport::{
    Incoming, Memory, Outgoing, Partner, PickUp, PickUpError, Queue, Receipt, SendError, Transport,
};
use jiff::Timestamp;
use jiff::civil::date;
use proptest::prelude::*;

/// A gateway whose one partner is in memory.
struct Desk {
    gateway: Gateway,
    memory: Memory,
    _directory: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut setup = Setup::sandbox();
        setup.partners[0].limits.claims_per_set = 20;
        setup.partners[0].limits.sets_per_interchange = 2;
        let mut gateway = Gateway::open(setup, directory.path()).await.unwrap();
        let memory = Memory::new();
        gateway.set_transports("sandbox", [("memory", Transport::memory(memory.clone()))]);
        Self {
            gateway,
            memory,
            _directory: directory,
        }
    }

    /// Charts of the invented practice, billed and sent.
    async fn submit(&self, numbers: std::ops::Range<u64>) {
        let readings: Vec<_> = numbers
            .map(|number| practice::reading(number, date(2026, 11, 24)))
            .collect();
        self.gateway.take(&readings, "test").await.unwrap();
        self.gateway.queue().await.unwrap();
        self.gateway.send().await.unwrap();
    }

    async fn ingest(&self, bytes: &[u8]) -> claimgate::gateway::Ingested {
        self.gateway.keep_file("test", bytes).await.unwrap();
        self.gateway.ingest().await.unwrap()
    }

    /// Kind and reason of each entry of the worklist.
    async fn worklist(&self) -> Vec<String> {
        self.gateway.remind().await.unwrap();
        let items = self.gateway.store.worklist().await.unwrap();
        items
            .iter()
            .map(|one| format!("{} {}", one.item.kind.name(), one.item.reason))
            .collect()
    }

    async fn states(&self) -> Vec<(String, String)> {
        let accounts = self.gateway.store.claim_accounts("", 10_000).await.unwrap();
        accounts
            .into_iter()
            .map(|one| (one.claim, one.state))
            .collect()
    }

    async fn totals(&self) -> Totals {
        self.gateway.store.totals().await.unwrap()
    }
}

/// Everything that the insurer answers to what was sent.
fn answers(insurer: &mut SandboxPayer, sent: &[&[u8]]) -> Vec<Answer> {
    let now = clock::now();
    for (index, bytes) in sent.iter().enumerate() {
        insurer.receive("", &index.to_string(), bytes, now);
    }
    let mut all: Vec<Answer> = std::iter::from_fn(|| insurer.acknowledgment(now)).collect();
    all.extend(std::iter::from_fn(|| insurer.result(now)));
    all
}

fn answers_to(desk: &Desk) -> Vec<Answer> {
    let sent = desk.memory.sent();
    let sent: Vec<&[u8]> = sent.iter().map(|one| &one.bytes[..]).collect();
    answers(&mut SandboxPayer::default(), &sent)
}

/// What somebody who looks sees in the end.
async fn picture(desk: &Desk) -> (Vec<(String, String)>, Totals, Vec<String>) {
    (
        desk.states().await,
        desk.totals().await,
        desk.worklist().await,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// However the answers come, twice and in any order, the end is the same, and the money adds up.
    #[test]
    fn order_and_repetition_make_no_difference(
        order in proptest::collection::vec(any::<prop::sample::Index>(), 40),
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let desk = Desk::new().await;
            desk.submit(0..60).await;
            let answers = answers_to(&desk);
            assert!(answers.len() > 5, "{answers:?}");
            for answer in &answers {
                desk.ingest(&answer.bytes).await;
            }
            let straight = picture(&desk).await;
            assert!(straight.1.is_balanced(), "{:?}", straight.1);

            let other = Desk::new().await;
            other.submit(0..60).await;
            for index in &order {
                other.ingest(&index.get(&answers).bytes).await;
            }
            for answer in answers.iter().rev() {
                other.ingest(&answer.bytes).await;
            }
            assert_eq!(picture(&other).await, straight);
        });
    }
}

/// A claim that the insurer's own guide turns away takes its set down; the others of the set go again by themselves.
#[tokio::test]
async fn bystanders_of_a_rejected_set_go_again() {
    let desk = Desk::new().await;
    let by_mail = (0..2_000)
        .find(|&number| {
            let chart = practice::chart(number, date(2026, 11, 24));
            chart.attachments.iter().any(|one| one.transmission == "BM")
        })
        .unwrap();
    desk.submit(by_mail..by_mail + 10).await;
    let mut insurer = SandboxPayer::default();
    let mut sent = 0;
    loop {
        let all = desk.memory.sent();
        if all.len() == sent {
            break;
        }
        let new: Vec<&[u8]> = all[sent..].iter().map(|one| &one.bytes[..]).collect();
        sent = all.len();
        for answer in answers(&mut insurer, &new) {
            desk.ingest(&answer.bytes).await;
        }
        desk.gateway.queue().await.unwrap();
        desk.gateway.send().await.unwrap();
    }
    assert_eq!(sent, 2, "the set, and its bystanders once more");
    let worklist = desk.worklist().await;
    let rejected: Vec<_> = worklist
        .iter()
        .filter(|one| one.starts_with("rejected 999"))
        .collect();
    assert_eq!(rejected.len(), 1, "{worklist:?}");
    assert!(rejected[0].contains("PWK at "), "{rejected:?}");
    let states = desk.states().await;
    let waiting = states.iter().filter(|(_, state)| state == "ready").count();
    assert_eq!(waiting, 0, "{states:?}");
    assert!(desk.totals().await.is_balanced());
}

/// An acknowledgment settles what nobody knew.
#[tokio::test]
async fn an_answer_settles_an_unknown_send() {
    let desk = Desk::new().await;
    desk.memory
        .fail_next(claimgate::transport::SendError::Uncertain {
            reason: "cut".into(),
        });
    desk.submit(0..3).await;
    let store = &desk.gateway.store;
    let unknown = submission::State::Unknown;
    assert_eq!(store.submissions_in(unknown).await.unwrap().len(), 1);
    assert!(
        desk.worklist()
            .await
            .iter()
            .any(|one| one.starts_with("unknown "))
    );
    for answer in answers_to(&desk) {
        desk.ingest(&answer.bytes).await;
    }
    assert!(store.submissions_in(unknown).await.unwrap().is_empty());
    assert!(
        !desk
            .worklist()
            .await
            .iter()
            .any(|one| one.starts_with("unknown "))
    );
}

/// Two routes to one partner, the time in the test's hand.
struct Routes {
    gateway: Gateway,
    first: Memory,
    second: Memory,
    time: Arc<AtomicI64>,
    _directory: tempfile::TempDir,
}

impl Routes {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let time = Arc::new(AtomicI64::new(1_800_000_000));
        let told = time.clone();
        let clock =
            Clock::new(move || Timestamp::from_second(told.load(Ordering::Relaxed)).unwrap());
        let setup = Setup::sandbox();
        let mut gateway = Gateway::open_with(setup, directory.path(), clock)
            .await
            .unwrap();
        let (first, second) = (Memory::new(), Memory::new());
        gateway.set_transports(
            "sandbox",
            [
                ("first", Transport::memory(first.clone())),
                ("second", Transport::memory(second.clone())),
            ],
        );
        Self {
            gateway,
            first,
            second,
            time,
            _directory: directory,
        }
    }

    /// Charts of the invented practice, each in an interchange of its own.
    async fn queue(&self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            let reading = practice::reading(number, date(2026, 11, 24));
            self.gateway.take(&[reading], "test").await.unwrap();
            self.gateway.queue().await.unwrap();
        }
    }

    async fn send(&self) -> (usize, usize) {
        self.gateway.send().await.unwrap();
        (self.first.sent().len(), self.second.sent().len())
    }

    fn wait(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn state(&self, control_number: u32) -> submission::State {
        let found = self
            .gateway
            .store
            .submission("sandbox", control_number)
            .await;
        found.unwrap().unwrap().submission.state
    }
}

fn not_sent() -> SendError {
    SendError::NotSent {
        reason: "down".into(),
    }
}

fn uncertain() -> SendError {
    SendError::Uncertain {
        reason: "cut".into(),
    }
}

/// An outage of the first route costs one attempt; the others go over the second, and the first is tried again later.
#[tokio::test]
async fn an_outage_of_a_route_stops_no_claims() {
    let routes = Routes::new().await;
    routes.queue(0..3).await;
    routes.first.fail_next(not_sent());
    assert_eq!(routes.send().await, (0, 2));
    // CORE asks for 90 seconds before anything is sent again.
    routes.wait(89);
    assert_eq!(routes.send().await, (0, 2));
    routes.wait(60);
    assert_eq!(routes.send().await, (1, 2));
}

/// What is in doubt goes over no other route, but costs only itself.
#[tokio::test]
async fn a_doubt_is_not_sent_over_another_route() {
    let routes = Routes::new().await;
    routes.queue(0..3).await;
    routes.first.fail_next(uncertain());
    assert_eq!(routes.send().await, (1, 2));
    assert_eq!(routes.state(1).await, submission::State::Unknown);
    routes.wait(7 * 86_400);
    assert_eq!(routes.send().await, (1, 2));

    // A person finds out that it is not there.
    let gateway = &routes.gateway;
    let nothing = gateway
        .settle("sandbox", 1, Settlement::Again)
        .await
        .unwrap();
    assert_eq!(nothing, Err(NotSettled::Stands(submission::State::Unknown)));
    let settled = gateway.settle("sandbox", 1, Settlement::NotArrived).await;
    assert_eq!(settled.unwrap(), Ok(Settled::GoesAgain));
    routes.wait(120);
    assert_eq!(routes.send().await, (2, 2));
    let sent = routes.first.sent();
    assert_eq!(sent[0].bytes, sent[1].bytes);
    assert_eq!(sent[0].payload_id, sent[1].payload_id);
}

/// A wrong password is tried twice and not until the partner locks us out; a person's try opens the route again.
#[tokio::test]
async fn a_refused_login_rests_until_a_person_tries() {
    let routes = Routes::new().await;
    routes.queue(0..1).await;
    let refused = || SendError::LoginRefused {
        reason: "who?".into(),
    };
    for memory in [&routes.first, &routes.second] {
        memory.fail_next(refused());
        memory.fail_next(refused());
    }
    for _ in 0..20 {
        routes.wait(86_400);
        assert_eq!(routes.send().await, (0, 0));
    }
    let partner = routes.gateway.setup.partner("sandbox").unwrap();
    routes.gateway.pick_up_from(partner).await.unwrap();
    routes.wait(86_400);
    assert_eq!(routes.send().await, (1, 0));
}

/// Claims of an interchange that was turned away go in another once a person says so.
#[tokio::test]
async fn claims_that_were_turned_away_go_again() {
    let routes = Routes::new().await;
    routes.queue(0..1).await;
    routes.first.fail_next(SendError::Refused {
        code: "PayloadTypeIllegal".into(),
        message: "not this one".into(),
    });
    assert_eq!(routes.send().await, (0, 0));
    assert_eq!(routes.state(1).await, submission::State::Rejected);
    let settled = routes.gateway.settle("sandbox", 1, Settlement::Again).await;
    assert_eq!(settled.unwrap(), Ok(Settled::ClaimsGoAgain(1)));
    assert_eq!(routes.state(1).await, submission::State::Withdrawn);
    routes.gateway.queue().await.unwrap();
    assert_eq!(routes.send().await, (1, 0));
    assert_eq!(routes.state(2).await, submission::State::Sent);
}

/// Remittances of the insurer for charts that this gateway did not send, and broken ones.
#[tokio::test]
async fn money_that_cannot_be_placed_is_counted_and_told() {
    let elsewhere = Desk::new().await;
    elsewhere.submit(0..10).await;
    let answers = answers_to(&elsewhere);
    let remittance = answers
        .iter()
        .find(|one| one.bytes.windows(3).any(|at| at == b"CLP"))
        .unwrap();
    let text = String::from_utf8(remittance.bytes.clone()).unwrap();

    let desk = Desk::new().await;
    let ingested = desk.ingest(text.as_bytes()).await;
    assert_eq!((ingested.remittances, ingested.unusable), (1, 0));
    let totals = desk.totals().await;
    assert!(
        totals.unmatched > Money::ZERO && totals.is_balanced(),
        "{totals:?}"
    );
    assert!(
        desk.worklist()
            .await
            .iter()
            .all(|one| one.starts_with("unmatched "))
    );

    // The same payment in another interchange posts nothing again.
    let again = text.replace("*P*:~", "*T*:~").replace("\n", "\r\n");
    let again = if again == text {
        format!("{text}\n")
    } else {
        again
    };
    let ingested = desk.ingest(again.as_bytes()).await;
    assert_eq!((ingested.remittances, ingested.again), (0, 1));
    assert_eq!(desk.totals().await, totals);

    // The same payment with another claim in it posts nothing and is told.
    let other = text.replacen("CLP*", "CLP*X", 1);
    assert_eq!(desk.ingest(other.as_bytes()).await.unusable, 1);
    assert_eq!(desk.totals().await, totals);
    assert!(
        desk.worklist()
            .await
            .iter()
            .any(|one| one.starts_with("conflict "))
    );
}

/// What was cut, is no interchange, or answers somebody else is kept and told, and nothing is posted.
#[tokio::test]
async fn what_cannot_be_used_is_told() {
    let desk = Desk::new().await;
    desk.submit(0..5).await;
    let answers = answers_to(&desk);
    let before = desk.states().await;
    for answer in &answers {
        // A bank's file ends in filling that nobody would miss.
        let cut = &answer.bytes[..answer.bytes.len() / 3];
        let ingested = desk.ingest(cut).await;
        let used = ingested.answers + ingested.remittances + ingested.deposits;
        assert_eq!(used, 0, "{ingested:?}");
        assert!(ingested.unusable > 0);
    }
    assert_eq!(desk.states().await, before);
    for stray in [
        &b"<html>busy</html>"[..],
        b"",
        b"\xff\xfe\x00",
        &[b'Z'; 70_000],
    ] {
        assert_eq!(
            desk.ingest(stray).await.unusable,
            1,
            "{} bytes",
            stray.len()
        );
    }
    let elsewhere = Desk::new().await;
    for answer in &answers {
        elsewhere.ingest(&answer.bytes).await;
    }
    let worklist = elsewhere.worklist().await;
    assert!(
        worklist.iter().all(|one| one.starts_with("unusable ")
            || one.starts_with("unmatched ")
            || one.starts_with("takeback ")),
        "{worklist:?}"
    );
    // Tried again, the same things are told once, and nothing is posted twice.
    let before = (desk.worklist().await, desk.totals().await);
    assert!(desk.gateway.store.reopen().await.unwrap() > 0);
    desk.gateway.ingest().await.unwrap();
    assert_eq!((desk.worklist().await, desk.totals().await), before);
    // In the end the whole answers come, and all is well.
    for answer in &answers {
        assert_eq!(desk.ingest(&answer.bytes).await.unusable, 0);
    }
    assert!(desk.totals().await.is_balanced());
}

/// A chart's own number is its claim's, where no other chart's claim has it; a second bill goes all the same.
#[tokio::test]
async fn a_number_that_a_chart_gives_is_of_one_claim() {
    let desk = Desk::new().await;
    let mut readings: Vec<_> = (0..4)
        .map(|number| practice::reading(number, date(2026, 11, 24)))
        .collect();
    for reading in &mut readings {
        let chart = reading.chart.as_mut().unwrap();
        chart.submission.patient_control_number = Some("ACCT-7".into());
    }
    let last = readings.split_off(2);
    let mut taken = desk.gateway.take(&readings, "test").await.unwrap();
    // The first once more, beside another bill.
    let again = [&readings[..1], &last[..]].concat();
    taken.extend(desk.gateway.take(&again, "test").await.unwrap());
    let told: Vec<(bool, Verdict, bool)> = taken
        .iter()
        .map(|one| {
            let renumbered = |found: &Finding| found.code == Code::ControlNumberTaken;
            let is_told = one.findings.iter().any(renumbered);
            (one.claims == ["ACCT-7"], one.verdict, is_told)
        })
        .collect();
    let renumbered = (false, Verdict::Translated, true);
    let expected = [
        (true, Verdict::Translated, false),
        renumbered,
        (true, Verdict::Known, false),
        renumbered,
        renumbered,
    ];
    assert_eq!(told, expected);
    let number = &taken[1].claims[0];
    let stored = desk.gateway.store.claim(number).await.unwrap().unwrap();
    for line in stored.claim.lines {
        assert!(line.control_number.starts_with(number.as_str()));
    }
}

/// A partner may hand the same out again and again, and mix new with old.
#[tokio::test]
async fn what_is_offered_again_changes_nothing() {
    let desk = Desk::new().await;
    desk.submit(0..5).await;
    let answers = answers_to(&desk);
    let offer = |answers: &[Answer]| {
        for (index, answer) in answers.iter().enumerate() {
            desk.memory.offer(Incoming {
                queue: Queue::Results,
                payload_id: index.to_string(),
                payload_type: answer.payload_type.clone(),
                bytes: answer.bytes.clone(),
                cursor: None,
            });
        }
    };
    offer(&answers);
    let first = desk.gateway.work().await.unwrap();
    assert_eq!(first.picked_up.new, answers.len());
    let straight = picture(&desk).await;
    offer(&answers);
    let second = desk.gateway.work().await.unwrap();
    assert_eq!(
        (second.picked_up.new, second.picked_up.again),
        (0, answers.len())
    );
    assert_eq!(picture(&desk).await, straight);
}

/// A partner that keeps a list and is told how far it was read.
#[derive(Debug, Clone, Default)]
struct List {
    payloads: Vec<&'static [u8]>,
    asked: Arc<Mutex<Vec<Option<String>>>>,
}

impl Partner for List {
    fn submit(&self, _: &Outgoing) -> Result<Receipt, SendError> {
        Err(not_sent())
    }

    fn pick_up(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        self.asked.lock().unwrap().push(ask.after.clone());
        let at = ask.after.as_ref().map_or(0, |after| after.parse().unwrap());
        let offered = (ask.queue == Queue::Results)
            .then(|| self.payloads.get(at))
            .flatten();
        Ok(offered.map(|bytes| Incoming {
            queue: ask.queue,
            payload_id: at.to_string(),
            payload_type: String::new(),
            bytes: bytes.to_vec(),
            cursor: Some((at + 1).to_string()),
        }))
    }

    fn acknowledge(&self, _: &Incoming, _: Option<&Outgoing>) -> Result<(), SendError> {
        Ok(())
    }
}

/// What is twice in a partner's list holds up nothing, and a process that starts anew goes on where the last one was.
#[tokio::test]
async fn a_list_is_read_on_and_not_from_its_beginning() {
    let directory = tempfile::tempdir().unwrap();
    let list = List {
        payloads: vec![b"one", b"two", b"one", b"three"],
        ..List::default()
    };
    for (new, again) in [(3, 1), (0, 0)] {
        let setup = Setup::sandbox();
        let mut gateway = Gateway::open(setup, directory.path()).await.unwrap();
        let transport = Transport::memory(list.clone());
        gateway.set_transports("sandbox", [("list", transport)]);
        let picked_up = gateway.pick_up().await.unwrap();
        assert_eq!((picked_up.new, picked_up.again), (new, again));
    }
    let asked = list.asked.lock().unwrap();
    assert_eq!(asked.last().unwrap().as_deref(), Some("4"));
}
