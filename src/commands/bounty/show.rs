//! `tensorproof bounty show`: the state of a bounty.

use serde_json::{Map, Value, json};
use tensorproof_contracts::bounty::{
    BountyKind, Event, Hunter, ModelBounty, ModelTerms, Phase, Statement, Turn,
};
use tensorproof_contracts::chain::Rpc;
use tensorproof_contracts::{Address, U256};

use super::super::sending::ether;
use super::{Bounty, Output, compute, open, other_kind};
use crate::bounty::Kind;
use crate::cli::BountyShowArgs;
use crate::error::Result;

pub(super) fn run(args: &BountyShowArgs, output: Output) -> Result<()> {
    let rpc = Rpc::new(&args.rpc_url)?;
    let bounty = match open(&rpc, args.address)? {
        Bounty::Model(bounty) => bounty,
        Bounty::Compute(bounty) => return compute::show(args, &rpc, &bounty, output),
    };
    if args.folder.is_some() {
        return Err(other_kind(args.address, BountyKind::Model, BountyKind::Compute));
    }
    let (phase, terms, now) = (bounty.phase()?, bounty.terms()?, rpc.timestamp()?);
    let ranking = bounty.ranking()?;
    let turn = if phase == Phase::Claiming { Some(bounty.turn()?) } else { None };
    let queue = turn.as_ref().and_then(|turn| Queue::new(turn, &ranking, &terms, now));
    let hunters = hunters(&bounty, &ranking, queue.as_ref(), args.from_block)?;
    let winner = bounty.winner()?;
    let due = bounty.reclaimable()?;
    let left = |end: u64| i128::from(end) - i128::from(now);
    let ends = [("commit", terms.commit_end), ("reveal", terms.reveal_end), ("prove", terms.proof_end)];

    let mut lines = vec![
        format!("bounty     {}", args.address),
        format!("phase      {phase}"),
        format!(
            "reward     {} ETH for {} of {} samples, stake {} ETH",
            ether(terms.reward),
            terms.threshold,
            terms.samples,
            ether(terms.stake)
        ),
        format!("host       {}{}", terms.host, owed(due)),
    ];
    lines.extend(ends.iter().map(|(name, end)| format!("{name:<10} {}", relative(left(*end)))));
    for hunter in &hunters {
        lines.push(format!("hunter     {} {}{}", hunter.account, hunter.standing(), owed(hunter.due)));
    }
    if let Some(Turn { hunter, half, end }) = &turn {
        lines.push(match half {
            0 => format!("turn       {hunter}, begins with a call of `advance`"),
            _ => format!("turn       {hunter}, half {half} of 2 may be ended {}", relative(left(*end))),
        });
    }
    if let Some(winner) = winner {
        lines.push(format!("winner     {winner}"));
    }
    let json = json!({
        "kind": "model",
        "bounty": args.address.to_string(),
        "phase": phase.to_string(),
        "time": now,
        "terms": terms_json(&terms),
        "deadlines": ends.iter().map(|(name, end)| ((*name).to_owned(), number(left(*end)))).collect::<Map<_, _>>(),
        "hunters": hunters.iter().map(Row::json).collect::<Vec<_>>(),
        "turn": turn.zip(queue).map(|(turn, queue)| queue.json(&turn)),
        "winner": winner.map(|winner| winner.to_string()),
        "due": due.to_string(),
    });
    output.result(&json, &lines.join("\n"))
}

/// A hunter as it is shown.
struct Row {
    account: Address,
    commitment: U256,
    correct: u32,
    /// From 1; none before it proved.
    rank: Option<usize>,
    has_resigned: bool,
    wait: Option<Wait>,
    due: U256,
}

/// How long a hunter waits for its turn, in seconds; meanwhile it may resign.
#[derive(Clone, Copy)]
struct Wait {
    /// If all that rank before it resign which may.
    least: u64,
    /// If nobody resigns, and the ends of all turns are called in time.
    most: u64,
}

impl Row {
    fn standing(&self) -> String {
        let Some(rank) = self.rank else {
            return if self.has_resigned { "resigned" } else { "not proven" }.to_owned();
        };
        let wait = self.wait.map_or_else(String::new, |Wait { least, most }| {
            format!(", waits for its turn {} to {}, or resigns", length(least), length(most))
        });
        format!("rank {rank}, {} right{wait}", self.correct)
    }

    fn json(&self) -> Value {
        json!({
            "account": self.account.to_string(),
            "commitment": self.commitment.to_string(),
            "correct": self.correct,
            "rank": self.rank,
            "resigned": self.has_resigned,
            "wait": self.wait.map(|Wait { least, most }| json!({ "least": least, "most": most })),
            "due": self.due.to_string(),
        })
    }
}

