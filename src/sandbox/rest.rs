//! The insurer's other desk: claims and reports in JSON, in the shapes of two clearinghouses. It must not know
//! connections or what is in a payload.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::manners::{Manner, Manners};
use super::reception::{Answer, Insurer};

/// So small that a short list has pages.
const PAGE_ITEMS: usize = 2;
/// What is kept of keys, tokens and files; when there are more, all are forgotten.
const KEPT_MAX: usize = 100_000;

/// A request as HTTP brought it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) authorization: Option<String>,
    pub(super) idempotency_key: Option<String>,
    pub(super) body: Vec<u8>,
    /// Under which this server is reached: `https://127.0.0.1:1234`.
    pub(super) host: String,
}

/// An answer for HTTP.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
}

/// The desk and what it remembers.
pub(super) struct RestDesk {
    insurer: Arc<Mutex<dyn Insurer>>,
    manners: Manners,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Tokens that were given, with their end.
    tokens: HashMap<String, Instant>,
    /// Claims by Idempotency-Key.
    taken: HashMap<String, String>,
    /// Everything that has left the insurer, in order.
    transactions: Vec<(String, Answer)>,
    /// Files that were not deleted yet.
    mailbox: BTreeMap<String, Answer>,
    files: usize,
}

/// Whether this path is of this desk.
pub(super) fn is_rest(path: &str) -> bool {
    path.starts_with("/stedi/") || path.starts_with("/optum/")
}

/// Whether a request asks for a token, which has no bad manners.
pub(super) fn is_login(path: &str) -> bool {
    path == "/optum/token"
}

impl RestDesk {
    pub(super) fn new(insurer: Arc<Mutex<dyn Insurer>>, manners: Manners) -> Self {
        Self {
            insurer,
            manners,
            state: Mutex::default(),
        }
    }

    pub(super) fn answer(
        &self,
        request: &Request,
        manner: Option<&Manner>,
        now: Timestamp,
    ) -> Reply {
        match manner {
            Some(Manner::Json { status, body, .. }) => {
                return Reply {
                    status: *status,
                    content_type: "application/json",
                    body: body.clone().into_bytes(),
                };
            }
            Some(Manner::Refuse { code, message }) => return refusal(400, code, message),
            Some(Manner::Fault { code, reason }) => return refusal(500, code, reason),
            _ => {}
        }
        let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        let method = request.method.as_str();
        match (method, parts.as_slice()) {
            ("POST", ["optum", "token"]) => self.token(request),
            ("GET", ["stedi", "files", id]) => self.download(request, id),
            (_, ["stedi", ..]) if request.authorization.is_none() => unauthorized(),
            (_, ["optum", ..]) if !self.is_known(request) => unauthorized(),
            ("POST", [_, "claims", kind]) => self.submit(request, kind, now),
            ("GET", ["stedi", "polling", "transactions"]) => self.poll(request, now),
            ("GET", ["stedi", "transactions", id, "input"]) => redirect(request, id),
            ("GET", ["optum", "reports"]) => self.list(now),
            ("GET", ["optum", "reports", name]) => self.report(name),
            ("DELETE", ["optum", "reports", name]) => self.delete(name),
            _ => refusal(404, "404", "there is no such resource"),
        }
    }

    fn token(&self, request: &Request) -> Reply {
        let form = String::from_utf8_lossy(&request.body);
        let has = |field: &str| form.split('&').any(|one| one.starts_with(field));
        if !has("grant_type=client_credentials") || !has("client_id=") || !has("client_secret=") {
            return json_reply(401, &json!({"error": "invalid_client"}));
        }
        let seconds = self.manners.give_token();
        let token = Uuid::new_v4().to_string();
        let mut state = self.state();
        if state.tokens.len() == KEPT_MAX {
            state.tokens.clear();
        }
        let end = Instant::now() + Duration::from_secs(seconds);
        state.tokens.insert(token.clone(), end);
        json_reply(
            200,
            &json!({"access_token": token, "token_type": "Bearer", "expires_in": seconds}),
        )
    }

    fn is_known(&self, request: &Request) -> bool {
        let token = request.authorization.as_deref();
        let token = token.and_then(|text| text.strip_prefix("Bearer "));
        token.is_some_and(|token| {
            let end = self.state().tokens.get(token).copied();
            end.is_some_and(|end| end > Instant::now())
        })
    }

