// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Leaves} from "./Leaves.sol";
import {RewardRoots} from "./RewardRoots.sol";
import {IFanEngagement} from "./interfaces/IFanEngagement.sol";
import {IGovernanceTimes} from "./interfaces/IGovernanceTimes.sol";
import {IRecommendationGraph} from "./interfaces/IRecommendationGraph.sol";

/// @title Follows and fan rewards
/// @notice What it promises is said in IFanEngagement.
contract FanEngagement is RewardRoots, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev What is known of an account, in one slot. `claimed` is at most a root's total, which has 128 bits.
    struct Account {
        uint128 claimed;
        bool batchOptIn;
    }

    /// @notice Gas that a pushed payment gets, and no more. A transfer of TuneToken needs at most 90,000, of which most
    /// are for the first checkpoint of a delegate.
    uint256 public constant PUSH_GAS = 150_000;

    /// @dev More than what the call itself costs outside of that.
    uint256 private constant CALL_GAS = 5_000;

    mapping(address account => Account) private _accounts;

    /// @inheritdoc IFanEngagement
    uint256 public totalPaid;

    uint256 private _etherFactor;
    uint256 private _tokenFactor;

    /// @param authority Permissions, which knows the guardian's term.
    /// @param token_ TuneToken.
    /// @param graph_ The RecommendationGraph.
    /// @param governance_ Governance, which can veto a root while there is no guardian.
    /// @param delay_ Seconds between posting a root and its taking force, as long as a guardian can veto it.
    /// @param etherFactor What a wei of fees in ether counts as a seed, in millionths.
    /// @param tokenFactor The same for fees in TuneToken.
    constructor(
        address authority,
        IERC20 token_,
        IRecommendationGraph graph_,
        IGovernanceTimes governance_,
        uint64 delay_,
        uint256 etherFactor,
        uint256 tokenFactor
    ) RewardRoots(authority, token_, graph_, governance_, delay_) {
        _setSeedFactors(etherFactor, tokenFactor);
    }

    /// @inheritdoc IFanEngagement
    function follow(address account) external {
        if (account == msg.sender) revert SelfFollow(account);
        emit Followed(msg.sender, account);
    }

    /// @inheritdoc IFanEngagement
    function unfollow(address account) external {
        emit Unfollowed(msg.sender, account);
    }

    /// @inheritdoc IFanEngagement
    function followArtist(string calldata artistId) external {
        emit ArtistFollowed(msg.sender, _key(artistId), artistId);
    }

    /// @inheritdoc IFanEngagement
    function unfollowArtist(string calldata artistId) external {
        emit ArtistUnfollowed(msg.sender, _key(artistId), artistId);
    }

    /// @inheritdoc IFanEngagement
    /// @dev Everything is booked before the transfer, so this may be entered from itself; not from a push of a batch,
    /// which takes its booking back when it fails.
    function claim(address account, uint64 epoch, bytes32 root, uint256 cumulative, bytes32[] calldata proof)
        external
        nonReentrantView
        returns (uint256 paid)
    {
        uint256 total = _checkInForce(epoch, root);
        if (!_isLeaf(account, epoch, root, cumulative, proof)) revert BadProof(account);
        uint256 before = _accounts[account].claimed;
        if (cumulative <= before) return 0;
        paid = cumulative - before;
        uint256 paidBefore = totalPaid;
        uint256 left = _leftToPay(paidBefore, paid, total);
        if (paid > left) revert PaidAboveTotal(left, paid);
        _book(account, cumulative, paidBefore + paid);
        emit Claimed(account, epoch, paid, cumulative);
        token.safeTransfer(account, paid);
    }

    /// @inheritdoc IFanEngagement
    function claimBatch(uint64 epoch, bytes32 root, Claim[] calldata claims)
        external
        nonReentrant
        returns (uint256 paid)
    {
        uint256 total = _checkInForce(epoch, root);
        for (uint256 i = 0; i < claims.length; ++i) {
            paid += _claimOrSkip(claims[i], epoch, root, total);
        }
    }

    /// @inheritdoc IFanEngagement
    function setBatchOptIn(bool optedIn) external {
        _accounts[msg.sender].batchOptIn = optedIn;
        emit BatchOptInSet(msg.sender, optedIn);
    }

    /// @inheritdoc IFanEngagement
    function setSeedFactors(uint256 etherFactor, uint256 tokenFactor) external restricted {
        _setSeedFactors(etherFactor, tokenFactor);
    }

    /// @inheritdoc IFanEngagement
    function claimed(address account) external view returns (uint256) {
        return _accounts[account].claimed;
    }

    /// @inheritdoc IFanEngagement
    function batchOptIn(address account) external view returns (bool) {
        return _accounts[account].batchOptIn;
    }

    /// @inheritdoc IFanEngagement
    function seedFactors() external view returns (uint256 etherFactor, uint256 tokenFactor) {
        return (_etherFactor, _tokenFactor);
    }

    function _setSeedFactors(uint256 etherFactor, uint256 tokenFactor) private {
        _etherFactor = etherFactor;
        _tokenFactor = tokenFactor;
        emit SeedFactorsSet(etherFactor, tokenFactor);
    }

    /// @dev A transfer that fails undoes what was booked for that account, and nothing else.
    function _claimOrSkip(Claim calldata item, uint64 epoch, bytes32 root, uint256 total) private returns (uint256) {
        address account = item.account;
        Account memory state = _accounts[account];
        if (!state.batchOptIn) return _skip(account, epoch, SkipReason.NotOptedIn);
        if (item.cumulative <= state.claimed) return _skip(account, epoch, SkipReason.NothingDue);
        if (!_isLeaf(account, epoch, root, item.cumulative, item.proof)) {
            return _skip(account, epoch, SkipReason.BadProof);
        }
        uint256 due = item.cumulative - state.claimed;
        uint256 paidBefore = totalPaid;
        if (due > _leftToPay(paidBefore, due, total)) return _skip(account, epoch, SkipReason.AboveTotal);
        _book(account, item.cumulative, paidBefore + due);
        if (!_push(account, due)) {
            _book(account, state.claimed, paidBefore);
            return _skip(account, epoch, SkipReason.TransferFailed);
        }
        emit Claimed(account, epoch, due, item.cumulative);
        return due;
    }

    /// @dev Whoever sends a batch chooses its gas: without this check it could choose an amount at which a transfer
    /// fails and the rest of the batch succeeds, because a call leaves its caller a 64th of the gas.
    function _push(address account, uint256 amount) private returns (bool) {
        if (gasleft() < PUSH_GAS * 64 / 63 + CALL_GAS) revert TooLittleGas(account);
        // slither-disable-next-line calls-loop (bounded gas, and a failure is passed over)
        try token.transfer{gas: PUSH_GAS}(account, amount) returns (bool success) {
            return success;
        } catch {
            return false;
        }
    }

    /// @dev The cast keeps everything: whoever calls this has seen that what is paid stays within a total of 128 bits.
    function _book(address account, uint256 cumulative, uint256 paidInAll) private {
        // forge-lint: disable-next-line(unsafe-typecast)
        _accounts[account].claimed = uint128(cumulative);
        // slither-disable-next-line costly-loop (a push must see what the one before it paid)
        totalPaid = paidInAll;
    }

    function _skip(address account, uint64 epoch, SkipReason reason) private returns (uint256) {
        emit ClaimSkipped(account, epoch, reason);
        return 0;
    }

    function _isLeaf(address account, uint64 epoch, bytes32 root, uint256 cumulative, bytes32[] calldata proof)
        private
        view
        returns (bool)
    {
        return MerkleProof.verifyCalldata(proof, root, Leaves.reward(address(this), epoch, account, cumulative));
    }

    /// @dev What a root's own total leaves to pay or, where that does not suffice, the newest total in force: totals
    /// never fall.
    function _leftToPay(uint256 paidBefore, uint256 due, uint256 totalOfRoot) private view returns (uint256 left) {
        left = Math.saturatingSub(totalOfRoot, paidBefore);
        if (due > left) left = _totalInForce() - paidBefore;
    }

    function _key(string calldata id) private pure returns (bytes32) {
        if (bytes(id).length == 0) revert EmptyId();
        return keccak256(bytes(id));
    }
}
