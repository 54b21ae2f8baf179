//! A guide, built from its lines: loops with their children in order, and what each segment may hold.

use std::collections::HashMap;

use super::codes::{self, ListId};
use super::dispatch::{Candidate, Dispatch, KeyPlace, PackedCodes};
use super::notation::{self, Limits, Line, NotationError};
use super::{Dictionary, ElementStandard, SegmentStandard, Shared};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    Required,
    Situational,
}

/// Names of guides, where ST01 does not tell them from others.
const NAMES: &[(&str, &str)] = &[
    ("005010X214", "277CA"),
    ("005010X222A1", "837P"),
    ("005010X223A2", "837I"),
    ("005010X224A2", "837D"),
];

pub type LoopIndex = usize;
pub type SegmentIndex = usize;

/// An implementation guide. `loops[0]` is the transaction set itself.
#[derive(Debug)]
pub struct Guide {
    /// `005010X222A1`.
    pub id: String,
    /// GS01.
    pub functional_id: String,
    /// ST01.
    pub set: String,
    pub title: String,
    /// Values of GS08 that mean this guide.
    pub accepts: Vec<String>,
    pub loops: Vec<Loop>,
    pub segments: Vec<Segment>,
    dispatch: Option<Dispatch>,
}

#[derive(Debug)]
pub struct Loop {
    pub id: String,
    pub title: String,
    pub usage: Usage,
    /// `None`: any number.
    pub repeat: Option<u32>,
    pub parents: Vec<LoopIndex>,
    /// Own segments, then loops, then segments behind the loops.
    pub children: Vec<Child>,
    /// Which of the children are required.
    pub required: Vec<usize>,
}

/// A segment or loop inside a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Child {
    /// Order among siblings; neighbours of one rank come in any order.
    pub rank: u16,
    pub kind: ChildKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChildKind {
    Segment(SegmentIndex),
    Loop(LoopIndex),
}

/// A use of a segment at one place of a guide.
#[derive(Debug)]
pub struct Segment {
    /// Where it stands in [`Guide::segments`].
    pub index: SegmentIndex,
    pub id: String,
    /// The guide's four digits.
    pub position: u16,
    pub title: String,
    pub usage: Usage,
    pub repeat: Option<u32>,
    /// By element number less one; `None` is "not used".
    pub elements: Vec<Option<Element>>,
    /// Bit `n` for each required element `n`.
    pub required: u32,
    pub standard: SegmentStandard,
    pub key: Option<Key>,
    /// Its elements that hold a code of an external list.
    pub listed: Vec<Listed>,
    pub in_loop: LoopIndex,
}

/// An element or component that holds a code of an external list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    pub element: u8,
    /// 0: the whole element.
    pub component: u8,
    pub list: ListId,
}

/// The codes by which a segment is told from others with the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub element: u8,
    /// 0: the whole element.
    pub component: u8,
    pub codes: Vec<String>,
}

impl Key {
    /// What a segment says where the code stands; of its first repetition, where the element has components.
    pub fn value<'a>(&self, segment: &crate::x12::Segment<'a>) -> &'a [u8] {
        let element = segment.element(usize::from(self.element));
        match self.component {
            0 => element.raw(),
            component => element.first_repetition().component(usize::from(component)),
        }
    }

    /// Whether a segment carries one of the codes.
    pub fn is_in(&self, segment: &crate::x12::Segment<'_>) -> bool {
        let value = self.value(segment);
        self.codes.iter().any(|code| code.as_bytes() == value)
    }
}

#[derive(Debug, Clone)]
pub struct Element {
    pub usage: Usage,
    /// Data element number or composite id.
    pub data: String,
    pub title: String,
    pub kind: ElementKind,
    /// How often it may repeat; 1 unless the guide says more.
    pub repeat: u32,
}

#[derive(Debug, Clone)]
pub enum ElementKind {
    Simple(Simple),
    Composite(Composite),
}

/// A value: type and lengths, and the codes it may be.
#[derive(Debug, Clone)]
pub struct Simple {
    pub standard: ElementStandard,
    /// The guide's own list; empty where it has none.
    pub codes: Vec<String>,
    /// The same, to compare at once.
    allowed: PackedCodes,
    /// An external code list.
    pub list: Option<ListId>,
}

