// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPriceFeed} from "../src/interfaces/IPriceFeed.sol";
import {Deployment} from "./Deployment.sol";
import {DeploymentCheck} from "./DeploymentCheck.sol";
import {DeploymentRecord} from "./DeploymentRecord.sol";

/// @dev The cheatcodes that the script uses, from Foundry's reference.
interface ScriptVm {
    enum ForgeContext {
        TestGroup,
        Test,
        Coverage,
        Snapshot,
        ScriptGroup,
        ScriptDryRun,
        ScriptBroadcast,
        ScriptResume,
        Unknown
    }

    function addr(uint256 privateKey) external pure returns (address);
    function envAddress(string calldata name) external view returns (address);
    function envUint(string calldata name) external view returns (uint256);
    function envAddress(string calldata name, string calldata delimiter) external view returns (address[] memory);
    function envOr(string calldata name, string calldata value) external view returns (string memory);
    function isContext(ForgeContext context) external view returns (bool);
    function startBroadcast(uint256 privateKey) external;
    function stopBroadcast() external;
}

/// @title Deploys, wires, checks and hands over the system: forge script script/Deploy.s.sol --rpc-url URL --broadcast
/// @notice Parameters come from variables named TUNEFI_*, all of which must be set; contracts/README.md lists them.
/// The deployer's key is one of them, so that it is on no command line; afterwards that key can do nothing. Without
/// --broadcast everything is tried and checked, and nothing is sent or written.
contract Deploy {
    ScriptVm private constant VM = ScriptVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error OutOfRange(string name, uint256 value, uint256 most);

    /// @notice Deploys all, installs the first keeper set, makes the timelock the only admin, reads every relation
    /// back, and writes the record of it.
    function run() external returns (Deployment.Contracts memory c) {
        uint256 key = VM.envUint("TUNEFI_DEPLOYER_KEY");
        Deployment.Parameters memory p = _parameters(VM.addr(key));
        Deployment.Holders memory h = _holders();
        VM.startBroadcast(key);
        c = Deployment.deploy(p);
        Deployment.wire(c, h);
        Deployment.handOver(c, p.admin);
        VM.stopBroadcast();
        DeploymentCheck.check(c, p);
        DeploymentCheck.checkRoles(c, h, p.admin);
        if (VM.isContext(ScriptVm.ForgeContext.ScriptDryRun)) return c;
        DeploymentRecord.write(
            VM.envOr("TUNEFI_DEPLOYMENTS_DIR", string("deployments")), DeploymentRecord.records(c, p)
        );
    }

    function _parameters(address deployer) private view returns (Deployment.Parameters memory p) {
        p.deployer = deployer;
        p.admin = deployer;
        p.supplyRecipient = VM.envAddress("TUNEFI_SUPPLY_RECIPIENT");
        p.supply = VM.envUint("TUNEFI_SUPPLY_WEI");
        p.cap = VM.envUint("TUNEFI_CAP_WEI");
        p.unstakingDelay = _seconds("TUNEFI_UNSTAKING_DELAY_SECONDS");
        p.unbondingDelay = _seconds("TUNEFI_UNBONDING_DELAY_SECONDS");
        p.timelockDelay = _seconds("TUNEFI_TIMELOCK_DELAY_SECONDS");
        p.governance.votingDelay = uint48(_seconds("TUNEFI_VOTING_DELAY_SECONDS"));
        p.governance.votingPeriod = uint32(_seconds("TUNEFI_VOTING_PERIOD_SECONDS"));
        p.governance.lateQuorumExtension = uint48(_seconds("TUNEFI_LATE_QUORUM_EXTENSION_SECONDS"));
        p.governance.proposalThreshold = VM.envUint("TUNEFI_PROPOSAL_THRESHOLD_WEI");
        p.governance.quorumPercent = _uint("TUNEFI_QUORUM_PERCENT", 100);
        p.feeBps = uint16(_uint("TUNEFI_FEE_BPS", type(uint16).max));
        p.treasury = VM.envAddress("TUNEFI_TREASURY");
        p.marketFeeBps = uint16(_uint("TUNEFI_MARKET_FEE_BPS", type(uint16).max));
        p.sequencerFeed = IPriceFeed(VM.envAddress("TUNEFI_SEQUENCER_FEED"));
        p.epochs.window = _seconds("TUNEFI_WINDOW_SECONDS");
        p.epochs.answerTime = _seconds("TUNEFI_ANSWER_TIME_SECONDS");
        p.epochs.challengeTime = _seconds("TUNEFI_CHALLENGE_TIME_SECONDS");
        p.epochs.maxValidity = _seconds("TUNEFI_MAX_VALIDITY_SECONDS");
        p.epochs.minBond = VM.envUint("TUNEFI_MIN_BOND_WEI");
        p.epochs.minDeposit = uint128(_uint("TUNEFI_MIN_DEPOSIT_WEI", type(uint128).max));
        p.epochs.depositGasMultiple = uint32(_uint("TUNEFI_DEPOSIT_GAS_MULTIPLE", type(uint32).max));
        p.epochs.withholdingPenaltyBps = uint16(_uint("TUNEFI_WITHHOLDING_PENALTY_BPS", type(uint16).max));
        p.rewardDelay = _seconds("TUNEFI_REWARD_DELAY_SECONDS");
        p.etherFactor = VM.envUint("TUNEFI_ETHER_FACTOR");
        p.tokenFactor = VM.envUint("TUNEFI_TOKEN_FACTOR");
    }

    /// @dev A guardian's term starts now: the transactions come later, so that it is never above the longest.
    function _holders() private view returns (Deployment.Holders memory h) {
        h.registrar = VM.envAddress("TUNEFI_REGISTRAR");
        h.guardian = VM.envAddress("TUNEFI_GUARDIAN");
        if (h.guardian != address(0)) {
            h.guardianUntil = uint64(block.timestamp) + _seconds("TUNEFI_GUARDIAN_TERM_SECONDS");
        }
        h.keepers = VM.envAddress("TUNEFI_KEEPERS", ",");
        h.quorum = uint8(_uint("TUNEFI_QUORUM", type(uint8).max));
    }

    function _seconds(string memory name) private view returns (uint64) {
        return uint64(_uint(name, type(uint32).max));
    }

    function _uint(string memory name, uint256 most) private view returns (uint256 value) {
        value = VM.envUint(name);
        if (value > most) revert OutOfRange(name, value, most);
    }
}
