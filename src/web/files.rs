//! The files that pages need, embedded in the binary.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::fault::Fault;

const FILES: &[(&str, &str, &str)] = &[
    (
        "claimgate.css",
        "text/css; charset=utf-8",
        include_str!("static/claimgate.css"),
    ),
    (
        "claimgate.js",
        "text/javascript; charset=utf-8",
        include_str!("static/claimgate.js"),
    ),
    ("mark.svg", "image/svg+xml", include_str!("static/mark.svg")),
];

pub(super) async fn file(path: Result<Path<String>, PathRejection>) -> Response {
    let name = path.map_or_else(|_| String::new(), |Path(name)| name);
    match FILES.iter().find(|(one, ..)| *one == name) {
        None => Fault::NoSuchPage.into_response(),
        Some((_, kind, text)) => {
            let headers = [
                (header::CONTENT_TYPE, *kind),
                (header::CACHE_CONTROL, "max-age=3600"),
            ];
            (headers, *text).into_response()
        }
    }
}
