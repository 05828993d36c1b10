// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {Deployment} from "../../script/Deployment.sol";
import {FanEngagement} from "../../src/FanEngagement.sol";
import {Governance} from "../../src/Governance.sol";
import {Marketplace} from "../../src/Marketplace.sol";
import {MusicNFT} from "../../src/MusicNFT.sol";
import {Permissions} from "../../src/Permissions.sol";
import {RecommendationGraph} from "../../src/RecommendationGraph.sol";
import {RoyaltyDistributor} from "../../src/RoyaltyDistributor.sol";
import {StakingContract} from "../../src/StakingContract.sol";
import {TuneToken} from "../../src/TuneToken.sol";
import {IGovernance} from "../../src/interfaces/IGovernance.sol";
import {IPriceFeed} from "../../src/interfaces/IPriceFeed.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {Assertions} from "./Assertions.sol";

/// @title The whole system, deployed and wired, with three bonded keepers of whom two are a quorum
/// @dev The test itself is the admin; GovernedSystem hands over to the timelock, as the script does.
abstract contract System is Assertions {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant HEIGHT = 100_000;
    uint256 internal constant SUPPLY = 1_000_000_000 ether;
    uint256 internal constant CAP = 2 * SUPPLY;
    uint256 internal constant MIN_BOND = 1_000 ether;
    uint64 internal constant GUARDIAN_UNTIL = uint64(START) + 365 days;
    uint48 internal constant VOTING_DELAY = 1 days;
    uint32 internal constant VOTING_PERIOD = 5 days;
    uint48 internal constant LATE_QUORUM_EXTENSION = 1 days;
    uint256 internal constant PROPOSAL_THRESHOLD = 1_000 ether;
    uint256 internal constant QUORUM_PERCENT = 4;
    uint256 internal constant TIMELOCK_DELAY = 2 days;
    uint64 internal constant WINDOW = 1 days;
    uint64 internal constant ANSWER_TIME = 6 hours;
    uint64 internal constant CHALLENGE_TIME = 5 hours;
    uint64 internal constant MAX_VALIDITY = 1 hours;
    uint128 internal constant MIN_DEPOSIT = 0.01 ether;
    uint32 internal constant DEPOSIT_GAS_MULTIPLE = 3;
    uint16 internal constant WITHHOLDING_PENALTY_BPS = 6_000;
    uint64 internal constant UNSTAKING = 7 days;
    uint64 internal constant UNBONDING = 3 days;
    uint64 internal constant DELAY = 2 days;
    uint16 internal constant FEE_BPS = 250;
    bytes32 internal constant REFERENCE_HASH = keccak256("the reference block");

    address internal immutable guardian = address(0x6a12d);
    address internal immutable registrar = address(0x4e6157);
    address internal immutable treasury = address(0x74ea5);

    Deployment.Contracts internal deployed;
    Permissions internal manager;
    TuneToken internal token;
    StakingContract internal staking;
    TimelockController internal timelock;
    Governance internal governance;
    RoyaltyDistributor internal royalties;
    MusicNFT internal music;
    Marketplace internal market;
    RecommendationGraph internal graph;
    FanEngagement internal fans;

    /// @dev Ascending by address, so that any run of them is a valid list of signers.
    uint256[] internal keeperKeys;

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(HEIGHT);
        vm.setBlockhash(HEIGHT - 10, REFERENCE_HASH);
        Deployment.Contracts memory c = Deployment.deploy(_parameters());
        Deployment.wire(c, _holders());
        deployed = c;
        (manager, token, staking, timelock, governance) = (c.manager, c.token, c.staking, c.timelock, c.governance);
        (royalties, music, market, graph, fans) = (c.royalties, c.music, c.market, c.graph, c.fans);
        _addKeepers(3);
        graph.setKeepers(_signers(3), 2);
    }

    function _parameters() internal view returns (Deployment.Parameters memory) {
        return Deployment.Parameters({
            deployer: address(this),
            admin: address(this),
            supplyRecipient: address(this),
            supply: SUPPLY,
            cap: CAP,
            unstakingDelay: UNSTAKING,
            unbondingDelay: UNBONDING,
            timelockDelay: TIMELOCK_DELAY,
            governance: IGovernance.Settings({
                votingDelay: VOTING_DELAY,
                votingPeriod: VOTING_PERIOD,
                lateQuorumExtension: LATE_QUORUM_EXTENSION,
                proposalThreshold: PROPOSAL_THRESHOLD,
                quorumPercent: QUORUM_PERCENT
            }),
            feeBps: FEE_BPS,
            treasury: treasury,
            marketFeeBps: FEE_BPS,
            sequencerFeed: IPriceFeed(address(0)),
            epochs: _epochParameters(),
            rewardDelay: DELAY,
            etherFactor: 1_000_000,
            tokenFactor: 1_000_000
        });
    }

    function _epochParameters() internal pure returns (IRecommendationGraph.Parameters memory) {
        return IRecommendationGraph.Parameters({
            window: WINDOW,
            answerTime: ANSWER_TIME,
            challengeTime: CHALLENGE_TIME,
            maxValidity: MAX_VALIDITY,
            minBond: MIN_BOND,
            minDeposit: MIN_DEPOSIT,
            depositGasMultiple: DEPOSIT_GAS_MULTIPLE,
            withholdingPenaltyBps: WITHHOLDING_PENALTY_BPS
        });
    }

    /// @dev Another RecommendationGraph with bonds of its own.
    function _newGraph(IRecommendationGraph.Parameters memory p) internal returns (RecommendationGraph) {
        address slasher = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        StakingContract bonds = new StakingContract(token, slasher, UNSTAKING, UNBONDING);
        return new RecommendationGraph(address(manager), bonds, p);
    }

    /// @dev Without keepers, who can be bonded only once the token exists.
    function _holders() internal view returns (Deployment.Holders memory h) {
        (h.registrar, h.guardian, h.guardianUntil) = (registrar, guardian, GUARDIAN_UNTIL);
    }

    function _addKeepers(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            uint256 key = uint256(keccak256(abi.encode("keeper", keeperKeys.length)));
            _bond(vm.addr(key), MIN_BOND);
            uint256 place = keeperKeys.length;
            keeperKeys.push(key);
            while (place > 0 && vm.addr(keeperKeys[place - 1]) > vm.addr(key)) {
                keeperKeys[place] = keeperKeys[place - 1];
                --place;
            }
            keeperKeys[place] = key;
        }
    }

    function _bond(address keeper, uint256 amount) internal {
        assertTrue(token.transfer(keeper, amount), "transfer");
        vm.startPrank(keeper);
        token.approve(address(staking), amount);
        staking.bond(amount);
        vm.stopPrank();
    }

    function _signers(uint256 count) internal view returns (address[] memory signers) {
        signers = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            signers[i] = vm.addr(keeperKeys[i]);
        }
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _signatures(bytes32 digest, uint256 count) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            signatures[i] = _sign(keeperKeys[i], digest);
        }
    }

    /// @dev A commitment that would be accepted now as the next epoch.
    function _commitment() internal view returns (IRecommendationGraph.Commitment memory) {
        return IRecommendationGraph.Commitment({
            epoch: graph.latestEpoch() + 1,
            trackRoot: keccak256("tracks"),
            listenerRoot: keccak256("listeners"),
            tracks: 17_632,
            listeners: 1_892,
            dimension: 128,
            listLength: 100,
            snapshotDigest: keccak256(abi.encode("snapshot", graph.latestEpoch() + 1)),
            modelDigest: keccak256("model"),
            referenceBlock: uint64(HEIGHT - 10),
            referenceHash: REFERENCE_HASH,
            keeperSetVersion: graph.keeperSetVersion(),
            validFrom: uint64(block.timestamp),
            validUntil: uint64(block.timestamp) + MAX_VALIDITY,
            bundleCid: "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
        });
    }

    function _commit(IRecommendationGraph.Commitment memory commitment) internal {
        _commit(commitment, 2);
    }

    function _commit(IRecommendationGraph.Commitment memory commitment, uint256 count) internal {
        bytes[] memory signatures = _signatures(graph.commitmentDigest(commitment), count);
        graph.commit(commitment, _signers(count), signatures);
    }

    function _commitFinal() internal returns (IRecommendationGraph.Commitment memory commitment) {
        commitment = _commitment();
        _commit(commitment);
        vm.warp(graph.finalAt(commitment.epoch));
    }
}
