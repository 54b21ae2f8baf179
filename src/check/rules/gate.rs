//! Which rules of a loop may have something to say, from what it holds: most rules speak of a few procedures or of a
//! segment that is rarely sent, and are not asked otherwise. It may let a rule through that is then silent, never
//! keep one back.

use crate::guide::rule::{BoundPath, BoundRule, Operand, Part, Pattern, Scope, Test};
use crate::guide::{LoopIndex, SegmentIndex};

use super::cells::Cell;
use super::shelf::Definitions;

/// A bit for each rule of the loop.
type Marks = Vec<u64>;

/// The rules that may speak at the end of a loop; kept to be filled again.
#[derive(Debug, Default)]
pub(super) struct Marking {
    marks: Marks,
    /// What the gate at hand lets pass.
    passed: Marks,
    /// By loop: what was there when it ended before, and which rules that let through. Mostly it is the same again.
    before: Vec<(Definitions, Marks)>,
}

/// The rules of one loop by what they wait for: a rule may speak where each of its gates lets it.
#[derive(Debug, Default)]
pub(super) struct Gates {
    all: Marks,
    /// They wait for one of these segments.
    by_segment: Vec<(Definitions, Marks)>,
    /// They wait for a code at a place.
    by_code: Vec<CodeGate>,
}

#[derive(Debug)]
struct CodeGate {
    cell: Cell,
    /// Those that wait.
    rules: Marks,
    spans: Vec<Span>,
    /// Where the next stretch of codes begins that open the same rules, and which these are.
    stretches: Vec<(u64, Marks)>,
}

/// Codes of one rule, from a first to a last, by their first eight bytes.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: u64,
    last: u64,
    rule: usize,
}

/// What a rule waits for.
enum Wait<'r> {
    Segments(Vec<SegmentIndex>),
    Codes(BoundPath, Vec<&'r Pattern>),
}

impl Gates {
    /// `cell`: the number of a path in the loop.
    pub(super) fn new(rules: &[&BoundRule], cell: &mut impl FnMut(&BoundPath) -> Cell) -> Self {
        let mut gates = Self {
            all: no_marks(rules.len()),
            ..Self::default()
        };
        for (at, rule) in rules.iter().enumerate() {
            mark(&mut gates.all, at);
            for wait in waits(rule) {
                match wait {
                    Wait::Segments(segments) => gates.add_segments(&segments, at, rules.len()),
                    Wait::Codes(path, codes) => {
                        gates.add_codes(cell(&path), &codes, at, rules.len());
                    }
                }
            }
        }
        gates.by_code.iter_mut().for_each(CodeGate::finish);
        gates
    }

    fn add_segments(&mut self, segments: &[SegmentIndex], rule: usize, count: usize) {
        let segments = Definitions::of(segments);
        let known = self
            .by_segment
            .iter()
            .position(|(known, _)| *known == segments);
        let at = known.unwrap_or_else(|| {
            self.by_segment.push((segments, no_marks(count)));
            self.by_segment.len() - 1
        });
        mark(&mut self.by_segment[at].1, rule);
    }

    fn add_codes(&mut self, cell: Cell, codes: &[&Pattern], rule: usize, count: usize) {
        // A rule that waits for two codes at one place has two gates there.
        let is_free = |gate: &CodeGate| gate.cell == cell && !is_marked(&gate.rules, rule);
        let known = self.by_code.iter().position(is_free);
        let at = known.unwrap_or_else(|| {
            self.by_code.push(CodeGate {
                cell,
                rules: no_marks(count),
                spans: Vec::new(),
                stretches: Vec::new(),
            });
            self.by_code.len() - 1
        });
        let gate = &mut self.by_code[at];
        mark(&mut gate.rules, rule);
        gate.spans
            .extend(codes.iter().map(|code| Span::new(code, rule)));
    }

