// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFanEngagement} from "../../src/interfaces/IFanEngagement.sol";
import {IRecommendationGraph} from "../../src/interfaces/IRecommendationGraph.sol";
import {Rewards} from "../kit/Rewards.sol";

/// @title Epochs, funds, roots, vetoes and claims of five accounts, with sums of what must have happened
/// @dev Every move is one that must succeed or one that must fail; anything else fails the run. Roots may be false: their
/// leaves may add up to more than their total.
contract RewardsHandler is Rewards {
    uint256 private constant ACCOUNTS = 5;

    struct Root {
        uint64 epoch;
        bytes32 root;
        uint256[] earned;
        bool vetoed;
        uint64 inForceAt;
    }

    Root[] private _posted;
    IRecommendationGraph.Commitment[] private _final;

    uint256 public funded;
    mapping(uint64 epoch => uint256) public fundedUpTo;
    uint256 public paid;
    mapping(uint256 index => uint256) public paidTo;
    uint256 public highestTotal;

    function count() external pure returns (uint256) {
        return ACCOUNTS;
    }

    function accountOf(uint256 index) external pure returns (address) {
        return _account(index);
    }

    function parts() external view returns (IFanEngagement, address) {
        return (fans, address(token));
    }

    function fund(uint256 ahead, uint256 amount) external {
        uint64 epoch = graph.latestEpoch() + 1 + uint64(ahead % 3);
        amount = bound(amount, 1, 1_000 ether);
        fans.fund(epoch, amount);
        funded += amount;
    }

    function commit(uint256 seed) external {
        IRecommendationGraph.Commitment memory commitment = _commitment();
        _commit(commitment);
        if (seed % 4 == 0) {
            vm.prank(guardian);
            graph.vetoEpoch(commitment.epoch);
            vm.warp(block.timestamp + WINDOW);
            bytes32 root = keccak256("of an invalid epoch");
            _expectRefusal(
                _reward(commitment, root, 0),
                commitment,
                abi.encodeWithSelector(IFanEngagement.EpochNotFinal.selector, commitment.epoch)
            );
            return;
        }
        vm.warp(graph.finalAt(commitment.epoch));
        _final.push(commitment);
    }

    function post(uint256[5] calldata seeds, bool lie) external {
        if (_final.length == 0) return;
        IRecommendationGraph.Commitment memory commitment = _final[_final.length - 1];
        (uint64 newest,, uint256 least) = fans.newestInForce();
        (uint64 pending,,,) = fans.pendingRoot();
        if (pending != 0 || newest >= commitment.epoch) return;
        uint256 most = 0;
        for (uint64 i = 1; i <= commitment.epoch; ++i) {
            most += fans.fundedFor(i);
        }
        uint256[] memory earned = new uint256[](ACCOUNTS);
        uint256 total = bound(seeds[0], least, most);
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            earned[i] = bound(seeds[i] >> 8, 0, lie ? total : total / ACCOUNTS);
        }
        bytes32 root = _tree(commitment.epoch, earned)[0];
        if (fans.isVetoed(commitment.epoch, root)) return;
        _post(_reward(commitment, root, total), commitment);
        (,,, uint64 inForceAt) = fans.pendingRoot();
        _posted.push(Root(commitment.epoch, root, earned, false, inForceAt));
    }

    function veto() external {
        (uint64 epoch, bytes32 root,,) = fans.pendingRoot();
        if (epoch == 0) return;
        vm.prank(guardian);
        fans.vetoRoot(epoch, root);
        _posted[_posted.length - 1].vetoed = true;
    }

    function claim(uint256 which, uint256 index) external {
        if (_posted.length == 0) return;
        Root memory posted = _posted[which % _posted.length];
        index %= ACCOUNTS;
        bytes32[] memory proof = _proof(posted.epoch, posted.earned, index);
        bool force = !posted.vetoed && block.timestamp >= posted.inForceAt;
        try fans.claim(_account(index), posted.epoch, posted.root, posted.earned[index], proof) returns (uint256 sum) {
            assertTrue(force, "a root without force paid");
            _count(index, sum);
        } catch (bytes memory reason) {
            bytes4 expected = force ? IFanEngagement.PaidAboveTotal.selector : IFanEngagement.RootNotInForce.selector;
            assertEq(bytes32(bytes4(reason)), bytes32(expected), "why");
        }
    }

    function push(uint256 which) external {
        if (_posted.length == 0) return;
        Root memory posted = _posted[which % _posted.length];
        if (posted.vetoed || block.timestamp < posted.inForceAt) return;
        uint256[] memory before = new uint256[](ACCOUNTS);
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            before[i] = fans.claimed(_account(i));
        }
        fans.claimBatch(posted.epoch, posted.root, _claims(posted.epoch, posted.earned));
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            uint256 sum = fans.claimed(_account(i)) - before[i];
            assertTrue(sum == 0 || fans.batchOptIn(_account(i)), "pushed without consent");
            _count(i, sum);
        }
    }

    function optIn(uint256 index, bool wanted) external {
        vm.prank(_account(index % ACCOUNTS));
        fans.setBatchOptIn(wanted);
    }

    function donate(uint256 amount) external {
        uint256 gift = bound(amount, 0, 1 ether);
        assertTrue(token.transfer(address(fans), gift), "gift");
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 2 * DELAY));
    }

    function _count(uint256 index, uint256 sum) private {
        paid += sum;
        paidTo[index] += sum;
        (,, uint256 total) = fans.newestInForce();
        assertTrue(total >= highestTotal, "the newest total fell");
        highestTotal = total;
    }
}

