//! A part of a claim that most claims do not have: it takes no room where it says nothing. It must not know what it is.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What stands for a part that is not there.
pub trait Absent: Default + PartialEq + 'static {
    /// The default, that everybody may look at.
    fn absent() -> &'static Self;
}

/// A part that is its default mostly. It reads and writes like the part itself, in JSON too; to change it is to have it.
#[derive(Clone)]
pub struct Seldom<T>(Option<Box<T>>);

impl<T> Default for Seldom<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Absent> From<T> for Seldom<T> {
    fn from(part: T) -> Self {
        Self((part != *T::absent()).then(|| Box::new(part)))
    }
}

impl<T: Absent> Seldom<T> {
    pub fn into_inner(self) -> T {
        self.0.map_or_else(T::default, |part| *part)
    }
}

impl<T: Absent> Deref for Seldom<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(part) => part,
            None => T::absent(),
        }
    }
}

impl<T: Absent> DerefMut for Seldom<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

impl<T: Absent> PartialEq for Seldom<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            _ => **self == **other,
        }
    }
}

impl<T: Absent + Eq> Eq for Seldom<T> {}

impl<T: Absent + std::fmt::Debug> std::fmt::Debug for Seldom<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Absent + Serialize> Serialize for Seldom<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Absent + Deserialize<'de>> Deserialize<'de> for Seldom<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::LineDetail;

    #[test]
    fn what_says_nothing_is_the_same_however_it_came() {
        let mut detail = Seldom::<LineDetail>::default();
        assert!(detail.epsdt.is_none() && detail.0.is_none());
        detail.epsdt = Some("Y".into());
        let json = serde_json::to_string(&detail).unwrap();
        assert!(json.starts_with(r#"{"epsdt":"Y","#), "{json}");
        assert_eq!(
            serde_json::from_str::<Seldom<LineDetail>>(&json).unwrap(),
            detail
        );
        detail.epsdt = None;
        assert_eq!(detail, Seldom::default());
        assert!(Seldom::from(LineDetail::default()).0.is_none());
    }
}
