//! A transaction set: header, and the levels billing provider, subscriber, patient that claims hang
//! from. It must not open interchange or group, and must not know what stands inside a claim.

use std::collections::HashMap;

use jiff::civil::DateTime;

use super::write_party::{self as party, ccyymmdd};
use super::{ClaimPosition, Span, write_claim};
use crate::claim::{
    Address, Claim, Contact, Name, Patient, PayToPlan, Payer, Provider, ProviderId, Submitter,
    Subscriber,
};
use crate::x12::{Refused, Writer};

/// The guide lets loop 2300 repeat a hundred times under one subscriber or patient; then the level
/// is said again.
const CLAIMS_PER_PERSON: usize = 100;

/// What ST, BHT and loops 1000A and 1000B say.
#[derive(Debug, Clone, Copy)]
pub struct SetHeader<'a> {
    /// ST02, four to nine characters, unique in the interchange.
    pub control_number: &'a str,
    /// ST03, the guide's version.
    pub version: &'a str,
    /// BHT02: `00` original, `18` the same set again.
    pub purpose: &'a str,
    /// BHT03, at most 30 characters: a claim acknowledgment (277CA) gives it back.
    pub reference: &'a str,
    /// BHT04 and BHT05.
    pub created: DateTime,
    /// BHT06: `CH` claims, `RP` encounters.
    pub kind: &'a str,
    pub submitter: &'a Submitter,
    pub receiver_name: &'a str,
    pub receiver_id: &'a str,
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotWritten {
    /// A value would be read back as something else.
    Refused {
        /// Index of the first claim that holds it or stands under it; `None` where it is in a
        /// header.
        claim: Option<usize>,
        refused: Refused,
    },
    /// No claims were given: an 837 holds at least one.
    NoClaims,
    /// More claims than the trading partner takes in one interchange.
    TooMany { max: usize },
    /// Professional, institutional and dental claims go in interchanges of their own.
    MixedKinds,
}

impl std::fmt::Display for NotWritten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused { refused, .. } => refused.fmt(f),
            Self::MixedKinds => f.write_str("claims of more than one kind"),
            Self::NoClaims => f.write_str("there is no claim to write"),
            Self::TooMany { max } => {
                write!(
                    f,
                    "more claims than the {max} that one interchange may hold"
                )
            }
        }
    }
}

impl std::error::Error for NotWritten {}

/// Writes one transaction set into an open group. Claims of one billing provider, and in it of one
/// subscriber and one patient, stand together; otherwise their order is kept. The positions are in
/// the order written.
///
/// # Errors
/// [`NotWritten::Refused`] for the first value that holds a separator or a control character.
pub fn write_set(
    writer: &mut Writer,
    header: &SetHeader<'_>,
    claims: &[&Claim],
) -> Result<Vec<ClaimPosition>, NotWritten> {
    if claims.is_empty() {
        return Err(NotWritten::NoClaims);
    }
    set_header(writer, header);
    accepted(writer, None)?;
    let mut tree = Tree {
        writer,
        submitter: &header.submitter.contact,
        levels: 0,
        positions: Vec::with_capacity(claims.len()),
    };
    for family in families(claims) {
        tree.billing_provider(&family, claims)?;
    }
    Ok(tree.positions)
}

fn accepted(writer: &Writer, claim: Option<usize>) -> Result<(), NotWritten> {
    match writer.refused() {
        None => Ok(()),
        Some(refused) => Err(NotWritten::Refused {
            claim,
            refused: refused.clone(),
        }),
    }
}

fn set_header(writer: &mut Writer, header: &SetHeader<'_>) {
    writer.transaction("837", header.control_number, header.version);
    writer
        .segment("BHT")
        .element("0019")
        .element(header.purpose)
        .element(header.reference)
        .element(&ccyymmdd(header.created.date()))
        .element(&header.created.strftime("%H%M").to_string())
        .element(header.kind);
    let submitter = header.submitter;
    party::name(writer, "41", &submitter.name, ("46", &submitter.id));
    party::contact(writer, &submitter.contact);
    let receiver = Name::organization(header.receiver_name);
    party::name(writer, "40", &receiver, ("46", header.receiver_id));
}

