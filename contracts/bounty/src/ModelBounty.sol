// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {BabyJubjub} from "./BabyJubjub.sol";
import {Proof, Statement, Statements} from "./Statements.sol";

/// @notice What the host asks for, fixed on opening.
struct ModelTerms {
    /// Who opens the bounty, reveals the test set and can read the winner's parameters.
    address host;
    /// Wei for the winner.
    uint256 reward;
    /// Wei that each hunter deposits with its commitment.
    uint256 stake;
    /// Right answers that a model needs at least, 1 <= threshold <= samples.
    uint32 threshold;
    /// Samples in the test set, at most `MAX_SAMPLES`.
    uint32 samples;
    /// Field elements in a ciphertext, all that the host needs for decryption; at most `MAX_CIPHERTEXT`.
    uint32 ciphertextLength;
    /// Unix time at which commitments end and the reveal begins.
    uint64 commitEnd;
    /// Unix time at which the reveal ends.
    uint64 revealEnd;
    /// Unix time at which proofs of accuracy end and the turns of claiming begin.
    uint64 proofEnd;
    /// Seconds in a turn, at the least; in one that is not the first, at the least `MIN_LATER_TURN` too.
    uint64 turn;
    /// Hash of the accuracy circuit, from which anyone compiles it again.
    bytes32 architecture;
    /// Hash of the transcripts of the three keys' ceremonies, with the host's contribution in each.
    bytes32 setup;
    /// Salted Poseidon root over images and labels: hides the test set until the reveal, and binds it.
    uint256 testSetRoot;
    /// The host's public key on Baby Jubjub, x and y.
    uint256[2] key;
    /// The root's images are the bytes behind the CIDs, its labels and its salt are those revealed.
    Statement testSet;
    /// Committed parameters are right on so many samples of the root.
    Statement accuracy;
    /// The ciphertext holds committed parameters, encrypted to the host's key.
    Statement delivery;
}

