//! Makes the gate of a rule: what must be so for it to speak, as far as facts decide it. It must not look at any segment.

use crate::check::rules::facts::{Question, Questions, SEVERAL_BIT, Spot, TOGETHER_MAX};
use crate::guide::SegmentIndex;
use crate::guide::rule::{BoundPath, BoundRule, Operand, Part, Relation, Scope, Test};

use super::{Chance, Chances, Fact, Gate, Gates, Source};

/// Makes the gate of one rule.
pub(super) struct Maker<'m> {
    pub(super) gates: &'m mut Gates,
    pub(super) questions: &'m mut [Questions],
    pub(super) memories: &'m mut usize,
    pub(super) at: Option<&'m BoundPath>,
}

impl Maker<'_> {
    pub(super) fn gate(&mut self, rule: &BoundRule) -> Gate {
        let anchor = rule.at.as_ref().map(|at| {
            let there = self.facts(&at.whole(), &Question::There);
            vec![Chances {
                holds: Chance::Some(there),
                fails: Chance::Always,
            }]
        });
        let mut chances =
            |tests: &[Test<BoundPath>]| tests.iter().map(|one| self.chances(one)).collect();
        let when = rule.when.iter().map(|one| chances(&one.0));
        let when = when.chain(anchor).collect();
        let need = rule.need.iter().map(|one| chances(&one.0)).collect();
        let mut looks: Vec<usize> = Vec::new();
        for path in rule.paths().filter(|path| path.scope != Scope::Here) {
            let segments = path.segments.iter();
            looks.extend(segments.map(|&definition| self.source(&path.scope, definition)));
        }
        looks.sort_unstable();
        looks.dedup();
        let counts = rule.when.iter().chain(&rule.need);
        let counts = counts.flat_map(|one| &one.0).any(Test::counts);
        Gate {
            when,
            need,
            looks,
            counts,
        }
    }

    fn chances(&mut self, test: &Test<BoundPath>) -> Chances {
        match test {
            Test::Present(path) => self.some(path, &Question::There),
            Test::Is(path, codes) => self.some(path, &Question::Fits(codes.clone())),
            Test::Absent(path) => self.none(path, &Question::There),
            Test::Only(path, codes) => self.none(path, &Question::FitsNone(codes.clone())),
            Test::Not(path, codes) => self.none(path, &Question::Fits(codes.clone())),
            Test::Like(path, shape) => self.none(path, &Question::NotLike(shape.clone())),
            Test::Long(path, min, max) => self.none(path, &Question::NotLong(*min, *max)),
            Test::Compare {
                some,
                left,
                relation,
                right,
                plus,
            } => self.compare(*some, left, (*relation, *plus), right),
            Test::In(path, _) => Chances {
                holds: Chance::Always,
                fails: Chance::Some(self.facts(path, &Question::There)),
            },
            Test::Distinct(path) => Chances {
                holds: Chance::Always,
                fails: Chance::Some(self.twice(path)),
            },
            Test::Outside(path, of) => Chances {
                holds: Chance::Always,
                fails: self.both_there(path, of),
            },
        }
    }

    fn compare(
        &mut self,
        some: bool,
        left: &Operand<BoundPath>,
        (relation, plus): (Relation, i64),
        right: &Operand<BoundPath>,
    ) -> Chances {
        let (path, is_last) = match left {
            Operand::First(path) => (path, false),
            Operand::Last(path) => (path, true),
            Operand::Count(_) | Operand::Sum(_) | Operand::Constant(_) => return Chances::ANY,
        };
        match (right, some) {
            (Operand::Constant(constant), _) => {
                let question = Question::Compares {
                    is_last,
                    relation,
                    constant: constant.clone(),
                    plus,
                    keeps: some,
                };
                match some {
                    true => self.some(path, &question),
                    false => self.none(path, &question),
                }
            }
            (Operand::First(of) | Operand::Last(of), true) => Chances {
                holds: self.both_there(path, of),
                fails: Chance::Always,
            },
            (Operand::First(of) | Operand::Last(of), false) => Chances {
                holds: Chance::Always,
                fails: self.both_there(path, of),
            },
            (Operand::Count(of), false) if of.scope != Scope::Here && plus == 0 => {
                self.beyond((path, is_last), relation, of)
            }
            (Operand::Count(_) | Operand::Sum(_), _) => Chances::ANY,
        }
    }

    /// Of a test that holds where no value is above a count. Where some segment alone counts so many, a value that is not
    /// above so many is not above the count.
    fn beyond(
        &mut self,
        (path, is_last): (&BoundPath, bool),
        relation: Relation,
        of: &BoundPath,
    ) -> Chances {
        if !matches!(relation, Relation::Less | Relation::LessOrEqual) {
            return Chances::ANY;
        }
        let pairs = (1..=TOGETHER_MAX).map(|count| {
            let breaks = Question::Compares {
                is_last,
                relation,
                constant: count.to_string(),
                plus: 0,
                keeps: false,
            };
            let many = self.facts(of, &Question::Many(count));
            (many, self.facts(path, &breaks))
        });
        Chances {
            holds: Chance::Always,
            fails: Chance::Then(pairs.collect()),
        }
    }

    /// Whether two values may be the same: of one segment, or because there are several.
    fn twice(&mut self, path: &BoundPath) -> Vec<Fact> {
        match (&path.scope, &path.segments[..]) {
            (Scope::Here, _) => self.facts(path, &Question::Twice),
            (_, &[definition]) => {
                let mut facts = self.facts(path, &Question::Twice);
                let source = self.source(&path.scope, definition);
                facts.push(Fact {
                    source,
                    bit: SEVERAL_BIT,
                });
                facts
            }
            _ => self.facts(path, &Question::There),
        }
    }

    /// Of a test that holds where some value of a path answers yes.
    fn some(&mut self, path: &BoundPath, question: &Question) -> Chances {
        let facts = self.facts(path, question);
        Chances {
            holds: Chance::Some(facts.clone()),
            fails: self.unless(path, facts),
        }
    }

    /// Of a test that holds where none does.
    fn none(&mut self, path: &BoundPath, question: &Question) -> Chances {
        let facts = self.facts(path, question);
        Chances {
            holds: self.unless(path, facts.clone()),
            fails: Chance::Some(facts),
        }
    }

    /// What is so of one of several segments that are judged each for itself need not be so of another.
    fn unless(&mut self, path: &BoundPath, facts: Vec<Fact>) -> Chance {
        let at = self.at.filter(|_| path.scope == Scope::Here);
        match at.map(|at| (&at.segments[..], at.element)) {
            None => Chance::None(facts, None),
            Some((&[definition], Part::Whole | Part::One(_))) => {
                let source = self.source(&Scope::Own, definition);
                Chance::None(
                    facts,
                    Some(Fact {
                        source,
                        bit: SEVERAL_BIT,
                    }),
                )
            }
            Some(_) => Chance::Always,
        }
    }

    fn both_there(&mut self, one: &BoundPath, other: &BoundPath) -> Chance {
        let one = self.facts(one, &Question::There);
        Chance::Both(one, self.facts(other, &Question::There))
    }

    /// A question about the values of a path: a fact for each definition of its segments.
    fn facts(&mut self, path: &BoundPath, question: &Question) -> Vec<Fact> {
        let (at, element) = match (&path.scope, self.at) {
            (Scope::Here, Some(at)) if at.element == Part::Each => (at, Part::Each),
            (Scope::Here, Some(at)) => (at, path.element),
            // There is nothing that a rule of a whole loop could mean.
            (Scope::Here, None) => return Vec::new(),
            (Scope::Own | Scope::Loops(_), _) => (path, path.element),
        };
        let spot = Spot {
            key: at.key.clone(),
            parts: (element, path.component),
        };
        let segments = at.segments.iter();
        let fact = segments.map(|&definition| Fact {
            source: self.source(&at.scope, definition),
            bit: self.questions[definition].bit(&spot, question, self.memories),
        });
        fact.collect()
    }

    fn source(&mut self, scope: &Scope, definition: SegmentIndex) -> usize {
        let sources = &mut self.gates.sources;
        let is_it = |one: &Source| one.scope == *scope && one.definition == definition;
        sources.iter().position(is_it).unwrap_or_else(|| {
            let scope = scope.clone();
            sources.push(Source { scope, definition });
            sources.len() - 1
        })
    }
}

impl Chances {
    const ANY: Self = Self {
        holds: Chance::Always,
        fails: Chance::Always,
    };
}
