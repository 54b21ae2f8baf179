//! The members of a loop in the guide's order, and what tells of another one, there and back. It must not know what a
//! member says.

use std::collections::{HashMap, VecDeque};

use super::names::{self, Named};
use super::write::Misfit;
use super::{ORDER, Object, SEGMENT, TRANSACTION_SET, UNPLACED, Value};
use crate::guide::LoopIndex;

/// What came in a loop, as it came.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) slot: Slot,
    pub(super) value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Child(usize),
    Unplaced,
}

/// Rows as members: by child in the guide's order, then what has no place, then how they stood if not so.
pub(super) fn members(named: &Named, index: LoopIndex, rows: Vec<Row>) -> Object {
    let order = order(named, index, &rows);
    let children = &named.loops[index].children;
    let mut by_child: Vec<Vec<Value>> = Vec::new();
    by_child.resize_with(children.len(), Vec::new);
    let mut unplaced = Vec::new();
    for row in rows {
        match row.slot {
            Slot::Child(at) => by_child[at].push(row.value),
            Slot::Unplaced => unplaced.push(row.value),
        }
    }
    let mut object = Object::default();
    for (child, mut values) in children.iter().zip(by_child) {
        match values.pop() {
            None => {}
            Some(only) if values.is_empty() && !child.is_list => object.push(&*child.name, only),
            Some(last) => {
                values.push(last);
                object.push(&*child.name, Value::List(values));
            }
        }
    }
    if !unplaced.is_empty() {
        object.push(UNPLACED, Value::List(unplaced));
    }
    if !order.is_empty() {
        let order = order.into_iter().map(Value::text);
        object.push(ORDER, Value::List(order.collect()));
    }
    object
}

/// Names as they stood, of those ranks of the guide where that is not its own order.
fn order<'n>(named: &'n Named, index: LoopIndex, rows: &[Row]) -> Vec<&'n str> {
    let rank = |at: usize| named.child(index, at).0.rank;
    let mut told = Vec::new();
    let mut latest: Option<usize> = None;
    for row in rows {
        match (row.slot, latest) {
            (Slot::Unplaced, latest) => told.push(latest.map(rank)),
            (Slot::Child(at), Some(before)) if at < before => told.push(Some(rank(at))),
            _ => {}
        }
        if let Slot::Child(at) = row.slot {
            latest = Some(at);
        }
    }
    if told.is_empty() {
        return Vec::new();
    }
    let mut latest = None;
    let names = rows.iter().filter_map(|row| match row.slot {
        Slot::Unplaced => Some(UNPLACED),
        Slot::Child(at) => {
            latest = Some(rank(at));
            told.contains(&latest)
                .then(|| named.child(index, at).1.name.as_str())
        }
    });
    names.collect()
}

/// A member at its place, with its name and its number in the list that holds it.
#[derive(Debug)]
pub(super) struct Member<'v> {
    pub(super) what: What,
    pub(super) name: &'v str,
    pub(super) number: Option<usize>,
    pub(super) value: &'v Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Child(usize),
    /// A transaction set in its group.
    Set,
    /// A segment without a place.
    Raw,
}

