//! `claimgate translate`: charts become interchanges in a directory, and a report of findings.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::billing::{Billed, BilledClaim, Biller, Provenance};
use crate::chart::{self, Finding, Severity};
use crate::claim::Claim;
use crate::gateway::{Setup, batch, clock};
use crate::payer::TradingPartner;
use crate::transaction::t837p::{self, Numbers};

use super::{Common, FINDINGS, output};

/// Files found in folders.
const FILES_MAX: usize = 1_000_000;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate translate charts/ --out claims            every chart of a folder
  claimgate translate bundle.json --out claims        a FHIR R4 Bundle
  practice-export | claimgate translate - --out claims --format json | jq .verdict

Without --config the invented practice and the sandbox insurer are billed. Control numbers begin at 1: files made here
are for tests and for looking; `claimgate submit` keeps a ledger of numbers.")]
pub(crate) struct TranslateArgs {
    /// Charts: native JSON, NDJSON or FHIR R4; files, folders, or `-` for standard input.
    #[arg(required = true, value_name = "CHART")]
    charts: Vec<PathBuf>,
    /// Directory for the interchanges, made where there is none.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Bill this trading partner, whatever payer the charts name.
    #[arg(long, value_name = "ID")]
    payer: Option<String>,
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One object a chart.
    Json,
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
    std::fs::create_dir_all(&args.out).with_context(|| {
        format!(
            "{}: cannot be made: choose another --out",
            args.out.display()
        )
    })?;
    let mut reports = bill(&setup, &sources(&args.charts)?)?;
    write_interchanges(&setup, &mut reports, &args.out)?;
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

/// Files in the order given; those of folders by name, at any depth.
fn sources(given: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = given.iter().rev().cloned().collect();
    while let Some(path) = open.pop() {
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        let cannot = || format!("{}: the folder cannot be read", path.display());
        let entries = std::fs::read_dir(&path).with_context(cannot)?;
        let mut inside: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()
            .with_context(cannot)?;
        inside.retain(|path| path.is_dir() || is_chart(path));
        inside.sort();
        open.extend(inside.into_iter().rev());
        if files.len() + open.len() > FILES_MAX {
            bail!("more than {FILES_MAX} files: translate the folders one by one");
        }
    }
    Ok(files)
}

fn is_chart(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("json" | "ndjson" | "jsonl"))
}

fn bill(setup: &Setup, files: &[PathBuf]) -> anyhow::Result<Vec<Report>> {
    let today = clock::local(clock::now()).date();
    let biller = Biller::new(&setup.config.billing, &setup.partners, today);
    let bar = output::count_bar(files.len() as u64);
    bar.set_message("charts");
    let mut reports = Vec::new();
    for file in files {
        let bytes = read(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let readings = chart::read(&bytes, &name);
        reports.extend(
            readings
                .iter()
                .map(|reading| Report::new(biller.bill(reading), file)),
        );
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(reports)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("standard input cannot be read")?;
    } else {
        bytes =
            std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    }
    Ok(bytes)
}

/// Writes the claims of each partner into as few interchanges as its limits allow. A claim that does not pass our own
/// check holds its chart.
fn write_interchanges(setup: &Setup, reports: &mut [Report], out: &Path) -> anyhow::Result<()> {
    let mut by_partner = BTreeMap::<String, Vec<(usize, usize)>>::new();
    for (report, one) in reports.iter().enumerate() {
        for (claim, billed) in one.billed.iter().enumerate() {
            by_partner
                .entry(billed.partner.clone())
                .or_default()
                .push((report, claim));
        }
    }
    for (id, places) in by_partner {
        let partner = setup
            .partner(&id)
            .context("a claim goes to a partner that is not configured")?;
        let max = t837p::claims_per_interchange(&partner.limits);
        for (number, places) in (1..).zip(places.chunks(max)) {
            write_one(setup, partner, number, reports, places, out)?;
        }
    }
    Ok(())
}

fn write_one(
    setup: &Setup,
    partner: &TradingPartner,
    number: u32,
    reports: &mut [Report],
    places: &[(usize, usize)],
    out: &Path,
) -> anyhow::Result<()> {
    let submitter = setup.config.billing.submitter.as_ref().context(
        "the configuration names no submitter: add [billing.submitter] (see config/sandbox-practice.toml)",
    )?;
    let reference = format!("{}-{number}", partner.envelope.sender.id);
    let numbers = Numbers {
        interchange: number,
        group: number,
        first_set: 1,
        reference: &reference,
        created: clock::local(clock::now()),
    };
    let claims: Vec<(&Claim, &Provenance)> = places
        .iter()
        .map(|&(report, claim)| &reports[report].billed[claim])
        .map(|billed| (&billed.claim, &billed.provenance))
        .collect();
    let batch = batch::write(partner, &numbers, &submitter.to_claim(), &claims)
        .with_context(|| format!("trading partner {}", partner.id))?;
    if let Some(written) = &batch.written {
        let file = out.join(format!("{}-{number:09}.837", partner.id));
        std::fs::write(&file, &written.bytes)
            .with_context(|| format!("{}: cannot be written", file.display()))?;
    }
    for (index, finding) in batch.refused {
        reports[places[index].0].hold(finding);
    }
    Ok(())
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
    for finding in &report.findings {
        let severity = match finding.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        writeln!(
            out,
            "  {severity:7} {} at {}: {}",
            finding.code,
            finding.path,
            finding.message()
        )?;
        if finding.severity() != Severity::Info {
            writeln!(out, "          {}", finding.code.help())?;
        }
    }
    Ok(())
}
