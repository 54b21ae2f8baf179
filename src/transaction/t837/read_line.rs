//! Loop 2400 with 2410, 2420 and 2430. It must not know the levels above the claim.

use jiff::civil::Date;

use super::codes::{self, LINE_DATES, LINE_NUMBERS};
use super::cursor::{Cursor, What};
use super::professional;
use super::read_claim::{
    OpenClaim, ambulance, amount, attachment, certification, present, provider,
};
use super::read_party as party;
use crate::claim::{
    Drug, LineAdjudication, LineDetail, Measurement, Money, PurchasedService, RoledProvider,
    ServiceLine,
};
use crate::x12::Segment;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineLoop {
    Line,
    Drug,
    Provider,
    Adjudication,
    NotHeld,
}

pub(super) fn empty() -> ServiceLine {
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
        service_from: Date::ZERO,
        service_to: None,
        emergency: false,
        prior_authorization: None,
        clia: None,
        note: None,
        drug: None,
        providers: Vec::new(),
        adjudications: Vec::new(),
        detail: LineDetail::default(),
    }
}

/// Takes a segment of the last line; gives the loop that the stream is in then.
pub(super) fn segment(open: &mut OpenClaim, at: LineLoop, segment: &Segment<'_>) -> LineLoop {
    match (at, segment.id()) {
        (_, b"NM1") => name(open, segment),
        (_, b"SVD") => adjudication(open, segment),
        (_, b"LIN") => drug(open, segment),
        (_, b"LQ") => {
            Cursor::not_held(segment, &mut open.notes);
            LineLoop::NotHeld
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
        LineLoop::Drug => drug_parts(open, segment),
        LineLoop::Adjudication => adjudication_parts(open, segment),
        LineLoop::Provider => {
            let line = open.claim.lines.last_mut();
            if let Some(roled) = line.and_then(|line| line.providers.last_mut()) {
                provider(&mut roled.provider, segment, &mut open.notes);
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
    let detail = &mut line.detail;
    match segment.id() {
        b"SV1" => professional::read_service(&mut cursor, line),
        b"PWK" => detail.attachments.push(attachment(&mut cursor)),
        b"CR1" => {
            let read = ambulance(&mut cursor);
            cursor.fill(&mut detail.ambulance, Some(read));
        }
        b"CRC" => detail.certifications.push(certification(&mut cursor)),
        b"DTP" if segment.text(1) == "472" => {
            cursor.qualifier(1);
            if let Some((from, to)) = cursor.days(3) {
                line.service_from = from;
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
        b"REF" => party::number(&mut cursor, LINE_NUMBERS, line),
        b"AMT" => amount(
            &mut cursor,
            &mut [("T", &mut detail.sales_tax), ("F4", &mut detail.postage)],
        ),
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

/// LIN: only national drug codes; a device or supply number has no place.
fn drug(open: &mut OpenClaim, segment: &Segment<'_>) -> LineLoop {
    let Some(line) = open.claim.lines.last_mut() else {
        return LineLoop::NotHeld;
    };
    if segment.text(2) != "N4" {
        Cursor::not_held(segment, &mut open.notes);
        return LineLoop::NotHeld;
    }
    let mut cursor = Cursor::new(segment, &mut open.notes);
    cursor.qualifier(2);
    let drug = Drug {
        ndc: cursor.need(3),
        quantity: String::new(),
        unit: String::new(),
        prescription: None,
    };
    cursor.fill(&mut line.drug, Some(drug));
    LineLoop::Drug
}

fn drug_parts(open: &mut OpenClaim, segment: &Segment<'_>) {
    let line = open.claim.lines.last_mut();
    let Some(drug) = line.and_then(|line| line.drug.as_mut()) else {
        return;
    };
    let mut cursor = Cursor::new(segment, &mut open.notes);
    match (segment.id(), segment.text(1)) {
        (b"CTP", _) => {
            drug.quantity = cursor.need(4);
            drug.unit = cursor.components(5, 1).swap_remove(0);
        }
        (b"REF", "XZ") => {
            cursor.qualifier(1);
            let number = cursor.text(2);
            cursor.fill(&mut drug.prescription, number);
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
    let Some(role) = codes::role(segment.text(1)) else {
        Cursor::not_held(segment, &mut open.notes);
        return LineLoop::NotHeld;
    };
    let mut cursor = Cursor::new(segment, &mut open.notes);
    cursor.qualifier(1);
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
    let mut cursor = Cursor::new(segment, &mut open.notes);
    let procedure = cursor.components(3, 6);
    if !matches!(procedure[0].as_str(), "HC" | "") {
        cursor.note(3, What::UnknownCode);
    }
    line.adjudications.push(LineAdjudication {
        payer_id: cursor.need(1),
        paid: cursor.need_money(2),
        procedure: procedure[1].clone(),
        modifiers: present(&procedure[2..]),
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
        (b"AMT", _) => amount(
            &mut cursor,
            &mut [("EAF", &mut adjudication.remaining_patient_liability)],
        ),
        _ => {
            cursor.note(0, What::NotHeld);
            cursor.pass();
        }
    }
}
