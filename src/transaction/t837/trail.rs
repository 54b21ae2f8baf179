//! Which fields of a claim each element of it is written from. Nothing in the writer says so: each field is changed in
//! turn and the claim written again, and what differs came from it. It must not know what a field means.

use jiff::civil::{Date, DateTime, Time};
use serde_json::Value;

use super::{ClaimPosition, Location, NotWritten, Part, SetHeader, write_set};
use crate::claim::{Claim, Contact, Name, Npi, Submitter};
use crate::x12::{Delimiters, GroupHeader, InterchangeHeader, Item, Writer, read_all};

/// An element of a claim as it is written, and where it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TracedElement {
    /// 1 the first.
    pub element: usize,
    /// 0 where the element is no composite.
    pub component: usize,
    /// Fields of the claim as its JSON names them (`lines[0].charge`), those that change the element first.
    pub fields: Vec<String>,
    /// Health information, mostly.
    value: String,
}

/// A segment of a claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TracedSegment {
    pub id: String,
    pub elements: Vec<TracedElement>,
    /// Of the claim's whole set, ST = 1.
    position: u32,
}

/// The segments of one claim with the levels above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    segments: Vec<TracedSegment>,
    position: ClaimPosition,
}

impl TracedElement {
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl Trail {
    /// Writes the claim as often as it has fields.
    ///
    /// # Errors
    /// As [`write_set`], for the claim as it is.
    pub fn of(claim: &Claim) -> Result<Self, NotWritten> {
        let (mut segments, position) = written(claim)?;
        let json = serde_json::to_value(claim).unwrap_or_default();
        let mut leaves = Vec::new();
        fields(&json, String::new(), String::new(), &mut leaves);
        for Leaf { pointer, field } in leaves {
            let changed = variants(json.pointer(&pointer).unwrap_or(&Value::Null));
            let different = changed.into_iter().find_map(|value| {
                let mut json = json.clone();
                *json.pointer_mut(&pointer)? = value;
                let changed = serde_json::from_value::<Claim>(json).ok()?;
                let (other, _) = written(&changed).ok()?;
                (other != segments_without_fields(&segments)).then_some(other)
            });
            if let Some(other) = different {
                credit(&mut segments, &other, &field);
            }
        }
        Ok(Self { segments, position })
    }

    /// The segments in their order, each with the part of the claim that it belongs to.
    pub fn segments(&self) -> impl Iterator<Item = (Part, &TracedSegment)> {
        let parts = self
            .segments
            .iter()
            .map(|segment| self.position.part(segment.position));
        parts
            .zip(&self.segments)
            .filter_map(|(part, segment)| Some((part?, segment)))
    }

    /// The position of a segment in a set in which the claim stands at `place`.
    pub fn position_in(&self, place: &ClaimPosition, segment: &TracedSegment) -> Option<u32> {
        place.position_of(self.position.location(segment.position)?)
    }

    /// The fields that an element comes from; of one that is missing those of its neighbours.
    pub fn fields(&self, at: Location) -> Vec<&str> {
        let own = self.position.position_of(at);
        let (element, component) = (at.element as usize, at.component as usize);
        let Some(segment) = self.segments.iter().find(|one| Some(one.position) == own) else {
            return Vec::new();
        };
        let all = |is_meant: &dyn Fn(&TracedElement) -> bool| {
            let meant = segment.elements.iter().filter(|one| is_meant(one));
            let mut fields: Vec<&str> = Vec::new();
            for field in meant.flat_map(|one| &one.fields) {
                if !fields.contains(&field.as_str()) {
                    fields.push(field);
                }
            }
            fields
        };
        let exact =
            all(&|one| one.element == element && (component == 0 || one.component == component));
        if !exact.is_empty() {
            return exact;
        }
        let of_element = all(&|one| one.element == element);
        match of_element.is_empty() {
            true => all(&|_| true),
            false => of_element,
        }
    }
}

/// A field of the claim that holds a value.
struct Leaf {
    pointer: String,
    /// With dots and brackets, as provenance names it.
    field: String,
}

fn fields(value: &Value, pointer: String, field: String, found: &mut Vec<Leaf>) {
    match value {
        Value::Object(parts) => {
            for (name, value) in parts {
                let dot = if field.is_empty() { "" } else { "." };
                fields(
                    value,
                    format!("{pointer}/{name}"),
                    format!("{field}{dot}{name}"),
                    found,
                );
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                fields(
                    value,
                    format!("{pointer}/{index}"),
                    format!("{field}[{index}]"),
                    found,
                );
            }
        }
        Value::Null => {}
        _ => found.push(Leaf { pointer, field }),
    }
}

/// Other values of a field's kind, the likeliest to be taken first.
fn variants(value: &Value) -> Vec<Value> {
    const NPIS: [&str; 2] = ["1234567893", "1679523708"];
    match value {
        Value::Bool(is_so) => vec![Value::Bool(!is_so)],
        Value::Number(number) => number
            .as_u64()
            .map(|number| Value::from(number + 1))
            .into_iter()
            .collect(),
        Value::String(text) => {
            let mut all = Vec::new();
            if let Ok(day) = text.parse::<Date>() {
                all.extend(day.tomorrow().ok().map(|day| day.to_string()));
            }
            if let Ok(time) = text.parse::<Time>() {
                all.push(
                    time.wrapping_add(jiff::SignedDuration::from_mins(61))
                        .to_string(),
                );
            }
            if Npi::parse(text).is_ok() {
                all.extend(
                    NPIS.iter()
                        .filter(|npi| **npi != text)
                        .map(|&npi| npi.to_owned()),
                );
            }
            all.push(text.chars().map(next).collect());
            all.extend(["F", "M", "U"].map(str::to_owned));
            all.into_iter().map(Value::String).collect()
        }
        _ => Vec::new(),
    }
}

/// Another letter or digit.
fn next(letter: char) -> char {
    match letter {
        'A'..='Y' | 'a'..='y' | '0'..='8' => {
            char::from_u32(u32::from(letter) + 1).unwrap_or(letter)
        }
        'Z' => 'A',
        'z' => 'a',
        '9' => '1',
        other => other,
    }
}

/// Adds the field to every element that its change has changed.
fn credit(segments: &mut [TracedSegment], other: &[TracedSegment], field: &str) {
    if segments.len() == other.len()
        && segments
            .iter()
            .zip(other)
            .all(|(own, other)| own.id == other.id)
    {
        for (own, other) in segments.iter_mut().zip(other) {
            for element in &mut own.elements {
                let same = |one: &&TracedElement| {
                    (one.element, one.component) == (element.element, element.component)
                };
                let value = other.elements.iter().find(same).map(TracedElement::value);
                if value != Some(&element.value) {
                    element.fields.push(field.to_owned());
                }
            }
        }
        return;
    }
    // A segment came, went, or is another: it is the first that differs.
    let plain = segments_without_fields(segments);
    let first = plain
        .iter()
        .zip(other)
        .position(|(own, other)| own.elements != other.elements || own.id != other.id);
    if let Some(segment) = first.and_then(|at| segments.get_mut(at)) {
        for element in &mut segment.elements {
            element.fields.push(field.to_owned());
        }
    }
}

fn segments_without_fields(segments: &[TracedSegment]) -> Vec<TracedSegment> {
    let plain = |segment: &TracedSegment| TracedSegment {
        elements: segment
            .elements
            .iter()
            .map(|element| TracedElement {
                fields: Vec::new(),
                ..element.clone()
            })
            .collect(),
        ..segment.clone()
    };
    segments.iter().map(plain).collect()
}

/// The claim alone in a set.
fn written(claim: &Claim) -> Result<(Vec<TracedSegment>, ClaimPosition), NotWritten> {
    let interchange = InterchangeHeader {
        sender: ("ZZ".into(), "TRAIL".into()),
        receiver: ("ZZ".into(), "TRAIL".into()),
        date: "000101".into(),
        time: "0000".into(),
        control_number: 1,
        acknowledgment_requested: false,
        usage: b'T',
    };
    let group = GroupHeader {
        functional_id: "HC".into(),
        sender: "TRAIL".into(),
        receiver: "TRAIL".into(),
        date: "20000101".into(),
        time: "0000".into(),
        control_number: 1,
        version: String::new(),
    };
    let submitter = Submitter {
        name: Name::organization("TRAIL"),
        id: "TRAIL".into(),
        contact: Contact::default(),
    };
    let header = SetHeader {
        control_number: "0001",
        version: "",
        purpose: "00",
        reference: "1",
        created: DateTime::ZERO,
        kind: "CH",
        submitter: &submitter,
        receiver_name: "TRAIL",
        receiver_id: "TRAIL",
    };
    let mut writer = Writer::new(Delimiters::USUAL, &interchange);
    writer.group(&group);
    let position = write_set(&mut writer, &header, &[claim])?
        .pop()
        .unwrap_or_default();
    let bytes = writer.finish().map_err(|refused| NotWritten::Refused {
        claim: None,
        refused,
    })?;
    let mut segments = Vec::new();
    read_all(&bytes, |item| {
        if let Item::Segment(segment) = item
            && position.part(segment.place.position).is_some()
        {
            segments.push(TracedSegment {
                id: String::from_utf8_lossy(segment.id()).into_owned(),
                elements: elements(&segment),
                position: segment.place.position,
            });
        }
    });
    Ok((segments, position))
}

fn elements(segment: &crate::x12::Segment<'_>) -> Vec<TracedElement> {
    let mut all = Vec::new();
    for (number, element) in (1..).zip(segment.elements()) {
        let components: Vec<&str> = element
            .components()
            .map(|one| std::str::from_utf8(one).unwrap_or_default())
            .collect();
        for (at, value) in components.iter().enumerate() {
            if !value.is_empty() {
                all.push(TracedElement {
                    element: number,
                    component: if components.len() > 1 { at + 1 } else { 0 },
                    fields: Vec::new(),
                    value: (*value).to_owned(),
                });
            }
        }
    }
    all
}
