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
fn a_payer_is_billed_whatever_the_chart_names() {
    let dir = tempfile::tempdir().unwrap();
    let chart = "fixtures/charts/professional/held-unknown-payer.json";
    assert_eq!(code(&translate(chart, dir.path(), &[])), 1);
    let output = translate(chart, dir.path(), &["--payer", "sandbox"]);
    assert_eq!(code(&output), 0, "{output:?}");
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

/// A day's NDJSON for two payers who take little at once: charts of their own, one twice, one that bills another's services, one whose
/// claim our own check refuses, one that is no JSON. Reports come in the order of the lines.
#[test]
fn limits_hold_and_threads_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let payers = dir.path().join("payers");
    std::fs::create_dir(&payers).unwrap();
    let sandbox = std::fs::read_to_string("config/payers/sandbox.toml").unwrap();
    let small = sandbox
        .replace("claims_per_set = 5000", "claims_per_set = 3")
        .replace("sets_per_interchange = 10", "sets_per_interchange = 2");
    std::fs::write(payers.join("sandbox.toml"), &small).unwrap();
    let other = small
        .replace("id = \"sandbox\"", "id = \"other\"")
        .replace("Sandbox Health Plan", "Other Plan")
        .replace("\"99999\"", "\"77777\"");
    std::fs::write(payers.join("other.toml"), other).unwrap();
    let practice = std::fs::read_to_string("config/sandbox-practice.toml").unwrap();
    let practice: toml::Table = practice.parse().unwrap();
    let config = toml::Table::from_iter([("billing".to_owned(), practice.into())]);
    std::fs::write(dir.path().join("claimgate.toml"), config.to_string()).unwrap();

    let visit = std::fs::read_to_string("fixtures/charts/professional/office-visit.json").unwrap();
    let visit: serde_json::Value = serde_json::from_str(&visit).unwrap();
    let mut lines = Vec::new();
    for number in 0..21 {
        let mut chart = visit.clone();
        // The last bills what V-18 does.
        chart["coverages"][0]["member_id"] = format!("SHP{}", number.min(18)).into();
        chart["id"] = format!("V-{number}").into();
        if number % 4 == 3 {
            chart["coverages"][0]["payer"]["id"] = "77777".into();
        }
        match number {
            5 => chart["id"] = "V-4".into(),
            7 => chart["coverages"][0]["filing_code"] = "MB".into(),
            0 | 1 => chart["submission"]["patient_control_number"] = "V-0".into(),
            _ => {}
        }
        lines.push(chart.to_string());
    }
    lines[9] = "{\"id\":".into();
    let source = dir.path().join("day.ndjson");
    std::fs::write(&source, lines.join("\n")).unwrap();

    let run = |threads: &str| {
        let out = dir.path().join(threads);
        let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
            .args([
                "translate",
                source.to_str().unwrap(),
                "--format",
                "json",
                "--config",
            ])
            .arg(dir.path().join("claimgate.toml"))
            .arg("--out")
            .arg(&out)
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        assert_eq!(
            code(&output),
            1,
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let mut files: Vec<_> = std::fs::read_dir(&out)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        files.sort();
        let claims = |file: &std::path::PathBuf| {
            let text = std::fs::read_to_string(file).unwrap();
            let name = file.file_name().unwrap().to_str().unwrap();
            format!("{name} {}", text.matches("~CLM*").count())
        };
        let counts: Vec<String> = files.iter().map(claims).collect();
        (String::from_utf8(output.stdout).unwrap(), counts)
    };
    let (told, files) = run("1");
    for threads in ["2", "5"] {
        assert_eq!(run(threads), (told.clone(), files.clone()));
    }
    let reports: Vec<serde_json::Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let held: Vec<String> = reports
        .iter()
        .filter(|report| report["verdict"] == "held")
        .map(|report| {
            let findings = report["findings"].as_array().unwrap();
            let last = findings.last().unwrap();
            let [chart, code, path] = [&report["chart"], &last["code"], &last["path"]];
            [chart, code, path]
                .map(|one| one.as_str().unwrap())
                .join(" ")
        })
        .collect();
    let numbers = |report: &serde_json::Value| report["claims"][0] == "V-0";
    assert!(numbers(&reports[0]) && !numbers(&reports[1]));
    let order: Vec<&str> = reports
        .iter()
        .map(|one| one["chart"].as_str().unwrap())
        .collect();
    assert_eq!(order[..6], ["V-0", "V-1", "V-2", "V-3", "V-4", "V-4"]);
    let expected = [
        "V-4 ChartDuplicate /id",
        "V-7 ClaimRefused /coverages/0/member_id",
        "day.ndjson line 10 ChartSyntax ",
        "V-20 ServiceDuplicate /procedures/0",
    ];
    assert_eq!(held, expected);
    let expected = [
        "other-000000001.837 4",
        "sandbox-000000001.837 6",
        "sandbox-000000002.837 6",
        "sandbox-000000003.837 1",
    ];
    assert_eq!(files, expected);
}

/// The schema that is printed takes every native chart that we have, and no field that it does not know.
#[test]
fn the_schema_takes_what_is_read() {
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(["translate", "--schema"])
        .output()
        .unwrap();
    assert_eq!(code(&output), 0);
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut seen = 0;
    for kind in ["professional", "institutional", "dental"] {
        for file in std::fs::read_dir(format!("fixtures/charts/{kind}")).unwrap() {
            let file = file.unwrap().path();
            let text = std::fs::read(&file).unwrap();
            let Ok(mut chart) = serde_json::from_slice::<serde_json::Value>(&text) else {
                continue;
            };
            if chart.get("resourceType").is_some() {
                continue;
            }
            let told: Vec<String> = schema
                .iter_errors(&chart)
                .map(|error| error.instance_path().to_string())
                .collect();
            assert!(told.is_empty(), "{}: {told:?}", file.display());
            chart["patient"]["colour"] = "blue".into();
            assert!(!schema.is_valid(&chart), "{}", file.display());
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}
