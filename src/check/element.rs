//! Judges the elements of one segment by its definition: presence, length, characters, codes, syntax notes. It
//! must not know where the segment stands.

use crate::guide::{
    Composite, DataType, Element, ElementKind, Note, NoteKind, Segment as Rule, Simple, Usage,
};
use crate::x12::{self, Segment};

use super::{Code, Finding, sound};

/// Tells of everything wrong inside a segment.
pub(super) fn check(
    plans: &sound::Plans,
    rule: &Rule,
    segment: &Segment<'_>,
    loop_id: &str,
    findings: &mut Vec<Finding>,
) {
    if !plans.is_sound(rule, segment) {
        tell(rule, segment, loop_id, findings);
    }
}

/// Looks at everything, at leisure.
pub(super) fn tell(rule: &Rule, segment: &Segment<'_>, loop_id: &str, findings: &mut Vec<Finding>) {
    let mut report = Report {
        before: findings.len(),
        segment,
        loop_id,
        findings,
        at: At::default(),
    };
    if segment.elements().all(|element| element.is_empty()) {
        report.tell(Code::SegmentEmpty, String::new());
        return;
    }
    let last = segment.len();
    if last > 0 && segment.element(last).is_empty() {
        report.tell(Code::ElementTrailingSeparator, String::new());
    }
    for number in 1..=last.max(rule.elements.len()) {
        report.at = At {
            element: number,
            ..At::default()
        };
        let element = segment.element(number);
        match rule.element(number) {
            Some(expected) => check_element(expected, element, rule, &mut report),
            None if element.is_empty() => {}
            None if number > usize::from(rule.standard.count) => {
                let count = rule.standard.count;
                report.tell(Code::ElementsTooMany, format!("expected at most {count}"));
                break;
            }
            None => report.tell(Code::ElementNotUsed, String::new()),
        }
    }
    report.at = At::default();
    let present = |number: u8| !segment.element(usize::from(number)).is_empty();
    check_notes(&rule.standard.notes, present, &mut report, Member::Element);
}

/// Where in the segment a finding is.
#[derive(Clone, Copy, Default)]
struct At<'r> {
    element: usize,
    component: usize,
    repetition: usize,
    data: &'r str,
    title: &'r str,
}

struct Report<'r> {
    segment: &'r Segment<'r>,
    loop_id: &'r str,
    findings: &'r mut Vec<Finding>,
    /// Findings on other segments.
    before: usize,
    at: At<'r>,
}

#[derive(Clone, Copy)]
enum Member {
    Element,
    Component,
}

impl Report<'_> {
    /// Whether this member was told of as missing: the guide's word and the standard's are one fault.
    fn tells_missing(&self, number: usize, member: Member) -> bool {
        let At {
            element,
            repetition,
            ..
        } = self.at;
        self.findings[self.before..].iter().any(|finding| {
            finding.code == Code::ElementMissing
                && match member {
                    Member::Element => {
                        usize::from(finding.element) == number && finding.component == 0
                    }
                    Member::Component => {
                        (usize::from(finding.element), usize::from(finding.component))
                            == (element, number)
                            && usize::from(finding.repetition) == repetition
                    }
                }
        })
    }

    fn tell(&mut self, code: Code, detail: String) {
        let narrow = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        let At {
            element,
            component,
            repetition,
            data,
            title,
        } = self.at;
        let detail = match (title.is_empty(), detail.is_empty()) {
            (true, _) => detail,
            (false, true) => title.to_owned(),
            (false, false) => format!("{title}, {detail}"),
        };
        let finding = Finding::segment(code, self.segment.place, self.segment.id());
        self.findings.push(Finding {
            loop_id: self.loop_id.to_owned(),
            element: narrow(element),
            component: narrow(component),
            repetition: narrow(repetition),
            data_element: data.to_owned(),
            detail,
            ..finding
        });
    }
}

fn check_element<'r>(
    rule: &'r Element,
    element: x12::Element<'r>,
    segment_rule: &Rule,
    report: &mut Report<'r>,
) {
    report.at.data = &rule.data;
    report.at.title = &rule.title;
    if element.is_empty() {
        if rule.usage == Usage::Required {
            report.tell(Code::ElementMissing, String::new());
        }
        return;
    }
    let mut count = 0;
    // ISA11 holds the repetition separator itself and ISA16 the component separator.
    if segment_rule.id == "ISA" {
        if let ElementKind::Simple(simple) = &rule.kind {
            check_value(simple, element.raw(), None, report);
        }
        return;
    }
    for repetition in element.repetitions() {
        count += 1;
        report.at.repetition = if rule.repeat > 1 { count as usize } else { 0 };
        report.at.component = 0;
        report.at.data = &rule.data;
        report.at.title = &rule.title;
        match &rule.kind {
            ElementKind::Simple(simple) => {
                let format = date_format(report.segment, report.at.element);
                if repetition.components().count() > 1 {
                    report.tell(Code::ComponentsTooMany, "expected a single value".into());
                } else {
                    check_value(simple, repetition.raw(), format, report);
                }
            }
            ElementKind::Composite(composite) => {
                check_components(composite, repetition, report);
                report.at.component = 0;
                let sent = repetition.components().count();
                if sent > usize::from(composite.standard.count) {
                    let most = composite.standard.count;
                    report.tell(
                        Code::ComponentsTooMany,
                        format!("expected at most {most}, found {sent}"),
                    );
                }
                let present = |number: u8| !repetition.component(usize::from(number)).is_empty();
                check_notes(
                    &composite.standard.notes,
                    present,
                    report,
                    Member::Component,
                );
            }
        }
    }
    if count > rule.repeat {
        report.at = At {
            repetition: 0,
            component: 0,
            ..report.at
        };
        let most = rule.repeat;
        report.tell(
            Code::ElementRepeats,
            format!("expected at most {most}, found {count}"),
        );
    }
}

