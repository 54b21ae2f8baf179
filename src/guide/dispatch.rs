//! Which children of a loop a segment may be, by its id: made once for a guide, so that a walk need not compare a
//! segment with every child of every open loop.

use crate::x12::Segment;

use super::{Guide, Key, LoopIndex};

/// Slots of the table of ids; the largest guide has about 60 ids.
const SLOTS: usize = 256;

#[derive(Debug)]
pub(super) struct Dispatch {
    /// Packed id and its number, by hash; an empty slot holds no id.
    slots: Vec<(u32, u16)>,
    ids: usize,
    /// By number of an id: where the codes stand that tell its segments apart.
    keys: Vec<KeyPlace>,
    /// By loop, then id: where its candidates begin; they end where the next ones begin.
    begins: Vec<u32>,
    candidates: Vec<Candidate>,
}

/// Where the codes stand that tell the segments of one id apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPlace {
    /// Nothing tells them apart.
    Nowhere,
    /// Element, and component or 0 for the whole element.
    At(u8, u8),
    /// Not the same place for all.
    Several,
}

/// A child that a segment of some id may be.
#[derive(Debug)]
pub struct Candidate {
    /// Index among the children of the loop.
    pub child_at: usize,
    pub rank: u16,
    /// `None`: whatever the segment says.
    key: Option<PackedKey>,
}

#[derive(Debug)]
struct PackedKey {
    element: usize,
    component: usize,
    codes: PackedCodes,
}

/// A list of codes, the short ones packed.
#[derive(Debug, Clone, Default)]
pub(super) struct PackedCodes {
    packed: Vec<u64>,
    long: Vec<String>,
}

impl PackedCodes {
    pub(super) fn new<'c>(codes: impl Iterator<Item = &'c str>) -> Self {
        let mut list = Self::default();
        for code in codes {
            match pack(code.as_bytes()) {
                Some(packed) => list.packed.push(packed),
                None => list.long.push(code.to_owned()),
            }
        }
        list
    }

    #[inline]
    pub(super) fn contains(&self, value: &[u8]) -> bool {
        match pack(value) {
            Some(packed) => self.packed.contains(&packed),
            None => self.long.iter().any(|code| code.as_bytes() == value),
        }
    }
}

impl Candidate {
    /// Whether the definition has key codes.
    pub fn is_keyed(&self) -> bool {
        self.key.is_some()
    }

    /// Whether the segment carries one of its key codes.
    pub fn has_key_of(&self, segment: &Segment<'_>) -> bool {
        self.key.as_ref().is_some_and(|key| {
            let element = segment.element(key.element);
            let value = match key.component {
                0 => element.raw(),
                component => element.first_repetition().component(component),
            };
            key.codes.contains(value)
        })
    }
}

