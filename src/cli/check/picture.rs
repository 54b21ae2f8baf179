//! A segment as it is shown under a finding, with a caret. It shows no value unless asked, and nothing that a terminal
//! would obey.

use crate::check::{Code, Finding};
use crate::x12::Segment;

/// Characters shown on each side of the caret: an 837 has segments of a hundred, a broken file of thousands.
const AROUND: usize = 60;
const CUT: &str = "…";

/// Whether data may be seen: it may be health information.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Values {
    Masked,
    Shown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) line: String,
    /// Carets under what is wrong, and what belongs there.
    pub(super) caret: Option<String>,
}

impl Picture {
    /// `None` where the finding is about another segment than this.
    pub(super) fn of(segment: &Segment<'_>, finding: &Finding, values: Values) -> Option<Self> {
        if finding.segment.as_bytes() == segment.id() {
            let at = (finding.element > 0).then(|| target(segment, finding));
            return Some(draw(segment, at, "", values));
        }
        // What is missing was to stand before this one.
        let absent = matches!(finding.code, Code::SegmentMissing | Code::LoopMissing);
        absent.then(|| {
            let note = format!(" {} belongs before this", finding.segment);
            draw(segment, Some((0, segment.id().len())), &note, values)
        })
    }
}

/// Offset and length of the element, repetition or component that a finding is about.
fn target(segment: &Segment<'_>, finding: &Finding) -> (usize, usize) {
    let number = usize::from(finding.element);
    let element = segment.element(number);
    let mut start = segment.element_offset(number);
    let mut length = element.raw().len();
    if finding.repetition > 0 || finding.component > 0 {
        let before = usize::from(finding.repetition.max(1)) - 1;
        let mut repetitions = element.repetitions();
        let passed = repetitions.by_ref().take(before);
        start += passed.map(|one| one.raw().len() + 1).sum::<usize>();
        let repetition = repetitions.next();
        length = repetition.map_or(0, |one| one.raw().len());
        if let Some(repetition) = repetition
            && finding.component > 0
        {
            let before = usize::from(finding.component) - 1;
            let count = repetition.components().count();
            let passed = repetition.components().take(before);
            start += passed.map(|one| one.len() + 1).sum::<usize>();
            // Behind the last component there is no separator.
            start -= usize::from(before >= count);
            length = repetition.component(before + 1).len();
        }
    }
    (start.min(segment.raw().len()), length)
}

fn draw(segment: &Segment<'_>, at: Option<(usize, usize)>, note: &str, values: Values) -> Picture {
    let (id, raw) = (segment.id().len(), segment.raw());
    let chars: Vec<char> = String::from_utf8_lossy(raw)
        .chars()
        .enumerate()
        .map(|(index, c)| shown(c, index >= id && values == Values::Masked))
        .collect();
    // Offsets are in bytes, carets in characters.
    let column = |offset: usize| {
        let before = &raw[..offset.min(raw.len())];
        String::from_utf8_lossy(before)
            .chars()
            .count()
            .min(chars.len())
    };
    let (from, to) = at.map_or((0, 0), |(start, length)| {
        (column(start), column(start + length))
    });
    let window = from.saturating_sub(AROUND)..(to.min(from + AROUND) + AROUND).min(chars.len());
    let (cut_before, cut_behind) = (window.start > 0, window.end < chars.len());
    let mut line = String::new();
    line.extend(cut_before.then_some(CUT));
    line.extend(&chars[window.clone()]);
    line.extend(cut_behind.then_some(CUT));
    let caret = at.map(|_| {
        let indent = from - window.start + usize::from(cut_before);
        let width = to.min(window.end).saturating_sub(from).max(1);
        format!("{}{}{note}", " ".repeat(indent), "^".repeat(width))
    });
    Picture { line, caret }
}

fn shown(c: char, masked: bool) -> char {
    if masked && c.is_alphanumeric() {
        'x'
    } else if c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric() {
        c
    } else {
        '·'
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Checker;
    use crate::x12::{Item, read_all};

    const GOOD: &str = include_str!("../../../fixtures/005010X222A1/accepted/office-visits.edi");

    /// The picture of the first finding of a changed interchange.
    fn check(from: &str, to: &str, values: Values, expected: [&str; 2]) {
        assert!(GOOD.contains(from), "{from}");
        let changed = GOOD.replacen(from, to, 1);
        let mut checker = Checker::default();
        read_all(changed.as_bytes(), |item| checker.item(&item));
        let judgment = checker.finish();
        let finding = judgment.findings().next().unwrap();
        let mut picture = None;
        read_all(changed.as_bytes(), |item| match item {
            Item::Segment(segment) if segment.place == finding.place => {
                picture = Picture::of(&segment, finding, values);
            }
            _ => {}
        });
        let Picture { line, caret } = picture.unwrap();
        assert_eq!([line.as_str(), &caret.unwrap_or_default()], expected);
    }

    #[test]
    fn the_caret_stands_under_what_is_wrong() {
        use Values::{Masked, Shown};
        check(
            "DMG*D8*19800214",
            "DMG*D8*19801399",
            Masked,
            ["DMG*xx*xxxxxxxx*x", "       ^^^^^^^^"],
        );
        check(
            "***11:B:1*Y*A*Y*Y",
            "***11:X:1*Y*A*Y*Y",
            Shown,
            ["CLM*CG0001*150***11:X:1*Y*A*Y*Y", "                    ^"],
        );
        check(
            "PER*IC*BILLING DESK*TE*6175550134",
            "PER*IC*BILLING DESK*TE",
            Masked,
            ["PER*xx*xxxxxxx xxxx*xx", "                      ^"],
        );
        check(
            "N3*12 WHARF STREET~\n",
            "",
            Masked,
            ["N4*xxxxxx*xx*xxxxxxxxx", "^^ N3 belongs before this"],
        );
    }

    #[test]
    fn a_long_segment_is_cut_around_the_caret() {
        let long = format!("CLM*CG0001*150{}*", "9".repeat(500));
        let line = format!("CLM*xxxxxx*{}…", "x".repeat(120));
        check(
            "CLM*CG0001*150*",
            &long,
            Values::Masked,
            [&line, &format!("{}{}", " ".repeat(11), "^".repeat(120))],
        );
    }

    #[test]
    fn a_terminal_is_told_nothing() {
        assert_eq!(shown('\u{1b}', false), '·');
        assert_eq!(shown('\u{202e}', false), '·');
        assert_eq!(shown('é', true), 'x');
    }
}
