//! Judges the rules of a loop when it ends, and says where one is broken. It must not know any rule.

use std::borrow::Cow;
use std::sync::Arc;

use crate::guide::rule::{BoundPath, Condition, Operand, Part, Relation, Scope, Test};
use crate::guide::{ElementKind, Segment as Definition};
use crate::x12::{Place, Segment};

use super::cells::{Cell, Cells, Here, Span, Value, collect};
use super::facts::Memories;
use super::gate::{Asked, Marking};
use super::heard::Heard;
use super::quiet::{Quiet, SAID_MAX};
use super::shelf::{Around, Shelf};
use super::trail::{ByTrail, FactsNumber};
use super::value::{compares, counted, edge, fits, length, number, written};
use super::{Filed, LoopRules, RuleBook};
use crate::check::echo::ByEcho;
use crate::check::walk::Walk;
use crate::check::{Breach, Code, Finding, Trigger};

/// Values up to which one is compared with each before it.
const FEW: usize = 16;

/// The rules of one transaction set.
#[derive(Debug)]
pub(in crate::check) struct Rules {
    book: Arc<RuleBook>,
    shelf: Shelf,
    snip_max: u8,
    memories: Memories,
    /// What segments said that come again.
    facts: ByEcho<(Vec<u64>, FactsNumber)>,
    marking: Marking,
    /// What was asked at ends of loops like one before.
    asked: ByTrail<Asked>,
    /// Of a loop that is like none before; kept to be filled again.
    to_ask: Asked,
    cells: Cells,
    heard: Heard,
    quiet: Quiet,
}

/// What an operand stands for.
enum Measured<'r> {
    /// The first or the last day of each value of a path, or the value itself.
    Edges(Span, bool),
    Text(Cow<'r, str>),
    /// A sum with an amount that cannot be read.
    Nothing,
}

/// What a broken test points at.
enum Offender {
    At(Value),
    /// No single value: a count, a sum.
    Nowhere,
}

impl Rules {
    pub(in crate::check) fn new(book: Arc<RuleBook>, snip_max: u8) -> Self {
        let shelf = Shelf::new(&book);
        let memories = Memories::new(book.memories);
        Self {
            book,
            shelf,
            snip_max,
            memories,
            facts: ByEcho::default(),
            marking: Marking::default(),
            asked: ByTrail::default(),
            to_ask: Asked::default(),
            cells: Cells::default(),
            heard: Heard::default(),
            quiet: Quiet::up_to(SAID_MAX),
        }
    }

    /// At the beginning again, for the next set.
    pub(in crate::check) fn restart(&mut self) {
        self.shelf.clear();
    }

    /// The same without a memory of what was silent.
    #[cfg(test)]
    pub(super) fn forgetful(self) -> Self {
        let heard = Heard::deaf();
        let quiet = Quiet::up_to(0);
        Self {
            heard,
            quiet,
            ..self
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
            let index = definition.index;
            let (is_read, questions) = (self.book.wanted[index], &self.book.questions[index]);
            let (echo, known) = (walk.echo(), &mut self.facts);
            let memories = &mut self.memories;
            self.shelf
                .push(index, segment, (is_read, echo), |facts, trails| {
                    if let Some((known, number)) = echo.and_then(|echo| known.get(echo)) {
                        facts.extend_from_slice(known);
                        return *number;
                    }
                    let first = facts.len();
                    questions.answer(segment, memories, facts);
                    let number = trails.facts(index, &facts[first..]);
                    if let Some(echo) = echo {
                        let room = known.room(echo);
                        room.0.clear();
                        room.0.extend_from_slice(&facts[first..]);
                        room.1 = number;
                    }
                    number
                });
        }
    }

    /// Judges what is still open at the end of the set.
    pub(in crate::check) fn finish(&mut self, place: Place, findings: &mut Vec<Finding>) {
        while self.shelf.depth() > 0 {
            self.close(place, findings);
        }
    }

