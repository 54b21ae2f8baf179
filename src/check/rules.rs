//! The rules: what a guide asks for in some situations (SNIP 4), of a line of business (6) or of a payer (7). One file
//! a rule, `<room>/<Name>.rule`, named in the room's `mod.rs`; `crate::guide::rule` says how they are written. `shelf`
//! keeps what they look into, `facts` says what each segment says by itself, `gate` which of them to ask then, `trail`
//! that it was all the same before, `cells` looks up what they compare, `heard` and `quiet` say whether that was silent
//! before, `judge` asks them. It must not know what any asks for.

mod business;
mod cells;
mod common;
mod dental;
mod facts;
mod gate;
mod heard;
mod institutional;
mod judge;
mod professional;
mod quiet;
mod shelf;
mod trail;
mod value;

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use crate::guide::rule::{BoundPath, BoundRule, Condition, Part, Rule, Scope, Test};
use crate::guide::{Guide, Library, LoopIndex, library};

use cells::Cell;
use facts::Questions;
use gate::Gates;
pub(super) use judge::Rules;

const ROOMS: [&[&str]; 5] = [
    common::TEXTS,
    professional::TEXTS,
    institutional::TEXTS,
    dental::TEXTS,
    business::TEXTS,
];

/// Every rule that comes with claimgate, by name.
pub fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        // Embedded text is ours: a mistake in it is a bug, found by the first test that runs.
        let parse = |text: &&str| Rule::parse(text).expect("embedded rule");
        let mut rules: Vec<Rule> = ROOMS.into_iter().flatten().map(parse).collect();
        rules.sort();
        rules
    })
}

/// The rules of one guide.
#[derive(Debug)]
pub(super) struct RuleBook {
    pub(super) guide: &'static Guide,
    /// By loop: what is judged when it ends.
    by_loop: Vec<LoopRules>,
    /// By loop: whether a rule still looks into it when it has ended.
    retained: Vec<bool>,
    /// By segment: whether a rule reads it.
    wanted: Vec<bool>,
    /// By segment: what rules ask of one of its values.
    questions: Vec<Questions>,
    /// How many elements the questions are about.
    memories: usize,
    /// By loop: the loops that stand in it, at any depth.
    inside: Vec<Vec<bool>>,
}

/// The rules of one loop, in the order of their names.
#[derive(Debug, Default)]
struct LoopRules {
    /// Where they look.
    paths: Vec<BoundPath>,
    rules: Vec<Filed>,
    gates: Gates,
}

/// A rule with its paths among those of its loop.
#[derive(Debug)]
struct Filed {
    rule: &'static Rule,
    snip: u8,
    at: Option<Anchor>,
    when: Vec<Condition<Cell>>,
    need: Vec<Condition<Cell>>,
    /// Those of `when` and `need`, each once.
    cells: Vec<Cell>,
    tell: Option<Cell>,
}

/// What a rule judges in its loop.
#[derive(Debug)]
struct Anchor {
    segments: Cell,
    /// Each element of them for itself.
    is_each: bool,
}

impl LoopRules {
    fn file(&mut self, rule: &'static Rule, bound: &BoundRule) {
        let mut conditions = |all: &[Condition<BoundPath>]| {
            let cells = all.iter().map(|one| {
                let Ok(cells) = one.map(&mut |path| Ok::<_, Infallible>(self.cell(path)));
                cells
            });
            cells.collect()
        };
        let when: Vec<_> = conditions(&bound.when);
        let need: Vec<_> = conditions(&bound.need);
        let conditions = when.iter().chain(&need);
        let tests = conditions.flat_map(|one| &one.0);
        let mut cells: Vec<Cell> = tests.flat_map(Test::paths).copied().collect();
        cells.sort_unstable();
        cells.dedup();
        let tell = bound.tell.as_ref().map(|path| self.cell(path));
        let at = bound.at.as_ref().map(|at| Anchor {
            segments: self.cell(&at.whole()),
            is_each: at.element == Part::Each,
        });
        self.rules.push(Filed {
            rule,
            snip: rule.snip,
            at,
            when,
            need,
            cells,
            tell,
        });
    }

    fn cell(&mut self, path: &BoundPath) -> Cell {
        let known = self.paths.iter().position(|known| known == path);
        known.unwrap_or_else(|| {
            self.paths.push(path.clone());
            self.paths.len() - 1
        })
    }
}

