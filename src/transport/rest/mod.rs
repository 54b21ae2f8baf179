//! Claims as X12 in JSON over HTTPS, as clearinghouses take them: one request a batch, and files that are listed, fetched
//! and, where the clearinghouse keeps a mailbox, deleted. It must not know what a payload means.
//!
//! A submission is repeated safely where the shape has an Idempotency-Key, for it is the payload's id. Where it has none
//! nothing here repeats it.

mod login;
mod shape;

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde::Serialize;
use tokio::sync::Mutex;

use super::file::{is_complete, is_plain};
use super::http::{Answer, Https, Limits, Trouble, address};
use super::tls::ClientTls;
use super::{Incoming, Kind, Outgoing, PickUp, PickUpError, Receipt, SendError, SetupError};
use crate::payer::{RestRoute, RestShape};
use login::{Login, sensitive};
use shape::{Listing, Report, Said, Submission};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Pages that one pick-up turns, of which most hold nothing for us.
const PAGES_MAX: usize = 1_000;
const HOURS_A_DAY: i64 = 24;

/// A clearinghouse.
pub struct Rest {
    shape: RestShape,
    addresses: BTreeMap<&'static str, Url>,
    file: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    download_hosts: Vec<String>,
    history: SignedDuration,
    login: Login,
    https: Https,
    /// Where the next pick-up reads on.
    place: Mutex<Option<Place>>,
}

/// A place in a list of pages: how many items of the page that this question gives are done.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    done: usize,
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    x12: &'a str,
}

impl Rest {
    /// Reads the route's certificates, and its keys from their environment variables.
    pub fn open(route: &RestRoute) -> Result<Self, SetupError> {
        let limits = Limits {
            connect_seconds: route.connect_timeout_seconds,
            total_seconds: route.total_timeout_seconds,
            response_bytes_max: route.response_bytes_max,
        };
        let (addresses, file) = shape::addresses(route.shape, &route.addresses);
        let addresses = addresses
            .into_iter()
            .map(|(key, text)| Ok((key, address(key, &text)?)))
            .collect::<Result<BTreeMap<_, _>, SetupError>>()?;
        address("file", &file.replace("{id}", "x"))?;
        if !file.contains("{id}") {
            return Err(SetupError(format!(
                "file {file:?} in [route.addresses] has no {{id}}"
            )));
        }
        let token = addresses.get("token").cloned();
        Ok(Self {
            shape: route.shape,
            addresses,
            file,
            headers: headers(route)?,
            download_hosts: route.download_hosts.clone(),
            history: SignedDuration::from_hours(i64::from(route.history_days) * HOURS_A_DAY),
            login: Login::read(route, token)?,
            https: Https::new(ClientTls::read(&route.tls)?, limits)?,
            place: Mutex::default(),
        })
    }

    /// When our client certificate expires.
    pub fn certificate_expires(&self) -> Option<Timestamp> {
        self.https.certificate_expires()
    }

    pub(super) async fn submit(&self, outgoing: &Outgoing) -> Result<Receipt, SendError> {
        let key = match outgoing.kind {
            Kind::ProfessionalClaims => "professional_claims",
            Kind::InstitutionalClaims => "institutional_claims",
            Kind::DentalClaims => "dental_claims",
            Kind::Acknowledgment => return not_sent("this clearinghouse takes no 999"),
        };
        let Some(url) = self.addresses.get(key) else {
            return not_sent(&format!(
                "no address is known for {key}: name it in [route.addresses], or send these claims by another route"
            ));
        };
        let Ok(x12) = std::str::from_utf8(&outgoing.bytes) else {
            return not_sent("the payload is no UTF-8 text, which JSON cannot carry");
        };
        let Ok(body) = serde_json::to_vec(&Claims { x12 }) else {
            return not_sent("the payload cannot be written as JSON");
        };
        let request = || {
            let request = self.https.request(Method::POST, url.clone());
            let request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
            match self.shape {
                RestShape::Stedi => {
                    request.header(IDEMPOTENCY_KEY, outgoing.payload_id.to_string())
                }
                RestShape::Optum => request,
            }
        };
        let answer = self.ask(request, Some(outgoing.time)).await?;
        let judged = judge(&answer);
        judged.map_err(|trouble| trouble.without_quotations(Some(&outgoing.bytes)))?;
        Ok(Receipt {
            payload_type: String::new(),
            reply: answer.body,
        })
    }

    pub(super) async fn pick_up(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        match self.shape {
            RestShape::Stedi => self.next_of_list(ask).await,
            RestShape::Optum => self.next_of_mailbox(ask).await,
        }
    }

