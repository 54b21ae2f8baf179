//! Loop 2300 with 2310, 2320 and 2330. It must not know the levels above it.

use super::codes::{self, CLAIM_DATES, CLAIM_NUMBERS, CLAIM_ROLES, OTHER_PAYER_NUMBERS};
use super::write_party as party;
use super::write_party::text;
use super::{professional, write_line};
use crate::claim::{
    Ambulance, Attachment, Certification, Claim, Name, OtherPayer, Phi, Provider, ProviderRole,
    RoledProvider,
};
use crate::x12::Writer;

use super::Span;

/// HI holds twelve codes.
pub(super) const CODES_PER_HI: usize = 12;

/// Writes the claim; gives where each line stands.
pub(super) fn write(writer: &mut Writer, claim: &Claim) -> Vec<Span> {
    header(writer, claim);
    dates(writer, claim);
    attachments(writer, &claim.attachments);
    amount(writer, "F5", claim.patient_paid);
    party::references(writer, CLAIM_NUMBERS, claim);
    file_information(writer, &claim.detail.file_information);
    note(
        writer,
        claim.detail.note_kind.as_deref(),
        claim.note.as_ref(),
    );
    ambulance(writer, claim.detail.ambulance.as_ref());
    spinal(writer, claim);
    certifications(writer, &claim.detail.certifications);
    professional::write_codes(writer, claim);
    providers(writer, claim);
    for other in &claim.other_payers {
        other_payer(writer, other);
    }
    write_line::write_all(writer, claim)
}

fn header(writer: &mut Writer, claim: &Claim) {
    let yes_no = if claim.provider_signature_on_file {
        "Y"
    } else {
        "N"
    };
    writer
        .segment("CLM")
        .element(&claim.control_number)
        .element(&claim.total_charge.to_x12())
        .skip(2)
        .composite(&[&claim.place_of_service, "B", &claim.frequency])
        .element(yes_no)
        .element(&claim.assignment)
        .element(&claim.benefits_assignment)
        .element(&claim.release_of_information)
        .optional(claim.detail.patient_signature_source.as_deref())
        .composite(&causes(claim))
        .optional(claim.detail.special_program.as_deref())
        .skip(7)
        .optional(claim.delay_reason.as_deref());
}

/// CLM11: two causes (a third is the standard's, not the guide's), state and country of an auto
/// accident.
fn causes(claim: &Claim) -> [&str; 5] {
    let Some(accident) = &claim.accident else {
        return [""; 5];
    };
    let cause = |index: usize| accident.causes.get(index).map_or("", String::as_str);
    [
        cause(0),
        cause(1),
        cause(2),
        accident.state.as_deref().unwrap_or_default(),
        accident.country.as_deref().unwrap_or_default(),
    ]
}

fn dates(writer: &mut Writer, claim: &Claim) {
    party::dates(writer, CLAIM_DATES, claim);
    match (claim.dates.disability_begin, claim.dates.disability_end) {
        (Some(begin), Some(end)) => party::period(writer, "314", begin, end),
        (Some(begin), None) => party::date(writer, "360", begin),
        (None, Some(end)) => party::date(writer, "361", end),
        (None, None) => {}
    }
}

pub(super) fn attachments(writer: &mut Writer, attachments: &[Attachment]) {
    for attachment in attachments {
        let number = attachment.control_number.as_deref();
        writer
            .segment("PWK")
            .element(&attachment.report_type)
            .element(&attachment.transmission)
            .skip(2)
            .optional(number.map(|_| "AC"))
            .optional(number);
    }
}

pub(super) fn amount(writer: &mut Writer, kind: &str, amount: Option<crate::claim::Money>) {
    if let Some(amount) = amount {
        writer
            .segment("AMT")
            .element(kind)
            .element(&amount.to_x12());
    }
}

pub(super) fn file_information(writer: &mut Writer, texts: &[Phi<String>]) {
    for text in texts {
        writer.segment("K3").element(text.as_str());
    }
}

pub(super) fn note(writer: &mut Writer, kind: Option<&str>, note: Option<&Phi<String>>) {
    if let Some(note) = note {
        writer
            .segment("NTE")
            .element(kind.unwrap_or("ADD"))
            .element(note.as_str());
    }
}

pub(super) fn ambulance(writer: &mut Writer, ambulance: Option<&Ambulance>) {
    if let Some(ambulance) = ambulance {
        let pounds = text(ambulance.patient_pounds.as_ref());
        writer
            .segment("CR1")
            .optional(pounds.map(|_| "LB"))
            .optional(pounds)
            .skip(1)
            .element(&ambulance.reason)
            .element("DH")
            .element(&ambulance.miles)
            .skip(2)
            .optional(text(ambulance.round_trip.as_ref()))
            .optional(text(ambulance.stretcher.as_ref()));
    }
}

fn spinal(writer: &mut Writer, claim: &Claim) {
    if let Some(spinal) = &claim.detail.spinal {
        writer
            .segment("CR2")
            .skip(7)
            .element(spinal.condition.as_str())
            .skip(1)
            .optional(text(spinal.description.as_ref()))
            .optional(text(spinal.more_description.as_ref()));
    }
}

