//! `claimgate serve`: the gateway as a service. Jobs run on schedule, the worklist is in the browser, and a signal
//! ends both when the job at hand is done.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::gateway::Gateway;
use crate::store::Store;
use crate::web;

use super::{output, steps};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate serve --config claimgate.toml
  claimgate serve --config claimgate.toml --listen 127.0.0.1:9000

Every [jobs] every_seconds it sends what is due, fetches what partners hold, posts it and makes the worklist anew. The
worklist has no login yet: keep it on loopback. Beside it are /health, /ready and /metrics (Prometheus). Ctrl-C or SIGTERM stops it when the job at hand is done.")]
pub(crate) struct ServeArgs {
    /// Address of the worklist; else [web] listen of the configuration.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

pub(crate) async fn run(args: &ServeArgs, gateway: &Gateway) -> anyhow::Result<ExitCode> {
    let listen = args.listen.unwrap_or(gateway.setup.config.web.listen);
    let every = Duration::from_secs(gateway.setup.config.jobs.every_seconds.max(1));
    let listener = bind(listen).await?;
    let listen = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let pages = tokio::spawn(web::serve(
        listener,
        gateway.store.clone(),
        until(stopped.clone()),
    ));
    output::say(format_args!("the worklist is at http://{listen}"));
    let mut signal = Box::pin(signal());
    loop {
        // A round is never broken off: what it has begun, it ends.
        match gateway.work().await {
            Ok(round) => steps::tell_round(&round),
            Err(error) => output::error(&error.into()),
        }
        tokio::select! {
            () = &mut signal => break,
            () = tokio::time::sleep(every) => {}
        }
    }
    output::say("stopping");
    stop.send_replace(true);
    pages.await??;
    Ok(ExitCode::SUCCESS)
}

/// Shows the worklist of a store until Ctrl-C.
pub(super) async fn until_stopped(listen: SocketAddr, store: Arc<Store>) -> anyhow::Result<()> {
    let listener = match bind(listen).await {
        Ok(listener) => listener,
        // Whatever has the usual port keeps it.
        Err(_) => bind(SocketAddr::new(listen.ip(), 0)).await?,
    };
    let at = listener.local_addr()?;
    output::say(format_args!("the worklist is at http://{at} until Ctrl-C"));
    Ok(web::serve(listener, store, signal()).await?)
}

async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!("the worklist cannot listen at {listen}: choose another address with [web] listen or --listen")
    })
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error says that the other end is gone: that is a stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Ctrl-C, or what a service manager sends.
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
}
