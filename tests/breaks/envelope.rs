//! Breaks of the envelope: ISA to IEA, GS to GE, ST to SE, and of the stream they stand in.

use claimgate::check::Code;
use claimgate::check::Code::{
    ElementCharacter, ElementCode, ElementDate, ElementMissing, ElementTime, ElementTooLong,
    ElementTooShort, EmptySegment, GroupControlNumber, GroupFunctionalId, GroupNotClosed,
    GroupOutside, GroupTransactionCount, GuideUnknown, InterchangeControlNumber,
    InterchangeGroupCount, InterchangeNotClosed, IsaWidth, StrayBytes, TransactionControlDuplicate,
    TransactionControlMissing, TransactionControlNumber, TransactionNotClosed,
    TransactionSegmentCount, TransactionVersion, Unterminated,
};

use super::file::Line;
use super::map::Sign;
use super::ways::{Broken, Case, Way};

pub(super) const WAYS: &[Way] = &[
    way("SE counts wrongly", |case| {
        trailer(case, "SE", 1, TransactionSegmentCount)
    }),
    way("SE has another number", |case| {
        trailer(case, "SE", 2, TransactionControlNumber)
    }),
    way("SE without its number", |case| {
        let codes = [ElementMissing, TransactionControlNumber];
        put(case, "SE", 2, "", &codes)
    }),
    way("GE counts wrongly", |case| {
        trailer(case, "GE", 1, GroupTransactionCount)
    }),
    way("GE has another number", |case| {
        trailer(case, "GE", 2, GroupControlNumber)
    }),
    way("IEA counts wrongly", |case| {
        trailer(case, "IEA", 1, InterchangeGroupCount)
    }),
    way("IEA has another number", |case| {
        trailer(case, "IEA", 2, InterchangeControlNumber)
    }),
    way("SE left out", |case| gone(case, "SE", TransactionNotClosed)),
    way("GE left out", |case| gone(case, "GE", GroupNotClosed)),
    way("IEA left out", |case| {
        gone(case, "IEA", InterchangeNotClosed)
    }),
    way("GS left out", group_header_gone),
    way("GS01 of another set", group_of_another_set),
    way("GS01 of nothing", |case| {
        put(case, "GS", 1, "ZZ", &[ElementCode])
    }),
    way("GS04 no date", |case| {
        put(case, "GS", 4, "20261399", &[ElementDate])
    }),
    way("GS05 no time", |case| {
        put(case, "GS", 5, "2561", &[ElementTime])
    }),
    way("GS06 no number", |case| {
        put(case, "GS", 6, "1O1", &[ElementCharacter])
    }),
    way("GS07 of nothing", |case| {
        put(case, "GS", 7, "Q", &[ElementCode])
    }),
    way("GS08 of another guide", version_of_another_guide),
    way("ST01 of another set", |case| {
        put(
            case,
            "ST",
            1,
            "850",
            &[GuideUnknown, GroupFunctionalId, ElementCode],
        )
    }),
    way("ST02 left out", |case| {
        put(case, "ST", 2, "", &[TransactionControlMissing])
    }),
    way("ST02 too short", |case| {
        put(case, "ST", 2, "1", &[TransactionControlMissing])
    }),
    way("ST02 too long", |case| {
        put(case, "ST", 2, "1234567890", &[TransactionControlMissing])
    }),
    way("ST02 used twice", number_used_twice),
    way("ST03 of another guide", set_version),
    way("ISA01 of nothing", |case| {
        put(case, "ISA", 1, "99", &[ElementCode])
    }),
    way("ISA05 of nothing", |case| {
        put(case, "ISA", 5, "QQ", &[ElementCode])
    }),
    way("ISA06 blank", |case| {
        put(case, "ISA", 6, "               ", &[ElementCharacter])
    }),
    way("ISA08 blank", |case| {
        put(case, "ISA", 8, "               ", &[ElementCharacter])
    }),
    way("ISA09 no date", |case| {
        put(case, "ISA", 9, "261399", &[ElementDate])
    }),
    way("ISA10 no time", |case| {
        put(case, "ISA", 10, "2561", &[ElementTime])
    }),
    way("ISA12 of another version", |case| {
        put(case, "ISA", 12, "00401", &[ElementCode])
    }),
    way("ISA13 no number", |case| {
        put(case, "ISA", 13, "00000000A", &[ElementCharacter])
    }),
    way("ISA14 of nothing", |case| {
        put(case, "ISA", 14, "2", &[ElementCode])
    }),
    way("ISA15 of nothing", |case| {
        put(case, "ISA", 15, "X", &[ElementCode])
    }),
    way("ISA with an element too short", |case| {
        isa_width(case, "SENDER", ElementTooShort)
    }),
    way("ISA with an element too long", |case| {
        isa_width(case, "SENDER              ", ElementTooLong)
    }),
    way("cut inside a set", cut),
    way("cut behind a segment", cut_behind),
    way("words before ISA", |case| stray(case, 0)),
    way("words behind IEA", |case| {
        stray(case, case.file.lines.len())
    }),
    way("two terminators in a row", doubled_terminator),
];

