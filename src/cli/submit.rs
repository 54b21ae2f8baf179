//! `claimgate submit`: charts become claims, claims are queued and sent, each at most once.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::exchange::submission::State;
use crate::gateway::{Sent, TakenChart, Verdict};

use super::charts::{self, Blocks, Format, MappingArgs};
use super::{Common, FINDINGS, output, steps};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate submit charts/ --config claimgate.toml    queue every chart of a folder, and send what is due
  claimgate submit --config claimgate.toml            only send what is due

A chart that was taken before is not billed again. A send of which nobody knows whether it arrived stays `unknown`:
it is never sent again blindly.")]
pub(crate) struct SubmitArgs {
    /// Charts: native JSON, NDJSON, FHIR R4, claim requests of Optum's and Stedi's APIs, CSV superbills with --mapping, or
    /// 837 interchanges of another system; files, folders (without their interchanges), or `-` for standard input.
    #[arg(value_name = "CHART")]
    charts: Vec<PathBuf>,
    #[command(flatten)]
    mapping: MappingArgs,
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) async fn run(args: &SubmitArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let files = match args.charts.is_empty() {
        true => Vec::new(),
        false => charts::sources(&args.charts)?,
    };
    let gateway = steps::open(common).await?;
    let mut held = 0;
    let mut blocks = Blocks::new(files).with_mapping(args.mapping.read()?);
    let bar = blocks.bar.clone();
    for block in &mut blocks {
        let block = block?;
        let taken = gateway.take(&block.read(), &block.source).await?;
        held += taken
            .iter()
            .filter(|chart| chart.verdict == Verdict::Held)
            .count();
        bar.suspend(|| print(&taken, args.format))?;
    }
    bar.finish_and_clear();
    let queued = gateway.queue().await?;
    let sent = gateway.send().await?;
    let unknown = gateway.store.submissions_in(State::Unknown).await?.len();
    output::say(format_args!(
        "{queued} claims queued, {} interchanges sent",
        sent.sent
    ));
    tell_unsent(&sent, unknown);
    let is_done = held == 0 && unknown == 0 && sent.refused + sent.unroutable + sent.waiting == 0;
    Ok(match is_done {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(FINDINGS),
    })
}

fn print(taken: &[TakenChart], format: Format) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for chart in taken {
        match format {
            Format::Json => {
                serde_json::to_writer(&mut out, chart)?;
                writeln!(out)?;
            }
            Format::Text => {
                let verdict = match chart.verdict {
                    Verdict::Translated => "queued",
                    Verdict::Held => "held",
                    Verdict::Known => "known",
                };
                writeln!(out, "{}: {verdict} {}", chart.chart, chart.claims.join(" "))?;
                charts::print_findings(&mut out, &chart.findings)?;
            }
        }
    }
    Ok(out.flush()?)
}

/// What of interchanges has not arrived, a line for each thing that somebody should know.
pub(super) fn tell_unsent(sent: &Sent, unknown: usize) {
    for problem in &sent.problems {
        output::say(problem);
    }
    let lines = [
        (sent.waiting, "not arrived, will be tried again"),
        (
            sent.refused,
            "refused: see the partner's answer, and ask the partner",
        ),
        (
            sent.unroutable,
            "waiting: the trading partner's file has no [route]",
        ),
        (
            unknown,
            "unknown: nobody can say whether the partner has it; wait for an acknowledgment, or ask the partner",
        ),
    ];
    for (count, words) in lines.into_iter().filter(|(count, _)| *count > 0) {
        output::say(format_args!("{count} interchanges {words}"));
    }
}
