// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";

import {IMusicNFT} from "../src/interfaces/IMusicNFT.sol";
import {IRoyaltyDistributor} from "../src/interfaces/IRoyaltyDistributor.sol";
import {MusicSystem} from "./kit/MusicSystem.sol";

contract MusicNFTTest is MusicSystem {
    function test_only_the_registrar_registers_artists() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, fan));
        vm.prank(fan);
        music.registerArtist("hetrec:artist:2", fan);
    }

    function test_an_artist_is_registered_once_and_with_an_account() public {
        vm.startPrank(registrar);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.ArtistAlreadyRegistered.selector, ARTIST_ID));
        music.registerArtist(ARTIST_ID, fan);
        vm.expectRevert(IMusicNFT.ZeroAddress.selector);
        music.registerArtist("hetrec:artist:2", address(0));
        vm.expectRevert(IMusicNFT.EmptyId.selector);
        music.registerArtist("", fan);
        vm.stopPrank();
        assertEq(music.controllerOf(ARTIST_ID), artist, "controller");
    }

    function test_control_of_an_artist_is_handed_over_in_two_steps() public {
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, ARTIST_ID, fan));
        music.transferArtist(ARTIST_ID, fan);
        vm.prank(artist);
        music.transferArtist(ARTIST_ID, fan);
        assertEq(music.offeredTo(ARTIST_ID), fan, "offered");
        assertEq(music.controllerOf(ARTIST_ID), artist, "not before it is taken");
        vm.prank(registrar);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.ControlNotOffered.selector, ARTIST_ID, registrar));
        music.acceptArtist(ARTIST_ID);
        vm.prank(fan);
        music.acceptArtist(ARTIST_ID);
        assertEq(music.controllerOf(ARTIST_ID), fan, "controller");
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.ControlNotOffered.selector, ARTIST_ID, fan));
        music.acceptArtist(ARTIST_ID);
    }

    function test_a_new_controller_is_owed_what_is_earned_from_then_on() public {
        vm.startPrank(fan);
        music.purchase{value: PRICE}(1, 1, fan);
        vm.stopPrank();
        vm.prank(artist);
        music.transferArtist(ARTIST_ID, registrar);
        vm.prank(registrar);
        music.acceptArtist(ARTIST_ID);
        uint256 before = royalties.balanceOf(artist, ETHER);
        vm.prank(fan);
        music.purchase{value: PRICE}(1, 1, fan);
        assertEq(royalties.balanceOf(artist, ETHER), before, "what was earned before stays");
        assertEq(royalties.balanceOf(registrar, ETHER), before, "the same again");
        (address receiver,) = music.royaltyInfo(1, 1 ether);
        assertEq(receiver, registrar, "royalties");
    }

    function test_only_the_controller_mints_for_an_artist() public {
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, ARTIST_ID, fan));
        _mintAs(fan, _terms("hetrec:track:2"));
    }

    function test_a_track_belongs_to_the_artist_who_minted_it_first() public {
        _register("hetrec:artist:2", fan);
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.artistId = "hetrec:artist:2";
        bytes32 first = keccak256(bytes(ARTIST_ID));
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.TrackOfOtherArtist.selector, TRACK_ID, first));
        _mintAs(fan, terms);
        assertEq(music.artistKeyOf(TRACK_ID), first, "artist");
    }

    function test_an_artist_offers_several_editions_of_one_track() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        (terms.supply, terms.uri) = (5, "ipfs://two");
        assertEq(_mintAs(artist, terms), 2, "id");
        assertEq(music.editionCount(), 2, "count");
        assertEq(music.uri(2), "ipfs://two", "uri");
        assertEq(music.editionOf(2).supply, 5, "supply");
    }

    function test_an_edition_has_a_supply_ids_times_and_a_bounded_royalty() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.supply = 0;
        vm.expectRevert(IMusicNFT.ZeroAmount.selector);
        _mintAs(artist, terms);
        vm.expectRevert(IMusicNFT.EmptyId.selector);
        _mintAs(artist, _terms(""));
        terms = _terms(TRACK_ID);
        (terms.startAt, terms.endAt) = (2, 1);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadTimes.selector, 2, 1));
        _mintAs(artist, terms);
        terms = _terms(TRACK_ID);
        terms.royaltyBps = music.MAX_ROYALTY_BPS() + 1;
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.RoyaltyAboveCap.selector, 2_501, 2_500));
        _mintAs(artist, terms);
    }

    function test_a_purchase_credits_payee_and_treasury_and_names_the_payer() public {
        uint256 fee = 3 * uint256(PRICE) * FEE_BPS / 10_000;
        vm.expectEmit(address(music));
        emit IMusicNFT.EditionPurchased(1, fan, artist, registrar, 3, 3 * PRICE, fee, ETHER, true);
        vm.prank(fan);
        music.purchase{value: 3 * PRICE}(1, 3, registrar);
        assertEq(music.balanceOf(registrar, 1), 3, "copies");
        assertEq(royalties.balanceOf(treasury, ETHER), fee, "fee");
        assertEq(royalties.balanceOf(artist, ETHER), 3 * PRICE - fee, "proceeds");
        assertEq(music.editionOf(1).sold, 3, "sold");
        assertEq(address(music).balance, 0, "nothing stays");
    }

    function test_a_split_can_be_the_payee() public {
        IRoyaltyDistributor.Split memory split = _split(artist, 700_000, registrar);
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.payee = royalties.createSplit(split);
        uint256 tokenId = _mintAs(artist, terms);
        vm.prank(fan);
        music.purchase{value: PRICE}(tokenId, 1, fan);
        uint256 due = PRICE - uint256(PRICE) * FEE_BPS / 10_000;
        royalties.distribute(terms.payee, split, ETHER);
        assertEq(royalties.balanceOf(artist, ETHER), due * 7 / 10, "artist");
        (address receiver, uint256 royalty) = music.royaltyInfo(tokenId, 1 ether);
        assertEq(receiver, terms.payee, "royalties go there too");
        assertEq(royalty, 0.1 ether, "a tenth");
    }

    function test_an_edition_is_paid_in_tune_where_it_says_so() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.inToken = true;
        uint256 tokenId = _mintAs(artist, terms);
        assertTrue(token.transfer(fan, PRICE), "transfer");
        vm.startPrank(fan);
        token.approve(address(music), PRICE);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.WrongPayment.selector, 1, 0));
        music.purchase{value: 1}(tokenId, 1, fan);
        music.purchase(tokenId, 1, fan);
        uint256 owed = royalties.balanceOf(artist, address(token)) + royalties.balanceOf(treasury, address(token));
        assertEq(owed, PRICE, "every wei");
        assertEq(token.balanceOf(address(music)), 0, "nothing stays");
    }

    function test_a_free_edition_is_taken_without_money() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.price = 0;
        uint256 tokenId = _mintAs(artist, terms);
        vm.prank(fan);
        music.purchase(tokenId, 2, fan);
        assertEq(music.balanceOf(fan, tokenId), 2, "copies");
    }

    function test_a_purchase_costs_exactly_its_price() public {
        vm.startPrank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.WrongPayment.selector, PRICE - 1, PRICE));
        music.purchase{value: PRICE - 1}(1, 1, fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.WrongPayment.selector, PRICE + 1, PRICE));
        music.purchase{value: PRICE + 1}(1, 1, fan);
    }

    function test_no_more_copies_are_sold_than_exist() public {
        vm.startPrank(fan);
        music.purchase{value: 99 * PRICE}(1, 99, fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.SoldOut.selector, 1, 1, 2));
        music.purchase{value: 2 * PRICE}(1, 2, fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.SoldOut.selector, 1, 1, type(uint256).max));
        music.purchase(1, type(uint256).max, fan);
    }

    function test_an_edition_that_does_not_exist_is_not_sold() public {
        vm.startPrank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.UnknownEdition.selector, 9));
        music.purchase(9, 1, fan);
        vm.expectRevert(IMusicNFT.ZeroAmount.selector);
        music.purchase(1, 0, fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.UnknownEdition.selector, 9));
        music.royaltyInfo(9, 1);
    }

    function test_a_sale_has_its_times() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        (terms.startAt, terms.endAt) = (uint64(block.timestamp + 10), uint64(block.timestamp + 20));
        uint256 tokenId = _mintAs(artist, terms);
        vm.startPrank(fan);
        bytes memory closed = abi.encodeWithSelector(IMusicNFT.NotOnSale.selector, tokenId, terms.startAt, terms.endAt);
        vm.expectRevert(closed);
        music.purchase{value: PRICE}(tokenId, 1, fan);
        vm.warp(terms.startAt);
        music.purchase{value: PRICE}(tokenId, 1, fan);
        vm.warp(terms.endAt);
        music.purchase{value: PRICE}(tokenId, 1, fan);
        vm.warp(terms.endAt + 1);
        vm.expectRevert(closed);
        music.purchase{value: PRICE}(tokenId, 1, fan);
    }

    function test_one_account_gets_no_more_than_its_limit() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.perAccountLimit = 3;
        uint256 tokenId = _mintAs(artist, terms);
        vm.startPrank(fan);
        music.purchase{value: 2 * PRICE}(tokenId, 2, fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.AboveAccountLimit.selector, fan, 3, 4));
        music.purchase{value: 2 * PRICE}(tokenId, 2, fan);
        music.purchase{value: 2 * PRICE}(tokenId, 2, registrar);
        assertEq(music.boughtBy(tokenId, fan), 2, "the fan's");
        assertEq(music.boughtBy(tokenId, registrar), 2, "a gift counts for whom it is");
    }

    function test_metadata_changes_until_it_is_frozen() public {
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, "", fan));
        music.updateMetadata(1, "x", bytes32(0));
        vm.startPrank(artist);
        music.updateMetadata(1, "ipfs://new", keccak256("new"));
        assertEq(music.uri(1), "ipfs://new", "uri");
        assertEq(music.editionOf(1).contentHash, keccak256("new"), "hash");
        music.freezeMetadata(1);
        assertTrue(music.editionOf(1).frozen, "frozen");
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.MetadataIsFrozen.selector, 1));
        music.updateMetadata(1, "ipfs://newer", bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.MetadataIsFrozen.selector, 1));
        music.freezeMetadata(1);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.UnknownEdition.selector, 9));
        music.freezeMetadata(9);
    }

    function test_the_fee_never_exceeds_its_cap() public {
        uint16 cap = music.MAX_FEE_BPS();
        music.setProtocolFee(cap, treasury);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.FeeAboveCap.selector, cap + 1, cap));
        music.setProtocolFee(cap + 1, treasury);
        vm.expectRevert(IMusicNFT.ZeroAddress.selector);
        music.setProtocolFee(1, address(0));
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, fan));
        music.setProtocolFee(1, fan);
    }

    function test_its_interfaces_are_announced() public view {
        assertTrue(music.supportsInterface(type(IERC1155).interfaceId), "ERC-1155");
        assertTrue(music.supportsInterface(type(IERC2981).interfaceId), "ERC-2981");
        assertFalse(music.supportsInterface(0xffffffff), "none");
    }

    function testFuzz_every_wei_paid_is_owed_to_someone(uint128 priceWei, uint16 feeBps, uint64 amount) public {
        uint256 price = bound(priceWei, 0, 1e24);
        uint256 copies = bound(amount, 1, 1_000);
        music.setProtocolFee(uint16(bound(feeBps, 0, music.MAX_FEE_BPS())), treasury);
        IMusicNFT.EditionTerms memory terms = _terms("hetrec:track:3");
        (terms.supply, terms.price) = (1_000, uint128(price));
        uint256 tokenId = _mintAs(artist, terms);
        vm.deal(fan, price * copies);
        vm.prank(fan);
        music.purchase{value: price * copies}(tokenId, copies, fan);
        uint256 owed = royalties.balanceOf(treasury, ETHER) + royalties.balanceOf(artist, ETHER);
        assertEq(owed, address(royalties).balance, "owed");
        assertEq(owed, price * copies, "paid");
        assertTrue(royalties.balanceOf(treasury, ETHER) <= price * copies / 10, "fee cap");
    }
}
