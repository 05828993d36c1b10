// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {Governance} from "../../src/Governance.sol";
import {Permissions} from "../../src/Permissions.sol";
import {Roles} from "../../src/Roles.sol";
import {StakingContract} from "../../src/StakingContract.sol";
import {TuneToken} from "../../src/TuneToken.sol";
import {IGovernance} from "../../src/interfaces/IGovernance.sol";
import {ITuneToken} from "../../src/interfaces/ITuneToken.sol";
import {Proposals} from "./Proposals.sol";

/// @title The contracts that decide, alone: Permissions, TuneToken, StakingContract, timelock and Governance
/// @dev The timelock is the only admin. The test has the supply and has delegated to nobody. SLASHER stands where
/// RecommendationGraph is; BRIDGE can create and burn 1,000 tokens, refilled in an hour.
abstract contract VotingSystem is Proposals {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant SUPPLY = 1_000_000 ether;
    uint256 internal constant CAP = 1_500_000 ether;
    uint64 internal constant UNSTAKING = 7 days;
    uint64 internal constant UNBONDING = 3 days;
    uint48 internal constant VOTING_DELAY = 1 days;
    uint32 internal constant VOTING_PERIOD = 5 days;
    uint48 internal constant LATE_QUORUM_EXTENSION = 2 days;
    uint256 internal constant THRESHOLD = 1_000 ether;
    uint256 internal constant QUORUM_PERCENT = 4;
    uint256 internal constant TIMELOCK_DELAY = 2 days;
    uint64 internal constant GUARDIAN_UNTIL = uint64(START) + 365 days;
    uint208 internal constant BRIDGE_CAPACITY = 1_000 ether;
    uint48 internal constant BRIDGE_WINDOW = 1 hours;

    address internal constant GUARDIAN = address(0x6a12d);
    address internal constant SLASHER = address(0x51a5);
    address internal constant BRIDGE = address(0xb41d6e);
    address internal constant FAN = address(0xfa4);
    address internal constant OTHER = address(0x07e4);

    Permissions internal manager;
    TuneToken internal token;
    StakingContract internal staking;
    TimelockController internal timelock;
    Governance internal governance;

    function setUp() public virtual {
        vm.warp(START);
        manager = new Permissions(address(this));
        token = new TuneToken(address(manager), address(this), SUPPLY, CAP);
        staking = new StakingContract(token, SLASHER, UNSTAKING, UNBONDING);
        address[] memory governors = new address[](1);
        governors[0] = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        timelock = new TimelockController(TIMELOCK_DELAY, governors, governors, address(0));
        governance = new Governance(token, staking, timelock, _settings());
        _addBridge();
        manager.setGuardian(GUARDIAN, GUARDIAN_UNTIL);
        manager.grantRole(Roles.ADMIN, address(timelock), 0);
        manager.renounceRole(Roles.ADMIN, address(this));
        token.approve(address(staking), type(uint256).max);
    }

    function _settings() internal pure returns (IGovernance.Settings memory) {
        return IGovernance.Settings({
            votingDelay: VOTING_DELAY,
            votingPeriod: VOTING_PERIOD,
            lateQuorumExtension: LATE_QUORUM_EXTENSION,
            proposalThreshold: THRESHOLD,
            quorumPercent: QUORUM_PERCENT
        });
    }

    function _governor() internal view override returns (Governance) {
        return governance;
    }

    function _limits() internal pure returns (ITuneToken.BridgeLimits memory) {
        return ITuneToken.BridgeLimits(BRIDGE_CAPACITY, BRIDGE_WINDOW, BRIDGE_CAPACITY, BRIDGE_WINDOW);
    }

    function _addBridge() private {
        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (TuneToken.crosschainMint.selector, TuneToken.crosschainBurn.selector);
        manager.setTargetFunctionRole(address(token), selectors, Roles.BRIDGE);
        manager.grantRole(Roles.BRIDGE, BRIDGE, 0);
        token.setBridgeLimits(BRIDGE, _limits());
    }

    /// @dev Gives `account` tokens, with the approval to stake and bond them, delegated to itself in both.
    function _endow(address account, uint256 amount) internal {
        assertTrue(token.transfer(account, amount), "transfer");
        vm.startPrank(account);
        token.approve(address(staking), type(uint256).max);
        token.delegate(account);
        staking.delegate(account);
        vm.stopPrank();
    }

    function _slash(address keeper, uint16 bps, address bountyTo, uint16 bountyBps) internal returns (uint256) {
        address[] memory keepers = new address[](1);
        keepers[0] = keeper;
        vm.prank(SLASHER);
        return staking.slash(keepers, bps, bountyTo, bountyBps);
    }
}
