//! Charts become claims that our own check accepts, or are held with every reason: one chart a subject, one table.

use std::fs;
use std::path::Path;

use claimgate::billing::{Billed, Biller, Defaults};
use claimgate::chart;
use claimgate::check::{Checker, Verdict};
use claimgate::claim::Claim;
use claimgate::payer::TradingPartner;
use claimgate::transaction::t837p::{self, Numbers};
use claimgate::x12::read_all;
use jiff::civil::{date, datetime};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sandbox() -> TradingPartner {
    let file = fs::read_to_string(root().join("config/payers/sandbox.toml")).unwrap();
    toml::from_str(&file).unwrap()
}

fn bill(name: &str) -> Billed {
    let file = root().join(format!("fixtures/charts/{name}.json"));
    bill_text(&fs::read(file).unwrap())
}

fn bill_text(text: &[u8]) -> Billed {
    let (defaults, partners) = (Defaults::sandbox(), [sandbox()]);
    let biller = Biller::new(&defaults, &partners, date(2026, 11, 24));
    let readings = chart::read(text, "chart");
    assert_eq!(readings.len(), 1);
    biller.bill(&readings[0])
}

/// What the check says of the claims in one interchange.
fn judged(claims: &[&Claim]) -> (Verdict, Vec<String>) {
    let numbers = Numbers {
        interchange: 7,
        group: 7,
        first_set: 1,
        reference: "CHARTS",
        created: datetime(2026, 11, 24, 12, 30, 0, 0),
    };
    let submitter = Defaults::sandbox().submitter.unwrap().to_claim();
    let written = t837p::interchange(&sandbox(), &numbers, &submitter, claims).unwrap();
    let mut checker = Checker::default();
    read_all(&written.bytes, |item| checker.item(&item));
    let judgment = checker.finish();
    let told = judgment.findings().map(|found| found.message()).collect();
    (judgment.verdict(), told)
}

/// The sandbox practice bills for every chart that names no billing provider.
const PRACTICE: &str = "ProviderFromConfig /providers/billing";

/// Chart, its claims (0: held) and findings.
const CHARTS: &[(&str, usize, &[&str])] = &[
    ("auto-accident", 1, &[PRACTICE]),
    (
        "child-of-subscriber",
        1,
        &[PRACTICE, "ProcedureMapped /procedures/1/code"],
    ),
    ("drug", 1, &[PRACTICE]),
    (
        "held-bad-npi",
        0,
        &[PRACTICE, "NpiInvalid /providers/referring/npi"],
    ),
    (
        "held-no-diagnosis",
        0,
        &[PRACTICE, "DiagnosisMissing /diagnoses"],
    ),
    (
        "held-unknown-payer",
        0,
        &["PayerUnknown /coverages/0/payer", PRACTICE],
    ),
    (
        "lines-and-modifiers",
        1,
        &[
            "TextRepaired /patient/name/last",
            "TextRepaired /patient/name/first",
            PRACTICE,
            "DiagnosisRepeated /diagnoses/2",
            "TextRepaired /procedures/3/note",
        ],
    ),
    ("office-visit", 1, &[PRACTICE]),
    ("referral", 1, &[PRACTICE]),
    ("replacement", 1, &[PRACTICE]),
    ("secondary", 1, &[PRACTICE]),
    ("sixty-lines", 2, &[PRACTICE, "LinesSplit /procedures"]),
];

#[test]
fn every_chart_is_billed_or_held_with_its_reasons() {
    let mut names: Vec<String> = fs::read_dir(root().join("fixtures/charts"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    let expected: Vec<&str> = CHARTS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, expected);
    for (name, claims, findings) in CHARTS {
        let billed = bill(name);
        let told: Vec<String> = billed
            .findings
            .iter()
            .map(|found| format!("{} {}", found.code, found.path))
            .collect();
        assert_eq!(told, *findings, "{name}");
        assert_eq!(billed.claims.len(), *claims, "{name}");
        assert_eq!(billed.is_held(), *claims == 0, "{name}");
    }
}

#[test]
fn what_is_billed_passes_our_own_check() {
    for (name, claims, _) in CHARTS {
        let billed = bill(name);
        let claims_made: Vec<&Claim> = billed.claims.iter().map(|billed| &billed.claim).collect();
        assert_eq!(claims_made.len(), *claims, "{name}");
        if !claims_made.is_empty() {
            let (verdict, told) = judged(&claims_made);
            assert_eq!(told, [""; 0], "{name}");
            assert_eq!(verdict, Verdict::Accepted, "{name}");
        }
    }
}
