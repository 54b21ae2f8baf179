//! The insurer's front desk: a CAQH CORE request in, the answer out. It must not know connections or what is in a
//! payload.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::manners::{Manner, Manners, Repeated};
use crate::transport::core_envelope::{
    Envelope, EnvelopeError, Fault, Message, Metadata, Mismatch, Operation, Outcome, Payload,
    RULE_VERSION, read_request, write_fault, write_response,
};
use crate::transport::{Standard, core_mime};

/// PayloadIDs that are remembered; when there are more, all are forgotten.
const PAYLOAD_IDS_MAX: usize = 100_000;

/// Who answers behind the desk.
pub trait Insurer: Send + 'static {
    /// Takes a batch that a partner submitted.
    fn receive(&mut self, payload_type: &str, payload_id: &str, bytes: &[u8], now: Timestamp);
    /// The next TA1 or 999 that waits, taken from the queue.
    fn acknowledgment(&mut self, now: Timestamp) -> Option<Answer>;
    /// The next 277CA, 835 or other result.
    fn result(&mut self, now: Timestamp) -> Option<Answer>;
}

/// A payload for the partner.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    pub payload_type: String,
    pub bytes: Vec<u8>,
}

/// The desk and what it remembers.
pub(super) struct Reception {
    insurer: Arc<Mutex<dyn Insurer>>,
    manners: Manners,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// PayloadIDs that were taken, with the digest of their payloads.
    taken: HashMap<String, [u8; 32]>,
    acknowledgments: Shelf,
    results: Shelf,
}

/// Payloads of one queue that have left the insurer.
#[derive(Default)]
struct Shelf {
    /// To be handed out again.
    again: VecDeque<Delivery>,
    last: Option<Delivery>,
}

#[derive(Clone)]
struct Delivery {
    payload_id: String,
    answer: Answer,
}

/// An answer for HTTP.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) message: Message,
}

/// What a response says, beside what it repeats of the request.
struct Said {
    payload_type: String,
    payload_id: String,
    payload: Option<Vec<u8>>,
}

impl Reception {
    pub(super) fn new(insurer: Arc<Mutex<dyn Insurer>>, manners: Manners) -> Self {
        Self {
            insurer,
            manners,
            state: Mutex::default(),
        }
    }

    /// `Err` only where an answer cannot be written as XML.
    pub(super) fn answer(
        &self,
        standard: Standard,
        content_type: Option<&str>,
        body: &[u8],
        manner: Option<&Manner>,
        now: Timestamp,
    ) -> Result<Reply, EnvelopeError> {
        let read = match standard {
            Standard::Soap => read_request(content_type, body),
            Standard::Mime => core_mime::read_request(content_type, body),
        };
        let request = match read {
            Ok(request) => request,
            Err(error) => return fault(standard, "Sender", &error.to_string()),
        };
        let (operation, metadata) = (request.operation, request.metadata.clone());
        let said = match manner {
            Some(Manner::Fault { code, reason }) => {
                return fault(standard, code, reason);
            }
            Some(Manner::Refuse { code, message }) => refuse(code, message),
            _ => self.handle(request, manner, now),
        };
        let (said, outcome) = match said {
            Ok(said) => (said, Outcome::success()),
            Err(outcome) => (Said::error(&metadata), outcome),
        };
        let envelope = Envelope {
            operation,
            metadata: Metadata {
                payload_type: said.payload_type,
                payload_id: said.payload_id,
                time_stamp: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                sender_id: metadata.receiver_id,
                receiver_id: metadata.sender_id,
                rule_version: RULE_VERSION.to_owned(),
            },
            payload: said.payload.map(Payload::new),
            outcome: Some(outcome),
        };
        let message = match standard {
            Standard::Soap => write_response(&envelope)?,
            Standard::Mime => core_mime::write_response(&envelope)?,
        };
        let status = 200;
        Ok(Reply { status, message })
    }

