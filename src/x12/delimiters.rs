//! The four characters that an interchange declares in its ISA segment. It must not know any default.

/// Bytes of an ISA segment with its terminator: every element has a fixed width (X12.5, 00501).
pub const ISA_LENGTH: usize = 106;

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
        let (component, segment) = (isa[104], isa[105]);
        let repetition = Some(isa[82]).filter(|b| {
            !b.is_ascii_alphanumeric() && *b != b' ' && ![element, component, segment].contains(b)
        });
        let usable = |b: u8| !b.is_ascii_alphanumeric() && b != b' ';
        let distinct = element != component && element != segment && component != segment;
        (distinct && usable(element) && usable(component) && usable(segment)).then_some(Self {
            element,
            component,
            repetition,
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
    fn shifted_isa_is_refused() {
        let mut isa = ISA.to_vec();
        isa.remove(20);
        isa.push(b'G');
        assert_eq!(Delimiters::from_isa(&isa), None);
    }
}
