//! HTTPS as every door of it speaks: one request, one answer, no redirect, no proxy, no second try, and nothing larger
//! or slower than the route allows. It must not know what a request says.

use std::time::Duration;

use jiff::Timestamp;
use memchr::memmem;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, redirect};

use super::tls::{self, Broken, ClientTls};
use super::{PickUpError, SendError, SetupError};

/// Of a partner's words in a message of ours.
pub(super) const WORDS_MAX: usize = 200;
/// A word this long that also stands in the payload is taken for a quotation.
const QUOTED_MIN: usize = 3;

/// A partner's host, and how patient we are with it.
#[derive(Debug)]
pub(super) struct Https {
    tls: ClientTls,
    client: Client,
    response_bytes_max: usize,
}

/// The limits of a route.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) connect_seconds: u64,
    pub(super) total_seconds: u64,
    pub(super) response_bytes_max: usize,
}

/// What went wrong in one exchange. A submission and a pick-up draw different conclusions.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The partner's application has not seen the request.
    NotSent(String),
    LoginRefused(String),
    /// There is no whole answer.
    Lost(String),
    /// There is an answer and it cannot be used.
    Unreadable(String),
    Refused {
        code: String,
        message: String,
    },
}

/// An answer as HTTP brought it.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: Option<String>,
    /// Retry-After, where it is a number.
    pub(super) retry_after_seconds: Option<u64>,
    pub(super) body: Vec<u8>,
}

/// An address of the partner; nothing but https is spoken.
pub(super) fn address(key: &str, text: &str) -> Result<Url, SetupError> {
    let url = Url::parse(text).ok();
    url.filter(|url| url.scheme() == "https").ok_or_else(|| {
        SetupError(format!(
            "{key} {text:?} is not an https:// address: correct it in [route]"
        ))
    })
}

impl Https {
    pub(super) fn new(tls: ClientTls, limits: Limits) -> Result<Self, SetupError> {
        // No connection is kept: one that the partner has just closed would leave a request in doubt.
        let client = Client::builder()
            .tls_backend_preconfigured(tls.config.clone())
            .https_only(true)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .connect_timeout(Duration::from_secs(limits.connect_seconds))
            .timeout(Duration::from_secs(limits.total_seconds))
            .build()
            .map_err(|error| SetupError(format!("the HTTPS client cannot be set up: {error}")))?;
        Ok(Self {
            tls,
            client,
            response_bytes_max: limits.response_bytes_max,
        })
    }

    /// When our client certificate expires.
    pub(super) fn certificate_expires(&self) -> Option<Timestamp> {
        self.tls.expires()
    }

    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// The answer, whatever it says. Without a time it is left to the partner to say that our certificate has expired.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        time: Option<Timestamp>,
    ) -> Result<Answer, Trouble> {
        if let Some(time) = time {
            self.tls.usable_at(time).map_err(Trouble::NotSent)?;
        }
        let request = request.build().map_err(|_| {
            Trouble::NotSent(
                "the request cannot be written: a header holds what HTTP cannot carry".into(),
            )
        })?;
        let url = request.url().clone();
        let response = self.client.execute(request).await;
        let response = response.map_err(|error| not_answered(&url, &error))?;
        Answer::read(response, self.response_bytes_max).await
    }
}

fn not_answered(url: &Url, error: &reqwest::Error) -> Trouble {
    match tls::broken(error) {
        Some(Broken::Distrusted(reason) | Broken::Unwelcome(reason)) => {
            return Trouble::NotSent(reason);
        }
        Some(Broken::Other) | None => {}
    }
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    match (error.is_connect() || error.is_builder(), error.is_timeout()) {
        (true, true) => Trouble::NotSent(format!(
            "{host} port {port} did not accept a connection in time: check the network and the endpoint"
        )),
        (true, false) => Trouble::NotSent(format!(
            "no connection to {host} port {port}: check the network, the endpoint and whether the partner is up"
        )),
        (false, true) => Trouble::Lost("the partner did not answer in time".into()),
        (false, false) => Trouble::Lost("the connection broke before an answer came".into()),
    }
}

