//! A remittance becomes postings: each claim payment is matched, and nothing is left out, forced or guessed. It must
//! not know how a remittance came, or which claims are stored: it is given those that could be meant.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    ClaimKeys, KnownClaims, LedgerEntry, LineKeys, LinePosting, LineRung, Posted, Posting,
    PostingKey, RemittanceKey, find_claim, find_lines,
};
use crate::claim::Money;
use crate::transaction::t835::{
    ClaimPayment, Procedure, ProviderAdjustment, Remittance, RemittanceHeader, ServicePayment,
    status,
};

/// No single amount of a remittance is larger: a billion dollars. So sums of a million of them fit.
const AMOUNT_MAX: Money = Money::from_cents(100_000_000_000);

/// What a remittance must say before anything of it can be posted, or what is missing.
///
/// # Errors
/// A sentence for the biller.
pub fn remittance_key(header: &RemittanceHeader) -> Result<RemittanceKey, &'static str> {
    let amount = header
        .amount
        .ok_or("the payment amount (BPR02) is missing or unreadable")?;
    let date = header
        .payment_date
        .or(header.production_date)
        .ok_or("the payment date (BPR16) is missing or unreadable")?;
    let id = header
        .payer
        .references
        .iter()
        .find(|one| one.qualifier == "2U");
    let payer_id = match id {
        Some(reference) => reference.number.as_str(),
        None => &header.payer.id,
    };
    Ok(RemittanceKey {
        payer_id: payer_id.to_owned(),
        trace: header.trace.clone(),
        originator: header.trace_originator.clone(),
        date,
        amount: match header.credit_or_debit.as_str() {
            "D" => -amount,
            _ => amount,
        },
    })
}

/// Whether every amount is there and within reason.
///
/// # Errors
/// A sentence for the biller.
pub fn check_amounts(remittance: &Remittance) -> Result<(), &'static str> {
    const MISSING: &str = "an amount is missing or unreadable";
    const TOO_LARGE: &str = "an amount is larger than a billion dollars";
    let sane =
        |amount: Money| match amount.cents().unsigned_abs() <= AMOUNT_MAX.cents().unsigned_abs() {
            true => Ok(()),
            false => Err(TOO_LARGE),
        };
    let there = |amount: Option<Money>| amount.ok_or(MISSING).and_then(sane);
    there(remittance.header.amount)?;
    for claim in &remittance.claims {
        there(claim.charge)?;
        there(claim.paid)?;
        claim
            .all_adjustments()
            .try_for_each(|one| sane(one.amount))?;
        for line in &claim.lines {
            there(line.charge)?;
            there(line.paid)?;
        }
    }
    let items = remittance.provider_adjustments.iter();
    items
        .flat_map(|one| &one.items)
        .try_for_each(|item| there(item.amount))
}

/// What a claim payment says about the claim it is for.
pub fn claim_keys(payment: &ClaimPayment) -> ClaimKeys<'_> {
    let members = ["QC", "IL", "74"].into_iter().filter_map(|role| {
        let id = payment.party(role)?.id.as_str();
        (!id.is_empty()).then_some(id)
    });
    let text = |qualifier| {
        payment
            .reference(qualifier)
            .map_or("", |number| number.as_str())
    };
    let mut member_ids: Vec<&str> = members.collect();
    member_ids.extend(Some(text("1W")).filter(|id| !id.is_empty()));
    member_ids.dedup();
    ClaimKeys {
        control_number: &payment.control_number,
        payer_claim_number: &payment.payer_claim_number,
        original_reference: text("F8"),
        member_ids,
        charge: payment.charge.unwrap_or_default(),
        service: service(payment),
    }
}

/// First and last day of service: the claim's own (DTM*232, 233), else those of its lines.
fn service(payment: &ClaimPayment) -> Option<(Date, Date)> {
    let days = match payment.date("232") {
        Some(from) => vec![from, payment.date("233").unwrap_or(from)],
        None => {
            let lines = payment.lines.iter();
            let days = lines.flat_map(|line| ["472", "150", "151"].map(|one| line.date(one)));
            days.flatten().collect()
        }
    };
    Some((days.iter().min().copied()?, days.iter().max().copied()?))
}

/// Posts a remittance. `known` holds, for each of its payments, the claims that it could mean. Amounts were looked at
/// by [`check_amounts`].
pub fn post(key: RemittanceKey, remittance: &Remittance, known: &[KnownClaims]) -> Posted {
    let date = remittance.header.production_date.unwrap_or(key.date);
    let mut occurrences = BTreeMap::<(&str, &str, &str), u32>::new();
    let mut postings = Vec::with_capacity(remittance.claims.len());
    for (payment, known) in remittance.claims.iter().zip(known) {
        let same = (
            payment.control_number.as_str(),
            payment.payer_claim_number.as_str(),
            payment.status.as_str(),
        );
        let occurrence = occurrences.entry(same).or_default();
        *occurrence += 1;
        let key = PostingKey {
            remittance: key.clone(),
            control_number: payment.control_number.clone(),
            payer_claim_number: payment.payer_claim_number.clone(),
            status: payment.status.clone(),
            occurrence: *occurrence,
        };
        postings.push(posting(key, date, payment, known));
    }
    let adjustments = remittance.provider_adjustments.iter();
    Posted {
        method: remittance.header.method.clone(),
        postings,
        ledger: adjustments.flat_map(|one| entries(&key, one)).collect(),
        key,
    }
}

