//! `tensorproof bounty show`: the state of a bounty.

use serde_json::{Map, Value, json};
use tensorproof_contracts::bounty::{BountyKind, Event, ModelBounty, ModelTerms, Phase, Statement, Turn};
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
    let hunters = hunters(&bounty, args.from_block)?;
    let winner = bounty.winner()?;
    let due = bounty.reclaimable()?;
    let turn = if phase == Phase::Claiming { Some(bounty.turn()?) } else { None };
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
        let rank = hunter
            .rank
            .map_or("not proven".to_owned(), |rank| format!("rank {rank}, {} right", hunter.correct));
        lines.push(format!("hunter     {} {rank}{}", hunter.account, owed(hunter.due)));
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
        "turn": turn.map(|turn| turn_json(&turn, &terms, now)),
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
    due: U256,
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "account": self.account.to_string(),
            "commitment": self.commitment.to_string(),
            "correct": self.correct,
            "rank": self.rank,
            "due": self.due.to_string(),
        })
    }
}

/// Returns the hunters in the order of their commitments.
fn hunters(bounty: &ModelBounty<'_>, from: u64) -> Result<Vec<Row>> {
    let ranking = bounty.ranking()?;
    let mut rows = Vec::new();
    for (event, _) in bounty.events(from)? {
        let Event::Committed { hunter: account, parameters_hash: commitment, .. } = event else {
            continue;
        };
        let place = ranking.iter().position(|(ranked, _)| *ranked == account);
        rows.push(Row {
            account,
            commitment,
            correct: place.map_or(0, |place| ranking[place].1.correct),
            rank: place.map(|place| place + 1),
            due: bounty.refundable(account)?,
        });
    }
    Ok(rows)
}

/// Returns a turn as JSON. Until its end nobody can take it away: the second half begins when the first is over at the earliest.
fn turn_json(turn: &Turn, terms: &ModelTerms, now: u64) -> Value {
    let half = terms.turn.div_ceil(2);
    let begin = if turn.half == 0 { now } else { turn.end.saturating_sub(half) };
    let halves = if turn.half == 2 { 1 } else { 2 };
    let end = begin.saturating_add(half.saturating_mul(halves));
    json!({
        "account": turn.hunter.to_string(),
        "half": turn.half,
        "left": number(i128::from(end) - i128::from(now)),
    })
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
