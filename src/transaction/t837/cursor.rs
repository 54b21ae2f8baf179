//! One segment being read: every element is either taken or told as not held. It must not know
//! which segment it is.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::claim::{Money, Period, Phi};
use crate::x12::Segment;

/// How many are told of one claim, and of each level above it; the last one then says that there
/// were more.
pub const UNREADABLE_MAX: usize = 200;

/// Something that stands in the file and not in the claim. It holds no value, so that it may be
/// logged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unreadable {
    /// Counted from ST = 1.
    pub position: u32,
    /// The segment's id.
    pub segment: String,
    /// 0 where it is about the whole segment.
    pub element: usize,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The claim needs it and it is not there; the claim holds an empty text, zero dollars or the
    /// day 0000-01-01.
    Absent,
    /// Not an amount of dollars; where the claim needs one, it holds zero.
    NotMoney,
    /// Not a day, or a period where a day belongs; where the claim needs one, it holds 0000-01-01.
    NotDate,
    /// Not an hour and minute; the claim holds none.
    NotTime,
    NotNumber,
    /// Not ten digits, or the check digit is wrong.
    NotNpi,
    /// Bytes that are not UTF-8.
    NotText,
    /// A code that means nothing here.
    UnknownCode,
    /// Said before; the first one counts.
    Repeated,
    /// A claim, or its subscriber, without the level it belongs under.
    Orphan,
    /// Readable, but a claim has no place for it.
    NotHeld,
    /// There was more like this.
    TooMany,
}

impl What {
    pub fn description(self) -> &'static str {
        match self {
            Self::Absent => "is missing",
            Self::NotMoney => "is not an amount",
            Self::NotDate => "is not a date",
            Self::NotTime => "is not a time of day",
            Self::NotNumber => "is not a number",
            Self::NotNpi => "is not an NPI",
            Self::NotText => "is not UTF-8 text",
            Self::UnknownCode => "is a code that is not known here",
            Self::Repeated => "is said twice; the first one counts",
            Self::Orphan => "stands without the level it belongs under",
            Self::NotHeld => "is not kept: a claim has no place for it",
            Self::TooMany => "is not the last thing that was not read, but no more are told",
        }
    }
}

/// What could not be read, at most [`UNREADABLE_MAX`].
#[derive(Debug, Clone, Default)]
pub(super) struct Notes(pub(super) Vec<Unreadable>);

impl Notes {
    pub(super) fn add(&mut self, position: u32, segment: &str, element: usize, what: What) {
        let what = match self.0.len() {
            told if told + 1 < UNREADABLE_MAX => what,
            told if told < UNREADABLE_MAX => What::TooMany,
            _ => return,
        };
        self.0.push(Unreadable {
            position,
            segment: segment.to_owned(),
            element,
            what,
        });
    }
}

/// Takes elements out of a segment. When dropped, it tells those that hold something and were not
/// taken.
pub(super) struct Cursor<'s, 'n> {
    segment: Segment<'s>,
    /// The whole segment, looked at once: as if each element were looked at for itself.
    text: Option<&'s str>,
    notes: &'n mut Notes,
    taken: u64,
}

impl<'s, 'n> Cursor<'s, 'n> {
    pub(super) fn new(segment: &Segment<'s>, notes: &'n mut Notes) -> Self {
        Self {
            segment: *segment,
            text: std::str::from_utf8(segment.raw()).ok(),
            notes,
            taken: 0,
        }
    }

    /// The claim has no place for the whole segment.
    pub(super) fn not_held(segment: &Segment<'s>, notes: &'n mut Notes) {
        let mut cursor = Self::new(segment, notes);
        cursor.note(0, What::NotHeld);
        cursor.pass();
    }

    /// Nothing more of the segment is of interest.
    pub(super) fn pass(&mut self) {
        self.taken = u64::MAX;
    }

    pub(super) fn note(&mut self, element: usize, what: What) {
        let id = String::from_utf8_lossy(self.segment.id());
        let id: String = id.chars().take(3).collect();
        self.notes
            .add(self.segment.place.position, &id, element, what);
    }

