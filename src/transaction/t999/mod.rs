//! 999: what a receiver says of each functional group, transaction set, segment and element. It must not know what was
//! sent: `gateway` finds the claim by place.

mod read;

use serde::{Deserialize, Serialize};

pub use read::{AcknowledgmentReader, read};

use crate::claim::Phi;

/// The answer to one functional group (AK1 to AK9).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImplementationAcknowledgment {
    /// AK101: `HC` claims, `HP` remittances …
    pub functional_id: String,
    /// AK102: GS06 of the group answered, without leading zeros.
    pub control_number: String,
    /// AK103: its guide.
    pub version: String,
    pub sets: Vec<SetResponse>,
    /// AK901: `A`, `E`, `P` some of the sets, `R`; empty where the 999 broke off before.
    pub verdict: String,
    /// AK905 and following: syntax errors of the group.
    pub codes: Vec<String>,
}

/// The answer to one transaction set (AK2 to IK5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetResponse {
    /// AK201.
    pub set: String,
    /// AK202: ST02 of the set answered, as sent.
    pub control_number: String,
    pub errors: Vec<SegmentError>,
    /// IK501: `A` accepted, `E` accepted with errors, `R` `M` `W` `X` rejected; empty where it broke off before.
    pub verdict: String,
    /// IK502 and following.
    pub codes: Vec<String>,
}

/// One segment that is told about (IK3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SegmentError {
    /// IK301.
    pub segment: String,
    /// IK302: counted from ST = 1; `None` where it was unreadable.
    pub position: Option<u32>,
    /// IK303.
    pub loop_id: String,
    /// IK304.
    pub code: String,
    pub elements: Vec<ElementError>,
}

/// One element of it (IK4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ElementError {
    /// IK401: place in the segment, in the composite, and repetition; 0 where not said.
    pub element: u32,
    pub component: u32,
    pub repetition: u32,
    /// IK403.
    pub code: String,
    /// IK404: a copy of what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Phi<String>>,
}

impl SetResponse {
    /// Whether the receiver goes on with this set. `E` is taken, with errors to mend for the next time.
    pub fn is_accepted(&self) -> bool {
        matches!(self.verdict.as_str(), "A" | "E")
    }

    pub fn is_rejected(&self) -> bool {
        matches!(self.verdict.as_str(), "R" | "M" | "W" | "X")
    }
}

impl ImplementationAcknowledgment {
    /// Whether the group as a whole was refused, whatever is said of its sets.
    pub fn is_rejected(&self) -> bool {
        matches!(self.verdict.as_str(), "R" | "M" | "W" | "X")
    }
}

impl SegmentError {
    /// What is wrong, in one line without values: `NM1 at 12 in 2010AA: element 9: code 7`.
    pub fn summary(&self) -> String {
        let place = self
            .position
            .map_or(String::new(), |position| format!(" at {position}"));
        let within = match self.loop_id.as_str() {
            "" => String::new(),
            id => format!(" in {id}"),
        };
        let what: Vec<String> = match self.elements.is_empty() {
            true => vec![segment_code(&self.code).to_owned()],
            false => self.elements.iter().map(ElementError::summary).collect(),
        };
        format!("{}{place}{within}: {}", self.segment, what.join("; "))
    }
}

impl ElementError {
    fn summary(&self) -> String {
        let component = match self.component {
            0 => String::new(),
            component => format!("-{component:02}"),
        };
        format!(
            "element {:02}{component}: {}",
            self.element,
            element_code(&self.code)
        )
    }
}

/// Data element 620 (IK304) in our words.
pub fn segment_code(code: &str) -> &'static str {
    match code {
        "1" => "segment id not recognized",
        "2" => "segment not expected here",
        "3" => "required segment missing",
        "4" => "loop occurs too often",
        "5" => "segment occurs too often",
        "6" => "segment not defined in the set",
        "7" => "segment not in its sequence",
        "8" => "segment has element errors",
        "I4" => "segment not used by the guide",
        "I6" => "dependent segment missing",
        "I7" => "loop occurs too rarely",
        "I8" => "segment below its minimum",
        "I9" => "dependent segment not used",
        _ => "segment refused",
    }
}

/// Data element 621 (IK403) in our words.
pub fn element_code(code: &str) -> &'static str {
    match code {
        "1" => "required element missing",
        "2" => "conditional element missing",
        "3" => "too many elements",
        "4" => "too short",
        "5" => "too long",
        "6" => "invalid character",
        "7" => "code not valid",
        "8" => "date not valid",
        "9" => "time not valid",
        "10" => "elements exclude each other",
        "12" => "too many repetitions",
        "13" => "too many components",
        "I6" => "code not used by the guide",
        "I9" => "dependent element missing",
        "I10" => "element not used by the guide",
        "I11" => "repeats less often than required",
        "I12" => "value does not follow the guide's pattern",
        "I13" => "dependent element not used",
        _ => "element refused",
    }
}
