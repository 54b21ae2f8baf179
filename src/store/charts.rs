//! Charts and the claims that they became.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::attention::{Watched, watch};
use super::{ROWS_MAX, Result, Store, digest, from_json, to_json};
use crate::billing::Provenance;
use crate::chart::Finding;
use crate::claim::{Claim, Money};
use crate::exchange::claim::Event;
use crate::reconcile::{CUT_LENGTH_MIN, SentClaim, member_key};

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

/// What the worklist must know of a claim.
#[derive(Debug)]
pub struct WatchedClaim {
    pub control_number: String,
    pub partner: String,
    pub state: String,
    pub charge: Money,
    /// A later claim of ours took its place.
    pub is_superseded: bool,
    /// When the partner last said something of it.
    pub heard: Option<Timestamp>,
    /// Whether a payment or denial was posted to it.
    pub is_posted: bool,
    /// When its chart came.
    pub taken_at: Timestamp,
}

/// What [`StoredClaim`] is read from.
const CLAIM: &str = "SELECT control_number, chart, partner, state, claim_document.document,
                            provenance.document AS provenance
                       FROM claim JOIN claim_document ON claim = control_number
                       JOIN provenance ON provenance.id = claim_document.provenance
                      WHERE ";

impl Store {
    /// Takes charts in, all or none.
    pub async fn take_charts(&self, charts: &[NewChart<'_>]) -> Result<Vec<Taken>> {
        let mut transaction = self.write().await?;
        let mut before = known_charts(&mut transaction, charts).await?;
        let mut all = Vec::with_capacity(charts.len());
        let mut new: Vec<&NewChart<'_>> = Vec::new();
        let mut mended = Vec::new();
        for chart in charts {
            let is_held = chart.claims.is_empty();
            let taken = match before.get(chart.id) {
                None => Taken::New,
                Some((_, true)) => Taken::Mended,
                Some((digest, false)) if *digest == chart.digest => Taken::Same,
                Some(_) => Taken::Billed,
            };
            all.push(taken);
            if matches!(taken, Taken::Same | Taken::Billed) {
                continue;
            }
            if is_held || taken == Taken::Mended {
                mended.push((chart.id.to_owned(), None));
            }
            // The same chart twice among these: the last one counts.
            if taken == Taken::Mended {
                new.retain(|one| one.id != chart.id);
            }
            before.insert(chart.id.to_owned(), (chart.digest.clone(), is_held));
            new.push(chart);
        }
        add_charts(&mut transaction, &new).await?;
        watch(&mut transaction, Watched::Chart, mended).await?;
        transaction.commit().await?;
        Ok(all)
    }

    /// Claims that bill services of these fingerprints and stand: none that was turned away, or that another took the
    /// place of.
    pub async fn billed_before(&self, asked: &[u64]) -> Result<Vec<BilledBefore>> {
        let rows = sqlx::query(
            "SELECT fingerprint, control_number, chart FROM json_each(?)
               JOIN service ON fingerprint = value JOIN claim ON control_number = service.claim
              WHERE state NOT IN ('refused', 'rejected')
                AND NOT EXISTS (SELECT 1 FROM superseded WHERE superseded.claim = control_number)
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
            "SELECT control_number, chart, document FROM claim JOIN claim_document ON claim = control_number
             WHERE state = 'ready' AND partner = ? ORDER BY claim.rowid LIMIT ?",
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
        let one = |key: &str| vec![(key.to_owned(), None)];
        watch(&mut transaction, Watched::Chart, one(chart)).await?;
        watch(&mut transaction, Watched::Claim, one(control_number)).await?;
        Ok(transaction.commit().await?)
    }

    pub async fn claim(&self, control_number: &str) -> Result<Option<StoredClaim>> {
        let mut query = QueryBuilder::new(CLAIM);
        query.push("control_number = ").push_bind(control_number);
        let row = query.build().fetch_optional(&self.pool).await?;
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
        let mut query = QueryBuilder::new(CLAIM);
        query.push("submission IS NOT NULL AND (control_number = ");
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

    /// When a chart that is held was taken in, and its findings; `None` where it is not held.
    pub async fn held_chart(
        &self,
        chart: &str,
    ) -> Result<Option<(Timestamp, Vec<serde_json::Value>)>> {
        let query = "SELECT taken_at, findings FROM chart WHERE verdict = 'held' AND id = ?";
        let row = sqlx::query(query)
            .bind(chart)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok((super::moment(row.get(0))?, from_json(row.get(1))?)))
            .transpose()
    }

    /// Claims of a sent transaction set by its BHT03.
    pub async fn claims_of_batch(&self, reference: &str) -> Result<Vec<String>> {
        let query = "SELECT control_number FROM claim WHERE set_reference = ? ORDER BY rowid";
        Ok(sqlx::query_scalar(query)
            .bind(reference)
            .fetch_all(&self.pool)
            .await?)
    }

    /// Those of a billing provider (NPI) among them.
    pub async fn claims_of_provider(&self, reference: &str, npi: &str) -> Result<Vec<String>> {
        let query = "SELECT control_number FROM claim JOIN claim_document ON claim = control_number
                     WHERE set_reference = ? AND json_extract(document, '$.billing_provider.npi') = ?
                     ORDER BY claim.rowid";
        Ok(sqlx::query_scalar(query)
            .bind(reference)
            .bind(npi)
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

    /// Claims that were sent, as a remittance can name them, by their control numbers; of those that are known.
    pub async fn sent_claims(
        &self,
        control_numbers: &[&str],
    ) -> Result<HashMap<String, SentClaim>> {
        let mut found = HashMap::with_capacity(control_numbers.len());
        for chunk in control_numbers.chunks(ROWS_MAX) {
            let mut query = QueryBuilder::new(
                "SELECT control_number, sent, CASE WHEN sent IS NULL THEN document END
                   FROM claim JOIN claim_document ON claim = control_number
                  WHERE submission IS NOT NULL AND control_number IN ",
            );
            push_list(&mut query, chunk);
            for row in query.build().fetch_all(&self.pool).await? {
                found.insert(row.get(0), sent_claim(row.get(1), row.get(2))?);
            }
            let mut query =
                QueryBuilder::new("SELECT claim, number FROM payer_claim_number WHERE claim IN ");
            push_list(&mut query, chunk);
            for row in query.build().fetch_all(&self.pool).await? {
                if let Some(claim) = found.get_mut(row.get::<&str, _>(0)) {
                    claim.payer_claim_numbers.push(row.get(1));
                }
            }
        }
        Ok(found)
    }

    /// What the worklist must know of claims, by their control numbers.
    pub async fn watched_claims(&self, control_numbers: &[&str]) -> Result<Vec<WatchedClaim>> {
        let mut all = Vec::with_capacity(control_numbers.len());
        for chunk in control_numbers.chunks(ROWS_MAX) {
            let mut query = QueryBuilder::new(
                "SELECT control_number, partner, state, charge,
                        EXISTS (SELECT 1 FROM superseded WHERE superseded.claim = control_number),
                        (SELECT max(at) FROM claim_event WHERE claim_event.claim = control_number),
                        EXISTS (SELECT 1 FROM posting WHERE posting.claim = control_number),
                        (SELECT taken_at FROM chart WHERE chart.id = claim.chart)
                   FROM claim WHERE control_number IN ",
            );
            push_list(&mut query, chunk);
            for row in query.build().fetch_all(&self.pool).await? {
                let heard: Option<&str> = row.get(5);
                all.push(WatchedClaim {
                    control_number: row.get(0),
                    partner: row.get(1),
                    state: row.get(2),
                    charge: Money::from_cents(row.get(3)),
                    is_superseded: row.get(4),
                    heard: heard.map(super::moment).transpose()?,
                    is_posted: row.get(6),
                    taken_at: super::moment(row.get(7))?,
                });
            }
        }
        Ok(all)
    }
}

const CANDIDATES_MAX: i64 = 200;

/// `(?, ?, …)` of texts.
fn push_list(query: &mut QueryBuilder<Sqlite>, texts: &[&str]) {
    query.push("(");
    let mut list = query.separated(", ");
    for text in texts {
        list.push_bind((*text).to_owned());
    }
    query.push(")");
}

/// What a remittance can name of a claim; of one that an older claimgate stored, from the whole of it.
fn sent_claim(sent: Option<&str>, document: Option<&str>) -> Result<SentClaim> {
    match (sent, document) {
        (Some(sent), _) => from_json(sent),
        (None, document) => Ok(SentClaim::from(&from_json::<Claim>(
            document.unwrap_or_default(),
        )?)),
    }
}

/// Digest and whether it is held, of those of these charts that are stored.
async fn known_charts(
    transaction: &mut SqliteConnection,
    charts: &[NewChart<'_>],
) -> Result<HashMap<String, (String, bool)>> {
    let mut known = HashMap::new();
    for chunk in charts.chunks(ROWS_MAX) {
        let ids: Vec<&str> = chunk.iter().map(|chart| chart.id).collect();
        let mut query = QueryBuilder::new("SELECT id, digest, verdict FROM chart WHERE id IN ");
        push_list(&mut query, &ids);
        for row in query.build().fetch_all(&mut *transaction).await? {
            let is_held = row.get::<&str, _>(2) == "held";
            known.insert(row.get(0), (row.get(1), is_held));
        }
    }
    Ok(known)
}

async fn add_charts(transaction: &mut SqliteConnection, charts: &[&NewChart<'_>]) -> Result<()> {
    for chunk in charts.chunks(ROWS_MAX) {
        let mut query = QueryBuilder::new(
            "INSERT INTO chart (id, source, digest, verdict, charge, findings, taken_at) ",
        );
        let findings = chunk
            .iter()
            .map(|chart| to_json(&chart.findings))
            .collect::<Result<Vec<String>>>()?;
        query.push_values(chunk.iter().zip(findings), |mut row, (chart, findings)| {
            let charge: Money = chart.claims.iter().map(|one| one.claim.total_charge).sum();
            let verdict = match chart.claims.is_empty() {
                true => "held",
                false => "translated",
            };
            row.push_bind(chart.id)
                .push_bind(chart.source)
                .push_bind(&chart.digest);
            row.push_bind(verdict)
                .push_bind(charge.cents())
                .push_bind(findings);
            row.push_bind(chart.at.to_string());
        });
        query.push(
            " ON CONFLICT (id) DO UPDATE SET source = excluded.source, digest = excluded.digest,
             verdict = excluded.verdict, charge = excluded.charge, findings = excluded.findings,
             taken_at = excluded.taken_at",
        );
        query.build().execute(&mut *transaction).await?;
    }
    let claims: Vec<(&str, &NewClaim<'_>)> = charts
        .iter()
        .flat_map(|chart| chart.claims.iter().map(|claim| (chart.id, claim)))
        .collect();
    for chunk in claims.chunks(ROWS_MAX) {
        add_claims(transaction, chunk).await?;
    }
    Ok(())
}

/// The numbers of shapes of claims: the many claims of one shape keep it once.
async fn known_shapes<'s>(
    transaction: &mut SqliteConnection,
    shapes: impl Iterator<Item = &'s str>,
) -> Result<HashMap<&'s str, i64>> {
    let distinct: BTreeSet<&str> = shapes.collect();
    let mut known = HashMap::with_capacity(distinct.len());
    for shape in distinct {
        let digest = digest(shape.as_bytes());
        let query = "SELECT id FROM provenance WHERE digest = ?";
        let before: Option<i64> = sqlx::query_scalar(query)
            .bind(&digest)
            .fetch_optional(&mut *transaction)
            .await?;
        let id = match before {
            Some(id) => id,
            None => {
                let query = "INSERT INTO provenance (digest, document) VALUES (?, ?) RETURNING id";
                sqlx::query_scalar(query)
                    .bind(digest)
                    .bind(shape)
                    .fetch_one(&mut *transaction)
                    .await?
            }
        };
        known.insert(shape, id);
    }
    Ok(known)
}

/// Claims with the charts that they are of.
async fn add_claims(
    transaction: &mut SqliteConnection,
    claims: &[(&str, &NewClaim<'_>)],
) -> Result<()> {
    let mut query = QueryBuilder::new(
        "INSERT INTO claim (control_number, chart, partner, member, charge, frequency, replaces, state) ",
    );
    query.push_values(claims, |mut row, (chart, one)| {
        let claim = one.claim;
        row.push_bind(&claim.control_number)
            .push_bind(*chart)
            .push_bind(one.partner);
        row.push_bind(member_key(claim.subscriber.member_id.as_str()));
        row.push_bind(claim.total_charge.cents())
            .push_bind(&claim.frequency);
        row.push_bind(&claim.supplement.payer_claim_number)
            .push_bind("ready");
    });
    query.build().execute(&mut *transaction).await?;
    let documents = claims
        .iter()
        .map(|(_, one)| {
            let sent = SentClaim::from(one.claim);
            Ok((
                to_json(one.claim)?,
                to_json(&sent)?,
                to_json(one.provenance)?,
            ))
        })
        .collect::<Result<Vec<_>>>()?;
    let shapes = documents.iter().map(|(.., provenance)| provenance.as_str());
    let shapes = known_shapes(transaction, shapes).await?;
    let mut query =
        QueryBuilder::new("INSERT INTO claim_document (claim, document, sent, provenance) ");
    query.push_values(
        claims.iter().zip(&documents),
        |mut row, ((_, one), documents)| {
            let (document, sent, provenance) = documents;
            row.push_bind(&one.claim.control_number)
                .push_bind(document)
                .push_bind(sent);
            row.push_bind(shapes[provenance.as_str()]);
        },
    );
    query.build().execute(&mut *transaction).await?;
    let services: Vec<(i64, &str)> = claims
        .iter()
        .flat_map(|(_, one)| {
            let number = one.claim.control_number.as_str();
            one.fingerprints
                .iter()
                .map(move |print| (print.cast_signed(), number))
        })
        .collect();
    for chunk in services.chunks(ROWS_MAX) {
        let mut query = QueryBuilder::new("INSERT INTO service (fingerprint, claim) ");
        query.push_values(chunk, |mut row, (fingerprint, claim)| {
            row.push_bind(*fingerprint).push_bind(*claim);
        });
        // The same line twice on a claim is one service here.
        query.push(" ON CONFLICT DO NOTHING");
        query.build().execute(&mut *transaction).await?;
    }
    Ok(())
}

/// A list for `json_each`: SQLite knows signed numbers only.
fn fingerprints(all: &[u64]) -> Result<String> {
    let signed: Vec<i64> = all.iter().map(|one| one.cast_signed()).collect();
    to_json(&signed)
}
