//! Providers of a claim in their roles, from the chart or the practice's configuration. It must
//! not know what they did.

use std::borrow::Cow;

use super::kind::{self, Kind};
use super::notes::{Notes, Pointer};
use super::people::{address, person_name};
use super::{Biller, shape, text};
use crate::chart::{self, Chart, Code};
use crate::claim::{
    Address, Contact, Name, Npi, Phi, Provider, ProviderId, ProviderRole, RoledProvider, TaxId,
};

/// Qualifiers of a provider's further numbers (REF01), by what the guide's loop takes.
const ANY_NUMBER: &[&str] = &["0B", "1G", "G2", "LU"];
const PLACE_NUMBERS: &[&str] = &["0B", "G2", "LU"];
const PERSON_NUMBERS: &[&str] = &["0B", "1G", "G2"];
/// Those that a payer gave: of a facility that bills, and of a line's place.
const PAYER_NUMBERS: &[&str] = &["G2", "LU"];

/// What the guide's loop of a role asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entity {
    Either,
    Person,
    Organization,
}

/// Who is paid.
pub(super) fn billing(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
) -> Option<Provider> {
    let at = "/providers/billing";
    notes.provider_from("billing_provider", at);
    let configured = biller.defaults.provider.as_ref();
    let source = match (&chart.providers.billing, configured) {
        (Some(named), Some(practice)) if npi_of(named).is_none() => {
            replaced(notes, at, named);
            Cow::Borrowed(practice)
        }
        (Some(named), Some(practice)) if npi_of(named) == npi_of(practice) => {
            Cow::Owned(completed(notes, at, named, practice))
        }
        (Some(named), _) => Cow::Borrowed(named),
        (None, Some(practice)) => {
            notes.add(Code::ProviderFromConfig, at, "");
            Cow::Borrowed(practice)
        }
        (None, None) => {
            notes.add(Code::ProviderMissing, at, "");
            return None;
        }
    };
    let npi = npi(notes, at, &source);
    let (entity, numbers) = match kind {
        Kind::Institutional => (Entity::Organization, PAYER_NUMBERS),
        Kind::Professional | Kind::Dental => (Entity::Either, ANY_NUMBER),
    };
    let mut provider = provider(notes, at, &source, entity, numbers);
    if kind != Kind::Professional {
        one_payer_number(notes, at, &source);
    }
    if let Some(Name::Person { suffix, .. }) = provider.as_mut().map(|made| &mut made.name)
        && kind == Kind::Dental
        && suffix.take().is_some()
    {
        notes.add(Code::NotOfKind, format_args!("{at}/name/person/suffix"), "");
    }
    let tax_id = tax_id(notes, kind, at, source.tax_id.as_ref());
    let street = street(notes, format_args!("{at}/address"), source.address.as_ref());
    let contact = contact(notes, at, &source);
    Some(Provider {
        npi: Some(npi?),
        tax_id: Some(tax_id?),
        address: Some(street?),
        contact,
        ..provider?
    })
}

/// The practice as the chart names it, with what the chart leaves out.
fn completed(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    named: &chart::Provider,
    practice: &chart::Provider,
) -> chart::Provider {
    let mut whole = named.clone();
    let mut fill = |missing: bool, field: &str| {
        if missing {
            notes.add(Code::ProviderFromConfig, format_args!("{at}/{field}"), "");
        }
    };
    fill(
        named.address.is_none() && practice.address.is_some(),
        "address",
    );
    fill(
        named.tax_id.is_none() && practice.tax_id.is_some(),
        "tax_id",
    );
    whole.address = whole.address.or_else(|| practice.address.clone());
    whole.tax_id = whole.tax_id.or_else(|| practice.tax_id.clone());
    whole.taxonomy = whole.taxonomy.or_else(|| practice.taxonomy.clone());
    if whole.phone.is_none() && whole.fax.is_none() && whole.email.is_none() {
        whole.contact = whole.contact.or_else(|| practice.contact.clone());
        whole.phone.clone_from(&practice.phone);
        whole.fax.clone_from(&practice.fax);
        whole.email.clone_from(&practice.email);
    }
    whole
}

/// Where payments go when not to the billing provider; a post office box may stand here.
pub(super) fn pay_to(notes: &mut Notes<'_>, chart: &Chart) -> Option<Address> {
    let at = "/providers/pay_to";
    notes.address_from("pay_to", at);
    let named = chart.providers.pay_to.as_ref()?;
    address(notes, at, Some(named), Code::AddressMissing)
}

