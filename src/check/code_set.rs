//! SNIP 5: is a code one of its external list, and in force. It must not know how a list is kept.
//!
//! Most codes hold from a day to a day, and the day of service often stands behind them: such a code waits until
//! the day is known, its line ends or its claim ends. A day that is never known decides nothing.

mod recall;

use std::sync::Arc;

use crate::guide::codes::{Codes, Day, Found, List, ListId, On, Standing, find};
use crate::guide::{ElementKind, Listed, Segment as Rule};
use crate::x12::{Element, Place, Segment};

use recall::Recalled;

use super::echo::{ByEcho, Echo};
use super::{Code, Finding};

/// Codes that wait at once; of a claim with more, the rest are not judged by their days.
const WAITING_MAX: usize = 10_000;

/// The codes of one transaction set.
#[derive(Debug)]
pub(super) struct CodeSet {
    codes: Arc<Codes>,
    days: Days,
    recalled: Recalled,
    /// Of segments that come again: their codes that have days. The others are in order.
    known: ByEcho<Vec<Dated>>,
    /// Of the segment at hand; kept to be filled again.
    dated: Vec<Dated>,
}

/// The days that codes must hold on, and the codes that wait for one.
#[derive(Debug, Default)]
struct Days {
    /// BHT04 or BPR16: when the set was written.
    written: Period,
    in_line: bool,
    claim: Period,
    line: Period,
    /// From the first to the last day of the claim's lines.
    lines: Period,
    waiting: Vec<Waiting>,
}

/// A code of a list, and from when to when it holds.
#[derive(Debug, Clone, Copy)]
struct Dated {
    /// With the list that is meant.
    listed: Listed,
    repetition: usize,
    from: Day,
    to: Day,
}

/// Two days, both included; `None` while they are not known.
type Period = Option<(Day, Day)>;

/// A code in its place, and the days on which it holds.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    at: At,
    from: Day,
    to: Day,
    in_line: bool,
}

#[derive(Debug, Clone, Copy)]
struct At {
    rule: &'static Rule,
    loop_id: &'static str,
    place: Place,
    /// With the list that is meant.
    listed: Listed,
    repetition: usize,
}

impl CodeSet {
    pub(super) fn new(codes: Arc<Codes>) -> Self {
        Self {
            codes,
            days: Days::default(),
            recalled: Recalled::default(),
            known: ByEcho::default(),
            dated: Vec::new(),
        }
    }

    /// At the beginning again, for the next set.
    pub(super) fn restart(&mut self) {
        self.days = Days::default();
    }

    /// Takes the next segment; `echo`: what it says again. `before`: how many of the findings are about earlier ones.
    pub(super) fn segment(
        &mut self,
        (rule, echo): (&'static Rule, Option<Echo>),
        segment: &Segment<'_>,
        loop_id: &'static str,
        before: usize,
        findings: &mut Vec<Finding>,
    ) {
        self.days.segment(segment, findings);
        if rule.listed.is_empty() {
            return;
        }
        let at = |listed| At {
            rule,
            loop_id,
            place: segment.place,
            listed,
            repetition: 0,
        };
        if let Some(known) = echo.and_then(|echo| self.known.get(echo)) {
            known
                .iter()
                .for_each(|one| self.days.dated(at(one.listed), *one, findings));
            return;
        }
        self.dated.clear();
        let told = findings.len();
        let last = segment.len();
        let of_elements = rule
            .listed
            .chunk_by(|one, next| one.element == next.element);
        for (number, listed) in of_elements.enumerate() {
            let at_element = usize::from(listed[0].element);
            if at_element > last {
                break;
            }
            let element = segment.element(at_element);
            if element.is_empty() {
                continue;
            }
            let (told, first) = (findings.len(), self.dated.len());
            if told == before
                && let Some(known) = self.recalled.find(at(listed[0]), number, segment)
            {
                for &one in known {
                    self.days.dated(at(one.listed), one, findings);
                }
                self.dated.extend_from_slice(known);
                continue;
            }
            for &listed in listed {
                if !is_told(&findings[before..], listed) {
                    self.judge(at(listed), segment, element, findings);
                }
            }
            if told == before && findings.len() == told {
                let found = &self.dated[first..];
                self.recalled.keep(at(listed[0]), number, segment, found);
            }
        }
        if let (Some(echo), true) = (echo, findings.len() == told && told == before) {
            self.known.room(echo).clone_from(&self.dated);
        }
    }

    /// Judges the codes of an element; those that have days are kept as of the segment at hand.
    fn judge(
        &mut self,
        at: At,
        segment: &Segment<'_>,
        element: Element<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let is_repeated = repeats(at.rule, at.listed);
        for (number, repetition) in (1..).zip(element.repetitions()) {
            let Some((list, value)) = code(at.listed, segment, repetition) else {
                continue;
            };
            let repetition = if is_repeated { number } else { 0 };
            let at = At {
                repetition,
                ..at.of(list)
            };
            match self.codes.look_up(list, value) {
                Found::Shaped => {}
                Found::Held(entry) if entry.is_timeless() => {}
                Found::Held(entry) => {
                    let one = Dated {
                        listed: at.listed,
                        repetition,
                        from: entry.from,
                        to: entry.to,
                    };
                    self.dated.push(one);
                    self.days.dated(at, one, findings);
                }
                wrong => findings.push(at.wrong(wrong, value)),
            }
        }
    }

    /// Ends the claim at hand, or the set.
    pub(super) fn close_claim(&mut self, findings: &mut Vec<Finding>) {
        self.days.close_claim(findings);
    }
}

impl Days {
    /// What a segment says of days, of claims and of lines.
    fn segment(&mut self, segment: &Segment<'_>, findings: &mut Vec<Finding>) {
        match segment.id() {
            b"BHT" => self.written = period(segment.text(4)),
            b"BPR" => self.written = period(segment.text(16)),
            b"HL" | b"CLM" | b"CLP" => self.close_claim(findings),
            b"LX" | b"SVC" => self.open_line(findings),
            b"DTP" => self.day(segment.text(1), segment.text(3), findings),
            b"DTM" => self.day(segment.text(1), segment.text(2), findings),
            _ => {}
        }
    }

