//! Loop 2400 with 2410, 2420 and 2430. It must not know the levels above the claim.

use jiff::civil::Date;

use super::codes::{self, LINE_AMOUNTS, LINE_DATES, LINE_NUMBERS, LINE_REPEATED};
use super::cursor::{Cursor, What};
use super::read_claim::{
    OpenClaim, address, ambulance, attachment, certification, contract, drop_off, drop_off_address,
    present, provider, repricing, said,
};
use super::read_party as party;
use super::{dental, equipment, institutional, professional};
use crate::claim::{
    Claim, ClaimKind, Drug, LineAdjudication, LineDetail, LineKind, Measurement, Money,
    PurchasedService, RoledProvider, Seldom, ServiceLine, Supply,
};
use crate::x12::Segment;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineLoop {
    Line,
    Drug,
    Supply,
    Provider,
    PickUp,
    DropOff,
    Adjudication,
    Form,
    NotHeld,
}

pub(super) fn empty(kind: &ClaimKind) -> ServiceLine {
    ServiceLine {
        control_number: String::new(),
        procedure: String::new(),
        modifiers: Vec::new(),
        description: None,
        charge: Money::ZERO,
        unit: String::new(),
        quantity: String::new(),
        place_of_service: None,
        diagnosis_pointers: Vec::new(),
        service_from: None,
        service_to: None,
        emergency: false,
        prior_authorization: None,
        clia: None,
        note: None,
        drug: None,
        providers: Vec::new(),
        adjudications: Vec::new(),
        detail: Seldom::default(),
        kind: match kind {
            ClaimKind::Professional => LineKind::Professional,
            ClaimKind::Institutional(_) => LineKind::Institutional(Box::default()),
            ClaimKind::Dental(_) => LineKind::Dental(Box::default()),
        },
    }
}

/// Takes a segment of the last line; gives the loop that the stream is in then.
pub(super) fn segment(open: &mut OpenClaim, at: LineLoop, segment: &Segment<'_>) -> LineLoop {
    match (at, segment.id()) {
        (_, b"NM1") => name(open, segment),
        (_, b"SVD") => adjudication(open, segment),
        (_, b"LIN") => item(open, segment),
        (_, b"LQ") => {
            if let Some(line) = open.claim.lines.last_mut() {
                let mut cursor = Cursor::new(segment, &mut open.notes);
                equipment::read_form(&mut cursor, line);
            }
            LineLoop::Form
        }
        _ => {
            inside(open, at, segment);
            at
        }
    }
}

fn inside(open: &mut OpenClaim, at: LineLoop, segment: &Segment<'_>) {
    match at {
        LineLoop::Line => own(open, segment),
        LineLoop::Drug | LineLoop::Supply => item_parts(open, at, segment),
        LineLoop::Adjudication => adjudication_parts(open, segment),
        LineLoop::Form => {
            if let Some(line) = open.claim.lines.last_mut() {
                let mut cursor = Cursor::new(segment, &mut open.notes);
                equipment::read_answer(&mut cursor, segment, line);
            }
        }
        LineLoop::PickUp => {
            if let Some(line) = open.claim.lines.last_mut() {
                address(&mut line.detail.pick_up, segment, &mut open.notes);
            }
        }
        LineLoop::DropOff => {
            if let Some(line) = open.claim.lines.last_mut() {
                drop_off_address(&mut line.detail.drop_off, segment, &mut open.notes);
            }
        }
        LineLoop::Provider => {
            let Claim { lines, kind, .. } = &mut open.claim;
            let line = lines.last_mut();
            if let Some(roled) = line.and_then(|line| line.providers.last_mut()) {
                provider(roled, kind, segment, &mut open.notes);
            }
        }
        LineLoop::NotHeld => Cursor::not_held(segment, &mut open.notes),
    }
}

