//! Takes the items of a stream one by one: judges the envelopes, and hands each transaction set to `set`, in place or on
//! another thread. It must not know what is asked of a set.

use std::collections::HashSet;
use std::sync::Arc;

use crate::guide::codes::Codes;
use crate::guide::rule::Rule;
use crate::guide::{Guide, Library, library};
use crate::x12::{Fault, FaultKind, Item, Place, Segment};

use super::crew::{Crew, Start};
use super::judgment::{Group, Interchange, Judgment, Transaction};
use super::keep::{FINDINGS_MAX, Room, TRANSACTIONS_MAX};
use super::rules::{RuleBook, Rules, rule_book};
use super::set::{Ended, Guided, Set};
use super::sound::Plans;
use super::walk::Walk;
use super::{Code, Finding, element, envelope, keep, support};

/// Kept for sets to come.
const RESTED_MAX: usize = 8;

/// The lowest SNIP level of a rule.
pub(super) const RULES_FROM: u8 = 4;

/// Judges a stream of interchanges as it is read.
#[derive(Debug)]
pub struct Checker {
    library: &'static Library,
    /// Findings above this SNIP level are not looked for.
    snip_max: u8,
    codes: Arc<Codes>,
    /// What the payer asks for beyond the guides, a book a guide.
    overlay: Vec<Arc<RuleBook>>,
    judgment: Judgment,
    envelope: Option<Walk<'static>>,
    envelope_plans: &'static Plans,
    in_group: bool,
    /// Whether the set at hand stands outside any group: that is told at its ST, and it is not judged.
    ungrouped: bool,
    /// Whether GS01 of the group at hand is a code of the list.
    functional_id_listed: bool,
    /// ST02 of the group at hand, at most [`TRANSACTIONS_MAX`].
    control_numbers: HashSet<String>,
    open: Option<Open>,
    /// What judged sets before, and remembers them.
    rested: Vec<Guided>,
    /// How many sets may be judged at once, where it is more than one.
    threads: Option<(usize, Start)>,
    /// Sets of the stream so far.
    sets: u64,
    crew: Option<Crew>,
    /// A last segment without terminator: what it is decides how bad that is.
    unterminated: Option<Finding>,
    room: Room,
    last: Place,
    /// What goes on for many segments and is told of once, until a sound segment comes.
    telling: Option<Code>,
}

