//! The latest bytes of a stream, kept while it is read: what stands between segments is in no segment.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes that stand together and are no segment: a longer stretch is no interchange but another kind of file.
const KEPT_BYTES_MAX: usize = 256 << 20;

/// Bytes from `base` on, shared by the source and who asks.
#[derive(Debug, Default, Clone)]
pub(super) struct Window(Rc<RefCell<Kept>>);

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    /// Stream offset of the first.
    base: u64,
    /// Before this nothing is asked for again.
    needed: u64,
}

/// A source whose bytes are kept.
#[derive(Debug)]
pub(super) struct Watched<R> {
    source: R,
    window: Window,
}

impl Window {
    pub(super) fn watch<R: Read>(&self, source: R) -> Watched<R> {
        Watched {
            source,
            window: self.clone(),
        }
    }

    /// The bytes from one stream offset to another; fewer where the stream ends.
    pub(super) fn bytes(&self, from: u64, to: u64) -> Vec<u8> {
        let kept = self.0.borrow();
        let at = |offset: u64| {
            let at = usize::try_from(offset.saturating_sub(kept.base)).unwrap_or(usize::MAX);
            at.min(kept.bytes.len())
        };
        kept.bytes[at(from)..at(to).max(at(from))].to_vec()
    }

    /// How far the stream has been read.
    pub(super) fn end(&self) -> u64 {
        let kept = self.0.borrow();
        kept.base + kept.bytes.len() as u64
    }

    /// Nothing before this offset is asked for again.
    pub(super) fn forget(&self, before: u64) {
        self.0.borrow_mut().needed = before;
    }

    /// Calls `ask` with the bytes from an offset on.
    pub(super) fn look<T>(&self, from: u64, ask: impl FnOnce(&[u8]) -> T) -> T {
        let kept = self.0.borrow();
        let at = usize::try_from(from.saturating_sub(kept.base)).unwrap_or(usize::MAX);
        ask(kept.bytes.get(at..).unwrap_or_default())
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        let mut kept = self.window.0.borrow_mut();
        let passed = usize::try_from(kept.needed - kept.base).unwrap_or(usize::MAX);
        let passed = passed.min(kept.bytes.len());
        kept.bytes.drain(..passed);
        kept.base += passed as u64;
        if kept.bytes.len() + count > KEPT_BYTES_MAX {
            let words = "more than 256 MiB without a segment in them cannot be kept: this is no interchange";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
        }
        kept.bytes.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} bytes>", self.bytes.len())
    }
}
