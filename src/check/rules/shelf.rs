//! What is kept of a transaction set for its rules: the segments of the open loops, and of ended ones that a rule still
//! looks into. It must not know any rule.

use crate::guide::rule::{BoundPath, Scope};
use crate::guide::{LoopIndex, SegmentIndex};
use crate::x12::{Place, Segment, SegmentStack};

use super::RuleBook;
use super::trail::{FactsNumber, Trail, Trails};
use crate::check::echo::Echo;

/// Segments and bytes kept at once. A claim of 999 lines with everything that may stand in it needs a tenth.
const SEGMENTS_MAX: usize = 200_000;
const BYTES_MAX: usize = 16 << 20;
const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub(super) struct Shelf {
    entries: Vec<Entry>,
    stack: SegmentStack,
    /// Of the entries, one behind another.
    facts: Vec<u64>,
    /// By definition: the entry that came last.
    latest: Vec<u32>,
    /// The definitions that an entry has.
    there: Definitions,
    open: Vec<Opened>,
    trails: Trails,
    /// Of all that is here.
    trail: Trail,
    instances: u32,
}

/// A segment that came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) definition: SegmentIndex,
    pub(super) place: Place,
    /// Which turn of a loop it stands in.
    instance: u32,
    /// The turn around that, where it opened its own; else `NONE`.
    parent: u32,
    /// The entry of the same definition before it.
    before: u32,
    /// Where it is copied; `NONE`: no rule reads it.
    copied: u32,
    /// Where its facts begin.
    first_fact: u32,
    /// The id of its echo; 0: it has none.
    said: u64,
}

/// A turn of a loop that has not ended.
#[derive(Debug, Clone, Copy)]
struct Opened {
    loop_index: LoopIndex,
    instance: u32,
    first: usize,
    first_copied: usize,
    first_fact: usize,
    /// What was here before.
    trail: Trail,
}

/// Some of a guide's segments, a bit each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Definitions([u64; WORDS]);

/// Of 64 definitions each: the largest guide has under 500.
const WORDS: usize = 10;

impl Definitions {
    pub(super) fn of(definitions: &[SegmentIndex]) -> Self {
        let mut all = Self::default();
        definitions.iter().for_each(|&one| all.add(one));
        all
    }

    #[inline]
    fn add(&mut self, one: SegmentIndex) {
        self.0[one / 64] |= 1 << (one % 64);
    }

    #[inline]
    fn remove(&mut self, one: SegmentIndex) {
        self.0[one / 64] &= !(1 << (one % 64));
    }

    #[inline]
    pub(super) fn has(&self, one: SegmentIndex) -> bool {
        self.0[one / 64] >> (one % 64) & 1 == 1
    }

    /// Those that others have too.
    #[inline]
    pub(super) fn common(&self, others: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & others.0[word]))
    }
}

/// Where the segments of a path stand, around what is judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around {
    depth: usize,
    /// Whether the open loop is the one named, not one that can hold it.
    is_itself: bool,
}

impl Shelf {
    pub(super) fn new(book: &RuleBook) -> Self {
        Self {
            entries: Vec::new(),
            stack: SegmentStack::default(),
            facts: Vec::new(),
            latest: vec![NONE; book.guide.segments.len()],
            there: Definitions::default(),
            open: Vec::new(),
            trails: Trails::default(),
            trail: 0,
            instances: 0,
        }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        while self.depth() > 0 {
            self.close(false);
        }
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn innermost(&self) -> Option<LoopIndex> {
        self.open.last().map(|open| open.loop_index)
    }

    /// A number for all that is here.
    pub(super) fn trail(&self) -> Trail {
        self.trail
    }

    pub(super) fn is_full(&self) -> bool {
        self.entries.len() >= SEGMENTS_MAX || self.stack.bytes() >= BYTES_MAX
    }

    pub(super) fn open(&mut self, loop_index: LoopIndex) {
        self.instances = self.instances.wrapping_add(1);
        self.open.push(Opened {
            loop_index,
            instance: self.instances,
            first: self.entries.len(),
            first_copied: self.stack.len(),
            first_fact: self.facts.len(),
            trail: self.trail,
        });
        self.trail = self.trails.open(self.trail, loop_index);
    }

    /// Ends the innermost loop, and forgets it unless a rule still looks into it.
    pub(super) fn close(&mut self, is_retained: bool) {
        let Some(ended) = self.open.pop() else { return };
        if is_retained {
            self.trail = self.trails.end(self.trail);
            return;
        }
        self.trail = ended.trail;
        for entry in self.entries.drain(ended.first..).rev() {
            self.latest[entry.definition] = entry.before;
            if entry.before == NONE {
                self.there.remove(entry.definition);
            }
        }
        self.stack.truncate(ended.first_copied);
        self.facts.truncate(ended.first_fact);
    }

    /// Keeps a segment, with its facts as `answer` adds and numbers them.
    pub(super) fn push(
        &mut self,
        definition: SegmentIndex,
        segment: &Segment<'_>,
        (is_read, echo): (bool, Option<Echo>),
        answer: impl FnOnce(&mut Vec<u64>, &mut Trails) -> FactsNumber,
    ) {
        let Some(innermost) = self.open.last() else {
            return;
        };
        let opens = innermost.first == self.entries.len();
        let around = self
            .open
            .len()
            .checked_sub(2)
            .map(|depth| self.open[depth].instance);
        let copied = match is_read {
            true => narrow(self.stack.len()),
            false => NONE,
        };
        if is_read {
            self.stack.push(segment);
        }
        let at = narrow(self.entries.len());
        self.there.add(definition);
        self.entries.push(Entry {
            definition,
            place: segment.place,
            instance: innermost.instance,
            parent: around.filter(|_| opens).unwrap_or(NONE),
            before: std::mem::replace(&mut self.latest[definition], at),
            copied,
            first_fact: narrow(self.facts.len()),
            said: echo.map_or(0, Echo::id),
        });
        let number = answer(&mut self.facts, &mut self.trails);
        self.trail = self.trails.push(self.trail, number);
    }

    pub(super) fn entry(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }

    /// The segment of an entry that a rule reads.
    pub(super) fn segment(&self, at: usize) -> Option<Segment<'_>> {
        self.segment_at(at).map(|(segment, _)| segment)
    }

