//! Diagnoses that only people of some age have.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Bill, Edit, Told};
use crate::billing::kind::{INSTITUTIONAL, PROFESSIONAL};
use crate::chart::{Code, code_system};

pub(super) const EDIT: Edit = Edit {
    code: Code::AgeConflict,
    keys: &["X222.226.2300.HI01-2.902", "X223.184.2300.HI01-2.902"],
    kinds: PROFESSIONAL.and(INSTITUTIONAL),
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "Payers deny a diagnosis that does not fit the patient's age (CARC 9 and 6); most often birth date or code is mistyped.",
    source: "ICD-10-CM, titles of the codes; ICD-10-CM guidelines I.C.16.a and I.C.21.c; CMS Medicare Code Editor, edit 2 \
             (maternity 9 to 64, pediatric up to 17, adult from 15)",
    judge,
};

/// How old somebody is.
#[derive(Clone, Copy)]
enum Age {
    Days(i32),
    Years(i16),
}

/// Codes that begin so, from an age on and before another, and how people say it.
type Fit = (&'static str, Option<Age>, Option<Age>, &'static str);

const FITS: &[Fit] = &[
    ("Z38", None, Some(Age::Days(29)), "only at the birth"),
    ("Z00110", None, Some(Age::Days(8)), "under 8 days"),
    (
        "Z00111",
        Some(Age::Days(8)),
        Some(Age::Days(29)),
        "8 to 28 days",
    ),
    (
        "Z0012",
        Some(Age::Days(29)),
        Some(Age::Years(18)),
        "29 days to 17 years",
    ),
    ("Z000", Some(Age::Years(15)), None, "adults"),
    (
        "O",
        Some(Age::Years(9)),
        Some(Age::Years(65)),
        "9 to 64 years",
    ),
    // What began around the birth may be coded as long as it lasts; of an adult it is seldom meant.
    ("P", None, Some(Age::Years(18)), "began around the birth"),
];

impl Age {
    /// The day on which somebody born on a day is so old.
    fn reached(self, birth: Date) -> Date {
        match self {
            Self::Days(days) => birth.saturating_add(days.days()),
            Self::Years(years) => birth.saturating_add(years.years()),
        }
    }
}

fn judge(bill: &Bill<'_>, told: &mut Told<'_, '_>) {
    let birth = bill.chart.patient.birth_date;
    let Some((birth, (day, _))) = birth.zip(bill.service) else {
        return;
    };
    for (index, diagnosis) in bill.chart.diagnoses.iter().enumerate() {
        if diagnosis.system != code_system::ICD10_CM {
            continue;
        }
        let letters = || diagnosis.code.trim().bytes().filter(|byte| *byte != b'.');
        let begins = |(code, ..): &&Fit| code.bytes().eq(letters().take(code.len()));
        let Some((_, from, before, words)) = FITS.iter().find(begins) else {
            continue;
        };
        let is_young = from.is_some_and(|age| day < age.reached(birth));
        let is_old = before.is_some_and(|age| day >= age.reached(birth));
        if is_young || is_old {
            told.add(format_args!("/diagnoses/{index}/code"), *words);
        }
    }
}
