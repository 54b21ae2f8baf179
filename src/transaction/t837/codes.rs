//! The qualifiers of dates, reference numbers and roles, one table for both directions. It must not
//! read or write.

use jiff::civil::Date;

use crate::claim::{Claim, OtherPayer, Phi, ProviderRole, ServiceLine};

/// A fact that a qualifier names: how it is found in its owner, and how it is put there.
pub(super) struct Slot<T, V: ?Sized + ToOwned> {
    pub(super) code: &'static str,
    pub(super) get: fn(&T) -> Option<&V>,
    pub(super) put: fn(&mut T, V::Owned),
}

/// Text that may be protected.
trait Text {
    fn text(&self) -> &str;
    fn of(text: String) -> Self;
}

impl Text for String {
    fn text(&self) -> &str {
        self
    }
    fn of(text: String) -> Self {
        text
    }
}

impl Text for Phi<String> {
    fn text(&self) -> &str {
        self.as_str()
    }
    fn of(text: String) -> Self {
        Self::new(text)
    }
}

macro_rules! date {
    ($code:literal, $($field:ident).+) => {
        Slot {
            code: $code,
            get: |owner| owner.$($field).+.as_ref(),
            put: |owner, date| owner.$($field).+ = Some(date),
        }
    };
}

macro_rules! number {
    ($code:literal, $($field:ident).+) => {
        Slot {
            code: $code,
            get: |owner| owner.$($field).+.as_ref().map(Text::text),
            put: |owner, text| owner.$($field).+ = Some(Text::of(text)),
        }
    };
}

/// DTP of loop 2300 but disability (314, 360, 361), which is one fact or two.
pub(super) const CLAIM_DATES: &[Slot<Claim, Date>] = &[
    date!("431", dates.onset),
    date!("454", dates.initial_treatment),
    date!("304", dates.last_seen),
    date!("453", dates.acute_manifestation),
    date!("439", dates.accident),
    date!("484", dates.last_menstrual_period),
    date!("455", dates.last_x_ray),
    date!("471", dates.vision_prescription),
    date!("297", dates.last_worked),
    date!("296", dates.return_to_work),
    date!("435", dates.admission),
    date!("096", dates.discharge),
    date!("090", dates.assumed_care),
    date!("091", dates.relinquished_care),
    date!("444", dates.first_contact),
    date!("050", dates.repricer_received),
];

/// REF of loop 2300.
pub(super) const CLAIM_NUMBERS: &[Slot<Claim, str>] = &[
    number!("4N", supplement.service_authorization_exception),
    number!("F5", supplement.medicare_crossover),
    number!("EW", supplement.mammography),
    number!("9F", supplement.referral),
    number!("G1", supplement.prior_authorization),
    number!("F8", supplement.payer_claim_number),
    number!("X4", supplement.clia),
    number!("9A", supplement.repriced_claim),
    number!("9C", supplement.adjusted_repriced_claim),
    number!("LX", supplement.device_exemption),
    number!("D9", supplement.clearinghouse_trace),
    number!("EA", supplement.medical_record),
    number!("P4", supplement.demonstration_project),
    number!("1J", supplement.care_plan_oversight),
];

/// REF of loop 2330B.
pub(super) const OTHER_PAYER_NUMBERS: &[Slot<OtherPayer, str>] = &[
    number!("G1", detail.prior_authorization),
    number!("9F", detail.referral),
    number!("F8", payer_claim_number),
];

/// DTP of loop 2400 but the service itself (472).
pub(super) const LINE_DATES: &[Slot<ServiceLine, Date>] = &[
    date!("471", detail.dates.prescription),
    date!("607", detail.dates.recertification),
    date!("463", detail.dates.therapy_begin),
    date!("461", detail.dates.last_certification),
    date!("304", detail.dates.last_seen),
    date!("738", detail.dates.hemoglobin_test),
    date!("739", detail.dates.creatinine_test),
    date!("011", detail.dates.shipped),
    date!("455", detail.dates.last_x_ray),
    date!("454", detail.dates.initial_treatment),
];

/// REF of loop 2400.
pub(super) const LINE_NUMBERS: &[Slot<ServiceLine, str>] = &[
    number!("9B", detail.supplement.repriced_line),
    number!("9D", detail.supplement.adjusted_repriced_line),
    number!("G1", prior_authorization),
    Slot {
        code: "6R",
        get: |line| Some(line.control_number.as_str()).filter(|number| !number.is_empty()),
        put: |line, number| line.control_number = number,
    },
    number!("EW", detail.supplement.mammography),
    number!("X4", clia),
    number!("F4", detail.supplement.referring_clia),
    number!("BT", detail.supplement.immunization_batch),
    number!("9F", detail.supplement.referral),
];

/// NM101 of a role in loops 2310 and 2420.
pub(super) fn entity(role: ProviderRole) -> &'static str {
    match role {
        ProviderRole::Referring => "DN",
        ProviderRole::PrimaryCare => "P3",
        ProviderRole::Rendering => "82",
        ProviderRole::ServiceFacility => "77",
        ProviderRole::Supervising => "DQ",
        ProviderRole::Ordering => "DK",
        ProviderRole::PurchasedService => "QB",
    }
}

/// The roles in the guide's order of loops 2310A to 2310D. The last two have no place in a claim,
/// only in a line: they are written all the same, for the check to find.
pub(super) const CLAIM_ROLES: [ProviderRole; 7] = [
    ProviderRole::Referring,
    ProviderRole::PrimaryCare,
    ProviderRole::Rendering,
    ProviderRole::ServiceFacility,
    ProviderRole::Supervising,
    ProviderRole::Ordering,
    ProviderRole::PurchasedService,
];

/// The roles in the guide's order of loops 2420A to 2420F.
pub(super) const LINE_ROLES: [ProviderRole; 7] = [
    ProviderRole::Rendering,
    ProviderRole::PurchasedService,
    ProviderRole::ServiceFacility,
    ProviderRole::Supervising,
    ProviderRole::Ordering,
    ProviderRole::Referring,
    ProviderRole::PrimaryCare,
];

pub(super) fn role(entity_code: &str) -> Option<ProviderRole> {
    CLAIM_ROLES
        .into_iter()
        .find(|&role| entity(role) == entity_code)
}
