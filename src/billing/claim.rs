//! The claim: everything that a chart says, in the places of a claim of its kind. It must not judge the whole: scrub
//! does.

use super::coverage::{self, Billable};
use super::diagnoses::Diagnoses;
use super::fields::Fields;
use super::kind::{DENTAL, INSTITUTIONAL, Kind, PROFESSIONAL};
use super::notes::Notes;
use super::{
    BilledClaim, Biller, adjudicated, days, dental, detail, hospital, lines, people, providers,
    scrub, shape, split, text,
};
use crate::chart::{self, AccidentCause, Chart, Code};
use crate::claim::{
    Accident, Attachment, Claim, ClaimDates, ClaimDetail, ClaimKind, Money, Payer, PayerDetail,
    PayerNumber, Phi, Supplement,
};

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
/// REF*4N.
const EXCEPTIONS: &[&str] = &["1", "2", "3", "4", "5", "6", "7"];
/// REF*F5.
const CROSSOVERS: &[&str] = &["N", "Y"];
/// X12 element 1362.
const ACCIDENT_CAUSES: [(AccidentCause, &str); 3] = [
    (AccidentCause::Auto, "AA"),
    (AccidentCause::Employment, "EM"),
    (AccidentCause::Other, "OA"),
];
/// CLM11 holds two.
const CAUSES_MAX: usize = 2;

/// CLM and what belongs to the claim as a whole.
struct Header {
    control_number: Option<String>,
    place_of_service: String,
    frequency: String,
    assignment: String,
    benefits_assignment: String,
    release_of_information: String,
    delay_reason: Option<String>,
    patient_paid: Option<Money>,
    note: Option<Phi<String>>,
    accident: Option<Accident>,
    dates: ClaimDates,
    attachments: Vec<Attachment>,
    supplement: Supplement,
    detail: ClaimDetail,
}

/// The claims of a chart; `None` where a part of them cannot be made.
pub(super) fn claims(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    chart: &Chart,
) -> Option<Vec<BilledClaim>> {
    let kind = kind_of(biller, notes, chart)?;
    days::check(biller, notes, kind, chart);
    let payer = coverage::billable(biller, notes, kind, chart);
    let filing = payer.as_ref().map(|(billable, _)| billable.filing.as_str());
    let bill = hospital::bill(notes, kind, chart);
    let frequency = bill
        .as_ref()
        .map_or(chart.submission.frequency.trim(), |bill| &bill.frequency);
    scrub::submission(notes, kind, chart, frequency, filing);
    let people = payer
        .as_ref()
        .and_then(|(billable, _)| people::subscriber_and_patient(notes, kind, chart, billable));
    let billing = providers::billing(biller, notes, kind, chart);
    let diagnoses = Diagnoses::of(biller, notes, kind, chart);
    let lines = lines::lines(biller, notes, kind, chart, &diagnoses);
    let header = header(biller, notes, kind, chart, bill);
    let providers = providers::of_claim(biller, notes, kind, chart, billing.as_ref());
    let pay_to = providers::pay_to(notes, chart);
    let own = match kind {
        Kind::Professional => Some(ClaimKind::Professional),
        Kind::Institutional => hospital::own(biller, notes, chart, &diagnoses)
            .map(|own| ClaimKind::Institutional(Box::new(own))),
        Kind::Dental => Some(ClaimKind::Dental(Box::new(dental::own(notes, chart)))),
    };
    let (billable, others) = payer?;
    let mut lines = lines?;
    let other_payers = adjudicated::other_payers(biller, notes, kind, chart, &others, &mut lines);
    let (subscriber, patient) = people?;
    let header = header?;
    // A line says only another place than the claim's.
    for line in &mut lines {
        let place = line.place_of_service.take();
        line.place_of_service = place.filter(|place| *place != header.place_of_service);
    }
    let claim = Claim {
        control_number: header.control_number.unwrap_or_default(),
        billing_provider: billing?,
        pay_to,
        subscriber,
        patient,
        payer: payer_of(notes, kind, &billable)?,
        total_charge: Money::checked_sum(lines.iter().map(|line| line.charge))?,
        place_of_service: header.place_of_service,
        frequency: header.frequency,
        provider_signature_on_file: (kind != Kind::Institutional)
            .then_some(chart.consent.provider_signature),
        assignment: header.assignment,
        benefits_assignment: header.benefits_assignment,
        release_of_information: header.release_of_information,
        accident: header.accident,
        delay_reason: header.delay_reason,
        dates: header.dates,
        attachments: header.attachments,
        patient_paid: header.patient_paid,
        supplement: header.supplement,
        note: header.note,
        diagnoses: diagnoses.into_claim(),
        providers,
        other_payers,
        lines,
        detail: header.detail.into(),
        kind: own?,
    };
    scrub::totals(notes, chart, &claim);
    scrub::edits(biller, notes, kind, chart, &billable, &claim);
    split::split(biller, notes, kind, chart, &billable, claim)
}

