//! What only the institutional claim says: the bill's days and hours (DTP), admission and status (CL1), its codes (HI)
//! and its service (SV2). It must not know the loops around them.

use jiff::civil::{Date, Time};

use super::cursor::{Cursor, What};
use super::health_codes::{self as codes, Code, Parts};
use super::read_line::procedure;
use super::write_line;
use super::write_party::{self as party, ccyymmdd};
use crate::claim::{
    Claim, ClaimKind, CodedValue, Diagnosis, DiagnosisSystem, InpatientProcedure, Institutional,
    Money, Occurrence, OccurrenceSpan, Period, Phi, ProcedureSystem, RevenueLine, ServiceLine,
};
use crate::x12::Writer;

/// The parts of a claim that the codes go to.
struct Held<'c> {
    diagnoses: &'c mut Vec<Diagnosis>,
    conditions: &'c mut Vec<String>,
    own: &'c mut Institutional,
}

/// DTP of the bill. Gives whether it was one of these.
pub(super) fn read_date(cursor: &mut Cursor<'_, '_>, claim: &mut Claim) -> bool {
    let ClaimKind::Institutional(own) = &mut claim.kind else {
        return false;
    };
    match cursor.qualifier(1) {
        "096" => {
            let time = cursor.time(3);
            cursor.fill(&mut own.discharge_time, time);
        }
        "434" => {
            let period = cursor.period(3);
            cursor.fill(&mut own.statement, period);
        }
        "435" => {
            let (day, time) = cursor.day_and_time(3);
            if claim.dates.admission.is_none() {
                own.admission_time = time.filter(|_| day.is_some());
            }
            cursor.fill(&mut claim.dates.admission, day);
        }
        _ => return false,
    }
    true
}

pub(super) fn write_dates(writer: &mut Writer, claim: &Claim, own: &Institutional) {
    if let Some(time) = own.discharge_time {
        date_time(writer, "096", "TM", &hhmm(time));
    }
    if let Some(Period { from, to }) = own.statement {
        party::period(writer, "434", from, to);
    }
    match (claim.dates.admission, own.admission_time) {
        (Some(day), Some(time)) => {
            date_time(writer, "435", "DT", &(ccyymmdd(day) + &hhmm(time)));
        }
        (Some(day), None) => party::date(writer, "435", day),
        (None, _) => {}
    }
}

fn date_time(writer: &mut Writer, kind: &str, format: &str, text: &str) {
    writer
        .segment("DTP")
        .element(kind)
        .element(format)
        .element(text);
}

fn hhmm(time: Time) -> String {
    time.strftime("%H%M").to_string()
}

/// CL1.
pub(super) fn read_admission(cursor: &mut Cursor<'_, '_>, own: &mut Institutional) {
    own.admission_type = cursor.text(1);
    own.admission_source = cursor.text(2);
    own.patient_status = cursor.need(3);
}

pub(super) fn write_admission(writer: &mut Writer, own: &Institutional) {
    writer
        .segment("CL1")
        .optional(own.admission_type.as_deref())
        .optional(own.admission_source.as_deref())
        .element(&own.patient_status);
}

/// HI.
pub(super) fn read_codes(cursor: &mut Cursor<'_, '_>, claim: &mut Claim) {
    let ClaimKind::Institutional(own) = &mut claim.kind else {
        return;
    };
    let mut held = Held {
        diagnoses: &mut claim.diagnoses,
        conditions: &mut claim.detail.conditions,
        own,
    };
    for code in codes::read(cursor) {
        let read = diagnosis(cursor, &code, &mut held)
            || procedures(cursor, &code, held.own)
            || others(cursor, &code, &mut held);
        if !read {
            cursor.note(code.element, What::NotHeld);
        }
    }
}

