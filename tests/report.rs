//! `claimgate check` as people and scripts read it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const GOOD: &str = "fixtures/005010X222A1/accepted/office-visits.edi";

/// Runs on standard input: exit code, standard output, standard error.
fn check(args: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("check")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap_or(-1),
        text(output.stdout),
        text(output.stderr),
    )
}

fn good() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(GOOD)).unwrap()
}

#[test]
fn a_finding_is_a_block() {
    let broken = good().replace("DMG*D8*19800214", "DMG*D8*19801399");
    let (code, out, _) = check(&["-"], &broken);
    assert_eq!(code, 1);
    assert_eq!(
        out,
        "standard input: rejected, 1 transaction set, 50 segments, 1 error, 0 warnings\n\
         \n\
         error[ElementDate]: not a date\n  \
           --> standard input: set 0001, segment 17, loop 2010BA Subscriber, DMG02\n   \
           |\n   \
           | DMG*xx*xxxxxxxx*x\n   \
           |        ^^^^^^^^\n   \
           = Birth date, expected the format D8\n   \
           = help: Write dates as CCYYMMDD, ranges as CCYYMMDD-CCYYMMDD, and check that the day exists.\n\n"
    );
    let (_, out, _) = check(&["--show-values", "-"], &broken);
    assert!(out.contains("   | DMG*D8*19801399*F\n"), "{out}");
}

#[test]
fn one_kind_is_told_a_few_times() {
    let line = "SV1*HC:87880*30*UN*1***1~\n";
    let many = good().replace(line, &(line.to_owned() + &"PWK*CT*ZZ~\n".repeat(9)));
    let (_, out, _) = check(&["-"], &many);
    assert_eq!(out.matches("error[ElementCode]").count(), 3, "{out}");
    let others = "   = … and 6 more of this kind, at set 0001, segments 32, 33, 34, 35, 36, 37\n";
    assert!(out.contains(others), "{out}");
}

#[test]
fn many_files_end_in_a_table() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b.edi"), good()).unwrap();
    fs::write(
        folder.path().join("a.edi"),
        good().replace("CLM*CG0001*150*", "CLM*CG0001*1*"),
    )
    .unwrap();
    fs::write(folder.path().join(".hidden"), "").unwrap();
    let folder = folder.path().to_str().unwrap();
    let (code, out, err) = check(&["nowhere.edi", folder], "");
    assert_eq!(code, 2, "one file could not be read");
    assert!(err.contains("cannot read nowhere.edi"), "{err}");
    let table: Vec<String> = out
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("file "))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        table,
        [
            "file verdict sets segments errors warnings",
            &format!("{folder}/a.edi rejected 1 50 1 0"),
            &format!("{folder}/b.edi accepted 1 50 0 0"),
        ]
    );
    let empty = tempfile::tempdir().unwrap();
    let (code, _, err) = check(&[empty.path().to_str().unwrap()], "");
    assert!(code == 2 && err.contains("no files there"), "{err}");
}

#[test]
fn an_object_a_file() {
    let broken = good().replace("CLM*CG0001*150*", "CLM*CG0001*1*");
    let (code, out, _) = check(&["--format", "json", "nowhere.edi", "-", GOOD], &broken);
    assert_eq!(code, 2);
    let objects: Vec<serde_json::Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), 2);
    let keys = |value: &serde_json::Value| {
        let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys.join(" ")
    };
    assert_eq!(
        keys(&objects[0]),
        "file findings segments transactions verdict"
    );
    assert_eq!(
        keys(&objects[0]["findings"][0]),
        "code component element group help interchange loop message position segment severity snip transaction"
    );
    assert_eq!(objects[1]["findings"], serde_json::json!([]));
}

/// What a receiver would answer: the claim in error by its number, its data with consent only; other claims are taken.
#[test]
fn answers_on_standard_output() {
    let broken = good().replace(
        "DTP*472*RD8*20261104-20261105",
        "DTP*472*RD8*20261105-20261104",
    );
    let (code, out, _) = check(&["--format", "999", "-"], &broken);
    assert_eq!(code, 1);
    assert!(
        out.contains("IK3*DTP*45*2400*8~CTX*CLM01:CG0002~IK4*3*1251*8~IK5*R*5~AK9*R*1*1*0~"),
        "{out}"
    );
    let (_, out, _) = check(&["--format", "999", "--show-values", "-"], &broken);
    assert!(out.contains("IK4*3*1251*8*20261105-20261104~"), "{out}");
    let (code, out, _) = check(&["--format", "277ca", "-"], &broken);
    assert_eq!(code, 1);
    assert!(out.contains("TRN*2*CG0001~STC*A2:20:PR*"), "{out}");
    assert!(out.contains("TRN*2*CG0002~STC*A7:187*"), "{out}");
    let remittance = "fixtures/005010X221A1/accepted/payment-and-denial.edi";
    let (code, out, err) = check(&["--format", "277ca", remittance], "");
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(err.contains("nothing to answer"), "{err}");
}
