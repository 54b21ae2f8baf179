//! Clearinghouses' JSON: what each answer is taken for, that a token is renewed, and that a list is read on.

use std::time::Duration;

use claimgate::payer::{RestRoute, RestShape, Route};
use claimgate::sandbox::Manner;
use claimgate::transport::{Kind, Outgoing, PickUpError, Queue, SendError, Transport};

use super::manners::told;
use super::{PAYLOAD, Setting, ask, outgoing};

const SHAPES: [RestShape; 2] = [RestShape::Stedi, RestShape::Optum];

fn json(status: u16, body: &str) -> Manner {
    Manner::Json {
        status,
        body: body.into(),
        retry_after_seconds: None,
    }
}

fn interchange(control: u32) -> Vec<u8> {
    let mut bytes = super::contract::interchange(control);
    bytes.retain(u8::is_ascii);
    bytes
}

#[tokio::test]
async fn a_submission_is_judged_by_its_answer() {
    let errors =
        r#"{"status":"ERROR","errors":[{"code":"33","description":"the id ISA*00 is wrong"}]}"#;
    let busy = Manner::Json {
        status: 429,
        body: "{}".into(),
        retry_after_seconds: Some(7),
    };
    for shape in SHAPES {
        let setting = Setting::new().await;
        let client = setting.rest_client(shape, |route| route.total_timeout_seconds = 2);
        client.submit(&outgoing()).await.unwrap();
        // The manner, what is made of it, a word of the reason, and how many batches the insurer then has.
        for (manner, expected, words, received) in [
            (json(400, errors), "refused", "33: the id …*00 is wrong", 0),
            (json(200, errors), "refused", "33: the id …*00 is wrong", 0),
            (json(422, errors), "refused", "33:", 0),
            (json(422, "{}"), "refused", "HTTP 422", 0),
            (
                json(409, errors),
                "uncertain",
                "earlier request with the same key",
                0,
            ),
            (busy.clone(), "not sent", "again in 7 seconds", 0),
            (json(403, errors), "not let in", "HTTP 403", 0),
            (json(404, "{}"), "refused", "nothing is at this address", 0),
            (json(500, errors), "uncertain", "HTTP 500", 0),
            (json(503, "{}"), "uncertain", "HTTP 503", 0),
            (json(200, "{}"), "uncertain", "neither success nor", 0),
            (
                json(200, "{\"status\":"),
                "uncertain",
                "neither success nor",
                0,
            ),
            (
                json(200, &"[".repeat(100_000)),
                "uncertain",
                "neither success nor",
                0,
            ),
            (Manner::Html(200), "uncertain", "neither success nor", 0),
            (
                Manner::Redirect("https://127.0.0.1:1/".into()),
                "refused",
                "another address",
                0,
            ),
            (Manner::RefuseConnection, "not sent", "no connection", 0),
            (Manner::HangUpUnread, "uncertain", "the connection broke", 0),
            (Manner::HangUp, "uncertain", "the connection broke", 1),
            (Manner::Crash, "uncertain", "HTTP 500", 1),
            (Manner::CutShort, "uncertain", "the answer broke off", 1),
            (
                Manner::Slow(Duration::from_secs(3)),
                "uncertain",
                "in time",
                1,
            ),
        ] {
            setting.desk.lock().unwrap().received.clear();
            setting.manners.next(manner.clone());
            let (kind, reason) = told(client.submit(&outgoing()).await);
            assert_eq!(kind, expected, "{shape:?} {manner:?}: {reason}");
            assert!(reason.contains(words), "{shape:?} {manner:?}: {reason}");
            assert_eq!(setting.received(), received, "{shape:?} {manner:?}");
        }
    }
}

/// The same payload again is the same request: the clearinghouse confirms it and does not take it twice.
#[tokio::test]
async fn a_second_attempt_has_the_same_key() {
    let setting = Setting::new().await;
    let client = setting.rest_client(RestShape::Stedi, |_| {});
    let sent = outgoing();
    setting.manners.next(Manner::HangUp);
    assert_eq!(told(client.submit(&sent).await).0, "uncertain");
    assert_eq!(told(client.submit(&sent).await).0, "sent");
    assert_eq!(setting.received(), 1);
    let other = Outgoing {
        bytes: b"ISA*other~".into(),
        ..sent
    };
    assert_eq!(told(client.submit(&other).await).0, "refused");
}

