//! Why people come to a family practice, and what is done: diagnoses and procedures that go together. It must not
//! know people or coverage.

use super::draw::{Draw, mix};
use crate::chart::{Decimal, Diagnosis, Procedure, code_system};
use crate::claim::Money;
use crate::sandbox::fees::fee;

/// A kind of visit.
#[derive(Debug)]
pub(super) struct Visit {
    /// How often among the others of its list.
    pub(super) weight: u64,
    /// Whole years, the last included.
    pub(super) ages: (u64, u64),
    /// One of these is principal; a visit may have a second one.
    diagnoses: &'static [&'static str],
    /// `CODE[-MODIFIER][xUNITS]`, the first what the visit is for.
    always: &'static [&'static str],
    /// Each perhaps.
    perhaps: &'static [&'static str],
}

const ANY: (u64, u64) = (1, 92);
const ADULT: (u64, u64) = (18, 92);
/// Lines of a claim, at most.
const LINES_MAX: usize = 4;

const fn visit(
    weight: u64,
    ages: (u64, u64),
    diagnoses: &'static [&'static str],
    always: &'static [&'static str],
    perhaps: &'static [&'static str],
) -> Visit {
    Visit {
        weight,
        ages,
        diagnoses,
        always,
        perhaps,
    }
}

pub(super) const ORDINARY: &[Visit] = &[
    visit(
        14,
        ANY,
        &["J06.9", "J02.9", "J20.9", "B34.9"],
        &["99213"],
        &["87880", "87804", "87426"],
    ),
    visit(
        8,
        ADULT,
        &["M54.50", "M25.561", "M79.671", "S93.401A"],
        &["99213"],
        &["73630", "73562", "97110"],
    ),
    visit(5, ANY, &["L30.9", "L70.0", "R21"], &["99212"], &[]),
    visit(
        6,
        ADULT,
        &["N39.0", "R30.0"],
        &["99213", "81003"],
        &["87086"],
    ),
    visit(
        16,
        (35, 92),
        &["I10", "E78.5", "E11.9", "E11.65"],
        &["99214"],
        &["36415", "80053", "83036", "80061"],
    ),
    visit(
        5,
        ADULT,
        &["E03.9", "R53.83"],
        &["99213", "84443"],
        &["36415", "85025"],
    ),
    visit(
        6,
        ADULT,
        &["F41.1", "F32.A", "F33.1"],
        &["99214"],
        &["96127"],
    ),
    visit(3, ADULT, &["F41.1", "F43.23"], &["90834"], &[]),
    visit(
        3,
        ANY,
        &["J45.909", "J45.20"],
        &["99213"],
        &["94010", "94640", "94760"],
    ),
    visit(
        7,
        ADULT,
        &["R05.9", "K21.9", "R51.9", "R10.9"],
        &["99203"],
        &["71046", "36415", "80053"],
    ),
    visit(
        5,
        (18, 39),
        &["Z00.00"],
        &["99395", "90686", "90471"],
        &["80061"],
    ),
    visit(
        7,
        (40, 64),
        &["Z00.00"],
        &["99396", "80061", "90686", "90471"],
        &["36415"],
    ),
    visit(4, (65, 92), &["Z00.00"], &["G0439"], &["90662", "G0444"]),
    visit(
        5,
        (1, 4),
        &["Z00.129"],
        &["99392", "90686", "90460"],
        &["85018"],
    ),
    visit(
        5,
        (5, 11),
        &["Z00.129"],
        &["99393", "90686", "90460"],
        &["99173"],
    ),
    visit(
        4,
        (12, 17),
        &["Z00.129"],
        &["99394", "90715", "90471"],
        &["96127"],
    ),
    visit(3, ADULT, &["E53.8"], &["96372", "J3420"], &[]),
    visit(
        3,
        (40, 92),
        &["M17.11", "M17.12", "M75.41"],
        &["20610", "99213-25", "J3301x4"],
        &[],
    ),
    visit(2, ANY, &["B07.9", "L82.0"], &["17110"], &["99212-25"]),
    visit(
        2,
        (50, 92),
        &["Z79.01", "I48.91"],
        &["99211", "85610"],
        &["36415"],
    ),
    visit(
        2,
        ADULT,
        &["M54.2", "M62.830"],
        &["97110", "97140"],
        &["97530"],
    ),
];
pub(super) const NO_AUTHORIZATION: &[Visit] = &[
    visit(1, ADULT, &["M54.16", "M54.50"], &["72148"], &[]),
    visit(1, ADULT, &["R51.9", "G43.909"], &["99213", "70551"], &[]),
    visit(1, ADULT, &["M25.561", "M23.91"], &["73721"], &[]),
    visit(1, ADULT, &["R10.9"], &["74177"], &["36415"]),
];
pub(super) const BUNDLED: &[Visit] = &[
    visit(2, ADULT, &["B07.9"], &["99213", "17110"], &[]),
    visit(1, ADULT, &["H61.23"], &["99212", "69210"], &[]),
    visit(1, (50, 92), &["B35.1"], &["99213", "11721"], &[]),
];
pub(super) const DOCUMENTS: &[Visit] = &[
    visit(1, ADULT, &["G56.01"], &["64999"], &[]),
    visit(1, ADULT, &["M79.2"], &["99213", "64999"], &[]),
];
pub(super) const EXCLUDED: &[Visit] = &[
    visit(3, ANY, &["J06.9", "H66.91"], &["99213", "99050"], &[]),
    visit(1, ADULT, &["L68.0"], &["17380"], &[]),
    visit(2, ADULT, &["M54.50"], &["97810", "97811"], &[]),
];
pub(super) const LOWERED: &[Visit] = &[
    visit(
        2,
        (40, 92),
        &["I50.9", "E11.65"],
        &["99215"],
        &["36415", "80053"],
    ),
    visit(1, ADULT, &["R07.9"], &["99215"], &["71046"]),
];
pub(super) const TAKEN_BACK: &[Visit] = &[
    visit(
        1,
        (40, 92),
        &["R07.9", "I10", "R00.2"],
        &["99214", "93000"],
        &["36415"],
    ),
    visit(1, (40, 92), &["I48.91", "R00.2"], &["93000"], &[]),
];
/// An infusion: the drug alone costs more than what is paid without a person's look.
pub(super) const REVIEWED: &[Visit] = &[visit(
    1,
    ADULT,
    &["M06.9", "K50.90"],
    &["J1745x50", "96413"],
    &[],
)];
pub(super) const ADULTS: &[Visit] = &[
    visit(
        1,
        ADULT,
        &["M54.50", "J20.9", "R51.9"],
        &["99213"],
        &["36415", "85025"],
    ),
    visit(1, ADULT, &["I10", "E78.5"], &["99214", "36415"], &["80053"]),
];

