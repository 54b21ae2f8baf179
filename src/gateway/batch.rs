//! Claims become one interchange that passes our own check; a claim that does not pass is taken out and told why, and
//! the rest of its chart stays with it. It must not send or store.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use super::source;
use crate::billing::Provenance;
use crate::chart::{Code, Finding};
use crate::check::{Checker, Judgment, Severity, Transaction};
use crate::claim::{Claim, Submitter};
use crate::guide::rule::Rule;
use crate::payer::TradingPartner;
use crate::transaction::t837::{self, Location, NotWritten, Numbers, Part, Written};
use crate::x12;

/// SNIP types that our own interchanges must pass.
const SNIP: u8 = 7;

/// A claim that is to go.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Claims of one chart go together.
    pub chart: &'a str,
    pub claim: &'a Claim,
}

/// An interchange, and the claims that could not be in it.
#[derive(Debug)]
pub struct Batch {
    /// `None` where no claim was left.
    pub written: Option<Written>,
    /// Indices into the claims that stand in it, in the order in which `ClaimPosition::claim` counts.
    pub kept: Vec<usize>,
    /// What does not pass.
    pub refused: Vec<Refusal>,
}

/// Why a claim does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Index into the claims.
    pub claim: usize,
    part: Part,
    /// The element, where one is wrong and not missing as a segment.
    location: Option<Location>,
    message: String,
}

impl Refusal {
    /// The same for the keeper of the chart, at its field.
    pub fn finding(&self, claim: &Claim, provenance: &Provenance) -> Finding {
        let exact = self
            .location
            .and_then(|at| source::field(claim, provenance, at));
        let field = exact.unwrap_or_else(|| source::of_part(self.part));
        let path = provenance.source(&field).unwrap_or_default();
        Finding::new(Code::ClaimRefused, path, self.message.as_str())
    }
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

/// Writes and judges until nothing is found. Every round takes at least one claim out, so it ends. `number` is the
/// interchange's, `created` the sender's local time.
///
/// # Errors
/// [`BadEnvelope`] where something is wrong that belongs to no claim.
pub fn write(
    partner: &TradingPartner,
    number: u32,
    created: DateTime,
    submitter: &Submitter,
    claims: &[Candidate<'_>],
) -> Result<Batch, BadEnvelope> {
    let reference = format!("{}-{number}", partner.envelope.sender.id);
    let numbers = Numbers {
        interchange: number,
        group: number,
        first_set: 1,
        reference: &reference,
        created,
    };
    let mut kept: Vec<usize> = (0..claims.len()).collect();
    let mut refused = Vec::new();
    while !kept.is_empty() {
        let chosen: Vec<&Claim> = kept.iter().map(|&index| claims[index].claim).collect();
        let faults = match t837::interchange(partner, &numbers, submitter, &chosen) {
            Ok(written) => {
                let faults = faults(&written, &judge(&written.bytes, partner.overlay))?;
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
            }) => vec![Refusal {
                claim,
                part: Part::Claim,
                location: None,
                message: refused.to_string(),
            }],
            Err(error) => return Err(BadEnvelope(error.to_string())),
        };
        let mut held = BTreeSet::new();
        for fault in faults {
            let claim = kept[fault.claim];
            held.insert(claims[claim].chart);
            refused.push(Refusal { claim, ..fault });
        }
        kept.retain(|&index| !held.contains(claims[index].chart));
    }
    Ok(Batch {
        written: None,
        kept,
        refused,
    })
}

fn judge(bytes: &[u8], overlay: &'static [Rule]) -> Judgment {
    let mut checker = Checker::new(SNIP).with_overlay(overlay);
    x12::read_all(bytes, |item| checker.item(&item));
    checker.finish()
}

/// What is found, by the place of the claim in the interchange.
fn faults(written: &Written, judgment: &Judgment) -> Result<Vec<Refusal>, BadEnvelope> {
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
        let at = finding
            .place
            .position
            .saturating_sub(finding.is_absence().into());
        for position in set.into_iter().flat_map(|set| &set.claims) {
            if let Some(part) = position.part(at) {
                let location = position.location(at).map(|location| Location {
                    element: finding.element.into(),
                    component: finding.component.into(),
                    ..location
                });
                faults.push(Refusal {
                    claim: position.claim,
                    part,
                    location: location.filter(|_| !finding.is_absence()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{BilledClaim, Biller, Defaults};
    use crate::chart;
    use crate::gateway::Setup;
    use jiff::civil::date;

    /// The claims of fixture charts, each with its chart's name.
    fn billed(names: &[&str]) -> Vec<(String, BilledClaim)> {
        let Setup { partners, .. } = Setup::sandbox();
        let defaults = Defaults::sandbox();
        let biller = Biller::new(&defaults, &partners, date(2026, 11, 24));
        let mut all = Vec::new();
        for name in names {
            let file = format!(
                "{}/fixtures/charts/professional/{name}.json",
                env!("CARGO_MANIFEST_DIR")
            );
            for reading in chart::read(&std::fs::read(file).unwrap(), name) {
                let claims = biller.bill(&reading).claims;
                all.extend(
                    claims
                        .into_iter()
                        .map(|claim| (reading.name.clone(), claim)),
                );
            }
        }
        all
    }

    fn written(claims: &[(String, BilledClaim)]) -> Result<Batch, BadEnvelope> {
        let Setup {
            config, partners, ..
        } = Setup::sandbox();
        let candidates: Vec<Candidate<'_>> = claims
            .iter()
            .map(|(chart, one)| Candidate {
                chart,
                claim: &one.claim,
            })
            .collect();
        let submitter = config.billing.submitter.unwrap().to_claim();
        let created = date(2026, 11, 24).at(9, 0, 0, 0);
        write(&partners[0], 1, created, &submitter, &candidates)
    }

    #[test]
    fn a_chart_goes_whole_or_not_at_all() {
        let mut claims = billed(&["office-visit", "sixty-lines", "drug"]);
        assert_eq!(claims.len(), 4);
        // Of the second chart's two claims one is wrong: on line 1 a code that no payer knows.
        claims[2].1.claim.lines[0].unit = "XX".into();
        let batch = written(&claims).unwrap();
        assert_eq!(batch.kept, [0, 3]);
        let told: Vec<String> = batch
            .refused
            .iter()
            .map(|refusal| {
                let BilledClaim {
                    claim, provenance, ..
                } = &claims[refusal.claim].1;
                let finding = refusal.finding(claim, provenance);
                format!("{} {finding}", refusal.claim)
            })
            .collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].starts_with("2 ClaimRefused at /procedures/50/unit: "),
            "{told:?}"
        );
    }

    #[test]
    fn values_that_break_the_framing_are_told_by_claim() {
        let mut claims = billed(&["office-visit", "drug"]);
        claims[0].1.claim.place_of_service = "1~".into();
        let batch = written(&claims).unwrap();
        assert_eq!((batch.kept, batch.refused[0].claim), (vec![1], 0));
        claims[1].1.claim.place_of_service = "1~".into();
        assert!(written(&claims).unwrap().written.is_none());
    }
}
