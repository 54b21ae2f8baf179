//! Two directories that another tool mirrors: a file appears whole or not at all, and is taken only when it is
//! complete. It must not delete what it has taken.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::file::{STALE, is_complete, is_plain};
use super::{Incoming, Outgoing, PickUp, PickUpError, Receipt, SendError};
use crate::payer::FolderRoute;

/// How long a file must keep its size and time before it is believed to be finished.
const SETTLE: Duration = Duration::from_millis(200);
const FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;
const FILES_MAX: usize = 100_000;
/// Files of one name that partners may send one after another.
const SAME_NAME_MAX: usize = 10_000;
/// Where files go that are stored here.
const TAKEN: &str = "taken";

/// A partner behind two directories.
#[derive(Debug)]
pub struct Folder {
    outgoing: PathBuf,
    incoming: PathBuf,
}

impl Folder {
    pub fn new(route: &FolderRoute) -> Self {
        Self {
            outgoing: route.outgoing.clone(),
            incoming: route.incoming.clone(),
        }
    }

    pub(super) async fn submit(&self, outgoing: &Outgoing) -> Result<Receipt, SendError> {
        self.put(outgoing).await?;
        Ok(Receipt {
            payload_type: String::new(),
            reply: Vec::new(),
        })
    }

    /// The first complete file by name. It stays until it is acknowledged.
    pub(super) async fn pick_up(&self, ask: &PickUp) -> Result<Option<Incoming>, PickUpError> {
        let mut broken = Vec::new();
        for name in self
            .names()
            .await
            .map_err(|error| self.unreadable(&error))?
        {
            match self.take(&name, ask.time).await {
                Ok(Found::Complete(bytes)) => {
                    return Ok(Some(Incoming {
                        queue: ask.queue,
                        payload_id: name,
                        payload_type: String::new(),
                        bytes,
                        cursor: None,
                    }));
                }
                Ok(Found::Unfinished) => {}
                Ok(Found::Broken(reason)) => broken.push(format!("{name} {reason}")),
                // Another process may have taken it.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => broken.push(format!("{name} cannot be read ({error})")),
            }
        }
        match broken.is_empty() {
            true => Ok(None),
            false => Err(PickUpError::Damaged {
                reason: format!(
                    "in {}: {}: ask the partner for it again, and move it away",
                    self.incoming.display(),
                    broken.join(", ")
                ),
            }),
        }
    }

    /// Leaves the answer, then moves the received file to `taken`. Doing it twice does no harm.
    pub(super) async fn acknowledge(
        &self,
        received: &Incoming,
        answer: Option<&Outgoing>,
    ) -> Result<(), SendError> {
        if let Some(answer) = answer {
            self.put(answer).await?;
        }
        if !is_plain(&received.payload_id) {
            return not_sent(format!(
                "{:?} is no file name of this folder",
                received.payload_id
            ));
        }
        self.put_away(received).await.or_else(|error| {
            not_sent(format!(
                "cannot move {} to {TAKEN} in {}: {error}: check the folder's permissions",
                received.payload_id,
                self.incoming.display(),
            ))
        })
    }

    /// Moves what was received to `taken`, beside files of the same name. A file that is no longer what was received
    /// is a new one, and stays.
    async fn put_away(&self, received: &Incoming) -> io::Result<()> {
        let name = &received.payload_id;
        let from = self.incoming.join(name);
        match fs::read(&from).await {
            Ok(bytes) if bytes == received.bytes => {}
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        }
        let taken = self.incoming.join(TAKEN);
        fs::create_dir_all(&taken).await?;
        for number in 1..=SAME_NAME_MAX {
            let to = taken.join(match number {
                1 => name.clone(),
                _ => format!("{name}.{number}"),
            });
            match fs::hard_link(&from, &to).await {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    if fs::read(&to).await? != received.bytes {
                        continue;
                    }
                }
                linked => linked?,
            }
            return fs::remove_file(&from).await;
        }
        Err(io::Error::other("too many files of this name were taken"))
    }

    /// Writes beside the final name, syncs, and links it there; an existing file is never overwritten.
    async fn put(&self, outgoing: &Outgoing) -> Result<(), SendError> {
        let name = format!("{}.x12", outgoing.payload_id);
        let last = self.outgoing.join(&name);
        let part = self.outgoing.join(format!(".{name}.part"));
        let failed = |error: io::Error| SendError::NotSent {
            reason: format!(
                "cannot write to {}: {error}: check that the folder exists, is writable and has room",
                self.outgoing.display()
            ),
        };
        write_synced(&part, &outgoing.bytes).await.map_err(failed)?;
        let linked = fs::hard_link(&part, &last).await;
        let _ = fs::remove_file(&part).await;
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let there = fs::read(&last).await.map_err(failed)?;
                if there != outgoing.bytes {
                    let file = last.display();
                    return not_sent(format!("{file} exists with other content: look at it"));
                }
            }
            Err(error) => return Err(failed(error)),
        }
        sync_directory(&self.outgoing)
            .await
            .map_err(|error| SendError::Uncertain {
                reason: format!("{name} is in the folder but may not survive a power cut: {error}"),
            })
    }

    /// Names that may be taken, sorted. Hidden files and directories are somebody's work in progress.
    async fn names(&self) -> io::Result<Vec<String>> {
        let mut entries = fs::read_dir(&self.incoming).await?;
        let mut names = Vec::new();
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| is_plain(name)) else {
                continue;
            };
            if entry.file_type().await?.is_file() && names.len() < FILES_MAX {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    async fn take(&self, name: &str, now: Timestamp) -> io::Result<Found> {
        let path = self.incoming.join(name);
        let before = stamp(&path).await?;
        if before.0 > FILE_BYTES_MAX {
            return Ok(Found::Broken("is too large"));
        }
        let bytes = fs::read(&path).await?;
        if !is_complete(&bytes) {
            let written = Timestamp::try_from(before.1).unwrap_or(now);
            return Ok(match now.duration_since(written) > STALE {
                true => Found::Broken("is not a whole interchange"),
                false => Found::Unfinished,
            });
        }
        tokio::time::sleep(SETTLE).await;
        Ok(match stamp(&path).await? == before {
            true => Found::Complete(bytes),
            false => Found::Unfinished,
        })
    }

    fn unreadable(&self, error: &io::Error) -> PickUpError {
        let folder = self.incoming.display();
        PickUpError::Failed {
            reason: format!("cannot read {folder}: {error}: check the path and its permissions"),
        }
    }
}

enum Found {
    Complete(Vec<u8>),
    Unfinished,
    Broken(&'static str),
}

async fn stamp(path: &Path) -> io::Result<(u64, std::time::SystemTime)> {
    let metadata = fs::symlink_metadata(path).await?;
    Ok((metadata.len(), metadata.modified()?))
}

async fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path).await?;
    file.write_all(bytes).await?;
    file.sync_all().await
}

async fn sync_directory(path: &Path) -> io::Result<()> {
    fs::File::open(path).await?.sync_all().await
}

fn not_sent<T>(reason: String) -> Result<T, SendError> {
    Err(SendError::NotSent { reason })
}
