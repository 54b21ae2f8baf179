//! An SSH connection to a partner: the server's key is compared before anything is said, and we log in once. It must
//! not know files.
//!
//! Partners black-list an address after a few refused logins, so a method is tried only if it is the one that the route
//! names, or if the server asks for it.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{self, AuthResult, DisconnectReason, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::{
    Algorithm, EcdsaCurve, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate,
    decode_secret_key, parse_public_key_base64,
};
use russh::{AlgorithmKind, MethodKind, MethodSet, Preferred};
use russh_sftp::client::Config as SftpConfig;
use russh_sftp::client::RawSftpSession;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::session::Session;
use crate::payer::SftpRoute;
use crate::transport::SetupError;
use crate::transport::secret::secret;

const KEY_FILE_BYTES_MAX: u64 = 64 * 1024;
/// A server that asks for more than a password, one question at a time.
const QUESTIONS_MAX: usize = 4;
/// How long the reason of a login that ended is waited for.
const FAREWELL_TIME_MAX: Duration = Duration::from_secs(2);
/// Directory listings come in packets of this size at most.
const PACKET_BYTES_MAX: u32 = 256 * 1024;

/// RSA is left out: the crate that checks it has an advisory without a fix (RUSTSEC-2023-0071).
const KEY_ALGORITHMS: [Algorithm; 4] = [
    Algorithm::Ed25519,
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP256,
    },
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP384,
    },
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP521,
    },
];

/// Where and as whom we connect.
pub(super) struct Door {
    host: String,
    port: u16,
    user: String,
    login: Login,
    host_keys: HostKeys,
    connect_time_max: Duration,
    request_time_max: Duration,
}

/// Why there is no connection. Nothing has been asked of the partner yet.
#[derive(Debug)]
pub(super) enum Shut {
    Unreached(String),
    LoginRefused(String),
}

enum Login {
    Password(String),
    /// The password is for a server that asks for both.
    Key(Arc<PrivateKey>, Option<String>),
}

/// The keys that the partner's server may have.
struct HostKeys {
    fingerprints: Vec<String>,
    /// Those to ask the server for: of a server with several keys the pinned one is wanted.
    algorithms: Vec<Algorithm>,
}

impl Door {
    /// Reads the key file, and the passwords from their environment variables.
    pub(super) fn new(route: &SftpRoute) -> Result<Self, SetupError> {
        Ok(Self {
            host: route.host.clone(),
            port: route.port,
            user: route.user.clone(),
            login: Login::read(route)?,
            host_keys: HostKeys::parse(&route.host_keys)?,
            connect_time_max: Duration::from_secs(route.connect_timeout_seconds),
            request_time_max: Duration::from_secs(route.request_timeout_seconds),
        })
    }

    /// Connects, compares the server's key, logs in and opens SFTP.
    pub(super) async fn open(&self) -> Result<Session, Shut> {
        let told = Arc::new(Mutex::new(Told::default()));
        let mut handle = self.shake_hands(&told).await?;
        let patience = self.connect_time_max + self.request_time_max;
        let logged_in = timeout(patience, self.log_in(&mut handle, &told)).await;
        logged_in.map_err(|_| self.slow("did not finish the login"))??;
        timeout(patience, self.start_sftp(handle))
            .await
            .map_err(|_| self.slow("did not open SFTP"))?
    }

    async fn shake_hands(&self, told: &Arc<Mutex<Told>>) -> Result<Handle<Doorkeeper>, Shut> {
        let (host, port) = (self.host.as_str(), self.port);
        let stream = timeout(self.connect_time_max, TcpStream::connect((host, port)))
            .await
            .map_err(|_| self.slow("did not accept a connection"))?
            .map_err(|_| {
                Shut::Unreached(format!(
                    "no connection to {host} port {port}: check the network, host and port in [route], and whether \
                     the partner is up"
                ))
            })?;
        // The partner may wait for every packet, however small.
        let _ = stream.set_nodelay(true);
        let doorkeeper = Doorkeeper {
            pinned: self.host_keys.fingerprints.clone(),
            told: Arc::clone(told),
        };
        let connecting = client::connect_stream(self.config(), stream, doorkeeper);
        let connected = timeout(self.connect_time_max, connecting).await;
        connected
            .map_err(|_| self.slow("did not finish the SSH handshake"))?
            .map_err(|error| {
                self.no_ssh(&error, &told.lock().unwrap_or_else(PoisonError::into_inner))
            })
    }

