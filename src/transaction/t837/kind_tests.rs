//! What only institutional and dental claims say, and how it is told when it cannot be read.

use jiff::civil::{date, time};

use super::tests::{numbers, partner, read, submitter};
use super::*;
use crate::claim::{Claim, Money, OccurrenceSpan, Period, Phi, Tooth};

const STAY: &str = include_str!("../../../fixtures/005010X223A2/accepted/stay-and-infusion.edi");
const CROWN: &str = include_str!("../../../fixtures/005010X224A2/accepted/crown-and-braces.edi");

/// What stands in place of a part of the file, and what is told of its first claim.
fn check(file: &str, from: &str, to: &str, expected: &[(&str, usize, What)]) -> Claim {
    assert!(file.contains(from), "{from}");
    let read = read(file.replacen(from, to, 1).as_bytes()).swap_remove(0);
    let told: Vec<_> = read
        .unreadable
        .iter()
        .map(|told| (told.segment.as_str(), told.element, told.what))
        .collect();
    assert_eq!(told, expected, "{to}");
    read.claim
}

#[test]
fn a_stay_is_read() {
    let claim = check(STAY, "", "", &[]);
    let own = claim.institutional().unwrap();
    assert_eq!(own.admission_time, Some(time(8, 15, 0, 0)));
    assert_eq!(own.discharge_time, Some(time(11, 30, 0, 0)));
    assert_eq!(claim.dates.admission, Some(date(2026, 11, 2)));
    let days = (date(2026, 11, 2), date(2026, 11, 5));
    assert_eq!(claim.service_period(), Some(days));
    assert_eq!(claim.line_service(&claim.lines[0]), Some(days));
    let present = &claim.diagnoses[2].present_on_admission;
    assert_eq!(present.as_ref().map(Phi::as_str), Some("N"));
    let span = OccurrenceSpan {
        code: "74".into(),
        period: Some(Period {
            from: date(2026, 11, 4),
            to: date(2026, 11, 5),
        }),
    };
    assert_eq!(own.occurrence_spans, [span]);
    assert_eq!(own.values[1].amount, Money::from_cents(15025));
    let room = claim.lines[0].revenue().unwrap();
    assert_eq!(
        (room.revenue_code.as_str(), room.non_covered),
        ("0120", None)
    );
    assert_eq!(claim.lines[0].billed_code(), "0120");
    let theatre = claim.lines[1].revenue().unwrap();
    assert_eq!(theatre.non_covered, Some(Money::ZERO));
    assert_eq!(claim.lines[1].billed_code(), "27236");
}

#[test]
fn a_crown_is_read() {
    let claim = check(CROWN, "", "", &[]);
    let own = claim.dental().unwrap();
    assert_eq!(own.tooth_statuses.len(), 2);
    assert_eq!(own.predetermination_number.as_deref(), Some("PRE901"));
    let line = &claim.lines[0];
    let crown = line.dental().unwrap();
    let tooth = Tooth {
        number: "3".into(),
        surfaces: ["M", "O", "D"].map(String::from).to_vec(),
    };
    assert_eq!(crown.teeth, [tooth]);
    assert_eq!(crown.prior_placement, Some(date(2019, 6, 12)));
    let given = &line.detail.further_numbers[0];
    assert_eq!(given.payer_id.as_deref(), Some("88888"));
    assert_eq!(line.prior_authorization, None);
}

#[test]
fn absent_zero_and_unreadable_are_three_things_of_a_stay() {
    let claim = check(STAY, "HI*BE:80:::3", "HI*BE:80:::0", &[]);
    assert_eq!(claim.institutional().unwrap().values[0].amount, Money::ZERO);
    for (from, to, expected) in [
        ("HI*BE:80:::3", "HI*BE:80", ("HI", 1, What::Absent)),
        ("HI*BE:80:::3", "HI*BE:80:::X", ("HI", 1, What::NotMoney)),
        ("TM*1130", "TM*2460", ("DTP", 3, What::NotTime)),
        (
            "DT*202611020815",
            "DT*2026110208",
            ("DTP", 3, What::NotTime),
        ),
        ("DT*202611020815", "DT*20261", ("DTP", 3, What::NotDate)),
        (
            "RD8*20261102-20261105",
            "RD8*20261102",
            ("DTP", 3, What::NotDate),
        ),
        (
            "BH:05:D8:20261102",
            "BH:05:D8:20261132",
            ("HI", 1, What::NotDate),
        ),
        ("BH:05:D8:20261102", "BH:05", ("HI", 1, What::Absent)),
        ("CL1*1*1*01", "CL1*1*1", ("CL1", 3, What::Absent)),
        ("CL1*1*1*01~\n", "", ("CLM", 0, What::Absent)),
        ("SV2*0120**3000*DA*3~\n", "", ("SV2", 0, What::Absent)),
        ("*2400*UN*1**0", "*2400*UN*1**X", ("SV2", 7, What::NotMoney)),
        ("HI*ABK:S72001A:::::::Y~\n", "", ("HI", 1, What::Absent)),
        (
            "HI*ABJ:S72001A",
            "HI*ABJ:S72001A:::::::Y",
            ("HI", 1, What::NotHeld),
        ),
        ("HI*DR:481", "HI*ZZ:481", ("HI", 1, What::NotHeld)),
    ] {
        let mut expected = vec![expected];
        // Without its days, the claim lacks what every institutional claim has.
        if from.starts_with("RD8") {
            expected.push(("CLM", 0, What::Absent));
        }
        check(STAY, from, to, &expected);
    }
}

