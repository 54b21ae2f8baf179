//! The JSON Schema of a document with sets of one guide: what [`super::read`] makes of an interchange that the guide
//! accepts. It must not say anything that the guide does not.

use super::element::is_filled_in;
use super::names::{self, LoopNames, Named, SegmentNames};
use super::{
    DELIMITERS, INTERCHANGE, LINE_BREAK, LINE_BREAK_AT_END, ORDER, Object, SET, TRANSACTION_SET,
    UNTERMINATED, Value,
};
use crate::guide::{
    ChildKind, DataType, Element, ElementKind, Guide, Loop, LoopIndex, Segment, SegmentIndex,
    Simple, Usage,
};

/// The schema, in the order of the guide.
pub fn schema(guide: &Guide) -> Object {
    let mut schema = Object::default();
    let title = format!("{} {}: {}", guide.name(), guide.id, guide.title);
    schema.push(
        "$schema",
        Value::text("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.push("title", Value::Text(title));
    let words = "An interchange as `claimgate read` gives it and `claimgate write` takes it. Texts stand as they \
                 were sent; counts and control numbers may be left out.";
    schema.push("description", Value::text(words));
    let list = list(reference(INTERCHANGE), None);
    let members = vec![(INTERCHANGE.to_owned(), list, true)];
    schema.0.extend(object("", members).0);
    let mut definitions = Object::default();
    let envelope = names::envelope();
    let group = key(&envelope.guide.loops[1].title);
    definitions.push(INTERCHANGE, Value::Object(interchange(envelope)));
    let mut members = loop_members(envelope, 1);
    let sets = list_of(reference(TRANSACTION_SET), 1, None);
    members.insert(1, (TRANSACTION_SET.to_owned(), sets, true));
    definitions.push(
        group,
        Value::Object(object(&envelope.guide.loops[1].title, members)),
    );
    if let Some(named) = names::of(guide) {
        for index in 0..guide.loops.len() {
            definitions.push(
                definition(guide, index),
                Value::Object(a_loop(named, index)),
            );
        }
    }
    schema.push("$defs", Value::Object(definitions));
    schema
}

/// A member: its name, its schema, and whether it must be there.
type Members = Vec<(String, Value, bool)>;

fn interchange(envelope: &Named) -> Object {
    let mut members: Members = vec![
        (DELIMITERS.to_owned(), Value::Object(delimiters()), false),
        (LINE_BREAK.to_owned(), kind("string"), false),
        (LINE_BREAK_AT_END.to_owned(), kind("string"), false),
        (UNTERMINATED.to_owned(), kind("boolean"), false),
    ];
    members.extend(loop_members(envelope, 0));
    object("Interchange", members)
}

fn delimiters() -> Object {
    let names = ["element", "component", "repetition", "segment"];
    let one = || {
        let mut text = typed("string");
        text.push("minLength", Value::Number(1));
        text.push("maxLength", Value::Number(1));
        Value::Object(text)
    };
    let members = names.map(|name| (name.to_owned(), one(), false));
    object("Separators", members.into())
}

fn a_loop(named: &Named, index: LoopIndex) -> Object {
    let (guide, one) = (named.guide, &named.guide.loops[index]);
    let mut members = loop_members(named, index);
    if index == 0 {
        let mut set = Object::default();
        set.push("const", Value::text(guide.name()));
        members.insert(0, (SET.to_owned(), Value::Object(set), true));
        return object(&guide.title, members);
    }
    object(&format!("{} {}", one.id, one.title), members)
}

fn loop_members(named: &Named, index: LoopIndex) -> Members {
    let LoopNames {
        children, trailer, ..
    } = &named.loops[index];
    let guide = named.guide;
    let mut members: Members = Vec::new();
    for (at, child) in guide.loops[index].children.iter().enumerate() {
        let (schema, repeat) = match child.kind {
            ChildKind::Segment(segment) => {
                let schema = Value::Object(a_segment(named, segment));
                (schema, guide.segments[segment].repeat)
            }
            ChildKind::Loop(inner) => (
                reference(&definition(guide, inner)),
                guide.loops[inner].repeat,
            ),
        };
        let name = &children[at];
        let schema = match name.is_list {
            true => list_of(schema, 1, repeat),
            false => schema,
        };
        let is_set_header = index == 0 && at == 0 && guide.set != "-";
        let required =
            guide.usage(child.kind) == Usage::Required && *trailer != Some(at) && !is_set_header;
        members.push((name.name.clone(), schema, required));
    }
    let ranks = guide.loops[index].children.windows(2);
    if ranks.into_iter().any(|pair| pair[0].rank == pair[1].rank) {
        let mut names = Object::default();
        let known = children.iter().map(|child| Value::text(&*child.name));
        names.push("enum", Value::List(known.collect()));
        members.push((ORDER.to_owned(), list(Value::Object(names), None), false));
    }
    members
}

fn a_segment(named: &Named, index: SegmentIndex) -> Object {
    let (segment, names) = (&named.guide.segments[index], &named.segments[index]);
    let title = format!("{} {}", segment.id, segment.title);
    if segment.id == "ISA" {
        return object(&title, isa(segment, names));
    }
    let mut members: Members = Vec::new();
    for (at, element) in segment.elements.iter().enumerate() {
        let (Some(element), Some(names)) = (element, names.element(at + 1)) else {
            continue;
        };
        let place = format!("{}{:02}", segment.id, at + 1);
        let schema = match &element.kind {
            ElementKind::Simple(value) => {
                let before = at
                    .checked_sub(1)
                    .and_then(|at| segment.elements[at].as_ref());
                Value::Object(text(value, &element.title, &place, &element.data, before))
            }
            ElementKind::Composite(composite) => {
                let mut members: Members = Vec::new();
                for (part, component) in composite.components.iter().enumerate() {
                    let name = names
                        .components
                        .as_ref()
                        .and_then(|names| names[part].clone());
                    let (Some(component), Some(name)) = (component, name) else {
                        continue;
                    };
                    let place = format!("{place}-{}", part + 1);
                    let schema = text(
                        &component.value,
                        &component.title,
                        &place,
                        &component.data,
                        None,
                    );
                    let key = (at + 1, part + 1);
                    let required = component.usage == Usage::Required && !is_only_key(segment, key);
                    members.push((name, Value::Object(schema), required));
                }
                let mut schema = object(&element.title, members);
                schema
                    .0
                    .insert(1, ("description".to_owned(), Value::Text(place)));
                Value::Object(schema)
            }
        };
        let schema = match element.repeat {
            0 | 1 => schema,
            more => list_of(schema, 1, Some(more)),
        };
        let required = element.usage == Usage::Required
            && !is_filled_in(&segment.id, at + 1)
            && !is_only_key(segment, (at + 1, 0));
        members.push((names.name.clone(), schema, required));
    }
    object(&title, members)
}

/// ISA: texts with the blanks that fill them, and without the separators, which stand apart.
fn isa(segment: &Segment, names: &SegmentNames) -> Members {
    let elements = segment
        .elements
        .iter()
        .enumerate()
        .filter_map(|(at, element)| {
            let (element, names) = (element.as_ref()?, names.element(at + 1)?);
            let ElementKind::Simple(value) = &element.kind else {
                return None;
            };
            let mut schema = typed("string");
            schema.push("title", Value::text(&*element.title));
            schema.push("description", Value::Text(format!("ISA{:02}", at + 1)));
            schema.push("maxLength", Value::Number(value.standard.max.into()));
            let required = matches!(at + 1, 5..=10 | 14 | 15);
            (at + 1 != 16).then(|| (names.name.clone(), Value::Object(schema), required))
        });
    elements.collect()
}

/// Whether a code tells the segment from others and is the only one: it may be left out.
fn is_only_key(segment: &Segment, place: (usize, usize)) -> bool {
    segment.key.as_ref().is_some_and(|key| {
        let own = (usize::from(key.element), usize::from(key.component));
        own == place && key.codes.len() == 1
    })
}

fn text(value: &Simple, title: &str, place: &str, data: &str, before: Option<&Element>) -> Object {
    let mut schema = typed("string");
    schema.push("title", Value::text(title));
    let list = value
        .list
        .map(|list| format!(", a code of the list {}", list.list().name));
    let words = format!("{place}, data element {data}{}", list.unwrap_or_default());
    schema.push("description", Value::Text(words));
    if !value.codes.is_empty() {
        let codes = value.codes.iter().map(|code| Value::text(&**code));
        schema.push("enum", Value::List(codes.collect()));
        return schema;
    }
    let (min, max) = (u64::from(value.standard.min), u64::from(value.standard.max));
    let pattern = match value.standard.data_type {
        DataType::Text | DataType::Identifier => {
            schema.push("minLength", Value::Number(min));
            schema.push("maxLength", Value::Number(max));
            match date_format(data, before) {
                Some(pattern) => pattern,
                None => return schema,
            }
        }
        // Sign and decimal point are not counted.
        DataType::Integer => "^-?[0-9]+$",
        DataType::Decimal => r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)$",
        DataType::Date if max <= 6 => "^[0-9]{6}$",
        DataType::Date => "^[0-9]{8}$",
        DataType::Time => "^[0-9]{4}([0-9]{2}){0,2}$",
        DataType::Binary => return schema,
    };
    schema.push("pattern", Value::text(pattern));
    schema
}

/// A date (1251) behind its format (1250).
fn date_format(data: &str, before: Option<&Element>) -> Option<&'static str> {
    let before = before.filter(|before| data == "1251" && before.data == "1250")?;
    let ElementKind::Simple(format) = &before.kind else {
        return None;
    };
    let codes: Vec<&str> = format.codes.iter().map(String::as_str).collect();
    match codes.as_slice() {
        ["D8"] => Some("^[0-9]{8}$"),
        ["RD8"] => Some("^[0-9]{8}-[0-9]{8}$"),
        ["D8", "RD8"] | ["RD8", "D8"] => Some("^[0-9]{8}(-[0-9]{8})?$"),
        _ => None,
    }
}

