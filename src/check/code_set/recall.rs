//! What the codes of an element came to when it said the same before: claims name the same procedures, places and
//! payers again and again. It must not hold what was told of.

use crate::guide::codes::{Day, ListId};
use crate::x12::Segment;

use super::At;

/// A code's list, and from when to when it holds.
pub(super) type Held = (ListId, (Day, Day));

/// By segment definition and number of the listed element.
#[derive(Default)]
pub(super) struct Recalled(Vec<Vec<Recall>>);

#[derive(Default, Clone)]
struct Recall {
    /// The element, and what stands around it that names its list.
    said: Vec<u8>,
    before: Vec<u8>,
    country: Vec<u8>,
    held: Option<Held>,
}

impl Recalled {
    /// What was found last, if the segment says the same again: no code with days, or one.
    #[inline]
    pub(super) fn find(
        &self,
        at: At,
        number: usize,
        segment: &Segment<'_>,
    ) -> Option<Option<Held>> {
        let one = self.0.get(at.rule.index)?.get(number)?;
        let [said, before, country] = says(at, segment);
        let is_same = one.said == said && one.before == before && one.country == country;
        is_same.then_some(one.held)
    }

    /// Keeps what was found; `None` where it is more than one code with days.
    pub(super) fn keep(
        &mut self,
        at: At,
        number: usize,
        segment: &Segment<'_>,
        held: Option<Option<Held>>,
    ) {
        let Some(held) = held else { return };
        if self.0.len() <= at.rule.index {
            self.0.resize(at.rule.index + 1, Vec::new());
        }
        let of_segment = &mut self.0[at.rule.index];
        of_segment.resize(at.rule.listed.len(), Recall::default());
        let one = &mut of_segment[number];
        let [said, before, country] = says(at, segment);
        for (kept, said) in [
            (&mut one.said, said),
            (&mut one.before, before),
            (&mut one.country, country),
        ] {
            kept.clear();
            kept.extend_from_slice(said);
        }
        one.held = held;
    }
}

/// All that the judgment of a listed element looks at: a whole element's qualifier stands in front of it, and the country
/// of an address in the fourth.
#[inline]
fn says<'s>(at: At, segment: &Segment<'s>) -> [&'s [u8]; 3] {
    let element = usize::from(at.listed.element);
    [element, element.saturating_sub(1), 4].map(|number| segment.element(number).raw())
}

/// Values may be protected health information.
impl std::fmt::Debug for Recalled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} segments>", self.0.len())
    }
}
