//! Small bundles about invented people, and what becomes of them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Export, charts, is_export};
use crate::chart::{Code, Coverage, ProviderName, Reading, Relationship, Sex, TaxId};

/// A visit with a vaccination and a condition, as patient record systems export it.
fn bundle() -> Value {
    let item = |sequence: u32, system: &str, code: &str| {
        json!({"sequence": sequence, "productOrService": {"coding": [
            {"system": system, "code": code}]}})
    };
    let mut visit = item(1, "http://snomed.info/sct", "185349003");
    visit["encounter"] = json!([{"reference": "Encounter/e1"}]);
    let mut vaccine = item(2, "http://hl7.org/fhir/sid/cvx", "140");
    vaccine["net"] = json!({"value": 140.52, "currency": "USD"});
    vaccine["diagnosisSequence"] = json!([2]);
    let mut condition = item(3, "http://snomed.info/sct", "162864005");
    condition["diagnosisSequence"] = json!([1]);
    let npi = "http://hl7.org/fhir/sid/us-npi";
    let entries = [
        json!({"resourceType": "Patient", "id": "p1",
            "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "MRN7"}],
            "name": [
                {"use": "maiden", "family": "Elm"},
                {"use": "official", "family": "Oak", "given": ["Ann", "Rose"], "suffix": ["Jr"]}],
            "telecom": [{"system": "email", "value": "a@example.org"},
                {"system": "phone", "value": "555-767-7476"}],
            "gender": "female", "birthDate": "1984-07-02",
            "address": [{"line": ["1 Hill St", "Apt 2", "Rear"], "city": "Salem",
                "state": "Massachusetts", "postalCode": "01970", "country": "US"}]}),
        json!({"resourceType": "Organization", "id": "o1", "name": "Salem Family Practice",
            "identifier": [{"system": npi, "value": "1234567893"},
                {"system": "urn:oid:2.16.840.1.113883.4.4", "value": "12-3456789"}],
            "address": [{"line": ["2 Main St"], "city": "Salem", "state": "MA",
                "postalCode": "019700001"}]}),
        json!({"resourceType": "Practitioner", "id": "d1",
            "identifier": [{"system": npi, "value": "520"}],
            "name": [{"family": "Ash", "given": ["June"]}]}),
        json!({"resourceType": "Organization", "id": "payer", "name": "Acme Health",
            "identifier": [{"system": "urn:payers", "value": "00123"}]}),
        json!({"resourceType": "Patient", "id": "p2", "gender": "male",
            "birthDate": "1980-01-01", "name": [{"family": "Oak", "given": ["Bob"]}]}),
        json!({"resourceType": "Coverage", "id": "c1", "status": "active",
            "subscriberId": "W100", "subscriber": {"reference": "Patient/p2"},
            "beneficiary": {"reference": "Patient/p1"},
            "relationship": {"coding": [{"code": "spouse"}]},
            "payor": [{"reference": "Organization/payer"}],
            "class": [{"type": {"coding": [{"code": "group"}]}, "value": "G5", "name": "Mill"}]}),
        json!({"resourceType": "Condition", "id": "x1",
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "162864005"}]}}),
        json!({"resourceType": "Encounter", "id": "e1", "status": "finished",
            "class": {"code": "AMB"}, "subject": {"reference": "Patient/p1"},
            "period": {"start": "2018-09-17T23:29:24-05:00", "end": "2018-09-17T23:44:24-05:00"},
            "participant": [{"individual": {"reference": "Practitioner/d1"}}]}),
        json!({"resourceType": "Claim", "id": "claim-1", "status": "active", "use": "claim",
            "type": {"coding": [{"code": "professional"}]},
            "patient": {"reference": "urn:uuid:0"},
            "billablePeriod": {"start": "2018-09-17", "end": "2018-09-17"},
            "provider": {"reference": "Organization/o1"},
            "diagnosis": [
                {"sequence": 1, "diagnosisReference": {"reference": "Condition/x1"}},
                {"sequence": 2, "type": [{"coding": [{"code": "principal"}]},],
                    "diagnosisCodeableConcept": {"coding": [
                        {"system": "http://snomed.info/sct", "code": "38341003"},
                        {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}]}}],
            "insurance": [{"sequence": 1, "focal": true,
                "coverage": {"reference": "Coverage/c1"}}],
            "item": [visit, vaccine, condition],
            "total": {"value": 265.52, "currency": "USD"}}),
    ];
    let entries: Vec<Value> = entries
        .iter()
        .enumerate()
        .map(|(index, resource)| {
            json!({"fullUrl": format!("urn:uuid:{index}"), "resource": resource})
        })
        .collect();
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

const CLAIM: usize = 8;

