//! Breaks of what stands where: segments and loops left out, too many, in another order, or of nothing; levels.

use claimgate::check::Code::{
    ElementCode, ElementMissing, HierarchyChild, HierarchyNumber, HierarchyParent, LoopMissing,
    LoopRepeats, SegmentEmpty, SegmentMissing, SegmentNotUsed, SegmentOutOfOrder, SegmentRepeats,
    SegmentUnexpected, SegmentUnrecognized,
};
use claimgate::guide::{Usage, library};

use super::file::Line;
use super::map::{Map, Sign, Spot};
use super::ways::{Broken, Case, Way};

pub(super) const WAYS: &[Way] = &[
    way("required segment left out", required_segment),
    way("required loop left out", required_loop),
    way("first segment of a loop left out", opening),
    way("segment beyond its maximum", segment_beyond),
    way("segment twice", segment_twice),
    way("loop beyond its maximum", loop_beyond),
    way("two segments swapped", segments_swapped),
    way("two loops swapped", loops_swapped),
    way("segment moved elsewhere", segment_moved),
    way(
        "segment of the standard that the guide has not",
        segment_of_no_use,
    ),
    way("segment of nothing", segment_unknown),
    way("segment id in lower case", lower_case_id),
    way("level numbered wrongly", level_number),
    way("level numbered twice", level_twice),
    way("level with a parent that is not there", parent_unknown),
    way("level whose parent is itself", parent_itself),
    way(
        "level whose parent is of another kind",
        parent_of_another_kind,
    ),
    way("level that denies its children", child_denied),
    way("level that promises children", child_promised),
    way("level of no kind", level_code),
];

const fn way(name: &'static str, make: fn(&mut Case<'_>) -> Option<Broken>) -> Way {
    Way { name, make }
}

fn is_frame(line: &Line) -> bool {
    matches!(line.id.as_str(), "ISA" | "GS" | "ST" | "SE" | "GE" | "IEA")
}

/// Where the absence of something between two lines may be told, of the file without them.
fn absence(map: &Map, from: usize, to: usize, loop_at: usize, rank: u16) -> (u32, u32) {
    let position = map.spot(from).position;
    let depth = |spot: &Spot| spot.path.iter().position(|(_, at)| *at == loop_at);
    // Neighbours of one rank come in any order: behind them at the latest.
    let mut last = to;
    while let Some(Some(spot)) = map.spots.get(last) {
        let Some(depth) = depth(spot) else { break };
        let beyond = match spot.path.get(depth + 1 + usize::from(spot.opens)) {
            None if spot.path.len() == depth + 1 || spot.opens => spot.rank > rank,
            _ => false,
        };
        if beyond {
            break;
        }
        last += 1;
    }
    (position, position + (last - to) as u32)
}

fn required_segment(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, spot, line| {
        !spot.in_envelope()
            && !spot.opens
            && !is_frame(line)
            && spot.rule().usage == Usage::Required
    })?;
    let spot = case.map.spot(at).clone();
    let same = |other: &Spot| other.rule == spot.rule && other.path == spot.path;
    let gone: Vec<usize> = case
        .map
        .placed()
        .filter(|(_, other)| same(other))
        .map(|(at, _)| at)
        .collect();
    let (first, last) = (*gone.first()?, *gone.last()?);
    let (from, to) = absence(case.map, first, last + 1, spot.innermost().1, spot.rank);
    let left = (last + 1 - first - gone.len()) as u32;
    let sign = Sign {
        positions: from..=to + left,
        ..Sign::at(&spot, &[SegmentMissing])
    };
    case.rebuilt(
        without(&case.file.lines, |at| gone.contains(&at)),
        vec![sign],
    )
}

fn without(lines: &[Line], gone: impl Fn(usize) -> bool) -> Vec<Line> {
    let lines = lines.iter().enumerate().filter(|(at, _)| !gone(*at));
    lines.map(|(_, line)| line.clone()).collect()
}

fn required_loop(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let alone = |at: usize, spot: &Spot| {
        let outer = &spot.path[..spot.path.len() - 1];
        let same = |other: &Spot| {
            other.opens
                && other.path.len() == spot.path.len()
                && other.path.starts_with(outer)
                && other.innermost().0 == spot.innermost().0
        };
        !map.placed()
            .any(|(other_at, other)| other_at != at && same(other))
    };
    let at = case.pick_line(|at, spot, line| {
        let required = spot.opens && spot.guide.loops[spot.innermost().0].usage == Usage::Required;
        required && !line.is("HL") && alone(at, spot)
    })?;
    let spot = map.spot(at);
    let end = map.end_of_loop(at);
    let outer = spot.path[spot.path.len() - 2].1;
    let (from, to) = absence(map, at, end, outer, spot.rank);
    let sign = Sign {
        positions: from..=to,
        ..Sign::at(spot, &[LoopMissing])
    };
    case.rebuilt(
        without(&case.file.lines, |one| (at..end).contains(&one)),
        vec![sign],
    )
}

