//! What a request says in codes: diagnoses, and the stay of a facility. It must not know the claim around them.

use super::draft::{Draft, Node, day, time};
use super::fields::How::{Date, Decimal, Text, Word};
use super::fields::{Section, Words, take};
use crate::chart::Code;

/// Of any role: the code's name tells the role, and so does where it stands.
pub(super) const DIAGNOSIS: Section = &[
    ("diagnosisTypeCode", "system", Word(DIAGNOSIS_SYSTEMS)),
    ("qualifierCode", "system", Word(DIAGNOSIS_SYSTEMS)),
    ("diagnosisCode", "code", Text),
    ("principalDiagnosisCode", "code", Text),
    ("otherDiagnosisCode", "code", Text),
    ("externalCauseOfInjury", "code", Text),
    ("admittingDiagnosisCode", "code", Text),
    ("patientReasonForVisitCode", "code", Text),
    ("presentOnAdmissionIndicator", "present_on_admission", Text),
];

/// X12 element 1270. No ICD-9-CM code is billed from a chart; billing says so.
const DIAGNOSIS_SYSTEMS: Words = &[
    ("ABK", "icd-10-cm"),
    ("ABF", "icd-10-cm"),
    ("ABJ", "icd-10-cm"),
    ("ABN", "icd-10-cm"),
    ("APR", "icd-10-cm"),
    ("BK", "icd-9-cm"),
    ("BF", "icd-9-cm"),
    ("BJ", "icd-9-cm"),
    ("BN", "icd-9-cm"),
    ("PR", "icd-9-cm"),
    ("TQ", "snodent"),
];

/// The lines count them in this order, of which the first is the principal one.
pub(super) fn diagnoses(draft: &mut Draft, field: &Node<'_>, list: &str) {
    for item in field.list() {
        let pointer = draft.push(list, &item);
        take(draft, &item, DIAGNOSIS, &pointer);
        let kind = item.get("diagnosisTypeCode").and_then(|kind| kind.text());
        let is_principal = kind.is_some_and(|kind| ["ABK", "BK"].contains(&&*kind));
        if is_principal && draft.count(list) > 1 {
            let path = item.at("diagnosisTypeCode");
            let expected = "expected the principal diagnosis first, and one";
            draft.note(Code::ClearinghouseValue, path, expected);
        }
    }
}

pub(super) const DRG: Section = &[("drugRelatedGroupCode", "drg", Text)];

pub(super) const PROCEDURE: Section = &[
    ("qualifierCode", "system", Word(PROCEDURE_SYSTEMS)),
    ("principalProcedureCode", "code", Text),
    ("otherProcedureCode", "code", Text),
    ("principalProcedureDate", "date", Date),
    ("principalProcedureDateTime", "date", Date),
    ("otherProcedureDate", "date", Date),
    ("otherProcedureDateTime", "date", Date),
];

const PROCEDURE_SYSTEMS: Words = &[
    ("BBR", "icd-10-pcs"),
    ("BBQ", "icd-10-pcs"),
    ("BR", "icd-9-pcs"),
    ("BQ", "icd-9-pcs"),
];

pub(super) const OCCURRENCE: Section = &[
    ("occurrenceSpanCode", "code", Text),
    ("occurrenceSpanCodeDate", "date", Date),
];

pub(super) const OCCURRENCE_SPAN: Section = &[
    ("occurrenceSpanCode", "code", Text),
    ("occurrenceSpanCodeStartDate", "from", Date),
    ("occurrenceSpanCodeEndDate", "to", Date),
];

pub(super) const CODED_VALUE: Section = &[
    ("valueCode", "code", Text),
    ("valueCodeAmount", "amount", Decimal),
];

pub(super) const ADMISSION: Section = &[
    ("admissionTypeCode", "admission_type", Text),
    ("admissionSourceCode", "admission_source", Text),
    ("patientStatusCode", "patient_status", Text),
];

/// `YYYYMMDDHHMM`, or the day alone.
pub(super) fn admission(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    let text = field.text().unwrap_or_default();
    let (date, hour) = match text.split_at_checked(8) {
        Some((date, hour)) if !hour.is_empty() && !text.contains('-') => (date, Some(hour)),
        _ => (
            &*text,
            text.split_once('T').and_then(|(_, hour)| hour.get(..5)),
        ),
    };
    let read = (day(date), hour.map(time));
    let (Some(date), None | Some(Some(_))) = read else {
        draft.wrong(field, "expected a day or a moment, YYYYMMDDHHMM");
        return;
    };
    draft.put(pointer, field, date.to_string());
    if let Some(Some(hour)) = read.1 {
        draft.put("/stay/admission_time", field, hour.to_string());
    }
}

/// `HHMM`; some write the day before it.
pub(super) fn discharge_hour(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    let text = field.text().unwrap_or_default();
    let hour = match text.split_at_checked(8) {
        Some((date, hour)) if day(date).is_some() => hour,
        _ => &*text,
    };
    match time(hour) {
        Some(hour) => draft.put(pointer, field, hour.to_string()),
        None => draft.wrong(field, "expected a time, HHMM"),
    }
}
