//! What a request says of a service line, of any of the three kinds. It must not know the claim around it.

use serde_json::json;

use super::circumstances::{AMBULANCE, ambulance_certification, certified, flagged};
use super::claim::REPORT;
use super::decisions::line_decisions;
use super::draft::{Draft, Node};
use super::fields::How::{
    By, Date, Decimal, Each, Flag, Given, NoPlace, Object, Ours, Said, Text, Texts, Word,
};
use super::fields::{Section, Words, take};
use super::parties::{organization, provider};
use super::payers::Other;
use super::pricing::{CONTRACT, REPRICING};
use crate::chart::Code;

pub(super) const LINE: Section = &[
    ("assignedNumber", "", By(assigned_number)),
    ("providerControlNumber", "numbers/control_number", Text),
    ("lineItemControlNumber", "numbers/control_number", Text),
    ("serviceDate", "from", Date),
    ("serviceDateEnd", "to", Date),
    ("professionalService", "", Object(&SERVICE)),
    ("institutionalService", "", Object(&SERVICE)),
    ("dentalService", "", Object(&SERVICE)),
    ("description", "description", Text),
    ("serviceTaxAmount", "revenue/service_tax", Decimal),
    ("facilityTaxAmount", "revenue/facility_tax", Decimal),
    ("salesTaxAmount", "sales_tax", Decimal),
    ("postageTaxAmount", "postage", Decimal),
    ("teethInformation", "dental/teeth", Each(&TOOTH)),
    ("toothInformation", "dental/teeth", Each(&TOOTH)),
    ("additionalNotes", "note", By(note)),
    ("goalRehabOrDischargePlans", "note", By(plans)),
    ("thirdPartyOrganizationNotes", "third_party_note", Text),
    ("lineNoteText", "third_party_note", Text),
    ("fileInformation", "file_information", Texts),
    ("serviceLineDateInformation", "", Object(&DATES)),
    (
        "serviceLineReferenceInformation",
        "numbers",
        Object(&NUMBERS),
    ),
    ("lineSupplementInformation", "numbers", Object(&SUPPLEMENT)),
    (
        "repricedLineItemReferenceNumber",
        "numbers/repriced_line",
        Text,
    ),
    (
        "adjustedRepricedLineItemReferenceNumber",
        "numbers/adjusted_repriced_line",
        Text,
    ),
    (
        "serviceLineSupplementalInformation",
        "attachments",
        Each(&REPORT),
    ),
    (
        "serviceLineSupplementalInformations",
        "attachments",
        Each(&REPORT),
    ),
    ("drugIdentification", "drug", Object(&DRUG)),
    ("contractInformation", "pricing/contract", Object(&CONTRACT)),
    (
        "linePricingRepricingInformation",
        "pricing/repricing",
        Object(&REPRICING),
    ),
    (
        "linePricingInformation",
        "pricing/repricing",
        Object(&REPRICING),
    ),
    (
        "lineRepricingInformation",
        "pricing/repricing",
        Object(&REPRICING),
    ),
    ("testResults", "measurements", Each(&MEASUREMENT)),
    (
        "obstetricAnesthesiaAdditionalUnits",
        "anesthesia_units",
        Decimal,
    ),
    (
        "purchasedServiceInformation",
        "purchased",
        Object(&PURCHASED),
    ),
    (
        "ambulanceTransportInformation",
        "ambulance",
        Object(&AMBULANCE),
    ),
    ("ambulancePatientCount", "ambulance_patients", Decimal),
    ("ambulancePickUpLocation", "", NoPlace),
    ("ambulanceDropOffLocation", "", NoPlace),
    (
        "ambulanceCertification",
        "certifications",
        By(ambulance_certification),
    ),
    (
        "conditionIndicatorDurableMedicalEquipment",
        "certifications",
        By(equipment),
    ),
    ("hospiceEmployeeIndicator", "certifications", By(hospice)),
    ("durableMedicalEquipmentService", "", NoPlace),
    ("durableMedicalEquipmentCertification", "", NoPlace),
    (
        "durableMedicalEquipmentCertificateOfMedicalNecessity",
        "",
        NoPlace,
    ),
    ("formIdentification", "", NoPlace),
    ("renderingProvider", "rendering", By(provider)),
    ("orderingProvider", "ordering", By(provider)),
    ("referringProvider", "referring", By(provider)),
    ("supervisingProvider", "supervising", By(provider)),
    ("operatingPhysician", "operating", By(provider)),
    ("otherOperatingPhysician", "other_operating", By(provider)),
    ("assistantSurgeon", "assistant_surgeon", By(provider)),
    ("purchasedServiceProvider", "purchased_from", By(provider)),
    (
        "serviceFacilityLocation",
        "service_facility",
        By(organization),
    ),
    // Read where the payers are known.
    ("lineAdjudicationInformation", "", Said),
    ("lineAdjustmentInformation", "", Said),
];

