//! What only a dentist says: teeth, surfaces, prostheses, orthodontics. It must not know what a payer makes of it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Decimal, date_schema, opaque_debug};

/// The treatment as a whole.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DentalTreatment {
    /// The payer is asked what it would pay: nothing was done yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub predetermination: bool,
    /// The payer's number of an earlier predetermination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predetermination_number: Option<String>,
    /// When the orthodontic appliance was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub appliance_placed: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orthodontics: Option<Orthodontics>,
    /// Teeth that are missing or to be extracted, at most 35.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tooth_statuses: Vec<ToothStatus>,
}

/// Orthodontic treatment.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Orthodontics {
    /// Of the whole treatment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<Decimal>,
    /// Where a new payer takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months_remaining: Option<Decimal>,
}

/// What a tooth is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToothStatus {
    /// Universal national tooth designation: `1` to `32`, `A` to `T`.
    pub tooth: String,
    /// `E` to be extracted, `M` missing.
    pub status: String,
}

/// What a dentist says of a procedure.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ToothWork {
    /// Areas of the oral cavity, at most five.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub oral_cavity: Vec<String>,
    /// `I` the first prosthesis, crown or inlay, `R` a replacement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prosthesis: Option<String>,
    /// At most 32; several only where the quantity is 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub teeth: Vec<Tooth>,
    /// When the prosthesis that is replaced was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub prior_placement: Option<Date>,
    /// The same, estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub prior_placement_estimated: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub appliance_placed: Option<Date>,
    /// When an appliance was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub replaced: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub treatment_begin: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub treatment_end: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predetermination_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repriced_claim: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted_repriced_claim: Option<String>,
}

/// A tooth that was treated.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tooth {
    /// Universal national tooth designation.
    pub number: String,
    /// `B` buccal, `D` distal, `F` facial, `I` incisal, `L` lingual, `M` mesial, `O` occlusal; at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surfaces: Vec<String>,
}

opaque_debug!(DentalTreatment, Orthodontics, ToothStatus, ToothWork, Tooth);
