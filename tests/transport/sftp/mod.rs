//! SFTP against OpenSSH's server, and against one of ours that says what OpenSSH never would.

mod cuts;
mod logins;
mod proxy;
mod sshd;
mod strange;

use std::fs;
use std::time::Duration;

use claimgate::payer::{AfterPickup, FileNames};
use claimgate::transport::{Outgoing, PickUpError, Queue, SendError, Transport};
use jiff::ToSpan;

use self::sshd::Sshd;
use super::contract::{Partner, interchange, keeps_the_contract};
use super::{ask, outgoing};

impl Partner for Sshd {
    fn offer(&self, name: &str, bytes: &[u8]) {
        Sshd::offer(self, name, bytes);
    }

    fn received(&self) -> Vec<Vec<u8>> {
        self.files("out")
            .into_iter()
            .map(|(_, bytes)| bytes)
            .collect()
    }
}

#[tokio::test]
async fn sftp_keeps_the_contract() {
    for after in ["leave", "delete", "move:kept"] {
        let Some(server) = Sshd::start() else { return };
        fs::create_dir(server.path("home/kept")).unwrap();
        let client = server.client_with(|route| {
            route.after_pickup = AfterPickup::try_from(after.to_owned()).unwrap();
        });
        keeps_the_contract(client, &server).await;
        let names = |directory| -> Vec<String> {
            let files = server.files(directory).into_iter();
            files.map(|(name, _)| name).collect()
        };
        let both = ["a.835", "b.835"];
        assert_eq!(names("in") == both, after == "leave", "{after}");
        assert_eq!(names("kept") == both, after == "move:kept", "{after}");
    }
}

async fn not_sent(client: &Transport, words: &str) {
    not_sent_of(client, &outgoing(), words).await;
}

async fn not_sent_of(client: &Transport, sent: &Outgoing, words: &str) {
    let error = client.submit(sent).await.unwrap_err();
    let SendError::NotSent { reason } = &error else {
        panic!("{error}");
    };
    assert!(reason.contains(words), "{reason:?} has no {words:?}");
}

fn large(bytes: usize) -> Outgoing {
    Outgoing {
        bytes: b"SV1*HC:99213*125~\n".repeat(bytes / 18 + 1),
        ..outgoing()
    }
}

#[tokio::test]
async fn names_and_extensions_are_the_partners() {
    let Some(server) = Sshd::start() else { return };
    fs::create_dir(server.path("home/part")).unwrap();
    let client = server.client_with(|route| {
        route.names = FileNames {
            file: "{date}-{control_number}.{extension}".into(),
            temporary: "../part/{name}".into(),
            professional_claims: "CLP".into(),
            ..FileNames::default()
        };
    });
    let sent = Outgoing {
        bytes: interchange(905),
        ..outgoing()
    };
    client.submit(&sent).await.unwrap();
    let file = ("20260101-000000905.CLP".to_owned(), interchange(905));
    assert_eq!(server.files("out"), [file]);
    assert!(server.files("part").is_empty());
}

/// A second attempt after doubt finds the first one's file and leaves it alone.
#[tokio::test]
async fn what_is_there_is_never_overwritten() {
    let Some(server) = Sshd::start() else { return };
    let client = server.client();
    let sent = large(300_000);
    client.submit(&sent).await.unwrap();
    let name = format!("{}.x12", sent.payload_id);
    let path = server.path("home/out").join(&name);
    let written = || fs::metadata(&path).unwrap().modified().unwrap();
    let before = written();
    tokio::time::sleep(Duration::from_millis(20)).await;
    client.submit(&sent).await.unwrap();
    assert_eq!(written(), before);

    for other in [b"other".to_vec(), vec![b'x'; sent.bytes.len()]] {
        fs::write(&path, &other).unwrap();
        not_sent_of(&client, &sent, "a file of this name and other content").await;
        assert_eq!(server.files("out"), [(name.clone(), other)]);
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    not_sent_of(&client, &sent, "a file of this name and other content").await;
}

/// Where the server does not let us read back, the size has to do.
#[tokio::test]
async fn a_server_that_only_takes_is_enough_to_send() {
    let Some(server) = Sshd::start_with("-P read,fsync", "") else {
        return;
    };
    let client = server.client();
    let sent = outgoing();
    client.submit(&sent).await.unwrap();
    client.submit(&sent).await.unwrap();
    let name = format!("{}.x12", sent.payload_id);
    fs::write(server.path("home/out").join(&name), b"x").unwrap();
    not_sent_of(&client, &sent, "other content").await;
    server.offer("a.835", &interchange(1));
    let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("in/a.835 cannot be read (permission denied)"),
        "{error}"
    );
}

