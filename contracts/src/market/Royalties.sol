// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";

/// @title What a collection asks of a sale, by ERC-2981
library Royalties {
    uint256 private constant ANSWER_LENGTH = 64;

    /// @notice The collection's answer.
    /// @return known Whether the collection answered, or does not have ERC-2981 and so asks for nothing.
    /// @return receiver Who gets the royalty; zero when there is none.
    /// @return amount The royalty.
    function ask(address collection, uint256 tokenId, uint256 price)
        internal
        view
        returns (bool known, address receiver, uint256 amount)
    {
        // At most two words are read, whatever the collection returns.
        (bool done, bytes32 first, bytes32 second) =
            LowLevelCall.staticcallReturn64Bytes(collection, abi.encodeCall(IERC2981.royaltyInfo, (tokenId, price)));
        if (!done || LowLevelCall.returnDataSize() < ANSWER_LENGTH) {
            bool has = ERC165Checker.supportsERC165InterfaceUnchecked(collection, type(IERC2981).interfaceId);
            return (!has, address(0), 0);
        }
        receiver = address(uint160(uint256(first)));
        amount = uint256(second);
        if (receiver == address(0) || amount == 0) return (true, address(0), 0);
        return (true, receiver, amount);
    }
}
