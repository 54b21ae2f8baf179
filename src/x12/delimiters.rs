//! The four characters that an interchange declares in its ISA segment. It must not know any default.

/// Bytes of an ISA segment with its terminator: every element has a fixed width (X12.5, 00501).
pub const ISA_LENGTH: usize = 106;
/// Where its element separators stand.
const ISA_SEPARATORS: [usize; 16] = [
    3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103,
];

/// The separators of one interchange, read from fixed places of its ISA segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiters {
    pub element: u8,
    pub component: u8,
    /// ISA11. `None` where the interchange says `U`, a letter, a digit or a space, as versions before 00402 did.
    pub repetition: Option<u8>,
    pub segment: u8,
}

impl Delimiters {
    /// What claimgate writes unless a trading partner asks for something else.
    pub const USUAL: Self = Self {
        element: b'*',
        component: b':',
        repetition: Some(b'^'),
        segment: b'~',
    };

    /// A bit for each component or repetition separator among some bytes; `None` of more than 64.
    pub(super) fn inside(self, bytes: &[u8]) -> Option<u64> {
        let mut marks = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == self.component || Some(*byte) == self.repetition {
                marks |= 1u64.checked_shl(at as u32)?;
            }
        }
        Some(marks)
    }

    /// Reads the separators out of the first 106 bytes of an interchange.
    ///
    /// `None` when the bytes are not an ISA segment, or the separators are not told apart.
    pub fn from_isa(isa: &[u8]) -> Option<Self> {
        let isa = isa.get(..ISA_LENGTH)?;
        if !isa.starts_with(b"ISA") {
            return None;
        }
        let element = isa[3];
        if isa.iter().filter(|&&b| b == element).count() != 16 || isa[103] != element {
            return None;
        }
        // Only where each element ends is known may one hold the terminator.
        let has_its_widths = || ISA_SEPARATORS.iter().all(|&at| isa[at] == element);
        if isa[..105].contains(&isa[105]) && !has_its_widths() {
            return None;
        }
        Self::told_apart(element, isa[104], isa[82], isa[105])
    }

    /// What an ISA says of its separators, `repetition` as ISA11 has it; `None` when they are not told apart. Only a
    /// terminator may be a line break: elsewhere one may be wrapping, which readers take out.
    pub(super) fn told_apart(
        element: u8,
        component: u8,
        repetition: u8,
        segment: u8,
    ) -> Option<Self> {
        let usable = |b: u8| !b.is_ascii_alphanumeric() && b != b' ';
        let inside = |b: u8| usable(b) && !matches!(b, b'\r' | b'\n');
        let distinct = element != component && element != segment && component != segment;
        let is_separator = |b: &u8| inside(*b) && ![element, component, segment].contains(b);
        (distinct && inside(element) && inside(component) && usable(segment)).then_some(Self {
            element,
            component,
            repetition: Some(repetition).filter(is_separator),
            segment,
        })
    }

    /// Whether a byte would be read as a separator rather than as data.
    pub fn contains(&self, byte: u8) -> bool {
        byte == self.element
            || byte == self.component
            || byte == self.segment
            || Some(byte) == self.repetition
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &[u8] = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*:~";

    #[test]
    fn read_from_fixed_places() {
        assert_eq!(Delimiters::from_isa(ISA), Some(Delimiters::USUAL));
    }

    #[test]
    fn letter_in_isa11_is_no_separator() {
        let mut isa = ISA.to_vec();
        isa[82] = b'U';
        assert_eq!(Delimiters::from_isa(&isa).unwrap().repetition, None);
    }

    #[test]
    fn same_character_twice_is_refused() {
        let mut isa = ISA.to_vec();
        isa[104] = b'~';
        assert_eq!(Delimiters::from_isa(&isa), None);
    }

    #[test]
    fn only_a_terminator_is_a_line_break() {
        let read = |at: usize| {
            let mut isa = ISA.to_vec();
            isa[at] = b'\n';
            Delimiters::from_isa(&isa)
        };
        assert_eq!(read(105).unwrap().segment, b'\n');
        assert_eq!(read(82).unwrap().repetition, None);
        assert_eq!(read(104), None);
        let lines: Vec<u8> = ISA
            .iter()
            .map(|&b| if b == b'*' { b'\n' } else { b })
            .collect();
        assert_eq!(Delimiters::from_isa(&lines), None);
    }

    #[test]
    fn terminator_inside_is_data_where_widths_are_right() {
        let mut isa = ISA.to_vec();
        isa[10] = b'~';
        assert_eq!(Delimiters::from_isa(&isa), Some(Delimiters::USUAL));
        isa[4..9].copy_from_slice(b"~ST*8");
        isa[17] = b' ';
        assert_eq!(Delimiters::from_isa(&isa), None);
    }

    #[test]
    fn shifted_isa_is_refused() {
        let mut isa = ISA.to_vec();
        isa.remove(20);
        isa.push(b'G');
        assert_eq!(Delimiters::from_isa(&isa), None);
    }
}
