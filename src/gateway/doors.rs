//! The ways to a partner in their order, and which of them may be tried now. It must not send: the jobs do.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{GatewayError, Result};
use crate::exchange::health::{Availability, RouteHealth, Use, Went};
use crate::exchange::submission::Spread;
use crate::payer::TradingPartner;
use crate::transport::{PickUpError, SendError, Transport};

/// One way to a partner.
#[derive(Debug)]
pub(super) struct Door {
    /// As [`TradingPartner::named_routes`] calls it.
    pub(super) name: String,
    pub(super) transport: Transport,
    health: Mutex<RouteHealth>,
}

/// Every partner's doors. A partner without a route has none.
#[derive(Debug, Default)]
pub(super) struct Doors {
    of: BTreeMap<String, Vec<Door>>,
    /// What the store remembers of routes, by partner and name.
    remembered: BTreeMap<(String, String), RouteHealth>,
}

impl Doors {
    pub(super) fn open(
        partners: &[TradingPartner],
        remembered: BTreeMap<(String, String), RouteHealth>,
    ) -> Result<Self> {
        let mut doors = Self {
            of: BTreeMap::new(),
            remembered,
        };
        for partner in partners {
            for (name, route) in partner.named_routes() {
                let transport = Transport::open(route).map_err(|error| GatewayError::Route {
                    partner: partner.id.clone(),
                    error,
                })?;
                doors.add(&partner.id, name, transport);
            }
        }
        Ok(doors)
    }

    fn add(&mut self, partner: &str, name: String, transport: Transport) {
        let key = (partner.to_owned(), name.clone());
        let health = self.remembered.get(&key).cloned().unwrap_or_default();
        self.of.entry(partner.to_owned()).or_default().push(Door {
            name,
            transport,
            health: Mutex::new(health),
        });
    }

    /// Takes the place of all that the partner has.
    pub(super) fn set(
        &mut self,
        partner: &str,
        transports: impl IntoIterator<Item = (&'static str, Transport)>,
    ) {
        self.of.remove(partner);
        for (name, transport) in transports {
            self.add(partner, name.to_owned(), transport);
        }
    }

    /// In the order in which they are tried.
    pub(super) fn of(&self, partner: &str) -> &[Door] {
        self.of.get(partner).map_or(&[], Vec::as_slice)
    }
}

impl Door {
    fn health(&self) -> MutexGuard<'_, RouteHealth> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn availability(&self, used: Use, now: Timestamp) -> Availability {
        // Many routes that failed in the same second do not come back in the same one.
        let spread = self.name.bytes().fold(0u8, u8::wrapping_add);
        self.health().of(used).availability(now, Spread(spread))
    }

    /// Why it rests; empty where it does not.
    pub(super) fn reason(&self, used: Use) -> String {
        self.health().of(used).reason.clone()
    }

    /// Takes note of an attempt. Gives the health where it changed and is to be remembered.
    pub(super) fn note(&self, used: Use, went: Went<'_>, at: Timestamp) -> Option<RouteHealth> {
        let mut health = self.health();
        let before = health.clone();
        health.note(used, went, at);
        (*health != before).then(|| health.clone())
    }
}

impl<'a> From<&'a SendError> for Went<'a> {
    fn from(error: &'a SendError) -> Self {
        match error {
            SendError::NotSent { reason } | SendError::Uncertain { reason } => Self::Failed(reason),
            SendError::LoginRefused { reason } => Self::LoginRefused(reason),
            SendError::Refused { .. } => Self::Answered,
        }
    }
}

impl<'a> From<&'a PickUpError> for Went<'a> {
    fn from(error: &'a PickUpError) -> Self {
        match error {
            PickUpError::Failed { reason } => Self::Failed(reason),
            PickUpError::LoginRefused { reason } => Self::LoginRefused(reason),
            PickUpError::Damaged { .. } | PickUpError::Refused { .. } => Self::Answered,
        }
    }
}
