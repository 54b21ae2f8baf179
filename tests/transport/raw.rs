//! Answers that no well-made server gives, byte by byte over real TLS.

use std::time::Duration;

use claimgate::sandbox::Credentials;
use claimgate::transport::tls::{Pem, server_config};
use claimgate::transport::{Queue, SendError, Standard};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{Setting, ask, in_words_of, outgoing};

pub(super) fn acceptor(credentials: &Credentials) -> TlsAcceptor {
    let pem = |path| Pem::read(path).unwrap();
    let config = server_config(
        &pem(&credentials.authorities),
        &pem(&credentials.server_certificate),
        &pem(&credentials.server_key),
    );
    TlsAcceptor::from(config.unwrap())
}

/// Serves any request with these bytes, and says where.
pub(super) async fn answering(credentials: &Credentials, answer: Vec<u8>) -> String {
    let acceptor = acceptor(credentials);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://{}/core", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let quiet = Duration::from_millis(100);
            let mut request = vec![0; 64 * 1024];
            while let Ok(Ok(1..)) = tokio::time::timeout(quiet, stream.read(&mut request)).await {}
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    endpoint
}

pub(super) fn http(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\n\r\n{body}").into_bytes()
}

#[tokio::test]
async fn strange_answers_leave_a_submission_in_doubt_and_a_pick_up_empty() {
    for standard in [Standard::Soap, Standard::Mime] {
        strange_answers_say_nothing(standard).await;
    }
}

async fn strange_answers_say_nothing(standard: Standard) {
    let setting = Setting::new().await;
    let bomb = |parts: String| {
        http(
            "200 OK\r\nContent-Type: multipart/form-data; boundary=q",
            &parts,
        )
    };
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    let headers = format!("200 OK\r\n{}", "a: b\r\n".repeat(5_000));
    for (answer, words) in [
        (Vec::new(), "the connection broke"),
        (
            b"220 mail.example SMTP\r\n".to_vec(),
            "the connection broke",
        ),
        (http(&headers, ""), "the connection broke"),
        (http("200 OK\r\nContent-Length: 9", "half"), "broke off"),
        (
            http("200 OK\r\nTransfer-Encoding: chunked", "9\r\nhalf"),
            "broke off",
        ),
        (
            http("200 OK\r\nContent-Length: 99999999", ""),
            "larger than response_bytes_max (50000 bytes)",
        ),
        (
            http("200 OK\r\nTransfer-Encoding: chunked", &chunk.repeat(100)),
            "larger than response_bytes_max (50000 bytes)",
        ),
        (http("200 OK", &"x".repeat(60_000)), "larger than"),
        (
            http("200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0", ""),
            "compressed",
        ),
        (http("202 Accepted\r\nContent-Length: 0", ""), "no XML"),
        (http("204 No Content", ""), "no XML"),
        (
            http("302 Found\r\nLocation: /x\r\nContent-Length: 0", ""),
            "redirect HTTP 302",
        ),
        (
            http("408 Request Timeout\r\nContent-Length: 0", ""),
            "HTTP 408",
        ),
        (bomb("--q\r\n\r\n\r\n".repeat(1_000)), "parts"),
        (
            bomb(format!("--q\r\n{}", "a: b\r\n".repeat(1_000))),
            "too many headers",
        ),
        (
            bomb(format!("--q\r\na: {}", "b".repeat(40_000))),
            "headers are too long",
        ),
        (
            bomb("--q\r\nContent-Type: multipart/mixed\r\n\r\n\r\n--q--".into()),
            "itself multipart",
        ),
        (
            bomb("--q\r\nContent-Transfer-Encoding: gzip\r\n\r\n\r\n--q--".into()),
            "not supported",
        ),
    ] {
        let endpoint = answering(&setting.credentials, answer).await;
        let client = setting.client_of(standard, |route| {
            route.endpoint = endpoint;
            route.response_bytes_max = 50_000;
        });
        let words = in_words_of(standard, words);
        let error = client.submit(&outgoing()).await.unwrap_err();
        let SendError::Uncertain { reason } = &error else {
            panic!("{words}: {error}");
        };
        assert!(reason.contains(&words), "{reason:?} has no {words:?}");
        let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
        assert!(error.to_string().contains(&words), "{error}");
    }
}

#[tokio::test]
async fn a_port_that_is_silent_or_speaks_no_tls_is_not_sent_to() {
    let setting = Setting::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://{}/core", listener.local_addr().unwrap());
    let silent = setting.client_with(|route| {
        route.endpoint = endpoint.clone();
        route.connect_timeout_seconds = 1;
    });
    let error = silent.submit(&outgoing()).await.unwrap_err().to_string();
    assert!(
        error.contains("did not accept a connection in time"),
        "{error}"
    );
    assert!(error.starts_with("not sent"), "{error}");

    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(&http("400 Bad Request", "")).await;
        }
    });
    let client = setting.client_with(|route| route.endpoint = endpoint);
    let error = client.submit(&outgoing()).await.unwrap_err().to_string();
    assert!(error.starts_with("not sent: no connection"), "{error}");
}

/// A slow trickle must end with the time that the route gives, not with the patience of the server.
#[tokio::test]
async fn an_answer_that_trickles_ends_in_time() {
    let setting = Setting::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://{}/core", listener.local_addr().unwrap());
    let acceptor = acceptor(&setting.credentials);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        let head = http("200 OK\r\nContent-Length: 9000", "");
        stream.write_all(&head).await.unwrap();
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let client = setting.client_with(|route| {
        route.endpoint = endpoint;
        route.total_timeout_seconds = 1;
    });
    let error = client.submit(&outgoing()).await.unwrap_err();
    let reason = "the answer did not end in time".into();
    assert_eq!(error, SendError::Uncertain { reason });
}
