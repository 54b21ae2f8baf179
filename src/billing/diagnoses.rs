//! Diagnoses of a claim, and where each of the chart's went. It must not know the lines that
//! point to them.

use super::coverage::listed_code;
use super::fields::Fields;
use super::kind::{DENTAL, INSTITUTIONAL, Kind, PROFESSIONAL};
use super::notes::{Notes, Pointer};
use super::{Biller, shape, text};
use crate::chart::{self, Chart, Code, code_system};
use crate::claim::{Diagnosis, DiagnosisSystem};

/// SV107 and SV311 hold four.
const POINTERS_MAX: usize = 4;
/// HI*ABN of an institutional claim.
const EXTERNAL_CAUSES_MAX: usize = 12;
/// HI*APR of an institutional claim.
const REASONS_MAX: usize = 3;
/// X12 element 1073.
const PRESENT_ON_ADMISSION: &[&str] = &["N", "U", "W", "Y"];

/// Diagnoses as the claim lists them.
pub(super) struct Diagnoses {
    kind: Kind,
    listed: Vec<Diagnosis>,
    /// Of an institutional claim, which lists them apart.
    external_causes: Vec<Diagnosis>,
    reasons: Vec<Diagnosis>,
    /// By index into the chart's diagnoses: the number on the claim, 1 the first. `None` where it
    /// has no code.
    numbers: Vec<Option<u8>>,
}

impl Diagnoses {
    pub(super) fn of(
        biller: &Biller<'_>,
        notes: &mut Notes<'_>,
        kind: Kind,
        chart: &Chart,
    ) -> Self {
        let mut made = Self {
            kind,
            listed: Vec::new(),
            external_causes: Vec::new(),
            reasons: Vec::new(),
            numbers: Vec::new(),
        };
        for (index, diagnosis) in chart.diagnoses.iter().enumerate() {
            let pointer = format_args!("/diagnoses/{index}");
            let diagnosis = made.one(biller, notes, pointer, diagnosis);
            made.take(notes, pointer, diagnosis);
        }
        match kind {
            Kind::Institutional => made.visit_for(biller, notes, chart),
            Kind::Professional if chart.diagnoses.is_empty() => {
                made.take_reasons(biller, notes, chart)
            }
            Kind::Professional | Kind::Dental => {}
        }
        if kind == Kind::Institutional && chart.diagnoses.is_empty() {
            notes.add(Code::DiagnosisMissing, "/diagnoses", "");
        }
        if made.listed.len() > kind.diagnoses_max() {
            notes.add(Code::DiagnosesTooMany, "/diagnoses", "");
        }
        if made.external_causes.len() > EXTERNAL_CAUSES_MAX {
            let detail = format!("at most {EXTERNAL_CAUSES_MAX} external causes");
            notes.add(Code::TooMany, "/diagnoses", detail);
        }
        made
    }

    /// A diagnosis as the claim says it; `None` where it has no code.
    pub(super) fn one(
        &self,
        biller: &Biller<'_>,
        notes: &mut Notes<'_>,
        at: impl Pointer,
        given: &chart::Diagnosis,
    ) -> Option<Diagnosis> {
        let name = "present_on_admission";
        let present = given.present_on_admission.as_ref();
        let mut fields = Fields::new(notes, self.kind, &at, "");
        let is_said = fields.only(INSTITUTIONAL).takes(name, present.is_some());
        let present = present.filter(|_| is_said);
        let present = listed_code(
            notes,
            format_args!("{at}/{name}"),
            present,
            PRESENT_ON_ADMISSION,
        );
        if self.kind == Kind::Dental && given.system == code_system::SNODENT {
            let code = text::number(
                notes,
                format_args!("{at}/code"),
                Some(&given.code),
                text::CODE_MAX,
            )?;
            return Some(Diagnosis {
                system: DiagnosisSystem::Snodent,
                ..Diagnosis::icd10(code)
            });
        }
        let code = coded(biller, notes, at, given)?;
        Some(Diagnosis {
            present_on_admission: present.map(Into::into),
            ..Diagnosis::icd10(code)
        })
    }

    /// [`Self::one`] of those that are not found in the patient, but said of the admission or the visit.
    pub(super) fn bare(
        &self,
        biller: &Biller<'_>,
        notes: &mut Notes<'_>,
        at: impl Pointer,
        given: &chart::Diagnosis,
    ) -> Option<Diagnosis> {
        if given.present_on_admission.is_some() {
            notes.add(
                Code::NotOfKind,
                format_args!("{at}/present_on_admission"),
                "",
            );
        }
        let bare = chart::Diagnosis::new(&*given.code, &*given.system);
        self.one(biller, notes, at, &bare)
    }

