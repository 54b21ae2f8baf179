//! Which remembered segments a rule looked at when it was silent: where it looks at the same again, it need not be asked.
//! That spares looking up what they say. It must not know what anything says.

use super::gate::Look;
use super::shelf::Shelf;

/// What is kept of a rule: claims of some few providers, days and numbers of lines take turns.
const KEPT: usize = 8;

/// By loop and rule: what it looked at when it was silent.
#[derive(Debug, Default)]
pub(super) struct Heard {
    by_loop: Vec<Vec<[Vec<u64>; KEPT]>>,
    /// What is looked at now.
    now: Vec<u64>,
    is_whole: bool,
    #[cfg(test)]
    is_deaf: bool,
}

impl Heard {
    /// Knows nothing again.
    #[cfg(test)]
    pub(super) fn deaf() -> Self {
        Self {
            is_deaf: true,
            ..Self::default()
        }
    }

    /// Takes what a rule looks at; `counts`: it makes a difference to it how often a segment comes.
    pub(super) fn listen(&mut self, looks: &[Look], shelf: &Shelf, counts: bool) {
        self.now.clear();
        self.is_whole = true;
        #[cfg(test)]
        if self.is_deaf {
            self.is_whole = false;
        }
        for look in looks {
            match look {
                // A number that is no segment's.
                Look::At(source) => self.now.push(!(*source as u64)),
                Look::Entry(entry) => match shelf.said(*entry) {
                    Some(said) if !counts && self.now.last() == Some(&said) => {}
                    Some(said) => self.now.push(said),
                    None => self.is_whole = false,
                },
            }
            if !self.is_whole {
                return;
            }
        }
    }

    /// Whether the rule was silent when it looked at the same. Where it looks at nothing it is asked.
    #[inline]
    pub(super) fn knows(&self, (loop_index, rule): (usize, usize)) -> bool {
        let kept = self.by_loop.get(loop_index).and_then(|all| all.get(rule));
        let is_same = |kept: &[Vec<u64>; KEPT]| kept[self.slot()] == self.now;
        self.is_whole && !self.now.is_empty() && kept.is_some_and(is_same)
    }

    /// The rule was silent.
    pub(super) fn keep(&mut self, (loop_index, rule): (usize, usize)) {
        if !self.is_whole {
            return;
        }
        if self.by_loop.len() <= loop_index {
            self.by_loop.resize_with(loop_index + 1, Vec::new);
        }
        let slot = self.slot();
        let rules = &mut self.by_loop[loop_index];
        if rules.len() <= rule {
            rules.resize_with(rule + 1, Default::default);
        }
        rules[rule][slot].clone_from(&self.now);
    }

    fn slot(&self) -> usize {
        let mixed = self.now.iter().fold(0u64, |mixed, one| {
            (mixed ^ one).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        (mixed >> 32) as usize % KEPT
    }
}
