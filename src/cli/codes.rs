//! `claimgate codes`: the external code lists at hand, and newer ones taken in.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use crate::gateway::{Setup, clock, table_file};
use crate::guide::codes::{self, Codes, ListId, Standing, Unrecognized};
use crate::guide::public::{NotPublic, PublicFile, PublicTable, PublicTables, read_public};

use super::{Common, output};

/// The largest official file, ICD-10-PCS with its titles, has 15 MB.
const FILE_MAX: u64 = 128 << 20;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  claimgate codes                                    every list: how many codes, how old
  claimgate codes place-of-service                   the codes of one
  claimgate codes import icd10cm_order_2027.txt --data store
  claimgate codes import carc.csv --list carc --data store
  claimgate codes import ccipra-*.txt                NCCI pairs, for the edits of `translate` and `submit`"
)]
pub(crate) struct CodesArgs {
    #[command(subcommand)]
    command: Option<CodesCommand>,
    /// A list, as the table names it; none for the table.
    list: Option<String>,
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum CodesCommand {
    /// Take official files into the data directory, in place of our own lists.
    #[command(
        after_help = "Known by themselves: ICD-10-CM and ICD-10-PCS order files and HCPCS ANWEB files of CMS, the
taxonomy CSV of NUCC; and of CMS the NCCI pairs (ccipra-*.txt, ccioph-*.txt: all files of a quarter at once), the
medically unlikely edits (CSV) and the NPPES report of deactivated NPIs (saved as CSV). Any other CSV or TSV needs a first line with a column `code`, and perhaps `from`, `to` and
`text`, and a name like `carc.csv`, or --list."
    )]
    Import(ImportArgs),
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// Files as CMS, NUBC, NUCC or X12 publish them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which list they are, where they do not say.
    #[arg(long, value_name = "NAME")]
    list: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One object a list.
    Json,
}

pub(crate) fn run(args: &CodesArgs, common: &Common) -> anyhow::Result<ExitCode> {
    if let Some(CodesCommand::Import(import)) = &args.command {
        return take_in(import, common);
    }
    let codes = load(common)?;
    match &args.list {
        Some(name) => show(&codes, list_called(name)?, args.format),
        None => table(&codes, &tables(common)?, args.format),
    }
}

