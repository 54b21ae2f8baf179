//! What is found on the way from chart to claim, told by the source's own paths. It must not
//! decide what is wrong.

use std::fmt::Display;

use super::Provenance;
use crate::chart::{Code, Finding, Origins, Severity};

/// A JSON pointer into the chart, put into words only where something is told of it.
pub(super) trait Pointer: Display + Copy {}

impl<T: Display + Copy> Pointer for T {}

/// Findings and provenance of one chart under way.
pub(super) struct Notes<'a> {
    origins: &'a Origins,
    findings: Vec<Finding>,
    /// `None` where nobody asked.
    provenance: Option<Provenance>,
}

impl<'a> Notes<'a> {
    pub(super) fn new(origins: &'a Origins) -> Self {
        Self {
            origins,
            findings: Vec::new(),
            provenance: Some(Provenance::default()),
        }
    }

    /// Findings only.
    pub(super) fn without_provenance(origins: &'a Origins) -> Self {
        Self {
            provenance: None,
            ..Self::new(origins)
        }
    }

    /// Notes a finding at a JSON pointer into the chart; the same twice is one.
    pub(super) fn add(&mut self, code: Code, pointer: impl Pointer, detail: impl Into<String>) {
        self.tell(pointer, Finding::new(code, "", detail));
    }

    /// Notes a finding that was taken as more or less than its kind is, at its pointer.
    pub(super) fn tell(&mut self, pointer: impl Pointer, mut finding: Finding) {
        finding.path = self.origins.resolve(&pointer.to_string());
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// Notes that a field of the claim comes from a part of the chart.
    pub(super) fn from(&mut self, field: impl Display, pointer: impl Display) {
        if let Some(provenance) = &mut self.provenance {
            let path = self.origins.resolve(&pointer.to_string());
            provenance.set(field.to_string(), path);
        }
    }

    /// The same of the parts of a field, by their names in claim and chart.
    fn parts_from(&mut self, to: impl Pointer, at: impl Pointer, parts: &[(&str, &str)]) {
        for (field, name) in parts {
            self.from(format_args!("{to}.{field}"), format_args!("{at}/{name}"));
        }
    }

    pub(super) fn address_from(&mut self, to: impl Pointer, at: impl Pointer) {
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

    pub(super) fn person_name_from(&mut self, to: impl Pointer, at: impl Pointer) {
        self.from(to, at);
        self.parts_from(
            to,
            at,
            &["last", "first", "middle", "suffix"].map(|part| (part, part)),
        );
    }

    pub(super) fn provider_from(&mut self, to: impl Pointer, at: impl Pointer) {
        if self.provenance.is_none() {
            return;
        }
        self.from(to, at);
        self.parts_from(
            to,
            at,
            &[
                ("npi", "npi"),
                ("taxonomy", "taxonomy"),
                ("tax_id", "tax_id"),
                ("contact.name", "contact"),
                ("contact.phone", "phone"),
                ("contact.fax", "fax"),
                ("contact.email", "email"),
                ("other_ids", "other_ids"),
                ("name.name", "name/organization"),
            ],
        );
        self.person_name_from(format_args!("{to}.name"), format_args!("{at}/name/person"));
        self.from(format_args!("{to}.name.kind"), format_args!("{at}/name"));
        self.address_from(format_args!("{to}.address"), format_args!("{at}/address"));
    }

    pub(super) fn held(&self) -> bool {
        let error = |finding: &Finding| finding.severity() == Severity::Error;
        self.findings.iter().any(error)
    }

    /// That of a claim with so many lines from this one on; empty where nobody asked.
    pub(super) fn provenance(&self, first: usize, count: usize) -> Provenance {
        let all = self.provenance.as_ref();
        all.map_or_else(Provenance::default, |all| all.of_lines(first, count))
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}
