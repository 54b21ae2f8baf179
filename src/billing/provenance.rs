//! Where each field of a claim comes from, so that a payer's complaint about a segment ends at a chart field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// From a field of the claim (`lines[0].procedure`) to the source's path (`/procedures/0/code`, or a FHIR path).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Provenance {
    fields: BTreeMap<String, String>,
}

impl Provenance {
    pub fn set(&mut self, field: impl Into<String>, path: impl Into<String>) {
        self.fields.insert(field.into(), path.into());
    }

    /// That of a claim with some of the lines only, counted anew.
    pub(super) fn of_lines(&self, first: usize, count: usize) -> Self {
        let moved = |(field, path): (&String, &String)| {
            let Some(line) = field.strip_prefix("lines[") else {
                return Some((field.clone(), path.clone()));
            };
            let (index, rest) = line.split_once(']')?;
            let index = index.parse::<usize>().ok()?.checked_sub(first)?;
            (index < count).then(|| (format!("lines[{index}]{rest}"), path.clone()))
        };
        Self {
            fields: self.fields.iter().filter_map(moved).collect(),
        }
    }

    /// The source of a field: its own, or that of the nearest field around it.
    pub fn source(&self, field: &str) -> Option<&str> {
        let mut around = field;
        loop {
            if let Some(path) = self.fields.get(around) {
                return Some(path);
            }
            around = &around[..around.rfind(['.', '['])?];
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(field, path)| (field.as_str(), path.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_field_around_answers() {
        let mut provenance = Provenance::default();
        provenance.set("lines[0]", "/procedures/0");
        provenance.set("lines[0].charge", "/procedures/0/charge");
        assert_eq!(
            provenance.source("lines[0].charge"),
            Some("/procedures/0/charge")
        );
        assert_eq!(
            provenance.source("lines[0].drug.ndc"),
            Some("/procedures/0")
        );
        assert_eq!(provenance.source("lines[1].charge"), None);
    }
}
