//! `claimgate translate`: charts become interchanges in a directory, and a report of findings.

mod explain;
mod flow;
mod gather;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde::Serialize;

use crate::billing::Billed;
use crate::chart::{self, Finding, superbill};
use crate::gateway::{Setup, clock};

use super::charts::{self, Blocks, Format, MappingArgs};
use super::{Common, FINDINGS, output};

/// Verdict of a chart that must be mended first.
const HELD: &str = "held";

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate translate charts/ --out claims            every chart of a folder
  claimgate translate bundle.json --out claims        a FHIR R4 Bundle
  claimgate translate export/ --out claims            a FHIR bulk export, its NDJSON files joined
  claimgate translate request.json --out claims       what was posted to professionalclaims/v3 (Optum, Stedi)
  claimgate translate old.837 --out claims            claims that another system made
  claimgate translate bill.csv --mapping ours.toml --out claims    a CSV, a row a service or a visit
  claimgate translate --guess-mapping bill.csv > ours.toml         a mapping to begin with
  claimgate translate charts/ --explain V-1023        where each element of the claims of chart V-1023 comes from
  claimgate translate --fields                        every field of a native chart, and what it means
  claimgate translate --schema > chart.schema.json    the JSON Schema of a native chart
  practice-export | claimgate translate - --out claims --format json | jq .verdict

Without --config the invented practice and the sandbox insurer are billed. Control numbers begin at 1: files made here
are for tests and for looking; `claimgate submit` keeps a ledger of numbers. Files of the same name are replaced.")]
pub(crate) struct TranslateArgs {
    /// Charts: native JSON, NDJSON, FHIR R4, claim requests of Optum's and Stedi's APIs, CSV superbills with --mapping, or
    /// 837 interchanges; files, folders (without their interchanges), or `-` for standard input.
    #[arg(required_unless_present_any = ["schema", "fields", "guess_mapping"], value_name = "CHART")]
    charts: Vec<PathBuf>,
    /// Directory for the interchanges, made where there is none.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["explain", "schema", "fields", "guess_mapping"])]
    out: Option<PathBuf>,
    /// Show the claim of this number, or those of this chart, segment by segment, with the field of the chart that each
    /// element comes from. It shows health information; nothing is written.
    #[arg(long, value_name = "CLAIM", conflicts_with = "out")]
    explain: Option<String>,
    /// Print a first mapping for this CSV, guessed from the names of its columns.
    #[arg(long, value_name = "CSV", conflicts_with_all = ["charts", "out", "explain", "payer", "format", "schema"])]
    guess_mapping: Option<PathBuf>,
    /// Print every field of a native chart and what it means, as Markdown.
    #[arg(long, conflicts_with_all = ["charts", "out", "explain", "payer", "format", "schema", "guess_mapping"])]
    fields: bool,
    /// Print the JSON Schema of a native chart, which says what each field means.
    #[arg(long, conflicts_with_all = ["charts", "out", "explain", "payer", "format"])]
    schema: bool,
    #[command(flatten)]
    mapping: MappingArgs,
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
}

pub(crate) fn run(args: &TranslateArgs, common: &Common) -> anyhow::Result<ExitCode> {
    if args.schema {
        return print_schema();
    }
    if args.fields {
        write!(io::stdout().lock(), "{}", chart::fields())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(file) = &args.guess_mapping {
        return guess_mapping(file);
    }
    let mut setup = Setup::load(common.config.as_deref())?.with_data(common.data.as_deref())?;
    if let Some(id) = &args.payer {
        bill_only(&mut setup, id)?;
    }
    if common.config.is_none() {
        output::say("no --config: billing for the invented practice of the sandbox");
    }
    let blocks = Blocks::new(charts::sources(&args.charts)?).with_mapping(args.mapping.read()?);
    let created = clock::local(clock::now());
    if let Some(wanted) = &args.explain {
        return explain::print(wanted, &setup, blocks, created.date());
    }
    let Some(out) = &args.out else {
        bail!("--out DIR says where the interchanges go");
    };
    std::fs::create_dir_all(out)
        .with_context(|| format!("{}: cannot be made: choose another --out", out.display()))?;
    let (mut charts, mut held) = (0, 0);
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    flow::translate(&setup, blocks, created, out, |report| {
        charts += 1;
        held += usize::from(report.is_held());
        print(&mut stdout, &report, args.format)
    })?;
    stdout.flush()?;
    output::say(format_args!(
        "{charts} charts: {} translated, {held} held",
        charts - held
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
    setup.config.billing.only_payer = Some(id.to_owned());
    Ok(())
}

fn guess_mapping(file: &Path) -> anyhow::Result<ExitCode> {
    let shown = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("{shown}: cannot be read"))?;
    let mapping = superbill::guess(&bytes).map_err(|finding| anyhow!("{shown}: {finding}"))?;
    write!(io::stdout().lock(), "{mapping}")?;
    Ok(ExitCode::SUCCESS)
}

fn print_schema() -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &chart::schema())?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

impl Report {
    fn new(billed: &Billed, source: &str) -> Self {
        let held = billed.is_held() || billed.claims.is_empty();
        let claims = billed.claims.iter().filter(|_| !held);
        Self {
            chart: billed.name.clone(),
            source: source.to_owned(),
            verdict: if held { HELD } else { "translated" },
            claims: claims.map(|one| one.claim.control_number.clone()).collect(),
            findings: billed.findings.clone(),
        }
    }

    fn hold(&mut self, finding: Finding) {
        self.verdict = HELD;
        self.claims.clear();
        self.findings.push(finding);
    }

    fn is_held(&self) -> bool {
        self.verdict == HELD
    }
}

fn print(out: &mut impl Write, report: &Report, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            serde_json::to_writer(&mut *out, report)?;
            writeln!(out)?;
        }
        Format::Text => {
            let Report {
                chart,
                source,
                verdict,
                claims,
                findings,
            } = report;
            writeln!(out, "{chart} ({source}): {verdict} {}", claims.join(" "))?;
            charts::print_findings(out, findings)?;
        }
    }
    Ok(())
}
