//! A judgment becomes the acknowledgments that its sender is owed: TA1 for the envelope, 999 for each group. It must
//! not judge anything itself, and of what it answers it repeats no value but a claim's number, unless asked.

mod repeated;

use jiff::civil::DateTime;

use crate::check::{self, Finding, Judgment, Severity, Trigger, Unsupported, Verdict, WireCode};
use crate::x12::{Delimiters, GroupHeader, InterchangeHeader, Refused, Writer};

pub use repeated::{Copies, Repeated};

const GUIDE_999: &str = "005010X231A1";
/// ISA08 of the answer to a sender whose ISA06 is blank, and the other way round.
const NO_ID: &str = "UNKNOWN";
/// Error segments told for one transaction set: a sender mends the first ones, and a 999 must stay readable.
const SEGMENTS_MAX: usize = 500;
/// AK902 to AK904 hold six digits.
const SETS_MAX: usize = 999_999;
/// Elements told for one segment (the guide's limit for loop 2110).
const ELEMENTS_MAX: usize = 99;
/// AK203 holds 35 characters.
const GUIDE_MAX: usize = 35;
/// IK401-1 and IK401-2 hold two digits: what stands further behind is told at the last.
const MEMBER_MAX: u8 = 99;
/// IK404 holds 99 characters.
const COPY_MAX: usize = 99;
/// CTX01-2 holds 35.
const UNIT_MAX: usize = 35;

/// The control number and the moment of an answer.
#[derive(Debug, Clone, Copy)]
pub struct AnswerNumbers {
    /// ISA13 and GS06 of the answer; one more for each further interchange answered.
    pub control_number: u32,
    /// Local time of who answers.
    pub created: DateTime,
}

/// One interchange of TA1 for each interchange judged; nothing for one that only answers itself.
///
/// # Errors
/// When an id of the envelope cannot be written back.
pub fn interchange_acknowledgments(
    judgment: &Judgment,
    numbers: AnswerNumbers,
) -> Result<Vec<u8>, Refused> {
    let owed = |one: &&check::Interchange| !only_answers(one);
    let mut out = Vec::new();
    for (received, numbers) in numbered(judgment.interchanges.iter().filter(owed), numbers) {
        let mut writer = open(received, numbers, Delimiters::USUAL);
        write_ta1(&mut writer, received, numbers);
        out.extend(writer.finish()?);
    }
    Ok(out)
}

/// One interchange for each interchange judged: its TA1 where it asked for one or was rejected, and a 999 for each
/// of its groups unless the envelope itself was rejected. Nothing where nothing is owed: what acknowledges is not
/// acknowledged, or two gateways would answer each other for ever.
///
/// # Errors
/// When an id of the envelope cannot be written back.
pub fn implementation_acknowledgments(
    judgment: &Judgment,
    repeated: &Repeated,
    numbers: AnswerNumbers,
) -> Result<Vec<u8>, Refused> {
    let owed = |one: &&check::Interchange| owes_ta1(one) || owed_groups(one).next().is_some();
    let mut out = Vec::new();
    for (received, numbers) in numbered(judgment.interchanges.iter().filter(owed), numbers) {
        let mut writer = open(received, numbers, Delimiters::USUAL);
        if owes_ta1(received) {
            write_ta1(&mut writer, received, numbers);
        }
        write_999(&mut writer, received, repeated, numbers);
        out.extend(writer.finish()?);
    }
    Ok(out)
}

fn only_answers(received: &check::Interchange) -> bool {
    received.holds_acknowledgment && received.group_count() == 0
}

fn owes_ta1(received: &check::Interchange) -> bool {
    let rejected = received.envelope_verdict() == Verdict::Rejected;
    !only_answers(received) && (rejected || received.acknowledgment_requested)
}

/// The groups that are owed a 999.
fn owed_groups(received: &check::Interchange) -> impl Iterator<Item = &check::Group> {
    let taken = received.envelope_verdict() != Verdict::Rejected;
    let groups = received.groups.iter().filter(move |_| taken);
    groups.filter(|group| group.functional_id != check::Group::ACKNOWLEDGES)
}

fn numbered<'j>(
    interchanges: impl Iterator<Item = &'j check::Interchange>,
    numbers: AnswerNumbers,
) -> impl Iterator<Item = (&'j check::Interchange, AnswerNumbers)> {
    (numbers.control_number..)
        .zip(interchanges)
        .map(move |(control_number, interchange)| {
            let numbers = AnswerNumbers {
                control_number,
                ..numbers
            };
            (interchange, numbers)
        })
}

