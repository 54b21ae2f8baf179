//! The 277CA of a transaction set: which of its claims the insurer took in. It must not decide that: it is told.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::adjudicate::Refusal;
use super::taking::ReadSet;
use crate::claim::{Claim, Name, Provider, TaxId};
use crate::exchange::claim_acknowledgment::{self, Answered, Batch, Outcome, person};
use crate::transaction::t277ca::{ClaimAcknowledgments, Party, StatusCode};

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
    let info = &set.info;
    let batch = Batch {
        source: Party {
            role: "PR".into(),
            name: Some(Name::organization(&plan.name)),
            id_qualifier: "PI".into(),
            id: plan.payer_id.as_str().into(),
        },
        receiver: Party {
            role: "41".into(),
            name: Some(info.submitter.name.clone()),
            id_qualifier: "46".into(),
            id: info.submitter.id.as_str().into(),
        },
        reference: info.reference.clone(),
        number: number.to_owned(),
        created,
    };
    let claims = set.claims.iter().zip(taken);
    let answered: Vec<Answered> = claims
        .map(|(claim, taken)| answered(claim, taken))
        .collect();
    claim_acknowledgment::acknowledge(&batch, &answered)
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

fn answered(claim: &Claim, taken: &Taken) -> Answered {
    Answered {
        provider: Arc::new(provider(&claim.billing_provider)),
        patient: patient(claim),
        control_number: claim.control_number.clone(),
        charge: Some(claim.total_charge),
        service: claim.service_period(),
        bill_type: None,
        outcome: match taken {
            Ok(number) => Outcome::Accepted {
                payer_claim_number: Some(number.clone()),
            },
            Err(refusal) => Outcome::Rejected(vec![StatusCode {
                category: refusal.category.into(),
                status: refusal.status.into(),
                entity: refusal.entity.unwrap_or_default().into(),
            }]),
        },
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
        name: Some(person(name.clone())),
        id_qualifier: "MI".into(),
        id: claim.subscriber.member_id.clone(),
    }
}