/// Providers of the whole claim, those only that the guide wants said beside the billing provider.
pub(super) fn of_claim(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    billing: Option<&Provider>,
) -> Vec<RoledProvider> {
    let named = &chart.providers;
    let mut all: Vec<RoledProvider> = Vec::new();
    let mut roles = [
        ("attending", &named.attending, ProviderRole::Attending),
        ("operating", &named.operating, ProviderRole::Operating),
        (
            "other_operating",
            &named.other_operating,
            ProviderRole::OtherOperating,
        ),
        ("referring", &named.referring, ProviderRole::Referring),
        (
            "primary_care",
            &named.primary_care,
            ProviderRole::PrimaryCare,
        ),
        ("rendering", &named.rendering, ProviderRole::Rendering),
        (
            "service_facility",
            &named.service_facility,
            ProviderRole::ServiceFacility,
        ),
        (
            "assistant_surgeon",
            &named.assistant_surgeon,
            ProviderRole::AssistantSurgeon,
        ),
        ("supervising", &named.supervising, ProviderRole::Supervising),
    ];
    if kind == Kind::Institutional {
        // The loops 2310 of a facility's bill have the referring provider last.
        roles[3..].rotate_left(1);
    }
    for (name, provider, role) in roles {
        let at = format_args!("/providers/{name}");
        let Some(provider) = provider else { continue };
        if !kind.is_in(kind::of_claim(role)) {
            notes.add(Code::NotOfKind, at, "");
            continue;
        }
        let Some(provider) = in_role(biller, notes, kind, at, provider, role) else {
            continue;
        };
        let attending = all
            .iter()
            .find(|other| other.role == ProviderRole::Attending);
        let already = match (role, kind) {
            // A facility's bill is rendered by who attends, unless it says otherwise.
            (ProviderRole::Rendering, Kind::Institutional) => attending.map(|one| &one.provider),
            (ProviderRole::Rendering | ProviderRole::ServiceFacility, _) => billing,
            _ => None,
        };
        let is_said = already.is_some_and(|other| match role {
            ProviderRole::ServiceFacility => is_at(&provider.provider, other),
            _ => other.npi == provider.provider.npi,
        });
        if !is_said {
            notes.provider_from(format_args!("providers[{}]", all.len()), at);
            all.push(provider);
        }
    }
    if kind == Kind::Institutional && named.attending.is_none() {
        notes.add(Code::AttendingMissing, "/providers/attending", "");
    }
    all
}

/// A provider in its role.
pub(super) fn in_role(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    at: impl Pointer,
    named: &chart::Provider,
    role: ProviderRole,
) -> Option<RoledProvider> {
    match role {
        ProviderRole::Rendering => {
            let mut provider = rendering(biller, notes, at, named)?;
            if kind == Kind::Institutional {
                provider.provider.taxonomy = None;
            }
            Some(provider)
        }
        ProviderRole::ServiceFacility => service_facility(notes, at, named, PLACE_NUMBERS),
        ProviderRole::PurchasedService => {
            let npi = npi(notes, at, named);
            let other_ids = other_ids(notes, at, named, PERSON_NUMBERS);
            // The guide has its number alone.
            let name = match named.name {
                chart::ProviderName::Person(_) => Name::Person {
                    last: Phi::default(),
                    first: None,
                    middle: None,
                    suffix: None,
                },
                chart::ProviderName::Organization(_) => Name::organization(""),
            };
            let provider = Provider {
                name,
                npi: Some(npi?),
                taxonomy: None,
                tax_id: None,
                address: None,
                contact: None,
                other_ids,
            };
            Some(RoledProvider { role, provider })
        }
        _ => person(notes, kind, at, named, role),
    }
}

/// [`in_role`] of a line.
pub(super) fn of_line(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    at: &str,
    named: &chart::Provider,
    role: ProviderRole,
) -> Option<RoledProvider> {
    match (kind, role) {
        (Kind::Professional, ProviderRole::ServiceFacility) => {
            service_facility(notes, at, named, PAYER_NUMBERS)
        }
        _ => in_role(biller, notes, kind, at, named, role),
    }
}

/// Who did it: as named, or the one that the practice has configured for those without a usable
/// NPI.
fn rendering(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    at: impl Pointer,
    named: &chart::Provider,
) -> Option<RoledProvider> {
    let source = match &biller.defaults.rendering {
        Some(configured) if npi_of(named).is_none() => {
            replaced(notes, at, named);
            configured
        }
        _ => named,
    };
    identified(
        notes,
        at,
        source,
        Entity::Either,
        ANY_NUMBER,
        ProviderRole::Rendering,
    )
}

