//! Whether the elements of a segment are surely without fault: the common case, decided in one pass that tells
//! nothing. It may say no of a sound segment, never yes of a faulty one: `element` then looks in detail.

use std::sync::OnceLock;

use crate::guide::{
    Component, Composite, DataType, ElementKind, Guide, Note, NoteKind, Segment as Rule, Simple,
    library, pack,
};
use crate::x12::Segment;

use super::element::{is_date, is_period, is_time};

/// Elements that fit the set of those present.
const ELEMENTS_MAX: usize = 31;

/// What a segment of each definition of a guide surely may hold.
#[derive(Debug)]
pub(super) struct Plans(Vec<Plan>);

/// What a segment or a composite surely may hold, so packed that a look at each of its values is enough.
#[derive(Debug)]
struct Plan {
    slots: Vec<Slot>,
    composites: Vec<Plan>,
    /// Allowed values of all slots, packed.
    codes: Vec<u64>,
    required: u32,
    notes: Vec<Condition>,
}

/// A syntax note: members that depend on one another.
#[derive(Debug)]
struct Condition {
    kind: NoteKind,
    mask: u32,
    /// The bit of the first member.
    first: u32,
}

/// What one element or component may be.
#[derive(Debug, Clone, Copy)]
struct Slot {
    kind: Kind,
    min: u16,
    max: u16,
    /// Where its allowed values lie; none: any value. Of a composite: its number.
    from: u16,
    to: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Not used, or for the detailed look to say.
    Unsure,
    Text,
    Integer,
    Decimal,
    Date,
    Time,
    /// 1251: written as the value before it says.
    Period,
    Composite,
}

impl Plans {
    /// Those of a guide of the library, or of its envelope.
    pub(super) fn of(guide: &Guide) -> &'static Self {
        static ALL: OnceLock<Vec<(&'static Guide, Plans)>> = OnceLock::new();
        let all = ALL.get_or_init(|| {
            let guides = library().guides().iter().chain([library().envelope()]);
            let plans = |guide: &Guide| Self(guide.segments.iter().map(Plan::of_segment).collect());
            guides.map(|guide| (guide, plans(guide))).collect()
        });
        // A guide that is not of the library is looked at in detail.
        static NONE: Plans = Plans(Vec::new());
        let mut all = all.iter();
        let of = all.find(|(known, _)| std::ptr::eq(*known, guide));
        of.map_or(&NONE, |(_, plans)| plans)
    }

    #[inline]
    pub(super) fn is_sound(&self, rule: &Rule, segment: &Segment<'_>) -> bool {
        let plan = self.0.get(rule.index);
        plan.is_some_and(|plan| plan.is_segment_sound(segment))
    }
}

impl Plan {
    fn of_segment(rule: &Rule) -> Self {
        let mut plan = Self::new(rule.required, &rule.standard.notes);
        // ISA has fixed widths, which are no concern of a value alone.
        let elements = rule.elements.iter().filter(|_| rule.id != "ISA");
        for element in elements.take(ELEMENTS_MAX) {
            let slot = match element.as_ref().map(|one| (&one.data, &one.kind)) {
                Some((data, ElementKind::Simple(simple))) => plan.simple(simple, data),
                Some((_, ElementKind::Composite(composite))) => {
                    plan.composites.push(Self::of_composite(composite));
                    let at = narrow(plan.composites.len() - 1);
                    Slot {
                        kind: Kind::Composite,
                        from: at,
                        ..Slot::UNSURE
                    }
                }
                None => Slot::UNSURE,
            };
            plan.slots.push(slot);
        }
        plan
    }

    fn of_composite(rule: &Composite) -> Self {
        let mut plan = Self::new(rule.required, &rule.standard.notes);
        for component in rule.components.iter().take(ELEMENTS_MAX) {
            let slot = component
                .as_ref()
                .map(|Component { data, value, .. }| plan.simple(value, data));
            plan.slots.push(slot.unwrap_or(Slot::UNSURE));
        }
        plan
    }

    fn new(required: u32, notes: &[Note]) -> Self {
        Self {
            slots: Vec::new(),
            composites: Vec::new(),
            codes: Vec::new(),
            required,
            notes: notes.iter().map(Condition::new).collect(),
        }
    }

