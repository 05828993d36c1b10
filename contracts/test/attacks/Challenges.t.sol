// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Leaves} from "../../src/Leaves.sol";
import {IChallenges} from "../../src/interfaces/IChallenges.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {DemandedEpoch} from "../kit/DemandedEpoch.sol";
import {MerkleTree} from "../kit/MerkleTree.sol";

/// @title Attempts to win a challenge that proves nothing, to take another's bounty, or to keep a bond that is lost
contract ChallengeAttacks is DemandedEpoch {
    function _falsify() private {
        listeners[0].vector = "";
        _plant();
    }

    function _challengeBy(address by) private {
        bytes32[] memory proof = _listenerProof(0);
        vm.prank(by);
        graph.challengeMalformedListener(epoch, _signers(2), listeners[0], proof);
    }

    function test_a_listeners_bounty_cannot_be_redirected() public {
        _falsify();
        bytes32[] memory proof = _listenerProof(0);
        IRecommendationGraph.ListenerOpening memory opening = listeners[0];
        opening.listener = OTHER;
        vm.expectRevert(abi.encodeWithSelector(IChallenges.NotInTree.selector, 0));
        vm.prank(OTHER);
        graph.challengeMalformedListener(epoch, _signers(2), opening, proof);
        _challengeBy(OTHER);
        assertEq(token.balanceOf(OTHER), 0, "the sender");
        assertEq(token.balanceOf(_listener(0)), MIN_BOND, "the listener");
    }

    function test_a_signer_who_challenges_itself_gets_back_no_more_than_half() public {
        tracks[0].vector = "";
        _plant();
        bytes32[] memory proof = _trackProof(0);
        address keeper = _signers(1)[0];
        vm.prank(keeper);
        graph.challengeMalformedTrack(epoch, _signers(2), tracks[0], proof);
        assertEq(token.balanceOf(keeper), MIN_BOND, "half of both bonds");
        assertEq(token.totalSupply(), SUPPLY - MIN_BOND, "the other half is burned");
        _assertConvicted(10_000, keeper);
    }

    function test_copying_a_challenge_moves_the_bounty_and_nothing_else() public {
        tracks[0].vector = "";
        _plant();
        bytes32[] memory proof = _trackProof(0);
        vm.prank(OTHER);
        graph.challengeMalformedTrack(epoch, _signers(2), tracks[0], proof);
        vm.expectPartialRevert(IRecommendationGraph.EpochNotPending.selector);
        vm.prank(CHALLENGER);
        graph.challengeMalformedTrack(epoch, _signers(2), tracks[0], proof);
        _assertConvicted(10_000, OTHER);
    }

    function test_a_true_commitment_shown_the_same_leaf_twice_stands() public {
        _plant();
        bytes32[] memory proof = _trackProof(7);
        IRecommendationGraph.TrackLeaf memory leaf = _bareTrack(7);
        vm.expectRevert(IChallenges.NothingProven.selector);
        graph.challengeTrackRows(epoch, _signers(2), leaf, proof, leaf, proof);
        proof = _listenerProof(3);
        IRecommendationGraph.ListenerLeaf memory other = _bareListener(3);
        vm.expectRevert(IChallenges.NothingProven.selector);
        graph.challengeListenerRows(epoch, _signers(2), other, proof, other, proof);
        _assertPending();
    }

    function test_a_false_leaf_of_an_earlier_epoch_convicts_no_later_one() public {
        _falsify();
        IRecommendationGraph.ListenerOpening memory old = listeners[0];
        bytes32[] memory proof = _listenerProof(0);
        vm.prank(guardian);
        graph.vetoEpoch(1);
        listeners[0].vector = _vector("listener-0");
        _plant();
        vm.expectRevert(abi.encodeWithSelector(IChallenges.NotInTree.selector, 0));
        graph.challengeMalformedListener(epoch, _signers(2), old, proof);
    }

    function test_a_leaf_of_another_contract_chain_or_type_convicts_nobody() public {
        IRecommendationGraph.TrackLeaf memory leaf = _bareTrack(0);
        leaf.vectorHash = keccak256("");
        bytes32[4] memory foreign = [
            Leaves.track(address(this), 1, 0, leaf.trackIdHash, leaf.vectorHash),
            bytes32(0),
            Leaves.listener(address(graph), 1, 0, address(uint160(uint256(leaf.trackIdHash))), leaf.vectorHash),
            Leaves.reward(address(graph), 1, address(0), 7)
        ];
        uint256 chain = block.chainid;
        vm.chainId(chain + 1);
        foreign[1] = Leaves.track(address(graph), 1, 0, leaf.trackIdHash, leaf.vectorHash);
        vm.chainId(chain);
        IRecommendationGraph.TrackOpening memory opening = tracks[0];
        opening.vector = "";
        for (uint256 i = 0; i < foreign.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            bytes32[] memory leaves = new bytes32[](2);
            (leaves[0], leaves[1]) = (foreign[i], keccak256("another"));
            bytes32[] memory nodes = MerkleTree.build(leaves);
            epoch = _buildCommitment();
            epoch.trackRoot = nodes[0];
            _commit(epoch);
            bytes32[] memory proof = MerkleTree.proofOf(nodes, foreign[i]);
            vm.expectRevert(abi.encodeWithSelector(IChallenges.NotInTree.selector, 0));
            graph.challengeMalformedTrack(epoch, _signers(2), opening, proof);
            vm.revertToState(snapshot);
        }
    }

    function test_a_node_of_the_tree_is_no_leaf() public {
        _plant();
        bytes32[] memory proof = _trackProof(0);
        bytes32[] memory shorter = new bytes32[](proof.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) {
            shorter[i] = proof[i + 1];
        }
        vm.expectRevert(abi.encodeWithSelector(IChallenges.NotInTree.selector, 0));
        graph.challengeMalformedTrack(epoch, _signers(2), tracks[0], shorter);
        vm.expectRevert(abi.encodeWithSelector(IChallenges.NotInTree.selector, 0));
        graph.challengeMalformedTrack(epoch, _signers(2), tracks[0], new bytes32[](0));
    }

    /// forge-config: default.fuzz.runs = 1000
    function testFuzz_changed_evidence_convicts_nobody_on_a_true_commitment(bytes32 seed) public {
        _plant();
        uint256 i = uint256(seed) % LISTENERS;
        uint256 row = uint256(seed >> 8) % TRACKS;
        IRecommendationGraph.ListenerOpening memory opening = listeners[i];
        IRecommendationGraph.TrackOpening memory track = tracks[row];
        bytes32[] memory proof = _listenerProof(i);
        bytes32[] memory trackProof = _trackProof(row);
        _change(opening, track, proof, trackProof, seed);
        address[] memory signers = _signers(2);
        uint256 first = uint256(seed >> 40) % 6;
        uint256 second = uint256(seed >> 48) % 6;
        bytes[5] memory calls = [
            abi.encodeCall(IChallenges.challengeScore, (epoch, signers, opening, proof, first, track, trackProof)),
            abi.encodeCall(IChallenges.challengeOrder, (epoch, signers, opening, proof, first, second)),
            abi.encodeCall(IChallenges.challengeOmission, (epoch, signers, opening, proof, track, trackProof)),
            abi.encodeCall(IChallenges.challengeMalformedListener, (epoch, signers, opening, proof)),
            abi.encodeCall(IChallenges.challengeMalformedTrack, (epoch, signers, track, trackProof))
        ];
        for (uint256 k = 0; k < calls.length; ++k) {
            (bool done,) = address(graph).call(calls[k]);
            assertFalse(done, "convicted");
        }
        _assertPending();
    }

    /// @dev Sometimes nothing at all.
    function _change(
        IRecommendationGraph.ListenerOpening memory opening,
        IRecommendationGraph.TrackOpening memory track,
        bytes32[] memory proof,
        bytes32[] memory trackProof,
        bytes32 seed
    ) private pure {
        uint256 what = uint256(seed >> 16) % 12;
        uint256 where = uint256(seed >> 64);
        bytes1 flip = bytes1(uint8(1 + uint256(seed >> 24) % 255));
        if (what == 0) opening.vector[where % opening.vector.length] ^= flip;
        if (what == 1) opening.rows[where % opening.rows.length] ^= flip;
        if (what == 2) opening.scores[where % opening.scores.length] ^= flip;
        if (what == 3) opening.excluded = bytes.concat(opening.excluded, bytes4(seed));
        if (what == 4) opening.row ^= uint8(flip);
        if (what == 5) opening.salt ^= bytes32(flip);
        if (what == 6) track.vector[where % track.vector.length] ^= flip;
        if (what == 7) track.row ^= uint8(flip);
        if (what == 8) proof[where % proof.length] ^= bytes32(flip);
        if (what == 9) trackProof[where % trackProof.length] ^= bytes32(flip);
    }

    function test_a_challenge_given_too_little_gas_does_nothing_or_everything() public {
        _falsify();
        bytes memory data = abi.encodeCall(
            IChallenges.challengeMalformedListener, (epoch, _signers(2), listeners[0], _listenerProof(0))
        );
        bool convicted = false;
        for (uint256 gas_ = 20_000; !convicted; gas_ += 5_000) {
            uint256 snapshot = vm.snapshotState();
            (bool done,) = address(graph).call{gas: gas_}(data);
            if (done) {
                _assertConvicted(10_000, _listener(0));
                convicted = true;
            } else {
                _assertPending();
                assertEq(staking.bondOf(_signers(1)[0]), MIN_BOND, "bond");
                vm.revertToState(snapshot);
            }
        }
    }

    function test_a_bond_that_is_unbonding_answers_for_the_epoch_to_its_last_second() public {
        _falsify();
        vm.prank(_signers(1)[0]);
        staking.startUnbonding(MIN_BOND);
        vm.warp(START + WINDOW - 1);
        _challengeBy(CHALLENGER);
        (uint256 unbonding,) = staking.unbondingOf(_signers(1)[0]);
        assertEq(unbonding, 0, "slashed");
    }

    function test_an_honest_keeper_who_did_not_sign_loses_nothing() public {
        _falsify();
        _challengeBy(CHALLENGER);
        assertEq(staking.bondOf(_signers(3)[2]), MIN_BOND, "bond");
        assertTrue(graph.isKeeper(_signers(3)[2]), "keeper");
    }

    function test_an_honest_keeper_may_sign_anew_once_its_earlier_signature_has_run_out() public {
        IRecommendationGraph.Commitment memory a = _buildCommitment();
        bytes memory signatureA = _sign(keeperKeys[0], graph.commitmentDigest(a));
        vm.warp(a.validUntil + 1);
        IRecommendationGraph.Commitment memory b = _buildCommitment();
        b.snapshotDigest = keccak256("later");
        bytes memory signatureB = _sign(keeperKeys[0], graph.commitmentDigest(b));
        vm.expectRevert(IChallenges.ValidityApart.selector);
        graph.challengeEquivocation(a, b, signatureA, signatureB);
    }

    function test_a_guardian_cannot_slash_and_a_paused_graph_still_convicts() public {
        _falsify();
        vm.prank(guardian);
        graph.pauseCommits(uint64(block.timestamp) + 14 days);
        _challengeBy(CHALLENGER);
        _assertConvicted(10_000, _listener(0));
    }
}
