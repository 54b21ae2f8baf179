//! Places where a test may kill the process, to prove that nothing is lost or doubled there. Release builds have none.

/// Kills this process without warning, as SIGKILL does, if `CLAIMGATE_KILL_AT` names this place.
pub(super) fn point(_name: &str) {
    #[cfg(debug_assertions)]
    if std::env::var("CLAIMGATE_KILL_AT").is_ok_and(|place| place == _name) {
        let id = std::process::id().to_string();
        let _ = std::process::Command::new("kill")
            .args(["-KILL", &id])
            .status();
        // The signal may take a moment.
        std::thread::sleep(std::time::Duration::from_secs(10));
    }
}