/// Claims under one billing provider, by index.
struct Family<'a> {
    provider: &'a Provider,
    pay_to: Option<&'a Address>,
    pay_to_plan: Option<&'a PayToPlan>,
    currency: Option<&'a str>,
    households: Vec<Household<'a>>,
    /// Households by member number, which is nearly always enough to tell them apart.
    by_member: HashMap<&'a str, Vec<usize>>,
}

/// Claims under one subscriber. A subscriber's own claims and a dependent's do not share a level:
/// the one is said to be the patient (SBR02, DMG) and the other is not.
struct Household<'a> {
    subscriber: &'a Subscriber,
    payer: &'a Payer,
    members: Vec<Member<'a>>,
}

struct Member<'a> {
    /// `None`: the subscriber.
    patient: Option<&'a Patient>,
    claims: Vec<usize>,
}

fn families<'a>(claims: &[&'a Claim]) -> Vec<Family<'a>> {
    let mut families: Vec<Family<'a>> = Vec::new();
    for (index, claim) in claims.iter().copied().enumerate() {
        let known = families.iter().position(|family| family.takes(claim));
        let at = known.unwrap_or_else(|| {
            families.push(Family {
                provider: &claim.billing_provider,
                pay_to: claim.pay_to.as_ref(),
                pay_to_plan: claim.detail.pay_to_plan.as_ref(),
                currency: claim.detail.currency.as_deref(),
                households: Vec::new(),
                by_member: HashMap::new(),
            });
            families.len() - 1
        });
        families[at].add(index, claim);
    }
    families
}

impl<'a> Family<'a> {
    fn takes(&self, claim: &Claim) -> bool {
        self.provider == &claim.billing_provider
            && self.pay_to == claim.pay_to.as_ref()
            && self.pay_to_plan == claim.detail.pay_to_plan.as_ref()
            && self.currency == claim.detail.currency.as_deref()
    }

    fn add(&mut self, index: usize, claim: &'a Claim) {
        let candidates = self
            .by_member
            .entry(claim.subscriber.member_id.as_str())
            .or_default();
        let known = candidates
            .iter()
            .copied()
            .find(|&at| self.households[at].takes(claim));
        let at = known.unwrap_or_else(|| {
            candidates.push(self.households.len());
            self.households.push(Household {
                subscriber: &claim.subscriber,
                payer: &claim.payer,
                members: Vec::new(),
            });
            self.households.len() - 1
        });
        self.households[at].add(index, claim);
    }
}

impl<'a> Household<'a> {
    fn takes(&self, claim: &Claim) -> bool {
        let room = |member: &Member<'_>| match (member.patient, &claim.patient) {
            (None, None) => member.claims.len() < CLAIMS_PER_PERSON,
            (Some(_), Some(_)) => true,
            _ => false,
        };
        self.members.first().is_none_or(room)
            && self.subscriber == &claim.subscriber
            && self.payer == &claim.payer
    }

    fn add(&mut self, index: usize, claim: &'a Claim) {
        let patient = claim.patient.as_ref();
        let known = self
            .members
            .iter_mut()
            .find(|member| member.patient == patient && member.claims.len() < CLAIMS_PER_PERSON);
        match known {
            Some(member) => member.claims.push(index),
            None => self.members.push(Member {
                patient,
                claims: vec![index],
            }),
        }
    }
}

struct Tree<'w, 'h> {
    writer: &'w mut Writer,
    submitter: &'h Contact,
    /// HL01 of the last level.
    levels: u32,
    positions: Vec<ClaimPosition>,
}

