// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {MusicNFT} from "../../src/MusicNFT.sol";
import {RoyaltyDistributor} from "../../src/RoyaltyDistributor.sol";
import {IMusicNFT} from "../../src/interfaces/IMusicNFT.sol";
import {Assertions} from "../kit/Assertions.sol";
import {MusicSystem} from "../kit/MusicSystem.sol";

/// @title An artist, three fans and a changing fee: editions, vouchers, gifts, resales, hand-overs, withdrawals
/// @dev Currency 0 is ether, 1 TuneToken.
contract EditionHandler is Assertions {
    uint256 private constant MOST_EDITIONS = 6;
    uint256 private constant FIRST_KEY = uint256(keccak256("first controller"));
    uint256 private constant SECOND_KEY = uint256(keccak256("second controller"));
    string private constant ARTIST_ID = "invariant artist";

    MusicNFT private immutable music;
    RoyaltyDistributor private immutable royalties;
    IERC20 private immutable token;
    address private immutable admin;
    address private immutable treasury;
    address[3] public fans = [address(0xa1), address(0xb2), address(0xc3)];
    address public constant PAYEE = address(0x9a4ee);

    bool private _second;
    uint256 private _nonces;
    IMusicNFT.Voucher private _voucher;

    /// @notice What purchases cost, and what was withdrawn, by currency.
    uint256[2] public paid;
    uint256[2] public withdrawn;
    mapping(uint256 tokenId => uint256) public sold;
    mapping(uint256 tokenId => mapping(address account => uint256)) public bought;
    uint256 public soldByVoucher;

    constructor(MusicNFT music_, IERC20 token_, address admin_) {
        (music, token, admin) = (music_, token_, admin_);
        (royalties, treasury) = (RoyaltyDistributor(payable(address(music_.distributor()))), music_.treasury());
    }

    function controller() public view returns (address) {
        return vm.addr(_key());
    }

    function firstController() public pure returns (address) {
        return vm.addr(FIRST_KEY);
    }

    function secondController() public pure returns (address) {
        return vm.addr(SECOND_KEY);
    }

    function mint(uint256 supply, uint256 price, uint256 limit, bool inToken, bool toPayee) external {
        if (music.editionCount() >= MOST_EDITIONS) return;
        vm.prank(controller());
        music.mintEdition(_terms(supply, price, limit, inToken, toPayee));
    }

    function purchase(uint256 which, uint256 payer, uint256 recipient, uint256 amount) external {
        if (music.editionCount() == 1) return;
        uint256 tokenId = _edition(which);
        address to = fans[recipient % 3];
        amount = _most(tokenId, to, amount);
        if (amount == 0) return;
        (address from, uint256 value) = _fund(tokenId, payer, amount);
        uint256[3] memory before = _owed(tokenId);
        vm.prank(from);
        music.purchase{value: value}(tokenId, amount, to);
        _book(tokenId, to, amount, before);
    }

    /// @dev The voucher stays the same, so that it sells several times, until it is cancelled or another one is signed.
    function purchaseByVoucher(uint256 payer, uint256 recipient, uint256 amount, uint256 price, bool another) external {
        if (another || _nonces == 0) {
            if (music.editionCount() >= MOST_EDITIONS) return;
            _voucher.terms = _terms(20, price, 0, price % 2 == 0, false);
            (_voucher.nonce, _voucher.cap, _voucher.expiry) = (++_nonces, 5, type(uint64).max);
            soldByVoucher = 0;
        }
        (bool cancelled, uint256 tokenId,) = music.voucherOf(ARTIST_ID, _voucher.nonce);
        uint256 left = 5 - soldByVoucher;
        if (cancelled || left == 0 || (tokenId == 0 && music.editionCount() >= MOST_EDITIONS)) return;
        if (tokenId != 0) {
            uint256 unsold = music.editionOf(tokenId).supply - sold[tokenId];
            if (unsold < left) left = unsold;
        }
        if (left == 0) return;
        _buyByVoucher(tokenId, payer, fans[recipient % 3], bound(amount, 1, left));
    }

    function cancelVoucher() external {
        (bool cancelled,,) = music.voucherOf(ARTIST_ID, _voucher.nonce);
        if (_nonces == 0 || cancelled) return;
        vm.prank(controller());
        music.cancelVoucher(ARTIST_ID, _voucher.nonce);
    }

    function pass(uint256 which, uint256 from, uint256 to, uint256 amount) external {
        if (music.editionCount() == 1) return;
        uint256 tokenId = _edition(which);
        amount = bound(amount, 0, music.balanceOf(fans[from % 3], tokenId));
        vm.prank(fans[from % 3]);
        music.safeTransferFrom(fans[from % 3], fans[to % 3], tokenId, amount, "");
    }

    function handOver() external {
        vm.prank(controller());
        music.transferArtist(ARTIST_ID, _second ? firstController() : secondController());
        _second = !_second;
        vm.prank(controller());
        music.acceptArtist(ARTIST_ID);
    }

    function setFee(uint256 feeBps) external {
        uint16 feeBps_ = uint16(bound(feeBps, 0, music.MAX_FEE_BPS()));
        vm.prank(admin);
        music.setProtocolFee(feeBps_, treasury);
    }

    function withdraw(uint256 whose, bool inToken) external {
        address[4] memory all = [treasury, PAYEE, firstController(), secondController()];
        address currency = inToken ? address(token) : address(0);
        if (royalties.balanceOf(all[whose % 4], currency) == 0) return;
        withdrawn[inToken ? 1 : 0] += royalties.withdrawFor(all[whose % 4], currency);
    }

    /// @dev One of this artist's; the first one is another's.
    function _edition(uint256 which) private view returns (uint256) {
        return 2 + which % (music.editionCount() - 1);
    }

    function _key() private view returns (uint256) {
        return _second ? SECOND_KEY : FIRST_KEY;
    }

    function _terms(uint256 supply, uint256 price, uint256 limit, bool inToken, bool toPayee)
        private
        pure
        returns (IMusicNFT.EditionTerms memory terms)
    {
        (terms.artistId, terms.trackId, terms.uri) = (ARTIST_ID, "invariant track", "ipfs://one");
        terms.supply = uint64(bound(supply, 1, 50));
        terms.price = uint128(bound(price, 0, 1 ether));
        terms.perAccountLimit = uint64(bound(limit, 0, 10));
        (terms.inToken, terms.payee) = (inToken, toPayee ? PAYEE : address(0));
    }

    function _most(uint256 tokenId, address to, uint256 amount) private view returns (uint256) {
        IMusicNFT.Edition memory edition = music.editionOf(tokenId);
        uint256 most = edition.supply - sold[tokenId];
        if (edition.perAccountLimit != 0 && edition.perAccountLimit - bought[tokenId][to] < most) {
            most = edition.perAccountLimit - bought[tokenId][to];
        }
        return most == 0 ? 0 : bound(amount, 1, most);
    }

    function _fund(uint256 tokenId, uint256 payer, uint256 amount) private returns (address from, uint256 value) {
        IMusicNFT.Edition memory edition = music.editionOf(tokenId);
        return _fundPrice(payer, amount * edition.price, edition.inToken);
    }

    function _fundPrice(uint256 payer, uint256 price, bool inToken) private returns (address from, uint256 value) {
        from = fans[payer % 3];
        if (!inToken) {
            vm.deal(from, price);
            return (from, price);
        }
        assertTrue(token.transfer(from, price), "funded");
        vm.prank(from);
        token.approve(address(music), price);
    }

    function _buyByVoucher(uint256 tokenId, uint256 payer, address to, uint256 amount) private {
        IMusicNFT.Voucher memory voucher = _voucher;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_key(), music.voucherDigest(voucher));
        (address from, uint256 value) = _fundPrice(payer, amount * voucher.terms.price, voucher.terms.inToken);
        // An edition that does not exist yet is owed to nobody else: its number is the next one.
        uint256[3] memory before = _owedIn(voucher.terms.inToken, address(0));
        vm.prank(from);
        uint256 minted = music.purchaseByVoucher{value: value}(voucher, abi.encodePacked(r, s, v), amount, to);
        if (tokenId != 0) assertEq(minted, tokenId, "one edition for one voucher");
        soldByVoucher += amount;
        _book(minted, to, amount, before);
    }

    /// @dev What treasury and payee are owed before a purchase, and the fee in hundredths of a percent.
    function _owed(uint256 tokenId) private view returns (uint256[3] memory) {
        IMusicNFT.Edition memory edition = music.editionOf(tokenId);
        return _owedIn(edition.inToken, edition.payee);
    }

    function _owedIn(bool inToken, address payee) private view returns (uint256[3] memory) {
        address currency = inToken ? address(token) : address(0);
        if (payee == address(0)) payee = controller();
        return [royalties.balanceOf(treasury, currency), royalties.balanceOf(payee, currency), uint256(music.feeBps())];
    }

    function _book(uint256 tokenId, address to, uint256 amount, uint256[3] memory before) private {
        IMusicNFT.Edition memory edition = music.editionOf(tokenId);
        uint256 price = amount * edition.price;
        uint256 fee = price * before[2] / 10_000;
        uint256[3] memory afterwards = _owed(tokenId);
        assertEq(afterwards[0] - before[0], fee, "the fee");
        assertEq(afterwards[1] - before[1], price - fee, "the proceeds: price less fee");
        paid[edition.inToken ? 1 : 0] += price;
        sold[tokenId] += amount;
        bought[tokenId][to] += amount;
    }
}

