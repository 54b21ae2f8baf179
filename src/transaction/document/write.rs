//! A document to an interchange. It must not judge the data; it refuses what would be read back as something else.
//!
//! [`crate::x12::Writer`] is not used here: it counts for itself and cuts empty elements, and a document may say
//! otherwise.

mod header;
mod misfit;

pub(super) use self::header::ISA_WIDTH;
pub use self::misfit::{Misfit, no_set};
use super::element::{self, SegmentText};
use super::lines::END;
use super::names::{self, Named};
use super::sequence::{Member, What, near, only, written};
use super::{
    AS_WRITTEN, DELIMITERS, INTERCHANGE, ISA_WIDTHS, LINE_BREAK, LINE_BREAK_AT_END, Object,
    SEGMENT, SET, STRAY, TRANSACTION_SET, UNPLACED, UNTERMINATED, Value,
};
use crate::guide::{ChildKind, LoopIndex, SegmentIndex, library};
use crate::x12::Delimiters;

/// What an interchange says besides its segments.
const EXTRAS: [&str; 5] = [
    DELIMITERS,
    LINE_BREAK,
    LINE_BREAK_AT_END,
    ISA_WIDTHS,
    UNTERMINATED,
];
/// Places of GS and its loop in the envelope's guide; a test holds them.
const GROUP: LoopIndex = 1;

/// Writes documents, whole or in lines, one after the other.
#[derive(Default)]
pub struct DocumentWriter {
    out: Vec<u8>,
    /// Where in the document we are.
    path: String,
    interchanges: u32,
    open: Option<Open>,
}

/// An interchange that is not closed.
struct Open {
    delimiters: Delimiters,
    line_break: Vec<u8>,
    line_break_at_end: Option<Vec<u8>>,
    unterminated: bool,
    /// The ISA is no proper one.
    as_written: bool,
    control_number: String,
    groups: u32,
    is_closed: bool,
    group: Option<Group>,
}

struct Group {
    control_number: String,
    sets: u32,
    is_closed: bool,
    set: Option<Set>,
}

struct Set {
    named: Option<&'static Named>,
    control_number: String,
    segments: u32,
    is_closed: bool,
    /// Open levels of a document in lines, the set itself first.
    levels: Vec<LoopIndex>,
}

/// What was written may be protected health information.
impl std::fmt::Debug for DocumentWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} bytes>", self.out.len())
    }
}

impl DocumentWriter {
    /// What was written since this was asked last.
    pub fn take(&mut self) -> Vec<u8> {
        // The last segment may still lose its terminator.
        match &self.open {
            Some(open) => {
                let keep = open.line_break.len() + 1;
                let rest = self.out.split_off(self.out.len().saturating_sub(keep));
                std::mem::replace(&mut self.out, rest)
            }
            None => std::mem::take(&mut self.out),
        }
    }

    /// Takes a document, or a line of one.
    ///
    /// # Errors
    /// What does not fit, and where. What was written before it stays.
    pub fn value(&mut self, value: &Value) -> Result<(), Misfit> {
        self.path.clear();
        let Value::Object(object) = value else {
            let found = value.kind();
            return Err(Misfit::at(
                "document",
                format!("expected an object, found {found}"),
            ));
        };
        for (name, value) in &object.0 {
            let mark = self.step(name, None);
            self.line(name, value)?;
            self.path.truncate(mark);
        }
        Ok(())
    }

    /// Closes what is open.
    ///
    /// # Errors
    /// What does not fit.
    pub fn finish(&mut self) -> Result<Vec<u8>, Misfit> {
        self.close_interchange()?;
        Ok(self.take())
    }

