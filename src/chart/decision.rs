//! What a payer has already decided on a chart. It must not know why.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Decimal, date_schema, opaque_debug};

/// What a payer has already decided on this encounter.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    #[schemars(schema_with = "date_schema")]
    pub date: Date,
    pub paid: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_liability: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_claim_number: Option<String>,
    /// Of the claim as a whole; those of a line stand with the line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineDecision>,
    /// The part of the charge that this payer does not cover at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub non_covered: Option<Decimal>,
    /// Remittance advice remark codes (MOA), at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remark_codes: Vec<String>,
    /// `true`: this payer has decided again (REF*T4).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adjusted: bool,
    /// How an outpatient claim was decided (MOA).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outpatient: Option<OutpatientDecision>,
    /// How an inpatient stay was decided (MIA).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inpatient: Option<InpatientDecision>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineDecision {
    /// Number into `procedures`, 1 the first.
    pub procedure: usize,
    pub paid: Decimal,
    /// The code that was paid, where it is not the one billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of the code that was paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<String>,
    /// Units paid, where they are not those billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// Number into `procedures`: the line that this one was bundled into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundled_into: Option<usize>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
}

/// A difference between charge and payment, with its reason (group and CARC).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    pub group: String,
    pub reason: String,
    pub amount: Decimal,
    /// Units adjusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
}

/// MOA but its remark codes.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutpatientDecision {
    /// Percent as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reimbursement_rate: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payable: Option<Decimal>,
    /// End-stage renal disease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub esrd: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub professional_component: Option<Decimal>,
}

/// MIA but its remark codes.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InpatientDecision {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_days: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime_psychiatric_days: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_report_days: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drg_amount: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disproportionate_share: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msp_pass_through: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capital_prospective: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capital_federal_drg: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capital_hospital_drg: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capital_disproportionate_share: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_capital: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capital_indirect_education: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operating_hospital_drg: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operating_federal_drg: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capital_outlier: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indirect_teaching: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub professional_component: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capital_exception: Option<Decimal>,
}

opaque_debug!(
    Decision,
    LineDecision,
    Adjustment,
    OutpatientDecision,
    InpatientDecision
);
