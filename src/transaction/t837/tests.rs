//! Known answers, the round trip, the levels and limits.

use jiff::civil::{date, datetime};
use proptest::prelude::*;

use super::*;
use crate::claim::{
    Address, Claim, ClaimDates, ClaimDetail, ClaimKind, Contact, Diagnosis, DiagnosisSystem,
    LineDetail, LineKind, Money, Name, Npi, Patient, Payer, PersonDetail, Phi, Provider,
    ProviderRole, RoledProvider, ServiceLine, Sex, Submitter, Subscriber, Supplement, TaxId,
    strategies,
};
use crate::payer::TradingPartner;
use crate::x12::{Item, read_all};

pub(super) fn partner() -> TradingPartner {
    toml::from_str(include_str!("../../../config/payers/sandbox.toml")).unwrap()
}

pub(super) fn numbers() -> Numbers<'static> {
    Numbers {
        interchange: 7,
        group: 7,
        first_set: 1,
        reference: "BATCH7",
        created: datetime(2026, 11, 24, 12, 30, 0, 0),
    }
}

pub(super) fn submitter() -> Submitter {
    Submitter {
        name: Name::organization("ELM STREET CLINIC"),
        id: "CLAIMGATE".into(),
        contact: Contact {
            name: Some("EDI OFFICE".into()),
            phone: Some("5555550100".into()),
            ..Contact::default()
        },
    }
}

fn address(line1: &str, postal_code: &str) -> Address {
    Address {
        line1: line1.into(),
        line2: None,
        city: "SPRINGFIELD".into(),
        state: Some("IL".into()),
        postal_code: Some(postal_code.into()),
        ..Address::default()
    }
}

fn clinic() -> Provider {
    Provider {
        name: Name::organization("ELM STREET CLINIC"),
        npi: Npi::parse("1234567893").ok(),
        taxonomy: Some("207Q00000X".into()),
        tax_id: Some(TaxId::Ein("123456789".into())),
        address: Some(address("1 ELM ST", "627010001")),
        contact: Some(submitter().contact),
        other_ids: Vec::new(),
    }
}

fn doctor() -> Provider {
    Provider {
        name: Name::person("INVENTED", "DORA"),
        npi: Npi::parse("1679523708").ok(),
        taxonomy: Some("207Q00000X".into()),
        tax_id: None,
        address: None,
        contact: None,
        other_ids: Vec::new(),
    }
}

fn line(number: usize) -> ServiceLine {
    ServiceLine {
        control_number: format!("L{number}"),
        procedure: "99213".into(),
        modifiers: vec!["25".into()],
        description: None,
        charge: Money::from_cents(12550),
        unit: "UN".into(),
        quantity: "1".into(),
        place_of_service: Some("11".into()),
        diagnosis_pointers: vec![1, 2],
        service_from: Some(date(2026, 11, 2)),
        service_to: None,
        emergency: false,
        prior_authorization: None,
        clia: None,
        note: None,
        drug: None,
        providers: Vec::new(),
        adjudications: Vec::new(),
        detail: LineDetail::default().into(),
        kind: LineKind::Professional,
    }
}

/// A visit of an invented man, who is the subscriber.
fn visit() -> Claim {
    let facility = Provider {
        npi: None,
        ..clinic()
    };
    Claim {
        control_number: "PCN1".into(),
        billing_provider: clinic(),
        pay_to: None,
        subscriber: Subscriber {
            payer_responsibility: "P".into(),
            name: Name::person("MADEUP", "MARK"),
            member_id: "MEM001".into(),
            group_number: Some("GRP1".into()),
            group_name: Some("NOT SENT BESIDE A NUMBER".into()),
            insurance_type: None,
            claim_filing: Some("CI".into()),
            address: Some(address("2 OAK ST", "62702")),
            birth_date: Some(Phi::new(date(1980, 2, 29))),
            sex: Some(Sex::Male),
            detail: PersonDetail::default(),
        },
        patient: None,
        payer: Payer {
            name: "SANDBOX HEALTH PLAN".into(),
            id: "99999".into(),
            ..Payer::default()
        },
        total_charge: Money::from_cents(25100),
        place_of_service: "11".into(),
        frequency: "1".into(),
        provider_signature_on_file: Some(true),
        assignment: "A".into(),
        benefits_assignment: "Y".into(),
        release_of_information: "Y".into(),
        accident: None,
        delay_reason: None,
        dates: ClaimDates {
            onset: Some(date(2026, 10, 30)),
            ..ClaimDates::default()
        },
        attachments: Vec::new(),
        patient_paid: Some(Money::from_cents(2000)),
        supplement: Supplement {
            clearinghouse_trace: Some("CG1".into()),
            ..Supplement::default()
        },
        note: None,
        diagnoses: ["J069", "R509"].map(Diagnosis::icd10).to_vec(),
        providers: vec![
            RoledProvider {
                role: ProviderRole::ServiceFacility,
                provider: facility,
            },
            RoledProvider {
                role: ProviderRole::Rendering,
                provider: doctor(),
            },
        ],
        other_payers: Vec::new(),
        lines: vec![line(1), line(2)],
        detail: ClaimDetail::default().into(),
        kind: ClaimKind::Professional,
    }
}

