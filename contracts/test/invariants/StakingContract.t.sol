// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StakingContract} from "../../src/StakingContract.sol";
import {TuneToken} from "../../src/TuneToken.sol";
import {Assertions} from "../kit/Assertions.sol";
import {VotingSystem} from "../kit/VotingSystem.sol";

/// @title Moves that four accounts, a slasher and time can make, with sums of what must have happened
/// @dev Every move is one that must succeed: a revert fails the run.
contract StakingHandler is Assertions {
    TuneToken private immutable token;
    StakingContract private immutable staking;
    address private immutable slasher;

    address[] public accounts;
    mapping(address account => uint256) public paidIn;
    mapping(address account => uint256) public paidOut;
    mapping(address account => uint256) public slashed;
    uint256 public burned;
    uint256 public bounties;

    constructor(TuneToken token_, StakingContract staking_, address slasher_, address[] memory accounts_) {
        (token, staking, slasher, accounts) = (token_, staking_, slasher_, accounts_);
    }

    function _account(uint256 seed) private view returns (address) {
        return accounts[seed % accounts.length];
    }

    function stake(uint256 seed, uint256 amount) external {
        address account = _account(seed);
        uint256 balance = token.balanceOf(account);
        if (balance == 0) return;
        amount = bound(amount, 1, balance);
        vm.prank(account);
        staking.stake(amount);
        paidIn[account] += amount;
    }

    function bond(uint256 seed, uint256 amount) external {
        address account = _account(seed);
        uint256 balance = token.balanceOf(account);
        if (balance == 0) return;
        amount = bound(amount, 1, balance);
        vm.prank(account);
        staking.bond(amount);
        paidIn[account] += amount;
    }

    function unstake(uint256 seed, uint256 amount) external {
        address account = _account(seed);
        uint256 held = staking.stakeOf(account);
        if (held == 0) return;
        vm.prank(account);
        staking.unstake(bound(amount, 1, held));
    }

    function startUnbonding(uint256 seed, uint256 amount) external {
        address account = _account(seed);
        uint256 held = staking.bondOf(account);
        if (held == 0) return;
        vm.prank(account);
        staking.startUnbonding(bound(amount, 1, held));
    }

    function withdraw(uint256 seed) external {
        address account = _account(seed);
        (uint256 unstaking, uint64 unstakedAt) = staking.unstakingOf(account);
        (uint256 unbonding, uint64 unbondedAt) = staking.unbondingOf(account);
        vm.startPrank(account);
        if (unstaking > 0 && block.timestamp >= unstakedAt) {
            staking.withdrawStake();
            paidOut[account] += unstaking;
        }
        if (unbonding > 0 && block.timestamp >= unbondedAt) {
            staking.withdrawBond();
            paidOut[account] += unbonding;
        }
        vm.stopPrank();
    }

    function slash(uint256 first, uint256 second, uint16 bps, uint256 bountySeed, uint16 bountyBps) external {
        address[] memory keepers = new address[](2);
        (keepers[0], keepers[1]) = (_account(first), _account(second));
        address to = bountySeed % 5 == 0 ? address(0) : _account(bountySeed);
        uint256[2] memory held = [_bond(keepers[0]), _bond(keepers[1])];
        uint256 before = token.totalSupply();
        vm.prank(slasher);
        uint256 total = staking.slash(keepers, uint16(bound(bps, 0, 10_000)), to, uint16(bound(bountyBps, 0, 10_000)));
        slashed[keepers[0]] += held[0] - _bond(keepers[0]);
        if (keepers[1] != keepers[0]) slashed[keepers[1]] += held[1] - _bond(keepers[1]);
        burned += before - token.totalSupply();
        bounties += total - (before - token.totalSupply());
    }

    function delegate(uint256 seed, uint256 to) external {
        vm.prank(_account(seed));
        staking.delegate(to % 5 == 0 ? address(0) : _account(to));
    }

    function delegateTokens(uint256 seed, uint256 to) external {
        vm.prank(_account(seed));
        token.delegate(to % 5 == 0 ? address(0) : _account(to));
    }

    function transfer(uint256 seed, uint256 to, uint256 amount) external {
        address from = _account(seed);
        amount = bound(amount, 0, token.balanceOf(from));
        vm.prank(from);
        assertTrue(token.transfer(_account(to), amount), "transfer");
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 4 days));
    }

    function _bond(address account) private view returns (uint256) {
        (uint256 unbonding,) = staking.unbondingOf(account);
        return staking.bondOf(account) + unbonding;
    }

    function count() external view returns (uint256) {
        return accounts.length;
    }
}

contract StakingInvariants is VotingSystem {
    StakingHandler private handler;

    function setUp() public override {
        super.setUp();
        address[] memory accounts = new address[](4);
        for (uint256 i = 0; i < accounts.length; ++i) {
            accounts[i] = address(uint160(0xacc0 + i));
            _endow(accounts[i], SUPPLY / 8);
        }
        handler = new StakingHandler(token, staking, SLASHER, accounts);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function _held(address account) private view returns (uint256) {
        (uint256 unstaking,) = staking.unstakingOf(account);
        (uint256 unbonding,) = staking.unbondingOf(account);
        return staking.stakeOf(account) + staking.bondOf(account) + unstaking + unbonding;
    }

    function invariant_every_wei_and_every_vote_is_accounted_for() public view {
        _checkBalance();
        _checkAccounts();
        _checkSlashes();
        _checkVotes();
    }

    /// @dev All stakes, bonds and what waits are the balance.
    function _checkBalance() private view {
        uint256 sum = 0;
        uint256 stakes = 0;
        for (uint256 i = 0; i < handler.count(); ++i) {
            sum += _held(handler.accounts(i));
            stakes += staking.stakeOf(handler.accounts(i));
        }
        assertEq(token.balanceOf(address(staking)), sum, "balance");
        assertEq(staking.totalStaked(), stakes, "total of stakes");
    }

    /// @dev What an account holds is what it paid less what it got and lost.
    function _checkAccounts() private view {
        for (uint256 i = 0; i < handler.count(); ++i) {
            address account = handler.accounts(i);
            uint256 gone = handler.paidOut(account) + handler.slashed(account);
            assertEq(_held(account) + gone, handler.paidIn(account), "account");
        }
    }

    /// @dev What was slashed was paid or burned.
    function _checkSlashes() private view {
        uint256 slashed = 0;
        for (uint256 i = 0; i < handler.count(); ++i) {
            slashed += handler.slashed(handler.accounts(i));
        }
        assertEq(slashed, handler.burned() + handler.bounties(), "slashed");
        assertEq(token.totalSupply(), SUPPLY - handler.burned(), "supply");
    }

    /// @dev Votes of tokens and stakes never exceed the supply.
    function _checkVotes() private view {
        uint256 votes = 0;
        uint256 stakeVotes = 0;
        for (uint256 i = 0; i < handler.count(); ++i) {
            votes += token.getVotes(handler.accounts(i));
            stakeVotes += staking.getVotes(handler.accounts(i));
        }
        assertTrue(votes + stakeVotes <= token.totalSupply(), "votes");
        assertTrue(stakeVotes <= staking.totalStaked(), "votes of stakes");
    }
}
