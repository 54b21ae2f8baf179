//! The CAQH CORE 2.2.0 envelope, standard B: SOAP 1.2 with MTOM, requests and responses, both ways. It must not
//! know HTTP clients, servers or what a payload means.
//!
//! Names and child order are those of `CORERule2.2.0.xsd`: the root element is qualified, its children are not.

mod read;
mod write;
mod xml;

use std::fmt;

use sha1::{Digest, Sha1};

use crate::payer::{CheckSumForm, FieldNames, PayloadForm, SoapActionForm};

pub use read::{read_request, read_response, read_response_in};
pub use write::{Login, write_fault, write_request, write_request_in, write_response};

pub(super) const CORE_NAMESPACE: &str = "http://www.caqh.org/SOAP/WSDL/CORERule2.2.0.xsd";
pub(super) const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(super) const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub(super) const XOP: &str = "http://www.w3.org/2004/08/xop/include";
/// CORERuleVersion of what is written here.
pub const RULE_VERSION: &str = "2.2.0";
/// ErrorCode of a request that was taken.
pub const SUCCESS: &str = "Success";

/// What a message is about, named by its root element in the XSD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    RealTime,
    BatchSubmission,
    BatchSubmissionAckRetrieval,
    BatchResultsRetrieval,
    BatchResultsAckSubmission,
}

/// The fields that requests and responses share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    pub payload_type: String,
    pub payload_id: String,
    /// As written: partners differ, and nothing may be ordered by it.
    pub time_stamp: String,
    pub sender_id: String,
    pub receiver_id: String,
    pub rule_version: String,
}

/// A request or a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub operation: Operation,
    pub metadata: Metadata,
    pub payload: Option<Payload>,
    /// ErrorCode and ErrorMessage; a response has them.
    pub outcome: Option<Outcome>,
}

/// ErrorCode is an open list of words: exactly `Success` is success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub code: String,
    pub message: String,
}

/// A payload that was read, with what the envelope claims of it. The bytes come out only if the claims hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    bytes: Vec<u8>,
    length: Option<String>,
    check_sum: Option<String>,
}

/// What an envelope claims of its payload and is not so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    Length,
    CheckSum,
}

/// A SOAP fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Local name of the code: `Sender`, `Receiver`, `VersionMismatch` …; of SOAP 1.1 `Client`, `Server` ….
    pub code: String,
    pub reason: String,
}

/// What came as the answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Response(Envelope),
    Fault(Fault),
}

/// How a partner wants an envelope where the XSD leaves it open, or where the partner departs from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dialect {
    pub fields: FieldNames,
    pub check_sum: CheckSumForm,
    pub payload: PayloadForm,
    pub soap_action: SoapActionForm,
}

/// A message as HTTP carries it.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub content_type: String,
    /// Where it goes in a header of its own.
    pub soap_action: Option<String>,
    pub body: Vec<u8>,
}

/// What is wrong with a message, without a word of its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeError(String);

impl Operation {
    pub const ALL: [Self; 5] = [
        Self::RealTime,
        Self::BatchSubmission,
        Self::BatchSubmissionAckRetrieval,
        Self::BatchResultsRetrieval,
        Self::BatchResultsAckSubmission,
    ];

