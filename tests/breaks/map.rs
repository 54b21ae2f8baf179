//! Where each segment of a file stands in its guide, found by a walk of our own, so that the check is not asked about
//! itself.

use claimgate::check::Code;
use claimgate::guide::{ChildKind, Guide, LoopIndex, Segment as Rule, Usage, library};

use super::file::{File, Line};

/// Where a line stands.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) guide: &'static Guide,
    /// Index among the guide's segments.
    pub(super) rule: usize,
    /// Interchange, group and set, as findings count.
    pub(super) group: u32,
    pub(super) set: u32,
    /// From ST or ISA, as findings count.
    pub(super) position: u32,
    /// Open loops from the set itself inwards: which, and the line that opened it.
    pub(super) path: Vec<(LoopIndex, usize)>,
    pub(super) rank: u16,
    /// Whether it opens the innermost loop.
    pub(super) opens: bool,
}

#[derive(Debug, Default)]
pub(super) struct Map {
    /// One a line; `None` where a line has no place.
    pub(super) spots: Vec<Option<Spot>>,
    /// Every segment has a place, and none is missing or too many.
    pub(super) sound: bool,
}

impl Spot {
    pub(super) fn rule(&self) -> &'static Rule {
        &self.guide.segments[self.rule]
    }

    pub(super) fn in_envelope(&self) -> bool {
        self.set == 0
    }

    pub(super) fn innermost(&self) -> (LoopIndex, usize) {
        *self.path.last().unwrap()
    }
}

struct Frame {
    index: LoopIndex,
    opened_at: usize,
    rank: u16,
    counts: Vec<u32>,
}

impl Frame {
    fn new(guide: &Guide, index: LoopIndex, opened_at: usize) -> Self {
        let mut counts = vec![0; guide.loops[index].children.len()];
        if index > 0 {
            counts[0] = 1;
        }
        Self {
            index,
            opened_at,
            rank: 0,
            counts,
        }
    }

    fn is_whole(&self, guide: &Guide) -> bool {
        let children = guide.loops[self.index].children.iter();
        let mut counted = children.zip(&self.counts);
        counted.all(|(child, &count)| {
            let most = match child.kind {
                ChildKind::Segment(index) => guide.segments[index].repeat,
                ChildKind::Loop(index) => guide.loops[index].repeat,
            };
            let least = u32::from(guide.usage(child.kind) == Usage::Required);
            count >= least && most.is_none_or(|most| count <= most)
        })
    }
}

impl Map {
    pub(super) fn of(file: &File) -> Self {
        let mut map = Self {
            spots: Vec::new(),
            sound: true,
        };
        let (mut group, mut set, mut version) = (0, 0, "");
        let mut walk: Option<Walk> = None;
        for (at, line) in file.lines.iter().enumerate() {
            match line.id.as_str() {
                "GS" => (group, set, version) = (group + 1, 0, line.get(8)),
                "ST" => {
                    set += 1;
                    let meant = match line.get(3) {
                        "" => version,
                        own => own,
                    };
                    walk = library()
                        .find(line.get(1), meant)
                        .map(|guide| Walk::new(guide, at));
                }
                _ => {}
            }
            let spot = match &mut walk {
                Some(walk) => walk.place(at, line, (group, set)),
                None => envelope(at, line),
            };
            map.sound &= spot.is_some();
            map.spots.push(spot);
            if line.is("SE")
                && let Some(mut walk) = walk.take()
            {
                walk.close_to(0);
                map.sound &= walk.sound;
            }
        }
        map
    }

    /// Lines with their spots.
    pub(super) fn placed(&self) -> impl Iterator<Item = (usize, &Spot)> {
        let spots = self.spots.iter().enumerate();
        spots.filter_map(|(at, spot)| Some((at, spot.as_ref()?)))
    }

    pub(super) fn spot(&self, at: usize) -> &Spot {
        self.spots[at].as_ref().unwrap()
    }

    /// The end of the loop that a line opened: the first line that is not in it.
    pub(super) fn end_of_loop(&self, opened_at: usize) -> usize {
        let inside = |spot: &Option<Spot>| {
            spot.as_ref()
                .is_some_and(|spot| spot.path.iter().any(|(_, at)| *at == opened_at))
        };
        let after = self.spots[opened_at..]
            .iter()
            .position(|spot| !inside(spot));
        after.map_or(self.spots.len(), |length| opened_at + length)
    }
}

fn envelope(at: usize, line: &Line) -> Option<Spot> {
    let guide = library().envelope();
    let rule = guide.segments.iter().position(|rule| rule.id == line.id)?;
    Some(Spot {
        guide,
        rule,
        group: 0,
        set: 0,
        position: at as u32 + 1,
        path: vec![(guide.segments[rule].in_loop, 0)],
        rank: 0,
        opens: false,
    })
}