const SERVICE: Section = &[
    ("procedureIdentifier", "system", Word(SYSTEMS)),
    ("procedureCode", "code", Text),
    ("procedureModifiers", "modifiers", Texts),
    ("description", "description", Text),
    ("lineItemChargeAmount", "charge", Decimal),
    ("measurementUnit", "unit", Word(UNITS)),
    ("serviceUnitCount", "quantity", Decimal),
    ("procedureCount", "quantity", Decimal),
    ("placeOfServiceCode", "place_of_service", Text),
    ("compositeDiagnosisCodePointers", "", Object(&POINTERS)),
    ("emergencyIndicator", "emergency", Flag),
    ("epsdtIndicator", "epsdt", Flag),
    ("familyPlanningIndicator", "family_planning", Flag),
    ("copayStatusCode", "copay_exempt", By(copay)),
    ("serviceLineRevenueCode", "revenue/code", Text),
    ("nonCoveredChargeAmount", "revenue/non_covered", Decimal),
    ("oralCavityDesignation", "dental/oral_cavity", Texts),
    ("oralCavityDesignationCode", "dental/oral_cavity", Texts),
    ("prosthesisCrownOrInlayCode", "dental/prosthesis", Text),
];

/// X12 element 235; the last three are of no system that a payer takes today.
const SYSTEMS: Words = &[
    ("HC", "hcpcs"),
    ("AD", "cdt"),
    ("HP", "hipps"),
    ("ER", "ER"),
    ("IV", "IV"),
    ("WK", "WK"),
];

/// X12 element 355.
const UNITS: Words = &[("UN", "units"), ("MJ", "minutes"), ("DA", "days")];

const POINTERS: Section = &[("diagnosisCodePointers", "diagnosis_pointers", By(pointers))];

const TOOTH: Section = &[
    ("toothCode", "number", Text),
    ("toothSurfaceCodes", "surfaces", Texts),
    ("toothSurface", "surfaces", Texts),
];

const DATES: Section = &[
    ("prescriptionDate", "dates/prescription", Date),
    (
        "certificationRevisionOrRecertificationDate",
        "dates/recertification",
        Date,
    ),
    ("beginTherapyDate", "dates/therapy_begin", Date),
    ("lastCertificationDate", "dates/last_certification", Date),
    // The latest visit (DTP*304).
    ("treatmentOrTherapyDate", "dates/last_seen", Date),
    ("hemoglobinTestDate", "dates/hemoglobin_test", Date),
    ("serumCreatineTestDate", "dates/creatinine_test", Date),
    ("shippedDate", "dates/shipped", Date),
    ("lastXRayDate", "dates/last_x_ray", Date),
    ("initialTreatmentDate", "dates/initial_treatment", Date),
    ("priorPlacementDate", "dental/prior_placement", Date),
    (
        "estimatedPriorPlacementDate",
        "dental/prior_placement_estimated",
        Date,
    ),
    ("applianceDate", "dental/appliance_placed", Date),
    ("replacementDate", "dental/replaced", Date),
    ("treatmentStartDate", "dental/treatment_begin", Date),
    ("treatmentCompletionDate", "dental/treatment_end", Date),
    ("serviceDate", "from", Date),
    ("beginServiceDate", "from", Date),
    ("endServiceDate", "to", Date),
    ("validDateInformation", "", Ours),
];

const NUMBERS: Section = &[
    ("priorAuthorization", "", By(prior_authorizations)),
    ("referralNumber", "", By(referrals)),
    ("predeterminationOfBenefits", "", By(predeterminations)),
    ("clinicalLaboratoryImprovementAmendmentNumber", "clia", Text),
    ("referringCliaNumber", "referring_clia", Text),
    ("mammographyCertificationNumber", "mammography", Text),
    ("immunizationBatchNumber", "immunization_batch", Text),
    ("repricedLineItemReferenceNumber", "repriced_line", Text),
    ("repricedLineItemRefNumber", "repriced_line", Text),
    (
        "adjustedRepricedLineItemReferenceNumber",
        "adjusted_repriced_line",
        Text,
    ),
    (
        "adjustedRepricedLineItemRefNumber",
        "adjusted_repriced_line",
        Text,
    ),
    ("providerControlNumber", "control_number", Text),
];

/// Of a facility's line the guide has few numbers; the rest is of the claim.
const SUPPLEMENT: Section = &[
    ("priorAuthorizationNumber", "", By(prior_authorizations)),
    ("referralNumber", "", By(referrals)),
    ("claimControlNumber", "", NoPlace),
    ("repricedClaimNumber", "", NoPlace),
    ("adjustedRepricedClaimRefNumber", "", NoPlace),
    ("investigationalDeviceExemptionNumber", "", NoPlace),
    ("claimNumber", "", Ours),
    ("medicalRecordNumber", "", NoPlace),
    ("demoProjectIdentifier", "", NoPlace),
    ("serviceAuthorizationExceptionCode", "", NoPlace),
    ("autoAccidentState", "", NoPlace),
    ("peerReviewAuthorizationNumber", "", NoPlace),
    ("reportInformation", "", NoPlace),
    ("reportInformations", "", NoPlace),
];

