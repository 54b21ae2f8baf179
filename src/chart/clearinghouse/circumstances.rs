//! Circumstances of the care that a request certifies, and what it says in words. It must not know the claim around them.

use serde_json::Value;

use super::draft::{Draft, Node};
use super::fields::How::{By, Decimal, Flag, Note, Text, Texts};
use super::fields::{Section, note, take, texts};

pub(super) const AMBULANCE: Section = &[
    ("ambulanceTransportReasonCode", "reason", Text),
    ("transportDistanceInMiles", "miles", Decimal),
    ("patientWeightInPounds", "patient_pounds", Decimal),
    ("roundTripPurposeDescription", "round_trip", Text),
    ("stretcherPurposeDescription", "stretcher", Text),
];

pub(super) const SPINAL: Section = &[
    ("patientConditionCode", "condition", Text),
    ("patientConditionDescription1", "description", Text),
    ("patientConditionDescription2", "more_description", Text),
];

/// Those of an ambulance, of EPSDT and of equipment do not say their kind.
pub(super) const CERTIFICATION: Section = &[
    ("codeCategory", "kind", Text),
    ("certificationConditionIndicator", "applies", Flag),
    (
        "certificationConditionCodeAppliesIndicator",
        "applies",
        Flag,
    ),
    ("conditionCodes", "conditions", Texts),
    ("conditionIndicator", "conditions", Texts),
    ("conditionIndicatorCode", "conditions", By(another)),
];

const CONDITION: Section = &[
    ("conditionCode", "/encounter/conditions", Texts),
    ("conditionCodes", "/encounter/conditions", Texts),
];

/// X12 element 363 by what they call it.
const NOTES: Section = &[
    ("additionalInformation", "", Note("ADD")),
    ("certificationNarrative", "", Note("CER")),
    ("goalRehabOrDischargePlans", "", Note("DCP")),
    ("diagnosisDescription", "", Note("DGN")),
    ("thirdPartOrgNotes", "", Note("TPO")),
    ("allergies", "", Note("ALG")),
    ("dme", "", Note("DME")),
    ("medications", "", Note("MED")),
    ("nutritionalRequirments", "", Note("NTR")),
    ("ordersForDiscipLinesAndTreatments", "", Note("ODT")),
    ("functionalLimitsOrReasonHomebound", "", Note("RHB")),
    ("reasonsPatientLeavesHome", "", Note("RLH")),
    ("timesAndReasonsPatientNotAtHome", "", Note("RNH")),
    ("unusualHomeOrSocialEnv", "", Note("SET")),
    ("safetyMeasures", "", Note("SFM")),
    ("supplementalPlanOfTreatment", "", Note("SPT")),
    ("updatedInformation", "", Note("UPI")),
];

/// By their kinds, or a list of additional ones.
pub(super) fn notes(draft: &mut Draft, field: &Node<'_>, target: &str) {
    match field.value.is_object() {
        true => take(draft, field, NOTES, target),
        false => note(draft, field, "ADD"),
    }
}

/// Certifications of one kind, which they do not say.
pub(super) fn certified(draft: &mut Draft, field: &Node<'_>, list: &str, kind: &str) {
    for item in field.list() {
        let pointer = draft.push(list, &item);
        draft.put(&format!("{pointer}/kind"), &item, kind);
        take(draft, &item, CERTIFICATION, &pointer);
    }
}

pub(super) fn ambulance_certification(draft: &mut Draft, field: &Node<'_>, list: &str) {
    certified(draft, field, list, "07");
}

pub(super) fn epsdt(draft: &mut Draft, field: &Node<'_>, list: &str) {
    certified(draft, field, list, "ZZ");
}

/// A second condition; clients repeat the first.
fn another(draft: &mut Draft, field: &Node<'_>, list: &str) {
    let first = draft.chart.pointer(&format!("{list}/0"));
    if first.and_then(Value::as_str) != field.text().as_deref() {
        texts(draft, field, list);
    }
}

/// A condition that is said by a flag.
pub(super) fn flagged(
    draft: &mut Draft,
    field: &Node<'_>,
    list: &str,
    (kind, condition): (&str, &str),
) {
    let Some(applies) = field.flag() else {
        draft.wrong(field, "expected true or false");
        return;
    };
    let pointer = draft.push(list, field);
    draft.put(&format!("{pointer}/kind"), field, kind);
    draft.put(&format!("{pointer}/applies"), field, applies);
    draft.put(&format!("{pointer}/conditions/0"), field, condition);
}

/// Only where it is so (CRC*75).
pub(super) fn homebound(draft: &mut Draft, field: &Node<'_>, list: &str) {
    if field.flag() != Some(false) {
        flagged(draft, field, list, ("75", "IH"));
    }
}

/// What a screening led to is a certification; other codes are those of the NUBC.
pub(super) fn condition_codes(draft: &mut Draft, field: &Node<'_>, _: &str) {
    const SCREENING: [&str; 4] = ["AV", "NU", "S2", "ST"];
    let (screening, others): (Vec<_>, Vec<_>) = field
        .list()
        .into_iter()
        .partition(|item| item.text().is_some_and(|code| SCREENING.contains(&&*code)));
    if let Some(first) = screening.first() {
        let pointer = draft.push("/encounter/certifications", first);
        draft.put(&format!("{pointer}/kind"), first, "ZZ");
        let applies = first.text().is_some_and(|code| code != "NU");
        draft.put(&format!("{pointer}/applies"), first, applies);
        for (index, item) in screening.iter().enumerate() {
            let code = item.text().unwrap_or_default();
            draft.put(&format!("{pointer}/conditions/{index}"), item, code);
        }
    }
    for item in others {
        condition(draft, &item, "/encounter/conditions");
    }
}

pub(super) fn conditions(draft: &mut Draft, field: &Node<'_>, list: &str) {
    for item in field.list() {
        condition(draft, &item, list);
    }
}

fn condition(draft: &mut Draft, item: &Node<'_>, list: &str) {
    if item.value.is_object() {
        take(draft, item, CONDITION, "");
    } else {
        texts(draft, item, list);
    }
}
