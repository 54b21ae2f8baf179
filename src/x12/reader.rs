//! A stream of interchanges, one segment at a time, in memory bounded by the longest segment. It must not judge
//! what a segment says: that is `check`.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use super::index::{Cursor, Index, Indexed};
use super::lexer;
use super::segment::{Ends, Traits};
use super::{Delimiters, ISA_LENGTH, Place, Segment};

/// Longest segment that is read whole: the longest a guide can ask for stays under 4 KiB, so 64 KiB is never data.
pub const SEGMENT_BYTES_MAX: usize = 64 * 1024;
/// Longest binary segment (BIN, BDS): an attachment inside a 275.
const BINARY_BYTES_MAX: usize = 64 * 1024 * 1024;
const ISA_ID: &[u8] = b"ISA";
/// One read from the source. Larger steps bring nothing; a fresh buffer a file costs page faults.
const STEP_BYTES: usize = 256 * 1024;
/// How far an ISA segment may reach when it is wrapped or its widths are wrong.
const ISA_BYTES_MAX: usize = 256;

/// What a stream holds.
#[derive(Debug)]
pub enum Item<'a> {
    Segment(Segment<'a>),
    Fault(Fault),
}

/// Bytes that could not be read as the language says. Reading goes on behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub place: Place,
    /// How many bytes it is about.
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// Bytes outside any interchange that are not white space.
    StrayBytes,
    /// `ISA`, but neither 106 bytes nor sixteen elements follow.
    IsaUnreadable,
    /// An ISA whose separators are clear but whose elements have not their fixed widths.
    IsaWidth,
    /// Line breaks inside segments (text wrapped at a column); they were taken out. Told once an interchange.
    Wrapped,
    /// More than [`SEGMENT_BYTES_MAX`] without a terminator; skipped to the next one.
    SegmentTooLong,
    /// The stream ends inside a segment.
    Unterminated,
    /// Two terminators with nothing between. Told once an interchange.
    EmptySegment,
}

/// Reads segments from any byte source. It does no IO of its own: the caller brings the source.
pub struct Reader<'b, R> {
    source: R,
    /// Borrowed where all of the stream is in memory, until a byte must change.
    buffer: Cow<'b, [u8]>,
    filled: Range<usize>,
    /// Stream offset of `buffer[0]`.
    base: u64,
    drained: bool,
    index: Index,
    cursor: Cursor,
    /// Where the elements of a long segment end.
    ends: Vec<u32>,
    delimiters: Option<Delimiters>,
    envelope: Envelope,
    told: Told,
    skipped: Option<Skipped>,
}

/// Bytes that are passed over up to where reading can go on, perhaps more than the buffer holds.
#[derive(Clone, Copy)]
struct Skipped {
    kind: FaultKind,
    /// Stream offset of the first.
    offset: u64,
    /// How many were passed.
    bytes: u64,
}

/// Which levels are open.
#[derive(Default)]
struct Envelope {
    /// Of the last segment, its offset aside.
    place: Place,
    /// Transaction sets in the group.
    transactions: u32,
    /// Segments of the interchange before the transaction set at hand.
    before: u32,
}

#[derive(Default)]
struct Told {
    wrapped: bool,
    empty: bool,
}

/// What one look at the buffer found; ranges are into the buffer.
enum Found {
    Segment(Range<usize>),
    Fault(FaultKind, Range<usize>),
    Skipped(Skipped),
    More,
    End,
}

impl<R: Read> Reader<'_, R> {
    pub fn new(source: R) -> Self {
        Self::over(source, Cow::default(), 0)
    }
}

impl<'b> Reader<'b, io::Empty> {
    /// Reads what is in memory, where it is.
    pub fn of(bytes: &'b [u8]) -> Self {
        let mut reader = Self::over(io::empty(), Cow::Borrowed(bytes), bytes.len());
        reader.drained = true;
        reader
    }
}

impl<'b, R: Read> Reader<'b, R> {
    fn over(source: R, buffer: Cow<'b, [u8]>, filled: usize) -> Self {
        Self {
            source,
            buffer,
            filled: 0..filled,
            base: 0,
            drained: false,
            index: Index::default(),
            cursor: Cursor::default(),
            ends: Vec::new(),
            delimiters: None,
            envelope: Envelope::default(),
            told: Told::default(),
            skipped: None,
        }
    }

