//! The law on fixtures: every file under `fixtures/<guide>/accepted` is accepted, every one under `rejected` gives
//! exactly the findings listed beside it, and each small change to a good file gives the finding it should.

use std::fs;
use std::path::{Path, PathBuf};

use claimgate::check::{
    Checker, Code, ENVELOPES_MAX, FINDINGS_MAX, Finding, Judgment, TRANSACTIONS_MAX, Verdict,
};
use proptest::prelude::*;

use claimgate::x12::read_all;

const CLAIMS: &str = "005010X222A1/accepted/office-visits.edi";
const THREE_PAYERS: &str = "005010X222A1/accepted/three-payers.edi";
const STAY: &str = "005010X223A2/accepted/stay-and-infusion.edi";
const CROWN: &str = "005010X224A2/accepted/crown-and-braces.edi";
const ACKNOWLEDGMENT: &str = "005010X231A1/accepted/rejected-set.edi";
const STATUS_REQUEST: &str = "005010X212/accepted/276-three-claims.edi";
const STATUS_RESPONSE: &str = "005010X212/accepted/277-paid-pending-unknown.edi";
const ELIGIBILITY_INQUIRY: &str = "005010X279A1/accepted/270-subscriber-and-dependent.edi";
const ELIGIBILITY_RESPONSE: &str = "005010X279A1/accepted/271-benefits.edi";
const PROVIDER_REJECTED: &str = "005010X279A1/accepted/271-provider-rejected.edi";
const REMITTANCE: &str = "005010X221A1/accepted/payment-and-denial.edi";

#[test]
fn accepted_fixtures_are_accepted() {
    for file in edi_files("accepted") {
        let judgment = judge(&fs::read(&file).unwrap());
        assert_eq!(
            judgment.verdict(),
            Verdict::Accepted,
            "{file:?}: {:?}",
            told(&judgment)
        );
    }
}

#[test]
fn rejected_fixtures_give_the_findings_listed() {
    for file in edi_files("rejected") {
        let judgment = judge(&fs::read(&file).unwrap());
        let listed = fs::read_to_string(file.with_extension("findings")).unwrap();
        assert_eq!(
            told(&judgment),
            listed.lines().collect::<Vec<_>>(),
            "{file:?}"
        );
        assert_eq!(judgment.verdict(), Verdict::Rejected, "{file:?}");
    }
}

/// Changes one place of a good interchange (SE01 is kept right) and expects exactly these findings.
fn check(fixture: &str, from: &str, to: &str, expected: &[&str]) {
    let good = fs::read_to_string(fixtures().join(fixture)).unwrap();
    assert_eq!(
        good.matches(from).count(),
        1,
        "`{from}` stands once in {fixture}"
    );
    let changed = recount(&good.replace(from, to));
    assert_eq!(
        told_but_rules(&judge(changed.as_bytes())),
        expected,
        "`{from}` → `{to}`"
    );
}

#[test]
fn syntax_of_an_837p() {
    let check = |from, to, expected: &[&str]| check(CLAIMS, from, to, expected);
    check(
        "DTP*472*RD8*20261104-20261105",
        "DTP*472*RD8*20261105-20261104",
        &["ElementDate DTP03 @45"],
    );
    check(
        "DMG*D8*19800214",
        "DMG*D8*19801399",
        &["ElementDate DMG02 @17"],
    );
    check(
        "BHT*0019*00*BATCH101*20261124*0930",
        "BHT*0019*00*BATCH101*20261124*2960",
        &["ElementTime BHT05 @2"],
    );
    check(
        "CLM*CG0001*150*",
        "CLM*CG0001*15x0*",
        &["ElementCharacter CLM02 @19", "NotEvaluable CLM02 @19"],
    );
    check(
        "CLM*CG0001*",
        "CLM*CG0001CG0001CG0001CG1*",
        &["ElementTooLong CLM01 @19"],
    );
    check("N4*SALEM*MA", "N4*S*MA", &["ElementTooShort N401 @39"]);
    check(
        "N4*SALEM*MA*01970",
        "N4*SALEM*MA*01970*****X",
        &["ElementsTooMany N408 @39"],
    );
    check(
        "PER*IC*BILLING DESK*TE*6175550134",
        "PER*IC*BILLING DESK*TE",
        &["ElementMissing PER04 @4"],
    );
    check("LX*2~\n", "LX~\n", &["SegmentEmpty LX @27"]);
    check(
        "DMG*D8*19800214*F",
        "DMG*D8**F",
        &["ElementMissing DMG02 @17"],
    );
    check(
        "*120*UN*1***1:2~",
        "*120*UN*1***1:2:1:2:1~",
        &["ComponentsTooMany SV107 @24"],
    );
}

