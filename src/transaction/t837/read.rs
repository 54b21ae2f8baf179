//! Segments to claims, one claim at a time: what is kept is one claim and the levels above it. It
//! must not fail, nor judge: what it cannot read, it tells.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, Notes, What};
use super::read_claim::OpenClaim;
use super::read_levels::{Billing, Coverage, Dependent, Header, Level};
use super::read_party::{no_name, no_provider};
use super::{ClaimPosition, Span, Unreadable};
use crate::claim::{
    Claim, ClaimDates, ClaimDetail, ClaimKind, Contact, Money, Submitter, Supplement,
};
use crate::x12::{Place, Segment};

/// Reads the claims of 837 transaction sets out of a stream of segments; other transaction sets
/// are passed over.
#[derive(Debug, Default)]
pub struct ClaimReader {
    /// GS08, for a set that does not name its guide.
    group_version: Option<String>,
    set: Option<Header>,
    billing: Option<Level<Billing>>,
    subscriber: Option<Level<Coverage>>,
    patient: Option<Level<Dependent>>,
    claim: Option<OpenClaim>,
    claims: usize,
}

/// A claim as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadClaim {
    pub set: Arc<SetInfo>,
    /// Of its CLM segment.
    pub place: Place,
    pub position: ClaimPosition,
    pub claim: Claim,
    /// What stands in the file and not in the claim, its own and that of the levels above it. Where
    /// it is not empty, an empty text, zero or the day 0000-01-01 may stand for something that was
    /// not there.
    pub unreadable: Vec<Unreadable>,
}

/// What the set says before its first claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetInfo {
    /// ST02.
    pub control_number: String,
    /// ST03, or GS08 where that is empty.
    pub version: String,
    /// BHT02: `00` original, `18` the same set again.
    pub purpose: String,
    /// BHT03.
    pub reference: String,
    /// BHT04.
    pub date: Option<Date>,
    /// BHT05 as it stands.
    pub time: Option<String>,
    /// BHT06: `CH` claims, `RP` encounters, `31` subrogation.
    pub kind: String,
    pub submitter: Submitter,
    pub receiver_name: String,
    pub receiver_id: String,
    pub unreadable: Vec<Unreadable>,
}

impl ClaimReader {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next segment; gives the claim that it ends.
    pub fn segment(&mut self, segment: &Segment<'_>) -> Option<ReadClaim> {
        match segment.id() {
            b"ISA" | b"IEA" | b"GE" | b"SE" => {
                let claim = self.finish();
                self.leave();
                claim
            }
            b"GS" => {
                let claim = self.finish();
                self.leave();
                self.group_version = Some(segment.text(8).to_owned());
                claim
            }
            b"ST" => {
                let claim = self.finish();
                self.open(segment);
                claim
            }
            b"HL" if self.set.is_some() => {
                let claim = self.finish();
                self.level(segment);
                claim
            }
            b"CLM" if self.set.is_some() => {
                let claim = self.finish();
                self.open_claim(segment);
                claim
            }
            _ => {
                self.inside(segment);
                None
            }
        }
    }

    /// The claim that the end of the stream cut off.
    pub fn finish(&mut self) -> Option<ReadClaim> {
        let open = self.claim.take()?;
        let set = Arc::clone(&self.set.as_ref()?.info);
        let (place, claim, position, notes) = open.close();
        let mut unreadable = Vec::new();
        let levels = [
            self.billing.as_ref().map(|level| &level.notes),
            self.subscriber.as_ref().map(|level| &level.notes),
            self.patient.as_ref().map(|level| &level.notes),
        ];
        for Notes(level) in levels.into_iter().flatten() {
            unreadable.extend_from_slice(level);
        }
        unreadable.extend(notes.0);
        Some(ReadClaim {
            set,
            place,
            position,
            claim,
            unreadable,
        })
    }

    /// What the open set says before its first claim; `None` outside an 837.
    pub fn set(&self) -> Option<&SetInfo> {
        self.set.as_ref().map(|header| header.info.as_ref())
    }

    fn leave(&mut self) {
        *self = Self {
            group_version: self.group_version.take(),
            ..Self::default()
        };
    }

    fn open(&mut self, segment: &Segment<'_>) {
        self.leave();
        if segment.text(1) != "837" {
            return;
        }
        let version = Some(segment.text(3)).filter(|version| !version.is_empty());
        let version = version.or(self.group_version.as_deref());
        self.set = Some(Header {
            info: Arc::new(SetInfo {
                control_number: segment.text(2).to_owned(),
                version: version.unwrap_or_default().to_owned(),
                purpose: String::new(),
                reference: String::new(),
                date: None,
                time: None,
                kind: String::new(),
                submitter: Submitter {
                    name: no_name(),
                    id: String::new(),
                    contact: Contact::default(),
                },
                receiver_name: String::new(),
                receiver_id: String::new(),
                unreadable: Vec::new(),
            }),
            in_submitter: false,
        });
    }

