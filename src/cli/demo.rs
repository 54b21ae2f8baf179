//! `claimgate demo`: charts go the whole way to money against the built-in insurer, over real HTTPS. It must not count
//! for itself: what it reports in the end is read from the store, opened anew.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde::Serialize;

use crate::chart;
use crate::gateway::{Gateway, Setup, Verdict, clock};
use crate::payer::{BatchLimits, Route};
use crate::sandbox::{Credentials, Manners, SandboxPayer, Server, practice};
use crate::store::{ClaimCounts, Store, Totals};

use super::{Common, FINDINGS, charts, output, serve, status};

/// Charts that are billed and stored in one go.
const CHUNK: usize = 100;
/// The demo's practice sends small batches, so that there are several of everything.
const LIMITS: BatchLimits = BatchLimits {
    claims_per_set: 50,
    sets_per_interchange: 4,
    lines_per_claim: 50,
};
const PARTNER: &str = "sandbox";

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate demo                        1,000 charts of an invented practice
  claimgate demo --charts 50 --serve    and look at the worklist in a browser
  claimgate demo --charts fixtures/charts/professional
  claimgate demo --data demo-store      keep the store; a second run sends and posts nothing twice

The insurer runs in this process, behind a real port with certificates on both sides. It judges what it gets by its
content: some charts are held, some claims rejected, denied, pended, paid, taken back.")]
pub(crate) struct DemoArgs {
    /// How many charts of the invented practice, or a file or folder of charts.
    #[arg(long, value_name = "N|DIR", default_value = "1000")]
    charts: String,
    /// Show the worklist in a browser afterwards, until Ctrl-C.
    #[arg(long)]
    serve: bool,
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One object.
    Json,
}

/// What `--format json` ends with.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    counts: ClaimCounts,
    billed: String,
    paid_amount: String,
    adjusted: String,
    patient: String,
    open: String,
    balanced: bool,
    worklist: usize,
    seconds: f64,
}

pub(crate) async fn run(args: &DemoArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let temporary = match &common.data {
        None => Some(tempfile::tempdir().context("no temporary directory: choose --data DIR")?),
        Some(_) => None,
    };
    let dir = match (&common.data, &temporary) {
        (Some(dir), _) => dir.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => bail!("no directory for the store: choose --data DIR"),
    };
    let mut setup = Setup::load(common.config.as_deref())?;
    let listen = setup.config.web.listen;
    let server = open_insurer(&mut setup, &dir).await?;
    let gateway = Gateway::open(setup, &dir).await?;
    take_charts(args, &gateway).await?;
    let worklist = go_round(&gateway).await?;
    output::say(format_args!("worklist   {worklist} entries"));
    server.stop().await;
    drop(gateway);
    let store = Store::open(&dir).await?;
    let totals = store.totals().await?;
    report(args, &store, &totals, started).await?;
    if args.serve {
        serve::until_stopped(listen, Arc::new(store)).await?;
    }
    Ok(match totals.is_balanced() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(FINDINGS),
    })
}

/// Starts the insurer on a free port, with new certificates, and gives the partner its route.
async fn open_insurer(setup: &mut Setup, dir: &Path) -> anyhow::Result<Server> {
    let partner = setup.partners.iter_mut().find(|one| one.id == PARTNER);
    let partner = partner.with_context(|| {
        format!("the demo bills the trading partner {PARTNER}: copy config/payers/{PARTNER}.toml")
    })?;
    let credentials = Credentials::make(&dir.join("sandbox"), clock::now())
        .with_context(|| format!("{}: no certificates can be written: choose a directory that you may write with --data DIR", dir.display()))?;
    let server = Server::start(
        ([127, 0, 0, 1], 0).into(),
        &credentials,
        Arc::new(Mutex::new(SandboxPayer::default())),
        Manners::new(),
        clock::now,
    )
    .await?;
    partner.routes = vec![Route::CoreSoap(server.route(&credentials))];
    partner.limits = LIMITS;
    output::say(format_args!("insurer    listens at {}", server.endpoint()));
    Ok(server)
}

