//! Who we are to a clearinghouse: a key that stays, or a token that is renewed before it ends. It must not know claims.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderValue, InvalidHeaderValue};
use reqwest::{Method, Url};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::payer::RestRoute;
use crate::transport::SetupError;
use crate::transport::http::{Https, Trouble};
use crate::transport::secret::secret;

/// A token is renewed so long before its end, or a fifth of its life where that is short: tokens of 300 seconds exist.
const RENEWED_BEFORE: Duration = Duration::from_secs(60);
const LIFE_PARTS: u32 = 5;
/// Where a clearinghouse does not say how long a token lasts.
const LIFE_UNKNOWN: Duration = Duration::from_secs(300);
const LIFE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// How we log in.
pub(super) enum Login {
    Key(HeaderValue),
    Token {
        address: Url,
        client_id: String,
        client_secret: String,
        current: Mutex<Option<Token>>,
    },
}

#[derive(Clone)]
pub(super) struct Token {
    value: HeaderValue,
    renewed_at: Instant,
}

/// What a request is signed with.
pub(super) struct Authorization {
    pub(super) value: HeaderValue,
    /// It is of an earlier request, so the partner may have forgotten it.
    pub(super) is_old: bool,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl Login {
    pub(super) fn read(route: &RestRoute, token: Option<Url>) -> Result<Self, SetupError> {
        let unsendable =
            |_| SetupError("the key in [route] api_key_env cannot be sent by HTTP".into());
        match (
            &route.api_key_env,
            &route.client_id,
            &route.client_secret_env,
        ) {
            (Some(variable), None, None) => {
                let key = secret("api_key_env", variable)?;
                Ok(Self::Key(sensitive(&key).map_err(unsendable)?))
            }
            (None, Some(client_id), Some(variable)) => Ok(Self::Token {
                address: token.ok_or_else(|| {
                    SetupError("[route.addresses] names no token, where client_id is used".into())
                })?,
                client_id: client_id.clone(),
                client_secret: secret("client_secret_env", variable)?,
                current: Mutex::default(),
            }),
            _ => Err(SetupError(
                "[route] needs api_key_env, or client_id and client_secret_env together".into(),
            )),
        }
    }

    /// The key, or a token that will not end during the request. Nothing of the claims has been sent yet.
    pub(super) async fn authorization(
        &self,
        https: &Https,
        time: Option<Timestamp>,
    ) -> Result<Authorization, Trouble> {
        let (address, current) = match self {
            Self::Key(value) => {
                return Ok(Authorization {
                    value: value.clone(),
                    is_old: false,
                });
            }
            Self::Token {
                address, current, ..
            } => (address, current),
        };
        // Held while a token is asked for: one is enough for everybody who waits.
        let mut current = current.lock().await;
        if let Some(token) = current
            .as_ref()
            .filter(|token| Instant::now() < token.renewed_at)
        {
            return Ok(Authorization {
                value: token.value.clone(),
                is_old: true,
            });
        }
        let token = self.new_token(https, address, time).await?;
        let value = current.insert(token).value.clone();
        Ok(Authorization {
            value,
            is_old: false,
        })
    }

    /// The partner does not know it any more.
    pub(super) async fn forget(&self) {
        if let Self::Token { current, .. } = self {
            *current.lock().await = None;
        }
    }

    /// RFC 6749, section 4.4.2.
    async fn new_token(
        &self,
        https: &Https,
        address: &Url,
        time: Option<Timestamp>,
    ) -> Result<Token, Trouble> {
        let request = https
            .request(Method::POST, address.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form());
        let answer = https.send(request, time).await;
        let answer = answer.map_err(|trouble| match trouble {
            Trouble::Lost(reason) | Trouble::Unreadable(reason) => {
                Trouble::NotSent(format!("no token to log in with: {reason}"))
            }
            other => other,
        })?;
        let status = answer.status.as_u16();
        match status {
            200 => {}
            400 | 401 | 403 => {
                return Err(Trouble::LoginRefused(format!(
                    "the clearinghouse gives no token (HTTP {status}): check client_id and the secret"
                )));
            }
            _ => {
                return Err(Trouble::NotSent(format!(
                    "no token to log in with (HTTP {status})"
                )));
            }
        }
        let unusable = || Trouble::NotSent("the token that came cannot be used".into());
        let given: Given = serde_json::from_slice(&answer.body).map_err(|_| unusable())?;
        let life = given
            .expires_in
            .map_or(LIFE_UNKNOWN, Duration::from_secs)
            .min(LIFE_MAX);
        Ok(Token {
            value: sensitive(&format!("Bearer {}", given.access_token)).map_err(|_| unusable())?,
            renewed_at: Instant::now() + life - RENEWED_BEFORE.min(life / LIFE_PARTS),
        })
    }

    fn form(&self) -> String {
        let Self::Token {
            address,
            client_id,
            client_secret,
            ..
        } = self
        else {
            return String::new();
        };
        // An address knows how a form is written: its query is one.
        let mut form = address.clone();
        form.query_pairs_mut()
            .clear()
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", client_id)
            .append_pair("client_secret", client_secret);
        form.query().unwrap_or_default().to_owned()
    }
}

/// A header that no log shows.
pub(super) fn sensitive(value: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(value)?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key",
            Self::Token { .. } => "Token",
        })
    }
}
