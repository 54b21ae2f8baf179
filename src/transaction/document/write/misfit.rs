//! Why a document cannot be written.

use crate::guide::{Guide, library};
use crate::transaction::document::sequence::near;

/// Why a document is none, and where. It holds no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// `interchange[0].functional_group[0].group_header.sender`.
    pub path: String,
    pub reason: String,
}

impl Misfit {
    pub(in crate::transaction::document) fn at(path: &str, reason: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    /// A name that is not known there.
    pub(in crate::transaction::document) fn unknown<'n>(
        path: &str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> Self {
        let known: Vec<&str> = known.collect();
        Self::at(path, near(name, &known))
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

impl std::error::Error for Misfit {}

/// What to say of a set without a guide here.
pub fn no_set(name: &str) -> String {
    let known: Vec<&str> = library().guides().iter().map(Guide::name).collect();
    format!(
        "no guide here is called {name}; those that are: {}",
        known.join(", ")
    )
}