/// The segments of loop 2400 itself.
fn own(open: &mut OpenClaim, segment: &Segment<'_>) {
    let Some(line) = open.claim.lines.last_mut() else {
        return;
    };
    let mut cursor = Cursor::new(segment, &mut open.notes);
    if segment.is(codes::service(&open.claim.kind)) {
        open.bare_line = None;
        return match line.kind {
            LineKind::Professional => professional::read_service(&mut cursor, line),
            LineKind::Institutional(_) => institutional::read_service(&mut cursor, line),
            LineKind::Dental(_) => dental::read_service(&mut cursor, line),
        };
    }
    if segment.is("TOO")
        && let Some(own) = line.dental_mut()
    {
        return dental::read_tooth(&mut cursor, own);
    }
    let detail = &mut line.detail;
    match segment.id() {
        b"PWK" => detail.attachments.push(attachment(&mut cursor)),
        b"CR1" => {
            let read = ambulance(&mut cursor);
            cursor.fill(&mut detail.ambulance, Some(read));
        }
        b"SV5" => equipment::read_rental(&mut cursor, line),
        b"CR3" => equipment::read_certification(&mut cursor, line),
        b"CRC" => detail.certifications.push(certification(&mut cursor)),
        b"DTP" if segment.text(1) == "472" => {
            cursor.qualifier(1);
            if let Some((from, to)) = cursor.days(3) {
                line.service_from = Some(from);
                line.service_to = to.filter(|&to| to != from);
            }
            open.undated_line = None;
        }
        b"DTP" => party::date(&mut cursor, LINE_DATES, line),
        b"QTY" => quantity(&mut cursor, detail),
        b"MEA" => detail.measurements.push(Measurement {
            reference: cursor.need(1),
            kind: cursor.need(2),
            value: cursor.need_phi(3),
        }),
        b"CN1" => {
            let read = contract(&mut cursor);
            cursor.fill(&mut detail.contract, Some(read));
        }
        b"REF" => {
            let further = party::number_or_further(&mut cursor, LINE_NUMBERS, LINE_REPEATED, line);
            line.detail.further_numbers.extend(further);
        }
        b"AMT" => party::amount(&mut cursor, LINE_AMOUNTS, line),
        b"HCP" => {
            let read = repricing(&mut cursor);
            cursor.fill(&mut detail.repricing, Some(read));
        }
        b"K3" => detail.file_information.push(cursor.need_phi(1)),
        b"NTE" => note(&mut cursor, line),
        b"PS1" => {
            let read = PurchasedService {
                provider: cursor.need(1),
                charge: cursor.need_money(2),
            };
            cursor.fill(&mut detail.purchased, Some(read));
        }
        _ => {
            cursor.note(0, What::NotHeld);
            cursor.pass();
        }
    }
}

/// C003 of a line. `usual` is the kind that goes without saying.
pub(super) fn procedure(
    cursor: &mut Cursor<'_, '_>,
    element: usize,
    usual: &str,
    line: &mut ServiceLine,
) {
    let [kind, procedure, modifiers @ .., description] = cursor.components::<7>(element);
    line.description = said(description);
    line.modifiers = present(&modifiers);
    line.procedure = procedure.to_owned();
    line.detail.procedure_kind = said(kind).filter(|kind| kind != usual);
}

/// C004.
pub(super) fn pointers(cursor: &mut Cursor<'_, '_>, element: usize, line: &mut ServiceLine) {
    let pointers = cursor.components::<4>(element);
    for pointer in pointers.into_iter().filter(|one| !one.is_empty()) {
        match pointer.parse() {
            Ok(number) => line.diagnosis_pointers.push(number),
            Err(_) => cursor.note(element, What::NotNumber),
        }
    }
}

fn quantity(cursor: &mut Cursor<'_, '_>, detail: &mut LineDetail) {
    let slot = match cursor.qualifier(1) {
        "PT" => &mut detail.ambulance_patients,
        "FL" => &mut detail.anesthesia_units,
        _ => {
            cursor.note(0, What::NotHeld);
            return cursor.pass();
        }
    };
    let quantity = cursor.text(2);
    cursor.fill(slot, quantity);
}

fn note(cursor: &mut Cursor<'_, '_>, line: &mut ServiceLine) {
    let kind = cursor.qualifier(1);
    let note = cursor.need_phi(2);
    if kind == "TPO" {
        return cursor.fill(&mut line.detail.third_party_note, Some(note));
    }
    if line.note.is_none() {
        line.detail.note_kind = Some(kind.to_owned()).filter(|kind| kind != "ADD");
    }
    cursor.fill(&mut line.note, Some(note));
}

/// LIN: a drug by its national code, or a device or supply by another number.
fn item(open: &mut OpenClaim, segment: &Segment<'_>) -> LineLoop {
    let Some(line) = open.claim.lines.last_mut() else {
        return LineLoop::NotHeld;
    };
    let mut cursor = Cursor::new(segment, &mut open.notes);
    let kind = cursor.qualifier(2).to_owned();
    let number = cursor.need(3);
    let (quantity, unit) = (String::new(), String::new());
    let (prescription, compound_link) = (None, None);
    if kind == "N4" {
        let drug = Drug {
            ndc: number,
            quantity,
            unit,
            prescription,
            compound_link,
        };
        cursor.fill(&mut line.drug, Some(drug));
        return LineLoop::Drug;
    }
    let supply = Supply {
        kind,
        number,
        quantity,
        unit,
        prescription,
        compound_link,
    };
    cursor.fill(&mut line.detail.supply, Some(supply));
    LineLoop::Supply
}

