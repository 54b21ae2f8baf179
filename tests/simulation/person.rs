//! The person who asks the insurer, by telephone, what nobody else can find out, and says it truthfully.

use std::sync::Mutex;

use claimgate::exchange::submission::State;
use claimgate::gateway::{Gateway, Settlement};

use super::insurer::Insurer;
use super::{PARTNER, submissions};

/// Settles what is in doubt, and lets go again what is stuck.
pub(super) async fn settle(gateway: &Gateway, insurer: &Mutex<Insurer>) -> Vec<String> {
    let mut said = Vec::new();
    for one in submissions(gateway).await {
        let arrived = insurer
            .lock()
            .unwrap()
            .arrived
            .contains_key(&one.control_number);
        let settlement = match one.submission.state {
            State::Unknown if arrived => Settlement::Arrived,
            State::Unknown => Settlement::NotArrived,
            State::Queued if one.submission.attempts > 3 => Settlement::Again,
            State::Rejected if !arrived => Settlement::Again,
            _ => continue,
        };
        let settled = gateway.settle(PARTNER, one.control_number, settlement);
        let settled = settled.await.unwrap();
        said.push(format!(
            "{} {settlement:?}: {settled:?}",
            one.control_number
        ));
    }
    said
}
