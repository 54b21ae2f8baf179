//! Claim status codes of a 277CA in plain words. It must not judge a claim.

use crate::guide::codes;
use crate::transaction::t277ca::StatusCode;

/// The lists of the parts of a written status.
const LISTS: [&str; 3] = ["claim-status-category", "claim-status", "entity"];

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
    let mut parts = written.split(':');
    let [category, status, entity] = LISTS.map(|list| codes::words(list, parts.next()?));
    let entity = entity.map(|entity| format!("({entity})"));
    let said: Vec<&str> = [category, status].into_iter().flatten().collect();
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
    fn codes_are_said_in_words() {
        assert_eq!(
            in_words("A3:33:IL"),
            "A3:33:IL returned, not to be processed: subscriber and subscriber number not found (subscriber)"
        );
        assert_eq!(in_words("Z9:9999"), "Z9:9999");
    }
}
