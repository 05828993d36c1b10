// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Capped} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Capped.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {ERC20Bridgeable} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC20Bridgeable.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

import {ITuneToken} from "./interfaces/ITuneToken.sol";

/// @title TuneFi's token: stakes, bonds, rewards and votes
/// @notice ERC-20 with permits (ERC-2612), votes whose clock is the timestamp (ERC-6372), burning by the owner, and
/// bridges (ERC-7802) with limits. The first supply is created once; after that only bridges create, within their
/// limits and never above the cap.
contract TuneToken is
    ITuneToken,
    ERC20,
    ERC20Burnable,
    ERC20Capped,
    ERC20Permit,
    ERC20Votes,
    ERC20Bridgeable,
    AccessManaged
{
    using RateLimiter for RateLimiter.RefillingBucket;

    /// @dev Every bucket has settings of its own, so each limiter has this one entry.
    bytes32 private constant ENTRY = 0;

    struct Bridge {
        RateLimiter.RefillingBucket minting;
        RateLimiter.RefillingBucket burning;
    }

    mapping(address bridge => Bridge) private _bridges;

    /// @param authority Permissions.
    /// @param recipient Gets the whole first supply.
    /// @param supply In wei of the token, at most `cap_`.
    /// @param cap_ The most that can exist on this chain at any time, below 2^208.
    constructor(address authority, address recipient, uint256 supply, uint256 cap_)
        ERC20("TuneToken", "TUNE")
        ERC20Capped(cap_)
        ERC20Permit("TuneToken")
        AccessManaged(authority)
    {
        _mint(recipient, supply);
    }

    /// @inheritdoc ITuneToken
    function setBridgeLimits(address bridge, BridgeLimits calldata limits) external restricted {
        Bridge storage buckets = _bridges[bridge];
        _setLimit(bridge, buckets.minting, limits.mintWindow, limits.mintCapacity);
        _setLimit(bridge, buckets.burning, limits.burnWindow, limits.burnCapacity);
        emit BridgeLimitsSet(bridge, limits);
    }

    /// @inheritdoc ITuneToken
    function bridgeLimits(address bridge) external view returns (BridgeLimits memory) {
        Bridge storage buckets = _bridges[bridge];
        return BridgeLimits({
            mintCapacity: buckets.minting._capacity,
            mintWindow: buckets.minting._window,
            burnCapacity: buckets.burning._capacity,
            burnWindow: buckets.burning._window
        });
    }

    /// @inheritdoc ITuneToken
    function bridgeAvailable(address bridge) external view returns (uint256 mintable, uint256 burnable) {
        Bridge storage buckets = _bridges[bridge];
        return (buckets.minting.available(ENTRY), buckets.burning.available(ENTRY));
    }

    /// @notice Creates tokens that arrive from another chain. Callable by a bridge, within its limit.
    function crosschainMint(address to, uint256 value) public override {
        super.crosschainMint(to, value);
        _bridges[msg.sender].minting.consume(ENTRY, value);
    }

    /// @notice Burns tokens that leave for another chain. Callable by a bridge, within its limit, and only what `from`
    /// approved to it: a bridge whose key is stolen takes nothing from anyone who did not.
    function crosschainBurn(address from, uint256 value) public override {
        super.crosschainBurn(from, value);
        _bridges[msg.sender].burning.consume(ENTRY, value);
        if (from != msg.sender) _spendAllowance(from, msg.sender, value);
    }

    /// @notice The clock of votes: seconds UTC.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice The clock's description (ERC-6372).
    // slither-disable-next-line naming-convention (the name is of ERC-6372)
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice The next nonce of an owner's permit or delegation.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Capped, ERC20Votes) {
        super._update(from, to, value);
    }

    /// @dev Bridges are a role in Permissions, not addresses in here.
    // slither-disable-next-line dead-code (OpenZeppelin's modifier onlyTokenBridge calls it)
    function _checkTokenBridge(address caller) internal override {
        _checkCanCall(caller, msg.data);
    }

    /// @dev Brings the bucket to now at its old rate first, so that a new rate does not apply to the time before.
    function _setLimit(address bridge, RateLimiter.RefillingBucket storage bucket, uint48 window, uint208 capacity)
        private
    {
        if (capacity != 0 && window == 0) revert NoWindow(bridge);
        bucket.sync(ENTRY);
        bucket.updateSettings(window, capacity);
    }
}
