//! Whole conversations: interchanges in, answers out until there are no more, and every cent accounted for.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::date;

use super::*;
use crate::billing::{Biller, Defaults};
use crate::check::{Checker, Judgment};
use crate::claim::{Attachment, Contact, Name, Submitter};
use crate::payer::TradingPartner;
use crate::sandbox::practice;
use crate::sandbox::samples::claim;
use crate::transaction::t277ca::Standing;
use crate::transaction::t835::{ClaimPayment, Remittance};
use crate::transaction::t837::{Numbers as BatchNumbers, interchange};
use crate::transaction::t999;
use crate::x12::read_all;

const NOW: i64 = 1_795_510_800;
const DAY: i64 = 86_400;

fn at(days: i64) -> Timestamp {
    Timestamp::from_second(NOW + days * DAY).unwrap()
}

fn partner() -> TradingPartner {
    toml::from_str(include_str!("../../../config/payers/sandbox.toml")).unwrap()
}

/// One interchange; `per_set` claims a transaction set.
fn batch(number: u32, per_set: usize, claims: &[Claim]) -> Vec<u8> {
    let mut partner = partner();
    partner.limits.claims_per_set = per_set;
    let submitter = Submitter {
        name: Name::organization("HARBOR STREET BILLING"),
        id: "CLAIMGATE".into(),
        contact: Contact {
            name: Some("BILLING OFFICE".into()),
            phone: Some("5555550100".into()),
            ..Contact::default()
        },
    };
    let reference = format!("BATCH{number}");
    let numbers = BatchNumbers {
        interchange: number,
        group: number,
        first_set: 1,
        reference: &reference,
        created: date(2026, 11, 24).at(9, 0, 0, 0),
    };
    let claims: Vec<&Claim> = claims.iter().collect();
    interchange(&partner, &numbers, &submitter, &claims)
        .unwrap()
        .bytes
}

fn judge(bytes: &[u8]) -> Judgment {
    let mut checker = Checker::default();
    read_all(bytes, |item| checker.item(&item));
    checker.finish()
}

/// Everything that an insurer answered.
#[derive(Default)]
struct Answers {
    acknowledgments: Vec<String>,
    /// Standing and the payer's number, by patient control number.
    standing: BTreeMap<String, (Standing, Option<String>)>,
    remittances: Vec<Remittance>,
    deposits: Vec<EftDeposit>,
}

impl Answers {
    /// Fetches until there is nothing more, and checks what every answer must be.
    fn drain(payer: &mut SandboxPayer, now: Timestamp) -> Self {
        let mut answers = Self::default();
        while let Some(answer) = payer.acknowledgment(now) {
            assert_eq!(judge(&answer.bytes).verdict(), Verdict::Accepted);
            answers
                .acknowledgments
                .push(String::from_utf8(answer.bytes).unwrap());
        }
        while let Some(answer) = payer.result(now) {
            answers.add(&answer);
        }
        assert!(payer.result(now).is_none());
        answers.balance();
        answers
    }

    fn add(&mut self, answer: &Answer) {
        if answer.payload_type == DEPOSIT {
            let file = eft::read(&answer.bytes);
            assert_eq!(file.unreadable, []);
            return self.deposits.extend(file.deposits);
        }
        let judged = judge(&answer.bytes);
        let told: Vec<_> = judged.findings().map(Finding::message).collect();
        assert_eq!(judged.verdict(), Verdict::Accepted, "{told:?}");
        if answer.payload_type == CLAIM_ACKNOWLEDGMENT {
            for one in t277ca::read(&answer.bytes)
                .iter()
                .flat_map(|set| set.claims())
            {
                let said = (one.standing(), one.payer_claim_number.clone());
                let before = self.standing.insert(one.control_number.clone(), said);
                assert!(before.is_none(), "{} is told twice", one.control_number);
            }
            return;
        }
        assert_eq!(answer.payload_type, REMITTANCE);
        self.remittances.extend(t835::read(&answer.bytes));
    }

    /// Each remittance that moves money has one deposit of the same trace, originator and amount.
    fn balance(&self) {
        let paid: Vec<_> = self
            .remittances
            .iter()
            .map(|one| &one.header)
            .filter(|header| header.amount != Some(Money::ZERO))
            .map(|header| {
                (
                    header.trace.clone(),
                    header.trace_originator.clone(),
                    header.amount,
                )
            })
            .collect();
        let deposited: Vec<_> = self
            .deposits
            .iter()
            .map(|one| (one.trace.clone(), one.originator.clone(), Some(one.amount)))
            .collect();
        assert_eq!(paid, deposited);
        let mut traces: Vec<_> = self
            .remittances
            .iter()
            .map(|one| &one.header.trace)
            .collect();
        traces.sort();
        traces.dedup();
        assert_eq!(traces.len(), self.remittances.len());
    }

