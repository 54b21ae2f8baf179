//! A partner in memory, for tests of the floors above; the contract test holds it to what the real ones do. It must
//! not be a way to send anything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Incoming, Outgoing, PickUp, PickUpError, Receipt, SendError};

/// A partner that needs no network: a test plays it.
pub trait Partner: std::fmt::Debug + Send + Sync {
    fn submit(&self, outgoing: &Outgoing) -> Result<Receipt, SendError>;
    fn pick_up(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError>;
    fn acknowledge(&self, received: &Incoming, answer: Option<&Outgoing>) -> Result<(), SendError>;
}

/// What was sent to it, what it offers, and how it fails next. Clones share it: one is the transport, one the partner.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    sent: Vec<Outgoing>,
    answers: Vec<Outgoing>,
    offered: VecDeque<Incoming>,
    failures: VecDeque<SendError>,
}

impl Memory {
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a payload where the next pick-up of its queue finds it.
    pub fn offer(&self, incoming: Incoming) {
        self.state().offered.push_back(incoming);
    }

    /// The next submission fails like this. An uncertain one was received all the same.
    pub fn fail_next(&self, error: SendError) {
        self.state().failures.push_back(error);
    }

    /// Every submission that was received, in order.
    pub fn sent(&self) -> Vec<Outgoing> {
        self.state().sent.clone()
    }

    /// Every answer to what was picked up.
    pub fn answers(&self) -> Vec<Outgoing> {
        self.state().answers.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Partner for Memory {
    fn submit(&self, outgoing: &Outgoing) -> Result<Receipt, SendError> {
        let mut state = self.state();
        let failure = state.failures.pop_front();
        if matches!(failure, None | Some(SendError::Uncertain { .. })) {
            state.sent.push(outgoing.clone());
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(Receipt {
                payload_type: String::new(),
                reply: Vec::new(),
            }),
        }
    }

    fn pick_up(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        let state = self.state();
        let next = state.offered.iter().find(|one| one.queue == ask.queue);
        Ok(next.cloned())
    }

    fn acknowledge(&self, received: &Incoming, answer: Option<&Outgoing>) -> Result<(), SendError> {
        let mut state = self.state();
        state.answers.extend(answer.cloned());
        state.offered.retain(|one| one != received);
        Ok(())
    }
}
