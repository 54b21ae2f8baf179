//! Text as payers can read it: capitals of ASCII without delimiters, within a length. It must not
//! know what a text says.

use super::notes::{Notes, Pointer};
use crate::chart::Code;

pub(super) const LAST_NAME_MAX: usize = 60;
pub(super) const FIRST_NAME_MAX: usize = 35;
pub(super) const MIDDLE_NAME_MAX: usize = 25;
pub(super) const SUFFIX_MAX: usize = 10;
pub(super) const STREET_MAX: usize = 55;
pub(super) const CITY_MAX: usize = 30;
pub(super) const POSTAL_CODE_MAX: usize = 15;
pub(super) const NOTE_MAX: usize = 80;
pub(super) const DESCRIPTION_MAX: usize = 80;
pub(super) const GROUP_NAME_MAX: usize = 60;
/// What the guides take of X12 element 1028.
pub(super) const CONTROL_NUMBER_MAX: usize = 20;
/// What the guides take of a line's number.
pub(super) const LINE_NUMBER_MAX: usize = 30;
/// X12 element 1271.
pub(super) const CODE_MAX: usize = 30;
/// X12 element 799.
pub(super) const VERSION_MAX: usize = 30;
/// X12 element 350 of a question.
pub(super) const QUESTION_MAX: usize = 20;
/// X12 element 234.
pub(super) const PRODUCT_MAX: usize = 48;
/// X12 element 127.
pub(super) const REFERENCE_MAX: usize = 50;
/// X12 element 364.
pub(super) const EMAIL_MAX: usize = 256;
/// X12 element 67: the number of whom a name names.
pub(super) const ID_MIN: usize = 2;
pub(super) const ID_MAX: usize = 80;
pub(super) const CITY_MIN: usize = 2;
pub(super) const POSTAL_CODE_MIN: usize = 3;

/// Letters that lose a mark, or are two letters in English, by what stands for them.
const LETTERS: &[(&str, &str)] = &[
    ("A", "ÀÁÂÃÄÅĀĂĄǍẠẢẤẦẨẪẬẮẰẲẴẶ"),
    ("C", "ÇĆĈĊČ"),
    ("D", "ĎĐÐ"),
    ("E", "ÈÉÊËĒĔĖĘĚẸẺẼẾỀỂỄỆ"),
    ("G", "ĜĞĠĢ"),
    ("H", "ĤĦ"),
    ("I", "ÌÍÎÏĨĪĬĮİỈỊ"),
    ("J", "Ĵ"),
    ("K", "Ķ"),
    ("L", "ĹĻĽĿŁ"),
    ("N", "ÑŃŅŇ"),
    ("O", "ÒÓÔÕÖØŌŎŐƠỌỎỐỒỔỖỘỚỜỞỠỢ"),
    ("R", "ŔŖŘ"),
    ("S", "ŚŜŞŠȘ"),
    ("T", "ŢŤŦȚ"),
    ("U", "ÙÚÛÜŨŪŬŮŰŲƯỤỦỨỪỬỮỰ"),
    ("W", "ŴẀẂẄ"),
    ("Y", "ÝŶŸỲỴỶỸ"),
    ("Z", "ŹŻŽ"),
    ("AE", "Æ"),
    ("OE", "Œ"),
    ("SS", "ẞß"),
    ("TH", "Þ"),
    ("'", "‘’ʻʼ´`"),
    ("\"", "“”„"),
    ("-", "‐‑‒–—"),
    (" ", "\u{a0}\u{2009}\u{202f}"),
];

/// Separators that X12 cannot hold in data.
const DELIMITERS: &str = "*~:^";

/// The text in the payers' characters. `None` where there is none, or none that can be written:
/// then the finding is noted.
pub(super) fn text(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    raw: &str,
    max: usize,
) -> Option<String> {
    if is_plain(raw) {
        return fitted(notes, pointer, raw.to_ascii_uppercase(), max);
    }
    let mut written = String::with_capacity(raw.len());
    let mut repaired = false;
    for letter in raw.trim().chars() {
        match letter {
            _ if DELIMITERS.contains(letter) || letter.is_control() => {
                written.push(' ');
                repaired = true;
            }
            ' '..='~' => written.push(letter.to_ascii_uppercase()),
            // A mark that follows its letter.
            '\u{300}'..='\u{36f}' => repaired = true,
            _ => {
                let Some(plain) = transliterated(letter) else {
                    notes.add(Code::TextUnwritable, pointer, "");
                    return None;
                };
                written.push_str(plain);
                repaired = true;
            }
        }
    }
    let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
    if written.is_empty() && repaired {
        notes.add(Code::TextUnwritable, pointer, "nothing but separators");
        return None;
    }
    if repaired {
        notes.add(Code::TextRepaired, pointer, "");
    }
    fitted(notes, pointer, written, max)
}

