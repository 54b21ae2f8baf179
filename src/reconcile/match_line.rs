//! Which service lines of a claim a service payment is about: a ladder as for claims. It must not guess.

use serde::{Deserialize, Serialize};

/// How a line was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineRung {
    /// REF*6R is the line control number sent.
    ControlNumber,
    /// Submitted procedure, modifiers, charge and day.
    Procedure,
    /// The same without modifiers: some payers drop or glue them.
    ProcedureOnly,
    /// Several lines of one procedure answered as one, or one line answered in parts.
    Bundled,
    Unmatched,
}