impl Answer {
    async fn read(mut response: Response, bytes_max: usize) -> Result<Self, Trouble> {
        let too_large = || {
            Trouble::Unreadable(format!(
                "the answer is larger than response_bytes_max ({bytes_max} bytes): raise it if the partner's files \
                 are that large"
            ))
        };
        if response.headers().contains_key(CONTENT_ENCODING) {
            return Err(Trouble::Unreadable(
                "the answer is compressed, which was not asked for".into(),
            ));
        }
        if response
            .content_length()
            .is_some_and(|length| length > bytes_max as u64)
        {
            return Err(too_large());
        }
        let header = response.headers().get(CONTENT_TYPE);
        let content_type = header
            .and_then(|header| header.to_str().ok())
            .map(str::to_owned);
        let header = response.headers().get(RETRY_AFTER);
        let retry_after_seconds =
            header.and_then(|header| header.to_str().ok()?.trim().parse().ok());
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > bytes_max => return Err(too_large()),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) if error.is_timeout() => {
                    return Err(Trouble::Lost("the answer did not end in time".into()));
                }
                Err(_) => return Err(Trouble::Lost("the answer broke off".into())),
            }
        }
        Ok(Self {
            status: response.status(),
            content_type,
            retry_after_seconds,
            body,
        })
    }

    /// The partner's endpoint points elsewhere, which is not followed: what it would do there is not known.
    pub(super) fn not_redirected(&self) -> Result<(), Trouble> {
        match self.status.is_redirection() {
            true => Err(redirected(self.status)),
            false => Ok(()),
        }
    }

    /// What a status means that is no success, where the answer's own words do not say it.
    pub(super) fn failed(&self) -> Trouble {
        let status = self.status;
        let number = status.as_u16();
        match number {
            429 => Trouble::NotSent(match self.retry_after_seconds {
                Some(seconds) => format!(
                    "the partner asks to send more slowly, and again in {seconds} seconds (HTTP 429)"
                ),
                None => "the partner asks to send more slowly (HTTP 429)".into(),
            }),
            401 | 403 => Trouble::LoginRefused(format!(
                "HTTP {number}: check user name, password and client certificate with the partner"
            )),
            404 => refused(status, "nothing is at this address: check [route] endpoint"),
            413 => refused(
                status,
                "the payload is too large for the partner: lower [limits]",
            ),
            408 => {
                Trouble::Lost("the partner did not get the whole request in time (HTTP 408)".into())
            }
            400..500 => refused(
                status,
                "the partner did not accept the request: ask the partner why",
            ),
            _ => Trouble::Lost(format!("the partner's server failed (HTTP {number})")),
        }
    }
}

fn redirected(status: StatusCode) -> Trouble {
    match status {
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => refused(
            status,
            "the partner points to another address, which is not followed: ask the partner for its endpoint and \
             correct [route] endpoint",
        ),
        _ => Trouble::Lost(format!(
            "the partner answered with the redirect HTTP {}, which is not followed",
            status.as_u16()
        )),
    }
}

fn refused(status: StatusCode, message: &str) -> Trouble {
    Trouble::Refused {
        code: format!("HTTP {}", status.as_u16()),
        message: message.to_owned(),
    }
}

impl Trouble {
    /// The partner's words, without what they may quote of the payload.
    pub(super) fn without_quotations(self, payload: Option<&[u8]>) -> Self {
        let clean = |text: String| cleaned(&text, payload);
        match self {
            Self::NotSent(_) => self,
            Self::LoginRefused(reason) => Self::LoginRefused(clean(reason)),
            Self::Lost(reason) => Self::Lost(clean(reason)),
            Self::Unreadable(reason) => Self::Unreadable(reason),
            Self::Refused { code, message } => Self::Refused {
                code: clean(code),
                message: clean(message),
            },
        }
    }
}

/// At most `WORDS_MAX` printable characters; words that also stand in the payload become `…`.
pub(super) fn cleaned(text: &str, payload: Option<&[u8]>) -> String {
    let printable = |char: char| if char.is_control() { ' ' } else { char };
    let text: String = text.chars().take(WORDS_MAX).map(printable).collect();
    let Some(payload) = payload else {
        return text;
    };
    let mut clean = String::with_capacity(text.len());
    for piece in text.split_inclusive(|char: char| !char.is_alphanumeric()) {
        let word = piece.trim_end_matches(|char: char| !char.is_alphanumeric());
        let is_quoted =
            word.len() >= QUOTED_MIN && memmem::find(payload, word.as_bytes()).is_some();
        clean.push_str(if is_quoted { "…" } else { word });
        clean.push_str(&piece[word.len()..]);
    }
    clean
}

impl From<Trouble> for SendError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotSent(reason) => Self::NotSent { reason },
            Trouble::LoginRefused(reason) => Self::LoginRefused { reason },
            Trouble::Lost(reason) | Trouble::Unreadable(reason) => Self::Uncertain { reason },
            Trouble::Refused { code, message } => Self::Refused { code, message },
        }
    }
}

impl From<Trouble> for PickUpError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotSent(reason) | Trouble::Lost(reason) => Self::Failed { reason },
            Trouble::LoginRefused(reason) => Self::LoginRefused { reason },
            Trouble::Unreadable(reason) => Self::Damaged { reason },
            Trouble::Refused { code, message } => Self::Refused { code, message },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_payload_are_not_repeated() {
        let payload = b"NM1*IL*1*CANARY*ANN****MI*W12345~".as_slice();
        assert_eq!(
            cleaned("NM109 of CANARY, ANN is W12345\r\nunknown", Some(payload)),
            "NM109 of …, … is …  unknown"
        );
        assert_eq!(cleaned(&"x".repeat(999), None).len(), WORDS_MAX);
    }
}
