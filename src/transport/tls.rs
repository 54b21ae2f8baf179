//! TLS with certificates on both sides, from PEM: the partner's own roots, never the public set by default. It must
//! not know HTTP. What is wrong with a certificate is said with the file's name and what to do.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore, ServerConfig};

use super::SetupError;
use crate::payer::TlsFiles;

/// TLS 1.2 is the floor: rustls has nothing older.
const VERSIONS: [&rustls::SupportedProtocolVersion; 2] =
    [&rustls::version::TLS13, &rustls::version::TLS12];
/// A PEM file is a few kilobytes; the public roots of a system are 250.
const PEM_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// PEM text and what to call it in a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem {
    /// The file's path, where there is one.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What a client needs to call a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientPem {
    /// Certificates that the partner's must chain to.
    pub authorities: Pem,
    /// Our certificate (with its chain) and its key, where the partner asks for one.
    pub identity: Option<(Pem, Pem)>,
}

/// A client's side of TLS, checked and ready.
#[derive(Debug, Clone)]
pub struct ClientTls {
    pub(super) config: ClientConfig,
    identity: Option<Validity>,
}

/// How long a certificate is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Validity {
    name: String,
    from: Timestamp,
    until: Timestamp,
}

impl ClientTls {
    /// Reads the files of a partner's `[route.tls]`.
    pub fn read(files: &TlsFiles) -> Result<Self, SetupError> {
        let Some(authorities) = &files.authorities else {
            return wrong(
                "[route.tls] names no authorities: set it to the PEM file of the authority that signed the \
                 partner's certificate (for a public one on Debian: /etc/ssl/certs/ca-certificates.crt)",
            );
        };
        let identity = match (&files.client_certificate, &files.client_key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => Some((Pem::read(certificate)?, Pem::read(key)?)),
            (Some(_), None) => {
                return wrong("[route.tls] has client_certificate and no client_key");
            }
            (None, Some(_)) => {
                return wrong("[route.tls] has client_key and no client_certificate");
            }
        };
        Self::from_pem(&ClientPem {
            authorities: Pem::read(authorities)?,
            identity,
        })
    }

    pub fn from_pem(pem: &ClientPem) -> Result<Self, SetupError> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&VERSIONS)
            .map_err(internal)?
            .with_root_certificates(roots(&pem.authorities)?);
        let Some((certificate, key)) = &pem.identity else {
            return Ok(Self {
                config: builder.with_no_client_auth(),
                identity: None,
            });
        };
        let chain = certificates(certificate)?;
        let identity = validity(certificate, &chain)?;
        let config = builder
            .with_client_auth_cert(chain, private_key(key)?)
            .map_err(|error| pair_error(&error, certificate, key))?;
        Ok(Self {
            config,
            identity: Some(identity),
        })
    }

    /// Whether our certificate may be shown at this time; if not, why, and what to do.
    pub(super) fn usable_at(&self, time: Timestamp) -> Result<(), String> {
        match &self.identity {
            Some(own) if time > own.until => Err(format!(
                "our client certificate {} expired on {}: get a new one signed by the partner's authority and put \
                 it in its place",
                own.name,
                day(own.until)
            )),
            Some(own) if time < own.from => Err(format!(
                "our client certificate {} is valid from {} only: wait, or set this machine's clock",
                own.name,
                day(own.from)
            )),
            _ => Ok(()),
        }
    }

    /// When our certificate expires, so that a person is told in time.
    pub fn expires(&self) -> Option<Timestamp> {
        self.identity.as_ref().map(|own| own.until)
    }
}

/// A server that takes only clients whose certificate `authorities` signed.
pub fn server_config(
    authorities: &Pem,
    certificate: &Pem,
    key: &Pem,
) -> Result<Arc<ServerConfig>, SetupError> {
    let roots = Arc::new(roots(authorities)?);
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider())
        .build()
        .map_err(internal)?;
    let chain = certificates(certificate)?;
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&VERSIONS)
        .map_err(internal)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, private_key(key)?)
        .map_err(|error| pair_error(&error, certificate, key))?;
    Ok(Arc::new(config))
}

/// Why TLS broke off, found in an error's chain of causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Broken {
    /// We did not trust the partner: nothing was sent.
    Distrusted(String),
    /// The partner did not take our certificate. In TLS 1.3 the client learns it after it has begun to write, but
    /// the partner hands nothing on before the handshake is done.
    Unwelcome(String),
    /// Anything else of TLS.
    Other,
}

