//! Charts of dentists: a code each of the services that ask for teeth, surfaces or areas. It must not know who pays.

use claimgate::chart::{
    Accident, AccidentCause, Chart, DentalTreatment, Diagnosis, FurtherNumber, Orthodontics,
    Procedure, Tooth, ToothStatus, ToothWork,
};
use jiff::ToSpan;

use super::filler::Filler;
use super::people::{self, ANY_IDS};
use super::shared::{diagnosis, line, pointers};
use super::{Days, Kind};

const CODES: &[&str] = &[
    "D0120", "D1351", "D2330", "D2392", "D2740", "D4341", "D5110", "D7140", "D8080",
];

pub(crate) fn fill(f: &mut Filler, chart: &mut Chart, days: Days) {
    chart.encounter.place_of_service = Some(f.pick(&["11", "31"]));
    chart.encounter.accident = f.maybe(|f| Accident {
        causes: vec![f.one_of(&[AccidentCause::Other, AccidentCause::Employment])],
        date: Some(days.start),
        state: None,
        country: None,
    });
    chart.diagnoses = match f.chance(50) {
        true => f.list(1, |_| Diagnosis::new("109564008", "snodent")),
        false => f
            .some(&["K02.9", "K05.10", "K08.109"])
            .iter()
            .map(|code| diagnosis(code))
            .collect(),
    };
    let is_asked = f.fills();
    chart.dental = (is_asked || f.fills()).then(|| treatment(f, is_asked, days));
    for _ in 0..f.between(1, 4) {
        let made = procedure(f, chart, is_asked, days);
        chart.procedures.push(made);
    }
}

fn treatment(f: &mut Filler, predetermination: bool, days: Days) -> DentalTreatment {
    DentalTreatment {
        predetermination,
        predetermination_number: f.maybe(|f| f.number(50)),
        appliance_placed: f.maybe(|f| f.day(days.start - 90.days(), days.start - 30.days())),
        orthodontics: f.maybe(|f| Orthodontics {
            months: f.maybe(|f| f.whole(24, 36)),
            months_remaining: f.maybe(|f| f.whole(1, 24)),
        }),
        tooth_statuses: f
            .some(&["1", "16", "17", "32", "A"])
            .into_iter()
            .map(|tooth| ToothStatus {
                tooth,
                status: f.pick(&["E", "M"]),
            })
            .collect(),
    }
}

fn procedure(f: &mut Filler, chart: &mut Chart, is_asked: bool, days: Days) -> Procedure {
    let code = f.pick(CODES);
    let system = f.pick(&["cdt", "hcpcs"]);
    let mut made = line(f, Kind::Dental, &code, &system, days);
    if is_asked {
        made.from = None;
    }
    made.diagnosis_pointers = pointers(f, chart.diagnoses.len());
    made.assistant_surgeon = f.maybe(|f| people::person(f, 17, ANY_IDS).into());
    made.numbers.further = f.list(4, |f| FurtherNumber {
        kind: f.pick(&["G1", "G3"]),
        number: f.number(50),
        payer_id: Some("88880".into()),
    });
    let mut work = work(f, days);
    match code.as_str() {
        "D1351" => work.teeth = teeth(f, &["2", "3", "14", "30"], &[]),
        "D2330" => work.teeth = teeth(f, &["8"], &["F"]),
        "D2392" => work.teeth = teeth(f, &["3"], &["M", "O"]),
        "D2740" => {
            work.teeth = teeth(f, &["9"], &[]);
            prosthesis(f, &mut work, days);
        }
        "D4341" => work.oral_cavity = vec![f.pick(&["10", "20", "30", "40"])],
        "D5110" => {
            work.oral_cavity = vec!["01".into()];
            prosthesis(f, &mut work, days);
        }
        "D7140" => work.teeth = teeth(f, &["5", "A", "52"], &[]),
        "D8080" => {
            let treatment = chart.dental.get_or_insert_default();
            treatment.orthodontics.get_or_insert_default();
        }
        _ => {}
    }
    if work.teeth.len() > 1 {
        made.quantity = None;
    }
    made.dental = (work != ToothWork::default()).then(|| work.into());
    made
}

fn work(f: &mut Filler, days: Days) -> ToothWork {
    let placed = f.maybe(|f| f.day(days.start - 90.days(), days.start - 30.days()));
    let begin = f.maybe(|f| f.day(days.start - 90.days(), days.start));
    ToothWork {
        appliance_placed: placed,
        replaced: f.maybe(|f| f.day(days.start - 20.days(), days.start)),
        treatment_begin: begin,
        treatment_end: f.maybe(|f| f.day(days.start, days.end)),
        predetermination_number: f.maybe(|f| f.number(50)),
        repriced_claim: f.maybe(|f| f.number(50)),
        adjusted_repriced_claim: f.maybe(|f| f.number(50)),
        ..ToothWork::default()
    }
}

fn teeth(f: &mut Filler, numbers: &[&str], surfaces: &[&str]) -> Vec<Tooth> {
    let tooth = |number: String| Tooth {
        number,
        surfaces: surfaces.iter().map(|one| (*one).to_owned()).collect(),
    };
    f.some_of(numbers, 32).into_iter().map(tooth).collect()
}

fn prosthesis(f: &mut Filler, work: &mut ToothWork, days: Days) {
    let is_first = f.chance(50);
    let placed = f.day(days.start - 3000.days(), days.start - 100.days());
    work.prosthesis = Some(if is_first { "I" } else { "R" }.into());
    let is_known = f.chance(50);
    work.prior_placement = (!is_first && is_known).then_some(placed);
    work.prior_placement_estimated = (!is_first && !is_known).then_some(placed);
}