fn diagnosis(cursor: &mut Cursor<'_, '_>, code: &Code<'_>, held: &mut Held<'_>) -> bool {
    let kind = code.kind();
    let of = |icd10, icd9| codes::system(kind, icd10, icd9).filter(|_| kind != "TQ");
    let Held { diagnoses, own, .. } = held;
    if let Some(system) = of("ABK", "BK") {
        code.only(cursor, &[9]);
        principal(cursor, diagnoses, code.diagnosis(system));
    } else if let Some(system) = of("ABF", "BF") {
        code.only(cursor, &[9]);
        // The first is the principal one, and it is not this.
        if diagnoses.is_empty() {
            cursor.note(code.element, What::Absent);
            diagnoses.push(Diagnosis::icd10(Phi::default()));
        }
        diagnoses.push(code.diagnosis(system));
    } else if let Some(system) = of("ABN", "BN") {
        code.only(cursor, &[9]);
        own.external_causes.push(code.diagnosis(system));
    } else if let Some(system) = of("ABJ", "BJ") {
        let admitting = unmarked(cursor, code, system);
        cursor.fill(&mut own.admitting_diagnosis, Some(admitting));
    } else if let Some(system) = of("APR", "PR") {
        let reason = unmarked(cursor, code, system);
        own.reasons_for_visit.push(reason);
    } else {
        return false;
    }
    true
}

fn principal(cursor: &mut Cursor<'_, '_>, diagnoses: &mut Vec<Diagnosis>, read: Diagnosis) {
    match diagnoses.first_mut() {
        None => diagnoses.push(read),
        Some(first) if first.code.as_str().is_empty() => *first = read,
        Some(_) => cursor.note(0, What::Repeated),
    }
}

/// A diagnosis that is not said to be present on admission.
fn unmarked(cursor: &mut Cursor<'_, '_>, code: &Code<'_>, system: DiagnosisSystem) -> Diagnosis {
    code.only(cursor, &[]);
    Diagnosis {
        present_on_admission: None,
        ..code.diagnosis(system)
    }
}

fn procedures(cursor: &mut Cursor<'_, '_>, code: &Code<'_>, own: &mut Institutional) -> bool {
    let (principal, system) = match code.kind() {
        "BBR" => (true, ProcedureSystem::Icd10Pcs),
        "BR" => (true, ProcedureSystem::Icd9),
        "CAH" => (true, ProcedureSystem::Abc),
        "BBQ" => (false, ProcedureSystem::Icd10Pcs),
        "BQ" => (false, ProcedureSystem::Icd9),
        _ => return false,
    };
    let read = InpatientProcedure {
        code: code.code(),
        system,
        date: day(cursor, code),
    };
    if principal {
        cursor.fill(&mut own.principal_procedure, Some(read));
    } else {
        own.other_procedures.push(read);
    }
    true
}

fn others(cursor: &mut Cursor<'_, '_>, code: &Code<'_>, held: &mut Held<'_>) -> bool {
    let own = &mut *held.own;
    match code.kind() {
        "BH" => {
            let date = day(cursor, code);
            let code = code.code();
            own.occurrences.push(Occurrence { code, date });
        }
        "BI" => {
            let period = span(cursor, code);
            let code = code.code();
            own.occurrence_spans.push(OccurrenceSpan { code, period });
        }
        "BE" => {
            let amount = amount(cursor, code);
            let code = code.code();
            own.values.push(CodedValue { code, amount });
        }
        "DR" => {
            code.only(cursor, &[]);
            cursor.fill(&mut own.drg, Some(code.code()));
        }
        "BG" => {
            code.only(cursor, &[]);
            held.conditions.push(code.code());
        }
        "TC" => {
            code.only(cursor, &[]);
            own.treatments.push(code.code());
        }
        _ => return false,
    }
    true
}

fn day(cursor: &mut Cursor<'_, '_>, code: &Code<'_>) -> Option<Date> {
    code.only(cursor, &[3, 4]);
    cursor.day_of(code.element, code.part(3), code.part(4))
}

fn span(cursor: &mut Cursor<'_, '_>, code: &Code<'_>) -> Option<Period> {
    code.only(cursor, &[3, 4]);
    cursor.period_of(code.element, code.part(3), code.part(4))
}

fn amount(cursor: &mut Cursor<'_, '_>, code: &Code<'_>) -> Money {
    code.only(cursor, &[5]);
    let text = code.part(5);
    let amount = text.and_then(|text| Money::parse(text).ok());
    if amount.is_none() {
        let what = text.map_or(What::Absent, |_| What::NotMoney);
        cursor.note(code.element, what);
    }
    amount.unwrap_or(Money::ZERO)
}

/// The diagnoses, each of this kind.
fn of<'c>(diagnoses: &'c [Diagnosis], icd10: &'static str, icd9: &'static str) -> Vec<Parts<'c>> {
    let code = |one| codes::diagnosis(one, icd10, icd9);
    diagnoses.iter().map(code).collect()
}

