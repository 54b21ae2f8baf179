//! The professional claim: everything that a chart says, in the places of a claim. It must not
//! judge the whole: scrub does.

use super::coverage::{self, Billable, listed_code};
use super::diagnoses::Diagnoses;
use super::notes::Notes;
use super::{
    BilledClaim, Biller, adjudicated, lines, people, providers, scrub, shape, split, text,
};
use crate::chart::{AccidentCause, Chart, Code};
use crate::claim::{
    Accident, Attachment, Claim, ClaimDates, ClaimDetail, ClaimKind, Money, Payer, Supplement,
};

/// The kind of chart that is billed here.
const PROFESSIONAL: &str = "professional";
/// The kind that some sources call office visits as well; the practice says of which classes it
/// knows better.
const INSTITUTIONAL: &str = "institutional";
/// X12 element 1514.
const DELAY_REASONS: &[&str] = &[
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "15",
];
const ASSIGNMENTS: &[&str] = &["A", "B", "C"];
const BENEFITS: &[&str] = &["N", "W", "Y"];
const RELEASES: &[&str] = &["I", "Y"];
/// X12 elements 755 and 756, as far as the guide takes them.
const REPORT_TYPES: &[&str] = &[
    "03", "04", "05", "06", "07", "08", "09", "10", "11", "13", "15", "21", "A3", "A4", "AM", "AS",
    "B2", "B3", "B4", "BR", "BS", "BT", "CB", "CK", "CT", "D2", "DA", "DB", "DG", "DJ", "DS", "EB",
    "HC", "HR", "I5", "IR", "LA", "M1", "MT", "NN", "OB", "OC", "OD", "OE", "OX", "OZ", "P4", "P5",
    "PE", "PN", "PO", "PQ", "PY", "PZ", "RB", "RR", "RT", "RX", "SG", "V5", "XP",
];
const TRANSMISSIONS: &[&str] = &[ON_REQUEST, "BM", "EL", "EM", "FT", "FX"];
/// Kept by the provider until the payer asks for it.
const ON_REQUEST: &str = "AA";
/// PWK of loop 2300.
const ATTACHMENTS_MAX: usize = 10;
/// CLM11 holds two.
const CAUSES_MAX: usize = 2;

/// CLM and what belongs to the claim as a whole.
struct Header {
    place_of_service: String,
    assignment: String,
    benefits_assignment: String,
    release_of_information: String,
    delay_reason: Option<String>,
    patient_paid: Option<Money>,
    note: Option<String>,
    accident: Option<Accident>,
    dates: ClaimDates,
    attachments: Vec<Attachment>,
    supplement: Supplement,
}

/// The claims of a chart; `None` where a part of them cannot be made.
pub(super) fn claims(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    chart: &Chart,
) -> Option<Vec<BilledClaim>> {
    if !kind(biller, notes, chart) {
        return None;
    }
    scrub::dates(biller, notes, chart);
    let payer = coverage::billable(biller, notes, chart);
    let filing = payer.as_ref().map(|(billable, _)| billable.filing.as_str());
    scrub::submission(notes, chart, filing);
    let people = payer
        .as_ref()
        .and_then(|(billable, _)| people::subscriber_and_patient(notes, chart, billable));
    let billing = providers::billing(biller, notes, chart);
    let diagnoses = Diagnoses::of(biller, notes, chart);
    let lines = lines::lines(biller, notes, chart, &diagnoses);
    let header = header(biller, notes, chart);
    let providers = providers::of_claim(biller, notes, chart, billing.as_ref());
    let pay_to = providers::pay_to(notes, chart);
    let (billable, others) = payer?;
    let mut lines = lines?;
    let other_payers = adjudicated::other_payers(biller, notes, chart, &others, &mut lines);
    let (subscriber, patient) = people?;
    let header = header?;
    let claim = Claim {
        control_number: String::new(),
        billing_provider: billing?,
        pay_to,
        subscriber,
        patient,
        payer: payer_of(notes, &billable)?,
        total_charge: Money::checked_sum(lines.iter().map(|line| line.charge))?,
        place_of_service: header.place_of_service,
        frequency: chart.submission.frequency.trim().to_owned(),
        provider_signature_on_file: Some(chart.consent.provider_signature),
        assignment: header.assignment,
        benefits_assignment: header.benefits_assignment,
        release_of_information: header.release_of_information,
        accident: header.accident,
        delay_reason: header.delay_reason,
        dates: header.dates,
        attachments: header.attachments,
        patient_paid: header.patient_paid,
        supplement: header.supplement,
        note: header.note.map(Into::into),
        diagnoses: diagnoses.into_claim(),
        providers,
        other_payers,
        lines,
        detail: ClaimDetail::default(),
        kind: ClaimKind::Professional,
    };
    scrub::claim(notes, chart, &claim);
    split::split(biller, notes, chart, &billable, claim)
}

