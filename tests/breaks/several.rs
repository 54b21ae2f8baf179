//! More than one break in a file: each must be named as if it were alone.

use super::elements;
use super::file::File;
use super::map::Map;
use super::ways::{Broken, Case, Way};

pub(super) const WAYS: &[Way] = &[
    Way {
        name: "one break in three segments",
        make: |case| several(case, false),
    },
    Way {
        name: "three breaks of several kinds",
        make: |case| several(case, true),
    },
];

/// Not among them: what makes two segments of one, and what is told instead of all else in its segment.
const ALONE: &[&str] = &["terminator in data"];
const BREAKS: usize = 3;

fn several(case: &mut Case<'_>, of_other_kinds: bool) -> Option<Broken> {
    let ways: Vec<&Way> = elements::WAYS
        .iter()
        .filter(|way| !ALONE.contains(&way.name))
        .collect();
    let mut way = *case.draw.of(&ways)?;
    let mut broken = Broken {
        file: case.file.clone(),
        signs: Vec::new(),
    };
    let mut touched: Vec<usize> = Vec::new();
    // Some ways find no place, and some find one that is broken already.
    for _ in 0..BREAKS * 4 {
        if of_other_kinds {
            way = *case.draw.of(&ways)?;
        }
        let map = Map::of(&broken.file);
        let mut next_case = Case {
            file: &broken.file,
            map: &map,
            draw: case.draw,
            snip: case.snip,
        };
        let Some(next) = (way.make)(&mut next_case) else {
            continue;
        };
        let at = first_difference(&broken.file, &next.file)?;
        if touched.contains(&at) || !keeps_places(case.map, &next.file) {
            continue;
        }
        touched.push(at);
        broken.file = next.file;
        broken.signs.extend(next.signs);
        if touched.len() == BREAKS {
            return Some(broken);
        }
    }
    None
}

fn first_difference(before: &File, after: &File) -> Option<usize> {
    before
        .lines
        .iter()
        .zip(&after.lines)
        .position(|(before, after)| before != after)
}

/// Whether every segment still stands where it stood in the good file.
fn keeps_places(good: &Map, file: &File) -> bool {
    let rules = |map: &Map| -> Vec<Option<usize>> {
        let spots = map.spots.iter();
        spots
            .map(|spot| spot.as_ref().map(|spot| spot.rule))
            .collect()
    };
    rules(good) == rules(&Map::of(file))
}
