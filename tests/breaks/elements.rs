//! Breaks inside a segment: presence, length, codes, dates, characters, separators, syntax notes.

use claimgate::check::Code::{
    CodeIrregular, CodeShape, CodeUnknown, CodeUnlisted, ComponentsTooMany, ElementCharacter,
    ElementCode, ElementConditional, ElementDate, ElementExcluded, ElementMissing, ElementNotUsed,
    ElementRepeats, ElementTime, ElementTooLong, ElementTooShort, ElementTrailingSeparator,
    ElementsTooMany, NpiCheckDigit, SegmentEmpty, SegmentUnrecognized,
};
use claimgate::guide::{DataType, Note, NoteKind, Usage};

use super::map::Sign;
use super::ways::{Broken, Case, Slot, Way, composite};

pub(super) const WAYS: &[Way] = &[
    way("required element left out", required_element),
    way("required composite left out", required_composite),
    way("required component left out", required_component),
    way("element not used, filled", element_not_used),
    way("component not used, filled", component_not_used),
    way("code not of the guide", wrong_code),
    way(
        "code not of the guide, in a component",
        wrong_component_code,
    ),
    way("code in lower case", lower_case_code),
    way("qualifier of nothing", wrong_qualifier),
    way("code of an external list, misshapen", misshapen_code),
    way("NPI with a wrong check digit", npi_check_digit),
    way("one character too few", too_short),
    way("one character too many", too_long),
    way("a hundred characters too many", far_too_long),
    way("day that does not exist", bad_day),
    way("date written month first", month_first),
    way("date with hyphens", date_with_hyphens),
    way("range where a day is due", range_for_day),
    way("day where a range is due", day_for_range),
    way("range that ends before it begins", range_reversed),
    way("hour that does not exist", bad_hour),
    way("time with a colon's digits", short_time),
    way("letter in a number", letter_in_number),
    way("two points in a number", two_points),
    way("sign behind a number", sign_behind),
    way("dollar sign before an amount", dollar_sign),
    way("control character", control_character),
    way("byte that is no text", not_text),
    way("nothing but spaces", only_spaces),
    way("element beyond the segment's last", elements_too_many),
    way("component beyond the composite's last", components_too_many),
    way("component separator in data", component_separator),
    way("repetition separator in data", repetition_separator),
    way("element separator in data", element_separator),
    way("terminator in data", terminator_in_data),
    way("element repeated too often", repeated_too_often),
    way("separator behind the last element", trailing_separator),
    way("syntax note P broken", note_paired),
    way("syntax note R broken", note_required),
    way("syntax note E broken", note_exclusion),
    way("syntax note C broken", note_conditional),
    way("syntax note L broken", note_list),
    way("syntax note broken inside a composite", note_in_composite),
    way("segment without any element", emptied),
];

const fn way(name: &'static str, make: fn(&mut Case<'_>) -> Option<Broken>) -> Way {
    Way { name, make }
}

fn filled(slot: &Slot, line: &super::file::Line) -> bool {
    !slot.value(line).is_empty()
}

fn required_element(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        let simple = slot.component == 0 && slot.simple.is_some();
        simple && slot.usage == Usage::Required && filled(slot, line)
    })?;
    left_out(case, slot)
}

fn required_composite(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        slot.simple.is_none() && slot.usage == Usage::Required && filled(slot, line)
    })?;
    left_out(case, slot)
}

/// The whole element, all its repetitions.
fn left_out(case: &Case<'_>, slot: Slot) -> Option<Broken> {
    let mut broken = case.replaced(slot, "", &[ElementMissing])?;
    broken.file.lines[slot.at].put(slot.number, "");
    let spot = case.map.spot(slot.at);
    if let Some(key) = spot
        .rule()
        .key
        .as_ref()
        .filter(|key| usize::from(key.element) == slot.number)
    {
        // Without its code it may be told of as no segment of the guide's.
        let missing = Sign::at(spot, &[ElementMissing]).element(slot.number, key.component.into());
        broken.signs[0].push(missing);
    }
    if broken.file.lines[slot.at].elements.is_empty() {
        broken.signs[0].push(Sign::at(spot, &[SegmentEmpty]));
        broken.signs[0].push(Sign::at(spot, &[ElementMissing]).element(slot.number, 0));
    }
    Some(broken)
}

