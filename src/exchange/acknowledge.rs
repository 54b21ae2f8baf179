//! A judgment becomes the acknowledgments that its sender is owed: TA1 for the envelope, 999 for each group. It must
//! not judge anything itself, and it repeats no value of what it answers.

use jiff::civil::DateTime;

use crate::check::{self, Finding, Judgment, Severity, Verdict, WireCode};
use crate::x12::{Delimiters, GroupHeader, InterchangeHeader, Refused, Writer};

const GUIDE_999: &str = "005010X231A1";
/// Error segments told for one transaction set: a sender mends the first ones, and a 999 must stay readable.
const SEGMENTS_MAX: usize = 500;
/// Elements told for one segment (the guide's limit for loop 2110).
const ELEMENTS_MAX: usize = 99;

/// The control number and the moment of an answer.
#[derive(Debug, Clone, Copy)]
pub struct AnswerNumbers {
    /// ISA13 and GS06 of the answer; one more for each further interchange answered.
    pub control_number: u32,
    /// Local time of who answers.
    pub created: DateTime,
}

/// One interchange of TA1 for each interchange judged.
///
/// # Errors
/// When an id of the envelope cannot be written back.
pub fn interchange_acknowledgments(
    judgment: &Judgment,
    numbers: AnswerNumbers,
) -> Result<Vec<u8>, Refused> {
    let mut out = Vec::new();
    for (received, numbers) in numbered(judgment, numbers) {
        let mut writer = open(received, numbers);
        write_ta1(&mut writer, received);
        out.extend(writer.finish()?);
    }
    Ok(out)
}

/// One interchange for each interchange judged: its TA1 where it asked for one or was rejected, and a 999 for each
/// of its groups unless the envelope itself was rejected.
///
/// # Errors
/// When an id of the envelope cannot be written back.
pub fn implementation_acknowledgments(
    judgment: &Judgment,
    numbers: AnswerNumbers,
) -> Result<Vec<u8>, Refused> {
    let mut out = Vec::new();
    for (received, numbers) in numbered(judgment, numbers) {
        let mut writer = open(received, numbers);
        let rejected = received.envelope_verdict() == Verdict::Rejected;
        if rejected || received.acknowledgment_requested {
            write_ta1(&mut writer, received);
        }
        if !rejected {
            write_999(&mut writer, received, numbers);
        }
        out.extend(writer.finish()?);
    }
    Ok(out)
}

fn numbered(
    judgment: &Judgment,
    numbers: AnswerNumbers,
) -> impl Iterator<Item = (&check::Interchange, AnswerNumbers)> {
    (numbers.control_number..).zip(&judgment.interchanges).map(
        move |(control_number, interchange)| {
            (
                interchange,
                AnswerNumbers {
                    control_number,
                    ..numbers
                },
            )
        },
    )
}

fn open(received: &check::Interchange, numbers: AnswerNumbers) -> Writer {
    let header = InterchangeHeader {
        sender: written_back(&received.receiver),
        receiver: written_back(&received.sender),
        date: numbers.created.strftime("%y%m%d").to_string(),
        time: numbers.created.strftime("%H%M").to_string(),
        control_number: numbers.control_number,
        acknowledgment_requested: false,
        usage: if received.usage == "P" { b'P' } else { b'T' },
    };
    Writer::new(Delimiters::USUAL, &header)
}

/// An id as it can stand in our envelope: the sender's may hold what are separators here.
fn written_back((qualifier, id): &(String, String)) -> (String, String) {
    let qualifier = if qualifier.len() == 2 {
        plain(qualifier)
    } else {
        "ZZ".to_owned()
    };
    (qualifier, plain(id).chars().take(15).collect())
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .filter(|c| !Delimiters::USUAL.contains(*c as u8))
        .collect()
}

