//! Patient records that none of us wrote, where they lie beside the checkout: each gives charts, or says at which
//! FHIR path it does not.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use claimgate::chart::{Reading, Severity, read};
use serde_json::{Value, json};

use super::billing::bill;

#[test]
fn every_bundle_gives_charts_or_says_why_not() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/fhir-r4");
    if !folder.is_dir() {
        println!("no corpus beside the checkout: not run");
        return;
    }
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let readings = read(&fs::read(&file).unwrap(), &name);
        assert!(!readings.is_empty(), "{name}");
        for reading in &readings {
            assert!(
                reading.chart.is_some() || !reading.findings.is_empty(),
                "{name}"
            );
            for finding in &reading.findings {
                assert!(is_fhir_path(&finding.path), "{name}: {finding}");
            }
            if let Some(chart) = &reading.chart {
                assert!(is_fhir_path(&reading.origins.resolve("/procedures/0/code")));
                assert_eq!(chart.id, reading.name, "{name}");
            }
        }
        println!("{}", summary(&name, &readings));
    }
}

fn is_fhir_path(path: &str) -> bool {
    path.starts_with(char::is_uppercase)
}

fn summary(name: &str, readings: &[Reading]) -> String {
    let held = readings.iter().filter(|reading| reading.is_held()).count();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    for reading in readings {
        let kind = reading
            .chart
            .as_ref()
            .map_or("no chart", |chart| &chart.kind);
        *kinds.entry(kind).or_default() += 1;
        for finding in &reading.findings {
            let key = match finding.severity() {
                Severity::Error => finding.to_string(),
                _ => finding.code.to_string(),
            };
            *codes.entry(key).or_default() += 1;
        }
    }
    format!(
        "{name}: {} readings, {held} held, {kinds:?}\n{codes:#?}",
        readings.len()
    )
}

/// What a facility and a dentist say has its place on their claims.
#[test]
fn stays_and_teeth_reach_the_claim() {
    let claim = |name: &str| {
        let mut claims = bill(name).claims;
        serde_json::to_value(claims.remove(0).claim).unwrap()
    };
    let check = |claim: &Value, expected: &[(&str, Value)]| {
        for (pointer, value) in expected {
            assert_eq!(claim.pointer(pointer), Some(value), "{pointer}");
        }
    };
    let stay = "/kind/institutional";
    let inpatient = claim("fhir/inpatient");
    let own = inpatient.pointer(stay).unwrap();
    check(
        own,
        &[
            ("/admission_type", json!("1")),
            // From the encounter, in FHIR's own codes.
            ("/admission_source", json!("5")),
            ("/patient_status", json!("01")),
            ("/admission_time", json!("14:30:00")),
            (
                "/statement",
                json!({"from": "2026-11-02", "to": "2026-11-05"}),
            ),
            ("/admitting_diagnosis", json!("R079")),
            ("/drg", json!("247")),
            ("/principal_procedure/code", json!("4A023N7")),
            ("/other_procedures/0/code", json!("B211YZZ")),
        ],
    );
    check(
        &inpatient,
        &[
            ("/control_number", json!("ACCT-55012")),
            ("/place_of_service", json!("11")),
            ("/diagnoses/0/present_on_admission", json!("Y")),
            ("/lines/0/procedure", json!("")),
            ("/lines/0/unit", json!("DA")),
            ("/lines/0/kind/institutional/revenue_code", json!("0120")),
        ],
    );
    let outpatient = claim("fhir/outpatient");
    let own = outpatient.pointer(stay).unwrap();
    check(own, &[("/reasons_for_visit", json!(["M25571"]))]);
    let oral = claim("fhir/oral");
    let teeth = json!([{"number": "14", "surfaces": ["M", "O"]}]);
    check(
        &oral,
        &[
            ("/kind/dental/tooth_statuses/0/tooth", json!("1")),
            ("/lines/0/kind/dental/teeth", teeth),
            ("/lines/2/kind/dental/oral_cavity", json!(["10"])),
        ],
    );
}

/// A folder with a file for each kind of resource gives the claim that one bundle gives.
#[test]
fn a_bulk_export_is_translated_as_its_bundle_is() {
    let text = fs::read("fixtures/charts/fhir/inpatient.json").unwrap();
    let bundle: Value = serde_json::from_slice(&text).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let export = dir.path().join("export");
    fs::create_dir(&export).unwrap();
    for entry in bundle["entry"].as_array().unwrap() {
        let kind = entry["resource"]["resourceType"].as_str().unwrap();
        let file = export.join(format!("{kind}.ndjson"));
        let before = fs::read_to_string(&file).unwrap_or_default();
        fs::write(&file, format!("{before}{}\n", entry["resource"])).unwrap();
    }
    let claims = |from: &str, out: &str| {
        let out = dir.path().join(out);
        let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
            .args(["translate", from, "--out"])
            .arg(&out)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
        let file = fs::read_to_string(out.join("sandbox-000000001.837")).unwrap();
        file[file.find("HL*").unwrap()..file.find("SE*").unwrap()].to_owned()
    };
    let joined = claims(export.to_str().unwrap(), "joined");
    assert_eq!(
        joined,
        claims("fixtures/charts/fhir/inpatient.json", "whole")
    );
}
