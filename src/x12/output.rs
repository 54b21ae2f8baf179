//! Bytes being written, with room kept behind them so that short values are copied without asking. It must not know
//! what they say.

use super::block::AnyOf;

/// Room that is made at once: small enough to stay in the cache until it is written.
const ROOM_BYTES: usize = 64 * 1024;

/// What was written, and room behind it.
#[derive(Debug)]
pub(super) struct Output {
    bytes: Vec<u8>,
    len: usize,
}

impl Output {
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; 4096],
            len: 0,
        }
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    pub(super) fn push(&mut self, byte: u8) {
        if self.len == self.bytes.len() {
            self.make_room(1);
        }
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    /// Writes bytes as they are.
    #[inline(always)]
    pub(super) fn put_framing(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.push(*byte);
        }
    }

    /// Writes a value; `false` where it holds what is not fit for one. Most are no longer than 16 bytes: these are
    /// taken as two halves that overlap, looked at and written without a loop.
    #[inline(always)]
    pub(super) fn put(&mut self, value: &[u8], unfit: &AnyOf) -> bool {
        if self.bytes.len() - self.len < value.len() {
            self.make_room(value.len());
        }
        let room = &mut self.bytes[self.len..self.len + value.len()];
        self.len += value.len();
        if let Some((first, last)) = halves::<8>(value, room) {
            !unfit.is_in(both(first, last))
        } else if let Some((first, last)) = halves::<4>(value, room) {
            let half =
                u64::from(u32::from_ne_bytes(first)) | u64::from(u32::from_ne_bytes(last)) << 32;
            !unfit.is_in(both(half.to_ne_bytes(), half.to_ne_bytes()))
        } else if let Some((first, last)) = halves::<2>(value, room) {
            let half =
                u64::from(u16::from_ne_bytes(first)) | u64::from(u16::from_ne_bytes(last)) << 16;
            let half = half | half << 32;
            !unfit.is_in(both(half.to_ne_bytes(), half.to_ne_bytes()))
        } else if let [byte] = *value {
            room.copy_from_slice(value);
            !unfit.is_in([byte; 16])
        } else {
            room.copy_from_slice(value);
            let (chunks, _) = value.as_chunks();
            let last = value.last_chunk().into_iter();
            !chunks.iter().chain(last).any(|chunk| unfit.is_in(*chunk))
        }
    }

    /// Cuts off what was written last.
    #[inline(always)]
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = len.min(self.len);
    }

    pub(super) fn written(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.len);
        self.bytes
    }

    #[cold]
    fn make_room(&mut self, more: usize) {
        self.bytes.resize(self.len + more + ROOM_BYTES, 0);
    }
}

/// Copies a value of one to two times so many bytes, and gives its first and its last ones.
#[inline(always)]
fn halves<const HALF: usize>(value: &[u8], room: &mut [u8]) -> Option<([u8; HALF], [u8; HALF])> {
    if value.len() > 2 * HALF {
        return None;
    }
    let (first, last) = (value.first_chunk()?, value.last_chunk()?);
    *room.first_chunk_mut()? = *first;
    *room.last_chunk_mut()? = *last;
    Some((*first, *last))
}

#[inline(always)]
fn both(first: [u8; 8], last: [u8; 8]) -> [u8; 16] {
    let (first, last) = (u64::from_ne_bytes(first), u64::from_ne_bytes(last));
    (u128::from(first) | u128::from(last) << 64).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x12::Delimiters;

    #[test]
    fn every_length_is_copied() {
        let unfit = AnyOf::separators(Delimiters::USUAL);
        let value = "abcdefghij".repeat(10).into_bytes();
        let mut output = Output::new();
        let mut expected = Vec::new();
        for length in 0..=value.len() {
            assert!(output.put(&value[..length], &unfit) || length == 0);
            expected.extend_from_slice(&value[..length]);
        }
        output.push(b'~');
        output.truncate(expected.len());
        assert_eq!(output.written(), expected);
        assert_eq!(output.into_bytes(), expected);
    }

    #[test]
    fn one_unfit_byte_is_seen_wherever_it_stands() {
        let unfit = AnyOf::separators(Delimiters::USUAL);
        for length in 1..70 {
            for at in 0..length {
                for byte in *b"*:^~\n\0\x1F" {
                    let mut value = vec![b'a'; length];
                    value[at] = byte;
                    assert!(
                        !Output::new().put(&value, &unfit),
                        "{byte} at {at} of {length}"
                    );
                }
            }
        }
        assert!(Output::new().put("caf\u{e9} \u{7f}".as_bytes(), &unfit));
    }
}
