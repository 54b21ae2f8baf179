//! What only the professional claim says: its diagnoses and its service (HI, SV1). It must not know the loops around
//! them.

use super::cursor::{Cursor, What};
use super::read_claim::present;
use super::write_claim::{CODES_PER_HI, health_codes};
use super::write_line::procedure;
use crate::claim::{Claim, Diagnosis, Phi, ServiceLine};
use crate::x12::Writer;

/// HI: ICD-9 codes (BK, BF) are kept and told, because a claim does not say which revision it
/// means.
pub(super) fn read_codes(cursor: &mut Cursor<'_, '_>, claim: &mut Claim) {
    for element in 1..=cursor.len() {
        let parts = cursor.components(element, 2);
        let code = parts[1].clone();
        match parts[0].as_str() {
            "" if code.is_empty() => {}
            "ABK" | "ABF" => claim.diagnoses.push(Diagnosis(Phi::new(code))),
            "BK" | "BF" => {
                cursor.note(element, What::UnknownCode);
                claim.diagnoses.push(Diagnosis(Phi::new(code)));
            }
            "BP" | "BO" => claim.detail.anesthesia_procedures.push(code),
            "BG" => claim.detail.conditions.push(code),
            _ => cursor.note(element, What::NotHeld),
        }
    }
}

/// HI: diagnoses (ABK, then ABF), anaesthesia's procedures (BP, BO), conditions (BG).
pub(super) fn write_codes(writer: &mut Writer, claim: &Claim) {
    let diagnoses = claim.diagnoses.iter().map(|Diagnosis(code)| code.as_str());
    health_codes(writer, "ABK", "ABF", &diagnoses.collect::<Vec<_>>());
    let procedures = claim.detail.anesthesia_procedures.iter();
    health_codes(
        writer,
        "BP",
        "BO",
        &procedures.map(String::as_str).collect::<Vec<_>>(),
    );
    let conditions: Vec<&str> = claim.detail.conditions.iter().map(String::as_str).collect();
    for conditions in conditions.chunks(CODES_PER_HI) {
        health_codes(writer, "BG", "BG", conditions);
    }
}

/// SV1.
pub(super) fn read_service(cursor: &mut Cursor<'_, '_>, line: &mut ServiceLine) {
    let parts = cursor.components(1, 7);
    line.detail.procedure_kind =
        Some(parts[0].clone()).filter(|kind| !matches!(kind.as_str(), "HC" | ""));
    line.procedure.clone_from(&parts[1]);
    line.modifiers = present(&parts[2..6]);
    line.description = Some(parts[6].clone()).filter(|text| !text.is_empty());
    line.charge = cursor.need_money(2);
    line.unit = cursor.need(3);
    line.quantity = cursor.need(4);
    line.place_of_service = cursor.text(5);
    for pointer in present(&cursor.components(7, 4)) {
        match pointer.parse() {
            Ok(number) => line.diagnosis_pointers.push(number),
            Err(_) => cursor.note(7, What::NotNumber),
        }
    }
    line.emergency = cursor.qualifier(9) == "Y";
    cursor.expect(9, &["Y"]);
    line.detail.epsdt = cursor.text(11);
    line.detail.family_planning = cursor.text(12);
    line.detail.copay_status = cursor.text(15);
}

/// SV1. The place of service stands only where it is not the claim's.
pub(super) fn write_service(writer: &mut Writer, claim: &Claim, line: &ServiceLine) {
    let detail = &line.detail;
    let kind = detail.procedure_kind.as_deref().unwrap_or("HC");
    let procedure = procedure(
        kind,
        &line.procedure,
        &line.modifiers,
        line.description.as_deref(),
    );
    let place = line.place_of_service.as_deref();
    let pointers: Vec<String> = line.diagnosis_pointers.iter().map(u8::to_string).collect();
    writer
        .segment("SV1")
        .composite(&procedure)
        .element(&line.charge.to_x12())
        .element(&line.unit)
        .element(&line.quantity)
        .optional(place.filter(|&place| place != claim.place_of_service))
        .skip(1)
        .composite(&pointers)
        .skip(1)
        .optional(line.emergency.then_some("Y"))
        .skip(1)
        .optional(detail.epsdt.as_deref())
        .optional(detail.family_planning.as_deref())
        .skip(2)
        .optional(detail.copay_status.as_deref());
}