/// An interchange back to who sent one.
pub(super) fn open(
    received: &check::Interchange,
    numbers: AnswerNumbers,
    delimiters: Delimiters,
) -> Writer {
    let header = InterchangeHeader {
        sender: written_back(received, &received.receiver, 7, delimiters),
        receiver: written_back(received, &received.sender, 5, delimiters),
        date: numbers.created.strftime("%y%m%d").to_string(),
        time: numbers.created.strftime("%H%M").to_string(),
        control_number: numbers.control_number,
        acknowledgment_requested: false,
        usage: if received.usage == "P" { b'P' } else { b'T' },
    };
    Writer::new(delimiters, &header)
}

/// A group back to who sent one: its GS01 and GS08 are given.
pub(super) fn open_group(
    writer: &mut Writer,
    received: &check::Group,
    (functional_id, version): (&str, &str),
    control_number: u32,
    created: DateTime,
) {
    writer.group(&GroupHeader {
        functional_id: functional_id.into(),
        sender: fitted(&received.receiver, 2, 15),
        receiver: fitted(&received.sender, 2, 15),
        date: created.strftime("%Y%m%d").to_string(),
        time: created.strftime("%H%M").to_string(),
        control_number,
        version: version.into(),
    });
}

/// An id as it can stand in our envelope: the sender's may hold what are separators here. A qualifier that is none
/// becomes `ZZ` (mutually defined), for an answer must not carry the fault that it tells of.
fn written_back(
    received: &check::Interchange,
    (qualifier, id): &(String, String),
    element: u8,
    delimiters: Delimiters,
) -> (String, String) {
    let fits = |c: &char| !delimiters.contains(*c as u8);
    let qualifier = if is_sound(received, element) && qualifier.len() == 2 {
        plain(qualifier)
    } else {
        "ZZ".to_owned()
    };
    let id: String = plain(id).chars().filter(fits).take(15).collect();
    if id.trim().is_empty() {
        return (qualifier, NO_ID.to_owned());
    }
    (qualifier, id)
}

/// Whether nothing was found wrong with this element of ISA.
fn is_sound(received: &check::Interchange, element: u8) -> bool {
    let mut findings = received.findings.iter();
    !findings.any(|finding| finding.segment == "ISA" && finding.element == element)
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .filter(|c| !Delimiters::USUAL.contains(*c as u8))
        .collect()
}

/// A value that must have so many characters: zeros before a short one, the end of a long one cut. Only what was
/// invalid as received is changed.
fn fitted(text: &str, min: usize, max: usize) -> String {
    let kept: String = plain(text).trim().chars().take(max).collect();
    format!("{kept:0>min$}")
}

fn write_ta1(writer: &mut Writer, received: &check::Interchange, numbers: AnswerNumbers) {
    let (verdict, note) = interchange_note(received);
    let number = &received.control_number;
    let digits = number.len() <= 9 && number.bytes().all(|byte| byte.is_ascii_digit());
    let control_number = format!("{:0>9}", if digits { number } else { "" });
    // TA102 and TA103 must be a date and a time: where the sender's are none, those of the answer stand in.
    let own = |format| numbers.created.strftime(format).to_string();
    let sound = |text: &str, element| {
        Some(plain(text)).filter(|text| !text.is_empty() && is_sound(received, element))
    };
    let (date, time) = (sound(&received.date, 9), sound(&received.time, 10));
    writer
        .segment("TA1")
        .element(&control_number)
        .element(&date.unwrap_or_else(|| own("%y%m%d")))
        .element(&time.unwrap_or_else(|| own("%H%M")))
        .element(verdict)
        .element(note);
}

/// TA104 and TA105 of an envelope: the first error says the note.
fn interchange_note(received: &check::Interchange) -> (&'static str, &'static str) {
    let error = received
        .findings
        .iter()
        .find(|f| f.code.severity() == Severity::Error);
    match error {
        None => ("A", "000"),
        Some(finding) => ("R", note_of(finding)),
    }
}

/// Data element I18 for a finding on the envelope.
fn note_of(finding: &Finding) -> &'static str {
    match (
        finding.code.wire(),
        finding.segment.as_str(),
        finding.element,
    ) {
        (WireCode::Interchange(note), _, _) => note,
        (_, "ISA", 1) => "010",
        (_, "ISA", 2) => "011",
        (_, "ISA", 3) => "012",
        (_, "ISA", 4) => "013",
        (_, "ISA", 5) => "005",
        (_, "ISA", 6) => "006",
        (_, "ISA", 7) => "007",
        (_, "ISA", 8) => "008",
        (_, "ISA", 9) => "014",
        (_, "ISA", 10) => "015",
        (_, "ISA", 11) => "002",
        (_, "ISA", 12) => "017",
        (_, "ISA", 13) => "018",
        (_, "ISA", 14) => "019",
        (_, "ISA", 15) => "020",
        (_, "ISA", 16) => "027",
        (_, "GS" | "GE" | "TA1", _) => "024",
        (_, "IEA", 1) => "021",
        (_, "IEA", 2) => "001",
        _ => "022",
    }
}