contract FanEngagementInvariants {
    RewardsHandler private handler;

    error Broken(string what);

    function setUp() public {
        handler = new RewardsHandler();
        handler.setUp();
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](9);
        targets[0].selectors[0] = RewardsHandler.fund.selector;
        targets[0].selectors[1] = RewardsHandler.commit.selector;
        targets[0].selectors[2] = RewardsHandler.post.selector;
        targets[0].selectors[3] = RewardsHandler.veto.selector;
        targets[0].selectors[4] = RewardsHandler.claim.selector;
        targets[0].selectors[5] = RewardsHandler.push.selector;
        targets[0].selectors[6] = RewardsHandler.optIn.selector;
        targets[0].selectors[7] = RewardsHandler.donate.selector;
        targets[0].selectors[8] = RewardsHandler.wait.selector;
    }

    function invariant_what_was_paid_never_exceeds_the_newest_total_nor_that_what_was_funded() public view {
        (IFanEngagement fans,) = handler.parts();
        (,, uint256 total) = fans.newestInForce();
        if (fans.totalPaid() > total) revert Broken("paid above the newest total");
        if (total > handler.funded()) revert Broken("total above what was funded");
    }

    function invariant_the_books_are_what_was_paid() public view {
        (IFanEngagement fans, address token) = handler.parts();
        if (fans.totalPaid() != handler.paid()) revert Broken("sum");
        uint256 sum = 0;
        for (uint256 i = 0; i < handler.count(); ++i) {
            address account = handler.accountOf(i);
            if (fans.claimed(account) != handler.paidTo(i)) revert Broken("account");
            if (_balance(token, account) != handler.paidTo(i)) revert Broken("balance");
            sum += fans.claimed(account);
        }
        if (sum != fans.totalPaid()) revert Broken("sum of accounts");
        if (_balance(token, address(fans)) < handler.funded() - sum) revert Broken("what is left");
    }

    function _balance(address token, address account) private view returns (uint256) {
        (bool success, bytes memory answer) = token.staticcall(abi.encodeWithSignature("balanceOf(address)", account));
        if (!success) revert Broken("token");
        return abi.decode(answer, (uint256));
    }
}
