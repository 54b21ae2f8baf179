//! The insurer's book: claims that wait to be decided, what was paid for each, what it owes again or is owed. It must
//! not know how a payment is told.
//!
//! A cycle decides the claims of one received interchange and carries out what a second look at the cycle before
//! brought up. What it would owe less than nothing is moved forward to the provider's next payment.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::civil::Date;

use super::adjudicate::{
    Adjudication, Afterthought, LineDecision, adjudicate, afterthought, decidable_from,
};
use super::remit::{Payee, Payment, claim_payment, item, reversal};
use super::taking::Correspondent;
use crate::claim::{Adjustment, Claim, Money};
use crate::transaction::t835::{ClaimPayment, ProviderAdjustmentItem};

/// Claims that wait for their decision; more are not taken in.
pub(super) const WAITING_MAX: usize = 500_000;
/// Payments that are remembered for replacements and second looks; the oldest are forgotten first.
const PAID_MAX: usize = 100_000;
/// Claim payments of one transaction set: the guide's recommendation.
const CLAIM_PAYMENTS_MAX: usize = 10_000;
/// So that a sum has the ten digits that BPR02 and a bank's entry hold.
const PAYMENT_MAX: Money = Money::from_cents(9_000_000_000);

/// A claim that was taken in.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) claim: Claim,
    /// The insurer's.
    pub(super) number: String,
    pub(super) received: Date,
    pub(super) correspondent: Arc<Correspondent>,
}

#[derive(Default)]
pub(super) struct Book {
    /// One entry an interchange, oldest first.
    waiting: VecDeque<Vec<Kept>>,
    waiting_count: usize,
    paid: HashMap<String, Paid>,
    /// Numbers of `paid`, oldest first.
    paid_order: VecDeque<String>,
    second_looks: Vec<SecondLook>,
    /// By NPI: what was moved forward, and the trace of the payment that did.
    forward: HashMap<String, (Money, String)>,
}

/// What stands as paid for a claim.
struct Paid {
    payment: ClaimPayment,
    member_id: String,
    payee: Payee,
    correspondent: Arc<Correspondent>,
    /// Taken back without touching the claim.
    recovered: Money,
}

struct SecondLook {
    number: String,
    outcome: Outcome,
}

enum Outcome {
    Corrected(Box<ClaimPayment>),
    TakenBack(Money),
}

/// All that one provider is told and paid in a cycle.
pub(super) struct Account {
    pub(super) correspondent: Arc<Correspondent>,
    payee: Payee,
    claims: Vec<ClaimPayment>,
    recoveries: Vec<ProviderAdjustmentItem>,
}

/// Accounts in the order in which they were opened.
#[derive(Default)]
struct Accounts {
    all: Vec<Account>,
    index: HashMap<String, usize>,
}

impl Book {
    pub(super) fn is_full(&self) -> bool {
        self.waiting_count >= WAITING_MAX
    }

    /// The claims of one interchange that were taken in.
    pub(super) fn keep(&mut self, claims: Vec<Kept>) {
        if !claims.is_empty() {
            self.waiting_count += claims.len();
            self.waiting.push_back(claims);
        }
    }

    /// One payment cycle; empty where nothing is to be said.
    pub(super) fn cycle(&mut self, today: Date) -> Vec<Account> {
        let mut accounts = Accounts::default();
        let looks = std::mem::take(&mut self.second_looks);
        for kept in self.next_decidable(today) {
            self.decide(kept, &mut accounts);
        }
        for look in looks {
            self.look_again(look, &mut accounts);
        }
        accounts.all
    }

    fn next_decidable(&mut self, today: Date) -> Vec<Kept> {
        let decidable = |kept: &Kept| decidable_from(&kept.claim, kept.received) <= today;
        let next = self
            .waiting
            .iter()
            .position(|batch| batch.iter().any(decidable));
        let Some(batch) = next.and_then(|index| self.waiting.get_mut(index)) else {
            return Vec::new();
        };
        let (ready, later) = std::mem::take(batch).into_iter().partition(decidable);
        *batch = later;
        self.waiting.retain(|batch| !batch.is_empty());
        let ready: Vec<Kept> = ready;
        self.waiting_count -= ready.len();
        ready
    }

    fn decide(&mut self, kept: Kept, accounts: &mut Accounts) {
        let claim = &kept.claim;
        let is_original = !matches!(claim.frequency.as_str(), "7" | "8");
        if !is_original && !self.reverse_earlier(&kept, accounts) {
            let denied = earlier_claim_unknown(claim);
            let payment = claim_payment(claim, &denied, &kept.number, kept.received);
            return self.pay(kept, payment, accounts);
        }
        // A void is answered by the reversal: nothing of it is left to decide.
        if claim.frequency == "8" {
            return;
        }
        let first = adjudicate(claim, kept.received);
        let payment = claim_payment(claim, &first, &kept.number, kept.received);
        let outcome = afterthought(claim, kept.received, &first).map(|found| match found {
            Afterthought::Corrected(decided) => Outcome::Corrected(Box::new(claim_payment(
                claim,
                &decided,
                &kept.number,
                kept.received,
            ))),
            Afterthought::TakenBack(amount) => Outcome::TakenBack(amount),
        });
        self.second_looks.extend(outcome.map(|outcome| SecondLook {
            number: kept.number.clone(),
            outcome,
        }));
        self.pay(kept, payment, accounts);
    }

    fn pay(&mut self, kept: Kept, payment: ClaimPayment, accounts: &mut Accounts) {
        let payee = Payee::of(&kept.claim.billing_provider);
        let account = accounts.of(&kept.correspondent, &payee);
        account.claims.push(payment.clone());
        if self.paid.len() >= PAID_MAX
            && let Some(oldest) = self.paid_order.pop_front()
        {
            self.paid.remove(&oldest);
        }
        self.paid_order.push_back(kept.number.clone());
        self.paid.insert(
            kept.number,
            Paid {
                payment,
                member_id: kept.claim.subscriber.member_id.into_inner(),
                payee,
                correspondent: kept.correspondent,
                recovered: Money::ZERO,
            },
        );
    }