fn required_component(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        let others = line
            .part(slot.number, 0)
            .split(':')
            .filter(|one| !one.is_empty())
            .count();
        slot.component > 0 && slot.usage == Usage::Required && filled(slot, line) && others > 1
    })?;
    case.replaced(slot, "", &[ElementMissing])
}

fn element_not_used(case: &mut Case<'_>) -> Option<Broken> {
    let unused = |at: usize, case: &Case<'_>| -> Vec<usize> {
        let rule = case.map.spot(at).rule();
        let count = usize::from(rule.standard.count);
        (1..=count)
            .filter(|&number| rule.element(number).is_none())
            .collect()
    };
    let map = case.map;
    let at = case.pick_line(|_, spot, line| {
        let rule = spot.rule();
        let count = usize::from(rule.standard.count);
        let inner = !matches!(line.id.as_str(), "ISA" | "ST" | "SE");
        inner && (1..=count).any(|number| rule.element(number).is_none())
    })?;
    let numbers = unused(at, case);
    let number = *case.draw.of(&numbers)?;
    let mut file = case.file.clone();
    file.lines[at].put(number, "X");
    let sign = Sign::at(map.spot(at), &[ElementNotUsed]).element(number, 0);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn component_not_used(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let unused = |slot: &Slot| -> Option<Vec<usize>> {
        let composite = composite(map.spot(slot.at).rule().element(slot.number))?;
        let known = |number: usize| {
            composite
                .components
                .get(number - 1)
                .is_some_and(Option::is_some)
        };
        let all = 1..=usize::from(composite.standard.count);
        Some(all.filter(|&number| !known(number)).collect())
    };
    let slot = case.pick(|slot, line| {
        slot.simple.is_none()
            && filled(slot, line)
            && unused(slot).is_some_and(|numbers| !numbers.is_empty())
    })?;
    let component = *case.draw.of(&unused(&slot)?)?;
    let slot = Slot {
        component,
        is_key: false,
        ..slot
    };
    case.replaced(slot, "X", &[ElementNotUsed])
}

fn wrong_code(case: &mut Case<'_>) -> Option<Broken> {
    other_code(case, |slot| slot.component == 0 && !slot.is_key)
}

fn wrong_component_code(case: &mut Case<'_>) -> Option<Broken> {
    other_code(case, |slot| slot.component > 0 && !slot.is_key)
}

fn wrong_qualifier(case: &mut Case<'_>) -> Option<Broken> {
    other_code(case, |slot| slot.is_key)
}

fn other_code(case: &mut Case<'_>, fits: impl Fn(&Slot) -> bool) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        let coded = slot.simple.is_some_and(|simple| !simple.codes.is_empty());
        coded && fits(slot) && filled(slot, line)
    })?;
    let simple = slot.simple?;
    let length = slot.value(case.line(slot.at)).chars().count();
    let other = (0..50)
        .map(|_| case.draw.word(length))
        .find(|word| !simple.codes.contains(word))?;
    case.replaced(slot, &other, &[ElementCode])
}

fn lower_case_code(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        let value = slot.value(line);
        let coded = slot.simple.is_some_and(|simple| !simple.codes.is_empty());
        coded && !slot.is_key && value != value.to_lowercase()
    })?;
    let lower = slot.value(case.line(slot.at)).to_lowercase();
    (!slot.simple?.codes.contains(&lower)).then_some(())?;
    case.replaced(slot, &lower, &[ElementCode])
}

fn misshapen_code(case: &mut Case<'_>) -> Option<Broken> {
    (case.snip >= 5).then_some(())?;
    let map = case.map;
    let slot = case.pick(|slot, line| {
        let listed = map.spot(slot.at).rule().listed.iter();
        let mut places = listed.map(|one| (usize::from(one.element), usize::from(one.component)));
        let named = places.any(|place| place == (slot.number, slot.component));
        // What another qualifier means is another list, or none of ours.
        named && slot.simple.is_some_and(|one| one.list.is_some()) && filled(slot, line)
    })?;
    let length = slot.value(case.line(slot.at)).chars().count();
    let value = "#".repeat(length);
    let codes = [
        CodeShape,
        CodeUnknown,
        CodeUnlisted,
        CodeIrregular,
        ElementCode,
    ];
    case.replaced(slot, &value, &codes)
}

