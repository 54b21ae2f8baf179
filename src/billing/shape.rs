//! Shapes of codes: what a code of a list looks like, without the list. It must not know what a code means.

use std::ops::RangeInclusive;

/// An ICD-10-CM code without its point: a letter, a digit, a character, then up to four more (CMS guidelines I.A.2).
pub(crate) fn icd10_cm(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let (category, rest) = code.split_once('.').unwrap_or((&code, ""));
    let pointed = code.contains('.');
    let code = format!("{category}{rest}");
    let bytes = code.as_bytes();
    ((3..=7).contains(&bytes.len())
        && (!pointed || (category.len() == 3 && !rest.is_empty()))
        && bytes[0].is_ascii_alphabetic()
        && bytes[1].is_ascii_digit()
        && bytes.iter().all(u8::is_ascii_alphanumeric))
    .then_some(code)
}

/// A CPT code (five digits, or four and F, T, U, M or A) or a HCPCS level II code (a letter and four digits).
pub(crate) fn hcpcs(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let bytes = code.as_bytes();
    let [first, middle @ .., last] = bytes else {
        return None;
    };
    let fits = bytes.len() == 5
        && middle.iter().all(u8::is_ascii_digit)
        && match (first.is_ascii_digit(), last.is_ascii_digit()) {
            (true, true) => true,
            (true, false) => b"FTUMA".contains(last),
            (false, true) => (b'A'..=b'V').contains(first),
            (false, false) => false,
        };
    fits.then_some(code)
}

/// An ICD-10-CM external cause: V00 to Y99.
pub(crate) fn external_cause(code: &str) -> bool {
    matches!(code.as_bytes().first(), Some(b'V'..=b'Y'))
}

/// A modifier: two letters or digits.
pub(crate) fn modifier(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(code)
}

/// A procedure of a dentist (CDT): D and four digits.
pub(crate) fn cdt(text: &str) -> Option<String> {
    hcpcs(text).filter(|code| code.starts_with('D'))
}

/// A rate code of home health, nursing or rehabilitation (HIPPS): five letters and digits.
pub(crate) fn hipps(text: &str) -> Option<String> {
    alphanumeric(text, 5..=5)
}

/// A code of a NUBC list of conditions, occurrences or values: two letters or digits.
pub(crate) fn nubc(text: &str) -> Option<String> {
    alphanumeric(text, 2..=2)
}

/// X12 element 1321: two or three letters or digits.
pub(crate) fn condition_indicator(text: &str) -> Option<String> {
    alphanumeric(text, 2..=3)
}

/// A home health treatment code: three or four letters and digits.
pub(crate) fn treatment(text: &str) -> Option<String> {
    alphanumeric(text, 3..=4)
}

/// A point of origin: a letter or digit.
pub(crate) fn one_character(text: &str) -> Option<String> {
    alphanumeric(text, 1..=1)
}

/// A patient status: two digits, the first of which may be missing.
pub(crate) fn two_digits(text: &str) -> Option<String> {
    numeric(text, 1..=2).map(|digits| format!("{digits:0>2}"))
}

/// A diagnosis related group: three or four digits.
pub(crate) fn drg(text: &str) -> Option<String> {
    numeric(text, 3..=4)
}

/// A revenue code: four digits, the first of which may be missing where it is zero.
pub(crate) fn revenue_code(text: &str) -> Option<String> {
    numeric(text, 3..=4).map(|digits| format!("{digits:0>4}"))
}

/// A procedure of a stay (ICD-10-PCS): seven letters and digits, but never I or O (CMS guidelines A2).
pub(crate) fn icd10_pcs(text: &str) -> Option<String> {
    alphanumeric(text, 7..=7).filter(|code| !code.contains(['I', 'O']))
}

/// A procedure of a stay before October 2015: three or four digits, with or without its point.
pub(crate) fn icd9_pcs(text: &str) -> Option<String> {
    numeric(&text.replace('.', ""), 3..=4)
}

/// A remittance advice remark code: a letter or two and digits.
pub(crate) fn remark(text: &str) -> Option<String> {
    alphanumeric(text, 2..=5).filter(|code| code.starts_with(['M', 'N']))
}

/// A tooth in the universal national system: `1` to `32` and `A` to `T`, supernumerary ones fifty higher or with an S.
pub(crate) fn tooth(text: &str) -> Option<String> {
    let tooth = text.trim().to_ascii_uppercase();
    let is_known = match (tooth.parse::<u8>(), tooth.as_bytes()) {
        (Ok(number), _) => (1..=32).contains(&number) || (51..=82).contains(&number),
        (_, [b'A'..=b'T'] | [b'A'..=b'T', b'S']) => true,
        _ => false,
    };
    is_known.then(|| tooth.trim_start_matches('0').to_owned())
}

