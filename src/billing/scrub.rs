//! Edits that look at a chart or claim as a whole: dates, sums, what a frequency asks for. It
//! must not mend anything.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Biller;
use super::lines::{CENTS_MAX, amount};
use super::notes::Notes;
use crate::chart::{Chart, Code};
use crate::claim::{Claim, Money};

/// From this day on services are coded in ICD-10-CM (45 CFR 162.1002(c)).
const ICD10_START: Date = jiff::civil::date(2015, 10, 1);
/// Medicare part A and B, and those that administer them.
const MEDICARE: &[&str] = &["MA", "MB"];

/// Every date of the chart: none in the future, none before birth, none out of order.
pub(super) fn dates(biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) {
    let encounter = &chart.encounter;
    let birth = chart.patient.birth_date;
    let mut day = |pointer: &str, day: Option<Date>, not_before: Option<Date>| {
        let Some(day) = day else { return };
        if day > biller.today {
            notes.add(Code::DateFuture, pointer, "");
        }
        if not_before.is_some_and(|start| day < start) {
            notes.add(Code::DateOrder, pointer, "");
        }
    };
    day("/patient/birth_date", birth, None);
    day("/patient/death_date", chart.patient.death_date, birth);
    day("/encounter/start", encounter.start, birth);
    day("/encounter/end", encounter.end, encounter.start.max(birth));
    for (field, date) in [
        ("onset", encounter.onset),
        ("initial_treatment", encounter.initial_treatment),
        ("last_seen", encounter.last_seen),
        ("last_menstrual_period", encounter.last_menstrual_period),
        ("admission", encounter.admission),
    ] {
        day(&format!("/encounter/{field}"), date, birth);
    }
    let admission = encounter.admission.max(birth);
    day("/encounter/discharge", encounter.discharge, admission);
    let accident = encounter.accident.as_ref();
    let accident = accident.and_then(|accident| accident.date);
    day("/encounter/accident/date", accident, birth);
    for (index, procedure) in chart.procedures.iter().enumerate() {
        let from = procedure.from.or(encounter.start);
        day(&format!("/procedures/{index}/from"), procedure.from, birth);
        day(
            &format!("/procedures/{index}/to"),
            procedure.to,
            from.max(birth),
        );
    }
    for (index, coverage) in chart.coverages.iter().enumerate() {
        let decided = coverage.decision.as_ref().map(|decision| decision.date);
        let pointer = format!("/coverages/{index}/decision/date");
        day(&pointer, decided, first_service(chart).map(|(_, day)| day));
    }
    service_age(biller, notes, chart);
    accident_date(notes, chart);
}

/// The first day of service and the pointer of the field that says so.
fn first_service(chart: &Chart) -> Option<(String, Date)> {
    let start = chart.encounter.start;
    let lines = chart.procedures.iter().enumerate();
    lines
        .filter_map(|(index, procedure)| match procedure.from {
            Some(from) => Some((format!("/procedures/{index}/from"), from)),
            None => Some(("/encounter/start".to_owned(), start?)),
        })
        .min_by_key(|(_, day)| *day)
}

fn service_age(biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) {
    let Some((pointer, first)) = first_service(chart) else {
        return;
    };
    if first < ICD10_START {
        notes.add(Code::DiagnosisBeforeStart, &pointer, "");
    }
    let late = first < biller.today.saturating_sub(1.year());
    if late && chart.submission.delay_reason.is_none() {
        notes.add(Code::FilingLate, &pointer, "");
    }
}

fn accident_date(notes: &mut Notes<'_>, chart: &Chart) {
    let Some(accident) = &chart.encounter.accident else {
        return;
    };
    if accident.date.is_none() {
        notes.add(Code::AccidentDate, "/encounter/accident/date", "");
    }
}

/// What a replacement or void asks for. `filing` is the payer's kind, where one is found.
pub(super) fn submission(notes: &mut Notes<'_>, chart: &Chart, filing: Option<&str>) {
    let pointer = "/submission/frequency";
    match chart.submission.frequency.trim() {
        "1" => {}
        "7" | "8" if filing.is_some_and(|filing| MEDICARE.contains(&filing)) => {
            notes.add(Code::FrequencyMedicare, pointer, "");
        }
        "7" | "8" => {
            let number = chart.submission.payer_claim_number.as_ref();
            if number.is_none_or(|number| number.trim().is_empty()) {
                let pointer = "/submission/payer_claim_number";
                notes.add(Code::PayerClaimNumberMissing, pointer, "");
            }
        }
        _ => notes.add(Code::FrequencyUnknown, pointer, ""),
    }
}

/// The claim with all its lines, before it is split.
pub(super) fn claim(notes: &mut Notes<'_>, chart: &Chart, claim: &Claim) {
    if claim.total_charge == Money::ZERO {
        notes.add(Code::TotalZero, "/procedures", "");
    }
    if claim.total_charge.cents() > CENTS_MAX {
        notes.add(Code::ChargeShape, "/procedures", "all lines together");
    }
    let stated = chart.total.as_ref();
    let stated = stated.and_then(|total| amount(notes, "/total", total));
    if stated.is_some_and(|stated| stated != claim.total_charge) {
        notes.add(Code::TotalMismatch, "/total", "");
    }
}
