//! Items of a request become procedures, each with its charge. It must not bill what restates a diagnosis, nor
//! make up an amount that does not follow from the others.

use super::amount::Amount;
use super::bundle::{Bundle, Node};
use super::codes::{self, Coded};
use super::diagnoses::Diagnoses;
use super::draft::{Draft, day};
use super::team::{Member, Role};
use super::{DENTAL, INSTITUTIONAL, encounter, teeth};
use crate::chart::{Code, Decimal, Procedure, Providers, Revenue, UnitKind};

/// What the items of a request have in common.
pub(super) struct Context<'c, 'a> {
    /// The chart's word for the type of claim.
    pub(super) kind: &'c str,
    pub(super) bundle: &'c Bundle<'a>,
    pub(super) diagnoses: &'c Diagnoses,
    pub(super) team: &'c [Member],
    pub(super) providers: &'c Providers,
    /// The encounter of the whole chart.
    pub(super) visit: Option<&'c Node<'a>>,
    pub(super) total: Option<&'c Decimal>,
}

/// A procedure and the item that it came of.
pub(super) struct Line<'a> {
    pub(super) procedure: Procedure,
    pub(super) item: Node<'a>,
}

pub(super) fn lines<'a>(
    draft: &mut Draft,
    context: &Context<'_, 'a>,
    request: &Node<'a>,
) -> Vec<Line<'a>> {
    draft.mark("/procedures", request.at("item"));
    let mut lines: Vec<Line> = Vec::new();
    let mut priced = true;
    for item in draft.list(request, "item") {
        let code = code(draft, &item);
        let charge = charge(draft, &item);
        if charge == Charge::None && restates(draft, &item, context.diagnoses) {
            draft.note(Code::FhirConditionItem, item.at("productOrService"), "");
            continue;
        }
        priced &= charge != Charge::Unreadable;
        let pointer = format!("/procedures/{}", lines.len());
        let mut procedure = line(draft, context, &item, code, &pointer);
        if let Charge::Of(amount) = charge {
            procedure.charge = Some(amount);
        }
        lines.push(Line { procedure, item });
    }
    if priced {
        derive(draft, &mut lines, context.total);
    }
    lines
}

#[derive(PartialEq, Eq)]
enum Charge {
    None,
    Unreadable,
    Of(Decimal),
}

/// The net amount; else what was submitted to the payer; else price times quantity times factor, as FHIR has it.
fn charge(draft: &mut Draft, item: &Node) -> Charge {
    if item.get("net").is_some() {
        return draft
            .money(item, "net")
            .map_or(Charge::Unreadable, Charge::Of);
    }
    for adjudication in draft.list(item, "adjudication") {
        if codes::has(&adjudication, "category", &["submitted"]) {
            let amount = draft.money(&adjudication, "amount");
            return amount.map_or(Charge::Unreadable, Charge::Of);
        }
    }
    if item.get("unitPrice").is_none() {
        return Charge::None;
    }
    product(draft, item).map_or(Charge::Unreadable, Charge::Of)
}

fn product(draft: &mut Draft, item: &Node) -> Option<Decimal> {
    let mut amount = Amount::new(&draft.money(item, "unitPrice")?)?;
    if let Some(quantity) = item.get("quantity") {
        amount = amount.times(Amount::new(&draft.decimal(&quantity, "value")?)?)?;
    }
    if item.get("factor").is_some() {
        amount = amount.times(Amount::new(&draft.decimal(item, "factor")?)?)?;
    }
    amount.decimal()
}

/// The only charge that is not said is what the others leave of the total.
fn derive(draft: &mut Draft, lines: &mut [Line], total: Option<&Decimal>) {
    let mut open = (0..lines.len()).filter(|index| lines[*index].procedure.charge.is_none());
    let (Some(index), None) = (open.next(), open.next()) else {
        return;
    };
    let charges = lines
        .iter()
        .filter_map(|line| line.procedure.charge.as_ref());
    let rest = || {
        let rest = Amount::new(total?)?.minus(Amount::sum(charges)?)?;
        if rest.is_negative() {
            None
        } else {
            rest.decimal()
        }
    };
    if let Some(rest) = rest() {
        draft.note(Code::FhirChargeDerived, &*lines[index].item.path, "");
        lines[index].procedure.charge = Some(rest);
    }
}

fn code(draft: &mut Draft, item: &Node) -> Option<Coded> {
    let Some(concept) = item.get("productOrService") else {
        draft.note(
            Code::FhirValue,
            item.at("productOrService"),
            "expected a code",
        );
        return None;
    };
    codes::best(draft, &concept, codes::FOR_SERVICE)
}

/// Whether the item's code is that of a diagnosis of the same request.
fn restates(draft: &mut Draft, item: &Node, diagnoses: &Diagnoses) -> bool {
    let Some(concept) = item.get("productOrService") else {
        return false;
    };
    let same = |code: &Coded| {
        let is = |known: &Coded| known.code == code.code && known.system == code.system;
        diagnoses.codings.iter().any(is)
    };
    codes::all(draft, &concept).iter().any(same)
}

