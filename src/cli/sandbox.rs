//! `claimgate sandbox`: the built-in insurer alone, for whoever tests their own side against it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use anyhow::Context;
use clap::Args;

use crate::gateway::{Setup, clock};
use crate::payer::Route;
use crate::sandbox::{Credentials, Manners, SandboxPayer, Server};

use super::output;

#[derive(Debug, Args)]
#[command(after_help = "Example:
  claimgate sandbox --out sandbox &
  claimgate submit fixtures/charts/professional --config sandbox/claimgate.toml
  claimgate work --config sandbox/claimgate.toml
  claimgate status --config sandbox/claimgate.toml

It speaks CAQH CORE 2.2.0 (SOAP with MTOM) over TLS with client certificates, and remembers nothing when it stops.")]
pub(crate) struct SandboxArgs {
    /// Where it listens.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// Directory for its certificates and for a configuration that reaches it.
    #[arg(long, value_name = "DIR", default_value = "sandbox")]
    out: PathBuf,
}

pub(crate) async fn run(args: &SandboxArgs) -> anyhow::Result<ExitCode> {
    let cannot = || {
        format!(
            "{}: cannot be written: choose another --out",
            args.out.display()
        )
    };
    let credentials = Credentials::make(&args.out, clock::now()).with_context(cannot)?;
    let server = Server::start(
        args.listen,
        &credentials,
        Arc::new(Mutex::new(SandboxPayer::default())),
        Manners::new(),
        clock::now,
    )
    .await?;
    write_configuration(&args.out, &server).with_context(cannot)?;
    output::say(format_args!(
        "the sandbox listens at {}; {} reaches it; Ctrl-C stops it",
        server.endpoint(),
        args.out.join("claimgate.toml").display()
    ));
    tokio::signal::ctrl_c().await?;
    server.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// A configuration of the invented practice whose one partner is this server. Paths are relative to its files.
fn write_configuration(out: &Path, server: &Server) -> anyhow::Result<()> {
    let Setup {
        config,
        mut partners,
        ..
    } = Setup::sandbox();
    let payers = out.join(&config.payers);
    std::fs::create_dir_all(&payers)?;
    for partner in &mut partners {
        let beside = Credentials::at(Path::new(".."));
        partner.routes = vec![Route::CoreSoap(server.route(&beside))];
        let file = payers.join(format!("{}.toml", partner.id));
        std::fs::write(file, toml::to_string(partner)?)?;
    }
    Ok(std::fs::write(
        out.join("claimgate.toml"),
        toml::to_string(&config)?,
    )?)
}
