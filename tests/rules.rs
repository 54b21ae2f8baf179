//! Each rule by its two fixtures: the right way, on which nothing is found, and the same broken in that one way.

use std::fs;
use std::path::{Path, PathBuf};

use claimgate::check::{self, Checker, Judgment, Severity, Verdict};
use claimgate::exchange::{
    AnswerNumbers, Copies, Repeated, SubmittedClaims, claim_acknowledgments,
    implementation_acknowledgments,
};
use claimgate::guide::codes::{Codes, Found, find};
use claimgate::guide::{Overlay, library};
use claimgate::x12::{self, Item};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules")
}

fn judge(path: &Path) -> Judgment {
    judge_bytes(&fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn judge_bytes(bytes: &[u8]) -> Judgment {
    let mut checker = Checker::default();
    x12::read_all(bytes, |item| checker.item(&item));
    checker.finish()
}

/// Code and place of every finding.
fn found(judgment: &Judgment) -> Vec<String> {
    let findings = judgment.findings();
    findings
        .map(|one| format!("{} {}", one.code, one.message()))
        .collect()
}

#[test]
fn every_rule_has_its_accepted_and_its_rejected_fixture() {
    let mut wrong = Vec::new();
    for rule in check::rules() {
        let file = |name| folder().join(&rule.name).join(name);
        for name in ["accepted.edi", "rejected.edi"] {
            if !file(name).exists() {
                wrong.push(format!("{} has no {name}", rule.name));
            }
        }
        if !file("accepted.edi").exists() || !file("rejected.edi").exists() {
            continue;
        }
        let accepted = judge(&file("accepted.edi"));
        if accepted.verdict() != Verdict::Accepted || !found(&accepted).is_empty() {
            wrong.push(format!("{} accepted: {:?}", rule.name, found(&accepted)));
        }
        let mut rejected = found(&judge(&file("rejected.edi")));
        // Where the rule is about an amount, a sum with it cannot be judged.
        rejected.retain(|one| !one.starts_with("NotEvaluable "));
        if rejected.len() != 1 || !rejected[0].starts_with(&format!("{} ", rule.name)) {
            wrong.push(format!("{} rejected: {rejected:?}", rule.name));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_rule_file_is_listed_in_its_room() {
    let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/rules");
    let entries = |folder: &Path| fs::read_dir(folder).unwrap().map(|one| one.unwrap().path());
    let files = entries(&rooms)
        .filter(|path| path.is_dir())
        .flat_map(|room| {
            let files: Vec<PathBuf> = entries(&room).collect();
            files
        });
    let rules = files.filter(|path| path.extension().is_some_and(|one| one == "rule"));
    let mut names: Vec<String> = rules
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let listed: Vec<_> = check::rules()
        .iter()
        .map(|rule| rule.name.as_str())
        .collect();
    assert_eq!(names, listed);
}

#[test]
fn every_fixture_has_its_rule() {
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(
            check::rules().iter().any(|rule| rule.name == name),
            "{name}"
        );
    }
}

/// `category:status`, perhaps with an entity, of the lists.
fn is_status(written: &str) -> bool {
    let parts: Vec<&str> = written.split(':').collect();
    let lists = ["claim-status-category", "claim-status", "entity"];
    let codes = Codes::default();
    let mut known = parts.iter().zip(lists).map(|(code, list)| {
        let list = find(list).unwrap();
        matches!(codes.look_up(list, code), Found::Held(_))
    });
    (2..=3).contains(&parts.len()) && known.all(|known| known)
}

/// What a rule finds is told: a 999 names the segment that made it hold, a 277CA the status of the rule.
#[test]
fn every_broken_rule_is_told_to_the_sender() {
    let numbers = AnswerNumbers {
        control_number: 9,
        created: jiff::civil::date(2026, 11, 25).at(9, 45, 0, 0),
    };
    for rule in check::rules() {
        assert!(is_status(&rule.status), "{}: {}", rule.name, rule.status);
        let bytes = fs::read(folder().join(&rule.name).join("rejected.edi")).unwrap();
        let judgment = judge_bytes(&bytes);
        let Some(finding) = judgment
            .findings()
            .find(|one| one.code.severity() == Severity::Error)
        else {
            continue;
        };
        let mut repeated = Repeated::wanted(&judgment, Copies::Withheld);
        let mut claims = SubmittedClaims::default();
        x12::read_all(&bytes, |item| {
            if let Item::Segment(segment) = item {
                repeated.segment(&segment);
                claims.segment(&segment);
            }
        });
        let name = &rule.name;
        let told = implementation_acknowledgments(&judgment, &repeated, numbers).unwrap();
        assert_eq!(
            judge_bytes(&told).verdict(),
            Verdict::Accepted,
            "999 of {name}"
        );
        let told = String::from_utf8(told).unwrap();
        let trigger = told.contains("CTX*SITUATIONAL TRIGGER*");
        assert_eq!(trigger, finding.trigger.is_some(), "{name}: {told}");
        let told = claim_acknowledgments(&judgment, &claims, numbers).unwrap();
        assert_ne!(
            judge_bytes(&told).verdict(),
            Verdict::Rejected,
            "277CA of {name}"
        );
        let told = String::from_utf8(told).unwrap();
        assert!(
            told.contains(&format!("STC*{}*", rule.status)),
            "{name}: {told}"
        );
    }
}

/// A payer may ask for more than the guide, and a claim that the guide takes is then refused with what it asks for.
#[test]
fn a_payers_overlay_tightens_the_guide() {
    const PLAN: &str = "overlay 837P Plan, companion guide\nloop 2310B R\nloop 2300\n  CLM\n    \
        01 max 3\n    05\n      -01 {22}\n  REF(G1) R\nloop 2400\n  DTP(472) N\n";
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/005010X222A1/accepted");
    let bytes = fs::read(root.join("office-visits.edi")).unwrap();
    let overlay = Overlay::parse(PLAN, library());
    assert!(overlay.is_err(), "the guide requires DTP*472");
    let plan = PLAN.replace("loop 2400\n  DTP(472) N\n", "");
    let overlay = Overlay::parse(&plan, library()).unwrap().keep();
    let judged = |overlay| {
        let mut checker = Checker::default().with_overlay(overlay);
        x12::read_all(&bytes, |item| checker.item(&item));
        checker.finish()
    };
    assert_eq!(judged(&[]).verdict(), Verdict::Accepted);
    let judgment = judged(overlay);
    let mut told: Vec<_> = judgment
        .findings()
        .map(|one| format!("{} {}", one.code, one.reference()))
        .collect();
    told.sort();
    told.dedup();
    assert_eq!(
        told,
        [
            "PayerAsksFor NM1",
            "PayerAsksFor REF",
            "PayerCode CLM05-1",
            "PayerLength CLM01"
        ]
    );
    assert!(judgment.findings().all(|one| one.code.snip() == 7));
}
