//! The plans of a request in the order in which they are asked. It must not know which is billed first, or why.

use serde_json::{Value, json};

use super::decisions::{INPATIENT, OUTPATIENT, adjustments, decided};
use super::draft::{Draft, Node};
use super::fields::How::{By, Decimal, Flag, Given, NoPlace, Object, Said, Text, With, Word};
use super::fields::{Section, no_place, take};
use super::parties::{ADDRESS, RELATIONSHIPS, policy_number};
use crate::chart::Code;

/// X12 element 1138 but `U`, in order.
const LEVELS: &str = "PSTABCDEFGH";

/// A plan other than the one that is billed, as a coverage.
pub(super) const OTHER: Section = &[
    ("paymentResponsibilityLevelCode", "", Said),
    (
        "individualRelationshipCode",
        "relationship",
        Word(RELATIONSHIPS),
    ),
    ("claimFilingIndicatorCode", "filing_code", Text),
    ("insuranceTypeCode", "insurance_type", Text),
    ("insuranceGroupOrPolicyNumber", "group_number", Text),
    ("groupNumber", "group_number", Text),
    ("policyNumber", "group_number", By(policy_number)),
    ("otherInsuredGroupName", "group_name", Text),
    ("otherPayerName", "", Object(&PAYER)),
    ("otherSubscriberName", "", By(other_subscriber)),
    ("payerPaidAmount", "decision/paid", Decimal),
    ("nonCoveredChargeAmount", "decision/non_covered", Decimal),
    (
        "remainingPatientLiability",
        "decision/patient_liability",
        Decimal,
    ),
    (
        "claimLevelAdjustments",
        "decision/adjustments",
        By(adjustments),
    ),
    (
        "medicareOutpatientAdjudication",
        "decision",
        Object(&OUTPATIENT),
    ),
    (
        "medicareInpatientAdjudication",
        "decision",
        Object(&INPATIENT),
    ),
    (
        "benefitsAssignmentCertificationIndicator",
        "/consent/benefits_assigned",
        By(alike),
    ),
    ("releaseOfInformationCode", "/consent/release", By(alike)),
    ("patientSignatureGeneratedForPatient", "", NoPlace),
    ("otherPayerAssistantSurgeon", "", NoPlace),
    ("otherPayerAttendingProvider", "", NoPlace),
    ("otherPayerBillingProvider", "", NoPlace),
    ("otherPayerOperatingPhysician", "", NoPlace),
    ("otherPayerOtherOperatingPhysician", "", NoPlace),
    ("otherPayerReferringProvider", "", NoPlace),
    ("otherPayerRenderingProvider", "", NoPlace),
    ("otherPayerServiceFacilityLocation", "", NoPlace),
    ("otherPayerSupervisingProvider", "", NoPlace),
];

const PAYER: Section = &[
    ("otherPayerIdentifier", "payer/id", Text),
    ("otherPayerOrganizationName", "payer/name", Text),
    ("otherPayerIdentifierTypeCode", "", Given(&["PI"])),
    (
        "otherPayerAdjudicationOrPaymentDate",
        "decision/date",
        By(decided),
    ),
    (
        "otherPayerClaimControlNumber",
        "decision/payer_claim_number",
        Text,
    ),
    (
        "otherPayerClaimAdjustmentIndicator",
        "decision/adjusted",
        Flag,
    ),
    ("otherPayerSecondaryIdentifier", "", By(payer_numbers)),
    ("otherPayerAddress", "", NoPlace),
    ("otherPayerPriorAuthorizationNumber", "", NoPlace),
    ("otherPayerPriorAuthorizationOrReferralNumber", "", NoPlace),
    ("otherPayerPredeterminationIdentification", "", NoPlace),
    (
        "otherInsuredAdditionalIdentifier",
        "social_security_number",
        Text,
    ),
];

/// What the card says, whoever the patient is.
const CARD: Section = &[
    ("otherInsuredIdentifierTypeCode", "", Given(&["MI", "II"])),
    ("otherInsuredIdentifier", "member_id", Text),
    (
        "otherInsuredAdditionalIdentifier",
        "social_security_number",
        Text,
    ),
    (
        "otherInsuredAdditionalIdentifiers",
        "social_security_number",
        Text,
    ),
];

/// Whose plan it is; the numbers of the card stand with the coverage.
pub(super) const SUBSCRIBER: Section = &[
    ("otherInsuredLastName", "subscriber/name/last", Text),
    ("otherInsuredFirstName", "subscriber/name/first", Text),
    ("firstName", "subscriber/name/first", Text),
    ("otherInsuredMiddleName", "subscriber/name/middle", Text),
    ("otherInsuredNameSuffix", "subscriber/name/suffix", Text),
    ("otherInsuredSuffix", "subscriber/name/suffix", Text),
    (
        "otherInsuredAddress",
        "subscriber/address",
        Object(&ADDRESS),
    ),
    ("address", "subscriber/address", Object(&ADDRESS)),
    ("otherInsuredQualifier", "", Given(&["1", "2"])),
    ("", "", With(&CARD)),
];

