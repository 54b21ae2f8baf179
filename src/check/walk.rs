//! One forward walk through a guide with a stack of open loops: where does each segment belong. It must not look
//! inside elements but for the key code that tells segments apart.

mod recover;
mod route;

use crate::guide::{Child, ChildKind, Guide, LoopIndex, SegmentIndex, Spot, Usage};
use crate::x12::{Place, Segment};

use super::echo::{ByEcho, Echo, Echoes};
use super::{Code, Finding};
use route::{Routes, Stage, State, Way};

/// Where the walk is in one transaction set.
#[derive(Debug)]
pub(super) struct Walk<'g> {
    guide: &'g Guide,
    frames: Vec<Frame>,
    /// Counts of closed frames, kept to be used again: no allocation a loop.
    spare: Vec<Vec<u32>>,
    /// Loops that the last segment without a place may have opened: what belongs to them is not told again.
    lost: Vec<LoopIndex>,
    /// How many of the loops that were open before the last segment still are.
    unmoved: usize,
    routes: Routes,
    /// Of the open loops, where it is known.
    state: Option<State>,
    /// The open loops in words of a state; kept to be filled again.
    stages: Vec<Stage>,
    /// Where segments that come again are to be recognised: not in envelopes, which are short.
    echoes: Option<Echoes>,
    ways: ByEcho<Option<Way>>,
    echo: Option<Echo>,
}

/// The count of a child that was told of as missing and has not come since.
const TOLD: u32 = u32::MAX;

