//! What can be wrong with an interchange: one enum of codes, each with its level, reason and remedy.

use serde::{Serialize, Serializer};

use crate::guide::rule::Rule;
use crate::x12::Place;

/// Something that is wrong at one place. It holds no value of the interchange unless one was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub code: Code,
    pub place: Place,
    /// `CLM`; the missing segment's id where one is missing.
    pub segment: String,
    /// Loop of the guide, empty outside any.
    pub loop_id: String,
    /// 0: the finding is about the whole segment.
    pub element: u8,
    /// 0: the whole element.
    pub component: u8,
    /// Which repetition of the element, from 1; 0 where it does not repeat.
    pub repetition: u8,
    /// Data element number (`1331`), where one is known.
    pub data_element: String,
    /// What stands there by name, and what was expected: `Claim charge: expected at most 18 characters, found 20`.
    pub detail: String,
    /// What made a rule ask for something.
    pub trigger: Option<Box<Trigger>>,
}

/// The place that makes a rule hold: CTX of a 999 names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    pub segment: String,
    /// As in [`Place::position`].
    pub position: u32,
    pub loop_id: String,
    /// 0: the whole segment.
    pub element: u8,
    pub component: u8,
    pub repetition: u8,
}

/// How a rule was broken, as far as a 999 tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Breach {
    SegmentMissing,
    SegmentForbidden,
    ElementMissing,
    ElementForbidden,
    /// Another code than one of those asked for.
    Code,
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

macro_rules! codes {
    ($($code:ident $severity:ident $snip:literal $title:literal $help:literal)*) => {
        /// Every kind of finding. The names are a contract: scripts match on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($code,)*
            /// A rule of a guide, a line of business or a payer.
            Rule(&'static Rule, Breach),
        }

        impl Code {
            /// All but the rules; those are [`super::rules`].
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The name in reports.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)*
                    Self::Rule(rule, _) => &rule.name,
                }
            }

            /// WEDI SNIP type of test.
            pub fn snip(self) -> u8 {
                match self {
                    $(Self::$code => $snip,)*
                    Self::Rule(rule, _) => rule.snip,
                }
            }

            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$code => Severity::$severity,)*
                    Self::Rule(rule, _) if rule.is_warning => Severity::Warning,
                    Self::Rule(..) => Severity::Error,
                }
            }

            /// What it means, in a few words.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$code => $title,)*
                    Self::Rule(rule, _) => &rule.title,
                }
            }

            /// What to do about it.
            pub fn help(self) -> &'static str {
                match self {
                    $(Self::$code => $help,)*
                    Self::Rule(rule, _) => &rule.help,
                }
            }
        }
    };
}

