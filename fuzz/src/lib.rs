//! What is fuzzed: one function a target, any bytes in, a panic where claimgate breaks its word. It must not need a
//! fuzzer: `tests/fuzz.rs` runs the same functions over the seeds and over every input that once broke one.

mod documents;

use std::io::{self, Read};
use std::sync::LazyLock;

use claimgate::billing::{Biller, Defaults, Submitter, unbill};
use claimgate::chart::{self, Export, Reading, superbill};
use claimgate::check::{Checker, Judgment, Verdict};
use claimgate::exchange::{
    AnswerNumbers, Copies, Repeated, SubmittedClaims, claim_acknowledgments,
    implementation_acknowledgments, interchange_acknowledgments, reply,
};
use claimgate::guide::rule::Rule;
use claimgate::guide::{Guide, NotationError, Overlay, Shared, library};
use claimgate::payer::TradingPartner;
use claimgate::transaction::{eft, t277ca, t835, t837, t999, ta1};
use claimgate::x12::{
    Delimiters, GroupHeader, InterchangeHeader, Item, Reader, Segment, Writer, read_all,
};
use jiff::civil::{Date, DateTime, date};

pub use documents::{Form, document, read, there_and_back, write};

/// A target: any bytes in.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("x12", x12),
    ("check", check),
    ("t837", t837),
    ("t835", t835),
    ("t277ca", t277ca),
    ("t999", t999),
    ("ta1", ta1),
    ("eft", eft),
    ("document", document),
    ("guide", guide),
    ("rule", rule),
    ("overlay", overlay),
    ("payer", payer),
    ("native_chart", native_chart),
    ("fhir_chart", fhir_chart),
    ("claim_request", claim_request),
    ("superbill", superbill),
];

const SHARED: &str = include_str!("../../src/guide/data/shared.guide");
const PARTNER: &str = include_str!("../../config/payers/sandbox.toml");
const TODAY: Date = date(2026, 11, 24);
const NOW: DateTime = date(2026, 11, 24).at(9, 45, 0, 0);

static PARTNERS: LazyLock<[TradingPartner; 1]> =
    LazyLock::new(|| [toml::from_str(PARTNER).expect("the sandbox's own file")]);
static PRACTICE: LazyLock<Defaults> = LazyLock::new(|| Defaults {
    default_payer: Some("sandbox".to_owned()),
    ..Defaults::sandbox()
});

/// A stream gives the same items whatever pieces it arrives in. The first byte says how long the pieces are.
pub fn x12(bytes: &[u8]) {
    let Some((&first, stream)) = bytes.split_first() else {
        return;
    };
    let mut whole = Vec::new();
    read_all(stream, |item| whole.push(told(&item)));
    let mut reader = Reader::new(Pieces {
        left: stream,
        seed: first,
    });
    let mut pieces = Vec::new();
    while let Some(item) = reader.next_item().expect("the source does not fail") {
        pieces.push(told(&item));
    }
    assert_eq!(whole, pieces);
}

/// Everything that an item says.
fn told(item: &Item<'_>) -> String {
    let Item::Segment(segment) = item else {
        return format!("{item:?}");
    };
    let elements: Vec<Vec<Vec<&[u8]>>> = segment
        .elements()
        .map(|element| {
            let repetitions = element.repetitions();
            repetitions.map(|one| one.components().collect()).collect()
        })
        .collect();
    let ends: Vec<usize> = (1..=segment.len())
        .map(|n| segment.element_offset(n))
        .collect();
    let owned = segment.to_owned();
    assert_eq!(owned.borrow().raw(), segment.raw());
    format!(
        "{:?} {:?} {:?} {elements:?} {ends:?}",
        segment.place,
        segment.raw(),
        segment.id()
    )
}

