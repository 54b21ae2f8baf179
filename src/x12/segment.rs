//! One segment, borrowed: its bytes and where its elements end. It must not own or decode anything until asked.

use super::{Delimiters, Place};

/// A segment as it stands in the reader's buffer. Element numbers are those of the standard: 1 is the first after the id.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    raw: &'a [u8],
    ends: Ends<'a>,
    pub delimiters: Delimiters,
    pub place: Place,
    traits: Traits,
}

/// Where the id and each element end, counted from the segment's start.
#[derive(Clone, Copy)]
pub(super) enum Ends<'a> {
    /// A bit for each byte: most segments are shorter than 64 bytes.
    Bits(u64),
    Positions(&'a [u32]),
}

/// What is known of a segment's bytes before anybody reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traits {
    /// Holds printable ASCII only.
    pub(super) plain: bool,
    /// A bit for each byte that is a component or repetition separator, where ends are bits; 0 where there is none.
    pub(super) inner: u64,
}

impl Traits {
    pub(super) const UNKNOWN: Self = Self {
        plain: false,
        inner: u64::MAX,
    };
}

/// A segment that was copied out of the stream.
#[derive(Clone)]
pub struct SegmentBuf {
    raw: Vec<u8>,
    ends: EndsBuf,
    delimiters: Delimiters,
    place: Place,
    traits: Traits,
}

#[derive(Clone)]
enum EndsBuf {
    Bits(u64),
    Positions(Vec<u32>),
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
        raw: &'a [u8],
        ends: Ends<'a>,
        delimiters: Delimiters,
        place: Place,
        traits: Traits,
    ) -> Self {
        Self {
            raw,
            ends,
            delimiters,
            place,
            traits,
        }
    }

    pub(super) fn ends(&self) -> Ends<'a> {
        self.ends
    }

    pub(super) fn traits(&self) -> Traits {
        self.traits
    }

    /// The bytes of the segment without its terminator.
    #[inline]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// `CLM`, `NM1`, …: whatever stands before the first element separator.
    #[inline]
    pub fn id(&self) -> &'a [u8] {
        &self.raw[..self.ends.first()]
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
        self.traits.inner == 0
    }

    /// How many elements stand in the segment, empty ones included.
    #[inline]
    pub fn len(&self) -> usize {
        let ends = match self.ends {
            Ends::Bits(bits) => bits.count_ones() as usize,
            Ends::Positions(ends) => ends.len(),
        };
        ends.saturating_sub(1)
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element with this number; empty where the segment is shorter.
    #[inline]
    pub fn element(&self, number: usize) -> Element<'a> {
        let range = self.ends.around(number);
        Element {
            raw: range.map_or(&[], |(before, end)| &self.raw[before + 1..end]),
            delimiters: self.delimiters,
        }
    }

    /// Bytes from the segment's start to the element's first byte, for a caret under it.
    pub fn element_offset(&self, number: usize) -> usize {
        self.ends
            .around(number)
            .map_or(self.raw.len(), |(before, _)| before + 1)
    }

    /// Bytes from the segment's start to the first byte of a part of it.
    #[inline]
    pub fn offset_of(&self, part: &[u8]) -> usize {
        part.as_ptr().addr().wrapping_sub(self.raw.as_ptr().addr())
    }

    /// The whole element as text, or `""` when absent or not UTF-8.
    pub fn text(&self, number: usize) -> &'a str {
        self.element(number).text()
    }

    /// A component of the element's first repetition as text, or `""`.
    pub fn component(&self, number: usize, component: usize) -> &'a str {
        as_text(self.element(number).component(component))
    }

    #[inline]
    pub fn elements(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let Self {
            raw, delimiters, ..
        } = *self;
        let mut ends = self.ends;
        let mut from = ends.take().map_or(raw.len(), |end| end + 1);
        std::iter::from_fn(move || {
            let end = ends.take()?;
            let element = &raw[from..end];
            from = end + 1;
            Some(Element {
                raw: element,
                delimiters,
            })
        })
    }

    /// The elements, each with a bit for every component or repetition separator in it, bit 0 its first byte. `None` where
    /// it is too long to tell.
    #[inline]
    pub fn elements_marked(&self) -> impl Iterator<Item = (&'a [u8], Option<u64>)> + use<'a> {
        let (raw, inner, delimiters) = (self.raw, self.traits.inner, self.delimiters);
        let mut ends = self.ends;
        let mut from = ends.take().map_or(raw.len(), |end| end + 1);
        let is_short = matches!(ends, Ends::Bits(_));
        std::iter::from_fn(move || {
            let end = ends.take()?;
            let element = &raw[from..end];
            let marks = match is_short {
                _ if inner == 0 => Some(0),
                true => Some(inner >> from & !(u64::MAX << element.len())),
                false => delimiters.inside(element),
            };
            from = end + 1;
            Some((element, marks))
        })
    }

    pub fn to_owned(&self) -> SegmentBuf {
        SegmentBuf {
            raw: self.raw.to_vec(),
            ends: match self.ends {
                Ends::Bits(bits) => EndsBuf::Bits(bits),
                Ends::Positions(ends) => EndsBuf::Positions(ends.to_vec()),
            },
            delimiters: self.delimiters,
            place: self.place,
            traits: self.traits,
        }
    }
}

impl Ends<'_> {
    #[inline(always)]
    pub(super) fn first(&self) -> usize {
        match self {
            Self::Bits(bits) => bits.trailing_zeros() as usize,
            Self::Positions(ends) => ends.first().map_or(0, |&end| end as usize),
        }
    }

    /// Takes the first one away.
    #[inline(always)]
    fn take(&mut self) -> Option<usize> {
        match self {
            Self::Bits(0) => None,
            Self::Bits(bits) => {
                let first = bits.trailing_zeros();
                *bits &= *bits - 1;
                Some(first as usize)
            }
            Self::Positions(ends) => {
                let (&first, rest) = ends.split_first()?;
                *ends = rest;
                Some(first as usize)
            }
        }
    }

    /// Where an element's separator stands and where it ends.
    #[inline(always)]
    fn around(&self, number: usize) -> Option<(usize, usize)> {
        match self {
            Self::Bits(bits) => {
                let mut bits = *bits;
                for _ in 1..number.min(64) {
                    bits &= bits.wrapping_sub(1);
                }
                let rest = bits & bits.wrapping_sub(1);
                let there = number > 0 && rest != 0;
                there.then(|| {
                    (
                        bits.trailing_zeros() as usize,
                        rest.trailing_zeros() as usize,
                    )
                })
            }
            Self::Positions(ends) => {
                let before = ends.get(number.wrapping_sub(1))?;
                Some((*before as usize, *ends.get(number)? as usize))
            }
        }
    }
}

impl SegmentBuf {
    pub fn borrow(&self) -> Segment<'_> {
        let ends = match &self.ends {
            EndsBuf::Bits(bits) => Ends::Bits(*bits),
            EndsBuf::Positions(ends) => Ends::Positions(ends),
        };
        Segment::new(&self.raw, ends, self.delimiters, self.place, self.traits)
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

    /// Whether it holds a repetition separator.
    #[inline]
    pub fn repeats(&self) -> bool {
        let separator = self.delimiters.repetition;
        separator.is_some_and(|separator| self.raw.contains(&separator))
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
