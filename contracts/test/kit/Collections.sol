// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";

/// @title A collection that anyone mints, with a royalty that anyone sets
contract OpenCollection is ERC1155, ERC2981 {
    constructor() ERC1155("") {}

    function mint(address to, uint256 tokenId, uint256 amount) external {
        _mint(to, tokenId, amount, "");
    }

    function setRoyalty(address receiver, uint96 bps) external {
        _setDefaultRoyalty(receiver, bps);
    }

    function dropRoyalty() external {
        _deleteDefaultRoyalty();
    }

    function supportsInterface(bytes4 id) public view override(ERC1155, ERC2981) returns (bool) {
        return ERC1155.supportsInterface(id) || ERC2981.supportsInterface(id);
    }
}

/// @title A collection without ERC-2981
contract PlainCollection is ERC1155 {
    constructor() ERC1155("") {}

    function mint(address to, uint256 tokenId, uint256 amount) external {
        _mint(to, tokenId, amount, "");
    }
}

/// @title A collection whose royalty is whatever it is told: more than the price, an error, too few words
contract StrangeCollection is PlainCollection {
    enum Answer {
        Amount,
        Error,
        OneWord
    }

    Answer public answer;
    address public receiver;
    uint256 public amount;
    bool public hasRoyalty = true;

    function setAnswer(Answer answer_, address receiver_, uint256 amount_, bool hasRoyalty_) external {
        (answer, receiver, amount, hasRoyalty) = (answer_, receiver_, amount_, hasRoyalty_);
    }

    function royaltyInfo(uint256, uint256) external view returns (address, uint256) {
        require(answer != Answer.Error, "no royalty today");
        if (answer == Answer.OneWord) {
            assembly {
                return(0, 32)
            }
        }
        return (receiver, amount);
    }

    function supportsInterface(bytes4 id) public view override returns (bool) {
        return (hasRoyalty && id == 0x2a55205a) || super.supportsInterface(id);
    }
}
