//! Tests of the whole: one binary, a module a subject. Unit tests stand beside the code.

// The lints take only functions marked as tests for tests; their helpers may stop and print as well.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod billing;
mod breaks;
mod check;
mod claim_acknowledgment;
mod clearinghouse;
mod commands;
mod corpus;
mod demo;
mod documents;
mod fence;
mod fhir;
mod fuzz;
mod gateway;
mod outbox;
mod random_charts;
mod recharted;
mod report;
mod rules;
mod scrub;
mod simulation;
mod sources;
mod superbills;
mod t277ca;
mod t837;
mod t837_complete;
mod translate;
mod transport;
