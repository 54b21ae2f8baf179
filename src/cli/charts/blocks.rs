//! Files of charts a block at a time: NDJSON by so many lines, everything else whole. It must not understand a chart.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use indicatif::ProgressBar;

use crate::chart::superbill::{self, Mapping};
use crate::chart::{self, CHART_BYTES_MAX, Export, Reading};
use crate::cli::output;
use crate::gateway::Recharted;

/// A block of lines is about so long: some hundred charts.
const BLOCK_BYTES: usize = 256 * 1024;
/// Patients of a bulk export together, at least.
const EXPORT_BYTES: usize = 1024 * 1024;
/// As many claims of interchanges.
const BLOCK_CLAIMS: usize = 250;
/// Text that is no NDJSON is read whole, such as a FHIR bundle or an array of charts.
const WHOLE_BYTES_MAX: usize = 512 * 1024 * 1024;

/// Some charts of one file.
pub(crate) struct Block {
    /// The file as the user named it.
    pub(crate) source: String,
    /// What charts without an id are called by.
    name: String,
    text: Text,
}

enum Text {
    Whole(Vec<u8>),
    /// Whole lines, of which the first is this one of the file.
    Lines(usize, Vec<u8>),
    /// A superbill, whole, and what its columns mean if that was said.
    Rows(Vec<u8>, Option<Arc<Mapping>>),
    /// Of claims that an interchange held, and how many of its bytes they came from.
    Claims(Vec<Reading>, u64),
    /// Some patients of a bulk export, and their bytes.
    Patients(Arc<Export>, Range<usize>, u64),
    /// An export in which nothing asks for payment.
    Nothing(Box<Reading>),
    /// A line, or a whole file, that nobody reads.
    TooLarge(String),
}

impl Block {
    /// Its charts, one at a time where each has its line.
    pub(crate) fn readings(&self) -> Box<dyn Iterator<Item = Reading> + '_> {
        let all = match &self.text {
            Text::Lines(first, bytes) => {
                return Box::new(chart::read_lines(bytes, &self.name, *first));
            }
            Text::Whole(bytes) => chart::read(bytes, &self.name),
            Text::Rows(bytes, Some(mapping)) => superbill::read(bytes, mapping, &self.name),
            Text::Rows(_, None) => vec![superbill::without_mapping(&self.name)],
            Text::Claims(readings, _) => return Box::new(readings.iter().cloned()),
            Text::Patients(export, patients, _) => export.read(patients.clone()),
            Text::Nothing(reading) => vec![(**reading).clone()],
            Text::TooLarge(name) => vec![chart::too_large(name)],
        };
        Box::new(all.into_iter())
    }

    pub(crate) fn read(&self) -> Vec<Reading> {
        self.readings().collect()
    }

    fn bytes(&self) -> u64 {
        match &self.text {
            Text::Whole(bytes) | Text::Lines(_, bytes) | Text::Rows(bytes, _) => bytes.len() as u64,
            Text::Claims(_, bytes) | Text::Patients(_, _, bytes) => *bytes,
            Text::Nothing(_) | Text::TooLarge(_) => 0,
        }
    }
}

/// The blocks of files in their order, and a bar over their bytes.
pub(crate) struct Blocks {
    files: VecDeque<PathBuf>,
    /// Patients of a bulk export that wait.
    patients: VecDeque<Block>,
    /// What the columns of superbills mean.
    mapping: Option<Arc<Mapping>>,
    open: Option<Open>,
    pub(crate) bar: ProgressBar,
}

impl Blocks {
    pub(crate) fn new(files: Vec<PathBuf>) -> Self {
        let length = |file: &PathBuf| std::fs::metadata(file).ok().map(|meta| meta.len());
        let is_stream = files.iter().any(|file| file.as_os_str() == "-");
        let bytes = (!is_stream).then(|| files.iter().filter_map(length).sum());
        let bar = output::byte_bar(bytes);
        bar.set_message("charts");
        Self {
            files: files.into(),
            patients: VecDeque::new(),
            mapping: None,
            open: None,
            bar,
        }
    }

    /// Reads superbills by a mapping: files named .csv, .tsv or .txt, and what comes over standard input and is no JSON.
    pub(crate) fn with_mapping(self, mapping: Option<Arc<Mapping>>) -> Self {
        Self { mapping, ..self }
    }

