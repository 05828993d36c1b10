// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FanEngagement} from "../src/FanEngagement.sol";
import {Leaves} from "../src/Leaves.sol";
import {Permissions} from "../src/Permissions.sol";
import {TuneToken} from "../src/TuneToken.sol";
import {IFanEngagement} from "../src/interfaces/IFanEngagement.sol";
import {IGovernanceTimes} from "../src/interfaces/IGovernanceTimes.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title A graph and a governance that agree to everything
/// @dev What keepers sign and when epochs become final is not asked here; it only decides which roots are posted.
contract Agreeing {
    uint64 public constant latestEpoch = 0;
    uint256 public constant decisionTime = 5 days;

    function checkKeepers(uint32, address[] calldata) external pure {}
    function checkCommitment(IRecommendationGraph.Commitment calldata, address[] calldata) external pure {}

    function isFinal(uint64) external pure returns (bool) {
        return true;
    }
}

/// @title Which roots pay, from their posting to any later time
contract RootsSymbolicTest is Symbolic {
    uint256 private constant START = 1_800_000_000;
    uint256 private constant FUNDS = 10_000 ether;
    uint64 private constant DELAY = 2 days;
    uint64 private constant EPOCH = 1;

    Permissions private manager;
    FanEngagement private fans;

    function setUp() public {
        vm.warp(START);
        manager = new Permissions(address(this));
        TuneToken token = new TuneToken(address(manager), address(this), FUNDS, FUNDS);
        Agreeing agreeing = new Agreeing();
        fans = new FanEngagement(
            address(manager),
            token,
            IRecommendationGraph(address(agreeing)),
            IGovernanceTimes(address(agreeing)),
            DELAY,
            0,
            0
        );
        manager.setGuardian(address(this), uint64(START) + 365 days);
        token.approve(address(fans), FUNDS);
        fans.fund(EPOCH, FUNDS);
    }

    function check_a_posted_root_pays_from_its_delay_on_and_not_before(address account, uint128 cumulative) public {
        vm.assume(account != address(0) && account != address(fans) && cumulative <= FUNDS);
        bytes32 root = _post(account, cumulative);
        _warpAnywhere();
        vm.assume(block.timestamp >= START);
        assert(_isPaid(account, EPOCH, root, cumulative) == (block.timestamp >= START + DELAY));
    }

    function check_a_vetoed_root_never_pays(address account, uint128 cumulative, uint32 later) public {
        bytes32 root = _post(account, cumulative);
        vm.assume(later < DELAY);
        vm.warp(START + later);
        fans.vetoRoot(EPOCH, root);
        _warpAnywhere();
        assert(!_isPaid(account, EPOCH, root, cumulative));
    }

    function check_a_root_of_another_epoch_never_pays(address account, uint128 cumulative, uint64 other) public {
        vm.assume(other != EPOCH);
        bytes32 root = _post(account, cumulative);
        _warpAnywhere();
        assert(!_isPaid(account, other, root, cumulative));
    }

    /// @dev Posts the root of a tree that has one leaf.
    function _post(address account, uint256 cumulative) private returns (bytes32 root) {
        root = Leaves.reward(address(fans), EPOCH, account, cumulative);
        IRecommendationGraph.Commitment memory commitment;
        commitment.epoch = EPOCH;
        IFanEngagement.RewardRoot memory reward = IFanEngagement.RewardRoot({
            epoch: EPOCH,
            root: root,
            previousRoot: 0,
            totalCumulative: cumulative,
            snapshotDigest: 0,
            keeperSetVersion: 1
        });
        fans.postRoot(reward, new address[](0), new bytes[](0), commitment, new address[](0));
    }

    function _isPaid(address account, uint64 epoch, bytes32 root, uint256 cumulative) private returns (bool done) {
        bytes32[] memory proof = new bytes32[](0);
        (done,) = address(fans).call(abi.encodeCall(fans.claim, (account, epoch, root, cumulative, proof)));
    }
}
