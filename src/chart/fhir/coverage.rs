//! Who may pay: Coverage and the organisations behind it. It must not know what is billed.

use super::bundle::{Bundle, Node};
use super::draft::Draft;
use super::{codes, people};
use crate::chart::{Code, Coverage, PayerName, Relationship};

const CLAIM_FILING: &[&str] = &[
    "https://codesystem.x12.org/005010/1032",
    "http://codesystem.x12.org/005010/1032",
];
const UUID_CHARS: usize = 36;

/// The coverages of a request for payment, in the order in which they are asked, and which of them it is about.
pub(super) fn of_request(
    draft: &mut Draft,
    bundle: &Bundle,
    request: &Node,
    patient: Option<&Node>,
) -> (Vec<Coverage>, Option<usize>) {
    draft.mark("/coverages", request.at("insurance"));
    let mut insurances = draft.list(request, "insurance");
    insurances.sort_by_key(|insurance| {
        let sequence = insurance.value.get("sequence");
        sequence.and_then(serde_json::Value::as_u64)
    });
    let mut focal = None;
    let mut coverages = Vec::new();
    for insurance in &insurances {
        let pointer = format!("/coverages/{}", coverages.len());
        draft.mark(&*pointer, &*insurance.path);
        let Some(reference) = insurance.get("coverage") else {
            draft.note(
                Code::FhirValue,
                insurance.at("coverage"),
                "expected a reference",
            );
            continue;
        };
        let is_focal = insurance.value.get("focal") == Some(&serde_json::Value::Bool(true));
        let insurer = request.get("insurer").filter(|_| is_focal);
        if is_focal {
            focal = focal.or(Some(coverages.len()));
        }
        let coverage = one(draft, bundle, &reference, patient, insurer, &pointer);
        coverages.push(coverage);
    }
    let only = (coverages.len() == 1).then_some(0);
    (coverages, focal.or(only))
}

/// The coverages of a patient for whom nobody has asked for payment yet.
pub(super) fn of_patient(draft: &mut Draft, bundle: &Bundle, patient: &Node) -> Vec<Coverage> {
    draft.mark("/coverages", "Bundle.entry");
    let mut found: Vec<(Option<u64>, Node)> = Vec::new();
    for node in bundle.of_kind("Coverage") {
        let beneficiary = node.get("beneficiary").and_then(|who| bundle.find(&who));
        if node.str("status") == Some("active") && beneficiary.is_some_and(|who| who.is(patient)) {
            found.push((draft.number(node, "order"), node.clone()));
        }
    }
    if found.len() > 1 {
        for (_, node) in found.iter().filter(|(order, _)| order.is_none()) {
            let expected = "expected which of several coverages pays first";
            draft.note(Code::FhirValue, node.at("order"), expected);
        }
    }
    found.sort_by_key(|(order, _)| *order);
    let mut coverages = Vec::new();
    for (index, (_, node)) in found.iter().enumerate() {
        let pointer = format!("/coverages/{index}");
        coverages.push(resource(draft, bundle, node, Some(patient), &pointer));
    }
    coverages
}

/// The coverage that a reference leads to; a reference may also just name the payer.
fn one(
    draft: &mut Draft,
    bundle: &Bundle,
    reference: &Node,
    patient: Option<&Node>,
    insurer: Option<Node>,
    pointer: &str,
) -> Coverage {
    let mut coverage = match bundle.follow(draft, reference) {
        Some(node) => resource(draft, bundle, &node, patient, pointer),
        None => {
            let mut coverage = empty();
            coverage.payer.name = draft.text(reference, "display");
            coverage
        }
    };
    if coverage.payer == PayerName::default()
        && let Some(insurer) = insurer
    {
        draft.mark(format!("{pointer}/payer"), &*insurer.path);
        coverage.payer = payer(draft, bundle, &insurer);
    }
    coverage
}

