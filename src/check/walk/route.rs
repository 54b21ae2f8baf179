//! Ways through a guide that were gone before: from one state of the open loops, by a segment's id and key code, to the
//! next. Files go few ways many times. It must not hold a way on which something was told.

use std::collections::HashMap;

use crate::guide::{KeyPlace, LoopIndex};
use crate::x12::Segment;

/// States kept, and ways from one of them: real files have some hundreds of states with some few ways, and made-up
/// ones must not fill the memory.
const STATES_MAX: usize = 4_096;
const WAYS_MAX: usize = 64;

/// The number of a state: the open loops as far as they decide where a segment belongs and what is missing.
pub(super) type State = usize;

/// An open loop in a state: how far it is, and which of its required children came, a bit each.
pub(super) type Stage = (LoopIndex, u16, u64);

/// Where a segment leads from a state. It is copied for each segment, hence its narrow numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// The segment's id, packed.
    pub(super) id: u32,
    /// What it says where segments of its id are told apart.
    pub(super) key: u64,
    pub(super) key_place: KeyPlace,
    /// The rank of the child.
    pub(super) rank: u16,
    pub(super) depth: u16,
    pub(super) child_at: u16,
    pub(super) definition: u16,
    /// How often it may come.
    pub(super) limit: u32,
    pub(super) opens: Option<u16>,
    pub(super) to: u32,
}

#[derive(Debug, Default)]
pub(super) struct Routes {
    states: HashMap<Vec<Stage>, State>,
    /// By state.
    ways: Vec<Vec<Way>>,
}

impl Routes {
    /// The number of a state; `None` where no more are kept.
    pub(super) fn state(&mut self, stages: &[Stage]) -> Option<State> {
        if let Some(&known) = self.states.get(stages) {
            return Some(known);
        }
        let next = self.ways.len();
        (next < STATES_MAX).then(|| {
            self.states.insert(stages.to_vec(), next);
            self.ways.push(Vec::new());
            next
        })
    }

    #[inline]
    pub(super) fn way(&self, from: State, segment: &Segment<'_>) -> Option<&Way> {
        let id = packed(segment.id())?;
        let mut ways = self.ways[from].iter();
        ways.find(|way| way.id == id && way.key_place.of(segment) == Some(way.key))
    }

    pub(super) fn keep(&mut self, from: State, way: Way) {
        let ways = &mut self.ways[from];
        if ways.len() < WAYS_MAX {
            ways.push(way);
        }
    }
}

/// The id of a segment as a number; none has more than three characters.
#[inline]
pub(super) fn packed(id: &[u8]) -> Option<u32> {
    match *id {
        [a, b] => Some(u32::from_le_bytes([a, b, 0, 1])),
        [a, b, c] => Some(u32::from_le_bytes([a, b, c, 1])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use crate::check::changed::{SETS, changed, changes, guide};
    use crate::check::walk::Walk;
    use crate::x12::{Item, read_all};

    /// Where the segments of an interchange belong, and what is told on the way.
    fn walked(walk: &mut Walk<'static>, text: &str) -> String {
        walk.restart();
        let mut told = String::new();
        read_all(text.as_bytes(), |item| {
            let Item::Segment(segment) = item else { return };
            if !matches!(segment.id(), b"ISA" | b"GS" | b"GE" | b"IEA") {
                let mut findings = Vec::new();
                let placed = walk.place(&segment, &mut findings).map(|one| one.index);
                let loops: Vec<_> = walk.loops().collect();
                told += &format!("{placed:?} {loops:?} {} {findings:?}\n", walk.unmoved());
            }
        });
        told
    }

    proptest! {
        /// A walk that knows its ways tells what one tells that has never gone them.
        #[test]
        fn known_ways_lead_where_new_ones_do(text in select(&SETS), files in prop::collection::vec(changes(), 1..4)) {
            let guide = guide(text);
            let files: Vec<_> = files.iter().map(|one| changed(text, one)).collect();
            let mut seasoned = Walk::new(guide).attentive();
            for _ in 0..2 {
                for file in &files {
                    prop_assert_eq!(walked(&mut seasoned, file), walked(&mut Walk::new(guide), file));
                }
            }
        }
    }
}
