//! Tests of the whole: one binary, a module a subject. Unit tests stand beside the code.

mod check;
mod corpus;
mod fence;
mod t837p;
