//! Charts as commands take them: files, folders or standard input; and how their findings are printed. It must not
//! bill them.

mod blocks;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

pub(crate) use blocks::{Block, Blocks};

use crate::chart::superbill::Mapping;
use crate::chart::{Finding, Severity};

/// Files found in folders.
const FILES_MAX: usize = 1_000_000;

/// How to report on charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One object a chart.
    Json,
}

/// What the columns of superbills mean, as a command is told.
#[derive(Debug, Clone, Args)]
pub(crate) struct MappingArgs {
    /// TOML that says which columns of a CSV make which fields of a chart; `translate --guess-mapping` begins one.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
}

impl MappingArgs {
    pub(crate) fn read(&self) -> anyhow::Result<Option<Arc<Mapping>>> {
        let Some(file) = &self.mapping else {
            return Ok(None);
        };
        let shown = file.display();
        let text =
            std::fs::read_to_string(file).with_context(|| format!("{shown}: cannot be read"))?;
        let mapping = Mapping::parse(&text).with_context(|| format!("{shown}: is no mapping"))?;
        Ok(Some(Arc::new(mapping)))
    }
}

/// Files in the order given; those of folders by name, at any depth.
pub(crate) fn sources(given: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
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
            bail!("more than {FILES_MAX} files: take the folders one by one");
        }
    }
    if files.is_empty() {
        bail!(
            "no charts there: folders are searched for .json, .ndjson, .jsonl, .csv and .tsv files"
        );
    }
    Ok(files)
}

fn is_chart(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("json" | "ndjson" | "jsonl" | "csv" | "tsv"))
}

/// Findings for people, with the remedy where there is something to do.
pub(crate) fn print_findings(out: &mut impl Write, findings: &[Finding]) -> io::Result<()> {
    for finding in findings {
        let severity = match finding.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        let place = match finding.path.as_str() {
            "" => String::new(),
            path => format!(" at {path}"),
        };
        let message = finding.message();
        writeln!(out, "  {severity:7} {}{place}: {message}", finding.code)?;
        if finding.severity() != Severity::Info {
            writeln!(out, "          {}", finding.code.help())?;
        }
    }
    Ok(())
}
