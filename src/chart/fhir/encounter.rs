//! Encounters: what a chart says of the visit, and charts of visits that nobody has asked payment for. It must not
//! put a price on anything.

use super::bundle::{Bundle, Node};
use super::draft::{Draft, day};
use super::{codes, coverage, diagnoses, finish, id_of, name_of, people, team};
use crate::chart::{
    Chart, Code, Encounter, Finding, Patient, Procedure, Providers, Reading, SCHEMA_VERSION,
};

/// Classes of a stay in hospital.
const INPATIENT: &[&str] = &["IMP", "ACUTE", "NONAC"];

/// The encounters that the items of a request name, each once.
pub(super) fn of_request<'a>(
    draft: &mut Draft,
    bundle: &Bundle<'a>,
    request: &Node<'a>,
) -> Vec<Node<'a>> {
    let mut encounters: Vec<Node> = Vec::new();
    for item in draft.list(request, "item") {
        for reference in draft.list(&item, "encounter") {
            if let Some(node) = bundle.follow(draft, &reference)
                && !encounters.iter().any(|known| known.is(&node))
            {
                encounters.push(node);
            }
        }
    }
    encounters
}

/// What a request is for.
pub(super) struct Asked<'a> {
    encounters: Vec<Node<'a>>,
    patient: Option<Node<'a>>,
    period: Option<Node<'a>>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(bundle: &Bundle<'a>, request: &Node<'a>) -> Self {
        Self {
            encounters: of_request(&mut Draft::default(), bundle, request),
            patient: request.get("patient").and_then(|who| bundle.find(&who)),
            period: request.get("billablePeriod"),
        }
    }

    /// It names this encounter, or it names none and is for that patient and day.
    fn is_for(&self, encounter: &Node, subject: Option<&Node>) -> bool {
        if !self.encounters.is_empty() {
            return self.encounters.iter().any(|named| named.is(encounter));
        }
        let start = encounter
            .get("period")
            .and_then(|period| day(period.str("start")?));
        match (&self.patient, subject, &self.period, start) {
            (Some(patient), Some(subject), Some(period), Some(start)) => {
                patient.is(subject) && people::period_holds(period, start)
            }
            _ => false,
        }
    }
}

/// Whether a request is for this encounter.
pub(super) fn is_billed(bundle: &Bundle, encounter: &Node, asked: &[Asked]) -> bool {
    let subject = encounter.get("subject").and_then(|who| bundle.find(&who));
    asked
        .iter()
        .any(|asked| asked.is_for(encounter, subject.as_ref()))
}

/// What the chart says of the visit.
pub(super) fn fill(draft: &mut Draft, bundle: &Bundle, node: &Node, visit: &mut Encounter) {
    draft.mark("/encounter", &*node.path);
    for (field, key) in [
        ("class", "class"),
        ("start", "period"),
        ("end", "period"),
        ("reasons", "reasonCode"),
    ] {
        draft.mark(format!("/encounter/{field}"), node.at(key));
    }
    if matches!(
        node.str("status"),
        Some("planned" | "cancelled" | "entered-in-error")
    ) {
        draft.note(
            Code::FhirStatus,
            node.at("status"),
            "expected an encounter that was",
        );
    }
    visit.id = node.id().map(str::to_owned);
    visit.class = node
        .get("class")
        .and_then(|class| codes::coding_of(draft, &class))
        .map(|coded| coded.code);
    if let Some(period) = node.get("period") {
        visit.start = draft.date(&period, "start");
        visit.end = draft.date(&period, "end");
    }
    if visit
        .class
        .as_deref()
        .is_some_and(|class| INPATIENT.contains(&class))
    {
        visit.admission = visit.start;
        visit.discharge = visit.end;
    }
    visit.reasons = diagnoses::reasons(draft, bundle, node);
}

