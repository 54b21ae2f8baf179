//! Segments to a remittance, one claim payment at a time. It must not fail: what it cannot read, it tells.

use jiff::civil::Date;

use super::{
    BankAccount, ClaimPayment, Organization, Party, Procedure, ProviderAdjustment,
    ProviderAdjustmentItem, Remittance, RemittanceHeader, ServicePayment, Unreadable, What,
};
use crate::claim::{Adjustment, Contact, Money, Name, Phi};
use crate::transaction::value::{day, money, note, optional, reference, text};
use crate::x12::{self, Item, Segment};

/// A part of a remittance that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Header(Box<RemittanceHeader>),
    Claim(Box<ClaimPayment>),
    ProviderAdjustment(ProviderAdjustment),
    /// SE was read, or the set broke off.
    End,
}

/// Reads 835 transaction sets out of a stream of segments; other sets are passed over. Memory is bounded by the
/// largest claim payment.
#[derive(Debug, Default)]
pub struct RemittanceReader {
    inside: bool,
    header: Option<Box<RemittanceHeader>>,
    /// Which organization N3, N4, REF and PER belong to.
    at_payee: bool,
    header_number: String,
    claim: Option<Box<ClaimPayment>>,
}

/// Every remittance of a stream held in memory.
pub fn read(bytes: &[u8]) -> Vec<Remittance> {
    let mut reader = RemittanceReader::default();
    let mut remittances: Vec<Remittance> = Vec::new();
    x12::read_all(bytes, |item| {
        let Item::Segment(segment) = item else { return };
        reader.segment(&segment, |event| match (event, remittances.last_mut()) {
            (Event::Header(header), _) => remittances.push(Remittance {
                header: *header,
                claims: Vec::new(),
                provider_adjustments: Vec::new(),
            }),
            (Event::Claim(claim), Some(open)) => open.claims.push(*claim),
            (Event::ProviderAdjustment(one), Some(open)) => open.provider_adjustments.push(one),
            _ => {}
        });
    });
    remittances
}

impl RemittanceReader {
    /// Takes the next segment and tells what it completes.
    pub fn segment(&mut self, segment: &Segment<'_>, mut tell: impl FnMut(Event)) {
        match segment.id() {
            b"ST" => {
                self.end(&mut tell);
                self.inside = segment.text(1) == "835";
                if self.inside {
                    let control_number = text(segment, 2);
                    self.header = Some(Box::new(RemittanceHeader {
                        control_number,
                        ..Default::default()
                    }));
                    self.at_payee = false;
                    self.header_number.clear();
                }
            }
            b"SE" | b"GE" | b"IEA" | b"ISA" => self.end(&mut tell),
            _ if !self.inside => {}
            b"LX" => {
                self.flush(&mut tell);
                self.header_number = text(segment, 1);
            }
            b"CLP" => {
                self.flush(&mut tell);
                self.claim = Some(Box::new(claim_payment(segment, &self.header_number)));
            }
            b"PLB" => {
                self.flush(&mut tell);
                tell(Event::ProviderAdjustment(provider_adjustment(segment)));
            }
            _ => match (&mut self.claim, &mut self.header) {
                (Some(claim), _) => in_claim(claim, segment),
                (None, Some(header)) => in_header(header, segment, &mut self.at_payee),
                _ => {}
            },
        }
    }

    /// Tells the header before anything else, and the open claim payment.
    fn flush(&mut self, tell: &mut impl FnMut(Event)) {
        if let Some(header) = self.header.take() {
            tell(Event::Header(header));
        }
        if let Some(claim) = self.claim.take() {
            tell(Event::Claim(claim));
        }
    }

    fn end(&mut self, tell: &mut impl FnMut(Event)) {
        if std::mem::take(&mut self.inside) {
            self.flush(tell);
            tell(Event::End);
        }
    }
}

