//! What a 999 repeats of the set it answers: the number of the claim in error (CTX), and with consent the data in error
//! (IK404). Found by a second look at the file, so that memory is bounded by the findings. It must not judge.

use std::collections::HashMap;

use crate::check::{Code, Finding, Judgment, Severity, WireCode};
use crate::x12::Segment;

/// Whether data in error may be copied: it may be health information.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Copies {
    #[default]
    Withheld,
    Given,
}

/// Interchange, group, set and segment.
type Key = (u32, u32, u32, u32);
/// Element, component and repetition.
type Target = (u8, u8, u8);

/// What is to be repeated, and once the file was read again, what was found.
#[derive(Default)]
pub struct Repeated {
    copies: Copies,
    wanted: HashMap<Key, Wanted>,
    /// Where the last of it stands.
    last_offset: u64,
    /// The claim that the segment at hand is in.
    claim: Option<String>,
    in_claims: bool,
}

#[derive(Default)]
struct Wanted {
    targets: Vec<Target>,
    claim: Option<String>,
    /// The claim that ended at this segment: what it lacks is told here.
    claim_before: Option<String>,
    values: HashMap<Target, String>,
}

/// What it holds may be health information: only how much it is, is shown.
impl std::fmt::Debug for Repeated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repeated of {} segments", self.wanted.len())
    }
}

impl Repeated {
    /// What to look for.
    pub fn wanted(judgment: &Judgment, copies: Copies) -> Self {
        let mut this = Self {
            copies,
            ..Self::default()
        };
        let groups = judgment.interchanges.iter().flat_map(|one| &one.groups);
        for set in groups.flat_map(|group| &group.transactions) {
            let errors = set.findings.iter();
            for finding in errors.filter(|one| one.code.severity() == Severity::Error) {
                let of_claim = set.set == "837" && is_of_claim(finding);
                let is_element = matches!(finding.code.wire(), WireCode::Element(_));
                let copied = is_element && copies == Copies::Given;
                if of_claim || copied {
                    this.want(finding, copied);
                }
            }
        }
        this
    }

    fn want(&mut self, finding: &Finding, copied: bool) {
        self.last_offset = self.last_offset.max(finding.place.offset);
        let wanted = self.wanted.entry(key(finding.place)).or_default();
        if copied {
            wanted.targets.push(target(finding));
        }
    }

    /// Whether a second look at the file finds nothing that is wanted.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Whether this segment stands behind all that is wanted.
    pub fn is_behind(&self, segment: &Segment<'_>) -> bool {
        segment.place.offset > self.last_offset
    }

    /// Takes the next segment of the second look.
    pub fn segment(&mut self, segment: &Segment<'_>) {
        let is_wanted = self.wanted.contains_key(&key(segment.place));
        let before = self.claim.as_ref().filter(|_| is_wanted).cloned();
        match segment.id() {
            b"ST" => {
                self.in_claims = segment.text(1) == "837";
                self.claim = None;
            }
            b"CLM" if self.in_claims => self.claim = Some(segment.text(1).to_owned()),
            b"HL" | b"SE" => self.claim = None,
            _ => {}
        }
        let Some(wanted) = self.wanted.get_mut(&key(segment.place)) else {
            return;
        };
        wanted.claim_before = before;
        wanted.claim.clone_from(&self.claim);
        for &target in &wanted.targets {
            let value = value(segment, target);
            if !value.is_empty() {
                wanted.values.insert(target, value.to_owned());
            }
        }
    }

    /// CLM01 of the claim that a finding is in.
    pub(super) fn claim(&self, finding: &Finding) -> Option<&str> {
        let wanted = self.wanted.get(&key(finding.place))?;
        let was_before = matches!(finding.code, Code::SegmentMissing | Code::LoopMissing);
        let claim = match was_before {
            true => wanted.claim_before.as_ref(),
            false => wanted.claim.as_ref(),
        };
        claim.map(String::as_str).filter(|_| is_of_claim(finding))
    }

    /// The data in error, where it may be given.
    pub(super) fn value(&self, finding: &Finding) -> Option<&str> {
        let wanted = self.wanted.get(&key(finding.place));
        let wanted = wanted.filter(|_| self.copies == Copies::Given)?;
        wanted.values.get(&target(finding)).map(String::as_str)
    }
}

fn key(place: crate::x12::Place) -> Key {
    let crate::x12::Place {
        interchange,
        group,
        transaction,
        position,
        ..
    } = place;
    (interchange, group, transaction, position)
}

fn target(finding: &Finding) -> Target {
    (finding.element, finding.component, finding.repetition)
}

/// Loops 2300 to 2430 of the three claim guides.
fn is_of_claim(finding: &Finding) -> bool {
    finding.loop_id.starts_with("23") || finding.loop_id.starts_with("24")
}

fn value<'s>(segment: &Segment<'s>, (element, component, repetition): Target) -> &'s str {
    let whole = segment.element(usize::from(element));
    if component == 0 && repetition == 0 {
        return whole.text();
    }
    let before = usize::from(repetition.max(1)) - 1;
    let Some(repeated) = whole.repetitions().nth(before) else {
        return "";
    };
    match component {
        0 => repeated.text(),
        number => std::str::from_utf8(repeated.component(usize::from(number))).unwrap_or_default(),
    }
}
