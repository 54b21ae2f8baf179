//! The chart: one encounter, coded and ready to bill. It must not know what becomes of it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Address, Ambulance, Certification, Coverage, Decimal, DentalTreatment, DropOff, Guarantor,
    Patient, Pricing, Procedure, Providers, SpinalManipulation, Stay, date_schema, opaque_debug,
};

/// The version this build reads and writes.
pub const SCHEMA_VERSION: u32 = 1;

/// Names of the code systems that we act on; any other name or URL is kept as it is.
pub mod code_system {
    pub const ICD10_CM: &str = "icd-10-cm";
    /// Of services before October 2015.
    pub const ICD9_CM: &str = "icd-9-cm";
    /// HCPCS levels I (CPT) and II.
    pub const HCPCS: &str = "hcpcs";
    pub const SNOMED_CT: &str = "snomed-ct";
    /// Of dentists (ADA); a HCPCS code that begins with D is one too.
    pub const CDT: &str = "cdt";
    /// Of inpatient procedures.
    pub const ICD10_PCS: &str = "icd-10-pcs";
    pub const ICD9_PCS: &str = "icd-9-pcs";
    /// Rate codes of home health, nursing and rehabilitation.
    pub const HIPPS: &str = "hipps";
    /// Of dental diagnoses (ADA).
    pub const SNODENT: &str = "snodent";
    /// Vaccines administered (CDC).
    pub const CVX: &str = "cvx";
}

/// What one encounter was, for whom, by whom, and who may pay.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// Version of this schema: 1.
    #[serde(default = "schema_version")]
    pub version: u32,
    /// The practice's own, unique; never a number of the patient, for it stands in reports and logs.
    pub id: String,
    /// `professional` (837P), `institutional` (837I) or `dental` (837D); `pharmacy` and `vision` are not billed.
    #[serde(default = "professional")]
    pub kind: String,
    pub patient: Patient,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guarantor: Option<Guarantor>,
    /// In the order in which they are asked to pay.
    #[serde(default)]
    pub coverages: Vec<Coverage>,
    pub encounter: Encounter,
    /// A facility's bill: required where the chart is institutional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stay: Option<Stay>,
    /// What a dentist says of the treatment as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dental: Option<DentalTreatment>,
    /// Principal first. External causes (V00 to Y99) may stand anywhere behind it.
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
    /// Notes of other kinds, and further ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// What provider and plan agreed on, and what a repricer made of the charge.
    #[serde(default, skip_serializing_if = "Pricing::is_empty")]
    pub pricing: Pricing,
    /// Information in a fixed format that a state asks for (K3), at most ten lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub file_information: Vec<String>,
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
    /// The day on which a chronic condition became acute; chiropractic.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub acute_manifestation: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub last_x_ray: Option<Date>,
    /// When glasses or a hearing device were prescribed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub vision_prescription: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub disability_begin: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub disability_end: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub last_worked: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub return_to_work: Option<Date>,
    /// When the provider took the patient over after surgery.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub assumed_care: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub relinquished_care: Option<Date>,
    /// When the provider was first asked; property and casualty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub first_contact: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub repricer_received: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambulance: Option<Ambulance>,
    /// Where the ambulance took the patient up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pick_up: Option<Address>,
    /// Where the ambulance took the patient to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_off: Option<DropOff>,
    /// Chiropractic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spinal_manipulation: Option<SpinalManipulation>,
    /// Conditions that are certified: ambulance, vision, homebound, EPSDT.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certifications: Vec<Certification>,
    /// Condition codes (NUBC), such as those of an abortion or of a disaster; at most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// The surgery that an anaesthesia is for, as HCPCS codes: principal first, at most two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anesthesia_procedures: Vec<String>,
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
    /// Whether it was there on admission: `Y`, `N`, `U` not documented, `W` cannot be told. Institutional charts only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present_on_admission: Option<String>,
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
    /// Why a service was given before it was authorized: `1` to `7` (REF*4N).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_exception: Option<String>,
    /// Number of a peer review organization's approval; institutional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_review: Option<String>,
    /// The medical record number, where the payer is to return it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medical_record: Option<String>,
    /// `Y` or `N`: whether Medicare sent the claim on (REF*F5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medicare_crossover: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demonstration_project: Option<String>,
    /// Provider number of the home health agency or hospice (REF*1J).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub care_plan_oversight: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repriced_claim: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted_repriced_claim: Option<String>,
    /// Device exemptions behind the first; institutional.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<FurtherNumber>,
}

/// A number besides the first of its kind, or one that another payer gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FurtherNumber {
    /// X12 element 128: `G1` prior authorization, `9F` referral, `G3` predetermination, `LX` device exemption.
    pub kind: String,
    pub number: String,
    /// The other payer that gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_id: Option<String>,
}

/// A sentence for the payer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// X12 element 363: `ADD` additional, `CER` certification, `DCP` goals and plans, `DGN` diagnosis, `TPO` for another
    /// organization; institutional also `ALG` allergies, `MED` medications, `RHB` rehabilitation ….
    pub kind: String,
    pub text: String,
}

/// Whether this bill is new, or instead of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Submission {
    /// What the payer is to call the claim by (CLM01): at most 20 characters, and no other claim's. Absent: claimgate
    /// numbers it, as it does further claims of the chart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_control_number: Option<String>,
    /// Claim frequency: `1` original, `7` replacement, `8` void; of a stay it may stand in the type of bill instead.
    pub frequency: String,
    /// The payer's number of the earlier claim; required with 7 and 8, but not by Medicare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_claim_number: Option<String>,
    /// Why it is late: X12 code 1–11 or 15.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_reason: Option<String>,
    /// `02` disability, `03` special federal, `05` disability, `09` second opinion; dental `01` EPSDT (CLM12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub special_program: Option<String>,
    /// What edits found and somebody has looked at: it may go as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

/// Somebody's word that what an edit finds on this chart is right. The finding stays, for the record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The edit's name or one of its keys, as `claimgate explain` has them.
    pub edit: String,
    pub reason: String,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
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
    /// `P`: the provider signed for a patient who was not there (CLM10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_signature_source: Option<String>,
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

impl Diagnosis {
    pub fn new(code: impl Into<String>, system: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            system: system.into(),
            present_on_admission: None,
        }
    }
}

/// What a bill is called that was not made of a chart here: by its claim's number, and what further bills of the same
/// services have beside it. `payer` is the place of the payer that is billed, 0 the first.
pub fn bill_name(number: &str, frequency: &str, replaced: Option<&str>, payer: usize) -> String {
    let mut name = number.to_owned();
    if ["7", "8"].contains(&frequency) {
        name = format!("{name}/{frequency}/{}", replaced.unwrap_or_default());
    }
    match payer {
        0 => name,
        _ => format!("{name}/payer {}", payer + 1),
    }
}

impl Default for Submission {
    fn default() -> Self {
        Self {
            patient_control_number: None,
            frequency: "1".into(),
            payer_claim_number: None,
            delay_reason: None,
            special_program: None,
            overrides: Vec::new(),
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
            patient_signature_source: None,
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

opaque_debug!(
    Chart,
    Encounter,
    Accident,
    Diagnosis,
    Authorizations,
    Note,
    Override
);
