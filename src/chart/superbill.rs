//! Superbills: rows of a practice system's CSV become charts, by a mapping that the practice writes once. It must not
//! know a practice system: which column means what is the mapping's word.
//!
//! Rows one after another with the same values in the mapping's `chart` columns are one chart. A row is a service, or a
//! visit with numbered columns of services. Every finding names the row, as a spreadsheet counts it, and the column.

mod cell;
mod guess;
mod mapping;
mod shape;
mod table;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Code, Finding, Origins, Reading, native};
use cell::{Cell, Piece};
pub use guess::guess;
use mapping::{Field, Step};
pub use mapping::{Mapping, MappingError};
use table::{Row, Table};

/// The charts of a CSV file. Never fails: what cannot be read is told.
pub fn read(bytes: &[u8], mapping: &Mapping, name: &str) -> Vec<Reading> {
    let refuse = |finding: Finding| vec![Reading::unreadable(name, finding)];
    let table = match Table::read(bytes, mapping.delimiter()) {
        Ok(table) => table,
        Err(finding) => return refuse(finding),
    };
    let missing: Vec<&str> = mapping
        .columns()
        .filter(|column| !table.has(column))
        .collect();
    if !missing.is_empty() {
        let detail = format!(
            "{}; the file has {}",
            quoted(&missing),
            quoted(&table.columns())
        );
        return refuse(Finding::new(Code::SuperbillColumn, "row 1", detail));
    }
    let mut readings: Vec<Reading> = table
        .rows
        .chunk_by(|one, other| same_chart(mapping, &table, one, other))
        .map(|rows| {
            Visit {
                mapping,
                table: &table,
                rows,
            }
            .chart(name)
        })
        .collect();
    let unused: Vec<&str> = table
        .columns()
        .into_iter()
        .filter(|column| {
            !mapping
                .columns()
                .any(|own| own.eq_ignore_ascii_case(column))
        })
        .collect();
    if let Some(first) = readings.first_mut().filter(|_| !unused.is_empty()) {
        let finding = Finding::new(Code::SuperbillUnused, "row 1", quoted(&unused));
        first.findings.push(finding);
    }
    if readings.is_empty() {
        return refuse(Finding::new(Code::SuperbillEmpty, "row 1", ""));
    }
    readings
}

/// What stands for a superbill that nobody has said the columns of.
pub fn without_mapping(name: &str) -> Reading {
    Reading::unreadable(name, Finding::new(Code::SuperbillMapping, "row 1", ""))
}

fn quoted(columns: &[&str]) -> String {
    let all: Vec<String> = columns.iter().map(|column| format!("{column:?}")).collect();
    all.join(", ")
}

fn same_chart(mapping: &Mapping, table: &Table, one: &Row, other: &Row) -> bool {
    let key = |row| {
        mapping
            .chart
            .iter()
            .map(move |column| table.cell(row, column))
    };
    key(one).eq(key(other))
}

/// The rows of one chart.
struct Visit<'v> {
    mapping: &'v Mapping,
    table: &'v Table,
    rows: &'v [Row],
}

/// Elements of a list, by row, column and piece of a cell.
type Elements = BTreeMap<[usize; 3], Element>;

#[derive(Default)]
struct Element {
    fields: Vec<(Vec<String>, Value, String)>,
    /// Something other than a constant is there.
    is_said: bool,
}

/// What is made of the rows, and what is wrong with them.
#[derive(Default)]
struct Made {
    value: Map<String, Value>,
    findings: Vec<Finding>,
    origins: Origins,
}

