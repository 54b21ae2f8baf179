//! What only an institutional claim says: the facility's bill and the codes of the UB-04. It must not know what the
//! kinds share.

use super::diagnoses::Diagnoses;
use super::fields::Fields;
use super::kind::Kind;
use super::notes::Notes;
use super::{Biller, shape, text};
use crate::chart::{self, Chart, Code, code_system};
use crate::claim::{
    CodedValue, InpatientProcedure, Institutional, Occurrence, OccurrenceSpan, Period,
    ProcedureSystem, RevenueLine,
};

/// X12 element 1315.
const ADMISSION_TYPES: &[&str] = &["1", "2", "3", "4", "5", "9"];
/// HI holds twelve of a kind, and comes twice.
const CODES_MAX: usize = 24;

/// The type of bill.
pub(super) struct Bill {
    /// Kind of facility and of care: its first two digits.
    pub(super) facility: String,
    /// Its last.
    pub(super) frequency: String,
}

/// What a facility bills and how often; `None` where the chart is no facility's, or does not say it.
pub(super) fn bill(notes: &mut Notes<'_>, kind: Kind, chart: &Chart) -> Option<Bill> {
    let at = "/stay/type_of_bill";
    match (kind, &chart.stay) {
        (Kind::Institutional, Some(stay)) => {
            notes.from("place_of_service", at);
            let bill = type_of_bill(&stay.type_of_bill, chart.submission.frequency.trim());
            let Some((bill, is_own)) = bill else {
                notes.add(Code::TypeOfBillShape, at, "");
                return None;
            };
            let field = match is_own {
                true => at,
                false => "/submission/frequency",
            };
            notes.from("frequency", field);
            let said = chart.submission.frequency.trim();
            if said != chart::Submission::default().frequency && said != bill.frequency {
                notes.add(Code::FrequencyTwice, "/submission/frequency", "");
            }
            Some(bill)
        }
        (Kind::Institutional, None) => {
            notes.add(Code::StayMissing, "/stay", "");
            None
        }
        (_, Some(_)) => {
            notes.add(Code::NotOfKind, "/stay", "");
            None
        }
        (_, None) => None,
    }
}

/// Reads `13`, `131` or `0131`; whether the frequency is its own.
fn type_of_bill(text: &str, frequency: &str) -> Option<(Bill, bool)> {
    let text = text.trim();
    let text = match text.len() {
        4 => text.strip_prefix('0')?,
        _ => text,
    };
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) || text.starts_with('0') {
        return None;
    }
    let (facility, own) = text.split_at_checked(2)?;
    let is_own = own.len() == 1;
    (is_own || own.is_empty()).then(|| {
        let frequency = if is_own { own } else { frequency };
        let bill = Bill {
            facility: facility.to_owned(),
            frequency: frequency.to_owned(),
        };
        (bill, is_own)
    })
}

/// What only this kind of claim says.
pub(super) fn own(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    chart: &Chart,
    diagnoses: &Diagnoses,
) -> Option<Institutional> {
    let stay = chart.stay.as_ref()?;
    let admitting_diagnosis = stay.admitting_diagnosis.as_ref();
    let admitting_diagnosis = admitting_diagnosis
        .and_then(|given| diagnoses.bare(biller, notes, "/stay/admitting_diagnosis", given));
    notes.from(
        "kind.institutional.admitting_diagnosis",
        "/stay/admitting_diagnosis",
    );
    let statement = statement(notes, chart, stay);
    let state = chart.encounter.accident.as_ref();
    let state = state.and_then(|accident| accident.state.clone());
    let mut fields = Fields::new(
        notes,
        Kind::Institutional,
        &"/encounter/accident",
        "kind.institutional",
    );
    let accident_state = fields.shaped(
        ("state", "accident_state"),
        &state,
        |state| shape::state(state).map(str::to_owned),
        || "a state".to_owned(),
    );
    let mut fields = Fields::new(
        notes,
        Kind::Institutional,
        &"/authorizations",
        "kind.institutional",
    );
    let peer_review = fields.number(
        "peer_review",
        &chart.authorizations.peer_review,
        text::REFERENCE_MAX,
    );
    let mut fields = Fields::new(notes, Kind::Institutional, &"/stay", "kind.institutional");
    let is_blank = |text: &String| text.trim().is_empty();
    if stay.patient_status.as_ref().is_none_or(is_blank) {
        fields.add(Code::PatientStatusMissing, "patient_status", "");
    }
    let patient_status = fields.shaped(
        "patient_status",
        &stay.patient_status,
        shape::two_digits,
        || "two digits of the NUBC list".to_owned(),
    );
    for time in ["admission_time", "discharge_time"] {
        let field = format!("kind.institutional.{time}");
        fields.notes.from(field, format_args!("/stay/{time}"));
    }
    if stay.admission_time.is_some() && chart.encounter.admission.is_none() {
        fields.notes.add(
            Code::DateMissing,
            "/encounter/admission",
            "the day of the admission hour",
        );
    }
    let (principal, others) = stay.procedures.split_at(stay.procedures.len().min(1));
    let principal_procedure = principal.first().and_then(|principal| {
        fields.notes.from(
            "kind.institutional.principal_procedure",
            "/stay/procedures/0",
        );
        procedure(
            &mut fields.part(("procedures/0", "principal_procedure")),
            principal,
        )
    });
    let name = ("procedures", "other_procedures");
    let other_procedures = fields.list_from(1, name, others, CODES_MAX, procedure);
    let nubc = "two characters of the NUBC list";
    let own = Institutional {
        statement,
        admission_time: stay.admission_time,
        discharge_time: stay.discharge_time,
        admission_type: fields.code("admission_type", &stay.admission_type, ADMISSION_TYPES),
        admission_source: fields.shaped(
            "admission_source",
            &stay.admission_source,
            shape::one_character,
            || "one character of the NUBC list".to_owned(),
        ),
        patient_status: String::new(),
        estimated_due: fields.money("estimated_due", &stay.estimated_due),
        accident_state,
        peer_review,
        admitting_diagnosis,
        reasons_for_visit: diagnoses.reasons_for_visit(),
        external_causes: diagnoses.external_causes(),
        drg: fields.shaped("drg", &stay.drg, shape::drg, || {
            "three or four digits".to_owned()
        }),
        principal_procedure,
        other_procedures,
        occurrence_spans: fields.list(
            "occurrence_spans",
            &stay.occurrence_spans,
            CODES_MAX,
            |fields, one| {
                let code = fields.shaped("code", &Some(one.code.clone()), shape::nubc, || {
                    nubc.to_owned()
                });
                if one.to < one.from {
                    fields.add(Code::DateOrder, "to", "");
                }
                Some(OccurrenceSpan {
                    code: code?,
                    period: Some(Period {
                        from: one.from,
                        to: one.to,
                    }),
                })
            },
        ),
        occurrences: fields.list(
            "occurrences",
            &stay.occurrences,
            CODES_MAX,
            |fields, one| {
                let code = fields.shaped("code", &Some(one.code.clone()), shape::nubc, || {
                    nubc.to_owned()
                });
                Some(Occurrence {
                    code: code?,
                    date: fields.day("date", Some(one.date)),
                })
            },
        ),
        values: fields.list("values", &stay.values, CODES_MAX, |fields, one| {
            let code = fields.shaped("code", &Some(one.code.clone()), shape::nubc, || {
                nubc.to_owned()
            });
            let amount = fields.money("amount", &Some(one.amount.clone()));
            Some(CodedValue {
                code: code?,
                amount: amount?,
            })
        }),
        treatments: fields.codes(
            "treatments",
            &stay.treatments,
            CODES_MAX,
            shape::treatment,
            "a home health treatment code",
        ),
    };
    Some(Institutional {
        patient_status: patient_status?,
        ..own
    })
}

