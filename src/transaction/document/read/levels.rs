//! The open loops of one level, with what came in them until it is told. It must not know envelopes.

use std::io;

use super::Piece;
use crate::guide::{ChildKind, LoopIndex, Walk};
use crate::transaction::document::names::Named;
use crate::transaction::document::sequence::{Row, Slot, members};
use crate::transaction::document::{Object, SEGMENT, UNPLACED, Value, element};
use crate::x12::Segment;

/// Segments held for one loop before the rest of its set is told segment by segment. The largest claim a guide allows
/// is a tenth of it.
const LOOP_BYTES_MAX: usize = 64 << 20;

/// The open loops of a guide with what came in them.
pub(super) struct Levels {
    named: &'static Named,
    walk: Walk<'static>,
    frames: Vec<Frame>,
    /// What the level as a whole is called.
    name: &'static str,
    pub(super) head: Object,
    pub(super) tail: Object,
    /// Bytes of segments in what is not told yet.
    held: usize,
    /// The guide is given up: what comes is told segment by segment.
    overflowed: bool,
}

struct Frame {
    index: LoopIndex,
    /// Among the children of the frame around it.
    child_at: usize,
    rows: Vec<Row>,
    /// Whether the level was told of.
    is_open: bool,
    has_trailer: bool,
}

pub(super) type Tell<'t> = &'t mut dyn FnMut(Piece) -> io::Result<()>;

impl Levels {
    pub(super) fn new(named: &'static Named, name: &'static str) -> Self {
        Self {
            named,
            walk: Walk::new(named.guide),
            frames: vec![Frame::new(0, 0)],
            name,
            head: Object::default(),
            tail: Object::default(),
            held: 0,
            overflowed: false,
        }
    }

    /// The segment that opens the level.
    pub(super) fn begin(&mut self, value: Object, bytes: usize) {
        self.held += bytes;
        self.frames[0].rows.push(Row {
            slot: Slot::Child(0),
            value: Value::Object(value),
        });
    }

    /// Whether transaction sets may stand here: in a group that is not closed.
    pub(super) fn takes_sets(&self) -> bool {
        let last = &self.frames[self.frames.len() - 1];
        self.frames.len() == 2 && !last.has_trailer && !self.overflowed
    }

    /// Puts a segment where it belongs; whether it has a place.
    pub(super) fn place(&mut self, segment: &Segment<'_>, tell: Tell<'_>) -> io::Result<bool> {
        let bytes = segment.raw().len();
        if self.held > LOOP_BYTES_MAX && !self.overflowed {
            self.close_to(1, tell)?;
            self.open(tell)?;
            self.overflowed = true;
        }
        let found = match self.overflowed {
            true => None,
            false => self.walk.find(segment),
        };
        let Some(spot) = found else {
            self.unplaced(element::read_raw(segment), bytes, tell)?;
            return Ok(false);
        };
        self.close_to(spot.depth + 1, tell)?;
        let frame = &mut self.frames[spot.depth];
        let index = frame.index;
        let names = &self.named.loops[index];
        frame.has_trailer |= names.trailer == Some(spot.child_at);
        let child = self.named.guide.loops[index].children[spot.child_at];
        let Some(rule) = self.walk.enter(spot) else {
            return Ok(false);
        };
        let value = element::read(
            segment,
            &self.named.guide.segments[rule],
            &self.named.segments[rule],
        );
        self.held += bytes;
        let slot = match child.kind {
            ChildKind::Segment(_) => Slot::Child(spot.child_at),
            ChildKind::Loop(inner) => {
                if names.children[spot.child_at].is_part {
                    self.open(tell)?;
                }
                self.frames.push(Frame::new(inner, spot.child_at));
                Slot::Child(0)
            }
        };
        let last = self.frames.len() - 1;
        self.frames[last].rows.push(Row {
            slot,
            value: Value::Object(value),
        });
        Ok(true)
    }

    pub(super) fn unplaced(
        &mut self,
        value: Value,
        bytes: usize,
        tell: Tell<'_>,
    ) -> io::Result<()> {
        if self.overflowed {
            return tell(Piece::Part {
                name: SEGMENT,
                value,
            });
        }
        let last = self.frames.len() - 1;
        let frame = &mut self.frames[last];
        if frame.is_open && frame.rows.is_empty() {
            return tell(Piece::Loose {
                name: UNPLACED,
                value,
            });
        }
        self.held += bytes;
        frame.rows.push(Row {
            slot: Slot::Unplaced,
            value,
        });
        Ok(())
    }

    /// Tells of the levels that are open, with what came in them so far.
    pub(super) fn open(&mut self, tell: Tell<'_>) -> io::Result<()> {
        for at in 0..self.frames.len() {
            let name = self.name_of(at);
            let frame = &mut self.frames[at];
            if frame.is_open || !self.named.loops[frame.index].is_level {
                continue;
            }
            frame.is_open = true;
            let mut value = match at {
                0 => std::mem::take(&mut self.head),
                _ => Object::default(),
            };
            let rows = std::mem::take(&mut frame.rows);
            value.0.extend(members(self.named, frame.index, rows).0);
            tell(Piece::Open { name, value })?;
        }
        self.held = 0;
        Ok(())
    }

    pub(super) fn close(&mut self, tell: Tell<'_>) -> io::Result<()> {
        self.close_to(0, tell)
    }

    /// Closes loops until so many are open.
    fn close_to(&mut self, depth: usize, tell: Tell<'_>) -> io::Result<()> {
        while self.frames.len() > depth {
            let at = self.frames.len() - 1;
            let is_level = self.named.loops[self.frames[at].index].is_level;
            if is_level {
                self.open(tell)?;
            }
            let name = self.name_of(at);
            let Some(frame) = self.frames.pop() else {
                return Ok(());
            };
            let names = &self.named.loops[frame.index];
            let mut value = members(self.named, frame.index, frame.rows);
            if is_level {
                let trailer = names.trailer.filter(|_| !frame.has_trailer);
                if let Some(at) = trailer {
                    value
                        .0
                        .insert(0, (names.children[at].name.clone(), Value::Null));
                }
                if at == 0 {
                    value.0.append(&mut self.tail.0);
                }
                tell(Piece::Close { name, value })?;
                continue;
            }
            let value = Value::Object(value);
            let around = &self.frames[at - 1];
            if self.named.loops[around.index].children[frame.child_at].is_part {
                self.open(tell)?;
                tell(Piece::Part { name, value })?;
                continue;
            }
            self.frames[at - 1].rows.push(Row {
                slot: Slot::Child(frame.child_at),
                value,
            });
        }
        Ok(())
    }

    fn name_of(&self, at: usize) -> &'static str {
        match at.checked_sub(1) {
            None => self.name,
            Some(around) => {
                let (index, child_at) = (self.frames[around].index, self.frames[at].child_at);
                &self.named.loops[index].children[child_at].name
            }
        }
    }
}

impl Frame {
    fn new(index: LoopIndex, child_at: usize) -> Self {
        Self {
            index,
            child_at,
            rows: Vec::new(),
            is_open: false,
            has_trailer: false,
        }
    }
}
