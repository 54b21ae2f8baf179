//! One claim too long for its payer becomes several that add up to it, each with its numbers. It
//! must not change what a line says.

use super::coverage::Billable;
use super::kind::Kind;
use super::notes::Notes;
use super::{Billed, BilledClaim, Biller, Services, scrub};
use crate::chart::{Chart, Code, Finding, Origins};
use crate::claim::{Claim, Money, OtherPayer, ServiceLine};

/// The claims that go to the payer: one, or as many as its lines need.
pub(super) fn split(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    billable: &Billable<'_>,
    mut claim: Claim,
) -> Option<Vec<BilledClaim>> {
    let partner = billable.partner;
    let limit = match kind {
        // A facility's bill is for all that was done: it is never split.
        Kind::Institutional => kind.lines_max(),
        _ => partner.limits.lines_per_claim.clamp(1, kind.lines_max()),
    };
    let lines = std::mem::take(&mut claim.lines);
    let parts = lines.len().div_ceil(limit);
    if parts > 1 {
        splittable(notes, chart, &claim, parts);
    }
    let mut billed = Vec::with_capacity(parts);
    let mut lines = lines.into_iter();
    // The last part is the claim itself: most are never split, and nothing is copied for them.
    for (part, mut own) in std::iter::repeat_n(claim, parts).enumerate() {
        let numbering = &biller.numbering;
        let number = numbering.patient_control_number(&chart.id, &partner.payer_id, part);
        // The number that the chart gives is its first claim's.
        let is_given = part == 0 && !own.control_number.is_empty();
        let other_number = match is_given {
            true => Some(number),
            false => {
                own.control_number = number;
                None
            }
        };
        own.lines = lines.by_ref().take(limit).collect();
        number_lines(&mut own);
        own.total_charge = Money::checked_sum(own.lines.iter().map(|line| line.charge))?;
        if part > 0 {
            own.patient_paid = None;
        }
        if parts > 1 {
            share(&mut own)?;
        }
        let seed = &numbering.seed;
        let services = Services {
            fingerprints: scrub::services(kind, seed, &partner.id, &own),
            first: part * limit,
            severity: scrub::taken(partner, chart, own.service_period().map(|(from, _)| from)),
        };
        billed.push(BilledClaim {
            partner: partner.id.clone(),
            other_number,
            provenance: notes.provenance(part * limit, own.lines.len()),
            services,
            claim: own,
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
            let pointer = format_args!("/coverages/{index}/decision");
            notes.add(
                Code::DecisionLine,
                pointer,
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

/// Gives lines without a control number one: the claim's, and the line's place in it.
fn number_lines(claim: &mut Claim) {
    for (line, place) in claim.lines.iter_mut().zip(1..) {
        if line.control_number.is_empty() {
            line.control_number = line_number(&claim.control_number, place);
        }
    }
}

fn line_number(claim: &str, place: usize) -> String {
    format!("{claim}{place:03}")
}

impl Billed {
    /// Where another claim has the number that the chart gives its own, claimgate's takes its place, and that is told.
    pub fn renumber_taken(&mut self, origins: &Origins, is_taken: impl Fn(&str) -> bool) {
        for one in &mut self.claims {
            let claim = &mut one.claim;
            let taken = is_taken(&claim.control_number);
            let Some(number) = one.other_number.take_if(|_| taken) else {
                continue;
            };
            let given = std::mem::replace(&mut claim.control_number, number);
            for (line, place) in claim.lines.iter_mut().zip(1..) {
                if line.control_number == line_number(&given, place) {
                    line.control_number = line_number(&claim.control_number, place);
                }
            }
            let path = origins.resolve("/submission/patient_control_number");
            let detail = format!("it goes as {}", claim.control_number);
            self.findings
                .push(Finding::new(Code::ControlNumberTaken, path, detail));
        }
    }

    /// The numbers that the chart gives its claims.
    pub fn given_numbers(&self) -> impl Iterator<Item = &str> {
        let claims = self.claims.iter();
        let given = claims.filter(|one| one.other_number.is_some());
        given.map(|one| one.claim.control_number.as_str())
    }
}
