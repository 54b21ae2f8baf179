//! Segments that say what one said before in the same place of a guide: providers, payers, days and line numbers come again
//! and again, and what a judge found of one need not be looked for again. It must not know what anybody finds.

use crate::x12::{Delimiters, Segment};

/// Segments remembered at once; their texts take an eighth of a megabyte.
const SLOTS_BITS: u32 = 11;
const SLOTS: usize = 1 << SLOTS_BITS;
/// Longer ones are seldom the same.
const TEXT_MAX: usize = 64;

/// Recognises segments. What comes once only never takes the place of what comes again: a text is remembered when it is
/// seen for the second time.
pub(super) struct Echoes {
    slots: Vec<Slot>,
    /// By slot.
    texts: Vec<[u8; TEXT_MAX]>,
    delimiters: Delimiters,
    given: u64,
}

#[derive(Clone, Default)]
struct Slot {
    /// Of the state and the text.
    hash: u64,
    /// The hash of the last one that was not remembered.
    passed: u64,
    id: u64,
    state: usize,
    length: usize,
}

/// A segment that is remembered. Two with the same id say the same, byte by byte, and came in the same state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Echo {
    slot: usize,
    id: u64,
}

impl Echo {
    /// Never 0.
    pub(super) fn id(self) -> u64 {
        self.id
    }
}

impl Default for Echoes {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            texts: Vec::new(),
            delimiters: Delimiters::USUAL,
            given: 0,
        }
    }
}

impl Echoes {
    /// The same segment as before, or one to be remembered from now on; `None` where it comes for the first time.
    /// `state`: a number for all that decides what the segment means.
    #[inline]
    pub(super) fn of(&mut self, state: usize, segment: &Segment<'_>) -> Option<Echo> {
        let raw = segment.raw();
        if raw.len() > TEXT_MAX {
            return None;
        }
        if self.delimiters != segment.delimiters || self.slots.is_empty() {
            self.clear(segment.delimiters);
        }
        let hash = hash(state, raw);
        let at = (hash >> (u64::BITS - SLOTS_BITS)) as usize;
        let slot = &mut self.slots[at];
        let is_it = slot.hash == hash
            && (slot.state, slot.length) == (state, raw.len())
            && self.texts[at][..raw.len()] == *raw;
        if !is_it {
            if slot.passed != hash {
                slot.passed = hash;
                return None;
            }
            self.given += 1;
            *slot = Slot {
                hash,
                passed: 0,
                id: self.given,
                state,
                length: raw.len(),
            };
            self.texts[at][..raw.len()].copy_from_slice(raw);
        }
        Some(Echo {
            slot: at,
            id: slot.id,
        })
    }

    /// With other separators the same bytes are other elements.
    #[cold]
    fn clear(&mut self, delimiters: Delimiters) {
        self.delimiters = delimiters;
        self.slots = vec![Slot::default(); SLOTS];
        self.texts.resize(SLOTS, [0; TEXT_MAX]);
    }
}

/// What somebody keeps of remembered segments.
#[derive(Debug)]
pub(super) struct ByEcho<T>(Vec<(u64, T)>);

impl<T> Default for ByEcho<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> ByEcho<T> {
    #[inline]
    pub(super) fn get(&self, echo: Echo) -> Option<&T> {
        let (id, kept) = self.0.get(echo.slot)?;
        (*id == echo.id).then_some(kept)
    }

    /// Room for what is to be kept, with what another segment left there.
    pub(super) fn room(&mut self, echo: Echo) -> &mut T {
        if self.0.is_empty() {
            self.0.resize_with(SLOTS, Default::default);
        }
        let (id, room) = &mut self.0[echo.slot];
        *id = echo.id;
        room
    }
}

/// Eight bytes at a time; those at the end are taken once more where the length is no multiple of eight.
#[inline]
fn hash(state: usize, raw: &[u8]) -> u64 {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(MIX);
    let length = (state as u64) << 32 | raw.len() as u64;
    let (words, _) = raw.as_chunks();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let all = words.fold(mix(0, length), mix);
    let last = match (raw.last_chunk(), raw.first_chunk(), raw.last_chunk()) {
        (Some(last), ..) => u64::from_le_bytes(*last),
        (None, Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => raw
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    mix(all, last)
}

/// Texts may be protected health information.
impl std::fmt::Debug for Echoes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} segments>", self.given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x12::{Item, read_all};

    /// The echo of each segment behind ISA, as they come.
    fn echoes(echoes: &mut Echoes, state: usize, separators: &str, body: &str) -> Vec<Option<u64>> {
        let isa = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*";
        let mut told = Vec::new();
        read_all(format!("{isa}{separators}{body}").as_bytes(), |item| {
            if let Item::Segment(segment) = item
                && !segment.is("ISA")
            {
                told.push(echoes.of(state, &segment).map(|echo| echo.id));
            }
        });
        told
    }

    #[test]
    fn a_segment_is_remembered_from_its_second_time_on() {
        let mut all = Echoes::default();
        let body =
            "LX*1~LX*1~LX*1~LX*2~LX*1~N4*BANGOR*ME*04401~N4*BANGOR*ME*04401~N4*BANGOR*ME*04402~";
        let told = echoes(&mut all, 1, ":~", body);
        let expected = [None, Some(1), Some(1), None, Some(1), None, Some(2), None];
        assert_eq!(told, expected);
        // Elsewhere, and with other separators, it is another one.
        assert_eq!(echoes(&mut all, 2, ":~", "LX*1~LX*1~"), [None, Some(3)]);
        assert_eq!(echoes(&mut all, 1, ">~", "LX*1~LX*1~"), [None, Some(4)]);
    }

    #[test]
    fn what_is_kept_of_one_is_not_told_of_another() {
        let mut kept = ByEcho::default();
        let [one, other] = [5, 6].map(|id| Echo { slot: 7, id });
        *kept.room(one) = "one";
        assert_eq!((kept.get(one), kept.get(other)), (Some(&"one"), None));
        *kept.room(other) = "other";
        assert_eq!((kept.get(one), kept.get(other)), (None, Some(&"other")));
    }
}