    fn config(&self) -> Arc<client::Config> {
        Arc::new(client::Config {
            preferred: Preferred {
                key: Cow::Owned(self.host_keys.algorithms.clone()),
                ..Preferred::DEFAULT
            },
            // A connection that nobody uses or answers closes itself.
            inactivity_timeout: Some(self.request_time_max),
            nodelay: true,
            ..client::Config::default()
        })
    }

    fn no_ssh(&self, error: &russh::Error, told: &Told) -> Shut {
        let (host, port) = (&self.host, self.port);
        if let Some(key) = &told.refused_key {
            return Shut::Unreached(format!(
                "the server at {host} port {port} shows the host key {key}, which [route] host_keys does not name: \
                 compare it with the partner's own word, and only then put it there"
            ));
        }
        Shut::Unreached(match error {
            russh::Error::NoCommonAlgo {
                kind: AlgorithmKind::Key,
                theirs,
                ..
            } => format!(
                "the server at {host} port {port} has host keys of other kinds ({}) than [route] host_keys and this \
                 program (Ed25519, ECDSA): ask the partner for one of those",
                plain(&theirs.join(", "))
            ),
            russh::Error::NoCommonAlgo { kind, theirs, .. } => format!(
                "the server at {host} port {port} knows no {kind:?} that is still safe ({}): ask the partner",
                plain(&theirs.join(", "))
            ),
            _ => format!(
                "what answers at {host} port {port} broke off the SSH handshake: check host and port in [route]"
            ),
        })
    }

    async fn log_in(
        &self,
        handle: &mut Handle<Doorkeeper>,
        told: &Mutex<Told>,
    ) -> Result<(), Shut> {
        let mut answer = match &self.login {
            Login::Key(key, _) => {
                let key = PrivateKeyWithHashAlg::new(Arc::clone(key), None);
                handle.authenticate_publickey(&self.user, key).await
            }
            // The question which methods there are is no attempt.
            Login::Password(password) => match handle.authenticate_none(&self.user).await {
                Ok(AuthResult::Failure {
                    remaining_methods, ..
                }) if !remaining_methods.is_empty() => {
                    self.say_password(handle, &remaining_methods, password)
                        .await
                }
                other => other,
            },
        };
        if let (
            Login::Key(_, Some(password)),
            Ok(AuthResult::Failure {
                remaining_methods,
                partial_success: true,
            }),
        ) = (&self.login, &answer)
        {
            let methods = remaining_methods.clone();
            answer = self.say_password(handle, &methods, password).await;
        }
        match answer {
            Ok(AuthResult::Success) => Ok(()),
            Ok(AuthResult::Failure {
                remaining_methods, ..
            }) if !remaining_methods.is_empty() => Err(self.refused(&remaining_methods)),
            _ => Err(self.cut_off(handle, told).await),
        }
    }

