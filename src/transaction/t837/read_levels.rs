//! What stands above a claim: the set's header, billing provider, subscriber and patient. It must
//! not know claims.

use std::sync::Arc;

use jiff::civil::Date;

use super::Span;
use super::cursor::{Cursor, Notes, What, ccyymmdd};
use super::read::SetInfo;
use super::read_party::{self as party, no_name, no_provider};
use crate::claim::{
    Address, Patient, PayToPlan, Payer, PersonDetail, Phi, Provider, ProviderId, Sex, Subscriber,
};
use crate::x12::Segment;

#[derive(Debug)]
pub(super) struct Header {
    pub(super) info: Arc<SetInfo>,
    pub(super) in_submitter: bool,
}

/// A level of the hierarchy: what it says, where it stands, and what of it could not be read.
#[derive(Debug)]
pub(super) struct Level<T> {
    pub(super) value: T,
    pub(super) span: Span,
    pub(super) notes: Notes,
}

#[derive(Debug)]
pub(super) struct Billing {
    pub(super) provider: Provider,
    pub(super) pay_to: Option<Address>,
    pub(super) pay_to_plan: Option<PayToPlan>,
    pub(super) currency: Option<String>,
    pub(super) at: BillingLoop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BillingLoop {
    Level,
    Name,
    PayTo,
    PayToPlan,
    NotHeld,
}

#[derive(Debug)]
pub(super) struct Coverage {
    pub(super) subscriber: Subscriber,
    pub(super) payer: Payer,
    pub(super) provider_ids: Vec<ProviderId>,
    pub(super) at: CoverageLoop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CoverageLoop {
    Level,
    Name,
    Payer,
    NotHeld,
}

#[derive(Debug)]
pub(super) struct Dependent {
    pub(super) patient: Patient,
    pub(super) address: Option<Address>,
    pub(super) born: bool,
    pub(super) told: bool,
}

impl Header {
    pub(super) fn tell(&mut self, read: impl FnOnce(&mut Notes, &mut SetInfo, &mut bool)) {
        let info = Arc::make_mut(&mut self.info);
        let mut notes = Notes(std::mem::take(&mut info.unreadable));
        read(&mut notes, info, &mut self.in_submitter);
        info.unreadable = notes.0;
    }

    pub(super) fn segment(&mut self, segment: &Segment<'_>) {
        self.tell(|notes, info, in_submitter| {
            let mut cursor = Cursor::new(segment, notes);
            match (segment.id(), segment.text(1)) {
                (b"BHT", _) => Self::beginning(&mut cursor, info),
                (b"NM1", "41") => {
                    *in_submitter = true;
                    cursor.qualifier(1);
                    info.submitter.name = party::name(&mut cursor);
                    info.submitter.id = party::id(&mut cursor, &["46"]);
                }
                (b"NM1", "40") => {
                    *in_submitter = false;
                    cursor.qualifier(1);
                    cursor.expect(2, &["2"]);
                    info.receiver_name = cursor.need(3);
                    info.receiver_id = party::id(&mut cursor, &["46"]);
                }
                (b"PER", _) if *in_submitter => {
                    party::contact(&mut cursor, &mut info.submitter.contact);
                }
                _ => {
                    cursor.note(0, What::NotHeld);
                    cursor.pass();
                }
            }
        });
    }

    fn beginning(cursor: &mut Cursor<'_, '_>, info: &mut SetInfo) {
        cursor.expect(1, &["0019"]);
        info.purpose = cursor.need(2);
        info.reference = cursor.need(3);
        let date = cursor.qualifier(4);
        info.date = ccyymmdd(date);
        if info.date.is_none() {
            let what = if date.is_empty() {
                What::Absent
            } else {
                What::NotDate
            };
            cursor.note(4, what);
        }
        info.time = cursor.text(5);
        info.kind = cursor.need(6);
    }
}

impl Billing {
    pub(super) fn new() -> Self {
        Self {
            provider: no_provider(),
            pay_to: None,
            pay_to_plan: None,
            currency: None,
            at: BillingLoop::Level,
        }
    }

