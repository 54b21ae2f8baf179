//! A chart in the making: single values of a request, the chart as it grows, what was wrong, and where everything stood.
//! It must not know what a field is for.

use std::collections::HashSet;

use jiff::civil::{Date, Time};
use serde_json::{Map, Value};

use crate::chart::{Code, Decimal, Finding, Origins};

/// One place of the request: what stands there, and its JSON pointer.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    pub(super) path: String,
}

impl<'a> Node<'a> {
    /// The pointer of a field, be it there or not.
    pub(super) fn at(&self, key: &str) -> String {
        let step = key.replace('~', "~0").replace('/', "~1");
        format!("{}/{step}", self.path)
    }

    /// A field that says something: clients send null and blanks for what they do not have.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !is_blank(value))?;
        Some(Self {
            value,
            path: self.at(key),
        })
    }

    /// The items of a list and of lists within; one value alone is a list of one.
    pub(super) fn list(&self) -> Vec<Self> {
        let Some(items) = self.value.as_array() else {
            return vec![self.clone()];
        };
        let inside = |(index, value)| {
            let path = format!("{}/{index}", self.path);
            Self { value, path }.list()
        };
        items
            .iter()
            .enumerate()
            .flat_map(inside)
            .filter(|item| !is_blank(item.value))
            .collect()
    }

    /// A text, or a number as it was written; a list of one is that one.
    pub(super) fn text(&self) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            Value::Array(_) => match &self.list()[..] {
                [one] if !one.value.is_array() => one.text(),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(*flag),
            _ => match &*self.text()?.to_ascii_lowercase() {
                "y" | "true" => Some(true),
                "n" | "false" => Some(false),
                _ => None,
            },
        }
    }
}

/// Whole objects of blank fields are sent, too.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(fields) => fields.values().all(is_blank),
        _ => false,
    }
}

/// `20261102`, `2026-11-02`, or a moment of that day.
pub(super) fn day(text: &str) -> Option<Date> {
    let text = text.split('T').next()?;
    let form = if text.contains('-') {
        "%Y-%m-%d"
    } else {
        "%Y%m%d"
    };
    let is_whole = text.len() == if form.len() == 8 { 10 } else { 8 };
    is_whole.then(|| Date::strptime(form, text).ok()).flatten()
}

/// `1430` or `14:30`.
pub(super) fn time(text: &str) -> Option<Time> {
    let digits = text.replacen(':', "", 1);
    let (hour, minute) = digits.split_at_checked(2)?;
    let number = |part: &str| match part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) {
        true => part.parse().ok(),
        false => None,
    };
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

/// What comes with a chart, and the chart itself as the JSON of its schema.
pub(super) struct Draft {
    pub(super) chart: Value,
    pub(super) findings: Vec<Finding>,
    told: HashSet<(Code, String)>,
    pub(super) origins: Origins,
    /// `professional`, `institutional` or `dental`.
    pub(super) kind: &'static str,
    /// Pointer of the coverage that the request is to be sent to.
    pub(super) focal: String,
}

impl Draft {
    pub(super) fn new(kind: &'static str) -> Self {
        let mut origins = Origins::default();
        origins.set("", "");
        Self {
            chart: Value::Object(Map::new()),
            findings: Vec::new(),
            told: HashSet::new(),
            origins,
            kind,
            focal: String::new(),
        }
    }

    /// Tells something once a place.
    pub(super) fn note(&mut self, code: Code, path: impl Into<String>, detail: &str) {
        let path = path.into();
        if self.told.insert((code, path.clone())) {
            self.findings.push(Finding::new(code, path, detail));
        }
    }

    pub(super) fn wrong(&mut self, node: &Node<'_>, expected: &str) {
        self.note(Code::ClearinghouseValue, &*node.path, expected);
    }

    /// Sets a value of the chart and remembers where it stood. What is said twice must be said alike.
    pub(super) fn put(&mut self, pointer: &str, node: &Node<'_>, value: impl Into<Value>) {
        let value = value.into();
        let place = place(&mut self.chart, pointer);
        if place.is_null() {
            *place = value;
            self.origins.set(pointer, &*node.path);
        } else if *place != value {
            self.wrong(node, "expected the same as is said elsewhere");
        }
    }

    /// Sets what is missing so that whoever asks for it finds it blank, at the place where it should have been.
    pub(super) fn fill(&mut self, pointer: &str, path: String, blank: impl Into<Value>) {
        let place = place(&mut self.chart, pointer);
        if place.is_null() {
            *place = blank.into();
            self.origins.suggest(pointer, path);
        }
    }

    /// Begins an object or another item of a list: its pointer.
    pub(super) fn push(&mut self, list: &str, node: &Node<'_>) -> String {
        let pointer = format!("{list}/{}", self.count(list));
        self.put(&pointer, node, Map::new());
        pointer
    }

    pub(super) fn count(&self, list: &str) -> usize {
        let items = self.chart.pointer(list).and_then(Value::as_array);
        items.map_or(0, Vec::len)
    }

    pub(super) fn has(&self, pointer: &str) -> bool {
        self.chart
            .pointer(pointer)
            .is_some_and(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, node: &Node<'_>) -> Option<String> {
        let text = node.text();
        if text.is_none() {
            self.wrong(node, "expected text");
        }
        text
    }

    /// A decimal number, digit for digit, as text or as a number.
    pub(super) fn decimal(&mut self, node: &Node<'_>) -> Option<String> {
        let number = node.text().filter(|text| Decimal::parse(text).is_some());
        if number.is_none() {
            self.wrong(node, "expected a decimal number");
        }
        number
    }

    pub(super) fn date(&mut self, node: &Node<'_>) -> Option<Date> {
        let date = node.text().and_then(|text| day(&text));
        if date.is_none() {
            self.wrong(node, "expected a date, YYYYMMDD");
        }
        date
    }
}

/// The place of a pointer, made on the way there.
fn place<'v>(chart: &'v mut Value, pointer: &str) -> &'v mut Value {
    let steps = pointer.split('/').skip(1);
    steps.fold(chart, |around, step| match step.parse::<usize>() {
        Ok(index) => {
            if !around.is_array() {
                *around = Value::Array(Vec::new());
            }
            let known = around.as_array().map_or(0, Vec::len);
            if let Value::Array(items) = around {
                items.resize(known.max(index + 1), Value::Null);
            }
            &mut around[index]
        }
        Err(_) => {
            if !around.is_object() {
                *around = Value::Object(Map::new());
            }
            &mut around[step]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_read_in_the_forms_that_clients_send() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(day(text).map(|day| day.to_string()).as_deref(), expected);
        };
        check("20261102", Some("2026-11-02"));
        check("2026-11-02", Some("2026-11-02"));
        check("2026-11-02T09:00:00Z", Some("2026-11-02"));
        check("20261302", None);
        check("2026112", None);
        check("11/02/2026", None);
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(time(text).map(|time| time.to_string()).as_deref(), expected);
        };
        check("1430", Some("14:30:00"));
        check("14:30", Some("14:30:00"));
        check("2430", None);
        check("14", None);
    }
}
