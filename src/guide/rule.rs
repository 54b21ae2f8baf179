//! A rule: what a guide asks for in some situations only, in lines. It must not judge: `check` does.
//!
//! ```text
//! rule AccidentDateMissing
//!   title    accident without its date
//!   guides   837P 837I
//!   at       2300
//!   when     CLM11 is AA OA EM
//!   need     DTP(439)
//!   help     Send the day of the accident in DTP*439.
//!   …
//! ```
//! `at` says what is judged, once each time it ends: a loop, a segment in a loop, or each element of such a segment. All
//! of `when` must hold, else the rule is silent; the first `need` that does not hold is the finding. `reason`, `accepted`,
//! `rejected` and `source` are for people; `status` is the claim status told in a 277CA. [`Path`] and [`Condition`] say how
//! places and conditions are written.

mod bind;
mod notation;

pub(super) use bind::segments;
pub use bind::{BoundCondition, BoundPath, BoundRule, Scope};
pub(super) use notation::path as parse_path;

use super::NotationError;
use super::notation::logical_lines;

/// A rule as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The code of its finding.
    pub name: String,
    pub title: String,
    /// `837P`, as [`super::Guide::name`] has them.
    pub guides: Vec<String>,
    pub at: Path,
    pub when: Vec<Condition<Path>>,
    pub need: Vec<Condition<Path>>,
    /// Where the finding points, if not at what is needed.
    pub tell: Option<Path>,
    /// Payers differ, or an interchange alone cannot decide it.
    pub is_warning: bool,
    /// WEDI SNIP type of test.
    pub snip: u8,
    pub help: String,
    pub reason: String,
    /// Segments that keep the rule, and segments that break it.
    pub accepted: String,
    pub rejected: String,
    pub source: String,
    pub wire: Option<Wire>,
    /// `A6:727`, with an entity as third part where one is meant; empty where the place of the finding says it.
    pub status: String,
}

/// What a 999 says, where it is not what the condition makes plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wire {
    /// IK304.
    Segment(String),
    /// IK403.
    Element(String),
}

/// A place in a guide, and all values that stand there: `2010BA/DMG02`, `DTP(439)03`, `HI*-2`, `here-1`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Path {
    /// What is judged itself.
    pub here: bool,
    /// `None`: the loop that is judged. `header`: what stands before the loops.
    pub loop_id: Option<String>,
    /// `None`: the loop as a whole.
    pub segment: Option<String>,
    /// Values of the code that tells such segments apart; none: any.
    pub keys: Vec<String>,
    pub element: Part,
    pub component: Part,
}

/// Which part of a segment or an element.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Part {
    /// It as a whole.
    #[default]
    Whole,
    /// The part with this number.
    One(u8),
    /// Each part for itself.
    Each,
}

/// Holds where one of its tests does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition<P>(pub Vec<Test<P>>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test<P> {
    /// `PATH`
    Present(P),
    /// `no PATH`
    Absent(P),
    /// `PATH is CODE…`: some value is one of them.
    Is(P, Vec<Pattern>),
    /// `PATH only CODE…`: every value is.
    Only(P, Vec<Pattern>),
    /// `PATH not CODE…`: no value is.
    Not(P, Vec<Pattern>),
    /// `PATH like SHAPE`: every value has the shape.
    Like(P, Shape),
    /// `PATH long 1..20`: every value has so many characters.
    Long(P, usize, usize),
    /// `LEFT < RIGHT`: every pair, or with `some` in front some pair, compares so.
    Compare {
        some: bool,
        left: Operand<P>,
        relation: Relation,
        right: Operand<P>,
        /// Days for days, else a number.
        plus: i64,
    },
    /// `PATH in PATH`: every value on the left is among those on the right.
    In(P, P),
    /// `PATH outside PATH`: none is.
    Outside(P, P),
    /// `distinct PATH`: no value comes twice.
    Distinct(P),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand<P> {
    /// A span of days counts by its first day.
    First(P),
    Last(P),
    Count(P),
    Sum(P),
    /// A number or a day.
    Constant(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Equal,
    Unequal,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// `AA`
    Code(String),
    /// `00100..01999`: values of this length from the first to the last.
    Range(String, String),
    /// `J*`
    Beginning(String),
}

impl Pattern {
    pub fn fits(&self, value: &[u8]) -> bool {
        match self {
            Self::Code(code) => code.as_bytes() == value,
            Self::Range(first, last) => {
                value.len() == first.len() && (first.as_bytes()..=last.as_bytes()).contains(&value)
            }
            Self::Beginning(beginning) => value.starts_with(beginning.as_bytes()),
        }
    }
}

/// How a value is written, character by character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape(pub Vec<ShapePart>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShapePart {
    pub class: Class,
    /// Once or more often.
    pub repeats: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Digit,
    Letter,
    LetterOrDigit,
    Any,
    Exactly(u8),
}

