//! Payers other than the one that is billed, and what they have decided already. It must not know
//! why this one is billed.

use super::coverage::{self, Listed};
use super::fields::{Fields, amount};
use super::kind::{INSTITUTIONAL, Kind, PROFESSIONAL};
use super::notes::{Notes, Pointer};
use super::people::{relationship, subscriber_name};
use super::{Biller, shape, text};
use crate::chart::{self, Chart, Code, Coverage, Decimal, Decision, Relationship};
use crate::claim::{
    Adjustment, InpatientAdjudication, LineAdjudication, Money, OtherPayer, OtherPayerDetail,
    OutpatientAdjudication, Payer, ServiceLine,
};

/// X12 element 1033.
const GROUPS: &[&str] = &["CO", "CR", "OA", "PI", "PR"];
/// MOA and MIA hold five.
const REMARKS_MAX: usize = 5;
/// X12 element 1034.
const REASON_MAX: usize = 5;
/// What the patient owes, among the groups.
const PATIENT_RESPONSIBILITY: &str = "PR";

/// The other payers in their order; what they decided on a line is put to the line.
pub(super) fn other_payers(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    others: &[Listed<'_>],
    lines: &mut [ServiceLine],
) -> Vec<OtherPayer> {
    let mut payers: Vec<OtherPayer> = Vec::new();
    for other in others {
        if let Some(mut payer) = other_payer(biller, notes, kind, chart, other) {
            if let Some(decision) = &other.coverage.decision {
                let at = format_args!("{}/decision", other.pointer);
                decide(notes, kind, (at, payers.len()), decision, &mut payer, lines);
            }
            let to = format!("other_payers[{}]", payers.len());
            for (field, name) in [
                ("", ""),
                (".member_id", "/member_id"),
                (".group_number", "/group_number"),
                (".claim_filing", "/filing_code"),
                (".relationship", "/relationship"),
                (".payer", "/payer"),
                (".benefits_assignment", "/consent/benefits_assigned"),
                (".release_of_information", "/consent/release"),
                (".payer_claim_number", "/decision/payer_claim_number"),
                (
                    ".remaining_patient_liability",
                    "/decision/patient_liability",
                ),
                (".adjudicated", "/decision/date"),
            ] {
                let at = match name.starts_with("/consent") {
                    true => name.to_owned(),
                    false => format!("{}{name}", other.pointer),
                };
                notes.from(format_args!("{to}{field}"), at);
            }
            let name = match other.coverage.relationship {
                Relationship::Itself => "/patient/name".to_owned(),
                _ => format!("{}/subscriber/name", other.pointer),
            };
            notes.person_name_from(format_args!("{to}.subscriber_name"), &name);
            payers.push(payer);
        }
    }
    payers
}

fn other_payer(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    kind: Kind,
    chart: &Chart,
    other: &Listed<'_>,
) -> Option<OtherPayer> {
    let at = &other.pointer;
    let coverage = &*other.coverage;
    let payer = payer(biller, notes, at, coverage);
    let name = subscriber_name(notes, at, coverage, chart);
    let member_id = coverage::member_id(biller, notes, at, coverage, chart);
    let claim_filing = coverage::filing(notes, at, coverage);
    let insurance_type = coverage::insurance_type(notes, kind, at, coverage, other.responsibility);
    let partner = biller.find_partner(&coverage.payer);
    let group_number = text::number(
        notes,
        format_args!("{at}/group_number"),
        coverage.group_number.as_ref(),
        text::REFERENCE_MAX,
    );
    Some(OtherPayer {
        payer: payer?,
        payer_responsibility: other.responsibility.into(),
        relationship: relationship(coverage.relationship).into(),
        subscriber_name: name?,
        member_id: member_id?.into(),
        claim_filing: claim_filing
            .or_else(|| partner.map(|partner| partner.claim_filing.clone()))
            .or_else(|| Some("CI".to_owned())),
        group_number,
        benefits_assignment: chart.consent.benefits_assigned.clone(),
        release_of_information: chart.consent.release.clone(),
        paid: None,
        remaining_patient_liability: None,
        adjustments: Vec::new(),
        adjudicated: None,
        payer_claim_number: None,
        detail: OtherPayerDetail {
            insurance_type,
            ..OtherPayerDetail::default()
        },
    })
}

/// A payer that is not sent to needs no file: the chart's own id and name do.
fn payer(
    biller: &Biller<'_>,
    notes: &mut Notes<'_>,
    at: impl Pointer,
    coverage: &Coverage,
) -> Option<Payer> {
    let pointer = format_args!("{at}/payer");
    if let Some(partner) = biller.find_partner(&coverage.payer) {
        let name = text::text(notes, pointer, &partner.name, text::LAST_NAME_MAX)?;
        return Some(Payer {
            name,
            id: partner.payer_id.clone(),
            ..Payer::default()
        });
    }
    let named = &coverage.payer;
    let pointer_id = format!("{pointer}/id");
    let id = coverage::id(notes, &pointer_id, named.id.as_ref(), Code::PayerUnknown);
    let name = named.name.as_ref();
    let name = text::optional(
        notes,
        format_args!("{pointer}/name"),
        name,
        text::LAST_NAME_MAX,
    );
    match (id, name) {
        (Some(id), Some(name)) => Some(Payer {
            name,
            id,
            ..Payer::default()
        }),
        _ => {
            notes.add(
                Code::PayerUnknown,
                pointer,
                "id and name of an earlier or later payer",
            );
            None
        }
    }
}

/// Puts a decision to the payer and to the lines, and sees that it adds up.
fn decide(
    notes: &mut Notes<'_>,
    kind: Kind,
    (at, place): (impl Pointer, usize),
    decision: &Decision,
    payer: &mut OtherPayer,
    lines: &mut [ServiceLine],
) {
    let to = format!("other_payers[{place}]");
    notes.from(format_args!("{to}.paid"), format_args!("{at}/paid"));
    notes.from(
        format_args!("{to}.adjustments"),
        format_args!("{at}/adjustments"),
    );
    outcome(
        &mut Fields::new(notes, kind, &at, &format!("{to}.detail")),
        decision,
        payer,
    );
    payer.paid = amount(notes, format_args!("{at}/paid"), &decision.paid);
    payer.payer_claim_number = text::number(
        notes,
        format_args!("{at}/payer_claim_number"),
        decision.payer_claim_number.as_ref(),
        text::REFERENCE_MAX,
    );
    payer.adjustments = adjustments(notes, at, &decision.adjustments);
    let liability = decision.patient_liability.as_ref();
    let liability =
        liability.and_then(|owed| amount(notes, format_args!("{at}/patient_liability"), owed));
    if decision.lines.is_empty() {
        payer.adjudicated = Some(decision.date);
        payer.remaining_patient_liability = liability;
    }
    let mut explained = vec![payer.paid, total(&payer.adjustments)];
    for (index, line) in decision.lines.iter().enumerate() {
        let pointer = format_args!("{at}/lines/{index}");
        let decided = line_decision(notes, kind, pointer, decision, line, payer, lines);
        explained.push(decided.and_then(|decided| total(&decided.adjustments)));
    }
    let explained: Option<Vec<Money>> = explained.into_iter().collect();
    let charged = Money::checked_sum(lines.iter().map(|line| line.charge));
    if explained.is_some_and(|parts| Money::checked_sum(parts) != charged) {
        notes.add(Code::DecisionUnbalanced, at, "the claim as a whole");
    }
}

/// What the payer said of the claim besides its money.
fn outcome(fields: &mut Fields<'_, '_>, decision: &Decision, payer: &mut OtherPayer) {
    let detail = &mut payer.detail;
    detail.non_covered = fields.money("non_covered", &decision.non_covered);
    detail.adjustment_indicator =
        fields.flag(("adjusted", "adjustment_indicator"), decision.adjusted);
    let expected = "a remittance advice remark code";
    detail.remark_codes = fields.codes(
        "remark_codes",
        &decision.remark_codes,
        REMARKS_MAX,
        shape::remark,
        expected,
    );
    let given = decision.outpatient.as_ref();
    let given = given.filter(|_| {
        fields
            .only(PROFESSIONAL | INSTITUTIONAL)
            .takes("outpatient", true)
    });
    detail.outpatient = given
        .filter(|given| **given != chart::OutpatientDecision::default())
        .map(|given| {
            let mut fields = fields.part("outpatient");
            OutpatientAdjudication {
                reimbursement_rate: fields
                    .quantity("reimbursement_rate", &given.reimbursement_rate),
                payable: fields.money("payable", &given.payable),
                esrd: fields.money("esrd", &given.esrd),
                professional_component: fields
                    .money("professional_component", &given.professional_component),
            }
        });
    let given = decision.inpatient.as_ref();
    let given = given.filter(|_| fields.only(INSTITUTIONAL).takes("inpatient", true));
    detail.inpatient = given.map(|given| Box::new(inpatient(&mut fields.part("inpatient"), given)));
    if let Some(inpatient) = &mut detail.inpatient {
        // MIA has places for remarks of its own.
        inpatient.remark_codes = std::mem::take(&mut detail.remark_codes);
    }
}

/// MIA.
fn inpatient(
    fields: &mut Fields<'_, '_>,
    given: &chart::InpatientDecision,
) -> InpatientAdjudication {
    let days = fields.quantity("covered_days", &given.covered_days);
    InpatientAdjudication {
        covered_days: days.unwrap_or_else(|| "0".to_owned()),
        lifetime_psychiatric_days: fields.quantity(
            "lifetime_psychiatric_days",
            &given.lifetime_psychiatric_days,
        ),
        drg_amount: fields.money("drg_amount", &given.drg_amount),
        remark_codes: Vec::new(),
        disproportionate_share: fields
            .money("disproportionate_share", &given.disproportionate_share),
        msp_pass_through: fields.money("msp_pass_through", &given.msp_pass_through),
        capital_prospective: fields.money("capital_prospective", &given.capital_prospective),
        capital_federal_drg: fields.money("capital_federal_drg", &given.capital_federal_drg),
        capital_hospital_drg: fields.money("capital_hospital_drg", &given.capital_hospital_drg),
        capital_disproportionate_share: fields.money(
            "capital_disproportionate_share",
            &given.capital_disproportionate_share,
        ),
        old_capital: fields.money("old_capital", &given.old_capital),
        capital_indirect_education: fields.money(
            "capital_indirect_education",
            &given.capital_indirect_education,
        ),
        operating_hospital_drg: fields
            .money("operating_hospital_drg", &given.operating_hospital_drg),
        cost_report_days: fields.quantity("cost_report_days", &given.cost_report_days),
        operating_federal_drg: fields.money("operating_federal_drg", &given.operating_federal_drg),
        capital_outlier: fields.money("capital_outlier", &given.capital_outlier),
        indirect_teaching: fields.money("indirect_teaching", &given.indirect_teaching),
        professional_component: fields
            .money("professional_component", &given.professional_component),
        capital_exception: fields.money("capital_exception", &given.capital_exception),
    }
}

/// What was decided on one line; as it stands there then.
fn line_decision(
    notes: &mut Notes<'_>,
    kind: Kind,
    at: impl Pointer,
    decision: &Decision,
    given: &chart::LineDecision,
    payer: &OtherPayer,
    lines: &mut [ServiceLine],
) -> Option<LineAdjudication> {
    let paid = amount(notes, format_args!("{at}/paid"), &given.paid);
    let adjustments = adjustments(notes, at, &given.adjustments);
    let of_line = format!(
        "lines[{}].adjudications[0]",
        given.procedure.saturating_sub(1)
    );
    let mut fields = Fields::new(notes, kind, &at, &of_line);
    let code = fields.shaped(("code", "procedure"), &given.code, shape::hcpcs, || {
        "a procedure code".to_owned()
    });
    let modifiers = fields.codes(
        "modifiers",
        &given.modifiers,
        4,
        shape::modifier,
        "two letters or digits",
    );
    let quantity = fields.quantity("quantity", &given.quantity);
    let bundled = given.bundled_into;
    if bundled.is_some_and(|line| line == 0 || line > lines.len()) {
        fields.add(Code::DecisionLine, "bundled_into", "");
    }
    let bundled_line = bundled.map(|line| line.to_string());
    let index = given.procedure.checked_sub(1);
    let Some(line) = index.and_then(|index| lines.get_mut(index)) else {
        notes.add(Code::DecisionLine, format_args!("{at}/procedure"), "");
        return None;
    };
    let known = |told: &LineAdjudication| told.payer_id == payer.payer.id;
    if line.adjudications.iter().any(known) {
        notes.add(
            Code::DecisionLine,
            format_args!("{at}/procedure"),
            "named twice",
        );
    }
    let (paid, adjusted) = (paid?, total(&adjustments)?);
    if Money::checked_sum([paid, adjusted]) != Some(line.charge) {
        notes.add(Code::DecisionUnbalanced, at, "");
    }
    let owed = adjustments
        .iter()
        .filter(|a| a.group == PATIENT_RESPONSIBILITY);
    let owed = Money::checked_sum(owed.map(|adjustment| adjustment.amount));
    let told = LineAdjudication {
        payer_id: payer.payer.id.clone(),
        paid,
        procedure_kind: line.detail.procedure_kind.clone(),
        procedure: code.unwrap_or_else(|| line.procedure.clone()),
        modifiers: match given.code {
            Some(_) => modifiers,
            None => line.modifiers.clone(),
        },
        description: None,
        revenue_code: line.revenue().map(|own| own.revenue_code.clone()),
        quantity: quantity.unwrap_or_else(|| line.quantity.clone()),
        adjustments,
        adjudicated: decision.date,
        remaining_patient_liability: owed.filter(|_| decision.patient_liability.is_some()),
        bundled_line,
    };
    let place = line.adjudications.len();
    let to = format!("lines[{}].adjudications[{place}]", given.procedure - 1);
    for (field, name) in [("paid", "paid"), ("adjustments", "adjustments")] {
        notes.from(format_args!("{to}.{field}"), format_args!("{at}/{name}"));
    }
    notes.from(to, at);
    line.adjudications.push(told.clone());
    Some(told)
}

fn adjustments(
    notes: &mut Notes<'_>,
    at: impl Pointer,
    given: &[chart::Adjustment],
) -> Vec<Adjustment> {
    let mut made = Vec::new();
    for (index, adjustment) in given.iter().enumerate() {
        let at = format_args!("{at}/adjustments/{index}");
        if !GROUPS.contains(&adjustment.group.as_str()) {
            notes.add(
                Code::CodeUnknown,
                format_args!("{at}/group"),
                GROUPS.join(" "),
            );
        }
        let pointer = format_args!("{at}/reason");
        let reason = text::text(notes, pointer, &adjustment.reason, REASON_MAX);
        if adjustment.reason.trim().is_empty() {
            notes.add(Code::CodeUnknown, pointer, "a claim adjustment reason code");
        }
        let amount = signed(notes, format_args!("{at}/amount"), &adjustment.amount);
        let quantity = adjustment.quantity.as_ref();
        let quantity =
            quantity.and_then(|count| quantity_of(notes, format_args!("{at}/quantity"), count));
        made.extend(reason.zip(amount).map(|(reason, amount)| Adjustment {
            group: adjustment.group.clone(),
            reason,
            amount,
            quantity,
        }));
    }
    // CAS holds the reasons of one group.
    let mut groups: Vec<String> = Vec::new();
    for adjustment in &made {
        if !groups.contains(&adjustment.group) {
            groups.push(adjustment.group.clone());
        }
    }
    made.sort_by_key(|one: &Adjustment| groups.iter().position(|group| *group == one.group));
    made
}

fn quantity_of(notes: &mut Notes<'_>, pointer: impl Pointer, given: &Decimal) -> Option<String> {
    let quantity = shape::quantity(given.as_str());
    if quantity.is_none() {
        notes.add(Code::QuantityShape, pointer, "");
    }
    quantity
}

/// An adjustment may be negative: it then adds to what is paid.
fn signed(notes: &mut Notes<'_>, pointer: impl Pointer, given: &Decimal) -> Option<Money> {
    let amount = Money::parse(given.as_str()).ok();
    if amount.is_none() {
        notes.add(Code::AmountShape, pointer, "");
    }
    amount
}

fn total(adjustments: &[Adjustment]) -> Option<Money> {
    Money::checked_sum(adjustments.iter().map(|adjustment| adjustment.amount))
}
