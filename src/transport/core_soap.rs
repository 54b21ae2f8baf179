//! CAQH CORE over HTTPS: one request, one answer, no redirect, no proxy, no second try. It must not know what a
//! payload means.

use std::time::Duration;

use jiff::Timestamp;
use memchr::memmem;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use uuid::Uuid;

use super::core_envelope::{
    Envelope, Fault, Login, Metadata, Operation, Outcome, Payload, RULE_VERSION, Reply,
    read_response, write_request,
};
use super::secret::secret;
use super::tls::{self, Broken, ClientTls};
use super::{Incoming, Kind, Outgoing, PickUp, PickUpError, Queue, Receipt, SendError, SetupError};
use crate::payer::{CoreSoapRoute, PayloadTypes};

/// Of a partner's words in a message of ours.
const WORDS_MAX: usize = 200;
/// A word this long that also stands in the payload is taken for a quotation.
const QUOTED_MIN: usize = 3;

/// A partner's endpoint.
#[derive(Debug)]
pub struct CoreSoap {
    endpoint: Url,
    sender_id: String,
    receiver_id: String,
    payload_types: PayloadTypes,
    login: Option<Login>,
    tls: ClientTls,
    client: Client,
    response_bytes_max: usize,
}

/// What went wrong in one exchange. A submission and a pick-up draw different conclusions.
enum Trouble {
    /// The partner's application has not seen the request.
    NotSent(String),
    LoginRefused(String),
    /// There is no whole answer.
    Lost(String),
    /// There is an answer and it cannot be used.
    Unreadable(String),
    Refused(Outcome),
}

impl CoreSoap {
    /// Reads the route's certificates, and the password from its environment variable.
    pub fn open(route: &CoreSoapRoute) -> Result<Self, SetupError> {
        Self::new(route, ClientTls::read(&route.tls)?, login(route)?)
    }

    /// With certificates that are in memory.
    pub fn new(
        route: &CoreSoapRoute,
        tls: ClientTls,
        login: Option<Login>,
    ) -> Result<Self, SetupError> {
        let endpoint = Url::parse(&route.endpoint)
            .ok()
            .filter(|url| url.scheme() == "https")
            .ok_or_else(|| {
                SetupError(format!(
                    "endpoint {:?} is not an https:// address: correct it in [route]",
                    route.endpoint
                ))
            })?;
        // No connection is kept: one that the partner has just closed would leave a request in doubt.
        let client = Client::builder()
            .tls_backend_preconfigured(tls.config.clone())
            .https_only(true)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .connect_timeout(Duration::from_secs(route.connect_timeout_seconds))
            .timeout(Duration::from_secs(route.total_timeout_seconds))
            .build()
            .map_err(|error| SetupError(format!("the HTTPS client cannot be set up: {error}")))?;
        Ok(Self {
            endpoint,
            sender_id: route.sender_id.clone(),
            receiver_id: route.receiver_id.clone(),
            payload_types: route.payload_types.clone(),
            login,
            tls,
            client,
            response_bytes_max: route.response_bytes_max,
        })
    }

    /// When our client certificate expires.
    pub fn certificate_expires(&self) -> Option<Timestamp> {
        self.tls.expires()
    }

    pub(super) async fn submit(&self, outgoing: &Outgoing) -> Result<Receipt, SendError> {
        let request = self.outgoing(Operation::BatchSubmission, outgoing);
        let (envelope, reply) = self.exchange(&request, outgoing.time).await?;
        Ok(Receipt {
            payload_type: envelope.metadata.payload_type,
            reply,
        })
    }

    pub(super) async fn pick_up(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        let operation = match ask.queue {
            Queue::Acknowledgments => Operation::BatchSubmissionAckRetrieval,
            Queue::Results | Queue::Remittances => Operation::BatchResultsRetrieval,
        };
        let payload_type = self.asked_for_by(ask.queue);
        let request = self.request(operation, payload_type, ask.payload_id, ask.time);
        let envelope = match self.exchange(&request, ask.time).await {
            Ok((envelope, _)) => envelope,
            Err(Trouble::Refused(outcome)) if means_nothing_yet(&outcome.code) => return Ok(None),
            Err(trouble) => return Err(trouble.into()),
        };
        let Some(payload) = envelope.payload else {
            return Ok(None);
        };
        if means_nothing_yet(&envelope.metadata.payload_type) {
            return Ok(None);
        }
        let bytes = payload
            .verified()
            .map_err(|mismatch| PickUpError::Damaged {
                reason: format!(
                    "{mismatch}: pick it up again, and tell the partner if it stays so"
                ),
            })?;
        Ok(Some(Incoming {
            queue: ask.queue,
            payload_id: envelope.metadata.payload_id,
            payload_type: envelope.metadata.payload_type,
            bytes,
            cursor: None,
        }))
    }

