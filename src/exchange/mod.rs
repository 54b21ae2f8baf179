//! Did it arrive, was it accepted: state machines without IO.

mod acknowledge;
pub mod answer;
pub mod claim;
pub mod claim_acknowledgment;
pub mod control_number;
pub mod health;
pub mod reply;
pub mod status;
pub mod submission;

pub use acknowledge::{
    AnswerNumbers, Copies, Repeated, implementation_acknowledgments, interchange_acknowledgments,
};
pub use claim_acknowledgment::{SubmittedClaims, claim_acknowledgments};
