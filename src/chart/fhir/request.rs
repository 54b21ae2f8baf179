//! A request for payment becomes a chart: a Claim, or an ExplanationOfBenefit in its place. It must not pass on a
//! draft, or a question that is not for payment.

use super::bundle::{Bundle, Node};
use super::draft::Draft;
use super::{
    DENTAL, INSTITUTIONAL, adjudication, codes, coverage, diagnoses, encounter, finish, id_of,
    items, name_of, people, stay, team, teeth,
};
use crate::chart::{
    Accident, AccidentCause, Authorizations, Chart, Code, Decimal, Encounter, Finding, Providers,
    Reading, SCHEMA_VERSION,
};

pub(super) fn reading(bundle: &Bundle, node: &Node, source: &str) -> Reading {
    if let Some(finding) = refusal(node) {
        return Reading::unreadable(name_of(node, source), finding);
    }
    let mut draft = Draft::default();
    let chart = chart(&mut draft, bundle, node, source);
    finish(draft, chart.id.clone(), chart)
}

/// Why this is no request for payment at all.
fn refusal(node: &Node) -> Option<Finding> {
    let refuse = |code, key: &str, detail| Some(Finding::new(code, node.at(key), detail));
    match node.str("use") {
        Some("claim") => {}
        Some("preauthorization" | "predetermination") => {
            return refuse(Code::FhirNotClaim, "use", "expected use `claim`");
        }
        _ => return refuse(Code::FhirValue, "use", "expected use `claim`"),
    }
    if node.str("status") != Some("active") {
        return refuse(Code::FhirStatus, "status", "expected active");
    }
    None
}

fn chart(draft: &mut Draft, bundle: &Bundle, node: &Node, source: &str) -> Chart {
    draft.mark("", &*node.path);
    draft.mark("/total", node.at("total"));
    let id = id_of(draft, node, source);
    let kind = kind(draft, node);
    let subject = encounter::patient_node(draft, bundle, node, "patient");
    let patient = encounter::patient(draft, subject.as_ref());
    let (mut coverages, focal) = coverage::of_request(draft, bundle, node, subject.as_ref());
    let mut providers = Providers::default();
    let members = providers_of(draft, bundle, node, &mut providers);
    let (visit, mut encounter) = visit(draft, bundle, node);
    if let Some(visit) = &visit {
        team::of_encounter(draft, bundle, visit, &mut providers);
    }
    let mut authorizations = authorizations(draft, node);
    refer(draft, bundle, node, &mut providers, &mut authorizations);
    let is_facility = kind == INSTITUTIONAL;
    let mut diagnoses = diagnoses::of_request(draft, bundle, node, is_facility);
    let stay = is_facility
        .then(|| stay::of_request(draft, bundle, node, visit.as_ref(), &mut diagnoses))
        .flatten();
    for (path, reason) in std::mem::take(&mut diagnoses.reasons) {
        draft.mark(
            format!("/encounter/reasons/{}", encounter.reasons.len()),
            path,
        );
        encounter.reasons.push(reason);
    }
    let dental = (kind == DENTAL)
        .then(|| teeth::missing(draft, node))
        .flatten();
    let total = total(draft, node);
    let context = items::Context {
        kind: &kind,
        bundle,
        diagnoses: &diagnoses,
        team: &members,
        providers: &providers,
        visit: visit.as_ref(),
        total: total.as_ref(),
    };
    let lines = items::lines(draft, &context, node);
    // Items that say no place are where all others are.
    let mut places = lines
        .iter()
        .filter_map(|line| line.procedure.place_of_service.as_ref());
    let place = places
        .next()
        .filter(|first| places.all(|place| place == *first));
    if encounter.place_of_service.is_none() {
        encounter.place_of_service = place.cloned();
    }
    if node.kind() == "ExplanationOfBenefit" {
        draft.note(Code::FhirAdjudicated, &*node.path, "");
        let decision = adjudication::decision(draft, node, &lines);
        if let Some(coverage) = focal.and_then(|focal| coverages.get_mut(focal)) {
            coverage.decision = decision;
        }
    } else if focal.is_some_and(|focal| focal > 0) {
        let expected = "expected the first coverage to be the one that is asked";
        draft.note(Code::FhirValue, node.at("insurance"), expected);
    }
    let mut chart = Chart {
        version: SCHEMA_VERSION,
        id,
        kind,
        patient,
        coverages,
        encounter,
        stay,
        dental,
        diagnoses: diagnoses.list,
        procedures: lines.into_iter().map(|line| line.procedure).collect(),
        providers,
        authorizations,
        total,
        ..Chart::default()
    };
    numbers(draft, node, &mut chart);
    chart
}

/// The chart's word for the type of claim; another type keeps its own.
fn kind(draft: &mut Draft, node: &Node) -> String {
    draft.mark("/kind", node.at("type"));
    match codes::first(draft, node, "type") {
        Some(code) if code == "oral" => DENTAL.into(),
        Some(code) => code,
        None => {
            draft.note(
                Code::FhirValue,
                node.at("type"),
                "expected a code of claim-type",
            );
            "unknown".into()
        }
    }
}

fn providers_of(
    draft: &mut Draft,
    bundle: &Bundle,
    node: &Node,
    providers: &mut Providers,
) -> Vec<team::Member> {
    draft.mark("/providers", node.path.clone());
    draft.mark("/providers/billing", node.at("provider"));
    draft.mark("/providers/rendering", node.at("careTeam"));
    if let Some(reference) = node.get("provider") {
        let pointer = "/providers/billing";
        providers.billing = people::employer(draft, bundle, &reference, pointer)
            .or_else(|| people::provider(draft, bundle, &reference, pointer));
    }
    let informed = draft.list(node, "supportingInfo");
    let mut informed = informed.iter();
    let named = informed.find(|info| codes::has(info, "category", &["servicefacility"]));
    let named = named.and_then(|info| info.get("valueReference"));
    if let Some(reference) = node.get("facility").or(named) {
        let pointer = "/providers/service_facility";
        providers.service_facility = people::provider(draft, bundle, &reference, pointer);
    }
    team::of_request(draft, bundle, node, providers)
}

