//! The line notation of guides, as nom productions. It must not know what a guide means: it gives lines.
//!
//! Indentation says what a line is: 0 `guide`, `accepts`, `header`, `loop`, `close`, `trailer`; 2 a segment; 4 an
//! element; 6 a component. A title ends at two spaces, constraints follow. `#` opens a comment line, ` \` at the
//! end of a line continues it. `use` takes in a block of shared lines, whatever its indentation; see `shared`. The loop
//! `2110C/LS` is what stands in loop 2110C from LS to LE.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{char, digit1, space0, space1};
use nom::combinator::{all_consuming, map, map_res, opt, recognize, value};
use nom::multi::{many0, separated_list1};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::Usage;

/// A line of a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Guide {
        id: &'a str,
        functional_id: &'a str,
        set: &'a str,
        title: &'a str,
    },
    Accepts(Vec<&'a str>),
    Header,
    Trailer,
    Close(&'a str),
    Part(&'a str),
    Use(&'a str),
    Loop {
        id: &'a str,
        usage: Usage,
        repeat: Option<u32>,
        title: &'a str,
        under: Vec<&'a str>,
    },
    Segment {
        id: &'a str,
        position: u16,
        usage: Usage,
        repeat: Option<u32>,
        title: &'a str,
    },
    Element {
        first: u8,
        last: u8,
        usage: Usage,
        data: &'a str,
        title: &'a str,
        limits: Limits<'a>,
    },
    Component {
        first: u8,
        last: u8,
        usage: Usage,
        data: &'a str,
        title: &'a str,
        limits: Limits<'a>,
    },
}

/// What a guide says of an element beyond the dictionary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Limits<'a> {
    pub(super) codes: Vec<&'a str>,
    pub(super) list: Option<&'a str>,
    pub(super) max: Option<u32>,
    pub(super) min: Option<u32>,
    pub(super) repeat: Option<u32>,
    pub(super) key: bool,
}

/// A line that is not in the notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotationError {
    /// Line in the file, from 1.
    pub line: usize,
    /// Line in the shared file, where a `use` led there.
    pub shared: Option<usize>,
    pub reason: String,
}

impl NotationError {
    pub(super) fn at(line: usize, reason: impl Into<String>) -> Self {
        Self {
            line,
            shared: None,
            reason: reason.into(),
        }
    }
}

impl std::fmt::Display for NotationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(shared) = self.shared {
            write!(f, " (line {shared} of the shared lines)")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for NotationError {}

type Parsed<'a, T> = IResult<&'a str, T>;

/// Lines with their numbers, comments dropped and continuations joined.
pub(super) fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (index, raw) in text.lines().enumerate() {
        let raw = raw.trim_end();
        if raw.trim_start().starts_with('#') || (raw.is_empty() && !open) {
            continue;
        }
        let (part, continues) = match raw.strip_suffix(" \\") {
            Some(part) => (part, true),
            None => (raw, false),
        };
        match lines.last_mut() {
            Some((_, line)) if open => {
                line.push(' ');
                line.push_str(part.trim_start());
            }
            _ => lines.push((index + 1, part.to_owned())),
        }
        open = continues;
    }
    lines
}

/// One line of a guide.
pub(super) fn line(text: &str) -> Result<Line<'_>, String> {
    let depth = text.len() - text.trim_start().len();
    let body = &text[depth..];
    if let Ok((_, line)) = all_consuming(use_line).parse(body) {
        return Ok(line);
    }
    let parsed = match depth {
        0 => all_consuming(structure).parse(body),
        2 => all_consuming(segment).parse(body),
        4 => all_consuming(element).parse(body),
        6 => all_consuming(component).parse(body),
        _ => return Err(format!("indented by {depth}; expected 0, 2, 4 or 6")),
    };
    parsed.map(|(_, line)| line).map_err(|error| match error {
        nom::Err::Error(error) | nom::Err::Failure(error) => {
            let at = body.len() - error.input.len();
            format!(
                "cannot read from column {} on: `{}`",
                depth + at + 1,
                error.input
            )
        }
        nom::Err::Incomplete(_) => "ends too early".to_owned(),
    })
}

/// `use = "use" part`
fn use_line(input: &str) -> Parsed<'_, Line<'_>> {
    map(preceded(keyword("use"), word), Line::Use).parse(input)
}

