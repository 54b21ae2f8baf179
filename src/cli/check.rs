//! `claimgate check`: judges interchanges and prints the findings.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::check::{Checker, Finding, Judgment, Severity, Verdict};
use crate::exchange::{AnswerNumbers, implementation_acknowledgments, interchange_acknowledgments};
use crate::gateway::clock;
use crate::guide::codes::Codes;
use crate::x12::{Item, Reader, Refused, Segment};

use super::{Common, FINDINGS, codes, output};

/// Findings shown with their segment in text: whoever has more mends these first.
const SHOWN_MAX: usize = 100;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate check claims.837                       what is wrong, for people
  claimgate check --format json *.edi | jq .verdict
  claimgate check --format 999 claims.837          the acknowledgment a receiver would send
  claimgate check --snip 2 remittance.835          syntax and guide only, no balances
  claimgate check --data store claims.837          with the code lists imported into the store (`claimgate codes`)")]
pub(crate) struct CheckArgs {
    /// Interchanges; `-` reads standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Highest WEDI SNIP type of test to run.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u8).range(1..=7))]
    snip: u8,
    /// Show the data of the segments named, which may be health information.
    #[arg(long)]
    show_values: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, with the segment and a caret.
    Text,
    /// One object a file.
    Json,
    /// The 999 (and TA1) that a receiver would answer.
    #[value(name = "999")]
    Implementation,
    /// The TA1 that a receiver would answer.
    Ta1,
}

pub(crate) fn run(args: &CheckArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let codes = codes::load(common)?;
    let mut worst = Verdict::Accepted;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for file in &args.files {
        let judgment = judge(file, args.snip, &codes)?;
        worst = worst.max(judgment.verdict());
        match args.format {
            Format::Json => print_json(&mut out, file, &judgment)?,
            Format::Text => print_text(&mut out, file, &judgment, args)?,
            Format::Implementation => {
                let answer = implementation_acknowledgments(&judgment, answer_numbers());
                print_answer(&mut out, file, &judgment, answer)?;
                // A set that no guide judged is refused there, though nothing wrong was found in it.
                if judgment.refuses_a_set() {
                    worst = Verdict::Rejected;
                }
            }
            Format::Ta1 => {
                let answer = interchange_acknowledgments(&judgment, answer_numbers());
                print_answer(&mut out, file, &judgment, answer)?;
            }
        }
    }
    out.flush()?;
    Ok(if worst == Verdict::Rejected {
        ExitCode::from(FINDINGS)
    } else {
        ExitCode::SUCCESS
    })
}

/// An acknowledgment printed by hand has no ledger of numbers behind it.
fn answer_numbers() -> AnswerNumbers {
    AnswerNumbers {
        control_number: 1,
        created: clock::local(clock::now()),
    }
}

/// An empty answer on standard output says nothing, so the reason goes to standard error.
fn print_answer(
    out: &mut impl Write,
    file: &Path,
    judgment: &Judgment,
    answer: Result<Vec<u8>, Refused>,
) -> anyhow::Result<()> {
    let answer = answer.with_context(|| cannot_answer(file))?;
    if answer.is_empty() {
        // Acknowledgments are not acknowledged; a file without an interchange is rejected, which is exit 1.
        let reason = match judgment.interchanges.first() {
            Some(_) => "it holds nothing that is acknowledged".to_owned(),
            None => judgment
                .findings
                .iter()
                .map(Finding::message)
                .collect::<Vec<_>>()
                .join("; "),
        };
        output::say(format_args!(
            "{}: nothing to answer: {reason}",
            file.display()
        ));
    }
    Ok(out.write_all(&answer)?)
}

fn cannot_answer(file: &Path) -> String {
    format!(
        "{}: its envelope holds ids that no acknowledgment can carry back",
        file.display()
    )
}

fn judge(file: &Path, snip: u8, codes: &Arc<Codes>) -> anyhow::Result<Judgment> {
    let (source, bytes) = open(file)?;
    let bar = output::byte_bar(bytes);
    bar.set_message(
        file.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    );
    let mut reader = Reader::new(bar.wrap_read(source));
    let mut checker = Checker::new(snip).with_codes(codes.clone());
    while let Some(item) = reader.next_item().with_context(|| cannot_read(file))? {
        checker.item(&item);
    }
    bar.finish_and_clear();
    Ok(checker.finish())
}

fn open(file: &Path) -> anyhow::Result<(Box<dyn Read>, u64)> {
    if file.as_os_str() == "-" {
        return Ok((Box::new(io::stdin().lock()), 0));
    }
    let opened = File::open(file).with_context(|| cannot_read(file))?;
    let length = opened.metadata().map_or(0, |metadata| metadata.len());
    Ok((Box::new(opened), length))
}

