//! Charts flow through: blocks of them are read and billed, and the interchanges written, on all cores at once; memory is
//! bounded by what waits, not by the files. What comes out is the same however many threads there are.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::Context;
use jiff::civil::DateTime;
use rayon::{Scope, ThreadPoolBuilder};

use super::Report;
use super::gather::{Batch, Gathered, Waiting};
use crate::billing::{Billed, Biller};
use crate::chart::Finding;
use crate::claim::Submitter;
use crate::cli::charts::{Block, Blocks};
use crate::cli::output;
use crate::gateway::batch::{self, Candidate};
use crate::gateway::{GatewayError, Setup};
use crate::transaction::t837;

/// Blocks, and batches, that are at work or wait for it, for each thread.
const AT_WORK_MAX: usize = 2;

/// What threads need to know.
struct Job<'j> {
    biller: Biller<'j>,
    submitter: Submitter,
    created: DateTime,
    out: &'j Path,
}

/// What comes back from them.
enum Done {
    /// The block of this number.
    Billed(usize, Arc<Block>, Vec<Billed>),
    /// Each chart's place, and why it is held where it is.
    Written(anyhow::Result<Vec<(usize, Vec<Finding>)>>),
    /// A thread died of it.
    Panicked,
}

/// Translates every chart into interchanges in a directory, and tells of each in its turn.
///
/// # Errors
/// A file that cannot be read or written, a configuration that nothing can be written with. What was written before
/// stays.
pub(super) fn translate(
    setup: &Setup,
    blocks: Blocks,
    created: DateTime,
    out: &Path,
    mut tell: impl FnMut(Report) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let submitter = setup.config.billing.submitter.as_ref();
    let job = Job {
        biller: setup.biller(created.date()),
        submitter: submitter.ok_or(GatewayError::NoSubmitter)?.to_claim(),
        created,
        out,
    };
    let pool = ThreadPoolBuilder::new().build()?;
    let at_work_max = AT_WORK_MAX * pool.current_num_threads();
    pool.in_place_scope(|scope| {
        let (done, results) = channel();
        let mut flow = Flow {
            job: &job,
            scope,
            done,
            gathered: Gathered::new(setup),
            billed: BTreeMap::new(),
            next_block: 0,
            at_work: 0,
        };
        flow.run(blocks, at_work_max, &results, &mut tell)
    })
}

struct Flow<'f, 'scope, 'j> {
    job: &'scope Job<'j>,
    scope: &'f Scope<'scope>,
    done: Sender<Done>,
    gathered: Gathered<'scope>,
    /// Blocks that came back before their turn.
    billed: BTreeMap<usize, (Arc<Block>, Vec<Billed>)>,
    next_block: usize,
    at_work: usize,
}

