//! Lines that several guides hold, written once: `part NAME` opens a block in `data/shared.guide`, `use NAME` takes it
//! in where it stands. It must not know what the lines say.
//!
//! A part may be loops, segments or elements: its first line is indented as the `use` is. A part may use parts above
//! it. Where a guide differs in a line it does not use the part: nothing is overridden.

use std::collections::HashMap;

use super::NotationError;
use super::notation::{self, Line};

/// Parts by name.
#[derive(Debug, Default)]
pub struct Shared {
    parts: HashMap<String, Vec<SourceLine>>,
}

/// A line to be read, and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceLine {
    line: usize,
    shared: Option<usize>,
    pub(super) text: String,
}

impl SourceLine {
    pub(super) fn error(&self, reason: String) -> NotationError {
        let Self { line, shared, .. } = *self;
        NotationError {
            line,
            shared,
            reason,
        }
    }
}

impl Shared {
    /// Reads `part` blocks.
    ///
    /// # Errors
    /// The first line that is not in the notation, stands before any part, or uses a part that is not above it.
    pub fn parse(text: &str) -> Result<Self, NotationError> {
        let mut shared = Self::default();
        let mut open: Option<(String, Vec<SourceLine>)> = None;
        for (number, text) in notation::logical_lines(text) {
            let fail = |reason: String| NotationError::at(number, reason);
            if let Line::Part(name) = notation::line(&text).map_err(fail)? {
                shared.parts.extend(open.take());
                if shared.parts.contains_key(name) {
                    return Err(fail(format!("part {name} is said twice")));
                }
                open = Some((name.to_owned(), Vec::new()));
            } else if let Some((_, lines)) = &mut open {
                lines.extend(shared.line(number, &text).map_err(fail)?);
            } else {
                return Err(fail("a line before any part".to_owned()));
            }
        }
        shared.parts.extend(open);
        Ok(shared)
    }

    /// The lines of a guide, each `use` replaced by the lines of its part.
    pub(super) fn expand(&self, text: &str) -> Result<Vec<SourceLine>, NotationError> {
        let mut lines = Vec::new();
        for (number, text) in notation::logical_lines(text) {
            let found = self.line(number, &text);
            lines.extend(found.map_err(|reason| NotationError::at(number, reason))?);
        }
        Ok(lines)
    }

    /// A line as it is, or the part that it uses.
    fn line(&self, number: usize, text: &str) -> Result<Vec<SourceLine>, String> {
        let Line::Use(name) = notation::line(text)? else {
            return Ok(vec![SourceLine {
                line: number,
                shared: None,
                text: text.to_owned(),
            }]);
        };
        let part = self
            .parts
            .get(name)
            .ok_or_else(|| format!("no part {name} to use"))?;
        let (found, expected) = (indent(text), part.first().map(|line| indent(&line.text)));
        if expected != Some(found) {
            return Err(format!("part {name} does not start at indentation {found}"));
        }
        Ok(part.iter().map(|line| line.used_at(number)).collect())
    }
}

impl SourceLine {
    fn used_at(&self, number: usize) -> Self {
        Self {
            line: number,
            shared: Some(self.shared.unwrap_or(self.line)),
            text: self.text.clone(),
        }
    }
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::{Dictionary, Guide};

    const PARTS: &str = "\
part number
    02 R 127 Number
part referral
  REF 0100 S 1 Referral
    01 R 128 Kind  {9F}
    use number
";

    fn read(parts: &str, guide: &str) -> Result<Guide, String> {
        let dictionary =
            Dictionary::parse("element 128 ID 2 3\nelement 127 AN 1 50\nsegment REF 4").unwrap();
        let shared = Shared::parse(parts).map_err(|error| error.to_string())?;
        Guide::parse(guide, &dictionary, &shared).map_err(|error| error.to_string())
    }

    #[test]
    fn a_part_is_read_as_if_its_lines_stood_there() {
        let used = read(PARTS, "header\n  use referral\n").unwrap();
        let written = read(
            "",
            "header\n  REF 0100 S 1 Referral\n    01 R 128 Kind  {9F}\n    02 R 127 Number\n",
        );
        assert_eq!(format!("{used:?}"), format!("{:?}", written.unwrap()));
    }

    #[test]
    fn a_wrong_use_says_which_line() {
        let cases = [
            (PARTS, "header\n  use date\n", "line 2: no part date to use"),
            (
                PARTS,
                "header\n    use referral\n",
                "line 2: part referral does not start at indentation 4",
            ),
            (
                "part a\n    use b\npart b\n    02 R 127 Number\n",
                "header\n",
                "line 2: no part b to use",
            ),
            (
                "part a\npart a\n",
                "header\n",
                "line 2: part a is said twice",
            ),
            ("header\n", "header\n", "line 1: a line before any part"),
            (
                "part a\n  use",
                "header\n",
                "line 2: cannot read from column 6 on: ``",
            ),
        ];
        for (parts, guide, expected) in cases {
            assert_eq!(read(parts, guide).unwrap_err(), expected, "{parts}{guide}");
        }
    }

    /// The number is the guide's line, and the shared line where the fault is.
    #[test]
    fn a_fault_in_a_part_says_both_lines() {
        let parts = PARTS.replace("127 Number", "999 Number");
        assert_eq!(
            read(&parts, "header\n  # a comment\n  use referral\n").unwrap_err(),
            "line 3 (line 2 of the shared lines): data element 999 is not in the dictionary"
        );
    }
}
