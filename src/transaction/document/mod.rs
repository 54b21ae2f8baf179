//! Documents: any interchange as JSON, named by the titles of its guide, and back, without a byte of data lost. It must
//! not judge: what has no place in a guide stays in the document where it stood.
//!
//! [`read`] tells a stream as [`Piece`]s, one claim at a time; [`JsonSink`] nests them into one document a stream,
//! [`LineSink`] writes each as a line of its own. [`DocumentWriter`] takes either back to an interchange. [`schema`] is
//! the JSON Schema of a transaction set.
//!
//! # How a document says it
//! - A segment is an object of its elements, a loop an object of its segments and loops; both a list where they may come
//!   more than once. Names are the guide's titles, as in [`names::slug`]; an element without a title is called by its
//!   number (`"05"`). Values are texts as they stand, codes and amounts too; bytes that are not UTF-8 are
//!   `{"base64": …}`.
//! - Elements not sent are left out; an empty text at the end of a segment is a separator that stood there.
//! - Siblings that the guide lets come in any order are written in the guide's order; where they stood otherwise,
//!   `order` lists their names as they stood.
//! - `unplaced` holds the segments that have no place from there on: `["ABC", "x"]`. A set without a guide is a list of
//!   such segments, under `segment`. `stray` is what stands between interchanges.
//! - Counts and control numbers stand as they were, wrong ones too. Where a document leaves them out they are counted;
//!   `null` says that there was none.

mod element;
mod lines;
mod names;
mod nested;
mod read;
mod schema;
mod sequence;
mod value;
mod window;
mod write;

pub use lines::LineSink;
pub use nested::JsonSink;
pub use read::{Piece, Read, read};
pub use schema::schema;
pub use value::{Object, Value};
pub use write::{DocumentWriter, Misfit, no_set};

const BASE64: &str = "base64";
const DELIMITERS: &str = "delimiters";
const INTERCHANGE: &str = "interchange";
const ISA_WIDTHS: &str = "isa_widths";
const AS_WRITTEN: &str = "as_written";
const LINE_BREAK: &str = "line_break";
const LINE_BREAK_AT_END: &str = "line_break_at_end";
const ORDER: &str = "order";
const SEGMENT: &str = "segment";
const SET: &str = "set";
const STRAY: &str = "stray";
const TRANSACTION_SET: &str = "transaction_set";
const UNPLACED: &str = "unplaced";
const UNTERMINATED: &str = "unterminated";
