//! Which claims of an 837 a receiver takes in, as a 277CA says it: 005010X214. It must not judge: it is told, by a
//! judgment or by an insurer. It carries back what the guide requires of a claim, and nothing else.

mod outcome;
mod status;
mod submitted;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use self::outcome::outcomes;
use self::status::code;
use self::submitted::{SubmittedClaim, SubmittedSet, UNKNOWN};
use super::AnswerNumbers;
use super::acknowledge::{open, open_group};
use crate::check::{self, Finding, Judgment, Severity, Verdict};
use crate::claim::{Money, Name, Phi};
use crate::transaction::t277ca::{
    self, ClaimAcknowledgment, ClaimAcknowledgments, Party, ProviderAcknowledgment, Status,
    StatusCode, Totals,
};
use crate::x12::{Delimiters, Refused, Writer};

pub use submitted::{CLAIMS_MAX, SubmittedClaims};

/// GS01 and GS08 of a 277CA.
const FUNCTIONAL_ID: &str = "HN";
const GUIDE: &str = "005010X214";
/// STC03.
const ACCEPTED: &str = "WQ";
const REJECTED: &str = "U";
const SUBMITTER: &str = "41";
/// Roles of an information source.
const PAYER: &str = "PR";
const CLEARINGHOUSE: &str = "AY";
/// Who took a claim that no payer has yet: the guide has no clearinghouse there.
const RECEIVER: &str = "40";
/// STC01, STC10, STC11.
const CODES_OF_STATUS: usize = 3;

/// Whose claims are answered, by whom and when.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Role `PR` for a payer, `AY` for a clearinghouse.
    pub source: Party,
    /// Who sent the claims: role `41`.
    pub receiver: Party,
    /// BHT03 of the 837.
    pub reference: String,
    /// BHT03 and TRN02 of the answer.
    pub number: String,
    pub created: DateTime,
}

/// A claim, and what is said of it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Role `85`.
    pub provider: Arc<Party>,
    /// Role `QC`.
    pub patient: Party,
    /// CLM01.
    pub control_number: String,
    /// CLM02; `None` where it was unreadable.
    pub charge: Option<Money>,
    /// First and last day of service.
    pub service: Option<(Date, Date)>,
    pub bill_type: Option<String>,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Accepted { payer_claim_number: Option<String> },
    Rejected(Vec<StatusCode>),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswerable {
    /// An id cannot be written back.
    Refused(Refused),
    /// More claims than [`CLAIMS_MAX`].
    TooManyClaims,
}

impl std::fmt::Display for Unanswerable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(refused) => refused.fmt(f),
            Self::TooManyClaims => write!(f, "more than {CLAIMS_MAX} claims: split the file"),
        }
    }
}

impl std::error::Error for Unanswerable {}

/// One interchange for each interchange judged that holds claims, a 277CA in it for each 837 that a guide judged. What
/// TA1 or 999 refuse before its claims are looked at is not answered here.
///
/// # Errors
/// See [`Unanswerable`].
pub fn claim_acknowledgments(
    judgment: &Judgment,
    submitted: &SubmittedClaims,
    numbers: AnswerNumbers,
) -> Result<Vec<u8>, Unanswerable> {
    if submitted.is_short() {
        return Err(Unanswerable::TooManyClaims);
    }
    let mut out = Vec::new();
    let mut control_numbers = numbers.control_number..;
    let sets: Vec<_> = submitted
        .sets
        .iter()
        .filter_map(|set| Some((set, judged(judgment, set)?)))
        .collect();
    for of_interchange in sets.chunk_by(|(a, _), (b, _)| a.key.0 == b.key.0) {
        let numbers = AnswerNumbers {
            control_number: control_numbers.next().unwrap_or(u32::MAX),
            ..numbers
        };
        if let Some((set, judged)) = of_interchange.first() {
            let delimiters = usable(set.delimiters);
            let mut writer = open(judged.interchange, numbers, delimiters);
            write_sets(&mut writer, of_interchange, numbers, delimiters);
            out.extend(writer.finish().map_err(Unanswerable::Refused)?);
        }
    }
    Ok(out)
}

