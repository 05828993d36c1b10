// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFanEngagement} from "../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {Rewards} from "./kit/Rewards.sol";

contract FanEngagementClaimsTest is Rewards {
    uint256 private constant FIRST = 100 ether;
    uint256 private constant SECOND = 40 ether;

    function test_a_claim_pays_the_account_what_it_earned() public {
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        bytes32[] memory proof = _proof(epoch, _pair(FIRST, SECOND), 0);
        vm.expectEmit(address(fans));
        emit IFanEngagement.Claimed(_account(0), epoch, FIRST, FIRST);
        vm.prank(_account(1));
        uint256 paid = fans.claim(_account(0), epoch, root, FIRST, proof);
        assertEq(paid, FIRST, "paid");
        assertEq(token.balanceOf(_account(0)), FIRST, "balance");
        assertEq(token.balanceOf(_account(1)), 0, "the sender gets nothing");
        assertEq(fans.totalPaid(), FIRST, "total paid");
    }

    function test_claiming_twice_pays_once() public {
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        bytes32[] memory proof = _proof(epoch, _pair(FIRST, SECOND), 0);
        fans.claim(_account(0), epoch, root, FIRST, proof);
        assertEq(fans.claim(_account(0), epoch, root, FIRST, proof), 0, "second");
        assertEq(token.balanceOf(_account(0)), FIRST, "balance");
    }

    function test_a_later_root_pays_the_difference() public {
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        fans.claim(_account(0), epoch, root, FIRST, _proof(epoch, _pair(FIRST, SECOND), 0));
        uint256[] memory later = _pair(FIRST + 7, SECOND);
        (epoch, root) = _pay(later, 0);
        assertEq(fans.claim(_account(0), epoch, root, FIRST + 7, _proof(epoch, later, 0)), 7, "difference");
        assertEq(fans.claim(_account(1), epoch, root, SECOND, _proof(epoch, later, 1)), SECOND, "all at once");
    }

    function test_an_earlier_root_pays_as_long_as_more_is_due() public {
        uint256[] memory earlier = _pair(FIRST, SECOND);
        uint256[] memory later = _pair(FIRST * 2, SECOND * 2);
        (uint64 epoch1, bytes32 root1) = _pay(earlier, FUNDS);
        (uint64 epoch2, bytes32 root2) = _pay(later, 0);
        fans.claim(_account(0), epoch2, root2, FIRST * 2, _proof(epoch2, later, 0));
        assertEq(fans.claim(_account(0), epoch1, root1, FIRST, _proof(epoch1, earlier, 0)), 0, "nothing due");
        assertEq(fans.claim(_account(1), epoch1, root1, SECOND, _proof(epoch1, earlier, 1)), SECOND, "still due");
    }

    function test_a_root_pays_nothing_before_it_is_in_force_or_after_a_veto() public {
        fans.fund(1, FUNDS);
        IRecommendationGraph.Commitment memory commitment = _commitFinal();
        uint256[] memory earned = _pair(FIRST, SECOND);
        bytes32 root = _tree(1, earned)[0];
        bytes32[] memory proof = _proof(1, earned, 0);
        bytes memory refusal = abi.encodeWithSelector(IFanEngagement.RootNotInForce.selector, 1, root);
        vm.expectRevert(refusal);
        fans.claim(_account(0), 1, root, FIRST, proof);
        _post(_reward(commitment, root, FIRST + SECOND), commitment);
        vm.expectRevert(refusal);
        fans.claim(_account(0), 1, root, FIRST, proof);
        vm.prank(guardian);
        fans.vetoRoot(1, root);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(refusal);
        fans.claim(_account(0), 1, root, FIRST, proof);
    }

    function test_a_leaf_of_another_account_amount_epoch_chain_or_contract_is_refused() public {
        uint256[] memory earned = _pair(FIRST, SECOND);
        (uint64 epoch, bytes32 root) = _pay(earned, FUNDS);
        bytes32[] memory proof = _proof(epoch, earned, 0);
        bytes memory refusal = abi.encodeWithSelector(IFanEngagement.BadProof.selector, _account(1));
        vm.expectRevert(refusal);
        fans.claim(_account(1), epoch, root, FIRST, proof);
        refusal = abi.encodeWithSelector(IFanEngagement.BadProof.selector, _account(0));
        vm.expectRevert(refusal);
        fans.claim(_account(0), epoch, root, FIRST + 1, proof);
        vm.chainId(1);
        vm.expectRevert(refusal);
        fans.claim(_account(0), epoch, root, FIRST, proof);
        vm.chainId(31_337);
        IRecommendationGraph.Commitment memory next = _commitFinal();
        _post(_reward(next, root, FIRST + SECOND), next);
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(refusal);
        fans.claim(_account(0), 2, root, FIRST, proof);
    }

    function test_a_false_root_pays_no_more_than_its_total() public {
        uint256[] memory earned = _pair(FIRST, SECOND);
        fans.fund(1, FUNDS);
        IRecommendationGraph.Commitment memory commitment = _commitFinal();
        bytes32 root = _tree(1, earned)[0];
        _post(_reward(commitment, root, FIRST), commitment);
        vm.warp(block.timestamp + DELAY);
        fans.claim(_account(0), 1, root, FIRST, _proof(1, earned, 0));
        bytes32[] memory proof = _proof(1, earned, 1);
        vm.expectRevert(abi.encodeWithSelector(IFanEngagement.PaidAboveTotal.selector, 0, SECOND));
        fans.claim(_account(1), 1, root, SECOND, proof);
    }

    function test_nothing_pauses_claims() public {
        uint256[] memory earned = _pair(FIRST, SECOND);
        (uint64 epoch, bytes32 root) = _pay(earned, FUNDS);
        vm.prank(guardian);
        graph.pauseCommits(uint64(block.timestamp) + 14 days);
        manager.setTargetClosed(address(fans), true);
        manager.setTargetClosed(address(graph), true);
        fans.claim(_account(0), epoch, root, FIRST, _proof(epoch, earned, 0));
        assertEq(token.balanceOf(_account(0)), FIRST, "balance");
    }

    function test_a_batch_pays_those_who_opted_in_and_passes_over_the_rest() public {
        uint256[] memory earned = new uint256[](4);
        (earned[0], earned[1], earned[2], earned[3]) = (1, 2, 3, 4);
        (uint64 epoch, bytes32 root) = _pay(earned, FUNDS);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(_account(i));
            fans.setBatchOptIn(true);
        }
        IFanEngagement.Claim[] memory claims = _claims(epoch, earned);
        claims[1].cumulative = 20;
        vm.expectEmit(address(fans));
        emit IFanEngagement.ClaimSkipped(_account(1), epoch, IFanEngagement.SkipReason.BadProof);
        vm.expectEmit(address(fans));
        emit IFanEngagement.Claimed(_account(2), epoch, 3, 3);
        vm.expectEmit(address(fans));
        emit IFanEngagement.ClaimSkipped(_account(3), epoch, IFanEngagement.SkipReason.NotOptedIn);
        assertEq(fans.claimBatch(epoch, root, claims), 4, "paid");
        assertEq(token.balanceOf(_account(0)), 1, "first");
        assertEq(token.balanceOf(_account(1)), 0, "second");
        assertEq(fans.claimBatch(epoch, root, claims), 0, "again");
    }

    function test_a_batch_says_that_what_was_paid_is_not_due_again() public {
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        _optIn(1);
        IFanEngagement.Claim[] memory claims = _claims(epoch, _pair(FIRST, SECOND));
        fans.claimBatch(epoch, root, claims);
        vm.expectEmit(address(fans));
        emit IFanEngagement.ClaimSkipped(_account(0), epoch, IFanEngagement.SkipReason.NothingDue);
        assertEq(fans.claimBatch(epoch, root, claims), 0, "paid");
    }

    function test_an_account_can_opt_out_of_batches_again() public {
        vm.startPrank(_account(0));
        vm.expectEmit(address(fans));
        emit IFanEngagement.BatchOptInSet(_account(0), true);
        fans.setBatchOptIn(true);
        assertTrue(fans.batchOptIn(_account(0)), "opted in");
        vm.expectEmit(address(fans));
        emit IFanEngagement.BatchOptInSet(_account(0), false);
        fans.setBatchOptIn(false);
        assertFalse(fans.batchOptIn(_account(0)), "opted out");
        vm.stopPrank();
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        assertEq(fans.claimBatch(epoch, root, _claims(epoch, _pair(FIRST, SECOND))), 0, "paid");
    }

    function test_a_batch_against_a_root_that_is_not_in_force_is_refused() public {
        vm.expectPartialRevert(IFanEngagement.RootNotInForce.selector);
        fans.claimBatch(1, keccak256("root"), new IFanEngagement.Claim[](0));
    }

    function test_a_batch_pays_no_more_than_the_total_of_a_false_root() public {
        uint256[] memory earned = _pair(FIRST, SECOND);
        fans.fund(1, FUNDS);
        IRecommendationGraph.Commitment memory commitment = _commitFinal();
        bytes32 root = _tree(1, earned)[0];
        _post(_reward(commitment, root, FIRST), commitment);
        vm.warp(block.timestamp + DELAY);
        _optIn(2);
        assertEq(fans.claimBatch(1, root, _claims(1, earned)), FIRST, "paid");
    }

    function testFuzz_what_is_paid_never_exceeds_what_was_funded(uint256[4] calldata shares, uint256 funds) public {
        funds = bound(funds, 4, FUNDS);
        uint256[] memory earned = new uint256[](4);
        for (uint256 round = 1; round <= 2; ++round) {
            for (uint256 i = 0; i < 4; ++i) {
                earned[i] += bound(shares[i] >> (64 * round), 0, funds / 4);
            }
            (uint64 epoch, bytes32 root) = _pay(earned, funds);
            for (uint256 i = 0; i < 4; ++i) {
                if (shares[i] % (round + 1) == 0) continue;
                fans.claim(_account(i), epoch, root, earned[i], _proof(epoch, earned, i));
                assertEq(token.balanceOf(_account(i)), earned[i], "cumulative");
            }
            (,, uint256 total) = fans.newestInForce();
            assertTrue(fans.totalPaid() <= total && total <= round * funds, "inequalities");
            assertEq(token.balanceOf(address(fans)), round * funds - fans.totalPaid(), "balance");
        }
    }
}