/// What belongs to it is told of as out of place, or the loop as missing.
fn opening(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let at = case.pick_line(|at, spot, line| {
        let more = map.end_of_loop(at) > at + 1;
        spot.opens && !line.is("HL") && more
    })?;
    let spot = map.spot(at);
    let next = map.spot(at + 1);
    let orphan = [
        SegmentUnexpected,
        SegmentOutOfOrder,
        SegmentRepeats,
        LoopRepeats,
        SegmentNotUsed,
    ];
    let missing = Sign::at(spot, &[LoopMissing, SegmentMissing]);
    let mut signs = vec![
        missing.clone(),
        Sign {
            positions: spot.position..=spot.position,
            ..Sign::at(next, &orphan)
        },
    ];
    // A segment of this id with another code may stand there: then the first that does not fit is told of.
    let end = map.end_of_loop(at);
    for later in at + 2..=end {
        if let Some(Some(one)) = map.spots.get(later) {
            let position = one.position - 1;
            signs.push(Sign {
                positions: position..=position,
                ..Sign::at(one, &orphan)
            });
            signs.push(Sign {
                positions: position..=position,
                ..missing.clone()
            });
        }
    }
    signs.extend(anything_at(spot, spot.position));
    if let Some(key) = &next.rule().key {
        signs.push(Sign {
            positions: spot.position..=spot.position,
            ..Sign::at(next, &[ElementCode]).element(key.element.into(), key.component.into())
        });
    }
    case.rebuilt(without(&case.file.lines, |one| one == at), signs)
}

fn segment_beyond(case: &mut Case<'_>) -> Option<Broken> {
    too_often(case, |most| most <= 30)
}

fn segment_twice(case: &mut Case<'_>) -> Option<Broken> {
    too_often(case, |most| most == 1)
}

fn too_often(case: &mut Case<'_>, asked: impl Fn(u32) -> bool) -> Option<Broken> {
    let at = case.pick_line(|_, spot, line| {
        let most = spot.rule().repeat;
        !spot.in_envelope() && !spot.opens && !is_frame(line) && most.is_some_and(&asked)
    })?;
    let spot = case.map.spot(at);
    let most = spot.rule().repeat?;
    let own = spot.innermost();
    let already = case
        .map
        .placed()
        .filter(|(_, one)| one.rule == spot.rule && one.innermost() == own);
    let places: Vec<usize> = already.map(|(at, _)| at).collect();
    let last = *places.last()?;
    let more = most as usize + 1 - places.len();
    let mut lines = case.file.lines.clone();
    let copy = lines[at].clone();
    lines.splice(last + 1..last + 1, vec![copy; more]);
    let position = case.map.spot(last).position + more as u32;
    let sign = Sign {
        positions: position..=position,
        ..Sign::at(spot, &[SegmentRepeats])
    };
    case.rebuilt(lines, vec![sign])
}

fn loop_beyond(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let at = case.pick_line(|_, spot, line| {
        let most = spot.guide.loops[spot.innermost().0].repeat;
        spot.opens && !line.is("HL") && most.is_some_and(|most| most <= 30)
    })?;
    let spot = map.spot(at);
    let (index, _) = spot.innermost();
    let outer = &spot.path[..spot.path.len() - 1];
    let openings: Vec<usize> = map
        .placed()
        .filter(|(_, one)| one.opens && one.innermost().0 == index)
        .filter(|(_, one)| one.path.len() == spot.path.len() && one.path.starts_with(outer))
        .map(|(at, _)| at)
        .collect();
    let last = *openings.last()?;
    let end = map.end_of_loop(last);
    let most = spot.guide.loops[index].repeat? as usize;
    let more = most + 1 - openings.len();
    let block = &case.file.lines[last..end];
    let mut lines = case.file.lines.clone();
    let position = map.spot(last).position + (more * block.len()) as u32;
    let copies: Vec<Line> = (0..more).flat_map(|_| block.to_vec()).collect();
    lines.splice(end..end, copies);
    let sign = Sign {
        positions: position..=position,
        ..Sign::at(spot, &[LoopRepeats])
    };
    case.rebuilt(lines, vec![sign])
}

fn segments_swapped(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let at = case.pick_line(|at, spot, line| {
        let Some(Some(next)) = map.spots.get(at + 1) else {
            return false;
        };
        let inner = !spot.opens && !next.opens && !is_frame(line) && !spot.in_envelope();
        inner && spot.path == next.path && spot.rank < next.rank && !next.rule().id.eq("SE")
    })?;
    let mut lines = case.file.lines.clone();
    lines.swap(at, at + 1);
    let spot = map.spot(at);
    let sign = Sign::at(spot, &[SegmentOutOfOrder]).later(1);
    unless_placed(case.rebuilt(lines, vec![sign])?, at + 1, spot)
}

