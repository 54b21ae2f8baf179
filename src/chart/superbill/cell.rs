//! One cell becomes values of a chart's field, in the field's shape. Repairs are of form only, and told.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::mapping::Field;
use super::shape::Shape;
use crate::chart::{Code, Finding};

/// What stands in one place of the file.
pub(super) struct Cell<'c> {
    pub(super) text: &'c str,
    pub(super) row: usize,
    pub(super) column: &'c str,
}

pub(super) struct Piece {
    pub(super) value: Value,
    /// `row 17, column "Charge"`.
    pub(super) origin: String,
}

impl Cell<'_> {
    /// The values of the cell; none where one of them cannot be read, which is told.
    pub(super) fn pieces(&self, field: &Field, findings: &mut Vec<Finding>) -> Vec<Piece> {
        let origin = format!("row {}, column {:?}", self.row, self.column);
        let mut shape = &field.shape;
        if let Shape::List(one) = shape {
            shape = one;
        }
        let separators = field.source.split.as_deref();
        let parts: Vec<&str> = match separators {
            Some(separators) => self.text.split(|one| separators.contains(one)).collect(),
            None => vec![self.text],
        };
        let parts = parts
            .into_iter()
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts
            .filter_map(|part| {
                let meant = field.source.values.iter();
                let mut meant = meant.filter(|(said, _)| said.eq_ignore_ascii_case(part));
                let part = meant.next().map_or(part, |(_, meant)| meant);
                match value(part, shape, field) {
                    Ok(value) => Some(Piece {
                        value,
                        origin: origin.clone(),
                    }),
                    Err(Trouble::Unreadable(expected)) => {
                        let finding = Finding::new(Code::SuperbillValue, origin.as_str(), expected);
                        findings.push(finding);
                        None
                    }
                    Err(Trouble::Repaired(value, how)) => {
                        findings.push(Finding::new(Code::SuperbillRepaired, origin.as_str(), how));
                        Some(Piece {
                            value,
                            origin: origin.clone(),
                        })
                    }
                }
            })
            .collect()
    }
}

enum Trouble {
    Unreadable(String),
    Repaired(Value, &'static str),
}

fn value(text: &str, shape: &Shape, field: &Field) -> Result<Value, Trouble> {
    let expected = |words: &str| Trouble::Unreadable(format!("expected {words}"));
    if is_shortened(text) && *shape != Shape::Day {
        return Err(Trouble::Unreadable(
            "a spreadsheet has written a long number short (1.2E+11): make the column text there, and export again".into(),
        ));
    }
    match shape {
        Shape::Text => text_value(text, field),
        Shape::Day => {
            let forms = &field.source.dates;
            let day = forms
                .iter()
                .find_map(|form| Date::strptime(form, text).ok());
            day.map(|day| json!(day.to_string()))
                .ok_or_else(|| expected(&format!("a day as {}", forms.join(" or "))))
        }
        Shape::Decimal => decimal(text)
            .map(Value::String)
            .ok_or_else(|| expected("a number")),
        // A pointer may be a letter or a code: the whole chart says which.
        Shape::Whole => match text.parse::<u64>() {
            Ok(number) => Ok(json!(number)),
            Err(_) if field.path.ends_with("diagnosis_pointers") => Ok(json!(text)),
            Err(_) => Err(expected("a whole number")),
        },
        Shape::YesNo => match text.to_ascii_lowercase().as_str() {
            "y" | "yes" | "true" | "t" | "1" | "x" => Ok(json!(true)),
            "n" | "no" | "false" | "f" | "0" => Ok(json!(false)),
            _ => Err(expected("yes or no")),
        },
        Shape::List(_) => Err(expected("one value")),
    }
}

/// ZIP codes lose their zeros in spreadsheets; four or eight digits are no others.
fn text_value(text: &str, field: &Field) -> Result<Value, Trouble> {
    let is_zip = field.path.ends_with("postal_code");
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match is_zip && is_number && matches!(text.len(), 4 | 8) {
        true => Err(Trouble::Repaired(
            json!(format!("0{text}")),
            "a ZIP code that had lost its zero",
        )),
        false => Ok(json!(text)),
    }
}

/// `$1,234.50`, `(12.50)`.
fn decimal(text: &str) -> Option<String> {
    let (sign, text) = match text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        Some(inside) => ("-", inside),
        None => ("", text),
    };
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => (sign, text),
    };
    let digits: String = text
        .chars()
        .filter(|one| !matches!(one, '$' | ',' | ' '))
        .collect();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, "0"));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction_is = is_number(fraction) && !fraction.is_empty();
    (is_number(whole) && fraction_is && !digits.is_empty()).then(|| match digits.contains('.') {
        true => format!("{sign}{whole}.{fraction}"),
        false => format!("{sign}{whole}"),
    })
}

/// `1.23457E+11`.
fn is_shortened(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once("E+") else {
        return false;
    };
    let is_number = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    is_number(number) && is_number(exponent)
}
