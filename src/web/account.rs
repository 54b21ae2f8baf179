//! The money of a claim, line by line, as its postings add up. It must not judge: that is the worklist's.
//!
//! A payer may answer several lines as one: they stand in one row, because nothing says how the money divides.

use std::collections::BTreeMap;

use super::words::{money, money_or_dash};
use crate::claim::{Adjustment, Claim, Money};
use crate::reconcile::{Account, LinePosting, Posting, SentClaim, reason};

/// A row of the table, and its sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) title: String,
    pub(super) service: String,
    pub(super) billed: String,
    pub(super) paid: String,
    pub(super) adjusted: String,
    pub(super) patient: String,
    pub(super) open: String,
    pub(super) reasons: Vec<Reason>,
}

/// What an adjustment took, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) code: String,
    pub(super) text: &'static str,
    pub(super) amount: String,
}

/// What postings did to some lines, or to the claim as a whole.
#[derive(Debug, Clone, Default)]
struct Sum {
    decided: Money,
    paid: Money,
    /// By group and reason.
    adjustments: BTreeMap<(String, String), Money>,
}

impl Sum {
    fn add(&mut self, charge: Money, paid: Money, adjustments: &[Adjustment]) {
        self.decided += charge;
        self.paid += paid;
        for one in adjustments {
            let key = (one.group.clone(), one.reason.clone());
            *self.adjustments.entry(key).or_default() += one.amount;
        }
    }

    fn of_groups(&self, is_wanted: impl Fn(&str) -> bool) -> Money {
        let wanted = self
            .adjustments
            .iter()
            .filter(|((group, _), _)| is_wanted(group));
        wanted.map(|(_, amount)| *amount).sum()
    }

    fn is_empty(&self) -> bool {
        self.decided.is_zero() && self.paid.is_zero() && self.adjustments.is_empty()
    }

    fn row(
        &self,
        title: String,
        service: String,
        billed: Option<Money>,
        open: Option<Money>,
    ) -> Row {
        let adjustments = self
            .adjustments
            .iter()
            .filter(|(_, amount)| !amount.is_zero());
        let reasons = adjustments.map(|((group, code), amount)| Reason {
            code: format!("{group} {code}"),
            text: reason(code).map_or("a reason that is not in our table", |known| known.text),
            amount: money(*amount),
        });
        Row {
            title,
            service,
            billed: money_or_dash(billed),
            paid: money(self.paid),
            adjusted: money(self.of_groups(|group| group != "PR")),
            patient: money(self.of_groups(|group| group == "PR")),
            open: money_or_dash(open),
            reasons: reasons.collect(),
        }
    }
}

/// The claim's lines, then what is of no single line.
pub(super) fn rows(claim: &Claim, postings: &[Posting]) -> Vec<Row> {
    let groups = groups(claim, postings);
    let mut sums = vec![Sum::default(); groups.len()];
    let (mut whole, mut lost) = (Sum::default(), Sum::default());
    for posting in postings {
        let charges: Money = posting.lines.iter().map(|line| line.charge).sum();
        let paid: Money = posting.lines.iter().map(|line| line.paid).sum();
        whole.add(
            posting.charge - charges,
            posting.paid - paid,
            &posting.adjustments,
        );
        for line in &posting.lines {
            let mut indices = indices(claim, line);
            let group = indices
                .next()
                .and_then(|index| groups.iter().position(|group| group.contains(&index)));
            let sum = group.map_or(&mut lost, |group| &mut sums[group]);
            sum.add(line.charge, line.paid, &line.adjustments);
        }
    }
    // Decided as a whole: what is open of one line is not known.
    let divided = whole.decided.is_zero();
    let lines = groups.iter().zip(&sums).map(|(group, sum)| {
        let billed: Money = group.iter().map(|&index| claim.lines[index].charge).sum();
        let open = (divided || !sum.decided.is_zero()).then(|| billed - sum.decided);
        sum.row(
            title(claim, group),
            service(claim, group),
            Some(billed),
            open,
        )
    });
    let mut rows: Vec<Row> = lines.collect();
    for (sum, title) in [
        (&whole, "the claim as a whole"),
        (&lost, "no line of this claim"),
    ] {
        if !sum.is_empty() {
            rows.push(sum.row(title.to_owned(), String::new(), None, None));
        }
    }
    rows
}

/// The claim's own sum, which every row is a part of.
pub(super) fn total(claim: &Claim, postings: &[Posting]) -> Account {
    Account::of(&SentClaim::from(claim), postings)
}

/// Lines that stand in one row, in the order of the claim.
fn groups(claim: &Claim, postings: &[Posting]) -> Vec<Vec<usize>> {
    let mut leader: Vec<usize> = (0..claim.lines.len()).collect();
    for line in postings.iter().flat_map(|posting| &posting.lines) {
        let joined: Vec<usize> = indices(claim, line).map(|index| leader[index]).collect();
        let Some(&first) = joined.iter().min() else {
            continue;
        };
        for one in &mut leader {
            if joined.contains(one) {
                *one = first;
            }
        }
    }
    let mut groups = BTreeMap::<usize, Vec<usize>>::new();
    for (index, leader) in leader.into_iter().enumerate() {
        groups.entry(leader).or_default().push(index);
    }
    groups.into_values().collect()
}

fn indices<'a>(claim: &'a Claim, line: &'a LinePosting) -> impl Iterator<Item = usize> + 'a {
    let index_of = |number: &String| {
        let mut lines = claim.lines.iter();
        lines.position(|one| one.control_number == *number)
    };
    line.lines.iter().filter_map(index_of)
}