/// @title  A bounty for a private model of proven accuracy
/// @notice The host pays for parameters of a known architecture that classify at least `threshold` of `samples` samples
///         right. Hunters commit to parameters before they see the samples, and prove afterwards how many they classify
///         right. The best is paid by the call that delivers its parameters, encrypted to the host.
/// @dev    **States**, and the calls that each allows. Time alone leads from one to the next where no call is named.
///
///             Unopened    -> Committing    `open`, by the factory
///             Committing                   `commit`, by anyone, once each, with the stake
///             Committing  -> Cancelled     `cancel`, by the host, while nobody has committed
///             Committing  -> Revealing     at commitEnd, if anybody committed
///             Committing  -> Undelivered   at commitEnd, otherwise
///             Revealing   -> Proving       `reveal`, by the host
///             Revealing   -> Forfeited     at revealEnd
///             Proving                      `submit`, by hunters that committed, once each
///             Proving     -> Claiming      at proofEnd, if any hunter proved the threshold
///             Proving     -> Undelivered   at proofEnd, otherwise
///             Claiming                     `resign`, by hunters whose turn is still to come
///             Claiming    -> Delivered     `claim`, by the hunter whose turn it is
///             Claiming    -> Undelivered   `advance`, by anyone, when the last turn is over
///
///         **Turns.** Hunters that proved are ranked by right answers, then by the order of their commitments, and have
///         their turns in this order. Who lets its turn pass loses its stake to the host, whose money waited for it. Who does
///         not want to wait for its turn resigns before it begins, and has its stake back: from then on it is as if it had
///         proved nothing.
///
///         The first turn takes `turn` seconds at the least, each other one the longer of `turn` and `MIN_LATER_TURN`. A turn
///         has two halves. A half begins with the block of the call that ends the one before it (`advance`, by anyone; for the
///         very first one it is any such call from proofEnd on), and ends by the next such call once its time is over. Time
///         alone ends nothing: a hunter may claim from the moment that it is the first one until somebody has ended both
///         halves of its turn.
///
///         So every turn begins with a block in it, and turns during which there is no block do not exist: a chain or a
///         sequencer that stands still, however long, is inside one half, and the hunter has the other one. A call before the
///         time is over does nothing, and no call shortens a half or begins one again.
///
///         **When a turn begins.** The first hunter knows: it may claim from proofEnd on. For the others it is the block of a
///         call, and whoever makes it chooses the moment: once its time is over, a turn goes on until somebody ends it. It may
///         also be earlier than the ranking says, when others that ranked before have resigned. So the host, or anybody else,
///         can let a turn begin when its hunter does not look. What bounds this is the length of the turn: who looks every 12
///         hours has 12 hours left of its turn, whatever others call. Anybody can call `advance` as soon as it has an effect,
///         and so keep the others from choosing.
///
///         **How long a stake is held.** Until proofEnd, at most `MAX_DURATION` after the opening. From then on nobody's calls
///         hold a stake: who proved nothing takes it by `refund`, who is in its turn by `claim`, who waits for its turn by
///         `resign`, at any moment. Who would rather wait for the reward waits for the turns before its own, of `MAX_TURN` or
///         less each, if somebody calls `advance` when it may be called; there are as many as hunters that rank before.
///
///         **Times.** Each phase, and each turn, takes `MIN_DURATION` at the least, half of which is a half turn. That is more
///         than Ethereum takes to finalise a block (13 minutes), so that a proof or a claim can be sent again after a
///         reorganisation, and 75 blocks of Ethereum, 450 of chains with two seconds, 3,600 with a quarter: nobody fills
///         all of them to keep a transaction out. It is a bound against traps, no advice: people need days.
///
///         **Sizes.** No call takes more than a transaction may (2^24 gas by EIP-7825, and the 128 KiB that nodes pass on):
///         see `MAX_CIPHERTEXT` and `MAX_SAMPLES`. `advance` passes over one half turn a call; the walk of `submit` along the
///         ranking begins at a hint, which those that prove in the meantime make no worse than by their own number. `resign`
///         and `advance` take the same gas however many others there are.
///
///         **Ways out**, each called by whom it pays, to any address; nobody's payment waits for another's.
///
///             Delivered     winner: reward and stake, in `claim`; hunters ranked behind it, and those that proved
///                           nothing: stake, by `refund`; host: stakes of those ranked before it, by `reclaim`
///             Undelivered   hunters that proved nothing: stake; host: reward and the stakes of all whose turns passed
///             Forfeited     hunters: stake, and an equal share of the reward, the first one what is left by division
///             Cancelled     host: reward, in `cancel`
///
///         Hunters that proved nothing need not wait for the claim: `refund` pays them from proofEnd on. Nor need hunters whose
///         turn has not begun: `resign` pays them their stake.
///
///         **Public inputs.** The values of each statement (see `Statements`) are read or computed here, none is taken on
///         trust from the sender:
///
///             testSet    testSetRoot (terms), salt, then for each sample the upper and the lower 128 bits of the SHA-256
///                        in its CID, then the labels; 2 + 3 * samples values. Salt, CIDs and labels are what the call
///                        publishes
///             accuracy   testSetRoot (terms), hash of the parameters (the sender's commitment), right answers (the
///                        call; what the ranking uses); 3 values
///             delivery   hash of the parameters (the sender's commitment), key x and y (terms), ciphertext (the call);
///                        3 + ciphertextLength values
///
///         **What this cannot prevent.** A host can pay itself: it may commit and win with a model of its own, or let
///         friends share in a forfeiture, and so come out of its bounty at the price of gas. It gets nobody's parameters
///         in that way. A host can reveal CIDs of bytes that it keeps to itself; nobody can prove anything then, and
///         stakes come back. A host that cannot send anything from commitEnd to revealEnd loses its reward to the stakers:
///         it chooses these times. Whoever watches the mempool sees a ciphertext before it is paid for, the host too, and a
///         claim that comes after its turn is not paid at all: claim early. A resignation that comes when the turn has begun
///         is refused, and the stake is lost unless the hunter delivers: resign early. Who proves the best accuracy under many
///         addresses and never delivers delays the others by as many turns. That costs a stake for each turn, which goes to
///         the host; so to the host, which knows the test set, it costs nothing but gas, and nobody else is sure to have a
///         turn before it gives up waiting. The host gains nothing by it that it would not have by a bounty of which it is
///         the winner; the others lose their time, and keep their stakes.
///
/// @custom:security A verifier other than an exported one could change its mind when it sees a ciphertext. Hunters compare
///         the code hashes of all statements (see `Statement`) before they commit.
contract ModelBounty is ReentrancyGuardTransient {
    using Statements for Statement;

    enum Phase {
        Unopened,
        Committing,
        Revealing,
        Proving,
        Claiming,
        Delivered,
        Undelivered,
        Forfeited,
        Cancelled
    }

    /// @notice A hunter, all zero before it commits.
    struct Hunter {
        /// Salted Poseidon hash of its parameters, never zero.
        uint256 parametersHash;
        /// The hunter ranked next behind, in the list that starts and ends with address 0.
        address next;
        /// Commitments before its own.
        uint32 order;
        /// Right answers that it proved, zero before.
        uint32 correct;
        /// Whether its stake was paid out.
        bool refunded;
    }

    /// @notice The host opened the bounty.
    event Opened(ModelTerms terms);
    /// @notice A hunter committed to parameters.
    event Committed(address indexed hunter, uint256 order, uint256 parametersHash);
    /// @notice The host revealed the test set: sha256 of each sample's bytes, as in its CIDv1, and its label.
    event Revealed(uint256 salt, bytes32[] digests, uint256[] labels);
    /// @notice A hunter proved that many right answers.
    event Proved(address indexed hunter, uint256 correct);
    /// @notice The winner delivered its parameters, and was paid.
    event Delivered(address indexed hunter, uint256[] ciphertext);
    /// @notice A hunter gave up its turn before it began.
    event Resigned(address indexed hunter);
    /// @notice The host cancelled the bounty, and took the reward back.
    event Cancelled();
    /// @notice A hunter took its stake back, with its share of a forfeited reward.
    event Refunded(address indexed hunter, uint256 amount);
    /// @notice The host took the reward or the stakes of hunters that did not deliver.
    event Reclaimed(uint256 amount);

    /// @notice Only the factory opens bounties.
    error NotFactory(address sender);
    /// @notice Only the host may do this.
    error NotHost(address sender);
    /// @notice The call belongs to another phase.
    error WrongPhase(Phase actual);
    /// @notice The value sent is not the one that the terms name.
    error WrongValue(uint256 expected, uint256 actual);
    /// @notice The terms contradict themselves, have a phase or a turn shorter than `MIN_DURATION`, an end of proofs more than
    ///         `MAX_DURATION` away, a turn longer than `MAX_TURN`, or a size that is zero or over its limit.
    error InvalidTerms();
    /// @notice Zero stands for no commitment.
    error EmptyCommitment();
    /// @notice The sender has committed already.
    error AlreadyCommitted(address hunter);
    /// @notice The sender has not committed.
    error NotCommitted(address hunter);
    /// @notice The sender has proved its accuracy already.
    error AlreadyProved(address hunter);
    /// @notice Somebody has committed, so that the host is bound to its bounty.
    error HasHunters(uint256 hunters);
    /// @notice A list has not the length that the terms name.
    error WrongLength(uint256 expected, uint256 actual);
    /// @notice Too few right answers, or more than there are samples.
    error WrongCount(uint256 threshold, uint256 samples, uint256 actual);
    /// @notice The hint is no hunter ranked before the sender.
    error WrongHint(address hint);
    /// @notice It is the turn of another hunter.
    error NotYourTurn(address candidate);
    /// @notice The sender proved nothing, or its turn has begun: it cannot resign.
    error NoTurnToCome(address hunter);
    /// @notice There is nothing to pay to the sender, now or any more.
    error NothingDue(address account);

    /// @notice Shortest time of each phase, and of a turn; see above.
    uint256 public constant MIN_DURATION = 30 minutes;
    /// @notice Longest time to `proofEnd`: a typing error locks nothing for ever.
    uint256 public constant MAX_DURATION = 365 days;
    /// @notice Shortest time of a turn that is not the first: others choose when it begins, and nobody looks all day.
    uint256 public constant MIN_LATER_TURN = 1 days;
    /// @notice Longest time of a turn: for so long the reward waits for a hunter that does not deliver.
    uint256 public constant MAX_TURN = 30 days;
    /// @notice Most elements of a ciphertext: 128,000 bytes of call data, so that a claim fits the 128 KiB that nodes take
    ///         of a transaction, and takes a third of the gas that a transaction may.
    uint256 public constant MAX_CIPHERTEXT = 4000;
    /// @notice Most samples: digests and labels are 128,000 bytes of call data.
    uint256 public constant MAX_SAMPLES = 2000;

    /// @notice The contract that makes clones of this one.
    address public immutable FACTORY;

    /// @notice Hunters by address. The entry of address 0 is the head of the ranking.
    mapping(address => Hunter) public hunters;
    // The hunter ranked before, by address; zero for the first one.
    mapping(address => address) private previous;

    bool private opened;
    bool private revealed;
    bool private cancelled;
    /// @notice Whether the host took what `reclaim` pays.
    bool public reclaimed;
    /// @notice Number of commitments.
    uint32 public committed;
    /// @notice Number of hunters that proved the threshold and did not resign.
    uint32 public proved;
    // Turns that are over.
    uint32 private turnsOver;
    /// @notice Whom `claim` paid, or zero.
    address public winner;
    // The hunter whose turn it is. Zero before the first turn began, and after the last one.
    address private candidate;
    // The half of its turn, 1 or 2. Zero before the first turn began.
    uint8 private present;
    // The time of the block with which the half began.
    uint64 private since;

    constructor() {
        FACTORY = msg.sender;
    }

    /// @notice Opens a new clone with the reward, by the factory.
    function open() external payable {
        if (msg.sender != FACTORY) revert NotFactory(msg.sender);
        if (opened) revert WrongPhase(phase());
        opened = true;

        ModelTerms memory t = terms();
        requireValue(t.reward);
        bool timely = block.timestamp + MIN_DURATION <= t.commitEnd && t.commitEnd + MIN_DURATION <= t.revealEnd
            && t.revealEnd + MIN_DURATION <= t.proofEnd && t.proofEnd <= block.timestamp + MAX_DURATION
            && MIN_DURATION <= t.turn && t.turn <= MAX_TURN;
        bool meaningful = t.host != address(0) && t.threshold != 0 && t.threshold <= t.samples
            && t.samples <= MAX_SAMPLES && t.ciphertextLength != 0 && t.ciphertextLength <= MAX_CIPHERTEXT;
        if (!timely || !meaningful) revert InvalidTerms();
        Statements.requireInField(t.testSetRoot);
        BabyJubjub.requireKey(t.key[0], t.key[1]);
        t.testSet.requireCode();
        t.accuracy.requireCode();
        t.delivery.requireCode();
        emit Opened(t);
    }

    /// @notice Commits the sender to parameters, with the stake; once for each address, until `commitEnd`.
    /// @param parametersHash Salted Poseidon hash of the parameters.
    function commit(uint256 parametersHash) external payable {
        ModelTerms memory t = terms();
        requirePhase(t, Phase.Committing);
        requireValue(t.stake);
        if (parametersHash == 0) revert EmptyCommitment();
        Statements.requireInField(parametersHash);
        Hunter storage hunter = hunters[msg.sender];
        if (hunter.parametersHash != 0) revert AlreadyCommitted(msg.sender);
        uint32 order = committed;
        committed = order + 1;
        hunter.parametersHash = parametersHash;
        hunter.order = order;
        emit Committed(msg.sender, order, parametersHash);
    }

    /// @notice Takes the reward back, by the host, until `commitEnd` and while nobody has committed.
    /// @param to Whom to pay.
    function cancel(address payable to) external nonReentrant {
        ModelTerms memory t = terms();
        requireHost(t);
        requirePhase(t, Phase.Committing);
        if (committed != 0) revert HasHunters(committed);
        cancelled = true;
        emit Cancelled();
        Address.sendValue(to, t.reward);
    }

    /// @notice Reveals the test set, by the host, from `commitEnd` until `revealEnd`.
    /// @param salt    The salt of the root.
    /// @param digests The SHA-256 of each sample's bytes, as its CIDv1 (raw, sha2-256) has it.
    /// @param labels  The label of each sample.
    /// @param hash    Poseidon of the statement's values, the proof's first public signal.
    /// @param proof   A proof of the test-set statement.
    function reveal(
        uint256 salt,
        bytes32[] calldata digests,
        uint256[] calldata labels,
        uint256 hash,
        Proof calldata proof
    ) external {
        ModelTerms memory t = terms();
        requireHost(t);
        requirePhase(t, Phase.Revealing);
        requireLength(t.samples, digests.length);
        requireLength(t.samples, labels.length);
        uint256[] memory values = Statements.list(2 + 2 * digests.length, labels, 0);
        values[0] = t.testSetRoot;
        values[1] = salt;
        for (uint256 i = 0; i < digests.length; ++i) {
            values[2 + 2 * i] = uint256(digests[i]) >> 128;
            values[3 + 2 * i] = uint256(digests[i]) & type(uint128).max;
        }
        revealed = true;
        emit Revealed(salt, digests, labels);
        t.testSet.requireProof(proof, hash, values);
    }

    /// @notice Proves how many samples the sender's committed parameters classify right, after the reveal until
    ///         `proofEnd`; once for each hunter.
    /// @param correct Right answers, at least the threshold.
    /// @param hint    A hunter ranked before the sender, best the one just before it; or zero, for the start.
    /// @param hash    Poseidon of the statement's values, the proof's first public signal.
    /// @param proof   A proof of the accuracy statement.
    function submit(uint32 correct, address hint, uint256 hash, Proof calldata proof) external {
        ModelTerms memory t = terms();
        requirePhase(t, Phase.Proving);
        Hunter storage hunter = hunters[msg.sender];
        if (hunter.parametersHash == 0) revert NotCommitted(msg.sender);
        if (hunter.correct != 0) revert AlreadyProved(msg.sender);
        if (correct < t.threshold || correct > t.samples) revert WrongCount(t.threshold, t.samples, correct);
        hunter.correct = correct;
        ++proved;
        insert(msg.sender, hint);
        emit Proved(msg.sender, correct);

        uint256[] memory values = new uint256[](3);
        values[0] = t.testSetRoot;
        values[1] = hunter.parametersHash;
        values[2] = correct;
        t.accuracy.requireProof(proof, hash, values);
    }

    /// @notice Begins the first turn, or ends the half turn whose time is over, and returns the hunter whose turn it is then.
    ///         The next half begins with this block, so that a second call has to wait for its end.
    /// @param limit Half turns to end: none for 0, else one, if it is over.
    /// @return hunter Whose turn it is, zero when the last one is over.
    function advance(uint256 limit) external returns (address hunter) {
        ModelTerms memory t = terms();
        requirePhase(t, Phase.Claiming);
        if (limit != 0) endHalf(t);
        return inTurn();
    }

    /// @notice Gives up the turn of a hunter, the sender, before it has begun, and pays its stake.
    /// @param to Whom to pay.
    function resign(address payable to) external nonReentrant {
        ModelTerms memory t = terms();
        requirePhase(t, Phase.Claiming);
        Hunter storage hunter = hunters[msg.sender];
        // Who proved nothing ranks behind everybody, and takes its stake by `refund`.
        if (hunter.correct == 0 || !ranksBefore(hunters[inTurn()], hunter)) revert NoTurnToCome(msg.sender);
        address before = previous[msg.sender];
        address behind = hunter.next;
        hunters[before].next = behind;
        if (behind != address(0)) previous[behind] = before;
        delete previous[msg.sender];
        delete hunter.next;
        delete hunter.correct;
        --proved;
        hunter.refunded = true;
        emit Resigned(msg.sender);
        emit Refunded(msg.sender, t.stake);
        Address.sendValue(to, t.stake);
    }

    /// @notice Delivers the parameters to the host and pays reward and stake, by the hunter whose turn it is, however late, as
    ///         long as nobody has ended it.
    /// @param ciphertext The parameters, encrypted to the host's key, with all that the host needs for decryption.
    /// @param hash       Poseidon of the statement's values, the proof's first public signal.
    /// @param proof      A proof of the delivery statement.
    /// @param to         Whom to pay.
    function claim(uint256[] calldata ciphertext, uint256 hash, Proof calldata proof, address payable to)
        external
        nonReentrant
    {
        ModelTerms memory t = terms();
        requirePhase(t, Phase.Claiming);
        // Who claims ends no turn: the one before could be first, and the ciphertext would be seen and not paid for.
        if (msg.sender != inTurn()) revert NotYourTurn(inTurn());
        requireLength(t.ciphertextLength, ciphertext.length);
        uint256[] memory values = Statements.list(3, ciphertext, 0);
        values[0] = hunters[msg.sender].parametersHash;
        values[1] = t.key[0];
        values[2] = t.key[1];
        winner = msg.sender;
        emit Delivered(msg.sender, ciphertext);
        t.delivery.requireProof(proof, hash, values);
        Address.sendValue(to, t.reward + t.stake);
    }

    /// @notice Pays a hunter, the sender, what `refundable` tells.
    /// @param to Whom to pay.
    function refund(address payable to) external nonReentrant {
        uint256 amount = refundable(msg.sender);
        if (amount == 0) revert NothingDue(msg.sender);
        hunters[msg.sender].refunded = true;
        emit Refunded(msg.sender, amount);
        Address.sendValue(to, amount);
    }

    /// @notice Pays the host, the sender, what `reclaimable` tells.
    /// @param to Whom to pay.
    function reclaim(address payable to) external nonReentrant {
        requireHost(terms());
        uint256 amount = reclaimable();
        if (amount == 0) revert NothingDue(msg.sender);
        reclaimed = true;
        emit Reclaimed(amount);
        Address.sendValue(to, amount);
    }

    /// @notice Returns what `refund` pays to a hunter now.
    function refundable(address account) public view returns (uint256) {
        Hunter storage hunter = hunters[account];
        if (hunter.parametersHash == 0 || hunter.refunded) return 0;
        ModelTerms memory t = terms();
        Phase current = phase(t);
        if (current == Phase.Forfeited) {
            uint256 share = t.reward / committed;
            if (hunter.order == 0) share += t.reward % committed;
            return t.stake + share;
        }
        bool over = current == Phase.Claiming || current == Phase.Delivered || current == Phase.Undelivered;
        bool beaten = current == Phase.Delivered && ranksBefore(hunters[winner], hunter);
        return over && (hunter.correct == 0 || beaten) ? t.stake : 0;
    }

    /// @notice Returns what `reclaim` pays to the host now.
    function reclaimable() public view returns (uint256) {
        if (reclaimed) return 0;
        ModelTerms memory t = terms();
        Phase current = phase(t);
        if (current == Phase.Delivered) return turnsOver * t.stake;
        if (current == Phase.Undelivered) return t.reward + proved * t.stake;
        return 0;
    }

    /// @notice Returns whose turn it is in phase Claiming, which half of it, and when that half may be ended; zero, zero and
    ///         zero in other phases.
    /// @return hunter The hunter that may claim.
    /// @return half   1 or 2; 0 while the first turn has not begun, as nobody has called `advance`.
    /// @return end    Unix time from which `advance` ends the half; the time of any block for half 0.
    function turn() external view returns (address hunter, uint256 half, uint256 end) {
        ModelTerms memory t = terms();
        if (phase(t) != Phase.Claiming) return (address(0), 0, 0);
        if (present == 0) return (inTurn(), 0, 0);
        return (candidate, present, since + halfOf(t));
    }

    /// @notice Returns the phase at the block's time.
    function phase() public view returns (Phase) {
        return opened ? phase(terms()) : Phase.Unopened;
    }

    /// @notice Returns what the host asked for.
    function terms() public view returns (ModelTerms memory) {
        return abi.decode(Clones.fetchCloneArgs(address(this)), (ModelTerms));
    }

    /// @notice Returns what the proofs of `sender` must be bound to: the domains of the three statements.
    function domains(address sender) external view returns (bytes32 testSet, bytes32 accuracy, bytes32 delivery) {
        ModelTerms memory t = terms();
        return (t.testSet.domain(sender), t.accuracy.domain(sender), t.delivery.domain(sender));
    }

    function phase(ModelTerms memory t) private view returns (Phase) {
        if (!opened) return Phase.Unopened;
        if (cancelled) return Phase.Cancelled;
        if (winner != address(0)) return Phase.Delivered;
        if (block.timestamp < t.commitEnd) return Phase.Committing;
        if (committed == 0) return Phase.Undelivered;
        if (!revealed) return block.timestamp < t.revealEnd ? Phase.Revealing : Phase.Forfeited;
        if (block.timestamp < t.proofEnd) return Phase.Proving;
        return turnsOver < proved ? Phase.Claiming : Phase.Undelivered;
    }

    // In phase Claiming: the hunter whose turn it is, or whose turn begins with the next call of `advance`.
    function inTurn() private view returns (address) {
        return present == 0 ? hunters[address(0)].next : candidate;
    }

    // In phase Claiming: begins the first half turn, or ends the present one if its time is over.
    function endHalf(ModelTerms memory t) private {
        if (present == 0) {
            candidate = hunters[address(0)].next;
            present = 1;
        } else if (block.timestamp < since + halfOf(t)) {
            return;
        } else if (present == 1) {
            present = 2;
        } else {
            ++turnsOver;
            candidate = hunters[candidate].next;
            present = 1;
        }
        // forge-lint: disable-next-line(unsafe-typecast)
        since = uint64(block.timestamp);
    }

    // Half of the present turn.
    function halfOf(ModelTerms memory t) private view returns (uint256) {
        uint256 length = t.turn;
        if (turnsOver != 0 && length < MIN_LATER_TURN) length = MIN_LATER_TURN;
        return (length + 1) / 2;
    }

    // A hunter that proved later can only come behind the hint or behind others that did: a good hint stays good.
    function insert(address account, address hint) private {
        Hunter storage hunter = hunters[account];
        // Who proved nothing has no right answers, and ranks before nobody.
        if (hint != address(0) && !ranksBefore(hunters[hint], hunter)) revert WrongHint(hint);
        address before = hint;
        address behind = hunters[hint].next;
        while (behind != address(0) && ranksBefore(hunters[behind], hunter)) {
            before = behind;
            behind = hunters[behind].next;
        }
        hunters[before].next = account;
        previous[account] = before;
        hunter.next = behind;
        if (behind != address(0)) previous[behind] = account;
    }

    function ranksBefore(Hunter storage one, Hunter storage other) private view returns (bool) {
        return one.correct > other.correct || (one.correct == other.correct && one.order < other.order);
    }

    function requireHost(ModelTerms memory t) private view {
        if (msg.sender != t.host) revert NotHost(msg.sender);
    }

    function requirePhase(ModelTerms memory t, Phase expected) private view {
        Phase actual = phase(t);
        if (actual != expected) revert WrongPhase(actual);
    }

    function requireValue(uint256 expected) private view {
        if (msg.value != expected) revert WrongValue(expected, msg.value);
    }

    function requireLength(uint256 expected, uint256 actual) private pure {
        if (actual != expected) revert WrongLength(expected, actual);
    }
}
