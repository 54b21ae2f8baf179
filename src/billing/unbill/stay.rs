//! What only a facility's claim says, as a chart's stay. It must not know the lines.

use super::diagnosis;
use super::left::{Left, money};
use crate::chart::{self, Chart, code_system};
use crate::claim::{
    CodedValue, InpatientProcedure, Institutional, Occurrence, OccurrenceSpan, ProcedureSystem,
};

pub(super) fn stay(left: &mut Left, chart: &mut Chart, facility: String, own: Institutional) {
    let Institutional {
        statement,
        admission_time,
        discharge_time,
        admission_type,
        admission_source,
        patient_status,
        estimated_due,
        accident_state,
        peer_review,
        admitting_diagnosis,
        reasons_for_visit,
        external_causes,
        drg,
        principal_procedure,
        other_procedures,
        occurrence_spans,
        occurrences,
        values,
        treatments,
    } = own;
    left.wrong(
        "kind.institutional.principal_procedure",
        principal_procedure.is_none() && !other_procedures.is_empty(),
    );
    let procedures = principal_procedure.into_iter().chain(other_procedures);
    chart.stay = Some(chart::Stay {
        type_of_bill: facility,
        from: statement.map(|days| days.from),
        to: statement.map(|days| days.to),
        admission_time,
        discharge_time,
        admission_type,
        admission_source,
        patient_status: Some(patient_status).filter(|status| !status.is_empty()),
        admitting_diagnosis: admitting_diagnosis.map(diagnosis),
        drg,
        procedures: procedures.map(procedure).collect(),
        occurrences: days(left, occurrences),
        occurrence_spans: spans(left, occurrence_spans),
        values: values.into_iter().map(value).collect(),
        treatments,
        estimated_due: estimated_due.map(money),
    });
    if accident_state.is_some() {
        chart.encounter.accident = Some(chart::Accident {
            causes: Vec::new(),
            date: None,
            state: accident_state,
            country: None,
        });
    }
    chart.encounter.reasons = reasons_for_visit.into_iter().map(diagnosis).collect();
    chart.authorizations.peer_review = peer_review;
    let causes = external_causes.into_iter().map(diagnosis);
    chart.diagnoses.extend(causes);
}

fn procedure(done: InpatientProcedure) -> chart::InpatientProcedure {
    let InpatientProcedure { code, system, date } = done;
    let system = match system {
        ProcedureSystem::Icd10Pcs => code_system::ICD10_PCS,
        ProcedureSystem::Icd9 => code_system::ICD9_PCS,
        ProcedureSystem::Abc => "abc",
    };
    chart::InpatientProcedure {
        code,
        system: system.to_owned(),
        date,
    }
}

fn days(left: &mut Left, given: Vec<Occurrence>) -> Vec<chart::Occurrence> {
    let one = |(index, given): (usize, Occurrence)| {
        let Occurrence { code, date } = given;
        let field = format_args!("kind.institutional.occurrences[{index}].date");
        left.wrong(field, date.is_none());
        Some(chart::Occurrence { code, date: date? })
    };
    given.into_iter().enumerate().filter_map(one).collect()
}

fn spans(left: &mut Left, given: Vec<OccurrenceSpan>) -> Vec<chart::OccurrenceSpan> {
    let one = |(index, given): (usize, OccurrenceSpan)| {
        let OccurrenceSpan { code, period } = given;
        let field = format_args!("kind.institutional.occurrence_spans[{index}].period");
        left.wrong(field, period.is_none());
        let period = period?;
        Some(chart::OccurrenceSpan {
            code,
            from: period.from,
            to: period.to,
        })
    };
    given.into_iter().enumerate().filter_map(one).collect()
}

fn value(given: CodedValue) -> chart::CodedValue {
    let CodedValue { code, amount } = given;
    chart::CodedValue {
        code,
        amount: money(amount),
    }
}
