//! One round of every job that is due, until a partner has nothing more to say. It must not decide what a job does.

use super::{Gateway, Ingested, PickedUp, Result, Sent};

/// A claim that goes again because of another's fault needs rounds of its own; each leaves at least one behind.
const ROUNDS_MAX: usize = 100;

/// What a round did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// Claims that left for the outbox.
    pub queued: usize,
    pub sent: Sent,
    pub picked_up: PickedUp,
    pub ingested: Ingested,
    /// Entries of the worklist afterwards.
    pub worklist: usize,
}

impl Gateway {
    /// Queues, sends, fetches and understands until nothing moves any more, then makes the worklist.
    pub async fn work(&self) -> Result<Round> {
        let mut all = Round::default();
        for _ in 0..ROUNDS_MAX {
            let queued = self.queue().await?;
            let sent = self.send().await?;
            let picked_up = self.pick_up().await?;
            let ingested = self.ingest().await?;
            all.queued += queued;
            all.sent += sent;
            all.ingested += ingested;
            let is_quiet = queued == 0 && picked_up.new == 0;
            all.picked_up.add(picked_up);
            if is_quiet {
                break;
            }
        }
        all.worklist = self.remind().await?;
        Ok(all)
    }
}
