//! Where separators and terminators stand in a stretch of the buffer, found by comparing 64 bytes at once. It must not
//! know what a segment is but for the end it has.

use super::block::{BLOCK_BYTES, Block, Extremes};
use super::segment::Traits;
use super::{Delimiters, lexer};

/// Bytes looked at in one go: they and their marks stay in the nearest cache.
const STRETCH_BYTES_MAX: usize = 8 * 1024;
/// The first look behind an ISA: an interchange may be small, and the next one has separators of its own.
const STRETCH_BYTES_MIN: usize = 1024;
/// Terminators taken out of a block without asking whether they are there: a loop that ends at the last one ends at a
/// different place each time, which a processor cannot foresee. Blocks with more are rare, and looked at further.
const STOPS_USUAL: usize = 4;
/// Stands behind the last terminator, so that nobody need count them.
const NO_STOP: u32 = u32::MAX;
/// A segment whose marks fit one word.
pub(super) const SHORT_BYTES_MAX: usize = BLOCK_BYTES - 1;

/// Marks of a stretch of the buffer that begins with a segment: a bit for each byte.
#[derive(Debug)]
pub(super) struct Index {
    /// The separators it was made with.
    pub(super) delimiters: Delimiters,
    /// Element separators and terminators.
    marks: Vec<u64>,
    /// Component and repetition separators.
    inner: Vec<u64>,
    /// What is no printable ASCII; made only where there is any.
    odd: Vec<u64>,
    any_odd: bool,
    /// Where terminators stand, counted from the first block.
    stops: Vec<u32>,
    stop_count: usize,
    /// Where in the buffer the first block begins.
    origin: usize,
    stretch: usize,
}

/// How far the segments of the index were taken.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    /// Where in the buffer the next segment begins, or the filler before it.
    pub(super) start: usize,
    stop: usize,
}

/// A whole segment in the buffer.
#[derive(Clone, Copy)]
pub(super) struct Indexed {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where its id and its elements end, counted from its start, if it is no longer than [`SHORT_BYTES_MAX`].
    pub(super) ends: u64,
    /// It is longer, may open or close an envelope, or hold bytes that are no elements.
    pub(super) special: bool,
    pub(super) traits: Traits,
}

impl Cursor {
    pub(super) fn at(start: usize) -> Self {
        Self { start, stop: 0 }
    }
}

impl Default for Index {
    fn default() -> Self {
        Self {
            delimiters: Delimiters::USUAL,
            marks: Vec::new(),
            inner: Vec::new(),
            odd: Vec::new(),
            any_odd: false,
            stops: Vec::new(),
            stop_count: 0,
            origin: 0,
            stretch: 0,
        }
    }
}

impl Index {
    /// Forgets everything: what follows has other separators, or stands elsewhere.
    pub(super) fn clear(&mut self) {
        self.stretch = 0;
        self.end_at(0);
    }

    /// Whether there is a segment to take; looks further in the buffer when all were.
    pub(super) fn find(
        &mut self,
        cursor: &mut Cursor,
        buffer: &[u8],
        delimiters: Delimiters,
    ) -> bool {
        if cursor.stop >= self.stop_count {
            cursor.stop = 0;
            self.scan(buffer, cursor.start, delimiters);
        }
        self.stop_count > 0
    }