impl Visit<'_> {
    fn chart(&self, file: &str) -> Reading {
        let mut made = Made::default();
        let mut lists = BTreeMap::<&str, Elements>::new();
        for field in &self.mapping.fields {
            match field.list() {
                Some(list) => self.elements(field, lists.entry(list).or_default(), &mut made),
                None => self.scalar(field, &mut made),
            }
        }
        for (list, elements) in lists {
            put_list(list, elements, &mut made);
        }
        self.complete(&mut made);
        let value = Value::Object(made.value);
        let first = self.rows.first().map_or(0, |row| row.number);
        let read = native::chart(&value, &format!("{file} row {first}"));
        let mut findings = made.findings;
        for mut finding in read.findings {
            finding.path = made.origins.resolve(&finding.path);
            findings.push(finding);
        }
        Reading {
            findings,
            origins: made.origins,
            ..read
        }
    }

    /// A field that the chart has once: the rows must agree on it.
    fn scalar(&self, field: &Field, made: &mut Made) {
        let mut said: Option<(Value, String)> = None;
        for row in self.rows {
            for (_, cell) in field.cells(self.table, row) {
                for piece in cell.pieces(field, &mut made.findings) {
                    match &said {
                        None => said = Some((piece.value, piece.origin)),
                        Some((value, origin)) if *value != piece.value => {
                            let detail = format!("{origin} says otherwise");
                            let finding =
                                Finding::new(Code::SuperbillConflict, piece.origin, detail);
                            made.findings.push(finding);
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        let first = self.rows.first().map_or(0, |row| row.number);
        if let (None, Some(column)) = (&said, field.source.columns.first()) {
            // What is missing is to be filled in there.
            let origin = format!("row {first}, column {column:?}");
            made.origins.set(field.pointer(), origin);
        }
        if let Some((value, origin)) = said.or_else(|| field.constant()) {
            let path: Vec<String> = field.names().map(str::to_owned).collect();
            made.put(&path, value, &origin);
        }
    }

    /// Fields of a list's elements.
    fn elements(&self, field: &Field, elements: &mut Elements, made: &mut Made) {
        for (number, row) in self.rows.iter().enumerate() {
            for (column, cell) in field.cells(self.table, row) {
                let pieces = cell.pieces(field, &mut made.findings);
                // A list inside the element, such as modifiers, is one value of it.
                if field.is_list_of_values() {
                    let origin = pieces.first().map(|piece| piece.origin.clone());
                    let values: Vec<Value> = pieces.into_iter().map(|piece| piece.value).collect();
                    if let Some(origin) = origin {
                        let element = elements.entry([number, column, 0]).or_default();
                        element.put(field, Value::Array(values), origin);
                    }
                    continue;
                }
                for (index, Piece { value, origin }) in pieces.into_iter().enumerate() {
                    let element = elements.entry([number, column, index]).or_default();
                    element.put(field, value, origin);
                }
            }
        }
        if let Some((value, origin)) = field.constant() {
            for element in elements.values_mut() {
                let path = field.inside().map(str::to_owned).collect();
                element.fields.push((path, value.clone(), origin.clone()));
            }
        }
    }

    /// What every chart has, and what only the whole of it says.
    fn complete(&self, made: &mut Made) {
        made.value
            .entry("kind")
            .or_insert_with(|| json!(self.mapping.kind));
        made.value.entry("encounter").or_insert_with(|| json!({}));
        if !made.value.contains_key("id") {
            let key = self.mapping.chart.iter();
            let first = self.rows.first();
            let id: Vec<&str> = first
                .map(|row| {
                    key.filter_map(|column| self.table.cell(row, column))
                        .collect()
                })
                .unwrap_or_default();
            made.value.insert("id".into(), id.join("-").into());
        }
        point(&mut made.value);
    }
}

impl Element {
    fn put(&mut self, field: &Field, value: Value, origin: String) {
        let path = field.inside().map(str::to_owned).collect();
        self.fields.push((path, value, origin));
        self.is_said = true;
    }
}

impl Made {
    fn put(&mut self, path: &[String], value: Value, origin: &str) {
        let pointer: String = path.iter().map(|name| format!("/{name}")).collect();
        self.origins.set(pointer, origin);
        put_at(&mut self.value, path, value);
    }
}

/// Puts a value into objects and lists that are made on the way; a number is a place in a list.
fn put_at(object: &mut Map<String, Value>, path: &[String], value: Value) {
    let [name, rest @ ..] = path else { return };
    let slot = object.entry(name.clone()).or_insert(Value::Null);
    put_into(slot, rest, value);
}

fn put_into(slot: &mut Value, path: &[String], value: Value) {
    let Some((name, rest)) = path.split_first() else {
        *slot = value;
        return;
    };
    if let Ok(index) = name.parse::<usize>() {
        if !slot.is_array() {
            *slot = json!([]);
        }
        if let Value::Array(list) = slot {
            if list.len() <= index {
                list.resize(index + 1, json!({}));
            }
            put_into(&mut list[index], rest, value);
        }
        return;
    }
    if !slot.is_object() {
        *slot = json!({});
    }
    if let Value::Object(object) = slot {
        put_at(object, path, value);
    }
}

/// The elements of a list in their order; one that an earlier one says already is left out of what is no service.
fn put_list(list: &str, elements: Elements, made: &mut Made) {
    let is_service = list == "procedures";
    let mut known: Vec<Value> = Vec::new();
    for element in elements.into_values().filter(|one| one.is_said) {
        let mut own = json!({});
        for (path, value, _) in &element.fields {
            put_into(&mut own, path, value.clone());
        }
        if !is_service && known.contains(&own) {
            continue;
        }
        let index = known.len();
        for (path, _, origin) in &element.fields {
            let inside: String = path.iter().map(|name| format!("/{name}")).collect();
            made.origins
                .set(format!("/{list}/{index}{inside}"), origin.as_str());
        }
        let row = element.fields.first().map(|(_, _, origin)| origin.as_str());
        if let Some((row, _)) = row.and_then(|origin| origin.split_once(',')) {
            made.origins.set(format!("/{list}/{index}"), row);
        }
        known.push(own);
    }
    let path: Vec<String> = list.split('/').map(str::to_owned).collect();
    put_at(&mut made.value, &path, Value::Array(known));
}

/// Pointers as superbills write them, letters or the codes themselves, become numbers of diagnoses.
fn point(chart: &mut Map<String, Value>) {
    let plain = |code: &str| code.replace('.', "").to_ascii_uppercase();
    let codes: Vec<String> = chart
        .get("diagnoses")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|one| one["code"].as_str().map(plain).unwrap_or_default())
        .collect();
    let number = |pointer: &Value| {
        let text = plain(pointer.as_str()?);
        let by_code = codes.iter().position(|code| *code == text);
        let by_letter = match text.as_bytes() {
            [letter @ b'A'..=b'L'] => Some(usize::from(letter - b'A')),
            _ => None,
        };
        let index = by_code.or(by_letter)?;
        Some(json!(index + 1))
    };
    let procedures = chart.get_mut("procedures").and_then(Value::as_array_mut);
    for procedure in procedures.into_iter().flatten() {
        let pointers = procedure.get_mut("diagnosis_pointers");
        for pointer in pointers.and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(number) = number(pointer) {
                *pointer = number;
            } else if let Some(number) = pointer.as_str().and_then(|text| text.parse::<u8>().ok()) {
                *pointer = json!(number);
            }
        }
    }
}

impl Field {
    /// The cells of a row that say it, each with its place among the columns.
    fn cells<'r>(
        &'r self,
        table: &'r Table,
        row: &'r Row,
    ) -> impl Iterator<Item = (usize, Cell<'r>)> {
        let columns = self.source.columns.iter().enumerate();
        columns.filter_map(move |(index, column)| {
            let text = table.cell(row, column)?;
            let cell = Cell {
                text,
                row: row.number,
                column,
            };
            Some((index, cell))
        })
    }

    fn constant(&self) -> Option<(Value, String)> {
        let value = self.source.value.clone()?;
        Some((value, format!("the mapping's {:?}", self.path)))
    }

    fn pointer(&self) -> String {
        self.names().map(|name| format!("/{name}")).collect()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| match step {
            Step::Name(name) => name.as_str(),
            Step::Each => "*",
        })
    }
}

#[cfg(test)]
mod tests;
