//! Diagnoses of organs and states that only one sex has.

use super::{Bill, Edit, Told};
use crate::billing::kind::{INSTITUTIONAL, PROFESSIONAL};
use crate::chart::{Code, Sex};

pub(super) const EDIT: Edit = Edit {
    code: Code::SexConflict,
    keys: &["X222.226.2300.HI01-2.901", "X223.184.2300.HI01-2.901"],
    kinds: PROFESSIONAL.and(INSTITUTIONAL),
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "Payers deny a diagnosis that does not fit the sex on file (CARC 10 and 7). Medicare's code editor no longer \
             does since October 2024, others do, so it is a warning.",
    source: "ICD-10-CM, titles of the blocks; CMS Medicare Code Editor, edit 3; CR 6638 for condition code 45 and modifier KX",
    judge,
};

/// First and last category, whose block's title in ICD-10-CM names the organs of one sex, or pregnancy.
const FEMALE: &[(&str, &str)] = &[
    ("C51", "C58"),
    ("D25", "D28"),
    ("N70", "N77"),
    ("N80", "N98"),
    ("O00", "O9A"),
    ("Z33", "Z34"),
    ("Z36", "Z37"),
    ("Z39", "Z39"),
];
const MALE: &[(&str, &str)] = &[("C60", "C63"), ("D29", "D29"), ("N40", "N53")];

/// The payer is told that diagnosis and sex are both right.
const CONDITION: &str = "45";
const MODIFIER: &str = "KX";

fn judge(bill: &Bill<'_>, told: &mut Told<'_, '_>) {
    let other = match bill.chart.patient.sex {
        Some(Sex::Female) => MALE,
        Some(Sex::Male) => FEMALE,
        _ => return,
    };
    let mut conditions = bill.claim.detail.conditions.iter();
    let mut modifiers = bill.claim.lines.iter().flat_map(|line| &line.modifiers);
    if conditions.any(|code| code == CONDITION) || modifiers.any(|code| code == MODIFIER) {
        return;
    }
    for (index, diagnosis) in bill.chart.diagnoses.iter().enumerate() {
        let category = diagnosis.code.trim().get(..3).unwrap_or_default();
        let is_of = |(first, last): &(&str, &str)| (*first..=*last).contains(&category);
        if diagnosis.system == crate::chart::code_system::ICD10_CM && other.iter().any(is_of) {
            told.add(format_args!("/diagnoses/{index}/code"), "");
        }
    }
}
