//! Payers other than the one a claim goes to, and what they decided on claim and line. It must not know X12; the
//! segment in a comment is where the 837 puts the fact.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Address, Money, Name, Payer, Phi, ProviderId, ProviderRole};

/// serde's attribute wants a path; this one is short.
fn absent<T>(value: &Option<T>) -> bool {
    value.is_none()
}

/// A payer other than the claim's own, and what it decided (loops 2320 and 2330).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherPayer {
    pub payer: Payer,
    pub payer_responsibility: String,
    /// SBR02 of loop 2320: `18` self, …
    pub relationship: String,
    pub subscriber_name: Name,
    pub member_id: Phi<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_filing: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_number: Option<String>,
    pub benefits_assignment: String,
    pub release_of_information: String,
    /// AMT*D; absent where the payer has not decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
    /// AMT*EAF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_patient_liability: Option<Money>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// DTP*573 at claim level; not where the lines carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjudicated: Option<Date>,
    /// REF*F8: the other payer's claim number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_claim_number: Option<String>,
    #[serde(default)]
    pub detail: OtherPayerDetail,
}

/// One reason for a difference between charge and payment (CAS).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Adjustment {
    /// `CO` contractual, `PR` patient, `OA` other, `PI` payer initiated; unknown ones are kept.
    pub group: String,
    /// Claim adjustment reason code (CARC).
    pub reason: String,
    pub amount: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
}

/// What an earlier payer decided on a line (loop 2430).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineAdjudication {
    pub payer_id: String,
    pub paid: Money,
    /// SVD03-1 where it is not the kind's own: `HC`, of a dental claim `AD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure_kind: Option<String>,
    /// Empty where there was a revenue code alone.
    pub procedure: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// SVD04: institutional only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_code: Option<String>,
    pub quantity: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    pub adjudicated: Date,
    /// AMT*EAF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_patient_liability: Option<Money>,
    /// SVD06: the line (LX01) that this one was bundled into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundled_line: Option<String>,
}

/// Facts about another payer that most claims do not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherPayerDetail {
    /// SBR04, where there is no group number.
    #[serde(skip_serializing_if = "absent")]
    pub group_name: Option<String>,
    /// SBR05.
    #[serde(skip_serializing_if = "absent")]
    pub insurance_type: Option<String>,
    /// AMT*A8.
    #[serde(skip_serializing_if = "absent")]
    pub non_covered: Option<Money>,
    /// OI04: `P`.
    #[serde(skip_serializing_if = "absent")]
    pub patient_signature_source: Option<String>,
    /// MOA03 to MOA07: remittance advice remark codes, at most five.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remark_codes: Vec<String>,
    #[serde(skip_serializing_if = "absent")]
    pub subscriber_address: Option<Address>,
    /// REF*SY of the other subscriber.
    #[serde(skip_serializing_if = "absent")]
    pub social_security_number: Option<Phi<String>>,
    /// REF*G1.
    #[serde(skip_serializing_if = "absent")]
    pub prior_authorization: Option<String>,
    /// REF*9F.
    #[serde(skip_serializing_if = "absent")]
    pub referral: Option<String>,
    /// REF*G3: dental.
    #[serde(skip_serializing_if = "absent")]
    pub predetermination: Option<String>,
    /// REF*T4: `Y`, this payer has decided again.
    #[serde(skip_serializing_if = "absent")]
    pub adjustment_indicator: Option<String>,
    /// NM108 of the other subscriber where it is not `MI`.
    #[serde(skip_serializing_if = "absent")]
    pub member_id_kind: Option<String>,
    /// MIA.
    #[serde(skip_serializing_if = "absent")]
    pub inpatient: Option<Box<InpatientAdjudication>>,
    /// MOA but its remark codes.
    #[serde(skip_serializing_if = "absent")]
    pub outpatient: Option<OutpatientAdjudication>,
    /// The numbers by which this payer knows the claim's providers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<KnownProvider>,
}

/// MIA: how an earlier payer decided on an inpatient stay. Counts are decimal text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InpatientAdjudication {
    pub covered_days: String,
    #[serde(skip_serializing_if = "absent")]
    pub lifetime_psychiatric_days: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub drg_amount: Option<Money>,
    /// MIA05 and MIA20 to MIA23, at most five.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remark_codes: Vec<String>,
    #[serde(skip_serializing_if = "absent")]
    pub disproportionate_share: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub msp_pass_through: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub capital_prospective: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub capital_federal_drg: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub capital_hospital_drg: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub capital_disproportionate_share: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub old_capital: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub capital_indirect_education: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub operating_hospital_drg: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub cost_report_days: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub operating_federal_drg: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub capital_outlier: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub indirect_teaching: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub professional_component: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub capital_exception: Option<Money>,
}

/// MOA: how an earlier payer decided on an outpatient claim.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutpatientAdjudication {
    /// Decimal text.
    #[serde(skip_serializing_if = "absent")]
    pub reimbursement_rate: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub payable: Option<Money>,
    /// End-stage renal disease.
    #[serde(skip_serializing_if = "absent")]
    pub esrd: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub professional_component: Option<Money>,
}

/// A provider of the claim as another payer knows it (loops 2330C and on).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownProvider {
    pub role: ProviderRole,
    /// NM102: `1` person, `2` organization.
    pub entity_type: String,
    pub ids: Vec<ProviderId>,
}
