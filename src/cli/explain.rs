//! `claimgate explain`: what a finding's code means and what to do.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use crate::chart;
use crate::check::{Code, WireCode};

use super::output;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  claimgate explain ClaimTotal             a finding of `check`
  claimgate explain ProviderFromConfig     a finding of `translate`
  claimgate explain                        every code in a table")]
pub(crate) struct ExplainArgs {
    /// A code as `check` or `translate` prints it; none for all of them.
    code: Option<String>,
}

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let Some(name) = &args.code else {
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
        for code in chart::Code::ALL {
            table.add_row([code.name(), "", "chart", code.title()]);
        }
        writeln!(out, "{table}")?;
        return Ok(ExitCode::SUCCESS);
    };
    let is_meant = |known: &str| known.eq_ignore_ascii_case(name);
    if let Some(code) = chart::Code::ALL.iter().find(|code| is_meant(code.name())) {
        writeln!(out, "{code}: {}\n  {}", code.title(), code.help())?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(code) = Code::ALL.iter().find(|code| is_meant(code.name())) else {
        bail!("no finding is called {name}; `claimgate explain` lists them all");
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
