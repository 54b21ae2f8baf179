//! `claimgate settle`: a person's word for an interchange that nobody else can settle.

use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::gateway::{Gateway, Settlement};

use super::output;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate settle acme 17 --arrived        the partner says that it has interchange 17
  claimgate settle acme 17 --not-arrived    it does not: the same bytes go again with the next round
  claimgate settle acme 18 --again          attempts were used up, or it was turned away and the cause is mended

An interchange is unknown where a connection broke before the partner answered. It is never sent again by itself: ask
the partner first, by telephone or portal, for the interchange control number (ISA13).")]
pub(crate) struct SettleArgs {
    /// Id of the trading partner.
    partner: String,
    /// Interchange control number (ISA13).
    control_number: u32,
    #[command(flatten)]
    settlement: SettlementArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct SettlementArgs {
    /// The partner has it.
    #[arg(long)]
    arrived: bool,
    /// The partner does not have it.
    #[arg(long)]
    not_arrived: bool,
    /// It is to go again.
    #[arg(long)]
    again: bool,
}

pub(crate) async fn run(args: &SettleArgs, gateway: &Gateway) -> anyhow::Result<ExitCode> {
    let settlement = match &args.settlement {
        given if given.arrived => Settlement::Arrived,
        given if given.not_arrived => Settlement::NotArrived,
        _ => Settlement::Again,
    };
    let SettleArgs {
        partner,
        control_number,
        ..
    } = args;
    let settled = gateway
        .settle(partner, *control_number, settlement)
        .await?
        .with_context(|| format!("interchange {control_number} for {partner}"))?;
    output::say(format_args!(
        "interchange {control_number} for {partner}: {settled}"
    ));
    Ok(ExitCode::SUCCESS)
}
