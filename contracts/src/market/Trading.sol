// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "../interfaces/IMarketplace.sol";

/// @title What governance and the guardian set: the fee, the currencies, the pause
abstract contract Trading is IMarketplace {
    /// @dev What every sale reads and writes, in one slot.
    struct Book {
        address treasury;
        uint16 feeBps;
        uint40 pausedUntil;
        uint40 saleCount;
    }

    /// @notice The most that the protocol fee can ever be, in hundredths of a percent.
    uint16 public constant MAX_FEE_BPS = 1_000;

    /// @notice The longest that trading can be paused at once, in seconds.
    uint64 public constant MAX_PAUSE = 14 days;

    /// @notice How long an auction that a pause interrupted stays open after it, at least, in seconds.
    uint64 public constant AFTER_PAUSE = 1 hours;

    Book internal _book;

    /// @dev When the pause began; one that follows before AFTER_PAUSE is over continues it.
    uint64 internal _pausedFrom;

    mapping(address currency => bool) private _allowed;

    /// @inheritdoc IMarketplace
    function isAllowed(address currency) external view returns (bool) {
        return _allowed[currency];
    }

    /// @inheritdoc IMarketplace
    function feeBps() external view returns (uint16) {
        return _book.feeBps;
    }

    /// @inheritdoc IMarketplace
    function treasury() external view returns (address) {
        return _book.treasury;
    }

    /// @inheritdoc IMarketplace
    function saleCount() external view returns (uint256) {
        return _book.saleCount;
    }

    /// @inheritdoc IMarketplace
    function pausedUntil() external view returns (uint64) {
        return _book.pausedUntil;
    }

    function _setProtocolFee(uint16 feeBps_, address treasury_) internal {
        if (feeBps_ > MAX_FEE_BPS) revert FeeAboveCap(feeBps_, MAX_FEE_BPS);
        if (treasury_ == address(0)) revert ZeroAddress();
        (_book.feeBps, _book.treasury) = (feeBps_, treasury_);
        emit ProtocolFeeSet(feeBps_, treasury_);
    }

    function _setCurrency(address currency, bool allowed) internal {
        if (currency == address(0)) revert ZeroAddress();
        _allowed[currency] = allowed;
        emit CurrencySet(currency, allowed);
    }

    function _pauseTrading(uint64 until) internal {
        if (until > block.timestamp + MAX_PAUSE) revert PauseTooLong(until, MAX_PAUSE);
        if (until < block.timestamp) until = uint64(block.timestamp);
        if (block.timestamp >= _reopenedAt()) _pausedFrom = uint64(block.timestamp);
        // At most MAX_PAUSE from now.
        // forge-lint: disable-next-line(unsafe-typecast)
        _book.pausedUntil = uint40(until);
        emit TradingPaused(_pausedFrom, until, msg.sender);
    }

    function _checkTrading() internal view {
        uint64 until = _book.pausedUntil;
        if (block.timestamp < until) revert TradingIsPaused(until);
    }

    function _checkCurrency(address currency) internal view {
        if (currency != address(0) && !_allowed[currency]) revert CurrencyNotAllowed(currency);
    }

    /// @dev Until when auctions that the last pause interrupted stay open.
    function _reopenedAt() internal view returns (uint64) {
        return _book.pausedUntil + AFTER_PAUSE;
    }
}
