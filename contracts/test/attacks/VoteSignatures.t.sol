// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Governance} from "../../src/Governance.sol";
import {StakingContract} from "../../src/StakingContract.sol";
import {TuneToken} from "../../src/TuneToken.sol";
import {Ballots} from "../kit/Ballots.sol";
import {VotingSystem} from "../kit/VotingSystem.sol";

/// @dev A wallet that agrees to everything until it changes its mind.
contract Wallet is IERC1271 {
    bool public agrees = true;

    function change() external {
        agrees = !agrees;
    }

    function delegateAll(TuneToken token) external {
        token.delegate(address(this));
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return agrees ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

/// @title Signatures used for something else, twice, elsewhere, or after a change of mind
contract VoteSignatureAttacks is VotingSystem, Ballots {
    uint256 private constant KEY = uint256(keccak256("voter"));
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    address private voter;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        voter = vm.addr(KEY);
        _endow(voter, 50_000 ether);
        token.delegate(address(this));
        vm.warp(START + 1);
        id = _open(_proposal(address(token), abi.encodeCall(token.transfer, (FAN, 0))));
    }

    function _sign(bytes32 digest) private pure returns (uint8 v, bytes32 r, bytes32 s) {
        return vm.sign(KEY, digest);
    }

    function _ballot(address verifier, uint8 support) private view returns (bytes memory) {
        uint256 nonce = governance.nonces(voter);
        bytes32 structHash = keccak256(abi.encode(BALLOT_TYPEHASH, id, support, voter, nonce));
        (uint8 v, bytes32 r, bytes32 s) = _sign(_digest(verifier, structHash));
        return abi.encodePacked(r, s, v);
    }

    function _expectInvalid(address account) private {
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, account));
    }

    function test_anybody_can_send_a_signed_vote() public {
        bytes memory signature = _ballot(address(governance), FOR);
        vm.prank(OTHER);
        governance.castVoteBySig(id, FOR, voter, signature);
        (, uint256 forVotes,) = governance.proposalVotes(id);
        assertEq(forVotes, 50_000 ether, "weight");
        assertEq(governance.nonces(voter), 1, "nonce");
    }

    function test_a_signed_vote_counts_once_and_for_what_was_signed() public {
        bytes memory signature = _ballot(address(governance), FOR);
        _expectInvalid(voter);
        governance.castVoteBySig(id, AGAINST, voter, signature);
        _expectInvalid(FAN);
        governance.castVoteBySig(id, FOR, FAN, signature);
        governance.castVoteBySig(id, FOR, voter, signature);
        _expectInvalid(voter);
        governance.castVoteBySig(id, FOR, voter, signature);
    }

    function test_a_vote_signed_for_one_function_is_refused_by_the_other() public {
        bytes memory signature = _ballot(address(governance), FOR);
        _expectInvalid(voter);
        governance.castVoteWithReasonAndParamsBySig(id, FOR, voter, "", "", signature);
        bytes32 structHash =
            keccak256(abi.encode(EXTENDED_TYPEHASH, id, FOR, voter, 0, keccak256("why"), keccak256("")));
        (uint8 v, bytes32 r, bytes32 s) = _sign(_digest(address(governance), structHash));
        _expectInvalid(voter);
        governance.castVoteBySig(id, FOR, voter, abi.encodePacked(r, s, v));
        _expectInvalid(voter);
        governance.castVoteWithReasonAndParamsBySig(id, FOR, voter, "else", "", abi.encodePacked(r, s, v));
        governance.castVoteWithReasonAndParamsBySig(id, FOR, voter, "why", "", abi.encodePacked(r, s, v));
    }

    function test_a_vote_signed_for_another_contract_is_refused() public {
        Governance twin = new Governance(token, staking, timelock, _settings());
        bytes memory signature = _ballot(address(twin), FOR);
        _expectInvalid(voter);
        governance.castVoteBySig(id, FOR, voter, signature);
        signature = _ballot(address(token), FOR);
        _expectInvalid(voter);
        governance.castVoteBySig(id, FOR, voter, signature);
    }

    function test_signatures_from_before_a_fork_are_refused_on_the_other_chain() public {
        bytes memory signature = _ballot(address(governance), FOR);
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(5);
        (uint8 w, bytes32 t, bytes32 u) = _signDelegation(address(staking));
        vm.chainId(block.chainid + 1);
        _expectInvalid(voter);
        governance.castVoteBySig(id, FOR, voter, signature);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(voter, OTHER, 5, block.timestamp, v, r, s);
        _expectNoDelegation(staking, w, t, u);
    }

    function test_a_malleable_vote_is_refused() public {
        bytes memory signature = _ballot(address(governance), FOR);
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        uint8 v = uint8(signature[64]);
        bytes memory twin = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _expectInvalid(voter);
        governance.castVoteBySig(id, FOR, voter, twin);
        governance.castVoteBySig(id, FOR, voter, signature);
    }

    function test_a_wallet_votes_once_even_when_it_changes_its_mind() public {
        Wallet wallet = new Wallet();
        assertTrue(token.transfer(address(wallet), 1_000 ether), "transfer");
        wallet.delegateAll(token);
        vm.warp(block.timestamp + 1);
        Proposal memory p = _proposal(address(token), abi.encodeCall(token.transfer, (FAN, 1)));
        id = _open(p);
        wallet.change();
        _expectInvalid(address(wallet));
        governance.castVoteBySig(id, FOR, address(wallet), "");
        wallet.change();
        governance.castVoteBySig(id, FOR, address(wallet), "");
        wallet.change();
        wallet.change();
        vm.expectRevert();
        governance.castVoteBySig(id, AGAINST, address(wallet), "");
        (, uint256 forVotes,) = governance.proposalVotes(id);
        assertEq(forVotes, 1_000 ether, "the vote stays");
    }

    function _signPermit(uint256 value) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 structHash =
            keccak256(abi.encode(PERMIT_TYPEHASH, voter, OTHER, value, token.nonces(voter), block.timestamp));
        return _sign(_digest(address(token), structHash));
    }

    function test_a_permit_allows_once_what_was_signed_until_its_deadline() public {
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(5);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(voter, OTHER, 6, block.timestamp, v, r, s);
        token.permit(voter, OTHER, 5, block.timestamp, v, r, s);
        assertEq(token.allowance(voter, OTHER), 5, "allowance");
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(voter, OTHER, 5, block.timestamp, v, r, s);
        (v, r, s) = _signPermit(7);
        vm.warp(block.timestamp + 1);
        vm.expectPartialRevert(ERC20Permit.ERC2612ExpiredSignature.selector);
        token.permit(voter, OTHER, 7, block.timestamp - 1, v, r, s);
    }

    function test_a_malleable_permit_is_refused() public {
        (uint8 v, bytes32 r, bytes32 s) = _signPermit(5);
        bytes32 twin = bytes32(ORDER - uint256(s));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, twin));
        token.permit(voter, OTHER, 5, block.timestamp, v == 27 ? 28 : 27, r, twin);
    }

    function _signDelegation(address verifier) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 structHash = keccak256(abi.encode(DELEGATION_TYPEHASH, OTHER, 0, block.timestamp));
        return _sign(_digest(verifier, structHash));
    }

    /// @dev A wrong signature is another account's, which has nothing to delegate, or fails.
    function _expectNoDelegation(StakingContract target, uint8 v, bytes32 r, bytes32 s) private {
        try target.delegateBySig(OTHER, 0, block.timestamp, v, r, s) {} catch {}
        assertEq(target.delegates(voter), voter, "delegate");
    }

    function test_a_delegation_of_tokens_is_none_of_stakes_and_the_other_way_round() public {
        (uint8 v, bytes32 r, bytes32 s) = _signDelegation(address(token));
        _expectNoDelegation(staking, v, r, s);
        token.delegateBySig(OTHER, 0, block.timestamp, v, r, s);
        assertEq(token.delegates(voter), OTHER, "tokens");
        vm.expectPartialRevert(Nonces.InvalidAccountNonce.selector);
        token.delegateBySig(OTHER, 0, block.timestamp, v, r, s);
        (v, r, s) = _signDelegation(address(staking));
        staking.delegateBySig(OTHER, 0, block.timestamp, v, r, s);
        assertEq(staking.delegates(voter), OTHER, "stakes");
    }

    function test_a_malleable_delegation_is_refused() public {
        (uint8 v, bytes32 r, bytes32 s) = _signDelegation(address(staking));
        bytes32 twin = bytes32(ORDER - uint256(s));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, twin));
        staking.delegateBySig(OTHER, 0, block.timestamp, v == 27 ? 28 : 27, r, twin);
    }
}
