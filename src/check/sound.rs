//! Whether the elements of a segment are surely without fault: the common case, decided in one pass that tells
//! nothing. It may say no of a sound segment, never yes of a faulty one: `element` then looks in detail.

use crate::guide::{
    Component, Composite, DataType, Element, ElementKind, Note, NoteKind, Segment as Rule, Simple,
};
use crate::x12::Segment;

use super::element::{is_date, is_number, is_time};

/// Elements that fit the set of those present.
const ELEMENTS_MAX: usize = 31;

pub(super) fn is_sound(rule: &Rule, segment: &Segment<'_>) -> bool {
    let last = segment.len();
    let fits = (1..=ELEMENTS_MAX).contains(&last) && last <= rule.elements.len();
    if !fits || !segment.is_plain() || rule.id == "ISA" {
        return false;
    }
    let mut present = 0u32;
    let mut before: &[u8] = b"";
    for (number, element_rule) in (1..=last).zip(&rule.elements) {
        let raw = segment.element(number).raw();
        if !raw.is_empty() {
            present |= 1 << number;
            let sound = element_rule
                .as_ref()
                .is_some_and(|rule| is_element_sound(rule, raw, before, segment));
            if !sound {
                return false;
            }
        }
        before = raw;
    }
    present >> last == 1
        && rule.required & !present == 0
        && notes_hold(&rule.standard.notes, present)
}

fn is_element_sound(rule: &Element, raw: &[u8], before: &[u8], segment: &Segment<'_>) -> bool {
    let delimiters = segment.delimiters;
    let repeats = || {
        delimiters
            .repetition
            .is_some_and(|byte| raw.contains(&byte))
    };
    let single = segment.is_flat() || !repeats();
    match &rule.kind {
        ElementKind::Simple(simple) => {
            single
                && (segment.is_flat() || !raw.contains(&delimiters.component))
                && is_value_sound(simple, &rule.data, raw, before)
        }
        ElementKind::Composite(composite) => {
            single && is_composite_sound(composite, raw, delimiters.component)
        }
    }
}

fn is_composite_sound(rule: &Composite, raw: &[u8], separator: u8) -> bool {
    let mut present = 0u32;
    let mut before: &[u8] = b"";
    let mut rules = rule.components.iter();
    for (index, value) in raw.split(|&byte| byte == separator).enumerate() {
        let Some(component_rule) = rules.next() else {
            return false;
        };
        if !value.is_empty() {
            present |= 1 << (index + 1);
            let sound = component_rule.as_ref().is_some_and(
                |Component {
                     data, value: rule, ..
                 }| is_value_sound(rule, data, value, before),
            );
            if !sound {
                return false;
            }
        }
        before = value;
    }
    rule.required & !present == 0 && notes_hold(&rule.standard.notes, present)
}

/// `before` is the value in front of it, which says how a period is written.
fn is_value_sound(rule: &Simple, data: &str, value: &[u8], before: &[u8]) -> bool {
    let standard = rule.standard;
    let lengths = standard.min as usize..=standard.max as usize;
    let fits = match standard.data_type {
        DataType::Text | DataType::Identifier => lengths.contains(&value.len()) && value[0] != b' ',
        // Sign and point do not count, so that a value that fits with them fits without.
        DataType::Integer | DataType::Decimal => {
            let counted = value.len()
                - value
                    .iter()
                    .filter(|byte| matches!(byte, b'-' | b'.'))
                    .count();
            lengths.contains(&counted) && is_number(value, standard.data_type)
        }
        DataType::Date => lengths.contains(&value.len()) && is_date(value),
        DataType::Time => lengths.contains(&value.len()) && is_time(value),
        DataType::Binary => false,
    };
    fits && (data != "1251" || (before == b"D8" && value.len() == 8 && is_date(value)))
        && rule.allows(value)
}

fn notes_hold(notes: &[Note], present: u32) -> bool {
    notes.iter().all(|note| {
        let sent = (note.mask & present).count_ones();
        let first = note
            .members
            .first()
            .is_some_and(|&number| present >> number & 1 == 1);
        match note.kind {
            NoteKind::Paired => sent == 0 || note.mask & !present == 0,
            NoteKind::Required => sent > 0,
            NoteKind::Exclusion => sent <= 1,
            NoteKind::Conditional => !first || note.mask & !present == 0,
            NoteKind::List => !first || sent > 1,
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::check::element;
    use crate::guide::library;
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
                assert!(segment.is("ISA") || !is_sound(rule, &segment) || findings.is_empty(), "{text}: {findings:?}");
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
                assert!(is_sound(rule, &segment) || segment.is("DTP"), "{segment:?}");
                count += 1;
            }
        });
        assert!(count > 40);
    }
}