/// HI, a segment a kind.
pub(super) fn write_codes(writer: &mut Writer, claim: &Claim, own: &Institutional) {
    let diagnoses = codes::diagnoses(&claim.diagnoses);
    let (principal, others) = diagnoses.split_at(diagnoses.len().min(1));
    codes::write(writer, principal);
    let admitting = own.admitting_diagnosis.as_slice();
    codes::write(writer, &of(admitting, "ABJ", "BJ"));
    codes::write(writer, &of(&own.reasons_for_visit, "APR", "PR"));
    codes::write(writer, &of(&own.external_causes, "ABN", "BN"));
    codes::write(writer, &codes::plain("DR", own.drg.as_slice()));
    codes::write(writer, others);
    write_procedures(writer, own);
    write_spans(writer, own);
    codes::write(writer, &codes::plain("BG", &claim.detail.conditions));
    codes::write(writer, &codes::plain("TC", &own.treatments));
}

fn write_procedures(writer: &mut Writer, own: &Institutional) {
    let principal: Vec<_> = own
        .principal_procedure
        .iter()
        .map(|one| inpatient(one, "BBR", "BR"))
        .collect();
    codes::write(writer, &principal);
    let others: Vec<_> = own
        .other_procedures
        .iter()
        .map(|one| inpatient(one, "BBQ", "BQ"))
        .collect();
    codes::write(writer, &others);
}

fn inpatient<'c>(
    procedure: &'c InpatientProcedure,
    icd10: &'static str,
    icd9: &'static str,
) -> Parts<'c> {
    let kind = match procedure.system {
        ProcedureSystem::Icd10Pcs => icd10,
        ProcedureSystem::Icd9 => icd9,
        ProcedureSystem::Abc => "CAH",
    };
    dated(kind, &procedure.code, procedure.date)
}

/// Occurrence spans, occurrences and values.
fn write_spans(writer: &mut Writer, own: &Institutional) {
    let spans: Vec<_> = own.occurrence_spans.iter().map(spanned).collect();
    codes::write(writer, &spans);
    let occurrences: Vec<_> = own
        .occurrences
        .iter()
        .map(|one| dated("BH", &one.code, one.date))
        .collect();
    codes::write(writer, &occurrences);
    let values: Vec<_> = own.values.iter().map(valued).collect();
    codes::write(writer, &values);
}

fn spanned(one: &OccurrenceSpan) -> Parts<'_> {
    let mut parts: Parts<'_> = vec!["BI".into(), one.code.as_str().into()];
    if let Some(Period { from, to }) = one.period {
        parts.push("RD8".into());
        parts.push(format!("{}-{}", ccyymmdd(from), ccyymmdd(to)).into());
    }
    parts
}

fn dated<'c>(kind: &'static str, code: &'c str, date: Option<Date>) -> Parts<'c> {
    let mut parts: Parts<'_> = vec![kind.into(), code.into()];
    if let Some(date) = date {
        parts.push("D8".into());
        parts.push(ccyymmdd(date).into());
    }
    parts
}

fn valued(one: &CodedValue) -> Parts<'_> {
    let amount = one.amount.to_x12().into();
    let code = one.code.as_str().into();
    vec!["BE".into(), code, "".into(), "".into(), amount]
}

/// SV2.
pub(super) fn read_service(cursor: &mut Cursor<'_, '_>, line: &mut ServiceLine) {
    let revenue_code = cursor.need(1);
    let non_covered = cursor.money(7);
    if let Some(own) = line.revenue_mut() {
        own.revenue_code = revenue_code;
        own.non_covered = non_covered;
    }
    procedure(cursor, 2, "HC", line);
    line.charge = cursor.need_money(3);
    line.unit = cursor.need(4);
    line.quantity = cursor.need(5);
}

pub(super) fn write_service(writer: &mut Writer, claim: &Claim, line: &ServiceLine) {
    let none = RevenueLine::default();
    let own = line.revenue().unwrap_or(&none);
    let non_covered = own.non_covered.map(Money::to_x12);
    writer
        .segment("SV2")
        .element(&own.revenue_code)
        .composite(&write_line::procedure(claim, line))
        .element(&line.charge.to_x12())
        .element(&line.unit)
        .element(&line.quantity)
        .skip(1)
        .optional(non_covered.as_deref());
}