    pub(super) fn segment(&mut self, segment: &Segment<'_>, notes: &mut Notes) {
        let mut cursor = Cursor::new(segment, notes);
        if segment.is("NM1") {
            return self.name(&mut cursor);
        }
        match (self.at, segment.id()) {
            (BillingLoop::Level, b"PRV") => {
                self.provider.taxonomy = party::taxonomy(&mut cursor, "BI");
            }
            (BillingLoop::Level, b"CUR") => {
                cursor.expect(1, &["85"]);
                let currency = cursor.text(2);
                cursor.fill(&mut self.currency, currency);
            }
            (BillingLoop::Name, b"N3") => party::street(&mut cursor, &mut self.provider.address),
            (BillingLoop::Name, b"N4") => party::city(&mut cursor, &mut self.provider.address),
            (BillingLoop::Name, b"REF") => {
                party::provider_number(&mut cursor, &mut self.provider);
            }
            (BillingLoop::Name, b"PER") => {
                party::contact(&mut cursor, self.provider.contact.get_or_insert_default());
            }
            (BillingLoop::PayTo, b"N3") => party::street(&mut cursor, &mut self.pay_to),
            (BillingLoop::PayTo, b"N4") => party::city(&mut cursor, &mut self.pay_to),
            (BillingLoop::PayToPlan, _) => self.plan(&mut cursor, segment.id()),
            _ => {
                cursor.note(0, What::NotHeld);
                cursor.pass();
            }
        }
    }

    fn name(&mut self, cursor: &mut Cursor<'_, '_>) {
        match cursor.qualifier(1) {
            "85" => {
                self.at = BillingLoop::Name;
                let taxonomy = self.provider.taxonomy.take();
                self.provider = Provider {
                    taxonomy,
                    ..party::provider(cursor)
                };
            }
            // Only the address is the pay-to loop's own: the name is the billing provider's.
            "87" => {
                self.at = BillingLoop::PayTo;
                cursor.expect(2, &["1", "2"]);
            }
            "PE" if self.pay_to_plan.is_none() => {
                self.at = BillingLoop::PayToPlan;
                cursor.expect(2, &["2"]);
                let name = cursor.need(3);
                let (id_kind, id) = party::id_of_kind(cursor, "PI", "XV");
                self.pay_to_plan = Some(PayToPlan {
                    name,
                    id_kind,
                    id,
                    address: None,
                    tax_number: None,
                    other_id: None,
                });
            }
            _ => {
                self.at = BillingLoop::NotHeld;
                cursor.note(0, What::NotHeld);
                cursor.pass();
            }
        }
    }
}

impl Billing {
    /// Loop 2010AC.
    fn plan(&mut self, cursor: &mut Cursor<'_, '_>, id: &[u8]) {
        let Some(plan) = &mut self.pay_to_plan else {
            return;
        };
        match id {
            b"N3" => return party::street(cursor, &mut plan.address),
            b"N4" => return party::city(cursor, &mut plan.address),
            b"REF" if cursor.qualifier(1) == "EI" => {
                let number = cursor.text(2);
                return cursor.fill(&mut plan.tax_number, number);
            }
            b"REF" => {
                if let Some(number) = party::payer_number(cursor) {
                    return cursor.fill(&mut plan.other_id, Some(number));
                }
            }
            _ => {}
        }
        cursor.note(0, What::NotHeld);
        cursor.pass();
    }
}

impl Coverage {
    pub(super) fn new() -> Self {
        Self {
            subscriber: Subscriber {
                payer_responsibility: String::new(),
                name: no_name(),
                member_id: Phi::default(),
                group_number: None,
                group_name: None,
                insurance_type: None,
                claim_filing: None,
                address: None,
                birth_date: None,
                sex: None,
                detail: PersonDetail::default(),
            },
            payer: Payer::default(),
            provider_ids: Vec::new(),
            at: CoverageLoop::Level,
        }
    }

