// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";

/// @title Editions of tracks, bought from the artist
/// @notice ERC-1155: one token id per edition; ERC-2981 royalties. An artist is an id that one account controls; a track
/// belongs to the artist who minted it first and can never be minted by another. Payments go to the ledger of
/// RoyaltyDistributor, so that no recipient can stop a sale.
/// @dev Text ids are the catalogue's own; a key is keccak256 of the id's UTF-8 bytes.
interface IMusicNFT is IERC1155, IERC2981 {
    /// @notice What whoever holds a copy may do, in the sense of the Programmable IP Licence's fields.
    /// @param uri Where the text is.
    /// @param contentHash keccak256 of the text.
    /// @param transferable Whether copies can change hands after their first sale.
    /// @param expiration First second at which nothing new is allowed under it; zero for never.
    /// @param commercialUse Whether use for money is allowed; the next three are empty otherwise.
    /// @param commercialAttribution Whether such use names the artist.
    /// @param commercialRevShare Part of the revenue that is owed, in parts of 1,000,000.
    /// @param commercialRevCeiling Most revenue, in wei of `currency`; zero for no ceiling.
    /// @param derivativesAllowed Whether others may make tracks from this one; the next four are empty otherwise.
    /// @param derivativesAttribution Whether such tracks name this one.
    /// @param derivativesApproval Whether each needs the artist's approval.
    /// @param derivativesReciprocal Whether such tracks come under the same licence.
    /// @param derivativeRevCeiling Most revenue of such tracks; zero for no ceiling.
    /// @param currency Of the ceilings: a token, or zero for ether.
    struct LicenceTerms {
        string uri;
        bytes32 contentHash;
        bool transferable;
        uint64 expiration;
        bool commercialUse;
        bool commercialAttribution;
        uint32 commercialRevShare;
        uint256 commercialRevCeiling;
        bool derivativesAllowed;
        bool derivativesAttribution;
        bool derivativesApproval;
        bool derivativesReciprocal;
        uint256 derivativeRevCeiling;
        address currency;
    }

    /// @notice What an artist fixes of an edition.
    /// @param artistId The artist's id.
    /// @param trackId The track's id.
    /// @param supply How many copies can ever exist.
    /// @param price What one copy costs, in wei of the currency.
    /// @param inToken Whether that is TuneToken, and not ether.
    /// @param startAt First second of the sale.
    /// @param endAt Last second of the sale; zero for no end.
    /// @param perAccountLimit Most copies that one account gets by purchases; zero for no limit. A purchase limit for
    /// people, not against one person with many accounts.
    /// @param licenceId A registered licence, or zero for none.
    /// @param payee Whom the price and royalties are owed to: an account or a split; zero for whoever controls the artist.
    /// @param royaltyBps What each resale owes, in hundredths of a percent.
    /// @param uri Where the metadata is.
    /// @param contentHash keccak256 of the metadata.
    /// @param sources Ids of the tracks from which a new track is made; empty for a track that exists.
    struct EditionTerms {
        string artistId;
        string trackId;
        uint64 supply;
        uint128 price;
        bool inToken;
        uint64 startAt;
        uint64 endAt;
        uint64 perAccountLimit;
        bytes32 licenceId;
        address payee;
        uint16 royaltyBps;
        string uri;
        bytes32 contentHash;
        string[] sources;
    }

    /// @notice An edition that is minted by its first buyer.
    /// @param terms The edition.
    /// @param cap Most copies that are sold through the voucher.
    /// @param nonce Of the artist; one voucher uses it.
    /// @param expiry Last second at which the voucher counts.
    struct Voucher {
        EditionTerms terms;
        uint64 cap;
        uint256 nonce;
        uint64 expiry;
    }

    /// @notice One edition of a track, as it is kept, in the order of the storage slots: what a resale reads is in one.
    struct Edition {
        bytes32 artistKey;
        bytes32 trackKey;
        uint64 supply;
        uint64 sold;
        uint128 price;
        address payee;
        uint64 perAccountLimit;
        uint16 royaltyBps;
        bool inToken;
        bool transferable;
        uint48 startAt;
        uint48 endAt;
        bool frozen;
        bytes32 licenceId;
        bytes32 contentHash;
    }

    /// @notice An artist exists from now on, controlled by one account.
    event ArtistRegistered(bytes32 indexed artistKey, address indexed controller, string artistId);

    /// @notice The controller offers control of an artist; the zero address takes the offer back.
    event ArtistOffered(bytes32 indexed artistKey, address indexed controller, address indexed newController);

