//! Loop 2300 with 2310. It must not know the levels above it.

use super::codes::{self, CLAIM_AMOUNTS, CLAIM_DATES, CLAIM_NUMBERS, CLAIM_REPEATED};
use super::cursor::{Cursor, Notes, What};
use super::other_payer::{self, OtherLoop};
use super::read_line::{self, LineLoop};
use super::read_party as party;
use super::{ClaimPosition, Span, dental, institutional, professional};
use crate::claim::{
    Accident, Address, Ambulance, Attachment, Certification, Claim, ClaimKind, Contract, DropOff,
    Note, Repricing, RoledProvider, SpinalManipulation,
};
use crate::x12::{Place, Segment};

/// The claim that is being read, and in which of its loops the stream is.
#[derive(Debug)]
pub(super) struct OpenClaim {
    place: Place,
    pub(super) claim: Claim,
    pub(super) position: ClaimPosition,
    pub(super) notes: Notes,
    pub(super) at: At,
    /// The line (LX) whose service (SV1, SV2, SV3) has not come yet.
    pub(super) bare_line: Option<u32>,
    /// The line (LX) whose service date has not come yet.
    pub(super) undated_line: Option<u32>,
    /// The adjudication (SVD) whose date has not come yet.
    pub(super) undated_adjudication: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Claim,
    Provider,
    PickUp,
    DropOff,
    Other(OtherLoop),
    NotHeld,
    Line(LineLoop),
}

impl OpenClaim {
    pub(super) fn new(place: Place, claim: Claim, position: ClaimPosition, notes: Notes) -> Self {
        Self {
            place,
            claim,
            position,
            notes,
            at: At::Claim,
            bare_line: None,
            undated_line: None,
            undated_adjudication: None,
        }
    }

    pub(super) fn close(mut self) -> (Place, Claim, ClaimPosition, Notes) {
        self.settle_line();
        self.settle_bill();
        (self.place, self.claim, self.position, self.notes)
    }

    /// Tells what an institutional claim always has and did not come: its days and its status.
    fn settle_bill(&mut self) {
        let Some(own) = self.claim.institutional() else {
            return;
        };
        let status_told = self.notes.0.iter().any(|note| note.segment == "CL1");
        let absent = [
            own.statement.is_none(),
            own.patient_status.is_empty() && !status_told,
        ];
        for _ in absent.into_iter().filter(|&absent| absent) {
            let position = self.position.all.first;
            self.notes.add(position, "CLM", 0, What::Absent);
        }
    }

    /// CLM.
    pub(super) fn header(claim: &mut Claim, segment: &Segment<'_>, notes: &mut Notes) {
        let mut cursor = Cursor::new(segment, notes);
        claim.control_number = cursor.need(1);
        claim.total_charge = cursor.need_money(2);
        let [place, kind, frequency] = cursor.components(5);
        claim.place_of_service = place.to_owned();
        if kind != codes::place_qualifier(&claim.kind) && !kind.is_empty() {
            cursor.note(5, What::UnknownCode);
        }
        claim.frequency = frequency.to_owned();
        if claim.institutional().is_none() {
            claim.provider_signature_on_file = signature(&mut cursor);
        }
        claim.assignment = cursor.need(7);
        claim.benefits_assignment = cursor.need(8);
        claim.release_of_information = cursor.need(9);
        claim.detail.patient_signature_source = cursor.text(10);
        claim.accident = accident(&mut cursor);
        claim.detail.special_program = cursor.text(12);
        if let Some(own) = claim.dental_mut() {
            dental::read_predetermination(&mut cursor, own);
        }
        claim.delay_reason = cursor.text(20);
    }

    pub(super) fn segment(&mut self, segment: &Segment<'_>) {
        self.position.all.last = segment.place.position;
        if segment.is("LX") {
            return self.open_line(segment);
        }
        if let Some(line) = self.position.lines.last_mut() {
            line.last = segment.place.position;
        }
        match (self.at, segment.id()) {
            (At::Line(at), _) => self.at = At::Line(read_line::segment(self, at, segment)),
            (_, b"SBR") => self.at = At::Other(other_payer::open(self, segment)),
            (At::Other(at), _) => self.at = At::Other(other_payer::segment(self, at, segment)),
            (_, b"NM1") => self.name(segment),
            (At::Claim, _) => self.own(segment),
            (At::Provider, _) => {
                let Claim {
                    providers, kind, ..
                } = &mut self.claim;
                if let Some(roled) = providers.last_mut() {
                    provider(roled, kind, segment, &mut self.notes);
                }
            }
            (At::PickUp, _) => {
                let slot = &mut self.claim.detail.pick_up;
                address(slot, segment, &mut self.notes);
            }
            (At::DropOff, _) => {
                let slot = &mut self.claim.detail.drop_off;
                drop_off_address(slot, segment, &mut self.notes);
            }
            (At::NotHeld, _) => Cursor::not_held(segment, &mut self.notes),
        }
    }

