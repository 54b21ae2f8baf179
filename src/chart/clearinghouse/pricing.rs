//! Contracts and repricing, of a claim as of a line, by the names of both vendors and all kinds.

use super::fields::How::{Decimal, Text};
use super::fields::Section;

pub(super) const CONTRACT: Section = &[
    ("contractTypeCode", "kind", Text),
    ("contractAmount", "amount", Decimal),
    ("contractPercentage", "percentage", Decimal),
    ("contractCode", "code", Text),
    ("termsDiscountPercentage", "discount_percentage", Decimal),
    ("contractVersionIdentifier", "version", Text),
];

pub(super) const REPRICING: Section = &[
    ("pricingMethodologyCode", "method", Text),
    ("repricedAllowedAmount", "allowed", Decimal),
    ("repricedSavingAmount", "savings", Decimal),
    ("repricingOrganizationIdentifier", "repricer", Text),
    ("repricedOrganizationIdentifier", "repricer", Text),
    ("repricedOrgIdentifier", "repricer", Text),
    ("repricingPerDiemOrFlatRateAmount", "rate", Decimal),
    // As Optum's schema has it.
    ("repricingPerDiemOrFlatRateAmoung", "rate", Decimal),
    ("repricedPerDiem", "rate", Decimal),
    ("flatRateAmount", "rate", Decimal),
    ("repricedApprovedAmbulatoryPatientGroupCode", "group", Text),
    ("repricedApprovedDRGCode", "group", Text),
    ("apgCode", "group", Text),
    (
        "repricedApprovedAmbulatoryPatientGroupAmount",
        "group_amount",
        Decimal,
    ),
    ("repricedApprovedAmount", "group_amount", Decimal),
    ("apgAmount", "group_amount", Decimal),
    ("repricedApprovedRevenueCode", "revenue_code", Text),
    ("productOrServiceIDQualifier", "procedure_kind", Text),
    ("serviceIdQualifier", "procedure_kind", Text),
    ("repricedApprovedHCPCSCode", "procedure", Text),
    ("repricedApprovedServiceUnitCode", "unit", Text),
    ("measurementUnitCode", "unit", Text),
    ("repricedApprovedServiceUnitCount", "units", Decimal),
    ("rejectReasonCode", "reject_reason", Text),
    ("policyComplianceCode", "compliance", Text),
    ("exceptionCode", "exception", Text),
];