    fn simple(&mut self, rule: &Simple, data: &str) -> Slot {
        let codes: Option<Vec<u64>> = rule
            .codes
            .iter()
            .map(|code| pack(code.as_bytes()))
            .collect();
        let kind = match rule.standard.data_type {
            _ if codes.is_none() => Kind::Unsure,
            DataType::Text | DataType::Identifier if data == "1251" => Kind::Period,
            DataType::Text | DataType::Identifier => Kind::Text,
            DataType::Integer => Kind::Integer,
            DataType::Decimal => Kind::Decimal,
            DataType::Date => Kind::Date,
            DataType::Time => Kind::Time,
            DataType::Binary => Kind::Unsure,
        };
        let from = narrow(self.codes.len());
        self.codes.extend(codes.unwrap_or_default());
        Slot {
            kind,
            min: u16::try_from(rule.standard.min).unwrap_or(u16::MAX),
            max: u16::try_from(rule.standard.max).unwrap_or(u16::MAX),
            from,
            to: narrow(self.codes.len()),
        }
    }

    #[inline]
    fn is_segment_sound(&self, segment: &Segment<'_>) -> bool {
        let component = segment.delimiters.component;
        segment.is_plain() && self.are_sound(segment.elements_marked(), component)
    }

    /// Values, each with the separators in it, of which `component` is one.
    #[inline(always)]
    fn are_sound<'v>(
        &self,
        values: impl Iterator<Item = (&'v [u8], Option<u64>)>,
        component: u8,
    ) -> bool {
        let (mut present, mut bit) = (0u32, 1u32);
        let mut before: &[u8] = b"";
        let mut slots = self.slots.iter();
        for (value, marks) in values {
            bit <<= 1;
            let Some(slot) = slots.next() else {
                return false;
            };
            if !value.is_empty() {
                present |= bit;
                let is_sound = match (marks, slot.kind) {
                    (Some(marks), Kind::Composite) => {
                        self.is_composite_sound(slot, value, marks, component)
                    }
                    (Some(0), _) => self.holds(slot, value, before),
                    _ => false,
                };
                if !is_sound {
                    return false;
                }
            }
            before = value;
        }
        // The last one is not empty: else its separator is one too many.
        present & bit != 0
            && bit > 1
            && self.required & !present == 0
            && self.notes.iter().all(|note| note.holds(present))
    }

    /// Of a value that holds no separator; `before` is the value in front of it, which says how a period is written.
    #[inline(always)]
    fn holds(&self, slot: &Slot, value: &[u8], before: &[u8]) -> bool {
        let fits = match slot.kind {
            Kind::Unsure | Kind::Composite => false,
            Kind::Text => slot.fits(value.len()) && value[0] != b' ',
            Kind::Integer => slot.fits_number(value, 0),
            Kind::Decimal => slot.fits_number(value, 1),
            Kind::Date => slot.fits(value.len()) && is_date(value),
            Kind::Time => slot.fits(value.len()) && is_time(value),
            Kind::Period => slot.fits(value.len()) && is_period(value, before),
        };
        fits && self.allows(slot, value)
    }

    #[inline]
    fn allows(&self, slot: &Slot, value: &[u8]) -> bool {
        slot.from == slot.to
            || pack(value).is_some_and(|value| {
                self.codes[usize::from(slot.from)..usize::from(slot.to)].contains(&value)
            })
    }

    /// Of a value that does not repeat.
    fn is_composite_sound(&self, slot: &Slot, value: &[u8], marks: u64, component: u8) -> bool {
        let Some(plan) = self.composites.get(usize::from(slot.from)) else {
            return false;
        };
        let (mut rest, mut from, mut repeats) = (Some(marks), 0, false);
        let components = std::iter::from_fn(|| {
            let marks = rest?;
            let end = value.len().min(marks.trailing_zeros() as usize);
            repeats |= marks != 0 && value[end] != component;
            rest = (marks != 0).then_some(marks & marks.wrapping_sub(1));
            let component = &value[from..end];
            from = end + 1;
            Some((component, Some(0)))
        });
        plan.are_sound(components, component) && !repeats
    }
}

impl Slot {
    #[inline]
    fn fits(&self, length: usize) -> bool {
        (usize::from(self.min)..=usize::from(self.max)).contains(&length)
    }

    /// Sign and point do not count.
    fn fits_number(&self, value: &[u8], points_max: usize) -> bool {
        let unsigned = value.strip_prefix(b"-").unwrap_or(value);
        let (mut digits, mut points) = (0, 0);
        for byte in unsigned {
            digits += usize::from(byte.is_ascii_digit());
            points += usize::from(*byte == b'.');
        }
        digits + points == unsigned.len() && points <= points_max && digits > 0 && self.fits(digits)
    }

