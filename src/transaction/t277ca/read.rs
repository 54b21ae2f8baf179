//! Segments to claim acknowledgments. It must not fail: what it cannot read, it tells.

use super::{
    ClaimAcknowledgment, ClaimAcknowledgments, LineAcknowledgment, Party, ProviderAcknowledgment,
    Status, StatusCode, Totals, Unreadable,
};
use crate::transaction::t835::{party, procedure};
use crate::transaction::value::{count, day, money, optional, period, reference, text};
use crate::x12::{self, Item, Segment};

/// Every acknowledgment of a stream of interchanges, one an information receiver; other sets are passed over.
pub fn read(bytes: &[u8]) -> Vec<ClaimAcknowledgments> {
    let mut reader = ClaimAcknowledgmentReader::default();
    x12::read_all(bytes, |item| {
        if let Item::Segment(segment) = item {
            reader.segment(&segment);
        }
    });
    reader.finish()
}

/// Whether ST opens a claim acknowledgment. A 277 may also answer a 276 (005010X212): what that says of a claim is no
/// receipt of it.
pub fn is_claim_acknowledgment(st: &Segment<'_>) -> bool {
    st.text(1) == "277" && st.text(3) != "005010X212"
}

/// Reads 277CA transaction sets out of a stream of segments; other sets are passed over.
#[derive(Debug, Default)]
pub struct ClaimAcknowledgmentReader {
    found: Vec<ClaimAcknowledgments>,
    level: Level,
    /// What the set and its information source say, for every receiver under it.
    source: ClaimAcknowledgments,
    /// Of the open patient level.
    patient: Party,
    /// Whether the open patient level has a claim yet.
    in_claim: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Level {
    /// Not in a 277CA.
    #[default]
    Outside,
    Heading,
    Source,
    Receiver,
    Provider,
    Patient,
}

impl ClaimAcknowledgmentReader {
    /// Everything that was read, one an information receiver.
    pub fn finish(mut self) -> Vec<ClaimAcknowledgments> {
        self.end();
        self.found
    }

    /// Takes the next segment.
    pub fn segment(&mut self, segment: &Segment<'_>) {
        match segment.id() {
            b"ST" => {
                self.end();
                if is_claim_acknowledgment(segment) {
                    self.level = Level::Heading;
                    self.source.control_number = text(segment, 2);
                }
            }
            b"SE" | b"GE" | b"IEA" | b"ISA" => self.end(),
            _ if self.level == Level::Outside => {}
            b"BHT" => {
                self.source.reference = text(segment, 3);
                self.source.created = day(segment, 4, &mut self.source.unreadable);
                self.source.time = text(segment, 5);
            }
            b"HL" => self.enter(segment),
            _ => match self.level {
                Level::Outside => {}
                Level::Heading | Level::Source => in_source(&mut self.source, segment),
                Level::Receiver => in_receiver(self.receiver(), segment),
                Level::Provider => {
                    let (provider, notes) = self.provider();
                    in_provider(provider, segment, notes);
                }
                Level::Patient => self.in_patient(segment),
            },
        }
    }

    /// A level is known by its code alone: senders number parents wrongly.
    fn enter(&mut self, segment: &Segment<'_>) {
        self.level = match segment.text(3) {
            "20" => {
                self.close_source();
                let ClaimAcknowledgments {
                    control_number,
                    reference,
                    created,
                    time,
                    ..
                } = std::mem::take(&mut self.source);
                self.source = ClaimAcknowledgments {
                    control_number,
                    reference,
                    created,
                    time,
                    ..Default::default()
                };
                Level::Source
            }
            "21" => {
                self.found.push(self.source.clone());
                Level::Receiver
            }
            "19" => {
                self.receiver()
                    .providers
                    .push(ProviderAcknowledgment::default());
                Level::Provider
            }
            _ => {
                // Opens the levels above where the sender left them out.
                self.provider();
                self.patient = Party::default();
                self.in_claim = false;
                Level::Patient
            }
        };
    }

    /// A source that no receiver stands under still says something.
    fn close_source(&mut self) {
        if self.level == Level::Source {
            self.found.push(std::mem::take(&mut self.source));
        }
    }

    fn end(&mut self) {
        self.close_source();
        self.level = Level::Outside;
        self.source = ClaimAcknowledgments::default();
    }

