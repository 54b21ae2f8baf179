//! Every day that a chart names: none in the future that cannot be, none before the birth, none out of order. It must not
//! mend one.

use jiff::civil::Date;

use super::Biller;
use super::kind::Kind;
use super::notes::{Notes, Pointer};
use crate::chart::{Chart, Code, Procedure};

/// From this day on services are coded in ICD-10-CM (45 CFR 162.1002(c)).
const ICD10_START: Date = jiff::civil::date(2015, 10, 1);

/// Looks at one day after another.
struct Calendar<'c, 'a> {
    notes: &'c mut Notes<'a>,
    today: Date,
    birth: Option<Date>,
}

impl Calendar<'_, '_> {
    /// A day that has been.
    fn past(&mut self, pointer: impl Pointer, day: Option<Date>, not_before: Option<Date>) {
        if day.is_some_and(|day| day > self.today) {
            self.notes.add(Code::DateFuture, pointer, "");
        }
        self.ordered(pointer, day, not_before);
    }

    /// A day that may be to come.
    fn ordered(&mut self, pointer: impl Pointer, day: Option<Date>, not_before: Option<Date>) {
        let first = not_before.max(self.birth);
        if day.is_some_and(|day| first.is_some_and(|first| day < first)) {
            self.notes.add(Code::DateOrder, pointer, "");
        }
    }
}

/// Looks at every day of the chart.
pub(super) fn check(biller: &Biller<'_>, notes: &mut Notes<'_>, kind: Kind, chart: &Chart) {
    let mut calendar = Calendar {
        notes,
        today: biller.today,
        birth: chart.patient.birth_date,
    };
    calendar.past("/patient/birth_date", chart.patient.birth_date, None);
    calendar.past("/patient/death_date", chart.patient.death_date, None);
    of_encounter(&mut calendar, chart);
    of_stay(&mut calendar, chart);
    for (index, procedure) in chart.procedures.iter().enumerate() {
        let at = format_args!("/procedures/{index}");
        of_procedure(&mut calendar, at, procedure, chart.encounter.start);
    }
    let first = first_service(chart).map(|(_, day)| day);
    for (index, coverage) in chart.coverages.iter().enumerate() {
        let born = coverage.subscriber.as_ref();
        let born = born.and_then(|subscriber| subscriber.birth_date);
        if born.is_some_and(|born| born > biller.today) {
            let pointer = format_args!("/coverages/{index}/subscriber/birth_date");
            calendar.notes.add(Code::DateFuture, pointer, "");
        }
        let decided = coverage.decision.as_ref().map(|decision| decision.date);
        let pointer = format_args!("/coverages/{index}/decision/date");
        calendar.past(pointer, decided, first);
    }
    service_age(notes, chart);
    let accident = chart.encounter.accident.as_ref();
    // A facility says the day by an occurrence code.
    let is_asked = kind != Kind::Institutional;
    if is_asked && accident.is_some_and(|accident| accident.date.is_none()) {
        notes.add(Code::AccidentDate, "/encounter/accident/date", "");
    }
}

fn of_encounter(calendar: &mut Calendar<'_, '_>, chart: &Chart) {
    let encounter = &chart.encounter;
    let accident = encounter.accident.as_ref();
    for (field, day, not_before) in [
        ("start", encounter.start, None),
        ("end", encounter.end, encounter.start),
        ("onset", encounter.onset, None),
        ("initial_treatment", encounter.initial_treatment, None),
        ("last_seen", encounter.last_seen, None),
        (
            "last_menstrual_period",
            encounter.last_menstrual_period,
            None,
        ),
        ("admission", encounter.admission, None),
        ("discharge", encounter.discharge, encounter.admission),
        ("accident/date", accident.and_then(|one| one.date), None),
        ("acute_manifestation", encounter.acute_manifestation, None),
        ("last_x_ray", encounter.last_x_ray, None),
        ("vision_prescription", encounter.vision_prescription, None),
        ("last_worked", encounter.last_worked, None),
        ("assumed_care", encounter.assumed_care, None),
        ("first_contact", encounter.first_contact, None),
        ("repricer_received", encounter.repricer_received, None),
    ] {
        calendar.past(format_args!("/encounter/{field}"), day, not_before);
    }
    for (field, day, not_before) in [
        ("disability_begin", encounter.disability_begin, None),
        (
            "disability_end",
            encounter.disability_end,
            encounter.disability_begin,
        ),
        (
            "return_to_work",
            encounter.return_to_work,
            encounter.last_worked,
        ),
        (
            "relinquished_care",
            encounter.relinquished_care,
            encounter.assumed_care,
        ),
    ] {
        calendar.ordered(format_args!("/encounter/{field}"), day, not_before);
    }
}

fn of_stay(calendar: &mut Calendar<'_, '_>, chart: &Chart) {
    let Some(stay) = &chart.stay else { return };
    let from = stay.from.or(chart.encounter.start);
    calendar.past("/stay/from", stay.from, None);
    calendar.past("/stay/to", stay.to, from);
    for (index, procedure) in stay.procedures.iter().enumerate() {
        let pointer = format_args!("/stay/procedures/{index}/date");
        calendar.past(pointer, procedure.date, None);
    }
    for (index, span) in stay.occurrence_spans.iter().enumerate() {
        let pointer = format_args!("/stay/occurrence_spans/{index}/to");
        calendar.ordered(pointer, Some(span.to), Some(span.from));
    }
}

fn of_procedure(
    calendar: &mut Calendar<'_, '_>,
    at: impl Pointer,
    procedure: &Procedure,
    start: Option<Date>,
) {
    let from = procedure.from.or(start);
    calendar.past(format_args!("{at}/from"), procedure.from, None);
    calendar.past(format_args!("{at}/to"), procedure.to, from);
    let dates = &procedure.dates;
    for (field, day) in [
        ("prescription", dates.prescription),
        ("therapy_begin", dates.therapy_begin),
        ("last_certification", dates.last_certification),
        ("recertification", dates.recertification),
        ("last_seen", dates.last_seen),
        ("hemoglobin_test", dates.hemoglobin_test),
        ("creatinine_test", dates.creatinine_test),
        ("shipped", dates.shipped),
        ("last_x_ray", dates.last_x_ray),
        ("initial_treatment", dates.initial_treatment),
    ] {
        calendar.past(format_args!("{at}/dates/{field}"), day, None);
    }
    let Some(work) = &procedure.dental else {
        return;
    };
    for (field, day, not_before) in [
        ("prior_placement", work.prior_placement, None),
        (
            "prior_placement_estimated",
            work.prior_placement_estimated,
            None,
        ),
        ("appliance_placed", work.appliance_placed, None),
        ("replaced", work.replaced, None),
        ("treatment_begin", work.treatment_begin, None),
        ("treatment_end", work.treatment_end, work.treatment_begin),
    ] {
        calendar.past(format_args!("{at}/dental/{field}"), day, not_before);
    }
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

fn service_age(notes: &mut Notes<'_>, chart: &Chart) {
    if let Some((pointer, first)) = first_service(chart)
        && first < ICD10_START
    {
        notes.add(Code::DiagnosisBeforeStart, &pointer, "");
    }
}