/// Returns the hunters in the order of their commitments.
fn hunters(
    bounty: &ModelBounty<'_>,
    ranking: &[(Address, Hunter)],
    queue: Option<&Queue>,
    from: u64,
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let events = bounty.events(from)?;
    let is_resignation =
        |event: &Event, account: Address| matches!(event, Event::Resigned { hunter } if *hunter == account);
    for (event, _) in &events {
        let &Event::Committed { hunter: account, parameters_hash: commitment, .. } = event else {
            continue;
        };
        let place = ranking.iter().position(|(ranked, _)| *ranked == account);
        rows.push(Row {
            account,
            commitment,
            correct: place.map_or(0, |place| ranking[place].1.correct),
            rank: place.map(|place| place + 1),
            has_resigned: events.iter().any(|(event, _)| is_resignation(event, account)),
            wait: place.zip(queue).and_then(|(place, queue)| queue.wait(place)),
            due: bounty.refundable(account)?,
        });
    }
    Ok(rows)
}

/// The turns that are to come in phase Claiming.
struct Queue {
    /// How many hunters rank before the one whose turn it is.
    place: usize,
    /// Seconds until the present turn can be over: its second half begins when the first is over at the earliest.
    left: i128,
    /// Seconds of each turn behind it, at the least.
    later: u64,
}

impl Queue {
    /// Returns nothing for a hunter that is not ranked: the endpoint changed its mind in between.
    fn new(turn: &Turn, ranking: &[(Address, Hunter)], terms: &ModelTerms, now: u64) -> Option<Self> {
        let place = ranking.iter().position(|(account, _)| *account == turn.hunter)?;
        let half = terms.turn_of(place == 0).div_ceil(2);
        let begin = if turn.half == 0 { now } else { turn.end.saturating_sub(half) };
        let halves = if turn.half == 2 { 1 } else { 2 };
        let end = begin.saturating_add(half.saturating_mul(halves));
        Some(Self { place, left: i128::from(end) - i128::from(now), later: terms.turn_of(false) })
    }

    /// Returns how long the hunter with so many others ranked before it waits; nothing if its turn has begun.
    fn wait(&self, place: usize) -> Option<Wait> {
        let between = u64::try_from(place.checked_sub(self.place + 1)?).ok()?;
        let least = u64::try_from(self.left).unwrap_or(0);
        Some(Wait { least, most: least.saturating_add(self.later.saturating_mul(between)) })
    }

    fn json(&self, turn: &Turn) -> Value {
        json!({ "account": turn.hunter.to_string(), "half": turn.half, "left": number(self.left) })
    }
}

/// Returns the terms as JSON: amounts and elements as decimal strings, times and counts as numbers.
pub(super) fn terms_json(terms: &ModelTerms) -> Value {
    let statement =
        |(kind, statement): (Kind, &Statement)| (kind.name().to_owned(), statement_json(statement));
    json!({
        "host": terms.host.to_string(),
        "reward": terms.reward.to_string(),
        "stake": terms.stake.to_string(),
        "threshold": terms.threshold,
        "samples": terms.samples,
        "ciphertext_length": terms.ciphertext_length,
        "commit_end": terms.commit_end,
        "reveal_end": terms.reveal_end,
        "proof_end": terms.proof_end,
        "turn": terms.turn,
        "architecture": terms.architecture.to_string(),
        "setup": terms.setup.to_string(),
        "test_set_root": terms.test_set_root.to_string(),
        "key": terms.key.map(|coordinate| coordinate.to_string()),
        "statements": Kind::ALL.into_iter().zip(&terms.statements).map(statement).collect::<Map<_, _>>(),
    })
}

/// Returns a verifier as JSON.
pub(super) fn statement_json(statement: &Statement) -> Value {
    json!({ "verifier": statement.verifier.to_string(), "code_hash": statement.code_hash.to_string() })
}

pub(super) fn number(seconds: i128) -> Value {
    i64::try_from(seconds).ok().into()
}

pub(super) fn owed(wei: U256) -> String {
    if wei.is_zero() { String::new() } else { format!(", {} ETH are due", ether(wei)) }
}

/// Tells how far a time is from now: `in 2 d 3 h`, `5 m ago`.
pub(super) fn relative(seconds: i128) -> String {
    let text = length(u64::try_from(seconds.unsigned_abs()).unwrap_or(u64::MAX));
    match seconds {
        0 => "now".to_owned(),
        ..0 => format!("{text} ago"),
        _ => format!("in {text}"),
    }
}

/// Tells a time by its two largest units, which tell enough: `2 d 3 h`.
pub(super) fn length(seconds: u64) -> String {
    let units = [("d", 24 * 60 * 60), ("h", 60 * 60), ("m", 60), ("s", 1)];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (unit, length) in units {
        if rest >= length {
            parts.push(format!("{} {unit}", rest / length));
            rest %= length;
        }
    }
    parts.truncate(2);
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_relative_times() {
        for (seconds, text) in
            [(0, "now"), (59, "in 59 s"), (-60, "1 m ago"), (90_061, "in 1 d 1 h"), (-3_601, "1 h 1 s ago")]
        {
            assert_eq!(relative(seconds), text);
        }
    }
}
