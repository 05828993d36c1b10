// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

/// @title What TuneFi reads of a price feed: Chainlink's AggregatorV3Interface
/// @notice Also the shape of Chainlink's sequencer uptime feed, whose answer is 0 while the sequencer is up and 1 while
/// it is down, and whose `startedAt` is when that began.
interface IPriceFeed {
    /// @notice How many decimals an answer has.
    function decimals() external view returns (uint8);

    /// @notice The newest answer.
    /// @return roundId Number of the round.
    /// @return answer Dollars for one whole unit of the currency.
    /// @return startedAt When the round began.
    /// @return updatedAt When the answer was given; zero while the round has none.
    /// @return answeredInRound The round that the answer comes from; an earlier one when it was carried over.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