/// A set with its judgment.
#[derive(Clone, Copy)]
struct Judged<'j> {
    interchange: &'j check::Interchange,
    group: &'j check::Group,
    set: &'j check::Transaction,
}

/// The judgment of a set whose envelope stands and that a guide judged.
fn judged<'j>(judgment: &'j Judgment, set: &SubmittedSet) -> Option<Judged<'j>> {
    let at = |number: u32| (number as usize).checked_sub(1);
    let (interchange, group, transaction) = set.key;
    let interchange = judgment.interchanges.get(at(interchange)?)?;
    let group = interchange.groups.get(at(group)?)?;
    let judged = group.transactions.get(at(transaction)?)?;
    let error = |finding: &Finding| finding.code.severity() == Severity::Error;
    let stands = interchange.envelope_verdict() != Verdict::Rejected
        && group.unsupported.is_none()
        && !group.findings.iter().any(error)
        && judged.unsupported.is_none()
        && judged.control_number == set.control_number;
    stands.then_some(Judged {
        interchange,
        group,
        set: judged,
    })
}

/// The sender's separators where an answer can be written in them: what they sent then stands in it unchanged.
fn usable(delimiters: Delimiters) -> Delimiters {
    let Delimiters {
        element,
        component,
        repetition,
        segment,
    } = delimiters;
    let all = [Some(element), Some(component), repetition, Some(segment)];
    // Amounts and periods hold these two.
    let fits = |byte: u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'.' | b'-' | b' ');
    match all.into_iter().flatten().all(fits) {
        true => delimiters,
        false => Delimiters::USUAL,
    }
}

