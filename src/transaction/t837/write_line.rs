//! Loop 2400 with 2410, 2420 and 2430. It must not know the levels above the claim.

use super::codes::{LINE_DATES, LINE_NUMBERS, LINE_ROLES};
use super::write_claim::{
    ambulance, amount, attachments, certifications, file_information, note, roled_provider,
    same_place, same_provider,
};
use super::write_party as party;
use super::{Span, professional};
use crate::claim::{Claim, Drug, LineAdjudication, Provider, ProviderRole, ServiceLine};
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
    professional::write_service(writer, claim, line);
    attachments(writer, &detail.attachments);
    ambulance(writer, detail.ambulance.as_ref());
    certifications(writer, &detail.certifications);
    match line.service_to.filter(|&to| to != line.service_from) {
        Some(to) => party::period(writer, "472", line.service_from, to),
        None => party::date(writer, "472", line.service_from),
    }
    party::dates(writer, LINE_DATES, line);
    measurements(writer, line);
    party::references(writer, LINE_NUMBERS, line);
    amount(writer, "T", detail.sales_tax);
    amount(writer, "F4", detail.postage);
    file_information(writer, &detail.file_information);
    note(writer, detail.note_kind.as_deref(), line.note.as_ref());
    note(writer, Some("TPO"), detail.third_party_note.as_ref());
    if let Some(purchased) = &detail.purchased {
        writer
            .segment("PS1")
            .element(&purchased.provider)
            .element(&purchased.charge.to_x12());
    }
    if let Some(given) = &line.drug {
        drug(writer, given);
    }
    providers(writer, claim, line);
    for adjudication in &line.adjudications {
        self::adjudication(writer, adjudication);
    }
}

/// C003: the description stands behind four places for modifiers. A fifth modifier takes its place,
/// for the check to find.
pub(super) fn procedure<'a>(
    kind: &'a str,
    code: &'a str,
    modifiers: &'a [String],
    description: Option<&'a str>,
) -> Vec<&'a str> {
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

/// Loop 2410.
fn drug(writer: &mut Writer, drug: &Drug) {
    writer
        .segment("LIN")
        .skip(1)
        .element("N4")
        .element(&drug.ndc);
    writer
        .segment("CTP")
        .skip(3)
        .element(&drug.quantity)
        .composite(&[&drug.unit]);
    if let Some(prescription) = &drug.prescription {
        party::reference(writer, "XZ", prescription);
    }
}

/// Loops 2420A to 2420F: a rendering provider or service facility only where it is not the claim's.
fn providers(writer: &mut Writer, claim: &Claim, line: &ServiceLine) {
    let of_claim = |role: ProviderRole| -> &Provider {
        let own = claim.providers.iter().find(|p| p.role == role);
        own.map_or(&claim.billing_provider, |p| &p.provider)
    };
    for role in LINE_ROLES {
        for roled in line.providers.iter().filter(|p| p.role == role) {
            let said = match role {
                ProviderRole::Rendering => same_provider(&roled.provider, of_claim(role)),
                ProviderRole::ServiceFacility => same_place(&roled.provider, of_claim(role)),
                _ => false,
            };
            if !said {
                roled_provider(writer, role, &roled.provider);
            }
        }
    }
}

/// Loop 2430.
fn adjudication(writer: &mut Writer, adjudication: &LineAdjudication) {
    let procedure = procedure("HC", &adjudication.procedure, &adjudication.modifiers, None);
    writer
        .segment("SVD")
        .element(&adjudication.payer_id)
        .element(&adjudication.paid.to_x12())
        .composite(&procedure)
        .skip(1)
        .element(&adjudication.quantity)
        .optional(adjudication.bundled_line.as_deref());
    party::adjustments(writer, &adjudication.adjustments);
    party::date(writer, "573", adjudication.adjudicated);
    amount(writer, "EAF", adjudication.remaining_patient_liability);
}
