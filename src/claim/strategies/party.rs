//! People, organizations and what they are called by.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Kind, code, day, phi, text};
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
    let suffix = code(&["JR", "III"]).prop_map(Phi::new);
    (phi(), of(phi()), of(phi()), of(suffix))
        .prop_map(|(last, first, middle, suffix)| Name::Person {
            last,
            first,
            middle,
            suffix,
        })
        .boxed()
}

/// Where the guide has no place for a suffix.
fn unsuffixed(name: Name) -> Name {
    match name {
        Name::Person {
            last,
            first,
            middle,
            ..
        } => Name::Person {
            last,
            first,
            middle,
            suffix: None,
        },
        organization => organization,
    }
}

pub(super) fn organization() -> impl Strategy<Value = Name> {
    text().prop_map(Name::organization)
}

pub(super) fn name() -> impl Strategy<Value = Name> {
    prop_oneof![person(), organization()]
}

pub(super) fn address(whose: &'static str) -> BoxedStrategy<Address> {
    let lines = (text(), of(phi()), phi());
    let at_home = (code(&["MA", "IL", "CA"]), "[0-9]{5}([0-9]{4})?")
        .prop_map(|(state, zip)| (Some(state), Some(zip), None, None));
    let abroad = (code(&["MX", "DE"]), of("[A-Z]{2,3}"))
        .prop_map(|(country, subdivision)| (None, None, Some(country), subdivision));
    let place = prop_oneof![3 => at_home, 1 => abroad];
    (lines, place)
        .prop_map(
            move |((line1, line2, city), (state, postal_code, country, country_subdivision))| {
                Address {
                    line1: Phi::new(format!("{whose} {line1}")),
                    line2,
                    city,
                    state,
                    postal_code,
                    country,
                    country_subdivision,
                }
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
    (name(), text(), contact()).prop_map(|(name, id, contact)| Submitter {
        name: unsuffixed(name),
        id,
        contact,
    })
}

pub(super) fn ids(kinds: &'static [&'static str]) -> impl Strategy<Value = Vec<ProviderId>> {
    let id = (code(kinds), text()).prop_map(|(kind, number)| ProviderId {
        kind,
        number,
        payer_id: None,
    });
    vec(id, 0..2)
}

fn taxonomy() -> impl Strategy<Value = String> {
    code(&["207Q00000X", "282N00000X", "1223G0001X"])
}

type Paid = (
    (Provider, Option<Address>),
    (Option<PayToPlan>, Option<String>),
);

/// The billing provider, and who is paid in its place.
pub(super) fn billing(kind: Kind) -> BoxedStrategy<Paid> {
    let tax_id = ("[0-9]{9}", any::<bool>()).prop_map(move |(number, ein)| {
        match ein || kind == Kind::Institutional {
            true => TaxId::Ein(number),
            false => TaxId::Ssn(Phi::new(number)),
        }
    });
    let contact = contact().prop_map(|contact| Contact {
        name: Some("BILLING OFFICE".into()),
        ..contact
    });
    let provider = (
        name(),
        of(npi("10")),
        of(taxonomy()),
        tax_id,
        address("B"),
        of(contact),
        (ids(&["0B", "1G"]), ids(&["G2", "LU"])),
    );
    let paid = (of(address("P")), of(plan()), of(code(&["CAD", "EUR"])));
    (provider, text(), paid)
        .prop_map(
            move |(
                (name, npi, taxonomy, tax_id, address, contact, (mut other_ids, more)),
                organization,
                (pay_to, plan, currency),
            )| {
                let institutional = kind == Kind::Institutional;
                other_ids.retain(|_| !institutional);
                other_ids.extend(more);
                let provider = Provider {
                    name: match kind {
                        Kind::Institutional => Name::organization(organization),
                        Kind::Professional => name,
                        Kind::Dental => unsuffixed(name),
                    },
                    npi,
                    taxonomy,
                    tax_id: Some(tax_id),
                    address: Some(address),
                    contact,
                    other_ids,
                };
                ((provider, pay_to), (plan, currency))
            },
        )
        .boxed()
}

fn plan() -> BoxedStrategy<PayToPlan> {
    let ids = (of(code(&["XV"])), text(), "[0-9]{9}");
    (text(), ids, address("L"), of(payer_number(&["2U", "NF"])))
        .prop_map(
            |(name, (id_kind, id, tax_number), address, other_id)| PayToPlan {
                name,
                id_kind,
                id,
                address: Some(address),
                tax_number: Some(tax_number),
                other_id,
            },
        )
        .boxed()
}

fn payer_number(kinds: &'static [&'static str]) -> impl Strategy<Value = PayerNumber> {
    (code(kinds), text()).prop_map(|(kind, number)| PayerNumber { kind, number })
}

