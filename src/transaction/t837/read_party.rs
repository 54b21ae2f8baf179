//! People, organizations and the small segments that any loop may hold. It must not know which loop
//! it is in.

use jiff::civil::Date;

use super::codes::Slot;
use super::cursor::{Cursor, What, ccyymmdd};
use super::read_claim::said;
use crate::claim::{
    Address, Adjustment, Contact, FurtherNumber, Money, Name, Npi, Payer, PayerNumber,
    PersonDetail, Phi, Provider, ProviderId, Sex, TaxId,
};

pub(super) fn no_name() -> Name {
    Name::organization("")
}

pub(super) fn no_provider() -> Provider {
    Provider {
        name: no_name(),
        npi: None,
        taxonomy: None,
        tax_id: None,
        address: None,
        contact: None,
        other_ids: Vec::new(),
    }
}

/// NM102 to NM107.
pub(super) fn name(cursor: &mut Cursor<'_, '_>) -> Name {
    let person = cursor.qualifier(2) == "1";
    if person {
        Name::Person {
            last: cursor.phi(3).unwrap_or_default(),
            first: cursor.phi(4),
            middle: cursor.phi(5),
            suffix: cursor.phi(7),
        }
    } else {
        cursor.expect(2, &["2"]);
        Name::organization(cursor.text(3).unwrap_or_default())
    }
}

/// NM109, with NM108 one of these kinds.
pub(super) fn id(cursor: &mut Cursor<'_, '_>, kinds: &[&str]) -> String {
    cursor.expect(8, kinds);
    cursor.need(9)
}

/// NM108 where it is not the usual one, and NM109.
pub(super) fn id_of_kind(
    cursor: &mut Cursor<'_, '_>,
    usual: &str,
    unusual: &str,
) -> (Option<String>, String) {
    cursor.expect(8, &[usual, unusual]);
    let kind = cursor.text(8).filter(|kind| kind == unusual);
    (kind, cursor.need(9))
}

/// NM1 of a payer.
pub(super) fn payer(cursor: &mut Cursor<'_, '_>, payer: &mut Payer) {
    cursor.expect(2, &["2"]);
    payer.name = cursor.need(3);
    (payer.detail.id_kind, payer.id) = id_of_kind(cursor, "PI", "XV");
}

/// REF of a payer; `None` where it is not one of its numbers.
pub(super) fn payer_number(cursor: &mut Cursor<'_, '_>) -> Option<PayerNumber> {
    let kind = cursor.qualifier(1);
    matches!(kind, "2U" | "EI" | "FY" | "NF").then(|| PayerNumber {
        kind: kind.to_owned(),
        number: cursor.need(2),
    })
}

/// NM1 of any provider.
pub(super) fn provider(cursor: &mut Cursor<'_, '_>) -> Provider {
    let mut provider = Provider {
        name: name(cursor),
        ..no_provider()
    };
    if cursor.qualifier(8) == "XX" {
        provider.npi = Npi::parse(cursor.qualifier(9)).ok();
        if provider.npi.is_none() {
            cursor.note(9, What::NotNpi);
        }
    } else {
        cursor.expect(8, &["XX"]);
    }
    provider
}

/// N3.
pub(super) fn street(cursor: &mut Cursor<'_, '_>, address: &mut Option<Address>) {
    let address = address.get_or_insert_with(Address::default);
    address.line1 = cursor.need_phi(1);
    address.line2 = cursor.phi(2);
}

/// N4.
pub(super) fn city(cursor: &mut Cursor<'_, '_>, address: &mut Option<Address>) {
    let address = address.get_or_insert_with(Address::default);
    address.city = cursor.need_phi(1);
    address.state = cursor.text(2);
    address.postal_code = cursor.text(3);
    address.country = cursor.text(4);
    address.country_subdivision = cursor.text(7);
}

