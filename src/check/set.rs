//! One transaction set: hands each segment to the walk, the element check, the rules and the balances. It must not know
//! what any of them looks for, nor what stands around the set.

use std::sync::Arc;

use crate::guide::Guide;
use crate::guide::codes::Codes;
use crate::x12::{Place, Segment};

use super::balance::Balance;
use super::code_set::CodeSet;
use super::echo::ByEcho;
use super::hierarchy::Hierarchy;
use super::judgment::Transaction;
use super::keep::FINDINGS_MAX;
use super::rules::Rules;
use super::sound::Plans;
use super::walk::Walk;
use super::{Code, Finding, element, envelope, keep};

/// A transaction set from its ST on.
#[derive(Debug)]
pub(super) struct Set {
    guided: Option<Guided>,
    /// Findings above this SNIP level are dropped.
    snip_max: u8,
    hierarchy: Hierarchy,
    balance: Balance,
    transaction: Transaction,
    at: Place,
}

/// What judges the sets of a guide, one after another, and remembers what it has seen.
#[derive(Debug)]
pub(super) struct Guided {
    walk: Walk<'static>,
    plans: &'static Plans,
    /// Segments whose elements are without fault.
    sound: ByEcho<()>,
    /// Those of the guide, and those of the payer.
    rules: Vec<Rules>,
    code_set: CodeSet,
}

/// A set that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) transaction: Transaction,
    /// For the next set of the guide.
    pub(super) guided: Option<Guided>,
    /// Where it ended.
    pub(super) place: Place,
}

impl Guided {
    pub(super) fn new(guide: &'static Guide, rules: Vec<Rules>, codes: Arc<Codes>) -> Self {
        Self {
            walk: Walk::new(guide).attentive(),
            plans: Plans::of(guide),
            sound: ByEcho::default(),
            rules,
            code_set: CodeSet::new(codes),
        }
    }

    pub(super) fn guide(&self) -> &'static Guide {
        self.walk.guide()
    }

    /// At the beginning again, for the next set.
    pub(super) fn restart(&mut self) {
        self.walk.restart();
        self.code_set.restart();
        self.rules.iter_mut().for_each(Rules::restart);
    }
}

impl Set {
    /// Begins a set of no guide; `transaction` holds what was found about its ST.
    pub(super) fn new(transaction: Transaction, at: Place, snip_max: u8) -> Self {
        Self {
            guided: None,
            snip_max,
            hierarchy: Hierarchy::default(),
            balance: Balance::default(),
            transaction,
            at,
        }
    }

    /// The same, judged by a guide.
    pub(super) fn by(self, guided: Guided) -> Self {
        let guided = Some(guided);
        Self { guided, ..self }
    }

    /// Takes ST.
    pub(super) fn begin(&mut self, st: &Segment<'_>) {
        self.segment(st);
        if !envelope::is_control_number(st.text(2)) {
            // One fault, told once: IK502 has a code for it.
            let findings = &mut self.transaction.findings;
            findings.retain(|finding| finding.element != 2);
            let code = Code::TransactionControlMissing;
            findings.push(Finding::segment(code, st.place, b"ST").element(2));
        }
    }

    /// Takes the next segment.
    pub(super) fn segment(&mut self, segment: &Segment<'_>) {
        let snip_max = self.snip_max;
        self.transaction.segments += 1;
        let findings = &mut self.transaction.findings;
        let before = findings.len();
        let (mut loop_id, id) = ("", segment.id());
        match &mut self.guided {
            Some(Guided {
                walk,
                plans,
                sound,
                rules,
                code_set,
            }) => {
                let placed = walk.place(segment, findings);
                for rules in rules {
                    rules.segment(placed, segment, walk, findings);
                }
                loop_id = walk.loop_id();
                if let Some(rule) = placed {
                    let echo = walk.echo();
                    if echo.and_then(|echo| sound.get(echo)).is_none() {
                        let told = findings.len();
                        element::check(plans, rule, segment, loop_id, findings);
                        if let (Some(echo), true) = (echo, findings.len() == told) {
                            *sound.room(echo) = ();
                        }
                    }
                    if snip_max >= 5 {
                        code_set.segment((rule, echo), segment, loop_id, before, findings);
                    }
                }
                if id == b"HL" {
                    let above = placed.and_then(|_| walk.level_above());
                    self.hierarchy.level(segment, loop_id, above, findings);
                } else if id == b"AAA" {
                    self.hierarchy.rejected();
                }
            }
            None if segment.is_empty() => {
                let code = Code::SegmentEmpty;
                findings.push(Finding::segment(code, segment.place, segment.id()));
            }
            None => {}
        }
        if snip_max >= 3 {
            let set = &self.transaction.set;
            self.balance.segment(set, segment, loop_id, findings);
        }
        if findings.len() > before {
            cut(findings, before, snip_max, segment.place);
        }
    }

    /// Takes what was found in its stretch of the stream.
    pub(super) fn tell(&mut self, finding: Finding) {
        self.transaction.findings.push(finding);
    }

    /// Ends the set with its SE.
    pub(super) fn end(mut self, se: &Segment<'_>) -> Ended {
        self.segment(se);
        let Transaction {
            segments,
            control_number,
            findings,
            ..
        } = &mut self.transaction;
        let codes = (
            Code::TransactionSegmentCount,
            Code::TransactionControlNumber,
        );
        envelope::check_trailer(se, *segments, control_number, codes, findings);
        self.finish(se.place)
    }

    /// Ends the set where something else begins: its SE is missing.
    pub(super) fn end_without(mut self, place: Place) -> Ended {
        // Where SE was to stand, in the set that lacks it.
        let place = Place {
            position: self.transaction.segments + 1,
            offset: place.offset,
            ..self.at
        };
        self.tell(Finding::segment(Code::TransactionNotClosed, place, b"SE"));
        self.finish(place)
    }

    fn finish(mut self, place: Place) -> Ended {
        let findings = &mut self.transaction.findings;
        let before = findings.len();
        if let Some(Guided {
            walk,
            rules,
            code_set,
            ..
        }) = &mut self.guided
        {
            walk.finish(place, findings);
            for rules in rules {
                rules.finish(place, findings);
            }
            // That SE is missing has a code of its own.
            findings.retain(|one| one.code != Code::SegmentMissing || one.segment != "SE");
            self.hierarchy.finish(findings);
            code_set.close_claim(findings);
        }
        if findings.len() > before {
            cut(findings, before, self.snip_max, place);
        }
        findings.sort_by_key(|finding| finding.place.position);
        Ended {
            transaction: self.transaction,
            guided: self.guided,
            place,
        }
    }
}

/// Drops what is above the asked SNIP level, and what is more than is kept.
#[cold]
fn cut(findings: &mut Vec<Finding>, before: usize, snip_max: u8, place: Place) {
    if snip_max < 7 {
        let mut at = 0;
        findings.retain(|finding| {
            at += 1;
            at <= before || finding.code.snip() <= snip_max
        });
    }
    keep::cut(findings, FINDINGS_MAX, place);
}