pub(super) fn certifications(writer: &mut Writer, certifications: &[Certification]) {
    for certification in certifications {
        let mut segment = writer
            .segment("CRC")
            .element(&certification.kind)
            .element(&certification.applies);
        for condition in &certification.conditions {
            segment = segment.element(condition.as_str());
        }
    }
}

/// HI: the first of its kind, the others of theirs.
pub(super) fn health_codes(writer: &mut Writer, first: &str, others: &str, codes: &[&str]) {
    let Some((head, rest)) = codes.split_first() else {
        return;
    };
    let mut segment = writer.segment("HI").composite(&[first, head]);
    for code in rest {
        segment = segment.composite(&[others, code]);
    }
}

/// Loops 2310A to 2310F. A rendering provider or service facility that is the billing provider is
/// not said again: the guide asks for them only where they differ, and payers reject the
/// repetition.
fn providers(writer: &mut Writer, claim: &Claim) {
    let billing = &claim.billing_provider;
    for role in CLAIM_ROLES {
        for RoledProvider { provider, .. } in claim.providers.iter().filter(|p| p.role == role) {
            let said = match role {
                ProviderRole::Rendering => same_provider(provider, billing),
                ProviderRole::ServiceFacility => same_place(provider, billing),
                _ => false,
            };
            if !said {
                roled_provider(writer, role, provider);
            }
        }
    }
    if let Some(address) = &claim.detail.pick_up {
        party::nameless(writer, "PW", "2", "");
        party::address(writer, address);
    }
    if let Some(drop_off) = &claim.detail.drop_off {
        let name = Name::organization(drop_off.name.as_deref().unwrap_or_default());
        party::name(writer, "45", &name, ("", ""));
        party::address(writer, &drop_off.address);
    }
}

pub(super) fn same_provider(one: &Provider, other: &Provider) -> bool {
    match (&one.npi, &other.npi) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Same address, and no NPI of its own.
pub(super) fn same_place(facility: &Provider, billing: &Provider) -> bool {
    facility.address.is_some()
        && facility.address == billing.address
        && (facility.npi.is_none() || facility.npi == billing.npi)
}

/// A provider of a claim or line: address and contact only where the guide's loop has them.
pub(super) fn roled_provider(writer: &mut Writer, role: ProviderRole, provider: &Provider) {
    let entity = codes::entity(role);
    if role == ProviderRole::PurchasedService {
        let npi = provider.npi.as_ref().map_or("", |npi| npi.as_str());
        party::nameless(writer, entity, party::name_kind(&provider.name), npi);
    } else {
        party::provider_name(writer, entity, provider);
    }
    if role == ProviderRole::Rendering {
        party::taxonomy(writer, "PE", provider.taxonomy.as_deref());
    }
    let placed = matches!(role, ProviderRole::ServiceFacility | ProviderRole::Ordering);
    if let Some(address) = provider.address.as_ref().filter(|_| placed) {
        party::address(writer, address);
    }
    party::other_ids(writer, provider.other_ids.iter());
    if let Some(contact) = provider.contact.as_ref().filter(|_| placed) {
        party::contact(writer, contact);
    }
}

/// Loops 2320, 2330A and 2330B.
fn other_payer(writer: &mut Writer, other: &OtherPayer) {
    let detail = &other.detail;
    writer
        .segment("SBR")
        .element(&other.payer_responsibility)
        .element(&other.relationship)
        .optional(other.group_number.as_deref())
        .optional(
            detail
                .group_name
                .as_deref()
                .filter(|_| other.group_number.is_none()),
        )
        .optional(detail.insurance_type.as_deref())
        .skip(3)
        .optional(other.claim_filing.as_deref());
    party::adjustments(writer, &other.adjustments);
    amount(writer, "D", other.paid);
    amount(writer, "A8", detail.non_covered);
    amount(writer, "EAF", other.remaining_patient_liability);
    writer
        .segment("OI")
        .skip(2)
        .element(&other.benefits_assignment)
        .optional(detail.patient_signature_source.as_deref())
        .skip(1)
        .element(&other.release_of_information);
    if !detail.remark_codes.is_empty() {
        let mut segment = writer.segment("MOA").skip(2);
        for code in &detail.remark_codes {
            segment = segment.element(code);
        }
    }
    other_parties(writer, other);
}

fn other_parties(writer: &mut Writer, other: &OtherPayer) {
    let detail = &other.detail;
    party::name(
        writer,
        "IL",
        &other.subscriber_name,
        ("MI", other.member_id.as_str()),
    );
    if let Some(address) = &detail.subscriber_address {
        party::address(writer, address);
    }
    if let Some(number) = &detail.social_security_number {
        party::reference(writer, "SY", number.as_str());
    }
    let name = Name::organization(other.payer.name.as_str());
    party::name(writer, "PR", &name, ("PI", &other.payer.id));
    if let Some(address) = &other.payer.address {
        party::address(writer, address);
    }
    if let Some(date) = other.adjudicated {
        party::date(writer, "573", date);
    }
    party::references(writer, OTHER_PAYER_NUMBERS, other);
}
