//! What is found on the way from chart to claim, told by the source's own paths. It must not
//! decide what is wrong.

use super::Provenance;
use crate::chart::{Code, Finding, Origins, Severity};

/// Findings and provenance of one chart under way.
pub(super) struct Notes<'a> {
    origins: &'a Origins,
    findings: Vec<Finding>,
    provenance: Provenance,
}

impl<'a> Notes<'a> {
    pub(super) fn new(origins: &'a Origins) -> Self {
        Self {
            origins,
            findings: Vec::new(),
            provenance: Provenance::default(),
        }
    }

    /// Notes a finding at a JSON pointer into the chart; the same twice is one.
    pub(super) fn add(&mut self, code: Code, pointer: &str, detail: impl Into<String>) {
        let finding = Finding::new(code, self.origins.resolve(pointer), detail);
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Notes that a field of the claim comes from a part of the chart.
    pub(super) fn from(&mut self, field: impl Into<String>, pointer: &str) {
        self.provenance.set(field, self.origins.resolve(pointer));
    }

    pub(super) fn held(&self) -> bool {
        let error = |finding: &Finding| finding.severity() == Severity::Error;
        self.findings.iter().any(error)
    }

    pub(super) fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}
