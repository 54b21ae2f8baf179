//! Judges the rules of a loop when it ends, and says where one is broken. It must not know any rule.

use std::borrow::Cow;
use std::sync::Arc;

use crate::guide::rule::{
    BoundCondition, BoundPath, Operand, Part, Pattern, Relation, Scope, Test,
};
use crate::guide::{ElementKind, LoopIndex, Segment as Definition, SegmentIndex};
use crate::x12::{Element, Place, Segment};

use super::gate::{Marks, marked};
use super::shelf::{Around, Shelf};
use super::value::{compares, counted, edge, number, written};
use super::{Filed, LoopRules, RuleBook};
use crate::check::walk::Walk;
use crate::check::{Breach, Code, Finding, Trigger};

/// The rules of one transaction set.
#[derive(Debug)]
pub(in crate::check) struct Rules {
    book: Arc<RuleBook>,
    shelf: Shelf,
    snip_max: u8,
    /// Rules that may speak at the end of a loop; kept to be filled again.
    marks: Marks,
}

/// What is judged: a loop, or a segment or an element in it.
#[derive(Debug, Clone, Copy, Default)]
struct Here {
    entry: Option<usize>,
    /// 0: the segment as a whole.
    element: u8,
}

/// A value that a path means, and where it stands. It may be health information: it cannot be printed.
#[derive(Clone, Copy)]
struct Value<'s> {
    entry: usize,
    /// 0: the segment as a whole.
    element: u8,
    component: u8,
    repetition: u8,
    text: &'s [u8],
}

/// What stands for a value that is no single one: a count, a sum.
const NOWHERE: Value<'static> = Value {
    entry: usize::MAX,
    element: 0,
    component: 0,
    repetition: 0,
    text: b"",
};

/// What an operand stands for.
enum Measured<'r> {
    /// The first or the last day of each value of a path, or the value itself.
    Edges(&'r BoundPath, bool),
    Text(Cow<'r, str>),
    /// A sum with an amount that cannot be read.
    Nothing,
}

impl Rules {
    pub(in crate::check) fn new(book: Arc<RuleBook>, snip_max: u8) -> Self {
        let shelf = Shelf::new(&book);
        Self {
            book,
            shelf,
            snip_max,
            marks: Marks::new(),
        }
    }

    /// Takes the next segment: loops that it ended are judged, and it is kept if it has a place.
    pub(in crate::check) fn segment(
        &mut self,
        definition: Option<&'static Definition>,
        segment: &Segment<'_>,
        walk: &Walk<'static>,
        findings: &mut Vec<Finding>,
    ) {
        while self.shelf.depth() > walk.unmoved() {
            self.close(segment.place, findings);
        }
        for index in walk.loops().skip(self.shelf.depth()) {
            self.shelf.open(index);
        }
        if let Some(definition) = definition.filter(|_| !self.shelf.is_full()) {
            let is_read = self.book.wanted[definition.index];
            self.shelf.push(definition.index, segment, is_read);
        }
    }

    /// Judges what is still open at the end of the set.
    pub(in crate::check) fn finish(&mut self, place: Place, findings: &mut Vec<Finding>) {
        while self.shelf.depth() > 0 {
            self.close(place, findings);
        }
    }

    fn close(&mut self, place: Place, findings: &mut Vec<Finding>) {
        let Some(index) = self.shelf.innermost() else {
            return;
        };
        let LoopRules { rules, gates } = &self.book.by_loop[index];
        // What did not fit was not seen: nothing can be said of it.
        if !rules.is_empty() && !self.shelf.is_full() {
            let judge = Judge {
                book: &self.book,
                shelf: &self.shelf,
                closing: place,
            };
            let visit = |path: &BoundPath, visit: &mut dyn FnMut(&[u8])| {
                judge.visit(path, Here::default(), &mut |value| {
                    visit(value.text);
                    true
                });
            };
            let is_there = |segments: &[SegmentIndex]| self.shelf.has_any(segments);
            gates.mark(&mut self.marks, is_there, visit);
            let rules = marked(&self.marks).map(|at| &rules[at]);
            for rule in rules.filter(|one| one.rule.snip <= self.snip_max) {
                judge.rule(rule, findings);
            }
        }
        self.shelf.close(self.book.retained[index]);
    }
}

struct Judge<'s> {
    book: &'s RuleBook,
    shelf: &'s Shelf,
    /// Where the loop ended.
    closing: Place,
}

