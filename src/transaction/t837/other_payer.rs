//! Loops 2320 and 2330: other payers, what they decided, and how they know the claim's providers. It must not know the
//! claim around them.

use super::codes::{self, INPATIENT_AMOUNTS, OTHER_PAYER_AMOUNTS, OTHER_PAYER_NUMBERS};
use super::cursor::{Cursor, What};
use super::read_claim::OpenClaim;
use super::{read_party, write_party};
use crate::claim::{
    ClaimKind, InpatientAdjudication, KnownProvider, Name, OtherPayer, OtherPayerDetail,
    OutpatientAdjudication, Payer, Phi,
};
use crate::x12::{Segment, Writer};

/// MOA03 to MOA07 hold remark codes.
const REMARKS: std::ops::RangeInclusive<usize> = 3..=7;

/// MIA05 and MIA20 to MIA23 do.
const INPATIENT_REMARKS: [usize; 5] = [5, 20, 21, 22, 23];

/// Elements of MIA.
const INPATIENT_LENGTH: usize = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OtherLoop {
    /// 2320.
    Coverage,
    Subscriber,
    Payer,
    Provider,
    NotHeld,
}

/// SBR.
pub(super) fn open(open: &mut OpenClaim, segment: &Segment<'_>) -> OtherLoop {
    let mut cursor = Cursor::new(segment, &mut open.notes);
    open.claim.other_payers.push(OtherPayer {
        payer: Payer::default(),
        payer_responsibility: cursor.need(1),
        relationship: cursor.need(2),
        subscriber_name: read_party::no_name(),
        member_id: Phi::default(),
        claim_filing: cursor.text(9),
        group_number: cursor.text(3),
        benefits_assignment: String::new(),
        release_of_information: String::new(),
        paid: None,
        remaining_patient_liability: None,
        adjustments: Vec::new(),
        adjudicated: None,
        payer_claim_number: None,
        detail: OtherPayerDetail {
            group_name: cursor.text(4),
            insurance_type: cursor.text(5),
            ..OtherPayerDetail::default()
        },
    });
    OtherLoop::Coverage
}

/// Takes a segment of the last other payer; gives the loop that the stream is in then.
pub(super) fn segment(open: &mut OpenClaim, at: OtherLoop, segment: &Segment<'_>) -> OtherLoop {
    let Some(other) = open.claim.other_payers.last_mut() else {
        return OtherLoop::NotHeld;
    };
    let mut cursor = Cursor::new(segment, &mut open.notes);
    if segment.is("NM1") {
        return name(&mut cursor, other);
    }
    let held = match at {
        OtherLoop::Coverage => coverage(&mut cursor, segment.id(), other),
        OtherLoop::Subscriber => subscriber(&mut cursor, segment.id(), other),
        OtherLoop::Payer => payer(&mut cursor, segment.id(), other),
        OtherLoop::Provider if segment.is("REF") => {
            let known = other.detail.providers.last_mut();
            let id = read_party::other_id(&mut cursor);
            known
                .into_iter()
                .for_each(|known| known.ids.extend(id.clone()));
            true
        }
        OtherLoop::Provider | OtherLoop::NotHeld => false,
    };
    if !held {
        cursor.note(0, What::NotHeld);
        cursor.pass();
    }
    at
}

fn name(cursor: &mut Cursor<'_, '_>, other: &mut OtherPayer) -> OtherLoop {
    let entity = cursor.qualifier(1);
    match entity {
        "IL" => {
            other.subscriber_name = read_party::name(cursor);
            let (kind, id) = read_party::id_of_kind(cursor, "MI", "II");
            other.member_id = Phi::new(id);
            other.detail.member_id_kind = kind;
            return OtherLoop::Subscriber;
        }
        "PR" => {
            read_party::payer(cursor, &mut other.payer);
            return OtherLoop::Payer;
        }
        _ => {}
    }
    let Some(role) = codes::role(entity) else {
        cursor.note(0, What::NotHeld);
        cursor.pass();
        return OtherLoop::NotHeld;
    };
    other.detail.providers.push(KnownProvider {
        role,
        entity_type: cursor.need(2),
        ids: Vec::new(),
    });
    OtherLoop::Provider
}

