// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMusicNFT} from "./interfaces/IMusicNFT.sol";

/// @title Editions of tracks
/// @notice What it promises is said in IMusicNFT.
contract MusicNFT is IMusicNFT, ERC1155, AccessManaged, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @notice The most that the protocol fee can ever be, in hundredths of a percent.
    uint16 public constant MAX_FEE_BPS = 1_000;

    uint256 private constant BPS = 10_000;

    /// @notice The protocol fee, in hundredths of a percent.
    uint16 public feeBps;

    /// @notice Who gets the protocol fee.
    address public treasury;

    /// @inheritdoc IMusicNFT
    uint256 public editionCount;

    mapping(bytes32 artistKey => address controller) private _controllers;
    mapping(bytes32 trackKey => bytes32 artistKey) private _artistOfTrack;
    mapping(uint256 tokenId => Edition) private _editions;
    mapping(uint256 tokenId => string) private _uris;

    /// @inheritdoc IMusicNFT
    mapping(address account => uint256 amountWei) public proceedsOf;

    /// @param authority The AccessManager.
    /// @param feeBps_ The protocol fee, in hundredths of a percent, at most MAX_FEE_BPS.
    /// @param treasury_ Who gets it.
    constructor(address authority, uint16 feeBps_, address treasury_) ERC1155("") AccessManaged(authority) {
        _setProtocolFee(feeBps_, treasury_);
    }

    /// @inheritdoc IMusicNFT
    function registerArtist(string calldata artistId, address controller) external restricted {
        if (controller == address(0)) revert ZeroAddress();
        bytes32 artistKey = _key(artistId);
        if (_controllers[artistKey] != address(0)) revert ArtistAlreadyRegistered(artistId);
        _controllers[artistKey] = controller;
        emit ArtistRegistered(artistKey, controller, artistId);
    }

    /// @inheritdoc IMusicNFT
    function mintEdition(
        string calldata artistId,
        string calldata trackId,
        uint256 supply,
        uint256 priceWei,
        string calldata uri_
    ) external returns (uint256 tokenId) {
        if (supply == 0) revert ZeroAmount();
        bytes32 artistKey = _key(artistId);
        if (_controllers[artistKey] != msg.sender) revert NotController(artistId, msg.sender);
        bytes32 trackKey = _claimTrack(trackId, artistKey);
        tokenId = ++editionCount;
        _editions[tokenId] = Edition({
            artistKey: artistKey, trackKey: trackKey, supply: supply.toUint64(), sold: 0, priceWei: priceWei.toUint128()
        });
        _uris[tokenId] = uri_;
        emit EditionMinted(tokenId, artistKey, trackKey, msg.sender, artistId, trackId, supply, priceWei, uri_);
        emit URI(uri_, tokenId);
    }

    /// @inheritdoc IMusicNFT
    function purchase(uint256 tokenId, uint256 amount, address recipient) external payable nonReentrant {
        if (amount == 0) revert ZeroAmount();
        (address artist, uint256 priceWei) = _takeCopies(tokenId, amount);
        if (msg.value != priceWei) revert WrongPayment(msg.value, priceWei);
        uint256 feeWei = priceWei * feeBps / BPS;
        proceedsOf[treasury] += feeWei;
        proceedsOf[artist] += priceWei - feeWei;
        emit EditionPurchased(tokenId, msg.sender, artist, recipient, amount, priceWei, feeWei, address(0), true);
        _mint(recipient, tokenId, amount, "");
    }

    /// @inheritdoc IMusicNFT
    function withdrawProceeds(address payable to) external nonReentrant {
        if (to == address(0)) revert ZeroAddress();
        uint256 amountWei = proceedsOf[msg.sender];
        if (amountWei == 0) revert ZeroAmount();
        proceedsOf[msg.sender] = 0;
        emit ProceedsWithdrawn(msg.sender, to, amountWei);
        Address.sendValue(to, amountWei);
    }

    /// @inheritdoc IMusicNFT
    function setProtocolFee(uint16 feeBps_, address treasury_) external restricted {
        _setProtocolFee(feeBps_, treasury_);
    }

    /// @inheritdoc IMusicNFT
    function editionOf(uint256 tokenId) external view returns (Edition memory) {
        return _editions[tokenId];
    }

    /// @inheritdoc IMusicNFT
    function controllerOf(string calldata artistId) external view returns (address) {
        return _controllers[keccak256(bytes(artistId))];
    }

    /// @inheritdoc IMusicNFT
    function artistKeyOf(string calldata trackId) external view returns (bytes32) {
        return _artistOfTrack[keccak256(bytes(trackId))];
    }

    /// @notice Where the metadata of an edition is.
    function uri(uint256 tokenId) public view override returns (string memory) {
        return _uris[tokenId];
    }

    function _takeCopies(uint256 tokenId, uint256 amount) private returns (address artist, uint256 priceWei) {
        Edition storage edition = _editions[tokenId];
        uint256 supply = edition.supply;
        if (supply == 0) revert UnknownEdition(tokenId);
        uint256 sold = edition.sold;
        if (amount > supply - sold) revert SoldOut(tokenId, supply - sold, amount);
        edition.sold = (sold + amount).toUint64();
        return (_controllers[edition.artistKey], amount * edition.priceWei);
    }

    function _claimTrack(string calldata trackId, bytes32 artistKey) private returns (bytes32 trackKey) {
        trackKey = _key(trackId);
        bytes32 owner = _artistOfTrack[trackKey];
        if (owner == bytes32(0)) {
            _artistOfTrack[trackKey] = artistKey;
        } else if (owner != artistKey) {
            revert TrackOfOtherArtist(trackId, owner);
        }
    }

    function _setProtocolFee(uint16 feeBps_, address treasury_) private {
        if (feeBps_ > MAX_FEE_BPS) revert FeeAboveCap(feeBps_, MAX_FEE_BPS);
        if (treasury_ == address(0)) revert ZeroAddress();
        feeBps = feeBps_;
        treasury = treasury_;
        emit ProtocolFeeSet(feeBps_, treasury_);
    }

    function _key(string calldata id) private pure returns (bytes32) {
        if (bytes(id).length == 0) revert EmptyId();
        return keccak256(bytes(id));
    }
}
