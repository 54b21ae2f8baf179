//! A small XML document as a tree, read under limits: no DOCTYPE, no entity but the five, one root, everything
//! closed. It must not know SOAP.

use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::EnvelopeError;

const DEPTH_MAX: usize = 16;
const ELEMENTS_MAX: usize = 256;
const ATTRIBUTES_MAX: usize = 16;
/// Of one element's attributes together, and of one text other than a payload's.
const TEXT_BYTES_MAX: usize = 8 * 1024;
/// The element whose text is as long as the body may be.
const LONG_TEXT: &str = "Payload";

/// An element with what is directly in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) namespace: String,
    /// Unprefixed attributes.
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a whole document.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, EnvelopeError> {
    let text = std::str::from_utf8(bytes).map_err(|_| bad("the XML is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    if let Some(other) = text.chars().find(|&char| !is_allowed(char)) {
        let code = u32::from(other);
        return Err(bad(format!(
            "the XML holds the forbidden character U+{code:04X}"
        )));
    }
    let mut reader = NsReader::from_str(text);
    let mut builder = Builder::default();
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(malformed)?;
        match event {
            Event::Start(start) => builder.open(&namespace, &start)?,
            Event::Empty(start) => {
                builder.open(&namespace, &start)?;
                builder.close()?;
            }
            Event::End(_) => builder.close()?,
            Event::Text(text) => builder.text(&text.xml10_content())?,
            Event::CData(text) => builder.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => builder.text(&resolve(&reference)?)?,
            Event::Decl(declaration) => utf8_only(declaration.encoding())?,
            Event::DocType(_) => {
                return Err(bad("the XML has a DOCTYPE, which is never accepted"));
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return builder.finish(),
        }
    }
}

#[derive(Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Builder {
    fn open(
        &mut self,
        namespace: &ResolveResult<'_>,
        start: &BytesStart<'_>,
    ) -> Result<(), EnvelopeError> {
        self.elements += 1;
        if self.open.len() == DEPTH_MAX {
            return Err(bad(format!("elements are nested deeper than {DEPTH_MAX}")));
        }
        if self.elements > ELEMENTS_MAX {
            return Err(bad(format!("there are more than {ELEMENTS_MAX} elements")));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(bad("the XML has two root elements"));
        }
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => namespace.as_ref().to_owned(),
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(_) => return Err(bad("a namespace prefix is not declared")),
        };
        self.open.push(Element {
            name: start.local_name().as_ref().to_owned(),
            namespace,
            attributes: attributes(start)?,
            ..Element::default()
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), EnvelopeError> {
        let element = self
            .open
            .pop()
            .ok_or_else(|| bad("an element is closed twice"))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), EnvelopeError> {
        let Some(element) = self.open.last_mut() else {
            return match text.trim().is_empty() {
                true => Ok(()),
                false => Err(bad("there is text outside the root element")),
            };
        };
        if !element.name.eq_ignore_ascii_case(LONG_TEXT)
            && element.text.len() + text.len() > TEXT_BYTES_MAX
        {
            return Err(bad(format!("a text is longer than {TEXT_BYTES_MAX} bytes")));
        }
        element.text.push_str(text);
        Ok(())
    }

    fn finish(self) -> Result<Element, EnvelopeError> {
        match (self.root, self.open.is_empty()) {
            (Some(root), true) => Ok(root),
            (_, false) => Err(bad("the XML ends before its elements are closed")),
            (None, true) => Err(bad("there is no XML element")),
        }
    }
}

fn attributes(start: &BytesStart<'_>) -> Result<Vec<(String, String)>, EnvelopeError> {
    if start.attributes_raw().len() > TEXT_BYTES_MAX {
        return Err(bad("an element's attributes are too long"));
    }
    let mut plain = Vec::new();
    for (count, attribute) in start.attributes().enumerate() {
        if count == ATTRIBUTES_MAX {
            return Err(bad("an element has too many attributes"));
        }
        let attribute = attribute.map_err(|_| bad("an attribute is malformed or stands twice"))?;
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(malformed)?;
        if attribute.key.prefix().is_none() {
            plain.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
    }
    Ok(plain)
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, EnvelopeError> {
    if let Some(char) = reference.resolve_char_ref().map_err(malformed)? {
        return match is_allowed(char) {
            true => Ok(char.to_string()),
            false => Err(bad("a character reference names a forbidden character")),
        };
    }
    let text = match reference.xml10_content().as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return Err(bad("the XML uses an entity other than the five of XML")),
    };
    Ok(text.to_owned())
}

fn utf8_only<S: AsRef<str>, E>(encoding: Option<Result<S, E>>) -> Result<(), EnvelopeError> {
    match encoding {
        None => Ok(()),
        Some(Ok(name))
            if ["utf-8", "us-ascii"]
                .iter()
                .any(|known| name.as_ref().eq_ignore_ascii_case(known)) =>
        {
            Ok(())
        }
        Some(_) => Err(bad("the XML says that it is not UTF-8")),
    }
}

/// `Char` of XML 1.0, section 2.2.
pub(super) fn is_allowed(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn bad(reason: impl Into<String>) -> EnvelopeError {
    EnvelopeError(reason.into())
}

/// The library's words may quote the document, and are not repeated.
fn malformed<E>(_: E) -> EnvelopeError {
    bad("the XML is malformed")
}
