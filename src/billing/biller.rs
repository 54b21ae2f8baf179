//! The face of the room: one reading in, claims or findings out. It must not know how a claim is
//! made.

use jiff::civil::Date;

use super::notes::Notes;
use super::{Defaults, Numbering, Provenance, Services, claim};
use crate::chart::{Code, Finding, Reading, Severity};
use crate::claim::Claim;
use crate::guide::public::PublicTables;
use crate::payer::TradingPartner;

/// Makes claims of charts, for one practice and the payers that it has.
#[derive(Debug, Clone)]
pub struct Biller<'a> {
    pub(super) defaults: &'a Defaults,
    pub(super) partners: &'a [TradingPartner],
    pub(super) today: Date,
    pub(super) numbering: Numbering,
    pub(super) tables: PublicTables,
    traces: bool,
}

/// What became of one chart. It is held where an error is among the findings: then there is no
/// claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billed {
    /// What the chart is called, as [`Reading::name`].
    pub name: String,
    /// `None` when the chart could not be read.
    pub chart_id: Option<String>,
    pub claims: Vec<BilledClaim>,
    /// Those of the reading first, then those of billing.
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledClaim {
    pub claim: Claim,
    /// [`TradingPartner::id`] of the one that it goes to.
    pub partner: String,
    /// What it is called instead where the chart gives its number and another claim has it.
    pub other_number: Option<String>,
    pub provenance: Provenance,
    pub services: Services,
}

impl<'a> Biller<'a> {
    pub fn new(defaults: &'a Defaults, partners: &'a [TradingPartner], today: Date) -> Self {
        Self {
            defaults,
            partners,
            today,
            numbering: Numbering::new(&defaults.number_seed),
            tables: PublicTables::default(),
            traces: true,
        }
    }

    /// With the tables of CMS that edits look into.
    #[must_use]
    pub fn with_tables(self, tables: &PublicTables) -> Self {
        Self {
            tables: tables.clone(),
            ..self
        }
    }

    /// Makes the same claims in less time, with nothing said of where their fields come from.
    #[must_use]
    pub fn without_provenance(self) -> Self {
        Self {
            traces: false,
            ..self
        }
    }

    /// Bills one chart. Everything that is wrong with it is told at once.
    pub fn bill(&self, reading: &Reading) -> Billed {
        let mut findings = reading.findings.clone();
        let mut claims = Vec::new();
        if let Some(chart) = &reading.chart {
            let mut notes = match self.traces {
                true => Notes::new(&reading.origins),
                false => Notes::without_provenance(&reading.origins),
            };
            let made = claim::claims(self, &mut notes, chart);
            if made.is_none() && !notes.held() {
                // What stopped it said nothing: the chart is held all the same, never lost.
                notes.add(
                    Code::ClaimRefused,
                    "",
                    "the payer's or practice's configuration",
                );
            }
            let held = reading.is_held() || notes.held();
            claims = made.filter(|_| !held).unwrap_or_default();
            findings.extend(notes.into_findings());
        }
        Billed {
            name: reading.name.clone(),
            chart_id: reading.chart.as_ref().map(|chart| chart.id.clone()),
            claims,
            findings,
        }
    }
}

impl Billed {
    /// An error among the findings: the chart must be mended before anything is sent.
    pub fn is_held(&self) -> bool {
        let error = |finding: &Finding| finding.severity() == Severity::Error;
        self.findings.iter().any(error)
    }
}
