//! The judgment of a file as one JSON object, as HOUSE has it. Findings are written one by one.

use std::io::Write;
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::check::{Finding, Judgment, Severity, Verdict};

#[derive(Serialize)]
struct Report<'j> {
    file: String,
    verdict: Verdict,
    transactions: usize,
    segments: u64,
    findings: Findings<'j>,
}

struct Findings<'j>(&'j Judgment);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.findings().map(Reported::of))
    }
}

#[derive(Serialize)]
struct Reported<'j> {
    code: &'static str,
    snip: u8,
    severity: Severity,
    interchange: u32,
    group: u32,
    transaction: u32,
    segment: &'j str,
    position: u32,
    #[serde(rename = "loop")]
    loop_id: &'j str,
    element: u8,
    component: u8,
    message: String,
    help: &'static str,
}

impl<'j> Reported<'j> {
    fn of(finding: &'j Finding) -> Self {
        Self {
            code: finding.code.name(),
            snip: finding.code.snip(),
            severity: finding.code.severity(),
            interchange: finding.place.interchange,
            group: finding.place.group,
            transaction: finding.place.transaction,
            segment: &finding.segment,
            position: finding.place.position,
            loop_id: &finding.loop_id,
            element: finding.element,
            component: finding.component,
            message: finding.message(),
            help: finding.code.help(),
        }
    }
}

pub(super) fn print(out: &mut impl Write, file: &Path, judgment: &Judgment) -> anyhow::Result<()> {
    let report = Report {
        file: file.display().to_string(),
        verdict: judgment.verdict(),
        transactions: judgment.transactions(),
        segments: judgment.segments,
        findings: Findings(judgment),
    };
    serde_json::to_writer(&mut *out, &report)?;
    Ok(writeln!(out)?)
}