fn check_components<'r>(
    composite: &'r Composite,
    element: x12::Element<'r>,
    report: &mut Report<'r>,
) {
    let rules = &composite.components;
    let sent: Vec<&[u8]> = element.components().collect();
    // Components beyond the composite's last are told of as too many.
    let last = sent.len().min(usize::from(composite.standard.count));
    for number in 1..=last.max(rules.len()) {
        let value = sent.get(number - 1).copied().unwrap_or_default();
        report.at.component = number;
        match rules.get(number - 1).and_then(Option::as_ref) {
            Some(rule) => {
                report.at.data = &rule.data;
                report.at.title = &rule.title;
                if !value.is_empty() {
                    let format = component_format(&sent, number);
                    check_value(&rule.value, value, format, report);
                } else if rule.usage == Usage::Required {
                    report.tell(Code::ElementMissing, String::new());
                }
            }
            None if value.is_empty() => {}
            None => {
                (report.at.data, report.at.title) = ("", "");
                report.tell(Code::ElementNotUsed, String::new());
            }
        }
    }
}

/// The format qualifier (`D8`, `RD8`, …) that says how the period in this element is written: data elements 1250
/// and 1251 stand side by side.
fn date_format<'r>(segment: &Segment<'r>, element: usize) -> Option<&'r str> {
    let before = segment.element(element.checked_sub(1)?);
    Some(before.text()).filter(|text| is_date_format(text))
}

fn component_format<'r>(sent: &[&'r [u8]], number: usize) -> Option<&'r str> {
    let before = sent.get(number.checked_sub(2)?)?;
    std::str::from_utf8(before)
        .ok()
        .filter(|text| is_date_format(text))
}

fn is_date_format(text: &str) -> bool {
    matches!(text, "D8" | "RD8" | "DT" | "TM" | "D6" | "RDT")
}

fn check_value(simple: &Simple, value: &[u8], format: Option<&str>, report: &mut Report<'_>) {
    let standard = simple.standard;
    let length = match standard.data_type {
        DataType::Integer | DataType::Decimal => value
            .iter()
            .filter(|byte| !matches!(byte, b'-' | b'.'))
            .count(),
        _ => std::str::from_utf8(value).map_or(value.len(), |text| text.chars().count()),
    };
    if length < standard.min as usize {
        report.tell(
            Code::ElementTooShort,
            format!("expected at least {}, found {length}", standard.min),
        );
    }
    if length > standard.max as usize {
        report.tell(
            Code::ElementTooLong,
            format!("expected at most {}, found {length}", standard.max),
        );
    }
    match standard.data_type {
        DataType::Date if !is_date(value) => report.tell(Code::ElementDate, String::new()),
        DataType::Time if !is_time(value) => report.tell(Code::ElementTime, String::new()),
        DataType::Integer | DataType::Decimal if !is_number(value, standard.data_type) => {
            report.tell(Code::ElementCharacter, "expected a number".into());
        }
        DataType::Text | DataType::Identifier => check_text(value, report),
        _ => {}
    }
    if let Some(format) = format.filter(|_| report.at.data == "1251")
        && !is_period(value, format.as_bytes())
    {
        report.tell(Code::ElementDate, format!("expected the format {format}"));
    }
    if !simple.allows(value) {
        let expected = match simple.codes.len() {
            0..=12 => format!("expected {}", simple.codes.join(", ")),
            count => format!("expected one of {count} codes"),
        };
        report.tell(Code::ElementCode, expected);
    }
}

/// The extended character set: everything printable. UTF-8 is let through, control characters are not.
fn check_text(value: &[u8], report: &mut Report<'_>) {
    let printable = match std::str::from_utf8(value) {
        Ok(text) => !text.chars().any(char::is_control),
        Err(_) => false,
    };
    if !printable {
        report.tell(Code::ElementCharacter, "expected printable text".into());
    } else if value.first() == Some(&b' ')
        && value.iter().all(|&byte| byte == b' ')
        && report.segment.id() != b"ISA"
    {
        report.tell(Code::ElementCharacter, "expected more than spaces".into());
    }
}