impl<'scope> Flow<'_, 'scope, '_> {
    fn run(
        &mut self,
        blocks: Blocks,
        at_work_max: usize,
        results: &Receiver<Done>,
        tell: &mut impl FnMut(Report) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let bar = blocks.bar.clone();
        let mut blocks = blocks.enumerate().fuse();
        loop {
            while self.at_work + self.billed.len() < at_work_max {
                let Some((number, block)) = blocks.next() else {
                    break;
                };
                self.bill(number, block?);
            }
            if self.at_work == 0 {
                let last = self.gathered.finish();
                if last.is_empty() {
                    break;
                }
                self.write(last);
            }
            match results.recv()? {
                Done::Billed(number, block, billed) => {
                    self.at_work -= 1;
                    self.billed.insert(number, (block, billed));
                    self.take()?;
                }
                Done::Written(charts) => {
                    self.at_work -= 1;
                    for (place, findings) in charts? {
                        self.gathered.decide(place, findings);
                    }
                }
                Done::Panicked => {
                    anyhow::bail!("a thread died: report it, it is a fault of claimgate")
                }
            }
            while let Some(report) = self.gathered.next_report() {
                bar.suspend(|| tell(report))?;
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Takes the blocks whose turn it is.
    fn take(&mut self) -> anyhow::Result<()> {
        while let Some((block, billed)) = self.billed.remove(&self.next_block) {
            self.next_block += 1;
            let batches = self.gathered.take(&block, billed)?;
            self.write(batches);
        }
        Ok(())
    }

    fn bill(&mut self, number: usize, block: Block) {
        let job = self.job;
        self.start(move || {
            let biller = job.biller.clone().without_provenance();
            let bill = |reading| biller.bill(&reading);
            let billed = block.readings().map(bill).collect();
            Done::Billed(number, Arc::new(block), billed)
        });
    }

    fn write(&mut self, batches: Vec<Batch<'scope>>) {
        let job = self.job;
        for batch in batches {
            self.start(move || Done::Written(job.write(batch)));
        }
    }

    fn start(&mut self, work: impl FnOnce() -> Done + Send + 'scope) {
        self.at_work += 1;
        let mut told = Told(Some(self.done.clone()));
        self.scope.spawn(move |_| told.done(work()));
    }
}

/// Says that work is done, and if it never is.
struct Told(Option<Sender<Done>>);

impl Told {
    /// Nobody listens any more where another thread failed.
    fn done(&mut self, done: Done) {
        if let Some(sender) = self.0.take() {
            let _ = sender.send(done);
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.done(Done::Panicked);
    }
}

impl Job<'_> {
    /// Writes the claims of charts into as few interchanges as the partner's limits allow. A claim that does not pass our
    /// own check holds its chart, and the rest is written anew without it.
    fn write(&self, batch: Batch<'_>) -> anyhow::Result<Vec<(usize, Vec<Finding>)>> {
        let Batch {
            partner,
            number,
            mut charts,
        } = batch;
        let max = t837::claims_per_interchange(&partner.limits);
        let mut decided = Vec::with_capacity(charts.len());
        let interchanges = loop {
            // Each claim's chart, and which of its claims it is.
            let owners: Vec<(usize, usize)> = (0..charts.len())
                .flat_map(|owner| (0..charts[owner].claims.len()).map(move |own| (owner, own)))
                .collect();
            let claims: Vec<Candidate<'_>> = charts
                .iter()
                .flat_map(|chart| {
                    chart.claims.iter().map(|claim| Candidate {
                        chart: &chart.name,
                        claim,
                    })
                })
                .collect();
            let (mut interchanges, mut refused) = (Vec::new(), BTreeMap::<usize, Vec<_>>::new());
            for ((number, claims), owners) in
                (number..).zip(claims.chunks(max)).zip(owners.chunks(max))
            {
                let written = batch::write(partner, number, self.created, &self.submitter, claims)
                    .with_context(|| format!("trading partner {}", partner.id))?;
                for refusal in written.refused {
                    let (owner, own) = owners[refusal.claim];
                    refused.entry(owner).or_default().push((own, refusal));
                }
                interchanges.extend(written.written.map(|written| (number, written.bytes)));
            }
            if refused.is_empty() {
                break interchanges;
            }
            for (owner, refusals) in refused.into_iter().rev() {
                let chart = charts.remove(owner);
                decided.push((chart.place, self.findings(&chart, &refusals)));
            }
        };
        for (number, bytes) in interchanges {
            let file = self.out.join(format!("{}-{number:09}.837", partner.id));
            output::write_whole(self.out, &file, &bytes)?;
        }
        decided.extend(charts.iter().map(|chart| (chart.place, Vec::new())));
        Ok(decided)
    }

    /// What claims of a chart are refused for, at the chart's fields: it is billed once more, and asked where they come
    /// from.
    fn findings(&self, chart: &Waiting, refusals: &[(usize, batch::Refusal)]) -> Vec<Finding> {
        let reading = chart.block.readings().nth(chart.index);
        let billed = reading.map(|one| self.biller.bill(&one));
        let claims = billed.map(|billed| billed.claims).unwrap_or_default();
        let of_claim = |(own, refusal): &(usize, batch::Refusal)| {
            let own = claims.get(*own)?;
            Some(refusal.finding(&own.claim, &own.provenance))
        };
        refusals.iter().filter_map(of_claim).collect()
    }
}
