//! Which claim status a finding is: data, read once. It must not know whose claim it is.

use std::sync::LazyLock;

use crate::check::{Breach, Code, Finding};
use crate::transaction::t277ca::StatusCode;

/// A finding that no line of the table is about: returned as missing or invalid information.
const RETURNED: &str = "A3";
const MISSING_OR_INVALID: &str = "21";
/// An element that is there and wrong.
const INVALID: &str = "A7";
/// The form of a whole transmission is wrong.
const FORMAT_INVALID: &str = "481";

static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::read(include_str!("../data/claim_status.tsv")));

#[derive(Debug, Default)]
struct Table {
    entities: Vec<[&'static str; 3]>,
    statuses: Vec<[&'static str; 5]>,
    findings: Vec<[&'static str; 3]>,
    unread: usize,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            match columns[..] {
                ["entity", guide, within, entity] => table.entities.push([guide, within, entity]),
                ["status", guide, within, element, status, needs] => {
                    table.statuses.push([guide, within, element, status, needs]);
                }
                ["finding", kind, category, status] => {
                    table.findings.push([kind, category, status]);
                }
                _ => table.unread += 1,
            }
        }
        table
    }

    fn entity(&self, guide: &str, loop_id: &str) -> Option<&'static str> {
        let mut lines = self.entities.iter();
        let line = lines.find(|line| fits(line[0], guide) && fits(line[1], loop_id))?;
        Some(line[2])
    }
}

/// A finding in a set of this guide, as STC says it.
pub(super) fn status(guide: &str, finding: &Finding) -> StatusCode {
    if let Code::Rule(rule, _) = finding.code {
        return of_rule(&rule.status);
    }
    let entity = TABLE.entity(guide, &finding.loop_id);
    let of_kind = TABLE
        .findings
        .iter()
        .find(|[kind, ..]| *kind == finding.code.name());
    let category = of_kind.map_or(INVALID, |[_, category, _]| category);
    // What does not add up is not the fault of the amount that it was found at.
    if let Some([_, _, status]) = of_kind.filter(|_| finding.code.snip() >= 3)
        && *status != "-"
    {
        return code(category, status, None);
    }
    let reference = finding.reference();
    let line = TABLE.statuses.iter().find(|line| {
        let [for_guide, within, element, _, needs] = line;
        fits(for_guide, guide)
            && fits(within, &finding.loop_id)
            && fits(element, &reference)
            && (*needs != "entity" || entity.is_some())
    });
    match (line, of_kind) {
        (Some([.., status, needs]), _) => {
            code(category, status, entity.filter(|_| *needs == "entity"))
        }
        (None, Some([_, _, status])) if *status != "-" => code(category, status, None),
        _ if finding.loop_id.is_empty() => code(RETURNED, FORMAT_INVALID, None),
        _ => code(RETURNED, MISSING_OR_INVALID, entity),
    }
}

/// `A6:186` or `A3:21:85`, as a rule has it.
fn of_rule(written: &str) -> StatusCode {
    let mut parts = written.split(':');
    let mut part = || parts.next().unwrap_or_default();
    let (category, status, entity) = (part(), part(), part());
    code(category, status, Some(entity))
}

/// More was found in a set than is kept: which of its claims are sound is not known.
pub(super) fn unknown() -> StatusCode {
    code(RETURNED, FORMAT_INVALID, None)
}

pub(super) fn code(category: &str, status: &str, entity: Option<&str>) -> StatusCode {
    StatusCode {
        category: category.into(),
        status: status.into(),
        entity: entity.unwrap_or_default().into(),
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}

/// What is missing is noticed at the segment behind it.
pub(super) fn is_absence(code: Code) -> bool {
    matches!(
        code,
        Code::SegmentMissing | Code::LoopMissing | Code::Rule(_, Breach::SegmentMissing)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::status::in_words;
    use crate::guide::library;

    #[test]
    fn every_line_of_the_table_can_hold() {
        assert_eq!(TABLE.unread, 0);
        let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        for [kind, ..] in &TABLE.findings {
            assert!(names.contains(kind), "{kind}");
        }
        let guides = || library().guides().iter().filter(|guide| guide.set == "837");
        let places = TABLE
            .entities
            .iter()
            .map(|[guide, within, _]| (guide, within));
        let places = places.chain(
            TABLE
                .statuses
                .iter()
                .map(|[guide, within, ..]| (guide, within)),
        );
        for (guide, within) in places {
            let mut loops = guides()
                .filter(|one| fits(guide, &one.id))
                .flat_map(|one| &one.loops);
            assert!(loops.any(|one| fits(within, &one.id)), "{guide} {within}");
        }
    }

    #[test]
    fn every_status_has_words() {
        let statuses = TABLE.statuses.iter().map(|line| line[3]);
        let kinds = TABLE
            .findings
            .iter()
            .map(|line| line[2])
            .filter(|one| *one != "-");
        for status in statuses.chain(kinds).chain(["21", "481"]) {
            let written = format!("A7:{status}");
            assert_eq!(in_words(&written).matches(": ").count(), 1, "{written}");
        }
    }
}
