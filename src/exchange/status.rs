//! Claim status codes of a 277CA in plain words. It must not judge a claim.

use crate::claim::{Claim, ProviderRole, RoledProvider};
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

/// What a status code complains of: `status TAB fields`.
const FIELDS: &str = include_str!("data/status_fields.tsv");

/// The fields of a claim that a written status complains of, the likeliest first; `line` is the index of the line that
/// it is about.
pub fn fields(written: &str, claim: &Claim, line: Option<usize>) -> Vec<String> {
    let mut parts = written.split(':').skip(1);
    let (code, entity) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let rows = FIELDS.lines().filter_map(|row| row.split_once('\t'));
    let Some((_, fields)) = rows.into_iter().find(|(own, _)| *own == code) else {
        return party(entity, claim).into_iter().collect();
    };
    let line = line.or_else(|| (claim.lines.len() == 1).then_some(0));
    let mut all = Vec::new();
    for field in fields.split(' ') {
        if let Some(rest) = field.strip_prefix('@') {
            all.extend(party(entity, claim).map(|party| party + rest));
        } else if let Some(rest) = field.strip_prefix('#') {
            all.push(match line {
                Some(line) => format!("lines[{line}]{rest}"),
                // Which of them, nobody said.
                None => "lines".to_owned(),
            });
        } else {
            all.push(field.to_owned());
        }
    }
    all
}

/// The part of the claim that an entity code (X12 element 98) means.
fn party(entity: &str, claim: &Claim) -> Option<String> {
    let role = match entity {
        "85" => return Some("billing_provider".to_owned()),
        "IL" => return Some("subscriber".to_owned()),
        "QC" if claim.patient.is_some() => return Some("patient".to_owned()),
        "QC" => return Some("subscriber".to_owned()),
        "PR" => return Some("payer".to_owned()),
        "87" => return Some("pay_to".to_owned()),
        "PW" => return Some("detail.pick_up".to_owned()),
        "45" => return Some("detail.drop_off".to_owned()),
        "82" => ProviderRole::Rendering,
        "77" => ProviderRole::ServiceFacility,
        "DN" => ProviderRole::Referring,
        "P3" => ProviderRole::PrimaryCare,
        "DQ" => ProviderRole::Supervising,
        "DK" => ProviderRole::Ordering,
        "QB" => ProviderRole::PurchasedService,
        "71" => ProviderRole::Attending,
        "72" => ProviderRole::Operating,
        "ZZ" => ProviderRole::OtherOperating,
        "DD" => ProviderRole::AssistantSurgeon,
        _ => return None,
    };
    let is_meant = |provider: &RoledProvider| provider.role == role;
    let of_claim = claim.providers.iter().position(is_meant);
    let of_lines = || {
        let mut lines = claim.lines.iter().enumerate();
        lines.find_map(|(line, own)| {
            let provider = own.providers.iter().position(is_meant)?;
            Some(format!("lines[{line}].providers[{provider}]"))
        })
    };
    of_claim
        .map(|at| format!("providers[{at}]"))
        .or_else(of_lines)
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
