//! One source of charts, whatever its form: native JSON, FHIR R4, a clearinghouse's claim request, an array of them, NDJSON.
//! It must not let one bad chart stop the rest.

use serde_json::Value;

use super::repeated::repeated;
use super::{Code, Finding, Reading, clearinghouse, fhir, native};

/// The largest chart that is read; a longer one is a finding.
pub const CHART_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Every chart of a source. `name` is what to call a chart that does not say its id: the source's own name.
///
/// A JSON value is a chart, a FHIR resource or bundle, a claim request, or an array of them; anything else is taken line by
/// line (NDJSON), where each line stands for itself. Never fails: what cannot be read is a [`Reading`] without a chart.
pub fn read(bytes: &[u8], name: &str) -> Vec<Reading> {
    let bytes = without_mark(bytes);
    match serde_json::from_slice(bytes) {
        Ok(value) => distinct_charts(bytes, &value, name),
        Err(error) if error.is_data() || !has_lines(bytes) => vec![not_json(name, bytes)],
        Err(_) => read_lines(bytes, name, 1).collect(),
    }
}

/// The charts of some lines of NDJSON, of which the first is line `first` of its source, each read when it is asked for.
/// Never fails, as [`read`].
pub fn read_lines<'a>(
    bytes: &'a [u8],
    name: &'a str,
    first: usize,
) -> impl Iterator<Item = Reading> + 'a {
    let lines = without_mark(bytes)
        .split(|&byte| byte == b'\n')
        .zip(first..);
    lines
        .filter(|(line, _)| !line.trim_ascii().is_empty())
        .flat_map(move |(line, number)| read_line(line, &|| format!("{name} line {number}")))
}

fn read_line(line: &[u8], name: &dyn Fn() -> String) -> Vec<Reading> {
    if line.len() > CHART_BYTES_MAX {
        return vec![too_large(&name())];
    }
    if let Some(reading) = native::plain(line, name) {
        return vec![reading];
    }
    match serde_json::from_slice(line) {
        Ok(value) => distinct_charts(line, &value, &name()),
        Err(_) => vec![not_json(&name(), line)],
    }
}

/// What stands for a chart that is longer than [`CHART_BYTES_MAX`].
pub fn too_large(name: &str) -> Reading {
    refused(name, Code::ChartTooLarge, "")
}

/// The charts of one JSON text; the one that says something twice is refused.
fn distinct_charts(text: &[u8], value: &Value, name: &str) -> Vec<Reading> {
    let Some(path) = repeated(text) else {
        return charts(value, name);
    };
    let refuse = |name: &str, path: &str| {
        Reading::unreadable(name, Finding::new(Code::ChartFieldRepeated, path, ""))
    };
    let Value::Array(values) = value else {
        return vec![refuse(name, &path)];
    };
    let (index, inside) = path[1..].split_at(path[1..].find('/').unwrap_or(path.len() - 1));
    let one = |(at, value): (usize, &Value)| {
        let name = format!("{name} chart {}", at + 1);
        match at.to_string() == index {
            true => vec![refuse(&name, inside)],
            false => charts(value, &name),
        }
    };
    values.iter().enumerate().flat_map(one).collect()
}

/// The charts of one JSON value.
fn charts(value: &Value, name: &str) -> Vec<Reading> {
    match value {
        Value::Array(values) => values
            .iter()
            .enumerate()
            .flat_map(|(index, value)| charts(value, &format!("{name} chart {}", index + 1)))
            .collect(),
        Value::Object(fields) if fields.contains_key("resourceType") => fhir::charts(value, name),
        Value::Object(_) if clearinghouse::is_request(value) => {
            vec![clearinghouse::chart(value, name)]
        }
        Value::Object(_) => vec![native::chart(value, name)],
        _ => vec![refused(name, Code::ChartFieldValue, "expected an object")],
    }
}

