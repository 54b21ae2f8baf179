//! What needs a person now: whatever changed or became due is looked at, and an entry goes away when its cause does. It
//! must not send, post or judge.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Gateway, Result, clock, source};
use crate::exchange::claim::{Event, State};
use crate::exchange::status;
use crate::exchange::submission::{self, Next};
use crate::payer::TradingPartner;
use crate::reconcile::{
    self, Action, Deposit, Expected, KnownClaims, Posting, Subject, WorkItem, WorkKind,
    claim_worklist, late_from,
};
use crate::store::{Due, Looked, StoredClaim, StoredSubmission, Watched, WatchedClaim};
use crate::transaction::ta1;

/// Things that are looked at in one go.
const LOOKED_AT_ONCE: usize = 1_000;
/// The state of a claim that our own check does not let go.
const REFUSED: &str = "refused";
const NO_CLAIM_ACKNOWLEDGMENT: &str = "The partner took the claim's transaction set and has not said whether it takes the claim (277CA).";
const NO_REMITTANCE: &str = "The payer took the claim in and has not decided it (835).";

impl Gateway {
    /// Looks at everything that changed or became due, and opens and closes entries of the worklist. Gives the number
    /// of those that are open.
    pub async fn remind(&self) -> Result<usize> {
        let now = self.clock.now();
        loop {
            let due = self.store.due(now, LOOKED_AT_ONCE).await?;
            let count = due.len();
            let looked = self.look(due, now).await?;
            self.store.looked(&looked, now).await?;
            if count < LOOKED_AT_ONCE {
                return Ok(self.store.open_items().await?);
            }
        }
    }

    async fn look(&self, due: Vec<Due>, now: Timestamp) -> Result<Vec<Looked>> {
        let (claims, others): (Vec<Due>, Vec<Due>) = due
            .into_iter()
            .partition(|due| due.watched == Watched::Claim);
        let mut looked = self.claims(claims, now).await?;
        for due in others {
            let (items, again) = match due.watched {
                Watched::Chart => (self.chart(&due.key).await?, None),
                Watched::Submission => self.submission(&due.key, now).await?,
                Watched::Payment => {
                    let unmatched = self.store.posting(&due.key).await?;
                    let unmatched = unmatched.filter(|posting| posting.claim.is_none());
                    (
                        reconcile::claims_worklist(&KnownClaims::default(), &unmatched),
                        None,
                    )
                }
                Watched::Ledger => {
                    let entries = self.store.ledger_entries(&due.key).await?;
                    (reconcile::ledger_worklist(&entries), None)
                }
                Watched::Deposits => self.deposits(now).await?,
                // They were looked at together.
                Watched::Claim => continue,
            };
            looked.push(Looked { due, items, again });
        }
        Ok(looked)
    }

    /// A chart that is held.
    async fn chart(&self, chart: &str) -> Result<Vec<WorkItem>> {
        let Some((taken_at, findings)) = self.store.held_chart(chart).await? else {
            return Ok(Vec::new());
        };
        let (reason, hint) = why_held(&findings);
        let since = clock::local(taken_at).date();
        let subject = Subject::Chart(chart.to_owned());
        let item = WorkItem::new(WorkKind::Held, subject, reason, Action::MendChart, since);
        Ok(vec![item.hint(&hint)])
    }

    /// Claims that were turned away, of which nothing is heard, or whose payment asks for something.
    async fn claims(&self, due: Vec<Due>, now: Timestamp) -> Result<Vec<Looked>> {
        let numbers: Vec<&str> = due.iter().map(|due| due.key.as_str()).collect();
        let watched = self.store.watched_claims(&numbers).await?;
        let posted = watched
            .iter()
            .filter(|one| one.is_posted && !one.is_superseded);
        let posted: Vec<&str> = posted.map(|one| one.control_number.as_str()).collect();
        let sent = self.store.sent_claims(&posted).await?;
        let postings = self.store.postings_of_claims(&posted).await?;
        let mut found = HashMap::with_capacity(watched.len());
        for one in &watched {
            let number = one.control_number.as_str();
            let (mut items, again) = self.claim(one, now).await?;
            if let (Some(sent), Some(postings)) = (sent.get(number), postings.get(number)) {
                let mut postings: Vec<&Posting> = postings.iter().collect();
                postings.sort_by_key(|posting| posting.date);
                items.extend(claim_worklist(sent, &postings));
            }
            found.insert(number.to_owned(), (items, again));
        }
        let look = |due: Due| {
            let (items, again) = found.remove(&due.key).unwrap_or_default();
            Looked { due, items, again }
        };
        Ok(due.into_iter().map(look).collect())
    }

