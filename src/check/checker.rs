//! Takes the items of a stream one by one and hands each to the walk, the element check and the balances. It must
//! not know what any of them looks for.

use crate::guide::{Library, library};
use crate::x12::{Fault, FaultKind, Item, Place, Segment};

use super::balance::Balance;
use super::hierarchy::Hierarchy;
use super::judgment::{Group, Interchange, Judgment, Transaction};
use super::walk::Walk;
use super::{Code, Finding, element, envelope};

/// Findings kept for one transaction set: beyond that nobody reads on, and memory must stay bounded.
pub const FINDINGS_MAX: usize = 1_000;

/// Judges a stream of interchanges as it is read.
#[derive(Debug)]
pub struct Checker {
    library: &'static Library,
    /// Findings above this SNIP level are not looked for.
    snip_max: u8,
    judgment: Judgment,
    envelope: Option<Walk<'static>>,
    in_group: bool,
    open: Option<Open>,
    last: Place,
}

/// The transaction set at hand.
#[derive(Debug)]
struct Open {
    walk: Option<Walk<'static>>,
    hierarchy: Hierarchy,
    balance: Balance,
    transaction: Transaction,
}

impl Default for Checker {
    fn default() -> Self {
        Self::new(7)
    }
}

impl Checker {
    /// A checker up to a SNIP level, 1 to 7.
    pub fn new(snip_max: u8) -> Self {
        Self {
            library: library(),
            snip_max,
            judgment: Judgment::default(),
            envelope: None,
            in_group: false,
            open: None,
            last: Place::default(),
        }
    }

    /// Takes the next item of the stream.
    pub fn item(&mut self, item: &Item<'_>) {
        match item {
            Item::Segment(segment) => self.segment(segment),
            Item::Fault(fault) => self.fault(*fault),
        }
    }

    /// Ends the stream: whatever is still open is told of.
    pub fn finish(mut self) -> Judgment {
        self.close_interchange(self.last);
        if self.judgment.interchanges.is_empty() {
            let finding = Finding::segment(Code::NoInterchange, self.last, b"ISA");
            self.judgment.findings.push(finding);
        }
        self.judgment
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        self.judgment.segments += 1;
        match segment.id() {
            b"ISA" => self.open_interchange(segment),
            b"GS" => self.open_group(segment),
            b"ST" => self.open_transaction(segment),
            b"SE" => self.end_transaction(segment),
            b"GE" => self.end_group(segment),
            b"IEA" => self.end_interchange(segment),
            _ if self.open.is_some() => self.inside(segment),
            _ => self.in_envelope(segment),
        }
        self.last = segment.place;
    }

    fn open_interchange(&mut self, isa: &Segment<'_>) {
        self.close_interchange(self.last);
        let text = |number| isa.text(number).trim().to_owned();
        self.judgment.interchanges.push(Interchange {
            sender: (text(5), text(6)),
            receiver: (text(7), text(8)),
            date: text(9),
            time: text(10),
            control_number: text(13),
            acknowledgment_requested: isa.text(14) == "1",
            usage: text(15),
            ..Interchange::default()
        });
        self.envelope = Some(Walk::new(self.library.envelope()));
        self.in_envelope(isa);
    }

    fn open_group(&mut self, gs: &Segment<'_>) {
        self.close_group(gs.place);
        let text = |number| gs.text(number).trim().to_owned();
        let group = Group {
            functional_id: text(1),
            sender: text(2),
            receiver: text(3),
            control_number: text(6),
            version: text(8),
            ..Group::default()
        };
        if let Some(interchange) = self.judgment.interchanges.last_mut() {
            interchange.groups.push(group);
            self.in_group = true;
        }
        self.in_envelope(gs);
    }

