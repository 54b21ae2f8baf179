//! The insurer behind the sandbox's port: what it takes, what it answers and when. It must not know how a payload
//! travels, nor read a clock: each call says what time it is.
//!
//! It plays the bank too: right behind each remittance that moves money lies the bank's notice of the deposit, a
//! NACHA CCD+ file with the same trace. All is kept in memory and follows from what was received and when.

use std::collections::{HashSet, VecDeque};

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::adjudicate::{Refusal, intake};
use super::answers::{Plan, Taken, acknowledge, local};
use super::ledger::{Account, Book, Kept};
use super::remit::{ORIGINATOR, PAYEE_ACCOUNT, PAYEE_ROUTING, PAYER_ROUTING, Payment, remittance};
use super::taking::{Payload, ReadInterchange, ReadSet, take};
use super::{Answer, Insurer};
use crate::check::{Code, Finding, Interchange, Verdict};
use crate::claim::{Claim, Money};
use crate::exchange::{AnswerNumbers, Copies, Repeated, implementation_acknowledgments};
use crate::transaction::eft::{self, Banks, EftDeposit};
use crate::transaction::{t277ca, t835, ta1};
use crate::x12::{Item, Place, Writer, read_all};

pub const ACKNOWLEDGMENT: &str = "X12_999_Response_005010X231A1";
pub const CLAIM_ACKNOWLEDGMENT: &str = "X12_277CA_005010X214";
pub const REMITTANCE: &str = "X12_835_005010X221A1";
pub const DEPOSIT: &str = "NACHA_CCD";

/// Answers that wait to be fetched; while there are so many, nothing more is received.
const ANSWERS_MAX: usize = 100_000;
/// Interchanges that are remembered as seen; when there are more, all are forgotten.
const SEEN_MAX: usize = 1_000_000;
/// A charge beyond this is a mistake, and its sums would not fit an 835.
const CHARGE_MAX: Money = Money::from_cents(100_000_000);
const MISTAKEN_CHARGE: Refusal = Refusal {
    category: "A7",
    status: "178",
    entity: None,
};
const NO_ROOM: Refusal = Refusal {
    category: "A3",
    status: "0",
    entity: Some("PR"),
};

/// An insurer that decides by what claims say.
pub struct SandboxPayer {
    plan: Plan,
    numbers: Numbers,
    /// Sender and control number of interchanges that were received.
    seen: HashSet<(String, String)>,
    acknowledgments: VecDeque<Answer>,
    results: VecDeque<Answer>,
    book: Book,
}

/// Numbers that the insurer gives. They start at the moment of its first work, so that one that starts anew gives
/// others.
#[derive(Default)]
struct Numbers {
    started: Option<i64>,
    interchanges: u32,
    traces: u64,
    claims: u64,
}

impl SandboxPayer {
    /// An insurer of this name, as NM109 of loop 2010BB calls it.
    pub fn new(name: &str, payer_id: &str) -> Self {
        Self {
            plan: Plan {
                name: name.into(),
                payer_id: payer_id.into(),
            },
            numbers: Numbers::default(),
            seen: HashSet::new(),
            acknowledgments: VecDeque::new(),
            results: VecDeque::new(),
            book: Book::default(),
        }
    }
}

impl Default for SandboxPayer {
    /// The insurer of `config/payers/sandbox.toml`.
    fn default() -> Self {
        Self::new("Sandbox Health Plan", "99999")
    }
}

impl Insurer for SandboxPayer {
    fn receive(&mut self, _: &str, payload_id: &str, bytes: &[u8], now: Timestamp) {
        if self.acknowledgments.len() + self.results.len() >= ANSWERS_MAX {
            tracing::warn!(
                payload_id,
                "the sandbox's answers are not fetched: it takes no more"
            );
            return;
        }
        self.numbers.start(now);
        let mut payload = take(bytes);
        self.refuse_repeated(&mut payload);
        payload.drop_rejected();
        self.acknowledge(bytes, &mut payload, local(now));
        for interchange in std::mem::take(&mut payload.interchanges) {
            self.take_in(interchange, local(now));
        }
    }

    fn acknowledgment(&mut self, _: Timestamp) -> Option<Answer> {
        self.acknowledgments.pop_front()
    }