    fn open_line(&mut self, segment: &Segment<'_>) {
        self.settle_line();
        let first = segment.place.position;
        self.bare_line = Some(first);
        self.undated_line = Some(first).filter(|_| self.claim.kind.is_professional());
        self.position.lines.push(Span { first, last: first });
        self.claim.lines.push(read_line::empty(&self.claim.kind));
        self.at = At::Line(LineLoop::Line);
    }

    /// Tells what a line and an adjudication always have and did not come.
    fn settle_line(&mut self) {
        if let Some(position) = self.bare_line.take() {
            let service = codes::service(&self.claim.kind);
            self.notes.add(position, service, 0, What::Absent);
        }
        if let Some(position) = self.undated_line.take() {
            self.notes.add(position, "LX", 0, What::Absent);
        }
        self.settle_adjudication();
    }

    pub(super) fn settle_adjudication(&mut self) {
        if let Some(position) = self.undated_adjudication.take() {
            self.notes.add(position, "SVD", 0, What::Absent);
        }
    }

    /// The segments of loop 2300 itself.
    fn own(&mut self, segment: &Segment<'_>) {
        let claim = &mut self.claim;
        let mut cursor = Cursor::new(segment, &mut self.notes);
        match segment.id() {
            b"DTP" => date(&mut cursor, claim),
            b"PWK" => claim.attachments.push(attachment(&mut cursor)),
            b"CN1" => {
                let read = contract(&mut cursor);
                cursor.fill(&mut claim.detail.contract, Some(read));
            }
            b"AMT" => party::amount(&mut cursor, CLAIM_AMOUNTS, claim),
            b"REF" => {
                let repeated = CLAIM_REPEATED;
                let further = party::number_or_further(&mut cursor, CLAIM_NUMBERS, repeated, claim);
                claim.detail.further_numbers.extend(further);
            }
            b"K3" => claim.detail.file_information.push(cursor.need_phi(1)),
            b"NTE" => note(&mut cursor, claim),
            b"CR1" => {
                let read = ambulance(&mut cursor);
                cursor.fill(&mut claim.detail.ambulance, Some(read));
            }
            b"CR2" => {
                let read = SpinalManipulation {
                    condition: cursor.need_phi(8),
                    description: cursor.phi(10),
                    more_description: cursor.phi(11),
                };
                cursor.fill(&mut claim.detail.spinal, Some(read));
            }
            b"CRC" => claim.detail.certifications.push(certification(&mut cursor)),
            b"HCP" => {
                let read = repricing(&mut cursor);
                cursor.fill(&mut claim.detail.repricing, Some(read));
            }
            b"HI" if claim.institutional().is_some() => {
                institutional::read_codes(&mut cursor, claim);
            }
            b"HI" => professional::read_codes(&mut cursor, claim),
            id => {
                let held = match &mut claim.kind {
                    ClaimKind::Institutional(own) if id == b"CL1" => {
                        institutional::read_admission(&mut cursor, own);
                        true
                    }
                    ClaimKind::Dental(own) => dental::read_teeth(&mut cursor, id, own),
                    _ => false,
                };
                if !held {
                    cursor.note(0, What::NotHeld);
                    cursor.pass();
                }
            }
        }
    }

    fn name(&mut self, segment: &Segment<'_>) {
        let mut cursor = Cursor::new(segment, &mut self.notes);
        let entity = cursor.qualifier(1);
        self.at = if let Some(role) = codes::role(entity) {
            let provider = party::provider(&mut cursor);
            self.claim.providers.push(RoledProvider { role, provider });
            At::Provider
        } else if entity == "PW" {
            cursor.expect(2, &["2"]);
            At::PickUp
        } else if entity == "45" {
            drop_off(&mut cursor, &mut self.claim.detail.drop_off);
            At::DropOff
        } else {
            cursor.note(0, What::NotHeld);
            cursor.pass();
            At::NotHeld
        };
    }
}

/// NM1*45 of the claim or a line.
pub(super) fn drop_off(cursor: &mut Cursor<'_, '_>, slot: &mut Option<DropOff>) {
    cursor.expect(2, &["2"]);
    let read = DropOff {
        name: cursor.text(3),
        address: Address::default(),
    };
    cursor.fill(slot, Some(read));
}

pub(super) fn drop_off_address(
    slot: &mut Option<DropOff>,
    segment: &Segment<'_>,
    notes: &mut Notes,
) {
    if let Some(drop_off) = slot {
        let mut place = Some(std::mem::take(&mut drop_off.address));
        address(&mut place, segment, notes);
        drop_off.address = place.unwrap_or_default();
    }
}

/// CLM06.
fn signature(cursor: &mut Cursor<'_, '_>) -> Option<bool> {
    match cursor.need(6).as_str() {
        "Y" => Some(true),
        "N" => Some(false),
        "" => None,
        _ => {
            cursor.note(6, What::UnknownCode);
            None
        }
    }
}

