//! One file a transaction set, read and write side by side: segments to types and back. The bank's file of deposits
//! ([`eft`]) stands beside them: it answers the remittance. [`document`] is any set, as JSON named by its guide.

pub mod document;
pub mod eft;
pub mod t277ca;
pub mod t835;
pub mod t837;
pub mod t999;
pub mod ta1;
mod table;
mod value;

pub use table::{Cell, Row};
