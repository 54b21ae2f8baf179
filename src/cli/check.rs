//! `claimgate check`: judges interchanges and prints the findings.

mod json;
mod picture;
mod text;

use std::io::{self, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use anyhow::Context;
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;

use self::picture::Values;
use super::input::{self, Input, Look, Seen, cannot_read};
use crate::check::{Checker, Finding, Judgment, Verdict};
use crate::exchange::{
    AnswerNumbers, Copies, Repeated, SubmittedClaims, claim_acknowledgments,
    implementation_acknowledgments, interchange_acknowledgments,
};
use crate::gateway::{Setup, clock};
use crate::guide::codes::Codes;
use crate::guide::rule::Rule;
use crate::x12::{Item, Reader};

use super::{Common, FAILED, FINDINGS, codes, output};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate check claims.837                       what is wrong, for people
  claimgate check inbox/                           every file of a folder, and a table of them
  claimgate check --format json *.edi | jq .verdict
  claimgate check --format 999 claims.837          the acknowledgment a receiver would send
  claimgate check --format 277ca claims.837        … and which claims it would take in, and why not the others
  claimgate check --snip 2 remittance.835          syntax and guide only, no balances
  claimgate check --config claimgate.toml --payer acme claims.837   … as this payer takes it
  claimgate check --data store claims.837          with the code lists imported into the store (`claimgate codes`)")]
pub(crate) struct CheckArgs {
    /// Interchanges, or folders of them; `-` reads standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Highest WEDI SNIP type of test to run.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u8).range(1..=7))]
    snip: u8,
    /// Hold the interchanges to the companion guide of this trading partner as well (`<ID>.overlay` beside its file).
    #[arg(long, value_name = "ID")]
    payer: Option<String>,
    /// Show the data of the segments named, and copy the data in error into a 999. It may be health information.
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
    /// The 277CA that a receiver would answer to claims.
    #[value(name = "277ca")]
    Claims,
}

pub(crate) fn run(args: &CheckArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let files = input::files(&args.files);
    let bar = input::bar(&files);
    let mut desk = Desk {
        args,
        codes: codes::load(common)?,
        overlay: overlay(args, common)?,
        bar,
        count: files.len(),
        worst: Verdict::Accepted,
        failed: false,
        numbers: answer_numbers(),
        summary: text::summary(),
        paint: text::Paint::of_stdout(),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (index, file) in files.into_iter().enumerate() {
        // One file that cannot be read does not keep the others from being judged.
        match file.and_then(|file| Ok((desk.judge(&file, index)?, file))) {
            Ok((judged, file)) => desk.report(&mut out, &file, judged)?,
            Err(error) => desk.fail(&error),
        }
    }
    desk.bar.finish_and_clear();
    if args.format == Format::Text && desk.count > 1 {
        writeln!(out, "{}", desk.summary)?;
    }
    out.flush()?;
    Ok(match desk.worst {
        _ if desk.failed => ExitCode::from(FAILED),
        Verdict::Rejected => ExitCode::from(FINDINGS),
        _ => ExitCode::SUCCESS,
    })
}

/// What the payer asked for wants beyond the guides.
fn overlay(args: &CheckArgs, common: &Common) -> anyhow::Result<&'static [Rule]> {
    let Some(id) = &args.payer else {
        return Ok(&[]);
    };
    let setup = Setup::load(common.config.as_deref())?;
    let partner = setup.partner(id).with_context(|| {
        let known: Vec<_> = setup.partners.iter().map(|one| one.id.as_str()).collect();
        format!(
            "no trading partner is called {id}; known are: {}",
            known.join(", ")
        )
    })?;
    Ok(partner.overlay)
}

/// What goes on from file to file.
struct Desk<'a> {
    args: &'a CheckArgs,
    codes: Arc<Codes>,
    overlay: &'static [Rule],
    /// Over the bytes of all files.
    bar: ProgressBar,
    count: usize,
    worst: Verdict,
    failed: bool,
    numbers: AnswerNumbers,
    summary: comfy_table::Table,
    paint: text::Paint,
}

/// A file as it was read.
struct Judged {
    judgment: Judgment,
    input: Input,
    /// Collected where a 277CA is asked for.
    claims: SubmittedClaims,
}

