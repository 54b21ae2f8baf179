//! A rule bound to a guide: its paths are the guide's own segments. It must not know any interchange.

use super::{Condition, Operand, Part, Path, Rule, Test};
use crate::guide::{Guide, Key, LoopIndex, SegmentIndex};

/// A rule whose paths a guide has.
#[derive(Debug)]
pub struct BoundRule {
    /// The loops at whose end it is judged.
    pub loops: Vec<LoopIndex>,
    /// What is judged in them; `None`: the loop as a whole.
    pub at: Option<BoundPath>,
    pub when: Vec<BoundCondition>,
    pub need: Vec<BoundCondition>,
    pub tell: Option<BoundPath>,
}

pub type BoundCondition = Condition<BoundPath>;

/// Where to look, and for which of the guide's segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundPath {
    pub scope: Scope,
    pub segments: Vec<SegmentIndex>,
    /// What tells such segments apart; `None`: any of them.
    pub key: Option<Key>,
    pub element: Part,
    pub component: Part,
    /// Whether a loop as a whole is meant.
    pub is_loop: bool,
}

impl BoundPath {
    /// The segments that it looks into.
    pub fn whole(&self) -> Self {
        Self {
            element: Part::Whole,
            component: Part::Whole,
            ..self.clone()
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The segment or element that is judged.
    Here,
    /// The loop that is judged.
    Own,
    /// A loop around it, or loops under the nearest around it that can hold them.
    Loops(Vec<LoopIndex>),
}

impl Rule {
    /// Finds a rule's paths in a guide that it names.
    ///
    /// # Errors
    /// The path that the guide does not have.
    pub fn bind(&self, guide: &Guide) -> Result<BoundRule, String> {
        let loops = match &self.at.loop_id {
            Some(id) => loops_called(guide, id)?,
            None => return Err("`at` names no loop".to_owned()),
        };
        let binder = Binder {
            guide,
            loops: &loops,
        };
        let at = match &self.at.segment {
            Some(_) => Some(BoundPath {
                scope: Scope::Own,
                ..binder.path(&self.at)?
            }),
            None => None,
        };
        let conditions = |written: &[Condition<Path>]| -> Result<Vec<_>, String> {
            let bind = |one: &Condition<Path>| one.map(&mut |path| binder.path(path));
            written.iter().map(bind).collect()
        };
        let (when, need) = (conditions(&self.when)?, conditions(&self.need)?);
        let tell = self
            .tell
            .as_ref()
            .map(|path| binder.path(path))
            .transpose()?;
        Ok(BoundRule {
            loops,
            at,
            when,
            need,
            tell,
        })
    }
}

/// The guide's segments that a path means, seen from a loop.
///
/// # Errors
/// What the guide does not have.
pub(in crate::guide) fn segments(guide: &Guide, path: &Path) -> Result<Vec<SegmentIndex>, String> {
    let id = path.loop_id.as_deref().ok_or("no loop before this line")?;
    let loops = loops_called(guide, id)?;
    let binder = Binder {
        guide,
        loops: &loops,
    };
    binder.path(path).map(|bound| bound.segments)
}

struct Binder<'a> {
    guide: &'a Guide,
    loops: &'a [LoopIndex],
}

impl Binder<'_> {
    fn path(&self, path: &Path) -> Result<BoundPath, String> {
        let mut bound = BoundPath {
            scope: Scope::Own,
            segments: Vec::new(),
            key: (!path.keys.is_empty()).then(|| Key {
                element: 1,
                component: 0,
                codes: path.keys.clone(),
            }),
            element: path.element,
            component: path.component,
            is_loop: path.segment.is_none(),
        };
        if path.here {
            bound.scope = Scope::Here;
            return Ok(bound);
        }
        let named = match &path.loop_id {
            Some(id) => {
                let loops = loops_called(self.guide, id)?;
                bound.scope = Scope::Loops(loops.clone());
                loops
            }
            None => self.loops.to_vec(),
        };
        let Some(id) = &path.segment else {
            let openings = named
                .iter()
                .filter_map(|&index| self.guide.trigger_index(index));
            bound.segments = openings.collect();
            return Ok(bound);
        };
        for (index, segment) in self.guide.segments.iter().enumerate() {
            if segment.id != *id || !named.contains(&segment.in_loop) {
                continue;
            }
            if let Some(key) = &segment.key {
                if !path.keys.is_empty() && !key.codes.iter().any(|code| path.keys.contains(code)) {
                    continue;
                }
                if let Some(bound) = &mut bound.key {
                    (bound.element, bound.component) = (key.element, key.component);
                }
            }
            bound.segments.push(index);
        }
        match bound.segments.is_empty() {
            true => Err(format!("{} has no {}", self.guide.id, written(path))),
            false => Ok(bound),
        }
    }
}