    fn take(&mut self, notes: &mut Notes<'_>, pointer: impl Pointer, diagnosis: Option<Diagnosis>) {
        let Some(diagnosis) = diagnosis else {
            self.numbers.push(None);
            return;
        };
        let is_external = shape::external_cause(diagnosis.code.as_str());
        let is_first = self.listed.is_empty();
        if is_external && is_first {
            notes.add(
                Code::DiagnosisExternalCause,
                format_args!("{pointer}/code"),
                "",
            );
        }
        if is_external && self.kind == Kind::Institutional {
            let field = "kind.institutional.external_causes";
            notes.from(
                format_args!("{field}[{}]", self.external_causes.len()),
                pointer,
            );
            self.external_causes.push(diagnosis);
            self.numbers.push(None);
            return;
        }
        let listed = self
            .listed
            .iter()
            .position(|listed| listed.code == diagnosis.code);
        if listed.is_some() {
            notes.add(Code::DiagnosisRepeated, pointer, "");
        }
        let index = listed.unwrap_or_else(|| {
            let field = format!("diagnoses[{}]", self.listed.len());
            notes.from(format_args!("{field}.code"), format_args!("{pointer}/code"));
            notes.from(
                format_args!("{field}.present_on_admission"),
                format_args!("{pointer}/present_on_admission"),
            );
            notes.from(field, pointer);
            self.listed.push(diagnosis);
            self.listed.len() - 1
        });
        self.numbers.push(u8::try_from(index + 1).ok());
    }

    /// A chart without diagnoses may say why the patient came.
    fn take_reasons(&mut self, biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) {
        for (index, reason) in chart.encounter.reasons.iter().enumerate() {
            let pointer = format_args!("/encounter/reasons/{index}");
            let code = meant(biller, reason).map(Diagnosis::icd10);
            let code = code.filter(|code| !self.listed.contains(code));
            if code.is_some() {
                notes.add(Code::DiagnosisFromReason, pointer, "");
                self.take(notes, pointer, code);
            }
        }
        self.numbers.clear();
        match (self.listed.is_empty(), chart.encounter.reasons.is_empty()) {
            (true, true) => notes.add(Code::DiagnosisMissing, "/diagnoses", ""),
            (true, false) => {
                let pointer = "/encounter/reasons/0/code";
                notes.add(Code::DiagnosisUnmapped, pointer, "reason of the visit");
            }
            (false, _) => {}
        }
    }

    /// An institutional claim says why the patient came beside what was found. A stay has an admitting diagnosis instead.
    fn visit_for(&mut self, biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) {
        let is_stay = |stay: &chart::Stay| stay.admitting_diagnosis.is_some();
        if chart.stay.as_ref().is_some_and(is_stay) {
            return;
        }
        for (index, reason) in chart.encounter.reasons.iter().enumerate() {
            let pointer = format_args!("/encounter/reasons/{index}");
            let reason = self.bare(biller, notes, pointer, reason);
            if let Some(reason) = reason {
                let field = "kind.institutional.reasons_for_visit";
                notes.from(format_args!("{field}[{}]", self.reasons.len()), pointer);
                self.reasons.push(reason);
            }
        }
        if self.reasons.len() > REASONS_MAX {
            notes.add(
                Code::TooMany,
                "/encounter/reasons",
                format!("at most {REASONS_MAX}"),
            );
        }
    }

    pub(super) fn reasons_for_visit(&self) -> Vec<Diagnosis> {
        self.reasons.clone()
    }

    pub(super) fn external_causes(&self) -> Vec<Diagnosis> {
        self.external_causes.clone()
    }

    /// The claim's numbers for a line's pointers: without any, the first diagnosis of a visit; none of a facility's bill.
    pub(super) fn pointers(
        &self,
        notes: &mut Notes<'_>,
        at: impl Pointer,
        given: &[usize],
    ) -> Vec<u8> {
        let mut fields = Fields::new(notes, self.kind, &at, "");
        let is_there = fields
            .only(PROFESSIONAL | DENTAL)
            .takes("diagnosis_pointers", !given.is_empty());
        match (is_there, self.kind) {
            (false, Kind::Professional) => return vec![1],
            (false, _) => return Vec::new(),
            (true, _) => {}
        }
        let at = format_args!("{at}/diagnosis_pointers");
        let mut pointers = Vec::new();
        for (index, pointer) in given.iter().enumerate() {
            match pointer
                .checked_sub(1)
                .and_then(|place| self.numbers.get(place))
            {
                None => notes.add(Code::PointerDangling, format_args!("{at}/{index}"), ""),
                Some(&Some(number)) if !pointers.contains(&number) => pointers.push(number),
                Some(_) => {}
            }
        }
        if pointers.len() > POINTERS_MAX {
            notes.add(Code::PointersTooMany, at, "");
        }
        pointers
    }

    pub(super) fn into_claim(self) -> Vec<Diagnosis> {
        self.listed
    }
}

/// The ICD-10-CM code of a diagnosis, told where it has none.
fn coded(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    at: impl Pointer,
    diagnosis: &chart::Diagnosis,
) -> Option<String> {
    let pointer = format_args!("{at}/code");
    let code = meant(biller, diagnosis);
    let native = diagnosis.system == code_system::ICD10_CM;
    match (&code, native) {
        (Some(_), true) => {}
        (Some(_), false) => notes.add(Code::DiagnosisMapped, pointer, ""),
        (None, true) => notes.add(Code::DiagnosisShape, pointer, ""),
        (None, false) => notes.add(Code::DiagnosisUnmapped, pointer, ""),
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
