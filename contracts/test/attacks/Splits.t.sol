// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {RoyaltyDistributor} from "../../src/RoyaltyDistributor.sol";
import {IRoyaltyDistributor} from "../../src/interfaces/IRoyaltyDistributor.sol";
import {SplitWallet} from "../../src/royalties/SplitWallet.sol";
import {MusicSystem} from "../kit/MusicSystem.sol";

/// @dev Consents to everything, until it does not.
contract FickleRecipient is IERC1271 {
    bool private _refuses;

    function change() external {
        _refuses = !_refuses;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return _refuses ? bytes4(0) : IERC1271.isValidSignature.selector;
    }
}

contract SplitsTest is MusicSystem {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    address private constant A = address(0xa1);
    address private constant B = address(0xb2);
    address private constant THIEF = address(0x7417ef);

    // ---- loops

    function test_a_split_never_names_itself() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        IRoyaltyDistributor.Split memory next = _controlledContent(account, B);
        vm.prank(artist);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.SplitNotEarlier.selector, account));
        royalties.updateSplit(account, split, next);
    }

    function test_an_earlier_split_never_names_a_later_one() public {
        (address first, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        address second = royalties.createSplit(_split(first, 500_000, B));
        IRoyaltyDistributor.Split memory next = _controlledContent(second, B);
        vm.prank(artist);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.SplitNotEarlier.selector, second));
        royalties.updateSplit(first, split, next);
    }

    function test_a_loop_through_three_splits_is_not_closed() public {
        (address first, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        address second = royalties.createSplit(_split(first, 500_000, B));
        address third = royalties.createSplit(_split(second, 500_000, B));
        IRoyaltyDistributor.Split memory next = _controlledContent(third, B);
        vm.prank(artist);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.SplitNotEarlier.selector, third));
        royalties.updateSplit(first, split, next);
    }

    /// @dev Whoever names an account before it is a split changes, by doing so, where that split will be.
    function test_the_account_of_a_future_split_moves_when_it_is_named() public {
        (address first, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        IRoyaltyDistributor.Split memory later = _split(first, 500_000, B);
        uint256 snapshot = vm.snapshotState();
        address foreseen = royalties.createSplit(later);
        vm.revertToState(snapshot);
        IRoyaltyDistributor.Split memory next = _controlledContent(foreseen, B);
        vm.prank(artist);
        royalties.updateSplit(first, split, next);
        address real = royalties.createSplit(later);
        assertTrue(real != foreseen, "elsewhere");
        assertFalse(royalties.isSplit(foreseen), "what was named stays a plain account");
    }

    function test_the_account_of_a_future_split_moves_when_a_new_split_names_it() public {
        IRoyaltyDistributor.Split memory later = _split(A, 500_000, B);
        uint256 snapshot = vm.snapshotState();
        royalties.createSplit(_split(A, 1, B));
        address foreseen = royalties.createSplit(later);
        vm.revertToState(snapshot);
        royalties.createSplit(_split(foreseen, 500_000, B));
        assertTrue(royalties.createSplit(later) != foreseen, "elsewhere");
    }

    // ---- older money

    function test_an_update_steals_nothing_that_the_ledger_owed_before() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        royalties.depositReceived{value: 100}(account, ETHER, 100);
        IRoyaltyDistributor.Split memory next = _controlledContent(THIEF, address(0xffff));
        vm.prank(artist);
        royalties.updateSplit(account, split, next);
        assertEq(royalties.balanceOf(account, ETHER), 0, "nothing under the new content");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, account, ETHER));
        royalties.distribute(account, next, ETHER);
        bytes32 older = royalties.hashSplit(split);
        assertEq(royalties.balanceUnder(account, older, ETHER), 100, "under the older one");
        royalties.distribute(account, split, ETHER);
        assertEq(royalties.balanceOf(A, ETHER), 50, "A");
        assertEq(royalties.balanceOf(B, ETHER), 50, "B");
        assertEq(royalties.balanceOf(THIEF, ETHER), 0, "thief");
    }

    function test_an_update_steals_no_ether_that_lies_at_the_account() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        vm.deal(account, 100);
        IRoyaltyDistributor.Split memory next = _controlledContent(THIEF, address(0xffff));
        vm.prank(artist);
        royalties.updateSplit(account, split, next);
        assertEq(royalties.balanceUnder(account, royalties.hashSplit(split), ETHER), 100, "swept before");
        royalties.distribute(account, split, ETHER);
        assertEq(royalties.balanceOf(A, ETHER), 50, "A");
    }

    function test_taking_control_steals_no_ether_that_lies_at_the_account() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        vm.prank(artist);
        royalties.offerControl(account, split, fan);
        vm.deal(account, 100);
        vm.prank(fan);
        royalties.acceptControl(account, split);
        assertEq(royalties.balanceUnder(account, royalties.hashSplit(split), ETHER), 100, "under the older one");
    }

    /// @dev The ledger cannot know which tokens lie somewhere: a token belongs to the content under which it is swept,
    /// and everyone can sweep at once.
    function test_a_token_at_the_account_is_safe_from_an_update_once_anyone_swept_it() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        assertTrue(token.transfer(account, 100), "transfer");
        vm.prank(A);
        royalties.sweep(account, address(token));
        vm.prank(artist);
        royalties.updateSplit(account, split, _controlledContent(THIEF, address(0xffff)));
        royalties.distribute(account, split, address(token));
        assertEq(royalties.balanceOf(A, address(token)), 50, "A");
    }

    function test_an_older_content_pays_only_what_came_under_it() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        royalties.depositReceived{value: 10}(account, ETHER, 10);
        IRoyaltyDistributor.Split memory next = _controlledContent(A, fan);
        vm.prank(artist);
        royalties.updateSplit(account, split, next);
        royalties.depositReceived{value: 1_000}(account, ETHER, 1_000);
        assertEq(royalties.distribute(account, split, ETHER), 10, "the older money");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, account, ETHER));
        royalties.distribute(account, split, ETHER);
        assertEq(royalties.distribute(account, next, ETHER), 1_000, "the newer money");
    }

    function test_a_content_that_was_never_the_accounts_pays_nothing() public {
        (address account,) = _controlled(A, B);
        royalties.depositReceived{value: 10}(account, ETHER, 10);
        IRoyaltyDistributor.Split memory own = _split(THIEF, 999_999, address(0xffff));
        royalties.createSplit(own);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, account, ETHER));
        royalties.distribute(account, own, ETHER);
        royalties.depositReceived{value: 10}(A, ETHER, 10);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, A, ETHER));
        royalties.distribute(A, own, ETHER);
    }

    function test_two_splits_of_one_content_do_not_share_their_money() public {
        (address first, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        (address second,) = _controlled(A, B);
        assertTrue(first != second, "two accounts");
        royalties.depositReceived{value: 10}(first, ETHER, 10);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, second, ETHER));
        royalties.distribute(second, split, ETHER);
    }

    // ---- wallets

    function test_nobody_takes_what_lies_at_the_account_past_the_ledger() public {
        (address account,) = _controlled(A, B);
        vm.deal(account, 10);
        royalties.sweep(account, ETHER);
        vm.deal(account, 10);
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(SplitWallet.NotLedger.selector, THIEF));
        SplitWallet(payable(account)).release(ETHER, 10);
        SplitWallet template = SplitWallet(payable(royalties.wallet()));
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(SplitWallet.NotLedger.selector, THIEF));
        template.release(ETHER, 0);
    }

    function test_nobody_else_puts_code_at_the_account() public {
        (address account,) = _controlled(A, B);
        bytes32 salt = keccak256(abi.encode(bytes32(0), royalties.splitHashOf(account), uint256(1)));
        address wallet = royalties.wallet();
        assertEq(Clones.predictDeterministicAddress(wallet, salt, address(royalties)), account, "how it is derived");
        assertTrue(Clones.cloneDeterministic(wallet, salt) != account, "another deployer, another address");
    }

    function test_the_wallets_template_cannot_pay_into_the_ledger() public {
        address template = royalties.wallet();
        vm.deal(template, 1);
        vm.prank(template);
        (bool done,) = address(royalties).call{value: 1}("");
        assertFalse(done, "refused");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.UnknownSplit.selector, template));
        royalties.sweep(template, ETHER);
    }

    // ---- control

    function test_an_offer_of_control_ends_with_the_next_change() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        IRoyaltyDistributor.Split memory next = _controlledContent(A, fan);
        vm.startPrank(artist);
        royalties.offerControl(account, split, THIEF);
        royalties.updateSplit(account, split, next);
        vm.stopPrank();
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ControlNotOffered.selector, account, THIEF));
        royalties.acceptControl(account, next);
    }

    function test_an_offer_of_control_is_taken_back() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        vm.startPrank(artist);
        royalties.offerControl(account, split, THIEF);
        royalties.offerControl(account, split, address(0));
        vm.stopPrank();
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ControlNotOffered.selector, account, THIEF));
        royalties.acceptControl(account, split);
    }

    function test_a_split_that_its_controller_froze_stays_as_it_is() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(A, B);
        IRoyaltyDistributor.Split memory next = _split(A, 500_000, B);
        vm.startPrank(artist);
        royalties.updateSplit(account, split, next);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.RuleIs.selector, IRoyaltyDistributor.Rule.Frozen));
        royalties.updateSplit(account, next, split);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.RuleIs.selector, IRoyaltyDistributor.Rule.Frozen));
        royalties.offerControl(account, next, artist);
    }

    // ---- consents

    function test_a_consent_is_not_used_twice() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented(fan);
        IRoyaltyDistributor.Split memory next = _consentedContent(fan, 300_000);
        IRoyaltyDistributor.Consent[] memory there = _consents(account, split, next, 0);
        royalties.updateSplitByConsent(account, split, next, there, _deadline());
        royalties.updateSplitByConsent(account, next, split, _consents(account, next, split, 1), _deadline());
        vm.expectPartialRevert(IRoyaltyDistributor.InvalidConsent.selector);
        royalties.updateSplitByConsent(account, split, next, there, _deadline());
    }

    function test_a_consent_is_for_one_split_only() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented(fan);
        (address other,) = _consented(fan);
        IRoyaltyDistributor.Split memory next = _consentedContent(fan, 300_000);
        IRoyaltyDistributor.Consent[] memory consents = _consents(account, split, next, 0);
        vm.expectPartialRevert(IRoyaltyDistributor.InvalidConsent.selector);
        royalties.updateSplitByConsent(other, split, next, consents, _deadline());
    }

    function test_a_consent_is_for_one_content_and_one_deadline_only() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented(fan);
        IRoyaltyDistributor.Split memory next = _consentedContent(fan, 300_000);
        IRoyaltyDistributor.Consent[] memory consents = _consents(account, split, next, 0);
        IRoyaltyDistributor.Split memory other = _consentedContent(fan, 200_000);
        vm.expectPartialRevert(IRoyaltyDistributor.InvalidConsent.selector);
        royalties.updateSplitByConsent(account, split, other, consents, _deadline());
        vm.expectPartialRevert(IRoyaltyDistributor.InvalidConsent.selector);
        royalties.updateSplitByConsent(account, split, next, consents, _deadline() + 1);
    }

    function test_a_consent_is_for_one_chain_only() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented(fan);
        IRoyaltyDistributor.Split memory next = _consentedContent(fan, 300_000);
        IRoyaltyDistributor.Consent[] memory consents = _consents(account, split, next, 0);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IRoyaltyDistributor.InvalidConsent.selector);
        royalties.updateSplitByConsent(account, split, next, consents, _deadline());
    }

    function test_a_consent_is_for_one_contract_only() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented(fan);
        IRoyaltyDistributor.Split memory next = _consentedContent(fan, 300_000);
        IRoyaltyDistributor.Consent[] memory consents = _consents(account, split, next, 0);
        RoyaltyDistributor other = new RoyaltyDistributor();
        assertTrue(
            other.consentDigest(account, next, 0, _deadline())
                != royalties.consentDigest(account, next, 0, _deadline()),
            "another domain"
        );
        address there = other.createSplit(split);
        vm.expectPartialRevert(IRoyaltyDistributor.InvalidConsent.selector);
        other.updateSplitByConsent(there, split, next, consents, _deadline());
    }

    function test_a_consent_with_a_high_s_is_refused() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented(fan);
        IRoyaltyDistributor.Split memory next = _consentedContent(fan, 300_000);
        IRoyaltyDistributor.Consent[] memory consents = _consents(account, split, next, 0);
        consents[0].signature = _mirrored(consents[0].signature);
        vm.expectPartialRevert(IRoyaltyDistributor.InvalidConsent.selector);
        royalties.updateSplitByConsent(account, split, next, consents, _deadline());
    }

    function test_one_recipient_does_not_consent_twice() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented(fan);
        IRoyaltyDistributor.Split memory next = _consentedContent(fan, 300_000);
        IRoyaltyDistributor.Consent[] memory consents = _consents(account, split, next, 0);
        consents[1] = consents[0];
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ConsentsNotAscending.selector, 1));
        royalties.updateSplitByConsent(account, split, next, consents, _deadline());
    }

    function test_a_wallet_that_changed_its_mind_before_the_change_does_not_consent() public {
        FickleRecipient wallet = new FickleRecipient();
        (address account, IRoyaltyDistributor.Split memory split) = _consented(address(wallet));
        IRoyaltyDistributor.Split memory next = _consentedContent(address(wallet), 300_000);
        IRoyaltyDistributor.Consent[] memory consents = _consents(account, split, next, 0);
        wallet.change();
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.InvalidConsent.selector, address(wallet)));
        royalties.updateSplitByConsent(account, split, next, consents, _deadline());
        wallet.change();
        royalties.updateSplitByConsent(account, split, next, consents, _deadline());
        assertEq(royalties.splitHashOf(account), royalties.hashSplit(next), "changed");
    }

    function test_those_who_are_recipients_no_more_do_not_consent() public {
        (address account, IRoyaltyDistributor.Split memory split) = _consented(fan);
        IRoyaltyDistributor.Split memory next = _split(artist, 600_000, A);
        (next.rule, next.threshold) = (IRoyaltyDistributor.Rule.Consent, 600_000);
        royalties.updateSplitByConsent(account, split, next, _consents(account, split, next, 0), _deadline());
        uint8 place = next.recipients[0].account == artist ? 1 : 0;
        IRoyaltyDistributor.Consent[] memory consents = new IRoyaltyDistributor.Consent[](1);
        bytes32 digest = royalties.consentDigest(account, split, 1, _deadline());
        consents[0] = IRoyaltyDistributor.Consent(place, _sign(FAN_KEY, digest));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.InvalidConsent.selector, A));
        royalties.updateSplitByConsent(account, next, split, consents, _deadline());
    }

    function test_a_controller_does_not_change_a_split_that_became_its_recipients() public {
        (address account, IRoyaltyDistributor.Split memory split) = _controlled(artist, fan);
        IRoyaltyDistributor.Split memory next = _consentedContent(fan, 500_000);
        vm.startPrank(artist);
        royalties.updateSplit(account, split, next);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.RuleIs.selector, IRoyaltyDistributor.Rule.Consent));
        royalties.updateSplit(account, next, split);
    }

    /// @dev The EIP-712 hash, spelled out.
    function test_a_recipient_signs_what_eip_712_says() public view {
        IRoyaltyDistributor.Split memory split = _consentedContent(fan, 300_000);
        bytes32 recipientType = keccak256("Recipient(address account,uint32 parts)");
        bytes32[2] memory recipients;
        for (uint256 i = 0; i < 2; ++i) {
            recipients[i] = keccak256(abi.encode(recipientType, split.recipients[i].account, split.recipients[i].parts));
        }
        string memory splitType =
            "Split(Recipient[] recipients,uint8 remainder,uint8 rule,address controller,uint32 threshold)";
        bytes32 content = keccak256(
            abi.encode(
                keccak256(bytes.concat(bytes(splitType), "Recipient(address account,uint32 parts)")),
                keccak256(abi.encodePacked(recipients)),
                0,
                2,
                address(0),
                600_000
            )
        );
        assertEq(royalties.hashSplit(split), content, "content");
        bytes memory updateType = bytes.concat(
            "SplitUpdate(address account,Split next,uint256 nonce,uint64 deadline)",
            "Recipient(address account,uint32 parts)",
            bytes(splitType)
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("TuneFi RoyaltyDistributor"),
                keccak256("1"),
                block.chainid,
                address(royalties)
            )
        );
        bytes32 update = keccak256(abi.encode(keccak256(updateType), A, content, 5, 6));
        assertEq(
            royalties.consentDigest(A, split, 5, 6), keccak256(abi.encodePacked("\x19\x01", domain, update)), "digest"
        );
    }

    function _controlledContent(address a, address b) private view returns (IRoyaltyDistributor.Split memory split) {
        split = _split(a, 500_000, b);
        (split.rule, split.controller) = (IRoyaltyDistributor.Rule.Controller, artist);
    }

    function _controlled(address a, address b)
        private
        returns (address account, IRoyaltyDistributor.Split memory split)
    {
        split = _controlledContent(a, b);
        account = royalties.createSplit(split);
    }

    function _consentedContent(address other, uint32 parts)
        private
        view
        returns (IRoyaltyDistributor.Split memory split)
    {
        split = _split(artist, parts, other);
        (split.rule, split.threshold) = (IRoyaltyDistributor.Rule.Consent, 600_000);
    }

    function _consented(address other) private returns (address account, IRoyaltyDistributor.Split memory split) {
        split = _consentedContent(other, 500_000);
        account = royalties.createSplit(split);
    }

    function _deadline() private view returns (uint64) {
        return uint64(block.timestamp + 1 days);
    }

    /// @dev Of both recipients of `current`.
    function _consents(
        address account,
        IRoyaltyDistributor.Split memory current,
        IRoyaltyDistributor.Split memory next,
        uint256 nonce
    ) private view returns (IRoyaltyDistributor.Consent[] memory consents) {
        bytes32 digest = royalties.consentDigest(account, next, nonce, _deadline());
        consents = new IRoyaltyDistributor.Consent[](2);
        for (uint8 i = 0; i < 2; ++i) {
            uint256 key = current.recipients[i].account == artist ? ARTIST_KEY : FAN_KEY;
            consents[i] = IRoyaltyDistributor.Consent(i, _sign(key, digest));
        }
    }

    function _mirrored(bytes memory signature) private pure returns (bytes memory) {
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
        }
        uint8 v = uint8(signature[64]) == 27 ? 28 : 27;
        return abi.encodePacked(r, bytes32(ORDER - uint256(s)), v);
    }
}
