//! `tensorproof bounty reveal`: the test set, by the host, with the proof that it is the one of the root.

use serde_json::json;
use tensorproof_contracts::bounty::{Call, Phase, word};

use super::send::Session;
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
    super::same("bounty's root of the test set", terms.test_set_root, word(&test_set.root))?;

    let domain = terms.statements[0].domain(session.chain, bounty.address, sender);
    let work = || {
        let statement = Statement::open(&folder, Kind::TestSet)?;
        let draft = statement.draft(test_set.inputs())?;
        check_value(&draft, "testSetRoot", "bounty's root of the test set", terms.test_set_root)?;
        draft.prove(domain)
    };
    let (evidence, _) = output.terminal.stage("prove", work, |_| "the test set".to_owned())?;
    let digests = test_set.digests();
    let details = json!({ "digests": digests.iter().map(ToString::to_string).collect::<Vec<_>>() });
    let call = Call::Reveal { salt: test_set.salt, digests, labels: test_set.labels, evidence };
    session.call(bounty.address, "reveal", &call, &details, output)
}
