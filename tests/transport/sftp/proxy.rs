//! A connection that breaks after so many bytes, one way or the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Which way the bytes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    ToServer,
    ToClient,
}

/// A proxy on a free port. Only the first connection is passed on.
pub(super) struct Proxy {
    pub(super) port: u16,
    passed: [Arc<AtomicUsize>; 2],
}

impl Proxy {
    /// Breaks the connection once `after` bytes have gone that way.
    pub(super) async fn start(to: u16, way: Way, after: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let passed: [Arc<AtomicUsize>; 2] = Default::default();
        let counts = passed.clone();
        tokio::spawn(async move {
            let (client, _) = listener.accept().await.unwrap();
            let server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let limit = |this: Way| if this == way { after } else { usize::MAX };
            let [up, down] = counts;
            tokio::select! {
                () = pass(from_client, to_server, limit(Way::ToServer), up) => {}
                () = pass(from_server, to_client, limit(Way::ToClient), down) => {}
            }
        });
        Self { port, passed }
    }

    /// Bytes that went this way.
    pub(super) fn passed(&self, way: Way) -> usize {
        self.passed[way as usize].load(Ordering::SeqCst)
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    limit: usize,
    count: Arc<AtomicUsize>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let room = limit - count.load(Ordering::SeqCst);
        let passed = read.min(room);
        if to.write_all(&buffer[..passed]).await.is_err() {
            return;
        }
        count.fetch_add(passed, Ordering::SeqCst);
        if passed < read || passed == room {
            return;
        }
    }
}
