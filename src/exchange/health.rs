//! Whether a partner's route may be tried: a fold over how the last attempts on it went. It must not try, store or read
//! a clock.
//!
//! A route that fails rests, so that an outage costs one doubtful interchange and not a hundred, and so that a wrong
//! password does not lock us out for good.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::submission::{FIRST_WAIT_SECONDS, Spread};

const LONGEST_REST_SECONDS: i64 = 30 * 60;
/// Waystar black-lists an address after 5 refused logins; a person may need the others.
const LOGINS_REFUSED_MAX: u32 = 2;

/// What a route is used for: a partner may take claims and fail to hand out answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Sending,
    Fetching,
}

/// How a route does, in both uses. The default is that of one which was never tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteHealth {
    sending: Health,
    fetching: Health,
}

/// How a route does in one use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Attempts in a row that failed.
    pub failures: u32,
    /// Logins in a row that were refused.
    pub logins_refused: u32,
    /// When the last attempt failed.
    pub since: Option<Timestamp>,
    /// Why it failed.
    pub reason: String,
}

/// When a route may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    Now,
    /// Not before this moment.
    From(Timestamp),
    /// Not before a person has mended the login and tried it.
    Person,
}

/// How an attempt on a route went, as far as the route goes.
#[derive(Debug, Clone, Copy)]
pub enum Went<'a> {
    /// The partner answered, whatever it said.
    Answered,
    /// The partner was not reached, or it is not known what it did.
    Failed(&'a str),
    /// The partner does not let us in.
    LoginRefused(&'a str),
}

impl RouteHealth {
    /// Takes note of an attempt. A login is the same for both uses.
    pub fn note(&mut self, used: Use, went: Went<'_>, at: Timestamp) {
        match went {
            Went::Answered => {
                *self.of_mut(used) = Health::default();
                self.sending.logins_refused = 0;
                self.fetching.logins_refused = 0;
            }
            Went::Failed(reason) => self.of_mut(used).failed(at, reason),
            Went::LoginRefused(reason) => {
                for health in [&mut self.sending, &mut self.fetching] {
                    health.logins_refused += 1;
                    health.failed(at, reason);
                }
            }
        }
    }

    pub fn of(&self, used: Use) -> &Health {
        match used {
            Use::Sending => &self.sending,
            Use::Fetching => &self.fetching,
        }
    }

    fn of_mut(&mut self, used: Use) -> &mut Health {
        match used {
            Use::Sending => &mut self.sending,
            Use::Fetching => &mut self.fetching,
        }
    }
}

impl Health {
    fn failed(&mut self, at: Timestamp, reason: &str) {
        self.failures += 1;
        self.since = Some(at);
        reason.clone_into(&mut self.reason);
    }

    pub fn availability(&self, now: Timestamp, spread: Spread) -> Availability {
        let Some(since) = self.since else {
            return Availability::Now;
        };
        if self.logins_refused >= LOGINS_REFUSED_MAX {
            return Availability::Person;
        }
        let doublings = self.failures.saturating_sub(1).min(20);
        let seconds = (FIRST_WAIT_SECONDS << doublings).min(LONGEST_REST_SECONDS);
        let rest = spread.over(SignedDuration::from_secs(seconds));
        match since.saturating_add(rest) {
            Ok(until) if until > now => Availability::From(until),
            _ => Availability::Now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_route_rests_longer_each_time_and_is_well_after_one_answer() {
        let mut health = RouteHealth::default();
        let mut rests = Vec::new();
        for _ in 0..7 {
            health.note(Use::Sending, Went::Failed("down"), second(0));
            match health
                .of(Use::Sending)
                .availability(second(0), Spread::NONE)
            {
                Availability::From(until) => rests.push(until.duration_since(second(0)).as_secs()),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(rests, [90, 180, 360, 720, 1440, 1800, 1800]);
        let now = health
            .of(Use::Sending)
            .availability(second(1800), Spread::NONE);
        assert_eq!(now, Availability::Now);
        let other = health
            .of(Use::Fetching)
            .availability(second(0), Spread::NONE);
        assert_eq!(other, Availability::Now);
        health.note(Use::Sending, Went::Answered, second(1800));
        assert_eq!(health, RouteHealth::default());
    }

    #[test]
    fn a_login_is_not_tried_until_it_locks_us_out() {
        let mut health = RouteHealth::default();
        let mut told = Vec::new();
        for (used, at) in [(Use::Sending, 0), (Use::Fetching, 90)] {
            health.note(used, Went::LoginRefused("who?"), second(at));
            told.push(health.of(used).availability(second(99_999), Spread::NONE));
        }
        assert_eq!(told, [Availability::Now, Availability::Person]);
        health.note(Use::Fetching, Went::Answered, second(99_999));
        let sending = health
            .of(Use::Sending)
            .availability(second(99_999), Spread::NONE);
        assert_eq!(sending, Availability::Now);
    }
}