/// Charges of codes that the insurer's schedule does not have, a unit in dollars.
const UNLISTED: [(&str, i64); 2] = [("J1745", 232), ("96413", 410)];

/// One of a list, by weight.
pub(super) fn choose(draw: &mut Draw, list: &'static [Visit]) -> &'static Visit {
    let mut left = draw.below(list.iter().map(|visit| visit.weight).sum());
    for visit in list {
        match left.checked_sub(visit.weight) {
            Some(rest) => left = rest,
            None => return visit,
        }
    }
    &list[0]
}

impl Visit {
    pub(super) fn diagnoses(&self, draw: &mut Draw) -> Vec<Diagnosis> {
        let mut codes = vec![draw.of(self.diagnoses)];
        if draw.percent(35) {
            let other = draw.of(self.diagnoses);
            codes.extend((other != codes[0]).then_some(other));
        }
        codes.into_iter().map(diagnosis).collect()
    }

    pub(super) fn procedures(&self, draw: &mut Draw) -> Vec<Procedure> {
        let perhaps = self.perhaps.iter().filter(|_| draw.percent(40));
        let all = self.always.iter().chain(perhaps);
        all.take(LINES_MAX).map(|code| procedure(code)).collect()
    }
}

fn diagnosis(code: &str) -> Diagnosis {
    Diagnosis::new(code, code_system::ICD10_CM)
}

fn procedure(text: &str) -> Procedure {
    let (text, units) = text.split_once('x').unwrap_or((text, "1"));
    let (code, modifier) = text.split_once('-').unwrap_or((text, ""));
    let several = units.parse().unwrap_or(1);
    Procedure {
        code: code.into(),
        system: code_system::HCPCS.into(),
        modifiers: Some(modifier)
            .filter(|modifier| !modifier.is_empty())
            .map(str::to_owned)
            .into_iter()
            .collect(),
        description: (code == "64999").then(|| "Nerve block, unlisted".to_owned()),
        charge: decimal(charge(code, several)),
        quantity: (several > 1).then(|| Decimal::parse(units)).flatten(),
        ..Procedure::default()
    }
}

/// The practice's price list: 1.2 to 2.5 times the insurer's fee, whole dollars from ten dollars up.
fn charge(code: &str, units: i64) -> Money {
    let listed = UNLISTED.iter().find(|(known, _)| *known == code);
    if let Some((_, dollars)) = listed {
        return Money::from_cents(dollars * 100 * units);
    }
    let fee = fee(code).map_or(5_000, |fee| fee.allowance.cents());
    let hash = code
        .bytes()
        .fold(7, |hash, byte| mix(hash ^ u64::from(byte)));
    let percent = 125 + i64::try_from(hash % 120).unwrap_or_default();
    let cents = fee * percent * units / 100;
    let rounded = match cents {
        1_000.. => cents / 100 * 100,
        _ => cents,
    };
    Money::from_cents(rounded)
}

pub(super) fn decimal(amount: Money) -> Option<Decimal> {
    Decimal::parse(&amount.to_string())
}
