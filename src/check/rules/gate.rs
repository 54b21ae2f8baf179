//! Which rules of a loop may have something to say, from what it holds: most rules speak of a few procedures or of a
//! segment that is rarely sent, and are not asked otherwise. It may let a rule through that is then silent, never
//! keep one back.

use crate::guide::SegmentIndex;
use crate::guide::rule::{BoundPath, Operand, Part, Pattern, Scope, Test};

use super::Filed;

/// A bit for each rule of the loop.
pub(super) type Marks = Vec<u64>;

/// The rules of one loop by what they wait for.
#[derive(Debug, Default)]
pub(super) struct Gates {
    /// They wait for nothing.
    open: Marks,
    /// They wait for one of these segments.
    by_segment: Vec<(Vec<SegmentIndex>, Marks)>,
    /// They wait for a code at a place.
    by_code: Vec<CodeGate>,
}

#[derive(Debug)]
pub(super) struct CodeGate {
    pub(super) path: BoundPath,
    spans: Vec<Span>,
}

/// Codes of one rule, from a first to a last, by their first eight bytes.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: u64,
    last: u64,
    rule: usize,
}

/// What one rule waits for.
enum Wait<'r> {
    Nothing,
    Segments(Vec<SegmentIndex>),
    Codes(BoundPath, Vec<&'r Pattern>),
}

impl Gates {
    pub(super) fn new(rules: &[Filed]) -> Self {
        let mut gates = Self {
            open: no_marks(rules.len()),
            ..Self::default()
        };
        for (at, rule) in rules.iter().enumerate() {
            match wait(rule) {
                Wait::Nothing => mark(&mut gates.open, at),
                Wait::Segments(segments) => gates.add_segments(segments, at, rules.len()),
                Wait::Codes(path, codes) => gates.add_codes(path, &codes, at),
            }
        }
        gates
    }

    fn add_segments(&mut self, segments: Vec<SegmentIndex>, rule: usize, count: usize) {
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

    fn add_codes(&mut self, path: BoundPath, codes: &[&Pattern], rule: usize) {
        let known = self.by_code.iter().position(|gate| gate.path == path);
        let at = known.unwrap_or_else(|| {
            let spans = Vec::new();
            self.by_code.push(CodeGate { path, spans });
            self.by_code.len() - 1
        });
        let spans = codes.iter().map(|code| Span::new(code, rule));
        self.by_code[at].spans.extend(spans);
    }

    /// Marks the rules that may speak. `is_there`: whether one of the segments is kept; `visit`: every value at a place.
    pub(super) fn mark(
        &self,
        marks: &mut Marks,
        is_there: impl Fn(&[SegmentIndex]) -> bool,
        visit: impl Fn(&BoundPath, &mut dyn FnMut(&[u8])),
    ) {
        marks.clear();
        marks.extend_from_slice(&self.open);
        for (segments, rules) in &self.by_segment {
            if is_there(segments) {
                marks
                    .iter_mut()
                    .zip(rules)
                    .for_each(|(all, one)| *all |= one);
            }
        }
        for gate in &self.by_code {
            if is_there(&gate.path.segments) {
                visit(&gate.path, &mut |value| gate.pass(value, marks));
            }
        }
    }
}

impl CodeGate {
    fn pass(&self, value: &[u8], marks: &mut Marks) {
        let value = packed(value, 0);
        for span in &self.spans {
            if span.first <= value && value <= span.last {
                mark(marks, span.rule);
            }
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

/// The marked rules, in their order.
pub(super) fn marked(marks: &Marks) -> impl Iterator<Item = usize> + '_ {
    marks.iter().enumerate().flat_map(|(word, &bits)| {
        let mut rest = bits;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(word * 64 + bit)
        })
    })
}

fn wait(rule: &Filed) -> Wait<'_> {
    let bound = &rule.bound;
    let conditions = bound.when.iter().map(|condition| &condition.0);
    let mut segments = None;
    for tests in conditions {
        if let Some((path, codes)) = codes_at_one_place(tests)
            && let Some(path) = own(path, bound.at.as_ref())
        {
            return Wait::Codes(path, codes);
        }
        if let [Test::Present(path)] = &tests[..]
            && path.scope != Scope::Here
        {
            segments = Some(path.segments.clone());
        }
    }
    let anchor = bound.at.as_ref().map(|at| at.segments.clone());
    match segments.or(anchor).or_else(|| all_needed_of(rule)) {
        Some(segments) => Wait::Segments(segments),
        None => Wait::Nothing,
    }
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

/// Without a `when`: the segments without any of which every `need` holds.
fn all_needed_of(rule: &Filed) -> Option<Vec<SegmentIndex>> {
    let mut segments = Vec::new();
    for condition in &rule.bound.need {
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
        segments.extend(&path.segments);
    }
    (rule.bound.when.is_empty() && !segments.is_empty()).then_some(segments)
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
        let mut marks = no_marks(130);
        [129, 0, 64, 63]
            .into_iter()
            .for_each(|at| mark(&mut marks, at));
        assert_eq!(marked(&marks).collect::<Vec<_>>(), [0, 63, 64, 129]);
    }
}
