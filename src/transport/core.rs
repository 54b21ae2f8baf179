//! The conversation of CAQH CORE over HTTPS, in either of its envelopes: a batch goes, answers are asked for, what came
//! is acknowledged. It must not know what a payload means, nor how an envelope is written.

use jiff::Timestamp;
use jiff::fmt::strtime;
use reqwest::header::{CONTENT_TYPE, HeaderName};
use reqwest::{Method, Url};
use uuid::Uuid;

use super::core_envelope::{
    Dialect, Envelope, EnvelopeError, Fault, Login, Message, Metadata, Operation, Outcome, Payload,
    RULE_VERSION, Reply, read_response_in, write_request_in,
};
use super::core_mime;
use super::http::{Answer, Https, Limits, Trouble, address};
use super::secret::secret;
use super::tls::ClientTls;
use super::{Incoming, Kind, Outgoing, PickUp, PickUpError, Queue, Receipt, SendError, SetupError};
use crate::payer::{CoreRoute, PayloadTypes};

/// Beside the Content-Type, which says it too, for partners that look only here.
const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");

/// The envelope standards of CORE 2.2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// A: the fields of a form, multipart/form-data.
    Mime,
    /// B: SOAP with MTOM.
    Soap,
}

/// A partner's endpoint.
#[derive(Debug)]
pub struct Core {
    standard: Standard,
    endpoint: Url,
    sender_id: String,
    receiver_id: String,
    payload_types: PayloadTypes,
    dialect: Dialect,
    time_stamp: String,
    login: Option<Login>,
    https: Https,
}

impl Core {
    /// Reads the route's certificates, and the password from its environment variable.
    pub fn open(standard: Standard, route: &CoreRoute) -> Result<Self, SetupError> {
        let tls = ClientTls::read(&route.tls)?;
        let limits = Limits {
            connect_seconds: route.connect_timeout_seconds,
            total_seconds: route.total_timeout_seconds,
            response_bytes_max: route.response_bytes_max,
        };
        if strtime::format(&route.time_stamp, Timestamp::UNIX_EPOCH).is_err() {
            return Err(SetupError(format!(
                "time_stamp {:?} in [route] is no form of a time: %Y-%m-%dT%H:%M:%SZ is the usual one",
                route.time_stamp
            )));
        }
        Ok(Self {
            standard,
            endpoint: address("endpoint", &route.endpoint)?,
            sender_id: route.sender_id.clone(),
            receiver_id: route.receiver_id.clone(),
            payload_types: route.payload_types.clone(),
            dialect: Dialect {
                fields: route.fields.clone(),
                check_sum: route.check_sum,
                payload: route.payload,
                soap_action: route.soap_action,
            },
            time_stamp: route.time_stamp.clone(),
            login: login(route)?,
            https: Https::new(tls, limits)?,
        })
    }

    /// When our client certificate expires.
    pub fn certificate_expires(&self) -> Option<Timestamp> {
        self.https.certificate_expires()
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
            Err(Trouble::Refused { code, .. }) if means_nothing_yet(&code) => return Ok(None),
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
                // The form was tried when the route was opened.
                time_stamp: strtime::format(&self.time_stamp, time).unwrap_or_default(),
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
        let message = self
            .write(request)
            .map_err(|error| Trouble::NotSent(error.to_string()))?;
        let mut builder = self
            .https
            .request(Method::POST, self.endpoint.clone())
            .header(CONTENT_TYPE, message.content_type);
        if let Some(action) = message.soap_action {
            builder = builder.header(SOAP_ACTION, action);
        }
        let answer = self
            .https
            .send(builder.body(message.body), Some(time))
            .await?;
        let payload = request.payload.as_ref().map(Payload::unverified);
        let judged = self.judge(&answer, request.operation);
        let envelope = judged.map_err(|trouble| trouble.without_quotations(payload))?;
        Ok((envelope, answer.body))
    }

    fn write(&self, request: &Envelope) -> Result<Message, EnvelopeError> {
        let login = self.login.as_ref();
        match self.standard {
            Standard::Soap => write_request_in(&self.dialect, request, login),
            Standard::Mime => core_mime::write_request(&self.dialect, request, login),
        }
    }

    /// What the answer says. A refusal in the partner's own words counts more than the HTTP status.
    fn judge(&self, answer: &Answer, operation: Operation) -> Result<Envelope, Trouble> {
        answer.not_redirected()?;
        let content_type = answer.content_type.as_deref();
        let fields = &self.dialect.fields;
        let read = match self.standard {
            Standard::Soap => read_response_in(fields, operation, content_type, &answer.body),
            Standard::Mime => {
                core_mime::read_response(fields, operation, content_type, &answer.body)
                    .map(Reply::Response)
            }
        };
        let status = answer.status;
        match read {
            Ok(Reply::Fault(fault)) => Err(faulted(fault)),
            Ok(Reply::Response(envelope)) => match &envelope.outcome {
                Some(outcome) if !outcome.is_success() => Err(turned_away(outcome)),
                _ if status.is_success() => Ok(envelope),
                _ => Err(Trouble::Lost(format!(
                    "the partner answered Success with HTTP {}",
                    status.as_u16()
                ))),
            },
            Err(error) if status.is_success() => Err(Trouble::Unreadable(error.to_string())),
            Err(_) => Err(answer.failed()),
        }
    }
}

/// SOAP 1.2 `Sender` and its like say that the message is at fault, so it was not processed.
fn faulted(fault: Fault) -> Trouble {
    match fault.code.as_str() {
        "Receiver" | "Server" | "" => Trouble::Lost(format!(
            "the partner's server failed (SOAP fault): {}",
            fault.reason
        )),
        code => Trouble::Refused {
            code: format!("SOAP fault {code}"),
            message: fault.reason,
        },
    }
}

/// An ErrorCode of its own words. That for a wrong login is spelt `UnAuthorized` by the rule, and `Receiver` says that
/// the partner's server failed.
fn turned_away(outcome: &Outcome) -> Trouble {
    let Outcome { code, message } = outcome;
    match code.to_ascii_lowercase().as_str() {
        "unauthorized" => Trouble::LoginRefused(format!("{code}: {message}")),
        "receiver" => Trouble::Lost(format!("the partner's server failed ({code}): {message}")),
        _ => Trouble::Refused {
            code: code.clone(),
            message: message.clone(),
        },
    }
}

/// Partners say in ErrorCode or in PayloadType that there is nothing to fetch.
fn means_nothing_yet(word: &str) -> bool {
    let letters = word.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|char| char.to_ascii_lowercase()).collect();
    ["nofilefound", "nobatchackfile", "nobatchresultsfile"]
        .iter()
        .any(|known| letters.ends_with(known))
}

fn login(route: &CoreRoute) -> Result<Option<Login>, SetupError> {
    let (Some(username), Some(variable)) = (&route.username, &route.password_env) else {
        return match (&route.username, &route.password_env) {
            (None, None) => Ok(None),
            _ => Err(SetupError(
                "[route] needs username and password_env together".into(),
            )),
        };
    };
    Ok(Some(Login {
        username: username.clone(),
        password: secret("password_env", variable)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_yet_is_known_in_its_spellings() {
        for word in ["No File Found", "X12_NoBatchAckFile", "NoBatchResultsFile"] {
            assert!(means_nothing_yet(word), "{word}");
        }
        assert!(!means_nothing_yet("PayloadTypeIllegal"));
    }
}
