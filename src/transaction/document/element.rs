//! One segment: elements to members and back, as they stand. It must not know where a segment belongs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::names::{self, ElementNames, SegmentNames};
use super::write::Misfit;
use super::{BASE64, Object, Value};
use crate::guide;
use crate::x12::{Delimiters, Element, SEGMENT_BYTES_MAX, Segment};

/// The id of the segment whose second element holds as many bytes as its first says, whatever they are.
const BINARY: &str = "BIN";

/// Elements that are counted or numbered where a document leaves them out.
pub(super) fn is_filled_in(id: &str, number: usize) -> bool {
    matches!(
        (id, number),
        ("ISA", 13) | ("GS", 6) | ("ST" | "SE" | "GE" | "IEA", 1 | 2)
    )
}

/// A segment with a place in a guide.
pub(super) fn read(segment: &Segment<'_>, rule: &guide::Segment, names: &SegmentNames) -> Object {
    let mut object = Object::default();
    let last = segment.len();
    for number in 1..=last.max(6) {
        let element = segment.element(number);
        let filled_in = is_filled_in(&rule.id, number);
        if element.is_empty() && number != last && !filled_in {
            continue;
        }
        let names = names.element(number);
        let name = names.map_or_else(|| names::number(number), |one| one.name.clone());
        let value = match number > last {
            true if filled_in => Value::Null,
            true => continue,
            false => read_element(element, rule.element(number), names),
        };
        object.push(name, value);
    }
    object
}

/// A segment without a place: its id and its elements.
pub(super) fn read_raw(segment: &Segment<'_>) -> Value {
    let mut list = vec![bytes(segment.id())];
    if let Some(binary) = binary(segment) {
        list.extend([bytes(segment.element(1).raw()), encoded(binary)]);
    } else {
        list.extend(segment.elements().map(|one| read_element(one, None, None)));
    }
    Value::List(list)
}

/// What a BIN segment holds, where its length is right.
fn binary<'a>(segment: &Segment<'a>) -> Option<&'a [u8]> {
    if !segment.is(BINARY) || segment.len() < 2 {
        return None;
    }
    let count: usize = segment.text(1).parse().ok()?;
    let data = &segment.raw()[segment.element_offset(2)..];
    (data.len() == count).then_some(data)
}

fn read_element(
    element: Element<'_>,
    rule: Option<&guide::Element>,
    names: Option<&ElementNames>,
) -> Value {
    if element.is_empty() {
        return Value::text("");
    }
    let components = names.and_then(|names| names.components.as_deref());
    let mut list: Vec<Value> = element
        .repetitions()
        .map(|one| read_repetition(one, components))
        .collect();
    let repeats = rule.is_some_and(|rule| rule.repeat > 1);
    match list.pop() {
        Some(only) if list.is_empty() && !repeats => only,
        last => {
            list.extend(last);
            Value::List(list)
        }
    }
}

fn read_repetition(element: Element<'_>, names: Option<&[Option<String>]>) -> Value {
    if element.is_empty() {
        return Value::text("");
    }
    let count = element.components().count();
    if count == 1 && names.is_none() {
        return bytes(element.raw());
    }
    let mut object = Object::default();
    for (at, component) in element.components().enumerate() {
        if component.is_empty() && at + 1 < count {
            continue;
        }
        let name = names.and_then(|names| names.get(at)?.clone());
        object.push(
            name.unwrap_or_else(|| names::number(at + 1)),
            bytes(component),
        );
    }
    Value::Object(object)
}

/// Bytes as a text, or encoded where they are none.
pub(super) fn bytes(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => Value::text(text),
        Err(_) => encoded(bytes),
    }
}

fn encoded(bytes: &[u8]) -> Value {
    let mut object = Object::default();
    object.push(BASE64, Value::Text(STANDARD.encode(bytes)));
    Value::Object(object)
}

