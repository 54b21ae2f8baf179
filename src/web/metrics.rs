//! What a monitor asks: whether the store answers, and figures of it in Prometheus's text format (version 0.0.4). It
//! must not tell anything of a person or a claim: counts, names of states and of partners' routes only.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::fault::Fault;
use crate::exchange::health::{Availability, Use};
use crate::exchange::submission::Spread;
use crate::gateway::clock;
use crate::store::{Store, StoreError};

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whether work can be done: 503 where the store does not answer.
pub(super) async fn ready(State(store): State<Arc<Store>>) -> Response {
    match store.schema_version().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the store does not answer\n",
            )
                .into_response()
        }
    }
}

pub(super) async fn metrics(State(store): State<Arc<Store>>) -> Result<Response, Fault> {
    let text = exposition(&store).await?;
    Ok(([(header::CONTENT_TYPE, TEXT_FORMAT)], text).into_response())
}

async fn exposition(store: &Store) -> Result<String, StoreError> {
    let mut text = String::new();
    let claims = store.claim_counts("").await?;
    family(
        &mut text,
        "claims",
        "Claims in each state.",
        "state",
        &claims,
    );
    let submissions = store.submission_counts().await?;
    let help = "Interchanges in each state; unknown and rejected ones wait for a person.";
    family(&mut text, "submissions", help, "state", &submissions);
    let received = store.received_counts().await?;
    let help = "Payloads from partners; new ones are not understood yet.";
    family(&mut text, "received", help, "state", &received);
    let items = store.open_item_counts().await?;
    let help = "Open entries of the worklist by kind.";
    family(&mut text, "worklist_items", help, "kind", &items);
    let now = clock::now();
    let mut rests = Vec::new();
    for ((partner, route), health) in store.route_health().await? {
        for (used, name) in [(Use::Sending, "sending"), (Use::Fetching, "fetching")] {
            let rest = health.of(used).availability(now, Spread::NONE) != Availability::Now;
            let labels = format!(
                "partner=\"{}\",route=\"{}\",use=\"{name}\"",
                escaped(&partner),
                escaped(&route)
            );
            rests.push((labels, i64::from(rest)));
        }
    }
    let help = "1 where a route failed and is not tried for a while.";
    header_lines(&mut text, "route_rests", help);
    for (labels, rest) in rests {
        sample(&mut text, "route_rests", &labels, rest);
    }
    Ok(text)
}

fn family(text: &mut String, name: &str, help: &str, label: &str, counts: &[(String, i64)]) {
    header_lines(text, name, help);
    for (value, count) in counts {
        sample(
            text,
            name,
            &format!("{label}=\"{}\"", escaped(value)),
            *count,
        );
    }
}

fn header_lines(text: &mut String, name: &str, help: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# HELP claimgate_{name} {help}");
    let _ = writeln!(text, "# TYPE claimgate_{name} gauge");
}

fn sample(text: &mut String, name: &str, labels: &str, value: i64) {
    let _ = writeln!(text, "claimgate_{name}{{{labels}}} {value}");
}

/// A label's value as the format wants it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut text = String::new();
        let counts = [("a\"b\\c\nd".to_owned(), 3)];
        family(&mut text, "claims", "Claims.", "state", &counts);
        assert_eq!(
            text,
            "# HELP claimgate_claims Claims.\n# TYPE claimgate_claims gauge\n\
             claimgate_claims{state=\"a\\\"b\\\\c\\nd\"} 3\n"
        );
    }
}
