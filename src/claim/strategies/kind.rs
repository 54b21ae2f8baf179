//! What only one kind of claim has, and what it does not have of what others share.

use jiff::civil::Time;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::{Kind, code, count, day, diagnosis, money, period, text};
use crate::claim::*;

pub(super) fn own(kind: Kind) -> BoxedStrategy<ClaimKind> {
    match kind {
        Kind::Professional => Just(ClaimKind::Professional).boxed(),
        Kind::Institutional => institutional()
            .prop_map(|own| ClaimKind::Institutional(Box::new(own)))
            .boxed(),
        Kind::Dental => dental()
            .prop_map(|own| ClaimKind::Dental(Box::new(own)))
            .boxed(),
    }
}

pub(super) fn own_line(kind: Kind) -> BoxedStrategy<LineKind> {
    match kind {
        Kind::Professional => Just(LineKind::Professional).boxed(),
        Kind::Institutional => {
            let codes = code(&["0120", "0250", "0360", "0636"]);
            (codes, of(money()), of(money()), of(money()))
                .prop_map(|(revenue_code, non_covered, service_tax, facility_tax)| {
                    LineKind::Institutional(Box::new(RevenueLine {
                        revenue_code,
                        non_covered,
                        service_tax,
                        facility_tax,
                    }))
                })
                .boxed()
        }
        Kind::Dental => dental_line()
            .prop_map(|own| LineKind::Dental(Box::new(own)))
            .boxed(),
    }
}

fn time() -> impl Strategy<Value = Time> {
    (0i8..24, 0i8..60).prop_map(|(hour, minute)| Time::new(hour, minute, 0, 0).unwrap())
}

fn procedure() -> BoxedStrategy<InpatientProcedure> {
    let code = prop_oneof![
        Just(("0SR90JZ", ProcedureSystem::Icd10Pcs)),
        Just(("30233N1", ProcedureSystem::Icd10Pcs)),
        Just(("8154", ProcedureSystem::Icd9)),
    ];
    (code, day())
        .prop_map(|((code, system), date)| InpatientProcedure {
            code: code.into(),
            system,
            date: Some(date),
        })
        .boxed()
}

fn institutional() -> BoxedStrategy<Institutional> {
    let admission = (
        period(),
        of(time()),
        of(time()),
        of(code(&["1", "3"])),
        of(code(&["1", "2"])),
        code(&["01", "30"]),
    );
    let facts = (of(money()), of(code(&["MA", "IL"])), of(text()));
    let diagnoses = (
        of(diagnosis()),
        vec(diagnosis(), 0..=3),
        vec(cause(), 0..=12),
        of("[0-9]{3}"),
    );
    let codes = (
        of(procedure()),
        vec(procedure(), 0..=24),
        vec((code(&["70", "74"]), period()), 0..=24),
        vec((code(&["01", "11"]), day()), 0..=24),
        vec((code(&["80", "A1"]), money()), 0..=24),
        vec("[A-Z][0-9]{2}", 0..=24),
    );
    (admission, facts, diagnoses, codes)
        .prop_map(
            |(
                (statement, admission_time, discharge_time, kind, source, status),
                (estimated_due, accident_state, peer_review),
                (admitting, reasons, causes, drg),
                (principal, others, spans, occurrences, values, treatments),
            )| Institutional {
                statement: Some(statement),
                admission_time,
                discharge_time,
                admission_type: kind,
                admission_source: source,
                patient_status: status,
                estimated_due,
                accident_state,
                peer_review,
                admitting_diagnosis: admitting,
                reasons_for_visit: reasons,
                external_causes: causes,
                drg,
                principal_procedure: principal,
                other_procedures: others,
                occurrence_spans: spans
                    .into_iter()
                    .map(|(code, period)| OccurrenceSpan {
                        code,
                        period: Some(period),
                    })
                    .collect(),
                occurrences: occurrences
                    .into_iter()
                    .map(|(code, date)| Occurrence {
                        code,
                        date: Some(date),
                    })
                    .collect(),
                values: values
                    .into_iter()
                    .map(|(code, amount)| CodedValue { code, amount })
                    .collect(),
                treatments,
            },
        )
        .boxed()
}