fn write_sets(
    writer: &mut Writer,
    sets: &[(&SubmittedSet, Judged<'_>)],
    numbers: AnswerNumbers,
    delimiters: Delimiters,
) {
    let mut group_numbers = numbers.control_number..;
    let mut of_group = None;
    for (index, (set, judged)) in sets.iter().enumerate() {
        if of_group.replace(set.key.1) != Some(set.key.1) {
            let number = group_numbers.next().unwrap_or(u32::MAX);
            open_group(
                writer,
                judged.group,
                (FUNCTIONAL_ID, GUIDE),
                number,
                numbers.created,
            );
        }
        let plain = Plain(delimiters);
        let batch = Batch {
            source: source(set, plain),
            receiver: plain.party(&set.submitter, SUBMITTER, &["46"]),
            reference: plain.text_or(&set.batch, 50, UNKNOWN),
            number: format!("{:09}{:04}", numbers.control_number, index + 1),
            created: numbers.created,
        };
        let mut told = match outcomes(set, judged.set) {
            Ok(outcomes) => {
                let claims = set.claims.iter().zip(outcomes);
                let answered: Vec<Answered> = claims
                    .map(|(claim, outcome)| answered(claim, outcome, plain))
                    .collect();
                acknowledge(&batch, &answered)
            }
            Err(codes) => refuse(&batch, &set.claims, codes),
        };
        told.control_number = format!("{:04}", index + 1);
        t277ca::write_set(writer, &told);
    }
}

/// The receiver of the 837: a payer where every claim of the set is for it.
fn source(set: &SubmittedSet, plain: Plain) -> Party {
    let role = if set.to_payer { PAYER } else { CLEARINGHOUSE };
    let party = plain.party(&set.receiver, role, &["46", "FI", "PI", "XV"]);
    let name = match party.name {
        Some(Name::Person { last, .. }) => Name::organization(last.into_inner()),
        Some(name) => name,
        None => Name::organization(UNKNOWN),
    };
    Party {
        name: Some(name),
        ..party
    }
}

fn answered(claim: &SubmittedClaim, outcome: Outcome, plain: Plain) -> Answered {
    let patient = plain.party(&claim.patient, "QC", &["MI", "II"]);
    Answered {
        provider: Arc::new(plain.party(&claim.provider, "85", &["XX", "FI", "SV"])),
        patient: Party {
            name: patient.name.map(person),
            ..patient
        },
        control_number: plain.text_or(&claim.control_number, 50, UNKNOWN),
        charge: claim.charge,
        service: claim.service,
        bill_type: claim.bill_type.clone(),
        outcome,
    }
}

/// Estates and the like are told as a last name: a patient is a person in the guide.
pub fn person(name: Name) -> Name {
    match name {
        Name::Person { .. } => name,
        Name::Organization { name } => Name::Person {
            last: Phi::new(name),
            first: None,
            middle: None,
            suffix: None,
        },
    }
}

/// The answer to one set, claim by claim.
pub fn acknowledge(batch: &Batch, claims: &[Answered]) -> ClaimAcknowledgments {
    let today = batch.created.date();
    let role = batch.source.role.as_str();
    let all: Vec<&Answered> = claims.iter().collect();
    let providers = all
        .chunk_by(|a, b| a.provider == b.provider)
        .filter_map(|run| {
            Some(ProviderAcknowledgment {
                provider: Party::clone(&run.first()?.provider),
                trace: "0".into(),
                statuses: vec![received(role, None, sum(run))],
                references: Vec::new(),
                totals: totals(run),
                claims: run.iter().map(|one| claim(one, role, today)).collect(),
            })
        });
    ClaimAcknowledgments {
        statuses: vec![received(role, Some(today), sum(&all))],
        totals: totals(&all),
        providers: providers.collect(),
        ..heading(batch)
    }
}

/// The answer to a set that is not taken in at all: its claims are counted, not named.
fn refuse(
    batch: &Batch,
    claims: &[SubmittedClaim],
    codes: Vec<StatusCode>,
) -> ClaimAcknowledgments {
    let today = batch.created.date();
    let amount = Money::checked_sum(claims.iter().filter_map(|claim| claim.charge));
    let statuses = rejections(&codes, today, amount);
    ClaimAcknowledgments {
        statuses,
        totals: Totals {
            rejected: (!claims.is_empty()).then_some(claims.len() as u64),
            rejected_amount: amount.filter(|_| !claims.is_empty()),
            ..Totals::default()
        },
        ..heading(batch)
    }
}

fn heading(batch: &Batch) -> ClaimAcknowledgments {
    let today = batch.created.date();
    ClaimAcknowledgments {
        reference: batch.number.clone(),
        created: Some(today),
        time: batch.created.strftime("%H%M").to_string(),
        source: batch.source.clone(),
        transmission: batch.number.clone(),
        received: Some(today),
        processed: Some(today),
        receiver: batch.receiver.clone(),
        batch: batch.reference.clone(),
        ..ClaimAcknowledgments::default()
    }
}

/// `A1:19`: the claims are here; each says for itself whether it was taken in.
fn received(role: &str, date: Option<Date>, amount: Option<Money>) -> Status {
    Status {
        codes: vec![code("A1", "19", Some(role))],
        date,
        action: ACCEPTED.into(),
        amount,
        message: None,
    }
}

fn claim(answered: &Answered, role: &str, today: Date) -> ClaimAcknowledgment {
    // The guide requires an amount: where CLM02 is none, which is told, it is zero.
    let amount = Some(answered.charge.unwrap_or(Money::ZERO));
    let (statuses, payer_claim_number) = match &answered.outcome {
        Outcome::Accepted { payer_claim_number } => {
            // A clearinghouse receives, a payer takes into adjudication.
            let accepted = match role {
                PAYER => code("A2", "20", Some(PAYER)),
                _ => code("A1", "19", Some(RECEIVER)),
            };
            let status = Status {
                codes: vec![accepted],
                date: Some(today),
                action: ACCEPTED.into(),
                amount,
                message: None,
            };
            (vec![status], payer_claim_number.clone())
        }
        Outcome::Rejected(codes) => (rejections(codes, today, amount), None),
    };
    // A date is required too: a claim without one is told with the day of the answer.
    let (from, to) = answered.service.unwrap_or((today, today));
    ClaimAcknowledgment {
        patient: answered.patient.clone(),
        control_number: answered.control_number.clone(),
        statuses,
        payer_claim_number,
        bill_type: answered.bill_type.clone(),
        service_from: Some(from),
        service_to: (from != to).then_some(to),
        ..ClaimAcknowledgment::default()
    }
}

fn rejections(codes: &[StatusCode], today: Date, amount: Option<Money>) -> Vec<Status> {
    let told = codes.chunks(CODES_OF_STATUS).map(|codes| Status {
        codes: codes.to_vec(),
        date: Some(today),
        action: REJECTED.into(),
        amount,
        message: None,
    });
    told.collect()
}

fn sum(claims: &[&Answered]) -> Option<Money> {
    Money::checked_sum(claims.iter().filter_map(|claim| claim.charge))
}

fn totals(all: &[&Answered]) -> Totals {
    let is_accepted = |claim: &&Answered| matches!(claim.outcome, Outcome::Accepted { .. });
    let (accepted, rejected): (Vec<_>, Vec<_>) = all.iter().copied().partition(is_accepted);
    let count = |claims: &[&Answered]| (!claims.is_empty()).then_some(claims.len() as u64);
    let amount = |claims: &[&Answered]| sum(claims).filter(|_| !claims.is_empty());
    Totals {
        accepted: count(&accepted),
        rejected: count(&rejected),
        accepted_amount: amount(&accepted),
        rejected_amount: amount(&rejected),
    }
}

/// Texts of a claim as they can stand in the answer: an invalid one is cut to what is valid of it, or is unknown.
#[derive(Clone, Copy)]
struct Plain(Delimiters);

impl Plain {
    fn text(self, text: &str, max: usize) -> String {
        let allowed = |c: &char| c.is_ascii_graphic() || *c == ' ';
        let kept = text.chars().filter(allowed);
        let kept: String = kept.filter(|c| !self.0.contains(*c as u8)).collect();
        let kept: String = kept.trim().chars().take(max).collect();
        kept.trim_end().to_owned()
    }

    fn text_or(self, text: &str, max: usize, other: &str) -> String {
        let kept = self.text(text, max);
        if kept.is_empty() {
            other.to_owned()
        } else {
            kept
        }
    }

    /// A party with the id qualifier that the guide has for its role; the first where its own is none of them.
    fn party(self, party: &Party, role: &str, qualifiers: &[&str]) -> Party {
        let part = |part: &Option<Phi<String>>, max: usize| {
            let kept = part.as_ref().map(|text| self.text(text.as_str(), max));
            kept.filter(|text| !text.is_empty()).map(Phi::new)
        };
        let name = match &party.name {
            Some(Name::Organization { name }) => {
                Name::organization(self.text_or(name, 60, UNKNOWN))
            }
            Some(Name::Person {
                last,
                first,
                middle,
                suffix,
            }) => Name::Person {
                last: Phi::new(self.text_or(last.as_str(), 60, UNKNOWN)),
                first: part(first, 35),
                middle: part(middle, 25),
                // A submitter has none in the guide.
                suffix: part(suffix, 10).filter(|_| role != SUBMITTER),
            },
            None => Name::organization(UNKNOWN),
        };
        let id = self.text(party.id.as_str(), 80);
        let known = qualifiers.iter().find(|one| **one == party.id_qualifier);
        Party {
            role: role.to_owned(),
            name: Some(name),
            id_qualifier: known
                .or(qualifiers.first())
                .map_or("", |one| *one)
                .to_owned(),
            id: Phi::new(if id.len() < 2 { UNKNOWN.to_owned() } else { id }),
        }
    }
}
