//! The judgment of a file for people, a block a finding: what, where, the segment with a caret, why, the remedy.
//! It shows no value unless asked.

use std::collections::HashMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table};

use super::picture::{Picture, Values};
use crate::check::{Code, Finding, Judgment, Severity, Transaction, Verdict};
use crate::cli::input::{Input, Seen};
use crate::cli::output;
use crate::guide::library;

/// Blocks shown for a file: whoever has more mends these first.
const SHOWN_MAX: usize = 100;
/// Blocks shown of one kind; the others of the kind are places in one line.
const OF_A_KIND_SHOWN_MAX: usize = 3;
/// Places named in that line.
const PLACES_SHOWN_MAX: usize = 10;

/// Colours, or none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Paint {
    error: Style,
    warning: Style,
    frame: Style,
    strong: Style,
}

impl Paint {
    /// For standard output: on a terminal, unless NO_COLOR or the like says otherwise.
    pub(super) fn of_stdout() -> Self {
        match anstream::AutoStream::choice(&io::stdout()) {
            anstream::ColorChoice::Never => Self::default(),
            _ => Self {
                error: AnsiColor::Red.on_default().bold(),
                warning: AnsiColor::Yellow.on_default().bold(),
                frame: AnsiColor::Cyan.on_default(),
                strong: Style::new().bold(),
            },
        }
    }

    fn level(self, severity: Severity) -> (Style, &'static str) {
        match severity {
            Severity::Error => (self.error, "error"),
            Severity::Warning => (self.warning, "warning"),
        }
    }
}

/// A finding with the transaction set that it is in.
#[derive(Clone, Copy)]
struct Told<'j> {
    finding: &'j Finding,
    set: Option<&'j Transaction>,
}

/// What findings have in common that one remedy mends.
type Kind<'j> = (Code, &'j str, &'j str, u8, u8);

impl<'j> Told<'j> {
    fn kind(&self) -> Kind<'j> {
        let Finding {
            code,
            segment,
            loop_id,
            element,
            component,
            ..
        } = self.finding;
        (*code, segment, loop_id, *element, *component)
    }
}

/// How the verdict is said.
pub(super) fn verdict(judgment: &Judgment) -> &'static str {
    match judgment.verdict() {
        Verdict::Accepted => "accepted",
        Verdict::AcceptedWithErrors => "accepted with warnings",
        Verdict::Rejected => "rejected",
    }
}

/// Errors and warnings.
pub(super) fn counts(judgment: &Judgment) -> (usize, usize) {
    judgment.findings().fold((0, 0), |(errors, warnings), one| {
        match one.code.severity() {
            Severity::Error => (errors + 1, warnings),
            Severity::Warning => (errors, warnings + 1),
        }
    })
}

/// A line for each file, below all of them.
pub(super) fn summary() -> Table {
    let mut table = output::table(["file", "verdict", "sets", "segments", "errors", "warnings"]);
    // A line a file, however long its name: it is copied from here.
    table.set_content_arrangement(ContentArrangement::Disabled);
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

pub(super) fn print(
    out: &mut impl Write,
    file: &str,
    (judgment, input): (&Judgment, Input),
    values: Values,
    paint: Paint,
) -> io::Result<()> {
    let (errors, warnings) = counts(judgment);
    writeln!(
        out,
        "{file}: {}, {}, {}, {}, {}",
        verdict(judgment),
        counted(judgment.transactions(), "transaction set"),
        counted(judgment.segments, "segment"),
        counted(errors, "error"),
        counted(warnings, "warning"),
    )?;
    let told = told(judgment);
    let mut kinds: HashMap<Kind<'_>, Vec<usize>> = HashMap::new();
    for (at, one) in told.iter().enumerate() {
        kinds.entry(one.kind()).or_default().push(at);
    }
    let mut shown: Vec<usize> = kinds
        .values()
        .flat_map(|kind| kind.iter().take(OF_A_KIND_SHOWN_MAX))
        .copied()
        .collect();
    shown.sort_unstable();
    let unshown = shown.split_off(shown.len().min(SHOWN_MAX));
    let findings: Vec<&Finding> = shown.iter().map(|&at| told[at].finding).collect();
    let pictures = pictures(&findings, input, values);
    let sheet = Sheet {
        file,
        judgment,
        paint,
    };
    for (&at, picture) in shown.iter().zip(pictures) {
        sheet.block(out, told[at], picture)?;
        let kind = &kinds[&told[at].kind()];
        if kind.get(OF_A_KIND_SHOWN_MAX - 1) == Some(&at) {
            let more: Vec<_> = kind[OF_A_KIND_SHOWN_MAX..]
                .iter()
                .map(|&at| told[at])
                .collect();
            sheet.others(out, &more)?;
        }
    }
    if !unshown.is_empty() {
        let kinds = unshown.iter().map(|&at| told[at].kind());
        let kinds = kinds.collect::<std::collections::HashSet<_>>().len();
        writeln!(
            out,
            "\n… and findings of {} more; --format json has all",
            counted(kinds, "kind")
        )?;
    }
    writeln!(out)
}

fn counted<N: std::fmt::Display + PartialEq + From<u8>>(count: N, what: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// Every finding in the order of the judgment.
fn told(judgment: &Judgment) -> Vec<Told<'_>> {
    let mut told = Vec::new();
    let outside = |finding| Told { finding, set: None };
    for interchange in &judgment.interchanges {
        for group in &interchange.groups {
            for set in &group.transactions {
                let inside = set.findings.iter();
                told.extend(inside.map(|finding| Told {
                    finding,
                    set: Some(set),
                }));
            }
            told.extend(group.findings.iter().map(outside));
        }
        told.extend(interchange.findings.iter().map(outside));
    }
    told.extend(judgment.findings.iter().map(outside));
    told
}

/// The segment of each finding, by a second look at the file that ends behind the last of them.
fn pictures(findings: &[&Finding], input: Input, values: Values) -> Vec<Option<Picture>> {
    let mut pictures: Vec<Option<Picture>> = vec![None; findings.len()];
    let mut wanted: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        wanted.entry(finding.place.offset).or_default().push(at);
    }
    let Some(last) = wanted.keys().max().copied() else {
        return pictures;
    };
    let _ = input.read_again(|segment| {
        let here = wanted.get(&segment.place.offset).into_iter().flatten();
        for &at in here.filter(|&&at| findings[at].place == segment.place) {
            pictures[at] = Picture::of(segment, findings[at], values);
        }
        match segment.place.offset >= last {
            true => Seen::Enough,
            false => Seen::GoOn,
        }
    });
    pictures
}