#[tokio::test]
async fn what_the_server_does_not_do_is_told() {
    for (options, before, sent, words) in [
        ("-R", "", outgoing(), "permission denied"),
        (
            "-P rename",
            "",
            outgoing(),
            "cannot get its final name: permission denied",
        ),
        // A file may have 32 KiB.
        (
            "",
            "trap '' XFSZ; ulimit -f 64; ",
            large(300_000),
            "full disk or a quota",
        ),
    ] {
        let Some(server) = Sshd::start_with(options, before) else {
            return;
        };
        not_sent_of(&server.client(), &sent, words).await;
        assert_eq!(server.files("out"), [], "{options}{before}");
    }
    let Some(server) = Sshd::start() else { return };
    let client = server.client_with(|route| {
        route.outgoing = "nowhere".into();
        route.incoming = vec!["nowhere".into(), "in".into()];
    });
    not_sent(&client, "no such file or directory: check [route] outgoing").await;
    let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
    assert!(
        error.to_string().contains("\"nowhere\": there is no such"),
        "{error}"
    );
    // The other directory is served all the same.
    server.offer("a.835", &interchange(1));
    let incoming = client.pick_up(&ask(Queue::Results)).await.unwrap().unwrap();
    assert_eq!(incoming.payload_id, "in/a.835");
}