fn daughter() -> Patient {
    Patient {
        relationship: "19".into(),
        name: Name::person("MADEUP", "MIA"),
        address: address("2 OAK ST", "62702"),
        birth_date: Phi::new(date(2015, 5, 5)),
        sex: Sex::Female,
        detail: PersonDetail::default(),
    }
}

fn written(claims: &[&Claim]) -> Written {
    interchange(&partner(), &numbers(), &submitter(), claims).unwrap()
}

/// The segments from BHT on, one a line.
fn text_of(written: &Written) -> String {
    let text = String::from_utf8(written.bytes.clone()).unwrap();
    let (_, sets) = text.split_once("BHT").unwrap();
    format!("BHT{}", sets.replace('~', "\n"))
}

pub(super) fn read(bytes: &[u8]) -> Vec<ReadClaim> {
    let mut reader = ClaimReader::new();
    let mut claims = Vec::new();
    read_all(bytes, |item| {
        if let Item::Segment(segment) = item {
            claims.extend(reader.segment(&segment));
        }
    });
    claims.extend(reader.finish());
    claims
}

#[test]
fn a_visit_is_written_as_the_guide_says() {
    let expected = "\
BHT*0019*00*BATCH7*20261124*1230*CH
NM1*41*2*ELM STREET CLINIC*****46*CLAIMGATE
PER*IC*EDI OFFICE*TE*5555550100
NM1*40*2*Sandbox Health Plan*****46*SANDBOX
HL*1**20*1
PRV*BI*PXC*207Q00000X
NM1*85*2*ELM STREET CLINIC*****XX*1234567893
N3*1 ELM ST
N4*SPRINGFIELD*IL*627010001
REF*EI*123456789
HL*2*1*22*0
SBR*P*18*GRP1******CI
NM1*IL*1*MADEUP*MARK****MI*MEM001
N3*2 OAK ST
N4*SPRINGFIELD*IL*62702
DMG*D8*19800229*M
NM1*PR*2*SANDBOX HEALTH PLAN*****PI*99999
CLM*PCN1*251***11:B:1*Y*A*Y*Y
DTP*431*D8*20261030
AMT*F5*20
REF*D9*CG1
HI*ABK:J069*ABF:R509
NM1*82*1*INVENTED*DORA****XX*1679523708
PRV*PE*PXC*207Q00000X
LX*1
SV1*HC:99213:25*125.5*UN*1***1:2
DTP*472*D8*20261102
REF*6R*L1
LX*2
SV1*HC:99213:25*125.5*UN*1***1:2
DTP*472*D8*20261102
REF*6R*L2
SE*34*0001
GE*1*7
IEA*1*000000007
";
    assert_eq!(text_of(&written(&[&visit()])), expected);
}

#[test]
fn a_position_leads_to_claim_and_line() {
    let claim = visit();
    let sets = written(&[&claim]).sets;
    let position = &sets[0].claims[0];
    for (at, part) in [
        (5, None),
        (6, Some(Part::BillingProvider)),
        (12, Some(Part::Subscriber)),
        (18, Some(Part::Subscriber)),
        (19, Some(Part::Claim)),
        (25, Some(Part::Claim)),
        (26, Some(Part::Line(0))),
        (33, Some(Part::Line(1))),
        (34, None),
    ] {
        assert_eq!(position.part(at), part, "{at}");
    }
}

