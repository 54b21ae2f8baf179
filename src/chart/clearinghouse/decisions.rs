//! What payers who came before have decided, on the claim and on its lines. It must not know the order of the payers.

use serde_json::{Value, json};

use super::draft::{Draft, Node};
use super::fields::How::{By, Decimal, Each, Given, NoPlace, Said, Text, Texts};
use super::fields::{Section, no_place, take, texts};
use super::payers::Other;
use crate::chart::Code;

/// MOA.
pub(super) const OUTPATIENT: Section = &[
    (
        "reimbursementRate",
        "outpatient/reimbursement_rate",
        Decimal,
    ),
    ("hcpcsPayableAmount", "outpatient/payable", Decimal),
    (
        "endStageRenalDiseasePaymentAmount",
        "outpatient/esrd",
        Decimal,
    ),
    (
        "nonPayableProfessionalComponentBilledAmount",
        "outpatient/professional_component",
        Decimal,
    ),
    ("claimPaymentRemarkCode", "remark_codes", Texts),
];

/// MIA.
pub(super) const INPATIENT: Section = &[
    (
        "coveredDaysOrVisitsCount",
        "inpatient/covered_days",
        Decimal,
    ),
    (
        "lifetimePsychiatricDaysCount",
        "inpatient/lifetime_psychiatric_days",
        Decimal,
    ),
    ("costReportDayCount", "inpatient/cost_report_days", Decimal),
    ("claimDRGAmount", "inpatient/drg_amount", Decimal),
    (
        "claimDisproportionateShareAmount",
        "inpatient/disproportionate_share",
        Decimal,
    ),
    (
        "claimMspPassThroughAmount",
        "inpatient/msp_pass_through",
        Decimal,
    ),
    (
        "claimPpsCapitalAmount",
        "inpatient/capital_prospective",
        Decimal,
    ),
    (
        "capitalFSPDRGAmount",
        "inpatient/capital_federal_drg",
        Decimal,
    ),
    (
        "ppsCapitalFspDrgAmount",
        "inpatient/capital_federal_drg",
        Decimal,
    ),
    (
        "capitalHSPDRGAmount",
        "inpatient/capital_hospital_drg",
        Decimal,
    ),
    (
        "ppsCapitalHspDrgAmount",
        "inpatient/capital_hospital_drg",
        Decimal,
    ),
    (
        "ppsCapitalDshDrgAmount",
        "inpatient/capital_disproportionate_share",
        Decimal,
    ),
    ("oldCapitalAmount", "inpatient/old_capital", Decimal),
    (
        "ppsCapitalImeAmount",
        "inpatient/capital_indirect_education",
        Decimal,
    ),
    (
        "ppsOperatingHospitalSpecificDrgAmount",
        "inpatient/operating_hospital_drg",
        Decimal,
    ),
    (
        "ppsOperatingFederalSpecificDrgAmount",
        "inpatient/operating_federal_drg",
        Decimal,
    ),
    // As both vendors' schemas have it.
    (
        "claimPpsCapitalOutlierAmmount",
        "inpatient/capital_outlier",
        Decimal,
    ),
    (
        "claimPpsCapitalOutlierAmount",
        "inpatient/capital_outlier",
        Decimal,
    ),
    (
        "claimIndirectTeachingAmount",
        "inpatient/indirect_teaching",
        Decimal,
    ),
    (
        "nonPayableProfessionalComponentBilledAmount",
        "inpatient/professional_component",
        Decimal,
    ),
    (
        "capitalExceptionAmount",
        "inpatient/capital_exception",
        Decimal,
    ),
    ("claimPaymentRemarkCode", "remark_codes", Texts),
];

const ADJUSTMENT_GROUP: Section = &[
    ("adjustmentGroupCode", "", Said),
    ("adjustmentDetails", "", Each(&ADJUSTMENT)),
    ("claimAdjustmentDetails", "", Each(&ADJUSTMENT)),
    ("hasAdjustments", "", Said),
];

pub(super) const ADJUSTMENT: Section = &[
    ("adjustmentReasonCode", "reason", Text),
    ("adjustmentAmount", "amount", Decimal),
    ("adjustmentQuantity", "quantity", Decimal),
];

