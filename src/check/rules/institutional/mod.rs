//! Rules of the institutional claim.

pub(super) const TEXTS: &[&str] = &[];
