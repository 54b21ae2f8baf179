//! What must be so in the end, whatever went wrong: compared with what the insurer really has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use claimgate::claim::Money;
use claimgate::exchange::reply;
use claimgate::exchange::submission::State;
use claimgate::gateway::Gateway;
use claimgate::reconcile::Subject;

use super::insurer::Insurer;
use super::{PARTNER, submissions};

/// Whether a reply that the insurer handed out must be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replies {
    Stored,
    /// The road has no word for "stored": what is under way when a process is killed is gone.
    MayBeLost,
}

/// Each claim came to an end or somebody is told, none was taken twice, no number used twice, and the money adds up.
pub(super) async fn hold(
    gateway: &Gateway,
    insurer: &Mutex<Insurer>,
    taken: &BTreeSet<String>,
    replies: Replies,
) -> Result<(), String> {
    control_numbers_are_used_once(&insurer.lock().unwrap())?;
    nothing_is_taken_twice(&insurer.lock().unwrap())?;
    let told = told(gateway).await;
    let states: BTreeMap<String, String> = gateway
        .store
        .claim_accounts("", 100_000)
        .await
        .unwrap()
        .into_iter()
        .map(|one| (one.claim, one.state))
        .collect();
    if let Some(lost) = taken.iter().find(|claim| !states.contains_key(*claim)) {
        return Err(format!("claim {lost} was taken and is gone"));
    }
    let submissions = submissions(gateway).await;
    let mut of = BTreeMap::new();
    for one in &submissions {
        for claim in gateway.store.claims_of(one.id, None).await.unwrap() {
            of.insert(claim, format!("{PARTNER} {}", one.control_number));
        }
    }
    for (claim, state) in &states {
        let is_final = matches!(state.as_str(), "paid" | "denied");
        let is_told = told.contains(claim) || of.get(claim).is_some_and(|one| told.contains(one));
        if !is_final && !is_told {
            return Err(format!("claim {claim} is {state}, and nobody is told"));
        }
    }
    for one in &submissions {
        let arrived = insurer
            .lock()
            .unwrap()
            .arrived
            .contains_key(&one.control_number);
        let state = one.submission.state;
        if matches!(state, State::Sent | State::Acknowledged) && !arrived
            || matches!(state, State::Queued | State::Sending | State::Unknown)
        {
            return Err(format!(
                "interchange {} is {state:?} and arrived: {arrived}",
                one.control_number
            ));
        }
    }
    let totals = gateway.store.totals().await.unwrap();
    if !totals.is_balanced() {
        return Err(format!("money: {totals:?}"));
    }
    if replies == Replies::MayBeLost {
        return Ok(());
    }
    let delivered = insurer.lock().unwrap().delivered.clone();
    for bytes in &delivered {
        if gateway.keep_file("again", bytes).await.unwrap() {
            return Err("a reply that was handed out is not stored".into());
        }
    }
    let (transferred, deposited) = handed_out(&delivered);
    if totals.transferred != transferred || totals.deposited != deposited {
        return Err(format!(
            "money: {totals:?}, remittances {transferred}, deposits {deposited}"
        ));
    }
    Ok(())
}

fn control_numbers_are_used_once(insurer: &Insurer) -> Result<(), String> {
    for (number, arrivals) in &insurer.arrived {
        if arrivals.iter().any(|bytes| *bytes != arrivals[0]) {
            return Err(format!(
                "control number {number} was used for two interchanges"
            ));
        }
        if arrivals.len() > 1 {
            return Err(format!(
                "interchange {number} arrived {} times",
                arrivals.len()
            ));
        }
    }
    Ok(())
}

fn nothing_is_taken_twice(insurer: &Insurer) -> Result<(), String> {
    let mut taken = BTreeMap::<String, u32>::new();
    for &number in insurer.arrived.keys() {
        for (set, claim) in insurer.claims(number) {
            if insurer.taken_sets.contains(&(number, set))
                && let Some(before) = taken.insert(claim.clone(), number)
            {
                return Err(format!(
                    "claim {claim} was taken from interchanges {before} and {number}"
                ));
            }
        }
    }
    Ok(())
}

/// Claims and interchanges that the worklist speaks of.
async fn told(gateway: &Gateway) -> BTreeSet<String> {
    let items = gateway.store.worklist().await.unwrap();
    items
        .into_iter()
        .filter_map(|one| match one.item.subject {
            Subject::Claim(name) | Subject::Submission(name) => Some(name),
            _ => None,
        })
        .collect()
}

/// What the remittances and deposits come to that the insurer handed out whole.
fn handed_out(delivered: &BTreeSet<Vec<u8>>) -> (Money, Money) {
    let (mut transferred, mut deposited) = (Money::ZERO, Money::ZERO);
    for bytes in delivered {
        if claimgate::transaction::eft::is_eft(bytes) {
            let file = claimgate::transaction::eft::read(bytes);
            deposited += file.deposits.iter().map(|one| one.amount).sum::<Money>();
            continue;
        }
        for reply in reply::read(bytes).0 {
            let paid = reply.remittances.iter();
            transferred += paid
                .filter_map(|one| one.remittance.header.amount)
                .sum::<Money>();
        }
    }
    (transferred, deposited)
}
