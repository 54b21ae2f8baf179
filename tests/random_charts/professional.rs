//! Charts of clinicians: visits, and the services that ask for fields of their own. It must not know who pays.

use claimgate::chart::{
    Accident, AccidentCause, Ambulance, Answer, Certification, Chart, DropOff, Drug, Equipment,
    EquipmentCertification, Form, FurtherNumber, Measurement, Procedure, ProcedureDates,
    PurchasedService, Rental, SpinalManipulation, Supply, UnitKind,
};
use jiff::ToSpan;

use super::filler::{Filler, TODAY, decimal};
use super::people::{self, PERSON_IDS};
use super::shared::{clia, diagnosis, line, pointers};
use super::{Days, Kind};

const DIAGNOSES: &[&str] = &["J02.9", "i10", "E119", "M54.50", "Z23", "S06.0X0A", "R05.9"];

/// What the encounter is as a whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Care {
    Office,
    Ambulance,
    Anesthesia,
    Chiropractic,
    Inpatient,
}

pub(crate) fn fill(f: &mut Filler, chart: &mut Chart, days: Days) {
    let care = f.one_of(&[
        Care::Office,
        Care::Office,
        Care::Ambulance,
        Care::Anesthesia,
        Care::Chiropractic,
        Care::Inpatient,
    ]);
    diagnoses(f, chart);
    encounter(f, chart, care, days);
    let codes: &[&str] = match care {
        Care::Office => &[
            "99213", "J0696", "80053", "E0607", "77067", "J0885", "93306", "90471", "99350",
            "A4253",
        ],
        Care::Ambulance => &["A0428", "A0425"],
        Care::Anesthesia => &["00670", "01967"],
        Care::Chiropractic => &["98941"],
        Care::Inpatient => &["99223", "99233"],
    };
    let count = if f.chance(3) { 50 } else { f.between(1, 4) };
    for _ in 0..count {
        let code = f.pick(codes);
        let made = procedure(f, chart, &code, care, days);
        chart.procedures.push(made);
    }
}

fn diagnoses(f: &mut Filler, chart: &mut Chart) {
    if f.chance(5) {
        // Why the patient came, as the sandbox practice codes it.
        chart.encounter.reasons = vec![claimgate::chart::Diagnosis::new("185349003", "snomed-ct")];
        return;
    }
    chart.diagnoses = f
        .some_of(DIAGNOSES, 12)
        .iter()
        .map(|code| diagnosis(code))
        .collect();
    if f.fills() {
        chart.diagnoses.push(diagnosis("V43.52XA"));
    }
}

fn encounter(f: &mut Filler, chart: &mut Chart, care: Care, days: Days) {
    let Days { start, end } = days;
    let before = |f: &mut Filler| f.day(start - 60.days(), start);
    let place = match care {
        Care::Office => "11",
        Care::Ambulance => "41",
        Care::Anesthesia => "22",
        Care::Chiropractic => "11",
        Care::Inpatient => "21",
    };
    let encounter = &mut chart.encounter;
    encounter.class = f.maybe(|f| f.pick(&["AMB", "EMER"]));
    encounter.place_of_service = match (care, &encounter.class) {
        (Care::Office, Some(class)) if class == "AMB" => f.maybe(|_| place.into()),
        _ => Some(place.into()),
    };
    let is_inside = care == Care::Inpatient;
    encounter.admission = (is_inside || f.fills()).then(|| f.day(start - 9.days(), start));
    encounter.discharge = f.maybe_where(encounter.admission.is_some(), |f| f.day(end, TODAY));
    encounter.accident = f.maybe(|f| accident(f, start));
    encounter.onset = f.maybe(before);
    encounter.initial_treatment = f.maybe(before);
    encounter.last_seen = f.maybe(before);
    encounter.last_menstrual_period = f.maybe(before);
    encounter.acute_manifestation = f.maybe(before);
    encounter.last_x_ray = f.maybe(before);
    encounter.vision_prescription = f.maybe(before);
    encounter.disability_begin = f.maybe(before);
    encounter.disability_end = f.maybe(|f| f.day(start, TODAY + 90.days()));
    encounter.last_worked = f.maybe(before);
    encounter.return_to_work = f.maybe(|f| f.day(start, TODAY + 90.days()));
    encounter.assumed_care = f.maybe(before);
    encounter.relinquished_care = f.maybe(|f| f.day(start, TODAY));
    encounter.first_contact = f.maybe(before);
    encounter.conditions = f.some(&["AA", "AB", "17", "DR"]);
    if care == Care::Ambulance {
        encounter.ambulance = Some(ambulance(f));
        encounter.pick_up = Some(people::address(f));
        encounter.drop_off = Some(drop_off(f));
        // What is in the vehicle is nowhere else.
        chart.providers.service_facility = None;
        encounter.certifications = f.list(3, |f| Certification {
            kind: "07".into(),
            applies: f.chance(70),
            conditions: f.some_of(&["04", "05", "06", "07", "08", "09"], 5),
        });
    } else {
        encounter.certifications = certifications(f);
    }
    if care == Care::Anesthesia {
        encounter.anesthesia_procedures = f.list(2, |f| f.pick(&["27130", "33208"]));
    }
    if care == Care::Chiropractic {
        encounter.spinal_manipulation = f.maybe(|f| SpinalManipulation {
            condition: f.pick(&["A", "C", "D", "E", "F", "G", "M"]),
            description: f.maybe(|f| f.text(80)),
            more_description: f.maybe(|f| f.text(80)),
        });
        encounter.initial_treatment = Some(before(f));
        encounter.acute_manifestation = Some(before(f));
    }
}

