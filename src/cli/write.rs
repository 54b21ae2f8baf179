//! `claimgate write`: JSON documents become interchanges again.

use std::cell::Cell;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use anyhow::Context;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::Deserializer;

use super::FAILED;
use super::input::{self, Input, Look};
use super::output::Destination;
use crate::transaction::document::{DocumentWriter, Value};

/// One JSON document, or one line of NDJSON, which is held whole.
const DOCUMENT_BYTES_MAX: u64 = 1 << 30;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate write claims.json > claims.837          what `claimgate read` made, byte for byte
  claimgate read claims.837 | jq '…' | claimgate write - | claimgate check -
                                                    change something, and judge what came out
  claimgate write documents/ --out interchanges     a file for each document

Counts and control numbers that a document leaves out are filled in, and so are delimiters (* : ^ ~). A name or a type
that does not fit is told with its path in the document, and the rest of that file is not written (exit code 2). The data
is not judged: `claimgate check` does that. `claimgate read --schema SET` prints what a document may hold.")]
pub(crate) struct WriteArgs {
    /// JSON documents or NDJSON of `claimgate read`, or folders of them; `-` reads standard input.
    #[arg(required = true, value_name = "JSON")]
    files: Vec<PathBuf>,
    /// Directory for one interchange file a document, made where there is none.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &WriteArgs) -> anyhow::Result<ExitCode> {
    let mut destination = Destination::new(args.out.as_deref(), "edi")?;
    let failed = input::each(&args.files, |file, bar| write(file, bar, &mut destination))?;
    destination.flush()?;
    Ok(match failed {
        true => ExitCode::from(FAILED),
        false => ExitCode::SUCCESS,
    })
}

/// Writes every document of a file.
fn write(file: &Path, bar: &ProgressBar, destination: &mut Destination) -> anyhow::Result<()> {
    let mut input = Input::open(file, Look::Once)?;
    let left = Rc::new(Cell::new(DOCUMENT_BYTES_MAX));
    let source = Limited {
        source: bar.wrap_read(&mut input),
        left: left.clone(),
    };
    let out = destination.open(file)?;
    let mut writer = DocumentWriter::default();
    let values = Deserializer::from_reader(BufReader::new(source)).into_iter::<Value>();
    let mut count = 0;
    for (number, value) in (1..).zip(values) {
        let place = || format!("{}: document or line {number}", input::name(file));
        writer
            .value(&value.with_context(place)?)
            .with_context(place)?;
        out.write_all(&writer.take())?;
        left.set(DOCUMENT_BYTES_MAX);
        count = number;
    }
    if count == 0 {
        anyhow::bail!("{}: no document in it", input::name(file));
    }
    out.write_all(&writer.finish().with_context(|| input::name(file))?)?;
    destination.close()
}

/// A source that ends with an error where one document goes on for too long.
struct Limited<R> {
    source: R,
    left: Rc<Cell<u64>>,
}

impl<R: io::Read> io::Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        match self.left.get().checked_sub(count as u64) {
            Some(left) => self.left.set(left),
            None => {
                let words =
                    "a document of more than 1 GiB: write it as lines, by `read --format ndjson`";
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
            }
        }
        Ok(count)
    }
}
