//! The life of a claim in sentences: its interchange's events and its own. It must not decide where it stands.

use jiff::Timestamp;

use super::words;
use crate::exchange::status::in_words;
use crate::exchange::{claim, submission};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: String,
    /// `good`, `bad` or empty.
    pub(super) tone: &'static str,
    pub(super) text: String,
}

/// Both in the order of their moments.
pub(super) fn entries(
    sent: &[(Timestamp, submission::Event)],
    said: &[(Timestamp, claim::Event)],
) -> Vec<Entry> {
    let sent = sent.iter().map(|(at, event)| (*at, of_submission(event)));
    let said = said.iter().map(|(at, event)| (*at, of_claim(event)));
    let mut entries: Vec<_> = sent.chain(said).collect();
    entries.sort_by_key(|(at, _)| *at);
    entries
        .into_iter()
        .map(|(at, (tone, text))| Entry {
            at: words::moment(at),
            tone,
            text,
        })
        .collect()
}

fn of_submission(event: &submission::Event) -> (&'static str, String) {
    use submission::Event::*;
    match event {
        Queued => (
            "",
            "Its interchange was written, checked and queued.".into(),
        ),
        Started { route } => {
            let by = if route.is_empty() {
                String::new()
            } else {
                format!(" over {route}")
            };
            ("", format!("An attempt to send the interchange began{by}."))
        }
        Retried => ("", "A person wants it tried again.".into()),
        Withdrawn => (
            "",
            "A person took its claims out, to go in another interchange.".into(),
        ),
        Sent => ("good", "The partner has the interchange.".into()),
        NotSent { reason } => ("bad", format!("The attempt did not arrive: {reason}.")),
        Uncertain { reason } => (
            "bad",
            format!("Whether the attempt arrived is not known: {reason}."),
        ),
        Refused { code, message } => (
            "bad",
            format!("The partner refused the interchange ({code}): {message}."),
        ),
        Interchange { verdict, note } => match verdict.as_str() {
            "A" => ("good", "TA1: the envelope was accepted.".into()),
            "E" => (
                "good",
                format!("TA1: the envelope was accepted with errors (note {note})."),
            ),
            _ => (
                "bad",
                format!("TA1: the envelope was rejected (note {note})."),
            ),
        },
        Group { verdict } => match verdict.as_str() {
            "A" => ("good", "999: the group was accepted.".into()),
            "E" => ("good", "999: the group was accepted with errors.".into()),
            "P" => ("", "999: a part of the group was accepted.".into()),
            _ => ("bad", "999: the group was rejected.".into()),
        },
        Settled { arrived: true } => ("good", "A person found out that it had arrived.".into()),
        Settled { arrived: false } => ("", "A person found out that it had not arrived.".into()),
    }
}

fn of_claim(event: &claim::Event) -> (&'static str, String) {
    use claim::Event::*;
    match event {
        SetRejected {
            reason, at_fault, ..
        } => {
            let why = match at_fault {
                true => "because of this claim",
                false => "because of another claim in it",
            };
            (
                "bad",
                format!("Its transaction set was rejected, {why}: {reason}."),
            )
        }
        Requeued => ("", "It goes again, unchanged.".into()),
        SetAccepted => ("good", "999: its transaction set was accepted.".into()),
        Accepted {
            status,
            payer_claim_number,
        } => {
            let number = numbered(payer_claim_number.as_deref());
            (
                "good",
                format!("277CA: the payer took the claim ({status}){number}."),
            )
        }
        Rejected {
            statuses,
            payer_claim_number,
            ..
        } => {
            let number = numbered(payer_claim_number.as_deref());
            let statuses: Vec<String> = statuses.iter().map(|one| in_words(one)).collect();
            let statuses = statuses.join("; ");
            (
                "bad",
                format!("277CA: the payer did not take the claim{number}: {statuses}."),
            )
        }
        Decided { denied: true } => ("bad", "835: the payer denied the claim.".into()),
        Decided { denied: false } => ("good", "835: the payer decided, and it was posted.".into()),
    }
}

fn numbered(number: Option<&str>) -> String {
    number.map_or_else(String::new, |number| format!(", payer's number {number}"))
}
