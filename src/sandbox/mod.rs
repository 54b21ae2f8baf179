//! An insurer that answers, well or badly, on purpose: for the demo, the tests and a user's first day.

mod adjudicate;
mod answers;
mod credentials;
mod fees;
mod ledger;
mod manners;
mod payer;
pub mod practice;
mod reception;
mod remit;
mod rest;
#[cfg(test)]
mod samples;
mod server;
mod taking;

pub use adjudicate::{
    Adjudication, Afterthought, LineDecision, Refusal, adjudicate, afterthought, decidable_from,
    intake,
};
pub use credentials::Credentials;
pub use manners::{Manner, Manners, Repeated};
pub use payer::{ACKNOWLEDGMENT, CLAIM_ACKNOWLEDGMENT, DEPOSIT, REMITTANCE, SandboxPayer};
pub use reception::{Answer, Insurer};
pub use server::Server;
