//! Which service lines of a claim a service payment is about: a ladder as for claims. It must not guess.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::SentLine;
use crate::claim::Money;

/// Length of a HCPCS or CPT code; what a payer glues behind it are modifiers of two characters.
const PROCEDURE_LENGTH: usize = 5;

/// How a line was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineRung {
    /// REF*6R is the line control number sent.
    ControlNumber,
    /// Submitted procedure, modifiers, charge and day.
    Procedure,
    /// The same without modifiers: some payers drop them.
    ProcedureOnly,
    /// Several lines of one procedure answered as one, or one line answered in parts.
    Bundled,
    Unmatched,
}

/// What a service payment says about the line it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineKeys<'p> {
    /// REF*6R; empty where the payer leaves it out.
    pub control_number: &'p str,
    /// The submitted procedure: SVC06, else SVC01.
    pub procedure: &'p str,
    pub modifiers: Vec<&'p str>,
    /// SVC02; negative in a reversal.
    pub charge: Money,
    /// First day of service, where one is told.
    pub day: Option<Date>,
}

/// For each service payment the indices of its lines, and how they were found. A line that is answered is not
/// offered again, but by its own control number.
pub fn find_lines(lines: &[SentLine], payments: &[LineKeys<'_>]) -> Vec<(Vec<usize>, LineRung)> {
    let mut found = vec![(Vec::new(), LineRung::Unmatched); payments.len()];
    let mut search = Search {
        lines,
        open: vec![true; lines.len()],
    };
    for rung in [
        LineRung::ControlNumber,
        LineRung::Procedure,
        LineRung::ProcedureOnly,
    ] {
        for (payment, found) in payments.iter().zip(&mut found) {
            if found.1 == LineRung::Unmatched
                && let Some(line) = search.one(payment, rung)
            {
                search.open[line] = false;
                *found = (vec![line], rung);
            }
        }
    }
    search.parts_of_one(payments, &mut found);
    for (payment, found) in payments.iter().zip(&mut found) {
        if found.1 == LineRung::Unmatched
            && let Some(lines) = search.several(payment)
        {
            lines.iter().for_each(|&line| search.open[line] = false);
            *found = (lines, LineRung::Bundled);
        }
    }
    found
}

struct Search<'l> {
    lines: &'l [SentLine],
    open: Vec<bool>,
}

impl Search<'_> {
    /// The line that fits on this rung. Lines that are alike in everything are taken in their order: which of them
    /// is which makes no difference.
    fn one(&self, payment: &LineKeys<'_>, rung: LineRung) -> Option<usize> {
        if rung == LineRung::ControlNumber {
            let fits = |line: &SentLine| {
                !payment.control_number.is_empty() && line.control_number == payment.control_number
            };
            return self.lines.iter().position(fits);
        }
        let fits = |line: &SentLine| {
            self.alike(payment, line)
                && line.charge == payment.charge.abs()
                && (rung == LineRung::ProcedureOnly || same_modifiers(payment, line))
        };
        self.open_lines().find(|&index| fits(&self.lines[index]))
    }

    /// Payments of one procedure that together answer one line.
    fn parts_of_one(&mut self, payments: &[LineKeys<'_>], found: &mut [(Vec<usize>, LineRung)]) {
        for index in 0..self.lines.len() {
            let line = &self.lines[index];
            let parts: Vec<usize> = (0..payments.len())
                .filter(|&one| found[one].1 == LineRung::Unmatched)
                .filter(|&one| self.alike(&payments[one], line))
                .collect();
            let sum = Money::checked_sum(parts.iter().map(|&one| payments[one].charge));
            if self.open[index] && parts.len() > 1 && sum.map(Money::abs) == Some(line.charge) {
                self.open[index] = false;
                for part in parts {
                    found[part] = (vec![index], LineRung::Bundled);
                }
            }
        }
    }

    /// All open lines of the payment's procedure, when together they are its charge.
    fn several(&self, payment: &LineKeys<'_>) -> Option<Vec<usize>> {
        let alike = |&index: &usize| self.alike(payment, &self.lines[index]);
        let lines: Vec<usize> = self.open_lines().filter(alike).collect();
        let sum = Money::checked_sum(lines.iter().map(|&line| self.lines[line].charge));
        (lines.len() > 1 && sum == Some(payment.charge.abs())).then_some(lines)
    }

    fn open_lines(&self) -> impl Iterator<Item = usize> {
        (0..self.lines.len()).filter(|&index| self.open[index])
    }

    /// The same procedure, on the same day where payer and line tell one.
    fn alike(&self, payment: &LineKeys<'_>, line: &SentLine) -> bool {
        let said = payment.day.zip(line.service);
        let day = said.is_none_or(|(day, (from, to))| (from..=to).contains(&day));
        day && split(payment.procedure).0 == line.procedure
    }
}

