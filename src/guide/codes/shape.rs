//! How a code is written, whatever list it is of.

/// The pattern of the codes of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Short letters and digits: the list says all.
    Any,
    Digits(usize, usize),
    Alphanumeric(usize, usize),
    Zip,
    Npi,
    Taxonomy,
    Icd10Cm,
    Icd10Pcs,
    Icd9Cm,
    Icd9Pcs,
    /// A procedure of HCPCS level I (CPT) or II.
    Procedure,
    Cpt,
    Cdt,
}

impl Shape {
    pub fn fits(self, code: &[u8]) -> bool {
        let between = |min, max| (min..=max).contains(&code.len());
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        match self {
            Self::Any => between(1, super::CODE_MAX),
            Self::Digits(min, max) => between(min, max) && digits(code),
            Self::Alphanumeric(min, max) => between(min, max) && alphanumeric(code),
            Self::Zip => matches!(code.len(), 5 | 9) && digits(code),
            Self::Npi => is_npi(code),
            Self::Taxonomy => {
                code.len() == 10 && digits(&code[..3]) && alphanumeric(code) && code[9] == b'X'
            }
            Self::Icd10Cm => {
                between(3, 7)
                    && code[0].is_ascii_uppercase()
                    && code[1].is_ascii_digit()
                    && alphanumeric(&code[2..])
            }
            Self::Icd10Pcs => {
                code.len() == 7
                    && alphanumeric(code)
                    && !code.iter().any(|byte| matches!(byte, b'I' | b'O'))
            }
            Self::Icd9Cm => {
                between(3, 5) && matches!(code[0], b'0'..=b'9' | b'V' | b'E') && digits(&code[1..])
            }
            Self::Icd9Pcs => between(2, 4) && digits(code),
            Self::Procedure => is_cpt(code) || is_level_two(code),
            Self::Cpt => is_cpt(code),
            Self::Cdt => code.first() == Some(&b'D') && is_level_two(code),
        }
    }

    /// Whether a code that fits should be in the table: of procedures, only level II is.
    pub(super) fn is_listed(self, code: &[u8]) -> bool {
        self != Self::Procedure || (is_level_two(code) && code[0] != b'D')
    }

    /// The pattern in words, after "expected".
    pub fn words(self) -> String {
        let span = |min: usize, max: usize, what: &str| match min == max {
            true => format!("{min} {what}"),
            false => format!("{min} to {max} {what}"),
        };
        match self {
            Self::Any => "a code".to_owned(),
            Self::Digits(min, max) => span(min, max, "digits"),
            Self::Alphanumeric(min, max) => span(min, max, "letters or digits"),
            Self::Zip => "5 or 9 digits".to_owned(),
            Self::Npi => "10 digits, 1 or 2 first, the last a check digit".to_owned(),
            Self::Taxonomy => "10 letters or digits, X last".to_owned(),
            Self::Icd10Cm => "3 to 7 characters: a letter, a digit, and no point".to_owned(),
            Self::Icd10Pcs => "7 letters or digits, never I or O".to_owned(),
            Self::Icd9Cm => "3 to 5 characters of ICD-9-CM, no point".to_owned(),
            Self::Icd9Pcs => "2 to 4 digits of ICD-9-CM, no point".to_owned(),
            Self::Procedure => "5 characters: a CPT or HCPCS code".to_owned(),
            Self::Cpt => "4 digits and a digit or letter".to_owned(),
            Self::Cdt => "D and 4 digits".to_owned(),
        }
    }
}

fn alphanumeric(code: &[u8]) -> bool {
    code.iter()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_cpt(code: &[u8]) -> bool {
    code.len() == 5 && code[..4].iter().all(u8::is_ascii_digit) && alphanumeric(code)
}

fn is_level_two(code: &[u8]) -> bool {
    code.len() == 5 && code[0].is_ascii_uppercase() && code[1..].iter().all(u8::is_ascii_digit)
}

/// A national provider identifier: the Luhn sum with the issuer's prefix 80840 before it, which adds 24.
fn is_npi(code: &[u8]) -> bool {
    let well_written =
        code.len() == 10 && matches!(code[0], b'1' | b'2') && code.iter().all(u8::is_ascii_digit);
    let sum: u32 = code
        .iter()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            match at % 2 {
                0 => digit,
                _ if digit > 4 => digit * 2 - 9,
                _ => digit * 2,
            }
        })
        .take(if well_written { 10 } else { 0 })
        .sum();
    well_written && (sum + 24).is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        for (shape, fit, unfit) in [
            (Shape::Zip, "12345 123456789", "1234 12345-6789 ABCDE"),
            (
                Shape::Npi,
                "1234567893 1992861900",
                "1234567890 3234567893 12345",
            ),
            (Shape::Taxonomy, "207Q00000X", "207Q000000 207Q00000"),
            (
                Shape::Icd10Cm,
                "E119 A00 S72001A C4A0",
                "E11.9 119 AA9 S72001AXX e119",
            ),
            (Shape::Icd10Pcs, "0016070", "0016O70 001607"),
            (Shape::Icd9Cm, "250 25000 V270 E8859", "25 250.00 A00"),
            (
                Shape::Procedure,
                "99213 0001F A0425 D0120 0202U",
                "9921 ABCDE ZZZZZ A042",
            ),
            (Shape::Cdt, "D0120", "A0120 D012"),
            (Shape::Digits(11, 11), "00093005801", "0093-0058-01"),
        ] {
            for code in fit.split(' ') {
                assert!(shape.fits(code.as_bytes()), "{shape:?} {code}");
            }
            for code in unfit.split(' ') {
                assert!(!shape.fits(code.as_bytes()), "{shape:?} {code}");
            }
        }
        assert!(!Shape::Npi.fits(b"") && !Shape::Icd10Cm.fits(b""));
    }
}