/// What the chart says it is; a visit of a class that the practice bills itself is professional whatever its source says.
fn kind_of(biller: &Biller<'_>, notes: &mut Notes<'_>, chart: &Chart) -> Option<Kind> {
    let class = chart.encounter.class.as_deref().unwrap_or_default();
    let classes = &biller.defaults.professional_classes;
    let is_assumed = chart.stay.is_none()
        && classes
            .iter()
            .any(|known| known.eq_ignore_ascii_case(class));
    match Kind::of(&chart.kind) {
        Some(Kind::Institutional) if is_assumed => {
            notes.add(Code::KindAssumed, "/kind", "");
            Some(Kind::Professional)
        }
        None => {
            notes.add(Code::KindUnsupported, "/kind", "");
            None
        }
        kind => kind,
    }
}

fn payer_of(notes: &mut Notes<'_>, kind: Kind, billable: &Billable<'_>) -> Option<Payer> {
    let pointer = format_args!("{}/payer", billable.pointer);
    let name = &billable.partner.name;
    let name = text::text(notes, pointer, name, text::LAST_NAME_MAX)?;
    let mut fields = Fields::new(notes, kind, &billable.pointer, "payer");
    let office = &billable.coverage.claim_office;
    let office = fields.number(
        ("claim_office", "detail.other_ids"),
        office,
        text::REFERENCE_MAX,
    );
    let other_ids = office.map(|number| PayerNumber {
        kind: "FY".into(),
        number,
    });
    Some(Payer {
        name,
        id: billable.partner.payer_id.clone(),
        address: None,
        detail: PayerDetail {
            other_ids: other_ids.into_iter().collect(),
            ..PayerDetail::default()
        },
    })
}

