//! The tree that HL segments form: numbers, parents, children. It must not know what a level stands for.

use crate::x12::Segment;

use super::{Code, Finding};

/// The levels of one transaction set.
#[derive(Debug, Default)]
pub(super) struct Hierarchy {
    /// HL segments so far.
    count: u64,
    /// Levels from the root to the one at hand: number, code, whether it says it has children, whether any came.
    open: Vec<Level>,
}

#[derive(Debug)]
struct Level {
    number: u64,
    finding_at: Finding,
    children: Children,
    came: bool,
}

/// HL04.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Children {
    Said,
    Denied,
    Unsaid,
}

impl Hierarchy {
    pub(super) fn level(&mut self, segment: &Segment<'_>, findings: &mut Vec<Finding>) {
        self.count += 1;
        let at = |code, element| Finding::segment(code, segment.place, b"HL").element(element);
        let number = segment.text(1).parse().unwrap_or(0);
        if number != self.count {
            findings.push(at(Code::HierarchyNumber, 1).detail(format!("expected {}", self.count)));
        }
        let parent = segment.text(2);
        if parent.is_empty() {
            self.close(0, findings);
        } else {
            let known = parent
                .parse()
                .ok()
                .filter(|p: &u64| *p < number.max(self.count));
            match known.and_then(|p| self.open.iter().position(|level| level.number == p)) {
                Some(index) => {
                    self.close(index + 1, findings);
                    if let Some(level) = self.open.last_mut() {
                        level.came = true;
                    }
                }
                None => findings.push(at(Code::HierarchyParent, 2)),
            }
        }
        let children = match segment.text(4) {
            "1" => Children::Said,
            "0" => Children::Denied,
            _ => Children::Unsaid,
        };
        let finding_at = at(Code::HierarchyChild, 4);
        self.open.push(Level {
            number,
            finding_at,
            children,
            came: false,
        });
    }

    pub(super) fn finish(&mut self, findings: &mut Vec<Finding>) {
        self.close(0, findings);
    }

    fn close(&mut self, depth: usize, findings: &mut Vec<Finding>) {
        while self.open.len() > depth {
            let Some(level) = self.open.pop() else { return };
            match (level.children, level.came) {
                (Children::Said, false) => {
                    findings.push(
                        level
                            .finding_at
                            .detail("expected 0, no lower level follows"),
                    );
                }
                (Children::Denied, true) => {
                    findings.push(level.finding_at.detail("expected 1, a lower level follows"));
                }
                _ => {}
            }
        }
    }
}
