//! A cell of a table of transaction sets. What a table holds is said beside its set, in `COLUMNS`; the names are kept.

use jiff::civil::Date;

use crate::claim::{Money, Name, Phi};

/// One row, a cell for each column.
pub type Row = Vec<Cell>;

/// A cell. Its text may be protected health information.
#[derive(Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Amount(Option<Money>),
    Day(Option<Date>),
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(super) fn optional(text: Option<&str>) -> Self {
        Self::text(text.unwrap_or_default())
    }
}

/// Last or organization name, and first name.
pub(super) fn names(name: Option<&Name>) -> [Cell; 2] {
    match name {
        Some(Name::Person { last, first, .. }) => {
            let first = first.as_ref().map(|first| first.expose().as_str());
            [Cell::text(last.expose()), Cell::optional(first)]
        }
        Some(Name::Organization { name }) => [Cell::text(name), Cell::text("")],
        None => [Cell::text(""), Cell::text("")],
    }
}

pub(super) fn phi(text: Option<&Phi<String>>) -> Cell {
    Cell::optional(text.map(|text| text.expose().as_str()))
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "<text>",
            Self::Amount(_) => "<amount>",
            Self::Day(_) => "<day>",
        })
    }
}
