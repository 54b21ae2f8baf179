//! Elements to values, as every transaction set reads them: what stands there and cannot be read is told.

use jiff::civil::Date;

use super::t835::Reference;
use super::t837::{UNREADABLE_MAX, Unreadable, What, ccyymmdd};
use crate::claim::{Money, Phi};
use crate::x12::Segment;

pub(super) fn money(
    segment: &Segment<'_>,
    element: usize,
    notes: &mut Vec<Unreadable>,
) -> Option<Money> {
    let raw = segment.element(element);
    if raw.is_empty() {
        return None;
    }
    let money = Money::parse(raw.text()).ok();
    if money.is_none() {
        note(segment, element, What::NotMoney, notes);
    }
    money
}

pub(super) fn day(
    segment: &Segment<'_>,
    element: usize,
    notes: &mut Vec<Unreadable>,
) -> Option<Date> {
    let raw = segment.element(element);
    let day = ccyymmdd(raw.text());
    if day.is_none() && !raw.is_empty() {
        note(segment, element, What::NotDate, notes);
    }
    day
}

pub(super) fn note(segment: &Segment<'_>, element: usize, what: What, notes: &mut Vec<Unreadable>) {
    if notes.len() < UNREADABLE_MAX {
        let id = String::from_utf8_lossy(segment.id())
            .chars()
            .take(3)
            .collect();
        notes.push(Unreadable {
            position: segment.place.position,
            segment: id,
            element,
            what,
        });
    }
}

pub(super) fn text(segment: &Segment<'_>, element: usize) -> String {
    segment.text(element).to_owned()
}

pub(super) fn optional(segment: &Segment<'_>, element: usize) -> Option<String> {
    Some(segment.text(element))
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

pub(super) fn reference(segment: &Segment<'_>) -> Reference {
    Reference {
        qualifier: text(segment, 1),
        number: Phi::new(text(segment, 2)),
    }
}

/// A day or, after `RD8`, the first and the last of a period (DTP02, DTP03).
pub(super) fn period(
    segment: &Segment<'_>,
    notes: &mut Vec<Unreadable>,
) -> (Option<Date>, Option<Date>) {
    let Some((from, to)) = segment.text(3).split_once('-') else {
        return (day(segment, 3, notes), None);
    };
    let period = (ccyymmdd(from), ccyymmdd(to));
    if period.0.is_none() || period.1.is_none() {
        note(segment, 3, What::NotDate, notes);
    }
    period
}

pub(super) fn count(
    segment: &Segment<'_>,
    element: usize,
    notes: &mut Vec<Unreadable>,
) -> Option<u64> {
    let raw = segment.element(element);
    let count = raw.text().parse().ok();
    if count.is_none() && !raw.is_empty() {
        note(segment, element, What::NotNumber, notes);
    }
    count
}
