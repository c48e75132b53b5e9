//! `tensorproof bounty create --data`: a reward for the outputs of a build directory's model.

use tensorproof_contracts::bounty::{ComputeTerms, open_compute};

use super::super::check::check_r1cs;
use super::super::market::{Market, Opener};
use super::super::phases::check_time;
use super::{data_hash, outputs, terms_json};
use crate::bounty::{Computation, architecture, setup, verifier};
use crate::build_dir::BuildDir;
use crate::cli::{BountyCreateArgs, ComputeTermsArgs};
use crate::commands::Output;
use crate::error::{Error, Result};
use crate::terminal::grouped;

pub(in crate::commands::bounty) fn run(
    args: &BountyCreateArgs,
    asked: &ComputeTermsArgs,
    output: Output,
) -> Result<()> {
    check_time("--for", asked.duration, output)?;
    let computation = Computation::read(&args.folder)?;
    let data = computation.data(&asked.data)?;
    let dir = computation.dir.clone();
    // Beside what `deploy` keeps of the build directory's own verifier.
    let records = BuildDir::new(&dir.root().join("bounty"));
    let market = Market::new(records.clone(), vec![(records, verifier(&dir)?)])?;
    let opener = Opener::new(args, market, std::slice::from_ref(&dir), output)?;
    if opener.resume()? {
        return Ok(());
    }
    let work = || {
        let statement = computation.statement()?;
        // The key was made for what is in the folder. What has no witness nobody could prove.
        check_r1cs(&dir, statement.circuit())?;
        let draft = statement.draft(data.inputs)?;
        let hash = data_hash(&draft)?;
        Ok::<_, Error>((architecture(&dir, statement.circuit()), hash, draft.values().len()))
    };
    let ((architecture, data_hash, _), _) = output
        .terminal
        .stage("circuit", work, |(_, _, count)| format!("{} public values", grouped(*count)))?;
    let [inference] = opener.market.verifiers()?;
    let setup = setup(std::slice::from_ref(&dir))?;
    let outputs = outputs(&computation)?;
    opener.open(&|| {
        let terms = ComputeTerms {
            host: opener.session.wallet.address(),
            reward: args.reward,
            end: opener.session.rpc.timestamp()?.saturating_add(asked.duration),
            outputs,
            architecture,
            setup,
            data_hash,
            data_digest: data.digest,
            inference,
        };
        Ok((open_compute(opener.market.factory.step.address, &terms), terms_json(&terms)))
    })
}