    fn result(&mut self, now: Timestamp) -> Option<Answer> {
        if self.results.is_empty() {
            self.numbers.start(now);
            for account in self.book.cycle(local(now).date()) {
                self.remit(account, local(now));
            }
        }
        self.results.pop_front()
    }
}

impl SandboxPayer {
    /// A control number that was used before takes nothing in (TA105 025).
    fn refuse_repeated(&mut self, payload: &mut Payload) {
        for (index, interchange) in payload.judgment.interchanges.iter_mut().enumerate() {
            if interchange.envelope_verdict() == Verdict::Rejected {
                continue;
            }
            let (qualifier, id) = &interchange.sender;
            let number = ta1::significant(&interchange.control_number);
            if self.seen.len() >= SEEN_MAX {
                self.seen.clear();
            }
            if !self.seen.insert((format!("{qualifier}:{id}"), number)) {
                interchange.findings.push(used_before(index));
            }
        }
    }

    /// TA1 and 999. What acknowledges is not acknowledged.
    fn acknowledge(&mut self, bytes: &[u8], payload: &mut Payload, created: DateTime) {
        let acknowledges = |interchange: &Interchange| {
            !interchange.groups.is_empty()
                && interchange
                    .groups
                    .iter()
                    .all(|one| one.functional_id == "FA")
        };
        let interchanges = &mut payload.judgment.interchanges;
        interchanges.retain(|interchange| !acknowledges(interchange));
        let count = u32::try_from(interchanges.len()).unwrap_or(u32::MAX);
        if count == 0 {
            return;
        }
        let control_number = self.numbers.interchanges(count);
        let numbers = AnswerNumbers {
            control_number,
            created,
        };
        let mut repeated = Repeated::wanted(&payload.judgment, Copies::Withheld);
        if !repeated.is_empty() {
            read_all(bytes, |item| {
                if let Item::Segment(segment) = item {
                    repeated.segment(&segment);
                }
            });
        }
        let answer = implementation_acknowledgments(&payload.judgment, &repeated, numbers);
        push(&mut self.acknowledgments, ACKNOWLEDGMENT, answer);
    }

    fn take_in(&mut self, interchange: ReadInterchange, created: DateTime) {
        let ReadInterchange {
            correspondent,
            sets,
        } = interchange;
        if sets.is_empty() {
            return;
        }
        let control_number = self.numbers.interchanges(1);
        let version = "005010X214";
        let mut writer = correspondent.answer(control_number, created, "HN", version);
        let mut kept = Vec::new();
        for (index, set) in sets.into_iter().enumerate() {
            let taken = self.judge(&set, &mut writer, index + 1, created);
            let claims = set.claims.into_iter().zip(taken);
            kept.extend(claims.filter_map(|(claim, taken)| {
                Some(Kept {
                    claim,
                    number: taken.ok()?,
                    received: created.date(),
                    correspondent: correspondent.clone(),
                })
            }));
        }
        self.book.keep(kept);
        push(&mut self.results, CLAIM_ACKNOWLEDGMENT, writer.finish());
    }

    /// Takes in or refuses each claim of a set, and writes that down.
    fn judge(
        &mut self,
        set: &ReadSet,
        writer: &mut Writer,
        position: usize,
        created: DateTime,
    ) -> Vec<Taken> {
        let is_full = self.book.is_full();
        let taken: Vec<Taken> = set
            .claims
            .iter()
            .map(|claim| match (admissible(claim), is_full) {
                (Ok(()), false) => Ok(self.numbers.claim()),
                (Ok(()), true) => Err(NO_ROOM),
                (Err(refusal), _) => Err(refusal),
            })
            .collect();
        let number = self.numbers.trace();
        let mut told = acknowledge(&self.plan, set, &taken, &number, created);
        told.control_number = format!("{position:04}");
        t277ca::write_set(writer, &told);
        taken
    }

