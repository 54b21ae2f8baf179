//! The claim acknowledgment, 277CA 005010X214: which claims a payer or clearinghouse took in and which it refused,
//! before any of them is decided. It must not match anything to what was sent.
//!
//! [`read`] gives one value an information receiver, [`write_set`] writes one back as a transaction set. Refusals
//! may stand at the batch, at a provider, at a claim and at a line; codes stand as they were written.

mod read;
mod table;
#[cfg(test)]
mod tests;
mod write;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use read::{ClaimAcknowledgmentReader, is_claim_acknowledgment, read};
pub use table::{COLUMNS, rows};
pub use write::write_set;

pub use super::t835::{Party, Procedure, Reference};
pub use super::t837::{Unreadable, What};
use crate::claim::Money;

/// What one sender says about one batch of claims (levels 2000A and 2000B).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimAcknowledgments {
    /// ST02.
    pub control_number: String,
    /// BHT03.
    pub reference: String,
    /// BHT04.
    pub created: Option<Date>,
    /// BHT05 as it stands.
    pub time: String,
    /// Who says it: role `PR` a payer, `AY` a clearinghouse.
    pub source: Party,
    /// TRN02 of 2200A: the sender's number of the transmission.
    pub transmission: String,
    /// DTP*050.
    pub received: Option<Date>,
    /// DTP*009.
    pub processed: Option<Date>,
    /// Who sent the claims: role `41`.
    pub receiver: Party,
    /// TRN02 of 2200B: BHT03 of the 837 that is answered.
    pub batch: String,
    /// About the whole batch.
    pub statuses: Vec<Status>,
    pub totals: Totals,
    pub providers: Vec<ProviderAcknowledgment>,
    pub unreadable: Vec<Unreadable>,
}

/// What is said about the claims of one billing provider (level 2000C).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderAcknowledgment {
    /// Role `85`.
    pub provider: Party,
    /// TRN02 of 2200C; `0` where there is none.
    pub trace: String,
    /// About all the provider's claims.
    pub statuses: Vec<Status>,
    pub references: Vec<Reference>,
    pub totals: Totals,
    pub claims: Vec<ClaimAcknowledgment>,
}

/// What is said about one claim (loop 2200D).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimAcknowledgment {
    /// Role `QC`, with the member number.
    pub patient: Party,
    /// TRN02: the patient control number, ours.
    pub control_number: String,
    pub statuses: Vec<Status>,
    /// REF*1K: the payer's.
    pub payer_claim_number: Option<String>,
    /// REF*D9.
    pub clearinghouse_trace: Option<String>,
    /// REF*BLT.
    pub bill_type: Option<String>,
    /// DTP*472.
    pub service_from: Option<Date>,
    /// `None` where one day is told.
    pub service_to: Option<Date>,
    pub lines: Vec<LineAcknowledgment>,
}

/// What is said about one service line (loop 2220D).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineAcknowledgment {
    pub procedure: Procedure,
    pub charge: Option<Money>,
    pub revenue_code: String,
    pub units: Option<String>,
    pub statuses: Vec<Status>,
    /// REF*FJ: the line item control number, ours.
    pub line_control_number: Option<String>,
    /// REF*XZ.
    pub prescription: Option<String>,
    pub service_from: Option<Date>,
    pub service_to: Option<Date>,
}

/// An STC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Status {
    /// STC01, STC10 and STC11: at least one, at most three.
    pub codes: Vec<StatusCode>,
    pub date: Option<Date>,
    /// STC03: `WQ` accepted, `U` rejected.
    pub action: String,
    /// STC04: the charge that the status is about.
    pub amount: Option<Money>,
    /// STC12.
    pub message: Option<String>,
}

/// A composite C043.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusCode {
    /// Claim status category, such as `A7`.
    pub category: String,
    /// Claim status, such as `562`.
    pub status: String,
    /// Entity that the status is about, such as `85`; empty where none is named.
    pub entity: String,
}

/// QTY and AMT: how many claims and dollars were accepted and rejected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    pub accepted: Option<u64>,
    pub rejected: Option<u64>,
    pub accepted_amount: Option<Money>,
    pub rejected_amount: Option<Money>,
}

/// What statuses together say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Taken in; a decision follows by 835.
    Accepted,
    /// Not taken in, and never decided: to be put right and sent as an original.
    Rejected,
    /// Neither said.
    Unclear,
}

impl ClaimAcknowledgments {
    /// Every claim that is spoken of.
    pub fn claims(&self) -> impl Iterator<Item = &ClaimAcknowledgment> {
        self.providers.iter().flat_map(|provider| &provider.claims)
    }

    pub fn standing(&self) -> Standing {
        standing(&self.statuses)
    }
}

impl ProviderAcknowledgment {
    pub fn standing(&self) -> Standing {
        standing(&self.statuses)
    }
}

impl ClaimAcknowledgment {
    pub fn standing(&self) -> Standing {
        standing(&self.statuses)
    }
}

impl StatusCode {
    /// Categories of a claim that is not taken in.
    pub fn rejects(&self) -> bool {
        matches!(self.category.as_str(), "A3" | "A4" | "A6" | "A7" | "A8")
    }

    /// Categories of a claim that went on: forwarded, received, accepted, split.
    pub fn accepts(&self) -> bool {
        matches!(self.category.as_str(), "A0" | "A1" | "A2" | "A5")
    }
}

/// One rejection rejects; senders contradict themselves, and then the category counts, not the action.
fn standing(statuses: &[Status]) -> Standing {
    let mut codes = statuses.iter().flat_map(|status| &status.codes);
    let action = |action: &str| statuses.iter().any(|status| status.action == action);
    if codes.clone().any(StatusCode::rejects) {
        Standing::Rejected
    } else if codes.any(StatusCode::accepts) {
        Standing::Accepted
    } else if action("U") {
        Standing::Rejected
    } else if action("WQ") {
        Standing::Accepted
    } else {
        Standing::Unclear
    }
}
