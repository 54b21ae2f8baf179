//! What needs a person after the payer has decided, and what to do: pure functions of what is posted today, so that
//! an item goes away when its cause does. It must not keep items, and nothing ordinary is one.

use std::collections::BTreeMap;

use super::posting::{is_ordinary, standing};
use super::{
    Action, ClaimRung, KnownClaims, LedgerEntry, LineRung, Posting, RemittanceKey, SentClaim,
    Subject, WorkItem, WorkKind, reason,
};
use crate::claim::{Adjustment, Money};

/// Everything about claims that needs a person: one look at all postings. Claims that were replaced or voided by a
/// later one are no longer worked.
pub fn claims_worklist<'p>(
    known: &KnownClaims,
    postings: impl IntoIterator<Item = &'p Posting>,
) -> Vec<WorkItem> {
    let mut by_claim = BTreeMap::<&str, Vec<&Posting>>::new();
    let mut items = Vec::new();
    for posting in postings {
        match &posting.claim {
            Some(claim) => by_claim.entry(claim).or_default().push(posting),
            None => items.push(unmatched(posting)),
        }
    }
    for (control_number, mut postings) in by_claim {
        postings.sort_by_key(|posting| posting.date);
        let claim = known.get(control_number);
        if let Some(claim) = claim.filter(|one| !known.is_superseded(one)) {
            items.extend(claim_worklist(claim, &postings));
        }
    }
    items
}

/// What of one claim needs a person, given all of its postings in the order of their days.
pub fn claim_worklist(claim: &SentClaim, postings: &[&Posting]) -> Vec<WorkItem> {
    let standing = standing(postings);
    let mut items: Vec<WorkItem> = takeback(claim, postings, &standing).into_iter().collect();
    let taken_back = !items.is_empty();
    let payments = || standing.iter().filter(|posting| !posting.is_reversal());
    for posting in payments() {
        items.extend(decision(claim, posting, taken_back));
        items.extend(lost_lines(claim, posting));
    }
    let decided: Money = payments().map(|posting| posting.charge).sum();
    if let Some(last) = payments().next_back().filter(|_| decided != claim.charge) {
        let text = "The payer decided on another charge than the one sent; a part of the claim may be missing.";
        items.push(
            item(WorkKind::ChargeDiffers, claim, text, Action::Review, last)
                .amount(claim.charge - decided),
        );
    }
    items.extend(next_payer(claim, &standing));
    items
}

/// A takeback announced outside the claims (PLB).
pub fn ledger_worklist<'e>(entries: impl IntoIterator<Item = &'e LedgerEntry>) -> Vec<WorkItem> {
    let recoveries = entries
        .into_iter()
        .filter(|entry| entry.reason == "WO" && entry.amount > Money::ZERO);
    recoveries
        .map(|entry| {
            let reference = entry.reference.as_deref().unwrap_or("no reference");
            let subject = Subject::Remittance(format!("{} {reference}", entry.remittance));
            let text = format!("The payer took money back from the payment ({reference}).");
            let hint = "Find the overpayment that the reference names.";
            WorkItem::new(
                WorkKind::Takeback,
                subject,
                text,
                Action::Review,
                entry.remittance.date,
            )
            .amount(entry.amount)
            .hint(hint)
        })
        .collect()
}

/// A remittance of which nothing could be posted.
pub fn remittance_item(kind: WorkKind, key: &RemittanceKey, text: String) -> WorkItem {
    let subject = Subject::Remittance(key.to_string());
    WorkItem::new(kind, subject, text, Action::Review, key.date)
        .hint("Ask the payer for a corrected remittance.")
}

fn item(
    kind: WorkKind,
    claim: &SentClaim,
    text: impl Into<String>,
    action: Action,
    posting: &Posting,
) -> WorkItem {
    let subject = Subject::Claim(claim.control_number.clone());
    WorkItem::new(kind, subject, text, action, posting.date)
}

fn unmatched(posting: &Posting) -> WorkItem {
    let subject = Subject::Payment(posting.key.to_string());
    let text = "A claim payment belongs to no claim that we sent.";
    WorkItem::new(
        WorkKind::Unmatched,
        subject,
        text,
        Action::Review,
        posting.date,
    )
    .amount(posting.paid)
    .hint("Find the claim by the payer's claim number, or return the money.")
}

/// Whether the claim was denied, a line was, or less was paid than it asks for: at most one item.
fn decision(claim: &SentClaim, posting: &Posting, taken_back: bool) -> Option<WorkItem> {
    if posting.is_denied() {
        let why = weightiest(posting.all_adjustments());
        return Some(
            explained(WorkKind::Denied, claim, posting, why).amount(posting.charge - posting.paid),
        );
    }
    if posting.is_unexplained_zero() {
        let text = "Nothing was paid, and no reason explains it.";
        return Some(
            item(WorkKind::ZeroPaid, claim, text, Action::Review, posting).amount(posting.charge),
        );
    }
    let denied: Vec<_> = posting
        .lines
        .iter()
        .filter(|line| line.is_denied())
        .collect();
    if !denied.is_empty() {
        let why = weightiest(denied.iter().flat_map(|line| &line.adjustments));
        let amount = denied.iter().map(|line| line.charge).sum();
        return Some(explained(WorkKind::LineDenied, claim, posting, why).amount(amount));
    }
    if taken_back {
        return None;
    }
    let odd = |one: &&Adjustment| !is_ordinary(one) && one.amount > Money::ZERO;
    let reduced: Vec<_> = posting.all_adjustments().filter(odd).collect();
    if !reduced.is_empty() {
        let amount = reduced.iter().map(|one| one.amount).sum();
        let why = weightiest(reduced.into_iter());
        return Some(explained(WorkKind::Underpaid, claim, posting, why).amount(amount));
    }
    let changed = posting
        .lines
        .iter()
        .find(|line| line.is_other_procedure())?;
    let paid_as = changed.procedure.first().map_or("?", String::as_str);
    let sent = changed.submitted.first().map_or("?", String::as_str);
    let text = format!("The payer paid procedure {paid_as} where {sent} was sent.");
    Some(item(
        WorkKind::Underpaid,
        claim,
        text,
        Action::Review,
        posting,
    ))
}

