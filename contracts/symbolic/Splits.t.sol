// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RoyaltyDistributor} from "../src/RoyaltyDistributor.sol";
import {IRoyaltyDistributor} from "../src/interfaces/IRoyaltyDistributor.sol";
import {Symbolic} from "./Symbolic.sol";

/// @title The split rule, for any shares and any amount
contract SplitsSymbolicTest is Symbolic {
    uint256 private constant WHOLE = 1_000_000;

    RoyaltyDistributor private royalties;

    function setUp() public {
        royalties = new RoyaltyDistributor();
    }

    function check_a_split_is_created_exactly_when_its_parts_sum_to_the_whole(
        address[] calldata accounts,
        uint32[4] calldata parts,
        uint8 remainder
    ) public {
        IRoyaltyDistributor.Split memory split;
        split.recipients = new IRoyaltyDistributor.Recipient[](accounts.length);
        split.remainder = remainder;
        uint256 sum = 0;
        bool formed = remainder < accounts.length;
        for (uint256 i = 0; i < accounts.length; ++i) {
            split.recipients[i] = IRoyaltyDistributor.Recipient(accounts[i], parts[i]);
            sum += parts[i];
            formed = formed && parts[i] > 0 && accounts[i] > (i == 0 ? address(0) : accounts[i - 1]);
        }
        (bool done,) = address(royalties).call(abi.encodeCall(royalties.createSplit, split));
        assert(done == (formed && sum == WHOLE));
    }

    /// @dev Why `_assumeWhole` may say so: it is so of all amounts and parts.
    function check_no_product_of_an_amount_and_parts_is_cut(uint96 amount, uint32 parts) public pure {
        assert(mulmod(amount, parts, type(uint256).max) == uint256(amount) * parts);
    }

    function check_each_gets_its_share_and_the_one_named_what_rounding_leaves(uint32[] calldata parts, uint8 remainder)
        public
    {
        remainder = _known(remainder, parts.length);
        uint256 amount = _amount(parts);
        _distribute(parts, remainder, amount);
        uint256 others = 0;
        for (uint256 i = 0; i < parts.length; ++i) {
            if (i == remainder) continue;
            assert(_owed(i) == amount * parts[i] / WHOLE);
            others += _owed(i);
        }
        assert(_owed(remainder) == amount - others);
    }

    function check_what_is_paid_out_is_what_came_in(uint32[] calldata parts, uint8 remainder) public {
        uint256 amount = _amount(parts);
        _distribute(parts, _known(remainder, parts.length), amount);
        uint256 paid = 0;
        for (uint256 i = 0; i < parts.length; ++i) {
            if (_owed(i) > 0) royalties.withdrawFor(_recipient(i), address(0));
            paid += _recipient(i).balance;
        }
        assert(paid == amount);
        assert(address(royalties).balance == 0);
    }

    function check_a_larger_share_never_gets_less(uint32 smaller, uint32 larger, uint8 remainder) public {
        vm.assume(0 < smaller && smaller <= larger && larger < WHOLE);
        remainder = _known(remainder, 2);
        uint32[] memory before = _pair(smaller);
        uint32[] memory next = _pair(larger);
        uint256 amount = svm.createUint(96, "amount");
        for (uint256 i = 0; i < 2; ++i) {
            _assumeWhole(amount, before[i]);
            _assumeWhole(amount, next[i]);
        }
        _assumeGrowth(amount, smaller, larger);
        _assumeGrowth(amount, next[1], before[1]);
        _distribute(before, remainder, amount);
        uint256 got = _owed(0);
        _distribute(next, remainder, amount);
        assert(_owed(0) - got >= got);
    }

    /// @dev Any amount below 2^96 wei, which is more than all ether.
    function _amount(uint32[] calldata parts) private returns (uint256 amount) {
        amount = svm.createUint(96, "amount");
        for (uint256 i = 0; i < parts.length; ++i) {
            _assumeWhole(amount, parts[i]);
        }
    }

    /// @dev A product with a larger factor, and its millionth, are not smaller: the solver cannot find that out in time.
    function _assumeGrowth(uint256 amount, uint256 smaller, uint256 larger) private pure {
        vm.assume(amount * smaller <= amount * larger);
        vm.assume(amount * smaller / WHOLE <= amount * larger / WHOLE);
    }

    /// @dev No product of them is cut. Said once here, it spares the solver to find it out on the way of each run.
    function _assumeWhole(uint256 amount, uint256 parts) private pure {
        vm.assume(mulmod(amount, parts, type(uint256).max) == amount * parts);
    }

    /// @dev One run for each position there is: a place in memory has to be a number that is known.
    function _known(uint8 position, uint256 count) private pure returns (uint8) {
        for (uint8 i = 0; i < count; ++i) {
            if (position == i) return i;
        }
        vm.assume(false);
        return 0;
    }

    function _recipient(uint256 index) private pure returns (address) {
        return address(uint160(0xacc000 + index));
    }

    function _owed(uint256 index) private view returns (uint256) {
        return royalties.balanceOf(_recipient(index), address(0));
    }

    function _pair(uint32 first) private pure returns (uint32[] memory parts) {
        parts = new uint32[](2);
        (parts[0], parts[1]) = (first, uint32(WHOLE) - first);
    }

    function _split(uint32[] memory parts, uint8 remainder)
        private
        pure
        returns (IRoyaltyDistributor.Split memory split)
    {
        split.recipients = new IRoyaltyDistributor.Recipient[](parts.length);
        split.remainder = remainder;
        for (uint256 i = 0; i < parts.length; ++i) {
            split.recipients[i] = IRoyaltyDistributor.Recipient(_recipient(i), parts[i]);
        }
    }

    function _distribute(uint32[] memory parts, uint8 remainder, uint256 amount) private {
        IRoyaltyDistributor.Split memory split = _split(parts, remainder);
        address account = royalties.createSplit(split);
        vm.deal(address(this), amount);
        royalties.depositReceived{value: amount}(account, address(0), amount);
        royalties.distribute(account, split, address(0));
    }
}
