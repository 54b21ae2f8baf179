//! What a request says of the claim as a whole, whatever its kind: names of both vendors, and our places for them. It must
//! not know the lines.

use super::circumstances::{
    AMBULANCE, CERTIFICATION, SPINAL, ambulance_certification, condition_codes, conditions, epsdt,
    homebound, notes,
};
use super::coded::{
    ADMISSION, CODED_VALUE, DIAGNOSIS, DRG, OCCURRENCE, OCCURRENCE_SPAN, PROCEDURE, admission,
    diagnoses, discharge_hour,
};
use super::draft::{Draft, Node, day};
use super::fields::How::{
    By, Date, Decimal, Each, Flag, Given, NoPlace, Object, Ours, Said, Text, Texts, Words as EachOf,
};
use super::fields::{Section, Words, take};
use super::parties::{ADDRESS, organization, provider, providers};
use super::pricing::{CONTRACT, REPRICING};
use crate::chart::Code;

pub(super) const REQUEST: Section = &[
    ("tradingPartnerServiceId", "$/payer/id", Text),
    ("tradingPartnerName", "$/payer/name", Text),
    // Optum's own number of the payer.
    ("tradingPartnerId", "", NoPlace),
    ("receiver", "", Object(&RECEIVER)),
    (
        "tradingPartnerSecondaryIdentifiers",
        "",
        Object(&PAYER_NUMBERS),
    ),
    ("payerSecondaryIdentifier", "", Object(&PAYER_NUMBERS)),
    ("payerAddress", "", NoPlace),
    ("usageIndicator", "", By(usage)),
    ("claimIdentifier", "", Given(&["CH"])),
    ("controlNumber", "", Ours),
    ("submitter", "", Ours),
    ("subscriber", "", Said),
    ("dependent", "", Said),
    // Lists of providers repeat what stands alone.
    ("billing", "/providers/billing", By(organization)),
    ("rendering", "/providers/rendering", By(provider)),
    ("referring", "/providers/referring", By(provider)),
    ("supervising", "/providers/supervising", By(provider)),
    ("ordering", "/providers/ordering", By(provider)),
    ("attending", "/providers/attending", By(provider)),
    ("operatingPhysician", "/providers/operating", By(provider)),
    (
        "otherOperatingPhysician",
        "/providers/other_operating",
        By(provider),
    ),
    (
        "assistantSurgeon",
        "/providers/assistant_surgeon",
        By(provider),
    ),
    ("providers", "/providers", By(providers)),
    ("payToAddress", "/providers/pay_to", Object(&ADDRESS)),
    ("billingPayToAddressName", "", Object(&PAY_TO)),
    ("payToPlan", "", NoPlace),
    ("billingPayToPlanName", "", NoPlace),
    ("claimInformation", "", Object(&CLAIM)),
];

const RECEIVER: Section = &[
    ("organizationName", "$/payer/name", By(receiver_name)),
    ("taxId", "", Ours),
    ("receiverId", "", NoPlace),
];

const PAYER_NUMBERS: Section = &[
    ("claimOfficeNumber", "$/claim_office", Text),
    ("employerIdentificationNumber", "", NoPlace),
    ("naic", "", NoPlace),
    ("payerIdentificationNumber", "", NoPlace),
];

const PAY_TO: Section = &[
    ("entityTypeQualifier", "", Given(&["1", "2"])),
    ("address", "/providers/pay_to", Object(&ADDRESS)),
];

