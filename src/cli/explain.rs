//! `claimgate explain`: what a finding's code, or a code of an external list, means and what to do.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use crate::billing::{self, Edit};
use crate::chart;
use crate::check::{Code, WireCode, rules};
use crate::exchange::status::in_words;
use crate::guide::OVERLAY_FINDINGS;
use crate::guide::codes::{Day, Meaning};
use crate::guide::rule::Rule;
use crate::reconcile::reason;

use super::{Common, codes, output};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate explain ClaimTotal             a finding of `check`
  claimgate explain ProviderFromConfig     a finding of `translate`
  claimgate explain NcciPair               an edit of charts, by its name or key
  claimgate explain CARC 45                a reason of a remittance; also CO-45
  claimgate explain A3:21                  a claim status
  claimgate explain POS 11                 a code of any list that `claimgate codes` names
  claimgate explain N522                   whatever N522 may mean
  claimgate explain                        every finding in a table")]
pub(crate) struct ExplainArgs {
    /// A code as `check` or `translate` prints it, or one of a code list, its list before it; none for all findings.
    #[arg(value_name = "CODE", num_args = 0..=2)]
    code: Vec<String>,
}

pub(crate) fn run(args: &ExplainArgs, common: &Common) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let Some(name) = args.code.first() else {
        let mut table = output::table(["code", "SNIP", "on the wire", "meaning"]);
        for code in Code::ALL {
            let row = [
                code.name().into(),
                code.snip().to_string(),
                wire(*code),
                code.title().into(),
            ];
            table.add_row(row);
        }
        for rule in rules() {
            let row = [
                rule.name.clone(),
                rule.snip.to_string(),
                rule.guides.join(" "),
                rule.title.clone(),
            ];
            table.add_row(row);
        }
        for (name, title, _) in OVERLAY_FINDINGS {
            table.add_row([name, "7", "companion guide", title]);
        }
        for code in chart::Code::ALL {
            table.add_row([code.name(), "", "chart", code.title()]);
        }
        writeln!(out, "{table}")?;
        return Ok(ExitCode::SUCCESS);
    };
    let is_meant = |known: &str| args.code.len() == 1 && known.eq_ignore_ascii_case(name);
    if let Some(edit) = billing::edit(name).filter(|_| args.code.len() == 1) {
        explain_edit(edit, &mut out)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(code) = chart::Code::ALL.iter().find(|code| is_meant(code.name())) {
        writeln!(out, "{code}: {}\n  {}", code.title(), code.help())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(rule) = rules().iter().find(|rule| is_meant(&rule.name)) {
        explain_rule(rule, &mut out)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some((name, title, help)) = OVERLAY_FINDINGS.iter().find(|(name, ..)| is_meant(name)) {
        writeln!(
            out,
            "{name}: {title}\n  SNIP type 7, an error, by the companion guide of a payer"
        )?;
        writeln!(out, "  {help}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(code) = Code::ALL.iter().find(|code| is_meant(code.name())) else {
        return explain_code(&args.code, common, &mut out);
    };
    writeln!(out, "{code}: {}", code.title())?;
    writeln!(
        out,
        "  SNIP type {}, on the wire {}",
        code.snip(),
        wire(*code)
    )?;
    writeln!(out, "  {}", code.help())?;
    Ok(ExitCode::SUCCESS)
}

fn explain_edit(edit: &Edit, out: &mut impl Write) -> io::Result<()> {
    let code = edit.code;
    writeln!(out, "{code}: {}", code.title())?;
    let level = match code.severity() {
        chart::Severity::Error => "an error",
        chart::Severity::Warning => "a warning",
        chart::Severity::Info => "for the record",
    };
    let days = match (edit.from, edit.to) {
        (None, None) => String::new(),
        (Some(from), None) => format!(", for services from {from} on"),
        (None, Some(to)) => format!(", for services until {to}"),
        (Some(from), Some(to)) => format!(", for services from {from} to {to}"),
    };
    writeln!(
        out,
        "  an edit of charts, {level} unless a payer's profile says otherwise{days}"
    )?;
    writeln!(out, "  {}", code.help())?;
    writeln!(out, "  {}", edit.reason)?;
    writeln!(out, "  keys      {}", edit.keys.join(" "))?;
    let overriding = match edit.can_be_overridden {
        true => format!(
            "in the chart: \"submission\": {{\"overrides\": [{{\"edit\": \"{code}\", \"reason\": \"…\"}}]}}"
        ),
        false => "never".into(),
    };
    writeln!(out, "  override  {overriding}")?;
    writeln!(out, "  source    {}", edit.source)
}

fn explain_rule(rule: &Rule, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}: {}", rule.name, rule.title)?;
    let level = match rule.is_warning {
        true => "a warning",
        false => "an error",
    };
    let guides = rule.guides.join(", ");
    writeln!(out, "  SNIP type {}, {level}, on {guides}", rule.snip)?;
    writeln!(out, "  {}", rule.help)?;
    writeln!(out, "  {}", rule.reason)?;
    writeln!(out, "  accepted  {}", rule.accepted)?;
    writeln!(out, "  rejected  {}", rule.rejected)?;
    writeln!(out, "  in a 277CA {}", in_words(&rule.status))?;
    writeln!(out, "  source    {}", rule.source)
}

/// A code of an external list: everything that it may mean.
fn explain_code(
    words: &[String],
    common: &Common,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let codes = codes::load(common)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let meanings = codes.meanings(&words);
    if meanings.is_empty() {
        bail!(
            "no finding and no code is called {}; `claimgate explain` lists the findings, `claimgate codes` the code lists",
            words.join(" ")
        );
    }
    for Meaning { list, entry } in meanings {
        let list = list.list();
        let text = match entry.text {
            "" => "in the list; its keeper has the words",
            text => text,
        };
        writeln!(out, "{} {}: {text}", list.name, entry.code)?;
        let day = |word: &str, day: Day| match day.is_open() {
            true => String::new(),
            false => format!(", {word} {day}"),
        };
        let (from, to) = (day("from", entry.from), day("until", entry.to));
        writeln!(out, "  {}{from}{to}", list.title)?;
        let known = reason(entry.code).filter(|_| list.name == "carc");
        if let Some(known) = known {
            let (action, hint) = (known.action.sentence(), known.hint);
            writeln!(out, "  {}", format!("{action} {hint}").trim_end())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn wire(code: Code) -> String {
    match code.wire() {
        WireCode::Interchange(code) => format!("TA105 {code}"),
        WireCode::Group(code) => format!("AK905 {code}"),
        WireCode::Transaction(code) => format!("IK502 {code}"),
        WireCode::Segment(code) => format!("IK304 {code}"),
        WireCode::Element(code) => format!("IK403 {code}"),
        WireCode::Untold => "-".to_owned(),
    }
}
