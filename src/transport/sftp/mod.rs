//! Directories on a partner's SFTP server: a file appears there whole or not at all, and is taken when it is finished.
//! It must not delete what is not stored here, nor believe a name that the server gives.

mod name;
mod session;
mod ssh;

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout};

use super::file::{STALE, is_complete, is_plain, is_temporary};
use super::{Incoming, Outgoing, PickUp, PickUpError, Receipt, SendError, SetupError};
use crate::payer::{AfterPickup, SftpRoute};
use name::{Name, Names};
use session::{Session, Stamp, Trouble};
use ssh::{Door, Shut};

/// How long a file must look the same before it is believed to be finished. Servers tell times in whole seconds.
const SETTLE: Duration = Duration::from_millis(1_200);
/// Refused logins after which this process tries no more: partners black-list an address after five.
const LOGINS_REFUSED_MAX: usize = 3;
/// Files of one name that are moved to one directory.
const SAME_NAME_MAX: usize = 1_000;

/// A partner's server.
pub struct Sftp {
    door: Door,
    names: Names,
    outgoing: String,
    incoming: Vec<String>,
    after_pickup: AfterPickup,
    file_bytes_max: usize,
    total_time_max: Duration,
    /// One request at a time: partners count connections.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    session: Option<Session>,
    logins_refused: usize,
    /// Files as they were first seen like this, and when.
    looks: HashMap<String, (Stamp, Instant)>,
    /// Files that were given to the caller.
    picked: HashMap<String, Stamp>,
    /// Files that are stored here and stay there.
    left: HashMap<String, Stamp>,
}

/// How far a file got on its way to the partner.
enum Put {
    /// It is there under its final name, from now or before.
    There,
    /// It is whole under its temporary name.
    Ready,
}

/// Why an operation on the server failed.
enum Failed {
    Shut(Shut),
    Trouble(String),
}

impl Sftp {
    /// Reads the route's key and passwords.
    pub fn open(route: &SftpRoute) -> Result<Self, SetupError> {
        if route.incoming.is_empty() {
            return Err(SetupError("[route] incoming names no directory".into()));
        }
        Ok(Self {
            door: Door::new(route)?,
            names: Names::new(&route.names)?,
            outgoing: route.outgoing.clone(),
            incoming: route.incoming.clone(),
            after_pickup: route.after_pickup.clone(),
            file_bytes_max: route.file_bytes_max,
            total_time_max: Duration::from_secs(route.total_timeout_seconds),
            state: Mutex::default(),
        })
    }

    pub(super) async fn submit(&self, outgoing: &Outgoing) -> Result<Receipt, SendError> {
        let mut state = self.state.lock().await;
        self.put(&mut state, outgoing).await?;
        Ok(Receipt {
            payload_type: String::new(),
            reply: Vec::new(),
        })
    }

    /// The first finished file, by directory and name. It stays until it is acknowledged.
    pub(super) async fn pick_up(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        let mut state = self.state.lock().await;
        let found = timeout(self.total_time_max, self.next(&mut state, ask)).await;
        let found = found.unwrap_or_else(|_| {
            Err(PickUpError::Failed {
                reason: "the partner's server took longer than total_timeout_seconds".into(),
            })
        });
        if !matches!(found, Ok(Some(_)))
            && let Some(session) = state.session.take()
        {
            session.close().await;
        }
        found
    }

    /// Leaves the answer, then does with the received file what the route says. Doing it twice does no harm.
    pub(super) async fn acknowledge(
        &self,
        received: &Incoming,
        answer: Option<&Outgoing>,
    ) -> Result<(), SendError> {
        let mut state = self.state.lock().await;
        if let Some(answer) = answer {
            self.put(&mut state, answer).await?;
        }
        let path = &received.payload_id;
        let is_ours = |directory: &String| {
            let name = path
                .strip_prefix(directory.as_str())
                .map(|name| name.trim_start_matches('/'));
            name.is_some_and(|name| is_plain(name) && *path == join(directory, name))
        };
        if !self.incoming.iter().any(is_ours) {
            return not_sent(format!("{path:?} is no file of [route] incoming"));
        }
        let put_away = timeout(self.total_time_max, self.put_away(&mut state, received)).await;
        let put_away = put_away.unwrap_or_else(|_| Err(Failed::Trouble("it took too long".into())));
        put_away.or_else(|failed| match failed {
            Failed::Shut(shut) => Err(shut.into()),
            Failed::Trouble(words) => {
                state.session = None;
                not_sent(format!(
                    "{path} is stored here, but at the partner it could not be put away: {words}: check after_pickup \
                     and what the partner lets us do"
                ))
            }
        })
    }

