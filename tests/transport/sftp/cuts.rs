//! The connection breaks after every so many bytes, one way and the other: what the submission is taken for must be so.

use std::fs;

use claimgate::transport::{Outgoing, SendError};

use super::proxy::{Proxy, Way};
use super::sshd::Sshd;
use super::{large, outgoing};

const PAYLOAD_BYTES: usize = 200_000;
/// Over the whole conversation.
const CUTS: usize = 16;
/// Close to its end, where the file gets its name.
const LATE_BYTES: usize = 1_200;
const LATE_STEP: usize = 48;

#[tokio::test]
async fn a_connection_may_break_anywhere() {
    let Some(server) = Sshd::start() else { return };
    for way in [Way::ToServer, Way::ToClient] {
        let whole = Proxy::start(server.port, way, usize::MAX).await;
        let client = server.client_with(|route| route.port = whole.port);
        client.submit(&large(PAYLOAD_BYTES)).await.unwrap();
        let total = whole.passed(way);
        let late = (total.saturating_sub(LATE_BYTES)..total + 3 * LATE_STEP).step_by(LATE_STEP);
        let mut outcomes = [0; 3];
        for after in (0..total).step_by(total / CUTS).chain(late) {
            outcomes[cut(&server, way, after).await] += 1;
        }
        let [sent, not_sent, uncertain] = outcomes;
        println!(
            "{way:?}: {sent} sent, {not_sent} not sent, {uncertain} uncertain of {total} bytes"
        );
        // Whether a cut meets the few bytes of the rename itself is chance.
        assert!(sent > 0 && not_sent > 0, "{way:?}: {outcomes:?}");
    }
}

/// 0 sent, 1 not sent, 2 uncertain; and a second attempt makes it one file, whatever it was.
async fn cut(server: &Sshd, way: Way, after: usize) -> usize {
    let sent = Outgoing {
        bytes: large(PAYLOAD_BYTES).bytes,
        ..outgoing()
    };
    let proxy = Proxy::start(server.port, way, after).await;
    let client = server.client_with(|route| route.port = proxy.port);
    let result = client.submit(&sent).await;
    let path = server
        .path("home/out")
        .join(format!("{}.x12", sent.payload_id));
    // What the server has read it still does.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let is_there = fs::read(&path).is_ok_and(|bytes| bytes == sent.bytes);
    let outcome = match &result {
        Ok(_) => 0,
        Err(SendError::NotSent { .. }) => 1,
        Err(SendError::Uncertain { .. }) => 2,
        Err(error) => panic!("{way:?} after {after}: {error}"),
    };
    let told = format!("{way:?} after {after}: {result:?}, there: {is_there}");
    assert!(outcome == 2 || is_there == (outcome == 0), "{told}");
    assert!(is_there || !path.exists(), "{told}");

    server.client().submit(&sent).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), sent.bytes, "{told}");
    let part = server
        .path("home/out")
        .join(format!(".{}.x12.part", sent.payload_id));
    assert!(!part.exists(), "{told}");
    fs::remove_file(&path).unwrap();
    outcome
}