struct Sheet<'s> {
    file: &'s str,
    judgment: &'s Judgment,
    paint: Paint,
}

impl Sheet<'_> {
    fn block(
        &self,
        out: &mut impl Write,
        told: Told<'_>,
        picture: Option<Picture>,
    ) -> io::Result<()> {
        let finding = told.finding;
        let Paint { frame, strong, .. } = self.paint;
        let (level, word) = self.paint.level(finding.code.severity());
        let (code, title) = (finding.code, finding.code.title());
        writeln!(
            out,
            "\n{level}{word}[{code}]{level:#}{strong}: {title}{strong:#}"
        )?;
        let (file, place) = (self.file, self.place(told));
        writeln!(out, "  {frame}-->{frame:#} {file}: {place}")?;
        if let Some(Picture { line, caret }) = picture {
            writeln!(out, "   {frame}|{frame:#}")?;
            writeln!(out, "   {frame}|{frame:#} {line}")?;
            if let Some(caret) = caret {
                writeln!(out, "   {frame}|{frame:#} {level}{caret}{level:#}")?;
            }
        }
        if !finding.detail.is_empty() {
            writeln!(out, "   {frame}={frame:#} {}", finding.detail)?;
        }
        if let Some(trigger) = finding.trigger.as_deref() {
            let (what, at) = (trigger.reference(), trigger.position);
            writeln!(
                out,
                "   {frame}={frame:#} because of {what} in segment {at}"
            )?;
        }
        let help = finding.code.help();
        writeln!(out, "   {frame}={frame:#} {strong}help{strong:#}: {help}")
    }

    /// The places of findings that have no block of their own.
    fn others(&self, out: &mut impl Write, others: &[Told<'_>]) -> io::Result<()> {
        let Some(first) = others.first() else {
            return Ok(());
        };
        let in_one_set = others.iter().all(|one| same_set(first, one));
        let mut places: Vec<String> = others
            .iter()
            .take(PLACES_SHOWN_MAX)
            .map(|one| match in_one_set {
                true => one.finding.place.position.to_string(),
                false => format!("{}{}", self.set(*one), one.finding.place.position),
            })
            .collect();
        if others.len() > PLACES_SHOWN_MAX {
            places.push("…".to_owned());
        }
        let (frame, count) = (self.paint.frame, others.len());
        let within = match in_one_set {
            true => self.set(*first),
            false => String::new(),
        };
        let word = if count == 1 { "segment" } else { "segments" };
        let places = places.join(", ");
        writeln!(
            out,
            "   {frame}={frame:#} … and {count} more of this kind, at {within}{word} {places}"
        )
    }

    /// `set 0001, segment 14, loop 2010BA Subscriber name, NM103`.
    fn place(&self, told: Told<'_>) -> String {
        let Finding { place, loop_id, .. } = told.finding;
        let mut parts = format!("{}segment {}", self.set(told), place.position);
        if !loop_id.is_empty() {
            parts += &format!(", loop {loop_id}");
            if let Some(title) = loop_title(told) {
                parts += &format!(" {title}");
            }
        }
        match told.finding.reference().as_str() {
            "" => parts,
            reference => format!("{parts}, {reference}"),
        }
    }

    /// `set 0001, `, and before it which interchange and group where there are several.
    fn set(&self, told: Told<'_>) -> String {
        let place = told.finding.place;
        let mut parts = String::new();
        if self.judgment.interchanges.len() > 1 && place.interchange > 0 {
            parts += &format!("interchange {}, ", place.interchange);
        }
        let interchange = (place.interchange as usize).checked_sub(1);
        let interchange = interchange.and_then(|at| self.judgment.interchanges.get(at));
        if interchange.is_some_and(|one| one.groups.len() > 1) && place.group > 0 {
            parts += &format!("group {}, ", place.group);
        }
        match told.set {
            None => parts + "envelope, ",
            Some(set) => match set.control_number.as_str() {
                // ST02 as it came, where it is a number; else the how-many-th set it is.
                number if is_number(number) => parts + &format!("set {number}, "),
                _ => parts + &format!("set no. {}, ", place.transaction),
            },
        }
    }
}

fn is_number(control_number: &str) -> bool {
    (4..=9).contains(&control_number.len())
        && control_number
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric())
}

fn same_set(one: &Told<'_>, other: &Told<'_>) -> bool {
    let key = |told: &Told<'_>| {
        let place = told.finding.place;
        (place.interchange, place.group, place.transaction)
    };
    key(one) == key(other)
}

/// The guide's title of the loop.
fn loop_title(told: Told<'_>) -> Option<&'static str> {
    let set = told.set?;
    let guide = library().find(&set.set, &set.version)?;
    let mut loops = guide.loops.iter();
    let found = loops.find(|one| one.id == told.finding.loop_id)?;
    Some(found.title.as_str()).filter(|title| !title.is_empty())
}
