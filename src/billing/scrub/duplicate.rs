//! Services that were billed before: in this run, or in what the store remembers. The question needs all charts, so each
//! claim carries fingerprints of its services, and whoever has them together asks.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{Edit, hand, severity};
use crate::billing::Billed;
use crate::billing::kind::{ALL, Kind};
use crate::chart::{Chart, Code, Finding, Origins, Severity};
use crate::claim::{Claim, ClaimKind, LineKind, Name, Npi, ServiceLine};
use crate::payer::TradingPartner;

pub(super) const EDIT: Edit = Edit {
    code: Code::ServiceDuplicate,
    keys: &[
        "X222.351.2400.SV101-2.911",
        "X223.143.2300.CLM05.911",
        "X224.000.2400.SV301-2.911",
    ],
    kinds: ALL,
    from: None,
    to: None,
    can_be_overridden: true,
    reason: "The same service again is denied as an exact duplicate (CARC 18), and who bills so often is looked into. Exact is \
             what CMS compares: patient, provider, days, code, place and charge; and modifiers, which say that a service \
             was done again. Of a facility's bill it is the type of bill, the days and the charge.",
    source: "CMS Claims Processing Manual, chapter 1, section 120.2",
    // Asked when the charts are together.
    judge: |_, _| {},
};

/// What a claim bills, each service as a payer tells it from others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Services {
    /// Of the chart's procedures from `first` on, one each; of a facility's bill one for all.
    pub fingerprints: Vec<u64>,
    pub first: usize,
    /// How seriously the same again is taken; `None` where nobody asks.
    pub severity: Option<Severity>,
}

impl Billed {
    /// Of every service that it bills.
    pub fn fingerprints(&self) -> impl Iterator<Item = u64> + '_ {
        let claims = self.claims.iter();
        claims.flat_map(|one| one.services.fingerprints.iter().copied())
    }

    /// Tells of its services that were billed before, and holds the chart where that is taken as an error. `before` says
    /// in words what has billed a service, if anything has.
    pub fn tell_billed_before(
        &mut self,
        origins: &Origins,
        before: impl Fn(u64) -> Option<String>,
    ) {
        let mut findings = Vec::new();
        for one in &self.claims {
            let Some(severity) = one.services.severity else {
                continue;
            };
            for (index, fingerprint) in one.services.fingerprints.iter().enumerate() {
                let Some(words) = before(*fingerprint) else {
                    continue;
                };
                let pointer = match one.claim.kind {
                    ClaimKind::Institutional(_) => "/stay".to_owned(),
                    _ => format!("/procedures/{}", one.services.first + index),
                };
                let finding = Finding::new(EDIT.code, origins.resolve(&pointer), words);
                findings.push(finding.taken_as(severity));
            }
        }
        self.findings.extend(findings);
        if self.is_held() {
            self.claims.clear();
        }
    }
}

/// How seriously a chart's duplicates are taken.
pub(in crate::billing) fn taken(
    partner: &TradingPartner,
    chart: &Chart,
    day: Option<Date>,
) -> Option<Severity> {
    let severity = severity(&EDIT, partner, day)?;
    let mut overrides = chart.submission.overrides.iter();
    match overrides.any(|one| EDIT.is_called(one.edit.trim())) {
        true => Some(Severity::Info),
        false => Some(severity),
    }
}

/// Fingerprints of what a claim bills; none where it bills nothing new, or has no days yet.
pub(in crate::billing) fn services(
    kind: Kind,
    seed: &str,
    partner: &str,
    claim: &Claim,
) -> Vec<u64> {
    /// The provider asks for the same bill again on purpose: a second visit on one day (NUBC).
    const SECOND_VISIT: &str = "G0";
    if claim.frequency != "1" {
        return Vec::new();
    }
    let mut start = Sha256::new();
    let patient = claim.patient.as_ref();
    let name = patient.map_or(&claim.subscriber.name, |patient| &patient.name);
    let birth = patient.map(|patient| &patient.birth_date);
    let birth = birth.or(claim.subscriber.birth_date.as_ref());
    put(&mut start, seed);
    put(&mut start, partner);
    put(&mut start, claim.subscriber.member_id.as_str());
    put(
        &mut start,
        birth.map_or_else(String::new, |day| day.expose().to_string()),
    );
    if let Name::Person {
        first: Some(first), ..
    } = name
    {
        put(&mut start, first.as_str());
    }
    put(
        &mut start,
        claim.billing_provider.npi.as_ref().map_or("", Npi::as_str),
    );
    if let (Kind::Institutional, Some(own)) = (kind, claim.institutional()) {
        let is_second = claim
            .detail
            .conditions
            .iter()
            .any(|code| code == SECOND_VISIT);
        let Some(statement) = own.statement.filter(|_| !is_second) else {
            return Vec::new();
        };
        put(&mut start, &claim.place_of_service);
        put(&mut start, statement.from.to_string());
        put(&mut start, statement.to.to_string());
        put(&mut start, claim.total_charge.cents().to_string());
        return vec![ended(start)];
    }
    let lines = claim
        .lines
        .iter()
        .map(|line| of_line(start.clone(), claim, line));
    lines.collect::<Option<Vec<u64>>>().unwrap_or_default()
}

fn of_line(mut digest: Sha256, claim: &Claim, line: &ServiceLine) -> Option<u64> {
    let (from, to) = claim.line_service(line)?;
    put(&mut digest, &line.procedure);
    put(&mut digest, from.to_string());
    put(&mut digest, to.to_string());
    put(&mut digest, line.charge.cents().to_string());
    put(&mut digest, &line.quantity);
    put(
        &mut digest,
        line.place_of_service
            .as_ref()
            .unwrap_or(&claim.place_of_service),
    );
    let hand = hand(&line.providers).or_else(|| hand(&claim.providers));
    put(&mut digest, hand.map_or("", Npi::as_str));
    put(&mut digest, line.drug.as_ref().map_or("", |drug| &drug.ndc));
    put(&mut digest, line.modifiers.join(" "));
    if let LineKind::Dental(own) = &line.kind {
        put(&mut digest, serde_json::to_string(own).unwrap_or_default());
    }
    Some(ended(digest))
}

fn put(digest: &mut Sha256, text: impl AsRef<str>) {
    let text = text.as_ref();
    digest.update((text.len() as u64).to_be_bytes());
    digest.update(text);
}

/// 64 bits: of three million services no two are alike by chance, once in four million runs.
fn ended(digest: Sha256) -> u64 {
    let digest = digest.finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |all, byte| all << 8 | u64::from(*byte))
}
