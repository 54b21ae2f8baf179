//! A payer's companion guide: what it asks for beyond a guide, in the guide's own notation. It can only tighten: each
//! line becomes a [`Rule`] that is judged beside the guide, and a line that would loosen it is refused.
//!
//! ```text
//! overlay 837P Sample Health Plan, companion guide of January 2026
//! loop 2010BA
//!   REF(SY) N
//! loop 2300
//!   CLM
//!     01 max 12
//!     05
//!       -03 {1 7}
//!   REF(G1) R
//!   PWK 2
//! loop 2310B R
//! rule PaperByMail
//!   title  papers by mail
//!   at     2300/PWK
//!   need   here02 not BM
//!   help   Send papers electronically or by fax.
//! ```
//! `R` asks for a loop, segment, element or component always, `N` refuses it, a number says how often it may come;
//! `{…}`, `max` and `min` take fewer codes and lengths than the guide. A rule is written as the guides' own are, and may
//! leave out what is the same for all: it is read with the overlay's title as reason and source.

use nom::branch::alt;
use nom::character::complete::{char, digit1, space0};
use nom::combinator::{all_consuming, map, map_res, opt, value};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::notation::{Limits, limits, logical_lines, word};
use super::rule::{
    Condition, Draft, NAME_EXPECTED, Operand, Part, Path, Pattern, Relation, Rule, Test, is_name,
    parse_path, segments,
};
use super::{ElementKind, Guide, Library, NotationError, Simple, Usage};

/// SNIP type of everything that a payer asks for beyond the guide.
const SNIP: u8 = 7;
/// What the lines of an overlay find: name, meaning, remedy. A rule in an overlay has a name of its own.
pub const FINDINGS: [(&str, &str, &str); 5] = [
    (
        "PayerAsksFor",
        "this payer asks for it",
        "Send what the companion guide named asks for.",
    ),
    (
        "PayerRefuses",
        "this payer does not take it",
        "Leave it out for this payer.",
    ),
    (
        "PayerRepeats",
        "too often for this payer",
        "Send as many as the companion guide named takes.",
    ),
    (
        "PayerCode",
        "this payer does not take the code",
        "Use one of the codes that the companion guide named takes.",
    ),
    (
        "PayerLength",
        "this payer takes another length",
        "Keep to the length that the companion guide named takes.",
    ),
];

/// What one payer asks for beyond the guides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    pub rules: Vec<Rule>,
}

/// `R` asked for, `N` refused, a number: so often at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demand {
    Required,
    Refused,
    AtMost(u32),
}

type Parsed<'a, T> = IResult<&'a str, T>;

impl Overlay {
    /// Reads an overlay of one payer; it may hold several guides.
    ///
    /// # Errors
    /// The first line that is not in the notation, names what its guide does not have, or would loosen it.
    pub fn parse(text: &str, library: &Library) -> Result<Self, NotationError> {
        let mut reader = OverlayReader::new(library);
        for (number, line) in logical_lines(text) {
            reader
                .line(number, &line)
                .map_err(|reason| NotationError::at(number, reason))?;
        }
        reader.end_rule()?;
        Ok(Self {
            rules: reader.rules,
        })
    }

    /// Keeps it for as long as the process runs: findings name its rules. A payer's is read once.
    pub fn keep(self) -> &'static [Rule] {
        Vec::leak(self.rules)
    }
}

/// Where an overlay's reader is.
struct OverlayReader<'l> {
    library: &'l Library,
    guide: Option<&'l Guide>,
    title: String,
    /// The loop, segment and element that the next lines belong to.
    loop_id: Option<String>,
    segment: Option<Path>,
    element: u8,
    draft: Option<(usize, String, Draft)>,
    rules: Vec<Rule>,
}

impl<'l> OverlayReader<'l> {
    fn new(library: &'l Library) -> Self {
        Self {
            library,
            guide: None,
            title: String::new(),
            loop_id: None,
            segment: None,
            element: 0,
            draft: None,
            rules: Vec::new(),
        }
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        let depth = line.len() - line.trim_start().len();
        let body = line.trim_start();
        if depth > 0
            && let Some((.., draft)) = &mut self.draft
        {
            return draft.line(body);
        }
        match depth {
            0 => {
                self.end_rule().map_err(|error| error.reason)?;
                self.structure(number, body)
            }
            2 => self.segment(body),
            4 => self.element(body),
            6 => self.component(body),
            _ => Err(format!("indented by {depth}; expected 0, 2, 4 or 6")),
        }
    }

