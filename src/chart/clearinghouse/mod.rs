//! Claim requests as clients of Change Healthcare (Optum) and Stedi send them, to charts: professional, institutional and
//! dental. It must not guess: what cannot be read, or has no place, is a finding with the path of the request's own JSON.

mod circumstances;
mod claim;
mod coded;
mod decisions;
mod draft;
mod fields;
mod lines;
mod parties;
mod payers;
mod pricing;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use self::draft::{Draft, Node};
use super::{Code, Finding, Reading, bill_name, native};

/// No other form of a chart has these.
pub(super) fn is_request(value: &Value) -> bool {
    ["claimInformation", "tradingPartnerServiceId"]
        .iter()
        .any(|field| value.get(field).is_some())
}

/// The chart of one request; `name` is what to call it where it does not number its claim.
pub(super) fn chart(value: &Value, name: &str) -> Reading {
    let request = Node {
        value,
        path: String::new(),
    };
    let Some(claim) = request.get("claimInformation") else {
        let expected = "expected an object";
        let finding = Finding::new(Code::ClearinghouseValue, "/claimInformation", expected);
        return Reading::unreadable(name, finding);
    };
    let mut draft = Draft::new(kind(&claim));
    draft.put("/kind", &claim, draft.kind);
    draft.origins.set("/kind", claim.at("serviceLines"));
    let (focal, others) = payers::ordered(&mut draft, &request, &claim);
    draft.focal = focal;
    parties::patient(&mut draft, &request);
    let payer = format!("{}/payer", draft.focal);
    draft
        .origins
        .suggest(payer, request.at("tradingPartnerServiceId"));
    fields::take(&mut draft, &request, claim::REQUEST, "");
    payers::others(&mut draft, &others);
    lines::lines(&mut draft, &claim, &others);
    payers::decided_before(&mut draft);
    complete(&mut draft, &request, &claim, name);
    reading(draft, name)
}

/// By its lines, or else by what only one kind of claim says.
fn kind(claim: &Node<'_>) -> &'static str {
    let lines = claim.get("serviceLines").map(|lines| lines.list());
    let lines = lines.unwrap_or_default();
    let has = |field: &str| lines.iter().any(|line| line.get(field).is_some());
    let says = |fields: &[&str]| fields.iter().any(|field| claim.get(field).is_some());
    if has("professionalService") {
        "professional"
    } else if has("institutionalService") || says(&["claimCodeInformation", "principalDiagnosis"]) {
        "institutional"
    } else if has("dentalService") || says(&["toothStatus", "predeterminationOfBenefits"]) {
        "dental"
    } else {
        "professional"
    }
}

/// What the schema needs and the request left out, blank at its place: billing says that it is missing.
fn complete(draft: &mut Draft, request: &Node<'_>, claim: &Node<'_>, name: &str) {
    let path = claim.at("patientControlNumber");
    if !draft.has("/submission/patient_control_number") {
        let expected = "expected a number that names the claim";
        draft.note(Code::ClearinghouseValue, &*path, expected);
    }
    let id = id(draft, name);
    draft.fill("/id", path, id);
    let patient = request.get("dependent").map(|dependent| dependent.path);
    let patient = patient.unwrap_or_else(|| request.at("subscriber"));
    draft.fill("/patient/name/last", format!("{patient}/lastName"), "");
    draft.fill("/encounter", claim.at("claimDateInformation"), json!({}));
    draft
        .origins
        .suggest("/encounter/start", claim.at("serviceLines"));
    let place = claim.at("placeOfServiceCode");
    draft
        .origins
        .suggest("/encounter/place_of_service", &*place);
    draft.origins.suggest("/stay/type_of_bill", place);
    if draft.chart.pointer("/stay/from") == draft.chart.pointer("/stay/to")
        && let Some(day) = draft.chart.pointer("/stay/from").cloned()
    {
        // A bill of one day: what its lines leave out is that day.
        let path = draft.origins.resolve("/stay/from");
        draft.fill("/encounter/start", path, day);
    }
    if draft.has("/encounter/accident") {
        draft.fill(
            "/encounter/accident/causes",
            claim.at("relatedCausesCode"),
            json!([]),
        );
    }
}

/// What the request is called by.
fn id(draft: &Draft, name: &str) -> String {
    let said = |pointer: &str| draft.chart.pointer(pointer).and_then(Value::as_str);
    let place = draft.focal.strip_prefix("/coverages/");
    bill_name(
        said("/submission/patient_control_number").unwrap_or(name),
        said("/submission/frequency").unwrap_or_default(),
        said("/submission/payer_claim_number"),
        place
            .and_then(|place| place.parse().ok())
            .unwrap_or_default(),
    )
}

/// The chart as its schema reads it; where it does not, that is told at the request's own place.
fn reading(draft: Draft, name: &str) -> Reading {
    let read = native::chart(&draft.chart, name);
    let mut findings = draft.findings;
    for mut finding in read.findings {
        let field = finding.detail.trim_matches('`');
        let pointer = match finding.code {
            Code::ChartFieldMissing => format!("{}/{field}", finding.path),
            _ => finding.path.clone(),
        };
        finding.path = draft.origins.resolve(&pointer);
        if finding.code == Code::ChartFieldMissing {
            finding.detail.clear();
        }
        // What could not be read is missing from the chart, too.
        if !findings.iter().any(|told| told.path == finding.path) {
            findings.push(finding);
        }
    }
    Reading {
        name: read.name,
        chart: read.chart,
        findings,
        origins: draft.origins,
    }
}
