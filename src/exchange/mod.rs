//! Did it arrive, was it accepted: state machines without IO.

mod acknowledge;
pub mod claim;
pub mod control_number;
pub mod submission;

pub use acknowledge::{AnswerNumbers, implementation_acknowledgments, interchange_acknowledgments};
