//! What charts of every kind may say. It must not know what only one kind does.

use claimgate::chart::{
    Attachment, Authorizations, Chart, Consent, Contract, Diagnosis, Encounter, FurtherNumber,
    Note, Override, Pricing, Procedure, ProcedureNumbers, Providers, Repricing, Submission,
};

use super::filler::{Filler, TODAY, cents, dollars};
use super::people::{self, ANY_IDS, PERSON_IDS, PLACE_IDS};
use super::{Days, Kind};

/// Charges of one line, in cents.
const CHARGE_MAX: usize = 500_000;

/// A chart without what its kind adds and without payers.
pub(crate) fn chart(f: &mut Filler, kind: Kind, days: Days) -> Chart {
    let is_dental = kind == Kind::Dental;
    let mut made = Chart {
        version: 1,
        id: f.number(40),
        kind: kind.name().into(),
        patient: people::patient(f, kind, days.end),
        guarantor: f.maybe(people::guarantor),
        encounter: encounter(f, days),
        providers: providers(f, kind),
        authorizations: authorizations(f, kind),
        submission: submission(f, kind),
        consent: consent(f, kind),
        attachments: f.list(10, |f| attachment(f, is_dental)),
        note: f.maybe(|f| f.text(80)),
        pricing: pricing(f, kind, Place::Claim),
        file_information: f.list(10, |f| f.number(80)),
        ..Chart::default()
    };
    let kinds: &[&str] = match kind {
        Kind::Professional => &["ADD", "CER", "DCP", "DGN", "TPO"],
        Kind::Institutional => &["ALG", "DCP", "MED", "RHB", "UPI"],
        Kind::Dental => &["ADD"],
    };
    let notes_max = match (kind, made.note.is_some()) {
        (Kind::Professional, true) => 0,
        (Kind::Professional, false) => 1,
        (Kind::Institutional, _) => 10,
        (Kind::Dental, _) => 4,
    };
    if notes_max > 0 {
        let note = |f: &mut Filler| Note {
            kind: f.pick(kinds),
            text: f.text(80),
        };
        made.notes = f.list(notes_max, note);
    }
    made
}

fn encounter(f: &mut Filler, days: Days) -> Encounter {
    Encounter {
        id: f.maybe(|f| f.number(40)),
        start: Some(days.start),
        end: f.maybe(|_| days.end),
        repricer_received: f.maybe(|f| f.day(days.end, TODAY)),
        ..Encounter::default()
    }
}

fn providers(f: &mut Filler, kind: Kind) -> Providers {
    let is_facility = kind == Kind::Institutional;
    let is_dental = kind == Kind::Dental;
    let ids = if kind == Kind::Professional {
        PERSON_IDS
    } else {
        ANY_IDS
    };
    let referring_ids = PERSON_IDS;
    let referring = f.maybe(|f| people::person(f, 2, referring_ids));
    let knows_referring = referring.is_some();
    let operating = f.maybe_where(is_facility, |f| people::person(f, 6, ids));
    let knows_operating = operating.is_some();
    Providers {
        billing: f.maybe(|f| people::billing(f, kind)),
        pay_to: f.maybe(people::address),
        rendering: f.maybe(|f| match kind {
            Kind::Institutional => people::person(f, 1, ANY_IDS),
            _ => people::person_or_organization(f, 1, ANY_IDS),
        }),
        referring,
        primary_care: f.maybe_where(!is_facility && knows_referring, |f| {
            people::person(f, 3, referring_ids)
        }),
        supervising: f.maybe_where(!is_facility, |f| people::person(f, 4, ANY_IDS)),
        ordering: f.maybe_where(kind == Kind::Professional, |f| people::person(f, 5, ids)),
        attending: is_facility.then(|| people::person(f, 7, ids)),
        operating,
        other_operating: f.maybe_where(knows_operating, |f| people::person(f, 8, ids)),
        assistant_surgeon: f.maybe_where(is_dental, |f| people::person(f, 9, ids)),
        service_facility: f.maybe(|f| people::place(f, 10, PLACE_IDS)),
    }
}