    /// `overlay name title`, `loop id [demand]`, `rule name`
    fn structure(&mut self, number: usize, body: &str) -> Result<(), String> {
        let (first, rest) = body.split_once(' ').unwrap_or((body, ""));
        match first {
            "overlay" => {
                let (name, title) = rest.split_once(' ').unwrap_or((rest, "companion guide"));
                let guide = self.library.called(name);
                self.guide = Some(guide.ok_or_else(|| format!("no guide is called {name}"))?);
                (self.title, self.loop_id, self.segment) = (title.trim().to_owned(), None, None);
                Ok(())
            }
            "loop" => self.open_loop(rest),
            "rule" if is_name(rest) => {
                self.guide()?;
                self.draft = Some((number, rest.to_owned(), Draft::default()));
                Ok(())
            }
            "rule" => Err(NAME_EXPECTED.to_owned()),
            _ => Err(format!("`{first}`: expected overlay, loop or rule")),
        }
    }

    fn guide(&self) -> Result<&'l Guide, String> {
        self.guide
            .ok_or_else(|| "no line `overlay` before this".to_owned())
    }

    fn end_rule(&mut self) -> Result<(), NotationError> {
        let Some((number, name, draft)) = self.draft.take() else {
            return Ok(());
        };
        let at = |reason| NotationError::at(number, reason);
        let guide = self.guide().map_err(at)?;
        let given = [
            ("guides", guide.name()),
            ("reason", self.title.as_str()),
            ("source", self.title.as_str()),
            ("accepted", ""),
            ("rejected", ""),
            ("status", ""),
        ];
        let rule = Rule {
            snip: SNIP,
            ..draft.finish(&name, &given).map_err(at)?
        };
        if rule.guides != [guide.name()] {
            let (named, own) = (rule.guides.join(" "), guide.name());
            return Err(at(format!("guides {named}: this overlay is of {own}")));
        }
        rule.bind(guide).map_err(at)?;
        self.rules.push(rule);
        Ok(())
    }

    fn open_loop(&mut self, body: &str) -> Result<(), String> {
        let (id, found) = whole((word, opt(demand)), body)?;
        let guide = self.guide()?;
        let path = Path {
            loop_id: Some(id.to_owned()),
            ..Path::default()
        };
        let index = guide.loops.iter().position(|one| one.id == id);
        let index = index.ok_or_else(|| format!("{} has no loop {id}", guide.id))?;
        (self.loop_id, self.segment) = (Some(id.to_owned()), None);
        let in_loop = &guide.loops[index];
        let Some(found) = found else { return Ok(()) };
        tightens(found, in_loop.usage, in_loop.repeat)?;
        for &parent in &in_loop.parents {
            let parent = guide.loops[parent].id.as_str();
            let at = Path {
                loop_id: Some(if parent.is_empty() { "header" } else { parent }.to_owned()),
                ..Path::default()
            };
            self.demand(at, path.clone(), found);
        }
        Ok(())
    }

    fn segment(&mut self, body: &str) -> Result<(), String> {
        let (written, rest) = body.split_once(' ').unwrap_or((body, ""));
        let path = Path {
            loop_id: self.loop_id.clone(),
            ..parse_path(written)?
        };
        let guide = self.guide()?;
        let meant = segments(guide, &path)?;
        let found = match rest.trim() {
            "" => None,
            rest => Some(whole(demand, rest)?),
        };
        if let Some(found) = found {
            for &index in &meant {
                tightens(
                    found,
                    guide.segments[index].usage,
                    guide.segments[index].repeat,
                )?;
            }
            let at = Path {
                loop_id: self.loop_id.clone(),
                ..Path::default()
            };
            self.demand(
                at,
                Path {
                    loop_id: None,
                    ..path.clone()
                },
                found,
            );
        }
        (self.segment, self.element) = (Some(path), 0);
        Ok(())
    }

    fn element(&mut self, body: &str) -> Result<(), String> {
        let number = map_res(digit1, str::parse::<u8>);
        let (element, _, found, _, limits) =
            whole((number, space0, opt(demand), space0, limits), body)?;
        self.element = element;
        self.part((element, 0), found, &limits)
    }

    fn component(&mut self, body: &str) -> Result<(), String> {
        let number = preceded(char('-'), map_res(digit1, str::parse::<u8>));
        let (component, _, found, _, limits) =
            whole((number, space0, opt(demand), space0, limits), body)?;
        self.part((self.element, component), found, &limits)
    }

    /// What is asked of an element or a component.
    fn part(
        &mut self,
        (element, component): (u8, u8),
        found: Option<Demand>,
        limits: &Limits<'_>,
    ) -> Result<(), String> {
        let at = self
            .segment
            .clone()
            .ok_or("an element before any segment")?;
        let guide = self.guide()?;
        let here = Path {
            here: true,
            element: Part::One(element),
            component: match component {
                0 => Part::Whole,
                number => Part::One(number),
            },
            ..Path::default()
        };
        for index in segments(guide, &at)? {
            let (usage, value) = used(guide, index, element, component)?;
            if let Some(found) = found {
                tightens(found, usage, Some(1))?;
            }
            match value {
                Some(value) => narrows(value, limits)?,
                None if *limits == Limits::default() => {}
                None => {
                    return Err("codes and lengths are asked of a composite's components".into());
                }
            }
        }
        if let Some(found) = found {
            self.demand(at.clone(), here.clone(), found);
        }
        if !limits.codes.is_empty() {
            let codes: Vec<_> = limits
                .codes
                .iter()
                .map(|&code| Pattern::Code(code.into()))
                .collect();
            let title = format!("this payer takes {} only", limits.codes.join(", "));
            self.rule(
                "PayerCode",
                &title,
                at.clone(),
                Test::Only(here.clone(), codes),
            );
        }
        if limits.max.is_some() || limits.min.is_some() {
            let width = |limit: Option<u32>| limit.and_then(|limit| usize::try_from(limit).ok());
            let (min, max) = (
                width(limits.min).unwrap_or(0),
                width(limits.max).unwrap_or(usize::MAX),
            );
            let title = match (limits.min, limits.max) {
                (None, Some(max)) => format!("this payer takes at most {max} characters"),
                (Some(min), None) => format!("this payer takes at least {min} characters"),
                (min, max) => format!(
                    "this payer takes {} to {} characters",
                    min.unwrap_or(0),
                    max.unwrap_or(0)
                ),
            };
            self.rule("PayerLength", &title, at, Test::Long(here, min, max));
        }
        Ok(())
    }

    fn demand(&mut self, at: Path, path: Path, demand: Demand) {
        let (name, title, test) = match demand {
            Demand::Required => (
                "PayerAsksFor",
                "this payer asks for it".into(),
                Test::Present(path),
            ),
            Demand::Refused => (
                "PayerRefuses",
                "this payer does not take it".into(),
                Test::Absent(path),
            ),
            Demand::AtMost(limit) => (
                "PayerRepeats",
                format!("this payer takes at most {limit}"),
                Test::Compare {
                    some: false,
                    left: Operand::Count(path),
                    relation: Relation::LessOrEqual,
                    right: Operand::Constant(limit.to_string()),
                    plus: 0,
                },
            ),
        };
        self.rule(name, &title, at, test);
    }

    fn rule(&mut self, name: &str, title: &str, at: Path, need: Test<Path>) {
        let remedy = FINDINGS.iter().find(|(known, ..)| *known == name);
        let remedy = remedy.map_or("", |(.., remedy)| remedy);
        self.rules.push(Rule {
            name: name.to_owned(),
            title: title.to_owned(),
            guides: self
                .guide
                .iter()
                .map(|guide| guide.name().to_owned())
                .collect(),
            at,
            when: Vec::new(),
            need: vec![Condition(vec![need])],
            tell: None,
            is_warning: false,
            snip: SNIP,
            help: format!("{remedy} ({})", self.title),
            reason: self.title.clone(),
            accepted: String::new(),
            rejected: String::new(),
            source: self.title.clone(),
            wire: None,
            status: String::new(),
        });
    }
}