/// `structure = guide / accepts / header / trailer / close / part / loop`
fn structure(input: &str) -> Parsed<'_, Line<'_>> {
    alt((
        guide,
        map(
            preceded(keyword("accepts"), separated_list1(space1, word)),
            Line::Accepts,
        ),
        value(Line::Header, tag("header")),
        value(Line::Trailer, tag("trailer")),
        map(preceded(keyword("close"), word), Line::Close),
        map(preceded(keyword("part"), word), Line::Part),
        loop_line,
    ))
    .parse(input)
}

/// `guide = "guide" id functional-id set title`
fn guide(input: &str) -> Parsed<'_, Line<'_>> {
    let (rest, (id, functional_id, set, title)) = preceded(
        keyword("guide"),
        (spaced(word), spaced(word), spaced(word), title),
    )
    .parse(input)?;
    Ok((
        rest,
        Line::Guide {
            id,
            functional_id,
            set,
            title,
        },
    ))
}

/// `loop = "loop" id usage repeat title [ 2*SP "under" 1*id ]`
fn loop_line(input: &str) -> Parsed<'_, Line<'_>> {
    let under = preceded((space0, keyword("under")), separated_list1(space1, word));
    let (rest, (id, usage, repeat, title, under)) = preceded(
        keyword("loop"),
        (
            spaced(word),
            spaced(usage),
            spaced(repeat),
            title,
            opt(under),
        ),
    )
    .parse(input)?;
    Ok((
        rest,
        Line::Loop {
            id,
            usage,
            repeat,
            title,
            under: under.unwrap_or_default(),
        },
    ))
}

/// `segment = id position usage repeat title`
fn segment(input: &str) -> Parsed<'_, Line<'_>> {
    let position = map_res(digit1, str::parse);
    let (rest, (id, position, usage, repeat, title)) = (
        spaced(word),
        spaced(position),
        spaced(usage),
        spaced(repeat),
        title,
    )
        .parse(input)?;
    Ok((
        rest,
        Line::Segment {
            id,
            position,
            usage,
            repeat,
            title,
        },
    ))
}

/// `element = number [ ".." number ] usage data title *constraint`
fn element(input: &str) -> Parsed<'_, Line<'_>> {
    let (rest, ((first, last), usage, data, title, limits)) =
        (spaced(numbers), spaced(usage), spaced(word), title, limits).parse(input)?;
    Ok((
        rest,
        Line::Element {
            first,
            last,
            usage,
            data,
            title,
            limits,
        },
    ))
}

/// `component = "-" number [ ".." number ] usage data title *constraint`
fn component(input: &str) -> Parsed<'_, Line<'_>> {
    let (rest, ((first, last), usage, data, title, limits)) = (
        preceded(char('-'), spaced(numbers)),
        spaced(usage),
        spaced(word),
        title,
        limits,
    )
        .parse(input)?;
    Ok((
        rest,
        Line::Component {
            first,
            last,
            usage,
            data,
            title,
            limits,
        },
    ))
}

/// `numbers = 2DIGIT [ ".." 2DIGIT ]`
fn numbers(input: &str) -> Parsed<'_, (u8, u8)> {
    let number = || map_res(digit1, str::parse::<u8>);
    let (rest, (first, last)) = (number(), opt(preceded(tag(".."), number()))).parse(input)?;
    Ok((rest, (first, last.unwrap_or(first))))
}

/// `usage = "R" / "S"`
fn usage(input: &str) -> Parsed<'_, Usage> {
    alt((
        value(Usage::Required, char('R')),
        value(Usage::Situational, char('S')),
    ))
    .parse(input)
}

/// `repeat = 1*DIGIT / "*"`
fn repeat(input: &str) -> Parsed<'_, Option<u32>> {
    alt((
        value(None, char('*')),
        map(map_res(digit1, str::parse), Some),
    ))
    .parse(input)
}

/// `limits = *( SP ( "{" 1*code "}" / "@" list / "max" n / "min" n / "repeat" n / "key" ) )`
pub(super) fn limits(input: &str) -> Parsed<'_, Limits<'_>> {
    let codes = delimited(
        char('{'),
        many0(preceded(space0, code)),
        (space0, char('}')),
    );
    let amount = |name| preceded(keyword(name), map_res(digit1, str::parse::<u32>));
    let constraint = alt((
        map(codes, Limit::Codes),
        map(preceded(char('@'), word), Limit::List),
        map(amount("max"), Limit::Max),
        map(amount("min"), Limit::Min),
        map(amount("repeat"), Limit::Repeat),
        value(Limit::Key, tag("key")),
    ));
    let (rest, found) = terminated(many0(preceded(space0, constraint)), space0).parse(input)?;
    let mut limits = Limits::default();
    for limit in found {
        match limit {
            Limit::Codes(codes) => limits.codes = codes,
            Limit::List(list) => limits.list = Some(list),
            Limit::Max(max) => limits.max = Some(max),
            Limit::Min(min) => limits.min = Some(min),
            Limit::Repeat(repeat) => limits.repeat = Some(repeat),
            Limit::Key => limits.key = true,
        }
    }
    Ok((rest, limits))
}