    /// The next segment or fault; `None` at the end of the stream.
    ///
    /// # Errors
    /// Only those of the source.
    #[inline(always)]
    pub fn next_item(&mut self) -> io::Result<Option<Item<'_>>> {
        let mut cursor = self.cursor;
        if let Some((_, found)) = self.index.next(&mut cursor, &self.buffer)
            && !found.special
        {
            self.cursor = cursor;
            self.envelope.place.position += 1;
            let raw = &self.buffer[found.start..found.end];
            return Ok(Some(Item::Segment(self.indexed(
                raw,
                found,
                self.envelope.place.position,
            ))));
        }
        self.look()
    }

    /// Hands every item to `visit`, up to the end of the stream. Faster than asking for one at a time.
    ///
    /// # Errors
    /// Only those of the source.
    #[inline]
    pub fn each(&mut self, mut visit: impl FnMut(Item<'_>)) -> io::Result<()> {
        while let Some(item) = self.look()? {
            visit(item);
            self.run(&mut visit);
        }
        Ok(())
    }

    /// Hands over every segment that the index holds and that says nothing of envelopes.
    #[inline(always)]
    fn run(&mut self, visit: &mut impl FnMut(Item<'_>)) {
        let mut next = self.cursor;
        let mut position = self.envelope.place.position;
        while let Some((raw, found)) = self.index.next(&mut next, &self.buffer)
            && !found.special
        {
            self.cursor = next;
            position += 1;
            visit(Item::Segment(self.indexed(raw, found, position)));
        }
        self.envelope.place.position = position;
    }

    #[inline(always)]
    fn indexed<'s>(&'s self, raw: &'s [u8], found: Indexed, position: u32) -> Segment<'s> {
        let place = Place {
            position,
            ..self.envelope.place
        };
        Segment::new(
            raw,
            Ends::Bits(found.ends),
            self.index.delimiters,
            self.place_of(place, found.start),
            found.traits,
        )
    }

    /// The first segment of a stretch, what opens and closes envelopes, and what the index does not give.
    fn look(&mut self) -> io::Result<Option<Item<'_>>> {
        if let (Some(delimiters), None) = (self.delimiters, self.skipped) {
            let filled = &self.buffer[..self.filled.end];
            let indexed = self.index.find(&mut self.cursor, filled, delimiters);
            let mut cursor = self.cursor;
            if indexed
                && let Some((_, found)) = self.index.next(&mut cursor, filled)
                && !holds_no_elements(&filled[found.start..])
            {
                self.cursor = cursor;
                let segment = self.segment(found.start..found.end, found.traits);
                return Ok(Some(Item::Segment(segment)));
            }
        }
        self.filled.start = self.cursor.start;
        let found = self.search()?;
        if !self.index.pass(&mut self.cursor, self.filled.start) {
            self.forget(self.filled.start);
        }
        Ok(self.item(found))
    }

    /// Leaves the index: it is to be made anew from here.
    fn forget(&mut self, start: usize) {
        self.index.clear();
        self.cursor = Cursor::at(start);
    }

    /// What stands next, without the index: the envelope's beginning, faults, and the end of what is in the buffer.
    fn search(&mut self) -> io::Result<Found> {
        loop {
            let found = if let Some(skipped) = self.skipped {
                self.skip(skipped)
            } else if self.delimiters.is_some() {
                self.find_segment()
            } else {
                self.find_isa()
            };
            match found {
                Found::More => self.fill()?,
                found => return Ok(found),
            }
        }
    }

    fn item(&mut self, found: Found) -> Option<Item<'_>> {
        match found {
            Found::More | Found::End => None,
            Found::Fault(kind, range) => Some(Item::Fault(Fault {
                kind,
                place: self.place_of(self.envelope.place, range.start),
                bytes: range.len() as u64,
            })),
            Found::Skipped(Skipped {
                kind,
                offset,
                bytes,
            }) => {
                let place = Place {
                    offset,
                    ..self.envelope.place
                };
                Some(Item::Fault(Fault { kind, place, bytes }))
            }
            Found::Segment(range) => Some(Item::Segment(self.segment(range, Traits::UNKNOWN))),
        }
    }

    /// Counts a segment in that may open or close an envelope.
    fn segment(&mut self, range: Range<usize>, traits: Traits) -> Segment<'_> {
        let delimiters = self.delimiters.unwrap_or(Delimiters::USUAL);
        let raw = &self.buffer[range.clone()];
        lexer::element_ends(raw, delimiters.element, &mut self.ends);
        let id = &raw[..self.ends[0] as usize];
        if id == b"IEA" {
            self.told = Told::default();
            self.delimiters = None;
            self.index.clear();
            self.cursor = Cursor::at(self.cursor.start);
        }
        let place = self.envelope.enter(id);
        let place = self.place_of(place, range.start);
        let ends = Ends::Positions(&self.ends);
        Segment::new(raw, ends, delimiters, place, traits)
    }

    /// Outside an interchange: looks for the next ISA.
    fn find_isa(&mut self) -> Found {
        let window = &self.buffer[self.filled.clone()];
        if let Ok((_, mark)) = lexer::byte_order_mark(window) {
            self.filled.start += mark.len();
            return self.find_isa();
        }
        let blank = window
            .iter()
            .take_while(|&&byte| lexer::is_filler(byte))
            .count();
        self.filled.start += blank;
        let window = &self.buffer[self.filled.clone()];
        if !self.drained && window.len() < ISA_BYTES_MAX {
            return Found::More;
        }
        if window.is_empty() {
            return Found::End;
        }
        if !window.starts_with(ISA_ID) {
            return self.skip_from(FaultKind::StrayBytes, 0);
        }
        self.open_interchange()
    }

    /// At the letters ISA: learns the separators, strictly if it can, else by counting elements.
    fn open_interchange(&mut self) -> Found {
        let start = self.filled.start;
        self.forget(start);
        let window = &self.buffer[self.filled.clone()];
        if let Ok((_, delimiters)) = lexer::isa(window) {
            self.delimiters = Some(delimiters);
            self.filled.start += ISA_LENGTH;
            return Found::Segment(start..start + ISA_LENGTH - 1);
        }
        let head = &window[..window.len().min(ISA_BYTES_MAX)];
        if let Some((delimiters, length)) = lenient_isa(head) {
            self.delimiters = Some(delimiters);
            let isa = &head[..length];
            if isa.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
                return self.find_segment();
            }
            // The fault goes first; the next look reads the segment with these separators.
            return Found::Fault(FaultKind::IsaWidth, start..start + length);
        }
        self.skip_from(FaultKind::IsaUnreadable, ISA_ID.len())
    }

    /// Inside an interchange: the bytes up to the next terminator.
    fn find_segment(&mut self) -> Found {
        let Some(delimiters) = self.delimiters else {
            return Found::End;
        };
        let window = &self.buffer[self.filled.clone()];
        if let Ok((_, filler)) = lexer::filler(delimiters.segment)(window) {
            self.filled.start += filler.len();
        } else if self.drained {
            self.filled.start = self.filled.end;
        } else {
            self.filled.start = self.filled.end;
            return Found::More;
        }
        let start = self.filled.start;
        let window = &self.buffer[self.filled.clone()];
        // With another terminator than ours it would else be cut at the first of ours.
        if window.starts_with(ISA_ID) && window.len() < ISA_LENGTH && !self.drained {
            return Found::More;
        }
        if is_new_interchange(window) {
            self.delimiters = None;
            return self.find_isa();
        }
        if let Some(length) = binary_length(window, delimiters.element) {
            if window.len() <= length && !self.drained && length <= BINARY_BYTES_MAX {
                return Found::More;
            }
            if window.get(length) == Some(&delimiters.segment) {
                self.filled.start += length + 1;
                return Found::Segment(start..start + length);
            }
        }
        let raw_length = match lexer::segment(delimiters.segment)(window) {
            Ok((_, raw)) => raw.len(),
            Err(_) => return self.unterminated(start, window.len()),
        };
        if raw_length > SEGMENT_BYTES_MAX {
            return self.skip_from(FaultKind::SegmentTooLong, 0);
        }
        if raw_length == 0 {
            self.filled.start += 1;
            if self.told.empty || lexer::is_filler(delimiters.segment) {
                return self.find_segment();
            }
            self.told.empty = true;
            return Found::Fault(FaultKind::EmptySegment, start..start);
        }
        let raw = start..start + raw_length;
        let kept = if memchr::memchr2(b'\r', b'\n', &self.buffer[raw.clone()]).is_some() {
            remove_line_breaks(&mut self.buffer.to_mut()[raw])
        } else {
            raw_length
        };
        if kept < raw_length && !self.told.wrapped {
            self.told.wrapped = true;
            // The fault goes first; the next look finds the segment without breaks, up against its terminator.
            self.filled.start += raw_length - kept;
            let to = self.filled.start;
            self.buffer.to_mut().copy_within(start..start + kept, to);
            return Found::Fault(FaultKind::Wrapped, start..start + raw_length);
        }
        self.filled.start += raw_length + 1;
        Found::Segment(start..start + kept)
    }

    /// No terminator in the buffer: waits for more, gives up on an endless segment, or ends the stream.
    fn unterminated(&mut self, start: usize, length: usize) -> Found {
        if length > SEGMENT_BYTES_MAX {
            return self.skip_from(FaultKind::SegmentTooLong, 0);
        }
        if !self.drained {
            return Found::More;
        }
        if length == 0 {
            return Found::End;
        }
        // A last segment without terminator is still told: IEA at the end of a file often has none.
        let Some(delimiters) = self.delimiters else {
            return Found::End;
        };
        let buffer = self.buffer.to_mut();
        buffer.truncate(self.filled.end);
        buffer.push(delimiters.segment);
        self.filled.end += 1;
        Found::Fault(FaultKind::Unterminated, start..start + length)
    }

    /// Passes over what cannot be read, of which the first bytes are looked at already.
    fn skip_from(&mut self, kind: FaultKind, looked_at: usize) -> Found {
        let offset = self.base + self.filled.start as u64;
        self.filled.start += looked_at;
        self.skip(Skipped {
            kind,
            offset,
            bytes: looked_at as u64,
        })
    }

    /// Goes on to the terminator of a segment that is too long, else to the next ISA.
    fn skip(&mut self, mut skipped: Skipped) -> Found {
        let window = &self.buffer[self.filled.clone()];
        let (end, rest) = match (skipped.kind, self.delimiters) {
            (FaultKind::SegmentTooLong, Some(delimiters)) => {
                (memchr::memchr(delimiters.segment, window), 0)
            }
            // The letters may come apart at the end of the buffer.
            _ => (memchr::memmem::find(window, ISA_ID), ISA_ID.len() - 1),
        };
        let rest = if self.drained { 0 } else { rest };
        let passed = end.unwrap_or(window.len().saturating_sub(rest));
        self.filled.start += passed;
        skipped.bytes += passed as u64;
        if end.is_none() && !self.drained {
            self.skipped = Some(skipped);
            return Found::More;
        }
        self.skipped = None;
        if end.is_some() && skipped.kind == FaultKind::SegmentTooLong {
            self.filled.start += 1;
        }
        Found::Skipped(skipped)
    }

    fn fill(&mut self) -> io::Result<()> {
        let buffer = self.buffer.to_mut();
        buffer.copy_within(self.filled.clone(), 0);
        self.base += self.filled.start as u64;
        self.index.clear();
        self.cursor = Cursor::at(0);
        self.filled = 0..self.filled.len();
        if buffer.len() < self.filled.end + STEP_BYTES {
            buffer.resize(self.filled.end + STEP_BYTES, 0);
        }
        loop {
            match self.source.read(&mut buffer[self.filled.end..]) {
                Ok(count) => {
                    self.drained = count == 0;
                    self.filled.end += count;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    #[inline(always)]
    fn place_of(&self, place: Place, start: usize) -> Place {
        Place {
            offset: self.base + start as u64,
            ..place
        }
    }
}

/// Reads a whole interchange held in memory and hands each item to `visit`.
pub fn read_all(bytes: &[u8], visit: impl FnMut(Item<'_>)) {
    // Memory as source never fails.
    let _ = Reader::of(bytes).each(visit);
}

impl Envelope {
    /// Counts a segment in, and says where it stands.
    fn enter(&mut self, id: &[u8]) -> Place {
        match id {
            b"ISA" => {
                let place = Place {
                    interchange: self.place.interchange + 1,
                    ..Place::default()
                };
                *self = Self {
                    place,
                    ..Self::default()
                };
            }
            b"GS" => {
                self.leave_transaction();
                self.place.group += 1;
                self.transactions = 0;
            }
            b"ST" => {
                self.leave_transaction();
                self.transactions += 1;
                self.place.transaction = self.transactions;
                self.before = std::mem::take(&mut self.place.position);
            }
            b"GE" | b"IEA" => self.leave_transaction(),
            _ => {}
        }
        self.place.position += 1;
        let place = self.place;
        if id == b"SE" {
            self.leave_transaction();
        }
        place
    }

    /// Outside a transaction set, positions count the interchange's segments.
    fn leave_transaction(&mut self) {
        if std::mem::take(&mut self.place.transaction) > 0 {
            self.place.position += self.before;
        }
    }
}

/// Separators of an ISA whose widths are wrong or that is wrapped: sixteen elements, one component separator, a
/// terminator, which no element holds: else the sixteen are those of several segments. With them, the bytes up to that
/// terminator.
fn lenient_isa(head: &[u8]) -> Option<(Delimiters, usize)> {
    let kept: Vec<usize> = (0..head.len())
        .filter(|&at| !matches!(head[at], b'\r' | b'\n'))
        .collect();
    let text: Vec<u8> = kept.iter().map(|&at| head[at]).collect();
    let (delimiters, length) = match Delimiters::from_isa(&text) {
        Some(delimiters) => (delimiters, kept[ISA_LENGTH - 1]),
        None => counted_isa(head)?,
    };
    (!head[..length].contains(&delimiters.segment)).then_some((delimiters, length))
}

/// Separators of an ISA by the number of its elements.
fn counted_isa(head: &[u8]) -> Option<(Delimiters, usize)> {
    let element = *head.get(3)?;
    let last = memchr::memchr_iter(element, head).nth(15)?;
    let isa11 = match head[..last].split(|&b| b == element).nth(11) {
        Some([byte]) => *byte,
        _ => b' ',
    };
    let (component, segment) = (*head.get(last + 1)?, *head.get(last + 2)?);
    let delimiters = Delimiters::told_apart(element, component, isa11, segment)?;
    Some((delimiters, last + 2))
}

/// ISA, whose separators may be new, and BIN, which counts its bytes.
fn holds_no_elements(raw: &[u8]) -> bool {
    raw.starts_with(ISA_ID) || raw.starts_with(b"BIN")
}

/// A second ISA where a segment should start: the interchange before it was never closed.
fn is_new_interchange(window: &[u8]) -> bool {
    window.starts_with(ISA_ID) && Delimiters::from_isa(window).is_some()
}

/// Bytes of a BIN segment, whose first element counts the bytes of its second.
fn binary_length(window: &[u8], separator: u8) -> Option<usize> {
    let rest = window.strip_prefix(b"BIN")?.strip_prefix(&[separator])?;
    let digits = rest
        .iter()
        .position(|&b| b == separator)
        .filter(|&at| at <= 15)?;
    let count: usize = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    (count <= BINARY_BYTES_MAX).then_some(5 + digits + count)
}

/// Takes CR and LF out of a segment in place; how many bytes remain.
fn remove_line_breaks(raw: &mut [u8]) -> usize {
    let mut kept = 0;
    for at in 0..raw.len() {
        if !matches!(raw[at], b'\r' | b'\n') {
            raw[kept] = raw[at];
            kept += 1;
        }
    }
    kept
}

impl<R> std::fmt::Debug for Reader<'_, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("place", &self.envelope.place)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*:~";

    /// The stream as text: `ID@position` for a segment, `!Kind` for a fault.
    fn told(input: &[u8]) -> String {
        let mut out = Vec::new();
        read_all(input, |item| {
            out.push(match item {
                Item::Segment(segment) => format!("{segment:?}"),
                Item::Fault(fault) => format!("!{:?}", fault.kind),
            })
        });
        out.join(" ")
    }

    fn check(input: &str, expected: &str) {
        assert_eq!(told(input.as_bytes()), expected);
    }

    #[test]
    fn one_interchange() {
        let rest = "GS*HC~ST*837*1~BHT*0019~SE*3*1~GE*1*1~IEA*1*1~";
        check(
            &format!("{ISA}{rest}"),
            "ISA@1 GS@2 ST@1 BHT@2 SE@3 GE@6 IEA@7",
        );
    }

    #[test]
    fn line_ends_mark_and_two_interchanges() {
        let one = format!("{ISA}\r\nGS*HC~\r\nGE*0*1~\n\nIEA*1*1~\r\n");
        check(
            &format!("\u{feff}{one}{one}"),
            "ISA@1 GS@2 GE@3 IEA@4 ISA@1 GS@2 GE@3 IEA@4",
        );
    }

    #[test]
    fn newline_as_terminator() {
        let isa = ISA.replace('~', "\n");
        check(
            &format!("{isa}GS*HC\n\nGE*0*1\r\nIEA*1*1\n"),
            "ISA@1 GS@2 !Wrapped GE@3 IEA@4",
        );
    }

    #[test]
    fn wrapped_at_80_columns() {
        let text = format!("{ISA}GS*HC*A*B*20261124*1200*1*X*005010X222A1~GE*0*1~IEA*1*1~");
        let wrapped: Vec<&str> = text
            .as_bytes()
            .chunks(80)
            .map(|c| std::str::from_utf8(c).unwrap())
            .collect();
        check(&wrapped.join("\n"), "!Wrapped ISA@1 GS@2 GE@3 IEA@4");
    }

    #[test]
    fn trailing_bytes_and_missing_terminator() {
        check(
            &format!("junk{ISA}IEA*0*1~ more"),
            "!StrayBytes ISA@1 IEA@2 !StrayBytes",
        );
        check(&format!("{ISA}IEA*0*1"), "ISA@1 !Unterminated IEA@2");
    }

    #[test]
    fn isa_of_wrong_width() {
        check(
            "ISA*00**00**ZZ*A*ZZ*B*261124*1200*^*00501*1*0*T*:~IEA*0*1~",
            "!IsaWidth ISA@1 IEA@2",
        );
        check("ISA and then nothing of the kind", "!IsaUnreadable");
        check(
            "ISA*00~GS*HC*A*B*20261124*1200*1*X*005010X222A1~ST*837*1~BHT*0019*00*1*:~SE*3*1~",
            "!IsaUnreadable",
        );
    }

    #[test]
    fn unclosed_interchange_before_the_next() {
        check(
            &format!("{ISA}GS*HC~{ISA}IEA*0*1~"),
            "ISA@1 GS@2 ISA@1 IEA@2",
        );
    }

    /// The index of the interchange that ended says nothing of what follows.
    #[test]
    fn segments_behind_iea_are_stray() {
        let stray = "N3*1 WHARF STREET~".repeat(80);
        check(
            &format!("{ISA}GS*HC~GE*0*1~IEA*1*1~\r\n{stray}{ISA}IEA*0*1~"),
            "ISA@1 GS@2 GE@3 IEA@4 !StrayBytes ISA@1 IEA@2",
        );
    }

    /// A long segment and one of each length around a block tell the same elements by bits as by positions.
    #[test]
    fn elements_of_every_length() {
        for length in 1..200 {
            let value = "x".repeat(length);
            let text = format!(
                "{ISA}NTE*{value}**{value}~REF*1~IEA*0*1~{}",
                " ".repeat(128)
            );
            let mut seen = Vec::new();
            read_all(text.as_bytes(), |item| {
                if let Item::Segment(segment) = item
                    && segment.is("NTE")
                {
                    let lengths = |segment: &Segment<'_>| {
                        let listed = segment.elements().map(|one| one.raw().len());
                        listed.collect::<Vec<usize>>()
                    };
                    let listed = lengths(&segment);
                    let numbered = (1..=segment.len()).map(|one| segment.element(one).raw().len());
                    assert!(numbered.eq(listed.iter().copied()));
                    assert_eq!(segment.element_offset(3), 6 + length);
                    assert!(segment.element(0).is_empty() && segment.element(4).is_empty());
                    assert_eq!(lengths(&segment.to_owned().borrow()), listed);
                    seen.extend(listed);
                }
            });
            assert_eq!(seen, [length, 0, length]);
        }
    }

    #[test]
    fn endless_segment_is_skipped_in_bounded_memory() {
        let long = "x".repeat(3 * SEGMENT_BYTES_MAX);
        check(
            &format!("{ISA}{long}~IEA*0*1~"),
            "ISA@1 !SegmentTooLong IEA@2",
        );
    }

    #[test]
    fn binary_data_may_hold_terminators() {
        check(&format!("{ISA}BIN*5*a~b*c~IEA*0*1~"), "ISA@1 BIN@2 IEA@3");
    }

    /// Everything told of a segment or fault, to compare.
    fn all(item: &Item<'_>) -> String {
        match item {
            Item::Segment(segment) => {
                let elements: Vec<String> = segment
                    .elements()
                    .map(|element| String::from_utf8_lossy(element.raw()).into_owned())
                    .collect();
                let Delimiters {
                    component,
                    repetition,
                    ..
                } = segment.delimiters;
                let inner = |byte| byte == component || Some(byte) == repetition;
                assert!(!(segment.is_flat() && segment.raw().iter().any(|&byte| inner(byte))));
                let printable = segment.raw().iter().all(|byte| (b' '..0x7F).contains(byte));
                assert!(!segment.is_plain() || printable);
                format!("{segment:?} {elements:?} {:?}", segment.place)
            }
            Item::Fault(fault) => format!("{fault:?}"),
        }
    }

    /// A source that gives a few bytes at a time.
    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn stream() -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
        use proptest::prelude::*;
        let other = ISA.replace('*', "|").replace('~', "\n").replace(':', ">");
        let piece = prop_oneof![
            Just(ISA.to_owned()),
            Just(other),
            Just("IEA*1*1~\r\n".to_owned()),
            Just("HI*ABK:R10^ABF:J45**~".to_owned()),
            Just("ST*837*1~".to_owned()),
            Just("SE*1*1~".to_owned()),
            Just("BIN*5*a~b*c~".to_owned()),
            Just("~".to_owned()),
            Just("N3*CAF\u{e9} 1~\r\n \n".to_owned()),
            "[A-Z*:~^ \r\n|]{0,40}",
            (1..70_000usize).prop_map(|length| "x".repeat(length)),
        ];
        let pieces = prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat());
        pieces.prop_map(|text| format!("{ISA}{text}").into_bytes())
    }

    proptest::proptest! {
        /// What the index gives is what a reader without it finds, however the bytes arrive.
        #[test]
        fn the_index_changes_nothing(bytes in stream(), step in 1..9_000usize) {
            let mut indexed = Vec::new();
            read_all(&bytes, |item| indexed.push(all(&item)));
            let mut plain = Vec::new();
            let mut reader = Reader::new(&bytes[..]);
            while let found = reader.search().unwrap()
                && let Some(item) = reader.item(found)
            {
                plain.push(all(&item));
            }
            proptest::prop_assert_eq!(&indexed, &plain);
            let mut dripped = Vec::new();
            let mut reader = Reader::new(Dripping(&bytes, step));
            while let Some(item) = reader.next_item().unwrap() {
                dripped.push(all(&item));
            }
            proptest::prop_assert_eq!(&indexed, &dripped);
            let mut each = Vec::new();
            let dripping = Dripping(&bytes, step);
            Reader::new(dripping).each(|item| each.push(all(&item))).unwrap();
            proptest::prop_assert_eq!(&indexed, &each);
        }
    }

    #[test]
    fn elements_repetitions_components() {
        let text = format!("{ISA}HI*ABK:R10*ABF:K20^ABF:J45**~IEA*0*1~");
        read_all(text.as_bytes(), |item| {
            let Item::Segment(segment) = item else {
                panic!("no fault expected")
            };
            if segment.is("HI") {
                assert_eq!((segment.len(), segment.component(1, 2)), (4, "R10"));
                let second: Vec<_> = segment.element(2).repetitions().collect();
                assert_eq!((second.len(), second[1].component(2)), (2, &b"J45"[..]));
                assert!(segment.element(4).is_empty() && segment.element(9).is_empty());
            }
        });
    }
}
