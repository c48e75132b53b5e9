// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Proof, Statement, Statements} from "./Statements.sol";

/// @notice What the host asks for, fixed on opening.
struct ComputeTerms {
    /// Who opens the bounty and wants the outputs.
    address host;
    /// Wei for whoever proves the outputs first.
    uint256 reward;
    /// Unix time at which the host may take the reward back.
    uint64 end;
    /// Field elements of the outputs, those of all samples; at most `MAX_OUTPUTS`.
    uint32 outputs;
    /// Hash of the circuit, which holds the model, its parameters as constants.
    bytes32 architecture;
    /// Hash of the transcript of the key's ceremony, with the host's contribution.
    bytes32 setup;
    /// Poseidon hash of the data and a salt, as the circuit computes it. The salt is published with the data: it hides
    /// nothing.
    uint256 dataHash;
    /// SHA-256 of the bytes of the data's file, which tells the salt too, as its CIDv1 (raw, sha2-256) has it: where to
    /// find them. Nothing here proves that `dataHash` is of these bytes, anyone who fetches them can compute it.
    bytes32 dataDigest;
    /// The outputs are those of the model on data of that hash.
    Statement inference;
}

/// @title  A bounty for running a public model on public data
/// @notice Whoever proves the outputs first is paid by the call that brings them.
/// @dev    **States.** Unopened -> Open (`open`, by the factory) -> Solved (`solve`, by anyone, before `end`) or Expired
///         (at `end`; the host takes the reward by `reclaim`). There is no cancellation: a host could read outputs in the
///         mempool, and cancel before they are paid for.
///
///         **Public inputs.** The values of the statement (see `Statements`) are the outputs (the call), then dataHash
///         (terms), outputs + 1 of them: those of a circuit that `tensorproof transpile` makes with `--input-visibility
///         hashed --params-visibility fixed --public-signals digest`. A negative output -x is the element p - x.
contract ComputeBounty is ReentrancyGuardTransient {
    using Statements for Statement;

    enum Phase {
        Unopened,
        Open,
        Solved,
        Expired
    }

    /// @notice The host opened the bounty.
    event Opened(ComputeTerms terms);
    /// @notice A solver brought the outputs, and was paid.
    event Solved(address indexed solver, uint256[] outputs);
    /// @notice The host took the reward back.
    event Reclaimed(uint256 amount);

    /// @notice Only the factory opens bounties.
    error NotFactory(address sender);
    /// @notice Only the host may do this.
    error NotHost(address sender);
    /// @notice The call belongs to another phase.
    error WrongPhase(Phase actual);
    /// @notice The value sent is not the one that the terms name.
    error WrongValue(uint256 expected, uint256 actual);
    /// @notice The terms ask for no outputs or more than `MAX_OUTPUTS`, or name an end less than `MIN_DURATION` or more than
    ///         `MAX_DURATION` away.
    error InvalidTerms();
    /// @notice There are more or fewer outputs than the terms name.
    error WrongLength(uint256 expected, uint256 actual);
    /// @notice The reward was taken before.
    error NothingDue(address account);

    /// @notice Shortest time to `end`, so that who reads the terms can prove and be included; as of a `ModelBounty`.
    uint256 public constant MIN_DURATION = 30 minutes;
    /// @notice Longest time to `end`: a typing error locks nothing for ever.
    uint256 public constant MAX_DURATION = 365 days;
    /// @notice Most outputs: 128,000 bytes of call data, of the 128 KiB that nodes take of a transaction.
    uint256 public constant MAX_OUTPUTS = 4000;

    /// @notice The contract that makes clones of this one.
    address public immutable FACTORY;

    bool private opened;
    /// @notice Whether the host took the reward back.
    bool public reclaimed;
    /// @notice Whom `solve` paid, or zero.
    address public solver;

    constructor() {
        FACTORY = msg.sender;
    }

    /// @notice Opens a new clone with the reward, by the factory.
    function open() external payable {
        if (msg.sender != FACTORY) revert NotFactory(msg.sender);
        if (opened) revert WrongPhase(phase());
        opened = true;

        ComputeTerms memory t = terms();
        if (msg.value != t.reward) revert WrongValue(t.reward, msg.value);
        bool timely = block.timestamp + MIN_DURATION <= t.end && t.end <= block.timestamp + MAX_DURATION;
        bool meaningful = t.host != address(0) && t.outputs != 0 && t.outputs <= MAX_OUTPUTS;
        if (!timely || !meaningful) revert InvalidTerms();
        Statements.requireInField(t.dataHash);
        t.inference.requireCode();
        emit Opened(t);
    }

    /// @notice Brings the outputs and pays the reward, until `end`.
    /// @param outputs The outputs of the model.
    /// @param hash    Poseidon of the statement's values, the proof's first public signal.
    /// @param proof   A proof of the inference statement.
    /// @param to      Whom to pay.
    function solve(uint256[] calldata outputs, uint256 hash, Proof calldata proof, address payable to)
        external
        nonReentrant
    {
        requirePhase(Phase.Open);
        ComputeTerms memory t = terms();
        if (outputs.length != t.outputs) revert WrongLength(t.outputs, outputs.length);
        uint256[] memory values = Statements.list(0, outputs, 1);
        values[outputs.length] = t.dataHash;
        solver = msg.sender;
        emit Solved(msg.sender, outputs);
        t.inference.requireProof(proof, hash, values);
        Address.sendValue(to, t.reward);
    }

    /// @notice Takes the reward back, by the host, from `end` on.
    /// @param to Whom to pay.
    function reclaim(address payable to) external nonReentrant {
        ComputeTerms memory t = terms();
        if (msg.sender != t.host) revert NotHost(msg.sender);
        requirePhase(Phase.Expired);
        if (reclaimed) revert NothingDue(msg.sender);
        reclaimed = true;
        emit Reclaimed(t.reward);
        Address.sendValue(to, t.reward);
    }

    /// @notice Returns the phase at the block's time.
    function phase() public view returns (Phase) {
        if (!opened) return Phase.Unopened;
        if (solver != address(0)) return Phase.Solved;
        return block.timestamp < terms().end ? Phase.Open : Phase.Expired;
    }

    /// @notice Returns what the host asked for.
    function terms() public view returns (ComputeTerms memory) {
        return abi.decode(Clones.fetchCloneArgs(address(this)), (ComputeTerms));
    }

    /// @notice Returns what the proof of `sender` must be bound to.
    function domain(address sender) external view returns (bytes32) {
        return terms().inference.domain(sender);
    }

    function requirePhase(Phase expected) private view {
        Phase actual = phase();
        if (actual != expected) revert WrongPhase(actual);
    }
}
