//! The sums of an 837: what its lines charge. It must not know what a line is for.
//!
//! X222A1, X223A2, X224A2 section 1.4.4.1: CLM02 = sum of SV102, SV203, SV302.

use crate::x12::Segment;

use super::other_payers::OtherPayers;
use super::{Code, Finding, Stated, Sum, amount, compare};

#[derive(Debug, Default)]
pub(super) struct Claims {
    claim: Option<Claim>,
}

#[derive(Debug)]
struct Claim {
    charge: Stated,
    lines: Sum,
    line_count: u32,
    other_payers: OtherPayers,
}

impl Claims {
    pub(super) fn segment(
        &mut self,
        segment: &Segment<'_>,
        loop_id: &'static str,
        out: &mut Vec<Finding>,
    ) {
        match segment.id() {
            b"CLM" => {
                self.close(out);
                self.claim = Some(Claim {
                    charge: Stated::new(segment, 2, loop_id),
                    lines: Sum::default(),
                    line_count: 0,
                    other_payers: OtherPayers::default(),
                });
            }
            b"HL" | b"SE" => self.close(out),
            id => {
                let Some(claim) = &mut self.claim else { return };
                match id {
                    b"SV1" | b"SV3" => claim.charge(amount(segment, 2), out),
                    b"SV2" => claim.charge(amount(segment, 3), out),
                    b"LX" => claim.other_payers.close_line(out),
                    _ => claim.other_payers.segment(segment, loop_id),
                }
            }
        }
    }

    fn close(&mut self, out: &mut Vec<Finding>) {
        let Some(mut claim) = self.claim.take() else {
            return;
        };
        // A claim without lines is told of as such by the walk.
        if claim.line_count > 0 {
            compare(
                Code::ClaimTotal,
                ("CLM", 2),
                claim.charge,
                claim.lines.0,
                out,
            );
        }
        claim.other_payers.close(claim.charge.cents, out);
    }
}

impl Claim {
    fn charge(&mut self, cents: Option<i64>, out: &mut Vec<Finding>) {
        self.line_count += 1;
        self.lines.add(cents);
        self.other_payers.open_line(cents, out);
    }
}
