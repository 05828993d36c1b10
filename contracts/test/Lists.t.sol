// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Lists} from "../src/Lists.sol";
import {IRecommendationGraph} from "../src/interfaces/IRecommendationGraph.sol";
import {Assertions} from "./kit/Assertions.sol";

contract ListsTest is Assertions {
    function isOmitted(IRecommendationGraph.ListenerOpening calldata opening, uint32 row, int256 score)
        external
        pure
        returns (bool)
    {
        return Lists.isOmitted(opening, row, score);
    }

    function test_a_list_of_one_omits_only_what_ranks_before_it() public view {
        IRecommendationGraph.ListenerOpening memory opening;
        (opening.rows, opening.scores) = (abi.encodePacked(uint32(5)), abi.encodePacked(int32(10)));
        assertTrue(this.isOmitted(opening, 7, 11), "a higher score");
        assertTrue(this.isOmitted(opening, 4, 10), "a lower row");
        assertFalse(this.isOmitted(opening, 6, 10), "a higher row");
        assertFalse(this.isOmitted(opening, 7, 9), "a lower score");
        assertFalse(this.isOmitted(opening, 5, 11), "listed");
    }

    function test_an_empty_list_omits_every_track_that_is_not_excluded() public view {
        IRecommendationGraph.ListenerOpening memory opening;
        opening.excluded = abi.encodePacked(uint32(3));
        assertTrue(this.isOmitted(opening, 7, type(int32).min), "any score");
        assertFalse(this.isOmitted(opening, 3, type(int32).max), "excluded");
    }
}