    fn handle(
        &self,
        request: Envelope,
        manner: Option<&Manner>,
        now: Timestamp,
    ) -> Result<Said, Outcome> {
        let Metadata {
            payload_type,
            payload_id,
            rule_version,
            ..
        } = request.metadata;
        if rule_version != RULE_VERSION {
            return refuse("VersionMismatch", "CORERuleVersion must be 2.2.0");
        }
        if Uuid::try_parse(&payload_id).is_err() {
            return refuse("PayloadIDIllegal", "PayloadID must be a UUID");
        }
        match request.operation {
            Operation::RealTime => refuse("ProcessingModeIllegal", "only batches are taken here"),
            Operation::BatchSubmission => {
                let bytes = verified(request.payload)?;
                self.receive(&payload_type, &payload_id, &bytes, now)?;
                Ok(Said::word("X12_BatchReceiptConfirmation", payload_id))
            }
            Operation::BatchSubmissionAckRetrieval => {
                let next = |insurer: &mut dyn Insurer| insurer.acknowledgment(now);
                let delivery = self.deliver(|state| &mut state.acknowledgments, next, manner);
                Ok(delivery.map_or_else(
                    || Said::word("X12_NoBatchAckFile", payload_id),
                    Said::delivery,
                ))
            }
            Operation::BatchResultsRetrieval => {
                let next = |insurer: &mut dyn Insurer| insurer.result(now);
                let delivery = self.deliver(|state| &mut state.results, next, manner);
                Ok(delivery.map_or_else(
                    || Said::word("X12_NoBatchResultsFile", payload_id),
                    Said::delivery,
                ))
            }
            Operation::BatchResultsAckSubmission => {
                verified(request.payload)?;
                Ok(Said::word("X12_999_Response_005010X231A1", payload_id))
            }
        }
    }

    fn receive(
        &self,
        payload_type: &str,
        payload_id: &str,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), Outcome> {
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let mut state = self.state();
        let before = state.taken.get(payload_id);
        match (before, self.manners.on_repeated()) {
            (None, _) | (Some(_), Repeated::Taken) => {}
            (Some(before), Repeated::Once) if *before == digest => return Ok(()),
            (Some(_), _) => {
                return refuse(
                    "PayloadIDIllegal",
                    "a payload of this PayloadID was already taken",
                );
            }
        }
        if state.taken.len() == PAYLOAD_IDS_MAX {
            state.taken.clear();
        }
        state.taken.insert(payload_id.to_owned(), digest);
        // Held until the insurer has it: a repetition that overtakes must not be confirmed before.
        self.insurer().receive(payload_type, payload_id, bytes, now);
        Ok(())
    }

    /// The next payload of a queue. What a bad manner may lose on its way is offered again.
    fn deliver(
        &self,
        shelf: fn(&mut State) -> &mut Shelf,
        next: impl FnOnce(&mut dyn Insurer) -> Option<Answer>,
        manner: Option<&Manner>,
    ) -> Option<Delivery> {
        let mut state = self.state();
        let shelf = shelf(&mut state);
        if let (Some(Manner::Again), Some(last)) = (manner, &shelf.last) {
            return Some(Delivery::new(last.answer.clone()));
        }
        let again = shelf.again.pop_front();
        let is_first = again.is_none();
        let delivery = again.or_else(|| next(&mut *self.insurer()).map(Delivery::new))?;
        let stays = match manner {
            None | Some(Manner::Again) => false,
            Some(Manner::Twice) => is_first,
            Some(_) => true,
        };
        if stays {
            shelf.again.push_front(delivery.clone());
        }
        shelf.last = Some(delivery.clone());
        Some(delivery)
    }

