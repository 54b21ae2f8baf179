//! Charts of facilities: stays and visits of a few types of bill. It must not know who pays.

use claimgate::chart::{
    Accident, AccidentCause, Chart, CodedValue, Diagnosis, Drug, InpatientProcedure, Occurrence,
    OccurrenceSpan, Procedure, Revenue, Stay, UnitKind,
};
use jiff::ToSpan;
use jiff::civil::time;

use super::filler::{Filler, cents, dollars};
use super::people::{self, ANY_IDS};
use super::professional::epsdt_referral;
use super::shared::{diagnosis, line};
use super::{Days, Kind};

const DIAGNOSES: &[&str] = &["J18.9", "I10", "E11.9", "N17.9", "D62", "R05.9"];
const CAUSES: &[&str] = &["W01.0XXA", "Y92.009", "V43.52XA"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    Hospital,
    SkilledNursing,
    Outpatient,
    HomeHealth,
}

pub(crate) fn fill(f: &mut Filler, chart: &mut Chart, days: Days) {
    let care = f.one_of(&[
        Care::Hospital,
        Care::Hospital,
        Care::SkilledNursing,
        Care::Outpatient,
        Care::Outpatient,
        Care::HomeHealth,
    ]);
    let is_stay = matches!(care, Care::Hospital | Care::SkilledNursing);
    diagnoses(f, chart, is_stay);
    let encounter = &mut chart.encounter;
    encounter.class = f.maybe(|f| f.pick(if is_stay { &["IMP"] } else { &["EMER", "HH"] }));
    encounter.admission = (is_stay || f.fills()).then_some(days.start);
    encounter.conditions = f.some(&["02", "04", "09", "17"]);
    encounter.certifications.extend(f.maybe(epsdt_referral));
    encounter.accident = f.maybe(|f| Accident {
        causes: vec![AccidentCause::Other],
        date: Some(days.start),
        state: Some(f.pick(&["MA", "Maine"])),
        country: None,
    });
    chart.stay = Some(stay(f, chart, care, days));
    lines(f, chart, care, days);
}

fn diagnoses(f: &mut Filler, chart: &mut Chart, is_stay: bool) {
    let mut said = f.some_of(DIAGNOSES, 25);
    said.extend(f.some(CAUSES));
    chart.diagnoses = said
        .iter()
        .map(|code| Diagnosis {
            present_on_admission: f.maybe_where(is_stay, |f| f.pick(&["Y", "N", "U", "W"])),
            ..diagnosis(code)
        })
        .collect();
    if !is_stay {
        chart.encounter.reasons = f
            .some_of(DIAGNOSES, 3)
            .iter()
            .map(|code| diagnosis(code))
            .collect();
    }
}

fn stay(f: &mut Filler, chart: &mut Chart, care: Care, days: Days) -> Stay {
    let is_stay = matches!(care, Care::Hospital | Care::SkilledNursing);
    let (facility, frequency) = type_of_bill(f, chart, care);
    let is_interim = ["2", "3"].contains(&frequency.as_str());
    let patient_status = match is_interim {
        true => "30".to_owned(),
        false => f.pick(&["01", "3", "06"]),
    };
    let admission_time = chart
        .encounter
        .admission
        .and_then(|_| f.maybe(|_| time(8, 15, 0, 0)));
    let needs_hour = care == Care::Hospital && !is_interim;
    let procedures = match is_stay {
        true => f.list(25, |f| InpatientProcedure {
            code: f.pick(&["0SR90JZ", "30233n1"]),
            system: "icd-10-pcs".into(),
            date: Some(f.day(days.start, days.end)),
        }),
        false => Vec::new(),
    };
    // Those who operated are named beside what they did.
    if !procedures.is_empty() && chart.providers.operating.is_none() {
        chart.providers.operating = Some(people::person(f, 6, ANY_IDS));
    }
    let is_own = f.fills();
    Stay {
        type_of_bill: match f.fills() {
            true => format!("0{facility}{frequency}"),
            false => format!("{facility}{frequency}"),
        },
        from: is_own.then_some(days.start),
        to: Some(days.end),
        admission_time,
        discharge_time: (needs_hour || (is_stay && !is_interim && f.fills()))
            .then(|| time(11, 30, 0, 0)),
        admission_type: (is_stay || f.fills()).then(|| f.pick(&["1", "2", "3", "9"])),
        admission_source: (is_stay || f.fills()).then(|| f.pick(&["1", "2", "5"])),
        patient_status: Some(patient_status),
        admitting_diagnosis: is_stay.then(|| diagnosis(f.one_of(DIAGNOSES))),
        drg: f.maybe_where(is_stay, |f| f.pick(&["481", "0871"])),
        procedures,
        occurrences: f.list(24, |f| Occurrence {
            code: f.pick(&["01", "05", "11", "18", "24"]),
            date: f.day(days.start - 30.days(), days.end),
        }),
        occurrence_spans: f.list(24, |f| {
            let from = f.day(days.start, days.end);
            OccurrenceSpan {
                code: f.pick(&["72", "74"]),
                from,
                to: f.day(from, days.end),
            }
        }),
        values: f
            .some(&["A1", "B1", "01", "61", "80"])
            .into_iter()
            .map(|code| CodedValue {
                amount: f.whole(1, 30),
                code,
            })
            .collect(),
        treatments: match care {
            Care::HomeHealth => f.list(24, |f| f.pick(&["A01", "B02", "C03"])),
            _ => Vec::new(),
        },
        estimated_due: None,
    }
}

