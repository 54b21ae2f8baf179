//! Where separators and terminators stand in the buffer, found by comparing 64 bytes at once. It must not know what a segment is but for the end it has.

use std::ops::Range;

use wide::u8x16;

use super::{Delimiters, lexer};

/// Bytes looked at in one go: they and their marks stay in the nearest cache.
const STEP_BYTES_MAX: usize = 16 * 1024;
/// The first look behind an ISA: an interchange may be small, and the next one has separators of its own.
const STEP_BYTES_MIN: usize = 1024;
const BLOCK_BYTES: usize = 64;

/// Marks of a stretch of the buffer, handed out segment by segment.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Positions of element separators and terminators.
    marks: Marks,
    /// Which of the marks are terminators.
    stops: Marks,
    /// Positions of component and repetition separators.
    inner: Marks,
    /// Positions of line breaks.
    breaks: Marks,
    /// The marks begin here.
    from: usize,
    /// The buffer is known up to here.
    to: usize,
    step: usize,
    /// Behind the last byte that is no printable ASCII, line breaks aside.
    odd_to: usize,
}

/// Numbers in ascending order, of which the first ones were taken.
#[derive(Debug, Default)]
struct Marks {
    at: Vec<u32>,
    taken: usize,
    len: usize,
}

/// A whole segment in the buffer.
pub(super) struct Indexed {
    pub(super) raw: Range<usize>,
    /// Into [`Index::ends`].
    pub(super) ends: Range<usize>,
    pub(super) traits: Traits,
}

/// What is known of a segment's bytes before anybody reads them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Traits {
    /// Holds printable ASCII only.
    pub(super) plain: bool,
    /// Holds no component or repetition separator.
    pub(super) flat: bool,
}

impl Index {
    /// Forgets everything: what follows has other separators, or stands elsewhere.
    pub(super) fn clear(&mut self) {
        for marks in self.all() {
            (marks.taken, marks.len) = (0, 0);
        }
        (self.from, self.to, self.step, self.odd_to) = (0, 0, 0, 0);
    }

    /// The buffer lost so many bytes at its front.
    pub(super) fn shift(&mut self, by: usize) {
        self.skip_to(by);
        for marks in [&mut self.marks, &mut self.inner, &mut self.breaks] {
            for mark in &mut marks.at[marks.taken..marks.len] {
                *mark -= by as u32;
            }
        }
        for position in [&mut self.from, &mut self.to, &mut self.odd_to] {
            *position = position.saturating_sub(by);
        }
    }

    /// The segment that begins at `start`, behind filler. `None` where the buffer ends before it does, or where it is
    /// not plain sailing: the reader then looks for itself.
    #[inline(always)]
    pub(super) fn next(
        &mut self,
        buffer: &[u8],
        mut start: usize,
        delimiters: Delimiters,
    ) -> Option<Indexed> {
        if start != self.from {
            self.skip_to(start);
        }
        while self.stops.taken == self.stops.len {
            if self.to >= buffer.len() {
                return None;
            }
            self.extend(buffer, delimiters);
        }
        let stop = self.stops.at[self.stops.taken] as usize;
        let end = self.marks.at[stop] as usize;
        while start < end && lexer::is_filler(buffer[start]) {
            start += 1;
        }
        let raw = buffer.get(start..end)?;
        self.breaks.take_before(start);
        let unbroken = self.breaks.first().is_none_or(|at| at as usize >= end);
        let special = matches!(raw.first()?, b'I' | b'B')
            && (raw.starts_with(b"ISA") || raw.starts_with(b"BIN"));
        if raw.len() > super::SEGMENT_BYTES_MAX || special || !unbroken {
            return None;
        }
        let ends = self.marks.taken..stop + 1;
        self.marks.taken = stop + 1;
        self.stops.taken += 1;
        self.from = end + 1;
        let traits = Traits {
            plain: start >= self.odd_to,
            flat: self.inner.take_before(end) == 0,
        };
        Some(Indexed {
            raw: start..end,
            ends,
            traits,
        })
    }

    #[inline]
    pub(super) fn ends(&self, range: Range<usize>) -> &[u32] {
        &self.marks.at[range]
    }

    fn all(&mut self) -> [&mut Marks; 4] {
        let Self {
            marks,
            stops,
            inner,
            breaks,
            ..
        } = self;
        [marks, stops, inner, breaks]
    }

    /// Drops the marks of what was read without them.
    fn skip_to(&mut self, start: usize) {
        if start > self.to {
            self.clear();
            self.to = start;
        }
        self.marks.take_before(start);
        self.inner.take_before(start);
        self.breaks.take_before(start);
        self.stops.take_before(self.marks.taken);
        self.from = start;
    }

