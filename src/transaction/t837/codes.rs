//! The qualifiers of dates, reference numbers and roles, one table for both directions. It must not
//! read or write.

use jiff::civil::Date;

use crate::claim::{
    Claim, ClaimKind, InpatientAdjudication, Money, OtherPayer, Phi, ProviderRole, ServiceLine,
};

/// A fact that a qualifier names: how it is found in its owner, and how it is put there. An owner of
/// another kind has no place for it.
pub(super) struct Slot<T, V: ?Sized + ToOwned> {
    pub(super) code: &'static str,
    pub(super) get: fn(&T) -> Option<&V>,
    pub(super) put: fn(&mut T, V::Owned) -> bool,
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

/// A date or an amount, of every owner or (`of`, `of_mut`) of one kind.
macro_rules! value {
    ($code:literal, $($field:ident).+) => {
        Slot {
            code: $code,
            get: |owner| owner.$($field).+.as_ref(),
            put: |owner, value| {
                owner.$($field).+ = Some(value);
                true
            },
        }
    };
    ($code:literal, $of:ident $of_mut:ident, $field:ident) => {
        Slot {
            code: $code,
            get: |owner| owner.$of()?.$field.as_ref(),
            put: |owner, value| {
                owner.$of_mut().map(|own| own.$field = Some(value)).is_some()
            },
        }
    };
}

/// A number, of every owner or of one kind.
macro_rules! number {
    ($code:literal, $($field:ident).+) => {
        Slot {
            code: $code,
            get: |owner| owner.$($field).+.as_ref().map(Text::text),
            put: |owner, text| {
                owner.$($field).+ = Some(Text::of(text));
                true
            },
        }
    };
    ($code:literal, $of:ident $of_mut:ident, $field:ident) => {
        Slot {
            code: $code,
            get: |owner| owner.$of()?.$field.as_ref().map(Text::text),
            put: |owner, text| {
                owner.$of_mut().map(|own| own.$field = Some(Text::of(text))).is_some()
            },
        }
    };
}

/// DTP of loop 2300 but disability (314, 360, 361), which is one fact or two, and what only one kind
/// of claim says in another format.
pub(super) const CLAIM_DATES: &[Slot<Claim, Date>] = &[
    value!("431", dates.onset),
    value!("454", dates.initial_treatment),
    value!("304", dates.last_seen),
    value!("453", dates.acute_manifestation),
    value!("439", dates.accident),
    value!("484", dates.last_menstrual_period),
    value!("455", dates.last_x_ray),
    value!("471", dates.vision_prescription),
    value!("297", dates.last_worked),
    value!("296", dates.return_to_work),
    Slot {
        code: "435",
        get: |claim| {
            let day = claim.dates.admission.as_ref();
            day.filter(|_| claim.institutional().is_none())
        },
        put: |claim, day| {
            claim.dates.admission = Some(day);
            true
        },
    },
    value!("096", dates.discharge),
    value!("090", dates.assumed_care),
    value!("091", dates.relinquished_care),
    value!("444", dates.first_contact),
    value!("050", dates.repricer_received),
    value!("452", dental dental_mut, appliance_placed),
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
    number!("LU", institutional institutional_mut, accident_state),
    number!("G4", institutional institutional_mut, peer_review),
    number!("G3", dental dental_mut, predetermination_number),
];

/// REF01 of a claim's numbers that may come again.
pub(super) const CLAIM_REPEATED: &[&str] = &["LX"];

/// AMT of loop 2300.
pub(super) const CLAIM_AMOUNTS: &[Slot<Claim, Money>] = &[
    value!("F5", patient_paid),
    value!("F3", institutional institutional_mut, estimated_due),
];

/// REF of loop 2330B.
pub(super) const OTHER_PAYER_NUMBERS: &[Slot<OtherPayer, str>] = &[
    number!("G1", detail.prior_authorization),
    number!("9F", detail.referral),
    number!("F8", payer_claim_number),
    number!("T4", detail.adjustment_indicator),
    number!("G3", detail.predetermination),
];

/// AMT of loop 2320.
pub(super) const OTHER_PAYER_AMOUNTS: &[Slot<OtherPayer, Money>] = &[
    value!("D", paid),
    value!("A8", detail.non_covered),
    value!("EAF", remaining_patient_liability),
];

/// The amounts of MIA, by element number.
pub(super) const INPATIENT_AMOUNTS: &[(usize, Slot<InpatientAdjudication, Money>)] = &[
    (4, value!("", drg_amount)),
    (6, value!("", disproportionate_share)),
    (7, value!("", msp_pass_through)),
    (8, value!("", capital_prospective)),
    (9, value!("", capital_federal_drg)),
    (10, value!("", capital_hospital_drg)),
    (11, value!("", capital_disproportionate_share)),
    (12, value!("", old_capital)),
    (13, value!("", capital_indirect_education)),
    (14, value!("", operating_hospital_drg)),
    (16, value!("", operating_federal_drg)),
    (17, value!("", capital_outlier)),
    (18, value!("", indirect_teaching)),
    (19, value!("", professional_component)),
    (24, value!("", capital_exception)),
];

/// DTP of loop 2400 but the service itself (472).
pub(super) const LINE_DATES: &[Slot<ServiceLine, Date>] = &[
    value!("471", detail.dates.prescription),
    value!("607", detail.dates.recertification),
    value!("463", detail.dates.therapy_begin),
    value!("461", detail.dates.last_certification),
    value!("304", detail.dates.last_seen),
    value!("738", detail.dates.hemoglobin_test),
    value!("739", detail.dates.creatinine_test),
    value!("011", detail.dates.shipped),
    value!("455", detail.dates.last_x_ray),
    value!("454", detail.dates.initial_treatment),
    value!("441", dental dental_mut, prior_placement),
    value!("139", dental dental_mut, prior_placement_estimated),
    value!("452", dental dental_mut, appliance_placed),
    value!("446", dental dental_mut, replaced),
    value!("196", dental dental_mut, treatment_begin),
    value!("198", dental dental_mut, treatment_end),
];

/// REF of loop 2400, in the order of the professional and the dental guide; any order is right, and some receivers want
/// the guide's.
pub(super) const LINE_NUMBERS: &[Slot<ServiceLine, str>] = &[
    number!("G3", dental dental_mut, predetermination_number),
    number!("9B", detail.supplement.repriced_line),
    number!("9D", detail.supplement.adjusted_repriced_line),
    number!("G1", prior_authorization),
    Slot {
        code: "6R",
        get: |line| Some(line.control_number.as_str()).filter(|number| !number.is_empty()),
        put: |line, number| {
            line.control_number = number;
            true
        },
    },
    number!("EW", detail.supplement.mammography),
    number!("X4", clia),
    number!("F4", detail.supplement.referring_clia),
    number!("BT", detail.supplement.immunization_batch),
    number!("9A", dental dental_mut, repriced_claim),
    number!("9C", dental dental_mut, adjusted_repriced_claim),
    number!("9F", detail.supplement.referral),
];

/// REF01 of a line's numbers that may come again, and from another payer.
pub(super) const LINE_REPEATED: &[&str] = &["G1", "9F", "G3"];

/// AMT of loop 2400.
pub(super) const LINE_AMOUNTS: &[Slot<ServiceLine, Money>] = &[
    value!("T", detail.sales_tax),
    value!("F4", detail.postage),
    value!("GT", revenue revenue_mut, service_tax),
    value!("N8", revenue revenue_mut, facility_tax),
];

/// NM101 of a role in loops 2310, 2330 and 2420.
pub(super) fn entity(role: ProviderRole) -> &'static str {
    match role {
        ProviderRole::Referring => "DN",
        ProviderRole::PrimaryCare => "P3",
        ProviderRole::Rendering => "82",
        ProviderRole::ServiceFacility => "77",
        ProviderRole::Supervising => "DQ",
        ProviderRole::Ordering => "DK",
        ProviderRole::PurchasedService => "QB",
        ProviderRole::Attending => "71",
        ProviderRole::Operating => "72",
        ProviderRole::OtherOperating => "ZZ",
        ProviderRole::AssistantSurgeon => "DD",
        ProviderRole::Billing => "85",
    }
}