    fn insurer(&self) -> MutexGuard<'_, dyn Insurer + 'static> {
        self.insurer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of a payload that must be there, be measured and be whole.
fn verified(payload: Option<Payload>) -> Result<Vec<u8>, Outcome> {
    let Some(payload) = payload else {
        return refuse("PayloadRequired", "the request has no Payload");
    };
    if !payload.has_length() {
        return refuse("PayloadLengthRequired", "the request has no PayloadLength");
    }
    if !payload.has_check_sum() {
        return refuse("CheckSumRequired", "the request has no CheckSum");
    }
    payload.verified().or_else(|mismatch| {
        let code = match mismatch {
            Mismatch::Length => "PayloadLengthIllegal",
            Mismatch::CheckSum => "ChecksumMismatched",
        };
        refuse(code, &mismatch.to_string())
    })
}

impl Said {
    /// A word in PayloadType, and no payload.
    fn word(payload_type: &str, payload_id: String) -> Self {
        Self {
            payload_type: payload_type.into(),
            payload_id,
            payload: None,
        }
    }

    fn error(request: &Metadata) -> Self {
        Self::word("CoreEnvelopeError", request.payload_id.clone())
    }

    fn delivery(delivery: Delivery) -> Self {
        Self {
            payload_type: delivery.answer.payload_type,
            payload_id: delivery.payload_id,
            payload: Some(delivery.answer.bytes),
        }
    }
}

impl Delivery {
    fn new(answer: Answer) -> Self {
        Self {
            payload_id: Uuid::new_v4().to_string(),
            answer,
        }
    }
}

fn refuse<T>(code: &str, message: &str) -> Result<T, Outcome> {
    Err(Outcome {
        code: code.into(),
        message: message.into(),
    })
}

/// SOAP 1.2 part 2, section 7.5.2: a fault of the sender comes with HTTP 400, any other with 500. A form has no fault,
/// and says it in its ErrorCode.
fn fault(standard: Standard, code: &str, reason: &str) -> Result<Reply, EnvelopeError> {
    let message = match standard {
        Standard::Soap => write_fault(&Fault {
            code: code.into(),
            reason: reason.into(),
        })?,
        Standard::Mime => core_mime::write_refusal(&Outcome {
            code: code.into(),
            message: reason.into(),
        }),
    };
    Ok(Reply {
        status: if code == "Sender" { 400 } else { 500 },
        message,
    })
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("payload_type", &self.payload_type)
            .field("length", &self.bytes.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::core_envelope::{self, read_response, write_request};

    struct Nobody;

    impl Insurer for Nobody {
        fn receive(&mut self, _: &str, _: &str, _: &[u8], _: Timestamp) {}

        fn acknowledgment(&mut self, _: Timestamp) -> Option<Answer> {
            None
        }

        fn result(&mut self, _: Timestamp) -> Option<Answer> {
            None
        }
    }

    fn request(operation: Operation) -> String {
        let message = write_request(
            &Envelope {
                operation,
                metadata: Metadata {
                    payload_type: "X12_837_Request_005010X222A1".into(),
                    payload_id: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6".into(),
                    time_stamp: "2026-11-24T13:00:00Z".into(),
                    sender_id: "US".into(),
                    receiver_id: "PAYER".into(),
                    rule_version: RULE_VERSION.into(),
                },
                payload: Some(Payload::new(b"ISA~".into())),
                outcome: None,
            },
            None,
        );
        String::from_utf8(message.unwrap().body).unwrap()
    }

    /// The HTTP status, and the ErrorCode or the fault's code.
    fn answered(operation: Operation, body: &str) -> (u16, String) {
        let desk = Reception::new(Arc::new(Mutex::new(Nobody)), Manners::new());
        let now = Timestamp::UNIX_EPOCH;
        let reply = desk
            .answer(Standard::Soap, None, body.as_bytes(), None, now)
            .unwrap();
        let message = &reply.message;
        let read = read_response(operation, Some(&message.content_type), &message.body);
        let code = match read.unwrap() {
            core_envelope::Reply::Fault(fault) => fault.code,
            core_envelope::Reply::Response(response) => response.outcome.unwrap().code,
        };
        (reply.status, code)
    }

    #[test]
    fn wrong_requests_are_refused_by_their_field() {
        let batch = Operation::BatchSubmission;
        let good = request(batch);
        let check_sum = {
            let from = good.find("<CheckSum>").unwrap();
            let to = good.find("</CheckSum>").unwrap() + "</CheckSum>".len();
            &good[from..to]
        };
        for (from, to, status, code) in [
            ("", "", 200, "Success"),
            (">2.2.0<", ">4.0.0<", 200, "VersionMismatch"),
            ("f81d4fae", "", 200, "PayloadIDIllegal"),
            (">4</Pay", ">5</Pay", 200, "PayloadLengthIllegal"),
            (">4</Pay", "></Pay", 200, "PayloadLengthRequired"),
            ("ISA~", "ISB~", 200, "ChecksumMismatched"),
            (check_sum, "", 200, "CheckSumRequired"),
            ("ISA~\r\n", "\r\n", 200, "PayloadLengthIllegal"),
            ("<SenderID>US</SenderID>", "", 400, "Sender"),
            (">Batch<", ">RealTime<", 400, "Sender"),
            ("<?xml", "<!DOCTYPE x><?xml", 400, "Sender"),
        ] {
            let changed = good.replacen(from, to, 1);
            assert!(changed != good || from.is_empty(), "{from} is not there");
            let answered = answered(batch, &changed);
            assert_eq!(answered, (status, code.to_owned()), "{from} as {to}");
        }
        let operation = Operation::RealTime;
        let (status, code) = answered(operation, &request(operation));
        assert_eq!((status, code.as_str()), (200, "ProcessingModeIllegal"));
    }
}