    /// Turns around what was paid on the claim that this one replaces or voids; whether there is one.
    fn reverse_earlier(&mut self, kept: &Kept, accounts: &mut Accounts) -> bool {
        let claim = &kept.claim;
        let Some(number) = &claim.supplement.payer_claim_number else {
            return false;
        };
        let is_theirs = self.paid.get(number).is_some_and(|paid| {
            paid.member_id == claim.subscriber.member_id.as_str()
                && paid.payee.npi == Payee::of(&claim.billing_provider).npi
        });
        let Some(paid) = is_theirs.then(|| self.paid.remove(number)).flatten() else {
            return false;
        };
        self.paid_order.retain(|other| other != number);
        let account = accounts.of(&paid.correspondent, &paid.payee);
        account.claims.push(reversal(&paid.payment));
        if !paid.recovered.is_zero() {
            // What was taken back already is not taken twice.
            let given = item("WO", number, -paid.recovered);
            account.recoveries.push(given);
        }
        true
    }

    fn look_again(&mut self, look: SecondLook, accounts: &mut Accounts) {
        // Replaced, voided or forgotten since: nothing to correct.
        let Some(paid) = self.paid.get_mut(&look.number) else {
            return;
        };
        let account = accounts.of(&paid.correspondent, &paid.payee);
        match look.outcome {
            Outcome::Corrected(payment) => {
                account.claims.push(reversal(&paid.payment));
                account.claims.push((*payment).clone());
                paid.payment = *payment;
            }
            Outcome::TakenBack(amount) => {
                paid.recovered += amount;
                account.recoveries.push(item("WO", &look.number, amount));
            }
        }
    }

    /// The payments of an account, each with a trace that `trace` gives.
    pub(super) fn settle(
        &mut self,
        account: Account,
        mut trace: impl FnMut() -> String,
    ) -> Vec<Payment> {
        let Account {
            payee,
            claims,
            mut recoveries,
            ..
        } = account;
        let mut parts = parts(claims);
        if parts.is_empty() && !recoveries.is_empty() {
            parts.push(Vec::new());
        }
        parts
            .into_iter()
            .map(|claims| {
                let adjustments = std::mem::take(&mut recoveries);
                self.settle_part(payee.clone(), claims, adjustments, trace())
            })
            .collect()
    }

    /// BPR02 is what the claims come to less the provider adjustments; never less than nothing.
    fn settle_part(
        &mut self,
        payee: Payee,
        claims: Vec<ClaimPayment>,
        mut adjustments: Vec<ProviderAdjustmentItem>,
        trace: String,
    ) -> Payment {
        let paid: Money = claims.iter().filter_map(|claim| claim.paid).sum();
        let taken: Money = adjustments.iter().filter_map(|one| one.amount).sum();
        let mut amount = paid - taken;
        let none = || (Money::ZERO, String::new());
        let forward = self.forward.entry(payee.npi.clone()).or_insert_with(none);
        if amount < Money::ZERO {
            adjustments.push(item("FB", &trace, amount));
            *forward = (forward.0 - amount, trace.clone());
            amount = Money::ZERO;
        } else if !forward.0.is_zero() && !amount.is_zero() {
            let applied = forward.0.min(amount);
            adjustments.push(item("FB", &forward.1, applied));
            forward.0 = forward.0 - applied;
            amount = amount - applied;
        }
        Payment {
            payee,
            claims,
            adjustments,
            amount,
            trace,
        }
    }
}

impl Accounts {
    fn of(&mut self, correspondent: &Arc<Correspondent>, payee: &Payee) -> &mut Account {
        let key = format!("{correspondent:?} {}", payee.npi);
        let index = *self.index.entry(key).or_insert_with(|| {
            self.all.push(Account {
                correspondent: Arc::clone(correspondent),
                payee: payee.clone(),
                claims: Vec::new(),
                recoveries: Vec::new(),
            });
            self.all.len() - 1
        });
        &mut self.all[index]
    }
}

/// Claim payments in parts that fit one transaction set and one entry of a bank.
fn parts(claims: Vec<ClaimPayment>) -> Vec<Vec<ClaimPayment>> {
    let mut parts: Vec<Vec<ClaimPayment>> = Vec::new();
    let mut sum = Money::ZERO;
    for claim in claims {
        let paid = claim.paid.unwrap_or_default().abs();
        match parts.last_mut() {
            Some(part) if part.len() < CLAIM_PAYMENTS_MAX && sum + paid <= PAYMENT_MAX => {
                sum += paid;
                part.push(claim);
            }
            _ => {
                sum = paid;
                parts.push(vec![claim]);
            }
        }
    }
    parts
}

/// CO 16 with remark N152: the claim that this one replaces is not known.
fn earlier_claim_unknown(claim: &Claim) -> Adjudication {
    let line = |(line, service): (usize, &crate::claim::ServiceLine)| LineDecision {
        line,
        adjudicated_as: None,
        charge: service.charge,
        paid: Money::ZERO,
        adjustments: vec![Adjustment {
            group: "CO".into(),
            reason: "16".into(),
            amount: service.charge,
            quantity: None,
        }],
        remarks: vec!["N152"],
    };
    Adjudication {
        charge: claim.total_charge,
        paid: Money::ZERO,
        patient: Money::ZERO,
        status: "4",
        adjustments: Vec::new(),
        lines: claim.lines.iter().enumerate().map(line).collect(),
    }
}
