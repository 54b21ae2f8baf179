//! HI: codes of a kind, twelve a segment, and the diagnoses that every claim has in it. It must not know which kinds a
//! guide has.

use std::borrow::Cow;

use super::cursor::{Cursor, What};
use crate::claim::{Diagnosis, DiagnosisSystem, Phi};
use crate::x12::Writer;

/// HI holds twelve codes.
const CODES_PER_HI: usize = 12;

/// C022: kind, code, format of what follows, date or period, amount, and in the ninth place present on admission.
const COMPONENTS: usize = 9;

/// One code of a segment that is being read.
pub(super) struct Code<'s> {
    pub(super) element: usize,
    parts: [&'s str; COMPONENTS],
}

/// The codes of a segment, but empty elements.
pub(super) fn read<'s>(cursor: &mut Cursor<'s, '_>) -> Vec<Code<'s>> {
    (1..=cursor.len())
        .map(|element| Code {
            element,
            parts: cursor.components(element),
        })
        .filter(|code| code.parts.iter().any(|part| !part.is_empty()))
        .collect()
}

impl Code<'_> {
    pub(super) fn kind(&self) -> &str {
        self.parts[0]
    }

    pub(super) fn code(&self) -> String {
        self.parts[1].to_owned()
    }

    /// What stands in a component, counted from 1, if anything does.
    pub(super) fn part(&self, component: usize) -> Option<&str> {
        Some(self.parts[component - 1]).filter(|part| !part.is_empty())
    }

    /// Tells what stands behind kind and code but in these components.
    pub(super) fn only(&self, cursor: &mut Cursor<'_, '_>, held: &[usize]) {
        let others = (3..=COMPONENTS).filter(|component| !held.contains(component));
        if others
            .into_iter()
            .any(|component| self.part(component).is_some())
        {
            cursor.note(self.element, What::NotHeld);
        }
    }

    /// The code as a diagnosis: present on admission only where the guide has it.
    pub(super) fn diagnosis(&self, system: DiagnosisSystem) -> Diagnosis {
        Diagnosis {
            code: Phi::new(self.code()),
            system,
            present_on_admission: self.part(9).map(Phi::from),
        }
    }
}

/// The code set that a kind of diagnosis names, where it is the one or the other of these.
pub(super) fn system(kind: &str, icd10: &str, icd9: &str) -> Option<DiagnosisSystem> {
    match kind {
        _ if kind == icd10 => Some(DiagnosisSystem::Icd10),
        _ if kind == icd9 => Some(DiagnosisSystem::Icd9),
        "TQ" => Some(DiagnosisSystem::Snodent),
        _ => None,
    }
}

/// C022, as it is written.
pub(super) type Parts<'c> = Vec<Cow<'c, str>>;

/// C022 of a diagnosis of this kind.
pub(super) fn diagnosis<'c>(
    diagnosis: &'c Diagnosis,
    icd10: &'static str,
    icd9: &'static str,
) -> Parts<'c> {
    let kind = match diagnosis.system {
        DiagnosisSystem::Icd10 => icd10,
        DiagnosisSystem::Icd9 => icd9,
        DiagnosisSystem::Snodent => "TQ",
    };
    let mut parts: Parts<'_> = vec![kind.into(), diagnosis.code.as_str().into()];
    if let Some(present) = &diagnosis.present_on_admission {
        parts.resize(COMPONENTS - 1, "".into());
        parts.push(present.as_str().into());
    }
    parts
}

/// The principal diagnosis (ABK, BK) and the others (ABF, BF) of a claim.
pub(super) fn diagnoses(diagnoses: &[Diagnosis]) -> Vec<Parts<'_>> {
    let code = |(index, one)| match index {
        0 => diagnosis(one, "ABK", "BK"),
        _ => diagnosis(one, "ABF", "BF"),
    };
    diagnoses.iter().enumerate().map(code).collect()
}

/// Codes of one kind.
pub(super) fn plain<'c, S: AsRef<str>>(kind: &'c str, codes: &'c [S]) -> Vec<Parts<'c>> {
    let codes = codes.iter().map(AsRef::as_ref);
    codes
        .map(|code| vec![kind.into(), Cow::Borrowed(code)])
        .collect()
}

/// Writes the codes, a further segment where there are more than one holds.
pub(super) fn write(writer: &mut Writer, codes: &[Parts<'_>]) {
    for codes in codes.chunks(CODES_PER_HI) {
        let mut segment = writer.segment("HI");
        for code in codes {
            segment = segment.composite(code);
        }
    }
}