impl<'s> Judge<'s> {
    fn rule(&self, rule: &Filed, findings: &mut Vec<Finding>) {
        let Some(at) = &rule.bound.at else {
            return self.at(rule, Here::default(), findings);
        };
        self.shelf.visit(self.book, at, |entry| {
            let here = |element| Here {
                entry: Some(entry),
                element,
            };
            match at.element {
                Part::Each => {
                    let elements = self.shelf.segment(entry).map_or(0, |segment| segment.len());
                    let elements = (1..=narrow(elements)).map(here);
                    elements
                        .filter(|&here| !self.is_empty(here))
                        .for_each(|here| self.at(rule, here, findings));
                }
                _ => self.at(rule, here(0), findings),
            }
            true
        });
    }

    fn is_empty(&self, here: Here) -> bool {
        let segment = here.entry.and_then(|entry| self.shelf.segment(entry));
        segment.is_none_or(|segment| segment.element(usize::from(here.element)).is_empty())
    }

    fn at(&self, rule: &Filed, here: Here, findings: &mut Vec<Finding>) {
        if !rule
            .bound
            .when
            .iter()
            .all(|condition| self.holds(condition, here))
        {
            return;
        }
        let Some(broken) = rule
            .bound
            .need
            .iter()
            .find(|condition| !self.holds(condition, here))
        else {
            return;
        };
        let finding = self.finding(rule, broken, here);
        // One fault is told once; of a missing segment's kind only its title tells.
        let is_told = |one: &Finding| {
            one.place.position == finding.place.position
                && one.segment == finding.segment
                && (one.element, one.component) == (finding.element, finding.component)
                && (finding.element > 0 || one.detail.starts_with(&finding.detail))
        };
        if !findings.iter().any(is_told) {
            findings.push(finding);
        }
    }

    fn holds(&self, condition: &BoundCondition, here: Here) -> bool {
        condition.0.iter().any(|test| self.passes(test, here))
    }

    fn passes(&self, test: &Test<BoundPath>, here: Here) -> bool {
        match test {
            Test::Present(path) => self.any(path, here, |_| true),
            Test::Is(path, codes) => self.any(path, here, |one| fits(codes, one)),
            Test::Absent(path) => !self.any(path, here, |_| true),
            Test::Only(path, codes) => !self.any(path, here, |one| !fits(codes, one)),
            Test::Not(path, codes) => !self.any(path, here, |one| fits(codes, one)),
            _ => self.offender(test, here).is_none(),
        }
    }

