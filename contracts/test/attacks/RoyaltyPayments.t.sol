// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {RoyaltyDistributor} from "../../src/RoyaltyDistributor.sol";
import {IRoyaltyDistributor} from "../../src/interfaces/IRoyaltyDistributor.sol";
import {MusicSystem} from "../kit/MusicSystem.sol";

/// @dev Calls the ledger with given bytes when it is paid, or sends the ether back, and keeps why that failed.
contract ReentrantPayee {
    RoyaltyDistributor private immutable _royalties;
    bytes private _again;
    bytes public failure;
    uint256 public calls;

    constructor(RoyaltyDistributor royalties_) {
        _royalties = royalties_;
    }

    receive() external payable {
        ++calls;
        uint256 value = _again.length == 0 ? msg.value : 0;
        (bool done, bytes memory reason) = address(_royalties).call{value: value}(_again);
        if (!done) failure = reason;
    }

    function prepare(bytes calldata again) external {
        _again = again;
    }

    function withdraw() external {
        _royalties.withdraw(address(0), address(this));
    }
}

/// @dev Answers a payment with a megabyte of returned data: a success, or a refusal.
contract ReturnBomb {
    bool private immutable _refuses;

    constructor(bool refuses) {
        _refuses = refuses;
    }

    receive() external payable {
        bool refuses = _refuses;
        assembly ("memory-safe") {
            if refuses { revert(0, 1000000) }
            return(0, 1000000)
        }
    }
}

/// @dev Uses up all the gas it gets.
contract GasBurner {
    receive() external payable {
        assembly ("memory-safe") {
            invalid()
        }
    }
}

/// @dev Takes no ether, but can name who does.
contract Refuser {
    function withdraw(RoyaltyDistributor royalties, address to) external {
        royalties.withdraw(address(0), to);
    }
}

