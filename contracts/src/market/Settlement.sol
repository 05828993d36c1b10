// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IDollarPrices} from "../interfaces/IDollarPrices.sol";
import {IMarketplace} from "../interfaces/IMarketplace.sol";
import {IRoyaltyDistributor} from "../interfaces/IRoyaltyDistributor.sol";
import {Royalties} from "./Royalties.sol";
import {Trading} from "./Trading.sol";

/// @title How the price of a sale is divided and paid
/// @notice royalty + fee + proceeds = price, for every sale: royalty and fee are rounded down, the seller gets the rest.
abstract contract Settlement is Trading {
    using SafeERC20 for IERC20;

    uint256 internal constant BPS = 10_000;

    /// @notice The ledger that sales are paid into.
    IRoyaltyDistributor public immutable distributor;

    /// @inheritdoc IMarketplace
    IDollarPrices public immutable dollarPrices;

    constructor(IRoyaltyDistributor distributor_, IDollarPrices dollarPrices_) {
        if (address(distributor_) == address(0)) revert ZeroAddress();
        (distributor, dollarPrices) = (distributor_, dollarPrices_);
        emit ParametersSet(address(distributor_), address(dollarPrices_));
    }

    /// @dev The collection's royalty and the most that it may be.
    function _royalty(address collection, uint256 tokenId, uint256 price, uint16 royaltyBps)
        internal
        view
        returns (address receiver, uint256 royalty, uint256 most)
    {
        bool known;
        (known, receiver, royalty) = Royalties.ask(collection, tokenId, price);
        if (!known) revert RoyaltyUnavailable(collection);
        most = price * royaltyBps / BPS;
    }

    /// @dev Writes the sale down. The fee and the royalty are at most 10 % and 50 %, so that the rest is never negative.
    function _record(Sale memory sale, address collection, uint256 tokenId) internal {
        emit Sold(++_book.saleCount, collection, tokenId, sale);
    }

    /// @dev Takes exactly `amount` of a currency from `payer`, who is the caller, or the maker of an offer that it signed
    /// or published; ether has come with the call, from the caller. Called by payable functions only.
    function _collect(address currency, address payer, uint256 amount) internal {
        if (currency == address(0)) {
            if (msg.value != amount) revert WrongPayment(msg.value, amount);
            return;
        }
        if (msg.value != 0) revert WrongPayment(msg.value, 0);
        uint256 before = IERC20(currency).balanceOf(address(this));
        IERC20(currency).safeTransferFrom(payer, address(this), amount);
        uint256 delivered = IERC20(currency).balanceOf(address(this)) - before;
        if (delivered < amount) revert ShortDelivery(delivered, amount);
    }

    /// @dev Pays what has been collected into the ledger.
    function _payOut(Sale memory sale) internal {
        IRoyaltyDistributor.Credit[] memory credits = new IRoyaltyDistributor.Credit[](3);
        credits[0] = IRoyaltyDistributor.Credit(sale.seller, sale.price - sale.royalty - sale.fee);
        credits[1] = IRoyaltyDistributor.Credit(sale.royaltyReceiver, sale.royalty);
        credits[2] = IRoyaltyDistributor.Credit(_book.treasury, sale.fee);
        if (sale.currency == address(0)) {
            distributor.deposit{value: sale.price}(address(0), credits);
        } else {
            IERC20(sale.currency).forceApprove(address(distributor), sale.price);
            distributor.deposit(sale.currency, credits);
        }
    }

    /// @dev Moves copies that are sold or claimed; never to this contract, where they would be lost.
    function _deliver(address collection, uint256 tokenId, uint256 amount, address from, address to) internal {
        if (to == address(0) || to == address(this)) revert InvalidRecipient(to);
        IERC1155(collection).safeTransferFrom(from, to, tokenId, amount, "");
    }
}