fn item_parts(open: &mut OpenClaim, at: LineLoop, segment: &Segment<'_>) {
    let Some(line) = open.claim.lines.last_mut() else {
        return;
    };
    let parts = match (at, &mut line.drug, &mut line.detail.supply) {
        (
            LineLoop::Drug,
            Some(Drug {
                quantity,
                unit,
                prescription,
                compound_link,
                ..
            }),
            _,
        )
        | (
            LineLoop::Supply,
            _,
            Some(Supply {
                quantity,
                unit,
                prescription,
                compound_link,
                ..
            }),
        ) => (quantity, unit, prescription, compound_link),
        _ => return,
    };
    let (quantity, unit, prescription, compound_link) = parts;
    let mut cursor = Cursor::new(segment, &mut open.notes);
    match (segment.id(), segment.text(1)) {
        (b"CTP", _) => {
            *quantity = cursor.need(4);
            let [said] = cursor.components(5);
            *unit = said.to_owned();
        }
        (b"REF", "XZ") => {
            cursor.qualifier(1);
            let number = cursor.text(2);
            cursor.fill(prescription, number);
        }
        (b"REF", "VY") => {
            cursor.qualifier(1);
            let number = cursor.text(2);
            cursor.fill(compound_link, number);
        }
        _ => {
            cursor.note(0, What::NotHeld);
            cursor.pass();
        }
    }
}

fn name(open: &mut OpenClaim, segment: &Segment<'_>) -> LineLoop {
    let Some(line) = open.claim.lines.last_mut() else {
        return LineLoop::NotHeld;
    };
    let mut cursor = Cursor::new(segment, &mut open.notes);
    let entity = cursor.qualifier(1);
    let Some(role) = codes::role(entity) else {
        return match entity {
            "PW" => {
                cursor.expect(2, &["2"]);
                LineLoop::PickUp
            }
            "45" => {
                drop_off(&mut cursor, &mut line.detail.drop_off);
                LineLoop::DropOff
            }
            _ => {
                cursor.note(0, What::NotHeld);
                cursor.pass();
                LineLoop::NotHeld
            }
        };
    };
    let provider = party::provider(&mut cursor);
    line.providers.push(RoledProvider { role, provider });
    LineLoop::Provider
}

fn adjudication(open: &mut OpenClaim, segment: &Segment<'_>) -> LineLoop {
    open.settle_adjudication();
    open.undated_adjudication = Some(segment.place.position);
    let Some(line) = open.claim.lines.last_mut() else {
        return LineLoop::NotHeld;
    };
    let usual = codes::procedure_kind(&open.claim.kind);
    let mut cursor = Cursor::new(segment, &mut open.notes);
    let [kind, procedure, modifiers @ .., description] = cursor.components::<7>(3);
    line.adjudications.push(LineAdjudication {
        payer_id: cursor.need(1),
        paid: cursor.need_money(2),
        procedure_kind: said(kind).filter(|kind| kind != usual),
        procedure: procedure.to_owned(),
        modifiers: present(&modifiers),
        description: said(description),
        revenue_code: cursor.text(4),
        quantity: cursor.need(5),
        adjustments: Vec::new(),
        adjudicated: Date::ZERO,
        remaining_patient_liability: None,
        bundled_line: cursor.text(6),
    });
    LineLoop::Adjudication
}

fn adjudication_parts(open: &mut OpenClaim, segment: &Segment<'_>) {
    let line = open.claim.lines.last_mut();
    let Some(adjudication) = line.and_then(|line| line.adjudications.last_mut()) else {
        return;
    };
    let mut cursor = Cursor::new(segment, &mut open.notes);
    match (segment.id(), segment.text(1)) {
        (b"CAS", _) => party::adjustments(&mut cursor, &mut adjudication.adjustments),
        (b"DTP", "573") => {
            cursor.qualifier(1);
            if let Some(day) = cursor.day(3) {
                adjudication.adjudicated = day;
            }
            open.undated_adjudication = None;
        }
        (b"AMT", "EAF") => {
            cursor.qualifier(1);
            if cursor.qualifier(2).is_empty() {
                cursor.note(2, What::Absent);
            }
            let amount = cursor.money(2);
            cursor.fill(&mut adjudication.remaining_patient_liability, amount);
        }
        _ => {
            cursor.note(0, What::NotHeld);
            cursor.pass();
        }
    }
}