async fn take_charts(args: &DemoArgs, gateway: &Gateway) -> anyhow::Result<()> {
    let mut taken = Taken::default();
    if let Ok(count) = args.charts.parse::<u64>() {
        let today = practice_day(gateway).await?;
        let bar = bar("charts", usize::try_from(count)?);
        let numbers: Vec<u64> = (1..=count).collect();
        for chunk in numbers.chunks(CHUNK) {
            let readings: Vec<_> = chunk
                .iter()
                .map(|&number| practice::reading(number, today))
                .collect();
            taken
                .add(gateway, &readings, "the invented practice")
                .await?;
            bar.inc(chunk.len() as u64);
        }
        bar.finish_and_clear();
    } else {
        let blocks = charts::Blocks::new(charts::sources(&[PathBuf::from(&args.charts)])?);
        let bar = blocks.bar.clone();
        for block in blocks {
            let block = block?;
            taken.add(gateway, &block.read(), &block.source).await?;
        }
        bar.finish_and_clear();
    }
    let Taken {
        translated,
        held,
        known,
    } = taken;
    output::say(format_args!(
        "translate  {translated} charts become claims, {held} held, {known} here before"
    ));
    Ok(())
}

#[derive(Default)]
struct Taken {
    translated: usize,
    held: usize,
    known: usize,
}

impl Taken {
    async fn add(
        &mut self,
        gateway: &Gateway,
        readings: &[chart::Reading],
        source: &str,
    ) -> anyhow::Result<()> {
        for one in gateway.take(readings, source).await? {
            match one.verdict {
                Verdict::Translated => self.translated += 1,
                Verdict::Held => self.held += 1,
                Verdict::Known => self.known += 1,
            }
        }
        Ok(())
    }
}

/// The day that the practice's charts are counted back from: the store's first, so that a later run has the same charts.
async fn practice_day(gateway: &Gateway) -> anyhow::Result<Date> {
    let today = clock::local(clock::now()).date();
    let day = gateway
        .store
        .setting("practice_day", || today.to_string())
        .await?;
    Ok(day.parse()?)
}

/// Sends and fetches until the insurer has nothing more to say. Gives the number of entries in the worklist.
async fn go_round(gateway: &Gateway) -> anyhow::Result<usize> {
    loop {
        let queued = gateway.queue().await?;
        let sent = gateway.send().await?;
        if queued > 0 {
            output::say(format_args!(
                "submit     {queued} claims in {} interchanges over HTTPS",
                sent.sent
            ));
        }
        super::submit::tell_unsent(&sent, sent.unknown);
        let picked_up = gateway.pick_up().await?;
        for problem in &picked_up.problems {
            output::say(problem);
        }
        let bar = bar("payloads", picked_up.new);
        let mut ingested = crate::gateway::Ingested::default();
        while let Some(one) = gateway.ingest_one().await? {
            ingested += one;
            bar.inc(1);
        }
        bar.finish_and_clear();
        if ingested.payloads > 0 {
            output::say(format_args!(
                "ingest     {} payloads: {} answers, {} remittances, {} deposits",
                ingested.payloads, ingested.answers, ingested.remittances, ingested.deposits
            ));
        }
        if queued == 0 && picked_up.new == 0 {
            return Ok(gateway.remind().await?);
        }
    }
}

fn bar(what: &'static str, count: usize) -> indicatif::ProgressBar {
    let bar = output::count_bar(count as u64);
    bar.set_message(what);
    bar
}

async fn report(
    args: &DemoArgs,
    store: &Store,
    totals: &Totals,
    started: Instant,
) -> anyhow::Result<()> {
    let counts = store.counts().await?;
    let items = store.worklist().await?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Json => {
            let report = Report {
                counts,
                billed: totals.billed.to_string(),
                paid_amount: totals.paid.to_string(),
                adjusted: totals.adjusted.to_string(),
                patient: totals.patient.to_string(),
                open: totals.open.to_string(),
                balanced: totals.is_balanced(),
                worklist: items.len(),
                seconds: started.elapsed().as_secs_f64(),
            };
            serde_json::to_writer(&mut out, &report)?;
            writeln!(out)?;
        }
        Format::Text => {
            writeln!(out, "{}", status::counts_table(&counts))?;
            writeln!(out, "{}", status::totals_table(totals))?;
            status::write_worklist(&mut out, &items)?;
            writeln!(out, "{:.1} seconds", started.elapsed().as_secs_f64())?;
        }
    }
    Ok(out.flush()?)
}
