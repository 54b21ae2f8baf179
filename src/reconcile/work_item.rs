//! An entry of the worklist: what needs a person, why, and what to do by when. It must not know how it is found out.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Action;
use crate::claim::Money;

/// Why something needs a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// A chart cannot become a claim.
    Held,
    /// A claim does not pass our own check, and others of its chart have left.
    Refused,
    /// A TA1, 999 or 277CA turned the claim away: it was never decided.
    Rejected,
    /// An interchange could not be brought to the partner.
    Undelivered,
    /// Nobody can say whether the partner has an interchange.
    Unknown,
    /// An answer is late.
    Overdue,
    /// Something came that could not be used.
    Unusable,
    /// The whole claim was denied.
    Denied,
    /// Some of its lines were.
    LineDenied,
    /// Nothing was paid and no reason explains it.
    ZeroPaid,
    /// Less was paid than the claim asks for, by a reason worth a look.
    Underpaid,
    /// A payment was taken back.
    Takeback,
    /// The payer decided on another charge than the one sent.
    ChargeDiffers,
    /// A later payer is next.
    NextPayer,
    /// A claim payment that belongs to no claim we sent.
    Unmatched,
    /// A service payment that belongs to no line of its claim.
    LineUnmatched,
    /// The remittance does not add up, or cannot be judged; nothing of it is posted.
    Unbalanced,
    /// A remittance like one posted already, with other content.
    Conflict,
    /// The money of a remittance has not arrived.
    DepositMissing,
    /// Money arrived that no remittance explains.
    RemittanceMissing,
}

/// What an item is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// Our name of the chart.
    Chart(String),
    /// Partner and control number of an interchange that we sent.
    Submission(String),
    /// The store's number of something received.
    Received(String),
    /// Our control number.
    Claim(String),
    /// The key of a remittance as text.
    Remittance(String),
    /// The key of an unmatched claim payment as text.
    Payment(String),
    /// The trace of a deposit.
    Deposit(String),
}

impl WorkKind {
    pub const ALL: &[Self] = &[
        Self::Held,
        Self::Refused,
        Self::Rejected,
        Self::Undelivered,
        Self::Unknown,
        Self::Overdue,
        Self::Unusable,
        Self::Denied,
        Self::LineDenied,
        Self::ZeroPaid,
        Self::Underpaid,
        Self::Takeback,
        Self::ChargeDiffers,
        Self::NextPayer,
        Self::Unmatched,
        Self::LineUnmatched,
        Self::Unbalanced,
        Self::Conflict,
        Self::DepositMissing,
        Self::RemittanceMissing,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Refused => "refused",
            Self::Rejected => "rejected",
            Self::Undelivered => "undelivered",
            Self::Unknown => "unknown",
            Self::Overdue => "overdue",
            Self::Unusable => "unusable",
            Self::Denied => "denied",
            Self::LineDenied => "line_denied",
            Self::ZeroPaid => "zero_paid",
            Self::Underpaid => "underpaid",
            Self::Takeback => "takeback",
            Self::ChargeDiffers => "charge_differs",
            Self::NextPayer => "next_payer",
            Self::Unmatched => "unmatched",
            Self::LineUnmatched => "line_unmatched",
            Self::Unbalanced => "unbalanced",
            Self::Conflict => "conflict",
            Self::DepositMissing => "deposit_missing",
            Self::RemittanceMissing => "remittance_missing",
        }
    }

    /// Two or three words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Held => "chart held",
            Self::Refused => "not sent",
            Self::Rejected => "rejected",
            Self::Undelivered => "not delivered",
            Self::Unknown => "delivery unknown",
            Self::Overdue => "answer overdue",
            Self::Unusable => "reply unusable",
            Self::Denied => "denied",
            Self::LineDenied => "line denied",
            Self::ZeroPaid => "paid nothing",
            Self::Underpaid => "underpaid",
            Self::Takeback => "taken back",
            Self::ChargeDiffers => "charge differs",
            Self::NextPayer => "bill next payer",
            Self::Unmatched => "payment unmatched",
            Self::LineUnmatched => "line unmatched",
            Self::Unbalanced => "remittance unbalanced",
            Self::Conflict => "remittance conflict",
            Self::DepositMissing => "deposit missing",
            Self::RemittanceMissing => "remittance missing",
        }
    }
}

impl Subject {
    /// The number or name alone.
    pub fn id(&self) -> &str {
        match self {
            Self::Chart(id)
            | Self::Submission(id)
            | Self::Received(id)
            | Self::Claim(id)
            | Self::Remittance(id)
            | Self::Payment(id)
            | Self::Deposit(id) => id,
        }
    }
}

/// One entry of the worklist. It names claims and codes, never people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkItem {
    pub kind: WorkKind,
    pub subject: Subject,
    /// What happened, in a sentence.
    pub reason: String,
    pub action: Action,
    /// What to do, in a sentence or two.
    pub next: String,
    /// The money at stake.
    pub amount: Money,
    pub due: Option<Date>,
}

/// Days from what happened in which a practice acts. House targets, not contract terms: a payer's own limit
/// on appeals and replacements is longer (often 60 to 180 days) and stands in its contract.
const DUE_DAYS: &[(Action, i32)] = &[
    (Action::Wait, 30),
    (Action::Appeal, 30),
    (Action::SendDocuments, 14),
    (Action::Replace, 14),
    (Action::Resubmit, 7),
    (Action::BillOtherPayer, 7),
    (Action::BillNextPayer, 7),
    (Action::BillPatient, 30),
    (Action::Review, 7),
    (Action::MendChart, 3),
    (Action::Ask, 3),
];

impl WorkItem {
    /// An item that is due by its action's rule, counted from `since`.
    pub fn new(
        kind: WorkKind,
        subject: Subject,
        reason: impl Into<String>,
        action: Action,
        since: Date,
    ) -> Self {
        Self {
            kind,
            subject,
            reason: reason.into(),
            action,
            next: action.sentence().to_owned(),
            amount: Money::ZERO,
            due: due(action, since),
        }
    }

    pub fn amount(mut self, amount: Money) -> Self {
        self.amount = amount;
        self
    }

    /// What to do first, before the action's own sentence.
    pub fn hint(mut self, hint: &str) -> Self {
        if !hint.is_empty() {
            self.next = format!("{hint} {}", self.action.sentence());
        }
        self
    }

    /// The same for the same cause, whenever it is computed.
    pub fn id(&self) -> String {
        format!("{:?}:{}", self.kind, self.subject.id()).to_lowercase()
    }
}

fn due(action: Action, since: Date) -> Option<Date> {
    let days = DUE_DAYS.iter().find(|(one, _)| *one == action)?.1;
    Some(since.saturating_add(days.days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_words() {
        let mut titles: Vec<_> = WorkKind::ALL.iter().map(|kind| kind.title()).collect();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), WorkKind::ALL.len());
        for kind in WorkKind::ALL {
            let json = serde_json::to_string(kind).unwrap();
            assert_eq!(json, format!("\"{}\"", kind.name()));
        }
    }
}
