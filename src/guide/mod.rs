//! The law as data: guides and code lists in a line notation, read and audited.
