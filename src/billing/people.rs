//! People of a claim: subscriber and patient, their names and addresses. It must not know who
//! pays.

use super::coverage::Billable;
use super::fields::Fields;
use super::kind::{Kind, PROFESSIONAL};
use super::notes::{Notes, Pointer};
use super::providers::telephone;
use super::{shape, text};
use crate::chart::{self, Chart, Code, PersonName, Relationship, Sex};
use crate::claim::{self, Address, Contact, Name, Patient, PersonDetail, Phi, Subscriber};

/// What the guide needs of the person treated, whether subscriber or not.
struct Treated {
    name: Name,
    address: Address,
    birth_date: Phi<jiff::civil::Date>,
    sex: claim::Sex,
    detail: PersonDetail,
}

/// The subscriber, and the patient where that is another.
pub(super) fn subscriber_and_patient(
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    billable: &Billable<'_>,
) -> Option<(Subscriber, Option<Patient>)> {
    let coverage = &*billable.coverage;
    let at = &billable.pointer;
    let is_self = coverage.relationship == Relationship::Itself;
    let mut treated = treated(notes, kind, is_self, &chart.patient);
    let own = own_numbers(notes, kind, is_self, at, coverage);
    if let Some(treated) = &mut treated {
        treated.detail.member_id = own.patient_member_id;
        if own.casualty_claim.is_some() && kind == Kind::Professional {
            treated.detail.contact = contact(notes, is_self, &chart.patient);
        }
        treated.detail.property_casualty_claim = own.casualty_claim;
        // Loop 2010CA has room for one of them.
        if treated.detail.member_id.is_some()
            && treated.detail.social_security_number.take().is_some()
        {
            notes.add(Code::NotOfKind, "/patient/social_security_number", "");
        }
        if is_self && treated.detail.social_security_number.is_none() {
            treated
                .detail
                .social_security_number
                .clone_from(&own.social_security_number);
        }
    }
    let group = group(notes, at, coverage);
    let name = subscriber_name(notes, at, coverage, chart);
    for field in ["member_id", "group_number", "group_name", "insurance_type"] {
        notes.from(
            format_args!("subscriber.{field}"),
            format_args!("{at}/{field}"),
        );
    }
    notes.from("subscriber.claim_filing", format_args!("{at}/filing_code"));
    notes.from("subscriber", at);
    let mut subscriber = Subscriber {
        payer_responsibility: billable.responsibility.into(),
        name: name?,
        member_id: billable.member_id.as_str().into(),
        group_number: group.0,
        group_name: group.1,
        insurance_type: billable.insurance_type.clone(),
        claim_filing: Some(billable.filing.clone()),
        address: None,
        birth_date: None,
        sex: None,
        detail: PersonDetail {
            social_security_number: own.social_security_number,
            ..PersonDetail::default()
        },
    };
    let treated = treated?;
    if is_self {
        from_person(notes, "subscriber", "/patient");
        subscriber.name = treated.name;
        subscriber.address = Some(treated.address);
        subscriber.birth_date = Some(treated.birth_date);
        subscriber.sex = Some(treated.sex);
        subscriber.detail = treated.detail;
        return Some((subscriber, None));
    }
    from_person(notes, "subscriber", format_args!("{at}/subscriber"));
    notes.from("patient", "/patient");
    from_person(notes, "patient", "/patient");
    notes.from("patient.relationship", format_args!("{at}/relationship"));
    let patient = Patient {
        relationship: relationship(coverage.relationship).into(),
        name: treated.name,
        address: treated.address,
        birth_date: treated.birth_date,
        sex: treated.sex,
        detail: treated.detail,
    };
    Some((subscriber, Some(patient)))
}

/// Where a person's own fields come from.
fn from_person(notes: &mut Notes<'_>, to: &str, at: impl Pointer) {
    notes.person_name_from(format_args!("{to}.name"), format_args!("{at}/name"));
    notes.address_from(format_args!("{to}.address"), format_args!("{at}/address"));
    for field in ["birth_date", "sex"] {
        notes.from(format_args!("{to}.{field}"), format_args!("{at}/{field}"));
    }
}