/// The patient, whom the chart names already.
pub(super) const SUBSCRIBER_WHO_IS_PATIENT: Section = &[
    ("otherInsuredLastName", "", Said),
    ("otherInsuredFirstName", "", Said),
    ("firstName", "", Said),
    ("otherInsuredMiddleName", "", Said),
    ("otherInsuredNameSuffix", "", Said),
    ("otherInsuredSuffix", "", Said),
    ("otherInsuredAddress", "", Said),
    ("address", "", Said),
    ("otherInsuredQualifier", "", Given(&["1"])),
    ("", "", With(&CARD)),
];

/// A plan besides the one that is billed.
pub(super) struct Other<'a> {
    node: Node<'a>,
    pub(super) pointer: String,
    pub(super) payer_id: Option<String>,
}

/// The plans in their order: where the billed one is, and the others.
pub(super) fn ordered<'a>(
    draft: &mut Draft,
    request: &Node<'a>,
    claim: &Node<'a>,
) -> (String, Vec<Other<'a>>) {
    let others = claim.get("otherSubscriberInformation");
    let subscriber = request.get("subscriber");
    let mut plans = vec![(rank(draft, subscriber.as_ref()).unwrap_or(0), true, None)];
    for other in others.map(|field| field.list()).unwrap_or_default() {
        let rank = rank(draft, Some(&other)).unwrap_or(LEVELS.len());
        // Of two of a level, the one that has decided comes first.
        let is_open = other.get("payerPaidAmount").is_none();
        plans.push((rank, is_open, Some(other)));
    }
    plans.sort_by_key(|(rank, is_open, _)| (*rank, *is_open));
    let (mut focal, mut others) = (String::new(), Vec::new());
    for (index, (.., plan)) in plans.into_iter().enumerate() {
        let pointer = format!("/coverages/{index}");
        let Some(node) = plan else {
            draft.fill(&pointer, request.at("subscriber"), json!({}));
            focal = pointer;
            continue;
        };
        draft.fill(&pointer, node.path.clone(), json!({}));
        let name = node.get("otherPayerName");
        let id = name.and_then(|name| name.get("otherPayerIdentifier"));
        others.push(Other {
            payer_id: id.and_then(|id| id.text()),
            node,
            pointer,
        });
    }
    (focal, others)
}

/// What is said of the other plans.
pub(super) fn others(draft: &mut Draft, others: &[Other<'_>]) {
    for Other { node, pointer, .. } in others {
        take(draft, node, OTHER, pointer);
        if node.get("individualRelationshipCode").is_none() {
            let path = node.at("individualRelationshipCode");
            draft.note(Code::ClearinghouseValue, path, "expected a relationship");
        }
    }
}

/// Who comes before the billed payer must have decided: otherwise that one would be billed instead.
pub(super) fn decided_before(draft: &mut Draft) {
    for index in 0..draft.count("/coverages") {
        let pointer = format!("/coverages/{index}");
        if pointer == draft.focal {
            return;
        }
        if !draft.has(&format!("{pointer}/decision")) {
            let path = draft.origins.resolve(&format!("{pointer}/decision/paid"));
            let expected = "expected what this payer paid, who comes before the one that is billed";
            draft.note(Code::ClearinghouseValue, path, expected);
        }
    }
}

fn rank(draft: &mut Draft, plan: Option<&Node<'_>>) -> Option<usize> {
    let field = plan?.get("paymentResponsibilityLevelCode")?;
    let level = field.text().unwrap_or_default().to_ascii_uppercase();
    match (LEVELS.find(&level), level.len()) {
        (Some(rank), 1) => return Some(rank),
        _ if level == "U" => return Some(LEVELS.len()),
        _ => draft.wrong(&field, "expected one of P S T A B C D E F G H U"),
    }
    None
}

/// The chart says it once, for all plans; a claim that does not say it says yes.
fn alike(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    let said = draft.chart.pointer(pointer).and_then(Value::as_str);
    if field.text().as_deref() != Some(said.unwrap_or("Y")) {
        no_place(draft, field);
    }
}

fn other_subscriber(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    let relationship = draft.chart.pointer(&format!("{pointer}/relationship"));
    let is_patient = relationship.and_then(Value::as_str) == Some("self");
    let section = match is_patient {
        true => SUBSCRIBER_WHO_IS_PATIENT,
        false => SUBSCRIBER,
    };
    take(draft, field, section, pointer);
}

/// Only the claim office has a place (REF*FY).
fn payer_numbers(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    const NUMBER: Section = &[
        ("qualifier", "", Said),
        ("identifier", "claim_office", Text),
        ("otherIdentifier", "", NoPlace),
    ];
    for item in field.list() {
        let kind = item.get("qualifier").and_then(|kind| kind.text());
        match kind.as_deref() {
            Some("FY") => take(draft, &item, NUMBER, pointer),
            _ => no_place(draft, &item),
        }
    }
}