    /// The next segment, behind filler. `None` at the end of what was looked at, or where it is not plain sailing: the
    /// reader then looks for itself.
    #[inline(always)]
    pub(super) fn next<'b>(
        &self,
        cursor: &mut Cursor,
        buffer: &'b [u8],
    ) -> Option<(&'b [u8], Indexed)> {
        let end = self.origin + *self.stops.get(cursor.stop)? as usize;
        let mut start = cursor.start;
        let mut raw = buffer.get(start..end)?;
        if raw.first().is_none_or(|&byte| byte <= b' ') {
            start += filler(raw);
            raw = &buffer[start..end];
            if raw.is_empty() {
                return None;
            }
        }
        let odd = self.any_odd && self.is_marked(&self.odd, start, raw.len());
        if odd && memchr::memchr2(b'\r', b'\n', raw).is_some() {
            return None;
        }
        *cursor = Cursor {
            start: end + 1,
            stop: cursor.stop + 1,
        };
        let found = Indexed {
            start,
            end,
            ends: self.bits(&self.marks, start)
                & (2u64 << (raw.len() % BLOCK_BYTES)).wrapping_sub(1),
            special: raw.len() > SHORT_BYTES_MAX || is_special(raw),
            traits: Traits {
                plain: !odd,
                inner: self.inner_of(start, raw.len()),
            },
        };
        Some((raw, found))
    }

    fn end_at(&mut self, stop_count: usize) {
        self.stop_count = stop_count;
        if let Some(behind) = self.stops.get_mut(stop_count) {
            *behind = NO_STOP;
        }
    }

    /// Goes on behind a segment that the reader found for itself. `false` where the index says otherwise.
    pub(super) fn pass(&self, cursor: &mut Cursor, start: usize) -> bool {
        let stop = self.stops.get(cursor.stop);
        let agreed = stop.is_some_and(|&end| self.origin + end as usize + 1 == start);
        *cursor = Cursor {
            start,
            stop: cursor.stop + 1,
        };
        agreed
    }

    /// The marks of 64 bytes.
    #[inline(always)]
    fn bits(&self, blocks: &[u64], start: usize) -> u64 {
        let from = start - self.origin;
        let (at, bit) = (from / BLOCK_BYTES, from % BLOCK_BYTES);
        match blocks.get(at..at + 2) {
            Some(&[low, high]) => low >> bit | high << 1 << (BLOCK_BYTES - 1 - bit),
            _ => 0,
        }
    }

    /// Whether any of these bytes is marked.
    #[inline(always)]
    fn is_marked(&self, blocks: &[u64], start: usize, length: usize) -> bool {
        if length > SHORT_BYTES_MAX {
            return self.is_marked_at_length(blocks, start, length);
        }
        self.bits(blocks, start) & !(u64::MAX << length) != 0
    }

    /// Component and repetition separators of a segment, as [`Traits`] has them.
    #[inline(always)]
    fn inner_of(&self, start: usize, length: usize) -> u64 {
        if length > SHORT_BYTES_MAX {
            let any = self.is_marked_at_length(&self.inner, start, length);
            return if any { u64::MAX } else { 0 };
        }
        self.bits(&self.inner, start) & !(u64::MAX << length)
    }

    #[cold]
    fn is_marked_at_length(&self, blocks: &[u64], start: usize, length: usize) -> bool {
        let end = start + length;
        (start..end).step_by(SHORT_BYTES_MAX).any(|at| {
            let length = SHORT_BYTES_MAX.min(end - at);
            self.bits(blocks, at) & !(u64::MAX << length) != 0
        })
    }

    #[inline(never)]
    fn scan(&mut self, buffer: &[u8], origin: usize, delimiters: Delimiters) {
        self.make_room();
        self.stretch = (self.stretch * 2).clamp(STRETCH_BYTES_MIN, STRETCH_BYTES_MAX);
        let stretch = &buffer[origin..buffer.len().min(origin + self.stretch)];
        let (blocks, rest) = stretch.as_chunks::<BLOCK_BYTES>();
        // No separator is a space.
        let mut last = [b' '; BLOCK_BYTES];
        last[..rest.len()].copy_from_slice(rest);
        let last = (!rest.is_empty()).then_some(&last);
        let (mut stop_count, mut base) = (0, 0);
        let mut extremes = Extremes::default();
        let room = self.marks.iter_mut().zip(&mut self.inner);
        for (block, (marks, inner)) in blocks.iter().zip(room) {
            let stops;
            (*marks, stops, *inner) = masks(block, delimiters, &mut extremes);
            if let Some(room) = self.stops[stop_count..].first_chunk_mut() {
                stop_count += positions(stops, base, room);
            }
            base += BLOCK_BYTES as u32;
        }
        if let Some(block) = last {
            let (stops, at) = (&mut self.stops[stop_count..], blocks.len());
            let (marks, bits, inner) = masks(block, delimiters, &mut extremes);
            (self.marks[at], self.inner[at]) = (marks, inner);
            if let Some(room) = stops.first_chunk_mut() {
                stop_count += positions(bits, base, room);
            }
        }
        self.origin = origin;
        self.delimiters = delimiters;
        self.end_at(stop_count);
        self.any_odd = extremes.any_unprintable();
        if self.any_odd {
            for (block, odd) in blocks.iter().chain(last).zip(&mut self.odd) {
                *odd = Block::new(block).unprintable();
            }
        }
    }

    /// Room for a terminator at every byte, and for a block more than there is.
    fn make_room(&mut self) {
        if self.marks.is_empty() {
            let blocks = STRETCH_BYTES_MAX / BLOCK_BYTES + 1;
            for bits in [&mut self.marks, &mut self.inner, &mut self.odd] {
                bits.resize(blocks, 0);
            }
            self.stops.resize(blocks * BLOCK_BYTES, 0);
        }
    }
}

/// Element separators and terminators, terminators, and component and repetition separators of a block.
#[inline(always)]
fn masks(
    block: &[u8; BLOCK_BYTES],
    delimiters: Delimiters,
    extremes: &mut Extremes,
) -> (u64, u64, u64) {
    let block = Block::new(block);
    extremes.add(&block);
    let stops = block.equal(delimiters.segment);
    let repetition = delimiters.repetition.unwrap_or(delimiters.component);
    (
        block.equal(delimiters.element) | stops,
        stops,
        block.equal2(delimiters.component, repetition),
    )
}

/// Writes where the bits of a block stand: at least so many, of which those that are too many mean nothing. How many
/// there are.
#[inline(always)]
fn positions(mut bits: u64, base: u32, room: &mut [u32; BLOCK_BYTES]) -> usize {
    let mut count = 0;
    for one in &mut room[..STOPS_USUAL] {
        *one = base + (bits | 1 << 63).trailing_zeros();
        count += usize::from(bits != 0);
        bits &= bits.wrapping_sub(1);
    }
    while bits != 0 {
        room[count % BLOCK_BYTES] = base + bits.trailing_zeros();
        count += 1;
        bits &= bits - 1;
    }
    count
}

/// How many bytes come before a segment, of those that carry nothing.
#[cold]
fn filler(raw: &[u8]) -> usize {
    raw.iter()
        .take_while(|&&byte| lexer::is_filler(byte))
        .count()
}

/// Whether it may be ISA, IEA, GS, GE, ST, SE or BIN, or begins with no letter. It may say yes of others.
#[inline(always)]
fn is_special(raw: &[u8]) -> bool {
    let [first, second, ..] = *raw else {
        return true;
    };
    letters(b"BGIS") >> (first % 32) & letters(b"EIST") >> (second % 32) & 1 == 1
}

/// A bit for each.
const fn letters<const COUNT: usize>(letters: &[u8; COUNT]) -> u32 {
    let (mut bits, mut at) = (0, 0);
    while at < COUNT {
        bits |= 1 << (letters[at] % 32);
        at += 1;
    }
    bits
}
