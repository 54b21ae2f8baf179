//! A number for everything that a shelf holds: where it is the same, the same segments came in the same loops and order, and
//! said the same as far as one says it by itself. So the same rules may speak. It must not know which.
//!
//! Numbers are given once. What no longer has room is forgotten, and gets a new number when it comes again.

use crate::guide::{LoopIndex, SegmentIndex};

/// Steps and facts known at once. Claims of a practice go some hundreds.
const STEPS_BITS: u32 = 11;
const FACTS_BITS: u32 = 9;
/// Ends of loops known at once.
const ENDS_BITS: u32 = 9;

/// What a shelf holds, or 0 for nothing.
pub(super) type Trail = u64;

/// A number for a definition and the facts of one of its segments.
pub(super) type FactsNumber = u64;

#[derive(Debug)]
pub(super) struct Trails {
    steps: Vec<Step>,
    facts: Vec<Known>,
    given: u64,
}

/// From what to what something leads.
#[derive(Debug, Clone, Default)]
struct Step {
    from: Trail,
    by: u64,
    to: Trail,
}

#[derive(Debug, Clone, Default)]
struct Known {
    definition: SegmentIndex,
    facts: Vec<u64>,
    /// 0: nothing is known here.
    number: FactsNumber,
}

impl Default for Trails {
    fn default() -> Self {
        Self {
            steps: vec![Step::default(); 1 << STEPS_BITS],
            facts: vec![Known::default(); 1 << FACTS_BITS],
            given: 0,
        }
    }
}

impl Trails {
    /// A loop opens.
    pub(super) fn open(&mut self, from: Trail, loop_index: LoopIndex) -> Trail {
        self.step(from, (loop_index as u64) << 2 | 1)
    }

    /// A loop ends, and what it holds is still there.
    pub(super) fn end(&mut self, from: Trail) -> Trail {
        self.step(from, 2)
    }

    /// A segment comes.
    #[inline]
    pub(super) fn push(&mut self, from: Trail, facts: FactsNumber) -> Trail {
        self.step(from, facts << 2 | 3)
    }

    #[inline]
    pub(super) fn facts(&mut self, definition: SegmentIndex, facts: &[u64]) -> FactsNumber {
        let start = mix(0, definition as u64);
        let hash = facts.iter().fold(start, |hash, one| mix(hash, *one));
        let is_it = |known: &Known| known.definition == definition && known.facts == facts;
        let (known, is_known) = find(&mut self.facts, hash, |one| one.number == 0, is_it);
        if !is_known {
            self.given += 1;
            known.number = self.given;
            known.definition = definition;
            known.facts.clear();
            known.facts.extend_from_slice(facts);
        }
        known.number
    }

    #[inline]
    fn step(&mut self, from: Trail, by: u64) -> Trail {
        let is_it = |step: &Step| (step.from, step.by) == (from, by);
        let hash = mix(from, by);
        let (step, is_known) = find(&mut self.steps, hash, |one| one.to == 0, is_it);
        if !is_known {
            self.given += 1;
            let to = self.given;
            *step = Step { from, by, to };
        }
        step.to
    }
}

/// Places that one thing may have: with few more known than there are places, hardly any lacks one.
const WAYS: usize = 8;

/// The one that is meant and true, or where it is to be kept.
#[inline]
fn find<T>(
    all: &mut [T],
    hash: u64,
    is_free: impl Fn(&T) -> bool,
    is_it: impl Fn(&T) -> bool,
) -> (&mut T, bool) {
    let first = place(hash, all.len().trailing_zeros());
    let places = (first..first + WAYS).map(|at| at % all.len());
    let found = places.clone().find(|&at| is_it(&all[at]));
    let free = || places.clone().find(|&at| is_free(&all[at]));
    let at = found.or_else(free).unwrap_or(first);
    (&mut all[at], found.is_some())
}

/// What is known of ends of loops, by what the shelf holds then.
#[derive(Debug)]
pub(super) struct ByTrail<T>(Vec<End<T>>);

#[derive(Debug)]
struct End<T> {
    trail: Trail,
    /// The last one that was not kept: what comes once only does not take the place of what comes again.
    passed: Trail,
    kept: T,
}

impl<T: Default> Default for ByTrail<T> {
    fn default() -> Self {
        let end = || End {
            trail: 0,
            passed: 0,
            kept: T::default(),
        };
        Self(std::iter::repeat_with(end).take(1 << ENDS_BITS).collect())
    }
}

impl<T> ByTrail<T> {
    #[inline]
    pub(super) fn get(&self, trail: Trail) -> Option<&T> {
        let end = &self.0[place(mix(0, trail), ENDS_BITS)];
        (end.trail == trail).then_some(&end.kept)
    }

    /// Room to keep something, from the second time on.
    pub(super) fn room(&mut self, trail: Trail) -> Option<&mut T> {
        let end = &mut self.0[place(mix(0, trail), ENDS_BITS)];
        if end.passed != trail {
            end.passed = trail;
            return None;
        }
        end.trail = trail;
        Some(&mut end.kept)
    }
}

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[inline]
fn place(hash: u64, bits: u32) -> usize {
    (hash >> (u64::BITS - bits)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_steps_lead_to_the_same_number_and_others_to_others() {
        let mut trails = Trails::default();
        let mut walk = |loop_index, facts: &[&[u64]]| {
            let open = trails.open(0, loop_index);
            let came = facts.iter().fold(open, |trail, facts| {
                let number = trails.facts(7, facts);
                trails.push(trail, number)
            });
            trails.end(came)
        };
        let ways: [(usize, &[&[u64]]); 5] = [
            (1, &[&[1], &[2]]),
            (1, &[&[2], &[1]]),
            (1, &[&[1]]),
            (2, &[&[1], &[2]]),
            (1, &[&[1, 0], &[2]]),
        ];
        let numbers = ways.map(|(loop_index, facts)| walk(loop_index, facts));
        let distinct: std::collections::HashSet<_> = numbers.into_iter().collect();
        assert_eq!(distinct.len(), ways.len());
        assert_eq!(
            numbers,
            ways.map(|(loop_index, facts)| walk(loop_index, facts))
        );
    }
}