    fn close(&mut self, closing: Place, findings: &mut Vec<Finding>) {
        let Some(index) = self.shelf.innermost() else {
            return;
        };
        let LoopRules {
            paths,
            rules,
            gates,
        } = &self.book.by_loop[index];
        // What did not fit was not seen: nothing can be said of it.
        if !rules.is_empty() && !self.shelf.is_full() {
            self.cells.begin(paths.len());
            let mut judge = Judge {
                book: &self.book,
                shelf: &self.shelf,
                paths,
                cells: &mut self.cells,
                quiet: &mut self.quiet,
                here: Here::default(),
                closing,
            };
            let (trail, heard) = (self.shelf.trail(), &mut self.heard);
            let asked = match self.asked.get(trail) {
                Some(asked) => asked,
                None => {
                    let marking = &mut self.marking;
                    gates.mark(marking, index, (&self.book, &self.shelf));
                    let is_meant = |rule: usize| rules[rule].snip <= self.snip_max;
                    let to_ask = &mut self.to_ask;
                    to_ask.fill(gates, marking, (index, &self.shelf), is_meant);
                    if let Some(room) = self.asked.room(trail) {
                        room.clone_from(to_ask);
                    }
                    to_ask
                }
            };
            for (at, looks, counts) in asked.rules() {
                heard.listen(looks, &self.shelf, counts);
                if !heard.knows((index, at)) && judge.rule(&rules[at], (index, at), findings) {
                    heard.keep((index, at));
                }
            }
        }
        self.shelf.close(self.book.retained[index]);
    }
}

struct Judge<'s> {
    book: &'s RuleBook,
    shelf: &'s Shelf,
    /// Those of the rules at hand.
    paths: &'s [BoundPath],
    cells: &'s mut Cells,
    quiet: &'s mut Quiet,
    here: Here,
    /// Where the loop ended.
    closing: Place,
}

impl<'s> Judge<'s> {
    /// Whether the rule was silent. `number`: of the loop, and of the rule in it.
    fn rule(&mut self, rule: &Filed, number: (usize, usize), findings: &mut Vec<Finding>) -> bool {
        let Some(at) = &rule.at else {
            return self.at(rule, number, Here::default(), findings);
        };
        let mut is_silent = true;
        for one in self.span(at.segments) {
            let entry = self.cells.values(one..one + 1)[0].entry as usize;
            let here = |element| Here {
                entry: Some(entry),
                element,
            };
            if !at.is_each {
                is_silent &= self.at(rule, number, here(0), findings);
                continue;
            }
            let Some(segment) = self.shelf.segment(entry) else {
                continue;
            };
            for (element, at) in segment.elements().zip(1u8..) {
                if !element.is_empty() {
                    is_silent &= self.at(rule, number, here(at), findings);
                }
            }
        }
        is_silent
    }

    fn at(
        &mut self,
        rule: &Filed,
        number: (usize, usize),
        here: Here,
        findings: &mut Vec<Finding>,
    ) -> bool {
        self.here = here;
        self.cells.turn();
        self.quiet.begin();
        for &cell in &rule.cells {
            let values = self.span(cell);
            self.quiet.add(values, (self.cells, self.shelf));
        }
        if self.quiet.knows(number) {
            return true;
        }
        let Some(broken) = self.broken(rule) else {
            self.quiet.keep(number);
            return true;
        };
        let finding = self.finding(rule, broken);
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
        false
    }

