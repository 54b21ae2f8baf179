//! The codes of TA1 and 999 that say a finding on the wire. It must not know how an acknowledgment is written.

use crate::guide::rule::{Rule, Wire};

use super::{Breach, Code, Unsupported};

/// How a finding is told to the sender of an interchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireCode {
    /// TA105, interchange note code.
    Interchange(&'static str),
    /// AK905, functional group syntax error code.
    Group(&'static str),
    /// IK502, transaction set syntax error code.
    Transaction(&'static str),
    /// IK304, segment syntax error code.
    Segment(&'static str),
    /// IK403, data element syntax error code.
    Element(&'static str),
    /// Not told: a warning, or outside what TA1 and 999 can say.
    Untold,
}

impl Code {
    /// Codes of the 005010 standard for TA1 (I18), AK905 (716), IK502 (618), IK304 (620), IK403 (621).
    pub fn wire(self) -> WireCode {
        use WireCode::{Element, Group, Interchange, Segment, Transaction, Untold};
        match self {
            Self::Rule(rule, breach) => rule_wire(rule, breach),
            Self::IsaUnreadable | Self::IsaWidth | Self::NoInterchange => Interchange("022"),
            Self::Unterminated | Self::InterchangeNotClosed => Interchange("023"),
            Self::SegmentTooLong => Interchange("022"),
            Self::SeparatorUnused => Interchange("026"),
            Self::InterchangeControlNumber => Interchange("001"),
            Self::InterchangeControlDuplicate => Interchange("025"),
            Self::InterchangeGroupCount => Interchange("021"),
            Self::GroupOutside => Interchange("024"),
            Self::GroupNotClosed => Group("3"),
            Self::GroupControlNumber => Group("4"),
            Self::GroupTransactionCount => Group("5"),
            Self::GroupFunctionalId => Transaction("18"),
            Self::TransactionVersion => Transaction("19"),
            Self::TransactionControlMissing => Transaction("7"),
            Self::TransactionNotClosed => Transaction("2"),
            Self::TransactionControlNumber => Transaction("3"),
            Self::TransactionSegmentCount => Transaction("4"),
            Self::TransactionControlDuplicate => Transaction("23"),
            Self::SegmentUnrecognized => Segment("1"),
            Self::SegmentUnexpected => Segment("2"),
            Self::SegmentMissing => Segment("3"),
            Self::LoopRepeats => Segment("4"),
            Self::SegmentRepeats => Segment("5"),
            Self::SegmentOutOfOrder => Segment("7"),
            Self::SegmentNotUsed => Segment("I4"),
            Self::LoopMissing => Segment("I7"),
            Self::SegmentEmpty => Segment("8"),
            Self::ElementMissing => Element("1"),
            Self::ElementConditional => Element("2"),
            Self::ElementsTooMany => Element("3"),
            Self::ElementTooShort => Element("4"),
            Self::ElementTooLong => Element("5"),
            Self::ElementCharacter => Element("6"),
            Self::ElementCode | Self::CodeShape | Self::CodeUnknown | Self::CodeExpired => {
                Element("7")
            }
            Self::ElementDate => Element("8"),
            Self::ElementTime => Element("9"),
            Self::ElementExcluded => Element("10"),
            Self::ElementRepeats => Element("12"),
            Self::ComponentsTooMany => Element("13"),
            Self::ElementNotUsed => Element("I10"),
            // HL errors have no code of their own: the level's number or parent is an invalid value.
            Self::HierarchyParent | Self::HierarchyNumber | Self::HierarchyChild => Element("7"),
            // Balancing is told as a code value error on the amount that does not add up.
            Self::ClaimTotal
            | Self::OtherPayerClaimBalance
            | Self::OtherPayerLineBalance
            | Self::ClaimPaymentBalance
            | Self::LinePaymentBalance
            | Self::RemittanceBalance => Element("I12"),
            Self::StrayBytes
            | Self::Wrapped
            | Self::EmptySegment
            | Self::TrailerUnterminated
            | Self::EnvelopesCut
            | Self::GuideUnknown
            | Self::ElementTrailingSeparator
            | Self::NotEvaluable
            | Self::CodeIrregular
            | Self::CodeUnlisted
            | Self::CodeRetired
            | Self::NpiCheckDigit
            | Self::FindingsCut => Untold,
        }
    }
}

/// A rule is of the implementation: its codes are those that begin with I.
fn rule_wire(rule: &'static Rule, breach: Breach) -> WireCode {
    match (&rule.wire, breach) {
        _ if rule.is_warning => WireCode::Untold,
        (Some(Wire::Segment(code)), _) => WireCode::Segment(code),
        (Some(Wire::Element(code)), _) => WireCode::Element(code),
        (None, Breach::SegmentMissing) => WireCode::Segment("I6"),
        (None, Breach::SegmentForbidden) => WireCode::Segment("I9"),
        (None, Breach::ElementMissing) => WireCode::Element("I9"),
        (None, Breach::ElementForbidden) => WireCode::Element("I13"),
        (None, Breach::Code) => WireCode::Element("I6"),
        (None, Breach::Value) => WireCode::Element("I12"),
    }
}

impl Unsupported {
    /// AK905 for a group, IK502 for a transaction set.
    pub fn wire(self) -> WireCode {
        match self {
            Self::FunctionalId => WireCode::Group("1"),
            Self::GroupVersion => WireCode::Group("2"),
            Self::Set => WireCode::Transaction("1"),
            Self::SetIdentifier => WireCode::Transaction("6"),
            Self::Guide => WireCode::Transaction("I6"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Severity;

    #[test]
    fn every_error_can_be_told() {
        for code in Code::ALL
            .iter()
            .filter(|code| code.severity() == Severity::Error)
        {
            assert_ne!(code.wire(), WireCode::Untold, "{code}");
        }
    }
}
