// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMarketplace} from "../src/interfaces/IMarketplace.sol";
import {IMusicNFT} from "../src/interfaces/IMusicNFT.sol";
import {GasMeter} from "../test/kit/GasMeter.sol";
import {MusicSystem} from "../test/kit/MusicSystem.sol";

/// @title What it costs to list an edition and to buy it from its owner
contract SalesGasTest is MusicSystem, GasMeter {
    uint256 private constant TOKEN_ID = 2;
    address private constant BUYER = address(uint160(uint256(keccak256("buyer"))));
    address private constant OTHER = address(uint160(uint256(keccak256("other"))));

    /// @dev Who gets the royalties.
    address private _payee;

    /// @dev The fan owns ten copies that the market may move, of an edition whose royalties go to a split.
    function setUp() public override {
        super.setUp();
        _payee = royalties.createSplit(_split(artist, 700_000, OTHER));
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.payee = _payee;
        assertEq(_mintAs(artist, terms), TOKEN_ID, "edition");
        vm.startPrank(fan);
        music.purchase{value: 10 * PRICE}(TOKEN_ID, 10, fan);
        music.setApprovalForAll(address(market), true);
        vm.stopPrank();
        vm.deal(BUYER, 1 ether);
        vm.deal(OTHER, 1 ether);
    }

    /// @dev Ten copies for ether, to anyone.
    function _listing(string memory salt) private view returns (IMarketplace.Order memory order) {
        order.maker = fan;
        order.collection = address(music);
        order.tokenId = TOKEN_ID;
        order.amount = 10;
        order.price = 2 * PRICE;
        order.royaltyBps = 1_000;
        order.maxFeeBps = FEE_BPS;
        order.startAt = uint64(block.timestamp);
        order.endAt = uint64(block.timestamp) + 30 days;
        order.salt = uint256(keccak256(bytes(salt)));
    }

    function _buy(address buyer, string memory salt) private {
        IMarketplace.Order memory order = _listing(salt);
        bytes memory signature = _sign(FAN_KEY, market.orderHash(order));
        vm.prank(buyer);
        market.fill{value: order.price}(order, signature, 1, buyer, order.price);
    }

    function test_a_listing() public {
        vm.prank(fan);
        market.list(_listing("published"));
        _record("listing");
    }

    function test_a_purchase_of_a_signed_order() public {
        // From here on the ledger owes something to the seller, the split and the treasury.
        _buy(OTHER, "before");
        uint256 owed = royalties.balanceOf(fan, ETHER);
        _buy(BUYER, "signed");
        _record("purchase");
        assertEq(music.balanceOf(BUYER, TOKEN_ID), 1, "copy");
        assertEq(royalties.balanceOf(fan, ETHER), 2 * owed, "proceeds");
        assertTrue(royalties.balanceOf(_payee, ETHER) > 0, "royalty");
    }
}
