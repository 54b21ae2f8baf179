//! One `config/payers/<id>.toml` as types. Unknown keys are refused; every key but the ids has a default.

use std::fmt;
use std::path::PathBuf;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Filing, Profile};
use crate::guide::rule::Rule;

/// A payer or clearinghouse that interchanges are exchanged with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TradingPartner {
    /// Ours, the file's name without `.toml`.
    pub id: String,
    /// NM103 of loop 2010BB, and what people read.
    pub name: String,
    /// NM109 of loop 2010BB. Text: leading zeros count.
    pub payer_id: String,
    /// Other names and ids that charts call it by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// SBR09 where the chart does not say.
    #[serde(default = "commercial")]
    pub claim_filing: String,
    pub envelope: Envelope,
    #[serde(default)]
    pub limits: BatchLimits,
    #[serde(default)]
    pub deadlines: Deadlines,
    #[serde(default)]
    pub filing: Filing,
    #[serde(default)]
    pub scrub: Profile,
    /// In the order in which they are tried. Empty: claims can be translated for this payer but not sent.
    #[serde(default, rename = "route", deserialize_with = "one_or_several")]
    pub routes: Vec<Route>,
    /// What its companion guides ask for beyond the guides: `<id>.overlay` beside the partner's file.
    #[serde(skip)]
    pub overlay: &'static [Rule],
}

/// ISA and GS of what is sent to the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    pub sender: Party,
    pub receiver: Party,
    /// ISA15: `P` production, `T` test.
    #[serde(default = "test_usage")]
    pub usage: char,
    /// ISA14.
    #[serde(default = "yes")]
    pub acknowledgment_requested: bool,
    /// GS08 of an 837P.
    #[serde(default = "professional_guide")]
    pub professional_guide: String,
    /// GS08 of an 837I.
    #[serde(default = "institutional_guide")]
    pub institutional_guide: String,
    /// GS08 of an 837D.
    #[serde(default = "dental_guide")]
    pub dental_guide: String,
}

/// One end of an interchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// ISA05 or ISA07.
    #[serde(default = "mutually_defined")]
    pub qualifier: String,
    /// ISA06 or ISA08, at most 15 characters.
    pub id: String,
    /// GS02 or GS03; the interchange id where absent.
    #[serde(default)]
    pub group_id: Option<String>,
    /// NM103 of loop 1000B; the partner's name where absent. Read for the receiver only.
    #[serde(default)]
    pub name: Option<String>,
}

/// How much the partner takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BatchLimits {
    /// The guide's recommendation is 5,000 claims a transaction set.
    pub claims_per_set: usize,
    pub sets_per_interchange: usize,
    /// The guide allows 50 service lines a professional claim.
    pub lines_per_claim: usize,
}

/// By when an answer must be there, from the moment the submission left. Contract data: the defaults are CORE's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deadlines {
    pub implementation_acknowledgment_hours: u32,
    pub claim_acknowledgment_hours: u32,
    pub remittance_days: u32,
}

/// How bytes travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Route {
    CoreSoap(CoreSoapRoute),
    Folder(FolderRoute),
}

/// CAQH CORE 2.2.0, envelope standard B: SOAP 1.2 with MTOM over HTTPS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreSoapRoute {
    /// `https://…`; nothing else is accepted.
    pub endpoint: String,
    pub sender_id: String,
    pub receiver_id: String,
    #[serde(default)]
    pub payload_types: PayloadTypes,
    #[serde(default)]
    pub tls: TlsFiles,
    /// WS-Security user name; the password is read from the environment variable named here, never from the file.
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub password_env: Option<String>,
    #[serde(default = "connect_seconds")]
    pub connect_timeout_seconds: u64,
    /// CORE answers within 60 seconds.
    #[serde(default = "total_seconds")]
    pub total_timeout_seconds: u64,
    #[serde(default = "body_bytes")]
    pub response_bytes_max: usize,
}

