//! What every transport keeps: one contract, run by each of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use claimgate::payer::{FolderRoute, RestShape, Route};
use claimgate::transport::{
    Incoming, Memory, Outgoing, PickUpError, Queue, SendError, Standard, Transport,
};
use jiff::ToSpan;

use super::{Setting, ask, outgoing};

/// The partner's end of a transport.
pub(super) trait Partner {
    fn offer(&self, name: &str, bytes: &[u8]);
    /// Every submission that arrived, in any order.
    fn received(&self) -> Vec<Vec<u8>>;
    /// What is exchanged with it.
    fn interchange(&self, control: u32) -> Vec<u8> {
        interchange(control)
    }
}

/// An interchange that is whole, with a byte that is no UTF-8.
pub(super) fn interchange(control: u32) -> Vec<u8> {
    let isa = format!(
        "ISA*00*{0}*00*{0}*ZZ*{1}*ZZ*{1}*260101*1200*^*00501*{control:09}*0*T*:~",
        " ".repeat(10),
        "A".repeat(15)
    );
    let end = format!("~IEA*1*{control:09}~\r\n");
    [isa.as_bytes(), b"\r\nTA1*\xff", end.as_bytes()].concat()
}

pub(super) async fn keeps_the_contract(transport: Transport, partner: &dyn Partner) {
    let results = ask(Queue::Results);
    assert_eq!(transport.pick_up(&results).await, Ok(None));

    let sent: Vec<Outgoing> = (1..=2)
        .map(|control| Outgoing {
            bytes: partner.interchange(control),
            ..outgoing()
        })
        .collect();
    for one in &sent {
        transport.submit(one).await.unwrap();
    }
    let mut received = partner.received();
    received.sort();
    assert_eq!(received, [partner.interchange(1), partner.interchange(2)]);

    partner.offer("a.835", &partner.interchange(3));
    partner.offer("b.835", &partner.interchange(4));
    for control in [3, 4] {
        let incoming = transport.pick_up(&results).await.unwrap().unwrap();
        assert_eq!(incoming.bytes, partner.interchange(control));
        assert_eq!(incoming.queue, Queue::Results);
        assert!(!incoming.payload_id.is_empty());
        // A job may run twice.
        let answer = outgoing();
        for _ in 0..2 {
            let said = transport.acknowledge(&incoming, Some(&answer)).await;
            assert_eq!(said, Ok(()));
        }
    }
    assert_eq!(transport.pick_up(&results).await, Ok(None));
}

impl Partner for Setting {
    fn offer(&self, _: &str, bytes: &[u8]) {
        Setting::offer(self, Queue::Results, bytes);
    }

    fn received(&self) -> Vec<Vec<u8>> {
        let desk = self.desk.lock().unwrap();
        desk.received.iter().map(|one| one.2.clone()).collect()
    }
}

/// Two folders.
struct Folders {
    directory: tempfile::TempDir,
}

impl Folders {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        for name in ["out", "in"] {
            std::fs::create_dir(directory.path().join(name)).unwrap();
        }
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn transport(&self) -> Transport {
        let route = FolderRoute {
            outgoing: self.path("out"),
            incoming: self.path("in"),
        };
        Transport::open(&Route::Folder(route)).unwrap()
    }
}

impl Partner for Folders {
    fn offer(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path("in").join(name), bytes).unwrap();
    }

    fn received(&self) -> Vec<Vec<u8>> {
        files(&self.path("out"))
            .into_iter()
            .map(|(_, bytes)| bytes)
            .collect()
    }
}

pub(super) fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    let mut files: Vec<_> = entries
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn core_soap_keeps_the_contract() {
    let setting = Setting::new().await;
    keeps_the_contract(setting.client(), &setting).await;
}

#[tokio::test]
async fn core_mime_keeps_the_contract() {
    let setting = Setting::new().await;
    keeps_the_contract(setting.client_of(Standard::Mime, |_| {}), &setting).await;
}

#[tokio::test]
async fn rest_keeps_the_contract() {
    /// JSON carries text only.
    struct Clearinghouse(Setting);
    impl Partner for Clearinghouse {
        fn offer(&self, name: &str, bytes: &[u8]) {
            Partner::offer(&self.0, name, bytes);
        }

        fn received(&self) -> Vec<Vec<u8>> {
            Partner::received(&self.0)
        }

        fn interchange(&self, control: u32) -> Vec<u8> {
            let mut bytes = interchange(control);
            bytes.retain(u8::is_ascii);
            bytes
        }
    }
    for shape in [RestShape::Stedi, RestShape::Optum] {
        let partner = Clearinghouse(Setting::new().await);
        keeps_the_contract(partner.0.rest_client(shape, |_| {}), &partner).await;
    }
}

#[tokio::test]
async fn folders_keep_the_contract() {
    let folders = Folders::new();
    keeps_the_contract(folders.transport(), &folders).await;
}

#[tokio::test]
async fn memory_keeps_the_contract() {
    struct InMemory(Memory);
    impl Partner for InMemory {
        fn offer(&self, name: &str, bytes: &[u8]) {
            self.0.offer(Incoming {
                queue: Queue::Results,
                payload_id: name.into(),
                payload_type: "X12_835".into(),
                bytes: bytes.into(),
                cursor: None,
            });
        }

        fn received(&self) -> Vec<Vec<u8>> {
            self.0.sent().into_iter().map(|one| one.bytes).collect()
        }
    }
    let memory = Memory::new();
    let partner = InMemory(memory.clone());
    keeps_the_contract(Transport::memory(memory), &partner).await;
}

