//! Paths and conditions of a rule, as nom productions.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till1, take_while_m_n, take_while1};
use nom::character::complete::{char, digit1, satisfy, space1};
use nom::combinator::{
    all_consuming, eof, map, map_opt, map_res, not, opt, peek, recognize, value, verify,
};
use nom::multi::{many1, separated_list1};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::{
    Class, Condition, Operand, Part, Path, Pattern, Relation, Shape, ShapePart, Test, Wire,
};

type Parsed<'a, T> = IResult<&'a str, T>;

pub(super) fn path(text: &str) -> Result<Path, String> {
    whole(path_of, text)
}

pub(super) fn condition(text: &str) -> Result<Condition<Path>, String> {
    whole(any_of, text)
}

/// `wire = ( "segment" / "element" ) SP code`
pub(super) fn wire(text: &str) -> Result<Wire, String> {
    let code = || {
        map(
            take_while1(|c: char| c.is_ascii_alphanumeric()),
            str::to_owned,
        )
    };
    let segment = map(preceded(tag("segment "), code()), Wire::Segment);
    let element = map(preceded(tag("element "), code()), Wire::Element);
    whole(alt((segment, element)), text)
}

pub(super) fn snip(text: &str) -> Result<u8, String> {
    whole(map_res(digit1, str::parse::<u8>), text).and_then(|snip| match snip {
        1..=7 => Ok(snip),
        _ => Err(format!("SNIP type {snip}: expected 1 to 7")),
    })
}

fn whole<'a, T>(
    parser: impl Parser<&'a str, Output = T, Error = nom::error::Error<&'a str>>,
    text: &'a str,
) -> Result<T, String> {
    match all_consuming(parser).parse(text) {
        Ok((_, found)) => Ok(found),
        Err(nom::Err::Error(error) | nom::Err::Failure(error)) => {
            Err(format!("cannot read on from `{}`", error.input))
        }
        Err(nom::Err::Incomplete(_)) => Err("ends too early".to_owned()),
    }
}

/// `condition = test *( SP "or" SP test )`
fn any_of(input: &str) -> Parsed<'_, Condition<Path>> {
    map(separated_list1(tag(" or "), test), Condition).parse(input)
}

fn test(input: &str) -> Parsed<'_, Test<Path>> {
    alt((
        map(preceded(tag("no "), path_of), Test::Absent),
        map(preceded(tag("distinct "), path_of), Test::Distinct),
        map(preceded(tag("some "), comparison), |test| match test {
            Test::Compare {
                left,
                relation,
                right,
                plus,
                ..
            } => Test::Compare {
                some: true,
                left,
                relation,
                right,
                plus,
            },
            other => other,
        }),
        comparison,
        map((path_of, tag(" is "), patterns), |(path, _, codes)| {
            Test::Is(path, codes)
        }),
        map((path_of, tag(" only "), patterns), |(path, _, codes)| {
            Test::Only(path, codes)
        }),
        map((path_of, tag(" not "), patterns), |(path, _, codes)| {
            Test::Not(path, codes)
        }),
        map((path_of, tag(" like "), shape), |(path, _, shape)| {
            Test::Like(path, shape)
        }),
        map((path_of, tag(" in "), path_of), |(path, _, of)| {
            Test::In(path, of)
        }),
        map((path_of, tag(" outside "), path_of), |(path, _, of)| {
            Test::Outside(path, of)
        }),
        map(path_of, Test::Present),
    ))
    .parse(input)
}

/// `comparison = operand SP relation SP operand [ SP "+" SP number ]`
fn comparison(input: &str) -> Parsed<'_, Test<Path>> {
    let plus = preceded(tag(" + "), map_res(digit1, str::parse::<i64>));
    let relation = delimited(char(' '), relation, char(' '));
    let (rest, (left, relation, right, plus)) =
        (operand, relation, operand, opt(plus)).parse(input)?;
    let plus = plus.unwrap_or(0);
    Ok((
        rest,
        Test::Compare {
            some: false,
            left,
            relation,
            right,
            plus,
        },
    ))
}

fn relation(input: &str) -> Parsed<'_, Relation> {
    alt((
        value(Relation::LessOrEqual, tag("<=")),
        value(Relation::MoreOrEqual, tag(">=")),
        value(Relation::Unequal, tag("!=")),
        value(Relation::Less, tag("<")),
        value(Relation::More, tag(">")),
        value(Relation::Equal, tag("=")),
    ))
    .parse(input)
}