/// Whether a source that begins so, its first line and more, has a chart a line. It is no matter that a line is broken.
pub fn is_by_line(head: &[u8]) -> bool {
    let head = without_mark(head).trim_ascii_start();
    if !head.starts_with(b"{") {
        return false;
    }
    let first_line = head.iter().position(|&byte| byte == b'\n');
    let mut values =
        serde_json::Deserializer::from_slice(head).into_iter::<serde::de::IgnoredAny>();
    match values.next() {
        Some(Ok(_)) if values.byte_offset() <= first_line.unwrap_or(head.len()) => true,
        // One value, that goes on behind the head.
        Some(Err(error)) if error.is_eof() => false,
        _ => has_lines(head),
    }
}

/// Without the byte order mark that some editors write.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// More than one line begins like an object: NDJSON, of which a line is broken.
fn has_lines(bytes: &[u8]) -> bool {
    let starts = |line: &&[u8]| line.trim_ascii_start().starts_with(b"{\"");
    bytes
        .split(|&byte| byte == b'\n')
        .filter(starts)
        .nth(1)
        .is_some()
}

pub(super) fn not_json(name: &str, text: &[u8]) -> Reading {
    let detail = match std::str::from_utf8(text) {
        Err(error) => format!("not UTF-8 from byte {} on", error.valid_up_to() + 1),
        Ok(text) => match serde_json::from_str::<serde::de::IgnoredAny>(text) {
            Err(error) => format!("line {}, column {}", error.line(), error.column()),
            Ok(_) => String::new(),
        },
    };
    refused(name, Code::ChartSyntax, &detail)
}

fn refused(name: &str, code: Code, detail: &str) -> Reading {
    Reading::unreadable(name, Finding::new(code, "", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expected: &[&str]) {
        let told: Vec<String> = read(text, "f")
            .iter()
            .map(|reading| match reading.findings.first() {
                Some(finding) => format!("{}: {}", reading.name, finding.message()),
                None => reading.name.clone(),
            })
            .collect();
        assert_eq!(told, expected, "{}", String::from_utf8_lossy(text));
    }

    #[test]
    fn what_has_a_chart_a_line_is_seen_by_its_beginning() {
        let check =
            |head: &str, expected| assert_eq!(is_by_line(head.as_bytes()), expected, "{head}");
        check("{ \"id\":1 }\n{ \"id\":2 }\n{ \"i", true);
        check("\u{feff}{\"id\":1}\n", true);
        check("{\"id\":\n{\"id\":2}\n{\"id\":3}", true);
        check("{\"id\":1\n{\"id\":2}\n{\"id\":3}", true);
        // A bundle with a resource a line, some of them whole.
        check(
            "{\"entry\":[\n{\"a\":1},\n{}\n],\"b\":[\n{\"c\":1}\n",
            false,
        );
        check("{\n  \"id\": 1,\n  \"x\": {}\n", false);
        check("[{\"id\":1},\n{\"id\":2}\n", false);
    }

    #[test]
    fn each_chart_stands_for_itself() {
        let one = r#"{"id":"A","patient":{"name":{"last":"Oak"}},"encounter":{}}"#;
        check(one.as_bytes(), &["A"]);
        check(format!("[{one},{one}]").as_bytes(), &["A", "A"]);
        check(
            format!("{one}\n\n{{\"id\":\n{one}\n").as_bytes(),
            &[
                "A",
                "f line 3: file or line is not JSON: line 1, column 6",
                "A",
            ],
        );
        check(
            &one.as_bytes()[..30],
            &["f: file or line is not JSON: line 1, column 30"],
        );
        check(
            b"{\"id\":\"\xff\"}",
            &["f: file or line is not JSON: not UTF-8 from byte 8 on"],
        );
        let twice = one.replace("{\"id\"", "{\"encounter\":{},\"id\"");
        check(
            format!("[{one},{twice}]").as_bytes(),
            &["A", "f chart 2: field stands twice"],
        );
        check(b"7", &["f: field cannot be read: expected an object"]);
        check(b"", &["f: file or line is not JSON: line 1, column 0"]);
    }
}
