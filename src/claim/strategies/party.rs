//! People, organizations and what they are called by.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::{code, date, phi, text};
use crate::claim::*;

/// `first` keeps the numbers of billing, claim and line providers apart: who is the same is said
/// only once.
pub(super) fn npi(first: &'static str) -> impl Strategy<Value = Npi> {
    (0u32..10_000_000).prop_map(move |number| {
        (0..10)
            .find_map(|check| Npi::parse(&format!("{first}{number:07}{check}")).ok())
            .unwrap()
    })
}

pub(super) fn person() -> BoxedStrategy<Name> {
    (phi(), of(phi()), of(phi()), of(phi()))
        .prop_map(|(last, first, middle, suffix)| Name::Person {
            last,
            first,
            middle,
            suffix,
        })
        .boxed()
}

pub(super) fn organization() -> impl Strategy<Value = Name> {
    text().prop_map(Name::organization)
}

pub(super) fn name() -> impl Strategy<Value = Name> {
    prop_oneof![person(), organization()]
}

pub(super) fn address(whose: &'static str) -> BoxedStrategy<Address> {
    let lines = (text(), of(phi()), phi());
    let place = (of("[A-Z]{2}"), of("[0-9]{5}([0-9]{4})?"), of("[A-Z]{2}"));
    (lines, place)
        .prop_map(
            move |((line1, line2, city), (state, postal_code, country))| Address {
                line1: Phi::new(format!("{whose} {line1}")),
                line2,
                city,
                state,
                postal_code,
                country,
            },
        )
        .boxed()
}

pub(super) fn contact() -> BoxedStrategy<Contact> {
    let phone = ("[0-9]{10}", of("[0-9]{1,5}"));
    (
        of(text()),
        phone,
        of("[0-9]{10}"),
        of("[A-Z]{1,8}@[A-Z]{1,8}"),
    )
        .prop_map(|(name, (phone, phone_extension), fax, email)| Contact {
            name,
            phone: Some(phone),
            phone_extension,
            fax,
            email,
        })
        .boxed()
}

pub(crate) fn submitter() -> impl Strategy<Value = Submitter> {
    (name(), text(), contact()).prop_map(|(name, id, contact)| Submitter { name, id, contact })
}

pub(super) fn ids(kinds: &'static [&'static str]) -> impl Strategy<Value = Vec<ProviderId>> {
    let id = (code(kinds), text()).prop_map(|(kind, number)| ProviderId { kind, number });
    vec(id, 0..2)
}

pub(super) fn billing() -> BoxedStrategy<(Provider, Option<Address>)> {
    let tax_id = prop_oneof![
        "[0-9]{9}".prop_map(TaxId::Ein),
        "[0-9]{9}".prop_map(|number| TaxId::Ssn(Phi::new(number))),
    ];
    let contact = contact().prop_map(|contact| Contact {
        name: Some("BILLING OFFICE".into()),
        ..contact
    });
    (
        name(),
        of(npi("10")),
        of("[0-9]{3}[A-Z][0-9]{5}X"),
        tax_id,
        address("B"),
        of(contact),
        (ids(&["0B", "1G"]), ids(&["G2", "LU"])),
        of(address("P")),
    )
        .prop_map(
            |(name, npi, taxonomy, tax_id, address, contact, (mut other_ids, more), pay_to)| {
                other_ids.extend(more);
                let provider = Provider {
                    name,
                    npi,
                    taxonomy,
                    tax_id: Some(tax_id),
                    address: Some(address),
                    contact,
                    other_ids,
                };
                (provider, pay_to)
            },
        )
        .boxed()
}