#[tokio::test]
async fn memory_fails_as_it_is_told() {
    let memory = Memory::new();
    let transport = Transport::memory(memory.clone());
    let reason = String::from("on purpose");
    for (error, sent) in [
        (
            SendError::NotSent {
                reason: reason.clone(),
            },
            0,
        ),
        (SendError::Uncertain { reason }, 1),
    ] {
        memory.fail_next(error.clone());
        assert_eq!(transport.submit(&outgoing()).await, Err(error));
        assert_eq!(memory.sent().len(), sent);
    }
}

#[tokio::test]
async fn a_folder_overwrites_nothing() {
    let folders = Folders::new();
    let transport = folders.transport();
    let sent = outgoing();
    let other = Outgoing {
        bytes: b"other".into(),
        ..sent.clone()
    };
    transport.submit(&sent).await.unwrap();
    transport.submit(&sent).await.unwrap();
    let error = transport.submit(&other).await.unwrap_err().to_string();
    assert!(error.contains("exists with other content"), "{error}");
    let name = format!("{}.x12", sent.payload_id);
    assert_eq!(files(&folders.path("out")), [(name, sent.bytes)]);

    // A partner uses a name again, also while the first file is being stored here.
    let results = ask(Queue::Results);
    folders.offer("era.835", &interchange(1));
    let first = transport.pick_up(&results).await.unwrap().unwrap();
    folders.offer("era.835", &interchange(2));
    transport.acknowledge(&first, None).await.unwrap();
    let second = transport.pick_up(&results).await.unwrap().unwrap();
    assert_eq!(second.bytes, interchange(2));
    transport.acknowledge(&second, None).await.unwrap();
    folders.offer("era.835", &interchange(3));
    let third = transport.pick_up(&results).await.unwrap().unwrap();
    transport.acknowledge(&third, None).await.unwrap();
    assert_eq!(
        files(&folders.path("in/taken")),
        [
            ("era.835".into(), interchange(2)),
            ("era.835.2".into(), interchange(3)),
        ]
    );
}

#[tokio::test]
async fn a_folder_takes_only_what_is_finished() {
    let folders = Folders::new();
    let transport = folders.transport();
    let results = ask(Queue::Results);
    let whole = interchange(1);
    for name in [".hidden.835", "a.835.part", "b.tmp", "c.filepart", "d e"] {
        folders.offer(name, &whole);
    }
    std::fs::create_dir(folders.path("in").join("directory")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", folders.path("in").join("link")).unwrap();
    folders.offer("half.835", &whole[..whole.len() - 4]);
    assert_eq!(transport.pick_up(&results).await, Ok(None));

    // Half a file that nobody has written to for long is not coming any more; it holds nothing up.
    let mut later = results.clone();
    later.time = results.time + 2.hours();
    let error = transport.pick_up(&later).await.unwrap_err();
    assert!(matches!(error, PickUpError::Damaged { .. }));
    let words = "half.835 is not a whole interchange";
    assert!(error.to_string().contains(words), "{error}");
    folders.offer("whole.835", &whole);
    let incoming = transport.pick_up(&later).await.unwrap().unwrap();
    assert_eq!(incoming.payload_id, "whole.835");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let folders = Folders::new();
    for name in ["in", "out"] {
        std::fs::remove_dir(folders.path(name)).unwrap();
    }
    let transport = folders.transport();
    let error = transport.submit(&outgoing()).await.unwrap_err();
    assert!(matches!(error, SendError::NotSent { .. }));
    assert!(error.to_string().contains("check that the folder exists"));
    let error = transport.pick_up(&ask(Queue::Results)).await.unwrap_err();
    assert!(matches!(error, PickUpError::Failed { .. }));
    assert!(error.to_string().contains("check the path"), "{error}");

    let stranger = Incoming {
        queue: Queue::Results,
        payload_id: "../../etc/passwd".into(),
        payload_type: String::new(),
        bytes: Vec::new(),
        cursor: None,
    };
    let error = transport.acknowledge(&stranger, None).await.unwrap_err();
    assert!(error.to_string().contains("no file name"), "{error}");
}

#[tokio::test]
async fn a_folder_leaves_a_file_that_grows() {
    let folders = Folders::new();
    let transport = folders.transport();
    folders.offer("a.835", &interchange(1));
    let path = folders.path("in").join("a.835");
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let (start, started) = std::sync::mpsc::channel();
    let growing = std::thread::spawn(move || {
        let mut bytes = interchange(1);
        // Every state is whole: only the growth tells that more will come.
        while stopped.recv_timeout(Duration::from_millis(10)).is_err() {
            bytes.extend_from_slice(&interchange(2));
            std::fs::write(&path, &bytes).unwrap();
            let _ = start.send(());
        }
        bytes
    });
    started.recv().unwrap();
    assert_eq!(transport.pick_up(&ask(Queue::Results)).await, Ok(None));
    stop.send(()).unwrap();
    let bytes = growing.join().unwrap();
    let incoming = transport.pick_up(&ask(Queue::Results)).await.unwrap();
    assert_eq!(incoming.unwrap().bytes, bytes);
}
