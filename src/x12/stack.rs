//! Segments copied out of the stream one behind another, and dropped from the end. It must not know what they are kept
//! for.

use super::segment::{Ends, Traits};
use super::{Delimiters, Place, Segment};

/// Copied segments in one buffer: to keep one costs no allocation once the buffer has grown.
#[derive(Default)]
pub struct SegmentStack {
    bytes: Vec<u8>,
    /// Of the segments whose ends are not bits.
    positions: Vec<u32>,
    kept: Vec<Kept>,
}

/// Where a segment lies in the buffers.
#[derive(Clone, Copy)]
struct Kept {
    start: u32,
    /// `None`: from `first_position` on.
    bits: Option<u64>,
    first_position: u32,
    place: Place,
    delimiters: Delimiters,
    traits: Traits,
}

impl SegmentStack {
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Bytes of the segments kept.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub fn push(&mut self, segment: &Segment<'_>) {
        let (start, first_position) = (narrow(self.bytes.len()), narrow(self.positions.len()));
        self.bytes.extend_from_slice(segment.raw());
        let bits = match segment.ends() {
            Ends::Bits(bits) => Some(bits),
            Ends::Positions(positions) => {
                self.positions.extend_from_slice(positions);
                None
            }
        };
        self.kept.push(Kept {
            start,
            bits,
            first_position,
            place: segment.place,
            delimiters: segment.delimiters,
            traits: segment.traits(),
        });
    }

    /// The segment kept at this index, 0 the first, and where it begins among the bytes kept.
    #[inline]
    pub fn get(&self, index: usize) -> Option<(Segment<'_>, usize)> {
        let kept = self.kept.get(index)?;
        let (end, last_position) = match self.kept.get(index + 1) {
            Some(next) => (next.start as usize, next.first_position as usize),
            None => (self.bytes.len(), self.positions.len()),
        };
        let ends = match kept.bits {
            Some(bits) => Ends::Bits(bits),
            None => Ends::Positions(&self.positions[kept.first_position as usize..last_position]),
        };
        let start = kept.start as usize;
        let raw = &self.bytes[start..end];
        let segment = Segment::new(raw, ends, kept.delimiters, kept.place, kept.traits);
        Some((segment, start))
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Segment<'_>> {
        let all = (0..self.len()).filter_map(|index| self.get(index));
        all.map(|(segment, _)| segment)
    }

    /// Some of the bytes kept; none beyond them.
    #[inline]
    pub fn text(&self, start: usize, length: usize) -> &[u8] {
        self.bytes.get(start..start + length).unwrap_or_default()
    }

    /// Drops all but the first `length` segments.
    pub fn truncate(&mut self, length: usize) {
        if let Some(first) = self.kept.get(length) {
            self.bytes.truncate(first.start as usize);
            self.positions.truncate(first.first_position as usize);
            self.kept.truncate(length);
        }
    }
}

/// A stack holds a claim, never 4 GB: its user has a limit.
fn narrow(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Values may be protected health information.
impl std::fmt::Debug for SegmentStack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} segments>", self.kept.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x12::{Item, read_all};

    #[test]
    fn what_was_kept_comes_back_until_it_is_dropped() {
        let isa = b"ISA*00*          *00*          *ZZ*S              *ZZ*R              *240101*0101*^*00501*000000001*0*T*:~";
        let bytes = [&isa[..], b"CLM*A*1**11:B:1~N4~REF*F8*X~"].concat();
        let mut stack = SegmentStack::default();
        read_all(&bytes, |item| {
            if let Item::Segment(segment) = item {
                stack.push(&segment);
            }
        });
        let text = |stack: &SegmentStack, index| {
            stack.get(index).map(|(one, start)| {
                assert_eq!(one.raw(), stack.text(start, one.raw().len()));
                String::from_utf8_lossy(one.raw()).into_owned()
            })
        };
        assert_eq!(stack.len(), 4);
        let clm = stack.get(1).map(|(clm, _)| clm.component(4, 3).to_owned());
        assert_eq!(clm.as_deref(), Some("1"));
        assert_eq!(text(&stack, 2).as_deref(), Some("N4"));
        stack.truncate(2);
        assert_eq!((stack.len(), text(&stack, 2)), (2, None));
        assert_eq!(text(&stack, 1).as_deref(), Some("CLM*A*1**11:B:1"));
    }
}
