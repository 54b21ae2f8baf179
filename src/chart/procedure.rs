//! What was done, to be charged: one procedure a service line. It must not know what a payer makes of it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Address, Ambulance, Attachment, Certification, Decimal, DropOff, Equipment, FurtherNumber,
    Pricing, Provider, Revenue, ToothWork, code_system, date_schema, opaque_debug,
};

/// One thing done, to be charged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Procedure {
    /// Empty where a revenue code stands alone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// `hcpcs` (CPT and HCPCS), `cdt`, `hipps`, or a system that the configured map knows.
    pub system: String,
    /// At most four.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<String>,
    /// For codes that say "not otherwise classified".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Of all units together, US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charge: Option<Decimal>,
    /// Absent: 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    pub unit: UnitKind,
    /// Absent: the encounter's start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub to: Option<Date>,
    /// Numbers into `diagnoses`, 1 the first, the line's principal first. Empty: the first of the chart. A facility's
    /// line has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnosis_pointers: Vec<usize>,
    /// Where it differs from the encounter's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place_of_service: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub emergency: bool,
    /// Of a facility, which needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue: Option<Revenue>,
    /// Of a dentist.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dental: Option<Box<ToothWork>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drug: Option<Drug>,
    /// A device or supply by its own number; not beside a drug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supply: Option<Box<Supply>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior_authorization: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// X12 element 363 of the note where it is not `ADD`: `DCP` goals and plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note_kind: Option<String>,
    /// For another organization (NTE*TPO).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub third_party_note: Option<String>,
    /// Providers of this line, where they differ from the chart's. Few lines have them: boxed, a line is small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rendering: Option<Box<Provider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordering: Option<Box<Provider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referring: Option<Box<Provider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supervising: Option<Box<Provider>>,
    /// Who did a service that was bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchased_from: Option<Box<Provider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_facility: Option<Box<Provider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operating: Option<Box<Provider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_operating: Option<Box<Provider>>,
    /// Dental.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assistant_surgeon: Option<Box<Provider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchased: Option<PurchasedService>,
    /// It follows an EPSDT screening.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub epsdt: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub family_planning: bool,
    /// No copayment is due.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub copay_exempt: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Where it differs from the encounter's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambulance: Option<Box<Ambulance>>,
    /// Where the ambulance took the patient up, where it is not the encounter's place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pick_up: Option<Box<Address>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_off: Option<Box<DropOff>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equipment: Option<Box<Equipment>>,
    /// Patients in the ambulance, where there was more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambulance_patients: Option<Decimal>,
    /// Hospice, or durable medical equipment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certifications: Vec<Certification>,
    /// Additional units of obstetric anaesthesia.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anesthesia_units: Option<Decimal>,
    /// Test results, at most five.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measurements: Vec<Measurement>,
    #[serde(skip_serializing_if = "ProcedureDates::is_empty")]
    pub dates: ProcedureDates,
    #[serde(skip_serializing_if = "ProcedureNumbers::is_empty")]
    pub numbers: ProcedureNumbers,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sales_tax: Option<Decimal>,
    /// Claimed for shipping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postage: Option<Decimal>,
    #[serde(skip_serializing_if = "Pricing::is_empty")]
    pub pricing: Pricing,
    /// Information in a fixed format that a state asks for (K3), at most ten lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_information: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    #[default]
    Units,
    /// Anaesthesia.
    Minutes,
    /// Of a stay.
    Days,
}

/// A drug given.
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
    /// What joins the parts of a compound that has no prescription number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compound_link: Option<String>,
}

/// A device or supply given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    /// `EN` EAN-13, `EO` EAN-8, `HI` HIBC, `ON` the customer's order, `UK` GTIN-14, `UP` UPC.
    pub kind: String,
    pub number: String,
    pub quantity: Decimal,
    /// As of a [`Drug`].
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prescription: Option<String>,
}

/// A test result.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// `OG` starting dosage, `TR` test result.
    pub reference: String,
    /// `HT` height, `R1` haemoglobin, `R2` haematocrit, `R3` epoetin, `R4` creatinine.
    pub kind: String,
    pub value: Decimal,
}

/// A service bought from another provider.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurchasedService {
    /// The other provider's number.
    pub provider: String,
    /// What was paid for it.
    pub charge: Decimal,
}

/// Dates of a procedure besides its own.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProcedureDates {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub prescription: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub recertification: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub therapy_begin: Option<Date>,
    /// Of durable medical equipment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub last_certification: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub last_seen: Option<Date>,
    /// Or haematocrit, or both.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub hemoglobin_test: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub creatinine_test: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub shipped: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub last_x_ray: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "date_schema")]
    pub initial_treatment: Option<Date>,
}

/// Numbers of a procedure.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProcedureNumbers {
    /// What the payer is to call the line by (REF 6R): at most 30 characters. Absent: claimgate numbers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_number: Option<String>,
    /// Of the laboratory, where it differs from the chart's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clia: Option<String>,
    /// Of the laboratory that referred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referring_clia: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mammography: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub immunization_batch: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repriced_line: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted_repriced_line: Option<String>,
    /// Those that another payer gave, or that come after the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<FurtherNumber>,
}

impl Default for Procedure {
    fn default() -> Self {
        Self {
            code: String::new(),
            system: code_system::HCPCS.into(),
            modifiers: Vec::new(),
            description: None,
            charge: None,
            quantity: None,
            unit: UnitKind::default(),
            from: None,
            to: None,
            diagnosis_pointers: Vec::new(),
            place_of_service: None,
            emergency: false,
            revenue: None,
            dental: None,
            drug: None,
            supply: None,
            equipment: None,
            prior_authorization: None,
            note: None,
            note_kind: None,
            third_party_note: None,
            rendering: None,
            ordering: None,
            referring: None,
            supervising: None,
            purchased_from: None,
            service_facility: None,
            operating: None,
            other_operating: None,
            assistant_surgeon: None,
            purchased: None,
            epsdt: false,
            family_planning: false,
            copay_exempt: false,
            attachments: Vec::new(),
            ambulance: None,
            pick_up: None,
            drop_off: None,
            ambulance_patients: None,
            certifications: Vec::new(),
            anesthesia_units: None,
            measurements: Vec::new(),
            dates: ProcedureDates::default(),
            numbers: ProcedureNumbers::default(),
            sales_tax: None,
            postage: None,
            pricing: Pricing::default(),
            file_information: Vec::new(),
        }
    }
}

impl ProcedureDates {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl ProcedureNumbers {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

opaque_debug!(
    Procedure,
    Drug,
    Supply,
    Measurement,
    PurchasedService,
    ProcedureDates,
    ProcedureNumbers
);
