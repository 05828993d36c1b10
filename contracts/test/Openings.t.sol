// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Openings} from "../src/Openings.sol";
import {Assertions} from "./kit/Assertions.sol";
import {Ranking} from "./kit/Ranking.sol";

contract OpeningsTest is Assertions {
    function isVector(bytes calldata vector, uint256 dimension) external pure returns (bool) {
        return Openings.isVector(vector, dimension);
    }

    function isExclusionList(bytes calldata excluded, uint256 tracks) external pure returns (bool) {
        return Openings.isExclusionList(excluded, tracks);
    }

    function isZero(bytes calldata vector) external pure returns (bool) {
        return Openings.isZero(vector);
    }

    function test_the_byte_0x80_is_found_at_every_place() public view {
        for (uint256 place = 0; place < 128; ++place) {
            bytes memory vector = new bytes(128);
            vector[place] = 0x80;
            assertFalse(this.isVector(vector, 128), "found");
        }
    }

    function testFuzz_the_byte_0x80_is_found_wherever_it_is(bytes32[2] memory words, uint8 place, bool plant)
        public
        view
    {
        bytes memory vector = bytes.concat(words[0], words[1]);
        if (plant) vector[place % 64] = 0x80;
        bool expected = true;
        for (uint256 i = 0; i < 64; ++i) {
            if (vector[i] == 0x80) expected = false;
        }
        assertTrue(this.isVector(vector, 64) == expected, "vector");
    }

    function test_every_byte_but_0x80_is_a_component_beside_any_other() public view {
        for (uint256 a = 0; a < 256; ++a) {
            for (uint256 b = 0x7e; b < 0x83; ++b) {
                bytes memory vector = new bytes(32);
                (vector[30], vector[31]) = (bytes1(uint8(a)), bytes1(uint8(b)));
                assertTrue(this.isVector(vector, 32) == (a != 0x80 && b != 0x80), "vector");
            }
        }
    }

    function testFuzz_a_vector_has_exactly_its_dimension(uint16 length) public view {
        length = uint16(bound(length, 0, 200));
        assertTrue(this.isVector(new bytes(length), 96) == (length == 96), "length");
    }

    function testFuzz_exclusions_ascend_below_the_number_of_tracks(uint32[5] memory rows, uint32 tracks) public view {
        bytes memory excluded;
        bool expected = true;
        for (uint256 i = 0; i < rows.length; ++i) {
            rows[i] = uint32(bound(rows[i], i * 4, i * 4 + 4));
            excluded = bytes.concat(excluded, bytes4(rows[i]));
            if (i > 0 && rows[i] <= rows[i - 1]) expected = false;
            if (rows[i] >= tracks % 24) expected = false;
        }
        assertTrue(this.isExclusionList(excluded, tracks % 24) == expected, "exclusions");
    }

    function test_at_most_4096_rows_are_excluded() public view {
        bytes memory excluded = new bytes(4_096 * 4);
        for (uint256 i = 0; i < 4_096; ++i) {
            (excluded[4 * i + 2], excluded[4 * i + 3]) = (bytes1(uint8(i >> 8)), bytes1(uint8(i)));
        }
        assertTrue(this.isExclusionList(excluded, 5_000), "4096");
        assertFalse(this.isExclusionList(bytes.concat(excluded, bytes4(uint32(4_096))), 5_000), "4097");
        assertFalse(this.isExclusionList(hex"000000", 5_000), "three bytes");
    }

    function test_the_highest_row_ends_a_list_without_overflow() public view {
        assertTrue(this.isExclusionList(hex"fffffffeffffffff", 1 << 32), "highest");
        assertFalse(this.isExclusionList(hex"ffffffffffffffff", 1 << 32), "repeated");
    }

    function test_one_component_makes_a_vector_not_zero() public view {
        bytes memory vector = new bytes(64);
        assertTrue(this.isZero(vector), "zero");
        vector[63] = 0x01;
        assertFalse(this.isZero(vector), "not zero");
    }

    function testFuzz_exclusions_compared_eight_at_a_time_ascend_as_they_do_one_by_one(
        uint8 count,
        uint8 place,
        uint32 first,
        uint32 planted,
        uint32[3] memory steps
    ) public view {
        bytes memory excluded = new bytes(4 * bound(count, 1, 40));
        uint32 row = uint32(bound(first, 0, type(uint32).max - 200));
        for (uint256 i = 0; i < excluded.length / 4; ++i) {
            excluded = Ranking.withNumberAt(excluded, i, row);
            row += uint32(bound(steps[i % 3], 1, 5));
        }
        assertTrue(this.isExclusionList(excluded, 1 << 32), "ascending");
        // One row changed to one nearby, or to any.
        uint256 where = bound(place, 0, excluded.length / 4 - 1);
        uint32 other = planted;
        unchecked {
            // Rows near 0 wrap to the highest ones, which is as good.
            if (planted % 2 == 0) other = Ranking.numberAt(excluded, where) + (planted / 2) % 11 - 5;
        }
        excluded = Ranking.withNumberAt(excluded, where, other);
        assertTrue(this.isExclusionList(excluded, 1 << 32) == Ranking.ascends(excluded), "planted");
    }
}
