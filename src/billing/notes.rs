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

    /// The same of the parts of a field, by their names in claim and chart.
    fn parts_from(&mut self, to: &str, at: &str, parts: &[(&str, &str)]) {
        for (field, name) in parts {
            self.from(format!("{to}.{field}"), &format!("{at}/{name}"));
        }
    }

    pub(super) fn address_from(&mut self, to: &str, at: &str) {
        self.from(to, at);
        let parts = [
            "line1",
            "line2",
            "city",
            "state",
            "postal_code",
            "country",
            "country_subdivision",
        ];
        self.parts_from(to, at, &parts.map(|part| (part, part)));
    }

    pub(super) fn person_name_from(&mut self, to: &str, at: &str) {
        self.from(to, at);
        self.parts_from(
            to,
            at,
            &["last", "first", "middle", "suffix"].map(|part| (part, part)),
        );
    }

    pub(super) fn provider_from(&mut self, to: &str, at: &str) {
        self.from(to, at);
        self.parts_from(
            to,
            at,
            &[
                ("npi", "npi"),
                ("taxonomy", "taxonomy"),
                ("tax_id", "tax_id"),
                ("contact.phone", "phone"),
                ("other_ids", "other_ids"),
                ("name.name", "name/organization"),
            ],
        );
        self.person_name_from(&format!("{to}.name"), &format!("{at}/name/person"));
        self.from(format!("{to}.name.kind"), &format!("{at}/name"));
        self.address_from(&format!("{to}.address"), &format!("{at}/address"));
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