fn npi_check_digit(case: &mut Case<'_>) -> Option<Broken> {
    (case.snip >= 5).then_some(())?;
    let slot = case.pick(|slot, line| {
        slot.data == "67" && slot.number > 1 && line.get(slot.number - 1) == "XX"
    })?;
    let value = slot.value(case.line(slot.at)).to_owned();
    let (head, last) = value.split_at_checked(9)?;
    let digit: u8 = last.parse().ok()?;
    let by = case.draw.between(1, 9) as u8;
    let wrong = format!("{head}{}", (digit + by) % 10);
    case.replaced(slot, &wrong, &[NpiCheckDigit])
}

fn too_short(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        slot.simple.is_some_and(|simple| simple.standard.min > 1) && filled(slot, line)
    })?;
    let short: String = {
        let value = slot
            .value(case.line(slot.at))
            .chars()
            .filter(|c| !"-.".contains(*c));
        value.take(slot.simple?.standard.min as usize - 1).collect()
    };
    case.replaced(slot, &short, &[ElementTooShort])
}

fn too_long(case: &mut Case<'_>) -> Option<Broken> {
    longer(case, 1)
}

fn far_too_long(case: &mut Case<'_>) -> Option<Broken> {
    longer(case, 100)
}

fn longer(case: &mut Case<'_>, by: usize) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        slot.simple.is_some_and(|simple| simple.standard.max < 500) && filled(slot, line)
    })?;
    let value = slot.value(case.line(slot.at));
    let counted = match slot.is_of(&[DataType::Integer, DataType::Decimal]) {
        true => value.chars().filter(|c| !"-.".contains(*c)).count(),
        false => value.chars().count(),
    };
    let missing = slot.simple?.standard.max as usize + by - counted;
    let long = format!("{value}{}", "1".repeat(missing));
    case.replaced(slot, &long, &[ElementTooLong])
}

/// The format that a date stands in, where there is one to break.
fn format_of(slot: &Slot, line: &super::file::Line) -> String {
    let before = match slot.component {
        0 if slot.number > 1 => line.part(slot.number - 1, 0),
        component if component > 1 => line.part(slot.number, component - 1),
        _ => "",
    };
    match (slot.data, slot.is_of(&[DataType::Date])) {
        ("1251", _) => before.to_owned(),
        (_, true) if slot.value(line).len() == 8 => "D8".to_owned(),
        (_, true) if slot.value(line).len() == 6 => "D6".to_owned(),
        _ => String::new(),
    }
}

fn dates(case: &mut Case<'_>, formats: &[&str], make: impl Fn(&str) -> String) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        filled(slot, line) && formats.contains(&format_of(slot, line).as_str())
    })?;
    let wrong = make(slot.value(case.line(slot.at)));
    case.replaced(slot, &wrong, &[ElementDate])
}

fn bad_day(case: &mut Case<'_>) -> Option<Broken> {
    let day = *case
        .draw
        .of(&["0230", "0431", "1301", "0010", "1100", "0229", "9999"])?;
    dates(case, &["D8", "D6", "RD8"], |value| match value.len() {
        6 => format!("23{day}"),
        8 => format!("2023{day}"),
        _ => format!("{}-2027{day}", &value[..8]),
    })
}

fn month_first(case: &mut Case<'_>) -> Option<Broken> {
    dates(case, &["D8"], |value| format!("{}{}", "2911", &value[..4]))
}

fn date_with_hyphens(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| filled(slot, line) && format_of(slot, line) == "D8")?;
    let value = slot.value(case.line(slot.at)).to_owned();
    let wrong = format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]);
    case.replaced(slot, &wrong, &[ElementDate, ElementTooLong])
}

fn range_for_day(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        slot.data == "1251" && filled(slot, line) && format_of(slot, line) == "D8"
    })?;
    case.replaced(slot, "20261104-20261105", &[ElementDate])
}

fn day_for_range(case: &mut Case<'_>) -> Option<Broken> {
    dates(case, &["RD8"], |value| value[..8].to_owned())
}

fn range_reversed(case: &mut Case<'_>) -> Option<Broken> {
    dates(case, &["RD8"], |_| "20261105-20261104".to_owned())
}