    fn next_block(&mut self) -> anyhow::Result<Option<Block>> {
        loop {
            if let Some(open) = &mut self.open
                && let Some(block) = open.next_block()?
            {
                self.bar.inc(block.bytes());
                return Ok(Some(block));
            }
            if let Some(block) = self.patients.pop_front() {
                self.bar.inc(block.bytes());
                return Ok(Some(block));
            }
            let Some(file) = self.files.pop_front() else {
                return Ok(None);
            };
            if is_export(&file) && self.take_export(&file)? {
                continue;
            }
            self.open = Some(Open::new(&file, self.mapping.clone())?);
        }
    }
}

impl Blocks {
    /// Takes the files of a bulk export together, for their resources name each other; `false` where they are more than
    /// can be: then each line stands for itself.
    fn take_export(&mut self, first: &Path) -> anyhow::Result<bool> {
        let beside = |file: &&PathBuf| file.parent() == first.parent() && is_export(file);
        let others: Vec<PathBuf> = self.files.iter().filter(beside).cloned().collect();
        let files: Vec<&Path> = std::iter::once(first)
            .chain(others.iter().map(PathBuf::as_path))
            .collect();
        let length = |file: &&Path| std::fs::metadata(file).map_or(0, |own| own.len());
        if files.iter().map(length).sum::<u64>() > WHOLE_BYTES_MAX as u64 {
            return Ok(false);
        }
        let mut texts = Vec::new();
        for file in files {
            let text = std::fs::read(file).with_context(|| cannot_read(file))?;
            texts.push((name_of(file), text));
        }
        self.files.retain(|file| !others.contains(file));
        let export = Arc::new(Export::new(texts));
        let block = |text| Block {
            source: match others.is_empty() {
                true => first.display().to_string(),
                false => first.parent().unwrap_or(first).display().to_string(),
            },
            name: name_of(first),
            text,
        };
        if let Some(nothing) = export.nothing() {
            self.patients
                .push_back(block(Text::Nothing(Box::new(nothing))));
            return Ok(true);
        }
        let (mut begin, mut bytes) = (0, 0);
        let lengths: Vec<usize> = export.groups().collect();
        for (index, length) in lengths.iter().enumerate() {
            bytes += length;
            if bytes >= EXPORT_BYTES || index + 1 == lengths.len() {
                let patients = begin..index + 1;
                let text = Text::Patients(export.clone(), patients, bytes as u64);
                self.patients.push_back(block(text));
                (begin, bytes) = (index + 1, 0);
            }
        }
        Ok(true)
    }
}

impl Iterator for Blocks {
    type Item = anyhow::Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_block().transpose()
    }
}

/// One file on its way.
struct Open {
    source: String,
    name: String,
    bytes: Box<dyn Read>,
    /// Read and not given out.
    rest: Vec<u8>,
    ended: bool,
    /// Named as a superbill, or what may be one.
    is_rows: bool,
    mapping: Option<Arc<Mapping>>,
    /// The line at which `rest` begins, 1 the first; `None` before it is known whether the file has charts by line.
    line: Option<usize>,
    /// Where the file holds interchanges.
    claims: Option<Recharted<Box<dyn Read>>>,
}

impl Open {
    fn new(file: &Path, mapping: Option<Arc<Mapping>>) -> anyhow::Result<Self> {
        let is_superbill = is_superbill(file);
        let is_stream = file.as_os_str() == "-";
        let bytes: Box<dyn Read> = match is_stream {
            true => Box::new(io::stdin().lock()),
            false => Box::new(File::open(file).with_context(|| cannot_read(file))?),
        };
        Ok(Self {
            source: file.display().to_string(),
            name: name_of(file),
            bytes,
            rest: Vec::new(),
            ended: false,
            is_rows: is_superbill || (is_stream && mapping.is_some()),
            mapping,
            line: None,
            claims: None,
        })
    }

    /// Reads until so many bytes are there, or there are no more.
    fn fill(&mut self, bytes: usize) -> anyhow::Result<()> {
        let missing = bytes.saturating_sub(self.rest.len());
        if missing > 0 && !self.ended {
            let read = (&mut self.bytes)
                .take(missing as u64)
                .read_to_end(&mut self.rest)
                .with_context(|| cannot_read(Path::new(&self.source)))?;
            self.ended = read < missing;
        }
        Ok(())
    }

