//! The names of a guide's loops, segments and elements in a document: slugs of their titles, each once in its place.

use std::sync::OnceLock;

use crate::guide::{Child, ChildKind, ElementKind, Guide, LoopIndex, Segment, library};

/// A guide with its names.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) guide: &'static Guide,
    pub(super) loops: Vec<LoopNames>,
    /// By segment of the guide.
    pub(super) segments: Vec<SegmentNames>,
}

#[derive(Debug)]
pub(super) struct LoopNames {
    pub(super) children: Vec<ChildName>,
    /// Whether its parts are told one by one: it may hold any number of claims.
    pub(super) is_level: bool,
    /// The child that closes the set, group or interchange.
    pub(super) trailer: Option<usize>,
}

#[derive(Debug)]
pub(super) struct ChildName {
    pub(super) name: String,
    /// Whether a document has a list there.
    pub(super) is_list: bool,
    /// Whether it is told by itself, and not with the level that it stands in.
    pub(super) is_part: bool,
}

#[derive(Debug)]
pub(super) struct SegmentNames {
    /// By element number less one; `None` for one that the guide does not use.
    pub(super) elements: Vec<Option<ElementNames>>,
}

#[derive(Debug)]
pub(super) struct ElementNames {
    pub(super) name: String,
    /// Of a composite, by component number less one.
    pub(super) components: Option<Vec<Option<String>>>,
}

/// A title as a name: its letters and digits in lower case, an underscore for what stands between them.
pub(super) fn slug(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for c in title.chars() {
        match c.is_ascii_alphanumeric() {
            true => slug.push(c.to_ascii_lowercase()),
            false if slug.ends_with('_') || slug.is_empty() => {}
            false => slug.push('_'),
        }
    }
    slug.truncate(slug.trim_end_matches('_').len());
    slug
}

/// The name of an element or component that has no title.
pub(super) fn number(number: usize) -> String {
    format!("{number:02}")
}

/// The guides of the library with their names, the envelope's first.
fn all() -> &'static [Named] {
    static ALL: OnceLock<Vec<Named>> = OnceLock::new();
    ALL.get_or_init(|| {
        let guides = std::iter::once(library().envelope()).chain(library().guides());
        guides.map(Named::new).collect()
    })
}

pub(super) fn envelope() -> &'static Named {
    &all()[0]
}

/// The names of a guide of the library.
pub(super) fn of(guide: &Guide) -> Option<&'static Named> {
    let is_same = |one: &&Named| one.guide.id == guide.id && one.guide.set == guide.set;
    all().iter().find(is_same)
}

impl Named {
    fn new(guide: &'static Guide) -> Self {
        let loops = (0..guide.loops.len()).map(|index| LoopNames {
            children: children(guide, index),
            is_level: is_level(guide, index),
            trailer: guide.loops[index].children.iter().position(|child| {
                let opening = guide.opening(child.kind);
                opening.is_some_and(|one| matches!(one.id.as_str(), "SE" | "GE" | "IEA"))
            }),
        });
        Self {
            guide,
            loops: loops.collect(),
            segments: guide.segments.iter().map(SegmentNames::new).collect(),
        }
    }

    pub(super) fn child(&self, index: LoopIndex, at: usize) -> (&Child, &ChildName) {
        let child = &self.guide.loops[index].children[at];
        (child, &self.loops[index].children[at])
    }
}

impl LoopNames {
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.children.iter().position(|child| child.name == name)
    }
}

impl SegmentNames {
    fn new(segment: &Segment) -> Self {
        let mut taken = Vec::new();
        let elements = segment.elements.iter().map(|element| {
            let element = element.as_ref()?;
            Some(ElementNames {
                name: unique(&mut taken, &element.title),
                components: match &element.kind {
                    ElementKind::Simple(_) => None,
                    ElementKind::Composite(composite) => {
                        let mut taken = Vec::new();
                        let components = composite.components.iter();
                        let names =
                            components.map(|one| Some(unique(&mut taken, &one.as_ref()?.title)));
                        Some(names.collect())
                    }
                },
            })
        });
        Self {
            elements: elements.collect(),
        }
    }

    pub(super) fn element(&self, number: usize) -> Option<&ElementNames> {
        self.elements.get(number.checked_sub(1)?)?.as_ref()
    }
}

fn children(guide: &Guide, index: LoopIndex) -> Vec<ChildName> {
    let mut taken = Vec::new();
    let parent = &guide.loops[index];
    let mut names: Vec<ChildName> = parent
        .children
        .iter()
        .map(|child| {
            let (title, repeat) = title_and_repeat(guide, child.kind);
            let level = matches!(child.kind, ChildKind::Loop(at) if is_level(guide, at));
            let alike = parent.children.iter().filter(|one| one.rank == child.rank);
            let is_loop = matches!(child.kind, ChildKind::Loop(_));
            ChildName {
                name: unique(&mut taken, title),
                is_list: level || repeat != Some(1),
                is_part: level || (is_loop && alike.count() == 1 && repeat != Some(1)),
            }
        })
        .collect();
    // Parts come last, before the trailer: what stands before them is told with the level.
    let loops = parent
        .children
        .iter()
        .rposition(|child| matches!(child.kind, ChildKind::Loop(_)));
    let last = loops.map_or(0, |last| last + 1);
    let first = names[..last]
        .iter()
        .rposition(|one| !one.is_part)
        .map_or(0, |at| at + 1);
    let no_level = !is_level(guide, index);
    names[..first]
        .iter_mut()
        .for_each(|one| one.is_part = false);
    names
        .iter_mut()
        .filter(|_| no_level)
        .for_each(|one| one.is_part = false);
    names
}

