//! The life of one interchange that we send: a fold over what happened to it. It must not send, store or read a clock:
//! it says what is so, and what may be done next.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::payer::Deadlines;

/// Seconds to wait after the first failed attempt; each further one waits twice as long. CORE asks for 90 at least
/// before a retransmission.
pub(super) const FIRST_WAIT_SECONDS: i64 = 90;
const LONGEST_WAIT_SECONDS: i64 = 6 * 3600;
/// After so many attempts that certainly did not arrive, a person is asked.
const ATTEMPTS_MAX: u32 = 12;

/// Something that happened to a submission. Events are only ever added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The interchange is written, judged and stored.
    Queued,
    /// An attempt begins. It is stored before the first byte leaves, so that a crash is seen afterwards.
    Started {
        /// The route that it takes.
        #[serde(default)]
        route: String,
    },
    /// The partner said that it has the payload.
    Sent,
    /// The attempt certainly did not arrive.
    NotSent { reason: String },
    /// The attempt may or may not have arrived.
    Uncertain { reason: String },
    /// The partner understood the attempt and refused it.
    Refused { code: String, message: String },
    /// TA1: what the partner says of the envelope.
    Interchange { verdict: String, note: String },
    /// 999: what the partner says of the group.
    Group { verdict: String },
    /// A person found out, by telephone or portal, whether the partner has it.
    Settled { arrived: bool },
    /// A person wants further attempts after they were used up.
    Retried,
    /// A person took its claims out: it was refused or rejected, and they go again in another interchange.
    Withdrawn,
}

/// Where a submission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing of it has left, or what left certainly did not arrive.
    Queued,
    /// An attempt is under way, or was when the process ended.
    Sending,
    /// It may or may not have arrived. Never sent again blindly.
    Unknown,
    /// The partner has it and has not said yet what it thinks.
    Sent,
    /// The partner took it: TA1 or 999 without a rejection of the whole.
    Acknowledged,
    /// The transport refused it, the envelope or the whole group was rejected: its claims were not taken.
    Rejected,
    /// Its claims were not taken and have left it for another.
    Withdrawn,
}

/// How much longer than others this one waits, so that many do not come back in the same second: a number of its own,
/// for example of its payload id. Waits grow by up to a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread(pub u8);

impl Spread {
    pub const NONE: Self = Self(0);

    pub(super) fn over(self, wait: SignedDuration) -> SignedDuration {
        let quarter = wait.as_millis() / 4 * i128::from(self.0) / i128::from(u8::MAX);
        wait.saturating_add(SignedDuration::from_millis(
            i64::try_from(quarter).unwrap_or(0),
        ))
    }
}

/// What to do with a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Send it now.
    Send,
    /// Nothing before this moment.
    Wait(Timestamp),
    /// Nothing without a person: retries are used up, or it is unknown or rejected.
    Person,
    /// An answer is late since this moment.
    Overdue(Timestamp),
    /// Nothing any more.
    Done,
}

/// A submission as its events tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    pub state: State,
    /// Attempts that were begun.
    pub attempts: u32,
    /// When the last event happened.
    pub since: Timestamp,
    /// When the partner said that it has it, or when it may have got it.
    pub sent: Option<Timestamp>,
    /// Whether a TA1 or 999 has spoken of it.
    pub answered: bool,
    /// Why it stands where it stands, in words; empty where the state says all.
    pub reason: String,
}

