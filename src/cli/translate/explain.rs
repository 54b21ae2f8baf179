//! `claimgate translate --explain`: a claim element by element, each with the field of the chart that it comes from.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::bail;

use jiff::civil::Date;

use crate::billing::{BilledClaim, Provenance};
use crate::cli::charts::{self, Blocks};
use crate::cli::{FINDINGS, output};
use crate::gateway::Setup;
use crate::transaction::t837::{Part, TracedElement, TracedSegment, Trail};

/// Where an element comes from that no chart fills.
const FIXED: &str = "as the guide fixes it";
/// Fields that are numbered, and those that the trading partner's file says.
const NUMBERED: &str = "numbered by claimgate";
const PARTNER: &str = "the trading partner's file";
/// Values longer than this are cut: they are there to be recognized.
const VALUE_MAX: usize = 32;

/// Prints the claims of a number or of a chart.
pub(super) fn print(
    wanted: &str,
    setup: &Setup,
    blocks: Blocks,
    today: Date,
) -> anyhow::Result<ExitCode> {
    let biller = setup.biller(today);
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut found, mut held) = (false, false);
    for block in blocks {
        for reading in block?.readings() {
            let billed = biller.bill(&reading);
            let of_chart = billed.name == wanted;
            if of_chart && billed.claims.is_empty() {
                (found, held) = (true, true);
                output::say(format_args!("chart {wanted} is held: it has no claim"));
                charts::print_findings(&mut out, &billed.findings)?;
            }
            for one in &billed.claims {
                if of_chart || one.claim.control_number == wanted {
                    found = true;
                    print_claim(&mut out, &billed.name, one)?;
                }
            }
        }
    }
    out.flush()?;
    if !found {
        bail!("--explain {wanted}: these charts give no such claim, and none of them is called so");
    }
    Ok(if held {
        ExitCode::from(FINDINGS)
    } else {
        ExitCode::SUCCESS
    })
}

fn print_claim(out: &mut impl Write, chart: &str, billed: &BilledClaim) -> anyhow::Result<()> {
    let claim = &billed.claim;
    writeln!(
        out,
        "claim {} of chart {chart}: {}, {} to {}",
        claim.control_number,
        claim.kind.name(),
        claim.total_charge,
        claim.payer.name
    )?;
    let trail = Trail::of(claim)?;
    let rows = || {
        trail
            .segments()
            .flat_map(|(_, segment)| segment.elements.iter().map(move |one| (segment, one)))
    };
    let width = |of: &dyn Fn(&TracedSegment, &TracedElement) -> usize| {
        rows()
            .map(|(segment, one)| of(segment, one))
            .max()
            .unwrap_or(0)
    };
    let names = width(&|segment, one| name(segment, one).len());
    let values = width(&|_, one| value(one).chars().count());
    let mut before = None;
    for (part, segment) in trail.segments() {
        if before != Some(part) {
            writeln!(out, "\n{}", heading(part))?;
            before = Some(part);
        }
        for element in &segment.elements {
            let (name, value) = (name(segment, element), value(element));
            let source = source(element, &billed.provenance);
            writeln!(out, "  {name:<names$}  {value:<values$}  {source}")?;
        }
    }
    Ok(writeln!(out)?)
}

fn heading(part: Part) -> String {
    match part {
        Part::BillingProvider => "Billing provider".to_owned(),
        Part::Subscriber => "Subscriber and payer".to_owned(),
        Part::Patient => "Patient".to_owned(),
        Part::Claim => "Claim".to_owned(),
        Part::Line(index) => format!("Line {}", index + 1),
    }
}

/// `NM109`, `CLM05-1`.
fn name(segment: &TracedSegment, element: &TracedElement) -> String {
    let component = match element.component {
        0 => String::new(),
        component => format!("-{component}"),
    };
    format!("{}{:02}{component}", segment.id, element.element)
}

fn value(element: &TracedElement) -> String {
    let value = element.value();
    match value.char_indices().nth(VALUE_MAX) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// The fields of the chart, or who else said it.
fn source(element: &TracedElement, provenance: &Provenance) -> String {
    let mut sources: Vec<&str> = Vec::new();
    for field in &element.fields {
        let source = provenance.source(field).unwrap_or_else(|| unsourced(field));
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    match sources[..] {
        [] => FIXED.to_owned(),
        _ => sources.join(", "),
    }
}

fn unsourced(field: &str) -> &'static str {
    match field.ends_with("control_number") {
        true => NUMBERED,
        false => PARTNER,
    }
}
