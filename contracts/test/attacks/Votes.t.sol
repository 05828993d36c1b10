// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

import {Governance} from "../../src/Governance.sol";
import {StakingContract} from "../../src/StakingContract.sol";
import {TuneToken} from "../../src/TuneToken.sol";
import {VotingSystem} from "../kit/VotingSystem.sol";

/// @dev Borrows tokens, does with them what it can within one transaction, and gives them back.
contract FlashBorrower {
    TuneToken private immutable token;
    StakingContract private immutable staking;
    Governance private immutable governance;

    constructor(TuneToken token_, StakingContract staking_, Governance governance_) {
        (token, staking, governance) = (token_, staking_, governance_);
        token.delegate(address(this));
        staking.delegate(address(this));
        token.approve(address(staking), type(uint256).max);
    }

    function vote(address lender, uint256 amount, uint256 id) external {
        require(token.transferFrom(lender, address(this), amount), "borrow");
        governance.castVote(id, 1);
        require(token.transfer(lender, amount), "give back");
    }

    function propose(address lender, uint256 amount, address target, bytes calldata data) external {
        require(token.transferFrom(lender, address(this), amount), "borrow");
        address[] memory targets = new address[](1);
        bytes[] memory calldatas = new bytes[](1);
        (targets[0], calldatas[0]) = (target, data);
        governance.propose(targets, new uint256[](1), calldatas, "mine");
        require(token.transfer(lender, amount), "give back");
    }

    function stakeAndGiveBack(address lender, uint256 amount) external {
        require(token.transferFrom(lender, address(this), amount), "borrow");
        staking.stake(amount);
        staking.unstake(amount);
        staking.withdrawStake();
        require(token.transfer(lender, amount), "give back");
    }

    function borrowAndReturn(address lender, uint256 amount) external {
        require(token.transferFrom(lender, address(this), amount), "borrow");
        require(token.transfer(lender, amount), "give back");
    }
}