fn write_ta1(writer: &mut Writer, received: &check::Interchange) {
    let (verdict, note) = interchange_note(received);
    let control_number = format!("{:0>9}", plain(&received.control_number));
    writer
        .segment("TA1")
        .element(&control_number)
        .element(&plain(&received.date))
        .element(&plain(&received.time))
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

fn write_999(writer: &mut Writer, received: &check::Interchange, numbers: AnswerNumbers) {
    for (index, group) in received.groups.iter().enumerate() {
        if index == 0 {
            writer.group(&GroupHeader {
                functional_id: "FA".into(),
                sender: plain(&group.receiver),
                receiver: plain(&group.sender),
                date: numbers.created.strftime("%Y%m%d").to_string(),
                time: numbers.created.strftime("%H%M").to_string(),
                control_number: numbers.control_number,
                version: GUIDE_999.into(),
            });
        }
        writer.transaction("999", &format!("{:04}", index + 1), GUIDE_999);
        write_group(writer, group);
    }
}

fn write_group(writer: &mut Writer, group: &check::Group) {
    writer
        .segment("AK1")
        .element(&plain(&group.functional_id))
        .element(&plain(&group.control_number))
        .element(&plain(&group.version));
    for transaction in &group.transactions {
        write_transaction(writer, transaction);
    }
    let accepted = group
        .transactions
        .iter()
        .filter(|t| t.verdict() != Verdict::Rejected)
        .count();
    let received = group.transactions.len();
    let codes = distinct(
        group
            .findings
            .iter()
            .filter_map(|finding| match finding.code.wire() {
                WireCode::Group(code) => Some(code),
                _ => None,
            }),
    );
    let verdict = match accepted {
        _ if !codes.is_empty() => "R",
        accepted if accepted == received => "A",
        0 => "R",
        _ => "P",
    };
    let accepted = if codes.is_empty() { accepted } else { 0 };
    let declared = group.declared.map_or(received, |count| count as usize);
    let mut segment = writer
        .segment("AK9")
        .element(verdict)
        .element(&declared.to_string())
        .element(&received.to_string())
        .element(&accepted.to_string());
    for code in codes.iter().take(5) {
        segment = segment.element(code);
    }
}

fn write_transaction(writer: &mut Writer, transaction: &check::Transaction) {
    writer
        .segment("AK2")
        .element(&plain(&transaction.set))
        .element(&plain(&transaction.control_number))
        .element(&plain(&transaction.version));
    let errors: Vec<&Finding> = transaction
        .findings
        .iter()
        .filter(|f| f.code.severity() == Severity::Error)
        .collect();
    let mut told = 0;
    for findings in errors.chunk_by(|a, b| a.place == b.place && a.segment == b.segment) {
        if told == SEGMENTS_MAX {
            break;
        }
        told += write_segment_errors(writer, findings);
    }
    let mut codes = distinct(
        errors
            .iter()
            .filter_map(|finding| match finding.code.wire() {
                WireCode::Transaction(code) => Some(code),
                _ => None,
            }),
    );
    if told > 0 {
        codes.insert(0, "5");
    }
    let verdict = if transaction.verdict() == Verdict::Rejected {
        "R"
    } else {
        "A"
    };
    let mut segment = writer.segment("IK5").element(verdict);
    for code in codes.iter().take(5) {
        segment = segment.element(code);
    }
}

/// The errors at one segment: one IK3 for each error of the segment itself, one with IK4 for those of its elements.
/// How many IK3 were written.
fn write_segment_errors(writer: &mut Writer, findings: &[&Finding]) -> usize {
    let mut told = 0;
    for finding in findings {
        if let WireCode::Segment(code) = finding.code.wire() {
            write_ik3(writer, finding, code);
            told += 1;
        }
    }
    let elements = findings
        .iter()
        .filter_map(|finding| match finding.code.wire() {
            WireCode::Element(code) => Some((finding, code)),
            _ => None,
        });
    for (index, (finding, code)) in elements.take(ELEMENTS_MAX).enumerate() {
        if index == 0 {
            write_ik3(writer, finding, "8");
            told += 1;
        }
        let number = |number: u8| {
            if number == 0 {
                String::new()
            } else {
                number.to_string()
            }
        };
        writer
            .segment("IK4")
            .composite(&[
                number(finding.element.max(1)),
                number(finding.component),
                number(finding.repetition),
            ])
            .element(&reference_number(finding))
            .element(code);
    }
    told
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

fn write_ik3(writer: &mut Writer, finding: &Finding, code: &str) {
    // IK303 holds four characters: 2010AA is told as 2010.
    let loop_id: String = finding.loop_id.chars().take(4).collect();
    writer
        .segment("IK3")
        .element(&plain(&finding.segment).chars().take(3).collect::<String>())
        .element(&finding.place.position.to_string())
        .element(&loop_id)
        .element(code);
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
mod tests {
    use super::*;
    use crate::check::Checker;
    use crate::x12::read_all;

    const GOOD: &str = include_str!("../../fixtures/005010X222A1/accepted/office-visits.edi");

    fn judge(bytes: &[u8]) -> Judgment {
        let mut checker = Checker::default();
        read_all(bytes, |item| checker.item(&item));
        checker.finish()
    }

    fn numbers() -> AnswerNumbers {
        AnswerNumbers {
            control_number: 9,
            created: jiff::civil::date(2026, 11, 24).at(9, 45, 0, 0),
        }
    }

    /// Segments of the answer between envelope and trailers, after the answer passed our own check.
    fn answer(received: &str) -> Vec<String> {
        let bytes = implementation_acknowledgments(&judge(received.as_bytes()), numbers()).unwrap();
        let judged = judge(&bytes);
        let findings: Vec<_> = judged.findings().map(Finding::message).collect();
        assert_eq!(judged.verdict(), Verdict::Accepted, "{findings:?}");
        let text = String::from_utf8(bytes).unwrap();
        text.split('~')
            .filter(|s| {
                ["TA1", "AK1", "AK2", "IK3", "IK4", "IK5", "AK9"]
                    .iter()
                    .any(|id| s.starts_with(id))
            })
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn good_interchange_is_accepted() {
        assert_eq!(
            answer(GOOD),
            [
                "TA1*000000101*261124*0930*A*000",
                "AK1*HC*101*005010X222A1",
                "AK2*837*0001*005010X222A1",
                "IK5*A",
                "AK9*A*1*1*1",
            ]
        );
    }

    #[test]
    fn segment_element_and_code_are_named() {
        let broken = GOOD
            .replace("N3*12 WHARF STREET~\n", "")
            .replace("DMG*D8*19800214", "DMG*D8*19801399");
        let told = answer(&broken.replace("SE*46*", "SE*45*"));
        assert_eq!(
            told[3..],
            [
                "IK3*N3*9*2010*3",
                "IK3*DMG*16*2010*8",
                "IK4*2*1251*8",
                "IK5*R*5",
                "AK9*R*1*1*0",
            ]
        );
    }

    #[test]
    fn envelope_errors_are_told_in_ta1_and_nothing_else() {
        assert_eq!(
            answer(&GOOD.replace("IEA*1*000000101", "IEA*1*000000102")),
            ["TA1*000000101*261124*0930*R*001"]
        );
        assert_eq!(
            answer(&GOOD.replace("*00501*", "*00401*")),
            ["TA1*000000101*261124*0930*R*017"]
        );
        let cut = &GOOD[..GOOD.find("IEA*").unwrap()];
        assert_eq!(answer(cut), ["TA1*000000101*261124*0930*R*023"]);
    }
}