fn posting(key: PostingKey, date: Date, payment: &ClaimPayment, known: &KnownClaims) -> Posting {
    let (claim, rung) = find_claim(known, &claim_keys(payment));
    let keys: Vec<LineKeys<'_>> = payment.lines.iter().map(line_keys).collect();
    let found = match claim {
        Some(claim) => find_lines(&claim.lines, &keys),
        None => vec![(Vec::new(), LineRung::Unmatched); keys.len()],
    };
    let lines = payment
        .lines
        .iter()
        .zip(found)
        .map(|(line, (found, rung))| {
            let number =
                |index: usize| claim.map(|claim| claim.lines[index].control_number.clone());
            line_posting(line, found.into_iter().filter_map(number).collect(), rung)
        });
    Posting {
        key,
        claim: claim.map(|claim| claim.control_number.clone()),
        rung,
        date,
        charge: payment.charge.unwrap_or_default(),
        paid: payment.paid.unwrap_or_default(),
        adjustments: payment.adjustments.clone(),
        remarks: payment.remarks.clone(),
        passed_on: is_passed_on(payment),
        lines: lines.collect(),
    }
}

fn is_passed_on(payment: &ClaimPayment) -> bool {
    payment.party("TT").is_some()
        || matches!(
            payment.status.as_str(),
            status::PRIMARY_FORWARDED
                | status::SECONDARY_FORWARDED
                | status::TERTIARY_FORWARDED
                | status::NOT_OURS_FORWARDED
        )
}

fn line_keys(line: &ServicePayment) -> LineKeys<'_> {
    let submitted = line.submitted.as_ref().unwrap_or(&line.procedure);
    LineKeys {
        control_number: line.reference("6R").map_or("", |number| number.as_str()),
        procedure: &submitted.code,
        modifiers: submitted.modifiers.iter().map(String::as_str).collect(),
        charge: line.charge.unwrap_or_default(),
        day: line.date("472").or_else(|| line.date("150")),
    }
}

fn line_posting(line: &ServicePayment, lines: Vec<String>, rung: LineRung) -> LinePosting {
    LinePosting {
        lines,
        rung,
        procedure: codes(&line.procedure),
        submitted: line.submitted.as_ref().map(codes).unwrap_or_default(),
        charge: line.charge.unwrap_or_default(),
        paid: line.paid.unwrap_or_default(),
        adjustments: line.adjustments.clone(),
        remarks: line.remarks.iter().map(|(_, code)| code.clone()).collect(),
    }
}

fn codes(procedure: &Procedure) -> Vec<String> {
    let code = std::iter::once(&procedure.code);
    code.chain(&procedure.modifiers).cloned().collect()
}

fn entries<'a>(
    key: &'a RemittanceKey,
    adjustment: &'a ProviderAdjustment,
) -> impl Iterator<Item = LedgerEntry> + 'a {
    adjustment.items.iter().map(|item| LedgerEntry {
        remittance: key.clone(),
        provider_id: adjustment.provider.clone(),
        reason: item.reason.clone(),
        reference: Some(item.reference.as_str())
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
        fiscal_period_end: adjustment.fiscal_period,
        amount: item.amount.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::{ClaimRung, SentClaim};
    use crate::transaction::t835;

    fn remittance() -> Remittance {
        let text = include_str!("../../fixtures/005010X221A1/accepted/payment-and-denial.edi");
        t835::read(text.as_bytes()).remove(0)
    }

    /// What was sent for a payment, as far as it can be told from the payment.
    fn sent(payment: &ClaimPayment) -> KnownClaims {
        let claim = SentClaim {
            control_number: payment.control_number.clone(),
            payer_id: String::new(),
            payer_claim_numbers: Vec::new(),
            replaces: None,
            member_id: "".into(),
            charge: payment.charge.unwrap(),
            service: None,
            responsibility: "P".into(),
            later_payers: Vec::new(),
            lines: Vec::new(),
        };
        [claim].into_iter().collect()
    }

    #[test]
    fn every_cent_of_a_remittance_is_in_its_postings() {
        let remittance = remittance();
        check_amounts(&remittance).unwrap();
        let key = remittance_key(&remittance.header).unwrap();
        // The first payment's claim is known, the others' are not.
        let mut known = vec![KnownClaims::default(); remittance.claims.len()];
        known[0] = sent(&remittance.claims[0]);
        let posted = post(key.clone(), &remittance, &known);
        assert_eq!(posted.postings.len(), remittance.claims.len());
        assert_eq!(posted.postings[0].rung, ClaimRung::ControlNumber);
        assert_eq!(posted.postings[1].claim, None);
        let paid: Money = posted.postings.iter().map(|one| one.paid).sum();
        let taken: Money = posted.ledger.iter().map(|one| one.amount).sum();
        assert_eq!(paid - taken, key.amount);
        for posting in &posted.postings {
            let explained = posting.paid + posting.adjusted() + posting.patient();
            assert_eq!(posting.charge, explained);
        }
    }

    #[test]
    fn what_cannot_be_judged_is_said() {
        let mut one = remittance();
        one.claims[0].paid = None;
        assert!(check_amounts(&one).unwrap_err().contains("missing"));
        one = remittance();
        one.header.payment_date = None;
        one.header.production_date = None;
        assert!(remittance_key(&one.header).unwrap_err().contains("BPR16"));
        one = remittance();
        one.claims[0].charge = Some(Money::from_cents(i64::MAX));
        assert!(check_amounts(&one).unwrap_err().contains("billion"));
    }
}
