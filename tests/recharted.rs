//! Interchanges that another system made, billed from here on: what they say comes out again, and what is cut or lost
//! is held.

use std::process::Command;

use claimgate::claim::Claim;
use claimgate::gateway::Recharted;

use super::billing::{bill, bill_reading, expected, interchange};

/// The claims of a stream, as they would go now; what holds one stands in its place.
fn billed_again(bytes: &[u8]) -> Vec<Result<Claim, String>> {
    Recharted::new("old.837".into(), bytes)
        .map(|reading| {
            let reading = reading.unwrap();
            let mut billed = bill_reading(&reading);
            let told = billed.findings.iter().filter(|_| billed.is_held());
            let told = told.map(|one| format!("{} {} {}", billed.name, one.code, one.path));
            let told: Vec<String> = told.collect();
            let claim = billed.claims.pop().filter(|_| billed.claims.is_empty());
            claim.map(|one| one.claim).ok_or(told.join(", "))
        })
        .collect()
}

#[test]
fn claims_of_every_fixture_come_out_as_they_went_in() {
    let fixtures = expected();
    let charts = fixtures.iter().map(|one| bill(&one.name));
    let claims: Vec<Claim> = charts
        .flat_map(|billed| billed.claims)
        .map(|one| one.claim)
        .collect();
    let mut compared = 0;
    for kind in ["professional", "institutional", "dental"] {
        let own: Vec<&Claim> = claims
            .iter()
            .filter(|one| one.kind.name() == kind)
            .collect();
        let written = interchange(&own).bytes;
        let again = billed_again(&written);
        assert_eq!(again.len(), own.len());
        for again in again {
            let again = again.unwrap();
            let same = own
                .iter()
                .find(|one| one.control_number == again.control_number);
            assert!(**same.unwrap() == again, "{}", again.control_number);
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}

/// Two visits, the second cut, or a part of it lost.
#[test]
fn a_claim_that_lost_a_part_is_held_and_those_before_it_go() {
    let office = std::fs::read("fixtures/005010X222A1/accepted/office-visits.edi").unwrap();
    let whole = billed_again(&office);
    assert!(
        whole.len() > 1 && whole.iter().all(Result::is_ok),
        "{whole:?}"
    );
    let text = String::from_utf8(office).unwrap();
    let last = text.rfind("SV1*").unwrap();
    let cut = billed_again(&text.as_bytes()[..last + 9]);
    let told = |billed: &[Result<Claim, String>]| {
        let held = billed.iter().filter_map(|one| one.as_ref().err());
        held.cloned().collect::<Vec<_>>().join("; ")
    };
    assert!(
        told(&cut).contains("old.837 InterchangeBroken byte"),
        "{cut:?}"
    );
    assert_eq!(
        cut.iter().filter(|one| one.is_ok()).count(),
        whole.len() - 1
    );
    // A line that never ends, in the middle.
    let long = "SV1*".to_owned() + &"9".repeat(70_000) + "~";
    let broken = [&text[..last], &long, &text[last..]].concat();
    let broken = billed_again(broken.as_bytes());
    let held = told(&broken);
    assert_eq!(held.matches("InterchangeBroken").count(), 2, "{held}");
    assert_eq!(
        broken.iter().filter(|one| one.is_ok()).count(),
        whole.len() - 1
    );
}

#[test]
fn translate_takes_what_it_wrote_and_says_what_is_no_claim() {
    let dir = tempfile::tempdir().unwrap();
    let translate = |from: &str, out: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
            .args(["translate", from, "--out"])
            .arg(dir.path().join(out))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text)
    };
    let chart = "fixtures/charts/professional/drug.json";
    assert_eq!(translate(chart, "first").0, 0);
    let file = "sandbox-000000001.837";
    let first = dir.path().join("first").join(file);
    let (code, told) = translate(first.to_str().unwrap(), "second");
    assert_eq!(code, 0, "{told}");
    let body = |out: &str| {
        let text = std::fs::read_to_string(dir.path().join(out).join(file)).unwrap();
        // The hour of writing stands in the envelope.
        text[text.find("HL*").unwrap()..text.find("SE*").unwrap()].to_owned()
    };
    assert_eq!(body("first"), body("second"));
    let remittance = std::fs::read_dir("fixtures/005010X221A1/accepted").unwrap();
    let remittance = remittance.last().unwrap().unwrap().path();
    let (code, told) = translate(remittance.to_str().unwrap(), "none");
    assert!(
        code == 1 && told.contains("InterchangeWithoutClaims"),
        "{told}"
    );
}
