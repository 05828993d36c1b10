// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {IMusicNFT} from "../interfaces/IMusicNFT.sol";

/// @title The EIP-712 hash of a voucher
library VoucherHash {
    /// @notice EIP-712 type of an edition's terms.
    bytes32 internal constant TERMS_TYPEHASH = keccak256(
        "EditionTerms(string artistId,string trackId,uint64 supply,uint128 price,bool inToken,uint64 startAt,uint64 endAt,uint64 perAccountLimit,bytes32 licenceId,address payee,uint16 royaltyBps,string uri,bytes32 contentHash,string[] sources)"
    );

    /// @notice EIP-712 type of a voucher.
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256(
        "Voucher(EditionTerms terms,uint64 cap,uint256 nonce,uint64 expiry)EditionTerms(string artistId,string trackId,uint64 supply,uint128 price,bool inToken,uint64 startAt,uint64 endAt,uint64 perAccountLimit,bytes32 licenceId,address payee,uint16 royaltyBps,string uri,bytes32 contentHash,string[] sources)"
    );

    /// @notice The struct hash of a voucher.
    function hash(IMusicNFT.Voucher calldata voucher) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(VOUCHER_TYPEHASH, _hashTerms(voucher.terms), voucher.cap, voucher.nonce, voucher.expiry)
            );
    }

    /// @dev In two halves, because one abi.encode of fifteen words is too deep for the stack.
    function _hashTerms(IMusicNFT.EditionTerms calldata terms) private pure returns (bytes32) {
        bytes32[] memory sources = new bytes32[](terms.sources.length);
        for (uint256 i = 0; i < sources.length; ++i) {
            sources[i] = keccak256(bytes(terms.sources[i]));
        }
        return keccak256(
            bytes.concat(
                abi.encode(
                    TERMS_TYPEHASH,
                    keccak256(bytes(terms.artistId)),
                    keccak256(bytes(terms.trackId)),
                    terms.supply,
                    terms.price,
                    terms.inToken,
                    terms.startAt,
                    terms.endAt
                ),
                abi.encode(
                    terms.perAccountLimit,
                    terms.licenceId,
                    terms.payee,
                    terms.royaltyBps,
                    keccak256(bytes(terms.uri)),
                    terms.contentHash,
                    keccak256(abi.encodePacked(sources))
                )
            )
        );
    }
}
