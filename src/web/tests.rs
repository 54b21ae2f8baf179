//! The pages as a browser gets them: a real server on a real port, before a real store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::date;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::billing::Provenance;
use crate::claim::{Adjustment, Claim, Money, strategies};
use crate::exchange::{claim, submission};
use crate::payer::Deadlines;
use crate::reconcile::{
    Action, ClaimRung, Deposit, LedgerEntry, LinePosting, LineRung, Posted, Posting, PostingKey,
    RemittanceKey, Subject, WorkItem, WorkKind,
};
use crate::store::{
    Due, Looked, NewChart, NewClaim, NewReceived, NewSubmission, News, Placed, Store, Watched,
};
use crate::transaction::t837::ClaimPosition;

const MARKUP: &str = "<script>alert(1)</script>";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn dollars(text: &str) -> Money {
    Money::parse(text).unwrap()
}

/// A claim of one line for $1,250, that names somebody.
fn one_claim(control_number: &str) -> Claim {
    let mut runner = TestRunner::deterministic();
    let mut claim = strategies::claim().new_tree(&mut runner).unwrap().current();
    claim.control_number = control_number.into();
    claim.total_charge = dollars("1250.00");
    claim.subscriber.member_id = crate::claim::Phi::new("MEMBER-SECRET".into());
    claim.lines.truncate(1);
    claim.lines[0].control_number = "L1".into();
    claim.lines[0].procedure = "99213".into();
    claim.lines[0].charge = dollars("1250.00");
    claim
}

/// Two claims in one interchange, one of them paid by one remittance that has arrived, and a worklist.
async fn filled(dir: &TempDir) -> Store {
    let store = Store::open(dir.path()).await.unwrap();
    let provenance = Provenance::default();
    let claims = [one_claim("PCN1"), one_claim("PCN2")];
    for (claim, id) in claims.iter().zip(["CH1", "CH2"]) {
        let new = NewClaim {
            fingerprints: &[],
            claim,
            partner: "sandbox",
            provenance: &provenance,
        };
        let chart = NewChart {
            id,
            source: "charts.json",
            digest: id.into(),
            findings: &[],
            claims: vec![new],
            at: at(0),
        };
        store.take_charts(&[chart]).await.unwrap();
    }
    send(&store).await;
    pay(&store).await;
    let claim_item = |kind, claim: &str, reason: &str| {
        let subject = Subject::Claim(claim.into());
        WorkItem::new(kind, subject, reason, Action::Appeal, date(2023, 11, 20))
    };
    let chart = Subject::Chart("CH9".into());
    let items = [
        claim_item(WorkKind::LineDenied, "PCN1", MARKUP).amount(dollars("1234.50")),
        claim_item(WorkKind::Denied, "PCN2", "CO 29: late.").amount(dollars("99.00")),
        WorkItem::new(
            WorkKind::Held,
            chart,
            "no NPI",
            Action::None,
            date(2023, 11, 20),
        ),
    ];
    let due = Due {
        watched: Watched::Claim,
        key: "PCN1".into(),
        mark: 0,
    };
    let looked = Looked {
        due,
        items: items.into(),
        again: None,
    };
    store.looked(&[looked], at(9)).await.unwrap();
    store
}

async fn send(store: &Store) {
    let position = ClaimPosition::default();
    let placed = |control_number| Placed {
        control_number,
        set_number: "0001",
        set_reference: "1",
        position: &position,
    };
    let new = NewSubmission {
        partner: "sandbox",
        control_number: 7,
        payload_id: Uuid::from_u128(1),
        payload: b"ISA",
        digest: "d".into(),
        claims: vec![placed("PCN1"), placed("PCN2")],
    };
    let id = store.queue(&new, at(1)).await.unwrap();
    let attempt = store.start(id, "core_soap", at(2)).await.unwrap().unwrap();
    let uncertain = submission::Event::Uncertain {
        reason: "the reply was cut".into(),
    };
    store.record(id, attempt, at(3), &uncertain).await.unwrap();
    let accepted = claim::Event::Accepted {
        status: "A2:20".into(),
        payer_claim_number: Some("ICN77".into()),
    };
    let accepted = [("PCN1".into(), accepted)];
    store
        .tell_claims(news(&accepted, 4, "277CA"))
        .await
        .unwrap();
}

