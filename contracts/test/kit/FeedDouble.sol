// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IPriceFeed} from "../../src/interfaces/IPriceFeed.sol";

/// @title A feed that says what it is told
contract FeedDouble is IPriceFeed {
    uint8 public decimals;
    uint80 private _roundId = 1;
    int256 private _answer;
    uint256 private _startedAt;
    uint256 private _updatedAt;
    uint80 private _answeredInRound = 1;

    constructor(uint8 decimals_, int256 answer) {
        decimals = decimals_;
        setAnswer(answer, block.timestamp);
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function setAnswer(int256 answer, uint256 time) public {
        (_answer, _startedAt, _updatedAt) = (answer, time, time);
    }

    function setRound(uint80 roundId, uint80 answeredInRound) external {
        (_roundId, _answeredInRound) = (roundId, answeredInRound);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (_roundId, _answer, _startedAt, _updatedAt, _answeredInRound);
    }
}
