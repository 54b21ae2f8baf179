//! Every field of a chart as a document for people, made from the schema. It must not say what the types do not.

use std::collections::VecDeque;
use std::fmt::Write;

use serde_json::Value;

use super::schema;

/// Markdown: a heading for each record, in the order in which they are met, and a table of its fields.
pub fn fields() -> String {
    let schema = schema();
    let mut text = String::new();
    let mut known = vec!["Chart".to_owned()];
    let mut waiting = VecDeque::from(["Chart".to_owned()]);
    while let Some(name) = waiting.pop_front() {
        let record = match name.as_str() {
            "Chart" => &schema,
            _ => &schema["$defs"][&name],
        };
        let met = describe(&name, record, &mut text);
        for other in met
            .into_iter()
            .filter(|one| schema["$defs"][one].is_object())
        {
            if !known.contains(&other) {
                known.push(other.clone());
                waiting.push_back(other);
            }
        }
    }
    text
}

/// Writes one record; gives those that its fields hold.
fn describe(name: &str, record: &Value, text: &mut String) -> Vec<String> {
    let mut met = Vec::new();
    let _ = writeln!(text, "## {name}\n\n{}\n", sentence(record));
    if let Some(choices) = record["oneOf"].as_array().or(record["anyOf"].as_array()) {
        for choice in choices {
            let holds = holds(choice, &mut met);
            let _ = writeln!(text, "- {holds} {}", sentence(choice));
        }
        text.push('\n');
    }
    let properties = record["properties"].as_object();
    if let Some(properties) = properties.filter(|properties| !properties.is_empty()) {
        text.push_str("| field | holds | must be there | meaning |\n|---|---|---|---|\n");
        let required = record["required"].as_array();
        for (field, own) in properties {
            let is_required = required.is_some_and(|all| all.iter().any(|one| one == field));
            let must = if is_required { "yes" } else { "" };
            let holds = holds(own, &mut met);
            let _ = writeln!(text, "| `{field}` | {holds} | {must} | {} |", sentence(own));
        }
        text.push('\n');
    }
    met
}

/// What stands there, in a word or two; records go to `met`.
fn holds(at: &Value, met: &mut Vec<String>) -> String {
    if let Some(name) = at["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        met.push(name.to_owned());
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(word) = at["const"].as_str() {
        return format!("`{word}`");
    }
    if let Some(words) = at["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .filter_map(Value::as_str)
            .map(|word| format!("`{word}`"))
            .collect();
        return words.join(", ");
    }
    let choices = at["anyOf"].as_array().into_iter().flatten();
    let mut choices = choices.filter(|one| one["type"] != "null");
    if let Some(choice) = choices.next() {
        return holds(choice, met);
    }
    let mut kinds = match &at["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => vec![kind.as_str().unwrap_or("any")],
    };
    kinds.retain(|kind| *kind != "null");
    match kinds[..] {
        ["array"] => format!("list of {}", holds(&at["items"], met)),
        ["string"] if at["format"] == "date" => "day, `CCYY-MM-DD`".into(),
        ["string"] => "text".into(),
        ["integer"] => "whole number".into(),
        ["boolean"] => "`true` or `false`".into(),
        ["object"] => match at["properties"].as_object() {
            Some(inside) => {
                let names: Vec<String> = inside
                    .iter()
                    .map(|(name, own)| format!("`{name}`: {}", holds(own, met)))
                    .collect();
                names.join(", ")
            }
            None => "object".into(),
        },
        _ => kinds.join(" or "),
    }
}

/// What the code says of it, on one line.
fn sentence(at: &Value) -> String {
    let words = at["description"].as_str().unwrap_or_default();
    let words: Vec<&str> = words.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_in_it() {
        let text = fields();
        let schema = schema();
        let records = schema["$defs"].as_object().unwrap();
        for (name, record) in records.iter().chain([(&"Chart".to_owned(), &schema)]) {
            let heading = format!("## {name}\n");
            let start = text.find(&heading).unwrap_or_else(|| panic!("{name}"));
            let own = &text[start + heading.len()..];
            let own = &own[..own.find("\n## ").unwrap_or(own.len())];
            for field in record["properties"].as_object().into_iter().flatten() {
                assert!(
                    own.contains(&format!("| `{}` |", field.0)),
                    "{name} {}",
                    field.0
                );
            }
        }
        assert!(text.contains("| `birth_date` | day, `CCYY-MM-DD` |"));
        assert!(text.contains("list of [Procedure](#procedure)"));
    }
}