#[test]
fn absent_zero_and_unreadable_are_three_things_of_a_crown() {
    let claim = check(CROWN, "10:20*R*1*", "10:20*R*0*", &[]);
    assert_eq!(claim.lines[0].quantity, "0");
    let claim = check(CROWN, "10:20*R*1*", "10:20*R**", &[]);
    assert_eq!(claim.lines[0].quantity, "");
    for (from, to, expected) in [
        (
            "AD:D2750:22*1200*",
            "AD:D2750:22**",
            ("SV3", 2, What::Absent),
        ),
        (
            "AD:D2750:22*1200*",
            "AD:D2750:22*X*",
            ("SV3", 2, What::NotMoney),
        ),
        ("SV3*AD:D2750:22*", "SV3*AD*", ("SV3", 1, What::Absent)),
        ("1:2~\nTOO", "1:X~\nTOO", ("SV3", 11, What::NotNumber)),
        ("TOO*JP*3", "TOO*ZZ*3", ("TOO", 1, What::UnknownCode)),
        ("TOO*JP*3", "TOO*JP*", ("TOO", 2, What::Absent)),
        (
            "DN2*17*M****JP",
            "DN2*17*M****ZZ",
            ("DN2", 6, What::UnknownCode),
        ),
        (
            "*OA*02~",
            "*OA*02*******XX~",
            ("CLM", 19, What::UnknownCode),
        ),
        (
            "11:B:7*Y*A*Y*Y",
            "11:B:7*X*A*Y*Y",
            ("CLM", 6, What::UnknownCode),
        ),
        (
            "DTP*441*D8*20190612",
            "DTP*441*D8*2019",
            ("DTP", 3, What::NotDate),
        ),
        (
            "REF*G1*AUTH55**2U:88888",
            "REF*G1*AUTH55**XX:88888",
            ("REF", 4, What::UnknownCode),
        ),
    ] {
        check(CROWN, from, to, &[expected]);
    }
}

/// A code of one kind of claim has no place in another.
#[test]
fn the_guide_says_the_kind() {
    let claim = check(
        STAY,
        "REF*EA*MR7788",
        "REF*G3*PRE1",
        &[("REF", 0, What::NotHeld)],
    );
    assert!(claim.institutional().is_some());
    let unknown = STAY.replace("005010X223A2", "UNKNOWN");
    assert!(read(unknown.as_bytes())[0].claim.institutional().is_some());
    let professional = STAY.replace("005010X223A2", "005010X222A1");
    let first = &read(professional.as_bytes())[0];
    assert!(first.claim.kind.is_professional());
    let lost = |note: &Unreadable| note.segment == "SV2" && note.what == What::NotHeld;
    assert!(first.unreadable.iter().any(lost));
}

#[test]
fn kinds_do_not_mix_in_an_interchange() {
    let claims = [STAY, CROWN].map(|file| read(file.as_bytes()).swap_remove(0).claim);
    let mixed = interchange(
        &partner(),
        &numbers(),
        &submitter(),
        &[&claims[0], &claims[1]],
    );
    assert_eq!(mixed, Err(NotWritten::MixedKinds));
}

/// But a period of one day, which is a day.
#[test]
fn segments_are_written_as_they_were_read() {
    for file in [STAY, CROWN] {
        let file = file.replace("RD8*20261104-20261104~\nLIN", "D8*20261104~\nLIN");
        let claims = read(file.as_bytes()).into_iter().map(|read| read.claim);
        let claims: Vec<Claim> = claims.collect();
        let given: Vec<&Claim> = claims.iter().collect();
        let written = interchange(&partner(), &numbers(), &submitter(), &given).unwrap();
        let levels = |text: &str| -> Vec<String> {
            let segments = text.split('~').map(|segment| segment.trim().to_owned());
            let mut segments: Vec<_> = segments
                .skip_while(|segment| !segment.starts_with("HL"))
                .take_while(|segment| !segment.starts_with("SE"))
                .collect();
            segments.sort();
            segments
        };
        let text = String::from_utf8(written.bytes).unwrap();
        assert_eq!(levels(&text), levels(&file));
    }
}
