// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title What TuneToken adds to ERC-20, ERC-2612, ERC-5805 and ERC-7802
/// @notice A bridge creates and burns within two buckets of its own: each use draws from one, and it refills evenly,
/// from empty to full in its window. Being a bridge is a role in Permissions; without limits it can do nothing.
interface ITuneToken {
    /// @param mintCapacity The most that the bridge can create at once, in wei of TuneToken.
    /// @param mintWindow Seconds in which the bucket of creation refills.
    /// @param burnCapacity The most that the bridge can burn at once, in wei of TuneToken.
    /// @param burnWindow Seconds in which the bucket of burning refills.
    struct BridgeLimits {
        uint208 mintCapacity;
        uint48 mintWindow;
        uint208 burnCapacity;
        uint48 burnWindow;
    }

    /// @notice A bridge has new limits. What it used before still counts against them and refills at the new rate.
    event BridgeLimitsSet(address indexed bridge, BridgeLimits limits);

    /// @notice A capacity needs a window to refill in.
    error NoWindow(address bridge);

    /// @notice Sets both limits of a bridge. Callable by the admin.
    function setBridgeLimits(address bridge, BridgeLimits calldata limits) external;

    /// @notice The limits of a bridge; all zero for one that was never given any.
    function bridgeLimits(address bridge) external view returns (BridgeLimits memory);

    /// @notice What a bridge could create and burn now, in wei of TuneToken.
    function bridgeAvailable(address bridge) external view returns (uint256 mintable, uint256 burnable);
}
