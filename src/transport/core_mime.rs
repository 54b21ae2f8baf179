//! The CAQH CORE 2.2.0 envelope, standard A: the fields of a multipart/form-data message, requests and responses, both
//! ways. It must not know HTTP clients, servers or what a payload means.

use super::core_envelope::{
    Dialect, Envelope, EnvelopeError, Login, Message, Metadata, Operation, Outcome, Payload,
};
use super::mime::{self, Field, Part};
use crate::payer::FieldNames;

/// Of every field but the payload.
const TEXT_BYTES_MAX: usize = 8 * 1024;

/// A request, with the login among its fields.
pub fn write_request(
    dialect: &Dialect,
    envelope: &Envelope,
    login: Option<&Login>,
) -> Result<Message, EnvelopeError> {
    let names = &dialect.fields;
    let mut fields = metadata(names, envelope);
    if let Some(login) = login {
        fields.push((&names.user_name, login.username.clone().into_bytes()));
        fields.push((&names.password, login.password.clone().into_bytes()));
    }
    write(dialect, envelope, fields)
}

/// A response; its outcome must be there.
pub fn write_response(envelope: &Envelope) -> Result<Message, EnvelopeError> {
    let dialect = Dialect::default();
    write(&dialect, envelope, metadata(&dialect.fields, envelope))
}

/// A response to a request that could not be read.
pub fn write_refusal(outcome: &Outcome) -> Message {
    let names = FieldNames::default();
    let fields = [
        Part::field(&names.payload_type, b"CoreEnvelopeError"),
        Part::field(&names.error_code, outcome.code.as_bytes()),
        Part::field(&names.error_message, outcome.message.as_bytes()),
    ];
    message(&fields)
}

/// Reads what a client sent. What it asks for is told by PayloadType alone.
pub fn read_request(content_type: Option<&str>, body: &[u8]) -> Result<Envelope, EnvelopeError> {
    let names = FieldNames::default();
    let form = Form::read(content_type, body)?;
    let payload_type = form.text(&names.payload_type)?.unwrap_or_default();
    let is_of_acknowledgments = ["999", "TA1", "Acks"]
        .iter()
        .any(|word| payload_type.contains(word));
    let operation = match (form.field(&names.payload).is_some(), is_of_acknowledgments) {
        (true, false) => Operation::BatchSubmission,
        (true, true) => Operation::BatchResultsAckSubmission,
        (false, true) => Operation::BatchSubmissionAckRetrieval,
        (false, false) => Operation::BatchResultsRetrieval,
    };
    envelope(&names, operation, &form)
}

/// Reads what came as the answer to a request of `operation`.
pub fn read_response(
    names: &FieldNames,
    operation: Operation,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Envelope, EnvelopeError> {
    let form = Form::read(content_type, body)?;
    let envelope = envelope(names, operation, &form)?;
    match envelope.outcome {
        Some(_) => Ok(envelope),
        None => Err(bad("the response has no ErrorCode")),
    }
}

type Fields<'n> = Vec<(&'n str, Vec<u8>)>;

fn metadata<'n>(names: &'n FieldNames, envelope: &Envelope) -> Fields<'n> {
    let text = |name: &'n String, value: &str| (name.as_str(), value.as_bytes().to_vec());
    let metadata = &envelope.metadata;
    vec![
        text(&names.payload_type, &metadata.payload_type),
        text(&names.processing_mode, envelope.operation.mode()),
        text(&names.payload_id, &metadata.payload_id),
        text(&names.time_stamp, &metadata.time_stamp),
        text(&names.sender_id, &metadata.sender_id),
        text(&names.receiver_id, &metadata.receiver_id),
        text(&names.rule_version, &metadata.rule_version),
    ]
}

fn write<'n>(
    dialect: &'n Dialect,
    envelope: &Envelope,
    mut fields: Fields<'n>,
) -> Result<Message, EnvelopeError> {
    let names = &dialect.fields;
    if let Some(payload) = &envelope.payload {
        let bytes = payload.unverified();
        fields.push((&names.payload_length, bytes.len().to_string().into_bytes()));
        if let Some(check_sum) = dialect.check_sum_of(bytes) {
            fields.push((&names.check_sum, check_sum.into_bytes()));
        }
        fields.push((&names.payload, bytes.to_vec()));
    }
    if let Some(outcome) = &envelope.outcome {
        fields.push((&names.error_code, outcome.code.clone().into_bytes()));
        fields.push((&names.error_message, outcome.message.clone().into_bytes()));
    }
    let is_text = |value: &[u8]| !value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0));
    let (payload, texts): (Vec<_>, Vec<_>) =
        fields.iter().partition(|(name, _)| *name == names.payload);
    if !texts.iter().all(|(_, value)| is_text(value)) || payload.len() > 1 {
        return Err(bad(
            "a field holds a line ending, which a form cannot carry",
        ));
    }
    let parts: Vec<Part<'_>> = fields
        .iter()
        .map(|(name, value)| Part::field(name, value))
        .collect();
    Ok(message(&parts))
}

