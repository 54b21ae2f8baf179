//! `claimgate migrate`: brings the tables of a store up to date.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use crate::gateway::Gateway;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  claimgate migrate --data store    before a new claimgate takes over; every command does it by itself as well

A store of a newer claimgate is refused, not changed.")]
pub(crate) struct MigrateArgs {}

/// Opening the store has done it.
pub(crate) async fn run(gateway: &Gateway) -> anyhow::Result<ExitCode> {
    let version = gateway.store.schema_version().await?;
    writeln!(
        io::stdout(),
        "{}: schema version {version}",
        gateway.store.dir().display()
    )?;
    Ok(ExitCode::SUCCESS)
}
