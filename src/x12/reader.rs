//! A stream of interchanges, one segment at a time, in memory bounded by the longest segment. It must not judge
//! what a segment says: that is `check`.

use std::io::{self, Read};
use std::ops::Range;

use super::index::{Index, Indexed, Traits};
use super::lexer;
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
pub struct Reader<R> {
    source: R,
    buffer: Vec<u8>,
    filled: Range<usize>,
    /// Stream offset of `buffer[0]`.
    base: u64,
    drained: bool,
    index: Index,
    /// Where the elements of a segment end that the index does not hold.
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

#[derive(Default)]
struct Envelope {
    interchange: u32,
    group: u32,
    transaction: u32,
    in_transaction: bool,
    segments_in_interchange: u32,
    segments_in_transaction: u32,
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

impl<R: Read> Reader<R> {
    pub fn new(source: R) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            filled: 0..0,
            base: 0,
            drained: false,
            index: Index::default(),
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
        if let Some(delimiters) = self.delimiters
            && self.skipped.is_none()
        {
            let window = &self.buffer[..self.filled.end];
            if let Some(indexed) = self.index.next(window, self.filled.start, delimiters) {
                return Ok(Some(Item::Segment(self.indexed(indexed, delimiters))));
            }
        }
        self.look()
    }

    #[inline(always)]
    fn indexed(&mut self, found: Indexed, delimiters: Delimiters) -> Segment<'_> {
        let Indexed { raw, ends, traits } = found;
        self.filled.start = raw.end + 1;
        let place = self.enter(raw.start, self.index.ends(ends.clone())[0]);
        let ends = self.index.ends(ends);
        Segment::new(&self.buffer, raw.start, ends, delimiters, place, traits)
    }

