//! What a claim or a line has that only its kind has. It must not know what the kinds share.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::{Claim, Diagnosis, Money, ServiceLine};

/// serde's attribute wants a path; this one is short.
fn absent<T>(value: &Option<T>) -> bool {
    value.is_none()
}

/// Which of the three claims it is, and what only that one says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// A physician's (837P, CMS-1500): what only it says has its place in the claim's dates and detail.
    #[default]
    Professional,
    /// A hospital's or agency's (837I, UB-04).
    Institutional(Box<Institutional>),
    /// A dentist's (837D).
    Dental(Box<Dental>),
}

impl ClaimKind {
    pub fn is_professional(&self) -> bool {
        matches!(self, Self::Professional)
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Professional => "professional",
            Self::Institutional(_) => "institutional",
            Self::Dental(_) => "dental",
        }
    }
}

/// What only an institutional claim says. The first two digits of its type of bill are the claim's
/// place of service, the third is its frequency; the day of admission is in its dates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Institutional {
    /// DTP*434: the days that the bill covers; every sound claim has them.
    #[serde(skip_serializing_if = "absent")]
    pub statement: Option<Period>,
    /// The hour and minute behind the day of admission (DTP*435 in format DT).
    #[serde(skip_serializing_if = "absent")]
    pub admission_time: Option<Time>,
    /// DTP*096.
    #[serde(skip_serializing_if = "absent")]
    pub discharge_time: Option<Time>,
    /// CL101: `1` emergency, `2` urgent, `3` elective, `4` newborn, `5` trauma, `9` unknown.
    #[serde(skip_serializing_if = "absent")]
    pub admission_type: Option<String>,
    /// CL102: point of origin.
    #[serde(skip_serializing_if = "absent")]
    pub admission_source: Option<String>,
    /// CL103: where the patient is on the last day of the bill, `01` home, `30` still a patient, ….
    pub patient_status: String,
    /// AMT*F3.
    #[serde(skip_serializing_if = "absent")]
    pub estimated_due: Option<Money>,
    /// REF*LU.
    #[serde(skip_serializing_if = "absent")]
    pub accident_state: Option<String>,
    /// REF*G4.
    #[serde(skip_serializing_if = "absent")]
    pub peer_review: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub admitting_diagnosis: Option<Diagnosis>,
    /// At most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons_for_visit: Vec<Diagnosis>,
    /// At most twelve.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_causes: Vec<Diagnosis>,
    /// Diagnosis related group.
    #[serde(skip_serializing_if = "absent")]
    pub drg: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub principal_procedure: Option<InpatientProcedure>,
    /// At most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_procedures: Vec<InpatientProcedure>,
    /// At most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occurrence_spans: Vec<OccurrenceSpan>,
    /// At most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub occurrences: Vec<Occurrence>,
    /// At most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<CodedValue>,
    /// Home health treatment codes, at most 24.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub treatments: Vec<String>,
}

/// What only a dental claim says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dental {
    /// CLM19 `PB`: the payer is asked what it would pay; nothing was done yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub predetermination: bool,
    /// DTP*472 of the claim, where not each line says it.
    #[serde(skip_serializing_if = "absent")]
    pub service: Option<Period>,
    /// DTP*452 of the claim.
    #[serde(skip_serializing_if = "absent")]
    pub appliance_placed: Option<Date>,
    #[serde(skip_serializing_if = "absent")]
    pub orthodontics: Option<Orthodontics>,
    /// Teeth that are missing or to be extracted, at most 35.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tooth_statuses: Vec<ToothStatus>,
    /// REF*G3: the payer's number of an earlier predetermination.
    #[serde(skip_serializing_if = "absent")]
    pub predetermination_number: Option<String>,
}

/// The first and the last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

/// A procedure of an inpatient stay (HI*BBR, BBQ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InpatientProcedure {
    pub code: String,
    #[serde(default, skip_serializing_if = "ProcedureSystem::is_usual")]
    pub system: ProcedureSystem,
    #[serde(default, skip_serializing_if = "absent")]
    pub date: Option<Date>,
}

/// The code set of an inpatient procedure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcedureSystem {
    #[default]
    Icd10Pcs,
    /// ICD-9-CM volume 3: stays that ended before October 2015.
    Icd9,
    /// Advanced Billing Concepts (HI*CAH), of the principal procedure only.
    Abc,
}

impl ProcedureSystem {
    fn is_usual(&self) -> bool {
        *self == Self::Icd10Pcs
    }
}

/// HI*BH: something that happened on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    pub code: String,
    #[serde(default, skip_serializing_if = "absent")]
    pub date: Option<Date>,
}

/// HI*BI: something that went on for days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OccurrenceSpan {
    pub code: String,
    #[serde(default, skip_serializing_if = "absent")]
    pub period: Option<Period>,
}

/// HI*BE: a code and its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodedValue {
    pub code: String,
    /// Dollars, or the days, units or visits that the code counts.
    pub amount: Money,
}