fn news<'n>(events: &'n [(String, claim::Event)], second: i64, source: &'n str) -> News<'n> {
    News {
        events,
        at: at(second),
        source,
        deadlines: &|_| Deadlines::default(),
    }
}

async fn pay(store: &Store) {
    let key = RemittanceKey {
        payer_id: "99999".into(),
        trace: "TRACE1".into(),
        originator: "1999999999".into(),
        date: date(2023, 11, 20),
        amount: dollars("1000.00"),
    };
    let adjustment = |group: &str, reason: &str, amount| Adjustment {
        group: group.into(),
        reason: reason.into(),
        amount: dollars(amount),
        quantity: None,
    };
    let line = LinePosting {
        lines: vec!["L1".into()],
        rung: LineRung::ControlNumber,
        procedure: vec!["99213".into()],
        submitted: Vec::new(),
        charge: dollars("1250.00"),
        paid: dollars("1012.50"),
        adjustments: vec![
            adjustment("CO", "45", "217.50"),
            adjustment("PR", "3", "20.00"),
        ],
        remarks: vec!["N130".into()],
    };
    let posting = Posting {
        key: PostingKey {
            remittance: key.clone(),
            control_number: "PCN1".into(),
            payer_claim_number: "ICN77".into(),
            status: "1".into(),
            occurrence: 1,
        },
        claim: Some("PCN1".into()),
        rung: ClaimRung::ControlNumber,
        date: date(2023, 11, 20),
        charge: dollars("1250.00"),
        paid: dollars("1012.50"),
        adjustments: Vec::new(),
        remarks: Vec::new(),
        passed_on: false,
        lines: vec![line],
    };
    let entry = LedgerEntry {
        remittance: key.clone(),
        provider_id: "1234567893".into(),
        reason: "WO".into(),
        reference: Some("OLD1".into()),
        fiscal_period_end: None,
        amount: dollars("12.50"),
    };
    let received = NewReceived {
        partner: "sandbox",
        queue: "results",
        payload_type: "",
        name: "1",
        bytes: b"ISA",
        digest: "835".into(),
        at: at(5),
    };
    let (received, _) = store.keep(&received).await.unwrap();
    let posted = Posted {
        key,
        method: "ACH".into(),
        postings: vec![posting],
        ledger: vec![entry],
    };
    let decided = claim::Event::Decided { denied: false };
    let decided = [("PCN1".to_owned(), decided)];
    let decided = news(&decided, 6, "835");
    store.post(received, &posted, decided).await.unwrap();
    for (id, trace, amount) in [("1", "TRACE1", "1000.00"), ("2", "STRANGE", "5.00")] {
        let deposit = Deposit {
            trace: trace.into(),
            originator: "1999999999".into(),
            amount: dollars(amount),
            effective: date(2023, 11, 21),
        };
        store.add_deposit(received, id, &deposit).await.unwrap();
    }
}

