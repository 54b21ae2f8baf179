//! What is answered instead of a page: it says what to do and tells nothing of the inside. That goes to the log.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::Frame;
use crate::store::StoreError;

/// Why there is no page.
#[derive(Debug)]
pub(super) enum Fault {
    NoSuchPage,
    NoSuchClaim,
    /// The request was meant for another host.
    WrongHost,
    OnlyReading,
    Store(StoreError),
    Template(askama::Error),
    /// Work beside the page ended before its time.
    Broken(tokio::task::JoinError),
}

#[derive(Template)]
#[template(path = "fault.html")]
struct View {
    frame: Frame,
    title: &'static str,
    text: &'static str,
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchPage | Self::NoSuchClaim => StatusCode::NOT_FOUND,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::OnlyReading => StatusCode::METHOD_NOT_ALLOWED,
            Self::Store(_) | Self::Template(_) | Self::Broken(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::NoSuchPage => (
                "There is no such page",
                "Choose one from the top of this page.",
            ),
            Self::NoSuchClaim => (
                "There is no such claim",
                "Look for it among the claims, by the beginning of its control number.",
            ),
            Self::WrongHost => (
                "This address is not answered",
                "Open the worklist by the address that claimgate printed when it started.",
            ),
            Self::OnlyReading => ("These pages are only for reading", "Nothing was changed."),
            Self::Store(_) | Self::Template(_) | Self::Broken(_) => (
                "This page could not be made",
                "Load it again. If it fails again, read claimgate's log: it says why and what to do.",
            ),
        }
    }

    fn log(&self) {
        match self {
            Self::Store(error) => {
                tracing::error!(%error, "a page could not be read from the store")
            }
            Self::Template(error) => tracing::error!(%error, "a page could not be written"),
            Self::Broken(error) => tracing::error!(%error, "the work for a page broke"),
            Self::NoSuchPage | Self::NoSuchClaim | Self::WrongHost | Self::OnlyReading => {}
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        self.log();
        let (title, text) = self.words();
        let view = View {
            frame: Frame::of(""),
            title,
            text,
        };
        match view.render() {
            Ok(page) => (self.status(), Html(page)).into_response(),
            Err(_) => (self.status(), title).into_response(),
        }
    }
}

pub(super) async fn only_reading() -> Response {
    ([(header::ALLOW, "GET, HEAD")], Fault::OnlyReading).into_response()
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<askama::Error> for Fault {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

impl From<tokio::task::JoinError> for Fault {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Broken(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failed_page_tells_nothing_of_the_inside() {
        let what = "SECRET".to_owned();
        let response = Fault::Store(StoreError::Damaged { what }).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        let text = String::from_utf8(body.unwrap().to_vec()).unwrap();
        assert!(text.contains("This page could not be made") && !text.contains("SECRET"));
    }
}
