// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IMusicNFT} from "../../src/interfaces/IMusicNFT.sol";
import {IRoyaltyDistributor} from "../../src/interfaces/IRoyaltyDistributor.sol";
import {System} from "./System.sol";

/// @title The system with one artist, one edition in ether, and a fan
abstract contract MusicSystem is System {
    uint256 internal constant ARTIST_KEY = uint256(keccak256("artist"));
    uint256 internal constant FAN_KEY = uint256(keccak256("fan"));
    uint128 internal constant PRICE = 0.01 ether;
    address internal constant ETHER = address(0);
    string internal constant ARTIST_ID = "hetrec:artist:1";
    string internal constant TRACK_ID = "hetrec:track:1";

    address internal artist;
    address internal fan;

    function setUp() public virtual override {
        super.setUp();
        (artist, fan) = (vm.addr(ARTIST_KEY), vm.addr(FAN_KEY));
        _register(ARTIST_ID, artist);
        _mintAs(artist, _terms(TRACK_ID));
        vm.deal(fan, 1_000_000 ether);
    }

    function _register(string memory artistId, address controller) internal {
        vm.prank(registrar);
        music.registerArtist(artistId, controller);
    }

    function _mintAs(address who, IMusicNFT.EditionTerms memory terms) internal returns (uint256) {
        vm.prank(who);
        return music.mintEdition(terms);
    }

    function _terms(string memory trackId) internal pure returns (IMusicNFT.EditionTerms memory terms) {
        terms.artistId = ARTIST_ID;
        terms.trackId = trackId;
        terms.supply = 100;
        terms.price = PRICE;
        terms.royaltyBps = 1_000;
        terms.uri = "ipfs://one";
        terms.contentHash = keccak256("one");
    }

    function _licence() internal pure returns (IMusicNFT.LicenceTerms memory terms) {
        terms.uri = "ipfs://licence";
        terms.contentHash = keccak256("licence");
        terms.transferable = true;
        terms.derivativesAllowed = true;
        terms.derivativesAttribution = true;
    }

    /// @dev Two recipients, sorted; the first has `parts`.
    function _split(address a, uint32 parts, address b) internal pure returns (IRoyaltyDistributor.Split memory split) {
        split.recipients = new IRoyaltyDistributor.Recipient[](2);
        bool first = a < b;
        split.recipients[first ? 0 : 1] = IRoyaltyDistributor.Recipient(a, parts);
        split.recipients[first ? 1 : 0] = IRoyaltyDistributor.Recipient(b, 1_000_000 - parts);
    }

    function _credits(address account, uint256 amount)
        internal
        pure
        returns (IRoyaltyDistributor.Credit[] memory credits)
    {
        credits = new IRoyaltyDistributor.Credit[](1);
        credits[0] = IRoyaltyDistributor.Credit(account, amount);
    }
}
