//! The insurer on a port: HTTPS with certificates on both sides, every size and time limited. It must not know XML or
//! what is in a payload.

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::credentials::Credentials;
use super::manners::{Manner, Manners};
use super::reception::{Insurer, Reception, Reply};
use super::rest::{self, RestDesk};
use crate::payer::{CoreRoute, RestAddresses, RestRoute, RestShape};
use crate::transport::Standard;
use crate::transport::core_envelope::Message;
use crate::transport::tls::{self, Pem};

/// The addresses of the service, by the envelope that they take.
const SOAP_PATH: &str = "/core";
const MIME_PATH: &str = "/core-mime";
const CONNECTIONS_MAX: usize = 64;
const REQUEST_BYTES_MAX: usize = 64 * 1024 * 1024;
const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(10);
const HEADER_TIME_MAX: Duration = Duration::from_secs(10);
const BODY_TIME_MAX: Duration = Duration::from_secs(60);
/// How long the reason of a failed handshake waits to be read.
const FAREWELL_TIME_MAX: Duration = Duration::from_secs(2);
/// After an error of the listener, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// So that half a body has left before its connection ends.
const CUT_PAUSE: Duration = Duration::from_millis(100);

/// A running server; dropped, it is closed with all its connections.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub addr: SocketAddr,
    listening: JoinHandle<()>,
}

/// What every connection needs.
struct Office {
    reception: Reception,
    rest: RestDesk,
    /// Where clients on this machine reach the server.
    host: String,
    manners: Manners,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

/// What a request is answered with. `None` hangs up.
type Answered = Option<Response<Content>>;

impl Server {
    /// Listens at `addr` (port 0: any free one) inside the running tokio runtime. `clock` tells the insurer's time.
    pub async fn start(
        addr: SocketAddr,
        credentials: &Credentials,
        insurer: Arc<Mutex<dyn Insurer>>,
        manners: Manners,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let read = |path| Pem::read(path).map_err(io::Error::other);
        let config = tls::server_config(
            &read(&credentials.authorities)?,
            &read(&credentials.server_certificate)?,
            &read(&credentials.server_key)?,
        )
        .map_err(io::Error::other)?;
        let listener = TcpListener::bind(addr)
            .await
            .map_err(|error| no_port(addr, &error))?;
        let addr = listener.local_addr()?;
        let office = Arc::new(Office {
            reception: Reception::new(Arc::clone(&insurer), manners.clone()),
            rest: RestDesk::new(insurer, manners.clone()),
            host: host(addr),
            manners,
            clock: Box::new(clock),
        });
        let listening = tokio::spawn(listen(listener, TlsAcceptor::from(config), office));
        Ok(Self { addr, listening })
    }

    /// The address that a client on this machine posts to.
    pub fn endpoint(&self) -> String {
        self.at(SOAP_PATH)
    }

    /// The same for forms.
    pub fn mime_endpoint(&self) -> String {
        self.at(MIME_PATH)
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", host(self.addr))
    }

    /// How a client reaches this server in the shape of a clearinghouse's JSON. The key or secret is whatever the
    /// environment variable `secret_env` holds.
    pub fn rest_route(
        &self,
        shape: RestShape,
        credentials: &Credentials,
        secret_env: &str,
    ) -> RestRoute {
        let name = match shape {
            RestShape::Stedi => "stedi",
            RestShape::Optum => "optum",
        };
        let at = |path: &str| Some(self.at(&format!("/{name}/{path}")));
        let mut route = RestRoute::new(shape);
        route.addresses = RestAddresses {
            professional_claims: at("claims/professional"),
            institutional_claims: at("claims/institutional"),
            dental_claims: at("claims/dental"),
            list: at(match shape {
                RestShape::Stedi => "polling/transactions",
                RestShape::Optum => "reports",
            }),
            file: at(match shape {
                RestShape::Stedi => "transactions/{id}/input",
                RestShape::Optum => "reports/{id}",
            }),
            token: at("token"),
        };
        match shape {
            RestShape::Stedi => route.api_key_env = Some(secret_env.into()),
            RestShape::Optum => {
                route.client_id = Some("claimgate".into());
                route.client_secret_env = Some(secret_env.into());
            }
        }
        route.download_hosts = vec!["localhost".into(), "127.0.0.1".into()];
        route.tls = credentials.client_files();
        route
    }

    /// How a client reaches this server.
    pub fn route(&self, credentials: &Credentials) -> CoreRoute {
        CoreRoute {
            tls: credentials.client_files(),
            ..CoreRoute::new(&self.endpoint(), "CLAIMGATE", "SANDBOX")
        }
    }