    /// The same key with the same claim is confirmed again and not taken again; another claim is refused.
    fn submit(&self, request: &Request, kind: &str, now: Timestamp) -> Reply {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let Some(x12) = body.get("x12").and_then(Value::as_str) else {
            return refusal(400, "400", "the request has no x12");
        };
        let mut state = self.state();
        let key = request.idempotency_key.as_deref();
        match key.and_then(|key| state.taken.get(key)) {
            Some(before) if before == x12 => return confirmation(),
            Some(_) => return refusal(422, "422", "this Idempotency-Key was another claim's"),
            None => {}
        }
        if state.taken.len() == KEPT_MAX {
            state.taken.clear();
        }
        let id = key.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        state.taken.insert(id.clone(), x12.to_owned());
        self.insurer().receive(kind, &id, x12.as_bytes(), now);
        confirmation()
    }

    fn fetch(&self, state: &mut State, now: Timestamp) {
        let mut insurer = self.insurer();
        while let Some(answer) = insurer.acknowledgment(now).or_else(|| insurer.result(now)) {
            state.files += 1;
            let name = format!("X3{:06}.AA", state.files);
            state.mailbox.insert(name, answer.clone());
            state
                .transactions
                .push((Uuid::new_v4().to_string(), answer));
        }
    }

    fn poll(&self, request: &Request, now: Timestamp) -> Reply {
        let mut state = self.state();
        self.fetch(&mut state, now);
        let parameter = |name: &str| {
            let pairs = request
                .query
                .split('&')
                .filter_map(|pair| pair.split_once('='));
            pairs
                .into_iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value)
        };
        let from: usize = match (parameter("pageToken"), parameter("startDateTime")) {
            (Some(token), _) => token.parse().unwrap_or(usize::MAX),
            (None, Some(_)) => 0,
            (None, None) => return refusal(400, "400", "startDateTime or pageToken is needed"),
        };
        let from = from.min(state.transactions.len());
        let page = &state.transactions[from..(from + PAGE_ITEMS).min(state.transactions.len())];
        let items: Vec<Value> = page
            .iter()
            .map(|(id, answer)| {
                json!({
                    "direction": "INBOUND",
                    "transactionId": id,
                    "x12": {"metadata": {"transaction": {"transactionSetIdentifier": answer.payload_type}}},
                })
            })
            .collect();
        let next = (from + page.len()).to_string();
        json_reply(200, &json!({"items": items, "nextPageToken": next}))
    }

    /// As from a file store: whoever has the address may read, and a key of ours has no business here.
    fn download(&self, request: &Request, id: &str) -> Reply {
        if request.authorization.is_some() {
            return refusal(400, "400", "only one way to log in is allowed");
        }
        let state = self.state();
        match state.transactions.iter().find(|(own, _)| own == id) {
            Some((_, answer)) => Reply {
                status: 200,
                content_type: "application/edi-x12",
                body: answer.bytes.clone(),
            },
            None => refusal(404, "404", "there is no such file"),
        }
    }

    fn list(&self, now: Timestamp) -> Reply {
        let mut state = self.state();
        self.fetch(&mut state, now);
        let names: Vec<&String> = state.mailbox.keys().collect();
        json_reply(200, &json!({"reports": names, "meta": {}}))
    }

    fn report(&self, name: &str) -> Reply {
        match self.state().mailbox.get(name) {
            Some(answer) => {
                let text = String::from_utf8_lossy(&answer.bytes);
                json_reply(200, &json!({"report_content": text, "meta": {}}))
            }
            None => refusal(404, "404", "there is no such report"),
        }
    }

    fn delete(&self, name: &str) -> Reply {
        match self.state().mailbox.remove(name) {
            Some(_) => json_reply(200, &json!({"status": "deleted", "meta": {}})),
            None => refusal(404, "404", "there is no such report"),
        }
    }

    fn insurer(&self) -> MutexGuard<'_, dyn Insurer + 'static> {
        self.insurer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn redirect(request: &Request, id: &str) -> Reply {
    let address = format!("{}/stedi/files/{id}", request.host);
    json_reply(302, &json!({"documentDownloadUrl": address}))
}

fn confirmation() -> Reply {
    json_reply(
        200,
        &json!({"status": "SUCCESS", "claimReference": {}, "httpStatusCode": "200 OK"}),
    )
}

fn unauthorized() -> Reply {
    refusal(401, "401", "who?")
}

fn refusal(status: u16, code: &str, description: &str) -> Reply {
    json_reply(
        status,
        &json!({"status": "ERROR", "errors": [{"code": code, "description": description}]}),
    )
}

fn json_reply(status: u16, body: &Value) -> Reply {
    Reply {
        status,
        content_type: "application/json",
        body: body.to_string().into_bytes(),
    }
}
