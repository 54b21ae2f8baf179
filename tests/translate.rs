//! `claimgate translate` as a user runs it: exit codes, reports, and what stands in the directory afterwards.

use std::path::Path;
use std::process::{Command, Output};

fn translate(chart: &str, out: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["translate", chart, "--out"])
        .arg(out)
        .args(more)
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn charts_become_interchanges_and_a_report() {
    let dir = tempfile::tempdir().unwrap();
    let output = translate("fixtures/charts", dir.path(), &["--format", "json"]);
    assert_eq!(code(&output), 1, "some of the fixtures are held");
    let reports: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut claims = 0;
    for report in &reports {
        let numbers = report["claims"].as_array().unwrap();
        assert_eq!(report["verdict"] == "held", numbers.is_empty(), "{report}");
        claims += numbers.len();
    }
    // One interchange a kind of claim.
    let files = [1, 2, 3].map(|number| dir.path().join(format!("sandbox-{number:09}.837")));
    let written = files
        .each_ref()
        .map(|file| std::fs::read_to_string(file).unwrap());
    assert_eq!(written.concat().matches("~CLM*").count(), claims);
    let checked = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .arg("check")
        .args(&files)
        .output()
        .unwrap();
    assert_eq!(code(&checked), 0);
}

#[test]
fn one_good_chart_is_no_finding() {
    let dir = tempfile::tempdir().unwrap();
    let output = translate(
        "fixtures/charts/professional/office-visit.json",
        dir.path(),
        &["--payer", "sandbox"],
    );
    assert_eq!(code(&output), 0);
}

#[test]
fn what_cannot_be_done_is_said_and_is_exit_2() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("claimgate.toml");
    std::fs::write(&config, "colour = 1").unwrap();
    let config = config.to_str().unwrap();
    let check = |chart: &str, out: &Path, more: &[&str], expected: &str| {
        let output = translate(chart, out, more);
        let told = String::from_utf8(output.stderr.clone()).unwrap();
        assert!(code(&output) == 2 && told.contains(expected), "{told}");
    };
    let chart = "fixtures/charts/professional/office-visit.json";
    check(
        "no-such-file.json",
        dir.path(),
        &[],
        "no-such-file.json: cannot be read",
    );
    check(
        chart,
        Path::new("/proc/nowhere"),
        &[],
        "choose another --out",
    );
    check(chart, dir.path(), &["--payer", "nobody"], "add nobody.toml");
    check(
        chart,
        dir.path(),
        &["--config", config],
        "unknown field `colour`",
    );
}