/// A provider in a role that only people have.
fn person(
    notes: &mut Notes<'_>,
    kind: Kind,
    at: impl Pointer,
    named: &chart::Provider,
    role: ProviderRole,
) -> Option<RoledProvider> {
    let numbers = match (kind, role) {
        (Kind::Professional, ProviderRole::Supervising)
        | (Kind::Institutional | Kind::Dental, _) => ANY_NUMBER,
        _ => PERSON_NUMBERS,
    };
    let has_specialty = match kind {
        Kind::Professional => false,
        Kind::Institutional => role == ProviderRole::Attending,
        Kind::Dental => [ProviderRole::Referring, ProviderRole::AssistantSurgeon].contains(&role),
    };
    let mut provider = identified(notes, at, named, Entity::Person, numbers, role)?;
    if !has_specialty {
        provider.provider.taxonomy = None;
    }
    if role == ProviderRole::Ordering {
        let place = named.address.as_ref();
        let pointer = format_args!("{at}/address");
        let place = place.map(|place| address(notes, pointer, Some(place), Code::AddressMissing));
        provider.provider.address = place.flatten();
        provider.provider.contact = contact(notes, at, named);
    }
    Some(provider)
}

/// A provider that needs an NPI.
fn identified(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    named: &chart::Provider,
    entity: Entity,
    numbers: &[&str],
    role: ProviderRole,
) -> Option<RoledProvider> {
    let npi = npi(notes, at, named);
    let mut provider = provider(notes, at, named, entity, numbers)?;
    provider.npi = Some(npi?);
    Some(RoledProvider { role, provider })
}

/// The place: an organization with an address; its NPI is said where it has one.
fn service_facility(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    named: &chart::Provider,
    numbers: &[&str],
) -> Option<RoledProvider> {
    let npi = named.npi.as_ref().and_then(|_| npi(notes, at, named));
    let made = provider(notes, at, named, Entity::Organization, numbers);
    let pointer = format_args!("{at}/address");
    let place = address(notes, pointer, named.address.as_ref(), Code::AddressMissing);
    let mut provider = made?;
    provider.address = Some(place?);
    provider.npi = npi;
    provider.taxonomy = None;
    zip_short(notes, pointer, provider.address.as_ref());
    Some(RoledProvider {
        role: ProviderRole::ServiceFacility,
        provider,
    })
}

/// The billing provider's own place.
fn is_at(facility: &Provider, billing: &Provider) -> bool {
    facility.address == billing.address && (facility.npi.is_none() || facility.npi == billing.npi)
}

/// Name, taxonomy and further numbers; the rest is asked for by role.
fn provider(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    source: &chart::Provider,
    entity: Entity,
    numbers: &[&str],
) -> Option<Provider> {
    let name = name(notes, at, &source.name, entity);
    let taxonomy = source.taxonomy.as_ref().and_then(|code| {
        let code = shape::taxonomy(code);
        if code.is_none() {
            notes.add(Code::TaxonomyShape, format_args!("{at}/taxonomy"), "");
        }
        code
    });
    let other_ids = other_ids(notes, at, source, numbers);
    Some(Provider {
        name: name?,
        npi: None,
        taxonomy,
        tax_id: None,
        address: None,
        contact: None,
        other_ids,
    })
}

fn name(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    name: &chart::ProviderName,
    entity: Entity,
) -> Option<Name> {
    match (name, entity) {
        (chart::ProviderName::Person(_), Entity::Organization) => {
            notes.add(
                Code::NameMissing,
                format_args!("{at}/name"),
                "an organization",
            );
            None
        }
        (chart::ProviderName::Organization(_), Entity::Person) => {
            notes.add(Code::NameMissing, format_args!("{at}/name"), "a person");
            None
        }
        (chart::ProviderName::Person(name), _) => {
            person_name(notes, format_args!("{at}/name/person"), name)
        }
        (chart::ProviderName::Organization(name), _) => {
            let pointer = format_args!("{at}/name/organization");
            if name.trim().is_empty() {
                notes.add(Code::NameMissing, pointer, "");
            }
            text::text(notes, pointer, name, text::LAST_NAME_MAX).map(Name::organization)
        }
    }
}

fn other_ids(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    source: &chart::Provider,
    kinds: &[&str],
) -> Vec<ProviderId> {
    let mut ids: Vec<ProviderId> = Vec::new();
    for (index, id) in source.other_ids.iter().enumerate() {
        let pointer = format_args!("{at}/other_ids/{index}");
        let number = text::number(
            notes,
            format_args!("{pointer}/number"),
            Some(&id.number),
            text::REFERENCE_MAX,
        );
        if !kinds.contains(&id.kind.as_str()) {
            notes.add(
                Code::CodeUnknown,
                format_args!("{pointer}/kind"),
                kinds.join(" "),
            );
        }
        if ids.iter().any(|other| other.kind == id.kind) {
            notes.add(Code::CodeUnknown, pointer, "one number of a kind");
        }
        ids.extend(number.map(|number| ProviderId {
            kind: id.kind.clone(),
            number,
            payer_id: None,
        }));
    }
    ids
}

