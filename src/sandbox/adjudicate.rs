//! How the sandbox insurer judges a claim: pure functions of what the claim says, the day it came and the fee
//! schedule. It must not know X12, other claims or a clock; no claim carries a sign of what shall become of it.
//!
//! | what the claim says | what becomes of it |
//! |---|---|
//! | a member number without a digit, or ending in `00` | refused (277CA): no such member |
//! | a billing provider without NPI, or with one that starts with `19999` | refused (277CA): no such provider |
//! | a replacement or void without the payer's claim number | refused (277CA) |
//! | a total that is not the sum of its lines | refused (277CA) |
//! | a charge of 10,000 dollars or more | a person looks at it for fourteen days |
//! | a member number ending in `99` | denied, PR 27: the coverage has ended |
//! | a service more than 365 days before its arrival | denied, CO 29 |
//! | a procedure that needs authorization, without a number | denied, CO 197 |
//! | a procedure that needs documents, without an attachment | denied, CO 252 with remark M127 |
//! | a procedure that is excluded, or the patient's own | denied, CO 96 with remark N130, or PR 204 |
//! | an office visit beside a small procedure, without modifier 25 | not paid by itself, CO 97 |
//! | anything else | the fee schedule less the member's share |
//!
//! The last digit of the member number says the plan: 0–4 a copayment of 25 dollars a visit, 5–7 twenty percent,
//! 8–9 a deductible of 150 dollars a claim, then twenty percent. Preventive services have no share.

use jiff::civil::Date;
use jiff::{ToSpan, Unit};

use super::fees::{Audit, Coverage, Fee, fee};
use crate::claim::{Adjustment, Claim, LineAdjudication, Money, ServiceLine};

const FILING_DAYS: i32 = 365;
const REVIEW_DAYS: i32 = 14;
const REVIEWED_FROM: Money = Money::from_cents(1_000_000);
const COPAYMENT: Money = Money::from_cents(2_500);
const DEDUCTIBLE: Money = Money::from_cents(15_000);
const COINSURANCE_PERCENT: i64 = 20;
/// What a procedure without an entry in the schedule is worth, in percent of its charge.
const UNLISTED_PERCENT: i64 = 60;

/// Why a claim is not taken in, in the codes of a 277CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Claim status category, such as `A7`.
    pub category: &'static str,
    /// Claim status.
    pub status: &'static str,
    /// Entity that the status is about.
    pub entity: Option<&'static str>,
}

/// What the insurer decided on a claim. Every line and the whole balance: charge less adjustments is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjudication {
    pub charge: Money,
    pub paid: Money,
    /// The sum of the adjustments of group PR.
    pub patient: Money,
    /// CLP02: `1` primary, `2` secondary, `3` tertiary, `4` denied.
    pub status: &'static str,
    /// Adjustments of the whole claim.
    pub adjustments: Vec<Adjustment>,
    pub lines: Vec<LineDecision>,
}

/// What the insurer decided on one service line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDecision {
    /// Index into the claim's lines.
    pub line: usize,
    /// The procedure that was paid, where it is not the one submitted.
    pub adjudicated_as: Option<&'static str>,
    pub charge: Money,
    pub paid: Money,
    pub adjustments: Vec<Adjustment>,
    /// Remittance advice remark codes.
    pub remarks: Vec<&'static str>,
}

/// What the insurer finds when it looks again at a claim it paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Afterthought {
    /// The payment is reversed and this one made.
    Corrected(Adjudication),
    /// So much is taken back, without touching the claim.
    TakenBack(Money),
}

/// The procedure that a line counts as: its own, or what an audit made of it.
type CountsAs = fn(&ServiceLine) -> Option<&'static str>;

/// Whether the claim is taken in.
///
/// # Errors
/// Why it is not.
pub fn intake(claim: &Claim) -> Result<(), Refusal> {
    let refusal = |category, status, entity| {
        Err(Refusal {
            category,
            status,
            entity,
        })
    };
    let npi = claim.billing_provider.npi.as_ref();
    if npi.is_none_or(|npi| npi.as_str().starts_with("19999")) {
        return refusal("A3", "562", Some("85"));
    }
    let member = claim.subscriber.member_id.as_str();
    if member.ends_with("00") || last_digit(member).is_none() {
        return refusal("A3", "33", Some("IL"));
    }
    if matches!(claim.frequency.as_str(), "7" | "8")
        && claim.supplement.payer_claim_number.is_none()
    {
        return refusal("A6", "464", None);
    }
    if claim.line_charges() != Some(claim.total_charge) {
        return refusal("A7", "178", None);
    }
    Ok(())
}

