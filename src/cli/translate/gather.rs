//! Billed charts wait here until enough of them go to one trading partner, and reports until all charts before theirs are
//! decided. It must not write: it says what is to be written, the same however many threads there are.

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::Report;
use crate::billing::Billed;
use crate::chart::{Code, Finding, Reading};
use crate::claim::Claim;
use crate::cli::charts::Block;
use crate::gateway::Setup;
use crate::payer::TradingPartner;
use crate::transaction::t837;

/// Claims that wait, of all partners together. Beyond it goes the chart that waits longest, with all that wait beside it.
const CLAIMS_WAITING_MAX: usize = 4_000;

/// What was billed and not written, and what was decided and not told.
pub(super) struct Gathered<'s> {
    setup: &'s Setup,
    reports: VecDeque<Pending>,
    /// Place of the first of `reports` among all charts.
    first: usize,
    /// By partner and kind of claim, for a group has one guide.
    groups: BTreeMap<(&'s str, &'static str), Group<'s>>,
    /// By partner, the last interchange number given.
    numbers: BTreeMap<&'s str, u32>,
    claims: usize,
    /// Digests of chart ids.
    seen: HashSet<u64>,
    /// Fingerprints of what was billed: eight bytes a service.
    services: HashSet<u64>,
    /// Digests of control numbers that charts gave.
    given_numbers: HashSet<u64>,
}

struct Pending {
    report: Report,
    is_decided: bool,
}

struct Group<'s> {
    partner: &'s TradingPartner,
    charts: Vec<Waiting>,
    claims: usize,
}

/// The claims of one chart, which go together or not at all.
pub(super) struct Waiting {
    /// Place among all charts.
    pub(super) place: usize,
    pub(super) name: String,
    pub(super) claims: Vec<Claim>,
    /// Where the chart is read once more if a claim is refused, and which of its block it is.
    pub(super) block: Arc<Block>,
    pub(super) index: usize,
}

/// Charts whose claims are to be written now.
pub(super) struct Batch<'s> {
    pub(super) partner: &'s TradingPartner,
    /// ISA13 of the first interchange; others count on.
    pub(super) number: u32,
    pub(super) charts: Vec<Waiting>,
}

impl<'s> Gathered<'s> {
    pub(super) fn new(setup: &'s Setup) -> Self {
        Self {
            setup,
            reports: VecDeque::new(),
            first: 0,
            groups: BTreeMap::new(),
            numbers: BTreeMap::new(),
            claims: 0,
            seen: HashSet::new(),
            services: HashSet::new(),
            given_numbers: HashSet::new(),
        }
    }

