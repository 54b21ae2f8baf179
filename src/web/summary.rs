//! The head of the worklist: what was billed and what became of it, and where the claims stand.

use super::asked::{href, number};
use super::bar::Bar;
use super::words::{self, CLAIM_STATES, money};
use crate::claim::Money;
use crate::store::Totals;

pub(super) struct Summary {
    pub(super) money: MoneyBar,
    pub(super) balanced: bool,
    /// Where it does not balance: which sum and by how much.
    pub(super) imbalances: Vec<String>,
    pub(super) transferred: String,
    pub(super) provider_adjustments: String,
    pub(super) unmatched: String,
    pub(super) deposited: String,
    pub(super) claims: String,
    pub(super) states: Bar,
    pub(super) legend: Vec<StateCount>,
}

/// A charge and what became of it, drawn and in figures.
pub(super) struct MoneyBar {
    pub(super) billed: String,
    pub(super) bar: Bar,
    pub(super) figures: Vec<Figure>,
}

pub(super) struct Figure {
    pub(super) class: &'static str,
    pub(super) title: &'static str,
    pub(super) amount: String,
}

pub(super) struct StateCount {
    pub(super) class: String,
    pub(super) title: String,
    pub(super) count: String,
    pub(super) href: String,
}

impl MoneyBar {
    pub(super) fn of(
        billed: Money,
        paid: Money,
        adjusted: Money,
        patient: Money,
        open: Money,
    ) -> Self {
        let parts = [
            ("paid", "Paid", paid),
            ("adjusted", "Adjusted", adjusted),
            ("patient", "Patient share", patient),
            ("open", "Open", open),
        ];
        let sizes = parts.map(|(class, title, amount)| {
            let label = format!("{title} {}", money(amount));
            (class, label, amount.cents())
        });
        let figures = parts.map(|(class, title, amount)| Figure {
            class,
            title,
            amount: money(amount),
        });
        Self {
            billed: money(billed),
            bar: Bar::of(sizes.to_vec()),
            figures: figures.into(),
        }
    }
}

impl Summary {
    pub(super) fn of(totals: &Totals, states: &[(String, i64)]) -> Self {
        let Totals {
            billed,
            paid,
            adjusted,
            patient,
            open,
            ..
        } = *totals;
        let count_of = |name: &str| {
            let counted = states.iter().find(|(one, _)| one == name);
            counted.map_or(0, |(_, count)| *count)
        };
        let sizes = CLAIM_STATES.iter().map(|(name, title)| {
            let count = count_of(name);
            (*name, format!("{} {title}", number(count)), count)
        });
        Self {
            money: MoneyBar::of(billed, paid, adjusted, patient, open),
            balanced: totals.is_balanced(),
            imbalances: imbalances(totals),
            transferred: money(totals.transferred),
            provider_adjustments: money(totals.provider_adjustments),
            unmatched: money(totals.unmatched),
            deposited: money(totals.deposited),
            claims: words::count(states.iter().map(|(_, count)| count).sum(), "claim"),
            states: Bar::of(sizes.collect()),
            legend: states_legend(states),
        }
    }
}

fn states_legend(states: &[(String, i64)]) -> Vec<StateCount> {
    let rank = |name: &str| CLAIM_STATES.iter().position(|(one, _)| *one == name);
    let mut states: Vec<_> = states.iter().filter(|(_, count)| *count > 0).collect();
    states.sort_by_key(|(name, _)| rank(name).unwrap_or(usize::MAX));
    let legend = states.into_iter().map(|(name, count)| StateCount {
        class: name.clone(),
        title: words::title(CLAIM_STATES, name),
        count: number(*count),
        href: href("/claims", [("state", name.as_str())]),
    });
    legend.collect()
}

fn imbalances(totals: &Totals) -> Vec<String> {
    let claims = totals.billed - (totals.paid + totals.adjusted + totals.patient + totals.open);
    let transfers =
        totals.transferred - (totals.paid + totals.unmatched - totals.provider_adjustments);
    let mut told = Vec::new();
    if !claims.is_zero() {
        told.push(format!(
            "Claims differ from what became of them by {}.",
            money(claims)
        ));
    }
    if !transfers.is_zero() {
        told.push(format!(
            "Transfers differ from what remittances explain by {}.",
            money(transfers)
        ));
    }
    told
}
