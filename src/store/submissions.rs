//! The outbox: interchanges with their events, and the control numbers used for them.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, SqliteConnection};
use uuid::Uuid;

use super::attention::{Watched, watch};
use super::claim_events::{News, add_claim_events};
use super::{ROWS_MAX, Result, Store, StoreError, documents, from_json, moment, to_json};
use crate::claim::Money;
use crate::exchange::submission::{Event, Next, Spread, State, Submission};
use crate::exchange::{claim, control_number};
use crate::payer::Deadlines;
use crate::transaction::t837::ClaimPosition;

/// An interchange that is to go to a partner.
#[derive(Debug)]
pub struct NewSubmission<'a> {
    pub partner: &'a str,
    pub control_number: u32,
    pub payload_id: Uuid,
    pub payload: &'a [u8],
    /// Its SHA-256, in hexadecimal.
    pub digest: String,
    pub claims: Vec<Placed<'a>>,
}

/// A claim and where in the interchange it stands.
#[derive(Debug)]
pub struct Placed<'a> {
    pub control_number: &'a str,
    /// ST02.
    pub set_number: &'a str,
    /// BHT03.
    pub set_reference: &'a str,
    pub position: &'a ClaimPosition,
}

/// A submission as it stands, without its bytes.
#[derive(Debug)]
pub struct StoredSubmission {
    pub id: i64,
    pub partner: String,
    pub control_number: u32,
    pub payload_id: Uuid,
    pub submission: Submission,
}

impl StoredSubmission {
    /// What to do with it now. Its payload id spreads its waits.
    pub fn next(&self, now: Timestamp, deadlines: &Deadlines) -> Next {
        let spread = Spread(self.payload_id.as_bytes()[0]);
        self.submission.next(now, deadlines, spread)
    }
}

impl Store {
    /// The next control number for a partner. It counts as used from now on, whatever becomes of it.
    pub async fn next_control_number(&self, partner: &str) -> Result<u32> {
        let mut transaction = self.write().await?;
        let last: Option<u32> =
            sqlx::query_scalar("SELECT last FROM control_number WHERE partner = ?")
                .bind(partner)
                .fetch_optional(&mut *transaction)
                .await?;
        let next = control_number::after(last.unwrap_or(0));
        sqlx::query(
            "INSERT INTO control_number (partner, last) VALUES (?, ?)
             ON CONFLICT (partner) DO UPDATE SET last = excluded.last",
        )
        .bind(partner)
        .bind(next)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(next)
    }

