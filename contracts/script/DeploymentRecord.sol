// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {Deployment} from "./Deployment.sol";

/// @dev The cheatcodes that write JSON, from Foundry's reference.
interface RecordVm {
    function createDir(string calldata path, bool recursive) external;
    function serializeAddress(string calldata object, string calldata key, address value)
        external
        returns (string memory);
    function serializeBytes(string calldata object, string calldata key, bytes calldata value)
        external
        returns (string memory);
    function serializeBytes32(string calldata object, string calldata key, bytes32 value)
        external
        returns (string memory);
    function serializeString(string calldata object, string calldata key, string calldata value)
        external
        returns (string memory);
    function serializeUint(string calldata object, string calldata key, uint256 value) external returns (string memory);
    function toString(uint256 value) external pure returns (string memory);
    function writeJson(string calldata json, string calldata path) external;
}

/// @title What a deployment leaves on disk: <folder>/<chainId>.json
/// @notice `{chain_id, block, contracts: {Name: {address, code_hash, constructor_arguments}}}`. `block` is the height
/// that the script saw, none of the contracts is older; `code_hash` is the keccak-256 of the runtime code;
/// `constructor_arguments` is their ABI encoding.
library DeploymentRecord {
    RecordVm private constant VM = RecordVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    struct Record {
        string name;
        address deployed;
        bytes arguments;
    }

    /// @notice Name, address and constructor arguments of each contract, in the order of deployment.
    function records(Deployment.Contracts memory c, Deployment.Parameters memory p)
        internal
        view
        returns (Record[] memory all)
    {
        address authority = address(c.manager);
        address[] memory governors = new address[](1);
        governors[0] = address(c.governance);
        all = new Record[](11);
        all[0] = Record("Permissions", authority, abi.encode(p.admin));
        all[1] = Record("TuneToken", address(c.token), abi.encode(authority, p.supplyRecipient, p.supply, p.cap));
        all[2] = Record(
            "StakingContract",
            address(c.staking),
            abi.encode(c.token, address(c.graph), p.unstakingDelay, p.unbondingDelay)
        );
        all[3] = Record(
            "TimelockController", address(c.timelock), abi.encode(p.timelockDelay, governors, governors, address(0))
        );
        all[4] = Record("Governance", address(c.governance), abi.encode(c.token, c.staking, c.timelock, p.governance));
        all[5] = Record("RoyaltyDistributor", address(c.royalties), "");
        all[6] = Record("MusicNFT", address(c.music), abi.encode(authority, c.token, c.royalties, p.feeBps, p.treasury));
        all[7] = Record(
            "Marketplace",
            address(c.market),
            abi.encode(authority, c.royalties, p.treasury, p.marketFeeBps, p.sequencerFeed)
        );
        all[8] = Record("DollarPrices", address(c.market.dollarPrices()), abi.encode(authority, p.sequencerFeed));
        all[9] = Record("RecommendationGraph", address(c.graph), abi.encode(authority, c.staking, p.epochs));
        all[10] = Record(
            "FanEngagement",
            address(c.fans),
            abi.encode(authority, c.token, c.graph, c.governance, p.rewardDelay, p.etherFactor, p.tokenFactor)
        );
    }

    /// @notice Writes the file and returns its path.
    function write(string memory folder, Record[] memory all) internal returns (string memory path) {
        string memory contracts;
        for (uint256 i = 0; i < all.length; ++i) {
            Record memory r = all[i];
            VM.serializeAddress(r.name, "address", r.deployed);
            VM.serializeBytes32(r.name, "code_hash", r.deployed.codehash);
            string memory one = VM.serializeBytes(r.name, "constructor_arguments", r.arguments);
            contracts = VM.serializeString("contracts", r.name, one);
        }
        VM.serializeUint("deployment", "chain_id", block.chainid);
        VM.serializeUint("deployment", "block", block.number);
        string memory json = VM.serializeString("deployment", "contracts", contracts);
        VM.createDir(folder, true);
        path = string.concat(folder, "/", VM.toString(block.chainid), ".json");
        VM.writeJson(json, path);
    }
}