const ROLES: [ProviderRole; 12] = [
    ProviderRole::Referring,
    ProviderRole::PrimaryCare,
    ProviderRole::Rendering,
    ProviderRole::ServiceFacility,
    ProviderRole::Supervising,
    ProviderRole::Ordering,
    ProviderRole::PurchasedService,
    ProviderRole::Attending,
    ProviderRole::Operating,
    ProviderRole::OtherOperating,
    ProviderRole::AssistantSurgeon,
    ProviderRole::Billing,
];

pub(super) fn role(entity_code: &str) -> Option<ProviderRole> {
    ROLES.into_iter().find(|&role| entity(role) == entity_code)
}

/// PRV01 of a role in loop 2310 or 2420, where the guide has a PRV there.
pub(super) fn specialty(kind: &ClaimKind, role: ProviderRole) -> Option<&'static str> {
    match (kind, role) {
        (ClaimKind::Institutional(_), ProviderRole::Attending) => Some("AT"),
        (ClaimKind::Institutional(_), _) => None,
        (_, ProviderRole::Rendering) => Some("PE"),
        (ClaimKind::Dental(_), ProviderRole::Referring | ProviderRole::PrimaryCare) => Some("RF"),
        (ClaimKind::Dental(_), ProviderRole::AssistantSurgeon) => Some("AS"),
        _ => None,
    }
}

