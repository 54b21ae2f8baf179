//! Envelopes written: SOAP by quick-xml, a batch payload as an MTOM attachment. It must not know how they are sent.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::xml::is_allowed;
use super::{
    CORE_NAMESPACE, Dialect, Envelope, EnvelopeError, Fault, Message, Operation, SOAP_12, XOP,
};
use crate::payer::{PayloadForm, SoapActionForm};
use crate::transport::mime::{self, Part};

const WSSE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const PASSWORD_TEXT: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";
const ROOT_ID: &str = "envelope@claimgate";
const PAYLOAD_ID: &str = "payload@claimgate";
/// PayloadLength is an `xs:int`.
const PAYLOAD_BYTES_MAX: usize = i32::MAX as usize;

/// WS-Security UsernameToken.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    pub username: String,
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({}, <password>)", self.username)
    }
}

/// A request. `Err` only for what XML or the XSD cannot hold.
pub fn write_request(envelope: &Envelope, login: Option<&Login>) -> Result<Message, EnvelopeError> {
    write_request_in(&Dialect::default(), envelope, login)
}

/// A request as a partner wants it.
pub fn write_request_in(
    dialect: &Dialect,
    envelope: &Envelope,
    login: Option<&Login>,
) -> Result<Message, EnvelopeError> {
    write(
        dialect,
        envelope,
        envelope.operation.request_element(),
        login,
    )
}

/// A response; its outcome must be there.
pub fn write_response(envelope: &Envelope) -> Result<Message, EnvelopeError> {
    let element = envelope.operation.response_element();
    write(&Dialect::default(), envelope, element, None)
}

/// A SOAP 1.2 fault.
pub fn write_fault(fault: &Fault) -> Result<Message, EnvelopeError> {
    let mut xml = Xml::new();
    xml.declare()?;
    xml.open_with("soap:Envelope", &[("xmlns:soap", SOAP_12)])?;
    xml.open("soap:Body")?;
    xml.open("soap:Fault")?;
    xml.open("soap:Code")?;
    xml.leaf("soap:Value", &format!("soap:{}", fault.code))?;
    xml.close("soap:Code")?;
    xml.open("soap:Reason")?;
    xml.open_with("soap:Text", &[("xml:lang", "en")])?;
    xml.text(&fault.reason)?;
    xml.close("soap:Text")?;
    for name in ["soap:Reason", "soap:Fault", "soap:Body", "soap:Envelope"] {
        xml.close(name)?;
    }
    Ok(Message {
        content_type: "application/soap+xml; charset=UTF-8".into(),
        soap_action: None,
        body: xml.finish(),
    })
}

fn write(
    dialect: &Dialect,
    envelope: &Envelope,
    element: &str,
    login: Option<&Login>,
) -> Result<Message, EnvelopeError> {
    let action = envelope.operation.action();
    let root = soap(dialect, envelope, element, login)?;
    let soap_action = match dialect.soap_action {
        SoapActionForm::ContentType => None,
        SoapActionForm::Header => Some(action.to_owned()),
    };
    let attachment = match (&envelope.payload, envelope.operation, dialect.payload) {
        (None, _, _) | (_, Operation::RealTime, _) | (_, _, PayloadForm::Base64) => {
            return Ok(Message {
                content_type: match dialect.soap_action {
                    SoapActionForm::ContentType => {
                        format!("application/soap+xml; charset=UTF-8; action=\"{action}\"")
                    }
                    SoapActionForm::Header => "text/xml; charset=UTF-8".into(),
                },
                soap_action,
                body: root,
            });
        }
        (Some(payload), _, PayloadForm::Mtom) => payload,
    };
    let root_type = format!(
        "application/xop+xml; charset=UTF-8; type=\"application/soap+xml\"; action=\"{action}\""
    );
    let parts = [
        Part::related(&root_type, ROOT_ID, &root),
        Part::related("application/octet-stream", PAYLOAD_ID, &attachment.bytes),
    ];
    let (boundary, body) = mime::write(&parts);
    let content_type = format!(
        "multipart/related; type=\"application/xop+xml\"; start=\"<{ROOT_ID}>\"; \
         start-info=\"application/soap+xml\"; action=\"{action}\"; boundary=\"{boundary}\""
    );
    Ok(Message {
        content_type,
        soap_action,
        body,
    })
}

fn soap(
    dialect: &Dialect,
    envelope: &Envelope,
    element: &str,
    login: Option<&Login>,
) -> Result<Vec<u8>, EnvelopeError> {
    let root = format!("core:{element}");
    let mut xml = Xml::new();
    xml.declare()?;
    xml.open_with("soap:Envelope", &[("xmlns:soap", SOAP_12)])?;
    if let Some(login) = login {
        write_login(&mut xml, login)?;
    }
    xml.open("soap:Body")?;
    xml.open_with(&root, &[("xmlns:core", CORE_NAMESPACE)])?;
    write_fields(&mut xml, dialect, envelope)?;
    for name in [root.as_str(), "soap:Body", "soap:Envelope"] {
        xml.close(name)?;
    }
    Ok(xml.finish())
}