#[test]
fn levels_are_shared_and_a_dependent_has_its_own() {
    let own = visit();
    let dependent = Claim {
        control_number: "PCN2".into(),
        patient: Some(daughter()),
        ..visit()
    };
    let again = Claim {
        control_number: "PCN3".into(),
        ..visit()
    };
    let written = written(&[&own, &dependent, &again]);
    let text = text_of(&written);
    let levels: Vec<&str> = text
        .lines()
        .filter(|line| {
            ["HL*", "SBR", "PAT", "NM1*IL", "NM1*QC", "DMG", "CLM"]
                .iter()
                .any(|id| line.starts_with(id))
        })
        .collect();
    let expected = [
        "HL*1**20*1",
        "HL*2*1*22*0",
        "SBR*P*18*GRP1******CI",
        "NM1*IL*1*MADEUP*MARK****MI*MEM001",
        "DMG*D8*19800229*M",
        "CLM*PCN1*251***11:B:1*Y*A*Y*Y",
        "CLM*PCN3*251***11:B:1*Y*A*Y*Y",
        "HL*3*1*22*1",
        "SBR*P**GRP1******CI",
        "NM1*IL*1*MADEUP*MARK****MI*MEM001",
        "HL*4*3*23*0",
        "PAT*19",
        "NM1*QC*1*MADEUP*MIA",
        "DMG*D8*20150505*F",
        "CLM*PCN2*251***11:B:1*Y*A*Y*Y",
    ];
    assert_eq!(levels, expected);
    let order: Vec<usize> = written.sets[0].claims.iter().map(|at| at.claim).collect();
    assert_eq!(order, [0, 2, 1]);
}

#[test]
fn a_hundred_claims_of_one_person_open_a_new_level() {
    let claims: Vec<Claim> = (0..201)
        .map(|number| Claim {
            control_number: format!("PCN{number}"),
            ..visit()
        })
        .collect();
    let written = written(&claims.iter().collect::<Vec<_>>());
    let levels = text_of(&written).matches("\nHL*").count();
    assert_eq!(levels, 1 + 3);
}

#[test]
fn limits_split_sets_and_refuse_too_many() {
    let mut partner = partner();
    partner.limits.claims_per_set = 2;
    partner.limits.sets_per_interchange = 2;
    let claim = visit();
    let written = interchange(&partner, &numbers(), &submitter(), &[&claim; 3]).unwrap();
    let sets: Vec<_> = written
        .sets
        .iter()
        .map(|set| {
            let claims: Vec<usize> = set.claims.iter().map(|at| at.claim).collect();
            (set.control_number.as_str(), set.reference.as_str(), claims)
        })
        .collect();
    assert_eq!(
        sets,
        [
            ("0001", "BATCH7", vec![0, 1]),
            ("0002", "BATCH7-2", vec![2])
        ]
    );
    let too_many = interchange(&partner, &numbers(), &submitter(), &[&claim; 5]);
    assert_eq!(too_many, Err(NotWritten::TooMany { max: 4 }));
    let none = interchange(&partner, &numbers(), &submitter(), &[]);
    assert_eq!(none, Err(NotWritten::NoClaims));
}

#[test]
fn a_refused_value_names_its_claim() {
    let (good, mut bad) = (visit(), visit());
    bad.note = Some("UP * DOWN".into());
    let error = interchange(&partner(), &numbers(), &submitter(), &[&good, &bad]).unwrap_err();
    let NotWritten::Refused { claim, refused } = error else {
        panic!("{error}");
    };
    assert_eq!(
        (claim, refused.segment.as_str(), refused.element),
        (Some(1), "NTE", 2)
    );
}

/// What stands in place of a segment of the visit, and what is told of it.
fn check_unreadable(from: &str, to: &str, expected: &[(&str, usize, What)]) -> Claim {
    let text = String::from_utf8(written(&[&visit()]).bytes).unwrap();
    let read = read(text.replace(from, to).as_bytes()).swap_remove(0);
    let told: Vec<_> = read
        .unreadable
        .iter()
        .map(|told| (told.segment.as_str(), told.element, told.what))
        .collect();
    assert_eq!(told, expected, "{to}");
    read.claim
}

#[test]
fn absent_zero_and_unreadable_are_three_things() {
    let claim = check_unreadable("CLM*PCN1*251", "CLM*PCN1*0", &[]);
    assert_eq!(claim.total_charge, Money::ZERO);
    check_unreadable("CLM*PCN1*251", "CLM*PCN1*", &[("CLM", 2, What::Absent)]);
    check_unreadable(
        "CLM*PCN1*251",
        "CLM*PCN1*2.5.1",
        &[("CLM", 2, What::NotMoney)],
    );
    let claim = check_unreadable("AMT*F5*20", "AMT*F5*X", &[("AMT", 2, What::NotMoney)]);
    assert_eq!(claim.patient_paid, None);
    check_unreadable(
        "DTP*431*D8*20261030",
        "DTP*431*D8*20261131",
        &[("DTP", 3, What::NotDate)],
    );
    check_unreadable(
        "DTP*472*D8*20261102~REF*6R*L1",
        "REF*6R*L1",
        &[("LX", 0, What::Absent)],
    );
    check_unreadable(
        "XX*1234567893",
        "XX*1234567890",
        &[("NM1", 9, What::NotNpi)],
    );
}