    fn next_block(&mut self) -> anyhow::Result<Option<Block>> {
        if let Some(claims) = &mut self.claims {
            let text = next_claims(claims).with_context(|| cannot_read(Path::new(&self.source)))?;
            return Ok(text.map(|text| self.block(text)));
        }
        self.fill(BLOCK_BYTES)?;
        if self.rest.is_empty() {
            return Ok(None);
        }
        if self.line.is_none() && has_claims(&self.rest) {
            let mark = self.rest.len() - chart::without_mark(&self.rest).len();
            self.rest.drain(..mark);
            let begin = io::Cursor::new(std::mem::take(&mut self.rest));
            let rest = std::mem::replace(&mut self.bytes, Box::new(io::empty()));
            let whole: Box<dyn Read> = Box::new(begin.chain(rest));
            self.claims = Some(Recharted::new(self.name.clone(), whole));
            return self.next_block();
        }
        if self.line.is_none() && self.has_rows() {
            let text = match self.whole()? {
                Text::Whole(bytes) => Text::Rows(bytes, self.mapping.clone()),
                other => other,
            };
            return Ok(Some(self.block(text)));
        }
        if self.line.is_none() {
            self.fill_first_line()?;
        }
        let text = match self.line {
            None if self.ended => Text::Whole(std::mem::take(&mut self.rest)),
            None if !chart::is_by_line(&self.rest) => self.whole()?,
            line => self.lines(line.unwrap_or(1))?,
        };
        Ok(Some(self.block(text)))
    }

    fn block(&self, text: Text) -> Block {
        Block {
            source: self.source.clone(),
            name: self.name.clone(),
            text,
        }
    }

    /// Whether the rest is rows of a superbill.
    fn has_rows(&self) -> bool {
        let first = self.rest.iter().find(|byte| !byte.is_ascii_whitespace());
        self.is_rows && !matches!(first, Some(b'{' | b'['))
    }

    /// Reads on until the first line is there, or is too long for a chart.
    fn fill_first_line(&mut self) -> anyhow::Result<()> {
        while !self.ended
            && self.rest.len() <= CHART_BYTES_MAX
            && memchr::memchr(b'\n', &self.rest).is_none()
        {
            self.fill(self.rest.len().saturating_mul(2))?;
        }
        Ok(())
    }

    fn whole(&mut self) -> anyhow::Result<Text> {
        self.fill(WHOLE_BYTES_MAX + 1)?;
        let bytes = std::mem::take(&mut self.rest);
        if bytes.len() <= WHOLE_BYTES_MAX {
            return Ok(Text::Whole(bytes));
        }
        self.bytes = Box::new(io::empty());
        self.ended = true;
        Ok(Text::TooLarge(self.name.clone()))
    }

    /// As many whole lines as there are, one at least.
    fn lines(&mut self, first: usize) -> anyhow::Result<Text> {
        let mut wanted = BLOCK_BYTES;
        let end = loop {
            if let Some(end) = memchr::memrchr(b'\n', &self.rest) {
                break end + 1;
            }
            if self.ended {
                break self.rest.len();
            }
            if self.rest.len() > CHART_BYTES_MAX {
                self.skip_line()?;
                self.line = Some(first + 1);
                return Ok(Text::TooLarge(format!("{} line {first}", self.name)));
            }
            wanted = wanted.saturating_mul(2).min(CHART_BYTES_MAX + 1);
            self.fill(wanted)?;
        };
        let behind = self.rest.split_off(end);
        let lines = std::mem::replace(&mut self.rest, behind);
        self.line = Some(first + memchr::memchr_iter(b'\n', &lines).count());
        Ok(Text::Lines(first, lines))
    }

    /// Passes over the rest of a line.
    fn skip_line(&mut self) -> anyhow::Result<()> {
        loop {
            self.rest.clear();
            self.fill(BLOCK_BYTES)?;
            if let Some(end) = memchr::memchr(b'\n', &self.rest) {
                self.rest.drain(..=end);
                return Ok(());
            }
            if self.ended {
                self.rest.clear();
                return Ok(());
            }
        }
    }
}