fn loops_swapped(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let next = |at: usize| map.end_of_loop(at);
    let at = case.pick_line(|at, spot, line| {
        let Some(Some(other)) = map.spots.get(next(at)) else {
            return false;
        };
        let outer = |spot: &Spot| spot.path[..spot.path.len() - 1].to_vec();
        let both = spot.opens && other.opens && !line.is("HL") && !other.rule().id.eq("HL");
        both && outer(spot) == outer(other) && spot.rank < other.rank
    })?;
    let (middle, end) = (next(at), map.end_of_loop(next(at)));
    let mut lines = case.file.lines.clone();
    lines[at..end].rotate_left(middle - at);
    let spot = map.spot(at);
    let late = Sign::at(spot, &[SegmentOutOfOrder, SegmentUnexpected]).later((end - middle) as u32);
    // A loop of its kind may be due further out.
    let mut signs = anything_at(spot, *late.positions.start());
    signs.push(late);
    unless_placed(case.rebuilt(lines, signs)?, at + end - middle, spot)
}

/// What was moved may fit another place of the guide: then something else is wrong.
fn unless_placed(broken: Broken, at: usize, meant: &Spot) -> Option<Broken> {
    let map = Map::of(&broken.file);
    let other = map.spots[at]
        .as_ref()
        .is_some_and(|spot| spot.rule != meant.rule);
    (!other).then_some(broken)
}

/// Somewhere in its set where it has no place.
fn segment_moved(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let at = case.pick_line(|_, spot, line| {
        let optional = spot.rule().usage == Usage::Situational;
        !spot.in_envelope() && !spot.opens && !is_frame(line) && optional
    })?;
    let spot = map.spot(at);
    let begins = at + 1 - spot.position as usize;
    let ends = (at..).find(|&one| case.line(one).is("SE"))?;
    let to = case.draw.between(begins + 1, ends - 1);
    let mut lines = case.file.lines.clone();
    let moved = lines.remove(at);
    lines.insert(to, moved);
    let position = (to - begins) as u32 + 1;
    let codes = [
        SegmentUnexpected,
        SegmentOutOfOrder,
        SegmentRepeats,
        SegmentNotUsed,
    ];
    let mut signs = vec![Sign {
        positions: position..=position,
        ..Sign::at(spot, &codes)
    }];
    if let Some(key) = &spot.rule().key {
        let sign = signs[0]
            .clone()
            .element(key.element.into(), key.component.into());
        signs.push(Sign {
            codes: vec![ElementCode],
            ..sign
        });
    }
    // It may stand for a loop whose first segment was left out, or push what follows out of its place.
    signs.extend(anything_at(spot, position));
    signs.extend(anything_at(spot, position + 1));
    unless_placed(case.rebuilt(lines, signs)?, to, spot)
}

/// That something is missing, or out of its place, at a position, whatever it is called.
fn anything_at(spot: &Spot, position: u32) -> Vec<Sign> {
    let codes = [
        LoopMissing,
        SegmentMissing,
        SegmentUnexpected,
        SegmentOutOfOrder,
        SegmentRepeats,
    ];
    let mut ids: Vec<&str> = spot
        .guide
        .segments
        .iter()
        .map(|rule| rule.id.as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let sign = |id: &&str| Sign {
        positions: position..=position,
        ..Sign::at(spot, &codes).segment(id)
    };
    ids.iter().map(sign).collect()
}

fn inserted(case: &mut Case<'_>, text: &str, codes: &[claimgate::check::Code]) -> Option<Broken> {
    let at = case.pick_line(|_, spot, line| !spot.in_envelope() && !line.is("ST"))?;
    let spot = case.map.spot(at);
    let mut lines = case.file.lines.clone();
    let line = Line::new(text);
    let sign = Sign::at(spot, codes).segment(&line.id);
    lines.insert(at, line);
    case.rebuilt(lines, vec![sign])
}

fn segment_of_no_use(case: &mut Case<'_>) -> Option<Broken> {
    let foreign = [
        "CLP*A*1*2*3",
        "SV1*HC:99213*1",
        "PLB*1*20261231*WO*1",
        "EB*1",
        "EQ*30",
        "TOO*JP*3",
        "IK5*A",
        "STC*A1:19",
        "CAS*CO*45*1",
        "TRN*1*A",
        "LIN**N4*1",
        "CUR*85*USD",
        "MEA*TR*R1*1",
    ];
    let text = *case.draw.of(&foreign)?;
    let id = text.split('*').next()?;
    let guide = case
        .map
        .placed()
        .find(|(_, spot)| !spot.in_envelope())?
        .1
        .guide;
    let own = guide.segments.iter().any(|rule| rule.id == id);
    (!own && library().dictionary().segment(id).is_some()).then_some(())?;
    inserted(case, text, &[SegmentNotUsed])
}

fn segment_unknown(case: &mut Case<'_>) -> Option<Broken> {
    let text = *case.draw.of(&["ZZZ*1", "QX*A*B", "X9Y*1", "Z1"])?;
    inserted(case, text, &[SegmentUnrecognized, SegmentEmpty])
}

fn lower_case_id(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, spot, line| !spot.in_envelope() && !is_frame(line))?;
    let mut lines = case.file.lines.clone();
    lines[at].id = lines[at].id.to_lowercase();
    let sign = Sign::at(case.map.spot(at), &[SegmentUnrecognized]).segment(&lines[at].id);
    case.rebuilt(lines, vec![sign])
}

