//! Which page is where, what every answer carries, and who is answered at all. It must not know what a page shows.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::fault::{self, Fault};
use super::server::Called;
use super::{claim, claims, files, metrics, payments, submissions, worklist};
use crate::store::Store;

/// Nothing from elsewhere, nothing inline, no frame around us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(&str, &str); 5] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

pub(super) fn router(store: Arc<Store>) -> Router {
    Router::new()
        .route("/", get(worklist::page))
        .route("/claims", get(claims::page))
        .route("/claims/{control_number}", get(claim::page))
        .route("/payments", get(payments::page))
        .route("/submissions", get(submissions::page))
        .route("/static/{name}", get(files::file))
        .route("/health", get(async || "ok\n"))
        .route("/ready", get(metrics::ready))
        .route("/metrics", get(metrics::metrics))
        .fallback(async || Fault::NoSuchPage)
        .method_not_allowed_fallback(fault::only_reading)
        .layer(from_fn(only_for_us))
        .layer(from_fn(with_headers))
        .with_state(store)
}

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A page of somebody else whose name was made to lead to this machine (DNS rebinding) sends its own name as host.
async fn only_for_us(request: Request, next: Next) -> Response {
    let called = request.extensions().get::<Called>().map(|called| called.0);
    match host(request.headers()) {
        Some(host) if is_ours(host, called) => next.run(request).await,
        _ => Fault::WrongHost.into_response(),
    }
}

/// The name or address in the Host header; none where there are several.
fn host(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::HOST).iter();
    let host = values.next()?.to_str().ok()?;
    values.next().is_none().then(|| without_port(host))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a host is a loopback name or address, or the address that was called.
fn is_ours(host: &str, called: Option<IpAddr>) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match bare.unwrap_or(host).parse::<IpAddr>() {
        Ok(address) => address.is_loopback() || Some(address) == called,
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_answered() {
        let called = "192.0.2.7".parse().ok();
        for (host, ours) in [
            ("localhost", true),
            ("LOCALHOST:8080", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("192.0.2.7:80", true),
            ("192.0.2.8", false),
            ("evil.example", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example:8080", false),
            ("", false),
        ] {
            assert_eq!(is_ours(without_port(host), called), ours, "{host}");
        }
    }
}
