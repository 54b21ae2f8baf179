//! People, organizations and the small segments that any loop may hold. It must not know which loop
//! it is in.

use jiff::civil::Date;

use super::codes::Slot;
use crate::claim::{
    Address, Adjustment, Contact, FurtherNumber, Money, Name, PayerNumber, PersonDetail, Phi,
    Provider, ProviderId, Sex, TaxId,
};
use crate::x12::Writer;

/// CAS holds six reasons of one group.
const REASONS_PER_CAS: usize = 6;

/// PER holds three numbers.
const NUMBERS_PER_PER: usize = 3;

pub(super) fn ccyymmdd(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

pub(super) fn text(value: Option<&Phi<String>>) -> Option<&str> {
    value.map(Phi::as_str)
}

/// NM1. `id` is NM108 and NM109, left out together when there is no number.
pub(super) fn name(writer: &mut Writer, entity: &str, name: &Name, id: (&str, &str)) {
    let segment = writer.segment("NM1").element(entity);
    let segment = match name {
        Name::Person {
            last,
            first,
            middle,
            suffix,
        } => segment
            .element("1")
            .element(last.as_str())
            .optional(text(first.as_ref()))
            .optional(text(middle.as_ref()))
            .skip(1)
            .optional(text(suffix.as_ref())),
        Name::Organization { name } => segment.element("2").element(name).skip(4),
    };
    let (kind, number) = id;
    if !number.is_empty() {
        drop(segment.element(kind).element(number));
    }
}

/// NM1 of a provider: NM108 is XX and stands only where there is an NPI.
pub(super) fn provider_name(writer: &mut Writer, entity: &str, provider: &Provider) {
    let npi = provider.npi.as_ref().map_or("", |npi| npi.as_str());
    name(writer, entity, &provider.name, ("XX", npi));
}

/// NM1 of a loop whose name the guide does not use.
pub(super) fn nameless(writer: &mut Writer, entity: &str, kind: &str, number: &str) {
    let segment = writer.segment("NM1").element(entity).element(kind);
    if !number.is_empty() {
        drop(segment.skip(5).element("XX").element(number));
    }
}

/// NM102 of a name.
pub(super) fn name_kind(name: &Name) -> &'static str {
    match name {
        Name::Person { .. } => "1",
        Name::Organization { .. } => "2",
    }
}

/// N3 and N4.
pub(super) fn address(writer: &mut Writer, address: &Address) {
    writer
        .segment("N3")
        .element(address.line1.as_str())
        .optional(text(address.line2.as_ref()));
    writer
        .segment("N4")
        .element(address.city.as_str())
        .optional(address.state.as_deref())
        .optional(address.postal_code.as_deref())
        .optional(address.country.as_deref())
        .skip(2)
        .optional(address.country_subdivision.as_deref());
}

/// PER: telephone and its extension, fax, e-mail; a second one where there are more than three.
pub(super) fn contact(writer: &mut Writer, contact: &Contact) {
    let numbers: Vec<(&str, &str)> = [
        ("TE", &contact.phone),
        ("EX", &contact.phone_extension),
        ("FX", &contact.fax),
        ("EM", &contact.email),
    ]
    .into_iter()
    .filter_map(|(kind, number)| Some((kind, number.as_deref()?)))
    .collect();
    let (first, rest) = numbers.split_at(numbers.len().min(NUMBERS_PER_PER));
    contact_numbers(writer, contact.name.as_deref(), first);
    if !rest.is_empty() {
        contact_numbers(writer, None, rest);
    }
}

/// Whom a casualty insurer may call.
pub(super) fn person_contact(writer: &mut Writer, detail: &PersonDetail) {
    if let Some(own) = &detail.contact {
        contact(writer, own.expose());
    }
}

fn contact_numbers(writer: &mut Writer, name: Option<&str>, numbers: &[(&str, &str)]) {
    let mut segment = writer.segment("PER").element("IC").optional(name);
    for (kind, number) in numbers {
        segment = segment.element(kind).element(number);
    }
}

pub(super) fn reference(writer: &mut Writer, kind: &str, number: &str) {
    writer.segment("REF").element(kind).element(number);
}

pub(super) fn tax_id(writer: &mut Writer, tax_id: &TaxId) {
    match tax_id {
        TaxId::Ein(number) => reference(writer, "EI", number),
        TaxId::Ssn(number) => reference(writer, "SY", number.as_str()),
    }
}

pub(super) fn taxonomy(writer: &mut Writer, role: &str, code: Option<&str>) {
    if let Some(code) = code {
        writer
            .segment("PRV")
            .element(role)
            .element("PXC")
            .element(code);
    }
}

