//! Claims made up by proptest: any claim that a payer could be sent, in the one form in which it is
//! sent (nothing that is said twice, nothing that has no place). They must not look like real
//! people. The strategies are boxed: nested, their values do not fit a test's stack.

use jiff::civil::Date;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use detail::{attachment, claim_dates, claim_detail, line_detail, supplement};
pub(crate) use party::submitter;
use party::{address, billing, household, name, payer, providers};

mod detail;
mod party;

/// One claim.
pub(crate) fn claim() -> impl Strategy<Value = Claim> {
    claims(1).prop_map(|mut claims| claims.swap_remove(0))
}

/// One to so many claims, some of one billing provider, some of one family.
pub(crate) fn claims(max: usize) -> BoxedStrategy<Vec<Claim>> {
    let claims = vec((any::<Index>(), any::<Index>(), body()), 1..=max);
    (vec(billing(), 1..3), vec(household(), 1..4), claims)
        .prop_map(|(billing, households, claims)| {
            claims
                .into_iter()
                .map(|(by, of, mut claim)| {
                    (claim.billing_provider, claim.pay_to) = by.get(&billing).clone();
                    (claim.subscriber, claim.patient, claim.payer) = of.get(&households).clone();
                    claim
                })
                .collect()
        })
        .boxed()
}

/// Capitals, digits and single spaces inside: what every payer takes.
pub(crate) fn text() -> impl Strategy<Value = String> {
    "[A-Z0-9]{1,8}( [A-Z0-9]{1,6})?"
}

pub(super) fn phi() -> impl Strategy<Value = Phi<String>> {
    text().prop_map(Phi::new)
}

pub(super) fn code(codes: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(codes).prop_map(str::to_owned)
}

pub(crate) fn date() -> impl Strategy<Value = Date> {
    (1900i16..2100, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::new(y, m, d).unwrap())
}

pub(crate) fn money() -> impl Strategy<Value = Money> {
    (0i64..100_000_000).prop_map(Money::from_cents)
}

pub(super) fn decimal() -> impl Strategy<Value = String> {
    prop_oneof![
        (1u32..9999).prop_map(|n| n.to_string()),
        (0u32..999, 1u32..9).prop_map(|(n, tenth)| format!("{n}.{tenth}")),
    ]
}

/// A claim whose billing provider, subscriber and payer are still to be put in.
fn body() -> BoxedStrategy<Claim> {
    let roles = &[
        ProviderRole::Referring,
        ProviderRole::PrimaryCare,
        ProviderRole::Rendering,
        ProviderRole::ServiceFacility,
        ProviderRole::Supervising,
    ];
    let header = (
        "[A-Z0-9]{1,20}",
        money(),
        code(&["11", "22"]),
        code(&["1", "7", "8"]),
        any::<bool>(),
        code(&["A", "C"]),
        code(&["Y", "W"]),
        code(&["Y", "I"]),
        of(accident()),
        of(code(&["1", "15"])),
    );
    let facts = (
        claim_dates(),
        vec(attachment(), 0..2),
        of(money()),
        supplement(),
        of(phi()),
        vec(
            "[A-Z][0-9]{3,6}".prop_map(|code| Diagnosis(Phi::new(code))),
            1..=12,
        ),
    );
    let others = (
        providers(roles, "20"),
        vec(other_payer(), 0..3),
        vec(line(), 1..4),
        claim_detail(),
    );
    let household = (billing(), household());
    (header, facts, others, household)
        .prop_map(
            |(
                (
                    number,
                    total,
                    place,
                    frequency,
                    signature,
                    assignment,
                    benefits,
                    release,
                    accident,
                    delay,
                ),
                (dates, attachments, patient_paid, supplement, note, diagnoses),
                (providers, other_payers, lines, mut detail),
                ((billing_provider, pay_to), (subscriber, patient, payer)),
            )| {
                detail.note_kind = detail.note_kind.filter(|_| note.is_some());
                Claim {
                    control_number: number,
                    billing_provider,
                    pay_to,
                    subscriber,
                    patient,
                    payer,
                    total_charge: total,
                    place_of_service: place,
                    frequency,
                    provider_signature_on_file: signature,
                    assignment,
                    benefits_assignment: benefits,
                    release_of_information: release,
                    accident,
                    delay_reason: delay,
                    dates,
                    attachments,
                    patient_paid,
                    supplement,
                    note,
                    diagnoses,
                    providers,
                    other_payers,
                    lines,
                    detail,
                }
            },
        )
        .boxed()
}