    /// A session that answers, opened if there is none.
    async fn session<'s>(&self, state: &'s mut State) -> Result<&'s Session, Shut> {
        let open = match state.session.take() {
            Some(session) if session.is_alive().await => session,
            _ if state.logins_refused >= LOGINS_REFUSED_MAX => {
                return Err(Shut::LoginRefused(format!(
                    "{LOGINS_REFUSED_MAX} logins were refused, and no more are tried until claimgate starts again: \
                     correct the login in [route] first, for partners lock out who goes on"
                )));
            }
            _ => match self.door.open().await {
                Ok(session) => session,
                Err(shut) => {
                    state.logins_refused += usize::from(matches!(shut, Shut::LoginRefused(_)));
                    return Err(shut);
                }
            },
        };
        state.logins_refused = 0;
        Ok(state.session.insert(open))
    }

    /// Uploads beside the final name and renames; what the final name holds is never overwritten.
    async fn put(&self, state: &mut State, outgoing: &Outgoing) -> Result<(), SendError> {
        let name = match self.names.of(outgoing) {
            Ok(name) => name,
            Err(reason) => return not_sent(reason),
        };
        let name = Name {
            last: join(&self.outgoing, &name.last),
            temporary: join(&self.outgoing, &name.temporary),
        };
        let session = self.session(state).await?;
        let upload = timeout(self.total_time_max, upload(session, &name, &outgoing.bytes)).await;
        let put = match upload
            .unwrap_or_else(|_| Err("it took longer than total_timeout_seconds".into()))
        {
            Ok(Put::There) => return Ok(()),
            // The final name is not there yet, and without a rename it never will be.
            Err(reason) => not_sent(format!("{}: {reason}", name.last)),
            Ok(Put::Ready) => finish(session, &name, &outgoing.bytes).await,
        };
        if put.is_err() {
            state.session = None;
        }
        put
    }

    async fn next(&self, state: &mut State, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        let mut problems = Vec::new();
        let files = self.files(state, &mut problems).await?;
        let known = |path: &String| files.iter().any(|(file, _)| file == path);
        state.looks.retain(|path, _| known(path));
        state.left.retain(|path, _| known(path));
        state.picked.retain(|path, _| known(path));
        for (path, stamp) in &files {
            let look = state.looks.entry(path.clone());
            let look = look.or_insert((*stamp, Instant::now()));
            if look.0 != *stamp {
                *look = (*stamp, Instant::now());
            }
        }
        for (path, stamp) in &files {
            if state.left.get(path) == Some(stamp) {
                continue;
            }
            match self.take(state, path, *stamp, ask.time).await {
                Ok(Found::Complete(bytes)) => {
                    state.picked.insert(path.clone(), *stamp);
                    return Ok(Some(Incoming {
                        queue: ask.queue,
                        payload_id: path.clone(),
                        payload_type: String::new(),
                        bytes,
                        cursor: None,
                    }));
                }
                Ok(Found::Unfinished) => {}
                Ok(Found::Broken(words)) => problems.push(format!("{path} {words}")),
                Err(Failed::Shut(shut)) => return Err(shut.into()),
                Err(Failed::Trouble(words)) => {
                    problems.push(format!("{path} cannot be read ({words})"))
                }
            }
        }
        match problems.is_empty() {
            true => Ok(None),
            false => Err(PickUpError::Damaged {
                reason: format!("{}: ask the partner about it", problems.join("; ")),
            }),
        }
    }

    /// Paths of the files that may be taken, sorted within each directory.
    async fn files(
        &self,
        state: &mut State,
        problems: &mut Vec<String>,
    ) -> Result<Vec<(String, Stamp)>, PickUpError> {
        let mut files = Vec::new();
        for directory in &self.incoming {
            let entries = match self.session(state).await?.list(directory).await {
                Ok(entries) => entries,
                Err(Trouble::Lost(words)) => {
                    state.session = None;
                    return Err(PickUpError::Failed {
                        reason: format!("the directory {directory:?} was not listed: {words}"),
                    });
                }
                Err(trouble) => {
                    problems.push(format!("the directory {directory:?}: {}", trouble.words()));
                    continue;
                }
            };
            let is_visible = |name: &str| !name.starts_with('.') && !is_temporary(name);
            let of_files = entries.iter().filter(|entry| entry.is_file);
            let (plain, odd): (Vec<_>, Vec<_>) = of_files
                .filter(|entry| is_visible(&entry.name) || entry.name.contains('/'))
                .partition(|entry| is_plain(&entry.name));
            if !odd.is_empty() {
                problems.push(format!(
                    "{} files in {directory:?} have names that are never taken (only letters, digits, dot, \
                     underscore and hyphen may stand in one)",
                    odd.len()
                ));
            }
            let mut found: Vec<_> = plain
                .into_iter()
                .map(|entry| (join(directory, &entry.name), entry.stamp))
                .collect();
            found.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            files.extend(found);
        }
        Ok(files)
    }

    /// A file that has looked the same for long enough, is the same after it was read, and is whole.
    async fn take(
        &self,
        state: &mut State,
        path: &str,
        stamp: Stamp,
        now: Timestamp,
    ) -> Result<Found, Failed> {
        if stamp.size > self.file_bytes_max as u64 {
            return Ok(Found::Broken("is larger than file_bytes_max in [route]"));
        }
        if let Some((_, since)) = state.looks.get(path) {
            sleep_until(*since + SETTLE).await;
        }
        let read = self.session(state).await?.read(path, stamp).await;
        match read {
            Ok(Some(bytes)) if is_complete(&bytes) => Ok(Found::Complete(bytes)),
            Ok(Some(_)) => {
                let written = Timestamp::from_second(stamp.modified.into()).unwrap_or(now);
                Ok(match now.duration_since(written) > STALE {
                    true => Found::Broken("is not a whole interchange"),
                    false => Found::Unfinished,
                })
            }
            // Somebody writes to it, or has taken it.
            Ok(None) | Err(Trouble::Missing) => Ok(Found::Unfinished),
            Err(trouble) => {
                if matches!(trouble, Trouble::Lost(_)) {
                    state.session = None;
                }
                Err(Failed::Trouble(trouble.words().into()))
            }
        }
    }

    async fn put_away(&self, state: &mut State, received: &Incoming) -> Result<(), Failed> {
        let path = &received.payload_id;
        let picked = state.picked.get(path).copied();
        if self.after_pickup == AfterPickup::Leave {
            state.left.extend(picked.map(|stamp| (path.clone(), stamp)));
            return Ok(());
        }
        let session = self.session(state).await?;
        let entry = match session.look(path).await {
            Err(Trouble::Missing) => return Ok(()),
            entry => entry?,
        };
        // A file of the same name that came since then is a new one, and stays.
        let is_same = match picked {
            Some(stamp) => stamp == entry.stamp,
            None => session.read(path, entry.stamp).await?.as_ref() == Some(&received.bytes),
        };
        match &self.after_pickup {
            _ if !is_same => Ok(()),
            AfterPickup::Move(to) => move_away(session, path, to).await,
            AfterPickup::Leave | AfterPickup::Delete => match session.remove(path).await {
                Err(Trouble::Missing) => Ok(()),
                removed => Ok(removed?),
            },
        }
    }
}