    /// Marks the rules that may speak at the end of a loop. `there`: the segments that are kept; `each_value`: hands over
    /// every value of a cell.
    #[inline]
    pub(super) fn mark(
        &self,
        Marking {
            marks,
            passed,
            before,
        }: &mut Marking,
        (loop_index, there): (LoopIndex, &Definitions),
        mut each_value: impl FnMut(Cell, &mut dyn FnMut(&[u8])),
    ) {
        if before.len() <= loop_index {
            before.resize_with(loop_index + 1, Default::default);
        }
        let (known, let_through) = &mut before[loop_index];
        if known != there || let_through.is_empty() {
            known.clone_from(there);
            self.let_through(there, let_through);
        }
        marks.clone_from(let_through);
        for gate in &self.by_code {
            if marks
                .iter()
                .zip(&gate.rules)
                .all(|(all, one)| all & one == 0)
            {
                continue;
            }
            passed.clear();
            passed.resize(marks.len(), 0);
            each_value(gate.cell, &mut |value| gate.pass(value, passed));
            for ((all, one), passed) in marks.iter_mut().zip(&gate.rules).zip(&*passed) {
                *all &= !one | passed;
            }
        }
    }

    /// The rules that do not wait for a segment that is missing.
    fn let_through(&self, there: &Definitions, marks: &mut Marks) {
        marks.clone_from(&self.all);
        let missing = |(segments, _): &&(Definitions, Marks)| !there.has_any_of(segments);
        for (_, rules) in self.by_segment.iter().filter(missing) {
            let waiting = marks.iter_mut().zip(rules);
            waiting.for_each(|(all, one)| *all &= !one);
        }
    }
}

impl CodeGate {
    fn finish(&mut self) {
        let ends = |span: &Span| [Some(span.first), span.last.checked_add(1)];
        let mut starts: Vec<u64> = self.spans.iter().flat_map(ends).flatten().collect();
        starts.sort_unstable();
        starts.dedup();
        let stretch = |start: u64| {
            let mut marks = vec![0; self.rules.len()];
            let spans = self.spans.iter();
            let open = spans.filter(|span| (span.first..=span.last).contains(&start));
            open.for_each(|span| mark(&mut marks, span.rule));
            (start, marks)
        };
        self.stretches = starts.into_iter().map(stretch).collect();
    }

    fn pass(&self, value: &[u8], passed: &mut [u64]) {
        let value = packed(value, 0);
        let next = self.stretches.partition_point(|(start, _)| *start <= value);
        if let Some((_, marks)) = next.checked_sub(1).and_then(|at| self.stretches.get(at)) {
            passed
                .iter_mut()
                .zip(marks)
                .for_each(|(all, one)| *all |= one);
        }
    }
}

impl Span {
    fn new(code: &Pattern, rule: usize) -> Self {
        let (first, last) = match code {
            Pattern::Code(code) => (packed(code.as_bytes(), 0), packed(code.as_bytes(), 0)),
            Pattern::Range(first, last) => {
                (packed(first.as_bytes(), 0), packed(last.as_bytes(), 0))
            }
            Pattern::Beginning(code) => (packed(code.as_bytes(), 0), packed(code.as_bytes(), 0xFF)),
        };
        Self { first, last, rule }
    }
}

/// The first eight bytes as a number that is ordered as they are, short values filled.
#[inline]
fn packed(value: &[u8], filler: u8) -> u64 {
    let mut bytes = [filler; 8];
    let length = value.len().min(8);
    bytes[..length].copy_from_slice(&value[..length]);
    u64::from_be_bytes(bytes)
}

fn no_marks(count: usize) -> Marks {
    vec![0; count.div_ceil(64)]
}

#[inline]
fn mark(marks: &mut Marks, at: usize) {
    marks[at / 64] |= 1 << (at % 64);
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

fn is_marked(marks: &Marks, at: usize) -> bool {
    marks[at / 64] >> (at % 64) & 1 == 1
}

fn waits(bound: &BoundRule) -> Vec<Wait<'_>> {
    let mut waits = Vec::new();
    for tests in bound.when.iter().map(|condition| &condition.0) {
        if let Some((path, codes)) = codes_at_one_place(tests)
            && let Some(path) = own(path, bound.at.as_ref())
        {
            waits.push(Wait::Segments(path.segments.clone()));
            waits.push(Wait::Codes(path, codes));
        }
        waits.extend(one_there_of(tests).map(Wait::Segments));
    }
    let anchor = bound.at.as_ref().map(|at| at.segments.clone());
    let segments = anchor.into_iter().chain(all_needed_of(bound));
    waits.extend(segments.map(Wait::Segments));
    waits
}

