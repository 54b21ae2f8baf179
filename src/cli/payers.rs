//! `claimgate payers test`: tries the connection to trading partners.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::gateway::Gateway;

use super::FINDINGS;

#[derive(Debug, Args)]
pub(crate) struct PayersArgs {
    #[command(subcommand)]
    command: PayersCommand,
}

#[derive(Debug, Subcommand)]
enum PayersCommand {
    /// Ask partners what they hold for us; what comes is kept.
    #[command(after_help = "Examples:
  claimgate payers test --config claimgate.toml           every partner with a route
  claimgate payers test acme --config claimgate.toml      one of them

A real question over the real route, with our certificate: what the partner hands out is stored, as by `pickup`.")]
    Test {
        /// Id of the trading partner; all of them without it.
        id: Option<String>,
    },
}

pub(crate) async fn run(args: &PayersArgs, gateway: &Gateway) -> anyhow::Result<ExitCode> {
    let PayersCommand::Test { id } = &args.command;
    let is_meant = |partner: &&_| {
        let partner: &crate::payer::TradingPartner = partner;
        id.as_ref().is_none_or(|id| partner.id == *id)
    };
    let partners: Vec<_> = gateway.setup.partners.iter().filter(is_meant).collect();
    if partners.is_empty() {
        bail!("there is no such trading partner: add its file to the payers directory");
    }
    let mut out = io::stdout().lock();
    let mut failed = 0;
    for partner in partners {
        if partner.routes.is_empty() {
            writeln!(
                out,
                "{}: no [route] in its file, so nothing is sent",
                partner.id
            )?;
            continue;
        }
        let found = gateway.pick_up_from(partner).await?;
        if found.problems.is_empty() {
            writeln!(
                out,
                "{}: answers; {} payloads fetched",
                partner.id, found.new
            )?;
        }
        for problem in &found.problems {
            failed += 1;
            writeln!(out, "{problem}")?;
        }
    }
    Ok(match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(FINDINGS),
    })
}
