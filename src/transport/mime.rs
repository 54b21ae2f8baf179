//! multipart/related and multipart/form-data written and read, under limits. It must not know XML or what the parts are
//! for.

use base64::Engine;
use memchr::memmem;

use super::core_envelope::EnvelopeError;

/// An envelope and its payload, and a little slack for what partners add.
const PARTS_MAX: usize = 4;
/// An envelope's 14 fields, and what partners add.
const FIELDS_MAX: usize = 32;
const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 16 * 1024;
/// RFC 2046 section 5.1.1.
const BOUNDARY_MAX: usize = 70;
/// Before the first boundary; RFC 2046 lets anything stand there.
const PREAMBLE_BYTES_MAX: usize = 4 * 1024;

/// A part to write.
#[derive(Debug)]
pub(super) struct Part<'a> {
    headers: String,
    bytes: &'a [u8],
}

impl<'a> Part<'a> {
    /// Of multipart/related; the id is without angle brackets.
    pub(super) fn related(content_type: &str, content_id: &str, bytes: &'a [u8]) -> Self {
        let headers = format!(
            "Content-Type: {content_type}\r\nContent-Transfer-Encoding: binary\r\n\
             Content-ID: <{content_id}>\r\n"
        );
        Self { headers, bytes }
    }

    /// Of multipart/form-data.
    pub(super) fn field(name: &str, bytes: &'a [u8]) -> Self {
        let headers = format!("Content-Disposition: form-data; name=\"{name}\"\r\n");
        Self { headers, bytes }
    }
}

/// Writes the parts as they are, and says the boundary: one that occurs in none of them.
pub(super) fn write(parts: &[Part<'_>]) -> (String, Vec<u8>) {
    let boundary = free_boundary(parts);
    let size: usize = parts.iter().map(|part| part.bytes.len() + 512).sum();
    let mut body = Vec::with_capacity(size);
    for part in parts {
        let head = format!("--{boundary}\r\n{}\r\n", part.headers);
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(part.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (boundary, body)
}

fn free_boundary(parts: &[Part<'_>]) -> String {
    let is_free = |boundary: &String| {
        let finder = memmem::Finder::new(boundary.as_bytes());
        parts.iter().all(|part| finder.find(part.bytes).is_none())
    };
    let candidates = (0u64..).map(|number| format!("claimgate-part-{number}"));
    // A body of n bytes cannot hold more than n of the candidates.
    candidates.into_iter().find(is_free).unwrap_or_default()
}

/// A message's body: one document, or several parts of which one is the root.
#[derive(Debug)]
pub(super) struct Body<'a> {
    root: std::borrow::Cow<'a, [u8]>,
    parts: Vec<Received<'a>>,
}

/// A part that was read.
#[derive(Debug)]
pub(super) struct Received<'a> {
    content_id: String,
    /// Of a form's field.
    name: Option<String>,
    encoding: Encoding,
    bytes: &'a [u8],
}

/// A field of a form.
#[derive(Debug)]
pub(super) struct Field<'a> {
    pub(super) name: String,
    pub(super) content: Received<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Identity,
    Base64,
}

impl<'a> Body<'a> {
    /// Multipart if the header says so, or if the body begins with a boundary and the header says nothing useful.
    pub(super) fn read(content_type: Option<&str>, body: &'a [u8]) -> Result<Self, EnvelopeError> {
        let header = content_type.unwrap_or_default();
        let Some(boundary) = boundary(header, body)? else {
            return Ok(Self {
                root: body.into(),
                parts: Vec::new(),
            });
        };
        let parts = split(body, &boundary, PARTS_MAX)?;
        let start = parameter(header, "start").map(|id| bare_id(&id).to_owned());
        let root = match start {
            Some(id) => parts.iter().find(|part| part.content_id == id),
            None => parts.first(),
        };
        let root = root.ok_or_else(|| bad("the multipart message has no root part"))?;
        Ok(Self {
            root: root.decoded()?.into(),
            parts,
        })
    }

    pub(super) fn is_multipart(&self) -> bool {
        !self.parts.is_empty()
    }

    pub(super) fn root(&self) -> &[u8] {
        &self.root
    }

    /// The part of this Content-ID.
    pub(super) fn attachment(&self, id: &str) -> Option<&Received<'a>> {
        self.parts
            .iter()
            .find(|part| part.content_id == bare_id(id))
    }
}