/// A running worklist; dropped, it stops.
struct Office {
    port: u16,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

struct Answer {
    head: String,
    body: String,
}

impl Office {
    async fn open(store: Store) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(super::serve(listener, Arc::new(store), stopped));
        Self { port, stop, served }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    async fn ask(&self, method: &str, path: &str, host: &str) -> Answer {
        let mut stream = self.connect().await;
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answer {
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }

    /// The page, which must be there.
    async fn page(&self, path: &str) -> String {
        let answer = self.ask("GET", path, "localhost").await;
        assert_eq!(answer.status(), 200, "{path}: {}", answer.body);
        answer.body
    }
}

impl Answer {
    fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

/// Every text is on the page, in this order.
fn check(page: &str, texts: &[&str]) {
    let mut rest = page;
    for text in texts {
        let found = rest.split_once(text);
        rest = found.unwrap_or_else(|| panic!("no {text:?} in\n{rest}")).1;
    }
}

async fn office() -> (TempDir, Office) {
    let dir = tempfile::tempdir().unwrap();
    let store = filled(&dir).await;
    (dir, Office::open(store).await)
}

#[tokio::test]
async fn the_worklist_shows_money_and_items() {
    let (_dir, office) = office().await;
    let page = office.page("/").await;
    check(
        &page,
        &[
            "balances to the cent",
            "2,500.00",
            "1,012.50",
            "217.50",
            "20.00",
            "1,250.00",
            "<rect",
        ],
    );
    check(&page, &["3 open items", "1,333.50 at stake", "2 overdue"]);
    check(
        &page,
        &["line denied", "/claims/PCN1", "1,234.50", "days late"],
    );
    check(&page, &["denied", "/claims/PCN2", "chart held", "CH9"]);
    assert!(!page.contains(MARKUP), "a reason is text, not markup");
    assert!(page.contains("&#60;script&#62;"));
}

#[tokio::test]
async fn the_worklist_is_filtered_searched_and_sorted() {
    let (_dir, office) = office().await;
    let denied = office.page("/?kind=denied").await;
    check(&denied, &["1 open item<", "99.00 at stake", "/claims/PCN2"]);
    assert!(!denied.contains("/claims/PCN1"));
    check(&office.page("/?q=co+LATE").await, &["1 open item<", "PCN2"]);
    check(&office.page("/?q=%25").await, &["No open item fits"]);
    check(
        &office.page("/?kind=takeback").await,
        &["No open item fits"],
    );
    check(
        &office.page("/?sort=money").await,
        &["/claims/PCN1", "/claims/PCN2", "CH9"],
    );
    check(
        &office.page("/?page=7&q=pcn1").await,
        &["1 open item<", "PCN1"],
    );
    assert_eq!(
        office.ask("GET", "/?kind=x", "localhost").await.status(),
        404
    );
}

#[tokio::test]
async fn a_claim_tells_its_story_and_names_nobody() {
    let (_dir, office) = office().await;
    let page = office.page("/claims/PCN1").await;
    check(&page, &["PCN1", "paid", "sandbox 000000007", "ICN77"]);
    check(&page, &["Needs a person", "line denied"]);
    check(
        &page,
        &["1 99213", "1,250.00", "1,012.50", "217.50", "20.00", "0.00"],
    );
    check(&page, &["CO 45", "PR 3", "copayment"]);
    check(
        &page,
        &[
            "TRACE1",
            "as primary",
            "N130",
            "found by our control number",
        ],
    );
    check(
        &page,
        &[
            "written, checked and queued",
            "the reply was cut",
            "277CA: the payer took",
            "835:",
        ],
    );
    let open = office.page("/claims/PCN2").await;
    check(
        &open,
        &["submitted", "1 99213", "1,250.00", "0.00", "1,250.00"],
    );
    for page in ["/", "/claims", "/claims/PCN1", "/payments", "/submissions"] {
        assert!(!office.page(page).await.contains("SECRET"), "{page}");
    }
}

#[tokio::test]
async fn claims_payments_and_submissions_are_listed() {
    let (_dir, office) = office().await;
    check(
        &office.page("/claims").await,
        &["/claims/PCN2", "submitted", "/claims/PCN1", "paid"],
    );
    let paid = office.page("/claims?state=paid").await;
    check(&paid, &["/claims/PCN1", "1,012.50", "20.00", "0.00"]);
    assert!(!paid.contains("/claims/PCN2"));
    check(&office.page("/claims?q=ICN77").await, &["/claims/PCN1"]);
    check(&office.page("/claims?q=CH2").await, &["/claims/PCN2"]);
    check(&office.page("/claims?q=zzz").await, &["No claim fits"]);
    let payments = office.page("/payments?q=trace1").await;
    check(
        &payments,
        &[
            "TRACE1",
            "99999",
            "2023-11-20",
            "ACH",
            "1,000.00",
            "2023-11-21, same trace",
        ],
    );
    check(
        &payments,
        &[
            "12.50",
            "taken",
            "WO overpayment recovery",
            "OLD1",
            "STRANGE",
            "5.00",
        ],
    );
    let submissions = office.page("/submissions?q=sandbox+7").await;
    check(
        &submissions,
        &[
            "000000007",
            "sandbox",
            "delivery unknown",
            ">2<",
            ">1<",
            "the reply was cut",
        ],
    );
    check(
        &office.page("/submissions?state=queued").await,
        &["No submission fits"],
    );
    let metrics = office.page("/metrics").await;
    for line in [
        "claimgate_claims{state=\"paid\"} 1",
        "claimgate_submissions{state=\"unknown\"} 1",
        "claimgate_worklist_items{kind=\"denied\"} 1",
        "# TYPE claimgate_route_rests gauge",
    ] {
        assert!(
            metrics.lines().any(|one| one == line),
            "{line} in\n{metrics}"
        );
    }
    assert!(!metrics.contains("PCN1"), "{metrics}");
}

#[tokio::test]
async fn an_empty_store_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let office = Office::open(Store::open(dir.path()).await.unwrap()).await;
    check(&office.page("/").await, &["Nothing has come in yet"]);
    check(&office.page("/claims").await, &["There are no claims yet"]);
    check(
        &office.page("/payments").await,
        &["No remittance has been posted yet"],
    );
    check(
        &office.page("/submissions").await,
        &["Nothing has been written"],
    );
    assert_eq!(office.page("/health").await, "ok\n");
    assert_eq!(office.page("/ready").await, "ready\n");
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let (_dir, office) = office().await;
    for (method, path, host, status) in [
        ("GET", "/", "localhost", 200),
        ("HEAD", "/claims", "127.0.0.1:9", 200),
        ("GET", "/static/claimgate.css", "[::1]", 200),
        ("GET", "/static/../mod.rs", "localhost", 404),
        ("GET", "/nothing", "localhost", 404),
        ("GET", "/claims/PCN3", "localhost", 404),
        ("GET", "/claims/%FF", "localhost", 404),
        ("POST", "/", "localhost", 405),
        ("GET", "/", "evil.example", 421),
        ("GET", "/health", "127.0.0.1.evil.example", 421),
    ] {
        let answer = office.ask(method, path, host).await;
        assert_eq!(answer.status(), status, "{method} {path} {host}");
        for header in [
            "content-security-policy: default-src 'none';",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-opener-policy: same-origin",
            "cache-control: ",
        ] {
            assert!(answer.head.contains(header), "{method} {path}: {header}");
        }
        let cached = answer.head.contains("no-store");
        assert_eq!(cached, !path.ends_with(".css"), "{path}");
        assert!(!answer.body.contains("style=") && !answer.body.contains("onclick"));
    }
}

#[tokio::test]
async fn a_slow_head_is_cut_off_and_stopping_is_gentle() {
    let (_dir, office) = office().await;
    let mut slow = office.connect().await;
    slow.write_all(b"GET / HTTP/1.1\r\nHost: local")
        .await
        .unwrap();
    let began = Instant::now();
    let mut rest = Vec::new();
    let limit = Duration::from_secs(8);
    let closed = tokio::time::timeout(limit, slow.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "still open after {:?}", began.elapsed());
    let _idle = office.connect().await;
    office.stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(8), office.served).await;
    ended.unwrap().unwrap().unwrap();
}