    /// The soapAction of the WSDL.
    pub fn action(self) -> &'static str {
        match self {
            Self::RealTime => "RealTimeTransaction",
            Self::BatchSubmission => "BatchSubmitTransaction",
            Self::BatchSubmissionAckRetrieval => "BatchSubmitAckRetrievalTransaction",
            Self::BatchResultsRetrieval => "BatchResultsRetrievalTransaction",
            Self::BatchResultsAckSubmission => "BatchResultsAckSubmitTransaction",
        }
    }

    pub(super) fn request_element(self) -> &'static str {
        match self {
            Self::RealTime => "COREEnvelopeRealTimeRequest",
            Self::BatchSubmission => "COREEnvelopeBatchSubmission",
            Self::BatchSubmissionAckRetrieval => "COREEnvelopeBatchSubmissionAckRetrievalRequest",
            Self::BatchResultsRetrieval => "COREEnvelopeBatchResultsRetrievalRequest",
            Self::BatchResultsAckSubmission => "COREEnvelopeBatchResultsAckSubmission",
        }
    }

    pub(super) fn response_element(self) -> &'static str {
        match self {
            Self::RealTime => "COREEnvelopeRealTimeResponse",
            Self::BatchSubmission => "COREEnvelopeBatchSubmissionResponse",
            Self::BatchSubmissionAckRetrieval => "COREEnvelopeBatchSubmissionAckRetrievalResponse",
            Self::BatchResultsRetrieval => "COREEnvelopeBatchResultsRetrievalResponse",
            Self::BatchResultsAckSubmission => "COREEnvelopeBatchResultsAckSubmissionResponse",
        }
    }

    /// ProcessingMode.
    pub(super) fn mode(self) -> &'static str {
        match self {
            Self::RealTime => "RealTime",
            _ => "Batch",
        }
    }
}

impl Outcome {
    /// The request was taken. CORE's word for no message is `None`.
    pub fn success() -> Self {
        Self {
            code: SUCCESS.into(),
            message: "None".into(),
        }
    }

    pub fn is_success(&self) -> bool {
        self.code == SUCCESS
    }
}

impl Payload {
    /// A payload of ours; length and checksum are written from the bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            length: None,
            check_sum: None,
        }
    }

    pub(super) fn received(
        bytes: Vec<u8>,
        length: Option<String>,
        check_sum: Option<String>,
    ) -> Self {
        Self {
            bytes,
            length,
            check_sum,
        }
    }

    /// The bytes whatever the envelope claims of them; for looking, not for use.
    pub(super) fn unverified(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the envelope gives a PayloadLength. A batch submission must.
    pub fn has_length(&self) -> bool {
        self.length.is_some()
    }

    /// Whether the envelope gives a CheckSum. A batch submission must.
    pub fn has_check_sum(&self) -> bool {
        self.check_sum.is_some()
    }

    /// The bytes, if PayloadLength (in bytes) and CheckSum, where given, are theirs.
    pub fn verified(self) -> Result<Vec<u8>, Mismatch> {
        if let Some(length) = &self.length
            && length.parse() != Ok(self.bytes.len())
        {
            return Err(Mismatch::Length);
        }
        if let Some(check_sum) = &self.check_sum
            && !is_check_sum_of(check_sum, &self.bytes)
        {
            return Err(Mismatch::CheckSum);
        }
        Ok(self.bytes)
    }
}

impl Dialect {
    /// CheckSum as the partner reads it; `None` where it takes none.
    pub(super) fn check_sum_of(&self, bytes: &[u8]) -> Option<String> {
        use base64::Engine;
        match self.check_sum {
            CheckSumForm::Hex => Some(check_sum(bytes)),
            CheckSumForm::Base64 => {
                Some(base64::engine::general_purpose::STANDARD.encode(Sha1::digest(bytes)))
            }
            CheckSumForm::None => None,
        }
    }
}

/// CheckSum as most write it: SHA-1 in lower-case hexadecimal.
fn check_sum(bytes: &[u8]) -> String {
    let digest = Sha1::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal in either case, or Base64: the rule does not say which, and partners differ.
fn is_check_sum_of(text: &str, bytes: &[u8]) -> bool {
    use base64::Engine;
    text.eq_ignore_ascii_case(&check_sum(bytes))
        || base64::engine::general_purpose::STANDARD
            .decode(text)
            .is_ok_and(|digest| digest.as_slice() == Sha1::digest(bytes).as_slice())
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.bytes.len())
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("content_type", &self.content_type)
            .field("length", &self.body.len())
            .finish()
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "PayloadLength is not the payload's length in bytes",
            Self::CheckSum => "CheckSum is not the payload's SHA-1",
        })
    }
}

impl EnvelopeError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EnvelopeError {}

#[cfg(test)]
mod tests;
