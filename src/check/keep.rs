//! How much of a stream is kept, whatever its length. It must not change a verdict: what is not kept is still judged
//! and counted.

use crate::x12::Place;

use super::judgment::{Group, Interchange, Judgment, Transaction};
use super::{Code, Finding, Severity};

/// Findings kept for one transaction set or envelope: beyond that nobody reads on, and memory must stay bounded.
pub const FINDINGS_MAX: usize = 1_000;
/// Findings kept of a whole stream; behind them each set keeps its first error only. About 30 MB.
pub const STREAM_FINDINGS_MAX: usize = 100_000;
/// Transaction sets kept one by one. The largest clearinghouse files hold some thousands. About 20 MB.
pub const TRANSACTIONS_MAX: usize = 100_000;
/// Interchanges and groups kept one by one. About 50 MB.
pub const ENVELOPES_MAX: usize = 100_000;
/// Characters kept of an id or a version: none is longer than 80 in any guide.
const TEXT_MAX: usize = 80;
/// What a set keeps where the stream has too many findings: its first error, and that there were more.
const FIRST_ERROR: usize = 2;

/// What may still be kept.
#[derive(Debug)]
pub(super) struct Room {
    findings: usize,
    transactions: usize,
    envelopes: usize,
    left_out: bool,
    told: bool,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            findings: STREAM_FINDINGS_MAX,
            transactions: TRANSACTIONS_MAX,
            envelopes: ENVELOPES_MAX,
            left_out: false,
            told: false,
        }
    }
}

impl Room {
    /// Takes a finished set into its group.
    pub(super) fn transaction(
        &mut self,
        mut transaction: Transaction,
        group: &mut Group,
        place: Place,
    ) {
        if take_one(&mut self.transactions) {
            self.afford(&mut transaction.findings, place);
            group.transactions.push(transaction);
        } else {
            self.left_out = true;
            group.unkept.transaction(&transaction);
        }
    }

    /// Keeps the last group of an interchange, which is finished, or only counts it.
    pub(super) fn group(&mut self, interchange: &mut Interchange) {
        if !take_one(&mut self.envelopes)
            && let Some(group) = interchange.groups.pop()
        {
            self.left_out = true;
            interchange.unkept.group(&group);
        }
    }

    /// Keeps the last interchange, which is finished, or only counts it.
    pub(super) fn interchange(&mut self, judgment: &mut Judgment, place: Place) {
        if take_one(&mut self.envelopes) {
            if let Some(interchange) = judgment.interchanges.last_mut() {
                self.afford(&mut interchange.findings, place);
            }
        } else if let Some(interchange) = judgment.interchanges.pop() {
            self.left_out = true;
            judgment.unkept.interchange(&interchange);
        }
    }

    /// Whether something was left out for the first time since this was asked.
    pub(super) fn turns_short(&mut self) -> bool {
        let turns = self.left_out && !self.told;
        self.told |= turns;
        turns
    }

    fn afford(&mut self, findings: &mut Vec<Finding>, place: Place) {
        if findings.len() > self.findings {
            cut(findings, FIRST_ERROR, place);
        }
        self.findings = self.findings.saturating_sub(findings.len());
    }
}

fn take_one(room: &mut usize) -> bool {
    let there_is = *room > 0;
    *room = room.saturating_sub(1);
    there_is
}

/// Keeps the first `max` findings and says that there were more. An only error is never dropped: the verdict
/// stands on it.
pub(super) fn cut(findings: &mut Vec<Finding>, max: usize, place: Place) {
    if findings.len() <= max {
        return;
    }
    let first_error = findings
        .iter()
        .position(|finding| finding.code.severity() == Severity::Error);
    let dropped = first_error
        .filter(|at| *at >= max - 1)
        .map(|at| findings.swap_remove(at));
    findings.truncate(max - 1 - usize::from(dropped.is_some()));
    findings.extend(dropped);
    findings.push(Finding::segment(Code::FindingsCut, place, b""));
}

/// An id as it is kept.
pub(super) fn text(text: &str) -> String {
    text.trim().chars().take(TEXT_MAX).collect()
}
