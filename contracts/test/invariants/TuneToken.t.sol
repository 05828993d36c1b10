// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TuneToken} from "../../src/TuneToken.sol";
import {ITuneToken} from "../../src/interfaces/ITuneToken.sol";
import {Assertions} from "../kit/Assertions.sol";
import {VotingSystem} from "../kit/VotingSystem.sol";

/// @title Two bridges that create and burn as much as they can, holders that burn, governance that changes limits
contract BridgeHandler is Assertions {
    TuneToken private immutable token;
    address private immutable admin;
    address[2] public bridges;
    address[3] public holders;

    uint256 public minted;
    uint256 public burnedByBridges;
    uint256 public burnedByHolders;
    mapping(address bridge => uint256) public mintedBy;
    /// @notice What a bridge's buckets can have given out: each capacity once, and what refilled since.
    mapping(address bridge => uint256) public allowance;

    constructor(TuneToken token_, address admin_, address[2] memory bridges_, address[3] memory holders_) {
        (token, admin, bridges, holders) = (token_, admin_, bridges_, holders_);
        for (uint256 i = 0; i < bridges.length; ++i) {
            allowance[bridges[i]] = token.bridgeLimits(bridges[i]).mintCapacity;
        }
    }

    function mint(uint256 bridgeSeed, uint256 holder, uint256 amount) external {
        address bridge = bridges[bridgeSeed % 2];
        (uint256 mintable,) = token.bridgeAvailable(bridge);
        uint256 room = token.cap() - token.totalSupply();
        amount = bound(amount, 0, mintable < room ? mintable : room);
        vm.prank(bridge);
        token.crosschainMint(holders[holder % 3], amount);
        minted += amount;
        mintedBy[bridge] += amount;
    }

    function burn(uint256 bridgeSeed, uint256 holderSeed, uint256 amount) external {
        (address bridge, address holder) = (bridges[bridgeSeed % 2], holders[holderSeed % 3]);
        (, uint256 burnable) = token.bridgeAvailable(bridge);
        uint256 balance = token.balanceOf(holder);
        amount = bound(amount, 0, burnable < balance ? burnable : balance);
        vm.prank(holder);
        token.approve(bridge, amount);
        vm.prank(bridge);
        token.crosschainBurn(holder, amount);
        burnedByBridges += amount;
    }

    function burnOwn(uint256 holderSeed, uint256 amount) external {
        address holder = holders[holderSeed % 3];
        amount = bound(amount, 0, token.balanceOf(holder));
        vm.prank(holder);
        token.burn(amount);
        burnedByHolders += amount;
    }

    function transfer(uint256 from, uint256 to, uint256 amount) external {
        address holder = holders[from % 3];
        amount = bound(amount, 0, token.balanceOf(holder));
        vm.prank(holder);
        assertTrue(token.transfer(holders[to % 3], amount), "transfer");
    }

    function setLimits(uint256 bridgeSeed, uint256 capacity, uint256 window) external {
        address bridge = bridges[bridgeSeed % 2];
        ITuneToken.BridgeLimits memory limits = token.bridgeLimits(bridge);
        (uint256 before,) = token.bridgeAvailable(bridge);
        limits.mintCapacity = uint208(bound(capacity, 0, 2_000 ether));
        limits.mintWindow = uint48(bound(window, 1, 1 days));
        vm.prank(admin);
        token.setBridgeLimits(bridge, limits);
        (uint256 afterwards,) = token.bridgeAvailable(bridge);
        if (afterwards > before) allowance[bridge] += afterwards - before;
    }

    function wait(uint256 time) external {
        time = bound(time, 1, 1 hours);
        vm.warp(block.timestamp + time);
        for (uint256 i = 0; i < bridges.length; ++i) {
            ITuneToken.BridgeLimits memory limits = token.bridgeLimits(bridges[i]);
            // Rounded up, because each use rounds what has refilled anew.
            allowance[bridges[i]] += time * limits.mintCapacity / limits.mintWindow + 1;
        }
    }
}

contract TuneTokenInvariants is VotingSystem {
    BridgeHandler private handler;

    function setUp() public override {
        super.setUp();
        vm.startPrank(address(timelock));
        manager.grantRole(3, OTHER, 0);
        token.setBridgeLimits(OTHER, _limits());
        vm.stopPrank();
        address[3] memory holders = [address(0x1111), address(0x2222), address(0x3333)];
        for (uint256 i = 0; i < holders.length; ++i) {
            _endow(holders[i], SUPPLY / 10);
        }
        handler = new BridgeHandler(token, address(timelock), [BRIDGE, OTHER], holders);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_bridges_conserve_the_supply_within_their_limits() public view {
        _checkSupply();
        _checkBuckets();
        _checkBalances();
    }

    /// @dev Created less burned is the supply less the first one.
    function _checkSupply() private view {
        uint256 gone = handler.burnedByBridges() + handler.burnedByHolders();
        assertEq(token.totalSupply() + gone, SUPPLY + handler.minted(), "supply");
        assertTrue(token.totalSupply() <= CAP, "cap");
    }

    /// @dev No bridge creates more than its bucket gave.
    function _checkBuckets() private view {
        for (uint256 i = 0; i < 2; ++i) {
            address bridge = handler.bridges(i);
            assertTrue(handler.mintedBy(bridge) <= handler.allowance(bridge), "bucket");
        }
    }

    /// @dev Balances are the supply, and votes those of who delegated.
    function _checkBalances() private view {
        uint256 balances = token.balanceOf(address(this));
        uint256 votes = 0;
        for (uint256 i = 0; i < 3; ++i) {
            balances += token.balanceOf(handler.holders(i));
            votes += token.getVotes(handler.holders(i));
        }
        assertEq(balances, token.totalSupply(), "balances");
        assertEq(votes, balances - token.balanceOf(address(this)), "votes");
    }
}
