//! Two services of one provider on one day of which a payer pays one only.

use jiff::civil::Date;

use super::{Bill, Edit, Told, hand};
use crate::billing::kind::{INSTITUTIONAL, Kind, PROFESSIONAL};
use crate::chart::Code;
use crate::claim::ServiceLine;
use crate::guide::public::Setting;

pub(super) const EDIT: Edit = Edit {
    code: Code::NcciPair,
    keys: &["X222.351.2400.SV101-2.909", "X223.424.2400.SV202-2.909"],
    kinds: PROFESSIONAL.and(INSTITUTIONAL),
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "Medicare, Medicaid and most others pay one service of such a pair, and deny the other (CARC 97, 236). The pairs \
             are those of the quarter that `claimgate codes import` took in; a service is judged by its own day.",
    source: "CMS National Correct Coding Initiative, procedure-to-procedure edits, and its policy manual, chapter 1, section E",
    judge,
};

/// Modifiers that may say that two services were apart: sites, sides, and circumstances (policy manual, chapter 1,
/// section E). Since July 2019 they count on either line.
const APART: &[&str] = &[
    "24", "25", "27", "57", "58", "59", "78", "79", "91", "E1", "E2", "E3", "E4", "F1", "F2", "F3",
    "F4", "F5", "F6", "F7", "F8", "F9", "FA", "LC", "LD", "LM", "LT", "RC", "RI", "RT", "T1", "T2",
    "T3", "T4", "T5", "T6", "T7", "T8", "T9", "TA", "XE", "XP", "XS", "XU",
];

fn judge(bill: &Bill<'_>, told: &mut Told<'_, '_>) {
    let tables = &bill.biller.tables;
    let setting = match bill.kind {
        Kind::Institutional => Setting::Hospital,
        _ => Setting::Practitioner,
    };
    if !tables.has_pairs(setting) {
        return;
    }
    let lines = &bill.claim.lines;
    let mut order: Vec<(Date, usize)> = bill
        .days()
        .filter_map(|(index, day)| Some((day?, index)))
        .collect();
    order.sort_unstable();
    for of_day in order.chunk_by(|(one, _), (other, _)| one == other) {
        for (day, second) in of_day {
            let other = &lines[*second];
            let find = |(_, first): &(Date, usize)| {
                let pair = tables.pair(setting, &lines[*first].procedure, &other.procedure, *day);
                pair.is_some_and(|pair| {
                    hand(&lines[*first].providers) == hand(&other.providers)
                        && !(pair.modifier_allowed && (is_apart(&lines[*first]) || is_apart(other)))
                })
            };
            // One is enough to know; a pair is of two codes, so a line is none with itself.
            if let Some((_, first)) = of_day.iter().find(|one| find(one)) {
                let pair = tables.pair(setting, &lines[*first].procedure, &other.procedure, *day);
                let help = match pair.is_some_and(|pair| pair.modifier_allowed) {
                    true => "",
                    false => ", and no modifier helps",
                };
                let pointer = format_args!("/procedures/{second}/code");
                told.add(pointer, format!("with procedure {}{help}", first + 1));
            }
        }
    }
}

fn is_apart(line: &ServiceLine) -> bool {
    line.modifiers
        .iter()
        .any(|one| APART.contains(&one.as_str()))
}
