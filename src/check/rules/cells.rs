//! The values that the paths of a loop's rules mean. Each path is looked up once, however many rules ask for it.

use crate::guide::rule::{BoundPath, Part, Scope};
use crate::x12::Segment;

use super::RuleBook;
use super::shelf::Shelf;

/// A path among those of a loop's rules.
pub(super) type Cell = usize;

/// What is judged: a loop, or a segment or an element in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Here {
    pub(super) entry: Option<usize>,
    /// 0: the segment as a whole.
    pub(super) element: u8,
}

/// A value that a path means: where it stands, and where its text is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    pub(super) entry: u32,
    /// Of the text, in the bytes of the shelf.
    start: u32,
    length: u32,
    /// 0: the segment as a whole.
    pub(super) element: u8,
    pub(super) component: u8,
    pub(super) repetition: u8,
}

/// Values of a cell, among those kept.
pub(super) type Span = std::ops::Range<usize>;

/// The cells of the loop that is judged.
#[derive(Debug, Default)]
pub(super) struct Cells {
    found: Vec<Found>,
    values: Vec<Value>,
    /// Turns of loops so far, and of what is judged in them.
    turns: u64,
    /// The turn of the loop.
    of_loop: u64,
}

/// Where a cell's values lie, if it was looked up in this turn.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    turn: u64,
    start: u32,
    end: u32,
}

impl Value {
    pub(super) fn text<'s>(&self, shelf: &'s Shelf) -> &'s [u8] {
        shelf.bytes(self.start as usize, self.length as usize)
    }
}

impl Cells {
    /// Begins a loop with so many paths.
    pub(super) fn begin(&mut self, paths: usize) {
        self.values.clear();
        if self.found.len() < paths {
            self.found.resize(paths, Found::default());
        }
        self.turns += 1;
        self.of_loop = self.turns;
    }

    /// Goes on to another segment or element of the same loop.
    pub(super) fn turn(&mut self) {
        self.turns += 1;
    }

    /// Where the values of a path lie, in the order of the segments.
    #[inline]
    pub(super) fn span(
        &mut self,
        cell: Cell,
        path: &BoundPath,
        here: Here,
        (book, shelf): (&RuleBook, &Shelf),
    ) -> Span {
        let turn = match path.scope {
            Scope::Here => self.turns,
            Scope::Own | Scope::Loops(_) => self.of_loop,
        };
        let found = self.found[cell];
        if found.turn == turn {
            return found.start as usize..found.end as usize;
        }
        let start = self.values.len();
        collect(path, here, (book, shelf), &mut self.values);
        let end = self.values.len();
        self.found[cell] = Found {
            turn,
            start: narrow(start),
            end: narrow(end),
        };
        start..end
    }

    #[inline]
    pub(super) fn values(&self, span: Span) -> &[Value] {
        &self.values[span]
    }
}

/// Adds the values that a path means, in the order of the segments.
pub(super) fn collect(
    path: &BoundPath,
    here: Here,
    (book, shelf): (&RuleBook, &Shelf),
    values: &mut Vec<Value>,
) {
    let first = values.len();
    match path.scope {
        Scope::Here => {
            if let Some(entry) = here.entry {
                of_segment(path, entry, here.element, shelf, values);
            }
        }
        Scope::Own | Scope::Loops(_) => {
            shelf.visit(book, path, |entry| {
                of_segment(path, entry, 0, shelf, values);
            });
        }
    }
    if values.len() > first + 1 {
        values[first..]
            .sort_unstable_by_key(|one| (one.entry, one.element, one.repetition, one.component));
    }
}

fn of_segment(path: &BoundPath, entry: usize, element: u8, shelf: &Shelf, values: &mut Vec<Value>) {
    let Some((segment, start)) = shelf.segment_at(entry) else {
        return;
    };
    let entry = narrow(entry);
    let parts = (path.element, path.component);
    each_value(&segment, element, parts, |at, text| {
        values.push(Value {
            entry,
            start: narrow(start + segment.offset_of(text)),
            length: narrow(text.len()),
            element: at.element,
            component: at.component,
            repetition: at.repetition,
        });
    });
}

/// Where in its segment a value stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct At {
    /// 0: the segment as a whole.
    element: u8,
    component: u8,
    repetition: u8,
}

/// Visits the values of a segment that parts of it mean; of an element, where one is judged for itself. A segment as a
/// whole is a value without text.
#[inline]
pub(super) fn each_value<'s>(
    segment: &Segment<'s>,
    here: u8,
    (element, component): (Part, Part),
    mut visit: impl FnMut(At, &'s [u8]),
) {
    match (here, element) {
        (0, Part::Whole) => visit(At::default(), &segment.raw()[..0]),
        (0, Part::One(number)) | (number @ 1.., _) => {
            of_element(segment, number, component, &mut visit);
        }
        (0, Part::Each) => {
            let last = u8::try_from(segment.len()).unwrap_or(u8::MAX);
            (1..=last).for_each(|number| of_element(segment, number, component, &mut visit));
        }
    }
}

#[inline]
fn of_element<'s>(
    segment: &Segment<'s>,
    number: u8,
    component: Part,
    visit: &mut impl FnMut(At, &'s [u8]),
) {
    let element = segment.element(usize::from(number));
    if element.is_empty() {
        return;
    }
    let mut add = |repetition, component, text: &'s [u8]| {
        if !text.is_empty() {
            let at = At {
                element: number,
                component,
                repetition,
            };
            visit(at, text);
        }
    };
    let mut of_repetition = |repetition, one: crate::x12::Element<'s>| match component {
        Part::Whole => add(repetition, 0, one.raw()),
        Part::One(component) => add(repetition, component, one.component(usize::from(component))),
        Part::Each => {
            let components = one.components().zip(1u8..);
            components.for_each(|(text, component)| add(repetition, component, text));
        }
    };
    match segment.is_flat() || !element.repeats() {
        true => of_repetition(0, element),
        false => {
            let repetitions = element.repetitions().zip(1u8..);
            repetitions.for_each(|(one, at)| of_repetition(at, one));
        }
    }
}

/// A shelf holds a claim, never 4 GB.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
