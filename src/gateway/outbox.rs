//! Claims leave: they are put into interchanges, and those are sent, each at most once unless it certainly did not
//! arrive. It must not judge answers.

use uuid::Uuid;

use super::batch::{self, Candidate};
use super::doors::Door;
use super::{Gateway, GatewayError, Result, clock};
use crate::exchange::health::{Availability, Use, Went};
use crate::exchange::submission::{Event, Next, State};
use crate::payer::TradingPartner;
use crate::store::{NewSubmission, Placed, ReadyClaim, StoredSubmission, digest, fault};
use crate::transaction::t837;
use crate::transport::{Kind, Outgoing, SendError};
use crate::x12;

/// ISA has 106 bytes and GS less than 150.
const HEAD_BYTES: usize = 512;

/// What a run of the outbox did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Interchanges that partners said they have.
    pub sent: usize,
    /// That may or may not have arrived.
    pub unknown: usize,
    /// That certainly did not arrive, and will be tried again.
    pub waiting: usize,
    /// That partners refused.
    pub refused: usize,
    /// For partners without a route.
    pub unroutable: usize,
    /// Partner and reason of each attempt that failed.
    pub problems: Vec<String>,
}

impl Gateway {
    /// Puts every claim that waits into an interchange. Gives the number of claims that left for the outbox.
    pub async fn queue(&self) -> Result<usize> {
        let mut queued = 0;
        for partner in self.store.partners_with_ready_claims().await? {
            let missing = || GatewayError::NoPartner {
                partner: partner.clone(),
            };
            let partner = self.setup.partner(&partner).ok_or_else(missing)?;
            loop {
                let max = t837::claims_per_interchange(&partner.limits);
                let mut claims = self.store.ready_claims(&partner.id, max).await?;
                let Some(kind) = claims.first().map(|one| one.claim.kind.name()) else {
                    break;
                };
                // The others of them go in the next one.
                claims.retain(|one| one.claim.kind.name() == kind);
                queued += self.queue_one(partner, &claims).await?;
            }
        }
        Ok(queued)
    }

    async fn queue_one(&self, partner: &TradingPartner, claims: &[ReadyClaim]) -> Result<usize> {
        let submitter = self
            .setup
            .config
            .billing
            .submitter
            .as_ref()
            .ok_or(GatewayError::NoSubmitter)?;
        let number = self.store.next_control_number(&partner.id).await?;
        let candidates: Vec<Candidate<'_>> = claims
            .iter()
            .map(|one| Candidate {
                chart: &one.chart,
                claim: &one.claim,
            })
            .collect();
        let now = self.clock.now();
        let created = clock::local(now);
        let batch = batch::write(partner, number, created, &submitter.to_claim(), &candidates)
            .map_err(|error| GatewayError::Envelope {
                partner: partner.id.clone(),
                error,
            })?;
        for refusal in &batch.refused {
            let ReadyClaim {
                chart,
                control_number,
                claim,
            } = &claims[refusal.claim];
            let stored = self.store.claim(control_number).await?;
            let provenance = stored.map(|one| one.provenance).unwrap_or_default();
            let finding = refusal.finding(claim, &provenance);
            self.store
                .refuse_claim(chart, control_number, &finding)
                .await?;
        }
        let Some(written) = &batch.written else {
            return Ok(0);
        };
        let sets = written.sets.iter();
        let placed = sets.flat_map(|set| {
            set.claims.iter().map(|position| Placed {
                control_number: &claims[batch.kept[position.claim]].control_number,
                set_number: &set.control_number,
                set_reference: &set.reference,
                position,
            })
        });
        let new = NewSubmission {
            partner: &partner.id,
            control_number: number,
            payload_id: Uuid::new_v4(),
            payload: &written.bytes,
            digest: digest(&written.bytes),
            claims: placed.collect(),
        };
        fault::point("before-queue").await;
        self.store.queue(&new, now).await?;
        fault::point("after-queue").await;
        Ok(new.claims.len())
    }

