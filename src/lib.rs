//! claimgate: an insurance EDI interchange gateway for US health care.
//!
//! Charts become claims, claims become interchanges, interchanges reach payers, and what comes back is matched to
//! the cent. People see only what needs a person.
//!
//! # Floors
//! Imports point down, from 7 to 1. Inside a floor nothing imports its neighbour, but `payer` may use `guide`.
//! `tests/fence.rs` holds this table and the one of crates a room may use, and names the line that breaks them.
//!
//! | floor | rooms |
//! |---|---|
//! | 7 | [`web`] the worklist and the API · [`cli`] one file a command |
//! | 6 | [`gateway`] the driver: jobs call floors 1-4, do what they say, store it · [`sandbox`] an insurer that answers |
//! | 5 | [`transport`] bytes to a payer and back · [`store`] what is remembered, the only SQL |
//! | 4 | [`exchange`] did it arrive, was it accepted · [`reconcile`] was it paid, does the money add up |
//! | 3 | [`check`] judges by a guide · [`transaction`] claim and remittance types to segments and back · [`billing`] chart to claim |
//! | 2 | [`guide`] the law as data · [`payer`] a trading partner |
//! | 1 | [`x12`] the language · [`claim`] what a payer is sent · [`chart`] what the practice knows |

pub mod billing;
pub mod chart;
pub mod check;
pub mod claim;
pub mod cli;
pub mod exchange;
pub mod gateway;
pub mod guide;
pub mod payer;
pub mod reconcile;
pub mod sandbox;
pub mod store;
pub mod transaction;
pub mod transport;
pub mod web;
pub mod x12;
