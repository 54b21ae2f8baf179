//! What `check`, `read` and `write` read: files, the files of folders, standard input; once to judge and once more to
//! show segments. It must not judge.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use indicatif::ProgressBar;
use tempfile::SpooledTempFile;

use super::{is_closed_pipe, output};
use crate::x12::{Item, Reader, Segment};

/// Files found in folders.
const FILES_MAX: usize = 1_000_000;
/// Of what cannot be read twice, kept in memory; beyond it goes to an unnamed temporary file.
const KEPT_MEMORY_BYTES_MAX: usize = 16 << 20;
/// Kept at all. A longer stream is judged whole, but its segments are not shown.
const KEPT_BYTES_MAX: u64 = 4 << 30;

/// Files in the order given; a folder stands for the files in it, at any depth and by name, hidden ones left out.
pub(crate) fn files(given: &[PathBuf]) -> Vec<anyhow::Result<PathBuf>> {
    given
        .iter()
        .flat_map(|path| match path.is_dir() {
            false => vec![Ok(path.clone())],
            true => match in_folder(path) {
                Ok(files) => files.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            },
        })
        .collect()
}

fn in_folder(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let cannot = || format!("{}: the folder cannot be read", folder.display());
        for entry in std::fs::read_dir(&folder).with_context(cannot)? {
            let entry = entry.with_context(cannot)?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            // A link to a folder is not followed: it may lead back here.
            match entry.file_type().with_context(cannot)? {
                kind if kind.is_dir() => open.push(entry.path()),
                _ => files.push(entry.path()),
            }
            if files.len() + open.len() > FILES_MAX {
                bail!("more than {FILES_MAX} files: check the folders one by one");
            }
        }
    }
    if files.is_empty() {
        bail!("{}: no files there", folder.display());
    }
    files.sort();
    Ok(files)
}

/// A bar over the bytes of all files.
pub(crate) fn bar(files: &[anyhow::Result<PathBuf>]) -> ProgressBar {
    let lengths: Option<Vec<u64>> = files.iter().flatten().map(|file| length(file)).collect();
    output::byte_bar(lengths.map(|lengths| lengths.iter().sum()))
}

/// Does a thing with each file. One that cannot be done is told and does not keep the others from it; whether there was
/// one.
///
/// # Errors
/// Nobody reads standard output any more.
pub(crate) fn each(
    given: &[PathBuf],
    mut take: impl FnMut(&Path, &ProgressBar) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    let files = files(given);
    let bar = bar(&files);
    let mut failed = false;
    for file in files {
        let done = file.and_then(|file| {
            let name = file.file_name().unwrap_or_default();
            bar.set_message(name.to_string_lossy().into_owned());
            take(&file, &bar)
        });
        match done {
            Ok(()) => {}
            Err(error) if is_closed_pipe(&error) => return Err(error),
            Err(error) => {
                failed = true;
                bar.suspend(|| output::error(&error));
            }
        }
    }
    bar.finish_and_clear();
    Ok(failed)
}

/// How many bytes there are to read; `None` for a stream. A file that is not there has none.
fn length(file: &Path) -> Option<u64> {
    if file.as_os_str() == "-" {
        return None;
    }
    match std::fs::metadata(file) {
        Err(_) => Some(0),
        Ok(metadata) => metadata.is_file().then_some(metadata.len()),
    }
}

/// How people read of it.
pub(crate) fn name(file: &Path) -> String {
    match file.as_os_str() == "-" {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    }
}

/// An opened file, or standard input.
pub(crate) struct Input {
    source: Box<dyn Read>,
    /// Where it is read from once more; `None` for what comes only once.
    path: Option<PathBuf>,
    kept: Option<SpooledTempFile>,
    kept_bytes: u64,
}

impl Input {
    /// Whether the bytes of a stream are kept is decided here: only text shows segments.
    pub(crate) fn open(file: &Path, look: Look) -> anyhow::Result<Self> {
        let (source, path): (Box<dyn Read>, _) = if file.as_os_str() == "-" {
            (Box::new(io::stdin().lock()), None)
        } else {
            let opened = File::open(file).with_context(|| cannot_read(file))?;
            let again = opened.metadata().is_ok_and(|metadata| metadata.is_file());
            (Box::new(opened), again.then(|| file.to_owned()))
        };
        let keeps = path.is_none() && look == Look::Twice;
        Ok(Self {
            source,
            path,
            kept: keeps.then(|| SpooledTempFile::new(KEPT_MEMORY_BYTES_MAX)),
            kept_bytes: 0,
        })
    }

    /// Reads everything once more, until `visit` says that it has seen enough. What cannot be read is not shown.
    pub(crate) fn read_again(self, mut visit: impl FnMut(&Segment<'_>) -> Seen) -> io::Result<()> {
        let source: Box<dyn Read> = match (self.path, self.kept) {
            (Some(path), _) => Box::new(File::open(path)?),
            (None, Some(mut kept)) => {
                kept.seek(SeekFrom::Start(0))?;
                Box::new(io::BufReader::new(kept))
            }
            (None, None) => return Ok(()),
        };
        let mut reader = Reader::new(source);
        while let Some(item) = reader.next_item()? {
            if let Item::Segment(segment) = item
                && visit(&segment) == Seen::Enough
            {
                break;
            }
        }
        Ok(())
    }
}

/// How often the bytes are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Once,
    Twice,
}

/// Whether a second look goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    GoOn,
    Enough,
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        if let Some(kept) = &mut self.kept {
            self.kept_bytes += count as u64;
            // A full disk costs the pictures, not the judgment.
            if self.kept_bytes > KEPT_BYTES_MAX || kept.write_all(&buffer[..count]).is_err() {
                self.kept = None;
            }
        }
        Ok(count)
    }
}

pub(crate) fn cannot_read(file: &Path) -> String {
    format!("cannot read {}", name(file))
}
