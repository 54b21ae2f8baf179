//! Codes and the systems they are of. It must not know what a code means.

use super::bundle::Node;
use super::draft::Draft;
use crate::chart::{Code, code_system};

/// URLs and OIDs of the systems that we act on.
const SYSTEMS: &[(&str, &str)] = &[
    ("http://hl7.org/fhir/sid/icd-10-cm", code_system::ICD10_CM),
    ("urn:oid:2.16.840.1.113883.6.90", code_system::ICD10_CM),
    ("http://www.ama-assn.org/go/cpt", code_system::HCPCS),
    ("urn:oid:2.16.840.1.113883.6.12", code_system::HCPCS),
    (
        "https://bluebutton.cms.gov/resources/codesystem/hcpcs",
        code_system::HCPCS,
    ),
    (
        "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        code_system::HCPCS,
    ),
    (
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
        code_system::HCPCS,
    ),
    ("urn:oid:2.16.840.1.113883.6.14", code_system::HCPCS),
    ("urn:oid:2.16.840.1.113883.6.285", code_system::HCPCS),
    ("http://www.ada.org/cdt", code_system::CDT),
    ("urn:oid:2.16.840.1.113883.6.13", code_system::CDT),
    (
        "https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/ProspMedicareFeeSvcPmtGen/HIPPSCodes",
        code_system::HIPPS,
    ),
    ("http://hl7.org/fhir/sid/icd-10-pcs", code_system::ICD10_PCS),
    (
        "http://www.cms.gov/Medicare/Coding/ICD10",
        code_system::ICD10_PCS,
    ),
    (
        "https://www.cms.gov/Medicare/Coding/ICD10",
        code_system::ICD10_PCS,
    ),
    ("urn:oid:2.16.840.1.113883.6.4", code_system::ICD10_PCS),
    ("http://hl7.org/fhir/sid/icd-9-cm", code_system::ICD9_CM),
    ("urn:oid:2.16.840.1.113883.6.103", code_system::ICD9_CM),
    ("urn:oid:2.16.840.1.113883.6.104", code_system::ICD9_PCS),
    ("http://snomed.info/sct", code_system::SNOMED_CT),
    ("urn:oid:2.16.840.1.113883.6.96", code_system::SNOMED_CT),
    ("http://hl7.org/fhir/sid/cvx", code_system::CVX),
    ("urn:oid:2.16.840.1.113883.12.292", code_system::CVX),
];

/// Which of several codings of one diagnosis is billed.
pub(super) const FOR_DIAGNOSIS: &[&str] = &[code_system::ICD10_CM, code_system::SNOMED_CT];
/// Which of several codings of one service is billed.
pub(super) const FOR_SERVICE: &[&str] = &[
    code_system::HCPCS,
    code_system::CDT,
    code_system::HIPPS,
    code_system::CVX,
    code_system::SNOMED_CT,
];
const PLACES_OF_SERVICE: &[&str] = &[
    "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set",
    "http://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set",
    "http://terminology.hl7.org/CodeSystem/ex-serviceplace",
];
/// Of a service that has no code, such as a line of a facility that has its revenue code alone.
const ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
const TAXONOMY: &str = "http://nucc.org/provider-taxonomy";

impl Coded {
    /// It says that there is no code.
    pub(super) fn is_absent(&self) -> bool {
        self.system == ABSENT
    }
}

/// One coding.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Coded {
    pub(super) code: String,
    /// A name of [`code_system`], a URL, or nothing.
    pub(super) system: String,
    pub(super) display: Option<String>,
}

/// Every coding of a CodeableConcept that has a code.
pub(super) fn all(draft: &mut Draft, concept: &Node) -> Vec<Coded> {
    let mut codes = Vec::new();
    for coding in draft.list(concept, "coding") {
        codes.extend(coding_of(draft, &coding));
    }
    codes
}

/// A Coding that has a code.
pub(super) fn coding_of(draft: &mut Draft, coding: &Node) -> Option<Coded> {
    Some(Coded {
        code: draft.text(coding, "code")?,
        system: system(&draft.text(coding, "system").unwrap_or_default()),
        display: draft.text(coding, "display"),
    })
}

/// The coding of the system that stands first in `order`, else the first; a finding where there is none.
pub(super) fn best(draft: &mut Draft, concept: &Node, order: &[&str]) -> Option<Coded> {
    let codes = all(draft, concept);
    let place = |coded: &Coded| order.iter().position(|system| *system == coded.system);
    let best = codes
        .into_iter()
        .min_by_key(|coded| place(coded).unwrap_or(order.len()));
    if best.is_none() {
        draft.note(Code::FhirValue, &*concept.path, "expected a coding");
    }
    best
}

/// The code of a field that is a CodeableConcept with one coding that matters: the first.
pub(super) fn first(draft: &mut Draft, node: &Node, key: &str) -> Option<String> {
    let concept = node.get(key)?;
    all(draft, &concept)
        .into_iter()
        .next()
        .map(|coded| coded.code)
}

/// Whether a field, one CodeableConcept or a list of them, has one of these codes.
pub(super) fn has(node: &Node, key: &str, wanted: &[&str]) -> bool {
    let mut quiet = Draft::default();
    let Some(field) = node.get(key) else {
        return false;
    };
    let concepts = if field.value.is_array() {
        quiet.list(node, key)
    } else {
        vec![field]
    };
    concepts.iter().any(|concept| {
        all(&mut quiet, concept)
            .iter()
            .any(|coded| wanted.contains(&&*coded.code))
    })
}

/// CMS place-of-service code of a CodeableConcept.
pub(super) fn place_of_service(draft: &mut Draft, concept: &Node) -> Option<String> {
    in_systems(draft, concept, PLACES_OF_SERVICE)
}

/// NUCC taxonomy code of a CodeableConcept.
pub(super) fn taxonomy(draft: &mut Draft, concept: &Node) -> Option<String> {
    in_systems(draft, concept, &[TAXONOMY])
}

fn in_systems(draft: &mut Draft, concept: &Node, systems: &[&str]) -> Option<String> {
    all(draft, concept)
        .into_iter()
        .find(|coded| systems.contains(&&*coded.system))
        .map(|coded| coded.code)
}

fn system(url: &str) -> String {
    SYSTEMS
        .iter()
        .find(|(known, _)| *known == url)
        .map_or(url, |(_, name)| name)
        .to_owned()
}