#[tokio::test]
async fn only_finished_files_are_taken() {
    let Some(server) = Sshd::start() else { return };
    let client = server.client();
    let results = ask(Queue::Results);
    let whole = interchange(1);
    for name in [".hidden.835", "a.835.part", "b.tmp", "c.filepart"] {
        server.offer(name, &whole);
    }
    fs::create_dir(server.path("home/in/directory.835")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", server.path("home/in/link.835")).unwrap();
    server.offer("half.835", &whole[..whole.len() - 4]);
    assert_eq!(client.pick_up(&results).await, Ok(None));

    // Half a file that nobody has written to for long is not coming any more; it holds nothing up.
    let mut later = results.clone();
    later.time = results.time + 2.hours();
    let error = client.pick_up(&later).await.unwrap_err();
    assert!(matches!(error, PickUpError::Damaged { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("in/half.835 is not a whole interchange"),
        "{error}"
    );
    server.offer("whole.835", &whole);
    let incoming = client.pick_up(&later).await.unwrap().unwrap();
    assert_eq!(
        (incoming.payload_id.as_str(), incoming.bytes),
        ("in/whole.835", whole.clone())
    );

    let small = server.client_with(|route| route.file_bytes_max = whole.len() - 1);
    let error = small.pick_up(&results).await.unwrap_err().to_string();
    assert!(
        error.contains("in/whole.835 is larger than file_bytes_max"),
        "{error}"
    );
}

/// Every state is whole: only the growth tells that more will come.
#[tokio::test]
async fn a_file_that_grows_is_left() {
    let Some(server) = Sshd::start() else { return };
    let client = server.client();
    let path = server.path("home/in/a.835");
    fs::write(&path, interchange(1)).unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let growing = std::thread::spawn(move || {
        let mut bytes = interchange(1);
        while stopped.recv_timeout(Duration::from_millis(200)).is_err() {
            bytes.extend_from_slice(&interchange(2));
            fs::write(&path, &bytes).unwrap();
        }
        bytes
    });
    assert_eq!(client.pick_up(&ask(Queue::Results)).await, Ok(None));
    stop.send(()).unwrap();
    let bytes = growing.join().unwrap();
    let incoming = client.pick_up(&ask(Queue::Results)).await.unwrap();
    assert_eq!(incoming.unwrap().bytes, bytes);
}

/// A partner uses a name again, also while the first file is being stored here.
#[tokio::test]
async fn a_name_that_is_used_again_is_another_file() {
    for after in [
        AfterPickup::Leave,
        AfterPickup::Delete,
        AfterPickup::Move("kept".into()),
    ] {
        let Some(server) = Sshd::start() else { return };
        fs::create_dir(server.path("home/kept")).unwrap();
        let client = server.client_with(|route| route.after_pickup = after.clone());
        let results = ask(Queue::Results);
        server.offer("era.835", &interchange(1));
        let first = client.pick_up(&results).await.unwrap().unwrap();
        server.offer("era.835", &[interchange(2), interchange(3)].concat());
        client.acknowledge(&first, None).await.unwrap();
        let second = client.pick_up(&results).await.unwrap().unwrap();
        assert_eq!(
            second.bytes,
            [interchange(2), interchange(3)].concat(),
            "{after:?}"
        );
        client.acknowledge(&second, None).await.unwrap();
        assert_eq!(client.pick_up(&results).await, Ok(None), "{after:?}");
        if after == AfterPickup::Leave {
            continue;
        }
        // Another process, which has not picked it up itself, puts it away too.
        server.offer("era.835", &interchange(4));
        let third = client.pick_up(&results).await.unwrap().unwrap();
        let other = server.client_with(|route| route.after_pickup = after.clone());
        other.acknowledge(&third, None).await.unwrap();
        assert_eq!(server.files("in"), []);
        if matches!(after, AfterPickup::Move(_)) {
            let kept = [
                ("era.835".into(), second.bytes),
                ("era.835.2".into(), interchange(4)),
            ];
            assert_eq!(server.files("kept"), kept);
        }
    }
}

#[tokio::test]
async fn what_is_not_the_partners_file_is_not_put_away() {
    let Some(server) = Sshd::start() else { return };
    let client = server.client_with(|route| route.after_pickup = AfterPickup::Delete);
    server.offer("a.835", &interchange(1));
    let incoming = client.pick_up(&ask(Queue::Results)).await.unwrap().unwrap();
    fs::write(server.path("home/mine"), b"x").unwrap();
    for name in [
        "mine",
        "in/../mine",
        "/etc/passwd",
        "in/",
        "in//a.835",
        "in/.a",
    ] {
        let mut other = incoming.clone();
        other.payload_id = name.into();
        let error = client
            .acknowledge(&other, None)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("is no file of [route] incoming"),
            "{name}: {error}"
        );
    }
    assert_eq!(server.files("in").len(), 1);

    let lost = server.client_with(|route| route.after_pickup = AfterPickup::Move("none".into()));
    let error = lost
        .acknowledge(&incoming, None)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("there is no directory \"none\""), "{error}");
    assert_eq!(server.files("in").len(), 1);
}

#[tokio::test]
async fn a_server_that_is_gone_is_not_sent_to() {
    let Some(mut server) = Sshd::start() else {
        return;
    };
    let client = server.client();
    client.submit(&outgoing()).await.unwrap();
    server.crash();
    // Its connection was kept; now there is none.
    not_sent(&client, "no connection to 127.0.0.1 port").await;
    let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
    assert!(matches!(error, PickUpError::Failed { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_dies_during_an_upload_has_nothing() {
    let Some(mut server) = Sshd::start() else {
        return;
    };
    let client = server.client();
    let sent = large(64 * 1024 * 1024);
    let part = server
        .path("home/out")
        .join(format!(".{}.x12.part", sent.payload_id));
    let sending = tokio::spawn(async move { client.submit(&sent).await });
    while !part.exists() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    server.crash();
    let error = sending.await.unwrap().unwrap_err();
    assert!(matches!(error, SendError::NotSent { .. }), "{error}");
    let files = server.files("out").into_iter().map(|(name, _)| name);
    assert!(files.into_iter().all(|name| name.ends_with(".part")));
}
