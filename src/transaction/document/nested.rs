//! A document as one JSON object a stream, written as it is read. It must not hold more than one piece.

use std::io::{self, Write};

use super::{INTERCHANGE, ORDER, Object, Piece, UNPLACED, Value};

/// Writes pieces as nested JSON, indented.
pub struct JsonSink<W> {
    out: W,
    levels: Vec<Level>,
}

/// An object that is not closed.
#[derive(Debug, Default)]
struct Level {
    /// The list of parts that is open.
    list: Option<String>,
    has_members: bool,
    list_has_members: bool,
    /// What stands last, for it may grow while parts come.
    unplaced: Vec<Value>,
    order: Vec<Value>,
}

/// What was written may be protected health information.
impl<W> std::fmt::Debug for JsonSink<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JsonSink").finish_non_exhaustive()
    }
}

impl<W: Write> JsonSink<W> {
    pub fn new(out: W) -> Self {
        Self {
            out,
            levels: vec![Level::default()],
        }
    }

    /// # Errors
    /// Only those of the output.
    pub fn piece(&mut self, piece: Piece) -> io::Result<()> {
        match piece {
            Piece::Open { name, value } => {
                self.element_of(name)?;
                self.out.write_all(b"{")?;
                self.levels.push(Level::default());
                self.members(value)
            }
            Piece::Part { name, value } => {
                self.element_of(name)?;
                self.value(&value)
            }
            Piece::Loose { name, value } => {
                let list = self.level().list.clone();
                self.element_of(list.as_deref().unwrap_or(INTERCHANGE))?;
                let mut object = Object::default();
                object.push(name, value);
                self.value(&Value::Object(object))
            }
            Piece::Close { value, .. } => {
                self.close_list()?;
                self.members(value)?;
                let level = self.level();
                let unplaced = std::mem::take(&mut level.unplaced);
                let order = std::mem::take(&mut level.order);
                for (name, list) in [(UNPLACED, unplaced), (ORDER, order)] {
                    if !list.is_empty() {
                        self.member(name, &Value::List(list))?;
                    }
                }
                self.levels.pop();
                self.line()?;
                self.out.write_all(b"  }")
            }
        }
    }

    /// Ends the document.
    ///
    /// # Errors
    /// Only those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        if self.level().list.is_none() {
            self.list(INTERCHANGE)?;
        }
        self.close_list()?;
        self.out.write_all(b"\n}\n")?;
        self.out.flush()
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    /// Makes room for the next element of a list.
    fn element_of(&mut self, name: &str) -> io::Result<()> {
        if self.level().list.as_deref() != Some(name) {
            self.close_list()?;
            self.list(name)?;
        }
        if std::mem::replace(&mut self.level().list_has_members, true) {
            self.out.write_all(b",")?;
        }
        self.line()?;
        self.out.write_all(b"  ")
    }

    fn list(&mut self, name: &str) -> io::Result<()> {
        if self.levels.len() == 1 && !self.level().has_members {
            self.out.write_all(b"{")?;
        }
        self.name(name)?;
        self.out.write_all(b"[")?;
        let level = self.level();
        level.list = Some(name.to_owned());
        level.list_has_members = false;
        Ok(())
    }

    fn close_list(&mut self) -> io::Result<()> {
        if self.level().list.take().is_some() {
            if self.level().list_has_members {
                self.line()?;
            }
            self.out.write_all(b"]")?;
        }
        Ok(())
    }

    fn members(&mut self, object: Object) -> io::Result<()> {
        for (name, value) in object.0 {
            match (name.as_str(), value) {
                (UNPLACED, Value::List(list)) => self.level().unplaced.extend(list),
                (ORDER, Value::List(list)) => self.level().order.extend(list),
                (_, value) => self.member(&name, &value)?,
            }
        }
        Ok(())
    }

    fn member(&mut self, name: &str, value: &Value) -> io::Result<()> {
        self.name(name)?;
        let depth = self.depth();
        self.indented(value, depth)
    }

    fn name(&mut self, name: &str) -> io::Result<()> {
        if std::mem::replace(&mut self.level().has_members, true) {
            self.out.write_all(b",")?;
        }
        self.line()?;
        serde_json::to_writer(&mut self.out, name)?;
        self.out.write_all(b": ")
    }

    fn value(&mut self, value: &Value) -> io::Result<()> {
        let depth = self.depth() + 2;
        self.indented(value, depth)
    }

    /// A value whose lines begin at `depth` spaces. A JSON text holds no line break.
    fn indented(&mut self, value: &Value, depth: usize) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(value)?;
        let mut lines = text.split(|&byte| byte == b'\n');
        self.out.write_all(lines.next().unwrap_or_default())?;
        for line in lines {
            self.out.write_all(b"\n")?;
            spaces(&mut self.out, depth)?;
            self.out.write_all(line)?;
        }
        Ok(())
    }

    fn line(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")?;
        let depth = self.depth();
        spaces(&mut self.out, depth)
    }

    /// Where the members of the open object begin.
    fn depth(&self) -> usize {
        self.levels.len() * 4 - 2
    }
}

fn spaces(out: &mut impl Write, count: usize) -> io::Result<()> {
    write!(out, "{:count$}", "")
}
