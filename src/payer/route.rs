//! `[route]` of a partner's file: how bytes travel. Every difference between partners of one kind is data here. It
//! must not open a connection.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How bytes travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Route {
    /// CAQH CORE 2.2.0, envelope standard B: SOAP 1.2 with MTOM over HTTPS.
    CoreSoap(CoreRoute),
    /// CAQH CORE 2.2.0, envelope standard A: multipart/form-data over HTTPS.
    CoreMime(CoreRoute),
    Folder(FolderRoute),
    Sftp(SftpRoute),
    Rest(RestRoute),
}

/// A CAQH CORE endpoint, and where it departs from what most do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreRoute {
    /// `https://…`; nothing else is accepted.
    pub endpoint: String,
    pub sender_id: String,
    pub receiver_id: String,
    #[serde(default)]
    pub payload_types: PayloadTypes,
    #[serde(default)]
    pub tls: TlsFiles,
    #[serde(default)]
    pub fields: FieldNames,
    #[serde(default)]
    pub check_sum: CheckSumForm,
    /// Of a batch in a SOAP envelope.
    #[serde(default)]
    pub payload: PayloadForm,
    /// Of a SOAP request.
    #[serde(default)]
    pub soap_action: SoapActionForm,
    /// TimeStamp, in UTC, as strftime writes it.
    #[serde(default = "utc_to_the_second")]
    pub time_stamp: String,
    /// Of WS-Security, or the form's UserName; the password is read from the environment variable named here, never from the file.
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

/// What a partner calls the fields of an envelope, where it does not call them as the XSD does. Their case does not count
/// in what it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldNames {
    pub payload_type: String,
    pub processing_mode: String,
    pub payload_id: String,
    pub payload_length: String,
    pub time_stamp: String,
    pub sender_id: String,
    pub receiver_id: String,
    pub rule_version: String,
    pub check_sum: String,
    pub payload: String,
    pub error_code: String,
    pub error_message: String,
    /// In a form only.
    pub user_name: String,
    pub password: String,
}

/// How CheckSum is written; in what comes every form is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckSumForm {
    #[default]
    Hex,
    Base64,
    /// The field is left out.
    None,
}

/// Where a SOAP envelope has its payload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadForm {
    /// Beside it, in a part of its own.
    #[default]
    Mtom,
    /// In it.
    Base64,
}

/// Where a SOAP request says what it wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SoapActionForm {
    /// As SOAP 1.2 has it.
    #[default]
    ContentType,
    /// In a header `SOAPAction`, the envelope being `text/xml`: as SOAP 1.1, and the gem for MassHealth, have it.
    Header,
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

/// A clearinghouse that takes X12 in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestRoute {
    pub shape: RestShape,
    #[serde(default)]
    pub addresses: RestAddresses,
    /// The environment variable that holds the API key, which goes into `Authorization` as it is.
    #[serde(default)]
    pub api_key_env: Option<String>,
    /// OAuth 2.0 client credentials, for a token of `addresses.token`; the secret is in the environment variable.
    #[serde(default)]
    pub client_id: Option<String>,
    #[serde(default)]
    pub client_secret_env: Option<String>,
    /// Headers that every request has beside ours.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Headers whose values are in environment variables.
    #[serde(default)]
    pub secret_headers: BTreeMap<String, String>,
    /// Where files that the list points to may be; a host's own hosts count too.
    #[serde(default = "download_hosts")]
    pub download_hosts: Vec<String>,
    /// How far back the first pick-up looks.
    #[serde(default = "history_days")]
    pub history_days: u32,
    #[serde(default)]
    pub tls: TlsFiles,
    #[serde(default = "connect_seconds")]
    pub connect_timeout_seconds: u64,
    #[serde(default = "total_seconds")]
    pub total_timeout_seconds: u64,
    #[serde(default = "body_bytes")]
    pub response_bytes_max: usize,
}

/// Whose requests and answers they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestShape {
    Stedi,
    Optum,
}

/// Where requests go, if not where the shape's own maker has them. `{id}` is what the list calls a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RestAddresses {
    pub professional_claims: Option<String>,
    pub institutional_claims: Option<String>,
    pub dental_claims: Option<String>,
    pub list: Option<String>,
    pub file: Option<String>,
    pub token: Option<String>,
}