impl Simple {
    /// Whether the guide's own list has a value, or there is no such list.
    #[inline]
    pub fn allows(&self, value: &[u8]) -> bool {
        self.codes.is_empty() || self.allowed.contains(value)
    }
}

#[derive(Debug, Clone)]
pub struct Composite {
    pub standard: SegmentStandard,
    /// By component number less one; `None` is "not used".
    pub components: Vec<Option<Component>>,
    /// Bit `n` for each required component `n`.
    pub required: u32,
}

#[derive(Debug, Clone)]
pub struct Component {
    pub usage: Usage,
    pub data: String,
    pub title: String,
    pub value: Simple,
}

impl Guide {
    /// Builds a guide from its text and the parts it uses.
    ///
    /// # Errors
    /// The first line that is not in the notation or names something unknown.
    pub fn parse(
        text: &str,
        dictionary: &Dictionary,
        shared: &Shared,
    ) -> Result<Self, NotationError> {
        let mut builder = Builder::new(dictionary);
        for source in shared.expand(text)? {
            notation::line(&source.text)
                .and_then(|line| builder.line(line))
                .map_err(|reason| source.error(reason))?;
        }
        Ok(builder.finish())
    }

    pub fn root(&self) -> &Loop {
        &self.loops[0]
    }

    /// What trading partners call it: `837P`, `277CA`, `835`.
    pub fn name(&self) -> &str {
        let known = NAMES.iter().find(|(id, _)| *id == self.id);
        known.map_or(&self.set, |(_, name)| name)
    }

    /// The segment that opens a loop.
    pub fn trigger(&self, index: LoopIndex) -> Option<&Segment> {
        self.trigger_index(index).map(|at| &self.segments[at])
    }

    pub fn trigger_index(&self, index: LoopIndex) -> Option<SegmentIndex> {
        let mut children = self.loops[index].children.iter();
        children.find_map(|child| match child.kind {
            ChildKind::Segment(segment) => Some(segment),
            ChildKind::Loop(_) => None,
        })
    }

    /// Whether a loop stands in another, at any depth.
    pub fn holds(&self, outer: LoopIndex, inner: LoopIndex) -> bool {
        let mut parents = self.loops[inner].parents.iter();
        parents.any(|&parent| parent == outer || (parent != inner && self.holds(outer, parent)))
    }

    pub fn usage(&self, child: ChildKind) -> Usage {
        match child {
            ChildKind::Segment(index) => self.segments[index].usage,
            ChildKind::Loop(index) => self.loops[index].usage,
        }
    }

    /// The guide's own number of a segment id; `None` where it has no such segment.
    #[inline]
    pub fn id_number(&self, id: &[u8]) -> Option<usize> {
        self.dispatch.as_ref()?.id(id)
    }

    /// Where the codes stand that tell the segments of an id apart; `None` where the guide has no such segment.
    pub fn key_place(&self, id: &[u8]) -> Option<KeyPlace> {
        self.dispatch.as_ref()?.key_place(id)
    }

    /// What a segment may be among the children of a loop, in their order.
    #[inline]
    pub fn candidates(&self, index: LoopIndex, id_number: usize) -> &[Candidate] {
        match &self.dispatch {
            Some(dispatch) => dispatch.candidates(index, id_number),
            None => &[],
        }
    }

    /// The segment definition by which a child is recognized.
    pub fn opening(&self, child: ChildKind) -> Option<&Segment> {
        match child {
            ChildKind::Segment(index) => Some(&self.segments[index]),
            ChildKind::Loop(index) => self.trigger(index),
        }
    }
}

impl Segment {
    /// The element rule with this number, 1 the first.
    pub fn element(&self, number: usize) -> Option<&Element> {
        self.elements.get(number.checked_sub(1)?)?.as_ref()
    }

    /// Data element number of its key code.
    pub fn key_data(&self) -> &str {
        let Some(key) = &self.key else { return "" };
        let element = self.element(usize::from(key.element));
        match element.map(|one| (&one.kind, one)) {
            Some((ElementKind::Composite(composite), _)) => {
                let index = usize::from(key.component).wrapping_sub(1);
                let component = composite.components.get(index).and_then(Option::as_ref);
                component.map_or("", |one| &one.data)
            }
            Some((ElementKind::Simple(_), one)) => &one.data,
            None => "",
        }
    }
}