    /// The remittance of an account, and the bank's notices of what it moves.
    fn remit(&mut self, account: Account, created: DateTime) {
        let control_number = self.numbers.interchanges(1);
        let version = "005010X221A1";
        let correspondent = account.correspondent.clone();
        let mut writer = correspondent.answer(control_number, created, "HP", version);
        let numbers = &mut self.numbers;
        let payments = self.book.settle(account, || numbers.trace());
        for (index, payment) in payments.iter().enumerate() {
            let mut told = remittance(&self.plan, payment, created.date());
            told.header.control_number = format!("{:04}", index + 1);
            t835::write_set(&mut writer, &told);
        }
        push(&mut self.results, REMITTANCE, writer.finish());
        let moves = |payment: &&Payment| payment.amount > Money::ZERO;
        for payment in payments.iter().filter(moves) {
            let notice = eft::write(&banks(payment, created), &[self.deposit(payment, created)]);
            push(&mut self.results, DEPOSIT, notice);
        }
    }

    fn deposit(&self, payment: &Payment, created: DateTime) -> EftDeposit {
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == ' ';
        let name: String = self.plan.name.chars().filter(plain).take(16).collect();
        EftDeposit {
            trace: payment.trace.clone(),
            originator: ORIGINATOR.into(),
            supplement: String::new(),
            company_name: name.trim().to_ascii_uppercase(),
            amount: payment.amount,
            effective: created.date(),
        }
    }
}

/// Whether the claim can be taken in at all.
fn admissible(claim: &Claim) -> Result<(), Refusal> {
    let mut charges = claim.lines.iter().map(|line| line.charge);
    let mistaken = |charge: Money| charge > CHARGE_MAX || charge < Money::ZERO;
    if mistaken(claim.total_charge) || charges.any(mistaken) {
        return Err(MISTAKEN_CHARGE);
    }
    intake(claim)
}

fn banks(payment: &Payment, created: DateTime) -> Banks {
    Banks {
        payer_routing: PAYER_ROUTING.into(),
        payer_bank: "FIRST INVENTED BANK".into(),
        payee_routing: PAYEE_ROUTING.into(),
        payee_bank: "HARBOR BANK".into(),
        payee_account: PAYEE_ACCOUNT.into(),
        payee_name: payment.payee.name.clone(),
        created,
    }
}

fn used_before(index: usize) -> Finding {
    Finding {
        code: Code::InterchangeControlDuplicate,
        place: Place {
            interchange: u32::try_from(index + 1).unwrap_or(u32::MAX),
            position: 1,
            ..Place::default()
        },
        segment: "ISA".into(),
        loop_id: String::new(),
        element: 13,
        component: 0,
        repetition: 0,
        data_element: "I12".into(),
        detail: String::new(),
        trigger: None,
    }
}

/// Queues an answer. One that cannot be written is our mistake: it is told, and the others go.
fn push<E: std::fmt::Display>(
    queue: &mut VecDeque<Answer>,
    payload_type: &str,
    bytes: Result<Vec<u8>, E>,
) {
    match bytes {
        Ok(bytes) => queue.push_back(Answer {
            payload_type: payload_type.into(),
            bytes,
        }),
        Err(error) => tracing::error!(payload_type, %error, "the sandbox cannot write an answer"),
    }
}

/// What it holds is health information.
impl std::fmt::Debug for SandboxPayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxPayer")
            .field("plan", &self.plan)
            .field("acknowledgments", &self.acknowledgments.len())
            .field("results", &self.results.len())
            .finish_non_exhaustive()
    }
}

impl Numbers {
    fn start(&mut self, now: Timestamp) {
        self.started.get_or_insert(now.as_second());
    }

    fn base(&self) -> i64 {
        self.started.unwrap_or_default()
    }

    /// The first of so many ISA13 in a row. Nine digits hold no second and a count: sixteen a second are room
    /// enough, and the numbers come round after twenty months.
    fn interchanges(&mut self, count: u32) -> u32 {
        const ROUND: i64 = 900_000_000;
        let first = self.base().wrapping_mul(16).rem_euclid(ROUND);
        let first = (first + i64::from(self.interchanges)).rem_euclid(ROUND) + 1;
        self.interchanges = self.interchanges.wrapping_add(count);
        u32::try_from(first).unwrap_or(1)
    }

    fn trace(&mut self) -> String {
        self.traces += 1;
        format!("{}{:06}", self.base(), self.traces)
    }

    fn claim(&mut self) -> String {
        self.claims += 1;
        format!("SHP{}{:07}", self.base(), self.claims)
    }
}

#[cfg(test)]
mod tests;