/// The fields of a form, which is multipart whatever the header says.
pub(super) fn read_form<'a>(
    content_type: Option<&str>,
    body: &'a [u8],
) -> Result<Vec<Field<'a>>, EnvelopeError> {
    let boundary = boundary(content_type.unwrap_or_default(), body)?
        .ok_or_else(|| bad("the message is no multipart/form-data"))?;
    let parts = split(body, &boundary, FIELDS_MAX)?;
    let named = |mut content: Received<'a>| {
        let name = content.name.take();
        let name = name.ok_or_else(|| bad("a field of the form has no name"))?;
        Ok(Field { name, content })
    };
    parts.into_iter().map(named).collect()
}

/// The boundary that the header names, or that the body begins with where the header says nothing useful.
fn boundary(header: &str, body: &[u8]) -> Result<Option<String>, EnvelopeError> {
    let named = match is_multipart(header) {
        true => parameter(header, "boundary"),
        false => None,
    };
    match named.or_else(|| sniffed(body)) {
        None if is_multipart(header) => Err(bad("the multipart message has no boundary")),
        boundary => Ok(boundary),
    }
}

impl Received<'_> {
    pub(super) fn decoded(&self) -> Result<Vec<u8>, EnvelopeError> {
        if self.encoding == Encoding::Identity {
            return Ok(self.bytes.to_vec());
        }
        let is_data = |byte: &u8| !byte.is_ascii_whitespace();
        let compact: Vec<u8> = self.bytes.iter().copied().filter(is_data).collect();
        base64::engine::general_purpose::STANDARD
            .decode(compact)
            .map_err(|_| bad("a part says that it is Base64 and is not"))
    }
}

/// `%41` as `A`; a `cid:` URL is percent-encoded (RFC 2392).
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let code = hex.filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Splits at the boundary. The line ending that follows the first boundary is the message's.
fn split<'a>(
    body: &'a [u8],
    boundary: &str,
    parts_max: usize,
) -> Result<Vec<Received<'a>>, EnvelopeError> {
    if boundary.is_empty() || boundary.len() > BOUNDARY_MAX || !boundary.bytes().all(is_boundary) {
        return Err(bad("the multipart boundary is not one of RFC 2046"));
    }
    let dashed = format!("--{boundary}");
    let (mut at, line_end) = first_boundary(body, dashed.as_bytes())?;
    let delimiter = [line_end, dashed.as_bytes()].concat();
    let finder = memmem::Finder::new(&delimiter);
    let mut parts = Vec::new();
    loop {
        if parts.len() == parts_max {
            return Err(bad(format!(
                "the multipart message has more than {parts_max} parts"
            )));
        }
        let (headers, content) = head(body, at, line_end)?;
        // The delimiter's line ending may be the one that ends the headers: an empty part.
        let mut from = content - line_end.len();
        let (end, next) = loop {
            let found = finder.find(&body[from..]).map(|found| from + found);
            let found = found
                .ok_or_else(|| bad("the multipart message ends without its closing boundary"))?;
            match after_boundary(&body[found + delimiter.len()..], line_end) {
                Some(Next::Part(skip)) => break (found, Some(found + delimiter.len() + skip)),
                Some(Next::Close) => break (found, None),
                None => from = found + delimiter.len(),
            }
        };
        parts.push(part(&headers, &body[content.min(end)..end])?);
        match next {
            Some(next) => at = next,
            None => return Ok(parts),
        }
    }
}

enum Next {
    /// A part follows after so many bytes.
    Part(usize),
    Close,
}

