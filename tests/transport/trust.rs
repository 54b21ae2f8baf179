//! Whom the client trusts and who trusts the client: every distrust ends before anything is sent, and says what to do.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use claimgate::payer::{CoreRoute, Route};
use claimgate::sandbox::{Credentials, Manners, Server};
use claimgate::transport::{Outgoing, PickUpError, Queue, SendError, Transport};
use jiff::{Timestamp, ToSpan};

use super::{Desk, Setting, ask, outgoing};

const LOCAL: [&str; 2] = ["localhost", "127.0.0.1"];

fn days_ago(days: i64) -> Timestamp {
    Timestamp::now() - (days * 24).hours()
}

/// A second set, of another authority.
fn others(setting: &Setting) -> Credentials {
    Credentials::make(&setting.directory().join("others"), Timestamp::now()).unwrap()
}

/// The client sends nothing, says why in these words, and the insurer has nothing.
async fn sends_nothing(setting: &Setting, client: &Transport, words: &[&str]) {
    let large = Outgoing {
        bytes: b"SV1*HC:99213*125~".repeat(200_000),
        ..outgoing()
    };
    for outgoing in [outgoing(), large] {
        let error = client.submit(&outgoing).await.unwrap_err();
        let SendError::NotSent { reason } = &error else {
            panic!("{error}");
        };
        for word in words {
            assert!(reason.contains(word), "{reason:?} has no {word:?}");
        }
    }
    let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
    let PickUpError::Failed { reason } = &error else {
        panic!("{error}");
    };
    assert!(reason.contains(words[0]), "{reason:?}");
    assert_eq!(setting.received(), 0);
}

#[tokio::test]
async fn a_partner_of_an_unknown_authority_is_not_trusted() {
    let setting = Setting::new().await;
    let other = others(&setting);
    // One has the name of the right authority, and another key; one has another name.
    for file in [other.authorities, other.server_certificate] {
        let client = setting.client_with(|route| route.tls.authorities = Some(file));
        let words = ["not signed by the authorities", "[route.tls] authorities"];
        sends_nothing(&setting, &client, &words).await;
    }
}

#[tokio::test]
async fn a_partner_of_another_name_is_not_trusted() {
    let make = |directory: &Path| {
        Credentials::make_for(&["payer.example"], directory, Timestamp::now()).unwrap()
    };
    let setting = Setting::with(make).await;
    let words = ["is for another host", "check the endpoint"];
    sends_nothing(&setting, &setting.client(), &words).await;
}

#[tokio::test]
async fn an_expired_or_future_partner_is_not_trusted() {
    for (made, word) in [
        (days_ago(500), "certificate has expired: tell the partner"),
        (days_ago(-9), "is not valid yet: check this machine's clock"),
    ] {
        let make = |directory: &Path| {
            let good = Credentials::make(directory, Timestamp::now()).unwrap();
            let bad = Credentials::make(&directory.join("bad"), made).unwrap();
            Credentials {
                server_certificate: bad.server_certificate,
                server_key: bad.server_key,
                ..good
            }
        };
        let setting = Setting::with(make).await;
        let bad = Credentials::at(&setting.directory().join("bad"));
        let client = setting.client_with(|route| route.tls.authorities = Some(bad.authorities));
        sends_nothing(&setting, &client, &[word]).await;
    }
}

#[tokio::test]
async fn a_client_without_certificate_is_refused() {
    let setting = Setting::new().await;
    let client = setting.client_with(|route| {
        route.tls.client_certificate = None;
        route.tls.client_key = None;
    });
    let words = ["asks for a client certificate", "client_key in [route.tls]"];
    sends_nothing(&setting, &client, &words).await;
}

#[tokio::test]
async fn a_client_of_another_authority_is_refused() {
    let setting = Setting::new().await;
    let other = others(&setting);
    let client = setting.client_with(|route| {
        route.tls.client_certificate = Some(other.client_certificate);
        route.tls.client_key = Some(other.client_key);
    });
    let words = ["does not accept our client certificate"];
    sends_nothing(&setting, &client, &words).await;
}