contract MusicNFTInvariants is MusicSystem {
    EditionHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new EditionHandler(music, token, address(this));
        _register("invariant artist", handler.firstController());
        assertTrue(token.transfer(address(handler), SUPPLY / 2), "transfer");
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_copies_are_within_supply_and_every_wei_is_owed_or_paid_out() public view {
        uint256 count = music.editionCount();
        for (uint256 tokenId = 1; tokenId <= count; ++tokenId) {
            _checkCopies(tokenId);
        }
        _checkMoney(0, ETHER);
        _checkMoney(1, address(token));
    }

    /// @dev Sold, held and within the limits; what is held sums to what was sold, whoever passed copies on.
    function _checkCopies(uint256 tokenId) private view {
        IMusicNFT.Edition memory edition = music.editionOf(tokenId);
        assertEq(edition.sold, handler.sold(tokenId), "sold");
        assertTrue(edition.sold <= edition.supply, "within the supply");
        uint256 held = 0;
        for (uint256 i = 0; i < 3; ++i) {
            address account = handler.fans(i);
            held += music.balanceOf(account, tokenId);
            if (edition.perAccountLimit == 0) continue;
            assertEq(music.boughtBy(tokenId, account), handler.bought(tokenId, account), "bought");
            assertTrue(handler.bought(tokenId, account) <= edition.perAccountLimit, "within the limit");
        }
        assertEq(held, edition.sold, "held");
    }

    function _checkMoney(uint256 place, address currency) private view {
        uint256 owed = royalties.balanceOf(treasury, currency) + royalties.balanceOf(handler.PAYEE(), currency)
            + royalties.balanceOf(handler.firstController(), currency)
            + royalties.balanceOf(handler.secondController(), currency);
        assertEq(owed, handler.paid(place) - handler.withdrawn(place), "came in less went out");
        assertTrue(handler.soldByVoucher() <= 5, "within the voucher's cap");
        if (currency == ETHER) {
            assertEq(address(royalties).balance, owed, "the ledger holds it");
            assertEq(address(music).balance, 0, "nothing stays on the way");
        } else {
            assertEq(token.balanceOf(address(royalties)), owed, "the ledger holds it");
            assertEq(token.balanceOf(address(music)), 0, "nothing stays on the way");
        }
    }
}
