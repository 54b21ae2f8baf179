//! Patient control numbers: ours, unique, and the same each time for the same chart. It must not count or draw.

use sha2::{Digest, Sha256};

/// Digits and capitals without those that people misread (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters that come of the chart; 75 bits.
const CHART_DIGITS: usize = 15;
/// Claims that one chart may become.
const PARTS_MAX: usize = 32 * 32;

/// What a patient control number is made of, beside the chart's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbering {
    /// Of this installation: two practices with equal chart ids do not get equal numbers.
    pub seed: String,
    /// 0 the first time; one more for each time that the same chart is billed anew on purpose.
    pub attempt: u32,
}

impl Numbering {
    pub fn new(seed: impl Into<String>) -> Self {
        Self {
            seed: seed.into(),
            attempt: 0,
        }
    }

    /// The number of a chart's claim number `part`: 17 characters (payers keep at least so many of the 20 allowed).
    /// Billing the same chart again gives the same number, so that the second is seen to be the first.
    pub fn patient_control_number(&self, chart_id: &str, payer_id: &str, part: usize) -> String {
        let mut digest = Sha256::new();
        for text in [
            self.seed.as_str(),
            chart_id,
            payer_id,
            &self.attempt.to_string(),
        ] {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
        let digest = digest.finalize();
        let bits = digest
            .iter()
            .take(16)
            .fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
        let part = part % PARTS_MAX;
        (0..CHART_DIGITS)
            .map(|digit| (bits >> (digit * 5)) as usize & 31)
            .chain([part / 32, part % 32])
            .map(|index| char::from(ALPHABET[index]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_number_is_short_plain_and_its_own() {
        let numbering = Numbering::new("test");
        let numbers: HashSet<String> = (0..5_000)
            .map(|n| numbering.patient_control_number(&format!("CH{n}"), "P", n % 3))
            .collect();
        assert_eq!(numbers.len(), 5_000);
        assert!(numbers.iter().all(|number| {
            number.len() == 17
                && number
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        }));
        assert_eq!(
            numbering.patient_control_number("CH1", "P", 0),
            numbering.patient_control_number("CH1", "P", 0)
        );
    }
}
