//! Claim status codes of a 277CA in plain words. It must not judge a claim.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::transaction::t277ca::StatusCode;

static WORDS: LazyLock<HashMap<(&str, &str), &str>> = LazyLock::new(|| {
    let lines = include_str!("data/status.tsv").lines();
    lines.filter_map(parse).collect()
});

fn parse(line: &'static str) -> Option<((&'static str, &'static str), &'static str)> {
    let mut columns = line.split('\t');
    let list = columns.next().filter(|list| !list.starts_with('#'))?;
    Some(((list, columns.next()?), columns.next()?))
}

/// `A7:562:85`, the entity only where one is named.
pub fn written(code: &StatusCode) -> String {
    let entity = match code.entity.as_str() {
        "" => String::new(),
        entity => format!(":{entity}"),
    };
    format!("{}:{}{entity}", code.category, code.status)
}

/// A written status in words: `A7:562:85 the claim has invalid data: national provider identifier (billing provider)`.
/// A code that is not in our table stands alone.
pub fn in_words(written: &str) -> String {
    let mut codes = written.split(':');
    let mut word = |list| WORDS.get(&(list, codes.next()?)).copied();
    let said = [word("category"), word("status")];
    let entity = word("entity").map(|entity| format!("({entity})"));
    let said: Vec<&str> = said.into_iter().flatten().collect();
    let said = said.join(": ");
    match (said.is_empty(), entity) {
        (true, _) => written.to_owned(),
        (false, None) => format!("{written} {said}"),
        (false, Some(entity)) => format!("{written} {said} {entity}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_once() {
        let lines = include_str!("data/status.tsv").lines();
        let data = lines.filter(|line| !line.starts_with('#')).count();
        assert_eq!(
            WORDS.len(),
            data,
            "a line is unreadable or a code stands twice"
        );
    }

    #[test]
    fn codes_are_said_in_words() {
        assert_eq!(
            in_words("A3:33:IL"),
            "A3:33:IL returned, not to be processed: subscriber and subscriber number not found (subscriber)"
        );
        assert_eq!(in_words("Z9:9999"), "Z9:9999");
    }
}
