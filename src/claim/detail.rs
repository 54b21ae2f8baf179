//! What few claims carry: each struct is empty by default, so that a claim names only what it has.
//! It must not know X12; the segment in a comment is where the 837 puts the fact.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Absent, Address, Attachment, Contact, Equipment, Money, Phi};

/// serde's attribute wants a path; this one is short.
fn absent<T>(value: &Option<T>) -> bool {
    value.is_none()
}

impl Absent for ClaimDetail {
    fn absent() -> &'static Self {
        static ABSENT: LazyLock<ClaimDetail> = LazyLock::new(ClaimDetail::default);
        &ABSENT
    }
}

impl Absent for LineDetail {
    fn absent() -> &'static Self {
        static ABSENT: LazyLock<LineDetail> = LazyLock::new(LineDetail::default);
        &ABSENT
    }
}

/// Facts of the whole claim that most claims do not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimDetail {
    /// CLM10: `P`, signed by the provider because the patient was not there.
    #[serde(skip_serializing_if = "absent")]
    pub patient_signature_source: Option<String>,
    /// CLM12: `02` disability, `03` special federal, `05` disability, `09` second opinion.
    #[serde(skip_serializing_if = "absent")]
    pub special_program: Option<String>,
    /// NTE01 of the claim's note where it is not `ADD`.
    #[serde(skip_serializing_if = "absent")]
    pub note_kind: Option<String>,
    /// HI*BG: condition codes, at most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// HI*BP and BO: surgical procedures that an anaesthesia belongs to, principal first, at most
    /// two.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anesthesia_procedures: Vec<String>,
    /// K3: fixed-format information that a state asks for, at most ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_information: Vec<Phi<String>>,
    #[serde(skip_serializing_if = "absent")]
    pub ambulance: Option<Ambulance>,
    #[serde(skip_serializing_if = "absent")]
    pub spinal: Option<SpinalManipulation>,
    /// CRC: ambulance, vision, homebound and EPSDT certifications.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certifications: Vec<Certification>,
    /// Where the ambulance took the patient up.
    #[serde(skip_serializing_if = "absent")]
    pub pick_up: Option<Address>,
    #[serde(skip_serializing_if = "absent")]
    pub drop_off: Option<DropOff>,
    /// Who is paid instead of the billing provider.
    #[serde(skip_serializing_if = "absent")]
    pub pay_to_plan: Option<PayToPlan>,
    /// CUR02, where it is not the US dollar.
    #[serde(skip_serializing_if = "absent")]
    pub currency: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub contract: Option<Contract>,
    #[serde(skip_serializing_if = "absent")]
    pub repricing: Option<Repricing>,
    /// Notes besides the claim's own: ten of an institutional, four of a dental claim.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further_notes: Vec<Note>,
    /// Numbers of a kind that was said before: device exemptions (`LX`) of an institutional claim.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further_numbers: Vec<FurtherNumber>,
}

/// Facts of a service line that most lines do not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineDetail {
    /// Kind of the procedure where it is not the claim's own, `HC` or of a dental claim `AD`: `ER`,
    /// `IV`, `WK`, and `HP` (HIPPS rate codes) of an institutional line.
    #[serde(skip_serializing_if = "absent")]
    pub procedure_kind: Option<String>,
    /// SV111: `Y`, the service follows an EPSDT screening.
    #[serde(skip_serializing_if = "absent")]
    pub epsdt: Option<String>,
    /// SV112: `Y`, family planning.
    #[serde(skip_serializing_if = "absent")]
    pub family_planning: Option<String>,
    /// SV115: `0`, no copayment.
    #[serde(skip_serializing_if = "absent")]
    pub copay_status: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    #[serde(skip_serializing_if = "absent")]
    pub ambulance: Option<Ambulance>,
    #[serde(skip_serializing_if = "Equipment::is_empty")]
    pub equipment: Equipment,
    /// Loop 2410 of a device or supply; a line has this or a drug.
    #[serde(skip_serializing_if = "absent")]
    pub supply: Option<Supply>,
    /// Loop 2420G, where it is not the claim's.
    #[serde(skip_serializing_if = "absent")]
    pub pick_up: Option<Address>,
    /// Loop 2420H, where it is not the claim's.
    #[serde(skip_serializing_if = "absent")]
    pub drop_off: Option<DropOff>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certifications: Vec<Certification>,
    pub dates: LineDates,
    /// QTY*PT: patients in the ambulance.
    #[serde(skip_serializing_if = "absent")]
    pub ambulance_patients: Option<String>,
    /// QTY*FL: additional units of obstetric anaesthesia.
    #[serde(skip_serializing_if = "absent")]
    pub anesthesia_units: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measurements: Vec<Measurement>,
    pub supplement: LineSupplement,
    /// AMT*T.
    #[serde(skip_serializing_if = "absent")]
    pub sales_tax: Option<Money>,
    /// AMT*F4.
    #[serde(skip_serializing_if = "absent")]
    pub postage: Option<Money>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_information: Vec<Phi<String>>,
    /// NTE01 of the line's note where it is not `ADD`.
    #[serde(skip_serializing_if = "absent")]
    pub note_kind: Option<String>,
    /// NTE*TPO: for another organization.
    #[serde(skip_serializing_if = "absent")]
    pub third_party_note: Option<Phi<String>>,
    #[serde(skip_serializing_if = "absent")]
    pub purchased: Option<PurchasedService>,
    #[serde(skip_serializing_if = "absent")]
    pub contract: Option<Contract>,
    #[serde(skip_serializing_if = "absent")]
    pub repricing: Option<Repricing>,
    /// Authorizations (`G1`), referrals (`9F`) and predeterminations (`G3`) that another payer gave, or
    /// that come after the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further_numbers: Vec<FurtherNumber>,
}

