// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ITensorProofVerifier} from "./ITensorProofVerifier.sol";

/// @title  Which verifier proves which model
/// @notice A publisher names the verifier of a model once and for good. There is no owner: whom to believe is for the
///         reader to choose, who asks for the entry of a publisher. Nothing here says that a verifier is the model's; who
///         wants to know compares its code, as `tensorproof verify --rpc-url URL --address ADDRESS` does.
contract VerifierRegistry {
    /// @notice `publisher` says that `verifier` proves the model with this hash.
    event Registered(address indexed publisher, bytes32 indexed model, ITensorProofVerifier verifier, bytes32 codeHash);

    /// @notice The publisher has named a verifier of this model before.
    error AlreadyRegistered(bytes32 model, ITensorProofVerifier verifier);
    /// @notice The publisher has named no verifier of this model.
    error NotRegistered(address publisher, bytes32 model);
    /// @notice There is no contract at this address.
    error NoCode(ITensorProofVerifier verifier);

    mapping(address publisher => mapping(bytes32 model => ITensorProofVerifier)) private verifiers;

    /// @notice Names the verifier of a model.
    /// @param model    The keccak256 of the model's file.
    /// @param verifier A contract, whose code cannot change.
    function register(bytes32 model, ITensorProofVerifier verifier) external {
        ITensorProofVerifier known = verifiers[msg.sender][model];
        if (address(known) != address(0)) revert AlreadyRegistered(model, known);
        if (address(verifier).code.length == 0) revert NoCode(verifier);
        verifiers[msg.sender][model] = verifier;
        emit Registered(msg.sender, model, verifier, address(verifier).codehash);
    }

    /// @notice Returns the verifier that a publisher has named for a model.
    function verifierOf(address publisher, bytes32 model) external view returns (ITensorProofVerifier verifier) {
        verifier = verifiers[publisher][model];
        if (address(verifier) == address(0)) revert NotRegistered(publisher, model);
    }
}
