//! The table of a file: which set it holds, and its rows as CSV. It must not know what a row says.

use std::io::{Read, Write};

use anyhow::bail;

use crate::cli::output;
use crate::transaction::t277ca::{self, ClaimAcknowledgmentReader};
use crate::transaction::t835::{self, RemittanceReader, Rows};
use crate::transaction::{Cell, Row};
use crate::x12::{Item, Reader, Segment};

/// The table that is being written: one kind of set, from one file or from several.
#[derive(Debug, Default)]
pub(super) struct Table {
    columns: Option<&'static [&'static str]>,
}

/// The sets of one file.
#[derive(Default)]
struct Sets {
    remittances: RemittanceReader,
    remittance_rows: Rows,
    acknowledgments: ClaimAcknowledgmentReader,
    in_acknowledgment: bool,
    other: Option<String>,
}

impl Table {
    /// Reads a file and writes its rows; the names of the columns come before the first.
    pub(super) fn read(&mut self, source: impl Read, out: &mut dyn Write) -> anyhow::Result<()> {
        let mut csv = csv::WriterBuilder::new().flexible(false).from_writer(out);
        let mut reader = Reader::new(source);
        let mut sets = Sets::default();
        let mut rows: Vec<Row> = Vec::new();
        let mut found = false;
        while let Some(item) = reader.next_item()? {
            let Item::Segment(segment) = item else {
                continue;
            };
            let Some(columns) = sets.segment(&segment, &mut rows) else {
                continue;
            };
            found = true;
            match self.columns {
                None => csv.write_record(columns)?,
                Some(known) if known != columns => {
                    bail!("both 835 and 277CA, which have tables of their own: read them apart");
                }
                Some(_) => {}
            }
            self.columns = Some(columns);
            for row in rows.drain(..) {
                csv.write_record(row.iter().map(field))?;
            }
        }
        csv.flush()?;
        if !found {
            let what = match sets.other {
                Some(set) => format!("it holds {set}"),
                None => "it holds no transaction set".to_owned(),
            };
            bail!("only 835 and 277CA have a table, and {what}: use --format json");
        }
        Ok(())
    }
}

impl Sets {
    /// The columns of the set at hand, and the rows that a segment completes. `None` outside of 835 and 277CA.
    fn segment(
        &mut self,
        segment: &Segment<'_>,
        rows: &mut Vec<Row>,
    ) -> Option<&'static [&'static str]> {
        let mut in_remittance = false;
        self.remittances.segment(segment, |event| {
            in_remittance = true;
            self.remittance_rows.event(event, rows);
        });
        if self.in_acknowledgment && matches!(segment.id(), b"ST" | b"SE" | b"GE" | b"IEA" | b"ISA")
        {
            self.acknowledgments.segment(segment);
            for one in std::mem::take(&mut self.acknowledgments).finish() {
                t277ca::rows(&one, rows);
            }
            self.in_acknowledgment = false;
            if !segment.is("ST") {
                return Some(t277ca::COLUMNS);
            }
        }
        if segment.is("ST") {
            self.in_acknowledgment = t277ca::is_claim_acknowledgment(segment);
            if !self.in_acknowledgment && segment.text(1) != "835" {
                self.other.get_or_insert_with(|| segment.text(1).to_owned());
            }
        }
        if self.in_acknowledgment {
            self.acknowledgments.segment(segment);
            return Some(t277ca::COLUMNS);
        }
        (in_remittance || !rows.is_empty()).then_some(t835::COLUMNS)
    }
}

/// Amounts as they are: a minus is no formula.
fn field(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => output::guarded(text),
        Cell::Amount(amount) => amount.map(|amount| amount.to_string()).unwrap_or_default(),
        Cell::Day(day) => day.map(|day| day.to_string()).unwrap_or_default(),
    }
}
