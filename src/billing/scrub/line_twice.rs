//! Lines of one claim that say the same of the same day: payers pay one of them.

use super::{Bill, Edit, Told};
use crate::billing::kind::{DENTAL, PROFESSIONAL};
use crate::chart::Code;
use crate::claim::ServiceLine;

pub(super) const EDIT: Edit = Edit {
    code: Code::ServiceTwice,
    keys: &["X222.351.2400.SV101-2.903", "X224.000.2400.SV301-2.903"],
    kinds: PROFESSIONAL.and(DENTAL),
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "A second line with the same code, modifiers, day and provider is denied as an exact duplicate (CARC 18).",
    source: "CMS Claims Processing Manual, chapter 1, section 120.2",
    judge,
};

fn judge(bill: &Bill<'_>, told: &mut Told<'_, '_>) {
    let lines = &bill.claim.lines;
    if lines.len() < 2 {
        return;
    }
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let key = |index: &usize| {
        let line: &ServiceLine = &lines[*index];
        (&line.procedure, line.service(), &line.modifiers, *index)
    };
    order.sort_unstable_by(|one, other| key(one).cmp(&key(other)));
    for pair in order.windows(2) {
        let (first, second) = (&lines[pair[0]], &lines[pair[1]]);
        if is_same(first, second) {
            let pointer = format_args!("/procedures/{}", pair[1]);
            told.add(pointer, format!("as procedure {}", pair[0] + 1));
        }
    }
}

/// Whether two lines are one service to a payer, whatever they cost.
fn is_same(one: &ServiceLine, other: &ServiceLine) -> bool {
    one.procedure == other.procedure
        && one.service() == other.service()
        && one.modifiers == other.modifiers
        && one.place_of_service == other.place_of_service
        && one.providers == other.providers
        && one.description == other.description
        && one.drug == other.drug
        && one.kind == other.kind
}