    fn line(&mut self, name: &str, value: &Value) -> Result<(), Misfit> {
        match (name, value) {
            (INTERCHANGE, Value::List(list)) => {
                for (at, value) in list.iter().enumerate() {
                    let mark = self.step("", Some(at));
                    match only(value, STRAY) {
                        Some(stray) => self.stray(stray)?,
                        None => {
                            self.open_interchange(value)?;
                            self.close_interchange()?;
                        }
                    }
                    self.path.truncate(mark);
                }
                Ok(())
            }
            (INTERCHANGE, value) => self.open_interchange(value),
            (STRAY, value) => self.stray(value),
            (UNPLACED | SEGMENT, value) => self.raw(value),
            ("functional_group", value) => self.open_group(value),
            (TRANSACTION_SET, value) => self.open_set(value),
            (name, value) => match name.strip_suffix(END) {
                Some(level) => self.end(level, value),
                None => self.part(name, value),
            },
        }
    }

    fn stray(&mut self, value: &Value) -> Result<(), Misfit> {
        self.close_interchange()?;
        match element::decoded(value) {
            Some(Ok(bytes)) => {
                self.out.extend_from_slice(&bytes);
                Ok(())
            }
            Some(Err(reason)) => Err(self.misfit(reason)),
            None => Err(self.misfit("expected a text")),
        }
    }

    fn open_interchange(&mut self, value: &Value) -> Result<(), Misfit> {
        self.close_interchange()?;
        let object = self.object(value)?;
        self.interchanges += 1;
        let open = Open {
            delimiters: self.delimiters(object)?,
            line_break: self.bytes_of(object, LINE_BREAK)?.unwrap_or_default(),
            line_break_at_end: None,
            unterminated: false,
            as_written: object.get(ISA_WIDTHS) == Some(&Value::text(AS_WRITTEN)),
            control_number: String::new(),
            groups: 0,
            is_closed: false,
            group: None,
        };
        self.open = Some(open);
        self.extras(object)?;
        let named = names::envelope();
        let header = &named.loops[0].children[0].name;
        if object.get(header).is_none() {
            return Err(self.misfit(format!("`{header}` is missing")));
        }
        self.members(named, 0, object, &EXTRAS)
    }

    /// What may stand at the beginning of an interchange or at its end.
    fn extras(&mut self, object: &Object) -> Result<(), Misfit> {
        let at_end = self.bytes_of(object, LINE_BREAK_AT_END)?;
        let unterminated = object.get(UNTERMINATED) == Some(&Value::Flag(true));
        if let Some(open) = &mut self.open {
            open.line_break_at_end = at_end.or(open.line_break_at_end.take());
            open.unterminated |= unterminated;
        }
        Ok(())
    }

    fn open_group(&mut self, value: &Value) -> Result<(), Misfit> {
        self.close_group()?;
        let object = self.object(value)?;
        match &mut self.open {
            Some(open) if !open.is_closed => {
                open.groups += 1;
                open.group = Some(Group {
                    control_number: String::new(),
                    sets: 0,
                    is_closed: false,
                    set: None,
                });
            }
            _ => return Err(self.misfit("there is no interchange open for it")),
        }
        let header = &names::envelope().loops[GROUP].children[0].name;
        if object.get(header).is_none() {
            return Err(self.misfit(format!("`{header}` is missing")));
        }
        self.members(names::envelope(), GROUP, object, &[])
    }

    fn open_set(&mut self, value: &Value) -> Result<(), Misfit> {
        self.close_set()?;
        let object = self.object(value)?;
        let named = match object.get(SET) {
            None => None,
            Some(Value::Text(name)) => {
                let guide = library().called(name).and_then(names::of);
                Some(guide.ok_or_else(|| self.misfit(no_set(name)))?)
            }
            Some(_) => return Err(self.misfit(format!("`{SET}` is no text"))),
        };
        let Some(group) = self.group().filter(|group| !group.is_closed) else {
            return Err(self.misfit("there is no functional group open for it"));
        };
        group.sets += 1;
        group.set = Some(Set {
            named,
            control_number: String::new(),
            segments: 0,
            // What is given segment by segment is whole.
            is_closed: named.is_none(),
            levels: vec![0],
        });
        let Some(named) = named else {
            return self.raw_set(object);
        };
        let header = &named.loops[0].children[0].name;
        if object.get(header).is_none() {
            let opening = named.guide.trigger_index(0).unwrap_or_default();
            self.segment(named, opening, &Object::default())?;
        }
        self.members(named, 0, object, &[SET])
    }

