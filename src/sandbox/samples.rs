//! Claims of invented people for the sandbox's tests.

use crate::claim::{Claim, Money};

/// A claim of one or more lines `PROCEDURE[-MODIFIER]:DOLLARS`, all on 2026-11-03, for a member.
pub(super) fn claim(control_number: &str, member_id: &str, lines: &str) -> Claim {
    let lines: Vec<serde_json::Value> = lines
        .split_whitespace()
        .enumerate()
        .map(|(index, line)| {
            let (codes, charge) = line.split_once(':').unwrap();
            let mut codes = codes.split('-');
            serde_json::json!({
                "control_number": format!("{control_number}L{}", index + 1),
                "procedure": codes.next(),
                // An unlisted procedure is described.
                "description": line.starts_with("64999").then_some("NERVE BLOCK"),
                "modifiers": codes.collect::<Vec<_>>(),
                "charge": charge,
                "unit": "UN",
                "quantity": "1",
                "diagnosis_pointers": [1],
                "service_from": "2026-11-03",
            })
        })
        .collect();
    let charges = lines.iter().map(|line| line["charge"].as_str().unwrap());
    let total: Money = charges.map(|charge| Money::parse(charge).unwrap()).sum();
    let address = serde_json::json!({
        "line1": "12 WHARF STREET", "city": "SALEM", "state": "MA", "postal_code": "019700001",
    });
    serde_json::from_value(serde_json::json!({
        "control_number": control_number,
        "billing_provider": {
            "name": {"kind": "organization", "name": "HARBOR FAMILY PRACTICE"},
            "npi": "1234567893",
            "taxonomy": "207Q00000X",
            "tax_id": {"kind": "ein", "number": "042222222"},
            "address": address,
        },
        "subscriber": {
            "payer_responsibility": "P",
            "name": {"kind": "person", "last": "EXAMPLE", "first": "ADA"},
            "member_id": member_id,
            "claim_filing": "CI",
            "address": address,
            "birth_date": "1980-02-14",
            "sex": "F",
        },
        "payer": {"name": "SANDBOX HEALTH PLAN", "id": "99999"},
        "total_charge": total,
        "place_of_service": "11",
        "frequency": "1",
        "provider_signature_on_file": true,
        "assignment": "A",
        "benefits_assignment": "Y",
        "release_of_information": "Y",
        "diagnoses": ["J0300"],
        "lines": lines,
    }))
    .unwrap()
}
