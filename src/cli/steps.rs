//! The gateway's steps one by one: `claimgate pickup`, `ingest`, `work`. It must not decide what a step does.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::gateway::{Gateway, Ingested, PickedUp, Round};

use super::{Common, FINDINGS, output};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  claimgate pickup --config claimgate.toml    fetch TA1, 999, 277CA, 835 from every partner, and post them

What is fetched is stored before it is understood. Asking again is always harmless.")]
pub(crate) struct PickupArgs {}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate ingest remit.835 deposit.ach      take what came another way
  claimgate ingest inbox/*                    the same file again changes nothing
  claimgate ingest --again                    what could not be used is tried again, after a fix or an update

TA1, 999, 277CA and 835 interchanges, several in a file, and bank files of EFT deposits (NACHA CCD+).")]
pub(crate) struct IngestArgs {
    /// Files as they came from a payer, clearinghouse or bank.
    #[arg(required_unless_present = "again", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Try everything again that came before and could not be used; its bytes are kept.
    #[arg(long)]
    again: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  claimgate work --config claimgate.toml      run from cron where `serve` is not wanted")]
pub(crate) struct WorkArgs {}

pub(crate) async fn pickup(gateway: &Gateway) -> anyhow::Result<ExitCode> {
    let picked_up = gateway.pick_up().await?;
    let ingested = gateway.ingest().await?;
    let worklist = gateway.remind().await?;
    tell_picked_up(&picked_up);
    tell_ingested(&ingested);
    output::say(format_args!("{worklist} entries in the worklist"));
    Ok(code(
        picked_up.problems.is_empty() && ingested.unusable == 0,
    ))
}

pub(crate) async fn ingest(args: &IngestArgs, gateway: &Gateway) -> anyhow::Result<ExitCode> {
    let bar = output::count_bar(args.files.len() as u64);
    let mut again = 0;
    for file in &args.files {
        let bytes =
            std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if !gateway.keep_file(&name, &bytes).await? {
            again += 1;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if args.again {
        let reopened = gateway.store.reopen().await?;
        output::say(format_args!("{reopened} payloads are tried again"));
    }
    let ingested = gateway.ingest().await?;
    gateway.remind().await?;
    if again > 0 {
        output::say(format_args!("{again} files had come before"));
    }
    tell_ingested(&ingested);
    Ok(code(ingested.unusable == 0))
}

pub(crate) async fn work(gateway: &Gateway) -> anyhow::Result<ExitCode> {
    let round = gateway.work().await?;
    tell_round(&round);
    let is_well = round.picked_up.problems.is_empty()
        && round.ingested.unusable == 0
        && round.sent.unknown + round.sent.refused == 0;
    Ok(code(is_well))
}

/// What a round did, a line for each thing that moved.
pub(super) fn tell_round(round: &Round) {
    output::say(format_args!(
        "{} claims queued, {} interchanges sent",
        round.queued, round.sent.sent
    ));
    super::submit::tell_unsent(&round.sent, round.sent.unknown);
    tell_picked_up(&round.picked_up);
    tell_ingested(&round.ingested);
    output::say(format_args!("{} entries in the worklist", round.worklist));
}

fn tell_picked_up(picked_up: &PickedUp) {
    output::say(format_args!("{} payloads fetched", picked_up.new));
    for problem in &picked_up.problems {
        output::say(problem);
    }
}

fn tell_ingested(ingested: &Ingested) {
    output::say(format_args!(
        "{} payloads understood: {} answers, {} remittances posted, {} posted before, {} deposits",
        ingested.payloads,
        ingested.answers,
        ingested.remittances,
        ingested.again,
        ingested.deposits
    ));
    if ingested.unusable > 0 {
        output::say(format_args!(
            "{} things could not be used: see the worklist",
            ingested.unusable
        ));
    }
}

fn code(is_well: bool) -> ExitCode {
    match is_well {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(FINDINGS),
    }
}

/// Opens the store and the partners' routes, as every step needs them.
pub(super) async fn open(common: &Common) -> anyhow::Result<Gateway> {
    let setup = crate::gateway::Setup::load(common.config.as_deref())?;
    let setup = setup.with_data(common.data.as_deref())?;
    let data = setup.config.data.clone();
    Ok(Gateway::open(setup, &data).await?)
}