    /// Reads on in the list, or deletes from the mailbox. A clearinghouse wants no answer of ours.
    pub(super) async fn acknowledge(&self, received: &Incoming) -> Result<(), SendError> {
        if self.shape == RestShape::Stedi {
            let read = received.cursor.as_deref().and_then(Place::parse);
            if let Some(read) = read {
                *self.place.lock().await = Some(read);
            }
            return Ok(());
        }
        let url = self
            .file(&received.payload_id)
            .map_err(|reason| SendError::NotSent { reason })?;
        let request = || self.https.request(Method::DELETE, url.clone());
        let answer = self.ask(request, None).await?;
        match answer.status {
            // A second time there is nothing to delete.
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            _ => not_sent(&format!(
                "{} is stored here, but the clearinghouse did not delete it (HTTP {})",
                received.payload_id,
                answer.status.as_u16()
            )),
        }
    }

    async fn next_of_list(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        let mut place = match self.place.lock().await.clone() {
            Some(place) => place,
            None => match ask.after.as_deref().and_then(Place::parse) {
                Some(place) => place,
                None => Place {
                    done: 0,
                    name: "startDateTime",
                    value: (ask.time - self.history)
                        .strftime("%Y-%m-%dT%H:%M:%SZ")
                        .to_string(),
                },
            },
        };
        for _ in 0..PAGES_MAX {
            let mut url = self.address("list")?;
            url.query_pairs_mut().append_pair(place.name, &place.value);
            let listing: Listing = self.read(url, ask.time).await?;
            for (number, item) in listing.items.iter().enumerate().skip(place.done) {
                if !item.is_for_us() {
                    continue;
                }
                let after = Place {
                    done: number + 1,
                    ..place.clone()
                };
                let bytes = self.download(&item.id, ask.time).await?;
                return Ok(Some(Incoming {
                    queue: ask.queue,
                    payload_id: item.id.clone(),
                    payload_type: item.set().to_owned(),
                    bytes,
                    cursor: Some(after.to_string()),
                }));
            }
            let Some(next) = listing.next.filter(|_| !listing.items.is_empty()) else {
                return Ok(None);
            };
            place = Place {
                done: 0,
                name: "pageToken",
                value: next,
            };
        }
        Err(PickUpError::Failed {
            reason: format!("the list has more than {PAGES_MAX} pages with nothing for us"),
        })
    }

    async fn next_of_mailbox(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        let listing: shape::Mailbox = self.read(self.address("list")?, ask.time).await?;
        let Some(name) = listing.reports.into_iter().min() else {
            return Ok(None);
        };
        let url = self
            .file(&name)
            .map_err(|reason| PickUpError::Damaged { reason })?;
        let report: Report = self.read(url, ask.time).await?;
        Ok(Some(Incoming {
            queue: ask.queue,
            payload_type: name.chars().take(2).collect(),
            payload_id: name,
            bytes: whole(report.content.into_bytes())?,
            cursor: None,
        }))
    }

    /// A file, or where it is: that place is asked without a word of who we are.
    async fn download(&self, id: &str, time: Timestamp) -> Result<Vec<u8>, PickUpError> {
        let url = self
            .file(id)
            .map_err(|reason| PickUpError::Damaged { reason })?;
        let answer = self
            .ask(|| self.https.request(Method::GET, url.clone()), Some(time))
            .await?;
        if answer.status.is_success() {
            return whole(answer.body);
        }
        if answer.status != StatusCode::FOUND {
            return Err(answer.failed().into());
        }
        let elsewhere: shape::Elsewhere = parse(&answer)?;
        let url = self.elsewhere(&elsewhere.address, &url)?;
        let request = self.https.request(Method::GET, url);
        let answer = self.https.send(request, Some(time)).await?;
        answer.not_redirected()?;
        match answer.status.is_success() {
            true => whole(answer.body),
            false => Err(answer.failed().into()),
        }
    }

