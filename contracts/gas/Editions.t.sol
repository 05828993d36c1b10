// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMusicNFT} from "../src/interfaces/IMusicNFT.sol";
import {IRoyaltyDistributor} from "../src/interfaces/IRoyaltyDistributor.sol";
import {GasMeter} from "../test/kit/GasMeter.sol";
import {MusicSystem} from "../test/kit/MusicSystem.sol";

/// @title What it costs to offer, buy and pass on editions, and to divide what they earn
contract EditionsGasTest is MusicSystem, GasMeter {
    address private constant FRIEND = address(uint160(uint256(keccak256("friend"))));

    function _payment(address account) private {
        royalties.depositReceived{value: 1 ether}(account, ETHER, 1 ether);
    }

    function _controlled() private view returns (IRoyaltyDistributor.Split memory split) {
        split = _split(artist, 700_000, FRIEND);
        (split.rule, split.controller) = (IRoyaltyDistributor.Rule.Controller, artist);
    }

    function test_an_artist_and_its_catalogue() public {
        vm.prank(registrar);
        music.registerArtist("hetrec:artist:2", FRIEND);
        _record("MusicNFT.registerArtist");
        vm.startPrank(artist);
        bytes32 licence = music.registerLicence(_licence());
        _record("MusicNFT.registerLicence");
        IMusicNFT.EditionTerms memory terms = _terms("hetrec:track:2");
        (terms.licenceId, terms.perAccountLimit) = (licence, 3);
        music.mintEdition(terms);
        _record("MusicNFT.mintEdition");
        music.approveDerivation(TRACK_ID, "hetrec:artist:2", "hetrec:track:3", true);
        _record("MusicNFT.approveDerivation");
        music.updateMetadata(1, "ipfs://two", keccak256("two"));
        _record("MusicNFT.updateMetadata");
        music.freezeMetadata(1);
        _record("MusicNFT.freezeMetadata");
        music.cancelVoucher(ARTIST_ID, 9);
        _record("MusicNFT.cancelVoucher");
        music.transferArtist(ARTIST_ID, fan);
        _record("MusicNFT.transferArtist");
        vm.stopPrank();
        vm.prank(fan);
        music.acceptArtist(ARTIST_ID);
        _record("MusicNFT.acceptArtist");
    }

    /// @dev The ledger owes something to artist and treasury already.
    function test_a_purchase_from_the_artist() public {
        vm.startPrank(fan);
        music.purchase{value: PRICE}(1, 1, FRIEND);
        music.purchase{value: PRICE}(1, 1, fan);
        _record("MusicNFT.purchase");
        vm.stopPrank();
        IMusicNFT.Voucher memory voucher;
        voucher.terms = _terms("hetrec:track:2");
        (voucher.cap, voucher.nonce, voucher.expiry) = (3, 7, uint64(block.timestamp + 30 days));
        bytes memory signature = _sign(ARTIST_KEY, music.voucherDigest(voucher));
        vm.prank(fan);
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
        _record("MusicNFT.purchaseByVoucher");
    }

    function test_copies_move() public {
        uint256[] memory ids = new uint256[](2);
        uint256[] memory amounts = new uint256[](2);
        (ids[0], ids[1], amounts[0], amounts[1]) = (1, 2, 1, 1);
        _mintAs(artist, _terms("hetrec:track:2"));
        vm.startPrank(fan);
        music.purchase{value: 3 * PRICE}(1, 3, fan);
        music.purchase{value: 2 * PRICE}(2, 2, fan);
        music.safeTransferFrom(fan, artist, 1, 1, "");
        _record("MusicNFT.safeTransferFrom");
        music.safeBatchTransferFrom(fan, FRIEND, ids, amounts, "");
        _record("MusicNFT.safeBatchTransferFrom");
        music.setApprovalForAll(address(market), true);
        _record("MusicNFT.setApprovalForAll");
    }

    function test_deposits_and_withdrawals() public {
        vm.deal(address(this), 10 ether);
        royalties.deposit{value: 1 ether}(ETHER, _credits(artist, 1 ether));
        _record("RoyaltyDistributor.deposit");
        _payment(fan);
        _record("RoyaltyDistributor.depositReceived");
        vm.prank(artist);
        royalties.withdraw(ETHER, artist);
        _record("RoyaltyDistributor.withdraw");
        royalties.withdrawFor(fan, ETHER);
        _record("RoyaltyDistributor.withdrawFor");
    }

    /// @dev Of two recipients.
    function test_a_split_from_creation_to_distribution() public {
        vm.deal(address(this), 10 ether);
        IRoyaltyDistributor.Split memory split = _controlled();
        address account = royalties.createSplit(split);
        _record("RoyaltyDistributor.createSplit");
        _payment(account);
        royalties.distribute(account, split, ETHER);
        _record("RoyaltyDistributor.distribute");
        vm.deal(account, 1 ether);
        royalties.sweep(account, ETHER);
        _record("RoyaltyDistributor.sweep");
        IRoyaltyDistributor.Split memory next = _controlled();
        (next.recipients[0].parts, next.recipients[1].parts) = (400_000, 600_000);
        vm.prank(artist);
        royalties.updateSplit(account, split, next);
        _record("RoyaltyDistributor.updateSplit");
        vm.prank(artist);
        royalties.offerControl(account, next, FRIEND);
        _record("RoyaltyDistributor.offerControl");
        vm.prank(FRIEND);
        royalties.acceptControl(account, next);
        _record("RoyaltyDistributor.acceptControl");
    }

    function test_a_split_that_its_recipients_change() public {
        IRoyaltyDistributor.Split memory split = _split(artist, 700_000, FRIEND);
        (split.rule, split.threshold) = (IRoyaltyDistributor.Rule.Consent, 600_000);
        address account = royalties.createSplit(split);
        uint64 deadline = uint64(block.timestamp);
        IRoyaltyDistributor.Consent[] memory consents = new IRoyaltyDistributor.Consent[](1);
        consents[0].recipient = split.recipients[0].account == artist ? 0 : 1;
        consents[0].signature = _sign(ARTIST_KEY, royalties.consentDigest(account, split, 0, deadline));
        royalties.updateSplitByConsent(account, split, split, consents, deadline);
        _record("RoyaltyDistributor.updateSplitByConsent");
    }
}