fn level(
    case: &mut Case<'_>,
    number: usize,
    codes: &[claimgate::check::Code],
    wrong: impl Fn(&Line) -> Option<String>,
) -> Option<Broken> {
    let at = case.pick_line(|_, _, line| line.is("HL") && wrong(line).is_some())?;
    let mut file = case.file.clone();
    let value = wrong(&file.lines[at])?;
    file.lines[at].put(number, value);
    let sign = Sign::at(case.map.spot(at), codes).element(number, 0);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn level_number(case: &mut Case<'_>) -> Option<Broken> {
    let by = case.draw.between(1, 40);
    level(case, 1, &[HierarchyNumber], |hl| {
        Some((hl.get(1).parse::<usize>().ok()? + by).to_string())
    })
}

fn level_twice(case: &mut Case<'_>) -> Option<Broken> {
    level(case, 1, &[HierarchyNumber], |hl| {
        let before = hl.get(1).parse::<usize>().ok()?.checked_sub(1)?;
        (before > 0).then(|| before.to_string())
    })
}

fn parent_unknown(case: &mut Case<'_>) -> Option<Broken> {
    level(case, 2, &[HierarchyParent], |hl| {
        (!hl.get(2).is_empty()).then(|| "999".to_owned())
    })
}

fn parent_itself(case: &mut Case<'_>) -> Option<Broken> {
    level(case, 2, &[HierarchyParent], |hl| {
        (!hl.get(2).is_empty()).then(|| hl.get(1).to_owned())
    })
}

/// A level that is there, but not the one above.
fn parent_of_another_kind(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let of = |at: usize| -> Option<String> {
        let spot = map.spot(at);
        let parent = spot.path.len().checked_sub(2)?;
        let above = spot.path[parent].1;
        let begins = at + 1 - spot.position as usize;
        let mut others = (begins..at).rev().filter(|&one| {
            case.file.lines[one].is("HL") && map.spot(one).innermost().0 != spot.path[parent].0
        });
        others
            .find(|&one| one != above)
            .map(|one| case.file.lines[one].get(1).to_owned())
    };
    let options: Vec<(usize, String)> = map
        .placed()
        .filter(|(at, _)| case.file.lines[*at].is("HL") && !case.file.lines[*at].get(2).is_empty())
        .filter_map(|(at, _)| Some((at, of(at)?)))
        .collect();
    let (at, wrong) = case.draw.of(&options)?.clone();
    let mut file = case.file.clone();
    file.lines[at].put(2, wrong);
    let sign = Sign::at(map.spot(at), &[HierarchyParent]).element(2, 0);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn child_denied(case: &mut Case<'_>) -> Option<Broken> {
    let rejected = rejected(case);
    level(case, 4, &[HierarchyChild], |hl| {
        let promises = hl.get(4) == "1" && !rejected.iter().any(|one| one == hl.get(1));
        promises.then(|| "0".to_owned())
    })
}

/// HL01 of the levels that AAA rejects: there HL04 may say what the inquiry said.
fn rejected(case: &Case<'_>) -> Vec<String> {
    let lines = &case.file.lines;
    let levels = lines.split(|line| line.is("HL")).skip(1);
    let heads = lines.iter().filter(|line| line.is("HL"));
    let rejected = heads
        .zip(levels)
        .filter(|(_, inside)| inside.iter().any(|line| line.is("AAA")));
    rejected.map(|(hl, _)| hl.get(1).to_owned()).collect()
}

fn child_promised(case: &mut Case<'_>) -> Option<Broken> {
    let rejected = rejected(case);
    level(case, 4, &[HierarchyChild, ElementCode], |hl| {
        let denies = hl.get(4) == "0" && !rejected.iter().any(|one| one == hl.get(1));
        denies.then(|| "1".to_owned())
    })
}

fn level_code(case: &mut Case<'_>) -> Option<Broken> {
    let code = *case.draw.of(&["99", "ZZ", "1"])?;
    level(case, 3, &[ElementCode, ElementMissing], |_| {
        Some(code.to_owned())
    })
}
