//! TA1: what a receiver says of an interchange's envelope. It must not fail: what it cannot read is left empty.

use serde::{Deserialize, Serialize};

use crate::x12::{self, Item, Segment};

/// The answer to one interchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterchangeAcknowledgment {
    /// TA101: ISA13 of the interchange answered, as digits without leading zeros.
    pub control_number: String,
    /// TA104: `A` accepted, `E` accepted with errors, `R` rejected.
    pub verdict: String,
    /// TA105: interchange note code, `000` where nothing is wrong.
    pub note: String,
}

impl InterchangeAcknowledgment {
    pub fn is_rejected(&self) -> bool {
        self.verdict == "R"
    }
}

/// Every TA1 of a stream of interchanges.
pub fn read(bytes: &[u8]) -> Vec<InterchangeAcknowledgment> {
    let mut found = Vec::new();
    x12::read_all(bytes, |item| match item {
        Item::Segment(segment) if segment.is("TA1") => found.push(acknowledgment(&segment)),
        _ => {}
    });
    found
}

/// A TA1 segment.
pub fn acknowledgment(segment: &Segment<'_>) -> InterchangeAcknowledgment {
    InterchangeAcknowledgment {
        control_number: significant(segment.text(1)),
        verdict: segment.text(4).to_owned(),
        note: segment.text(5).to_owned(),
    }
}

/// A control number without the zeros that pad it: senders and answers pad differently.
pub fn significant(control_number: &str) -> String {
    let digits = control_number.trim().trim_start_matches('0');
    if digits.is_empty() { "0" } else { digits }.to_owned()
}

/// What a TA105 code says, in our words; `None` for a code that is not of the list.
pub fn note(code: &str) -> Option<&'static str> {
    let found = NOTES.binary_search_by_key(&code, |(code, _)| code).ok()?;
    Some(NOTES[found].1)
}

/// Data element I18.
const NOTES: &[(&str, &str)] = &[
    ("000", "no error"),
    ("001", "control numbers of ISA and IEA differ"),
    ("002", "standard in ISA11 not supported"),
    ("003", "version of the controls not supported"),
    ("004", "segment terminator not valid"),
    ("005", "sender's id qualifier not valid"),
    ("006", "sender's id not valid"),
    ("007", "receiver's id qualifier not valid"),
    ("008", "receiver's id not valid"),
    ("009", "receiver's id unknown"),
    ("010", "authorization qualifier not valid"),
    ("011", "authorization value not valid"),
    ("012", "security qualifier not valid"),
    ("013", "security value not valid"),
    ("014", "date not valid"),
    ("015", "time not valid"),
    ("016", "interchange standards value not valid"),
    ("017", "interchange version not valid"),
    ("018", "control number not valid"),
    ("019", "acknowledgment request not valid"),
    ("020", "usage indicator not valid"),
    ("021", "number of groups not valid"),
    ("022", "control structure not valid"),
    ("023", "file ended too early"),
    ("024", "content not valid, such as a GS segment"),
    ("025", "control number used before"),
    ("026", "data element separator not valid"),
    ("027", "component separator not valid"),
    (
        "028",
        "delivery date in deferred delivery request not valid",
    ),
    (
        "029",
        "delivery time in deferred delivery request not valid",
    ),
    (
        "030",
        "delivery time code in deferred delivery request not valid",
    ),
    ("031", "grade of service code not valid"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_its_interchange() {
        let isa = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*US             *261124*1200*^*00501*000000007*0*T*:~";
        let text = format!("{isa}TA1*000000905*261124*1159*R*025~IEA*0*000000007~");
        let read = read(text.as_bytes());
        assert_eq!(read.len(), 1);
        assert_eq!(
            (read[0].control_number.as_str(), read[0].is_rejected()),
            ("905", true)
        );
        assert_eq!(note(&read[0].note), Some("control number used before"));
        assert!(NOTES.is_sorted_by_key(|(code, _)| code));
    }
}