    fn open_transaction(&mut self, st: &Segment<'_>) {
        self.close_transaction(st.place);
        let Some(group) = self.group() else {
            self.envelope_finding(Finding::segment(Code::GroupOutside, st.place, b"ST"));
            return;
        };
        let set = st.text(1).to_owned();
        let version = Some(st.text(3))
            .filter(|v| !v.is_empty())
            .unwrap_or(&group.version)
            .to_owned();
        let functional_id = group.functional_id.clone();
        let control_number = st.text(2).to_owned();
        let mut findings = Vec::new();
        if group
            .transactions
            .iter()
            .any(|other| other.control_number == control_number)
        {
            findings.push(at(Code::TransactionControlDuplicate, st, 2));
        }
        let guide = self.library.find(&set, &version);
        match guide {
            Some(guide) if guide.functional_id != functional_id => {
                let detail = format!("GS01 should be {}", guide.functional_id);
                findings.push(at(Code::GroupFunctionalId, st, 1).detail(detail));
            }
            Some(_) => {}
            None => findings.push(at(Code::GuideUnknown, st, 1)),
        }
        self.open = Some(Open {
            walk: guide.map(Walk::new),
            hierarchy: Hierarchy::default(),
            balance: Balance::default(),
            transaction: Transaction {
                set,
                control_number,
                version,
                guided: guide.is_some(),
                segments: 0,
                findings,
            },
        });
        self.inside(st);
    }

    /// A segment of a transaction set.
    fn inside(&mut self, segment: &Segment<'_>) {
        let snip_max = self.snip_max;
        let Some(open) = &mut self.open else { return };
        open.transaction.segments += 1;
        let findings = &mut open.transaction.findings;
        let before = findings.len();
        match &mut open.walk {
            Some(walk) => {
                if let Some(rule) = walk.place(segment, findings) {
                    element::check(rule, segment, walk.loop_id(), findings);
                }
                if segment.is("HL") {
                    open.hierarchy.level(segment, findings);
                }
            }
            None => unguided(segment, findings),
        }
        if snip_max >= 3 {
            open.balance
                .segment(&open.transaction.set, segment, findings);
        }
        cut(findings, before, snip_max, segment.place);
    }

    fn end_transaction(&mut self, se: &Segment<'_>) {
        if self.open.is_none() {
            self.envelope_finding(Finding::segment(Code::GroupOutside, se.place, b"SE"));
            return;
        }
        self.inside(se);
        let Some(open) = &mut self.open else { return };
        let counted = open.transaction.segments;
        let control_number = open.transaction.control_number.clone();
        let codes = (
            Code::TransactionSegmentCount,
            Code::TransactionControlNumber,
        );
        envelope::check_trailer(
            se,
            counted,
            &control_number,
            codes,
            &mut open.transaction.findings,
        );
        self.finish_transaction(se.place);
    }

    fn end_group(&mut self, ge: &Segment<'_>) {
        self.close_transaction(ge.place);
        self.in_envelope(ge);
        if let Some(group) = self.group() {
            group.declared = ge.text(1).parse().ok();
            let counted = u32::try_from(group.transactions.len()).unwrap_or(u32::MAX);
            let control_number = group.control_number.clone();
            let codes = (Code::GroupTransactionCount, Code::GroupControlNumber);
            envelope::check_trailer(ge, counted, &control_number, codes, &mut group.findings);
        }
        self.in_group = false;
    }

    fn end_interchange(&mut self, iea: &Segment<'_>) {
        self.close_group(iea.place);
        self.in_envelope(iea);
        if let Some(interchange) = self.judgment.interchanges.last_mut() {
            let counted = u32::try_from(interchange.groups.len()).unwrap_or(u32::MAX);
            let control_number = interchange.control_number.clone();
            let codes = (Code::InterchangeGroupCount, Code::InterchangeControlNumber);
            envelope::check_trailer(
                iea,
                counted,
                &control_number,
                codes,
                &mut interchange.findings,
            );
        }
        self.finish_envelope(iea.place);
    }

    /// A segment outside any transaction set, judged by the envelope's own guide.
    fn in_envelope(&mut self, segment: &Segment<'_>) {
        let Some(walk) = &mut self.envelope else {
            return;
        };
        let mut findings = Vec::new();
        if let Some(rule) = walk.place(segment, &mut findings) {
            element::check(rule, segment, "", &mut findings);
        }
        findings
            .into_iter()
            .for_each(|finding| self.envelope_finding(finding));
    }

    fn envelope_finding(&mut self, finding: Finding) {
        match self.judgment.interchanges.last_mut() {
            Some(interchange) => {
                if interchange.findings.len() < FINDINGS_MAX {
                    interchange.findings.push(finding);
                }
            }
            None => self.judgment.findings.push(finding),
        }
    }