fn cannot_read(file: &Path) -> String {
    format!("cannot read {}", file.display())
}

/// One object a file, as HOUSE has it.
#[derive(Serialize)]
struct Report<'j> {
    file: String,
    verdict: Verdict,
    transactions: usize,
    segments: u64,
    findings: Vec<ReportedFinding<'j>>,
}

#[derive(Serialize)]
struct ReportedFinding<'j> {
    code: &'static str,
    snip: u8,
    severity: Severity,
    interchange: u32,
    group: u32,
    transaction: u32,
    segment: &'j str,
    position: u32,
    #[serde(rename = "loop")]
    loop_id: &'j str,
    element: u8,
    component: u8,
    message: String,
    help: &'static str,
}

fn print_json(out: &mut impl Write, file: &Path, judgment: &Judgment) -> anyhow::Result<()> {
    let findings = judgment.findings().map(|finding| ReportedFinding {
        code: finding.code.name(),
        snip: finding.code.snip(),
        severity: finding.code.severity(),
        interchange: finding.place.interchange,
        group: finding.place.group,
        transaction: finding.place.transaction,
        segment: &finding.segment,
        position: finding.place.position,
        loop_id: &finding.loop_id,
        element: finding.element,
        component: finding.component,
        message: finding.message(),
        help: finding.code.help(),
    });
    let report = Report {
        file: file.display().to_string(),
        verdict: judgment.verdict(),
        transactions: judgment.transactions(),
        segments: judgment.segments,
        findings: findings.collect(),
    };
    serde_json::to_writer(&mut *out, &report)?;
    Ok(writeln!(out)?)
}

fn print_text(
    out: &mut impl Write,
    file: &Path,
    judgment: &Judgment,
    args: &CheckArgs,
) -> anyhow::Result<()> {
    let findings: Vec<&Finding> = judgment.findings().collect();
    let verdict = match judgment.verdict() {
        Verdict::Accepted => "accepted",
        Verdict::AcceptedWithErrors => "accepted with warnings",
        Verdict::Rejected => "rejected",
    };
    let (sets, segments) = (judgment.transactions(), judgment.segments);
    writeln!(
        out,
        "{}: {verdict}, {sets} transaction sets, {segments} segments, {} findings",
        file.display(),
        findings.len()
    )?;
    let pictures = pictures(file, &findings, args)?;
    for (finding, picture) in findings.iter().zip(pictures) {
        let level = match finding.code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(out, "\n{level}[{}] {}", finding.code, finding.message())?;
        let place = finding.place;
        writeln!(
            out,
            "  interchange {}, group {}, set {}, segment {}",
            place.interchange, place.group, place.transaction, place.position
        )?;
        picture
            .iter()
            .try_for_each(|line| writeln!(out, "    {line}"))?;
        writeln!(out, "  help: {}", finding.code.help())?;
    }
    if findings.len() > SHOWN_MAX {
        writeln!(
            out,
            "\n… and {} more; --format json has all",
            findings.len() - SHOWN_MAX
        )?;
    }
    Ok(writeln!(out)?)
}

/// The segment of each finding with a caret, by a second look at the file. Standard input cannot be read twice.
fn pictures(
    file: &Path,
    findings: &[&Finding],
    args: &CheckArgs,
) -> anyhow::Result<Vec<Vec<String>>> {
    let shown = &findings[..findings.len().min(SHOWN_MAX)];
    let mut pictures = vec![Vec::new(); shown.len()];
    if file.as_os_str() == "-" || shown.is_empty() {
        return Ok(pictures);
    }
    let mut reader = Reader::new(open(file)?.0);
    while let Some(item) = reader.next_item().with_context(|| cannot_read(file))? {
        let Item::Segment(segment) = item else {
            continue;
        };
        for (finding, picture) in shown.iter().zip(&mut pictures) {
            if finding.place == segment.place && finding.segment.as_bytes() == segment.id() {
                *picture = draw(&segment, finding, args.show_values);
            }
        }
    }
    Ok(pictures)
}

fn draw(segment: &Segment<'_>, finding: &Finding, show_values: bool) -> Vec<String> {
    let id_length = segment.id().len();
    let shown: String = String::from_utf8_lossy(segment.raw())
        .chars()
        .enumerate()
        .map(|(at, c)| {
            let data = at >= id_length && c.is_alphanumeric();
            if data && !show_values { 'x' } else { c }
        })
        .collect();
    if finding.element == 0 {
        return vec![shown];
    }
    let start = segment.element_offset(usize::from(finding.element));
    let width = segment
        .element(usize::from(finding.element))
        .raw()
        .len()
        .max(1);
    vec![shown, format!("{}{}", " ".repeat(start), "^".repeat(width))]
}
