//! Charts and the claims that they became.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Result, Store, documents, from_json, to_json};
use crate::billing::Provenance;
use crate::chart::Finding;
use crate::claim::{Claim, Money};
use crate::exchange::claim::{Event, State};
use crate::reconcile::{CUT_LENGTH_MIN, member_key};

/// A chart to take in. Its claims go with it, or none where it is held.
#[derive(Debug)]
pub struct NewChart<'a> {
    pub id: &'a str,
    /// The file it came from.
    pub source: &'a str,
    /// Of the chart's content: the same one again changes nothing.
    pub digest: String,
    pub findings: &'a [Finding],
    pub claims: Vec<NewClaim<'a>>,
    pub at: Timestamp,
}

#[derive(Debug)]
pub struct NewClaim<'a> {
    pub claim: &'a Claim,
    pub partner: &'a str,
    pub provenance: &'a Provenance,
    /// Of the services that it bills ([`crate::billing::Services`]).
    pub fingerprints: &'a [u64],
}

/// A claim that bills a service already.
#[derive(Debug)]
pub struct BilledBefore {
    pub fingerprint: u64,
    pub control_number: String,
    pub chart: String,
}

/// What became of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    New,
    /// The same chart is here already.
    Same,
    /// It was held; it, or the configuration, may be better now: this one takes its place.
    Mended,
    /// Another form of it has become claims already: nothing was changed.
    Billed,
}

/// A claim that waits for a submission.
#[derive(Debug)]
pub struct ReadyClaim {
    pub control_number: String,
    pub chart: String,
    pub claim: Claim,
    pub provenance: Provenance,
}

/// A claim as it stands.
#[derive(Debug)]
pub struct StoredClaim {
    pub claim: Claim,
    pub chart: String,
    pub partner: String,
    pub state: String,
    pub provenance: Provenance,
    pub payer_claim_numbers: Vec<String>,
}

