//! What is told of an interchange with one thing changed, and that our own check takes the answer.

use super::*;
use crate::check::Checker;
use crate::x12::{Item, read_all};

const GOOD: &str = include_str!("../../../fixtures/005010X222A1/accepted/office-visits.edi");

fn judge(bytes: &[u8]) -> Judgment {
    let mut checker = Checker::default();
    read_all(bytes, |item| checker.item(&item));
    checker.finish()
}

fn numbers() -> AnswerNumbers {
    AnswerNumbers {
        control_number: 9,
        created: jiff::civil::date(2026, 11, 24).at(9, 45, 0, 0),
    }
}

/// What is repeated of an interchange.
fn repeated(received: &[u8], judgment: &Judgment, copies: Copies) -> Repeated {
    let mut repeated = Repeated::wanted(judgment, copies);
    read_all(received, |item| {
        if let Item::Segment(segment) = item {
            repeated.segment(&segment);
        }
    });
    repeated
}

/// Segments of the answer between envelope and trailers, after the answer passed our own check.
fn answer(received: &str) -> Vec<String> {
    answer_with(received, Copies::Withheld)
}

fn answer_with(received: &str, copies: Copies) -> Vec<String> {
    let judgment = judge(received.as_bytes());
    let repeated = repeated(received.as_bytes(), &judgment, copies);
    let bytes = implementation_acknowledgments(&judgment, &repeated, numbers()).unwrap();
    let judged = judge(&bytes);
    let findings: Vec<_> = judged.findings().map(Finding::message).collect();
    assert_eq!(judged.verdict(), Verdict::Accepted, "{findings:?}");
    let text = String::from_utf8(bytes).unwrap();
    text.split('~')
        .filter(|s| {
            ["TA1", "AK1", "AK2", "IK3", "CTX", "IK4", "IK5", "AK9"]
                .iter()
                .any(|id| s.starts_with(id))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn good_interchange_is_accepted() {
    assert_eq!(
        answer(GOOD),
        [
            "TA1*000000101*261124*0930*A*000",
            "AK1*HC*101*005010X222A1",
            "AK2*837*0001*005010X222A1",
            "IK5*A",
            "AK9*A*1*1*1",
        ]
    );
}

#[test]
fn segment_element_and_code_are_named() {
    let broken = GOOD
        .replace("N3*12 WHARF STREET~\n", "")
        .replace("DMG*D8*19800214", "DMG*D8*19801399");
    let told = answer(&broken.replace("SE*46*", "SE*45*"));
    assert_eq!(
        told[3..],
        [
            "IK3*N3*9*2010*3",
            "IK3*DMG*16*2010*8",
            "IK4*2*1251*8",
            "IK5*R*5",
            "AK9*R*1*1*0",
        ]
    );
}

#[test]
fn envelope_errors_are_told_in_ta1_and_nothing_else() {
    assert_eq!(
        answer(&GOOD.replace("IEA*1*000000101", "IEA*1*000000102")),
        ["TA1*000000101*261124*0930*R*001"]
    );
    assert_eq!(
        answer(&GOOD.replace("*00501*", "*00401*")),
        ["TA1*000000101*261124*0930*R*017"]
    );
    let cut = &GOOD[..GOOD.find("IEA*").unwrap()];
    assert_eq!(answer(cut), ["TA1*000000101*261124*0930*R*023"]);
}

/// Each change of the good interchange, and what is told from IK5 on.
fn check(from: &str, to: &str, expected: &[&str]) {
    assert!(GOOD.contains(from), "{from}");
    let told = answer(&GOOD.replace(from, to));
    let verdicts = ["TA1", "IK5", "AK9"];
    let told: Vec<&str> = told
        .iter()
        .map(String::as_str)
        .filter(|segment| verdicts.iter().any(|id| segment.starts_with(id)))
        .collect();
    assert_eq!(&told[1..], expected, "`{from}` → `{to}`");
}

#[test]
fn a_set_that_no_guide_judged_is_not_accepted() {
    let rejected = "AK9*R*1*1*0";
    check("005010X222A1", "005010X999", &["IK5*R*I6", "AK9*R*1*1*0*2"]);
    check(
        "0001*005010X222A1~",
        "0001*005010X222B9~",
        &["IK5*R*I6*19", rejected],
    );
    check(
        "X*005010X222A1~",
        "X*005010X298~",
        &["IK5*R*19", "AK9*R*1*1*0*2"],
    );
    check("ST*837*", "ST*838*", &["IK5*R*1", rejected]);
    check("ST*837*", "ST**", &["IK5*R*6", rejected]);
    check("GS*HC*", "GS*HP*", &["IK5*R*18", rejected]);
    check("GS*HC*", "GS*HI*", &["IK5*R*18", "AK9*R*1*1*0*1"]);
}

/// The errata of a guide are the guide: other validators take such files too.
#[test]
fn errata_in_gs08_only_are_no_fault() {
    check(
        "0001*005010X222A1~",
        "0001*005010X222~",
        &["IK5*A", "AK9*A*1*1*1"],
    );
}

#[test]
fn a_missing_set_control_number_is_told_as_such() {
    check("ST*837*0001*", "ST*837**", &["IK5*R*7", "AK9*R*1*1*0"]);
    let told = answer(&GOOD.replace("ST*837*0001*", "ST*837*12*"));
    assert_eq!(told[2], "AK2*837*0012*005010X222A1");
}

/// `answer` refuses an answer that our own check does not accept.
#[test]
fn faults_of_the_isa_are_not_repeated_in_the_answer() {
    for (from, to, note) in [
        (
            "*ZZ*CLAIMGATE",
            "*QQ*CLAIMGATE",
            "000000101*261124*0930*R*005",
        ),
        (
            "*ZZ*SANDBOX  ",
            "*QQ*SANDBOX  ",
            "000000101*261124*0930*R*007",
        ),
        (
            "*CLAIMGATE      *",
            "*               *",
            "000000101*261124*0930*R*006",
        ),
        (
            "*SANDBOX        *",
            "*               *",
            "000000101*261124*0930*R*008",
        ),
        (
            "*261124*0930*^",
            "*261399*0930*^",
            "000000101*261124*0930*R*014",
        ),
        (
            "*261124*0930*^",
            "*261124*2561*^",
            "000000101*261124*0945*R*015",
        ),
        ("*0930*^*", "*0930*A*", "000000101*261124*0930*R*002"),
        ("*0930*^*", "*0930* *", "000000101*261124*0930*R*002"),
        ("*0930*^*", "*0930*:*", "000000101*261124*0930*R*002"),
        (
            "*000000101*1*T",
            "*ABCDEFGHI*1*T",
            "000000000*261124*0930*R*018",
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let told = answer(&GOOD.replace(from, to));
        assert_eq!(told, [format!("TA1*{note}")], "`{from}` → `{to}`");
    }
    assert_eq!(answer(&GOOD.replace("*0930*^*", "*0930*U*")).len(), 5);
}

#[test]
fn what_acknowledges_is_not_acknowledged() {
    let answered = |received: &[u8]| {
        implementation_acknowledgments(&judge(received), &Repeated::default(), numbers())
    };
    let acknowledged = answered(GOOD.as_bytes()).unwrap();
    assert_eq!(answered(&acknowledged).unwrap(), b"");
    let wrong = GOOD.replace("*00501*", "*00401*");
    let only_ta1 = answered(wrong.as_bytes()).unwrap();
    assert_eq!(answered(&only_ta1).unwrap(), b"");
    assert_eq!(
        interchange_acknowledgments(&judge(&only_ta1), numbers()).unwrap(),
        b""
    );
}

#[test]
fn each_group_is_answered_to_its_own_sender() {
    let start = GOOD.find("GS*").unwrap();
    let end = GOOD.find("IEA*").unwrap();
    let other = GOOD[start..end]
        .replace("GS*HC*CLAIMGATE*", "GS*HC*BRANCH*")
        .replace("*101*X*", "*102*X*")
        .replace("GE*1*101", "GE*1*102");
    let two = format!(
        "{}{other}{}",
        &GOOD[..end],
        GOOD[end..].replace("IEA*1", "IEA*2")
    );
    let bytes =
        implementation_acknowledgments(&judge(two.as_bytes()), &Repeated::default(), numbers())
            .unwrap();
    assert_eq!(judge(&bytes).verdict(), Verdict::Accepted);
    let text = String::from_utf8(bytes).unwrap();
    let groups: Vec<_> = text
        .split('~')
        .filter(|one| one.starts_with("GS*"))
        .collect();
    assert_eq!(
        groups,
        [
            "GS*FA*SANDBOX*CLAIMGATE*20261124*0945*9*X*005010X231A1",
            "GS*FA*SANDBOX*BRANCH*20261124*0945*10*X*005010X231A1",
        ]
    );
}

/// A total and a level name their loop and their data element, as any element does.
#[test]
fn totals_and_levels_name_loop_and_element() {
    let told = answer(&GOOD.replace("CLM*CG0001*150*", "CLM*CG0001*151*"));
    let claim = "CTX*CLM01:CG0001";
    assert_eq!(
        told[3..7],
        ["IK3*CLM*19*2300*8", claim, "IK4*2*782*I12", "IK5*R*I5"]
    );
    let told = answer(&GOOD.replace("HL*2*1*22*0", "HL*2*9*22*0"));
    assert_eq!(told[3..5], ["IK3*HL*12*2000*8", "IK4*2*734*7"]);
    let told = answer(&GOOD.replace("HL*2*1*22*0", "HL*2*1*99*0"));
    assert_eq!(told[3..6], ["IK3*HL*12*2000*8", "IK4*3*735*7", "IK5*R*5"]);
}

/// Whoever gets the answer finds the claim by its number, also where something is missing at its end.
#[test]
fn a_fault_in_a_claim_names_the_claim() {
    let shorter = |from: &str| {
        assert!(GOOD.contains(from), "{from}");
        let told = answer(&GOOD.replacen(from, "", 1).replace("SE*46*", "SE*45*"));
        told[3..5].to_vec()
    };
    let second = "CTX*CLM01:CG0002";
    assert_eq!(shorter("HI*ABK:J0300~\n"), ["IK3*HI*42*2300*3", second]);
    let date = "DTP*472*RD8*20261104-20261105~\n";
    assert_eq!(shorter(date), ["IK3*DTP*45*2400*3", second]);
    let line = "SV1*HC:87880*30*UN*1***1~\nDTP*472*D8*20261103~\n";
    let date = "DTP*472*D8*20261103~\n";
    let told = answer(
        &GOOD
            .replace(line, &line.replace(date, ""))
            .replace("SE*46*", "SE*45*"),
    );
    assert_eq!(told[3..5], ["IK3*DTP*29*2400*3", "CTX*CLM01:CG0001"]);
    // Outside the claims there is none to name.
    let told = answer(&GOOD.replace("N4*SALEM*MA*01970", "N4*S*MA*01970"));
    assert_eq!(told[3..5], ["IK3*N4*39*2010*8", "IK4*1*19*4"]);
}

#[test]
fn data_in_error_is_copied_with_consent_only() {
    let wrong = GOOD.replace(
        "***11:B:1*Y*A*Y*Y~\nHI*ABK:J069",
        "***11:X:1*Y*A*Y*Y~\nHI*ABK:J069",
    );
    let copied = |copies| answer_with(&wrong, copies)[5].clone();
    assert_eq!(copied(Copies::Withheld), "IK4*5:2*1332*7");
    assert_eq!(copied(Copies::Given), "IK4*5:2*1332*7*X");
    let wrong = GOOD.replace("DMG*D8*19800214", "DMG*D8*1980 1399");
    let told = answer_with(&wrong, Copies::Given);
    assert_eq!(told[4], "IK4*2*1251*8*1980 1399", "{told:?}");
}

/// Errors by the guide alone have a code of their own.
#[test]
fn segments_in_error_by_the_guide() {
    let told = |from: &str, to: &str| {
        let answer = answer(&GOOD.replacen(from, to, 1).replace("SE*46*", "SE*47*"));
        answer[answer.len() - 2].clone()
    };
    assert_eq!(told("LX*2~\n", "CLP*1~\nLX*2~\n"), "IK5*R*I5");
    assert_eq!(told("LX*2~\n", "ZZZ*1~\nLX*2~\n"), "IK5*R*5");
    assert_eq!(
        told("LX*2~\nSV1*HC:87880*30", "CLP*1~\nLX*2~\nSV1*HC:87880*3x0"),
        "IK5*R*5*I5"
    );
}

#[test]
fn a_999_has_an_end() {
    let wrong = "REF*EI*1~\n".repeat(600);
    let many = GOOD.replacen("LX*2~\n", &format!("{wrong}LX*2~\n"), 1);
    let told = answer(&many.replace("SE*46*", "SE*646*"));
    let count = told.iter().filter(|one| one.starts_with("IK3")).count();
    assert_eq!(count, SEGMENTS_MAX);
    assert_eq!(told.last().map(String::as_str), Some("AK9*R*1*1*0"));
}

/// Some of the sets are taken, and counted.
#[test]
fn a_group_is_accepted_in_part() {
    let start = GOOD.find("ST*").unwrap();
    let end = GOOD.find("GE*").unwrap();
    let other = GOOD[start..end]
        .replace("*0001*005010", "*0002*005010")
        .replace("SE*46*0001", "SE*46*0002")
        .replace("CLM*CG0001*150*", "CLM*CG0001*151*");
    let two = format!("{}{other}{}", &GOOD[..end], &GOOD[end..]).replace("GE*1*", "GE*2*");
    let told = answer(&two);
    let verdicts: Vec<&str> = told
        .iter()
        .map(String::as_str)
        .filter(|one| one.starts_with("IK5") || one.starts_with("AK9"))
        .collect();
    assert_eq!(verdicts, ["IK5*A", "IK5*R*I5", "AK9*P*2*2*1"]);
}