    /// The open receiver; one without its level where the sender left it out.
    fn receiver(&mut self) -> &mut ClaimAcknowledgments {
        if matches!(self.level, Level::Heading | Level::Source) || self.found.is_empty() {
            self.found.push(self.source.clone());
        }
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn provider(&mut self) -> (&mut ProviderAcknowledgment, &mut Vec<Unreadable>) {
        let receiver = self.receiver();
        if receiver.providers.is_empty() {
            receiver.providers.push(ProviderAcknowledgment::default());
        }
        let last = receiver.providers.len() - 1;
        (&mut receiver.providers[last], &mut receiver.unreadable)
    }

    fn in_patient(&mut self, segment: &Segment<'_>) {
        if segment.is("NM1") {
            self.patient = party(segment);
            return;
        }
        if segment.is("TRN") || !self.in_claim {
            self.in_claim = true;
            let patient = self.patient.clone();
            self.provider().0.claims.push(ClaimAcknowledgment {
                patient,
                ..Default::default()
            });
        }
        let (provider, notes) = self.provider();
        if let Some(claim) = provider.claims.last_mut() {
            match claim.lines.last_mut() {
                Some(line) if !segment.is("SVC") => in_line(line, segment, notes),
                _ => in_claim(claim, segment, notes),
            }
        }
    }
}

fn in_source(source: &mut ClaimAcknowledgments, segment: &Segment<'_>) {
    let notes = &mut source.unreadable;
    match (segment.id(), segment.text(1)) {
        (b"NM1", _) => source.source = party(segment),
        (b"TRN", _) => source.transmission = text(segment, 2),
        (b"DTP", "050") => source.received = day(segment, 3, notes),
        (b"DTP", "009") => source.processed = day(segment, 3, notes),
        _ => {}
    }
}

fn in_receiver(receiver: &mut ClaimAcknowledgments, segment: &Segment<'_>) {
    let notes = &mut receiver.unreadable;
    match segment.id() {
        b"NM1" => receiver.receiver = party(segment),
        b"TRN" => receiver.batch = text(segment, 2),
        b"STC" => receiver.statuses.push(status(segment, notes)),
        b"QTY" | b"AMT" => totals(&mut receiver.totals, segment, notes),
        _ => {}
    }
}

fn in_provider(
    provider: &mut ProviderAcknowledgment,
    segment: &Segment<'_>,
    notes: &mut Vec<Unreadable>,
) {
    match segment.id() {
        b"NM1" => provider.provider = party(segment),
        b"TRN" => provider.trace = text(segment, 2),
        b"STC" => provider.statuses.push(status(segment, notes)),
        b"REF" => provider.references.push(reference(segment)),
        b"QTY" | b"AMT" => totals(&mut provider.totals, segment, notes),
        _ => {}
    }
}

fn in_claim(claim: &mut ClaimAcknowledgment, segment: &Segment<'_>, notes: &mut Vec<Unreadable>) {
    match (segment.id(), segment.text(1)) {
        (b"TRN", _) => claim.control_number = text(segment, 2),
        (b"STC", _) => claim.statuses.push(status(segment, notes)),
        (b"REF", "1K") => claim.payer_claim_number = optional(segment, 2),
        (b"REF", "D9") => claim.clearinghouse_trace = optional(segment, 2),
        (b"REF", "BLT") => claim.bill_type = optional(segment, 2),
        (b"DTP", "472") => (claim.service_from, claim.service_to) = period(segment, notes),
        (b"SVC", _) => claim.lines.push(LineAcknowledgment {
            procedure: procedure(segment, 1).unwrap_or_default(),
            charge: money(segment, 2, notes),
            revenue_code: text(segment, 4),
            units: optional(segment, 7),
            ..Default::default()
        }),
        _ => {}
    }
}

fn in_line(line: &mut LineAcknowledgment, segment: &Segment<'_>, notes: &mut Vec<Unreadable>) {
    match (segment.id(), segment.text(1)) {
        (b"STC", _) => line.statuses.push(status(segment, notes)),
        (b"REF", "FJ") => line.line_control_number = optional(segment, 2),
        (b"REF", "XZ") => line.prescription = optional(segment, 2),
        (b"DTP", "472") => (line.service_from, line.service_to) = period(segment, notes),
        _ => {}
    }
}

fn status(segment: &Segment<'_>, notes: &mut Vec<Unreadable>) -> Status {
    let code = |element| {
        let part = |number| segment.component(element, number).to_owned();
        StatusCode {
            category: part(1),
            status: part(2),
            entity: part(3),
        }
    };
    let more = [10, 11]
        .into_iter()
        .filter(|&element| !segment.element(element).is_empty());
    Status {
        codes: std::iter::once(1).chain(more).map(code).collect(),
        date: day(segment, 2, notes),
        action: text(segment, 3),
        amount: money(segment, 4, notes),
        message: optional(segment, 12),
    }
}

fn totals(totals: &mut Totals, segment: &Segment<'_>, notes: &mut Vec<Unreadable>) {
    match (segment.id(), segment.text(1)) {
        (b"QTY", "90" | "QA") => totals.accepted = count(segment, 2, notes),
        (b"QTY", "AA" | "QC") => totals.rejected = count(segment, 2, notes),
        (b"AMT", "YU") => totals.accepted_amount = money(segment, 2, notes),
        (b"AMT", "YY") => totals.rejected_amount = money(segment, 2, notes),
        _ => {}
    }
}
