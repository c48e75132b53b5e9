//! `tensorproof bounty reveal`: the test set, by the host, with the proof that it is the one of the root.

use serde_json::json;
use tensorproof_contracts::bounty::{Call, Phase, word};
use tensorproof_contracts::chain::Signed;

use super::pinned::Pinned;
use super::send::{Intent, Session};
use super::show::terms_json;
use super::{Output, check_host, check_phase, check_terms, check_value, open_model};
use crate::bounty::{Folder, Kind, Statement, TestSet};
use crate::cli::BountyRevealArgs;
use crate::error::Result;

pub(super) fn run(args: &BountyRevealArgs, output: Output) -> Result<()> {
    let session = Session::open(&args.send, output)?;
    let bounty = open_model(&session.rpc, args.address)?;
    let folder = Folder::read(&args.folder)?;
    let test_set = TestSet::read(&args.test_set, &folder)?;
    let (terms, sender) = (bounty.terms()?, session.wallet.address());
    check_host(terms.host, sender)?;
    check_phase(bounty.phase()?, Phase::Revealing)?;
    check_terms(&folder, &terms)?;
    // Kept by `create`: a folder that is used on another machine has no such file.
    Pinned::of(&folder.root, session.chain, args.address, terms_json(&terms)).compare()?;
    super::same("bounty's root of the test set", terms.test_set_root, word(&test_set.root))?;

    let domain = terms.statements[0].domain(session.chain, bounty.address, sender);
    let work = || {
        let statement = Statement::open(&folder, Kind::TestSet)?;
        let draft = statement.draft(test_set.inputs())?;
        check_value(&draft, "testSetRoot", "bounty's root of the test set", terms.test_set_root)?;
        draft.prove(domain, args.work.work())
    };
    let (evidence, _) = output.terminal.stage("prove", work, |_| "the test set".to_owned())?;
    let digests = test_set.digests();
    let details = json!({ "digests": digests.iter().map(ToString::to_string).collect::<Vec<_>>() });
    let call = Call::Reveal { salt: test_set.salt, digests, labels: test_set.labels, evidence };
    let intent = Intent { name: "reveal", call, pays: None, details };
    // A test set that is shown in another phase is worth nothing any more.
    let mut check = |_: &Signed| check_phase(bounty.phase()?, Phase::Revealing);
    session.call(bounty.address, &intent, &mut check, output)
}
