//! Claim requests as clients of clearinghouses send them, from their JSON to claims. What becomes of each fixture is in
//! `fixtures/charts/findings.tsv` with the others; here is what only requests are asked.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::billing::bill_all;

const FOLDER: &str = "fixtures/charts/clearinghouse";

fn request(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(FOLDER)
        .join(name);
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// Pointers of everything in a value, itself as well.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(items) => (0..).map(|i: usize| i.to_string()).zip(items).collect(),
        _ => Vec::new(),
    };
    for (step, value) in inside {
        pointers(value, &format!("{at}/{step}"), found);
    }
}

/// An object where a list is expected, a list where text is, nothing where everything was.
#[test]
fn any_shape_at_any_place_is_held_or_billed() {
    let shapes = [
        json!(null),
        json!([]),
        json!({}),
        json!([[], [null, "7"]]),
        json!({"colour": "x"}),
        json!("x"),
        json!(-7),
        json!(true),
    ];
    let names = [
        "secondary",
        "dependent-accident",
        "inpatient-surgery",
        "crown-replacement",
    ];
    let mut bad = Vec::new();
    for name in names {
        let whole = request(&format!("{name}.json"));
        let mut all = Vec::new();
        pointers(&whole, "", &mut all);
        for (pointer, shape) in all.iter().flat_map(|p| shapes.iter().map(move |s| (p, s))) {
            let mut changed = whole.clone();
            *changed.pointer_mut(pointer).unwrap() = shape.clone();
            for billed in bill_all(changed.to_string().as_bytes()) {
                if billed.is_held() != billed.claims.is_empty() {
                    bad.push(format!("{name} {pointer} = {shape}: held without a reason"));
                }
            }
        }
    }
    assert_eq!(bad, [""; 0]);
}

#[test]
fn translate_says_where_in_the_request_an_element_comes_from() {
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["translate", FOLDER, "--explain", "CH-SECONDARY-1"])
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    for path in [
        "/claimInformation/serviceLines/0/professionalService/procedureCode",
        "/claimInformation/healthCareCodeInformation/0",
        "/claimInformation/otherSubscriberInformation/0/otherSubscriberName/otherInsuredIdentifier",
        "/claimInformation/serviceLines/1/lineAdjudicationInformation/0/procedureCode",
        "/subscriber/memberId",
        "/billing/npi",
    ] {
        assert!(told.contains(path), "{path} is not in {told}");
    }
}

#[test]
fn one_bad_request_does_not_stop_the_rest() {
    let lines = [
        "office-visit.json",
        "held-unreadable.json",
        "crown-replacement.json",
    ];
    let text: Vec<String> = lines.map(|name| request(name).to_string()).into();
    let billed = bill_all(text.join("\n").as_bytes());
    let claims: Vec<usize> = billed.iter().map(|one| one.claims.len()).collect();
    assert_eq!(claims, [1, 0, 1]);
}