    fn raw_set(&mut self, object: &Object) -> Result<(), Misfit> {
        for (name, value) in &object.0 {
            match (name.as_str(), value) {
                (SEGMENT, Value::List(list)) => {
                    for (at, value) in list.iter().enumerate() {
                        let mark = self.step(SEGMENT, Some(at));
                        self.raw(value)?;
                        self.path.truncate(mark);
                    }
                }
                (SEGMENT, _) => return Err(self.misfit(format!("`{SEGMENT}` is no list"))),
                _ => {
                    let words = format!("`{name}` needs `{SET}` to say by which guide it is named");
                    return Err(self.misfit(words));
                }
            }
        }
        Ok(())
    }

    /// A loop of the open set: of the innermost level that has a part of this name.
    fn part(&mut self, name: &str, value: &Value) -> Result<(), Misfit> {
        let Some((named, levels)) = self.levels() else {
            let known = [INTERCHANGE, "functional_group", TRANSACTION_SET, STRAY];
            return Err(self.misfit(near(name, &known)));
        };
        let found = levels.iter().enumerate().rev().find_map(|(depth, &index)| {
            let at = named.loops[index].find(name)?;
            match named.child(index, at) {
                (child, names) if names.is_part => match child.kind {
                    ChildKind::Loop(inner) => Some((depth, inner)),
                    ChildKind::Segment(_) => None,
                },
                _ => None,
            }
        });
        let Some((depth, inner)) = found else {
            let known = levels
                .iter()
                .flat_map(|&index| &named.loops[index].children);
            let known: Vec<&str> = known
                .filter(|child| child.is_part)
                .map(|child| child.name.as_str())
                .collect();
            return Err(self.misfit(near(name, &known)));
        };
        if let Some(set) = self.set() {
            set.levels.truncate(depth + 1);
            if named.loops[inner].is_level {
                set.levels.push(inner);
            }
        }
        let object = self.object(value)?;
        self.members(named, inner, object, &[])
    }

    /// What stands behind the parts of a level.
    fn end(&mut self, level: &str, value: &Value) -> Result<(), Misfit> {
        let object = self.object(value)?;
        match level {
            INTERCHANGE => {
                self.close_group()?;
                self.extras(object)?;
                self.members(names::envelope(), 0, object, &EXTRAS)?;
                self.close_interchange()
            }
            "functional_group" => {
                self.close_set()?;
                if self.group().is_none() {
                    return Err(self.misfit("there is no functional group open"));
                }
                self.members(names::envelope(), GROUP, object, &[])?;
                self.close_group()
            }
            TRANSACTION_SET => {
                let Some((named, _)) = self.levels() else {
                    return Err(self.misfit("there is no transaction set open"));
                };
                self.members(named, 0, object, &[])?;
                self.close_set()
            }
            _ => {
                let open = self.levels().and_then(|(named, levels)| {
                    let pairs = levels.iter().zip(levels.iter().skip(1)).enumerate();
                    let mut named_so = pairs.filter_map(|(depth, (&around, &inner))| {
                        let at = named.loops[around].find(level)?;
                        let kind = named.child(around, at).0.kind;
                        (kind == ChildKind::Loop(inner)).then_some((depth + 1, inner))
                    });
                    Some((named, named_so.next_back()?))
                });
                let Some((named, (depth, index))) = open else {
                    return Err(self.misfit("there is no such level open"));
                };
                if let Some(set) = self.set() {
                    set.levels.truncate(depth + 1);
                }
                self.members(named, index, object, &[])
            }
        }
    }

    /// The members of a loop, in their order.
    fn members(
        &mut self,
        named: &'static Named,
        index: LoopIndex,
        object: &Object,
        extra: &[&str],
    ) -> Result<(), Misfit> {
        for Member {
            what,
            name,
            number,
            value,
        } in written(named, index, object, extra, &self.path)?
        {
            let mark = self.step(name, number);
            match (what, only(value, UNPLACED)) {
                (What::Raw, _) => self.raw(value)?,
                (_, Some(unplaced)) => {
                    self.close_part(what)?;
                    self.raw(unplaced)?;
                }
                (What::Set, None) => {
                    self.open_set(value)?;
                    self.close_set()?;
                }
                (What::Child(at), None) => self.child(named, index, at, value)?,
            }
            self.path.truncate(mark);
        }
        Ok(())
    }

