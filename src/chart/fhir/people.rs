//! Persons and organisations: patients, subscribers, providers. It must not know which role somebody has.

use super::bundle::{Bundle, Node};
use super::codes;
use super::draft::{Draft, day};
use crate::chart::{
    Address, Code, Patient, PersonName, Provider, ProviderName, Sex, Subscriber, TaxId,
};

const NPI: &str = "http://hl7.org/fhir/sid/us-npi";
const EIN: &str = "urn:oid:2.16.840.1.113883.4.4";
const SSN: &[&str] = &[
    "http://hl7.org/fhir/sid/us-ssn",
    "urn:oid:2.16.840.1.113883.4.1",
];

/// The patient, whose parts are marked below `/patient`.
pub(super) fn patient(draft: &mut Draft, node: &Node) -> Patient {
    for (field, key) in [
        ("", "name"),
        ("/name", "name"),
        ("/birth_date", "birthDate"),
        ("/sex", "gender"),
        ("/address", "address"),
        ("/phone", "telecom"),
        ("/id", "identifier"),
    ] {
        let path = if field.is_empty() {
            node.path.clone()
        } else {
            node.at(key)
        };
        draft.mark(format!("/patient{field}"), path);
    }
    Patient {
        id: identifier(draft, node, |id| codes::has(id, "type", &["MR"])),
        name: name(draft, node).unwrap_or_default(),
        birth_date: draft.date(node, "birthDate"),
        sex: sex(draft, node),
        address: address(draft, node),
        phone: phone(draft, node),
        death_date: draft.date(node, "deceasedDateTime"),
        ..Patient::default()
    }
}

/// The person whose plan it is: a Patient or a RelatedPerson.
pub(super) fn subscriber(draft: &mut Draft, node: &Node, pointer: &str) -> Subscriber {
    draft.mark(pointer, &*node.path);
    for (field, key) in [
        ("name", "name"),
        ("birth_date", "birthDate"),
        ("sex", "gender"),
        ("address", "address"),
    ] {
        draft.mark(format!("{pointer}/{field}"), node.at(key));
    }
    Subscriber {
        name: name(draft, node).unwrap_or_default(),
        birth_date: draft.date(node, "birthDate"),
        sex: sex(draft, node),
        address: address(draft, node),
    }
}

/// A provider by reference: Practitioner, PractitionerRole, Organization or Location; or who the reference itself
/// says by identifier and display.
pub(super) fn provider(
    draft: &mut Draft,
    bundle: &Bundle,
    reference: &Node,
    pointer: &str,
) -> Option<Provider> {
    draft.mark(pointer, &*reference.path);
    match bundle.follow(draft, reference) {
        Some(node) if node.kind() == "PractitionerRole" => role(draft, bundle, &node, pointer),
        Some(node) => Some(resource(draft, &node, pointer)),
        None => named(draft, reference),
    }
}

/// The organisation for which a PractitionerRole acts, where the reference leads to one.
pub(super) fn employer(
    draft: &mut Draft,
    bundle: &Bundle,
    reference: &Node,
    pointer: &str,
) -> Option<Provider> {
    let role = bundle.find(reference)?;
    let organization = role.get("organization")?;
    (role.kind() == "PractitionerRole")
        .then(|| provider(draft, bundle, &organization, pointer))
        .flatten()
}

fn role(draft: &mut Draft, bundle: &Bundle, node: &Node, pointer: &str) -> Option<Provider> {
    let practitioner = node.get("practitioner")?;
    let person = bundle.follow(draft, &practitioner);
    let mut provider = match person.filter(|person| person.kind() != "PractitionerRole") {
        Some(person) => resource(draft, &person, pointer),
        None => named(draft, &practitioner)?,
    };
    provider.npi = provider.npi.or_else(|| npi(draft, node));
    for key in ["code", "specialty"] {
        for concept in draft.list(node, key) {
            let code = codes::taxonomy(draft, &concept);
            provider.taxonomy = provider.taxonomy.or(code);
        }
    }
    provider.phone = provider.phone.or_else(|| phone(draft, node));
    Some(provider)
}

fn resource(draft: &mut Draft, node: &Node, pointer: &str) -> Provider {
    draft.mark(pointer, &*node.path);
    for (field, key) in [
        ("name", "name"),
        ("npi", "identifier"),
        ("tax_id", "identifier"),
        ("address", "address"),
        ("phone", "telecom"),
        ("taxonomy", "qualification"),
    ] {
        draft.mark(format!("{pointer}/{field}"), node.at(key));
    }
    let mut taxonomy = None;
    if let "Practitioner" = node.kind() {
        for qualification in draft.list(node, "qualification") {
            if let Some(concept) = qualification.get("code") {
                taxonomy = taxonomy.or(codes::taxonomy(draft, &concept));
            }
        }
    }
    let name = match node.kind() {
        "Practitioner" | "Patient" | "RelatedPerson" => {
            ProviderName::Person(name(draft, node).unwrap_or_default())
        }
        _ => ProviderName::Organization(draft.text(node, "name").unwrap_or_default()),
    };
    Provider {
        name,
        npi: npi(draft, node),
        taxonomy,
        tax_id: tax_id(draft, node),
        address: address(draft, node),
        phone: phone(draft, node),
        ..Provider::default()
    }
}

