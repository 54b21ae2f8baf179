//! Values of a chart's fields, the same for the same seed, and whether a field that may be absent is filled. It must not
//! know what a field means.

use claimgate::chart::Decimal;
use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::breaks::draw::Draw;

/// The day on which the charts are billed.
pub(crate) const TODAY: Date = date(2026, 11, 24);

/// Letters and marks that billing writes otherwise, and names that say nothing.
const WORDS: &[&str] = &[
    "Alder",
    "birch-grove",
    "O'Neil",
    "Müñoz",
    "Łęka",
    "quay",
    "Harbor",
    "x*y",
    "D.",
    "Große",
    "a~b:c^d",
    "Marsh",
    "4th",
];

/// How many of a hundred fields that may be absent are filled: in every sixth chart none, in another all.
const FILLS: [usize; 6] = [0, 8, 25, 60, 90, 100];

pub(crate) struct Filler {
    draw: Draw,
    fill: usize,
}

impl Filler {
    pub(crate) fn new(seed: u64) -> Self {
        let mut draw = Draw::new(seed);
        let fill = FILLS[draw.below(FILLS.len())];
        Self { draw, fill }
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.draw.below(end)
    }

    pub(crate) fn between(&mut self, from: usize, to: usize) -> usize {
        self.draw.between(from, to)
    }

    /// Whatever the fill of the chart is.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.draw.chance(percent)
    }

    /// Whether a field that may be absent is there.
    pub(crate) fn fills(&mut self) -> bool {
        self.draw.chance(self.fill)
    }

    pub(crate) fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.fills().then(|| make(self))
    }

    /// A field that only some charts have a place for.
    pub(crate) fn maybe_where<T>(
        &mut self,
        has_place: bool,
        make: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        (has_place && self.fills()).then(|| make(self))
    }

    pub(crate) fn list<T>(&mut self, max: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        if !self.fills() {
            return Vec::new();
        }
        // The longest lists are rare, or charts are all lists.
        let count = match self.chance(10) {
            true => max,
            false => self.between(1, max.min(3)),
        };
        (0..count).map(|_| make(self)).collect()
    }

    pub(crate) fn pick(&mut self, choices: &[&str]) -> String {
        self.one_of(choices).to_owned()
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        *self.draw.of(choices).unwrap()
    }

    /// Some of the choices, none twice.
    pub(crate) fn some(&mut self, choices: &[&str]) -> Vec<String> {
        let kept = choices
            .iter()
            .filter(|_| self.draw.chance(self.fill.min(50)));
        kept.map(|one| (*one).to_owned()).collect()
    }

    /// One at least.
    pub(crate) fn some_of(&mut self, choices: &[&str], max: usize) -> Vec<String> {
        let mut some = self.some(choices);
        if some.is_empty() {
            some.push(self.pick(choices));
        }
        some.truncate(max);
        some
    }

    /// Words, at times as many letters as there is room for.
    pub(crate) fn text(&mut self, max: usize) -> String {
        let mut text = match self.chance(5) {
            true => "M".repeat(max - 1),
            false => self.pick(&["Elm", "Oak grove", "Dogwood"]),
        };
        while self.chance(40) {
            let word = self.pick(WORDS);
            // A letter may become two.
            if text.len() + word.len() + 3 > max {
                break;
            }
            text = format!("{text} {word}");
        }
        text
    }

    /// A number that another party gave.
    pub(crate) fn number(&mut self, max: usize) -> String {
        let length = match self.chance(5) {
            true => max,
            false => self.between(4, 12.min(max)),
        };
        self.draw.word(length)
    }

    pub(crate) fn digits(&mut self, count: usize) -> String {
        let first = char::from(b'1' + self.below(9) as u8);
        let rest = (1..count).map(|_| char::from(b'0' + self.draw.below(10) as u8));
        [first].into_iter().chain(rest).collect()
    }

    /// At most so many cents, in one of the ways in which decimals are written.
    pub(crate) fn money(&mut self, cents_max: usize) -> Decimal {
        let cents = self.between(0, cents_max);
        match cents % 100 {
            0 if self.chance(50) => decimal(&(cents / 100).to_string()),
            _ => dollars(cents as i64),
        }
    }

    /// Above zero, and no more than `max`.
    pub(crate) fn quantity(&mut self, max: usize) -> Decimal {
        let whole = self.between(1, max);
        match self.chance(20) && whole < max {
            true => decimal(&format!(
                "{whole}.{}",
                self.one_of(&["5", "25", "125", "10"])
            )),
            false => decimal(&whole.to_string()),
        }
    }

    pub(crate) fn whole(&mut self, from: usize, to: usize) -> Decimal {
        decimal(&self.between(from, to).to_string())
    }

    pub(crate) fn day(&mut self, from: Date, to: Date) -> Date {
        let days = from.until(to).unwrap().get_days() as usize;
        from + (self.below(days + 1) as i64).days()
    }
}

pub(crate) fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

pub(crate) fn dollars(cents: i64) -> Decimal {
    let sign = if cents < 0 { "-" } else { "" };
    decimal(&format!(
        "{sign}{}.{:02}",
        cents.abs() / 100,
        cents.abs() % 100
    ))
}

/// Cents of an amount as [`dollars`] or [`Filler::money`] write it.
pub(crate) fn cents(amount: &Decimal) -> i64 {
    claimgate::claim::Money::parse(amount.as_str())
        .unwrap()
        .cents()
}
