//! A patient who has died is treated no more; payers compare the day with the one that Social Security has.

use super::{Bill, Edit, Told};
use crate::billing::kind::ALL;
use crate::chart::Code;

pub(super) const EDIT: Edit = Edit {
    code: Code::ServiceAfterDeath,
    keys: &[
        "X222.380.2400.DTP03.901",
        "X223.000.2400.DTP03.901",
        "X224.000.2400.DTP03.901",
    ],
    kinds: ALL,
    from: None,
    to: None,
    // A laboratory's or pathologist's day may lie behind the patient's last.
    can_be_overridden: true,
    reason: "Payers deny a service after the day of death that their records have (CARC 13).",
    source: "X12 external code list 139, CARC 13; CMS Claims Processing Manual, chapter 1, section 70",
    judge,
};

fn judge(bill: &Bill<'_>, told: &mut Told<'_, '_>) {
    let Some(death) = bill.chart.patient.death_date else {
        return;
    };
    for (index, day) in bill.days() {
        if day.is_some_and(|day| day > death) {
            told.add(format_args!("/procedures/{index}/from"), "");
        }
    }
}
