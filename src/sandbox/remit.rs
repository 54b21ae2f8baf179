//! Decisions to the words of an 835: claim payments, their reversals, and what one payment to a provider adds up to.
//! It must not decide anything.

use jiff::civil::Date;

use super::adjudicate::{Adjudication, LineDecision};
use super::answers::{Plan, patient};
use crate::claim::{
    Address, Adjustment, Claim, Contact, Money, Name, Provider, ServiceLine, TaxId,
};
use crate::transaction::t835::{
    BankAccount, ClaimPayment, Organization, Procedure, ProviderAdjustment, ProviderAdjustmentItem,
    Reference, Remittance, RemittanceHeader, ServicePayment, status,
};

/// TRN03 and BPR10: `1` and the plan's invented EIN.
pub(super) const ORIGINATOR: &str = "1999999999";
/// Claim filing of a plan that the 835 has no code for: its own is a preferred provider organization.
const FILING: &str = "12";
/// CLP06.
const FILINGS: [&str; 15] = [
    "12", "13", "14", "15", "16", "17", "AM", "CH", "DS", "HM", "LM", "MA", "MB", "MC", "OF",
];
/// Reasons of the member's part of what a line is worth.
const SHARES: [&str; 3] = ["1", "2", "3"];

/// Who is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payee {
    pub(super) npi: String,
    pub(super) name: String,
    tax_id: Option<String>,
}

/// One payment to a provider: what it is for and what it comes to.
pub(super) struct Payment {
    pub(super) payee: Payee,
    pub(super) claims: Vec<ClaimPayment>,
    /// PLB: positive takes from the provider.
    pub(super) adjustments: Vec<ProviderAdjustmentItem>,
    pub(super) amount: Money,
    pub(super) trace: String,
}

impl Payee {
    pub(super) fn of(provider: &Provider) -> Self {
        let name = match &provider.name {
            Name::Organization { name } => name.clone(),
            Name::Person { last, first, .. } => {
                let first = first.as_ref().map_or("", |first| first.as_str());
                format!("{first} {}", last.as_str()).trim().to_owned()
            }
        };
        Self {
            npi: provider
                .npi
                .as_ref()
                .map(|npi| npi.as_str().to_owned())
                .unwrap_or_default(),
            name,
            tax_id: provider.tax_id.as_ref().map(|number| match number {
                TaxId::Ein(number) => number.clone(),
                TaxId::Ssn(number) => number.as_str().to_owned(),
            }),
        }
    }
}

/// What was decided on a claim, as a claim payment.
pub(super) fn claim_payment(
    claim: &Claim,
    decided: &Adjudication,
    number: &str,
    received: Date,
) -> ClaimPayment {
    let filing = claim.subscriber.claim_filing.as_deref().unwrap_or_default();
    let filing = FILINGS.iter().find(|known| **known == filing);
    let period = claim.service_period();
    let mut dates: Vec<(String, Date)> = Vec::new();
    if let Some((from, to)) = period {
        dates.push(("232".into(), from));
        dates.push(("233".into(), to));
    }
    dates.push(("050".into(), received));
    ClaimPayment {
        header_number: "1".into(),
        control_number: claim.control_number.clone(),
        status: decided.status.into(),
        charge: Some(decided.charge),
        paid: Some(decided.paid),
        patient_responsibility: (!decided.patient.is_zero()).then_some(decided.patient),
        claim_filing: filing.unwrap_or(&FILING).to_string(),
        payer_claim_number: number.to_owned(),
        facility: claim.place_of_service.clone(),
        frequency: claim.frequency.clone(),
        adjustments: by_group(&decided.adjustments),
        parties: vec![patient(claim)],
        references: claim
            .supplement
            .payer_claim_number
            .iter()
            .map(|number| reference("F8", number))
            .collect(),
        dates,
        lines: decided
            .lines
            .iter()
            .filter_map(|line| Some(service(claim.lines.get(line.line)?, line)))
            .collect(),
        ..ClaimPayment::default()
    }
}

fn service(line: &ServiceLine, decided: &LineDecision) -> ServicePayment {
    let kind = line.detail.procedure_kind.as_deref().unwrap_or("HC");
    let procedure = |code: &str| Procedure {
        qualifier: kind.to_owned(),
        code: code.to_owned(),
        modifiers: line.modifiers.clone(),
        description: String::new(),
    };
    let dates = match line.service() {
        None => Vec::new(),
        Some((from, to)) if from == to => vec![("472".into(), from)],
        Some((from, to)) => vec![("150".into(), from), ("151".into(), to)],
    };
    let allowed = allowed(decided);
    ServicePayment {
        procedure: procedure(decided.adjudicated_as.unwrap_or(&line.procedure)),
        charge: Some(decided.charge),
        paid: Some(decided.paid),
        units_paid: Some(line.quantity.clone()),
        submitted: decided.adjudicated_as.map(|_| procedure(&line.procedure)),
        dates,
        adjustments: by_group(&decided.adjustments),
        references: vec![reference("6R", &line.control_number)],
        amounts: match allowed.is_zero() {
            true => Vec::new(),
            false => vec![("B6".into(), allowed)],
        },
        remarks: decided
            .remarks
            .iter()
            .map(|remark| ("HE".into(), (*remark).into()))
            .collect(),
        ..ServicePayment::default()
    }
}