struct Builder<'d> {
    dictionary: &'d Dictionary,
    guide: Guide,
    by_id: HashMap<String, LoopIndex>,
    open_loop: LoopIndex,
    /// Segments that stand behind a loop's child loops.
    closing: Vec<(LoopIndex, SegmentIndex)>,
    in_closing: bool,
    /// Elements that the component lines to come belong to.
    open_elements: (u8, u8),
}

impl<'d> Builder<'d> {
    fn new(dictionary: &'d Dictionary) -> Self {
        let root = Loop {
            id: String::new(),
            title: "Transaction set".into(),
            usage: Usage::Required,
            repeat: Some(1),
            parents: Vec::new(),
            children: Vec::new(),
            required: Vec::new(),
        };
        Self {
            dictionary,
            guide: Guide {
                id: String::new(),
                functional_id: String::new(),
                set: String::new(),
                title: String::new(),
                accepts: Vec::new(),
                loops: vec![root],
                segments: Vec::new(),
                dispatch: None,
            },
            by_id: HashMap::new(),
            open_loop: 0,
            closing: Vec::new(),
            in_closing: false,
            open_elements: (0, 0),
        }
    }

    fn line(&mut self, line: Line<'_>) -> Result<(), String> {
        match line {
            Line::Guide {
                id,
                functional_id,
                set,
                title,
            } => {
                self.guide.id = id.to_owned();
                self.guide.functional_id = functional_id.to_owned();
                self.guide.set = set.to_owned();
                self.guide.title = title.to_owned();
            }
            Line::Accepts(versions) => {
                self.guide.accepts = versions.into_iter().map(str::to_owned).collect();
            }
            // Both are gone once the lines are expanded.
            Line::Part(name) | Line::Use(name) => {
                return Err(format!("part {name} has no place here"));
            }
            Line::Header => (self.open_loop, self.in_closing) = (0, false),
            Line::Trailer => (self.open_loop, self.in_closing) = (0, true),
            Line::Close(id) => (self.open_loop, self.in_closing) = (self.find_loop(id)?, true),
            Line::Loop {
                id,
                usage,
                repeat,
                title,
                under,
            } => {
                self.add_loop(id, usage, repeat, title, &under)?;
            }
            Line::Segment {
                id,
                position,
                usage,
                repeat,
                title,
            } => {
                self.add_segment(id, position, usage, repeat, title)?;
            }
            Line::Element {
                first,
                last,
                usage,
                data,
                title,
                limits,
            } => {
                self.add_elements((first, last), usage, data, title, &limits)?;
            }
            Line::Component {
                first,
                last,
                usage,
                data,
                title,
                limits,
            } => {
                self.add_components((first, last), usage, data, title, &limits)?;
            }
        }
        Ok(())
    }

    fn find_loop(&self, id: &str) -> Result<LoopIndex, String> {
        self.by_id
            .get(id)
            .copied()
            .ok_or_else(|| format!("no loop {id} before this line"))
    }

    fn add_loop(
        &mut self,
        id: &str,
        usage: Usage,
        repeat: Option<u32>,
        title: &str,
        under: &[&str],
    ) -> Result<(), String> {
        let parents = match under {
            [] => vec![0],
            _ => under
                .iter()
                .map(|id| self.find_loop(id))
                .collect::<Result<_, _>>()?,
        };
        let index = self.guide.loops.len();
        for &parent in &parents {
            self.guide.loops[parent].children.push(Child {
                rank: 0,
                kind: ChildKind::Loop(index),
            });
        }
        // `2110C/LS` is the bounded part of 2110C, and 2110C is what a finding in it names.
        let own_id = id.split('/').next().unwrap_or(id);
        self.guide.loops.push(Loop {
            id: own_id.to_owned(),
            title: title.to_owned(),
            usage,
            repeat,
            parents,
            children: Vec::new(),
            required: Vec::new(),
        });
        if self.by_id.insert(id.to_owned(), index).is_some() {
            return Err(format!("loop {id} is said twice"));
        }
        (self.open_loop, self.in_closing) = (index, false);
        Ok(())
    }