/// Tells that a configured provider stands for one without a usable NPI. A number that is there and wrong may be a slip
/// of the pen, of the very provider that is meant.
fn replaced(notes: &mut Notes<'_>, at: impl Pointer, named: &chart::Provider) {
    let is_given = named.npi.as_ref().is_some_and(|npi| !npi.trim().is_empty());
    match is_given {
        true => notes.add(Code::NpiReplaced, format_args!("{at}/npi"), ""),
        false => notes.add(Code::ProviderFromConfig, at, ""),
    }
}

fn npi_of(provider: &chart::Provider) -> Option<Npi> {
    Npi::parse(provider.npi.as_deref()?).ok()
}

fn npi(notes: &mut Notes<'_>, at: impl Pointer, provider: &chart::Provider) -> Option<Npi> {
    let pointer = format_args!("{at}/npi");
    let Some(text) = provider
        .npi
        .as_deref()
        .filter(|text| !text.trim().is_empty())
    else {
        notes.add(Code::NpiMissing, pointer, "");
        return None;
    };
    match Npi::parse(text) {
        Ok(npi) => Some(npi),
        Err(why) => {
            notes.add(Code::NpiInvalid, pointer, why);
            None
        }
    }
}

/// Loop 2010BB of a facility's bill and a dentist's claim has room for one number of the payer's.
fn one_payer_number(notes: &mut Notes<'_>, at: impl Pointer, source: &chart::Provider) {
    let of_payer = |id: &chart::OtherId| PAYER_NUMBERS.contains(&id.kind.as_str());
    if source.other_ids.iter().filter(|id| of_payer(id)).count() > 1 {
        notes.add(Code::TooMany, format_args!("{at}/other_ids"), "G2 or LU");
    }
}

fn tax_id(
    notes: &mut Notes<'_>,
    kind: Kind,
    at: impl Pointer,
    tax_id: Option<&chart::TaxId>,
) -> Option<TaxId> {
    let pointer = format_args!("{at}/tax_id");
    let Some(tax_id) = tax_id else {
        notes.add(Code::TaxIdMissing, pointer, "");
        return None;
    };
    if kind == Kind::Institutional && matches!(tax_id, chart::TaxId::Ssn(_)) {
        notes.add(Code::TaxIdShape, pointer, "a facility has an EIN");
    }
    let number = match tax_id {
        chart::TaxId::Ein(number) | chart::TaxId::Ssn(number) => shape::digits(number, 9),
    };
    let Some(number) = number else {
        notes.add(Code::TaxIdShape, pointer, "");
        return None;
    };
    Some(match tax_id {
        chart::TaxId::Ein(_) => TaxId::Ein(number),
        chart::TaxId::Ssn(_) => TaxId::Ssn(number.into()),
    })
}

/// The billing provider's street; no post office box.
fn street(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    given: Option<&chart::Address>,
) -> Option<Address> {
    let address = address(notes, at, given, Code::ProviderAddress)?;
    let line1: String = address.line1.as_str().replace(['.', ' '], "");
    if line1.starts_with("POBOX") || line1.starts_with("POSTOFFICEBOX") {
        notes.add(
            Code::ProviderAddress,
            format_args!("{at}/line1"),
            "post office box",
        );
    }
    zip_short(notes, at, Some(&address));
    Some(address)
}

fn zip_short(notes: &mut Notes<'_>, at: impl Pointer, address: Option<&Address>) {
    let zip = address.filter(|address| address.country.is_none());
    let zip = zip.and_then(|address| address.postal_code.as_ref());
    if zip.is_some_and(|zip| zip.len() == 5) {
        notes.add(Code::ZipShort, format_args!("{at}/postal_code"), "");
    }
}

/// Whom to ask; a name without a number is nobody to ask (PER).
fn contact(notes: &mut Notes<'_>, at: impl Pointer, provider: &chart::Provider) -> Option<Contact> {
    let phone = telephone(notes, format_args!("{at}/phone"), provider.phone.as_ref());
    let fax = telephone(notes, format_args!("{at}/fax"), provider.fax.as_ref());
    let email = format_args!("{at}/email");
    let email = text::number(notes, email, provider.email.as_ref(), text::EMAIL_MAX);
    let email = email.filter(|email| !email.is_empty());
    if phone.is_none() && fax.is_none() && email.is_none() {
        return None;
    }
    let name = provider.contact.as_ref();
    Some(Contact {
        name: text::optional(
            notes,
            format_args!("{at}/contact"),
            name,
            text::LAST_NAME_MAX,
        ),
        phone,
        phone_extension: None,
        fax,
        email,
    })
}

pub(super) fn telephone(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    number: Option<&String>,
) -> Option<String> {
    let number = number?.trim();
    let national = number.strip_prefix("+1").unwrap_or(number);
    let digits = shape::digits(national, 10);
    if digits.is_none() {
        notes.add(Code::PhoneShape, pointer, "");
    }
    digits
}