/// Directories on the partner's SFTP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SftpRoute {
    pub host: String,
    #[serde(default = "ssh_port")]
    pub port: u16,
    pub user: String,
    /// The environment variable that holds the password.
    #[serde(default)]
    pub password_env: Option<String>,
    /// Our private key, OpenSSH or PKCS#8; with `password_env` too the password is given only if the server asks.
    #[serde(default)]
    pub key: Option<PathBuf>,
    /// The environment variable that holds the key file's own password.
    #[serde(default)]
    pub key_password_env: Option<String>,
    /// The server's public keys (`ssh-ed25519 AAAA…`) or their fingerprints (`SHA256:…`); no other server is spoken to.
    #[serde(default)]
    pub host_keys: Vec<String>,
    /// Where files are put, from the login directory.
    pub outgoing: String,
    /// Where files are fetched, one place after another.
    pub incoming: Vec<String>,
    #[serde(default)]
    pub names: FileNames,
    #[serde(default)]
    pub after_pickup: AfterPickup,
    #[serde(default = "connect_seconds")]
    pub connect_timeout_seconds: u64,
    /// Of one request on an open connection.
    #[serde(default = "request_seconds")]
    pub request_timeout_seconds: u64,
    /// Of one file, whatever the number of requests.
    #[serde(default = "transfer_seconds")]
    pub total_timeout_seconds: u64,
    #[serde(default = "body_bytes")]
    pub file_bytes_max: usize,
}

/// What files are called at a partner. Fields: `{payload_id}`, `{control_number}` (ISA13), `{date}` and `{time}` (ISA09 as
/// CCYYMMDD, ISA10), `{kind}` (`837P`, `837I`, `837D`, `999`) and `{extension}`. None of them changes when an interchange
/// is sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileNames {
    pub file: String,
    /// While it is uploaded: `{name}` is the final name. It may lead to another directory.
    pub temporary: String,
    /// `{extension}` by what is in the file: Waystar routes by it (CLP, CLI, CLD).
    pub professional_claims: String,
    pub institutional_claims: String,
    pub dental_claims: String,
    pub acknowledgment: String,
}

/// What becomes of a file at the partner once it is stored here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AfterPickup {
    /// It stays; the same file is not fetched twice by one process, and known by its content after that.
    #[default]
    Leave,
    Delete,
    /// It goes to another directory of the partner's server.
    Move(String),
}

impl Route {
    /// As it is written in the partner's file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CoreSoap(_) => "core_soap",
            Self::CoreMime(_) => "core_mime",
            Self::Folder(_) => "folder",
            Self::Sftp(_) => "sftp",
            Self::Rest(_) => "rest",
        }
    }

    /// With the files it names relative to where the partner's file stands.
    pub fn beside(mut self, directory: &Path) -> Self {
        for path in self.files() {
            *path = directory.join(&*path);
        }
        self
    }

    fn files(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::CoreSoap(route) | Self::CoreMime(route) => route.tls.files(),
            Self::Folder(route) => vec![&mut route.outgoing, &mut route.incoming],
            Self::Sftp(route) => route.key.iter_mut().collect(),
            Self::Rest(route) => route.tls.files(),
        }
    }
}