pub(super) fn other_ids<'a>(writer: &mut Writer, ids: impl Iterator<Item = &'a ProviderId>) {
    for id in ids {
        reference_of(writer, &id.kind, &id.number, id.payer_id.as_deref());
    }
}

pub(super) fn further_numbers(writer: &mut Writer, numbers: &[FurtherNumber]) {
    for further in numbers {
        let payer = further.payer_id.as_deref();
        reference_of(writer, &further.kind, &further.number, payer);
    }
}

/// REF, and in REF04 the other payer that gave the number.
fn reference_of(writer: &mut Writer, kind: &str, number: &str, payer: Option<&str>) {
    let segment = writer.segment("REF").element(kind).element(number);
    if let Some(payer) = payer {
        drop(segment.skip(1).composite(&["2U", payer]));
    }
}

pub(super) fn payer_numbers(writer: &mut Writer, numbers: &[PayerNumber]) {
    for one in numbers {
        reference(writer, &one.kind, &one.number);
    }
}

pub(super) fn amount(writer: &mut Writer, kind: &str, amount: Option<Money>) {
    if let Some(amount) = amount {
        writer
            .segment("AMT")
            .element(kind)
            .element(&amount.to_x12());
    }
}

pub(super) fn amounts<T>(writer: &mut Writer, slots: &[Slot<T, Money>], owner: &T) {
    for slot in slots {
        amount(writer, slot.code, (slot.get)(owner).copied());
    }
}

/// DTP of one day.
pub(super) fn date(writer: &mut Writer, kind: &str, date: Date) {
    writer
        .segment("DTP")
        .element(kind)
        .element("D8")
        .element(&ccyymmdd(date));
}

/// DTP of a period.
pub(super) fn period(writer: &mut Writer, kind: &str, from: Date, to: Date) {
    writer
        .segment("DTP")
        .element(kind)
        .element("RD8")
        .element(&format!("{}-{}", ccyymmdd(from), ccyymmdd(to)));
}

pub(super) fn dates<T>(writer: &mut Writer, slots: &[Slot<T, Date>], owner: &T) {
    for slot in slots {
        if let Some(&day) = (slot.get)(owner) {
            date(writer, slot.code, day);
        }
    }
}

pub(super) fn references<T>(writer: &mut Writer, slots: &[Slot<T, str>], owner: &T) {
    for slot in slots {
        if let Some(number) = (slot.get)(owner) {
            reference(writer, slot.code, number);
        }
    }
}

/// DMG, where at least one of birth date and sex is known.
pub(super) fn demographics(writer: &mut Writer, birth: Option<&Phi<Date>>, sex: Option<Sex>) {
    if birth.is_none() && sex.is_none() {
        return;
    }
    let born = birth.map(|date| ccyymmdd(*date.expose()));
    writer
        .segment("DMG")
        .optional(born.as_ref().map(|_| "D8"))
        .optional(born.as_deref())
        .optional(sex.map(Sex::code));
}

/// PAT: the relationship of a dependent, and what a claim may need to know of the patient.
pub(super) fn patient(writer: &mut Writer, relationship: Option<&str>, detail: &PersonDetail) {
    let PersonDetail {
        death_date,
        weight_pounds,
        pregnant,
        ..
    } = detail;
    let told = death_date.is_some() || weight_pounds.is_some() || pregnant.is_some();
    if relationship.is_none() && !told {
        return;
    }
    let died = death_date.as_ref().map(|date| ccyymmdd(*date.expose()));
    writer
        .segment("PAT")
        .optional(relationship)
        .skip(3)
        .optional(died.as_ref().map(|_| "D8"))
        .optional(died.as_deref())
        .optional(weight_pounds.as_ref().map(|_| "01"))
        .optional(text(weight_pounds.as_ref()))
        .optional(text(pregnant.as_ref()));
}

/// CAS: a segment a group, in the order the groups first appear; a further one where a group has
/// more than six reasons.
pub(super) fn adjustments(writer: &mut Writer, adjustments: &[Adjustment]) {
    let mut groups: Vec<&str> = Vec::new();
    for adjustment in adjustments {
        if !groups.contains(&adjustment.group.as_str()) {
            groups.push(&adjustment.group);
        }
    }
    for group in groups {
        let reasons: Vec<&Adjustment> = adjustments.iter().filter(|a| a.group == group).collect();
        for reasons in reasons.chunks(REASONS_PER_CAS) {
            let mut segment = writer.segment("CAS").element(group);
            for adjustment in reasons {
                segment = segment
                    .element(&adjustment.reason)
                    .element(&adjustment.amount.to_x12())
                    .optional(adjustment.quantity.as_deref());
            }
        }
    }
}