    fn add_segment(
        &mut self,
        id: &str,
        position: u16,
        usage: Usage,
        repeat: Option<u32>,
        title: &str,
    ) -> Result<(), String> {
        let standard = self
            .dictionary
            .segment(id)
            .ok_or_else(|| format!("segment {id} is not in the dictionary"))?
            .clone();
        let index = self.guide.segments.len();
        if self.in_closing {
            self.closing.push((self.open_loop, index));
        } else {
            let child = Child {
                rank: 0,
                kind: ChildKind::Segment(index),
            };
            self.guide.loops[self.open_loop].children.push(child);
        }
        self.guide.segments.push(Segment {
            index,
            id: id.to_owned(),
            position,
            title: title.to_owned(),
            usage,
            repeat,
            elements: Vec::new(),
            required: 0,
            standard,
            key: None,
            listed: Vec::new(),
            in_loop: self.open_loop,
        });
        Ok(())
    }

    fn add_elements(
        &mut self,
        (first, last): (u8, u8),
        usage: Usage,
        data: &str,
        title: &str,
        limits: &Limits<'_>,
    ) -> Result<(), String> {
        let kind = match self.dictionary.composite(data) {
            Some(standard) => ElementKind::Composite(Composite {
                standard: standard.clone(),
                components: Vec::new(),
                required: 0,
            }),
            None => ElementKind::Simple(self.simple(data, limits)?),
        };
        let element = Element {
            usage,
            data: data.to_owned(),
            title: title.to_owned(),
            kind,
            repeat: limits.repeat.unwrap_or(1),
        };
        let segment = self
            .guide
            .segments
            .last_mut()
            .ok_or("an element before any segment")?;
        if usize::from(first) <= segment.elements.len()
            || last < first
            || last > segment.standard.count
        {
            return Err(format!(
                "element {first:02}..{last:02} is out of order or beyond the segment"
            ));
        }
        segment.elements.resize_with(usize::from(last), || None);
        segment.elements[usize::from(first) - 1..].fill(Some(element));
        // A key element without codes takes the key away: the definition is met by what no other takes.
        if limits.key || (first == 1 && !limits.codes.is_empty()) {
            segment.key = (!limits.codes.is_empty()).then(|| Key {
                element: first,
                component: 0,
                codes: owned(&limits.codes),
            });
        }
        self.open_elements = (first, last);
        Ok(())
    }

    fn add_components(
        &mut self,
        (first, last): (u8, u8),
        usage: Usage,
        data: &str,
        title: &str,
        limits: &Limits<'_>,
    ) -> Result<(), String> {
        let value = self.simple(data, limits)?;
        let component = Component {
            usage,
            data: data.to_owned(),
            title: title.to_owned(),
            value,
        };
        let (from, to) = self.open_elements;
        let segment = self
            .guide
            .segments
            .last_mut()
            .ok_or("a component before any segment")?;
        for number in from..=to {
            let Some(Some(Element {
                kind: ElementKind::Composite(composite),
                ..
            })) = segment
                .elements
                .get_mut(usize::from(number).wrapping_sub(1))
            else {
                return Err("a component under an element that is no composite".into());
            };
            if usize::from(first) <= composite.components.len()
                || last < first
                || last > composite.standard.count
            {
                return Err(format!(
                    "component {first:02}..{last:02} is out of order or beyond the composite"
                ));
            }
            composite.components.resize_with(usize::from(last), || None);
            composite.components[usize::from(first) - 1..].fill(Some(component.clone()));
        }
        if !limits.codes.is_empty() && from == 1 && (limits.key || first == 1) {
            let codes = owned(&limits.codes);
            segment.key = Some(Key {
                element: from,
                component: first,
                codes,
            });
        }
        Ok(())
    }

    fn simple(&self, data: &str, limits: &Limits<'_>) -> Result<Simple, String> {
        let mut standard = self
            .dictionary
            .element(data)
            .ok_or_else(|| format!("data element {data} is not in the dictionary"))?;
        standard.min = limits.min.unwrap_or(standard.min);
        standard.max = limits.max.unwrap_or(standard.max);
        Ok(Simple {
            standard,
            allowed: PackedCodes::new(limits.codes.iter().copied()),
            codes: owned(&limits.codes),
            list: limits.list.map(find_list).transpose()?,
        })
    }

