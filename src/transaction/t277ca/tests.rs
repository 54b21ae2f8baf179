//! What is written is read back the same; the fixture, which our check accepts, is written byte for byte.

use jiff::civil::Date;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::claim::strategies::{date, money, text};
use crate::claim::{Name, Phi};
use crate::x12::{Delimiters, GroupHeader, InterchangeHeader, Writer};

const FIXTURE: &str =
    include_str!("../../../fixtures/005010X214/accepted/one-taken-one-returned.edi");

fn written(acknowledgments: &ClaimAcknowledgments) -> String {
    let header = InterchangeHeader {
        sender: ("ZZ".into(), "CLAIMGATE".into()),
        receiver: ("ZZ".into(), "SANDBOX".into()),
        date: "261124".into(),
        time: "0930".into(),
        control_number: 401,
        acknowledgment_requested: true,
        usage: b'T',
    };
    let mut writer = Writer::new(Delimiters::USUAL, &header).with_newlines();
    writer.group(&GroupHeader {
        functional_id: "HN".into(),
        sender: "CLAIMGATE".into(),
        receiver: "SANDBOX".into(),
        date: "20261124".into(),
        time: "0930".into(),
        control_number: 401,
        version: "005010X214".into(),
    });
    write_set(&mut writer, acknowledgments);
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// NM109 has at least two characters.
fn id() -> impl Strategy<Value = String> {
    "[A-Z0-9]{2,20}"
}

fn person(role: &'static str) -> impl Strategy<Value = Party> {
    (text(), of(text()), of(text()), id()).prop_map(move |(last, first, middle, id)| Party {
        role: role.into(),
        name: Some(Name::Person {
            last: Phi::new(last),
            first: first.map(Phi::new),
            middle: middle.map(Phi::new),
            suffix: None,
        }),
        id_qualifier: "MI".into(),
        id: Phi::new(id),
    })
}

fn organization(role: &'static str, qualifier: &'static str) -> impl Strategy<Value = Party> {
    (text(), id()).prop_map(move |(name, id)| Party {
        role: role.into(),
        name: Some(Name::organization(name)),
        id_qualifier: qualifier.into(),
        id: Phi::new(id),
    })
}

fn code(entities: &'static [&'static str]) -> impl Strategy<Value = StatusCode> {
    let parts = (
        select(&["A1", "A2", "A3", "A7"][..]),
        select(&["20", "33", "562"][..]),
    );
    (parts, select(entities)).prop_map(|((category, status), entity)| StatusCode {
        category: category.into(),
        status: status.into(),
        entity: entity.into(),
    })
}

fn statuses(
    entities: &'static [&'static str],
    dated: bool,
    messages: &'static [&'static str],
) -> impl Strategy<Value = Vec<Status>> {
    let status = (
        vec(code(entities), 1..=3),
        date(),
        select(&["WQ", "U"][..]),
        money(),
        select(messages),
    );
    let status = status.prop_map(move |(codes, date, action, amount, message)| Status {
        codes,
        date: dated.then_some(date),
        action: action.into(),
        amount: Some(amount),
        message: Some(message.to_owned()).filter(|message| !message.is_empty()),
    });
    vec(status, 1..3)
}

fn totals() -> impl Strategy<Value = Totals> {
    (of(0..999u64), of(0..999u64), of(money()), of(money())).prop_map(
        |(accepted, rejected, accepted_amount, rejected_amount)| Totals {
            accepted,
            rejected,
            accepted_amount,
            rejected_amount,
        },
    )
}

fn line() -> impl Strategy<Value = LineAcknowledgment> {
    (
        ("[0-9]{5}", money(), of("[1-9]")),
        statuses(&["", "85", "QC"], false, &["", "SEE LINE"]),
        (of("[A-Z0-9]{1,12}"), of("[A-Z0-9]{1,12}")),
        service(),
    )
        .prop_map(
            |((code, charge, units), statuses, numbers, service)| LineAcknowledgment {
                procedure: Procedure {
                    qualifier: "HC".into(),
                    code,
                    ..Default::default()
                },
                charge: Some(charge),
                revenue_code: String::new(),
                units,
                statuses: statuses
                    .into_iter()
                    .map(|status| Status {
                        action: "U".into(),
                        amount: None,
                        ..status
                    })
                    .collect(),
                line_control_number: numbers.0,
                prescription: numbers.1,
                service_from: Some(service.0),
                service_to: service.1,
            },
        )
}