fn message(parts: &[Part<'_>]) -> Message {
    let (boundary, body) = mime::write(parts);
    Message {
        content_type: format!("multipart/form-data; boundary=\"{boundary}\""),
        soap_action: None,
        body,
    }
}

/// The fields of a message by name. Partners differ in the names' case, and no two names differ only in it.
struct Form<'b>(Vec<Field<'b>>);

impl<'b> Form<'b> {
    fn read(content_type: Option<&str>, body: &'b [u8]) -> Result<Self, EnvelopeError> {
        let fields = mime::read_form(content_type, body)?;
        let mut names: Vec<_> = fields
            .iter()
            .map(|one| one.name.to_ascii_lowercase())
            .collect();
        names.sort_unstable();
        match names.windows(2).any(|pair| pair[0] == pair[1]) {
            true => Err(bad("a field of the envelope stands twice")),
            false => Ok(Self(fields)),
        }
    }

    fn field(&self, name: &str) -> Option<&Field<'b>> {
        self.0
            .iter()
            .find(|one| one.name.eq_ignore_ascii_case(name))
    }

    /// A field's text; `None` where it is missing or empty.
    fn text(&self, name: &str) -> Result<Option<String>, EnvelopeError> {
        let Some(field) = self.field(name) else {
            return Ok(None);
        };
        let bytes = field.content.decoded()?;
        if bytes.len() > TEXT_BYTES_MAX {
            return Err(bad(format!(
                "a field is longer than {TEXT_BYTES_MAX} bytes"
            )));
        }
        let text = String::from_utf8(bytes).map_err(|_| bad("a field is not UTF-8"))?;
        let text = text.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}

fn envelope(
    names: &FieldNames,
    operation: Operation,
    form: &Form<'_>,
) -> Result<Envelope, EnvelopeError> {
    let outcome = form.text(&names.error_code)?.map(|code| {
        Ok::<_, EnvelopeError>(Outcome {
            code,
            message: form.text(&names.error_message)?.unwrap_or_default(),
        })
    });
    let outcome = outcome.transpose()?;
    // A partner that refuses may leave the rest out; the refusal still counts.
    let is_refusal = outcome.as_ref().is_some_and(|one| !one.is_success());
    let required = |name: &str| match form.text(name)? {
        Some(text) => Ok(text),
        None if is_refusal => Ok(String::new()),
        None => Err(bad(format!("{name} is missing"))),
    };
    let mode = required(&names.processing_mode)?;
    if mode != operation.mode() && !is_refusal {
        return Err(bad(format!("ProcessingMode is not {}", operation.mode())));
    }
    Ok(Envelope {
        operation,
        metadata: Metadata {
            payload_type: required(&names.payload_type)?,
            payload_id: required(&names.payload_id)?,
            time_stamp: required(&names.time_stamp)?,
            sender_id: required(&names.sender_id)?,
            receiver_id: required(&names.receiver_id)?,
            rule_version: required(&names.rule_version)?,
        },
        payload: payload(names, form)?,
        outcome,
    })
}

/// An empty field is how some partners write that there is no payload.
fn payload(names: &FieldNames, form: &Form<'_>) -> Result<Option<Payload>, EnvelopeError> {
    let Some(field) = form.field(&names.payload) else {
        return Ok(None);
    };
    let bytes = field.content.decoded()?;
    let length = form.text(&names.payload_length)?;
    if bytes.is_empty() && length.as_deref().is_none_or(|length| length == "0") {
        return Ok(None);
    }
    let check_sum = form.text(&names.check_sum)?;
    Ok(Some(Payload::received(bytes, length, check_sum)))
}