const CLAIM: Section = &[
    (
        "patientControlNumber",
        "/submission/patient_control_number",
        Text,
    ),
    ("claimChargeAmount", "/total", Decimal),
    ("claimFilingCode", "$/filing_code", Text),
    ("placeOfServiceCode", "", By(place_of_service)),
    ("claimFrequencyCode", "/submission/frequency", Text),
    ("delayReasonCode", "/submission/delay_reason", Text),
    ("specialProgramCode", "/submission/special_program", Text),
    ("signatureIndicator", "/consent/provider_signature", Flag),
    ("planParticipationCode", "/consent/assignment", Text),
    (
        "benefitsAssignmentCertificationIndicator",
        "/consent/benefits_assigned",
        Text,
    ),
    ("releaseInformationCode", "/consent/release", Text),
    (
        "patientSignatureSourceCode",
        "/consent/patient_signature_source",
        By(patient_signature),
    ),
    ("propertyCasualtyClaimNumber", "$/casualty_claim", Text),
    ("deathDate", "/patient/death_date", Date),
    ("patientWeight", "/patient/weight_pounds", Decimal),
    ("pregnancyIndicator", "/patient/pregnant", Flag),
    (
        "relatedCausesCode",
        "/encounter/accident/causes",
        EachOf(CAUSES),
    ),
    ("autoAccidentStateCode", "/encounter/accident/state", Text),
    (
        "autoAccidentCountryCode",
        "/encounter/accident/country",
        Text,
    ),
    ("patientAmountPaid", "/patient_paid", Decimal),
    ("patientEstimatedAmountDue", "/stay/estimated_due", Decimal),
    ("fileInformation", "/file_information", Texts),
    ("fileInformationList", "/file_information", Texts),
    ("claimDateInformation", "", Object(&DATES)),
    (
        "claimContractInformation",
        "/pricing/contract",
        Object(&CONTRACT),
    ),
    (
        "claimPricingRepricingInformation",
        "/pricing/repricing",
        Object(&REPRICING),
    ),
    (
        "claimPricingInformation",
        "/pricing/repricing",
        Object(&REPRICING),
    ),
    (
        "claimSupplementalInformation",
        "/authorizations",
        Object(&NUMBERS),
    ),
    ("billingNote", "/note", Text),
    ("claimNote", "", By(notes)),
    ("claimNotes", "", By(notes)),
    (
        "ambulanceTransportInformation",
        "/encounter/ambulance",
        Object(&AMBULANCE),
    ),
    (
        "ambulancePickUpLocation",
        "/encounter/pick_up",
        Object(&ADDRESS),
    ),
    (
        "ambulanceDropOffLocation",
        "/encounter/drop_off/address",
        Object(&ADDRESS),
    ),
    (
        "spinalManipulationServiceInformation",
        "/encounter/spinal_manipulation",
        Object(&SPINAL),
    ),
    (
        "ambulanceCertification",
        "/encounter/certifications",
        By(ambulance_certification),
    ),
    (
        "patientConditionInformationVision",
        "/encounter/certifications",
        Each(&CERTIFICATION),
    ),
    (
        "homeboundIndicator",
        "/encounter/certifications",
        By(homebound),
    ),
    ("epsdtReferral", "/encounter/certifications", By(epsdt)),
    ("conditionCodes", "", By(condition_codes)),
    (
        "conditionCodesList",
        "/encounter/conditions",
        By(conditions),
    ),
    (
        "conditionInformation",
        "/encounter/conditions",
        By(conditions),
    ),
    (
        "anesthesiaRelatedSurgicalProcedure",
        "/encounter/anesthesia_procedures",
        Texts,
    ),
    // The principal diagnosis is the chart's first.
    ("principalDiagnosis", "/diagnoses", Each(&DIAGNOSIS)),
    ("healthCareCodeInformation", "/diagnoses", By(diagnoses)),
    (
        "otherDiagnosisInformationList",
        "/diagnoses",
        Each(&DIAGNOSIS),
    ),
    ("externalCauseOfInjuries", "/diagnoses", Each(&DIAGNOSIS)),
    (
        "admittingDiagnosis",
        "/stay/admitting_diagnosis",
        Object(&DIAGNOSIS),
    ),
    (
        "patientReasonForVisits",
        "/encounter/reasons",
        Each(&DIAGNOSIS),
    ),
    ("diagnosisRelatedGroupInformation", "/stay", Object(&DRG)),
    (
        "principalProcedureInformation",
        "/stay/procedures",
        Each(&PROCEDURE),
    ),
    (
        "otherProcedureInformationList",
        "/stay/procedures",
        Each(&PROCEDURE),
    ),
    (
        "occurrenceInformationList",
        "/stay/occurrences",
        Each(&OCCURRENCE),
    ),
    (
        "occurrenceSpanInformations",
        "/stay/occurrence_spans",
        Each(&OCCURRENCE_SPAN),
    ),
    ("valueInformationList", "/stay/values", Each(&CODED_VALUE)),
    ("treatmentCodeInformationList", "/stay/treatments", Texts),
    ("claimCodeInformation", "/stay", Object(&ADMISSION)),
    (
        "predeterminationOfBenefits",
        "/dental/predetermination",
        Flag,
    ),
    (
        "orthodonticTotalMonthsOfTreatment",
        "/dental/orthodontics",
        By(orthodontics),
    ),
    ("toothStatus", "/dental/tooth_statuses", Each(&TOOTH_STATUS)),
    (
        "serviceFacilityLocation",
        "/providers/service_facility",
        By(organization),
    ),
    // Both are read where the coverages are known.
    ("otherSubscriberInformation", "", Said),
    ("serviceLines", "/procedures", Said),
];

const CAUSES: Words = &[("AA", "auto"), ("EM", "employment"), ("OA", "other")];

const DATES: Section = &[
    ("symptomDate", "/encounter/onset", Date),
    ("initialTreatmentDate", "/encounter/initial_treatment", Date),
    ("lastSeenDate", "/encounter/last_seen", Date),
    (
        "acuteManifestationDate",
        "/encounter/acute_manifestation",
        Date,
    ),
    ("accidentDate", "/encounter/accident/date", Date),
    (
        "lastMenstrualPeriodDate",
        "/encounter/last_menstrual_period",
        Date,
    ),
    ("lastXRayDate", "/encounter/last_x_ray", Date),
    (
        "hearingAndVisionPrescriptionDate",
        "/encounter/vision_prescription",
        Date,
    ),
    ("disabilityBeginDate", "/encounter/disability_begin", Date),
    ("disabilityEndDate", "/encounter/disability_end", Date),
    ("lastWorkedDate", "/encounter/last_worked", Date),
    (
        "authorizedReturnToWorkDate",
        "/encounter/return_to_work",
        Date,
    ),
    ("admissionDate", "/encounter/admission", Date),
    ("dischargeDate", "/encounter/discharge", Date),
    (
        "assumedAndRelinquishedCareBeginDate",
        "/encounter/assumed_care",
        Date,
    ),
    (
        "assumedAndRelinquishedCareEndDate",
        "/encounter/relinquished_care",
        Date,
    ),
    ("firstContactDate", "/encounter/first_contact", Date),
    ("repricerReceivedDate", "/encounter/repricer_received", Date),
    ("statementBeginDate", "/stay/from", Date),
    ("statementEndDate", "/stay/to", Date),
    (
        "admissionDateAndHour",
        "/encounter/admission",
        By(admission),
    ),
    ("dischargeHour", "/stay/discharge_time", By(discharge_hour)),
    ("appliancePlacementDate", "/dental/appliance_placed", Date),
    ("serviceDate", "/encounter", By(service_dates)),
];

