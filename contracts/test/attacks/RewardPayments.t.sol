// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FanEngagement} from "../../src/FanEngagement.sol";
import {IFanEngagement} from "../../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {CallingCoin, Coin, HostileCoin, RecordingCoin} from "../kit/Currencies.sol";
import {Rewards} from "../kit/Rewards.sol";

/// @title Attacks on claims and pushed payments
/// @dev TuneToken calls no recipient, so nothing here can happen with it; the token below does it all the same.
contract RewardPaymentsAttackTest is Rewards {
    uint256 private constant FIRST = 100 ether;
    uint256 private constant SECOND = 40 ether;

    function test_a_claim_sent_by_another_pays_the_owner_and_takes_nothing_from_it() public {
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        bytes32[] memory proof = _proof(epoch, _pair(FIRST, SECOND), 0);
        vm.prank(address(0xbad));
        fans.claim(_account(0), epoch, root, FIRST, proof);
        assertEq(token.balanceOf(_account(0)), FIRST, "owner");
        assertEq(token.balanceOf(address(0xbad)), 0, "sender");
        // The owner, whose own claim comes second, gets nothing twice and its transaction does not fail.
        vm.recordLogs();
        vm.prank(_account(0));
        assertEq(fans.claim(_account(0), epoch, root, FIRST, proof), 0, "second");
        assertEq(vm.getRecordedLogs().length, 0, "and nothing is told twice");
        assertEq(fans.claimed(_account(0)), FIRST, "claimed");
    }

    function test_a_claim_against_an_older_root_first_loses_nothing() public {
        uint256[] memory earlier = _pair(FIRST, SECOND);
        uint256[] memory later = _pair(FIRST * 2, SECOND * 2);
        (uint64 epoch1, bytes32 root1) = _pay(earlier, FUNDS);
        (uint64 epoch2, bytes32 root2) = _pay(later, 0);
        vm.prank(address(0xbad));
        fans.claim(_account(0), epoch1, root1, FIRST, _proof(epoch1, earlier, 0));
        fans.claim(_account(0), epoch2, root2, FIRST * 2, _proof(epoch2, later, 0));
        assertEq(token.balanceOf(_account(0)), FIRST * 2, "all of it");
    }

    function test_a_claim_that_reenters_by_the_token_is_paid_once_and_a_batch_is_not_entered() public {
        CallingCoin calling = new CallingCoin();
        _payIn(calling);
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        _optIn(2);
        bytes32[] memory proof = _proof(epoch, _pair(FIRST, SECOND), 0);
        calling.callOnTransfer(address(fans), abi.encodeCall(fans.claim, (_account(0), epoch, root, FIRST, proof)));
        fans.claim(_account(0), epoch, root, FIRST, proof);
        assertTrue(calling.done(), "a claim in a claim finds nothing due");
        assertEq(calling.balanceOf(_account(0)), FIRST, "paid once");
        IFanEngagement.Claim[] memory claims = _claims(epoch, _pair(FIRST, SECOND));
        calling.callOnTransfer(address(fans), abi.encodeCall(fans.claimBatch, (epoch, root, claims)));
        fans.claimBatch(epoch, root, claims);
        assertFalse(calling.done(), "batch in a batch");
        calling.callOnTransfer(address(fans), abi.encodeCall(fans.claim, (_account(0), epoch, root, FIRST, proof)));
        fans.claimBatch(epoch, root, claims);
        assertEq(calling.balanceOf(_account(0)) + calling.balanceOf(_account(1)), FIRST + SECOND, "paid once each");
        assertEq(fans.totalPaid(), FIRST + SECOND, "total");
    }

    function test_one_recipient_that_fails_in_any_manner_hurts_nobody_else() public {
        for (uint8 manner = 1; manner <= uint8(HostileCoin.Manner.ReturnBomb); ++manner) {
            uint256 state = vm.snapshotState();
            _failingRecipient(HostileCoin.Manner(manner));
            vm.revertToState(state);
        }
    }

    function _failingRecipient(HostileCoin.Manner manner) private {
        HostileCoin hostile = new HostileCoin();
        _payIn(hostile);
        uint256[] memory earned = new uint256[](3);
        (earned[0], earned[1], earned[2]) = (FIRST, SECOND, 1);
        (uint64 epoch, bytes32 root) = _pay(earned, FUNDS);
        _optIn(3);
        IFanEngagement.Claim[] memory claims = _claims(epoch, earned);
        hostile.treat(_account(1), manner);
        vm.expectEmit(address(fans));
        emit IFanEngagement.ClaimSkipped(_account(1), epoch, IFanEngagement.SkipReason.TransferFailed);
        uint256 before = gasleft();
        assertEq(fans.claimBatch(epoch, root, claims), FIRST + 1, "the others");
        assertTrue(before - gasleft() < fans.PUSH_GAS() + 350_000, "what it could burn is bounded");
        assertEq(fans.claimed(_account(1)), 0, "nothing lost");
        assertEq(fans.totalPaid(), FIRST + 1, "nothing counted");
        hostile.treat(_account(1), HostileCoin.Manner.Honest);
        assertEq(fans.claimBatch(epoch, root, claims), SECOND, "paid later");
        assertEq(hostile.balanceOf(_account(1)), SECOND, "balance");
    }

    /// @dev Every amount of gas from too little to plenty: the batch reverts whole, or pays everyone.
    function test_no_amount_of_gas_passes_over_a_pushed_payment() public {
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        _optIn(2);
        bytes memory call = abi.encodeCall(fans.claimBatch, (epoch, root, _claims(epoch, _pair(FIRST, SECOND))));
        uint256 refused = 0;
        for (uint256 gas = 5_000; gas < 400_000; gas += 1_777) {
            uint256 state = vm.snapshotState();
            (bool success,) = address(fans).call{gas: gas}(call);
            uint256 paid = success ? FIRST + SECOND : 0;
            assertEq(fans.totalPaid(), paid, "all or nothing");
            assertEq(token.balanceOf(_account(0)) + token.balanceOf(_account(1)), paid, "balances");
            if (!success) ++refused;
            vm.revertToState(state);
        }
        assertTrue(refused > 50 && refused < 220, "both happened");
    }

    /// @dev With the token's account cold, as it is at the start of a transaction.
    function test_no_amount_of_gas_gives_a_pushed_payment_less_than_it_is_promised() public {
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        _optIn(1);
        bytes memory call = abi.encodeCall(fans.claimBatch, (epoch, root, _claims(epoch, _pair(FIRST, SECOND))));
        vm.etch(address(token), type(RecordingCoin).runtimeCode);
        uint256 leastPaid = type(uint256).max;
        for (uint256 gas = 180_000; gas < 240_000; gas += 131) {
            uint256 state = vm.snapshotState();
            vm.cool(address(token));
            (bool success,) = address(fans).call{gas: gas}(call);
            uint256 seen = RecordingCoin(address(token)).seen();
            if (success && seen < leastPaid) leastPaid = seen;
            vm.revertToState(state);
        }
        // What is missing is what the token spends before it looks.
        assertTrue(leastPaid > fans.PUSH_GAS() - 1_000 && leastPaid < fans.PUSH_GAS(), "promised");
    }

    function test_a_batch_with_too_little_gas_says_so() public {
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        _optIn(2);
        IFanEngagement.Claim[] memory claims = _claims(epoch, _pair(FIRST, SECOND));
        vm.expectRevert(abi.encodeWithSelector(IFanEngagement.TooLittleGas.selector, _account(0)));
        fans.claimBatch{gas: 150_000}(epoch, root, claims);
    }

    /// @dev The dearest transfer that TuneToken has: first tokens, first checkpoint of a delegate, supply in votes.
    function test_the_dearest_transfer_of_tune_token_fits_into_a_push() public {
        vm.prank(_account(0));
        token.delegate(address(0xde1e));
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        _optIn(1);
        fans.claimBatch(epoch, root, _claims(epoch, _pair(FIRST, SECOND)));
        assertEq(token.getVotes(address(0xde1e)), FIRST, "votes");
        uint256 before = gasleft();
        assertTrue(token.transfer(_account(0), 1), "transfer");
        assertTrue(before - gasleft() < fans.PUSH_GAS() / 2, "gas");
    }

    function test_a_leaf_with_an_absurd_amount_stops_no_batch() public {
        uint256[] memory earned = _pair(type(uint256).max, SECOND);
        fans.fund(1, FUNDS);
        IRecommendationGraph.Commitment memory commitment = _commitFinal();
        bytes32 root = _tree(1, earned)[0];
        _post(_reward(commitment, root, FUNDS), commitment);
        vm.warp(block.timestamp + DELAY);
        _optIn(2);
        vm.expectEmit(address(fans));
        emit IFanEngagement.ClaimSkipped(_account(0), 1, IFanEngagement.SkipReason.AboveTotal);
        assertEq(fans.claimBatch(1, root, _claims(1, earned)), SECOND, "the other");
    }

    function test_tokens_sent_by_anyone_change_no_reward() public {
        assertTrue(token.transfer(address(fans), 5 ether), "donation");
        (uint64 epoch, bytes32 root) = _pay(_pair(FIRST, SECOND), FUNDS);
        fans.claim(_account(0), epoch, root, FIRST, _proof(epoch, _pair(FIRST, SECOND), 0));
        assertEq(token.balanceOf(_account(0)), FIRST, "paid");
        assertEq(token.balanceOf(address(fans)), FUNDS + 5 ether - FIRST, "left");
    }

    /// @dev From here on rewards are paid in that currency.
    function _payIn(Coin coin) private {
        coin.mint(address(this), FUNDS);
        fans = new FanEngagement(address(manager), coin, graph, governance, DELAY, 0, 0);
        coin.approve(address(fans), type(uint256).max);
    }
}
