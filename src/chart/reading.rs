//! A chart as it was read: with its findings, and with where in its source everything stood. It must not know
//! what reads a source.

use std::collections::BTreeMap;

use super::{Chart, Finding, Severity};

/// One chart of a source, or what stood in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The chart's id, or a name by place where it has none (`line 7`).
    pub name: String,
    /// `None` when it could not be read; the findings say why.
    pub chart: Option<Box<Chart>>,
    pub findings: Vec<Finding>,
    pub origins: Origins,
}

/// Where in the source the parts of a chart stood.
///
/// Keys are JSON pointers into the chart (`/procedures/0/code`), values are paths of the source
/// (`Bundle.entry[12].resource.item[0].productOrService`). Empty for native charts: there the pointer is the path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    paths: BTreeMap<String, String>,
}

impl Origins {
    pub fn set(&mut self, pointer: impl Into<String>, path: impl Into<String>) {
        self.paths.insert(pointer.into(), path.into());
    }

    /// As [`Self::set`], but what is known already stays.
    pub(super) fn suggest(&mut self, pointer: impl Into<String>, path: impl Into<String>) {
        self.paths
            .entry(pointer.into())
            .or_insert_with(|| path.into());
    }

    /// The source's path of a part of the chart: its own, or that of the nearest part around it.
    pub fn resolve(&self, pointer: &str) -> String {
        let mut around = pointer;
        loop {
            if let Some(path) = self.paths.get(around) {
                return path.clone();
            }
            match around.rfind('/') {
                Some(end) => around = &around[..end],
                None => return pointer.to_owned(),
            }
        }
    }
}

impl Reading {
    /// A reading that gave no chart.
    pub fn unreadable(name: impl Into<String>, finding: Finding) -> Self {
        Self {
            name: name.into(),
            chart: None,
            findings: vec![finding],
            origins: Origins::default(),
        }
    }

    /// An error among the findings: nothing may be sent before it is mended.
    pub fn is_held(&self) -> bool {
        self.chart.is_none()
            || self
                .findings
                .iter()
                .any(|f| f.severity() == Severity::Error)
    }
}