    /// What does not hold and must, where the rule is about this at all.
    fn broken<'r>(&mut self, rule: &'r Filed) -> Option<&'r Condition<Cell>> {
        let mut when = rule.when.iter();
        let is_meant = when.all(|condition| self.holds(condition));
        let mut need = rule.need.iter().filter(|_| is_meant);
        need.find(|condition| !self.holds(condition))
    }

    fn holds(&mut self, condition: &Condition<Cell>) -> bool {
        condition.0.iter().any(|test| self.passes(test))
    }

    fn passes(&mut self, test: &Test<Cell>) -> bool {
        match test {
            Test::Present(cell) => !self.span(*cell).is_empty(),
            Test::Is(cell, codes) => self.texts(*cell).any(|one| fits(codes, one)),
            _ => self.offender(test).is_none(),
        }
    }

    /// What breaks a test which every value must pass; the left one of a pair.
    fn offender(&mut self, test: &Test<Cell>) -> Option<Offender> {
        let found = match test {
            Test::Present(_) | Test::Is(..) => None,
            Test::Absent(cell) => self.first(*cell, |_| true),
            Test::Only(cell, codes) => self.first(*cell, |one| !fits(codes, one)),
            Test::Not(cell, codes) => self.first(*cell, |one| fits(codes, one)),
            Test::Like(cell, shape) => self.first(*cell, |one| !shape.fits(one)),
            Test::Long(cell, min, max) => {
                self.first(*cell, |one| !(*min..=*max).contains(&length(one)))
            }
            Test::In(cell, of) => self.first_among(*cell, *of, false),
            Test::Outside(cell, of) => self.first_among(*cell, *of, true),
            Test::Distinct(cell) => self.second(*cell),
            Test::Compare {
                some,
                left,
                relation,
                right,
                plus,
            } => return self.compare(*some, left, (*relation, *plus), right),
        };
        found.map(Offender::At)
    }

    /// The first value that is among others, or is not.
    fn first_among(&mut self, cell: Cell, of: Cell, is_among: bool) -> Option<Value> {
        let (values, others) = (self.span(cell), self.span(of));
        let shelf = self.shelf;
        let others = self.cells.values(others);
        let has = |text| others.iter().any(|other| other.text(shelf) == text);
        let mut values = self.cells.values(values).iter();
        values.find(|one| has(one.text(shelf)) == is_among).copied()
    }

    /// The first value that came before.
    fn second(&mut self, cell: Cell) -> Option<Value> {
        let (span, shelf) = (self.span(cell), self.shelf);
        let values = self.cells.values(span);
        if values.len() > FEW {
            let mut seen = std::collections::HashSet::new();
            let mut values = values.iter();
            return values.find(|one| !seen.insert(one.text(shelf))).copied();
        }
        let mut values = values
            .iter()
            .enumerate()
            .map(|(at, one)| (&values[..at], one));
        let is_second = |(before, one): &(&[Value], &Value)| {
            before
                .iter()
                .any(|other| other.text(shelf) == one.text(shelf))
        };
        values.find(is_second).map(|(_, one)| *one)
    }

    /// The value on the left that breaks a comparison; some value there where no pair keeps it and one must.
    fn compare(
        &mut self,
        some: bool,
        left: &Operand<Cell>,
        (relation, plus): (Relation, i64),
        right: &Operand<Cell>,
    ) -> Option<Offender> {
        let (from, to) = (self.measured(left), self.measured(right));
        if matches!(from, Measured::Nothing) || matches!(to, Measured::Nothing) {
            return None;
        }
        let breaks = |text: &[u8]| {
            let kept = |of: &[u8]| compares(text, relation, of, plus);
            match some {
                true => !self.any_of(&to, |of| kept(of) == Some(true)),
                false => self.any_of(&to, |of| kept(of) == Some(false)),
            }
        };
        if let (Measured::Edges(span, last), false) = (&from, some) {
            let mut values = self.cells.values(span.clone()).iter();
            let found = values.find(|one| breaks(edge(one.text(self.shelf), *last)));
            return found.copied().map(Offender::At);
        }
        // One pair is enough: only where every value on the left finds no match is the test broken.
        let is_kept = match some {
            true => self.any_of(&from, |text| !breaks(text)),
            false => !self.any_of(&from, breaks),
        };
        let at_path = |cell: &Cell| self.first(*cell, |_| true);
        (!is_kept).then(|| {
            left.path()
                .and_then(at_path)
                .map_or(Offender::Nowhere, Offender::At)
        })
    }

    fn measured<'r>(&mut self, operand: &'r Operand<Cell>) -> Measured<'r> {
        match operand {
            Operand::First(cell) => Measured::Edges(self.span(*cell), false),
            Operand::Last(cell) => Measured::Edges(self.span(*cell), true),
            Operand::Count(cell) => Measured::Text(counted(self.span(*cell).len()).into()),
            Operand::Sum(cell) => {
                let mut terms = self.texts(*cell).map(number);
                let sum = terms.try_fold(0i128, |sum, term| sum.checked_add(term?));
                sum.map_or(Measured::Nothing, |sum| Measured::Text(written(sum).into()))
            }
            Operand::Constant(text) => Measured::Text(text.into()),
        }
    }

    fn any_of(&self, measured: &Measured<'_>, is_meant: impl Fn(&[u8]) -> bool) -> bool {
        match measured {
            Measured::Edges(span, last) => {
                let mut values = self.cells.values(span.clone()).iter();
                values.any(|one| is_meant(edge(one.text(self.shelf), *last)))
            }
            Measured::Text(text) => is_meant(text.as_bytes()),
            Measured::Nothing => false,
        }
    }

    #[inline]
    fn span(&mut self, cell: Cell) -> Span {
        let path = &self.paths[cell];
        self.cells
            .span(cell, path, self.here, (self.book, self.shelf))
    }

    fn texts(&mut self, cell: Cell) -> impl Iterator<Item = &'s [u8]> + use<'_, 's> {
        let (span, shelf) = (self.span(cell), self.shelf);
        self.cells.values(span).iter().map(|one| one.text(shelf))
    }

    /// The first value, in the order of the segments, of which something holds.
    fn first(&mut self, cell: Cell, is_meant: impl Fn(&[u8]) -> bool) -> Option<Value> {
        let (span, shelf) = (self.span(cell), self.shelf);
        let mut values = self.cells.values(span).iter();
        values.find(|one| is_meant(one.text(shelf))).copied()
    }

    fn finding(&mut self, rule: &Filed, broken: &Condition<Cell>) -> Finding {
        let test = broken.0.first();
        let offender = match rule.tell {
            Some(cell) => self.first(cell, |_| true),
            None => test.and_then(|test| self.told_at(test)),
        };
        let of_test = test.and_then(|test| test.paths().first().copied().copied());
        let breach = test.map_or(Breach::Value, breach);
        let mut finding = match (offender, rule.tell.or(of_test)) {
            (Some(value), _) => self.there(rule, value, breach),
            (None, Some(cell)) => self.missing(rule, &self.paths[cell]),
            (None, None) => {
                Finding::segment(Code::Rule(rule.rule, Breach::Value), self.closing, b"")
            }
        };
        let when = rule.when.iter().flat_map(|condition| &condition.0);
        let mut triggers = when
            .flat_map(Test::paths)
            .filter_map(|cell| self.first(*cell, |_| true));
        let trigger = triggers.next();
        finding.trigger = trigger.and_then(|value| self.trigger(value)).map(Box::new);
        finding
    }

    /// Where a test points that does not hold.
    fn told_at(&mut self, test: &Test<Cell>) -> Option<Value> {
        match test {
            Test::Is(cell, _) => self.first(*cell, |_| true),
            test => match self.offender(test)? {
                Offender::At(value) => Some(value),
                Offender::Nowhere => None,
            },
        }
    }

    fn there(&self, rule: &Filed, value: Value, breach: Breach) -> Finding {
        let breach = match (breach, value.element) {
            (Breach::ElementForbidden, 0) => Breach::SegmentForbidden,
            (breach, _) => breach,
        };
        self.at_entry(
            rule,
            breach,
            value.entry as usize,
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
    fn missing(&self, rule: &Filed, path: &BoundPath) -> Finding {
        let (here, number) = (self.here, |part| match part {
            Part::One(number) => number,
            Part::Whole | Part::Each => 1,
        });
        let holder = || {
            let mut segments = Vec::new();
            let kept = (self.book, self.shelf);
            collect(&path.whole(), here, kept, &mut segments);
            Some(segments.first()?.entry as usize)
        };
        let holder = match path.element {
            Part::Whole => None,
            Part::One(_) | Part::Each => holder(),
        };
        let holder = holder.or(here.entry.filter(|_| path.segments.is_empty()));
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

    fn trigger(&self, value: Value) -> Option<Trigger> {
        let entry = self.shelf.entry(value.entry as usize)?;
        let definition = &self.book.guide.segments[entry.definition];
        Some(Trigger {
            segment: definition.id.clone(),
            position: entry.place.position,
            loop_id: self.book.guide.loops[definition.in_loop].id.clone(),
            element: value.element,
            component: value.component,
            repetition: value.repetition,
        })
    }
}

/// How a value breaks a test.
fn breach(test: &Test<Cell>) -> Breach {
    match test {
        Test::Absent(_) => Breach::ElementForbidden,
        Test::Is(..) | Test::Only(..) | Test::Not(..) => Breach::Code,
        _ => Breach::Value,
    }
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