impl Class {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Letter => byte.is_ascii_alphabetic(),
            Self::LetterOrDigit => byte.is_ascii_alphanumeric(),
            Self::Any => true,
            Self::Exactly(expected) => byte == expected,
        }
    }
}

impl Shape {
    /// Whether the whole value has the shape. A part that repeats takes as much as it can: write shapes in which what
    /// follows it is of another class.
    pub fn fits(&self, value: &[u8]) -> bool {
        let mut rest = value;
        for part in &self.0 {
            let held = rest.iter().take_while(|&&byte| part.class.holds(byte));
            let taken = match part.repeats {
                true => held.count(),
                false => held.take(1).count(),
            };
            if taken == 0 {
                return false;
            }
            rest = &rest[taken..];
        }
        rest.is_empty()
    }
}

impl Rule {
    /// Reads the text of one rule.
    ///
    /// # Errors
    /// The first line that is not in the notation, or that a rule must have and has not.
    pub fn parse(text: &str) -> Result<Self, NotationError> {
        let mut lines = logical_lines(text).into_iter();
        let (first, name) = lines
            .next()
            .ok_or_else(|| NotationError::at(1, "no rule"))?;
        let name = name
            .strip_prefix("rule ")
            .filter(|name| is_name(name))
            .ok_or_else(|| NotationError::at(first, NAME_EXPECTED))?;
        let mut draft = Draft::default();
        for (number, line) in lines {
            draft
                .line(line.trim_start())
                .map_err(|reason| NotationError::at(number, reason))?;
        }
        draft
            .finish(name, &[])
            .map_err(|reason| NotationError::at(first, reason))
    }
}

pub(super) const NAME_EXPECTED: &str =
    "expected `rule` and a name: letters and digits, a capital first, at most 40";

pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The lines of a rule so far.
#[derive(Default)]
pub(super) struct Draft {
    texts: std::collections::HashMap<String, String>,
    at: Option<Path>,
    when: Vec<Condition<Path>>,
    need: Vec<Condition<Path>>,
    tell: Option<Path>,
    wire: Option<Wire>,
    snip: Option<u8>,
}

impl Draft {
    /// Takes a line of a rule, without its indentation.
    pub(super) fn line(&mut self, line: &str) -> Result<(), String> {
        let (keyword, rest) = line
            .split_once(' ')
            .ok_or("a keyword without anything behind it")?;
        let rest = rest.trim_start();
        match keyword {
            "at" => once(&mut self.at, notation::path(rest)?),
            "tell" => once(&mut self.tell, notation::path(rest)?),
            "wire" => once(&mut self.wire, notation::wire(rest)?),
            "snip" => once(&mut self.snip, notation::snip(rest)?),
            "when" => {
                self.when.push(notation::condition(rest)?);
                Ok(())
            }
            "need" => {
                self.need.push(notation::condition(rest)?);
                Ok(())
            }
            "title" | "guides" | "severity" | "help" | "reason" | "accepted" | "rejected"
            | "source" | "status" => match self.texts.insert(keyword.to_owned(), rest.to_owned()) {
                Some(_) => Err(format!("{keyword} is said twice")),
                None => Ok(()),
            },
            _ => Err(format!("a rule has no line `{keyword}`")),
        }
    }

    /// The whole rule. `given`: what holds where a line is left out.
    pub(super) fn finish(mut self, name: &str, given: &[(&str, &str)]) -> Result<Rule, String> {
        let mut text = |keyword: &str| {
            let given = given.iter().find(|(known, _)| *known == keyword);
            let given = || given.map(|(_, text)| (*text).to_owned());
            let text = self.texts.remove(keyword).or_else(given);
            text.ok_or_else(|| format!("{name} has no line `{keyword}`"))
        };
        let is_warning = match text("severity").as_deref() {
            Ok("warning") => true,
            Ok("error") | Err(_) => false,
            Ok(other) => return Err(format!("severity {other}: expected warning or error")),
        };
        let rule = Rule {
            name: name.to_owned(),
            title: text("title")?,
            guides: text("guides")?.split(' ').map(str::to_owned).collect(),
            is_warning,
            help: text("help")?,
            reason: text("reason")?,
            accepted: text("accepted")?,
            rejected: text("rejected")?,
            source: text("source")?,
            status: text("status")?,
            at: self.at.ok_or("no line `at`")?,
            when: self.when,
            need: self.need,
            tell: self.tell,
            snip: self.snip.unwrap_or(4),
            wire: self.wire,
        };
        match rule.need.is_empty() {
            true => Err("no line `need`".to_owned()),
            false => Ok(rule),
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), String> {
    match place.replace(value) {
        Some(_) => Err("said twice".to_owned()),
        None => Ok(()),
    }
}

/// By name, which no two rules share.
impl std::hash::Hash for Rule {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl PartialOrd for Rule {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rule {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}
