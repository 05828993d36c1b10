// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Takes one percent of every transfer.
contract FeeToken is ERC20("Fee", "FEE") {
    constructor() {
        _mint(msg.sender, 1e30);
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) ? 0 : value / 100;
        super._update(from, to, value - fee);
        if (fee > 0) super._update(from, address(0xfee), fee);
    }
}

/// @dev Balances can be scaled by anyone, as rebasing tokens do.
contract RebaseToken is ERC20("Rebase", "REB") {
    uint256 public numerator = 100;

    constructor() {
        _mint(msg.sender, 1e30);
    }

    function rebase(uint256 percent) external {
        numerator = percent;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) * numerator / 100;
    }
}

/// @dev Returns nothing, as some old tokens.
contract SilentToken {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    constructor() {
        balanceOf[msg.sender] = 1e30;
    }

    function approve(address spender, uint256 value) external {
        allowance[msg.sender][spender] = value;
    }

    function transfer(address to, uint256 value) external {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
    }

    function transferFrom(address from, address to, uint256 value) external {
        allowance[from][msg.sender] -= value;
        balanceOf[from] -= value;
        balanceOf[to] += value;
    }
}

/// @dev Refuses transfers to whom it blocks.
contract BlockingToken is ERC20("Blocking", "BLK") {
    mapping(address => bool) public blocked;

    error Blocked(address account);

    constructor() {
        _mint(msg.sender, 1e30);
    }

    function block_(address account) external {
        blocked[account] = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (blocked[to]) revert Blocked(to);
        super._update(from, to, value);
    }
}

/// @dev Amounts have at most 96 bits, as those of UNI and COMP.
contract SmallToken is ERC20("Small", "SML") {
    error TooLarge(uint256 value);

    constructor() {
        _mint(msg.sender, type(uint96).max);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (value > type(uint96).max) revert TooLarge(value);
        super._update(from, to, value);
    }
}

/// @dev Calls a target while it moves.
contract CallingToken is ERC20("Calling", "CAL") {
    address public target;
    bytes public data;
    bytes public failure;

    constructor() {
        _mint(msg.sender, 1e30);
    }

    function callOnTransfer(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        address called = target;
        if (called == address(0)) return;
        delete target;
        (bool done, bytes memory reason) = called.call(data);
        if (!done) failure = reason;
    }
}
