//! Edits: each lets its accepted chart pass and finds the rejected one; payers' profiles and overrides are heard; what was
//! billed before is known.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use claimgate::billing::{Billed, EDITS, edit};
use claimgate::chart::{self, Code, Reading, Severity};
use claimgate::gateway::Setup;
use claimgate::guide::public::{PublicTables, read_public};
use jiff::civil::date;
use serde_json::{Value, json};

/// The chart that was billed before those of `ServiceDuplicate`.
const BEFORE: &str = "fixtures/charts/professional/office-visit.json";
const PRACTICE: Code = Code::ProviderFromConfig;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|_| panic!("{name} is missing"))
}

/// The sandbox insurer with a profile, and the invented tables.
fn setup(profile: &str) -> Setup {
    let mut setup = Setup::sandbox();
    let partner = text("config/payers/sandbox.toml") + profile;
    setup.partners = vec![toml::from_str(&partner).unwrap()];
    setup.tables = tables();
    setup
}

fn tables() -> PublicTables {
    let mut tables = PublicTables::default();
    for name in [
        "ccipra-invented.txt",
        "mue-invented.csv",
        "npi-invented.csv",
    ] {
        let file =
            read_public(&text(&format!("fixtures/scrub/tables/{name}")), name, None).unwrap();
        tables.put(file.table, file.bytes()).unwrap();
    }
    tables
}

fn readings(chart: &str) -> Vec<Reading> {
    chart::read(chart.as_bytes(), "chart")
}

fn bill(setup: &Setup, chart: &str) -> Billed {
    setup.biller(date(2026, 11, 24)).bill(&readings(chart)[0])
}

/// The same after another chart was billed.
fn bill_after(before: &str, setup: &Setup, chart: &str) -> Billed {
    let known: Vec<u64> = bill(setup, before).fingerprints().collect();
    let mut billed = bill(setup, chart);
    billed.tell_billed_before(&readings(chart)[0].origins, |one| {
        known.contains(&one).then(|| "claim 1".to_owned())
    });
    billed
}

/// Codes, severities and paths beside the practice's part.
fn told(billed: &Billed) -> Vec<(Code, Severity, &str)> {
    let findings = billed.findings.iter();
    let findings = findings.filter(|one| one.code != PRACTICE);
    findings
        .map(|one| (one.code, one.severity(), one.path.as_str()))
        .collect()
}

#[test]
fn every_edit_lets_pass_and_finds() {
    for edit in EDITS {
        let name = edit.code.name();
        let folder = format!("fixtures/scrub/{name}");
        let profile = root().join(&folder).join("payer.toml");
        let setup = setup(&fs::read_to_string(profile).unwrap_or_default());
        let bill = |verdict: &str| {
            let chart = text(&format!("{folder}/{verdict}.json"));
            match edit.code {
                Code::ServiceDuplicate => bill_after(&text(BEFORE), &setup, &chart),
                _ => bill(&setup, &chart),
            }
        };
        let accepted = bill("accepted");
        assert_eq!(told(&accepted), [], "{name}");
        let rejected = bill("rejected");
        let found = told(&rejected);
        assert!(
            matches!(found[..], [(code, severity, path)]
                if code == edit.code && severity == code.severity() && !path.is_empty()),
            "{name}: {found:?}"
        );
        let holds = edit.code.severity() == Severity::Error;
        assert_eq!(
            (rejected.is_held(), rejected.claims.is_empty()),
            (holds, holds),
            "{name}"
        );
    }
}