/// Nothing is to be done but to write it in capitals.
fn is_plain(raw: &str) -> bool {
    let mut before = b' ';
    let keeps = |byte: u8| {
        let single = byte != b' ' || before != b' ';
        before = byte;
        single && matches!(byte, b' '..=b'~') && !DELIMITERS.as_bytes().contains(&byte)
    };
    raw.bytes().all(keeps) && before != b' '
}

/// [`text`] of a field that may be absent.
pub(super) fn optional(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    raw: Option<&String>,
    max: usize,
) -> Option<String> {
    text(notes, pointer, raw?, max)
}

/// A number that another party gave: kept letter for letter, for changed it is another number.
pub(super) fn number(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    raw: Option<&String>,
    max: usize,
) -> Option<String> {
    let raw = raw?.trim();
    let plain = |letter: char| matches!(letter, ' '..='~') && !DELIMITERS.contains(letter);
    if !raw.chars().all(plain) {
        notes.add(Code::TextUnwritable, pointer, "");
        return None;
    }
    fitted(notes, pointer, raw.to_owned(), max)
}

fn transliterated(letter: char) -> Option<&'static str> {
    let capital = letter.to_uppercase().next()?;
    LETTERS
        .iter()
        .find(|(_, letters)| letters.contains(letter) || letters.contains(capital))
        .map(|(plain, _)| *plain)
}

fn fitted(
    notes: &mut Notes<'_>,
    pointer: impl Pointer,
    text: String,
    max: usize,
) -> Option<String> {
    if text.len() > max {
        notes.add(
            Code::TextTooLong,
            pointer,
            format!("at most {max} characters"),
        );
        return None;
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Origins;

    #[test]
    fn plain_is_what_stays_as_it_is() {
        for (raw, plain) in [
            ("O'Neil 7-Day", true),
            ("a  b", false),
            (" a", false),
            ("a ", false),
            ("", false),
            ("a*b", false),
            ("é", false),
            ("a\tb", false),
        ] {
            assert_eq!(is_plain(raw), plain, "{raw}");
        }
    }

    fn check(raw: &str, expected: Option<&str>, codes: &[Code]) {
        let origins = Origins::default();
        let mut notes = Notes::new(&origins);
        assert_eq!(
            text(&mut notes, "/x", raw, 12).as_deref(),
            expected,
            "{raw}"
        );
        let told: Vec<Code> = notes.into_findings().iter().map(|f| f.code).collect();
        assert_eq!(told, codes, "{raw}");
    }

    #[test]
    fn text_is_what_payers_can_read() {
        check("O'Neil-Day", Some("O'NEIL-DAY"), &[]);
        check("Müñoz Łę", Some("MUNOZ LE"), &[Code::TextRepaired]);
        check("Große", Some("GROSSE"), &[Code::TextRepaired]);
        check("Jose\u{301}", Some("JOSE"), &[Code::TextRepaired]);
        check("a*b~c:\td^", Some("A B C D"), &[Code::TextRepaired]);
        check("山田", None, &[Code::TextUnwritable]);
        check("thirteen long", None, &[Code::TextTooLong]);
        check("*~:", None, &[Code::TextUnwritable]);
        check("  ", None, &[]);
    }

    #[test]
    fn a_number_is_never_changed() {
        let origins = Origins::default();
        let mut notes = Notes::new(&origins);
        let mut told = |raw: &str| number(&mut notes, "/x", Some(&raw.to_owned()), 9);
        assert_eq!(told(" aB-1 ").as_deref(), Some("aB-1"));
        assert_eq!(told("a*b"), None);
        assert_eq!(notes.into_findings()[0].code, Code::TextUnwritable);
    }
}