#[tokio::test]
async fn what_cannot_be_sent_is_not() {
    let setting = Setting::new().await;
    for (shape, kind, bytes, words) in [
        (
            RestShape::Stedi,
            Kind::ProfessionalClaims,
            b"ISA\xff".to_vec(),
            "no UTF-8",
        ),
        (
            RestShape::Stedi,
            Kind::Acknowledgment,
            PAYLOAD.to_vec(),
            "takes no 999",
        ),
        (
            RestShape::Optum,
            Kind::DentalClaims,
            PAYLOAD.to_vec(),
            "no address is known for dental_claims",
        ),
    ] {
        let client = setting.rest_client(shape, |route| route.addresses.dental_claims = None);
        let sent = Outgoing {
            kind,
            bytes,
            ..outgoing()
        };
        let (told, reason) = told(client.submit(&sent).await);
        assert!(told == "not sent" && reason.contains(words), "{reason}");
    }
}

#[tokio::test]
async fn a_token_serves_until_shortly_before_its_end() {
    let setting = Setting::new().await;
    let client = setting.rest_client(RestShape::Optum, |_| {});
    for _ in 0..3 {
        client.submit(&outgoing()).await.unwrap();
    }
    assert_eq!(setting.manners.tokens_given(), 1);
    // A token that the clearinghouse has forgotten is renewed once, and nothing is lost.
    setting.manners.next(json(401, "{}"));
    client.submit(&outgoing()).await.unwrap();
    assert_eq!(setting.manners.tokens_given(), 2);
    // A new one that is not taken is a login that is refused.
    setting.manners.next(json(401, "{}"));
    setting.manners.next(json(401, "{}"));
    assert_eq!(told(client.submit(&outgoing()).await).0, "not let in");

    setting.manners.token_seconds(2);
    let short = setting.rest_client(RestShape::Optum, |_| {});
    let before = setting.manners.tokens_given();
    for _ in 0..2 {
        short.submit(&outgoing()).await.unwrap();
        // A fifth before its end it is no longer used.
        tokio::time::sleep(Duration::from_millis(1_700)).await;
    }
    assert_eq!(setting.manners.tokens_given(), before + 2);
}

#[tokio::test]
async fn a_login_that_is_refused_sends_nothing() {
    let setting = Setting::new().await;
    let elsewhere = setting.server.endpoint();
    let client = setting.rest_client(RestShape::Optum, |route| {
        route.addresses.token = Some(elsewhere);
    });
    let (kind, reason) = told(client.submit(&outgoing()).await);
    assert_eq!(kind, "not let in", "{reason}");
    let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
    assert!(matches!(error, PickUpError::LoginRefused { .. }), "{error}");
    let client = setting.rest_client(RestShape::Optum, |route| {
        route.addresses.token = Some("https://127.0.0.1:1/".into());
    });
    assert_eq!(told(client.submit(&outgoing()).await).0, "not sent");
    assert_eq!(setting.received(), 0);
}

/// Over pages, from where another process stopped, and back to an item that was not stored.
#[tokio::test]
async fn a_list_is_read_on() {
    let setting = Setting::new().await;
    let client = setting.rest_client(RestShape::Stedi, |_| {});
    let mut results = ask(Queue::Results);
    for control in 1..=5 {
        setting.offer(Queue::Results, &interchange(control));
    }
    for control in 1..=3 {
        let incoming = client.pick_up(&results).await.unwrap().unwrap();
        assert_eq!(incoming.bytes, interchange(control));
        let again = client.pick_up(&results).await.unwrap().unwrap();
        assert_eq!(again, incoming);
        client.acknowledge(&incoming, None).await.unwrap();
        results.after = incoming.cursor;
    }
    let other = setting.rest_client(RestShape::Stedi, |_| {});
    for control in 4..=5 {
        let incoming = other.pick_up(&results).await.unwrap().unwrap();
        assert_eq!(incoming.bytes, interchange(control));
        other.acknowledge(&incoming, None).await.unwrap();
    }
    assert_eq!(other.pick_up(&results).await, Ok(None));
    setting.offer(Queue::Results, &interchange(6));
    let incoming = other.pick_up(&results).await.unwrap().unwrap();
    assert_eq!(incoming.bytes, interchange(6));
}

