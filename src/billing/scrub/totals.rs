//! Sums of the claim with all its lines, before it is split.

use crate::billing::fields::{CENTS_MAX, amount};
use crate::billing::notes::Notes;
use crate::chart::{Chart, Code};
use crate::claim::{Claim, Money};

/// What the lines add up to is more than nothing, has room on a claim, and is what the source says.
pub(in crate::billing) fn totals(notes: &mut Notes<'_>, chart: &Chart, claim: &Claim) {
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