fn title_and_repeat(guide: &Guide, child: ChildKind) -> (&str, Option<u32>) {
    match child {
        ChildKind::Segment(at) => (&guide.segments[at].title, guide.segments[at].repeat),
        ChildKind::Loop(at) => (&guide.loops[at].title, guide.loops[at].repeat),
    }
}

/// The set itself, a functional group, and the hierarchy: HL, or LX at the top of a set.
fn is_level(guide: &Guide, index: LoopIndex) -> bool {
    let opening = guide.trigger(index).map(|one| one.id.as_str());
    match opening {
        Some("HL" | "GS") => true,
        Some("LX") => guide.loops[index].parents == [0],
        _ => index == 0,
    }
}

/// The slug of a title, with a number where it was taken before.
fn unique(taken: &mut Vec<String>, title: &str) -> String {
    let slug = slug(title);
    let free = |name: &String| !taken.contains(name);
    let name = std::iter::once(slug.clone())
        .chain((2..).map(|number| format!("{slug}_{number}")))
        .find(free)
        .unwrap_or(slug);
    taken.push(name.clone());
    name
}

/// The name among `known` that is nearest to one that is not known.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let far = |other: &str| strsim::damerau_levenshtein(name, other);
    known
        .map(|other| (far(other), other))
        .filter(|(far, other)| *far <= other.len().max(name.len()) / 2)
        .min()
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::document::{
        BASE64, DELIMITERS, INTERCHANGE, ISA_WIDTHS, LINE_BREAK, LINE_BREAK_AT_END, ORDER, SEGMENT,
        SET, STRAY, TRANSACTION_SET, UNPLACED, UNTERMINATED,
    };

    /// What a loop cannot be called, because a document says something else with it.
    const RESERVED: &[&str] = &[
        BASE64,
        DELIMITERS,
        INTERCHANGE,
        ISA_WIDTHS,
        LINE_BREAK,
        LINE_BREAK_AT_END,
        ORDER,
        SEGMENT,
        SET,
        STRAY,
        TRANSACTION_SET,
        UNPLACED,
        UNTERMINATED,
    ];

    #[test]
    fn a_title_is_a_name() {
        for (title, name) in [
            ("Patient control number", "patient_control_number"),
            ("Last x-ray", "last_x_ray"),
            ("First contact, casualty", "first_contact_casualty"),
            ("  Ünit (days) ", "nit_days"),
        ] {
            assert_eq!(slug(title), name);
        }
    }

    /// A number behind a name says nothing: it is for elements of which there are several alike.
    #[test]
    fn names_are_told_apart_by_their_titles() {
        let mut numbered = Vec::new();
        for named in all() {
            for (index, one) in named.loops.iter().enumerate() {
                for child in &one.children {
                    assert!(!child.name.is_empty() && child.name.is_ascii());
                    assert!(!RESERVED.contains(&child.name.as_str()), "{}", child.name);
                    if child.name.ends_with(|c: char| c.is_ascii_digit()) {
                        let id = &named.guide.loops[index].id;
                        numbered.push(format!("{} {id} {}", named.guide.id, child.name));
                    }
                }
            }
        }
        assert!(numbered.is_empty(), "{}", numbered.join("\n"));
    }

    /// A level is a part of the level around it, whatever else stands there.
    #[test]
    fn levels_are_parts() {
        for named in all() {
            for (index, one) in named.guide.loops.iter().enumerate() {
                for (at, child) in one.children.iter().enumerate() {
                    let ChildKind::Loop(inner) = child.kind else {
                        continue;
                    };
                    let (inner, name) = (&named.loops[inner], &named.loops[index].children[at]);
                    assert!(
                        !inner.is_level || name.is_part,
                        "{} {}",
                        named.guide.id,
                        one.id
                    );
                }
            }
        }
    }

    #[test]
    fn the_nearest_name_is_told() {
        let known = ["total_charge", "place_of_service"];
        assert_eq!(
            nearest("totalcharge", known.into_iter()),
            Some("total_charge")
        );
        assert_eq!(nearest("x", known.into_iter()), None);
    }

    #[test]
    fn a_group_holds_transaction_sets() {
        let group = envelope().guide.loops[1].title.as_str();
        assert_eq!(slug(group), "functional_group");
        assert_eq!(slug("Transaction set"), TRANSACTION_SET);
    }
}
