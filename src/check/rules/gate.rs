//! Which rules of a loop may have something to say, from the facts of its segments: most rules are silent for what one
//! value says by itself, and are not asked then. It may let a rule through that is then silent, never keep one back.

mod make;

use crate::guide::rule::{BoundRule, Scope};
use crate::guide::{LoopIndex, SegmentIndex};

use super::RuleBook;
use super::facts::{Questions, SEVERAL_BIT};
use super::shelf::{Around, Definitions, Shelf};
use make::Maker;

/// A bit for each rule of the loop.
type Marks = Vec<u64>;

/// Ways in which the segments of a loop lie, and facts of such loops, that are known again.
const LAYOUTS_MAX: usize = 64;
const SEEN_BITS: u32 = 8;

/// The rules of one loop by what must be so for them to speak.
#[derive(Debug, Default)]
pub(super) struct Gates {
    sources: Vec<Source>,
    /// The segments of those.
    read: Definitions,
    rules: Vec<Gate>,
}

/// Segments whose facts are joined: those of one definition, around what is judged.
#[derive(Debug, PartialEq, Eq)]
struct Source {
    scope: Scope,
    definition: SegmentIndex,
}

/// A fact of one of the sources.
#[derive(Debug, Clone, Copy)]
struct Fact {
    source: usize,
    bit: usize,
}

/// What a rule asks, as far as facts decide it.
#[derive(Debug)]
struct Gate {
    /// All must hold, each by one of its tests.
    when: Vec<Vec<Chances>>,
    /// One must fail, by all of its tests.
    need: Vec<Vec<Chances>>,
    /// The sources of all that it looks at.
    looks: Vec<usize>,
    /// Whether it makes a difference to it how often a segment comes.
    counts: bool,
}

/// When a test may hold, and when it may fail.
#[derive(Debug)]
struct Chances {
    holds: Chance,
    fails: Chance,
}

#[derive(Debug)]
enum Chance {
    Always,
    /// Where one of the facts is so.
    Some(Vec<Fact>),
    /// Where none is, or this one.
    None(Vec<Fact>, Option<Fact>),
    /// Where one of both is.
    Both(Vec<Fact>, Vec<Fact>),
    /// Where of each pair one of the second is so, if one of the first is.
    Then(Vec<(Vec<Fact>, Vec<Fact>)>),
}

/// The rules that may speak at the end of a loop; kept to be filled again.
#[derive(Debug, Default)]
pub(super) struct Marking {
    marks: Marks,
    /// The number of the layout and the facts of its sources, joined.
    facts: Vec<u64>,
    by_loop: Vec<Known>,
}

/// The rules to ask at the end of a loop, and what each looks at.
#[derive(Debug, Default, Clone)]
pub(super) struct Asked {
    /// Number of the rule, whether it counts, and the end of its looks.
    rules: Vec<(usize, bool, usize)>,
    looks: Vec<Look>,
}

/// Where a rule looks: the entries behind a source are those it finds there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look {
    At(usize),
    Entry(usize),
}

/// What is known of loops of one kind that ended before.
#[derive(Debug, Default)]
struct Known {
    layouts: Vec<Layout>,
    latest: usize,
    /// By hash of the facts: the facts, and which rules may speak then.
    seen: Vec<(Vec<u64>, Marks)>,
}

/// Which segments are there and in which open loops.
#[derive(Debug)]
struct Layout {
    there: Definitions,
    open: Vec<LoopIndex>,
    sources: Vec<Lying>,
    words: usize,
}

/// A source that has segments: where these stand, and where their facts begin and end.
#[derive(Debug)]
struct Lying {
    source: usize,
    definition: SegmentIndex,
    around: Around,
    begin: usize,
    end: usize,
}

impl Gates {
    /// `questions`: by segment, those that rules of any loop ask. `memories` counts their elements.
    pub(super) fn new(
        rules: &[&BoundRule],
        questions: &mut [Questions],
        memories: &mut usize,
    ) -> Self {
        let mut gates = Self::default();
        for rule in rules {
            let mut maker = Maker {
                gates: &mut gates,
                questions: &mut *questions,
                memories: &mut *memories,
                at: rule.at.as_ref(),
            };
            let gate = maker.gate(rule);
            gates.rules.push(gate);
        }
        let read: Vec<_> = gates.sources.iter().map(|one| one.definition).collect();
        gates.read = Definitions::of(&read);
        gates
    }

    /// Marks the rules that may speak at the end of a loop, the innermost of those open.
    pub(super) fn mark(
        &self,
        Marking {
            marks,
            facts,
            by_loop,
        }: &mut Marking,
        loop_index: LoopIndex,
        (book, shelf): (&RuleBook, &Shelf),
    ) {
        if by_loop.len() <= loop_index {
            by_loop.resize_with(loop_index + 1, Known::default);
        }
        let known = &mut by_loop[loop_index];
        let layout = known.layout(self, (book, shelf));
        layout.join(shelf, facts);
        facts[0] = known.latest as u64;
        let (seen, may_speak) = &mut known.seen[hash(facts)];
        if seen != facts {
            seen.clone_from(facts);
            may_speak.clear();
            may_speak.resize(self.rules.len().div_ceil(64), 0);
            let layout = &known.layouts[known.latest];
            for (at, rule) in self.rules.iter().enumerate() {
                let may = rule.may_speak(&|fact| layout.has(facts, fact));
                may_speak[at / 64] |= u64::from(may) << (at % 64);
            }
        }
        marks.clone_from(may_speak);
    }

