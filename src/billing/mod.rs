//! Charts and a payer become claims; what is missing becomes findings on the chart. It must not know X12 syntax,
//! only the limits that a claim has, and reads no clock: today is an argument.
//!
//! [`Biller::bill`] takes one [`crate::chart::Reading`] and gives its claims, each with a [`Provenance`] that leads
//! from a field of the claim back to the chart, or the findings that hold it.

#[allow(dead_code, reason = "read by professional claims, which come next")]
mod config;
mod numbering;
mod provenance;
#[allow(dead_code, reason = "read by professional claims, which come next")]
mod shape;

pub use config::{CodeMap, Defaults};
pub use numbering::Numbering;
pub use provenance::Provenance;
