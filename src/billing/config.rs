//! What the practice has configured once so that charts need not say it: itself, its payers, its codes. It must not
//! read a file: the caller hands over the text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::chart::Provider;
use crate::claim::{self, Name};

/// Codes that stand for one ICD-10-CM code each, whoever bills (NLM's SNOMED CT map; CDC for vaccines).
const DIAGNOSES: &str = include_str!("data/diagnoses.tsv");
/// Vaccines administered and their CPT codes, as CDC publishes them, and acts with exactly one HCPCS code.
const PROCEDURES: &str = include_str!("data/procedures.tsv");
/// The invented practice of the demo.
const SANDBOX: &str = include_str!("../../config/sandbox-practice.toml");

/// `[billing]` of claimgate.toml. Empty by default: identities are never invented.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// Goes into patient control numbers; any text that differs between installations.
    pub number_seed: String,
    /// Who sends the interchanges (loop 1000A).
    pub submitter: Option<Submitter>,
    /// The practice: bills where a chart names no billing provider with an NPI.
    pub provider: Option<Provider>,
    /// Stands for a rendering provider whose NPI the chart does not know.
    pub rendering: Option<Provider>,
    /// Id of the trading partner that is billed where a chart names no payer at all.
    pub default_payer: Option<String>,
    /// Id of the trading partner that is billed whatever payer a chart names: a command's choice, never a setting.
    #[serde(skip)]
    pub only_payer: Option<String>,
    /// What charts call a payer, in small letters, and the trading partner's id.
    pub payers: BTreeMap<String, String>,
    /// What charts write where there is no insurance, in small letters.
    pub self_pay: Vec<String>,
    /// Where a coverage has no member number.
    pub member_id: MemberId,
    /// Encounter classes (HL7 ActEncounterCode) that this practice bills on professional claims although the source
    /// calls them institutional.
    pub professional_classes: Vec<String>,
    /// Place of service by encounter class, where the chart names none.
    pub places: BTreeMap<String, String>,
    /// By code system and code: the ICD-10-CM code that is meant.
    pub diagnoses: CodeMap,
    /// By code system and code: the CPT or HCPCS code that is meant.
    pub procedures: CodeMap,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submitter {
    pub name: String,
    /// Electronic transmitter identification number, as the receiver gave it.
    pub id: String,
    pub contact_name: String,
    /// Ten digits.
    pub phone: String,
    #[serde(default)]
    pub email: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberId {
    /// The chart is held.
    #[default]
    Required,
    /// The practice's number of the patient is the member number.
    PatientId,
}

/// Codes of other systems and what they mean in the one that a claim needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeMap {
    systems: BTreeMap<String, BTreeMap<String, String>>,
}

impl Defaults {
    /// The invented practice of the demo and the tests, from `config/sandbox-practice.toml`.
    pub fn sandbox() -> Self {
        toml::from_str(SANDBOX).expect("the embedded practice is read by a test")
    }

    /// The ICD-10-CM code that a code means: the practice's word first, then what everybody agrees on.
    pub(crate) fn diagnosis(&self, system: &str, code: &str) -> Option<&str> {
        self.diagnoses
            .find(system, code)
            .or_else(|| find(DIAGNOSES, system, code))
    }

    /// The CPT or HCPCS code that a code means.
    pub(crate) fn procedure(&self, system: &str, code: &str) -> Option<&str> {
        self.procedures
            .find(system, code)
            .or_else(|| find(PROCEDURES, system, code))
    }
}

impl CodeMap {
    fn find(&self, system: &str, code: &str) -> Option<&str> {
        Some(self.systems.get(system)?.get(code)?.as_str())
    }
}

/// Lines are `system TAB code TAB target TAB words`.
fn find(table: &'static str, system: &str, code: &str) -> Option<&'static str> {
    table.lines().find_map(|line| {
        let mut fields = line.split('\t');
        (fields.next() == Some(system) && fields.next() == Some(code)).then(|| fields.next())?
    })
}

impl Submitter {
    pub fn to_claim(&self) -> claim::Submitter {
        claim::Submitter {
            name: Name::organization(&self.name),
            id: self.id.clone(),
            contact: claim::Contact {
                name: Some(self.contact_name.clone()),
                phone: Some(self.phone.clone()),
                phone_extension: None,
                fax: None,
                email: self.email.clone(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::shape;
    use crate::chart::code_system;

    #[test]
    fn the_embedded_tables_hold_codes_only() {
        for (table, is_code) in [
            (DIAGNOSES, shape::icd10_cm as fn(&str) -> Option<String>),
            (PROCEDURES, shape::hcpcs),
        ] {
            for line in table.lines() {
                let fields: Vec<&str> = line.split('\t').collect();
                assert_eq!(fields.len(), 4, "{line}");
                assert!([code_system::SNOMED_CT, code_system::CVX].contains(&fields[0]));
                assert!(is_code(fields[2]).is_some(), "{line}");
            }
        }
    }

    #[test]
    fn the_practice_wins_over_the_table() {
        let defaults: Defaults =
            toml::from_str("[procedures.cvx]\n140 = \"90658\"\n[places]\nAMB = \"11\"").unwrap();
        assert_eq!(defaults.procedure("cvx", "140"), Some("90658"));
        assert_eq!(defaults.procedure("cvx", "113"), Some("90714"));
        assert_eq!(defaults.diagnosis("snomed-ct", "38341003"), Some("I10"));
        assert_eq!(defaults.diagnosis("snomed-ct", "1"), None);
        assert!(Defaults::sandbox().provider.is_some());
    }
}
