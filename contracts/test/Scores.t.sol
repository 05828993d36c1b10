// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Lists} from "../src/Lists.sol";
import {Scores} from "../src/Scores.sol";
import {Assertions} from "./kit/Assertions.sol";
import {Ranking} from "./kit/Ranking.sol";

contract ScoresTest is Assertions {
    function product(bytes calldata a, bytes calldata b) external pure returns (int256) {
        return Scores.product(a, b);
    }

    function isExcluded(bytes calldata excluded, uint32 row) external pure returns (bool) {
        return Lists.isExcluded(excluded, row);
    }

    function testFuzz_the_product_is_the_plain_sum_of_products(bytes32 seed, uint256 words) public view {
        words = bound(words, 1, 32);
        bytes memory a;
        bytes memory b;
        for (uint256 i = 0; i < words; ++i) {
            a = bytes.concat(a, keccak256(abi.encode(seed, "a", i)));
            b = bytes.concat(b, keccak256(abi.encode(seed, "b", i)));
        }
        _assertProduct(a, b);
    }

    function test_the_product_of_extreme_components_overflows_no_lane() public view {
        bytes1[5] memory extremes = [bytes1(0x80), 0x81, 0x7f, 0x00, 0xff];
        for (uint256 i = 0; i < extremes.length; ++i) {
            for (uint256 k = 0; k < extremes.length; ++k) {
                _assertProduct(_filled(extremes[i], 1_024), _filled(extremes[k], 1_024));
                _assertProduct(_filled(extremes[i], 32), _filled(extremes[k], 32));
            }
        }
    }

    function test_each_component_meets_its_own_and_no_other() public view {
        for (uint256 i = 0; i < 64; ++i) {
            for (uint256 k = 0; k < 64; ++k) {
                bytes memory a = new bytes(64);
                bytes memory b = new bytes(64);
                (a[i], b[k]) = (0xfd, 0x05);
                assertTrue(this.product(a, b) == (i == k ? -15 : int256(0)), "product");
            }
        }
    }

    function testFuzz_a_row_is_found_in_exclusions_exactly_where_it_is(uint8[20] memory steps, uint32 row) public view {
        bytes memory excluded;
        uint32 last = 0;
        for (uint256 i = 0; i < steps.length; ++i) {
            last += uint32(bound(steps[i], 1, 3));
            excluded = bytes.concat(excluded, bytes4(last));
        }
        row = uint32(bound(row, 0, last + 2));
        assertTrue(this.isExcluded(excluded, row) == Ranking.contains(excluded, row), "excluded");
        assertFalse(this.isExcluded("", row), "nothing is excluded");
    }

    function _filled(bytes1 component, uint256 size) private pure returns (bytes memory filled) {
        filled = new bytes(size);
        for (uint256 i = 0; i < size; ++i) {
            filled[i] = component;
        }
    }

    function _assertProduct(bytes memory a, bytes memory b) private view {
        assertTrue(this.product(a, b) == Ranking.product(a, b), "product");
    }
}