    /// Puts an interchange into the outbox and its claims into it. All or nothing: a claim that is in another
    /// submission by now makes it fail.
    pub async fn queue(&self, new: &NewSubmission<'_>, at: Timestamp) -> Result<i64> {
        let mut transaction = self.write().await?;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO submission (partner, control_number, payload_id, digest, state)
             VALUES (?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(new.partner)
        .bind(new.control_number)
        .bind(new.payload_id.to_string())
        .bind(&new.digest)
        .bind(State::Queued.name())
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::query("INSERT INTO submission_payload (submission, payload) VALUES (?, ?)")
            .bind(id)
            .bind(new.payload)
            .execute(&mut *transaction)
            .await?;
        add_event(&mut transaction, id, at, &Event::Queued, "").await?;
        for chunk in new.claims.chunks(ROWS_MAX) {
            place(&mut transaction, id, chunk).await?;
        }
        watch_replaced(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Begins an attempt, unless somebody else did or it is not to be sent. Nothing may leave before this says the
    /// number of the attempt, by which [`Self::record`] ends it.
    pub async fn start(&self, id: i64, route: &str, at: Timestamp) -> Result<Option<i64>> {
        let mut transaction = self.write().await?;
        let state: String = sqlx::query_scalar("SELECT state FROM submission WHERE id = ?")
            .bind(id)
            .fetch_one(&mut *transaction)
            .await?;
        if state != State::Queued.name() {
            return Ok(None);
        }
        let attempt: i64 =
            sqlx::query_scalar("SELECT count(*) FROM submission_event WHERE submission = ?")
                .bind(id)
                .fetch_one(&mut *transaction)
                .await?;
        add_event(
            &mut transaction,
            id,
            at,
            &Event::Started {
                route: route.to_owned(),
            },
            &attempt.to_string(),
        )
        .await?;
        transaction.commit().await?;
        Ok(Some(attempt))
    }

    /// Adds how an attempt ended.
    pub async fn record(&self, id: i64, attempt: i64, at: Timestamp, event: &Event) -> Result<()> {
        self.add(id, at, event, &format!("end of {attempt}")).await
    }

    async fn add(&self, id: i64, at: Timestamp, event: &Event, source: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        add_event(&mut transaction, id, at, event, source).await?;
        Ok(transaction.commit().await?)
    }

    /// Attempts that were begun and never ended, because the process did: they may have arrived.
    pub async fn interrupt_unfinished(&self, at: Timestamp) -> Result<usize> {
        let unfinished = self.submissions_in(State::Sending).await?;
        for one in &unfinished {
            let reason = "claimgate stopped while sending".to_owned();
            let source = format!("interruption at {at}");
            self.add(one.id, at, &Event::Uncertain { reason }, &source)
                .await?;
        }
        Ok(unfinished.len())
    }

    pub async fn submissions_in(&self, state: State) -> Result<Vec<StoredSubmission>> {
        let rows = sqlx::query("SELECT id, partner, control_number, payload_id FROM submission WHERE state = ? ORDER BY id")
            .bind(state.name())
            .fetch_all(&self.pool)
            .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            found.push(self.stored_submission(row).await?);
        }
        Ok(found)
    }

    pub async fn submission(
        &self,
        partner: &str,
        control_number: u32,
    ) -> Result<Option<StoredSubmission>> {
        let row = sqlx::query("SELECT id, partner, control_number, payload_id FROM submission WHERE partner = ? AND control_number = ?")
            .bind(partner)
            .bind(control_number)
            .fetch_optional(&self.pool)
            .await?;
        match row {
            None => Ok(None),
            Some(row) => Ok(Some(self.stored_submission(&row).await?)),
        }
    }

    async fn stored_submission(&self, row: &SqliteRow) -> Result<StoredSubmission> {
        let id = row.get("id");
        let damaged = || StoreError::Damaged {
            what: format!("submission {id}"),
        };
        let rows =
            sqlx::query("SELECT at, event FROM submission_event WHERE submission = ? ORDER BY id")
                .bind(id)
                .fetch_all(&self.pool)
                .await?;
        let events = rows
            .iter()
            .map(|row| Ok((moment(row.get(0))?, from_json(row.get(1))?)))
            .collect::<Result<Vec<(Timestamp, Event)>>>()?;
        let events = events.iter().map(|(at, event)| (*at, event));
        Ok(StoredSubmission {
            id,
            partner: row.get("partner"),
            control_number: row.get("control_number"),
            payload_id: row
                .get::<&str, _>("payload_id")
                .parse()
                .map_err(|_| damaged())?,
            submission: Submission::fold(events).ok_or_else(damaged)?,
        })
    }

    /// The bytes of a submission, as they were queued.
    pub async fn payload(&self, id: i64) -> Result<Vec<u8>> {
        Ok(
            sqlx::query_scalar("SELECT payload FROM submission_payload WHERE submission = ?")
                .bind(id)
                .fetch_one(&self.pool)
                .await?,
        )
    }

    /// How many submissions stand in each state.
    pub async fn submission_counts(&self) -> Result<Vec<(String, i64)>> {
        Ok(
            sqlx::query_as("SELECT state, count(*) FROM submission GROUP BY state ORDER BY state")
                .fetch_all(&self.pool)
                .await?,
        )
    }

    /// Claims of a set of a submission with their places.
    pub async fn placed_claims(
        &self,
        id: i64,
        set_number: &str,
    ) -> Result<Vec<(String, ClaimPosition)>> {
        let rows = sqlx::query(
            "SELECT control_number, position FROM claim WHERE submission = ? AND set_number = ? ORDER BY rowid",
        )
        .bind(id)
        .bind(set_number)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok((row.get(0), from_json(row.get(1))?)))
            .collect()
    }

    /// Control numbers of the claims of a submission, of one set or of all.
    pub async fn claims_of(&self, id: i64, set_number: Option<&str>) -> Result<Vec<String>> {
        let query = "SELECT control_number FROM claim
                     WHERE submission = ? AND (? IS NULL OR set_number = ?) ORDER BY rowid";
        Ok(sqlx::query_scalar(query)
            .bind(id)
            .bind(set_number)
            .bind(set_number)
            .fetch_all(&self.pool)
            .await?)
    }

    /// A submission by the store's number.
    pub async fn submission_by_id(&self, id: i64) -> Result<Option<StoredSubmission>> {
        let row = sqlx::query(
            "SELECT id, partner, control_number, payload_id FROM submission WHERE id = ?",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        match row {
            None => Ok(None),
            Some(row) => Ok(Some(self.stored_submission(&row).await?)),
        }
    }

    /// Claims of a submission of which nothing is known but what is known of it as a whole.
    pub async fn claims_left(&self, id: i64) -> Result<Vec<String>> {
        let query = "SELECT control_number FROM claim WHERE submission = ? AND state = ? ORDER BY control_number";
        Ok(sqlx::query_scalar(query)
            .bind(id)
            .bind(claim::State::Submitted.name())
            .fetch_all(&self.pool)
            .await?)
    }

    /// The charges of the claims of a submission of which nothing is known but what is known of it as a whole.
    pub async fn charge_left(&self, id: i64) -> Result<Money> {
        let cents: i64 = sqlx::query_scalar(
            "SELECT coalesce(sum(charge), 0) FROM claim WHERE submission = ? AND state = ?",
        )
        .bind(id)
        .bind(claim::State::Submitted.name())
        .fetch_one(&self.pool)
        .await?;
        Ok(Money::from_cents(cents))
    }

    /// Adds what an answer said of a submission and of its claims, in one transaction.
    pub async fn answer(&self, id: i64, event: &Event, claims: News<'_>) -> Result<()> {
        let mut transaction = self.write().await?;
        add_claim_events(&mut transaction, claims).await?;
        add_event(&mut transaction, id, claims.at, event, claims.source).await?;
        Ok(transaction.commit().await?)
    }
}

/// Puts claims into a submission.
async fn place(
    transaction: &mut SqliteConnection,
    submission: i64,
    claims: &[Placed<'_>],
) -> Result<()> {
    let positions = claims
        .iter()
        .map(|placed| to_json(placed.position))
        .collect::<Result<Vec<String>>>()?;
    let mut query = QueryBuilder::new("UPDATE claim SET submission = ");
    query.push_bind(submission).push(", state = ");
    query.push_bind(claim::State::Submitted.name());
    query.push(
        ", set_number = new.column2, set_reference = new.column3, position = new.column4 FROM (",
    );
    query.push_values(
        claims.iter().zip(positions),
        |mut row, (placed, position)| {
            row.push_bind(placed.control_number)
                .push_bind(placed.set_number);
            row.push_bind(placed.set_reference).push_bind(position);
        },
    );
    query.push(
        ") AS new WHERE control_number = new.column1 AND state = 'ready' AND submission IS NULL",
    );
    let placed = query.build().execute(transaction).await?;
    if placed.rows_affected() == claims.len() as u64 {
        return Ok(());
    }
    let first = claims.first().map_or("", |one| one.control_number);
    let what = format!("claim {first} or one after it (in two submissions)");
    Err(StoreError::Damaged { what })
}

/// Claims that those of a submission replace or void are no longer worked.
async fn watch_replaced(transaction: &mut SqliteConnection, submission: i64) -> Result<()> {
    let query = "SELECT DISTINCT payer_claim_number.claim FROM claim
                   JOIN payer_claim_number ON payer_claim_number.number = claim.replaces
                  WHERE claim.submission = ?";
    let replaced: Vec<String> = sqlx::query_scalar(query)
        .bind(submission)
        .fetch_all(&mut *transaction)
        .await?;
    let replaced = replaced.into_iter().map(|claim| (claim, None));
    watch(transaction, Watched::Claim, replaced.collect()).await
}

/// Adds an event, once a source, and moves the state along.
async fn add_event(
    transaction: &mut SqliteConnection,
    id: i64,
    at: Timestamp,
    event: &Event,
    source: &str,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO submission_event (submission, at, event, source) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(at.to_string())
    .bind(to_json(event)?)
    .bind(source)
    .execute(&mut *transaction)
    .await?;
    let query = "SELECT event FROM submission_event WHERE submission = ? ORDER BY id";
    let query = sqlx::query_scalar(query).bind(id);
    let events: Vec<Event> = documents(query.fetch_all(&mut *transaction).await?)?;
    if let Some(folded) = Submission::fold(events.iter().map(|event| (at, event))) {
        sqlx::query("UPDATE submission SET state = ? WHERE id = ?")
            .bind(folded.state.name())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
    }
    watch(
        transaction,
        Watched::Submission,
        vec![(id.to_string(), None)],
    )
    .await
}
