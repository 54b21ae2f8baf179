//! External code lists: which codes there are, from when to when, and what they mean. It must not know where in a
//! guide a list is used, nor read a file: a newer list is handed in as text.
//!
//! A list is `codes/<list>.tsv` and a line in `codes/lists.rs`. Where the codes are licensed, or change faster than we
//! are built, only their [`Shape`] is known.

mod lists;
mod meaning;
mod official;
mod shape;
mod table;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

pub use lists::{List, ListId, On, Standing, all, find};
pub use meaning::{Meaning, called};
pub use official::{Official, Unrecognized, read_official};
pub use shape::Shape;
pub use table::{CODE_MAX, Day, Entry, Table, TableError};

/// The code lists at hand: those that come with claimgate, and newer ones in their place.
#[derive(Debug, Default, Clone)]
pub struct Codes {
    imported: HashMap<ListId, Arc<Table>>,
}

/// What is known of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'t> {
    /// In the list.
    Held(Entry<'t>),
    /// It has the shape of a code, and no list is at hand.
    Shaped,
    /// It does not have the shape of a code.
    Misshapen,
    /// Not in the list.
    Unknown,
    /// Not in the list, but longer codes begin with it.
    Short,
}

/// Whether a code may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    Valid,
    Unknown,
    /// Its last day was before.
    Expired(Day),
    /// Its first day comes after.
    NotYet(Day),
}

impl Codes {
    /// Puts a newer table in place of the one that comes with claimgate.
    ///
    /// # Errors
    /// The first line that is no code.
    pub fn import(&mut self, list: ListId, text: String) -> Result<usize, TableError> {
        let table = Table::read(Cow::Owned(text))?;
        let count = table.len();
        self.imported.insert(list, Arc::new(table));
        Ok(count)
    }

    pub fn is_imported(&self, list: ListId) -> bool {
        self.imported.contains_key(&list)
    }

    /// The codes of a list, where they are at hand.
    pub fn table(&self, list: ListId) -> Option<&Table> {
        match self.imported.get(&list) {
            Some(table) => Some(table),
            None => embedded(list),
        }
    }

    pub fn look_up(&self, list: ListId, code: &str) -> Found<'_> {
        let shape = list.list().shape;
        if !shape.fits(code.as_bytes()) {
            return Found::Misshapen;
        }
        match self.table(list) {
            Some(table) if shape.is_listed(code.as_bytes()) => table.look_up(code),
            _ => Found::Shaped,
        }
    }

    /// Whether a code may be used on a day; without one, whether it ever could.
    pub fn valid(&self, list: ListId, code: &str, on: Option<Day>) -> Known {
        match (self.look_up(list, code), on) {
            (Found::Misshapen | Found::Unknown | Found::Short, _) => Known::Unknown,
            (Found::Held(entry), Some(on)) if entry.ended_before(on) => Known::Expired(entry.to),
            (Found::Held(entry), Some(on)) if entry.starts_after(on) => Known::NotYet(entry.from),
            _ => Known::Valid,
        }
    }

    /// What a code means, in our words; `None` where we have none.
    pub fn text(&self, list: ListId, code: &str) -> Option<&str> {
        match self.table(list)?.look_up(code) {
            Found::Held(entry) if !entry.text.is_empty() => Some(entry.text),
            _ => None,
        }
    }
}

/// What a code of a list that comes with claimgate means.
pub fn words(list: &str, code: &str) -> Option<&'static str> {
    match embedded(find(list)?)?.look_up(code) {
        Found::Held(entry) if !entry.text.is_empty() => Some(entry.text),
        _ => None,
    }
}

