//! Money, moments and states as people read them. It must not know a page.

use jiff::Timestamp;

use crate::claim::Money;
use crate::gateway::clock;

/// States of a claim in the order of its life: name, title.
pub(super) const CLAIM_STATES: &[(&str, &str)] = &[
    ("ready", "ready to send"),
    ("refused", "not sent"),
    ("submitted", "submitted"),
    ("received", "received"),
    ("accepted", "accepted"),
    ("rejected", "rejected"),
    ("paid", "paid"),
    ("denied", "denied"),
];

/// States of a submission in the order of its life: name, title.
pub(super) const SUBMISSION_STATES: &[(&str, &str)] = &[
    ("queued", "queued"),
    ("sending", "sending"),
    ("unknown", "delivery unknown"),
    ("sent", "sent"),
    ("acknowledged", "acknowledged"),
    ("rejected", "rejected"),
];

/// The title of a state; the name itself where there is none.
pub(super) fn title(states: &[(&'static str, &'static str)], name: &str) -> String {
    let known = states.iter().find(|(one, _)| *one == name);
    known.map_or(name, |(_, title)| title).to_owned()
}

/// `1,234.50`, with a real minus sign.
pub(super) fn money(amount: Money) -> String {
    let sign = if amount < Money::ZERO { "\u{2212}" } else { "" };
    let text = amount.abs().to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    format!("{sign}{}.{cents}", grouped(whole))
}

/// A dash where nothing is known.
pub(super) fn money_or_dash(amount: Option<Money>) -> String {
    amount.map_or_else(|| "\u{2013}".to_owned(), money)
}

/// Digits with a comma at each thousand.
pub(super) fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Day and time as this machine's clock shows them.
pub(super) fn moment(at: Timestamp) -> String {
    clock::local(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `1 claim`, `2 claims`.
pub(super) fn count(count: i64, one: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {one}{ending}", super::asked::number(count))
}

/// CLP02 in words.
pub(super) fn claim_status(code: &str) -> &'static str {
    match code {
        "1" => "as primary",
        "2" => "as secondary",
        "3" => "as tertiary",
        "4" => "denied",
        "19" => "as primary, passed on",
        "20" => "as secondary, passed on",
        "21" => "as tertiary, passed on",
        "22" => "payment taken back",
        "23" => "not this payer's, passed on",
        "25" => "predetermination only",
        _ => "other",
    }
}

/// BPR04 in words.
pub(super) fn method(code: &str) -> &'static str {
    match code {
        "ACH" => "bank transfer",
        "FWT" => "wire",
        "CHK" => "check",
        "BOP" => "payer's choice",
        "NON" => "no payment",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_by_thousands() {
        for (cents, text) in [
            (0, "0.00"),
            (5, "0.05"),
            (99_999, "999.99"),
            (123_456, "1,234.56"),
            (100_000_000, "1,000,000.00"),
            (-123_456, "\u{2212}1,234.56"),
        ] {
            assert_eq!(money(Money::from_cents(cents)), text);
        }
    }
}