fn title(claim: &Claim, group: &[usize]) -> String {
    let titles = group.iter().map(|&index| {
        let line = &claim.lines[index];
        let mut title = format!("{} {}", index + 1, line.billed_code());
        for modifier in &line.modifiers {
            title.push('-');
            title.push_str(modifier);
        }
        title
    });
    titles.collect::<Vec<_>>().join(", ")
}

fn service(claim: &Claim, group: &[usize]) -> String {
    let first = group
        .iter()
        .filter_map(|&index| claim.line_service(&claim.lines[index]))
        .map(|(from, _)| from)
        .min();
    first.map_or_else(String::new, |day| day.to_string())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::claim::strategies;
    use crate::reconcile::{ClaimRung, LineRung, PostingKey, RemittanceKey};

    const DAY: jiff::civil::Date = date(2026, 11, 24);

    fn cents(text: &str) -> Money {
        Money::from_cents(text.parse().unwrap())
    }

    /// Three lines of one dollar each.
    fn three_lines() -> Claim {
        let mut runner = TestRunner::deterministic();
        let mut claim = strategies::claim().new_tree(&mut runner).unwrap().current();
        let mut line = claim.lines[0].clone();
        line.charge = cents("100");
        line.modifiers.clear();
        claim.lines = (1..=3)
            .map(|number| {
                line.control_number = format!("L{number}");
                line.procedure = format!("P{number}");
                line.clone()
            })
            .collect();
        claim.total_charge = cents("300");
        claim
    }

    fn adjustments(text: &str) -> Vec<Adjustment> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let each = parts.chunks(3).map(|one| Adjustment {
            group: one[0].into(),
            reason: one[1].into(),
            amount: cents(one[2]),
            quantity: None,
        });
        each.collect()
    }

    /// Lines as `L1+L2 CHARGE PAID GROUP REASON AMOUNT …`, `-` for none.
    fn posting(charge: &str, paid: &str, whole: &str, lines: &[&str]) -> Posting {
        let line = |text: &&str| {
            let mut parts = text.splitn(4, ' ');
            let mut next = || parts.next().unwrap_or_default();
            LinePosting {
                lines: next()
                    .split('+')
                    .filter(|one| *one != "-")
                    .map(String::from)
                    .collect(),
                rung: LineRung::ControlNumber,
                procedure: Vec::new(),
                submitted: Vec::new(),
                charge: cents(next()),
                paid: cents(next()),
                adjustments: adjustments(next()),
                remarks: Vec::new(),
            }
        };
        let remittance = RemittanceKey {
            payer_id: "9".into(),
            trace: "1".into(),
            originator: "1".into(),
            date: DAY,
            amount: Money::ZERO,
        };
        Posting {
            key: PostingKey {
                remittance,
                control_number: String::new(),
                payer_claim_number: String::new(),
                status: "1".into(),
                occurrence: 1,
            },
            claim: None,
            rung: ClaimRung::ControlNumber,
            date: DAY,
            charge: cents(charge),
            paid: cents(paid),
            adjustments: adjustments(whole),
            remarks: Vec::new(),
            passed_on: false,
            lines: lines.iter().map(line).collect(),
        }
    }

    fn check(postings: &[Posting], expected: &[&str]) {
        let rows = rows(&three_lines(), postings);
        let told = rows.iter().map(|row| {
            let reasons: Vec<&str> = row.reasons.iter().map(|one| one.code.as_str()).collect();
            let Row {
                title,
                billed,
                paid,
                adjusted,
                patient,
                open,
                ..
            } = row;
            let reasons = reasons.join(",");
            format!("{title}: {billed} = {paid} {adjusted} {patient} {open} {reasons}")
        });
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lines_stand_alone_together_or_as_a_whole() {
        let open =
            ["1 P1", "2 P2", "3 P3"].map(|line| format!("{line}: 1.00 = 0.00 0.00 0.00 1.00 "));
        check(&[], &open.each_ref().map(String::as_str));
        check(
            &[posting(
                "300",
                "130",
                "",
                &["L1+L3 200 130 CO 45 50 PR 3 20", "L2 100 0 CO 97 100"],
            )],
            &[
                "1 P1, 3 P3: 2.00 = 1.30 0.50 0.20 0.00 CO 45,PR 3",
                "2 P2: 1.00 = 0.00 1.00 0.00 0.00 CO 97",
            ],
        );
        check(
            &[posting("300", "0", "CO 29 300", &[])],
            &[
                "1 P1: 1.00 = 0.00 0.00 0.00 \u{2013} ",
                "2 P2: 1.00 = 0.00 0.00 0.00 \u{2013} ",
                "3 P3: 1.00 = 0.00 0.00 0.00 \u{2013} ",
                "the claim as a whole: \u{2013} = 0.00 3.00 0.00 \u{2013} CO 29",
            ],
        );
    }

    #[test]
    fn what_was_taken_back_is_gone_and_lost_lines_are_told() {
        check(
            &[
                posting("100", "80", "", &["L1 100 80 CO 45 20"]),
                posting("-100", "-80", "", &["L1 -100 -80 CO 45 -20"]),
                posting("100", "100", "", &["- 100 100"]),
            ],
            &[
                "1 P1: 1.00 = 0.00 0.00 0.00 1.00 ",
                "2 P2: 1.00 = 0.00 0.00 0.00 1.00 ",
                "3 P3: 1.00 = 0.00 0.00 0.00 1.00 ",
                "no line of this claim: \u{2013} = 1.00 0.00 0.00 \u{2013} ",
            ],
        );
    }
}
