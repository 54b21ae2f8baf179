//! What pages show: filtered, ordered and cut by the database, never more than one page. It must not change anything.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::{Result, Store, StoreError, StoredItem, from_json, moment};
use crate::claim::Money;
use crate::exchange::submission::{Event, Submission};
use crate::reconcile::{LedgerEntry, RemittanceKey, WorkKind};

/// Further words of a search are not looked at.
const WORDS_MAX: usize = 8;
/// Open items of one claim; it has one a kind.
const CLAIM_ITEMS_MAX: i64 = 40;

/// Which part of a list: `length` entries after the first `offset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    pub length: i64,
    pub offset: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemOrder {
    /// The earliest first, those without a date last.
    Due,
    /// The most money first.
    Money,
}

/// Open items of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemSum {
    pub kind: WorkKind,
    pub count: i64,
    pub overdue: i64,
    pub amount: Money,
}

/// A claim in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRow {
    pub control_number: String,
    pub chart: String,
    pub partner: String,
    pub payer: String,
    pub state: String,
    /// First service line's first day.
    pub service_from: Option<Date>,
    pub charge: Money,
    /// `None` until something is posted.
    pub paid: Option<Money>,
    pub patient: Option<Money>,
    /// `None` until it is in a submission.
    pub open: Option<Money>,
}

/// A remittance in a list, with its provider-level adjustments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemittanceRow {
    pub key: RemittanceKey,
    pub method: String,
    pub claims: i64,
    pub ledger: Vec<LedgerEntry>,
}

/// A submission in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionRow {
    pub partner: String,
    pub control_number: u32,
    pub claims: i64,
    pub submission: Submission,
}

/// What a search looks at, in lower case.
const ITEM_TEXT: &str =
    "lower(json_extract(document, '$.subject.id') || ' ' || json_extract(document, '$.reason'))";
const SUBMISSION_TEXT: &str = "lower(partner || ' ' || printf('%09d', control_number))";
const REMITTANCE_TEXT: &str = "lower(key || ' ' || method)";
/// Amounts are stored with two decimals: without the point they are cents.
const ITEM_CENTS: &str = "CAST(replace(json_extract(document, '$.amount'), '.', '') AS INTEGER)";