/// The bytes of a text or of `{"base64": …}`.
pub(super) fn decoded(value: &Value) -> Option<Result<Vec<u8>, &'static str>> {
    match value {
        Value::Text(text) => Some(Ok(text.clone().into_bytes())),
        Value::Object(object) => match object.0.as_slice() {
            [(name, Value::Text(text))] if name == BASE64 => {
                Some(STANDARD.decode(text).map_err(|_| "is not base64"))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Puts one segment together.
pub(super) struct SegmentText<'w> {
    pub(super) out: &'w mut Vec<u8>,
    pub(super) delimiters: Delimiters,
    /// Where in the document it stands.
    pub(super) path: &'w str,
}

impl SegmentText<'_> {
    /// A segment with a place in a guide. `given`: what stands for an element that the document leaves out.
    pub(super) fn write(
        &mut self,
        rule: &guide::Segment,
        names: &SegmentNames,
        object: &Object,
        given: impl Fn(usize) -> Option<String>,
    ) -> Result<(), Misfit> {
        let begin = self.out.len();
        let mut values: Vec<Option<&Value>> = Vec::new();
        for (name, value) in &object.0 {
            let number = self.element_number(names, name)?;
            if number > values.len() {
                values.resize(number, None);
            }
            values[number - 1] = Some(value);
        }
        let given: Vec<Option<Value>> = (1..=rule.elements.len().max(2))
            .map(|number| {
                let known = values.get(number - 1).copied().flatten();
                match known {
                    Some(_) => None,
                    None => given(number)
                        .or_else(|| key_code(rule, number))
                        .map(Value::Text),
                }
            })
            .collect();
        values.resize(values.len().max(given.len()), None);
        let value = |at: usize| {
            let value = values[at].or(given.get(at).and_then(Option::as_ref));
            value.filter(|value| **value != Value::Null)
        };
        self.out.extend_from_slice(rule.id.as_bytes());
        let count = (0..values.len()).rposition(|at| value(at).is_some());
        for at in 0..count.map_or(0, |last| last + 1) {
            self.out.push(self.delimiters.element);
            if let Some(value) = value(at) {
                let names = names.element(at + 1);
                let name = names.map_or_else(|| names::number(at + 1), |one| one.name.clone());
                let components = names.and_then(|names| names.components.as_deref());
                let key = rule
                    .key
                    .as_ref()
                    .filter(|key| usize::from(key.element) == at + 1);
                self.element(value, components, key, &name)?;
            }
        }
        self.end(begin)
    }

    /// `["ABC", "x", …]`, or a text as it stood.
    pub(super) fn write_raw(&mut self, value: &Value) -> Result<(), Misfit> {
        let begin = self.out.len();
        let Value::List(list) = value else {
            let Some(raw) = decoded(value) else {
                return Err(self.misfit("", format!("expected a list, found {}", value.kind())));
            };
            let raw = raw.map_err(|reason| self.misfit("", reason))?;
            if raw.is_empty() || raw.contains(&self.delimiters.segment) {
                return Err(self.misfit("", "is empty or holds a segment terminator"));
            }
            self.out.extend_from_slice(&raw);
            self.out.push(self.delimiters.segment);
            return Ok(());
        };
        let Some(id) = list.first().and_then(decoded) else {
            return Err(self.misfit("", "expected a segment id first"));
        };
        let id = id.map_err(|reason| self.misfit("[0]", reason))?;
        let Delimiters {
            element, segment, ..
        } = self.delimiters;
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0);
        if id.iter().any(|&byte| byte == element || byte == segment)
            || id.first().is_some_and(is_blank)
            || (id.is_empty() && list.len() == 1)
        {
            return Err(self.misfit("[0]", "is no segment id"));
        }
        self.out.extend_from_slice(&id);
        if let ([_, Value::Text(count), data], true) = (list.as_slice(), id == BINARY.as_bytes())
            && let (Some(Ok(data)), Ok(length)) = (decoded(data), count.parse::<usize>())
            && data.len() == length
        {
            self.out.push(element);
            self.out.extend_from_slice(count.as_bytes());
            self.out.push(element);
            self.out.extend_from_slice(&data);
            self.out.push(segment);
            return Ok(());
        }
        for (at, value) in list.iter().enumerate().skip(1) {
            self.out.push(element);
            self.element(value, None, None, &format!("[{at}]"))?;
        }
        self.end(begin)
    }

    fn end(&mut self, begin: usize) -> Result<(), Misfit> {
        if self.out.len() - begin > SEGMENT_BYTES_MAX {
            return Err(self.misfit(
                "",
                "is longer than 64 KiB, which no reader takes for a segment",
            ));
        }
        self.out.push(self.delimiters.segment);
        Ok(())
    }

    fn element_number(&self, names: &SegmentNames, name: &str) -> Result<usize, Misfit> {
        let known = || {
            names
                .elements
                .iter()
                .map(|one| one.as_ref().map(|one| one.name.as_str()))
        };
        if let Some(at) = known().position(|known| known == Some(name)) {
            return Ok(at + 1);
        }
        match numbered(name) {
            Some(number) if names.element(number).is_none() => Ok(number),
            _ => Err(Misfit::unknown(self.path, name, known().flatten())),
        }
    }

    fn element(
        &mut self,
        value: &Value,
        components: Option<&[Option<String>]>,
        key: Option<&guide::Key>,
        name: &str,
    ) -> Result<(), Misfit> {
        let Value::List(list) = value else {
            return self.repetition(value, components, key, name);
        };
        if list.is_empty() {
            return Err(self.misfit(name, "is an empty list: leave it out"));
        }
        for (at, value) in list.iter().enumerate() {
            if at > 0 {
                match self.delimiters.repetition {
                    Some(separator) => self.out.push(separator),
                    None => {
                        let words = "repeats, and the interchange has no repetition separator";
                        return Err(self.misfit(name, words));
                    }
                }
            }
            // The first repetition tells a segment from others.
            let key = key.filter(|_| at == 0);
            self.repetition(value, components, key, &format!("{name}[{at}]"))?;
        }
        Ok(())
    }

    fn repetition(
        &mut self,
        value: &Value,
        components: Option<&[Option<String>]>,
        key: Option<&guide::Key>,
        name: &str,
    ) -> Result<(), Misfit> {
        match (value, components) {
            (Value::Text(text), Some(_)) if !text.is_empty() => {
                return Err(self.misfit(name, "expected an object of components, found a text"));
            }
            (Value::Text(_), _) => return self.data(value, name),
            (Value::Object(_), None) if decoded(value).is_some() => return self.data(value, name),
            _ => {}
        }
        let Value::Object(object) = value else {
            let found = value.kind();
            return Err(self.misfit(name, format!("expected a text or an object, found {found}")));
        };
        let mut parts: Vec<Option<&Value>> = Vec::new();
        for (part, value) in &object.0 {
            let number = self.component_number(components.unwrap_or_default(), part, name)?;
            parts.resize(parts.len().max(number), None);
            parts[number - 1] = Some(value);
        }
        let code = key.and_then(|key| match (key.component, key.codes.as_slice()) {
            (1.., [code]) => Some((usize::from(key.component), Value::text(code))),
            _ => None,
        });
        if let Some((number, code)) = &code {
            parts.resize(parts.len().max(*number), None);
            parts[number - 1].get_or_insert(code);
        }
        for (at, value) in parts.iter().enumerate() {
            if at > 0 {
                self.out.push(self.delimiters.component);
            }
            if let Some(value) = value {
                let known = components.and_then(|names| names.get(at)?.clone());
                let part = known.unwrap_or_else(|| names::number(at + 1));
                self.data(value, &format!("{name}.{part}"))?;
            }
        }
        Ok(())
    }

    fn component_number(
        &self,
        known: &[Option<String>],
        part: &str,
        name: &str,
    ) -> Result<usize, Misfit> {
        if let Some(at) = known.iter().position(|one| one.as_deref() == Some(part)) {
            return Ok(at + 1);
        }
        match numbered(part) {
            Some(number) if known.get(number - 1).is_none_or(Option::is_none) => Ok(number),
            _ => {
                let path = self.path_of(name);
                Err(Misfit::unknown(
                    &path,
                    part,
                    known.iter().flatten().map(String::as_str),
                ))
            }
        }
    }

    /// A value that holds no separator.
    fn data(&mut self, value: &Value, name: &str) -> Result<(), Misfit> {
        let Some(data) = decoded(value) else {
            return Err(self.misfit(name, format!("expected a text, found {}", value.kind())));
        };
        let data = data.map_err(|reason| self.misfit(name, reason))?;
        if data.iter().any(|&byte| self.delimiters.contains(byte)) {
            let words = "holds a separator of this interchange: choose other delimiters";
            return Err(self.misfit(name, words));
        }
        if data.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
            return Err(self.misfit(name, "holds a line break, which readers take out"));
        }
        self.out.extend_from_slice(&data);
        Ok(())
    }

    fn path_of(&self, name: &str) -> String {
        match name.starts_with('[') || name.is_empty() {
            true => format!("{}{name}", self.path),
            false => format!("{}.{name}", self.path),
        }
    }

    fn misfit(&self, name: &str, reason: impl Into<String>) -> Misfit {
        Misfit {
            path: self.path_of(name),
            reason: reason.into(),
        }
    }
}

/// The code by which the guide tells a segment from others, where there is one only.
fn key_code(rule: &guide::Segment, number: usize) -> Option<String> {
    let key = rule.key.as_ref()?;
    match key.codes.as_slice() {
        [code] if key.component == 0 && usize::from(key.element) == number => Some(code.clone()),
        _ => None,
    }
}

/// `05`: an element or component by its number.
pub(super) fn numbered(name: &str) -> Option<usize> {
    let is_number = name.len() >= 2 && name.bytes().all(|byte| byte.is_ascii_digit());
    let number: usize = name.parse().ok().filter(|_| is_number)?;
    // A segment that is not too long has no more.
    ((1..SEGMENT_BYTES_MAX).contains(&number) && names::number(number) == name).then_some(number)
}
