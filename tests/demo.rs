//! `claimgate demo` as a user runs it: the whole way over HTTPS, twice on one store.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use claimgate::claim::Money;
use claimgate::reconcile::Subject;
use claimgate::store::Store;
use serde_json::Value;

fn demo(data: &Path, charts: &str) -> (Output, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["demo", "--charts", charts, "--format", "json", "--data"])
        .arg(data)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = String::from_utf8_lossy(&output.stdout).into_owned();
    let report = serde_json::from_str(last.trim()).unwrap_or_else(|_| panic!("{told}\n{last}"));
    (output, report)
}

fn money(report: &Value, name: &str) -> Money {
    Money::parse(report[name].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn charts_become_money_once() {
    let data = tempfile::tempdir().unwrap();
    let (output, report) = demo(data.path(), "400");
    assert!(output.status.success(), "{output:?}");
    let count = |name: &str| report[name].as_i64().unwrap();
    assert_eq!(count("charts"), 400);
    assert_eq!(count("held") + count("claims"), 400);
    assert_eq!(count("submitted"), count("claims"));
    assert_eq!(count("accepted") + count("rejected"), count("submitted"));
    let ends = ["paid", "denied", "pending"].map(count);
    assert_eq!(ends.iter().sum::<i64>(), count("accepted"));
    for name in ["held", "rejected", "paid", "denied", "pending"] {
        assert!(count(name) > 0, "no chart of 400 is {name}: {report}");
    }
    let parts = ["paid_amount", "adjusted", "patient", "open"].map(|name| money(&report, name));
    assert_eq!(money(&report, "billed"), parts.into_iter().sum());
    assert_eq!(report["balanced"], true);
    worklist_is_complete(data.path()).await;

    let before = everything(data.path()).await;
    let (output, mut again) = demo(data.path(), "400");
    assert!(output.status.success(), "{output:?}");
    again["seconds"] = report["seconds"].clone();
    assert_eq!(again, report);
    assert_eq!(everything(data.path()).await, before);
}

/// Whoever needs a person stands there, with reason and next action, and nobody else.
async fn worklist_is_complete(data: &Path) {
    let store = Store::open(data).await.unwrap();
    let items = store.worklist().await.unwrap();
    let about = |items: &mut dyn Iterator<Item = &Subject>| -> BTreeSet<String> {
        items.map(|subject| subject.id().to_owned()).collect()
    };
    let charts = about(&mut items.iter().filter_map(|one| match &one.item.subject {
        subject @ Subject::Chart(_) => Some(subject),
        _ => None,
    }));
    for chart in &charts {
        assert!(store.held_chart(chart).await.unwrap().is_some(), "{chart}");
    }
    let held = store.counts().await.unwrap().held;
    assert_eq!(charts.len() as i64, held);
    let claims = about(&mut items.iter().filter_map(|one| match &one.item.subject {
        subject @ Subject::Claim(_) => Some(subject),
        _ => None,
    }));
    for account in store.claim_accounts("", 10_000).await.unwrap() {
        let listed = claims.contains(&account.claim);
        match account.state.as_str() {
            "rejected" | "denied" => assert!(listed, "{account:?}"),
            "accepted" => assert!(!listed, "{account:?} has time"),
            _ => {}
        }
        if account.state == "paid" && !listed {
            let postings = store.postings_of(&account.claim).await.unwrap();
            assert!(
                postings
                    .iter()
                    .all(|one| !one.is_reversal() && !one.is_denied())
            );
        }
    }
    for one in &items {
        assert!(!one.item.reason.is_empty() && !one.item.next.is_empty());
        assert!(one.item.due.is_some(), "{one:?}");
    }
}

/// What a second run must not change.
async fn everything(data: &Path) -> (Vec<(String, i64)>, String, String) {
    let store = Store::open(data).await.unwrap();
    (
        store.submission_counts().await.unwrap(),
        format!("{:?}", store.totals().await.unwrap()),
        format!("{:?}", store.claim_accounts("", 10_000).await.unwrap()),
    )
}

/// Real charts that nobody here wrote, where they are at hand, and our own.
#[test]
fn folders_of_charts_go_the_same_way() {
    let data = tempfile::tempdir().unwrap();
    let (output, report) = demo(data.path(), "fixtures/charts/professional");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(report["balanced"], true);
    let corpus = "../shared/corpus/fhir-r4";
    if Path::new(env!("CARGO_MANIFEST_DIR")).join(corpus).exists() {
        let data = tempfile::tempdir().unwrap();
        let (output, report) = demo(data.path(), corpus);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(report["balanced"], true);
        assert!(report["submitted"].as_i64().unwrap() > 0, "{report}");
    }
}
