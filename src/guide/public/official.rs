//! The files in which CMS publishes the tables become records. It must not read or write a file.

use std::fmt;

use super::records::heading;
use super::{PublicTable, code, npi_key};

/// What a table says of a day that is open: the last there is.
const OPEN: u32 = 99_991_231;

/// Records of one or several files of the same table.
#[derive(Debug)]
pub struct PublicFile {
    pub table: PublicTable,
    records: Vec<Vec<u8>>,
}

/// Why bytes are no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPublic {
    /// None of the files that CMS publishes.
    Unrecognized,
    /// Pairs, but neither name nor user says whose.
    Setting,
    /// A table of ours that was cut or changed.
    Damaged(PublicTable),
}

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unrecognized => f.write_str("not a table of CMS"),
            Self::Setting => f.write_str(
                "NCCI pairs, but whose? Name them with --list ncci-pairs-practitioner or ncci-pairs-hospital",
            ),
            Self::Damaged(table) => write!(f, "{} is damaged: import it again", table.name()),
        }
    }
}

impl std::error::Error for NotPublic {}

/// Reads a file of CMS: NCCI pairs (text with tabs), medically unlikely edits (CSV), or the NPPES report of deactivated
/// NPIs (saved as CSV). `name` is the file's; `table` what the user says it is.
///
/// # Errors
/// [`NotPublic`]: it is none of them, or does not say which.
pub fn read_public(
    text: &str,
    name: &str,
    table: Option<PublicTable>,
) -> Result<PublicFile, NotPublic> {
    let head: String = text.lines().take(30).collect::<Vec<_>>().join(" ");
    let head = head.to_ascii_lowercase();
    let (found, records) = if head.contains("column 1") && head.contains("column 2") {
        let name = name.to_ascii_lowercase();
        let by_name = match () {
            () if name.starts_with("ccipra") => Some(PublicTable::PairsPractitioner),
            () if name.starts_with("ccioph") => Some(PublicTable::PairsHospital),
            () => None,
        };
        let table = table.or(by_name).ok_or(NotPublic::Setting)?;
        (table, text.lines().filter_map(pair).collect())
    } else if head.contains("mue values") {
        let table = match () {
            () if head.contains("dme supplier") => PublicTable::UnitsEquipment,
            () if head.contains("hospital") => PublicTable::UnitsHospital,
            () => PublicTable::UnitsPractitioner,
        };
        (table, rows(text).filter_map(|row| units(&row)).collect())
    } else if head.contains("deactivation date") {
        let npis = rows(text).filter_map(|row| deactivated(&row)).collect();
        (PublicTable::NpisDeactivated, npis)
    } else {
        return Err(NotPublic::Unrecognized);
    };
    let mut file = PublicFile {
        table: table.unwrap_or(found),
        records,
    };
    if file.records.is_empty() || file.table != found {
        return Err(NotPublic::Unrecognized);
    }
    file.sort();
    Ok(file)
}

impl PublicFile {
    /// Adds what another file of the same table holds: CMS publishes the pairs in four.
    pub fn join(&mut self, other: Self) {
        self.records.extend(other.records);
        self.sort();
    }

    fn sort(&mut self) {
        self.records.sort_unstable();
        self.records.dedup();
    }

    /// How many records.
    pub fn count(&self) -> usize {
        self.records.len()
    }

    /// The table as it is kept.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = heading(self.table).into_bytes();
        bytes.extend(self.records.iter().flatten());
        bytes
    }
}

/// `Column 1, Column 2, in existence before 1996, effective, deletion or *, modifier indicator, rationale`.
fn pair(line: &str) -> Option<Vec<u8>> {
    let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
    let [first, second, _, from, to, modifier, ..] = fields[..] else {
        return None;
    };
    let to = if to == "*" || to.is_empty() {
        Some(OPEN)
    } else {
        day(to)
    };
    let mut record = [code(first)?, code(second)?].concat();
    record.extend(day(from)?.to_be_bytes());
    record.extend(to?.to_be_bytes());
    record.push(digit(modifier)?);
    Some(record)
}

/// `code, units, adjudication indicator and its words, rationale`.
fn units(row: &csv::StringRecord) -> Option<Vec<u8>> {
    let mut record = code(row.get(0)?.trim())?.to_vec();
    let max: u32 = row.get(1)?.trim().parse().ok()?;
    record.extend(max.to_be_bytes());
    record.push(digit(row.get(2)?.trim())?);
    Some(record)
}

/// `NPI, deactivation date`.
fn deactivated(row: &csv::StringRecord) -> Option<Vec<u8>> {
    let mut record = npi_key(row.get(0)?.trim())?.to_vec();
    record.extend(day(row.get(1)?.trim())?.to_be_bytes());
    Some(record)
}

fn rows(text: &str) -> impl Iterator<Item = csv::StringRecord> + '_ {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).flexible(true);
    let rows = reader.from_reader(text.as_bytes()).into_records();
    rows.filter_map(Result::ok)
}

fn digit(text: &str) -> Option<u8> {
    let first = text.bytes().next().filter(u8::is_ascii_digit)?;
    Some(first - b'0')
}

/// `CCYYMMDD`, `CCYY-MM-DD` or `MM/DD/CCYY`, as a number.
fn day(text: &str) -> Option<u32> {
    let number: u32 = match text.split('/').collect::<Vec<_>>()[..] {
        [month, day, year] => format!("{year}{month:0>2}{day:0>2}").parse().ok()?,
        _ => text.replace('-', "").parse().ok()?,
    };
    (19_000_101..=OPEN).contains(&number).then_some(number)
}