enum Found {
    Complete(Vec<u8>),
    Unfinished,
    Broken(&'static str),
}

/// Puts the file under its temporary name, or finds it under its final one.
async fn upload(session: &Session, name: &Name, bytes: &[u8]) -> Result<Put, String> {
    if is_there(session, name, bytes).await? {
        return Ok(Put::There);
    }
    let failed = |trouble: Trouble| {
        format!(
            "it cannot be uploaded: {}: check [route] outgoing, our rights there and the room that is left",
            trouble.words()
        )
    };
    if let Err(trouble) = session.write(&name.temporary, bytes).await {
        if matches!(trouble, Trouble::Denied(_)) {
            let _ = session.remove(&name.temporary).await;
        }
        return Err(failed(trouble));
    }
    match session.look(&name.temporary).await {
        Ok(entry) if entry.stamp.size != bytes.len() as u64 => Err(format!(
            "the server has kept {} bytes of {}: it is not given its final name",
            entry.stamp.size,
            bytes.len()
        )),
        Err(trouble @ (Trouble::Lost(_) | Trouble::Missing)) => Err(failed(trouble)),
        // Some do not let us look.
        Ok(_) | Err(Trouble::Denied(_)) => Ok(Put::Ready),
    }
}

/// Whether the final name holds these bytes already. `Err` where it holds something else.
async fn is_there(session: &Session, name: &Name, bytes: &[u8]) -> Result<bool, String> {
    let other = || Err("the partner has a file of this name and other content: look at it".into());
    let entry = match session.look(&name.last).await {
        Ok(entry) => entry,
        // Who may not look, may not overwrite either.
        Err(Trouble::Missing | Trouble::Denied(_)) => return Ok(false),
        Err(trouble) => return Err(trouble.words().into()),
    };
    if !entry.is_file || entry.stamp.size != bytes.len() as u64 {
        return other();
    }
    match session.read(&name.last, entry.stamp).await {
        Ok(Some(there)) if there == bytes => Ok(true),
        // Where reading back is forbidden the size has to do.
        Err(Trouble::Denied(_)) => Ok(true),
        Ok(_) | Err(Trouble::Missing) => other(),
        Err(trouble) => Err(trouble.words().into()),
    }
}

/// The one step after which the partner has the file.
async fn finish(session: &Session, name: &Name, bytes: &[u8]) -> Result<(), SendError> {
    let uncertain = |words: &str| SendError::Uncertain {
        reason: format!("{}: while the file got its final name: {words}", name.last),
    };
    let words = match session.rename(&name.temporary, &name.last).await {
        Ok(()) => return Ok(()),
        Err(Trouble::Lost(words)) => return Err(uncertain(words)),
        Err(trouble) => trouble.words(),
    };
    // A server that names before it removes the old name fails with the file in its place.
    match is_there(session, name, bytes).await {
        Ok(true) => Ok(()),
        Ok(false) => {
            let _ = session.remove(&name.temporary).await;
            not_sent(format!("{} cannot get its final name: {words}", name.last))
        }
        Err(reason) => not_sent(format!("{}: {reason}", name.last)),
    }
}

/// Moves a file beside those of the same name that were moved before.
async fn move_away(session: &Session, path: &str, directory: &str) -> Result<(), Failed> {
    let name = path.rsplit('/').next().unwrap_or(path);
    for number in 1..=SAME_NAME_MAX {
        let to = join(
            directory,
            &match number {
                1 => name.to_owned(),
                _ => format!("{name}.{number}"),
            },
        );
        match session.look(&to).await {
            Ok(_) => {}
            Err(Trouble::Missing) => {
                return match session.rename(path, &to).await {
                    Err(Trouble::Missing) => Err(Failed::Trouble(format!(
                        "there is no directory {directory:?} at the partner"
                    ))),
                    moved => Ok(moved?),
                };
            }
            Err(trouble) => return Err(trouble.into()),
        }
    }
    Err(Failed::Trouble(
        "too many files of this name were moved".into(),
    ))
}

fn join(directory: &str, name: &str) -> String {
    match directory.trim_end_matches('/') {
        "" if directory.starts_with('/') => format!("/{name}"),
        "" | "." => name.to_owned(),
        directory => format!("{directory}/{name}"),
    }
}

fn not_sent<T>(reason: String) -> Result<T, SendError> {
    Err(SendError::NotSent { reason })
}

impl From<Trouble> for Failed {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble.words().into())
    }
}

impl From<Shut> for Failed {
    fn from(shut: Shut) -> Self {
        Self::Shut(shut)
    }
}

impl From<Shut> for SendError {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Unreached(reason) => Self::NotSent { reason },
            Shut::LoginRefused(reason) => Self::LoginRefused { reason },
        }
    }
}

impl From<Shut> for PickUpError {
    fn from(shut: Shut) -> Self {
        match shut {
            Shut::Unreached(reason) => Self::Failed { reason },
            Shut::LoginRefused(reason) => Self::LoginRefused { reason },
        }
    }
}

impl fmt::Debug for Sftp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sftp")
            .field("door", &self.door)
            .finish_non_exhaustive()
    }
}