impl Desk<'_> {
    fn judge(&self, file: &Path, index: usize) -> anyhow::Result<Judged> {
        let look = match self.args.format {
            Format::Text | Format::Implementation => Look::Twice,
            _ => Look::Once,
        };
        let mut input = Input::open(file, look)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        self.bar.set_message(match self.count {
            1 => name.into_owned(),
            count => format!("{}/{count} {name}", index + 1),
        });
        let mut reader = Reader::new(self.bar.wrap_read(&mut input));
        let mut checker = Checker::new(self.args.snip)
            .with_codes(self.codes.clone())
            .with_overlay(self.overlay)
            .on_threads(cores(), |work| thread::Builder::new().spawn(work).is_ok());
        let mut claims = SubmittedClaims::default();
        while let Some(item) = reader.next_item().with_context(|| cannot_read(file))? {
            checker.item(&item);
            if self.args.format == Format::Claims
                && let Item::Segment(segment) = &item
            {
                claims.segment(segment);
            }
        }
        Ok(Judged {
            judgment: checker.finish(),
            input,
            claims,
        })
    }

    fn report(&mut self, out: &mut impl Write, file: &Path, judged: Judged) -> anyhow::Result<()> {
        let Judged {
            judgment,
            input,
            claims,
        } = judged;
        self.worst = self.worst.max(judgment.verdict());
        let numbers = self.numbers;
        let answer = match self.args.format {
            Format::Json => return json::print(out, file, &judgment),
            Format::Text => return self.print_text(out, file, &judgment, input),
            Format::Implementation => {
                let repeated = self.repeated(&judgment, input);
                implementation_acknowledgments(&judgment, &repeated, numbers)
                    .with_context(|| cannot_answer(file))
            }
            Format::Ta1 => {
                interchange_acknowledgments(&judgment, numbers).with_context(|| cannot_answer(file))
            }
            Format::Claims => claim_acknowledgments(&judgment, &claims, numbers)
                .with_context(|| input::name(file)),
        };
        // A set that no guide judged is refused there, though nothing wrong was found in it.
        if self.args.format != Format::Ta1 && judgment.refuses_a_set() {
            self.worst = Verdict::Rejected;
        }
        match answer {
            Ok(answer) => self.print_answer(out, file, &judgment, &answer),
            Err(error) => {
                self.fail(&error);
                Ok(())
            }
        }
    }

    /// What a 999 repeats, by a second look at the file. What cannot be read again is not repeated.
    fn repeated(&self, judgment: &Judgment, input: Input) -> Repeated {
        let copies = match self.args.show_values {
            true => Copies::Given,
            false => Copies::Withheld,
        };
        let mut repeated = Repeated::wanted(judgment, copies);
        if !repeated.is_empty() {
            let _ = input.read_again(|segment| {
                repeated.segment(segment);
                match repeated.is_behind(segment) {
                    true => Seen::Enough,
                    false => Seen::GoOn,
                }
            });
        }
        repeated
    }

    fn print_text(
        &mut self,
        out: &mut impl Write,
        file: &Path,
        judgment: &Judgment,
        input: Input,
    ) -> anyhow::Result<()> {
        let (errors, warnings) = text::counts(judgment);
        self.summary.add_row([
            input::name(file),
            text::verdict(judgment).to_owned(),
            judgment.transactions().to_string(),
            judgment.segments.to_string(),
            errors.to_string(),
            warnings.to_string(),
        ]);
        let values = match self.args.show_values {
            true => Values::Shown,
            false => Values::Masked,
        };
        let paint = self.paint;
        Ok(self.bar.suspend(|| {
            text::print(out, &input::name(file), (judgment, input), values, paint)?;
            out.flush()
        })?)
    }

    fn fail(&mut self, error: &anyhow::Error) {
        self.failed = true;
        self.bar.suspend(|| output::error(error));
    }

    /// An empty answer on standard output says nothing, so the reason goes to standard error.
    fn print_answer(
        &mut self,
        out: &mut impl Write,
        file: &Path,
        judgment: &Judgment,
        answer: &[u8],
    ) -> anyhow::Result<()> {
        let count = u32::try_from(judgment.interchanges.len()).unwrap_or(u32::MAX);
        self.numbers.control_number = self.numbers.control_number.saturating_add(count);
        if answer.is_empty() {
            let why = match self.args.format {
                Format::Claims if !judgment.interchanges.is_empty() => {
                    "no claims that could be looked at; --format 999 says why".to_owned()
                }
                _ => why_empty(judgment),
            };
            let file = input::name(file);
            let say = || output::say(format_args!("{file}: nothing to answer: {why}"));
            self.bar.suspend(say);
        }
        Ok(out.write_all(answer)?)
    }
}

/// How many transaction sets are worth judging at once.
fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// An acknowledgment printed by hand has no ledger of numbers behind it.
fn answer_numbers() -> AnswerNumbers {
    AnswerNumbers {
        control_number: 1,
        created: clock::local(clock::now()),
    }
}

fn why_empty(judgment: &Judgment) -> String {
    // Acknowledgments are not acknowledged; a file without an interchange is rejected, which is exit 1.
    match judgment.interchanges.first() {
        Some(_) => "it holds nothing that is acknowledged".to_owned(),
        None => {
            let findings: Vec<String> = judgment.findings.iter().map(Finding::message).collect();
            findings.join("; ")
        }
    }
}

fn cannot_answer(file: &Path) -> String {
    format!(
        "{}: its envelope holds ids that no acknowledgment can carry back",
        file.display()
    )
}
