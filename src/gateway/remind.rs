//! Everything that needs a person now, looked for anew each time: an entry goes away when its cause does. It must not
//! send, post or judge.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Gateway, Result, clock, source};
use crate::exchange::claim::{Event, State};
use crate::exchange::status;
use crate::exchange::submission::{self, Next};
use crate::payer::TradingPartner;
use crate::reconcile::{
    self, Action, KnownClaims, Posting, SentClaim, Subject, WorkItem, WorkKind, claim_worklist,
};
use crate::store::{StoredClaim, StoredSubmission};
use crate::transaction::ta1;

const SECONDS_A_DAY: i64 = 86_400;

impl Gateway {
    /// Makes the worklist anew. Gives the number of its entries.
    pub async fn remind(&self) -> Result<usize> {
        let now = self.clock.now();
        let today = clock::local(now).date();
        let mut items = self.held_charts().await?;
        items.extend(self.claims_not_taken().await?);
        items.extend(self.submissions(now).await?);
        items.extend(self.silence(now).await?);
        items.extend(self.store.received_items().await?);
        items.extend(self.payments().await?);
        items.extend(reconcile::ledger_worklist(
            &self.store.ledger_entries().await?,
        ));
        items.extend(self.deposits(today).await?);
        self.store.set_worklist(&items, now).await?;
        Ok(items.len())
    }

    async fn held_charts(&self) -> Result<Vec<WorkItem>> {
        let mut items = Vec::new();
        for (chart, taken_at, findings) in self.store.held_charts().await? {
            let (reason, hint) = why_held(&findings);
            let since = clock::local(taken_at).date();
            let subject = Subject::Chart(chart);
            items.push(
                WorkItem::new(WorkKind::Held, subject, reason, Action::MendChart, since)
                    .hint(&hint),
            );
        }
        Ok(items)
    }

    /// Claims that our own check or the partner turned away.
    async fn claims_not_taken(&self) -> Result<Vec<WorkItem>> {
        let mut items = Vec::new();
        for (control_number, charge, taken_at) in self.store.refused_claims().await? {
            let text = "It does not pass our own check, and other claims of its chart have left.";
            let since = clock::local(taken_at).date();
            let subject = Subject::Claim(control_number);
            items.push(
                WorkItem::new(WorkKind::Refused, subject, text, Action::Resubmit, since)
                    .amount(charge),
            );
        }
        for control_number in self.store.claims_in(State::Rejected.name()).await? {
            let events = self.store.claim_events(&control_number).await?;
            let Some(claim) = self.store.claim(&control_number).await? else {
                continue;
            };
            items.extend(rejected(&control_number, &claim, &events));
        }
        Ok(items)
    }

    /// Interchanges that are nowhere, perhaps somewhere, or unanswered.
    async fn submissions(&self, now: Timestamp) -> Result<Vec<WorkItem>> {
        use submission::State::{Queued, Rejected, Sent, Unknown};
        let mut items = Vec::new();
        for state in [Queued, Unknown, Sent, Rejected] {
            for one in self.store.submissions_in(state).await? {
                let partner = self.setup.partner(&one.partner);
                let Some((kind, reason, hint)) = self.trouble(&one, partner, now) else {
                    continue;
                };
                let amount = self.store.charge_left(one.id).await?;
                if state == Rejected && amount.is_zero() {
                    // Each of its claims is told of, or goes again.
                    continue;
                }
                let subject =
                    Subject::Submission(format!("{} {}", one.partner, one.control_number));
                let since = clock::local(one.submission.since).date();
                items.push(
                    WorkItem::new(kind, subject, reason, Action::Review, since)
                        .amount(amount)
                        .hint(hint),
                );
            }
        }
        Ok(items)
    }

    /// What is wrong with a submission, and what to do first.
    fn trouble(
        &self,
        one: &StoredSubmission,
        partner: Option<&TradingPartner>,
        now: Timestamp,
    ) -> Option<(WorkKind, String, &'static str)> {
        use submission::State::{Queued, Rejected, Sent, Unknown};
        let reason = &one.submission.reason;
        match one.submission.state {
            Unknown => Some((
                WorkKind::Unknown,
                format!("Nobody can say whether the partner has the interchange: {reason}."),
                "Ask the partner whether it has the interchange of this control number, then `claimgate settle`; it is not sent again by itself.",
            )),
            Rejected => Some((
                WorkKind::Undelivered,
                format!(
                    "The partner turned the interchange away: {}.",
                    in_words(reason)
                ),
                "Correct the partner's file or ask the partner, then `claimgate settle … --again`: its claims go in another interchange.",
            )),
            Queued if self.doors.of(&one.partner).is_empty() => Some((
                WorkKind::Undelivered,
                "Claims wait for a partner that has no route.".into(),
                "Add a [route] to the partner's file.",
            )),
            Queued if one.next(now, &partner?.deadlines) == Next::Person => Some((
                WorkKind::Undelivered,
                format!("Every attempt to reach the partner failed: {reason}."),
                "Try `claimgate payers test`, and ask the partner, then `claimgate settle … --again`.",
            )),
            Sent => match one.next(now, &partner?.deadlines) {
                Next::Overdue(_) => Some((
                    WorkKind::Overdue,
                    "The partner has the interchange and has not acknowledged it (TA1, 999)."
                        .into(),
                    "Ask the partner whether it was processed.",
                )),
                _ => None,
            },
            _ => None,
        }
    }

