//! An insurer that answers, well or badly, on purpose: for the demo, the tests and a user's first day.

mod adjudicate;
mod credentials;
mod fees;
mod manners;
mod reception;
#[cfg(test)]
mod samples;
mod server;

pub use adjudicate::{
    Adjudication, Afterthought, LineDecision, Refusal, adjudicate, afterthought, decidable_from,
    intake,
};
pub use credentials::Credentials;
pub use manners::{Manner, Manners, Repeated};
pub use reception::{Answer, Insurer};
pub use server::Server;