    fn fault(&mut self, fault: Fault) {
        let code = match fault.kind {
            FaultKind::StrayBytes => Code::StrayBytes,
            FaultKind::IsaUnreadable => Code::IsaUnreadable,
            FaultKind::IsaWidth => Code::IsaWidth,
            FaultKind::Wrapped => Code::Wrapped,
            FaultKind::SegmentTooLong => Code::SegmentTooLong,
            FaultKind::Unterminated => Code::Unterminated,
            FaultKind::EmptySegment => Code::EmptySegment,
        };
        let finding = Finding::segment(code, fault.place, b"").detail(format!(
            "{} bytes at offset {}",
            fault.bytes, fault.place.offset
        ));
        let about_stream = matches!(code, Code::StrayBytes | Code::IsaUnreadable);
        match &mut self.open {
            Some(open) if code == Code::EmptySegment => open.transaction.findings.push(finding),
            _ if about_stream => {
                if self.judgment.findings.len() < FINDINGS_MAX {
                    self.judgment.findings.push(finding);
                }
            }
            // An ISA of wrong width is told before its interchange opens.
            _ if code == Code::IsaWidth => self.judgment.findings.push(finding),
            _ => self.envelope_finding(finding),
        }
    }

    fn close_transaction(&mut self, place: Place) {
        if let Some(open) = &mut self.open {
            let place = Place {
                position: open.transaction.segments,
                ..place
            };
            let finding = Finding::segment(Code::TransactionNotClosed, place, b"SE");
            open.transaction.findings.push(finding);
            self.finish_transaction(place);
        }
    }

    fn finish_transaction(&mut self, place: Place) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        let findings = &mut open.transaction.findings;
        let before = findings.len();
        if let Some(walk) = &mut open.walk {
            walk.finish(place, findings);
            open.hierarchy.finish(findings);
        }
        cut(findings, before, self.snip_max, place);
        findings.sort_by_key(|finding| finding.place.position);
        if let Some(group) = self.group() {
            group.transactions.push(open.transaction);
        }
    }

    fn close_group(&mut self, place: Place) {
        self.close_transaction(place);
        if let Some(group) = self.group() {
            group
                .findings
                .push(Finding::segment(Code::GroupNotClosed, place, b"GE"));
        }
        self.in_group = false;
    }

    fn close_interchange(&mut self, place: Place) {
        if self.envelope.is_none() {
            return;
        }
        self.close_group(place);
        self.envelope_finding(Finding::segment(Code::InterchangeNotClosed, place, b"IEA"));
        self.envelope = None;
    }

    fn finish_envelope(&mut self, place: Place) {
        if let Some(mut walk) = self.envelope.take() {
            let mut findings = Vec::new();
            walk.finish(place, &mut findings);
            findings
                .into_iter()
                .for_each(|finding| self.envelope_finding(finding));
        }
    }

    /// The group at hand.
    fn group(&mut self) -> Option<&mut Group> {
        if !self.in_group {
            return None;
        }
        self.judgment.interchanges.last_mut()?.groups.last_mut()
    }
}

/// A set without a guide: whether its segments exist in the standard.
fn unguided(segment: &Segment<'_>, findings: &mut Vec<Finding>) {
    if segment.is_empty() {
        findings.push(Finding::segment(
            Code::SegmentEmpty,
            segment.place,
            segment.id(),
        ));
    }
}

/// Drops what is above the asked SNIP level, and what is more than is kept.
fn cut(findings: &mut Vec<Finding>, before: usize, snip_max: u8, place: Place) {
    if snip_max < 7 {
        let mut at = 0;
        findings.retain(|finding| {
            at += 1;
            at <= before || finding.code.snip() <= snip_max
        });
    }
    if findings.len() > FINDINGS_MAX && findings.len() > before {
        findings.truncate(FINDINGS_MAX.max(before));
        if findings
            .last()
            .is_some_and(|last| last.code != Code::FindingsCut)
        {
            findings.pop();
            findings.push(Finding::segment(Code::FindingsCut, place, b""));
        }
    }
}

fn at(code: Code, segment: &Segment<'_>, element: usize) -> Finding {
    Finding::segment(code, segment.place, segment.id()).element(element)
}
