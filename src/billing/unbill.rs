//! A claim that somebody else made, back to a chart that says the same: billed again it is that claim. It must not guess:
//! what a chart has no field for is told, and what would become another claim holds the chart.

mod circumstances;
mod left;
mod lines;
mod payers;
mod people;
mod stay;

use self::circumstances::{attachment, certifications, pricing};
use self::left::{Left, decimal, money, texts};
use crate::chart::{self, Chart, Consent, Note, Origins, Reading, Submission, code_system};
use crate::claim::{
    Accident, Claim, ClaimDates, ClaimDetail, ClaimKind, Dental, Diagnosis, DiagnosisSystem, Phi,
    Supplement,
};

/// The chart of a claim. The parts that it leaves behind are findings by the claim's fields.
///
/// It is called by the claim's number, which further bills of the same services have as well.
pub fn unbill(claim: Claim) -> Reading {
    let mut left = Left::default();
    let chart = chart(&mut left, claim);
    Reading {
        name: chart.id.clone(),
        chart: Some(Box::new(chart)),
        findings: left.findings,
        origins: Origins::default(),
    }
}

fn chart(left: &mut Left, claim: Claim) -> Chart {
    let service = claim.service_period();
    let Claim {
        control_number,
        billing_provider,
        pay_to,
        subscriber,
        patient,
        payer,
        total_charge,
        place_of_service,
        frequency,
        provider_signature_on_file,
        assignment,
        benefits_assignment,
        release_of_information,
        accident,
        delay_reason,
        dates,
        attachments,
        patient_paid,
        supplement,
        note,
        diagnoses,
        providers,
        other_payers,
        lines,
        detail,
        kind,
    } = claim;
    let consent = Consent {
        provider_signature: provider_signature_on_file
            .unwrap_or(Consent::default().provider_signature),
        assignment,
        benefits_assigned: benefits_assignment,
        release: release_of_information,
        patient_signature_source: None,
    };
    let plan = payers::Plan {
        payer,
        subscriber,
        patient,
    };
    let (patient, coverages) = payers::coverages(left, plan, other_payers, &consent, &lines);
    let mut chart = Chart {
        version: chart::SCHEMA_VERSION,
        kind: kind.name().to_owned(),
        patient,
        coverages,
        diagnoses: diagnoses.into_iter().map(diagnosis).collect(),
        submission: Submission {
            patient_control_number: Some(control_number).filter(|number| !number.is_empty()),
            frequency,
            delay_reason,
            ..Submission::default()
        },
        consent,
        attachments: attachments.into_iter().map(attachment).collect(),
        patient_paid: patient_paid.map(money),
        total: Some(money(total_charge)),
        ..Chart::default()
    };
    chart.providers = people::providers(left, billing_provider, pay_to, providers);
    numbers(&mut chart, supplement);
    let submission = &chart.submission;
    let place = chart
        .coverages
        .iter()
        .position(|one| one.decision.is_none());
    chart.id = chart::bill_name(
        submission
            .patient_control_number
            .as_deref()
            .unwrap_or_default(),
        &submission.frequency,
        submission.payer_claim_number.as_deref(),
        place.unwrap_or_default(),
    );
    self::dates(left, &mut chart, accident, dates);
    self::detail(
        left,
        &mut chart,
        detail.into_inner(),
        note.map(|text| text.into_inner()),
    );
    chart.procedures = lines::procedures(left, lines);
    match kind {
        ClaimKind::Professional => {
            chart.encounter.place_of_service = Some(place_of_service);
            chart.encounter.start = service.map(|(from, _)| from);
            chart.encounter.end = service.map(|(_, to)| to);
        }
        ClaimKind::Institutional(own) => stay::stay(left, &mut chart, place_of_service, *own),
        ClaimKind::Dental(own) => {
            chart.encounter.place_of_service = Some(place_of_service);
            dental(left, &mut chart, *own);
        }
    }
    chart
}

fn diagnosis(coded: Diagnosis) -> chart::Diagnosis {
    let Diagnosis {
        code,
        system,
        present_on_admission,
    } = coded;
    let system = match system {
        DiagnosisSystem::Icd10 => code_system::ICD10_CM,
        DiagnosisSystem::Icd9 => code_system::ICD9_CM,
        DiagnosisSystem::Snodent => code_system::SNODENT,
    };
    chart::Diagnosis {
        present_on_admission: present_on_admission.map(Phi::into_inner),
        ..chart::Diagnosis::new(code.into_inner(), system)
    }
}

/// REF of loop 2300.
fn numbers(chart: &mut Chart, numbers: Supplement) {
    let Supplement {
        prior_authorization,
        referral,
        payer_claim_number,
        clia,
        medical_record,
        // Of the clearinghouse that took the claim then.
        clearinghouse_trace: _,
        service_authorization_exception,
        medicare_crossover,
        mammography,
        repriced_claim,
        adjusted_repriced_claim,
        device_exemption,
        demonstration_project,
        care_plan_oversight,
    } = numbers;
    chart.submission.payer_claim_number = payer_claim_number;
    chart.authorizations = chart::Authorizations {
        prior_authorization,
        referral,
        clia,
        mammography,
        device_exemption,
        service_exception: service_authorization_exception,
        peer_review: None,
        medical_record: medical_record.map(|number| number.into_inner()),
        medicare_crossover,
        demonstration_project,
        care_plan_oversight,
        repriced_claim,
        adjusted_repriced_claim,
        further: Vec::new(),
    };
}

