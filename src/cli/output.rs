//! Words to stderr and bars on a terminal. It must not print data: that goes to stdout, in the commands.

use std::collections::HashSet;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tempfile::NamedTempFile;

/// Work that takes less is over before a bar is read.
const BAR_AFTER: Duration = Duration::from_millis(300);
/// Fewer bytes are read in less time than that.
const BAR_BYTES_MIN: u64 = 8 << 20;

/// Says why a command could not do its work.
pub(crate) fn error(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr(), "claimgate: {error:#}");
}

/// Says something on stderr.
pub(crate) fn say(words: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{words}");
}

/// A table without lines, for people: as wide as the terminal where there is one.
pub(crate) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header);
    table
}

/// A text that a spreadsheet would run as a formula is quoted away (OWASP).
pub(crate) fn guarded(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\0']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// A field of a CSV file (RFC 4180), guarded.
pub(crate) fn csv(text: &str) -> String {
    let guarded = guarded(text);
    match guarded.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

/// Where a command's data goes: standard output, or a file in a directory for each file read.
#[derive(Debug)]
pub(crate) struct Destination {
    directory: Option<PathBuf>,
    extension: &'static str,
    taken: HashSet<PathBuf>,
    stdout: BufWriter<StdoutLock<'static>>,
    file: Option<(BufWriter<NamedTempFile>, PathBuf)>,
}

impl Destination {
    /// # Errors
    /// The directory is not there and cannot be made.
    pub(crate) fn new(directory: Option<&Path>, extension: &'static str) -> anyhow::Result<Self> {
        if let Some(directory) = directory {
            let cannot = || {
                format!(
                    "{}: cannot be made: choose another --out",
                    directory.display()
                )
            };
            std::fs::create_dir_all(directory).with_context(cannot)?;
        }
        Ok(Self {
            directory: directory.map(Path::to_owned),
            extension,
            taken: HashSet::new(),
            stdout: BufWriter::new(io::stdout().lock()),
            file: None,
        })
    }

    pub(crate) fn is_a_file_each(&self) -> bool {
        self.directory.is_some()
    }

    /// Where the data of a file goes. What was opened before and not closed is given up.
    pub(crate) fn open(&mut self, source: &Path) -> anyhow::Result<&mut dyn Write> {
        let Some(directory) = &self.directory else {
            return Ok(&mut self.stdout);
        };
        let name = match source.as_os_str() == "-" {
            true => "stdin".into(),
            false => source.file_name().unwrap_or_default().to_owned(),
        };
        let mut file = directory.join(name);
        file.add_extension(self.extension);
        if !self.taken.insert(file.clone()) {
            let file = file.display();
            bail!("{file}: written already from a file of the same name: read them apart");
        }
        let new = NamedTempFile::new_in(directory).with_context(|| cannot_write(&file))?;
        let (new, _) = self.file.insert((BufWriter::new(new), file));
        Ok(new)
    }

    /// Ends what was opened: a file is there whole or not at all.
    pub(crate) fn close(&mut self) -> anyhow::Result<()> {
        let Some((writer, file)) = self.file.take() else {
            return Ok(());
        };
        let new = writer.into_inner().map_err(io::IntoInnerError::into_error);
        new.and_then(|new| put(new, &file))
            .with_context(|| cannot_write(&file))
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

/// Writes a file that is there whole or not at all.
pub(crate) fn write_whole(directory: &Path, file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let write = || {
        let mut new = NamedTempFile::new_in(directory)?;
        new.write_all(bytes)?;
        put(new, file)
    };
    write().with_context(|| cannot_write(file))
}

fn put(new: NamedTempFile, file: &Path) -> io::Result<()> {
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o640);
    new.as_file().set_permissions(readable)?;
    new.persist(file)?;
    Ok(())
}

fn cannot_write(file: &Path) -> String {
    format!(
        "{}: cannot be written: make room, or choose another --out",
        file.display()
    )
}

/// A bar over bytes, on a terminal only. Where their number is not known, what was read and how fast.
pub(crate) fn byte_bar(bytes: Option<u64>) -> ProgressBar {
    match bytes {
        Some(few) if few < BAR_BYTES_MIN => ProgressBar::hidden(),
        Some(bytes) => bar(
            bytes,
            "{wide_msg} {bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        ),
        None => bar(0, "{msg} {bytes} {bytes_per_sec}"),
    }
}

/// A bar over things, on a terminal only.
pub(crate) fn count_bar(count: u64) -> ProgressBar {
    bar(count, "{msg:24} {bar:32} {pos}/{len} {eta}")
}

fn bar(length: u64, template: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    bar.enable_steady_tick(BAR_AFTER);
    bar
}
