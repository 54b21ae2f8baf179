//! claimgate: an insurance EDI interchange gateway for US health care.
//!
//! Charts become claims, claims become interchanges, interchanges reach payers, and what comes back is matched to
//! the cent. People see only what needs a person.
//!
//! # Floors
//! Imports point down, from 7 to 1. Inside a floor nothing imports its neighbour, but `payer`
//! may use `guide`, and `cli` starts `web`.
//! `tests/fence.rs` holds this table and the one of crates a room may use, and names the line that breaks them.
//!
//! | floor | rooms |
//! |---|---|
//! | 7 | [`web`] the worklist and the API · [`cli`] one file a command |
//! | 6 | [`gateway`] the driver: jobs call floors 1-4, do what they say, store it · [`sandbox`] an insurer that answers |
//! | 5 | [`transport`] bytes to a payer and back · [`store`] what is remembered, the only SQL |
//! | 4 | [`exchange`] did it arrive, was it accepted · [`reconcile`] was it paid, does the money add up |
//! | 3 | [`check`] judges by a guide · [`transaction`] claim and remittance types, and documents of any set, to segments and back · [`billing`] chart to claim |
//! | 2 | [`guide`] the law as data · [`payer`] a trading partner |
//! | 1 | [`x12`] the language · [`claim`] what a payer is sent · [`chart`] what the practice knows |
//!
//! # Invariants
//! 1. Floors 1-4 do no IO, read no clock, draw no random number and do not wait: bytes, time and numbers are arguments.
//! 2. Reading never fails: it returns what it could read and the findings. `Err` is for the machine, a finding for the biller.
//! 3. A byte received is stored before it is understood, and never changed. Absent, zero and unreadable are three things.
//! 4. State is a fold over append-only events; every effect on the outside has an idempotency key; every job may run twice.
//! 5. What we write passes our own check before it may be sent.
//! 6. An uncertain send is `unknown` until an acknowledgment, a pick-up or a person settles it; it is never sent again blindly.
//! 7. Money is exact ([`claim::Money`]), its sums checked when written and when read back. Nothing is forced to balance.
//! 8. A payer's overlay may only tighten a guide.
//! 9. Health information is [`claim::Phi`]: redacted in `Debug` and `Display`, in every build. Logs carry ids and places.
//! 10. Memory is bounded by the largest claim, not by the file. Every loop, queue, body and file has a named limit.
//!
//! Not built yet: a login for [`web`], a sandbox insurer that decides institutional and dental claims, AS2 among the doors of
//! [`transport`], PostgreSQL.
//!
//! # How to add …
//! | new | touch |
//! |---|---|
//! | guide or version | `guide/data/<GUIDE>.guide` (what it shares is in `shared.guide`) and a line in `guide/library.rs`; a `transaction/` file only if the business reads it |
//! | code list | `guide/codes/<list>.tsv` (code, from, to, text in our words) and a line in `guide/codes/lists.rs` |
//! | payer | `config/payers/<id>.toml` |
//! | companion guide of a payer | `config/payers/<id>.overlay`, in the notation of [`guide::Overlay`] |
//! | rule of a guide or a line of business | `check/rules/<room>/<Name>.rule`, in the notation of [`guide::rule`], a line in the room's `mod.rs`, and `fixtures/rules/<Name>/{accepted,rejected}.edi` |
//! | transport | one file in `transport/` and a variant of its enum, its keys in `payer/route.rs` and `config/routes.toml`; it then runs `tests/transport/contract.rs` |
//! | thing that may need a person | what changes it says so in its own transaction (`store/attention.rs`), and `gateway/remind.rs` looks at it |
//! | fault of the exchange | `tests/simulation/insurer.rs` does it, `tests/simulation/world.rs` says what must hold after it |
//! | kind of finding | on an interchange: a line in `check/finding.rs` and its wire code in `check/wire_code.rs`, where a claim is rejected for it a line in `exchange/data/claim_status.tsv`; on a chart: a line in `chart/finding.rs` |
//! | chart field | its record in `chart/` and its place in `billing/`, taken through `billing/fields.rs`, and back in `billing/unbill/`; a chart in `fixtures/charts/<kind>/` and its line in `findings.tsv`; drawn in `tests/random_charts/` |
//! | edit of charts | one file in `billing/scrub/`, a line in its list, its code in `chart/finding.rs`, and `fixtures/scrub/<Name>/{accepted,rejected}.json` |
//! | form of charts | a folder in `chart/` that gives a [`chart::Reading`], recognised in `chart/read.rs` (claims that were made elsewhere come through `gateway/recharted.rs`); charts in `fixtures/charts/<form>/` |
//! | name that a practice system gives a column | a word in `chart/superbill/guess.rs` |
//! | field of a clearinghouse's request | a line of its table in `chart/clearinghouse/`: their name, our place, how one becomes the other |
//! | command | one file in `cli/` and a line in its `mod.rs` |
//! | page | one file in `web/`, its template, and a line in `web/router.rs` |
//!
//! # Glossary
//! *Chart*: what the practice knows of an encounter. *Claim*: what a payer is sent. *Submission*: one interchange sent to
//! one payer, with its life. *Finding*: something wrong, with place, reason and remedy. *Worklist item*: what needs a
//! person. The rest are the standard's own words.

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
