//! `claimgate read`: interchanges become documents or tables, on standard output because that is what was asked for.

mod table;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;

use self::table::Table;
use super::input::{self, Input, Look, cannot_read};
use super::output::{self, Destination};
use super::{FAILED, FINDINGS};
use crate::guide::library;
use crate::transaction::document::{self, JsonSink, LineSink, Piece, Read};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate read claims.837                             one JSON document, named by the guide's titles
  claimgate read claims.837 | claimgate write -         and back, byte for byte
  claimgate read --format ndjson big.835 | jq -c .claim_payment
                                                        a line for each claim, in little memory
  claimgate read --format csv remittance.835 > paid.csv a row for each claim, service line and provider adjustment
  claimgate read --format csv inbox/ --out tables       a file for each file
  claimgate read --schema 837P > 837p.schema.json       the JSON Schema of a set

What has no place in its guide stays in the document: `unplaced` segments, `stray` bytes. They make exit code 1.
The output is health information: it goes nowhere but to standard output or --out.")]
pub(crate) struct ReadArgs {
    /// Interchanges, or folders of them; `-` reads standard input.
    #[arg(required_unless_present = "schema", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What to write.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// Directory for one file a file read, made where there is none.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the JSON Schema of a transaction set: 837P, 837I, 837D, 835, 999, 277CA, 276, 277, 270, 271.
    #[arg(long, value_name = "SET", conflicts_with_all = ["files", "format", "out"])]
    schema: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One document a file, for people and programs.
    Json,
    /// A line for each claim and each level around it.
    Ndjson,
    /// A table, of 835 and 277CA.
    Csv,
}

pub(crate) fn run(args: &ReadArgs) -> anyhow::Result<ExitCode> {
    if let Some(set) = &args.schema {
        return print_schema(set);
    }
    let extension = match args.format {
        Format::Json => "json",
        Format::Ndjson => "ndjson",
        Format::Csv => "csv",
    };
    let mut destination = Destination::new(args.out.as_deref(), extension)?;
    let mut table = Table::default();
    let mut found = false;
    let failed = input::each(&args.files, |file, bar| {
        found |= !read(args.format, file, bar, &mut destination, &mut table)?;
        Ok(())
    })?;
    destination.flush()?;
    Ok(match (failed, found) {
        (true, _) => ExitCode::from(FAILED),
        (_, true) => ExitCode::from(FINDINGS),
        _ => ExitCode::SUCCESS,
    })
}

/// Whether everything in the file has its place.
fn read(
    format: Format,
    file: &Path,
    bar: &ProgressBar,
    destination: &mut Destination,
    table: &mut Table,
) -> anyhow::Result<bool> {
    let mut input = Input::open(file, Look::Once)?;
    let source = bar.wrap_read(&mut input);
    if destination.is_a_file_each() {
        *table = Table::default();
    }
    let out = destination.open(file)?;
    let seen = match format {
        Format::Csv => {
            table.read(source, out).with_context(|| input::name(file))?;
            destination.close()?;
            return Ok(true);
        }
        Format::Json => {
            let mut sink = JsonSink::new(out);
            let seen = pieces(file, source, |piece| sink.piece(piece))?;
            sink.finish()?;
            seen
        }
        Format::Ndjson => {
            let mut sink = LineSink::new(out);
            let seen = pieces(file, source, |piece| sink.piece(piece))?;
            sink.finish()?;
            seen
        }
    };
    destination.close()?;
    bar.suspend(|| tell(file, &seen));
    Ok(seen.interchanges > 0 && seen.stray == 0 && seen.unplaced == 0)
}

fn pieces(
    file: &Path,
    source: impl io::Read,
    tell: impl FnMut(Piece) -> io::Result<()>,
) -> anyhow::Result<Read> {
    document::read(source, tell).with_context(|| cannot_read(file))
}

fn tell(file: &Path, seen: &Read) {
    let file = input::name(file);
    let say = |words: String| output::say(format_args!("{file}: {words}"));
    if seen.interchanges == 0 {
        say("no interchange in it".to_owned());
    } else if seen.stray > 0 {
        say(format!(
            "{} bytes are no segments and are kept as they stand",
            seen.stray
        ));
    }
    if seen.unplaced > 0 {
        let count = seen.unplaced;
        say(format!(
            "{count} segments have no place in their guide: `claimgate check` says more"
        ));
    }
    if seen.tidied {
        say("line breaks inside segments were taken out, or empty segments passed over".to_owned());
    }
}

fn print_schema(set: &str) -> anyhow::Result<ExitCode> {
    let Some(guide) = library().called(set) else {
        bail!("--schema {}", document::no_set(set));
    };
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &document::schema(guide))?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}
