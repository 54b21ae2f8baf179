//! Requests about invented people, and what becomes of them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::fields::{How, Section};
use super::{chart, circumstances, claim, decisions, is_request, lines, parties, payers};
use crate::chart::{self, Chart, Code, Finding, Reading};

const PROFESSIONAL: &str = include_str!("../../../fixtures/charts/clearinghouse/office-visit.json");
const DEPENDENT: &str =
    include_str!("../../../fixtures/charts/clearinghouse/dependent-accident.json");
const SECONDARY: &str = include_str!("../../../fixtures/charts/clearinghouse/secondary.json");
const INSTITUTIONAL: &str =
    include_str!("../../../fixtures/charts/clearinghouse/inpatient-surgery.json");
const DENTAL: &str = include_str!("../../../fixtures/charts/clearinghouse/crown-replacement.json");

fn request(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A request with one value in another's place; null stands for nothing.
fn with(text: &str, pointer: &str, value: Value) -> Value {
    let mut request = request(text);
    let (around, field) = pointer.rsplit_once('/').unwrap();
    match request.pointer_mut(around).unwrap() {
        Value::Array(items) => items[field.parse::<usize>().unwrap()] = value,
        around => around[field] = value,
    }
    request
}

fn read(request: &Value) -> Reading {
    chart(request, "request 1")
}

/// Everything but who writes what.
fn told(reading: &Reading) -> Vec<String> {
    let told = reading.findings.iter();
    told.filter(|one| one.code != Code::ClearinghouseOurs)
        .map(Finding::to_string)
        .collect()
}

fn same(one: &Value, other: &Value) {
    let charts = [one, other].map(|request| {
        let reading = read(request);
        assert_eq!(told(&reading), [""; 0]);
        serde_json::to_value(reading.chart.unwrap()).unwrap()
    });
    assert_eq!(charts[0], charts[1]);
}

/// Every table, with an example of where its objects are in a chart.
fn tables() -> Vec<(Section, &'static str)> {
    let mut open: Vec<(Section, String)> = vec![
        (claim::REQUEST, String::new()),
        (parties::SUBSCRIBER_WHO_IS_PATIENT, "/patient".into()),
        (parties::DEPENDENT, "/patient".into()),
        (parties::SUBSCRIBER, "/coverages/0/subscriber".into()),
        (parties::PROVIDER_WHO_IS_PERSON, "/providers/billing".into()),
        (
            parties::PROVIDER_WHO_IS_ORGANIZATION,
            "/providers/billing".into(),
        ),
        (payers::OTHER, "/coverages/0".into()),
        (payers::SUBSCRIBER, "/coverages/0".into()),
        (payers::SUBSCRIBER_WHO_IS_PATIENT, "/coverages/0".into()),
        (
            decisions::ADJUSTMENT,
            "/coverages/0/decision/adjustments/0".into(),
        ),
        (
            decisions::LINE_DECISION,
            "/coverages/0/decision/lines/0".into(),
        ),
        (lines::LINE, "/procedures/0".into()),
        (lines::NUMBER, "/procedures/0/numbers/further/0".into()),
        (
            circumstances::CERTIFICATION,
            "/encounter/certifications/0".into(),
        ),
        (claim::ORTHODONTICS, "/dental/orthodontics".into()),
    ];
    let mut tables = Vec::new();
    while let Some((section, target)) = open.pop() {
        for (_, place, how) in section {
            let place = place_of(&target, place);
            match how {
                How::Object(inner) | How::With(inner) => open.push((inner, place)),
                How::Each(inner) => open.push((inner, format!("{place}/0"))),
                _ => {}
            }
        }
        tables.push((section, &*target.leak()));
    }
    tables
}

fn place_of(target: &str, place: &str) -> String {
    match place.strip_prefix('$') {
        Some(place) => format!("/coverages/0{place}"),
        None if place.starts_with('/') => place.to_owned(),
        None if place.is_empty() => target.to_owned(),
        None => format!("{target}/{place}"),
    }
}

/// Whether a chart has a place, by its schema.
fn exists(root: &Value, schema: &Value, steps: &[&str]) -> bool {
    if let Some(name) = schema["$ref"].as_str() {
        return exists(root, root.pointer(&name[1..]).unwrap(), steps);
    }
    let Some((step, rest)) = steps.split_first() else {
        return true;
    };
    let any = |key: &str| {
        let choices = schema[key].as_array().into_iter().flatten();
        choices
            .into_iter()
            .any(|choice| exists(root, choice, steps))
    };
    let inside = match step.parse::<usize>() {
        Ok(_) => schema.get("items"),
        Err(_) => schema["properties"].get(*step),
    };
    inside.is_some_and(|inside| exists(root, inside, rest)) || any("anyOf") || any("oneOf")
}

#[test]
fn every_place_of_a_table_is_in_the_charts_schema() {
    let schema = chart::schema();
    assert!(!exists(&schema, &schema, &["patient", "colour"]));
    let mut missing = Vec::new();
    for (section, target) in tables() {
        for (key, place, how) in section {
            let has_place = !place.is_empty() && *place != "$";
            let pointer = place_of(target, place);
            let steps: Vec<&str> = pointer.split('/').skip(1).collect();
            if has_place && !matches!(how, How::Said) && !exists(&schema, &schema, &steps) {
                missing.push(format!("{key}: {pointer}"));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn no_table_names_a_field_twice() {
    for (section, _) in tables() {
        let mut keys: Vec<&str> = section.iter().map(|(key, ..)| *key).collect();
        keys.retain(|key| !key.is_empty());
        keys.sort_unstable();
        let count = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), count, "{keys:?}");
    }
}

#[test]
fn a_request_is_told_by_its_shape() {
    assert!(is_request(&request(PROFESSIONAL)));
    assert!(is_request(&json!({"tradingPartnerServiceId": "1"})));
    assert!(!is_request(
        &json!({"id": "1", "patient": {}, "encounter": {}})
    ));
    let readings = chart::read(format!("[{PROFESSIONAL},7,{DENTAL}]").as_bytes(), "f");
    let read: Vec<bool> = readings.iter().map(|one| one.chart.is_some()).collect();
    assert_eq!(read, [true, false, true]);
}

#[test]
fn both_vendors_forms_give_one_chart() {
    // Providers in a list, or each under its role.
    let mut listed = request(PROFESSIONAL);
    let mut providers = Vec::new();
    for (role, kind) in [
        ("billing", "BillingProvider"),
        ("rendering", "RenderingProvider"),
        ("referring", "ReferringProvider"),
        ("supervising", "SupervisingProvider"),
    ] {
        let mut provider = listed.as_object_mut().unwrap().remove(role).unwrap();
        provider["providerType"] = kind.into();
        providers.push(provider);
    }
    listed["providers"] = json!(providers);
    same(&request(PROFESSIONAL), &listed);
    // Numbers as numbers, days with hyphens, blank text for nothing.
    let mut loose = request(PROFESSIONAL);
    let claim = &mut loose["claimInformation"];
    claim["claimChargeAmount"] = serde_json::from_str("215.00").unwrap();
    claim["signatureIndicator"] = true.into();
    claim["delayReasonCode"] = "".into();
    claim["claimSupplementalInformation"]["priorAuthorizationNumber"] = json!(["PA771"]);
    let line = &mut claim["serviceLines"][0];
    line["serviceDate"] = "2026-11-02".into();
    line["professionalService"]["compositeDiagnosisCodePointers"] =
        json!({"diagnosisCodePointers": [1, 2]});
    line["professionalService"]["procedureModifiers"] = json!(["25", "", ""]);
    same(&request(PROFESSIONAL), &loose);
    // Lists of lists, or lists.
    let mut flat = request(INSTITUTIONAL);
    let claim = flat["claimInformation"].as_object_mut().unwrap();
    for (_, value) in claim.iter_mut() {
        if value.pointer("/0/0").is_some() {
            *value = value[0].take();
        }
    }
    let conditions = claim.remove("conditionCodesList").unwrap();
    claim.insert("conditionCodes".into(), conditions);
    claim["claimDateInformation"]["dischargeHour"] = "202611051130".into();
    same(&request(INSTITUTIONAL), &flat);
    // Names that changed.
    let mut old = request(DENTAL);
    let lines = &mut old["claimInformation"]["serviceLines"];
    let teeth = lines[1].as_object_mut().unwrap();
    let mut teeth = teeth.remove("teethInformation").unwrap();
    let surfaces = teeth[0].as_object_mut().unwrap();
    let surfaces = surfaces.remove("toothSurfaceCodes").unwrap();
    teeth[0]["toothSurface"] = surfaces;
    lines[1]["toothInformation"] = teeth;
    same(&request(DENTAL), &old);
}

#[test]
fn the_plans_stand_in_their_order_and_decisions_with_their_payer() {
    let chart = read(&request(SECONDARY)).chart.unwrap();
    let named: Vec<Option<&str>> = chart
        .coverages
        .iter()
        .map(|coverage| coverage.payer.name.as_deref())
        .collect();
    let expected = ["First Plan", "Sandbox Health Plan", "Third Plan"];
    assert_eq!(named, expected.map(Some));
    let decision = chart.coverages[0].decision.as_ref().unwrap();
    let lines: Vec<_> = decision
        .lines
        .iter()
        .map(|line| (line.procedure, line.code.as_deref(), line.adjustments.len()))
        .collect();
    assert_eq!(lines, [(1, None, 2), (2, Some("36416"), 1)]);
    assert_eq!(decision.date.to_string(), "2026-11-16");
    assert!(chart.coverages[1].decision.is_none());
}

/// Request, field = its new value -> what is told.
const EDITS: &[(&str, &str, &str, &str)] = &[
    (
        PROFESSIONAL,
        "/subscriber/colour",
        "1",
        "ClearinghouseUnknown at /subscriber/colour",
    ),
    (
        PROFESSIONAL,
        "/claimInformation/serviceLines/0/professionalService/procedureCode",
        "{\"code\":\"99214\"}",
        "ClearinghouseValue at /claimInformation/serviceLines/0/professionalService/procedureCode",
    ),
    (
        PROFESSIONAL,
        "/claimInformation/serviceLines/0/serviceDate",
        "\"20261340\"",
        "ClearinghouseValue at /claimInformation/serviceLines/0/serviceDate",
    ),
    (
        PROFESSIONAL,
        "/claimInformation/serviceLines",
        "{\"serviceDate\":\"20261102\"}",
        "",
    ),
    (
        PROFESSIONAL,
        "/claimInformation/patientControlNumber",
        "\" \"",
        "ClearinghouseValue at /claimInformation/patientControlNumber",
    ),
    (
        PROFESSIONAL,
        "/claimInformation/healthCareCodeInformation/1/diagnosisTypeCode",
        "\"ABK\"",
        "ClearinghouseValue at /claimInformation/healthCareCodeInformation/1/diagnosisTypeCode",
    ),
    (
        PROFESSIONAL,
        "/claimInformation/serviceFacilityLocation",
        "[7]",
        "ClearinghouseValue at /claimInformation/serviceFacilityLocation",
    ),
    (
        PROFESSIONAL,
        "/claimInformation/ambulanceTransportInformation",
        "{\"ambulanceTransportReasonCode\":\"A\"}",
        "ChartFieldMissing at /claimInformation/ambulanceTransportInformation/transportDistanceInMiles",
    ),
    (
        PROFESSIONAL,
        "/payToPlan",
        "{\"organizationName\":\"Plan\"}",
        "ClearinghouseNoPlace at /payToPlan",
    ),
    (
        PROFESSIONAL,
        "/usageIndicator",
        "\"T\"",
        "ClearinghouseTest at /usageIndicator",
    ),
    (
        PROFESSIONAL,
        "/billing/employerIdentificationNumber",
        "\"987654321\"",
        "ClearinghouseValue at /billing/employerIdentificationNumber",
    ),
    (
        DEPENDENT,
        "/dependent/relationshipToSubscriberCode",
        "null",
        "ClearinghouseValue at /dependent/relationshipToSubscriberCode",
    ),
    (
        DEPENDENT,
        "/providers/1/providerType",
        "\"Surgeon\"",
        "ClearinghouseValue at /providers/1/providerType",
    ),
    (
        SECONDARY,
        "/claimInformation/otherSubscriberInformation/0/payerPaidAmount",
        "null",
        "ChartFieldMissing at /claimInformation/otherSubscriberInformation/0/payerPaidAmount",
    ),
    (
        SECONDARY,
        "/claimInformation/serviceLines/0/lineAdjudicationInformation/0/otherPayerPrimaryIdentifier",
        "\"1\"",
        "ClearinghouseValue at /claimInformation/serviceLines/0/lineAdjudicationInformation/0/otherPayerPrimaryIdentifier",
    ),
    (
        INSTITUTIONAL,
        "/claimInformation/claimDateInformation/admissionDateAndHour",
        "\"20261102081\"",
        "ClearinghouseValue at /claimInformation/claimDateInformation/admissionDateAndHour",
    ),
];

#[test]
fn each_edit_is_told_by_its_path() {
    for (text, pointer, value, expected) in EDITS {
        let request = with(text, pointer, serde_json::from_str(value).unwrap());
        let told = told(&read(&request)).join("\n");
        let found = told.split(": ").next().unwrap_or_default();
        assert_eq!(found, *expected, "{pointer} = {value}: {told}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9]{0,14}".prop_map(Value::from),
    ];
    let known = prop::sample::select(vec![
        "qualifier",
        "identifier",
        "conditionCode",
        "conditionCodes",
        "providerType",
        "adjustmentDetails",
        "serviceDate",
        "otherPayerPrimaryIdentifier",
        "a~/b",
    ]);
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((known.clone(), inner), 0..4)
                .prop_map(|fields| fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

/// Pointers of everything in a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    /// Whatever stands anywhere, reading ends with a chart or says why there is none, and says it by a place of the request.
    #[test]
    fn any_value_anywhere_is_read_or_told(
        text in prop::sample::select(vec![PROFESSIONAL, DEPENDENT, SECONDARY, INSTITUTIONAL, DENTAL]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4),
    ) {
        let mut changed = request(text);
        for (index, value) in edits {
            let mut all = Vec::new();
            pointers(&changed, "", &mut all);
            let pointer: &String = index.get(&all);
            *changed.pointer_mut(pointer).unwrap() = value;
        }
        let reading = read(&changed);
        prop_assert!(reading.chart.is_some() || !reading.findings.is_empty());
        for finding in &reading.findings {
            prop_assert!(finding.path.is_empty() || finding.path.starts_with('/'), "{finding}");
        }
        if let Some(chart) = reading.chart {
            let again: Chart = serde_json::from_value(serde_json::to_value(&chart).unwrap()).unwrap();
            prop_assert!(again == *chart);
        }
    }
}
