//! What a way of breaking a file is, and the helpers that all of them share.

use std::collections::BTreeMap;

use claimgate::check::Code;
use claimgate::guide::{Composite, DataType, Element, ElementKind, Simple, Usage};

use super::draw::Draw;
use super::file::{File, Line};
use super::map::{Map, Sign, Spot};

/// A good file, to be broken.
pub(super) struct Case<'c> {
    pub(super) file: &'c File,
    pub(super) map: &'c Map,
    pub(super) draw: &'c mut Draw,
    /// Highest SNIP type that the file is good by.
    pub(super) snip: u8,
}

/// A broken file, and what must be told of it: of each list, one.
pub(super) struct Broken {
    pub(super) file: File,
    pub(super) signs: Vec<Vec<Sign>>,
}

/// One named way to break a file; it says nothing where the file has no place for it.
pub(super) struct Way {
    pub(super) name: &'static str,
    pub(super) make: fn(&mut Case<'_>) -> Option<Broken>,
}

/// An element or component of a line, as its guide has it.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) at: usize,
    pub(super) number: usize,
    /// 0: the whole element.
    pub(super) component: usize,
    pub(super) usage: Usage,
    pub(super) data: &'static str,
    /// `None`: a composite.
    pub(super) simple: Option<&'static Simple>,
    pub(super) repeat: u32,
    pub(super) is_key: bool,
}

impl Slot {
    pub(super) fn value<'l>(&self, line: &'l Line) -> &'l str {
        line.part(self.number, self.component)
    }

    pub(super) fn is_text(&self) -> bool {
        self.simple.is_some_and(|simple| {
            simple.codes.is_empty() && simple.standard.data_type == DataType::Text
        })
    }

    pub(super) fn is_of(&self, types: &[DataType]) -> bool {
        self.simple
            .is_some_and(|simple| types.contains(&simple.standard.data_type))
    }
}

impl Case<'_> {
    pub(super) fn line(&self, at: usize) -> &Line {
        &self.file.lines[at]
    }

    /// One of the lines that fit, each use of a segment in the guide as likely as another.
    pub(super) fn pick_line(
        &mut self,
        fits: impl Fn(usize, &Spot, &Line) -> bool,
    ) -> Option<usize> {
        let mut uses: BTreeMap<(*const u8, usize), Vec<usize>> = BTreeMap::new();
        for (at, spot) in self.map.placed() {
            if fits(at, spot, self.line(at)) {
                let key = (std::ptr::from_ref(spot.guide).cast(), spot.rule);
                uses.entry(key).or_default().push(at);
            }
        }
        let uses: Vec<Vec<usize>> = uses.into_values().collect();
        let lines = self.draw.of(&uses)?;
        self.draw.of(lines).copied()
    }

    /// One of the elements and components that fit, each place in the guide as likely as another. Of ISA, ST and SE
    /// the ways of the envelope tell.
    pub(super) fn pick(&mut self, fits: impl Fn(&Slot, &Line) -> bool) -> Option<Slot> {
        type Key = (*const u8, usize, usize, usize);
        let mut places: BTreeMap<Key, Vec<Slot>> = BTreeMap::new();
        for (at, spot) in self.map.placed() {
            let line = self.line(at);
            if matches!(line.id.as_str(), "ISA" | "ST" | "SE") {
                continue;
            }
            for slot in slots(at, spot).filter(|slot| fits(slot, line)) {
                let guide = std::ptr::from_ref(spot.guide).cast();
                let key = (guide, spot.rule, slot.number, slot.component);
                places.entry(key).or_default().push(slot);
            }
        }
        let places: Vec<Vec<Slot>> = places.into_values().collect();
        let slots = self.draw.of(&places)?;
        self.draw.of(slots).copied()
    }

    /// The file with another value in a slot, which must be told of with one of the codes there.
    pub(super) fn replaced(&self, slot: Slot, value: &str, codes: &[Code]) -> Option<Broken> {
        let mut file = self.file.clone();
        file.lines[slot.at].put_part(slot.number, slot.component, value);
        let spot = self.map.spot(slot.at);
        let mut signs = vec![Sign::at(spot, codes).element(slot.number, slot.component)];
        if slot.is_key {
            // Another qualifier may name another segment: then the whole segment is told of, or its code.
            let map = Map::of(&file);
            let other = map.spots[slot.at]
                .as_ref()
                .is_some_and(|other| other.rule != spot.rule);
            if map.sound || other {
                return None;
            }
            let unexpected = [
                Code::SegmentUnexpected,
                Code::SegmentOutOfOrder,
                Code::SegmentRepeats,
            ];
            signs.push(Sign::at(spot, &unexpected));
            signs.push(Sign::at(spot, &[Code::ElementCode]).element(slot.number, slot.component));
        }
        if file.lines[slot.at].elements.is_empty() {
            signs = vec![Sign::at(spot, &[Code::SegmentEmpty])];
        }
        Some(Broken {
            file,
            signs: vec![signs],
        })
    }

    /// The file with its lines changed and its counts put right; `None` where that makes another good file.
    pub(super) fn rebuilt(&self, lines: Vec<Line>, signs: Vec<Sign>) -> Option<Broken> {
        let mut file = File {
            lines,
            ..self.file.clone()
        };
        file.recount();
        (!Map::of(&file).sound).then_some(Broken {
            file,
            signs: vec![signs],
        })
    }
}

/// What the guide knows of a line, filled or not.
pub(super) fn slots(at: usize, spot: &Spot) -> impl Iterator<Item = Slot> + use<> {
    let rule = spot.rule();
    let key = rule
        .key
        .as_ref()
        .map(|key| (key.element.into(), key.component.into()));
    let elements = (1..).zip(&rule.elements);
    elements.flat_map(move |(number, element)| {
        let mut slots = Vec::new();
        let Some(element) = element else { return slots };
        let slot = |component, usage, data, simple| Slot {
            at,
            number,
            component,
            usage,
            data,
            simple,
            repeat: element.repeat,
            is_key: key == Some((number, component)),
        };
        match &element.kind {
            ElementKind::Simple(simple) => {
                slots.push(slot(0, element.usage, element.data.as_str(), Some(simple)));
            }
            ElementKind::Composite(composite) => {
                slots.push(slot(0, element.usage, element.data.as_str(), None));
                for (component, one) in (1..).zip(&composite.components) {
                    if let Some(one) = one {
                        slots.push(slot(
                            component,
                            one.usage,
                            one.data.as_str(),
                            Some(&one.value),
                        ));
                    }
                }
            }
        }
        slots
    })
}

pub(super) fn composite(element: Option<&Element>) -> Option<&Composite> {
    match &element?.kind {
        ElementKind::Composite(composite) => Some(composite),
        ElementKind::Simple(_) => None,
    }
}