    fn take(&mut self, element: usize) -> Option<&'s str> {
        self.taken |= 1 << element.min(63);
        self.clean(self.segment.element(element).raw(), element)
    }

    /// Text without its padding; `None` when nothing is left.
    fn clean(&mut self, raw: &'s [u8], element: usize) -> Option<&'s str> {
        if raw.is_empty() {
            return None;
        }
        let from = self.segment.offset_of(raw);
        let whole = self.text;
        let text = whole.and_then(|whole| whole.get(from..from + raw.len()));
        match text.or_else(|| std::str::from_utf8(raw).ok()) {
            Some(text) if !text.ends_with(' ') => Some(text),
            Some(text) => Some(text.trim_end_matches(' ')).filter(|text| !text.is_empty()),
            None => {
                self.note(element, What::NotText);
                None
            }
        }
    }

    pub(super) fn text(&mut self, element: usize) -> Option<String> {
        self.take(element).map(str::to_owned)
    }

    pub(super) fn phi(&mut self, element: usize) -> Option<Phi<String>> {
        self.take(element).map(Phi::from)
    }

    /// The element as it stands, empty when absent: for qualifiers.
    pub(super) fn qualifier(&mut self, element: usize) -> &'s str {
        self.take(element).unwrap_or_default()
    }

    /// An element that a claim always has.
    pub(super) fn need(&mut self, element: usize) -> String {
        let text = self.take(element);
        if text.is_none() {
            self.note(element, What::Absent);
        }
        text.unwrap_or_default().to_owned()
    }

    pub(super) fn need_phi(&mut self, element: usize) -> Phi<String> {
        Phi::new(self.need(element))
    }

    /// Tells a code that is none of these; absence is no fault.
    pub(super) fn expect(&mut self, element: usize, codes: &[&str]) {
        if self
            .take(element)
            .is_some_and(|code| !codes.contains(&code))
        {
            self.note(element, What::UnknownCode);
        }
    }

    pub(super) fn money(&mut self, element: usize) -> Option<Money> {
        let money = Money::parse(self.take(element)?).ok();
        if money.is_none() {
            self.note(element, What::NotMoney);
        }
        money
    }

    pub(super) fn need_money(&mut self, element: usize) -> Money {
        if self.qualifier(element).is_empty() {
            self.note(element, What::Absent);
        }
        self.money(element).unwrap_or(Money::ZERO)
    }

    /// A day in the format that the element before it names: `D8` only.
    pub(super) fn day(&mut self, element: usize) -> Option<Date> {
        let format = self.qualifier(element - 1);
        let day = self.take(element);
        let read = day.filter(|_| format == "D8").and_then(ccyymmdd);
        if read.is_none() {
            let what = day.map_or(What::Absent, |_| What::NotDate);
            self.note(element, what);
        }
        read
    }

    /// A day, or a period of days (`RD8`).
    pub(super) fn days(&mut self, element: usize) -> Option<(Date, Option<Date>)> {
        if self.qualifier(element - 1) != "RD8" {
            return self.day(element).map(|day| (day, None));
        }
        let period = self.take(element).and_then(|text| text.split_once('-'));
        let read = period.and_then(|(from, to)| Some((ccyymmdd(from)?, Some(ccyymmdd(to)?))));
        if read.is_none() {
            self.note(element, What::NotDate);
        }
        read
    }

    /// A day, or a period of days, as a period.
    pub(super) fn period(&mut self, element: usize) -> Option<Period> {
        let (from, to) = self.days(element)?;
        Some(Period {
            from,
            to: to.unwrap_or(from),
        })
    }

    /// A time of day in the format that the element before it names: `TM` only.
    pub(super) fn time(&mut self, element: usize) -> Option<Time> {
        let format = self.qualifier(element - 1);
        let time = self.take(element);
        let read = time.filter(|_| format == "TM").and_then(hhmm);
        if read.is_none() {
            self.note(element, time.map_or(What::Absent, |_| What::NotTime));
        }
        read
    }

    /// A day with its format, as components of one element.
    pub(super) fn day_of(
        &mut self,
        element: usize,
        format: Option<&str>,
        text: Option<&str>,
    ) -> Option<Date> {
        let read = text.filter(|_| format == Some("D8")).and_then(ccyymmdd);
        if read.is_none() {
            self.note(element, text.map_or(What::Absent, |_| What::NotDate));
        }
        read
    }

    /// A period with its format, as components of one element.
    pub(super) fn period_of(
        &mut self,
        element: usize,
        format: Option<&str>,
        text: Option<&str>,
    ) -> Option<Period> {
        let days = text.filter(|_| format == Some("RD8"));
        let read = days.and_then(|text| text.split_once('-'));
        let read = read.and_then(|(from, to)| Some((ccyymmdd(from)?, ccyymmdd(to)?)));
        if read.is_none() {
            self.note(element, text.map_or(What::Absent, |_| What::NotDate));
        }
        read.map(|(from, to)| Period { from, to })
    }

    /// A day (`D8`), or a day and a time (`DT`).
    pub(super) fn day_and_time(&mut self, element: usize) -> (Option<Date>, Option<Time>) {
        if self.qualifier(element - 1) != "DT" {
            return (self.day(element), None);
        }
        let Some((day, time)) = self.take(element).and_then(|text| text.split_at_checked(8)) else {
            self.note(element, What::NotDate);
            return (None, None);
        };
        let (day, time) = (ccyymmdd(day), hhmm(time));
        if day.is_none() {
            self.note(element, What::NotDate);
        }
        if time.is_none() {
            self.note(element, What::NotTime);
        }
        (day, time)
    }

    /// So many components, empty where there are fewer; what stands behind those is told.
    pub(super) fn components<const HELD: usize>(&mut self, element: usize) -> [&'s str; HELD] {
        self.taken |= 1 << element.min(63);
        let mut parts = [""; HELD];
        for (at, raw) in self.segment.element(element).components().enumerate() {
            let text = self.clean(raw, element).unwrap_or_default();
            match parts.get_mut(at) {
                Some(part) => *part = text,
                None if text.is_empty() => {}
                None => {
                    self.note(element, What::NotHeld);
                    break;
                }
            }
        }
        parts
    }

    pub(super) fn len(&self) -> usize {
        self.segment.len()
    }

    /// Puts a value where there is none yet.
    pub(super) fn fill<T>(&mut self, slot: &mut Option<T>, value: Option<T>) {
        match (value, slot.is_some()) {
            (Some(_), true) => self.note(0, What::Repeated),
            (Some(value), false) => *slot = Some(value),
            (None, _) => {}
        }
    }
}

impl Drop for Cursor<'_, '_> {
    fn drop(&mut self) {
        if self.taken == u64::MAX {
            return;
        }
        for (number, element) in (1usize..).zip(self.segment.elements()) {
            let taken = self.taken >> number.min(63) & 1 == 1;
            if !taken && !element.is_empty() {
                self.note(number, What::NotHeld);
            }
        }
    }
}

pub(in crate::transaction) fn ccyymmdd(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = text[..4].parse().ok()?;
    Date::new(year, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok()
}

fn hhmm(text: &str) -> Option<Time> {
    if text.len() != 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Time::new(text[..2].parse().ok()?, text[2..].parse().ok()?, 0, 0).ok()
}