    /// By the one method of two that the server offers; none where it offers neither.
    async fn say_password(
        &self,
        handle: &mut Handle<Doorkeeper>,
        offered: &MethodSet,
        password: &str,
    ) -> Result<AuthResult, russh::Error> {
        if offered.contains(&MethodKind::Password) {
            return handle.authenticate_password(&self.user, password).await;
        }
        if !offered.contains(&MethodKind::KeyboardInteractive) {
            return Ok(AuthResult::Failure {
                remaining_methods: offered.clone(),
                partial_success: false,
            });
        }
        let mut reply = handle
            .authenticate_keyboard_interactive_start(&self.user, None)
            .await?;
        for _ in 0..QUESTIONS_MAX {
            let prompts = match reply {
                KeyboardInteractiveAuthResponse::Success => return Ok(AuthResult::Success),
                KeyboardInteractiveAuthResponse::Failure {
                    remaining_methods,
                    partial_success,
                } => {
                    return Ok(AuthResult::Failure {
                        remaining_methods,
                        partial_success,
                    });
                }
                KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts,
            };
            // What is shown on a screen is no password.
            let answer = |prompt: &client::Prompt| match prompt.echo {
                true => String::new(),
                false => password.to_owned(),
            };
            let answers = prompts.iter().map(answer).collect();
            reply = handle
                .authenticate_keyboard_interactive_respond(answers)
                .await?;
        }
        Ok(AuthResult::Failure {
            remaining_methods: MethodSet::empty(),
            partial_success: false,
        })
    }

    fn refused(&self, offered: &MethodSet) -> Shut {
        let offered: Vec<&str> = offered.iter().map(<&str>::from).collect();
        let ours = match &self.login {
            Login::Password(_) => "password",
            Login::Key(..) => "key",
        };
        Shut::LoginRefused(format!(
            "{} port {} did not take user {:?} with our {ours} (it offers {}): check user and {ours} in [route] with \
             the partner before trying again",
            self.host,
            self.port,
            self.user,
            offered.join(", ")
        ))
    }

    /// A login that ended without a word of other methods: refused for good, or the connection broke.
    async fn cut_off(&self, handle: &mut Handle<Doorkeeper>, told: &Mutex<Told>) -> Shut {
        let end = timeout(FAREWELL_TIME_MAX, handle).await;
        let told = told.lock().unwrap_or_else(PoisonError::into_inner);
        match (end, told.farewell) {
            (Ok(Err(russh::Error::NoAuthMethod)), _) => self.refused(&MethodSet::empty()),
            (_, true) => Shut::LoginRefused(format!(
                "{} port {} ended the connection while we logged in: check user, password and key in [route] with \
                 the partner, and whether it has locked us out",
                self.host, self.port
            )),
            _ => Shut::Unreached(format!(
                "the connection to {} port {} broke while we logged in",
                self.host, self.port
            )),
        }
    }

    async fn start_sftp(&self, handle: Handle<Doorkeeper>) -> Result<Session, Shut> {
        let none = |_: russh::Error| {
            Shut::Unreached(format!(
                "{} port {} lets us in but offers no SFTP: ask the partner to allow it for our user",
                self.host, self.port
            ))
        };
        let channel = handle.channel_open_session().await.map_err(none)?;
        channel
            .request_subsystem(true, "sftp")
            .await
            .map_err(none)?;
        let config = SftpConfig {
            max_packet_len: PACKET_BYTES_MAX,
            request_timeout_secs: self.request_time_max.as_secs(),
            ..SftpConfig::default()
        };
        let sftp = RawSftpSession::new_with_config(channel.into_stream(), config);
        let version = sftp
            .init()
            .await
            .map_err(|_| none(russh::Error::Disconnect))?;
        Ok(Session::new(handle, sftp, &version))
    }

    fn slow(&self, what: &str) -> Shut {
        Shut::Unreached(format!(
            "{} port {} {what} in time: check the network and [route]",
            self.host, self.port
        ))
    }
}

impl Login {
    fn read(route: &SftpRoute) -> Result<Self, SetupError> {
        let password = route.password_env.as_deref();
        let password = password
            .map(|name| secret("password_env", name))
            .transpose()?;
        let Some(file) = &route.key else {
            return password.map(Self::Password).ok_or_else(|| {
                SetupError("[route] needs key or password_env to log in with".into())
            });
        };
        let key_password = route.key_password_env.as_deref();
        let key_password = key_password
            .map(|name| secret("key_password_env", name))
            .transpose()?;
        let key = read_key(file, key_password.as_deref())?;
        Ok(Self::Key(Arc::new(key), password))
    }
}