/// A certificate may be an attachment like any other: how it travels says which PWK it is.
#[test]
fn attachments_of_a_line() {
    let line = "SV1*HC:87880*30*UN*1***1~\n";
    let check =
        |sent: &str, expected: &[&str]| check(CLAIMS, line, &(line.to_owned() + sent), expected);
    check("PWK*CT*AA~\n", &[]);
    check("PWK*CT*EL***AC*A1~\nPWK*CT*AB~\n", &[]);
    check("PWK*03*AB~\n", &["ElementCode PWK01 @29"]);
    check("PWK*CT*ZZ~\n", &["ElementCode PWK02 @29"]);
}

#[test]
fn contexts_of_a_999() {
    let unit = "CTX*CLM01:CG0001~\n";
    let check = |to: &str, expected: &[&str]| check(ACKNOWLEDGMENT, unit, to, expected);
    check(
        &format!("CTX*SITUATIONAL TRIGGER^SITUATIONAL TRIGGER*CLM*43~\n{unit}"),
        &[],
    );
    check("CTX*CLM01~\n", &["ElementMissing CTX01-2 @5"]);
}

#[test]
fn structure_of_an_837p() {
    let check = |from, to, expected: &[&str]| check(CLAIMS, from, to, expected);
    check("N3*12 WHARF STREET~\n", "", &["SegmentMissing N3 @9"]);
    check("HI*ABK:J0300~\n", "", &["SegmentMissing HI @42"]);
    check(
        "NM1*40*2*SANDBOX HEALTH PLAN*****46*SANDBOX~\n",
        "",
        &["LoopMissing NM1 @5"],
    );
    check("NM1*41*", "NM1*42*", &["ElementCode NM101 @3"]);
    check(
        "LX*2~\n",
        "ZZZ*1~\nLX*2~\n",
        &["SegmentUnrecognized ZZZ @27"],
    );
    check("LX*2~\n", "CLP*1~\nLX*2~\n", &["SegmentNotUsed CLP @27"]);
    // CR101 may be left out, and is what tells one CR1 from another.
    check(
        "LX*2~\n",
        "CR1****A*DH*12~\nLX*2~\n",
        &["SegmentOutOfOrder CR1 @27"],
    );
    check("LX*2~\n", "REF*ZZ*1~\nLX*2~\n", &["ElementCode REF01 @27"]);
    check(
        "LX*2~\n",
        "REF*EI*1~\nLX*2~\n",
        &["SegmentUnexpected REF @27"],
    );
    check(
        "REF*6R*CG0001L1~\n",
        "REF*6R*CG0001L1~\nREF*6R*AGAIN~\n",
        &["SegmentRepeats REF @27"],
    );
    check(
        "*11:B:1*Y*A*Y*Y~\nHI*ABK:J069",
        "*11:X:1*Y*A*Y*Y~\nHI*ABK:J069",
        &["ElementCode CLM05-2 @19"],
    );
    check("HL*4*3*23*0", "HL*4*9*23*0", &["HierarchyParent HL02 @35"]);
    check("HL*2*1*22*0", "HL*2*1*22*1", &["HierarchyChild HL04 @12"]);
    check(
        "HL*3*1*22*1",
        "HL*7*1*22*1",
        &["HierarchyNumber HL01 @31", "HierarchyParent HL02 @35"],
    );
    // A level that is there and open, but not the one above: it was taken.
    check("HL*3*1*22*1", "HL*3*2*22*1", &["HierarchyParent HL02 @31"]);
}