/// DTP*434: as the stay says, else the encounter's days.
fn statement(notes: &mut Notes<'_>, chart: &Chart, stay: &chart::Stay) -> Option<Period> {
    let encounter = &chart.encounter;
    let from = stay.from.or(encounter.start);
    if from.is_none() {
        notes.add(
            Code::DateMissing,
            "/stay/from",
            "the first day that the bill covers",
        );
    }
    let to = stay.to.or(encounter.end).or(from);
    let places = [
        (stay.from.is_some(), "from", "/encounter/start"),
        (stay.to.is_some(), "to", "/encounter/end"),
    ];
    for (is_own, name, other) in places {
        let own = format!("/stay/{name}");
        let at = if is_own { &own } else { other };
        notes.from(format_args!("kind.institutional.statement.{name}"), at);
    }
    let period = Period {
        from: from?,
        to: to?,
    };
    if period.to < period.from {
        notes.add(Code::DateOrder, "/stay/to", "");
    }
    Some(period)
}

fn procedure(
    fields: &mut Fields<'_, '_>,
    given: &chart::InpatientProcedure,
) -> Option<InpatientProcedure> {
    let system = match given.system.as_str() {
        code_system::ICD10_PCS => Some(ProcedureSystem::Icd10Pcs),
        code_system::ICD9_PCS => Some(ProcedureSystem::Icd9),
        _ => None,
    };
    if system.is_none() {
        let systems = [code_system::ICD10_PCS, code_system::ICD9_PCS];
        fields.add(Code::CodeUnknown, "system", systems.join(" "));
    }
    let shape = match system {
        Some(ProcedureSystem::Icd9) => shape::icd9_pcs,
        _ => shape::icd10_pcs,
    };
    let code = fields.shaped("code", &Some(given.code.clone()), shape, || {
        "seven letters and digits of ICD-10-PCS".to_owned()
    });
    if given.date.is_none() {
        fields.add(Code::DateMissing, "date", "the day of the procedure");
    }
    Some(InpatientProcedure {
        code: code?,
        system: system?,
        date: fields.day("date", given.date),
    })
}

/// SV2 and its taxes.
pub(super) fn line(
    fields: &mut Fields<'_, '_>,
    given: Option<&chart::Revenue>,
) -> Option<RevenueLine> {
    let Some(given) = given else {
        fields.add(Code::RevenueMissing, "revenue/code", "");
        return None;
    };
    let mut fields = fields.part(("revenue", "kind.institutional"));
    let code = fields.shaped(
        ("code", "revenue_code"),
        &Some(given.code.clone()),
        shape::revenue_code,
        || "three or four digits of the NUBC list".to_owned(),
    );
    if given.code.trim().is_empty() {
        fields.add(Code::RevenueMissing, "code", "");
    }
    Some(RevenueLine {
        non_covered: fields.money("non_covered", &given.non_covered),
        service_tax: fields.money("service_tax", &given.service_tax),
        facility_tax: fields.money("facility_tax", &given.facility_tax),
        revenue_code: code?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_of_bill_says_what_and_how_often() {
        let read = |text: &str| {
            let bill = type_of_bill(text, "7");
            bill.map_or("-".into(), |(bill, _)| bill.facility + &bill.frequency)
        };
        for (text, expected) in [
            ("13", "137"),
            ("131", "131"),
            ("0131", "131"),
            (" 11A ", "11A"),
            ("1", "-"),
            ("013", "-"),
            ("1311", "-"),
            ("13101", "-"),
            ("1-1", "-"),
            ("é1", "-"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
