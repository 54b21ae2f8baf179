//! The worklist as it stands: what was found to need a person, since when, and until when.

use jiff::Timestamp;
use sqlx::Row;

use super::{Result, Store, from_json, moment};
use crate::reconcile::WorkItem;

/// An open item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    pub item: WorkItem,
    pub opened_at: Timestamp,
}

impl Store {
    /// How many items of each kind are open.
    pub async fn open_item_counts(&self) -> Result<Vec<(String, i64)>> {
        let query = "SELECT json_extract(document, '$.kind'), count(*) FROM work_item
                     WHERE closed_at IS NULL GROUP BY 1 ORDER BY 1";
        Ok(sqlx::query_as(query).fetch_all(&self.pool).await?)
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