/// The encounter that the items are of, and what the chart says of it.
fn visit<'a>(
    draft: &mut Draft,
    bundle: &Bundle<'a>,
    node: &Node<'a>,
) -> (Option<Node<'a>>, Encounter) {
    let mut encounter = Encounter::default();
    draft.mark("/encounter", &*node.path);
    draft.mark("/encounter/start", node.at("billablePeriod"));
    draft.mark("/encounter/end", node.at("billablePeriod"));
    draft.mark("/encounter/place_of_service", node.at("item"));
    let visit = encounter::of_request(draft, bundle, node)
        .into_iter()
        .next();
    if let Some(visit) = &visit {
        encounter::fill(draft, bundle, visit, &mut encounter);
    }
    if encounter.start.is_none()
        && let Some(period) = node.get("billablePeriod")
    {
        encounter.start = draft.date(&period, "start");
        encounter.end = draft.date(&period, "end");
    }
    encounter.accident = accident(draft, node);
    informed(draft, node, &mut encounter);
    (visit, encounter)
}

fn accident(draft: &mut Draft, node: &Node) -> Option<Accident> {
    let accident = node.get("accident")?;
    draft.mark("/encounter/accident", &*accident.path);
    draft.mark("/encounter/accident/date", accident.at("date"));
    draft.mark("/encounter/accident/state", accident.at("locationAddress"));
    let cause = match codes::first(draft, &accident, "type").as_deref() {
        Some("MVA") => AccidentCause::Auto,
        Some("WPA") => AccidentCause::Employment,
        _ => AccidentCause::Other,
    };
    let place = accident.get("locationAddress");
    Some(Accident {
        causes: vec![cause],
        date: draft.date(&accident, "date"),
        state: place.and_then(|place| draft.text(&place, "state")),
        country: None,
    })
}

/// Dates among the supporting information: illness, stay in hospital.
fn informed(draft: &mut Draft, node: &Node, encounter: &mut Encounter) {
    for info in draft.list(node, "supportingInfo") {
        let is = |category: &str| codes::has(&info, "category", &[category]);
        if is("onset") {
            encounter.onset = draft.date(&info, "timingDate");
            draft.mark("/encounter/onset", &*info.path);
        }
        if (is("hospitalized") || is("admissionperiod"))
            && let Some(period) = info.get("timingPeriod")
        {
            encounter.admission = draft.date(&period, "start");
            encounter.discharge = draft.date(&period, "end");
            draft.mark("/encounter/admission", period.at("start"));
            draft.mark("/encounter/discharge", period.at("end"));
        }
    }
}

fn authorizations(draft: &mut Draft, node: &Node) -> Authorizations {
    let mut numbers = Vec::new();
    for insurance in draft.list(node, "insurance") {
        let path = insurance.at("preAuthRef");
        for number in draft.texts(&insurance, "preAuthRef") {
            numbers.push((number, path.clone()));
        }
    }
    if let Some((_, path)) = numbers.get(1) {
        draft.note(
            Code::FhirValue,
            &**path,
            "expected one number for the whole claim",
        );
    }
    let first = numbers.into_iter().next();
    if let Some((_, path)) = &first {
        draft.mark("/authorizations/prior_authorization", &**path);
    }
    Authorizations {
        prior_authorization: first.map(|(number, _)| number),
        ..Authorizations::default()
    }
}

/// Numbers that a bill is known by, wherever they stand among the supporting information.
fn numbers(draft: &mut Draft, request: &Node, chart: &mut Chart) {
    /// A longer one is no number that a payer returns.
    const ACCOUNT_MAX: usize = 20;
    for info in draft.list(request, "supportingInfo") {
        let is = |wanted: &str| codes::has(&info, "category", &[wanted]);
        let (place, pointer) = if is("patientaccountnumber") {
            (
                &mut chart.submission.patient_control_number,
                "/submission/patient_control_number",
            )
        } else if is("medicalrecordnumber") {
            (
                &mut chart.authorizations.medical_record,
                "/authorizations/medical_record",
            )
        } else {
            continue;
        };
        draft.mark(pointer, info.at("valueString"));
        *place = draft.text(&info, "valueString");
    }
    let account = &mut chart.submission.patient_control_number;
    account.take_if(|number| number.len() > ACCOUNT_MAX);
}

/// The referral: who asked, and its number.
fn refer(
    draft: &mut Draft,
    bundle: &Bundle,
    node: &Node,
    providers: &mut Providers,
    authorizations: &mut Authorizations,
) {
    let Some(reference) = node.get("referral") else {
        return;
    };
    draft.mark("/authorizations/referral", &*reference.path);
    if let Some(identifier) = reference.get("identifier") {
        authorizations.referral = draft.text(&identifier, "value");
    }
    if let Some(referral) = bundle.follow(draft, &reference) {
        team::of_referral(draft, bundle, &referral, providers);
    }
}

/// The sum that the source states: a Claim's total, what an ExplanationOfBenefit says was submitted.
fn total(draft: &mut Draft, node: &Node) -> Option<Decimal> {
    if node.kind() == "Claim" {
        return draft.money(node, "total");
    }
    draft
        .list(node, "total")
        .iter()
        .find(|total| codes::has(total, "category", &["submitted"]))
        .and_then(|total| draft.money(total, "amount"))
}