codes! {
    StrayBytes Warning 1 "bytes outside any interchange"
        "Remove what stands before ISA or after IEA."
    IsaUnreadable Error 1 "ISA segment cannot be read"
        "Send ISA with sixteen elements of their fixed widths, 106 characters with the terminator."
    IsaWidth Error 1 "ISA elements do not have their fixed widths"
        "Pad each ISA element with spaces to its fixed width."
    Wrapped Warning 1 "line breaks inside segments"
        "Send the interchange unwrapped; line breaks belong behind a terminator only."
    SegmentTooLong Error 1 "segment has no end"
        "Check that the file uses the terminator that ISA declares, and was not cut."
    SeparatorUnused Error 1 "segments do not use the element separator of ISA"
        "ISA declares its separators by their places: the element separator is its fourth character. Use it in every segment."
    Unterminated Error 1 "file ends inside a segment"
        "The file was cut: send it again whole."
    TrailerUnterminated Warning 1 "IEA has no terminator"
        "End the file with the segment terminator; the interchange itself is whole."
    EmptySegment Warning 1 "two terminators in a row"
        "Remove the empty segment."
    NoInterchange Error 1 "no interchange found"
        "An X12 file starts with ISA; check that this is the right file, not encrypted or compressed."
    InterchangeNotClosed Error 1 "interchange has no IEA"
        "The file was cut or IEA is missing: send it again whole."
    InterchangeControlNumber Error 1 "control numbers of ISA and IEA differ"
        "Give IEA02 the value of ISA13."
    InterchangeControlDuplicate Error 1 "interchange control number used before"
        "Give each interchange its own ISA13; if this one was sent before, its first answer holds."
    InterchangeGroupCount Error 1 "IEA counts the groups wrongly"
        "Give IEA01 the number of GS segments."
    GroupNotClosed Error 1 "functional group has no GE"
        "Close each GS with a GE."
    GroupOutside Error 1 "segment stands outside a functional group"
        "Put transaction sets between GS and GE."
    GroupControlNumber Error 1 "control numbers of GS and GE differ"
        "Give GE02 the value of GS06."
    GroupTransactionCount Error 1 "GE counts the transaction sets wrongly"
        "Give GE01 the number of ST segments."
    GroupFunctionalId Error 1 "functional identifier does not fit the transaction set"
        "Use the GS01 of the transaction set: HC for 837, HP for 835, FA for 999, HN for 277."
    TransactionVersion Error 1 "ST03 names another guide than GS08"
        "Give ST03 the value of GS08, and put sets of another guide into a group of their own."
    TransactionControlMissing Error 1 "control number of the transaction set is missing or invalid"
        "Give ST02 and SE02 a number of four to nine digits, unique in the group."
    TransactionNotClosed Error 1 "transaction set has no SE"
        "Close each ST with an SE."
    TransactionControlNumber Error 1 "control numbers of ST and SE differ"
        "Give SE02 the value of ST02."
    TransactionSegmentCount Error 1 "SE counts the segments wrongly"
        "Give SE01 the number of segments from ST to SE, both included."
    TransactionControlDuplicate Error 1 "control number used twice in the group"
        "Give each ST of a group its own ST02."
    GuideUnknown Warning 2 "no guide for this transaction set"
        "Only syntax and envelope were judged. Check GS08 and ST01, or add the guide."
    SegmentUnrecognized Error 1 "segment does not exist in the standard"
        "Remove it, or correct the segment identifier."
    SegmentUnexpected Error 2 "segment is not allowed here"
        "Move it to its loop, correct its qualifier, or remove it."
    SegmentNotUsed Error 2 "segment is not used by this guide"
        "Remove it."
    SegmentOutOfOrder Error 2 "segment is out of order"
        "Put it where the guide has it."
    SegmentMissing Error 2 "required segment is missing"
        "Add the segment."
    SegmentRepeats Error 2 "segment occurs too often"
        "Keep as many as the guide allows."
    SegmentEmpty Error 1 "segment has no data"
        "Fill the segment or leave it out."
    LoopMissing Error 2 "required loop is missing"
        "Add the loop, starting with the segment named."
    LoopRepeats Error 2 "loop occurs too often"
        "Keep as many as the guide allows; split the transaction set where there is more to send."
    ElementMissing Error 1 "required element is missing"
        "Fill the element."
    ElementConditional Error 1 "elements that go together are not together"
        "Send all of the elements named, or none."
    ElementExcluded Error 1 "elements exclude each other"
        "Send one of the elements named."
    ElementsTooMany Error 1 "segment has too many elements"
        "Remove the elements beyond the segment's last; look for a stray element separator in data."
    ElementTooShort Error 1 "element is too short"
        "Send at least the minimum length."
    ElementTooLong Error 1 "element is too long"
        "Shorten it to the maximum length."
    ElementCharacter Error 1 "character not allowed in this element"
        "Use letters, digits and the punctuation of the X12 character set; numbers hold digits only."
    ElementCode Error 2 "code is not in the guide's list"
        "Use one of the codes named."
    ElementDate Error 1 "not a date"
        "Write dates as CCYYMMDD, ranges as CCYYMMDD-CCYYMMDD, and check that the day exists."
    ElementTime Error 1 "not a time"
        "Write times as HHMM or HHMMSS."
    ElementRepeats Error 1 "element repeats too often"
        "Keep as many repetitions as the guide allows."
    ElementNotUsed Error 2 "element is not used by this guide"
        "Leave the element empty."
    ComponentsTooMany Error 1 "element has too many components"
        "Remove the components beyond the last; look for a stray component separator in data."
    ElementTrailingSeparator Warning 1 "separators behind the last value"
        "Leave out separators behind the last value of a segment."
    HierarchyParent Error 2 "hierarchical level names a wrong parent"
        "Give HL02 the HL01 of the level above."
    HierarchyNumber Error 2 "hierarchical levels are not numbered in order"
        "Number HL01 from 1 in each transaction set, one higher each time."
    HierarchyChild Error 2 "HL04 does not fit the levels that follow"
        "Say 1 in HL04 where lower levels follow, else 0."
    CodeShape Error 5 "not written as a code of its list"
        "Check the code against the list named: it cannot be one of it."
    CodeIrregular Warning 5 "not written as its list writes codes"
        "Send the code as its list writes it, without points, hyphens or spaces: many payers refuse it otherwise."
    CodeUnknown Error 5 "code is not in its list"
        "Use a code of the list named; `claimgate codes` shows the lists."
    CodeUnlisted Warning 5 "code is not in our copy of its list"
        "Check the code. The list grows: `claimgate codes` says how old our copy is, `claimgate codes import` takes a newer one."
    CodeExpired Error 5 "code is not in force on the day of service"
        "Use a code that holds on the day of service, or mend the date. `claimgate codes import` takes a newer list."
    CodeRetired Warning 5 "code was not in force when this was written"
        "Use a code in force. `claimgate codes` says how old our copy is, `claimgate codes import` takes a newer one."
    NpiCheckDigit Warning 5 "check digit of the NPI is wrong"
        "Compare the NPI with the registry: a digit is wrong or two are swapped."
    ClaimTotal Error 3 "claim total is not the sum of its lines"
        "Make CLM02 the sum of the line charges."
    OtherPayerClaimBalance Error 3 "other payer's payment does not explain the claim's charge"
        "CLM02 less this payer's adjustments, of the claim and of its lines, must be AMT*D: copy both whole from its remittance."
    OtherPayerLineBalance Error 3 "other payer's payment does not explain the line's charge"
        "The line's charge less the adjustments of 2430 must be SVD02: copy both whole from the payer's remittance."
    ClaimPaymentBalance Error 3 "claim payment does not balance"
        "CLP03 less all adjustments of claim and lines must be CLP04; ask the payer for a corrected remittance."
    LinePaymentBalance Error 3 "service line does not balance"
        "SVC02 less the line's adjustments must be SVC03; ask the payer for a corrected remittance."
    RemittanceBalance Error 3 "remittance does not balance"
        "The claim payments less the provider adjustments must be BPR02; ask the payer for a corrected remittance."
    NotEvaluable Warning 3 "balance cannot be judged"
        "An amount of the sum is missing or unreadable; see the findings on it."
    FindingsCut Warning 1 "more findings than are kept"
        "Mend those shown and check again."
    EnvelopesCut Warning 1 "more envelopes than are kept"
        "All were judged and counted, but the last ones are not listed: split the file to see each."
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Finding {
    /// A finding about a whole segment.
    pub(super) fn segment(code: Code, place: Place, segment: &[u8]) -> Self {
        Self {
            code,
            place,
            segment: printable(segment),
            loop_id: String::new(),
            element: 0,
            component: 0,
            repetition: 0,
            data_element: String::new(),
            detail: String::new(),
            trigger: None,
        }
    }

    pub(super) fn in_loop(mut self, loop_id: &str) -> Self {
        self.loop_id = loop_id.to_owned();
        self
    }

    pub(super) fn element(mut self, element: usize) -> Self {
        self.element = u8::try_from(element).unwrap_or(u8::MAX);
        self
    }

    pub(super) fn data_element(mut self, number: &str) -> Self {
        self.data_element = number.to_owned();
        self
    }

    pub(super) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Whether something is missing: it was to stand before the segment at whose place that was noticed.
    pub fn is_absence(&self) -> bool {
        matches!(
            self.code,
            Code::SegmentMissing | Code::LoopMissing | Code::Rule(_, Breach::SegmentMissing)
        )
    }

    /// `CLM05-3`: where in the segment, as people write it.
    pub fn reference(&self) -> String {
        reference(&self.segment, self.element, self.component)
    }

    /// One sentence: `2300 CLM05-3: code is not in the guide's list (…)`.
    pub fn message(&self) -> String {
        let separator = if self.loop_id.is_empty() { "" } else { " " };
        let head = format!(
            "{}{separator}{}: {}",
            self.loop_id,
            self.reference(),
            self.code.title()
        );
        if self.detail.is_empty() {
            head
        } else {
            format!("{head}: {}", self.detail)
        }
    }
}

impl Trigger {
    /// `CLM11-1`, as [`Finding::reference`].
    pub fn reference(&self) -> String {
        reference(&self.segment, self.element, self.component)
    }
}

fn reference(segment: &str, element: u8, component: u8) -> String {
    match (element, component) {
        (0, _) => segment.to_owned(),
        (element, 0) => format!("{segment}{element:02}"),
        (element, component) => format!("{segment}{element:02}-{component}"),
    }
}

/// A segment id as it may be shown: an unreadable one could hold anything.
fn printable(id: &[u8]) -> String {
    if id.len() <= 3 && id.iter().all(u8::is_ascii_alphanumeric) {
        String::from_utf8_lossy(id).into_owned()
    } else {
        "???".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_says_what_to_do() {
        for code in Code::ALL {
            assert!(
                code.help().ends_with('.') && !code.title().ends_with('.'),
                "{code}"
            );
            assert!((1..=7).contains(&code.snip()), "{code}");
        }
    }
}