/// Whose plan it is: the patient, or the person whom the coverage names.
pub(super) fn subscriber_name(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    coverage: &chart::Coverage,
    chart: &Chart,
) -> Option<Name> {
    if coverage.relationship == Relationship::Itself {
        return person(notes, "/patient/name", &chart.patient.name);
    }
    let pointer = format_args!("{at}/subscriber");
    let Some(subscriber) = &coverage.subscriber else {
        notes.add(Code::SubscriberMissing, pointer, "");
        return None;
    };
    person(notes, format_args!("{pointer}/name"), &subscriber.name)
}

/// Group number, and the group's name where there is no number: a payer wants one of them.
fn group(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    coverage: &chart::Coverage,
) -> (Option<String>, Option<String>) {
    let number = text::number(
        notes,
        format_args!("{at}/group_number"),
        coverage.group_number.as_ref(),
        text::REFERENCE_MAX,
    );
    let name = text::optional(
        notes,
        format_args!("{at}/group_name"),
        coverage.group_name.as_ref(),
        text::GROUP_NAME_MAX,
    );
    let name = name.filter(|_| number.is_none());
    (number, name)
}

fn treated(
    notes: &mut Notes<'_>,
    kind: Kind,
    is_self: bool,
    patient: &chart::Patient,
) -> Option<Treated> {
    let name = person(notes, "/patient/name", &patient.name);
    let address = address(
        notes,
        "/patient/address",
        patient.address.as_ref(),
        Code::AddressMissing,
    );
    if patient.birth_date.is_none() {
        notes.add(Code::BirthDateMissing, "/patient/birth_date", "");
    }
    if patient.sex.is_none() {
        notes.add(Code::SexMissing, "/patient/sex", "");
    }
    let sex = match patient.sex? {
        Sex::Female => claim::Sex::Female,
        Sex::Male => claim::Sex::Male,
        Sex::Unknown => claim::Sex::Unknown,
    };
    Some(Treated {
        name: name?,
        address: address?,
        birth_date: patient.birth_date?.into(),
        sex,
        detail: detail(notes, kind, is_self, patient),
    })
}

/// Where a casualty insurer may ask the patient about the accident.
fn contact(notes: &mut Notes<'_>, is_self: bool, patient: &chart::Patient) -> Option<Phi<Contact>> {
    let pointer = "/patient/phone";
    let phone = telephone(notes, pointer, patient.phone.as_ref())?;
    let whose = if is_self { "subscriber" } else { "patient" };
    notes.from(format_args!("{whose}.detail.contact.phone"), pointer);
    Some(Phi::new(Contact {
        phone: Some(phone),
        ..Contact::default()
    }))
}

/// PAT and the patient's numbers.
fn detail(
    notes: &mut Notes<'_>,
    kind: Kind,
    is_self: bool,
    patient: &chart::Patient,
) -> PersonDetail {
    let to = if is_self {
        "subscriber.detail"
    } else {
        "patient.detail"
    };
    let mut fields = Fields::new(notes, kind, &"/patient", to);
    PersonDetail {
        death_date: fields
            .only(PROFESSIONAL)
            .day("death_date", patient.death_date)
            .map(Phi::new),
        weight_pounds: fields
            .only(PROFESSIONAL)
            .quantity("weight_pounds", &patient.weight_pounds)
            .map(Phi::new),
        pregnant: fields
            .only(PROFESSIONAL)
            .flag("pregnant", patient.pregnant)
            .map(Phi::new),
        social_security_number: social_security_number(
            &mut fields,
            &patient.social_security_number,
        ),
        ..PersonDetail::default()
    }
}

/// What the plan knows the people by.
struct OwnNumbers {
    patient_member_id: Option<Phi<String>>,
    casualty_claim: Option<String>,
    social_security_number: Option<Phi<String>>,
}

