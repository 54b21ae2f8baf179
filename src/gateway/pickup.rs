//! What partners hold for us is fetched and kept, untouched, before anybody is told that we have it.

use std::collections::HashSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::doors::Door;
use super::{Gateway, Result};
use crate::exchange::health::{Availability, Use, Went};
use crate::payer::TradingPartner;
use crate::store::{NewReceived, digest, fault};
use crate::transport::{Incoming, PickUp, Queue};

/// Payloads taken from one queue in one run; the rest comes with the next.
const PAYLOADS_MAX: usize = 10_000;

/// Why a partner is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    BySchedule,
    ByPerson,
}

/// What a run of pick-ups brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PickedUp {
    pub new: usize,
    /// That had come before.
    pub again: usize,
    /// Partner and reason where asking failed.
    pub problems: Vec<String>,
}

impl PickedUp {
    pub(super) fn add(&mut self, other: Self) {
        self.new += other.new;
        self.again += other.again;
        for problem in other.problems {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
    }
}

impl Gateway {
    /// Asks every partner for acknowledgments and results until there are none.
    pub async fn pick_up(&self) -> Result<PickedUp> {
        let mut done = PickedUp::default();
        for partner in &self.setup.partners {
            self.ask(partner, Asked::BySchedule, &mut done).await?;
        }
        Ok(done)
    }

    /// Asks one partner because a person wants to know, also on routes that rest; nothing where it has no route.
    pub async fn pick_up_from(&self, partner: &TradingPartner) -> Result<PickedUp> {
        let mut done = PickedUp::default();
        self.ask(partner, Asked::ByPerson, &mut done).await?;
        Ok(done)
    }

    async fn ask(&self, partner: &TradingPartner, how: Asked, done: &mut PickedUp) -> Result<()> {
        for door in self.doors.of(&partner.id) {
            for queue in door.transport.queues() {
                let may = door.availability(Use::Fetching, self.clock.now());
                if may == Availability::Now || how == Asked::ByPerson {
                    self.drain(partner, door, queue, done).await?;
                }
            }
        }
        Ok(())
    }

    async fn drain(
        &self,
        partner: &TradingPartner,
        door: &Door,
        queue: Queue,
        done: &mut PickedUp,
    ) -> Result<()> {
        let mut seen = HashSet::new();
        let mut after = self
            .store
            .cursor(&partner.id, &door.name, word(queue))
            .await?;
        for _ in 0..PAYLOADS_MAX {
            let ask = PickUp {
                queue,
                payload_id: Uuid::new_v4(),
                time: self.clock.now(),
                after: after.clone(),
            };
            fault::point("before-pick-up").await;
            let found = door.transport.pick_up(&ask).await;
            fault::point("after-pick-up").await;
            let went = found.as_ref().map_or_else(Went::from, |_| Went::Answered);
            self.note(&partner.id, door, Use::Fetching, went).await?;
            let incoming = match found {
                Ok(Some(incoming)) => incoming,
                Ok(None) => break,
                Err(error) => {
                    done.problems.push(format!("{}: {error}", partner.id));
                    break;
                }
            };
            let digest = digest(&incoming.bytes);
            let is_further = incoming.cursor.is_some() && incoming.cursor != after;
            if !seen.insert(digest.clone()) && !is_further {
                // A partner that offers the same for ever must not hold us for ever.
                break;
            }
            match self.take_up(partner, &incoming, digest, ask.time).await? {
                true => done.new += 1,
                false => done.again += 1,
            }
            if let (true, Some(cursor)) = (is_further, &incoming.cursor) {
                let (partner, route) = (&partner.id, &door.name);
                self.store
                    .set_cursor(partner, route, word(queue), cursor)
                    .await?;
                after = Some(cursor.clone());
            }
            fault::point("before-acknowledge").await;
            let told = door.transport.acknowledge(&incoming, None).await;
            fault::point("after-acknowledge").await;
            if let Err(error) = told {
                done.problems.push(format!("{}: {error}", partner.id));
            }
        }
        Ok(())
    }

    /// Keeps what a partner handed out. `false` where the same bytes came before.
    async fn take_up(
        &self,
        partner: &TradingPartner,
        incoming: &Incoming,
        digest: String,
        at: Timestamp,
    ) -> Result<bool> {
        let new = NewReceived {
            partner: &partner.id,
            queue: word(incoming.queue),
            payload_type: &incoming.payload_type,
            name: &incoming.payload_id,
            bytes: &incoming.bytes,
            digest,
            at,
        };
        Ok(self.store.keep(&new).await?.1)
    }

    /// Keeps a reply that came by hand. `false` where the same bytes came before.
    pub async fn keep_file(&self, name: &str, bytes: &[u8]) -> Result<bool> {
        let new = NewReceived {
            partner: "",
            queue: "file",
            payload_type: "",
            name,
            bytes,
            digest: digest(bytes),
            at: self.clock.now(),
        };
        Ok(self.store.keep(&new).await?.1)
    }
}

/// A queue in the store.
fn word(queue: Queue) -> &'static str {
    match queue {
        Queue::Acknowledgments => "acknowledgments",
        Queue::Results => "results",
        Queue::Remittances => "remittances",
    }
}