/// An open loop: how far its children are, and how often each came.
#[derive(Debug)]
struct Frame {
    index: LoopIndex,
    rank: u16,
    counts: Vec<u32>,
    /// HL01, where an HL opened it.
    level: Option<u64>,
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
            lost: Vec::new(),
            unmoved: 0,
            routes: Routes::default(),
            state: None,
            stages: Vec::new(),
            echoes: None,
            ways: ByEcho::default(),
            echo: None,
        };
        walk.open(0, None);
        walk
    }

    /// The same, and it recognises what comes again ([`Self::echo`]).
    pub(super) fn attentive(self) -> Self {
        Self {
            echoes: Some(Echoes::default()),
            ..self
        }
    }

    /// At the beginning again, for the next set of the same guide.
    pub(super) fn restart(&mut self) {
        self.frames.clear();
        self.lost.clear();
        (self.unmoved, self.state, self.echo) = (0, None, None);
        self.open(0, None);
    }

    pub(super) fn guide(&self) -> &'g Guide {
        self.guide
    }

    /// Places a segment; `None` when it belongs nowhere, which is then told in `findings`.
    pub(super) fn place(
        &mut self,
        segment: &Segment<'_>,
        findings: &mut Vec<Finding>,
    ) -> Option<&'g crate::guide::Segment> {
        self.unmoved = self.frames.len();
        let from = self.state.or_else(|| self.state_now());
        if let Some((way, echo)) = from.and_then(|from| self.known(from, segment))
            && let Some(count) = self.room(&way)
        {
            self.echo = echo;
            return Some(self.follow(way, count, segment));
        }
        (self.state, self.echo) = (None, None);
        if self.belongs_to_lost(segment) {
            return None;
        }
        let before = findings.len();
        if let Some(spot) = self.forward(segment) {
            let definition = self.enter(spot, segment, findings);
            if let (Some(from), true) = (from, findings.len() == before) {
                self.learn(from, segment, spot, definition.index);
            }
            return Some(definition);
        }
        if let Some(spot) = self.awaited_with_other_key(segment) {
            return Some(self.enter(spot, segment, findings));
        }
        self.recover(segment, findings)
    }

    /// The way that was gone before, and what the segment says again.
    #[inline]
    fn known(&mut self, from: State, segment: &Segment<'_>) -> Option<(Way, Option<Echo>)> {
        let echoes = self.echoes.as_mut();
        let echo = echoes.and_then(|echoes| echoes.of(from, segment));
        let again = echo.and_then(|echo| *self.ways.get(echo)?);
        if let Some(way) = again {
            return Some((way, echo));
        }
        let way = *self.routes.way(from, segment)?;
        if let Some(echo) = echo {
            *self.ways.room(echo) = Some(way);
        }
        Some((way, echo))
    }

    /// The number of the state of the open loops; `None` where something was lost on the way here.
    fn state_now(&mut self) -> Option<State> {
        if !self.lost.is_empty() {
            return None;
        }
        self.stages.clear();
        for frame in &self.frames {
            let required = self.guide.loops[frame.index].required.iter();
            let came = required.fold(0, |came, &at| came << 1 | u64::from(frame.counts[at] > 0));
            self.stages.push((frame.index, frame.rank, came));
        }
        self.state = self.routes.state(&self.stages);
        self.state
    }

    /// The count of the child that a way leads to, if it may come once more.
    #[inline]
    fn room(&self, way: &Way) -> Option<u32> {
        let frame = &self.frames[usize::from(way.depth)];
        let count = frame.counts[usize::from(way.child_at)];
        let count = if count == TOLD { 1 } else { count + 1 };
        (count <= way.limit).then_some(count)
    }

    /// Goes a way that was gone before: nothing is missing and nothing is to be told.
    #[inline]
    fn follow(&mut self, way: Way, count: u32, segment: &Segment<'_>) -> &'g crate::guide::Segment {
        let depth = usize::from(way.depth);
        while self.frames.len() > depth + 1 {
            if let Some(frame) = self.frames.pop() {
                self.spare.push(frame.counts);
            }
        }
        self.unmoved = self.unmoved.min(depth + 1);
        let frame = &mut self.frames[depth];
        frame.rank = way.rank;
        frame.counts[usize::from(way.child_at)] = count;
        if let Some(index) = way.opens {
            self.open(usize::from(index), Some(segment));
        }
        self.state = Some(way.to as State);
        let guide = self.guide;
        &guide.segments[usize::from(way.definition)]
    }

    /// Keeps a way on which nothing was told, where the segment's id and key code alone decide it.
    fn learn(
        &mut self,
        from: State,
        segment: &Segment<'_>,
        spot: Spot,
        definition: SegmentIndex,
    ) -> Option<()> {
        let child = self.children(&self.frames[spot.depth])[spot.child_at];
        let key_place = self.guide.key_place(segment.id())?;
        let (limit, opens) = match child.kind {
            ChildKind::Segment(index) => (self.guide.segments[index].repeat, None),
            ChildKind::Loop(index) => (self.guide.loops[index].repeat, Some(narrow(index)?)),
        };
        let way = Way {
            id: route::packed(segment.id())?,
            key: key_place.of(segment)?,
            key_place,
            rank: child.rank,
            depth: narrow(spot.depth)?,
            child_at: narrow(spot.child_at)?,
            definition: narrow(definition)?,
            limit: limit.unwrap_or(TOLD - 1),
            opens,
            to: u32::try_from(self.state_now()?).ok()?,
        };
        self.routes.keep(from, way);
        Some(())
    }

    /// The id of the innermost open loop.
    pub(super) fn loop_id(&self) -> &'g str {
        self.frames
            .last()
            .map_or("", |frame| &self.guide.loops[frame.index].id)
    }

    /// The open loops, the outermost first.
    pub(super) fn loops(&self) -> impl Iterator<Item = LoopIndex> + '_ {
        self.frames.iter().map(|frame| frame.index)
    }

    /// What the last segment says again: it has the place that it had then, and nothing was told. `None` where it says it
    /// for the first time.
    pub(super) fn echo(&self) -> Option<Echo> {
        self.echo
    }

    /// How many of the loops that were open before the last segment still are: the first so many of [`Self::loops`].
    pub(super) fn unmoved(&self) -> usize {
        self.unmoved
    }

    /// HL01 of the level above the innermost one; `None` where that is the outermost, or says no number.
    pub(super) fn level_above(&self) -> Option<u64> {
        let is_level = |frame: &&Frame| self.guide.segments[self.trigger(frame.index)].id == "HL";
        let mut levels = self.frames[1..].iter().rev().filter(is_level);
        levels.nth(1)?.level
    }

    /// Closes every loop at the end of the set.
    pub(super) fn finish(&mut self, place: Place, findings: &mut Vec<Finding>) {
        while self.frames.len() > 1 {
            self.close(place, findings);
        }
        self.report_missing(0, u16::MAX, place, findings);
    }

    fn forward(&self, segment: &Segment<'_>) -> Option<Spot> {
        let open = self.frames.iter().map(|frame| (frame.index, frame.rank));
        self.guide.forward(open, segment)
    }

    fn enter(
        &mut self,
        Spot { depth, child_at }: Spot,
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
        self.step_into(child, segment)
    }

    fn enter_out_of_order(
        &mut self,
        Spot { depth, child_at }: Spot,
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
        self.step_into(child, segment)
    }

    /// Opens the loop if the child is one; the definition of the segment at hand.
    fn step_into(&mut self, child: Child, segment: &Segment<'_>) -> &'g crate::guide::Segment {
        let guide = self.guide;
        match child.kind {
            ChildKind::Segment(index) => &guide.segments[index],
            ChildKind::Loop(index) => {
                self.open(index, Some(segment));
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
        *count = if *count == TOLD { 1 } else { *count + 1 };
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

    /// Opens a loop with the segment that it starts with, if that is there.
    fn open(&mut self, index: LoopIndex, opening: Option<&Segment<'_>>) {
        let mut counts = self.spare.pop().unwrap_or_default();
        counts.clear();
        counts.resize(self.guide.loops[index].children.len(), 0);
        if index > 0 {
            counts[0] = 1;
        }
        let level = opening.filter(|segment| segment.is("HL"));
        self.frames.push(Frame {
            index,
            rank: 0,
            counts,
            level: level.and_then(|hl| hl.text(1).parse().ok()),
        });
    }

    fn close(&mut self, place: Place, findings: &mut Vec<Finding>) {
        self.report_missing(self.frames.len() - 1, u16::MAX, place, findings);
        if let Some(frame) = self.frames.pop() {
            self.unmoved = self.unmoved.min(self.frames.len());
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
        for &at in &own_loop.required {
            let child = own_loop.children[at];
            if child.rank < frame.rank || child.rank >= rank || frame.counts[at] > 0 {
                continue;
            }
            frame.counts[at] = TOLD;
            findings.extend(missing(guide, frame.index, child, place));
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
        match key.is_in(segment) {
            true => Fit::Keyed,
            false => Fit::OtherKey,
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

/// Guides have some hundreds of anything.
fn narrow(number: usize) -> Option<u16> {
    u16::try_from(number).ok()
}

/// The finding that a child of a loop never came.
fn missing(guide: &Guide, in_loop: LoopIndex, child: Child, place: Place) -> Option<Finding> {
    let opening = guide.opening(child.kind)?;
    let (code, loop_id, title) = match child.kind {
        ChildKind::Segment(_) => (
            Code::SegmentMissing,
            &guide.loops[in_loop].id,
            &opening.title,
        ),
        ChildKind::Loop(index) => {
            let inner = &guide.loops[index];
            (Code::LoopMissing, &inner.id, &inner.title)
        }
    };
    let mut detail = title.clone();
    if let Some(key) = opening.key.as_ref().filter(|key| key.codes.len() <= 4) {
        detail = format!("{title} ({}*{})", opening.id, key.codes.join("/"));
    }
    let finding = Finding::segment(code, place, opening.id.as_bytes());
    Some(finding.in_loop(loop_id).detail(detail))
}
