//! A whole interchange for one trading partner. It must not choose control numbers or read a clock:
//! both are arguments.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{ClaimPosition, NotWritten, SetHeader, write_set};
use crate::claim::{Claim, ClaimKind, Submitter};
use crate::payer::{BatchLimits, Party, TradingPartner};
use crate::x12::{Delimiters, GroupHeader, InterchangeHeader, Writer};

/// Control numbers and the moment of one interchange.
#[derive(Debug, Clone, Copy)]
pub struct Numbers<'a> {
    /// ISA13, 1 to 999 999 999, never used before with this partner.
    pub interchange: u32,
    /// GS06.
    pub group: u32,
    /// ST02 of the first set; the others count on.
    pub first_set: u32,
    /// BHT03 of the first set, at most 26 characters; the others add `-2`, `-3`, …
    pub reference: &'a str,
    /// Local time of the sender.
    pub created: DateTime,
}

/// An interchange and where everything went.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    pub bytes: Vec<u8>,
    pub sets: Vec<WrittenSet>,
}

/// One transaction set of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenSet {
    /// ST02: a 999 names the set by it (AK202).
    pub control_number: String,
    /// BHT03: a 277CA names the set by it (TRN02 of loop 2200B).
    pub reference: String,
    /// In the order written; `claim` is the index into all claims of the interchange.
    pub claims: Vec<ClaimPosition>,
}

/// How many claims one interchange may hold.
pub fn claims_per_interchange(limits: &BatchLimits) -> usize {
    let sets = limits.sets_per_interchange.max(1);
    limits.claims_per_set.max(1).saturating_mul(sets)
}

/// Writes the claims into one interchange of one group, split over transaction sets by the
/// partner's limits.
///
/// # Errors
/// Nothing is written when there is no claim, when there are more than [`claims_per_interchange`],
/// when they are not all of one kind (a group has one guide), or when a value would break the
/// framing; then the claim is named, so that the others can go without it.
pub fn interchange(
    partner: &TradingPartner,
    numbers: &Numbers<'_>,
    submitter: &Submitter,
    claims: &[&Claim],
) -> Result<Written, NotWritten> {
    let max = claims_per_interchange(&partner.limits);
    if claims.is_empty() {
        return Err(NotWritten::NoClaims);
    }
    if claims.len() > max {
        return Err(NotWritten::TooMany { max });
    }
    let kind = &claims[0].kind;
    if claims.iter().any(|claim| claim.kind.name() != kind.name()) {
        return Err(NotWritten::MixedKinds);
    }
    let mut writer = Writer::new(Delimiters::USUAL, &interchange_header(partner, numbers));
    writer.group(&group_header(partner, numbers, guide(partner, kind)));
    let mut sets = Vec::new();
    for claims in claims.chunks(partner.limits.claims_per_set.max(1)) {
        sets.push(set(
            &mut writer,
            partner,
            numbers,
            submitter,
            claims,
            &sets,
        )?);
    }
    let refused = |refused| NotWritten::Refused {
        claim: None,
        refused,
    };
    let bytes = writer.finish().map_err(refused)?;
    Ok(Written { bytes, sets })
}

fn set(
    writer: &mut Writer,
    partner: &TradingPartner,
    numbers: &Numbers<'_>,
    submitter: &Submitter,
    claims: &[&Claim],
    before: &[WrittenSet],
) -> Result<WrittenSet, NotWritten> {
    let first_claim: usize = before.iter().map(|set| set.claims.len()).sum();
    let number = u64::from(numbers.first_set) + before.len() as u64;
    let control_number = format!("{number:04}");
    let kind = claims.first().map(|claim| &claim.kind);
    let reference = match before.len() {
        0 => numbers.reference.to_owned(),
        earlier => format!("{}-{}", numbers.reference, earlier + 1),
    };
    let receiver = &partner.envelope.receiver;
    let header = SetHeader {
        control_number: &control_number,
        version: kind.map_or("", |kind| guide(partner, kind)),
        purpose: "00",
        reference: &reference,
        created: numbers.created,
        kind: "CH",
        submitter,
        receiver_name: receiver.name.as_deref().unwrap_or(&partner.name),
        receiver_id: group_id(receiver),
    };
    let mut written = write_set(writer, &header, claims).map_err(|error| match error {
        NotWritten::Refused { claim, refused } => NotWritten::Refused {
            claim: claim.map(|claim| claim + first_claim),
            refused,
        },
        other => other,
    })?;
    for position in &mut written {
        position.claim += first_claim;
    }
    Ok(WrittenSet {
        control_number,
        reference,
        claims: written,
    })
}

/// GS08 and ST03.
fn guide<'p>(partner: &'p TradingPartner, kind: &ClaimKind) -> &'p str {
    let envelope = &partner.envelope;
    match kind {
        ClaimKind::Professional => &envelope.professional_guide,
        ClaimKind::Institutional(_) => &envelope.institutional_guide,
        ClaimKind::Dental(_) => &envelope.dental_guide,
    }
}

fn interchange_header(partner: &TradingPartner, numbers: &Numbers<'_>) -> InterchangeHeader {
    let envelope = &partner.envelope;
    let id = |party: &Party| (party.qualifier.clone(), party.id.clone());
    InterchangeHeader {
        sender: id(&envelope.sender),
        receiver: id(&envelope.receiver),
        date: numbers.created.strftime("%y%m%d").to_string(),
        time: numbers.created.strftime("%H%M").to_string(),
        control_number: numbers.interchange,
        acknowledgment_requested: envelope.acknowledgment_requested,
        usage: u8::try_from(envelope.usage).unwrap_or(b'?'),
    }
}

fn group_header(partner: &TradingPartner, numbers: &Numbers<'_>, version: &str) -> GroupHeader {
    let envelope = &partner.envelope;
    GroupHeader {
        functional_id: "HC".into(),
        sender: group_id(&envelope.sender).to_owned(),
        receiver: group_id(&envelope.receiver).to_owned(),
        date: numbers.created.strftime("%Y%m%d").to_string(),
        time: numbers.created.strftime("%H%M").to_string(),
        control_number: numbers.group,
        version: version.to_owned(),
    }
}

/// GS02 or GS03, and NM109 of loop 1000B.
fn group_id(party: &Party) -> &str {
    party.group_id.as_deref().unwrap_or(&party.id)
}

/// The bytes are a claim: only their number is shown.
impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Written")
            .field("bytes", &self.bytes.len())
            .field("sets", &self.sets)
            .finish()
    }
}