    /// Closes the port and every connection, and returns when that is done.
    pub async fn stop(mut self) {
        self.listening.abort();
        // The error says that it was aborted.
        let _ = (&mut self.listening).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn host(addr: SocketAddr) -> String {
    match addr.ip().is_unspecified() {
        true => format!("https://localhost:{}", addr.port()),
        false => format!("https://{addr}"),
    }
}

fn no_port(addr: SocketAddr, error: &io::Error) -> io::Error {
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program has this port: stop it, or choose another port (0 takes any free one)"
        }
        io::ErrorKind::PermissionDenied => "choose a port above 1023",
        io::ErrorKind::AddrNotAvailable => "this machine does not have this address: use 127.0.0.1",
        _ => "choose another address",
    };
    let words = format!("the sandbox cannot listen at {addr}: {error}: {remedy}");
    io::Error::new(error.kind(), words)
}

/// Until it is aborted; its connections end with it.
async fn listen(listener: TcpListener, acceptor: TlsAcceptor, office: Arc<Office>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(connect(stream, acceptor.clone(), Arc::clone(&office)));
            }
            Err(error) => {
                tracing::warn!(%error, "the sandbox could not take a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connect(stream: TcpStream, acceptor: TlsAcceptor, office: Arc<Office>) {
    let manners = &office.manners;
    if manners
        .take(|manner| *manner == Manner::RefuseConnection)
        .is_some()
    {
        return;
    }
    let handshake = acceptor.accept(stream).into_fallible();
    let stream = match timeout(HANDSHAKE_TIME_MAX, handshake).await {
        Ok(Ok(stream)) => stream,
        Ok(Err((error, stream))) => {
            tracing::info!(%error, "the sandbox refused a TLS connection");
            let _ = timeout(FAREWELL_TIME_MAX, farewell(stream)).await;
            return;
        }
        Err(_) => return,
    };
    if manners
        .take(|manner| *manner == Manner::HangUpUnread)
        .is_some()
    {
        return;
    }
    let service = service_fn(|request| {
        let office = Arc::clone(&office);
        async move { answer(request, office).await.ok_or(HungUp) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME_MAX)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = pin!(connection).await {
        tracing::debug!(%error, "a connection of the sandbox broke");
    }
}

/// Reads what a client is still sending: closed with unread bytes, the connection would be reset, and the client
/// would not learn why.
async fn farewell(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut unread = [0; 4096];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

async fn answer(request: Request<Incoming>, office: Arc<Office>) -> Answered {
    if rest::is_rest(request.uri().path()) {
        return rest_answer(request, office).await;
    }
    let standard = match request.uri().path() {
        SOAP_PATH => Standard::Soap,
        MIME_PATH => Standard::Mime,
        _ => {
            return plain(
                StatusCode::NOT_FOUND,
                "the service is at /core and /core-mime",
            );
        }
    };
    if request.method() != Method::POST {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "the service takes POST");
    }
    let content_type = request.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| Some(value.to_str().ok()?.to_owned()));
    let body = match timeout(BODY_TIME_MAX, read(request.into_body())).await {
        Ok(Ok(Some(body))) => body,
        Ok(Ok(None)) => return plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large"),
        Ok(Err(_)) => return None,
        Err(_) => return plain(StatusCode::REQUEST_TIMEOUT, "the request did not end"),
    };
    let manner = office.manners.take(is_of_replies);
    match &manner {
        Some(Manner::Html(status)) => return html(*status),
        Some(Manner::Redirect(to)) => return redirect(to),
        _ => {}
    }
    let asked = manner.clone();
    let reply = tokio::task::spawn_blocking(move || {
        let now = (office.clock)();
        let asked = asked.as_ref();
        office
            .reception
            .answer(standard, content_type.as_deref(), &body, asked, now)
    });
    match reply.await {
        Ok(Ok(reply)) => send(reply, manner).await,
        Ok(Err(_)) | Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "the insurer failed"),
    }
}

async fn rest_answer(request: Request<Incoming>, office: Arc<Office>) -> Answered {
    let header = |name| {
        let value = request.headers().get(name)?;
        Some(value.to_str().ok()?.to_owned())
    };
    let mut asked = rest::Request {
        method: request.method().as_str().to_owned(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        authorization: header("authorization"),
        idempotency_key: header("idempotency-key"),
        body: Vec::new(),
        host: office.host.clone(),
    };
    asked.body = match timeout(BODY_TIME_MAX, read(request.into_body())).await {
        Ok(Ok(Some(body))) => body,
        _ => return None,
    };
    let manner = match rest::is_login(&asked.path) {
        true => None,
        false => office.manners.take(is_of_replies),
    };
    match &manner {
        Some(Manner::Html(status)) => return html(*status),
        Some(Manner::Redirect(to)) => return redirect(to),
        _ => {}
    }
    let told = manner.clone();
    let reply = tokio::task::spawn_blocking(move || {
        let now = (office.clock)();
        office.rest.answer(&asked, told.as_ref(), now)
    });
    let reply = reply.await.ok()?;
    let reply = Reply {
        status: reply.status,
        message: Message {
            content_type: reply.content_type.into(),
            soap_action: None,
            body: reply.body,
        },
    };
    send(reply, manner).await
}

/// Whether a manner is of a reply, and not of a connection.
fn is_of_replies(manner: &Manner) -> bool {
    !matches!(manner, Manner::RefuseConnection | Manner::HangUpUnread)
}

async fn send(reply: Reply, manner: Option<Manner>) -> Answered {
    let mut content = Content::whole(reply.message.body);
    let mut response = Response::builder().status(reply.status);
    match manner {
        Some(Manner::Json {
            retry_after_seconds: Some(seconds),
            ..
        }) => response = response.header(RETRY_AFTER, seconds),
        Some(Manner::HangUp) => return None,
        Some(Manner::Crash) => return html(500),
        Some(Manner::Slow(time)) => sleep(time).await,
        Some(Manner::CutShort) => content = content.cut_short(),
        Some(Manner::WrongCheckSum) => content = content.with_wrong_check_sum(),
        _ => {}
    }
    response
        .header(CONTENT_TYPE, reply.message.content_type)
        .body(content)
        .ok()
}

fn plain(status: StatusCode, words: &str) -> Answered {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "text/plain; charset=UTF-8")
        .body(Content::whole(words.into()))
        .ok()
}

fn html(status: u16) -> Answered {
    let page = "<!DOCTYPE html><html><body><h1>Something went wrong</h1></body></html>";
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "text/html")
        .body(Content::whole(page.into()))
        .ok()
}

fn redirect(to: &str) -> Answered {
    Response::builder()
        .status(StatusCode::TEMPORARY_REDIRECT)
        .header(LOCATION, to)
        .body(Content::whole(Vec::new()))
        .ok()
}

/// The whole body, or `None` where it is larger than it may be.
async fn read(mut body: Incoming) -> hyper::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > REQUEST_BYTES_MAX {
            return Ok(None);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Some(bytes))
}

