// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.27;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title Signatures of several keepers over one digest
/// @notice Keepers sign with keys, not with contract wallets: a wallet could change its mind about what it signed.
library Signatures {
    /// @notice There is not one signature for each signer.
    error SignatureCount(uint256 expected, uint256 found);

    /// @notice The signature is not that signer's over this digest, or is not the 65 bytes with a low `s`.
    error BadSignature(address signer);

    /// @notice Who signed the digest.
    function recover(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        ECDSA.RecoverError problem;
        // The third value says why, and no caller asks.
        // slither-disable-next-line unused-return
        (signer, problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem != ECDSA.RecoverError.NoError) revert BadSignature(signer);
    }

    /// @notice Reverts unless signature i is signer i's over the digest.
    function check(bytes32 digest, address[] calldata signers, bytes[] calldata signatures) internal pure {
        if (signatures.length != signers.length) revert SignatureCount(signers.length, signatures.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            // The third value says why, and no caller asks.
            // slither-disable-next-line unused-return
            (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signatures[i]);
            if (problem != ECDSA.RecoverError.NoError || recovered != signers[i]) revert BadSignature(signers[i]);
        }
    }
}
