//! Rules of two or three kinds of claims.

pub(super) const TEXTS: &[&str] = &[include_str!("AccidentDateMissing.rule")];