fn cause() -> BoxedStrategy<Diagnosis> {
    (code(&["W010XXA", "Y92009"]), present())
        .prop_map(|(code, present)| Diagnosis {
            present_on_admission: present,
            ..Diagnosis::icd10(code)
        })
        .boxed()
}

fn present() -> impl Strategy<Value = Option<Phi<String>>> {
    of(code(&["Y", "N", "U", "W"]).prop_map(Phi::new))
}

fn dental() -> BoxedStrategy<Dental> {
    let orthodontics = (of(count()), of(count()), of(code(&["Y"]))).prop_map(
        |(months, months_remaining, indicator)| Orthodontics {
            months,
            months_remaining,
            indicator,
        },
    );
    let status =
        (tooth(), code(&["E", "M"])).prop_map(|(tooth, status)| ToothStatus { tooth, status });
    (
        any::<bool>(),
        of(period()),
        of(day()),
        of(orthodontics),
        vec(status, 0..=35),
        of(text()),
    )
        .prop_map(
            |(predetermination, service, appliance, orthodontics, teeth, number)| Dental {
                predetermination,
                service,
                appliance_placed: appliance,
                orthodontics: orthodontics.filter(|told| *told != Orthodontics::default()),
                tooth_statuses: teeth,
                predetermination_number: number,
            },
        )
        .boxed()
}

fn tooth() -> impl Strategy<Value = String> {
    code(&["1", "17", "32", "A", "T"])
}

fn dental_line() -> BoxedStrategy<DentalLine> {
    let tooth = (tooth(), vec(code(&["B", "D", "M", "O"]), 0..=5))
        .prop_map(|(number, surfaces)| Tooth { number, surfaces });
    let numbers = (of(text()), of(text()), of(text()));
    (
        vec(code(&["00", "10", "20"]), 0..=5),
        of(code(&["I", "R"])),
        vec(tooth, 0..=4),
        vec(of(day()), 5),
        any::<bool>(),
        numbers,
    )
        .prop_map(
            |(oral_cavity, prosthesis, teeth, dates, estimated, numbers)| {
                let (predetermination_number, repriced_claim, adjusted_repriced_claim) = numbers;
                DentalLine {
                    oral_cavity,
                    prosthesis,
                    teeth,
                    prior_placement: dates[0].filter(|_| !estimated),
                    prior_placement_estimated: dates[0].filter(|_| estimated),
                    appliance_placed: dates[1],
                    replaced: dates[2],
                    treatment_begin: dates[3],
                    treatment_end: dates[4],
                    predetermination_number,
                    repriced_claim,
                    adjusted_repriced_claim,
                }
            },
        )
        .boxed()
}

/// The claim without what its kind does not have, and what depends on something else.
pub(super) fn fitted(mut claim: Claim) -> Claim {
    match claim.kind {
        ClaimKind::Professional => professional_only(&mut claim),
        ClaimKind::Institutional(_) => institutional_only(&mut claim),
        ClaimKind::Dental(_) => dental_only(&mut claim),
    }
    let detail = &mut claim.detail;
    detail.note_kind = detail.note_kind.take().filter(|_| claim.note.is_some());
    if claim.supplement.device_exemption.is_none() {
        detail.further_numbers.clear();
    }
    claim
}

fn professional_only(claim: &mut Claim) {
    claim.detail.further_notes.clear();
    claim.detail.further_numbers.clear();
    for adjudication in claim
        .lines
        .iter_mut()
        .flat_map(|line| &mut line.adjudications)
    {
        adjudication.revenue_code = None;
    }
}

