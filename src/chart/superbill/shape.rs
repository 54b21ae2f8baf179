//! What a field of the chart holds, by the chart's own schema. It must not name a field.

use std::sync::LazyLock;

use serde_json::Value;

use super::mapping::Step;
use crate::chart::schema;

/// What kind of value a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Day,
    /// Kept as text: its digits count.
    Decimal,
    Whole,
    YesNo,
    /// Several of a kind.
    List(Box<Shape>),
}

static SCHEMA: LazyLock<Value> = LazyLock::new(schema);

/// The shape of a field; `None` where there is none, or it holds further fields.
pub(super) fn shape_of(steps: &[Step]) -> Option<Shape> {
    let mut at = &*SCHEMA;
    for step in steps {
        at = match step {
            Step::Each => &known(at)["items"],
            Step::Name(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                &known(at)["items"]
            }
            Step::Name(name) => property(at, name)?,
        };
    }
    leaf(known(at))
}

/// A property of an object, or of one of several that it may be.
fn property<'s>(at: &'s Value, name: &str) -> Option<&'s Value> {
    let at = known(at);
    let own = at["properties"].get(name);
    let choices = at["oneOf"].as_array().into_iter().flatten();
    own.or_else(|| choices.filter_map(|one| property(one, name)).next())
}

/// Behind references, and without the `null` that an absent field may be.
fn known(at: &Value) -> &Value {
    if let Some(name) = at["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return known(&SCHEMA["$defs"][name]);
    }
    let mut choices = at["anyOf"].as_array().into_iter().flatten();
    match choices.find(|one| one["type"] != "null") {
        Some(one) => known(one),
        None => at,
    }
}

fn leaf(at: &Value) -> Option<Shape> {
    let types: Vec<&str> = match &at["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        // Words of a list.
        _ if at["oneOf"].is_array() => {
            let words = at["oneOf"].as_array()?;
            return words
                .iter()
                .all(|one| one["type"] == "string")
                .then_some(Shape::Text);
        }
        _ => return None,
    };
    let has = |kind: &str| types.contains(&kind);
    match () {
        () if has("number") => Some(Shape::Decimal),
        () if has("string") && at["format"] == "date" => Some(Shape::Day),
        () if has("string") => Some(Shape::Text),
        () if has("integer") => Some(Shape::Whole),
        () if has("boolean") => Some(Shape::YesNo),
        () if has("array") => leaf(known(&at["items"])).map(|one| Shape::List(one.into())),
        () => None,
    }
}
