//! Numbers without which a payer denies some services: an authorization before an MRI, a referral by the family doctor.

use super::{Bill, Edit, Told};
use crate::billing::kind::ALL;
use crate::chart::Code;
use crate::payer::Needed;

pub(super) const EDIT: Edit = Edit {
    code: Code::NumberMissing,
    keys: &[
        "X222.000.2300.REF02.904",
        "X223.000.2300.REF02.904",
        "X224.000.2300.REF02.904",
    ],
    kinds: ALL,
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "Services that need an authorization or referral are denied without its number (CARC 197, 243). Which they are \
             stands in the trading partner's profile, `[[scrub.need]]`.",
    source: "the payer's list, as its profile has it",
    judge,
};

fn judge(bill: &Bill<'_>, told: &mut Told<'_, '_>) {
    let needs = &bill.billable.partner.scrub.needs;
    if needs.is_empty() {
        return;
    }
    let claim = bill.claim;
    let allowed_anyway = claim.supplement.service_authorization_exception.is_some();
    for (line, (index, day)) in claim.lines.iter().zip(bill.days()) {
        let place = line
            .place_of_service
            .as_ref()
            .unwrap_or(&claim.place_of_service);
        for need in needs
            .iter()
            .filter(|need| need.is_for(&line.procedure, place, day))
        {
            let (field, is_there) = match need.number {
                Needed::PriorAuthorization => (
                    "prior_authorization",
                    allowed_anyway
                        || claim.supplement.prior_authorization.is_some()
                        || line.prior_authorization.is_some(),
                ),
                Needed::Referral => ("referral", claim.supplement.referral.is_some()),
            };
            if !is_there {
                let pointer = format_args!("/authorizations/{field}");
                told.add(pointer, format!("for procedure {}", index + 1));
            }
        }
    }
}