/// Embedded tables are read when they are first asked for.
fn embedded(list: ListId) -> Option<&'static Table> {
    static TABLES: OnceLock<Vec<OnceLock<Table>>> = OnceLock::new();
    let text = list.list().codes?;
    let tables = TABLES.get_or_init(|| all().map(|_| OnceLock::new()).collect());
    // Embedded text is ours: a mistake in it is a bug, found by the test that reads every list.
    Some(
        tables[list.index()]
            .get_or_init(|| Table::read(Cow::Borrowed(text)).expect("embedded code list")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(name: &str) -> ListId {
        find(name).unwrap()
    }

    #[test]
    fn every_embedded_list_is_read_and_says_where_it_is_from() {
        for id in all() {
            let list = id.list();
            let Some(text) = list.codes else { continue };
            let table = Table::read(Cow::Borrowed(text)).unwrap();
            assert!(table.len() > 1, "{}", list.name);
            assert!(!table.source().is_empty(), "{}", list.name);
            assert!(
                !table.as_of().is_empty() || text.contains("whole"),
                "{}",
                list.name
            );
            for entry in table.entries() {
                assert!(
                    list.shape.fits(entry.code.as_bytes()),
                    "{} {}",
                    list.name,
                    entry.code
                );
                assert!(!entry.text.ends_with('.'), "{} {}", list.name, entry.code);
                let (from, to) = (entry.from, entry.to);
                assert!(
                    from.is_open() || to.is_open() || from <= to,
                    "{} {}",
                    list.name,
                    entry.code
                );
            }
        }
    }

    /// What a remittance or a claim status says is always told in words, retired codes too: old remittances hold them.
    #[test]
    fn every_code_of_a_remittance_or_a_claim_status_is_explained() {
        for name in [
            "carc",
            "rarc",
            "claim-status",
            "claim-status-category",
            "entity",
        ] {
            let table = embedded(list(name)).unwrap();
            for entry in table.entries() {
                let (code, text) = (entry.code, entry.text);
                assert!(!text.is_empty(), "{name} {code} has no words");
                let heir = text.split_once("(now ").map(|(_, heir)| heir);
                if let Some(heir) = heir.and_then(|heir| heir.split(')').next()) {
                    assert!(words(name, heir).is_some(), "{name} {code}: {heir}");
                }
            }
        }
    }

    #[test]
    fn no_list_of_a_guide_is_left_unresolved() {
        let mut used = 0;
        for guide in crate::guide::library().guides() {
            for listed in guide.segments.iter().flat_map(|segment| &segment.listed) {
                let list = listed.list.list();
                assert!(
                    list.codes.is_some() || list.shape != Shape::Any,
                    "{}",
                    list.name
                );
                used += 1;
            }
        }
        assert!(used > 200, "{used}");
    }

    #[test]
    fn days_decide() {
        let codes = Codes::default();
        let day = |text| Some(Day::parse(text).unwrap());
        let pos = list("place-of-service");
        assert_eq!(codes.valid(pos, "10", day("20220101")), Known::Valid);
        assert!(matches!(
            codes.valid(pos, "10", day("20211231")),
            Known::NotYet(_)
        ));
        assert_eq!(codes.valid(pos, "10", None), Known::Valid);
        assert_eq!(codes.valid(pos, "28", None), Known::Unknown);
        let carc = list("carc");
        assert!(matches!(
            codes.valid(carc, "15", day("20240101")),
            Known::Expired(_)
        ));
        assert_eq!(codes.valid(carc, "45", day("20240101")), Known::Valid);
        let icd = list("icd10cm");
        assert!(matches!(
            codes.valid(icd, "G35", day("20251001")),
            Known::Expired(_)
        ));
        assert_eq!(codes.valid(icd, "G35", day("20250930")), Known::Valid);
    }

    #[test]
    fn codes_are_found_by_list_or_by_shape() {
        let codes = Codes::default();
        let found = |name, code| codes.look_up(list(name), code);
        assert!(matches!(found("icd10cm", "E119"), Found::Held(_)));
        assert_eq!(found("icd10cm", "E11"), Found::Short);
        assert_eq!(found("icd10cm", "ZZZ9999"), Found::Misshapen);
        assert_eq!(found("icd10cm", "E1199"), Found::Unknown);
        assert!(matches!(found("icd10pcs", "0016070"), Found::Held(_)));
        assert_eq!(found("icd10pcs", "0O16070"), Found::Misshapen);
        assert!(matches!(found("hcpcs", "A0425"), Found::Held(_)));
        assert_eq!(found("hcpcs", "99213"), Found::Shaped);
        assert_eq!(found("hcpcs", "ZZZZZ"), Found::Misshapen);
        assert_eq!(found("hcpcs", "A9999X"), Found::Misshapen);
        assert_eq!(found("taxonomy", "999999999X"), Found::Unknown);
        assert_eq!(found("npi", "1234567893"), Found::Shaped);
        assert_eq!(found("npi", "1234567890"), Found::Misshapen);
    }

    #[test]
    fn an_imported_list_takes_the_place_of_ours() {
        let mut codes = Codes::default();
        let pos = list("place-of-service");
        let text = "# source: test; as of 2030-01\n11\t\t\toffice\n28\t20290101\t\tsomewhere new\n";
        assert_eq!(codes.import(pos, text.to_owned()).unwrap(), 2);
        assert_eq!(codes.valid(pos, "28", Day::parse("20300101")), Known::Valid);
        assert_eq!(codes.valid(pos, "12", None), Known::Unknown);
        assert_eq!(codes.text(pos, "28"), Some("somewhere new"));
        assert!(codes.import(pos, "11\tyesterday".to_owned()).is_err());
    }
}
