//! What few claims carry: each struct is empty by default, so that a claim names only what it has.
//! It must not know X12; the segment in a comment is where the 837P puts the fact.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Address, Attachment, Money, Phi};

/// serde's attribute wants a path; this one is short.
fn absent<T>(value: &Option<T>) -> bool {
    value.is_none()
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
}

/// Facts of a service line that most lines do not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineDetail {
    /// SV101-1 where it is not `HC`: `ER`, `IV`, `WK`.
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
}

/// Facts about another payer that most claims do not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherPayerDetail {
    /// SBR04, where there is no group number.
    #[serde(skip_serializing_if = "absent")]
    pub group_name: Option<String>,
    /// SBR05.
    #[serde(skip_serializing_if = "absent")]
    pub insurance_type: Option<String>,
    /// AMT*A8.
    #[serde(skip_serializing_if = "absent")]
    pub non_covered: Option<Money>,
    /// OI04: `P`.
    #[serde(skip_serializing_if = "absent")]
    pub patient_signature_source: Option<String>,
    /// MOA03 to MOA07: remittance advice remark codes, at most five.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remark_codes: Vec<String>,
    #[serde(skip_serializing_if = "absent")]
    pub subscriber_address: Option<Address>,
    /// REF*SY of the other subscriber.
    #[serde(skip_serializing_if = "absent")]
    pub social_security_number: Option<Phi<String>>,
    /// REF*G1.
    #[serde(skip_serializing_if = "absent")]
    pub prior_authorization: Option<String>,
    /// REF*9F.
    #[serde(skip_serializing_if = "absent")]
    pub referral: Option<String>,
}

/// A provider's number from before, or instead of, the NPI.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProviderId {
    /// `0B` state licence, `1G` UPIN, `G2` the payer's number, `LU` location.
    pub kind: String,
    pub number: String,
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
