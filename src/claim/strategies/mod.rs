//! Claims made up by proptest: any claim of a kind that a payer could be sent, in the one form in which it is sent
//! (nothing that is said twice, nothing that has no place), with codes that are in their lists. They must not look like
//! real people. The strategies are boxed: nested, their values do not fit a test's stack.

use jiff::civil::Date;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use detail::{attachment, claim_dates, claim_detail, supplement};
use line::line;
use other_payer::other_payer;
pub(crate) use party::submitter;
use party::{billing, household, providers};

mod detail;
mod kind;
mod line;
mod other_payer;
mod party;

/// Which of the three claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Professional,
    Institutional,
    Dental,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Professional, Self::Institutional, Self::Dental];
}

/// One professional claim.
pub(crate) fn claim() -> impl Strategy<Value = Claim> {
    claims(Kind::Professional, 1).prop_map(|mut claims| claims.swap_remove(0))
}

/// One to so many claims, some of one billing provider, some of one family.
pub(crate) fn claims(kind: Kind, max: usize) -> BoxedStrategy<Vec<Claim>> {
    let claims = vec((any::<Index>(), any::<Index>(), body(kind)), 1..=max);
    (vec(billing(kind), 1..3), vec(household(kind), 1..4), claims)
        .prop_map(|(billing, households, claims)| {
            claims
                .into_iter()
                .map(|(by, of, mut claim)| {
                    let billing = by.get(&billing).clone();
                    (claim.billing_provider, claim.pay_to) = billing.0;
                    (claim.detail.pay_to_plan, claim.detail.currency) = billing.1;
                    (claim.subscriber, claim.patient, claim.payer) = of.get(&households).clone();
                    claim
                })
                .collect()
        })
        .boxed()
}

/// Capitals, digits and single spaces inside: what every payer takes.
pub(crate) fn text() -> impl Strategy<Value = String> {
    "[A-Z0-9]{2,8}( [A-Z0-9]{1,6})?"
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

/// A day on which every code used here is in its list.
pub(super) fn day() -> impl Strategy<Value = Date> {
    (2018i16..2025, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::new(y, m, d).unwrap())
}

pub(super) fn period() -> impl Strategy<Value = Period> {
    (day(), 0i32..40).prop_map(|(from, days)| Period {
        from,
        to: from + jiff::Span::new().days(days),
    })
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

pub(super) fn count() -> impl Strategy<Value = String> {
    (1u32..99).prop_map(|n| n.to_string())
}

pub(super) fn diagnosis() -> BoxedStrategy<Diagnosis> {
    let icd10 = code(&["J069", "S72001A", "E119", "I10", "R509"]).prop_map(Diagnosis::icd10);
    let icd9 = code(&["49390", "7862", "25000"]).prop_map(|code| Diagnosis {
        system: DiagnosisSystem::Icd9,
        ..Diagnosis::icd10(code)
    });
    prop_oneof![3 => icd10, 1 => icd9].boxed()
}

/// A claim whose billing provider, subscriber and payer are still to be put in.
fn body(kind: Kind) -> BoxedStrategy<Claim> {
    use ProviderRole::*;
    let roles: &[ProviderRole] = match kind {
        Kind::Professional => &[
            Referring,
            PrimaryCare,
            Rendering,
            ServiceFacility,
            Supervising,
        ],
        Kind::Institutional => &[
            Attending,
            Operating,
            OtherOperating,
            Rendering,
            ServiceFacility,
            Referring,
        ],
        Kind::Dental => &[
            Referring,
            PrimaryCare,
            Rendering,
            ServiceFacility,
            AssistantSurgeon,
            Supervising,
        ],
    };
    let (places, diagnoses) = match kind {
        Kind::Professional => (&["11", "22"], 1..=12),
        Kind::Institutional => (&["11", "13"], 1..=25),
        Kind::Dental => (&["11", "22"], 0..=4),
    };
    let header = (
        "[A-Z0-9]{1,20}",
        code(places),
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
        vec(diagnosis(), diagnoses),
    );
    let others = (
        providers(kind, roles, "20"),
        vec(other_payer(kind), 0..3),
        vec(line(kind), 1..4),
        claim_detail(kind),
        kind::own(kind),
    );
    let household = (billing(kind), household(kind));
    (header, facts, others, household)
        .prop_map(
            move |(
                (
                    number,
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
                (providers, other_payers, lines, detail, own),
                (((billing_provider, pay_to), _), (subscriber, patient, payer)),
            )| {
                let claim = Claim {
                    control_number: number,
                    billing_provider,
                    pay_to,
                    subscriber,
                    patient,
                    payer,
                    total_charge: lines.iter().map(|line| line.charge).sum(),
                    place_of_service: place,
                    frequency,
                    provider_signature_on_file: Some(signature),
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
                    detail: detail.into(),
                    kind: own,
                };
                kind::fitted(claim)
            },
        )
        .boxed()
}

fn accident() -> impl Strategy<Value = Accident> {
    let causes = code(&["AA", "EM", "AA EM", "OA EM"]);
    let place = (of(code(&["MA", "IL"])), of(code(&["CA", "MX"])));
    (causes, place).prop_map(|(causes, (state, country))| Accident {
        causes: causes.split(' ').map(str::to_owned).collect(),
        state,
        country,
    })
}

fn adjustments() -> BoxedStrategy<Vec<Adjustment>> {
    let adjustment = (
        code(&["CO", "OA", "PR"]),
        code(&["1", "2", "3", "45", "97"]),
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