fn institutional_only(claim: &mut Claim) {
    claim.provider_signature_on_file = None;
    claim.accident = None;
    claim.patient_paid = None;
    claim.dates = ClaimDates {
        admission: claim.dates.admission,
        repricer_received: claim.dates.repricer_received,
        ..ClaimDates::default()
    };
    let admitted = claim.dates.admission.is_some();
    if let Some(own) = claim.institutional_mut() {
        own.admission_time = own.admission_time.filter(|_| admitted);
    }
    let marks = [Some("Y"), None, Some("N"), Some("W")].into_iter().cycle();
    for (diagnosis, mark) in claim.diagnoses.iter_mut().zip(marks) {
        diagnosis.present_on_admission = mark.map(Phi::from);
    }
    let supplement = &mut claim.supplement;
    supplement.clia = None;
    supplement.medicare_crossover = None;
    supplement.mammography = None;
    supplement.care_plan_oversight = None;
    let detail = &mut claim.detail;
    detail.patient_signature_source = None;
    detail.special_program = None;
    detail.note_kind = None;
    detail.anesthesia_procedures.clear();
    detail.certifications.retain(|one| one.kind == "ZZ");
    (detail.ambulance, detail.spinal) = (None, None);
    (detail.pick_up, detail.drop_off) = (None, None);
    for line in &mut claim.lines {
        revenue_only(line);
    }
}

fn revenue_only(line: &mut ServiceLine) {
    for adjudication in &mut line.adjudications {
        let code = adjudication.revenue_code.take();
        adjudication.revenue_code = code.or_else(|| Some("0250".into()));
    }
    line.place_of_service = None;
    line.diagnosis_pointers.clear();
    line.emergency = false;
    (line.prior_authorization, line.clia, line.note) = (None, None, None);
    line.detail = Seldom::from(LineDetail {
        procedure_kind: line.detail.procedure_kind.take(),
        attachments: std::mem::take(&mut line.detail.attachments),
        supplement: LineSupplement {
            repriced_line: line.detail.supplement.repriced_line.take(),
            adjusted_repriced_line: line.detail.supplement.adjusted_repriced_line.take(),
            ..LineSupplement::default()
        },
        third_party_note: line.detail.third_party_note.take(),
        repricing: line.detail.repricing.take(),
        ..LineDetail::default()
    });
    if line.procedure.is_empty() {
        line.modifiers.clear();
        line.description = None;
        line.detail.procedure_kind = None;
    }
}

fn dental_only(claim: &mut Claim) {
    claim.dates = ClaimDates {
        accident: claim.dates.accident,
        repricer_received: claim.dates.repricer_received,
        ..ClaimDates::default()
    };
    for attachment in &mut claim.attachments {
        attachment.report_type = "RB".into();
    }
    let supplement = &mut claim.supplement;
    (supplement.clia, supplement.medical_record) = (None, None);
    (supplement.medicare_crossover, supplement.mammography) = (None, None);
    (
        supplement.device_exemption,
        supplement.demonstration_project,
    ) = (None, None);
    supplement.care_plan_oversight = None;
    let detail = &mut claim.detail;
    detail.patient_signature_source = None;
    detail.special_program = detail.special_program.take().filter(|code| code == "02");
    detail.note_kind = None;
    detail.conditions.clear();
    detail.anesthesia_procedures.clear();
    detail.certifications.clear();
    (detail.ambulance, detail.spinal) = (None, None);
    (detail.pick_up, detail.drop_off) = (None, None);
    if claim.note.is_none() {
        detail.further_notes.clear();
    }
    for line in &mut claim.lines {
        tooth_only(line);
    }
}

fn tooth_only(line: &mut ServiceLine) {
    line.emergency = false;
    line.service_to = None;
    (line.clia, line.note, line.drug) = (None, None, None);
    line.detail = Seldom::from(LineDetail {
        supplement: LineSupplement {
            referral: line.detail.supplement.referral.take(),
            ..LineSupplement::default()
        },
        sales_tax: line.detail.sales_tax,
        file_information: std::mem::take(&mut line.detail.file_information),
        contract: line.detail.contract.take(),
        repricing: line.detail.repricing.take(),
        further_numbers: std::mem::take(&mut line.detail.further_numbers),
        ..LineDetail::default()
    });
    for adjudication in &mut line.adjudications {
        adjudication.procedure = "D2750".into();
        adjudication.revenue_code = None;
    }
}
