//! The chart: one encounter, coded and ready to bill. It must not know what becomes of it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Coverage, Decimal, Guarantor, Patient, Provider, Providers, date_schema, opaque_debug,
};

/// The version this build reads and writes.
pub const SCHEMA_VERSION: u32 = 1;

/// Names of the code systems that we act on; any other name or URL is kept as it is.
pub mod code_system {
    pub const ICD10_CM: &str = "icd-10-cm";
    /// HCPCS levels I (CPT) and II.
    pub const HCPCS: &str = "hcpcs";
    pub const SNOMED_CT: &str = "snomed-ct";
    /// Vaccines administered (CDC).
    pub const CVX: &str = "cvx";
}

/// What one encounter was, for whom, by whom, and who may pay.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// Version of this schema: 1.
    #[serde(default = "schema_version")]
    pub version: u32,
    /// The practice's own, unique; never a number of the patient, for it stands in reports and logs.
    pub id: String,
    /// `professional`, `institutional`, `dental`, `pharmacy`, `vision`.
    #[serde(default = "professional")]
    pub kind: String,
    pub patient: Patient,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guarantor: Option<Guarantor>,
    /// In the order in which they are asked to pay.
    #[serde(default)]
    pub coverages: Vec<Coverage>,
    pub encounter: Encounter,
    /// Principal first.
    #[serde(default)]
    pub diagnoses: Vec<Diagnosis>,
    #[serde(default)]
    pub procedures: Vec<Procedure>,
    #[serde(default)]
    pub providers: Providers,
    #[serde(default)]
    pub authorizations: Authorizations,
    #[serde(default)]
    pub submission: Submission,
    #[serde(default)]
    pub consent: Consent,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What the patient has already paid for this encounter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_paid: Option<Decimal>,
    /// One sentence for the payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The sum of the charges as the source states it; checked against the lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Decimal>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Encounter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// HL7 ActEncounterCode: `AMB`, `EMER`, `IMP`, `OBSENC`, `HH`, `VR` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// CMS place-of-service code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_of_service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub start: Option<Date>,
    /// Absent: the day it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub end: Option<Date>,
    /// Why the patient came, coded; stands in for a diagnosis where a code map says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Diagnosis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accident: Option<Accident>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub onset: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub initial_treatment: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub last_seen: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub last_menstrual_period: Option<Date>,
    /// Hospital stay during which the services were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub admission: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub discharge: Option<Date>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Accident {
    pub causes: Vec<AccidentCause>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub date: Option<Date>,
    /// Where an auto accident was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccidentCause {
    Auto,
    Employment,
    Other,
}

/// A code with the system it is of.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// With or without its decimal point.
    pub code: String,
    #[serde(default = "icd10_cm")]
    pub system: String,
}

/// One thing done, to be charged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    pub code: String,
    #[serde(default = "hcpcs")]
    pub system: String,
    /// At most four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<String>,
    /// For codes that say "not otherwise classified".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Of all units together, US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<Decimal>,
    /// Absent: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    #[serde(default)]
    pub unit: UnitKind,
    /// Absent: the encounter's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub from: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub to: Option<Date>,
    /// Numbers into `diagnoses`, 1 the first, the line's principal first. Empty: the first of the chart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnosis_pointers: Vec<usize>,
    /// Where it differs from the encounter's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_of_service: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emergency: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drug: Option<Drug>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_authorization: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Providers of this line, where they differ from the chart's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendering: Option<Provider>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordering: Option<Provider>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referring: Option<Provider>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    #[default]
    Units,
    /// Anaesthesia.
    Minutes,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drug {
    /// National drug code: eleven digits, 5-4-2, with or without hyphens.
    pub ndc: String,
    pub quantity: Decimal,
    /// `UN` unit, `ML` millilitre, `GR` gram, `ME` milligram, `F2` international unit.
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prescription: Option<String>,
}

/// Numbers that allow or explain the service.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Authorizations {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior_authorization: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clia: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mammography: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_exemption: Option<String>,
}

/// Whether this bill is new, or instead of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Submission {
    /// Claim frequency: `1` original, `7` replacement, `8` void.
    pub frequency: String,
    /// The payer's number of the earlier claim; required with 7 and 8, but not by Medicare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_claim_number: Option<String>,
    /// Why it is late: X12 code 1–11 or 15.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_reason: Option<String>,
}

/// What the patient and the provider have agreed to. The defaults are an ordinary signed intake form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Consent {
    /// The provider's signature is on file.
    pub provider_signature: bool,
    /// The provider takes the plan's payment as payment: `A` yes, `B` laboratory only, `C` no.
    pub assignment: String,
    /// The plan pays the provider: `Y`, `N`, or `W` where the patient refuses.
    pub benefits_assigned: String,
    /// Release of information: `Y` signed, `I` by law.
    pub release: String,
}

/// A paper or file that goes to the payer another way. Codes are X12's own (report type, transmission).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    pub report_type: String,
    pub transmission: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_number: Option<String>,
}

/// What a payer has already decided on this encounter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineDecision {
    /// Number into `procedures`, 1 the first.
    pub procedure: usize,
    pub paid: Decimal,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
}

/// A difference between charge and payment, with its reason (group and CARC).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    pub group: String,
    pub reason: String,
    pub amount: Decimal,
}

impl Default for Submission {
    fn default() -> Self {
        Self {
            frequency: "1".into(),
            payer_claim_number: None,
            delay_reason: None,
        }
    }
}

impl Default for Consent {
    fn default() -> Self {
        Self {
            provider_signature: true,
            assignment: "A".into(),
            benefits_assigned: "Y".into(),
            release: "Y".into(),
        }
    }
}

/// The JSON Schema of the native chart, from its types.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Chart).to_value()
}

fn schema_version() -> u32 {
    SCHEMA_VERSION
}

fn professional() -> String {
    "professional".into()
}

fn icd10_cm() -> String {
    code_system::ICD10_CM.into()
}

fn hcpcs() -> String {
    code_system::HCPCS.into()
}

opaque_debug!(
    Chart,
    Encounter,
    Accident,
    Diagnosis,
    Procedure,
    Drug,
    Authorizations,
    Decision,
    LineDecision,
    Adjustment
);