/// A provider of a claim or line, with what its role may have.
pub(super) fn roled(role: ProviderRole, first: &'static str) -> BoxedStrategy<RoledProvider> {
    let facts = (
        npi(first),
        "[0-9]{3}[A-Z][0-9]{5}X",
        address(first),
        contact(),
    );
    (name(), facts, ids(&["0B", "1G", "G2"]))
        .prop_map(
            move |(name, (npi, taxonomy, address, contact), other_ids)| {
                let rendering = role == ProviderRole::Rendering;
                let placed = matches!(role, ProviderRole::ServiceFacility | ProviderRole::Ordering);
                let nameless = role == ProviderRole::PurchasedService;
                RoledProvider {
                    role,
                    provider: Provider {
                        name: if nameless {
                            Name::organization("")
                        } else {
                            name
                        },
                        npi: Some(npi),
                        taxonomy: Some(taxonomy).filter(|_| rendering),
                        tax_id: None,
                        address: Some(address).filter(|_| placed),
                        contact: Some(contact).filter(|_| placed),
                        other_ids,
                    },
                }
            },
        )
        .boxed()
}

/// Some of the roles, each once, in this order.
pub(super) fn providers(
    roles: &'static [ProviderRole],
    first: &'static str,
) -> BoxedStrategy<Vec<RoledProvider>> {
    let each: Vec<_> = roles.iter().map(|&role| of(roled(role, first))).collect();
    each.prop_map(|providers| providers.into_iter().flatten().collect())
        .boxed()
}

pub(super) fn detail(of_patient: bool) -> BoxedStrategy<PersonDetail> {
    let told = (of(date()), of("[1-9][0-9]"), of(Just("Y".to_owned())));
    let numbers = (of("[0-9]{9}"), of(text()));
    (told, numbers)
        .prop_map(
            move |((died, weight, pregnant), (ssn, casualty))| PersonDetail {
                death_date: died.filter(|_| of_patient).map(Phi::new),
                weight_pounds: weight.filter(|_| of_patient).map(Phi::new),
                pregnant: pregnant.filter(|_| of_patient).map(Phi::new),
                social_security_number: ssn.map(Phi::new),
                member_id: None,
                property_casualty_claim: casualty,
            },
        )
        .boxed()
}

pub(super) fn payer() -> BoxedStrategy<Payer> {
    (text(), text(), of(address("Y")))
        .prop_map(|(name, id, address)| Payer { name, id, address })
        .boxed()
}

pub(super) fn household() -> BoxedStrategy<(Subscriber, Option<Patient>, Payer)> {
    let own = subscriber(true).prop_map(|subscriber| (subscriber, None));
    let family = (subscriber(false), patient()).prop_map(|(own, patient)| (own, Some(patient)));
    (prop_oneof![own, family], payer())
        .prop_map(|((own, patient), payer)| (own, patient, payer))
        .boxed()
}

pub(super) fn subscriber(is_patient: bool) -> BoxedStrategy<Subscriber> {
    let group = prop_oneof![
        Just((None, None)),
        text().prop_map(|number| (Some(number), None)),
        text().prop_map(|name| (None, Some(name))),
    ];
    let coverage = (
        code(&["P", "S", "T"]),
        group,
        of(code(&["12", "47"])),
        of(code(&["CI", "MB", "MC"])),
    );
    let person = (name(), phi(), of(address("S")), of(date()), of(sex()));
    (coverage, person, detail(is_patient))
        .prop_map(
            move |(
                (payer_responsibility, (group_number, group_name), insurance_type, claim_filing),
                (name, member_id, address, birth_date, sex),
                detail,
            )| Subscriber {
                payer_responsibility,
                name,
                member_id,
                group_number,
                group_name,
                insurance_type,
                claim_filing,
                address: address.filter(|_| is_patient),
                birth_date: birth_date.filter(|_| is_patient).map(Phi::new),
                sex: sex.filter(|_| is_patient),
                detail,
            },
        )
        .boxed()
}

pub(super) fn sex() -> impl Strategy<Value = Sex> {
    select(&[Sex::Female, Sex::Male, Sex::Unknown][..])
}

pub(super) fn patient() -> BoxedStrategy<Patient> {
    (
        code(&["01", "19", "G8"]),
        person(),
        address("D"),
        date(),
        sex(),
        detail(true),
    )
        .prop_map(
            |(relationship, name, address, birth_date, sex, detail)| Patient {
                relationship,
                name,
                address,
                birth_date: Phi::new(birth_date),
                sex,
                detail,
            },
        )
        .boxed()
}
