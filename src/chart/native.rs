//! Native charts: a JSON object, an array of them, or NDJSON. It must not let one bad chart stop the rest.

use serde::Deserialize;
use serde_json::Value;

use super::pointer::pointer_at;
use super::{Chart, Code, Finding, Origins, Reading, SCHEMA_VERSION};

/// A chart from its text where nothing is wrong with it, which takes a fraction of the time; `None` where a closer look must say.
/// A name that stands twice is refused by the types.
pub(super) fn plain(text: &[u8], name: impl Fn() -> String) -> Option<Reading> {
    let chart = serde_json::from_slice::<Box<Chart>>(text).ok()?;
    let name = match chart.id.is_empty() {
        true => name(),
        false => chart.id.clone(),
    };
    Some(Reading {
        findings: version(&chart).into_iter().collect(),
        name,
        chart: Some(chart),
        origins: Origins::default(),
    })
}

/// One chart from its JSON value; `name` is what to call it where it has no id.
pub(super) fn chart(value: &Value, name: &str) -> Reading {
    let name = match value.get("id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        _ => name.to_owned(),
    };
    match Box::<Chart>::deserialize(value) {
        Ok(chart) => Reading {
            findings: version(&chart).into_iter().collect(),
            name,
            chart: Some(chart),
            origins: Origins::default(),
        },
        Err(_) => Reading::unreadable(name, why_not(value)),
    }
}

fn version(chart: &Chart) -> Option<Finding> {
    (chart.version != SCHEMA_VERSION)
        .then(|| Finding::new(Code::ChartVersion, "/version", "expected 1"))
}

/// Reads the chart a second time, from text, for only that tells where reading stopped.
fn why_not(value: &Value) -> Finding {
    let text = value.to_string();
    match serde_json::from_str::<Chart>(&text) {
        Ok(_) => Finding::new(Code::ChartFieldValue, "", ""),
        Err(error) => {
            let (code, detail) = without_values(&error.to_string());
            let offset = error.column();
            Finding::new(code, pointer_at(&text, offset), detail)
        }
    }
}

/// What serde says, less every value it quotes.
fn without_values(message: &str) -> (Code, String) {
    let field = |prefix: &str| {
        let rest = message.strip_prefix(prefix)?;
        rest.split('`').next().map(|name| format!("`{name}`"))
    };
    if let Some(name) = field("missing field `") {
        return (Code::ChartFieldMissing, name);
    }
    if message.starts_with("unknown field `") {
        return (Code::ChartFieldUnknown, String::new());
    }
    let expected = message.rfind("expected ").map(|start| {
        let words = &message[start..];
        let end = [" at line ", " but "]
            .iter()
            .filter_map(|end| words.find(end))
            .min();
        words[..end.unwrap_or(words.len())].to_owned()
    });
    (Code::ChartFieldValue, expected.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let value = serde_json::from_str(text).unwrap();
        let reading = chart(&value, "chart 1");
        let told: Vec<String> = reading.findings.iter().map(Finding::to_string).collect();
        assert_eq!(told.join("\n"), expected, "{text}");
        assert!(!told.join("").contains("Zebra"));
    }

    #[test]
    fn what_cannot_be_read_is_told_by_path_and_without_values() {
        check(
            r#"{"id":"1","patient":{"name":{"last":7}},"encounter":{}}"#,
            "ChartFieldValue at /patient/name/last: field cannot be read: expected a string",
        );
        check(
            r#"{"id":"1","patient":{"name":{"last":"Zebra"}}}"#,
            "ChartFieldMissing at : required field is missing: `encounter`",
        );
        check(
            r#"{"id":"1","patient":{"name":{"first":"Zebra"}},"encounter":{}}"#,
            "ChartFieldMissing at /patient/name: required field is missing: `last`",
        );
        check(
            r#"{"id":"1","patient":{"name":{"last":"Z"},"birth_date":"Zebra"},"encounter":{}}"#,
            "ChartFieldValue at /patient/birth_date: field cannot be read: expected 0-9",
        );
        check(
            r#"{"id":"1","patient":{"name":{"last":"Z"}},"encounter":{"colour":1}}"#,
            "ChartFieldUnknown at /encounter/colour: field does not exist in the chart's schema",
        );
        check(
            r#"{"id":"1","version":2,"patient":{"name":{"last":"Z"}},"encounter":{}}"#,
            "ChartVersion at /version: chart is of another schema version: expected 1",
        );
    }
}
