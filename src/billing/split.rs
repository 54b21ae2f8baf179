//! One claim too long for its payer becomes several that add up to it, each with its numbers. It
//! must not change what a line says.

use super::coverage::Billable;
use super::notes::Notes;
use super::{BilledClaim, Biller, Provenance};
use crate::chart::{Chart, Code};
use crate::claim::{Claim, Money, OtherPayer, ServiceLine};

/// The guide's own limit: no partner's is higher.
const LINES_MAX: usize = 50;

/// The claims that go to the payer: one, or as many as its lines need.
pub(super) fn split(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    chart: &Chart,
    billable: &Billable<'_>,
    mut claim: Claim,
) -> Option<Vec<BilledClaim>> {
    let partner = billable.partner;
    let limit = partner.limits.lines_per_claim.clamp(1, LINES_MAX);
    let lines = std::mem::take(&mut claim.lines);
    let parts = lines.len().div_ceil(limit);
    if parts > 1 {
        splittable(notes, chart, &claim, parts);
    }
    let mut billed = Vec::with_capacity(parts);
    for (part, lines) in lines.chunks(limit).enumerate() {
        let numbering = &biller.numbering;
        let number = numbering.patient_control_number(&chart.id, &partner.payer_id, part);
        let mut own = claim.clone();
        own.lines = numbered(&number, lines);
        own.control_number = number;
        own.total_charge = Money::checked_sum(lines.iter().map(|line| line.charge))?;
        if part > 0 {
            own.patient_paid = None;
        }
        if parts > 1 {
            share(&mut own)?;
        }
        billed.push(BilledClaim {
            claim: own,
            partner: partner.id.clone(),
            provenance: provenance(notes, part * limit, lines.len()),
        });
    }
    Some(billed)
}

/// What belongs to the claim as a whole cannot be shared out.
fn splittable(notes: &mut Notes<'_>, chart: &Chart, claim: &Claim, parts: usize) {
    notes.add(Code::LinesSplit, "/procedures", format!("{parts} claims"));
    if claim.frequency != "1" {
        let pointer = "/submission/payer_claim_number";
        notes.add(
            Code::PayerClaimNumberMissing,
            pointer,
            format!("{parts} claims, one number"),
        );
    }
    for (index, coverage) in chart.coverages.iter().enumerate() {
        let Some(decision) = &coverage.decision else {
            continue;
        };
        if decision.lines.len() < chart.procedures.len() || !decision.adjustments.is_empty() {
            let pointer = format!("/coverages/{index}/decision");
            notes.add(
                Code::DecisionLine,
                &pointer,
                "several claims need a decision on every line",
            );
        }
    }
}

/// Each part says what was paid on its own lines.
fn share(claim: &mut Claim) -> Option<()> {
    let Claim {
        other_payers,
        lines,
        ..
    } = claim;
    for payer in other_payers.iter_mut().filter(|payer| payer.paid.is_some()) {
        payer.paid = Some(paid_on(payer, lines)?);
    }
    Some(())
}

fn paid_on(payer: &OtherPayer, lines: &[ServiceLine]) -> Option<Money> {
    let decisions = lines.iter().flat_map(|line| &line.adjudications);
    let own = decisions.filter(|decision| decision.payer_id == payer.payer.id);
    Money::checked_sum(own.map(|decision| decision.paid))
}

/// Lines with their control numbers: the claim's, and the line's place in it.
fn numbered(control_number: &str, lines: &[ServiceLine]) -> Vec<ServiceLine> {
    let number = |(index, line): (usize, &ServiceLine)| ServiceLine {
        control_number: format!("{control_number}{:03}", index + 1),
        ..line.clone()
    };
    lines.iter().enumerate().map(number).collect()
}

/// Fields of a claim's lines and the procedures that they come from.
fn provenance(notes: &Notes<'_>, first: usize, count: usize) -> Provenance {
    const FIELDS: [(&str, &str); 12] = [
        ("procedure", "code"),
        ("modifiers", "modifiers"),
        ("description", "description"),
        ("charge", "charge"),
        ("quantity", "quantity"),
        ("unit", "unit"),
        ("place_of_service", "place_of_service"),
        ("diagnosis_pointers", "diagnosis_pointers"),
        ("service_from", "from"),
        ("service_to", "to"),
        ("note", "note"),
        ("drug", "drug"),
    ];
    let mut provenance = notes.provenance().clone();
    for line in 0..count {
        let at = format!("/procedures/{}", first + line);
        provenance.set(format!("lines[{line}]"), notes.path(&at));
        for (field, source) in FIELDS {
            let source = notes.path(&format!("{at}/{source}"));
            provenance.set(format!("lines[{line}].{field}"), source);
        }
    }
    provenance
}