    fn join(&mut self, other: Self) {
        self.acknowledgments.extend(other.acknowledgments);
        self.standing.extend(other.standing);
        self.remittances.extend(other.remittances);
        self.deposits.extend(other.deposits);
    }

    fn deposited(&self) -> Money {
        self.deposits.iter().map(|one| one.amount).sum()
    }

    /// `status paid` of each claim payment on a claim, in their order.
    fn payments(&self, control_number: &str) -> String {
        let told = |one: &ClaimPayment| format!("{} {}", one.status, one.paid.unwrap());
        let all = self.remittances.iter().flat_map(|one| &one.claims);
        let ours = all.filter(|one| one.control_number == control_number);
        ours.map(told).collect::<Vec<_>>().join(", ")
    }

    /// `reason amount` of all provider adjustments.
    fn moved(&self) -> String {
        let all = self
            .remittances
            .iter()
            .flat_map(|one| &one.provider_adjustments);
        let told = all.flat_map(|one| &one.items);
        let told = told.map(|one| format!("{} {}", one.reason, one.amount.unwrap()));
        told.collect::<Vec<_>>().join(", ")
    }

    fn number_of(&self, control_number: &str) -> String {
        self.standing[control_number].1.clone().unwrap()
    }
}

fn answers(payer: &mut SandboxPayer, bytes: &[u8], days: i64) -> Answers {
    payer.receive("X12_837_Request_005010X222A1", "id", bytes, at(days));
    Answers::drain(payer, at(days))
}

#[test]
fn every_outcome_is_answered_and_paid_to_the_cent() {
    let mut payer = SandboxPayer::default();
    let mut by_mail = claim("MAILED", "W1", "99213:91.00");
    by_mail.attachments.push(Attachment {
        report_type: "OZ".into(),
        transmission: "BM".into(),
        control_number: Some("A1".into()),
    });
    let claims = [
        claim("PAID", "W1", "85025:7.80"),
        claim("SHARED", "W5", "99213:150.00"),
        claim("DENIED", "W1", "70551:500.00"),
        claim("REFUSED", "W100", "99213:91.00"),
        claim("LOWERED", "W1", "99215:200.00"),
        claim("RECOVERED", "W1", "93000:20.00"),
        claim("PENDED", "W1", "59400:12000.00"),
        claim("DOCUMENTS", "W1", "64999:600.00"),
        by_mail,
    ];
    let first = answers(&mut payer, &batch(1, 8, &claims), 0);
    assert_eq!(first.acknowledgments.len(), 1);
    let told = &first.acknowledgments[0];
    assert!(told.contains("TA1*000000001*261124*0900*A*000~"), "{told}");
    assert!(
        told.contains("IK3*PWK*")
            && told.contains("*2300*8~CTX*CLM01:MAILED~IK4*2*756*I6~IK5*R*I5~"),
        "{told}"
    );
    assert!(told.contains("AK9*P*2*2*1~"), "{told}");
    let read = t999::read(told.as_bytes());
    assert_eq!(read.len(), 1);

    assert_eq!(first.standing.len(), 8);
    assert_eq!(first.standing["REFUSED"].0, Standing::Rejected);
    assert_eq!(first.standing["PENDED"].0, Standing::Accepted);
    assert_eq!(first.payments("PAID"), "1 7.80");
    assert_eq!(first.payments("SHARED"), "1 72.80");
    assert_eq!(first.payments("DENIED"), "4 0.00");
    assert_eq!(first.payments("DOCUMENTS"), "4 0.00");
    assert_eq!(first.payments("LOWERED"), "1 156.00, 22 -156.00, 1 103.00");
    assert_eq!(first.payments("RECOVERED"), "1 14.80");
    assert_eq!(first.payments("PENDED") + &first.payments("REFUSED"), "");
    // 251.40 in the first cycle; the second owes -53 - 14.80 and moves that forward.
    assert_eq!(first.moved(), "WO 14.80, FB -67.80");
    assert_eq!(first.deposited(), Money::from_cents(25_140));
    assert_eq!(first.remittances[1].header.method, "NON");

    let later = Answers::drain(&mut payer, at(15));
    assert_eq!(later.payments("PENDED"), "1 2310.00");
    assert_eq!(later.moved(), "FB 67.80");
    assert_eq!(later.deposited(), Money::from_cents(231_000 - 6_780));
    assert!(Answers::drain(&mut payer, at(400)).remittances.is_empty());
}

