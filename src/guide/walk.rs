//! Where a segment belongs in a guide: a stack of open loops, each with how far it is. It must not judge: what has no
//! place is left to the caller.

use crate::x12::Segment;

use super::{ChildKind, Guide, LoopIndex, SegmentIndex};

/// A place in a walk: which open loop, the outermost is 0, and which of its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub depth: usize,
    pub child_at: usize,
}

/// The open loops of one transaction set, for a reader that takes segments as they come.
#[derive(Debug, Clone)]
pub struct Walk<'g> {
    guide: &'g Guide,
    /// Loop and rank of its latest child, the outermost first.
    open: Vec<(LoopIndex, u16)>,
}

impl Guide {
    /// From the innermost open loop outwards, the first place not yet passed whose key code the segment carries; else
    /// the first that asks for none. `open` gives each open loop and the rank of its latest child, the outermost first.
    #[inline]
    pub fn forward<I>(&self, open: I, segment: &Segment<'_>) -> Option<Spot>
    where
        I: DoubleEndedIterator<Item = (LoopIndex, u16)> + ExactSizeIterator,
    {
        let id = self.id_number(segment.id())?;
        let mut without_key = None;
        for (depth, (index, rank)) in open.enumerate().rev() {
            for one in self.candidates(index, id) {
                // The segment that opened this loop opens a new one, a frame further out.
                if one.rank < rank || (depth > 0 && one.child_at == 0) {
                    continue;
                }
                let found = Spot {
                    depth,
                    child_at: one.child_at,
                };
                if one.has_key_of(segment) {
                    return Some(found);
                }
                if !one.is_keyed() && without_key.is_none() {
                    without_key = Some(found);
                }
            }
        }
        without_key
    }
}

impl<'g> Walk<'g> {
    pub fn new(guide: &'g Guide) -> Self {
        Self {
            guide,
            open: vec![(0, 0)],
        }
    }

    /// Where the segment belongs; `None` where it belongs nowhere from here on. With a code that no definition of its id
    /// has, it is the only one of its id in the innermost loop that has one.
    pub fn find(&self, segment: &Segment<'_>) -> Option<Spot> {
        let open = self.open.iter().copied();
        let found = self.guide.forward(open, segment);
        found.or_else(|| self.only_one(segment))
    }

    fn only_one(&self, segment: &Segment<'_>) -> Option<Spot> {
        let id = self.guide.id_number(segment.id())?;
        let mut alike = self
            .guide
            .segments
            .iter()
            .filter(|one| one.id.as_bytes() == segment.id());
        if alike.any(|one| one.key.as_ref().is_some_and(|key| key.is_in(segment))) {
            return None;
        }
        let mut open = self.open.iter().enumerate().rev();
        open.find_map(|(depth, &(index, rank))| {
            let candidates = self.guide.candidates(index, id).iter();
            let mut ahead =
                candidates.filter(|one| one.rank >= rank && (depth == 0 || one.child_at > 0));
            let (first, second) = (ahead.next()?, ahead.next());
            let child = self.guide.loops[index].children[first.child_at];
            let key = self.guide.opening(child.kind)?.key.as_ref()?;
            // A single code goes without saying in a document: one that is missing must not come back.
            let is_told = key.codes.len() > 1 || !key.value(segment).is_empty();
            (second.is_none() && is_told).then_some(Spot {
                depth,
                child_at: first.child_at,
            })
        })
    }

    /// Goes there: closes the loops behind it and opens the loop, where the child is one. The segment's definition.
    pub fn enter(&mut self, Spot { depth, child_at }: Spot) -> Option<SegmentIndex> {
        self.open.truncate(depth + 1);
        let (index, rank) = self.open.last_mut()?;
        let child = self.guide.loops[*index].children[child_at];
        *rank = child.rank;
        match child.kind {
            ChildKind::Segment(segment) => Some(segment),
            ChildKind::Loop(inner) => {
                self.open.push((inner, 0));
                self.guide.trigger_index(inner)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::library;
    use crate::x12::{Item, read_all};

    /// Titles of the places of segments; `-` for none.
    fn check(set: &str, version: &str, segments: &str, expected: &str) {
        let guide = library().find(set, version).unwrap();
        let mut walk = Walk::new(guide);
        let isa = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*:~";
        let mut told = Vec::new();
        read_all(format!("{isa}{segments}").as_bytes(), |item| {
            let Item::Segment(segment) = item else { return };
            if !segment.is("ISA") {
                let spot = walk.find(&segment);
                let rule = spot.and_then(|spot| walk.enter(spot));
                told.push(rule.map_or("-", |rule| &guide.segments[rule].title));
            }
        });
        assert_eq!(told.join(", "), expected);
    }

    #[test]
    fn a_segment_goes_where_its_code_belongs() {
        check(
            "835",
            "005010X221A1",
            "ST*835*1~BPR*I~REF*F2*1~REF*EV*2~N1*PR*A~LX*1~CLP*1~CLP*2~PLB*1~SE*9*1~",
            "Transaction set header, Payment, Software version, Receiver id, Payer name, Group number, \
             Claim payment, Claim payment, Provider level adjustment, Transaction set trailer",
        );
    }

    /// REF*EV is no payee's, and the guide knows where it belongs; no definition has ZZ.
    #[test]
    fn an_unknown_code_goes_to_the_only_one_of_its_id() {
        check(
            "835",
            "005010X221A1",
            "ST*835*1~BPR*I~TRN*9*1~DTM*ZZZ*20261124~N1*PR*A~REF*EV*1~XYZ*1~N1*QQ*B~",
            "Transaction set header, Payment, Payment trace, Production date, Payer name, -, -, -",
        );
    }
}
