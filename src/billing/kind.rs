//! The three kinds of claim and what their guides have room for. It must not know what a chart says.

use crate::claim::ProviderRole;

/// Which claim a chart becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Professional,
    Institutional,
    Dental,
}

/// Some of the kinds, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinds(u8);

pub(super) const PROFESSIONAL: Kinds = Kinds(1);
pub(super) const INSTITUTIONAL: Kinds = Kinds(2);
pub(super) const DENTAL: Kinds = Kinds(4);
pub(super) const ALL: Kinds = Kinds(7);

impl std::ops::BitOr for Kinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.and(other)
    }
}

impl Kinds {
    /// These and others.
    pub(super) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

impl Kind {
    /// As a chart names it.
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "professional" => Some(Self::Professional),
            "institutional" => Some(Self::Institutional),
            "dental" => Some(Self::Dental),
            _ => None,
        }
    }

    pub(super) fn is_in(self, kinds: Kinds) -> bool {
        let own = match self {
            Self::Professional => PROFESSIONAL,
            Self::Institutional => INSTITUTIONAL,
            Self::Dental => DENTAL,
        };
        kinds.0 & own.0 != 0
    }

    /// HI of loop 2300.
    pub(super) fn diagnoses_max(self) -> usize {
        match self {
            Self::Professional => 12,
            Self::Institutional => 25,
            Self::Dental => 4,
        }
    }

    /// Loop 2400 in 2300; no trading partner's limit is higher.
    pub(super) fn lines_max(self) -> usize {
        match self {
            Self::Professional | Self::Dental => 50,
            Self::Institutional => 999,
        }
    }
}

/// The kinds whose claim has a place for a provider in a role (loops 2310).
pub(super) fn of_claim(role: ProviderRole) -> Kinds {
    match role {
        ProviderRole::Referring | ProviderRole::Rendering | ProviderRole::ServiceFacility => ALL,
        ProviderRole::Supervising => PROFESSIONAL | DENTAL,
        ProviderRole::PrimaryCare => PROFESSIONAL | DENTAL,
        ProviderRole::Attending | ProviderRole::Operating | ProviderRole::OtherOperating => {
            INSTITUTIONAL
        }
        ProviderRole::AssistantSurgeon => DENTAL,
        ProviderRole::Ordering | ProviderRole::PurchasedService | ProviderRole::Billing => Kinds(0),
    }
}

/// The kinds whose lines have a place for a provider in a role (loops 2420).
pub(super) fn of_line(role: ProviderRole) -> Kinds {
    match role {
        ProviderRole::Rendering => ALL,
        ProviderRole::Referring => PROFESSIONAL | INSTITUTIONAL,
        ProviderRole::Supervising | ProviderRole::ServiceFacility => PROFESSIONAL | DENTAL,
        ProviderRole::Ordering | ProviderRole::PurchasedService | ProviderRole::PrimaryCare => {
            PROFESSIONAL
        }
        ProviderRole::Operating | ProviderRole::OtherOperating => INSTITUTIONAL,
        ProviderRole::AssistantSurgeon => DENTAL,
        ProviderRole::Attending | ProviderRole::Billing => Kinds(0),
    }
}