impl<P> Condition<P> {
    /// The same with other words for its paths.
    ///
    /// # Errors
    /// The first that `path` has no word for.
    pub fn map<Q, E>(&self, path: &mut impl FnMut(&P) -> Result<Q, E>) -> Result<Condition<Q>, E> {
        let tests: Result<_, E> = self.0.iter().map(|one| one.map(path)).collect();
        tests.map(Condition)
    }
}

impl<P> Test<P> {
    fn map<Q, E>(&self, path: &mut impl FnMut(&P) -> Result<Q, E>) -> Result<Test<Q>, E> {
        Ok(match self {
            Self::Present(at) => Test::Present(path(at)?),
            Self::Absent(at) => Test::Absent(path(at)?),
            Self::Is(at, codes) => Test::Is(path(at)?, codes.clone()),
            Self::Only(at, codes) => Test::Only(path(at)?, codes.clone()),
            Self::Not(at, codes) => Test::Not(path(at)?, codes.clone()),
            Self::Like(at, shape) => Test::Like(path(at)?, shape.clone()),
            Self::Long(at, min, max) => Test::Long(path(at)?, *min, *max),
            Self::In(at, of) => Test::In(path(at)?, path(of)?),
            Self::Outside(at, of) => Test::Outside(path(at)?, path(of)?),
            Self::Distinct(at) => Test::Distinct(path(at)?),
            Self::Compare {
                some,
                left,
                relation,
                right,
                plus,
            } => Test::Compare {
                some: *some,
                left: left.map(path)?,
                relation: *relation,
                right: right.map(path)?,
                plus: *plus,
            },
        })
    }

    /// Whether it makes a difference how often a value comes.
    pub fn counts(&self) -> bool {
        let counts = |one: &Operand<P>| matches!(one, Operand::Count(_) | Operand::Sum(_));
        match self {
            Self::Distinct(_) => true,
            Self::Compare { left, right, .. } => counts(left) || counts(right),
            _ => false,
        }
    }

    /// The paths of the test, the one it is about first.
    pub fn paths(&self) -> Vec<&P> {
        match self {
            Self::Present(path)
            | Self::Absent(path)
            | Self::Is(path, _)
            | Self::Only(path, _)
            | Self::Not(path, _)
            | Self::Like(path, _)
            | Self::Long(path, ..)
            | Self::Distinct(path) => vec![path],
            Self::In(path, of) | Self::Outside(path, of) => vec![path, of],
            Self::Compare { left, right, .. } => [left, right]
                .into_iter()
                .filter_map(Operand::path)
                .collect(),
        }
    }
}

impl<P> Operand<P> {
    fn map<Q, E>(&self, path: &mut impl FnMut(&P) -> Result<Q, E>) -> Result<Operand<Q>, E> {
        Ok(match self {
            Self::First(at) => Operand::First(path(at)?),
            Self::Last(at) => Operand::Last(path(at)?),
            Self::Count(at) => Operand::Count(path(at)?),
            Self::Sum(at) => Operand::Sum(path(at)?),
            Self::Constant(text) => Operand::Constant(text.clone()),
        })
    }

    /// Where its values stand; `None` for a constant.
    pub fn path(&self) -> Option<&P> {
        match self {
            Self::First(path) | Self::Last(path) | Self::Count(path) | Self::Sum(path) => {
                Some(path)
            }
            Self::Constant(_) => None,
        }
    }
}

impl BoundRule {
    /// Every path of the rule.
    pub fn paths(&self) -> impl Iterator<Item = &BoundPath> {
        let conditions = self.when.iter().chain(&self.need);
        let tests = conditions.flat_map(|condition| &condition.0);
        tests
            .flat_map(Test::paths)
            .chain(&self.at)
            .chain(&self.tell)
    }
}

fn loops_called(guide: &Guide, id: &str) -> Result<Vec<LoopIndex>, String> {
    let id = if id == "header" { "" } else { id };
    let loops = guide.loops.iter().enumerate();
    let found: Vec<_> = loops
        .filter(|(_, one)| one.id == id)
        .map(|(index, _)| index)
        .collect();
    match found.is_empty() {
        true => Err(format!("{} has no loop {id}", guide.id)),
        false => Ok(found),
    }
}

/// A path as it is written, as far as an error needs it.
fn written(path: &Path) -> String {
    let loop_id = path
        .loop_id
        .as_deref()
        .map(|id| format!("{id}/"))
        .unwrap_or_default();
    let segment = path.segment.as_deref().unwrap_or_default();
    match path.keys.is_empty() {
        true => format!("{loop_id}{segment}"),
        false => format!("{loop_id}{segment}({})", path.keys.join("|")),
    }
}