/// All roles, those that loops 2310A and on have first and in the guide's order. The others have no
/// place in a claim, only in a line: they are written all the same, for the check to find.
pub(super) fn claim_roles(kind: &ClaimKind) -> impl Iterator<Item = ProviderRole> {
    use ProviderRole::*;
    let ordered: &[ProviderRole] = match kind {
        ClaimKind::Professional => &[
            Referring,
            PrimaryCare,
            Rendering,
            ServiceFacility,
            Supervising,
        ],
        ClaimKind::Institutional(_) => &[
            Attending,
            Operating,
            OtherOperating,
            Rendering,
            ServiceFacility,
            Referring,
        ],
        ClaimKind::Dental(_) => &[
            Referring,
            PrimaryCare,
            Rendering,
            ServiceFacility,
            AssistantSurgeon,
            Supervising,
        ],
    };
    all_roles(ordered)
}

/// The same for loops 2420A and on.
pub(super) fn line_roles(kind: &ClaimKind) -> impl Iterator<Item = ProviderRole> {
    use ProviderRole::*;
    let ordered: &[ProviderRole] = match kind {
        ClaimKind::Professional => &[
            Rendering,
            PurchasedService,
            ServiceFacility,
            Supervising,
            Ordering,
            Referring,
            PrimaryCare,
        ],
        ClaimKind::Institutional(_) => &[Operating, OtherOperating, Rendering, Referring],
        ClaimKind::Dental(_) => &[Rendering, AssistantSurgeon, Supervising, ServiceFacility],
    };
    all_roles(ordered)
}

/// The same for loops 2330C and on.
pub(super) fn other_payer_roles(kind: &ClaimKind) -> impl Iterator<Item = ProviderRole> {
    use ProviderRole::*;
    let ordered: &[ProviderRole] = match kind {
        ClaimKind::Professional => &[
            Referring,
            PrimaryCare,
            Rendering,
            ServiceFacility,
            Supervising,
            Billing,
        ],
        ClaimKind::Institutional(_) => &[
            Attending,
            Operating,
            OtherOperating,
            ServiceFacility,
            Rendering,
            Referring,
            Billing,
        ],
        ClaimKind::Dental(_) => &[
            Referring,
            PrimaryCare,
            Rendering,
            Supervising,
            Billing,
            ServiceFacility,
            AssistantSurgeon,
        ],
    };
    all_roles(ordered)
}

fn all_roles(ordered: &'static [ProviderRole]) -> impl Iterator<Item = ProviderRole> {
    let others = ROLES.into_iter().filter(|role| !ordered.contains(role));
    ordered.iter().copied().chain(others)
}

/// C003-1 where a line does not say it.
pub(super) fn procedure_kind(kind: &ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Dental(_) => "AD",
        ClaimKind::Professional | ClaimKind::Institutional(_) => "HC",
    }
}

/// CLM05-2.
pub(super) fn place_qualifier(kind: &ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Institutional(_) => "A",
        ClaimKind::Professional | ClaimKind::Dental(_) => "B",
    }
}

/// The segment of a line's service.
pub(super) fn service(kind: &ClaimKind) -> &'static str {
    match kind {
        ClaimKind::Professional => "SV1",
        ClaimKind::Institutional(_) => "SV2",
        ClaimKind::Dental(_) => "SV3",
    }
}