/// The members of a loop as they are written. `extra`: names that are something else and are left out here.
pub(super) fn written<'v>(
    named: &Named,
    index: LoopIndex,
    object: &'v Object,
    extra: &[&str],
    path: &str,
) -> Result<Vec<Member<'v>>, Misfit> {
    let names = &named.loops[index];
    let mut by_child: HashMap<usize, VecDeque<Member<'v>>> = HashMap::new();
    let (mut unplaced, mut behind) = (VecDeque::new(), Vec::new());
    let mut order = None;
    for (name, value) in &object.0 {
        let is_group = named.guide.trigger(index).is_some_and(|one| one.id == "GS");
        match name.as_str() {
            ORDER => order = Some(value),
            UNPLACED => unplaced.extend(all(What::Raw, name, value)),
            // Both stand before the trailer.
            TRANSACTION_SET if is_group => behind.extend(all(What::Set, name, value)),
            SEGMENT if index == 0 => behind.extend(all(What::Raw, name, value)),
            other if extra.contains(&other) => {}
            other => {
                let Some(at) = names.find(other) else {
                    let known = names.children.iter().map(|child| child.name.as_str());
                    return Err(Misfit::unknown(
                        path,
                        other,
                        known.chain(extra.iter().copied()),
                    ));
                };
                by_child.insert(at, all(What::Child(at), name, value).collect());
            }
        }
    }
    let mut sorted = match order {
        Some(order) => in_order(named, index, &mut by_child, &mut unplaced, order, path)?,
        None => Sorted::default(),
    };
    if !unplaced.is_empty() {
        let reason = format!("`{ORDER}` must say where each of them stands");
        return Err(Misfit::at(&format!("{path}.{UNPLACED}"), reason));
    }
    let mut members = std::mem::take(&mut sorted.first);
    for at in 0..names.children.len() {
        if names.trailer == Some(at) {
            members.append(&mut behind);
        }
        let rank = named.child(index, at).0.rank;
        members.extend(sorted.by_rank.remove(&rank).into_iter().flatten());
        members.extend(by_child.remove(&at).into_iter().flatten());
    }
    members.append(&mut behind);
    Ok(members)
}

#[derive(Debug, Default)]
struct Sorted<'v> {
    /// Before anything else.
    first: Vec<Member<'v>>,
    by_rank: HashMap<u16, Vec<Member<'v>>>,
}

/// What `order` names, taken out of the members and put as it says.
fn in_order<'v>(
    named: &Named,
    index: LoopIndex,
    by_child: &mut HashMap<usize, VecDeque<Member<'v>>>,
    unplaced: &mut VecDeque<Member<'v>>,
    order: &Value,
    path: &str,
) -> Result<Sorted<'v>, Misfit> {
    let path = format!("{path}.{ORDER}");
    let Value::List(order) = order else {
        let found = order.kind();
        return Err(Misfit::at(
            &path,
            format!("expected a list of names, found {found}"),
        ));
    };
    let mut sorted = Sorted::default();
    let mut ranks = Vec::new();
    for name in order {
        let Value::Text(name) = name else {
            let found = name.kind();
            return Err(Misfit::at(&path, format!("expected names, found {found}")));
        };
        let taken = if name == UNPLACED {
            unplaced.pop_front()
        } else {
            let names = &named.loops[index];
            let known = || names.children.iter().map(|child| child.name.as_str());
            let at = names.find(name);
            let at = at.ok_or_else(|| Misfit::unknown(&path, name, known()))?;
            ranks.push(named.child(index, at).0.rank);
            by_child.get_mut(&at).and_then(VecDeque::pop_front)
        };
        let Some(member) = taken else {
            let words = format!("names `{name}` more often than it is there");
            return Err(Misfit::at(&path, words));
        };
        match ranks.last() {
            None => sorted.first.push(member),
            Some(rank) => sorted.by_rank.entry(*rank).or_default().push(member),
        }
    }
    for (at, left) in by_child {
        let (child, names) = named.child(index, *at);
        if !left.is_empty() && ranks.contains(&child.rank) {
            let words = format!("names `{}` not as often as it is there", names.name);
            return Err(Misfit::at(&path, words));
        }
    }
    Ok(sorted)
}

/// Each member of a list, or the only one.
fn all<'v>(
    what: What,
    name: &'v str,
    value: &'v Value,
) -> Box<dyn Iterator<Item = Member<'v>> + 'v> {
    let member = move |number, value| Member {
        what,
        name,
        number,
        value,
    };
    match value {
        Value::List(list) => Box::new(
            list.iter()
                .enumerate()
                .map(move |(at, value)| member(Some(at), value)),
        ),
        only => Box::new(std::iter::once(member(None, only))),
    }
}

/// The only member of an object that says nothing else: `{"unplaced": …}` in a list.
pub(super) fn only<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Object(object) => match object.0.as_slice() {
            [(known, value)] if known == name => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// Names that are near to one that a level does not know.
pub(super) fn near(name: &str, known: &[&str]) -> String {
    match names::nearest(name, known.iter().copied()) {
        Some(known) => format!("`{name}` is no name here: did you mean `{known}`?"),
        None => format!("`{name}` is no name here"),
    }
}