fn header(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    bill: Option<hospital::Bill>,
) -> Option<Header> {
    notes.from("total_charge", "/procedures");
    for (part, source) in [
        ("lines", "/procedures"),
        ("diagnoses", "/diagnoses"),
        ("other_payers", "/coverages"),
    ] {
        notes.from(part, source);
    }
    let (place_of_service, frequency) = match (kind, bill) {
        (Kind::Institutional, None) => (None, String::new()),
        (_, Some(bill)) => (Some(bill.facility), bill.frequency),
        (_, None) => {
            notes.from("place_of_service", "/encounter/place_of_service");
            notes.from("frequency", "/submission/frequency");
            let frequency = chart.submission.frequency.trim().to_owned();
            (place(biller, notes, chart), frequency)
        }
    };
    let consent = &chart.consent;
    notes.from("provider_signature_on_file", "/consent/provider_signature");
    let mut fields = Fields::new(notes, kind, &"/consent", "");
    let assignment = fields.need_code("assignment", &consent.assignment, ASSIGNMENTS);
    let benefits = ("benefits_assigned", "benefits_assignment");
    let benefits = fields.need_code(benefits, &consent.benefits_assigned, BENEFITS);
    let release = ("release", "release_of_information");
    let release = fields.need_code(release, &consent.release, RELEASES);
    let mut fields = Fields::new(notes, kind, &"/submission", "");
    let control_number = fields.number(
        ("patient_control_number", "control_number"),
        &chart.submission.patient_control_number,
        text::CONTROL_NUMBER_MAX,
    );
    let delay_reason = &chart.submission.delay_reason;
    let delay_reason = fields.code("delay_reason", delay_reason, DELAY_REASONS);
    let mut fields = Fields::new(notes, kind, &"", "");
    let patient_paid = fields
        .only(PROFESSIONAL | DENTAL)
        .money("patient_paid", &chart.patient_paid);
    let accident = accident(notes, kind, chart);
    let dates = dates(notes, kind, chart);
    let mut fields = Fields::new(notes, kind, &"", "");
    let attachments = fields.list(
        "attachments",
        &chart.attachments,
        ATTACHMENTS_MAX,
        attachment,
    );
    let supplement = supplement(notes, kind, chart);
    let mut detail = detail::of_claim(notes, kind, chart);
    let note = detail::claim_note(notes, kind, chart, &mut detail);
    Some(Header {
        control_number,
        place_of_service: place_of_service?,
        frequency,
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
        detail,
    })
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

/// CLM11. A facility says an accident by occurrence codes, and its state elsewhere.
fn accident(notes: &mut Notes<'_>, kind: Kind, chart: &Chart) -> Option<Accident> {
    let at = "/encounter/accident";
    let given = chart.encounter.accident.as_ref()?;
    if kind == Kind::Institutional {
        let mut fields = Fields::new(notes, kind, &at, "");
        let is_said = !given.causes.is_empty();
        fields.only(PROFESSIONAL | DENTAL).takes("causes", is_said);
        return None;
    }
    notes.from("accident", at);
    for part in ["causes", "state", "country"] {
        notes.from(format_args!("accident.{part}"), format_args!("{at}/{part}"));
    }
    let mut causes: Vec<String> = Vec::new();
    for cause in &given.causes {
        let cause = ACCIDENT_CAUSES.iter().find(|(one, _)| one == cause);
        let Some((_, cause)) = cause else { continue };
        if !causes.iter().any(|known| known == cause) {
            causes.push((*cause).into());
        }
    }
    if causes.is_empty() || causes.len() > CAUSES_MAX {
        notes.add(
            Code::CodeUnknown,
            format_args!("{at}/causes"),
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
    let pointer = format_args!("{at}/country");
    let country =
        people::foreign_country(notes, pointer, given.country.as_ref(), Code::CodeUnknown);
    let named = given
        .state
        .as_ref()
        .filter(|state| !state.trim().is_empty());
    let state = named.and_then(|state| shape::state(state));
    let pointer = format_args!("{at}/state");
    match (named, state, &country) {
        (None, _, None) => notes.add(Code::AccidentState, pointer, ""),
        (Some(_), None, None) => notes.add(Code::StateUnknown, pointer, ""),
        _ => {}
    }
    Some(Accident {
        causes,
        state: state.map(str::to_owned),
        country,
    })
}

pub(super) fn accident_cause(code: &str) -> Option<AccidentCause> {
    let mut known = ACCIDENT_CAUSES.iter();
    known.find(|(_, own)| *own == code).map(|(one, _)| *one)
}

/// DTP of loop 2300.
fn dates(notes: &mut Notes<'_>, kind: Kind, chart: &Chart) -> ClaimDates {
    let encounter = &chart.encounter;
    let mut fields = Fields::new(notes, kind, &"/encounter", "dates");
    let accident = encounter.accident.as_ref();
    let accident = accident.and_then(|accident| accident.date);
    let mut professional = |name: &str, day| fields.only(PROFESSIONAL).day(name, day);
    ClaimDates {
        onset: professional("onset", encounter.onset),
        initial_treatment: professional("initial_treatment", encounter.initial_treatment),
        last_seen: professional("last_seen", encounter.last_seen),
        last_menstrual_period: professional(
            "last_menstrual_period",
            encounter.last_menstrual_period,
        ),
        acute_manifestation: professional("acute_manifestation", encounter.acute_manifestation),
        last_x_ray: professional("last_x_ray", encounter.last_x_ray),
        vision_prescription: professional("vision_prescription", encounter.vision_prescription),
        disability_begin: professional("disability_begin", encounter.disability_begin),
        disability_end: professional("disability_end", encounter.disability_end),
        last_worked: professional("last_worked", encounter.last_worked),
        return_to_work: professional("return_to_work", encounter.return_to_work),
        assumed_care: professional("assumed_care", encounter.assumed_care),
        relinquished_care: professional("relinquished_care", encounter.relinquished_care),
        first_contact: professional("first_contact", encounter.first_contact),
        accident: fields
            .only(PROFESSIONAL | DENTAL)
            .day(("accident/date", "accident"), accident),
        admission: fields
            .only(PROFESSIONAL | INSTITUTIONAL)
            .day("admission", encounter.admission),
        // The last day of a facility's bill says the same.
        discharge: encounter
            .discharge
            .filter(|_| kind == Kind::Professional)
            .and_then(|day| fields.day("discharge", Some(day))),
        repricer_received: fields.day("repricer_received", encounter.repricer_received),
    }
}

/// PWK.
pub(super) fn attachment(
    fields: &mut Fields<'_, '_>,
    given: &chart::Attachment,
) -> Option<Attachment> {
    let report = fields.need_code("report_type", &given.report_type, REPORT_TYPES);
    let sent = fields.need_code("transmission", &given.transmission, TRANSMISSIONS);
    let number = &given.control_number;
    let is_blank = number
        .as_ref()
        .is_none_or(|number| number.trim().is_empty());
    if is_blank && sent.as_ref().is_some_and(|sent| sent != ON_REQUEST) {
        fields.add(
            Code::CodeUnknown,
            "control_number",
            "a number that the paper bears",
        );
    }
    let number = fields.number("control_number", number, text::ID_MAX);
    let number = number.filter(|_| !is_blank);
    if number
        .as_ref()
        .is_some_and(|number| number.len() < text::ID_MIN)
    {
        fields.add(
            Code::CodeUnknown,
            "control_number",
            format!("at least {} characters", text::ID_MIN),
        );
    }
    Some(Attachment {
        report_type: report?,
        transmission: sent?,
        control_number: number,
    })
}

/// REF of loop 2300.
fn supplement(notes: &mut Notes<'_>, kind: Kind, chart: &Chart) -> Supplement {
    const MAX: usize = text::REFERENCE_MAX;
    let numbers = &chart.authorizations;
    let mut fields = Fields::new(notes, kind, &"/submission", "supplement");
    let claim_number = &chart.submission.payer_claim_number;
    let payer_claim_number = fields.number("payer_claim_number", claim_number, MAX);
    let mut fields = Fields::new(notes, kind, &"/authorizations", "supplement");
    let unsaid = ("service_exception", "service_authorization_exception");
    let medical_record = &numbers.medical_record;
    let medical_record =
        fields
            .only(PROFESSIONAL | INSTITUTIONAL)
            .number("medical_record", medical_record, MAX);
    Supplement {
        prior_authorization: fields.number(
            "prior_authorization",
            &numbers.prior_authorization,
            MAX,
        ),
        referral: fields.number("referral", &numbers.referral, MAX),
        payer_claim_number,
        clia: fields.only(PROFESSIONAL).number("clia", &numbers.clia, MAX),
        medical_record: medical_record.map(Into::into),
        clearinghouse_trace: None,
        service_authorization_exception: fields.code(
            unsaid,
            &numbers.service_exception,
            EXCEPTIONS,
        ),
        medicare_crossover: fields.only(PROFESSIONAL).code(
            "medicare_crossover",
            &numbers.medicare_crossover,
            CROSSOVERS,
        ),
        mammography: fields
            .only(PROFESSIONAL)
            .number("mammography", &numbers.mammography, MAX),
        repriced_claim: fields.number("repriced_claim", &numbers.repriced_claim, MAX),
        adjusted_repriced_claim: fields.number(
            "adjusted_repriced_claim",
            &numbers.adjusted_repriced_claim,
            MAX,
        ),
        device_exemption: fields.only(PROFESSIONAL | INSTITUTIONAL).number(
            "device_exemption",
            &numbers.device_exemption,
            MAX,
        ),
        demonstration_project: fields.only(PROFESSIONAL | INSTITUTIONAL).number(
            "demonstration_project",
            &numbers.demonstration_project,
            MAX,
        ),
        care_plan_oversight: fields.only(PROFESSIONAL).number(
            "care_plan_oversight",
            &numbers.care_plan_oversight,
            MAX,
        ),
    }
}