impl Store {
    /// Takes charts in, all or none.
    pub async fn take_charts(&self, charts: &[NewChart<'_>]) -> Result<Vec<Taken>> {
        let mut transaction = self.write().await?;
        let mut all = Vec::with_capacity(charts.len());
        for chart in charts {
            let before = sqlx::query("SELECT digest, verdict FROM chart WHERE id = ?")
                .bind(chart.id)
                .fetch_optional(&mut *transaction)
                .await?;
            let taken = match before {
                None => Taken::New,
                Some(row) if row.get::<&str, _>(1) == "held" => Taken::Mended,
                Some(row) if row.get::<&str, _>(0) == chart.digest => Taken::Same,
                Some(_) => Taken::Billed,
            };
            all.push(taken);
            if matches!(taken, Taken::Same | Taken::Billed) {
                continue;
            }
            let charge: Money = chart.claims.iter().map(|one| one.claim.total_charge).sum();
            sqlx::query(
                "INSERT INTO chart (id, source, digest, verdict, charge, findings, taken_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?)
                 ON CONFLICT (id) DO UPDATE SET source = excluded.source, digest = excluded.digest,
                 verdict = excluded.verdict, charge = excluded.charge, findings = excluded.findings,
                 taken_at = excluded.taken_at",
            )
            .bind(chart.id)
            .bind(chart.source)
            .bind(&chart.digest)
            .bind(if chart.claims.is_empty() {
                "held"
            } else {
                "translated"
            })
            .bind(charge.cents())
            .bind(to_json(&chart.findings)?)
            .bind(chart.at.to_string())
            .execute(&mut *transaction)
            .await?;
            for one in &chart.claims {
                sqlx::query(
                    "INSERT INTO claim
                       (control_number, chart, partner, member, charge, document, provenance, frequency, replaces, state)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'ready')",
                )
                .bind(&one.claim.control_number)
                .bind(chart.id)
                .bind(one.partner)
                .bind(member_key(one.claim.subscriber.member_id.as_str()))
                .bind(one.claim.total_charge.cents())
                .bind(to_json(one.claim)?)
                .bind(to_json(one.provenance)?)
                .bind(&one.claim.frequency)
                .bind(&one.claim.supplement.payer_claim_number)
                .execute(&mut *transaction)
                .await?;
                // The same line twice on a claim is one service here.
                let query = "INSERT OR IGNORE INTO service (fingerprint, claim)
                             SELECT value, ? FROM json_each(?)";
                sqlx::query(query)
                    .bind(&one.claim.control_number)
                    .bind(fingerprints(one.fingerprints)?)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
        Ok(all)
    }

    /// Claims that bill services of these fingerprints and stand: none that was turned away, or that another took the
    /// place of.
    pub async fn billed_before(&self, asked: &[u64]) -> Result<Vec<BilledBefore>> {
        let rows = sqlx::query(
            "SELECT fingerprint, control_number, chart FROM json_each(?)
               JOIN service ON fingerprint = value JOIN claim ON control_number = service.claim
              WHERE state NOT IN ('refused', 'rejected') AND control_number NOT IN (SELECT claim FROM superseded)
              ORDER BY control_number",
        )
        .bind(fingerprints(asked)?)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .iter()
            .map(|row| BilledBefore {
                fingerprint: row.get::<i64, _>(0).cast_unsigned(),
                control_number: row.get(1),
                chart: row.get(2),
            })
            .collect())
    }

    /// The charts of claims, by their control numbers; of those that are known.
    pub async fn charts_of_claims(&self, asked: &[&str]) -> Result<HashMap<String, String>> {
        let query =
            "SELECT control_number, chart FROM json_each(?) JOIN claim ON control_number = value";
        let rows = sqlx::query(query)
            .bind(to_json(&asked)?)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Partners that claims wait for.
    pub async fn partners_with_ready_claims(&self) -> Result<Vec<String>> {
        let query = "SELECT DISTINCT partner FROM claim WHERE state = 'ready' ORDER BY partner";
        Ok(sqlx::query_scalar(query).fetch_all(&self.pool).await?)
    }

    /// At most `max` claims that wait for a submission to a partner.
    pub async fn ready_claims(&self, partner: &str, max: usize) -> Result<Vec<ReadyClaim>> {
        let rows = sqlx::query(
            "SELECT control_number, chart, document, provenance FROM claim WHERE state = 'ready' AND partner = ?
             ORDER BY rowid LIMIT ?",
        )
        .bind(partner)
        .bind(i64::try_from(max).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ReadyClaim {
                    control_number: row.get(0),
                    chart: row.get(1),
                    claim: from_json(row.get(2))?,
                    provenance: from_json(row.get(3))?,
                })
            })
            .collect()
    }