    /// @notice An artist has another controller, who is owed what is earned from now on where no payee is named.
    event ArtistTransferred(
        bytes32 indexed artistKey, address indexed previousController, address indexed controller, string artistId
    );

    /// @notice A licence can be named by editions from now on.
    event LicenceRegistered(bytes32 indexed licenceId, address indexed by, LicenceTerms terms);

    /// @notice An edition exists from now on.
    /// @param tokenId Its ERC-1155 id, counted from 1.
    /// @param artist Account that controls the artist.
    event EditionMinted(
        uint256 indexed tokenId, bytes32 indexed artistKey, bytes32 indexed trackKey, address artist, EditionTerms terms
    );

    /// @notice A new track is made from another one.
    event TrackDerived(bytes32 indexed trackKey, bytes32 indexed sourceKey, string trackId, string sourceId);

    /// @notice The artist of a track allows, or no longer allows, that one track of one artist is made from it.
    event DerivationApproved(
        bytes32 indexed sourceKey,
        bytes32 indexed artistKey,
        bytes32 indexed trackKey,
        bool approved,
        string sourceId,
        string artistId,
        string trackId
    );

    /// @notice The metadata of an edition changed.
    event MetadataUpdated(uint256 indexed tokenId, string uri, bytes32 contentHash);

    /// @notice The metadata of an edition can never change again.
    event MetadataFrozen(uint256 indexed tokenId);

    /// @notice A nonce belongs to a voucher that minted an edition.
    event VoucherUsed(bytes32 indexed artistKey, uint256 indexed nonce, uint256 indexed tokenId, bytes32 voucherHash);

    /// @notice Vouchers with this nonce sell nothing any more.
    event VoucherCancelled(bytes32 indexed artistKey, uint256 indexed nonce);

    /// @notice Copies were bought. The protocol fee is a seed of trust for the payer, whoever received the copies.
    /// @param tokenId The edition.
    /// @param payer Account that paid.
    /// @param artist Account that controls the artist.
    /// @param recipient Account that got the copies.
    /// @param amount How many copies.
    /// @param priceWei What was paid for all of them, in wei of `currency`.
    /// @param feeWei The protocol's part of it.
    /// @param currency Token that was paid, or zero for ether.
    /// @param primary Whether it was bought from the artist: always, in this contract.
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

    /// @notice The protocol fee, in hundredths of a percent, and who gets it changed.
    // slither-disable-next-line unindexed-event-address (rare, and read whole: nobody looks for a treasury)
    event ProtocolFeeSet(uint16 feeBps, address treasury);

    /// @notice Emitted once, with the token of prices and the ledger of payments.
    // slither-disable-next-line unindexed-event-address (emitted once)
    event ParametersSet(address token, address distributor);

    /// @notice An id is empty.
    error EmptyId();

    /// @notice The zero address cannot be used here.
    error ZeroAddress();

    /// @notice The artist is registered already.
    error ArtistAlreadyRegistered(string artistId);

    /// @notice The caller does not control the artist; register it, or call from its controller.
    error NotController(string artistId, address caller);

    /// @notice Control of the artist was not offered to the caller.
    error ControlNotOffered(string artistId, address caller);

    /// @notice The track was minted under another artist.
    error TrackOfOtherArtist(string trackId, bytes32 artistKey);

    /// @notice The supply or the amount is zero.
    error ZeroAmount();

    /// @notice The sale would end before it starts.
    error BadTimes(uint64 startAt, uint64 endAt);

    /// @notice The sale is not open now.
    error NotOnSale(uint256 tokenId, uint64 startAt, uint64 endAt);

    /// @notice The royalty is above the constant cap.
    error RoyaltyAboveCap(uint16 royaltyBps, uint16 capBps);

    /// @notice There is no such edition.
    error UnknownEdition(uint256 tokenId);

    /// @notice Fewer copies are left than wanted.
    error SoldOut(uint256 tokenId, uint256 left, uint256 wanted);

    /// @notice The recipient would have bought more than one account may.
    error AboveAccountLimit(address recipient, uint256 limit, uint256 bought);

    /// @notice The ether sent is not the price of what is bought, or is sent where TuneToken is paid.
    error WrongPayment(uint256 sent, uint256 priceWei);

    /// @notice The fee is above the constant cap.
    error FeeAboveCap(uint16 feeBps, uint16 capBps);

    /// @notice There is no such licence.
    error UnknownLicence(bytes32 licenceId);

    /// @notice The licence is registered already.
    error LicenceExists(bytes32 licenceId);

    /// @notice The licence has no text, or allows in one field what it forbids in another.
    error BadLicence();

