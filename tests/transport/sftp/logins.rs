//! Whom we trust and who lets us in: every distrust ends before anything is said, and every login is tried once.

use std::fs;
use std::process::Command;

use claimgate::payer::{Route, SftpRoute};
use claimgate::transport::{PickUpError, Queue, SendError, Transport};

use super::sshd::{Sshd, make_key};
use super::strange::{Asks, Strange};
use super::{ask, not_sent, outgoing};

fn fingerprint(file: &std::path::Path) -> String {
    let told = Command::new("ssh-keygen")
        .arg("-lf")
        .arg(file)
        .output()
        .unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    told.split_whitespace().nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_server_without_the_pinned_key_is_told_nothing() {
    let Some(server) = Sshd::start() else { return };
    let own = fingerprint(&server.path("host.pub"));
    let stranger = fingerprint(&server.path("stranger.pub"));
    for pinned in [Vec::new(), vec![stranger.clone()]] {
        let client = server.client_with(|route| route.host_keys = pinned);
        not_sent(&client, &format!("shows the host key {own} (ssh-ed25519)")).await;
        let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
        assert!(matches!(error, PickUpError::Failed { .. }), "{error}");
    }
    assert!(!server.log().contains("publickey"), "{}", server.log());
    // Of several keys one has to fit.
    let client = server.client_with(|route| route.host_keys = vec![stranger, own]);
    client.submit(&outgoing()).await.unwrap();
}

#[tokio::test]
async fn a_server_of_another_kind_of_key_is_told_nothing() {
    let Some(server) = Sshd::start() else { return };
    let key = server.path("ecdsa");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ecdsa", "-N", "", "-f"])
        .arg(&key)
        .status();
    assert!(made.unwrap().success());
    let pinned = fs::read_to_string(server.path("ecdsa.pub")).unwrap();
    let client = server.client_with(|route| route.host_keys = vec![pinned]);
    not_sent(&client, "has host keys of other kinds (ssh-ed25519)").await;
}

#[tokio::test]
async fn a_key_that_is_not_known_is_tried_once_a_time_and_three_times_in_all() {
    let Some(server) = Sshd::start() else { return };
    let key = server.path("stranger");
    let client = server.client_with(|route| route.key = Some(key));
    for words in [
        "did not take user",
        "did not take user",
        "did not take user",
        "no more are tried",
    ] {
        let error = client.submit(&outgoing()).await.unwrap_err();
        let SendError::LoginRefused { reason } = &error else {
            panic!("{error}");
        };
        assert!(reason.contains(words), "{reason}");
    }
    let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
    assert!(matches!(error, PickUpError::LoginRefused { .. }), "{error}");
    let log = server.log();
    assert_eq!(log.matches("Failed publickey").count(), 3, "{log}");
    assert!(
        !log.contains("Failed password") && !log.contains("Failed none"),
        "{log}"
    );
}

#[tokio::test]
async fn a_server_that_ends_the_connection_over_a_login_has_refused_it() {
    let Some(server) = Sshd::start_with_lines("", "", "MaxAuthTries 1") else {
        return;
    };
    let key = server.path("stranger");
    let client = server.client_with(|route| route.key = Some(key));
    let error = client.submit(&outgoing()).await.unwrap_err();
    assert!(matches!(error, SendError::LoginRefused { .. }), "{error}");
}

#[tokio::test]
async fn a_key_may_have_a_password_of_its_own() {
    let Some(server) = Sshd::start() else { return };
    let key = server.path("locked");
    // Any variable that is set will do: the environment of a test cannot be changed.
    let password = std::env::var("PATH").unwrap();
    make_key(&key, &password);
    fs::copy(server.path("locked.pub"), server.path("authorized")).unwrap();
    let client = server.client_with(|route| {
        route.key = Some(key.clone());
        route.key_password_env = Some("PATH".into());
    });
    client.submit(&outgoing()).await.unwrap();
    let mut route = server.route();
    route.key = Some(key);
    let error = Transport::open(&Route::Sftp(route))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("name its variable in key_password_env"),
        "{error}"
    );
}

/// By password, by a question for it, and by a key and then the password; a server that has no such method is left.
#[tokio::test]
async fn a_password_is_given_where_it_is_asked_for() {
    for (asks, with_key, expected) in [
        (Asks::Password, false, vec!["none", "password"]),
        (Asks::Question, false, vec!["none", "question", "answer"]),
        (Asks::KeyThenPassword, true, vec!["key", "password"]),
        (
            Asks::KeyThenQuestion,
            true,
            vec!["key", "question", "answer"],
        ),
    ] {
        let server = Strange::start(asks, Vec::new()).await;
        let client = server.client_with(|route| {
            if !with_key {
                route.key = None;
            }
        });
        assert_eq!(
            client.pick_up(&ask(Queue::Results)).await,
            Ok(None),
            "{asks:?}"
        );
        assert_eq!(server.tried(), expected, "{asks:?}");
    }
    for (asks, with_key, expected) in [
        (Asks::KeyOnly, false, vec!["none"]),
        (Asks::WrongPassword, false, vec!["none", "password"]),
        // The password is not offered to a server that did not ask for it after our key.
        (Asks::Password, true, vec!["key"]),
    ] {
        let server = Strange::start(asks, Vec::new()).await;
        let client = server.client_with(|route| {
            if !with_key {
                route.key = None;
            }
        });
        let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
        assert!(
            matches!(error, PickUpError::LoginRefused { .. }),
            "{asks:?}: {error}"
        );
        assert_eq!(server.tried(), expected, "{asks:?}");
        let secret = std::env::var("PATH").unwrap();
        assert!(!format!("{client:?} {error} {error:?}").contains(&secret));
    }
}

#[test]
fn wrong_routes_are_told_with_their_keys() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    make_key(&path("good"), "");
    fs::write(path("empty"), "").unwrap();
    let rsa = Command::new("ssh-keygen")
        .args(["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f"])
        .arg(path("rsa"))
        .status();
    assert!(rsa.unwrap().success());
    type Change<'a> = &'a dyn Fn(&mut SftpRoute);
    let cases: [(Change<'_>, &str); 9] = [
        (&|_| {}, ""),
        (&|route| route.key = None, "needs key or password_env"),
        (
            &|route| route.key = Some(path("none")),
            "none: No such file",
        ),
        (
            &|route| route.key = Some(path("empty")),
            "empty: is no private key",
        ),
        (
            &|route| route.key = Some(path("rsa")),
            "ssh-keygen -t ed25519",
        ),
        (
            &|route| route.password_env = Some("CLAIMGATE_NOT_SET".into()),
            "CLAIMGATE_NOT_SET (password_env) is not set",
        ),
        (
            &|route| route.host_keys = vec!["ssh-ed25519 what".into()],
            "neither a public key",
        ),
        (
            &|route| route.host_keys = vec![fs::read_to_string(path("rsa.pub")).unwrap()],
            "its Ed25519 or ECDSA key",
        ),
        (
            &|route| route.incoming.clear(),
            "incoming names no directory",
        ),
    ];
    for (change, words) in cases {
        let mut route = SftpRoute::new("127.0.0.1", "us", "out", &["in"]);
        route.key = Some(path("good"));
        change(&mut route);
        let told = match Transport::open(&Route::Sftp(route)) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        assert!(
            told.contains(words) && told.is_empty() == words.is_empty(),
            "{told:?} has no {words:?}"
        );
    }
}