    /// What of a claim needs a person whatever was paid, and when to look again.
    async fn claim(
        &self,
        claim: &WatchedClaim,
        now: Timestamp,
    ) -> Result<(Vec<WorkItem>, Option<Timestamp>)> {
        let number = &claim.control_number;
        if claim.state == REFUSED {
            let text = "It does not pass our own check, and other claims of its chart have left.";
            let since = clock::local(claim.taken_at).date();
            let subject = Subject::Claim(number.clone());
            let item = WorkItem::new(WorkKind::Refused, subject, text, Action::Resubmit, since);
            return Ok((vec![item.amount(claim.charge)], None));
        }
        let Some(state) = State::ALL.into_iter().find(|one| one.name() == claim.state) else {
            return Ok((Vec::new(), None));
        };
        if state == State::Rejected {
            let events = self.store.claim_events(number).await?;
            let stored = self.store.claim(number).await?;
            let item = stored.and_then(|stored| rejected(number, &stored, &events));
            return Ok((item.into_iter().collect(), None));
        }
        let deadlines = self.setup.deadlines(&claim.partner);
        let heard = claim.heard.filter(|_| !claim.is_superseded);
        let late = heard.and_then(|heard| Some((heard, state.answer_due(heard, &deadlines)?)));
        Ok(match late {
            Some((_, due)) if due > now => (Vec::new(), Some(due)),
            Some((heard, _)) => {
                let text = match state {
                    State::Received => NO_CLAIM_ACKNOWLEDGMENT,
                    _ => NO_REMITTANCE,
                };
                let since = clock::local(heard).date();
                let subject = Subject::Claim(number.clone());
                let item = WorkItem::new(WorkKind::Overdue, subject, text, Action::Ask, since);
                (vec![item.amount(claim.charge)], None)
            }
            None => (Vec::new(), None),
        })
    }

    /// An interchange that is nowhere, perhaps somewhere, or unanswered, and when to look again.
    async fn submission(
        &self,
        id: &str,
        now: Timestamp,
    ) -> Result<(Vec<WorkItem>, Option<Timestamp>)> {
        let Some(one) = self
            .store
            .submission_by_id(id.parse().unwrap_or_default())
            .await?
        else {
            return Ok((Vec::new(), None));
        };
        let partner = self.setup.partner(&one.partner);
        let again = match partner.map(|partner| one.next(now, &partner.deadlines)) {
            Some(Next::Wait(until)) => Some(until),
            _ => None,
        };
        let Some((kind, reason, hint)) = self.trouble(&one, partner, now) else {
            return Ok((Vec::new(), again));
        };
        let amount = self.store.charge_left(one.id).await?;
        if one.submission.state == submission::State::Rejected && amount.is_zero() {
            // Each of its claims is told of, or goes again.
            return Ok((Vec::new(), None));
        }
        let subject = Subject::Submission(format!("{} {}", one.partner, one.control_number));
        let since = clock::local(one.submission.since).date();
        let item = WorkItem::new(kind, subject, reason, Action::Review, since);
        Ok((vec![item.amount(amount).hint(hint)], again))
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

    /// Money without its remittance, and remittances without their money, once they are late, and when to look again.
    async fn deposits(&self, now: Timestamp) -> Result<(Vec<WorkItem>, Option<Timestamp>)> {
        let today = clock::local(now).date();
        let deposits = self.store.deposits().await?;
        let expected = self.store.expected_deposits().await?;
        let found = reconcile::reassociate(&deposits, &expected);
        let money = found.deposits.into_iter().map(|index| &deposits[index]);
        let remittances = found.remittances.into_iter().map(|index| &expected[index]);
        let all = money
            .map(|one| (late_from(one.effective), remittance_missing(one)))
            .chain(remittances.map(|one| (late_from(one.key.date), deposit_missing(one))));
        let (late, in_time): (Vec<_>, Vec<_>) = all.partition(|(from, _)| *from <= today);
        let next = in_time.iter().map(|(from, _)| *from).min();
        let items = late.into_iter().map(|(_, item)| item).collect();
        Ok((items, next.map(clock::beginning)))
    }
}

/// Money that no remittance explains.
fn remittance_missing(deposit: &Deposit) -> WorkItem {
    let subject = Subject::Deposit(format!("{} {}", deposit.trace, deposit.effective));
    let text = "Money arrived that no remittance explains.";
    let (kind, since) = (WorkKind::RemittanceMissing, late_from(deposit.effective));
    WorkItem::new(kind, subject, text, Action::Review, since)
        .amount(deposit.amount)
        .hint("Ask the payer for the remittance of this trace number.")
}

/// A remittance whose money has not come.
fn deposit_missing(expected: &Expected) -> WorkItem {
    let subject = Subject::Remittance(expected.key.to_string());
    let text = "The money of a remittance has not arrived.";
    let (kind, since) = (WorkKind::DepositMissing, late_from(expected.key.date));
    WorkItem::new(kind, subject, text, Action::Review, since)
        .amount(expected.key.amount)
        .hint("Ask the bank for the addenda of the day, then the payer.")
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
