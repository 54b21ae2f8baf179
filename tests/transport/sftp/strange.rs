//! An SFTP server of ours that says what OpenSSH never would: other ways to log in, hostile names and false sizes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use claimgate::payer::{Route, SftpRoute};
use claimgate::transport::{PickUpError, Queue, Transport};
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{HashAlg, PrivateKey};
use russh::server::{self, Auth, ChannelOpenHandle, Msg, Response, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, MethodKind, MethodSet};
use russh_sftp::protocol::{
    Attrs, Data, File, FileAttributes, FileMode, Handle, Name, OpenFlags, Status, StatusCode,
};
use tokio::net::TcpListener;

use super::super::ask;
use super::super::contract::interchange;

/// What the server wants before it lets anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    Password,
    WrongPassword,
    Question,
    KeyOnly,
    KeyThenPassword,
    KeyThenQuestion,
}

/// A file as the server lists it, and what it gives of it.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    name: String,
    size: u64,
    bytes: Vec<u8>,
}

/// A running server.
pub(super) struct Strange {
    port: u16,
    fingerprint: String,
    directory: tempfile::TempDir,
    tried: Arc<Mutex<Vec<&'static str>>>,
    listed: Arc<Mutex<Vec<Listed>>>,
}

impl Strange {
    pub(super) async fn start(asks: Asks, listed: Vec<Listed>) -> Self {
        let key = PrivateKey::from(Ed25519Keypair::from_seed(&[7; 32]));
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        let config = Arc::new(server::Config {
            keys: vec![key],
            methods: methods(match asks {
                Asks::Password | Asks::WrongPassword => &[MethodKind::Password],
                Asks::Question => &[MethodKind::KeyboardInteractive],
                Asks::KeyOnly | Asks::KeyThenPassword | Asks::KeyThenQuestion => {
                    &[MethodKind::PublicKey]
                }
            }),
            auth_rejection_time: Duration::ZERO,
            ..server::Config::default()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tried = Arc::default();
        let listed = Arc::new(Mutex::new(listed));
        let (all_tried, all_listed) = (Arc::clone(&tried), Arc::clone(&listed));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let handler = Visitor {
                    asks,
                    tried: Arc::clone(&all_tried),
                    listed: Arc::clone(&all_listed),
                    channels: HashMap::new(),
                };
                let config = Arc::clone(&config);
                tokio::spawn(async move {
                    if let Ok(session) = server::run_stream(config, stream, handler).await {
                        let _ = session.await;
                    }
                });
            }
        });
        Self {
            port,
            fingerprint,
            directory: tempfile::tempdir().unwrap(),
            tried,
            listed,
        }
    }

    pub(super) fn client_with(&self, change: impl FnOnce(&mut SftpRoute)) -> Transport {
        let key = self.directory.path().join("key");
        super::sshd::make_key(&key, "");
        let mut route = SftpRoute {
            port: self.port,
            host_keys: vec![self.fingerprint.clone()],
            key: Some(key),
            password_env: Some("PATH".into()),
            request_timeout_seconds: 2,
            ..SftpRoute::new("127.0.0.1", "us", "out", &["in"])
        };
        change(&mut route);
        Transport::open(&Route::Sftp(route)).unwrap()
    }

    /// Every way that somebody tried to log in.
    pub(super) fn tried(&self) -> Vec<&'static str> {
        self.tried.lock().unwrap().clone()
    }
}

struct Visitor {
    asks: Asks,
    tried: Arc<Mutex<Vec<&'static str>>>,
    listed: Arc<Mutex<Vec<Listed>>>,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

fn methods(kinds: &[MethodKind]) -> MethodSet {
    MethodSet::from(kinds)
}

fn next(kind: MethodKind) -> Auth {
    Auth::Reject {
        proceed_with_methods: Some(methods(&[kind])),
        partial_success: true,
    }
}

impl Visitor {
    fn tries(&self, way: &'static str) {
        self.tried.lock().unwrap().push(way);
    }

    fn is_password(&self, password: &[u8]) -> Auth {
        let is_right = std::env::var("PATH").unwrap().as_bytes() == password;
        match is_right && self.asks != Asks::WrongPassword {
            true => Auth::Accept,
            false => Auth::reject(),
        }
    }
}

impl server::Handler for Visitor {
    type Error = russh::Error;

    async fn auth_none(&mut self, _: &str) -> Result<Auth, russh::Error> {
        self.tries("none");
        Ok(Auth::reject())
    }

    async fn auth_password(&mut self, _: &str, password: &str) -> Result<Auth, russh::Error> {
        self.tries("password");
        Ok(self.is_password(password.as_bytes()))
    }

    async fn auth_publickey_offered(
        &mut self,
        _: &str,
        _: server::PublicKeyOffer<'_>,
    ) -> Result<Auth, russh::Error> {
        match self.asks {
            Asks::KeyThenPassword | Asks::KeyThenQuestion => Ok(Auth::Accept),
            _ => {
                self.tries("key");
                Ok(Auth::reject())
            }
        }
    }

