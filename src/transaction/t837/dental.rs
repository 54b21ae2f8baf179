//! What only the dental claim says: days (DTP), orthodontics (DN1), teeth (DN2, TOO) and its service (SV3). It must not
//! know the loops around them.

use super::cursor::{Cursor, What};
use super::read_claim::present;
use super::read_line::{pointers, procedure};
use super::write_line;
use super::write_party as party;
use crate::claim::{
    Claim, ClaimKind, Dental, DentalLine, Orthodontics, ServiceLine, Tooth, ToothStatus,
};
use crate::x12::Writer;

/// The one system of tooth numbers.
const UNIVERSAL: &str = "JP";
const SURFACES: usize = 5;
const ORAL_CAVITY_AREAS: usize = 5;

/// DTP of the service, where the claim says it for its lines. Gives whether it was that.
pub(super) fn read_date(cursor: &mut Cursor<'_, '_>, claim: &mut Claim) -> bool {
    match &mut claim.kind {
        ClaimKind::Dental(own) if cursor.qualifier(1) == "472" => {
            let period = cursor.period(3);
            cursor.fill(&mut own.service, period);
            true
        }
        _ => false,
    }
}

pub(super) fn write_dates(writer: &mut Writer, own: &Dental) {
    match own.service {
        Some(period) if period.from == period.to => party::date(writer, "472", period.from),
        Some(period) => party::period(writer, "472", period.from, period.to),
        None => {}
    }
}

/// CLM19.
pub(super) fn read_predetermination(cursor: &mut Cursor<'_, '_>, own: &mut Dental) {
    own.predetermination = cursor.qualifier(19) == "PB";
    cursor.expect(19, &["PB"]);
}

/// DN1 and DN2. Gives whether it was one of these.
pub(super) fn read_teeth(cursor: &mut Cursor<'_, '_>, id: &[u8], own: &mut Dental) -> bool {
    match id {
        b"DN1" => {
            let read = Orthodontics {
                months: cursor.text(1),
                months_remaining: cursor.text(2),
                indicator: cursor.text(4),
            };
            cursor.fill(&mut own.orthodontics, Some(read));
        }
        b"DN2" => {
            cursor.expect(6, &[UNIVERSAL]);
            own.tooth_statuses.push(ToothStatus {
                tooth: cursor.need(1),
                status: cursor.need(2),
            });
        }
        _ => return false,
    }
    true
}

pub(super) fn write_teeth(writer: &mut Writer, own: &Dental) {
    if let Some(orthodontics) = &own.orthodontics {
        writer
            .segment("DN1")
            .optional(orthodontics.months.as_deref())
            .optional(orthodontics.months_remaining.as_deref())
            .skip(1)
            .optional(orthodontics.indicator.as_deref());
    }
    for tooth in &own.tooth_statuses {
        writer
            .segment("DN2")
            .element(&tooth.tooth)
            .element(&tooth.status)
            .skip(3)
            .element(UNIVERSAL);
    }
}

/// SV3.
pub(super) fn read_service(cursor: &mut Cursor<'_, '_>, line: &mut ServiceLine) {
    procedure(cursor, 1, "AD", line);
    if line.procedure.is_empty() {
        cursor.note(1, What::Absent);
    }
    line.charge = cursor.need_money(2);
    line.place_of_service = cursor.text(3);
    let oral_cavity = present(&cursor.components::<ORAL_CAVITY_AREAS>(4));
    let prosthesis = cursor.text(5);
    line.quantity = cursor.text(6).unwrap_or_default();
    pointers(cursor, 11, line);
    if let Some(own) = line.dental_mut() {
        own.oral_cavity = oral_cavity;
        own.prosthesis = prosthesis;
    }
}

/// TOO.
pub(super) fn read_tooth(cursor: &mut Cursor<'_, '_>, own: &mut DentalLine) {
    cursor.expect(1, &[UNIVERSAL]);
    own.teeth.push(Tooth {
        number: cursor.need(2),
        surfaces: present(&cursor.components::<SURFACES>(3)),
    });
}

/// SV3 and TOO. The place of service stands only where it is not the claim's.
pub(super) fn write_service(writer: &mut Writer, claim: &Claim, line: &ServiceLine) {
    let none = DentalLine::default();
    let own = line.dental().unwrap_or(&none);
    writer
        .segment("SV3")
        .composite(&write_line::procedure(claim, line))
        .element(&line.charge.to_x12())
        .optional(write_line::place(claim, line))
        .composite(&own.oral_cavity)
        .optional(own.prosthesis.as_deref())
        .element(&line.quantity)
        .skip(4)
        .composite(&write_line::pointers(line));
    for tooth in &own.teeth {
        writer
            .segment("TOO")
            .element(UNIVERSAL)
            .element(&tooth.number)
            .composite(&tooth.surfaces);
    }
}