    /// Holds a chart whose claim our own check does not let go: its claims are gone, and come again when it is
    /// mended. Where a part of it has left already, only the claim stays behind.
    pub async fn refuse_claim(
        &self,
        chart: &str,
        control_number: &str,
        finding: &Finding,
    ) -> Result<()> {
        let mut transaction = self.write().await?;
        let query =
            "UPDATE chart SET findings = json_insert(findings, '$[#]', json(?)) WHERE id = ?";
        sqlx::query(query)
            .bind(to_json(finding)?)
            .bind(chart)
            .execute(&mut *transaction)
            .await?;
        let query = "SELECT count(*) FROM claim WHERE chart = ? AND submission IS NOT NULL";
        let left: i64 = sqlx::query_scalar(query)
            .bind(chart)
            .fetch_one(&mut *transaction)
            .await?;
        let changes: &[(&'static str, &str)] = if left == 0 {
            &[
                ("DELETE FROM claim WHERE chart = ?", chart),
                (
                    "UPDATE chart SET verdict = 'held', charge = 0 WHERE id = ?",
                    chart,
                ),
            ]
        } else {
            &[(
                "UPDATE claim SET state = 'refused' WHERE control_number = ? AND state = 'ready'",
                control_number,
            )]
        };
        for (query, key) in changes {
            sqlx::query(*query)
                .bind(*key)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    pub async fn claim(&self, control_number: &str) -> Result<Option<StoredClaim>> {
        let row = sqlx::query("SELECT * FROM claim WHERE control_number = ?")
            .bind(control_number)
            .fetch_optional(&self.pool)
            .await?;
        match row {
            None => Ok(None),
            Some(row) => Ok(Some(self.stored_claim(&row).await?)),
        }
    }

    /// Claims that a claim payment may mean: by our control number or its beginning, by the payer's numbers, by member.
    pub async fn candidates(
        &self,
        control_number: &str,
        payer_claim_numbers: &[&str],
        members: &[&str],
    ) -> Result<Vec<StoredClaim>> {
        let mut found = Vec::new();
        let mut query = sqlx::QueryBuilder::new(
            "SELECT * FROM claim WHERE submission IS NOT NULL AND (control_number = ",
        );
        query.push_bind(control_number.to_owned());
        if control_number.len() >= CUT_LENGTH_MIN {
            // A payer that cuts our numbers: those that begin so.
            query
                .push(" OR (control_number > ")
                .push_bind(control_number.to_owned());
            query
                .push(" AND control_number < ")
                .push_bind(format!("{control_number}~"))
                .push(")");
        }
        if !payer_claim_numbers.is_empty() {
            query.push(
                " OR control_number IN (SELECT claim FROM payer_claim_number WHERE number IN (",
            );
            let mut list = query.separated(", ");
            for number in payer_claim_numbers {
                list.push_bind((*number).to_owned());
            }
            query.push("))");
        }
        if !members.is_empty() {
            query.push(" OR member IN (");
            let mut list = query.separated(", ");
            for member in members {
                list.push_bind(member_key(member));
            }
            query.push(")");
        }
        query.push(") LIMIT ").push_bind(CANDIDATES_MAX);
        for row in query.build().fetch_all(&self.pool).await? {
            found.push(self.stored_claim(&row).await?);
        }
        Ok(found)
    }

    async fn stored_claim(&self, row: &SqliteRow) -> Result<StoredClaim> {
        let control_number: &str = row.get("control_number");
        let numbers = sqlx::query_scalar("SELECT number FROM payer_claim_number WHERE claim = ?")
            .bind(control_number)
            .fetch_all(&self.pool)
            .await?;
        Ok(StoredClaim {
            claim: from_json(row.get("document"))?,
            chart: row.get("chart"),
            partner: row.get("partner"),
            state: row.get("state"),
            provenance: from_json(row.get("provenance"))?,
            payer_claim_numbers: numbers,
        })
    }

    /// What was said of a claim, in the order in which it came.
    pub async fn claim_events(&self, control_number: &str) -> Result<Vec<(Timestamp, Event)>> {
        let rows = sqlx::query("SELECT at, event FROM claim_event WHERE claim = ? ORDER BY id")
            .bind(control_number)
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| Ok((super::moment(row.get(0))?, from_json(row.get(1))?)))
            .collect()
    }

    /// Held charts, with their findings.
    pub async fn held_charts(&self) -> Result<Vec<(String, Timestamp, Vec<serde_json::Value>)>> {
        let rows = sqlx::query(
            "SELECT id, taken_at, findings FROM chart WHERE verdict = 'held' ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok((
                    row.get(0),
                    super::moment(row.get(1))?,
                    from_json(row.get(2))?,
                ))
            })
            .collect()
    }

    /// Claims of a sent transaction set by its BHT03, with the NPI of their billing provider.
    pub async fn claims_of_batch(&self, reference: &str) -> Result<Vec<(String, Option<String>)>> {
        let query =
            "SELECT control_number, json_extract(document, '$.billing_provider.npi') FROM claim
                     WHERE set_reference = ? ORDER BY rowid";
        Ok(sqlx::query_as(query)
            .bind(reference)
            .fetch_all(&self.pool)
            .await?)
    }

    /// Whether a claim of this control number was sent.
    pub async fn is_sent(&self, control_number: &str) -> Result<bool> {
        let query =
            "SELECT count(*) FROM claim WHERE control_number = ? AND submission IS NOT NULL";
        let count: i64 = sqlx::query_scalar(query)
            .bind(control_number)
            .fetch_one(&self.pool)
            .await?;
        Ok(count > 0)
    }

    /// Claims that our own check does not let go although others of their charts have left: control number, charge,
    /// and when the chart came.
    pub async fn refused_claims(&self) -> Result<Vec<(String, Money, Timestamp)>> {
        let rows = sqlx::query(
            "SELECT control_number, claim.charge, taken_at FROM claim JOIN chart ON chart.id = claim.chart
             WHERE state = 'refused' ORDER BY control_number",
        )
        .fetch_all(&self.pool)
        .await?;
        dated_claims(&rows)
    }

    /// Claims in a state of whose partner nothing was heard since `before`: control number, charge, and since when.
    pub async fn claims_silent_since(
        &self,
        partner: &str,
        state: State,
        before: Timestamp,
    ) -> Result<Vec<(String, Money, Timestamp)>> {
        let rows = sqlx::query(
            "SELECT control_number, charge, max(at) AS since
               FROM claim JOIN claim_event ON claim_event.claim = claim.control_number
              WHERE partner = ? AND state = ? AND control_number NOT IN (SELECT claim FROM superseded) GROUP BY control_number HAVING since < ? ORDER BY since",
        )
        .bind(partner)
        .bind(state.name())
        .bind(before.to_string())
        .fetch_all(&self.pool)
        .await?;
        dated_claims(&rows)
    }

    /// Control numbers of the claims in a state, in order.
    pub async fn claims_in(&self, state: &str) -> Result<Vec<String>> {
        let query = "SELECT control_number FROM claim WHERE state = ? ORDER BY control_number";
        Ok(sqlx::query_scalar(query)
            .bind(state)
            .fetch_all(&self.pool)
            .await?)
    }
}

