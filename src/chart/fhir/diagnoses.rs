//! Diagnoses: those of a request by sequence, those of an encounter by Condition. It must not know what is charged.

use std::collections::HashMap;

use super::bundle::{Bundle, Node};
use super::codes::{self, Coded};
use super::draft::Draft;
use crate::chart::{Code, Diagnosis};

/// Diagnoses of a chart, principal first.
#[derive(Default)]
pub(super) struct Diagnoses {
    pub(super) list: Vec<Diagnosis>,
    /// From the source's sequence to the place in `list`, 1 the first.
    pub(super) numbers: HashMap<u64, usize>,
    /// Those that a facility says beside what it found: on admission, and with their paths why the patient came.
    pub(super) admitting: Option<Diagnosis>,
    pub(super) reasons: Vec<(String, Diagnosis)>,
    /// Every code that says one of them, in any system.
    pub(super) codings: Vec<Coded>,
}

/// One diagnosis, with the path of its code.
struct Found {
    sequence: Option<u64>,
    rank: u64,
    path: String,
    code: Coded,
    on_admission: Option<String>,
}

/// The diagnoses of a Claim or ExplanationOfBenefit; `is_facility` where it is a facility's.
pub(super) fn of_request(
    draft: &mut Draft,
    bundle: &Bundle,
    request: &Node,
    is_facility: bool,
) -> Diagnoses {
    draft.mark("/diagnoses", request.at("diagnosis"));
    let mut diagnoses = Diagnoses::default();
    let mut found = Vec::new();
    for entry in draft.list(request, "diagnosis") {
        let Some(concept) = concept(draft, bundle, &entry) else {
            continue;
        };
        diagnoses.codings.extend(codes::all(draft, &concept));
        if let Some(code) = codes::best(draft, &concept, codes::FOR_DIAGNOSIS) {
            let is = |kind: &str| codes::has(&entry, "type", &[kind]);
            let is_principal = is("principal");
            if is_facility && !is_principal && is("admitting") {
                draft.mark("/stay/admitting_diagnosis", &*concept.path);
                diagnoses.admitting = Some(diagnosis(code));
                continue;
            }
            if is_facility && !is_principal && is("patientreasonforvisit") {
                diagnoses.reasons.push((concept.path, diagnosis(code)));
                continue;
            }
            let on_admission = codes::first(draft, &entry, "onAdmission");
            found.push(Found {
                on_admission: on_admission.filter(|_| is_facility),
                sequence: draft.number(&entry, "sequence"),
                rank: u64::from(!is_principal),
                path: concept.path,
                code,
            });
        }
    }
    diagnoses.fill(draft, found);
    diagnoses
}

/// The diagnoses made at an encounter: those that it ranks first, then every other Condition of it.
pub(super) fn of_encounter(draft: &mut Draft, bundle: &Bundle, encounter: &Node) -> Diagnoses {
    draft.mark("/diagnoses", encounter.at("diagnosis"));
    let mut conditions: Vec<(u64, Node)> = Vec::new();
    for entry in draft.list(encounter, "diagnosis") {
        let rank = draft.number(&entry, "rank").unwrap_or(u64::MAX - 1);
        let Some(reference) = entry.get("condition") else {
            continue;
        };
        // R4 lets an encounter name a Procedure here, which is no diagnosis.
        if let Some(condition) = bundle.follow(draft, &reference)
            && condition.kind() == "Condition"
        {
            conditions.push((rank, condition));
        }
    }
    for condition in bundle.of_kind("Condition") {
        let is_listed = conditions.iter().any(|(_, listed)| listed.is(condition));
        let of = condition
            .get("encounter")
            .and_then(|reference| bundle.find(&reference));
        if !is_listed && of.is_some_and(|of| of.is(encounter)) {
            conditions.push((u64::MAX, condition.clone()));
        }
    }
    let mut found = Vec::new();
    for (rank, condition) in conditions {
        if !stands(draft, &condition) {
            continue;
        }
        if let Some(concept) = coded(draft, &condition, "code")
            && let Some(code) = codes::best(draft, &concept, codes::FOR_DIAGNOSIS)
        {
            found.push(Found {
                sequence: None,
                rank,
                path: concept.path,
                code,
                on_admission: None,
            });
        }
    }
    let mut diagnoses = Diagnoses::default();
    diagnoses.fill(draft, found);
    diagnoses
}

/// Why the patient came.
pub(super) fn reasons(draft: &mut Draft, bundle: &Bundle, encounter: &Node) -> Vec<Diagnosis> {
    let mut concepts = draft.list(encounter, "reasonCode");
    for reference in draft.list(encounter, "reasonReference") {
        let condition = bundle.follow(draft, &reference);
        concepts.extend(condition.and_then(|condition| condition.get("code")));
    }
    let mut reasons = Vec::new();
    for concept in concepts {
        if let Some(code) = codes::best(draft, &concept, codes::FOR_DIAGNOSIS) {
            draft.mark(
                format!("/encounter/reasons/{}", reasons.len()),
                concept.path,
            );
            reasons.push(diagnosis(code));
        }
    }
    reasons
}

impl Diagnoses {
    fn fill(&mut self, draft: &mut Draft, mut found: Vec<Found>) {
        found.sort_by_key(|found| found.rank);
        for found in found {
            let pointer = format!("/diagnoses/{}", self.list.len());
            draft.mark(&*pointer, &*found.path);
            self.list.push(Diagnosis {
                present_on_admission: found.on_admission,
                ..diagnosis(found.code)
            });
            if let Some(sequence) = found.sequence {
                self.numbers.entry(sequence).or_insert(self.list.len());
            }
        }
    }
}

/// The code of one diagnosis, said here or by the Condition that it refers to.
fn concept<'a>(draft: &mut Draft, bundle: &Bundle<'a>, entry: &Node<'a>) -> Option<Node<'a>> {
    let Some(reference) = entry.get("diagnosisReference") else {
        return coded(draft, entry, "diagnosisCodeableConcept");
    };
    let condition = bundle.follow(draft, &reference)?;
    if !stands(draft, &condition) {
        let expected = "the Condition is refuted or entered in error";
        draft.note(Code::FhirStatus, reference.path, expected);
    }
    coded(draft, &condition, "code")
}

fn coded<'a>(draft: &mut Draft, node: &Node<'a>, key: &str) -> Option<Node<'a>> {
    let concept = node.get(key);
    if concept.is_none() {
        draft.note(Code::FhirValue, node.at(key), "expected a code");
    }
    concept
}

/// Whether a Condition is one: an outpatient claim codes no suspicion.
fn stands(draft: &mut Draft, condition: &Node) -> bool {
    let key = "verificationStatus";
    if codes::has(condition, key, &["refuted", "entered-in-error"]) {
        return false;
    }
    if codes::has(
        condition,
        key,
        &["unconfirmed", "provisional", "differential"],
    ) {
        draft.note(Code::FhirStatus, condition.at(key), "expected confirmed");
    }
    true
}

fn diagnosis(coded: Coded) -> Diagnosis {
    Diagnosis::new(coded.code, coded.system)
}