#[test]
fn diagnoses_and_lines_of_an_837i() {
    let check = |from: &str, to: &str, expected: &[&str]| check(STAY, from, to, expected);
    let told = ["SegmentMissing HI @45"];
    check("HI*ABK:S72001A:::::::Y~\n", "", &told);
    let told = ["ElementCode HI01-9 @35"];
    check("HI*ABK:S72001A:::::::Y", "HI*ABK:S72001A:::::::1", &told);
    let told = ["ElementMissing HI01-5 @45"];
    check("HI*BG:C5", "HI*BE:80", &told);
    let told = ["SegmentRepeats HI @39"];
    check("HI*DR:481~", "HI*DR:481~\nHI*DR:482~", &told);
    check("HI*DR:481~", "HI*TC:AB01~", &[]);
    let told = ["ElementCode HI01-1 @38"];
    check("HI*DR:481~", "HI*BP:27236~", &told);
    let told = ["ElementDate DTP03 @25"];
    check("DTP*435*DT*202611020815", "DTP*435*DT*20261102", &told);
    let told = ["ElementDate DTP03 @23"];
    check("DTP*096*TM*1130", "DTP*096*TM*2530", &told);
    let told = ["ElementCode LIN02 @95"];
    check("LIN**N4*", "LIN**UP*", &told);
    let told = ["ElementMissing SVD04 @70"];
    check("HC:27236*0360*1~", "HC:27236**1~", &told);
    let told = ["ClaimTotal CLM02 @83", "SegmentMissing SV2 @99"];
    check("SV2*0260*HC:96372*60*UN*1~\n", "", &told);
}

#[test]
fn teeth_and_dates_of_an_837d() {
    let check = |from: &str, to: &str, expected: &[&str]| check(CROWN, from, to, expected);
    check("TOO*JP*3*M:O:D~", "TOO*JP*3*M~\nTOO*JP*4~", &[]);
    check("HI*ABK:S025XXA*ABF:K0262", "HI*TQ:D1*TQ:D2", &[]);
    check("DTP*441*D8*20190612", "DTP*139*D8*20190612", &[]);
    let told = ["ElementCode SV305 @50"];
    check("20*R*1*****1:2", "20*N*1*****1:2", &told);
    let told = ["ElementMissing TOO02 @51"];
    check("TOO*JP*3*M:O:D~", "TOO*JP**M:O:D~", &told);
    let told = ["ElementCode DTP01 @53"];
    check("DTP*441*D8*20190612", "DTP*304*D8*20190612", &told);
    let told = ["ElementMissing DN206 @23"];
    check("DN2*17*M****JP", "DN2*17*M", &told);
    let told = ["HierarchyChild HL04 @66"];
    check("HL*3*1*22*1", "HL*3*1*22*0", &told);
    let told = ["ClaimTotal CLM02 @20", "OtherPayerLineBalance SVD02 @64"];
    check("SV3*AD:D0230*140.5*", "SV3*AD:D0230*140*", &told);
}

#[test]
fn claims_asked_for_in_a_276_and_answered_in_a_277() {
    let ask = |from, to, expected: &[&str]| check(STATUS_REQUEST, from, to, expected);
    ask("*41*2*HARBOR LIGHT CLINIC", "*41*2*", &[]);
    ask("TRN*1*ASK101A", "TRN*2*ASK101A", &["ElementCode TRN01 @12"]);
    ask(
        "SVC*HC:99213:25*120*****1~",
        "SVC*HC:99213:25*120~",
        &["ElementMissing SVC07 @17"],
    );
    ask(
        "AMT*T3*150~\n",
        "AMT*T3*150~\nREF*6P*G1~\n",
        &["SegmentOutOfOrder REF @16"],
    );
    ask(
        "NM1*IL*1*BRANDT*JONAS****MI*MBR300400~\n",
        "",
        &["LoopMissing NM1 @26"],
    );
    let answer = |from, to, expected: &[&str]| check(STATUS_RESPONSE, from, to, expected);
    answer("*R4:306:1P*", "*R4:306:1P:RX*", &[]);
    answer("*R4:306:1P*", "*R4:306:0X*", &["ElementCode STC01-3 @23"]);
    answer(
        "STC*R4:306:1P*20261124~\n",
        "STC*R4:306:1P*20261124*U~\n",
        &["ElementNotUsed STC03 @23"],
    );
    answer("*120*75****1", "*120*****1", &["ElementMissing SVC03 @17"]);
}

