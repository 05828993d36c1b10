// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {FanEngagement} from "../src/FanEngagement.sol";
import {MusicNFT} from "../src/MusicNFT.sol";
import {RecommendationGraph} from "../src/RecommendationGraph.sol";
import {Roles} from "../src/Roles.sol";
import {StakingContract} from "../src/StakingContract.sol";
import {TuneToken} from "../src/TuneToken.sol";

/// @title The order in which the system is deployed and wired
/// @notice The script and the tests both call this, so that what is tested is what is deployed.
library Deployment {
    /// @param admin Governance: administers the AccessManager. Calls {wire} itself.
    /// @param supplyRecipient Gets all TuneToken.
    /// @param supply All TuneToken, in wei.
    /// @param unstakingDelay Seconds that a stake waits to be withdrawn.
    /// @param unbondingDelay Seconds that a bond waits; longer than `window`.
    /// @param feeBps Protocol fee on primary purchases, in hundredths of a percent.
    /// @param treasury Gets the protocol fee.
    /// @param window Seconds that an epoch is pending.
    /// @param maxValidity Most seconds between validFrom and validUntil of a commitment.
    /// @param minBond Bond that each signer needs, in wei of TuneToken.
    /// @param rewardDelay Seconds between posting a reward root and its taking force.
    /// @param etherFactor What a wei of fees in ether counts as a seed, in millionths.
    /// @param tokenFactor The same for fees in TuneToken.
    struct Parameters {
        address admin;
        address supplyRecipient;
        uint256 supply;
        uint64 unstakingDelay;
        uint64 unbondingDelay;
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
        AccessManager manager;
        TuneToken token;
        StakingContract staking;
        MusicNFT music;
        RecommendationGraph graph;
        FanEngagement fans;
    }

    /// @notice Deploys everything. Callable by anyone; only the admin can wire it.
    function deploy(Parameters memory p) internal returns (Contracts memory c) {
        c.manager = new AccessManager(p.admin);
        c.token = new TuneToken(p.supplyRecipient, p.supply);
        c.staking = new StakingContract(c.token, p.unstakingDelay, p.unbondingDelay);
        c.music = new MusicNFT(address(c.manager), p.feeBps, p.treasury);
        c.graph = new RecommendationGraph(address(c.manager), c.staking, p.window, p.maxValidity, p.minBond);
        c.fans = new FanEngagement(address(c.manager), c.token, c.graph, p.rewardDelay, p.etherFactor, p.tokenFactor);
    }

    /// @notice Gives registrar and guardian what they may call. Everything else that is restricted stays with the
    /// admin. Callable by the admin.
    function wire(Contracts memory c, address registrar, address guardian) internal {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = MusicNFT.registerArtist.selector;
        c.manager.setTargetFunctionRole(address(c.music), selectors, Roles.REGISTRAR);
        selectors[0] = FanEngagement.vetoRoot.selector;
        c.manager.setTargetFunctionRole(address(c.fans), selectors, Roles.GUARDIAN);
        selectors = new bytes4[](2);
        selectors[0] = RecommendationGraph.vetoEpoch.selector;
        selectors[1] = RecommendationGraph.pauseCommits.selector;
        c.manager.setTargetFunctionRole(address(c.graph), selectors, Roles.GUARDIAN);
        c.manager.grantRole(Roles.REGISTRAR, registrar, 0);
        c.manager.grantRole(Roles.GUARDIAN, guardian, 0);
    }
}