fn authorizations(f: &mut Filler, kind: Kind) -> Authorizations {
    let is_professional = kind == Kind::Professional;
    let is_medical = kind != Kind::Dental;
    let number = |f: &mut Filler| f.number(50);
    let device_exemption = f.maybe_where(is_medical, number);
    let further = match (kind, &device_exemption) {
        (Kind::Institutional, Some(_)) => f.list(4, |f| FurtherNumber {
            kind: "LX".into(),
            number: f.number(50),
            payer_id: None,
        }),
        _ => Vec::new(),
    };
    Authorizations {
        prior_authorization: f.maybe(number),
        referral: f.maybe(number),
        clia: f.maybe_where(is_professional, clia),
        mammography: f.maybe_where(is_professional, number),
        device_exemption,
        service_exception: f.maybe(|f| f.pick(&["1", "2", "7"])),
        peer_review: f.maybe_where(kind == Kind::Institutional, number),
        medical_record: f.maybe_where(is_medical, number),
        medicare_crossover: None,
        demonstration_project: f.maybe_where(is_medical, number),
        care_plan_oversight: f.maybe_where(is_professional, number),
        repriced_claim: f.maybe(number),
        adjusted_repriced_claim: f.maybe(number),
        further,
    }
}

pub(crate) fn clia(f: &mut Filler) -> String {
    format!("22D{}", f.digits(7))
}

fn submission(f: &mut Filler, kind: Kind) -> Submission {
    let mut made = Submission {
        patient_control_number: f.maybe(|f| f.number(20)),
        delay_reason: f.maybe(|f| f.pick(&["1", "9", "11", "15"])),
        special_program: f.maybe_where(kind != Kind::Institutional, |f| {
            f.pick(&[
                "02",
                "03",
                "05",
                if kind == Kind::Dental { "01" } else { "09" },
            ])
        }),
        overrides: f.list(2, override_of),
        ..Submission::default()
    };
    if f.fills() {
        made.frequency = f.pick(&["7", "8"]);
        made.payer_claim_number = Some(f.number(50));
    }
    made
}

/// Of an edit that finds nothing in a drawn chart, which is told; or of duplicates, which only many charts have.
fn override_of(f: &mut Filler) -> Override {
    Override {
        edit: f.pick(&["ServiceDuplicate", "FilingLimitNear"]),
        reason: f.text(40),
        by: f.maybe(|f| f.text(20)),
    }
}

fn consent(f: &mut Filler, kind: Kind) -> Consent {
    if !f.fills() {
        return Consent::default();
    }
    let assignments: &[&str] = match kind {
        Kind::Dental => &["A", "C"],
        _ => &["A", "B", "C"],
    };
    Consent {
        provider_signature: f.chance(80),
        assignment: f.pick(assignments),
        benefits_assigned: f.pick(&["N", "W", "Y"]),
        release: f.pick(&["I", "Y"]),
        patient_signature_source: f.maybe_where(kind == Kind::Professional, |_| "P".into()),
    }
}