/// Loop 2320. Gives whether the segment was held, as the functions below do.
fn coverage(cursor: &mut Cursor<'_, '_>, id: &[u8], other: &mut OtherPayer) -> bool {
    match id {
        b"CAS" => read_party::adjustments(cursor, &mut other.adjustments),
        b"AMT" => read_party::amount(cursor, OTHER_PAYER_AMOUNTS, other),
        b"OI" => {
            other.benefits_assignment = cursor.need(3);
            other.detail.patient_signature_source = cursor.text(4);
            other.release_of_information = cursor.need(6);
        }
        b"MIA" => {
            let read = inpatient(cursor);
            cursor.fill(&mut other.detail.inpatient, Some(Box::new(read)));
        }
        b"MOA" => outpatient(cursor, &mut other.detail),
        _ => return false,
    }
    true
}

/// Loop 2330A.
fn subscriber(cursor: &mut Cursor<'_, '_>, id: &[u8], other: &mut OtherPayer) -> bool {
    let detail = &mut other.detail;
    match id {
        b"N3" => read_party::street(cursor, &mut detail.subscriber_address),
        b"N4" => read_party::city(cursor, &mut detail.subscriber_address),
        b"REF" if cursor.qualifier(1) == "SY" => {
            let number = cursor.phi(2);
            cursor.fill(&mut detail.social_security_number, number);
        }
        _ => return false,
    }
    true
}

/// Loop 2330B.
fn payer(cursor: &mut Cursor<'_, '_>, id: &[u8], other: &mut OtherPayer) -> bool {
    match id {
        b"N3" => read_party::street(cursor, &mut other.payer.address),
        b"N4" => read_party::city(cursor, &mut other.payer.address),
        b"DTP" if cursor.qualifier(1) == "573" => {
            let day = cursor.day(3);
            cursor.fill(&mut other.adjudicated, day);
        }
        b"REF" => match read_party::payer_number(cursor) {
            Some(number) => other.payer.detail.other_ids.push(number),
            None => read_party::number(cursor, OTHER_PAYER_NUMBERS, other),
        },
        _ => return false,
    }
    true
}

fn inpatient(cursor: &mut Cursor<'_, '_>) -> InpatientAdjudication {
    let mut read = InpatientAdjudication {
        covered_days: cursor.need(1),
        lifetime_psychiatric_days: cursor.text(3),
        cost_report_days: cursor.text(15),
        ..InpatientAdjudication::default()
    };
    for (element, slot) in INPATIENT_AMOUNTS {
        if let Some(amount) = cursor.money(*element) {
            (slot.put)(&mut read, amount);
        }
    }
    let remarks = INPATIENT_REMARKS.into_iter();
    read.remark_codes = remarks.filter_map(|element| cursor.text(element)).collect();
    read
}

fn outpatient(cursor: &mut Cursor<'_, '_>, detail: &mut OtherPayerDetail) {
    let read = OutpatientAdjudication {
        reimbursement_rate: cursor.text(1),
        payable: cursor.money(2),
        esrd: cursor.money(8),
        professional_component: cursor.money(9),
    };
    let said = read != OutpatientAdjudication::default();
    detail.outpatient = Some(read).filter(|_| said);
    detail.remark_codes = REMARKS.filter_map(|at| cursor.text(at)).collect();
}