/// A provider of a claim or line, with what its role may have. `first` tells claim from line.
pub(super) fn roled(
    kind: Kind,
    role: ProviderRole,
    first: &'static str,
) -> BoxedStrategy<RoledProvider> {
    use ProviderRole::*;
    let facts = (npi(first), taxonomy(), address(first), contact());
    let facility = role == ServiceFacility;
    let kinds: &[&str] = if facility {
        &["G2", "LU"]
    } else {
        &["0B", "1G", "G2"]
    };
    let names = (name(), person(), text());
    (names, facts, ids(kinds), of(text()))
        .prop_map(
            move |(
                (any, person, organization),
                (npi, taxonomy, address, contact),
                mut other_ids,
                payer_id,
            )| {
                let professional = kind == Kind::Professional;
                let specialty = match (kind, role) {
                    (Kind::Professional | Kind::Dental, Rendering)
                    | (Kind::Institutional, Attending)
                    | (Kind::Dental, Referring | PrimaryCare | AssistantSurgeon) => Some(taxonomy),
                    _ => None,
                };
                let name = match role {
                    PurchasedService => Name::organization(""),
                    ServiceFacility => Name::organization(organization),
                    Rendering if kind != Kind::Institutional => any,
                    _ => person,
                };
                // A claim's facility is telephoned, a line's is not called at all.
                let contact = match role {
                    ServiceFacility if first == "20" => Some(Contact {
                        fax: None,
                        email: None,
                        ..contact
                    }),
                    Ordering => Some(Contact {
                        email: None,
                        ..contact
                    }),
                    _ => None,
                };
                for id in &mut other_ids {
                    id.payer_id = payer_id.clone().filter(|_| first == "21");
                }
                RoledProvider {
                    role,
                    provider: Provider {
                        name,
                        npi: Some(npi),
                        taxonomy: specialty,
                        tax_id: None,
                        address: Some(address).filter(|_| facility || role == Ordering),
                        contact: contact.filter(|_| professional),
                        other_ids,
                    },
                }
            },
        )
        .boxed()
}

/// Some of the roles, each once, in this order.
pub(super) fn providers(
    kind: Kind,
    roles: &'static [ProviderRole],
    first: &'static str,
) -> BoxedStrategy<Vec<RoledProvider>> {
    let each: Vec<_> = roles
        .iter()
        .map(|&role| of(roled(kind, role, first)))
        .collect();
    each.prop_map(|providers| providers.into_iter().flatten().collect())
        .boxed()
}

pub(super) fn detail(of_patient: bool) -> BoxedStrategy<PersonDetail> {
    let told = (of(day()), of("[1-9][0-9]"), of(Just("Y".to_owned())));
    let numbers = (of("[0-9]{9}"), of(text()), of((of(text()), "[0-9]{10}")));
    (told, numbers)
        .prop_map(
            move |((died, weight, pregnant), (ssn, casualty, contact))| PersonDetail {
                death_date: died.filter(|_| of_patient).map(Phi::new),
                weight_pounds: weight.filter(|_| of_patient).map(Phi::new),
                pregnant: pregnant.filter(|_| of_patient).map(Phi::new),
                social_security_number: ssn.map(Phi::new),
                member_id: None,
                property_casualty_claim: casualty,
                contact: contact.filter(|_| of_patient).map(|(name, phone)| {
                    Phi::new(Contact {
                        name,
                        phone: Some(phone),
                        ..Contact::default()
                    })
                }),
                member_id_kind: None,
            },
        )
        .boxed()
}

pub(super) fn payer() -> BoxedStrategy<Payer> {
    let detail = (
        of(code(&["XV"])),
        of(payer_number(&["2U", "EI", "FY", "NF"])),
    );
    (text(), text(), of(address("Y")), detail)
        .prop_map(|(name, id, address, (id_kind, other_id))| Payer {
            name,
            id,
            address,
            detail: PayerDetail {
                id_kind,
                other_ids: other_id.into_iter().collect(),
            },
        })
        .boxed()
}

pub(super) fn household(kind: Kind) -> BoxedStrategy<(Subscriber, Option<Patient>, Payer)> {
    let own = subscriber(kind, true).prop_map(|subscriber| (subscriber, None));
    let family =
        (subscriber(kind, false), patient(kind)).prop_map(|(own, patient)| (own, Some(patient)));
    (prop_oneof![own, family], payer())
        .prop_map(|((own, patient), payer)| (own, patient, payer))
        .boxed()
}

pub(super) fn subscriber(kind: Kind, is_patient: bool) -> BoxedStrategy<Subscriber> {
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
        of(code(&["II"])),
    );
    let person = (name(), phi(), of(address("S")), of((day(), sex())));
    let detail = detail(is_patient && kind == Kind::Professional);
    (coverage, person, detail)
        .prop_map(
            move |(
                (payer_responsibility, group, insurance_type, claim_filing, member_id_kind),
                (name, member_id, address, born),
                detail,
            )| {
                let born = born.filter(|_| is_patient);
                Subscriber {
                    payer_responsibility,
                    name,
                    member_id,
                    group_number: group.0,
                    group_name: group.1,
                    insurance_type: insurance_type.filter(|_| kind != Kind::Institutional),
                    claim_filing,
                    address: address.filter(|_| is_patient),
                    birth_date: born.map(|(date, _)| Phi::new(date)),
                    sex: born.map(|(_, sex)| sex),
                    detail: PersonDetail {
                        member_id_kind,
                        ..detail
                    },
                }
            },
        )
        .boxed()
}

pub(super) fn sex() -> impl Strategy<Value = Sex> {
    select(&[Sex::Female, Sex::Male, Sex::Unknown][..])
}

pub(super) fn patient(kind: Kind) -> BoxedStrategy<Patient> {
    (
        code(&["01", "19", "G8"]),
        person(),
        address("D"),
        day(),
        sex(),
        detail(kind == Kind::Professional),
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
