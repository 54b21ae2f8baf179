//! Public tables of CMS that say which services are paid together, how many units a day can hold, and which NPIs are no
//! longer in force. They change each quarter or month and carry the AMA's notice, so none comes with claimgate:
//! `claimgate codes import` takes the files as CMS publishes them. It must not read a file: the caller hands over bytes.
//!
//! A table is kept as records of one length, in order, and searched as they lie: two million pairs are 38 MB and at hand
//! at once.

mod official;
mod records;

use jiff::civil::Date;

pub use official::{NotPublic, PublicFile, read_public};
use records::{Field, Records};

/// Which of CMS's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PublicTable {
    /// NCCI procedure-to-procedure edits of practitioners (`ccipra-…`).
    PairsPractitioner,
    /// The same of outpatient hospitals (`ccioph-…`).
    PairsHospital,
    /// Medically unlikely edits of practitioners.
    UnitsPractitioner,
    /// The same of outpatient hospitals.
    UnitsHospital,
    /// The same of suppliers of equipment.
    UnitsEquipment,
    /// NPIs that NPPES has deactivated.
    NpisDeactivated,
}

/// The tables at hand; one that was never imported is empty, and nothing is found in it.
#[derive(Debug, Clone, Default)]
pub struct PublicTables {
    pairs: [Records; 2],
    units: [Records; 3],
    npis: Records,
}

/// Who bills, as CMS divides its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    Practitioner,
    Hospital,
    Equipment,
}

/// What stands of two services of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Whether a modifier can say that they were done apart (indicator 1).
    pub modifier_allowed: bool,
}

/// How many units of a code a payer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    pub max: u32,
    /// Adjudication indicator 1: of a line; else of a day.
    pub of_line: bool,
}

impl PublicTable {
    pub const ALL: [Self; 6] = [
        Self::PairsPractitioner,
        Self::PairsHospital,
        Self::UnitsPractitioner,
        Self::UnitsHospital,
        Self::UnitsEquipment,
        Self::NpisDeactivated,
    ];

    /// Of its file in the data directory, and for `codes import --list`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PairsPractitioner => "ncci-pairs-practitioner",
            Self::PairsHospital => "ncci-pairs-hospital",
            Self::UnitsPractitioner => "mue-practitioner",
            Self::UnitsHospital => "mue-hospital",
            Self::UnitsEquipment => "mue-equipment",
            Self::NpisDeactivated => "npi-deactivated",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::PairsPractitioner => "NCCI pairs, practitioners",
            Self::PairsHospital => "NCCI pairs, outpatient hospitals",
            Self::UnitsPractitioner => "medically unlikely units, practitioners",
            Self::UnitsHospital => "medically unlikely units, outpatient hospitals",
            Self::UnitsEquipment => "medically unlikely units, suppliers",
            Self::NpisDeactivated => "NPIs that NPPES has deactivated",
        }
    }

    /// A record's fields: those that it is found by first.
    fn fields(self) -> &'static [Field] {
        match self {
            // Both codes, the first and the last day, the modifier indicator.
            Self::PairsPractitioner | Self::PairsHospital => &[
                Field::Code,
                Field::Code,
                Field::Day,
                Field::Day,
                Field::Digit,
            ],
            // The code, the units, the adjudication indicator.
            Self::UnitsPractitioner | Self::UnitsHospital | Self::UnitsEquipment => {
                &[Field::Code, Field::Number, Field::Digit]
            }
            // The NPI and the day from which it is not in force.
            Self::NpisDeactivated => &[Field::Npi, Field::Day],
        }
    }
}

impl PublicTables {
    /// Puts a table's bytes, as [`PublicFile::bytes`] gave them, in its place.
    ///
    /// # Errors
    /// The bytes are not those of this table.
    pub fn put(&mut self, table: PublicTable, bytes: Vec<u8>) -> Result<(), NotPublic> {
        let records = Records::read(table, bytes)?;
        *self.slot(table) = records;
        Ok(())
    }

    fn slot(&mut self, table: PublicTable) -> &mut Records {
        match table {
            PublicTable::PairsPractitioner => &mut self.pairs[0],
            PublicTable::PairsHospital => &mut self.pairs[1],
            PublicTable::UnitsPractitioner => &mut self.units[0],
            PublicTable::UnitsHospital => &mut self.units[1],
            PublicTable::UnitsEquipment => &mut self.units[2],
            PublicTable::NpisDeactivated => &mut self.npis,
        }
    }

    /// How many lines of a table are at hand.
    pub fn count(&self, table: PublicTable) -> usize {
        let records = match table {
            PublicTable::PairsPractitioner => &self.pairs[0],
            PublicTable::PairsHospital => &self.pairs[1],
            PublicTable::UnitsPractitioner => &self.units[0],
            PublicTable::UnitsHospital => &self.units[1],
            PublicTable::UnitsEquipment => &self.units[2],
            PublicTable::NpisDeactivated => &self.npis,
        };
        records.count()
    }

    pub fn has_pairs(&self, setting: Setting) -> bool {
        self.pairs_of(setting).count() > 0
    }

    fn pairs_of(&self, setting: Setting) -> &Records {
        &self.pairs[usize::from(setting == Setting::Hospital)]
    }

    /// What stands of a column-one and a column-two code of services on a day. Suppliers' pairs are in the table of
    /// practitioners. The same pair may have been in force several times.
    pub fn pair(&self, setting: Setting, first: &str, second: &str, day: Date) -> Option<Pair> {
        let key = [code(first)?, code(second)?].concat();
        let day = number_of(day);
        let mut found = self.pairs_of(setting).all(&key);
        let record = found.find(|one| one.number(0) <= day && day <= one.number(1))?;
        // 9: the edit was deleted on the day that it began.
        (record.digit() != 9).then(|| Pair {
            modifier_allowed: record.digit() == 1,
        })
    }