pub(super) fn broken(error: &(dyn Error + 'static)) -> Option<Broken> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        // An io::Error hides the error it carries from `source`.
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|inner| inner as &(dyn Error + 'static));
        let tls = [Some(error), inner]
            .into_iter()
            .flatten()
            .find_map(|error| error.downcast_ref::<rustls::Error>());
        if let Some(tls) = tls {
            return Some(judge(tls));
        }
        cause = match inner {
            Some(inner) if inner.is::<io::Error>() => Some(inner),
            Some(inner) => inner.source(),
            None => error.source(),
        };
    }
    None
}

fn judge(error: &rustls::Error) -> Broken {
    match error {
        rustls::Error::InvalidCertificate(error) => Broken::Distrusted(distrust(error)),
        rustls::Error::AlertReceived(alert) => match unwelcome(*alert) {
            Some(reason) => Broken::Unwelcome(reason.into()),
            None => Broken::Other,
        },
        _ => Broken::Other,
    }
}

fn distrust(error: &CertificateError) -> String {
    match error {
        // A bad signature is what an authority of the same name and another key looks like.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "the partner's certificate is not signed by the authorities named for it: ask the partner for its \
             authority's certificate and name that file in [route.tls] authorities"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the partner's certificate has expired: tell the partner, and check this machine's clock"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the partner's certificate is not valid yet: check this machine's clock"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the partner's certificate is for another host: check the endpoint's address"
        }
        other => {
            return format!("the partner's certificate is not acceptable ({other}): ask the partner");
        }
    }
    .to_owned()
}

fn unwelcome(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            "the partner asks for a client certificate and we have none: name client_certificate and client_key in \
             [route.tls]"
        }
        AlertDescription::CertificateExpired => {
            "the partner says that our client certificate has expired: get a new one"
        }
        AlertDescription::CertificateRevoked => {
            "the partner says that our client certificate is revoked: get a new one"
        }
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::AccessDenied
        | AlertDescription::DecryptError => {
            "the partner does not accept our client certificate: use the one that the partner has signed or \
             registered"
        }
        AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion => {
            "the partner's server offers no TLS that we accept (1.2 and 1.3), or wants a client certificate"
        }
        _ => return None,
    })
}

impl Pem {
    pub fn read(path: &Path) -> Result<Self, SetupError> {
        let unreadable = |error: io::Error| {
            SetupError(format!(
                "cannot read {}: {error}: correct the path in [route.tls] or the file's permissions",
                path.display()
            ))
        };
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        if size > PEM_BYTES_MAX {
            return wrong(format!("{} is too large for a PEM file", path.display()));
        }
        Ok(Self {
            name: path.display().to_string(),
            bytes: std::fs::read(path).map_err(unreadable)?,
        })
    }

    /// PEM text that is in no file.
    pub fn named(name: &str, text: &str) -> Self {
        Self {
            name: name.into(),
            bytes: text.into(),
        }
    }
}

/// The bytes may be a private key.
impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pem({})", self.name)
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn roots(pem: &Pem) -> Result<RootCertStore, SetupError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(pem)? {
        store.add(certificate).map_err(|error| {
            SetupError(format!("{} holds an unusable authority: {error}", pem.name))
        })?;
    }
    Ok(store)
}

fn certificates(pem: &Pem) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem.bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => wrong(format!(
            "{} holds no readable certificate: it must be PEM, with a line BEGIN CERTIFICATE",
            pem.name
        )),
    }
}

fn private_key(pem: &Pem) -> Result<PrivateKeyDer<'static>, SetupError> {
    PrivateKeyDer::from_pem_slice(&pem.bytes).map_err(|_| {
        SetupError(format!(
            "{} holds no readable private key: it must be PEM and not encrypted, with a line BEGIN PRIVATE KEY",
            pem.name
        ))
    })
}

fn validity(pem: &Pem, chain: &[CertificateDer<'_>]) -> Result<Validity, SetupError> {
    let unreadable = || SetupError(format!("{} holds a damaged certificate", pem.name));
    let first = chain.first().ok_or_else(unreadable)?;
    let (_, certificate) = x509_parser::parse_x509_certificate(first).map_err(|_| unreadable())?;
    let moment = |seconds| Timestamp::from_second(seconds).map_err(|_| unreadable());
    let validity = certificate.validity();
    Ok(Validity {
        name: pem.name.clone(),
        from: moment(validity.not_before.timestamp())?,
        until: moment(validity.not_after.timestamp())?,
    })
}

fn pair_error(error: &rustls::Error, certificate: &Pem, key: &Pem) -> SetupError {
    let (certificate, key) = (&certificate.name, &key.name);
    SetupError(match error {
        rustls::Error::InconsistentKeys(_) => {
            format!("{key} is not the key of {certificate}: name the key it was made with")
        }
        _ => format!("{certificate} and {key} cannot be used: {error}"),
    })
}

fn internal(error: impl fmt::Display) -> SetupError {
    SetupError(format!("TLS cannot be set up: {error}"))
}

fn wrong<T>(reason: impl Into<String>) -> Result<T, SetupError> {
    Err(SetupError(reason.into()))
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