/// PER: what a second one says goes where the first one said nothing.
pub(super) fn contact(cursor: &mut Cursor<'_, '_>, contact: &mut Contact) {
    cursor.expect(1, &["IC"]);
    let name = cursor.text(2);
    if name != contact.name {
        cursor.fill(&mut contact.name, name);
    }
    for kind in [3, 5, 7] {
        let slot = match cursor.qualifier(kind) {
            "TE" => &mut contact.phone,
            "EX" => &mut contact.phone_extension,
            "FX" => &mut contact.fax,
            "EM" => &mut contact.email,
            _ => continue,
        };
        let number = cursor.text(kind + 1);
        cursor.fill(slot, number);
    }
}

/// PER of a subscriber or patient: whom a casualty insurer may call.
pub(super) fn person_contact(cursor: &mut Cursor<'_, '_>, detail: &mut PersonDetail) {
    let mut read = Contact::default();
    contact(cursor, &mut read);
    cursor.fill(&mut detail.contact, Some(Phi::new(read)));
}

/// PRV03.
pub(super) fn taxonomy(cursor: &mut Cursor<'_, '_>, role: &str) -> Option<String> {
    cursor.expect(1, &[role]);
    cursor.expect(2, &["PXC"]);
    cursor.text(3)
}

/// REF of a provider: tax numbers and the ids besides the NPI.
pub(super) fn provider_number(cursor: &mut Cursor<'_, '_>, provider: &mut Provider) {
    match cursor.qualifier(1) {
        "EI" => {
            let number = TaxId::Ein(cursor.need(2));
            cursor.fill(&mut provider.tax_id, Some(number));
        }
        "SY" => {
            let number = TaxId::Ssn(cursor.need_phi(2));
            cursor.fill(&mut provider.tax_id, Some(number));
        }
        _ => provider.other_ids.extend(other_id(cursor)),
    }
}

pub(super) fn other_id(cursor: &mut Cursor<'_, '_>) -> Option<ProviderId> {
    let kind = cursor.qualifier(1);
    if !matches!(kind, "0B" | "1G" | "G2" | "LU") {
        cursor.note(0, What::NotHeld);
        cursor.pass();
        return None;
    }
    Some(ProviderId {
        kind: kind.to_owned(),
        number: cursor.need(2),
        payer_id: payer_it_belongs_to(cursor),
    })
}

/// REF04: the other payer that gave the number.
fn payer_it_belongs_to(cursor: &mut Cursor<'_, '_>) -> Option<String> {
    let [kind, payer] = cursor.components(4);
    let payer = said(payer)?;
    if kind != "2U" {
        cursor.note(4, What::UnknownCode);
    }
    Some(payer)
}

/// REF02 into the slot that REF01 names.
pub(super) fn number<T>(cursor: &mut Cursor<'_, '_>, slots: &[Slot<T, str>], owner: &mut T) {
    number_or_further(cursor, slots, &[], owner);
}

/// The same. A number that comes again, or that another payer gave, is given where its kind may.
pub(super) fn number_or_further<T>(
    cursor: &mut Cursor<'_, '_>,
    slots: &[Slot<T, str>],
    repeated: &[&str],
    owner: &mut T,
) -> Option<FurtherNumber> {
    let kind = cursor.qualifier(1);
    let Some(slot) = slots.iter().find(|slot| slot.code == kind) else {
        cursor.note(0, What::NotHeld);
        cursor.pass();
        return None;
    };
    let number = cursor.need(2);
    let taken = (slot.get)(owner).is_some();
    if repeated.contains(&kind) {
        let payer_id = payer_it_belongs_to(cursor);
        if taken || payer_id.is_some() {
            return Some(FurtherNumber {
                kind: kind.to_owned(),
                number,
                payer_id,
            });
        }
    }
    if taken {
        cursor.note(0, What::Repeated);
    } else if !number.is_empty() && !(slot.put)(owner, number) {
        cursor.note(0, What::NotHeld);
    }
    None
}