impl TlsFiles {
    fn files(&mut self) -> Vec<&mut PathBuf> {
        let Self {
            authorities,
            client_certificate,
            client_key,
        } = self;
        [authorities, client_certificate, client_key]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl CoreRoute {
    /// A route with every other key at its default.
    pub fn new(endpoint: &str, sender_id: &str, receiver_id: &str) -> Self {
        Self {
            endpoint: endpoint.into(),
            sender_id: sender_id.into(),
            receiver_id: receiver_id.into(),
            payload_types: PayloadTypes::default(),
            fields: FieldNames::default(),
            check_sum: CheckSumForm::default(),
            payload: PayloadForm::default(),
            soap_action: SoapActionForm::default(),
            time_stamp: utc_to_the_second(),
            tls: TlsFiles::default(),
            username: None,
            password_env: None,
            connect_timeout_seconds: connect_seconds(),
            total_timeout_seconds: total_seconds(),
            response_bytes_max: body_bytes(),
        }
    }
}

impl SftpRoute {
    /// A route with every other key at its default: it names no host key, so it reaches nobody yet.
    pub fn new(host: &str, user: &str, outgoing: &str, incoming: &[&str]) -> Self {
        Self {
            host: host.into(),
            port: ssh_port(),
            user: user.into(),
            password_env: None,
            key: None,
            key_password_env: None,
            host_keys: Vec::new(),
            outgoing: outgoing.into(),
            incoming: incoming.iter().map(|&one| one.into()).collect(),
            names: FileNames::default(),
            after_pickup: AfterPickup::default(),
            connect_timeout_seconds: connect_seconds(),
            request_timeout_seconds: request_seconds(),
            total_timeout_seconds: transfer_seconds(),
            file_bytes_max: body_bytes(),
        }
    }
}

impl RestRoute {
    /// A route with every other key at its default: it has no login yet.
    pub fn new(shape: RestShape) -> Self {
        Self {
            shape,
            addresses: RestAddresses::default(),
            api_key_env: None,
            client_id: None,
            client_secret_env: None,
            headers: BTreeMap::new(),
            secret_headers: BTreeMap::new(),
            download_hosts: download_hosts(),
            history_days: history_days(),
            tls: TlsFiles::default(),
            connect_timeout_seconds: connect_seconds(),
            total_timeout_seconds: total_seconds(),
            response_bytes_max: body_bytes(),
        }
    }
}

impl Default for FileNames {
    fn default() -> Self {
        Self {
            file: "{payload_id}.{extension}".into(),
            temporary: ".{name}.part".into(),
            professional_claims: "x12".into(),
            institutional_claims: "x12".into(),
            dental_claims: "x12".into(),
            acknowledgment: "x12".into(),
        }
    }
}

impl TryFrom<String> for AfterPickup {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match (text.as_str(), text.strip_prefix("move:")) {
            ("leave", _) => Ok(Self::Leave),
            ("delete", _) => Ok(Self::Delete),
            (_, Some(directory)) if !directory.is_empty() => Ok(Self::Move(directory.into())),
            _ => Err(format!(
                "after_pickup is {text:?}: it must be leave, delete or move:DIRECTORY"
            )),
        }
    }
}

impl From<AfterPickup> for String {
    fn from(after: AfterPickup) -> Self {
        match after {
            AfterPickup::Leave => "leave".into(),
            AfterPickup::Delete => "delete".into(),
            AfterPickup::Move(directory) => format!("move:{directory}"),
        }
    }
}

impl Default for FieldNames {
    fn default() -> Self {
        Self {
            payload_type: "PayloadType".into(),
            processing_mode: "ProcessingMode".into(),
            payload_id: "PayloadID".into(),
            payload_length: "PayloadLength".into(),
            time_stamp: "TimeStamp".into(),
            sender_id: "SenderID".into(),
            receiver_id: "ReceiverID".into(),
            rule_version: "CORERuleVersion".into(),
            check_sum: "CheckSum".into(),
            payload: "Payload".into(),
            error_code: "ErrorCode".into(),
            error_message: "ErrorMessage".into(),
            user_name: "UserName".into(),
            password: "Password".into(),
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

fn connect_seconds() -> u64 {
    10
}

fn total_seconds() -> u64 {
    60
}

fn body_bytes() -> usize {
    64 * 1024 * 1024
}

fn utc_to_the_second() -> String {
    "%Y-%m-%dT%H:%M:%SZ".into()
}

fn download_hosts() -> Vec<String> {
    vec!["amazonaws.com".into(), "stedi.com".into()]
}

fn history_days() -> u32 {
    30
}

fn ssh_port() -> u16 {
    22
}

fn request_seconds() -> u64 {
    30
}

fn transfer_seconds() -> u64 {
    600
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a user copies from is what holds without it.
    #[test]
    fn the_file_of_routes_shows_every_default() {
        let text = include_str!("../../config/routes.toml");
        let routes: BTreeMap<String, Route> = toml::from_str(text).unwrap();
        for (name, route) in routes {
            let expected = match name.as_str() {
                "core_mime" => {
                    Route::CoreMime(CoreRoute::new("https://payer.example/core", "US", "PAYER"))
                }
                "core_soap" => {
                    Route::CoreSoap(CoreRoute::new("https://payer.example/core", "US", "PAYER"))
                }
                "stedi" => Route::Rest(RestRoute::new(RestShape::Stedi)),
                "optum" => Route::Rest(RestRoute::new(RestShape::Optum)),
                "folder" => Route::Folder(FolderRoute {
                    outgoing: "to-payer".into(),
                    incoming: "from-payer".into(),
                }),
                "sftp" => Route::Sftp(SftpRoute::new(
                    "sftp.payer.example",
                    "us",
                    "to-payer",
                    &["from-payer"],
                )),
                other => panic!("{other}"),
            };
            assert_eq!(route, expected, "{name}");
            for line in toml::to_string(&route).unwrap().lines() {
                let key = line
                    .split(" =")
                    .next()
                    .unwrap_or_default()
                    .trim_matches(['[', ']']);
                assert!(
                    text.contains(key),
                    "{key} of {name} is not in config/routes.toml"
                );
            }
        }
    }

    #[test]
    fn what_becomes_of_a_file_is_one_word() {
        let read = |text: &str| AfterPickup::try_from(text.to_owned());
        for (text, after) in [
            ("leave", AfterPickup::Leave),
            ("delete", AfterPickup::Delete),
            ("move:done/here", AfterPickup::Move("done/here".into())),
        ] {
            assert_eq!(read(text), Ok(after.clone()));
            assert_eq!(String::from(after), text);
        }
        for wrong in ["", "move:", "keep"] {
            assert!(
                read(wrong)
                    .unwrap_err()
                    .contains("must be leave, delete or move")
            );
        }
    }
}
