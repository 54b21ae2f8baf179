//! FHIR R4 to charts: a Claim with all that it refers to, an ExplanationOfBenefit where there is no Claim, an
//! Encounter where there is neither. It must not guess: what cannot be read is a finding with its FHIR path.

mod adjudication;
mod amount;
mod bundle;
mod codes;
mod coverage;
mod diagnoses;
mod draft;
mod encounter;
mod export;
mod items;
mod people;
mod request;
mod stay;
mod team;
mod teeth;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub use export::{Export, is_export};

use self::bundle::{Bundle, Node};
use self::draft::Draft;
use self::encounter::Asked;
use super::{Chart, Code, Finding, Reading};

/// The chart's words for types of claim.
const INSTITUTIONAL: &str = "institutional";
const DENTAL: &str = "dental";

/// Every chart of a resource or bundle, in its order; `name` is what to call the source.
pub(super) fn charts(value: &Value, name: &str) -> Vec<Reading> {
    let Some(kind) = value.get("resourceType").and_then(Value::as_str) else {
        let finding = Finding::new(Code::FhirValue, "resourceType", "expected text");
        return vec![Reading::unreadable(name, finding)];
    };
    let readings = charts_of(&Bundle::new(value), name);
    if readings.is_empty() {
        let finding = Finding::new(Code::FhirNothing, kind, "");
        return vec![Reading::unreadable(name, finding)];
    }
    readings
}

/// The charts of what asks for payment, and of encounters that nobody has asked it for.
fn charts_of(bundle: &Bundle, name: &str) -> Vec<Reading> {
    let asked: Vec<Asked> = bundle
        .resources
        .iter()
        .filter(|node| is_request(bundle, node))
        .map(|request| Asked::new(bundle, request))
        .collect();
    let reading = |node: &Node| match node.kind() {
        _ if is_request(bundle, node) => Some(request::reading(bundle, node, name)),
        "Encounter" if !encounter::is_billed(bundle, node, &asked) => {
            Some(encounter::reading(bundle, node, name))
        }
        _ => None,
    };
    bundle.resources.iter().filter_map(reading).collect()
}

/// A Claim, or an ExplanationOfBenefit whose Claim is not here.
fn is_request(bundle: &Bundle, node: &Node) -> bool {
    match node.kind() {
        "Claim" => true,
        "ExplanationOfBenefit" => {
            let claim = node.get("claim").and_then(|claim| bundle.find(&claim));
            claim.is_none_or(|claim| claim.kind() != "Claim")
        }
        _ => false,
    }
}

/// What a chart from this resource is called: by its id, else by its place.
fn name_of(node: &Node, source: &str) -> String {
    match node.id() {
        Some(id) => id.to_owned(),
        None => format!("{source} {}", node.path),
    }
}

/// The chart's id, which must tell it from every other; a place or a file name does not.
fn id_of(draft: &mut Draft, node: &Node, source: &str) -> String {
    draft.mark("/id", node.at("id"));
    if node.id().is_none() {
        draft.note(
            Code::FhirValue,
            node.at("id"),
            "expected an id, which names the chart",
        );
    }
    name_of(node, source)
}

fn finish(draft: Draft, name: String, chart: Chart) -> Reading {
    Reading {
        name,
        chart: Some(Box::new(chart)),
        findings: draft.findings,
        origins: draft.origins,
    }
}
