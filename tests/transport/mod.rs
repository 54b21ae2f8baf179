//! The client and the sandbox over real TLS: what is exchanged, and what each way of failing is taken for.

mod contract;
mod dialects;
mod limits;
mod manners;
mod raw;
mod rest;
mod sftp;
mod trust;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use claimgate::payer::{CoreRoute, RestRoute, RestShape, Route};
use claimgate::sandbox::{Answer, Credentials, Insurer, Manner, Manners, Server};
use claimgate::transport::{Kind, Outgoing, PickUp, Queue, SendError, Standard, Transport};
use jiff::Timestamp;
use uuid::Uuid;

const CLAIMS: &str = "X12_837_Request_005010X222A1";
const PAYLOAD: &[u8] = b"ISA*00*~\r\nIEA*1*000000001~\r\n";

/// An insurer that remembers what it received and answers what it is given.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    pub(crate) received: Vec<(String, String, Vec<u8>)>,
    acknowledgments: VecDeque<Answer>,
    results: VecDeque<Answer>,
}

impl Insurer for Desk {
    fn receive(&mut self, payload_type: &str, payload_id: &str, bytes: &[u8], _: Timestamp) {
        let received = (payload_type.to_owned(), payload_id.to_owned(), bytes.into());
        self.received.push(received);
    }

    fn acknowledgment(&mut self, _: Timestamp) -> Option<Answer> {
        self.acknowledgments.pop_front()
    }

    fn result(&mut self, _: Timestamp) -> Option<Answer> {
        self.results.pop_front()
    }
}

/// A sandbox on a free port, its insurer, and the certificates of both ends.
pub(crate) struct Setting {
    directory: tempfile::TempDir,
    pub(crate) credentials: Credentials,
    desk: Arc<Mutex<Desk>>,
    pub(crate) manners: Manners,
    pub(crate) server: Server,
}

impl Setting {
    pub(crate) async fn new() -> Self {
        Self::with(|directory| Credentials::make(directory, Timestamp::now()).unwrap()).await
    }

    async fn with(credentials: impl FnOnce(&Path) -> Credentials) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let credentials = credentials(directory.path());
        let desk = Arc::new(Mutex::new(Desk::default()));
        let manners = Manners::new();
        let server = Server::start(
            ([127, 0, 0, 1], 0).into(),
            &credentials,
            desk.clone(),
            manners.clone(),
            Timestamp::now,
        )
        .await
        .unwrap();
        Self {
            directory,
            credentials,
            desk,
            manners,
            server,
        }
    }

    fn client(&self) -> Transport {
        self.client_with(|_| {})
    }

    /// With a route that is changed first.
    fn client_with(&self, change: impl FnOnce(&mut CoreRoute)) -> Transport {
        self.client_of(Standard::Soap, change)
    }

    /// In either envelope.
    fn client_of(&self, standard: Standard, change: impl FnOnce(&mut CoreRoute)) -> Transport {
        let mut route = self.server.route(&self.credentials);
        route.total_timeout_seconds = 5;
        if standard == Standard::Mime {
            route.endpoint = self.server.mime_endpoint();
        }
        change(&mut route);
        let route = match standard {
            Standard::Soap => Route::CoreSoap(route),
            Standard::Mime => Route::CoreMime(route),
        };
        Transport::open(&route).unwrap()
    }

    /// In a clearinghouse's JSON. Any variable that is set will do for a key.
    fn rest_client(&self, shape: RestShape, change: impl FnOnce(&mut RestRoute)) -> Transport {
        let mut route = self.server.rest_route(shape, &self.credentials, "PATH");
        route.total_timeout_seconds = 5;
        change(&mut route);
        Transport::open(&Route::Rest(route)).unwrap()
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn received(&self) -> usize {
        self.desk.lock().unwrap().received.len()
    }

    fn offer(&self, queue: Queue, bytes: &[u8]) {
        let answer = Answer {
            payload_type: format!("{queue:?}"),
            bytes: bytes.into(),
        };
        let mut desk = self.desk.lock().unwrap();
        match queue {
            Queue::Acknowledgments => desk.acknowledgments.push_back(answer),
            Queue::Results | Queue::Remittances => desk.results.push_back(answer),
        }
    }
}

