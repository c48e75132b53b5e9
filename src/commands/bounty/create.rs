//! `tensorproof bounty create`: verifiers, factory and bounty on a chain, with the reward.

use tensorproof_contracts::bounty::{self, ModelTerms, word};
use tensorproof_r1cs::Fr;

use super::check::check_r1cs;
use super::market::{Market, Opener};
use super::phases::{check_time, check_turn};
use super::show::terms_json;
use super::{Output, check_value, compute};
use crate::baby_jubjub;
use crate::bounty::{Folder, Kind, Statement, TestSet, setup};
use crate::build_dir::BuildDir;
use crate::cli::{BountyCreateArgs, ModelTermsArgs};
use crate::error::{Error, Result};

pub(super) fn run(args: &BountyCreateArgs, output: Output) -> Result<()> {
    match (&args.model, &args.compute) {
        (_, Some(asked)) => compute::create(args, asked, output),
        (Some(asked), None) => for_model(args, asked, output),
        (None, None) => Err(Error::Internal("a bounty without terms")),
    }
}

fn for_model(args: &BountyCreateArgs, asked: &ModelTermsArgs, output: Output) -> Result<()> {
    for (option, time) in [
        ("--commit-for", asked.commit_for),
        ("--reveal-for", asked.reveal_for),
        ("--prove-for", asked.prove_for),
        ("--turn", asked.turn),
    ] {
        check_time(option, time, output)?;
    }
    check_turn(asked.turn)?;
    let folder = Folder::read(&args.folder)?;
    let test_set = TestSet::read(&asked.test_set, &folder)?;
    let key = baby_jubjub::read_public(&asked.key)?;
    let verifiers = Kind::ALL.into_iter().map(|kind| Ok((folder.dir(kind), folder.verifier(kind)?)));
    let market = Market::new(BuildDir::new(&folder.root), verifiers.collect::<Result<_>>()?)?;
    let opener = Opener::new(args, market, &folder.dirs(), output)?;
    if opener.resume()? {
        return Ok(());
    }
    check_root(&folder, &test_set, output)?;
    opener.open(&|| {
        let terms = terms(args, asked, &folder, &opener, test_set.root, key)?;
        Ok((bounty::open(opener.market.factory.step.address, &terms), terms_json(&terms)))
    })
}

/// Computes the root of the test set by the circuit that has to prove it, not by the one that `testset.json` was made with:
/// another root nobody could reveal, and the reward would go to the hunters.
fn check_root(folder: &Folder, test_set: &TestSet, output: Output) -> Result<()> {
    let work = || {
        let statement = Statement::open(folder, Kind::TestSet)?;
        check_r1cs(&folder.dir(Kind::TestSet), statement.circuit())?;
        let draft = statement.draft(test_set.inputs())?;
        check_value(&draft, "testSetRoot", "root in `testset.json`", word(&test_set.root))
    };
    output.terminal.stage("test set", work, |()| "has the root that `testset.json` says".to_owned())?;
    Ok(())
}

/// Returns what the host asks for, from now on.
fn terms(
    args: &BountyCreateArgs,
    asked: &ModelTermsArgs,
    folder: &Folder,
    opener: &Opener<'_>,
    root: Fr,
    key: [Fr; 2],
) -> Result<ModelTerms> {
    let commit_end = opener.session.rpc.timestamp()?.saturating_add(asked.commit_for);
    let reveal_end = commit_end.saturating_add(asked.reveal_for);
    Ok(ModelTerms {
        host: opener.session.wallet.address(),
        reward: args.reward,
        stake: asked.stake,
        threshold: asked.threshold,
        samples: folder.json.samples,
        ciphertext_length: folder.json.ciphertext_length,
        commit_end,
        reveal_end,
        proof_end: reveal_end.saturating_add(asked.prove_for),
        turn: asked.turn,
        architecture: folder.architecture()?,
        setup: setup(&folder.dirs())?,
        test_set_root: word(&root),
        key: key.map(|coordinate| word(&coordinate)),
        statements: opener.market.verifiers()?,
    })
}