/// What a payer decided on a line.
pub(super) const LINE_DECISION: Section = &[
    ("otherPayerPrimaryIdentifier", "", Said),
    ("serviceLinePaidAmount", "paid", Decimal),
    ("serviceIdQualifier", "", Given(QUALIFIERS)),
    ("productOrServiceIDQualifier", "", Given(QUALIFIERS)),
    ("procedureCode", "code", By(decided_code)),
    ("procedureModifier", "modifiers", By(decided_modifiers)),
    ("procedureModifiers", "modifiers", By(decided_modifiers)),
    ("paidServiceUnitCount", "quantity", By(decided_quantity)),
    ("serviceLineRevenueCode", "", By(decided_revenue)),
    ("bundledOrUnbundledLineNumber", "bundled_into", By(bundled)),
    ("bundledLineNumber", "bundled_into", By(bundled)),
    ("claimAdjustmentInformation", "adjustments", By(adjustments)),
    ("lineAdjustment", "adjustments", By(adjustments)),
    ("claimAdjustment", "adjustments", By(adjustments)),
    ("adjudicationOrPaymentDate", "", By(decided_on_line)),
    ("claimPaidDate", "", By(decided_on_line)),
    ("remainingPatientLiability", "", NoPlace),
    ("procedureCodeDescription", "", NoPlace),
];

/// X12 element 235 of what was paid: the code tells.
const QUALIFIERS: &[&str] = &["HC", "AD", "HP"];

/// What payers decided on a line, by the number that the chart gives it.
pub(super) fn line_decisions(
    draft: &mut Draft,
    field: &Node<'_>,
    number: usize,
    others: &[Other<'_>],
) {
    for item in field.list() {
        let id = item.get("otherPayerPrimaryIdentifier");
        let id = id.and_then(|id| id.text());
        let Some(payer) = others.iter().find(|other| other.payer_id == id) else {
            let path = item.at("otherPayerPrimaryIdentifier");
            let expected = "expected the otherPayerIdentifier of an otherSubscriberInformation";
            draft.note(Code::ClearinghouseValue, path, expected);
            continue;
        };
        let pointer = draft.push(&format!("{}/decision/lines", payer.pointer), &item);
        draft.put(&format!("{pointer}/procedure"), &item, json!(number));
        take(draft, &item, LINE_DECISION, &pointer);
    }
}

pub(super) fn adjustments(draft: &mut Draft, field: &Node<'_>, list: &str) {
    for item in field.list() {
        let before = draft.count(list);
        take(draft, &item, ADJUSTMENT_GROUP, list);
        for index in before..draft.count(list) {
            let pointer = format!("{list}/{index}/group");
            draft
                .origins
                .suggest(&*pointer, item.at("adjustmentGroupCode"));
            if let Some(group) = item.get("adjustmentGroupCode")
                && let Some(text) = draft.text(&group)
            {
                draft.put(&pointer, &group, text);
            }
        }
    }
}

/// The day of the decision; that of a line that was decided on another day has no place.
pub(super) fn decided(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    if let Some(date) = draft.date(field) {
        let said = draft.chart.pointer(pointer).and_then(Value::as_str);
        match said.is_some_and(|said| said != date.to_string()) {
            true => no_place(draft, field),
            false => draft.put(pointer, field, date.to_string()),
        }
    }
}

/// What the line of a decision's field says itself.
fn billed(draft: &Draft, pointer: &str, name: &str) -> Option<Value> {
    let (decision, _) = pointer.rsplit_once('/')?;
    let number = draft.chart.pointer(&format!("{decision}/procedure"))?;
    let line = number.as_u64()?.checked_sub(1)?;
    let value = draft.chart.pointer(&format!("/procedures/{line}/{name}"));
    value.cloned()
}

/// The chart says what was paid only where it is not what was billed.
fn decided_code(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    if let Some(code) = draft.text(field)
        && billed(draft, pointer, "code") != Some(json!(code))
    {
        draft.put(pointer, field, code);
    }
}

fn decided_modifiers(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    let modifiers: Vec<String> = field.list().iter().filter_map(Node::text).collect();
    if billed(draft, pointer, "modifiers").unwrap_or_else(|| json!([])) != json!(modifiers) {
        texts(draft, field, pointer);
    }
}

fn decided_quantity(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    if let Some(quantity) = draft.decimal(field)
        && billed(draft, pointer, "quantity").unwrap_or_else(|| json!("1")) != json!(quantity)
    {
        draft.put(pointer, field, quantity);
    }
}

fn decided_revenue(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    // The table gives no place: the pointer is the decision's own.
    let own = billed(draft, &format!("{pointer}/revenue"), "revenue/code");
    if own != field.text().map(Value::from) {
        no_place(draft, field);
    }
}

fn bundled(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    match field.text().and_then(|text| text.parse::<u32>().ok()) {
        Some(number) => draft.put(pointer, field, json!(number)),
        None => draft.wrong(field, "expected the number of a line"),
    }
}

/// The decision is around its lines.
fn decided_on_line(draft: &mut Draft, field: &Node<'_>, pointer: &str) {
    let (decision, _) = pointer.split_once("/lines/").unwrap_or((pointer, ""));
    decided(draft, field, &format!("{decision}/date"));
}
