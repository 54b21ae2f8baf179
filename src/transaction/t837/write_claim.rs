//! Loop 2300 with 2310. It must not know the levels above it.

use super::codes::{self, CLAIM_AMOUNTS, CLAIM_DATES, CLAIM_NUMBERS};
use super::write_party as party;
use super::write_party::text;
use super::{Span, dental, institutional, other_payer, professional, write_line};
use crate::claim::{
    Address, Ambulance, Attachment, Certification, Claim, ClaimKind, Contract, DropOff, Money,
    Name, Phi, Provider, ProviderRole, Repricing, RoledProvider,
};
use crate::x12::Writer;

/// Writes the claim; gives where each line stands.
pub(super) fn write(writer: &mut Writer, claim: &Claim) -> Vec<Span> {
    let detail = &claim.detail;
    header(writer, claim);
    party::dates(writer, CLAIM_DATES, claim);
    professional::write_dates(writer, claim);
    match &claim.kind {
        ClaimKind::Professional => {}
        ClaimKind::Institutional(own) => {
            institutional::write_dates(writer, claim, own);
            institutional::write_admission(writer, own);
        }
        ClaimKind::Dental(own) => {
            dental::write_dates(writer, own);
            dental::write_teeth(writer, own);
        }
    }
    attachments(writer, &claim.attachments);
    contract(writer, detail.contract.as_ref());
    party::amounts(writer, CLAIM_AMOUNTS, claim);
    party::references(writer, CLAIM_NUMBERS, claim);
    party::further_numbers(writer, &detail.further_numbers);
    file_information(writer, &detail.file_information);
    note(writer, detail.note_kind.as_deref(), claim.note.as_ref());
    for further in &detail.further_notes {
        note(writer, Some(&further.kind), Some(&further.text));
    }
    ambulance(writer, detail.ambulance.as_ref());
    spinal(writer, claim);
    certifications(writer, &detail.certifications);
    match &claim.kind {
        ClaimKind::Institutional(own) => institutional::write_codes(writer, claim, own),
        ClaimKind::Professional | ClaimKind::Dental(_) => {
            professional::write_codes(writer, claim);
        }
    }
    repricing(writer, detail.repricing.as_ref());
    providers(writer, claim);
    for other in &claim.other_payers {
        other_payer::write(writer, &claim.kind, other);
    }
    write_line::write_all(writer, claim)
}

