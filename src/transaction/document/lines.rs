//! A document as lines: each piece an object with one name, for streams too long to be held. It must not hold more
//! than one piece.

use std::io::{self, Write};

use super::{Object, Piece, Value};

/// What a line is called that ends a level.
pub(super) const END: &str = "_end";

/// Writes pieces as NDJSON: a level with what stands in it before its parts, each part, and what stands behind them.
pub struct LineSink<W> {
    out: W,
}

/// What was written may be protected health information.
impl<W> std::fmt::Debug for LineSink<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LineSink").finish_non_exhaustive()
    }
}

impl<W: Write> LineSink<W> {
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// # Errors
    /// Only those of the output.
    pub fn piece(&mut self, piece: Piece) -> io::Result<()> {
        let (name, value) = match piece {
            Piece::Open { name, value } => (name.to_owned(), Value::Object(value)),
            Piece::Part { name, value } | Piece::Loose { name, value } => (name.to_owned(), value),
            Piece::Close { value, .. } if value.is_empty() => return Ok(()),
            Piece::Close { name, value } => (format!("{name}{END}"), Value::Object(value)),
        };
        let mut object = Object::default();
        object.push(name, value);
        serde_json::to_writer(&mut self.out, &object)?;
        self.out.write_all(b"\n")
    }

    /// # Errors
    /// Only those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}