/// A 999 for each group, in a group of the answer for each pair of applications that sent and received.
fn write_999(
    writer: &mut Writer,
    received: &check::Interchange,
    repeated: &Repeated,
    numbers: AnswerNumbers,
) {
    let mut control_numbers = numbers.control_number..;
    let mut addressed = None;
    for (index, group) in owed_groups(received).enumerate() {
        let ends = (fitted(&group.receiver, 2, 15), fitted(&group.sender, 2, 15));
        if addressed.as_ref() != Some(&ends) {
            // Unique in the interchange, which is what the standard asks of GS06.
            let number = control_numbers.next().unwrap_or_default();
            let answer = (check::Group::ACKNOWLEDGES, GUIDE_999);
            open_group(writer, group, answer, number, numbers.created);
            addressed = Some(ends);
        }
        writer.transaction("999", &format!("{:04}", index + 1), GUIDE_999);
        write_group(writer, group, repeated);
    }
}

fn write_group(writer: &mut Writer, group: &check::Group, repeated: &Repeated) {
    writer
        .segment("AK1")
        .element(&plain(&group.functional_id))
        .element(&plain(&group.control_number))
        .element(&plain(&group.version));
    for transaction in &group.transactions {
        write_transaction(writer, transaction, repeated);
    }
    let unsupported = group.unsupported.map(Unsupported::wire);
    let found = group.findings.iter().map(|finding| finding.code.wire());
    let codes = distinct(
        unsupported
            .into_iter()
            .chain(found)
            .filter_map(|wire| match wire {
                WireCode::Group(code) => Some(code),
                _ => None,
            }),
    );
    let received = group.transaction_count();
    let accepted = if codes.is_empty() {
        group.accepted_count()
    } else {
        0
    };
    let verdict = match accepted {
        _ if !codes.is_empty() => "R",
        accepted if accepted == received => "A",
        0 => "R",
        _ => "P",
    };
    let declared = group.declared.map_or(received, |count| count as usize);
    let mut segment = writer
        .segment("AK9")
        .element(verdict)
        .element(&declared.min(SETS_MAX).to_string())
        .element(&received.min(SETS_MAX).to_string())
        .element(&accepted.min(SETS_MAX).to_string());
    for code in codes.iter().take(5) {
        segment = segment.element(code);
    }
}

fn write_transaction(writer: &mut Writer, transaction: &check::Transaction, repeated: &Repeated) {
    // A set without a valid ST02 is told apart by its order: AK202 is required, so it is made to fit.
    writer
        .segment("AK2")
        .element(&fitted(&transaction.set, 3, 3))
        .element(&fitted(&transaction.control_number, 4, 9))
        .element(&cut(&transaction.version, GUIDE_MAX));
    let errors: Vec<&Finding> = transaction
        .findings
        .iter()
        .filter(|f| f.code.severity() == Severity::Error)
        .collect();
    let mut told = Segments {
        writer,
        repeated,
        count: 0,
        by_standard: false,
        by_guide: false,
    };
    for findings in errors.chunk_by(|a, b| a.place == b.place && a.segment == b.segment) {
        told.errors(findings);
    }
    let Segments {
        by_standard,
        by_guide,
        ..
    } = told;
    let unsupported = transaction.unsupported.map(Unsupported::wire);
    let found = errors.iter().map(|finding| finding.code.wire());
    let mut codes = distinct(
        unsupported
            .into_iter()
            .chain(found)
            .filter_map(|wire| match wire {
                WireCode::Transaction(code) => Some(code),
                _ => None,
            }),
    );
    // Segments are in error by the standard, or by the guide alone.
    let in_error = [(by_standard, "5"), (by_guide, "I5")];
    let in_error = in_error.into_iter().filter(|(told, _)| *told);
    codes.splice(0..0, in_error.map(|(_, code)| code));
    let verdict = if transaction.is_accepted() { "A" } else { "R" };
    let mut segment = writer.segment("IK5").element(verdict);
    for code in codes.iter().take(5) {
        segment = segment.element(code);
    }
}

