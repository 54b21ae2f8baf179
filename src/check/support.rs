//! Which guide judges a transaction set, and whether GS and ST agree on it. It must not look behind ST.

use crate::guide::{Guide, Library};
use crate::x12::Segment;

use super::judgment::{Group, Unsupported};
use super::{Code, Finding};

/// GS01 of the sets that health care knows, with or without a guide here (X12 data element 479).
const FUNCTIONAL_IDS: &[(&str, &str)] = &[
    ("270", "HS"),
    ("271", "HB"),
    ("275", "PI"),
    ("276", "HR"),
    ("277", "HN"),
    ("278", "HI"),
    ("820", "RA"),
    ("824", "AG"),
    ("834", "BE"),
    ("835", "HP"),
    ("837", "HC"),
    ("997", "FA"),
    ("999", "FA"),
];

/// Why no guide here is meant for a group at all.
pub(super) fn of_group(
    library: &Library,
    functional_id: &str,
    version: &str,
) -> Option<Unsupported> {
    let mut guides = library.guides().iter();
    if !guides.clone().any(|one| one.functional_id == functional_id) {
        Some(Unsupported::FunctionalId)
    } else if !guides.any(|one| accepts(one, version)) {
        Some(Unsupported::GroupVersion)
    } else {
        None
    }
}

/// The guide of a set, or why there is none.
pub(super) fn of_set<'l>(
    library: &'l Library,
    set: &str,
    version: &str,
) -> Result<&'l Guide, Unsupported> {
    if let Some(guide) = library.find(set, version) {
        return Ok(guide);
    }
    if set.len() != 3 || !set.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Err(Unsupported::SetIdentifier)
    } else if library.guides().iter().any(|one| one.set == set) {
        Err(Unsupported::Guide)
    } else {
        Err(Unsupported::Set)
    }
}

/// Tells where ST contradicts its group. `listed`: GS01 is a code of the list, else that was told at GS.
pub(super) fn compare(
    library: &Library,
    group: &Group,
    listed: bool,
    st: &Segment<'_>,
    findings: &mut Vec<Finding>,
) {
    let at = |code, element| Finding::segment(code, st.place, b"ST").element(element);
    let fitting = FUNCTIONAL_IDS.iter().find(|(set, _)| *set == st.text(1));
    if let Some((_, fitting)) = fitting.filter(|(_, id)| listed && *id != group.functional_id) {
        let detail = format!("GS01 should be {fitting}");
        findings.push(at(Code::GroupFunctionalId, 1).detail(detail));
    }
    if !same_convention(library, &group.version, st.text(3)) {
        findings.push(at(Code::TransactionVersion, 3));
    }
}

/// Whether GS08 and ST03 mean one guide. Its errata are one guide with it: files that other validators take say
/// 005010X222A1 in the group and 005010X222 in the set.
fn same_convention(library: &Library, group: &str, set: &str) -> bool {
    let guides = &mut library.guides().iter();
    set.is_empty()
        || base(group) == base(set)
        || guides.any(|one| accepts(one, group) && accepts(one, set))
}

/// `005010X222` of `005010X222A1`.
fn base(version: &str) -> &str {
    let digits = version.trim_end_matches(|c: char| c.is_ascii_digit());
    digits.strip_suffix('A').unwrap_or(version)
}

fn accepts(guide: &Guide, version: &str) -> bool {
    guide.accepts.iter().any(|known| known == version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::library;

    #[test]
    fn errata_are_one_guide_and_other_guides_are_not() {
        let same = |group, set| same_convention(library(), group, set);
        assert!(same("005010X222A1", "005010X222") && same("005010X223A2", "005010X223A3"));
        assert!(same("005010X222A1", "") && same("004010", "004010"));
        assert!(!same("005010X222A1", "005010X223A2") && !same("005010X279", "005010X212"));
    }

    #[test]
    fn the_table_of_functional_ids_agrees_with_the_guides() {
        for guide in library().guides() {
            let entry = (guide.set.as_str(), guide.functional_id.as_str());
            assert!(FUNCTIONAL_IDS.contains(&entry), "{}", guide.id);
        }
    }
}