fn kind(biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) -> bool {
    if chart.kind == PROFESSIONAL {
        return true;
    }
    let class = chart.encounter.class.as_deref().unwrap_or_default();
    let classes = &biller.defaults.professional_classes;
    let assumed = chart.kind == INSTITUTIONAL
        && classes
            .iter()
            .any(|known| known.eq_ignore_ascii_case(class));
    let code = match assumed {
        true => Code::KindAssumed,
        false => Code::KindUnsupported,
    };
    notes.add(code, "/kind", "");
    assumed
}

fn payer_of(notes: &mut Notes<'_>, billable: &Billable<'_>) -> Option<Payer> {
    let pointer = format!("{}/payer", billable.pointer);
    let name = &billable.partner.name;
    let name = text::text(notes, &pointer, name, text::LAST_NAME_MAX)?;
    Some(Payer {
        name,
        id: billable.partner.payer_id.clone(),
        ..Payer::default()
    })
}

fn header(biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) -> Option<Header> {
    for (field, pointer) in [
        ("place_of_service", "/encounter/place_of_service"),
        ("frequency", "/submission/frequency"),
        ("total_charge", "/procedures"),
        ("patient_paid", "/patient_paid"),
        ("note", "/note"),
        ("delay_reason", "/submission/delay_reason"),
        ("assignment", "/consent/assignment"),
        ("benefits_assignment", "/consent/benefits_assigned"),
        ("release_of_information", "/consent/release"),
    ] {
        notes.from(field, pointer);
    }
    let consent = &chart.consent;
    let place_of_service = place(biller, notes, chart);
    let assignment = code(
        notes,
        "/consent/assignment",
        &consent.assignment,
        ASSIGNMENTS,
    );
    let benefits = &consent.benefits_assigned;
    let benefits = code(notes, "/consent/benefits_assigned", benefits, BENEFITS);
    let release = code(notes, "/consent/release", &consent.release, RELEASES);
    let delay_reason = chart.submission.delay_reason.as_ref();
    let pointer = "/submission/delay_reason";
    let delay_reason = listed_code(notes, pointer, delay_reason, DELAY_REASONS);
    let paid = chart.patient_paid.as_ref();
    let patient_paid = paid.and_then(|paid| lines::amount(notes, "/patient_paid", paid));
    let note = text::optional(notes, "/note", chart.note.as_ref(), text::NOTE_MAX);
    let accident = accident(notes, chart);
    let dates = claim_dates(notes, chart);
    let attachments = attachments(notes, chart);
    let supplement = supplement(notes, chart);
    Some(Header {
        place_of_service: place_of_service?,
        assignment: assignment?,
        benefits_assignment: benefits?,
        release_of_information: release?,
        delay_reason,
        patient_paid: patient_paid.filter(|paid| !paid.is_zero()),
        note,
        accident,
        dates,
        attachments,
        supplement,
    })
}

/// A code of a short list that must be there.
fn code(notes: &mut Notes<'_>, pointer: &str, code: &String, list: &[&str]) -> Option<String> {
    if code.trim().is_empty() {
        notes.add(Code::CodeUnknown, pointer, list.join(" "));
    }
    listed_code(notes, pointer, Some(code), list)
}

/// As the encounter says, or where encounters of its class are.
fn place(biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) -> Option<String> {
    let encounter = &chart.encounter;
    if encounter.place_of_service.is_some() {
        return lines::place(notes, "/encounter", encounter.place_of_service.as_ref());
    }
    let pointer = "/encounter/place_of_service";
    let class = encounter.class.as_ref();
    match class.and_then(|class| biller.defaults.places.get(class)) {
        Some(place) => {
            notes.add(Code::PlaceFromClass, pointer, "");
            lines::place(notes, "/encounter", Some(place))
        }
        None => {
            notes.add(Code::PlaceMissing, pointer, "");
            None
        }
    }
}

