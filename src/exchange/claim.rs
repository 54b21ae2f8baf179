//! The life of one claim from chart to decision: a fold over what the partner said of it. It must not know money: that
//! is `reconcile`'s.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::payer::Deadlines;
use crate::transaction::t837::{Location, Part};

/// Something that was said of a claim. Events are only ever added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// TA1, 999 or the transport rejected the interchange, group or set that the claim is in. `at_fault` says that
    /// this claim is why; the others of the set go down with it.
    SetRejected {
        reason: String,
        at_fault: bool,
        /// The part of the claim that was found wrong, where the partner named a place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part: Option<Part>,
        /// The element of it, likewise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        location: Option<Location>,
        /// The field of the claim that the element was written from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
    },
    /// It was turned away because of another claim of its set, and goes again as it is.
    Requeued,
    /// 999: the set was taken.
    SetAccepted,
    /// 277CA: the claim was taken.
    Accepted {
        status: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payer_claim_number: Option<String>,
    },
    /// 277CA: the claim was not taken. It was never adjudicated: mended, it goes as a new one.
    Rejected {
        /// Category, status and entity, as `A7:562:85`.
        statuses: Vec<String>,
        /// Control numbers of the lines that some of the statuses are about, with the status.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<(String, String)>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payer_claim_number: Option<String>,
    },
    /// 835: a payment or denial was posted.
    Decided { denied: bool },
}

/// Where a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for its submission, or for the first answer to it.
    Submitted,
    /// The set that it is in was taken (999).
    Received,
    /// The payer took it into adjudication (277CA).
    Accepted,
    /// Not taken: mend it and send it anew.
    Rejected,
    Paid,
    Denied,
}

impl State {
    /// Folds events in their order. A decision outranks whatever an acknowledgment says later; a rejection by one
    /// hop stands against an acceptance by an earlier one.
    pub fn fold<'e>(events: impl IntoIterator<Item = &'e Event>) -> Self {
        events.into_iter().fold(Self::Submitted, Self::after)
    }

    /// The state after one more event.
    pub fn after(self, event: &Event) -> Self {
        match (self, event) {
            (_, Event::Decided { denied: true }) => Self::Denied,
            (_, Event::Decided { denied: false }) => Self::Paid,
            (Self::Paid | Self::Denied, _) => self,
            (_, Event::SetRejected { .. } | Event::Rejected { .. }) => Self::Rejected,
            (_, Event::Requeued) => Self::Submitted,
            (Self::Submitted, Event::SetAccepted) => Self::Received,
            (Self::Rejected, _) | (_, Event::SetAccepted) => self,
            (_, Event::Accepted { .. }) => Self::Accepted,
        }
    }

    /// By when the partner must say more of a claim that is so since then; `None` where it has said all, or where its
    /// whole interchange is waited for.
    pub fn answer_due(self, since: Timestamp, deadlines: &Deadlines) -> Option<Timestamp> {
        let hours = match self {
            Self::Received => i64::from(deadlines.claim_acknowledgment_hours),
            Self::Accepted => i64::from(deadlines.remittance_days) * 24,
            Self::Submitted | Self::Rejected | Self::Paid | Self::Denied => return None,
        };
        since.saturating_add(SignedDuration::from_hours(hours)).ok()
    }

    pub const ALL: [Self; 6] = [
        Self::Submitted,
        Self::Received,
        Self::Accepted,
        Self::Rejected,
        Self::Paid,
        Self::Denied,
    ];

    /// The name in tables and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Paid => "paid",
            Self::Denied => "denied",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_furthest_word_counts() {
        let accepted = || Event::Accepted {
            status: "A2:20".into(),
            payer_claim_number: None,
        };
        let rejected = || Event::Rejected {
            statuses: vec!["A7:562:85".into()],
            lines: Vec::new(),
            payer_claim_number: None,
        };
        let decided = |denied| Event::Decided { denied };
        let check =
            |events: &[Event], expected| assert_eq!(State::fold(events), expected, "{events:?}");
        check(&[], State::Submitted);
        check(&[Event::SetAccepted], State::Received);
        check(&[accepted(), Event::SetAccepted], State::Accepted);
        check(&[accepted(), rejected()], State::Rejected);
        check(
            &[Event::SetAccepted, accepted(), decided(false), accepted()],
            State::Paid,
        );
        check(&[decided(true), decided(false)], State::Paid);
    }
}
