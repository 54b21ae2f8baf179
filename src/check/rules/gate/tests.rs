//! Rules find what they find when all of them are asked, and nothing is known again.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::check::Code;
use crate::check::changed::{SETS, broken, changed, changes, guide};
use crate::check::rules::{RuleBook, Rules, rules};
use crate::check::walk::Walk;
use crate::guide::Guide;
use crate::guide::rule::Rule;
use crate::x12::{Item, Place, read_all};

/// Lets every rule through.
fn open_book(guide: &'static Guide) -> Arc<RuleBook> {
    let mut book = RuleBook::new(guide, rules()).unwrap().unwrap();
    for one in &mut Arc::get_mut(&mut book).unwrap().by_loop {
        let open = || Gate {
            when: Vec::new(),
            need: vec![Vec::new()],
            looks: Vec::new(),
            counts: true,
        };
        one.gates.rules = one.rules.iter().map(|_| open()).collect();
    }
    book
}

/// The rules as they are, and as they would judge if nothing spared them any work.
fn both(guide: &'static Guide) -> Option<[Rules; 2]> {
    let book = RuleBook::new(guide, rules()).unwrap()?;
    let open = open_book(guide);
    Some([Rules::new(book, 7), Rules::new(open, 7).forgetful()])
}

/// What the rules tell of files one after another, and which they are.
fn told(
    mut rules: Rules,
    guide: &'static Guide,
    files: &[String],
) -> (String, BTreeSet<&'static str>) {
    let (mut text, mut names) = (String::new(), BTreeSet::new());
    let mut walk = Walk::new(guide).attentive();
    for file in files {
        walk.restart();
        let mut findings = Vec::new();
        read_all(file.as_bytes(), |item| {
            let Item::Segment(segment) = item else { return };
            if !matches!(segment.id(), b"ISA" | b"GS" | b"GE" | b"IEA") {
                let placed = walk.place(&segment, &mut Vec::new());
                rules.segment(placed, &segment, &walk, &mut findings);
            }
        });
        rules.finish(Place::default(), &mut findings);
        for one in findings {
            if let Code::Rule(rule, _) = one.code {
                names.insert(rule.name.as_str());
            }
            text += &format!("{one:?}\n");
        }
    }
    (text, names)
}

proptest! {
    #[test]
    fn gates_keep_no_finding_back(text in select(&SETS), files in prop::collection::vec(changes(), 1..4)) {
        let guide = guide(text);
        let files: Vec<_> = files.iter().map(|one| changed(text, one)).collect();
        if let Some([rules, all]) = both(guide) {
            prop_assert_eq!(told(rules, guide, &files), told(all, guide, &files));
        }
    }
}

/// Each rule by the segments that break it: else the test above might never have asked it.
#[test]
fn gates_let_every_broken_rule_through() {
    let mut spoke = BTreeSet::new();
    for text in SETS {
        let guide = guide(text);
        let of_guide = |rule: &&Rule| rule.guides.iter().any(|one| one == guide.name());
        for rule in rules().iter().filter(of_guide) {
            let files = [broken(text, rule)];
            let [rules, all] = both(guide).unwrap();
            let expected = told(all, guide, &files);
            assert_eq!(told(rules, guide, &files), expected, "{}", rule.name);
            spoke.extend(expected.1);
        }
    }
    assert!(spoke.len() > 300, "{} of {}", spoke.len(), rules().len());
}
