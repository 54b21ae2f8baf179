//! What clearinghouses call things in their JSON, and where they listen. Nothing but names; fields that are not needed
//! are not read.

use serde::Deserialize;

use crate::payer::{RestAddresses, RestShape};

/// Of the words of a refusal; the first few say enough.
const ERRORS_TOLD_MAX: usize = 3;

/// Addresses by the key of the route's file, and that of a file with `{id}` in it.
pub(super) fn addresses(
    shape: RestShape,
    given: &RestAddresses,
) -> (Vec<(&'static str, String)>, String) {
    let own = match shape {
        RestShape::Stedi => RestAddresses {
            professional_claims: stedi("change/medicalnetwork/professionalclaims/v3"),
            institutional_claims: stedi("change/medicalnetwork/institutionalclaims/v1"),
            dental_claims: stedi("dental-claims"),
            list: Some("https://core.us.stedi.com/2023-08-01/polling/transactions".into()),
            file: Some("https://core.us.stedi.com/2023-08-01/transactions/{id}/input".into()),
            token: None,
        },
        // Nothing else is published: production has addresses of its own.
        RestShape::Optum => RestAddresses {
            professional_claims: optum("medicalnetwork/professionalclaims/v3/raw-x12-submission"),
            institutional_claims: optum("medicalnetwork/institutionalclaims/v1/raw-x12-submission"),
            dental_claims: None,
            list: optum("medicalnetwork/reports/v2/"),
            file: optum("medicalnetwork/reports/v2/{id}"),
            token: optum("apip/auth/sntl/v1/token"),
        },
    };
    let or = |given: &Option<String>, own: Option<String>| given.clone().or(own);
    let named = [
        (
            "professional_claims",
            or(&given.professional_claims, own.professional_claims),
        ),
        (
            "institutional_claims",
            or(&given.institutional_claims, own.institutional_claims),
        ),
        ("dental_claims", or(&given.dental_claims, own.dental_claims)),
        ("list", or(&given.list, own.list)),
        ("token", or(&given.token, own.token)),
    ];
    let named = named
        .into_iter()
        .filter_map(|(key, address)| Some((key, address?)));
    (
        named.collect(),
        or(&given.file, own.file).unwrap_or_default(),
    )
}

fn stedi(claims: &str) -> Option<String> {
    let base = "https://healthcare.us.stedi.com/2024-04-01";
    Some(format!("{base}/{claims}/raw-x12-submission"))
}

fn optum(path: &str) -> Option<String> {
    Some(format!("https://sandbox-apigw.optum.com/{path}"))
}

/// The answer to claims.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Submission {
    status: Option<String>,
    errors: Option<Vec<SubmissionError>>,
    claim_reference: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SubmissionError {
    code: Option<String>,
    description: Option<String>,
}

/// What an answer to claims says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Taken,
    Refused { code: String, message: String },
    Nothing,
}

impl Submission {
    pub(super) fn said(self) -> Said {
        let errors = self.errors.unwrap_or_default();
        let status = self.status.unwrap_or_default();
        let is_error = ["ERROR", "EDITS", "FAILURE"]
            .iter()
            .any(|word| status.eq_ignore_ascii_case(word));
        if errors.is_empty() && !is_error {
            return match status.eq_ignore_ascii_case("SUCCESS") || self.claim_reference.is_some() {
                true => Said::Taken,
                false => Said::Nothing,
            };
        }
        let code = errors.iter().find_map(|error| error.code.clone());
        let words = errors.into_iter().filter_map(|error| error.description);
        let words: Vec<String> = words.take(ERRORS_TOLD_MAX).collect();
        Said::Refused {
            code: code.unwrap_or(status),
            message: words.join("; "),
        }
    }
}

/// A page of transactions, oldest first.
#[derive(Debug, Deserialize)]
pub(super) struct Listing {
    #[serde(default)]
    pub(super) items: Vec<Item>,
    #[serde(default, rename = "nextPageToken")]
    pub(super) next: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Item {
    #[serde(rename = "transactionId")]
    pub(super) id: String,
    #[serde(default)]
    direction: String,
    #[serde(default)]
    x12: X12,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct X12 {
    metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    transaction: Transaction,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Transaction {
    transaction_set_identifier: String,
}

impl Item {
    pub(super) fn is_for_us(&self) -> bool {
        self.direction == "INBOUND"
    }

    /// ST01.
    pub(super) fn set(&self) -> &str {
        &self.x12.metadata.transaction.transaction_set_identifier
    }
}

/// Where a file is fetched.
#[derive(Debug, Deserialize)]
pub(super) struct Elsewhere {
    #[serde(rename = "documentDownloadUrl")]
    pub(super) address: String,
}

/// What a mailbox holds.
#[derive(Debug, Deserialize)]
pub(super) struct Mailbox {
    #[serde(default)]
    pub(super) reports: Vec<String>,
}

/// A file of a mailbox.
#[derive(Deserialize)]
pub(super) struct Report {
    #[serde(rename = "report_content")]
    pub(super) content: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let said = |json: &str| serde_json::from_str::<Submission>(json).unwrap().said();
        assert_eq!(said(r#"{"status":"SUCCESS","errors":null}"#), Said::Taken);
        assert_eq!(
            said(r#"{"claimReference":{"x":1},"errors":[]}"#),
            Said::Taken
        );
        assert_eq!(said("{}"), Said::Nothing);
        let refused = |code: &str, message: &str| Said::Refused {
            code: code.into(),
            message: message.into(),
        };
        assert_eq!(
            said(
                r#"{"status":"SUCCESS","errors":[{"code":"33","description":"bad"},{"description":"worse"}]}"#
            ),
            refused("33", "bad; worse")
        );
        assert_eq!(said(r#"{"status":"EDITS"}"#), refused("EDITS", ""));
    }
}
