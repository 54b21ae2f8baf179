//! Proves of a guide that one forward walk can read it: at any place at most one candidate, every loop reachable.

use super::{Child, ChildKind, Guide, LoopIndex, Segment};

/// What makes a guide unreadable or incomplete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// Two definitions match the same segment at the same place.
    Ambiguous {
        in_loop: String,
        segment: String,
        first: String,
        second: String,
    },
    Unreachable {
        in_loop: String,
    },
    /// A loop without a first segment, or a segment without elements.
    Empty {
        place: String,
    },
}

impl Guide {
    /// Every flaw of the guide; none for a guide that may be used.
    pub fn audit(&self) -> Vec<Flaw> {
        let mut flaws = self.unreachable_and_empty();
        for index in 0..self.loops.len() {
            self.ambiguous_siblings(index, &mut flaws);
            self.ambiguous_with_ancestors(index, &mut flaws);
        }
        flaws
    }

    fn unreachable_and_empty(&self) -> Vec<Flaw> {
        let mut reached = vec![false; self.loops.len()];
        let mut open = vec![0];
        while let Some(index) = open.pop() {
            if std::mem::replace(&mut reached[index], true) {
                continue;
            }
            open.extend(
                self.loops[index]
                    .children
                    .iter()
                    .filter_map(|child| match child.kind {
                        ChildKind::Loop(inner) => Some(inner),
                        ChildKind::Segment(_) => None,
                    }),
            );
        }
        let unreachable = (0..self.loops.len())
            .filter(|&index| !reached[index])
            .map(|index| Flaw::Unreachable {
                in_loop: self.loops[index].id.clone(),
            });
        let empty_loops = (0..self.loops.len())
            .filter(|&index| self.trigger(index).is_none())
            .map(|index| Flaw::Empty {
                place: self.loops[index].id.clone(),
            });
        let empty_segments = self
            .segments
            .iter()
            .filter(|segment| segment.elements.is_empty())
            .map(|segment| Flaw::Empty {
                place: segment.id.clone(),
            });
        unreachable
            .chain(empty_loops)
            .chain(empty_segments)
            .collect()
    }

    fn ambiguous_siblings(&self, index: LoopIndex, flaws: &mut Vec<Flaw>) {
        let children = &self.loops[index].children;
        for (at, first) in children.iter().enumerate() {
            for second in &children[at + 1..] {
                self.compare(index, *first, *second, flaws);
            }
        }
    }

    /// What may stand in a loop against what may stand behind it in each loop around it.
    fn ambiguous_with_ancestors(&self, index: LoopIndex, flaws: &mut Vec<Flaw>) {
        let mut around: Vec<(LoopIndex, LoopIndex)> = self.loops[index]
            .parents
            .iter()
            .map(|&parent| (index, parent))
            .collect();
        while let Some((inner, outer)) = around.pop() {
            let rank = self.rank_of(inner, outer);
            let behind = self.loops[outer]
                .children
                .iter()
                .filter(|child| child.rank >= rank);
            // A loop that comes once does not open again behind itself.
            let once = ChildKind::Loop(inner);
            let once = (self.loops[inner].repeat == Some(1)).then_some(once);
            let itself = ChildKind::Loop(index);
            for later in behind.filter(|child| child.kind != itself && Some(child.kind) != once) {
                // The trigger of a loop is told apart among siblings; here only what follows it counts.
                for own in self.loops[index].children.iter().skip(1) {
                    self.compare(index, *own, *later, flaws);
                }
            }
            around.extend(
                self.loops[outer]
                    .parents
                    .iter()
                    .map(|&parent| (outer, parent)),
            );
        }
    }

    fn rank_of(&self, inner: LoopIndex, outer: LoopIndex) -> u16 {
        let children = &self.loops[outer].children;
        children
            .iter()
            .find(|c| c.kind == ChildKind::Loop(inner))
            .map_or(0, |child| child.rank)
    }

    fn compare(&self, in_loop: LoopIndex, first: Child, second: Child, flaws: &mut Vec<Flaw>) {
        let (Some(one), Some(other)) = (self.opening(first.kind), self.opening(second.kind)) else {
            return;
        };
        if one.id == other.id && keys_overlap(one, other) {
            flaws.push(Flaw::Ambiguous {
                in_loop: self.loops[in_loop].id.clone(),
                segment: one.id.clone(),
                first: one.title.clone(),
                second: other.title.clone(),
            });
        }
    }
}

/// Whether one segment could match both. A definition without codes gives way to one with codes.
fn keys_overlap(one: &Segment, other: &Segment) -> bool {
    match (&one.key, &other.key) {
        (Some(one), Some(other)) => {
            (one.element, one.component) != (other.element, other.component)
                || one.codes.iter().any(|code| other.codes.contains(code))
        }
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::{Dictionary, Shared, library};

    #[test]
    fn embedded_guides_have_no_flaw() {
        for guide in library().guides() {
            assert_eq!(guide.audit(), [], "{}", guide.id);
        }
    }

    #[test]
    fn two_candidates_at_one_place_are_found() {
        let dictionary =
            Dictionary::parse("element 128 ID 2 3\nelement 127 AN 1 50\nsegment REF 4").unwrap();
        let text = "guide X FA 999 Test\nheader\n  REF 0100 S 1 One\n    01 R 128 Kind  {A B}\n  \
                    REF 0100 S 1 Two\n    01 R 128 Kind  {B C}\n";
        let guide = Guide::parse(text, &dictionary, &Shared::default()).unwrap();
        assert!(matches!(guide.audit()[..], [Flaw::Ambiguous { .. }]));
    }

    /// What stands in a loop may look like the loop's own opening where that cannot come again.
    #[test]
    fn only_a_loop_that_repeats_may_open_behind_itself() {
        let dictionary = Dictionary::parse(
            "element 98 ID 2 3\nelement 554 N0 1 6\nsegment NM1 12\nsegment LX 1",
        )
        .unwrap();
        let flaws = |repeat| {
            let text = format!(
                "guide X FA 999 Test\n\
                 header\n  LX 0050 R 1 Start\n    01 R 554 Number\n\
                 loop A R {repeat} Person\n  NM1 0100 R 1 Name\n    01 R 98 Role  {{IL}}\n\
                 loop B S 1 Line  under A\n  LX 0200 R 1 Line\n    01 R 554 Number\n\
                 loop C S 1 Other  under B\n  NM1 0300 R 1 Name\n    01 R 98 Role  {{IL}}\n"
            );
            let guide = Guide::parse(&text, &dictionary, &Shared::default()).unwrap();
            guide.audit().len()
        };
        assert_eq!((flaws("1"), flaws("2")), (0, 1));
    }
}