    fn extend(&mut self, buffer: &[u8], delimiters: Delimiters) {
        self.step = (self.step * 2).clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
        let step = &buffer[self.to..buffer.len().min(self.to + self.step)];
        // Every stop was taken, so that none counts marks that move to the front now.
        for marks in self.all() {
            marks.make_room(step.len());
        }
        let (blocks, rest) = step.as_chunks::<BLOCK_BYTES>();
        for block in blocks {
            self.block(block, delimiters, BLOCK_BYTES);
        }
        if !rest.is_empty() {
            // No separator is a space.
            let mut block = [b' '; BLOCK_BYTES];
            block[..rest.len()].copy_from_slice(rest);
            self.block(&block, delimiters, rest.len());
        }
    }

    #[inline]
    fn block(&mut self, block: &[u8; BLOCK_BYTES], delimiters: Delimiters, length: usize) {
        let block = Block::new(block);
        let base = self.to as u32;
        let stops = block.equal(delimiters.segment);
        let mut marks = block.equal(delimiters.element) | stops;
        // Room is made for a mark at every byte, so that the compiler need not look.
        let room = &mut self.marks.at[self.marks.len..self.marks.len + BLOCK_BYTES];
        let stop_room = &mut self.stops.at[self.stops.len..self.stops.len + BLOCK_BYTES];
        let (mut count, mut stop_count) = (0, 0);
        while marks != 0 {
            let bit = marks.trailing_zeros();
            room[count % BLOCK_BYTES] = base + bit;
            // Written at each mark and kept at a terminator: a branch would be mispredicted at every segment.
            stop_room[stop_count % BLOCK_BYTES] = (self.marks.len + count) as u32;
            stop_count += (stops >> bit & 1) as usize;
            count += 1;
            marks &= marks - 1;
        }
        self.marks.len += count;
        self.stops.len += stop_count;
        let repetition = delimiters.repetition.unwrap_or(delimiters.component);
        self.inner.extend(
            base,
            block.equal(delimiters.component) | block.equal(repetition),
        );
        self.to += length;
        let odd = block.unprintable();
        if odd != 0 {
            let breaks = block.equal(b'\r') | block.equal(b'\n');
            self.breaks.extend(base, breaks);
            if odd != breaks {
                self.odd_to = self.to;
            }
        }
    }
}

impl Marks {
    #[inline]
    fn first(&self) -> Option<u32> {
        (self.taken < self.len).then(|| self.at[self.taken])
    }

    /// Takes those before a position; how many.
    #[inline]
    fn take_before(&mut self, position: usize) -> usize {
        let before = self.taken;
        while self.first().is_some_and(|mark| (mark as usize) < position) {
            self.taken += 1;
        }
        self.taken - before
    }

    /// Room for a mark at every byte, with what is left moved to the front.
    fn make_room(&mut self, bytes: usize) {
        self.at.copy_within(self.taken..self.len, 0);
        self.len -= self.taken;
        self.taken = 0;
        let room = self.len + bytes + 2 * BLOCK_BYTES;
        if self.at.len() < room {
            self.at.resize(room, 0);
        }
    }

    #[inline]
    fn extend(&mut self, base: u32, mut bits: u64) {
        while bits != 0 {
            self.at[self.len] = base + bits.trailing_zeros();
            self.len += 1;
            bits &= bits - 1;
        }
    }
}

/// 64 bytes that are compared at once.
struct Block([u8x16; 4]);

impl Block {
    #[inline]
    fn new(bytes: &[u8; BLOCK_BYTES]) -> Self {
        let (lanes, _) = bytes.as_chunks::<16>();
        Self([0, 1, 2, 3].map(|lane| u8x16::new(lanes[lane])))
    }

    /// One bit for each byte that is this one.
    #[inline]
    fn equal(&self, byte: u8) -> u64 {
        self.bits(|lane| lane.simd_eq(u8x16::splat(byte)))
    }

    /// One bit for each byte that is no printable ASCII.
    #[inline]
    fn unprintable(&self) -> u64 {
        self.bits(|lane| lane.simd_lt(u8x16::splat(b' ')) | lane.simd_gt(u8x16::splat(b'~')))
    }

    #[inline]
    fn bits(&self, compare: impl Fn(u8x16) -> u8x16) -> u64 {
        let [a, b, c, d] = self.0.map(|lane| u64::from(compare(lane).to_bitmask()));
        a | b << 16 | c << 32 | d << 48
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_for_each_byte() {
        let mut block = [b'a'; BLOCK_BYTES];
        for (at, byte) in [(0, b'*'), (7, b'\n'), (8, b'*'), (31, 0x80), (63, b'*')] {
            block[at] = byte;
        }
        let block = Block::new(&block);
        assert_eq!(block.equal(b'*'), 1 | 1 << 8 | 1 << 63);
        assert_eq!(block.unprintable(), 1 << 7 | 1 << 31);
    }
}
