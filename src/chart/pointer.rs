//! Where in a JSON text a byte stands, as a JSON pointer: serde tells a column, people need a field.

/// The pointer of the value or key at `offset` of a JSON text that is well formed up to there.
pub(super) fn pointer_at(text: &str, offset: usize) -> String {
    let bytes = &text.as_bytes()[..offset.min(text.len())];
    let mut open: Vec<Step> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' => open.push(Step::Key(String::new())),
            b'[' => open.push(Step::Index(0)),
            b'}' | b']' => {
                open.pop();
            }
            b',' => {
                if let Some(Step::Index(index)) = open.last_mut() {
                    *index += 1;
                } else if let Some(Step::Key(key)) = open.last_mut() {
                    key.clear();
                }
            }
            b'"' => {
                let end = string_end(bytes, at);
                if let Some(Step::Key(key)) = open.last_mut()
                    && key.is_empty()
                {
                    *key = String::from_utf8_lossy(&bytes[at + 1..end.min(bytes.len())]).into();
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    // An object's own error comes at its end or before its first key.
    open.iter().map(Step::to_string).collect()
}

enum Step {
    Key(String),
    Index(usize),
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(key) if key.is_empty() => Ok(()),
            Self::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Self::Index(index) => write!(f, "/{index}"),
        }
    }
}

/// Position of the quote that closes the string opened at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_told_by_its_pointer() {
        let text = r#"{"a":{"b/c":[1,{"d":"x,{\"y"}]},"e":2}"#;
        for (mark, pointer) in [("1,", "/a/b~1c/0"), ("x,", "/a/b~1c/1/d"), ("2}", "/e")] {
            let offset = text.find(mark).unwrap() + 1;
            assert_eq!(pointer_at(text, offset), pointer, "{mark}");
        }
    }
}
