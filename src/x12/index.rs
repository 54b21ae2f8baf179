//! Where separators and terminators stand in the buffer, found 64 bytes at a time by comparisons that the compiler
//! turns into vector instructions. It must not know what a segment is but for the end it has.

use std::ops::Range;

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
    /// The buffer is known up to here.
    to: usize,
    step: usize,
    /// Behind the last byte that is no printable ASCII, line breaks aside.
    odd_to: usize,
    /// Behind the last line break.
    breaks_to: usize,
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
        for marks in [&mut self.marks, &mut self.stops, &mut self.inner] {
            (marks.taken, marks.len) = (0, 0);
        }
        (self.to, self.step, self.odd_to, self.breaks_to) = (0, 0, 0, 0);
    }

    /// The buffer lost so many bytes at its front.
    pub(super) fn shift(&mut self, by: usize) {
        self.skip_to(by);
        for marks in [&mut self.marks, &mut self.inner] {
            for mark in &mut marks.at[marks.taken..marks.len] {
                *mark -= by as u32;
            }
        }
        for position in [&mut self.to, &mut self.odd_to, &mut self.breaks_to] {
            *position = position.saturating_sub(by);
        }
    }

    /// The segment that begins at `start`, behind filler. `None` where the buffer ends before it does, or where it is
    /// not plain sailing: the reader then looks for itself.
    #[inline]
    pub(super) fn next(
        &mut self,
        buffer: &[u8],
        mut start: usize,
        delimiters: Delimiters,
    ) -> Option<Indexed> {
        self.skip_to(start);
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
        let plain_sailing = !raw.is_empty()
            && raw.len() <= super::SEGMENT_BYTES_MAX
            && !raw.starts_with(b"ISA")
            && !raw.starts_with(b"BIN")
            && (start >= self.breaks_to || memchr::memchr2(b'\r', b'\n', raw).is_none());
        if !plain_sailing {
            return None;
        }
        let ends = self.marks.taken..stop + 1;
        self.marks.taken = stop + 1;
        self.stops.taken += 1;
        let flat = self.inner.none_before(end);
        Some(Indexed {
            raw: start..end,
            ends,
            traits: Traits {
                plain: start >= self.odd_to,
                flat,
            },
        })
    }

    pub(super) fn ends(&self, range: Range<usize>) -> &[u32] {
        &self.marks.at[range]
    }

    /// Drops the marks of what was read without them.
    #[inline]
    fn skip_to(&mut self, start: usize) {
        if start > self.to {
            self.clear();
            self.to = start;
        }
        while self
            .marks
            .first()
            .is_some_and(|mark| (mark as usize) < start)
        {
            if self.stops.first() == Some(self.marks.taken as u32) {
                self.stops.taken += 1;
            }
            self.marks.taken += 1;
        }
        self.inner.none_before(start);
    }

    fn extend(&mut self, buffer: &[u8], delimiters: Delimiters) {
        self.step = (self.step * 2).clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
        let step = &buffer[self.to..buffer.len().min(self.to + self.step)];
        self.marks.make_room(step.len());
        self.inner.make_room(step.len());
        // Every stop was taken, and counts marks from the front.
        (self.stops.taken, self.stops.len) = (0, 0);
        self.stops.make_room(step.len());
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
        let Delimiters {
            element,
            component,
            repetition,
            segment,
        } = delimiters;
        let repetition = repetition.unwrap_or(component);
        let stops = mask(block, |byte| byte == segment);
        let mut marks = mask(block, |byte| byte == element) | stops;
        let base = self.to as u32;
        while marks != 0 {
            let bit = marks.trailing_zeros();
            self.stops.at[self.stops.len] = self.marks.len as u32;
            self.stops.len += (stops >> bit & 1) as usize;
            self.marks.push(base + bit);
            marks &= marks - 1;
        }
        let mut inner = mask(block, |byte| byte == component || byte == repetition);
        while inner != 0 {
            self.inner.push(base + inner.trailing_zeros());
            inner &= inner - 1;
        }
        let is_break = |byte: u8| byte == b'\r' || byte == b'\n';
        let is_odd = |byte: u8| !(b' '..0x7F).contains(&byte) && !is_break(byte);
        self.to += length;
        if any(block, is_odd) {
            self.odd_to = self.to;
        }
        if any(block, is_break) {
            self.breaks_to = self.to;
        }
    }
}

impl Marks {
    fn first(&self) -> Option<u32> {
        (self.taken < self.len).then(|| self.at[self.taken])
    }

    /// Whether none is left before a position; those before it are taken.
    #[inline]
    fn none_before(&mut self, position: usize) -> bool {
        let before = self.taken;
        while self.first().is_some_and(|mark| (mark as usize) < position) {
            self.taken += 1;
        }
        self.taken == before
    }

    /// Room for a mark at every byte, with what is left moved to the front.
    fn make_room(&mut self, bytes: usize) {
        self.at.copy_within(self.taken..self.len, 0);
        self.len -= self.taken;
        self.taken = 0;
        if self.at.len() < self.len + bytes + 1 {
            self.at.resize(self.len + bytes + 1, 0);
        }
    }

    #[inline]
    fn push(&mut self, mark: u32) {
        self.at[self.len] = mark;
        self.len += 1;
    }
}

/// One bit for each byte that is as asked. The products gather eight lowest bits into one byte.
#[inline]
fn mask(block: &[u8; BLOCK_BYTES], is: impl Fn(u8) -> bool) -> u64 {
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let found = block.map(|byte| u8::from(is(byte)));
    let words = found.as_chunks::<8>().0.iter();
    words.rev().fold(0, |mask, word| {
        mask << 8 | u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56
    })
}

#[inline]
fn any(block: &[u8; BLOCK_BYTES], is: impl Fn(u8) -> bool) -> bool {
    block.iter().fold(0, |any, &byte| any | u8::from(is(byte))) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_for_each_byte() {
        let mut block = [b'a'; BLOCK_BYTES];
        for at in [0, 7, 8, 31, 63] {
            block[at] = b'*';
        }
        let expected = 1 | 1 << 7 | 1 << 8 | 1 << 31 | 1 << 63;
        assert_eq!(mask(&block, |byte| byte == b'*'), expected);
        assert!(any(&block, |byte| byte == b'*') && !any(&block, |byte| byte == b'~'));
    }
}
