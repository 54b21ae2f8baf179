//! Where a claim stands in its transaction set. It must not know what stands there.

use serde::{Deserialize, Serialize};

/// First and last segment, counted from ST = 1 as IK302 of a 999 does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub first: u32,
    pub last: u32,
}

impl Span {
    pub fn holds(self, position: u32) -> bool {
        (self.first..=self.last).contains(&position)
    }
}

/// A level of a claim's segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    BillingProvider,
    Subscriber,
    Patient,
    Claim,
}

/// A segment of a claim, or an element of it, wherever the claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub level: Level,
    /// Segments of the level before it.
    pub before: u32,
    /// 0: the segment as a whole.
    #[serde(default)]
    pub element: u32,
    /// 0: the element as a whole.
    #[serde(default)]
    pub component: u32,
}

/// The segments of one claim, and of the levels above it, which it shares with its neighbours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimPosition {
    /// Index into the claims as they were given to the writer; when read, the number of claims
    /// before it in the set.
    pub claim: usize,
    /// Loops 2000A and 2010AA to 2010AC.
    pub billing_provider: Span,
    /// Loops 2000B, 2010BA and 2010BB.
    pub subscriber: Span,
    /// Loops 2000C and 2010CA.
    pub patient: Option<Span>,
    /// Loop 2300 with everything in it.
    pub all: Span,
    /// Loops 2400, in the order of the claim's lines.
    pub lines: Vec<Span>,
}

/// What a position belongs to, seen from one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    BillingProvider,
    Subscriber,
    Patient,
    Claim,
    /// Index into the claim's lines.
    Line(usize),
}

impl ClaimPosition {
    /// Where a segment of a set stands in this claim; `None` when it is another claim's.
    pub fn location(&self, position: u32) -> Option<Location> {
        let at = |level, span: Span| {
            span.holds(position).then(|| Location {
                level,
                before: position - span.first,
                element: 0,
                component: 0,
            })
        };
        at(Level::Claim, self.all)
            .or_else(|| at(Level::Patient, self.patient?))
            .or_else(|| at(Level::Subscriber, self.subscriber))
            .or_else(|| at(Level::BillingProvider, self.billing_provider))
    }

    /// The other way: the position of a segment in the set that this claim stands in.
    pub fn position_of(&self, location: Location) -> Option<u32> {
        let span = match location.level {
            Level::BillingProvider => self.billing_provider,
            Level::Subscriber => self.subscriber,
            Level::Patient => self.patient?,
            Level::Claim => self.all,
        };
        let position = span.first.checked_add(location.before)?;
        span.holds(position).then_some(position)
    }

    /// The part of this claim that stands at the position; `None` when it is another claim's.
    pub fn part(&self, position: u32) -> Option<Part> {
        if self.all.holds(position) {
            let line = self.lines.iter().position(|line| line.holds(position));
            return Some(line.map_or(Part::Claim, Part::Line));
        }
        if self.patient.is_some_and(|patient| patient.holds(position)) {
            Some(Part::Patient)
        } else if self.subscriber.holds(position) {
            Some(Part::Subscriber)
        } else if self.billing_provider.holds(position) {
            Some(Part::BillingProvider)
        } else {
            None
        }
    }
}