impl Tree<'_, '_> {
    fn billing_provider(
        &mut self,
        family: &Family<'_>,
        claims: &[&Claim],
    ) -> Result<(), NotWritten> {
        let first = self.writer.position() + 1;
        let level = self.level(None, "20", "1");
        billing_provider(self.writer, family, self.submitter);
        let mut position = ClaimPosition {
            billing_provider: self.span_from(first),
            ..ClaimPosition::default()
        };
        for household in &family.households {
            self.household(level, household, &mut position, family.provider, claims)?;
        }
        Ok(())
    }

    fn household(
        &mut self,
        parent: u32,
        household: &Household<'_>,
        position: &mut ClaimPosition,
        provider: &Provider,
        claims: &[&Claim],
    ) -> Result<(), NotWritten> {
        let first = self.writer.position() + 1;
        let own = household
            .members
            .iter()
            .all(|member| member.patient.is_none());
        let level = self.level(Some(parent), "22", if own { "0" } else { "1" });
        if own {
            patient_subscriber(self.writer, household.subscriber);
        } else {
            subscriber(self.writer, household.subscriber);
        }
        payer(self.writer, household.payer, provider);
        position.subscriber = self.span_from(first);
        for member in &household.members {
            position.patient = member.patient.map(|patient| {
                let first = self.writer.position() + 1;
                self.level(Some(level), "23", "0");
                dependent(self.writer, patient);
                self.span_from(first)
            });
            for &index in &member.claims {
                self.claim(index, claims[index], position)?;
            }
        }
        Ok(())
    }

    fn claim(
        &mut self,
        index: usize,
        claim: &Claim,
        levels: &ClaimPosition,
    ) -> Result<(), NotWritten> {
        let first = self.writer.position() + 1;
        let lines = write_claim::write(self.writer, claim);
        accepted(self.writer, Some(index))?;
        self.positions.push(ClaimPosition {
            claim: index,
            all: self.span_from(first),
            lines,
            ..levels.clone()
        });
        Ok(())
    }

    fn level(&mut self, parent: Option<u32>, code: &str, children: &str) -> u32 {
        self.levels += 1;
        self.writer
            .segment("HL")
            .element(&self.levels.to_string())
            .optional(parent.map(|parent| parent.to_string()).as_deref())
            .element(code)
            .element(children);
        self.levels
    }

    fn span_from(&self, first: u32) -> Span {
        let last = self.writer.position();
        Span { first, last }
    }
}

/// The numbers that the guide puts with the billing provider's name; its others stand with the
/// payer's.
fn with_name(id: &ProviderId) -> bool {
    matches!(id.kind.as_str(), "0B" | "1G")
}

/// Loops 2000A and 2010AA to 2010AC. The contact stands only where it is not the submitter's.
fn billing_provider(writer: &mut Writer, family: &Family<'_>, submitter: &Contact) {
    let provider = family.provider;
    party::taxonomy(writer, "BI", provider.taxonomy.as_deref());
    if let Some(currency) = family.currency {
        writer.segment("CUR").element("85").element(currency);
    }
    party::provider_name(writer, "85", provider);
    if let Some(address) = &provider.address {
        party::address(writer, address);
    }
    if let Some(tax_id) = &provider.tax_id {
        party::tax_id(writer, tax_id);
    }
    party::other_ids(writer, provider.other_ids.iter().filter(|id| with_name(id)));
    if let Some(contact) = provider.contact.as_ref().filter(|&own| own != submitter) {
        party::contact(writer, contact);
    }
    if let Some(address) = family.pay_to {
        party::nameless(writer, "87", party::name_kind(&provider.name), "");
        party::address(writer, address);
    }
    if let Some(plan) = family.pay_to_plan {
        pay_to_plan(writer, plan);
    }
}

