//! From what a partner or our own check complains of to the field of the chart that it came from. It must not judge
//! the complaint.

use crate::billing::Provenance;
use crate::claim::Claim;
use crate::exchange::claim::Event;
use crate::exchange::status;
use crate::transaction::t837::{Location, Part, Trail};

/// The first field of the claim that an element was written from and that has a source in the chart.
pub fn field(claim: &Claim, provenance: &Provenance, at: Location) -> Option<String> {
    let trail = Trail::of(claim).ok()?;
    let mut fields = trail.fields(at).into_iter();
    fields
        .find(|field| provenance.source(field).is_some())
        .map(str::to_owned)
}

/// The chart's path of what an event complains of; `None` where it names no place, or one that no chart fills.
pub fn path<'p>(event: &Event, claim: &Claim, provenance: &'p Provenance) -> Option<&'p str> {
    match event {
        Event::SetRejected { field, part, .. } => {
            let exact = field.as_ref().and_then(|field| provenance.source(field));
            exact.or_else(|| provenance.source(&of_part((*part)?)))
        }
        Event::Rejected {
            statuses, lines, ..
        } => {
            let line_of = |number: &String| {
                claim
                    .lines
                    .iter()
                    .position(|line| line.control_number == *number)
            };
            let of_lines = lines.iter().flat_map(|(number, written)| {
                line_of(number)
                    .map(|line| status::fields(written, claim, Some(line)))
                    .unwrap_or_default()
            });
            let of_claim = statuses
                .iter()
                .flat_map(|written| status::fields(written, claim, None));
            of_lines
                .chain(of_claim)
                .find_map(|field| provenance.source(&field))
        }
        _ => None,
    }
}

/// The claim's field that a part of it is written from.
pub fn of_part(part: Part) -> String {
    match part {
        Part::BillingProvider => "billing_provider".into(),
        Part::Subscriber => "subscriber".into(),
        Part::Patient => "patient".into(),
        Part::Claim => String::new(),
        Part::Line(index) => format!("lines[{index}]"),
    }
}