const DRUG: Section = &[
    ("serviceIdQualifier", "", Given(&["N4"])),
    ("nationalDrugCode", "ndc", Text),
    ("nationalDrugUnitCount", "quantity", Decimal),
    ("measurementUnitCode", "unit", Text),
    ("pharmacyPrescriptionNumber", "prescription", Text),
    ("linkSequenceNumber", "compound_link", Text),
    ("validDrugIdentification", "", Ours),
];

const MEASUREMENT: Section = &[
    ("measurementReferenceIdentificationCode", "reference", Text),
    ("measurementQualifier", "kind", Text),
    ("testResults", "value", Decimal),
];

const PURCHASED: Section = &[
    ("purchasedServiceProviderIdentifier", "provider", Text),
    ("purchasedServiceChargeAmount", "charge", Decimal),
];

/// A number that one of several payers may have given.
pub(super) const NUMBER: Section = &[
    ("priorAuthorizationOrReferralNumber", "number", Text),
    ("predeterminationOfBenefits", "number", Text),
    ("otherPayerPrimaryIdentifier", "payer_id", Text),
];

/// Every line, in order.
pub(super) fn lines(draft: &mut Draft, claim: &Node<'_>, others: &[Other<'_>]) {
    draft.origins.set("/procedures", claim.at("serviceLines"));
    let Some(field) = claim.get("serviceLines") else {
        return;
    };
    for (index, item) in field.list().into_iter().enumerate() {
        let pointer = draft.push("/procedures", &item);
        take(draft, &item, LINE, &pointer);
        if draft.kind == "dental" {
            // A dentist's codes are the ADA's: the request need not say so.
            let system = format!("{pointer}/system");
            draft.fill(&system, item.at("dentalService"), "cdt");
        }
        for key in ["lineAdjudicationInformation", "lineAdjustmentInformation"] {
            if let Some(decisions) = item.get(key) {
                line_decisions(draft, &decisions, index + 1, others);
            }
        }
    }
}

/// Lines are numbered anew; most are numbered so already.
fn assigned_number(draft: &mut Draft, field: &Node<'_>, _: &str) {
    let number = draft.count("/procedures").to_string();
    if field.text() != Some(number) {
        draft.note(Code::ClearinghouseOurs, &*field.path, "");
    }
}

fn note(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    if let Some(text) = draft.text(field) {
        draft.put(pointer, field, text);
    }
}

/// NTE*DCP.
fn plans(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    note(draft, field, pointer);
    draft.put(&format!("{pointer}_kind"), field, "DCP");
}

/// Numbers, some as text.
fn pointers(draft: &mut Draft, field: &Node<'_>, list: &str) {
    for item in field.list() {
        match item.text().and_then(|text| text.parse::<u32>().ok()) {
            Some(number) => {
                let next = draft.count(list);
                draft.put(&format!("{list}/{next}"), &item, json!(number));
            }
            None => draft.wrong(&item, "expected the number of a diagnosis, 1 the first"),
        }
    }
}

/// `0`: no copayment is due.
fn copay(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    match field.text().as_deref() {
        Some("0") => draft.put(pointer, field, true),
        _ => draft.wrong(field, "expected 0"),
    }
}

fn equipment(draft: &mut Draft, field: &Node<'_>, list: &str) {
    certified(draft, field, list, "09");
}

fn hospice(draft: &mut Draft, field: &Node<'_>, list: &str) {
    flagged(draft, field, list, ("70", "65"));
}

fn prior_authorizations(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    numbers(draft, field, pointer, ("G1", "prior_authorization"));
}

fn referrals(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    numbers(draft, field, pointer, ("9F", "numbers/referral"));
}

fn predeterminations(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    numbers(
        draft,
        field,
        pointer,
        ("G3", "dental/predetermination_number"),
    );
}

/// The first number that the billed payer gave, and further ones. `pointer` is that of the line's numbers.
fn numbers(draft: &mut Draft, field: &Node<'_>, pointer: &str, (kind, place): (&str, &str)) {
    let line = pointer.strip_suffix("/numbers").unwrap_or(pointer);
    let first = format!("{line}/{place}");
    for item in field.list() {
        let is_others = item.get("otherPayerPrimaryIdentifier").is_some();
        let own = [
            "priorAuthorizationOrReferralNumber",
            "predeterminationOfBenefits",
        ];
        let own = own.iter().find_map(|key| item.get(key));
        let number = if item.value.is_object() {
            own
        } else {
            Some(item.clone())
        };
        if !is_others
            && !draft.has(&first)
            && let Some(number) = number
        {
            if let Some(text) = draft.text(&number) {
                draft.put(&first, &number, text);
            }
            continue;
        }
        let further = draft.push(&format!("{pointer}/further"), &item);
        draft.put(&format!("{further}/kind"), &item, kind);
        if item.value.is_object() {
            take(draft, &item, NUMBER, &further);
        } else if let Some(text) = draft.text(&item) {
            draft.put(&format!("{further}/number"), &item, text);
        }
    }
}
