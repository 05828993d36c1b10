// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {FanEngagement} from "../src/FanEngagement.sol";
import {Governance} from "../src/Governance.sol";
import {MusicNFT} from "../src/MusicNFT.sol";
import {Permissions} from "../src/Permissions.sol";
import {RecommendationGraph} from "../src/RecommendationGraph.sol";
import {Roles} from "../src/Roles.sol";
import {StakingContract} from "../src/StakingContract.sol";
import {TuneToken} from "../src/TuneToken.sol";
import {IGovernance} from "../src/interfaces/IGovernance.sol";

/// @dev The cheatcodes that foretell an address, from Foundry's reference.
interface DeploymentVm {
    function getNonce(address account) external view returns (uint64);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
}

/// @title The order in which the system is deployed and wired
/// @notice The script and the tests both call this, so that what is tested is what is deployed.
library Deployment {
    DeploymentVm private constant VM = DeploymentVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Places in the order of deployment, counted from 0: what earlier contracts are told of later ones.
    uint64 private constant GOVERNANCE_PLACE = 4;
    uint64 private constant GRAPH_PLACE = 6;

    /// @notice A contract is not where the ones before it were told: the places above are wrong.
    error WrongPlace(address expected, address found);

    /// @param deployer Sends the transactions that create the contracts.
    /// @param admin Governance: administers Permissions. Calls {wire} itself.
    /// @param supplyRecipient Gets all TuneToken.
    /// @param supply All TuneToken at the start, in wei.
    /// @param cap The most TuneToken that can ever be on this chain, in wei.
    /// @param unstakingDelay Seconds that a stake waits to be withdrawn.
    /// @param unbondingDelay Seconds that a bond waits; longer than `window`.
    /// @param timelockDelay Seconds between a decision and its execution.
    /// @param governance Times, threshold and quorum of votes.
    /// @param feeBps Protocol fee on primary purchases, in hundredths of a percent.
    /// @param treasury Gets the protocol fee.
    /// @param window Seconds that an epoch is pending.
    /// @param maxValidity Most seconds between validFrom and validUntil of a commitment.
    /// @param minBond Bond that each signer needs, in wei of TuneToken.
    /// @param rewardDelay Seconds between posting a reward root and its taking force.
    /// @param etherFactor What a wei of fees in ether counts as a seed, in millionths.
    /// @param tokenFactor The same for fees in TuneToken.
    struct Parameters {
        address deployer;
        address admin;
        address supplyRecipient;
        uint256 supply;
        uint256 cap;
        uint64 unstakingDelay;
        uint64 unbondingDelay;
        uint256 timelockDelay;
        IGovernance.Settings governance;
        uint16 feeBps;
        address treasury;
        uint64 window;
        uint64 maxValidity;
        uint256 minBond;
        uint64 rewardDelay;
        uint256 etherFactor;
        uint256 tokenFactor;
    }

    /// @notice The contracts of one deployment.
    struct Contracts {
        Permissions manager;
        TuneToken token;
        StakingContract staking;
        TimelockController timelock;
        Governance governance;
        MusicNFT music;
        RecommendationGraph graph;
        FanEngagement fans;
    }

    /// @notice Deploys everything. Callable by anyone; only the admin can wire it.
    function deploy(Parameters memory p) internal returns (Contracts memory c) {
        uint64 first = VM.getNonce(p.deployer);
        address slasher = VM.computeCreateAddress(p.deployer, first + GRAPH_PLACE);
        address governor = VM.computeCreateAddress(p.deployer, first + GOVERNANCE_PLACE);
        c.manager = new Permissions(p.admin);
        c.token = new TuneToken(address(c.manager), p.supplyRecipient, p.supply, p.cap);
        c.staking = new StakingContract(c.token, slasher, p.unstakingDelay, p.unbondingDelay);
        c.timelock = _timelock(p.timelockDelay, governor);
        c.governance = new Governance(c.token, c.staking, c.timelock, p.governance);
        if (address(c.governance) != governor) revert WrongPlace(governor, address(c.governance));
        c.music = new MusicNFT(address(c.manager), p.feeBps, p.treasury);
        c.graph = new RecommendationGraph(address(c.manager), c.staking, p.window, p.maxValidity, p.minBond);
        if (address(c.graph) != slasher) revert WrongPlace(slasher, address(c.graph));
        c.fans = new FanEngagement(address(c.manager), c.token, c.graph, p.rewardDelay, p.etherFactor, p.tokenFactor);
    }

    /// @notice Gives registrar, guardian and bridges what they may call. Everything else that is restricted stays with
    /// the admin. Callable by the admin.
    function wire(Contracts memory c, address registrar, address guardian, uint64 guardianUntil) internal {
        Permissions m = c.manager;
        _allow(m, address(c.music), Roles.REGISTRAR, MusicNFT.registerArtist.selector);
        _allow(m, address(c.graph), Roles.GUARDIAN, RecommendationGraph.vetoEpoch.selector);
        _allow(m, address(c.graph), Roles.GUARDIAN, RecommendationGraph.pauseCommits.selector);
        _allow(m, address(c.fans), Roles.GUARDIAN, FanEngagement.vetoRoot.selector);
        _allow(m, address(c.token), Roles.BRIDGE, TuneToken.crosschainMint.selector);
        _allow(m, address(c.token), Roles.BRIDGE, TuneToken.crosschainBurn.selector);
        m.labelRole(Roles.REGISTRAR, "REGISTRAR");
        m.labelRole(Roles.GUARDIAN, "GUARDIAN");
        m.labelRole(Roles.BRIDGE, "BRIDGE");
        m.grantRole(Roles.REGISTRAR, registrar, 0);
        m.setGuardian(guardian, guardianUntil);
    }

    /// @notice Makes the timelock the only admin. Callable by the admin, once everything is wired.
    function handOver(Contracts memory c, address admin) internal {
        c.manager.grantRole(Roles.ADMIN, address(c.timelock), 0);
        c.manager.renounceRole(Roles.ADMIN, admin);
    }

    /// @dev Governance alone proposes, cancels and executes; the timelock alone administers itself, from the start.
    function _timelock(uint256 delay, address governor) private returns (TimelockController) {
        address[] memory governors = new address[](1);
        governors[0] = governor;
        return new TimelockController(delay, governors, governors, address(0));
    }

    function _allow(Permissions manager, address target, uint64 role, bytes4 selector) private {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        manager.setTargetFunctionRole(target, selectors, role);
    }
}
