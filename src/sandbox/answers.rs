//! The 277CA of a transaction set: which of its claims the insurer took in. It must not decide that: it is told.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::adjudicate::Refusal;
use super::taking::ReadSet;
use crate::claim::{Claim, Money, Name, Phi, Provider, TaxId};
use crate::transaction::t277ca::{
    ClaimAcknowledgment, ClaimAcknowledgments, Party, ProviderAcknowledgment, Status, StatusCode,
    Totals,
};

const ACCEPTED: &str = "WQ";
const REJECTED: &str = "U";

/// The insurer, as it names itself.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) payer_id: String,
}

/// What the insurer says of each claim of a set: its own number of a claim taken in, or why it is not.
pub(super) type Taken = Result<String, Refusal>;

/// The insurer's local time is UTC.
pub(super) fn local(now: Timestamp) -> DateTime {
    TimeZone::UTC.to_datetime(now)
}

/// The answer to one set; `taken` goes with its claims one by one.
pub(super) fn acknowledge(
    plan: &Plan,
    set: &ReadSet,
    taken: &[Taken],
    number: &str,
    created: DateTime,
) -> ClaimAcknowledgments {
    let today = created.date();
    let all: Vec<(&Claim, &Taken)> = set.claims.iter().zip(taken).collect();
    let info = &set.info;
    ClaimAcknowledgments {
        control_number: String::new(),
        reference: number.to_owned(),
        created: Some(today),
        time: created.strftime("%H%M").to_string(),
        source: Party {
            role: "PR".into(),
            name: Some(Name::organization(&plan.name)),
            id_qualifier: "PI".into(),
            id: plan.payer_id.as_str().into(),
        },
        transmission: number.to_owned(),
        received: Some(today),
        processed: Some(today),
        receiver: Party {
            role: "41".into(),
            name: Some(info.submitter.name.clone()),
            id_qualifier: "46".into(),
            id: info.submitter.id.as_str().into(),
        },
        batch: info.reference.clone(),
        statuses: vec![received(Some(today), sum(&all))],
        totals: totals(&all),
        providers: by_provider(&all, today),
        unreadable: Vec::new(),
    }
}

/// `A1:19`: the batch is here; each claim says for itself whether it was taken in.
fn received(date: Option<Date>, amount: Option<Money>) -> Status {
    Status {
        codes: vec![code("A1", "19", None)],
        date,
        action: ACCEPTED.into(),
        amount,
        message: None,
    }
}

fn by_provider(all: &[(&Claim, &Taken)], today: Date) -> Vec<ProviderAcknowledgment> {
    let same =
        |a: &(&Claim, &Taken), b: &(&Claim, &Taken)| a.0.billing_provider == b.0.billing_provider;
    all.chunk_by(same)
        .filter_map(|run| {
            Some(ProviderAcknowledgment {
                provider: provider(&run.first()?.0.billing_provider),
                trace: "0".into(),
                statuses: vec![received(None, sum(run))],
                references: Vec::new(),
                totals: totals(run),
                claims: run
                    .iter()
                    .map(|(one, taken)| claim(one, taken, today))
                    .collect(),
            })
        })
        .collect()
}

fn provider(provider: &Provider) -> Party {
    let (id_qualifier, id) = match (&provider.npi, &provider.tax_id) {
        (Some(npi), _) => ("XX", npi.as_str()),
        (None, Some(TaxId::Ein(number))) => ("FI", number.as_str()),
        (None, Some(TaxId::Ssn(number))) => ("SV", number.as_str()),
        (None, None) => ("SV", "NONE"),
    };
    Party {
        role: "85".into(),
        name: Some(provider.name.clone()),
        id_qualifier: id_qualifier.into(),
        id: id.into(),
    }
}

fn claim(claim: &Claim, taken: &Taken, today: Date) -> ClaimAcknowledgment {
    let (codes, action) = match taken {
        Ok(_) => (code("A2", "20", Some("PR")), ACCEPTED),
        Err(refusal) => (
            code(refusal.category, refusal.status, refusal.entity),
            REJECTED,
        ),
    };
    let period = claim.service_period();
    ClaimAcknowledgment {
        patient: patient(claim),
        control_number: claim.control_number.clone(),
        statuses: vec![Status {
            codes: vec![codes],
            date: Some(today),
            action: action.into(),
            amount: Some(claim.total_charge),
            message: None,
        }],
        payer_claim_number: taken.as_ref().ok().cloned(),
        service_from: period.map(|(from, _)| from),
        service_to: period.and_then(|(from, to)| (from != to).then_some(to)),
        ..ClaimAcknowledgment::default()
    }
}

/// The patient by the subscriber's number, as 277CA and 835 name one.
pub(super) fn patient(claim: &Claim) -> Party {
    let name = match &claim.patient {
        Some(patient) => &patient.name,
        None => &claim.subscriber.name,
    };
    Party {
        role: "QC".into(),
        name: Some(person(name)),
        id_qualifier: "MI".into(),
        id: claim.subscriber.member_id.clone(),
    }
}

/// Estates and the like are told as a last name: a patient is a person in both guides.
fn person(name: &Name) -> Name {
    match name {
        Name::Person { .. } => name.clone(),
        Name::Organization { name } => Name::Person {
            last: Phi::new(name.clone()),
            first: None,
            middle: None,
            suffix: None,
        },
    }
}

fn code(category: &str, status: &str, entity: Option<&str>) -> StatusCode {
    StatusCode {
        category: category.into(),
        status: status.into(),
        entity: entity.unwrap_or_default().into(),
    }
}

fn sum(claims: &[(&Claim, &Taken)]) -> Option<Money> {
    Money::checked_sum(claims.iter().map(|(claim, _)| claim.total_charge))
}

fn totals(all: &[(&Claim, &Taken)]) -> Totals {
    let (accepted, rejected): (Vec<_>, Vec<_>) = all.iter().partition(|(_, taken)| taken.is_ok());
    let count = |claims: &[_]| (!claims.is_empty()).then_some(claims.len() as u64);
    let amount = |claims: &[(&Claim, &Taken)]| sum(claims).filter(|_| !claims.is_empty());
    Totals {
        accepted: count(&accepted),
        rejected: count(&rejected),
        accepted_amount: amount(&accepted),
        rejected_amount: amount(&rejected),
    }
}
