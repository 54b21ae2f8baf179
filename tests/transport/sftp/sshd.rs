//! OpenSSH's own server on loopback, as a child of the test, with a directory to log in to and a key that is let in.

use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use claimgate::payer::{Route, SftpRoute};
use claimgate::transport::Transport;

const SSHD: &str = "/usr/sbin/sshd";
const HELLO_TIME_MAX: Duration = Duration::from_secs(2);

/// A running server. Its login directory holds `out` and `in`.
pub(super) struct Sshd {
    directory: tempfile::TempDir,
    child: Option<Child>,
    pub(super) port: u16,
}

impl Sshd {
    /// `None` where there is no sshd on this machine; `tests/run` installs it and then insists.
    pub(super) fn start() -> Option<Self> {
        Self::start_with("", "")
    }

    /// With options of the SFTP server, and shell commands before it starts.
    pub(super) fn start_with(options: &str, before: &str) -> Option<Self> {
        Self::start_with_lines(options, before, "")
    }

    pub(super) fn start_with_lines(options: &str, before: &str, lines: &str) -> Option<Self> {
        if !Path::new(SSHD).exists() {
            let insist = std::env::var_os("CLAIMGATE_NEEDS_SSHD").is_some();
            assert!(!insist, "{SSHD} is missing: apt-get install openssh-server");
            println!("not tested: {SSHD} is missing (apt-get install openssh-server)");
            return None;
        }
        // Run by root it wants this directory; for others there is nothing to do.
        let _ = fs::create_dir_all("/run/sshd");
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for name in ["home/out", "home/in"] {
            fs::create_dir_all(path(name)).unwrap();
        }
        for name in ["host", "client", "stranger"] {
            make_key(&path(name), "");
        }
        fs::copy(path("client.pub"), path("authorized")).unwrap();
        let port = free_port();
        let base = directory.path().display();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {base}/host\nAuthorizedKeysFile {base}/authorized\n\
             PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nLogLevel VERBOSE\n{lines}\n\
             Subsystem sftp internal-sftp -d {base}/home {options}\n"
        );
        fs::write(path("config"), config).unwrap();
        let log = fs::File::create(path("log")).unwrap();
        let child = Command::new("sh")
            .arg("-c")
            .arg(format!("{before}exec {SSHD} -D -e -f {base}/config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self {
            directory,
            child: Some(child),
            port,
        };
        server.wait();
        Some(server)
    }

    fn wait(&self) {
        for _ in 0..200 {
            let mut hello = [0; 4];
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port))
                && stream.set_read_timeout(Some(HELLO_TIME_MAX)).is_ok()
                && stream.read_exact(&mut hello).is_ok()
                && hello == *b"SSH-"
            {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("sshd does not listen: {}", self.log());
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// Our way in, with the server's key pinned.
    pub(super) fn route(&self) -> SftpRoute {
        SftpRoute {
            port: self.port,
            key: Some(self.path("client")),
            host_keys: vec![fs::read_to_string(self.path("host.pub")).unwrap()],
            request_timeout_seconds: 5,
            connect_timeout_seconds: 5,
            ..SftpRoute::new("127.0.0.1", &user(), "out", &["in"])
        }
    }

    pub(super) fn client(&self) -> Transport {
        self.client_with(|_| {})
    }

    /// With a route that is changed first.
    pub(super) fn client_with(&self, change: impl FnOnce(&mut SftpRoute)) -> Transport {
        let mut route = self.route();
        change(&mut route);
        Transport::open(&Route::Sftp(route)).unwrap()
    }

    pub(super) fn offer(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path("home/in").join(name), bytes).unwrap();
    }

    /// What stands in a directory: names and bytes of its files.
    pub(super) fn files(&self, directory: &str) -> Vec<(String, Vec<u8>)> {
        super::super::contract::files(&self.path("home").join(directory))
    }

    /// Kills the server and the processes of its connections, as a machine that loses power.
    pub(super) fn crash(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let mut doomed = vec![child.id()];
        while let Some(id) = doomed.pop() {
            doomed.extend(children(id));
            let _ = Command::new("kill")
                .args(["-KILL", &id.to_string()])
                .stderr(Stdio::null())
                .status();
        }
        let _ = child.wait();
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.crash();
    }
}

/// Below the ports that the kernel gives to clients: a client that tries a port where nobody listens yet could be given
/// that very port, and would talk to itself.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let base = 20_000 + (std::process::id() % 100) as u16 * 100;
    loop {
        let port = base + NEXT.fetch_add(1, Ordering::Relaxed) % 10_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn children(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id: &u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // pid (name) state ppid
        let rest = stat.rsplit(')').next().unwrap_or_default();
        rest.split_whitespace().nth(1) == Some(&parent.to_string())
    })
    .collect()
}

fn user() -> String {
    let id = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(id.stdout).unwrap().trim().to_owned()
}

/// A key pair made by OpenSSH.
pub(super) fn make_key(path: &Path, password: &str) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", password, "-f"])
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success());
}
