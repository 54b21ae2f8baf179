//! One forward walk through a guide with a stack of open loops: where does each segment belong. It must not look
//! inside elements but for the key code that tells segments apart.

use crate::guide::{Child, ChildKind, Guide, LoopIndex, SegmentIndex, Usage};
use crate::x12::{Place, Segment};

use super::{Code, Finding};

/// Where the walk is in one transaction set.
#[derive(Debug)]
pub(super) struct Walk<'g> {
    guide: &'g Guide,
    frames: Vec<Frame>,
    /// Counts of closed frames, kept to be used again: no allocation a loop.
    spare: Vec<Vec<u32>>,
}

/// An open loop: how far its children are, and how often each came.
#[derive(Debug)]
struct Frame {
    index: LoopIndex,
    rank: u16,
    counts: Vec<u32>,
}

/// A place found: which frame and which of its children.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    depth: usize,
    child_at: usize,
}

/// How a segment fits a definition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Id and key code.
    Keyed,
    /// Id, and the definition has no key codes.
    Open,
    /// Id, but another key code.
    OtherKey,
    No,
}

impl<'g> Walk<'g> {
    pub(super) fn new(guide: &'g Guide) -> Self {
        let mut walk = Self {
            guide,
            frames: Vec::new(),
            spare: Vec::new(),
        };
        walk.open(0);
        walk
    }