/// What the plan and the member pay together.
fn allowed(decided: &LineDecision) -> Money {
    let share = |one: &&Adjustment| one.group == "PR" && SHARES.contains(&one.reason.as_str());
    let shares: Money = decided
        .adjustments
        .iter()
        .filter(share)
        .map(|one| one.amount)
        .sum();
    decided.paid + shares
}

/// The guide wants one CAS a group.
fn by_group(adjustments: &[Adjustment]) -> Vec<Adjustment> {
    let mut sorted = adjustments.to_vec();
    sorted.sort_by(|a, b| a.group.cmp(&b.group));
    sorted
}

fn reference(qualifier: &str, number: &str) -> Reference {
    Reference {
        qualifier: qualifier.into(),
        number: number.into(),
    }
}

/// The same payment with its signs turned (CLP02 22).
pub(super) fn reversal(payment: &ClaimPayment) -> ClaimPayment {
    let mut turned = payment.clone();
    turned.status = status::REVERSAL.into();
    for amount in [
        &mut turned.charge,
        &mut turned.paid,
        &mut turned.patient_responsibility,
    ] {
        *amount = amount.map(|amount| -amount);
    }
    turn(&mut turned.adjustments);
    for line in &mut turned.lines {
        line.charge = line.charge.map(|amount| -amount);
        line.paid = line.paid.map(|amount| -amount);
        line.amounts.clear();
        turn(&mut line.adjustments);
    }
    turned
}

fn turn(adjustments: &mut [Adjustment]) {
    for one in adjustments {
        one.amount = -one.amount;
    }
}

/// The whole transaction set of a payment. One of nothing moves no money and says so (BPR04 `NON`).
pub(super) fn remittance(plan: &Plan, payment: &Payment, today: Date) -> Remittance {
    let moves = !payment.amount.is_zero();
    let text = |yes: &str, no: &str| String::from(if moves { yes } else { no });
    let provider_adjustments = match payment.adjustments.is_empty() {
        true => Vec::new(),
        false => vec![ProviderAdjustment {
            provider: payment.payee.npi.clone(),
            fiscal_period: Some(today.last_of_year()),
            items: payment.adjustments.clone(),
            unreadable: Vec::new(),
        }],
    };
    Remittance {
        header: RemittanceHeader {
            handling: text("I", "H"),
            amount: Some(payment.amount),
            credit_or_debit: "C".into(),
            method: text("ACH", "NON"),
            format: text("CCP", ""),
            payer_bank: moves.then(|| account(PAYER_ROUTING, "9988776655")),
            originating_company: text(ORIGINATOR, ""),
            payee_bank: moves.then(|| account(PAYEE_ROUTING, PAYEE_ACCOUNT)),
            payment_date: Some(today),
            trace: payment.trace.clone(),
            trace_originator: ORIGINATOR.into(),
            production_date: Some(today),
            payer: payer(plan),
            payee: payee(&payment.payee),
            ..RemittanceHeader::default()
        },
        claims: payment.claims.clone(),
        provider_adjustments,
    }
}

pub(super) const PAYER_ROUTING: &str = "021000021";
pub(super) const PAYEE_ROUTING: &str = "011000015";
pub(super) const PAYEE_ACCOUNT: &str = "1122334455";

fn account(bank: &str, account: &str) -> BankAccount {
    BankAccount {
        bank_qualifier: "01".into(),
        bank: bank.into(),
        account_qualifier: "DA".into(),
        account: account.into(),
    }
}

fn payer(plan: &Plan) -> Organization {
    let desk = Contact {
        name: Some("PROVIDER DESK".into()),
        phone: Some("8605550177".into()),
        ..Contact::default()
    };
    Organization {
        name: plan.name.clone(),
        address: Some(Address {
            line1: "1 INSURANCE PLAZA".into(),
            line2: None,
            city: "HARTFORD".into(),
            state: Some("CT".into()),
            postal_code: Some("06103".into()),
            ..Address::default()
        }),
        references: vec![reference("2U", &plan.payer_id)],
        contacts: vec![("BL".into(), desk)],
        ..Organization::default()
    }
}

fn payee(payee: &Payee) -> Organization {
    Organization {
        name: payee.name.clone(),
        id_qualifier: "XX".into(),
        id: payee.npi.clone(),
        references: payee
            .tax_id
            .iter()
            .map(|number| reference("TJ", number))
            .collect(),
        ..Organization::default()
    }
}

/// Money moved with the provider.
pub(super) fn item(reason: &str, reference: &str, amount: Money) -> ProviderAdjustmentItem {
    ProviderAdjustmentItem {
        reason: reason.into(),
        reference: reference.into(),
        amount: Some(amount),
    }
}