#[derive(Clone)]
enum Limit<'a> {
    Codes(Vec<&'a str>),
    List(&'a str),
    Max(u32),
    Min(u32),
    Repeat(u32),
    Key,
}

/// `title = 1*( any character, single spaces )`, up to two spaces or the end of the line.
fn title(input: &str) -> Parsed<'_, &str> {
    let end = input.find("  ").unwrap_or(input.len());
    if end == 0 {
        return Err(nom::Err::Error(nom::error::make_error(
            input,
            nom::error::ErrorKind::Eof,
        )));
    }
    Ok((&input[end..], &input[..end]))
}

/// `code = DQUOTE 1*( any character but DQUOTE ) DQUOTE / 1*( any character but SP and "}" )`
fn code(input: &str) -> Parsed<'_, &str> {
    let quoted = delimited(char('"'), take_while1(|c| c != '"'), char('"'));
    alt((quoted, take_while1(|c: char| c != ' ' && c != '}'))).parse(input)
}

pub(super) fn word(input: &str) -> Parsed<'_, &str> {
    recognize(take_while1(|c: char| !c.is_whitespace())).parse(input)
}

pub(super) fn keyword<'a>(
    name: &'static str,
) -> impl Parser<&'a str, Output = &'a str, Error = nom::error::Error<&'a str>> {
    terminated(tag(name), space1)
}

fn spaced<'a, T>(
    parser: impl Parser<&'a str, Output = T, Error = nom::error::Error<&'a str>>,
) -> impl Parser<&'a str, Output = T, Error = nom::error::Error<&'a str>> {
    terminated(parser, space1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line() {
        let limits = Limits {
            codes: vec!["41", "SITUATIONAL TRIGGER"],
            key: true,
            max: Some(20),
            ..Limits::default()
        };
        let cases = [
            (
                "guide 005010X222A1 HC 837 Professional claim",
                Line::Guide {
                    id: "005010X222A1",
                    functional_id: "HC",
                    set: "837",
                    title: "Professional claim",
                },
            ),
            ("accepts A B", Line::Accepts(vec!["A", "B"])),
            ("part city", Line::Part("city")),
            ("use payer", Line::Use("payer")),
            ("    use city", Line::Use("city")),
            (
                "loop 2300 S 100 Claim  under 2000B 2000C",
                Line::Loop {
                    id: "2300",
                    usage: Usage::Situational,
                    repeat: Some(100),
                    title: "Claim",
                    under: vec!["2000B", "2000C"],
                },
            ),
            (
                "loop 2000A R * Billing level",
                Line::Loop {
                    id: "2000A",
                    usage: Usage::Required,
                    repeat: None,
                    title: "Billing level",
                    under: vec![],
                },
            ),
            (
                "  NM1 0200 R 1 Submitter name",
                Line::Segment {
                    id: "NM1",
                    position: 200,
                    usage: Usage::Required,
                    repeat: Some(1),
                    title: "Submitter name",
                },
            ),
            (
                "    02..12 S C022 Other diagnosis",
                Line::Element {
                    first: 2,
                    last: 12,
                    usage: Usage::Situational,
                    data: "C022",
                    title: "Other diagnosis",
                    limits: Limits::default(),
                },
            ),
            (
                "      -01 R 98 Entity  {41 \"SITUATIONAL TRIGGER\"} max 20 key",
                Line::Component {
                    first: 1,
                    last: 1,
                    usage: Usage::Required,
                    data: "98",
                    title: "Entity",
                    limits,
                },
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(line(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_wrong_line_says_where() {
        assert_eq!(
            line("   NM1"),
            Err("indented by 3; expected 0, 2, 4 or 6".into())
        );
        assert_eq!(
            line("  NM1 X R 1 Name"),
            Err("cannot read from column 7 on: `X R 1 Name`".into())
        );
    }

    #[test]
    fn comments_and_continuations() {
        let lines = logical_lines("a\n# no\n  b \\\n     c\n\nd");
        let texts: Vec<_> = lines.iter().map(|(n, text)| (*n, text.as_str())).collect();
        assert_eq!(texts, [(1, "a"), (3, "  b c"), (6, "d")]);
    }
}