/// `operand = [ "count" / "sum" / "first" / "last" ] path / number`
fn operand(input: &str) -> Parsed<'_, Operand<Path>> {
    alt((
        map(preceded(tag("count "), path_of), Operand::Count),
        map(preceded(tag("sum "), path_of), Operand::Sum),
        map(preceded(tag("first "), path_of), Operand::First),
        map(preceded(tag("last "), path_of), Operand::Last),
        map(number, |text: &str| Operand::Constant(text.to_owned())),
        map(path_of, Operand::First),
    ))
    .parse(input)
}

/// `number = [ "-" ] 1*DIGIT [ "." 1*DIGIT ]`
fn number(input: &str) -> Parsed<'_, &str> {
    let digits = recognize((opt(char('-')), digit1, opt((char('.'), digit1))));
    terminated(digits, peek(alt((tag(" "), eof)))).parse(input)
}

/// `patterns = 1*( SP pattern )`, up to an `or`
fn patterns(input: &str) -> Parsed<'_, Vec<Pattern>> {
    separated_list1(preceded(space1, not(peek(tag("or ")))), pattern).parse(input)
}

/// `pattern = code / code ".." code / code "*"`
fn pattern(input: &str) -> Parsed<'_, Pattern> {
    let word = verify(take_till1(char::is_whitespace), |word: &str| word != "or");
    map(word, |word: &str| {
        if let Some((first, last)) = word.split_once("..") {
            Pattern::Range(first.to_owned(), last.to_owned())
        } else if let Some(beginning) = word.strip_suffix('*') {
            Pattern::Beginning(beginning.to_owned())
        } else {
            Pattern::Code(word.to_owned())
        }
    })
    .parse(input)
}

/// `shape = 1*( class [ "+" ] )`
fn shape(input: &str) -> Parsed<'_, Shape> {
    let class = map(satisfy(|c| c.is_ascii_graphic() && c != '+'), |c| match c {
        '9' => Class::Digit,
        'A' => Class::Letter,
        'X' => Class::LetterOrDigit,
        '.' => Class::Any,
        other => Class::Exactly(u8::try_from(other).unwrap_or(b'?')),
    });
    let part = map((class, opt(char('+'))), |(class, plus)| ShapePart {
        class,
        repeats: plus.is_some(),
    });
    map(many1(part), Shape).parse(input)
}

/// `path = "here" [ element ] [ component ] / [ loop "/" ] segment / loop`
fn path_of(input: &str) -> Parsed<'_, Path> {
    alt((
        here,
        in_loop,
        map(loop_id, |id| Path {
            loop_id: Some(id),
            ..Path::default()
        }),
    ))
    .parse(input)
}

fn here(input: &str) -> Parsed<'_, Path> {
    let parts = (tag("here"), opt(element), opt(component));
    map(parts, |(_, element, component)| Path {
        here: true,
        element: element.unwrap_or_default(),
        component: component.unwrap_or_default(),
        ..Path::default()
    })
    .parse(input)
}

fn in_loop(input: &str) -> Parsed<'_, Path> {
    let (rest, loop_id) = opt(terminated(loop_id, char('/'))).parse(input)?;
    let (rest, (segment, element_at)) = segment(rest)?;
    let keys = delimited(char('('), separated_list1(char('|'), word), char(')'));
    let (rest, keys) = opt(keys).parse(rest)?;
    let (rest, element) = match element_at {
        Some(number) => (rest, Some(Part::One(number))),
        None => opt(element).parse(rest)?,
    };
    let (rest, component) = opt(component).parse(rest)?;
    Ok((
        rest,
        Path {
            here: false,
            loop_id,
            segment: Some(segment),
            keys: keys.unwrap_or_default(),
            element: element.unwrap_or_default(),
            component: component.unwrap_or_default(),
        },
    ))
}

/// `loop = "header" / DIGIT 3*5( ALPHA / DIGIT )`
fn loop_id(input: &str) -> Parsed<'_, String> {
    let word = |c: char| c.is_ascii_alphanumeric();
    let numbered = recognize((peek(digit1), take_while_m_n(4, 6, word)));
    map(alt((tag("header"), numbered)), str::to_owned).parse(input)
}