/// The key of a loop among the definitions.
fn definition(guide: &Guide, index: LoopIndex) -> String {
    if guide.set == "-" {
        return key(&guide.loops[index].title);
    }
    if index == 0 {
        return TRANSACTION_SET.to_owned();
    }
    let id = &guide.loops[index].id;
    let alike = |other: &&Loop| other.id == *id;
    match guide.loops[..index].iter().filter(alike).count() {
        0 => id.clone(),
        before => format!("{id}_{}", before + 1),
    }
}

fn key(title: &str) -> String {
    names::slug(title)
}

fn object(title: &str, members: Members) -> Object {
    let mut schema = Object::default();
    if !title.is_empty() {
        schema.push("title", Value::text(title));
    }
    schema.push("type", Value::text("object"));
    schema.push("additionalProperties", Value::Flag(false));
    let required: Vec<Value> = members
        .iter()
        .filter(|(_, _, required)| *required)
        .map(|(name, _, _)| Value::text(&**name))
        .collect();
    if !required.is_empty() {
        schema.push("required", Value::List(required));
    }
    let properties = members.into_iter().map(|(name, schema, _)| (name, schema));
    schema.push("properties", Value::Object(Object(properties.collect())));
    schema
}

fn list(items: Value, most: Option<u32>) -> Value {
    list_of(items, 0, most)
}

fn list_of(items: Value, least: u64, most: Option<u32>) -> Value {
    let mut schema = typed("array");
    if least > 0 {
        schema.push("minItems", Value::Number(least));
    }
    if let Some(most) = most {
        schema.push("maxItems", Value::Number(most.into()));
    }
    schema.push("items", items);
    Value::Object(schema)
}

fn reference(definition: &str) -> Value {
    let mut schema = Object::default();
    schema.push("$ref", Value::Text(format!("#/$defs/{definition}")));
    Value::Object(schema)
}

fn kind(name: &str) -> Value {
    Value::Object(typed(name))
}

fn typed(name: &str) -> Object {
    let mut schema = Object::default();
    schema.push("type", Value::text(name));
    schema
}