/// Loops 2320, 2330A and 2330B, and what stands behind them.
pub(super) fn write(writer: &mut Writer, kind: &ClaimKind, other: &OtherPayer) {
    let detail = &other.detail;
    let group_name = detail.group_name.as_deref();
    writer
        .segment("SBR")
        .element(&other.payer_responsibility)
        .element(&other.relationship)
        .optional(other.group_number.as_deref())
        .optional(group_name.filter(|_| other.group_number.is_none()))
        .optional(detail.insurance_type.as_deref())
        .skip(3)
        .optional(other.claim_filing.as_deref());
    write_party::adjustments(writer, &other.adjustments);
    write_party::amounts(writer, OTHER_PAYER_AMOUNTS, other);
    writer
        .segment("OI")
        .skip(2)
        .element(&other.benefits_assignment)
        .optional(detail.patient_signature_source.as_deref())
        .skip(1)
        .element(&other.release_of_information);
    if let Some(inpatient) = &detail.inpatient {
        write_inpatient(writer, inpatient);
    }
    write_outpatient(writer, detail);
    write_subscriber(writer, other);
    write_payer(writer, other);
    for role in codes::other_payer_roles(kind) {
        for known in detail.providers.iter().filter(|known| known.role == role) {
            write_party::nameless(writer, codes::entity(role), &known.entity_type, "");
            write_party::other_ids(writer, known.ids.iter());
        }
    }
}

fn write_inpatient(writer: &mut Writer, inpatient: &InpatientAdjudication) {
    let mut elements = vec![String::new(); INPATIENT_LENGTH + 1];
    elements[1].clone_from(&inpatient.covered_days);
    elements[3] = inpatient
        .lifetime_psychiatric_days
        .clone()
        .unwrap_or_default();
    elements[15] = inpatient.cost_report_days.clone().unwrap_or_default();
    for (element, slot) in INPATIENT_AMOUNTS {
        if let Some(amount) = (slot.get)(inpatient) {
            elements[*element] = amount.to_x12();
        }
    }
    for (element, remark) in INPATIENT_REMARKS.into_iter().zip(&inpatient.remark_codes) {
        elements[element].clone_from(remark);
    }
    let mut segment = writer.segment("MIA");
    for element in &elements[1..] {
        segment = segment.element(element);
    }
}

fn write_outpatient(writer: &mut Writer, detail: &OtherPayerDetail) {
    let none = OutpatientAdjudication::default();
    let told = detail.outpatient.as_ref();
    if told.is_none() && detail.remark_codes.is_empty() {
        return;
    }
    let told = told.unwrap_or(&none);
    let amount = |amount: Option<crate::claim::Money>| amount.map(crate::claim::Money::to_x12);
    let mut segment = writer
        .segment("MOA")
        .optional(told.reimbursement_rate.as_deref())
        .optional(amount(told.payable).as_deref());
    for at in 0..REMARKS.count() {
        segment = segment.optional(detail.remark_codes.get(at).map(String::as_str));
    }
    segment
        .optional(amount(told.esrd).as_deref())
        .optional(amount(told.professional_component).as_deref());
}

fn write_subscriber(writer: &mut Writer, other: &OtherPayer) {
    let detail = &other.detail;
    let kind = detail.member_id_kind.as_deref().unwrap_or("MI");
    let id = (kind, other.member_id.as_str());
    write_party::name(writer, "IL", &other.subscriber_name, id);
    if let Some(address) = &detail.subscriber_address {
        write_party::address(writer, address);
    }
    if let Some(number) = &detail.social_security_number {
        write_party::reference(writer, "SY", number.as_str());
    }
}

fn write_payer(writer: &mut Writer, other: &OtherPayer) {
    let Payer {
        name, id, detail, ..
    } = &other.payer;
    let kind = detail.id_kind.as_deref().unwrap_or("PI");
    let name = Name::organization(name.as_str());
    write_party::name(writer, "PR", &name, (kind, id));
    if let Some(address) = &other.payer.address {
        write_party::address(writer, address);
    }
    if let Some(date) = other.adjudicated {
        write_party::date(writer, "573", date);
    }
    write_party::payer_numbers(writer, &detail.other_ids);
    write_party::references(writer, OTHER_PAYER_NUMBERS, other);
}