/// `segment = ALPHA 1*2( ALPHA / DIGIT ) [ 2DIGIT ]`: two digits behind the id are an element.
fn segment(input: &str) -> Parsed<'_, (String, Option<u8>)> {
    let word = take_while_m_n(2, 5, |c: char| c.is_ascii_uppercase() || c.is_ascii_digit());
    map_opt(word, |word: &str| {
        if !word.starts_with(|c: char| c.is_ascii_uppercase()) {
            return None;
        }
        match word.len() {
            2 | 3 => Some((word.to_owned(), None)),
            length => {
                let (id, element) = word.split_at(length - 2);
                Some((id.to_owned(), Some(element.parse().ok()?)))
            }
        }
    })
    .parse(input)
}

/// `element = 2DIGIT / "*"`
fn element(input: &str) -> Parsed<'_, Part> {
    let two = map_res(
        take_while_m_n(2, 2, |c: char| c.is_ascii_digit()),
        str::parse,
    );
    alt((map(two, Part::One), value(Part::Each, char('*')))).parse(input)
}

/// `component = "-" ( 1*DIGIT / "*" )`
fn component(input: &str) -> Parsed<'_, Part> {
    let number = map(map_res(digit1, str::parse), Part::One);
    preceded(char('-'), alt((number, value(Part::Each, char('*'))))).parse(input)
}

fn word(input: &str) -> Parsed<'_, String> {
    map(
        take_while1(|c: char| c.is_ascii_alphanumeric()),
        str::to_owned,
    )
    .parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Path {
        path(text).expect(text)
    }

    #[test]
    fn paths_say_loop_segment_element_and_component() {
        let plain = read("CLM05-3");
        assert_eq!(plain.segment.as_deref(), Some("CLM"));
        assert_eq!(
            (plain.element, plain.component),
            (Part::One(5), Part::One(3))
        );
        let keyed = read("2310B/REF(0B|1G)02");
        assert_eq!(keyed.loop_id.as_deref(), Some("2310B"));
        assert_eq!(keyed.keys, ["0B", "1G"]);
        assert_eq!(keyed.element, Part::One(2));
        assert_eq!(read("HI(BE)*-2").element, Part::Each);
        assert_eq!(read("N3").element, Part::Whole);
        assert_eq!(read("N301").element, Part::One(1));
        assert_eq!(read("2400/SV101-2").component, Part::One(2));
        assert_eq!(read("2010BA").segment, None);
        assert!(read("here-4").here);
        assert_eq!(read("header/BHT04").loop_id.as_deref(), Some("header"));
        for wrong in ["", "clm01", "2300/", "CLM5", "REF(", "here1"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn conditions_read_as_they_are_said() {
        let read = |text| condition(text).expect(text).0;
        assert!(matches!(&read("no 2000C")[..], [Test::Absent(_)]));
        let Test::Is(_, codes) = &read("CLM11 is AA OA or CLM11 is EM")[0] else {
            panic!("expected `is`");
        };
        assert_eq!(codes.len(), 2);
        assert_eq!(read("CLM11 is AA OA or CLM11 is EM").len(), 2);
        let Test::Compare {
            some, right, plus, ..
        } = &read("some DTP(435)03 > 20151001 + 3")[0]
        else {
            panic!("expected a comparison");
        };
        assert!(*some);
        assert_eq!((right, *plus), (&Operand::Constant("20151001".into()), 3));
        assert!(matches!(
            &read("count 2400 <= 50")[..],
            [Test::Compare { .. }]
        ));
        assert!(matches!(&read("SVD01 in 2330B/NM109")[..], [Test::In(..)]));
        for wrong in ["", "CLM11 is", "CLM01 <", "distinct", "CLM01 is A or"] {
            assert!(condition(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn shapes_and_patterns_fit_whole_values() {
        let fits = |text, value: &str| shape(text).expect(text).1.fits(value.as_bytes());
        assert!(fits("9AX9AX9AA99", "1EG4TE5MK73"));
        assert!(!fits("9AX9AX9AA99", "1EG4TE5MK7"));
        assert!(fits("9+", "123") && !fits("9+", "") && !fits("9+", "12a"));
        let fits = |text, value: &str| pattern(text).expect(text).1.fits(value.as_bytes());
        assert!(fits("00100..01999", "01999") && !fits("00100..01999", "1999"));
        assert!(fits("J*", "J1100") && !fits("J*", "A"));
    }
}
