//! Claim acknowledgments of every 837 at hand: our own check takes them, and they speak of every claim.

use std::fs;
use std::path::{Path, PathBuf};

use claimgate::check::{Checker, Judgment, Verdict};
use claimgate::exchange::{AnswerNumbers, SubmittedClaims, claim_acknowledgments};
use claimgate::transaction::t277ca::{self, Standing};
use claimgate::x12::{Item, read_all};

#[test]
fn fixtures_are_answered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut answered = 0;
    for guide in ["005010X222A1", "005010X223A2", "005010X224A2"] {
        for verdict in ["accepted", "rejected"] {
            let folder = root.join("fixtures").join(guide).join(verdict);
            for file in files(&folder, Some("edi")) {
                let (judgment, told) = answer(&file);
                answered += usize::from(!told.is_empty());
                if verdict == "accepted" {
                    assert_eq!(judgment.verdict(), Verdict::Accepted);
                    let mut claims = told.iter().flat_map(|one| one.claims());
                    assert!(
                        claims.all(|one| one.standing() == Standing::Accepted),
                        "{file:?}"
                    );
                }
            }
        }
    }
    assert!(answered > 5);
}

#[test]
fn claims_that_none_of_us_wrote_are_answered() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        println!("no corpus beside the checkout: not run");
        return;
    }
    let folders = ["837p", "837i", "837d"].map(|folder| corpus.join(folder));
    let files = folders.iter().flat_map(|folder| files(folder, None));
    let answered = files.filter(|file| !answer(file).1.is_empty()).count();
    println!("{answered} files answered");
    assert!(answered > 20);
}

/// A fault anywhere in an 837 leaves an answer that our own check takes.
#[test]
fn broken_claims_are_answered_too() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for guide in ["005010X222A1", "005010X223A2", "005010X224A2"] {
        for file in files(&root.join(guide).join("accepted"), Some("edi")) {
            let good = fs::read(&file).unwrap();
            let start = good.windows(3).position(|three| three == b"ST*").unwrap();
            for at in start..good.len() {
                for byte in [b'9', b'*', b'?', 0xE9] {
                    if at % 23 == usize::from(byte) % 23 {
                        let mut changed = good.clone();
                        changed[at] = byte;
                        answer_to(&changed, &format!("{file:?} at {at}"));
                    }
                }
            }
        }
    }
}

/// The judgment of a file, and its answer after our own check took it. A set that was accepted has no claim rejected.
fn answer(file: &Path) -> (Judgment, Vec<t277ca::ClaimAcknowledgments>) {
    answer_to(&fs::read(file).unwrap(), &format!("{file:?}"))
}

fn answer_to(bytes: &[u8], file: &str) -> (Judgment, Vec<t277ca::ClaimAcknowledgments>) {
    let mut claims = SubmittedClaims::default();
    let judgment = judge(bytes, |item| {
        if let Item::Segment(segment) = item {
            claims.segment(segment);
        }
    });
    let numbers = AnswerNumbers {
        control_number: 1,
        created: jiff::civil::date(2026, 11, 24).at(9, 45, 0, 0),
    };
    let bytes = claim_acknowledgments(&judgment, &claims, numbers).unwrap();
    if bytes.is_empty() {
        return (judgment, Vec::new());
    }
    let own = judge(&bytes, |_| {});
    let findings: Vec<String> = own.findings().map(|finding| finding.message()).collect();
    // An id is carried back as it came: what is odd about it may be warned of again.
    assert_ne!(own.verdict(), Verdict::Rejected, "{file}: {findings:?}");
    let told = t277ca::read(&bytes);
    let rejects = |one: &t277ca::ClaimAcknowledgments| {
        let mut claims = one.claims();
        one.standing() == Standing::Rejected
            || claims.any(|claim| claim.standing() == Standing::Rejected)
    };
    let rejected = judgment.verdict() == Verdict::Rejected;
    assert!(rejected || !told.iter().any(rejects), "{file}");
    (judgment, told)
}

fn judge(bytes: &[u8], mut also: impl FnMut(&Item<'_>)) -> Judgment {
    let mut checker = Checker::default();
    read_all(bytes, |item| {
        checker.item(&item);
        also(&item);
    });
    checker.finish()
}

fn files(folder: &Path, extension: Option<&str>) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let is_asked = |file: &PathBuf| {
        extension.is_none_or(|wanted| file.extension().is_some_and(|one| one == wanted))
    };
    files.retain(is_asked);
    files.sort();
    files
}