#[test]
fn what_a_claim_does_not_hold_is_told() {
    check_unreadable("AMT*F5*20", "AMT*F5*20~UC*05", &[("UC", 0, What::NotHeld)]);
    check_unreadable(
        "REF*D9*CG1",
        "REF*D9*CG1~REF*D9*CG2",
        &[("REF", 0, What::Repeated)],
    );
    check_unreadable("LX*1", "LX*1*9", &[]);
    check_unreadable(
        "*UN*1***1:2~DTP*472*D8*20261102~REF*6R*L1",
        "*UN*1**9*1:2~DTP*472*D8*20261102~REF*6R*L1",
        &[("SV1", 6, What::NotHeld)],
    );
    let claim = check_unreadable("HI*ABK:J069", "HI*BK:49390", &[]);
    assert_eq!(claim.diagnoses[0].system, DiagnosisSystem::Icd9);
    check_unreadable(
        "HI*ABK:J069",
        "HI*ABK:J069:::::::Y",
        &[("HI", 1, What::NotHeld)],
    );
    let claim = check_unreadable("*Y*A*Y*Y~DTP", "*Y*A*Y*Y**OA:EM:AA~DTP", &[]);
    assert_eq!(claim.accident.map(|told| told.causes.len()), Some(3));
    check_unreadable(
        "HL*2*1*22*0",
        "HL*2*1*2Z*0",
        &[
            ("HL", 3, What::UnknownCode),
            ("SBR", 0, What::NotHeld),
            ("NM1", 0, What::NotHeld),
            ("N3", 0, What::NotHeld),
            ("N4", 0, What::NotHeld),
            ("DMG", 0, What::NotHeld),
            ("NM1", 0, What::NotHeld),
            ("CLM", 0, What::Orphan),
        ],
    );
}

#[test]
fn telling_has_an_end() {
    let many = "REF*ZZ*1~".repeat(UNREADABLE_MAX * 2);
    let text = String::from_utf8(written(&[&visit()]).bytes).unwrap();
    let text = text.replace("REF*D9*CG1~", &many);
    let read = read(text.as_bytes()).swap_remove(0);
    assert_eq!(read.unreadable.len(), UNREADABLE_MAX);
    assert_eq!(read.unreadable[UNREADABLE_MAX - 1].what, What::TooMany);
}

#[test]
fn a_cut_off_stream_still_gives_its_last_claim() {
    let bytes = written(&[&visit()]).bytes;
    let end = bytes.windows(4).position(|at| at == b"LX*2").unwrap();
    let claims = read(&bytes[..end]);
    assert_eq!(claims[0].claim.lines.len(), 1);
}

/// The first line of JSON in which two claims differ: a claim's Debug hides what is about a person.
fn difference(read: &Claim, written: &Claim) -> Option<String> {
    if read == written {
        return None;
    }
    let [read, written] = [read, written].map(|claim| serde_json::to_string_pretty(claim).unwrap());
    let mut lines = read.lines().zip(written.lines()).enumerate();
    let (at, (read, written)) = lines.find(|(_, (read, written))| read != written)?;
    Some(format!("line {at}: read {read}, written {written}"))
}

fn any_kind(max: usize) -> impl Strategy<Value = Vec<Claim>> {
    let [one, two, three] = strategies::Kind::ALL.map(|kind| strategies::claims(kind, max));
    prop_oneof![one, two, three]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn read_of_write_is_the_claim(
        claims in any_kind(5),
        submitter in strategies::submitter(),
    ) {
        let given: Vec<&Claim> = claims.iter().collect();
        let mut partner = partner();
        partner.limits.claims_per_set = 4;
        let written = interchange(&partner, &numbers(), &submitter, &given).unwrap();
        let read = read(&written.bytes);
        let positions: Vec<_> = written.sets.iter().flat_map(|set| &set.claims).collect();
        prop_assert_eq!(read.len(), claims.len());
        for (read, written) in read.iter().zip(positions) {
            prop_assert_eq!(&read.unreadable, &[]);
            prop_assert_eq!(&read.set.unreadable, &[]);
            prop_assert_eq!(difference(&read.claim, &claims[written.claim]), None);
            prop_assert_eq!(&read.set.submitter, &submitter);
            let position = ClaimPosition { claim: written.claim, ..read.position.clone() };
            prop_assert_eq!(&position, written);
        }
    }

    #[test]
    fn no_segment_stops_the_reader(
        claims in any_kind(2),
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut bytes = written(&claims.iter().collect::<Vec<_>>()).bytes;
        for (at, byte) in cuts {
            let at = at.index(bytes.len() - crate::x12::ISA_LENGTH) + crate::x12::ISA_LENGTH;
            bytes[at] = byte;
        }
        read(&bytes);
    }
}