/// The segments in error of one set, as they are told.
struct Segments<'w> {
    writer: &'w mut Writer,
    repeated: &'w Repeated,
    /// IK3 so far.
    count: usize,
    /// Whether a code of the standard was told, and one of implementation guides.
    by_standard: bool,
    by_guide: bool,
}

impl Segments<'_> {
    /// The errors at one segment: one IK3 for each error of the segment itself, one with IK4 for those of its elements.
    fn errors(&mut self, findings: &[&Finding]) {
        for finding in findings {
            if let WireCode::Segment(code) = finding.code.wire() {
                self.segment(finding, code);
            }
        }
        let elements = findings
            .iter()
            .filter_map(|finding| match finding.code.wire() {
                WireCode::Element(code) => Some((*finding, code)),
                _ => None,
            });
        let mut elements = elements.take(ELEMENTS_MAX).peekable();
        let told = match elements.peek() {
            Some((finding, _)) => self.segment(finding, "8"),
            None => Told::Left,
        };
        if told == Told::Written {
            elements.for_each(|(finding, code)| self.element(finding, code));
        }
    }

    /// IK3, and CTX where it is in a claim.
    fn segment(&mut self, finding: &Finding, code: &str) -> Told {
        if self.count == SEGMENTS_MAX {
            return Told::Left;
        }
        self.count += 1;
        // That elements are in error says nothing yet: each of them does.
        if code != "8" || finding.code == check::Code::SegmentEmpty {
            self.note(code);
        }
        // IK303 holds four characters: 2010AA is told as 2010.
        let loop_id: String = finding.loop_id.chars().take(4).collect();
        self.writer
            .segment("IK3")
            .element(segment_id(&finding.segment))
            .element(&finding.place.position.to_string())
            .element(&loop_id)
            .element(code);
        let unit = self
            .repeated
            .claim(finding)
            .map(|claim| cut(claim, UNIT_MAX));
        if let Some(unit) = unit.filter(|unit| !unit.is_empty()) {
            self.writer.segment("CTX").composite(&["CLM01", &unit]);
        }
        if let Some(trigger) = finding.trigger.as_deref().filter(|_| code != "8") {
            self.trigger(trigger);
        }
        Told::Written
    }

    /// CTX: what made a situational rule hold.
    fn trigger(&mut self, trigger: &Trigger) {
        let loop_id: String = trigger.loop_id.chars().take(4).collect();
        let context = self.writer.segment("CTX");
        let context = context
            .element("SITUATIONAL TRIGGER")
            .element(&trigger.segment)
            .element(&trigger.position.to_string())
            .element(&loop_id);
        if trigger.element > 0 {
            let parts = [trigger.element, trigger.component, trigger.repetition];
            context.composite(&parts.map(number));
        }
    }

    fn element(&mut self, finding: &Finding, code: &str) {
        self.note(code);
        let copy = self
            .repeated
            .value(finding)
            .map(|value| cut(value, COPY_MAX));
        self.writer
            .segment("IK4")
            .composite(&[
                number(finding.element.clamp(1, MEMBER_MAX)),
                number(finding.component.min(MEMBER_MAX)),
                number(finding.repetition),
            ])
            .element(&reference_number(finding))
            .element(code)
            .optional(copy.as_deref());
        if let Some(trigger) = &finding.trigger {
            self.trigger(trigger);
        }
    }

    fn note(&mut self, code: &str) {
        match code.starts_with('I') {
            true => self.by_guide = true,
            false => self.by_standard = true,
        }
    }
}

/// IK301 holds two or three characters; what stands there may be no segment id at all.
fn segment_id(found: &str) -> &str {
    match found.len() {
        2 | 3 => found,
        _ => "???",
    }
}

/// A number of a position; 0 says that there is none.
fn number(number: u8) -> String {
    match number {
        0 => String::new(),
        number => number.to_string(),
    }
}

/// Whether there was room for another IK3.
#[derive(PartialEq, Eq)]
enum Told {
    Written,
    Left,
}

/// A value as it can be repeated in our separators.
fn cut(value: &str, max: usize) -> String {
    let kept: String = plain(value).trim().chars().take(max).collect();
    kept.trim_end().to_owned()
}

/// IK402 takes a data element's number, not a composite's id.
fn reference_number(finding: &Finding) -> String {
    let number = &finding.data_element;
    if number.bytes().all(|byte| byte.is_ascii_digit()) {
        number.clone()
    } else {
        String::new()
    }
}

fn distinct<'a>(codes: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct = Vec::new();
    for code in codes {
        if !distinct.contains(&code) {
            distinct.push(code);
        }
    }
    distinct
}

#[cfg(test)]
mod tests;
