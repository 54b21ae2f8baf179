//! How the sandbox misbehaves on purpose, a reply at a time. It must not know certificates or X12.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How the next reply goes wrong, in the order in which a request travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Hangs up before TLS is set up.
    RefuseConnection,
    /// Sets TLS up, reads nothing and hangs up.
    HangUpUnread,
    /// Does nothing and answers with this HTTP status and a page in HTML.
    Html(u16),
    /// Does nothing and points elsewhere with HTTP 307.
    Redirect(String),
    /// Does nothing and answers with this ErrorCode and ErrorMessage.
    Refuse { code: String, message: String },
    /// Does nothing and answers with this HTTP status and JSON; Retry-After where there is one.
    Json {
        status: u16,
        body: String,
        retry_after_seconds: Option<u64>,
    },
    /// Does nothing and answers with a SOAP fault; the code is `Sender` or `Receiver`.
    Fault { code: String, reason: String },
    /// Does what is asked and hangs up without an answer.
    HangUp,
    /// Does what is asked and fails with HTTP 500 and a page in HTML.
    Crash,
    /// Does what is asked and answers after this time.
    Slow(Duration),
    /// Does what is asked and answers with half of the body.
    CutShort,
    /// Does what is asked; the CheckSum of a payload in the answer is not its own.
    WrongCheckSum,
    /// A pick-up gets the previous payload of the queue once more, under another PayloadID.
    Again,
    /// What is picked up now is also offered next time, under the same PayloadID.
    Twice,
}

/// What becomes of a submission whose PayloadID was already taken. The rule does not say; partners differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Repeated {
    /// The same bytes are confirmed again and not taken again; other bytes are refused.
    #[default]
    Once,
    /// Refused with `PayloadIDIllegal`.
    Refused,
    /// Taken again, as by a partner that does not look.
    Taken,
}

/// The manners of a server. Clones share them, so they can be changed while it runs.
#[derive(Debug, Clone, Default)]
pub struct Manners(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    next: VecDeque<Manner>,
    otherwise: Option<Manner>,
    repeated: Repeated,
    token_seconds: Option<u64>,
    tokens_given: usize,
}

/// How long a token to log in with lasts.
const TOKEN_SECONDS: u64 = 300;

impl Manners {
    /// Good ones.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next reply without a manner of its own goes wrong like this.
    pub fn next(&self, manner: Manner) {
        self.state().next.push_back(manner);
    }

    /// Every reply that `next` says nothing of; `None` is good manners again.
    pub fn otherwise(&self, manner: Option<Manner>) {
        self.state().otherwise = manner;
    }

    /// From now on, what becomes of a PayloadID that was already taken.
    pub fn repeated(&self, repeated: Repeated) {
        self.state().repeated = repeated;
    }

    /// From now on, how long a token lasts.
    pub fn token_seconds(&self, seconds: u64) {
        self.state().token_seconds = Some(seconds);
    }

    /// How many tokens were given.
    pub fn tokens_given(&self) -> usize {
        self.state().tokens_given
    }

    pub(super) fn give_token(&self) -> u64 {
        let mut state = self.state();
        state.tokens_given += 1;
        state.token_seconds.unwrap_or(TOKEN_SECONDS)
    }

    pub(super) fn on_repeated(&self) -> Repeated {
        self.state().repeated
    }

    /// The manner of this reply, if `fits`; one that does not fit waits for its turn.
    pub(super) fn take(&self, fits: impl Fn(&Manner) -> bool) -> Option<Manner> {
        let mut state = self.state();
        match state.next.front() {
            Some(next) if fits(next) => state.next.pop_front(),
            Some(_) => None,
            None => state.otherwise.clone().filter(fits),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
