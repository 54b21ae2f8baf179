//! The language: bytes to segments and back. It knows delimiters, segments and envelopes, and no health care.
//!
//! [`Reader`] turns any byte stream into [`Item`]s with exact [`Place`]s and never fails on content: what it cannot
//! read comes out as a [`Fault`]. [`Writer`] builds an interchange, counts SE, GE and IEA itself, and refuses data
//! that would break its own framing.

mod block;
mod delimiters;
mod index;
mod lexer;
mod output;
mod place;
mod reader;
mod segment;
mod stack;
mod writer;

pub use delimiters::{Delimiters, ISA_LENGTH};
pub use place::Place;
pub use reader::{Fault, FaultKind, Item, Reader, SEGMENT_BYTES_MAX, read_all};
pub use segment::{Component, Element, Segment, SegmentBuf};
pub use stack::SegmentStack;
pub use writer::{GroupHeader, InterchangeHeader, Refused, SegmentWriter, Writer};