#[tokio::test]
async fn nothing_is_lost_by_a_pick_up_that_fails() {
    for shape in SHAPES {
        let setting = Setting::new().await;
        let client = setting.rest_client(shape, |route| route.total_timeout_seconds = 2);
        client.submit(&outgoing()).await.unwrap();
        setting.offer(Queue::Results, &interchange(1));
        for (manner, expected) in [
            (Manner::HangUp, "picked up: the connection broke"),
            (Manner::CutShort, "picked up: the answer broke off"),
            (
                Manner::Html(200),
                "cannot be used: the answer is not the JSON",
            ),
            (
                json(200, &"[".repeat(100_000)),
                "cannot be used: the answer is not the JSON",
            ),
            (json(500, "{}"), "picked up: the partner's server failed"),
            (json(403, "{}"), "does not let us in"),
            (json(307, "{}"), "refused: HTTP 307"),
            (
                json(
                    200,
                    r#"{"items":[{"transactionId":"../x","direction":"INBOUND"}],"reports":["../x"]}"#,
                ),
                "by a name that cannot be asked for",
            ),
        ] {
            setting.manners.next(manner.clone());
            let error = client
                .pick_up(&ask(Queue::Results))
                .await
                .unwrap_err()
                .to_string();
            assert!(error.contains(expected), "{shape:?} {manner:?}: {error}");
        }
        let incoming = client.pick_up(&ask(Queue::Results)).await.unwrap().unwrap();
        assert_eq!(incoming.bytes, interchange(1), "{shape:?}");
        // Half an interchange is none.
        client.acknowledge(&incoming, None).await.unwrap();
        setting.offer(Queue::Results, &interchange(2)[..120]);
        let error = client
            .pick_up(&ask(Queue::Results))
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("came without its end"), "{shape:?}: {error}");
    }
}

/// An address in an answer is no order.
#[tokio::test]
async fn a_file_is_fetched_only_where_the_route_allows() {
    let setting = Setting::new().await;
    setting.offer(Queue::Results, &interchange(1));
    let client = setting.rest_client(RestShape::Stedi, |_| {});
    let first = client.pick_up(&ask(Queue::Results)).await.unwrap();
    assert!(first.is_some());
    for (address, words) in [
        ("http://127.0.0.1/x", "no https address"),
        ("https://169.254.169.254/latest", "169.254.169.254"),
        ("https://evil127.0.0.1.example/x", "evil127.0.0.1.example"),
    ] {
        let page = r#"{"items":[{"transactionId":"x","direction":"INBOUND"}],"nextPageToken":"1"}"#;
        setting.manners.next(json(200, page));
        setting.manners.next(json(
            302,
            &format!("{{\"documentDownloadUrl\":\"{address}\"}}"),
        ));
        let error = client
            .pick_up(&ask(Queue::Results))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(words) && error.contains("download_hosts"),
            "{error}"
        );
    }
}

#[test]
fn wrong_routes_are_told_with_their_keys() {
    type Change = fn(&mut RestRoute);
    let cases: [(Change, &str); 6] = [
        (|route| route.api_key_env = None, "needs api_key_env"),
        (
            |route| route.client_id = Some("us".into()),
            "needs api_key_env, or",
        ),
        (
            |route| route.api_key_env = Some("CLAIMGATE_NOT_SET".into()),
            "is not set",
        ),
        (
            |route| route.addresses.list = Some("http://x/".into()),
            "list \"http://x/\" is not an https",
        ),
        (
            |route| route.addresses.file = Some("https://x/".into()),
            "has no {id}",
        ),
        (|_| {}, "names no authorities"),
    ];
    for (change, words) in cases {
        let mut route = RestRoute::new(RestShape::Stedi);
        route.api_key_env = Some("PATH".into());
        change(&mut route);
        let error = Transport::open(&Route::Rest(route))
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{error:?} has no {words:?}");
    }
}

#[tokio::test]
async fn no_key_is_shown() {
    let setting = Setting::new().await;
    let secret = std::env::var("PATH").unwrap();
    for shape in SHAPES {
        let client = setting.rest_client(shape, |route| {
            route.secret_headers.insert("X-Key".into(), "PATH".into());
        });
        setting.manners.next(json(403, "{}"));
        let error: SendError = client.submit(&outgoing()).await.unwrap_err();
        assert!(!format!("{client:?} {error} {error:?}").contains(&secret));
    }
}