    /// Claims of which nothing is heard: no 277CA after the 999, no 835 after the 277CA.
    async fn silence(&self, now: Timestamp) -> Result<Vec<WorkItem>> {
        let mut items = Vec::new();
        for partner in &self.setup.partners {
            let deadlines = &partner.deadlines;
            let waits = [
                (
                    State::Received,
                    i64::from(deadlines.claim_acknowledgment_hours) * 3600,
                    "The partner took the claim's transaction set and has not said whether it takes the claim (277CA).",
                ),
                (
                    State::Accepted,
                    i64::from(deadlines.remittance_days) * SECONDS_A_DAY,
                    "The payer took the claim in and has not decided it (835).",
                ),
            ];
            for (state, seconds, text) in waits {
                let before = now
                    .saturating_sub(SignedDuration::from_secs(seconds))
                    .unwrap_or(Timestamp::MIN);
                let silent = self.store.claims_silent_since(&partner.id, state, before);
                for (claim, charge, since) in silent.await? {
                    let since = clock::local(since).date();
                    let subject = Subject::Claim(claim);
                    items.push(
                        WorkItem::new(WorkKind::Overdue, subject, text, Action::Ask, since)
                            .amount(charge),
                    );
                }
            }
        }
        Ok(items)
    }

    /// What payments of claims ask for.
    async fn payments(&self) -> Result<Vec<WorkItem>> {
        let unmatched = self.store.unmatched_postings().await?;
        let mut items = reconcile::claims_worklist(&KnownClaims::default(), &unmatched);
        for control_number in self.store.posted_claims().await? {
            let Some(stored) = self.store.claim(&control_number).await? else {
                continue;
            };
            let postings = self.store.postings_of(&control_number).await?;
            let mut postings: Vec<&Posting> = postings.iter().collect();
            postings.sort_by_key(|posting| posting.date);
            items.extend(claim_worklist(&SentClaim::from(&stored), &postings));
        }
        Ok(items)
    }

    /// Money without its remittance, and remittances without their money, once they are late.
    async fn deposits(&self, today: Date) -> Result<Vec<WorkItem>> {
        let deposits = self.store.deposits().await?;
        let expected = self.store.expected_deposits().await?;
        let found = reconcile::reassociate(&deposits, &expected);
        let mut items = Vec::new();
        for one in found.deposits.into_iter().map(|index| &deposits[index]) {
            let late = reconcile::late_from(one.effective);
            if late <= today {
                let subject = Subject::Deposit(format!("{} {}", one.trace, one.effective));
                let text = "Money arrived that no remittance explains.";
                let kind = WorkKind::RemittanceMissing;
                items.push(
                    WorkItem::new(kind, subject, text, Action::Review, late)
                        .amount(one.amount)
                        .hint("Ask the payer for the remittance of this trace number."),
                );
            }
        }
        for one in found.remittances.into_iter().map(|index| &expected[index]) {
            let late = reconcile::late_from(one.key.date);
            if late <= today {
                let subject = Subject::Remittance(one.key.to_string());
                let text = "The money of a remittance has not arrived.";
                let kind = WorkKind::DepositMissing;
                items.push(
                    WorkItem::new(kind, subject, text, Action::Review, late)
                        .amount(one.key.amount)
                        .hint("Ask the bank for the addenda of the day, then the payer."),
                );
            }
        }
        Ok(items)
    }
}

/// The last rejection of a claim, where it is the claim's own.
fn rejected(
    control_number: &str,
    claim: &StoredClaim,
    events: &[(Timestamp, Event)],
) -> Option<WorkItem> {
    let is_rejection =
        |(_, event): &&_| matches!(event, Event::SetRejected { .. } | Event::Rejected { .. });
    let (at, event) = events.iter().rev().find(is_rejection)?;
    let reason = match event {
        Event::SetRejected {
            at_fault: false, ..
        } => return None,
        Event::SetRejected { reason, .. } => reason.clone(),
        Event::Rejected { statuses, .. } => {
            let words: Vec<String> = statuses.iter().map(|one| status::in_words(one)).collect();
            format!("277CA: {}", words.join("; "))
        }
        _ => return None,
    };
    let hint = match source::path(event, &claim.claim, &claim.provenance) {
        Some(path) if !path.is_empty() => format!("Look at {path} of chart {}.", claim.chart),
        _ => format!("Look at chart {}.", claim.chart),
    };
    let since = clock::local(*at).date();
    let subject = Subject::Claim(control_number.to_owned());
    let item = WorkItem::new(
        WorkKind::Rejected,
        subject,
        format!("{reason}."),
        Action::Resubmit,
        since,
    );
    Some(item.amount(claim.claim.total_charge).hint(&hint))
}

/// The first error of a held chart, how many there are, and what to do about the first.
fn why_held(findings: &[serde_json::Value]) -> (String, String) {
    let errors = || findings.iter().filter(|one| one["severity"] == "error");
    let Some(first) = errors().next() else {
        return ("It holds no claim.".into(), String::new());
    };
    let text = |field: &str| first[field].as_str().unwrap_or_default();
    let place = match text("path") {
        "" => String::new(),
        path => format!(" at {path}"),
    };
    let more = match errors().count() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    (
        format!("{}{place}{more}.", text("message")),
        text("help").to_owned(),
    )
}

/// `TA1 025` with what the code means.
fn in_words(reason: &str) -> String {
    let note = reason.strip_prefix("TA1 ").and_then(ta1::note);
    match note {
        Some(note) => format!("{reason}, {note}"),
        None => reason.to_owned(),
    }
}
