// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Signatures} from "../src/Signatures.sol";
import {IChallenges} from "../src/interfaces/IChallenges.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {TrueEpoch} from "./kit/TrueEpoch.sol";
import {Vm} from "./kit/Vm.sol";

/// @title One keeper, one epoch, two commitments
contract EquivocationTest is TrueEpoch {
    IRecommendationGraph.Commitment private a;
    IRecommendationGraph.Commitment private b;

    function setUp() public override {
        super.setUp();
        a = _buildCommitment();
        b = _buildCommitment();
        b.snapshotDigest = keccak256("another history");
    }

    function _signed(uint256 keeper, IRecommendationGraph.Commitment memory commitment)
        private
        view
        returns (bytes memory)
    {
        return _sign(keeperKeys[keeper], graph.commitmentDigest(commitment));
    }

    function _exchange() private {
        IRecommendationGraph.Commitment memory first = a;
        a = b;
        b = first;
    }

    function _challenge() private {
        (bytes memory signatureA, bytes memory signatureB) = (_signed(0, a), _signed(0, b));
        vm.prank(CHALLENGER);
        graph.challengeEquivocation(a, b, signatureA, signatureB);
    }

    function _assertRefused(bytes memory refusal) private {
        (bytes memory signatureA, bytes memory signatureB) = (_signed(0, a), _signed(0, b));
        vm.expectRevert(refusal);
        graph.challengeEquivocation(a, b, signatureA, signatureB);
        assertEq(staking.bondOf(_signers(1)[0]), MIN_BOND, "bond");
    }

    function _assertSlashedAlone() private view {
        assertEq(staking.bondOf(_signers(3)[0]), 0, "the keeper");
        assertFalse(graph.isKeeper(_signers(3)[0]), "member");
        for (uint256 i = 1; i < 3; ++i) {
            assertEq(staking.bondOf(_signers(3)[i]), MIN_BOND, "another");
            assertTrue(graph.isKeeper(_signers(3)[i]), "another");
        }
        assertEq(token.balanceOf(CHALLENGER), MIN_BOND / 2, "half to the sender");
        assertEq(token.totalSupply(), SUPPLY - MIN_BOND / 2, "the rest burned");
    }

    function test_a_keeper_who_signed_two_commitments_for_one_epoch_loses_its_bond_alone() public {
        vm.expectEmit(address(graph));
        emit IRecommendationGraph.KeeperRemoved(2, _signers(1)[0]);
        _challenge();
        _assertSlashedAlone();
        assertEq(graph.keeperSetVersion(), 2, "version");
        assertEq(graph.quorum(), 2, "the quorum stays");
    }

    function test_the_event_names_the_keeper_and_both_commitments() public {
        vm.recordLogs();
        _challenge();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.topics[0], IChallenges.KeeperEquivocated.selector, "event");
        assertEq(last.topics[1], bytes32(uint256(a.epoch)), "epoch");
        assertEq(last.topics[2], bytes32(uint256(uint160(_signers(1)[0]))), "keeper");
        assertEq(last.topics[3], bytes32(uint256(uint160(CHALLENGER))), "by");
        (bytes32 hashA, bytes32 hashB, uint256 amount) = abi.decode(last.data, (bytes32, bytes32, uint256));
        assertTrue(hashA != hashB, "hashes");
        assertEq(amount, MIN_BOND, "amount");
    }

    function test_the_epoch_stays_as_it_is_pending_or_final() public {
        _commit(a);
        epoch = a;
        _challenge();
        _assertSlashedAlone();
        _assertPending();
        vm.warp(graph.finalAt(1));
        assertTrue(graph.isFinal(1), "final");
    }

    function test_equivocation_is_shown_at_any_time_also_after_the_epoch_is_final() public {
        _commit(a);
        vm.warp(block.timestamp + 1_000 days);
        _challenge();
        _assertSlashedAlone();
        assertTrue(graph.isFinal(1), "final");
    }

    function test_equivocation_counts_across_versions_of_the_set_and_for_a_keeper_already_replaced() public {
        address[] memory others = new address[](1);
        others[0] = address(0xbeef);
        graph.setKeepers(others, 1);
        b.keeperSetVersion = graph.keeperSetVersion();
        _challenge();
        assertEq(staking.bondOf(_signers(1)[0]), 0, "bond");
        assertEq(graph.keeperSetVersion(), 2, "nobody left the set");
    }

    function test_equivocation_reaches_a_bond_that_is_unbonding() public {
        vm.prank(_signers(1)[0]);
        staking.startUnbonding(MIN_BOND);
        vm.warp(block.timestamp + UNBONDING - 1);
        _challenge();
        (uint256 unbonding,) = staking.unbondingOf(_signers(1)[0]);
        assertEq(unbonding, 0, "unbonding");
    }

    function test_the_same_commitment_signed_twice_is_no_equivocation() public {
        b = a;
        (bytes memory signatureA, bytes memory signatureB) = (_signed(0, a), _signed(0, b));
        vm.expectPartialRevert(IChallenges.SameCommitment.selector);
        graph.challengeEquivocation(a, b, signatureA, signatureB);
    }

    function test_commitments_for_two_epochs_are_no_equivocation() public {
        b.epoch = 2;
        _assertRefused(abi.encodeWithSelector(IChallenges.EpochsDiffer.selector, 1, 2));
    }

    function test_signing_anew_with_a_later_validity_is_no_equivocation() public {
        (b.validFrom, b.validUntil) = (a.validUntil + 1, a.validUntil + 100);
        _assertRefused(abi.encodeWithSelector(IChallenges.ValidityApart.selector));
        _exchange();
        _assertRefused(abi.encodeWithSelector(IChallenges.ValidityApart.selector));
    }

    function test_one_second_of_common_validity_is_equivocation() public {
        (b.validFrom, b.validUntil) = (a.validUntil, a.validUntil + 100);
        _challenge();
        _assertSlashedAlone();
    }

    function test_a_commitment_that_is_never_valid_overlaps_with_none() public {
        (b.validFrom, b.validUntil) = (a.validFrom + 2, a.validFrom + 1);
        _assertRefused(abi.encodeWithSelector(IChallenges.ValidityApart.selector));
        _exchange();
        _assertRefused(abi.encodeWithSelector(IChallenges.ValidityApart.selector));
    }

    function testFuzz_validity_overlaps_when_there_is_a_second_in_both(uint8[4] memory times) public {
        (a.validFrom, a.validUntil) = (times[0], times[1]);
        (b.validFrom, b.validUntil) = (times[2], times[3]);
        bool common = false;
        for (uint256 t = 0; t < 256; ++t) {
            common = common || (t >= times[0] && t <= times[1] && t >= times[2] && t <= times[3]);
        }
        if (common) _challenge();
        else _assertRefused(abi.encodeWithSelector(IChallenges.ValidityApart.selector));
    }

    function test_a_colleagues_second_signature_slashes_the_colleague_only() public {
        (bytes memory signatureA, bytes memory signatureB) = (_signed(0, a), _signed(1, b));
        vm.expectRevert(abi.encodeWithSelector(IChallenges.SignersDiffer.selector, _signers(2)[0], _signers(2)[1]));
        graph.challengeEquivocation(a, b, signatureA, signatureB);
        _commit(a);
        (signatureA, signatureB) = (_signed(1, a), _signed(1, b));
        graph.challengeEquivocation(a, b, signatureA, signatureB);
        assertEq(staking.bondOf(_signers(2)[0]), MIN_BOND, "the honest signer of the same epoch");
        assertEq(staking.bondOf(_signers(2)[1]), 0, "the colleague");
    }

    function test_a_signature_of_bad_form_is_refused() public {
        bytes memory signatureA = _signed(0, a);
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, address(0)));
        graph.challengeEquivocation(a, b, signatureA, hex"00");
        vm.expectRevert(abi.encodeWithSelector(Signatures.BadSignature.selector, address(0)));
        graph.challengeEquivocation(a, b, hex"00", signatureA);
    }

    function test_a_key_without_a_bond_has_nothing_to_lose() public {
        _challenge();
        (bytes memory signatureA, bytes memory signatureB) = (_signed(0, a), _signed(0, b));
        vm.expectRevert(abi.encodeWithSelector(IChallenges.NothingToSlash.selector, _signers(1)[0]));
        graph.challengeEquivocation(a, b, signatureA, signatureB);
    }

    /// @dev Otherwise a key could show its own equivocation while its bond is one wei, and do it in earnest later.
    function test_an_equivocation_cannot_be_used_up_in_advance() public {
        _challenge();
        _bond(_signers(1)[0], MIN_BOND);
        _challenge();
        assertEq(staking.bondOf(_signers(1)[0]), 0, "slashed again");
    }
}