    fn child(
        &mut self,
        named: &'static Named,
        index: LoopIndex,
        at: usize,
        value: &Value,
    ) -> Result<(), Misfit> {
        let is_trailer = named.loops[index].trailer == Some(at);
        if *value == Value::Null && is_trailer {
            self.closed(&named.child(index, at).0.kind, named);
            return Ok(());
        }
        let object = self.object(value)?;
        match named.child(index, at).0.kind {
            ChildKind::Segment(segment) => {
                match named.guide.segments[segment].id == "ISA" {
                    true => self.isa(object)?,
                    false => self.segment(named, segment, object)?,
                }
                if is_trailer {
                    self.closed(&ChildKind::Segment(segment), named);
                }
                Ok(())
            }
            ChildKind::Loop(inner) if std::ptr::eq(named, names::envelope()) && inner == GROUP => {
                self.open_group(value)?;
                self.close_group()
            }
            ChildKind::Loop(inner) => self.members(named, inner, object, &[]),
        }
    }

    /// The level that a trailer closes needs no other.
    fn closed(&mut self, trailer: &ChildKind, named: &Named) {
        let ChildKind::Segment(segment) = trailer else {
            return;
        };
        match named.guide.segments[*segment].id.as_str() {
            "SE" => self.set().into_iter().for_each(|set| set.is_closed = true),
            "GE" => self
                .group()
                .into_iter()
                .for_each(|group| group.is_closed = true),
            _ => self.open.iter_mut().for_each(|open| open.is_closed = true),
        }
    }

    /// A loose segment between parts stands behind the part before it.
    fn close_part(&mut self, what: What) -> Result<(), Misfit> {
        match what {
            What::Set => self.close_set(),
            _ => Ok(()),
        }
    }

    fn close_set(&mut self) -> Result<(), Misfit> {
        let Some(set) = self.set() else { return Ok(()) };
        if let (false, Some(named)) = (set.is_closed, set.named) {
            self.trailer(named, 0)?;
        }
        if let Some(group) = self.group() {
            group.set = None;
        }
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), Misfit> {
        self.close_set()?;
        match self.group() {
            None => return Ok(()),
            Some(group) if group.is_closed => {}
            Some(_) => self.trailer(names::envelope(), GROUP)?,
        }
        if let Some(open) = &mut self.open {
            open.group = None;
        }
        Ok(())
    }

    fn close_interchange(&mut self) -> Result<(), Misfit> {
        self.close_group()?;
        match &self.open {
            None => return Ok(()),
            Some(open) if open.is_closed => {}
            Some(_) => self.trailer(names::envelope(), 0)?,
        }
        if let Some(open) = self.open.take() {
            let cut = open.line_break.len() + usize::from(open.unterminated);
            let kept = self.out.len().saturating_sub(cut);
            if open.unterminated || open.line_break_at_end.is_some() {
                self.out.truncate(kept);
                self.out
                    .extend(open.line_break_at_end.unwrap_or(open.line_break));
            }
        }
        Ok(())
    }

    /// A trailer that the document leaves out.
    fn trailer(&mut self, named: &'static Named, index: LoopIndex) -> Result<(), Misfit> {
        let Some(at) = named.loops[index].trailer else {
            return Ok(());
        };
        match named.child(index, at).0.kind {
            ChildKind::Segment(segment) => self.segment(named, segment, &Object::default()),
            ChildKind::Loop(_) => Ok(()),
        }
    }

