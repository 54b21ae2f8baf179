//! Passwords and keys of ours: they come from environment variables, and no file or message holds them.

use super::SetupError;

/// The secret in the environment variable that a partner's file names by `key`.
pub(super) fn secret(key: &str, variable: &str) -> Result<String, SetupError> {
    std::env::var(variable).map_err(|_| {
        SetupError(format!(
            "the environment variable {variable} ({key}) is not set: set it to what the partner has given us"
        ))
    })
}