    /// A code that holds from a day to a day.
    fn dated(&mut self, at: At, one: Dated, findings: &mut Vec<Finding>) {
        let waiting = Waiting {
            at: At {
                listed: one.listed,
                repetition: one.repetition,
                ..at
            },
            from: one.from,
            to: one.to,
            in_line: self.in_line,
        };
        match at.listed.list.list().on {
            On::Written => waiting.judge(self.written, findings),
            On::Service if self.in_line && self.line.is_some() => {
                waiting.judge(self.line, findings);
            }
            On::Service if self.waiting.len() < WAITING_MAX => self.waiting.push(waiting),
            On::Service => {}
        }
    }

    /// What still waits is judged by what is known.
    fn close_claim(&mut self, findings: &mut Vec<Finding>) {
        let service = self.claim.or(self.lines);
        for waiting in self.waiting.drain(..) {
            let line = self.line.filter(|_| waiting.in_line);
            waiting.judge(line.or(service), findings);
        }
        (self.claim, self.line, self.lines) = (None, None, None);
        self.in_line = false;
    }

    fn open_line(&mut self, findings: &mut Vec<Finding>) {
        self.settle_line(findings);
        for waiting in &mut self.waiting {
            waiting.in_line = false;
        }
        (self.line, self.in_line) = (None, true);
    }

    fn settle_line(&mut self, findings: &mut Vec<Finding>) {
        if self.line.is_some() {
            let line = self.line;
            self.waiting.retain(|waiting| {
                if waiting.in_line {
                    waiting.judge(line, findings);
                }
                !waiting.in_line
            });
        }
    }

    fn day(&mut self, qualifier: &str, text: &str, findings: &mut Vec<Finding>) {
        let Some(day) = period(text) else { return };
        match (self.in_line, qualifier) {
            (true, "472" | "150" | "151") => {
                self.line = joined(self.line, day);
                self.lines = joined(self.lines, day);
                self.settle_line(findings);
            }
            (false, "434" | "472" | "232" | "233") => self.claim = joined(self.claim, day),
            _ => {}
        }
    }
}

impl Waiting {
    /// A code is wrong that holds on no day of the period.
    fn judge(&self, period: Period, findings: &mut Vec<Finding>) {
        let Some((first, last)) = period else { return };
        let words = if !self.to.is_open() && self.to < first {
            format!("it ended on {}", self.to)
        } else if !self.from.is_open() && self.from > last {
            format!("it starts on {}", self.from)
        } else {
            return;
        };
        let code = match self.at.listed.list.list().on {
            On::Service => Code::CodeExpired,
            On::Written => Code::CodeRetired,
        };
        findings.push(self.at.tell(code, &words));
    }
}

impl At {
    fn of(self, list: ListId) -> Self {
        let listed = Listed {
            list,
            ..self.listed
        };
        Self { listed, ..self }
    }

    fn wrong(&self, found: Found<'_>, value: &str) -> Finding {
        let list = self.listed.list.list();
        match (found, list.standing) {
            (Found::Misshapen, _) if is_npi_but_for_its_check_digit(list.name, value) => {
                self.tell(Code::NpiCheckDigit, "")
            }
            (Found::Misshapen, _) => {
                let code = match is_irregular(list, value) {
                    true => Code::CodeIrregular,
                    false => Code::CodeShape,
                };
                self.tell(code, &format!("expected {}", list.shape.words()))
            }
            (_, Standing::Whole) => self.tell(Code::CodeUnknown, ""),
            (Found::Short, _) => self.tell(Code::CodeUnlisted, "longer codes begin with it"),
            _ => self.tell(Code::CodeUnlisted, ""),
        }
    }