fn one(bundle: &Value) -> Reading {
    let mut readings = charts(bundle, "file");
    assert_eq!(readings.len(), 1);
    readings.remove(0)
}

fn told(reading: &Reading) -> Vec<String> {
    reading
        .findings
        .iter()
        .map(|finding| format!("{} {}", finding.code, finding.path))
        .collect()
}

/// The bundle after a change, and what is then told.
fn check(change: impl FnOnce(&mut Value), expected: &[&str]) -> Reading {
    let mut bundle = bundle();
    change(&mut bundle);
    let reading = one(&bundle);
    let ordinary = [
        "FhirConditionItem Bundle.entry[8].resource.item[2].productOrService",
        "FhirChargeDerived Bundle.entry[8].resource.item[0]",
    ];
    let told: Vec<String> = told(&reading)
        .into_iter()
        .filter(|told| !ordinary.contains(&&**told))
        .collect();
    assert_eq!(told, expected);
    reading
}

#[test]
fn a_claim_is_read_with_all_that_it_refers_to() {
    let reading = check(|_| {}, &[]);
    assert_eq!(reading.name, "claim-1");
    let chart = reading.chart.unwrap();
    let patient = &chart.patient;
    assert_eq!(patient.id.as_deref(), Some("MRN7"));
    assert_eq!(patient.name.last, "Oak");
    assert_eq!(patient.name.middle.as_deref(), Some("Rose"));
    assert_eq!(patient.sex, Some(Sex::Female));
    assert_eq!(patient.phone.as_deref(), Some("555-767-7476"));
    let address = patient.address.as_ref().unwrap();
    assert_eq!(address.line2.as_deref(), Some("Apt 2 Rear"));
    assert_eq!(address.country, None);
    let billing = chart.providers.billing.unwrap();
    assert_eq!(billing.npi.as_deref(), Some("1234567893"));
    assert!(matches!(billing.tax_id, Some(TaxId::Ein(ref number)) if number == "12-3456789"));
    let rendering = chart.providers.rendering.unwrap();
    assert!(matches!(rendering.name, ProviderName::Person(ref name) if name.last == "Ash"));
    assert_eq!(rendering.npi.as_deref(), Some("520"));
    let day: jiff::civil::Date = "2018-09-17".parse().unwrap();
    assert_eq!(chart.encounter.start, Some(day));
    assert_eq!(chart.encounter.class.as_deref(), Some("AMB"));
    covered(&chart.coverages[0]);
}

fn covered(coverage: &Coverage) {
    assert_eq!(coverage.payer.name.as_deref(), Some("Acme Health"));
    assert_eq!(coverage.payer.id.as_deref(), Some("00123"));
    assert_eq!(coverage.member_id.as_deref(), Some("W100"));
    assert_eq!(coverage.group_number.as_deref(), Some("G5"));
    assert_eq!(coverage.relationship, Relationship::Spouse);
    let subscriber = coverage.subscriber.as_ref().unwrap();
    assert_eq!(subscriber.name.first.as_deref(), Some("Bob"));
}

#[test]
fn items_are_charged_once_and_to_the_cent() {
    let reading = check(|_| {}, &[]);
    let chart = reading.chart.unwrap();
    let codes: Vec<(&str, &str)> = chart
        .procedures
        .iter()
        .map(|line| (&*line.code, line.charge.as_ref().unwrap().as_str()))
        .collect();
    assert_eq!(codes, [("185349003", "125.00"), ("140", "140.52")]);
    assert_eq!(chart.total.unwrap().as_str(), "265.52");
    let diagnoses: Vec<(&str, &str)> = chart
        .diagnoses
        .iter()
        .map(|diagnosis| (&*diagnosis.code, &*diagnosis.system))
        .collect();
    assert_eq!(
        diagnoses,
        [("I10", "icd-10-cm"), ("162864005", "snomed-ct")]
    );
    assert_eq!(chart.procedures[1].diagnosis_pointers, [1]);
}

