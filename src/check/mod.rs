//! Judges an interchange by its guide: what is wrong, where, and what to do. It must not know claims or payers, and
//! writes no acknowledgment: `exchange` makes one of the [`Judgment`].
//!
//! [`Checker`] is fed one [`crate::x12::Item`] at a time and keeps one transaction set's findings and open loops.

mod balance;
#[cfg(test)]
mod changed;
mod checker;
mod code_set;
mod crew;
mod echo;
mod element;
mod envelope;
mod finding;
mod hierarchy;
mod keep;
mod rules;
mod set;
mod sound;
mod support;
mod walk;
mod wire_code;

pub use checker::Checker;
pub use crew::Start;
pub use finding::{Breach, Code, Finding, Severity, Trigger};
pub use judgment::{Group, Interchange, Judgment, Transaction, Unkept, Unsupported, Verdict};
pub use keep::{ENVELOPES_MAX, FINDINGS_MAX, STREAM_FINDINGS_MAX, TRANSACTIONS_MAX};
pub use rules::rules;
pub use wire_code::WireCode;

mod judgment;
