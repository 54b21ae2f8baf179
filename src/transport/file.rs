//! What a file must be to be taken: a harmless name, and an interchange to its end; and what an interchange offers to
//! name a file by. It must not know where files are.

use jiff::SignedDuration;

/// After this an incomplete file is no longer being written, but broken.
pub(super) const STALE: SignedDuration = SignedDuration::from_hours(1);
const NAME_MAX: usize = 128;

/// A name without path or surprise, and not one that tools give to unfinished files.
pub(super) fn is_plain(name: &str) -> bool {
    let first = name.bytes().next();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    first.is_some_and(|first| first.is_ascii_alphanumeric())
        && name.len() <= NAME_MAX
        && name.bytes().all(allowed)
        && !is_temporary(name)
}

/// A name that tools give to unfinished files.
pub(super) fn is_temporary(name: &str) -> bool {
    [".part", ".tmp", ".filepart"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Begins with an ISA and ends with an IEA that is terminated as that ISA says (its 106th byte).
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.trim_ascii_start();
    let (Some(&element), Some(&terminator)) = (bytes.get(3), bytes.get(105)) else {
        return false;
    };
    let end = bytes.iter().rposition(|&byte| byte == terminator);
    let Some(end) = end.filter(|_| bytes.starts_with(b"ISA")) else {
        return false;
    };
    let start = bytes[..end].iter().rposition(|&byte| byte == terminator);
    let last = bytes[start.map_or(0, |start| start + 1)..end].trim_ascii_start();
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0 | 0x1a);
    last.starts_with(&[b'I', b'E', b'A', element]) && bytes[end + 1..].iter().all(is_blank)
}

/// What names a file: ISA09, ISA10 and ISA13, which never change once an interchange is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Isa {
    /// CCYYMMDD.
    pub(super) date: String,
    pub(super) time: String,
    pub(super) control_number: String,
}

impl Isa {
    /// An ISA has 106 bytes, each element at its place.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let digits = |from: usize, length: usize| {
            let field = bytes.get(from..from + length)?;
            let field = std::str::from_utf8(field).ok()?;
            let is_number = field.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| field.to_owned())
        };
        bytes.starts_with(b"ISA").then_some(())?;
        Some(Self {
            date: format!("20{}", digits(70, 6)?),
            time: digits(77, 4)?,
            control_number: digits(90, 9)?,
        })
    }

    pub(super) fn example() -> Self {
        Self {
            date: "20260101".into(),
            time: "1200".into(),
            control_number: "000000001".into(),
        }
    }
}
