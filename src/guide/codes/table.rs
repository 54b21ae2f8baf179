//! A code list as it is written: `code, from, to, text` between tabs, comments on top. It must not know which list.

use std::borrow::Cow;
use std::fmt;

use super::Found;

/// The longest code of any list (taxonomy, NPI).
pub const CODE_MAX: usize = 11;
/// More codes than any list has: the largest, ICD-10-PCS, has 80,000.
const CODES_MAX: usize = 500_000;

/// A day as CCYYMMDD; 0 is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Day(u32);

impl Day {
    /// Reads CCYYMMDD.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        let day = Self(digits.then(|| text.parse().ok())??);
        let (month, date) = (day.0 / 100 % 100, day.0 % 100);
        ((1..=12).contains(&month) && (1..=31).contains(&date)).then_some(day)
    }

    /// No day is set.
    pub fn is_open(self) -> bool {
        self.0 == 0
    }
}

/// `2022-01-01`; nothing for an open day.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            day => write!(
                f,
                "{:04}-{:02}-{:02}",
                day / 10_000,
                day / 100 % 100,
                day % 100
            ),
        }
    }
}

/// A code with the days on which it holds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'t> {
    pub code: &'t str,
    pub from: Day,
    pub to: Day,
    /// In our words; empty where we have none.
    pub text: &'t str,
}

impl Entry<'_> {
    pub fn ended_before(&self, day: Day) -> bool {
        !self.to.is_open() && self.to < day
    }

    pub fn starts_after(&self, day: Day) -> bool {
        !self.from.is_open() && self.from > day
    }

    /// It holds on any day.
    pub fn is_timeless(&self) -> bool {
        self.from.is_open() && self.to.is_open()
    }
}

/// A list of codes in order.
#[derive(Debug)]
pub struct Table {
    source: Cow<'static, str>,
    /// By code.
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    key: [u8; CODE_MAX],
    from: Day,
    to: Day,
    /// Where the text stands in the source.
    text: (u32, u32),
}

/// A line that is no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableError {
    pub line: usize,
    pub reason: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for TableError {}

impl Table {
    /// Reads a list. Its lines may come in any order; a code with several periods holds from the first to the last.
    ///
    /// # Errors
    /// The first line that is no code, and a list without any.
    pub fn read(source: Cow<'static, str>) -> Result<Self, TableError> {
        let front_coded = heads(&source).any(|head| head.starts_with("front-coded"));
        let mut rows: Vec<Row> = Vec::new();
        let mut start = 0;
        for (at, line) in source.split_inclusive('\n').enumerate() {
            let end = start + line.len();
            let line = line.trim_end_matches(['\r', '\n']);
            if !line.is_empty() && !line.starts_with('#') {
                let above = rows.last().map_or([0; CODE_MAX], |row| row.key);
                let row = Row::read(line, start, front_coded.then_some(&above));
                let row = row.and_then(|row| match rows.len() < CODES_MAX {
                    true => Ok(row),
                    false => Err(format!("more than {CODES_MAX} codes")),
                });
                rows.push(row.map_err(|reason| TableError {
                    line: at + 1,
                    reason,
                })?);
            }
            start = end;
        }
        if rows.is_empty() {
            let reason = "no code in the list".to_owned();
            return Err(TableError { line: 0, reason });
        }
        rows.sort_by_key(|row| (row.key, row.from));
        rows.dedup_by(|later, kept| later.key == kept.key && kept.take(later));
        Ok(Self { source, rows })
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.rows.iter().map(|row| self.entry(row))
    }

    /// Where the list is from, as its head says.
    pub fn source(&self) -> &str {
        let said = self.said("source: ");
        said.split("; ").next().unwrap_or_default()
    }

    /// The day, month or year of the list, as its head says.
    pub fn as_of(&self) -> &str {
        let said = self.said("; as of ");
        said.split([',', ';']).next().unwrap_or_default()
    }

    /// What the list lacks, as its head says.
    pub fn missing(&self) -> &str {
        self.said("missing: ")
    }