/// Who a reference names without a resource.
fn named(draft: &mut Draft, reference: &Node) -> Option<Provider> {
    let number = reference
        .get("identifier")
        .filter(|id| is_npi(id))
        .and_then(|id| draft.text(&id, "value"));
    let conditional = || {
        let text = reference.str("reference")?;
        let (_, number) = text.split_once(&format!("?identifier={NPI}|"))?;
        Some(number.to_owned())
    };
    let npi = number.or_else(conditional);
    let display = draft.text(reference, "display");
    (npi.is_some() || display.is_some()).then(|| Provider {
        name: ProviderName::Organization(display.unwrap_or_default()),
        npi,
        ..Provider::default()
    })
}

fn npi(draft: &mut Draft, node: &Node) -> Option<String> {
    identifier(draft, node, is_npi)
}

fn is_npi(identifier: &Node) -> bool {
    identifier.str("system") == Some(NPI) || codes::has(identifier, "type", &["NPI"])
}

fn is_tax(identifier: &Node) -> bool {
    identifier.str("system") == Some(EIN) || codes::has(identifier, "type", &["TAX"])
}

/// An identifier that says neither who provides nor who pays taxes: a payer's, on a payer.
pub(super) fn is_payers_own(identifier: &Node) -> bool {
    !is_npi(identifier) && !is_tax(identifier)
}

fn tax_id(draft: &mut Draft, node: &Node) -> Option<TaxId> {
    let is_ssn = |id: &Node| id.str("system").is_some_and(|system| SSN.contains(&system));
    identifier(draft, node, is_tax)
        .map(TaxId::Ein)
        .or_else(|| identifier(draft, node, is_ssn).map(TaxId::Ssn))
}

/// The value of the first identifier that is meant.
pub(super) fn identifier(
    draft: &mut Draft,
    node: &Node,
    is_meant: impl Fn(&Node) -> bool,
) -> Option<String> {
    draft
        .list(node, "identifier")
        .iter()
        .filter(|identifier| identifier.str("use") != Some("old"))
        .filter(|identifier| is_meant(identifier))
        .find_map(|identifier| draft.text(identifier, "value"))
}

/// The official name, else the usual one, else the first that is still in use.
pub(super) fn name(draft: &mut Draft, node: &Node) -> Option<PersonName> {
    let names = draft.list(node, "name");
    let rank = |name: &&Node| match name.str("use") {
        Some("official") => 0,
        Some("usual") => 1,
        None => 2,
        Some("old" | "maiden" | "nickname" | "anonymous") => 4,
        Some(_) => 3,
    };
    let name = names.iter().min_by_key(rank)?;
    let given = draft.texts(name, "given");
    let middle = given.get(1..).unwrap_or_default().join(" ");
    Some(PersonName {
        last: draft.text(name, "family").unwrap_or_default(),
        first: given.into_iter().next(),
        middle: Some(middle).filter(|middle| !middle.is_empty()),
        suffix: draft.texts(name, "suffix").into_iter().next(),
    })
}

fn sex(draft: &mut Draft, node: &Node) -> Option<Sex> {
    match &*draft.text(node, "gender")? {
        "female" => Some(Sex::Female),
        "male" => Some(Sex::Male),
        "other" | "unknown" => Some(Sex::Unknown),
        _ => {
            let expected = "expected female, male, other or unknown";
            draft.note(Code::FhirValue, node.at("gender"), expected);
            None
        }
    }
}

/// The home of a person, the seat of an organisation; a Location has one address only.
fn address(draft: &mut Draft, node: &Node) -> Option<Address> {
    let field = node.get("address")?;
    let addresses = if field.value.is_object() {
        vec![field]
    } else {
        draft.list(node, "address")
    };
    let rank = |address: &&Node| match address.str("use") {
        Some("home" | "work") => 0,
        None => 1,
        Some("old" | "temp") => 3,
        Some(_) => 2,
    };
    let address = addresses.iter().min_by_key(rank)?;
    let lines = draft.texts(address, "line");
    let rest = lines.get(1..).unwrap_or_default().join(" ");
    let country = draft.text(address, "country");
    Some(Address {
        line1: lines.into_iter().next().unwrap_or_default(),
        line2: Some(rest).filter(|rest| !rest.is_empty()),
        city: draft.text(address, "city").unwrap_or_default(),
        state: draft.text(address, "state"),
        postal_code: draft.text(address, "postalCode"),
        country: country.filter(|name| !is_us(name)),
        ..Address::default()
    })
}

fn is_us(country: &str) -> bool {
    let names = ["US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA"];
    names.contains(&&*country.to_ascii_uppercase())
}

/// The telephone that stands first in rank.
fn phone(draft: &mut Draft, node: &Node) -> Option<String> {
    let telecom = draft.list(node, "telecom");
    let best = telecom
        .iter()
        .filter(|point| point.str("system") == Some("phone"))
        .filter(|point| point.str("use") != Some("old"))
        .min_by_key(|point| {
            let rank = point.value.get("rank").and_then(serde_json::Value::as_u64);
            rank.unwrap_or(u64::MAX)
        })?;
    draft.text(best, "value")
}

/// Whether a period with these ends has a day in it; open ends are open.
pub(super) fn period_holds(period: &Node, date: jiff::civil::Date) -> bool {
    let end = |key| period.str(key).and_then(day);
    end("start").is_none_or(|start| start <= date) && end("end").is_none_or(|end| date <= end)
}
