// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../src/Roles.sol";
import {TuneToken} from "../src/TuneToken.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {ITuneToken} from "../src/interfaces/ITuneToken.sol";
import {Ballots} from "../test/kit/Ballots.sol";
import {GasMeter} from "../test/kit/GasMeter.sol";
import {GovernedSystem} from "../test/kit/GovernedSystem.sol";

/// @title What it costs to hold, stake, bond, vote and govern
contract VotesGasTest is GovernedSystem, GasMeter, Ballots {
    uint256 private constant KEY = uint256(keccak256("voter"));
    uint256 private constant AMOUNT = 12_345 ether;
    address private constant FRIEND = address(uint160(uint256(keccak256("friend"))));
    address private constant BRIDGE = address(uint160(uint256(keccak256("bridge"))));

    address private _voter;

    function setUp() public override {
        super.setUp();
        _voter = vm.addr(KEY);
        assertTrue(token.transfer(_voter, 10 * AMOUNT), "transfer");
    }

    function _limits() private pure returns (ITuneToken.BridgeLimits memory) {
        return ITuneToken.BridgeLimits(1_000_000 ether, 1 days, 1_000_000 ether, 1 days);
    }

    function _signature(address verifier, bytes32 structHash)
        private
        view
        returns (uint8 v, bytes32 r, bytes32 s, bytes memory packed)
    {
        (v, r, s) = vm.sign(KEY, _digest(verifier, structHash));
        packed = abi.encodePacked(r, s, v);
    }

    /// @dev Neither side has delegated; the one who receives has none before.
    function test_tokens_move() public {
        vm.startPrank(_voter);
        token.transfer(FRIEND, AMOUNT);
        _record("TuneToken.transfer");
        token.approve(address(this), 3 * AMOUNT);
        _record("TuneToken.approve");
        token.burn(AMOUNT);
        _record("TuneToken.burn");
        vm.stopPrank();
        token.transferFrom(_voter, address(0xbeef), AMOUNT);
        _record("TuneToken.transferFrom");
        token.burnFrom(_voter, AMOUNT);
        _record("TuneToken.burnFrom");
    }

    function test_signed_permits_and_delegations() public {
        bytes32 permit = keccak256(abi.encode(PERMIT_TYPEHASH, _voter, FRIEND, AMOUNT, 0, START * 2));
        (uint8 v, bytes32 r, bytes32 s,) = _signature(address(token), permit);
        token.permit(_voter, FRIEND, AMOUNT, START * 2, v, r, s);
        _record("TuneToken.permit");
        bytes32 delegation = keccak256(abi.encode(DELEGATION_TYPEHASH, FRIEND, 1, START * 2));
        (v, r, s,) = _signature(address(token), delegation);
        token.delegateBySig(FRIEND, 1, START * 2, v, r, s);
        _record("TuneToken.delegateBySig");
        delegation = keccak256(abi.encode(DELEGATION_TYPEHASH, FRIEND, 0, START * 2));
        (v, r, s,) = _signature(address(staking), delegation);
        staking.delegateBySig(FRIEND, 0, START * 2, v, r, s);
        _record("StakingContract.delegateBySig");
    }

    function test_tokens_cross_chains() public {
        vm.startPrank(address(timelock));
        manager.grantRole(Roles.BRIDGE, BRIDGE, 0);
        token.setBridgeLimits(BRIDGE, _limits());
        _record("TuneToken.setBridgeLimits");
        vm.stopPrank();
        vm.startPrank(BRIDGE);
        token.crosschainMint(FRIEND, AMOUNT);
        _record("TuneToken.crosschainMint");
        vm.stopPrank();
        vm.prank(FRIEND);
        token.approve(BRIDGE, AMOUNT);
        vm.prank(BRIDGE);
        token.crosschainBurn(FRIEND, AMOUNT);
        _record("TuneToken.crosschainBurn");
    }

    /// @dev Whoever stakes has delegated both its tokens and its stake to itself: the dearest.
    function test_stakes_and_bonds() public {
        vm.startPrank(_voter);
        token.delegate(_voter);
        _record("TuneToken.delegate");
        staking.delegate(_voter);
        _record("StakingContract.delegate");
        token.approve(address(staking), type(uint256).max);
        staking.stake(AMOUNT);
        _record("StakingContract.stake");
        vm.warp(block.timestamp + 1);
        staking.unstake(AMOUNT);
        _record("StakingContract.unstake");
        vm.warp(block.timestamp + UNSTAKING);
        staking.withdrawStake();
        _record("StakingContract.withdrawStake");
        staking.bond(AMOUNT);
        _record("StakingContract.bond");
        staking.startUnbonding(AMOUNT);
        _record("StakingContract.startUnbonding");
        vm.warp(block.timestamp + UNBONDING);
        staking.withdrawBond();
        _record("StakingContract.withdrawBond");
    }

    /// @dev Only RecommendationGraph slashes, within a challenge; here it is the sender.
    function test_a_slash_of_three_bonds() public {
        address[] memory keepers = _signers(3);
        vm.prank(address(graph));
        staking.slash(keepers, 10_000, FRIEND, 5_000);
        _record("StakingContract.slash");
    }

    function test_a_proposal_from_vote_to_execution() public {
        Proposal memory p = _proposal(address(token), abi.encodeCall(TuneToken.setBridgeLimits, (BRIDGE, _limits())));
        uint256 id = _propose(p);
        _record("Governance.propose");
        vm.warp(governance.proposalSnapshot(id) + 1);
        governance.castVote(id, FOR);
        _record("Governance.castVote");
        _close(id);
        _queue(p);
        _record("Governance.queue");
        vm.warp(governance.proposalEta(id));
        _execute(p);
        _record("Governance.execute");
    }

    function test_other_ways_to_vote_and_a_cancellation() public {
        vm.prank(_voter);
        token.delegate(_voter);
        Proposal memory p = _proposal(address(token), abi.encodeCall(TuneToken.setBridgeLimits, (BRIDGE, _limits())));
        uint256 id = _propose(p);
        _cancel(p);
        _record("Governance.cancel");
        p.description = "another proposal";
        id = _open(p);
        uint256 state = vm.snapshotState();
        governance.castVoteWithReason(id, FOR, "because");
        _record("Governance.castVoteWithReason");
        vm.revertToState(state);
        governance.castVoteWithReasonAndParams(id, FOR, "because", "");
        _record("Governance.castVoteWithReasonAndParams");
        vm.revertToState(state);
        (,,, bytes memory signature) =
            _signature(address(governance), keccak256(abi.encode(BALLOT_TYPEHASH, id, FOR, _voter, 0)));
        governance.castVoteBySig(id, FOR, _voter, signature);
        _record("Governance.castVoteBySig");
        vm.revertToState(state);
        bytes32 ballot =
            keccak256(abi.encode(EXTENDED_TYPEHASH, id, FOR, _voter, 0, keccak256("because"), keccak256("")));
        (,,, signature) = _signature(address(governance), ballot);
        governance.castVoteWithReasonAndParamsBySig(id, FOR, _voter, "because", "", signature);
        _record("Governance.castVoteWithReasonAndParamsBySig");
    }

    /// @dev What governance decides is sent by the timelock, within {Governance.execute}; here it is the sender.
    function test_what_governance_sets() public {
        address[] memory members = _signers(3);
        vm.startPrank(address(timelock));
        music.setProtocolFee(300, treasury);
        _record("MusicNFT.setProtocolFee");
        market.setProtocolFee(300, treasury);
        _record("Marketplace.setProtocolFee");
        market.setCurrency(FRIEND, true);
        _record("Marketplace.setCurrency");
        graph.setKeepers(members, 3);
        _record("RecommendationGraph.setKeepers");
        graph.setMinBond(2 * MIN_BOND);
        _record("RecommendationGraph.setMinBond");
        graph.setMinDeposit(2 * MIN_DEPOSIT);
        _record("RecommendationGraph.setMinDeposit");
        fans.setSeedFactors(2_000_000, 3_000_000);
        _record("FanEngagement.setSeedFactors");
    }

    function test_what_the_guardian_stops() public {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        _commit(commitment);
        vm.startPrank(guardian);
        graph.vetoEpoch(commitment.epoch);
        _record("RecommendationGraph.vetoEpoch");
        graph.pauseCommits(uint64(block.timestamp + 1 days));
        _record("RecommendationGraph.pauseCommits");
        market.pauseTrading(uint64(block.timestamp + 1 days));
        _record("Marketplace.pauseTrading");
    }
}
