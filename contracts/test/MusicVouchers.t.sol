// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {IMusicNFT} from "../src/interfaces/IMusicNFT.sol";
import {MusicSystem} from "./kit/MusicSystem.sol";

/// @dev Accepts every signature, until it does not.
contract FickleWallet is IERC1271 {
    bool public accepts = true;

    function change() external {
        accepts = !accepts;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return accepts ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract MusicVouchersTest is MusicSystem {
    function test_the_first_buyer_mints_the_edition_and_later_ones_buy_it() public {
        IMusicNFT.Voucher memory voucher = _voucher();
        bytes memory signature = _signed(voucher);
        vm.startPrank(fan);
        uint256 tokenId = music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
        assertEq(tokenId, 2, "minted");
        assertEq(music.purchaseByVoucher{value: 2 * PRICE}(voucher, signature, 2, registrar), 2, "the same");
        music.purchase{value: PRICE}(tokenId, 1, fan);
        assertEq(music.balanceOf(fan, tokenId), 2, "copies");
        (bool cancelled, uint256 used, uint256 sold) = music.voucherOf(ARTIST_ID, voucher.nonce);
        assertFalse(cancelled, "not cancelled");
        assertEq(used, tokenId, "edition");
        assertEq(sold, 3, "by the voucher");
        assertEq(music.editionOf(tokenId).artistKey, keccak256(bytes(ARTIST_ID)), "artist");
    }

    function test_a_voucher_sells_no_more_than_its_cap_and_until_its_expiry() public {
        IMusicNFT.Voucher memory voucher = _voucher();
        bytes memory signature = _signed(voucher);
        vm.startPrank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.AboveVoucherCap.selector, 3, 4));
        music.purchaseByVoucher{value: 4 * PRICE}(voucher, signature, 4, fan);
        music.purchaseByVoucher{value: 3 * PRICE}(voucher, signature, 3, fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.AboveVoucherCap.selector, 3, 4));
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
        vm.warp(voucher.expiry + 1);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.VoucherExpired.selector, voucher.expiry));
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    function test_a_nonce_belongs_to_one_voucher() public {
        IMusicNFT.Voucher memory voucher = _voucher();
        vm.prank(fan);
        music.purchaseByVoucher{value: PRICE}(voucher, _signed(voucher), 1, fan);
        voucher.terms.trackId = "another track";
        bytes memory signature = _signed(voucher);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NonceUsed.selector, voucher.nonce));
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    function test_the_controller_cancels_a_voucher_before_or_after_its_first_sale() public {
        IMusicNFT.Voucher memory voucher = _voucher();
        bytes memory signature = _signed(voucher);
        vm.prank(fan);
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, ARTIST_ID, fan));
        music.cancelVoucher(ARTIST_ID, voucher.nonce);
        vm.prank(artist);
        music.cancelVoucher(ARTIST_ID, voucher.nonce);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NonceUsed.selector, voucher.nonce));
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
        vm.prank(artist);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NonceUsed.selector, voucher.nonce));
        music.cancelVoucher(ARTIST_ID, voucher.nonce);
    }

    function test_a_voucher_of_nobody_is_worth_nothing() public {
        IMusicNFT.Voucher memory voucher = _voucher();
        voucher.terms.artistId = "nobody";
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, "nobody", address(this)));
        music.purchaseByVoucher(voucher, "", 1, fan);
    }

    function test_a_voucher_signed_by_a_former_controller_sells_nothing() public {
        IMusicNFT.Voucher memory voucher = _voucher();
        bytes memory signature = _signed(voucher);
        vm.prank(artist);
        music.transferArtist(ARTIST_ID, registrar);
        vm.prank(registrar);
        music.acceptArtist(ARTIST_ID);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadVoucherSignature.selector, registrar));
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    function test_a_voucher_counts_on_its_chain_and_for_its_contract_only() public {
        IMusicNFT.Voucher memory voucher = _voucher();
        bytes memory signature = _signed(voucher);
        vm.chainId(block.chainid + 1);
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadVoucherSignature.selector, artist));
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    function test_a_malleable_signature_is_refused() public {
        IMusicNFT.Voucher memory voucher = _voucher();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ARTIST_KEY, music.voucherDigest(voucher));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes memory other = abi.encodePacked(r, bytes32(order - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadVoucherSignature.selector, artist));
        music.purchaseByVoucher{value: PRICE}(voucher, other, 1, fan);
    }

    function test_each_field_is_signed(uint8 field) public {
        IMusicNFT.Voucher memory voucher = _voucher();
        bytes memory signature = _signed(voucher);
        _change(voucher, field % 13);
        vm.prank(fan);
        vm.expectPartialRevert(IMusicNFT.BadVoucherSignature.selector);
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
    }

    function test_a_contract_wallet_that_changed_its_mind_sells_nothing_more() public {
        FickleWallet wallet = new FickleWallet();
        _register("wallet", address(wallet));
        IMusicNFT.Voucher memory voucher = _voucher();
        (voucher.terms.artistId, voucher.terms.trackId) = ("wallet", "its track");
        vm.startPrank(fan);
        music.purchaseByVoucher{value: PRICE}(voucher, "", 1, fan);
        wallet.change();
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadVoucherSignature.selector, address(wallet)));
        music.purchaseByVoucher{value: PRICE}(voucher, "", 1, fan);
    }

    function _change(IMusicNFT.Voucher memory voucher, uint8 field) private pure {
        IMusicNFT.EditionTerms memory terms = voucher.terms;
        if (field == 0) terms.trackId = "other";
        else if (field == 1) ++terms.supply;
        else if (field == 2) --terms.price;
        else if (field == 3) terms.inToken = true;
        else if (field == 4) terms.startAt = 1;
        else if (field == 5) terms.endAt = type(uint48).max;
        else if (field == 6) terms.perAccountLimit = 1;
        else if (field == 7) terms.payee = address(1);
        else if (field == 8) terms.royaltyBps = 0;
        else if (field == 9) terms.uri = "other";
        else if (field == 10) terms.contentHash = bytes32(0);
        else if (field == 11) ++voucher.cap;
        else terms.sources = new string[](1);
    }

    function _voucher() private view returns (IMusicNFT.Voucher memory voucher) {
        voucher.terms = _terms("lazy track");
        (voucher.cap, voucher.nonce, voucher.expiry) = (3, 7, uint64(block.timestamp + 100));
    }

    function _signed(IMusicNFT.Voucher memory voucher) private view returns (bytes memory) {
        return _sign(ARTIST_KEY, music.voucherDigest(voucher));
    }
}
