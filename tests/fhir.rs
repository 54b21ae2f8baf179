//! Patient records that none of us wrote, where they lie beside the checkout: each gives charts, or says at which
//! FHIR path it does not.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use claimgate::chart::{Reading, Severity, read};

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
