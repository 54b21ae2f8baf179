//! What provider and plan agreed on, and what a repricer made of a charge. It must not know what a payer makes of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Decimal, opaque_debug};

/// Contract and repricing of a claim or a line.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Pricing {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repricing: Option<Repricing>,
}

/// Terms of a contract between provider and plan.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// `01` DRG, `02` per diem, `03` variable per diem, `04` flat, `05` capitated, `06` percent, `09` other.
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percentage: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_percentage: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What a repricer made of the charge.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repricing {
    /// `00` zero, `01` as billed, … `14` adjusted.
    pub method: String,
    pub allowed: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub savings: Option<Decimal>,
    /// The repricer's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repricer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Decimal>,
    /// Patient group, such as a DRG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_amount: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure_kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compliance: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<String>,
}

impl Pricing {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

opaque_debug!(Pricing, Contract, Repricing);