    /// Sends every interchange that is due.
    pub async fn send(&self) -> Result<Sent> {
        let mut done = Sent::default();
        for due in self.store.submissions_in(State::Queued).await? {
            let doors = self.doors.of(&due.partner);
            let partner = self
                .setup
                .partner(&due.partner)
                .filter(|_| !doors.is_empty());
            let Some(partner) = partner else {
                done.unroutable += 1;
                continue;
            };
            let now = self.clock.now();
            if due.next(now, &partner.deadlines) != Next::Send {
                done.waiting += 1;
                continue;
            }
            let is_open = |door: &&Door| door.availability(Use::Sending, now) == Availability::Now;
            let Some(door) = doors.iter().find(is_open) else {
                done.waiting += 1;
                let reasons: Vec<String> =
                    doors.iter().map(|door| door.reason(Use::Sending)).collect();
                done.problem(format!(
                    "{}: its routes rest: {}",
                    partner.id,
                    reasons.join("; ")
                ));
                continue;
            };
            match self.send_one(partner, door, &due).await? {
                None => {}
                Some(Ok(())) => done.sent += 1,
                Some(Err(error)) => {
                    match error {
                        SendError::Uncertain { .. } => done.unknown += 1,
                        SendError::Refused { .. } => done.refused += 1,
                        SendError::NotSent { .. } | SendError::LoginRefused { .. } => {
                            done.waiting += 1;
                        }
                    }
                    done.problem(format!("{}: {error}", partner.id));
                }
            }
        }
        Ok(done)
    }

    /// One attempt. `None` where another process is at it.
    async fn send_one(
        &self,
        partner: &TradingPartner,
        door: &Door,
        due: &StoredSubmission,
    ) -> Result<Option<std::result::Result<(), SendError>>> {
        let bytes = self.store.payload(due.id).await?;
        let outgoing = Outgoing {
            payload_id: due.payload_id,
            kind: kind(partner, &bytes),
            time: self.clock.now(),
            bytes,
        };
        fault::point("before-start").await;
        let started = self.store.start(due.id, &door.name, outgoing.time).await?;
        let Some(attempt) = started else {
            return Ok(None);
        };
        fault::point("after-start").await;
        let sent = door.transport.submit(&outgoing).await.map(drop);
        let event = match sent.clone() {
            Ok(()) => Event::Sent,
            Err(SendError::NotSent { reason } | SendError::LoginRefused { reason }) => {
                Event::NotSent { reason }
            }
            Err(SendError::Uncertain { reason }) => Event::Uncertain { reason },
            Err(SendError::Refused { code, message }) => Event::Refused { code, message },
        };
        fault::point("after-send").await;
        let ended = self.clock.now();
        self.store.record(due.id, attempt, ended, &event).await?;
        fault::point("after-record").await;
        let went = sent.as_ref().map_or_else(Went::from, |()| Went::Answered);
        self.note(&partner.id, door, Use::Sending, went).await?;
        Ok(Some(sent))
    }
}

impl Sent {
    fn problem(&mut self, problem: String) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// What was sent, unknown or refused adds up over runs; what waits or has no route is told as it stands now.
impl std::ops::AddAssign for Sent {
    fn add_assign(&mut self, other: Self) {
        let mut problems = std::mem::take(&mut self.problems);
        problems.extend(other.problems);
        problems.dedup();
        *self = Self {
            sent: self.sent + other.sent,
            unknown: self.unknown + other.unknown,
            refused: self.refused + other.refused,
            problems,
            ..other
        };
    }
}

/// By the guide that the group names (GS08), which stands in the first bytes.
fn kind(partner: &TradingPartner, interchange: &[u8]) -> Kind {
    let mut kind = Kind::ProfessionalClaims;
    let head = &interchange[..interchange.len().min(HEAD_BYTES)];
    x12::read_all(head, |item| {
        if let x12::Item::Segment(segment) = item
            && segment.is("GS")
        {
            kind = match segment.text(8) {
                guide if guide == partner.envelope.institutional_guide => Kind::InstitutionalClaims,
                guide if guide == partner.envelope.dental_guide => Kind::DentalClaims,
                _ => Kind::ProfessionalClaims,
            };
        }
    });
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_that_of_the_guide() {
        let partner = include_str!("../../config/payers/sandbox.toml");
        let partner: TradingPartner = toml::from_str(partner).unwrap();
        let stay = include_bytes!("../../fixtures/005010X223A2/accepted/stay-and-infusion.edi");
        let crown = include_bytes!("../../fixtures/005010X224A2/accepted/crown-and-braces.edi");
        let visit = include_bytes!("../../fixtures/005010X222A1/accepted/office-visits.edi");
        assert_eq!(kind(&partner, stay), Kind::InstitutionalClaims);
        assert_eq!(kind(&partner, crown), Kind::DentalClaims);
        assert_eq!(kind(&partner, visit), Kind::ProfessionalClaims);
    }
}
