//! Good interchanges, changed at random, for the tests that compare a fast way with a slow one. It must not know either.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::borrow::Cow;

use super::rules::rules;
use crate::guide::rule::Rule;
use crate::guide::{Guide, library};

pub(super) const SETS: [&str; 5] = [
    include_str!("../../fixtures/005010X222A1/accepted/office-visits.edi"),
    include_str!("../../fixtures/005010X222A1/accepted/three-payers.edi"),
    include_str!("../../fixtures/005010X221A1/accepted/payment-and-denial.edi"),
    include_str!("../../fixtures/005010X223A2/accepted/stay-and-infusion.edi"),
    include_str!("../../fixtures/005010X224A2/accepted/crown-and-braces.edi"),
];

/// What becomes of a segment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Drop,
    Double,
    Swap(Index),
    /// A letter or digit becomes another.
    Spoil(Index, char),
    /// The segments that keep a rule, or break it, take the place of their like from here on.
    Put(&'static Rule, bool),
}

pub(super) fn changes() -> impl Strategy<Value = Vec<(Index, Change)>> {
    let rules: Vec<&'static Rule> = rules().iter().collect();
    let change = prop_oneof![
        1 => Just(Change::Drop),
        1 => Just(Change::Double),
        1 => any::<Index>().prop_map(Change::Swap),
        2 => (any::<Index>(), select(vec!['0', '1', '2', '9', 'A', 'X'])).prop_map(|(at, by)| Change::Spoil(at, by)),
        3 => (select(rules), any::<bool>()).prop_map(|(rule, keeps)| Change::Put(rule, keeps)),
    ];
    prop::collection::vec((any::<Index>(), change), 0..5)
}

pub(super) fn changed(text: &str, changes: &[(Index, Change)]) -> String {
    let (envelope, mut body) = parts(text);
    for (at, change) in changes {
        let length = body.len();
        let at = at.index(length);
        match change {
            Change::Drop if length > 1 => drop(body.remove(at)),
            Change::Drop => {}
            Change::Double => body.insert(at, body[at].clone()),
            Change::Swap(other) => body.swap(at, other.index(length)),
            Change::Spoil(letter, by) => spoil(&mut body[at], *letter, *by),
            Change::Put(rule, true) => put(&mut body, at, &rule.accepted),
            Change::Put(rule, false) => put(&mut body, at, &rule.rejected),
        }
    }
    envelope + &body.concat()
}

/// With the segments that break a rule in the place of their like.
pub(super) fn broken(text: &str, rule: &'static Rule) -> String {
    let (envelope, mut body) = parts(text);
    put(&mut body, 0, &rule.rejected);
    envelope + &body.concat()
}

/// ISA and GS, and what is behind them.
fn parts(text: &str) -> (String, Vec<Cow<'_, str>>) {
    let segments = text.trim_end().split_inclusive('~').map(str::trim);
    let mut segments: Vec<&str> = segments.collect();
    let body = segments.split_off(2).into_iter().map(Cow::from).collect();
    (segments.concat(), body)
}

/// Its id is left alone: a segment of no place says nothing.
fn spoil(segment: &mut Cow<'_, str>, at: Index, by: char) {
    let id = segment.find('*').unwrap_or(segment.len());
    let letters = segment.char_indices().skip(id);
    let letters = letters.filter(|(_, letter)| letter.is_ascii_alphanumeric());
    let places: Vec<usize> = letters.map(|(place, _)| place).collect();
    if !places.is_empty() {
        let place = places[at.index(places.len())];
        let rest = &segment[place + 1..];
        *segment = format!("{}{by}{rest}", &segment[..place]).into();
    }
}

/// Each takes the place of the next segment of its id and qualifier, or comes behind the one before.
fn put<'t>(body: &mut Vec<Cow<'t, str>>, mut at: usize, segments: &'t str) {
    for one in segments.split_inclusive('~') {
        let like = body
            .iter()
            .skip(at)
            .position(|other| kind(other) == kind(one));
        match like {
            Some(further) => {
                at += further;
                body[at] = one.into();
            }
            None => body.insert(at, one.into()),
        }
        at += 1;
    }
}

/// What tells segments apart, well enough for a test.
fn kind(segment: &str) -> &str {
    let id = segment.split('*').next().unwrap_or_default();
    let length = match id {
        "DTP" | "REF" | "NM1" | "AMT" | "HI" | "PWK" | "NTE" => 3,
        _ => 0,
    };
    segment.get(..id.len() + 1 + length).unwrap_or(segment)
}

/// The guide of an interchange.
pub(super) fn guide(text: &str) -> &'static Guide {
    let version = text.split('*').find(|one| one.starts_with("005010X"));
    let version = version.and_then(|one| one.split('~').next()).unwrap();
    let mut guides = library().guides().iter();
    guides
        .find(|one| one.accepts.iter().any(|known| known == version))
        .unwrap()
}