struct Pieces<'b> {
    left: &'b [u8],
    seed: u8,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.seed = self.seed.wrapping_mul(37).wrapping_add(11);
        // Pieces of one byte, of a few, and of many.
        let most = 1 + usize::from(self.seed >> 2) * usize::from(self.seed & 3) * 4;
        let length = most.min(self.left.len()).min(buffer.len());
        buffer[..length].copy_from_slice(&self.left[..length]);
        self.left = &self.left[length..];
        Ok(length)
    }
}

/// Any bytes get a verdict, and whatever it is, its acknowledgments are interchanges that our own check takes.
pub fn check(bytes: &[u8]) {
    let mut claims = SubmittedClaims::default();
    let judgment = judge(Checker::default(), bytes, |segment| claims.segment(segment));
    for finding in judgment.findings() {
        assert!(!finding.message().is_empty());
    }
    let numbers = AnswerNumbers {
        control_number: 1,
        created: NOW,
    };
    let copies = match bytes.len() % 2 {
        0 => Copies::Withheld,
        _ => Copies::Given,
    };
    let mut repeated = Repeated::wanted(&judgment, copies);
    judge(Checker::default(), bytes, |segment| {
        repeated.segment(segment)
    });
    taken("TA1", interchange_acknowledgments(&judgment, numbers));
    taken(
        "999",
        implementation_acknowledgments(&judgment, &repeated, numbers),
    );
    taken("277CA", claim_acknowledgments(&judgment, &claims, numbers));
}

/// An answer of ours can be read and passes our own check.
fn taken<E: std::fmt::Debug>(name: &str, answer: Result<Vec<u8>, E>) {
    let answer = match answer {
        Ok(answer) if answer.is_empty() => return,
        Ok(answer) => answer,
        Err(refused) => panic!("{name} is not written: {refused:?}"),
    };
    read_all(&answer, |item| {
        assert!(matches!(item, Item::Segment(_)), "{name}: {item:?}");
    });
    let judgment = judge(Checker::default(), &answer, |_| {});
    if judgment.verdict() == Verdict::Rejected {
        let told: Vec<String> = judgment.findings().map(|one| one.message()).collect();
        panic!(
            "{name} is rejected: {told:#?}\n{}",
            String::from_utf8_lossy(&answer)
        );
    }
    reply::read(&answer);
}