#[test]
fn a_remittance_says_what_matching_needs() {
    let mut payer = SandboxPayer::default();
    let sent = claim("CG1", "W5", "99213-25:150.00 64999:600.00");
    let answered = answers(&mut payer, &batch(1, 10, &[sent]), 0);
    let [remittance] = &answered.remittances[..] else {
        panic!("one remittance");
    };
    let header = &remittance.header;
    assert_eq!(
        (header.method.as_str(), header.format.as_str()),
        ("ACH", "CCP")
    );
    assert_eq!(header.payment_date, Some(date(2026, 11, 24)));
    assert_eq!(header.payee.id, "1234567893");
    let paid = &remittance.claims[0];
    assert_eq!(paid.payer_claim_number, answered.number_of("CG1"));
    assert_eq!(paid.party("QC").unwrap().id.as_str(), "W5");
    let [visit, documents] = &paid.lines[..] else {
        panic!("two lines");
    };
    assert_eq!(visit.reference("6R").unwrap().as_str(), "CG1L1");
    assert_eq!(visit.date("472"), Some(date(2026, 11, 3)));
    assert_eq!(visit.amounts, [("B6".into(), Money::from_cents(91_00))]);
    assert_eq!(documents.remarks, [("HE".into(), "M127".into())]);
}

#[test]
fn a_lowered_procedure_names_the_one_submitted() {
    let mut payer = SandboxPayer::default();
    let sent = claim("CG1", "W1", "99215:200.00");
    let answered = answers(&mut payer, &batch(1, 10, &[sent]), 0);
    let [reversed, corrected] = &answered.remittances[1].claims[..] else {
        panic!("reversal and correction");
    };
    assert_eq!(reversed.status, "22");
    assert_eq!(corrected.payer_claim_number, reversed.payer_claim_number);
    let line = &corrected.lines[0];
    assert_eq!(line.procedure.code, "99214");
    assert_eq!(line.submitted.as_ref().unwrap().code, "99215");
}

fn again(frequency: &str, number: &str, control_number: &str, lines: &str) -> Claim {
    let mut again = claim(control_number, "W1", lines);
    again.frequency = frequency.into();
    again.supplement.payer_claim_number = Some(number.into());
    again
}

#[test]
fn replacements_and_voids_turn_the_earlier_payment_round() {
    let mut payer = SandboxPayer::default();
    let sent = [
        claim("A1", "W1", "85025:7.80"),
        claim("B1", "W1", "93000:20.00"),
        claim("C1", "W1", "99213:91.00"),
    ];
    let first = answers(&mut payer, &batch(1, 10, &sent), 0);
    let [a, b] = ["A1", "B1"].map(|control_number| first.number_of(control_number));
    let sent = [
        again("7", &a, "A2", "85025:7.80 80061:13.40"),
        again("8", &b, "B2", "93000:20.00"),
        again("7", "NOBODYS", "D1", "85025:7.80"),
    ];
    let second = answers(&mut payer, &batch(2, 10, &sent), 1);
    assert_eq!(second.payments("A1"), "22 -7.80");
    assert_eq!(second.payments("A2"), "1 21.20");
    // The whole of B1 was taken back after its payment, and is not taken twice.
    assert_eq!(second.payments("B1"), "22 -14.80");
    assert_eq!(second.moved(), "WO -14.80, FB 13.40");
    assert_eq!(second.payments("D1"), "4 0.00");
    assert_eq!(first.moved(), "WO 14.80, FB -14.80");
    // What stands is 21.20 and 66.00; 1.40 more was paid and waits for a payment to be taken from.
    let in_all = first.deposited() + second.deposited();
    assert_eq!(in_all, Money::from_cents(21_20 + 66_00 + 1_40));
}

#[test]
fn a_repeated_interchange_is_told_and_not_paid_again() {
    let mut payer = SandboxPayer::default();
    let bytes = batch(7, 10, &[claim("CG1", "W1", "85025:7.80")]);
    assert_eq!(answers(&mut payer, &bytes, 0).remittances.len(), 1);
    let again = answers(&mut payer, &bytes, 1);
    assert!(again.acknowledgments[0].contains("*R*025~"));
    assert!(!again.acknowledgments[0].contains("~ST*999"));
    assert!(again.remittances.is_empty() && again.standing.is_empty());
    let acknowledgment = again.acknowledgments[0].clone();
    assert!(
        answers(&mut payer, b"no interchange", 1)
            .acknowledgments
            .is_empty()
    );
    let good = answers(
        &mut payer,
        &batch(8, 10, &[claim("CG2", "W1", "85025:7.80")]),
        1,
    );
    let echoed = answers(&mut payer, good.acknowledgments[0].as_bytes(), 1);
    assert!(echoed.acknowledgments.is_empty(), "{acknowledgment}");
}

