//! Who may pay and what has been decided, as a chart's coverages in their order. It must not know what was done.

use super::left::{Left, decimal, flag, money, needed, text};
use super::people::{address, person, sex, telephone};
use crate::billing::coverage::RESPONSIBILITIES;
use crate::billing::people::relationship_of;
use crate::chart::{self, Consent, Coverage, Decision, PayerName, Relationship};
use crate::claim::{
    Adjustment, InpatientAdjudication, LineAdjudication, Money, OtherPayer, OtherPayerDetail,
    OutpatientAdjudication, Patient, Payer, PayerDetail, PersonDetail, Phi, ServiceLine,
    Subscriber,
};

/// The plan that the claim goes to.
pub(super) struct Plan {
    pub(super) payer: Payer,
    pub(super) subscriber: Subscriber,
    pub(super) patient: Option<Patient>,
}

/// The patient, and every plan in the order in which it pays.
pub(super) fn coverages(
    left: &mut Left,
    plan: Plan,
    others: Vec<OtherPayer>,
    consent: &Consent,
    lines: &[ServiceLine],
) -> (chart::Patient, Vec<Coverage>) {
    let own_rank = rank(&plan.subscriber.payer_responsibility);
    let (patient, own) = billed(left, plan);
    let mut ranked = vec![(own_rank, "subscriber".to_owned(), own)];
    for (index, other) in others.into_iter().enumerate() {
        let field = format!("other_payers[{index}]");
        let rank = rank(&other.payer_responsibility);
        let coverage = self::other(left, &field, other, &patient, consent, lines);
        // Who comes first and has said nothing would be billed instead.
        left.wrong(
            format_args!("{field}.paid"),
            rank <= own_rank && coverage.decision.is_none(),
        );
        ranked.push((rank, field, coverage));
    }
    ranked.sort_by_key(|(rank, ..)| *rank);
    for (place, (rank, field, _)) in ranked.iter().enumerate() {
        // A chart says the order alone.
        left.wrong(format_args!("{field}.payer_responsibility"), *rank != place);
    }
    let coverages = ranked.into_iter().map(|(.., coverage)| coverage);
    (patient, coverages.collect())
}

/// Place in the order of payers; what is no place comes last.
fn rank(responsibility: &str) -> usize {
    let place = RESPONSIBILITIES
        .iter()
        .position(|own| *own == responsibility);
    place.unwrap_or(RESPONSIBILITIES.len())
}

fn billed(left: &mut Left, plan: Plan) -> (chart::Patient, Coverage) {
    let Plan {
        payer,
        subscriber,
        patient,
    } = plan;
    let Subscriber {
        payer_responsibility: _,
        name,
        member_id,
        group_number,
        group_name,
        insurance_type,
        claim_filing,
        address: place,
        birth_date,
        sex: own_sex,
        detail,
    } = subscriber;
    let (payer, claim_office) = named(left, "payer", payer);
    let mut coverage = Coverage {
        payer,
        member_id: Some(member_id.into_inner()),
        group_number,
        group_name,
        filing_code: claim_filing,
        insurance_type,
        claim_office,
        ..Coverage::default()
    };
    left.wrong(
        "subscriber.detail.member_id_kind",
        detail.member_id_kind.is_some(),
    );
    let Some(patient) = patient else {
        let treated = chart::Patient {
            name: person(name),
            birth_date: birth_date.map(Phi::into_inner),
            sex: own_sex.map(sex),
            address: place.map(address),
            ..chart::Patient::default()
        };
        let treated = of_person(left, "subscriber.detail", detail, treated, &mut coverage);
        return (treated, coverage);
    };
    let PersonDetail {
        social_security_number,
        property_casualty_claim,
        ..
    } = detail;
    coverage.social_security_number = text(social_security_number);
    coverage.casualty_claim = property_casualty_claim;
    coverage.subscriber = Some(chart::Subscriber {
        name: person(name),
        birth_date: birth_date.map(Phi::into_inner),
        sex: own_sex.map(sex),
        address: place.map(address),
    });
    let Patient {
        relationship,
        name,
        address: place,
        birth_date,
        sex: own_sex,
        detail,
    } = patient;
    coverage.relationship = relation(left, "patient.relationship", &relationship);
    let treated = chart::Patient {
        name: person(name),
        birth_date: Some(birth_date.into_inner()),
        sex: Some(sex(own_sex)),
        address: Some(address(place)),
        ..chart::Patient::default()
    };
    let treated = of_person(left, "patient.detail", detail, treated, &mut coverage);
    (treated, coverage)
}

