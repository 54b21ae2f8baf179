//! What the codes of an element came to when it said the same before: claims name the same procedures, places and
//! payers again and again. It must not hold what was told of.

use crate::x12::Segment;

use super::{At, Dated};

/// By segment definition, number of the element among those that hold codes, and [`turn`].
#[derive(Default)]
pub(super) struct Recalled(Vec<Vec<[Recall; TURNS]>>);

/// Of an element, so many texts may take turns: reasons of adjustments do.
const TURNS: usize = 8;

#[derive(Default, Clone)]
struct Recall {
    /// The element, and what stands around it that names its list.
    said: Vec<u8>,
    before: Vec<u8>,
    country: Vec<u8>,
    dated: Vec<Dated>,
}

impl Recalled {
    /// The codes with days that were found last, if the segment says the same again.
    #[inline]
    pub(super) fn find(&self, at: At, number: usize, segment: &Segment<'_>) -> Option<&[Dated]> {
        let turns = self.0.get(at.rule.index)?.get(number)?;
        let [said, before, country] = says(at, segment);
        let one = &turns[turn(said)];
        let is_same = one.said == said && one.before == before && one.country == country;
        is_same.then_some(&one.dated[..])
    }

    /// Keeps what was found.
    pub(super) fn keep(&mut self, at: At, number: usize, segment: &Segment<'_>, dated: &[Dated]) {
        if self.0.len() <= at.rule.index {
            self.0.resize(at.rule.index + 1, Vec::new());
        }
        let of_segment = &mut self.0[at.rule.index];
        of_segment.resize_with(at.rule.listed.len(), Default::default);
        let [said, before, country] = says(at, segment);
        let one = &mut of_segment[number][turn(said)];
        for (kept, said) in [
            (&mut one.said, said),
            (&mut one.before, before),
            (&mut one.country, country),
        ] {
            kept.clear();
            kept.extend_from_slice(said);
        }
        one.dated.clear();
        one.dated.extend_from_slice(dated);
    }
}

/// Where a text is kept: most codes of a list differ in their ends or their length.
#[inline]
fn turn(said: &[u8]) -> usize {
    let end = |byte: Option<&u8>| byte.map_or(0, |&byte| usize::from(byte));
    (end(said.first()) * 5 + end(said.last()) + said.len()) % TURNS
}

/// All that the judgment of a listed element looks at: a whole element's qualifier stands in front of it, and the country
/// of an address in the fourth. A component's qualifier stands beside it.
#[inline]
fn says<'s>(at: At, segment: &Segment<'s>) -> [&'s [u8]; 3] {
    let element = usize::from(at.listed.element);
    let said = |number| segment.element(number).raw();
    match at.listed.component {
        0 => [said(element), said(element.saturating_sub(1)), said(4)],
        _ => [said(element), b"", said(4)],
    }
}

/// Values may be protected health information.
impl std::fmt::Debug for Recalled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} segments>", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use proptest::sample::select;

    use crate::check::changed::{SETS, changed, changes, guide};
    use crate::check::code_set::CodeSet;
    use crate::check::walk::Walk;
    use crate::guide::codes::Codes;
    use crate::x12::{Item, read_all};

    /// What is told of the codes of files one after another; `before` is called before each segment.
    fn told(files: &[String], before: impl Fn(&mut CodeSet)) -> String {
        let mut codes = CodeSet::new(Arc::new(Codes::default()));
        let mut findings = Vec::new();
        let mut walk = Walk::new(guide(&files[0])).attentive();
        for file in files {
            walk.restart();
            read_all(file.as_bytes(), |item| {
                let Item::Segment(segment) = item else { return };
                before(&mut codes);
                if let Some(rule) = walk.place(&segment, &mut Vec::new()) {
                    let (told, echo) = (findings.len(), walk.echo());
                    codes.segment((rule, echo), &segment, "", told, &mut findings);
                }
            });
            codes.close_claim(&mut findings);
        }
        format!("{findings:?}")
    }

    proptest! {
        #[test]
        fn what_is_said_again_comes_to_the_same(text in select(&SETS), files in prop::collection::vec(changes(), 1..4)) {
            let files: Vec<_> = files.iter().map(|one| changed(text, one)).collect();
            let forget = |codes: &mut CodeSet| {
                (codes.recalled, codes.known) = Default::default();
            };
            prop_assert_eq!(told(&files, |_| {}), told(&files, forget));
        }
    }
}