/// An item whose reason and action are an adjustment's.
fn explained(
    kind: WorkKind,
    claim: &SentClaim,
    posting: &Posting,
    why: Option<&Adjustment>,
) -> WorkItem {
    let Some(why) = why else {
        let text = "The payer denied the claim and gives no reason.";
        return item(kind, claim, text, Action::Review, posting);
    };
    let known = reason(&why.reason);
    let meaning = known.map_or("a reason that is not in our table", |known| known.text);
    let text = format!("{} {}: {meaning}.", why.group, why.reason);
    item(kind, claim, text, action(why), posting).hint(known.map_or("", |known| known.hint))
}

/// What to do about an adjustment. The group decides who owes: under CO the patient may not be billed, and what PR
/// leaves for review is the patient's.
fn action(adjustment: &Adjustment) -> Action {
    let known = reason(&adjustment.reason).map_or(Action::Review, |known| known.action);
    match (adjustment.group.as_str(), known) {
        ("CO", Action::BillPatient) | (_, Action::None) => Action::Review,
        ("PR", Action::Review) => Action::BillPatient,
        (_, action) => action,
    }
}

/// The reason that weighs most: an ordinary one only where there is no other.
fn weightiest<'a>(adjustments: impl Iterator<Item = &'a Adjustment>) -> Option<&'a Adjustment> {
    adjustments.max_by_key(|one| (!is_ordinary(one), one.amount))
}

/// Lines of a payment that belong to no line of the claim. A claim decided as a whole has none.
fn lost_lines(claim: &SentClaim, posting: &Posting) -> Option<WorkItem> {
    let lost = posting
        .lines
        .iter()
        .filter(|line| line.rung == LineRung::Unmatched);
    let lost: Vec<_> = lost.collect();
    let amount = lost.iter().map(|line| line.paid).sum();
    (!lost.is_empty()).then(|| {
        let text = format!(
            "{} service payments belong to no line of the claim.",
            lost.len()
        );
        item(
            WorkKind::LineUnmatched,
            claim,
            text,
            Action::Review,
            posting,
        )
        .amount(amount)
    })
}

fn takeback(claim: &SentClaim, postings: &[&Posting], standing: &[&Posting]) -> Option<WorkItem> {
    let last = postings.iter().rfind(|posting| posting.is_reversal())?;
    if let Some(unknown) = standing.iter().find(|posting| posting.is_reversal()) {
        let text = "The payer takes back a payment that is not posted here.";
        let kind = WorkKind::Takeback;
        return Some(item(kind, claim, text, Action::Review, unknown).amount(-unknown.paid));
    }
    let now: Money = postings.iter().map(|posting| posting.paid).sum();
    let taken: Money = postings
        .iter()
        .filter(|posting| posting.is_reversal())
        .map(|posting| -posting.paid)
        .max()
        .unwrap_or_default();
    if standing.is_empty() {
        let text = "The payer took its payment back and has not sent the corrected one.";
        return Some(item(WorkKind::Takeback, claim, text, Action::Wait, last).amount(taken));
    }
    (now < taken).then(|| {
        let text = "The payer took its payment back and paid less anew.";
        item(WorkKind::Takeback, claim, text, Action::Review, last)
            .amount(taken - now)
            .hint("Compare the two payments; appeal where the first was right.")
    })
}

/// The patient's share goes to the payer that comes next, unless this payer passed the claim on itself.
fn next_payer(claim: &SentClaim, standing: &[&Posting]) -> Option<WorkItem> {
    let next = claim.later_payers.first()?;
    let last = standing.last()?;
    let left: Money = standing.iter().map(|posting| posting.patient()).sum();
    let passed_on = standing.iter().any(|posting| posting.passed_on);
    (left > Money::ZERO && !passed_on).then(|| {
        let text = format!("{next} comes next and has not been billed.");
        item(
            WorkKind::NextPayer,
            claim,
            text,
            Action::BillNextPayer,
            last,
        )
        .amount(left)
    })
}

/// How sure a match is, for the page of a claim.
pub fn rung_sentence(rung: ClaimRung) -> &'static str {
    match rung {
        ClaimRung::ControlNumber => "found by our control number",
        ClaimRung::CutControlNumber => "found by our control number, which the payer cut short",
        ClaimRung::PayerClaimNumber => "found by the payer's claim number",
        ClaimRung::OriginalReference => "found by the payer's number of the original claim",
        ClaimRung::MemberDateCharge => "found by member, day of service and charge",
        ClaimRung::Unmatched => "not found",
    }
}
