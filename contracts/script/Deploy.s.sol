// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Deployment} from "./Deployment.sol";

/// @dev The cheatcodes that the script uses, from Foundry's reference.
interface ScriptVm {
    function envAddress(string calldata name) external view returns (address);
    function envUint(string calldata name) external view returns (uint256);
    function envAddress(string calldata name, string calldata delimiter) external view returns (address[] memory);
    function startBroadcast() external;
    function stopBroadcast() external;
}

/// @title Deploys and wires the system: forge script script/Deploy.s.sol --rpc-url URL --broadcast --private-key KEY
/// @notice The sender is governance until it hands Permissions over. Parameters come from variables named
/// TUNEFI_*, all of which must be set; contracts/README.md lists them.
contract Deploy {
    ScriptVm private constant VM = ScriptVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error OutOfRange(string name, uint256 value, uint256 most);

    /// @notice Deploys, wires, and installs the first keeper set.
    function run() external returns (Deployment.Contracts memory c) {
        Deployment.Parameters memory p = _parameters();
        address[] memory keepers = VM.envAddress("TUNEFI_KEEPERS", ",");
        uint8 quorum = uint8(_uint("TUNEFI_QUORUM", type(uint8).max));
        VM.startBroadcast();
        c = Deployment.deploy(p);
        Deployment.wire(
            c,
            VM.envAddress("TUNEFI_REGISTRAR"),
            VM.envAddress("TUNEFI_GUARDIAN"),
            uint64(_uint("TUNEFI_GUARDIAN_UNTIL", type(uint64).max))
        );
        c.graph.setKeepers(keepers, quorum);
        VM.stopBroadcast();
    }

    function _parameters() private view returns (Deployment.Parameters memory p) {
        p.deployer = msg.sender;
        p.admin = msg.sender;
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
        p.window = _seconds("TUNEFI_WINDOW_SECONDS");
        p.maxValidity = _seconds("TUNEFI_MAX_VALIDITY_SECONDS");
        p.minBond = VM.envUint("TUNEFI_MIN_BOND_WEI");
        p.rewardDelay = _seconds("TUNEFI_REWARD_DELAY_SECONDS");
        p.etherFactor = VM.envUint("TUNEFI_ETHER_FACTOR");
        p.tokenFactor = VM.envUint("TUNEFI_TOKEN_FACTOR");
    }

    function _seconds(string memory name) private view returns (uint64) {
        return uint64(_uint(name, type(uint32).max));
    }

    function _uint(string memory name, uint256 most) private view returns (uint256 value) {
        value = VM.envUint(name);
        if (value > most) revert OutOfRange(name, value, most);
    }
}
