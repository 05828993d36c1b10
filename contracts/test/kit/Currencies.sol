// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.29;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

/// @title A currency with any number of decimals
contract Coin is ERC20Burnable {
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

/// @title A currency that keeps a hundredth of every transfer
contract FeeCoin is Coin {
    constructor() Coin(18) {}

    function _update(address from, address to, uint256 amount) internal override {
        if (from != address(0) && to != address(0)) {
            super._update(from, address(0), amount / 100);
            amount -= amount / 100;
        }
        super._update(from, to, amount);
    }
}

/// @title A currency whose balances can be scaled by anyone, as rebasing ones do
contract RebaseCoin is Coin {
    uint256 private _percent = 100;

    constructor() Coin(18) {}

    function rebase(uint256 percent) external {
        _percent = percent;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) * _percent / 100;
    }
}

/// @title A currency that can block accounts
contract BlockingCoin is Coin {
    mapping(address account => bool) private _blocked;

    error Blocked(address account);

    constructor() Coin(6) {}

    function setBlocked(address account, bool isBlocked) external {
        _blocked[account] = isBlocked;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (_blocked[from]) revert Blocked(from);
        if (_blocked[to]) revert Blocked(to);
        super._update(from, to, amount);
    }
}

/// @title A currency whose amounts have at most 96 bits, as those of UNI and COMP
contract SmallCoin is Coin {
    error TooLarge(uint256 amount);

    constructor() Coin(18) {}

    function _update(address from, address to, uint256 amount) internal override {
        if (amount > type(uint96).max) revert TooLarge(amount);
        super._update(from, to, amount);
    }
}

/// @title A currency that makes one call, to whomever it is told, in the middle of its next movement
contract CallingCoin is Coin {
    address private _target;

    /// @notice Whether the call was done, and what it answered.
    bool public done;
    bytes public answer;

    bytes private _call;

    constructor() Coin(18) {}

    function callOnTransfer(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        address target = _target;
        if (target == address(0)) return;
        delete _target;
        (done, answer) = target.call(_call);
    }
}

/// @title A currency that fails to pay whom it is told, in every manner there is
contract HostileCoin is Coin {
    enum Manner {
        Honest,
        Refuse,
        AnswerFalse,
        BurnAllGas,
        ReturnBomb
    }

    mapping(address recipient => Manner) private _mannerTo;

    constructor() Coin(18) {}

    function treat(address recipient, Manner manner) external {
        _mannerTo[recipient] = manner;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        Manner manner = _mannerTo[to];
        if (manner == Manner.AnswerFalse) return false;
        if (manner == Manner.BurnAllGas) while (true) {}
        if (manner == Manner.ReturnBomb) _bomb();
        require(manner != Manner.Refuse, "refused");
        return super.transfer(to, amount);
    }

    /// @dev Fails with 100,000 bytes, which whoever copies them pays for.
    function _bomb() private pure {
        assembly ("memory-safe") {
            revert(0, 100000)
        }
    }
}

/// @title A currency that gives every account whatever balance it is told to
contract FancifulCoin is Coin {
    uint256 private _extra;

    constructor() Coin(18) {}

    function pretend(uint256 extra) external {
        _extra = extra;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) + _extra;
    }

    function transferFrom(address, address, uint256 amount) public override returns (bool) {
        _extra += amount;
        return true;
    }
}

/// @title A currency that says that a transfer was done, and moves nothing
contract LyingCoin {
    function balanceOf(address) external pure returns (uint256) {
        return 1_000;
    }

    function transfer(address, uint256) external pure returns (bool) {
        return true;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return true;
    }
}

/// @title A currency that moves nothing, and notes how much gas its last transfer got
/// @dev Far from the storage of the token in whose place this code is put.
contract RecordingCoin layout at 1 << 64 {
    uint256 public seen;

    function transfer(address, uint256) external returns (bool) {
        seen = gasleft();
        return true;
    }
}

/// @title A currency that returns nothing, as some old ones
contract SilentCoin {
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