#[test]
fn every_part_is_told_by_its_fhir_path() {
    let reading = check(|_| {}, &[]);
    for (pointer, path) in [
        ("/patient/birth_date", "Bundle.entry[0].resource.birthDate"),
        (
            "/procedures/1/code",
            "Bundle.entry[8].resource.item[1].productOrService",
        ),
        (
            "/procedures/1/charge",
            "Bundle.entry[8].resource.item[1].net",
        ),
        ("/diagnoses/1/code", "Bundle.entry[6].resource.code"),
        (
            "/coverages/0/member_id",
            "Bundle.entry[5].resource.subscriberId",
        ),
        (
            "/providers/billing/npi",
            "Bundle.entry[1].resource.identifier",
        ),
        ("/encounter/class", "Bundle.entry[7].resource.class"),
        ("/consent", "Bundle.entry[8].resource"),
    ] {
        assert_eq!(reading.origins.resolve(pointer), path, "{pointer}");
    }
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_goes_on() {
    let claim = |field: &'static str, value: Value| {
        move |bundle: &mut Value| bundle["entry"][CLAIM]["resource"][field] = value
    };
    let patient = |field: &'static str, value: Value| {
        move |bundle: &mut Value| bundle["entry"][0]["resource"][field] = value
    };
    let reading = check(
        patient("birthDate", json!("1984-07")),
        &["FhirValue Bundle.entry[0].resource.birthDate"],
    );
    assert_eq!(reading.chart.unwrap().patient.name.last, "Oak");
    check(
        patient("gender", json!("F")),
        &["FhirValue Bundle.entry[0].resource.gender"],
    );
    check(
        claim("patient", json!({"reference": "Patient/9"})),
        &["FhirReference Bundle.entry[8].resource.patient.reference"],
    );
    check(
        claim("patient", json!({"display": "Ann"})),
        &["FhirValue Bundle.entry[8].resource.patient"],
    );
    check(
        |bundle| bundle["entry"][CLAIM]["resource"]["item"][1]["net"]["currency"] = json!("EUR"),
        &["FhirValue Bundle.entry[8].resource.item[1].net.currency"],
    );
    check(
        |bundle| {
            bundle["entry"][CLAIM]["resource"]["item"][1]["diagnosisSequence"] = json!([3]);
        },
        &["FhirValue Bundle.entry[8].resource.item[1].diagnosisSequence[0]"],
    );
}

#[test]
fn what_is_no_request_for_payment_is_held() {
    for (field, value, expected) in [
        (
            "use",
            "preauthorization",
            "FhirNotClaim Bundle.entry[8].resource.use",
        ),
        (
            "status",
            "draft",
            "FhirStatus Bundle.entry[8].resource.status",
        ),
    ] {
        let change = |bundle: &mut Value| bundle["entry"][CLAIM]["resource"][field] = json!(value);
        assert!(check(change, &[expected]).chart.is_none());
    }
    let nothing = one(&json!({"resourceType": "Bundle", "entry": [{"fullUrl": "x"}]}));
    assert_eq!(told(&nothing), ["FhirNothing Bundle"]);
    assert_eq!(
        told(&one(&json!({"resourceType": 1}))),
        ["FhirValue resourceType"]
    );
}

#[test]
fn an_encounter_without_a_claim_is_a_chart_without_charges() {
    let mut bundle = bundle();
    bundle["entry"][CLAIM]["resource"] = json!({"resourceType": "Procedure", "id": "done",
        "status": "completed", "encounter": {"reference": "Encounter/e1"},
        "performedDateTime": "2018-09-17",
        "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "99213"}]}});
    bundle["entry"][6]["resource"]["encounter"] = json!({"reference": "Encounter/e1"});
    let reading = one(&bundle);
    assert_eq!(told(&reading), Vec::<String>::new());
    let chart = reading.chart.unwrap();
    assert_eq!(chart.id, "e1");
    assert_eq!(chart.procedures[0].code, "99213");
    assert_eq!(chart.procedures[0].charge, None);
    assert_eq!(chart.diagnoses[0].code, "162864005");
    covered(&chart.coverages[0]);
}

#[test]
fn a_decision_is_kept_only_where_it_adds_up() {
    let amount = |code: &str, value: f64| json!({"category": {"coding": [{"code": code}]}, "amount": {"value": value}});
    for (paid, kept) in [(100.25, true), (100.26, false)] {
        let mut bundle = bundle();
        let claim = &mut bundle["entry"][CLAIM]["resource"];
        claim["resourceType"] = json!("ExplanationOfBenefit");
        claim["outcome"] = json!("complete");
        claim["created"] = json!("2018-10-01");
        claim["total"] = json!([amount("submitted", 120.25)]);
        claim["item"] = json!([{"sequence": 1,
            "productOrService": {"coding": [{"code": "99213"}]},
            "adjudication": [amount("submitted", 120.25), amount("benefit", paid),
                amount("deductible", 0.0), amount("copay", 20.0)]}]);
        let reading = one(&bundle);
        assert_eq!(told(&reading), ["FhirAdjudicated Bundle.entry[8].resource"]);
        let chart = reading.chart.unwrap();
        let decision = chart.coverages[0].decision.as_ref();
        assert_eq!(decision.is_some(), kept);
        if let Some(decision) = decision {
            assert_eq!(decision.paid.as_str(), "100.25");
            assert_eq!(decision.lines[0].adjustments[0].reason, "3");
            assert_eq!(decision.lines[0].adjustments.len(), 1);
        }
    }
}

#[test]
fn an_explanation_beside_its_claim_is_not_billed_again() {
    let mut bundle = bundle();
    let explanation = json!({"resource": {"resourceType": "ExplanationOfBenefit", "id": "eob",
        "status": "active", "use": "claim", "claim": {"reference": "Claim/claim-1"}}});
    bundle["entry"].as_array_mut().unwrap().push(explanation);
    assert_eq!(one(&bundle).name, "claim-1");
}

/// Pointers of every value below a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                places(value, &format!("{at}/{key}"), found);
            }
        }
        _ => {}
    }
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
        Just(json!([null, 1, "x", {}])),
        Just(json!({"reference": "#x", "coding": [7, {"code": 1}]})),
        Just(json!("é€ 2018-09-1é")),
        Just(json!("Patient?identifier=|")),
        Just(json!("Bundle")),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,12}".prop_map(|text| json!(text)),
    ]
}

