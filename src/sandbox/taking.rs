//! What an insurer takes of a payload: the judgment that its acknowledgments tell, and the claims of each interchange.
//! It must not decide on a claim.
//!
//! Beside the guides it holds claims to the plan's own companion guide, `companion.overlay`.

use std::sync::{Arc, LazyLock};

use crate::check::{Checker, Finding, Judgment, Severity, Verdict};
use crate::claim::Claim;
use crate::guide::rule::Rule;
use crate::guide::{Overlay, library};
use crate::transaction::t837::{ClaimReader, ReadClaim, SetInfo};
use crate::x12::{
    Delimiters, GroupHeader, InterchangeHeader, Item, Place, Segment, Writer, read_all,
};

use jiff::civil::DateTime;

/// The guide whose claims the plan decides.
const PROFESSIONAL: &str = "005010X222";
const COMPANION: &str = include_str!("companion.overlay");

/// A payload as it was judged and read.
pub(super) struct Payload {
    pub(super) judgment: Judgment,
    pub(super) interchanges: Vec<ReadInterchange>,
}

/// One interchange, as the judgment has it at the same index.
pub(super) struct ReadInterchange {
    pub(super) correspondent: Arc<Correspondent>,
    pub(super) sets: Vec<ReadSet>,
}

/// A transaction set that has claims.
pub(super) struct ReadSet {
    place: Place,
    pub(super) info: Arc<SetInfo>,
    pub(super) claims: Vec<Claim>,
}

/// Who is written back to, in the separators that they use: what they sent can then stand in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Correspondent {
    pub(super) us: (String, String),
    pub(super) them: (String, String),
    our_group: String,
    their_group: String,
    usage: u8,
    delimiters: Delimiters,
}

/// What the plan asks for beyond the guides.
fn companion() -> &'static [Rule] {
    static COMPANION_RULES: LazyLock<Overlay> =
        LazyLock::new(|| Overlay::parse(COMPANION, library()).expect("embedded overlay"));
    &COMPANION_RULES.rules
}

/// Judges and reads a payload.
pub(super) fn take(bytes: &[u8]) -> Payload {
    let mut checker = Checker::default().with_overlay(companion());
    let mut reader = ClaimReader::new();
    let mut interchanges = Vec::new();
    read_all(bytes, |item| {
        checker.item(&item);
        let Item::Segment(segment) = item else { return };
        // The claim that ends here stands before this segment.
        if let Some(claim) = reader.segment(&segment) {
            keep(&mut interchanges, claim);
        }
        open(&mut interchanges, &segment);
    });
    if let Some(claim) = reader.finish() {
        keep(&mut interchanges, claim);
    }
    Payload {
        judgment: checker.finish(),
        interchanges,
    }
}

impl Payload {
    /// Forgets the claims of everything that was rejected.
    pub(super) fn drop_rejected(&mut self) {
        let judged = &self.judgment.interchanges;
        for (index, read) in self.interchanges.iter_mut().enumerate() {
            read.sets.retain(|set| {
                judged
                    .get(index)
                    .is_some_and(|judged| is_taken(judged, set))
            });
        }
    }
}

fn is_taken(judged: &crate::check::Interchange, set: &ReadSet) -> bool {
    let at = |number: u32| number.checked_sub(1).map(|index| index as usize);
    let group = at(set.place.group).and_then(|index| judged.groups.get(index));
    let Some(group) = group else { return false };
    let judged_set = at(set.place.transaction).and_then(|index| group.transactions.get(index));
    let error = |finding: &Finding| finding.code.severity() == Severity::Error;
    judged.envelope_verdict() != Verdict::Rejected
        && !group.findings.iter().any(error)
        && judged_set.is_some_and(|judged| judged.verdict() != Verdict::Rejected)
        && set.info.version.starts_with(PROFESSIONAL)
}

fn open(interchanges: &mut Vec<ReadInterchange>, segment: &Segment<'_>) {
    let text = |number| segment.text(number).trim().to_owned();
    if segment.is("ISA") {
        let correspondent = Correspondent {
            us: (text(7), text(8)),
            them: (text(5), text(6)),
            our_group: text(8),
            their_group: text(6),
            usage: if segment.text(15) == "P" { b'P' } else { b'T' },
            delimiters: segment.delimiters,
        };
        interchanges.push(ReadInterchange {
            correspondent: Arc::new(correspondent),
            sets: Vec::new(),
        });
    } else if segment.is("GS")
        && segment.place.group == 1
        && let Some(open) = interchanges.last_mut()
    {
        let correspondent = Arc::make_mut(&mut open.correspondent);
        correspondent.our_group = text(3);
        correspondent.their_group = text(2);
    }
}

fn keep(interchanges: &mut [ReadInterchange], read: ReadClaim) {
    let Some(open) = interchanges.last_mut() else {
        return;
    };
    let key = |place: &Place| (place.group, place.transaction);
    match open.sets.last_mut() {
        Some(set) if key(&set.place) == key(&read.place) => set.claims.push(read.claim),
        _ => open.sets.push(ReadSet {
            place: read.place,
            info: read.set,
            claims: vec![read.claim],
        }),
    }
}

impl Correspondent {
    /// An interchange to them, with its one group open.
    pub(super) fn answer(
        &self,
        control_number: u32,
        created: DateTime,
        functional_id: &str,
        version: &str,
    ) -> Writer {
        let mut writer = Writer::new(
            self.delimiters,
            &InterchangeHeader {
                sender: self.us.clone(),
                receiver: self.them.clone(),
                date: created.strftime("%y%m%d").to_string(),
                time: created.strftime("%H%M").to_string(),
                control_number,
                acknowledgment_requested: false,
                usage: self.usage,
            },
        );
        writer.group(&GroupHeader {
            functional_id: functional_id.into(),
            sender: self.our_group.clone(),
            receiver: self.their_group.clone(),
            date: created.strftime("%Y%m%d").to_string(),
            time: created.strftime("%H%M").to_string(),
            control_number,
            version: version.into(),
        });
        writer
    }
}