/// The rules of a guide of the library; `None` where it has none.
pub(super) fn rule_book(guide: &'static Guide) -> Option<Arc<RuleBook>> {
    static BOOKS: OnceLock<Vec<Option<Arc<RuleBook>>>> = OnceLock::new();
    let books = BOOKS.get_or_init(|| {
        let of = |guide| RuleBook::new(guide, rules()).expect("embedded rule");
        Library::guides(library()).iter().map(of).collect()
    });
    let mut books = books.iter().flatten();
    books.find(|book| std::ptr::eq(book.guide, guide)).cloned()
}

impl RuleBook {
    /// Binds those of the rules that are for this guide; `None` where none is.
    ///
    /// # Errors
    /// The rule and the path that the guide does not have.
    pub(super) fn new(
        guide: &'static Guide,
        rules: &'static [Rule],
    ) -> Result<Option<Arc<Self>>, String> {
        let mut book = Self {
            guide,
            by_loop: guide.loops.iter().map(|_| LoopRules::default()).collect(),
            retained: vec![false; guide.loops.len()],
            wanted: vec![false; guide.segments.len()],
            questions: guide
                .segments
                .iter()
                .map(|_| Questions::default())
                .collect(),
            memories: 0,
            inside: (0..guide.loops.len())
                .map(|outer| {
                    let inner = 0..guide.loops.len();
                    inner.map(|inner| guide.holds(outer, inner)).collect()
                })
                .collect(),
        };
        let mut bound: Vec<Vec<(&Rule, BoundRule)>> =
            guide.loops.iter().map(|_| Vec::new()).collect();
        let name = guide.name();
        for rule in rules
            .iter()
            .filter(|rule| rule.guides.iter().any(|one| one == name))
        {
            let bind = || {
                rule.bind(guide)
                    .map_err(|reason| format!("{}: {reason}", rule.name))
            };
            for index in bind()?.loops {
                // Each loop has its own: what is around it differs.
                bound[index].push((rule, bind()?));
            }
        }
        for (index, rules) in bound.iter().enumerate() {
            for (rule, bound) in rules {
                book.note(index, bound);
                book.by_loop[index].file(rule, bound);
            }
            let bound: Vec<_> = rules.iter().map(|(_, bound)| bound).collect();
            book.by_loop[index].gates = Gates::new(&bound, &mut book.questions, &mut book.memories);
        }
        book.questions.iter_mut().for_each(Questions::finish);
        let holds_any = book.by_loop.iter().any(|one| !one.rules.is_empty());
        Ok(holds_any.then(|| Arc::new(book)))
    }

    fn note(&mut self, anchor: LoopIndex, rule: &BoundRule) {
        for path in rule.paths() {
            for &segment in &path.segments {
                self.wanted[segment] = true;
            }
            for inner in loops_looked_into(anchor, path) {
                self.retain(anchor, inner);
            }
        }
    }

    /// Keeps a loop beside or in the anchor until the loop around both ends.
    fn retain(&mut self, anchor: LoopIndex, inner: LoopIndex) {
        let guide = self.guide;
        if inner == anchor || guide.holds(inner, anchor) {
            return;
        }
        self.retained[inner] = true;
        for &parent in &guide.loops[inner].parents {
            self.retain(anchor, parent);
        }
    }
}

fn loops_looked_into(anchor: LoopIndex, path: &BoundPath) -> Vec<LoopIndex> {
    match &path.scope {
        Scope::Loops(loops) => loops.clone(),
        Scope::Here | Scope::Own => vec![anchor],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_what_people_need() {
        for rule in rules() {
            assert!(
                rule.help.ends_with('.') && rule.reason.ends_with('.'),
                "{}",
                rule.name
            );
            assert!(!rule.title.ends_with('.'), "{}", rule.name);
            assert!(
                rule.accepted.ends_with('~') && rule.rejected.ends_with('~'),
                "{}",
                rule.name
            );
            assert!(
                rule.snip >= crate::check::checker::RULES_FROM,
                "{}",
                rule.name
            );
            let known = |name: &String| library().called(name).is_some();
            assert!(
                rule.guides.iter().all(known),
                "{}: {:?}",
                rule.name,
                rule.guides
            );
        }
    }

    /// Memory is bounded by the largest claim: no claim waits for another to end.
    #[test]
    fn no_rule_looks_into_claims_that_have_ended() {
        for guide in library().guides() {
            let Some(book) = rule_book(guide) else {
                continue;
            };
            for (index, one) in guide.loops.iter().enumerate() {
                let holds_claims = ["2000A", "2000B", "2000C", "2300"].contains(&one.id.as_str());
                assert!(
                    !(holds_claims && book.retained[index]),
                    "{} {}",
                    guide.id,
                    one.id
                );
            }
        }
    }
}
