//! More units of a service than a patient can have had on one day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Bill, Edit, Told};
use crate::billing::kind::{INSTITUTIONAL, Kind, PROFESSIONAL};
use crate::chart::Code;
use crate::claim::ServiceLine;
use crate::guide::public::Setting;

pub(super) const EDIT: Edit = Edit {
    code: Code::MueUnits,
    keys: &["X222.351.2400.SV104.910", "X223.424.2400.SV205.910"],
    kinds: PROFESSIONAL.and(INSTITUTIONAL),
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "Payers deny the whole line whose units are above the limit of its code (CARC 151, 222). An indicator of 1 counts \
             each line, 2 and 3 the lines of a day together; the units of a line over several days are shared among them.",
    source: "CMS National Correct Coding Initiative, medically unlikely edits, and its policy manual, chapter 1, section V",
    judge,
};

fn judge(bill: &Bill<'_>, told: &mut Told<'_, '_>) {
    let mut of_day = BTreeMap::<(&str, Date), (f64, u32)>::new();
    for (index, line) in bill.claim.lines.iter().enumerate() {
        let setting = match bill.kind {
            Kind::Institutional => Setting::Hospital,
            _ if line.procedure.starts_with(['E', 'K', 'L']) => Setting::Equipment,
            _ => Setting::Practitioner,
        };
        let Some(units) = bill.biller.tables.units(setting, &line.procedure) else {
            continue;
        };
        let Some((from, given)) = given(bill, line) else {
            continue;
        };
        let (counted, max) = match units.of_line {
            true => (given, units.max),
            false => {
                let day = of_day
                    .entry((&line.procedure, from))
                    .or_insert((0.0, units.max));
                day.0 += given;
                *day
            }
        };
        if counted > f64::from(max) {
            told.add(
                format_args!("/procedures/{index}/quantity"),
                format!("at most {max} a day"),
            );
        }
    }
}

/// The first day of a line, and its units on each of its days; minutes are no units.
fn given(bill: &Bill<'_>, line: &ServiceLine) -> Option<(Date, f64)> {
    let (from, to) = bill.claim.line_service(line)?;
    let units: f64 = line.quantity.parse().ok().filter(|_| line.unit == "UN")?;
    let own_days = match line.service() {
        Some(_) => (to - from).get_days().max(0) + 1,
        // The days of a stay are not those of the line.
        None => 1,
    };
    Some((from, units / f64::from(own_days)))
}
