//! The command line, one file a command. It must hold no logic of its own: it reads arguments, calls the rooms
//! below and prints.

mod charts;
mod check;
mod explain;
mod output;
mod submit;
mod translate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Exit code 1: findings, claims rejected or held, money that does not balance.
pub(crate) const FINDINGS: u8 = 1;
/// Exit code 2: the command could not do its work.
pub(crate) const FAILED: u8 = 2;

#[derive(Debug, Parser)]
#[command(name = "claimgate", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Configuration file; without it every key has its default.
    #[arg(long, global = true, value_name = "FILE", env = "CLAIMGATE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Directory of the store. `demo` makes a fresh temporary one unless told.
    #[arg(long, global = true, value_name = "DIR", env = "CLAIMGATE_DATA")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Charts become claim interchanges in a directory.
    Translate(translate::TranslateArgs),
    /// Charts become claims, and claims are sent.
    Submit(submit::SubmitArgs),
    /// Judge interchanges: what is wrong, where, and what to do.
    Check(check::CheckArgs),
    /// What a finding means and what to do.
    Explain(explain::ExplainArgs),
}

/// Reads the command line and runs the command. Exit codes: 0 done or accepted, 1 findings, 2 could not do it.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no failure; clap prints each to where it belongs.
            let failed = error.use_stderr();
            let _ = error.print();
            return if failed {
                ExitCode::from(FAILED)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let done = match cli.command {
        Command::Translate(args) => translate::run(&args, &cli.common),
        Command::Submit(args) => submit::run(&args, &cli.common),
        Command::Check(args) => check::run(&args, &cli.common),
        Command::Explain(args) => explain::run(&args),
    };
    match done {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::from(FAILED)
        }
    }
}

/// `claimgate … | head`: the reader has seen enough.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