#[test]
fn eligibility_asked_in_a_270_and_answered_in_a_271() {
    let ask = |from, to, expected: &[&str]| check(ELIGIBILITY_INQUIRY, from, to, expected);
    ask("EQ*98^UC^A0*HC", "EQ**HC", &[]);
    ask(
        "EQ*98^UC^A0*HC:99213:25*FAM**1:2",
        "EQ***FAM",
        &["ElementConditional EQ01 @19"],
    );
    ask(
        "TRN*1*ELIG101A*9CLAIMGATE",
        "TRN*1*ELIG101A*9",
        &["ElementTooShort TRN03 @12"],
    );
    ask(
        "AMT*PB*120~\n",
        "AMT*PB*120~\nAMT*R*1~\n",
        &["SegmentRepeats AMT @22"],
    );
    ask("NM1*03*1", "NM1*QC*1", &["ElementCode NM101 @29"]);
    let answer = |from, to, expected: &[&str]| check(ELIGIBILITY_RESPONSE, from, to, expected);
    answer(
        "LS*2120~\nNM1*PRP",
        "LS*2110~\nNM1*PRP",
        &["ElementCode LS01 @34"],
    );
    answer("LE*2120~\nEB*I", "EB*I", &["SegmentMissing LE @57"]);
    answer("LS*2120~\nNM1*1P*1", "NM1*1P*1", &["SegmentMissing LS @42"]);
    answer(
        "NM1*P3*1*OKAFOR*ADA****XX*1679523708~\n",
        "",
        &["LoopMissing NM1 @56"],
    );
    answer(
        "EB*1**1^33^35",
        "EB*1**1^133^35",
        &["ElementTooLong EB03 @20", "ElementCode EB03 @20"],
    );
    answer(
        "MPI*P*AE*A*RESERVE*S6*D8*",
        "MPI*P*AE*A*RESERVE*S6**",
        &["ElementConditional MPI06 @18"],
    );
    let many = "1^".repeat(100);
    answer(
        "EB*1**1^33^35",
        &format!("EB*1**{many}33^35"),
        &["ElementRepeats EB03 @20"],
    );
}

/// Where AAA rejects, HL04 may repeat the inquiry's; elsewhere it is held to what follows.
#[test]
fn an_answer_may_end_where_it_rejects() {
    let check = |from, to, expected: &[&str]| check(PROVIDER_REJECTED, from, to, expected);
    check("HL*2*1*21*1", "HL*2*1*21*0", &[]);
    check("AAA*Y**50*N~\n", "", &["HierarchyChild HL04 @5"]);
    check("AAA*Y**50*N", "AAA*Y**72*N", &["ElementCode AAA03 @7"]);
}

/// One fault in what opens a loop was told at every segment of the loop.
#[test]
fn a_wrong_opening_is_one_finding() {
    let check = |from, to, expected: &[&str]| check(CLAIMS, from, to, expected);
    check("HL*2*1*22*0", "HL*2*1*99*0", &["ElementCode HL03 @12"]);
    check("HL*4*3*23*0", "HL*4*3**0", &["ElementMissing HL03 @35"]);
    check(
        "LX*1~\nSV1*HC:99213",
        "SV1*HC:99213",
        &["LoopMissing LX @23"],
    );
    check("LX*2~\n", "", &["SegmentMissing LX @27"]);
    let subscriber = "NM1*IL*1*MOREAU*ODETTE****MI*MBR100200~\n";
    check(subscriber, "", &["LoopMissing NM1 @14"]);
    check(
        "NM1*41*2*HARBOR LIGHT CLINIC*****46*CLAIMGATE~\n",
        "",
        &["LoopMissing NM1 @3"],
    );
    check("NM1*82*1", "NM1*8Z*1", &["ElementCode NM101 @21"]);
    check(
        "NM1*82*1*OKAFOR*ADA****XX*1679523708~\nPRV*PE*PXC*207Q00000X~\n",
        "NM1*82*1*OKAFOR*ADA****XX*1679523708~\nPRV*PE*PXC*207Q00000X~\n\
         SBR*Z*18*******CI~\nOI***Y***Y~\nNM1*IL*1*MOREAU*ODETTE****MI*M1~\n\
         NM1*PR*2*OTHER PLAN*****PI*88888~\n",
        &["ElementCode SBR01 @23"],
    );
    check(
        "CLM*CG0002*80***11:B:1*Y*A*Y*Y~\nHI",
        "SV1*HC:99212*80*UN*1***1~\nCLM*CG0002*80***11:B:1*Y*A*Y*Y~\nHI",
        &["SegmentUnexpected SV1 @41"],
    );
    check("GS*HC*", "GS*ZZ*", &["ElementCode GS01 @2"]);
}

