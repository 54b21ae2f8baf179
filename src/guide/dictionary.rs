//! What the 005010 standard says of data elements, composites and segments, whatever the guide.

use std::collections::HashMap;

use super::NotationError;
use super::notation::logical_lines;

/// Data element types of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataType {
    /// AN: text.
    Text,
    /// ID: a code.
    Identifier,
    /// N0, N1, N2: digits with an implied decimal point.
    Integer,
    /// R: digits with an explicit decimal point.
    Decimal,
    /// DT: `CCYYMMDD` or `YYMMDD`.
    Date,
    /// TM: `HHMM[SS[DD]]`.
    Time,
    /// B: bytes.
    Binary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElementStandard {
    pub data_type: DataType,
    /// Characters; sign and decimal point of numbers do not count.
    pub min: u32,
    pub max: u32,
}

/// A segment or composite of the standard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentStandard {
    /// How many elements or components it may have.
    pub count: u8,
    pub notes: Vec<Note>,
}

/// A syntax note such as `P0304`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub kind: NoteKind,
    pub members: Vec<u8>,
    /// Bit `n` for each member `n`.
    pub mask: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// P: all or none.
    Paired,
    /// R: at least one.
    Required,
    /// E: at most one.
    Exclusion,
    /// C: if the first, then all others.
    Conditional,
    /// L: if the first, then at least one other.
    List,
}

#[derive(Debug, Default)]
pub struct Dictionary {
    elements: HashMap<String, ElementStandard>,
    composites: HashMap<String, SegmentStandard>,
    segments: HashMap<String, SegmentStandard>,
}

impl Dictionary {
    /// Reads `element`, `composite` and `segment` lines.
    pub(super) fn parse(text: &str) -> Result<Self, NotationError> {
        let mut dictionary = Self::default();
        for (number, line) in logical_lines(text) {
            dictionary.line(&line).ok_or_else(|| {
                NotationError::at(number, format!("not a dictionary line: `{line}`"))
            })?;
        }
        Ok(dictionary)
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let line = line.split(" #").next().unwrap_or(line);
        let mut words = line.split_whitespace();
        let (kind, id) = (words.next()?, words.next()?.to_owned());
        match kind {
            "element" => {
                let data_type = data_type(words.next()?)?;
                let (min, max) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
                self.elements.insert(
                    id,
                    ElementStandard {
                        data_type,
                        min,
                        max,
                    },
                );
            }
            "composite" | "segment" => {
                let count = words.next()?.parse().ok()?;
                let notes = words.map(note).collect::<Option<_>>()?;
                let standard = SegmentStandard { count, notes };
                let table = if kind == "segment" {
                    &mut self.segments
                } else {
                    &mut self.composites
                };
                table.insert(id, standard);
            }
            _ => return None,
        }
        Some(())
    }

    pub fn element(&self, number: &str) -> Option<ElementStandard> {
        self.elements.get(number).copied()
    }

    pub fn composite(&self, id: &str) -> Option<&SegmentStandard> {
        self.composites.get(id)
    }

    pub fn segment(&self, id: &str) -> Option<&SegmentStandard> {
        self.segments.get(id)
    }
}

fn data_type(text: &str) -> Option<DataType> {
    Some(match text {
        "AN" => DataType::Text,
        "ID" => DataType::Identifier,
        "R" => DataType::Decimal,
        "DT" => DataType::Date,
        "TM" => DataType::Time,
        "B" => DataType::Binary,
        _ if text.starts_with('N') => DataType::Integer,
        _ => return None,
    })
}

fn note(text: &str) -> Option<Note> {
    let kind = match text.chars().next()? {
        'P' => NoteKind::Paired,
        'R' => NoteKind::Required,
        'E' => NoteKind::Exclusion,
        'C' => NoteKind::Conditional,
        'L' => NoteKind::List,
        _ => return None,
    };
    let digits = text.get(1..)?.as_bytes();
    let members = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok()?.parse().ok())
        .collect::<Option<Vec<u8>>>()?;
    let mask = members.iter().try_fold(0, |mask, &number| {
        Some(mask | 1u32.checked_shl(number.into())?)
    })?;
    (members.len() >= 2).then_some(Note {
        kind,
        members,
        mask,
    })
}