fn read_key(file: &Path, password: Option<&str>) -> Result<PrivateKey, SetupError> {
    let wrong = |reason: &str| SetupError(format!("[route] key {}: {reason}", file.display()));
    let size = std::fs::metadata(file)
        .map_err(|error| wrong(&error.to_string()))?
        .len();
    if size > KEY_FILE_BYTES_MAX {
        return Err(wrong("is too large to be a private key"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error.to_string()))?;
    let key = decode_secret_key(&text, password).map_err(|_| {
        wrong(match password {
            None => "is no private key, or has a password: name its variable in key_password_env",
            Some(_) => {
                "is no private key, or its password is another than that of key_password_env"
            }
        })
    })?;
    match KEY_ALGORITHMS.contains(&key.algorithm()) {
        true => Ok(key),
        false => Err(wrong(
            "is of a kind that is not used: make one with `ssh-keygen -t ed25519` and give the partner its public half",
        )),
    }
}

impl HostKeys {
    fn parse(texts: &[String]) -> Result<Self, SetupError> {
        let mut fingerprints = Vec::new();
        let mut algorithms = Vec::new();
        for text in texts {
            if text.starts_with("SHA256:") {
                fingerprints.push(text.trim_end_matches('=').to_owned());
                algorithms.extend(KEY_ALGORITHMS);
                continue;
            }
            let unreadable = || {
                SetupError(format!(
                    "[route] host_keys: {text:?} is neither a public key (`ssh-ed25519 AAAA…`) nor a fingerprint \
                     (`SHA256:…`)"
                ))
            };
            let mut words = text
                .split_whitespace()
                .filter(|word| word.starts_with("AAAA"));
            let key = words.next().ok_or_else(unreadable)?;
            let key = parse_public_key_base64(key).map_err(|_| unreadable())?;
            if !KEY_ALGORITHMS.contains(&key.algorithm()) {
                return Err(SetupError(format!(
                    "[route] host_keys: a key of kind {} is not used: ask the partner for its Ed25519 or ECDSA key",
                    key.algorithm()
                )));
            }
            fingerprints.push(key.fingerprint(HashAlg::Sha256).to_string());
            algorithms.push(key.algorithm());
        }
        // With no key at all the server is asked for any, so that its fingerprint can be told.
        if algorithms.is_empty() {
            algorithms.extend(KEY_ALGORITHMS);
        }
        algorithms.dedup();
        Ok(Self {
            fingerprints,
            algorithms,
        })
    }
}

/// What the server said of itself.
#[derive(Debug, Default)]
struct Told {
    /// Kind and fingerprint of a key that is not pinned.
    refused_key: Option<String>,
    /// It said that it ends the connection.
    farewell: bool,
}

/// Answers russh's questions during a connection.
pub(super) struct Doorkeeper {
    pinned: Vec<String>,
    told: Arc<Mutex<Told>>,
}

impl client::Handler for Doorkeeper {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else {
            return Ok(false);
        };
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        let is_known = self.pinned.contains(&fingerprint);
        if !is_known {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.refused_key = Some(format!("{fingerprint} ({})", key.algorithm()));
        }
        Ok(is_known)
    }

    async fn disconnected(
        &mut self,
        reason: DisconnectReason<russh::Error>,
    ) -> Result<(), russh::Error> {
        match reason {
            DisconnectReason::ReceivedDisconnect(_) => {
                let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
                told.farewell = true;
                Ok(())
            }
            DisconnectReason::Error(error) => Err(error),
        }
    }
}

/// A server's own words on one line of harmless characters.
fn plain(words: &str) -> String {
    const WORDS_MAX: usize = 200;
    let harmless = |char: &char| char.is_ascii_alphanumeric() || "-@., ".contains(*char);
    words.chars().filter(harmless).take(WORDS_MAX).collect()
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Door({}@{}:{})", self.user, self.host, self.port)
    }
}
