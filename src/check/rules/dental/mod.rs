//! Rules of the dental claim.

pub(super) const TEXTS: &[&str] = &[];