/// @title Votes that are not one's own, or counted twice
contract VoteAttacks is VotingSystem {
    uint256 private constant LOAN = 100_000 ether;
    FlashBorrower private borrower;

    function setUp() public override {
        super.setUp();
        _endow(FAN, LOAN);
        borrower = new FlashBorrower(token, staking, governance);
        token.delegate(address(this));
        token.approve(address(borrower), type(uint256).max);
        vm.warp(START + 1);
    }

    function _id() private returns (uint256) {
        return _open(_proposal(address(token), abi.encodeCall(token.transfer, (FAN, 0))));
    }

    function _votesFor(uint256 id) private view returns (uint256 votes) {
        (, votes,) = governance.proposalVotes(id);
    }

    function test_flash_loaned_tokens_have_no_vote() public {
        uint256 id = _id();
        borrower.vote(address(this), LOAN, id);
        assertEq(_votesFor(id), 0, "votes");
    }

    function test_a_flash_loan_in_the_second_of_the_snapshot_has_no_vote() public {
        uint256 id = _propose(_proposal(address(token), abi.encodeCall(token.transfer, (FAN, 0))));
        vm.warp(governance.proposalSnapshot(id));
        borrower.borrowAndReturn(address(this), LOAN);
        vm.warp(block.timestamp + 1);
        assertEq(governance.getVotes(address(borrower), governance.proposalSnapshot(id)), 0, "votes");
    }

    function test_a_flash_loan_makes_no_proposer() public {
        bytes memory refused = abi.encodeWithSelector(
            IGovernor.GovernorInsufficientProposerVotes.selector, address(borrower), 0, THRESHOLD
        );
        vm.expectRevert(refused);
        borrower.propose(address(this), LOAN, address(token), "");
    }

    function test_a_flash_loan_cannot_pass_through_a_stake() public {
        vm.expectRevert();
        borrower.stakeAndGiveBack(address(this), LOAN);
    }

    function test_a_token_that_moves_into_a_stake_during_the_vote_counts_once() public {
        uint256 id = _id();
        vm.startPrank(FAN);
        governance.castVote(id, FOR);
        staking.stake(LOAN);
        staking.delegate(OTHER);
        vm.stopPrank();
        vm.warp(block.timestamp + 1);
        vm.prank(OTHER);
        governance.castVote(id, FOR);
        assertEq(_votesFor(id), LOAN, "votes");
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, FAN));
        vm.prank(FAN);
        governance.castVote(id, FOR);
    }

    function test_a_stake_that_moves_back_during_the_vote_counts_once() public {
        vm.prank(FAN);
        staking.stake(LOAN);
        uint256 id = _id();
        vm.startPrank(FAN);
        governance.castVote(id, FOR);
        staking.unstake(LOAN);
        vm.warp(block.timestamp + UNSTAKING / 2);
        vm.stopPrank();
        vm.warp(governance.proposalDeadline(id));
        vm.prank(OTHER);
        governance.castVote(id, FOR);
        assertEq(_votesFor(id), LOAN, "votes");
    }

    function test_a_token_staked_in_the_second_of_the_snapshot_counts_once() public {
        vm.prank(FAN);
        staking.delegate(OTHER);
        uint256 id = _propose(_proposal(address(token), abi.encodeCall(token.transfer, (FAN, 0))));
        vm.warp(governance.proposalSnapshot(id));
        vm.prank(FAN);
        staking.stake(LOAN / 4);
        vm.warp(block.timestamp + 1);
        vm.prank(FAN);
        governance.castVote(id, FOR);
        vm.prank(OTHER);
        governance.castVote(id, FOR);
        assertEq(_votesFor(id), LOAN, "votes");
    }

    function test_delegating_both_to_one_or_to_two_gives_no_vote_twice() public {
        vm.startPrank(FAN);
        staking.stake(LOAN / 2);
        token.delegate(OTHER);
        staking.delegate(OTHER);
        vm.stopPrank();
        uint256 id = _id();
        vm.prank(OTHER);
        governance.castVote(id, FOR);
        vm.startPrank(FAN);
        token.delegate(FAN);
        staking.delegate(FAN);
        vm.warp(block.timestamp + 1);
        governance.castVote(id, FOR);
        assertEq(_votesFor(id), LOAN, "votes");
    }

    function test_tokens_held_by_the_staking_contract_vote_in_stakes_only() public {
        vm.prank(FAN);
        staking.stake(LOAN);
        vm.warp(block.timestamp + 1);
        assertEq(token.getVotes(address(staking)), 0, "the contract delegates to nobody");
        assertEq(governance.getVotes(FAN, block.timestamp - 1), LOAN, "the owner's");
    }

    function test_tokens_given_to_the_staking_contract_are_nobodys_stake() public {
        vm.prank(FAN);
        assertTrue(token.transfer(address(staking), LOAN), "transfer");
        assertEq(staking.totalStaked() + staking.stakeOf(FAN) + staking.getVotes(FAN), 0, "stake");
    }

    /// @dev There are no shares, so that there is no price of a share to move.
    function testFuzz_a_first_depositor_and_a_donation_take_nothing_from_the_next(
        uint256 first,
        uint256 donation,
        uint256 second
    ) public {
        (first, donation) = (bound(first, 1, LOAN / 2), bound(donation, 0, LOAN / 2));
        second = bound(second, 1, LOAN);
        vm.startPrank(FAN);
        staking.stake(first);
        assertTrue(token.transfer(address(staking), donation), "donation");
        vm.stopPrank();
        staking.stake(second);
        assertEq(staking.stakeOf(address(this)), second, "the next one's stake");
        staking.unstake(second);
        uint256 before = token.balanceOf(address(this));
        vm.warp(block.timestamp + UNSTAKING);
        staking.withdrawStake();
        assertEq(token.balanceOf(address(this)) - before, second, "to the wei");
        assertEq(staking.stakeOf(FAN), first, "the first one's stake");
    }
}
