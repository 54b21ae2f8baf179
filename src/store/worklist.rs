//! The worklist as it stands: what was found to need a person, since when, and until when.

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store, from_json, moment, to_json};
use crate::reconcile::WorkItem;

/// An open item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    pub item: WorkItem,
    pub opened_at: Timestamp,
}

impl Store {
    /// Makes the worklist what was found now: new items open, those that are found no more close.
    pub async fn set_worklist(&self, items: &[WorkItem], now: Timestamp) -> Result<()> {
        let mut transaction = self.write().await?;
        let last: i64 = sqlx::query_scalar("SELECT coalesce(max(seen), 0) FROM work_item")
            .fetch_one(&mut *transaction)
            .await?;
        for item in items {
            sqlx::query(
                "INSERT INTO work_item (id, document, opened_at, seen) VALUES (?, ?, ?, ?)
                 ON CONFLICT (id) DO UPDATE SET document = excluded.document, seen = excluded.seen,
                 opened_at = CASE WHEN closed_at IS NULL THEN opened_at ELSE excluded.opened_at END,
                 closed_at = NULL",
            )
            .bind(item.id())
            .bind(to_json(item)?)
            .bind(now.to_string())
            .bind(last + 1)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query("UPDATE work_item SET closed_at = ? WHERE closed_at IS NULL AND seen <= ?")
            .bind(now.to_string())
            .bind(last)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// What needs a person now.
    pub async fn worklist(&self) -> Result<Vec<StoredItem>> {
        let rows = sqlx::query(
            "SELECT document, opened_at FROM work_item WHERE closed_at IS NULL ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(StoredItem {
                    item: from_json(row.get(0))?,
                    opened_at: moment(row.get(1))?,
                })
            })
            .collect()
    }
}
