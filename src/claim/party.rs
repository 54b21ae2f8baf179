//! The people and organizations on a claim.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{PayerDetail, PersonDetail, Phi, ProviderId};

/// A National Provider Identifier: ten digits whose last is a Luhn check over `80840` and the first nine
/// (45 CFR 162.406).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Npi(String);

impl Npi {
    /// # Errors
    /// What is wrong with the text, without repeating it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.len() != 10 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err("an NPI has ten digits");
        }
        if !matches!(text.as_bytes()[0], b'1' | b'2') {
            return Err("an NPI starts with 1 or 2");
        }
        let luhn: u32 = format!("80840{text}")
            .bytes()
            .rev()
            .enumerate()
            .map(
                |(index, digit)| match (index % 2, u32::from(digit - b'0')) {
                    (0, digit) => digit,
                    (_, digit) => digit * 2 / 10 + digit * 2 % 10,
                },
            )
            .sum();
        if luhn.is_multiple_of(10) {
            Ok(Self(text.to_owned()))
        } else {
            Err("the NPI's check digit is wrong")
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Npi {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Npi> for String {
    fn from(npi: Npi) -> Self {
        npi.0
    }
}

/// A person's or an organization's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Name {
    Person {
        last: Phi<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first: Option<Phi<String>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        middle: Option<Phi<String>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        suffix: Option<Phi<String>>,
    },
    Organization {
        name: String,
    },
}

impl Name {
    pub fn person(last: &str, first: &str) -> Self {
        Self::Person {
            last: last.into(),
            first: Some(first.into()),
            middle: None,
            suffix: None,
        }
    }

    pub fn organization(name: impl Into<String>) -> Self {
        Self::Organization { name: name.into() }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub line1: Phi<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Phi<String>>,
    pub city: Phi<String>,
    /// USPS code of the state or province; absent outside the US and Canada.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// ZIP or ZIP+4 without a hyphen, or a foreign postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// ISO 3166 code, only outside the US.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// ISO 3166-2, only outside the US and Canada.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_subdivision: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Ten digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_extension: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Who sends the interchange (loop 1000A).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitter {
    pub name: Name,
    /// Electronic transmitter identification number, given by the receiver.
    pub id: String,
    pub contact: Contact,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "number", rename_all = "snake_case")]
pub enum TaxId {
    /// Employer identification number, nine digits.
    Ein(String),
    Ssn(Phi<String>),
}

/// A provider in any role; billing needs an address and a tax id, others often have neither.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    pub name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npi: Option<Npi>,
    /// NUCC health care provider taxonomy code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<TaxId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// At most four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_ids: Vec<ProviderId>,
}

/// X12's sex codes (DMG03 of the 837).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Sex {
    #[serde(rename = "F")]
    Female,
    #[serde(rename = "M")]
    Male,
    #[serde(rename = "U")]
    Unknown,
}

impl Sex {
    pub fn code(self) -> &'static str {
        match self {
            Self::Female => "F",
            Self::Male => "M",
            Self::Unknown => "U",
        }
    }
}

/// The person whose plan pays (loops 2000B and 2010BA).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    /// SBR01: `P` primary, `S` secondary, `T` tertiary, `A`–`H`, `U`.
    pub payer_responsibility: String,
    pub name: Name,
    /// Member identification number.
    pub member_id: Phi<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// SBR05: only where Medicare is not primary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance_type: Option<String>,
    /// SBR09: `CI` commercial, `MB` Medicare part B, `MC` Medicaid, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_filing: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Phi<Date>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default)]
    pub detail: PersonDetail,
}

/// The patient where that is not the subscriber (loops 2000C and 2010CA).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// PAT01: `01` spouse, `19` child, `20`, `21`, `39`, `40`, `53`, `G8`.
    pub relationship: String,
    pub name: Name,
    pub address: Address,
    pub birth_date: Phi<Date>,
    pub sex: Sex,
    #[serde(default)]
    pub detail: PersonDetail,
}

/// The insurer (loop 2010BB). The id is text: leading zeros count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    pub name: String,
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default)]
    pub detail: PayerDetail,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npi_check_digit() {
        for good in ["1234567893", "1679523708", "1992861900", "1760461313"] {
            assert!(Npi::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "1234567890",
            "123456789",
            "12345678934",
            "3234567893",
            "12345x7893",
        ] {
            assert!(Npi::parse(bad).is_err(), "{bad}");
        }
    }
}