/// Loop 2010AC.
fn pay_to_plan(writer: &mut Writer, plan: &PayToPlan) {
    let kind = plan.id_kind.as_deref().unwrap_or("PI");
    let name = Name::organization(plan.name.as_str());
    party::name(writer, "PE", &name, (kind, &plan.id));
    if let Some(address) = &plan.address {
        party::address(writer, address);
    }
    party::payer_numbers(writer, plan.other_id.as_slice());
    if let Some(number) = &plan.tax_number {
        party::reference(writer, "EI", number);
    }
}

/// Loops 2000B and 2010BA of a subscriber who is the patient.
fn patient_subscriber(writer: &mut Writer, subscriber: &Subscriber) {
    coverage(writer, subscriber, Some("18"));
    party::patient(writer, None, &subscriber.detail);
    subscriber_name(writer, subscriber);
    if let Some(address) = &subscriber.address {
        party::address(writer, address);
    }
    party::demographics(writer, subscriber.birth_date.as_ref(), subscriber.sex);
    subscriber_numbers(writer, subscriber);
    party::person_contact(writer, &subscriber.detail);
}

/// Loops 2000B and 2010BA of a subscriber whose dependent is the patient: the guide wants neither
/// address nor birth date.
fn subscriber(writer: &mut Writer, subscriber: &Subscriber) {
    coverage(writer, subscriber, None);
    subscriber_name(writer, subscriber);
    subscriber_numbers(writer, subscriber);
    party::person_contact(writer, &subscriber.detail);
}

/// SBR. The group's name stands only where its number is not known.
fn coverage(writer: &mut Writer, subscriber: &Subscriber, relationship: Option<&str>) {
    let group_number = subscriber.group_number.as_deref();
    let group_name = subscriber.group_name.as_deref();
    writer
        .segment("SBR")
        .element(&subscriber.payer_responsibility)
        .optional(relationship)
        .optional(group_number)
        .optional(group_name.filter(|_| group_number.is_none()))
        .optional(subscriber.insurance_type.as_deref())
        .skip(3)
        .optional(subscriber.claim_filing.as_deref());
}

fn subscriber_name(writer: &mut Writer, subscriber: &Subscriber) {
    let kind = subscriber.detail.member_id_kind.as_deref();
    let id = (kind.unwrap_or("MI"), subscriber.member_id.as_str());
    party::name(writer, "IL", &subscriber.name, id);
}

fn subscriber_numbers(writer: &mut Writer, subscriber: &Subscriber) {
    if let Some(number) = &subscriber.detail.social_security_number {
        party::reference(writer, "SY", number.as_str());
    }
    if let Some(number) = &subscriber.detail.property_casualty_claim {
        party::reference(writer, "Y4", number);
    }
}

/// Loop 2010BB, with the numbers by which this payer knows the billing provider.
fn payer(writer: &mut Writer, payer: &Payer, provider: &Provider) {
    let name = Name::organization(payer.name.as_str());
    let kind = payer.detail.id_kind.as_deref().unwrap_or("PI");
    party::name(writer, "PR", &name, (kind, &payer.id));
    if let Some(address) = &payer.address {
        party::address(writer, address);
    }
    party::payer_numbers(writer, &payer.detail.other_ids);
    party::other_ids(
        writer,
        provider.other_ids.iter().filter(|id| !with_name(id)),
    );
}

/// Loops 2000C and 2010CA.
fn dependent(writer: &mut Writer, patient: &Patient) {
    let detail = &patient.detail;
    party::patient(writer, Some(&patient.relationship), detail);
    party::name(writer, "QC", &patient.name, ("", ""));
    party::address(writer, &patient.address);
    party::demographics(writer, Some(&patient.birth_date), Some(patient.sex));
    if let Some(number) = &detail.property_casualty_claim {
        party::reference(writer, "Y4", number);
    }
    if let Some(number) = &detail.member_id {
        party::reference(writer, "1W", number.as_str());
    }
    if let Some(number) = &detail.social_security_number {
        party::reference(writer, "SY", number.as_str());
    }
    party::person_contact(writer, detail);
}