/// The segments one of which must be there for one of the tests to hold.
fn one_there_of(tests: &[Test<BoundPath>]) -> Option<Vec<SegmentIndex>> {
    let mut segments = Vec::new();
    for test in tests {
        let path = match test {
            Test::Present(path) | Test::Is(path, _) => path,
            Test::Compare {
                some: true,
                left: Operand::First(path) | Operand::Last(path),
                ..
            } => path,
            _ => return None,
        };
        if path.scope == Scope::Here {
            return None;
        }
        segments.extend(&path.segments);
    }
    Some(segments)
}

/// `X is A B or X is C`: one place, and the codes that open the rule.
fn codes_at_one_place(tests: &[Test<BoundPath>]) -> Option<(&BoundPath, Vec<&Pattern>)> {
    let mut place = None;
    let mut all = Vec::new();
    for test in tests {
        let Test::Is(path, codes) = test else {
            return None;
        };
        if place.is_some_and(|place| place != path) {
            return None;
        }
        place = Some(path);
        all.extend(codes);
    }
    Some((place?, all))
}

/// What is judged as a path of its loop.
fn own(path: &BoundPath, at: Option<&BoundPath>) -> Option<BoundPath> {
    if path.scope != Scope::Here {
        return Some(path.clone());
    }
    let at = at?;
    let element = match at.element {
        Part::Each => Part::Each,
        _ => path.element,
    };
    Some(BoundPath {
        element,
        component: path.component,
        ..at.clone()
    })
}

/// The segments without any of which every `need` holds.
fn all_needed_of(bound: &BoundRule) -> Option<Vec<SegmentIndex>> {
    let mut segments = Vec::new();
    for condition in &bound.need {
        let [test] = &condition.0[..] else {
            return None;
        };
        let path = match test {
            Test::Absent(path)
            | Test::Only(path, _)
            | Test::Not(path, _)
            | Test::Like(path, _)
            | Test::Long(path, ..)
            | Test::In(path, _)
            | Test::Outside(path, _)
            | Test::Distinct(path)
            | Test::Compare {
                some: false,
                left: Operand::First(path) | Operand::Last(path),
                ..
            } => path,
            _ => return None,
        };
        if path.scope == Scope::Here {
            return None;
        }
        segments.extend(&path.segments);
    }
    Some(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gate lets every code through that the rule is about.
    #[test]
    fn a_span_holds_what_its_pattern_fits() {
        let patterns = [
            Pattern::Code("99213".into()),
            Pattern::Code("LONGERTHAN8".into()),
            Pattern::Range("00100".into(), "01999".into()),
            Pattern::Beginning("J".into()),
            Pattern::Beginning("LONGERTHAN".into()),
        ];
        let values = [
            "99213",
            "00100",
            "01999",
            "01500",
            "J1100",
            "J",
            "LONGERTHAN8",
            "99214",
            "1",
        ];
        for pattern in &patterns {
            let span = Span::new(pattern, 0);
            for value in values {
                let held = (span.first..=span.last).contains(&packed(value.as_bytes(), 0));
                assert!(
                    held || !pattern.fits(value.as_bytes()),
                    "{pattern:?} {value}"
                );
            }
        }
        let span = Span::new(&patterns[0], 0);
        assert!(!(span.first..=span.last).contains(&packed(b"99214", 0)));
    }

    #[test]
    fn marks_come_in_order() {
        let mut marking = Marking {
            marks: no_marks(130),
            ..Marking::default()
        };
        let rules = [129, 0, 64, 63];
        rules.iter().for_each(|&at| mark(&mut marking.marks, at));
        let taken: Vec<_> = std::iter::from_fn(|| marking.take()).collect();
        assert_eq!(taken, [0, 63, 64, 129]);
    }
}