    /// The value that breaks a test which every value must pass; the left one of a pair.
    fn offender(&self, test: &Test<BoundPath>, here: Here) -> Option<Value<'s>> {
        match test {
            Test::Present(_) | Test::Is(..) => None,
            Test::Absent(path) => self.first(path, here, |_| true),
            Test::Only(path, codes) => self.first(path, here, |one| !fits(codes, one)),
            Test::Not(path, codes) => self.first(path, here, |one| fits(codes, one)),
            Test::Like(path, shape) => self.first(path, here, |one| !shape.fits(one)),
            Test::Long(path, min, max) => {
                self.first(path, here, |one| !(*min..=*max).contains(&length(one)))
            }
            Test::In(path, of) => self.first(path, here, |one| !self.has(of, here, one)),
            Test::Outside(path, of) => self.first(path, here, |one| self.has(of, here, one)),
            Test::Distinct(path) => {
                let mut seen = std::collections::HashSet::new();
                self.values(path, here)
                    .into_iter()
                    .find(|one| !seen.insert(one.text))
            }
            Test::Compare {
                some,
                left,
                relation,
                right,
                plus,
            } => self.compare(*some, left, (*relation, *plus), right, here),
        }
    }

    fn has(&self, path: &BoundPath, here: Here, text: &[u8]) -> bool {
        self.any(path, here, |one| one == text)
    }

    /// The value on the left that breaks a comparison; some value there where no pair keeps it and one must.
    fn compare(
        &self,
        some: bool,
        left: &Operand<BoundPath>,
        (relation, plus): (Relation, i64),
        right: &Operand<BoundPath>,
        here: Here,
    ) -> Option<Value<'s>> {
        let (from, right) = (self.measured(left, here), self.measured(right, here));
        if matches!(from, Measured::Nothing) || matches!(right, Measured::Nothing) {
            return None;
        }
        let breaks = |text: &[u8]| {
            let kept = |of: &[u8]| compares(text, relation, of, plus);
            match some {
                true => !self.any_of(&right, here, |of| kept(of) == Some(true)),
                false => self.any_of(&right, here, |of| kept(of) == Some(false)),
            }
        };
        let at_path = || {
            let path = left.path()?;
            self.first(path, here, |_| true)
        };
        match from {
            Measured::Edges(path, last) if !some => {
                self.first(path, here, |text| breaks(edge(text, last)))
            }
            // One pair is enough: only where every value on the left finds no match is the test broken.
            measured => {
                let is_kept = match some {
                    true => self.any_of(&measured, here, |text| !breaks(text)),
                    false => !self.any_of(&measured, here, breaks),
                };
                (!is_kept).then(|| at_path().unwrap_or(NOWHERE))
            }
        }
    }

    fn measured<'r>(&self, operand: &'r Operand<BoundPath>, here: Here) -> Measured<'r> {
        match operand {
            Operand::First(path) => Measured::Edges(path, false),
            Operand::Last(path) => Measured::Edges(path, true),
            Operand::Count(path) => {
                let mut count = 0;
                self.visit(path, here, &mut |_| {
                    count += 1;
                    true
                });
                Measured::Text(counted(count).into())
            }
            Operand::Sum(path) => {
                let mut sum = Some(0i128);
                self.visit(path, here, &mut |value| {
                    let term = number(value.text);
                    sum = sum.zip(term).and_then(|(sum, term)| sum.checked_add(term));
                    sum.is_some()
                });
                sum.map_or(Measured::Nothing, |sum| Measured::Text(written(sum).into()))
            }
            Operand::Constant(text) => Measured::Text(text.into()),
        }
    }

    fn any_of(
        &self,
        measured: &Measured<'_>,
        here: Here,
        is_meant: impl Fn(&[u8]) -> bool,
    ) -> bool {
        match measured {
            Measured::Edges(path, last) => self.any(path, here, |text| is_meant(edge(text, *last))),
            Measured::Text(text) => is_meant(text.as_bytes()),
            Measured::Nothing => false,
        }
    }

    /// All values that a path means, in the order of the segments.
    fn values(&self, path: &BoundPath, here: Here) -> Vec<Value<'s>> {
        let mut values = Vec::new();
        self.visit(path, here, &mut |value| {
            values.push(value);
            true
        });
        values.sort_by_key(|one| (one.entry, one.element, one.repetition, one.component));
        values
    }

    /// Whether something holds of some value.
    fn any(&self, path: &BoundPath, here: Here, is_meant: impl Fn(&[u8]) -> bool) -> bool {
        !self.visit(path, here, &mut |value| !is_meant(value.text))
    }

    /// The first value, in the order of the segments, of which something holds.
    fn first(
        &self,
        path: &BoundPath,
        here: Here,
        mut is_meant: impl FnMut(&[u8]) -> bool,
    ) -> Option<Value<'s>> {
        let mut found: Option<Value<'s>> = None;
        self.visit(path, here, &mut |value| {
            let is_earlier = found.is_none_or(|found| value.entry < found.entry);
            if is_earlier && is_meant(value.text) {
                found = Some(value);
            }
            true
        });
        found
    }

    /// Visits the values that a path means until told to stop; whether it never was.
    fn visit(
        &self,
        path: &BoundPath,
        here: Here,
        visit: &mut dyn FnMut(Value<'s>) -> bool,
    ) -> bool {
        if path.scope == Scope::Here {
            let mut entry = here.entry.iter();
            return entry.all(|&entry| self.visit_segment(path, entry, here.element, visit));
        }
        self.shelf.visit(self.book, path, |entry| {
            self.visit_segment(path, entry, 0, visit)
        })
    }

    fn visit_segment(
        &self,
        path: &BoundPath,
        entry: usize,
        element: u8,
        visit: &mut dyn FnMut(Value<'s>) -> bool,
    ) -> bool {
        let Some(segment) = self.shelf.segment(entry) else {
            return true;
        };
        let (first, last) = match (element, path.element) {
            (0, Part::Whole) => {
                return visit(Value {
                    entry,
                    element: 0,
                    component: 0,
                    repetition: 0,
                    text: b"",
                });
            }
            (0, Part::One(number)) => (number, number),
            (0, Part::Each) => (1, narrow(segment.len())),
            (element, _) => (element, element),
        };
        (first..=last).all(|number| {
            let element = segment.element(usize::from(number));
            element.is_empty() || visit_element(path, entry, number, element, visit)
        })
    }

    fn finding(&self, rule: &Filed, broken: &BoundCondition, here: Here) -> Finding {
        let test = broken.0.first();
        let offender = match &rule.bound.tell {
            Some(path) => self.first(path, here, |_| true),
            None => test.and_then(|test| self.told_at(test, here)),
        };
        let path = rule
            .bound
            .tell
            .as_ref()
            .or_else(|| test.and_then(|test| test.paths().first().copied()));
        let breach = test.map_or(Breach::Value, breach);
        let mut finding = match (offender.filter(|one| one.entry != usize::MAX), path) {
            (Some(value), _) => self.there(rule, value, breach),
            (None, Some(path)) => self.missing(rule, path, here),
            (None, None) => {
                Finding::segment(Code::Rule(rule.rule, Breach::Value), self.closing, b"")
            }
        };
        let when = rule
            .bound
            .when
            .iter()
            .flat_map(|condition| &condition.0)
            .flat_map(Test::paths);
        let mut triggers = when.filter_map(|path| self.first(path, here, |_| true));
        finding.trigger = triggers
            .next()
            .and_then(|value| self.trigger(value))
            .map(Box::new);
        finding
    }

    /// Where a test points that does not hold.
    fn told_at(&self, test: &Test<BoundPath>, here: Here) -> Option<Value<'s>> {
        match test {
            Test::Is(path, _) => self.first(path, here, |_| true),
            test => self.offender(test, here),
        }
    }

    fn there(&self, rule: &Filed, value: Value<'_>, breach: Breach) -> Finding {
        let breach = match (breach, value.element) {
            (Breach::ElementForbidden, 0) => Breach::SegmentForbidden,
            (breach, _) => breach,
        };
        self.at_entry(
            rule,
            breach,
            value.entry,
            (value.element, value.component),
            value.repetition,
        )
    }

    fn at_entry(
        &self,
        rule: &Filed,
        breach: Breach,
        entry: usize,
        (element, component): (u8, u8),
        repetition: u8,
    ) -> Finding {
        let code = Code::Rule(rule.rule, breach);
        let Some(entry) = self.shelf.entry(entry) else {
            return Finding::segment(code, self.closing, b"");
        };
        let definition = &self.book.guide.segments[entry.definition];
        let (data, title) = named(definition, element, component);
        let loop_id = &self.book.guide.loops[definition.in_loop].id;
        Finding {
            element,
            component,
            repetition,
            data_element: data.to_owned(),
            detail: title.to_owned(),
            ..Finding::segment(code, entry.place, definition.id.as_bytes()).in_loop(loop_id)
        }
    }

    /// The finding that what a path means is not there: an element of a segment that is, or a segment or loop.
    fn missing(&self, rule: &Filed, path: &BoundPath, here: Here) -> Finding {
        let whole = BoundPath {
            element: Part::Whole,
            component: Part::Whole,
            ..path.clone()
        };
        let number = |part| match part {
            Part::One(number) => number,
            Part::Whole | Part::Each => 1,
        };
        let holder = self
            .first(&whole, here, |_| true)
            .filter(|_| path.element != Part::Whole);
        let holder = holder
            .map(|value| value.entry)
            .or(here.entry.filter(|_| path.segments.is_empty()));
        if let Some(entry) = holder {
            let element = match here.element {
                0 => number(path.element),
                element if path.scope == Scope::Here => element,
                _ => number(path.element),
            };
            let component = match path.component {
                Part::One(component) => component,
                Part::Whole | Part::Each => 0,
            };
            return self.at_entry(rule, Breach::ElementMissing, entry, (element, component), 0);
        }
        let code = Code::Rule(rule.rule, Breach::SegmentMissing);
        let Some(&definition) = path.segments.first() else {
            return Finding::segment(code, self.closing, b"");
        };
        let definition = &self.book.guide.segments[definition];
        let in_loop = &self.book.guide.loops[definition.in_loop];
        let around = self.shelf.around(self.book, &path.scope);
        let place = around.and_then(|around| self.place_of(around, definition));
        let title = match path.is_loop {
            true => &in_loop.title,
            false => &definition.title,
        };
        Finding::segment(
            code,
            place.unwrap_or(self.closing),
            definition.id.as_bytes(),
        )
        .in_loop(&in_loop.id)
        .detail(title.as_str())
    }

    fn place_of(&self, around: Around, definition: &Definition) -> Option<Place> {
        self.shelf
            .place_after(self.book, around, definition.position)
    }

    fn trigger(&self, value: Value<'_>) -> Option<Trigger> {
        let entry = self.shelf.entry(value.entry)?;
        let definition = &self.book.guide.segments[entry.definition];
        Some(Trigger {
            segment: definition.id.clone(),
            position: entry.place.position,
            loop_id: self.loop_id(definition.in_loop).to_owned(),
            element: value.element,
            component: value.component,
            repetition: value.repetition,
        })
    }

    fn loop_id(&self, index: LoopIndex) -> &str {
        &self.book.guide.loops[index].id
    }
}