    pub(super) fn queues(&self) -> Vec<Queue> {
        let mut queues = vec![Queue::Acknowledgments, Queue::Results, Queue::Remittances];
        queues.retain(|queue| !self.asked_for_by(*queue).is_empty());
        queues
    }

    fn asked_for_by(&self, queue: Queue) -> &str {
        let types = &self.payload_types;
        match queue {
            Queue::Acknowledgments => &types.acknowledgment_request,
            Queue::Results => &types.results_request,
            Queue::Remittances => &types.remittance_request,
        }
    }

    /// CORE knows only an answer of ours; without one there is nothing to say.
    pub(super) async fn acknowledge(&self, answer: Option<&Outgoing>) -> Result<(), SendError> {
        let Some(answer) = answer else {
            return Ok(());
        };
        let request = self.outgoing(Operation::BatchResultsAckSubmission, answer);
        self.exchange(&request, answer.time).await?;
        Ok(())
    }

    fn outgoing(&self, operation: Operation, outgoing: &Outgoing) -> Envelope {
        let types = &self.payload_types;
        let payload_type = match outgoing.kind {
            Kind::ProfessionalClaims => &types.professional_claims,
            Kind::InstitutionalClaims => &types.institutional_claims,
            Kind::DentalClaims => &types.dental_claims,
            Kind::Acknowledgment => &types.acknowledgment,
        };
        Envelope {
            payload: Some(Payload::new(outgoing.bytes.clone())),
            ..self.request(operation, payload_type, outgoing.payload_id, outgoing.time)
        }
    }

    fn request(
        &self,
        operation: Operation,
        payload_type: &str,
        payload_id: Uuid,
        time: Timestamp,
    ) -> Envelope {
        Envelope {
            operation,
            metadata: Metadata {
                payload_type: payload_type.to_owned(),
                payload_id: payload_id.to_string(),
                time_stamp: time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                sender_id: self.sender_id.clone(),
                receiver_id: self.receiver_id.clone(),
                rule_version: RULE_VERSION.to_owned(),
            },
            payload: None,
            outcome: None,
        }
    }

    /// A request and its answer: an envelope that says `Success`, and the body it came in.
    async fn exchange(
        &self,
        request: &Envelope,
        time: Timestamp,
    ) -> Result<(Envelope, Vec<u8>), Trouble> {
        self.tls.usable_at(time).map_err(Trouble::NotSent)?;
        let message = write_request(request, self.login.as_ref())
            .map_err(|error| Trouble::NotSent(error.to_string()))?;
        let response = self
            .client
            .post(self.endpoint.clone())
            .header(CONTENT_TYPE, message.content_type)
            .body(message.body)
            .send()
            .await
            .map_err(|error| self.not_answered(&error))?;
        let payload = request.payload.as_ref();
        let answer = Answer::read(response, self.response_bytes_max).await?;
        let judged = answer.judge(request.operation);
        let envelope = judged.map_err(|trouble| trouble.without_quotations(payload))?;
        Ok((envelope, answer.body))
    }