fn same_modifiers(payment: &LineKeys<'_>, line: &SentLine) -> bool {
    let mut told: Vec<&str> = split(payment.procedure).1;
    told.extend(&payment.modifiers);
    told.iter()
        .copied()
        .eq(line.modifiers.iter().map(String::as_str))
}

/// `9921325` is 99213 with modifier 25, as some payers write it.
fn split(procedure: &str) -> (&str, Vec<&str>) {
    let glued = procedure.len() > PROCEDURE_LENGTH
        && procedure.is_ascii()
        && (procedure.len() - PROCEDURE_LENGTH).is_multiple_of(2);
    if !glued {
        return (procedure, Vec::new());
    }
    let (code, mut rest) = procedure.split_at(PROCEDURE_LENGTH);
    let mut modifiers = Vec::new();
    while !rest.is_empty() {
        let (modifier, after) = rest.split_at(2);
        modifiers.push(modifier);
        rest = after;
    }
    (code, modifiers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// Lines and payments as `NUMBER:PROCEDURE[-MODIFIER]:CENTS`; expected: lines and rung of each payment.
    fn check(lines: &str, payments: &str, expected: &str) {
        let parts = |one: &str| -> (String, String, Vec<String>, Money) {
            let mut parts = one.split(':');
            let number = parts.next().unwrap().to_owned();
            let mut codes = parts.next().unwrap().split('-').map(str::to_owned);
            let cents = parts.next().unwrap().parse().unwrap();
            let procedure = codes.next().unwrap();
            (number, procedure, codes.collect(), Money::from_cents(cents))
        };
        let day = date(2026, 11, 3);
        let lines: Vec<SentLine> = lines
            .split_whitespace()
            .map(parts)
            .map(|(control_number, procedure, modifiers, charge)| SentLine {
                control_number,
                procedure,
                modifiers,
                charge,
                quantity: "1".into(),
                service: Some((day, day)),
            })
            .collect();
        let told: Vec<_> = payments.split_whitespace().map(parts).collect();
        let payments: Vec<LineKeys<'_>> = told
            .iter()
            .map(|(number, procedure, modifiers, charge)| LineKeys {
                control_number: number,
                procedure,
                modifiers: modifiers.iter().map(String::as_str).collect(),
                charge: *charge,
                day: Some(day),
            })
            .collect();
        let found = find_lines(&lines, &payments);
        let told: Vec<String> = found
            .iter()
            .map(|(lines, rung)| format!("{lines:?} {rung:?}"))
            .collect();
        assert_eq!(told.join(", "), expected);
    }

    #[test]
    fn the_ladder() {
        let two = "L1:99213-25:9000 L2:81002:800";
        check(
            two,
            "L2:81002:800 L1:99213:9000",
            "[1] ControlNumber, [0] ControlNumber",
        );
        check(
            two,
            ":99213-25:9000 :81002:800",
            "[0] Procedure, [1] Procedure",
        );
        check(two, ":9921325:9000", "[0] Procedure");
        check(two, ":99213:9000", "[0] ProcedureOnly");
        check(two, ":99213:-9000", "[0] ProcedureOnly");
        check(two, ":99213:8000", "[] Unmatched");
        check(two, ":99214:9000", "[] Unmatched");
        let same = "L1:97110:3000 L2:97110:3000 L3:97110-59:3000";
        check(
            same,
            ":97110-59:3000 :97110:3000 :97110:3000",
            "[2] Procedure, [0] Procedure, [1] Procedure",
        );
        check(same, ":97110:9000", "[0, 1, 2] Bundled");
        check(
            "L1:97110:9000",
            ":97110:4000 :97110:5000",
            "[0] Bundled, [0] Bundled",
        );
    }
}
