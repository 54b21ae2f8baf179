//! How the values of a rule compare: days, numbers, texts. A value that cannot be read compares with nothing.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::guide::rule::{Pattern, Relation};

/// Decimals are counted in millionths: no element of a guide has more than six digits behind the point.
const UNIT: i128 = 1_000_000;

/// The first or last day of a date or a span of days, another value as it stands.
pub(super) fn edge(value: &[u8], last: bool) -> &[u8] {
    match (value.len(), value.get(8)) {
        (17, Some(b'-')) if last => &value[9..],
        (17, Some(b'-')) => &value[..8],
        // CCYYMMDDHHMM.
        (12, Some(b'0'..=b'2')) if value.iter().all(u8::is_ascii_digit) => &value[..8],
        _ => value,
    }
}

/// Whether two values stand in a relation; `None` where that cannot be said.
pub(super) fn compares(left: &[u8], relation: Relation, right: &[u8], plus: i64) -> Option<bool> {
    Measure::of(left).compares(relation, &Measure::of(right), plus)
}

/// A value that was read, to be compared more than once.
#[derive(Debug, Clone)]
pub(super) struct Measure<T> {
    text: T,
    day: Option<Day>,
    /// Where it is no day.
    number: Option<i128>,
}

impl<T: AsRef<[u8]>> Measure<T> {
    pub(super) fn of(text: T) -> Self {
        let day = day(text.as_ref());
        let number = match day {
            Some(_) => None,
            None => number(text.as_ref()),
        };
        Self { text, day, number }
    }

    /// As [`compares`].
    pub(super) fn compares<U: AsRef<[u8]>>(
        &self,
        relation: Relation,
        right: &Measure<U>,
        plus: i64,
    ) -> Option<bool> {
        if let Some((left, right)) = self.day.zip(right.day) {
            let right = match plus {
                0 => right,
                days => later(right, days)?,
            };
            return Some(holds(left.cmp(&right), relation));
        }
        let same = plus == 0 && self.text.as_ref() == right.text.as_ref();
        match relation {
            Relation::Equal if same => return Some(true),
            Relation::Unequal if same => return Some(false),
            _ => {}
        }
        match self.number().zip(right.number()) {
            Some((left, right)) => {
                let right = right.checked_add(i128::from(plus) * UNIT)?;
                Some(holds(left.cmp(&right), relation))
            }
            None => match relation {
                Relation::Equal => Some(false),
                Relation::Unequal => Some(true),
                _ => None,
            },
        }
    }

    fn number(&self) -> Option<i128> {
        match self.day {
            Some(_) => number(self.text.as_ref()),
            None => self.number,
        }
    }
}

pub(super) fn holds(ordering: std::cmp::Ordering, relation: Relation) -> bool {
    match relation {
        Relation::Less => ordering.is_lt(),
        Relation::LessOrEqual => ordering.is_le(),
        Relation::More => ordering.is_gt(),
        Relation::MoreOrEqual => ordering.is_ge(),
        Relation::Equal => ordering.is_eq(),
        Relation::Unequal => ordering.is_ne(),
    }
}

/// Year, month and day, as they are ordered.
type Day = (i16, i8, i8);

fn later((year, month, day): Day, days: i64) -> Option<Day> {
    let date = Date::new(year, month, day).ok()?;
    let date = date.checked_add(days.days()).ok()?;
    Some((date.year(), date.month(), date.day()))
}

/// A day written `CCYYMMDD`; that the month has it is for the element check to say.
fn day(value: &[u8]) -> Option<Day> {
    if value.len() != 8 || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = |from: usize, to: usize| {
        value[from..to]
            .iter()
            .fold(0i16, |number, digit| number * 10 + i16::from(digit - b'0'))
    };
    let within = |number: i16, max: i16| {
        let number = Some(number).filter(|number| (1..=max).contains(number))?;
        i8::try_from(number).ok()
    };
    Some((
        digits(0, 4),
        within(digits(4, 6), 12)?,
        within(digits(6, 8), 31)?,
    ))
}

/// A decimal in millionths; `None` where it is none, or finer, or has a leading zero as identifiers do.
pub(super) fn number(value: &[u8]) -> Option<i128> {
    let (sign, digits) = match value {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    let is_identifier = matches!(digits, [b'0', b'0'..=b'9', ..]) && !digits.contains(&b'.');
    // Nineteen digits at most: they and their sum fit.
    if digits.is_empty() || digits.len() > 20 || is_identifier {
        return None;
    }
    let (mut number, mut whole, mut fraction) = (0u64, 0, None);
    for &byte in digits {
        match (byte, &mut fraction) {
            (b'0'..=b'9', fraction) => {
                number = number
                    .checked_mul(10)?
                    .checked_add(u64::from(byte - b'0'))?;
                *fraction.as_mut().unwrap_or(&mut whole) += 1;
            }
            (b'.', None) => fraction = Some(0),
            _ => return None,
        }
    }
    let fraction = fraction.unwrap_or(0);
    let is_number = whole + fraction > 0 && whole <= 18 && fraction <= 6;
    is_number.then(|| sign * i128::from(number) * POWERS[6 - fraction as usize])
}

const POWERS: [i128; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/// What a count or a sum is written as, to compare it like a value.
pub(super) fn written(millionths: i128) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, fraction) = (millionths.abs() / UNIT, millionths.abs() % UNIT);
    format!("{sign}{whole}.{fraction:06}")
}

/// Characters, not bytes.
pub(super) fn length(value: &[u8]) -> usize {
    String::from_utf8_lossy(value).chars().count()
}

pub(super) fn fits(codes: &[Pattern], value: &[u8]) -> bool {
    codes.iter().any(|code| code.fits(value))
}

pub(super) fn counted(count: usize) -> String {
    count.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Relation::{Equal, Less, LessOrEqual, More, Unequal};

    fn read(left: &str, relation: Relation, right: &str, plus: i64) -> Option<bool> {
        compares(left.as_bytes(), relation, right.as_bytes(), plus)
    }

    #[test]
    fn days_compare_as_days() {
        assert_eq!(read("20240228", Less, "20240301", 0), Some(true));
        assert_eq!(read("20240301", LessOrEqual, "20240228", 2), Some(true));
        assert_eq!(read("20240302", LessOrEqual, "20240228", 2), Some(false));
        assert_eq!(edge(b"20240101-20240131", false), b"20240101");
        assert_eq!(edge(b"20240101-20240131", true), b"20240131");
        assert_eq!(edge(b"202401011530", true), b"20240101");
    }

    #[test]
    fn numbers_compare_exactly_and_texts_by_sameness() {
        assert_eq!(read("10", Equal, "10.00", 0), Some(true));
        assert_eq!(read("-1.5", Less, "0", 0), Some(true));
        assert_eq!(read("2", More, "1", 1), Some(false));
        assert_eq!(read("007", Equal, "7", 0), Some(false));
        assert_eq!(read("AB", Unequal, "AC", 0), Some(true));
        assert_eq!(read("AB", Less, "3", 0), None);
        assert_eq!(number(b"1.1234567"), None);
        assert_eq!(written(1_500_000), "1.500000");
        assert_eq!(number(written(-2_250_000).as_bytes()), Some(-2_250_000));
    }
}