    fn segment(
        &mut self,
        named: &'static Named,
        index: SegmentIndex,
        object: &Object,
    ) -> Result<(), Misfit> {
        let rule = &named.guide.segments[index];
        self.count();
        let given: Vec<Option<String>> =
            (1..=6).map(|number| self.given(&rule.id, number)).collect();
        let Some(open) = &self.open else {
            return Err(self.misfit("there is no interchange open"));
        };
        let begin = self.out.len();
        let mut text = SegmentText {
            out: &mut self.out,
            delimiters: open.delimiters,
            path: &self.path,
        };
        let given = |number: usize| given.get(number - 1).cloned().flatten();
        text.write(rule, &named.segments[index], object, given)?;
        let separator = open.delimiters.element;
        let written = &self.out[begin..self.out.len() - 1];
        let element = |number: usize| {
            let bytes = written.split(|&byte| byte == separator).nth(number);
            String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
        };
        match rule.id.as_str() {
            "ST" => {
                let number = element(2);
                self.set()
                    .into_iter()
                    .for_each(|set| set.control_number.clone_from(&number));
            }
            "GS" => {
                let number = element(6);
                self.group()
                    .into_iter()
                    .for_each(|group| group.control_number.clone_from(&number));
            }
            _ => {}
        }
        self.break_line();
        Ok(())
    }

    fn raw(&mut self, value: &Value) -> Result<(), Misfit> {
        self.count();
        let Some(open) = &self.open else {
            return Err(self.misfit("there is no interchange open for it"));
        };
        SegmentText {
            out: &mut self.out,
            delimiters: open.delimiters,
            path: &self.path,
        }
        .write_raw(value)?;
        self.break_line();
        Ok(())
    }

    fn count(&mut self) {
        if let Some(set) = self.set() {
            set.segments += 1;
        }
    }

    /// Counts and control numbers, where a document leaves them out.
    fn given(&self, id: &str, number: usize) -> Option<String> {
        if !element::is_filled_in(id, number) {
            return None;
        }
        let open = self.open.as_ref()?;
        let group = open.group.as_ref();
        let set = || group.and_then(|group| group.set.as_ref());
        match (id, number) {
            ("ST", 1) => Some(set()?.named?.guide.set.clone()),
            ("ST", 2) => Some(format!("{:04}", group?.sets)),
            ("SE", 1) => Some(set()?.segments.to_string()),
            ("SE", 2) => Some(set()?.control_number.clone()),
            ("GS", 6) => Some(open.groups.to_string()),
            ("GE", 1) => Some(group?.sets.to_string()),
            ("GE", 2) => Some(group?.control_number.clone()),
            ("IEA", 1) => Some(open.groups.to_string()),
            ("IEA", 2) => Some(open.control_number.clone()),
            _ => None,
        }
    }

    fn break_line(&mut self) {
        if let Some(open) = &self.open {
            self.out.extend_from_slice(&open.line_break);
        }
    }

    fn group(&mut self) -> Option<&mut Group> {
        self.open.as_mut()?.group.as_mut()
    }

    fn set(&mut self) -> Option<&mut Set> {
        self.group()?.set.as_mut()
    }

    /// The guide of the open set, and its open levels.
    fn levels(&self) -> Option<(&'static Named, &[LoopIndex])> {
        let set = self.open.as_ref()?.group.as_ref()?.set.as_ref()?;
        Some((set.named?, &set.levels))
    }

    fn bytes_of(&self, object: &Object, name: &str) -> Result<Option<Vec<u8>>, Misfit> {
        let Some(value) = object.get(name) else {
            return Ok(None);
        };
        match element::decoded(value) {
            Some(Ok(bytes)) => Ok(Some(bytes)),
            _ => Err(self.misfit(format!("`{name}` is no text"))),
        }
    }

    fn object<'v>(&self, value: &'v Value) -> Result<&'v Object, Misfit> {
        match value {
            Value::Object(object) => Ok(object),
            other => Err(self.misfit(format!("expected an object, found {}", other.kind()))),
        }
    }

    /// Goes to a member; the length of the path before, to come back to.
    fn step(&mut self, name: &str, number: Option<usize>) -> usize {
        let mark = self.path.len();
        if !self.path.is_empty() && !name.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        if let Some(number) = number {
            self.path.push_str(&format!("[{number}]"));
        }
        mark
    }

    fn misfit(&self, reason: impl Into<String>) -> Misfit {
        Misfit::at(&self.path, reason)
    }
}