proptest! {
    /// Whatever stands wherever, there is an answer, and it says at which place of the source.
    #[test]
    fn nothing_in_a_bundle_stops_the_reader(
        changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..6),
    ) {
        let mut bundle = bundle();
        for (index, value) in changes {
            let mut found = Vec::new();
            places(&bundle, "", &mut found);
            *bundle.pointer_mut(index.get(found.as_slice()).as_str()).unwrap() = value;
        }
        let readings = charts(&bundle, "file");
        prop_assert!(!readings.is_empty());
        for reading in readings {
            prop_assert!(reading.chart.is_some() || !reading.findings.is_empty());
        }
    }

    /// Amounts keep their digits.
    #[test]
    fn money_is_copied_digit_by_digit(cents in 0u32..100_000_000) {
        let text = format!("{}.{:02}", cents / 100, cents % 100);
        let mut bundle = bundle();
        bundle["entry"][CLAIM]["resource"]["item"][1]["net"]["value"] =
            serde_json::from_str(&text).unwrap();
        let chart = one(&bundle).chart.unwrap();
        prop_assert_eq!(chart.procedures[1].charge.as_ref().unwrap().as_str(), &*text);
    }

    #[test]
    fn a_text_that_is_no_day_is_none(text in ".{0,24}") {
        if let Some(day) = super::draft::day(&text) {
            prop_assert!(text.starts_with(&day.to_string()));
        }
    }
}

#[test]
fn codes_are_told_by_severity() {
    assert!(check(|_| {}, &[]).findings.iter().all(|finding| {
        matches!(
            finding.code,
            Code::FhirConditionItem | Code::FhirChargeDerived
        )
    }));
}

/// The bundle as an export: a file for each kind of resource.
fn exported(bundle: &Value) -> Vec<(String, Vec<u8>)> {
    let mut files = std::collections::BTreeMap::<String, String>::new();
    for entry in bundle["entry"].as_array().unwrap() {
        let kind = entry["resource"]["resourceType"].as_str().unwrap();
        let text = files.entry(format!("{kind}.ndjson")).or_default();
        text.push_str(&format!("{}\n", entry["resource"]));
    }
    let bytes = |(name, text): (String, String)| (name, text.into_bytes());
    files.into_iter().map(bytes).collect()
}

#[test]
fn an_export_is_joined_over_its_files() {
    let mut whole = bundle();
    whole["entry"][CLAIM]["resource"]["patient"] = json!({"reference": "Patient/p1"});
    let expected = one(&whole);
    let mut files = exported(&whole);
    let export = Export::new(files.clone());
    assert!(export.nothing().is_none());
    let groups = export.groups().count();
    let readings = export.read(0..groups);
    let [reading] = &readings[..] else {
        panic!("{} charts", readings.len());
    };
    assert!(reading.chart == expected.chart);
    assert_eq!(reading.findings.len(), expected.findings.len());
    assert_eq!(
        reading.origins.resolve("/procedures/0/code"),
        "Claim.ndjson[1].item[0].productOrService"
    );

    let claims = files
        .iter_mut()
        .find(|(name, _)| name == "Claim.ndjson")
        .unwrap();
    claims
        .1
        .extend_from_slice(b"{\"resourceType\":\n{\"resourceType\":\"Claim\",\"id\":\"alone\"}\n");
    assert!(is_export(&claims.1) && !is_export(whole.to_string().as_bytes()));
    let export = Export::new(files.clone());
    let told: Vec<String> = export
        .read(0..export.groups().count())
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                one.name,
                one.findings.first().map_or("", |found| found.code.name())
            )
        })
        .collect();
    assert_eq!(
        told[1..],
        ["Claim.ndjson line 2 ChartSyntax", "alone FhirValue"]
    );

    files.retain(|(name, _)| !["Claim.ndjson", "Encounter.ndjson"].contains(&&**name));
    let nothing = Export::new(files).nothing().unwrap();
    assert_eq!(nothing.findings[0].code, Code::FhirNothing);
}
