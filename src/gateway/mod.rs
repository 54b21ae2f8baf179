//! The driver: jobs call the floors below, do what they say, and store it.
//!
//! Each job may run twice and may be killed anywhere: [`Gateway::take`] takes charts in, [`Gateway::queue`] and
//! [`Gateway::send`] let claims out, [`Gateway::pick_up`] fetches what partners hold, [`Gateway::ingest`] understands
//! it, [`Gateway::remind`] makes the worklist. [`Gateway::work`] does one round of them all.

pub mod batch;
pub mod clock;
mod config;
mod doors;
mod ingest;
mod intake;
mod outbox;
mod pickup;
mod recharted;
mod remind;
mod round;
mod settle;
#[cfg(test)]
mod sound;
pub mod source;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use clock::Clock;
pub use config::{Config, ConfigError, Jobs, Setup, Web, table_file};
pub use ingest::Ingested;
pub use intake::{TakenChart, Verdict};
pub use outbox::Sent;
pub use pickup::PickedUp;
pub use recharted::Recharted;
pub use round::Round;
pub use settle::{NotSettled, Settled, Settlement};

use doors::{Door, Doors};

use crate::exchange::health::{Use, Went};
use crate::exchange::submission::State;
use crate::store::{Store, StoreError};
use crate::transport::{SetupError, Transport};

/// Everything that a job needs.
#[derive(Debug)]
pub struct Gateway {
    pub store: Arc<Store>,
    pub setup: Setup,
    clock: Clock,
    doors: Doors,
}

/// Why a job could not do its work. What it did before is stored.
#[derive(Debug)]
pub enum GatewayError {
    Store(StoreError),
    /// A partner's route cannot be used.
    Route {
        partner: String,
        error: SetupError,
    },
    Envelope {
        partner: String,
        error: batch::BadEnvelope,
    },
    /// Claims wait for a partner that has no file any more.
    NoPartner {
        partner: String,
    },
    /// `[billing.submitter]` is missing.
    NoSubmitter,
}

type Result<T> = std::result::Result<T, GatewayError>;

impl Gateway {
    /// Opens the store and every partner's route. Attempts that the last process left unfinished become `unknown`.
    pub async fn open(setup: Setup, data: &Path) -> Result<Self> {
        Self::open_with(setup, data, Clock::system()).await
    }

    /// The same with another clock.
    pub async fn open_with(setup: Setup, data: &Path, clock: Clock) -> Result<Self> {
        let store = Store::open(data).await?;
        let doors = Doors::open(&setup.partners, store.route_health().await?)?;
        store.interrupt_unfinished(clock.now()).await?;
        store.watch_submissions(State::Queued).await?;
        Ok(Self {
            store: Arc::new(store),
            setup,
            clock,
            doors,
        })
    }

    /// Named ways to a partner in their order, in place of those in its file: for tests.
    pub fn set_transports(
        &mut self,
        partner: &str,
        transports: impl IntoIterator<Item = (&'static str, Transport)>,
    ) {
        self.doors.set(partner, transports);
    }

    /// Takes note of how an attempt on a route went, and remembers it where that changes when it may be tried.
    async fn note(&self, partner: &str, door: &Door, used: Use, went: Went<'_>) -> Result<()> {
        if let Some(health) = door.note(used, went, self.clock.now()) {
            self.store
                .set_route_health(partner, &door.name, &health)
                .await?;
        }
        Ok(())
    }
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Route { partner, error } => write!(f, "trading partner {partner}: {error}"),
            Self::Envelope { partner, error } => write!(f, "trading partner {partner}: {error}"),
            Self::NoPartner { partner } => {
                write!(f, "claims wait for the trading partner {partner}, which has no file: put it back into config/payers")
            }
            Self::NoSubmitter => f.write_str(
                "the configuration names no submitter: add [billing.submitter] (see config/sandbox-practice.toml)",
            ),
        }
    }
}

impl std::error::Error for GatewayError {}

impl From<StoreError> for GatewayError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