/// What few people have: of the patient, and of what the plan knows the patient by.
fn of_person(
    left: &mut Left,
    field: &str,
    detail: PersonDetail,
    patient: chart::Patient,
    coverage: &mut Coverage,
) -> chart::Patient {
    let PersonDetail {
        death_date,
        weight_pounds,
        pregnant,
        social_security_number,
        member_id,
        property_casualty_claim,
        contact,
        // Told of the subscriber, and no patient has one.
        member_id_kind: _,
    } = detail;
    coverage.patient_member_id = text(member_id);
    if property_casualty_claim.is_some() {
        coverage.casualty_claim = property_casualty_claim;
    }
    chart::Patient {
        death_date: death_date.map(Phi::into_inner),
        weight_pounds: text(weight_pounds)
            .and_then(|text| decimal(left, format_args!("{field}.weight_pounds"), text)),
        pregnant: flag(pregnant.as_ref().map(Phi::as_str)),
        social_security_number: text(social_security_number),
        phone: telephone(left, &format!("{field}.contact"), contact),
        ..patient
    }
}

fn relation(left: &mut Left, field: &str, code: &str) -> Relationship {
    let known = relationship_of(code);
    left.wrong(field, known.is_none());
    known.unwrap_or(Relationship::Unknown)
}

/// What a chart calls a payer, and its claim office.
fn named(left: &mut Left, field: &str, payer: Payer) -> (PayerName, Option<String>) {
    let Payer {
        name,
        id,
        // Of the trading partner's file, if anywhere.
        address: _,
        detail,
    } = payer;
    let PayerDetail { id_kind, other_ids } = detail;
    left.behind(format_args!("{field}.detail.id_kind"), id_kind.is_some());
    let mut office = None;
    for (index, one) in other_ids.into_iter().enumerate() {
        let is_office = one.kind == "FY" && office.is_none();
        left.behind(
            format_args!("{field}.detail.other_ids[{index}]"),
            !is_office,
        );
        if is_office {
            office = Some(one.number);
        }
    }
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    let name = PayerName {
        id: text(id),
        name: text(name),
    };
    (name, office)
}

fn other(
    left: &mut Left,
    field: &str,
    other: OtherPayer,
    patient: &chart::Patient,
    consent: &Consent,
    lines: &[ServiceLine],
) -> Coverage {
    let OtherPayer {
        payer,
        payer_responsibility: _,
        relationship,
        subscriber_name,
        member_id,
        claim_filing,
        group_number,
        benefits_assignment,
        release_of_information,
        paid,
        remaining_patient_liability,
        adjustments,
        adjudicated,
        payer_claim_number,
        mut detail,
    } = other;
    let decided = Decided {
        payer_id: payer.id.clone(),
        paid,
        remaining_patient_liability,
        adjustments,
        adjudicated,
        payer_claim_number,
    };
    let (payer, office) = named(left, &format!("{field}.payer"), payer);
    left.behind(
        format_args!("{field}.payer.detail.other_ids"),
        office.is_some(),
    );
    left.behind(
        format_args!("{field}.benefits_assignment"),
        benefits_assignment != consent.benefits_assigned,
    );
    left.behind(
        format_args!("{field}.release_of_information"),
        release_of_information != consent.release,
    );
    let relationship = relation(left, &format!("{field}.relationship"), &relationship);
    let name = person(subscriber_name);
    let is_self = relationship == Relationship::Itself;
    left.behind(
        format_args!("{field}.subscriber_name"),
        is_self && name != patient.name,
    );
    let coverage = Coverage {
        payer,
        member_id: Some(member_id.into_inner()),
        group_number,
        group_name: detail.group_name.take(),
        relationship,
        subscriber: (!is_self).then_some(chart::Subscriber {
            name,
            birth_date: None,
            sex: None,
            address: None,
        }),
        filing_code: claim_filing,
        insurance_type: detail.insurance_type.take(),
        ..Coverage::default()
    };
    Coverage {
        decision: decision(left, field, decided, detail, consent, lines),
        ..coverage
    }
}