    /// An address that an answer gives is followed only to hosts that the route names.
    fn elsewhere(&self, text: &str, asked: &Url) -> Result<Url, PickUpError> {
        let refused = |host: &str| PickUpError::Damaged {
            reason: format!(
                "the clearinghouse points to a file on {host:?}, which download_hosts in [route] does not name"
            ),
        };
        let url = address("the file's address", text).map_err(|_| refused("no https address"))?;
        let host = url.host_str().unwrap_or_default();
        let is_named = |named: &String| {
            host == named
                || host
                    .strip_suffix(named.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
        };
        match self.download_hosts.iter().any(is_named) || asked.origin() == url.origin() {
            true => Ok(url),
            false => Err(refused(&super::http::cleaned(host, None))),
        }
    }

    async fn read<T: serde::de::DeserializeOwned>(
        &self,
        url: Url,
        time: Timestamp,
    ) -> Result<T, PickUpError> {
        let request = || self.https.request(Method::GET, url.clone());
        let answer = self.ask(request, Some(time)).await?;
        answer.not_redirected()?;
        match answer.status.is_success() {
            true => Ok(parse(&answer)?),
            false => Err(answer.failed().into()),
        }
    }

    /// One request as ourselves. A token that the clearinghouse no longer knows is renewed once: it did not do what
    /// it did not let us ask for.
    async fn ask(
        &self,
        request: impl Fn() -> RequestBuilder,
        time: Option<Timestamp>,
    ) -> Result<Answer, Trouble> {
        let mut token = self.login.authorization(&self.https, time).await?;
        loop {
            let mut ours = request().header(ACCEPT, "application/json");
            for (name, value) in &self.headers {
                ours = ours.header(name, value);
            }
            ours = ours.header(AUTHORIZATION, token.value.clone());
            let answer = self.https.send(ours, time).await?;
            if answer.status != StatusCode::UNAUTHORIZED || !token.is_old {
                return Ok(answer);
            }
            self.login.forget().await;
            token = self.login.authorization(&self.https, time).await?;
        }
    }

    fn address(&self, key: &'static str) -> Result<Url, PickUpError> {
        let found = self.addresses.get(key).cloned();
        found.ok_or_else(|| PickUpError::Failed {
            reason: format!("no address is known for {key}: name it in [route.addresses]"),
        })
    }

    fn file(&self, id: &str) -> Result<Url, String> {
        if !is_plain(id) {
            return Err("the clearinghouse lists a file by a name that cannot be asked for".into());
        }
        let url = Url::parse(&self.file.replace("{id}", id));
        url.map_err(|_| "the file's address is none: correct [route.addresses] file".into())
    }
}

impl Place {
    fn parse(text: &str) -> Option<Self> {
        let (done, question) = text.split_once('|')?;
        let (name, value) = question.split_once('=')?;
        let names = ["startDateTime", "pageToken"];
        Some(Self {
            done: done.parse().ok()?,
            name: names.into_iter().find(|known| *known == name)?,
            value: value.to_owned(),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}={}", self.done, self.name, self.value)
    }
}

/// Whether the claims were taken. What went wrong inside the clearinghouse says nothing of that.
fn judge(answer: &Answer) -> Result<(), Trouble> {
    answer.not_redirected()?;
    let status = answer.status;
    if status.is_server_error() || [401, 403, 408, 429].contains(&status.as_u16()) {
        return Err(answer.failed());
    }
    if status == StatusCode::CONFLICT {
        return Err(Trouble::Lost(
            "the clearinghouse is still at an earlier request with the same key (HTTP 409)".into(),
        ));
    }
    let said = serde_json::from_slice::<Submission>(&answer.body).map(Submission::said);
    match (said, status.is_success()) {
        (Ok(Said::Refused { code, message }), _) => Err(Trouble::Refused { code, message }),
        (Ok(Said::Taken), true) => Ok(()),
        (_, true) => Err(Trouble::Unreadable(
            "the answer says neither success nor what is wrong".into(),
        )),
        (_, false) => Err(answer.failed()),
    }
}

fn parse<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, Trouble> {
    // The library's words may quote the answer, and are not repeated.
    serde_json::from_slice(&answer.body)
        .map_err(|_| Trouble::Unreadable("the answer is not the JSON that was asked for".into()))
}

/// X12 must have its end. What is no X12 (a report for people) is taken as it is.
fn whole(bytes: Vec<u8>) -> Result<Vec<u8>, PickUpError> {
    match bytes.trim_ascii_start().starts_with(b"ISA") && !is_complete(&bytes) {
        true => Err(PickUpError::Damaged {
            reason: "an interchange came without its end: it is fetched again".into(),
        }),
        false => Ok(bytes),
    }
}

fn headers(route: &RestRoute) -> Result<Vec<(HeaderName, HeaderValue)>, SetupError> {
    let wrong = |name: &str| SetupError(format!("[route] header {name:?} cannot be sent by HTTP"));
    let plain = route.headers.iter().map(|(name, value)| {
        let value = HeaderValue::from_str(value).map_err(|_| wrong(name))?;
        Ok((name, value))
    });
    let secret = route.secret_headers.iter().map(|(name, variable)| {
        let value = super::secret::secret("secret_headers", variable)?;
        Ok((name, sensitive(&value).map_err(|_| wrong(name))?))
    });
    plain
        .chain(secret)
        .map(|header| {
            let (name, value) = header?;
            let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong(name))?;
            Ok((known, value))
        })
        .collect()
}

fn not_sent<T>(reason: &str) -> Result<T, SendError> {
    Err(SendError::NotSent {
        reason: reason.to_owned(),
    })
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest")
            .field("shape", &self.shape)
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_written() {
        for text in ["0|startDateTime=2026-01-01T00:00:00Z", "17|pageToken=a=b|c"] {
            assert_eq!(Place::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "1", "x|pageToken=a", "1|other=a", "1|pageToken"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }
}