struct Walk {
    guide: &'static Guide,
    begins: usize,
    frames: Vec<Frame>,
    sound: bool,
}

impl Walk {
    fn new(guide: &'static Guide, begins: usize) -> Self {
        Self {
            guide,
            begins,
            frames: vec![Frame::new(guide, 0, begins)],
            sound: true,
        }
    }

    fn place(&mut self, at: usize, line: &Line, (group, set): (u32, u32)) -> Option<Spot> {
        let guide = self.guide;
        let (depth, child_at) = [Fit::Keyed, Fit::Open, Fit::Silent]
            .into_iter()
            .find_map(|fit| self.find(line, fit))?;
        self.close_to(depth + 1);
        let frame = &mut self.frames[depth];
        let child = guide.loops[frame.index].children[child_at];
        frame.rank = child.rank;
        frame.counts[child_at] += 1;
        let (rule, opens) = match child.kind {
            ChildKind::Segment(rule) => (rule, false),
            ChildKind::Loop(index) => {
                self.frames.push(Frame::new(guide, index, at));
                let ChildKind::Segment(rule) = guide.loops[index].children[0].kind else {
                    return None;
                };
                (rule, true)
            }
        };
        Some(Spot {
            guide,
            rule,
            group,
            set,
            position: (at - self.begins) as u32 + 1,
            path: self
                .frames
                .iter()
                .map(|one| (one.index, one.opened_at))
                .collect(),
            rank: child.rank,
            opens,
        })
    }

    /// From the innermost loop outwards: a place that the line fits as asked.
    fn find(&self, line: &Line, asked: Fit) -> Option<(usize, usize)> {
        (0..self.frames.len()).rev().find_map(|depth| {
            let frame = &self.frames[depth];
            let children = self.guide.loops[frame.index].children.iter().enumerate();
            let skipped = usize::from(depth > 0);
            let mut open = children
                .skip(skipped)
                .filter(|(_, child)| child.rank >= frame.rank);
            let found = open.find(|(_, child)| {
                let opening = self.guide.opening(child.kind).unwrap();
                line.is(&opening.id) && fit(opening, line) == Some(asked)
            });
            found.map(|(child_at, _)| (depth, child_at))
        })
    }

    fn close_to(&mut self, depth: usize) {
        while self.frames.len() > depth {
            let frame = self.frames.pop().unwrap();
            self.sound &= frame.is_whole(self.guide);
        }
    }
}

/// How a line fits a definition of its id.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Keyed,
    /// The definition has no key code.
    Open,
    /// It has one, but the line need not say it.
    Silent,
}

fn fit(rule: &Rule, line: &Line) -> Option<Fit> {
    let Some(key) = &rule.key else {
        return Some(Fit::Open);
    };
    let value = line.part(key.element.into(), key.component.into());
    let element = rule.element(key.element.into());
    if key.codes.iter().any(|code| code == value) {
        Some(Fit::Keyed)
    } else {
        let may_be_silent = element.is_some_and(|one| one.usage == Usage::Situational);
        (value.is_empty() && may_be_silent).then_some(Fit::Silent)
    }
}

/// What a finding must say.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub(super) codes: Vec<Code>,
    pub(super) segment: String,
    pub(super) group: u32,
    pub(super) set: u32,
    pub(super) positions: std::ops::RangeInclusive<u32>,
    pub(super) element: usize,
    pub(super) component: usize,
}

impl Sign {
    /// A sign on the segment at a spot.
    pub(super) fn at(spot: &Spot, codes: &[Code]) -> Self {
        Self {
            codes: codes.to_vec(),
            segment: spot.rule().id.clone(),
            group: spot.group,
            set: spot.set,
            positions: spot.position..=spot.position,
            element: 0,
            component: 0,
        }
    }

    pub(super) fn element(self, element: usize, component: usize) -> Self {
        Self {
            element,
            component,
            ..self
        }
    }

    pub(super) fn segment(self, segment: &str) -> Self {
        Self {
            segment: segment.to_owned(),
            ..self
        }
    }

    /// The same so many segments later.
    pub(super) fn later(self, by: u32) -> Self {
        let positions = self.positions.start() + by..=self.positions.end() + by;
        Self { positions, ..self }
    }

    pub(super) fn fits(&self, finding: &claimgate::check::Finding) -> bool {
        let place = finding.place;
        self.codes.contains(&finding.code)
            && finding.segment == self.segment
            && self.positions.contains(&place.position)
            && (self.set == 0 || (place.group, place.transaction) == (self.group, self.set))
            && usize::from(finding.element) == self.element
            && usize::from(finding.component) == self.component
    }
}