    /// What a rule looks at at the end of the loop that was marked last: a source, then its entries.
    pub(super) fn look(
        &self,
        rule: usize,
        marking: &Marking,
        (loop_index, shelf): (LoopIndex, &Shelf),
        looks: &mut Vec<Look>,
    ) {
        let known = &marking.by_loop[loop_index];
        let layout = &known.layouts[known.latest];
        for &source in &self.rules[rule].looks {
            if let Some(one) = layout.lying(source) {
                looks.push(Look::At(source));
                shelf.each(one.around, one.definition, |entry| {
                    looks.push(Look::Entry(entry))
                });
            }
        }
    }
}

impl Asked {
    /// The rules that are marked, of those that are meant.
    pub(super) fn fill(
        &mut self,
        gates: &Gates,
        marking: &mut Marking,
        (loop_index, shelf): (LoopIndex, &Shelf),
        is_meant: impl Fn(usize) -> bool,
    ) {
        self.rules.clear();
        self.looks.clear();
        while let Some(rule) = marking.take() {
            if is_meant(rule) {
                gates.look(rule, marking, (loop_index, shelf), &mut self.looks);
                let counts = gates.rules[rule].counts;
                self.rules.push((rule, counts, self.looks.len()));
            }
        }
    }

    /// The number of each rule, what it looks at, and whether it makes a difference to it how often a segment comes.
    pub(super) fn rules(&self) -> impl Iterator<Item = (usize, &[Look], bool)> {
        let mut first = 0;
        self.rules.iter().map(move |&(rule, counts, end)| {
            let looks = &self.looks[first..end];
            first = end;
            (rule, looks, counts)
        })
    }
}

impl Known {
    fn layout(&mut self, gates: &Gates, (book, shelf): (&RuleBook, &Shelf)) -> &Layout {
        let there = shelf.there().common(&gates.read);
        let is_it =
            |one: &Layout| one.there == there && shelf.open_loops().eq(one.open.iter().copied());
        if !self.layouts.get(self.latest).is_some_and(is_it) {
            self.latest = self.layouts.iter().position(is_it).unwrap_or_else(|| {
                if self.layouts.len() == LAYOUTS_MAX || self.layouts.is_empty() {
                    self.layouts.clear();
                    self.seen.clear();
                    self.seen.resize_with(1 << SEEN_BITS, Default::default);
                }
                self.layouts.push(Layout::new(gates, there, (book, shelf)));
                self.layouts.len() - 1
            });
        }
        &self.layouts[self.latest]
    }
}

impl Layout {
    fn new(gates: &Gates, there: Definitions, (book, shelf): (&RuleBook, &Shelf)) -> Self {
        let mut sources = Vec::new();
        let mut words = 1;
        for (source, one) in gates.sources.iter().enumerate() {
            let definition = one.definition;
            if there.has(definition)
                && let Some(around) = shelf.around(book, &one.scope)
            {
                let begin = words;
                words += book.questions[definition].words();
                sources.push(Lying {
                    source,
                    definition,
                    around,
                    begin,
                    end: words,
                });
            }
        }
        let open = shelf.open_loops().collect();
        Self {
            there,
            open,
            sources,
            words,
        }
    }

    /// Joins the facts of the segments of each source; the first word is left free.
    #[inline]
    fn join(&self, shelf: &Shelf, facts: &mut Vec<u64>) {
        facts.clear();
        facts.resize(self.words, 0);
        // Of some, rules ask nothing that one value says by itself.
        let asked = self.sources.iter().filter(|one| one.begin < one.end);
        for one in asked {
            let joined = &mut facts[one.begin..one.end];
            let mut several = 0;
            shelf.each(one.around, one.definition, |entry| {
                let pairs = joined.iter_mut().zip(shelf.facts(entry));
                pairs.for_each(|(all, one)| *all |= one);
                joined[0] |= several;
                several = 1 << SEVERAL_BIT;
            });
        }
    }

    fn has(&self, facts: &[u64], Fact { source, bit }: Fact) -> bool {
        let lying = self.lying(source);
        lying.is_some_and(|one| facts[one.begin + bit / 64] >> (bit % 64) & 1 == 1)
    }

    fn lying(&self, source: usize) -> Option<&Lying> {
        let at = self.sources.binary_search_by_key(&source, |one| one.source);
        at.ok().map(|at| &self.sources[at])
    }
}

impl Gate {
    fn may_speak(&self, is_so: &impl Fn(Fact) -> bool) -> bool {
        let may_hold = |tests: &Vec<Chances>| tests.iter().any(|one| one.holds.is_there(is_so));
        let may_fail = |tests: &Vec<Chances>| tests.iter().all(|one| one.fails.is_there(is_so));
        self.when.iter().all(may_hold) && self.need.iter().any(may_fail)
    }
}

impl Chance {
    fn is_there(&self, is_so: &impl Fn(Fact) -> bool) -> bool {
        let some = |facts: &[Fact]| facts.iter().any(|&fact| is_so(fact));
        match self {
            Self::Always => true,
            Self::Some(facts) => some(facts),
            Self::None(facts, or) => !some(facts) || or.is_some_and(is_so),
            Self::Both(one, other) => some(one) && some(other),
            Self::Then(pairs) => pairs.iter().all(|(one, then)| !some(one) || some(then)),
        }
    }
}

impl Marking {
    /// The next marked rule, in their order, which is marked no more.
    pub(super) fn take(&mut self) -> Option<usize> {
        let word = self.marks.iter().position(|&bits| bits != 0)?;
        let bit = self.marks[word].trailing_zeros() as usize;
        self.marks[word] &= self.marks[word] - 1;
        Some(word * 64 + bit)
    }
}

/// A place among those of the facts seen.
#[inline]
fn hash(facts: &[u64]) -> usize {
    let mixed = facts.iter().fold(0u64, |mixed, word| {
        (mixed.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    });
    (mixed >> (u64::BITS - SEEN_BITS)) as usize
}

#[cfg(test)]
mod tests;
