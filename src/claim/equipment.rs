//! Medical equipment of a professional line, and the certificate that says why it is needed (SV5, CR3, loops 2440).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Money, Phi};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Equipment {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rental: Option<Rental>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certification: Option<EquipmentCertification>,
    /// The forms that its supplier keeps, question by question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Form>,
}

/// SV5: for how long, and for how much; of the line's procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rental {
    /// Days that it is needed; decimal text.
    pub days: String,
    pub rental_price: Money,
    pub purchase_price: Money,
    /// `1` weekly, `4` monthly, `6` daily.
    pub frequency: String,
}

/// CR3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EquipmentCertification {
    /// `I` first, `R` again, `S` changed.
    pub kind: String,
    /// For how many months; decimal text.
    pub months: String,
}

/// Loop 2440: one form and its answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// `UT` CMS's certificates of medical necessity, `AS` forms that others prescribe.
    pub kind: String,
    pub form: String,
    /// At most 99.
    pub answers: Vec<Answer>,
}

/// FRM: the answer to one question, in one of four ways.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answer {
    pub question: String,
    /// `Y`, `N`, or `W` where it does not apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applies: Option<Phi<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Phi<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Phi<Date>>,
    /// Decimal text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Phi<String>>,
}

impl Equipment {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
