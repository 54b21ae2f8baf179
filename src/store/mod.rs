//! What is remembered, and the only SQL. It must not decide anything: callers hand over events and documents, and ask.
//!
//! SQLite in write-ahead mode with full synchronisation: what was committed survives a power cut. Every write that
//! could come twice has a unique key. One process at a time owns a store.

mod accounts;
mod attention;
mod charts;
mod claim_events;
mod error;
pub mod fault;
mod money;
mod received;
mod routes;
mod submissions;
mod views;
mod worklist;

use std::fmt::Write;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};

pub use accounts::{ClaimAccount, ClaimCounts};
pub use attention::{Due, Looked, Watched};
pub use charts::{NewChart, NewClaim, ReadyClaim, StoredClaim, Taken, WatchedClaim};
pub use claim_events::{DeadlinesOf, News};
pub use error::StoreError;
pub use money::{Posted, Totals};
pub use received::{NewReceived, Received};
pub use submissions::{NewSubmission, Placed, StoredSubmission};
pub use views::{ClaimRow, ItemOrder, ItemSum, RemittanceRow, Slice, SubmissionRow};
pub use worklist::StoredItem;

/// Before this release SQLite could corrupt a store in write-ahead mode (sqlite.org, "WAL reset bug").
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
const FILE: &str = "claimgate.db";
const LOCK: &str = "claimgate.lock";
const BUSY: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 4;
/// Of each connection; negative says that it is no number of pages.
const CACHE_KIBIBYTES: &str = "-32768";
/// The log is worked into the tables when it has so many pages of 4 KiB.
const CHECKPOINT_PAGES: &str = "8000";
/// Rows that a query may be ahead of who reads them.
const ROWS_WAITING: usize = 1_000;
/// Rows that one statement writes: each has at most a dozen values, and SQLite takes 32,766 in a statement.
const ROWS_MAX: usize = 200;

/// An open store.
#[derive(Debug)]
pub struct Store {
    pool: SqlitePool,
    dir: PathBuf,
    /// Held as long as the store is open.
    _lock: File,
}

