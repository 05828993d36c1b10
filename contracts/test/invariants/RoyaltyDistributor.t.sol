// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {RoyaltyDistributor} from "../../src/RoyaltyDistributor.sol";
import {IRoyaltyDistributor} from "../../src/interfaces/IRoyaltyDistributor.sol";
import {Assertions} from "../kit/Assertions.sol";
import {Coin, FeeCoin} from "../kit/Currencies.sol";

/// @title Four people who deposit, split, nest, change, pay past the ledger, sweep, distribute, withdraw and give away
/// @dev Currency 0 is ether, 1 a plain token, 2 one that takes a fee.
contract RoyaltyHandler is Assertions {
    uint256 private constant MOST_SPLITS = 5;
    uint256 private constant MOST_CONTENTS = 12;

    RoyaltyDistributor private immutable royalties;
    address[3] public currencies;
    address[4] public people = [address(0xa1), address(0xb2), address(0xc3), address(0xd4)];
    address[] private _splits;

    /// @dev Every content that ever was one, beside the split that had it. The last one of a split is its present one.
    bytes[] private _contents;
    address[] private _splitOf;
    bytes32[] private _hashOf;
    mapping(address split => uint256 place) private _present;

    /// @notice What the ledger's holdings grew and shrank by, and what was given away to it, by currency.
    uint256[3] public cameIn;
    uint256[3] public wentOut;
    uint256[3] public given;

    constructor(RoyaltyDistributor royalties_, address plain, address fee) {
        royalties = royalties_;
        (currencies[1], currencies[2]) = (plain, fee);
        IERC20(plain).approve(address(royalties), type(uint256).max);
        IERC20(fee).approve(address(royalties), type(uint256).max);
    }

    function deposit(uint256 which, uint256 first, uint256 second, uint256 amount, uint256 more) external {
        uint256 currency = which % 2;
        IRoyaltyDistributor.Credit[] memory credits = new IRoyaltyDistributor.Credit[](2);
        credits[0] = IRoyaltyDistributor.Credit(_account(first), bound(amount, 0, 1 ether));
        credits[1] = IRoyaltyDistributor.Credit(_account(second), bound(more, 0, 100));
        uint256 sum = credits[0].amount + credits[1].amount;
        uint256 before = _held(currency);
        if (currency == 0) vm.deal(address(this), sum);
        royalties.deposit{value: currency == 0 ? sum : 0}(currencies[currency], credits);
        assertEq(_held(currency) - before, sum, "a deposit brings in its sum");
        cameIn[currency] += sum;
    }

    function depositReceived(uint256 which, uint256 whose, uint256 amount) external {
        uint256 currency = which % 3;
        amount = bound(amount, 0, 1 ether);
        uint256 before = _held(currency);
        if (currency == 0) vm.deal(address(this), amount);
        uint256 credited =
            royalties.depositReceived{value: currency == 0 ? amount : 0}(_account(whose), currencies[currency], amount);
        assertEq(_held(currency) - before, credited, "credited by what arrived");
        cameIn[currency] += credited;
    }

    function createSplit(uint256 first, uint256 second, uint256 parts, uint256 rule) external {
        if (_splits.length == MOST_SPLITS || _contents.length == MOST_CONTENTS) return;
        (bool fine, IRoyaltyDistributor.Split memory split) = _content(_account(first), _account(second), parts);
        if (!fine) return;
        if (rule % 4 != 0) (split.rule, split.controller) = (IRoyaltyDistributor.Rule.Controller, address(this));
        address account = royalties.createSplit(split);
        _splits.push(account);
        _keep(account, split);
    }

    function updateSplit(uint256 which, uint256 first, uint256 second, uint256 parts, bool freeze) external {
        if (_splits.length == 0 || _contents.length == MOST_CONTENTS) return;
        address account = _splits[which % _splits.length];
        IRoyaltyDistributor.Split memory current = _contentAt(_present[account]);
        if (current.rule == IRoyaltyDistributor.Rule.Frozen) return;
        (bool fine, IRoyaltyDistributor.Split memory next) =
            _content(_earlier(first, account), _earlier(second, account), parts);
        if (!fine) return;
        if (!freeze) (next.rule, next.controller) = (IRoyaltyDistributor.Rule.Controller, address(this));
        uint256[3] memory older = _under(account, current);
        uint256 lying = account.balance;
        royalties.updateSplit(account, current, next);
        cameIn[0] += lying;
        older[0] += lying;
        _checkOlder(account, current, older);
        _keep(account, next);
    }

    /// @dev As someone pays who does not know the ledger.
    function payPast(uint256 which, uint256 whose, uint256 amount) external {
        if (_splits.length == 0) return;
        address account = _splits[whose % _splits.length];
        uint256 currency = which % 3;
        amount = bound(amount, 1, 1 ether);
        if (currency == 0) vm.deal(account, account.balance + amount);
        else assertTrue(IERC20(currencies[currency]).transfer(account, amount), "paid");
    }

    function sweep(uint256 which, uint256 whose) external {
        if (_splits.length == 0) return;
        address account = _splits[whose % _splits.length];
        uint256 currency = which % 3;
        if (_heldBy(account, currency) == 0) return;
        uint256 before = _held(currency);
        uint256 swept = royalties.sweep(account, currencies[currency]);
        assertEq(_held(currency) - before, swept, "swept is what arrived");
        assertEq(_heldBy(account, currency), 0, "nothing lies there any more");
        cameIn[currency] += swept;
    }

    function distribute(uint256 which, uint256 content) external {
        if (_contents.length == 0) return;
        uint256 place = content % _contents.length;
        IRoyaltyDistributor.Split memory split = _contentAt(place);
        address currency = currencies[which % 3];
        uint256 owed = royalties.balanceUnder(_splitOf[place], _hashOf[place], currency);
        if (owed == 0) return;
        assertEq(royalties.distribute(_splitOf[place], split, currency), owed, "all of it");
    }

    function withdraw(uint256 which, uint256 whose, bool byStranger) external {
        uint256 currency = which % 3;
        address account = people[whose % 4];
        uint256 owed = royalties.balanceOf(account, currencies[currency]);
        if (owed == 0) return;
        uint256 before = _held(currency);
        if (byStranger) {
            royalties.withdrawFor(account, currencies[currency]);
        } else {
            vm.prank(account);
            royalties.withdraw(currencies[currency], account);
        }
        assertEq(before - _held(currency), owed, "exactly what was owed");
        wentOut[currency] += owed;
    }

    function give(uint256 which, uint256 amount) external {
        uint256 currency = which % 3;
        uint256 before = _held(currency);
        amount = bound(amount, 1, 1 ether);
        if (currency == 0) vm.deal(address(royalties), before + amount);
        else assertTrue(IERC20(currencies[currency]).transfer(address(royalties), amount), "given");
        given[currency] += _held(currency) - before;
    }

    /// @notice Every content that ever was one: the split that had it, and its hash.
    function contents() external view returns (address[] memory accounts, bytes32[] memory hashes) {
        return (_splitOf, _hashOf);
    }

    /// @dev Whoever is a split in it was created earlier; numbers never change, so this is looked at once.
    function _keep(address account, IRoyaltyDistributor.Split memory split) private {
        for (uint256 i = 0; i < split.recipients.length; ++i) {
            uint256 number = royalties.numberOf(split.recipients[i].account);
            assertTrue(number < royalties.numberOf(account), "ascending numbers");
        }
        bytes32 splitHash = royalties.hashSplit(split);
        assertEq(royalties.splitHashOf(account), splitHash, "the present content");
        _present[account] = _contents.length;
        _contents.push(abi.encode(split));
        _splitOf.push(account);
        _hashOf.push(splitHash);
    }

    function _contentAt(uint256 place) private view returns (IRoyaltyDistributor.Split memory) {
        return abi.decode(_contents[place], (IRoyaltyDistributor.Split));
    }

    /// @dev What an update leaves under the content before: all that was there, and the ether that lay at the account.
    function _checkOlder(address account, IRoyaltyDistributor.Split memory split, uint256[3] memory expected)
        private
        view
    {
        uint256[3] memory found = _under(account, split);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(found[i], expected[i], "older money stays under the older content");
        }
    }

    function _under(address account, IRoyaltyDistributor.Split memory split)
        private
        view
        returns (uint256[3] memory owed)
    {
        bytes32 splitHash = royalties.hashSplit(split);
        for (uint256 i = 0; i < 3; ++i) {
            owed[i] = royalties.balanceUnder(account, splitHash, currencies[i]);
        }
    }

    function _account(uint256 which) private view returns (address) {
        which %= 4 + _splits.length;
        return which < 4 ? people[which] : _splits[which - 4];
    }

    /// @dev A person, or a split created before that one.
    function _earlier(uint256 which, address account) private view returns (address) {
        which %= 3 + royalties.numberOf(account);
        return which < 4 ? people[which] : _splits[which - 4];
    }

    function _content(address first, address second, uint256 parts)
        private
        view
        returns (bool fine, IRoyaltyDistributor.Split memory split)
    {
        if (first == second) return (false, split);
        (address low, address high) = first < second ? (first, second) : (second, first);
        split.recipients = new IRoyaltyDistributor.Recipient[](2);
        // A salt in the parts: contents of one split all differ, so that no sum counts a balance twice.
        uint32 share = uint32(bound(parts, 1, 9_000) * 100 + _contents.length);
        split.recipients[0] = IRoyaltyDistributor.Recipient(low, share);
        split.recipients[1] = IRoyaltyDistributor.Recipient(high, 1_000_000 - share);
        split.remainder = uint8(parts % 2);
        return (true, split);
    }

    function _held(uint256 currency) private view returns (uint256) {
        return _heldBy(address(royalties), currency);
    }

    function _heldBy(address account, uint256 currency) private view returns (uint256) {
        return currency == 0 ? account.balance : IERC20(currencies[currency]).balanceOf(account);
    }
}

