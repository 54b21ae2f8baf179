//! A stream of interchanges to the pieces of a document. It must not fail on content, nor leave any out.

mod levels;

use std::io;

use self::levels::Levels;
use super::names;
use super::window::Window;
use super::write::ISA_WIDTH;
use super::{
    AS_WRITTEN, DELIMITERS, INTERCHANGE, ISA_WIDTHS, LINE_BREAK, LINE_BREAK_AT_END, Object,
    SEGMENT, SET, STRAY, TRANSACTION_SET, UNTERMINATED, Value, element,
};
use crate::guide::library;
use crate::x12::{Delimiters, Fault, FaultKind, Item, Reader, Segment};

/// A part of a document that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A level opens, with what stands in it before its parts.
    Open { name: &'static str, value: Object },
    /// A part of the open level; there may be any number of the name.
    Part { name: &'static str, value: Value },
    /// Something without a place between parts.
    Loose { name: &'static str, value: Value },
    /// The level closes, with what stands in it behind its parts.
    Close { name: &'static str, value: Object },
}

/// What a stream held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Read {
    pub interchanges: u64,
    /// Bytes outside any interchange, and segments too long to be read.
    pub stray: u64,
    /// Segments inside a set with a guide that have no place there.
    pub unplaced: u64,
    /// Whether the very last terminator is missing.
    pub unterminated: bool,
    /// Whether line breaks inside segments were taken out, or empty segments passed over.
    pub tidied: bool,
}

/// Reads a stream to its end and tells its pieces in their order. Memory is bounded by the largest claim.
///
/// # Errors
/// Those of the source and of `tell`.
pub fn read(source: impl io::Read, tell: impl FnMut(Piece) -> io::Result<()>) -> io::Result<Read> {
    let window = Window::default();
    let mut reader = Reader::new(window.watch(source));
    let mut document = Document {
        tell,
        seen: Read::default(),
        window: window.clone(),
        end: 0,
        at_end: false,
        interchange: None,
        set: None,
    };
    while let Some(item) = reader.next_item()? {
        match item {
            Item::Segment(segment) => document.segment(&segment)?,
            Item::Fault(fault) => document.fault(fault)?,
        }
        window.forget(document.end);
    }
    document.finish()
}

struct Document<T> {
    tell: T,
    seen: Read,
    window: Window,
    /// Where the latest segment ended, its terminator counted.
    end: u64,
    at_end: bool,
    interchange: Option<Interchange>,
    set: Option<Set>,
}

struct Interchange {
    levels: Levels,
    /// What stands behind every segment; known once the second one comes.
    line_break: Option<Vec<u8>>,
    delimiters: Delimiters,
    as_written: bool,
    /// GS08 of the open group.
    version: String,
    ended: bool,
}

enum Set {
    Guided(Levels),
    Raw,
}

impl<T: FnMut(Piece) -> io::Result<()>> Document<T> {
    fn segment(&mut self, segment: &Segment<'_>) -> io::Result<()> {
        self.between(segment)?;
        let unguided = match segment.id() {
            b"ISA" => {
                self.close_interchange(None)?;
                return self.open_interchange(segment);
            }
            b"GS" | b"GE" | b"IEA" | b"ST" => {
                self.close_set()?;
                self.outside(segment)?;
                return Ok(());
            }
            id => id == b"SE",
        };
        let Self {
            set, tell, seen, ..
        } = self;
        match set {
            Some(Set::Guided(levels)) => {
                seen.unplaced += u64::from(!levels.place(segment, tell)?);
            }
            Some(Set::Raw) => tell(Piece::Part {
                name: SEGMENT,
                value: element::read_raw(segment),
            })?,
            None => return self.outside(segment),
        }
        match unguided {
            true => self.close_set(),
            false => Ok(()),
        }
    }

    /// A segment outside any set, or the one that opens it.
    fn outside(&mut self, segment: &Segment<'_>) -> io::Result<()> {
        let Self {
            interchange,
            tell,
            seen,
            set,
            ..
        } = self;
        let Some(interchange) = interchange else {
            return Ok(());
        };
        let levels = &mut interchange.levels;
        if segment.is("ST") && levels.takes_sets() {
            levels.open(tell)?;
            let version = match segment.text(3) {
                "" => interchange.version.as_str(),
                version => version,
            };
            let guide = library().find(segment.text(1), version);
            match guide.and_then(names::of) {
                Some(named) => {
                    let mut levels = Levels::new(named, TRANSACTION_SET);
                    levels.head.push(SET, Value::text(named.guide.name()));
                    seen.unplaced += u64::from(!levels.place(segment, tell)?);
                    *set = Some(Set::Guided(levels));
                }
                None => {
                    tell(Piece::Open {
                        name: TRANSACTION_SET,
                        value: Object::default(),
                    })?;
                    tell(Piece::Part {
                        name: SEGMENT,
                        value: element::read_raw(segment),
                    })?;
                    *set = Some(Set::Raw);
                }
            }
            return Ok(());
        }
        if segment.is("GS") {
            interchange.version = segment.text(8).to_owned();
        }
        seen.unplaced += u64::from(!levels.place(segment, tell)?);
        interchange.ended |= segment.is("IEA");
        Ok(())
    }

    fn open_interchange(&mut self, isa: &Segment<'_>) -> io::Result<()> {
        self.seen.interchanges += 1;
        let named = names::envelope();
        let mut levels = Levels::new(named, INTERCHANGE);
        let as_written = !has_its_widths(isa);
        let mut header = Object::default();
        for number in 1..=isa.len() {
            let is_delimiter =
                number == 16 || (number == 11 && isa.delimiters.repetition.is_some());
            if is_delimiter && !as_written {
                continue;
            }
            let name = named.segments[0].element(number);
            let name = name.map_or_else(|| names::number(number), |one| one.name.clone());
            header.push(name, element::bytes(isa.element(number).raw()));
        }
        levels.begin(header, isa.raw().len());
        self.interchange = Some(Interchange {
            levels,
            line_break: None,
            delimiters: isa.delimiters,
            as_written,
            version: String::new(),
            ended: false,
        });
        Ok(())
    }

    /// What stands between the latest segment and this one.
    fn between(&mut self, segment: &Segment<'_>) -> io::Result<()> {
        let (start, end) = self.extent(segment);
        let ends = segment.is("ISA") || self.interchange.as_ref().is_none_or(|one| one.ended);
        let between = self.window.bytes(self.end, start);
        match ends {
            true => self.close_interchange(Some(between))?,
            false => self.line_break(between),
        }
        self.end = end;
        Ok(())
    }

    /// Where a segment begins and ends in the stream. Line breaks inside it are in the stream and not in its bytes.
    fn extent(&mut self, segment: &Segment<'_>) -> (u64, u64) {
        let (raw, offset) = (segment.raw(), segment.place.offset);
        let terminator = segment.delimiters.segment;
        let stands = |bytes: &[u8]| {
            // At the end of the stream it may be missing.
            let behind = bytes.get(raw.len());
            bytes.starts_with(raw) && behind.is_none_or(|&byte| byte == terminator)
        };
        let length = raw.len() as u64;
        if self.window.look(offset, stands) {
            return (offset, offset + length + 1);
        }
        self.seen.tidied = true;
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let filler = |byte: &u8| is_break(byte) || matches!(byte, b' ' | b'\t' | 0);
        self.window.look(self.end, |bytes| {
            // Empty segments are passed over.
            let blank = |byte: &&u8| filler(byte) || **byte == terminator;
            let blank = bytes.iter().take_while(blank).count();
            let (mut at, mut seen) = (blank, 0);
            while at < bytes.len() && (seen < raw.len() || is_break(&bytes[at])) {
                seen += usize::from(!is_break(&bytes[at]));
                at += 1;
            }
            (self.end + blank as u64, self.end + at as u64 + 1)
        })
    }

    fn line_break(&mut self, between: Vec<u8>) {
        let Some(interchange) = &mut self.interchange else {
            return;
        };
        if interchange.line_break.is_some() {
            return;
        }
        let Interchange {
            levels,
            delimiters,
            as_written,
            ..
        } = interchange;
        let mut object = Object::default();
        let Delimiters {
            element,
            component,
            repetition,
            segment,
        } = *delimiters;
        object.push("element", element::bytes(&[element]));
        object.push("component", element::bytes(&[component]));
        if let Some(repetition) = repetition {
            object.push("repetition", element::bytes(&[repetition]));
        }
        object.push("segment", element::bytes(&[segment]));
        levels.head.push(DELIMITERS, Value::Object(object));
        // An empty segment there is passed over.
        let between: Vec<u8> = between
            .into_iter()
            .filter(|&byte| byte != segment)
            .collect();
        if !between.is_empty() {
            levels.head.push(LINE_BREAK, element::bytes(&between));
        }
        if *as_written {
            levels.head.push(ISA_WIDTHS, Value::text(AS_WRITTEN));
        }
        interchange.line_break = Some(between);
    }

    fn fault(&mut self, fault: Fault) -> io::Result<()> {
        let (from, to) = (fault.place.offset, fault.place.offset + fault.bytes);
        match fault.kind {
            FaultKind::StrayBytes | FaultKind::IsaUnreadable => {
                let between = self.window.bytes(self.end, from);
                self.close_interchange(Some(between))?;
                self.seen.stray += fault.bytes;
                let value = element::bytes(&self.window.bytes(from, to));
                self.end = to;
                (self.tell)(Piece::Loose { name: STRAY, value })
            }
            FaultKind::SegmentTooLong => {
                let between = self.window.bytes(self.end, from);
                self.line_break(between);
                self.seen.stray += fault.bytes;
                let value = element::bytes(&self.window.bytes(from, to));
                self.end = to + 1;
                let Self {
                    set,
                    interchange,
                    tell,
                    ..
                } = self;
                match (set, interchange) {
                    (Some(Set::Guided(levels)), _) => levels.unplaced(value, 0, tell),
                    (Some(Set::Raw), _) => tell(Piece::Part {
                        name: SEGMENT,
                        value,
                    }),
                    (None, Some(interchange)) => interchange.levels.unplaced(value, 0, tell),
                    (None, None) => Ok(()),
                }
            }
            FaultKind::Unterminated => {
                self.seen.unterminated = true;
                Ok(())
            }
            FaultKind::Wrapped | FaultKind::EmptySegment => {
                self.seen.tidied = true;
                Ok(())
            }
            // Seen again where its segment comes.
            FaultKind::IsaWidth => Ok(()),
        }
    }

    fn finish(mut self) -> io::Result<Read> {
        self.at_end = true;
        let end = self.window.end();
        let between = self.window.bytes(self.end, end);
        self.close_interchange(Some(between))?;
        Ok(self.seen)
    }

    fn close_set(&mut self) -> io::Result<()> {
        let tell = &mut self.tell;
        match self.set.take() {
            Some(Set::Guided(mut levels)) => levels.close(tell),
            Some(Set::Raw) => tell(Piece::Close {
                name: TRANSACTION_SET,
                value: Object::default(),
            }),
            None => Ok(()),
        }
    }

    /// Ends the interchange, if there is one; `between` is what stands behind its last segment.
    fn close_interchange(&mut self, between: Option<Vec<u8>>) -> io::Result<()> {
        self.close_set()?;
        let between = match (between, &self.interchange) {
            (Some(between), Some(_)) => between,
            (None, Some(_)) => Vec::new(),
            (Some(between), None) if !between.is_empty() => {
                let value = element::bytes(&between);
                return (self.tell)(Piece::Loose { name: STRAY, value });
            }
            _ => return Ok(()),
        };
        self.line_break(between.clone());
        let Some(mut interchange) = self.interchange.take() else {
            return Ok(());
        };
        let tail = &mut interchange.levels.tail;
        if interchange.line_break.as_ref() != Some(&between) {
            tail.push(LINE_BREAK_AT_END, element::bytes(&between));
        }
        if self.at_end && self.seen.unterminated {
            tail.push(UNTERMINATED, Value::Flag(true));
        }
        interchange.levels.close(&mut self.tell)
    }
}

/// Whether an ISA can be put together again from its elements and separators.
fn has_its_widths(isa: &Segment<'_>) -> bool {
    let mut terminated = isa.raw().to_vec();
    terminated.push(isa.delimiters.segment);
    let mut widths = isa.elements().map(|element| element.raw().len());
    Delimiters::from_isa(&terminated) == Some(isa.delimiters)
        && isa.len() == ISA_WIDTH.len()
        && ISA_WIDTH.iter().all(|&width| widths.next() == Some(width))
}
