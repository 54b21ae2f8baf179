//! Superbills: a practice's CSV and its mapping become claims, or findings by row and column.

use std::process::Command;

/// What a command prints, and its code.
fn run(args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// Chart, verdict, and the codes and paths of findings beside the practice's part.
fn translate(name: &str) -> Vec<String> {
    let out = tempfile::tempdir().unwrap();
    let (csv, mapping) = (
        format!("fixtures/superbills/{name}.csv"),
        format!("fixtures/superbills/{name}.toml"),
    );
    let out = out.path().to_str().unwrap();
    let args = [
        "translate",
        &csv,
        "--mapping",
        &mapping,
        "--out",
        out,
        "--format",
        "json",
    ];
    let (_, told) = run(&args);
    let reports = told.lines().filter(|line| line.starts_with('{'));
    reports
        .map(|line| {
            let report: serde_json::Value = serde_json::from_str(line).unwrap();
            let findings = report["findings"].as_array().unwrap().iter();
            let findings = findings.filter(|one| one["code"] != "ProviderFromConfig");
            let findings: Vec<String> = findings
                .map(|one| format!("{} {}", one["code"], one["path"]).replace(['"', '\\'], ""))
                .collect();
            let [chart, verdict] = ["chart", "verdict"].map(|key| report[key].as_str().unwrap());
            format!("{chart} {verdict}: {}", findings.join("; "))
        })
        .collect()
}

#[test]
fn superbills_become_claims_or_findings_by_row() {
    assert_eq!(
        translate("services"),
        [
            "B-100 translated: SuperbillRepaired row 2, column Zip; SuperbillRepaired row 3, column Zip; SuperbillUnused row 1",
            "B-101 translated: ",
            "B-102 held: SuperbillValue row 7, column Member ID; SuperbillValue row 7, column DOB; SuperbillValue row 7, column Charge; MemberIdFromConfig row 7, column Member ID; BirthDateMissing row 7, column DOB; ChargeMissing row 7",
            "B-103 held: SuperbillConflict row 9, column Sex",
        ]
    );
    assert_eq!(
        translate("dental"),
        [
            "SB991 translated: TextRepaired row 2, column Vorname",
            "SB992 translated: TextRepaired row 3, column Vorname",
        ]
    );
}

#[test]
fn a_superbill_needs_a_mapping_and_gets_a_guess() {
    let csv = "fixtures/superbills/services.csv";
    let out = tempfile::tempdir().unwrap();
    let out = out.path().to_str().unwrap();
    let (code, told) = run(&["translate", csv, "--out", out]);
    assert!(
        code == Some(1) && told.contains("--guess-mapping"),
        "{told}"
    );
    let (code, told) = run(&["translate", "--guess-mapping", csv]);
    assert!(
        code == Some(0) && told.contains("\"procedures/*/code\" = \"CPT\""),
        "{told}"
    );
    let chart = "fixtures/charts/professional/office-visit.json";
    let (code, told) = run(&["translate", csv, "--out", out, "--mapping", chart]);
    assert!(code == Some(2) && told.contains("is no mapping"), "{told}");
    let mapping = "fixtures/superbills/services.toml";
    let (code, told) = run(&["translate", chart, "--out", out, "--mapping", mapping]);
    assert!(code == Some(0), "{told}");
}
