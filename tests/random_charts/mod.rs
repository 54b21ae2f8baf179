//! Charts drawn at random, in every field that a chart has: each becomes claims that our own check accepts at every
//! level, and that come back from their 837 as they were.
//!
//! `RANDOM_CHARTS` draws more of each kind; a failure prints the seed of its chart and the chart.

mod dental;
mod filler;
mod institutional;
mod payers;
mod people;
mod professional;
mod shared;

use std::collections::BTreeSet;

use claimgate::billing::{Billed, unbill};
use claimgate::chart::{self, Chart, Code};
use claimgate::check::{self, Severity, Verdict};
use claimgate::claim::Claim;
use claimgate::transaction::t837::ClaimReader;
use claimgate::x12::{Item, read_all};
use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::Value;

use super::billing::{bill_reading, bill_text, interchange, judged};
use filler::{Filler, TODAY};

/// Of each kind, where `RANDOM_CHARTS` says no other number.
const CASES: u32 = 160;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Professional,
    Institutional,
    Dental,
}

/// From the first to the last day of service.
#[derive(Debug, Clone, Copy)]
struct Days {
    start: Date,
    end: Date,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Professional => "professional",
            Self::Institutional => "institutional",
            Self::Dental => "dental",
        }
    }
}

/// The chart of a seed.
fn drawn(kind: Kind, seed: u64) -> Chart {
    let mut f = Filler::new(seed);
    let start = f.day(TODAY - 200.days(), TODAY - 20.days());
    let days = Days {
        start,
        end: start + f.one_of(&[0, 0, 1, 9]).days(),
    };
    let mut chart = shared::chart(&mut f, kind, days);
    match kind {
        Kind::Professional => professional::fill(&mut f, &mut chart, days),
        Kind::Institutional => institutional::fill(&mut f, &mut chart, days),
        Kind::Dental => dental::fill(&mut f, &mut chart, days),
    }
    shared::sums(&mut f, &mut chart);
    payers::cover(&mut f, kind, &mut chart, days.end);
    chart
}

/// What is wrong with what becomes of a chart.
fn wrong(chart: &Chart) -> Option<String> {
    let billed = bill_text(serde_json::to_string(chart).unwrap().as_bytes());
    let held = billed.findings.iter().find(|found| {
        let is_left_out =
            found.code == Code::NotOfKind && !found.path.starts_with("/encounter/accident");
        found.severity() == chart::Severity::Error || is_left_out
    });
    if let Some(held) = held {
        return Some(format!("{} {}: {}", held.code, held.path, held.message()));
    }
    unaccepted(&billed)
        .or_else(|| unlike(&billed))
        .or_else(|| uncharted(&billed))
}

fn claims(billed: &Billed) -> Vec<&Claim> {
    billed.claims.iter().map(|one| &one.claim).collect()
}

fn unaccepted(billed: &Billed) -> Option<String> {
    if billed.claims.is_empty() {
        return Some("no claim".into());
    }
    let judgment = judged(&claims(billed));
    let is_error = |one: &&check::Finding| one.code.severity() == Severity::Error;
    let error = judgment
        .findings()
        .find(is_error)
        .map(|one| format!("{} {:?} {}", one.loop_id, one.code, one.message()));
    error.or_else(|| (judgment.verdict() == Verdict::Rejected).then(|| "rejected".into()))
}

/// What is read of the 837 must be the claims, and written again the same bytes.
fn unlike(billed: &Billed) -> Option<String> {
    let written = interchange(&claims(billed)).bytes;
    let (mut reader, mut read) = (ClaimReader::new(), Vec::new());
    read_all(&written, |item| {
        if let Item::Segment(segment) = item {
            read.extend(reader.segment(&segment));
        }
    });
    if let Some(unreadable) = read.iter().find_map(|one| one.unreadable.first()) {
        return Some(format!("{unreadable:?}"));
    }
    let again: Vec<&Claim> = read.iter().map(|one| &one.claim).collect();
    if again != claims(billed) {
        return Some("claims read are not those written".into());
    }
    (interchange(&again).bytes != written).then(|| "written twice, not the same".into())
}