fn write_login(xml: &mut Xml, login: &Login) -> Result<(), EnvelopeError> {
    xml.open("soap:Header")?;
    xml.open_with(
        "wsse:Security",
        &[("xmlns:wsse", WSSE), ("soap:mustUnderstand", "true")],
    )?;
    xml.open("wsse:UsernameToken")?;
    xml.leaf("wsse:Username", &login.username)?;
    xml.open_with("wsse:Password", &[("Type", PASSWORD_TEXT)])?;
    xml.text(&login.password)?;
    for name in [
        "wsse:Password",
        "wsse:UsernameToken",
        "wsse:Security",
        "soap:Header",
    ] {
        xml.close(name)?;
    }
    Ok(())
}

/// The children in the XSD's order.
fn write_fields(
    xml: &mut Xml,
    dialect: &Dialect,
    envelope: &Envelope,
) -> Result<(), EnvelopeError> {
    let names = &dialect.fields;
    let metadata = &envelope.metadata;
    let batch_payload = match envelope.operation {
        Operation::RealTime => None,
        _ => envelope.payload.as_ref(),
    };
    xml.leaf(&names.payload_type, &metadata.payload_type)?;
    xml.leaf(&names.processing_mode, envelope.operation.mode())?;
    xml.leaf(&names.payload_id, &metadata.payload_id)?;
    if let Some(payload) = batch_payload {
        if payload.bytes.len() > PAYLOAD_BYTES_MAX {
            let max = PAYLOAD_BYTES_MAX;
            let reason = format!("the payload is larger than PayloadLength can say ({max} bytes)");
            return Err(EnvelopeError(reason));
        }
        xml.leaf(&names.payload_length, &payload.bytes.len().to_string())?;
    }
    xml.leaf(&names.time_stamp, &metadata.time_stamp)?;
    xml.leaf(&names.sender_id, &metadata.sender_id)?;
    xml.leaf(&names.receiver_id, &metadata.receiver_id)?;
    xml.leaf(&names.rule_version, &metadata.rule_version)?;
    match (&envelope.payload, batch_payload) {
        (_, Some(payload)) => {
            if let Some(check_sum) = dialect.check_sum_of(&payload.bytes) {
                xml.leaf(&names.check_sum, &check_sum)?;
            }
            write_batch_payload(xml, dialect, &payload.bytes)?;
        }
        (Some(payload), None) => {
            let text = std::str::from_utf8(&payload.bytes)
                .map_err(|_| EnvelopeError("a real-time payload must be UTF-8 text".into()))?;
            xml.leaf(&names.payload, text)?;
        }
        (None, None) => {}
    }
    if let Some(outcome) = &envelope.outcome {
        xml.leaf(&names.error_code, &outcome.code)?;
        xml.leaf(&names.error_message, &outcome.message)?;
    }
    Ok(())
}

/// Beside the envelope, or in it as `xs:base64Binary`.
fn write_batch_payload(
    xml: &mut Xml,
    dialect: &Dialect,
    bytes: &[u8],
) -> Result<(), EnvelopeError> {
    let name = &dialect.fields.payload;
    if dialect.payload == PayloadForm::Base64 {
        return xml.leaf(name, &STANDARD.encode(bytes));
    }
    xml.open(name)?;
    let href = format!("cid:{PAYLOAD_ID}");
    xml.open_with("xop:Include", &[("xmlns:xop", XOP), ("href", &href)])?;
    xml.close("xop:Include")?;
    xml.close(name)
}

/// quick-xml's writer into memory, with elements by name.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn new() -> Self {
        Self(Writer::new(Vec::new()))
    }

    fn declare(&mut self) -> Result<(), EnvelopeError> {
        self.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
    }

    fn open(&mut self, name: &str) -> Result<(), EnvelopeError> {
        self.open_with(name, &[])
    }

    fn open_with(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), EnvelopeError> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.event(Event::Start(start))
    }

    fn close(&mut self, name: &str) -> Result<(), EnvelopeError> {
        self.event(Event::End(BytesEnd::new(name)))
    }

    fn leaf(&mut self, name: &str, text: &str) -> Result<(), EnvelopeError> {
        self.open(name)?;
        self.text(text)?;
        self.close(name)
    }

    /// A carriage return is written as a reference: a reader would turn it into a line feed.
    fn text(&mut self, text: &str) -> Result<(), EnvelopeError> {
        if !text.chars().all(is_allowed) {
            let reason = "a text holds a control character that XML cannot carry";
            return Err(EnvelopeError(reason.into()));
        }
        for (index, line) in text.split('\r').enumerate() {
            if index > 0 {
                self.event(Event::Text(BytesText::from_escaped("&#13;")))?;
            }
            self.event(Event::Text(BytesText::new(line)))?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>) -> Result<(), EnvelopeError> {
        let written = self.0.write_event(event);
        written.map_err(|error| EnvelopeError(error.to_string()))
    }

    fn finish(self) -> Vec<u8> {
        self.0.into_inner()
    }
}
