//! The resources of one source and how they refer to each other. It must not know what any of them says.

use std::collections::HashMap;

use serde_json::Value;

use super::draft::Draft;
use crate::chart::Code;

/// One place of the source: what stands there, and its FHIR path.
#[derive(Clone)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    pub(super) path: String,
    /// The resource around it that may contain others, with its path.
    holder: &'a Value,
    holder_path: String,
    /// What the bundle calls that resource.
    url: Option<&'a str>,
}

impl<'a> Node<'a> {
    fn resource(value: &'a Value, path: String, url: Option<&'a str>) -> Self {
        Self {
            value,
            url,
            holder: value,
            holder_path: path.clone(),
            path,
        }
    }

    /// The path of a field, be it there or not.
    pub(super) fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// A field that is there and not null.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(self.below(value, self.at(key)))
    }

    /// The text of a field, where it is one.
    pub(super) fn str(&self, key: &str) -> Option<&'a str> {
        self.value
            .get(key)?
            .as_str()
            .filter(|text| !text.is_empty())
    }

    pub(super) fn kind(&self) -> &'a str {
        self.str("resourceType").unwrap_or_default()
    }

    pub(super) fn below(&self, value: &'a Value, path: String) -> Self {
        Self {
            value,
            path,
            holder: self.holder,
            holder_path: self.holder_path.clone(),
            url: self.url,
        }
    }

    /// The id of a resource: its own, or the UUID that stands for one until it is stored.
    pub(super) fn id(&self) -> Option<&'a str> {
        let uuid = || self.url?.strip_prefix("urn:uuid:");
        self.str("id").or_else(uuid).filter(|id| !id.is_empty())
    }

    /// The same place: two references may lead to one resource.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.value, other.value)
    }
}

/// Every resource of a source by the names it goes by.
#[derive(Default)]
pub(super) struct Bundle<'a> {
    /// What else its references may lead to.
    around: Option<&'a Bundle<'a>>,
    pub(super) resources: Vec<Node<'a>>,
    urls: HashMap<&'a str, usize>,
    /// `Patient/1`; `None` where two resources are called so.
    names: HashMap<String, Option<usize>>,
    /// `Patient?identifier=system|value`, likewise.
    identifiers: HashMap<String, Option<usize>>,
}

impl<'a> Bundle<'a> {
    pub(super) fn new(value: &'a Value) -> Self {
        let mut bundle = Self::default();
        let kind = value.get("resourceType").and_then(Value::as_str);
        bundle.add(value, kind.unwrap_or_default().to_owned(), None);
        bundle
    }

    /// An empty one, whose references may lead to resources of another.
    pub(super) fn within(around: &'a Bundle<'a>) -> Self {
        Self {
            around: Some(around),
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, value: &'a Value, path: String, url: Option<&'a str>) {
        let node = Node::resource(value, path, url);
        if node.kind() == "Bundle" {
            let entries = value.get("entry").and_then(Value::as_array);
            for (index, entry) in entries.into_iter().flatten().enumerate() {
                if let Some(resource) = entry.get("resource") {
                    let url = entry.get("fullUrl").and_then(Value::as_str);
                    self.add(
                        resource,
                        format!("{}.entry[{index}].resource", node.path),
                        url,
                    );
                }
            }
            return;
        }
        let index = self.resources.len();
        if let Some(url) = url {
            self.urls.entry(url).or_insert(index);
        }
        if let Some(id) = node.str("id") {
            self.names
                .entry(format!("{}/{id}", node.kind()))
                .and_modify(|known| *known = None)
                .or_insert(Some(index));
        }
        let identifiers = value.get("identifier").and_then(Value::as_array);
        for identifier in identifiers.into_iter().flatten() {
            let field = |key| identifier.get(key).and_then(Value::as_str);
            if let (Some(system), Some(number)) = (field("system"), field("value")) {
                let name = format!("{}?identifier={system}|{number}", node.kind());
                let known = self.identifiers.entry(name).or_insert(Some(index));
                *known = known.filter(|known| *known == index);
            }
        }
        self.resources.push(node);
    }

    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Node<'a>> {
        self.resources
            .iter()
            .filter(move |node| node.kind() == kind)
    }

    /// The resource that a Reference leads to; a finding where it names one that is not here.
    pub(super) fn follow(&self, draft: &mut Draft, reference: &Node<'a>) -> Option<Node<'a>> {
        let found = self.find(reference);
        let named = reference.str("reference");
        // A logical reference says who is meant by identifier; so does a conditional one.
        let logical =
            reference.get("identifier").is_some() || named.is_some_and(|text| text.contains('?'));
        if found.is_none() && named.is_some() && !logical {
            draft.note(Code::FhirReference, reference.at("reference"), "");
        }
        found
    }

    /// As [`Self::follow`], without a word.
    pub(super) fn find(&self, reference: &Node<'a>) -> Option<Node<'a>> {
        let own = self.find_own(reference);
        own.or_else(|| self.around?.find_own(reference))
    }

    fn find_own(&self, reference: &Node<'a>) -> Option<Node<'a>> {
        let text = reference.str("reference")?;
        if let Some(id) = text.strip_prefix('#') {
            return contained(reference, id);
        }
        if let Some(&index) = self.urls.get(text) {
            return Some(self.resources[index].clone());
        }
        if text.contains("?identifier=") {
            let index = (*self.identifiers.get(text)?)?;
            return Some(self.resources[index].clone());
        }
        let text = text.split("/_history/").next().unwrap_or(text);
        let index = match text.strip_prefix("urn:uuid:") {
            Some(id) => self
                .resources
                .iter()
                .position(|node| node.str("id") == Some(id))?,
            None => (*self.names.get(text)?)?,
        };
        Some(self.resources[index].clone())
    }
}

fn contained<'a>(reference: &Node<'a>, id: &str) -> Option<Node<'a>> {
    let list = reference.holder.get("contained")?.as_array()?;
    let is_it = |value: &&Value| value.get("id").and_then(Value::as_str) == Some(id);
    let index = list.iter().position(|value| is_it(&value))?;
    let path = format!("{}.contained[{index}]", reference.holder_path);
    // What it refers to by `#` is contained beside it.
    Some(reference.below(&list[index], path))
}