/// PayloadType strings: partners differ, so they are data (transport.md section 1.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PayloadTypes {
    pub professional_claims: String,
    pub institutional_claims: String,
    pub dental_claims: String,
    /// Our 999 to what was picked up.
    pub acknowledgment: String,
    /// What the queues are asked for by; one that is empty is not asked for.
    pub acknowledgment_request: String,
    pub results_request: String,
    /// Some hand out 835 only by `X12_005010_Request_Batch_Results_835` (State Farm).
    pub remittance_request: String,
}

/// PEM files of a TLS connection with a client certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsFiles {
    /// Certificates that the partner's server certificate must chain to.
    pub authorities: Option<PathBuf>,
    pub client_certificate: Option<PathBuf>,
    pub client_key: Option<PathBuf>,
}

/// Two directories that another tool mirrors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderRoute {
    pub outgoing: PathBuf,
    pub incoming: PathBuf,
}

impl TradingPartner {
    /// The routes with what people call them: their kind, and a number where there are two of it.
    pub fn named_routes(&self) -> impl Iterator<Item = (String, &Route)> {
        self.routes.iter().enumerate().map(|(index, route)| {
            let kind = route.kind();
            let before = &self.routes[..index];
            match before.iter().filter(|one| one.kind() == kind).count() {
                0 => (kind.to_owned(), route),
                count => (format!("{kind}-{}", count + 1), route),
            }
        })
    }
}

impl Route {
    /// As it is written in the partner's file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CoreSoap(_) => "core_soap",
            Self::Folder(_) => "folder",
        }
    }
}

impl CoreSoapRoute {
    /// A route with every other key at its default.
    pub fn new(endpoint: &str, sender_id: &str, receiver_id: &str) -> Self {
        Self {
            endpoint: endpoint.into(),
            sender_id: sender_id.into(),
            receiver_id: receiver_id.into(),
            payload_types: PayloadTypes::default(),
            tls: TlsFiles::default(),
            username: None,
            password_env: None,
            connect_timeout_seconds: connect_seconds(),
            total_timeout_seconds: total_seconds(),
            response_bytes_max: body_bytes(),
        }
    }
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self {
            claims_per_set: 5_000,
            sets_per_interchange: 10,
            lines_per_claim: 50,
        }
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            implementation_acknowledgment_hours: 24,
            claim_acknowledgment_hours: 48,
            remittance_days: 30,
        }
    }
}

impl Default for PayloadTypes {
    fn default() -> Self {
        Self {
            professional_claims: "X12_837_Request_005010X222A1".into(),
            institutional_claims: "X12_837_Request_005010X223A1_2".into(),
            dental_claims: "X12_837_Request_005010X224A1_2".into(),
            acknowledgment: "X12_999_SubmissionRequest_005010X231A1".into(),
            acknowledgment_request: "X12_999_RetrievalRequest_005010X231A1".into(),
            results_request: "X12_005010_Request_BatchResultsMixed".into(),
            remittance_request: String::new(),
        }
    }
}

/// `[route]` or several `[[route]]`.
fn one_or_several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Route>, D::Error> {
    struct Routes;

    impl<'de> Visitor<'de> for Routes {
        type Value = Vec<Route>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("[route] or [[route]]")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, routes: A) -> Result<Self::Value, A::Error> {
            Deserialize::deserialize(SeqAccessDeserializer::new(routes))
        }

        fn visit_map<A: MapAccess<'de>>(self, route: A) -> Result<Self::Value, A::Error> {
            Ok(vec![Deserialize::deserialize(MapAccessDeserializer::new(
                route,
            ))?])
        }
    }
    deserializer.deserialize_any(Routes)
}

fn commercial() -> String {
    "CI".into()
}

fn test_usage() -> char {
    'T'
}

fn yes() -> bool {
    true
}

fn professional_guide() -> String {
    "005010X222A1".into()
}

fn institutional_guide() -> String {
    "005010X223A2".into()
}

fn dental_guide() -> String {
    "005010X224A2".into()
}

fn mutually_defined() -> String {
    "ZZ".into()
}

fn connect_seconds() -> u64 {
    10
}

fn total_seconds() -> u64 {
    60
}

fn body_bytes() -> usize {
    64 * 1024 * 1024
}