fn accident(f: &mut Filler, start: jiff::civil::Date) -> Accident {
    let mut causes = vec![f.one_of(&[
        AccidentCause::Auto,
        AccidentCause::Employment,
        AccidentCause::Other,
    ])];
    if causes[0] == AccidentCause::Auto && f.fills() {
        causes.push(AccidentCause::Employment);
    }
    let is_abroad = f.chance(30);
    Accident {
        causes,
        date: Some(f.day(start - 60.days(), start)),
        state: (!is_abroad || f.fills()).then(|| f.pick(&["MA", "new york"])),
        country: is_abroad.then(|| "CA".into()),
    }
}

fn certifications(f: &mut Filler) -> Vec<Certification> {
    let mut made = Vec::new();
    if f.fills() {
        made.push(Certification {
            kind: f.pick(&["E1", "E2", "E3"]),
            applies: f.chance(70),
            conditions: f.some_of(&["L1", "L2", "L3", "L4", "L5"], 5),
        });
    }
    if f.fills() {
        made.push(Certification {
            kind: "75".into(),
            applies: true,
            conditions: vec!["IH".into()],
        });
    }
    made.extend(f.maybe(epsdt_referral));
    made
}

pub(crate) fn epsdt_referral(f: &mut Filler) -> Certification {
    let applies = f.chance(50);
    Certification {
        kind: "ZZ".into(),
        applies,
        conditions: match applies {
            true => f.some_of(&["AV", "S2", "ST"], 3),
            false => vec!["NU".into()],
        },
    }
}

fn ambulance(f: &mut Filler) -> Ambulance {
    Ambulance {
        reason: f.pick(&["A", "B", "C", "D", "E"]),
        miles: f.quantity(200),
        patient_pounds: f.maybe(|f| f.quantity(400)),
        round_trip: f.maybe(|f| f.text(80)),
        stretcher: f.maybe(|f| f.text(80)),
    }
}

fn drop_off(f: &mut Filler) -> DropOff {
    DropOff {
        name: f.maybe(|f| f.text(60)),
        address: people::address(f),
    }
}

fn procedure(f: &mut Filler, chart: &Chart, code: &str, care: Care, days: Days) -> Procedure {
    let mut made = line(f, Kind::Professional, code, "hcpcs", days);
    made.diagnosis_pointers = pointers(f, chart.diagnoses.len());
    made.emergency = f.fills();
    made.epsdt = f.fills();
    made.family_planning = f.fills();
    made.copay_exempt = f.fills();
    made.note = f.maybe(|f| f.text(80));
    made.note_kind = f.maybe_where(made.note.is_some(), |f| f.pick(&["ADD", "DCP"]));
    made.third_party_note = f.maybe(|f| f.text(80));
    made.postage = f.maybe(|f| f.money(2_000));
    made.ordering = f.maybe(|f| people::person(f, 15, PERSON_IDS).into());
    made.purchased = f.maybe(|f| PurchasedService {
        provider: f.number(50),
        charge: f.money(10_000),
    });
    let purchased_from = made.purchased.is_some() || f.fills();
    made.purchased_from =
        purchased_from.then(|| people::person_or_organization(f, 16, PERSON_IDS).into());
    made.measurements = f.list(5, |f| Measurement {
        reference: f.pick(&["OG", "TR"]),
        kind: f.pick(&["HT", "R1", "R2", "R3", "R4"]),
        value: f.quantity(99),
    });
    dates(f, &mut made, days);
    numbers(f, &mut made);
    match care {
        Care::Ambulance => {
            made.modifiers.insert(0, "RH".into());
            made.place_of_service = f.maybe(|f| f.pick(&["41", "42"]));
            made.service_facility = None;
            made.ambulance = f.maybe(|f| ambulance(f).into());
            made.pick_up = f.maybe(|f| people::address(f).into());
            made.drop_off = f.maybe(|f| drop_off(f).into());
            made.ambulance_patients = f.maybe(|f| f.whole(2, 4));
            if made.ambulance_patients.is_some() {
                made.modifiers = vec!["RH".into(), "GM".into()];
            }
        }
        Care::Anesthesia => {
            made.unit = UnitKind::Minutes;
            made.quantity = Some(f.whole(10, 400));
            made.modifiers.insert(0, f.pick(&["AA", "QZ"]));
            made.modifiers.truncate(4);
            made.anesthesia_units = f.maybe_where(code == "01967", |f| f.whole(1, 9));
        }
        Care::Inpatient => made.place_of_service = None,
        Care::Chiropractic => made.modifiers.insert(0, "AT".into()),
        Care::Office => of_office(f, &mut made, days),
    }
    made
}

