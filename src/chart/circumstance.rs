//! Circumstances that a payer wants certified: an ambulance's way, chiropractic, conditions. Codes are X12's own. It must
//! not know what a payer makes of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Address, Decimal, opaque_debug};

/// How an ambulance took the patient.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ambulance {
    /// `A` nearest facility, `B` preferred by the physician, `C` nearness of family, `D` specialist, `E` rehabilitation.
    pub reason: String,
    pub miles: Decimal,
    /// Weight of the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_pounds: Option<Decimal>,
    /// Why there was a round trip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip: Option<String>,
    /// Why a stretcher was needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stretcher: Option<String>,
}

/// Where the ambulance took the patient to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DropOff {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub address: Address,
}

/// What a chiropractor treated.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpinalManipulation {
    /// `A` acute, `C` chronic, `D` non-acute, `E` not life threatening, `F` routine, `G` symptomatic, `M` acute on chronic.
    pub condition: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_description: Option<String>,
}

/// Whether conditions of a kind apply, and which.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certification {
    /// `07` ambulance, `E1` spectacle lenses, `E2` contact lenses, `E3` frames, `75` homebound, `ZZ` EPSDT, `70` hospice, `09`
    /// equipment.
    pub kind: String,
    pub applies: bool,
    /// X12 element 1321, one to five.
    pub conditions: Vec<String>,
}

opaque_debug!(Ambulance, DropOff, SpinalManipulation, Certification);