/// DN1. Months are decimal text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Orthodontics {
    #[serde(skip_serializing_if = "absent")]
    pub months: Option<String>,
    #[serde(skip_serializing_if = "absent")]
    pub months_remaining: Option<String>,
    /// DN104: `Y`, the services are orthodontic.
    #[serde(skip_serializing_if = "absent")]
    pub indicator: Option<String>,
}

/// DN2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToothStatus {
    /// Universal national tooth designation.
    pub tooth: String,
    /// `E` to be extracted, `M` missing.
    pub status: String,
}

/// What a line says that only its kind of claim has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    #[default]
    Professional,
    Institutional(Box<RevenueLine>),
    Dental(Box<DentalLine>),
}

impl LineKind {
    pub fn is_professional(&self) -> bool {
        matches!(self, Self::Professional)
    }
}

/// What only a line of an institutional claim says. Its procedure may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RevenueLine {
    /// SV201, four digits.
    pub revenue_code: String,
    /// SV207: the part of the charge that is not covered.
    #[serde(skip_serializing_if = "absent")]
    pub non_covered: Option<Money>,
    /// AMT*GT.
    #[serde(skip_serializing_if = "absent")]
    pub service_tax: Option<Money>,
    /// AMT*N8.
    #[serde(skip_serializing_if = "absent")]
    pub facility_tax: Option<Money>,
}

/// What only a line of a dental claim says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DentalLine {
    /// SV304: areas of the oral cavity, at most five.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub oral_cavity: Vec<String>,
    /// SV305: `I` the first prosthesis, crown or inlay, `R` a replacement.
    #[serde(skip_serializing_if = "absent")]
    pub prosthesis: Option<String>,
    /// TOO, at most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub teeth: Vec<Tooth>,
    /// DTP*441: when the prosthesis that is replaced was placed.
    #[serde(skip_serializing_if = "absent")]
    pub prior_placement: Option<Date>,
    /// DTP*139: the same, estimated.
    #[serde(skip_serializing_if = "absent")]
    pub prior_placement_estimated: Option<Date>,
    /// DTP*452.
    #[serde(skip_serializing_if = "absent")]
    pub appliance_placed: Option<Date>,
    /// DTP*446.
    #[serde(skip_serializing_if = "absent")]
    pub replaced: Option<Date>,
    /// DTP*196.
    #[serde(skip_serializing_if = "absent")]
    pub treatment_begin: Option<Date>,
    /// DTP*198.
    #[serde(skip_serializing_if = "absent")]
    pub treatment_end: Option<Date>,
    /// REF*G3.
    #[serde(skip_serializing_if = "absent")]
    pub predetermination_number: Option<String>,
    /// REF*9A.
    #[serde(skip_serializing_if = "absent")]
    pub repriced_claim: Option<String>,
    /// REF*9C.
    #[serde(skip_serializing_if = "absent")]
    pub adjusted_repriced_claim: Option<String>,
}

/// A tooth that was treated (TOO).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tooth {
    /// Universal national tooth designation.
    pub number: String,
    /// `B` buccal, `D` distal, `F` facial, `I` incisal, `L` lingual, `M` mesial, `O` occlusal; at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub surfaces: Vec<String>,
}

impl Claim {
    pub fn institutional(&self) -> Option<&Institutional> {
        match &self.kind {
            ClaimKind::Institutional(own) => Some(own),
            _ => None,
        }
    }

    pub fn institutional_mut(&mut self) -> Option<&mut Institutional> {
        match &mut self.kind {
            ClaimKind::Institutional(own) => Some(own),
            _ => None,
        }
    }

    pub fn dental(&self) -> Option<&Dental> {
        match &self.kind {
            ClaimKind::Dental(own) => Some(own),
            _ => None,
        }
    }

    pub fn dental_mut(&mut self) -> Option<&mut Dental> {
        match &mut self.kind {
            ClaimKind::Dental(own) => Some(own),
            _ => None,
        }
    }
}

impl ServiceLine {
    pub fn revenue(&self) -> Option<&RevenueLine> {
        match &self.kind {
            LineKind::Institutional(own) => Some(own),
            _ => None,
        }
    }

    pub fn revenue_mut(&mut self) -> Option<&mut RevenueLine> {
        match &mut self.kind {
            LineKind::Institutional(own) => Some(own),
            _ => None,
        }
    }

    pub fn dental(&self) -> Option<&DentalLine> {
        match &self.kind {
            LineKind::Dental(own) => Some(own),
            _ => None,
        }
    }

    pub fn dental_mut(&mut self) -> Option<&mut DentalLine> {
        match &mut self.kind {
            LineKind::Dental(own) => Some(own),
            _ => None,
        }
    }

    /// The code that a remittance names the line by: its procedure, or the revenue code where it has none.
    pub fn billed_code(&self) -> &str {
        match self.revenue() {
            Some(own) if self.procedure.is_empty() => &own.revenue_code,
            _ => &self.procedure,
        }
    }
}
