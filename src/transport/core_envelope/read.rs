//! Envelopes read, hardened: every size has a limit, and no error quotes what was read. It must not know HTTP.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::xml::{self, Element};
use super::{
    Envelope, EnvelopeError, Fault, Metadata, Operation, Outcome, Payload, Reply, SOAP_11, SOAP_12,
    XOP,
};
use crate::payer::FieldNames;
use crate::transport::mime::{self, Body};

/// Of the root part of a multipart message; an inline payload is bounded by the body's own limit.
const ENVELOPE_BYTES_MAX: usize = 256 * 1024;
const CORE_NAMESPACES: &str = "http://www.caqh.org/SOAP/WSDL/";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads what a client sent.
pub fn read_request(content_type: Option<&str>, body: &[u8]) -> Result<Envelope, EnvelopeError> {
    let message = Body::read(content_type, body)?;
    let root = soap_body(&message)?;
    let operation = Operation::ALL
        .into_iter()
        .find(|operation| operation.request_element() == root.name)
        .ok_or_else(|| bad("the SOAP body holds no request of CORE 2.2.0"))?;
    envelope(&FieldNames::default(), operation, &root, &message)
}

/// Reads what came as the answer to a request of `operation`.
pub fn read_response(
    operation: Operation,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Reply, EnvelopeError> {
    read_response_in(&FieldNames::default(), operation, content_type, body)
}

/// With the names that a partner gives the fields.
pub fn read_response_in(
    names: &FieldNames,
    operation: Operation,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Reply, EnvelopeError> {
    let message = Body::read(content_type, body)?;
    let root = soap_body(&message)?;
    if root.name == "Fault" {
        return Ok(Reply::Fault(fault(&root)));
    }
    if root.name != operation.response_element() {
        let expected = operation.response_element();
        return Err(bad(format!("expected {expected}, found another element")));
    }
    let envelope = envelope(names, operation, &root, &message)?;
    match envelope.outcome {
        Some(_) => Ok(Reply::Response(envelope)),
        None => Err(bad("the response has no ErrorCode")),
    }
}

/// The one element of the SOAP body. Prefixes are free, namespaces are not.
fn soap_body(message: &Body<'_>) -> Result<Element, EnvelopeError> {
    if message.is_multipart() && message.root().len() > ENVELOPE_BYTES_MAX {
        return Err(bad(format!(
            "the envelope part is larger than {ENVELOPE_BYTES_MAX} bytes"
        )));
    }
    let document = xml::parse(message.root())?;
    let is_soap = |element: &Element| [SOAP_12, SOAP_11].contains(&element.namespace.as_str());
    if document.name != "Envelope" || !is_soap(&document) {
        return Err(bad("the document is no SOAP envelope"));
    }
    let mut bodies = document
        .children
        .into_iter()
        .filter(|child| child.name == "Body" && is_soap(child));
    let (Some(body), None) = (bodies.next(), bodies.next()) else {
        return Err(bad("the SOAP envelope has not exactly one Body"));
    };
    let mut contents = body.children.into_iter();
    let (Some(content), None) = (contents.next(), contents.next()) else {
        return Err(bad("the SOAP body has not exactly one element"));
    };
    let is_core = content.namespace.starts_with(CORE_NAMESPACES);
    match is_core || content.name == "Fault" && is_soap(&content) {
        true => Ok(content),
        false => Err(bad("the SOAP body is neither of CORE nor a fault")),
    }
}

fn envelope(
    names: &FieldNames,
    operation: Operation,
    root: &Element,
    message: &Body<'_>,
) -> Result<Envelope, EnvelopeError> {
    let mut found: Vec<&str> = root.children.iter().map(|one| one.name.as_str()).collect();
    found.sort_unstable();
    if found.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(bad("a field of the envelope stands twice"));
    }
    let outcome = field(root, &names.error_code).map(|code| Outcome {
        code,
        message: field(root, &names.error_message).unwrap_or_default(),
    });
    // A partner that refuses may leave the rest out; the refusal still counts.
    let is_refusal = outcome.as_ref().is_some_and(|one| !one.is_success());
    let required = |name: &str| match field(root, name) {
        Some(text) => Ok(text),
        None if is_refusal => Ok(String::new()),
        None => Err(bad(format!("{name} is missing"))),
    };
    let mode = required(&names.processing_mode)?;
    if mode != operation.mode() && !is_refusal {
        let expected = operation.mode();
        return Err(bad(format!("ProcessingMode is not {expected}")));
    }
    let metadata = Metadata {
        payload_type: required(&names.payload_type)?,
        payload_id: required(&names.payload_id)?,
        time_stamp: required(&names.time_stamp)?,
        sender_id: required(&names.sender_id)?,
        receiver_id: required(&names.receiver_id)?,
        rule_version: required(&names.rule_version)?,
    };
    Ok(Envelope {
        operation,
        metadata,
        payload: payload(names, operation, root, message)?,
        outcome,
    })
}

fn payload(
    names: &FieldNames,
    operation: Operation,
    root: &Element,
    message: &Body<'_>,
) -> Result<Option<Payload>, EnvelopeError> {
    let Some(element) = child(root, &names.payload) else {
        return Ok(None);
    };
    let include = element.child("Include").filter(|one| one.namespace == XOP);
    let bytes = match include {
        Some(include) => attached(include, message)?,
        None if !element.children.is_empty() => {
            return Err(bad("Payload holds an element that is no xop:Include"));
        }
        None if operation == Operation::RealTime => element.text.clone().into_bytes(),
        None => inline(&element.text)?,
    };
    // An empty Payload element is how some partners write that there is none.
    let length = field(root, &names.payload_length);
    if bytes.is_empty() && length.as_deref().is_none_or(|length| length == "0") {
        return Ok(None);
    }
    let check_sum = field(root, &names.check_sum);
    Ok(Some(Payload::received(bytes, length, check_sum)))
}

fn attached(include: &Element, message: &Body<'_>) -> Result<Vec<u8>, EnvelopeError> {
    let id = include
        .attribute("href")
        .and_then(|href| href.strip_prefix("cid:"))
        .ok_or_else(|| bad("xop:Include has no href that starts with cid:"))?;
    let id = mime::percent_decoded(id);
    message
        .attachment(&id)
        .ok_or_else(|| bad("xop:Include names a part that is not there"))?
        .decoded()
}

/// Base64 with any white space, or plain X12 as some partners send it: an ISA always holds characters that
/// Base64 does not have.
fn inline(text: &str) -> Result<Vec<u8>, EnvelopeError> {
    let compact: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    match BASE64.decode(compact) {
        Ok(bytes) => Ok(bytes),
        Err(_) if text.trim_start().starts_with("ISA") => Ok(text.trim().as_bytes().to_vec()),
        Err(_) => Err(bad("Payload is neither Base64 nor an interchange")),
    }
}

fn fault(element: &Element) -> Fault {
    let text = |path: &[&str]| {
        let found = path.iter().try_fold(element, |at, name| at.child(name));
        found.map(|one| one.text.trim().to_owned())
    };
    let code = text(&["Code", "Value"]).or_else(|| text(&["faultcode"]));
    let code = code.unwrap_or_default();
    Fault {
        code: code.rsplit(':').next().unwrap_or_default().to_owned(),
        reason: text(&["Reason", "Text"])
            .or_else(|| text(&["faultstring"]))
            .unwrap_or_default(),
    }
}

fn field(root: &Element, name: &str) -> Option<String> {
    let text = child(root, name)?.text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Partners differ in the names' case (`PayloadId`), and no two names differ only in it.
fn child<'r>(root: &'r Element, name: &str) -> Option<&'r Element> {
    let mut children = root.children.iter();
    children.find(|child| child.name.eq_ignore_ascii_case(name))
}

fn bad(reason: impl Into<String>) -> EnvelopeError {
    EnvelopeError(reason.into())
}