/// What another payer said of the claim's money.
struct Decided {
    payer_id: String,
    paid: Option<Money>,
    remaining_patient_liability: Option<Money>,
    adjustments: Vec<Adjustment>,
    adjudicated: Option<jiff::civil::Date>,
    payer_claim_number: Option<String>,
}

fn decision(
    left: &mut Left,
    field: &str,
    decided: Decided,
    detail: OtherPayerDetail,
    consent: &Consent,
    lines: &[ServiceLine],
) -> Option<Decision> {
    let Decided {
        payer_id,
        paid,
        remaining_patient_liability,
        adjustments,
        adjudicated,
        payer_claim_number,
    } = decided;
    let OtherPayerDetail {
        group_name: _,
        insurance_type: _,
        non_covered,
        patient_signature_source,
        remark_codes,
        subscriber_address,
        social_security_number,
        prior_authorization,
        referral,
        predetermination,
        adjustment_indicator,
        member_id_kind,
        inpatient,
        outpatient,
        providers,
    } = detail;
    for (name, is_there) in [
        (
            "patient_signature_source",
            patient_signature_source.is_some()
                && patient_signature_source != consent.patient_signature_source,
        ),
        ("subscriber_address", subscriber_address.is_some()),
        ("social_security_number", social_security_number.is_some()),
        ("prior_authorization", prior_authorization.is_some()),
        ("referral", referral.is_some()),
        ("predetermination", predetermination.is_some()),
        ("member_id_kind", member_id_kind.is_some()),
        ("providers", !providers.is_empty()),
    ] {
        left.behind(format_args!("{field}.detail.{name}"), is_there);
    }
    let by_line = lines.iter().enumerate();
    let by_line = by_line
        .flat_map(|(index, line)| line.adjudications.iter().map(move |one| (index, line, one)));
    let own: Vec<_> = by_line
        .filter(|(.., one)| one.payer_id == payer_id)
        .collect();
    let is_silent = paid.is_none() && non_covered.is_none() && adjustments.is_empty();
    if is_silent && own.is_empty() {
        return None;
    }
    let date = adjudicated.or_else(|| own.first().map(|(.., one)| one.adjudicated));
    left.wrong(format_args!("{field}.adjudicated"), date.is_none());
    let owed = own
        .iter()
        .filter_map(|(.., one)| one.remaining_patient_liability);
    let owed: Vec<Money> = remaining_patient_liability
        .into_iter()
        .chain(owed)
        .collect();
    let mut remarks = remark_codes;
    let inpatient = inpatient.map(|own| {
        let own = self::inpatient(left, &format!("{field}.detail.inpatient"), *own);
        remarks.extend(own.1);
        own.0
    });
    let outpatient = outpatient.map(|own| {
        let OutpatientAdjudication {
            reimbursement_rate,
            payable,
            esrd,
            professional_component,
        } = own;
        chart::OutpatientDecision {
            reimbursement_rate: reimbursement_rate
                .and_then(|rate| decimal(left, format_args!("{field}.detail.outpatient"), rate)),
            payable: payable.map(money),
            esrd: esrd.map(money),
            professional_component: professional_component.map(money),
        }
    });
    let date = date?;
    Some(Decision {
        date,
        paid: money(paid.unwrap_or_default()),
        // Lines that owe less than nothing say all the same that somebody has asked.
        patient_liability: Money::checked_sum(owed.iter().copied())
            .filter(|_| !owed.is_empty())
            .map(|owed| money(owed.max(Money::ZERO))),
        payer_claim_number,
        adjustments: self::adjustments(left, field, adjustments),
        lines: own
            .into_iter()
            .map(|(index, line, one)| of_line(left, index, line, one, date))
            .collect(),
        non_covered: non_covered.map(money),
        remark_codes: remarks,
        adjusted: flag(adjustment_indicator.as_deref()),
        outpatient,
        inpatient,
    })
}

