//! Each bad manner of the sandbox is taken for what it is: sent, not sent, refused or in doubt.

use std::time::Duration;

use claimgate::sandbox::{Manner, Repeated};
use claimgate::transport::{PickUpError, Queue, SendError, Standard};

use super::{PAYLOAD, Setting, ask, in_words_of, outgoing};

const SLOW: Manner = Manner::Slow(Duration::from_secs(3));

fn refusal(code: &str, message: &str) -> Manner {
    let (code, message) = (code.into(), message.into());
    Manner::Refuse { code, message }
}

fn fault(code: &str) -> Manner {
    Manner::Fault {
        code: code.into(),
        reason: "no IEA*1*000000001 today".into(),
    }
}

/// What a submission's end is called, and the words with it.
pub(super) fn told<T>(result: Result<T, SendError>) -> (&'static str, String) {
    match result {
        Ok(_) => ("sent", String::new()),
        Err(SendError::NotSent { reason }) => ("not sent", reason),
        Err(SendError::LoginRefused { reason }) => ("not let in", reason),
        Err(SendError::Uncertain { reason }) => ("uncertain", reason),
        Err(SendError::Refused { code, message }) => ("refused", format!("{code}: {message}")),
    }
}

#[tokio::test]
async fn a_submission_is_judged_by_how_it_fails() {
    for standard in [Standard::Soap, Standard::Mime] {
        judged_by_how_it_fails(standard).await;
    }
}

async fn judged_by_how_it_fails(standard: Standard) {
    let setting = Setting::new().await;
    let client = setting.client_of(standard, |route| route.total_timeout_seconds = 2);
    // The manner, what is made of it, a word of the reason, and how many batches the insurer then has.
    for (manner, expected, words, received) in [
        (
            Manner::RefuseConnection,
            "not sent",
            "no connection to 127.0.0.1",
            0,
        ),
        (Manner::HangUpUnread, "uncertain", "the connection broke", 0),
        (Manner::Html(200), "uncertain", "XML", 0),
        (Manner::Html(403), "not let in", "check user name", 0),
        (Manner::Html(404), "refused", "check [route] endpoint", 0),
        (Manner::Html(413), "refused", "too large for the partner", 0),
        (Manner::Html(429), "not sent", "more slowly", 0),
        (Manner::Html(500), "uncertain", "HTTP 500", 0),
        (Manner::Html(503), "uncertain", "HTTP 503", 0),
        (
            Manner::Redirect("https://127.0.0.1:1/".into()),
            "refused",
            "points to another address",
            0,
        ),
        (
            refusal("PayloadTypeIllegal", "not this one"),
            "refused",
            "PayloadTypeIllegal: not this one",
            0,
        ),
        (refusal("UnAuthorized", "who?"), "not let in", "who?", 0),
        (
            fault("Sender"),
            "refused",
            "SOAP fault Sender: no …*1*… today",
            0,
        ),
        (fault("Receiver"), "uncertain", "no …*1*… today", 0),
        (Manner::HangUp, "uncertain", "the connection broke", 1),
        (Manner::Crash, "uncertain", "HTTP 500", 1),
        (SLOW, "uncertain", "did not answer in time", 1),
        (Manner::CutShort, "uncertain", "the answer broke off", 1),
    ] {
        setting.desk.lock().unwrap().received.clear();
        setting.manners.next(manner.clone());
        let (kind, reason) = told(client.submit(&outgoing()).await);
        assert_eq!(kind, expected, "{manner:?}: {reason}");
        let words = in_words_of(standard, words);
        assert!(reason.contains(&words), "{manner:?}: {reason}");
        assert_eq!(setting.received(), received, "{manner:?}");
    }
    assert_eq!(told(client.submit(&outgoing()).await).0, "sent");
}

#[tokio::test]
async fn nothing_is_lost_by_a_pick_up_that_fails() {
    for standard in [Standard::Soap, Standard::Mime] {
        nothing_is_lost(standard).await;
    }
}

