// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IMusicNFT} from "../interfaces/IMusicNFT.sol";

/// @title Artists, licences, and from which tracks others may be made
/// @notice An artist is controlled by one account, which hands it over in two steps; a track belongs to its first artist.
abstract contract Catalogue is AccessManaged, IMusicNFT {
    /// @dev What of a licence decides about new tracks.
    struct DerivationRule {
        uint64 expiration;
        bool registered;
        bool transferable;
        bool allowed;
        bool approval;
        bool reciprocal;
    }

    uint32 private constant WHOLE = 1_000_000;

    mapping(bytes32 artistKey => address controller) internal _controllers;
    mapping(bytes32 artistKey => address newController) private _offers;
    mapping(bytes32 trackKey => bytes32 artistKey) private _artistOfTrack;

    /// @dev Of the track's newest edition.
    mapping(bytes32 trackKey => bytes32 licenceId) private _licenceOfTrack;
    mapping(bytes32 licenceId => DerivationRule) private _rules;
    /// @dev For one track of one artist: a track id alone could be taken by whoever mints it first.
    mapping(bytes32 sourceKey => mapping(bytes32 artistKey => mapping(bytes32 trackKey => bool))) private _approved;

    /// @inheritdoc IMusicNFT
    function registerArtist(string calldata artistId, address controller) external restricted {
        if (controller == address(0)) revert ZeroAddress();
        bytes32 artistKey = _key(artistId);
        if (_controllers[artistKey] != address(0)) revert ArtistAlreadyRegistered(artistId);
        _controllers[artistKey] = controller;
        emit ArtistRegistered(artistKey, controller, artistId);
    }

    /// @inheritdoc IMusicNFT
    function transferArtist(string calldata artistId, address newController) external {
        bytes32 artistKey = _checkController(artistId);
        _offers[artistKey] = newController;
        emit ArtistOffered(artistKey, msg.sender, newController);
    }

    /// @inheritdoc IMusicNFT
    function acceptArtist(string calldata artistId) external {
        bytes32 artistKey = _key(artistId);
        if (_offers[artistKey] != msg.sender) revert ControlNotOffered(artistId, msg.sender);
        delete _offers[artistKey];
        emit ArtistTransferred(artistKey, _controllers[artistKey], msg.sender, artistId);
        _controllers[artistKey] = msg.sender;
    }

    /// @inheritdoc IMusicNFT
    function registerLicence(LicenceTerms calldata terms) external returns (bytes32 licenceId) {
        _checkLicence(terms);
        licenceId = licenceIdOf(terms);
        if (_rules[licenceId].registered) revert LicenceExists(licenceId);
        _rules[licenceId] = DerivationRule({
            expiration: terms.expiration,
            registered: true,
            transferable: terms.transferable,
            allowed: terms.derivativesAllowed,
            approval: terms.derivativesApproval,
            reciprocal: terms.derivativesReciprocal
        });
        emit LicenceRegistered(licenceId, msg.sender, terms);
    }

    /// @inheritdoc IMusicNFT
    function approveDerivation(
        string calldata sourceId,
        string calldata artistId,
        string calldata trackId,
        bool approved
    ) external {
        (bytes32 sourceKey, bytes32 trackKey) = (_key(sourceId), _key(trackId));
        bytes32 approvedArtist = _key(artistId);
        bytes32 artistKey = _artistOfTrack[sourceKey];
        if (artistKey == bytes32(0)) revert BadSource(sourceId);
        if (_controllers[artistKey] != msg.sender) revert NotController(sourceId, msg.sender);
        _approved[sourceKey][approvedArtist][trackKey] = approved;
        emit DerivationApproved(sourceKey, approvedArtist, trackKey, approved, sourceId, artistId, trackId);
    }

    /// @inheritdoc IMusicNFT
    function controllerOf(string calldata artistId) external view returns (address) {
        return _controllers[keccak256(bytes(artistId))];
    }

    /// @inheritdoc IMusicNFT
    function offeredTo(string calldata artistId) external view returns (address) {
        return _offers[keccak256(bytes(artistId))];
    }

    /// @inheritdoc IMusicNFT
    function artistKeyOf(string calldata trackId) external view returns (bytes32) {
        return _artistOfTrack[keccak256(bytes(trackId))];
    }

    /// @inheritdoc IMusicNFT
    function isLicence(bytes32 licenceId) external view returns (bool) {
        return _rules[licenceId].registered;
    }

    /// @inheritdoc IMusicNFT
    function licenceIdOf(LicenceTerms calldata terms) public pure returns (bytes32) {
        return keccak256(abi.encode(terms));
    }

    /// @dev The track's key; a new track becomes the artist's, and its sources must allow it.
    function _claimTrack(EditionTerms calldata terms, bytes32 artistKey) internal returns (bytes32 trackKey) {
        trackKey = _key(terms.trackId);
        bytes32 owner = _artistOfTrack[trackKey];
        if (owner == bytes32(0)) {
            for (uint256 i = 0; i < terms.sources.length; ++i) {
                _derive(terms, terms.sources[i], trackKey, artistKey);
            }
            _artistOfTrack[trackKey] = artistKey;
        } else if (owner != artistKey) {
            revert TrackOfOtherArtist(terms.trackId, owner);
        } else if (terms.sources.length > 0) {
            revert BadSource(terms.sources[0]);
        }
        _licenceOfTrack[trackKey] = terms.licenceId;
    }

    /// @dev Whether copies under the licence can change hands; without a licence they can.
    function _isTransferable(bytes32 licenceId) internal view returns (bool) {
        if (licenceId == bytes32(0)) return true;
        DerivationRule storage rule = _rules[licenceId];
        if (!rule.registered) revert UnknownLicence(licenceId);
        return rule.transferable;
    }

    function _checkController(string calldata artistId) internal view returns (bytes32 artistKey) {
        artistKey = _key(artistId);
        if (_controllers[artistKey] != msg.sender) revert NotController(artistId, msg.sender);
    }

    function _key(string calldata id) internal pure returns (bytes32) {
        if (bytes(id).length == 0) revert EmptyId();
        return keccak256(bytes(id));
    }

    /// @dev The artist may always use its own tracks; a source without a licence, or with one that is over or forbids
    /// it, allows nobody else.
    function _derive(EditionTerms calldata terms, string calldata sourceId, bytes32 trackKey, bytes32 artistKey)
        private
    {
        bytes32 sourceKey = _key(sourceId);
        bytes32 owner = _artistOfTrack[sourceKey];
        if (owner == bytes32(0)) revert BadSource(sourceId);
        if (owner != artistKey) {
            bytes32 licenceId = _licenceOfTrack[sourceKey];
            DerivationRule memory rule = _rules[licenceId];
            bool over = rule.expiration != 0 && block.timestamp >= rule.expiration;
            bool unapproved = rule.approval && !_approved[sourceKey][artistKey][trackKey];
            bool other = rule.reciprocal && terms.licenceId != licenceId;
            if (!rule.allowed || over || unapproved || other) revert DerivationNotAllowed(sourceId);
        }
        emit TrackDerived(trackKey, sourceKey, terms.trackId, sourceId);
    }

    /// @dev What depends on a use that is not allowed is empty.
    function _checkLicence(LicenceTerms calldata terms) private pure {
        bool commercial =
            terms.commercialAttribution || terms.commercialRevShare != 0 || terms.commercialRevCeiling != 0;
        bool derivative = terms.derivativesAttribution || terms.derivativesApproval || terms.derivativesReciprocal
            || terms.derivativeRevCeiling != 0;
        bool contradicts = (commercial && !terms.commercialUse) || (derivative && !terms.derivativesAllowed);
        bool empty = bytes(terms.uri).length == 0 || terms.contentHash == bytes32(0);
        if (contradicts || empty || terms.commercialRevShare > WHOLE) revert BadLicence();
    }
}