fn accident() -> impl Strategy<Value = Accident> {
    let causes = code(&["AA", "EM", "AA EM", "OA EM AA"]);
    (causes, of("[A-Z]{2}"), of("[A-Z]{2}")).prop_map(|(causes, state, country)| Accident {
        causes: causes.split(' ').map(str::to_owned).collect(),
        state,
        country,
    })
}

fn adjustments() -> BoxedStrategy<Vec<Adjustment>> {
    let adjustment = (
        code(&["CO", "OA", "PR"]),
        "[1-9][0-9]{0,2}",
        money(),
        of(decimal()),
    );
    vec(adjustment, 0..9)
        .prop_map(|mut adjustments| {
            adjustments.sort_by(|one, other| one.0.cmp(&other.0));
            adjustments
                .into_iter()
                .map(|(group, reason, amount, quantity)| Adjustment {
                    group,
                    reason,
                    amount,
                    quantity,
                })
                .collect()
        })
        .boxed()
}

fn other_payer() -> BoxedStrategy<OtherPayer> {
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
        of(date()),
        of(text()),
    );
    let detail = (
        (of(text()), of(code(&["12"])), of(money()), of(code(&["P"]))),
        vec("[MN][0-9]{1,3}", 0..=5),
        of(address("O")),
        (of(phi()), of(text()), of(text())),
    );
    (payer(), name(), phi(), codes, amounts, detail)
        .prop_map(
            |(
                payer,
                subscriber_name,
                member_id,
                (responsibility, relationship, claim_filing, benefits, release, group_number),
                (paid, remaining, adjustments, adjudicated, payer_claim_number),
                (
                    (group_name, insurance_type, non_covered, signature),
                    remarks,
                    address,
                    (ssn, auth, referral),
                ),
            )| OtherPayer {
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
                detail: OtherPayerDetail {
                    group_name: group_name.filter(|_| group_number.is_none()),
                    insurance_type,
                    non_covered,
                    patient_signature_source: signature,
                    remark_codes: remarks,
                    subscriber_address: address,
                    social_security_number: ssn,
                    prior_authorization: auth,
                    referral,
                },
                group_number,
            },
        )
        .boxed()
}

fn line() -> BoxedStrategy<ServiceLine> {
    let roles = &[
        ProviderRole::Rendering,
        ProviderRole::PurchasedService,
        ProviderRole::ServiceFacility,
        ProviderRole::Supervising,
        ProviderRole::Ordering,
        ProviderRole::Referring,
        ProviderRole::PrimaryCare,
    ];
    let service = (
        "[A-Z0-9]{1,30}",
        "[0-9]{5}",
        vec("[A-Z0-9]{2}", 0..=4),
        of(text()),
        money(),
        code(&["UN", "MJ"]),
        decimal(),
        of(code(&["81"])),
        vec(1u8..=12, 1..=4),
        (date(), of(1i32..40)),
    );
    let facts = (
        any::<bool>(),
        of(text()),
        of(text()),
        of(phi()),
        of(drug()),
        providers(roles, "21"),
        vec(adjudication(), 0..3),
        line_detail(),
    );
    (service, facts)
        .prop_map(
            |(
                (
                    number,
                    procedure,
                    modifiers,
                    description,
                    charge,
                    unit,
                    quantity,
                    place,
                    pointers,
                    (from, days),
                ),
                (emergency, auth, clia, note, drug, providers, adjudications, mut detail),
            )| {
                detail.note_kind = detail.note_kind.filter(|_| note.is_some());
                ServiceLine {
                    control_number: number,
                    procedure,
                    modifiers,
                    description,
                    charge,
                    unit,
                    quantity,
                    place_of_service: place,
                    diagnosis_pointers: pointers,
                    service_from: from,
                    service_to: days.map(|days| from + jiff::Span::new().days(days)),
                    emergency,
                    prior_authorization: auth,
                    clia,
                    note,
                    drug,
                    providers,
                    adjudications,
                    detail,
                }
            },
        )
        .boxed()
}

fn drug() -> BoxedStrategy<Drug> {
    ("[0-9]{11}", decimal(), code(&["ML", "UN"]), of(text()))
        .prop_map(|(ndc, quantity, unit, prescription)| Drug {
            ndc,
            quantity,
            unit,
            prescription,
        })
        .boxed()
}

fn adjudication() -> BoxedStrategy<LineAdjudication> {
    let service = (
        text(),
        money(),
        "[0-9]{5}",
        vec("[A-Z0-9]{2}", 0..=4),
        decimal(),
    );
    (service, adjustments(), date(), of(money()), of("[1-9]"))
        .prop_map(
            |(
                (payer_id, paid, procedure, modifiers, quantity),
                adjustments,
                date,
                remaining,
                line,
            )| {
                LineAdjudication {
                    payer_id,
                    paid,
                    procedure,
                    modifiers,
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
