//! Segments to acknowledgments. It must not fail: what it cannot read is left empty.

use super::{ElementError, ImplementationAcknowledgment, SegmentError, SetResponse};
use crate::transaction::ta1::significant;
use crate::x12::{self, Item, Segment};

/// Every acknowledgment of a stream of interchanges, one a group answered.
pub fn read(bytes: &[u8]) -> Vec<ImplementationAcknowledgment> {
    let mut reader = AcknowledgmentReader::default();
    x12::read_all(bytes, |item| {
        if let Item::Segment(segment) = item {
            reader.segment(&segment);
        }
    });
    reader.finish()
}

/// Reads 999 transaction sets out of a stream of segments; other sets are passed over.
#[derive(Debug, Default)]
pub struct AcknowledgmentReader {
    inside: bool,
    found: Vec<ImplementationAcknowledgment>,
}

impl AcknowledgmentReader {
    /// Takes the next segment.
    pub fn segment(&mut self, segment: &Segment<'_>) {
        match segment.id() {
            b"ST" => self.inside = segment.text(1) == "999",
            b"SE" => self.inside = false,
            _ if !self.inside => {}
            b"AK1" => self.found.push(ImplementationAcknowledgment {
                functional_id: segment.text(1).to_owned(),
                control_number: significant(segment.text(2)),
                version: segment.text(3).to_owned(),
                ..Default::default()
            }),
            _ => {
                if let Some(open) = self.found.last_mut() {
                    in_group(open, segment);
                }
            }
        }
    }

    /// Everything that was read, one a group answered.
    pub fn finish(self) -> Vec<ImplementationAcknowledgment> {
        self.found
    }
}

fn in_group(open: &mut ImplementationAcknowledgment, segment: &Segment<'_>) {
    match segment.id() {
        b"AK2" => open.sets.push(SetResponse {
            set: segment.text(1).to_owned(),
            control_number: segment.text(2).to_owned(),
            ..Default::default()
        }),
        b"AK9" => {
            open.verdict = segment.text(1).to_owned();
            open.codes = texts(segment, 5);
        }
        _ => {
            if let Some(set) = open.sets.last_mut() {
                in_set(set, segment);
            }
        }
    }
}

fn in_set(set: &mut SetResponse, segment: &Segment<'_>) {
    match segment.id() {
        b"IK3" => set.errors.push(SegmentError {
            segment: segment.text(1).to_owned(),
            position: segment.text(2).parse().ok(),
            loop_id: segment.text(3).to_owned(),
            code: segment.text(4).to_owned(),
            elements: Vec::new(),
        }),
        b"IK4" => {
            if let Some(error) = set.errors.last_mut() {
                error.elements.push(element_error(segment));
            }
        }
        b"IK5" => {
            set.verdict = segment.text(1).to_owned();
            set.codes = texts(segment, 2);
        }
        _ => {}
    }
}

fn element_error(segment: &Segment<'_>) -> ElementError {
    let place = |component| segment.component(1, component).parse().unwrap_or(0);
    let value = segment.text(4);
    ElementError {
        element: place(1),
        component: place(2),
        repetition: place(3),
        code: segment.text(3).to_owned(),
        value: (!value.is_empty()).then(|| value.into()),
    }
}

fn texts(segment: &Segment<'_>, from: usize) -> Vec<String> {
    (from..=segment.len())
        .map(|number| segment.text(number).to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*US             *261124*1200*^*00501*000000007*0*T*:~\
        GS*FA*PAYER*US*20261124*1200*7*X*005010X231A1~ST*999*0001*005010X231A1~\
        AK1*HC*0000905*005010X222A1~AK2*837*0001*005010X222A1~\
        IK3*SV1*24*2400*8~CTX*CLM01:SECRET~IK4*1:2*234*7*99999~IK3*REF*30**3~IK5*R*5~\
        AK2*837*0002~IK5*A~AK9*P*2*2*1~SE*12*0001~GE*1*7~IEA*1*000000007~";

    #[test]
    fn sets_segments_and_elements_are_told() {
        let read = read(ANSWER.as_bytes());
        let [group] = &read[..] else {
            panic!("{read:?}")
        };
        assert_eq!(
            (group.control_number.as_str(), group.verdict.as_str()),
            ("905", "P")
        );
        let refused = &group.sets[0];
        assert!(refused.is_rejected() && group.sets[1].is_accepted());
        let told: Vec<String> = refused.errors.iter().map(SegmentError::summary).collect();
        assert_eq!(
            told,
            [
                "SV1 at 24 in 2400: element 01-02: code not valid",
                "REF at 30: required segment missing"
            ]
        );
        assert!(!format!("{group:?}").contains("99999"));
    }
}
