// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IMusicNFT} from "../src/interfaces/IMusicNFT.sol";
import {MusicSystem} from "./kit/MusicSystem.sol";

contract MusicLicencesTest is MusicSystem {
    string private constant OTHER_ID = "hetrec:artist:2";

    function setUp() public override {
        super.setUp();
        _register(OTHER_ID, registrar);
    }

    function test_a_licence_is_identified_by_its_terms_and_registered_once() public {
        IMusicNFT.LicenceTerms memory terms = _licence();
        bytes32 licenceId = music.registerLicence(terms);
        assertEq(licenceId, keccak256(abi.encode(terms)), "id");
        assertTrue(music.isLicence(licenceId), "registered");
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.LicenceExists.selector, licenceId));
        music.registerLicence(terms);
        terms.transferable = false;
        assertTrue(music.licenceIdOf(terms) != licenceId, "other terms, other id");
    }

    function test_terms_that_contradict_themselves_are_no_licence() public {
        IMusicNFT.LicenceTerms memory terms = _licence();
        terms.uri = "";
        _refuse(terms);
        terms = _licence();
        terms.contentHash = bytes32(0);
        _refuse(terms);
        terms = _licence();
        terms.commercialAttribution = true;
        _refuse(terms);
        terms = _licence();
        terms.commercialRevShare = 1;
        _refuse(terms);
        terms = _licence();
        terms.commercialRevCeiling = 1;
        _refuse(terms);
        terms = _licence();
        (terms.commercialUse, terms.commercialRevShare) = (true, 1_000_001);
        _refuse(terms);
        terms = _licence();
        terms.derivativesAllowed = false;
        _refuse(terms);
        terms.derivativesAttribution = false;
        terms.derivativesApproval = true;
        _refuse(terms);
        (terms.derivativesApproval, terms.derivativesReciprocal) = (false, true);
        _refuse(terms);
        (terms.derivativesReciprocal, terms.derivativeRevCeiling) = (false, 1);
        _refuse(terms);
        terms.derivativeRevCeiling = 0;
        music.registerLicence(terms);
    }

    function test_an_edition_names_a_registered_licence() public {
        IMusicNFT.EditionTerms memory terms = _terms(TRACK_ID);
        terms.licenceId = keccak256("no licence");
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.UnknownLicence.selector, terms.licenceId));
        _mintAs(artist, terms);
    }

    function test_copies_that_must_not_change_hands_do_not() public {
        IMusicNFT.LicenceTerms memory licence = _licence();
        licence.transferable = false;
        uint256 tokenId = _mintLicensed(TRACK_ID, licence);
        vm.startPrank(fan);
        music.purchase{value: PRICE}(tokenId, 1, fan);
        music.purchase{value: PRICE}(1, 1, fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotTransferable.selector, tokenId));
        music.safeTransferFrom(fan, registrar, tokenId, 1, "");
        uint256[] memory ids = new uint256[](2);
        uint256[] memory amounts = new uint256[](2);
        (ids[0], ids[1], amounts[0], amounts[1]) = (1, tokenId, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotTransferable.selector, tokenId));
        music.safeBatchTransferFrom(fan, registrar, ids, amounts, "");
        music.safeTransferFrom(fan, registrar, 1, 1, "");
        assertEq(music.balanceOf(registrar, 1), 1, "others change hands");
    }

    function test_a_track_names_the_tracks_it_is_made_from() public {
        _mintLicensed(TRACK_ID, _licence());
        vm.expectEmit(address(music));
        emit IMusicNFT.TrackDerived(keccak256("remix"), keccak256(bytes(TRACK_ID)), "remix", TRACK_ID);
        _derive("remix", TRACK_ID, bytes32(0));
    }

    function test_sources_exist_and_are_of_a_new_track() public {
        _mintLicensed(TRACK_ID, _licence());
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadSource.selector, "nothing"));
        _derive("remix", "nothing", bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadSource.selector, "remix"));
        _derive("remix", "remix", bytes32(0));
        _derive("remix", TRACK_ID, bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadSource.selector, TRACK_ID));
        _derive("remix", TRACK_ID, bytes32(0));
    }

    function test_a_source_without_a_licence_or_with_one_that_forbids_it_is_for_its_artist_alone() public {
        bytes memory refusal = abi.encodeWithSelector(IMusicNFT.DerivationNotAllowed.selector, TRACK_ID);
        vm.expectRevert(refusal);
        _derive("remix", TRACK_ID, bytes32(0));
        IMusicNFT.LicenceTerms memory licence = _licence();
        (licence.derivativesAllowed, licence.derivativesAttribution) = (false, false);
        _mintLicensed(TRACK_ID, licence);
        vm.expectRevert(refusal);
        _derive("remix", TRACK_ID, bytes32(0));
        IMusicNFT.EditionTerms memory own = _terms("own remix");
        own.sources = new string[](1);
        own.sources[0] = TRACK_ID;
        _mintAs(artist, own);
    }

    function test_a_licence_that_is_over_allows_nothing_new() public {
        IMusicNFT.LicenceTerms memory licence = _licence();
        licence.expiration = uint64(block.timestamp + 10);
        _mintLicensed(TRACK_ID, licence);
        _derive("remix", TRACK_ID, bytes32(0));
        vm.warp(licence.expiration);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.DerivationNotAllowed.selector, TRACK_ID));
        _derive("late remix", TRACK_ID, bytes32(0));
    }

    function test_approval_is_given_for_one_track_and_can_be_taken_back() public {
        IMusicNFT.LicenceTerms memory licence = _licence();
        licence.derivativesApproval = true;
        _mintLicensed(TRACK_ID, licence);
        bytes memory refusal = abi.encodeWithSelector(IMusicNFT.DerivationNotAllowed.selector, TRACK_ID);
        vm.expectRevert(refusal);
        _derive("remix", TRACK_ID, bytes32(0));
        vm.prank(fan);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.NotController.selector, TRACK_ID, fan));
        music.approveDerivation(TRACK_ID, OTHER_ID, "remix", true);
        vm.startPrank(artist);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.BadSource.selector, "nothing"));
        music.approveDerivation("nothing", OTHER_ID, "remix", true);
        music.approveDerivation(TRACK_ID, OTHER_ID, "remix", true);
        music.approveDerivation(TRACK_ID, OTHER_ID, "remix", false);
        vm.stopPrank();
        vm.expectRevert(refusal);
        _derive("remix", TRACK_ID, bytes32(0));
        vm.prank(artist);
        music.approveDerivation(TRACK_ID, OTHER_ID, "remix", true);
        _derive("remix", TRACK_ID, bytes32(0));
        vm.expectRevert(refusal);
        _derive("another remix", TRACK_ID, bytes32(0));
    }

    function test_an_approved_track_id_is_of_no_use_to_another_artist() public {
        IMusicNFT.LicenceTerms memory licence = _licence();
        licence.derivativesApproval = true;
        _mintLicensed(TRACK_ID, licence);
        _register("thief", fan);
        vm.prank(artist);
        music.approveDerivation(TRACK_ID, OTHER_ID, "remix", true);
        IMusicNFT.EditionTerms memory terms = _terms("remix");
        terms.artistId = "thief";
        terms.sources = new string[](1);
        terms.sources[0] = TRACK_ID;
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.DerivationNotAllowed.selector, TRACK_ID));
        _mintAs(fan, terms);
        _derive("remix", TRACK_ID, bytes32(0));
    }

    function test_a_reciprocal_licence_is_passed_on() public {
        IMusicNFT.LicenceTerms memory licence = _licence();
        licence.derivativesReciprocal = true;
        _mintLicensed(TRACK_ID, licence);
        vm.expectRevert(abi.encodeWithSelector(IMusicNFT.DerivationNotAllowed.selector, TRACK_ID));
        _derive("remix", TRACK_ID, bytes32(0));
        _derive("remix", TRACK_ID, music.licenceIdOf(licence));
    }

    function _mintLicensed(string memory trackId, IMusicNFT.LicenceTerms memory licence) private returns (uint256) {
        IMusicNFT.EditionTerms memory terms = _terms(trackId);
        terms.licenceId = music.registerLicence(licence);
        return _mintAs(artist, terms);
    }

    function _derive(string memory trackId, string memory sourceId, bytes32 licenceId) private {
        IMusicNFT.EditionTerms memory terms = _terms(trackId);
        terms.artistId = OTHER_ID;
        terms.licenceId = licenceId;
        terms.sources = new string[](1);
        terms.sources[0] = sourceId;
        vm.prank(registrar);
        music.mintEdition(terms);
    }

    function _refuse(IMusicNFT.LicenceTerms memory terms) private {
        vm.expectRevert(IMusicNFT.BadLicence.selector);
        music.registerLicence(terms);
    }
}
