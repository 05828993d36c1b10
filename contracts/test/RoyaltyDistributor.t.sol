// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IRoyaltyDistributor} from "../src/interfaces/IRoyaltyDistributor.sol";
import {SplitWallet} from "../src/royalties/SplitWallet.sol";
import {MusicSystem} from "./kit/MusicSystem.sol";

contract RoyaltyDistributorTest is MusicSystem {
    address private constant A = address(0xa1);
    address private constant B = address(0xb2);
    address private constant C = address(0xc3);

    function test_a_deposit_in_ether_credits_each_account() public {
        IRoyaltyDistributor.Credit[] memory credits = new IRoyaltyDistributor.Credit[](3);
        credits[0] = IRoyaltyDistributor.Credit(A, 1 ether);
        credits[1] = IRoyaltyDistributor.Credit(B, 2 ether);
        vm.expectEmit(address(royalties));
        emit IRoyaltyDistributor.Credited(A, ETHER, bytes32(0), 1 ether, fan);
        vm.prank(fan);
        royalties.deposit{value: 3 ether}(ETHER, credits);
        assertEq(royalties.balanceOf(A, ETHER), 1 ether, "A");
        assertEq(royalties.balanceOf(B, ETHER), 2 ether, "B");
    }

    function test_the_value_sent_is_the_sum() public {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.WrongValue.selector, 1, 2));
        royalties.deposit{value: 1}(ETHER, _credits(A, 2));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.WrongValue.selector, 1, 0));
        royalties.deposit{value: 1}(address(token), _credits(A, 2));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.WrongValue.selector, 1, 2));
        royalties.depositReceived{value: 1}(A, ETHER, 2);
        vm.expectRevert(IRoyaltyDistributor.ZeroAddress.selector);
        royalties.deposit{value: 1}(ETHER, _credits(address(0), 1));
    }

    function test_a_token_is_pulled_and_credited() public {
        token.approve(address(royalties), 10);
        royalties.deposit(address(token), _credits(A, 4));
        assertEq(royalties.depositReceived(B, address(token), 6), 6, "credited");
        royalties.deposit(address(token), _credits(A, 0));
        assertEq(token.balanceOf(address(royalties)), 10, "held");
        assertEq(royalties.balanceOf(A, address(token)) + royalties.balanceOf(B, address(token)), 10, "owed");
    }

    function test_everyone_takes_out_what_it_is_owed_once() public {
        royalties.depositReceived{value: 5}(A, ETHER, 5);
        vm.startPrank(A);
        vm.expectRevert(IRoyaltyDistributor.ZeroAddress.selector);
        royalties.withdraw(ETHER, address(0));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.PaymentFailed.selector, address(royalties), 5));
        royalties.withdraw(ETHER, address(royalties));
        assertEq(royalties.withdraw(ETHER, B), 5, "amount");
        assertEq(B.balance, 5, "paid");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, A, ETHER));
        royalties.withdraw(ETHER, B);
    }

    function test_anyone_may_have_an_account_paid_and_only_that_account() public {
        token.approve(address(royalties), 7);
        royalties.depositReceived(A, address(token), 7);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.PaymentFailed.selector, address(royalties), 7));
        vm.prank(A);
        royalties.withdraw(address(token), address(royalties));
        vm.prank(B);
        assertEq(royalties.withdrawFor(A, address(token)), 7, "amount");
        assertEq(token.balanceOf(A), 7, "paid");
    }

    function test_a_split_divides_and_rounding_goes_to_the_named_recipient() public {
        IRoyaltyDistributor.Split memory split = _split(A, 333_333, B);
        split.remainder = 1;
        address account = royalties.createSplit(split);
        royalties.depositReceived{value: 100}(account, ETHER, 100);
        assertEq(royalties.balanceOf(account, ETHER), 100, "owed to the split");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.AccountIsSplit.selector, account));
        royalties.withdrawFor(account, ETHER);
        assertEq(royalties.distribute(account, split, ETHER), 100, "distributed");
        assertEq(royalties.balanceOf(A, ETHER), 33, "A");
        assertEq(royalties.balanceOf(B, ETHER), 67, "B, with what rounding leaves");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, account, ETHER));
        royalties.distribute(account, split, ETHER);
        assertEq(royalties.splitCount(), 1, "count");
        assertEq(royalties.numberOf(account), 1, "number");
    }

    function test_splits_nest() public {
        IRoyaltyDistributor.Split memory inner = _split(A, 500_000, B);
        address innerAccount = royalties.createSplit(inner);
        IRoyaltyDistributor.Split memory outer = _split(innerAccount, 400_000, C);
        address outerAccount = royalties.createSplit(outer);
        royalties.depositReceived{value: 1_000}(outerAccount, ETHER, 1_000);
        royalties.distribute(outerAccount, outer, ETHER);
        royalties.distribute(innerAccount, inner, ETHER);
        assertEq(royalties.balanceOf(A, ETHER), 200, "A");
        assertEq(royalties.balanceOf(B, ETHER), 200, "B");
        assertEq(royalties.balanceOf(C, ETHER), 600, "C");
    }

    function test_a_content_of_a_bad_form_is_refused() public {
        IRoyaltyDistributor.Split memory split;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.WrongRecipientCount.selector, 0));
        royalties.createSplit(split);
        split.recipients = new IRoyaltyDistributor.Recipient[](101);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.WrongRecipientCount.selector, 101));
        royalties.createSplit(split);
        split = _split(A, 500_000, B);
        split.remainder = 2;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.UnknownRemainder.selector, 2));
        royalties.createSplit(split);
        split = _split(A, 500_000, B);
        split.recipients[1].account = A;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.RecipientsNotAscending.selector, 1));
        royalties.createSplit(split);
        split = _split(A, 0, B);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NoParts.selector, 0));
        royalties.createSplit(split);
        split = _split(A, 500_000, B);
        split.recipients[0].parts = 500_001;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.WrongSum.selector, 1_000_001));
        royalties.createSplit(split);
    }

    function test_rule_controller_and_threshold_fit_together() public {
        IRoyaltyDistributor.Split memory split = _split(A, 500_000, B);
        split.controller = A;
        vm.expectRevert(IRoyaltyDistributor.WrongRule.selector);
        royalties.createSplit(split);
        split.rule = IRoyaltyDistributor.Rule.Consent;
        split.controller = address(0);
        vm.expectRevert(IRoyaltyDistributor.WrongRule.selector);
        royalties.createSplit(split);
        split.threshold = 500_000;
        vm.expectRevert(IRoyaltyDistributor.WrongRule.selector);
        royalties.createSplit(split);
        split.threshold = 1_000_001;
        vm.expectRevert(IRoyaltyDistributor.WrongRule.selector);
        royalties.createSplit(split);
        split.threshold = 500_001;
        address inner = royalties.createSplit(split);
        split = _split(inner, 500_000, B);
        split.rule = IRoyaltyDistributor.Rule.Consent;
        split.threshold = 500_001;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ThresholdUnreachable.selector, 500_000, 500_001));
        royalties.createSplit(split);
        split.threshold = 500_002;
        (uint8 nested, uint8 signing) = split.recipients[0].account == inner ? (0, 1) : (1, 0);
        (split.recipients[nested].parts, split.recipients[signing].parts) = (499_998, 500_002);
        assertEq(royalties.splitCount(), 1, "refused ones do not count");
        royalties.createSplit(split);
        assertEq(royalties.splitCount(), 2, "exactly reachable");
    }

    function test_a_controller_changes_its_split_and_hands_it_over_in_two_steps() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(artist);
        IRoyaltyDistributor.Split memory next = _split(A, 900_000, B);
        (next.rule, next.controller) = (IRoyaltyDistributor.Rule.Controller, artist);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NotSplitController.selector, account, fan));
        royalties.updateSplit(account, split, next);
        vm.startPrank(artist);
        next.controller = fan;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ControllerChanged.selector, artist, fan));
        royalties.updateSplit(account, split, next);
        next.controller = artist;
        royalties.updateSplit(account, split, next);
        bytes32 present = royalties.hashSplit(next);
        assertEq(royalties.splitHashOf(account), present, "content");
        vm.expectRevert(
            abi.encodeWithSelector(
                IRoyaltyDistributor.WrongSplit.selector, account, present, royalties.hashSplit(split)
            )
        );
        royalties.updateSplit(account, split, next);
        royalties.offerControl(account, next, fan);
        vm.stopPrank();
        assertEq(royalties.pendingControllerOf(account), fan, "offered");
        vm.prank(A);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ControlNotOffered.selector, account, A));
        royalties.acceptControl(account, next);
        vm.prank(fan);
        royalties.acceptControl(account, next);
        next.controller = fan;
        assertEq(royalties.splitHashOf(account), royalties.hashSplit(next), "the fan controls");
        assertEq(royalties.pendingControllerOf(account), address(0), "offer is over");
        vm.prank(artist);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NotSplitController.selector, account, artist));
        royalties.offerControl(account, next, artist);
    }

    function test_a_frozen_split_never_changes() public {
        IRoyaltyDistributor.Split memory split = _split(A, 500_000, B);
        address account = royalties.createSplit(split);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.RuleIs.selector, IRoyaltyDistributor.Rule.Frozen));
        royalties.updateSplit(account, split, split);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.RuleIs.selector, IRoyaltyDistributor.Rule.Frozen));
        royalties.updateSplitByConsent(account, split, split, new IRoyaltyDistributor.Consent[](0), type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.UnknownSplit.selector, A));
        royalties.updateSplit(A, split, split);
    }

    function test_recipients_with_enough_parts_change_a_split_by_signatures() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented();
        IRoyaltyDistributor.Split memory next = _split(artist, 100_000, fan);
        uint64 deadline = uint64(block.timestamp);
        bytes32 digest = royalties.consentDigest(account, next, 0, deadline);
        IRoyaltyDistributor.Consent[] memory consents = new IRoyaltyDistributor.Consent[](1);
        uint8 place = split.recipients[0].account == artist ? 0 : 1;
        consents[0] = IRoyaltyDistributor.Consent(place, _sign(ARTIST_KEY, digest));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.TooFewParts.selector, 500_000, 600_000));
        royalties.updateSplitByConsent(account, split, next, consents, deadline);
        consents = _both(split, digest);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ConsentExpired.selector, deadline));
        royalties.updateSplitByConsent(account, split, next, consents, deadline);
        vm.warp(deadline);
        royalties.updateSplitByConsent(account, split, next, consents, deadline);
        assertEq(royalties.splitHashOf(account), royalties.hashSplit(next), "content");
        assertEq(royalties.consentNonceOf(account), 1, "nonce");
    }

    function test_recipients_with_exactly_enough_parts_suffice() public {
        IRoyaltyDistributor.Split memory split = _split(artist, 600_000, fan);
        (split.rule, split.threshold) = (IRoyaltyDistributor.Rule.Consent, 600_000);
        address account = royalties.createSplit(split);
        IRoyaltyDistributor.Split memory next = _split(artist, 100_000, fan);
        uint64 deadline = uint64(block.timestamp);
        IRoyaltyDistributor.Consent[] memory consents = new IRoyaltyDistributor.Consent[](1);
        uint8 place = split.recipients[0].account == artist ? 0 : 1;
        consents[0] =
            IRoyaltyDistributor.Consent(place, _sign(ARTIST_KEY, royalties.consentDigest(account, next, 0, deadline)));
        royalties.updateSplitByConsent(account, split, next, consents, deadline);
        assertEq(royalties.splitHashOf(account), royalties.hashSplit(next), "content");
    }

    function test_a_split_at_whose_address_nothing_lies_changes_without_a_wallet() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(artist);
        vm.recordLogs();
        vm.prank(artist);
        royalties.updateSplit(account, split, split);
        assertEq(vm.getRecordedLogs().length, 1, "nothing was swept");
        assertEq(account.code.length, 0, "no wallet");
    }

    function test_consents_ascend_and_are_of_recipients() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented();
        uint64 deadline = uint64(block.timestamp);
        bytes32 digest = royalties.consentDigest(account, split, 0, deadline);
        IRoyaltyDistributor.Consent[] memory consents = _both(split, digest);
        consents[1].recipient = 0;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ConsentsNotAscending.selector, 1));
        royalties.updateSplitByConsent(account, split, split, consents, deadline);
        consents[1].recipient = 2;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ConsentsNotAscending.selector, 1));
        royalties.updateSplitByConsent(account, split, split, consents, deadline);
        consents[1].recipient = 1;
        consents[1].signature = consents[0].signature;
        vm.expectRevert(
            abi.encodeWithSelector(IRoyaltyDistributor.InvalidConsent.selector, split.recipients[1].account)
        );
        royalties.updateSplitByConsent(account, split, split, consents, deadline);
    }

    function test_what_lies_at_the_address_of_a_split_is_swept_into_the_ledger() public {
        IRoyaltyDistributor.Split memory split = _split(A, 500_000, B);
        address account = royalties.createSplit(split);
        vm.deal(account, 9);
        assertTrue(token.transfer(account, 4), "transfer");
        vm.prank(C);
        assertEq(royalties.sweep(account, ETHER), 9, "ether");
        assertEq(royalties.sweep(account, address(token)), 4, "token");
        assertEq(royalties.balanceOf(account, ETHER), 9, "owed ether");
        assertEq(royalties.balanceOf(account, address(token)), 4, "owed token");
        vm.prank(fan);
        (bool done,) = account.call{value: 5}("");
        assertTrue(done, "a swept wallet still takes ether");
        assertEq(royalties.sweep(account, ETHER), 5, "again");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, account, ETHER));
        royalties.sweep(account, ETHER);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.UnknownSplit.selector, A));
        royalties.sweep(A, ETHER);
        vm.expectRevert(abi.encodeWithSelector(SplitWallet.NotLedger.selector, address(this)));
        SplitWallet(payable(account)).release(ETHER, 0);
        assertEq(SplitWallet(payable(account)).ledger(), address(royalties), "ledger");
    }

    function test_ether_comes_in_by_deposits_and_sweeps_only() public {
        vm.prank(fan);
        (bool done, bytes memory reason) = address(royalties).call{value: 1}("");
        assertFalse(done, "refused");
        assertEq(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(IRoyaltyDistributor.EtherRefused.selector, fan)),
            "reason"
        );
    }

    function test_a_hundred_recipients_are_paid() public {
        IRoyaltyDistributor.Split memory split;
        split.recipients = new IRoyaltyDistributor.Recipient[](100);
        for (uint160 i = 0; i < 100; ++i) {
            split.recipients[i] = IRoyaltyDistributor.Recipient(address(0x1000 + i), 10_000);
        }
        address account = royalties.createSplit(split);
        royalties.depositReceived{value: 1 ether}(account, ETHER, 1 ether);
        royalties.distribute(account, split, ETHER);
        assertEq(royalties.balanceOf(address(0x1000 + 99), ETHER), 0.01 ether, "the last one");
    }

    function testFuzz_a_split_pays_every_wei(uint256 amount, uint32 parts, bool second) public {
        amount = bound(amount, 1, 1e27);
        IRoyaltyDistributor.Split memory split = _split(A, uint32(bound(parts, 1, 999_999)), B);
        split.remainder = second ? 1 : 0;
        address account = royalties.createSplit(split);
        vm.deal(address(this), amount);
        royalties.depositReceived{value: amount}(account, ETHER, amount);
        royalties.distribute(account, split, ETHER);
        uint256 a = royalties.balanceOf(A, ETHER);
        assertEq(a + royalties.balanceOf(B, ETHER), amount, "every wei");
        uint256 least = amount * split.recipients[0].parts / 1_000_000;
        assertTrue(a == least || (!second && a == least + 1), "at most one wei of rounding");
    }

    function _controlled(address controller) private returns (address account, IRoyaltyDistributor.Split memory split) {
        split = _split(A, 500_000, B);
        (split.rule, split.controller) = (IRoyaltyDistributor.Rule.Controller, controller);
        account = royalties.createSplit(split);
    }

    function _consented() private returns (address account, IRoyaltyDistributor.Split memory split) {
        split = _split(artist, 500_000, fan);
        (split.rule, split.threshold) = (IRoyaltyDistributor.Rule.Consent, 600_000);
        account = royalties.createSplit(split);
    }

    function _both(IRoyaltyDistributor.Split memory split, bytes32 digest)
        private
        view
        returns (IRoyaltyDistributor.Consent[] memory consents)
    {
        consents = new IRoyaltyDistributor.Consent[](2);
        for (uint8 i = 0; i < 2; ++i) {
            uint256 key = split.recipients[i].account == artist ? ARTIST_KEY : FAN_KEY;
            consents[i] = IRoyaltyDistributor.Consent(i, _sign(key, digest));
        }
    }
}
