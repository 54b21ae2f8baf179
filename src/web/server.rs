//! Connections of the worklist: every time and number limited, ended gently. It must not know a page.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::router::router;
use crate::store::Store;

/// Further connections wait to be taken.
const CONNECTIONS_MAX: usize = 64;
/// Also how long a connection may be silent between two requests.
const HEADER_TIME_MAX: Duration = Duration::from_secs(5);
const HEADER_BYTES_MAX: usize = 16 * 1024;
/// A browser that keeps a connection longer makes a new one.
const CONNECTION_TIME_MAX: Duration = Duration::from_secs(300);
/// For the answer under way when a connection must end.
const FAREWELL_TIME_MAX: Duration = Duration::from_secs(5);
/// After an error of the listener, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The address of this machine that a request came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Called(pub(super) IpAddr);

/// Serves the worklist until `shutdown` is ready, and ends what is under way.
///
/// # Errors
/// The listener has no address.
pub async fn serve(
    listener: TcpListener,
    store: Arc<Store>,
    shutdown: impl Future,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "the worklist has no login: whoever reaches this address can read it");
    }
    let router = router(store);
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        while connections.try_join_next().is_some() {}
        let full = connections.len() >= CONNECTIONS_MAX;
        tokio::select! {
            _ = &mut shutdown => break,
            _ = connections.join_next(), if full => {}
            accepted = listener.accept(), if !full => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connect(stream, router.clone(), stopped.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "the worklist could not take a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    drop(stop);
    while connections.join_next().await.is_some() {}
    Ok(())
}

async fn connect(stream: TcpStream, router: Router, mut stopped: watch::Receiver<()>) {
    let Ok(called) = stream.local_addr() else {
        return;
    };
    let called = Called(called.ip().to_canonical());
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(called);
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME_MAX)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = until(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            match timeout(FAREWELL_TIME_MAX, connection).await {
                Ok(ended) => ended,
                Err(_) => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection of the worklist broke");
    }
}

/// The moment at which a connection must end: the server stops, or it has lasted long enough.
async fn until(stopped: &mut watch::Receiver<()>) {
    // Nothing is ever sent: the error, when the sender is gone, is the sign. Time over is the other.
    let _ = timeout(CONNECTION_TIME_MAX, stopped.changed()).await;
}
