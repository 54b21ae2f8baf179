//! Why the store could not do something, and what to do. It must not repeat a value that is stored.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What went wrong with the store. An error of a commit leaves it open whether the write is there: ask again by key.
#[derive(Debug)]
pub enum StoreError {
    Directory {
        dir: PathBuf,
        error: io::Error,
    },
    InUse {
        dir: PathBuf,
    },
    SqliteTooOld {
        version: String,
    },
    /// Tables of another version of claimgate.
    Schema(sqlx::migrate::MigrateError),
    /// Something stored cannot be read back.
    Damaged {
        what: String,
    },
    Database(sqlx::Error),
}

impl StoreError {
    pub(super) fn directory(dir: &Path, error: io::Error) -> Self {
        Self::Directory {
            dir: dir.into(),
            error,
        }
    }

    pub(super) fn document(error: serde_json::Error) -> Self {
        let what = format!("a document ({:?} error)", error.classify());
        Self::Damaged { what }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory { dir, error } => write!(
                f,
                "the store {} cannot be used: {error}: choose a directory that you may write with --data DIR",
                dir.display()
            ),
            Self::InUse { dir } => write!(
                f,
                "the store {} is in use by another claimgate: stop it first, or choose another with --data DIR",
                dir.display()
            ),
            Self::SqliteTooOld { version } => write!(
                f,
                "SQLite {version} can damage a store: build claimgate with SQLite 3.51.3 or newer"
            ),
            Self::Schema(error) => write!(
                f,
                "the store is of another version of claimgate ({error}): use that version, or restore a backup"
            ),
            Self::Damaged { what } => write!(
                f,
                "{what} in the store cannot be read: restore the latest backup, and keep the damaged files"
            ),
            Self::Database(error) => match code(error).as_deref() {
                Some("8" | "1032" | "776" | "14") => f.write_str(
                    "the store cannot be written: it is read-only; give this user the right to write its directory",
                ),
                Some("13") => f.write_str("the disk is full: make room; nothing that was confirmed is lost"),
                Some("11" | "26") => f.write_str(
                    "the store is damaged: restore the latest backup, and keep the damaged files",
                ),
                _ => write!(f, "the store failed: {error}"),
            },
        }
    }
}

/// SQLite's (extended) result code.
fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

impl std::error::Error for StoreError {}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => Self::Database(error),
            error => Self::Schema(error),
        }
    }
}