/// Dates of one service line besides the service itself (DTP of loop 2400).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineDates {
    #[serde(skip_serializing_if = "absent")]
    pub prescription: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub recertification: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub therapy_begin: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub last_certification: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub last_seen: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub hemoglobin_test: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub creatinine_test: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub shipped: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub last_x_ray: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub initial_treatment: Option<Date>,
}

/// Numbers of one service line (REF of loop 2400).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineSupplement {
    /// REF*9B.
    #[serde(skip_serializing_if = "absent")]
    pub repriced_line: Option<String>,
    /// REF*9D.
    #[serde(skip_serializing_if = "absent")]
    pub adjusted_repriced_line: Option<String>,
    /// REF*EW.
    #[serde(skip_serializing_if = "absent")]
    pub mammography: Option<String>,
    /// REF*F4: CLIA number of the laboratory that referred.
    #[serde(skip_serializing_if = "absent")]
    pub referring_clia: Option<String>,
    /// REF*BT.
    #[serde(skip_serializing_if = "absent")]
    pub immunization_batch: Option<String>,
    /// REF*9F.
    #[serde(skip_serializing_if = "absent")]
    pub referral: Option<String>,
}

/// Facts about a subscriber or patient that most claims do not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonDetail {
    /// PAT06.
    #[serde(skip_serializing_if = "absent")]
    pub death_date: Option<Phi<Date>>,
    /// PAT08, decimal text.
    #[serde(skip_serializing_if = "absent")]
    pub weight_pounds: Option<Phi<String>>,
    /// PAT09: `Y`.
    #[serde(skip_serializing_if = "absent")]
    pub pregnant: Option<Phi<String>>,
    /// REF*SY.
    #[serde(skip_serializing_if = "absent")]
    pub social_security_number: Option<Phi<String>>,
    /// REF*1W of a patient with a member number of its own.
    #[serde(skip_serializing_if = "absent")]
    pub member_id: Option<Phi<String>>,
    /// REF*Y4: the casualty insurer's number of the claim.
    #[serde(skip_serializing_if = "absent")]
    pub property_casualty_claim: Option<String>,
    /// PER: whom a casualty insurer may call; professional claims only.
    #[serde(skip_serializing_if = "absent")]
    pub contact: Option<Phi<Contact>>,
    /// NM108 of a subscriber where it is not `MI`: `II`, a unique identifier of the person.
    #[serde(skip_serializing_if = "absent")]
    pub member_id_kind: Option<String>,
}

/// A provider's number from before, or instead of, the NPI.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProviderId {
    /// `0B` state licence, `1G` UPIN, `G2` the payer's number, `LU` location.
    pub kind: String,
    pub number: String,
    /// REF04 of a line's provider: the other payer that gave the number.
    #[serde(default, skip_serializing_if = "absent")]
    pub payer_id: Option<String>,
}

/// A number besides the first of its kind, or one that another payer gave.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FurtherNumber {
    /// REF01.
    pub kind: String,
    pub number: String,
    /// REF04: the other payer that gave it.
    #[serde(default, skip_serializing_if = "absent")]
    pub payer_id: Option<String>,
}

/// NTE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// `ADD` additional, `DGN` diagnosis, `MED` medications, ….
    pub kind: String,
    pub text: Phi<String>,
}

