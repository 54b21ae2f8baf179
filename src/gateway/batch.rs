//! Claims become one interchange that passes our own check; a claim that does not pass is taken out and told why. It
//! must not send or store.

use crate::billing::Provenance;
use crate::chart::{Code, Finding};
use crate::check::{Checker, Judgment, Severity, Transaction};
use crate::claim::{Claim, Submitter};
use crate::payer::TradingPartner;
use crate::transaction::t837p::{self, NotWritten, Numbers, Part, Written};
use crate::x12;

/// SNIP types that our own interchanges must pass.
const SNIP: u8 = 7;

/// An interchange, and the claims that could not be in it.
#[derive(Debug)]
pub struct Batch {
    /// `None` where no claim was left.
    pub written: Option<Written>,
    /// Indices into the claims that stand in it, in the order in which `ClaimPosition::claim` counts.
    pub kept: Vec<usize>,
    /// Index of each claim that was taken out, and why.
    pub refused: Vec<(usize, Finding)>,
}

/// The interchange cannot be written whatever claims stand in it: the partner's or the submitter's data are wrong.
#[derive(Debug)]
pub struct BadEnvelope(pub String);

impl std::fmt::Display for BadEnvelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: correct the partner's file or [billing.submitter]",
            self.0
        )
    }
}

impl std::error::Error for BadEnvelope {}

/// Writes and judges until nothing is found. Every round takes at least one claim out, so it ends.
///
/// # Errors
/// [`BadEnvelope`] where something is wrong that belongs to no claim.
pub fn write(
    partner: &TradingPartner,
    numbers: &Numbers<'_>,
    submitter: &Submitter,
    claims: &[(&Claim, &Provenance)],
) -> Result<Batch, BadEnvelope> {
    let mut kept: Vec<usize> = (0..claims.len()).collect();
    let mut refused = Vec::new();
    while !kept.is_empty() {
        let chosen: Vec<&Claim> = kept.iter().map(|&index| claims[index].0).collect();
        let faults = match t837p::interchange(partner, numbers, submitter, &chosen) {
            Ok(written) => {
                let faults = faults(&written, &judge(&written.bytes))?;
                if faults.is_empty() {
                    return Ok(Batch {
                        written: Some(written),
                        kept,
                        refused,
                    });
                }
                faults
            }
            Err(NotWritten::Refused {
                claim: Some(claim),
                refused,
            }) => {
                vec![Fault {
                    claim,
                    part: Part::Claim,
                    message: refused.to_string(),
                }]
            }
            Err(error) => return Err(BadEnvelope(error.to_string())),
        };
        let mut out: Vec<usize> = faults.iter().map(|fault| fault.claim).collect();
        for fault in faults {
            let index = kept[fault.claim];
            let field = field_of(fault.part);
            let path = claims[index].1.source(&field).unwrap_or_default();
            refused.push((index, Finding::new(Code::ClaimRefused, path, fault.message)));
        }
        out.sort_unstable();
        out.dedup();
        for claim in out.into_iter().rev() {
            kept.remove(claim);
        }
    }
    Ok(Batch {
        written: None,
        kept,
        refused,
    })
}

fn judge(bytes: &[u8]) -> Judgment {
    let mut checker = Checker::new(SNIP);
    x12::read_all(bytes, |item| checker.item(&item));
    checker.finish()
}

/// Something wrong with the claim of this index.
struct Fault {
    claim: usize,
    part: Part,
    message: String,
}

fn faults(written: &Written, judgment: &Judgment) -> Result<Vec<Fault>, BadEnvelope> {
    let groups = judgment
        .interchanges
        .iter()
        .flat_map(|interchange| &interchange.groups);
    let sets: Vec<&Transaction> = groups.flat_map(|group| &group.transactions).collect();
    let mut faults = Vec::new();
    for finding in judgment
        .findings()
        .filter(|f| f.code.severity() == Severity::Error)
    {
        let place = finding
            .place
            .transaction
            .checked_sub(1)
            .map(|index| index as usize);
        let set = place.and_then(|index| sets.get(index)).and_then(|set| {
            written
                .sets
                .iter()
                .find(|one| one.control_number == set.control_number)
        });
        let message = format!(
            "{} at {} in {}: {}",
            finding.segment,
            finding.place.position,
            finding.loop_id,
            finding.message()
        );
        let before = faults.len();
        for position in set.into_iter().flat_map(|set| &set.claims) {
            if let Some(part) = position.part(finding.place.position) {
                faults.push(Fault {
                    claim: position.claim,
                    part,
                    message: message.clone(),
                });
            }
        }
        if faults.len() == before {
            return Err(BadEnvelope(message));
        }
    }
    Ok(faults)
}

/// The claim's field that a part of it is written from.
fn field_of(part: Part) -> String {
    match part {
        Part::BillingProvider => "billing_provider".into(),
        Part::Subscriber => "subscriber".into(),
        Part::Patient => "patient".into(),
        Part::Claim => String::new(),
        Part::Line(index) => format!("lines[{index}]"),
    }
}
