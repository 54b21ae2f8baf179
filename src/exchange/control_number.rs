//! Control numbers of a partner: each is used once. It must not remember them: `store` keeps the last one.

/// ISA13 and GS06 have nine digits.
const LAST: u32 = 999_999_999;

/// The number after `last`; 0 stands for none used yet. After the last of nine digits it begins again at 1: partners
/// look for repetitions in a year or so, not for ever.
pub fn after(last: u32) -> u32 {
    if last >= LAST { 1 } else { last + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_up_and_begin_again() {
        assert_eq!([after(0), after(41), after(LAST)], [1, 42, 1]);
    }
}
