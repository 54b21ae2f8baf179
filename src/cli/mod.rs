//! The command line, one file a command. It must hold no logic of its own: it reads arguments, calls the rooms
//! below and prints.

mod charts;
mod check;
mod codes;
mod demo;
mod explain;
mod input;
mod migrate;
mod output;
mod payers;
mod read;
mod sandbox;
mod serve;
mod settle;
mod status;
mod steps;
mod submit;
mod translate;
mod write;

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
    /// The whole way from charts to money, against the built-in insurer.
    Demo(demo::DemoArgs),
    /// Charts become claim interchanges in a directory.
    Translate(translate::TranslateArgs),
    /// Judge interchanges: what is wrong, where, and what to do.
    Check(check::CheckArgs),
    /// Interchanges become JSON documents, without a byte of data lost, or tables.
    Read(read::ReadArgs),
    /// JSON documents become interchanges again.
    Write(write::WriteArgs),
    /// Charts become claims, and claims are sent.
    Submit(submit::SubmitArgs),
    /// Fetch replies from every partner, and post them.
    Pickup(steps::PickupArgs),
    /// Take reply files that came another way.
    Ingest(steps::IngestArgs),
    /// Run every job that is due, once.
    Work(steps::WorkArgs),
    /// Say what became of an interchange that is in doubt, or let one go again.
    Settle(settle::SettleArgs),
    /// Where each claim stands, and why.
    Status(status::StatusArgs),
    /// Whether the money adds up.
    Reconcile(status::ReconcileArgs),
    /// The gateway as a service, with the worklist in a browser.
    Serve(serve::ServeArgs),
    /// An insurer to test against.
    Sandbox(sandbox::SandboxArgs),
    /// Trading partners.
    Payers(payers::PayersArgs),
    /// Bring the tables of the store up to date.
    Migrate(migrate::MigrateArgs),
    /// The external code lists at hand, and newer ones taken in.
    Codes(codes::CodesArgs),
    /// What a finding or a code means and what to do.
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
    let done = run_command(&cli.command, &cli.common);
    match done {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error);
            ExitCode::from(FAILED)
        }
    }
}

fn run_command(command: &Command, common: &Common) -> anyhow::Result<ExitCode> {
    match command {
        Command::Translate(args) => translate::run(args, common),
        Command::Check(args) => check::run(args, common),
        Command::Read(args) => read::run(args),
        Command::Write(args) => write::run(args),
        Command::Codes(args) => codes::run(args, common),
        Command::Explain(args) => explain::run(args, common),
        Command::Demo(args) => block_on(demo::run(args, common)),
        Command::Submit(args) => block_on(submit::run(args, common)),
        Command::Sandbox(args) => block_on(sandbox::run(args)),
        on_the_store => block_on(async {
            let gateway = steps::open(common).await?;
            match on_the_store {
                Command::Pickup(_) => steps::pickup(&gateway).await,
                Command::Ingest(args) => steps::ingest(args, &gateway).await,
                Command::Work(_) => steps::work(&gateway).await,
                Command::Settle(args) => settle::run(args, &gateway).await,
                Command::Status(args) => status::status(args, &gateway).await,
                Command::Reconcile(args) => status::reconcile(args, &gateway).await,
                Command::Serve(args) => serve::run(args, &gateway).await,
                Command::Payers(args) => payers::run(args, &gateway).await,
                _ => migrate::run(&gateway).await,
            }
        }),
    }
}

fn block_on(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Runtime::new()?.block_on(command)
}

/// `claimgate … | head`: the reader has seen enough.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| {
            let json = cause.downcast_ref::<serde_json::Error>();
            let io = cause.downcast_ref::<std::io::Error>();
            json.and_then(serde_json::Error::io_error_kind)
                .or(io.map(std::io::Error::kind))
        })
        .any(|kind| kind == std::io::ErrorKind::BrokenPipe)
}
