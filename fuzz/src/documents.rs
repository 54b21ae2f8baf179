//! Documents there and back. `tests/documents.rs` asks the same of every interchange at hand.

use std::io::Read;

use claimgate::transaction::document::{self, DocumentWriter, JsonSink, LineSink, Value};

/// How a document is laid out.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    Json,
    Lines,
}

/// Any bytes are read as a document and come back as the same; any JSON is written or refused, and what is written
/// comes back as well.
pub fn document(bytes: &[u8]) {
    there_and_back("bytes", bytes);
    match write(bytes) {
        Ok(written) => {
            there_and_back("written", &written);
        }
        Err(refused) => assert!(!refused.is_empty()),
    }
}

/// Whether the bytes come back; the document always does.
pub fn there_and_back(name: &str, bytes: &[u8]) -> bool {
    let mut same = true;
    for form in [Form::Json, Form::Lines] {
        let json = read(bytes, form);
        let written = write(&json).unwrap_or_else(|misfit| panic!("{name} {form:?}: {misfit}"));
        let again = read(&written[..], form);
        if again != json {
            let (first, second) = (
                String::from_utf8_lossy(&json),
                String::from_utf8_lossy(&again),
            );
            let mut lines = first.lines().zip(second.lines()).enumerate();
            let differ = lines.find(|(_, (one, other))| one != other);
            panic!("{name} {form:?}: another document comes back: {differ:#?}");
        }
        same &= written == bytes;
    }
    same
}

/// The document of an interchange.
pub fn read(bytes: impl Read, form: Form) -> Vec<u8> {
    let mut out = Vec::new();
    match form {
        Form::Json => {
            let mut sink = JsonSink::new(&mut out);
            document::read(bytes, |piece| sink.piece(piece)).expect("a Vec takes all");
            sink.finish().expect("a Vec takes all");
        }
        Form::Lines => {
            let mut sink = LineSink::new(&mut out);
            document::read(bytes, |piece| sink.piece(piece)).expect("a Vec takes all");
            sink.finish().expect("a Vec takes all");
        }
    }
    out
}

/// The interchange of a document.
///
/// # Errors
/// What is no JSON, or does not fit.
pub fn write(json: &[u8]) -> Result<Vec<u8>, String> {
    let mut writer = DocumentWriter::default();
    let mut out = Vec::new();
    for value in serde_json::Deserializer::from_slice(json).into_iter::<Value>() {
        let value = value.map_err(|error| error.to_string())?;
        writer.value(&value).map_err(|misfit| misfit.to_string())?;
        out.extend(writer.take());
    }
    out.extend(writer.finish().map_err(|misfit| misfit.to_string())?);
    Ok(out)
}