fn service() -> impl Strategy<Value = (Date, Option<Date>)> {
    (date(), any::<bool>()).prop_map(|(from, period)| (from, period.then_some(from)))
}

fn claim() -> impl Strategy<Value = ClaimAcknowledgment> {
    (
        person("QC"),
        "[A-Z0-9]{1,20}",
        statuses(&["", "85", "IL"], true, &["", "CALL US"]),
        (of("[A-Z0-9]{1,20}"), of("[A-Z0-9]{1,20}")),
        service(),
        vec(line(), 0..3),
    )
        .prop_map(
            |(patient, control_number, statuses, numbers, service, lines)| ClaimAcknowledgment {
                patient,
                control_number,
                statuses,
                payer_claim_number: numbers.0,
                clearinghouse_trace: numbers.1,
                bill_type: None,
                service_from: Some(service.0),
                service_to: service.1,
                lines,
            },
        )
}

fn provider() -> impl Strategy<Value = ProviderAcknowledgment> {
    let body = (
        organization("85", "XX"),
        "[A-Z0-9]{1,20}",
        statuses(&["", "85"], false, &[""]),
        totals(),
        vec(claim(), 0..3),
    );
    body.prop_map(
        |(provider, trace, statuses, totals, claims)| ProviderAcknowledgment {
            provider,
            trace,
            statuses,
            references: Vec::new(),
            totals,
            claims,
        },
    )
}

fn acknowledgments() -> impl Strategy<Value = ClaimAcknowledgments> {
    (
        ("[0-9]{4,9}", text(), date()),
        (organization("PR", "PI"), "[A-Z0-9]{1,20}", date(), date()),
        (organization("41", "46"), "[A-Z0-9]{1,20}"),
        statuses(&["", "41"], true, &[""]),
        totals(),
        vec(provider(), 0..3),
    )
        .prop_map(|(header, source, receiver, statuses, totals, providers)| {
            ClaimAcknowledgments {
                control_number: header.0,
                reference: header.1,
                created: Some(header.2),
                time: "0945".into(),
                source: source.0,
                transmission: source.1,
                received: Some(source.2),
                processed: Some(source.3),
                receiver: receiver.0,
                batch: receiver.1,
                statuses,
                totals,
                providers,
                unreadable: Vec::new(),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_written_is_read_back(given in acknowledgments()) {
        let text = written(&given);
        prop_assert_eq!(read(text.as_bytes()), vec![given]);
    }
}

#[test]
fn the_fixture_is_written_as_it_was_read() {
    let found = read(FIXTURE.as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(written(&found[0]), FIXTURE);
}

#[test]
fn what_it_says() {
    let found = &read(FIXTURE.as_bytes())[0];
    assert_eq!(
        (found.standing(), found.batch.as_str()),
        (Standing::Accepted, "BATCH101")
    );
    assert_eq!(found.totals.rejected_amount, Some(Money::from_cents(80_00)));
    let [taken, refused] = &found.providers[0].claims[..] else {
        panic!("two claims");
    };
    assert_eq!(
        (taken.control_number.as_str(), taken.standing()),
        ("CG0001", Standing::Accepted)
    );
    assert_eq!(taken.payer_claim_number.as_deref(), Some("PCN900001"));
    assert_eq!(refused.standing(), Standing::Rejected);
    assert_eq!(refused.statuses[0].codes[0].entity, "IL");
    assert!(refused.service_to.is_some());
}

#[test]
fn levels_that_are_missing_or_strange_lose_nothing() {
    let odd = FIXTURE
        .replace("HL*3*2*19*1~\n", "")
        .replace("HL*5*3*PT~", "HL*5*9*22*0~")
        .replace("*WQ*230~", "*WQ*2x0~");
    let found = read(odd.as_bytes());
    let claims: Vec<&str> = found[0]
        .claims()
        .map(|claim| claim.control_number.as_str())
        .collect();
    assert_eq!(claims, ["CG0001", "CG0002"]);
    assert_eq!(found[0].unreadable.len(), 1);
}