/// What one service asks for.
fn of_office(f: &mut Filler, made: &mut Procedure, days: Days) {
    match made.code.as_str() {
        "A4253" => made.supply = f.maybe(|f| supply(f).into()),
        "J0696" => made.drug = Some(drug(f)),
        "J0885" => {
            made.drug = f.maybe(drug);
            made.modifiers = vec!["EA".into()];
            made.measurements = vec![Measurement {
                reference: "TR".into(),
                kind: "R1".into(),
                value: f.quantity(14),
            }];
        }
        "E0607" => {
            made.equipment = f.maybe(|f| equipment(f, &mut made.dates, days).into());
            made.modifiers = vec!["NU".into()];
            made.ordering = Some(people::person(f, 15, PERSON_IDS).into());
            made.certifications = f.list(1, |f| Certification {
                kind: "09".into(),
                applies: f.chance(70),
                conditions: f.some_of(&["38", "ZV"], 2),
            });
        }
        "77067" => made.numbers.mammography = Some(f.number(50)),
        "99350" => {
            made.certifications = f.list(1, |f| Certification {
                kind: "70".into(),
                applies: f.chance(50),
                conditions: vec!["65".into()],
            });
        }
        _ => {}
    }
}

/// A certificate names the days that it is of.
fn equipment(f: &mut Filler, dates: &mut ProcedureDates, days: Days) -> Equipment {
    let certification = f.maybe(|f| EquipmentCertification {
        kind: f.pick(&["I", "R", "S"]),
        months: f.whole(1, 99),
    });
    if certification.is_some() {
        let mut day = || Some(f.day(days.start - 60.days(), days.start));
        dates.therapy_begin = day();
        dates.last_certification = day();
        dates.recertification = day();
    }
    Equipment {
        rental: f.maybe(|f| Rental {
            days: f.whole(1, 999),
            rental_price: f.money(100_000),
            purchase_price: f.money(900_000),
            frequency: f.pick(&["1", "4", "6"]),
        }),
        certificate: f.maybe(|f| f.pick(&["AB", "AF", "AG", "NS"])),
        certification,
        forms: f.list(3, |f| Form {
            kind: f.pick(&["AS", "UT"]),
            form: f.number(30),
            answers: vec![Answer {
                question: f.number(20),
                applies: Some(f.pick(&["N", "W", "Y"])),
                text: f.maybe(|f| f.number(50)),
                date: f.maybe(|f| f.day(days.start - 60.days(), days.start)),
                percent: f.maybe(|f| f.whole(1, 100)),
            }],
        }),
    }
}

fn supply(f: &mut Filler) -> Supply {
    Supply {
        kind: f.pick(&["EN", "EO", "HI", "ON", "UK", "UP"]),
        number: f.number(48),
        quantity: f.quantity(999),
        unit: f.pick(&["UN", "ML"]),
        prescription: f.maybe(|f| f.number(50)),
    }
}

fn drug(f: &mut Filler) -> Drug {
    let is_prescribed = f.chance(50);
    Drug {
        ndc: f.pick(&["00409-7332-01", "00409733201", "0409-7332-01"]),
        quantity: f.quantity(999),
        unit: f.pick(&["UN", "ml", "GR", "ME", "F2"]),
        prescription: f.maybe_where(is_prescribed, |f| f.number(50)),
        compound_link: f.maybe_where(!is_prescribed, |f| f.number(50)),
    }
}

fn dates(f: &mut Filler, made: &mut Procedure, days: Days) {
    let mut day = || f.maybe(|f| f.day(days.start - 60.days(), days.start));
    made.dates = ProcedureDates {
        prescription: day(),
        recertification: day(),
        therapy_begin: day(),
        last_certification: day(),
        last_seen: day(),
        hemoglobin_test: day(),
        creatinine_test: day(),
        shipped: day(),
        last_x_ray: day(),
        initial_treatment: day(),
    };
}

fn numbers(f: &mut Filler, made: &mut Procedure) {
    let numbers = &mut made.numbers;
    numbers.clia = f.maybe(clia);
    numbers.referring_clia = f.maybe(clia);
    numbers.mammography = f.maybe(|f| f.number(50));
    numbers.immunization_batch = f.maybe(|f| f.number(50));
    // Another payer's come beside our own.
    let is_first = made.prior_authorization.is_none();
    numbers.further = f.list(4, |f| FurtherNumber {
        kind: "G1".into(),
        number: f.number(50),
        payer_id: (is_first || f.chance(50)).then(|| "88880".into()),
    });
    if f.fills() {
        numbers.further.push(FurtherNumber {
            kind: "9F".into(),
            number: f.number(50),
            payer_id: Some("88880".into()),
        });
    }
    made.quantity = made.quantity.take().or_else(|| f.maybe(|_| decimal("1")));
}
