// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";

/// @title Editions of tracks, bought from the artist
/// @notice ERC-1155: one token id per edition. An artist is an id that one account controls; a track belongs to the
/// artist who minted it first and can never be minted by another.
/// @dev Text ids are the catalogue's own; a key is keccak256 of the id's UTF-8 bytes.
interface IMusicNFT is IERC1155 {
    /// @notice One edition of a track.
    /// @param artistKey Key of the artist.
    /// @param trackKey Key of the track.
    /// @param supply How many copies can ever exist.
    /// @param sold How many exist.
    /// @param priceWei What one copy costs, in wei of ether.
    struct Edition {
        bytes32 artistKey;
        bytes32 trackKey;
        uint64 supply;
        uint64 sold;
        uint128 priceWei;
    }

    /// @notice An artist exists from now on, controlled by one account.
    event ArtistRegistered(bytes32 indexed artistKey, address indexed controller, string artistId);

    /// @notice An edition can be bought from now on.
    /// @param tokenId Its ERC-1155 id, counted from 1.
    /// @param artistKey Key of the artist.
    /// @param trackKey Key of the track.
    /// @param artist Account that controls the artist.
    /// @param artistId The artist's id.
    /// @param trackId The track's id.
    /// @param supply How many copies can ever exist.
    /// @param priceWei What one copy costs, in wei of ether.
    /// @param uri Where its metadata is.
    event EditionMinted(
        uint256 indexed tokenId,
        bytes32 indexed artistKey,
        bytes32 indexed trackKey,
        address artist,
        string artistId,
        string trackId,
        uint256 supply,
        uint256 priceWei,
        string uri
    );

    /// @notice Copies were bought. The protocol fee is a seed of trust for the payer, whoever received the copies.
    /// @param tokenId The edition.
    /// @param payer Account that paid.
    /// @param artist Account that controls the artist and gets `priceWei - feeWei`.
    /// @param recipient Account that got the copies.
    /// @param amount How many copies.
    /// @param priceWei What was paid for all of them, in wei of `currency`.
    /// @param feeWei The protocol's part of it.
    /// @param currency Token that was paid, or zero for ether.
    /// @param primary Whether it was bought from the artist.
    event EditionPurchased(
        uint256 indexed tokenId,
        address indexed payer,
        address indexed artist,
        address recipient,
        uint256 amount,
        uint256 priceWei,
        uint256 feeWei,
        address currency,
        bool primary
    );

    /// @notice An account took out what it had earned.
    event ProceedsWithdrawn(address indexed account, address indexed to, uint256 amountWei);

    /// @notice The protocol fee, in hundredths of a percent, and who gets it changed.
    event ProtocolFeeSet(uint16 feeBps, address treasury);

    /// @notice An id is empty.
    error EmptyId();

    /// @notice The zero address cannot be used here.
    error ZeroAddress();

    /// @notice The artist is registered already.
    error ArtistAlreadyRegistered(string artistId);

    /// @notice The caller does not control the artist; register it, or call from its controller.
    error NotController(string artistId, address caller);

    /// @notice The track was minted under another artist.
    error TrackOfOtherArtist(string trackId, bytes32 artistKey);

    /// @notice The supply or the amount is zero.
    error ZeroAmount();

    /// @notice There is no such edition.
    error UnknownEdition(uint256 tokenId);

    /// @notice Fewer copies are left than wanted.
    error SoldOut(uint256 tokenId, uint256 left, uint256 wanted);

    /// @notice The ether sent is not the price of what is bought.
    error WrongPayment(uint256 sent, uint256 priceWei);

    /// @notice The fee is above the constant cap.
    error FeeAboveCap(uint16 feeBps, uint16 capBps);

    /// @notice Registers an artist. Callable by the registrar.
    function registerArtist(string calldata artistId, address controller) external;

    /// @notice Offers an edition of a track. Callable by the account that controls the artist.
    /// @return tokenId The edition's id.
    function mintEdition(
        string calldata artistId,
        string calldata trackId,
        uint256 supply,
        uint256 priceWei,
        string calldata uri
    ) external returns (uint256 tokenId);

    /// @notice Buys copies from the artist for exactly their price in ether. Callable by everyone.
    /// @param recipient Who gets the copies; the caller is credited as the payer.
    function purchase(uint256 tokenId, uint256 amount, address recipient) external payable;

    /// @notice Pays out all that the caller has earned. Callable by everyone for itself.
    /// @param to Who gets the ether.
    function withdrawProceeds(address payable to) external;

    /// @notice Sets the protocol fee and its receiver. Callable by governance.
    function setProtocolFee(uint16 feeBps, address treasury) external;

    /// @notice The edition with that id; all zero when there is none.
    function editionOf(uint256 tokenId) external view returns (Edition memory);

    /// @notice How many editions exist; ids run from 1 to this number.
    function editionCount() external view returns (uint256);

    /// @notice The account that controls the artist, or zero.
    function controllerOf(string calldata artistId) external view returns (address);

    /// @notice The key of the artist that a track belongs to, or zero.
    function artistKeyOf(string calldata trackId) external view returns (bytes32);

    /// @notice What `account` can withdraw, in wei of ether.
    function proceedsOf(address account) external view returns (uint256);
}