pub(crate) fn attachment(f: &mut Filler, is_dental: bool) -> Attachment {
    let reports: &[&str] = match is_dental {
        true => &["B4", "DA", "OZ", "RB"],
        false => &["B4", "OB", "CT", "03"],
    };
    let transmission = f.pick(&["AA", "BM", "EL", "FX"]);
    let is_sent = transmission != "AA";
    Attachment {
        report_type: f.pick(reports),
        transmission,
        control_number: (is_sent || f.fills()).then(|| f.number(50)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Claim,
    Line,
}

/// Contract and repricing; a facility's lines have the second only.
pub(crate) fn pricing(f: &mut Filler, kind: Kind, place: Place) -> Pricing {
    let is_line = place == Place::Line;
    let kinds: &[&str] = match is_line {
        true => &["02", "03", "04", "05", "06", "09"],
        false => &["01", "02", "06", "09"],
    };
    Pricing {
        contract: f.maybe_where(!is_line || kind != Kind::Institutional, |f| Contract {
            kind: f.pick(kinds),
            amount: f.maybe(|f| f.money(100_000)),
            percentage: f.maybe(|f| f.quantity(99)),
            code: f.maybe(|f| f.number(50)),
            discount_percentage: f.maybe(|f| f.quantity(99)),
            version: f.maybe(|f| f.number(30)),
        }),
        repricing: f.maybe(|f| repricing(f, kind, is_line)),
    }
}

fn repricing(f: &mut Filler, kind: Kind, is_line: bool) -> Repricing {
    let is_facility = kind == Kind::Institutional;
    let has_procedure = is_line && f.fills();
    let has_units = (is_line || is_facility) && f.fills();
    Repricing {
        method: f.pick(&["00", "01", "05", "10", "14"]),
        allowed: f.money(100_000),
        savings: f.maybe(|f| f.money(100_000)),
        repricer: f.maybe(|f| f.number(50)),
        rate: f.maybe(|f| f.quantity(999)),
        group: f.maybe(|f| f.number(50)),
        group_amount: f.maybe(|f| f.money(100_000)),
        revenue_code: f.maybe_where(is_facility, |f| f.pick(&["0120", "0450"])),
        procedure_kind: has_procedure.then(|| match kind {
            Kind::Dental => "AD".into(),
            _ => "HC".into(),
        }),
        procedure: has_procedure.then(|| match kind {
            Kind::Dental => "D0120".into(),
            _ => "99212".into(),
        }),
        unit: has_units.then(|| "UN".into()),
        units: has_units.then(|| f.whole(1, 99)),
        reject_reason: f.maybe(|f| f.pick(&["T1", "T6"])),
        compliance: f.maybe(|f| f.pick(&["1", "5"])),
        exception: f.maybe(|f| f.pick(&["1", "6"])),
    }
}

/// A line with its charge and what every kind says of one.
pub(crate) fn line(f: &mut Filler, kind: Kind, code: &str, system: &str, days: Days) -> Procedure {
    let is_facility = kind == Kind::Institutional;
    let from = f.maybe(|f| f.day(days.start, days.end));
    let modifiers: &[&str] = if kind == Kind::Dental {
        &["22", "52"]
    } else {
        &["59", "76", "99"]
    };
    Procedure {
        code: code.into(),
        system: system.into(),
        modifiers: if code.is_empty() {
            Vec::new()
        } else {
            f.some(modifiers)
        },
        description: f.maybe_where(!code.is_empty(), |f| f.text(80)),
        charge: Some(dollars(f.between(1_000, CHARGE_MAX) as i64)),
        quantity: f.maybe(|f| f.whole(1, 9)),
        to: f.maybe_where(kind != Kind::Dental, |f| {
            f.day(from.unwrap_or(days.start), days.end)
        }),
        from,
        rendering: f.maybe(|f| match kind {
            Kind::Institutional => people::person(f, 11, ANY_IDS).into(),
            _ => people::person_or_organization(f, 11, ANY_IDS).into(),
        }),
        referring: f.maybe_where(kind != Kind::Dental, |f| {
            people::person(f, 12, PERSON_IDS).into()
        }),
        supervising: f.maybe_where(!is_facility, |f| people::person(f, 13, ANY_IDS).into()),
        service_facility: f.maybe_where(!is_facility, |f| {
            people::place(
                f,
                14,
                match kind {
                    Kind::Professional => &["G2", "LU"],
                    _ => PLACE_IDS,
                },
            )
            .into()
        }),
        place_of_service: f.maybe_where(!is_facility, |f| f.pick(&["11", "12", "22"])),
        prior_authorization: f.maybe_where(!is_facility, |f| f.number(50)),
        attachments: match kind {
            Kind::Dental => Vec::new(),
            _ => f.list(10, |f| attachment(f, false)),
        },
        numbers: ProcedureNumbers {
            control_number: f.maybe(|f| f.number(30)),
            referral: f.maybe_where(!is_facility, |f| f.number(50)),
            repriced_line: f.maybe_where(kind != Kind::Dental, |f| f.number(50)),
            adjusted_repriced_line: f.maybe_where(kind != Kind::Dental, |f| f.number(50)),
            ..ProcedureNumbers::default()
        },
        sales_tax: f.maybe_where(!is_facility, |f| f.money(900)),
        pricing: pricing(f, kind, Place::Line),
        file_information: match is_facility {
            true => Vec::new(),
            false => f.list(10, |f| f.number(80)),
        },
        ..Procedure::default()
    }
}

/// Sums that follow from the lines.
pub(crate) fn sums(f: &mut Filler, chart: &mut Chart) {
    let charges = chart
        .procedures
        .iter()
        .map(|one| one.charge.as_ref().unwrap());
    let total: i64 = charges.map(cents).sum();
    chart.total = f.maybe(|_| dollars(total));
    let part = f.between(0, total as usize) as i64;
    match &mut chart.stay {
        Some(stay) => stay.estimated_due = f.maybe(|_| dollars(part)),
        None => chart.patient_paid = f.maybe(|_| dollars(part)),
    }
}

pub(crate) fn diagnosis(code: &str) -> Diagnosis {
    Diagnosis::new(code, "icd-10-cm")
}

/// Some of the diagnoses by their numbers, four at most.
pub(crate) fn pointers(f: &mut Filler, diagnoses: usize) -> Vec<usize> {
    let count = f.between(0, diagnoses.min(4));
    let first = f.below(diagnoses.max(1));
    (0..count)
        .map(|place| (first + place) % diagnoses + 1)
        .collect()
}