fn bad(reason: impl Into<String>) -> EnvelopeError {
    EnvelopeError::new(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payer::CheckSumForm;
    use crate::transport::core_envelope::RULE_VERSION;

    const PAYLOAD: &[u8] = b"ISA*00*x~\r\n--claimgate-part-0--\r\nIEA*1*1~\xff\r\n";

    fn request(operation: Operation, payload_type: &str, payload: Option<&[u8]>) -> Envelope {
        Envelope {
            operation,
            metadata: Metadata {
                payload_type: payload_type.into(),
                payload_id: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6".into(),
                time_stamp: "2026-11-24T13:00:00Z".into(),
                sender_id: "US".into(),
                receiver_id: "PAYER".into(),
                rule_version: RULE_VERSION.into(),
            },
            payload: payload.map(|bytes| Payload::new(bytes.to_vec())),
            outcome: None,
        }
    }

    #[test]
    fn every_operation_is_read_as_written() {
        for (operation, payload_type, payload) in [
            (
                Operation::BatchSubmission,
                "X12_837_Request_005010X222A1",
                Some(PAYLOAD),
            ),
            (
                Operation::BatchSubmissionAckRetrieval,
                "X12_999_RetrievalRequest_005010X231A1",
                None,
            ),
            (
                Operation::BatchResultsRetrieval,
                "X12_005010_Request_Batch_Results_835",
                None,
            ),
            (
                Operation::BatchResultsAckSubmission,
                "X12_999_SubmissionRequest_005010X231A1",
                Some(PAYLOAD),
            ),
        ] {
            let sent = request(operation, payload_type, payload);
            let message = write_request(&Dialect::default(), &sent, None).unwrap();
            let read = read_request(Some(&message.content_type), &message.body).unwrap();
            assert_eq!(
                (read.operation, &read.metadata),
                (operation, &sent.metadata)
            );
            let bytes = read.payload.map(|payload| payload.verified().unwrap());
            assert_eq!(bytes.as_deref(), payload);

            let answered = Envelope {
                outcome: Some(Outcome::success()),
                ..sent
            };
            let message = write_response(&answered).unwrap();
            let names = FieldNames::default();
            let read = read_response(
                &names,
                operation,
                Some(&message.content_type),
                &message.body,
            );
            assert_eq!(read.unwrap().outcome, answered.outcome);
        }
    }

    #[test]
    fn a_request_is_written_to_the_letter() {
        let dialect = Dialect {
            fields: FieldNames {
                payload_id: "PayloadId".into(),
                ..FieldNames::default()
            },
            check_sum: CheckSumForm::None,
            ..Dialect::default()
        };
        let login = Login {
            username: "us".into(),
            password: "secret".into(),
        };
        let sent = request(Operation::BatchSubmission, "X12", Some(b"ISA~"));
        let message = write_request(&dialect, &sent, Some(&login)).unwrap();
        let boundary = "claimgate-part-0";
        assert_eq!(
            message.content_type,
            format!("multipart/form-data; boundary=\"{boundary}\"")
        );
        let fields = [
            ("PayloadType", "X12"),
            ("ProcessingMode", "Batch"),
            ("PayloadId", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            ("TimeStamp", "2026-11-24T13:00:00Z"),
            ("SenderID", "US"),
            ("ReceiverID", "PAYER"),
            ("CORERuleVersion", "2.2.0"),
            ("UserName", "us"),
            ("Password", "secret"),
            ("PayloadLength", "4"),
            ("Payload", "ISA~"),
        ];
        let parts = fields.map(|(name, value)| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
        });
        let expected = format!("{}--{boundary}--\r\n", parts.concat());
        assert_eq!(String::from_utf8(message.body).unwrap(), expected);
    }

    #[test]
    fn wrong_forms_are_refused() {
        let field = |name: &str, value: &str| {
            format!("--q\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let good = [
            field("PayloadType", "X12_837"),
            field("ProcessingMode", "Batch"),
            field("payloadid", "f81d4fae"),
            field("TimeStamp", "now"),
            field("SenderID", "US"),
            field("ReceiverID", "PAYER"),
            field("CORERuleVersion", "2.2.0"),
            field("ErrorCode", "Success"),
        ]
        .concat();
        let read = |body: &str| {
            let names = FieldNames::default();
            let content_type = Some("multipart/form-data; boundary=q");
            read_response(
                &names,
                Operation::BatchSubmission,
                content_type,
                body.as_bytes(),
            )
        };
        assert!(
            read(&format!("{good}--q--"))
                .unwrap()
                .outcome
                .unwrap()
                .is_success()
        );
        let long = field("ErrorMessage", &"x".repeat(9_000));
        let many: String = (0..40)
            .map(|number| field(&format!("f{number}"), "x"))
            .collect();
        for (body, words) in [
            (good.clone(), "without its closing boundary"),
            (format!("{good}{long}--q--"), "longer than"),
            (format!("{good}{many}--q--"), "more than 32 parts"),
            (
                format!("{good}{}--q--", field("PAYLOADID", "x")),
                "stands twice",
            ),
            (format!("{good}--q\r\n\r\nx\r\n--q--"), "has no name"),
            (
                good.replace("TimeStamp", "Time") + "--q--",
                "TimeStamp is missing",
            ),
            (good.replace("ErrorCode", "Error") + "--q--", "no ErrorCode"),
            (
                good.replace("Batch", "RealTime") + "--q--",
                "ProcessingMode is not Batch",
            ),
            ("<html></html>".into(), "begin with its boundary"),
        ] {
            let error = read(&body).unwrap_err().to_string();
            assert!(error.contains(words), "{error:?} has no {words:?}");
        }
        // What is refused needs no more than the refusal.
        let refusal = field("ErrorCode", "PayloadTypeIllegal") + "--q--";
        assert_eq!(
            read(&refusal).unwrap().outcome.unwrap().code,
            "PayloadTypeIllegal"
        );
        let names = FieldNames::default();
        let html = read_response(
            &names,
            Operation::BatchSubmission,
            Some("text/html"),
            b"<html>",
        );
        assert!(
            html.unwrap_err()
                .to_string()
                .contains("no multipart/form-data")
        );
    }
}
