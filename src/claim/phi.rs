//! Protected health information, kept out of logs by its type. It must not be printable by accident.

use serde::{Deserialize, Serialize};

/// A value about a person. `Debug` and `Display` show that it is there, never what it is, in every build.
#[derive(
    Clone,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for writing it where it belongs: a claim, the store, a page behind a login.
    pub fn expose(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

impl Phi<String> {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Phi<String> {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<T> From<T> for Phi<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> std::fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<phi>")
    }
}

impl<T> std::fmt::Display for Phi<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<phi>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_printed() {
        let name: Phi<String> = "Zebra".into();
        assert_eq!(
            format!("{name} {name:?} {:#?}", Some(&name)).find("Zebra"),
            None
        );
        assert_eq!(serde_json::to_string(&name).unwrap(), "\"Zebra\"");
    }
}
