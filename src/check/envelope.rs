//! Counts and control numbers of trailers against what was read. It must not know guides.

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
    let declared = trailer.text(1);
    if declared.parse::<u32>() != Ok(counted) {
        let found = if declared.parse::<u32>().is_ok() {
            declared
        } else {
            "no number"
        };
        let detail = format!("expected {counted}, found {found}");
        findings.push(at(count_code, 1).detail(detail));
    }
    if trailer.text(2).trim() != control_number {
        findings.push(at(control_code, 2));
    }
}