/// Loop 2010AC: a plan that paid in place of this payer and is paid back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayToPlan {
    pub name: String,
    /// NM108 where it is not `PI`: `XV`.
    #[serde(default, skip_serializing_if = "absent")]
    pub id_kind: Option<String>,
    pub id: String,
    #[serde(default, skip_serializing_if = "absent")]
    pub address: Option<Address>,
    /// REF*EI.
    #[serde(default, skip_serializing_if = "absent")]
    pub tax_number: Option<String>,
    #[serde(default, skip_serializing_if = "absent")]
    pub other_id: Option<PayerNumber>,
}

/// A payer's number besides its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayerNumber {
    /// `2U` payer, `EI` tax, `FY` claim office, `NF` NAIC.
    pub kind: String,
    pub number: String,
}

/// Facts about a payer that most claims do not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PayerDetail {
    /// NM108 where it is not `PI`: `XV`, the national plan identifier.
    #[serde(skip_serializing_if = "absent")]
    pub id_kind: Option<String>,
    /// At most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_ids: Vec<PayerNumber>,
}

/// CN1: terms of a contract between provider and plan. Percentages are decimal text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contract {
    /// `01` DRG, `02` per diem, `03` variable per diem, `04` flat, `05` capitated, `06` percent, `09` other.
    pub kind: String,
    #[serde(skip_serializing_if = "absent")]
    pub amount: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub percentage: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub discount_percentage: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub version: Option<String>,
}

/// HCP: what a repricer made of the charge. Rates and units are decimal text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Repricing {
    /// `00` zero, `01` as billed, … `14` adjusted.
    pub method: String,
    pub allowed: Money,
    #[serde(skip_serializing_if = "absent")]
    pub savings: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub repricer: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub rate: Option<String>,
    /// HCP06: patient group, such as a DRG.
    #[serde(skip_serializing_if = "absent")]
    pub group: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub group_amount: Option<Money>,
    #[serde(skip_serializing_if = "absent")]
    pub revenue_code: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub procedure_kind: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub procedure: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub unit: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub units: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub reject_reason: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub compliance: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub exception: Option<String>,
}

/// CR1. Numbers are decimal text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambulance {
    #[serde(default, skip_serializing_if = "absent")]
    pub patient_pounds: Option<Phi<String>>,
    /// `A` nearest facility, `B` preferred by the physician, `C` nearness of family, `D`
    /// specialist, `E` rehabilitation.
    pub reason: String,
    pub miles: String,
    #[serde(default, skip_serializing_if = "absent")]
    pub round_trip: Option<Phi<String>>,
    #[serde(default, skip_serializing_if = "absent")]
    pub stretcher: Option<Phi<String>>,
}

/// CR2: chiropractic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpinalManipulation {
    /// `A` acute, `C` chronic, `D` non-acute, `E` not life threatening, `F` routine, `G`
    /// symptomatic, `M` acute on chronic.
    pub condition: Phi<String>,
    #[serde(default, skip_serializing_if = "absent")]
    pub description: Option<Phi<String>>,
    #[serde(default, skip_serializing_if = "absent")]
    pub more_description: Option<Phi<String>>,
}

/// CRC: whether conditions of a kind apply, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certification {
    /// `07` ambulance, `E1`–`E3` vision, `75` homebound, `ZZ` EPSDT, `70` hospice, `09` device.
    pub kind: String,
    /// `Y` or `N`.
    pub applies: String,
    /// One to five.
    pub conditions: Vec<Phi<String>>,
}

/// Where the ambulance took the patient to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropOff {
    #[serde(default, skip_serializing_if = "absent")]
    pub name: Option<String>,
    pub address: Address,
}

/// LIN, CTP and REF of a device or supply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supply {
    /// LIN02: `EN` EAN-13, `EO` EAN-8, `HI` HIBC, `ON` the customer's order, `UK` GTIN-14, `UP` UPC.
    pub kind: String,
    pub number: String,
    /// Decimal text.
    pub quantity: String,
    /// `UN` unit, `ML` millilitre, `GR` gram, `ME` milligram, `F2` international unit.
    pub unit: String,
    /// REF*XZ.
    #[serde(default, skip_serializing_if = "absent")]
    pub prescription: Option<String>,
    /// REF*VY.
    #[serde(default, skip_serializing_if = "absent")]
    pub compound_link: Option<String>,
}

/// MEA: a test result. The value is decimal text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// `OG` starting dosage, `TR` test result.
    pub reference: String,
    /// `HT` height, `R1` haemoglobin, `R2` haematocrit, `R3` epoetin, `R4` creatinine.
    pub kind: String,
    pub value: Phi<String>,
}

/// PS1: a service bought from another provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchasedService {
    pub provider: String,
    pub charge: Money,
}