    fn not_answered(&self, error: &reqwest::Error) -> Trouble {
        match tls::broken(error) {
            Some(Broken::Distrusted(reason) | Broken::Unwelcome(reason)) => {
                return Trouble::NotSent(reason);
            }
            Some(Broken::Other) | None => {}
        }
        let host = self.endpoint.host_str().unwrap_or_default();
        let port = self.endpoint.port_or_known_default().unwrap_or_default();
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
}

/// An answer as HTTP brought it.
struct Answer {
    status: StatusCode,
    content_type: Option<String>,
    body: Vec<u8>,
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
            body,
        })
    }

    /// What the answer says. A refusal in the partner's own words counts more than the HTTP status.
    fn judge(&self, operation: Operation) -> Result<Envelope, Trouble> {
        let status = self.status;
        if status.is_redirection() {
            return Err(redirected(status));
        }
        match read_response(operation, self.content_type.as_deref(), &self.body) {
            Ok(Reply::Fault(fault)) => Err(faulted(fault)),
            Ok(Reply::Response(envelope)) => match &envelope.outcome {
                Some(outcome) if !outcome.is_success() => Err(turned_away(outcome.clone())),
                _ if status.is_success() => Ok(envelope),
                _ => Err(Trouble::Lost(format!(
                    "the partner answered Success with HTTP {}",
                    status.as_u16()
                ))),
            },
            Err(error) if status.is_success() => Err(Trouble::Unreadable(error.to_string())),
            Err(_) => Err(failed(status)),
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

/// SOAP 1.2 `Sender` and its like say that the message is at fault, so it was not processed.
fn faulted(fault: Fault) -> Trouble {
    match fault.code.as_str() {
        "Receiver" | "Server" | "" => Trouble::Lost(format!(
            "the partner's server failed (SOAP fault): {}",
            fault.reason
        )),
        code => Trouble::Refused(Outcome {
            code: format!("SOAP fault {code}"),
            message: fault.reason,
        }),
    }
}

/// An ErrorCode of its own words. That for a wrong login is spelt `UnAuthorized` by the rule.
fn turned_away(outcome: Outcome) -> Trouble {
    match outcome.code.eq_ignore_ascii_case("UnAuthorized") {
        true => Trouble::LoginRefused(format!("{}: {}", outcome.code, outcome.message)),
        false => Trouble::Refused(outcome),
    }
}

fn failed(status: StatusCode) -> Trouble {
    let number = status.as_u16();
    match number {
        429 => Trouble::NotSent("the partner asks to send more slowly (HTTP 429)".into()),
        401 | 403 => Trouble::LoginRefused(format!(
            "HTTP {number}: check user name, password and client certificate with the partner"
        )),
        404 => refused(status, "nothing is at this address: check [route] endpoint"),
        413 => refused(
            status,
            "the payload is too large for the partner: lower [limits]",
        ),
        408 => Trouble::Lost("the partner did not get the whole request in time (HTTP 408)".into()),
        400..500 => refused(
            status,
            "the partner did not accept the request: ask the partner why",
        ),
        _ => Trouble::Lost(format!("the partner's server failed (HTTP {number})")),
    }
}

fn refused(status: StatusCode, message: &str) -> Trouble {
    Trouble::Refused(Outcome {
        code: format!("HTTP {}", status.as_u16()),
        message: message.to_owned(),
    })
}

/// Partners say in ErrorCode or in PayloadType that there is nothing to fetch.
fn means_nothing_yet(word: &str) -> bool {
    let letters = word.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|char| char.to_ascii_lowercase()).collect();
    ["nofilefound", "nobatchackfile", "nobatchresultsfile"]
        .iter()
        .any(|known| letters.ends_with(known))
}

impl Trouble {
    /// The partner's words, without what they may quote of the payload.
    fn without_quotations(self, payload: Option<&Payload>) -> Self {
        let clean = |text: String| cleaned(&text, payload.map(Payload::unverified));
        match self {
            Self::NotSent(_) => self,
            Self::LoginRefused(reason) => Self::LoginRefused(clean(reason)),
            Self::Lost(reason) => Self::Lost(clean(reason)),
            Self::Unreadable(reason) => Self::Unreadable(reason),
            Self::Refused(outcome) => Self::Refused(Outcome {
                code: clean(outcome.code),
                message: clean(outcome.message),
            }),
        }
    }
}

/// At most `WORDS_MAX` printable characters; words that also stand in the payload become `…`.
fn cleaned(text: &str, payload: Option<&[u8]>) -> String {
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

fn login(route: &CoreSoapRoute) -> Result<Option<Login>, SetupError> {
    let (Some(username), Some(variable)) = (&route.username, &route.password_env) else {
        return match (&route.username, &route.password_env) {
            (None, None) => Ok(None),
            _ => Err(SetupError(
                "[route] needs username and password_env together".into(),
            )),
        };
    };
    let password = secret("password_env", variable)?;
    Ok(Some(Login {
        username: username.clone(),
        password,
    }))
}

impl From<Trouble> for SendError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotSent(reason) => Self::NotSent { reason },
            Trouble::LoginRefused(reason) => Self::LoginRefused { reason },
            Trouble::Lost(reason) | Trouble::Unreadable(reason) => Self::Uncertain { reason },
            Trouble::Refused(Outcome { code, message }) => Self::Refused { code, message },
        }
    }
}

impl From<Trouble> for PickUpError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotSent(reason) | Trouble::Lost(reason) => Self::Failed { reason },
            Trouble::LoginRefused(reason) => Self::LoginRefused { reason },
            Trouble::Unreadable(reason) => Self::Damaged { reason },
            Trouble::Refused(Outcome { code, message }) => Self::Refused { code, message },
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

    #[test]
    fn nothing_yet_is_known_in_its_spellings() {
        for word in ["No File Found", "X12_NoBatchAckFile", "NoBatchResultsFile"] {
            assert!(means_nothing_yet(word), "{word}");
        }
        assert!(!means_nothing_yet("PayloadTypeIllegal"));
    }
}
