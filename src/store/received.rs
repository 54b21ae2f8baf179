//! What came from partners, byte for byte, before anybody has understood it.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::attention::{add_items, close_others};
use super::{Result, Store, moment};
use crate::reconcile::WorkItem;

/// What items of something received name as their source, before its number.
const SOURCE: &str = "received:";

/// Something to keep.
#[derive(Debug)]
pub struct NewReceived<'a> {
    pub partner: &'a str,
    /// Which of the partner's queues it came from, or `file`.
    pub queue: &'a str,
    pub payload_type: &'a str,
    /// The partner's PayloadID, or the file's name.
    pub name: &'a str,
    pub bytes: &'a [u8],
    /// SHA-256 in hexadecimal.
    pub digest: String,
    pub at: Timestamp,
}

/// Something that was kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    pub id: i64,
    pub partner: String,
    pub name: String,
    pub bytes: Vec<u8>,
    pub at: Timestamp,
}

impl std::fmt::Debug for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            id, partner, bytes, ..
        } = self;
        write!(f, "Received({id} from {partner}, {} bytes)", bytes.len())
    }
}

impl Store {
    /// Keeps a payload. Gives its id, and whether it is new: the same bytes are kept once.
    pub async fn keep(&self, new: &NewReceived<'_>) -> Result<(i64, bool)> {
        let mut transaction = self.write().await?;
        let before: Option<i64> = sqlx::query_scalar("SELECT id FROM received WHERE digest = ?")
            .bind(&new.digest)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(id) = before {
            return Ok((id, false));
        }
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO received (partner, queue, payload_type, name, digest, at, state)
             VALUES (?, ?, ?, ?, ?, ?, 'new') RETURNING id",
        )
        .bind(new.partner)
        .bind(new.queue)
        .bind(new.payload_type)
        .bind(new.name)
        .bind(&new.digest)
        .bind(new.at.to_string())
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::query("INSERT INTO received_bytes (received, bytes) VALUES (?, ?)")
            .bind(id)
            .bind(new.bytes)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok((id, true))
    }

    /// The first payload that is not understood yet.
    pub async fn first_new(&self) -> Result<Option<Received>> {
        let row = sqlx::query(
            "SELECT id, partner, name, bytes, at FROM received JOIN received_bytes ON received = id
             WHERE state = 'new' ORDER BY id LIMIT 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| received(&row)).transpose()
    }

    /// Has everything understood anew of which something could not be used. Gives how many there are.
    pub async fn reopen(&self) -> Result<u64> {
        let mut transaction = self.write().await?;
        let reopened = sqlx::query(
            "UPDATE received SET state = 'new' WHERE EXISTS
               (SELECT 1 FROM work_item WHERE closed_at IS NULL AND source = ? || received.id)",
        )
        .bind(SOURCE)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(reopened.rows_affected())
    }

    /// How many payloads stand in each state.
    pub async fn received_counts(&self) -> Result<Vec<(String, i64)>> {
        let query = "SELECT state, count(*) FROM received GROUP BY state ORDER BY state";
        Ok(sqlx::query_as(query).fetch_all(&self.pool).await?)
    }

    /// Says that a payload is understood, and what of it needs a person.
    pub async fn finish(&self, id: i64, items: &[WorkItem], at: Timestamp) -> Result<()> {
        let mut transaction = self.write().await?;
        let source = format!("{SOURCE}{id}");
        close_others(
            &mut transaction,
            std::slice::from_ref(&source),
            items.iter(),
            at,
        )
        .await?;
        add_items(&mut transaction, &source, items, at).await?;
        sqlx::query("UPDATE received SET state = 'done' WHERE id = ?")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

fn received(row: &SqliteRow) -> Result<Received> {
    Ok(Received {
        id: row.get("id"),
        partner: row.get("partner"),
        name: row.get("name"),
        bytes: row.get("bytes"),
        at: moment(row.get("at"))?,
    })
}
