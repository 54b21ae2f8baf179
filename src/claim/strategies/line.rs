//! Service lines.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::detail::line_detail;
use super::other_payer::adjudication;
use super::party::providers;
use super::{Kind, code, count, day, decimal, kind, money, phi, text};
use crate::claim::*;

pub(super) fn line(kind: Kind) -> BoxedStrategy<ServiceLine> {
    use ProviderRole::*;
    let roles: &[ProviderRole] = match kind {
        Kind::Professional => &[
            Rendering,
            PurchasedService,
            ServiceFacility,
            Supervising,
            Ordering,
            Referring,
            PrimaryCare,
        ],
        Kind::Institutional => &[Operating, OtherOperating, Rendering, Referring],
        Kind::Dental => &[Rendering, AssistantSurgeon, Supervising, ServiceFacility],
    };
    let (procedures, units): (&[&str], &[&str]) = match kind {
        Kind::Professional => (&["99213", "20610"], &["UN", "MJ"]),
        Kind::Institutional => (&["99213", "G0463", ""], &["UN", "DA"]),
        Kind::Dental => (&["D2750", "D0230"], &[""]),
    };
    let service = (
        "[A-Z0-9]{1,30}",
        code(procedures),
        vec("[A-Z0-9]{2}", 0..=4),
        of(text()),
        money(),
        code(units),
        count(),
        of(code(&["81"])),
        vec(1u8..=12, 1..=4),
        (of(day()), of(1i32..40)),
    );
    let facts = (
        any::<bool>(),
        of(text()),
        of(text()),
        of(phi()),
        of(drug()),
        providers(kind, roles, "21"),
        vec(adjudication(), 0..3),
        line_detail(kind),
        kind::own_line(kind),
    );
    (service, facts)
        .prop_map(
            move |(
                (
                    number,
                    procedure,
                    modifiers,
                    description,
                    charge,
                    unit,
                    quantity,
                    place,
                    pointers,
                    (from, days),
                ),
                (emergency, auth, clia, note, drug, providers, adjudications, mut detail, own),
            )| {
                // Loop 2410 comes once.
                detail.supply = detail.supply.filter(|_| drug.is_none());
                detail.note_kind = detail.note_kind.filter(|_| note.is_some());
                let needed = from.or_else(|| jiff::civil::Date::new(2024, 2, 29).ok());
                let from = if kind == Kind::Professional {
                    needed
                } else {
                    from
                };
                let to = from.zip(days);
                ServiceLine {
                    control_number: number,
                    procedure,
                    modifiers,
                    description,
                    charge,
                    unit,
                    quantity,
                    place_of_service: place,
                    diagnosis_pointers: pointers,
                    service_from: from,
                    service_to: to.map(|(from, days)| from + jiff::Span::new().days(days)),
                    emergency,
                    prior_authorization: auth,
                    clia,
                    note,
                    drug,
                    providers,
                    adjudications,
                    detail: detail.into(),
                    kind: own,
                }
            },
        )
        .boxed()
}

/// A number says the prescription or the compound.
fn drug() -> BoxedStrategy<Drug> {
    let number = of((any::<bool>(), text()));
    ("[0-9]{11}", decimal(), code(&["ML", "UN"]), number)
        .prop_map(|(ndc, quantity, unit, number)| {
            let (prescription, compound_link) = match number {
                Some((true, number)) => (Some(number), None),
                Some((false, number)) => (None, Some(number)),
                None => (None, None),
            };
            Drug {
                ndc,
                quantity,
                unit,
                prescription,
                compound_link,
            }
        })
        .boxed()
}
