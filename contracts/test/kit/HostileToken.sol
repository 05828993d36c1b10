// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A token that does to its payers what TuneToken never does
contract HostileToken is ERC20 {
    enum Manner {
        Honest,
        Refuse,
        AnswerFalse,
        BurnAllGas,
        ReturnBomb
    }

    mapping(address recipient => Manner) public mannerTo;

    address private _target;
    bytes private _call;
    bool public reentrySucceeded;

    constructor() ERC20("Hostile", "HOST") {
        _mint(msg.sender, 1e30);
    }

    function treat(address recipient, Manner manner) external {
        mannerTo[recipient] = manner;
    }

    /// @notice Makes one call to the payer while it pays.
    function reenter(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        Manner manner = mannerTo[to];
        if (manner == Manner.AnswerFalse) return false;
        if (manner == Manner.BurnAllGas) while (true) {}
        if (manner == Manner.ReturnBomb) _bomb();
        require(manner != Manner.Refuse, "refused");
        if (_target != address(0)) {
            address target = _target;
            _target = address(0);
            (reentrySucceeded,) = target.call(_call);
        }
        return super.transfer(to, value);
    }

    /// @dev Fails with 100,000 bytes, which whoever copies them pays for.
    function _bomb() private pure {
        assembly ("memory-safe") {
            revert(0, 100000)
        }
    }
}