fn bad_hour(case: &mut Case<'_>) -> Option<Broken> {
    let wrong = *case.draw.of(&["2400", "2530", "1260", "9999"])?;
    times(case, wrong, &[ElementTime])
}

fn short_time(case: &mut Case<'_>) -> Option<Broken> {
    times(case, "9:30", &[ElementTime, ComponentsTooMany])
}

fn times(case: &mut Case<'_>, wrong: &str, codes: &[claimgate::check::Code]) -> Option<Broken> {
    let slot = case.pick(|slot, line| slot.is_of(&[DataType::Time]) && filled(slot, line))?;
    case.replaced(slot, wrong, codes)
}

const NUMBERS: &[DataType] = &[DataType::Integer, DataType::Decimal];

fn numbers(case: &mut Case<'_>, make: impl Fn(&str) -> String) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        let room = slot.simple.is_some_and(|simple| {
            slot.value(line).len() < simple.standard.max as usize && simple.codes.is_empty()
        });
        slot.is_of(NUMBERS) && filled(slot, line) && room
    })?;
    let wrong = make(slot.value(case.line(slot.at)));
    case.replaced(slot, &wrong, &[ElementCharacter])
}

fn letter_in_number(case: &mut Case<'_>) -> Option<Broken> {
    numbers(case, |value| format!("{}O", &value[..value.len() - 1]))
}

fn two_points(case: &mut Case<'_>) -> Option<Broken> {
    numbers(case, |value| {
        format!("{}.0.0", value.split('.').next().unwrap_or("1"))
    })
}

fn sign_behind(case: &mut Case<'_>) -> Option<Broken> {
    numbers(case, |value| format!("{value}-"))
}

fn dollar_sign(case: &mut Case<'_>) -> Option<Broken> {
    numbers(case, |value| format!("${value}"))
}

fn texts(case: &mut Case<'_>, make: impl Fn(&str) -> String) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        let room = slot
            .simple
            .is_some_and(|one| slot.value(line).len() < one.standard.max as usize);
        slot.is_text() && slot.data != "1251" && filled(slot, line) && room
    })?;
    let wrong = make(slot.value(case.line(slot.at)));
    case.replaced(slot, &wrong, &[ElementCharacter])
}

fn control_character(case: &mut Case<'_>) -> Option<Broken> {
    let control = *case.draw.of(&['\u{7}', '\t', '\u{1b}', '\u{7f}', '\0'])?;
    texts(case, |value| format!("{value}{control}"))
}

fn not_text(case: &mut Case<'_>) -> Option<Broken> {
    texts(case, |value| format!("{value}\u{FF}"))
}

fn only_spaces(case: &mut Case<'_>) -> Option<Broken> {
    texts(case, |value| " ".repeat(value.chars().count()))
}

fn elements_too_many(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, _, line| !line.is("ISA"))?;
    let spot = case.map.spot(at);
    let number = usize::from(spot.rule().standard.count) + 1;
    let mut file = case.file.clone();
    file.lines[at].put(number, "X");
    let sign = Sign::at(spot, &[ElementsTooMany]).element(number, 0);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn components_too_many(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| slot.simple.is_none() && filled(slot, line))?;
    let composite = composite(case.map.spot(slot.at).rule().element(slot.number))?;
    let component = usize::from(composite.standard.count) + 1;
    let beyond = Slot {
        component,
        is_key: false,
        ..slot
    };
    let mut broken = case.replaced(beyond, "X", &[ComponentsTooMany])?;
    broken.signs[0][0].component = 0;
    Some(broken)
}

fn component_separator(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        slot.is_text() && slot.component == 0 && slot.value(line).chars().count() > 2
    })?;
    let value = slot.value(case.line(slot.at));
    let wrong = format!("{}:{}", &value[..1], &value[2..]);
    case.replaced(slot, &wrong, &[ComponentsTooMany])
}

fn repetition_separator(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        let text = slot.is_text() && slot.component == 0 && slot.repeat == 1;
        text && slot.value(line).chars().count() > 2
    })?;
    let value = slot.value(case.line(slot.at));
    let wrong = format!("{}^{}", &value[..1], &value[2..]);
    case.replaced(slot, &wrong, &[ElementRepeats])
}