/// Usage of an element or component, and the value that it is if it is one.
fn used(
    guide: &Guide,
    index: usize,
    element: u8,
    component: u8,
) -> Result<(Usage, Option<&Simple>), String> {
    let segment = &guide.segments[index];
    let not_used = || format!("{} does not use {}{element:02}", guide.id, segment.id);
    let element = segment.element(usize::from(element)).ok_or_else(not_used)?;
    match (&element.kind, component) {
        (ElementKind::Simple(value), 0) => Ok((element.usage, Some(value))),
        (ElementKind::Composite(_), 0) => Ok((element.usage, None)),
        (ElementKind::Composite(composite), number) => {
            let at = usize::from(number) - 1;
            let part = composite.components.get(at).and_then(Option::as_ref);
            let part = part.ok_or_else(not_used)?;
            Ok((part.usage, Some(&part.value)))
        }
        (ElementKind::Simple(_), _) => Err("a component of an element that has none".to_owned()),
    }
}

fn tightens(demand: Demand, usage: Usage, repeat: Option<u32>) -> Result<(), String> {
    match demand {
        Demand::Refused if usage == Usage::Required => {
            Err("an overlay may only tighten: the guide requires it".to_owned())
        }
        Demand::AtMost(limit) if repeat.is_some_and(|guide| limit > guide) => Err(format!(
            "an overlay may only tighten: the guide allows {} at most",
            repeat.unwrap_or_default()
        )),
        _ => Ok(()),
    }
}