/// One fault of the whole file was told at every segment, or at every piece of an endless one.
#[test]
fn a_fault_of_the_whole_file_is_told_once() {
    let good = fs::read_to_string(fixtures().join(CLAIMS)).unwrap();
    let (isa, rest) = good.split_at(106);
    let other_separator = format!("{isa}{}", rest.replace('*', "|"));
    assert_eq!(
        told_but_rules(&judge(other_separator.as_bytes())),
        ["SeparatorUnused  @2", "InterchangeNotClosed IEA @50"]
    );
    let endless = format!("{isa}{}", "A".repeat(3_000_000));
    assert_eq!(
        told_but_rules(&judge(endless.as_bytes())),
        ["SegmentTooLong  @1", "InterchangeNotClosed IEA @1"]
    );
}

#[test]
fn balance_of_claims_and_an_835() {
    check(
        CLAIMS,
        "CLM*CG0001*150*",
        "CLM*CG0001*151*",
        &["ClaimTotal CLM02 @19"],
    );
    check(
        STAY,
        "SV2*0120**3000*DA",
        "SV2*0120**3000.01*DA",
        &["ClaimTotal CLM02 @22", "OtherPayerLineBalance SVD02 @64"],
    );
    check(
        REMITTANCE,
        "CAS*CO*45*25",
        "CAS*CO*45*24.99",
        &[
            "ClaimPaymentBalance CLP03 @12",
            "LinePaymentBalance SVC02 @15",
        ],
    );
    check(REMITTANCE, "*-18", "*18", &["RemittanceBalance BPR02 @2"]);
    check(
        REMITTANCE,
        "CLP*CG0002*4*80*0*",
        "CLP*CG0002*4*80*abc*",
        &[
            "NotEvaluable BPR02 @2",
            "ElementCharacter CLP04 @25",
            "NotEvaluable CLP03 @25",
        ],
    );
}

/// Each payer by itself: one that unbundled a line, one that decided the claim as a whole, one that is yet to decide.
#[test]
fn what_other_payers_decided_explains_the_charges() {
    let check = |from: &str, to: &str, expected: &[&str]| check(THREE_PAYERS, from, to, expected);
    let line = ["OtherPayerLineBalance SVD02 @43"];
    check("SVD*88888*60*", "SVD*88888*60.01*", &line);
    // The claim is explained by what was paid for its lines: the fault is told once.
    check("CAS*PR*2*20~", "CAS*PR*2*25~", &line);
    check("CAS*CO*45*30~", "CAS*CO*45*30**94*-10*1*253*10~", &[]);
    let second = ["OtherPayerClaimBalance AMT02 @31"];
    check("CAS*OA*23*170~", "CAS*OA*23*169.99~", &second);
    check("AMT*D*20~", "AMT*D*20.00~", &[]);
    check("CAS*OA*23*170~\nCAS*PR*3*10~\nAMT*D*20~", "AMT*D*200~", &[]);
    check(
        "CAS*OA*23*170~\nCAS*PR*3*10~\nAMT*D*20~",
        "AMT*A8*200~",
        &[],
    );
    check(
        "CAS*OA*23*170~\nCAS*PR*3*10~\nAMT*D*20~",
        "AMT*D*0~",
        &["OtherPayerClaimBalance AMT02 @29"],
    );
}

/// A payer may have decided one line, and the rest with the claim: all it adjusted explains what it paid.
#[test]
fn a_payer_decides_some_lines_only() {
    let good = fs::read_to_string(fixtures().join(THREE_PAYERS)).unwrap();
    let line = "SVD*88888*40*HC:87880**1~\nCAS*PR*1*10~\nDTP*573*D8*20261110~\n";
    let by_claim = good
        .replace(line, "")
        .replace("AMT*D*140~", "CAS*PR*1*50~\nAMT*D*100~");
    let told_of = |text: &str| told_but_rules(&judge(recount(text).as_bytes()));
    assert_eq!(told_of(&by_claim), [""; 0]);
    // What it paid for the lines that it decided, less what it took off the claim, will do as well.
    let by_lines = good
        .replace(line, "")
        .replace("AMT*D*140~", "CAS*PR*1*5~\nAMT*D*95~");
    assert_eq!(told_of(&by_lines), [""; 0]);
    let neither = by_lines.replace("AMT*D*95~", "AMT*D*96~");
    assert_eq!(told_of(&neither), ["OtherPayerClaimBalance AMT02 @25"]);
}

