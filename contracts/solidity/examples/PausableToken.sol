// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

/// @title  A token that a guard can pause, and that remembers what a fraud model looks at
/// @notice An example, not audited.
contract PausableToken {
    /// @notice What is known of a transfer: the amount, and how many transfers the sender made before.
    struct Transfer {
        uint128 amount;
        uint64 earlier;
        bool isKnown;
    }

    event Transferred(uint256 indexed id, address indexed from, address indexed to, uint256 amount);
    event Paused(address indexed guard);
    event Resumed(address indexed owner);

    error IsPaused();
    error NotAllowed(address caller);
    error Insufficient(uint256 balance, uint256 amount);

    address public immutable owner = msg.sender;
    address public guard;
    bool public paused;
    uint256 public transfers;
    mapping(address account => uint256) public balanceOf;
    mapping(address account => uint64) public sent;
    mapping(uint256 id => Transfer) public transferOf;

    constructor(uint256 supply) {
        balanceOf[msg.sender] = supply;
    }

    /// @notice Names who may pause: nobody, if it is the zero address.
    function setGuard(address newGuard) external {
        if (msg.sender != owner) revert NotAllowed(msg.sender);
        guard = newGuard;
    }

    function transfer(address to, uint128 amount) external returns (uint256 id) {
        if (paused) revert IsPaused();
        uint256 balance = balanceOf[msg.sender];
        if (balance < amount) revert Insufficient(balance, amount);
        balanceOf[msg.sender] = balance - amount;
        balanceOf[to] += amount;
        id = transfers++;
        transferOf[id] = Transfer({amount: amount, earlier: sent[msg.sender]++, isKnown: true});
        emit Transferred(id, msg.sender, to, amount);
    }

    function pause() external {
        if (msg.sender != guard) revert NotAllowed(msg.sender);
        paused = true;
        emit Paused(msg.sender);
    }

    function resume() external {
        if (msg.sender != owner) revert NotAllowed(msg.sender);
        paused = false;
        emit Resumed(msg.sender);
    }
}
