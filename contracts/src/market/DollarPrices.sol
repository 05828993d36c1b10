// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IDollarPrices} from "../interfaces/IDollarPrices.sol";
import {IPriceFeed} from "../interfaces/IPriceFeed.sol";

/// @title Dollars in another currency, by a Chainlink-compatible feed
/// @notice An answer counts only when it is positive, of a complete round, not from the future, not older than the
/// currency's maxAge, and, on a rollup, the sequencer has been up for the grace period: before that, prices could not
/// be corrected by who knows better.
contract DollarPrices is IDollarPrices, AccessManaged {
    /// @notice Seconds that the sequencer must have been up.
    uint256 public constant GRACE_PERIOD = 1 hours;

    /// @notice The longest that an answer can be accepted for, in seconds.
    uint32 public constant MAX_AGE = 7 days;

    uint8 private constant MAX_DECIMALS = 36;
    uint8 private constant DOLLAR_DECIMALS = 18;
    uint8 private constant ETHER_DECIMALS = 18;

    /// @inheritdoc IDollarPrices
    IPriceFeed public immutable sequencerFeed;

    mapping(address currency => DollarFeed) private _feeds;

    /// @param authority The AccessManager.
    /// @param sequencerFeed_ Says whether the rollup's sequencer is up; zero where there is none.
    constructor(address authority, IPriceFeed sequencerFeed_) AccessManaged(authority) {
        sequencerFeed = sequencerFeed_;
        emit SequencerFeedSet(address(sequencerFeed_));
    }

    /// @inheritdoc IDollarPrices
    function setDollarFeed(address currency, IPriceFeed feed, uint32 maxAge) external restricted {
        uint8 decimals = 0;
        if (address(feed) == address(0)) {
            maxAge = 0;
        } else {
            if (maxAge == 0 || maxAge > MAX_AGE) revert InvalidMaxAge(maxAge);
            _decimals(feed.decimals());
            decimals = currency == address(0) ? ETHER_DECIMALS : _decimals(IERC20Metadata(currency).decimals());
        }
        _feeds[currency] = DollarFeed(feed, maxAge, decimals);
        emit DollarFeedSet(currency, address(feed), maxAge, decimals);
    }

    /// @inheritdoc IDollarPrices
    function dollarFeedOf(address currency) external view returns (DollarFeed memory) {
        return _feeds[currency];
    }

    /// @inheritdoc IDollarPrices
    function inCurrency(address currency, uint256 dollars) external view returns (uint256) {
        DollarFeed memory source = _feeds[currency];
        if (address(source.feed) == address(0)) revert NoDollarFeed(currency);
        _checkSequencer();
        uint256 answer = _answer(source);
        // 10^72 and 2^191 * 10^18 both fit; the product with `dollars` is 512 bits wide.
        uint256 scale = 10 ** (uint256(_decimals(source.feed.decimals())) + source.decimals);
        return Math.mulDiv(dollars, scale, answer * 10 ** DOLLAR_DECIMALS, Math.Rounding.Ceil);
    }

    function _answer(DollarFeed memory source) private view returns (uint256) {
        // slither-disable-next-line unused-return (when the round began says nothing about its answer)
        (uint80 roundId, int256 answer,, uint256 updatedAt, uint80 answeredInRound) = source.feed.latestRoundData();
        if (roundId == 0 || updatedAt == 0 || answeredInRound < roundId) {
            revert IncompleteRound(roundId, answeredInRound);
        }
        if (updatedAt > block.timestamp) revert FutureAnswer(updatedAt);
        if (block.timestamp - updatedAt > source.maxAge) revert StaleAnswer(updatedAt, source.maxAge);
        // Above this the product with 10^18 could overflow.
        if (answer <= 0 || answer > type(int192).max) revert BadAnswer(answer);
        // It is positive.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint256(answer);
    }

    function _checkSequencer() private view {
        if (address(sequencerFeed) == address(0)) return;
        // slither-disable-next-line unused-return (the feed has no rounds to compare)
        (, int256 isDown, uint256 since,,) = sequencerFeed.latestRoundData();
        if (since > block.timestamp) revert FutureAnswer(since);
        // A feed that was never initialised says zero for everything.
        if (isDown != 0 || since == 0 || block.timestamp - since <= GRACE_PERIOD) revert SequencerDown(since);
    }

    function _decimals(uint8 decimals) private pure returns (uint8) {
        if (decimals > MAX_DECIMALS) revert TooManyDecimals(decimals);
        return decimals;
    }
}