fn own_numbers(
    notes: &mut Notes<'_>,
    kind: Kind,
    is_self: bool,
    at: impl Pointer,
    coverage: &chart::Coverage,
) -> OwnNumbers {
    let to = if is_self {
        "subscriber.detail"
    } else {
        "patient.detail"
    };
    let mut fields = Fields::new(notes, kind, &at, to);
    let member_id = coverage.patient_member_id.clone().filter(|_| !is_self);
    let casualty = ("casualty_claim", "property_casualty_claim");
    OwnNumbers {
        patient_member_id: fields
            .number(
                ("patient_member_id", "member_id"),
                &member_id,
                text::REFERENCE_MAX,
            )
            .map(Phi::new),
        casualty_claim: fields.number(casualty, &coverage.casualty_claim, text::REFERENCE_MAX),
        social_security_number: {
            let mut fields = Fields::new(notes, kind, &at, "subscriber.detail");
            social_security_number(&mut fields, &coverage.social_security_number)
        },
    }
}

fn social_security_number(
    fields: &mut Fields<'_, '_>,
    given: &Option<String>,
) -> Option<Phi<String>> {
    let nine = |number: &str| shape::digits(number, 9);
    let number = fields.shaped("social_security_number", given, nine, || {
        "nine digits".to_owned()
    });
    number.map(Phi::new)
}

/// A patient or subscriber: needs a first name as well.
fn person(notes: &mut Notes<'_>, at: impl Pointer, name: &PersonName) -> Option<Name> {
    let written = person_name(notes, at, name);
    if name
        .first
        .as_ref()
        .is_none_or(|first| first.trim().is_empty())
    {
        notes.add(Code::NameMissing, format_args!("{at}/first"), "first name");
    }
    written
}

/// A person's name, of which only the last is required.
pub(super) fn person_name(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    name: &PersonName,
) -> Option<Name> {
    let pointer = format_args!("{at}/last");
    if name.last.trim().is_empty() {
        notes.add(Code::NameMissing, pointer, "last name");
    }
    let last = text::text(notes, pointer, &name.last, text::LAST_NAME_MAX);
    let mut part = |field: &str, value: &Option<String>, max: usize| {
        let pointer = format_args!("{at}/{field}");
        text::optional(notes, pointer, value.as_ref(), max).map(Phi::new)
    };
    Some(Name::Person {
        first: part("first", &name.first, text::FIRST_NAME_MAX),
        middle: part("middle", &name.middle, text::MIDDLE_NAME_MAX),
        suffix: part("suffix", &name.suffix, text::SUFFIX_MAX),
        last: last?.into(),
    })
}

/// A whole address; `missing` is what its absence, or that of a part of it, is called.
pub(super) fn address(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    address: Option<&chart::Address>,
    missing: Code,
) -> Option<Address> {
    let Some(address) = address else {
        notes.add(missing, at, "");
        return None;
    };
    let line1 = required(
        notes,
        at,
        "line1",
        Some(&address.line1),
        text::STREET_MAX,
        missing,
    );
    let line2 = format_args!("{at}/line2");
    let line2 = text::optional(notes, line2, address.line2.as_ref(), text::STREET_MAX);
    let city = required(
        notes,
        at,
        "city",
        Some(&address.city),
        text::CITY_MAX,
        missing,
    );
    let city = at_least(
        notes,
        format_args!("{at}/city"),
        city,
        text::CITY_MIN,
        missing,
    );
    let pointer = format_args!("{at}/country");
    let country = foreign_country(notes, pointer, address.country.as_ref(), missing);
    let (state, postal_code) = match &country {
        None => state_and_zip(notes, at, address, missing),
        Some(_) => foreign_region(notes, at, address, missing),
    };
    Some(Address {
        line1: line1?.into(),
        line2: line2.map(Phi::new),
        city: city?.into(),
        state,
        postal_code,
        country_subdivision: address
            .country_subdivision
            .clone()
            .filter(|_| country.is_some()),
        country,
    })
}

