//! 64 bytes compared at once, in safe code. It must not know what it looks for.

use wide::u8x16;

use super::Delimiters;

pub(super) const BLOCK_BYTES: usize = 64;

/// 64 bytes that are compared at once.
pub(super) struct Block([u8x16; 4]);

impl Block {
    #[inline(always)]
    pub(super) fn new(bytes: &[u8; BLOCK_BYTES]) -> Self {
        let (lanes, _) = bytes.as_chunks::<16>();
        Self([0, 1, 2, 3].map(|lane| u8x16::new(lanes[lane])))
    }

    /// One bit for each byte that is this one.
    #[inline(always)]
    pub(super) fn equal(&self, byte: u8) -> u64 {
        self.bits(|lane| lane.simd_eq(u8x16::splat(byte)))
    }

    /// One bit for each byte that is one of the two.
    #[inline(always)]
    pub(super) fn equal2(&self, one: u8, other: u8) -> u64 {
        self.bits(|lane| lane.simd_eq(u8x16::splat(one)) | lane.simd_eq(u8x16::splat(other)))
    }

    /// One bit for each byte that is no printable ASCII.
    #[inline(always)]
    pub(super) fn unprintable(&self) -> u64 {
        self.bits(|lane| {
            let above_space = lane - u8x16::splat(b' ');
            above_space
                .max(u8x16::splat(b'~' - b' ' + 1))
                .simd_eq(above_space)
        })
    }

    #[inline(always)]
    fn bits(&self, compare: impl Fn(u8x16) -> u8x16) -> u64 {
        let [a, b, c, d] = self.0.map(|lane| u64::from(compare(lane).to_bitmask()));
        a | b << 16 | c << 32 | d << 48
    }
}

/// The least and the greatest byte of many blocks, column by column.
pub(super) struct Extremes {
    least: u8x16,
    most: u8x16,
}

impl Default for Extremes {
    fn default() -> Self {
        let space = u8x16::splat(b' ');
        Self {
            least: space,
            most: space,
        }
    }
}

impl Extremes {
    #[inline(always)]
    pub(super) fn add(&mut self, Block([a, b, c, d]): &Block) {
        self.least = self.least.min(a.min(*b)).min(c.min(*d));
        self.most = self.most.max(a.max(*b)).max(c.max(*d));
    }

    /// Whether there was a byte that is no printable ASCII.
    pub(super) fn any_unprintable(&self) -> bool {
        let least = self.least.simd_lt(u8x16::splat(b' '));
        let most = self.most.simd_gt(u8x16::splat(b'~'));
        (least | most).to_bitmask() != 0
    }
}

/// Separators and control characters, to be looked for in 16 bytes at once.
#[derive(Debug)]
pub(super) struct AnyOf([u8x16; 4]);

impl AnyOf {
    pub(super) fn separators(delimiters: Delimiters) -> Self {
        let Delimiters {
            element,
            component,
            repetition,
            segment,
        } = delimiters;
        Self([element, component, repetition.unwrap_or(segment), segment].map(u8x16::splat))
    }

    #[inline(always)]
    pub(super) fn is_in(&self, bytes: [u8; 16]) -> bool {
        let lane = u8x16::new(bytes);
        let [a, b, c, d] = self.0.map(|separator| lane.simd_eq(separator));
        let control = lane.min(u8x16::splat(b' ' - 1)).simd_eq(lane);
        (a | b | c | d | control).to_bitmask() != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_for_each_byte() {
        let mut block = [b'a'; BLOCK_BYTES];
        for (at, byte) in [
            (0, b'*'),
            (7, b'\n'),
            (8, b'*'),
            (31, 0x80),
            (62, 0x7F),
            (63, b'*'),
        ] {
            block[at] = byte;
        }
        let block = Block::new(&block);
        assert_eq!(block.equal(b'*'), 1 | 1 << 8 | 1 << 63);
        assert_eq!(block.equal2(b'\n', b'*'), 1 | 1 << 7 | 1 << 8 | 1 << 63);
        assert_eq!(block.unprintable(), 1 << 7 | 1 << 31 | 1 << 62);
    }
}
