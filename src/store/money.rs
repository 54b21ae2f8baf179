//! Remittances, postings, deposits, and what they add up to. Sums are SQL's own, over what is stored.

use serde::Serialize;
use sqlx::Row;

use super::charts::{add_claim_events, learn};
use super::{Result, Store, documents, from_json, to_json};
use crate::claim::Money;
use crate::exchange::claim::Event;
use crate::reconcile::{self, Deposit, LedgerEntry, Posting};

/// What became of a remittance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    New,
    /// The same one was posted before: nothing was posted again.
    Again,
    /// One of the same key was posted before, with other content: nothing was posted.
    Conflict,
}

/// The money of everything that is stored, in cents summed by the database.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Charges of all claims that were sent; of those replaced later, as far as they were decided.
    pub billed: Money,
    /// What postings paid, adjusted (all groups but PR) and left to the patient (PR).
    pub paid: Money,
    pub adjusted: Money,
    pub patient: Money,
    /// Charges that no posting has decided.
    pub open: Money,
    /// Payments of claims that we never sent.
    pub unmatched: Money,
    /// What remittances say was transferred.
    pub transferred: Money,
    /// The net of provider-level adjustments; positive was taken from the provider.
    pub provider_adjustments: Money,
    /// What the bank says has arrived.
    pub deposited: Money,
}

impl Totals {
    /// Claims add up, and what was transferred is what was paid less what was taken. Deposits may come later.
    pub fn is_balanced(&self) -> bool {
        self.billed == self.paid + self.adjusted + self.patient + self.open
            && self.transferred == self.paid + self.unmatched - self.provider_adjustments
    }
}

impl Store {
    /// Posts a remittance, everything of it or nothing, once.
    pub async fn post(
        &self,
        received: i64,
        posted: &reconcile::Posted,
        claims: &[(String, Event)],
        at: jiff::Timestamp,
    ) -> Result<Posted> {
        let key = posted.key.to_string();
        let mut transaction = self.write().await?;
        let before: Option<String> =
            sqlx::query_scalar("SELECT document FROM remittance WHERE key = ?")
                .bind(&key)
                .fetch_optional(&mut *transaction)
                .await?;
        let document = to_json(&reconcile::content(posted))?;
        if let Some(before) = before {
            return Ok(if before == document {
                Posted::Again
            } else {
                Posted::Conflict
            });
        }
        sqlx::query("INSERT INTO remittance (key, received, method, amount, document) VALUES (?, ?, ?, ?, ?)")
            .bind(&key)
            .bind(received)
            .bind(&posted.method)
            .bind(posted.key.amount.cents())
            .bind(document)
            .execute(&mut *transaction)
            .await?;
        for posting in &posted.postings {
            insert(&mut transaction, &key, posting).await?;
        }
        for (number, entry) in (0i64..).zip(&posted.ledger) {
            sqlx::query("INSERT INTO ledger_entry (remittance, number, amount, document) VALUES (?, ?, ?, ?)")
                .bind(&key)
                .bind(number)
                .bind(entry.amount.cents())
                .bind(to_json(entry)?)
                .execute(&mut *transaction)
                .await?;
        }
        add_claim_events(&mut transaction, claims, at, &key).await?;
        transaction.commit().await?;
        Ok(Posted::New)
    }

    /// Keeps a deposit, once.
    pub async fn add_deposit(&self, received: i64, id: &str, deposit: &Deposit) -> Result<()> {
        sqlx::query("INSERT INTO deposit (id, received, amount, document) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(received)
            .bind(deposit.amount.cents())
            .bind(to_json(deposit)?)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub async fn deposits(&self) -> Result<Vec<Deposit>> {
        self.documents("SELECT document FROM deposit ORDER BY id")
            .await
    }

    pub async fn ledger_entries(&self) -> Result<Vec<LedgerEntry>> {
        self.documents("SELECT document FROM ledger_entry ORDER BY remittance, number")
            .await
    }

    /// Claim payments that belong to no claim of ours.
    pub async fn unmatched_postings(&self) -> Result<Vec<Posting>> {
        self.documents("SELECT document FROM posting WHERE claim IS NULL ORDER BY key")
            .await
    }

    pub async fn postings_of(&self, claim: &str) -> Result<Vec<Posting>> {
        let texts: Vec<String> =
            sqlx::query_scalar("SELECT document FROM posting WHERE claim = ? ORDER BY rowid")
                .bind(claim)
                .fetch_all(&self.pool)
                .await?;
        documents(texts)
    }

    /// Claims that something was posted to and that no later one replaces, in order.
    pub async fn posted_claims(&self) -> Result<Vec<String>> {
        let query = "SELECT DISTINCT claim FROM posting WHERE claim IS NOT NULL
                     AND claim NOT IN (SELECT claim FROM superseded) ORDER BY claim";
        Ok(sqlx::query_scalar(query).fetch_all(&self.pool).await?)
    }

    /// Keys and methods of the remittances that money is expected for.
    pub async fn expected_deposits(&self) -> Result<Vec<reconcile::Expected>> {
        let rows = sqlx::query(
            "SELECT json_extract(document, '$.key'), method FROM remittance WHERE amount > 0 ORDER BY key",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(reconcile::Expected {
                    key: from_json(row.get(0))?,
                    method: row.get(1),
                })
            })
            .collect()
    }

    pub async fn totals(&self) -> Result<Totals> {
        let row = sqlx::query(
            "SELECT coalesce(sum(billed), 0), coalesce(sum(paid), 0), coalesce(sum(adjusted), 0),
                    coalesce(sum(patient), 0), coalesce(sum(open), 0),
                    (SELECT coalesce(sum(paid), 0) FROM posting WHERE claim IS NULL),
                    (SELECT coalesce(sum(amount), 0) FROM remittance),
                    (SELECT coalesce(sum(amount), 0) FROM ledger_entry),
                    (SELECT coalesce(sum(amount), 0) FROM deposit)
               FROM account",
        )
        .fetch_one(&self.pool)
        .await?;
        let cents = |column: usize| Money::from_cents(row.get(column));
        Ok(Totals {
            billed: cents(0),
            paid: cents(1),
            adjusted: cents(2),
            patient: cents(3),
            open: cents(4),
            unmatched: cents(5),
            transferred: cents(6),
            provider_adjustments: cents(7),
            deposited: cents(8),
        })
    }
}

async fn insert(
    transaction: &mut sqlx::SqliteConnection,
    remittance: &str,
    posting: &Posting,
) -> Result<()> {
    if let Some(claim) = &posting.claim {
        learn(&mut *transaction, claim, &posting.key.payer_claim_number).await?;
    }
    sqlx::query(
        "INSERT INTO posting (key, remittance, claim, charge, paid, adjusted, patient, document)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(posting.key.to_string())
    .bind(remittance)
    .bind(&posting.claim)
    .bind(posting.charge.cents())
    .bind(posting.paid.cents())
    .bind(posting.adjusted().cents())
    .bind(posting.patient().cents())
    .bind(to_json(posting)?)
    .execute(transaction)
    .await?;
    Ok(())
}
