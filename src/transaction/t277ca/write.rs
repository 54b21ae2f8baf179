//! A claim acknowledgment to segments, in the guide's order. It must not judge: it writes what it is given.

use jiff::civil::Date;

use super::{
    ClaimAcknowledgment, ClaimAcknowledgments, LineAcknowledgment, ProviderAcknowledgment, Status,
    StatusCode, Totals,
};
use crate::transaction::t835::{
    write_party, write_references, written_day, written_money, written_procedure,
};
use crate::x12::Writer;

const VERSION: &str = "005010X214";

/// Writes ST to the segment before SE; the writer counts and closes. Every claim has its own patient level.
pub fn write_set(writer: &mut Writer, acknowledgments: &ClaimAcknowledgments) {
    writer.transaction("277", &acknowledgments.control_number, VERSION);
    writer
        .segment("BHT")
        .element("0085")
        .element("08")
        .element(&acknowledgments.reference)
        .element(&written_day(acknowledgments.created))
        .element(&acknowledgments.time)
        .element("TH");
    write_source(writer, acknowledgments);
    write_receiver(writer, acknowledgments);
    let mut level = 2;
    for provider in &acknowledgments.providers {
        level += 1;
        let parent = level;
        write_provider(writer, provider, level);
        for claim in &provider.claims {
            level += 1;
            write_level(writer, level, Some(parent), "PT", "");
            write_party(writer, &claim.patient);
            write_claim(writer, claim);
        }
    }
}

fn write_source(writer: &mut Writer, acknowledgments: &ClaimAcknowledgments) {
    write_level(writer, 1, None, "20", "1");
    write_party(writer, &acknowledgments.source);
    write_trace(writer, "1", &acknowledgments.transmission);
    write_dates(writer, "050", acknowledgments.received, None);
    write_dates(writer, "009", acknowledgments.processed, None);
}

fn write_receiver(writer: &mut Writer, acknowledgments: &ClaimAcknowledgments) {
    let children = has_children(acknowledgments.providers.is_empty());
    write_level(writer, 2, Some(1), "21", children);
    write_party(writer, &acknowledgments.receiver);
    write_trace(writer, "2", &acknowledgments.batch);
    write_statuses(writer, &acknowledgments.statuses);
    write_totals(writer, &acknowledgments.totals, ["90", "AA"]);
}

fn write_provider(writer: &mut Writer, provider: &ProviderAcknowledgment, level: u32) {
    let children = has_children(provider.claims.is_empty());
    write_level(writer, level, Some(2), "19", children);
    write_party(writer, &provider.provider);
    if !provider.trace.is_empty() {
        write_trace(writer, "1", &provider.trace);
    }
    write_statuses(writer, &provider.statuses);
    write_references(writer, &provider.references);
    write_totals(writer, &provider.totals, ["QA", "QC"]);
}

fn write_claim(writer: &mut Writer, claim: &ClaimAcknowledgment) {
    write_trace(writer, "2", &claim.control_number);
    write_statuses(writer, &claim.statuses);
    write_number(writer, "1K", claim.payer_claim_number.as_deref());
    write_number(writer, "D9", claim.clearinghouse_trace.as_deref());
    write_number(writer, "BLT", claim.bill_type.as_deref());
    write_dates(writer, "472", claim.service_from, claim.service_to);
    claim.lines.iter().for_each(|line| write_line(writer, line));
}

fn write_line(writer: &mut Writer, line: &LineAcknowledgment) {
    writer
        .segment("SVC")
        .composite(&written_procedure(&line.procedure))
        .element(&written_money(line.charge))
        .skip(1)
        .element(&line.revenue_code)
        .skip(2)
        .optional(line.units.as_deref());
    write_statuses(writer, &line.statuses);
    write_number(writer, "FJ", line.line_control_number.as_deref());
    write_number(writer, "XZ", line.prescription.as_deref());
    write_dates(writer, "472", line.service_from, line.service_to);
}

fn write_level(writer: &mut Writer, level: u32, parent: Option<u32>, code: &str, children: &str) {
    writer
        .segment("HL")
        .element(&level.to_string())
        .optional(parent.map(|parent| parent.to_string()).as_deref())
        .element(code)
        .element(children);
}

fn has_children(none: bool) -> &'static str {
    if none { "0" } else { "1" }
}

fn write_trace(writer: &mut Writer, kind: &str, trace: &str) {
    writer.segment("TRN").element(kind).element(trace);
}

fn write_number(writer: &mut Writer, qualifier: &str, number: Option<&str>) {
    if let Some(number) = number {
        writer.segment("REF").element(qualifier).element(number);
    }
}

fn write_dates(writer: &mut Writer, qualifier: &str, from: Option<Date>, to: Option<Date>) {
    if from.is_none() {
        return;
    }
    let segment = writer.segment("DTP").element(qualifier);
    match to {
        None => segment.element("D8").element(&written_day(from)),
        Some(_) => {
            let period = format!("{}-{}", written_day(from), written_day(to));
            segment.element("RD8").element(&period)
        }
    };
}

fn write_statuses(writer: &mut Writer, statuses: &[Status]) {
    for status in statuses {
        let code = |at: usize| status.codes.get(at).map(composite).unwrap_or_default();
        writer
            .segment("STC")
            .composite(&code(0))
            .element(&written_day(status.date))
            .element(&status.action)
            .element(&written_money(status.amount))
            .skip(5)
            .composite(&code(1))
            .composite(&code(2))
            .optional(status.message.as_deref());
    }
}

fn composite(code: &StatusCode) -> [&str; 3] {
    [&code.category, &code.status, &code.entity]
}

fn write_totals(writer: &mut Writer, totals: &Totals, counts: [&str; 2]) {
    for (qualifier, count) in counts.into_iter().zip([totals.accepted, totals.rejected]) {
        if let Some(count) = count {
            writer
                .segment("QTY")
                .element(qualifier)
                .element(&count.to_string());
        }
    }
    for (qualifier, amount) in [
        ("YU", totals.accepted_amount),
        ("YY", totals.rejected_amount),
    ] {
        if amount.is_some() {
            writer
                .segment("AMT")
                .element(qualifier)
                .element(&written_money(amount));
        }
    }
}
