//! How the fields of a request become those of a chart: tables of their name, our place, and how one becomes the other.
//! It must not know any field by name.

use super::draft::{Draft, Node};
use crate::chart::Code;

/// The fields of one kind of object: their name, our place, and how to take it. What is not in the table is unknown.
///
/// A place is relative to that of the object, but for `/…`, of the chart, and `$…`, of the coverage that is billed. They
/// are taken in the order of the table.
pub(super) type Section = &'static [Line];
type Line = (&'static str, &'static str, How);

/// Their codes and our words for them.
pub(super) type Words = &'static [(&'static str, &'static str)];

#[derive(Clone, Copy)]
pub(super) enum How {
    Text,
    /// Each text of a list.
    Texts,
    Decimal,
    Date,
    Flag,
    Word(Words),
    /// Each code of a list.
    Words(Words),
    Object(&'static Section),
    /// Each object of a list.
    Each(&'static Section),
    /// Each text of a list is a note of this kind (X12 element 363).
    Note(&'static str),
    /// A number of this kind (X12 element 128).
    Number(&'static str),
    /// The fields of another table stand here too; the name is blank.
    With(&'static Section),
    /// Nothing to say where it is one of these; else it has no place.
    Given(&'static [&'static str]),
    By(fn(&mut Draft, &Node<'_>, &str)),
    /// Where it stands says the same.
    Said,
    /// The gateway writes this itself.
    Ours,
    /// The chart has no place for it.
    NoPlace,
}

impl How {
    fn is_single(self) -> bool {
        matches!(
            self,
            Self::Text | Self::Decimal | Self::Date | Self::Flag | Self::Word(_)
        )
    }

    /// It makes more than one value of the chart.
    fn is_whole(self) -> bool {
        matches!(
            self,
            Self::Object(_) | Self::Each(_) | Self::By(_) | Self::Texts | Self::Words(_)
        )
    }
}

/// Takes every field of an object; what was unknown or wrong is told.
pub(super) fn take(draft: &mut Draft, node: &Node<'_>, section: Section, target: &str) {
    let Some(fields) = node.value.as_object() else {
        draft.wrong(node, "expected an object");
        return;
    };
    let mut lines = Vec::with_capacity(section.len());
    flat(section, &mut lines);
    // What is missing is told at the place where it should have been: single fields before the objects that may repeat
    // them, objects after those that are there.
    let suggest = |draft: &mut Draft, wanted: fn(How) -> bool| {
        for (key, place, how) in &lines {
            if wanted(*how) && !place.is_empty() {
                let pointer = draft.pointer(target, place);
                draft.origins.suggest(pointer, node.at(key));
            }
        }
    };
    suggest(draft, How::is_single);
    for (key, place, how) in &lines {
        if let Some(field) = node.get(key) {
            let pointer = draft.pointer(target, place);
            if how.is_whole() && !place.is_empty() {
                draft.origins.suggest(&*pointer, &*field.path);
            }
            one(draft, &field, *how, &pointer);
            if draft.has(&pointer) {
                // What is wrong with a part of the chart is told at its first field.
                draft.suggest_around(place, &pointer, &field.path);
            }
        }
    }
    suggest(draft, How::is_whole);
    for key in fields.keys() {
        let is_known = lines.iter().any(|(known, ..)| known == key);
        if !is_known && node.get(key).is_some() {
            draft.note(Code::ClearinghouseUnknown, node.at(key), "");
        }
    }
}

fn flat(section: Section, lines: &mut Vec<Line>) {
    for line in section {
        match line.2 {
            How::With(section) => flat(section, lines),
            _ => lines.push(*line),
        }
    }
}

fn one(draft: &mut Draft, field: &Node<'_>, how: How, pointer: &str) {
    match how {
        How::Text => {
            if let Some(text) = draft.text(field) {
                draft.put(pointer, field, text);
            }
        }
        How::Texts => texts(draft, field, pointer),
        How::Decimal => {
            if let Some(number) = draft.decimal(field) {
                draft.put(pointer, field, number);
            }
        }
        How::Date => {
            if let Some(date) = draft.date(field) {
                draft.put(pointer, field, date.to_string());
            }
        }
        How::Flag => match field.flag() {
            Some(flag) => draft.put(pointer, field, flag),
            None => draft.wrong(field, "expected true or false"),
        },
        How::Word(words) => word(draft, field, words, pointer),
        How::Words(words) => {
            for item in field.list() {
                let next = draft.count(pointer);
                word(draft, &item, words, &format!("{pointer}/{next}"));
            }
        }
        How::Object(section) => take(draft, field, section, pointer),
        How::Each(section) => {
            for item in field.list() {
                let pointer = draft.push(pointer, &item);
                take(draft, &item, section, &pointer);
            }
        }
        How::Note(kind) => note(draft, field, kind),
        How::Number(kind) => of_kind(draft, field, kind, (pointer, "number")),
        How::Given(usual) => match field.text() {
            Some(text) if usual.contains(&&*text) => {}
            Some(_) => no_place(draft, field),
            None => draft.wrong(field, "expected text"),
        },
        How::By(work) => work(draft, field, pointer),
        How::With(_) | How::Said => {}
        How::Ours => draft.note(Code::ClearinghouseOurs, &*field.path, ""),
        How::NoPlace => no_place(draft, field),
    }
}

/// Each text of a list is an item of ours.
pub(super) fn texts(draft: &mut Draft, field: &Node<'_>, list: &str) {
    for item in field.list() {
        if let Some(text) = draft.text(&item) {
            let next = draft.count(list);
            draft.put(&format!("{list}/{next}"), &item, text);
        }
    }
}

/// Each text of a list is a note of the claim.
pub(super) fn note(draft: &mut Draft, field: &Node<'_>, kind: &str) {
    of_kind(draft, field, kind, ("/notes", "text"));
}

/// Each text of a list is an item of ours, with its kind.
fn of_kind(draft: &mut Draft, field: &Node<'_>, kind: &str, (list, name): (&str, &str)) {
    for item in field.list() {
        if let Some(text) = draft.text(&item) {
            let pointer = draft.push(list, &item);
            draft.put(&format!("{pointer}/kind"), &item, kind);
            draft.put(&format!("{pointer}/{name}"), &item, text);
        }
    }
}

/// Something documented that a chart does not hold.
pub(super) fn no_place(draft: &mut Draft, field: &Node<'_>) {
    draft.note(Code::ClearinghouseNoPlace, &*field.path, "");
}

/// A code of a list that we have other words for.
fn word(draft: &mut Draft, field: &Node<'_>, words: Words, pointer: &str) {
    let text = field.text();
    let meant = words.iter().find(|(theirs, _)| {
        text.as_ref()
            .is_some_and(|text| text.eq_ignore_ascii_case(theirs))
    });
    match meant {
        Some((_, ours)) => draft.put(pointer, field, *ours),
        None => {
            let theirs: Vec<&str> = words.iter().map(|(theirs, _)| *theirs).collect();
            draft.wrong(field, &format!("expected one of {}", theirs.join(" ")));
        }
    }
}

impl Draft {
    /// The part of the chart that a relative place is in, where the place names one.
    fn suggest_around(&mut self, place: &str, pointer: &str, path: &str) {
        if place.contains('/')
            && !place.starts_with(['/', '$'])
            && let Some((around, _)) = pointer.rsplit_once('/')
        {
            self.origins.suggest(around, path);
        }
    }

    /// Where a place of a section is.
    fn pointer(&self, target: &str, place: &str) -> String {
        match place.strip_prefix('$') {
            Some(place) => format!("{}{place}", self.focal),
            None if place.starts_with('/') => place.to_owned(),
            None if place.is_empty() => target.to_owned(),
            None => format!("{target}/{place}"),
        }
    }
}