    /// How many units of a code are taken. The file says of no day: it is that of its quarter.
    pub fn units(&self, setting: Setting, procedure: &str) -> Option<Units> {
        let table = match setting {
            Setting::Practitioner => &self.units[0],
            Setting::Hospital => &self.units[1],
            Setting::Equipment => &self.units[2],
        };
        let key = code(procedure)?;
        let record = table.all(&key).next()?;
        Some(Units {
            max: record.number(0),
            of_line: record.digit() == 1,
        })
    }

    /// Whether an NPI was out of force on a day.
    pub fn is_deactivated(&self, npi: &str, day: Date) -> bool {
        let Some(key) = npi_key(npi) else {
            return false;
        };
        self.npis
            .all(&key)
            .any(|one| one.number(0) <= number_of(day))
    }
}

/// CCYYMMDD as a number.
fn number_of(day: Date) -> u32 {
    let year = u32::from(day.year().unsigned_abs());
    year * 10_000
        + u32::from(day.month().unsigned_abs()) * 100
        + u32::from(day.day().unsigned_abs())
}

/// A five-character code in capitals.
fn code(text: &str) -> Option<[u8; 5]> {
    let code: [u8; 5] = text.as_bytes().try_into().ok()?;
    let is_code = code.iter().all(u8::is_ascii_alphanumeric);
    is_code.then(|| code.to_ascii_uppercase().try_into().ok())?
}

fn npi_key(text: &str) -> Option<[u8; 5]> {
    let number: u64 = text.parse().ok().filter(|_| text.len() == 10)?;
    let [_, _, _, rest @ ..] = number.to_be_bytes();
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const PAIRS: &str = "CPT only copyright …\nColumn1/Column2 Edits\nColumn 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n\t\tprior to 1996\tDate\tDate\t0=not allowed\t\nG0001\tG0002\t\t20200101\t20211231\t0\tone\nG0001\tG0002\t\t20230101\t*\t1\ttwo\nG0003\tG0004\t*\t19960101\t19960101\t9\tthree\n";

    fn tables(name: &str, text: &str) -> PublicTables {
        let file = read_public(text, name, None).unwrap();
        let mut tables = PublicTables::default();
        tables.put(file.table, file.bytes()).unwrap();
        tables
    }

    #[test]
    fn pairs_are_in_force_by_day() {
        let tables = tables("ccipra-v323r0-f1.txt", PAIRS);
        let pair = |first, second, day| tables.pair(Setting::Practitioner, first, second, day);
        let (never, always) = (Some(false), Some(true));
        for (day, expected) in [
            (date(2019, 12, 31), None),
            (date(2020, 1, 1), never),
            (date(2021, 12, 31), never),
            (date(2022, 6, 1), None),
            (date(2030, 1, 1), always),
        ] {
            let found = pair("G0001", "G0002", day).map(|pair| pair.modifier_allowed);
            assert_eq!(found, expected, "{day}");
        }
        assert_eq!(pair("G0002", "G0001", date(2030, 1, 1)), None);
        assert_eq!(pair("G0003", "G0004", date(1996, 1, 1)), None);
        assert!(!tables.has_pairs(Setting::Hospital));
    }

    #[test]
    fn units_are_of_a_line_or_a_day() {
        let text = "\"Medically Unlikely Edits, © …\",,,\n\"HCPCS/\nCPT Code\",DME Supplier Services MUE Values,MUE Adjudication Indicator,MUE Rationale\nE0100,1,2 Date of Service Edit: Policy,\"Anatomic, so\"\nE0101,12,1 Line Edit,x\n";
        let tables = tables("mue.csv", text);
        let units = |code| tables.units(Setting::Equipment, code);
        let (day, line) = ((1, false), (12, true));
        assert_eq!(units("E0100").map(|one| (one.max, one.of_line)), Some(day));
        assert_eq!(units("e0101").map(|one| (one.max, one.of_line)), Some(line));
        assert_eq!(units("E0102"), None);
        assert_eq!(tables.units(Setting::Practitioner, "E0100"), None);
    }

    #[test]
    fn an_npi_is_out_of_force_from_a_day_on() {
        let text = "NPI,NPPES Deactivation Date\n1234567893,10/01/2026\n1679523708,2025-01-31\n";
        let tables = tables("NPPES Deactivated NPI Report 20261109.csv", text);
        assert!(tables.is_deactivated("1234567893", date(2026, 10, 1)));
        assert!(!tables.is_deactivated("1234567893", date(2026, 9, 30)));
        assert!(tables.is_deactivated("1679523708", date(2026, 9, 30)));
        assert!(!tables.is_deactivated("1992861900", date(2026, 9, 30)));
    }

    #[test]
    fn other_files_and_damaged_tables_are_refused() {
        assert!(read_public("code,text\n1,2\n", "list.csv", None).is_err());
        let nobodys = PAIRS.replace("ccipra", "");
        assert!(read_public(&nobodys, "edits.txt", None).is_err());
        let told = read_public(&nobodys, "edits.txt", Some(PublicTable::PairsHospital));
        let file = told.unwrap();
        let mut bytes = file.bytes();
        let mut tables = PublicTables::default();
        assert!(
            tables
                .put(PublicTable::UnitsHospital, bytes.clone())
                .is_err()
        );
        bytes.pop();
        assert!(tables.put(PublicTable::PairsHospital, bytes).is_err());
    }
}
