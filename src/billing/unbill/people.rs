//! People, organizations and places of a claim as a chart names them. It must not know who pays.

use super::left::{Left, text};
use crate::chart::{self, PersonName};
use crate::claim::{
    Address, Contact, Name, Phi, Provider, ProviderId, ProviderRole, RoledProvider, Sex, TaxId,
};

pub(super) fn address(address: Address) -> chart::Address {
    let Address {
        line1,
        line2,
        city,
        state,
        postal_code,
        country,
        country_subdivision,
    } = address;
    chart::Address {
        line1: line1.into_inner(),
        line2: text(line2),
        city: city.into_inner(),
        state,
        postal_code,
        country,
        country_subdivision,
    }
}

/// A person; an organization's name stands for the last.
pub(super) fn person(name: Name) -> PersonName {
    match name {
        Name::Person {
            last,
            first,
            middle,
            suffix,
        } => PersonName {
            last: last.into_inner(),
            first: text(first),
            middle: text(middle),
            suffix: text(suffix),
        },
        Name::Organization { name } => PersonName {
            last: name,
            ..PersonName::default()
        },
    }
}

pub(super) fn sex(sex: Sex) -> chart::Sex {
    match sex {
        Sex::Female => chart::Sex::Female,
        Sex::Male => chart::Sex::Male,
        Sex::Unknown => chart::Sex::Unknown,
    }
}

/// Providers of the claim as a whole.
pub(super) fn providers(
    left: &mut Left,
    billing: Provider,
    pay_to: Option<Address>,
    roled: Vec<RoledProvider>,
) -> chart::Providers {
    let mut all = chart::Providers {
        billing: Some(provider(left, "billing_provider", billing)),
        pay_to: pay_to.map(address),
        ..chart::Providers::default()
    };
    for (index, one) in roled.into_iter().enumerate() {
        let field = format!("providers[{index}]");
        let place = match one.role {
            ProviderRole::Referring => &mut all.referring,
            ProviderRole::PrimaryCare => &mut all.primary_care,
            ProviderRole::Rendering => &mut all.rendering,
            ProviderRole::ServiceFacility => &mut all.service_facility,
            ProviderRole::Supervising => &mut all.supervising,
            ProviderRole::Ordering => &mut all.ordering,
            ProviderRole::Attending => &mut all.attending,
            ProviderRole::Operating => &mut all.operating,
            ProviderRole::OtherOperating => &mut all.other_operating,
            ProviderRole::AssistantSurgeon => &mut all.assistant_surgeon,
            ProviderRole::PurchasedService | ProviderRole::Billing => {
                left.behind(field, true);
                continue;
            }
        };
        left.behind(&field, place.is_some());
        place.get_or_insert_with(|| provider(left, &field, one.provider));
    }
    all
}

/// Providers of a line.
pub(super) fn of_line(
    left: &mut Left,
    field: &str,
    roled: Vec<RoledProvider>,
    line: &mut chart::Procedure,
) {
    for (index, one) in roled.into_iter().enumerate() {
        let field = format!("{field}.providers[{index}]");
        let place = match one.role {
            ProviderRole::Referring => &mut line.referring,
            ProviderRole::Rendering => &mut line.rendering,
            ProviderRole::ServiceFacility => &mut line.service_facility,
            ProviderRole::Supervising => &mut line.supervising,
            ProviderRole::Ordering => &mut line.ordering,
            ProviderRole::PurchasedService => &mut line.purchased_from,
            ProviderRole::Operating => &mut line.operating,
            ProviderRole::OtherOperating => &mut line.other_operating,
            ProviderRole::AssistantSurgeon => &mut line.assistant_surgeon,
            ProviderRole::Attending | ProviderRole::PrimaryCare | ProviderRole::Billing => {
                left.behind(field, true);
                continue;
            }
        };
        left.behind(&field, place.is_some());
        place.get_or_insert_with(|| Box::new(provider(left, &field, one.provider)));
    }
}

fn provider(left: &mut Left, field: &str, provider: Provider) -> chart::Provider {
    let Provider {
        name,
        npi,
        taxonomy,
        tax_id,
        address: place,
        contact,
        other_ids,
    } = provider;
    let mut made = chart::Provider {
        name: match name {
            Name::Organization { name } => chart::ProviderName::Organization(name),
            name @ Name::Person { .. } => chart::ProviderName::Person(person(name)),
        },
        npi: npi.map(Into::into),
        taxonomy,
        tax_id: tax_id.map(|id| match id {
            TaxId::Ein(number) => chart::TaxId::Ein(number),
            TaxId::Ssn(number) => chart::TaxId::Ssn(number.into_inner()),
        }),
        address: place.map(address),
        ..chart::Provider::default()
    };
    if let Some(contact) = contact {
        let Contact {
            name,
            phone,
            phone_extension,
            fax,
            email,
        } = contact;
        left.behind(
            format_args!("{field}.contact.phone_extension"),
            phone_extension.is_some(),
        );
        made.contact = name;
        made.phone = phone;
        made.fax = fax;
        made.email = email;
    }
    for (index, id) in other_ids.into_iter().enumerate() {
        let ProviderId {
            kind,
            number,
            payer_id,
        } = id;
        let is_others = payer_id.is_some();
        left.behind(format_args!("{field}.other_ids[{index}]"), is_others);
        if !is_others {
            made.other_ids.push(chart::OtherId { kind, number });
        }
    }
    made
}

/// A telephone number, which is all that a chart has of whom to ask at a patient.
pub(super) fn telephone(
    left: &mut Left,
    field: &str,
    contact: Option<Phi<Contact>>,
) -> Option<String> {
    let Contact {
        name,
        phone,
        phone_extension,
        fax,
        email,
    } = contact?.into_inner();
    let more = [name, phone_extension, fax, email];
    left.behind(field, more.iter().any(Option::is_some));
    phone
}
