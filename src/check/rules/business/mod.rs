//! Rules of lines of business (SNIP 6): what their payers ask for.

pub(super) const TEXTS: &[&str] = &[];