/// In the segment's last element, so that what is behind it has no place.
fn element_separator(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let slot = case.pick(|slot, line| {
        let last = line.elements.len() == slot.number && slot.component == 0;
        let free = map.spot(slot.at).rule().element(slot.number + 1).is_none();
        slot.is_text() && last && free && slot.value(line).chars().count() > 2
    })?;
    let value = slot.value(case.line(slot.at));
    let wrong = format!("{}*{}", &value[..1], &value[2..]);
    let codes = [ElementNotUsed, ElementsTooMany];
    let mut broken = case.replaced(slot, &wrong, &codes)?;
    broken.signs[0][0].element += 1;
    Some(broken)
}

fn terminator_in_data(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        let last = line.elements.len() == slot.number && slot.component == 0;
        slot.is_text() && last && slot.value(line).chars().count() > 3
    })?;
    let inside = !case.map.spot(slot.at).in_envelope();
    let value = slot.value(case.line(slot.at));
    let wrong = format!("{}~9{}", &value[..1], &value[2..]);
    let mut broken = case.replaced(slot, &wrong, &[SegmentUnrecognized])?;
    let id = &wrong[2..];
    let is_id = id.len() <= 3 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let id = if is_id {
        id.to_owned()
    } else {
        "???".to_owned()
    };
    let spot = case.map.spot(slot.at);
    broken.signs = vec![vec![
        Sign::at(spot, &[SegmentUnrecognized]).segment(&id).later(1),
    ]];
    // One segment more than SE counts, which is not what is asked here.
    inside.then_some(broken)
}

fn repeated_too_often(case: &mut Case<'_>) -> Option<Broken> {
    let slot = case.pick(|slot, line| {
        slot.component == 0 && slot.repeat < 101 && !slot.is_key && filled(slot, line)
    })?;
    let value = slot.value(case.line(slot.at)).to_owned();
    let all = vec![value; slot.repeat as usize + 1].join("^");
    let mut broken = case.replaced(slot, "", &[ElementRepeats])?;
    broken.file.lines[slot.at].put(slot.number, all);
    let spot = case.map.spot(slot.at);
    broken.signs = vec![vec![
        Sign::at(spot, &[ElementRepeats]).element(slot.number, 0),
    ]];
    Some(broken)
}

fn trailing_separator(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, spot, line| {
        let most = usize::from(spot.rule().standard.count);
        !line.is("ISA") && line.elements.len() < most
    })?;
    let mut file = case.file.clone();
    file.lines[at].elements.push(String::new());
    let sign = Sign::at(case.map.spot(at), &[ElementTrailingSeparator]);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn emptied(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, spot, line| {
        !spot.in_envelope() && !matches!(line.id.as_str(), "ST" | "SE")
    })?;
    let mut file = case.file.clone();
    file.lines[at].elements.clear();
    let spot = case.map.spot(at);
    let mut signs = vec![Sign::at(spot, &[SegmentEmpty])];
    if let Some(key) = &spot.rule().key {
        let (element, component) = (key.element.into(), key.component.into());
        let missing = Sign::at(spot, &[ElementMissing]);
        signs.push(missing.clone().element(element, component));
        signs.push(missing.element(element, 0));
    }
    Some(Broken {
        file,
        signs: vec![signs],
    })
}

fn note_paired(case: &mut Case<'_>) -> Option<Broken> {
    note(case, NoteKind::Paired)
}

fn note_required(case: &mut Case<'_>) -> Option<Broken> {
    note(case, NoteKind::Required)
}

fn note_exclusion(case: &mut Case<'_>) -> Option<Broken> {
    note(case, NoteKind::Exclusion)
}

fn note_conditional(case: &mut Case<'_>) -> Option<Broken> {
    note(case, NoteKind::Conditional)
}

fn note_list(case: &mut Case<'_>) -> Option<Broken> {
    note(case, NoteKind::List)
}