    /// @notice A track that exists cannot get sources, a track cannot be its own source, and a source must exist.
    error BadSource(string sourceId);

    /// @notice The licence of the source does not allow a track to be made from it, or not without approval, or not under
    /// another licence.
    error DerivationNotAllowed(string sourceId);

    /// @notice Copies of this edition cannot change hands.
    error NotTransferable(uint256 tokenId);

    /// @notice The metadata of the edition is frozen.
    error MetadataIsFrozen(uint256 tokenId);

    /// @notice The voucher's time is over.
    error VoucherExpired(uint64 expiry);

    /// @notice The nonce was cancelled or belongs to another voucher.
    error NonceUsed(uint256 nonce);

    /// @notice The signature is not the one of the artist's controller.
    error BadVoucherSignature(address controller);

    /// @notice The voucher sells no more than `cap` copies.
    error AboveVoucherCap(uint64 cap, uint256 wanted);

    /// @notice Registers an artist. Callable by the registrar.
    function registerArtist(string calldata artistId, address controller) external;

    /// @notice Offers control of an artist to another account; zero takes the offer back. Callable by the controller.
    function transferArtist(string calldata artistId, address newController) external;

    /// @notice Takes control of an artist. Callable by whom it was offered to.
    function acceptArtist(string calldata artistId) external;

    /// @notice Registers licence terms. Callable by everyone.
    /// @return licenceId keccak256 of the encoded terms.
    function registerLicence(LicenceTerms calldata terms) external returns (bytes32 licenceId);

    /// @notice Allows one artist to make one track from the caller's, where the licence asks for approval. Callable by
    /// the controller of the source's artist.
    function approveDerivation(
        string calldata sourceId,
        string calldata artistId,
        string calldata trackId,
        bool approved
    ) external;

    /// @notice Offers an edition of a track. Callable by the account that controls the artist.
    /// @return tokenId The edition's id.
    function mintEdition(EditionTerms calldata terms) external returns (uint256 tokenId);

    /// @notice Changes an edition's metadata. Callable by the account that controls the artist, until it is frozen.
    function updateMetadata(uint256 tokenId, string calldata uri, bytes32 contentHash) external;

    /// @notice Freezes an edition's metadata for ever. Callable by the account that controls the artist.
    function freezeMetadata(uint256 tokenId) external;

    /// @notice Buys copies from the artist for exactly their price: ether is sent along, TuneToken is pulled from the
    /// caller, who approved it. Callable by everyone.
    /// @param recipient Who gets the copies; the caller is credited as the payer.
    function purchase(uint256 tokenId, uint256 amount, address recipient) external payable;

    /// @notice Buys copies of an edition that a voucher describes, and mints it at the first purchase. Callable by
    /// everyone who holds the voucher.
    /// @param signature Of the account that controls the artist now, by its key or by EIP-1271.
    function purchaseByVoucher(Voucher calldata voucher, bytes calldata signature, uint256 amount, address recipient)
        external
        payable
        returns (uint256 tokenId);

    /// @notice Makes vouchers with a nonce worthless. Callable by the account that controls the artist.
    function cancelVoucher(string calldata artistId, uint256 nonce) external;

    /// @notice Sets the protocol fee and its receiver. Callable by governance.
    function setProtocolFee(uint16 feeBps, address treasury) external;

    /// @notice The edition with that id; all zero when there is none.
    function editionOf(uint256 tokenId) external view returns (Edition memory);

    /// @notice How many editions exist; ids run from 1 to this number.
    function editionCount() external view returns (uint256);

    /// @notice The account that controls the artist, or zero.
    function controllerOf(string calldata artistId) external view returns (address);

    /// @notice The account that control of the artist is offered to, or zero.
    function offeredTo(string calldata artistId) external view returns (address);

    /// @notice The key of the artist that a track belongs to, or zero.
    function artistKeyOf(string calldata trackId) external view returns (bytes32);

    /// @notice Whether a licence is registered.
    function isLicence(bytes32 licenceId) external view returns (bool);

    /// @notice The id that terms have or would have.
    function licenceIdOf(LicenceTerms calldata terms) external pure returns (bytes32);

    /// @notice How many copies an account got by purchases, where the edition has a limit.
    function boughtBy(uint256 tokenId, address account) external view returns (uint256);

    /// @notice What a voucher with this nonce sold, and the edition that it minted.
    function voucherOf(string calldata artistId, uint256 nonce)
        external
        view
        returns (bool cancelled, uint256 tokenId, uint256 sold);

    /// @notice What the controller signs: the EIP-712 digest.
    function voucherDigest(Voucher calldata voucher) external view returns (bytes32);
}
