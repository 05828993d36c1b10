// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Challenges} from "./Challenges.sol";
import {Demands} from "./Demands.sol";
import {Epochs} from "./Epochs.sol";
import {IStakingContract} from "./interfaces/IStakingContract.sol";

/// @title Committed recommendations that can be disproved
/// @notice What it promises is said in IRecommendationGraph, IChallenges and IDemands. Built of KeeperSet (who signs), Epochs (what they commit and
/// its states), Challenges and Demands.
contract RecommendationGraph is Challenges, Demands {
    /// @param authority The AccessManager.
    /// @param staking_ Where the keepers' bonds are; it lets this contract slash, and its unbonding takes longer than an
    /// epoch can be pending: window + 2 (answerTime + challengeTime).
    /// @param p Times, bonds, deposits and penalty.
    constructor(address authority, IStakingContract staking_, Parameters memory p)
        AccessManaged(authority)
        EIP712("TuneFi RecommendationGraph", "1")
        Epochs(staking_, p)
        Demands(p)
    {
        emit ParametersSet(
            p.window, p.answerTime, p.challengeTime, p.maxValidity, p.depositGasMultiple, p.withholdingPenaltyBps
        );
    }
}
