//! One segment, borrowed: its bytes and where its elements end. It must not own or decode anything until asked.

use super::index::Traits;
use super::{Delimiters, Place};

/// A segment as it stands in the reader's buffer. Element numbers are those of the standard: 1 is the first after the id.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    /// The reader's buffer around it.
    buffer: &'a [u8],
    start: usize,
    /// Where in the buffer the id and each element end.
    ends: &'a [u32],
    pub delimiters: Delimiters,
    pub place: Place,
    traits: Traits,
}

/// A segment that was copied out of the stream.
#[derive(Clone)]
pub struct SegmentBuf {
    raw: Vec<u8>,
    ends: Vec<u32>,
    delimiters: Delimiters,
    place: Place,
    traits: Traits,
}

/// An element: the bytes between two element separators, perhaps repetitions of components.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    raw: &'a [u8],
    delimiters: Delimiters,
}

/// A component: bytes that hold no separator.
pub type Component<'a> = &'a [u8];

impl<'a> Segment<'a> {
    #[inline(always)]
    pub(super) fn new(
        buffer: &'a [u8],
        start: usize,
        ends: &'a [u32],
        delimiters: Delimiters,
        place: Place,
        traits: Traits,
    ) -> Self {
        Self {
            buffer,
            start,
            ends,
            delimiters,
            place,
            traits,
        }
    }

    /// Where the id and each element end, counted from the segment's start.
    pub(super) fn ends(&self) -> impl Iterator<Item = u32> + use<'a> {
        let start = self.start as u32;
        self.ends.iter().map(move |end| end - start)
    }

    pub(super) fn traits(&self) -> Traits {
        self.traits
    }

    /// The bytes of the segment without its terminator.
    #[inline]
    pub fn raw(&self) -> &'a [u8] {
        let end = self.ends.last().map_or(self.start, |&end| end as usize);
        &self.buffer[self.start..end]
    }

    /// `CLM`, `NM1`, …: whatever stands before the first element separator.
    #[inline]
    pub fn id(&self) -> &'a [u8] {
        let end = self.ends.first().map_or(self.start, |&end| end as usize);
        &self.buffer[self.start..end]
    }

    #[inline]
    pub fn is(&self, id: &str) -> bool {
        self.id() == id.as_bytes()
    }

    /// Whether it holds printable ASCII only, as far as that is known: `false` says nothing.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.traits.plain
    }

    /// Whether it is known to hold no component or repetition separator.
    #[inline]
    pub fn is_flat(&self) -> bool {
        self.traits.flat
    }

    /// How many elements stand in the segment, empty ones included.
    #[inline]
    pub fn len(&self) -> usize {
        self.ends.len().saturating_sub(1)
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element with this number; empty where the segment is shorter.
    #[inline]
    pub fn element(&self, number: usize) -> Element<'a> {
        let raw = match (self.ends.get(number.wrapping_sub(1)), self.ends.get(number)) {
            (Some(&before), Some(&end)) if number > 0 => {
                &self.buffer[before as usize + 1..end as usize]
            }
            _ => &[],
        };
        Element {
            raw,
            delimiters: self.delimiters,
        }
    }

    /// Bytes from the segment's start to the element's first byte, for a caret under it.
    pub fn element_offset(&self, number: usize) -> usize {
        number
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(self.raw().len(), |&end| end as usize + 1 - self.start)
    }

    /// The whole element as text, or `""` when absent or not UTF-8.
    pub fn text(&self, number: usize) -> &'a str {
        self.element(number).text()
    }

    /// A component of the element's first repetition as text, or `""`.
    pub fn component(&self, number: usize, component: usize) -> &'a str {
        as_text(self.element(number).component(component))
    }

    pub fn elements(&self) -> impl Iterator<Item = Element<'a>> + '_ {
        (1..=self.len()).map(|number| self.element(number))
    }

    pub fn to_owned(&self) -> SegmentBuf {
        SegmentBuf {
            raw: self.raw().to_vec(),
            ends: self.ends().collect(),
            delimiters: self.delimiters,
            place: self.place,
            traits: self.traits,
        }
    }
}

impl SegmentBuf {
    pub fn borrow(&self) -> Segment<'_> {
        let Self {
            raw,
            ends,
            delimiters,
            place,
            traits,
        } = self;
        Segment::new(raw, 0, ends, *delimiters, *place, *traits)
    }
}

impl<'a> Element<'a> {
    #[inline]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    pub fn text(&self) -> &'a str {
        as_text(self.raw)
    }

    /// The element's repetitions; one empty repetition for an empty element.
    pub fn repetitions(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let delimiters = self.delimiters;
        let separator = delimiters.repetition;
        self.raw
            .split(move |&b| Some(b) == separator)
            .map(move |raw| Element { raw, delimiters })
    }

    /// What stands before the first repetition separator.
    pub fn first_repetition(&self) -> Self {
        self.repetitions().next().unwrap_or(*self)
    }

    pub fn components(&self) -> impl Iterator<Item = Component<'a>> + use<'a> {
        let separator = self.delimiters.component;
        self.raw.split(move |&b| b == separator)
    }

    /// The component with this number (1 is the first); empty where there is none.
    pub fn component(&self, number: usize) -> Component<'a> {
        number
            .checked_sub(1)
            .and_then(|index| self.components().nth(index))
            .unwrap_or_default()
    }
}

fn as_text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Values of a segment may be protected health information: only its id and place are shown.
impl std::fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}@{}",
            String::from_utf8_lossy(self.id()),
            self.place.position
        )
    }
}

impl std::fmt::Debug for SegmentBuf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.borrow().fmt(f)
    }
}

impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} bytes>", self.raw.len())
    }
}
