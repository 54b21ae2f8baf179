//! Certificates for both ends of a connection to the sandbox: an authority, a server and a client, as PEM files that
//! only their owner may read. It must not know TLS connections.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

use crate::payer::TlsFiles;

/// What the server's certificate is valid for.
const LOCAL_NAMES: [&str; 2] = ["localhost", "127.0.0.1"];
/// A day earlier than made, for clocks that differ.
const DAYS_BEFORE: i64 = 1;
/// Public authorities give about as long.
const DAYS_VALID: i64 = 397;

/// Where the files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The certificate that signed both others.
    pub authorities: PathBuf,
    pub server_certificate: PathBuf,
    pub server_key: PathBuf,
    pub client_certificate: PathBuf,
    pub client_key: PathBuf,
}

impl Credentials {
    /// The files of a directory, whether they are there or not.
    pub fn at(directory: &Path) -> Self {
        Self {
            authorities: directory.join("authority.pem"),
            server_certificate: directory.join("server.pem"),
            server_key: directory.join("server.key"),
            client_certificate: directory.join("client.pem"),
            client_key: directory.join("client.key"),
        }
    }

    /// Makes new ones for a server on this machine, valid from yesterday for about a year. Old files are replaced.
    pub fn make(directory: &Path, now: Timestamp) -> io::Result<Self> {
        Self::make_for(&LOCAL_NAMES, directory, now)
    }

    /// Makes new ones for a server of these host names and addresses.
    pub fn make_for(names: &[&str], directory: &Path, now: Timestamp) -> io::Result<Self> {
        let files = Self::at(directory);
        fs::create_dir_all(directory)?;
        let authority = CertifiedIssuer::self_signed(authority(now)?, key()?).map_err(failed)?;
        write(&files.authorities, &authority.pem())?;
        let ends = [
            (
                leaf("claimgate sandbox", names, now)?,
                ExtendedKeyUsagePurpose::ServerAuth,
                &files.server_certificate,
                &files.server_key,
            ),
            (
                leaf("claimgate sandbox client", &[], now)?,
                ExtendedKeyUsagePurpose::ClientAuth,
                &files.client_certificate,
                &files.client_key,
            ),
        ];
        for (mut params, purpose, certificate_file, key_file) in ends {
            params.extended_key_usages = vec![purpose];
            let key = key()?;
            let certificate = params.signed_by(&key, &authority).map_err(failed)?;
            write(certificate_file, &certificate.pem())?;
            write(key_file, &key.serialize_pem())?;
        }
        Ok(files)
    }

    /// What a client's route says of them.
    pub fn client_files(&self) -> TlsFiles {
        TlsFiles {
            authorities: Some(self.authorities.clone()),
            client_certificate: Some(self.client_certificate.clone()),
            client_key: Some(self.client_key.clone()),
        }
    }
}

fn authority(now: Timestamp) -> io::Result<CertificateParams> {
    let mut params = params("claimgate sandbox authority", &[], now)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(params)
}

fn leaf(name: &str, alternatives: &[&str], now: Timestamp) -> io::Result<CertificateParams> {
    let mut params = params(name, alternatives, now)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn params(name: &str, alternatives: &[&str], now: Timestamp) -> io::Result<CertificateParams> {
    let alternatives: Vec<String> = alternatives.iter().map(|&one| one.to_owned()).collect();
    let mut params = CertificateParams::new(alternatives).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let today = TimeZone::UTC.to_datetime(now).date();
    let day = |days: i64| today.checked_add(days.days()).map_err(io::Error::other);
    let moment = |date: Date| {
        // A month and a day are small and positive.
        let [month, day] = [date.month(), date.day()].map(i8::unsigned_abs);
        date_time_ymd(date.year().into(), month, day)
    };
    params.not_before = moment(day(-DAYS_BEFORE)?);
    params.not_after = moment(day(DAYS_VALID)?);
    Ok(params)
}

fn key() -> io::Result<KeyPair> {
    KeyPair::generate().map_err(failed)
}

/// A file that nobody else may read; one that is there is replaced, for its permissions would stay.
fn write(path: &Path, text: &str) -> io::Result<()> {
    use io::Write;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

fn failed(error: rcgen::Error) -> io::Error {
    io::Error::other(format!("a certificate cannot be made: {error}"))
}
