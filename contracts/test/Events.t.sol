// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MusicNFT} from "../src/MusicNFT.sol";
import {IMusicNFT} from "../src/interfaces/IMusicNFT.sol";
import {IRoyaltyDistributor} from "../src/interfaces/IRoyaltyDistributor.sol";
import {MusicSystem} from "./kit/MusicSystem.sol";
import {Vm} from "./kit/Vm.sol";

/// @dev Whoever rebuilds the state from events alone must be told every change, whole.
contract EventsTest is MusicSystem {
    bytes32 private constant ARTIST_HASH = keccak256(bytes(ARTIST_ID));
    bytes32 private constant TRACK_HASH = keccak256(bytes(TRACK_ID));

    function test_a_collection_tells_what_it_can_never_change() public {
        vm.recordLogs();
        new MusicNFT(address(manager), token, royalties, FEE_BPS, treasury);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IMusicNFT.ParametersSet.selector) continue;
            (address money, address ledger) = abi.decode(logs[i].data, (address, address));
            assertEq(money, address(token), "token");
            assertEq(ledger, address(royalties), "distributor");
            return;
        }
        revert("not told");
    }

    function test_an_artist_is_told_from_registration_to_hand_over() public {
        bytes32 second = keccak256("second");
        vm.expectEmit(address(music));
        emit IMusicNFT.ArtistRegistered(second, fan, "second");
        _register("second", fan);
        vm.expectEmit(address(music));
        emit IMusicNFT.ArtistOffered(second, fan, artist);
        vm.prank(fan);
        music.transferArtist("second", artist);
        vm.expectEmit(address(music));
        emit IMusicNFT.ArtistTransferred(second, fan, artist, "second");
        vm.prank(artist);
        music.acceptArtist("second");
    }

    function test_a_licence_is_told_with_its_terms() public {
        bytes32 licenceId = keccak256(abi.encode(_licence()));
        vm.expectEmit(address(music));
        emit IMusicNFT.LicenceRegistered(licenceId, fan, _licence());
        vm.prank(fan);
        assertEq(music.registerLicence(_licence()), licenceId, "id");
    }

    function test_an_edition_is_told_with_its_terms_and_its_metadata_until_it_is_frozen() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        vm.expectEmit(address(music));
        emit IMusicNFT.EditionMinted(2, ARTIST_HASH, TRACK_HASH, artist, terms);
        _mintAs(artist, terms);
        vm.startPrank(artist);
        vm.expectEmit(address(music));
        emit IMusicNFT.MetadataUpdated(2, "ipfs://new", keccak256("new"));
        music.updateMetadata(2, "ipfs://new", keccak256("new"));
        vm.expectEmit(address(music));
        emit IMusicNFT.MetadataFrozen(2);
        music.freezeMetadata(2);
    }

    function test_an_approved_derivation_is_told_and_so_is_its_track() public {
        _register("second", fan);
        vm.expectEmit(address(music));
        emit IMusicNFT.DerivationApproved(
            TRACK_HASH, keccak256("second"), keccak256("remix"), true, TRACK_ID, "second", "remix"
        );
        vm.prank(artist);
        music.approveDerivation(TRACK_ID, "second", "remix", true);
    }

    function test_a_voucher_is_told_when_it_mints_and_when_it_is_cancelled() public {
        IMusicNFT.Voucher memory voucher = IMusicNFT.Voucher(_terms("lazy"), 3, 7, uint64(block.timestamp));
        bytes memory signature = _sign(ARTIST_KEY, music.voucherDigest(voucher));
        vm.recordLogs();
        vm.prank(fan);
        music.purchaseByVoucher{value: PRICE}(voucher, signature, 1, fan);
        assertEq(_count(IMusicNFT.VoucherUsed.selector), 1, "used");
        vm.expectEmit(address(music));
        emit IMusicNFT.VoucherCancelled(ARTIST_HASH, 8);
        vm.prank(artist);
        music.cancelVoucher(ARTIST_ID, 8);
    }

    function test_a_split_is_told_from_its_first_content_to_its_next() public {
        IRoyaltyDistributor.Split memory split = _split(artist, 300_000, fan);
        (split.rule, split.controller) = (IRoyaltyDistributor.Rule.Controller, artist);
        uint256 state = vm.snapshotState();
        address account = royalties.createSplit(split);
        vm.revertToState(state);
        vm.expectEmit(address(royalties));
        emit IRoyaltyDistributor.SplitCreated(account, 1, royalties.hashSplit(split), split);
        royalties.createSplit(split);
        IRoyaltyDistributor.Split memory next = _split(artist, 400_000, fan);
        (next.rule, next.controller) = (IRoyaltyDistributor.Rule.Controller, artist);
        bytes32 nextHash = royalties.hashSplit(next);
        vm.startPrank(artist);
        vm.expectEmit(address(royalties));
        emit IRoyaltyDistributor.SplitUpdated(account, royalties.hashSplit(split), nextHash, 1, next);
        royalties.updateSplit(account, split, next);
        vm.expectEmit(address(royalties));
        emit IRoyaltyDistributor.ControlOffered(account, artist, fan);
        royalties.offerControl(account, next, fan);
    }

    function test_what_moves_through_a_split_is_told_at_each_step() public {
        IRoyaltyDistributor.Split memory split = _split(artist, 300_000, fan);
        address account = royalties.createSplit(split);
        vm.deal(account, 10);
        vm.expectEmit(address(royalties));
        emit IRoyaltyDistributor.Swept(account, ETHER, 10);
        royalties.sweep(account, ETHER);
        vm.expectEmit(address(royalties));
        emit IRoyaltyDistributor.SplitDistributed(account, ETHER, royalties.hashSplit(split), 10);
        royalties.distribute(account, split, ETHER);
        vm.expectEmit(address(royalties));
        emit IRoyaltyDistributor.Withdrawn(artist, ETHER, treasury, 3);
        vm.prank(artist);
        royalties.withdraw(ETHER, treasury);
    }

    function _count(bytes32 selector) private returns (uint256 found) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == selector) ++found;
        }
    }
}
