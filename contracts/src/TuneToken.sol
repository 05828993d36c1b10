// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title TuneFi's token: stakes, bonds, rewards and votes
/// @notice ERC-20 with permits (ERC-2612), votes whose clock is the timestamp (ERC-6372), and burning by the owner.
/// The whole supply is created once; nobody can create more.
contract TuneToken is ERC20, ERC20Burnable, ERC20Permit, ERC20Votes {
    /// @param recipient Gets the whole supply.
    /// @param supply In wei of the token, at most 2^208 - 1.
    constructor(address recipient, uint256 supply) ERC20("TuneToken", "TUNE") ERC20Permit("TuneToken") {
        _mint(recipient, supply);
    }

    /// @notice The clock of votes: seconds UTC.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice The clock's description (ERC-6372).
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice The next nonce of an owner's permit or delegation.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
