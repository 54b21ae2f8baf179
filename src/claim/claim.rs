//! The claim itself and its service lines (loops 2300 and 2400 of the 837, said without X12).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    ClaimDetail, ClaimKind, LineAdjudication, LineDetail, LineKind, Money, OtherPayer, Patient,
    Payer, Phi, Provider, Seldom, Subscriber,
};

/// A claim to one payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Patient control number (CLM01): ours, unique a submission, at most 20 characters.
    pub control_number: String,
    pub billing_provider: Provider,
    /// Where payments go when not to the billing provider's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_to: Option<super::Address>,
    pub subscriber: Subscriber,
    /// `None` when the subscriber is the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Patient>,
    pub payer: Payer,
    /// CLM02: the sum of the lines' charges.
    pub total_charge: Money,
    /// CLM05-1: place of service. Of an institutional claim the first two digits of the type of
    /// bill (facility type), which are another code set.
    pub place_of_service: String,
    /// CLM05-3: `1` original, `7` replacement, `8` void.
    pub frequency: String,
    /// CLM06; an institutional claim does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_signature_on_file: Option<bool>,
    /// CLM07: `A` assigned, `B` lab only, `C` not assigned.
    pub assignment: String,
    /// CLM08: `Y`, `N`, `W`.
    pub benefits_assignment: String,
    /// CLM09: `Y` or `I`.
    pub release_of_information: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accident: Option<Accident>,
    /// CLM20.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_reason: Option<String>,
    #[serde(default)]
    pub dates: ClaimDates,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// AMT*F5; an institutional claim has what is estimated to be due instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_paid: Option<Money>,
    #[serde(default)]
    pub supplement: Supplement,
    /// NTE*ADD; of an institutional claim the billing note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Phi<String>>,
    /// Principal first: at most 12 of a professional, 25 of an institutional, 4 of a dental claim, which
    /// may do without.
    pub diagnoses: Vec<Diagnosis>,
    /// Providers of the whole claim besides the billing provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<RoledProvider>,
    /// Payers other than the one this claim goes to, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_payers: Vec<OtherPayer>,
    /// At most 50, of an institutional claim 999.
    pub lines: Vec<ServiceLine>,
    #[serde(default)]
    pub detail: Seldom<ClaimDetail>,
    #[serde(default, skip_serializing_if = "ClaimKind::is_professional")]
    pub kind: ClaimKind,
}

/// Dates of the whole claim (DTP of loop 2300).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimDates {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onset: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_treatment: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accident: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_menstrual_period: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admission: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discharge: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acute_manifestation: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_x_ray: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vision_prescription: Option<Date>,
    /// Both days where one period is known (DTP*314), else the one that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disability_begin: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disability_end: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_worked: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_to_work: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed_care: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relinquished_care: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_contact: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repricer_received: Option<Date>,
}

/// CLM11: what the visit is a consequence of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accident {
    /// `AA` auto, `EM` employment, `OA` other.
    pub causes: Vec<String>,
    /// Where the auto accident was; required with `AA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// PWK: a paper or file that goes another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub report_type: String,
    pub transmission: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_number: Option<String>,
}

/// Numbers that a payer asks for (REF of loop 2300).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Supplement {
    /// REF*G1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior_authorization: Option<String>,
    /// REF*9F.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    /// REF*F8: the payer's claim number, for a replacement or void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_claim_number: Option<String>,
    /// REF*X4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clia: Option<String>,
    /// REF*EA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medical_record: Option<Phi<String>>,
    /// REF*D9: our identifier of the claim, returned in a 277CA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clearinghouse_trace: Option<String>,
    /// REF*4N.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_authorization_exception: Option<String>,
    /// REF*F5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medicare_crossover: Option<String>,
    /// REF*EW.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mammography: Option<String>,
    /// REF*9A.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repriced_claim: Option<String>,
    /// REF*9C.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjusted_repriced_claim: Option<String>,
    /// REF*LX.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_exemption: Option<String>,
    /// REF*P4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demonstration_project: Option<String>,
    /// REF*1J.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub care_plan_oversight: Option<String>,
}

/// A diagnosis code without its decimal point. In JSON it is the code alone, where there is nothing
/// more to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "WrittenDiagnosis", into = "WrittenDiagnosis")]
pub struct Diagnosis {
    pub code: Phi<String>,
    pub system: DiagnosisSystem,
    /// `Y`, `N`, `U` not documented, `W` undeterminable: institutional claims only.
    pub present_on_admission: Option<Phi<String>>,
}

/// The code set of a diagnosis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiagnosisSystem {
    #[default]
    Icd10,
    /// ICD-9-CM: services before October 2015.
    Icd9,
    /// Of dental claims only.
    Snodent,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WrittenDiagnosis {
    Code(Phi<String>),
    Whole {
        code: Phi<String>,
        #[serde(default)]
        system: DiagnosisSystem,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        present_on_admission: Option<Phi<String>>,
    },
}

impl Diagnosis {
    pub fn icd10(code: impl Into<Phi<String>>) -> Self {
        Self {
            code: code.into(),
            system: DiagnosisSystem::Icd10,
            present_on_admission: None,
        }
    }
}

