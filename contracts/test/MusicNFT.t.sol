// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {MusicNFT} from "../src/MusicNFT.sol";
import {IMusicNFT} from "../src/interfaces/IMusicNFT.sol";
import {System} from "./kit/System.sol";

/// @dev Buys again, or takes its proceeds, from within the callback of a purchase or a payment.
contract ReentrantBuyer is IERC1155Receiver {
    enum Attack {
        Purchase,
        Withdraw
    }

    MusicNFT private immutable _music;
    Attack private immutable _attack;
    bytes public failure;

    constructor(MusicNFT music_, Attack attack) {
        _music = music_;
        _attack = attack;
    }

    receive() external payable {
        _reenter();
    }

    function buy(uint256 tokenId) external payable {
        _music.purchase{value: msg.value}(tokenId, 1, address(this));
    }

    function withdraw() external {
        _music.withdrawProceeds(payable(address(this)));
    }

    function mintEdition(string calldata artistId, string calldata trackId, uint256 priceWei) external {
        _music.mintEdition(artistId, trackId, 10, priceWei, "");
    }

    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external returns (bytes4) {
        _reenter();
        return IERC1155Receiver.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        pure
        returns (bytes4)
    {
        return IERC1155Receiver.onERC1155BatchReceived.selector;
    }

    function supportsInterface(bytes4) external pure returns (bool) {
        return true;
    }

    function _reenter() private {
        if (_attack == Attack.Purchase) {
            try _music.purchase(1, 1, address(this)) {}
            catch (bytes memory reason) {
                failure = reason;
            }
        } else {
            try _music.withdrawProceeds(payable(address(this))) {}
            catch (bytes memory reason) {
                failure = reason;
            }
        }
    }
}

/// @dev Takes no ether.
contract Refuser {
    function withdraw(MusicNFT music, address payable to) external {
        music.withdrawProceeds(to);
    }

    function mintEdition(MusicNFT music) external {
        music.mintEdition("refuser", "its track", 10, 1 ether, "");
    }
}

contract MusicNFTTest is System {
    address private constant ARTIST = address(0xa47157);
    address private constant FAN = address(0xfa4);
    uint256 private constant PRICE = 0.01 ether;

    function setUp() public override {
        super.setUp();
        vm.prank(registrar);
        music.registerArtist("hetrec:artist:1", ARTIST);
        vm.prank(ARTIST);
        music.mintEdition("hetrec:artist:1", "hetrec:track:1", 100, PRICE, "ipfs://one");
        vm.deal(FAN, 100 ether);
    }

    function test_only_the_registrar_registers_artists() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, FAN));
        vm.prank(FAN);
        music.registerArtist("hetrec:artist:2", FAN);
    }

    function test_an_artist_is_registered_once_and_with_an_account() public {
        vm.startPrank(registrar);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.ArtistAlreadyRegistered.selector, "hetrec:artist:1"));
        music.registerArtist("hetrec:artist:1", FAN);
        vm.expectRevert(IMusicNFT.ZeroAddress.selector);
        music.registerArtist("hetrec:artist:2", address(0));
        vm.expectRevert(IMusicNFT.EmptyId.selector);
        music.registerArtist("", FAN);
        vm.stopPrank();
        assertEq(music.controllerOf("hetrec:artist:1"), ARTIST, "controller");
    }

    function test_only_the_controller_mints_for_an_artist() public {
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, "hetrec:artist:1", FAN));
        vm.prank(FAN);
        music.mintEdition("hetrec:artist:1", "hetrec:track:2", 1, 1, "");
    }

    function test_a_track_belongs_to_the_artist_who_minted_it_first() public {
        vm.prank(registrar);
        music.registerArtist("hetrec:artist:2", FAN);
        bytes32 first = keccak256("hetrec:artist:1");
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.TrackOfOtherArtist.selector, "hetrec:track:1", first));
        vm.prank(FAN);
        music.mintEdition("hetrec:artist:2", "hetrec:track:1", 1, 1, "");
        assertEq(music.artistKeyOf("hetrec:track:1"), first, "artist");
    }

    function test_an_artist_offers_several_editions_of_one_track() public {
        vm.prank(ARTIST);
        uint256 tokenId = music.mintEdition("hetrec:artist:1", "hetrec:track:1", 5, 0, "ipfs://two");
        assertEq(tokenId, 2, "id");
        assertEq(music.editionCount(), 2, "count");
        assertEq(music.uri(2), "ipfs://two", "uri");
        assertEq(music.editionOf(2).supply, 5, "supply");
    }

    function test_an_edition_has_a_supply_and_ids() public {
        vm.startPrank(ARTIST);
        vm.expectRevert(IMusicNFT.ZeroAmount.selector);
        music.mintEdition("hetrec:artist:1", "hetrec:track:1", 0, 1, "");
        vm.expectRevert(IMusicNFT.EmptyId.selector);
        music.mintEdition("hetrec:artist:1", "", 1, 1, "");
    }

    function test_a_purchase_credits_artist_and_treasury_and_names_the_payer() public {
        uint256 fee = 3 * PRICE * FEE_BPS / 10_000;
        vm.expectEmit(address(music));
        emit IMusicNFT.EditionPurchased(1, FAN, ARTIST, registrar, 3, 3 * PRICE, fee, address(0), true);
        vm.prank(FAN);
        music.purchase{value: 3 * PRICE}(1, 3, registrar);
        assertEq(music.balanceOf(registrar, 1), 3, "copies");
        assertEq(music.proceedsOf(treasury), fee, "fee");
        assertEq(music.proceedsOf(ARTIST), 3 * PRICE - fee, "proceeds");
        assertEq(music.editionOf(1).sold, 3, "sold");
    }

    function test_a_purchase_costs_exactly_its_price() public {
        vm.startPrank(FAN);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.WrongPayment.selector, PRICE - 1, PRICE));
        music.purchase{value: PRICE - 1}(1, 1, FAN);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.WrongPayment.selector, PRICE + 1, PRICE));
        music.purchase{value: PRICE + 1}(1, 1, FAN);
    }

    function test_no_more_copies_are_sold_than_exist() public {
        vm.startPrank(FAN);
        music.purchase{value: 99 * PRICE}(1, 99, FAN);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.SoldOut.selector, 1, 1, 2));
        music.purchase{value: 2 * PRICE}(1, 2, FAN);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.SoldOut.selector, 1, 1, type(uint256).max));
        music.purchase(1, type(uint256).max, FAN);
    }

    function test_an_edition_that_does_not_exist_is_not_sold() public {
        vm.startPrank(FAN);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.UnknownEdition.selector, 9));
        music.purchase(9, 1, FAN);
        vm.expectRevert(IMusicNFT.ZeroAmount.selector);
        music.purchase(1, 0, FAN);
    }

    function test_proceeds_are_paid_out_once() public {
        vm.prank(FAN);
        music.purchase{value: PRICE}(1, 1, FAN);
        uint256 due = music.proceedsOf(ARTIST);
        vm.startPrank(ARTIST);
        music.withdrawProceeds(payable(ARTIST));
        assertEq(ARTIST.balance, due, "paid");
        vm.expectRevert(IMusicNFT.ZeroAmount.selector);
        music.withdrawProceeds(payable(ARTIST));
        vm.expectRevert(IMusicNFT.ZeroAddress.selector);
        music.withdrawProceeds(payable(address(0)));
    }

    function test_the_fee_never_exceeds_its_cap() public {
        uint16 cap = music.MAX_FEE_BPS();
        music.setProtocolFee(cap, treasury);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.FeeAboveCap.selector, cap + 1, cap));
        music.setProtocolFee(cap + 1, treasury);
        vm.expectRevert(IMusicNFT.ZeroAddress.selector);
        music.setProtocolFee(1, address(0));
        vm.prank(FAN);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, FAN));
        music.setProtocolFee(1, FAN);
    }

    function test_a_buyer_cannot_reenter_a_purchase() public {
        ReentrantBuyer buyer = new ReentrantBuyer(music, ReentrantBuyer.Attack.Purchase);
        buyer.buy{value: PRICE}(1);
        assertEq(bytes32(buyer.failure()), _guardError(), "guard");
        assertEq(music.balanceOf(address(buyer), 1), 1, "copies");
    }

    function test_an_artist_cannot_withdraw_twice_by_reentering() public {
        ReentrantBuyer artist = new ReentrantBuyer(music, ReentrantBuyer.Attack.Withdraw);
        vm.prank(registrar);
        music.registerArtist("reentrant", address(artist));
        artist.mintEdition("reentrant", "its track", 1 ether);
        vm.prank(FAN);
        music.purchase{value: 1 ether}(2, 1, FAN);
        vm.prank(FAN);
        music.purchase{value: 10 * PRICE}(1, 10, FAN);
        artist.withdraw();
        assertEq(bytes32(artist.failure()), _guardError(), "guard");
        assertEq(address(artist).balance, 1 ether - uint256(1 ether) * FEE_BPS / 10_000, "paid");
    }

    function test_an_artist_that_takes_no_ether_blocks_no_sale_and_can_send_it_elsewhere() public {
        Refuser artist = new Refuser();
        vm.prank(registrar);
        music.registerArtist("refuser", address(artist));
        artist.mintEdition(music);
        vm.prank(FAN);
        music.purchase{value: 1 ether}(2, 1, FAN);
        vm.expectRevert();
        artist.withdraw(music, payable(address(artist)));
        uint256 due = music.proceedsOf(address(artist));
        artist.withdraw(music, payable(registrar));
        assertEq(registrar.balance, due, "paid");
    }

    function testFuzz_every_wei_paid_is_owed_to_someone(uint128 priceWei, uint16 feeBps, uint64 amount) public {
        uint256 price = bound(priceWei, 0, 1e24);
        uint256 copies = bound(amount, 1, 1_000);
        music.setProtocolFee(uint16(bound(feeBps, 0, music.MAX_FEE_BPS())), treasury);
        vm.prank(ARTIST);
        uint256 tokenId = music.mintEdition("hetrec:artist:1", "hetrec:track:3", 1_000, price, "");
        vm.deal(FAN, price * copies);
        vm.prank(FAN);
        music.purchase{value: price * copies}(tokenId, copies, FAN);
        assertEq(music.proceedsOf(treasury) + music.proceedsOf(ARTIST), address(music).balance, "owed");
        assertTrue(music.proceedsOf(treasury) <= price * copies / 10, "fee cap");
    }

    function _guardError() private pure returns (bytes32) {
        return bytes32(abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }
}