fn alphanumeric(text: &str, length: RangeInclusive<usize>) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    let fits = length.contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then_some(code)
}

fn numeric(text: &str, length: RangeInclusive<usize>) -> Option<String> {
    alphanumeric(text, length).filter(|code| code.bytes().all(|b| b.is_ascii_digit()))
}

/// A place-of-service code: two digits.
pub(crate) fn place_of_service(text: &str) -> Option<String> {
    let code = text.trim();
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit())).then(|| code.to_owned())
}

/// A taxonomy code: ten letters and digits, the last an X.
pub(crate) fn taxonomy(text: &str) -> Option<String> {
    let code = text.trim().to_ascii_uppercase();
    (code.len() == 10 && code.ends_with('X') && code.bytes().all(|b| b.is_ascii_alphanumeric()))
        .then_some(code)
}

/// Digits of a number written with spaces and hyphens, if there are as many as asked.
pub(crate) fn digits(text: &str, count: usize) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
        .collect();
    (plain.len() == count && plain.bytes().all(|b| b.is_ascii_digit())).then_some(plain)
}

/// A quantity: above zero, at most eight digits of which at most three are decimals; trailing zeros go.
pub(crate) fn quantity(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let numeric = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !numeric(whole)
        || !numeric(fraction)
        || fraction.len() > 3
        || whole.len() + fraction.len() > 8
        || whole.len() + fraction.len() == 0
    {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    })
}

/// A national drug code as eleven digits. Ten digits are not padded: hyphens must say which part is short.
pub(crate) fn ndc(text: &str) -> Option<String> {
    if let Some(plain) = digits(text, 11) {
        return Some(plain);
    }
    let parts: Vec<&str> = text.trim().split('-').collect();
    let [labeler, product, package] = parts[..] else {
        return None;
    };
    let fits = labeler.len() <= 5 && product.len() <= 4 && package.len() <= 2;
    digits(&format!("{labeler}{product}{package}"), 10).filter(|_| fits)?;
    Some(format!("{labeler:0>5}{product:0>4}{package:0>2}"))
}

/// Postal codes and names of the states, the district and the territories (USPS publication 28).
const STATES: &[(&str, &str)] = &[
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AS", "American Samoa"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FM", "Micronesia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("GU", "Guam"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MH", "Marshall Islands"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("MP", "Northern Mariana Islands"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PW", "Palau"),
    ("PA", "Pennsylvania"),
    ("PR", "Puerto Rico"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VI", "Virgin Islands"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
    ("AA", "Armed Forces Americas"),
    ("AE", "Armed Forces Europe"),
    ("AP", "Armed Forces Pacific"),
];

/// The postal code of a state, given as code or name.
pub(crate) fn state(text: &str) -> Option<&'static str> {
    let text = text.trim();
    STATES
        .iter()
        .find(|(code, name)| text.eq_ignore_ascii_case(code) || text.eq_ignore_ascii_case(name))
        .map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parse: fn(&str) -> Option<String>, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(parse(text).as_deref().unwrap_or("-"), *expected, "{text}");
        }
    }

    #[test]
    fn codes_have_shapes() {
        check(
            icd10_cm,
            &[
                ("J02.9", "J029"),
                ("s06.0x9a", "S060X9A"),
                ("I10", "I10"),
                ("C7A.00", "C7A00"),
                ("99213", "-"),
                ("J0.29", "-"),
                ("J02.", "-"),
                ("J02.90000", "-"),
            ],
        );
        check(
            hcpcs,
            &[
                ("99213", "99213"),
                ("j1885", "J1885"),
                ("0001F", "0001F"),
                ("0042T", "0042T"),
                ("9921", "-"),
                ("185349003", "-"),
                ("ABCDE", "-"),
                ("", "-"),
            ],
        );
        check(
            quantity,
            &[
                ("1", "1"),
                ("1.50", "1.5"),
                (".5", "0.5"),
                ("0", "-"),
                ("-1", "-"),
                ("1.2345", "-"),
                ("123456789", "-"),
            ],
        );
        check(
            ndc,
            &[
                ("0409-1896-20", "00409189620"),
                ("00409189620", "00409189620"),
                ("0409189620", "-"),
                ("12345-678-90", "12345067890"),
            ],
        );
        check(
            |text| digits(text, 10),
            &[("(555) 555-0100", "5555550100"), ("555-0100", "-")],
        );
        check(
            |text| state(text).map(str::to_owned),
            &[("ma", "MA"), ("Massachusetts", "MA"), ("Mass.", "-")],
        );
    }
}