const CANDIDATES_MAX: i64 = 200;

/// Control number, charge and a moment.
fn dated_claims(rows: &[SqliteRow]) -> Result<Vec<(String, Money, Timestamp)>> {
    rows.iter()
        .map(|row| {
            let charge = Money::from_cents(row.get(1));
            Ok((row.get(0), charge, super::moment(row.get(2))?))
        })
        .collect()
}

/// Adds what was said of claims and moves their states along.
pub(super) async fn add_claim_events(
    transaction: &mut sqlx::SqliteConnection,
    events: &[(String, Event)],
    at: Timestamp,
    source: &str,
) -> Result<()> {
    for (claim, event) in events {
        let added = sqlx::query(
            "INSERT INTO claim_event (claim, at, event, source) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(claim)
        .bind(at.to_string())
        .bind(to_json(event)?)
        .bind(source)
        .execute(&mut *transaction)
        .await?;
        if added.rows_affected() == 0 {
            continue;
        }
        fold(transaction, claim).await?;
        match event {
            Event::Accepted {
                payer_claim_number: Some(number),
                ..
            }
            | Event::Rejected {
                payer_claim_number: Some(number),
                ..
            } => learn(transaction, claim, number).await?,
            Event::Requeued => requeue(transaction, claim).await?,
            _ => {}
        }
    }
    Ok(())
}

/// A list for `json_each`: SQLite knows signed numbers only.
fn fingerprints(all: &[u64]) -> Result<String> {
    let signed: Vec<i64> = all.iter().map(|one| one.cast_signed()).collect();
    to_json(&signed)
}

/// Takes a claim out of its submission, which certainly was not taken in: it waits for the next one.
async fn requeue(transaction: &mut sqlx::SqliteConnection, claim: &str) -> Result<()> {
    sqlx::query(
        "UPDATE claim SET state = 'ready', submission = NULL, set_number = NULL, set_reference = NULL,
         position = NULL WHERE control_number = ?",
    )
    .bind(claim)
    .execute(transaction)
    .await?;
    Ok(())
}

/// Remembers the payer's number of a claim.
pub(super) async fn learn(
    transaction: &mut sqlx::SqliteConnection,
    claim: &str,
    number: &str,
) -> Result<()> {
    if number.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO payer_claim_number (number, claim) VALUES (?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(number)
    .bind(claim)
    .execute(transaction)
    .await?;
    Ok(())
}

async fn fold(transaction: &mut sqlx::SqliteConnection, claim: &str) -> Result<()> {
    let query = sqlx::query_scalar("SELECT event FROM claim_event WHERE claim = ? ORDER BY id");
    let events: Vec<Event> = documents(query.bind(claim).fetch_all(&mut *transaction).await?)?;
    sqlx::query("UPDATE claim SET state = ? WHERE control_number = ?")
        .bind(State::fold(&events).name())
        .bind(claim)
        .execute(transaction)
        .await?;
    Ok(())
}
