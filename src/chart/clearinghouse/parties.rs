//! Who a request names: subscriber, dependent, providers, their addresses. It must not know what was done.

use super::draft::{Draft, Node};
use super::fields::How::{
    By, Date, Each, NoPlace, Number, Object, Ours, Said, Text, With, Word as OneOf,
};
use super::fields::{Section, Words, no_place, take};
use crate::chart::Code;

pub(super) const ADDRESS: Section = &[
    ("address1", "line1", Text),
    ("address2", "line2", Text),
    ("city", "city", Text),
    ("state", "state", Text),
    ("postalCode", "postal_code", Text),
    ("countryCode", "country", Text),
    ("countrySubDivisionCode", "country_subdivision", Text),
];

const PERSON_NAME: Section = &[
    ("lastName", "name/last", Text),
    ("firstName", "name/first", Text),
    ("middleName", "name/middle", Text),
    ("suffix", "name/suffix", Text),
];

const PERSON: Section = &[
    ("", "", With(&PERSON_NAME)),
    ("dateOfBirth", "birth_date", Date),
    ("gender", "sex", OneOf(SEXES)),
    ("address", "address", Object(&ADDRESS)),
];

const SEXES: Words = &[("F", "female"), ("M", "male"), ("U", "unknown")];

const PHONE: Section = &[
    ("phoneNumber", "phone", Text),
    ("name", "", NoPlace),
    ("phoneExtension", "", NoPlace),
    ("faxNumber", "", NoPlace),
    ("email", "", NoPlace),
    ("validContact", "", Ours),
];

/// What the subscriber's card says, whoever the patient is.
const CARD: Section = &[
    // An organization that insures its workers stands where a person would.
    ("organizationName", "name/last", Text),
    ("memberId", "$/member_id", Text),
    ("standardHealthId", "$/member_id", Text),
    ("groupNumber", "$/group_number", Text),
    ("policyNumber", "$/group_number", By(policy_number)),
    ("subscriberGroupName", "$/group_name", Text),
    ("insuranceTypeCode", "$/insurance_type", Text),
    ("ssn", "$/social_security_number", Text),
    ("paymentResponsibilityLevelCode", "$", Said),
];

pub(super) const SUBSCRIBER: Section = &[
    ("", "", With(&PERSON)),
    ("", "", With(&CARD)),
    ("contactInformation", "", NoPlace),
];

pub(super) const SUBSCRIBER_WHO_IS_PATIENT: Section = &[
    ("", "", With(&PERSON)),
    ("", "", With(&CARD)),
    ("contactInformation", "", Object(&PHONE)),
];

pub(super) const DEPENDENT: Section = &[
    ("", "", With(&PERSON)),
    ("contactInformation", "", Object(&PHONE)),
    (
        "relationshipToSubscriberCode",
        "$/relationship",
        OneOf(RELATIONSHIPS),
    ),
    ("memberId", "$/patient_member_id", Text),
    ("ssn", "social_security_number", Text),
    // The patient has no plan but the subscriber's.
    ("groupNumber", "$/group_number", By(policy_number)),
    ("policyNumber", "$/group_number", By(policy_number)),
    ("paymentResponsibilityLevelCode", "$", Said),
];

/// X12 element 1069.
pub(super) const RELATIONSHIPS: Words = &[
    ("01", "spouse"),
    ("18", "self"),
    ("19", "child"),
    ("20", "employee"),
    ("21", "unknown"),
    ("39", "organ_donor"),
    ("40", "cadaver_donor"),
    ("53", "life_partner"),
    ("G8", "other"),
];

pub(super) const PROVIDER_WHO_IS_PERSON: Section = &[
    ("lastName", "name/person/last", Text),
    ("firstName", "name/person/first", Text),
    ("middleName", "name/person/middle", Text),
    ("suffix", "name/person/suffix", Text),
    ("organizationName", "", NoPlace),
    ("", "", With(&PROVIDER)),
];

pub(super) const PROVIDER_WHO_IS_ORGANIZATION: Section = &[
    ("organizationName", "name/organization", Text),
    ("lastName", "", NoPlace),
    ("firstName", "", NoPlace),
    ("middleName", "", NoPlace),
    ("suffix", "", NoPlace),
    ("", "", With(&PROVIDER)),
];

const PROVIDER: Section = &[
    ("providerType", "", Said),
    ("npi", "npi", Text),
    ("identificationCode", "npi", Text),
    ("taxonomyCode", "taxonomy", Text),
    ("employerId", "tax_id/ein", Text),
    ("employerIdentificationNumber", "tax_id/ein", Text),
    ("taxId", "tax_id/ein", Text),
    ("ssn", "tax_id/ssn", Text),
    ("address", "address", Object(&ADDRESS)),
    ("contactInformation", "", Object(&CONTACT)),
    ("phoneName", "contact", Text),
    ("phoneNumber", "phone", Text),
    ("phoneExtension", "", NoPlace),
    // One number and its qualifier, before the lists.
    ("secondaryIdentifier", "other_ids", By(secondary)),
    (
        "secondaryIdentificationQualifierCode",
        "other_ids/0",
        By(qualifier),
    ),
    ("identificationQualifierCode", "other_ids/0", By(qualifier)),
    ("referenceIdentification", "other_ids", Each(&OTHER_ID)),
    ("stateLicenseNumber", "other_ids", Number("0B")),
    ("providerUpinNumber", "other_ids", Number("1G")),
    ("commercialNumber", "other_ids", Number("G2")),
    ("locationNumber", "other_ids", Number("LU")),
    ("claimOfficeNumber", "", NoPlace),
    ("naic", "", NoPlace),
    ("payerIdentificationNumber", "", NoPlace),
    ("otherIdentifier", "", NoPlace),
];