contract RoyaltyPaymentsTest is MusicSystem {
    address private constant A = address(0xa1);
    address private constant B = address(0xb2);

    function test_no_payment_of_ether_reenters() public {
        bytes[6] memory entries = _entries();
        for (uint256 i = 0; i < entries.length; ++i) {
            ReentrantPayee payee = new ReentrantPayee(royalties);
            payee.prepare(entries[i]);
            royalties.depositReceived{value: 10}(address(payee), ETHER, 10);
            payee.withdraw();
            assertEq(payee.calls(), 1, "paid once");
            assertEq(address(payee).balance, 10, "what it was owed");
            assertEq(
                bytes32(payee.failure()),
                bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                "stopped by the guard"
            );
        }
    }

    function test_a_payee_that_sends_the_ether_straight_back_is_refused() public {
        ReentrantPayee payee = new ReentrantPayee(royalties);
        royalties.depositReceived{value: 10}(address(payee), ETHER, 10);
        royalties.withdrawFor(address(payee), ETHER);
        bytes memory refused = abi.encodeWithSelector(IRoyaltyDistributor.EtherRefused.selector, address(payee));
        assertEq(keccak256(payee.failure()), keccak256(refused), "refused");
        assertEq(address(payee).balance, 10, "kept");
    }

    function test_a_payee_that_returns_a_megabyte_costs_no_memory_of_the_ledger() public {
        address bomb = address(new ReturnBomb(false));
        royalties.depositReceived{value: 10}(bomb, ETHER, 10);
        uint256 before = gasleft();
        royalties.withdrawFor(bomb, ETHER);
        // A megabyte costs about two million gas in the payee; copying it would cost that much once more.
        assertTrue(before - gasleft() < 2_500_000, "not copied");
        assertEq(bomb.balance, 10, "paid");
    }

    function test_a_payee_that_refuses_with_a_megabyte_hurts_itself_alone() public {
        address bomb = address(new ReturnBomb(true));
        royalties.depositReceived{value: 10}(bomb, ETHER, 10);
        royalties.depositReceived{value: 5}(A, ETHER, 5);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.PaymentFailed.selector, bomb, 10));
        royalties.withdrawFor(bomb, ETHER);
        assertEq(royalties.balanceOf(bomb, ETHER), 10, "still owed");
        assertEq(royalties.withdrawFor(A, ETHER), 5, "the other one");
    }

    function test_a_payee_that_burns_all_gas_hurts_itself_alone() public {
        address burner = address(new GasBurner());
        royalties.depositReceived{value: 10}(burner, ETHER, 10);
        royalties.depositReceived{value: 5}(A, ETHER, 5);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.PaymentFailed.selector, burner, 10));
        royalties.withdrawFor{gas: 1_000_000}(burner, ETHER);
        assertEq(royalties.balanceOf(burner, ETHER), 10, "still owed");
        assertEq(royalties.withdrawFor(A, ETHER), 5, "the other one");
    }

    /// @dev Too little gas for the payee is a failure of the whole call: nothing is marked as paid.
    function test_a_stranger_cannot_starve_a_payment() public {
        ReentrantPayee payee = new ReentrantPayee(royalties);
        royalties.depositReceived{value: 10}(address(payee), ETHER, 10);
        for (uint256 gas_ = 20_000; gas_ < 120_000; gas_ += 1_000) {
            uint256 snapshot = vm.snapshotState();
            (bool done,) =
                address(royalties).call{gas: gas_}(abi.encodeCall(royalties.withdrawFor, (address(payee), ETHER)));
            uint256 owed = royalties.balanceOf(address(payee), ETHER);
            assertEq(owed + address(payee).balance, 10, "paid or owed");
            assertEq(owed, done ? 0 : 10, "whole or not at all");
            vm.revertToState(snapshot);
        }
    }

    function test_an_account_that_takes_no_ether_names_another() public {
        Refuser refuser = new Refuser();
        royalties.depositReceived{value: 10}(address(refuser), ETHER, 10);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.PaymentFailed.selector, address(refuser), 10));
        royalties.withdrawFor(address(refuser), ETHER);
        refuser.withdraw(royalties, B);
        assertEq(B.balance, 10, "paid");
    }

    function test_a_recipient_that_takes_no_ether_stops_no_distribution() public {
        address burner = address(new GasBurner());
        IRoyaltyDistributor.Split memory split = _split(burner, 500_000, A);
        address account = royalties.createSplit(split);
        royalties.depositReceived{value: 10}(account, ETHER, 10);
        royalties.distribute(account, split, ETHER);
        assertEq(royalties.withdrawFor(A, ETHER), 5, "the other one is paid");
    }

    function test_ether_that_is_imposed_is_nobodys() public {
        royalties.depositReceived{value: 10}(A, ETHER, 10);
        _impose(address(royalties), 7);
        assertEq(address(royalties).balance, 17, "there");
        assertEq(royalties.balanceOf(A, ETHER), 10, "owed as before");
        assertEq(royalties.withdrawFor(A, ETHER), 10, "paid");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, A, ETHER));
        royalties.withdrawFor(A, ETHER);
    }

    function test_tokens_that_are_given_away_are_nobodys_and_pay_for_no_deposit() public {
        assertTrue(token.transfer(address(royalties), 100), "donation");
        assertEq(royalties.balanceOf(address(this), address(token)), 0, "owed to nobody");
        vm.expectRevert();
        royalties.deposit(address(token), _credits(A, 100));
        vm.expectRevert();
        vm.prank(A);
        royalties.withdraw(address(token), A);
    }

    function test_ether_imposed_on_an_account_before_its_first_sweep_is_swept() public {
        address account = royalties.createSplit(_split(A, 500_000, B));
        _impose(account, 7);
        assertEq(royalties.sweep(account, ETHER), 7, "swept");
        _impose(account, 3);
        assertEq(royalties.sweep(account, ETHER), 3, "and again");
        assertEq(royalties.balanceOf(account, ETHER), 10, "owed");
    }

    /// @dev One value, a list of credits: the sum is compared once, not each credit with the value.
    function test_value_is_not_counted_once_for_each_credit() public {
        IRoyaltyDistributor.Credit[] memory credits = new IRoyaltyDistributor.Credit[](3);
        for (uint256 i = 0; i < 3; ++i) {
            credits[i] = IRoyaltyDistributor.Credit(A, 1 ether);
        }
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.WrongValue.selector, 1 ether, 3 ether));
        royalties.deposit{value: 1 ether}(ETHER, credits);
        royalties.deposit{value: 3 ether}(ETHER, credits);
        assertEq(royalties.balanceOf(A, ETHER), 3 ether, "the sum");
    }

    function test_credits_that_overflow_are_refused() public {
        IRoyaltyDistributor.Credit[] memory credits = new IRoyaltyDistributor.Credit[](2);
        credits[0] = IRoyaltyDistributor.Credit(A, type(uint256).max);
        credits[1] = IRoyaltyDistributor.Credit(B, 2);
        vm.expectRevert();
        royalties.deposit{value: 1}(ETHER, credits);
    }

    function test_an_empty_deposit_changes_nothing() public {
        royalties.deposit(ETHER, new IRoyaltyDistributor.Credit[](0));
        royalties.deposit(address(token), new IRoyaltyDistributor.Credit[](0));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.WrongValue.selector, 1, 0));
        royalties.deposit{value: 1}(ETHER, new IRoyaltyDistributor.Credit[](0));
    }

    function test_nobody_takes_what_another_is_owed() public {
        royalties.depositReceived{value: 10}(A, ETHER, 10);
        vm.startPrank(B);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, B, ETHER));
        royalties.withdraw(ETHER, B);
        royalties.withdrawFor(A, ETHER);
        assertEq(A.balance, 10, "to its owner");
        assertEq(B.balance, 0, "to nobody else");
    }

    /// @dev A wei for a hundred recipients, and the same a hundred times: nothing is lost and nothing made.
    function test_dust_goes_to_the_recipient_named_for_it_in_every_direction() public {
        IRoyaltyDistributor.Split memory split;
        split.recipients = new IRoyaltyDistributor.Recipient[](100);
        for (uint160 i = 0; i < 100; ++i) {
            split.recipients[i] = IRoyaltyDistributor.Recipient(address(0x1000 + i), 10_000);
        }
        split.remainder = 99;
        address account = royalties.createSplit(split);
        for (uint256 i = 0; i < 99; ++i) {
            royalties.depositReceived{value: 1}(account, ETHER, 1);
            royalties.distribute(account, split, ETHER);
        }
        assertEq(royalties.balanceOf(address(0x1000), ETHER), 0, "too little for a share");
        assertEq(royalties.balanceOf(address(0x1000 + 99), ETHER), 99, "all of it");
        royalties.depositReceived{value: 199}(account, ETHER, 199);
        royalties.distribute(account, split, ETHER);
        assertEq(royalties.balanceOf(address(0x1000), ETHER), 1, "its share");
        assertEq(royalties.balanceOf(address(0x1000 + 99), ETHER), 99 + 100, "share and remainder");
    }

    function testFuzz_nested_splits_pay_every_wei(uint256 amount, uint32 outerParts, uint32 innerParts) public {
        amount = bound(amount, 1, 1e30);
        vm.deal(address(this), amount);
        IRoyaltyDistributor.Split memory inner = _split(A, uint32(bound(innerParts, 1, 999_999)), B);
        address innerAccount = royalties.createSplit(inner);
        IRoyaltyDistributor.Split memory outer = _split(innerAccount, uint32(bound(outerParts, 1, 999_999)), A);
        address outerAccount = royalties.createSplit(outer);
        royalties.depositReceived{value: amount}(outerAccount, ETHER, amount);
        royalties.distribute(outerAccount, outer, ETHER);
        if (royalties.balanceOf(innerAccount, ETHER) > 0) royalties.distribute(innerAccount, inner, ETHER);
        assertEq(royalties.balanceOf(A, ETHER) + royalties.balanceOf(B, ETHER), amount, "every wei");
    }

    /// @dev Code that is only PUSH20 and SELFDESTRUCT: its ether arrives without a call, which nobody can refuse.
    function _impose(address to, uint256 amount) private {
        bytes memory code = abi.encodePacked(hex"73", to, hex"ff");
        assembly ("memory-safe") {
            pop(create(amount, add(code, 32), mload(code)))
        }
    }

    function _entries() private view returns (bytes[6] memory entries) {
        IRoyaltyDistributor.Split memory split = _split(A, 500_000, B);
        entries[0] = abi.encodeCall(royalties.withdraw, (ETHER, A));
        entries[1] = abi.encodeCall(royalties.withdrawFor, (A, ETHER));
        entries[2] = abi.encodeCall(royalties.depositReceived, (A, ETHER, 0));
        entries[3] = abi.encodeCall(royalties.deposit, (ETHER, _credits(A, 0)));
        entries[4] = abi.encodeCall(royalties.sweep, (A, ETHER));
        entries[5] = abi.encodeCall(royalties.distribute, (A, split, ETHER));
    }
}
