//! Rules of the professional claim.

pub(super) const TEXTS: &[&str] = &[];
