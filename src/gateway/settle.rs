//! What a person finds out or decides about an interchange: whether a doubtful one arrived, and whether one that is
//! stuck goes again. It must not send: the outbox does.

use std::fmt;

use super::{Gateway, Result};
use crate::exchange::claim;
use crate::exchange::submission::{Event, State};
use crate::store::News;

/// What a person says of an interchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// The partner has it.
    Arrived,
    /// The partner does not have it: the same bytes go again.
    NotArrived,
    /// Attempts were used up: it is tried anew. Or it was turned away: its claims go again in another interchange.
    Again,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Its claims wait for their answers.
    Waits,
    /// The same bytes go with the next round.
    GoesAgain,
    /// So many claims go in another interchange.
    ClaimsGoAgain(usize),
}

/// Why it changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSettled {
    /// The partner has no interchange of this number.
    NotThere,
    /// It stands where this says nothing new.
    Stands(State),
}

impl Gateway {
    /// Takes a person's word for an interchange that nobody else can settle.
    pub async fn settle(
        &self,
        partner: &str,
        control_number: u32,
        settlement: Settlement,
    ) -> Result<std::result::Result<Settled, NotSettled>> {
        use Settlement::{Again, Arrived, NotArrived};
        let Some(found) = self.store.submission(partner, control_number).await? else {
            return Ok(Err(NotSettled::NotThere));
        };
        let mut again = Vec::new();
        let (event, settled) = match (settlement, found.submission.state) {
            (Arrived, State::Unknown) => (Event::Settled { arrived: true }, Settled::Waits),
            (NotArrived, State::Unknown) => (Event::Settled { arrived: false }, Settled::GoesAgain),
            (Again, State::Queued) => (Event::Retried, Settled::GoesAgain),
            (Again, State::Rejected) => {
                let left = self.store.claims_left(found.id).await?.into_iter();
                again.extend(left.map(|claim| (claim, claim::Event::Requeued)));
                (Event::Withdrawn, Settled::ClaimsGoAgain(again.len()))
            }
            (_, state) => return Ok(Err(NotSettled::Stands(state))),
        };
        let now = self.clock.now();
        let deadlines = |partner: &str| self.setup.deadlines(partner);
        let news = News {
            events: &again,
            at: now,
            source: &format!("a person at {now}"),
            deadlines: &deadlines,
        };
        self.store.answer(found.id, &event, news).await?;
        Ok(Ok(settled))
    }
}

impl fmt::Display for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waits => f.write_str("its claims wait for the partner's answers"),
            Self::GoesAgain => f.write_str("it goes with the next round"),
            Self::ClaimsGoAgain(count) => {
                write!(f, "{count} claims go again in another interchange")
            }
        }
    }
}

impl fmt::Display for NotSettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere => f.write_str("the partner was sent no interchange of this control number: see `claimgate status`"),
            Self::Stands(state) => write!(
                f,
                "the interchange is {}: only an unknown one is settled by --arrived or --not-arrived, and only a queued \
                 or rejected one goes --again",
                state.name()
            ),
        }
    }
}

impl std::error::Error for NotSettled {}
