//! Charts and a payer become claims; what is missing becomes findings on the chart. It must not
//! know X12 syntax, only the limits that a claim has, and reads no clock: today is an argument.
//!
//! [`Biller::bill`] takes one [`crate::chart::Reading`] and gives its claims, each with a
//! [`Provenance`] that leads from a field of the claim back to the chart, or the findings that
//! hold it.

mod adjudicated;
mod biller;
mod claim;
mod config;
mod coverage;
mod days;
mod dental;
mod detail;
mod diagnoses;
mod equipment;
mod fields;
mod hospital;
mod kind;
mod lines;
mod notes;
mod numbering;
mod people;
mod provenance;
mod providers;
mod scrub;
mod shape;
mod split;
mod text;
mod unbill;

pub use biller::{Billed, BilledClaim, Biller};
pub use config::{CodeMap, Defaults, MemberId, Submitter};
pub use numbering::Numbering;
pub use provenance::Provenance;
pub use scrub::{EDITS, Edit, Services, edit};
pub use unbill::unbill;
