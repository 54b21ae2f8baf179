//! What a line of a guide cannot say of the envelope: counts and control numbers of trailers against what was read,
//! separators and ids of ISA. It must not know guides.

use crate::x12::Segment;

use super::{Code, Finding};

/// Checks a trailer: its count against ours, its control number against the header's.
pub(super) fn check_trailer(
    trailer: &Segment<'_>,
    counted: u32,
    control_number: &str,
    (count_code, control_code): (Code, Code),
    findings: &mut Vec<Finding>,
) {
    let at = |code, element| Finding::segment(code, trailer.place, trailer.id()).element(element);
    let declared = trailer.text(1).parse::<u32>();
    if declared != Ok(counted) {
        let found = declared.map_or("no number".to_owned(), |number| number.to_string());
        let detail = format!("expected {counted}, found {found}");
        findings.push(at(count_code, 1).detail(detail));
    }
    // A header without its number was told of already.
    if !control_number.is_empty() && trailer.text(2).trim() != control_number {
        findings.push(at(control_code, 2));
    }
}

/// ST02 is four to nine characters.
pub(super) fn is_control_number(text: &str) -> bool {
    (4..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// An IEA that is whole but for its terminator: whether its number is cut is told by comparing it with ISA13.
pub(super) fn is_whole_trailer(segment: &Segment<'_>) -> bool {
    segment.is("IEA") && segment.len() == 2 && segment.elements().all(|one| !one.is_empty())
}

/// Ids that are blank, and an ISA11 that can separate nothing.
pub(super) fn check_isa(isa: &Segment<'_>, findings: &mut Vec<Finding>) {
    let at = |element| Finding::segment(Code::ElementCharacter, isa.place, b"ISA").element(element);
    for element in [6, 8] {
        if isa.text(element).trim().is_empty() {
            findings.push(at(element).detail("expected more than spaces"));
        }
    }
    // `U` stood here before 00402, and many 005010 files still say it.
    if isa.delimiters.repetition.is_none() && isa.text(11) != "U" {
        findings.push(at(11).detail("expected a separator unlike the others, or U"));
    }
}
