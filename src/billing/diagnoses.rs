//! Diagnoses of a claim, and where each of the chart's went. It must not know the lines that
//! point to them.

use super::notes::Notes;
use super::{Biller, shape};
use crate::chart::{self, Chart, Code, code_system};
use crate::claim::Diagnosis;

/// HI of loop 2300 holds twelve.
const DIAGNOSES_MAX: usize = 12;
/// SV107 holds four.
const POINTERS_MAX: usize = 4;

/// Diagnoses as the claim lists them.
pub(super) struct Diagnoses {
    codes: Vec<String>,
    /// By index into the chart's diagnoses: the number on the claim, 1 the first. `None` where it
    /// has no code.
    numbers: Vec<Option<u8>>,
}

impl Diagnoses {
    pub(super) fn of(biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) -> Self {
        let mut made = Self {
            codes: Vec::new(),
            numbers: Vec::new(),
        };
        for (index, diagnosis) in chart.diagnoses.iter().enumerate() {
            let pointer = format!("/diagnoses/{index}");
            let code = coded(biller, notes, &pointer, diagnosis);
            made.take(notes, &pointer, code);
        }
        if chart.diagnoses.is_empty() {
            made.take_reasons(biller, notes, chart);
        }
        if made.codes.len() > DIAGNOSES_MAX {
            notes.add(Code::DiagnosesTooMany, "/diagnoses", "");
        }
        made
    }

    fn take(&mut self, notes: &mut Notes<'_>, pointer: &str, code: Option<String>) {
        let Some(code) = code else {
            self.numbers.push(None);
            return;
        };
        let listed = self.codes.iter().position(|listed| *listed == code);
        if listed.is_some() {
            notes.add(Code::DiagnosisRepeated, pointer, "");
        }
        let index = listed.unwrap_or_else(|| {
            notes.from(format!("diagnoses[{}]", self.codes.len()), pointer);
            if self.codes.is_empty() && shape::external_cause(&code) {
                notes.add(Code::DiagnosisExternalCause, &format!("{pointer}/code"), "");
            }
            self.codes.push(code);
            self.codes.len() - 1
        });
        self.numbers.push(u8::try_from(index + 1).ok());
    }

    /// A chart without diagnoses may say why the patient came.
    fn take_reasons(&mut self, biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) {
        for (index, reason) in chart.encounter.reasons.iter().enumerate() {
            let pointer = format!("/encounter/reasons/{index}");
            let code = meant(biller, reason).filter(|code| !self.codes.contains(code));
            if code.is_some() {
                notes.add(Code::DiagnosisFromReason, &pointer, "");
                self.take(notes, &pointer, code);
            }
        }
        self.numbers.clear();
        match (self.codes.is_empty(), chart.encounter.reasons.is_empty()) {
            (true, true) => notes.add(Code::DiagnosisMissing, "/diagnoses", ""),
            (true, false) => {
                let pointer = "/encounter/reasons/0/code";
                notes.add(Code::DiagnosisUnmapped, pointer, "reason of the visit");
            }
            (false, _) => {}
        }
    }

    /// The claim's numbers for a line's pointers: without any, the first diagnosis.
    pub(super) fn pointers(&self, notes: &mut Notes<'_>, at: &str, given: &[usize]) -> Vec<u8> {
        if given.is_empty() {
            return vec![1];
        }
        let at = format!("{at}/diagnosis_pointers");
        let mut pointers = Vec::new();
        for (index, pointer) in given.iter().enumerate() {
            match pointer
                .checked_sub(1)
                .and_then(|place| self.numbers.get(place))
            {
                None => notes.add(Code::PointerDangling, &format!("{at}/{index}"), ""),
                Some(&Some(number)) if !pointers.contains(&number) => pointers.push(number),
                Some(_) => {}
            }
        }
        if pointers.len() > POINTERS_MAX {
            notes.add(Code::PointersTooMany, &at, "");
        }
        pointers
    }

    pub(super) fn into_claim(self) -> Vec<Diagnosis> {
        let codes = self.codes.into_iter();
        codes.map(Diagnosis::icd10).collect()
    }
}

/// The ICD-10-CM code of a diagnosis, told where it has none.
fn coded(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    at: &str,
    diagnosis: &chart::Diagnosis,
) -> Option<String> {
    let pointer = format!("{at}/code");
    let code = meant(biller, diagnosis);
    let native = diagnosis.system == code_system::ICD10_CM;
    match (&code, native) {
        (Some(_), true) => {}
        (Some(_), false) => notes.add(Code::DiagnosisMapped, &pointer, ""),
        (None, true) => notes.add(Code::DiagnosisShape, &pointer, ""),
        (None, false) => notes.add(Code::DiagnosisUnmapped, &pointer, ""),
    }
    code
}

/// The ICD-10-CM code that a coded thing means.
fn meant(biller: &Biller<'_>, diagnosis: &chart::Diagnosis) -> Option<String> {
    if diagnosis.system == code_system::ICD10_CM {
        return shape::icd10_cm(&diagnosis.code);
    }
    let mapped = biller
        .defaults
        .diagnosis(&diagnosis.system, diagnosis.code.trim());
    mapped.and_then(shape::icd10_cm)
}