/// Where the transaction set at hand is judged.
#[derive(Debug)]
enum Open {
    Here(Box<Set>),
    /// By one of the crew.
    Away,
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
            codes: Arc::default(),
            overlay: Vec::new(),
            judgment: Judgment::default(),
            envelope: None,
            envelope_plans: Plans::of(library().envelope()),
            in_group: false,
            ungrouped: false,
            functional_id_listed: false,
            control_numbers: HashSet::new(),
            open: None,
            rested: Vec::new(),
            threads: None,
            sets: 0,
            crew: None,
            unterminated: None,
            room: Room::default(),
            last: Place::default(),
            telling: None,
        }
    }

    /// The same with other code lists than those that come with claimgate.
    pub fn with_codes(self, codes: Arc<Codes>) -> Self {
        Self { codes, ..self }
    }

    /// The same with what a payer asks for beyond the guides ([`crate::guide::Overlay`], which holds no rule that its
    /// guide does not have a place for).
    pub fn with_overlay(self, overlay: &'static [Rule]) -> Self {
        let guides = self.library.guides().iter();
        let books = guides.filter_map(|guide| RuleBook::new(guide, overlay).ok().flatten());
        let overlay = books.collect();
        Self { overlay, ..self }
    }

    /// The same on so many threads that `start` gives, each with a transaction set of its own; findings are the same and in
    /// the same order.
    pub fn on_threads(self, threads: usize, start: Start) -> Self {
        let threads = (threads > 1).then_some((threads, start));
        Self { threads, ..self }
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
        self.tell_unterminated(None);
        self.close_interchange(self.last);
        if self.judgment.interchanges.is_empty() && self.judgment.unkept.members == 0 {
            let finding = Finding::segment(Code::NoInterchange, self.last, b"ISA");
            self.judgment.findings.push(finding);
        }
        self.judgment
    }

    fn segment(&mut self, segment: &Segment<'_>) {
        self.judgment.segments += 1;
        if self.unterminated.is_some() {
            self.tell_unterminated(Some(segment));
        }
        if self.telling.is_some() && has_id(segment) {
            self.telling = None;
        }
        let is_frame = is_frame(segment.id());
        if !is_frame && self.open.is_some() {
            self.inside(segment);
            self.last = segment.place;
            return;
        }
        let ungrouped = self.ungrouped;
        self.ungrouped &= !is_frame;
        match segment.id() {
            _ if ungrouped && (!is_frame || segment.is("SE")) => {}
            b"ISA" => self.open_interchange(segment),
            b"GS" => self.open_group(segment),
            b"ST" => self.open_transaction(segment),
            b"SE" => self.end_transaction(segment),
            b"GE" => self.end_group(segment),
            b"IEA" => self.end_interchange(segment),
            _ if !has_id(segment) => {
                self.tell_once(Finding::segment(Code::SeparatorUnused, segment.place, b""));
            }
            _ => {
                self.in_envelope(segment);
            }
        }
        self.last = segment.place;
    }

    fn open_interchange(&mut self, isa: &Segment<'_>) {
        self.close_interchange(self.last);
        let text = |number| keep::text(isa.text(number));
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
        self.control_numbers.clear();
        let text = |number| keep::text(gs.text(number));
        let group = Group {
            functional_id: text(1),
            sender: text(2),
            receiver: text(3),
            control_number: text(6),
            unsupported: support::of_group(self.library, &text(1), &text(8)),
            version: text(8),
            ..Group::default()
        };
        if let Some(interchange) = self.judgment.interchanges.last_mut() {
            interchange.groups.push(group);
            self.in_group = true;
        }
        let wrong = self.in_envelope(gs);
        self.functional_id_listed = !wrong.contains(&1);
    }

    fn open_transaction(&mut self, st: &Segment<'_>) {
        self.close_transaction(st.place);
        let (library, listed) = (self.library, self.functional_id_listed);
        let Some(group) = self.group() else {
            self.ungrouped = true;
            self.envelope_finding(Finding::segment(Code::GroupOutside, st.place, b"ST"));
            return;
        };
        let version = match st.text(3) {
            "" => group.version.clone(),
            version => keep::text(version),
        };
        let mut findings = Vec::new();
        support::compare(library, group, listed, st, &mut findings);
        let set = keep::text(st.text(1));
        let guide = support::of_set(library, &set, &version);
        if guide.is_err() {
            findings.push(at(Code::GuideUnknown, st, 1));
        }
        if !self.is_new(st.text(2)) {
            findings.push(at(Code::TransactionControlDuplicate, st, 2));
        }
        let transaction = Transaction {
            set,
            control_number: keep::text(st.text(2)),
            version,
            unsupported: guide.err(),
            segments: 0,
            findings,
        };
        let mut set = Set::new(transaction, st.place, self.snip_max);
        if let Ok(guide) = guide {
            set = set.by(self.guided(guide));
        }
        set.begin(st);
        self.sets += 1;
        self.open = Some(self.judged(set));
    }

    /// Chooses who judges a set. Threads are not worth starting for a stream that holds one only.
    fn judged(&mut self, set: Set) -> Open {
        if let Some((threads, start)) = self.threads.take_if(|_| self.sets > 1) {
            self.crew = Crew::new(threads, start);
        }
        match &mut self.crew {
            Some(crew) => {
                crew.begin(set);
                Open::Away
            }
            None => Open::Here(Box::new(set)),
        }
    }

    fn guided(&mut self, guide: &'static Guide) -> Guided {
        let is_of = |rested: &Guided| std::ptr::eq(rested.guide(), guide);
        match self.rested.iter().position(is_of) {
            Some(at) => {
                let mut guided = self.rested.swap_remove(at);
                guided.restart();
                guided
            }
            None => Guided::new(guide, self.rules(guide), self.codes.clone()),
        }
    }

    /// The rules of a guide, and the payer's.
    fn rules(&self, guide: &'static Guide) -> Vec<Rules> {
        if self.snip_max < RULES_FROM {
            return Vec::new();
        }
        let overlay = self
            .overlay
            .iter()
            .filter(|book| std::ptr::eq(book.guide, guide));
        let books = rule_book(guide).into_iter().chain(overlay.cloned());
        books.map(|book| Rules::new(book, self.snip_max)).collect()
    }

    /// Whether ST02 comes for the first time in its group, as far as numbers are kept.
    fn is_new(&mut self, control_number: &str) -> bool {
        if !envelope::is_control_number(control_number) {
            return true;
        }
        if self.control_numbers.len() >= TRANSACTIONS_MAX {
            return !self.control_numbers.contains(control_number);
        }
        self.control_numbers.insert(control_number.to_owned())
    }

    /// A segment of a transaction set.
    #[inline]
    fn inside(&mut self, segment: &Segment<'_>) {
        match (&mut self.open, &mut self.crew) {
            (Some(Open::Here(set)), _) => set.segment(segment),
            (Some(Open::Away), Some(crew)) => crew.segment(segment),
            _ => {}
        }
    }

    fn end_transaction(&mut self, se: &Segment<'_>) {
        match (self.open.take(), &mut self.crew) {
            (Some(Open::Here(set)), _) => self.take(set.end(se)),
            (Some(Open::Away), Some(crew)) => {
                crew.end(se);
                self.take_ready();
            }
            _ => {
                self.envelope_finding(Finding::segment(Code::GroupOutside, se.place, b"SE"));
            }
        }
    }

    fn end_group(&mut self, ge: &Segment<'_>) {
        self.close_transaction(ge.place);
        self.take_all();
        self.in_envelope(ge);
        if let Some(group) = self.group() {
            group.declared = ge.text(1).parse().ok();
            let counted = u32::try_from(group.transaction_count()).unwrap_or(u32::MAX);
            let control_number = group.control_number.clone();
            let codes = (Code::GroupTransactionCount, Code::GroupControlNumber);
            envelope::check_trailer(ge, counted, &control_number, codes, &mut group.findings);
        }
        self.leave_group();
    }

    fn end_interchange(&mut self, iea: &Segment<'_>) {
        self.close_group(iea.place);
        self.in_envelope(iea);
        if let Some(interchange) = self.judgment.interchanges.last_mut() {
            let counted = u32::try_from(interchange.group_count()).unwrap_or(u32::MAX);
            let control_number = interchange.control_number.clone();
            let codes = (Code::InterchangeGroupCount, Code::InterchangeControlNumber);
            let findings = &mut interchange.findings;
            envelope::check_trailer(iea, counted, &control_number, codes, findings);
        }
        self.finish_envelope(iea.place);
    }

    /// A segment outside any transaction set, judged by the envelope's own guide. Which elements are wrong.
    fn in_envelope(&mut self, segment: &Segment<'_>) -> Vec<u8> {
        let Some(walk) = &mut self.envelope else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        if let Some(rule) = walk.place(segment, &mut findings) {
            element::check(self.envelope_plans, rule, segment, "", &mut findings);
        }
        if segment.is("ISA") {
            envelope::check_isa(segment, &mut findings);
        }
        if segment.is("TA1")
            && let Some(interchange) = self.judgment.interchanges.last_mut()
        {
            interchange.holds_acknowledgment = true;
        }
        let wrong = findings.iter().map(|finding| finding.element).collect();
        for finding in findings {
            self.envelope_finding(finding);
        }
        wrong
    }

    fn envelope_finding(&mut self, finding: Finding) {
        let place = finding.place;
        let findings = match self.judgment.interchanges.last_mut() {
            Some(interchange) => &mut interchange.findings,
            None => &mut self.judgment.findings,
        };
        findings.push(finding);
        keep::cut(findings, FINDINGS_MAX, place);
    }

    fn stream_finding(&mut self, finding: Finding) {
        let place = finding.place;
        self.judgment.findings.push(finding);
        keep::cut(&mut self.judgment.findings, FINDINGS_MAX, place);
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
        match code {
            Code::EmptySegment => match (&mut self.open, &mut self.crew) {
                (Some(Open::Here(set)), _) => set.tell(finding),
                (Some(Open::Away), Some(crew)) => crew.tell(finding),
                _ => self.envelope_finding(finding),
            },
            // An ISA of wrong width is told before its interchange opens.
            Code::StrayBytes | Code::IsaUnreadable | Code::IsaWidth => self.stream_finding(finding),
            Code::Unterminated => self.unterminated = Some(finding),
            _ => self.envelope_finding(finding),
        }
    }

    /// Tells of a fault unless the last thing told was the same.
    fn tell_once(&mut self, finding: Finding) {
        if self.telling.replace(finding.code) != Some(finding.code) {
            self.envelope_finding(finding);
        }
    }

    /// A file that lacks nothing but its very last character holds a whole interchange: that is a warning only.
    #[cold]
    fn tell_unterminated(&mut self, segment: Option<&Segment<'_>>) {
        let Some(mut finding) = self.unterminated.take() else {
            return;
        };
        if segment.is_some_and(envelope::is_whole_trailer) {
            finding.code = Code::TrailerUnterminated;
            finding.segment = "IEA".to_owned();
        }
        self.envelope_finding(finding);
    }

    fn close_transaction(&mut self, place: Place) {
        match (self.open.take(), &mut self.crew) {
            (Some(Open::Here(set)), _) => self.take(set.end_without(place)),
            (Some(Open::Away), Some(crew)) => crew.end_without(place),
            _ => {}
        }
    }

    /// Takes a set that has ended into its group.
    fn take(&mut self, ended: Ended) {
        let Ended {
            transaction,
            guided,
            place,
        } = ended;
        self.rested.extend(guided);
        self.rested.truncate(RESTED_MAX);
        if let Some(group) = group_at_hand(self.in_group, &mut self.judgment) {
            self.room.transaction(transaction, group, place);
        }
        self.tell_short(place);
    }

    /// Takes the sets that the crew has done.
    fn take_ready(&mut self) {
        while let Some(ended) = self.crew.as_mut().and_then(Crew::ready) {
            self.take(ended);
        }
    }

    /// Waits for every set of the group.
    fn take_all(&mut self) {
        while let Some(ended) = self.crew.as_mut().and_then(Crew::wait) {
            self.take(ended);
        }
    }

    fn close_group(&mut self, place: Place) {
        self.close_transaction(place);
        self.take_all();
        if let Some(group) = self.group() {
            group
                .findings
                .push(Finding::segment(Code::GroupNotClosed, place, b"GE"));
        }
        self.leave_group();
    }

    fn leave_group(&mut self) {
        if std::mem::take(&mut self.in_group)
            && let Some(interchange) = self.judgment.interchanges.last_mut()
        {
            self.room.group(interchange);
        }
    }

    fn close_interchange(&mut self, place: Place) {
        if self.envelope.is_none() {
            return;
        }
        self.close_group(place);
        self.envelope_finding(Finding::segment(Code::InterchangeNotClosed, place, b"IEA"));
        self.envelope = None;
        self.leave_interchange(place);
    }

    fn finish_envelope(&mut self, place: Place) {
        if let Some(mut walk) = self.envelope.take() {
            let mut findings = Vec::new();
            walk.finish(place, &mut findings);
            for finding in findings {
                self.envelope_finding(finding);
            }
            self.leave_interchange(place);
        }
    }

    fn leave_interchange(&mut self, place: Place) {
        self.room.interchange(&mut self.judgment, place);
        self.tell_short(place);
    }

    /// Tells once that no more envelopes are kept one by one.
    fn tell_short(&mut self, place: Place) {
        if self.room.turns_short() {
            self.stream_finding(Finding::segment(Code::EnvelopesCut, place, b""));
        }
    }

    /// The group at hand.
    fn group(&mut self) -> Option<&mut Group> {
        group_at_hand(self.in_group, &mut self.judgment)
    }
}

/// Whether a segment opens or closes an envelope.
fn is_frame(id: &[u8]) -> bool {
    match *id {
        [first, second] => matches!(&[first, second], b"GS" | b"ST" | b"SE" | b"GE"),
        [first, second, third] => matches!(&[first, second, third], b"ISA" | b"IEA"),
        _ => false,
    }
}

fn group_at_hand(in_group: bool, judgment: &mut Judgment) -> Option<&mut Group> {
    let interchange = judgment.interchanges.last_mut().filter(|_| in_group)?;
    interchange.groups.last_mut()
}

/// Whether it begins like a segment: else its element separator is another one.
fn has_id(segment: &Segment<'_>) -> bool {
    segment.id().iter().all(u8::is_ascii_alphanumeric)
}

fn at(code: Code, segment: &Segment<'_>, element: usize) -> Finding {
    Finding::segment(code, segment.place, segment.id()).element(element)
}