/// A body; one that is cut short promises more than it has.
struct Content {
    bytes: Option<Bytes>,
    promised: u64,
    /// Until when the connection stays open after what there is of a body that is cut short.
    cut: Option<Pin<Box<Sleep>>>,
}

impl Content {
    fn whole(bytes: Vec<u8>) -> Self {
        Self {
            promised: bytes.len() as u64,
            bytes: Some(bytes.into()),
            cut: None,
        }
    }

    fn cut_short(self) -> Self {
        let half = self.bytes.map(|bytes| bytes.slice(..bytes.len() / 2));
        Self {
            bytes: half,
            cut: Some(Box::pin(sleep(CUT_PAUSE))),
            ..self
        }
    }

    /// The digits of the CheckSum, where there is one, are shifted by one place.
    fn with_wrong_check_sum(self) -> Self {
        const OPENS: [&[u8]; 2] = [b"<CheckSum>", b"name=\"CheckSum\"\r\n\r\n"];
        const DIGITS: usize = 40;
        let mut bytes = Vec::from(self.bytes.unwrap_or_default());
        for open in OPENS {
            if let Some(at) = memchr::memmem::find(&bytes, open)
                && let Some(digits) = bytes[at + open.len()..].first_chunk_mut::<DIGITS>()
            {
                digits.rotate_left(1);
            }
        }
        Self::whole(bytes)
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = HungUp;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HungUp>>> {
        match (self.bytes.take(), &mut self.cut) {
            (Some(bytes), _) if !bytes.is_empty() => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            (_, Some(cut)) => cut.as_mut().poll(context).map(|()| Some(Err(HungUp))),
            (_, None) => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

/// The connection ends here, on purpose.
#[derive(Debug)]
struct HungUp;

impl std::fmt::Display for HungUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the sandbox hung up")
    }
}

impl std::error::Error for HungUp {}