fn visit_element<'s>(
    path: &BoundPath,
    entry: usize,
    number: u8,
    element: Element<'s>,
    visit: &mut dyn FnMut(Value<'s>) -> bool,
) -> bool {
    if !element.repeats() {
        return visit_repetition(path, (entry, number, 0), element, visit);
    }
    let mut repetitions = element.repetitions().zip(1u8..);
    repetitions.all(|(one, at)| visit_repetition(path, (entry, number, at), one, visit))
}

fn visit_repetition<'s>(
    path: &BoundPath,
    (entry, element, repetition): (usize, u8, u8),
    one: Element<'s>,
    visit: &mut dyn FnMut(Value<'s>) -> bool,
) -> bool {
    let mut tell = |component, text: &'s [u8]| {
        let value = Value {
            entry,
            element,
            component,
            repetition,
            text,
        };
        text.is_empty() || visit(value)
    };
    match path.component {
        Part::Whole => tell(0, one.raw()),
        Part::One(component) => tell(component, one.component(usize::from(component))),
        Part::Each => {
            let mut components = one.components().zip(1u8..);
            components.all(|(text, component)| tell(component, text))
        }
    }
}

/// How a value breaks a test.
fn breach(test: &Test<BoundPath>) -> Breach {
    match test {
        Test::Absent(_) => Breach::ElementForbidden,
        Test::Is(..) | Test::Only(..) | Test::Not(..) => Breach::Code,
        _ => Breach::Value,
    }
}

/// Characters, not bytes.
fn length(value: &[u8]) -> usize {
    String::from_utf8_lossy(value).chars().count()
}

fn fits(codes: &[Pattern], value: &[u8]) -> bool {
    codes.iter().any(|code| code.fits(value))
}

/// Data element number and title of an element or a component; the segment's title for the whole.
fn named(definition: &Definition, element: u8, component: u8) -> (&str, &str) {
    if element == 0 {
        return ("", &definition.title);
    }
    let Some(element) = definition.element(usize::from(element)) else {
        return ("", &definition.title);
    };
    let part = match &element.kind {
        ElementKind::Composite(composite) => {
            let index = usize::from(component).wrapping_sub(1);
            composite.components.get(index).and_then(Option::as_ref)
        }
        ElementKind::Simple(_) => None,
    };
    part.map_or((&element.data, &element.title), |part| {
        (&part.data, &part.title)
    })
}

fn narrow(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
