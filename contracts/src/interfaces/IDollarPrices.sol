// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IPriceFeed} from "./IPriceFeed.sol";

/// @title Dollars in another currency
/// @notice Chainlink-compatible feeds, one for each currency. A contract of its own that the Marketplace creates: both
/// together are above the largest size of code.
interface IDollarPrices {
    /// @notice Where the dollar price of a currency comes from.
    /// @param feed The feed; zero for none.
    /// @param maxAge Seconds after which an answer is too old.
    /// @param decimals How many decimals the currency has.
    struct DollarFeed {
        IPriceFeed feed;
        uint32 maxAge;
        uint8 decimals;
    }

    /// @notice What this contract was deployed with.
    // slither-disable-next-line unindexed-event-address (emitted once)
    event SequencerFeedSet(address sequencerFeed);

    /// @notice Where the dollar price of a currency comes from changed; a zero feed: it has none.
    event DollarFeedSet(address indexed currency, address feed, uint32 maxAge, uint8 decimals);

    /// @notice The currency has no price in dollars.
    error NoDollarFeed(address currency);

    /// @notice A feed or a currency has more than 36 decimals.
    error TooManyDecimals(uint8 decimals);

    /// @notice An answer cannot be accepted for that long, or not at all.
    error InvalidMaxAge(uint32 maxAge);

    /// @notice The answer is not positive, or absurdly large.
    error BadAnswer(int256 answer);

    /// @notice The round has no answer, or one carried over from an earlier round.
    error IncompleteRound(uint80 roundId, uint80 answeredInRound);

    /// @notice The answer is older than `maxAge`.
    error StaleAnswer(uint256 updatedAt, uint32 maxAge);

    /// @notice The answer, or the sequencer's state, is dated later than now.
    error FutureAnswer(uint256 updatedAt);

    /// @notice The rollup's sequencer is down, or was until less than the grace period ago.
    error SequencerDown(uint256 since);

    /// @notice Sets where the dollar price of a currency comes from; a zero feed for nowhere. Callable by governance.
    /// @param maxAge Seconds after which an answer is too old, at most MAX_AGE.
    function setDollarFeed(address currency, IPriceFeed feed, uint32 maxAge) external;

    /// @notice Where the dollar price of a currency comes from.
    function dollarFeedOf(address currency) external view returns (DollarFeed memory);

    /// @notice What that many dollars, with 18 decimals, are in a currency now, in its smallest unit, rounded up.
    function inCurrency(address currency, uint256 dollars) external view returns (uint256);

    /// @notice Says whether the rollup's sequencer is up; zero where there is none.
    function sequencerFeed() external view returns (IPriceFeed);
}