/// Whether a value of 1251 is written as a format of 1250 says; one that we do not know says nothing.
pub(super) fn is_period(value: &[u8], format: &[u8]) -> bool {
    let halves = || {
        let at = value.iter().position(|&byte| byte == b'-')?;
        Some((&value[..at], &value[at + 1..]))
    };
    let date_and_time =
        |value: &[u8]| value.len() >= 12 && is_date(&value[..8]) && is_time(&value[8..]);
    match format {
        b"D8" => value.len() == 8 && is_date(value),
        b"D6" => value.len() == 6 && is_date(value),
        b"TM" => is_time(value),
        b"DT" => date_and_time(value),
        b"RD8" => halves().is_some_and(|(from, to)| {
            from.len() == 8 && to.len() == 8 && is_date(from) && is_date(to) && from <= to
        }),
        b"RDT" => halves().is_some_and(|(from, to)| date_and_time(from) && date_and_time(to)),
        _ => true,
    }
}

/// `CCYYMMDD` or `YYMMDD`, a day that exists.
pub(super) fn is_date(value: &[u8]) -> bool {
    let digits = match *value {
        [a, b, c, d, e, f, g, h] => [a, b, c, d, e, f, g, h],
        [c, d, e, f, g, h] => [b'2', b'0', c, d, e, f, g, h],
        _ => return false,
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let [century, year, month, day] = [0, 2, 4, 6].map(|at| two(digits[at], digits[at + 1]));
    let year = century * 100 + year;
    if year < 1 || !(1..=12).contains(&month) || day < 1 {
        return false;
    }
    // Every month has 28 days; only the others need a calendar.
    day <= 28 || jiff::civil::Date::new(year, month as i8, day as i8).is_ok()
}

/// `HHMM`, `HHMMSS`, `HHMMSSD`, `HHMMSSDD`.
pub(super) fn is_time(value: &[u8]) -> bool {
    matches!(value.len(), 4 | 6 | 7 | 8)
        && value.iter().all(u8::is_ascii_digit)
        && pair(value, 0).is_some_and(|hour| hour < 24)
        && pair(value, 2).is_some_and(|minute| minute < 60)
        && (value.len() < 6 || pair(value, 4).is_some_and(|second| second < 60))
}

/// Two digits as a number.
fn pair(value: &[u8], at: usize) -> Option<i16> {
    match value.get(at..at + 2)? {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(two(*a, *b)),
        _ => None,
    }
}

/// Of two that are digits.
fn two(tens: u8, ones: u8) -> i16 {
    i16::from(tens - b'0') * 10 + i16::from(ones - b'0')
}

pub(super) fn is_number(value: &[u8], data_type: DataType) -> bool {
    let value = value.strip_prefix(b"-").unwrap_or(value);
    let (mut digits, mut points) = (0, 0);
    for &byte in value {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            _ => return false,
        }
    }
    let most = if data_type == DataType::Decimal { 1 } else { 0 };
    points <= most && digits > 0
}

fn check_notes(
    notes: &[Note],
    present: impl Fn(u8) -> bool,
    report: &mut Report<'_>,
    member: Member,
) {
    for note in notes {
        let sent = note
            .members
            .iter()
            .filter(|&&number| present(number))
            .count();
        let first = note.members.first().is_some_and(|&number| present(number));
        let absent = || {
            note.members
                .iter()
                .copied()
                .find(|&number| !present(number))
        };
        let (broken, at, words) = match note.kind {
            NoteKind::Paired => (
                sent > 0 && sent < note.members.len(),
                absent(),
                "all or none of",
            ),
            NoteKind::Required => (sent == 0, note.members.first().copied(), "at least one of"),
            NoteKind::Exclusion => (sent > 1, note.members.last().copied(), "at most one of"),
            NoteKind::Conditional => (
                first && sent < note.members.len(),
                absent(),
                "with the first, all of",
            ),
            NoteKind::List => (first && sent == 1, absent(), "with the first, one more of"),
        };
        let number = usize::from(at.unwrap_or_default());
        if !broken || report.tells_missing(number, member) {
            continue;
        }
        let outer = report.at;
        report.at = match member {
            Member::Element => At {
                element: number,
                data: "",
                title: "",
                ..outer
            },
            Member::Component => At {
                component: number,
                data: "",
                title: "",
                ..outer
            },
        };
        let names: Vec<String> = note.members.iter().map(|n| format!("{n:02}")).collect();
        let code = match note.kind {
            NoteKind::Exclusion => Code::ElementExcluded,
            _ => Code::ElementConditional,
        };
        report.tell(code, format!("expected {words} {}", names.join(", ")));
        report.at = outer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_times_numbers() {
        assert!(is_date(b"20240229") && is_date(b"261124"));
        assert!(!is_date(b"20230229") && !is_date(b"20061399") && !is_date(b"2006-1-1"));
        assert!(is_time(b"2359") && is_time(b"12000099") && !is_time(b"2400") && !is_time(b"12"));
        assert!(is_number(b"-12.50", DataType::Decimal) && is_number(b".5", DataType::Decimal));
        for wrong in [&b"1.2.3"[..], b"-", b".", b"1,0", b"1-"] {
            assert!(!is_number(wrong, DataType::Decimal));
        }
        assert!(!is_number(b"1.5", DataType::Integer));
    }
}
