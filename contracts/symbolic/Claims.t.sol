// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FanEngagement} from "../src/FanEngagement.sol";
import {TuneToken} from "../src/TuneToken.sol";
import {IGovernanceTimes} from "../src/interfaces/IGovernanceTimes.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title The claim rule, from any state
/// @dev The storage of FanEngagement holds anything at all, but for what each check assumes of it. The invariants that
/// it assumes are shown by test/invariants/FanEngagement.t.sol.
contract ClaimsSymbolicTest is Symbolic {
    /// @dev A claim out of a tree of one leaf, so that no run is told from another by its proof.
    struct Proven {
        uint64 epoch;
        bytes32 root;
        uint256 cumulative;
    }

    uint256 private constant FUNDS = 1 << 200;

    TuneToken private token;
    FanEngagement private fans;

    function setUp() public {
        token = new TuneToken(address(0xa), address(this), FUNDS, FUNDS);
        fans = new FanEngagement(
            address(0xa), token, IRecommendationGraph(address(0xb)), IGovernanceTimes(address(0xc)), 2 days, 0, 0
        );
        token.transfer(address(fans), FUNDS);
        svm.enableSymbolicStorage(address(fans));
        _warpAnywhere();
    }

    function check_a_claim_pays_the_account_exactly_what_is_due_whoever_sends_it(
        address sender,
        address account,
        uint64 epoch,
        bytes32 root,
        uint256 cumulative,
        bytes32[] calldata proof
    ) public {
        vm.assume(account != address(fans));
        _assumeBooks(account);
        (uint256 claimed, uint256 inAll) = (fans.claimed(account), fans.totalPaid());
        vm.prank(sender);
        uint256 paid = fans.claim(account, epoch, root, cumulative, proof);
        assert(paid == (cumulative > claimed ? cumulative - claimed : 0));
        assert(fans.claimed(account) == claimed + paid);
        assert(fans.totalPaid() == inAll + paid);
        assert(token.balanceOf(account) == paid);
        assert(token.balanceOf(address(fans)) == FUNDS - paid);
    }

    function check_a_claim_changes_nothing_for_anybody_else(
        address account,
        address other,
        uint64 epoch,
        bytes32 root,
        uint256 cumulative,
        bytes32[] calldata proof
    ) public {
        vm.assume(other != account && other != address(fans));
        uint256 claimed = fans.claimed(other);
        vm.prank(other);
        fans.claim(account, epoch, root, cumulative, proof);
        assert(fans.claimed(other) == claimed);
        assert(token.balanceOf(other) == 0);
    }

    function check_a_claim_of_a_root_that_is_not_in_force_pays_nothing(
        address account,
        uint64 epoch,
        bytes32 root,
        uint256 cumulative,
        bytes32[] calldata proof
    ) public {
        vm.assume(!fans.isInForce(epoch, root));
        (bool done,) = address(fans).call(abi.encodeCall(fans.claim, (account, epoch, root, cumulative, proof)));
        assert(!done);
    }

    /// @dev The sum says nothing of which claim was first.
    function check_two_claims_pay_in_either_order_what_the_larger_one_is_due(
        address account,
        Proven calldata one,
        Proven calldata two
    ) public {
        _assumeBooks(account);
        uint256 claimed = fans.claimed(account);
        uint256 paid = _claim(account, one) + _claim(account, two);
        uint256 larger = one.cumulative > two.cumulative ? one.cumulative : two.cumulative;
        assert(paid == (larger > claimed ? larger - claimed : 0));
    }

    function _claim(address account, Proven calldata proven) private returns (uint256) {
        return fans.claim(account, proven.epoch, proven.root, proven.cumulative, new bytes32[](0));
    }

    /// @dev What all accounts have got is what was paid in all.
    function _assumeBooks(address account) private view {
        vm.assume(fans.claimed(account) <= fans.totalPaid());
    }
}