const NUMBERS: Section = &[
    ("priorAuthorizationNumber", "prior_authorization", Text),
    ("referralNumber", "referral", Text),
    ("claimControlNumber", "/submission/payer_claim_number", Text),
    ("cliaNumber", "clia", Text),
    ("mammographyCertificationNumber", "mammography", Text),
    (
        "investigationalDeviceExemptionNumber",
        "device_exemption",
        Text,
    ),
    (
        "serviceAuthorizationExceptionCode",
        "service_exception",
        Text,
    ),
    ("peerReviewAuthorizationNumber", "peer_review", Text),
    ("medicalRecordNumber", "medical_record", Text),
    ("medicareCrossoverReferenceId", "medicare_crossover", Text),
    ("demoProjectIdentifier", "demonstration_project", Text),
    ("carePlanOversightNumber", "care_plan_oversight", Text),
    ("repricedClaimNumber", "repriced_claim", Text),
    (
        "adjustedRepricedClaimNumber",
        "adjusted_repriced_claim",
        Text,
    ),
    (
        "adjustedRepricedClaimRefNumber",
        "adjusted_repriced_claim",
        Text,
    ),
    (
        "predeterminationOfBenefitsIdentifier",
        "/dental/predetermination_number",
        Text,
    ),
    ("autoAccidentState", "/encounter/accident/state", Text),
    ("claimNumber", "", Ours),
    ("reportInformation", "/attachments", Each(&REPORT)),
    ("reportInformations", "/attachments", Each(&REPORT)),
];

pub(super) const REPORT: Section = &[
    ("attachmentReportTypeCode", "report_type", Text),
    ("attachmentTransmissionCode", "transmission", Text),
    ("attachmentControlNumber", "control_number", Text),
    ("attachmentId", "", NoPlace),
];

pub(super) const ORTHODONTICS: Section = &[
    ("monthsCount", "months", Decimal),
    ("monthsRemaining", "months_remaining", Decimal),
    ("treatmentIndicator", "", Given(&["Y"])),
];

const TOOTH_STATUS: Section = &[
    ("toothNumber", "tooth", Text),
    ("toothStatusCode", "status", Text),
];

/// The payer's name where no other is given.
fn receiver_name(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    if let Some(name) = draft.text(field)
        && !draft.has(pointer)
    {
        draft.put(pointer, field, name);
    }
}

/// A test goes out as the trading partner's file says: that must be seen before it does.
fn usage(draft: &mut Draft, field: &Node<'_>, _: &str) {
    match field.text().as_deref() {
        Some("P") => {}
        Some("T") => draft.note(Code::ClearinghouseTest, &*field.path, ""),
        _ => draft.wrong(field, "expected P or T"),
    }
}

/// A facility's is the first two digits of its type of bill (CLM05-1).
fn place_of_service(draft: &mut Draft, field: &Node<'_>, _: &str) {
    let pointer = match draft.kind {
        "institutional" => "/stay/type_of_bill",
        _ => "/encounter/place_of_service",
    };
    if let Some(code) = draft.text(field) {
        draft.put(pointer, field, code);
    }
}

fn patient_signature(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    match field.flag() {
        Some(true) => draft.put(pointer, field, "P"),
        Some(false) => {}
        None => draft.wrong(field, "expected true or false"),
    }
}

/// `YYYYMMDD`, or from one to another with a hyphen between.
fn service_dates(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    let text = field.text().unwrap_or_default();
    let dates = match text.split_once('-') {
        Some((from, to)) if from.len() == 8 => (day(from), Some(day(to))),
        _ => (day(&text), None),
    };
    let (Some(from), None | Some(Some(_))) = dates else {
        draft.wrong(field, "expected a date or two, YYYYMMDD-YYYYMMDD");
        return;
    };
    draft.put(&format!("{pointer}/start"), field, from.to_string());
    if let Some(Some(to)) = dates.1 {
        draft.put(&format!("{pointer}/end"), field, to.to_string());
    }
}

/// Its treatment is for orthodontics even where nothing is known of the months.
fn orthodontics(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    draft.put(pointer, field, serde_json::Map::new());
    take(draft, field, ORTHODONTICS, pointer);
}
