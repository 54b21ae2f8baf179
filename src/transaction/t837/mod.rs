//! Claims, 837: `claim::Claim`s to a transaction set and back. It must not judge a claim: what is
//! wrong with it is written as it is, and `check` says so before anything is sent.
//!
//! [`write_set`] and [`interchange`] write; [`ClaimReader`] takes segments one by one and gives a
//! claim when it is complete. Both tell at which positions each claim stands ([`ClaimPosition`]),
//! so that a position in a 999 leads back to claim and service line. What the guide has no place
//! for is left out when written (a subscriber's address when a dependent is the patient); what
//! `claim::Claim` has no place for is told as [`Unreadable`] when read, and [`NOT_HELD`] lists it.
//!
//! What the three claims share is in `read*`, `write*` and `other_payer`; what only one of them
//! says is in `professional`, `institutional` and `dental`, read and write side by side.

mod batch;
mod codes;
mod cursor;
mod dental;
mod equipment;
mod health_codes;
mod institutional;
#[cfg(test)]
mod kind_tests;
mod not_held;
mod other_payer;
mod position;
mod professional;
mod read;
mod read_claim;
mod read_levels;
mod read_line;
mod read_party;
#[cfg(test)]
mod tests;
mod trail;
mod write;
mod write_claim;
mod write_line;
mod write_party;

pub use batch::{Numbers, Written, WrittenSet, claims_per_interchange, interchange};
pub(super) use cursor::ccyymmdd;
pub use cursor::{UNREADABLE_MAX, Unreadable, What};
pub use not_held::{NOT_HELD, NotHeld};
pub use position::{ClaimPosition, Level, Location, Part, Span};
pub use read::{ClaimReader, ReadClaim, SetInfo};
pub use trail::{TracedElement, TracedSegment, Trail};
pub use write::{NotWritten, SetHeader, write_set};
