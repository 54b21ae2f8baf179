//! Bytes to a payer and back; the only HTTP, TLS and XML. It must not know claims, the store or what the bytes mean.
//!
//! Every transport has the same face, [`Transport`], and runs the same contract test. Identifiers and time are
//! arguments: a transport draws no number and reads no clock, but for the time limits of a connection. What each fault
//! leads to, door by door, and which test shows it is in `tests/transport/faults.md`.

mod core;
pub mod core_envelope;
pub mod core_mime;
mod file;
mod folder;
mod http;
mod memory;
mod mime;
mod rest;
mod secret;
mod sftp;
pub mod tls;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

pub use core::{Core, Standard};
pub use folder::Folder;
pub use memory::{Memory, Partner};
pub use rest::Rest;
pub use sftp::Sftp;

use crate::payer::Route;

/// A way to a trading partner.
#[derive(Debug)]
pub enum Transport {
    Core(Core),
    Folder(Folder),
    Memory(Arc<dyn Partner>),
    Sftp(Sftp),
    Rest(Rest),
}

/// One payload to send. `payload_id` must be drawn and stored before the send, so that a doubt can be settled.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub payload_id: Uuid,
    pub kind: Kind,
    pub time: Timestamp,
    pub bytes: Vec<u8>,
}

/// What a payload is, which decides how a partner calls it and where it takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    ProfessionalClaims,
    InstitutionalClaims,
    DentalClaims,
    /// Our 999 to what the partner sent.
    Acknowledgment,
}

/// The partner has the payload: what it said of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// As the partner names its answer; empty where a transport has no such word.
    pub payload_type: String,
    /// The answer as it came, kept as evidence: CORE has no signed receipt.
    pub reply: Vec<u8>,
}

/// Which of the partner's queues is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// TA1 and 999 (and whatever else the partner puts there) of what we submitted.
    Acknowledgments,
    /// 277CA and other results; for most partners also 835.
    Results,
    /// 835, where a partner is asked for them by a word of their own.
    Remittances,
}

/// What to ask the partner for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickUp {
    pub queue: Queue,
    pub payload_id: Uuid,
    pub time: Timestamp,
    /// [`Incoming::cursor`] of the last payload that is stored here; `None` where there is none yet.
    pub after: Option<String>,
}

/// One payload from the partner. The same one may come again: the caller recognises it by its content.
#[derive(Clone, PartialEq, Eq)]
pub struct Incoming {
    pub queue: Queue,
    /// The partner's PayloadID, or the file's name.
    pub payload_id: String,
    pub payload_type: String,
    pub bytes: Vec<u8>,
    /// Where a partner keeps a list that is read on: the place of this payload in it.
    pub cursor: Option<String>,
}

/// Why a payload has no receipt. They differ in what may be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// Certainly not processed: it may be sent again.
    NotSent { reason: String },
    /// The partner does not let us in, so it was not processed. Tried again and again, it would lock us out.
    LoginRefused { reason: String },
    /// It may or may not have been processed: never sent again blindly.
    Uncertain { reason: String },
    /// The partner understood the request and refused it.
    Refused { code: String, message: String },
}

/// Why nothing was picked up. Asking again is always harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickUpError {
    /// The partner was not reached or did not answer in time.
    Failed {
        reason: String,
    },
    /// The partner does not let us in.
    LoginRefused {
        reason: String,
    },
    /// Something came and is not whole or not what it says it is; none of it may be used.
    Damaged {
        reason: String,
    },
    Refused {
        code: String,
        message: String,
    },
}

/// Why a transport could not be made ready: what is wrong in the partner's file, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupError(pub String);

impl Transport {
    /// Makes a partner's route ready, reading its certificates and the password's environment variable.
    pub fn open(route: &Route) -> Result<Self, SetupError> {
        match route {
            Route::CoreSoap(route) => Core::open(Standard::Soap, route).map(Self::Core),
            Route::CoreMime(route) => Core::open(Standard::Mime, route).map(Self::Core),
            Route::Folder(route) => Ok(Self::Folder(Folder::new(route))),
            Route::Sftp(route) => Sftp::open(route).map(Self::Sftp),
            Route::Rest(route) => Rest::open(route).map(Self::Rest),
        }
    }

    /// A partner that a test plays.
    pub fn memory(partner: impl Partner + 'static) -> Self {
        Self::Memory(Arc::new(partner))
    }

    /// The queues that the partner is asked for.
    pub fn queues(&self) -> Vec<Queue> {
        match self {
            Self::Core(transport) => transport.queues(),
            // One place holds everything.
            Self::Folder(_) | Self::Sftp(_) | Self::Rest(_) => vec![Queue::Results],
            Self::Memory(_) => vec![Queue::Acknowledgments, Queue::Results],
        }
    }

    pub async fn submit(&self, outgoing: &Outgoing) -> Result<Receipt, SendError> {
        match self {
            Self::Core(transport) => transport.submit(outgoing).await,
            Self::Folder(transport) => transport.submit(outgoing).await,
            Self::Memory(transport) => transport.submit(outgoing),
            Self::Sftp(transport) => transport.submit(outgoing).await,
            Self::Rest(transport) => transport.submit(outgoing).await,
        }
    }

    /// The next payload of a queue, or `None` where nothing is there yet.
    pub async fn pick_up(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        match self {
            Self::Core(transport) => transport.pick_up(ask).await,
            Self::Folder(transport) => transport.pick_up(ask).await,
            Self::Memory(transport) => transport.pick_up(ask),
            Self::Sftp(transport) => transport.pick_up(ask).await,
            Self::Rest(transport) => transport.pick_up(ask).await,
        }
    }

    /// Says that `received` is stored here, so that the partner need not offer it again. `answer` is our 999 to it,
    /// where one is due; a partner that waits for one is told nothing without it.
    pub async fn acknowledge(
        &self,
        received: &Incoming,
        answer: Option<&Outgoing>,
    ) -> Result<(), SendError> {
        match self {
            Self::Core(transport) => transport.acknowledge(answer).await,
            Self::Folder(transport) => transport.acknowledge(received, answer).await,
            Self::Memory(transport) => transport.acknowledge(received, answer),
            Self::Sftp(transport) => transport.acknowledge(received, answer).await,
            Self::Rest(transport) => transport.acknowledge(received).await,
        }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("payload_id", &self.payload_id)
            .field("kind", &self.kind)
            .field("time", &self.time)
            .field("length", &self.bytes.len())
            .finish()
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("payload_type", &self.payload_type)
            .field("length", &self.reply.len())
            .finish()
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("queue", &self.queue)
            .field("payload_id", &self.payload_id)
            .field("payload_type", &self.payload_type)
            .field("length", &self.bytes.len())
            .finish()
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent { reason } => write!(f, "not sent: {reason}"),
            Self::LoginRefused { reason } => {
                write!(f, "not sent: the partner does not let us in: {reason}")
            }
            Self::Uncertain { reason } => write!(
                f,
                "it is not known whether the partner has it: {reason}; \
                 wait for an acknowledgment or ask the partner before sending again"
            ),
            Self::Refused { code, message } => write!(f, "the partner refused: {code}: {message}"),
        }
    }
}

impl fmt::Display for PickUpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { reason } => write!(f, "nothing picked up: {reason}"),
            Self::LoginRefused { reason } => write!(f, "the partner does not let us in: {reason}"),
            Self::Damaged { reason } => write!(f, "what came cannot be used: {reason}"),
            Self::Refused { code, message } => write!(f, "the partner refused: {code}: {message}"),
        }
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SendError {}
impl std::error::Error for PickUpError {}
impl std::error::Error for SetupError {}