fn line(
    draft: &mut Draft,
    context: &Context,
    item: &Node,
    code: Option<Coded>,
    pointer: &str,
) -> Procedure {
    draft.mark(pointer, &*item.path);
    for (field, key) in [
        ("code", "productOrService"),
        ("charge", "net"),
        ("modifiers", "modifier"),
        ("quantity", "quantity"),
        (
            "from",
            if item.get("servicedDate").is_some() {
                "servicedDate"
            } else {
                "servicedPeriod"
            },
        ),
        ("to", "servicedPeriod"),
        ("diagnosis_pointers", "diagnosisSequence"),
        ("place_of_service", "locationCodeableConcept"),
    ] {
        draft.mark(format!("{pointer}/{field}"), item.at(key));
    }
    if !draft.list(item, "detail").is_empty() {
        let expected = "expected items without details: each is charged by itself";
        draft.note(Code::FhirValue, item.at("detail"), expected);
    }
    let code = code.filter(|code| !code.is_absent());
    let mut procedure = code.map_or_else(Procedure::default, encounter::uncharged);
    if context.kind == INSTITUTIONAL {
        draft.mark(format!("{pointer}/revenue/code"), item.at("revenue"));
        procedure.revenue = codes::first(draft, item, "revenue").map(revenue);
    }
    if context.kind == DENTAL {
        procedure.dental = teeth::of_item(draft, item, pointer);
    }
    for (index, concept) in draft.list(item, "modifier").iter().enumerate() {
        draft.mark(format!("{pointer}/modifiers/{index}"), &*concept.path);
        procedure
            .modifiers
            .extend(codes::best(draft, concept, &[]).map(|coded| coded.code));
    }
    quantity(draft, item, &mut procedure);
    serviced(draft, context, item, &mut procedure);
    procedure.place_of_service = item
        .get("locationCodeableConcept")
        .and_then(|concept| codes::place_of_service(draft, &concept));
    point(draft, context, item, &mut procedure);
    perform(draft, context, item, &mut procedure, pointer);
    procedure
}

fn revenue(code: String) -> Revenue {
    Revenue {
        code,
        non_covered: None,
        service_tax: None,
        facility_tax: None,
    }
}

fn quantity(draft: &mut Draft, item: &Node, procedure: &mut Procedure) {
    if let Some(quantity) = item.get("quantity") {
        procedure.quantity = draft.decimal(&quantity, "value");
        let unit = quantity.str("code").or(quantity.str("unit"));
        procedure.unit = match unit {
            Some("min" | "MJ") => UnitKind::Minutes,
            Some("d" | "DA") => UnitKind::Days,
            _ => UnitKind::Units,
        };
    }
}

/// When: as the item says, else when its own encounter was, where that is another than the chart's.
fn serviced(draft: &mut Draft, context: &Context, item: &Node, procedure: &mut Procedure) {
    procedure.from = draft.date(item, "servicedDate");
    if let Some(period) = item.get("servicedPeriod") {
        procedure.from = draft.date(&period, "start");
        procedure.to = draft
            .date(&period, "end")
            .filter(|end| procedure.from != Some(*end));
    }
    if item.get("servicedDate").is_some() || item.get("servicedPeriod").is_some() {
        return;
    }
    let own = draft.list(item, "encounter").into_iter().next();
    let own = own.and_then(|reference| context.bundle.find(&reference));
    if let (Some(own), Some(visit)) = (own, context.visit)
        && !own.is(visit)
    {
        procedure.from = own
            .get("period")
            .and_then(|period| day(period.str("start")?));
    }
}

/// Which diagnoses the line is for.
fn point(draft: &mut Draft, context: &Context, item: &Node, procedure: &mut Procedure) {
    for sequence in draft.list(item, "diagnosisSequence") {
        let number = sequence.value.as_u64();
        match number.and_then(|number| context.diagnoses.numbers.get(&number)) {
            Some(number) => procedure.diagnosis_pointers.push(*number),
            None => {
                let expected = "expected the sequence of a diagnosis";
                draft.note(Code::FhirValue, sequence.path, expected);
            }
        }
    }
}

/// Who did the line, where that is not who did the rest.
fn perform(
    draft: &mut Draft,
    context: &Context,
    item: &Node,
    procedure: &mut Procedure,
    pointer: &str,
) {
    for sequence in draft.list(item, "careTeamSequence") {
        let number = sequence.value.as_u64();
        let is = |member: &&Member| number.is_some() && member.sequence == number;
        let Some(member) = context.team.iter().find(is) else {
            continue;
        };
        let (slot, common, name) = match member.role {
            Role::Rendering => (
                &mut procedure.rendering,
                &context.providers.rendering,
                "rendering",
            ),
            Role::Referring => (
                &mut procedure.referring,
                &context.providers.referring,
                "referring",
            ),
            Role::Ordering => (
                &mut procedure.ordering,
                &context.providers.ordering,
                "ordering",
            ),
            _ => continue,
        };
        if common.as_ref() != Some(&member.provider) {
            *slot = Some(Box::new(member.provider.clone()));
            draft.mark(format!("{pointer}/{name}"), &*member.path);
        }
    }
}
