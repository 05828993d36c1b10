// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {Roles} from "../src/Roles.sol";
import {Deployment} from "./Deployment.sol";

/// @title Reads back from the chain every relation that the deployment made
/// @notice Called by the script after the hand-over; nothing is written when a relation is not what was asked for.
library DeploymentCheck {
    /// @notice A relation between the deployed contracts is not what was asked for.
    error WrongRelation(string relation, bytes found, bytes expected);

    /// @notice Reverts with the first relation that is wrong.
    function check(Deployment.Contracts memory c, Deployment.Parameters memory p) internal view {
        _checkAuthorities(c);
        _checkToken(c, p);
        _checkStaking(c, p);
        _checkGovernance(c, p);
        _checkMusic(c, p);
        _checkMarket(c, p);
        _checkGraph(c, p);
        _checkFans(c, p);
    }

    /// @notice Reverts unless each function has its role, each role its members, and the timelock alone is admin.
    function checkRoles(Deployment.Contracts memory c, Deployment.Holders memory h, address formerAdmin) internal view {
        Deployment.Rule[] memory rules = Deployment.rules(c);
        for (uint256 i = 0; i < rules.length; ++i) {
            _same(
                "role of function", c.manager.getTargetFunctionRole(rules[i].target, rules[i].selector), rules[i].role
            );
        }
        _member(c, "admin: timelock", Roles.ADMIN, address(c.timelock), true);
        _member(c, "admin: deployer", Roles.ADMIN, formerAdmin, false);
        _member(c, "registrar", Roles.REGISTRAR, h.registrar, true);
        _member(c, "registrar: deployer", Roles.REGISTRAR, formerAdmin, h.registrar == formerAdmin);
        _member(c, "bridge: deployer", Roles.BRIDGE, formerAdmin, false);
        _same("guardian", c.manager.guardian(), h.guardian);
        _same("end of the guardian's term", c.manager.guardianUntil(), h.guardianUntil);
        if (h.guardian != address(0)) _member(c, "guardian's role", Roles.GUARDIAN, h.guardian, true);
        _checkTimelockRoles(c, formerAdmin);
        _same("keepers", abi.encode(c.graph.keepers()), abi.encode(h.keepers));
        _same("quorum of keepers", c.graph.quorum(), h.quorum);
        _same("version of the keeper set", c.graph.keeperSetVersion(), 1);
    }

    function _checkTimelockRoles(Deployment.Contracts memory c, address formerAdmin) private view {
        bytes32[4] memory roles = [
            c.timelock.DEFAULT_ADMIN_ROLE(),
            c.timelock.PROPOSER_ROLE(),
            c.timelock.CANCELLER_ROLE(),
            c.timelock.EXECUTOR_ROLE()
        ];
        for (uint256 i = 0; i < roles.length; ++i) {
            _same("timelock: deployer", c.timelock.hasRole(roles[i], formerAdmin), false);
            _same("timelock: everyone", c.timelock.hasRole(roles[i], address(0)), false);
            _same("timelock: governance", c.timelock.hasRole(roles[i], address(c.governance)), i != 0);
            _same("timelock: itself", c.timelock.hasRole(roles[i], address(c.timelock)), i == 0);
        }
    }

    function _checkAuthorities(Deployment.Contracts memory c) private view {
        address[6] memory managed = [
            address(c.token),
            address(c.music),
            address(c.market),
            address(c.market.dollarPrices()),
            address(c.graph),
            address(c.fans)
        ];
        for (uint256 i = 0; i < managed.length; ++i) {
            _same("authority", IAccessManaged(managed[i]).authority(), address(c.manager));
            _same("closed", c.manager.isTargetClosed(managed[i]), false);
        }
    }

    function _checkToken(Deployment.Contracts memory c, Deployment.Parameters memory p) private view {
        _same("supply", c.token.totalSupply(), p.supply);
        _same("cap", c.token.cap(), p.cap);
        _same("balance of the supply's recipient", c.token.balanceOf(p.supplyRecipient), p.supply);
    }

    function _checkStaking(Deployment.Contracts memory c, Deployment.Parameters memory p) private view {
        _same("token of stakes", address(c.staking.token()), address(c.token));
        _same("slasher", c.staking.slasher(), address(c.graph));
        _same("unstaking delay", c.staking.unstakingDelay(), p.unstakingDelay);
        _same("unbonding delay", c.staking.unbondingDelay(), p.unbondingDelay);
    }

    function _checkGovernance(Deployment.Contracts memory c, Deployment.Parameters memory p) private view {
        _same("timelock delay", c.timelock.getMinDelay(), p.timelockDelay);
        _same("token of votes", address(c.governance.token()), address(c.token));
        _same("stakes of votes", address(c.governance.stakes()), address(c.staking));
        _same("timelock of governance", c.governance.timelock(), address(c.timelock));
        _same("voting delay", c.governance.votingDelay(), p.governance.votingDelay);
        _same("voting period", c.governance.votingPeriod(), p.governance.votingPeriod);
        _same("late quorum", c.governance.lateQuorumVoteExtension(), p.governance.lateQuorumExtension);
        _same("proposal threshold", c.governance.proposalThreshold(), p.governance.proposalThreshold);
        _same("quorum of votes", c.governance.quorumNumerator(), p.governance.quorumPercent);
    }

    function _checkMusic(Deployment.Contracts memory c, Deployment.Parameters memory p) private view {
        _same("token of editions", address(c.music.token()), address(c.token));
        _same("ledger of editions", address(c.music.distributor()), address(c.royalties));
        _same("fee of editions", c.music.feeBps(), p.feeBps);
        _same("treasury of editions", c.music.treasury(), p.treasury);
    }

    function _checkMarket(Deployment.Contracts memory c, Deployment.Parameters memory p) private view {
        _same("ledger of the market", address(c.market.distributor()), address(c.royalties));
        _same("treasury of the market", c.market.treasury(), p.treasury);
        _same("fee of the market", c.market.feeBps(), p.marketFeeBps);
        _same("feed of the sequencer", address(c.market.dollarPrices().sequencerFeed()), address(p.sequencerFeed));
        _same("TuneToken on the market", c.market.isAllowed(address(c.token)), true);
    }

    function _checkGraph(Deployment.Contracts memory c, Deployment.Parameters memory p) private view {
        _same("staking of the graph", address(c.graph.staking()), address(c.staking));
        _same("window", c.graph.window(), p.epochs.window);
        _same("time to answer", c.graph.answerTime(), p.epochs.answerTime);
        _same("time to challenge", c.graph.challengeTime(), p.epochs.challengeTime);
        _same("longest validity", c.graph.maxValidity(), p.epochs.maxValidity);
        _same("least bond", c.graph.minBond(), p.epochs.minBond);
        _same("least deposit", c.graph.minDeposit(), p.epochs.minDeposit);
        _same("gas multiple of deposits", c.graph.depositGasMultiple(), p.epochs.depositGasMultiple);
        _same("withholding penalty", c.graph.withholdingPenaltyBps(), p.epochs.withholdingPenaltyBps);
    }

    function _checkFans(Deployment.Contracts memory c, Deployment.Parameters memory p) private view {
        _same("token of rewards", address(c.fans.token()), address(c.token));
        _same("graph of rewards", address(c.fans.graph()), address(c.graph));
        _same("governance of rewards", address(c.fans.governance()), address(c.governance));
        _same("delay of reward roots", c.fans.delay(), p.rewardDelay);
        (uint256 etherFactor, uint256 tokenFactor) = c.fans.seedFactors();
        _same("seeds of fees in ether", etherFactor, p.etherFactor);
        _same("seeds of fees in TuneToken", tokenFactor, p.tokenFactor);
    }

    function _member(Deployment.Contracts memory c, string memory what, uint64 role, address account, bool expected)
        private
        view
    {
        (bool isMember, uint32 delay) = c.manager.hasRole(role, account);
        _same(what, isMember, expected);
        _same(what, delay, 0);
    }

    function _same(string memory relation, address found, address expected) private pure {
        _same(relation, abi.encode(found), abi.encode(expected));
    }

    function _same(string memory relation, bool found, bool expected) private pure {
        _same(relation, abi.encode(found), abi.encode(expected));
    }

    function _same(string memory relation, uint256 found, uint256 expected) private pure {
        _same(relation, abi.encode(found), abi.encode(expected));
    }

    function _same(string memory relation, bytes memory found, bytes memory expected) private pure {
        if (keccak256(found) != keccak256(expected)) revert WrongRelation(relation, found, expected);
    }
}