#[test]
fn what_other_payers_decided_may_be_unknown() {
    let check = |from: &str, to: &str, expected: &[&str]| check(THREE_PAYERS, from, to, expected);
    check("AMT*D*20~\n", "", &["NotEvaluable SBR @28"]);
    check(
        "AMT*D*140~",
        "AMT*D*1x0~",
        &["ElementCharacter AMT02 @24", "NotEvaluable AMT02 @24"],
    );
    // Whose decision the stranger's is: perhaps that of the payer that lacks it.
    check(
        "SVD*88888*40*HC:87880",
        "SVD*55555*40*HC:87880",
        &["NotEvaluable AMT02 @24"],
    );
    check("*PI*77777~", "*PI*88888~", &["NotEvaluable AMT02 @31"]);
    check(
        "CAS*PR*2*20~",
        "CAS*PR*2*x~",
        &["NotEvaluable SVD02 @43", "ElementCharacter CAS03 @47"],
    );
}

#[test]
fn endless_other_payers_are_bounded() {
    let good = fs::read_to_string(fixtures().join(THREE_PAYERS)).unwrap();
    let other = &good[good.find("SBR*S*").unwrap()..good.find("SBR*A*").unwrap()];
    let changed = recount(&good.replace(other, &other.repeat(1_000)));
    let told = told_but_rules(&judge(changed.as_bytes()));
    let balances: Vec<&String> = told.iter().filter(|one| !one.starts_with("Loop")).collect();
    assert_eq!(balances, ["NotEvaluable  @276"]);
    let decision = "SVD*88888*60*HC:99213**1~\nCAS*CO*45*30~\nDTP*573*D8*20261110~\n";
    let many: String = (0..100)
        .map(|n| decision.replace("88888", &format!("P{n:04}")))
        .collect();
    let changed = recount(&good.replace(decision, &many));
    let told = told_but_rules(&judge(changed.as_bytes()));
    let last = told.iter().filter(|one| one.starts_with("NotEvaluable "));
    assert_eq!(
        last.count(),
        2,
        "the payer that lacks its decision, and the cut"
    );
}

#[test]
fn envelope_counts_and_numbers() {
    let check = |from: &str, to: &str, expected: &[&str]| {
        let good = fs::read_to_string(fixtures().join(CLAIMS)).unwrap();
        assert_eq!(
            told_but_rules(&judge(good.replace(from, to).as_bytes())),
            expected,
            "`{from}` → `{to}`"
        );
    };
    check(
        "SE*46*0001",
        "SE*45*0001",
        &["TransactionSegmentCount SE01 @46"],
    );
    check(
        "SE*46*0001",
        "SE*46*0002",
        &["TransactionControlNumber SE02 @46"],
    );
    check("GE*1*101", "GE*2*101", &["GroupTransactionCount GE01 @49"]);
    check("GE*1*101", "GE*1*102", &["GroupControlNumber GE02 @49"]);
    check(
        "IEA*1*000000101",
        "IEA*2*000000101",
        &["InterchangeGroupCount IEA01 @50"],
    );
    check(
        "IEA*1*000000101",
        "IEA*1*000000102",
        &["InterchangeControlNumber IEA02 @50"],
    );
    check("GE*1*101~\n", "", &["GroupNotClosed GE @49"]);
    // Each of its segments was told of as one that the envelope does not use.
    check(
        "GS*HC*CLAIMGATE*SANDBOX*20261124*0930*101*X*005010X222A1~\n",
        "",
        &[
            "GroupOutside ST @1",
            "SegmentUnexpected GE @48",
            "InterchangeGroupCount IEA01 @49",
        ],
    );
    check("IEA*1*000000101~\n", "", &["InterchangeNotClosed IEA @49"]);
    check("GS*HC*", "GS*HP*", &["GroupFunctionalId ST01 @1"]);
    check("*ZZ*CLAIMGATE", "*QQ*CLAIMGATE", &["ElementCode ISA05 @1"]);
    check(
        "005010X222A1~\nST",
        "004010X098A1~\nST",
        &["TransactionVersion ST03 @1"],
    );
    check("005010X222A1~\nST", "005010X222A2~\nST", &[]);
    check(
        "ST*837*0001*",
        "ST*837**",
        &["TransactionControlMissing ST02 @1"],
    );
    check("SE*46*0001~\n", "", &["TransactionNotClosed SE @46"]);
    check(
        "IEA*1*000000101~\n",
        "IEA*1*000000101",
        &["TrailerUnterminated IEA @49"],
    );
    check(
        "IEA*1*000000101~\n",
        "IEA*1*00000010",
        &[
            "TrailerUnterminated IEA @49",
            "ElementTooShort IEA02 @50",
            "InterchangeControlNumber IEA02 @50",
        ],
    );
    check(
        "IEA*1*000000101~\n",
        "IEA*1",
        &[
            "Unterminated  @49",
            "ElementMissing IEA02 @50",
            "InterchangeControlNumber IEA02 @50",
        ],
    );
}