/// The lists that come with claimgate, and in their place those of the data directory, if one is named.
pub(crate) fn load(common: &Common) -> anyhow::Result<Arc<Codes>> {
    let mut codes = Codes::default();
    if let Some(data) = &common.data {
        for list in codes::all() {
            let file = file_of(data, list);
            if file.is_file() {
                let text = fs::read_to_string(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                codes.import(list, text).with_context(|| {
                    format!("{} is no code list: import it again", file.display())
                })?;
            }
        }
    }
    Ok(Arc::new(codes))
}

/// What was imported of CMS's tables.
fn tables(common: &Common) -> anyhow::Result<PublicTables> {
    let setup = Setup::load(common.config.as_deref())?;
    Ok(setup.with_data(common.data.as_deref())?.tables)
}

fn file_of(data: &Path, list: ListId) -> PathBuf {
    data.join("codes").join(format!("{}.tsv", list.list().name))
}

fn list_called(name: &str) -> anyhow::Result<ListId> {
    codes::called(name)
        .with_context(|| format!("no code list is called {name}; `claimgate codes` names them all"))
}

fn take_in(args: &ImportArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let asked = args.list.as_deref();
    let asked_table =
        asked.and_then(|name| PublicTable::ALL.into_iter().find(|one| one.name() == name));
    let asked = asked
        .filter(|_| asked_table.is_none())
        .map(list_called)
        .transpose()?;
    let data = match &common.data {
        Some(data) => data.clone(),
        None => Setup::load(common.config.as_deref())?.config.data,
    };
    let today = clock::local(clock::now()).date().to_string();
    let mut out = io::stdout().lock();
    let mut tables = BTreeMap::<PublicTable, PublicFile>::new();
    for file in &args.files {
        let shown = file.display();
        let mut bytes = Vec::new();
        let opened = fs::File::open(file).with_context(|| format!("cannot read {shown}"))?;
        opened.take(FILE_MAX).read_to_end(&mut bytes)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let text = String::from_utf8_lossy(&bytes);
        match read_public(&text, &name, asked_table) {
            Ok(read) => {
                match tables.entry(read.table) {
                    Entry::Vacant(place) => {
                        place.insert(read);
                    }
                    Entry::Occupied(mut joined) => joined.get_mut().join(read),
                }
                continue;
            }
            Err(NotPublic::Unrecognized) if asked_table.is_none() => {}
            Err(error) => bail!("{shown}: {error}"),
        }
        let official = match codes::read_official(&text, &name, asked, &today) {
            Ok(official) => official,
            Err(Unrecognized::List) => bail!(
                "{shown}: nothing says which list this is: name it with --list (see `claimgate codes`), and let a first line name the column `code`"
            ),
            Err(Unrecognized::Codes(reason)) => bail!("{shown}: {reason}"),
        };
        let target = file_of(&data, official.list);
        write_whole(&target, official.text.as_bytes())
            .with_context(|| format!("cannot write {}", target.display()))?;
        let list = official.list.list().name;
        writeln!(
            out,
            "{list}: {} codes in {}",
            official.count,
            target.display()
        )?;
    }
    for (table, file) in tables {
        let target = table_file(&data, table);
        write_whole(&target, &file.bytes())
            .with_context(|| format!("cannot write {}", target.display()))?;
        let (name, count) = (table.name(), file.count());
        writeln!(out, "{name}: {count} lines in {}", target.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A reader finds the old file or the new one, never a part.
fn write_whole(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let part = target.with_extension(format!("tsv.{}", std::process::id()));
    let mut file = fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, target)
}

fn standing(codes: &Codes, list: ListId) -> &'static str {
    match (codes.table(list), list.list().standing) {
        (None, _) => "shape",
        (Some(_), _) if codes.is_imported(list) => "imported",
        (Some(_), Standing::Whole) => "whole",
        (Some(_), _) => "list",
    }
}

fn table(codes: &Codes, tables: &PublicTables, format: Format) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let mut table = output::table(["list", "codes", "known by", "as of", "what", "source"]);
    for list in codes::all() {
        let known = codes.table(list);
        let count = known.map_or(0, codes::Table::len);
        let as_of = known.map_or("", codes::Table::as_of);
        let source = known.map_or("", codes::Table::source);
        let (name, title) = (list.list().name, list.list().title);
        let standing = standing(codes, list);
        if format == Format::Json {
            let object = json!({"list": name, "codes": count, "known_by": standing, "as_of": as_of,
                "title": title, "source": source, "missing": known.map_or("", codes::Table::missing),
                "shape": list.list().shape.words()});
            writeln!(out, "{object}")?;
            continue;
        }
        let count = match known {
            Some(_) => count.to_string(),
            None => "-".to_owned(),
        };
        let shape = list.list().shape.words();
        let source = if known.is_some() { source } else { &shape };
        table.add_row([name, &count, standing, as_of, title, source]);
    }
    for one in PublicTable::ALL {
        let count = tables.count(one);
        let standing = if count > 0 { "imported" } else { "-" };
        if format == Format::Json {
            let object = json!({"list": one.name(), "codes": count, "known_by": standing, "title": one.title()});
            writeln!(out, "{object}")?;
            continue;
        }
        let count = if count > 0 {
            count.to_string()
        } else {
            "-".to_owned()
        };
        table.add_row([
            one.name(),
            &count,
            standing,
            "",
            one.title(),
            "CMS, by `codes import`",
        ]);
    }
    if format == Format::Text {
        writeln!(out, "{table}")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn show(codes: &Codes, list: ListId, format: Format) -> anyhow::Result<ExitCode> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let Some(table) = codes.table(list) else {
        let shape = list.list().shape.words();
        bail!("{} is known by its shape only: {shape}", list.list().name);
    };
    for entry in table.entries() {
        let (from, to) = (entry.from.to_string(), entry.to.to_string());
        match format {
            Format::Text => {
                let line = format!("{}\t{from}\t{to}\t{}", entry.code, entry.text);
                writeln!(out, "{}", line.trim_end())?;
            }
            Format::Json => {
                let object =
                    json!({"code": entry.code, "from": from, "to": to, "text": entry.text});
                writeln!(out, "{object}")?;
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