    pub(super) fn look_up(&self, code: &str) -> Found<'_> {
        let Some(key) = key(code) else {
            return Found::Unknown;
        };
        match self.rows.binary_search_by_key(&key, |row| row.key) {
            Ok(at) => Found::Held(self.entry(&self.rows[at])),
            Err(at) => match self.rows.get(at) {
                Some(next) if next.key.starts_with(code.as_bytes()) => Found::Short,
                _ => Found::Unknown,
            },
        }
    }

    fn entry<'t>(&'t self, row: &'t Row) -> Entry<'t> {
        let length = row
            .key
            .iter()
            .position(|&byte| byte == 0)
            .unwrap_or(CODE_MAX);
        let (start, end) = (row.text.0 as usize, row.text.1 as usize);
        Entry {
            code: std::str::from_utf8(&row.key[..length]).unwrap_or_default(),
            from: row.from,
            to: row.to,
            text: &self.source[start..end],
        }
    }

    /// What the head says behind a mark.
    fn said(&self, mark: &str) -> &str {
        let said = heads(&self.source).find_map(|head| Some(head.split_once(mark)?.1));
        said.unwrap_or_default()
    }
}

impl Row {
    /// `code [TAB from [TAB to [TAB text]]]`; a front-coded code is a digit and what differs from the one above.
    /// `start`: where the line stands in its source.
    fn read(line: &str, start: usize, above: Option<&[u8; CODE_MAX]>) -> Result<Self, String> {
        let mut columns = line.splitn(4, '\t');
        let code = columns.next().unwrap_or_default();
        let key = match (above, code.split_at_checked(1)) {
            (Some(above), Some((shared, rest))) => {
                let shared: usize = shared.parse().map_err(|_| "expected a digit first")?;
                let start = above.get(..shared).unwrap_or_default();
                key(&format!("{}{rest}", String::from_utf8_lossy(start)))
            }
            _ => key(code),
        };
        let key = key.ok_or_else(|| format!("expected a code of 1 to {CODE_MAX} characters"))?;
        let mut day = || match columns.next().unwrap_or_default() {
            "" => Ok(Day::default()),
            text => Day::parse(text).ok_or("expected a day as CCYYMMDD"),
        };
        let (from, to) = (day()?, day()?);
        let text = columns.next().unwrap_or_default();
        let narrow = |at: usize| u32::try_from(at).map_err(|_| "the list is too long".to_owned());
        let text = (
            narrow(start + line.len() - text.len())?,
            narrow(start + line.trim_end().len())?,
        );
        let text = if text.0 < text.1 { text } else { (0, 0) };
        Ok(Self {
            key,
            from,
            to,
            text,
        })
    }

    /// Takes in a later period of the same code.
    fn take(&mut self, later: &Self) -> bool {
        if !self.to.is_open() {
            self.to = if later.to.is_open() {
                Day::default()
            } else {
                self.to.max(later.to)
            };
        }
        true
    }
}

fn key(code: &str) -> Option<[u8; CODE_MAX]> {
    let mut key = [0; CODE_MAX];
    let fits = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_graphic());
    key.get_mut(..code.len())
        .filter(|_| fits)?
        .copy_from_slice(code.as_bytes());
    Some(key)
}

/// The comments on top.
fn heads(source: &str) -> impl Iterator<Item = &str> {
    let lines = source.lines().take_while(|line| line.starts_with('#'));
    lines.map(|line| line[1..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_in_any_order_and_periods_joined() {
        let text = "# source: a; as of 2026-01, b\nB\t20200101\t20201231\tbee\nA\nB\t20220101\n";
        let table = Table::read(Cow::Borrowed(text)).unwrap();
        assert_eq!((table.source(), table.as_of()), ("a", "2026-01"));
        let entries: Vec<_> = table.entries().collect();
        assert_eq!(entries.len(), 2);
        assert_eq!((entries[1].code, entries[1].text), ("B", "bee"));
        assert!(entries[1].to.is_open() && !entries[1].from.is_open());
    }

    #[test]
    fn front_coded_lists_are_written_out() {
        let text = "# front-coded: x\n0A000\n31\n29\n0B00\t20200101\n";
        let table = Table::read(Cow::Borrowed(text)).unwrap();
        let codes: Vec<_> = table.entries().map(|entry| entry.code).collect();
        assert_eq!(codes, ["A000", "A001", "A09", "B00"]);
        assert_eq!(table.look_up("A0"), Found::Short);
    }

    #[test]
    fn what_is_no_code_is_told_with_its_line() {
        for (text, line) in [
            ("A\tsoon", 1),
            ("A\nABCDEFGHIJKL", 2),
            ("", 0),
            ("A\n\t\t", 2),
        ] {
            let error = Table::read(Cow::Owned(text.to_owned())).unwrap_err();
            assert_eq!(error.line, line, "{text:?}");
        }
    }
}
