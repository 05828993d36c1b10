// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Signatures} from "./Signatures.sol";
import {IFanEngagement} from "./interfaces/IFanEngagement.sol";
import {IGovernanceTimes} from "./interfaces/IGovernanceTimes.sol";
import {IPermissions} from "./interfaces/IPermissions.sol";
import {IRecommendationGraph} from "./interfaces/IRecommendationGraph.sol";

/// @title The roots of rewards: what is funded, posted, vetoed and in force
/// @notice What it promises is said in IFanEngagement. Knows nothing of leaves and claims.
abstract contract RewardRoots is IFanEngagement, AccessManaged, EIP712 {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev A posted root. `funded` is what came in for all epochs up to its own; it can never change, because an
    /// epoch that is committed cannot be funded.
    struct Posted {
        bytes32 root;
        uint128 totalCumulative;
        uint128 funded;
        uint64 epoch;
        uint64 inForceAt;
    }

    /// @dev What a claim reads of a root, in one slot.
    struct RootState {
        uint128 totalCumulative;
        uint64 inForceAt;
        bool vetoed;
    }

    /// @notice The EIP-712 type that keepers sign.
    bytes32 public constant REWARD_ROOT_TYPEHASH = keccak256(
        "RewardRoot(uint64 epoch,bytes32 root,bytes32 previousRoot,uint256 totalCumulative,bytes32 snapshotDigest,uint32 keeperSetVersion)"
    );

    /// @notice How many epochs ahead of the newest commitment can be funded.
    uint64 public constant MAX_EPOCHS_AHEAD = 1_000;

    /// @notice The token that rewards are paid in.
    IERC20 public immutable token;

    /// @notice Where epochs become final and the keeper set is.
    IRecommendationGraph public immutable graph;

    /// @inheritdoc IFanEngagement
    uint64 public immutable delay;

    /// @notice Whose time to decide a root waits for when no guardian can veto it.
    IGovernanceTimes public immutable governance;

    /// @dev The newest posted root that is not vetoed, pending or in force, and the one before it, in force.
    Posted private _newest;
    Posted private _previous;

    mapping(uint64 epoch => mapping(bytes32 root => RootState)) private _roots;

    /// @inheritdoc IFanEngagement
    mapping(uint64 epoch => uint256 amount) public fundedFor;

    /// @param authority Permissions, which knows the guardian's term.
    constructor(
        address authority,
        IERC20 token_,
        IRecommendationGraph graph_,
        IGovernanceTimes governance_,
        uint64 delay_
    ) AccessManaged(authority) EIP712("TuneFi FanEngagement", "1") {
        token = token_;
        graph = graph_;
        governance = governance_;
        delay = delay_;
        emit ParametersSet(delay_);
    }

    /// @inheritdoc IFanEngagement
    function fund(uint64 epoch, uint256 amount) external {
        if (amount == 0) revert ZeroAmount();
        uint64 committed = graph.latestEpoch();
        if (epoch <= committed || epoch - committed > MAX_EPOCHS_AHEAD) {
            revert EpochNotOpen(epoch, committed + 1, committed + MAX_EPOCHS_AHEAD);
        }
        uint256 funded = fundedFor[epoch] + amount;
        fundedFor[epoch] = funded;
        emit Funded(epoch, msg.sender, amount, funded);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }

    /// @inheritdoc IFanEngagement
    function postRoot(
        RewardRoot calldata reward,
        address[] calldata signers,
        bytes[] calldata signatures,
        IRecommendationGraph.Commitment calldata commitment,
        address[] calldata commitmentSigners
    ) external {
        graph.checkKeepers(reward.keeperSetVersion, signers);
        Signatures.check(_digest(reward), signers, signatures);
        graph.checkCommitment(commitment, commitmentSigners);
        _checkEpoch(reward, commitment);
        Posted memory previous = _newest;
        if (block.timestamp < previous.inForceAt) revert RootPending(previous.epoch, previous.inForceAt);
        uint256 funded = _checkSuccession(reward, previous);
        _store(reward, previous, funded, signers);
    }

    /// @inheritdoc IFanEngagement
    function vetoRoot(uint64 epoch, bytes32 root) external restricted {
        Posted storage newest = _newest;
        bool pending = block.timestamp < newest.inForceAt;
        if (!pending || newest.epoch != epoch || newest.root != root) revert RootNotPending(epoch, root);
        _newest = _previous;
        _roots[epoch][root] = RootState({totalCumulative: 0, inForceAt: 0, vetoed: true});
        emit RootVetoed(epoch, root, msg.sender);
    }

    /// @inheritdoc IFanEngagement
    function rewardRootDigest(RewardRoot calldata reward) external view returns (bytes32) {
        return _digest(reward);
    }

    /// @inheritdoc IFanEngagement
    function newestInForce() external view returns (uint64 epoch, bytes32 root, uint256 totalCumulative) {
        Posted storage posted = _inForce();
        return (posted.epoch, posted.root, posted.totalCumulative);
    }

    /// @inheritdoc IFanEngagement
    function pendingRoot()
        external
        view
        returns (uint64 epoch, bytes32 root, uint256 totalCumulative, uint64 inForceAt)
    {
        Posted storage posted = _newest;
        if (block.timestamp >= posted.inForceAt) return (0, bytes32(0), 0, 0);
        return (posted.epoch, posted.root, posted.totalCumulative, posted.inForceAt);
    }

    /// @inheritdoc IFanEngagement
    function isInForce(uint64 epoch, bytes32 root) external view returns (bool) {
        return _hasForce(_roots[epoch][root]);
    }

    /// @inheritdoc IFanEngagement
    function isVetoed(uint64 epoch, bytes32 root) external view returns (bool) {
        return _roots[epoch][root].vetoed;
    }

    function _store(RewardRoot calldata reward, Posted memory previous, uint256 funded, address[] calldata signers)
        private
    {
        uint64 inForceAt = (block.timestamp + _delayNow()).toUint64();
        uint128 total = reward.totalCumulative.toUint128();
        _previous = previous;
        _newest = Posted({
            root: reward.root,
            totalCumulative: total,
            funded: funded.toUint128(),
            epoch: reward.epoch,
            inForceAt: inForceAt
        });
        _roots[reward.epoch][reward.root] = RootState({totalCumulative: total, inForceAt: inForceAt, vetoed: false});
        emit RootPosted(
            reward.epoch,
            reward.root,
            reward.previousRoot,
            reward.totalCumulative,
            reward.snapshotDigest,
            reward.keeperSetVersion,
            signers,
            inForceAt
        );
    }

    function _checkEpoch(RewardRoot calldata reward, IRecommendationGraph.Commitment calldata commitment) private view {
        if (reward.root == bytes32(0)) revert EmptyRoot();
        if (commitment.epoch != reward.epoch) revert WrongCommitment(reward.epoch, commitment.epoch);
        if (commitment.snapshotDigest != reward.snapshotDigest) {
            revert WrongSnapshot(commitment.snapshotDigest, reward.snapshotDigest);
        }
        if (!graph.isFinal(reward.epoch)) revert EpochNotFinal(reward.epoch);
        if (_roots[reward.epoch][reward.root].vetoed) revert RootIsVetoed(reward.epoch, reward.root);
    }

    function _checkSuccession(RewardRoot calldata reward, Posted memory previous)
        private
        view
        returns (uint256 funded)
    {
        uint64 epoch = reward.epoch;
        if (epoch <= previous.epoch) revert EpochNotLater(epoch, previous.epoch);
        if (reward.previousRoot != previous.root) revert WrongPreviousRoot(previous.root, reward.previousRoot);
        if (reward.totalCumulative < previous.totalCumulative) {
            revert TotalLowered(previous.totalCumulative, reward.totalCumulative);
        }
        funded = previous.funded;
        for (uint64 i = previous.epoch + 1; i <= epoch; ++i) {
            funded += fundedFor[i];
        }
        if (reward.totalCumulative > funded) revert TotalAboveFunded(funded, reward.totalCumulative);
    }

    /// @dev Somebody can veto the root until it takes force: the guardian whose term lasts that long, or else governance,
    /// which needs `delay` to notice the root and then the time to decide.
    function _delayNow() private view returns (uint256) {
        bool guarded = IPermissions(authority()).guardianUntil() >= block.timestamp + delay;
        return guarded ? delay : delay + governance.decisionTime();
    }

    function _checkInForce(uint64 epoch, bytes32 root) internal view returns (uint256 totalCumulative) {
        RootState memory state = _roots[epoch][root];
        if (!_hasForce(state)) revert RootNotInForce(epoch, root);
        return state.totalCumulative;
    }

    function _hasForce(RootState memory state) private view returns (bool) {
        return state.inForceAt != 0 && block.timestamp >= state.inForceAt;
    }

    function _totalInForce() internal view returns (uint256) {
        return _inForce().totalCumulative;
    }

    function _inForce() private view returns (Posted storage) {
        return block.timestamp < _newest.inForceAt ? _previous : _newest;
    }

    function _digest(RewardRoot calldata reward) private view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    REWARD_ROOT_TYPEHASH,
                    reward.epoch,
                    reward.root,
                    reward.previousRoot,
                    reward.totalCumulative,
                    reward.snapshotDigest,
                    reward.keeperSetVersion
                )
            )
        );
    }
}