/// A chart made of a claim must say all that the claim says, and become the same claim.
fn uncharted(billed: &Billed) -> Option<String> {
    billed.claims.iter().find_map(|one| {
        let reading = unbill(one.claim.clone());
        if let Some(left) = reading.findings.first() {
            return Some(format!("{} {}", left.code, left.path));
        }
        let again = bill_reading(&reading);
        if again.claims.first().map(|own| &own.claim) == Some(&one.claim) {
            return None;
        }
        let json = |claim: &Claim| serde_json::to_string_pretty(claim).unwrap();
        let (old, new) = (
            json(&one.claim),
            again.claims.first().map(|own| json(&own.claim)),
        );
        let Some(new) = new else {
            let held = again.findings.iter().map(|one| format!("{one}"));
            return Some(held.collect::<Vec<_>>().join(", "));
        };
        let mut lines = old.lines().zip(new.lines()).enumerate();
        let (at, (old, new)) = lines.find(|(_, (old, new))| old != new)?;
        Some(format!("billed again line {at} {old} is {new}"))
    })
}

fn holds(kind: Kind, seed: u64) -> Result<(), TestCaseError> {
    let chart = drawn(kind, seed);
    match wrong(&chart) {
        None => Ok(()),
        Some(why) => {
            let chart = serde_json::to_string(&chart).unwrap();
            Err(TestCaseError::fail(format!(
                "{kind:?} {seed}: {why}\n{chart}"
            )))
        }
    }
}

fn config() -> ProptestConfig {
    let cases = std::env::var("RANDOM_CHARTS").map_or(CASES, |cases| cases.parse().unwrap());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

// Another seed is another chart, not a smaller one.
proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_professional_chart_is_accepted_and_comes_back(seed in any::<u64>().no_shrink()) {
        holds(Kind::Professional, seed)?;
    }

    #[test]
    fn an_institutional_chart_is_accepted_and_comes_back(seed in any::<u64>().no_shrink()) {
        holds(Kind::Institutional, seed)?;
    }

    #[test]
    fn a_dental_chart_is_accepted_and_comes_back(seed in any::<u64>().no_shrink()) {
        holds(Kind::Dental, seed)?;
    }
}

/// Charts that fill every field between them.
const SAMPLES: u64 = 300;

#[test]
fn every_field_of_a_chart_is_drawn() {
    let schema = chart::schema();
    let mut fields = BTreeSet::new();
    schema_fields(&schema, "Chart", &mut fields);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        schema_fields(definition, name, &mut fields);
    }
    let mut filled = BTreeSet::new();
    for seed in 0..SAMPLES {
        for kind in [Kind::Professional, Kind::Institutional, Kind::Dental] {
            let chart = serde_json::to_value(drawn(kind, seed)).unwrap();
            fill_fields(&schema, &schema, "Chart", &chart, &mut filled);
        }
    }
    let unfilled: Vec<&String> = fields.difference(&filled).collect();
    assert_eq!(unfilled, [""; 0]);
    assert!(fields.len() > 350, "{}", fields.len());
}

/// `Type.field` of each field, and `Type=value` of each value of a list.
fn schema_fields(definition: &Value, name: &str, fields: &mut BTreeSet<String>) {
    let own = definition["properties"].as_object();
    fields.extend(
        own.into_iter()
            .flatten()
            .map(|(field, _)| format!("{name}.{field}")),
    );
    let listed = definition["enum"].as_array().into_iter().flatten();
    fields.extend(listed.filter_map(|value| Some(format!("{name}={}", value.as_str()?))));
    if let Some(constant) = definition["const"].as_str() {
        fields.insert(format!("{name}={constant}"));
    }
    for choice in definition["oneOf"].as_array().into_iter().flatten() {
        schema_fields(choice, name, fields);
    }
}

/// Those of them that a value fills.
fn fill_fields(
    root: &Value,
    schema: &Value,
    name: &str,
    value: &Value,
    filled: &mut BTreeSet<String>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return fill_fields(root, &root["$defs"][name], name, value, filled);
    }
    for choice in ["anyOf", "oneOf"]
        .iter()
        .flat_map(|key| schema[*key].as_array())
        .flatten()
    {
        fill_fields(root, choice, name, value, filled);
    }
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let of_field = &schema["properties"][field];
                let is_empty = matches!(value, Value::Null | Value::Bool(false))
                    || value.as_array().is_some_and(Vec::is_empty);
                if !of_field.is_null() && !is_empty {
                    filled.insert(format!("{name}.{field}"));
                    fill_fields(root, of_field, name, value, filled);
                }
            }
        }
        Value::Array(values) => {
            for value in values {
                fill_fields(root, &schema["items"], name, value, filled);
            }
        }
        Value::String(text) => {
            let is_listed = schema["const"] == *value
                || schema["enum"]
                    .as_array()
                    .is_some_and(|list| list.contains(value));
            if is_listed {
                filled.insert(format!("{name}={text}"));
            }
        }
        _ => {}
    }
}
