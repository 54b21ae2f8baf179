//! What an address asks for, and addresses that ask for something near it. It must not know a page.

use std::convert::Infallible;
use std::fmt::Write;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use crate::store::Slice;

/// Entries a page.
const PAGE_LENGTH: i64 = 100;
const PAGE_MAX: i64 = 1_000_000;
/// What is longer is cut.
const VALUE_CHARS_MAX: usize = 100;
/// In the order in which addresses are written. `page` is not kept: another filter begins at its first page.
const KEPT: &[&str] = &["kind", "state", "q", "sort"];

/// The parameters of an address; unknown ones do not matter.
#[derive(Debug, Default)]
pub(super) struct Asked(Vec<(String, String)>);

/// A link that filters a list, with the number of entries it leads to.
pub(super) struct Chip {
    pub(super) title: &'static str,
    pub(super) count: String,
    pub(super) href: String,
    pub(super) chosen: bool,
}

/// Where in a list a page stands.
pub(super) struct Pager {
    pub(super) first: String,
    pub(super) last: String,
    pub(super) total: String,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let Query(pairs) = Query::try_from_uri(&parts.uri).unwrap_or_default();
        Ok(Self(pairs))
    }
}

impl Asked {
    /// The parameter's first value; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        let pair = self.0.iter().find(|(one, _)| one == name);
        let value = pair.map_or("", |(_, value)| value.trim());
        match value.char_indices().nth(VALUE_CHARS_MAX) {
            Some((end, _)) => &value[..end],
            None => value,
        }
    }

    /// The part of a list that is asked for, at most the last one there is.
    pub(super) fn slice(&self, total: i64) -> Slice {
        let last = (total - 1).max(0) / PAGE_LENGTH;
        Slice {
            length: PAGE_LENGTH,
            offset: (self.page() - 1).min(last) * PAGE_LENGTH,
        }
    }

    fn page(&self) -> i64 {
        self.get("page").parse().unwrap_or(1).clamp(1, PAGE_MAX)
    }

    /// This address with some parameters changed, from its first page on.
    pub(super) fn with(&self, path: &str, changes: &[(&str, &str)]) -> String {
        let value = |name: &str| {
            let changed = changes.iter().find(|(one, _)| *one == name);
            changed.map_or_else(|| self.get(name), |(_, value)| *value)
        };
        let names = KEPT.iter().chain(&["page"]);
        let kept = names.map(|&name| match name {
            "page" => (
                name,
                changes
                    .iter()
                    .find(|(one, _)| *one == name)
                    .map_or("", |one| one.1),
            ),
            _ => (name, value(name)),
        });
        href(path, kept)
    }

    pub(super) fn pager(&self, path: &str, slice: Slice, total: i64) -> Pager {
        let page = slice.offset / slice.length + 1;
        let to = |page: i64| self.with(path, &[("page", &page.to_string())]);
        let end = slice.offset + slice.length;
        Pager {
            first: number((slice.offset + 1).min(total)),
            last: number(end.min(total)),
            total: number(total),
            previous: (page > 1).then(|| to(page - 1)),
            next: (end < total).then(|| to(page + 1)),
        }
    }
}

/// An address with those parameters that have a value.
pub(super) fn href<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut href = path.to_owned();
    let mut mark = '?';
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        let _ = write!(href, "{mark}{name}={}", encode(value));
        mark = '&';
    }
    href
}

/// Percent-encodes everything that could mean something in an address.
pub(super) fn encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// A count with its thousands apart.
pub(super) fn number(count: i64) -> String {
    super::words::grouped(&count.unsigned_abs().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Asked {
        let uri = format!("/?{query}").parse().unwrap();
        let Query(pairs) = Query::try_from_uri(&uri).unwrap();
        Asked(pairs)
    }

    #[test]
    fn addresses_keep_what_is_not_changed() {
        let asked = asked("q=a%26b&kind=denied&page=3&other=1");
        assert_eq!(asked.get("q"), "a&b");
        assert_eq!(asked.with("/", &[("kind", "")]), "/?q=a%26b");
        let next = asked.with("/", &[("page", "4")]);
        assert_eq!(next, "/?kind=denied&q=a%26b&page=4");
    }

    #[test]
    fn a_page_beyond_the_end_is_the_last() {
        let offset = |query, total| asked(query).slice(total).offset;
        assert_eq!(offset("page=2", 150), 100);
        assert_eq!(offset("page=9", 150), 100);
        assert_eq!(offset("page=2", 100), 0);
        assert_eq!(offset("page=-1", 150), 0);
        assert_eq!(offset("page=99999999999999999999", 0), 0);
        let asked = asked("page=2&q=x");
        let pager = asked.pager("/claims", asked.slice(1250), 1250);
        assert_eq!(
            (&*pager.first, &*pager.last, &*pager.total),
            ("101", "200", "1,250")
        );
        assert_eq!(pager.previous.as_deref(), Some("/claims?q=x&page=1"));
        assert_eq!(pager.next.as_deref(), Some("/claims?q=x&page=3"));
    }
}