/// What follows a boundary: `--`, or blanks and a line ending. Anything else is a longer word, no boundary.
fn after_boundary(rest: &[u8], line_end: &[u8]) -> Option<Next> {
    if rest.starts_with(b"--") {
        return Some(Next::Close);
    }
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let blanks = blanks.count();
    rest[blanks..]
        .starts_with(line_end)
        .then_some(Next::Part(blanks + line_end.len()))
}

/// Where the first part begins, and how lines end.
fn first_boundary<'b>(body: &[u8], dashed: &[u8]) -> Result<(usize, &'b [u8]), EnvelopeError> {
    let missing = || bad("the multipart message does not begin with its boundary");
    let preamble = &body[..body.len().min(PREAMBLE_BYTES_MAX + dashed.len())];
    let starts_line = |&at: &usize| at == 0 || body[at - 1] == b'\n';
    let at = memmem::find_iter(preamble, dashed)
        .find(starts_line)
        .ok_or_else(missing)?;
    let after = at + dashed.len();
    [b"\r\n".as_slice(), b"\n"]
        .into_iter()
        .find_map(|line_end| match after_boundary(&body[after..], line_end)? {
            Next::Part(skip) => Some((after + skip, line_end)),
            Next::Close => None,
        })
        .ok_or_else(missing)
}

/// The headers of a part by lower-case name, and where its content begins.
fn head(
    body: &[u8],
    start: usize,
    line_end: &[u8],
) -> Result<(Vec<(String, String)>, usize), EnvelopeError> {
    let window = &body[start..body.len().min(start + HEADER_BYTES_MAX)];
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    loop {
        let length = memmem::find(&window[at..], line_end)
            .ok_or_else(|| bad("a part's headers are too long or do not end"))?;
        let line = std::str::from_utf8(&window[at..at + length])
            .map_err(|_| bad("a part's header is not text"))?;
        at += length + line_end.len();
        if line.is_empty() {
            return Ok((headers, start + at));
        }
        if headers.len() == HEADERS_MAX {
            return Err(bad("a part has too many headers"));
        }
        match (line.starts_with([' ', '\t']), headers.last_mut()) {
            (true, Some((_, value))) => value.push_str(line),
            _ => {
                let (name, value) = line
                    .split_once(':')
                    .ok_or_else(|| bad("a part's header has no colon"))?;
                headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
    }
}

fn part<'a>(headers: &[(String, String)], bytes: &'a [u8]) -> Result<Received<'a>, EnvelopeError> {
    let header = |name: &str| {
        let found = headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    if is_multipart(header("content-type")) {
        return Err(bad("a part is itself multipart"));
    }
    let encoding = header("content-transfer-encoding").to_ascii_lowercase();
    let encoding = match encoding.as_str() {
        "" | "binary" | "8bit" | "7bit" => Encoding::Identity,
        "base64" => Encoding::Base64,
        _ => return Err(bad("a part's Content-Transfer-Encoding is not supported")),
    };
    Ok(Received {
        content_id: bare_id(header("content-id")).to_owned(),
        name: parameter(header("content-disposition"), "name"),
        encoding,
        bytes,
    })
}

/// A parameter of a header value, quoted or not.
pub(super) fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim().trim_start_matches(';').trim();
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(';').unwrap_or((after, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value.trim().to_owned());
        }
        rest = next;
    }
}

/// The boundary of a body that begins with one.
fn sniffed(body: &[u8]) -> Option<String> {
    let start = body.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let rest = body[start..].strip_prefix(b"--")?;
    let end = rest
        .iter()
        .take(BOUNDARY_MAX + 3)
        .position(|&b| b == b'\n')?;
    let boundary = std::str::from_utf8(&rest[..end]).ok()?;
    Some(boundary.trim_end().to_owned())
}

fn is_multipart(content_type: &str) -> bool {
    let kind = content_type.trim_start().get(..10);
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/"))
}