fn header(writer: &mut Writer, claim: &Claim) {
    let signature = claim.provider_signature_on_file;
    let signature = signature.map(|signed| if signed { "Y" } else { "N" });
    let predetermined = claim.dental().is_some_and(|own| own.predetermination);
    let qualifier = codes::place_qualifier(&claim.kind);
    writer
        .segment("CLM")
        .element(&claim.control_number)
        .element(&claim.total_charge.to_x12())
        .skip(2)
        .composite(&[&claim.place_of_service, qualifier, &claim.frequency])
        .optional(signature)
        .element(&claim.assignment)
        .element(&claim.benefits_assignment)
        .element(&claim.release_of_information)
        .optional(claim.detail.patient_signature_source.as_deref())
        .composite(&causes(claim))
        .optional(claim.detail.special_program.as_deref())
        .skip(6)
        .optional(predetermined.then_some("PB"))
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

pub(super) fn contract(writer: &mut Writer, contract: Option<&Contract>) {
    let Some(contract) = contract else { return };
    let amount = contract.amount.map(Money::to_x12);
    writer
        .segment("CN1")
        .element(&contract.kind)
        .optional(amount.as_deref())
        .optional(contract.percentage.as_deref())
        .optional(contract.code.as_deref())
        .optional(contract.discount_percentage.as_deref())
        .optional(contract.version.as_deref());
}

pub(super) fn repricing(writer: &mut Writer, repricing: Option<&Repricing>) {
    let Some(repricing) = repricing else { return };
    let [savings, group_amount] =
        [repricing.savings, repricing.group_amount].map(|amount| amount.map(Money::to_x12));
    writer
        .segment("HCP")
        .element(&repricing.method)
        .element(&repricing.allowed.to_x12())
        .optional(savings.as_deref())
        .optional(repricing.repricer.as_deref())
        .optional(repricing.rate.as_deref())
        .optional(repricing.group.as_deref())
        .optional(group_amount.as_deref())
        .optional(repricing.revenue_code.as_deref())
        .optional(repricing.procedure_kind.as_deref())
        .optional(repricing.procedure.as_deref())
        .optional(repricing.unit.as_deref())
        .optional(repricing.units.as_deref())
        .optional(repricing.reject_reason.as_deref())
        .optional(repricing.compliance.as_deref())
        .optional(repricing.exception.as_deref());
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

/// Loops 2310. A rendering provider or service facility that is the billing provider is not said
/// again in a professional claim: the guide asks for them only where they differ, and payers reject
/// the repetition.
fn providers(writer: &mut Writer, claim: &Claim) {
    let billing = &claim.billing_provider;
    for role in codes::claim_roles(&claim.kind) {
        for RoledProvider { provider, .. } in claim.providers.iter().filter(|p| p.role == role) {
            if !said(claim, role, provider, billing) {
                roled_provider(writer, &claim.kind, role, provider);
            }
        }
    }
    let detail = &claim.detail;
    ambulance_way(writer, detail.pick_up.as_ref(), detail.drop_off.as_ref());
}

/// Loops 2310E and 2310F, 2420G and 2420H.
pub(super) fn ambulance_way(
    writer: &mut Writer,
    pick_up: Option<&Address>,
    drop_off: Option<&DropOff>,
) {
    if let Some(address) = pick_up {
        party::nameless(writer, "PW", "2", "");
        party::address(writer, address);
    }
    if let Some(drop_off) = drop_off {
        let name = Name::organization(drop_off.name.as_deref().unwrap_or_default());
        party::name(writer, "45", &name, ("", ""));
        party::address(writer, &drop_off.address);
    }
}

/// Whether a provider was already named above it.
pub(super) fn said(
    claim: &Claim,
    role: ProviderRole,
    provider: &Provider,
    above: &Provider,
) -> bool {
    claim.kind.is_professional()
        && match role {
            ProviderRole::Rendering => same_provider(provider, above),
            ProviderRole::ServiceFacility => same_place(provider, above),
            _ => false,
        }
}

fn same_provider(one: &Provider, other: &Provider) -> bool {
    match (&one.npi, &other.npi) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Same address, and no NPI of its own.
fn same_place(facility: &Provider, billing: &Provider) -> bool {
    facility.address.is_some()
        && facility.address == billing.address
        && (facility.npi.is_none() || facility.npi == billing.npi)
}

/// A provider of a claim or line: address and contact only where the guide's loop has them.
pub(super) fn roled_provider(
    writer: &mut Writer,
    kind: &ClaimKind,
    role: ProviderRole,
    provider: &Provider,
) {
    let entity = codes::entity(role);
    if role == ProviderRole::PurchasedService {
        let npi = provider.npi.as_ref().map_or("", |npi| npi.as_str());
        party::nameless(writer, entity, party::name_kind(&provider.name), npi);
    } else {
        party::provider_name(writer, entity, provider);
    }
    if let Some(specialty) = codes::specialty(kind, role) {
        party::taxonomy(writer, specialty, provider.taxonomy.as_deref());
    }
    let placed = matches!(role, ProviderRole::ServiceFacility | ProviderRole::Ordering);
    let in_touch = placed && kind.is_professional();
    if let Some(address) = provider.address.as_ref().filter(|_| placed) {
        party::address(writer, address);
    }
    party::other_ids(writer, provider.other_ids.iter());
    if let Some(contact) = provider.contact.as_ref().filter(|_| in_touch) {
        party::contact(writer, contact);
    }
}