/// The day from which the claim may be decided: later than its arrival where a person looks at it first.
pub fn decidable_from(claim: &Claim, received: Date) -> Date {
    let days = if claim.total_charge >= REVIEWED_FROM {
        REVIEW_DAYS
    } else {
        0
    };
    received.saturating_add(days.days())
}

/// Decides the claim.
pub fn adjudicate(claim: &Claim, received: Date) -> Adjudication {
    decide(claim, received, |_| None)
}

/// Looks again at a claim that was paid so.
pub fn afterthought(claim: &Claim, received: Date, first: &Adjudication) -> Option<Afterthought> {
    if first.paid.is_zero() {
        return None;
    }
    let corrected = decide(claim, received, lowered);
    if corrected != *first {
        return Some(Afterthought::Corrected(corrected));
    }
    let recovered = first.lines.iter().map(|decided| {
        match claim
            .lines
            .get(decided.line)
            .and_then(|line| fee(&line.procedure))
        {
            Some(Fee {
                audit: Some(Audit::Recover(share)),
                ..
            }) => percent(decided.paid, *share),
            _ => Money::ZERO,
        }
    });
    let amount: Money = recovered.sum();
    (!amount.is_zero()).then_some(Afterthought::TakenBack(amount))
}

fn lowered(line: &ServiceLine) -> Option<&'static str> {
    match fee(&line.procedure)?.audit {
        Some(Audit::Lower(code)) => Some(code),
        _ => None,
    }
}

fn decide(claim: &Claim, received: Date, counts_as: CountsAs) -> Adjudication {
    let mut share = MemberShare::of(claim);
    let lines: Vec<LineDecision> = (0..claim.lines.len())
        .map(|index| decide_line(claim, index, received, counts_as, &mut share))
        .collect();
    let mut decided = Adjudication {
        charge: claim.total_charge,
        paid: lines.iter().map(|line| line.paid).sum(),
        patient: Money::ZERO,
        status: "1",
        adjustments: Vec::new(),
        lines,
    };
    let denied = decided.lines.iter().all(LineDecision::is_denied);
    coordinate(claim, &mut decided);
    let all = decided.lines.iter().flat_map(|line| &line.adjustments);
    decided.patient = all
        .chain(&decided.adjustments)
        .filter(|adjustment| adjustment.group == "PR")
        .map(|adjustment| adjustment.amount)
        .sum();
    decided.status = match claim.subscriber.payer_responsibility.as_str() {
        _ if denied => "4",
        "S" => "2",
        "T" => "3",
        _ => "1",
    };
    decided
}

fn decide_line(
    claim: &Claim,
    index: usize,
    received: Date,
    counts_as: CountsAs,
    share: &mut MemberShare,
) -> LineDecision {
    let line = &claim.lines[index];
    let mut decision = LineDecision {
        line: index,
        adjudicated_as: counts_as(line),
        charge: line.charge,
        paid: Money::ZERO,
        adjustments: Vec::new(),
        remarks: Vec::new(),
    };
    if let Some((group, reason, remark)) = denial(claim, line, received) {
        decision.adjust(group, reason, line.charge);
        decision.remarks.extend(remark);
        return decision;
    }
    let allowed = allowance(line, decision.adjudicated_as);
    decision.adjust("CO", "45", line.charge - allowed);
    for (reason, amount) in share.take(line, allowed) {
        decision.adjust("PR", reason, amount);
    }
    decision.paid = line.charge - decision.adjusted();
    if let Some(prior) = prior_decision(claim, line) {
        after_prior(&mut decision, prior);
    }
    decision
}

/// Group, reason and remark of a line that is not paid.
fn denial(
    claim: &Claim,
    line: &ServiceLine,
    received: Date,
) -> Option<(&'static str, &'static str, Option<&'static str>)> {
    let waited = claim
        .line_service(line)
        .and_then(|(from, _)| from.until((Unit::Day, received)).ok());
    let late = waited.is_some_and(|span| span.get_days() > FILING_DAYS);
    let authorized =
        claim.supplement.prior_authorization.is_some() || line.prior_authorization.is_some();
    let documented = !claim.attachments.is_empty() || !line.detail.attachments.is_empty();
    if claim.subscriber.member_id.as_str().ends_with("99") {
        return Some(("PR", "27", None));
    }
    if late {
        return Some(("CO", "29", None));
    }
    match fee(&line.procedure).map(|fee| fee.coverage) {
        Some(Coverage::Authorization) if !authorized => Some(("CO", "197", None)),
        Some(Coverage::Documents) if !documented => Some(("CO", "252", Some("M127"))),
        Some(Coverage::Excluded) => Some(("CO", "96", Some("N130"))),
        Some(Coverage::Patient) => Some(("PR", "204", Some("N130"))),
        _ if is_bundled(claim, line) => Some(("CO", "97", None)),
        _ => None,
    }
}

