//! What the frequency of a claim asks for. It is asked of the chart alone, so that it is told beside whatever else keeps
//! the claim from being made.

use crate::billing::kind::Kind;
use crate::billing::notes::Notes;
use crate::chart::{Chart, Code};

/// Medicare part A and B, and those that administer them.
const MEDICARE: &[&str] = &["MA", "MB"];

/// What a replacement or void asks for. `filing` is the payer's kind, where one is found.
pub(in crate::billing) fn submission(
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
