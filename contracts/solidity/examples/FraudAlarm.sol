// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {ITensorProofVerifier} from "../ITensorProofVerifier.sol";
import {TensorProof} from "../TensorProof.sol";
import {PausableToken} from "./PausableToken.sol";

/// @title  Pauses a token when a model takes a transfer for fraud
/// @notice Anyone may raise the alarm, with a proof that the model says so of a transfer that happened. An example, not
///         audited.
/// @dev    The model has two inputs, the amount and the number of the sender's earlier transfers, and one output, the
///         class: 1 is fraud. Its public signals are the class, then the inputs. Its inputs are read from the token: with
///         inputs that a caller may choose, everyone could pause it.
contract FraudAlarm {
    using TensorProof for ITensorProofVerifier;

    event Alarm(uint256 indexed id, address indexed raisedBy);

    /// @notice The token knows no such transfer.
    error UnknownTransfer(uint256 id);
    /// @notice The alarm was raised for this transfer before.
    error AlreadyRaised(uint256 id);
    /// @notice The model takes the transfer for an honest one.
    error NotFraud(uint256 id);

    uint256 private constant FRAUD = 1;

    ITensorProofVerifier public immutable verifier;
    PausableToken public immutable token;
    /// @notice The scale of the model's inputs, as in its settings.json.
    int256 public immutable scale;
    mapping(uint256 id => bool) public wasRaised;

    constructor(ITensorProofVerifier verifier_, PausableToken token_, int256 scale_) {
        verifier = verifier_;
        token = token_;
        scale = scale_;
    }

    function raise(uint256 id, TensorProof.Proof calldata proof, uint256[] calldata input) external {
        (uint128 amount, uint64 earlier, bool isKnown) = token.transferOf(id);
        if (!isKnown) revert UnknownTransfer(id);
        if (wasRaised[id]) revert AlreadyRaised(id);
        wasRaised[id] = true;

        int256[] memory features = new int256[](2);
        features[0] = int256(uint256(amount)) * scale;
        features[1] = int256(uint256(earlier)) * scale;
        TensorProof.requireSignals(input, 1, features);
        verifier.requireValid(proof, input);
        if (input[0] != FRAUD) revert NotFraud(id);

        emit Alarm(id, msg.sender);
        token.pause();
    }
}