/// A thousand warnings were all that was kept of a set, and the error behind them was not: it was accepted.
#[test]
fn an_error_behind_many_warnings_still_rejects() {
    let good = fs::read_to_string(fixtures().join(CLAIMS)).unwrap();
    let line = &good[good.find("LX*2~").unwrap()..good.find("HL*3*").unwrap()];
    let warned = line.replace("CG0001L2~", "CG0001L2**~");
    let changed = good
        .replace(line, &warned.repeat(1_100))
        .replace("HI*ABK:J0300~", "HI*XXX:J0300~");
    let judgment = judge(recount(&changed).as_bytes());
    let set = &judgment.interchanges[0].groups[0].transactions[0];
    assert_eq!(set.findings.len(), FINDINGS_MAX);
    assert_eq!(judgment.verdict(), Verdict::Rejected);
}

/// Envelopes beyond the limits are judged and counted, and the limits hold.
#[test]
fn endless_envelopes_are_counted_in_bounded_memory() {
    let good = fs::read_to_string(fixtures().join(CLAIMS)).unwrap();
    let isa = &good[..good.find("GS*").unwrap()];
    let trailer = &good[good.find("IEA*").unwrap()..];
    let empty = trailer.replace("IEA*1", "IEA*0");
    let count = ENVELOPES_MAX + 10;
    let judgment = judge(format!("{}{isa}", format!("{isa}{empty}").repeat(count)).as_bytes());
    assert_eq!(judgment.interchanges.len(), ENVELOPES_MAX);
    assert_eq!(judgment.segments, 2 * count as u64 + 1);
    assert_eq!(told(&judgment), ["EnvelopesCut  @2"]);
    assert_eq!(judgment.verdict(), Verdict::Rejected, "the last has no IEA");
}

/// Time grew with the square of the transaction sets, and of the levels in them.
#[test]
fn many_sets_and_deep_levels_take_linear_time() {
    let good = fs::read_to_string(fixtures().join(CLAIMS)).unwrap();
    let head = &good[..good.find("ST*").unwrap()];
    let count = TRANSACTIONS_MAX + 10;
    let sets = (0..count).map(|n| format!("ST*999*{n:06}*005010X231A1~SE*2*{n:06}~"));
    let judgment = judge(format!("{head}{}", sets.collect::<String>()).as_bytes());
    assert_eq!(judgment.transactions(), count);
    let levels = (1..200_000).map(|n| format!("HL*{}*{n}*23*1~", n + 1));
    let set = "ST*837*0001*005010X222A1~HL*1**20*1~";
    judge(format!("{head}{set}{}", levels.collect::<String>()).as_bytes());
}

