//! The embedded guides, read once. To add one: a file in `data/` and a line here.

use std::sync::OnceLock;

use super::{Dictionary, Guide, Shared};

const DICTIONARY: &str = include_str!("data/dictionary");
const SHARED: &str = include_str!("data/shared.guide");
const ENVELOPE: &str = include_str!("data/envelope.guide");
const GUIDES: &[&str] = &[
    include_str!("data/005010X222A1.guide"),
    include_str!("data/005010X223A2.guide"),
    include_str!("data/005010X224A2.guide"),
    include_str!("data/005010X221A1.guide"),
    include_str!("data/005010X231A1.guide"),
    include_str!("data/005010X214.guide"),
    include_str!("data/005010X212-276.guide"),
    include_str!("data/005010X212-277.guide"),
    include_str!("data/005010X279A1-270.guide"),
    include_str!("data/005010X279A1-271.guide"),
];

/// Guides with the dictionary they are written against.
#[derive(Debug)]
pub struct Library {
    dictionary: Dictionary,
    envelope: Guide,
    guides: Vec<Guide>,
}

/// The guides that come with claimgate.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        // Embedded text is ours: a mistake in it is a bug, found by the first test that runs.
        let dictionary = Dictionary::parse(DICTIONARY).expect("embedded dictionary");
        let shared = Shared::parse(SHARED).expect("embedded shared lines");
        let parse = |text| Guide::parse(text, &dictionary, &shared).expect("embedded guide");
        let (envelope, guides) = (
            parse(ENVELOPE),
            GUIDES.iter().map(|text| parse(text)).collect(),
        );
        Library {
            dictionary,
            envelope,
            guides,
        }
    })
}

impl Library {
    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// ISA, TA1, GS, GE, IEA.
    pub fn envelope(&self) -> &Guide {
        &self.envelope
    }

    pub fn guides(&self) -> &[Guide] {
        &self.guides
    }

    /// The guide that trading partners call so ([`Guide::name`]), in capitals or not.
    pub fn called(&self, name: &str) -> Option<&Guide> {
        let mut guides = self.guides.iter();
        guides.find(|guide| guide.name().eq_ignore_ascii_case(name))
    }

    /// The guide of a transaction set: by GS08 or ST03, whichever is known here.
    pub fn find(&self, set: &str, version: &str) -> Option<&Guide> {
        self.guides
            .iter()
            .find(|guide| guide.set == set && guide.accepts.iter().any(|known| known == version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guide_has_a_name_of_its_own() {
        for guide in library().guides() {
            let found = library().called(guide.name()).unwrap();
            assert!(std::ptr::eq(found, guide), "{}", guide.id);
        }
    }

    /// What one place uses is no shared line but a detour.
    #[test]
    fn every_part_is_used_more_than_once() {
        let texts = || GUIDES.iter().chain([&SHARED]).flat_map(|text| text.lines());
        let count = |line: &str| texts().filter(|other| other.trim() == line).count();
        for name in SHARED.lines().filter_map(|line| line.strip_prefix("part ")) {
            assert!(count(&format!("use {name}")) > 1, "{name}");
        }
    }
}
