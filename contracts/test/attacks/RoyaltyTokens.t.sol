// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IRoyaltyDistributor} from "../../src/interfaces/IRoyaltyDistributor.sol";
import {
    BlockingCoin,
    CallingCoin,
    Coin,
    FancifulCoin,
    FeeCoin,
    LyingCoin,
    RebaseCoin,
    SilentCoin,
    SmallCoin
} from "../kit/Currencies.sol";
import {MusicSystem} from "../kit/MusicSystem.sol";

contract RoyaltyTokensTest is MusicSystem {
    address private constant A = address(0xa1);
    address private constant B = address(0xb2);

    function test_a_token_that_takes_a_fee_is_refused_where_a_sum_is_promised() public {
        FeeCoin fee = new FeeCoin();
        fee.mint(address(this), 10_000);
        fee.approve(address(royalties), 200);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ShortDeposit.selector, address(fee), 198, 200));
        royalties.deposit(address(fee), _credits(A, 200));
    }

    function test_a_token_that_takes_a_fee_is_credited_by_what_arrives() public {
        FeeCoin fee = new FeeCoin();
        fee.mint(address(this), 10_000);
        fee.approve(address(royalties), 200);
        assertEq(royalties.depositReceived(A, address(fee), 200), 198, "credited");
        IRoyaltyDistributor.Split memory split = _split(A, 500_000, B);
        address account = royalties.createSplit(split);
        assertTrue(fee.transfer(account, 1_000), "transfer");
        assertEq(royalties.sweep(account, address(fee)), 981, "990 lay there, 9 were taken on the way");
        assertEq(royalties.balanceOf(account, address(fee)), 981, "owed to the split");
        assertEq(fee.balanceOf(address(royalties)), 198 + 981, "held");
    }

    function test_a_rebase_upwards_is_nobodys() public {
        RebaseCoin rebase = new RebaseCoin();
        rebase.mint(address(this), 100);
        rebase.approve(address(royalties), 100);
        royalties.deposit(address(rebase), _credits(A, 100));
        rebase.rebase(150);
        assertEq(royalties.balanceOf(A, address(rebase)), 100, "owed as it was");
        assertEq(royalties.withdrawFor(A, address(rebase)), 100, "paid");
    }

    function test_a_rebase_downwards_hurts_its_own_currency_alone() public {
        RebaseCoin rebase = new RebaseCoin();
        rebase.mint(address(this), 100);
        rebase.approve(address(royalties), 100);
        royalties.deposit(address(rebase), _credits(A, 100));
        token.approve(address(royalties), 100);
        royalties.deposit(address(token), _credits(A, 100));
        royalties.deposit{value: 100}(ETHER, _credits(A, 100));
        rebase.rebase(50);
        assertEq(rebase.balanceOf(address(royalties)), 50, "half is left");
        assertEq(royalties.withdrawFor(A, address(token)), 100, "token");
        assertEq(royalties.withdrawFor(A, ETHER), 100, "ether");
    }

    function test_a_rebase_during_a_deposit_credits_no_more_than_arrives() public {
        RebaseCoin rebase = new RebaseCoin();
        rebase.mint(address(this), 100);
        rebase.approve(address(royalties), 100);
        rebase.rebase(50);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ShortDeposit.selector, address(rebase), 50, 100));
        royalties.deposit(address(rebase), _credits(A, 100));
        assertEq(royalties.depositReceived(A, address(rebase), 100), 50, "credited");
    }

    function test_a_token_without_return_values_is_taken_and_paid_out() public {
        SilentCoin silent = new SilentCoin();
        silent.mint(address(this), 100);
        silent.approve(address(royalties), 10);
        royalties.deposit(address(silent), _credits(A, 10));
        assertEq(royalties.withdrawFor(A, address(silent)), 10, "paid");
        assertEq(silent.balanceOf(A), 10, "arrived");
        address account = royalties.createSplit(_split(A, 500_000, B));
        silent.transfer(account, 4);
        assertEq(royalties.sweep(account, address(silent)), 4, "swept");
    }

    function test_a_token_that_blocks_an_account_stops_nobody_else_and_the_owner_names_another() public {
        BlockingCoin blocking = new BlockingCoin();
        blocking.mint(address(this), 100);
        blocking.approve(address(royalties), 30);
        royalties.deposit(address(blocking), _credits(A, 10));
        royalties.deposit(address(blocking), _credits(B, 20));
        blocking.setBlocked(A, true);
        vm.expectRevert(abi.encodeWithSelector(BlockingCoin.Blocked.selector, A));
        royalties.withdrawFor(A, address(blocking));
        assertEq(royalties.withdrawFor(B, address(blocking)), 20, "the other one");
        vm.prank(A);
        assertEq(royalties.withdraw(address(blocking), fan), 10, "elsewhere");
        assertEq(blocking.balanceOf(fan), 10, "paid");
    }

    function test_a_token_that_blocks_the_ledger_cannot_be_deposited_nor_stop_other_currencies() public {
        BlockingCoin blocking = new BlockingCoin();
        blocking.mint(address(this), 100);
        address account = royalties.createSplit(_split(A, 500_000, B));
        assertTrue(blocking.transfer(account, 5), "transfer");
        blocking.setBlocked(address(royalties), true);
        blocking.approve(address(royalties), 1);
        vm.expectRevert(abi.encodeWithSelector(BlockingCoin.Blocked.selector, address(royalties)));
        royalties.deposit(address(blocking), _credits(A, 1));
        vm.expectRevert(abi.encodeWithSelector(BlockingCoin.Blocked.selector, address(royalties)));
        royalties.sweep(account, address(blocking));
        vm.deal(account, 3);
        assertEq(royalties.sweep(account, ETHER), 3, "ether is swept all the same");
    }

    function test_amounts_of_a_token_with_96_bits_are_taken_whole() public {
        SmallCoin small = new SmallCoin();
        uint256 all = type(uint96).max;
        small.mint(address(this), all);
        small.approve(address(royalties), type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(SmallCoin.TooLarge.selector, all + 1));
        royalties.deposit(address(small), _credits(A, all + 1));
        royalties.deposit(address(small), _credits(A, all));
        assertEq(royalties.withdrawFor(A, address(small)), all, "paid");
    }

    function test_a_token_that_lies_credits_nothing() public {
        LyingCoin lying = new LyingCoin();
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.ShortDeposit.selector, address(lying), 0, 7));
        royalties.deposit(address(lying), _credits(A, 7));
        assertEq(royalties.depositReceived(A, address(lying), 7), 0, "credited");
        address account = royalties.createSplit(_split(A, 500_000, B));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyDistributor.NothingOwed.selector, account, address(lying)));
        royalties.sweep(account, address(lying));
    }

    function test_a_token_that_makes_up_balances_makes_up_its_own_only() public {
        FancifulCoin fanciful = new FancifulCoin();
        uint256 most = type(uint256).max;
        royalties.deposit(address(fanciful), _credits(A, most));
        assertEq(royalties.balanceOf(A, address(fanciful)), most, "worth nothing");
        fanciful.pretend(0);
        vm.expectRevert();
        royalties.deposit(address(fanciful), _credits(A, 1));
        assertEq(royalties.balanceOf(A, ETHER), 0, "ether");
        assertEq(royalties.balanceOf(A, address(token)), 0, "token");
        royalties.deposit{value: 5}(ETHER, _credits(A, 5));
        assertEq(royalties.withdrawFor(A, ETHER), 5, "ether is paid");
    }

    function test_the_largest_amount_is_distributed_to_the_wei() public {
        FancifulCoin fanciful = new FancifulCoin();
        IRoyaltyDistributor.Split memory split = _split(A, 333_333, B);
        address account = royalties.createSplit(split);
        royalties.deposit(address(fanciful), _credits(account, type(uint256).max));
        royalties.distribute(account, split, address(fanciful));
        uint256 a = royalties.balanceOf(A, address(fanciful));
        assertEq(a + royalties.balanceOf(B, address(fanciful)), type(uint256).max, "every wei");
    }

    function test_an_address_without_code_is_no_currency() public {
        vm.expectRevert();
        royalties.deposit(address(0xdead), _credits(A, 1));
        vm.expectRevert();
        royalties.depositReceived(A, address(0xdead), 1);
        address account = royalties.createSplit(_split(A, 500_000, B));
        vm.expectRevert();
        royalties.sweep(account, address(0xdead));
        assertEq(royalties.balanceOf(A, address(0xdead)), 0, "owed");
    }

    function test_no_hook_of_a_token_reenters_while_it_is_deposited_paid_out_or_swept() public {
        bytes[9] memory entries = _entries();
        for (uint256 i = 0; i < entries.length; ++i) {
            for (uint256 way = 0; way < 4; ++way) {
                bytes32 failure = _moveWithHook(way, entries[i]);
                assertEq(
                    failure,
                    bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                    "stopped by the guard"
                );
            }
        }
    }

    function test_what_a_hook_may_do_meanwhile_moves_no_money() public {
        CallingCoin calling = new CallingCoin();
        calling.mint(address(this), 100);
        calling.approve(address(royalties), 10);
        IRoyaltyDistributor.Split memory split = _split(A, 500_000, B);
        calling.callOnTransfer(address(royalties), abi.encodeCall(royalties.createSplit, (split)));
        royalties.deposit(address(calling), _credits(A, 10));
        assertTrue(calling.done(), "a split was created");
        assertEq(royalties.splitCount(), 1, "one");
        assertEq(royalties.balanceOf(A, address(calling)), 10, "credited once");
    }

    function test_what_a_hook_pays_in_meanwhile_is_credited_once() public {
        CallingCoin calling = new CallingCoin();
        calling.mint(address(this), 100);
        calling.approve(address(royalties), 10);
        assertTrue(calling.transfer(address(calling), 5), "transfer");
        calling.callOnTransfer(address(calling), abi.encodeCall(calling.transfer, (address(royalties), 5)));
        assertEq(royalties.depositReceived(A, address(calling), 10), 15, "what arrived");
        assertEq(calling.balanceOf(address(royalties)), 15, "held");
        assertEq(royalties.withdrawFor(A, address(calling)), 15, "paid");
    }

    function testFuzz_tokens_of_any_decimals_leave_no_dust(uint8 places, uint256 amount, uint32 parts) public {
        uint8[3] memory all = [0, 6, 27];
        Coin coin = new Coin(all[places % 3]);
        amount = bound(amount, 1, 1_000 * 10 ** coin.decimals());
        coin.mint(address(this), amount);
        coin.approve(address(royalties), amount);
        IRoyaltyDistributor.Split memory split = _split(A, uint32(bound(parts, 1, 999_999)), B);
        address account = royalties.createSplit(split);
        royalties.deposit(address(coin), _credits(account, amount));
        royalties.distribute(account, split, address(coin));
        uint256 paid = 0;
        if (royalties.balanceOf(A, address(coin)) > 0) paid += royalties.withdrawFor(A, address(coin));
        if (royalties.balanceOf(B, address(coin)) > 0) paid += royalties.withdrawFor(B, address(coin));
        assertEq(paid, amount, "every unit");
        assertEq(coin.balanceOf(address(royalties)), 0, "no dust");
    }

    /// @dev Every guarded function; what they are called with does not matter, the guard comes first.
    function _entries() private view returns (bytes[9] memory entries) {
        IRoyaltyDistributor.Split memory split = _split(A, 500_000, B);
        IRoyaltyDistributor.Consent[] memory none = new IRoyaltyDistributor.Consent[](0);
        entries[0] = abi.encodeCall(royalties.deposit, (address(token), _credits(A, 1)));
        entries[1] = abi.encodeCall(royalties.depositReceived, (A, address(token), 1));
        entries[2] = abi.encodeCall(royalties.withdraw, (ETHER, A));
        entries[3] = abi.encodeCall(royalties.withdrawFor, (A, ETHER));
        entries[4] = abi.encodeCall(royalties.distribute, (A, split, ETHER));
        entries[5] = abi.encodeCall(royalties.sweep, (A, ETHER));
        entries[6] = abi.encodeCall(royalties.updateSplit, (A, split, split));
        entries[7] = abi.encodeCall(royalties.updateSplitByConsent, (A, split, split, none, 0));
        entries[8] = abi.encodeCall(royalties.acceptControl, (A, split));
    }

    /// @dev Moves a token in one of four ways; the token calls the ledger meanwhile, and keeps why it failed.
    function _moveWithHook(uint256 way, bytes memory entry) private returns (bytes32) {
        CallingCoin calling = new CallingCoin();
        calling.mint(address(this), 100);
        calling.approve(address(royalties), 20);
        address account = royalties.createSplit(_split(A, 500_000, B));
        royalties.deposit(address(calling), _credits(A, 10));
        assertTrue(calling.transfer(account, 10), "transfer");
        calling.callOnTransfer(address(royalties), entry);
        if (way == 0) royalties.deposit(address(calling), _credits(A, 10));
        else if (way == 1) royalties.depositReceived(A, address(calling), 10);
        else if (way == 2) royalties.withdrawFor(A, address(calling));
        else royalties.sweep(account, address(calling));
        return bytes32(calling.answer());
    }
}