fn resource(
    draft: &mut Draft,
    bundle: &Bundle,
    node: &Node,
    patient: Option<&Node>,
    pointer: &str,
) -> Coverage {
    draft.mark(pointer, &*node.path);
    for (field, key) in [
        ("payer", "payor"),
        ("member_id", "subscriberId"),
        ("group_number", "class"),
        ("group_name", "class"),
        ("relationship", "relationship"),
        ("subscriber", "subscriber"),
        ("filing_code", "type"),
    ] {
        draft.mark(format!("{pointer}/{field}"), node.at(key));
    }
    if node.str("status").is_some_and(|status| status != "active") {
        draft.note(Code::FhirStatus, node.at("status"), "expected active");
    }
    let mut coverage = empty();
    if let Some(payor) = draft.list(node, "payor").first() {
        coverage.payer = payer(draft, bundle, payor);
    }
    coverage.member_id = draft
        .text(node, "subscriberId")
        .or_else(|| people::identifier(draft, node, |id| codes::has(id, "type", &["MB"])));
    for class in draft.list(node, "class") {
        if codes::has(&class, "type", &["group"]) {
            coverage.group_number = draft.text(&class, "value");
            coverage.group_name = draft.text(&class, "name");
        }
    }
    coverage.filing_code = node.get("type").and_then(|concept| {
        let codings = codes::all(draft, &concept);
        let coded = codings
            .into_iter()
            .find(|coded| CLAIM_FILING.contains(&&*coded.system));
        coded.map(|coded| coded.code)
    });
    relate(draft, bundle, node, patient, pointer, &mut coverage);
    coverage
}

/// What the patient is to the subscriber, and who that is where it is somebody else.
fn relate(
    draft: &mut Draft,
    bundle: &Bundle,
    node: &Node,
    patient: Option<&Node>,
    pointer: &str,
    coverage: &mut Coverage,
) {
    let said = relationship(draft, node);
    let person = node
        .get("subscriber")
        .and_then(|reference| bundle.follow(draft, &reference));
    let is_patient = match (&person, patient) {
        (Some(person), Some(patient)) => person.is(patient),
        (None, _) => node.get("subscriber").is_none(),
        (Some(_), None) => false,
    };
    coverage.relationship = match said {
        Some(said) => said,
        None if is_patient => Relationship::Itself,
        None => Relationship::Unknown,
    };
    if coverage.relationship != Relationship::Itself
        && let Some(person) = person
    {
        let pointer = format!("{pointer}/subscriber");
        coverage.subscriber = Some(people::subscriber(draft, &person, &pointer));
    }
}

fn relationship(draft: &mut Draft, node: &Node) -> Option<Relationship> {
    let code = codes::first(draft, node, "relationship")?;
    match &*code {
        "self" => Some(Relationship::Itself),
        "spouse" => Some(Relationship::Spouse),
        "child" => Some(Relationship::Child),
        "common" => Some(Relationship::LifePartner),
        "parent" | "other" | "injured" => Some(Relationship::Other),
        _ => {
            let expected = "expected a code of subscriber-relationship";
            draft.note(Code::FhirValue, node.at("relationship"), expected);
            Some(Relationship::Unknown)
        }
    }
}

/// How a payer is called: by the identifier that payers give it, and by name.
fn payer(draft: &mut Draft, bundle: &Bundle, reference: &Node) -> PayerName {
    let said = reference
        .get("identifier")
        .and_then(|identifier| draft.text(&identifier, "value"));
    let display = draft.text(reference, "display");
    let Some(node) = bundle.follow(draft, reference) else {
        return PayerName {
            id: said,
            name: display,
        };
    };
    let name = match node.kind() {
        "Organization" => draft.text(&node, "name"),
        _ => None,
    };
    PayerName {
        id: said.or_else(|| payer_id(draft, &node)),
        name: name.or(display),
    }
}

/// The identifier typed as a payer's, else the only one that may be: no NPI, no tax number, no server's own UUID.
fn payer_id(draft: &mut Draft, node: &Node) -> Option<String> {
    let typed =
        |id: &Node| codes::has(id, "type", &["payerid", "NIIP"]) && id.get("value").is_some();
    if let Some(number) = people::identifier(draft, node, typed) {
        return Some(number);
    }
    let identifiers = draft.list(node, "identifier");
    let mut own = identifiers.iter().filter(|id| {
        let length = id.str("value").map_or(0, str::len);
        id.get("type").is_none() && people::is_payers_own(id) && (1..UUID_CHARS).contains(&length)
    });
    let only = own.next().filter(|_| own.next().is_none())?;
    draft.text(only, "value")
}

fn empty() -> Coverage {
    Coverage {
        ..Coverage::default()
    }
}
