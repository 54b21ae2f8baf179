//! The least work that could do the same: what our numbers are held against. Safe code, as fast as we know how.

use claimgate::guide::{DataType, ElementKind, library};
use wide::u8x16;

const BLOCK_BYTES: usize = 64;

/// Visits every element of an interchange that uses these separators: one mask over all separators for each 64 bytes,
/// nothing kept. Components are visited too where their separator is given.
#[inline(always)]
pub(crate) fn scan(bytes: &[u8], separators: &[u8], mut visit: impl FnMut(&[u8])) {
    let (blocks, rest) = bytes.as_chunks::<BLOCK_BYTES>();
    let (mut start, mut base) = (0, 0);
    for block in blocks {
        let mut marks = marks(block, separators);
        while marks != 0 {
            let end = base + marks.trailing_zeros() as usize;
            visit(&bytes[start..end]);
            start = end + 1;
            marks &= marks - 1;
        }
        base += BLOCK_BYTES;
    }
    for (at, byte) in rest.iter().enumerate() {
        if separators.contains(byte) {
            visit(&bytes[start..base + at]);
            start = base + at + 1;
        }
    }
}

#[inline(always)]
fn marks(block: &[u8; BLOCK_BYTES], separators: &[u8]) -> u64 {
    let (lanes, _) = block.as_chunks::<16>();
    let lanes = [0, 1, 2, 3].map(|lane| u8x16::new(lanes[lane]));
    separators.iter().fold(0, |marks, separator| {
        let separator = u8x16::splat(*separator);
        let [a, b, c, d] = lanes.map(|lane| u64::from(lane.simd_eq(separator).to_bitmask()));
        marks | a | b << 16 | c << 32 | d << 48
    })
}

/// An element's length and its first byte, added up: it was looked at.
#[inline(always)]
pub(crate) fn glance(element: &[u8]) -> usize {
    element.len() + usize::from(element.first().copied().unwrap_or_default())
}

/// The elements' types by segment id and number: what SNIP 1 asks of every element.
pub(crate) struct Types(Vec<Vec<Rule>>);

#[derive(Clone, Copy)]
struct Rule {
    min: u32,
    max: u32,
    /// A bit that every byte's class must have.
    class: u8,
}

const TEXT: u8 = 1;
const NUMBER: u8 = 2;
const DIGIT: u8 = 4;

const CLASSES: [u8; 256] = {
    let mut classes = [TEXT; 256];
    let mut byte = 0;
    while byte < 256 {
        if byte < 32 || byte == 127 {
            classes[byte] = 0;
        }
        byte += 1;
    }
    byte = b'0' as usize;
    while byte <= b'9' as usize {
        classes[byte] = TEXT | NUMBER | DIGIT;
        byte += 1;
    }
    classes[b'-' as usize] = TEXT | NUMBER;
    classes[b'.' as usize] = TEXT | NUMBER;
    classes
};

impl Types {
    pub(crate) fn of_guides() -> Self {
        let mut types = vec![Vec::new(); 1 << 15];
        for segment in library().guides().iter().flat_map(|guide| &guide.segments) {
            let rules: &mut Vec<Rule> = &mut types[place(segment.id.as_bytes())];
            for (index, element) in segment.elements.iter().enumerate() {
                let rule = element.as_ref().map(|element| match &element.kind {
                    ElementKind::Simple(simple) => Rule {
                        min: simple.standard.min,
                        max: simple.standard.max,
                        class: class(simple.standard.data_type),
                    },
                    ElementKind::Composite(_) => Rule::ANY,
                });
                if rules.len() <= index {
                    rules.push(Rule::ANY);
                }
                if let Some(rule) = rule {
                    rules[index] = rule;
                }
            }
        }
        Self(types)
    }

    /// Visits every element and checks type, length and characters against these; how many fail.
    pub(crate) fn check(&self, bytes: &[u8]) -> usize {
        let (mut failed, mut rules) = (0, [].iter());
        let (mut at, mut is_id) = (0, true);
        scan(bytes, b"*~", |element| {
            at += element.len() + 1;
            if is_id {
                rules = self.0[place(element)].iter();
            } else {
                let rule = rules.next().unwrap_or(&Rule::ANY);
                failed += usize::from(!element.is_empty() && !rule.holds(element));
            }
            is_id = bytes[at - 1] == b'~';
        });
        failed
    }
}

impl Rule {
    const ANY: Self = Self {
        min: 0,
        max: u32::MAX,
        class: TEXT,
    };

    #[inline(always)]
    fn holds(&self, element: &[u8]) -> bool {
        (self.min as usize..=self.max as usize).contains(&element.len())
            && element.iter().fold(self.class, |class, byte| {
                class & CLASSES[usize::from(*byte)]
            }) != 0
    }
}

fn class(data_type: DataType) -> u8 {
    match data_type {
        DataType::Date | DataType::Time => DIGIT,
        DataType::Integer | DataType::Decimal => NUMBER,
        DataType::Text | DataType::Identifier | DataType::Binary => TEXT,
    }
}

/// Two or three letters and digits as one integer.
#[inline(always)]
fn place(id: &[u8]) -> usize {
    let id = id.iter().take(3);
    id.fold(0, |place, byte| place << 5 ^ usize::from(*byte) & 31)
}

/// Copies the elements, with the separators between.
pub(crate) fn copy(segments: &[Vec<&str>]) -> Vec<u8> {
    let mut out = Vec::new();
    for segment in segments {
        for element in segment {
            out.extend_from_slice(element.as_bytes());
            out.push(b'*');
        }
        if let Some(last) = out.last_mut() {
            *last = b'~';
        }
    }
    out
}