async fn nothing_is_lost(standard: Standard) {
    let setting = Setting::new().await;
    let client = setting.client_of(standard, |route| route.total_timeout_seconds = 2);
    for (manner, expected) in [
        (Manner::RefuseConnection, "picked up: no connection"),
        (Manner::HangUpUnread, "picked up: the connection broke"),
        (Manner::HangUp, "picked up: the connection broke"),
        (Manner::Crash, "picked up: the partner's server failed"),
        (SLOW, "picked up: the partner did not answer in time"),
        (Manner::CutShort, "picked up: the answer broke off"),
        (Manner::WrongCheckSum, "cannot be used: CheckSum is not"),
        (Manner::Html(200), "cannot be used:"),
        (Manner::Html(500), "picked up: the partner's server failed"),
        (fault("Sender"), "refused: SOAP fault Sender"),
        (fault("Receiver"), "picked up: the partner's server failed"),
        (
            refusal("UnAuthorized", "who?"),
            "does not let us in: UnAuthorized: who?",
        ),
    ] {
        for queue in [Queue::Acknowledgments, Queue::Results] {
            setting.offer(queue, PAYLOAD);
            setting.manners.next(manner.clone());
            let error: PickUpError = client.pick_up(&ask(queue)).await.unwrap_err();
            let words = in_words_of(standard, expected);
            assert!(error.to_string().contains(&words), "{manner:?}: {error}");
            let after = client.pick_up(&ask(queue)).await.unwrap();
            assert_eq!(after.unwrap().bytes, PAYLOAD, "{manner:?}");
            assert_eq!(client.pick_up(&ask(queue)).await, Ok(None), "{manner:?}");
        }
    }
}

#[tokio::test]
async fn nothing_yet_may_be_said_as_an_error() {
    let setting = Setting::new().await;
    setting
        .manners
        .next(refusal("No File Found", "No File for date requested"));
    let picked_up = setting.client().pick_up(&ask(Queue::Results)).await;
    assert_eq!(picked_up, Ok(None));
}

#[tokio::test]
async fn an_answer_may_come_more_than_once() {
    let setting = Setting::new().await;
    let client = setting.client();
    let results = ask(Queue::Results);
    setting.offer(Queue::Results, PAYLOAD);

    setting.manners.otherwise(Some(Manner::Twice));
    let first = client.pick_up(&results).await.unwrap().unwrap();
    let second = client.pick_up(&results).await.unwrap().unwrap();
    assert_eq!(first, second);
    assert_eq!(client.pick_up(&results).await, Ok(None));

    setting.manners.otherwise(Some(Manner::Again));
    let third = client.pick_up(&results).await.unwrap().unwrap();
    assert_eq!(third.bytes, first.bytes);
    assert_ne!(third.payload_id, first.payload_id);
    setting.manners.otherwise(None);
    assert_eq!(client.pick_up(&results).await, Ok(None));
}

#[tokio::test]
async fn a_repeated_payload_id_is_treated_as_the_manners_say() {
    let setting = Setting::new().await;
    let client = setting.client();
    let sent = outgoing();
    let mut other = sent.clone();
    other.bytes.extend_from_slice(b"\n");
    client.submit(&sent).await.unwrap();

    assert_eq!(told(client.submit(&sent).await).0, "sent");
    assert_eq!(setting.received(), 1);
    let (kind, reason) = told(client.submit(&other).await);
    assert_eq!(kind, "refused", "{reason}");
    assert!(reason.starts_with("PayloadIDIllegal"), "{reason}");

    setting.manners.repeated(Repeated::Refused);
    assert_eq!(told(client.submit(&sent).await).0, "refused");
    assert_eq!(setting.received(), 1);

    setting.manners.repeated(Repeated::Taken);
    assert_eq!(told(client.submit(&sent).await).0, "sent");
    assert_eq!(setting.received(), 2);
}