fn judge(mut checker: Checker, bytes: &[u8], mut also: impl FnMut(&Segment<'_>)) -> Judgment {
    read_all(bytes, |item| {
        checker.item(&item);
        if let Item::Segment(segment) = &item {
            also(segment);
        }
    });
    checker.finish()
}

/// Claims are read, and what is read can be written and read again without loss; a chart is made of each, and billed or
/// held with a reason.
pub fn t837(bytes: &[u8]) {
    bill_all(claims(bytes).into_iter().map(unbill).collect());
    comes_to_rest(bytes, |bytes| rewritten_claims(&claims(bytes)));
}

/// Written, read and written again, it is the same. What says nothing is left out on the way, and what that leaves
/// saying nothing with it: hence the few turns.
fn comes_to_rest(bytes: &[u8], rewritten: impl Fn(&[u8]) -> Option<Vec<u8>>) {
    const TURNS: usize = 4;
    let Some(mut written) = rewritten(bytes) else {
        return;
    };
    for _ in 0..TURNS {
        let again = rewritten(&written).expect("what was written once can be written again");
        if again == written {
            return;
        }
        written = again;
    }
    panic!(
        "it changes each time: {}",
        String::from_utf8_lossy(&written)
    );
}

fn claims(bytes: &[u8]) -> Vec<claimgate::claim::Claim> {
    let mut reader = t837::ClaimReader::new();
    let mut found = Vec::new();
    read_all(bytes, |item| {
        if let Item::Segment(segment) = item {
            found.extend(reader.segment(&segment));
        }
    });
    found.extend(reader.finish());
    found.into_iter().map(|one| one.claim).collect()
}

fn rewritten_claims(claims: &[claimgate::claim::Claim]) -> Option<Vec<u8>> {
    let claims: Vec<_> = claims.iter().collect();
    let numbers = t837::Numbers {
        interchange: 1,
        group: 1,
        first_set: 1,
        reference: "FUZZ",
        created: NOW,
    };
    let submitter = PRACTICE.submitter.as_ref().map(Submitter::to_claim)?;
    let written = t837::interchange(&PARTNERS[0], &numbers, &submitter, &claims);
    written.ok().map(|written| written.bytes)
}

/// Remittances are read, and what is read can be written and read again without loss.
pub fn t835(bytes: &[u8]) {
    again(bytes, "HP", "005010X221A1", t835::read, t835::write_set);
}

/// Claim acknowledgments, likewise.
pub fn t277ca(bytes: &[u8]) {
    again(bytes, "HN", "005010X214", t277ca::read, t277ca::write_set);
}

fn again<T>(
    bytes: &[u8],
    functional_id: &str,
    version: &str,
    read: impl Fn(&[u8]) -> Vec<T>,
    write_set: impl Fn(&mut Writer, &T),
) {
    let write = |sets: &[T]| {
        let header = InterchangeHeader {
            sender: ("ZZ".into(), "SANDBOX".into()),
            receiver: ("ZZ".into(), "CLAIMGATE".into()),
            date: "261124".into(),
            time: "0945".into(),
            control_number: 1,
            acknowledgment_requested: false,
            usage: b'T',
        };
        let mut writer = Writer::new(Delimiters::USUAL, &header);
        writer.group(&GroupHeader {
            functional_id: functional_id.into(),
            sender: "SANDBOX".into(),
            receiver: "CLAIMGATE".into(),
            date: "20261124".into(),
            time: "0945".into(),
            control_number: 1,
            version: version.into(),
        });
        for set in sets {
            write_set(&mut writer, set);
        }
        writer.finish()
    };
    comes_to_rest(bytes, |bytes| write(&read(bytes)).ok());
}

/// Implementation acknowledgments are read, alone and among other replies.
pub fn t999(bytes: &[u8]) {
    for group in t999::read(bytes) {
        for set in &group.sets {
            assert!(!(set.is_accepted() && set.is_rejected()));
            for error in &set.errors {
                error.summary();
            }
        }
    }
    reply::read(bytes);
}

/// Interchange acknowledgments are read.
pub fn ta1(bytes: &[u8]) {
    for one in ta1::read(bytes) {
        one.is_rejected();
    }
}

/// The bank's file is read; what is told of it does not grow beyond its limit.
pub fn eft(bytes: &[u8]) {
    eft::is_eft(bytes);
    let file = eft::read(bytes);
    assert!(file.unreadable.len() <= eft::BAD_RECORDS_MAX + 1);
    for bad in &file.unreadable {
        assert!(!bad.to_string().is_empty());
    }
}

/// A guide is read with the shared lines of ours, or as shared lines itself; one that is read can be audited and
/// looked up.
pub fn guide(bytes: &[u8]) {
    static LINES: LazyLock<Shared> = LazyLock::new(|| Shared::parse(SHARED).expect("our own"));
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = Shared::parse(text);
    let Ok(guide) = Guide::parse(text, library().dictionary(), &LINES) else {
        return;
    };
    guide.audit();
    for (index, one) in guide.loops.iter().enumerate() {
        guide.trigger(index);
        for child in &one.children {
            guide.usage(child.kind);
            if let Some(opening) = guide.opening(child.kind) {
                opening.key_data();
                assert!(guide.id_number(opening.id.as_bytes()).is_some());
            }
        }
    }
}

/// A rule is read or refused with its place; one that is read fits each guide that it names or is refused with a
/// reason, and one that fits judges.
pub fn rule(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let rule = match Rule::parse(text) {
        Ok(rule) => rule,
        Err(refused) => return has_place(&refused, text),
    };
    for guide in rule.guides.iter().filter_map(|name| library().called(name)) {
        if let Err(reason) = rule.bind(guide) {
            assert!(!reason.is_empty());
            return;
        }
    }
    judges(Overlay { rules: vec![rule] });
}

/// A companion guide is read or refused with its place; each rule of one that is read fits its guide, and all judge.
pub fn overlay(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let overlay = match Overlay::parse(text, library()) {
        Ok(overlay) => overlay,
        Err(refused) => return has_place(&refused, text),
    };
    for rule in &overlay.rules {
        for name in &rule.guides {
            let guide = library().called(name).expect("a guide that was found");
            if let Err(reason) = rule.bind(guide) {
                panic!("{}: {reason}", rule.name);
            }
        }
    }
    judges(overlay);
}

fn has_place(refused: &NotationError, text: &str) {
    assert!(!refused.reason.is_empty());
    assert!((1..=text.lines().count().max(1)).contains(&refused.line));
}

/// Rules judge interchanges of the guides that they are mostly for.
fn judges(overlay: Overlay) {
    // What is kept lasts as long as the process, and a fuzzer's is long.
    const RULES_MAX: usize = 8;
    const JUDGED: [&[u8]; 4] = [
        include_bytes!("../../fixtures/005010X222A1/accepted/office-visits.edi"),
        include_bytes!("../../fixtures/005010X223A2/accepted/stay-and-infusion.edi"),
        include_bytes!("../../fixtures/005010X224A2/accepted/crown-and-braces.edi"),
        include_bytes!("../../fixtures/005010X221A1/accepted/payment-and-denial.edi"),
    ];
    if overlay.rules.len() > RULES_MAX {
        return;
    }
    let rules = overlay.keep();
    for bytes in JUDGED {
        let judgment = judge(Checker::default().with_overlay(rules), bytes, |_| {});
        assert!(judgment.findings().all(|one| !one.message().is_empty()));
    }
}

/// A payer's file is read or refused; one that is read is the same when written and read again.
pub fn payer(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(partner) = toml::from_str::<TradingPartner>(text) else {
        return;
    };
    let written = toml::to_string(&partner).expect("a payer can be written");
    assert_eq!(toml::from_str(&written), Ok(partner));
}

/// Charts are read, billed, and their claims written.
pub fn native_chart(bytes: &[u8]) {
    bill(bytes);
}

/// The same of FHIR: the form is told from the source itself, the seeds differ.
pub fn fhir_chart(bytes: &[u8]) {
    bill(bytes);
    let export = Export::new(vec![("fuzz.ndjson".to_owned(), bytes.to_vec())]);
    let groups = export.groups().count();
    bill_all(export.read(0..groups));
}

/// The same of the requests that clients of clearinghouses send.
pub fn claim_request(bytes: &[u8]) {
    bill(bytes);
}

/// The same of a mapping and, behind a line of `---`, the rows that it is for.
pub fn superbill(bytes: &[u8]) {
    let Some(end) = bytes.windows(5).position(|line| line == b"\n---\n") else {
        return;
    };
    let _ = superbill::guess(&bytes[end + 5..]);
    let mapping = std::str::from_utf8(&bytes[..end]).unwrap_or_default();
    if let Ok(mapping) = superbill::Mapping::parse(mapping) {
        bill_all(superbill::read(&bytes[end + 5..], &mapping, "fuzz"));
    }
}

fn bill(bytes: &[u8]) {
    bill_all(chart::read(bytes, "fuzz"));
}

fn bill_all(readings: Vec<Reading>) {
    let biller = Biller::new(&PRACTICE, &*PARTNERS, TODAY);
    for reading in readings {
        assert!(reading.chart.is_some() || !reading.findings.is_empty());
        let billed = biller.bill(&reading);
        assert!(billed.is_held() || !billed.claims.is_empty());
        for finding in &billed.findings {
            assert!(!finding.to_string().is_empty());
        }
        for one in &billed.claims {
            if let Some(written) = rewritten_claims(std::slice::from_ref(&one.claim)) {
                judge(Checker::default(), &written, |_| {});
            }
        }
    }
}
