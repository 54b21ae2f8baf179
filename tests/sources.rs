//! An answer that turns a claim away leads to the field of the chart that it complains of: real 999s and 277CAs, made of
//! what a receiver finds in a claim whose element was spoiled, read back and followed to the chart.

use std::collections::{BTreeMap, BTreeSet};

use claimgate::billing::BilledClaim;
use claimgate::check::Checker;
use claimgate::exchange::claim::Event;
use claimgate::exchange::{
    AnswerNumbers, Repeated, SubmittedClaims, answer, claim_acknowledgments,
    implementation_acknowledgments,
};
use claimgate::gateway::source;
use claimgate::transaction::t837::{ClaimPosition, Part, Trail};
use claimgate::transaction::{t277ca, t999};
use claimgate::x12::{Item, read_all};
use jiff::civil::datetime;

use super::billing::{bill, expected, interchange};

/// What a spoiled element holds: no code, number, date or name of a guide.
const SPOILED: &str = "?!";

/// One element of a claim in its interchange, spoiled.
struct Spoiled {
    /// `837P NM109` and such: what is counted.
    kind: String,
    /// Where in the chart its value stands.
    sources: BTreeSet<String>,
    bytes: Vec<u8>,
}

/// The claim's elements one by one, each with the interchange in which it is wrong.
fn spoiled(one: &BilledClaim) -> (ClaimPosition, Vec<Spoiled>) {
    let written = interchange(&[&one.claim]);
    let position = written.sets[0].claims[0].clone();
    let trail = Trail::of(&one.claim).unwrap();
    let text = String::from_utf8(written.bytes).unwrap();
    let segments: Vec<&str> = text.split_inclusive('~').collect();
    let st = segments
        .iter()
        .position(|one| one.starts_with("ST*"))
        .unwrap();
    let mut all = Vec::new();
    for (part, segment) in trail.segments() {
        let at = st + trail.position_in(&position, segment).unwrap() as usize - 1;
        for element in &segment.elements {
            let sources = element
                .fields
                .iter()
                .filter_map(|field| one.provenance.source(field));
            let sources: BTreeSet<String> = sources.map(str::to_owned).collect();
            // Sums and what many fields make belong to none.
            if sources.is_empty() || element.fields.len() > 3 {
                continue;
            }
            let spoiled = with_element(segments[at], element.element, element.component);
            let mut bytes = segments.clone();
            bytes[at] = &spoiled;
            all.push(Spoiled {
                kind: {
                    // A line of many tells what one does.
                    let part = match part {
                        Part::Line(_) => "Line".to_owned(),
                        part => format!("{part:?}"),
                    };
                    let (kind, id, number) = (one.claim.kind.name(), &segment.id, element.element);
                    format!("{kind} {part} {id}{number:02}-{}", element.component)
                },
                sources,
                bytes: bytes.concat().into_bytes(),
            });
        }
    }
    (position, all)
}

fn with_element(segment: &str, element: usize, component: usize) -> String {
    let mut elements: Vec<String> = segment
        .trim_end_matches('~')
        .split('*')
        .map(str::to_owned)
        .collect();
    let mut components: Vec<&str> = elements[element].split(':').collect();
    components[component.saturating_sub(1)] = SPOILED;
    elements[element] = components.join(":");
    elements.join("*") + "~"
}

const NUMBERS: AnswerNumbers = AnswerNumbers {
    control_number: 1,
    created: datetime(2026, 11, 24, 12, 0, 0, 0),
};

/// What a receiver answers to the interchange: a 999 that rejects its set, and a 277CA that rejects the claim.
fn answers(bytes: &[u8], position: &ClaimPosition) -> (Option<Event>, Option<Event>) {
    let (mut checker, mut submitted) = (Checker::default(), SubmittedClaims::default());
    read_all(bytes, |item| {
        checker.item(&item);
        if let Item::Segment(segment) = &item {
            submitted.segment(segment);
        }
    });
    let judgment = checker.finish();
    let answered =
        implementation_acknowledgments(&judgment, &Repeated::default(), NUMBERS).unwrap();
    let sent = [("C".to_owned(), position.clone())];
    let sets = t999::read(&answered).into_iter().flat_map(|one| one.sets);
    let mut events = sets
        .flat_map(|set| answer::of_set(&set, &sent))
        .map(|(_, event)| event);
    let implementation = events.find(|event| matches!(event, Event::SetRejected { .. }));
    let answered = claim_acknowledgments(&judgment, &submitted, NUMBERS).unwrap_or_default();
    let all = t277ca::read(&answered);
    let mut events = all
        .iter()
        .flat_map(|one| one.claims())
        .filter_map(answer::of_claim);
    (
        implementation,
        events.find(|event| matches!(event, Event::Rejected { .. })),
    )
}

/// Whether a path names the field, or the part that it stands in.
fn is_about(path: &str, source: &str) -> bool {
    let holds = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    holds(path, source) || holds(source, path)
}

#[test]
fn a_rejected_element_is_answered_with_its_chart_field() {
    let (mut tried, mut right) = (BTreeSet::new(), [BTreeSet::new(), BTreeSet::new()]);
    let mut wrong = [BTreeMap::new(), BTreeMap::new()];
    for one in expected() {
        for billed in bill(&one.name).claims {
            let (position, elements) = spoiled(&billed);
            for element in elements {
                if !tried.insert(element.kind.clone()) {
                    continue;
                }
                let (mut implementation, acknowledgment) = answers(&element.bytes, &position);
                if let Some(Event::SetRejected {
                    location: Some(at),
                    field,
                    ..
                }) = &mut implementation
                {
                    *field = source::field(&billed.claim, &billed.provenance, *at);
                }
                for (at, event) in [implementation, acknowledgment].into_iter().enumerate() {
                    let Some(event) = event else { continue };
                    let path = source::path(&event, &billed.claim, &billed.provenance);
                    match path.is_some_and(|path| {
                        element.sources.iter().any(|source| is_about(path, source))
                    }) {
                        true => {
                            right[at].insert(element.kind.clone());
                        }
                        false => {
                            let told = format!(
                                "{}: {path:?}, not {:?}: {event:?}",
                                one.name, element.sources
                            );
                            wrong[at].insert(element.kind.clone(), told);
                        }
                    }
                }
            }
        }
    }
    let [by_999, by_277ca] = &right;
    for kind in ["professional", "institutional", "dental"] {
        for (right, least) in [(by_999, 50), (by_277ca, 25)] {
            let count = right.iter().filter(|one| one.starts_with(kind)).count();
            assert!(count >= least, "{kind}: {count}");
        }
    }
    // The order of payers is wrong where either of two says its place: the other one is named.
    let other = |kind: &String| !kind.ends_with("Claim SBR01-0");
    let wrong_999: Vec<_> = wrong[0].iter().filter(|(kind, _)| other(kind)).collect();
    assert!(wrong_999.is_empty(), "{wrong_999:#?}");
    // A 277CA has fewer words than a claim has fields; where it names one, that is it.
    println!(
        "277CA: {} led to their field, {} did not",
        by_277ca.len(),
        wrong[1].len()
    );
}
