//! Who a chart names: the patient, those who pay, those who treat. It must not know how a payer is told of them.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Decimal, Decision, date_schema, opaque_debug};

/// The person who was treated.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Patient {
    /// The practice's number of the patient (medical record number).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub name: PersonName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub birth_date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub death_date: Option<Date>,
    /// Where a drug or a child's care depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_pounds: Option<Decimal>,
    /// Where the payer must be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pregnant: bool,
    /// Only where the payer asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub social_security_number: Option<String>,
}

/// Who answers for the bill where that is not the patient. Payers are not told; statements are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guarantor {
    pub name: PersonName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonName {
    pub last: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    pub line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    pub city: String,
    /// Two-letter code or full name of the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// ZIP, ZIP+4 or a foreign postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// ISO 3166 code; absent in the US.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// ISO 3166-2, outside the US and Canada.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_subdivision: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Female,
    Male,
    /// Not known, or neither: payers know no fourth value.
    #[serde(alias = "other")]
    Unknown,
}

/// One plan that may pay. A chart lists them in the order in which they are asked.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    pub payer: PayerName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// What the patient is to the subscriber.
    #[serde(default)]
    pub relationship: Relationship,
    /// Required unless the patient is the subscriber.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<Subscriber>,
    /// Claim filing indicator: `CI` commercial, `MB` Medicare part B, `MC` Medicaid, `BL` Blue, `AM` auto, `WC` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing_code: Option<String>,
    /// Medicare secondary payer type, where Medicare is not the first to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance_type: Option<String>,
    /// The patient's own number, where that is another than the subscriber's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_member_id: Option<String>,
    /// The casualty insurer's number of the accident (REF*Y4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub casualty_claim: Option<String>,
    /// The payer's claim office or its further number (REF*FY).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_office: Option<String>,
    /// Of the subscriber, only where the payer asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub social_security_number: Option<String>,
    /// What this payer has already decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// How the chart calls a payer; the id is text, for leading zeros count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayerName {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relationship {
    #[default]
    #[serde(rename = "self")]
    Itself,
    Spouse,
    Child,
    Employee,
    LifePartner,
    OrganDonor,
    CadaverDonor,
    Other,
    Unknown,
}

/// The person whose plan it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscriber {
    pub name: PersonName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub birth_date: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// Providers of the whole chart, each in one role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Providers {
    /// Who is paid; the configured practice where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing: Option<Provider>,
    /// Where payments go when not to the billing provider's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay_to: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rendering: Option<Provider>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referring: Option<Provider>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_care: Option<Provider>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supervising: Option<Provider>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordering: Option<Provider>,
    /// Who is in charge of the patient; every facility's bill names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attending: Option<Provider>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operating: Option<Provider>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_operating: Option<Provider>,
    /// Dental.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assistant_surgeon: Option<Provider>,
    /// Where the service was given, when that is not the billing provider's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_facility: Option<Provider>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub name: ProviderName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npi: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<TaxId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fax: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_ids: Vec<OtherId>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderName {
    Person(PersonName),
    Organization(String),
}

/// Nine digits, with or without hyphens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxId {
    Ein(String),
    Ssn(String),
}

/// A number other than the NPI: `0B` state licence, `1G` UPIN, `G2` the payer's own, `LU` location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherId {
    pub kind: String,
    pub number: String,
}

impl Default for ProviderName {
    fn default() -> Self {
        Self::Person(PersonName::default())
    }
}

opaque_debug!(
    Patient,
    Guarantor,
    PersonName,
    Address,
    Coverage,
    Subscriber,
    Provider,
    ProviderName,
    TaxId
);