    /// What the index does not give: the envelope's beginning, faults, and the end of what is in the buffer.
    fn look(&mut self) -> io::Result<Option<Item<'_>>> {
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
                Found::End => return Ok(None),
                Found::Fault(kind, range) => {
                    let place = self.place_of(self.envelope.place(), range.start);
                    let bytes = range.len() as u64;
                    return Ok(Some(Item::Fault(Fault { kind, place, bytes })));
                }
                Found::Skipped(Skipped {
                    kind,
                    offset,
                    bytes,
                }) => {
                    let place = Place {
                        offset,
                        ..self.envelope.place()
                    };
                    return Ok(Some(Item::Fault(Fault { kind, place, bytes })));
                }
                Found::Segment(range) => return Ok(Some(Item::Segment(self.segment(range)))),
            }
        }
    }

    fn segment(&mut self, range: Range<usize>) -> Segment<'_> {
        let delimiters = self.delimiters.unwrap_or(Delimiters::USUAL);
        let raw = &self.buffer[range.clone()];
        lexer::element_ends(raw, range.start, delimiters.element, &mut self.ends);
        let place = self.enter(range.start, self.ends[0]);
        let traits = Traits::default();
        Segment::new(
            &self.buffer,
            range.start,
            &self.ends,
            delimiters,
            place,
            traits,
        )
    }

    /// Counts in the segment whose id stands there.
    #[inline(always)]
    fn enter(&mut self, start: usize, end_of_id: u32) -> Place {
        let id = &self.buffer[start..end_of_id as usize];
        // What opens or closes an envelope begins with one of these letters.
        let place = if matches!(id.first(), Some(b'I' | b'G' | b'S')) {
            if id == b"IEA" {
                self.told = Told::default();
                self.delimiters = None;
            }
            self.envelope.enter(id)
        } else {
            self.envelope.pass()
        };
        self.place_of(place, start)
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
        self.index.clear();
        let start = self.filled.start;
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
        let kept = remove_line_breaks(&mut self.buffer[start..start + raw_length]);
        if kept < raw_length && !self.told.wrapped {
            self.told.wrapped = true;
            self.index.clear();
            // The fault goes first; the next look finds the segment without breaks, up against its terminator.
            self.filled.start += raw_length - kept;
            self.buffer
                .copy_within(start..start + kept, self.filled.start);
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
        if self.filled.end == self.buffer.len() {
            self.buffer.push(0);
        }
        self.buffer[self.filled.end] = delimiters.segment;
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
        self.buffer.copy_within(self.filled.clone(), 0);
        self.base += self.filled.start as u64;
        self.index.shift(self.filled.start);
        self.filled = 0..self.filled.len();
        if self.buffer.len() < self.filled.end + STEP_BYTES {
            self.buffer.resize(self.filled.end + STEP_BYTES, 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.filled.end..]) {
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
pub fn read_all(bytes: &[u8], mut visit: impl FnMut(Item<'_>)) {
    let mut reader = Reader::new(bytes);
    // A slice as source never fails.
    while let Ok(Some(item)) = reader.next_item() {
        visit(item);
    }
}

impl Envelope {
    /// Counts a segment in, and says where it stands.
    fn enter(&mut self, id: &[u8]) -> Place {
        match id {
            b"ISA" => {
                *self = Self {
                    interchange: self.interchange + 1,
                    ..Self::default()
                }
            }
            b"GS" => {
                self.group += 1;
                self.transaction = 0;
                self.in_transaction = false;
            }
            b"ST" => {
                self.transaction += 1;
                self.in_transaction = true;
                self.segments_in_transaction = 0;
            }
            b"GE" | b"IEA" => self.in_transaction = false,
            _ => {}
        }
        let place = self.pass();
        if id == b"SE" {
            self.in_transaction = false;
        }
        place
    }

    /// Counts a segment in that changes nothing.
    #[inline(always)]
    fn pass(&mut self) -> Place {
        self.segments_in_interchange += 1;
        self.segments_in_transaction += 1;
        self.place()
    }

    #[inline(always)]
    fn place(&self) -> Place {
        let (transaction, position) = if self.in_transaction {
            (self.transaction, self.segments_in_transaction)
        } else {
            (0, self.segments_in_interchange)
        };
        let Self {
            interchange, group, ..
        } = *self;
        Place {
            interchange,
            group,
            transaction,
            position,
            offset: 0,
        }
    }
}

/// Separators of an ISA whose widths are wrong or that is wrapped: sixteen elements, one component separator, a
/// terminator. With them, the bytes up to that terminator.
fn lenient_isa(head: &[u8]) -> Option<(Delimiters, usize)> {
    let kept: Vec<usize> = (0..head.len())
        .filter(|&at| !matches!(head[at], b'\r' | b'\n'))
        .collect();
    let text: Vec<u8> = kept.iter().map(|&at| head[at]).collect();
    if let Some(delimiters) = Delimiters::from_isa(&text) {
        return Some((delimiters, kept[ISA_LENGTH - 1]));
    }
    let element = *head.get(3)?;
    let last = head
        .iter()
        .enumerate()
        .filter(|&(_, &b)| b == element)
        .nth(15)?
        .0;
    let (component, segment) = (*head.get(last + 1)?, *head.get(last + 2)?);
    let repetition = head[..last]
        .split(|&b| b == element)
        .nth(11)
        .and_then(|isa11| match isa11 {
            [byte] if !byte.is_ascii_alphanumeric() && ![component, segment].contains(byte) => {
                Some(*byte)
            }
            _ => None,
        });
    let usable = |b: u8| !b.is_ascii_alphanumeric() && b != b' ';
    (usable(element) && usable(component) && usable(segment) && component != segment).then_some((
        Delimiters {
            element,
            component,
            repetition,
            segment,
        },
        last + 2,
    ))
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
    let Some(first) = memchr::memchr2(b'\r', b'\n', raw) else {
        return raw.len();
    };
    let mut kept = first;
    for at in first..raw.len() {
        if !matches!(raw[at], b'\r' | b'\n') {
            raw[kept] = raw[at];
            kept += 1;
        }
    }
    kept
}

impl<R> std::fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("place", &self.envelope.place())
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
    }

    #[test]
    fn unclosed_interchange_before_the_next() {
        check(
            &format!("{ISA}GS*HC~{ISA}IEA*0*1~"),
            "ISA@1 GS@2 ISA@1 IEA@2",
        );
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
            while let Some(item) = reader.look().unwrap() {
                plain.push(all(&item));
            }
            proptest::prop_assert_eq!(&indexed, &plain);
            let mut dripped = Vec::new();
            let mut reader = Reader::new(Dripping(&bytes, step));
            while let Some(item) = reader.next_item().unwrap() {
                dripped.push(all(&item));
            }
            proptest::prop_assert_eq!(&indexed, &dripped);
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
