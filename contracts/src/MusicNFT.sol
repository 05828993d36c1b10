// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IMusicNFT} from "./interfaces/IMusicNFT.sol";
import {IRoyaltyDistributor} from "./interfaces/IRoyaltyDistributor.sol";
import {Catalogue} from "./music/Catalogue.sol";
import {VoucherHash} from "./music/VoucherHash.sol";

/// @title Editions of tracks
/// @notice What it promises is said in IMusicNFT. Catalogue has artists, tracks and licences; here are editions, their
/// sale and vouchers.
contract MusicNFT is ERC1155, Catalogue, EIP712, ReentrancyGuardTransient {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev A nonce of an artist: which voucher has it and what it sold.
    struct VoucherUse {
        bytes32 voucherHash;
        uint64 sold;
        uint128 tokenId;
        bool cancelled;
    }

    /// @notice The most that the protocol fee can ever be, in hundredths of a percent.
    uint16 public constant MAX_FEE_BPS = 1_000;

    /// @notice The most that a resale can ever owe, in hundredths of a percent.
    uint16 public constant MAX_ROYALTY_BPS = 2_500;

    uint256 private constant BPS = 10_000;

    /// @notice TuneToken.
    IERC20 public immutable token;

    /// @notice The ledger that every payment goes to.
    IRoyaltyDistributor public immutable distributor;

    /// @notice The protocol fee, in hundredths of a percent.
    uint16 public feeBps;

    /// @notice Who gets the protocol fee.
    address public treasury;

    /// @inheritdoc IMusicNFT
    uint256 public editionCount;

    mapping(uint256 tokenId => Edition) private _editions;
    mapping(uint256 tokenId => string) private _uris;

    /// @inheritdoc IMusicNFT
    mapping(uint256 tokenId => mapping(address account => uint256)) public boughtBy;

    mapping(bytes32 artistKey => mapping(uint256 nonce => VoucherUse)) private _vouchers;

    /// @param authority Permissions.
    /// @param token_ TuneToken.
    /// @param distributor_ The ledger.
    /// @param feeBps_ The protocol fee, in hundredths of a percent, at most MAX_FEE_BPS.
    /// @param treasury_ Who gets it.
    constructor(address authority, IERC20 token_, IRoyaltyDistributor distributor_, uint16 feeBps_, address treasury_)
        ERC1155("")
        AccessManaged(authority)
        EIP712("TuneFi MusicNFT", "1")
    {
        token = token_;
        distributor = distributor_;
        emit ParametersSet(address(token_), address(distributor_));
        _setProtocolFee(feeBps_, treasury_);
        token_.forceApprove(address(distributor_), type(uint256).max);
    }

    /// @inheritdoc IMusicNFT
    function mintEdition(EditionTerms calldata terms) external returns (uint256 tokenId) {
        return _mintEdition(terms, _checkController(terms.artistId), msg.sender);
    }

    /// @inheritdoc IMusicNFT
    function updateMetadata(uint256 tokenId, string calldata uri_, bytes32 contentHash) external {
        Edition storage edition = _ownEdition(tokenId);
        if (edition.frozen) revert MetadataIsFrozen(tokenId);
        edition.contentHash = contentHash;
        _uris[tokenId] = uri_;
        emit MetadataUpdated(tokenId, uri_, contentHash);
        emit URI(uri_, tokenId);
    }

    /// @inheritdoc IMusicNFT
    function freezeMetadata(uint256 tokenId) external {
        Edition storage edition = _ownEdition(tokenId);
        if (edition.frozen) revert MetadataIsFrozen(tokenId);
        edition.frozen = true;
        emit MetadataFrozen(tokenId);
    }

    /// @inheritdoc IMusicNFT
    function purchase(uint256 tokenId, uint256 amount, address recipient) external payable nonReentrant {
        _sell(tokenId, amount, recipient);
    }

    /// @inheritdoc IMusicNFT
    function purchaseByVoucher(Voucher calldata voucher, bytes calldata signature, uint256 amount, address recipient)
        external
        payable
        nonReentrant
        returns (uint256 tokenId)
    {
        bytes32 artistKey = _key(voucher.terms.artistId);
        bytes32 voucherHash = VoucherHash.hash(voucher);
        _checkVoucher(voucher, voucherHash, signature, artistKey);
        VoucherUse storage used = _vouchers[artistKey][voucher.nonce];
        if (used.cancelled || (used.tokenId != 0 && used.voucherHash != voucherHash)) revert NonceUsed(voucher.nonce);
        uint256 sold = used.sold + amount;
        if (sold > voucher.cap) revert AboveVoucherCap(voucher.cap, sold);
        tokenId = used.tokenId;
        if (tokenId == 0) {
            tokenId = _mintEdition(voucher.terms, artistKey, _controllers[artistKey]);
            (used.voucherHash, used.tokenId) = (voucherHash, tokenId.toUint128());
            emit VoucherUsed(artistKey, voucher.nonce, tokenId, voucherHash);
        }
        used.sold = sold.toUint64();
        _sell(tokenId, amount, recipient);
    }

    /// @inheritdoc IMusicNFT
    function cancelVoucher(string calldata artistId, uint256 nonce) external {
        bytes32 artistKey = _checkController(artistId);
        VoucherUse storage used = _vouchers[artistKey][nonce];
        if (used.cancelled) revert NonceUsed(nonce);
        used.cancelled = true;
        emit VoucherCancelled(artistKey, nonce);
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
    function voucherOf(string calldata artistId, uint256 nonce)
        external
        view
        returns (bool cancelled, uint256 tokenId, uint256 sold)
    {
        VoucherUse storage used = _vouchers[keccak256(bytes(artistId))][nonce];
        return (used.cancelled, used.tokenId, used.sold);
    }

    /// @inheritdoc IMusicNFT
    function voucherDigest(Voucher calldata voucher) external view returns (bytes32) {
        return _hashTypedDataV4(VoucherHash.hash(voucher));
    }

    /// @notice What a resale owes, and to whom: the payee, or whoever controls the artist (ERC-2981).
    function royaltyInfo(uint256 tokenId, uint256 salePrice) external view returns (address receiver, uint256 amount) {
        Edition storage edition = _editions[tokenId];
        receiver = _payeeOf(edition);
        // The artist of every edition has a controller, so that this needs no look at the supply.
        if (receiver == address(0)) revert UnknownEdition(tokenId);
        amount = salePrice * edition.royaltyBps / BPS;
    }

    /// @notice Where the metadata of an edition is.
    function uri(uint256 tokenId) public view override returns (string memory) {
        return _uris[tokenId];
    }

    /// @notice ERC-165, with ERC-1155 and ERC-2981.
    function supportsInterface(bytes4 interfaceId) public view override(ERC1155, IERC165) returns (bool) {
        return interfaceId == type(IERC2981).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev Copies whose licence forbids it leave their first owner for nobody.
    function _update(address from, address to, uint256[] memory ids, uint256[] memory values) internal override {
        if (from != address(0)) {
            for (uint256 i = 0; i < ids.length; ++i) {
                if (!_editions[ids[i]].transferable) revert NotTransferable(ids[i]);
            }
        }
        super._update(from, to, ids, values);
    }

    function _mintEdition(EditionTerms calldata terms, bytes32 artistKey, address artist)
        private
        returns (uint256 tokenId)
    {
        if (terms.supply == 0) revert ZeroAmount();
        if (terms.endAt != 0 && terms.endAt < terms.startAt) revert BadTimes(terms.startAt, terms.endAt);
        if (terms.royaltyBps > MAX_ROYALTY_BPS) revert RoyaltyAboveCap(terms.royaltyBps, MAX_ROYALTY_BPS);
        bool transferable = _isTransferable(terms.licenceId);
        bytes32 trackKey = _claimTrack(terms, artistKey);
        tokenId = ++editionCount;
        _editions[tokenId] = Edition({
            artistKey: artistKey,
            trackKey: trackKey,
            supply: terms.supply,
            sold: 0,
            price: terms.price,
            payee: terms.payee,
            perAccountLimit: terms.perAccountLimit,
            royaltyBps: terms.royaltyBps,
            inToken: terms.inToken,
            transferable: transferable,
            startAt: uint256(terms.startAt).toUint48(),
            endAt: uint256(terms.endAt).toUint48(),
            frozen: false,
            licenceId: terms.licenceId,
            contentHash: terms.contentHash
        });
        _uris[tokenId] = terms.uri;
        emit EditionMinted(tokenId, artistKey, trackKey, artist, terms);
        emit URI(terms.uri, tokenId);
    }

    /// @dev Everything is booked and paid before the recipient is called.
    function _sell(uint256 tokenId, uint256 amount, address recipient) private {
        if (amount == 0) revert ZeroAmount();
        Edition storage edition = _editions[tokenId];
        _takeCopies(edition, tokenId, amount, recipient);
        uint256 price = amount * edition.price;
        address currency = edition.inToken ? address(token) : address(0);
        uint256 fee = price * feeBps / BPS;
        address artist = _controllers[edition.artistKey];
        emit EditionPurchased(tokenId, msg.sender, artist, recipient, amount, price, fee, currency, true);
        _pay(_payeeOf(edition), price, fee, currency);
        _mint(recipient, tokenId, amount, "");
    }

    function _takeCopies(Edition storage edition, uint256 tokenId, uint256 amount, address recipient) private {
        uint256 supply = edition.supply;
        if (supply == 0) revert UnknownEdition(tokenId);
        uint256 sold = edition.sold;
        if (amount > supply - sold) revert SoldOut(tokenId, supply - sold, amount);
        edition.sold = (sold + amount).toUint64();
        (uint64 startAt, uint64 endAt) = (edition.startAt, edition.endAt);
        if (block.timestamp < startAt || (endAt != 0 && block.timestamp > endAt)) {
            revert NotOnSale(tokenId, startAt, endAt);
        }
        uint256 limit = edition.perAccountLimit;
        if (limit == 0) return;
        uint256 bought = boughtBy[tokenId][recipient] + amount;
        if (bought > limit) revert AboveAccountLimit(recipient, limit, bought);
        boughtBy[tokenId][recipient] = bought;
    }

    function _pay(address payee, uint256 price, uint256 fee, address currency) private {
        bool inEther = currency == address(0);
        uint256 due = inEther ? price : 0;
        if (msg.value != due) revert WrongPayment(msg.value, due);
        if (price == 0) return;
        if (!inEther) token.safeTransferFrom(msg.sender, address(this), price);
        IRoyaltyDistributor.Credit[] memory credits = new IRoyaltyDistributor.Credit[](2);
        credits[0] = IRoyaltyDistributor.Credit({account: payee, amount: price - fee});
        credits[1] = IRoyaltyDistributor.Credit({account: treasury, amount: fee});
        distributor.deposit{value: due}(currency, credits);
    }

    function _setProtocolFee(uint16 feeBps_, address treasury_) private {
        if (feeBps_ > MAX_FEE_BPS) revert FeeAboveCap(feeBps_, MAX_FEE_BPS);
        if (treasury_ == address(0)) revert ZeroAddress();
        feeBps = feeBps_;
        treasury = treasury_;
        emit ProtocolFeeSet(feeBps_, treasury_);
    }

    function _ownEdition(uint256 tokenId) private view returns (Edition storage edition) {
        edition = _editions[tokenId];
        if (edition.supply == 0) revert UnknownEdition(tokenId);
        if (_controllers[edition.artistKey] != msg.sender) revert NotController("", msg.sender);
    }

    function _payeeOf(Edition storage edition) private view returns (address) {
        address payee = edition.payee;
        return payee == address(0) ? _controllers[edition.artistKey] : payee;
    }

    /// @dev Asked anew at each purchase, so that a controller who is none any more, or a contract that changed its mind,
    /// sells nothing.
    function _checkVoucher(Voucher calldata voucher, bytes32 voucherHash, bytes calldata signature, bytes32 artistKey)
        private
        view
    {
        if (block.timestamp > voucher.expiry) revert VoucherExpired(voucher.expiry);
        address controller = _controllers[artistKey];
        if (controller == address(0)) revert NotController(voucher.terms.artistId, msg.sender);
        if (!SignatureChecker.isValidSignatureNowCalldata(controller, _hashTypedDataV4(voucherHash), signature)) {
            revert BadVoucherSignature(controller);
        }
    }
}