fn required(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    field: &str,
    value: Option<&String>,
    max: usize,
    missing: Code,
) -> Option<String> {
    let pointer = format_args!("{at}/{field}");
    if value.is_none_or(|value| value.trim().is_empty()) {
        notes.add(missing, pointer, field.replace('_', " "));
        return None;
    }
    text::optional(notes, pointer, value, max)
}

/// A text that has a shortest length as well.
fn at_least(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    text: Option<String>,
    min: usize,
    wrong: Code,
) -> Option<String> {
    let text = text?;
    if text.len() < min {
        notes.add(wrong, pointer, format!("at least {min} characters"));
        return None;
    }
    Some(text)
}

/// The code of a country outside the US; `wrong` is what another text is called.
pub(super) fn foreign_country(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    country: Option<&String>,
    wrong: Code,
) -> Option<String> {
    let country = country?.trim().to_ascii_uppercase();
    if ["", "US", "USA", "UNITED STATES"].contains(&country.as_str()) {
        return None;
    }
    if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
        notes.add(wrong, pointer, "country as a two-letter code");
    }
    Some(country)
}

fn state_and_zip(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    address: &chart::Address,
    missing: Code,
) -> (Option<String>, Option<String>) {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let state = match given(&address.state) {
        None => {
            notes.add(missing, format_args!("{at}/state"), "state");
            None
        }
        Some(state) => {
            let code = shape::state(&state);
            if code.is_none() {
                notes.add(Code::StateUnknown, format_args!("{at}/state"), "");
            }
            code.map(str::to_owned)
        }
    };
    let pointer = format_args!("{at}/postal_code");
    let zip = match given(&address.postal_code) {
        None => {
            notes.add(missing, pointer, "ZIP code");
            None
        }
        Some(zip) => {
            let digits = shape::digits(&zip, 9).or_else(|| shape::digits(&zip, 5));
            if digits.is_none() {
                notes.add(Code::ZipShape, pointer, "");
            }
            digits
        }
    };
    (state, zip)
}

/// Provinces stand in Canada only, as two letters; a postal code as it is.
fn foreign_region(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    address: &chart::Address,
    missing: Code,
) -> (Option<String>, Option<String>) {
    let province = address
        .state
        .as_ref()
        .map(|state| state.trim().to_ascii_uppercase());
    let province = province.filter(|state| !state.is_empty());
    let is_code =
        |state: &String| state.len() == 2 && state.bytes().all(|b| b.is_ascii_uppercase());
    if province.as_ref().is_some_and(|state| !is_code(state)) {
        let pointer = format_args!("{at}/state");
        notes.add(
            Code::StateUnknown,
            pointer,
            "a province as two letters, or none",
        );
    }
    let province = province.filter(is_code);
    let pointer = format_args!("{at}/postal_code");
    let postal_code = text::optional(
        notes,
        pointer,
        address.postal_code.as_ref(),
        text::POSTAL_CODE_MAX,
    );
    let postal_code = at_least(notes, pointer, postal_code, text::POSTAL_CODE_MIN, missing);
    (province, postal_code)
}

/// X12 element 1069.
const RELATIONSHIPS: [(Relationship, &str); 9] = [
    (Relationship::Itself, "18"),
    (Relationship::Spouse, "01"),
    (Relationship::Child, "19"),
    (Relationship::Employee, "20"),
    (Relationship::Unknown, "21"),
    (Relationship::OrganDonor, "39"),
    (Relationship::CadaverDonor, "40"),
    (Relationship::LifePartner, "53"),
    (Relationship::Other, "G8"),
];

pub(super) fn relationship(relationship: Relationship) -> &'static str {
    let mut known = RELATIONSHIPS.iter();
    let own = known.find(|(one, _)| *one == relationship);
    own.map_or("G8", |(_, code)| code)
}

pub(super) fn relationship_of(code: &str) -> Option<Relationship> {
    let mut known = RELATIONSHIPS.iter();
    known.find(|(_, own)| *own == code).map(|(one, _)| *one)
}
