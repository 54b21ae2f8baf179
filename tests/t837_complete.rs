//! Nothing of a guide is forgotten: a claim that says everything its guide has a place for is read, and what its types
//! do not hold is in the table; written and read again, it is the same claim.

use std::collections::BTreeSet;

use claimgate::claim::{Claim, Submitter};
use claimgate::guide::{ChildKind, Component, Element, ElementKind, Guide, Segment, library};
use claimgate::payer::TradingPartner;
use claimgate::transaction::t837::{self, ClaimReader, NOT_HELD, Numbers, ReadClaim};
use claimgate::x12::{Item, read_all};

/// As many as the longest list of codes that one segment chooses from.
const ROUNDS: usize = 6;

/// Who the patient is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patient {
    Subscriber,
    Dependent,
}

/// A transaction set that says everything once. Each round takes other codes where one must be chosen.
struct Everything<'g> {
    guide: &'g Guide,
    round: usize,
    patient: Patient,
    count: usize,
    levels: usize,
    /// Loop of each segment from ST on.
    loops: Vec<&'g str>,
    text: String,
}

impl<'g> Everything<'g> {
    fn new(guide: &'g Guide, round: usize, patient: Patient) -> Self {
        let envelope = format!(
            "ISA*00*          *00*          *ZZ*CLAIMGATE      *ZZ*SANDBOX        *261124*0930*^*00501*\
             000000201*1*T*:~GS*HC*A*B*20261124*0930*1*X*{}~",
            guide.id
        );
        let mut everything = Self {
            guide,
            round,
            patient,
            count: 0,
            levels: 0,
            loops: Vec::new(),
            text: envelope,
        };
        everything.enter(0, None);
        everything
    }

    /// `opening`: which of the codes of its first segment a loop is opened with.
    fn enter(&mut self, index: usize, opening: Option<usize>) {
        let guide = self.guide;
        let id = guide.loops[index].id.as_str();
        let mut opening = opening;
        for child in &guide.loops[index].children {
            match child.kind {
                ChildKind::Segment(segment) => {
                    let segment = &guide.segments[segment];
                    if self.leaves_out(id, segment) {
                        continue;
                    }
                    let chosen = opening.take();
                    let copies = match chosen {
                        Some(_) => 1,
                        None => copies(segment),
                    };
                    for copy in 0..copies {
                        let choice = chosen.unwrap_or(if copies > 1 { copy } else { self.round });
                        self.segment(id, segment, choice, copy);
                    }
                }
                ChildKind::Loop(inner) => {
                    let loop_id = guide.loops[inner].id.as_str();
                    let wanted = match (id, loop_id) {
                        (_, "2000C") | ("2000C", "2300") => self.patient == Patient::Dependent,
                        ("2000B", "2300") => self.patient == Patient::Subscriber,
                        _ => true,
                    };
                    let opened = guide.trigger(inner).map_or(1, codes_of_key);
                    let repeat = guide.loops[inner].repeat.unwrap_or(1) as usize;
                    for copy in 0..opened.min(repeat).max(1) {
                        let choice = if repeat > 1 { copy } else { self.round };
                        if wanted {
                            self.enter(inner, Some(choice));
                        }
                    }
                }
            }
        }
    }

    /// What the guide says of a subscriber only where that is the patient.
    fn leaves_out(&self, loop_id: &str, segment: &Segment) -> bool {
        let of_patient = match loop_id {
            "2010BA" => matches!(segment.id.as_str(), "N3" | "N4" | "DMG"),
            "2000B" => segment.id == "PAT",
            _ => false,
        };
        of_patient && self.patient == Patient::Dependent
    }

    fn segment(&mut self, loop_id: &'g str, segment: &'g Segment, choice: usize, copy: usize) {
        let mut elements = vec![segment.id.clone()];
        for (index, element) in segment.elements.iter().enumerate() {
            let value = element.as_ref().map(|element| {
                let element = (index + 1, element);
                self.element(loop_id, segment, element, &elements, (choice, copy))
            });
            elements.push(value.unwrap_or_default());
        }
        while elements.last().is_some_and(String::is_empty) {
            elements.pop();
        }
        self.loops.push(loop_id);
        self.text += &elements.join("*");
        self.text.push('~');
    }

    fn element(
        &mut self,
        loop_id: &str,
        segment: &Segment,
        (number, element): (usize, &Element),
        before: &[String],
        (choice, copy): (usize, usize),
    ) -> String {
        match (segment.id.as_str(), number) {
            ("HL", 1) => {
                self.levels += 1;
                return self.levels.to_string();
            }
            ("HL", 2) => return (self.levels - 1).to_string(),
            ("ST", 3) => return self.guide.id.clone(),
            ("SBR", 2) if loop_id == "2000B" && self.patient == Patient::Dependent => {
                return String::new();
            }
            // A group's name stands where its number is not known.
            ("SBR", 4) => return String::new(),
            ("NM1", 4 | 5 | 7) if before[2] == "2" => return String::new(),
            // One contact: its name and numbers, then what does not fit behind them.
            ("PER", 2) if copy > 0 => return String::new(),
            ("PER", 3) => return if copy > 0 { "EM" } else { "TE" }.into(),
            ("PER", 5) if copy == 0 => return "EX".into(),
            ("PER", 7) if copy == 0 => return "FX".into(),
            ("PER", 5..) if copy > 0 => return String::new(),
            _ => {}
        }
        let ElementKind::Composite(composite) = &element.kind else {
            let ElementKind::Simple(simple) = &element.kind else {
                return String::new();
            };
            return self.value(&element.data, &simple.codes, before, choice);
        };
        let mut parts: Vec<String> = Vec::new();
        for component in &composite.components {
            let value = component.as_ref().map(|Component { data, value, .. }| {
                let mut before = before.to_vec();
                before.extend(parts.clone());
                self.value(data, &value.codes, &before, choice)
            });
            parts.push(value.unwrap_or_default());
        }
        while parts.last().is_some_and(String::is_empty) {
            parts.pop();
        }
        parts.join(":")
    }

