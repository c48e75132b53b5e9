// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {ComputeBounty, ComputeTerms} from "./ComputeBounty.sol";
import {ModelBounty, ModelTerms} from "./ModelBounty.sol";

/// @title  Opens bounties
/// @notice Each bounty is a contract of its own, with its own money. Nobody can change or stop it, or this.
/// @dev    A bounty is a minimal clone (ERC-1167) whose terms are part of its code.
contract BountyFactory {
    /// @notice A host opened a bounty for a model; the bounty's own event has the terms.
    event ModelBountyOpened(ModelBounty indexed bounty, address indexed host, bytes32 indexed architecture);
    /// @notice A host opened a bounty for computing; the bounty's own event has the terms.
    event ComputeBountyOpened(ComputeBounty indexed bounty, address indexed host, bytes32 indexed architecture);

    /// @notice Nobody opens bounties in another's name.
    error NotHost(address sender);

    /// @notice The code of all bounties for models.
    ModelBounty public immutable MODEL_BOUNTY;
    /// @notice The code of all bounties for computing.
    ComputeBounty public immutable COMPUTE_BOUNTY;

    /// @notice Whether a contract is a bounty that this factory opened.
    mapping(address => bool) public isBounty;

    constructor() {
        MODEL_BOUNTY = new ModelBounty();
        COMPUTE_BOUNTY = new ComputeBounty();
    }

    /// @notice Opens a bounty for a model, by its host, with the reward.
    /// @param terms What the host asks for.
    /// @return bounty The new bounty.
    function openModelBounty(ModelTerms calldata terms) external payable returns (ModelBounty bounty) {
        if (msg.sender != terms.host) revert NotHost(msg.sender);
        bounty = ModelBounty(Clones.cloneWithImmutableArgs(address(MODEL_BOUNTY), abi.encode(terms)));
        isBounty[address(bounty)] = true;
        emit ModelBountyOpened(bounty, msg.sender, terms.architecture);
        bounty.open{value: msg.value}();
    }

    /// @notice Opens a bounty for computing, by its host, with the reward.
    /// @param terms What the host asks for.
    /// @return bounty The new bounty.
    function openComputeBounty(ComputeTerms calldata terms) external payable returns (ComputeBounty bounty) {
        if (msg.sender != terms.host) revert NotHost(msg.sender);
        bounty = ComputeBounty(Clones.cloneWithImmutableArgs(address(COMPUTE_BOUNTY), abi.encode(terms)));
        isBounty[address(bounty)] = true;
        emit ComputeBountyOpened(bounty, msg.sender, terms.architecture);
        bounty.open{value: msg.value}();
    }
}