contract RoyaltyDistributorInvariants is Assertions {
    RoyaltyDistributor private royalties;
    RoyaltyHandler private handler;

    function setUp() public {
        royalties = new RoyaltyDistributor();
        Coin plain = new Coin(6);
        FeeCoin fee = new FeeCoin();
        handler = new RoyaltyHandler(royalties, address(plain), address(fee));
        plain.mint(address(handler), 1e30);
        fee.mint(address(handler), 1e29);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_the_ledger_is_what_came_in_less_what_went_out() public view {
        (address[] memory accounts, bytes32[] memory hashes) = handler.contents();
        for (uint256 i = 0; i < 3; ++i) {
            address currency = handler.currencies(i);
            uint256 owed = _owed(currency, accounts, hashes);
            assertEq(owed, handler.cameIn(i) - handler.wentOut(i), "came in less went out");
            assertEq(_held(currency), owed + handler.given(i), "held, less what was given away");
        }
    }

    /// @dev All that people are owed, and splits under each content that they ever had.
    function _owed(address currency, address[] memory accounts, bytes32[] memory hashes)
        private
        view
        returns (uint256 sum)
    {
        for (uint256 i = 0; i < 4; ++i) {
            sum += royalties.balanceOf(handler.people(i), currency);
        }
        for (uint256 i = 0; i < accounts.length; ++i) {
            sum += royalties.balanceUnder(accounts[i], hashes[i], currency);
        }
    }

    function _held(address currency) private view returns (uint256) {
        if (currency == address(0)) return address(royalties).balance;
        return IERC20(currency).balanceOf(address(royalties));
    }
}