/// DTP of loop 2300, and CLM11.
fn dates(left: &mut Left, chart: &mut Chart, accident: Option<Accident>, dates: ClaimDates) {
    let ClaimDates {
        onset,
        initial_treatment,
        last_seen,
        accident: accident_date,
        last_menstrual_period,
        admission,
        discharge,
        acute_manifestation,
        last_x_ray,
        vision_prescription,
        disability_begin,
        disability_end,
        last_worked,
        return_to_work,
        assumed_care,
        relinquished_care,
        first_contact,
        repricer_received,
    } = dates;
    let accident = match (accident, accident_date) {
        (Some(accident), date) => Some(self::accident(left, accident, date)),
        (None, date) => {
            left.behind("dates.accident", date.is_some());
            None
        }
    };
    chart.encounter = chart::Encounter {
        accident,
        onset,
        initial_treatment,
        last_seen,
        last_menstrual_period,
        admission,
        discharge,
        acute_manifestation,
        last_x_ray,
        vision_prescription,
        disability_begin,
        disability_end,
        last_worked,
        return_to_work,
        assumed_care,
        relinquished_care,
        first_contact,
        repricer_received,
        ..chart::Encounter::default()
    };
}

fn accident(
    left: &mut Left,
    accident: Accident,
    date: Option<jiff::civil::Date>,
) -> chart::Accident {
    let Accident {
        causes,
        state,
        country,
    } = accident;
    let cause = |(index, cause): (usize, String)| {
        let cause = super::claim::accident_cause(&cause);
        left.wrong(format_args!("accident.causes[{index}]"), cause.is_none());
        cause
    };
    chart::Accident {
        causes: causes.into_iter().enumerate().filter_map(cause).collect(),
        date,
        state,
        country,
    }
}

fn detail(left: &mut Left, chart: &mut Chart, detail: ClaimDetail, note: Option<String>) {
    let ClaimDetail {
        patient_signature_source,
        special_program,
        note_kind,
        conditions,
        anesthesia_procedures,
        file_information,
        ambulance,
        spinal,
        certifications: certified,
        pick_up,
        drop_off,
        pay_to_plan,
        currency,
        contract,
        repricing,
        further_notes,
        further_numbers,
    } = detail;
    left.behind("detail.pay_to_plan", pay_to_plan.is_some());
    left.wrong("detail.currency", currency.is_some());
    chart.consent.patient_signature_source = patient_signature_source;
    chart.submission.special_program = special_program;
    let encounter = &mut chart.encounter;
    encounter.conditions = conditions;
    encounter.anesthesia_procedures = anesthesia_procedures;
    encounter.ambulance = ambulance.and_then(|way| circumstances::ambulance(left, "detail", way));
    encounter.spinal_manipulation = spinal.map(circumstances::spinal);
    encounter.certifications = certifications(certified);
    encounter.pick_up = pick_up.map(people::address);
    encounter.drop_off = drop_off.map(circumstances::drop_off);
    chart.file_information = texts(file_information);
    chart.pricing = pricing(left, "detail", contract, repricing);
    match (note_kind, note) {
        (Some(kind), Some(text)) => chart.notes.push(Note { kind, text }),
        (_, note) => chart.note = note,
    }
    let further = further_notes.into_iter().map(|one| Note {
        kind: one.kind,
        text: one.text.into_inner(),
    });
    chart.notes.extend(further);
    let further = further_numbers.into_iter().map(circumstances::number);
    chart.authorizations.further.extend(further);
}

fn dental(left: &mut Left, chart: &mut Chart, own: Dental) {
    let Dental {
        predetermination,
        service,
        appliance_placed,
        orthodontics,
        tooth_statuses,
        predetermination_number,
    } = own;
    // Of the lines that do not say their own.
    if let Some(service) = service {
        chart.encounter.start = Some(service.from);
        for line in chart.procedures.iter_mut().filter(|one| one.from.is_none()) {
            line.from = Some(service.from);
            line.to = Some(service.to).filter(|to| *to != service.from);
        }
    }
    let orthodontics = orthodontics.map(|own| chart::Orthodontics {
        months: own
            .months
            .and_then(|text| decimal(left, "kind.dental.orthodontics.months", text)),
        months_remaining: own
            .months_remaining
            .and_then(|text| decimal(left, "kind.dental.orthodontics.months_remaining", text)),
    });
    let statuses = tooth_statuses.into_iter().map(|one| chart::ToothStatus {
        tooth: one.tooth,
        status: one.status,
    });
    chart.dental = Some(chart::DentalTreatment {
        predetermination,
        predetermination_number,
        appliance_placed,
        orthodontics,
        tooth_statuses: statuses.collect(),
    })
    .filter(|own| *own != chart::DentalTreatment::default());
}