fn bare_id(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// `bchars` of RFC 2046 section 5.1.1.
fn is_boundary(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte)
}

fn bad(reason: impl Into<String>) -> EnvelopeError {
    EnvelopeError::new(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: Option<&str>, body: &[u8]) -> Result<(Vec<u8>, Vec<u8>), EnvelopeError> {
        let body = Body::read(content_type, body)?;
        let attached = body.attachment("b").map(Received::decoded).transpose()?;
        Ok((body.root().to_vec(), attached.unwrap_or_default()))
    }

    fn two(root: &[u8], attached: &[u8]) -> (String, Vec<u8>) {
        let part = |id, bytes| Part::related("text/plain", id, bytes);
        write(&[part("a", root), part("b", attached)])
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(root: Vec<u8>, attached: Vec<u8>) {
            let (boundary, body) = two(&root, &attached);
            let header = format!("multipart/related; start=\"<a>\"; boundary={boundary}");
            proptest::prop_assert_eq!(read(Some(&header), &body), Ok((root, attached)));
        }

        #[test]
        fn any_bytes_are_read_without_panic(body: Vec<u8>, header: String) {
            let _ = read(Some(&format!("multipart/related; boundary={header}")), &body);
            let _ = read(None, &[b"--b\n", body.as_slice()].concat());
        }
    }

    #[test]
    fn a_boundary_in_the_payload_is_avoided() {
        let payload = b"\r\n--claimgate-part-0--\r\nclaimgate-part-1";
        let (boundary, body) = two(b"x", payload);
        assert_eq!(boundary, "claimgate-part-2");
        assert_eq!(read(None, &body), Ok((b"x".to_vec(), payload.to_vec())));
    }

    #[test]
    fn a_body_that_begins_with_a_boundary_needs_no_header() {
        for line in ["\r\n", "\n"] {
            let body = [
                "--q",
                "",
                "root",
                "--q",
                "content-id:b",
                "",
                "data",
                "--q--",
            ]
            .join(line);
            let expected = Ok((b"root".to_vec(), b"data".to_vec()));
            assert_eq!(read(Some("text/xml"), body.as_bytes()), expected);
        }
    }

    #[test]
    fn base64_parts_are_decoded() {
        let body =
            "--q\n\nroot\n--q\nContent-ID: <b>\nContent-Transfer-Encoding: BASE64\n\nSV\nNB\n--q--";
        assert_eq!(read(None, body.as_bytes()).unwrap().1, b"ISA");
    }

    #[test]
    fn broken_messages_are_refused() {
        let long = "x".repeat(71);
        let headers = format!("--q\n{}\n\nx\n--q--", "a: b\n".repeat(101));
        let many = format!("{}--q--", "--q\n\nx\n".repeat(5));
        for (header, body, expected) in [
            ("; boundary=q", "--q\n\nroot\n", "closing boundary"),
            ("; boundary=q", "--q\n\nroot\n--qq--", "closing boundary"),
            ("; boundary=q", "none", "begin with its boundary"),
            ("; boundary=q", many.as_str(), "more than 4 parts"),
            ("; boundary=q", headers.as_str(), "too many headers"),
            (
                "; boundary=q",
                "--q\ncontent-type: multipart/x\n\nx\n--q--",
                "itself multipart",
            ),
            (
                "; boundary=q",
                "--q\nContent-Transfer-Encoding: gzip\n\nx\n--q--",
                "not supported",
            ),
            ("; boundary=q; start=z", "--q\n\nx\n--q--", "no root part"),
            ("", "none", "no boundary"),
        ] {
            let error = read(Some(&format!("multipart/related{header}")), body.as_bytes());
            let error = error.unwrap_err().to_string();
            assert!(error.contains(expected), "{error:?} has no {expected:?}");
        }
        let header = format!("multipart/related; boundary={long}");
        assert!(
            read(
                Some(&header),
                format!("--{long}\n\nx\n--{long}--").as_bytes()
            )
            .is_err()
        );
    }
}
