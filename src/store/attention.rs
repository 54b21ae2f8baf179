//! What is to be looked at for the worklist, and when. Every write that may open or close an item says so here, in its
//! own transaction, so that looking costs what has changed and not what is finished.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, SqliteConnection};

use super::{ROWS_MAX, Result, Store, to_json};
use crate::exchange::submission::State;
use crate::reconcile::WorkItem;

/// Later than every moment: nothing is to be looked at.
const NEVER: &str = "never";
/// Later than every moment, but an item is open: the next change is looked at without delay.
const OPEN: &str = "open";

/// What can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Watched {
    Chart,
    Claim,
    /// By the store's number.
    Submission,
    /// A claim payment that belongs to no claim, by its key.
    Payment,
    /// Provider-level adjustments of a remittance, by its key.
    Ledger,
    /// All deposits and what they are compared with.
    Deposits,
}

/// Something to look at now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub watched: Watched,
    pub key: String,
    /// Of the last change of it.
    pub mark: i64,
}

/// What was seen.
#[derive(Debug)]
pub struct Looked {
    pub due: Due,
    /// What of it needs a person now: all other items of it close.
    pub items: Vec<WorkItem>,
    /// When to look again although nothing changes.
    pub again: Option<Timestamp>,
}

impl Watched {
    const ALL: [Self; 6] = [
        Self::Chart,
        Self::Claim,
        Self::Submission,
        Self::Payment,
        Self::Ledger,
        Self::Deposits,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Claim => "claim",
            Self::Submission => "submission",
            Self::Payment => "payment",
            Self::Ledger => "ledger",
            Self::Deposits => "deposits",
        }
    }
}

impl Store {
    /// At most `max` things that are to be looked at by now.
    pub async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Due>> {
        let rows =
            sqlx::query("SELECT kind, key, mark FROM attention WHERE at <= ? ORDER BY at LIMIT ?")
                .bind(now.to_string())
                .bind(i64::try_from(max).unwrap_or(i64::MAX))
                .fetch_all(&self.pool)
                .await?;
        let due = |row: &SqliteRow| {
            let kind: &str = row.get(0);
            let watched = Watched::ALL.into_iter().find(|one| one.name() == kind)?;
            Some(Due {
                watched,
                key: row.get(1),
                mark: row.get(2),
            })
        };
        Ok(rows.iter().filter_map(due).collect())
    }

    /// Opens and closes items as they were found. What changed while it was looked at stays due.
    pub async fn looked(&self, all: &[Looked], now: Timestamp) -> Result<()> {
        let mut transaction = self.write().await?;
        for chunk in all.chunks(ROWS_MAX) {
            let sources: Vec<String> = chunk.iter().map(|one| one.due.source()).collect();
            let found = chunk.iter().flat_map(|one| &one.items);
            close_others(&mut transaction, &sources, found, now).await?;
            for one in chunk {
                add_items(&mut transaction, &one.due.source(), &one.items, now).await?;
            }
            let mut query = QueryBuilder::new("UPDATE attention SET at = seen.column4 FROM (");
            query.push_values(chunk, |mut row, one| {
                let rest = if one.items.is_empty() { NEVER } else { OPEN };
                let again = one
                    .again
                    .map_or_else(|| rest.to_owned(), |at| at.to_string());
                row.push_bind(one.due.watched.name())
                    .push_bind(&one.due.key);
                row.push_bind(one.due.mark).push_bind(again);
            });
            query.push(") AS seen WHERE kind = seen.column1 AND key = seen.column2 AND mark = seen.column3");
            query.build().execute(&mut *transaction).await?;
        }
        sqlx::query("DELETE FROM attention WHERE at = ?")
            .bind(NEVER)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// How many items are open.
    pub async fn open_items(&self) -> Result<usize> {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM work_item WHERE closed_at IS NULL")
                .fetch_one(&self.pool)
                .await?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Has every submission in a state looked at, because what is known of partners may have changed.
    pub async fn watch_submissions(&self, state: State) -> Result<()> {
        let mut transaction = self.write().await?;
        let query = "SELECT id FROM submission WHERE state = ?";
        let ids: Vec<i64> = sqlx::query_scalar(query)
            .bind(state.name())
            .fetch_all(&mut *transaction)
            .await?;
        let all = ids.into_iter().map(|id| (id.to_string(), None));
        watch(&mut transaction, Watched::Submission, all.collect()).await?;
        Ok(transaction.commit().await?)
    }
}

impl Due {
    fn source(&self) -> String {
        format!("{}:{}", self.watched.name(), self.key)
    }
}

/// Has things looked at: at once, or where nothing changes at a moment.
pub(super) async fn watch(
    transaction: &mut SqliteConnection,
    watched: Watched,
    all: Vec<(String, Option<Timestamp>)>,
) -> Result<()> {
    for chunk in all.chunks(ROWS_MAX) {
        let mut query = QueryBuilder::new("INSERT INTO attention (kind, key, at, mark) ");
        query.push_values(chunk, |mut row, (key, at)| {
            let at = at.map_or_else(String::new, |at| at.to_string());
            row.push_bind(watched.name())
                .push_bind(key)
                .push_bind(at)
                .push_bind(0i64);
        });
        query.push(
            " ON CONFLICT (kind, key) DO UPDATE SET mark = attention.mark + 1,
              at = CASE WHEN attention.at IN ('', 'open') THEN '' ELSE excluded.at END",
        );
        query.build().execute(&mut *transaction).await?;
    }
    Ok(())
}

/// Opens items, or leaves those open that are.
pub(super) async fn add_items(
    transaction: &mut SqliteConnection,
    source: &str,
    items: &[WorkItem],
    now: Timestamp,
) -> Result<()> {
    for item in items {
        sqlx::query(
            "INSERT INTO work_item (id, document, opened_at, source) VALUES (?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET document = excluded.document, source = excluded.source,
             opened_at = CASE WHEN work_item.closed_at IS NULL THEN work_item.opened_at ELSE excluded.opened_at END,
             closed_at = NULL",
        )
        .bind(item.id())
        .bind(to_json(item)?)
        .bind(now.to_string())
        .bind(source)
        .execute(&mut *transaction)
        .await?;
    }
    Ok(())
}

/// Closes what was found at these sources before and is not found now.
pub(super) async fn close_others(
    transaction: &mut SqliteConnection,
    sources: &[String],
    found: impl Iterator<Item = &WorkItem>,
    now: Timestamp,
) -> Result<()> {
    let mut query = QueryBuilder::new("UPDATE work_item SET closed_at = ");
    query.push_bind(now.to_string());
    query.push(" WHERE closed_at IS NULL AND source IN (");
    let mut list = query.separated(", ");
    for source in sources {
        list.push_bind(source);
    }
    query.push(")");
    let ids: Vec<String> = found.map(WorkItem::id).collect();
    if !ids.is_empty() {
        query.push(" AND id NOT IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id);
        }
        query.push(")");
    }
    query.build().execute(&mut *transaction).await?;
    Ok(())
}