fn date(cursor: &mut Cursor<'_, '_>, claim: &mut Claim) {
    let read = institutional::read_date(cursor, claim)
        || dental::read_date(cursor, claim)
        || professional::read_date(cursor, claim);
    if !read {
        party::date(cursor, CLAIM_DATES, claim);
    }
}

/// The claim's own note is its first, of an institutional claim the billing note.
fn note(cursor: &mut Cursor<'_, '_>, claim: &mut Claim) {
    let kind = cursor.need(1);
    let text = cursor.need_phi(2);
    let own = claim.institutional().is_none() || kind == "ADD";
    if own && claim.note.is_none() {
        claim.note = Some(text);
        claim.detail.note_kind = Some(kind).filter(|kind| kind != "ADD");
    } else {
        claim.detail.further_notes.push(Note { kind, text });
    }
}

/// CLM11: the guide has two causes; the standard's third is read too.
fn accident(cursor: &mut Cursor<'_, '_>) -> Option<Accident> {
    let parts = cursor.components::<5>(11);
    if parts.iter().all(|part| part.is_empty()) {
        return None;
    }
    let [causes @ .., state, country] = parts;
    Some(Accident {
        causes: present(&causes),
        state: said(state),
        country: said(country),
    })
}

/// The components that are not empty.
pub(super) fn present(parts: &[&str]) -> Vec<String> {
    parts.iter().copied().filter_map(said).collect()
}

/// A component that is not empty.
pub(super) fn said(part: &str) -> Option<String> {
    (!part.is_empty()).then(|| part.to_owned())
}

pub(super) fn attachment(cursor: &mut Cursor<'_, '_>) -> Attachment {
    cursor.expect(5, &["AC"]);
    Attachment {
        report_type: cursor.need(1),
        transmission: cursor.need(2),
        control_number: cursor.text(6),
    }
}

pub(super) fn contract(cursor: &mut Cursor<'_, '_>) -> Contract {
    Contract {
        kind: cursor.need(1),
        amount: cursor.money(2),
        percentage: cursor.text(3),
        code: cursor.text(4),
        discount_percentage: cursor.text(5),
        version: cursor.text(6),
    }
}

pub(super) fn repricing(cursor: &mut Cursor<'_, '_>) -> Repricing {
    Repricing {
        method: cursor.need(1),
        allowed: cursor.need_money(2),
        savings: cursor.money(3),
        repricer: cursor.text(4),
        rate: cursor.text(5),
        group: cursor.text(6),
        group_amount: cursor.money(7),
        revenue_code: cursor.text(8),
        procedure_kind: cursor.text(9),
        procedure: cursor.text(10),
        unit: cursor.text(11),
        units: cursor.text(12),
        reject_reason: cursor.text(13),
        compliance: cursor.text(14),
        exception: cursor.text(15),
    }
}

pub(super) fn ambulance(cursor: &mut Cursor<'_, '_>) -> Ambulance {
    cursor.expect(1, &["LB"]);
    cursor.expect(5, &["DH"]);
    Ambulance {
        patient_pounds: cursor.phi(2),
        reason: cursor.need(4),
        miles: cursor.need(6),
        round_trip: cursor.phi(9),
        stretcher: cursor.phi(10),
    }
}

pub(super) fn certification(cursor: &mut Cursor<'_, '_>) -> Certification {
    Certification {
        kind: cursor.need(1),
        applies: cursor.need(2),
        conditions: (3..=7).filter_map(|at| cursor.phi(at)).collect(),
    }
}

/// The segments behind NM1 in loops 2310 and 2420.
pub(super) fn provider(
    roled: &mut RoledProvider,
    kind: &ClaimKind,
    segment: &Segment<'_>,
    notes: &mut Notes,
) {
    let mut cursor = Cursor::new(segment, notes);
    let provider = &mut roled.provider;
    match segment.id() {
        b"PRV" => {
            let Some(specialty) = codes::specialty(kind, roled.role) else {
                cursor.note(0, What::NotHeld);
                return cursor.pass();
            };
            let taxonomy = party::taxonomy(&mut cursor, specialty);
            cursor.fill(&mut provider.taxonomy, taxonomy);
        }
        b"N3" => party::street(&mut cursor, &mut provider.address),
        b"N4" => party::city(&mut cursor, &mut provider.address),
        b"REF" => party::provider_number(&mut cursor, provider),
        b"PER" => {
            party::contact(&mut cursor, provider.contact.get_or_insert_default());
        }
        _ => {
            cursor.note(0, What::NotHeld);
            cursor.pass();
        }
    }
}

pub(super) fn address(slot: &mut Option<Address>, segment: &Segment<'_>, notes: &mut Notes) {
    let mut cursor = Cursor::new(segment, notes);
    match segment.id() {
        b"N3" => party::street(&mut cursor, slot),
        b"N4" => party::city(&mut cursor, slot),
        _ => {
            cursor.note(0, What::NotHeld);
            cursor.pass();
        }
    }
}