    fn tell(&self, code: Code, words: &str) -> Finding {
        let Listed {
            element,
            component,
            list,
        } = self.listed;
        let (data, title) = named(self.rule, self.listed);
        let separator = if words.is_empty() { "" } else { ": " };
        let list = list.list().title;
        Finding {
            element,
            component,
            repetition: u8::try_from(self.repetition).unwrap_or(u8::MAX),
            data_element: data.to_owned(),
            detail: format!("{title}, {list}{separator}{words}"),
            ..Finding::segment(code, self.place, self.rule.id.as_bytes()).in_loop(self.loop_id)
        }
    }
}

/// The code in a repetition and the list that its neighbours say is meant; `None` where no list of ours is.
fn code<'a>(
    listed: Listed,
    segment: &Segment<'a>,
    repetition: Element<'a>,
) -> Option<(ListId, &'a str)> {
    let text = |bytes| std::str::from_utf8(bytes).ok();
    let (value, before) = match usize::from(listed.component) {
        0 => {
            let before = usize::from(listed.element).saturating_sub(1);
            (repetition.raw(), segment.element(before).raw())
        }
        number => (
            repetition.component(number),
            repetition.component(number - 1),
        ),
    };
    let value = text(value).filter(|value| !value.is_empty())?;
    let name = listed.list.list().name;
    let meant = match name {
        "claim-status" if repetition.component(4) == b"RX" => return None,
        "state" | "zip" if is_foreign(segment, repetition) => return None,
        "icd" | "icd10cm" | "icd10pcs" | "hcpcs" | "cdt" | "ndc" | "npi" | "taxonomy" | "tooth" => {
            of_qualifier(name, text(before)?)?
        }
        _ => return Some((listed.list, value)),
    };
    let is_known = meant == name;
    let list = if is_known { listed.list } else { find(meant)? };
    Some((list, value))
}

/// Lists whose codes stand behind a qualifier (1270, 235, 66, 128) that may name another list.
fn of_qualifier<'l>(list: &'l str, qualifier: &str) -> Option<&'l str> {
    Some(match (list, qualifier) {
        ("icd" | "icd10cm", "ABF" | "ABJ" | "ABK" | "ABN" | "APR") => "icd10cm",
        ("icd" | "icd10cm", "BF" | "BJ" | "BK" | "BN" | "PR") => "icd9cm",
        ("icd10pcs", "BBQ" | "BBR") => "icd10pcs",
        ("icd10pcs", "BQ" | "BR") => "icd9pcs",
        ("hcpcs", "HC" | "BO" | "BP") => "hcpcs",
        ("hcpcs", "HP") => "hipps",
        ("hcpcs" | "cdt", "AD") => "cdt",
        ("hcpcs" | "ndc", "N4") => "ndc",
        ("npi", "XX") => "npi",
        ("taxonomy", "PXC") => "taxonomy",
        // DN201 stands first in its segment.
        ("tooth", "JP" | "") => "tooth",
        _ => return None,
    })
}

/// An address that names a country other than the United States; CLM11 names one behind its state.
fn is_foreign(segment: &Segment<'_>, repetition: Element<'_>) -> bool {
    let country = match segment.id() {
        b"CLM" => repetition.component(5),
        _ => segment.element(4).raw(),
    };
    !matches!(country, b"" | b"US" | b"USA")
}

fn is_npi_but_for_its_check_digit(list: &str, value: &str) -> bool {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    list == "npi" && value.len() == 10 && digits && value.starts_with(['1', '2'])
}

/// What receivers are known to let through: points and hyphens in codes, and identifiers and ZIP codes as the
/// examples of the guides have them.
fn is_irregular(list: &List, value: &str) -> bool {
    let bare: String = value
        .chars()
        .filter(|c| !matches!(c, '.' | '-' | ' '))
        .collect();
    matches!(list.name, "npi" | "taxonomy" | "zip") || list.shape.fits(bare.as_bytes())
}

/// Whether the element or component was found wrong already: one fault is told once.
fn is_told(findings: &[Finding], listed: Listed) -> bool {
    findings
        .iter()
        .any(|one| one.element == listed.element && one.component == listed.component)
}

fn repeats(rule: &Rule, listed: Listed) -> bool {
    let element = rule.element(usize::from(listed.element));
    element.is_some_and(|element| element.repeat > 1)
}

/// Data element number and title.
fn named(rule: &Rule, listed: Listed) -> (&str, &str) {
    let Some(element) = rule.element(usize::from(listed.element)) else {
        return ("", "");
    };
    let component = match &element.kind {
        ElementKind::Composite(composite) => {
            let index = usize::from(listed.component).wrapping_sub(1);
            composite.components.get(index).and_then(Option::as_ref)
        }
        ElementKind::Simple(_) => None,
    };
    match component {
        Some(component) => (&component.data, &component.title),
        None => (&element.data, &element.title),
    }
}

/// `CCYYMMDD` or `CCYYMMDD-CCYYMMDD`.
fn period(text: &str) -> Period {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Day::parse(first).zip(Day::parse(last))
}

fn joined(known: Period, (first, last): (Day, Day)) -> Period {
    Some(known.map_or((first, last), |known| {
        (known.0.min(first), known.1.max(last))
    }))
}