/// What to empty and what to fill so that a note no longer holds; `None` where it cannot be broken here.
fn breach(
    note: &Note,
    present: impl Fn(usize) -> bool,
    draw: &mut super::draw::Draw,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let members: Vec<usize> = note.members.iter().map(|&number| number.into()).collect();
    let sent: Vec<usize> = members
        .iter()
        .copied()
        .filter(|&number| present(number))
        .collect();
    match note.kind {
        NoteKind::Paired if sent.len() == members.len() => {
            Some((vec![*draw.of(&members)?], Vec::new()))
        }
        NoteKind::Conditional if sent.len() == members.len() => {
            Some((vec![*draw.of(&members[1..])?], Vec::new()))
        }
        NoteKind::Required if !sent.is_empty() => Some((sent, Vec::new())),
        NoteKind::List if present(members[0]) && sent.len() > 1 => {
            Some((sent[1..].to_vec(), Vec::new()))
        }
        NoteKind::Exclusion if sent.len() == 1 => {
            let other = members
                .iter()
                .copied()
                .find(|number| !sent.contains(number))?;
            Some((Vec::new(), vec![other]))
        }
        _ => None,
    }
}

const NOTE_CODES: &[claimgate::check::Code] = &[
    ElementConditional,
    ElementExcluded,
    ElementMissing,
    ElementNotUsed,
];

fn note(case: &mut Case<'_>, kind: NoteKind) -> Option<Broken> {
    let mut probe = super::draw::Draw::new(1);
    let at = case.pick_line(|_, spot, line| {
        let notes = spot.rule().standard.notes.iter();
        let mut asked = notes.filter(|note| note.kind == kind);
        let plain = !matches!(line.id.as_str(), "ISA" | "ST" | "SE");
        let present = |number: usize| !line.get(number).is_empty();
        plain && asked.any(|note| breach(note, present, &mut probe.clone()).is_some())
    })?;
    probe = case.draw.clone();
    case.draw.below(2);
    let line = case.line(at).clone();
    let spot = case.map.spot(at);
    let notes = spot
        .rule()
        .standard
        .notes
        .iter()
        .filter(|note| note.kind == kind);
    let (note, (empty, fill)) = notes
        .filter_map(|note| {
            let present = |number: usize| !line.get(number).is_empty();
            Some((note, breach(note, present, &mut probe)?))
        })
        .next()?;
    let mut file = case.file.clone();
    // From the last, because what is empty at the end is cut off.
    for number in empty.into_iter().rev() {
        file.lines[at].put(number, "");
    }
    for number in fill {
        file.lines[at].put(number, "1");
    }
    if file.lines[at].elements.is_empty() {
        return None;
    }
    let members = note.members.iter();
    let mut signs: Vec<Sign> = members
        .map(|&number| Sign::at(spot, NOTE_CODES).element(number.into(), 0))
        .collect();
    // Without its key code it may be told of as another segment.
    let map = super::map::Map::of(&file);
    if map.spots[at]
        .as_ref()
        .is_none_or(|other| other.rule != spot.rule)
    {
        if map.sound {
            return None;
        }
        signs.push(Sign::at(spot, &[claimgate::check::Code::SegmentUnexpected]));
    }
    Some(Broken {
        file,
        signs: vec![signs],
    })
}

fn note_in_composite(case: &mut Case<'_>) -> Option<Broken> {
    let map = case.map;
    let notes_of = |slot: &Slot| {
        let composite = composite(map.spot(slot.at).rule().element(slot.number));
        composite.map_or(&[][..], |one| &one.standard.notes)
    };
    let probe = super::draw::Draw::new(1);
    let slot = case.pick(|slot, line| {
        let present = |number: usize| !line.part(slot.number, number).is_empty();
        slot.simple.is_none()
            && filled(slot, line)
            && notes_of(slot)
                .iter()
                .any(|note| breach(note, present, &mut probe.clone()).is_some())
    })?;
    let line = case.line(slot.at);
    let present = |number: usize| !line.part(slot.number, number).is_empty();
    let mut draw = probe.clone();
    let (note, (empty, fill)) = notes_of(&slot)
        .iter()
        .find_map(|note| Some((note, breach(note, present, &mut draw)?)))?;
    let mut file = case.file.clone();
    for number in empty.into_iter().rev() {
        file.lines[slot.at].put_part(slot.number, number, "");
    }
    for number in fill {
        file.lines[slot.at].put_part(slot.number, number, "1");
    }
    (!file.lines[slot.at].part(slot.number, 0).is_empty()).then_some(())?;
    let spot = map.spot(slot.at);
    let members = note.members.iter();
    let signs = members.map(|&one| Sign::at(spot, NOTE_CODES).element(slot.number, one.into()));
    Some(Broken {
        signs: vec![signs.collect()],
        file,
    })
}
