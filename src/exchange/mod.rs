//! Did it arrive, was it accepted: the life of a submission, without IO or clock.

mod acknowledge;

pub use acknowledge::{AnswerNumbers, implementation_acknowledgments, interchange_acknowledgments};
