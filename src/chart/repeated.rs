//! Names that stand twice in one JSON object: readers take the first or the last, and a chart must not depend on which.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// The JSON pointer of the first name that its object has twice; `None` also where the text is no JSON.
pub(super) fn repeated(text: &[u8]) -> Option<String> {
    let mut found = None;
    let mut json = serde_json::Deserializer::from_slice(text);
    let look = Look {
        path: &mut Vec::new(),
        found: &mut found,
    };
    // What is no JSON is told by whoever reads the values.
    let _ = look.deserialize(&mut json);
    found
}

/// Goes through a value and keeps only where it is.
struct Look<'a> {
    path: &'a mut Vec<String>,
    found: &'a mut Option<String>,
}

impl Look<'_> {
    fn at(&mut self, step: String) -> Look<'_> {
        self.path.push(step);
        Look {
            path: self.path,
            found: self.found,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            let step = name.replace('~', "~0").replace('/', "~1");
            let is_new = names.insert(name);
            let depth = self.path.len();
            let inside = self.at(step);
            if !is_new && inside.found.is_none() {
                *inside.found = Some(format!("/{}", inside.path.join("/")));
            }
            map.next_value_seed(inside)?;
            self.path.truncate(depth);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut values: A) -> Result<(), A::Error> {
        for index in 0.. {
            let depth = self.path.len();
            let more = values.next_element_seed(self.at(index.to_string()))?;
            self.path.truncate(depth);
            if more.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_that_stands_twice_is_told() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(repeated(text.as_bytes()).as_deref(), expected, "{text}");
        };
        check(r#"{"a":1,"b":{"a":[true,null,"x",1.50]}}"#, None);
        check(r#"{"a":1,"a":2}"#, Some("/a"));
        check(
            r#"{"a":[{"b":1},{"c/d":1,"e":0,"c/d":2,"e":1}]}"#,
            Some("/a/1/c~1d"),
        );
        check(r#"{"a":1"#, None);
    }
}
