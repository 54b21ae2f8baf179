//! What only a facility says: the bill's days, admission and status, and the codes of the UB-04. It must not know what
//! a payer makes of them.

use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Decimal, Diagnosis, date_schema, opaque_debug};

/// A facility's bill, whether the patient stayed or not (UB-04).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Stay {
    /// Facility and care, and may be the frequency: `13`, `131` or `0131` is a hospital's outpatient bill.
    pub type_of_bill: String,
    /// First day that the bill covers. Absent: the encounter's start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub from: Option<Date>,
    /// Last day that the bill covers. Absent: the encounter's end, or start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub to: Option<Date>,
    /// Of the day `encounter.admission`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "time_schema")]
    pub admission_time: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "time_schema")]
    pub discharge_time: Option<Time>,
    /// `1` emergency, `2` urgent, `3` elective, `4` newborn, `5` trauma, `9` unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admission_type: Option<String>,
    /// Point of origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admission_source: Option<String>,
    /// Where the patient is on the last day of the bill: `01` home, `30` still a patient ….
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admitting_diagnosis: Option<Diagnosis>,
    /// Diagnosis related group, three or four digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drg: Option<String>,
    /// ICD-10-PCS, principal first, at most 25.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub procedures: Vec<InpatientProcedure>,
    /// At most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occurrences: Vec<Occurrence>,
    /// At most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occurrence_spans: Vec<OccurrenceSpan>,
    /// At most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<CodedValue>,
    /// Home health treatment codes, at most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub treatments: Vec<String>,
    /// What is estimated to be due of the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_due: Option<Decimal>,
}

/// A procedure of a stay.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InpatientProcedure {
    /// With or without blanks.
    pub code: String,
    /// `icd-10-pcs`, `icd-9-pcs` of stays before October 2015.
    #[serde(default = "icd10_pcs")]
    pub system: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub date: Option<Date>,
}

/// Something that happened on a day (NUBC).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Occurrence {
    pub code: String,
    #[schemars(schema_with = "date_schema")]
    pub date: Date,
}

/// Something that went on for days (NUBC).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OccurrenceSpan {
    pub code: String,
    #[schemars(schema_with = "date_schema")]
    pub from: Date,
    #[schemars(schema_with = "date_schema")]
    pub to: Date,
}

/// A code and its number (NUBC).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodedValue {
    pub code: String,
    /// Dollars, or the days, units or visits that the code counts.
    pub amount: Decimal,
}

/// What a facility says of a line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revenue {
    /// NUBC revenue code, three or four digits.
    pub code: String,
    /// The part of the charge that is not covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub non_covered: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_tax: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility_tax: Option<Decimal>,
}

/// The schema of a time of day: jiff reads and writes it, schemars does not know it.
fn time_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": ["string", "null"], "format": "partial-time", "examples": ["14:30"] })
}

fn icd10_pcs() -> String {
    super::code_system::ICD10_PCS.into()
}

opaque_debug!(
    Stay,
    InpatientProcedure,
    Occurrence,
    OccurrenceSpan,
    CodedValue,
    Revenue
);
