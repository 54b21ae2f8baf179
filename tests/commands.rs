//! The commands as separate processes on one store, against `claimgate sandbox`: a user's first day, and what goes
//! wrong on it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

fn claimgate(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(args)
        .stdin(Stdio::null());
    command
}

/// Runs to the end: exit code, standard output, standard error.
fn run(args: &[&str]) -> (i32, String, String) {
    told(&claimgate(args).output().unwrap())
}

fn told(output: &Output) -> (i32, String, String) {
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// A command that runs until it is told to stop.
struct Service {
    child: Child,
    /// The first line that it said.
    said: String,
    /// Keeps the pipe open that the rest goes into.
    _stderr: BufReader<std::process::ChildStderr>,
}

impl Service {
    fn start(args: &[&str]) -> Self {
        let mut child = claimgate(args).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        stderr.read_line(&mut said).unwrap();
        Self {
            child,
            said,
            _stderr: stderr,
        }
    }

    fn address(&self) -> SocketAddr {
        let from = self.said.find("127.0.0.1:").unwrap();
        let to = |c: char| c == '/' || c.is_whitespace();
        let rest = &self.said[from..];
        rest[..rest.find(to).unwrap()].parse().unwrap()
    }

    fn signal(&mut self, name: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill").args([name, &id]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The sandbox and the configuration that it writes.
fn sandbox() -> (Service, tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().to_str().unwrap().to_owned();
    let service = Service::start(&["sandbox", "--listen", "127.0.0.1:0", "--out", &out]);
    let config = format!("{out}/claimgate.toml");
    assert!(Path::new(&config).exists(), "{}", service.said);
    (service, directory, config)
}

#[test]
fn a_first_day() {
    let (mut insurer, directory, config) = sandbox();
    let on = |args: &[&str]| run(&[args, &["--config", &config]].concat());

    let (code, out, err) = on(&["payers", "test"]);
    assert_eq!(
        (code, out.as_str()),
        (0, "sandbox: answers; 0 payloads fetched\n"),
        "{err}"
    );
    let (code, out, err) = on(&["submit", "fixtures/charts/professional"]);
    assert_eq!(code, 1, "some charts are held: {out}{err}");
    assert!(err.contains("interchanges sent"), "{err}");
    let (_, _, err) = on(&["work"]);
    assert!(err.contains("remittances posted"), "{err}");
    let (code, out, err) = on(&["status"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("chart held") && out.contains("interchanges acknowledged"),
        "{out}"
    );
    let (code, out, _) = on(&["reconcile", "--format", "json"]);
    let totals: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0, "{totals}");
    let (_, csv, _) = on(&["status", "--format", "csv"]);
    let claim = csv
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .to_owned();
    let (code, out, err) = on(&["status", &claim]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("999: its transaction set was taken"), "{out}");
    assert_eq!(on(&["status", "NOBODY"]).0, 2);
    let (code, out, _) = on(&["migrate"]);
    assert!(code == 0 && out.contains("schema version 3"), "{out}");

    // Nothing more to say, and nothing goes twice.
    let (code, _, err) = on(&["work"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("0 claims queued, 0 interchanges sent"),
        "{err}"
    );

    // A file that is no reply is kept and told.
    let file = directory.path().join("note.txt");
    std::fs::write(&file, "dear biller").unwrap();
    let file = file.to_str().unwrap();
    let (code, _, err) = on(&["ingest", file]);
    assert!(
        code == 1 && err.contains("1 things could not be used"),
        "{err}"
    );
    let (code, _, err) = on(&["ingest", file]);
    assert!(
        code == 0 && err.contains("1 files had come before"),
        "{err}"
    );
    assert!(on(&["status"]).1.contains("reply unusable"));

    // The insurer goes home: asking says so.
    assert_eq!(insurer.signal("-INT"), Some(0));
    let (code, out, _) = on(&["payers", "test", "sandbox"]);
    assert!(code == 1 && out.contains("nothing picked up"), "{out}");
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_service_works_by_itself_and_stops_gently() {
    let (_insurer, _directory, config) = sandbox();
    run(&[
        "submit",
        "fixtures/charts/professional",
        "--config",
        &config,
    ]);
    let mut service = Service::start(&["serve", "--listen", "127.0.0.1:0", "--config", &config]);
    let address = service.address();
    assert!(get(address, "/health").starts_with("HTTP/1.1 200"));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !get(address, "/").contains("chart held") {
        assert!(std::time::Instant::now() < deadline, "no worklist");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // One store, one process.
    let (code, _, err) = run(&["status", "--config", &config]);
    assert!(
        code == 2 && err.contains("in use by another claimgate"),
        "{err}"
    );
    assert_eq!(service.signal("-TERM"), Some(0));
    assert_eq!(run(&["status", "--config", &config]).0, 0);
}

#[test]
fn what_cannot_be_done_is_said_with_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let out = PathBuf::from(data).join("out");
    let out = out.to_str().unwrap();
    for (args, words) in [
        (
            &["serve", "--listen", &taken, "--data", data][..],
            "choose another address",
        ),
        (
            &["sandbox", "--listen", &taken, "--out", out],
            "choose another port",
        ),
        (
            &["sandbox", "--out", "/proc/nowhere"],
            "choose another --out",
        ),
        (&["status", "--data", "/proc/nowhere"], "--data DIR"),
        (&["demo", "--data", "/proc/nowhere"], "choose"),
        (&["demo", "--charts", "nowhere"], "nowhere"),
        (&["ingest", "nowhere.835", "--data", data], "cannot be read"),
        (
            &["payers", "test", "nobody", "--data", data],
            "no such trading partner",
        ),
        (
            &["work", "--config", "/dev/zero", "--data", data],
            "too large",
        ),
        (
            &["work", "--config", "nowhere.toml", "--data", data],
            "cannot be read",
        ),
    ] {
        let (code, _, err) = run(args);
        assert_eq!(code, 2, "{args:?}: {err}");
        assert!(err.contains(words), "{args:?}: {err}");
    }
}

/// `… | head`: the reader has seen enough, and that is no failure.
#[test]
fn a_closed_pipe_is_no_failure() {
    let file = "fixtures/005010X222A1/accepted/office-visits.edi";
    let files = vec![file; 2_000];
    let mut child = claimgate(&[&["check", "--format", "json"], &files[..]].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let (code, _, err) = told(&output);
    assert_eq!((code, err.as_str()), (0, ""));
}

/// Codes are explained from their lists, and an imported list takes the place of ours.
#[test]
fn code_lists_are_shown_explained_and_imported() {
    let (code, out, _) = run(&["explain", "CO-197"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("adjustment-group CO") && out.contains("carc 197"),
        "{out}"
    );
    let (code, _, error) = run(&["explain", "POS", "28"]);
    assert!(code == 2 && error.contains("claimgate codes"), "{error}");

    let data = std::env::temp_dir().join(format!("claimgate-codes-{}", std::process::id()));
    std::fs::create_dir_all(&data).unwrap();
    let file = data.join("pos-2027.csv");
    std::fs::write(
        &file,
        "Code,Name,Effective Date\n12,home,\n28,\"a new place\",1/1/2026\n",
    )
    .unwrap();
    let (data_dir, file) = (data.to_str().unwrap(), file.to_str().unwrap());
    let (code, out, error) = run(&["codes", "import", file, "--data", data_dir]);
    assert!(
        code == 0 && out.contains("place-of-service: 2 codes"),
        "{out}{error}"
    );
    let (_, out, _) = run(&["explain", "POS", "28", "--data", data_dir]);
    assert!(
        out.contains("a new place") && out.contains("from 2026-01-01"),
        "{out}"
    );
    let (_, out, _) = run(&["codes", "--format", "json", "--data", data_dir]);
    assert!(
        out.lines().count() > 30 && out.contains("\"known_by\":\"imported\""),
        "{out}"
    );
    // Office, 11, is in our list and not in the imported one.
    let claims = "fixtures/005010X222A1/accepted/office-visits.edi";
    assert_eq!(run(&["check", claims]).0, 0);
    let (code, out, _) = run(&["check", claims, "--data", data_dir, "--format", "json"]);
    assert!(code == 1 && out.contains("CodeUnknown"), "{out}");
    assert_eq!(
        run(&["check", claims, "--data", data_dir, "--snip", "4"]).0,
        0
    );
    let (code, _, error) = run(&["codes", "import", "Cargo.toml", "--data", data_dir]);
    assert!(code == 2 && error.contains("--list"), "{error}");
    std::fs::remove_dir_all(&data).unwrap();
}
