//! Medical equipment that a patient rents or buys, and what its certificate says. It must not know who pays for it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Decimal, date_schema, opaque_debug};

/// Equipment of one procedure.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Equipment {
    /// Where it is rented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rental: Option<Rental>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certification: Option<EquipmentCertification>,
    /// Where the certificate of medical necessity is: `AB` sent before, `AD` in this claim, `AF` told in this claim, `AG`
    /// no paper, `NS` none needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// The forms that its supplier keeps, question by question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Form>,
}

/// For how long it is needed, and what it costs to rent or to buy.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rental {
    pub days: Decimal,
    pub rental_price: Decimal,
    pub purchase_price: Decimal,
    /// How often the rent is due: `1` weekly, `4` monthly, `6` daily.
    pub frequency: String,
}

/// Somebody has certified that it is needed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EquipmentCertification {
    /// `I` for the first time, `R` again, `S` changed.
    pub kind: String,
    pub months: Decimal,
}

/// A form that goes with the bill, such as that for oxygen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// `UT`: CMS's own, `AS`: another.
    pub kind: String,
    /// Its number, such as `484.03`.
    pub form: String,
    /// At most 99.
    pub answers: Vec<Answer>,
}

/// The answer to one question, in one or more of four ways.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The question's number on the form.
    pub question: String,
    /// `Y`, `N`, or `W` where it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Decimal>,
}

opaque_debug!(Equipment, Rental, EquipmentCertification, Form, Answer);
