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
