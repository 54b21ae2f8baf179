//! Rows and columns of a CSV file. It must not know what a column means.

use encoding_rs::WINDOWS_1252;

use crate::chart::read::without_mark;
use crate::chart::{Code, Finding};

/// What may stand between cells.
const DELIMITERS: [u8; 4] = *b",\t;|";
/// A header has no more columns.
const COLUMNS_MAX: usize = 4_096;

pub(super) struct Table {
    /// As the file names them.
    columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    /// As a spreadsheet counts, the header 1.
    pub(super) number: usize,
    cells: csv::StringRecord,
}

impl Table {
    /// Reads UTF-8, or what is none as Windows-1252. Rows without anything, and the header said again, are passed over.
    pub(super) fn read(bytes: &[u8], delimiter: Option<u8>) -> Result<Self, Finding> {
        let bytes = without_mark(bytes);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        };
        let header = text.lines().next().unwrap_or_default();
        let count = |delimiter: &u8| header.bytes().filter(|byte| byte == delimiter).count();
        let found = DELIMITERS.into_iter().rev().max_by_key(count);
        let mut reader = csv::ReaderBuilder::new();
        reader
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All);
        let delimiter = delimiter.or(found).unwrap_or(b',');
        if let Some(row) = unclosed(text.as_bytes(), delimiter) {
            let detail = "a quote that is never closed";
            let path = format!("row {row}");
            return Err(Finding::new(Code::SuperbillSyntax, path, detail));
        }
        reader.delimiter(delimiter);
        let mut columns = Vec::new();
        let mut rows = Vec::new();
        for (index, cells) in reader
            .from_reader(text.as_bytes())
            .into_records()
            .enumerate()
        {
            let number = index + 1;
            let cells = cells
                .map_err(|_| Finding::new(Code::SuperbillSyntax, format!("row {number}"), ""))?;
            if number == 1 {
                columns = cells.iter().take(COLUMNS_MAX).map(str::to_owned).collect();
                continue;
            }
            let is_header = cells.iter().eq(columns.iter().map(String::as_str));
            if !is_header && cells.iter().any(|cell| !cell.is_empty()) {
                rows.push(Row { number, cells });
            }
        }
        Ok(Self { columns, rows })
    }

    pub(super) fn columns(&self) -> Vec<&str> {
        let columns = self.columns.iter().map(String::as_str);
        columns.filter(|column| !column.is_empty()).collect()
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.index(column).is_some()
    }

    fn index(&self, column: &str) -> Option<usize> {
        let is_it = |own: &String| own.eq_ignore_ascii_case(column.trim());
        self.columns.iter().position(is_it)
    }

    /// What a row says in a column, if anything.
    pub(super) fn cell<'r>(&self, row: &'r Row, column: &str) -> Option<&'r str> {
        let cell = row.cells.get(self.index(column)?)?;
        Some(cell).filter(|cell| !cell.is_empty())
    }
}

/// The row of a quote that has no end: everything behind it would be one cell.
fn unclosed(text: &[u8], delimiter: u8) -> Option<usize> {
    let (mut row, mut starts, mut open) = (1, true, None);
    for &byte in text {
        match open {
            // Two quotes inside are one: the cell closes, and opens again.
            Some(_) if byte == b'"' => (open, starts) = (None, true),
            Some(_) => {}
            None if byte == b'"' && starts => open = Some(row),
            None => {
                row += usize::from(byte == b'\n');
                starts = byte == delimiter || byte == b'\n';
            }
        }
    }
    open
}
