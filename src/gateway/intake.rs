//! Charts come in: they are billed and stored, once each. It must not read files: it is handed what was read.

use std::collections::HashMap;

use serde::Serialize;

use super::{Gateway, Result, clock};
use crate::billing::Billed;
use crate::chart::{Code, Finding, Reading};
use crate::store::{NewChart, NewClaim, Taken, digest};

/// What became of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenChart {
    pub chart: String,
    pub verdict: Verdict,
    /// Control numbers of its claims.
    pub claims: Vec<String>,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Translated,
    Held,
    /// The same chart was taken in before: nothing was done.
    Known,
}

impl Gateway {
    /// Bills charts and stores them with their claims, all of them or none. Taking the same charts in again does
    /// nothing.
    pub async fn take(&self, readings: &[Reading], source: &str) -> Result<Vec<TakenChart>> {
        let now = self.clock.now();
        let today = clock::local(now).date();
        let biller = self.setup.biller(today);
        let mut billed: Vec<Billed> = readings
            .iter()
            .map(|reading| biller.bill(reading))
            .collect();
        self.tell_billed_before(readings, &mut billed).await?;
        self.renumber_taken(readings, &mut billed).await?;
        let charts: Vec<NewChart<'_>> = readings
            .iter()
            .zip(&billed)
            .map(|(reading, billed)| NewChart {
                id: &billed.name,
                source,
                digest: content(reading),
                findings: &billed.findings,
                claims: billed.claims.iter().map(NewClaim::from).collect(),
                at: now,
            })
            .collect();
        let taken = self.store.take_charts(&charts).await?;
        Ok(billed
            .iter()
            .zip(taken)
            .map(|(billed, taken)| told(billed, taken))
            .collect())
    }

    /// Tells of services that a claim of another chart bills already, in the store or among these.
    async fn tell_billed_before(&self, readings: &[Reading], billed: &mut [Billed]) -> Result<()> {
        let asked: Vec<u64> = billed.iter().flat_map(Billed::fingerprints).collect();
        let mut before = HashMap::<u64, Vec<(String, String)>>::new();
        for one in self.store.billed_before(&asked).await? {
            let claims = before.entry(one.fingerprint).or_default();
            claims.push((one.chart, one.control_number));
        }
        for (reading, billed) in readings.iter().zip(billed) {
            let name = billed.name.clone();
            billed.tell_billed_before(&reading.origins, |fingerprint| {
                let mut claims = before.get(&fingerprint)?.iter();
                let (_, number) = claims.find(|(chart, _)| *chart != name)?;
                Some(format!("claim {number}"))
            });
            for one in &billed.claims {
                for fingerprint in &one.services.fingerprints {
                    let claims = before.entry(*fingerprint).or_default();
                    claims.push((billed.name.clone(), one.claim.control_number.clone()));
                }
            }
        }
        Ok(())
    }

    /// Gives claims numbers of ours whose own is that of another chart's claim, in the store or among these.
    async fn renumber_taken(&self, readings: &[Reading], billed: &mut [Billed]) -> Result<()> {
        let asked: Vec<&str> = billed.iter().flat_map(Billed::given_numbers).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let mut owners = self.store.charts_of_claims(&asked).await?;
        for (reading, billed) in readings.iter().zip(billed) {
            let name = billed.name.clone();
            let is_others = |number: &str| owners.get(number).is_some_and(|own| *own != name);
            billed.renumber_taken(&reading.origins, is_others);
            for number in billed.given_numbers() {
                owners.insert(number.to_owned(), name.clone());
            }
        }
        Ok(())
    }
}

/// Of the chart where there is one, else of why there is none.
fn content(reading: &Reading) -> String {
    match &reading.chart {
        Some(chart) => digest(&serde_json::to_vec(chart).unwrap_or_default()),
        None => digest(format!("{:?}", reading.findings).as_bytes()),
    }
}

fn told(billed: &Billed, taken: Taken) -> TakenChart {
    let mut findings = billed.findings.clone();
    let verdict = match taken {
        Taken::Same => Verdict::Known,
        Taken::Billed => {
            let detail =
                "it has become claims in another form before; bill the change with frequency 7";
            findings.push(Finding::new(Code::ChartDuplicate, "/id", detail));
            Verdict::Held
        }
        Taken::New | Taken::Mended if billed.claims.is_empty() => Verdict::Held,
        Taken::New | Taken::Mended => Verdict::Translated,
    };
    TakenChart {
        chart: billed.name.clone(),
        verdict,
        claims: match verdict {
            Verdict::Held => Vec::new(),
            _ => billed
                .claims
                .iter()
                .map(|one| one.claim.control_number.clone())
                .collect(),
        },
        findings,
    }
}

impl<'a> From<&'a crate::billing::BilledClaim> for NewClaim<'a> {
    fn from(billed: &'a crate::billing::BilledClaim) -> Self {
        Self {
            claim: &billed.claim,
            partner: &billed.partner,
            provenance: &billed.provenance,
            fingerprints: &billed.services.fingerprints,
        }
    }
}