fn adjustments(left: &mut Left, field: &str, given: Vec<Adjustment>) -> Vec<chart::Adjustment> {
    let one = |given: Adjustment| {
        let Adjustment {
            group,
            reason,
            amount,
            quantity,
        } = given;
        chart::Adjustment {
            group,
            reason,
            amount: money(amount),
            quantity: quantity
                .and_then(|text| decimal(left, format_args!("{field}.adjustments"), text)),
        }
    };
    given.into_iter().map(one).collect()
}

/// What was decided on a line; what is the line's own is not said again.
fn of_line(
    left: &mut Left,
    index: usize,
    line: &ServiceLine,
    told: &LineAdjudication,
    day: jiff::civil::Date,
) -> chart::LineDecision {
    let LineAdjudication {
        payer_id: _,
        paid,
        procedure_kind,
        procedure,
        modifiers,
        description,
        revenue_code,
        quantity,
        adjustments,
        adjudicated,
        remaining_patient_liability: _,
        bundled_line,
    } = told.clone();
    let field = format!("lines[{index}].adjudications");
    let own_revenue = line.revenue().map(|own| &own.revenue_code);
    for (name, is_there) in [
        (
            "procedure_kind",
            procedure_kind != line.detail.procedure_kind,
        ),
        ("description", description.is_some()),
        ("revenue_code", revenue_code.as_ref() != own_revenue),
        ("adjudicated", adjudicated != day),
    ] {
        left.behind(format_args!("{field}.{name}"), is_there);
    }
    let is_other = procedure != line.procedure || modifiers != line.modifiers;
    let bundled_into = bundled_line.as_ref().and_then(|line| line.parse().ok());
    left.wrong(
        format_args!("{field}.bundled_line"),
        bundled_line.is_some() && bundled_into.is_none(),
    );
    chart::LineDecision {
        procedure: index + 1,
        paid: money(paid),
        code: is_other.then_some(procedure),
        modifiers: if is_other { modifiers } else { Vec::new() },
        quantity: Some(quantity)
            .filter(|own| *own != line.quantity)
            .and_then(|text| decimal(left, format_args!("{field}.quantity"), text)),
        bundled_into,
        adjustments: self::adjustments(left, &field, adjustments),
    }
}

/// MIA, and its remark codes.
fn inpatient(
    left: &mut Left,
    field: &str,
    own: InpatientAdjudication,
) -> (chart::InpatientDecision, Vec<String>) {
    let InpatientAdjudication {
        covered_days,
        lifetime_psychiatric_days,
        drg_amount,
        remark_codes,
        disproportionate_share,
        msp_pass_through,
        capital_prospective,
        capital_federal_drg,
        capital_hospital_drg,
        capital_disproportionate_share,
        old_capital,
        capital_indirect_education,
        operating_hospital_drg,
        cost_report_days,
        operating_federal_drg,
        capital_outlier,
        indirect_teaching,
        professional_component,
        capital_exception,
    } = own;
    let mut days = |text: Option<String>| text.map(|text| needed(left, field, text));
    let decision = chart::InpatientDecision {
        // None is zero, for the segment cannot do without.
        covered_days: days(Some(covered_days).filter(|days| days != "0")),
        lifetime_psychiatric_days: days(lifetime_psychiatric_days),
        cost_report_days: days(cost_report_days),
        drg_amount: drg_amount.map(money),
        disproportionate_share: disproportionate_share.map(money),
        msp_pass_through: msp_pass_through.map(money),
        capital_prospective: capital_prospective.map(money),
        capital_federal_drg: capital_federal_drg.map(money),
        capital_hospital_drg: capital_hospital_drg.map(money),
        capital_disproportionate_share: capital_disproportionate_share.map(money),
        old_capital: old_capital.map(money),
        capital_indirect_education: capital_indirect_education.map(money),
        operating_hospital_drg: operating_hospital_drg.map(money),
        operating_federal_drg: operating_federal_drg.map(money),
        capital_outlier: capital_outlier.map(money),
        indirect_teaching: indirect_teaching.map(money),
        professional_component: professional_component.map(money),
        capital_exception: capital_exception.map(money),
    };
    (decision, remark_codes)
}