type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Opens the store in a directory, makes it where there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// Another process has it open; it cannot be written; it is damaged, or of a newer claimgate.
    pub async fn open(dir: &Path) -> Result<Self> {
        let unusable = |error| StoreError::directory(dir, error);
        std::fs::create_dir_all(dir).map_err(unusable)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join(LOCK))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse { dir: dir.into() }),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        let options = SqliteConnectOptions::new()
            .filename(dir.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("cache_size", CACHE_KIBIBYTES)
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
            .row_buffer_size(ROWS_WAITING);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options)
            .await?;
        gate(&pool).await?;
        sqlx::migrate!("src/store/migrations").run(&pool).await?;
        Ok(Self {
            pool,
            dir: dir.into(),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The number of the newest change of tables that it has.
    pub async fn schema_version(&self) -> Result<i64> {
        let query = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
        Ok(sqlx::query_scalar(query).fetch_one(&self.pool).await?)
    }

    /// A value kept under a name; `make` makes it the first time.
    pub async fn setting(&self, name: &str, make: impl FnOnce() -> String) -> Result<String> {
        sqlx::query("INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(make())
            .execute(&self.pool)
            .await?;
        Ok(
            sqlx::query_scalar("SELECT value FROM setting WHERE name = ?")
                .bind(name)
                .fetch_one(&self.pool)
                .await?,
        )
    }

    async fn documents<T: DeserializeOwned>(&self, query: &'static str) -> Result<Vec<T>> {
        let texts: Vec<String> = sqlx::query_scalar(query).fetch_all(&self.pool).await?;
        documents(texts)
    }

    /// A transaction that writes: it takes its turn at once instead of failing half way.
    async fn write(&self) -> Result<Transaction<'_, Sqlite>> {
        fault::point("write").await;
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// Refuses a library with the bug; the version is the linked library's own word.
async fn gate(pool: &SqlitePool) -> Result<()> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(pool)
        .await?;
    if is_safe(&version) {
        Ok(())
    } else {
        Err(StoreError::SqliteTooOld { version })
    }
}

fn is_safe(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    (next(), next(), next()) >= SQLITE_MIN
}

fn to_json(document: &impl Serialize) -> Result<String> {
    serde_json::to_string(document).map_err(StoreError::document)
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(StoreError::document)
}

fn documents<T: DeserializeOwned>(texts: Vec<String>) -> Result<Vec<T>> {
    texts.iter().map(|text| from_json(text)).collect()
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn moment(text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| StoreError::Damaged {
        what: "a moment".into(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::billing::Provenance;
    use crate::chart::{Code, Finding};
    use crate::claim::{Claim, strategies};
    use crate::reconcile::{Action, Subject, WorkItem, WorkKind};

    #[test]
    fn old_libraries_are_refused() {
        for (version, safe) in [
            ("3.51.3", true),
            ("3.52.0", true),
            ("4.0", true),
            ("3.51.2", false),
            ("3.46.0", false),
            ("", false),
        ] {
            assert_eq!(is_safe(version), safe, "{version}");
        }
    }

    #[tokio::test]
    async fn one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let second = Store::open(dir.path()).await.unwrap_err();
        assert!(second.to_string().contains("in use"), "{second}");
        assert_eq!(store.setting("seed", || "a".into()).await.unwrap(), "a");
        assert_eq!(store.setting("seed", || "b".into()).await.unwrap(), "a");
        drop(store);
        Store::open(dir.path()).await.unwrap();
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn any_claim() -> Claim {
        let mut runner = TestRunner::deterministic();
        strategies::claim().new_tree(&mut runner).unwrap().current()
    }

    fn chart<'a>(digest: &str, claims: Vec<NewClaim<'a>>) -> NewChart<'a> {
        NewChart {
            id: "CH1",
            source: "charts.json",
            digest: digest.into(),
            findings: &[],
            claims,
            at: now(),
        }
    }

    #[tokio::test]
    async fn a_held_chart_comes_again_and_a_billed_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let provenance = Provenance::default();
        let mut claim = any_claim();
        claim.control_number = "PCN1".into();
        let billed = || {
            vec![NewClaim {
                fingerprints: &[],
                claim: &claim,
                partner: "sandbox",
                provenance: &provenance,
            }]
        };
        let take = async |chart: NewChart<'_>| store.take_charts(&[chart]).await.unwrap()[0];
        assert_eq!(take(chart("a", Vec::new())).await, Taken::New);
        assert_eq!(take(chart("a", billed())).await, Taken::Mended);
        assert_eq!(take(chart("a", billed())).await, Taken::Same);
        assert_eq!(take(chart("b", billed())).await, Taken::Billed);
        let finding = Finding::new(Code::ClaimRefused, "/procedures/0", "");
        store.refuse_claim("CH1", "PCN1", &finding).await.unwrap();
        assert!(store.ready_claims("sandbox", 9).await.unwrap().is_empty());
        let (_, findings) = store.held_chart("CH1").await.unwrap().unwrap();
        assert_eq!(findings[0]["code"], "ClaimRefused");
        assert_eq!(take(chart("b", billed())).await, Taken::Mended);
        assert_eq!(store.ready_claims("sandbox", 9).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn the_same_bytes_are_kept_once() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let new = || NewReceived {
            partner: "sandbox",
            queue: "results",
            payload_type: "",
            name: "1",
            bytes: b"ISA",
            digest: "d".into(),
            at: now(),
        };
        assert_eq!(store.keep(&new()).await.unwrap(), (1, true));
        assert_eq!(store.keep(&new()).await.unwrap(), (1, false));
        let first = store.first_new().await.unwrap().unwrap();
        assert_eq!((first.id, &first.bytes[..]), (1, b"ISA".as_slice()));
        let subject = Subject::Received("1".into());
        let today = date(2026, 11, 24);
        let item = WorkItem::new(WorkKind::Unusable, subject, "cut", Action::Review, today);
        for _ in 0..2 {
            let items = std::slice::from_ref(&item);
            store.finish(1, items, now()).await.unwrap();
        }
        assert_eq!(store.first_new().await.unwrap(), None);
        assert_eq!(store.worklist().await.unwrap()[0].item, item);
    }

    #[tokio::test]
    async fn an_item_closes_when_its_cause_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let item = |claim: &str| {
            let subject = Subject::Claim(claim.into());
            WorkItem::new(
                WorkKind::Denied,
                subject,
                "why",
                Action::Review,
                date(2026, 11, 24),
            )
        };
        let later = Timestamp::from_second(1_800_000_060).unwrap();
        let look = async |found: &[&str], at| {
            let [due] = &store.due(at, 9).await.unwrap()[..] else {
                panic!("one thing is due");
            };
            let looked = Looked {
                due: due.clone(),
                items: found.iter().map(|claim| item(claim)).collect(),
                again: None,
            };
            store.looked(&[looked], at).await.unwrap();
        };
        let change = async || {
            let deposits = vec![(String::new(), Some(later))];
            let mut transaction = store.write().await.unwrap();
            let watched = Watched::Deposits;
            attention::watch(&mut transaction, watched, deposits)
                .await
                .unwrap();
            transaction.commit().await.unwrap();
        };
        look(&["A", "B"], now()).await;
        // While something is open, a change is looked at at once.
        change().await;
        look(&["B"], now()).await;
        let open = store.worklist().await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!((&open[0].item, open[0].opened_at), (&item("B"), now()));
        change().await;
        look(&[], now()).await;
        assert!(store.worklist().await.unwrap().is_empty());
        // Nothing is open: it is looked at when it is due.
        change().await;
        assert!(store.due(now(), 9).await.unwrap().is_empty());
        look(&["A"], later).await;
        assert_eq!(store.worklist().await.unwrap()[0].opened_at, later);
    }

    #[tokio::test]
    async fn what_changes_while_it_is_looked_at_stays_due() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let due = store.due(now(), 9).await.unwrap();
        let mut transaction = store.write().await.unwrap();
        let again = vec![(String::new(), None)];
        attention::watch(&mut transaction, Watched::Deposits, again)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        let looked = |due: &Due| Looked {
            due: due.clone(),
            items: Vec::new(),
            again: None,
        };
        store.looked(&[looked(&due[0])], now()).await.unwrap();
        let due = store.due(now(), 9).await.unwrap();
        store.looked(&[looked(&due[0])], now()).await.unwrap();
        assert!(store.due(now(), 9).await.unwrap().is_empty());
    }
}
