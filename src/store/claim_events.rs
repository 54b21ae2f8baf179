//! What was said of claims, and where they stand by it.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use sqlx::{QueryBuilder, Row, SqliteConnection};

use super::attention::{Watched, watch};
use super::{ROWS_MAX, Result, Store, to_json};
use crate::exchange::claim::{Event, State};
use crate::payer::Deadlines;

/// By when a partner must answer.
pub type DeadlinesOf<'d> = &'d (dyn Fn(&str) -> Deadlines + Sync);

/// What is told of claims, by whom and when.
#[derive(Clone, Copy)]
pub struct News<'n> {
    pub events: &'n [(String, Event)],
    pub at: Timestamp,
    /// The same source says the same thing of a claim once.
    pub source: &'n str,
    pub deadlines: DeadlinesOf<'n>,
}

impl std::fmt::Debug for News<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "News({} events from {})", self.events.len(), self.source)
    }
}

impl Store {
    /// Adds what was said of claims.
    pub async fn tell_claims(&self, news: News<'_>) -> Result<()> {
        let mut transaction = self.write().await?;
        add_claim_events(&mut transaction, news).await?;
        Ok(transaction.commit().await?)
    }
}

/// Adds what was said of claims and moves their states along.
pub(super) async fn add_claim_events(
    transaction: &mut SqliteConnection,
    news: News<'_>,
) -> Result<()> {
    for chunk in news.events.chunks(ROWS_MAX) {
        let told = News {
            events: chunk,
            ..news
        };
        let new = add(transaction, told).await?;
        move_along(transaction, &new, told).await?;
    }
    Ok(())
}

/// Gives the events that were not told before.
async fn add<'n>(
    transaction: &mut SqliteConnection,
    news: News<'n>,
) -> Result<Vec<&'n (String, Event)>> {
    let mut query = QueryBuilder::new("SELECT claim, event FROM claim_event WHERE source = ");
    query.push_bind(news.source).push(" AND claim IN (");
    let mut list = query.separated(", ");
    for (claim, _) in news.events {
        list.push_bind(claim);
    }
    query.push(")");
    let rows = query.build().fetch_all(&mut *transaction).await?;
    let mut told: HashSet<(String, String)> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let mut new = Vec::with_capacity(news.events.len());
    for one in news.events {
        let document = to_json(&one.1)?;
        if told.insert((one.0.clone(), document.clone())) {
            new.push((one, document));
        }
    }
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::new("INSERT INTO claim_event (claim, at, event, source) ");
    query.push_values(&new, |mut row, ((claim, _), event)| {
        row.push_bind(claim).push_bind(news.at.to_string());
        row.push_bind(event).push_bind(news.source);
    });
    query.build().execute(&mut *transaction).await?;
    Ok(new.into_iter().map(|(one, _)| one).collect())
}

async fn move_along(
    transaction: &mut SqliteConnection,
    new: &[&(String, Event)],
    news: News<'_>,
) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let mut states = standing(transaction, new).await?;
    let mut learned = Vec::new();
    let mut free = HashSet::new();
    for (claim, event) in new {
        if let Some((state, _)) = states.get_mut(claim.as_str()) {
            *state = state.after(event);
        }
        match event {
            Event::Accepted {
                payer_claim_number: Some(number),
                ..
            }
            | Event::Rejected {
                payer_claim_number: Some(number),
                ..
            } => learned.push((number.as_str(), claim.as_str())),
            Event::Requeued => {
                free.insert(claim.as_str());
            }
            _ => {}
        }
    }
    let mut query = QueryBuilder::new("UPDATE claim SET state = new.column2 FROM (");
    query.push_values(&states, |mut row, (claim, (state, _))| {
        row.push_bind(*claim).push_bind(state.name());
    });
    query.push(") AS new WHERE control_number = new.column1");
    query.build().execute(&mut *transaction).await?;
    learn(transaction, &learned).await?;
    for claim in free {
        requeue(transaction, claim).await?;
    }
    let look = states.iter().map(|(claim, (state, partner))| {
        let due = state.answer_due(news.at, &(news.deadlines)(partner));
        ((*claim).to_owned(), due)
    });
    watch(transaction, Watched::Claim, look.collect()).await
}

/// State and partner of the claims of these events.
async fn standing<'n>(
    transaction: &mut SqliteConnection,
    new: &[&'n (String, Event)],
) -> Result<BTreeMap<&'n str, (State, String)>> {
    let mut query = QueryBuilder::new(
        "SELECT control_number, state, partner FROM claim WHERE control_number IN (",
    );
    let mut list = query.separated(", ");
    for (claim, _) in new {
        list.push_bind(claim);
    }
    query.push(")");
    let rows = query.build().fetch_all(&mut *transaction).await?;
    let mut found = BTreeMap::new();
    for row in &rows {
        let (number, name): (&str, &str) = (row.get(0), row.get(1));
        let claim = new
            .iter()
            .map(|(claim, _)| claim.as_str())
            .find(|one| *one == number);
        // A claim that waits or was refused has not been spoken of.
        let state = State::ALL.into_iter().find(|state| state.name() == name);
        if let Some(claim) = claim {
            found.insert(claim, (state.unwrap_or(State::Submitted), row.get(2)));
        }
    }
    Ok(found)
}

/// Takes a claim out of its submission, which certainly was not taken in: it waits for the next one.
async fn requeue(transaction: &mut SqliteConnection, claim: &str) -> Result<()> {
    sqlx::query(
        "UPDATE claim SET state = 'ready', submission = NULL, set_number = NULL, set_reference = NULL,
         position = NULL WHERE control_number = ?",
    )
    .bind(claim)
    .execute(transaction)
    .await?;
    Ok(())
}

/// Remembers the payer's numbers of claims.
pub(super) async fn learn(
    transaction: &mut SqliteConnection,
    numbers: &[(&str, &str)],
) -> Result<()> {
    let known: Vec<_> = numbers
        .iter()
        .filter(|(number, _)| !number.is_empty())
        .collect();
    for chunk in known.chunks(ROWS_MAX) {
        let mut query = QueryBuilder::new("INSERT INTO payer_claim_number (number, claim) ");
        query.push_values(chunk, |mut row, (number, claim)| {
            row.push_bind(*number).push_bind(*claim);
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().execute(&mut *transaction).await?;
    }
    Ok(())
}
