//! What only the professional claim says: its diagnoses and procedures (HI), disability (DTP) and its service (SV1).
//! It must not know the loops around them.

use super::cursor::{Cursor, What};
use super::health_codes as codes;
use super::read_line::{pointers, procedure};
use super::write_line;
use super::write_party as party;
use crate::claim::{Claim, ServiceLine};
use crate::x12::Writer;

/// DTP of disability: one period or one of its ends. Gives whether it was that.
pub(super) fn read_date(cursor: &mut Cursor<'_, '_>, claim: &mut Claim) -> bool {
    let dates = &mut claim.dates;
    match cursor.qualifier(1) {
        "314" => {
            if let Some((begin, end)) = cursor.days(3) {
                cursor.fill(&mut dates.disability_begin, Some(begin));
                cursor.fill(&mut dates.disability_end, end);
            }
        }
        "360" => {
            let day = cursor.day(3);
            cursor.fill(&mut dates.disability_begin, day);
        }
        "361" => {
            let day = cursor.day(3);
            cursor.fill(&mut dates.disability_end, day);
        }
        _ => return false,
    }
    true
}

pub(super) fn write_dates(writer: &mut Writer, claim: &Claim) {
    match (claim.dates.disability_begin, claim.dates.disability_end) {
        (Some(begin), Some(end)) => party::period(writer, "314", begin, end),
        (Some(begin), None) => party::date(writer, "360", begin),
        (None, Some(end)) => party::date(writer, "361", end),
        (None, None) => {}
    }
}

/// HI, of dental claims too: diagnoses, anaesthesia's procedures (BP, BO), conditions (BG).
pub(super) fn read_codes(cursor: &mut Cursor<'_, '_>, claim: &mut Claim) {
    for code in codes::read(cursor) {
        code.only(cursor, &[]);
        let kind = code.kind();
        let system = codes::system(kind, "ABK", "BK").or(codes::system(kind, "ABF", "BF"));
        match (kind, system) {
            (_, Some(system)) => {
                let diagnosis = crate::claim::Diagnosis {
                    present_on_admission: None,
                    ..code.diagnosis(system)
                };
                claim.diagnoses.push(diagnosis);
            }
            ("BP" | "BO", _) => claim.detail.anesthesia_procedures.push(code.code()),
            ("BG", _) => claim.detail.conditions.push(code.code()),
            _ => cursor.note(code.element, What::NotHeld),
        }
    }
}

/// HI: diagnoses (ABK, then ABF), anaesthesia's procedures (BP, BO), conditions (BG).
pub(super) fn write_codes(writer: &mut Writer, claim: &Claim) {
    codes::write(writer, &codes::diagnoses(&claim.diagnoses));
    let procedures = &claim.detail.anesthesia_procedures;
    let (first, others) = procedures.split_at(procedures.len().min(1));
    let mut procedures = codes::plain("BP", first);
    procedures.extend(codes::plain("BO", others));
    codes::write(writer, &procedures);
    codes::write(writer, &codes::plain("BG", &claim.detail.conditions));
}

/// SV1.
pub(super) fn read_service(cursor: &mut Cursor<'_, '_>, line: &mut ServiceLine) {
    procedure(cursor, 1, "HC", line);
    if line.procedure.is_empty() {
        cursor.note(1, What::Absent);
    }
    line.charge = cursor.need_money(2);
    line.unit = cursor.need(3);
    line.quantity = cursor.need(4);
    line.place_of_service = cursor.text(5);
    pointers(cursor, 7, line);
    line.emergency = cursor.qualifier(9) == "Y";
    cursor.expect(9, &["Y"]);
    line.detail.epsdt = cursor.text(11);
    line.detail.family_planning = cursor.text(12);
    line.detail.copay_status = cursor.text(15);
}

/// SV1. The place of service stands only where it is not the claim's.
pub(super) fn write_service(writer: &mut Writer, claim: &Claim, line: &ServiceLine) {
    let detail = &line.detail;
    writer
        .segment("SV1")
        .composite(&write_line::procedure(claim, line))
        .element(&line.charge.to_x12())
        .element(&line.unit)
        .element(&line.quantity)
        .optional(write_line::place(claim, line))
        .skip(1)
        .composite(&write_line::pointers(line))
        .skip(1)
        .optional(line.emergency.then_some("Y"))
        .skip(1)
        .optional(detail.epsdt.as_deref())
        .optional(detail.family_planning.as_deref())
        .skip(2)
        .optional(detail.copay_status.as_deref());
}
