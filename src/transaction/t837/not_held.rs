//! What the guides have and a claim does not hold. When read, each of it is told ([`super::Unreadable`]), and the
//! interchange itself is kept: nothing is lost unseen. A test reads a claim that says everything, and what it is told
//! must be this table. It cannot see repetition without a limit of its own: of several contacts (PER) of one party only
//! the first number of each kind is held.

use super::What;

/// A segment (`element` 0) or element of a guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotHeld {
    pub guide: &'static str,
    pub loop_id: &'static str,
    pub segment: &'static str,
    pub element: usize,
    pub what: What,
    pub why: &'static str,
}

const PROFESSIONAL: &str = "005010X222A1";
const INSTITUTIONAL: &str = "005010X223A2";
const DENTAL: &str = "005010X224A2";

const SECOND_NUMBER: &str = "a person has one social security number";

pub const NOT_HELD: &[NotHeld] = &[
    NotHeld {
        guide: PROFESSIONAL,
        loop_id: "2300",
        segment: "DTP",
        element: 3,
        what: What::NotDate,
        why: "one end of a disability, said as a period",
    },
    NotHeld {
        guide: PROFESSIONAL,
        loop_id: "2400",
        segment: "SV5",
        element: 1,
        what: What::NotHeld,
        why: "equipment that is priced under another code than its line",
    },
    repeated(INSTITUTIONAL, "2330A", "REF", SECOND_NUMBER),
    repeated(DENTAL, "2330A", "REF", SECOND_NUMBER),
];

const fn repeated(
    guide: &'static str,
    loop_id: &'static str,
    segment: &'static str,
    why: &'static str,
) -> NotHeld {
    NotHeld {
        guide,
        loop_id,
        segment,
        element: 0,
        what: What::Repeated,
        why,
    }
}