const fn way(name: &'static str, make: fn(&mut Case<'_>) -> Option<Broken>) -> Way {
    Way { name, make }
}

fn put(
    case: &mut Case<'_>,
    id: &str,
    number: usize,
    value: &str,
    codes: &[Code],
) -> Option<Broken> {
    let at = case.pick_line(|_, _, line| line.is(id))?;
    let mut file = case.file.clone();
    file.lines[at].put(number, value);
    let sign = Sign::at(case.map.spot(at), codes).element(number, 0);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn trailer(case: &mut Case<'_>, id: &str, number: usize, code: Code) -> Option<Broken> {
    let at = case.pick_line(|_, _, line| line.is(id))?;
    let value = case.line(at).get(number).to_owned();
    let by = case.draw.between(1, 9) as u64;
    let other = match value.parse::<u64>() {
        Ok(known) => format!("{:0width$}", known + by, width = value.len()),
        Err(_) => format!("{value}1"),
    };
    let mut file = case.file.clone();
    file.lines[at].put(number, other);
    let sign = Sign::at(case.map.spot(at), &[code]).element(number, 0);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn gone(case: &mut Case<'_>, id: &str, code: Code) -> Option<Broken> {
    let at = case.pick_line(|_, _, line| line.is(id))?;
    let mut file = case.file.clone();
    file.lines.remove(at);
    let mut sign = Sign::at(case.map.spot(at), &[code]);
    // At the end of the stream nothing follows that it could be told at.
    let position = *sign.positions.start();
    let last = at == case.file.lines.len() - 1;
    sign.positions = position - u32::from(last)..=position;
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn group_header_gone(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, _, line| line.is("GS"))?;
    let mut file = case.file.clone();
    file.lines.remove(at);
    // The set stands in no group, or behind one.
    let sign = Sign {
        positions: 1..=1,
        ..Sign::at(case.map.spot(at), &[GroupOutside]).segment("ST")
    };
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

/// The first set of the group tells of it.
fn group_of_another_set(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, _, line| line.is("GS"))?;
    case.line(at + 1).is("ST").then_some(())?;
    let own = case.line(at).get(1).to_owned();
    let others: Vec<&str> = ["HC", "HP", "HN", "HB", "HS", "HR", "BE", "RA"]
        .into_iter()
        .filter(|other| *other != own)
        .collect();
    let other = *case.draw.of(&others)?;
    let mut file = case.file.clone();
    file.lines[at].put(1, other);
    let sign = Sign::at(case.map.spot(at + 1), &[GroupFunctionalId]).element(1, 0);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn version_of_another_guide(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, _, line| line.is("GS"))?;
    case.line(at + 1).is("ST").then_some(())?;
    let mut file = case.file.clone();
    file.lines[at].put(8, "004010X098A1");
    let st = case.map.spot(at + 1);
    let version = Sign::at(st, &[TransactionVersion]).element(3, 0);
    let unknown = Sign::at(st, &[GuideUnknown]).element(1, 0);
    Some(Broken {
        file,
        signs: vec![vec![version, unknown]],
    })
}

fn set_version(case: &mut Case<'_>) -> Option<Broken> {
    let at = case.pick_line(|_, _, line| line.is("ST") && !line.get(3).is_empty())?;
    let mut file = case.file.clone();
    file.lines[at].put(3, "004010X098A1");
    let sign = Sign::at(case.map.spot(at), &[TransactionVersion]).element(3, 0);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn number_used_twice(case: &mut Case<'_>) -> Option<Broken> {
    let sets: Vec<usize> = (0..case.file.lines.len())
        .filter(|&at| case.line(at).is("ST"))
        .collect();
    let second = *case.draw.of(sets.get(1..)?)?;
    let spot = case.map.spot(second);
    let first = sets.iter().find(|&&at| {
        let other = case.map.spot(at);
        at < second && other.group == spot.group
    })?;
    let number = case.line(*first).get(2).to_owned();
    let end = (second..).find(|&at| case.line(at).is("SE"))?;
    let mut file = case.file.clone();
    file.lines[second].put(2, number.clone());
    file.lines[end].put(2, number);
    let sign = Sign::at(spot, &[TransactionControlDuplicate]).element(2, 0);
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

fn isa_width(case: &mut Case<'_>, id: &str, code: Code) -> Option<Broken> {
    let mut file = case.file.clone();
    file.lines[0].put(6, id);
    let spot = case.map.spot(0);
    let whole = Sign {
        positions: 0..=1,
        ..Sign::at(spot, &[IsaWidth]).segment("")
    };
    let element = Sign::at(spot, &[code]).element(6, 0);
    Some(Broken {
        file,
        signs: vec![vec![whole], vec![element]],
    })
}

/// In the middle of a segment: the set lacks its end.
fn cut(case: &mut Case<'_>) -> Option<Broken> {
    let mut broken = cut_behind(case)?;
    let last = broken.file.lines.last_mut()?;
    let short = last.elements.last()?.chars().next()?.to_string();
    *last.elements.last_mut()? = short;
    // What follows the last character is no terminator: the dress adds one that is taken off again.
    broken.file.cut = true;
    let unterminated = Sign {
        positions: 0..=u32::MAX,
        set: 0,
        ..Sign::at(case.map.spot(0), &[Unterminated]).segment("")
    };
    broken.signs.push(vec![unterminated]);
    Some(broken)
}

fn cut_behind(case: &mut Case<'_>) -> Option<Broken> {
    let at =
        case.pick_line(|_, spot, line| !spot.in_envelope() && !line.is("SE") && !line.is("ST"))?;
    let spot = case.map.spot(at);
    let mut file = case.file.clone();
    file.lines.truncate(at + 1);
    let set = Sign::at(spot, &[TransactionNotClosed])
        .segment("SE")
        .later(1);
    let interchange = Sign {
        positions: 0..=u32::MAX,
        set: 0,
        ..Sign::at(spot, &[InterchangeNotClosed]).segment("IEA")
    };
    Some(Broken {
        file,
        signs: vec![vec![set], vec![interchange]],
    })
}

fn stray(case: &mut Case<'_>, at: usize) -> Option<Broken> {
    let mut file = case.file.clone();
    file.lines.insert(at, Line::new("GOOD MORNING"));
    let sign = Sign {
        positions: 0..=u32::MAX,
        ..Sign::at(case.map.spot(0), &[StrayBytes]).segment("")
    };
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}

/// Where a line break is the terminator, an empty line is none.
fn doubled_terminator(case: &mut Case<'_>) -> Option<Broken> {
    (case.file.dress.segment != '\n').then_some(())?;
    let at = case.pick_line(|_, spot, line| !spot.in_envelope() && !line.is("ST"))?;
    let mut file = case.file.clone();
    file.lines.insert(at, Line::new(""));
    let spot = case.map.spot(at);
    let sign = Sign {
        positions: spot.position - 1..=spot.position,
        ..Sign::at(spot, &[EmptySegment]).segment("")
    };
    Some(Broken {
        file,
        signs: vec![vec![sign]],
    })
}
