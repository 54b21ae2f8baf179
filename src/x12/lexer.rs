//! The productions of the language over borrowed bytes, in nom. It must not know what a segment means.

use nom::bytes::streaming::{take, take_till};
use nom::combinator::verify;
use nom::error::Error;
use nom::{IResult, Parser};

use super::{Delimiters, ISA_LENGTH};

pub(super) type Lexed<'a, T> = IResult<&'a [u8], T, Error<&'a [u8]>>;

/// `ISA = "ISA" element-separator *15( fixed-width element element-separator ) component-separator terminator`
///
/// 106 bytes, from which the separators are read.
pub(super) fn isa(input: &[u8]) -> Lexed<'_, Delimiters> {
    nom::combinator::map_opt(take(ISA_LENGTH), Delimiters::from_isa).parse(input)
}

/// `segment = segment-id *( element-separator element ) terminator`
///
/// The bytes before the terminator; `Incomplete` when there is none yet.
pub(super) fn segment(terminator: u8) -> impl Fn(&[u8]) -> Lexed<'_, &[u8]> {
    move |input| match memchr::memchr(terminator, input) {
        Some(end) => Ok((&input[end + 1..], &input[..end])),
        None => Err(nom::Err::Incomplete(nom::Needed::Unknown)),
    }
}

/// `filler = *( CR / LF / SP / HT / NUL )`: what people put between segments and that carries nothing.
pub(super) fn filler(terminator: u8) -> impl Fn(&[u8]) -> Lexed<'_, &[u8]> {
    move |input| take_till(move |b: u8| b == terminator || !is_filler(b)).parse(input)
}

/// `mark = %xEF %xBB %xBF`: a UTF-8 byte order mark that editors put before ISA.
pub(super) fn byte_order_mark(input: &[u8]) -> Lexed<'_, &[u8]> {
    verify(take(3usize), |mark: &[u8]| mark == b"\xEF\xBB\xBF").parse(input)
}

/// `element = *( any byte but the element separator )`: where the id and every element end, counted from the
/// segment's start.
pub(super) fn element_ends(raw: &[u8], separator: u8, ends: &mut Vec<u32>) {
    ends.clear();
    ends.extend(memchr::memchr_iter(separator, raw).map(|at| at as u32));
    ends.push(raw.len() as u32);
}

#[inline]
pub(super) fn is_filler(byte: u8) -> bool {
    byte <= b' ' && matches!(byte, b'\r' | b'\n' | b' ' | b'\t' | 0)
}