/// SNIP 5: codes of external lists, by shape, list and day of service.
#[test]
fn codes_of_external_lists() {
    for (from, to, expected) in [
        (
            "HI*ABK:J0300~",
            "HI*ABK:J03.00~",
            "CodeIrregular HI01-2 @42",
        ),
        ("HI*ABK:J0300~", "HI*ABK:ZZZ9999~", "CodeShape HI01-2 @42"),
        ("HI*ABK:J0300~", "HI*ABK:J030~", "CodeUnlisted HI01-2 @42"),
        // Ended on 2025-09-30; the claim is of 2026.
        ("HI*ABK:J0300~", "HI*ABK:G35~", "CodeExpired HI01-2 @42"),
        ("HC:99212*80", "HC:ZZZZZ*80", "CodeShape SV101-2 @44"),
        ("HC:99212*80", "HC:A0021*80", ""),
        ("HC:99212*80", "HC:A9999X*80", "CodeShape SV101-2 @44"),
        (
            "CLM*CG0002*80***11:B",
            "CLM*CG0002*80***28:B",
            "CodeUnknown CLM05-1 @41",
        ),
        ("CLM*CG0002*80***11:B", "CLM*CG0002*80***10:B", ""),
        ("N4*SALEM*MA*", "N4*SALEM*ZZ*", "CodeUnknown N402 @39"),
        (
            "N4*SALEM*MA*01970~",
            "N4*SALEM*MA*0197~",
            "CodeIrregular N403 @39",
        ),
        (
            "PRV*BI*PXC*207Q00000X~",
            "PRV*BI*PXC*999999999X~",
            "CodeUnlisted PRV03 @7",
        ),
        (
            "*XX*1234567893~",
            "*XX*1234567890~",
            "NpiCheckDigit NM109 @8",
        ),
    ] {
        let expected: Vec<&str> = [expected].into_iter().filter(|e| !e.is_empty()).collect();
        check(CLAIMS, from, to, &expected);
    }
    let day = "DTP*472*RD8*20261104-20261105";
    let old = "DTP*472*D8*20200104";
    let text = fs::read_to_string(fixtures().join(CLAIMS)).unwrap();
    let changed = text
        .replace("CLM*CG0002*80***11:B", "CLM*CG0002*80***10:B")
        .replace(day, old);
    assert_eq!(
        told_but_rules(&judge(changed.as_bytes())),
        ["CodeExpired CLM05-1 @41"]
    );
    let mut checker = Checker::new(4);
    read_all(changed.as_bytes(), |item| checker.item(&item));
    assert_eq!(told(&checker.finish()), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a stream holds, and wherever its envelopes are broken, threads find what one finds, in the same order.
    #[test]
    fn threads_find_what_one_finds(
        files in proptest::collection::vec(any::<prop::sample::Index>(), 1..6),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        lost in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let fixtures = [edi_files("accepted"), edi_files("rejected")].concat();
        let mut stream = Vec::new();
        for file in files {
            stream.extend(fs::read(file.get(&fixtures)).unwrap());
        }
        for (at, byte) in changes {
            *at.get_mut(&mut stream) = byte;
        }
        let mut lines: Vec<&[u8]> = stream.split_inclusive(|byte| *byte == b'\n').collect();
        for line in lost {
            lines.remove(line.index(lines.len()));
            if lines.is_empty() { break }
        }
        let stream = lines.concat();
        let on = |threads| {
            let start = |work| std::thread::Builder::new().spawn(work).is_ok();
            let mut checker = Checker::default().on_threads(threads, start);
            read_all(&stream, |item| checker.item(&item));
            format!("{:#?}", checker.finish())
        };
        prop_assert_eq!(on(1), on(3));
    }
}

/// `Code REFERENCE @position` of each finding.
fn told(judgment: &Judgment) -> Vec<String> {
    judgment.findings().map(in_brief).collect()
}

/// What is found beside the rules, which have fixtures of their own: a change here may break some of them as well.
fn told_but_rules(judgment: &Judgment) -> Vec<String> {
    let is_rule = |finding: &&Finding| matches!(finding.code, Code::Rule(..));
    let findings = judgment.findings().filter(|one| !is_rule(one));
    findings.map(in_brief).collect()
}

fn in_brief(finding: &Finding) -> String {
    let position = finding.place.position;
    format!("{} {} @{position}", finding.code, finding.reference())
}

/// Puts the right count into SE01.
fn recount(text: &str) -> String {
    let mut count = 0;
    let mut lines = Vec::new();
    for line in text.lines() {
        count = if line.starts_with("ST*") {
            1
        } else {
            count + 1
        };
        match line
            .strip_prefix("SE*")
            .and_then(|rest| rest.split_once('*'))
        {
            Some((_, rest)) => lines.push(format!("SE*{count}*{rest}")),
            None => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

fn judge(bytes: &[u8]) -> Judgment {
    let mut checker = Checker::default();
    read_all(bytes, |item| checker.item(&item));
    checker.finish()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn edi_files(verdict: &str) -> Vec<PathBuf> {
    let guides = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let folders = guides
        .map(|guide| guide.join(verdict))
        .filter(|folder| folder.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "edi"));
    assert!(!files.is_empty(), "no fixtures under {verdict}");
    files.sort();
    files
}
