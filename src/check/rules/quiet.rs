//! What rules compared when they were last silent: where it is the same again, they are silent again. Days, places and
//! providers of claims are few. It must not know how anything compares.

use super::cells::{Cells, Span};
use super::shelf::Shelf;

/// Bytes that are worth comparing with those before.
pub(super) const SAID_MAX: usize = 256;

/// By loop and rule, what was compared last.
pub(super) struct Quiet {
    said_max: usize,
    by_loop: Vec<Vec<Vec<u8>>>,
    /// What is compared now: of each cell how many values, of each its length and its text.
    said: Vec<u8>,
}

impl Quiet {
    /// Of rules that compare no more than so many bytes.
    pub(super) fn up_to(said_max: usize) -> Self {
        Self {
            said_max,
            by_loop: Vec::new(),
            said: Vec::new(),
        }
    }

    pub(super) fn begin(&mut self) {
        self.said.clear();
    }

    /// Adds the values of a cell.
    #[inline]
    pub(super) fn add(&mut self, values: Span, (cells, shelf): (&Cells, &Shelf)) {
        if self.said.len() > self.said_max {
            return;
        }
        self.said.extend_from_slice(&values.len().to_le_bytes());
        for one in cells.values(values) {
            let text = one.text(shelf);
            self.said.extend_from_slice(&text.len().to_le_bytes());
            self.said.extend_from_slice(text);
        }
    }

    /// Whether the rule was silent when it compared the same.
    #[inline]
    pub(super) fn knows(&self, (loop_index, rule): (usize, usize)) -> bool {
        let of_loop = self.by_loop.get(loop_index);
        of_loop.and_then(|rules| rules.get(rule)) == Some(&self.said)
    }

    /// The rule was silent.
    pub(super) fn keep(&mut self, (loop_index, rule): (usize, usize)) {
        if self.said.len() > self.said_max {
            return;
        }
        if self.by_loop.len() <= loop_index {
            self.by_loop.resize_with(loop_index + 1, Vec::new);
        }
        let rules = &mut self.by_loop[loop_index];
        if rules.len() <= rule {
            rules.resize_with(rule + 1, Vec::new);
        }
        rules[rule].clone_from(&self.said);
    }
}

/// Values may be protected health information.
impl std::fmt::Debug for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} loops>", self.by_loop.len())
    }
}
