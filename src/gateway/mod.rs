//! The driver: jobs call the floors below, do what they say, and store it.

pub mod clock;
