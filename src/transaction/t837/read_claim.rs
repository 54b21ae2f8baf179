//! Loop 2300 with 2310, 2320 and 2330. It must not know the levels above it.

use super::codes::{self, CLAIM_DATES, CLAIM_NUMBERS, OTHER_PAYER_NUMBERS};
use super::cursor::{Cursor, Notes, What};
use super::professional;
use super::read_line::{self, LineLoop};
use super::read_party as party;
use super::{ClaimPosition, Span};
use crate::claim::{
    Accident, Address, Ambulance, Attachment, Certification, Claim, DropOff, Money, OtherPayer,
    OtherPayerDetail, Payer, Phi, Provider, RoledProvider, SpinalManipulation,
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
    OtherPayer,
    OtherSubscriber,
    OtherPayerName,
    NotHeld,
    /// A loop that is not held, of another payer: its next NM1 is still that payer's.
    OtherNotHeld,
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
            undated_line: None,
            undated_adjudication: None,
        }
    }

    pub(super) fn close(mut self) -> (Place, Claim, ClaimPosition, Notes) {
        self.settle_line();
        (self.place, self.claim, self.position, self.notes)
    }

    /// CLM.
    pub(super) fn header(claim: &mut Claim, segment: &Segment<'_>, notes: &mut Notes) {
        let mut cursor = Cursor::new(segment, notes);
        claim.control_number = cursor.need(1);
        claim.total_charge = cursor.need_money(2);
        let mut place = cursor.components(5, 3).into_iter();
        claim.place_of_service = place.next().unwrap_or_default();
        if place
            .next()
            .is_some_and(|kind| !matches!(kind.as_str(), "B" | ""))
        {
            cursor.note(5, What::UnknownCode);
        }
        claim.frequency = place.next().unwrap_or_default();
        claim.provider_signature_on_file = match cursor.need(6).as_str() {
            "Y" => true,
            "N" | "" => false,
            _ => {
                cursor.note(6, What::UnknownCode);
                false
            }
        };
        claim.assignment = cursor.need(7);
        claim.benefits_assignment = cursor.need(8);
        claim.release_of_information = cursor.need(9);
        claim.detail.patient_signature_source = cursor.text(10);
        claim.accident = accident(&mut cursor);
        claim.detail.special_program = cursor.text(12);
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
            (_, b"SBR") => self.open_other_payer(segment),
            (
                At::OtherPayer | At::OtherSubscriber | At::OtherPayerName | At::OtherNotHeld,
                b"NM1",
            ) => self.other_name(segment),
            (_, b"NM1") => self.name(segment),
            (At::Claim, _) => self.own(segment),
            (At::Provider, _) => {
                if let Some(roled) = self.claim.providers.last_mut() {
                    provider(&mut roled.provider, segment, &mut self.notes);
                }
            }
            (At::PickUp, _) => {
                let slot = &mut self.claim.detail.pick_up;
                address(slot, segment, &mut self.notes);
            }
            (At::DropOff, _) => self.drop_off(segment),
            (At::NotHeld | At::OtherNotHeld, _) => Cursor::not_held(segment, &mut self.notes),
            _ => self.other(segment),
        }
    }

    fn open_line(&mut self, segment: &Segment<'_>) {
        self.settle_line();
        let first = segment.place.position;
        self.undated_line = Some(first);
        self.position.lines.push(Span { first, last: first });
        self.claim.lines.push(read_line::empty());
        self.at = At::Line(LineLoop::Line);
    }

    /// Tells the dates that a line and an adjudication always have and that did not come.
    fn settle_line(&mut self) {
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
            b"DTP" => claim_date(&mut cursor, claim),
            b"PWK" => claim.attachments.push(attachment(&mut cursor)),
            b"AMT" => amount(&mut cursor, &mut [("F5", &mut claim.patient_paid)]),
            b"REF" => party::number(&mut cursor, CLAIM_NUMBERS, claim),
            b"K3" => claim.detail.file_information.push(cursor.need_phi(1)),
            b"NTE" => {
                let kind = cursor.qualifier(1);
                let note = cursor.need_phi(2);
                if claim.note.is_none() {
                    claim.detail.note_kind = Some(kind.to_owned()).filter(|kind| kind != "ADD");
                }
                cursor.fill(&mut claim.note, Some(note));
            }
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
            b"HI" => professional::read_codes(&mut cursor, claim),
            _ => {
                cursor.note(0, What::NotHeld);
                cursor.pass();
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
            cursor.expect(2, &["2"]);
            let drop_off = DropOff {
                name: cursor.text(3),
                address: party::no_address(),
            };
            cursor.fill(&mut self.claim.detail.drop_off, Some(drop_off));
            At::DropOff
        } else {
            cursor.note(0, What::NotHeld);
            cursor.pass();
            At::NotHeld
        };
    }

    fn drop_off(&mut self, segment: &Segment<'_>) {
        if let Some(drop_off) = &mut self.claim.detail.drop_off {
            let mut slot = Some(drop_off.address.clone());
            address(&mut slot, segment, &mut self.notes);
            drop_off.address = slot.unwrap_or_else(party::no_address);
        }
    }

    fn open_other_payer(&mut self, segment: &Segment<'_>) {
        let mut cursor = Cursor::new(segment, &mut self.notes);
        self.claim.other_payers.push(OtherPayer {
            payer: Payer {
                name: String::new(),
                id: String::new(),
                address: None,
            },
            payer_responsibility: cursor.need(1),
            relationship: cursor.need(2),
            subscriber_name: party::no_name(),
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
        self.at = At::OtherPayer;
    }

    fn other_name(&mut self, segment: &Segment<'_>) {
        let mut cursor = Cursor::new(segment, &mut self.notes);
        let Some(other) = self.claim.other_payers.last_mut() else {
            return;
        };
        self.at = match cursor.qualifier(1) {
            "IL" => {
                other.subscriber_name = party::name(&mut cursor);
                other.member_id = Phi::new(party::id(&mut cursor, &["MI"]));
                At::OtherSubscriber
            }
            "PR" => {
                cursor.expect(2, &["2"]);
                other.payer.name = cursor.need(3);
                other.payer.id = party::id(&mut cursor, &["PI"]);
                At::OtherPayerName
            }
            _ => {
                cursor.note(0, What::NotHeld);
                cursor.pass();
                At::OtherNotHeld
            }
        };
    }

    /// Loops 2320, 2330A and 2330B.
    fn other(&mut self, segment: &Segment<'_>) {
        let mut cursor = Cursor::new(segment, &mut self.notes);
        let Some(other) = self.claim.other_payers.last_mut() else {
            return;
        };
        let detail = &mut other.detail;
        match (self.at, segment.id()) {
            (At::OtherPayer, b"CAS") => party::adjustments(&mut cursor, &mut other.adjustments),
            (At::OtherPayer, b"AMT") => amount(
                &mut cursor,
                &mut [
                    ("D", &mut other.paid),
                    ("A8", &mut detail.non_covered),
                    ("EAF", &mut other.remaining_patient_liability),
                ],
            ),
            (At::OtherPayer, b"OI") => {
                other.benefits_assignment = cursor.need(3);
                detail.patient_signature_source = cursor.text(4);
                other.release_of_information = cursor.need(6);
            }
            (At::OtherPayer, b"MOA") => {
                detail.remark_codes = (3..=7).filter_map(|at| cursor.text(at)).collect();
            }
            (At::OtherSubscriber, b"N3") => {
                party::street(&mut cursor, &mut detail.subscriber_address);
            }
            (At::OtherSubscriber, b"N4") => {
                party::city(&mut cursor, &mut detail.subscriber_address)
            }
            (At::OtherSubscriber, b"REF") if segment.text(1) == "SY" => {
                cursor.qualifier(1);
                let number = cursor.phi(2);
                cursor.fill(&mut detail.social_security_number, number);
            }
            (At::OtherPayerName, b"N3") => party::street(&mut cursor, &mut other.payer.address),
            (At::OtherPayerName, b"N4") => party::city(&mut cursor, &mut other.payer.address),
            (At::OtherPayerName, b"DTP") if segment.text(1) == "573" => {
                cursor.qualifier(1);
                let day = cursor.day(3);
                cursor.fill(&mut other.adjudicated, day);
            }
            (At::OtherPayerName, b"REF") => {
                party::number(&mut cursor, OTHER_PAYER_NUMBERS, other);
            }
            _ => {
                cursor.note(0, What::NotHeld);
                cursor.pass();
            }
        }
    }
}

/// CLM11: the guide has two causes; the standard's third is read too.
fn accident(cursor: &mut Cursor<'_, '_>) -> Option<Accident> {
    let parts = cursor.components(11, 5);
    if parts.iter().all(String::is_empty) {
        return None;
    }
    let (causes, place) = parts.split_at(3);
    Some(Accident {
        causes: present(causes),
        state: Some(place[0].clone()).filter(|state| !state.is_empty()),
        country: Some(place[1].clone()).filter(|country| !country.is_empty()),
    })
}

/// The components that are not empty.
pub(super) fn present(parts: &[String]) -> Vec<String> {
    let said = parts.iter().filter(|part| !part.is_empty());
    said.cloned().collect()
}

fn claim_date(cursor: &mut Cursor<'_, '_>, claim: &mut Claim) {
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
        _ => party::date(cursor, CLAIM_DATES, claim),
    }
}

pub(super) fn attachment(cursor: &mut Cursor<'_, '_>) -> Attachment {
    cursor.expect(5, &["AC"]);
    Attachment {
        report_type: cursor.need(1),
        transmission: cursor.need(2),
        control_number: cursor.text(6),
    }
}

/// AMT02 into the place that AMT01 names.
pub(super) fn amount(cursor: &mut Cursor<'_, '_>, slots: &mut [(&str, &mut Option<Money>)]) {
    let kind = cursor.qualifier(1);
    let Some((_, slot)) = slots.iter_mut().find(|(code, _)| *code == kind) else {
        cursor.note(0, What::NotHeld);
        return cursor.pass();
    };
    if cursor.qualifier(2).is_empty() {
        cursor.note(2, What::Absent);
    }
    let amount = cursor.money(2);
    cursor.fill(slot, amount);
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
pub(super) fn provider(provider: &mut Provider, segment: &Segment<'_>, notes: &mut Notes) {
    let mut cursor = Cursor::new(segment, notes);
    match segment.id() {
        b"PRV" => {
            let taxonomy = party::taxonomy(&mut cursor, "PE");
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

fn address(slot: &mut Option<Address>, segment: &Segment<'_>, notes: &mut Notes) {
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