    fn levels_last(&mut self, index: LoopIndex) {
        let mut children = std::mem::take(&mut self.guide.loops[index].children);
        children.sort_by_key(|child| is_level(&self.guide, child));
        self.guide.loops[index].children = children;
    }

    fn finish(mut self) -> Guide {
        for segment in &mut self.guide.segments {
            segment.listed = listed(&segment.elements);
        }
        (0..self.guide.loops.len()).for_each(|index| self.levels_last(index));
        for (in_loop, index) in std::mem::take(&mut self.closing) {
            let child = Child {
                rank: 0,
                kind: ChildKind::Segment(index),
            };
            self.guide.loops[in_loop].children.push(child);
        }
        for index in 0..self.guide.loops.len() {
            let places: Vec<(bool, u16)> = self.guide.loops[index]
                .children
                .iter()
                .map(|child| {
                    let is_loop = matches!(child.kind, ChildKind::Loop(_));
                    (
                        is_loop,
                        self.guide.opening(child.kind).map_or(0, |s| s.position),
                    )
                })
                .collect();
            let mut rank = 0;
            for (at, child) in self.guide.loops[index].children.iter_mut().enumerate() {
                // A loop's own trigger stands alone before everything else.
                if at > 0 && (places[at] != places[at - 1] || (at == 1 && index > 0)) {
                    rank += 1;
                }
                child.rank = rank;
            }
            let guide = &mut self.guide;
            let children = guide.loops[index].children.iter().enumerate();
            let required = children.filter(|(_, child)| guide.usage(child.kind) == Usage::Required);
            guide.loops[index].required = required.map(|(at, _)| at).collect();
        }
        for segment in &mut self.guide.segments {
            let elements = segment.elements.iter_mut();
            segment.required = required(elements.map(|one| {
                let element = one.as_mut()?;
                if let ElementKind::Composite(composite) = &mut element.kind {
                    let components = composite.components.iter();
                    composite.required = required(components.map(|one| Some(one.as_ref()?.usage)));
                }
                Some(element.usage)
            }));
        }
        self.guide.dispatch = Some(Dispatch::new(&self.guide));
        self.guide
    }
}

/// Bit `n` for each required member `n`, counted from 1.
fn required(usages: impl Iterator<Item = Option<Usage>>) -> u32 {
    usages
        .zip(1u32..)
        .filter(|(usage, _)| *usage == Some(Usage::Required))
        .fold(0, |mask, (_, number)| mask | 1 << number)
}

/// Lower HL levels follow all else of their level, wherever the file declares them: a subscriber's own claims stand
/// before its patients.
fn is_level(guide: &Guide, child: &Child) -> bool {
    match child.kind {
        ChildKind::Loop(index) => guide
            .trigger(index)
            .is_some_and(|opening| opening.id == "HL"),
        ChildKind::Segment(_) => false,
    }
}

fn find_list(name: &str) -> Result<ListId, String> {
    codes::find(name).ok_or_else(|| format!("no code list is called {name}"))
}

/// The elements with a code list, and each identifier (67) behind a qualifier (66) that may say NPI.
fn listed(elements: &[Option<Element>]) -> Vec<Listed> {
    let mut listed = Vec::new();
    let mut add = |element: usize, component: usize, list: Option<ListId>| {
        let narrow = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        listed.extend(list.map(|list| Listed {
            element: narrow(element),
            component: narrow(component),
            list,
        }));
    };
    for (at, element) in elements.iter().enumerate() {
        match element.as_ref().map(|element| (element, &element.kind)) {
            Some((element, ElementKind::Simple(value))) => {
                let before = at.checked_sub(1).and_then(|at| elements[at].as_ref());
                let is_identifier =
                    element.data == "67" && before.is_some_and(|before| before.data == "66");
                let npi = is_identifier.then(|| codes::find("npi")).flatten();
                add(at + 1, 0, value.list.or(npi));
            }
            Some((_, ElementKind::Composite(composite))) => {
                for (number, component) in composite.components.iter().enumerate() {
                    let list = component
                        .as_ref()
                        .and_then(|component| component.value.list);
                    add(at + 1, number + 1, list);
                }
            }
            None => {}
        }
    }
    listed
}

fn owned(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|&code| code.to_owned()).collect()
}
