//! Files on a partner's server, one request at a time or a window of them. It must not know what a file is for, and
//! believes no name, size or count that the server gives.

use std::sync::Arc;

use russh::Disconnect;
use russh::client::Handle;
use russh_sftp::client::RawSftpSession;
use russh_sftp::client::error::Error;
use russh_sftp::protocol::{File, FileAttributes, FileType, OpenFlags, StatusCode, Version};
use tokio::task::JoinSet;

use super::ssh::Doorkeeper;

/// Every server takes and gives so much at once (draft-ietf-secsh-filexfer-02, section 3).
const CHUNK_BYTES: usize = 32 * 1024;
/// Requests under way at once, so that a distant server is not waited for chunk by chunk.
const WINDOW: usize = 16;
const ENTRIES_MAX: usize = 100_000;
const FSYNC: &str = "fsync@openssh.com";

/// An open connection.
pub(super) struct Session {
    handle: Handle<Doorkeeper>,
    sftp: Arc<RawSftpSession>,
    can_sync: bool,
}

/// What a file looks like from outside: when it is the same twice, nobody is writing to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    /// Seconds since 1970.
    pub(super) modified: u32,
}

/// A name in a directory, as the server gives it.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) is_file: bool,
    pub(super) stamp: Stamp,
}

/// Why a request did not do what it was to do.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server answered that it does not do this.
    Denied(&'static str),
    /// There is nothing of this name.
    Missing,
    /// The connection broke, or the server did not answer or not sensibly: what it has done is not known.
    Lost(&'static str),
}

impl Session {
    pub(super) fn new(handle: Handle<Doorkeeper>, sftp: RawSftpSession, version: &Version) -> Self {
        Self {
            handle,
            sftp: Arc::new(sftp),
            can_sync: version.extensions.get(FSYNC).is_some_and(|one| one == "1"),
        }
    }

    /// Whether the server still answers.
    pub(super) async fn is_alive(&self) -> bool {
        !self.handle.is_closed()
            && !matches!(told(self.sftp.realpath(".").await), Err(Trouble::Lost(_)))
    }

    pub(super) async fn close(self) {
        let _ = self.sftp.close_session();
        let _ = self
            .handle
            .disconnect(Disconnect::ByApplication, "", "")
            .await;
    }

    /// A file, a link or a directory, not what a link leads to.
    pub(super) async fn look(&self, path: &str) -> Result<Entry, Trouble> {
        let attributes = told(self.sftp.lstat(path).await)?.attrs;
        Ok(Entry {
            name: path.to_owned(),
            is_file: attributes.permissions.is_none_or(|_| is_file(&attributes)),
            stamp: stamp(&attributes),
        })
    }

    /// The names of a directory, in no order.
    pub(super) async fn list(&self, directory: &str) -> Result<Vec<Entry>, Trouble> {
        let handle = told(self.sftp.opendir(directory).await)?.handle;
        let mut entries = Vec::new();
        let listed = loop {
            match self.sftp.readdir(&handle).await {
                Ok(page) if page.files.is_empty() => break Ok(()),
                Ok(page) if entries.len() + page.files.len() > ENTRIES_MAX => {
                    break Err(Trouble::Denied("the directory has more than 100,000 names"));
                }
                Ok(page) => entries.extend(page.files.into_iter().map(Entry::from)),
                Err(Error::Status(status)) if status.status_code == StatusCode::Eof => break Ok(()),
                Err(error) => break told(Err(error)),
            }
        };
        let _ = self.sftp.close(&handle).await;
        listed.map(|()| entries)
    }

    /// The file's bytes, if it is as it was seen before and after they are read; `None` where it is not.
    pub(super) async fn read(&self, path: &str, seen: Stamp) -> Result<Option<Vec<u8>>, Trouble> {
        let opened = self
            .sftp
            .open(path, OpenFlags::READ, FileAttributes::default());
        let handle = told(opened.await)?.handle;
        let read = self.read_open(&handle, seen).await;
        let _ = self.sftp.close(&handle).await;
        read
    }

    async fn read_open(&self, handle: &str, seen: Stamp) -> Result<Option<Vec<u8>>, Trouble> {
        let mut bytes = Vec::new();
        let size = usize::try_from(seen.size).map_err(|_| Trouble::Denied("it is too large"))?;
        while bytes.len() < size {
            let window = size.min(bytes.len() + WINDOW * CHUNK_BYTES);
            let mut reading = JoinSet::new();
            for from in (bytes.len()..window).step_by(CHUNK_BYTES) {
                let (sftp, handle) = (Arc::clone(&self.sftp), handle.to_owned());
                let length = CHUNK_BYTES.min(window - from);
                reading
                    .spawn(async move { (from, read_chunk(&sftp, &handle, from, length).await) });
            }
            let mut chunks = reading.join_all().await;
            chunks.sort_unstable_by_key(|(from, _)| *from);
            for (from, chunk) in chunks {
                if from == bytes.len() {
                    bytes.extend(chunk?);
                }
            }
            if bytes.len() < window {
                return Ok(None);
            }
        }
        let now = told(self.sftp.fstat(handle).await)?.attrs;
        Ok((stamp(&now) == seen).then_some(bytes))
    }

    /// Writes a whole file, over one of the same name, down to the server's disk where it offers that.
    pub(super) async fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Trouble> {
        let flags = OpenFlags::CREATE | OpenFlags::TRUNCATE | OpenFlags::WRITE;
        let opened = self.sftp.open(path, flags, FileAttributes::default()).await;
        let handle = told(opened)?.handle;
        let written = self.write_open(&handle, bytes).await;
        // A server may tell only now that there was no room.
        let closed = told(self.sftp.close(&handle).await).map(drop);
        written.and(closed)
    }

    async fn write_open(&self, handle: &str, bytes: &[u8]) -> Result<(), Trouble> {
        for (number, window) in bytes.chunks(WINDOW * CHUNK_BYTES).enumerate() {
            let mut writing = JoinSet::new();
            for (place, chunk) in window.chunks(CHUNK_BYTES).enumerate() {
                let (sftp, handle, chunk) =
                    (Arc::clone(&self.sftp), handle.to_owned(), chunk.to_vec());
                let from = number * WINDOW * CHUNK_BYTES + place * CHUNK_BYTES;
                writing.spawn(async move { told(sftp.write(handle, from as u64, chunk).await) });
            }
            for written in writing.join_all().await {
                written?;
            }
        }
        match self.can_sync {
            true => told(self.sftp.fsync(handle).await).map(drop),
            false => Ok(()),
        }
    }

    /// Never over an existing file at servers that keep to version 3 of the protocol.
    pub(super) async fn rename(&self, from: &str, to: &str) -> Result<(), Trouble> {
        told(self.sftp.rename(from, to).await).map(drop)
    }

    pub(super) async fn remove(&self, path: &str) -> Result<(), Trouble> {
        told(self.sftp.remove(path).await).map(drop)
    }
}

/// A server may give less than it was asked for; less than anything is the file's end.
async fn read_chunk(
    sftp: &RawSftpSession,
    handle: &str,
    from: usize,
    length: usize,
) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        let asked = u32::try_from(length - bytes.len()).unwrap_or(u32::MAX);
        match sftp.read(handle, (from + bytes.len()) as u64, asked).await {
            Ok(data) if data.data.is_empty() => break,
            Ok(data) if data.data.len() > length - bytes.len() => {
                return Err(Trouble::Lost("the server gave more than it was asked for"));
            }
            Ok(data) => bytes.extend(data.data),
            Err(Error::Status(status)) if status.status_code == StatusCode::Eof => break,
            Err(error) => return told(Err(error)),
        }
    }
    Ok(bytes)
}