/// Facility and frequency; a replacement or void is what the chart's submission says.
fn type_of_bill(f: &mut Filler, chart: &mut Chart, care: Care) -> (String, String) {
    let facility = match care {
        Care::Hospital => "11",
        Care::SkilledNursing => "21",
        Care::Outpatient => return (f.pick(&["13", "85"]), chart.submission.frequency.clone()),
        Care::HomeHealth => "32",
    };
    let said = chart.submission.frequency.clone();
    let frequency = match (care, said.as_str()) {
        (Care::HomeHealth, "1") => "9".into(),
        (_, "1") => f.pick(&["1", "2", "3", "4"]),
        _ => said,
    };
    (facility.into(), frequency)
}

fn lines(f: &mut Filler, chart: &mut Chart, care: Care, days: Days) {
    let count = if f.chance(3) { 120 } else { f.between(1, 4) };
    for place in 0..count {
        let (revenue, code) = match care {
            Care::Hospital | Care::SkilledNursing if place == 0 => ("120", ""),
            Care::Hospital | Care::SkilledNursing => f.one_of(&[("0250", ""), ("0300", "80053")]),
            Care::HomeHealth if place == 0 => ("0023", "1AA11"),
            Care::HomeHealth => ("0551", "G0299"),
            Care::Outpatient if chart.authorizations.device_exemption.is_some() => {
                f.one_of(&[("0624", "C1721"), ("0510", "99213")])
            }
            Care::Outpatient => {
                f.one_of(&[("0510", "99213"), ("0636", "J0696"), ("0300", "80053")])
            }
        };
        let mut made = procedure(f, revenue, code, days);
        if revenue == "120" {
            made.unit = UnitKind::Days;
        }
        if revenue == "0023" {
            made.system = "hipps".into();
            made.modifiers = Vec::new();
        }
        if revenue == "0636" {
            made.drug = f.maybe(drug);
        }
        if !matches!(care, Care::Hospital | Care::SkilledNursing) {
            made.from.get_or_insert(days.start);
        }
        chart.procedures.push(made);
    }
}

fn procedure(f: &mut Filler, revenue: &str, code: &str, days: Days) -> Procedure {
    let mut made = line(f, Kind::Institutional, code, "hcpcs", days);
    let charge = cents(made.charge.as_ref().unwrap()) as usize;
    // A line without a day of its own is of all days.
    made.to = made.to.filter(|_| made.from.is_some());
    made.third_party_note = f.maybe(|f| f.text(80));
    made.operating = f.maybe(|f| people::person(f, 6, ANY_IDS).into());
    made.other_operating = f.maybe_where(made.operating.is_some(), |f| {
        people::person(f, 8, ANY_IDS).into()
    });
    made.revenue = Some(Revenue {
        code: revenue.into(),
        non_covered: f.maybe(|f| dollars(f.between(0, charge) as i64)),
        service_tax: f.maybe(|f| f.money(9_000)),
        facility_tax: f.maybe(|f| f.money(9_000)),
    });
    made
}

fn drug(f: &mut Filler) -> Drug {
    Drug {
        ndc: "00409733201".into(),
        quantity: f.quantity(999),
        unit: f.pick(&["UN", "ML"]),
        prescription: f.maybe(|f| f.number(50)),
        compound_link: None,
    }
}
