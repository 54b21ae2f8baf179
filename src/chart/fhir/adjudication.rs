//! What a payer has decided, from an ExplanationOfBenefit. It must not say more than the amounts prove: a decision
//! that does not add up to the cent is left out.

use super::amount::Amount;
use super::bundle::Node;
use super::codes;
use super::draft::Draft;
use super::items::Line;
use crate::chart::{Adjustment, Decimal, Decision, LineDecision};

/// The categories that are a reason by themselves, with the claim adjustment reason code of the patient's share.
const PATIENT_SHARES: &[(&str, &str)] =
    &[("deductible", "1"), ("coinsurance", "2"), ("copay", "3")];
const PAID: &[&str] = &["benefit", "paidtoprovider"];
const PATIENT_RESPONSIBILITY: &str = "PR";

/// The payer's decision, where paid and adjusted make the charge: on every line, or else on the whole.
pub(super) fn decision(draft: &mut Draft, request: &Node, lines: &[Line]) -> Option<Decision> {
    if request
        .str("outcome")
        .is_some_and(|outcome| outcome != "complete")
    {
        return None;
    }
    let date = request
        .get("payment")
        .and_then(|payment| draft.date(&payment, "date"))
        .or_else(|| draft.date(request, "created"))?;
    let amounts = draft.list(request, "total");
    let payer_claim_number = draft
        .list(request, "identifier")
        .iter()
        .find(|identifier| codes::has(identifier, "type", &["uc"]))
        .and_then(|identifier| draft.text(identifier, "value"));
    let decided = by_line(draft, lines).or_else(|| as_a_whole(draft, &amounts, lines))?;
    Some(Decision {
        date,
        patient_liability: amount(draft, &amounts, &["memberliability"]),
        payer_claim_number,
        paid: decided.paid,
        adjustments: decided.adjustments,
        lines: decided.lines,
        ..Decision::default()
    })
}

struct Decided {
    paid: Decimal,
    adjustments: Vec<Adjustment>,
    lines: Vec<LineDecision>,
}

fn by_line(draft: &mut Draft, lines: &[Line]) -> Option<Decided> {
    let mut decisions = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let amounts = draft.list(&line.item, "adjudication");
        let (paid, adjustments) = balanced(draft, &amounts, line.procedure.charge.as_ref()?)?;
        decisions.push(LineDecision {
            procedure: index + 1,
            paid,
            adjustments,
            ..LineDecision::default()
        });
    }
    if decisions.is_empty() {
        return None;
    }
    Some(Decided {
        paid: Amount::sum(decisions.iter().map(|line| &line.paid))?.decimal()?,
        adjustments: Vec::new(),
        lines: decisions,
    })
}

fn as_a_whole(draft: &mut Draft, amounts: &[Node], lines: &[Line]) -> Option<Decided> {
    let charges: Option<Vec<&Decimal>> = lines
        .iter()
        .map(|line| line.procedure.charge.as_ref())
        .collect();
    let charge = Amount::sum(charges?)?.decimal()?;
    let (paid, adjustments) = balanced(draft, amounts, &charge)?;
    Some(Decided {
        paid,
        adjustments,
        lines: Vec::new(),
    })
}

/// What was paid and why not the rest, if that is the whole charge.
fn balanced(
    draft: &mut Draft,
    amounts: &[Node],
    charge: &Decimal,
) -> Option<(Decimal, Vec<Adjustment>)> {
    let paid = amount(draft, amounts, PAID)?;
    let mut adjustments = Vec::new();
    for (category, reason) in PATIENT_SHARES {
        if let Some(amount) = amount(draft, amounts, &[category])
            && !Amount::new(&amount)?.equals(Amount::ZERO)
        {
            adjustments.push(Adjustment {
                group: PATIENT_RESPONSIBILITY.into(),
                reason: (*reason).to_owned(),
                amount,
                quantity: None,
            });
        }
    }
    let adjusted = Amount::sum(adjustments.iter().map(|adjustment| &adjustment.amount))?;
    let whole = Amount::new(&paid)?.plus(adjusted)?;
    whole
        .equals(Amount::new(charge)?)
        .then_some((paid, adjustments))
}

/// The amount of the first of these categories that is there.
fn amount(draft: &mut Draft, amounts: &[Node], categories: &[&str]) -> Option<Decimal> {
    let is = |node: &&Node| codes::has(node, "category", categories);
    let found = amounts.iter().find(is)?;
    draft.money(found, "amount")
}