/// Of the server's words only the code is kept: they may quote anything.
fn told<T>(answer: Result<T, Error>) -> Result<T, Trouble> {
    answer.map_err(|error| match error {
        Error::Status(status) => match status.status_code {
            StatusCode::NoSuchFile => Trouble::Missing,
            StatusCode::PermissionDenied => Trouble::Denied("permission denied"),
            StatusCode::OpUnsupported => Trouble::Denied("the server does not offer it"),
            StatusCode::NoConnection | StatusCode::ConnectionLost => {
                Trouble::Lost("the connection broke")
            }
            _ => Trouble::Denied("the server failed, as with a full disk or a quota"),
        },
        Error::Timeout => Trouble::Lost("the server did not answer in time"),
        _ => Trouble::Lost("the connection broke"),
    })
}

impl From<File> for Entry {
    fn from(file: File) -> Self {
        Self {
            // Some servers leave the permissions out and show the kind only in the line for people.
            is_file: match file.attrs.permissions {
                Some(_) => is_file(&file.attrs),
                None => file.longname.starts_with('-'),
            },
            stamp: stamp(&file.attrs),
            name: file.filename,
        }
    }
}

fn is_file(attributes: &FileAttributes) -> bool {
    attributes.file_type() == FileType::File
}

fn stamp(attributes: &FileAttributes) -> Stamp {
    Stamp {
        size: attributes.size.unwrap_or_default(),
        modified: attributes.mtime.unwrap_or_default(),
    }
}

impl Trouble {
    /// What happened, for a sentence.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Denied(words) | Self::Lost(words) => words,
            Self::Missing => "there is no such file or directory",
        }
    }
}