    fn level(&mut self, segment: &Segment<'_>) {
        let span = span_at(segment);
        let notes = Notes::default();
        match segment.text(3) {
            "20" => {
                (self.subscriber, self.patient) = (None, None);
                let value = Billing::new();
                self.billing = Some(Level { value, span, notes });
            }
            "22" => {
                self.patient = None;
                let value = Coverage::new();
                self.subscriber = Some(Level { value, span, notes });
            }
            "23" => {
                let value = Dependent::new();
                self.patient = Some(Level { value, span, notes });
            }
            _ => self.note_here(segment, 3, What::UnknownCode),
        }
    }

    /// Tells about a segment in the innermost level, or in the header.
    fn note_here(&mut self, segment: &Segment<'_>, element: usize, what: What) {
        let notes = if let Some(level) = &mut self.patient {
            &mut level.notes
        } else if let Some(level) = &mut self.subscriber {
            &mut level.notes
        } else if let Some(level) = &mut self.billing {
            &mut level.notes
        } else if let Some(header) = &mut self.set {
            return header.tell(|notes, _, _| {
                let mut cursor = Cursor::new(segment, notes);
                cursor.note(element, what);
                cursor.pass();
            });
        } else {
            return;
        };
        let mut cursor = Cursor::new(segment, notes);
        cursor.note(element, what);
        cursor.pass();
    }

    fn inside(&mut self, segment: &Segment<'_>) {
        if let Some(claim) = &mut self.claim {
            claim.segment(segment);
        } else if let Some(level) = &mut self.patient {
            level.span.last = segment.place.position;
            level.value.segment(segment, &mut level.notes);
        } else if let Some(level) = &mut self.subscriber {
            level.span.last = segment.place.position;
            level.value.segment(segment, &mut level.notes);
        } else if let Some(level) = &mut self.billing {
            level.span.last = segment.place.position;
            level.value.segment(segment, &mut level.notes);
        } else if let Some(header) = &mut self.set {
            header.segment(segment);
        }
    }

    fn open_claim(&mut self, segment: &Segment<'_>) {
        let mut notes = Notes::default();
        let mut position = ClaimPosition {
            claim: self.claims,
            all: span_at(segment),
            ..ClaimPosition::default()
        };
        self.claims += 1;
        let mut claim = self.claim_of_levels(&mut position);
        if self.billing.is_none() || self.subscriber.is_none() {
            notes.add(segment.place.position, "CLM", 0, What::Orphan);
        }
        if let Some(level) = self.patient.as_mut().filter(|level| !level.value.told) {
            level.value.told = true;
            if !level.value.born {
                level.notes.add(level.span.first, "HL", 0, What::Absent);
            }
        }
        let version = self.set().map_or("", |set| set.version.as_str());
        claim.kind = kind(version, segment);
        OpenClaim::header(&mut claim, segment, &mut notes);
        self.claim = Some(OpenClaim::new(segment.place, claim, position, notes));
    }

    /// A claim that has only what stands above it.
    fn claim_of_levels(&self, position: &mut ClaimPosition) -> Claim {
        let billing = self.billing.as_ref();
        let coverage = self.subscriber.as_ref();
        let patient = self.patient.as_ref();
        position.billing_provider = billing.map(|level| level.span).unwrap_or_default();
        position.subscriber = coverage.map(|level| level.span).unwrap_or_default();
        position.patient = patient.map(|level| level.span);
        let mut provider = billing.map_or_else(no_provider, |level| level.value.provider.clone());
        let empty = Coverage::new();
        let coverage = coverage.map_or(&empty, |level| &level.value);
        provider
            .other_ids
            .extend(coverage.provider_ids.iter().cloned());
        Claim {
            control_number: String::new(),
            billing_provider: provider,
            pay_to: billing.and_then(|level| level.value.pay_to.clone()),
            subscriber: coverage.subscriber.clone(),
            patient: patient.map(|level| level.value.patient()),
            payer: coverage.payer.clone(),
            total_charge: Money::ZERO,
            place_of_service: String::new(),
            frequency: String::new(),
            provider_signature_on_file: None,
            assignment: String::new(),
            benefits_assignment: String::new(),
            release_of_information: String::new(),
            accident: None,
            delay_reason: None,
            dates: ClaimDates::default(),
            attachments: Vec::new(),
            patient_paid: None,
            supplement: Supplement::default(),
            note: None,
            diagnoses: Vec::new(),
            providers: Vec::new(),
            other_payers: Vec::new(),
            lines: Vec::new(),
            detail: ClaimDetail {
                pay_to_plan: billing.and_then(|level| level.value.pay_to_plan.clone()),
                currency: billing.and_then(|level| level.value.currency.clone()),
                ..ClaimDetail::default()
            }
            .into(),
            kind: ClaimKind::default(),
        }
    }
}

/// By the guide that the set names; where that is none of the three, by the qualifier of CLM05-1.
fn kind(version: &str, claim: &Segment<'_>) -> ClaimKind {
    match version.get(6..10) {
        Some("X222") => ClaimKind::Professional,
        Some("X223") => ClaimKind::Institutional(Box::default()),
        Some("X224") => ClaimKind::Dental(Box::default()),
        _ if claim.component(5, 2) == "A" => ClaimKind::Institutional(Box::default()),
        _ => ClaimKind::Professional,
    }
}

fn span_at(segment: &Segment<'_>) -> Span {
    let at = segment.place.position;
    Span {
        first: at,
        last: at,
    }
}