#[tokio::test]
async fn an_expired_client_is_told_before_it_calls_and_refused_if_it_does() {
    let make = |directory: &Path| {
        let good = Credentials::make(directory, Timestamp::now()).unwrap();
        // Signed by the authority that the server knows, if it were not so old.
        let old = Credentials::make(&directory.join("old"), days_ago(500)).unwrap();
        Credentials {
            authorities: old.authorities,
            ..good
        }
    };
    let setting = Setting::with(make).await;
    let directory = setting.directory();
    let (good, old) = (
        Credentials::at(directory),
        Credentials::at(&directory.join("old")),
    );
    let client = setting.client_with(|route| {
        route.tls = old.client_files();
        route.tls.authorities = Some(good.authorities);
    });
    let words = ["old/client.pem expired on", "get a new one"];
    sends_nothing(&setting, &client, &words).await;

    let early = Outgoing {
        time: days_ago(400),
        ..outgoing()
    };
    let error = client.submit(&early).await.unwrap_err().to_string();
    let expected = "not sent: the partner says that our client certificate has expired";
    assert!(error.starts_with(expected), "{error}");
}

#[tokio::test]
async fn a_closed_port_and_an_unknown_host_are_not_sent_to() {
    let setting = Setting::new().await;
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    for host in ["127.0.0.1", "payer.invalid"] {
        let endpoint = format!("https://{host}:{port}/core");
        let client = setting.client_with(|route| route.endpoint = endpoint);
        let words = format!("no connection to {host} port {port}: check the network");
        sends_nothing(&setting, &client, &[&words]).await;
    }
}

#[tokio::test]
async fn a_stopped_sandbox_frees_its_port_and_a_taken_port_is_told() {
    let setting = Setting::new().await;
    let start = |addr| {
        let desk = Arc::new(Mutex::new(Desk::default()));
        let credentials = &setting.credentials;
        Server::start(addr, credentials, desk, Manners::new(), Timestamp::now)
    };
    let error = start(setting.server.addr).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    let words = "another program has this port: stop it, or choose another port";
    assert!(error.to_string().contains(words), "{error}");

    let first = start(([127, 0, 0, 1], 0).into()).await.unwrap();
    let addr = first.addr;
    first.stop().await;
    start(addr).await.unwrap();
}

/// The environment cannot be changed here, so another process runs the round trip with a proxy that is not there.
#[test]
fn proxies_of_the_environment_are_ignored() {
    let test = std::env::current_exe().unwrap();
    let mut command = Command::new(test);
    command.args(["--exact", "transport::a_batch_goes_and_answers_come"]);
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
        command.env(name, "http://127.0.0.1:9");
        command.env(name.to_lowercase(), "http://127.0.0.1:9");
    }
    let output = command.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = output.output().unwrap();
    let words = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words}");
    assert!(words.contains("1 passed"), "{words}");
}

#[test]
fn wrong_files_are_told_with_their_names() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let files = Credentials::make(directory.path(), Timestamp::now()).unwrap();
    let opened = |change: &dyn Fn(&mut CoreRoute)| {
        let mut route = CoreRoute::new("https://localhost/core", "A", "B");
        route.tls = files.client_files();
        change(&mut route);
        Transport::open(&Route::CoreSoap(route)).map(|_| ())
    };
    assert_eq!(opened(&|_| {}), Ok(()));
    std::fs::write(path("empty"), "").unwrap();
    type Change<'a> = &'a dyn Fn(&mut CoreRoute);
    let cases: [(Change<'_>, &str); 8] = [
        (
            &|route| route.endpoint = "http://localhost/".into(),
            "is not an https:// address: correct it",
        ),
        (
            &|route| route.tls.authorities = None,
            "names no authorities",
        ),
        (
            &|route| route.tls.authorities = Some(path("none")),
            "none: No such file",
        ),
        (
            &|route| route.tls.authorities = Some(path("empty")),
            "empty holds no readable certificate",
        ),
        (
            &|route| route.tls.client_key = Some(path("empty")),
            "empty holds no readable private key",
        ),
        (
            &|route| route.tls.client_key = Some(files.server_key.clone()),
            "server.key is not the key of",
        ),
        (
            &|route| route.tls.client_key = None,
            "client_certificate and no client_key",
        ),
        (
            &|route| route.username = Some("us".into()),
            "username and password_env together",
        ),
    ];
    for (change, words) in cases {
        let error = opened(change).unwrap_err().to_string();
        assert!(error.contains(words), "{error:?} has no {words:?}");
    }
}

#[cfg(unix)]
#[test]
fn only_their_owner_reads_the_files_even_where_older_ones_stood() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("client.key"), "old").unwrap();
    Credentials::make_for(&LOCAL, directory.path(), Timestamp::now()).unwrap();
    let entries: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(entries.len(), 5);
    for entry in entries {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