fn name_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Whether a file has a FHIR resource a line. What cannot be read is told when it is opened.
fn is_export(file: &Path) -> bool {
    let by_line = ["ndjson", "jsonl"];
    let extension = file.extension().and_then(|extension| extension.to_str());
    if extension.is_none_or(|own| !by_line.contains(&own)) {
        return false;
    }
    let mut head = Vec::new();
    let read = File::open(file).map(|file| file.take(BLOCK_BYTES as u64).read_to_end(&mut head));
    read.is_ok_and(|read| read.is_ok()) && chart::is_export(&head)
}

/// Whether a file begins as an interchange does.
fn has_claims(head: &[u8]) -> bool {
    let head = chart::without_mark(head);
    head.trim_ascii_start().starts_with(b"ISA")
}

/// The next claims of a file's interchanges; `None` at its end.
fn next_claims(claims: &mut Recharted<Box<dyn Read>>) -> io::Result<Option<Text>> {
    let before = claims.offset();
    let readings: Vec<Reading> = claims
        .by_ref()
        .take(BLOCK_CLAIMS)
        .collect::<io::Result<_>>()?;
    let bytes = claims.offset() - before;
    Ok((!readings.is_empty()).then_some(Text::Claims(readings, bytes)))
}

/// Whether a file is named as what spreadsheets export.
pub(super) fn is_superbill(file: &Path) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|own| {
        ["csv", "tsv", "txt"]
            .iter()
            .any(|one| own.eq_ignore_ascii_case(one))
    })
}

fn cannot_read(file: &Path) -> String {
    match file.as_os_str() == "-" {
        true => "standard input cannot be read".to_owned(),
        false => format!("{}: cannot be read", file.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Names of the charts of a file, and how many blocks it came in.
    fn names(text: &[u8]) -> (Vec<String>, usize) {
        let mut file = tempfile::NamedTempFile::with_suffix("f.ndjson").unwrap();
        file.write_all(text).unwrap();
        let own = file.path().file_name().unwrap().to_string_lossy();
        let (mut names, mut blocks) = (Vec::new(), 0);
        for block in Blocks::new(vec![file.path().to_owned()]) {
            let readings = block.unwrap().read();
            names.extend(readings.iter().map(|one| one.name.replace(&*own, "f")));
            blocks += 1;
        }
        (names, blocks)
    }

    fn chart(id: usize) -> String {
        format!(r#"{{"id":"{id}","patient":{{"name":{{"last":"Oak"}}}},"encounter":{{}}}}"#)
    }

    #[test]
    fn long_files_come_in_blocks_and_short_ones_whole() {
        let count = 3 * BLOCK_BYTES / chart(0).len();
        let mut lines: Vec<String> = (0..count).map(chart).collect();
        lines[7] = "{\"id\":".into();
        lines[count / 2] = "{}{}".into();
        let mut expected: Vec<String> = (0..count).map(|id| id.to_string()).collect();
        expected[7] = "f line 8".into();
        expected[count / 2] = format!("f line {}", count / 2 + 1);
        let (names_, blocks) = names(lines.join("\n").as_bytes());
        assert!(names_ == expected && blocks > 2, "{blocks}");
        let array = format!("[{}]", lines[10..20].join(",\n"));
        assert_eq!(names(array.as_bytes()), (expected[10..20].to_vec(), 1));
        // A broken first line makes no other file of it.
        lines[0] = "{".into();
        assert_eq!(names(lines.join("\n").as_bytes()).0[1..], expected[1..]);
    }

    #[test]
    fn a_long_array_is_whole() {
        let count = 3 * BLOCK_BYTES / chart(0).len();
        let lines: Vec<String> = (0..count).map(chart).collect();
        let (names, blocks) = names(format!("[\n{}\n]", lines.join(",\n")).as_bytes());
        assert_eq!((names.len(), blocks), (count, 1));
    }

    #[test]
    fn a_line_that_is_too_long_is_told_and_passed_over() {
        let mut text = format!("{}\n{{\"id\":\"", chart(1)).into_bytes();
        text.extend(std::iter::repeat_n(b'x', CHART_BYTES_MAX + BLOCK_BYTES));
        text.extend_from_slice(format!("\"}}\n{}\n", chart(3)).as_bytes());
        assert_eq!(names(&text).0, ["1", "f line 2", "3"]);
    }
}