fn outgoing() -> Outgoing {
    Outgoing {
        payload_id: Uuid::new_v4(),
        kind: Kind::ProfessionalClaims,
        time: Timestamp::now(),
        bytes: PAYLOAD.into(),
    }
}

fn ask(queue: Queue) -> PickUp {
    PickUp {
        queue,
        payload_id: Uuid::new_v4(),
        time: Timestamp::now(),
        after: None,
    }
}

/// What a refusal or an unreadable answer is called by the envelope.
fn in_words_of(standard: Standard, words: &str) -> String {
    match standard {
        Standard::Soap => words.to_owned(),
        Standard::Mime => words
            .replace("SOAP fault ", "")
            .replace("no XML", "no multipart/form-data")
            .replace("XML", "multipart/form-data"),
    }
}

#[tokio::test]
async fn a_batch_goes_and_answers_come() {
    let setting = Setting::new().await;
    let client = setting.client();
    let sent = outgoing();

    let receipt = client.submit(&sent).await.unwrap();
    assert_eq!(receipt.payload_type, "X12_BatchReceiptConfirmation");
    assert!(!receipt.reply.is_empty());
    let received = setting.desk.lock().unwrap().received.clone();
    let expected = (CLAIMS.into(), sent.payload_id.to_string(), PAYLOAD.into());
    assert_eq!(received, [expected]);

    for queue in [Queue::Acknowledgments, Queue::Results] {
        assert_eq!(client.pick_up(&ask(queue)).await, Ok(None));
        setting.offer(queue, b"ISA first~");
        setting.offer(queue, b"ISA second\r\n--claimgate-part-0\r\n\xff~");
        let first = client.pick_up(&ask(queue)).await.unwrap().unwrap();
        assert_eq!(first.bytes, b"ISA first~");
        assert_eq!(first.payload_type, format!("{queue:?}"));
        assert_eq!(client.acknowledge(&first, Some(&outgoing())).await, Ok(()));
        let second = client.pick_up(&ask(queue)).await.unwrap().unwrap();
        assert_eq!(second.bytes, b"ISA second\r\n--claimgate-part-0\r\n\xff~");
        assert_ne!(first.payload_id, second.payload_id);
        assert_eq!(client.acknowledge(&second, None).await, Ok(()));
        assert_eq!(client.pick_up(&ask(queue)).await, Ok(None));
    }
}

#[tokio::test]
async fn a_large_batch_goes_whole() {
    let setting = Setting::new().await;
    let bytes = b"SV1*HC:99213*125*UN*1***1~\n".repeat(500_000);
    let sent = Outgoing {
        bytes: bytes.clone(),
        ..outgoing()
    };
    setting.client().submit(&sent).await.unwrap();
    assert_eq!(setting.desk.lock().unwrap().received[0].2, bytes);
}

/// Clients at once, more than the sandbox serves at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clients_are_served_once_each() {
    let setting = Setting::new().await;
    let client = Arc::new(setting.client_with(|route| route.total_timeout_seconds = 60));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let client = client.clone();
        clients.spawn(async move { client.submit(&outgoing()).await.unwrap() });
    }
    assert_eq!(clients.join_all().await.len(), 200);
    assert_eq!(setting.received(), 200);
}

#[tokio::test]
async fn a_dropped_sandbox_hangs_up() {
    let setting = Setting::new().await;
    setting.manners.next(Manner::Slow(Duration::from_secs(60)));
    let client = setting.client();
    let sending = tokio::spawn(async move { client.submit(&outgoing()).await });
    while setting.received() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(setting);
    let error = sending.await.unwrap().unwrap_err();
    assert!(matches!(error, SendError::Uncertain { .. }), "{error}");
}
