//! Interchanges that none of us wrote, where they lie beside the checkout: every one gets a verdict, and one that
//! another validator found valid is not rejected.

use std::fs;
use std::path::PathBuf;

use claimgate::check::{Checker, Judgment, Verdict};
use claimgate::x12::read_all;

/// Files that pyx12 4.0.0 accepts and we reject, each with the reason why we are right.
const STRICTER: &[(&str, &str)] = &[(
    "837p/cosyte-x12--837p-canonical.edi",
    "a claim of 2026 to Medicare without a Medicare beneficiary id",
)];

#[test]
fn every_interchange_gets_a_verdict() {
    let Some(corpus) = corpus() else { return };
    let manifest = fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let mut judged = 0;
    let mut disagreements = Vec::new();
    for line in manifest.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let file = columns[0];
        if file.starts_with("fhir-r4/") {
            continue;
        }
        let judgment = judge(&fs::read(corpus.join(file)).unwrap());
        judged += 1;
        // Some were run under the guide that they mean: `[run as 005010X222A1] valid`.
        let valid = columns
            .last()
            .is_some_and(|other| *other == "valid" || other.ends_with("] valid"));
        let explained = STRICTER.iter().any(|(known, _)| *known == file);
        if valid && judgment.verdict() == Verdict::Rejected && !explained {
            let findings: Vec<String> = judgment.findings().map(|f| f.message()).collect();
            disagreements.push(format!("{file}: {}", findings.join("; ")));
        }
    }
    println!("{judged} files judged");
    assert!(disagreements.is_empty(), "\n{}\n", disagreements.join("\n"));
}

/// A file cut anywhere, or with a byte changed anywhere, still gets a verdict.
#[test]
fn broken_copies_get_a_verdict_too() {
    let Some(corpus) = corpus() else { return };
    for folder in [
        "837p", "837i", "837d", "835", "999", "277ca", "ta1", "270", "271", "276", "277",
    ] {
        for entry in fs::read_dir(corpus.join(folder))
            .unwrap()
            .map(Result::unwrap)
        {
            let bytes = fs::read(entry.path()).unwrap();
            let step = (bytes.len() / 40).max(1);
            for at in (0..bytes.len()).step_by(step) {
                judge(&bytes[..at]);
                let mut changed = bytes.clone();
                changed[at] = changed[at].wrapping_add(0x55);
                judge(&changed);
            }
        }
    }
}

fn corpus() -> Option<PathBuf> {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        println!("no corpus beside the checkout: not run");
        return None;
    }
    Some(corpus)
}

fn judge(bytes: &[u8]) -> Judgment {
    let mut checker = Checker::default();
    read_all(bytes, |item| checker.item(&item));
    checker.finish()
}