/// A chart without charges, for an encounter that no request is for.
pub(super) fn reading(bundle: &Bundle, node: &Node, source: &str) -> Reading {
    if let Some("planned" | "cancelled" | "entered-in-error") = node.str("status") {
        let expected = "expected an encounter that was";
        let finding = Finding::new(Code::FhirStatus, node.at("status"), expected);
        return Reading::unreadable(name_of(node, source), finding);
    }
    let mut draft = Draft::default();
    draft.mark("", &*node.path);
    let id = id_of(&mut draft, node, source);
    let subject = patient_node(&mut draft, bundle, node, "subject");
    let mut visit = Encounter::default();
    fill(&mut draft, bundle, node, &mut visit);
    let mut providers = Providers::default();
    draft.mark("/providers", node.at("serviceProvider"));
    if let Some(reference) = node.get("serviceProvider") {
        providers.billing = people::provider(&mut draft, bundle, &reference, "/providers/billing");
    }
    team::of_encounter(&mut draft, bundle, node, &mut providers);
    let diagnoses = diagnoses::of_encounter(&mut draft, bundle, node).list;
    let procedures = done(&mut draft, bundle, node);
    let coverages = subject
        .as_ref()
        .map(|subject| coverage::of_patient(&mut draft, bundle, subject));
    let chart = Chart {
        version: SCHEMA_VERSION,
        id: id.clone(),
        kind: "professional".into(),
        patient: patient(&mut draft, subject.as_ref()),
        coverages: coverages.unwrap_or_default(),
        encounter: visit,
        diagnoses,
        procedures,
        providers,
        ..Chart::default()
    };
    finish(draft, id, chart)
}

/// The Patient that a field refers to.
pub(super) fn patient_node<'a>(
    draft: &mut Draft,
    bundle: &Bundle<'a>,
    node: &Node<'a>,
    key: &str,
) -> Option<Node<'a>> {
    draft.mark("/patient", node.at(key));
    let reference = node.get(key);
    let found = reference
        .as_ref()
        .and_then(|reference| bundle.follow(draft, reference));
    let is_named = reference.is_some_and(|reference| reference.str("reference").is_some());
    let is_patient = found
        .as_ref()
        .is_some_and(|found| found.kind() == "Patient");
    if !is_patient && (found.is_some() || !is_named) {
        draft.note(
            Code::FhirValue,
            node.at(key),
            "expected a reference to a Patient",
        );
    }
    found.filter(|_| is_patient)
}

/// The patient, empty where nobody says who it is.
pub(super) fn patient(draft: &mut Draft, node: Option<&Node>) -> Patient {
    match node {
        Some(node) => people::patient(draft, node),
        None => Patient {
            ..Patient::default()
        },
    }
}

/// What was done at an encounter: its Procedures and Immunizations.
fn done(draft: &mut Draft, bundle: &Bundle, encounter: &Node) -> Vec<Procedure> {
    draft.mark("/procedures", &*encounter.path);
    let mut procedures = Vec::new();
    for node in &bundle.resources {
        let (code, at) = match node.kind() {
            "Procedure" => ("code", "performed"),
            "Immunization" => ("vaccineCode", "occurrence"),
            _ => continue,
        };
        let of = node
            .get("encounter")
            .and_then(|reference| bundle.find(&reference));
        let is_undone = matches!(node.str("status"), Some("not-done" | "entered-in-error"));
        if is_undone || !of.is_some_and(|of| of.is(encounter)) {
            continue;
        }
        if node.str("status") != Some("completed") {
            draft.note(Code::FhirStatus, node.at("status"), "expected completed");
        }
        let pointer = format!("/procedures/{}", procedures.len());
        draft.mark(&*pointer, &*node.path);
        draft.mark(format!("{pointer}/code"), node.at(code));
        procedures.extend(act(draft, node, code, at));
    }
    procedures
}

fn act(draft: &mut Draft, node: &Node, code: &str, at: &str) -> Option<Procedure> {
    let Some(concept) = node.get(code) else {
        draft.note(Code::FhirValue, node.at(code), "expected a code");
        return None;
    };
    let coded = codes::best(draft, &concept, codes::FOR_SERVICE)?;
    let mut procedure = uncharged(coded);
    procedure.from = draft.date(node, &format!("{at}DateTime"));
    if let Some(period) = node.get(&format!("{at}Period")) {
        procedure.from = draft.date(&period, "start");
        procedure.to = draft
            .date(&period, "end")
            .filter(|end| procedure.from != Some(*end));
    }
    Some(procedure)
}

/// A procedure of which nothing but its code is known.
pub(super) fn uncharged(coded: codes::Coded) -> Procedure {
    Procedure {
        code: coded.code,
        system: coded.system,
        ..Procedure::default()
    }
}
