// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

import {FanEngagement} from "../src/FanEngagement.sol";
import {Governance} from "../src/Governance.sol";
import {Marketplace} from "../src/Marketplace.sol";
import {MusicNFT} from "../src/MusicNFT.sol";
import {Permissions} from "../src/Permissions.sol";
import {RecommendationGraph} from "../src/RecommendationGraph.sol";
import {Roles} from "../src/Roles.sol";
import {RoyaltyDistributor} from "../src/RoyaltyDistributor.sol";
import {StakingContract} from "../src/StakingContract.sol";
import {TuneToken} from "../src/TuneToken.sol";
import {IFanEngagement} from "../src/interfaces/IFanEngagement.sol";
import {IGovernance} from "../src/interfaces/IGovernance.sol";
import {IMusicNFT} from "../src/interfaces/IMusicNFT.sol";
import {IPriceFeed} from "../src/interfaces/IPriceFeed.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";

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
    uint64 private constant GRAPH_PLACE = 8;

    /// @notice A contract is not where the ones before it were told: the places above are wrong.
    error WrongPlace(address expected, address found);

    /// @param deployer Sends the transactions that create the contracts.
    /// @param admin Governance: administers Permissions. Calls {wire} itself.
    /// @param supplyRecipient Gets all TuneToken.
    /// @param supply All TuneToken at the start, in wei.
    /// @param cap The most TuneToken that can ever be on this chain, in wei.
    /// @param unstakingDelay Seconds that a stake waits to be withdrawn.
    /// @param unbondingDelay Seconds that a bond waits; longer than an epoch can be pending.
    /// @param timelockDelay Seconds between a decision and its execution.
    /// @param governance Times, threshold and quorum of votes.
    /// @param feeBps Protocol fee on primary purchases, in hundredths of a percent.
    /// @param treasury Gets the protocol fee.
    /// @param marketFeeBps Protocol fee on resales, in hundredths of a percent.
    /// @param sequencerFeed Says whether a rollup's sequencer is up; zero on other chains.
    /// @param epochs Times, bonds, deposits and penalty of RecommendationGraph.
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
        uint16 marketFeeBps;
        IPriceFeed sequencerFeed;
        IRecommendationGraph.Parameters epochs;
        uint64 rewardDelay;
        uint256 etherFactor;
        uint256 tokenFactor;
    }

    /// @param registrar Registers artists.
    /// @param guardian Vetoes and pauses until `guardianUntil`; zero for nobody.
    /// @param keepers The first set of keepers, ascending by address.
    /// @param quorum How many of them sign an epoch.
    struct Holders {
        address registrar;
        address guardian;
        uint64 guardianUntil;
        address[] keepers;
        uint8 quorum;
    }

    /// @notice Whoever has the role may call the function.
    struct Rule {
        address target;
        bytes4 selector;
        uint64 role;
    }

    /// @notice The contracts of one deployment.
    struct Contracts {
        Permissions manager;
        TuneToken token;
        StakingContract staking;
        TimelockController timelock;
        Governance governance;
        RoyaltyDistributor royalties;
        MusicNFT music;
        Marketplace market;
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
        c.royalties = new RoyaltyDistributor();
        c.music = new MusicNFT(address(c.manager), c.token, c.royalties, p.feeBps, p.treasury);
        c.market = new Marketplace(address(c.manager), c.royalties, p.treasury, p.marketFeeBps, p.sequencerFeed);
        c.graph = new RecommendationGraph(address(c.manager), c.staking, p.epochs);
        c.fans = new FanEngagement(
            address(c.manager), c.token, c.graph, c.governance, p.rewardDelay, p.etherFactor, p.tokenFactor
        );
    }

    /// @notice Which role may call which function. Everything else that is restricted is for the admin.
    function rules(Contracts memory c) internal pure returns (Rule[] memory all) {
        all = new Rule[](7);
        all[0] = Rule(address(c.token), TuneToken.crosschainMint.selector, Roles.BRIDGE);
        all[1] = Rule(address(c.token), TuneToken.crosschainBurn.selector, Roles.BRIDGE);
        all[2] = Rule(address(c.music), IMusicNFT.registerArtist.selector, Roles.REGISTRAR);
        all[3] = Rule(address(c.graph), IRecommendationGraph.vetoEpoch.selector, Roles.GUARDIAN);
        all[4] = Rule(address(c.graph), IRecommendationGraph.pauseCommits.selector, Roles.GUARDIAN);
        all[5] = Rule(address(c.fans), IFanEngagement.vetoRoot.selector, Roles.GUARDIAN);
        all[6] = Rule(address(c.market), Marketplace.pauseTrading.selector, Roles.GUARDIAN);
    }

    /// @notice Gives the roles their functions and members, and installs the keepers, if any. Callable by the admin.
    function wire(Contracts memory c, Holders memory h) internal {
        Rule[] memory all = rules(c);
        bytes4[] memory selectors = new bytes4[](1);
        for (uint256 i = 0; i < all.length; ++i) {
            selectors[0] = all[i].selector;
            c.manager.setTargetFunctionRole(all[i].target, selectors, all[i].role);
        }
        c.manager.labelRole(Roles.REGISTRAR, "REGISTRAR");
        c.manager.labelRole(Roles.GUARDIAN, "GUARDIAN");
        c.manager.labelRole(Roles.BRIDGE, "BRIDGE");
        c.manager.grantRole(Roles.REGISTRAR, h.registrar, 0);
        c.market.setCurrency(address(c.token), true);
        if (h.guardian != address(0)) c.manager.setGuardian(h.guardian, h.guardianUntil);
        if (h.keepers.length > 0) c.graph.setKeepers(h.keepers, h.quorum);
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
}
