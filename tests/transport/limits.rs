//! Attacks by answers, on every door that speaks HTTP: compressed, endless, too large, leading elsewhere, or with more
//! structure than a reader has stack for.

use std::time::Duration;

use claimgate::payer::RestShape;
use claimgate::transport::{Queue, SendError, Standard, Transport};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::raw::{acceptor, answering, http};
use super::{Setting, ask, outgoing};

const BYTES_MAX: usize = 50_000;

/// Each door, with its requests going to `address`. A key needs no token, which the attacker would have to give first.
fn doors(setting: &Setting, address: &str) -> Vec<(&'static str, Transport)> {
    let core = |standard| {
        setting.client_of(standard, |route| {
            route.endpoint = address.to_owned();
            route.response_bytes_max = BYTES_MAX;
            route.total_timeout_seconds = 1;
        })
    };
    let rest = setting.rest_client(RestShape::Stedi, |route| {
        route.addresses.professional_claims = Some(address.to_owned());
        route.addresses.list = Some(address.to_owned());
        route.response_bytes_max = BYTES_MAX;
        route.total_timeout_seconds = 1;
    });
    vec![
        ("soap", core(Standard::Soap)),
        ("mime", core(Standard::Mime)),
        ("rest", rest),
    ]
}

/// The submission stays in doubt, and a pick-up brings nothing.
async fn is_in_doubt(door: &Transport, told: &str, words: &str) {
    let error = door.submit(&outgoing()).await.unwrap_err();
    let SendError::Uncertain { reason } = &error else {
        panic!("{told}: {error}");
    };
    assert!(reason.contains(words), "{told}: {reason}");
    let picked_up = door.pick_up(&ask(Queue::Results)).await;
    assert!(picked_up.is_err(), "{told}: {picked_up:?}");
}

#[tokio::test]
async fn no_door_takes_what_is_compressed_or_too_large() {
    let setting = Setting::new().await;
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    for (answer, words) in [
        (http("200 OK\r\nContent-Encoding: gzip", "x"), "compressed"),
        (
            http("200 OK\r\nContent-Encoding: deflate", "x"),
            "compressed",
        ),
        (
            http("200 OK\r\nContent-Length: 99999999999", ""),
            "larger than",
        ),
        (
            http("200 OK\r\nTransfer-Encoding: chunked", &chunk.repeat(100)),
            "larger than",
        ),
        (http("200 OK", &"x".repeat(BYTES_MAX + 1)), "larger than"),
        (http("200 OK\r\nContent-Length: 9", "half"), "broke off"),
        (
            http(
                "302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0",
                "",
            ),
            "not followed",
        ),
    ] {
        let address = answering(&setting.credentials, answer).await;
        for (name, door) in doors(&setting, &address) {
            is_in_doubt(&door, name, words).await;
        }
    }
}

#[tokio::test]
async fn no_door_waits_for_a_trickle() {
    let setting = Setting::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/", listener.local_addr().unwrap());
    let acceptor = acceptor(&setting.credentials);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let head = http("200 OK\r\nContent-Length: 9000", "");
                let _ = stream.write_all(&head).await;
                while stream.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            });
        }
    });
    for (name, door) in doors(&setting, &address) {
        is_in_doubt(&door, name, "did not end in time").await;
    }
}

#[tokio::test]
async fn no_door_is_led_by_structure() {
    let setting = Setting::new().await;
    let body = |text: &str| http("200 OK", text);
    let entities =
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>";
    let outside = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>";
    for answer in [
        body(entities),
        body(outside),
        body(&"<a>".repeat(10_000)),
        body(&"[".repeat(40_000)),
        body(&"{\"errors\":".repeat(4_000)),
        body(&"--q\r\n\r\n".repeat(5_000)),
    ] {
        let address = answering(&setting.credentials, answer).await;
        for (name, door) in doors(&setting, &address) {
            is_in_doubt(&door, name, "").await;
        }
    }
}