    pub(super) fn segment(&mut self, segment: &Segment<'_>, notes: &mut Notes) {
        let mut cursor = Cursor::new(segment, notes);
        let subscriber = &mut self.subscriber;
        match (self.at, segment.id()) {
            (_, b"NM1") => self.name(&mut cursor),
            (CoverageLoop::Level, b"SBR") => {
                subscriber.payer_responsibility = cursor.need(1);
                cursor.expect(2, &["18"]);
                subscriber.group_number = cursor.text(3);
                subscriber.group_name = cursor.text(4);
                subscriber.insurance_type = cursor.text(5);
                subscriber.claim_filing = cursor.text(9);
            }
            (CoverageLoop::Level, b"PAT") => party::patient(&mut cursor, &mut subscriber.detail),
            (CoverageLoop::Name, b"N3") => party::street(&mut cursor, &mut subscriber.address),
            (CoverageLoop::Name, b"N4") => party::city(&mut cursor, &mut subscriber.address),
            (CoverageLoop::Name, b"DMG") => {
                (subscriber.birth_date, subscriber.sex) = party::demographics(&mut cursor);
            }
            (CoverageLoop::Name, b"REF") => {
                party::person_number(&mut cursor, &mut subscriber.detail);
            }
            (CoverageLoop::Name, b"PER") => {
                party::person_contact(&mut cursor, &mut subscriber.detail);
            }
            (CoverageLoop::Payer, b"N3") => party::street(&mut cursor, &mut self.payer.address),
            (CoverageLoop::Payer, b"N4") => party::city(&mut cursor, &mut self.payer.address),
            (CoverageLoop::Payer, b"REF") => match party::payer_number(&mut cursor) {
                Some(number) => self.payer.detail.other_ids.push(number),
                None => self.provider_ids.extend(party::other_id(&mut cursor)),
            },
            _ => {
                cursor.note(0, What::NotHeld);
                cursor.pass();
            }
        }
    }

    fn name(&mut self, cursor: &mut Cursor<'_, '_>) {
        match cursor.qualifier(1) {
            "IL" => {
                self.at = CoverageLoop::Name;
                self.subscriber.name = party::name(cursor);
                let (kind, id) = party::id_of_kind(cursor, "MI", "II");
                self.subscriber.member_id = Phi::new(id);
                self.subscriber.detail.member_id_kind = kind;
            }
            "PR" => {
                self.at = CoverageLoop::Payer;
                party::payer(cursor, &mut self.payer);
            }
            _ => {
                self.at = CoverageLoop::NotHeld;
                cursor.note(0, What::NotHeld);
                cursor.pass();
            }
        }
    }
}

impl Dependent {
    pub(super) fn new() -> Self {
        Self {
            patient: Patient {
                relationship: String::new(),
                name: no_name(),
                address: Address::default(),
                birth_date: Phi::new(Date::ZERO),
                sex: Sex::Unknown,
                detail: PersonDetail::default(),
            },
            address: None,
            born: false,
            told: false,
        }
    }

    pub(super) fn patient(&self) -> Patient {
        let mut patient = self.patient.clone();
        if let Some(address) = &self.address {
            patient.address = address.clone();
        }
        patient
    }

    pub(super) fn segment(&mut self, segment: &Segment<'_>, notes: &mut Notes) {
        let mut cursor = Cursor::new(segment, notes);
        let patient = &mut self.patient;
        match segment.id() {
            b"PAT" => {
                patient.relationship = cursor.need(1);
                party::patient(&mut cursor, &mut patient.detail);
            }
            b"NM1" => {
                cursor.expect(1, &["QC"]);
                patient.name = party::name(&mut cursor);
            }
            b"N3" => party::street(&mut cursor, &mut self.address),
            b"N4" => party::city(&mut cursor, &mut self.address),
            b"REF" => party::person_number(&mut cursor, &mut patient.detail),
            b"PER" => party::person_contact(&mut cursor, &mut patient.detail),
            b"DMG" => {
                self.born = true;
                let (birth, sex) = party::demographics(&mut cursor);
                for (element, known) in [(2, birth.is_some()), (3, sex.is_some())] {
                    if !known && cursor.qualifier(element).is_empty() {
                        cursor.note(element, What::Absent);
                    }
                }
                patient.birth_date = birth.unwrap_or_else(|| Phi::new(Date::ZERO));
                patient.sex = sex.unwrap_or(Sex::Unknown);
            }
            _ => {
                cursor.note(0, What::NotHeld);
                cursor.pass();
            }
        }
    }
}
