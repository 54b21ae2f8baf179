//! Where something stands in a stream of interchanges.

use serde::Serialize;

/// The place of a segment. Counts start at 1; 0 says "not inside one".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Interchange in the stream.
    pub interchange: u32,
    /// Functional group in the interchange.
    pub group: u32,
    /// Transaction set in the group.
    pub transaction: u32,
    /// Segment, counted from ST = 1 inside a transaction set (as IK302 does), else from ISA = 1.
    pub position: u32,
    /// Bytes from the start of the stream to the segment's first byte. In text wrapped at a column, line breaks
    /// already removed are not counted.
    pub offset: u64,
}
