//! An answer to a batch becomes what was said of each of its claims. It must not find the claims: it is given those
//! that were sent, with their places.

use super::claim::Event;
use super::status;
use crate::transaction::t277ca::{ClaimAcknowledgment, Standing, Status};
use crate::transaction::t837::{ClaimPosition, Location, Part};
use crate::transaction::t999::SetResponse;

/// IK304: a segment that must be there is not.
const SEGMENT_MISSING: &str = "3";

/// What a 999 says of the claims of one set.
///
/// A rejected set takes all of its claims down. Those at fault need a person; the others are free to go again, for
/// the partner has certainly not taken them. Where no claim can be named, all of them are at fault: sent again
/// unchanged, they would be turned away again.
pub fn of_set(response: &SetResponse, claims: &[(String, ClaimPosition)]) -> Vec<(String, Event)> {
    if !response.is_rejected() {
        let taken = |(claim, _): &(String, _)| (claim.clone(), Event::SetAccepted);
        return claims.iter().map(taken).collect();
    }
    let faults: Vec<_> = claims
        .iter()
        .map(|(_, position)| fault(response, position))
        .collect();
    let is_located = faults.iter().any(Option::is_some);
    let mut events = Vec::new();
    for ((claim, _), fault) in claims.iter().zip(faults) {
        let at_fault = fault.is_some() || !is_located;
        let (reason, part, location) = match fault {
            Some((reason, part, location)) => (reason, Some(part), location),
            None => (whole_set(response, is_located), None, None),
        };
        let rejected = Event::SetRejected {
            reason,
            at_fault,
            part,
            location,
            field: None,
        };
        events.push((claim.clone(), rejected));
        if !at_fault {
            events.push((claim.clone(), Event::Requeued));
        }
    }
    events
}

/// The first error inside the claim, and its place.
fn fault(
    response: &SetResponse,
    position: &ClaimPosition,
) -> Option<(String, Part, Option<Location>)> {
    response.errors.iter().find_map(|error| {
        let part = position.part(error.position?)?;
        let element = error.elements.first();
        let location = position.location(error.position?).map(|location| Location {
            element: element.map_or(0, |one| one.element),
            component: element.map_or(0, |one| one.component),
            ..location
        });
        // A segment that is missing stands nowhere: the one named is only where it was to be.
        let location = location.filter(|_| error.code != SEGMENT_MISSING);
        Some((format!("999: {}", error.summary()), part, location))
    })
}

fn whole_set(response: &SetResponse, is_located: bool) -> String {
    if is_located {
        return "999: another claim of its transaction set was at fault".into();
    }
    match response.errors.first() {
        Some(error) => format!("999: {}", error.summary()),
        None => format!(
            "999: the transaction set was rejected ({})",
            response.codes.join(", ")
        ),
    }
}

/// What a 277CA says of one claim; `None` where it says neither yes nor no.
pub fn of_claim(answered: &ClaimAcknowledgment) -> Option<Event> {
    let lines = answered.lines.iter().flat_map(|line| &line.statuses);
    let mut event = of_statuses(
        &answered.statuses.iter().chain(lines).collect::<Vec<_>>(),
        answered.standing(),
        answered.payer_claim_number.clone(),
    );
    if let Some(Event::Rejected { lines, .. }) = &mut event {
        for line in &answered.lines {
            let codes = line.statuses.iter().flat_map(|status| &status.codes);
            let number = line.line_control_number.clone().unwrap_or_default();
            lines.extend(codes.map(|code| (number.clone(), status::written(code))));
        }
    }
    event
}

/// What statuses of a batch or provider say of each claim under it.
pub fn of_all(statuses: &[Status], standing: Standing) -> Option<Event> {
    of_statuses(&statuses.iter().collect::<Vec<_>>(), standing, None)
}

fn of_statuses(
    statuses: &[&Status],
    standing: Standing,
    payer_claim_number: Option<String>,
) -> Option<Event> {
    let mut codes: Vec<String> = Vec::new();
    for code in statuses.iter().flat_map(|status| &status.codes) {
        let written = status::written(code);
        if !codes.contains(&written) {
            codes.push(written);
        }
    }
    match standing {
        Standing::Accepted => Some(Event::Accepted {
            status: codes.into_iter().next().unwrap_or_default(),
            payer_claim_number,
        }),
        Standing::Rejected => Some(Event::Rejected {
            statuses: codes,
            lines: Vec::new(),
            payer_claim_number,
        }),
        Standing::Unclear => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::t837::{Part, Span};
    use crate::transaction::t999::SegmentError;

    /// Claims of three segments each from position 10 on.
    fn claims(count: u32) -> Vec<(String, ClaimPosition)> {
        let span = |first| Span {
            first,
            last: first + 2,
        };
        (0..count)
            .map(|index| {
                let position = ClaimPosition {
                    all: span(10 + 3 * index),
                    ..ClaimPosition::default()
                };
                (format!("C{index}"), position)
            })
            .collect()
    }

    fn response(verdict: &str, positions: &[u32]) -> SetResponse {
        SetResponse {
            verdict: verdict.into(),
            errors: positions
                .iter()
                .map(|&position| SegmentError {
                    segment: "PWK".into(),
                    position: Some(position),
                    code: "8".into(),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }
    }

    /// Per claim: accepted, at fault, or free to go again.
    fn told(response: &SetResponse) -> String {
        let word = |(_, event): &(String, Event)| match event {
            Event::SetAccepted => 'a',
            Event::SetRejected { at_fault: true, .. } => 'f',
            Event::SetRejected { .. } => 'r',
            Event::Requeued => 'q',
            _ => '?',
        };
        of_set(response, &claims(3)).iter().map(word).collect()
    }

    #[test]
    fn only_those_at_fault_stay_behind() {
        assert_eq!(told(&response("A", &[])), "aaa");
        assert_eq!(told(&response("E", &[14])), "aaa");
        assert_eq!(told(&response("R", &[14])), "rqfrq");
        assert_eq!(told(&response("R", &[10, 17])), "frqf");
        assert_eq!(told(&response("R", &[2])), "fff");
        assert_eq!(told(&response("R", &[])), "fff");
        let (_, event) = &of_set(&response("R", &[14]), &claims(3))[2];
        let Event::SetRejected { part, reason, .. } = event else {
            panic!("{event:?}")
        };
        assert_eq!(*part, Some(Part::Claim));
        assert!(reason.contains("PWK at 14"), "{reason}");
    }
}
