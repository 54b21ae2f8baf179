//! People and providers of a chart, as far as claims can name them. It must not know what was done.

use claimgate::chart::{
    Address, Guarantor, OtherId, Patient, PersonName, Provider, ProviderName, Sex, Subscriber,
    TaxId,
};
use jiff::civil::date;

use super::Kind;
use super::filler::Filler;

const STATES: &[&str] = &["MA", "ny", "New Hampshire", "PR", "DC"];
const TAXONOMIES: &[&str] = &["207Q00000X", "207L00000X", "1223G0001X", "282N00000X"];
pub(crate) const PERSON_IDS: &[&str] = &["0B", "1G", "G2"];
pub(crate) const ANY_IDS: &[&str] = &["0B", "1G", "G2", "LU"];
pub(crate) const PLACE_IDS: &[&str] = &["0B", "G2", "LU"];

pub(crate) fn person_name(f: &mut Filler) -> PersonName {
    PersonName {
        last: f.text(60),
        first: Some(f.text(35)),
        middle: f.maybe(|f| f.text(25)),
        suffix: f.maybe(|f| f.pick(&["Jr", "III", "SR"])),
    }
}

pub(crate) fn address(f: &mut Filler) -> Address {
    let mut made = Address {
        line1: f.text(55),
        line2: f.maybe(|f| f.text(55)),
        city: f.text(30),
        ..Address::default()
    };
    match f.chance(80) {
        true => {
            made.state = Some(f.pick(STATES));
            let (zip, more) = (f.digits(5), f.digits(4));
            made.postal_code = Some(match f.below(3) {
                0 => zip,
                1 => format!("{zip}-{more}"),
                _ => format!("{zip}{more}"),
            });
            made.country = f.maybe(|f| f.pick(&["US", "usa"]));
        }
        false if f.chance(50) => {
            made.state = f.maybe(|f| f.pick(&["ON", "QC"]));
            made.postal_code = f.maybe(|f| f.pick(&["M5V 2T6", "H3Z2Y7"]));
            made.country = Some("CA".into());
        }
        false => {
            made.postal_code = f.maybe(|f| f.digits(5));
            made.country = Some("de".into());
            made.country_subdivision = f.maybe(|f| f.pick(&["BY", "BE"]));
        }
    }
    made
}

pub(crate) fn patient(f: &mut Filler, kind: Kind, last_day: jiff::civil::Date) -> Patient {
    let is_professional = kind == Kind::Professional;
    Patient {
        id: Some(f.number(50)),
        name: person_name(f),
        birth_date: Some(f.day(date(1930, 1, 1), date(2005, 12, 31))),
        sex: Some(f.one_of(&[Sex::Female, Sex::Male, Sex::Unknown])),
        address: Some(address(f)),
        phone: f.maybe(|f| f.digits(10)),
        death_date: f.maybe_where(is_professional, |f| f.day(last_day, super::filler::TODAY)),
        weight_pounds: f.maybe_where(is_professional, |f| f.quantity(400)),
        pregnant: is_professional && f.fills(),
        social_security_number: f.maybe(|f| f.digits(9)),
    }
}

pub(crate) fn subscriber(f: &mut Filler) -> Subscriber {
    Subscriber {
        name: person_name(f),
        birth_date: f.maybe(|f| f.day(date(1930, 1, 1), date(1990, 1, 1))),
        sex: f.maybe(|f| f.one_of(&[Sex::Female, Sex::Male])),
        address: f.maybe(address),
    }
}

pub(crate) fn guarantor(f: &mut Filler) -> Guarantor {
    Guarantor {
        name: person_name(f),
        address: f.maybe(address),
        phone: f.maybe(|f| f.digits(10)),
    }
}

/// A provider in a role; those of different roles have different NPIs.
pub(crate) fn person(f: &mut Filler, role: usize, ids: &[&str]) -> Provider {
    provider(f, ProviderName::Person(Default::default()), role, ids)
}

pub(crate) fn person_or_organization(f: &mut Filler, role: usize, ids: &[&str]) -> Provider {
    match f.chance(50) {
        true => person(f, role, ids),
        false => provider(f, ProviderName::Organization(String::new()), role, ids),
    }
}

pub(crate) fn place(f: &mut Filler, role: usize, ids: &[&str]) -> Provider {
    let name = ProviderName::Organization(String::new());
    let mut made = provider(f, name, role, ids);
    made.address = Some(address(f));
    if f.chance(20) {
        made.npi = None;
    }
    made
}

/// Who is paid: with a tax number and a street.
pub(crate) fn billing(f: &mut Filler, kind: Kind) -> Provider {
    let of_payer = if f.chance(50) { "G2" } else { "LU" };
    let mut made = match kind {
        Kind::Professional => person_or_organization(f, 0, ANY_IDS),
        Kind::Dental => person_or_organization(f, 0, &["0B", "1G", of_payer]),
        Kind::Institutional => {
            let name = ProviderName::Organization(String::new());
            provider(f, name, 0, &[of_payer])
        }
    };
    if let (ProviderName::Person(name), Kind::Dental) = (&mut made.name, kind) {
        name.suffix = None;
    }
    made.tax_id = Some(match kind {
        Kind::Institutional => TaxId::Ein(format!("12-{}", f.digits(7))),
        _ => tax_id(f),
    });
    made.address = Some(address(f));
    made
}

fn provider(f: &mut Filler, name: ProviderName, role: usize, ids: &[&str]) -> Provider {
    let name = match name {
        ProviderName::Person(_) => ProviderName::Person(person_name(f)),
        ProviderName::Organization(_) => ProviderName::Organization(f.text(60)),
    };
    Provider {
        name,
        npi: Some(npi(f, role)),
        taxonomy: f.maybe(|f| f.pick(TAXONOMIES)),
        tax_id: f.maybe(tax_id),
        address: f.maybe(address),
        phone: f.maybe(phone),
        fax: f.maybe(phone),
        email: f.maybe(|f| f.pick(&["office@harbor.example", "Billing.Desk@quay.example"])),
        contact: f.maybe(|f| f.text(60)),
        other_ids: f
            .some(ids)
            .into_iter()
            .map(|kind| OtherId {
                kind,
                number: f.number(50),
            })
            .collect(),
    }
}

fn tax_id(f: &mut Filler) -> TaxId {
    let digits = f.digits(8);
    // Not one digit nine times.
    match f.chance(50) {
        true => TaxId::Ein(format!("12-{}", &digits[1..])),
        false => TaxId::Ssn(format!("1{}{}-{}", &digits[..1], "2-34", &digits[1..5])),
    }
}

pub(crate) fn phone(f: &mut Filler) -> String {
    let digits = f.digits(7);
    match f.chance(50) {
        true => format!("555{digits}"),
        false => format!("+1 (555) {}-{}", &digits[..3], &digits[3..]),
    }
}

/// Ten digits, the last of them the check digit of the Luhn formula over 80840 and the rest (45 CFR 162.406).
fn npi(f: &mut Filler, role: usize) -> String {
    let digits = format!("1{role:02}{}", f.digits(6));
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{digits}{}", (10 - (sum + 24) % 10) % 10)
}
