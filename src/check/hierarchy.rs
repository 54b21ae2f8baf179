//! The tree that HL segments form: numbers, parents, children. It must not know what a level stands for.

use crate::x12::{Place, Segment};

use super::{Code, Finding};

/// Levels open at once: the deepest guide has six, so more is no tree but an attack.
const DEPTH_MAX: usize = 1_000;

/// The levels of one transaction set.
#[derive(Debug, Default)]
pub(super) struct Hierarchy {
    /// HL segments so far.
    count: u64,
    /// HL01 of the last one.
    last: u64,
    /// Levels from the root to the one at hand.
    open: Vec<Level>,
}

#[derive(Debug)]
struct Level {
    number: u64,
    place: Place,
    loop_id: &'static str,
    children: Children,
    /// Whether any came.
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
    /// Takes the next HL. `above`: the level that it must name, where it stands in a loop of the guide.
    pub(super) fn level(
        &mut self,
        segment: &Segment<'_>,
        loop_id: &'static str,
        above: Option<u64>,
        findings: &mut Vec<Finding>,
    ) {
        self.count += 1;
        let at = |code, element| finding(code, segment.place, loop_id, element);
        let number = segment.text(1).parse().unwrap_or(0);
        // Behind a number left out the next ones are in order again: it is told once.
        if number != self.count && (self.last == 0 || number != self.last + 1) {
            findings.push(at(Code::HierarchyNumber, 1).detail(format!("expected {}", self.count)));
        }
        self.last = number;
        let parent = segment.text(2);
        let known = parent
            .parse()
            .ok()
            .filter(|p: &u64| *p < number.max(self.count) && self.depth(*p).is_some());
        let above = above.filter(|level| self.depth(*level).is_some());
        // That HL02 is not there at all is told of as of any element.
        if !parent.is_empty() && (known.is_none() || (above.is_some() && known != above)) {
            findings.push(at(Code::HierarchyParent, 2));
        }
        match above.or(known).and_then(|level| self.depth(level)) {
            Some(index) => {
                self.close(index + 1, findings);
                if let Some(level) = self.open.last_mut() {
                    level.came = true;
                }
            }
            None if parent.is_empty() => self.close(0, findings),
            None => {}
        }
        let children = match segment.text(4) {
            "1" => Children::Said,
            "0" => Children::Denied,
            _ => Children::Unsaid,
        };
        if self.open.len() < DEPTH_MAX {
            self.open.push(Level {
                number,
                place: segment.place,
                loop_id,
                children,
                came: false,
            });
        }
    }

    /// AAA: the answer ends at this level, whatever HL04 repeats of the inquiry. X12's own example of a 271 says 1.
    pub(super) fn rejected(&mut self) {
        if let Some(level) = self.open.last_mut() {
            level.children = Children::Unsaid;
        }
    }

    pub(super) fn finish(&mut self, findings: &mut Vec<Finding>) {
        self.close(0, findings);
    }

    /// Where in `open` a number stands, the outermost of equal ones: few are open.
    fn depth(&self, number: u64) -> Option<usize> {
        self.open.iter().position(|level| level.number == number)
    }

    fn close(&mut self, depth: usize, findings: &mut Vec<Finding>) {
        while self.open.len() > depth {
            let Some(level) = self.open.pop() else { return };
            let told = || finding(Code::HierarchyChild, level.place, level.loop_id, 4);
            match (level.children, level.came) {
                (Children::Said, false) => {
                    findings.push(told().detail("expected 0, no lower level follows"));
                }
                (Children::Denied, true) => {
                    findings.push(told().detail("expected 1, a lower level follows"));
                }
                _ => {}
            }
        }
    }
}

fn finding(code: Code, place: Place, loop_id: &str, element: usize) -> Finding {
    let data = match element {
        1 => "628",
        2 => "734",
        _ => "736",
    };
    Finding::segment(code, place, b"HL")
        .in_loop(loop_id)
        .element(element)
        .data_element(data)
}