    /// Takes the charts of the next block, and gives what is to be written because of them.
    pub(super) fn take(
        &mut self,
        block: &Arc<Block>,
        billed: Vec<Billed>,
    ) -> anyhow::Result<Vec<Batch<'s>>> {
        let mut batches = Vec::new();
        // Read once more, and only once, where a chart of the block is told of what is known.
        let readings = LazyCell::new(|| block.read());
        for (index, mut billed) in billed.into_iter().enumerate() {
            let is_new = |id: &String| self.seen.insert(digest(id));
            let is_new = billed.chart_id.as_ref().is_none_or(is_new);
            if is_new {
                self.tell_known(|| readings.get(index), &mut billed);
            }
            let mut report = Report::new(&billed, &block.source);
            if !is_new {
                report.hold(Finding::new(Code::ChartDuplicate, "/id", ""));
            }
            let is_decided = report.is_held();
            let place = self.first + self.reports.len();
            let name = report.chart.clone();
            self.reports.push_back(Pending { report, is_decided });
            let Some(first) = billed.claims.first().filter(|_| !is_decided) else {
                continue;
            };
            let partner = self.setup.partner(&first.partner);
            let partner = partner.context("a claim goes to a partner that is not configured")?;
            let key = (partner.id.as_str(), first.claim.kind.name());
            let claims = billed.claims.into_iter().map(|one| one.claim).collect();
            let waiting = Waiting {
                place,
                name,
                claims,
                block: block.clone(),
                index,
            };
            batches.extend(self.wait(key, partner, waiting));
        }
        while self.claims > CLAIMS_WAITING_MAX {
            batches.extend(self.longest().and_then(|key| self.close(key)));
        }
        Ok(batches)
    }

    /// Tells of services and numbers that an earlier chart has, and remembers those of this one.
    fn tell_known<'r>(
        &mut self,
        reading: impl FnOnce() -> Option<&'r Reading>,
        billed: &mut Billed,
    ) {
        let known = |fingerprint: u64| self.services.contains(&fingerprint);
        let is_taken = |number: &str| self.given_numbers.contains(&digest(number));
        if (billed.fingerprints().any(known) || billed.given_numbers().any(is_taken))
            // Asked for where its parts stood.
            && let Some(reading) = reading()
        {
            billed.tell_billed_before(&reading.origins, |fingerprint| {
                known(fingerprint).then(|| "in this run".to_owned())
            });
            billed.renumber_taken(&reading.origins, is_taken);
        }
        let given = billed.given_numbers().map(digest);
        self.given_numbers.extend(given);
        self.services.extend(billed.fingerprints());
    }

    /// Puts a chart to its like; gives those that were there where it has no room beside them.
    fn wait(
        &mut self,
        key: (&'s str, &'static str),
        partner: &'s TradingPartner,
        chart: Waiting,
    ) -> Option<Batch<'s>> {
        let max = t837::claims_per_interchange(&partner.limits);
        let known = self.groups.get(&key).map_or(0, |group| group.claims);
        let full = known > 0 && known + chart.claims.len() > max;
        let batch = full.then(|| self.close(key)).flatten();
        let group = self.groups.entry(key).or_insert_with(|| Group {
            partner,
            charts: Vec::new(),
            claims: 0,
        });
        group.claims += chart.claims.len();
        self.claims += chart.claims.len();
        group.charts.push(chart);
        batch
    }

    /// The group of the chart that waits longest.
    fn longest(&self) -> Option<(&'s str, &'static str)> {
        let first = |group: &Group<'_>| group.charts.first().map(|chart| chart.place);
        let (key, _) = self.groups.iter().min_by_key(|(_, group)| first(group))?;
        Some(*key)
    }

    fn close(&mut self, key: (&'s str, &'static str)) -> Option<Batch<'s>> {
        let Group {
            partner,
            charts,
            claims,
        } = self.groups.remove(&key)?;
        self.claims -= claims;
        let last = self.numbers.entry(&partner.id).or_insert(0);
        let number = *last + 1;
        let max = t837::claims_per_interchange(&partner.limits);
        *last += u32::try_from(claims.div_ceil(max)).unwrap_or(u32::MAX);
        Some(Batch {
            partner,
            number,
            charts,
        })
    }

    /// All that waits still: no more charts come.
    pub(super) fn finish(&mut self) -> Vec<Batch<'s>> {
        let keys: Vec<_> = self.groups.keys().copied().collect();
        keys.into_iter().filter_map(|key| self.close(key)).collect()
    }

    /// The chart at a place was written, or is held by the findings.
    pub(super) fn decide(&mut self, place: usize, findings: Vec<Finding>) {
        let pending = place
            .checked_sub(self.first)
            .and_then(|index| self.reports.get_mut(index));
        if let Some(pending) = pending {
            pending.is_decided = true;
            for finding in findings {
                pending.report.hold(finding);
            }
        }
    }

    /// The next report in the order of the charts, once it is decided.
    pub(super) fn next_report(&mut self) -> Option<Report> {
        self.reports.front().filter(|pending| pending.is_decided)?;
        self.first += 1;
        Some(self.reports.pop_front()?.report)
    }
}

/// Of a million ids two are alike by chance once in thirty million runs, and they take sixteen megabytes.
fn digest(id: &str) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(id.as_bytes())[..8]);
    u64::from_be_bytes(first)
}