impl Submission {
    /// Folds events in their order. The first is [`Event::Queued`].
    pub fn fold<'e>(events: impl IntoIterator<Item = (Timestamp, &'e Event)>) -> Option<Self> {
        let mut events = events.into_iter();
        let (queued, _) = events.next()?;
        let mut submission = Self {
            state: State::Queued,
            attempts: 0,
            since: queued,
            sent: None,
            answered: false,
            reason: String::new(),
        };
        for (at, event) in events {
            submission.apply(at, event);
        }
        Some(submission)
    }

    fn apply(&mut self, at: Timestamp, event: &Event) {
        use State::{Acknowledged, Queued, Rejected, Sending, Sent, Unknown, Withdrawn};
        let was = (self.state, self.answered);
        self.since = at;
        match event {
            Event::Queued => {}
            Event::Started { .. } => {
                self.attempts += 1;
                self.go(Sending, "");
                self.sent = Some(at);
            }
            Event::Sent => {
                self.go(Sent, "");
                self.sent = Some(at);
            }
            Event::NotSent { reason } => {
                self.go(Queued, reason);
                self.sent = None;
            }
            Event::Uncertain { reason } => self.go(Unknown, reason),
            Event::Refused { code, message } => self.go(Rejected, &format!("{code}: {message}")),
            // An answer to it proves that it arrived, whatever the transport believed. A later TA1 or 999 of another
            // copy does not undo the first.
            Event::Interchange { .. } | Event::Group { .. }
                if matches!(was, (Acknowledged | Rejected, true) | (Withdrawn, _)) => {}
            Event::Interchange { verdict, note } => {
                self.answered = true;
                match verdict.as_str() {
                    // "Used before" of something sent more than once: an earlier copy did arrive.
                    "R" if note == "025" && self.attempts > 1 => self.go(Sent, ""),
                    "R" => self.go(Rejected, &format!("TA1 {note}")),
                    _ => self.go(Sent, ""),
                }
            }
            Event::Group { verdict } => {
                self.answered = true;
                match verdict.as_str() {
                    "A" | "E" | "P" => self.go(Acknowledged, ""),
                    _ => self.go(Rejected, "999 rejects the whole group"),
                }
            }
            Event::Settled { arrived: true } if self.state == Unknown => self.go(Sent, ""),
            Event::Settled { arrived: false } if self.state == Unknown => {
                self.go(Queued, "");
                self.sent = None;
            }
            Event::Retried if self.state == Queued => self.attempts = 0,
            Event::Withdrawn if self.state == Rejected => self.go(Withdrawn, ""),
            Event::Settled { .. } | Event::Retried | Event::Withdrawn => {}
        }
    }

    fn go(&mut self, state: State, reason: &str) {
        self.state = state;
        reason.clone_into(&mut self.reason);
    }

    /// What to do now.
    pub fn next(&self, now: Timestamp, deadlines: &Deadlines, spread: Spread) -> Next {
        match self.state {
            State::Queued if self.attempts == 0 => Next::Send,
            State::Queued if self.attempts >= ATTEMPTS_MAX => Next::Person,
            State::Queued => {
                let due = self
                    .since
                    .saturating_add(spread.over(wait(self.attempts)))
                    .unwrap_or(now);
                if due <= now {
                    Next::Send
                } else {
                    Next::Wait(due)
                }
            }
            State::Sending | State::Sent => {
                let hours = i64::from(deadlines.implementation_acknowledgment_hours);
                let sent = self.sent.unwrap_or(self.since);
                let due = sent
                    .saturating_add(SignedDuration::from_hours(hours))
                    .unwrap_or(now);
                if due <= now {
                    Next::Overdue(due)
                } else {
                    Next::Wait(due)
                }
            }
            State::Unknown | State::Rejected => Next::Person,
            State::Acknowledged | State::Withdrawn => Next::Done,
        }
    }
}

