//! A chart in the making: reads single elements, and keeps what was wrong with them and where they stood. It must
//! not know what the elements are for.

use jiff::civil::{Date, Time};
use serde_json::Value;

use super::bundle::Node;
use crate::chart::{Code, Decimal, Finding, Origins};

/// What comes with a chart.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) findings: Vec<Finding>,
    pub(super) origins: Origins,
}

impl Draft {
    /// Tells something once a place.
    pub(super) fn note(&mut self, code: Code, path: impl Into<String>, detail: &str) {
        let finding = Finding::new(code, path, detail);
        let known = |told: &Finding| told.code == code && told.path == finding.path;
        if !self.findings.iter().any(known) {
            self.findings.push(finding);
        }
    }

    /// Remembers where a part of the chart stood, or should have.
    pub(super) fn mark(&mut self, pointer: impl Into<String>, path: impl Into<String>) {
        self.origins.set(pointer, path);
    }

    /// Does something whose places are no part of the chart; what was wrong is still told.
    pub(super) fn aside<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let mut aside = Self::default();
        let result = work(&mut aside);
        for finding in aside.findings {
            self.note(finding.code, finding.path, &finding.detail);
        }
        result
    }

    /// A text that is not blank.
    pub(super) fn text(&mut self, node: &Node, key: &str) -> Option<String> {
        let field = node.get(key)?;
        let text = field.value.as_str().map(str::trim).unwrap_or_default();
        if text.is_empty() {
            self.note(Code::FhirValue, field.path, "expected text");
            return None;
        }
        Some(text.to_owned())
    }

    /// The texts of a list.
    pub(super) fn texts(&mut self, node: &Node, key: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for item in self.list(node, key) {
            match item.value.as_str().map(str::trim) {
                Some(text) if !text.is_empty() => texts.push(text.to_owned()),
                _ => self.note(Code::FhirValue, item.path, "expected text"),
            }
        }
        texts
    }

    /// The day of a date or a moment, in the time zone it is written in.
    pub(super) fn date(&mut self, node: &Node, key: &str) -> Option<Date> {
        let field = node.get(key)?;
        let day = field.value.as_str().and_then(day);
        if day.is_none() {
            self.note(Code::FhirValue, field.path, "expected a date with its day");
        }
        day
    }

    /// The hour and minute of a moment, in the time zone it is written in; a day alone has none.
    pub(super) fn time(&mut self, node: &Node, key: &str) -> Option<Time> {
        let text = node.get(key)?.value.as_str()?;
        let time = text.split_once('T')?.1.get(..5)?;
        Time::strptime("%H:%M", time).ok()
    }

    /// A decimal number, digit for digit.
    pub(super) fn decimal(&mut self, node: &Node, key: &str) -> Option<Decimal> {
        let field = node.get(key)?;
        let number = match field.value {
            Value::Number(number) => Decimal::parse(&number.to_string()),
            _ => None,
        };
        if number.is_none() {
            self.note(Code::FhirValue, field.path, "expected a decimal number");
        }
        number
    }

    /// An amount of US dollars.
    pub(super) fn money(&mut self, node: &Node, key: &str) -> Option<Decimal> {
        let money = node.get(key)?;
        if let Some(currency) = self.text(&money, "currency")
            && currency != "USD"
        {
            self.note(Code::FhirValue, money.at("currency"), "expected USD");
            return None;
        }
        self.decimal(&money, "value")
    }

    /// A whole number above zero, such as a sequence.
    pub(super) fn number(&mut self, node: &Node, key: &str) -> Option<u64> {
        let field = node.get(key)?;
        let number = field.value.as_u64().filter(|number| *number > 0);
        if number.is_none() {
            self.note(Code::FhirValue, field.path, "expected a number from 1");
        }
        number
    }

    /// The elements of a list that are there.
    pub(super) fn list<'a>(&mut self, node: &Node<'a>, key: &str) -> Vec<Node<'a>> {
        let Some(field) = node.get(key) else {
            return Vec::new();
        };
        let Some(list) = field.value.as_array() else {
            self.note(Code::FhirValue, field.path, "expected a list");
            return Vec::new();
        };
        list.iter()
            .enumerate()
            .filter(|(_, value)| !value.is_null())
            .map(|(index, value)| field.below(value, format!("{}[{index}]", field.path)))
            .collect()
    }
}

/// `2018-09-17`, or a moment of that day.
pub(super) fn day(text: &str) -> Option<Date> {
    let (date, rest) = text.split_at_checked(10)?;
    (rest.is_empty() || rest.starts_with('T'))
        .then(|| date.parse().ok())
        .flatten()
}