#[test]
fn names_and_keys_are_of_one_edit_each() {
    let mut all = Vec::new();
    for one in EDITS {
        for called in one.keys.iter().copied().chain([one.code.name()]) {
            assert_eq!(edit(&called.to_lowercase()).unwrap().code, one.code);
            all.push(called);
        }
        for key in one.keys {
            let parts: Vec<&str> = key.split('.').collect();
            assert!(
                matches!(parts[..], [guide, page, _, _, number]
                if guide.starts_with("X22") && page.len() == 3 && number >= "900"),
                "{key}"
            );
        }
    }
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

/// The rejected chart of an edit, with these overrides.
fn overridden(name: &str, overrides: Value) -> String {
    let chart = text(&format!("fixtures/scrub/{name}/rejected.json"));
    let mut chart: Value = serde_json::from_str(&chart).unwrap();
    chart["submission"] = json!({ "overrides": overrides });
    chart.to_string()
}

#[test]
fn somebody_may_say_why_a_finding_stands() {
    let setup = setup("");
    for name in ["NcciPair", "ServiceDuplicate"] {
        let chart = overridden(
            name,
            json!([{"edit": name, "reason": "two breasts", "by": "MA"}]),
        );
        let billed = bill_after(&text(BEFORE), &setup, &chart);
        let code = edit(name).unwrap().code;
        assert!(
            matches!(told(&billed)[..], [(found, Severity::Info, _)] if found == code),
            "{name}"
        );
        assert_eq!(billed.claims.len(), 1);
        assert!(!format!("{billed:?}").contains("two breasts"));
    }
    let key = "X222.351.2400.SV101-2.909";
    let chart = overridden(
        "NcciPair",
        json!([{"edit": key, "reason": " "}, {"edit": "MueUnits", "reason": "x"},
        {"edit": "Nothing", "reason": "x"}]),
    );
    assert_eq!(
        told(&bill(&setup, &chart)),
        [
            (Code::NcciPair, Severity::Info, "/procedures/1/code"),
            (
                Code::OverrideReasonMissing,
                Severity::Error,
                "/submission/overrides/0/reason"
            ),
            (
                Code::OverrideUnused,
                Severity::Warning,
                "/submission/overrides/1/edit"
            ),
            (
                Code::OverrideUnknown,
                Severity::Warning,
                "/submission/overrides/2/edit"
            ),
        ]
    );
}

#[test]
fn a_payer_takes_an_edit_as_it_likes() {
    let chart = text("fixtures/scrub/NcciPair/rejected.json");
    for (profile, expected) in [
        ("", Some(Severity::Error)),
        ("level = \"warning\"", Some(Severity::Warning)),
        ("level = \"off\"", None),
        (
            "level = \"off\"\nfrom = \"2026-11-03\"",
            Some(Severity::Error),
        ),
        ("level = \"off\"\nto = \"2026-11-02\"", None),
    ] {
        let profile = match profile {
            "" => String::new(),
            level => format!("\n[[scrub.level]]\nedit = \"NcciPair\"\n{level}\n"),
        };
        let billed = bill(&setup(&profile), &chart);
        let found = told(&billed).first().map(|(_, severity, _)| *severity);
        assert_eq!(found, expected, "{profile}");
    }
}

#[test]
fn a_filing_limit_counts_from_what_the_contract_says() {
    let visit = |change: fn(&mut Value)| {
        let mut chart: Value = serde_json::from_str(&text(BEFORE)).unwrap();
        chart["procedures"][0]["modifiers"] = json!(["24"]);
        change(&mut chart);
        chart.to_string()
    };
    let late = visit(|chart| chart["encounter"]["start"] = json!("2026-05-01"));
    let explained = visit(|chart| {
        chart["encounter"]["start"] = json!("2026-05-01");
        chart["submission"] = json!({"delay_reason": "11"});
    });
    let replaced = visit(|chart| {
        chart["encounter"]["start"] = json!("2026-05-01");
        chart["submission"] = json!({"frequency": "7", "payer_claim_number": "P1"});
    });
    let passed = |profile: &str, chart: &str| {
        let billed = bill(&setup(profile), chart);
        billed
            .findings
            .iter()
            .any(|one| one.code == Code::FilingLimitPassed)
    };
    let days = "[filing]\ndays = 180\n";
    assert!(passed(days, &late) && passed(days, &replaced));
    assert!(!passed(days, &explained));
    assert!(!passed(
        "[filing]\ndays = 180\nreplacement_days = 365\n",
        &replaced
    ));
    let secondary = text("fixtures/charts/professional/secondary.json");
    assert!(passed("[filing]\ndays = 1\n", &secondary));
    assert!(!passed(
        "[filing]\ndays = 1\nsecondary_days = 30\n",
        &secondary
    ));
}

/// A user takes in the tables, bills, and asks what an edit is.
#[test]
fn tables_are_taken_in_and_held_against_charts() {
    let data = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
            .args(args)
            .arg("--data")
            .arg(data.path())
            .current_dir(root())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let table = |name: &str| format!("fixtures/scrub/tables/{name}");
    let [pairs, units, npis] = [
        "ccipra-invented.txt",
        "mue-invented.csv",
        "npi-invented.csv",
    ]
    .map(table);
    let (code, told) = run(&["codes", "import", &pairs, &units, &npis]);
    assert!(
        code == Some(0) && told.contains("ncci-pairs-practitioner: 2 lines"),
        "{told}"
    );
    let (_, told) = run(&["codes"]);
    assert!(told.contains("mue-practitioner"), "{told}");
    let out = data.path().join("out");
    let out = out.to_str().unwrap();
    for (name, code) in [
        ("NcciPair", 1),
        ("MueUnits", 1),
        ("NpiDeactivated", 1),
        ("AgeConflict", 0),
    ] {
        let chart = format!("fixtures/scrub/{name}/rejected.json");
        let (exit, told) = run(&["translate", &chart, "--out", out]);
        assert!(exit == Some(code) && told.contains(name), "{told}");
        let (exit, told) = run(&["explain", name]);
        assert!(exit == Some(0) && told.contains("override"), "{told}");
    }
    // One chart after another, as a store sees them.
    let chart = "fixtures/scrub/ServiceDuplicate/rejected.json";
    let (_, told) = run(&["submit", BEFORE, chart]);
    assert!(
        told.contains("ServiceDuplicate") && told.contains("1 claims queued"),
        "{told}"
    );
    let (_, told) = run(&["submit", chart, BEFORE]);
    assert!(
        told.contains("office-visit: known") && told.contains("0 claims queued"),
        "{told}"
    );
    fs::write(data.path().join("codes/mue-practitioner.table"), "x").unwrap();
    let (exit, told) = run(&["translate", chart, "--out", out]);
    assert!(
        exit == Some(2) && told.contains("import it again"),
        "{told}"
    );
}