#[test]
fn one_payload_may_hold_several_interchanges_of_several_providers() {
    let mut payer = SandboxPayer::default();
    let mut other = claim("CG2", "W1", "85025:7.80");
    other.billing_provider.npi = Some(crate::claim::Npi::parse("1679523708").unwrap());
    let mut bytes = batch(1, 1, &[claim("CG1", "W1", "85025:7.80"), other]);
    bytes.extend(batch(2, 10, &[claim("CG3", "W1", "85025:7.80")]));
    let answered = answers(&mut payer, &bytes, 0);
    assert_eq!(
        judge(answered.acknowledgments[0].as_bytes())
            .interchanges
            .len(),
        2
    );
    let payees: Vec<&str> = answered
        .remittances
        .iter()
        .map(|one| one.header.payee.id.as_str())
        .collect();
    assert_eq!(payees, ["1234567893", "1679523708", "1234567893"]);
    assert_eq!(answered.deposited(), Money::from_cents(3 * 7_80));
}

#[test]
fn numbers_do_not_come_again_after_a_restart() {
    let mut seen = HashMap::new();
    for days in [0, 1] {
        let mut payer = SandboxPayer::default();
        let sent = claim("CG1", "W1", "85025:7.80");
        let answered = answers(&mut payer, &batch(1, 10, &[sent]), days);
        let control_number = &judge(answered.acknowledgments[0].as_bytes()).interchanges[0]
            .control_number
            .clone();
        for number in [
            answered.number_of("CG1"),
            answered.remittances[0].header.trace.clone(),
            control_number.clone(),
        ] {
            assert_eq!(seen.insert(number, days), None);
        }
    }
}

#[test]
fn odd_charges_are_refused_and_large_payments_split() {
    let mut payer = SandboxPayer::default();
    let mut sent = vec![claim("HUGE", "W1", "99213:9999999.00")];
    sent.extend((0..150).map(|index| claim(&format!("BIG{index}"), "W1", "00000:999999.00")));
    let first = answers(&mut payer, &batch(1, 1000, &sent), 0);
    assert_eq!(first.standing["HUGE"].0, Standing::Rejected);
    let later = Answers::drain(&mut payer, at(30));
    assert_eq!(later.remittances.len(), 1);
    assert_eq!(later.deposited(), Money::from_cents(150 * 59_999_940));
    sent.extend((0..10).map(|index| claim(&format!("MORE{index}"), "W1", "00000:999999.00")));
    answers(&mut payer, &batch(2, 1000, &sent), 31);
    assert_eq!(Answers::drain(&mut payer, at(60)).remittances.len(), 2);
}

/// The invented practice and the insurer, for a fortnight.
#[test]
fn the_demo_comes_to_an_end_with_every_claim_answered() {
    let today = date(2026, 11, 24);
    let (defaults, partners) = (Defaults::sandbox(), [partner()]);
    let biller = Biller::new(&defaults, &partners, today);
    let billed = (0..1_500).map(|number| biller.bill(&practice::reading(number, today)));
    let claims: Vec<Claim> = billed
        .flat_map(|one| one.claims)
        .map(|one| one.claim)
        .collect();
    let mut payer = SandboxPayer::default();
    let mut all = Answers::default();
    for (number, claims) in (1..).zip(claims.chunks(400)) {
        let bytes = batch(number, 40, claims);
        all.join(answers(&mut payer, &bytes, 0));
    }
    all.join(Answers::drain(&mut payer, at(14)));
    all.balance();

    let mut unanswered = 0;
    for one in &claims {
        let payments = all.payments(&one.control_number);
        match all.standing.get(&one.control_number) {
            None => unanswered += 1,
            Some((Standing::Accepted, number)) => {
                assert!(!payments.is_empty() && number.is_some());
            }
            Some((standing, _)) => {
                assert_eq!((*standing, payments.as_str()), (Standing::Rejected, ""));
            }
        }
    }
    let rejected_sets = all
        .acknowledgments
        .iter()
        .map(|text| text.matches("~IK5*R").count());
    let rejected_sets: usize = rejected_sets.sum();
    assert!(rejected_sets > 0);
    assert_eq!(
        unanswered,
        rejected_sets * 40,
        "a rejected set is rejected whole"
    );
    let remitted = all.remittances.iter().filter_map(|one| one.header.amount);
    assert_eq!(remitted.sum::<Money>(), all.deposited());
}
