//! Records of one length, in order of their keys. It must not know what they say.

use std::sync::Arc;

use super::{NotPublic, PublicTable};

/// What a record is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// Five characters.
    Code,
    /// Ten digits, in five bytes.
    Npi,
    /// CCYYMMDD.
    Day,
    Number,
    Digit,
}

/// A table, shared by all who ask it.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    bytes: Arc<[u8]>,
    fields: &'static [Field],
}

/// One record behind its key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'r>(&'r [u8]);

impl Field {
    const fn len(self) -> usize {
        match self {
            Self::Code | Self::Npi => 5,
            Self::Day | Self::Number => 4,
            Self::Digit => 1,
        }
    }

    const fn is_key(self) -> bool {
        matches!(self, Self::Code | Self::Npi)
    }
}

/// The first bytes of a table's file: which it is, and which form of it.
pub(super) fn heading(table: PublicTable) -> String {
    format!("claimgate 1 {}\n", table.name())
}

fn len_of(fields: &[Field]) -> usize {
    fields.iter().map(|field| field.len()).sum()
}

impl Records {
    /// Reads what [`super::PublicFile::bytes`] wrote.
    pub(super) fn read(table: PublicTable, bytes: Vec<u8>) -> Result<Self, NotPublic> {
        let fields = table.fields();
        let records = bytes.strip_prefix(heading(table).as_bytes());
        let records = records.filter(|records| records.len() % len_of(fields) == 0);
        let records = records.ok_or(NotPublic::Damaged(table))?;
        if !records.chunks_exact(len_of(fields)).is_sorted() {
            return Err(NotPublic::Damaged(table));
        }
        Ok(Self {
            bytes: records.into(),
            fields,
        })
    }

    pub(super) fn count(&self) -> usize {
        self.bytes.len() / len_of(self.fields).max(1)
    }

    /// The records of a key.
    pub(super) fn all<'r>(&'r self, key: &'r [u8]) -> impl Iterator<Item = Found<'r>> {
        let len = len_of(self.fields).max(1);
        let record = |index: usize| &self.bytes[index * len..(index + 1) * len];
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low + (high - low) / 2;
            match &record(middle)[..key.len()] < key {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let records = self.bytes[low * len..].chunks_exact(len);
        let own = records.take_while(move |one| one.starts_with(key));
        let keys = self.fields.iter().filter(|field| field.is_key());
        let behind = keys.map(|field| field.len()).sum::<usize>();
        own.map(move |one| Found(&one[behind..]))
    }
}

impl Found<'_> {
    /// A day or number, by its place among them.
    pub(super) fn number(self, index: usize) -> u32 {
        let bytes = self.0.get(index * 4..index * 4 + 4).unwrap_or_default();
        bytes
            .iter()
            .fold(0, |all, byte| all << 8 | u32::from(*byte))
    }

    /// The digit at the end.
    pub(super) fn digit(self) -> u8 {
        self.0.last().copied().unwrap_or_default()
    }
}