    async fn auth_publickey(
        &mut self,
        _: &str,
        _: VerifiedPublicKey<'_>,
    ) -> Result<Auth, russh::Error> {
        self.tries("key");
        Ok(match self.asks {
            Asks::KeyThenPassword => next(MethodKind::Password),
            Asks::KeyThenQuestion => next(MethodKind::KeyboardInteractive),
            _ => Auth::reject(),
        })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _: &str,
        _: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        let Some(mut response) = response else {
            self.tries("question");
            return Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: vec![("Password: ".into(), false)].into(),
            });
        };
        self.tries("answer");
        let answer = response.next().unwrap_or_default();
        Ok(self.is_password(&answer))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        _: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let channel = self.channels.remove(&id).unwrap();
        session.channel_success(id)?;
        let files = Files {
            listed: self.listed.lock().unwrap().clone(),
            is_listed: false,
        };
        russh_sftp::server::run(channel.into_stream(), files).await;
        Ok(())
    }
}

struct Files {
    listed: Vec<Listed>,
    is_listed: bool,
}

impl Files {
    fn of(&self, path: &str) -> Result<&Listed, StatusCode> {
        let name = path.strip_prefix("in/").unwrap_or(path);
        self.listed
            .iter()
            .find(|one| one.name == name)
            .ok_or(StatusCode::NoSuchFile)
    }
}

fn attributes(size: u64) -> FileAttributes {
    let mut attributes = FileAttributes {
        size: Some(size),
        mtime: Some(1),
        permissions: Some(0o644),
        ..FileAttributes::default()
    };
    attributes.set_type(FileMode::REG);
    attributes
}

impl russh_sftp::server::Handler for Files {
    type Error = StatusCode;

    fn unimplemented(&self) -> StatusCode {
        StatusCode::OpUnsupported
    }

    async fn opendir(&mut self, id: u32, handle: String) -> Result<Handle, StatusCode> {
        self.is_listed = false;
        Ok(Handle { id, handle })
    }

    async fn readdir(&mut self, id: u32, _: String) -> Result<Name, StatusCode> {
        if std::mem::replace(&mut self.is_listed, true) {
            return Err(StatusCode::Eof);
        }
        let files = self
            .listed
            .iter()
            .map(|one| File::new(&one.name, attributes(one.size)))
            .collect();
        Ok(Name { id, files })
    }

    async fn open(
        &mut self,
        id: u32,
        path: String,
        _: OpenFlags,
        _: FileAttributes,
    ) -> Result<Handle, StatusCode> {
        self.of(&path)?;
        Ok(Handle { id, handle: path })
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, StatusCode> {
        let attrs = attributes(self.of(&handle)?.size);
        Ok(Attrs { id, attrs })
    }

    async fn read(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        length: u32,
    ) -> Result<Data, StatusCode> {
        let bytes = &self.of(&handle)?.bytes;
        let from = bytes
            .get(offset as usize..)
            .filter(|rest| !rest.is_empty())
            .ok_or(StatusCode::Eof)?;
        let data = from[..from.len().min(length as usize)].to_vec();
        Ok(Data { id, data })
    }

    async fn close(&mut self, id: u32, _: String) -> Result<Status, StatusCode> {
        Ok(Status {
            id,
            status_code: StatusCode::Ok,
            error_message: String::new(),
            language_tag: String::new(),
        })
    }
}

fn listed(name: &str, bytes: &[u8]) -> Listed {
    Listed {
        name: name.into(),
        size: bytes.len() as u64,
        bytes: bytes.into(),
    }
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_never_opened() {
    let names = [
        "../../evil",
        "../in/evil.835",
        "/etc/cron.d/evil",
        "a b.835",
        "-rf",
        "\u{202e}538.a",
        "a\nb",
        &"x".repeat(129),
    ];
    let mut files: Vec<_> = names
        .iter()
        .map(|name| listed(name, &interchange(1)))
        .collect();
    let server = Strange::start(Asks::Question, files.clone()).await;
    let client = server.client_with(|route| route.key = None);
    let error = client.pick_up(&ask(Queue::Results)).await.unwrap_err();
    assert!(matches!(error, PickUpError::Damaged { .. }), "{error}");
    let words = "8 files in \"in\" have names that are never taken";
    assert!(error.to_string().contains(words), "{error}");
    assert!(!error.to_string().contains("evil"), "{error}");

    // They hold nothing else up.
    files.push(listed("good.835", &interchange(2)));
    *server.listed.lock().unwrap() = files;
    let incoming = client.pick_up(&ask(Queue::Results)).await.unwrap().unwrap();
    assert_eq!(incoming.bytes, interchange(2));
}

#[tokio::test]
async fn a_size_that_is_not_so_is_not_believed() {
    let whole = interchange(1);
    let false_size = |size| Listed {
        size,
        ..listed("a.835", &whole)
    };
    // More than it gives, less, and more than anybody has.
    for size in [whole.len() as u64 + 1, whole.len() as u64 - 5, 60_000_000] {
        let server = Strange::start(Asks::Question, vec![false_size(size)]).await;
        let client = server.client_with(|route| route.key = None);
        let picked_up = client.pick_up(&ask(Queue::Results)).await;
        assert!(!matches!(picked_up, Ok(Some(_))), "{size}");
    }
    let server = Strange::start(Asks::Question, vec![false_size(u64::MAX)]).await;
    let client = server.client_with(|route| route.key = None);
    let error = client
        .pick_up(&ask(Queue::Results))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("larger than file_bytes_max"), "{error}");
}