    const UNSURE: Self = Self {
        kind: Kind::Unsure,
        min: 0,
        max: 0,
        from: 0,
        to: 0,
    };
}

/// A segment has some dozens of elements and some hundreds of codes.
fn narrow(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

impl Condition {
    fn new(note: &Note) -> Self {
        let first = note.members.first();
        Self {
            kind: note.kind,
            mask: note.mask,
            first: first.map_or(0, |&number| 1 << number),
        }
    }

    #[inline]
    fn holds(&self, present: u32) -> bool {
        let sent = self.mask & present;
        let (all, several) = (sent == self.mask, sent & sent.wrapping_sub(1) != 0);
        let first = self.first & present != 0;
        match self.kind {
            NoteKind::Paired => sent == 0 || all,
            NoteKind::Required => sent != 0,
            NoteKind::Exclusion => !several,
            NoteKind::Conditional => !first || all,
            NoteKind::List => !first || several,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::check::element;
    use crate::guide::{Element, library};
    use crate::x12::{Item, read_all};

    const ISA: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261124*1200*^*00501*000000001*0*T*:~";

    /// A rule of some guide, and a segment that tries to be one of it.
    fn rule_and_segment() -> impl Strategy<Value = (&'static Rule, String)> {
        let rules: Vec<&'static Rule> = library()
            .guides()
            .iter()
            .flat_map(|one| &one.segments)
            .collect();
        select(rules).prop_flat_map(|rule| {
            let elements: Vec<_> = rule
                .elements
                .iter()
                .map(|one| value(one.as_ref()))
                .collect();
            elements.prop_map(move |values| {
                let text = format!("{}*{}", rule.id, values.join("*"));
                (rule, text)
            })
        })
    }

    fn value(rule: Option<&'static Element>) -> BoxedStrategy<String> {
        let mut codes = Vec::new();
        if let Some(ElementKind::Simple(simple)) = rule.map(|one| &one.kind) {
            codes.extend(simple.codes.iter().take(3).map(String::as_str));
        }
        let composite = match rule.map(|one| &one.kind) {
            Some(ElementKind::Composite(composite)) => composite
                .components
                .iter()
                .map(|one| {
                    one.as_ref()
                        .and_then(|one| one.value.codes.first())
                        .map_or("1", String::as_str)
                })
                .collect::<Vec<_>>()
                .join(":"),
            _ => "1".to_owned(),
        };
        let odd = [
            "",
            "1",
            "12.5",
            "-3",
            "20261104",
            "20230229",
            "1530",
            "2560",
            "D8",
            "RD8",
            "A:B",
            "A^B",
            " ",
            " A",
            "CAF\u{e9}",
            "20261104-20261105",
            "::1",
            "1:",
            "123456789012345678901234567890123456789012345678901234567890",
        ];
        let some_code = if codes.is_empty() {
            Just("1").boxed()
        } else {
            select(codes).boxed()
        };
        prop_oneof![
            4 => some_code.prop_map(str::to_owned),
            2 => Just(composite),
            3 => Just(String::new()),
            2 => select(odd.to_vec()).prop_map(str::to_owned),
        ]
        .boxed()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn what_is_sound_has_no_findings((rule, text) in rule_and_segment()) {
            read_all(format!("{ISA}{text}~").as_bytes(), |item| {
                let Item::Segment(segment) = item else { return };
                let mut findings = Vec::new();
                element::tell(rule, &segment, "", &mut findings);
                assert!(segment.is("ISA") || !Plan::of_segment(rule).is_segment_sound(&segment) || findings.is_empty(), "{text}: {findings:?}");
            });
        }
    }

    /// The fast way is taken: else it would be there for nothing.
    #[test]
    fn every_segment_of_a_good_file_is_sound() {
        let text = include_str!("../../fixtures/005010X222A1/accepted/office-visits.edi");
        let guide = &library().guides()[0];
        let mut walk = crate::check::walk::Walk::new(guide);
        let mut count = 0;
        read_all(text.as_bytes(), |item| {
            let Item::Segment(segment) = item else { return };
            if segment.place.transaction > 0 {
                let rule = walk.place(&segment, &mut Vec::new()).unwrap();
                assert!(Plans::of(guide).is_sound(rule, &segment), "{segment:?}");
                count += 1;
            }
        });
        assert!(count > 40);
    }
}