fn in_header(header: &mut RemittanceHeader, segment: &Segment<'_>, at_payee: &mut bool) {
    let notes = &mut header.unreadable;
    match segment.id() {
        b"BPR" => {
            header.handling = text(segment, 1);
            header.amount = money(segment, 2, notes);
            header.credit_or_debit = text(segment, 3);
            header.method = text(segment, 4);
            header.format = text(segment, 5);
            header.payer_bank = bank(segment, 6);
            header.originating_company = text(segment, 10);
            header.payee_bank = bank(segment, 12);
            header.payment_date = day(segment, 16, notes);
        }
        b"TRN" => {
            header.trace = text(segment, 2);
            header.trace_originator = text(segment, 3);
            header.trace_supplement = text(segment, 4);
        }
        b"REF" if segment.text(1) == "EV" => header.receiver = Some(text(segment, 2)),
        b"DTM" if segment.text(1) == "405" => header.production_date = day(segment, 2, notes),
        b"N1" => {
            *at_payee = segment.text(1) == "PE";
            let party = if *at_payee {
                &mut header.payee
            } else {
                &mut header.payer
            };
            party.name = text(segment, 2);
            party.id_qualifier = text(segment, 3);
            party.id = text(segment, 4);
        }
        _ => {
            let party = if *at_payee {
                &mut header.payee
            } else {
                &mut header.payer
            };
            in_organization(party, segment);
        }
    }
}

fn in_organization(party: &mut Organization, segment: &Segment<'_>) {
    match segment.id() {
        b"N3" | b"N4" => {
            let address = party.address.get_or_insert_default();
            if segment.is("N3") {
                address.line1 = Phi::new(text(segment, 1));
                address.line2 = optional(segment, 2).map(Phi::new);
            } else {
                address.city = Phi::new(text(segment, 1));
                address.state = optional(segment, 2);
                address.postal_code = optional(segment, 3);
                address.country = optional(segment, 4);
            }
        }
        b"REF" => party.references.push(reference(segment)),
        b"PER" => {
            let number = |kind: &str| {
                [3, 5, 7]
                    .into_iter()
                    .find(|&at| segment.text(at) == kind)
                    .and_then(|at| optional(segment, at + 1))
            };
            let contact = Contact {
                name: optional(segment, 2),
                phone: number("TE"),
                phone_extension: number("EX"),
                fax: number("FX"),
                email: number("EM"),
            };
            party.contacts.push((text(segment, 1), contact));
        }
        _ => {}
    }
}

fn claim_payment(segment: &Segment<'_>, header_number: &str) -> ClaimPayment {
    let mut notes = Vec::new();
    ClaimPayment {
        position: segment.place.position,
        header_number: header_number.to_owned(),
        control_number: text(segment, 1),
        status: text(segment, 2),
        charge: money(segment, 3, &mut notes),
        paid: money(segment, 4, &mut notes),
        patient_responsibility: money(segment, 5, &mut notes),
        claim_filing: text(segment, 6),
        payer_claim_number: text(segment, 7),
        facility: text(segment, 8),
        frequency: text(segment, 9),
        unreadable: notes,
        ..ClaimPayment::default()
    }
}

fn in_claim(claim: &mut ClaimPayment, segment: &Segment<'_>) {
    let notes = &mut claim.unreadable;
    if segment.is("SVC") {
        claim.lines.push(service_payment(segment, notes));
        return;
    }
    if let Some(line) = claim.lines.last_mut() {
        match segment.id() {
            b"CAS" => adjustments(segment, &mut line.adjustments, notes),
            b"REF" => line.references.push(reference(segment)),
            b"DTM" => line.dates.extend(qualified_day(segment, notes)),
            b"AMT" => line.amounts.extend(qualified_money(segment, notes)),
            b"QTY" => line.quantities.push((text(segment, 1), text(segment, 2))),
            b"LQ" => line.remarks.push((text(segment, 1), text(segment, 2))),
            _ => {}
        }
        return;
    }
    match segment.id() {
        b"CAS" => adjustments(segment, &mut claim.adjustments, notes),
        b"NM1" => claim.parties.push(party(segment)),
        b"REF" => claim.references.push(reference(segment)),
        b"DTM" => claim.dates.extend(qualified_day(segment, notes)),
        b"AMT" => claim.amounts.extend(qualified_money(segment, notes)),
        b"QTY" => claim.quantities.push((text(segment, 1), text(segment, 2))),
        b"MOA" => claim
            .remarks
            .extend((3..=7).filter_map(|at| optional(segment, at))),
        b"MIA" => {
            let codes = std::iter::once(5).chain(20..=23);
            claim
                .remarks
                .extend(codes.filter_map(|at| optional(segment, at)));
        }
        _ => {}
    }
}

