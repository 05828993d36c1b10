// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IChallenges} from "../src/interfaces/IChallenges.sol";
import {IDemands} from "../src/interfaces/IDemands.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {LargeEpoch} from "./kit/LargeEpoch.sol";
import {Vm} from "./kit/Vm.sol";

/// @title What the largest evidence costs, calldata included
/// @dev Without refunds. What deposits are computed from must not be below it.
contract RecommendationGraphGasTest is LargeEpoch {
    /// @dev Room for what is cold in a transaction of its own and warm here.
    uint256 private constant COLD = 12_000;

    event log_named_uint(string what, uint256 gas);

    /// @dev Coverage measures code that is not optimised.
    modifier optimised() {
        if (!vm.isContext(Vm.ForgeContext.Coverage)) _;
    }

    function _commitLargest(uint256 signers) private returns (IRecommendationGraph.Commitment memory c) {
        if (signers > 3) {
            _addKeepers(signers - 3);
            graph.setKeepers(_signers(signers), uint8(signers));
        }
        c = _build(4_000_000_000, 1_024, 256, 4_096, 32);
        _commit(c, signers);
    }

    /// @dev Gas of the call as a transaction: EIP-2028 and the floor of EIP-7623.
    function _send(address from, uint256 value, bytes memory data) private returns (uint256) {
        uint256 tokens = 0;
        for (uint256 i = 0; i < data.length; ++i) {
            tokens += data[i] == 0 ? 1 : 4;
        }
        vm.deal(from, value);
        uint256 before = gasleft();
        vm.prank(from);
        (bool done,) = address(graph).call{value: value}(data);
        uint256 used = before - gasleft() + COLD + 4 * tokens;
        assertTrue(done, "done");
        return 21_000 + (used > 10 * tokens ? used : 10 * tokens);
    }

    function test_the_largest_answers_cost_no_more_than_deposits_are_computed_from() public optimised {
        IRecommendationGraph.Commitment memory c = _commitLargest(64);
        address[] memory signers = _signers(64);
        _send(opening.listener, MIN_DEPOSIT, abi.encodeCall(IDemands.demandListener, (c, signers)));
        _send(opening.listener, MIN_DEPOSIT, abi.encodeCall(IDemands.demandTrack, (c, signers, track.row)));
        address keeper = signers[63];
        uint256 forTrack = _send(keeper, 0, abi.encodeCall(IDemands.answerTrack, (c, signers, track, trackProof)));
        uint256 forList =
            _send(keeper, 0, abi.encodeCall(IDemands.answerListener, (c, signers, opening, listenerProof)));
        emit log_named_uint("answerTrack", forTrack);
        emit log_named_uint("answerListener", forList);
        assertTrue(forTrack <= graph.TRACK_ANSWER_GAS(), "track");
        assertTrue(forTrack > graph.TRACK_ANSWER_GAS() * 9 / 10, "not much less for a track");
        assertTrue(forList <= graph.LISTENER_ANSWER_GAS(), "list");
        assertTrue(forList > graph.LISTENER_ANSWER_GAS() * 9 / 10, "not much less for a list");
    }

    function test_the_largest_challenges_fit_into_a_transaction() public optimised {
        IRecommendationGraph.Commitment memory c = _commitLargest(64);
        address[] memory signers = _signers(64);
        uint256 cost = _send(
            address(1),
            0,
            abi.encodeCall(IChallenges.challengeOmission, (c, signers, opening, listenerProof, track, trackProof))
        );
        emit log_named_uint("challengeOmission", cost);
        // EIP-7825 caps a transaction at 2^24.
        assertTrue(cost < 2_500_000, "omission");
    }

    function test_a_challenge_of_common_size_costs_at_most_250_000() public optimised {
        IRecommendationGraph.Commitment memory c = _build(100_000, 128, 20, 100, 17);
        _commit(c, 3);
        uint256 cost = _send(
            address(1),
            0,
            abi.encodeCall(IChallenges.challengeOmission, (c, _signers(3), opening, listenerProof, track, trackProof))
        );
        emit log_named_uint("challengeOmission, common", cost);
        assertTrue(cost <= 250_000, "omission");
    }
}
