//! One file a transaction set, read and write side by side: segments to types and back. The bank's file of deposits
//! ([`eft`]) stands beside them: it answers the remittance.

pub mod eft;
pub mod t277ca;
pub mod t835;
pub mod t837;
pub mod t999;
pub mod ta1;
mod value;
