"""Keys derive as wallets derive them, signatures recover, and keys stay where they are."""

import logging
import pickle

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from tests.kit.anvil import MNEMONIC
from tunefi.chain.errors import MalformedKey
from tunefi.chain.signing import Signer, derive_signer, derive_signers
from tunefi.chain.typed_data import recover_hash, recover_message, recover_typed_data

KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
DOCUMENT = {
    "types": {
        "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "chainId", "type": "uint256"}],
        "Mail": [{"name": "to", "type": "address"}, {"name": "texts", "type": "string[]"}],
    },
    "primaryType": "Mail",
    "domain": {"name": "Post", "chainId": 1},
    "message": {"to": "0x" + "11" * 20, "texts": ["a", "ü"]},
}


def test_a_mnemonic_gives_the_accounts_that_wallets_give() -> None:
    Account.enable_unaudited_hdwallet_features()
    for index, signer in enumerate(derive_signers(MNEMONIC, 5)):
        expected = Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
        assert signer.address == expected.address.lower()
    assert derive_signer(MNEMONIC, 4).address == derive_signers(MNEMONIC, 2, first=3)[1].address
    assert Signer.from_hex(KEY).address == derive_signer(MNEMONIC, 0).address


def test_typed_data_is_signed_as_eth_account_signs_it() -> None:
    signer = Signer.from_hex(KEY)
    expected = Account.sign_message(encode_typed_data(full_message=DOCUMENT), KEY).signature
    assert signer.sign_typed_data(DOCUMENT) == bytes(expected)
    assert recover_typed_data(DOCUMENT, signer.sign_typed_data(DOCUMENT)) == signer.address


def test_messages_recover_to_their_signer_and_no_other() -> None:
    signer = Signer.from_hex(KEY)
    signature = signer.sign_message("hello")
    assert recover_message("hello", signature) == signer.address
    assert recover_message("hello!", signature) != signer.address


@pytest.mark.parametrize("signature", [b"", bytes(65), bytes(64), b"\xff" * 65, bytes(64) + b"\x1b"])
def test_what_is_no_signature_recovers_to_nobody(signature: bytes) -> None:
    assert recover_hash(bytes(32), signature) is None


@pytest.mark.parametrize("text", ["", "0x", "12", "zz" * 32, "00" * 32, "ff" * 32])
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(MalformedKey) as caught:
        Signer.from_hex(text)
    assert not text or text not in str(caught.value)


def test_a_wrong_mnemonic_is_refused_and_not_repeated() -> None:
    with pytest.raises(MalformedKey) as caught:
        derive_signers("test test test", 1)
    assert "test test" not in str(caught.value)


def test_a_key_shows_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    signer = Signer.from_hex(KEY)
    logging.getLogger("test").warning("%r %s %s", signer, signer, vars(type(signer)))
    assert KEY[2:] not in caplog.text
    assert KEY[2:] not in repr(signer)
    with pytest.raises(TypeError):
        pickle.dumps(signer)
