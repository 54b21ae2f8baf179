//! Loop 2400 with 2410, 2420 and 2430. It must not know the levels above the claim.

use super::codes::{self, LINE_AMOUNTS, LINE_DATES, LINE_NUMBERS};
use super::write_claim::{
    ambulance, ambulance_way, attachments, certifications, contract, file_information, note,
    repricing, roled_provider, said,
};
use super::write_party as party;
use super::{Span, dental, equipment, institutional, professional};
use crate::claim::{Claim, ClaimKind, LineAdjudication, Provider, ProviderRole, ServiceLine};
use crate::x12::Writer;

pub(super) fn write_all(writer: &mut Writer, claim: &Claim) -> Vec<Span> {
    let lines = claim.lines.iter().enumerate();
    lines
        .map(|(index, line)| {
            let first = writer.position() + 1;
            write(writer, claim, line, index + 1);
            let last = writer.position();
            Span { first, last }
        })
        .collect()
}

fn write(writer: &mut Writer, claim: &Claim, line: &ServiceLine, number: usize) {
    let detail = &line.detail;
    writer.segment("LX").element(&number.to_string());
    match &claim.kind {
        ClaimKind::Professional => professional::write_service(writer, claim, line),
        ClaimKind::Institutional(_) => institutional::write_service(writer, claim, line),
        ClaimKind::Dental(_) => dental::write_service(writer, claim, line),
    }
    equipment::write_rental(writer, line);
    attachments(writer, &detail.attachments);
    ambulance(writer, detail.ambulance.as_ref());
    equipment::write_certification(writer, line);
    certifications(writer, &detail.certifications);
    match line.service() {
        Some((from, to)) if from != to => party::period(writer, "472", from, to),
        Some((from, _)) => party::date(writer, "472", from),
        None => {}
    }
    party::dates(writer, LINE_DATES, line);
    measurements(writer, line);
    contract(writer, detail.contract.as_ref());
    party::references(writer, LINE_NUMBERS, line);
    party::further_numbers(writer, &detail.further_numbers);
    party::amounts(writer, LINE_AMOUNTS, line);
    file_information(writer, &detail.file_information);
    note(writer, detail.note_kind.as_deref(), line.note.as_ref());
    note(writer, Some("TPO"), detail.third_party_note.as_ref());
    if let Some(purchased) = &detail.purchased {
        writer
            .segment("PS1")
            .element(&purchased.provider)
            .element(&purchased.charge.to_x12());
    }
    repricing(writer, detail.repricing.as_ref());
    if let Some(drug) = &line.drug {
        let number = ("N4", drug.ndc.as_str());
        let links = [&drug.prescription, &drug.compound_link];
        item(writer, number, (&drug.quantity, &drug.unit), links);
    }
    if let Some(supply) = &detail.supply {
        let number = (supply.kind.as_str(), supply.number.as_str());
        let links = [&supply.prescription, &supply.compound_link];
        item(writer, number, (&supply.quantity, &supply.unit), links);
    }
    providers(writer, claim, line);
    ambulance_way(writer, detail.pick_up.as_ref(), detail.drop_off.as_ref());
    for adjudication in &line.adjudications {
        self::adjudication(writer, &claim.kind, adjudication);
    }
    equipment::write_forms(writer, line);
}

/// C003 of a line; nothing where it has its revenue code alone.
pub(super) fn procedure<'a>(claim: &'a Claim, line: &'a ServiceLine) -> Vec<&'a str> {
    let kind = line.detail.procedure_kind.as_deref();
    components(
        kind.unwrap_or_else(|| codes::procedure_kind(&claim.kind)),
        &line.procedure,
        &line.modifiers,
        line.description.as_deref(),
    )
}

/// The line's place of service, where it is not the claim's.
pub(super) fn place<'a>(claim: &Claim, line: &'a ServiceLine) -> Option<&'a str> {
    let place = line.place_of_service.as_deref();
    place.filter(|&place| place != claim.place_of_service)
}

/// C004.
pub(super) fn pointers(line: &ServiceLine) -> Vec<String> {
    line.diagnosis_pointers.iter().map(u8::to_string).collect()
}

/// C003: the description stands behind four places for modifiers. A fifth modifier takes its place,
/// for the check to find.
fn components<'a>(
    kind: &'a str,
    code: &'a str,
    modifiers: &'a [String],
    description: Option<&'a str>,
) -> Vec<&'a str> {
    if code.is_empty() && modifiers.is_empty() && description.is_none() {
        return Vec::new();
    }
    let mut components = vec![kind, code];
    components.extend(modifiers.iter().map(String::as_str));
    if let Some(description) = description {
        components.resize(components.len().max(6), "");
        components.push(description);
    }
    components
}

fn measurements(writer: &mut Writer, line: &ServiceLine) {
    let detail = &line.detail;
    let quantities = [
        ("PT", &detail.ambulance_patients),
        ("FL", &detail.anesthesia_units),
    ];
    for (kind, quantity) in quantities {
        if let Some(quantity) = quantity {
            writer.segment("QTY").element(kind).element(quantity);
        }
    }
    for measurement in &detail.measurements {
        writer
            .segment("MEA")
            .element(&measurement.reference)
            .element(&measurement.kind)
            .element(measurement.value.as_str());
    }
}

/// Loop 2410: a drug or a supply by its number, how much of it, and by which prescription.
fn item(
    writer: &mut Writer,
    (kind, number): (&str, &str),
    (quantity, unit): (&str, &str),
    links: [&Option<String>; 2],
) {
    writer.segment("LIN").skip(1).element(kind).element(number);
    writer
        .segment("CTP")
        .skip(3)
        .element(quantity)
        .composite(&[unit]);
    for (kind, link) in ["XZ", "VY"].into_iter().zip(links) {
        if let Some(number) = link {
            party::reference(writer, kind, number);
        }
    }
}

/// Loops 2420: a rendering provider or service facility of a professional claim only where it is not
/// the claim's.
fn providers(writer: &mut Writer, claim: &Claim, line: &ServiceLine) {
    let of_claim = |role: ProviderRole| -> &Provider {
        let own = claim.providers.iter().find(|p| p.role == role);
        own.map_or(&claim.billing_provider, |p| &p.provider)
    };
    for role in codes::line_roles(&claim.kind) {
        for roled in line.providers.iter().filter(|p| p.role == role) {
            if !said(claim, role, &roled.provider, of_claim(role)) {
                roled_provider(writer, &claim.kind, role, &roled.provider);
            }
        }
    }
}

/// Loop 2430.
fn adjudication(writer: &mut Writer, kind: &ClaimKind, adjudication: &LineAdjudication) {
    let usual = codes::procedure_kind(kind);
    let procedure = components(
        adjudication.procedure_kind.as_deref().unwrap_or(usual),
        &adjudication.procedure,
        &adjudication.modifiers,
        adjudication.description.as_deref(),
    );
    writer
        .segment("SVD")
        .element(&adjudication.payer_id)
        .element(&adjudication.paid.to_x12())
        .composite(&procedure)
        .optional(adjudication.revenue_code.as_deref())
        .element(&adjudication.quantity)
        .optional(adjudication.bundled_line.as_deref());
    party::adjustments(writer, &adjudication.adjustments);
    party::date(writer, "573", adjudication.adjudicated);
    party::amount(writer, "EAF", adjudication.remaining_patient_liability);
}