impl Store {
    /// Open items that hold all of the words, summed by kind.
    pub async fn item_sums(&self, words: &str, today: Date) -> Result<Vec<ItemSum>> {
        let mut query = QueryBuilder::new(
            "SELECT json_quote(json_extract(document, '$.kind')), count(*),
               coalesce(sum(json_extract(document, '$.due') < ",
        );
        query.push_bind(today.to_string()).push("), 0), sum(");
        query.push(ITEM_CENTS);
        query.push(") FROM work_item WHERE closed_at IS NULL");
        push_words(&mut query, ITEM_TEXT, words);
        query.push(" GROUP BY 1");
        let rows = query.build().fetch_all(&self.pool).await?;
        let sum = |row: &SqliteRow| {
            Ok(ItemSum {
                kind: from_json(row.get(0))?,
                count: row.get(1),
                overdue: row.get(2),
                amount: Money::from_cents(row.get(3)),
            })
        };
        rows.iter().map(sum).collect()
    }

    /// Open items of a kind, or of all, that hold all of the words.
    pub async fn items(
        &self,
        kind: Option<WorkKind>,
        words: &str,
        order: ItemOrder,
        slice: Slice,
    ) -> Result<Vec<StoredItem>> {
        let mut query =
            QueryBuilder::new("SELECT document, opened_at FROM work_item WHERE closed_at IS NULL");
        if let Some(kind) = kind {
            query.push(" AND json_extract(document, '$.kind') = ");
            query.push_bind(kind.name());
        }
        push_words(&mut query, ITEM_TEXT, words);
        query.push(" ORDER BY ");
        if order == ItemOrder::Due {
            query.push("coalesce(json_extract(document, '$.due'), '9999'), ");
        }
        query.push(ITEM_CENTS).push(" DESC, id");
        push_slice(&mut query, slice);
        let rows = query.build().fetch_all(&self.pool).await?;
        rows.iter().map(stored_item).collect()
    }

    /// Open items about a claim.
    pub async fn items_of_claim(&self, control_number: &str) -> Result<Vec<StoredItem>> {
        let rows = sqlx::query(
            "SELECT document, opened_at FROM work_item
             WHERE closed_at IS NULL AND json_extract(document, '$.subject.kind') = 'claim'
               AND json_extract(document, '$.subject.id') = ? ORDER BY id LIMIT ?",
        )
        .bind(control_number)
        .bind(CLAIM_ITEMS_MAX)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(stored_item).collect()
    }

    /// How many claims stand in each state, of those that a number names.
    pub async fn claim_counts(&self, number: &str) -> Result<Vec<(String, i64)>> {
        let mut query = QueryBuilder::new("SELECT state, count(*) FROM claim WHERE TRUE");
        push_number(&mut query, number);
        query.push(" GROUP BY state");
        Ok(query.build_query_as().fetch_all(&self.pool).await?)
    }

    /// Claims of a state (all where it is empty) that a number names, the newest first. The number is the beginning
    /// of our control number or of a chart's id, or the payer's whole claim number; empty, it names all.
    pub async fn claim_rows(
        &self,
        state: &str,
        number: &str,
        slice: Slice,
    ) -> Result<Vec<ClaimRow>> {
        let mut query = QueryBuilder::new(
            "SELECT control_number, chart, partner, json_extract(document, '$.payer.name'), state,
               json_extract(document, '$.lines[0].service_from'), charge,
               (SELECT sum(paid) FROM posting WHERE claim = control_number),
               (SELECT sum(patient) FROM posting WHERE claim = control_number),
               CASE WHEN submission IS NOT NULL THEN charge -
                 (SELECT coalesce(sum(posting.charge), 0) FROM posting WHERE claim = control_number)
               END
             FROM claim JOIN claim_document ON claim_document.claim = control_number WHERE TRUE",
        );
        if !state.is_empty() {
            query.push(" AND state = ").push_bind(state.to_owned());
        }
        push_number(&mut query, number);
        query.push(" ORDER BY claim.rowid DESC");
        push_slice(&mut query, slice);
        let rows = query.build().fetch_all(&self.pool).await?;
        Ok(rows.iter().map(claim_row).collect())
    }

    /// Partner, control number and events of the interchange that a claim went in.
    pub async fn submission_of_claim(
        &self,
        control_number: &str,
    ) -> Result<Option<(String, u32, Vec<(Timestamp, Event)>)>> {
        let row = sqlx::query(
            "SELECT submission.id, submission.partner, submission.control_number
             FROM claim JOIN submission ON submission.id = claim.submission
             WHERE claim.control_number = ?",
        )
        .bind(control_number)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let id: i64 = row.get(0);
        let events = self.submission_events(&[id]).await?.remove(&id);
        Ok(Some((row.get(1), row.get(2), events.unwrap_or_default())))
    }

    pub async fn remittance_count(&self, words: &str) -> Result<i64> {
        let mut query = QueryBuilder::new("SELECT count(*) FROM remittance WHERE TRUE");
        push_words(&mut query, REMITTANCE_TEXT, words);
        Ok(query.build_query_scalar().fetch_one(&self.pool).await?)
    }

    /// Remittances whose key or method holds all of the words, the last posted first.
    pub async fn remittance_rows(&self, words: &str, slice: Slice) -> Result<Vec<RemittanceRow>> {
        let mut query = QueryBuilder::new(
            "SELECT key, json_extract(document, '$.key'), method,
               json_array_length(document, '$.postings')
             FROM remittance WHERE TRUE",
        );
        push_words(&mut query, REMITTANCE_TEXT, words);
        query.push(" ORDER BY remittance.rowid DESC");
        push_slice(&mut query, slice);
        let rows = query.build().fetch_all(&self.pool).await?;
        let keys: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
        let mut ledgers = self.ledgers_of(&keys).await?;
        rows.iter()
            .map(|row| {
                Ok(RemittanceRow {
                    key: from_json(row.get(1))?,
                    method: row.get(2),
                    claims: row.get(3),
                    ledger: ledgers.remove(row.get::<&str, _>(0)).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Which submissions hold all of the words, counted by state.
    pub async fn submission_sums(&self, words: &str) -> Result<Vec<(String, i64)>> {
        let mut query = QueryBuilder::new("SELECT state, count(*) FROM submission WHERE TRUE");
        push_words(&mut query, SUBMISSION_TEXT, words);
        query.push(" GROUP BY state");
        Ok(query.build_query_as().fetch_all(&self.pool).await?)
    }

    /// Submissions of a state (all where it is empty) that hold all of the words, the newest first.
    pub async fn submission_rows(
        &self,
        state: &str,
        words: &str,
        slice: Slice,
    ) -> Result<Vec<SubmissionRow>> {
        let mut query = QueryBuilder::new(
            "SELECT id, partner, control_number,
               (SELECT count(*) FROM claim WHERE claim.submission = submission.id)
             FROM submission WHERE TRUE",
        );
        if !state.is_empty() {
            query.push(" AND state = ").push_bind(state.to_owned());
        }
        push_words(&mut query, SUBMISSION_TEXT, words);
        query.push(" ORDER BY id DESC");
        push_slice(&mut query, slice);
        let rows = query.build().fetch_all(&self.pool).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        let events = self.submission_events(&ids).await?;
        rows.iter()
            .map(|row| submission_row(row, &events))
            .collect()
    }

    /// How many remittances are expected at the bank, and how many deposits it told.
    pub async fn deposit_counts(&self) -> Result<(i64, i64)> {
        let query = "SELECT (SELECT count(*) FROM remittance WHERE amount > 0),
                            (SELECT count(*) FROM deposit)";
        Ok(sqlx::query_as(query).fetch_one(&self.pool).await?)
    }

    async fn submission_events(
        &self,
        ids: &[i64],
    ) -> Result<HashMap<i64, Vec<(Timestamp, Event)>>> {
        let mut query = QueryBuilder::new(
            "SELECT submission, at, event FROM submission_event WHERE submission IN (",
        );
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(") ORDER BY id");
        let mut events = HashMap::<i64, Vec<(Timestamp, Event)>>::new();
        for row in query.build().fetch_all(&self.pool).await? {
            let event = (moment(row.get(1))?, from_json(row.get(2))?);
            events.entry(row.get(0)).or_default().push(event);
        }
        Ok(events)
    }

    async fn ledgers_of(&self, remittances: &[&str]) -> Result<HashMap<String, Vec<LedgerEntry>>> {
        let mut query = QueryBuilder::new(
            "SELECT remittance, document FROM ledger_entry WHERE remittance IN (",
        );
        let mut list = query.separated(", ");
        for key in remittances {
            list.push_bind((*key).to_owned());
        }
        query.push(") ORDER BY remittance, number");
        let mut ledgers = HashMap::<String, Vec<LedgerEntry>>::new();
        for row in query.build().fetch_all(&self.pool).await? {
            let entry = from_json(row.get(1))?;
            ledgers.entry(row.get(0)).or_default().push(entry);
        }
        Ok(ledgers)
    }
}

/// Every word must be in the text.
fn push_words(query: &mut QueryBuilder<Sqlite>, text: &'static str, words: &str) {
    for word in words.split_whitespace().take(WORDS_MAX) {
        query.push(" AND instr(").push(text).push(", ");
        query.push_bind(word.to_ascii_lowercase()).push(") > 0");
    }
}

fn push_number(query: &mut QueryBuilder<Sqlite>, number: &str) {
    if number.is_empty() {
        return;
    }
    query.push(" AND (");
    for column in ["control_number", "chart"] {
        query.push(column).push(" BETWEEN ");
        query.push_bind(number.to_owned()).push(" AND ");
        query.push_bind(format!("{number}~")).push(" OR ");
    }
    query.push("control_number IN (SELECT claim FROM payer_claim_number WHERE number = ");
    query.push_bind(number.to_owned()).push("))");
}

fn push_slice(query: &mut QueryBuilder<Sqlite>, slice: Slice) {
    query.push(" LIMIT ").push_bind(slice.length);
    query.push(" OFFSET ").push_bind(slice.offset);
}

fn stored_item(row: &SqliteRow) -> Result<StoredItem> {
    Ok(StoredItem {
        item: from_json(row.get(0))?,
        opened_at: moment(row.get(1))?,
    })
}

fn claim_row(row: &SqliteRow) -> ClaimRow {
    let cents = |column: usize| row.get::<Option<i64>, _>(column).map(Money::from_cents);
    let day: Option<&str> = row.get(5);
    ClaimRow {
        control_number: row.get(0),
        chart: row.get(1),
        partner: row.get(2),
        payer: row.get(3),
        state: row.get(4),
        service_from: day.and_then(|day| day.parse().ok()),
        charge: Money::from_cents(row.get(6)),
        paid: cents(7),
        patient: cents(8),
        open: cents(9),
    }
}

fn submission_row(
    row: &SqliteRow,
    events: &HashMap<i64, Vec<(Timestamp, Event)>>,
) -> Result<SubmissionRow> {
    let id: i64 = row.get(0);
    let told = events.get(&id).map_or(&[][..], Vec::as_slice);
    let folded = Submission::fold(told.iter().map(|(at, event)| (*at, event)));
    Ok(SubmissionRow {
        partner: row.get(1),
        control_number: row.get(2),
        claims: row.get(3),
        submission: folded.ok_or_else(|| StoreError::Damaged {
            what: format!("submission {id}"),
        })?,
    })
}
