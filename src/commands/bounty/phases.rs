//! How long phases and turns last: told before anything is staked, and too short ones refused.

use serde_json::{Value, json};
use tensorproof_contracts::bounty::{ComputeTerms, MAX_TURN, MIN_DURATION, ModelTerms};
use tensorproof_contracts::chain::Rpc;

use super::Output;
use super::show::{length, number, relative};
use crate::error::{Error, Result};

/// The shortest phases and turns that are taken without being asked for, in seconds: an hour, twice what the contract takes.
/// Whoever stakes has to be there in each of them.
pub(super) const SHORT: u64 = 60 * 60;

/// The time in seconds that a transaction may take to be included.
pub(super) const LATE: u64 = 10 * 60;

/// Tells the phases of a bounty for a model, and refuses short ones unless they are allowed. Returns them as JSON.
pub(super) fn check(rpc: &Rpc, terms: &ModelTerms, is_short_allowed: bool, output: Output) -> Result<Value> {
    let phases = [
        ("reveal", terms.reveal_end.saturating_sub(terms.commit_end)),
        ("prove", terms.proof_end.saturating_sub(terms.reveal_end)),
        ("turn", terms.turn),
    ];
    let now = rpc.timestamp()?;
    let left = |end: u64| i128::from(end) - i128::from(now);
    output.terminal.say(&format!(
        "phases    commitments end {}, reveal {}, proofs {} (end {}), each turn {} or more, {} or more but for the first",
        relative(left(terms.commit_end)),
        length(phases[0].1),
        length(phases[1].1),
        relative(left(terms.proof_end)),
        length(terms.turn_of(true)),
        length(terms.turn_of(false))
    ));
    output.terminal.say(&format!(
        "stake     held until proofs end, {}, at the longest: then whoever is not in its turn may take it back, and whoever \
         waits for its turn waits for that of each hunter ranked before",
        relative(left(terms.proof_end))
    ));
    for (phase, seconds) in phases {
        check_length(phase, seconds, is_short_allowed)?;
    }
    Ok(json!({
        "commit_left": number(left(terms.commit_end)),
        "reveal": phases[0].1,
        "prove": phases[1].1,
        "prove_left": number(left(terms.proof_end)),
        "turn": terms.turn_of(true),
        "later_turn": terms.turn_of(false),
        "stake_held": number(left(terms.proof_end)),
    }))
}

/// Tells the time that is left of a bounty for computing, and refuses to be late unless that is allowed: a proof that is
/// included after the end shows the outputs, and is not paid. Returns it as JSON.
pub(super) fn check_left(
    rpc: &Rpc,
    terms: &ComputeTerms,
    is_short_allowed: bool,
    output: Output,
) -> Result<Value> {
    let left = i128::from(terms.end) - i128::from(rpc.timestamp()?);
    output.terminal.say(&format!("phases    proofs end {}", relative(left)));
    let seconds = u64::try_from(left).unwrap_or(0);
    if seconds < LATE && !is_short_allowed {
        return Err(Error::ShortPhase { phase: "solve", found: length(seconds), least: length(LATE) });
    }
    Ok(json!({ "solve_left": number(left) }))
}

/// Refuses turns that the contracts would refuse.
pub(super) fn check_turn(seconds: u64) -> Result<()> {
    if seconds <= MAX_TURN {
        return Ok(());
    }
    let expected = "a time of at most 30d: for so long all wait for a hunter that does not deliver";
    Err(Error::Option { option: "--turn", value: length(seconds), expected })
}

/// Refuses a time that the contracts would refuse, and warns of one that hunters would.
pub(super) fn check_time(option: &'static str, seconds: u64, output: Output) -> Result<()> {
    if seconds < MIN_DURATION {
        let expected = "a time of at least 30m: in a shorter one nobody can be sure to be included";
        return Err(Error::Option { option, value: length(seconds), expected });
    }
    if seconds < SHORT {
        let least = length(SHORT);
        output.terminal.warn(&format!(
            "{option} is shorter than {least}: hunters refuse it unless they are asked not to"
        ));
    }
    Ok(())
}

fn check_length(phase: &'static str, seconds: u64, is_short_allowed: bool) -> Result<()> {
    if seconds >= SHORT || is_short_allowed {
        return Ok(());
    }
    Err(Error::ShortPhase { phase, found: length(seconds), least: length(SHORT) })
}
