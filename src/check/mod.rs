//! Judges an interchange by its guide: what is wrong, where, and what to do. It must not know claims or payers, and
//! writes no acknowledgment: `exchange` makes one of the [`Judgment`].
//!
//! [`Checker`] is fed one [`crate::x12::Item`] at a time and keeps one transaction set's findings and open loops.

mod balance;
mod checker;
mod element;
mod envelope;
mod finding;
mod hierarchy;
mod walk;
mod wire_code;

pub use checker::{Checker, FINDINGS_MAX};
pub use finding::{Code, Finding, Severity};
pub use judgment::{Group, Interchange, Judgment, Transaction, Verdict};
pub use wire_code::WireCode;

mod judgment;
