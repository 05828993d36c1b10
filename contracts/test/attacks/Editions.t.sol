// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {MusicNFT} from "../../src/MusicNFT.sol";
import {IMusicNFT} from "../../src/interfaces/IMusicNFT.sol";
import {IRoyaltyDistributor} from "../../src/interfaces/IRoyaltyDistributor.sol";
import {MusicSystem} from "../kit/MusicSystem.sol";

/// @dev Calls back, once, from either hook of ERC-1155, and keeps why that failed and what it saw.
contract ReentrantOwner is IERC1155Receiver {
    MusicNFT private immutable _music;
    address private _target;
    bytes private _again;
    bytes public failure;
    bool public called;
    uint256 public soldThen;
    uint256 public heldThen;

    constructor(MusicNFT music_) {
        _music = music_;
    }

    function prepare(address target, bytes calldata again) external {
        (_target, _again, called) = (target, again, false);
        delete failure;
    }

    function buy(uint256 tokenId, uint256 amount) external payable {
        _music.purchase{value: msg.value}(tokenId, amount, address(this));
    }

    function send(address to, uint256[] calldata ids, uint256[] calldata amounts) external {
        _music.safeBatchTransferFrom(address(this), to, ids, amounts, "");
    }

    function onERC1155Received(address, address, uint256 id, uint256, bytes calldata) external returns (bytes4) {
        _reenter(id);
        return IERC1155Receiver.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(address, address, uint256[] calldata ids, uint256[] calldata, bytes calldata)
        external
        returns (bytes4)
    {
        _reenter(ids[0]);
        return IERC1155Receiver.onERC1155BatchReceived.selector;
    }

    function supportsInterface(bytes4) external pure returns (bool) {
        return true;
    }

    function _reenter(uint256 id) private {
        if (_target == address(0) || called) return;
        called = true;
        soldThen = _music.editionOf(id).sold;
        heldThen = _music.balanceOf(address(this), id);
        (bool done, bytes memory reason) = _target.call(_again);
        if (!done) failure = reason;
    }
}

/// @dev Takes no copies.
contract CopyRefuser {
    uint256 public nothing;
}

contract EditionsTest is MusicSystem {
    address private constant THIEF = address(0x7417ef);

    // ---- reentrancy

    function test_no_hook_of_a_purchase_reenters_a_sale() public {
        ReentrantOwner owner = new ReentrantOwner(music);
        owner.prepare(address(music), abi.encodeCall(music.purchase, (1, 1, address(owner))));
        owner.buy{value: PRICE}(1, 1);
        assertEq(bytes32(owner.failure()), _guard(), "purchase");
        IMusicNFT.Voucher memory voucher = _voucher(1);
        owner.prepare(
            address(music), abi.encodeCall(music.purchaseByVoucher, (voucher, _signed(voucher), 1, address(owner)))
        );
        owner.buy{value: PRICE}(1, 1);
        assertEq(bytes32(owner.failure()), _guard(), "by a voucher");
        assertEq(music.balanceOf(address(owner), 1), 2, "copies");
        assertEq(music.editionOf(1).sold, 2, "sold");
    }

    function test_everything_is_booked_before_the_recipient_is_called() public {
        ReentrantOwner owner = new ReentrantOwner(music);
        owner.prepare(address(royalties), abi.encodeCall(royalties.withdrawFor, (artist, ETHER)));
        owner.buy{value: 3 * PRICE}(1, 3);
        assertEq(owner.failure().length, 0, "the artist was owed already");
        assertEq(owner.soldThen(), 3, "sold");
        assertEq(owner.heldThen(), 3, "held");
        assertEq(artist.balance, 3 * PRICE - 3 * uint256(PRICE) * FEE_BPS / 10_000, "paid once");
    }

    function test_a_recipient_that_passes_its_copies_on_at_once_has_them_once() public {
        ReentrantOwner owner = new ReentrantOwner(music);
        owner.prepare(address(owner), abi.encodeCall(owner.send, (fan, _one(1), _one(1))));
        owner.buy{value: PRICE}(1, 1);
        assertEq(owner.failure().length, 0, "moved");
        assertEq(music.balanceOf(fan, 1), 1, "the fan's");
        assertEq(music.balanceOf(address(owner), 1), 0, "not its own any more");
        assertEq(music.editionOf(1).sold, 1, "sold once");
    }

    function test_no_hook_of_a_batch_makes_copies() public {
        ReentrantOwner owner = new ReentrantOwner(music);
        ReentrantOwner other = new ReentrantOwner(music);
        owner.buy{value: 4 * PRICE}(1, 4);
        other.prepare(address(other), abi.encodeCall(other.send, (address(owner), _one(1), _one(4))));
        owner.send(address(other), _one(1), _one(4));
        assertTrue(other.called(), "the hook ran");
        assertEq(music.balanceOf(address(owner), 1) + music.balanceOf(address(other), 1), 4, "as many as before");
    }

    function test_an_artist_that_reenters_a_sale_by_minting_disturbs_nothing() public {
        ReentrantOwner owner = new ReentrantOwner(music);
        _register("reentrant", address(owner));
        IMusicNFT.EditionTerms memory terms = _terms("its track");
        terms.artistId = "reentrant";
        owner.prepare(address(music), abi.encodeCall(music.mintEdition, (terms)));
        owner.buy{value: PRICE}(1, 1);
        assertEq(owner.failure().length, 0, "minted");
        assertEq(music.editionCount(), 2, "editions");
        assertEq(music.editionOf(1).sold, 1, "sold");
    }

    // ---- payments

    function test_value_pays_for_one_purchase_only() public {
        vm.prank(fan);
        music.purchase{value: PRICE}(1, 1, fan);
        vm.deal(address(music), 1 ether);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.WrongPayment.selector, 0, PRICE));
        music.purchase(1, 1, fan);
    }

    function test_donations_pay_for_nothing_and_plain_ether_is_refused() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.inToken = true;
        uint256 tokenId = _mintAs(artist, terms);
        assertTrue(token.transfer(address(music), 10 ether), "donation");
        vm.prank(fan);
        vm.expectRevert();
        music.purchase(tokenId, 1, fan);
        vm.prank(fan);
        (bool done,) = address(music).call{value: 1}("");
        assertFalse(done, "refused");
        assertEq(token.balanceOf(address(music)), 10 ether, "stays, for nobody");
    }

    function test_a_purchase_never_takes_more_of_the_payer_than_the_price() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.inToken = true;
        uint256 tokenId = _mintAs(artist, terms);
        assertTrue(token.transfer(fan, 10 ether), "transfer");
        vm.prank(fan);
        token.approve(address(music), type(uint256).max);
        vm.prank(THIEF);
        vm.expectRevert();
        music.purchase(tokenId, 1, THIEF);
        assertEq(token.balanceOf(fan), 10 ether, "another's allowance is not used");
        vm.prank(fan);
        music.purchase(tokenId, 2, fan);
        assertEq(token.balanceOf(fan), 10 ether - 2 * PRICE, "exactly the price");
    }

    function test_a_huge_amount_does_not_wrap_around() public {
        vm.startPrank(fan);
        vm.expectPartialRevert(IMusicNFT.SoldOut.selector);
        music.purchase(1, type(uint256).max / PRICE + 1, fan);
        vm.expectPartialRevert(IMusicNFT.SoldOut.selector);
        music.purchase(1, 1 << 64, fan);
    }

    function test_the_largest_edition_is_sold_for_its_price() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        (terms.supply, terms.price) = (type(uint64).max, type(uint128).max);
        uint256 tokenId = _mintAs(artist, terms);
        uint256 price = uint256(type(uint64).max) * type(uint128).max;
        vm.deal(fan, price);
        vm.prank(fan);
        music.purchase{value: price}(tokenId, type(uint64).max, fan);
        assertEq(royalties.balanceOf(artist, ETHER) + royalties.balanceOf(treasury, ETHER), price, "every wei");
    }

    function test_a_payee_that_takes_nothing_stops_no_sale() public {
        CopyRefuser refuser = new CopyRefuser();
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.payee = address(refuser);
        uint256 tokenId = _mintAs(artist, terms);
        vm.prank(fan);
        music.purchase{value: PRICE}(tokenId, 1, fan);
        assertTrue(royalties.balanceOf(address(refuser), ETHER) > 0, "owed");
    }

    function test_a_recipient_that_takes_no_copies_costs_its_payer_nothing() public {
        address refuser = address(new CopyRefuser());
        uint256 before = fan.balance;
        vm.prank(fan);
        vm.expectRevert();
        music.purchase{value: PRICE}(1, 1, refuser);
        assertEq(fan.balance, before, "kept");
        assertEq(music.editionOf(1).sold, 0, "not sold");
        assertEq(royalties.balanceOf(artist, ETHER), 0, "not owed");
    }

    function testFuzz_dust_is_the_payees(uint128 price, uint64 amount) public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        (terms.supply, terms.price) = (1_000, uint128(bound(price, 1, 10_000)));
        uint256 tokenId = _mintAs(artist, terms);
        uint256 total = bound(amount, 1, 1_000) * terms.price;
        vm.prank(fan);
        music.purchase{value: total}(tokenId, total / terms.price, fan);
        uint256 fee = royalties.balanceOf(treasury, ETHER);
        assertTrue(fee * 10_000 <= total * FEE_BPS, "never more than the fee");
        assertTrue((fee + 1) * 10_000 > total * FEE_BPS, "less by less than a wei");
        assertEq(royalties.balanceOf(artist, ETHER) + fee, total, "every wei");
    }

    // ---- royalties

    function testFuzz_a_royalty_is_never_above_its_part_of_the_price(uint256 price, uint16 bps) public {
        price = bound(price, 0, type(uint256).max / 10_000);
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.royaltyBps = uint16(bound(bps, 0, music.MAX_ROYALTY_BPS()));
        uint256 tokenId = _mintAs(artist, terms);
        (, uint256 royalty) = music.royaltyInfo(tokenId, price);
        assertTrue(royalty <= price / 4, "a quarter at most");
        assertEq(royalty, price * terms.royaltyBps / 10_000, "its part");
    }

    // ---- control

    function test_nobody_takes_an_artist_without_both_steps() public {
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.ControlNotOffered.selector, ARTIST_ID, THIEF));
        music.acceptArtist(ARTIST_ID);
        vm.startPrank(artist);
        music.transferArtist(ARTIST_ID, THIEF);
        music.transferArtist(ARTIST_ID, address(0));
        vm.stopPrank();
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.ControlNotOffered.selector, ARTIST_ID, THIEF));
        music.acceptArtist(ARTIST_ID);
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.ControlNotOffered.selector, "unknown", THIEF));
        music.acceptArtist("unknown");
    }

    function test_a_former_controller_has_no_say_any_more() public {
        vm.prank(artist);
        music.transferArtist(ARTIST_ID, fan);
        vm.prank(fan);
        music.acceptArtist(ARTIST_ID);
        vm.startPrank(artist);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, ARTIST_ID, artist));
        music.mintEdition(_terms(TRACK_ID));
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, "", artist));
        music.updateMetadata(1, "x", bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, "", artist));
        music.freezeMetadata(1);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, ARTIST_ID, artist));
        music.cancelVoucher(ARTIST_ID, 1);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, ARTIST_ID, artist));
        music.transferArtist(ARTIST_ID, artist);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, TRACK_ID, artist));
        music.approveDerivation(TRACK_ID, ARTIST_ID, "x", true);
    }

    // ---- limits

    /// @dev The limit is about copies, so it counts whom they go to: a payer gives to many, and each gets so many.
    function test_a_limit_is_not_passed_by_another_payer() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.perAccountLimit = 1;
        uint256 tokenId = _mintAs(artist, terms);
        vm.deal(THIEF, 1 ether);
        vm.prank(fan);
        music.purchase{value: PRICE}(tokenId, 1, fan);
        vm.prank(THIEF);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.AboveAccountLimit.selector, fan, 1, 2));
        music.purchase{value: PRICE}(tokenId, 1, fan);
    }

    function test_a_limit_is_not_passed_by_passing_copies_on() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.perAccountLimit = 1;
        uint256 tokenId = _mintAs(artist, terms);
        vm.startPrank(fan);
        music.purchase{value: PRICE}(tokenId, 1, fan);
        music.safeTransferFrom(fan, THIEF, tokenId, 1, "");
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.AboveAccountLimit.selector, fan, 1, 2));
        music.purchase{value: PRICE}(tokenId, 1, fan);
    }

    function test_a_voucher_passes_neither_limit_times_nor_supply() public {
        IMusicNFT.Voucher memory voucher = _voucher(1);
        (voucher.cap, voucher.terms.supply, voucher.terms.perAccountLimit) = (100, 3, 2);
        voucher.terms.startAt = uint64(block.timestamp + 10);
        voucher.expiry = uint64(block.timestamp + 1_000);
        bytes memory signature = _signed(voucher);
        vm.startPrank(fan);
        vm.expectPartialRevert(IMusicNFT.NotOnSale.selector);
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
        vm.warp(voucher.terms.startAt);
        vm.expectPartialRevert(IMusicNFT.AboveAccountLimit.selector);
        music.purchaseByVoucher{value: 3 * PRICE}(voucher, signature, 3, fan);
        music.purchaseByVoucher{value: 2 * PRICE}(voucher, signature, 2, fan);
        vm.expectPartialRevert(IMusicNFT.SoldOut.selector);
        music.purchaseByVoucher{value: 2 * PRICE}(voucher, signature, 2, registrar);
    }

    // ---- vouchers

    function test_a_voucher_is_not_used_at_another_contract() public {
        MusicNFT other = new MusicNFT(address(manager), token, royalties, FEE_BPS, treasury);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = music.registerArtist.selector;
        manager.setTargetFunctionRole(address(other), selectors, 1);
        vm.prank(registrar);
        other.registerArtist(ARTIST_ID, artist);
        IMusicNFT.Voucher memory voucher = _voucher(1);
        bytes memory signature = _signed(voucher);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadVoucherSignature.selector, artist));
        other.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    function test_a_voucher_from_before_a_fork_is_refused_after_it() public {
        IMusicNFT.Voucher memory voucher = _voucher(1);
        bytes memory signature = _signed(voucher);
        vm.prank(fan);
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
        vm.chainId(block.chainid + 1);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadVoucherSignature.selector, artist));
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    function test_a_consent_to_a_split_is_no_voucher() public {
        IMusicNFT.Voucher memory voucher = _voucher(1);
        bytes32 consent =
            royalties.consentDigest(address(music), _split(artist, 500_000, fan), voucher.nonce, voucher.expiry);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadVoucherSignature.selector, artist));
        music.purchaseByVoucher{value: PRICE}(voucher, _sign(ARTIST_KEY, consent), 1, fan);
    }

    function test_a_voucher_of_one_artist_is_not_used_for_another_of_the_same_controller() public {
        _register("second", artist);
        IMusicNFT.Voucher memory voucher = _voucher(1);
        bytes memory signature = _signed(voucher);
        voucher.terms.artistId = "second";
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadVoucherSignature.selector, artist));
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    function test_a_huge_amount_does_not_pass_a_vouchers_cap() public {
        IMusicNFT.Voucher memory voucher = _voucher(1);
        bytes memory signature = _signed(voucher);
        vm.startPrank(fan);
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
        vm.expectRevert();
        music.purchaseByVoucher(voucher, signature, type(uint256).max, fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.AboveVoucherCap.selector, 3, (1 << 64) + 1));
        music.purchaseByVoucher(voucher, signature, 1 << 64, fan);
        vm.expectRevert(IMusicNFT.ZeroAmount.selector);
        music.purchaseByVoucher(voucher, signature, 0, fan);
    }

    function test_a_purchase_that_fails_uses_no_nonce() public {
        IMusicNFT.Voucher memory voucher = _voucher(1);
        bytes memory signature = _signed(voucher);
        vm.startPrank(fan);
        vm.expectPartialRevert(IMusicNFT.WrongPayment.selector);
        music.purchaseByVoucher{value: PRICE - 1}(voucher, signature, 1, fan);
        (, uint256 tokenId,) = music.voucherOf(ARTIST_ID, voucher.nonce);
        assertEq(tokenId, 0, "no edition");
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    function test_a_cancelled_nonce_is_dead_before_its_voucher_is_seen() public {
        vm.prank(artist);
        music.cancelVoucher(ARTIST_ID, 1);
        IMusicNFT.Voucher memory voucher = _voucher(1);
        bytes memory signature = _signed(voucher);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NonceUsed.selector, 1));
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    /// @dev The EIP-712 digest, spelled out.
    function test_an_artist_signs_what_eip_712_says() public view {
        IMusicNFT.Voucher memory voucher = _voucher(5);
        voucher.terms.sources = new string[](2);
        (voucher.terms.sources[0], voucher.terms.sources[1]) = ("a", "b");
        bytes memory termsType = bytes.concat(
            "EditionTerms(string artistId,string trackId,uint64 supply,uint128 price,bool inToken,uint64 startAt,",
            "uint64 endAt,uint64 perAccountLimit,bytes32 licenceId,address payee,uint16 royaltyBps,string uri,",
            "bytes32 contentHash,string[] sources)"
        );
        bytes32 sources = keccak256(abi.encodePacked(keccak256("a"), keccak256("b")));
        bytes memory first = abi.encode(
            keccak256(termsType), keccak256(bytes(ARTIST_ID)), keccak256("lazy track"), 100, PRICE, false, 0, 0
        );
        bytes memory second =
            abi.encode(0, bytes32(0), address(0), 1_000, keccak256("ipfs://one"), keccak256("one"), sources);
        bytes memory voucherType =
            bytes.concat("Voucher(EditionTerms terms,uint64 cap,uint256 nonce,uint64 expiry)", termsType);
        bytes32 structHash =
            keccak256(abi.encode(keccak256(voucherType), keccak256(bytes.concat(first, second)), 3, 5, voucher.expiry));
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("TuneFi MusicNFT"),
                keccak256("1"),
                block.chainid,
                address(music)
            )
        );
        assertEq(music.voucherDigest(voucher), keccak256(abi.encodePacked("\x19\x01", domain, structHash)), "digest");
    }

    function _guard() private pure returns (bytes32) {
        return bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }

    function _one(uint256 value) private pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = value;
    }

    function _voucher(uint256 nonce) private view returns (IMusicNFT.Voucher memory voucher) {
        voucher.terms = _terms("lazy track");
        (voucher.cap, voucher.nonce, voucher.expiry) = (3, nonce, uint64(block.timestamp + 100));
    }

    function _signed(IMusicNFT.Voucher memory voucher) private view returns (bytes memory) {
        return _sign(ARTIST_KEY, music.voucherDigest(voucher));
    }
}