    /// Places a segment; `None` when it belongs nowhere, which is then told in `findings`.
    pub(super) fn place(
        &mut self,
        segment: &Segment<'_>,
        findings: &mut Vec<Finding>,
    ) -> Option<&'g crate::guide::Segment> {
        let found = self
            .forward(segment, Fit::Keyed)
            .or_else(|| self.forward(segment, Fit::Open))
            .or_else(|| self.awaited_with_other_key(segment));
        if let Some(candidate) = found {
            return Some(self.enter(candidate, segment, findings));
        }
        if let Some(candidate) = self.backward(segment) {
            return Some(self.enter_out_of_order(candidate, segment, findings));
        }
        let code = self.misplaced(segment);
        let finding = Finding::segment(code, segment.place, segment.id()).in_loop(self.loop_id());
        findings.push(finding.detail(self.expected(segment)));
        None
    }

    /// The id of the innermost open loop.
    pub(super) fn loop_id(&self) -> &'g str {
        self.frames
            .last()
            .map_or("", |frame| &self.guide.loops[frame.index].id)
    }

    /// Closes every loop at the end of the set.
    pub(super) fn finish(&mut self, place: Place, findings: &mut Vec<Finding>) {
        while self.frames.len() > 1 {
            self.close(place, findings);
        }
        self.report_missing(0, u16::MAX, place, findings);
    }

    /// From the innermost loop outwards, the first place not yet passed that fits as asked.
    fn forward(&self, segment: &Segment<'_>, fit: Fit) -> Option<Candidate> {
        (0..self.frames.len()).rev().find_map(|depth| {
            let frame = &self.frames[depth];
            self.children(frame)
                .iter()
                .enumerate()
                .find(|(at, child)| {
                    child.rank >= frame.rank
                        // The segment that opened this loop opens a new one, a frame further out.
                        && !(depth > 0 && *at == 0)
                        && self.fit(child.kind, segment) == fit
                })
                .map(|(child_at, _)| Candidate { depth, child_at })
        })
    }

    /// A segment that is due and has this id, but another code in its key element: saying that the code is wrong is
    /// clearer than saying that the segment is unexpected. Only where no other definition is meant: it is
    /// required and has not come yet, or it is the only one of its id in an open loop.
    fn awaited_with_other_key(&self, segment: &Segment<'_>) -> Option<Candidate> {
        if segment.is("HL") {
            return None;
        }
        (0..self.frames.len()).rev().find_map(|depth| {
            let frame = &self.frames[depth];
            let fits = |at: &usize, child: &Child| {
                child.rank >= frame.rank
                    && !(depth > 0 && *at == 0)
                    && self.fit(child.kind, segment) == Fit::OtherKey
            };
            let mut children = self
                .children(frame)
                .iter()
                .enumerate()
                .filter(|(at, c)| fits(at, c));
            let first = children.next()?;
            let due = |(at, child): &(usize, &Child)| {
                frame.counts[*at] == 0 && self.usage(child.kind) == Usage::Required
            };
            let only = matches!(first.1.kind, ChildKind::Segment(_)) && children.next().is_none();
            let chosen = if only || due(&first) {
                Some(first)
            } else {
                children.find(due)
            };
            chosen.map(|(child_at, _)| Candidate { depth, child_at })
        })
    }

    /// A place already passed in an open loop.
    fn backward(&self, segment: &Segment<'_>) -> Option<Candidate> {
        (0..self.frames.len()).rev().find_map(|depth| {
            let frame = &self.frames[depth];
            self.children(frame)
                .iter()
                .enumerate()
                .find(|(at, child)| {
                    child.rank < frame.rank
                        && !(depth > 0 && *at == 0)
                        && matches!(self.fit(child.kind, segment), Fit::Keyed | Fit::Open)
                })
                .map(|(child_at, _)| Candidate { depth, child_at })
        })
    }

    fn enter(
        &mut self,
        Candidate { depth, child_at }: Candidate,
        segment: &Segment<'_>,
        findings: &mut Vec<Finding>,
    ) -> &'g crate::guide::Segment {
        while self.frames.len() > depth + 1 {
            self.close(segment.place, findings);
        }
        let child = self.children(&self.frames[depth])[child_at];
        self.report_missing(depth, child.rank, segment.place, findings);
        self.frames[depth].rank = child.rank;
        self.count(depth, child_at, segment, findings);
        self.step_into(child)
    }

    fn enter_out_of_order(
        &mut self,
        Candidate { depth, child_at }: Candidate,
        segment: &Segment<'_>,
        findings: &mut Vec<Finding>,
    ) -> &'g crate::guide::Segment {
        while self.frames.len() > depth + 1 {
            self.close(segment.place, findings);
        }
        let finding = Finding::segment(Code::SegmentOutOfOrder, segment.place, segment.id());
        findings.push(finding.in_loop(self.loop_id()));
        let child = self.children(&self.frames[depth])[child_at];
        self.count(depth, child_at, segment, findings);
        self.step_into(child)
    }

    /// Opens the loop if the child is one; the definition of the segment at hand.
    fn step_into(&mut self, child: Child) -> &'g crate::guide::Segment {
        let guide = self.guide;
        match child.kind {
            ChildKind::Segment(index) => &guide.segments[index],
            ChildKind::Loop(index) => {
                self.open(index);
                if let Some(frame) = self.frames.last_mut() {
                    frame.counts[0] = 1;
                }
                &guide.segments[self.trigger(index)]
            }
        }
    }

    fn count(
        &mut self,
        depth: usize,
        child_at: usize,
        segment: &Segment<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let count = &mut self.frames[depth].counts[child_at];
        *count += 1;
        let count = *count;
        let child = self.children(&self.frames[depth])[child_at];
        let (limit, code, loop_id) = match child.kind {
            ChildKind::Segment(index) => (
                self.guide.segments[index].repeat,
                Code::SegmentRepeats,
                self.loop_id(),
            ),
            ChildKind::Loop(index) => {
                let inner = &self.guide.loops[index];
                (inner.repeat, Code::LoopRepeats, inner.id.as_str())
            }
        };
        if let Some(limit) = limit.filter(|&limit| count > limit) {
            let finding = Finding::segment(code, segment.place, segment.id()).in_loop(loop_id);
            findings.push(finding.detail(format!("expected at most {limit}, found {count}")));
        }
    }

    fn open(&mut self, index: LoopIndex) {
        let mut counts = self.spare.pop().unwrap_or_default();
        counts.clear();
        counts.resize(self.guide.loops[index].children.len(), 0);
        self.frames.push(Frame {
            index,
            rank: 0,
            counts,
        });
    }

    fn close(&mut self, place: Place, findings: &mut Vec<Finding>) {
        self.report_missing(self.frames.len() - 1, u16::MAX, place, findings);
        if let Some(frame) = self.frames.pop() {
            self.spare.push(frame.counts);
        }
    }

    /// Tells of required children before `rank` that never came. Each is told once: telling counts it.
    fn report_missing(
        &mut self,
        depth: usize,
        rank: u16,
        place: Place,
        findings: &mut Vec<Finding>,
    ) {
        let guide = self.guide;
        let frame = &mut self.frames[depth];
        let own_loop = &guide.loops[frame.index];
        for (at, child) in own_loop.children.iter().enumerate() {
            if child.rank < frame.rank || child.rank >= rank || frame.counts[at] > 0 {
                continue;
            }
            let Some(opening) = guide.opening(child.kind) else {
                continue;
            };
            let (usage, code, loop_id, title) = match child.kind {
                ChildKind::Segment(_) => (
                    opening.usage,
                    Code::SegmentMissing,
                    &own_loop.id,
                    &opening.title,
                ),
                ChildKind::Loop(index) => {
                    let inner = &guide.loops[index];
                    (inner.usage, Code::LoopMissing, &inner.id, &inner.title)
                }
            };
            if usage == Usage::Required {
                frame.counts[at] = 1;
                let mut detail = title.clone();
                if let Some(key) = opening.key.as_ref().filter(|key| key.codes.len() <= 4) {
                    detail = format!("{title} ({}*{})", opening.id, key.codes.join("/"));
                }
                let finding = Finding::segment(code, place, opening.id.as_bytes());
                findings.push(finding.in_loop(loop_id).detail(detail));
            }
        }
    }

    /// Why a segment has no place at all.
    fn misplaced(&self, segment: &Segment<'_>) -> Code {
        let id = std::str::from_utf8(segment.id()).unwrap_or_default();
        if self.guide.segments.iter().any(|known| known.id == id) {
            Code::SegmentUnexpected
        } else if crate::guide::library().dictionary().segment(id).is_some() {
            Code::SegmentNotUsed
        } else {
            Code::SegmentUnrecognized
        }
    }

    /// Which codes a segment of this id may carry in the loops that are open.
    fn expected(&self, segment: &Segment<'_>) -> String {
        let mut codes: Vec<&str> = Vec::new();
        for frame in &self.frames {
            for child in self
                .children(frame)
                .iter()
                .filter(|child| child.rank >= frame.rank)
            {
                if let Some(opening) = self.guide.opening(child.kind)
                    && opening.id.as_bytes() == segment.id()
                    && let Some(key) = &opening.key
                {
                    codes.extend(key.codes.iter().map(String::as_str));
                }
            }
        }
        codes.sort_unstable();
        codes.dedup();
        if codes.is_empty() {
            String::new()
        } else {
            format!("expected here with {}", codes.join(", "))
        }
    }

    fn fit(&self, child: ChildKind, segment: &Segment<'_>) -> Fit {
        let Some(opening) = self.guide.opening(child) else {
            return Fit::No;
        };
        if opening.id.as_bytes() != segment.id() {
            return Fit::No;
        }
        let Some(key) = &opening.key else {
            return Fit::Open;
        };
        let element = segment.element(usize::from(key.element));
        let value = match key.component {
            0 => element.raw(),
            // Where the element repeats, its first repetition tells.
            component => element
                .repetitions()
                .next()
                .map_or(&b""[..], |first| first.component(usize::from(component))),
        };
        if key.codes.iter().any(|code| code.as_bytes() == value) {
            Fit::Keyed
        } else {
            Fit::OtherKey
        }
    }

    fn usage(&self, child: ChildKind) -> Usage {
        match child {
            ChildKind::Segment(index) => self.guide.segments[index].usage,
            ChildKind::Loop(index) => self.guide.loops[index].usage,
        }
    }

    fn children(&self, frame: &Frame) -> &'g [Child] {
        &self.guide.loops[frame.index].children
    }

    fn trigger(&self, index: LoopIndex) -> SegmentIndex {
        match self.guide.loops[index]
            .children
            .first()
            .map(|child| child.kind)
        {
            Some(ChildKind::Segment(segment)) => segment,
            // The audit proves that a loop starts with a segment.
            _ => unreachable!("a loop without a first segment"),
        }
    }
}