    /// Every value is another one, so that two that change places are seen.
    fn value(&mut self, data: &str, codes: &[String], before: &[String], choice: usize) -> String {
        if !codes.is_empty() {
            return codes[choice % codes.len()].clone();
        }
        self.count += 1;
        let count = self.count;
        let last = before.last().map_or("", String::as_str);
        match (data, last) {
            ("782", _) => format!("{count}.5"),
            ("373", _) | ("1251", "D8") => day(count),
            ("1251", "RD8") => format!("{}-{}", day(count), day(count + 1)),
            ("1251", "DT") => format!("{}0930", day(count)),
            ("1251", "TM") => "1130".into(),
            ("67", "XX") => npi(count),
            ("1328", _) => (count % 12 + 1).to_string(),
            ("337", _) => "1230".into(),
            _ => format!("V{count}"),
        }
    }
}

fn codes_of_key(segment: &Segment) -> usize {
    segment.key.as_ref().map_or(1, |key| key.codes.len())
}

/// One of each of its codes where it may repeat; two where it may, and there is one code.
fn copies(segment: &Segment) -> usize {
    let repeat = segment.repeat.map_or(3, |repeat| repeat as usize);
    repeat.min(codes_of_key(segment).max(2))
}

fn day(count: usize) -> String {
    format!("2024{:02}{:02}", count / 28 % 12 + 1, count % 28 + 1)
}

fn npi(count: usize) -> String {
    let nine = format!("1{count:08}");
    let whole = |check| format!("{nine}{check}");
    (0..10)
        .map(whole)
        .find(|npi| claimgate::claim::Npi::parse(npi).is_ok())
        .unwrap()
}

fn read(bytes: &[u8]) -> Vec<ReadClaim> {
    let mut reader = ClaimReader::new();
    let mut claims = Vec::new();
    read_all(bytes, |item| {
        if let Item::Segment(segment) = item {
            claims.extend(reader.segment(&segment));
        }
    });
    claims.extend(reader.finish());
    claims
}

fn write(submitter: &Submitter, claims: &[&Claim]) -> Vec<u8> {
    let partner: TradingPartner =
        toml::from_str(include_str!("../config/payers/sandbox.toml")).unwrap();
    let numbers = Numbers {
        interchange: 1,
        group: 1,
        first_set: 1,
        reference: "ALL",
        created: jiff::civil::datetime(2026, 11, 24, 12, 30, 0, 0),
    };
    t837::interchange(&partner, &numbers, submitter, claims)
        .unwrap()
        .bytes
}

fn claim_guides() -> impl Iterator<Item = &'static Guide> {
    library().guides().iter().filter(|guide| guide.set == "837")
}

fn everything() -> impl Iterator<Item = Everything<'static>> {
    claim_guides().flat_map(|guide| {
        [Patient::Subscriber, Patient::Dependent]
            .into_iter()
            .flat_map(move |patient| {
                (0..ROUNDS).map(move |round| Everything::new(guide, round, patient))
            })
    })
}

#[test]
fn what_the_types_do_not_hold_is_in_the_table() {
    let mut told = BTreeSet::new();
    for everything in everything() {
        let guide = everything.guide.id.as_str();
        for claim in read(everything.text.as_bytes()) {
            let notes = claim.unreadable.iter().chain(&claim.set.unreadable);
            told.extend(notes.map(|note| {
                let at = everything.loops[note.position as usize - 1];
                (guide, at, note.segment.clone(), note.element, note.what)
            }));
        }
    }
    let table: BTreeSet<_> = NOT_HELD
        .iter()
        .map(|one| {
            (
                one.guide,
                one.loop_id,
                one.segment.to_owned(),
                one.element,
                one.what,
            )
        })
        .collect();
    let missing: Vec<_> = told.difference(&table).collect();
    let needless: Vec<_> = table.difference(&told).collect();
    assert!(
        missing.is_empty() && needless.is_empty(),
        "not in the table: {missing:#?}\nin it for nothing: {needless:#?}"
    );
}

#[test]
fn what_they_hold_is_written_and_read_again() {
    for everything in everything() {
        for first in read(everything.text.as_bytes()) {
            let bytes = write(&first.set.submitter, &[&first.claim]);
            let again = read(&bytes).swap_remove(0);
            assert_eq!(again.unreadable, [], "{}", everything.guide.id);
            let [again, first] = [again.claim, first.claim]
                .map(|claim| serde_json::to_string_pretty(&claim).unwrap());
            let different: Vec<_> = first
                .lines()
                .zip(again.lines())
                .filter(|(a, b)| a != b)
                .take(3)
                .collect();
            assert!(
                first == again,
                "{} {}: {different:?}",
                everything.guide.id,
                everything.round
            );
        }
    }
}

/// Both ways of being the patient, and every segment of the guide, are in what is read.
#[test]
fn everything_is_said() {
    for guide in claim_guides() {
        let said: BTreeSet<_> = [Patient::Subscriber, Patient::Dependent]
            .into_iter()
            .flat_map(|patient| Everything::new(guide, 0, patient).loops)
            .collect();
        let all: BTreeSet<_> = guide.loops.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(said, all, "{}", guide.id);
    }
}