    /// The same with where it begins in what is kept.
    #[inline]
    pub(super) fn segment_at(&self, at: usize) -> Option<(Segment<'_>, usize)> {
        let copied = self.entries.get(at)?.copied;
        self.stack.get(copied as usize)
    }

    #[inline]
    pub(super) fn bytes(&self, start: usize, length: usize) -> &[u8] {
        self.stack.text(start, length)
    }

    /// Which open loop a path is about, seen from the innermost.
    pub(super) fn around(&self, book: &RuleBook, scope: &Scope) -> Option<Around> {
        let Scope::Loops(loops) = scope else {
            let depth = self.open.len().checked_sub(1)?;
            return Some(Around {
                depth,
                is_itself: true,
            });
        };
        (0..self.open.len()).rev().find_map(|depth| {
            let open = self.open[depth].loop_index;
            let is_itself = loops.contains(&open);
            let holds = || loops.iter().any(|&inner| book.inside[open][inner]);
            (is_itself || holds()).then_some(Around { depth, is_itself })
        })
    }

    /// The definitions of the segments kept.
    pub(super) fn there(&self) -> &Definitions {
        &self.there
    }

    /// The loops that have not ended, the outermost first.
    pub(super) fn open_loops(&self) -> impl Iterator<Item = LoopIndex> + '_ {
        self.open.iter().map(|open| open.loop_index)
    }

    /// The id of an entry's echo.
    #[inline]
    pub(super) fn said(&self, at: usize) -> Option<u64> {
        Some(self.entries[at].said).filter(|&said| said != 0)
    }

    /// The facts of an entry, and what is behind them.
    #[inline]
    pub(super) fn facts(&self, at: usize) -> &[u64] {
        &self.facts[self.entries[at].first_fact as usize..]
    }

    /// Visits the entries of a definition, the last first.
    #[inline]
    pub(super) fn each(
        &self,
        around: Around,
        definition: SegmentIndex,
        mut visit: impl FnMut(usize),
    ) {
        let Opened {
            instance, first, ..
        } = self.open[around.depth];
        let mut at = self.latest[definition];
        while at != NONE && at as usize >= first {
            let entry = &self.entries[at as usize];
            if !around.is_itself || entry.instance == instance {
                visit(at as usize);
            }
            at = entry.before;
        }
    }

    /// Visits the entries that a path means, the last of each definition first.
    #[inline]
    pub(super) fn visit(&self, book: &RuleBook, path: &BoundPath, mut visit: impl FnMut(usize)) {
        let mut segments = path.segments.iter();
        if segments.all(|&definition| self.latest[definition] == NONE) {
            return;
        }
        let Some(around) = self.around(book, &path.scope) else {
            return;
        };
        for &definition in &path.segments {
            self.each(around, definition, |at| {
                if self.has_key(at, path) {
                    visit(at);
                }
            });
        }
    }

    fn has_key(&self, at: usize, path: &BoundPath) -> bool {
        let Some(key) = &path.key else { return true };
        self.segment(at).is_some_and(|segment| key.is_in(&segment))
    }

    /// The place behind which a segment of this position was to stand: that of the first segment that came later in its
    /// loop.
    pub(super) fn place_after(
        &self,
        book: &RuleBook,
        around: Around,
        position: u16,
    ) -> Option<Place> {
        let open = self.open[around.depth];
        let later = self.entries[open.first..].iter().find(|entry| {
            (entry.instance == open.instance || entry.parent == open.instance)
                && book.guide.segments[entry.definition].position > position
        });
        later.map(|entry| entry.place)
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}