fn narrows(value: &Simple, limits: &Limits<'_>) -> Result<(), String> {
    if let Some(code) = limits
        .codes
        .iter()
        .find(|code| !value.allows(code.as_bytes()))
    {
        return Err(format!(
            "an overlay may only tighten: the guide does not allow {code}"
        ));
    }
    let (min, max) = (value.standard.min, value.standard.max);
    if limits.max.is_some_and(|asked| asked > max) || limits.min.is_some_and(|asked| asked < min) {
        return Err(format!(
            "an overlay may only tighten: the guide allows {min} to {max} characters"
        ));
    }
    if limits.list.is_some() || limits.repeat.is_some() || limits.key {
        return Err("an overlay limits codes and lengths of an element, nothing else".to_owned());
    }
    Ok(())
}

/// `demand = [ SP ] ( "R" / "N" / 1*DIGIT )`
fn demand(input: &str) -> Parsed<'_, Demand> {
    let kind = alt((
        value(Demand::Required, char('R')),
        value(Demand::Refused, char('N')),
        map(map_res(digit1, str::parse), Demand::AtMost),
    ));
    preceded(space0, kind).parse(input)
}

fn whole<'a, T>(
    parser: impl Parser<&'a str, Output = T, Error = nom::error::Error<&'a str>>,
    text: &'a str,
) -> Result<T, String> {
    all_consuming(parser)
        .parse(text)
        .map(|(_, found)| found)
        .map_err(|error| match error {
            nom::Err::Error(error) | nom::Err::Failure(error) => {
                format!("cannot read on from `{}`", error.input)
            }
            nom::Err::Incomplete(_) => "ends too early".to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::library;

    const PLAN: &str = "\
overlay 837P Sample Health Plan, companion guide of January 2026
loop 2010BA
  REF(SY) N
loop 2300
  CLM
    01 max 12
    05
      -03 {1 7}
    20 R
  REF(G1) R
  PWK 2
loop 2310B R

rule PaperByMail
  title  papers by mail
  at     2300/PWK
  need   here02 not BM
  help   Send papers electronically or by fax.
overlay 837D The same for dentists
loop 2300
  DN1 N
";

    #[test]
    fn each_line_becomes_a_rule() {
        let overlay = Overlay::parse(PLAN, library()).unwrap();
        let names: Vec<_> = overlay
            .rules
            .iter()
            .map(|rule| rule.name.as_str())
            .collect();
        let loops = ["PayerAsksFor"; 1];
        assert_eq!(
            names[..6],
            [
                "PayerRefuses",
                "PayerLength",
                "PayerCode",
                "PayerAsksFor",
                "PayerAsksFor",
                "PayerRepeats"
            ]
        );
        assert_eq!(names[6..], [loops[0], "PaperByMail", "PayerRefuses"]);
        assert_eq!(overlay.rules[8].guides, ["837D"]);
        assert!(overlay.rules.iter().all(|rule| rule.snip == SNIP));
    }

    #[test]
    fn what_loosens_or_is_unknown_is_refused_with_its_line() {
        let refused = |lines: &str, words: &str| {
            let text = format!("overlay 837P Plan\n{lines}");
            let error = Overlay::parse(&text, library()).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        refused(
            "loop 2300\n  CLM N",
            "line 3: an overlay may only tighten: the guide requires it",
        );
        refused(
            "loop 2300 200",
            "line 2: an overlay may only tighten: the guide allows 100",
        );
        refused(
            "loop 2300\n  CLM\n    01 max 50",
            "line 4: an overlay may only tighten",
        );
        refused("loop 2300\n  CLM\n    06 {Z}", "the guide does not allow Z");
        refused("loop 2300\n  CLM\n    13 R", "does not use CLM13");
        refused("loop 9999", "has no loop 9999");
        refused("loop 2300\n  REF(ZZ) R", "has no 2300/REF(ZZ)");
        refused(
            "rule X\n  title a\n  at 2300\n  help b.",
            "line 2: no line `need`",
        );
        refused(
            "rule X\n  title a\n  at 2300\n  need ABC\n  help b.",
            "line 2: 005010X222A1 has no ABC",
        );
        refused(
            "rule X\n  title a\n  guides 837I\n  at 2300\n  need CLM\n  help b.",
            "line 2: guides 837I: this overlay is of 837P",
        );
        refused("colour red", "expected overlay, loop or rule");
        assert!(Overlay::parse("loop 2300", library()).is_err());
        assert!(Overlay::parse("overlay 999P X", library()).is_err());
    }
}