const CONTACT: Section = &[
    ("name", "contact", Text),
    ("phoneNumber", "phone", Text),
    ("faxNumber", "fax", Text),
    ("email", "email", Text),
    ("phoneExtension", "", NoPlace),
    ("validContact", "", Ours),
];

const OTHER_ID: Section = &[
    ("qualifier", "kind", Text),
    ("identifier", "number", Text),
    ("otherIdentifier", "", NoPlace),
];

/// Where those of `providers` go by their type.
const ROLES: Words = &[
    ("BillingProvider", "billing"),
    ("RenderingProvider", "rendering"),
    ("ReferringProvider", "referring"),
    ("SupervisingProvider", "supervising"),
    ("OrderingProvider", "ordering"),
    ("AttendingProvider", "attending"),
    ("OperatingPhysician", "operating"),
    ("OtherOperatingPhysician", "other_operating"),
    ("AssistantSurgeon", "assistant_surgeon"),
];

/// Subscriber and patient: one, unless there is a dependent.
pub(super) fn patient(draft: &mut Draft, request: &Node<'_>) {
    let focal = draft.focal.clone();
    let subscriber = request.get("subscriber");
    draft.origins.set(&*focal, request.at("subscriber"));
    let Some(dependent) = request.get("dependent") else {
        draft.origins.set("/patient", request.at("subscriber"));
        if let Some(subscriber) = &subscriber {
            take(draft, subscriber, SUBSCRIBER_WHO_IS_PATIENT, "/patient");
        }
        return;
    };
    if let Some(subscriber) = &subscriber {
        let pointer = format!("{focal}/subscriber");
        draft.origins.set(&*pointer, &*subscriber.path);
        take(draft, subscriber, SUBSCRIBER, &pointer);
    }
    draft.origins.set("/patient", &*dependent.path);
    take(draft, &dependent, DEPENDENT, "/patient");
    if dependent.get("relationshipToSubscriberCode").is_none() {
        let path = dependent.at("relationshipToSubscriberCode");
        draft.note(Code::ClearinghouseValue, path, "expected a relationship");
    }
}

/// The number of the policy where there is none of the group (SBR03).
pub(super) fn policy_number(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    match draft.text(field) {
        Some(number) if !draft.has(pointer) => draft.put(pointer, field, number),
        Some(_) => no_place(draft, field),
        None => {}
    }
}

/// Providers in a list, each with its type.
pub(super) fn providers(draft: &mut Draft, field: &Node<'_>, _: &str) {
    for item in field.list() {
        let kind = item.get("providerType").and_then(|kind| kind.text());
        let role = ROLES
            .iter()
            .find(|(theirs, _)| kind.as_deref() == Some(theirs));
        match role {
            Some((_, role @ "billing")) => {
                organization(draft, &item, &format!("/providers/{role}"));
            }
            Some((_, role)) => provider(draft, &item, &format!("/providers/{role}")),
            None => {
                let types: Vec<&str> = ROLES.iter().map(|(theirs, _)| *theirs).collect();
                let expected = format!("expected one of {}", types.join(" "));
                draft.note(Code::ClearinghouseValue, item.at("providerType"), &expected);
            }
        }
    }
}

/// A person where there is a last name.
pub(super) fn provider(draft: &mut Draft, node: &Node<'_>, pointer: &str) {
    let is_person = node.get("lastName").is_some() || node.get("organizationName").is_none();
    named(draft, node, pointer, is_person);
}

/// Who bills, or where the service was: an organization where it has the name of one.
pub(super) fn organization(draft: &mut Draft, node: &Node<'_>, pointer: &str) {
    let is_person = node.get("lastName").is_some() && node.get("organizationName").is_none();
    named(draft, node, pointer, is_person);
}

fn named(draft: &mut Draft, node: &Node<'_>, pointer: &str, is_person: bool) {
    draft.origins.set(pointer, &*node.path);
    let (section, name, key) = match is_person {
        true => (PROVIDER_WHO_IS_PERSON, "person/last", "lastName"),
        false => (
            PROVIDER_WHO_IS_ORGANIZATION,
            "organization",
            "organizationName",
        ),
    };
    take(draft, node, section, pointer);
    // Clients send providers that say nothing but their type.
    if draft.has(pointer) {
        draft.fill(&format!("{pointer}/name/{name}"), node.at(key), "");
    }
}

/// A list of numbers with their qualifiers, or one number whose qualifier stands beside it.
fn secondary(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    for item in field.list() {
        let pointer = draft.push(pointer, &item);
        match item.value.is_object() {
            true => take(draft, &item, OTHER_ID, &pointer),
            false => {
                if let Some(number) = draft.text(&item) {
                    draft.put(&format!("{pointer}/number"), &item, number);
                }
            }
        }
    }
}

fn qualifier(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    if draft.has(&format!("{pointer}/number"))
        && let Some(kind) = draft.text(field)
    {
        draft.put(&format!("{pointer}/kind"), field, kind);
    }
}