/// An office visit of the day of a small procedure, which does not say that it was a thing apart.
fn is_bundled(claim: &Claim, line: &ServiceLine) -> bool {
    let small = |other: &ServiceLine| {
        other.service_from == line.service_from
            && fee(&other.procedure).is_some_and(|fee| fee.coverage == Coverage::BundledVisit)
    };
    is_visit(line)
        && !line.modifiers.iter().any(|modifier| modifier == "25")
        && claim.lines.iter().any(small)
}

fn is_visit(line: &ServiceLine) -> bool {
    ("99202"..="99215").contains(&line.procedure.as_str())
}

/// What a line is worth: never more than its charge.
fn allowance(line: &ServiceLine, adjudicated_as: Option<&str>) -> Money {
    match fee(adjudicated_as.unwrap_or(&line.procedure)) {
        Some(fee) => times(fee.allowance, &line.quantity).min(line.charge),
        None => percent(line.charge, UNLISTED_PERCENT),
    }
}

/// What is left of the member's part while the lines of a claim are decided.
struct MemberShare {
    plan: Plan,
    deductible_left: Money,
    copayment_left: Money,
}

#[derive(Clone, Copy, PartialEq)]
enum Plan {
    Copayment,
    Coinsurance,
    Deductible,
}

impl MemberShare {
    fn of(claim: &Claim) -> Self {
        let plan = match last_digit(claim.subscriber.member_id.as_str()) {
            Some(b'5'..=b'7') => Plan::Coinsurance,
            Some(b'8' | b'9') => Plan::Deductible,
            _ => Plan::Copayment,
        };
        Self {
            plan,
            deductible_left: DEDUCTIBLE,
            copayment_left: COPAYMENT,
        }
    }

    /// The member's part of one line: reasons of group PR with their amounts.
    fn take(&mut self, line: &ServiceLine, allowed: Money) -> Vec<(&'static str, Money)> {
        if fee(&line.procedure).is_some_and(|fee| fee.coverage == Coverage::Preventive) {
            return Vec::new();
        }
        match self.plan {
            Plan::Copayment if is_visit(line) => {
                let amount = self.copayment_left.min(allowed);
                self.copayment_left = self.copayment_left - amount;
                vec![("3", amount)]
            }
            Plan::Copayment => Vec::new(),
            Plan::Coinsurance => vec![("2", percent(allowed, COINSURANCE_PERCENT))],
            Plan::Deductible => {
                let deductible = self.deductible_left.min(allowed);
                self.deductible_left = self.deductible_left - deductible;
                let coinsurance = percent(allowed - deductible, COINSURANCE_PERCENT);
                vec![("1", deductible), ("2", coinsurance)]
            }
        }
    }
}

/// What the payer before decided on the line, where the claim says so.
fn prior_decision<'c>(claim: &Claim, line: &'c ServiceLine) -> Option<&'c LineAdjudication> {
    let is_later = claim.subscriber.payer_responsibility != "P";
    line.adjudications.last().filter(|_| is_later)
}

/// A later payer pays its own benefit, and no more than the payer before left to the patient.
fn after_prior(decision: &mut LineDecision, prior: &LineAdjudication) {
    let left: Money = prior
        .adjustments
        .iter()
        .filter(|adjustment| adjustment.group == "PR")
        .map(|adjustment| adjustment.amount)
        .sum();
    let left = left.max(Money::ZERO).min(decision.charge);
    decision.paid = decision.paid.min(left);
    decision.adjustments.clear();
    decision.adjust("OA", "23", decision.charge - left);
    decision.adjust("PR", "2", left - decision.paid);
}

/// Where the payer before told only of the whole claim: what exceeds the patient's part is not paid twice.
fn coordinate(claim: &Claim, decided: &mut Adjudication) {
    let by_line = claim
        .lines
        .iter()
        .any(|line| !line.adjudications.is_empty());
    let prior = claim
        .other_payers
        .iter()
        .rfind(|other| other.paid.is_some());
    let (Some(prior), false) = (prior, by_line) else {
        return;
    };
    if claim.subscriber.payer_responsibility == "P" {
        return;
    }
    let patient_part = prior.adjustments.iter().filter(|one| one.group == "PR");
    let left = prior
        .remaining_patient_liability
        .unwrap_or_else(|| patient_part.map(|one| one.amount).sum());
    let impact = (decided.paid - left.max(Money::ZERO)).max(Money::ZERO);
    if !impact.is_zero() {
        decided.adjustments.push(adjustment("OA", "23", impact));
        decided.paid = decided.paid - impact;
    }
}