impl State {
    /// The name in tables and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Sent => "sent",
            Self::Acknowledged => "acknowledged",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Twice as long each time, up to a limit.
fn wait(attempts: u32) -> SignedDuration {
    let doublings = attempts.saturating_sub(1).min(20);
    SignedDuration::from_secs((FIRST_WAIT_SECONDS << doublings).min(LONGEST_WAIT_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn fold(events: &[Event]) -> Submission {
        Submission::fold((0..).map(second).zip(events)).unwrap()
    }

    fn started() -> Event {
        Event::Started {
            route: "folder".into(),
        }
    }

    fn not_sent() -> Event {
        Event::NotSent {
            reason: "refused".into(),
        }
    }

    fn refused() -> Event {
        Event::Refused {
            code: "HTTP 404".into(),
            message: "nothing there".into(),
        }
    }

    fn uncertain() -> Event {
        Event::Uncertain {
            reason: "cut".into(),
        }
    }

    fn ta1(verdict: &str) -> Event {
        Event::Interchange {
            verdict: verdict.into(),
            note: "025".into(),
        }
    }

    fn group(verdict: &str) -> Event {
        Event::Group {
            verdict: verdict.into(),
        }
    }

    #[test]
    fn each_story_ends_where_it_should() {
        use Event::{Queued, Retried, Sent, Settled, Withdrawn};
        let check = |events: &[Event], expected| {
            assert_eq!(fold(events).state, expected, "{events:?}");
        };
        check(&[Queued], State::Queued);
        check(&[Queued, started()], State::Sending);
        check(&[Queued, started(), not_sent()], State::Queued);
        check(&[Queued, started(), Sent], State::Sent);
        check(&[Queued, started(), uncertain()], State::Unknown);
        check(
            &[Queued, started(), uncertain(), group("A")],
            State::Acknowledged,
        );
        check(&[Queued, started(), uncertain(), ta1("A")], State::Sent);
        check(
            &[Queued, started(), uncertain(), Settled { arrived: false }],
            State::Queued,
        );
        check(
            &[Queued, started(), Sent, Settled { arrived: false }],
            State::Sent,
        );
        check(&[Queued, started(), Sent, ta1("R")], State::Rejected);
        check(
            &[Queued, started(), Sent, group("A"), ta1("R")],
            State::Acknowledged,
        );
        check(&[Queued, started(), Sent, group("P")], State::Acknowledged);
        check(&[Queued, started(), Sent, group("R")], State::Rejected);
        // What the transport took for a refusal was taken all the same.
        check(
            &[Queued, started(), refused(), group("A")],
            State::Acknowledged,
        );
        check(&[Queued, started(), refused(), Withdrawn], State::Withdrawn);
        check(
            &[Queued, started(), refused(), Withdrawn, group("A")],
            State::Withdrawn,
        );
        check(&[Queued, started(), Sent, Withdrawn], State::Sent);
        check(&[Queued, started(), not_sent(), Retried], State::Queued);
    }

    #[test]
    fn retries_wait_longer_and_end() {
        let deadlines = Deadlines::default();
        let mut events = vec![Event::Queued];
        for attempt in 1..=ATTEMPTS_MAX {
            events.extend([started(), not_sent()]);
            let submission = fold(&events);
            match submission.next(submission.since, &deadlines, Spread::NONE) {
                Next::Wait(until) => {
                    let waited = until.duration_since(submission.since);
                    assert_eq!(waited, wait(attempt));
                }
                next => assert_eq!((next, attempt), (Next::Person, ATTEMPTS_MAX)),
            }
        }
    }

    fn any_event() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(started()),
            Just(Event::Sent),
            Just(not_sent()),
            Just(uncertain()),
            "[AERP]".prop_map(|verdict| ta1(&verdict)),
            "[AERP]".prop_map(|verdict| group(&verdict)),
            any::<bool>().prop_map(|arrived| Event::Settled { arrived }),
            Just(Event::Retried),
            Just(Event::Withdrawn),
            Just(refused()),
        ]
    }

    proptest! {
        /// Whatever happens: sending is only ever proposed when the last word on the last attempt is that it did
        /// certainly not arrive.
        #[test]
        fn nothing_is_sent_again_blindly(events in prop::collection::vec(any_event(), 0..8)) {
            let events: Vec<Event> = std::iter::once(Event::Queued).chain(events).collect();
            let submission = fold(&events);
            let far = second(10_000_000);
            if submission.next(far, &Deadlines::default(), Spread(255)) == Next::Send {
                let last = events.iter().rev().find(|event| {
                    !matches!(event, Event::Settled { arrived: true } | Event::Retried | Event::Withdrawn)
                });
                let certain = matches!(
                    last,
                    Some(Event::Queued | Event::NotSent { .. } | Event::Settled { arrived: false })
                );
                prop_assert!(certain, "{events:?}");
            }
        }
    }
}