fn service_payment(segment: &Segment<'_>, notes: &mut Vec<Unreadable>) -> ServicePayment {
    ServicePayment {
        procedure: procedure(segment, 1).unwrap_or_default(),
        charge: money(segment, 2, notes),
        paid: money(segment, 3, notes),
        revenue_code: text(segment, 4),
        units_paid: optional(segment, 5),
        submitted: procedure(segment, 6),
        units_submitted: optional(segment, 7),
        ..ServicePayment::default()
    }
}

pub(in crate::transaction) fn procedure(
    segment: &Segment<'_>,
    element: usize,
) -> Option<Procedure> {
    if segment.element(element).is_empty() {
        return None;
    }
    let mut parts = [""; 7];
    let said = segment.element(element).components();
    for (part, said) in parts.iter_mut().zip(said) {
        *part = std::str::from_utf8(said).unwrap_or_default();
    }
    let [qualifier, code, modifiers @ .., description] = parts;
    let modifiers = modifiers.iter().filter(|modifier| !modifier.is_empty());
    Some(Procedure {
        qualifier: qualifier.to_owned(),
        code: code.to_owned(),
        modifiers: modifiers.map(|&modifier| modifier.to_owned()).collect(),
        description: description.to_owned(),
    })
}

/// A CAS holds up to six reason, amount, quantity triples.
fn adjustments(segment: &Segment<'_>, out: &mut Vec<Adjustment>, notes: &mut Vec<Unreadable>) {
    for at in (2..=17.min(segment.len())).step_by(3) {
        if segment.element(at).is_empty() && segment.element(at + 1).is_empty() {
            continue;
        }
        match money(segment, at + 1, notes) {
            Some(amount) => out.push(Adjustment {
                group: text(segment, 1),
                reason: text(segment, at),
                amount,
                quantity: optional(segment, at + 2),
            }),
            None if segment.element(at + 1).is_empty() => {
                note(segment, at + 1, What::Absent, notes);
            }
            None => {}
        }
    }
}

pub(in crate::transaction) fn party(segment: &Segment<'_>) -> Party {
    let phi = |at| optional(segment, at).map(Phi::new);
    let name = optional(segment, 3).map(|last| match segment.text(2) {
        "2" => Name::Organization { name: last },
        _ => Name::Person {
            last: Phi::new(last),
            first: phi(4),
            middle: phi(5),
            suffix: phi(7),
        },
    });
    Party {
        role: text(segment, 1),
        name,
        id_qualifier: text(segment, 8),
        id: Phi::new(text(segment, 9)),
    }
}

fn provider_adjustment(segment: &Segment<'_>) -> ProviderAdjustment {
    let mut notes = Vec::new();
    let mut items = Vec::new();
    for at in (3..=13).step_by(2) {
        if segment.element(at).is_empty() && segment.element(at + 1).is_empty() {
            continue;
        }
        items.push(ProviderAdjustmentItem {
            reason: segment.component(at, 1).to_owned(),
            reference: segment.component(at, 2).into(),
            amount: money(segment, at + 1, &mut notes),
        });
    }
    ProviderAdjustment {
        provider: text(segment, 1),
        fiscal_period: day(segment, 2, &mut notes),
        items,
        unreadable: notes,
    }
}

fn bank(segment: &Segment<'_>, at: usize) -> Option<BankAccount> {
    let present = (at..at + 4).any(|element| !segment.element(element).is_empty());
    present.then(|| BankAccount {
        bank_qualifier: text(segment, at),
        bank: text(segment, at + 1),
        account_qualifier: text(segment, at + 2),
        account: Phi::new(text(segment, at + 3)),
    })
}

fn qualified_day(segment: &Segment<'_>, notes: &mut Vec<Unreadable>) -> Option<(String, Date)> {
    Some((text(segment, 1), day(segment, 2, notes)?))
}

fn qualified_money(segment: &Segment<'_>, notes: &mut Vec<Unreadable>) -> Option<(String, Money)> {
    Some((text(segment, 1), money(segment, 2, notes)?))
}
