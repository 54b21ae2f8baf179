//! Remittances, postings, deposits, and what they add up to. Sums are SQL's own, over what is stored.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::{QueryBuilder, Row, SqliteConnection};

use super::attention::{Watched, watch};
use super::claim_events::{News, add_claim_events, learn};
use super::{ROWS_MAX, Result, Store, documents, from_json, to_json};
use crate::claim::Money;
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
        claims: News<'_>,
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
        add_postings(&mut transaction, &key, &posted.postings).await?;
        for (number, entry) in (0i64..).zip(&posted.ledger) {
            sqlx::query("INSERT INTO ledger_entry (remittance, number, amount, document) VALUES (?, ?, ?, ?)")
                .bind(&key)
                .bind(number)
                .bind(entry.amount.cents())
                .bind(to_json(entry)?)
                .execute(&mut *transaction)
                .await?;
        }
        if !posted.ledger.is_empty() {
            watch(&mut transaction, Watched::Ledger, vec![(key, None)]).await?;
        }
        watch(
            &mut transaction,
            Watched::Deposits,
            vec![(String::new(), None)],
        )
        .await?;
        add_claim_events(&mut transaction, claims).await?;
        transaction.commit().await?;
        Ok(Posted::New)
    }

    /// Keeps a deposit, once.
    pub async fn add_deposit(&self, received: i64, id: &str, deposit: &Deposit) -> Result<()> {
        let mut transaction = self.write().await?;
        sqlx::query("INSERT INTO deposit (id, received, amount, document) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(received)
            .bind(deposit.amount.cents())
            .bind(to_json(deposit)?)
            .execute(&mut *transaction)
            .await?;
        watch(
            &mut transaction,
            Watched::Deposits,
            vec![(String::new(), None)],
        )
        .await?;
        Ok(transaction.commit().await?)
    }

    pub async fn deposits(&self) -> Result<Vec<Deposit>> {
        self.documents("SELECT document FROM deposit ORDER BY id")
            .await
    }

    /// Provider-level adjustments of a remittance.
    pub async fn ledger_entries(&self, remittance: &str) -> Result<Vec<LedgerEntry>> {
        let query = "SELECT document FROM ledger_entry WHERE remittance = ? ORDER BY number";
        documents(
            sqlx::query_scalar(query)
                .bind(remittance)
                .fetch_all(&self.pool)
                .await?,
        )
    }

    /// A claim payment, by its key.
    pub async fn posting(&self, key: &str) -> Result<Option<Posting>> {
        let text: Option<String> = sqlx::query_scalar("SELECT document FROM posting WHERE key = ?")
            .bind(key)
            .fetch_optional(&self.pool)
            .await?;
        text.map(|text| from_json(&text)).transpose()
    }

    pub async fn postings_of(&self, claim: &str) -> Result<Vec<Posting>> {
        let mut of = self.postings_of_claims(&[claim]).await?;
        Ok(of.remove(claim).unwrap_or_default())
    }

    /// Postings of claims, in the order in which they came.
    pub async fn postings_of_claims(
        &self,
        claims: &[&str],
    ) -> Result<HashMap<String, Vec<Posting>>> {
        let mut found = HashMap::<String, Vec<Posting>>::with_capacity(claims.len());
        for chunk in claims.chunks(ROWS_MAX) {
            let mut query =
                QueryBuilder::new("SELECT claim, document FROM posting WHERE claim IN (");
            let mut list = query.separated(", ");
            for claim in chunk {
                list.push_bind((*claim).to_owned());
            }
            query.push(") ORDER BY rowid");
            for row in query.build().fetch_all(&self.pool).await? {
                let of: &mut Vec<Posting> = found.entry(row.get(0)).or_default();
                of.push(from_json(row.get(1))?);
            }
        }
        Ok(found)
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

async fn add_postings(
    transaction: &mut SqliteConnection,
    remittance: &str,
    postings: &[Posting],
) -> Result<()> {
    let mut learned = Vec::new();
    let (mut claims, mut unmatched) = (Vec::new(), Vec::new());
    for posting in postings {
        match &posting.claim {
            Some(claim) => {
                learned.push((posting.key.payer_claim_number.as_str(), claim.as_str()));
                claims.push((claim.clone(), None));
            }
            None => unmatched.push((posting.key.to_string(), None)),
        }
    }
    learn(transaction, &learned).await?;
    for chunk in postings.chunks(ROWS_MAX) {
        let documents = chunk.iter().map(to_json).collect::<Result<Vec<String>>>()?;
        let mut query = QueryBuilder::new(
            "INSERT INTO posting (key, remittance, claim, charge, paid, adjusted, patient, document) ",
        );
        query.push_values(
            chunk.iter().zip(documents),
            |mut row, (posting, document)| {
                row.push_bind(posting.key.to_string()).push_bind(remittance);
                row.push_bind(&posting.claim)
                    .push_bind(posting.charge.cents());
                row.push_bind(posting.paid.cents())
                    .push_bind(posting.adjusted().cents());
                row.push_bind(posting.patient().cents()).push_bind(document);
            },
        );
        query.build().execute(&mut *transaction).await?;
    }
    // One claim may be paid twice in a remittance.
    claims.sort_unstable();
    claims.dedup();
    watch(transaction, Watched::Claim, claims).await?;
    watch(transaction, Watched::Payment, unmatched).await
}
