//! What a code may mean, as a person writes it: `CARC 45`, `CO-45`, `A3:21`, `N522`. It must not print.

use super::{Codes, Entry, Found, ListId, all, find};

/// A code of a list.
#[derive(Debug, Clone, Copy)]
pub struct Meaning<'c> {
    pub list: ListId,
    pub entry: Entry<'c>,
}

/// How lists are called beside their own names.
const CALLED: &[(&str, &str)] = &[
    ("category", "claim-status-category"),
    ("condition", "condition-code"),
    ("frequency", "claim-frequency"),
    ("group", "adjustment-group"),
    ("icd", "icd10cm"),
    ("icd10", "icd10cm"),
    ("icd-10", "icd10cm"),
    ("icd-10-cm", "icd10cm"),
    ("icd-10-pcs", "icd10pcs"),
    ("occurrence", "occurrence-code"),
    ("pcs", "icd10pcs"),
    ("pos", "place-of-service"),
    ("rev", "revenue"),
    ("span", "occurrence-span-code"),
    ("status", "claim-status"),
    ("value", "value-code"),
];

/// A list by its name or a common one.
pub fn called(name: &str) -> Option<ListId> {
    let name = name.to_ascii_lowercase();
    let known = CALLED.iter().find(|(other, _)| *other == name);
    find(known.map_or(name.as_str(), |(_, list)| list))
}

impl Codes {
    /// Everything that the words may mean: in the list named first, or in all.
    pub fn meanings(&self, words: &[&str]) -> Vec<Meaning<'_>> {
        match words {
            [list, code] => match called(list) {
                Some(list) => self.meaning(list, code).into_iter().collect(),
                None => Vec::new(),
            },
            [code] => {
                let pair = self.status(code).or_else(|| self.adjustment(code));
                pair.unwrap_or_else(|| all().filter_map(|list| self.meaning(list, code)).collect())
            }
            _ => Vec::new(),
        }
    }

    fn meaning(&self, list: ListId, code: &str) -> Option<Meaning<'_>> {
        let bare = code.to_ascii_uppercase().replace('.', "");
        match self.table(list)?.look_up(&bare) {
            Found::Held(entry) => Some(Meaning { list, entry }),
            _ => None,
        }
    }

    /// `A3:21`, `A7:562:85`.
    fn status(&self, written: &str) -> Option<Vec<Meaning<'_>>> {
        let parts = written.split(':').filter(|part| !part.is_empty());
        let lists = ["claim-status-category", "claim-status", "entity"];
        let meanings = lists.iter().zip(parts);
        written.contains(':').then(|| {
            meanings
                .filter_map(|(list, code)| self.meaning(find(list)?, code))
                .collect()
        })
    }

    /// `CO-45`, `CO45`.
    fn adjustment(&self, written: &str) -> Option<Vec<Meaning<'_>>> {
        let (group, reason) = written.split_at_checked(2)?;
        let group = self.meaning(find("adjustment-group")?, group)?;
        let reason = reason.strip_prefix('-').unwrap_or(reason);
        let reason = self.meaning(find("carc")?, reason)?;
        Some(vec![group, reason])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_as_people_write_them() {
        let codes = Codes::default();
        for (words, expected) in [
            ("CARC 45", "carc:45"),
            ("co-45", "adjustment-group:CO carc:45"),
            ("CO45", "adjustment-group:CO carc:45"),
            ("N522", "icd10cm:N522 rarc:N522"),
            ("RARC N522", "rarc:N522"),
            ("A3:21", "claim-status-category:A3 claim-status:21"),
            ("pos 11", "place-of-service:11"),
            ("E11.9", "icd10cm:E119"),
            ("CO", "adjustment-group:CO country:CO state:CO"),
            ("POS 28", ""),
            ("nothing 1", ""),
        ] {
            let words: Vec<&str> = words.split(' ').collect();
            let found = codes.meanings(&words);
            let found: Vec<String> = found
                .iter()
                .map(|one| format!("{}:{}", one.list.list().name, one.entry.code))
                .collect();
            assert_eq!(found.join(" "), expected, "{words:?}");
        }
        assert!(codes.meanings(&["45"]).len() > 3);
    }
}
