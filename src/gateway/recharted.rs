//! Claims of interchanges that somebody else made, as charts to be billed from here on. It must not judge them: billing
//! and our own check do.

use std::io::{self, Read};

use crate::billing::unbill;
use crate::chart::{Code, Finding, Reading};
use crate::transaction::t837::{ClaimReader, ReadClaim, Unreadable, What};
use crate::x12::{Fault, FaultKind, Item, Reader};

/// Charts of the claims in a stream of interchanges, one after another. Memory is bounded by the longest claim.
pub struct Recharted<R> {
    name: String,
    reader: Reader<'static, R>,
    claims: ClaimReader,
    found: bool,
    ended: bool,
    /// A segment was lost since the last claim.
    broken: bool,
    /// Stream offset of the last segment.
    offset: u64,
}

impl<R: Read> Recharted<R> {
    /// `name` is what the stream is called where something is told of it.
    pub fn new(name: String, source: R) -> Self {
        Self {
            name,
            reader: Reader::new(source),
            claims: ClaimReader::new(),
            found: false,
            ended: false,
            broken: false,
            offset: 0,
        }
    }

    /// How many bytes were read for what was given so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn next_reading(&mut self) -> io::Result<Option<Reading>> {
        while let Some(item) = self.reader.next_item()? {
            match item {
                Item::Segment(segment) => {
                    self.offset = segment.place.offset;
                    if let Some(claim) = self.claims.segment(&segment) {
                        return Ok(Some(self.chart_of(claim)));
                    }
                }
                Item::Fault(fault) => {
                    let Some(finding) = told(&fault) else {
                        continue;
                    };
                    self.found = true;
                    self.broken = true;
                    return Ok(Some(Reading::unreadable(&*self.name, finding)));
                }
            }
        }
        if std::mem::replace(&mut self.ended, true) {
            return Ok(None);
        }
        if let Some(claim) = self.claims.finish() {
            self.broken = true;
            return Ok(Some(self.chart_of(claim)));
        }
        let finding = Finding::new(Code::InterchangeWithoutClaims, "", "");
        Ok((!self.found).then(|| Reading::unreadable(&*self.name, finding)))
    }
}

impl<R> std::fmt::Debug for Recharted<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recharted")
            .field("name", &self.name)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

impl<R> Recharted<R> {
    fn chart_of(&mut self, read: ReadClaim) -> Reading {
        self.found = true;
        let mut reading = unbill(read.claim);
        if std::mem::take(&mut self.broken) {
            // Lines may be missing, and nobody would see; what else it lacks says nothing.
            let detail = "a part of this claim is lost";
            let finding = Finding::new(Code::InterchangeBroken, "", detail);
            return Reading::unreadable(reading.name, finding);
        }
        reading.findings.extend(read.unreadable.iter().map(unread));
        reading
    }
}

impl<R: Read> Iterator for Recharted<R> {
    type Item = io::Result<Reading>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_reading().transpose()
    }
}

fn unread(part: &Unreadable) -> Finding {
    let code = match part.what {
        What::NotHeld | What::Repeated => Code::ClaimPartLeft,
        _ => Code::ClaimPartWrong,
    };
    let element = match part.element {
        0 => String::new(),
        element => format!("{element:02}"),
    };
    let path = format!(
        "{}{element} (segment {} of the set)",
        part.segment, part.position
    );
    Finding::new(code, path, part.what.description())
}

/// `None` where nothing is lost by it.
fn told(fault: &Fault) -> Option<Finding> {
    let detail = match fault.kind {
        FaultKind::Wrapped | FaultKind::EmptySegment | FaultKind::IsaWidth => return None,
        FaultKind::StrayBytes => "bytes outside any interchange",
        FaultKind::IsaUnreadable => "its ISA segment cannot be read",
        FaultKind::SegmentTooLong => "a segment without an end",
        FaultKind::Unterminated => "it ends inside a segment",
    };
    let path = format!("byte {}", fault.place.offset);
    Some(Finding::new(Code::InterchangeBroken, path, detail))
}
