//! Member numbers of a payer have a form; one of another form is another payer's, or mistyped.

use super::{Bill, Edit, Told};
use crate::billing::kind::ALL;
use crate::chart::Code;

pub(super) const EDIT: Edit = Edit {
    code: Code::MemberIdOfAnother,
    keys: &[
        "X222.121.2010BA.NM109.901",
        "X223.000.2010BA.NM109.901",
        "X224.000.2010BA.NM109.901",
    ],
    kinds: ALL,
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "A number that is none of the payer's is rejected as subscriber not found (277CA A3:33, CARC 31). The forms stand \
             in the trading partner's profile, `[scrub] member_ids`.",
    source: "the payer's companion guide, as its profile has it",
    judge,
};

fn judge(bill: &Bill<'_>, told: &mut Told<'_, '_>) {
    let profile = &bill.billable.partner.scrub;
    if !profile.takes_member_id(&bill.billable.member_id) {
        let pointer = format_args!("{}/member_id", bill.billable.pointer);
        told.add(pointer, profile.member_ids.join(" or "));
    }
}
