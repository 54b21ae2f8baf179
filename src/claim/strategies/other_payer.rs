//! Other payers, and what they decided on claim and line.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::party::{address, name, payer};
use super::{Kind, adjustments, code, count, day, decimal, money, phi, text};
use crate::claim::*;

pub(super) fn other_payer(kind: Kind) -> BoxedStrategy<OtherPayer> {
    let codes = (
        code(&["P", "S"]),
        code(&["18", "01"]),
        of(code(&["CI"])),
        code(&["Y", "W"]),
        code(&["Y", "I"]),
        of(text()),
    );
    let amounts = (
        of(money()),
        of(money()),
        adjustments(),
        of(day()),
        of(text()),
    );
    (payer(), name(), phi(), codes, amounts, detail(kind))
        .prop_map(
            |(
                payer,
                subscriber_name,
                member_id,
                (responsibility, relationship, claim_filing, benefits, release, group_number),
                (paid, remaining, adjustments, adjudicated, payer_claim_number),
                mut detail,
            )| {
                detail.group_name = detail.group_name.filter(|_| group_number.is_none());
                OtherPayer {
                    payer,
                    payer_responsibility: responsibility,
                    relationship,
                    subscriber_name,
                    member_id,
                    claim_filing,
                    benefits_assignment: benefits,
                    release_of_information: release,
                    paid,
                    remaining_patient_liability: remaining,
                    adjustments,
                    adjudicated,
                    payer_claim_number,
                    detail,
                    group_number,
                }
            },
        )
        .boxed()
}

fn detail(kind: Kind) -> BoxedStrategy<OtherPayerDetail> {
    let told = (of(text()), of(code(&["12"])), of(money()), of(code(&["P"])));
    let numbers = (of(phi()), of(text()), of(text()), of(text()));
    let marks = (of(code(&["Y"])), of(code(&["II"])));
    let remarks = vec(code(&["M1", "N130", "MA01"]), 0..=5);
    let decided = (of(inpatient()), of(outpatient()), providers(kind));
    (told, numbers, marks, remarks, of(address("O")), decided)
        .prop_map(
            move |(
                (group_name, insurance_type, non_covered, signature),
                (ssn, auth, referral, predetermination),
                (adjustment_indicator, member_id_kind),
                remark_codes,
                subscriber_address,
                (inpatient, outpatient, providers),
            )| OtherPayerDetail {
                group_name,
                insurance_type: insurance_type.filter(|_| kind != Kind::Institutional),
                non_covered,
                patient_signature_source: signature.filter(|_| kind == Kind::Professional),
                remark_codes,
                subscriber_address,
                social_security_number: ssn,
                prior_authorization: auth,
                referral,
                predetermination: predetermination.filter(|_| kind == Kind::Dental),
                adjustment_indicator,
                member_id_kind,
                inpatient: inpatient
                    .filter(|_| kind == Kind::Institutional)
                    .map(Box::new),
                outpatient,
                providers,
            },
        )
        .boxed()
}

/// Each of the guide's loops 2330C and on, in their order, or not.
fn providers(kind: Kind) -> BoxedStrategy<Vec<KnownProvider>> {
    use ProviderRole::*;
    let roles: &[ProviderRole] = match kind {
        Kind::Professional => &[
            Referring,
            PrimaryCare,
            Rendering,
            ServiceFacility,
            Supervising,
            Billing,
        ],
        Kind::Institutional => &[
            Attending,
            Operating,
            OtherOperating,
            ServiceFacility,
            Rendering,
            Referring,
            Billing,
        ],
        Kind::Dental => &[
            Referring,
            PrimaryCare,
            Rendering,
            Supervising,
            Billing,
            ServiceFacility,
            AssistantSurgeon,
        ],
    };
    let each: Vec<_> = roles
        .iter()
        .map(|&role| {
            let organization = matches!(role, Billing | ServiceFacility);
            of(vec(text(), 1..=2).prop_map(move |numbers| KnownProvider {
                role,
                entity_type: if organization { "2" } else { "1" }.into(),
                ids: numbers
                    .into_iter()
                    .map(|number| ProviderId {
                        kind: "G2".into(),
                        number,
                        payer_id: None,
                    })
                    .collect(),
            }))
        })
        .collect();
    each.prop_map(|known| known.into_iter().flatten().collect())
        .boxed()
}

fn inpatient() -> BoxedStrategy<InpatientAdjudication> {
    let counts = (count(), of(count()), of(count()));
    let remarks = vec(code(&["M1", "N130", "MA01"]), 0..=5);
    (counts, remarks, vec(of(money()), 15))
        .prop_map(
            |((covered, psychiatric, reported), remark_codes, amounts)| {
                let mut amounts = amounts.into_iter();
                let mut next = || amounts.next().flatten();
                InpatientAdjudication {
                    covered_days: covered,
                    lifetime_psychiatric_days: psychiatric,
                    drg_amount: next(),
                    remark_codes,
                    disproportionate_share: next(),
                    msp_pass_through: next(),
                    capital_prospective: next(),
                    capital_federal_drg: next(),
                    capital_hospital_drg: next(),
                    capital_disproportionate_share: next(),
                    old_capital: next(),
                    capital_indirect_education: next(),
                    operating_hospital_drg: next(),
                    cost_report_days: reported,
                    operating_federal_drg: next(),
                    capital_outlier: next(),
                    indirect_teaching: next(),
                    professional_component: next(),
                    capital_exception: next(),
                }
            },
        )
        .boxed()
}

/// What says nothing is not said.
fn outpatient() -> BoxedStrategy<OutpatientAdjudication> {
    (decimal(), of(money()), of(money()), of(money()))
        .prop_map(
            |(rate, payable, esrd, professional_component)| OutpatientAdjudication {
                reimbursement_rate: Some(rate),
                payable,
                esrd,
                professional_component,
            },
        )
        .boxed()
}

pub(super) fn adjudication() -> BoxedStrategy<LineAdjudication> {
    let service = (
        (text(), of(code(&["ER"]))),
        money(),
        code(&["99213", "G0463"]),
        vec("[A-Z0-9]{2}", 0..=4),
        (of(text()), of(code(&["0360", "0120"]))),
        count(),
    );
    (service, adjustments(), day(), of(money()), of("[1-9]"))
        .prop_map(
            |(
                (
                    (payer_id, procedure_kind),
                    paid,
                    procedure,
                    modifiers,
                    (description, revenue_code),
                    quantity,
                ),
                adjustments,
                date,
                remaining,
                line,
            )| {
                LineAdjudication {
                    payer_id,
                    paid,
                    procedure_kind,
                    procedure,
                    modifiers,
                    description,
                    revenue_code,
                    quantity,
                    adjustments,
                    adjudicated: date,
                    remaining_patient_liability: remaining,
                    bundled_line: line,
                }
            },
        )
        .boxed()
}
