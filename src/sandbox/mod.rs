//! An insurer that answers, well or badly, on purpose: for the demo, the tests and a user's first day.

mod adjudicate;
mod fees;
#[cfg(test)]
mod samples;

pub use adjudicate::{
    Adjudication, Afterthought, LineDecision, Refusal, adjudicate, afterthought, decidable_from,
    intake,
};
