//! `claimgate translate`: charts become interchanges in a directory, and a report of findings.

mod explain;

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;

use crate::billing::{Billed, BilledClaim, Biller};
use crate::chart::{Code, Finding};
use crate::gateway::batch::{self, Candidate};
use crate::gateway::{GatewayError, Setup, clock};
use crate::payer::TradingPartner;
use crate::transaction::t837;

use super::charts::{self, Format};
use super::{Common, FINDINGS, output};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate translate charts/ --out claims            every chart of a folder
  claimgate translate bundle.json --out claims        a FHIR R4 Bundle
  claimgate translate charts/ --explain V-1023        where each element of the claims of chart V-1023 comes from
  practice-export | claimgate translate - --out claims --format json | jq .verdict

Without --config the invented practice and the sandbox insurer are billed. Control numbers begin at 1: files made here
are for tests and for looking; `claimgate submit` keeps a ledger of numbers. Files of the same name are replaced.")]
pub(crate) struct TranslateArgs {
    /// Charts: native JSON, NDJSON or FHIR R4; files, folders, or `-` for standard input.
    #[arg(required = true, value_name = "CHART")]
    charts: Vec<PathBuf>,
    /// Directory for the interchanges, made where there is none.
    #[arg(long, value_name = "DIR", required_unless_present = "explain")]
    out: Option<PathBuf>,
    /// Show the claim of this number, or those of this chart, segment by segment, with the field of the chart that each
    /// element comes from. It shows health information; nothing is written.
    #[arg(long, value_name = "CLAIM", conflicts_with = "out")]
    explain: Option<String>,
    /// Bill this trading partner, whatever payer the charts name.
    #[arg(long, value_name = "ID")]
    payer: Option<String>,
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// One chart as it is reported.
#[derive(Serialize)]
struct Report {
    chart: String,
    source: String,
    verdict: &'static str,
    claims: Vec<String>,
    findings: Vec<Finding>,
    #[serde(skip)]
    billed: Vec<BilledClaim>,
}

pub(crate) fn run(args: &TranslateArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let mut setup = Setup::load(common.config.as_deref())?;
    if let Some(id) = &args.payer {
        bill_only(&mut setup, id)?;
    }
    if common.config.is_none() {
        output::say("no --config: billing for the invented practice of the sandbox");
    }
    let mut reports = bill(&setup, &charts::sources(&args.charts)?)?;
    if let Some(wanted) = &args.explain {
        return explain::print(wanted, &reports);
    }
    if let Some(out) = &args.out {
        std::fs::create_dir_all(out)
            .with_context(|| format!("{}: cannot be made: choose another --out", out.display()))?;
        for (name, bytes) in interchanges(&setup, &mut reports)? {
            output::write_whole(out, &out.join(name), &bytes)?;
        }
    }
    print(&reports, args.format)?;
    let held = reports
        .iter()
        .filter(|report| report.verdict == "held")
        .count();
    output::say(format_args!(
        "{} charts: {} translated, {held} held",
        reports.len(),
        reports.len() - held
    ));
    Ok(if held > 0 {
        ExitCode::from(FINDINGS)
    } else {
        ExitCode::SUCCESS
    })
}

/// Leaves one partner, which every chart is billed to.
fn bill_only(setup: &mut Setup, id: &str) -> anyhow::Result<()> {
    setup.partners.retain(|partner| partner.id == id);
    if setup.partners.is_empty() {
        bail!(
            "--payer {id}: there is no such trading partner: add {id}.toml to the payers directory"
        );
    }
    setup.config.billing.default_payer = Some(id.to_owned());
    Ok(())
}

fn bill(setup: &Setup, files: &[PathBuf]) -> anyhow::Result<Vec<Report>> {
    let today = clock::local(clock::now()).date();
    let biller = Biller::new(&setup.config.billing, &setup.partners, today);
    let bar = output::count_bar(files.len() as u64);
    bar.set_message("charts");
    let mut reports = Vec::new();
    let mut seen = HashSet::new();
    for file in files {
        for reading in charts::read(file)? {
            let billed = biller.bill(&reading);
            let again = billed.chart_id.clone().is_some_and(|id| !seen.insert(id));
            let mut report = Report::new(billed, file);
            if again {
                report.hold(Finding::new(Code::ChartDuplicate, "/id", ""));
            }
            reports.push(report);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(reports)
}

/// Name and bytes of each interchange. A claim that does not pass our own check holds its chart, and the rest is
/// written anew without it.
fn interchanges(setup: &Setup, reports: &mut [Report]) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    loop {
        let (files, refused) = attempt(setup, reports)?;
        if refused.is_empty() {
            return Ok(files);
        }
        for (report, finding) in refused {
            reports[report].hold(finding);
        }
    }
}

type Attempt = (Vec<(String, Vec<u8>)>, Vec<(usize, Finding)>);

/// The claims of each partner in as few interchanges as its limits allow, and what does not pass by its report.
fn attempt(setup: &Setup, reports: &[Report]) -> anyhow::Result<Attempt> {
    let mut by_partner = BTreeMap::<&str, Vec<(usize, Candidate<'_>)>>::new();
    for (index, report) in reports.iter().enumerate() {
        for billed in &report.billed {
            let candidate = Candidate {
                chart: &report.chart,
                claim: &billed.claim,
                provenance: &billed.provenance,
            };
            by_partner
                .entry(&billed.partner)
                .or_default()
                .push((index, candidate));
        }
    }
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    for (id, mut claims) in by_partner {
        // A group has one guide, so the kinds go apart.
        claims.sort_by_key(|(_, candidate)| candidate.claim.kind.name());
        let partner = setup
            .partner(id)
            .context("a claim goes to a partner that is not configured")?;
        let max = t837::claims_per_interchange(&partner.limits);
        let kinds = claims
            .chunk_by(|(_, one), (_, other)| one.claim.kind.name() == other.claim.kind.name());
        for (number, claims) in (1..).zip(kinds.flat_map(|kind| kind.chunks(max))) {
            let (places, claims): (Vec<usize>, Vec<Candidate<'_>>) = claims.iter().copied().unzip();
            let batch = write(setup, partner, number, &claims)?;
            let told = batch.refused.into_iter();
            refused.extend(told.map(|(index, finding)| (places[index], finding)));
            if let Some(written) = batch.written {
                files.push((format!("{id}-{number:09}.837"), written.bytes));
            }
        }
    }
    Ok((files, refused))
}

fn write(
    setup: &Setup,
    partner: &TradingPartner,
    number: u32,
    claims: &[Candidate<'_>],
) -> anyhow::Result<batch::Batch> {
    let submitter = setup.config.billing.submitter.as_ref();
    let submitter = submitter.ok_or(GatewayError::NoSubmitter)?.to_claim();
    let created = clock::local(clock::now());
    batch::write(partner, number, created, &submitter, claims)
        .with_context(|| format!("trading partner {}", partner.id))
}

impl Report {
    fn new(billed: Billed, source: &Path) -> Self {
        let held = billed.is_held() || billed.claims.is_empty();
        Self {
            chart: billed.name,
            source: source.display().to_string(),
            verdict: if held { "held" } else { "translated" },
            claims: billed
                .claims
                .iter()
                .map(|one| one.claim.control_number.clone())
                .collect(),
            findings: billed.findings,
            billed: billed.claims,
        }
    }

    fn hold(&mut self, finding: Finding) {
        self.verdict = "held";
        self.claims.clear();
        self.billed.clear();
        self.findings.push(finding);
    }
}

fn print(reports: &[Report], format: Format) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for report in reports {
        match format {
            Format::Json => {
                serde_json::to_writer(&mut out, report)?;
                writeln!(out)?;
            }
            Format::Text => print_text(&mut out, report)?,
        }
    }
    Ok(out.flush()?)
}

fn print_text(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(
        out,
        "{} ({}): {} {}",
        report.chart,
        report.source,
        report.verdict,
        report.claims.join(" ")
    )?;
    charts::print_findings(out, &report.findings)
}
