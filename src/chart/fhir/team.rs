//! Who did what: care team, participants and referral become the chart's providers. It must not know whom a payer
//! wants named.

use super::bundle::{Bundle, Node};
use super::draft::Draft;
use super::{codes, people};
use crate::chart::{Provider, Providers};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Rendering,
    Referring,
    Ordering,
    Supervising,
    PrimaryCare,
    Attending,
    Operating,
    OtherOperating,
    /// One that no claim for a visit names, such as an assistant.
    Other,
}

/// One of a care team.
pub(super) struct Member {
    /// How lines refer to it.
    pub(super) sequence: Option<u64>,
    pub(super) role: Role,
    pub(super) provider: Provider,
    pub(super) path: String,
}

/// The care team of a request; the first in each role stands for the whole chart.
pub(super) fn of_request(
    draft: &mut Draft,
    bundle: &Bundle,
    request: &Node,
    providers: &mut Providers,
) -> Vec<Member> {
    let entries = draft.list(request, "careTeam");
    let mut members = Vec::new();
    for entry in &entries {
        let Some(reference) = entry.get("provider") else {
            continue;
        };
        let role = role(entry, entries.len());
        let provider = match slot(providers, role) {
            Some((slot @ None, name)) => {
                let pointer = format!("/providers/{name}");
                *slot = people::provider(draft, bundle, &reference, &pointer);
                complete(draft, entry, slot.as_mut());
                slot.clone()
            }
            _ => {
                let read = |draft: &mut Draft| people::provider(draft, bundle, &reference, "");
                let mut provider = draft.aside(read);
                complete(draft, entry, provider.as_mut());
                provider
            }
        };
        if let Some(provider) = provider {
            members.push(Member {
                sequence: draft.number(entry, "sequence"),
                role,
                provider,
                path: entry.path.clone(),
            });
        }
    }
    members
}

/// The taxonomy that somebody acted under.
fn complete(draft: &mut Draft, entry: &Node, provider: Option<&mut Provider>) {
    if let Some(provider) = provider
        && let Some(concept) = entry.get("qualification")
        && let Some(code) = codes::taxonomy(draft, &concept)
    {
        provider.taxonomy = Some(code);
    }
}

/// A care team provided what is billed; the primary one of it, or the only one, rendered it.
fn role(entry: &Node, count: usize) -> Role {
    let is = |wanted: &[&str]| codes::has(entry, "role", wanted);
    if entry.get("role").is_none() {
        return if count == 1 {
            Role::Rendering
        } else {
            Role::Other
        };
    }
    if is(&["rendering", "performing", "primary"]) {
        Role::Rendering
    } else if is(&["referring", "referrer"]) {
        Role::Referring
    } else if is(&["ordering"]) {
        Role::Ordering
    } else if is(&["supervising", "supervisor"]) {
        Role::Supervising
    } else if is(&["attending"]) {
        Role::Attending
    } else if is(&["operating"]) {
        Role::Operating
    } else if is(&["otheroperating"]) {
        Role::OtherOperating
    } else if is(&["pcp"]) {
        Role::PrimaryCare
    } else {
        Role::Other
    }
}

fn slot(providers: &mut Providers, role: Role) -> Option<(&mut Option<Provider>, &'static str)> {
    match role {
        Role::Rendering => Some((&mut providers.rendering, "rendering")),
        Role::Referring => Some((&mut providers.referring, "referring")),
        Role::Ordering => Some((&mut providers.ordering, "ordering")),
        Role::Supervising => Some((&mut providers.supervising, "supervising")),
        Role::PrimaryCare => Some((&mut providers.primary_care, "primary_care")),
        Role::Attending => Some((&mut providers.attending, "attending")),
        Role::Operating => Some((&mut providers.operating, "operating")),
        Role::OtherOperating => Some((&mut providers.other_operating, "other_operating")),
        Role::Other => None,
    }
}

/// Who performed an encounter, where nobody else is said to have rendered it: its primary performer, its attender,
/// or the only one there was.
pub(super) fn of_encounter(
    draft: &mut Draft,
    bundle: &Bundle,
    encounter: &Node,
    providers: &mut Providers,
) {
    let participants: Vec<Node> = draft
        .list(encounter, "participant")
        .into_iter()
        .filter(|participant| participant.get("individual").is_some())
        .collect();
    let in_role = |code: &'static str| {
        let mut them = participants
            .iter()
            .filter(move |one| codes::has(one, "type", &[code]));
        them.next().filter(|_| them.next().is_none())
    };
    let only = || match &participants[..] {
        [only] if only.get("type").is_none() => Some(only),
        _ => None,
    };
    let performer = in_role("PPRF").or_else(|| in_role("ATND")).or_else(only);
    if providers.rendering.is_none()
        && let Some(reference) = performer.and_then(|one| one.get("individual"))
    {
        providers.rendering = people::provider(draft, bundle, &reference, "/providers/rendering");
    }
    if providers.referring.is_none()
        && let Some(reference) = in_role("REF").and_then(|one| one.get("individual"))
    {
        providers.referring = people::provider(draft, bundle, &reference, "/providers/referring");
    }
}

/// Who asked for it: the requester of the referral, unless that is who rendered it.
pub(super) fn of_referral(
    draft: &mut Draft,
    bundle: &Bundle,
    referral: &Node,
    providers: &mut Providers,
) {
    let Some(reference) = referral.get("requester") else {
        return;
    };
    let read = |draft: &mut Draft| people::provider(draft, bundle, &reference, "");
    let requester = draft.aside(read);
    if providers.referring.is_none() && requester != providers.rendering && requester.is_some() {
        providers.referring = people::provider(draft, bundle, &reference, "/providers/referring");
    }
}