impl LineDecision {
    fn adjust(&mut self, group: &str, reason: &str, amount: Money) {
        if !amount.is_zero() {
            self.adjustments.push(adjustment(group, reason, amount));
        }
    }

    fn adjusted(&self) -> Money {
        self.adjustments.iter().map(|one| one.amount).sum()
    }

    /// Nothing was paid, and not because of the member's share or an earlier payer.
    fn is_denied(&self) -> bool {
        let ordinary = |one: &Adjustment| matches!(one.reason.as_str(), "1" | "2" | "3" | "23");
        self.paid.is_zero() && !self.charge.is_zero() && !self.adjustments.iter().any(ordinary)
    }
}

fn adjustment(group: &str, reason: &str, amount: Money) -> Adjustment {
    Adjustment {
        group: group.into(),
        reason: reason.into(),
        amount,
        quantity: None,
    }
}

fn last_digit(text: &str) -> Option<u8> {
    text.bytes().rev().find(u8::is_ascii_digit)
}

/// A part of an amount, half a cent up.
fn percent(amount: Money, percent: i64) -> Money {
    Money::from_cents((amount.cents().saturating_mul(percent) + 50) / 100)
}

/// An amount by a decimal quantity of at most three decimals, half a cent up; once where the text is no quantity.
fn times(amount: Money, quantity: &str) -> Money {
    let (whole, fraction) = quantity.split_once('.').unwrap_or((quantity, ""));
    let thousandths = (fraction.len() <= 3)
        .then(|| format!("{whole}{fraction:0<3}").parse::<i64>().ok())
        .flatten()
        .filter(|&thousandths| thousandths > 0)
        .unwrap_or(1_000);
    Money::from_cents((amount.cents().saturating_mul(thousandths)).saturating_add(500) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::Npi;
    use crate::sandbox::samples::claim;
    use jiff::civil::date;

    const RECEIVED: Date = date(2026, 11, 24);

    /// `status paid: group reason amount, …` of a claim of these lines.
    fn told(decided: &Adjudication) -> String {
        let all = decided.lines.iter().flat_map(|line| &line.adjustments);
        let all: Vec<String> = all
            .chain(&decided.adjustments)
            .map(|one| format!("{} {} {}", one.group, one.reason, one.amount))
            .collect();
        format!("{} {}: {}", decided.status, decided.paid, all.join(", "))
    }

    fn check(member: &str, lines: &str, expected: &str) {
        let decided = adjudicate(&claim("CG1", member, lines), RECEIVED);
        assert_eq!(told(&decided), expected, "{member} {lines}");
    }

    #[test]
    fn plans_share_by_the_last_digit_of_the_member() {
        check("W1", "99213:91.00", "1 66.00: PR 3 25.00");
        check("W1", "99213:150.00", "1 66.00: CO 45 59.00, PR 3 25.00");
        check("W1", "85025:7.80", "1 7.80: ");
        check("W5", "99213:150.00", "1 72.80: CO 45 59.00, PR 2 18.20");
        check("W8", "99213:150.00", "1 0.00: CO 45 59.00, PR 1 91.00");
        check(
            "W8",
            "99215:200.00 99050:30.00",
            "1 24.80: CO 45 19.00, PR 1 150.00, PR 2 6.20, CO 96 30.00",
        );
        check("W8", "99396:125.00", "1 125.00: ");
        check("W1", "00000:10.01", "1 6.01: CO 45 4.00");
    }

    #[test]
    fn denials_by_content() {
        check("W1", "70551:500.00", "4 0.00: CO 197 500.00");
        check("W1", "97810:60.00", "4 0.00: PR 204 60.00");
        check("W1", "64999:600.00", "4 0.00: CO 252 600.00");
        check("W99", "99213:150.00", "4 0.00: PR 27 150.00");
        check("W1", "99213:91.00 20610:66.00", "1 66.00: CO 97 91.00");
        check("W1", "99213-25:91.00 20610:66.00", "1 132.00: PR 3 25.00");
        let mut late = claim("CG1", "W1", "99213:91.00");
        late.lines[0].service_from = Some(date(2025, 11, 23));
        assert_eq!(told(&adjudicate(&late, RECEIVED)), "4 0.00: CO 29 91.00");
        let mut authorized = claim("CG1", "W1", "70551:500.00");
        authorized.supplement.prior_authorization = Some("A1".into());
        assert_eq!(
            told(&adjudicate(&authorized, RECEIVED)),
            "1 224.00: CO 45 276.00"
        );
    }

    #[test]
    fn refusals_and_reviews_by_content() {
        let refused = |claim: &Claim| intake(claim).map_err(|refusal| refusal.status);
        let mut sample = claim("CG1", "W123", "99213:91.00");
        assert_eq!(refused(&sample), Ok(()));
        sample.frequency = "7".into();
        assert_eq!(refused(&sample), Err("464"));
        sample.billing_provider.npi = Some(Npi::parse("1999999992").unwrap_or_else(|_| {
            let numbers = (0..10).map(|digit| format!("199999999{digit}"));
            numbers
                .map(|one| Npi::parse(&one))
                .find_map(Result::ok)
                .unwrap()
        }));
        assert_eq!(refused(&sample), Err("562"));
        for member in ["W100", "UNKNOWN"] {
            assert_eq!(refused(&claim("CG1", member, "99213:91.00")), Err("33"));
        }
        let costly = claim("CG1", "W1", "59400:10000.00");
        assert_eq!(decidable_from(&costly, RECEIVED), date(2026, 12, 8));
    }

    #[test]
    fn a_second_look_lowers_or_recovers() {
        let second = |lines| {
            let claim = claim("CG1", "W1", lines);
            let first = adjudicate(&claim, RECEIVED);
            afterthought(&claim, RECEIVED, &first)
        };
        match second("99215:200.00") {
            Some(Afterthought::Corrected(corrected)) => {
                assert_eq!(told(&corrected), "1 103.00: CO 45 72.00, PR 3 25.00");
                assert_eq!(corrected.lines[0].adjudicated_as, Some("99214"));
            }
            other => panic!("{other:?}"),
        }
        let recovered = second("93000:20.00 85025:7.80");
        let amount = Money::from_cents(1480);
        assert_eq!(recovered, Some(Afterthought::TakenBack(amount)));
        assert_eq!(second("99213:91.00"), None);
    }

    #[test]
    fn a_later_payer_pays_what_is_left() {
        let mut secondary = claim("CG1", "W5", "99213:150.00");
        secondary.subscriber.payer_responsibility = "S".into();
        secondary.lines[0].adjudications = vec![LineAdjudication {
            payer_id: "88888".into(),
            paid: Money::from_cents(7100),
            procedure_kind: None,
            procedure: "99213".into(),
            modifiers: Vec::new(),
            description: None,
            revenue_code: None,
            quantity: "1".into(),
            adjustments: vec![
                adjustment("CO", "45", Money::from_cents(5900)),
                adjustment("PR", "2", Money::from_cents(2000)),
            ],
            adjudicated: date(2026, 11, 10),
            remaining_patient_liability: None,
            bundled_line: None,
        }];
        let decided = adjudicate(&secondary, RECEIVED);
        assert_eq!(told(&decided), "2 20.00: OA 23 130.00");
    }

    proptest::proptest! {
        #[test]
        fn every_decision_balances(
            digit in 0u8..10,
            lines in proptest::collection::vec((0usize..8, 1i64..500_000), 1..6),
        ) {
            let codes = ["99213", "99215", "20610", "70551", "97810", "85025", "99396", "00000"];
            let lines: Vec<String> = lines
                .iter()
                .map(|(code, cents)| format!("{}:{}", codes[*code], Money::from_cents(*cents)))
                .collect();
            let claim = claim("CG1", &format!("W{digit}"), &lines.join(" "));
            let first = adjudicate(&claim, RECEIVED);
            let corrected = match afterthought(&claim, RECEIVED, &first) {
                Some(Afterthought::Corrected(corrected)) => Some(corrected),
                _ => None,
            };
            for decided in [Some(first), corrected].into_iter().flatten() {
                for line in &decided.lines {
                    proptest::prop_assert_eq!(line.charge, line.paid + line.adjusted());
                    proptest::prop_assert!(line.paid >= Money::ZERO);
                }
                let sum = decided.lines.iter().map(|line| line.adjusted()).sum::<Money>()
                    + decided.adjustments.iter().map(|one| one.amount).sum::<Money>();
                proptest::prop_assert_eq!(decided.charge, decided.paid + sum);
            }
        }
    }
}