impl Dispatch {
    pub(super) fn new(guide: &Guide) -> Self {
        let mut dispatch = Self {
            slots: vec![(0, 0); SLOTS],
            ids: 0,
            keys: Vec::new(),
            begins: Vec::new(),
            candidates: Vec::new(),
        };
        let mut ids: Vec<&str> = guide.segments.iter().map(|one| one.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in &ids {
            dispatch.add_id(id.as_bytes());
            dispatch.keys.push(key_place(guide, id));
        }
        for one in &guide.loops {
            for id in &ids {
                dispatch.begins.push(dispatch.candidates.len() as u32);
                for (child_at, child) in one.children.iter().enumerate() {
                    if let Some(opening) = guide.opening(child.kind).filter(|one| one.id == *id) {
                        dispatch.candidates.push(Candidate {
                            child_at,
                            rank: child.rank,
                            key: opening.key.as_ref().map(PackedKey::new),
                        });
                    }
                }
            }
        }
        dispatch.begins.push(dispatch.candidates.len() as u32);
        dispatch
    }

    /// What a segment of this id may be among the children of a loop, in their order.
    #[inline]
    pub(super) fn candidates(&self, index: LoopIndex, id: usize) -> &[Candidate] {
        let at = index * self.ids + id;
        let (from, to) = (self.begins[at] as usize, self.begins[at + 1] as usize);
        &self.candidates[from..to]
    }

    /// The number of a segment id; `None` where the guide has no such segment.
    #[inline]
    pub(super) fn id(&self, id: &[u8]) -> Option<usize> {
        let packed = pack_id(id)?;
        let mut slot = slot_of(packed);
        loop {
            match self.slots[slot] {
                (0, _) => return None,
                (known, number) if known == packed => return Some(usize::from(number)),
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }

    pub(super) fn key_place(&self, id: &[u8]) -> Option<KeyPlace> {
        self.keys.get(self.id(id)?).copied()
    }

    fn add_id(&mut self, id: &[u8]) {
        let Some(packed) = pack_id(id).filter(|_| self.ids + 1 < SLOTS) else {
            return;
        };
        let mut slot = slot_of(packed);
        while self.slots[slot].0 != 0 {
            slot = (slot + 1) % SLOTS;
        }
        self.slots[slot] = (packed, self.ids as u16);
        self.ids += 1;
    }
}

fn key_place(guide: &Guide, id: &str) -> KeyPlace {
    let segments = guide.segments.iter().filter(|one| one.id == id);
    let keys = segments.filter_map(|one| one.key.as_ref());
    let places = keys.map(|key| KeyPlace::At(key.element, key.component));
    let both = |one, other| if one == other { one } else { KeyPlace::Several };
    places.reduce(both).unwrap_or(KeyPlace::Nowhere)
}

impl KeyPlace {
    /// What a segment says there, packed; `None` where it is long, or other places matter too.
    #[inline]
    pub fn of(self, segment: &Segment<'_>) -> Option<u64> {
        match self {
            Self::Nowhere => Some(0),
            Self::At(element, 0) => pack(segment.element(usize::from(element)).raw()),
            Self::At(element, component) => {
                let element = segment.element(usize::from(element)).first_repetition();
                pack(element.component(usize::from(component)))
            }
            Self::Several => None,
        }
    }
}

impl PackedKey {
    fn new(key: &Key) -> Self {
        Self {
            element: usize::from(key.element),
            component: usize::from(key.component),
            codes: PackedCodes::new(key.codes.iter().map(String::as_str)),
        }
    }
}

/// A short value as a number, to compare at once; `None` for a longer one. It begins with a 1, so that values of other
/// lengths are other numbers.
#[inline]
pub(crate) fn pack(value: &[u8]) -> Option<u64> {
    Some(match *value {
        [] => 1,
        [a] => 1 << 8 | u64::from(a),
        [a, b] => 1 << 16 | u64::from(a) << 8 | u64::from(b),
        [a, b, c] => 1 << 24 | u64::from(a) << 16 | u64::from(b) << 8 | u64::from(c),
        _ if value.len() < 8 => {
            let bytes = value.iter();
            bytes.fold(1, |packed, &byte| packed << 8 | u64::from(byte))
        }
        _ => return None,
    })
}

#[inline]
fn pack_id(id: &[u8]) -> Option<u32> {
    match *id {
        [a, b] => Some(u32::from_le_bytes([a, b, 0, 1])),
        [a, b, c] => Some(u32::from_le_bytes([a, b, c, 1])),
        _ => None,
    }
}

#[inline]
fn slot_of(packed: u32) -> usize {
    (packed.wrapping_mul(0x9E37_79B1) >> 24) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::library;

    #[test]
    fn every_child_is_found_by_its_id() {
        for guide in library().guides() {
            for (index, one) in guide.loops.iter().enumerate() {
                for (at, child) in one.children.iter().enumerate() {
                    let id = guide.opening(child.kind).unwrap().id.as_bytes();
                    let found = guide.candidates(index, guide.id_number(id).unwrap());
                    assert!(found.iter().any(|one| one.child_at == at), "{}", guide.id);
                }
            }
        }
        let guide = &library().guides()[0];
        assert_eq!(guide.id_number(b"ZZZ"), None);
        assert_eq!(guide.id_number(b""), None);
    }

    #[test]
    fn values_of_other_lengths_are_other_numbers() {
        let values = [&b""[..], b"0", b"00", b"A", b"AA", b"\0A", b"1234567"];
        for (at, value) in values.iter().enumerate() {
            for other in &values[at + 1..] {
                assert_ne!(pack(value), pack(other));
            }
        }
        assert_eq!(pack(b"12345678"), None);
    }
}
