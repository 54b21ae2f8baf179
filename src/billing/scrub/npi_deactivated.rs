//! Providers whose NPI NPPES has taken out of force.

use super::{Bill, Edit, Told};
use crate::billing::kind::ALL;
use crate::chart::Code;
use crate::claim::{Npi, ProviderRole};

pub(super) const EDIT: Edit = Edit {
    code: Code::NpiDeactivated,
    keys: &[
        "X222.087.2010AA.NM109.905",
        "X223.000.2010AA.NM109.905",
        "X224.000.2010AA.NM109.905",
    ],
    kinds: ALL,
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "A claim of a provider whose NPI is not in force on the day of service is rejected (277CA A3:562). The list is \
             NPPES's monthly report, taken in by `claimgate codes import`.",
    source: "CMS, NPPES deactivated NPI report; 45 CFR 162.410",
    judge,
};

fn judge(bill: &Bill<'_>, told: &mut Told<'_, '_>) {
    let Some((day, _)) = bill.service else { return };
    let is_out = |npi: &Option<Npi>| {
        let npi = npi.as_ref().map(Npi::as_str);
        npi.is_some_and(|npi| bill.biller.tables.is_deactivated(npi, day))
    };
    let claim = bill.claim;
    if is_out(&claim.billing_provider.npi) {
        told.add("/providers/billing/npi", "");
    }
    for one in claim
        .providers
        .iter()
        .filter(|one| is_out(&one.provider.npi))
    {
        told.add(format_args!("/providers/{}/npi", field(one.role)), "");
    }
    for (index, line) in claim.lines.iter().enumerate() {
        if line.providers.iter().any(|one| is_out(&one.provider.npi)) {
            told.add(format_args!("/procedures/{index}/providers"), "");
        }
    }
}

/// Of the chart's providers.
fn field(role: ProviderRole) -> &'static str {
    match role {
        ProviderRole::Referring => "referring",
        ProviderRole::PrimaryCare => "primary_care",
        ProviderRole::Rendering => "rendering",
        ProviderRole::ServiceFacility => "service_facility",
        ProviderRole::Supervising => "supervising",
        ProviderRole::Ordering => "ordering",
        ProviderRole::Attending => "attending",
        ProviderRole::Operating => "operating",
        ProviderRole::OtherOperating => "other_operating",
        ProviderRole::AssistantSurgeon => "assistant_surgeon",
        ProviderRole::Billing | ProviderRole::PurchasedService => "billing",
    }
}