/// DTP03 into the slot that DTP01 names.
pub(super) fn date<T>(cursor: &mut Cursor<'_, '_>, slots: &[Slot<T, Date>], owner: &mut T) {
    let kind = cursor.qualifier(1);
    let Some(slot) = slots.iter().find(|slot| slot.code == kind) else {
        cursor.note(0, What::NotHeld);
        return cursor.pass();
    };
    let day = cursor.day(3);
    put(cursor, slot, owner, day);
}

/// AMT02 into the slot that AMT01 names.
pub(super) fn amount<T>(cursor: &mut Cursor<'_, '_>, slots: &[Slot<T, Money>], owner: &mut T) {
    let kind = cursor.qualifier(1);
    let Some(slot) = slots.iter().find(|slot| slot.code == kind) else {
        cursor.note(0, What::NotHeld);
        return cursor.pass();
    };
    if cursor.qualifier(2).is_empty() {
        cursor.note(2, What::Absent);
    }
    let amount = cursor.money(2);
    put(cursor, slot, owner, amount);
}

fn put<T, V: Clone>(
    cursor: &mut Cursor<'_, '_>,
    slot: &Slot<T, V>,
    owner: &mut T,
    value: Option<V>,
) {
    if (slot.get)(owner).is_some() {
        cursor.note(0, What::Repeated);
    } else if value.is_some_and(|value| !(slot.put)(owner, value)) {
        cursor.note(0, What::NotHeld);
    }
}

/// DMG: birth date and sex.
pub(super) fn demographics(cursor: &mut Cursor<'_, '_>) -> (Option<Phi<Date>>, Option<Sex>) {
    let format = cursor.qualifier(1);
    let text = cursor.qualifier(2);
    let birth = ccyymmdd(text).filter(|_| format == "D8");
    if birth.is_none() && !text.is_empty() {
        cursor.note(2, What::NotDate);
    }
    let code = cursor.qualifier(3);
    let sex = [Sex::Female, Sex::Male, Sex::Unknown]
        .into_iter()
        .find(|sex| sex.code() == code);
    if sex.is_none() && !code.is_empty() {
        cursor.note(3, What::UnknownCode);
    }
    (birth.map(Phi::new), sex)
}

/// PAT05 to PAT09.
pub(super) fn patient(cursor: &mut Cursor<'_, '_>, detail: &mut PersonDetail) {
    let format = cursor.qualifier(5);
    if !format.is_empty() || !cursor.qualifier(6).is_empty() {
        detail.death_date = cursor.day(6).map(Phi::new);
    }
    cursor.expect(7, &["01"]);
    detail.weight_pounds = cursor.phi(8);
    detail.pregnant = cursor.phi(9);
}

/// REF of a subscriber or patient.
pub(super) fn person_number(cursor: &mut Cursor<'_, '_>, detail: &mut PersonDetail) {
    match cursor.qualifier(1) {
        "SY" => {
            let number = cursor.phi(2);
            cursor.fill(&mut detail.social_security_number, number);
        }
        "1W" => {
            let number = cursor.phi(2);
            cursor.fill(&mut detail.member_id, number);
        }
        "Y4" => {
            let number = cursor.text(2);
            cursor.fill(&mut detail.property_casualty_claim, number);
        }
        _ => {
            cursor.note(0, What::NotHeld);
            cursor.pass();
        }
    }
}

/// CAS: up to six reasons of one group.
pub(super) fn adjustments(cursor: &mut Cursor<'_, '_>, adjustments: &mut Vec<Adjustment>) {
    let group = cursor.need(1);
    for reason in (2..=cursor.len().min(17)).step_by(3) {
        let said = [reason, reason + 1, reason + 2].map(|at| !cursor.qualifier(at).is_empty());
        if said.contains(&true) {
            adjustments.push(Adjustment {
                group: group.clone(),
                reason: cursor.need(reason),
                amount: cursor.need_money(reason + 1),
                quantity: cursor.text(reason + 2),
            });
        }
    }
}
