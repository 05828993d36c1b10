// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A currency with any number of decimals
contract Coin is ERC20 {
    uint8 private immutable _places;

    constructor(uint8 places) ERC20("Coin", "COIN") {
        _places = places;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public view override returns (uint8) {
        return _places;
    }
}

/// @title A currency that keeps a hundredth of every transfer once it is told to
contract FeeCoin is Coin {
    bool public takesFee;

    constructor() Coin(18) {}

    function setTakesFee(bool takesFee_) external {
        takesFee = takesFee_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (takesFee && from != address(0) && to != address(0)) {
            super._update(from, address(0), amount / 100);
            amount -= amount / 100;
        }
        super._update(from, to, amount);
    }
}

/// @title A currency that calls the payer before it moves, as ERC-777 does
contract HookCoin is Coin {
    constructor() Coin(18) {}

    function _update(address from, address to, uint256 amount) internal override {
        if (from.code.length > 0 && from != to) {
            (bool done,) = from.call(abi.encodeWithSignature("tokensToSend()"));
            done;
        }
        super._update(from, to, amount);
    }
}

/// @title A currency that can block accounts, or stop
contract BlockingCoin is Coin {
    mapping(address => bool) public blocked;

    constructor() Coin(6) {}

    function setBlocked(address account, bool isBlocked) external {
        blocked[account] = isBlocked;
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!blocked[from] && !blocked[to], "blocked");
        super._update(from, to, amount);
    }
}