fn accident(notes: &mut Notes<'_>, chart: &Chart) -> Option<Accident> {
    let at = "/encounter/accident";
    let given = chart.encounter.accident.as_ref()?;
    notes.from("accident", at);
    let mut causes: Vec<String> = Vec::new();
    for cause in &given.causes {
        let cause = match cause {
            AccidentCause::Auto => "AA",
            AccidentCause::Employment => "EM",
            AccidentCause::Other => "OA",
        };
        if !causes.iter().any(|known| known == cause) {
            causes.push(cause.into());
        }
    }
    if causes.is_empty() || causes.len() > CAUSES_MAX {
        notes.add(
            Code::CodeUnknown,
            &format!("{at}/causes"),
            "one or two causes",
        );
    }
    let auto = given.causes.contains(&AccidentCause::Auto);
    if !auto {
        return Some(Accident {
            causes,
            state: None,
            country: None,
        });
    }
    let pointer = format!("{at}/country");
    let country =
        people::foreign_country(notes, &pointer, given.country.as_ref(), Code::CodeUnknown);
    let named = given
        .state
        .as_ref()
        .filter(|state| !state.trim().is_empty());
    let state = named.and_then(|state| shape::state(state));
    let pointer = format!("{at}/state");
    match (named, state, &country) {
        (None, _, None) => notes.add(Code::AccidentState, &pointer, ""),
        (Some(_), None, None) => notes.add(Code::StateUnknown, &pointer, ""),
        _ => {}
    }
    Some(Accident {
        causes,
        state: state.map(str::to_owned),
        country,
    })
}

fn claim_dates(notes: &mut Notes<'_>, chart: &Chart) -> ClaimDates {
    let encounter = &chart.encounter;
    let fields = [
        "onset",
        "initial_treatment",
        "last_seen",
        "last_menstrual_period",
        "admission",
        "discharge",
    ];
    for field in fields {
        notes.from(format!("dates.{field}"), &format!("/encounter/{field}"));
    }
    notes.from("dates.accident", "/encounter/accident/date");
    ClaimDates {
        onset: encounter.onset,
        initial_treatment: encounter.initial_treatment,
        last_seen: encounter.last_seen,
        accident: encounter
            .accident
            .as_ref()
            .and_then(|accident| accident.date),
        last_menstrual_period: encounter.last_menstrual_period,
        admission: encounter.admission,
        discharge: encounter.discharge,
        ..ClaimDates::default()
    }
}

fn attachments(notes: &mut Notes<'_>, chart: &Chart) -> Vec<Attachment> {
    let mut made = Vec::new();
    for (index, given) in chart.attachments.iter().enumerate() {
        let at = format!("/attachments/{index}");
        notes.from(format!("attachments[{index}]"), &at);
        let report = format!("{at}/report_type");
        let report = code(notes, &report, &given.report_type, REPORT_TYPES);
        let sent = format!("{at}/transmission");
        let sent = code(notes, &sent, &given.transmission, TRANSMISSIONS);
        let number = given.control_number.as_ref();
        let number = number.filter(|number| !number.trim().is_empty());
        let pointer = format!("{at}/control_number");
        if number.is_none() && sent.as_ref().is_some_and(|sent| sent != ON_REQUEST) {
            notes.add(Code::CodeUnknown, &pointer, "a number that the paper bears");
        }
        let number = number.and_then(|_| coverage::id(notes, &pointer, number, Code::CodeUnknown));
        made.extend(
            report
                .zip(sent)
                .map(|(report_type, transmission)| Attachment {
                    report_type,
                    transmission,
                    control_number: number,
                }),
        );
    }
    if made.len() > ATTACHMENTS_MAX {
        notes.add(Code::CodeUnknown, "/attachments", "at most ten attachments");
    }
    made
}

fn supplement(notes: &mut Notes<'_>, chart: &Chart) -> Supplement {
    let numbers = &chart.authorizations;
    let mut number = |field: &str, pointer: &str, value: &Option<String>| {
        notes.from(format!("supplement.{field}"), pointer);
        text::number(notes, pointer, value.as_ref(), text::REFERENCE_MAX)
    };
    let payer_claim_number = number(
        "payer_claim_number",
        "/submission/payer_claim_number",
        &chart.submission.payer_claim_number,
    );
    let mut number = |field: &str, value: &Option<String>| {
        let pointer = format!("/authorizations/{field}");
        number(field, &pointer, value)
    };
    Supplement {
        prior_authorization: number("prior_authorization", &numbers.prior_authorization),
        referral: number("referral", &numbers.referral),
        clia: number("clia", &numbers.clia),
        mammography: number("mammography", &numbers.mammography),
        device_exemption: number("device_exemption", &numbers.device_exemption),
        payer_claim_number,
        ..Supplement::default()
    }
}
