//! Claim adjustment reason codes in plain words, and what each asks a biller to do. It must not judge a claim: the
//! worklist does.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::guide::codes;

/// What a person does next about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing: the adjustment is an ordinary part of a payment.
    None,
    /// The payer works on; look again later.
    Wait,
    BillPatient,
    BillNextPayer,
    /// The claim went to the wrong payer.
    BillOtherPayer,
    /// Mend the claim and send it as a new one: the payer has not taken it in.
    Resubmit,
    /// Mend the claim and send it with claim frequency 7 and the payer's claim number.
    Replace,
    SendDocuments,
    Appeal,
    /// Read, decide, perhaps call the payer.
    Review,
    /// The chart is mended, and submitted again.
    MendChart,
    /// Ask the payer for the claim's status.
    Ask,
}

/// A reason code as we explain it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub code: &'static str,
    pub action: Action,
    /// What the payer says, in our words; no capital, no full stop.
    pub text: &'static str,
    /// What to look at first; empty where the action says it all.
    pub hint: &'static str,
}

static REASONS: LazyLock<HashMap<&'static str, Reason>> = LazyLock::new(|| {
    let reasons = include_str!("data/carc.tsv").lines().filter_map(parse);
    reasons.map(|reason| (reason.code, reason)).collect()
});

/// The reason behind a claim adjustment reason code (CARC); `None` for a code that is not in our table.
pub fn reason(code: &str) -> Option<&'static Reason> {
    REASONS.get(code)
}

fn parse(line: &'static str) -> Option<Reason> {
    let mut columns = line.split('\t');
    let code = columns.next().filter(|code| !code.starts_with('#'))?;
    Some(Reason {
        code,
        action: Action::parse(columns.next()?)?,
        text: codes::words("carc", code)?,
        hint: columns.next().unwrap_or_default(),
    })
}

impl Action {
    pub const ALL: &[Self] = &[
        Self::None,
        Self::Wait,
        Self::BillPatient,
        Self::BillNextPayer,
        Self::BillOtherPayer,
        Self::Resubmit,
        Self::Replace,
        Self::SendDocuments,
        Self::Appeal,
        Self::Review,
        Self::MendChart,
        Self::Ask,
    ];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }

    /// The name in reports and data files.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Wait => "wait",
            Self::BillPatient => "bill_patient",
            Self::BillNextPayer => "bill_next_payer",
            Self::BillOtherPayer => "bill_other_payer",
            Self::Resubmit => "resubmit",
            Self::Replace => "replace",
            Self::SendDocuments => "send_documents",
            Self::Appeal => "appeal",
            Self::Review => "review",
            Self::MendChart => "mend_chart",
            Self::Ask => "ask",
        }
    }

    /// One sentence for the worklist.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::None => "Nothing to do.",
            Self::Wait => "Wait for the payer; ask for the claim's status when it is late.",
            Self::BillPatient => "Bill the patient.",
            Self::BillNextPayer => "Bill the next payer with this payment's amounts and reasons.",
            Self::BillOtherPayer => "Bill the payer in charge.",
            Self::Resubmit => "Mend the claim and send it again as a new one.",
            Self::Replace => {
                "Mend the claim and send it as a replacement (frequency 7) with the payer's claim number."
            }
            Self::SendDocuments => "Send the payer what it asks for.",
            Self::Appeal => "Appeal.",
            Self::Review => "Read the payer's answer and decide.",
            Self::MendChart => "Mend the chart and submit it again.",
            Self::Ask => "Ask the payer for the claim's status.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read_and_says_something() {
        let lines = include_str!("data/carc.tsv").lines();
        let codes: Vec<&str> = lines
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').next().unwrap())
            .collect();
        assert_eq!(
            codes.len(),
            REASONS.len(),
            "a line is unreadable or a code twice"
        );
        for reason in REASONS.values() {
            let plain = |text: &str| !text.is_empty() && !text.ends_with('.');
            assert!(plain(reason.text), "{}", reason.code);
            assert!(
                reason.hint.is_empty() || reason.hint.ends_with('.'),
                "{}",
                reason.code
            );
        }
        for action in Action::ALL {
            let json = serde_json::to_string(action).unwrap();
            assert_eq!(json, format!("\"{}\"", action.name()));
        }
    }

    #[test]
    fn every_reason_in_force_has_an_action() {
        let codes = codes::Codes::default();
        let table = codes.table(codes::find("carc").unwrap()).unwrap();
        for entry in table.entries().filter(|entry| entry.to.is_open()) {
            assert!(reason(entry.code).is_some(), "{}", entry.code);
        }
    }
}
