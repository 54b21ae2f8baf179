//! The law as data: implementation guides in a line notation, read by nom and audited. It must not know any
//! interchange: judging is `check`.
//!
//! A guide is `data/<GUIDE>.guide`; `data/dictionary` holds what the standard itself says of elements, composites and
//! segments, `data/shared.guide` the lines that several guides hold. [`library`] gives the embedded guides, [`codes`] the
//! external code lists that they name, [`public`] the tables of CMS that payers judge services by, [`rule`] what they ask for in
//! some situations; [`Guide::audit`] proves that a guide is unambiguous and whole.

mod audit;
pub mod codes;
mod dictionary;
mod dispatch;
mod guide;
mod library;
mod notation;
mod overlay;
pub mod public;
pub mod rule;
mod shared;
mod walk;

pub use audit::Flaw;
pub use dictionary::{DataType, Dictionary, ElementStandard, Note, NoteKind, SegmentStandard};
pub(crate) use dispatch::pack;
pub use dispatch::{Candidate, KeyPlace};
pub use guide::{
    Child, ChildKind, Component, Composite, Element, ElementKind, Guide, Key, Listed, Loop,
    LoopIndex, Segment, SegmentIndex, Simple, Usage,
};
pub use library::{Library, library};
pub use notation::NotationError;
pub use overlay::{FINDINGS as OVERLAY_FINDINGS, Overlay};
pub use shared::Shared;
pub use walk::{Spot, Walk};
