//! Where each claim stands and what it comes to, row by row: sums are SQL's own, over what is stored.

use serde::Serialize;
use sqlx::Row;

use super::{Result, Store};
use crate::claim::Money;

/// One claim with its money; that of one which was not sent is zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimAccount {
    pub claim: String,
    pub chart: String,
    pub partner: String,
    pub state: String,
    pub billed: Money,
    pub paid: Money,
    pub adjusted: Money,
    pub patient: Money,
    pub open: Money,
}

/// How many claims were sent, and what became of them. Each sent claim is in one of the last five.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ClaimCounts {
    pub charts: i64,
    pub held: i64,
    pub claims: i64,
    pub submitted: i64,
    /// Taken in by the payer: decided or not.
    pub accepted: i64,
    pub rejected: i64,
    pub paid: i64,
    pub denied: i64,
    /// Sent, and neither rejected nor decided.
    pub pending: i64,
}

impl Store {
    /// At most `max` claims after a control number, in the order of their control numbers.
    pub async fn claim_accounts(&self, after: &str, max: usize) -> Result<Vec<ClaimAccount>> {
        let rows = sqlx::query(
            "SELECT control_number, chart, partner, state, coalesce(billed, 0), coalesce(paid, 0),
                    coalesce(adjusted, 0), coalesce(patient, 0), coalesce(open, 0)
               FROM claim LEFT JOIN account ON account.claim = control_number
              WHERE control_number > ? ORDER BY control_number LIMIT ?",
        )
        .bind(after)
        .bind(i64::try_from(max).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        let account = |row: &sqlx::sqlite::SqliteRow| {
            let cents = |column: usize| Money::from_cents(row.get(column));
            ClaimAccount {
                claim: row.get(0),
                chart: row.get(1),
                partner: row.get(2),
                state: row.get(3),
                billed: cents(4),
                paid: cents(5),
                adjusted: cents(6),
                patient: cents(7),
                open: cents(8),
            }
        };
        Ok(rows.iter().map(account).collect())
    }

    /// Counts of everything, by the database.
    pub async fn counts(&self) -> Result<ClaimCounts> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM chart), (SELECT count(*) FROM chart WHERE verdict = 'held'),
                    count(*), count(submission),
                    coalesce(sum(state IN ('accepted', 'paid', 'denied')), 0),
                    coalesce(sum(state = 'rejected'), 0), coalesce(sum(state = 'paid'), 0),
                    coalesce(sum(state = 'denied'), 0),
                    coalesce(sum(submission IS NOT NULL AND state IN ('submitted', 'received', 'accepted')), 0)
               FROM claim",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(ClaimCounts {
            charts: row.get(0),
            held: row.get(1),
            claims: row.get(2),
            submitted: row.get(3),
            accepted: row.get(4),
            rejected: row.get(5),
            paid: row.get(6),
            denied: row.get(7),
            pending: row.get(8),
        })
    }
}