impl From<WrittenDiagnosis> for Diagnosis {
    fn from(written: WrittenDiagnosis) -> Self {
        match written {
            WrittenDiagnosis::Code(code) => Self::icd10(code),
            WrittenDiagnosis::Whole {
                code,
                system,
                present_on_admission,
            } => Self {
                code,
                system,
                present_on_admission,
            },
        }
    }
}

impl From<Diagnosis> for WrittenDiagnosis {
    fn from(diagnosis: Diagnosis) -> Self {
        let Diagnosis {
            code,
            system,
            present_on_admission,
        } = diagnosis;
        match (system, &present_on_admission) {
            (DiagnosisSystem::Icd10, None) => Self::Code(code),
            _ => Self::Whole {
                code,
                system,
                present_on_admission,
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderRole {
    Referring,
    PrimaryCare,
    Rendering,
    ServiceFacility,
    Supervising,
    Ordering,
    PurchasedService,
    Attending,
    Operating,
    OtherOperating,
    AssistantSurgeon,
    /// Only where another payer knows it by numbers of its own: a claim's is [`Claim::billing_provider`].
    Billing,
}

/// A provider and what it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoledProvider {
    pub role: ProviderRole,
    #[serde(flatten)]
    pub provider: Provider,
}

/// A service line (loop 2400).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLine {
    /// REF*6R: ours, unique in the claim, at most 30 characters; a remittance gives it back.
    pub control_number: String,
    /// HCPCS, CPT or CDT; empty where an institutional line has its revenue code alone.
    pub procedure: String,
    /// At most four.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modifiers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub charge: Money,
    /// `UN` units, `MJ` minutes of a professional or `DA` days of an institutional line; a dental line
    /// has none.
    pub unit: String,
    /// Decimal text, at most eight digits with at most three decimals; empty where a dental line does
    /// not say it.
    pub quantity: String,
    /// Only where it differs from the claim's; no institutional line has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_of_service: Option<String>,
    /// One to four numbers into the claim's diagnoses, 1 the principal; a dental line may have none, an
    /// institutional one has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnosis_pointers: Vec<u8>,
    /// Every professional line has it; others may leave it to the claim ([`Claim::line_service`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_from: Option<Date>,
    /// Only where it differs from `service_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_to: Option<Date>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emergency: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior_authorization: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clia: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Phi<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drug: Option<Drug>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<RoledProvider>,
    /// What earlier payers decided on this line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjudications: Vec<LineAdjudication>,
    #[serde(default)]
    pub detail: Seldom<LineDetail>,
    #[serde(default, skip_serializing_if = "LineKind::is_professional")]
    pub kind: LineKind,
}

/// A drug given (loop 2410).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drug {
    /// Eleven digits, 5-4-2.
    pub ndc: String,
    pub quantity: String,
    /// `F2`, `GR`, `ME`, `ML`, `UN`.
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prescription: Option<String>,
    /// REF*VY: what joins the parts of a compound that has no prescription number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compound_link: Option<String>,
}

impl Claim {
    /// The first and the last day of service: an institutional claim's statement, else over all
    /// lines, else what a dental claim says for them.
    pub fn service_period(&self) -> Option<(Date, Date)> {
        if let Some(statement) = self.institutional().and_then(|own| own.statement) {
            return Some((statement.from, statement.to));
        }
        let days = || self.lines.iter().filter_map(ServiceLine::service);
        let over_lines = days().map(|(from, _)| from).min();
        let over_lines = over_lines.zip(days().map(|(_, to)| to).max());
        over_lines.or_else(|| self.own_service())
    }

    /// The first and the last day of a line: its own, else the claim's.
    pub fn line_service(&self, line: &ServiceLine) -> Option<(Date, Date)> {
        line.service().or_else(|| self.own_service())
    }

    fn own_service(&self) -> Option<(Date, Date)> {
        let period = match &self.kind {
            ClaimKind::Professional => None,
            ClaimKind::Institutional(own) => own.statement,
            ClaimKind::Dental(own) => own.service,
        };
        period.map(|period| (period.from, period.to))
    }

    pub fn line_charges(&self) -> Option<Money> {
        Money::checked_sum(self.lines.iter().map(|line| line.charge))
    }
}

impl ServiceLine {
    /// The first and the last day that the line itself says.
    pub fn service(&self) -> Option<(Date, Date)> {
        let from = self.service_from?;
        Some((from, self.service_to.unwrap_or(from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::strategies;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// The store keeps claims as JSON.
        #[test]
        fn read_of_written_json_is_the_claim(claims in [
            strategies::claims(strategies::Kind::Professional, 1),
            strategies::claims(strategies::Kind::Institutional, 1),
            strategies::claims(strategies::Kind::Dental, 1),
        ]) {
            for claim in claims.into_iter().flatten() {
                let json = serde_json::to_string(&claim).unwrap();
                prop_assert!(serde_json::from_str::<Claim>(&json).unwrap() == claim);
            }
        }
    }
}
