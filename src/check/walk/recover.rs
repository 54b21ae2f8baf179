//! Where a segment that fits nowhere was meant to stand, so that one fault is one finding. A set without faults never
//! comes here.

use super::{
    Child, ChildKind, Code, Finding, Fit, LoopIndex, Segment, Spot, TOLD, Usage, Walk, missing,
};

impl<'g> Walk<'g> {
    /// Tells of a segment without a place, and gives the definition that it was meant for where that is clear.
    pub(super) fn recover(
        &mut self,
        segment: &Segment<'_>,
        findings: &mut Vec<Finding>,
    ) -> Option<&'g crate::guide::Segment> {
        if let Some(candidate) = self.without_opening(segment) {
            self.open_without(candidate, segment, findings);
            let inside = self.forward(segment)?;
            return Some(self.enter(inside, segment, findings));
        }
        if let Some(candidate) = self.backward(segment, 0) {
            return Some(self.enter_out_of_order(candidate, segment, findings));
        }
        findings.push(self.misplaced(segment));
        self.lost = self.meant_loops(segment);
        None
    }

    /// A segment that is due and has this id, but another code in its key element: saying that the code is wrong is
    /// clearer than saying that the segment is unexpected. Only where no other definition is meant: it is
    /// required and has not come yet, or it is the only one of its id in an open loop.
    pub(super) fn awaited_with_other_key(&self, segment: &Segment<'_>) -> Option<Spot> {
        if segment.is("HL") {
            return self.level_with_other_code(segment);
        }
        let known = self.has_known_key(segment);
        (0..self.frames.len()).rev().find_map(|depth| {
            let mut children = self.ahead(depth, segment, Fit::OtherKey);
            let first = children.next()?;
            let second = children.next();
            let due = |(at, child): &(usize, &Child)| {
                self.frames[depth].counts[*at] == 0
                    && self.guide.usage(child.kind) == Usage::Required
            };
            let only =
                second.is_none() && (!known || matches!(first.1.kind, ChildKind::Segment(_)));
            let chosen = if only || due(&first) {
                Some(first)
            } else {
                second.into_iter().chain(children).find(due)
            };
            chosen.map(|(child_at, _)| Spot { depth, child_at })
        })
    }

    /// An HL whose HL03 is no level expected here: it is the level below the parent that HL02 names, else the
    /// innermost that may follow.
    fn level_with_other_code(&self, hl: &Segment<'_>) -> Option<Spot> {
        let below = |depth: usize| {
            let mut levels = self.ahead(depth, hl, Fit::OtherKey);
            levels.next().map(|(child_at, _)| Spot { depth, child_at })
        };
        let parent = match hl.text(2) {
            "" => Some(0),
            parent => parent.parse().ok().and_then(|number: u64| {
                let mut frames = self.frames.iter();
                frames.rposition(|frame| frame.level == Some(number))
            }),
        };
        parent
            .and_then(below)
            .or_else(|| (0..self.frames.len()).rev().find_map(below))
    }

    /// Children of an open loop, not yet passed, that a segment fits as asked.
    fn ahead<'s>(
        &'s self,
        depth: usize,
        segment: &'s Segment<'_>,
        fit: Fit,
    ) -> impl Iterator<Item = (usize, &'g Child)> + 's {
        let frame = &self.frames[depth];
        let children = self.children(frame).iter().enumerate();
        children.filter(move |(at, child)| {
            child.rank >= frame.rank
                && !(depth > 0 && *at == 0)
                && self.fit(child.kind, segment) == fit
        })
    }

    /// A loop whose first segment was left out: the segment at hand belongs inside it.
    fn without_opening(&self, segment: &Segment<'_>) -> Option<Spot> {
        let innermost = self.frames.len().saturating_sub(1);
        self.next_turn(segment).or_else(|| {
            if self.backward(segment, innermost).is_some() {
                return None;
            }
            (0..self.frames.len())
                .rev()
                .find_map(|depth| self.unopened(depth, segment))
        })
    }

    /// The innermost loop comes again: what must follow its first segment is here a second time.
    fn next_turn(&self, segment: &Segment<'_>) -> Option<Spot> {
        let depth = self.frames.len().checked_sub(2)?;
        let frame = &self.frames[depth + 1];
        let second = self.children(frame).get(1)?;
        let came = (1..TOLD).contains(&frame.counts[1]);
        let again = self.guide.loops[frame.index].repeat != Some(1)
            && came
            && self.guide.usage(second.kind) == Usage::Required
            && matches!(self.fit(second.kind, segment), Fit::Keyed | Fit::Open);
        let children = self.children(&self.frames[depth]);
        let kind = ChildKind::Loop(frame.index);
        let child_at = children.iter().position(|child| child.kind == kind)?;
        again.then_some(Spot { depth, child_at })
    }

    /// A loop that is due and may hold the segment, else the only one that must hold it.
    fn unopened(&self, depth: usize, segment: &Segment<'_>) -> Option<Spot> {
        let frame = &self.frames[depth];
        let children = self.children(frame);
        let mut must = Vec::new();
        for (child_at, child) in children.iter().enumerate() {
            let ChildKind::Loop(index) = child.kind else {
                continue;
            };
            if child.rank < frame.rank || (depth > 0 && child_at == 0) {
                continue;
            }
            let required = self.guide.usage(child.kind) == Usage::Required;
            let due = required && frame.counts[child_at] == 0;
            let inside = self.guide.loops[index].children.iter().skip(1);
            // What LS bounds are loops: one of them tells as well as a segment that LS was left out.
            let bounded = self.guide.trigger(index).is_some_and(|one| one.id == "LS");
            let found = inside
                .filter(|one| bounded || matches!(one.kind, ChildKind::Segment(_)))
                .find(|one| matches!(self.fit(one.kind, segment), Fit::Keyed | Fit::Open));
            if let Some(found) = found {
                if due {
                    let owes = self.owes_before(depth, child.rank);
                    return (!owes).then_some(Spot { depth, child_at });
                }
                if self.guide.usage(found.kind) == Usage::Required {
                    must.push(child_at);
                }
            }
            // Something else is due first: the segment is rather in the wrong place.
            if due {
                return None;
            }
        }
        match must[..] {
            [child_at] => Some(Spot { depth, child_at }),
            _ => None,
        }
        .filter(|found| !self.owes_before(depth, children[found.child_at].rank))
    }

    /// Whether an open loop still waits for a required segment before this rank.
    fn owes_before(&self, depth: usize, rank: u16) -> bool {
        let frame = &self.frames[depth];
        let mut children = self.children(frame).iter().enumerate();
        children.any(|(at, child)| {
            (frame.rank..rank).contains(&child.rank)
                && frame.counts[at] == 0
                && self.guide.usage(child.kind) == Usage::Required
        })
    }

    /// Opens a loop and tells that its first segment is missing.
    fn open_without(
        &mut self,
        Spot { depth, child_at }: Spot,
        segment: &Segment<'_>,
        findings: &mut Vec<Finding>,
    ) {
        while self.frames.len() > depth + 1 {
            self.close(segment.place, findings);
        }
        let frame = &self.frames[depth];
        let child = self.children(frame)[child_at];
        let ChildKind::Loop(index) = child.kind else {
            return;
        };
        let first = frame.counts[child_at] == 0;
        let told = if first && self.guide.usage(child.kind) == Usage::Required {
            missing(self.guide, frame.index, child, segment.place)
        } else {
            missing(
                self.guide,
                index,
                self.guide.loops[index].children[0],
                segment.place,
            )
        };
        findings.extend(told);
        self.report_missing(depth, child.rank, segment.place, findings);
        self.frames[depth].rank = child.rank;
        self.count(depth, child_at, segment, findings);
        self.open(index, None);
    }

    /// A place already passed in an open loop, no further out than asked.
    fn backward(&self, segment: &Segment<'_>, outermost: usize) -> Option<Spot> {
        (outermost..self.frames.len()).rev().find_map(|depth| {
            let frame = &self.frames[depth];
            self.children(frame)
                .iter()
                .enumerate()
                .find(|(at, child)| {
                    child.rank < frame.rank
                        && !(depth > 0 && *at == 0)
                        && (matches!(self.fit(child.kind, segment), Fit::Keyed | Fit::Open)
                            || self.need_not_say(child.kind, segment))
                })
                .map(|(child_at, _)| Spot { depth, child_at })
        })
    }

    /// Whether a segment has this id and is silent where the key code may be left out.
    fn need_not_say(&self, child: ChildKind, segment: &Segment<'_>) -> bool {
        let opening = self.guide.opening(child);
        let opening = opening.filter(|opening| opening.id.as_bytes() == segment.id());
        opening.is_some_and(|opening| {
            opening.key.as_ref().is_some_and(|key| {
                let element = opening.element(usize::from(key.element));
                let situational = element.is_some_and(|one| one.usage == Usage::Situational);
                situational && key.value(segment).is_empty()
            })
        })
    }

    /// Whether a segment is part of what was told of as misplaced.
    pub(super) fn belongs_to_lost(&mut self, segment: &Segment<'_>) -> bool {
        let belongs = self.lost.iter().any(|&index| self.holds(index, segment));
        if !belongs {
            self.lost.clear();
        }
        belongs
    }

    /// Whether a segment may stand somewhere in a loop behind its first one. A level begins anew.
    fn holds(&self, index: LoopIndex, segment: &Segment<'_>) -> bool {
        let inside = self.guide.loops[index].children.iter().skip(1);
        !segment.is("HL")
            && inside.into_iter().any(|child| {
                matches!(self.fit(child.kind, segment), Fit::Keyed | Fit::Open)
                    || matches!(child.kind, ChildKind::Loop(inner) if self.holds(inner, segment))
            })
    }

    /// The loops that a segment without a place was to open: by its code where the guide knows that, else all that
    /// may follow here.
    fn meant_loops(&self, segment: &Segment<'_>) -> Vec<LoopIndex> {
        let of_code = |fit| {
            (1..self.guide.loops.len())
                .filter(move |&index| self.fit(ChildKind::Loop(index), segment) == fit)
        };
        let mut loops: Vec<_> = of_code(Fit::Keyed).collect();
        if loops.is_empty() {
            let ahead =
                (0..self.frames.len()).flat_map(|depth| self.ahead(depth, segment, Fit::OtherKey));
            loops.extend(ahead.filter_map(|(_, child)| match child.kind {
                ChildKind::Loop(index) => Some(index),
                ChildKind::Segment(_) => None,
            }));
        }
        loops
    }

    /// Whether the guide has a segment of this id with this key code, wherever.
    fn has_known_key(&self, segment: &Segment<'_>) -> bool {
        let count = self.guide.segments.len();
        (0..count).any(|index| self.fit(ChildKind::Segment(index), segment) == Fit::Keyed)
    }

    /// Why a segment has no place: its code is none that the guide knows, or it stands where it may not.
    fn misplaced(&self, segment: &Segment<'_>) -> Finding {
        let id = std::str::from_utf8(segment.id()).unwrap_or_default();
        let mut ahead = (0..self.frames.len())
            .rev()
            .flat_map(|depth| self.ahead(depth, segment, Fit::OtherKey));
        let tell = |code| {
            let finding = Finding::segment(code, segment.place, segment.id());
            finding
                .in_loop(self.loop_id())
                .detail(self.expected(segment))
        };
        if let Some((_, child)) = ahead.next()
            && let Some(opening) = self.guide.opening(child.kind)
            && let Some(key) = &opening.key
            && !self.has_known_key(segment)
        {
            let code = match key.value(segment) {
                b"" => Code::ElementMissing,
                _ => Code::ElementCode,
            };
            let finding = tell(code).element(usize::from(key.element));
            return Finding {
                component: key.component,
                ..finding.data_element(opening.key_data())
            };
        }
        tell(if self.guide.segments.iter().any(|known| known.id == id) {
            Code::SegmentUnexpected
        } else if crate::guide::library().dictionary().segment(id).is_some() {
            Code::SegmentNotUsed
        } else {
            Code::SegmentUnrecognized
        })
    }

    /// Which codes a segment of this id may carry in the loops that are open.
    fn expected(&self, segment: &Segment<'_>) -> String {
        let keys = (0..self.frames.len()).flat_map(|depth| {
            self.ahead(depth, segment, Fit::OtherKey)
                .filter_map(|(_, child)| self.guide.opening(child.kind)?.key.as_ref())
        });
        let mut codes: Vec<&str> = keys
            .flat_map(|key| &key.codes)
            .map(String::as_str)
            .collect();
        codes.sort_unstable();
        codes.dedup();
        if codes.is_empty() {
            String::new()
        } else {
            format!("expected here with {}", codes.join(", "))
        }
    }
}
