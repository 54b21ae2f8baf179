//! Edits that look at a chart or claim as a whole: sums, what a frequency asks for. It must not mend anything.

use super::fields::{CENTS_MAX, amount};
use super::kind::Kind;
use super::notes::Notes;
use crate::chart::{Chart, Code};
use crate::claim::{Claim, Money};

/// Medicare part A and B, and those that administer them.
const MEDICARE: &[&str] = &["MA", "MB"];

/// What a replacement or void asks for. `filing` is the payer's kind, where one is found.
pub(super) fn submission(
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    frequency: &str,
    filing: Option<&str>,
) {
    let pointer = "/submission/frequency";
    match frequency {
        "1" => {}
        // Interim and late bills, and those for nothing (NUBC).
        "0" | "2" | "3" | "4" | "5" | "9" if kind == Kind::Institutional => {}
        // Part A takes them (type of bill XX7 and XX8), part B does not.
        "7" | "8"
            if kind != Kind::Institutional
                && filing.is_some_and(|filing| MEDICARE.contains(&filing)) =>
        {
            notes.add(Code::FrequencyMedicare, pointer, "");
        }
        "7" | "8" => {
            let number = chart.submission.payer_claim_number.as_ref();
            if number.is_none_or(|number| number.trim().is_empty()) {
                let pointer = "/submission/payer_claim_number";
                notes.add(Code::PayerClaimNumberMissing, pointer, "");
            }
        }
        _ => notes.add(Code::FrequencyUnknown, pointer, ""),
    }
}

/// The claim with all its lines, before it is split.
pub(super) fn claim(notes: &mut Notes<'_>, chart: &Chart, claim: &Claim) {
    if claim.total_charge == Money::ZERO {
        notes.add(Code::TotalZero, "/procedures", "");
    }
    if claim.total_charge.cents() > CENTS_MAX {
        notes.add(Code::AmountShape, "/procedures", "all lines together");
    }
    let stated = chart.total.as_ref();
    let stated = stated.and_then(|total| amount(notes, "/total", total));
    if stated.is_some_and(|stated| stated != claim.total_charge) {
        notes.add(Code::TotalMismatch, "/total", "");
    }
}
