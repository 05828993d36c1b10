"""Sign-in holds for this site, this chain, now and once."""

from dataclasses import replace

import pytest

from api.refusals import NotSignedIn, SignInRefused
from api.sign_in import KEPT_MAX, NONCE_SECONDS, SESSION_SECONDS, SignIn
from api.siwe import SiweMessage, build_siwe, parse_siwe
from tunefi.chain.signing import Signer
from tunefi.ids import Microseconds

DOMAIN = "music.example:8000"
SIGNER = Signer(bytes(31) + b"\x07")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = Microseconds(1_790_000_000_000_000)

    def __call__(self) -> Microseconds:
        return self.now

    def move(self, seconds: float) -> None:
        self.now = Microseconds(self.now + round(seconds * 1_000_000))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sign_in(clock: Clock) -> SignIn:
    return SignIn(clock, 31337, frozenset({DOMAIN}))


def message_for(sign_in: SignIn) -> SiweMessage:
    nonce, _ = sign_in.issue_nonce()
    return SiweMessage(
        domain=DOMAIN,
        address=SIGNER.address,
        uri=f"http://{DOMAIN}/",
        chain_id=31337,
        nonce=nonce,
        issued_at=sign_in.clock(),
        expires_at=None,
        not_before_at=None,
    )


def signed(message: SiweMessage, signer: Signer = SIGNER) -> tuple[str, bytes]:
    text = build_siwe(message, "Show me my list.")
    return text, signer.sign_message(text)


def test_a_signed_message_gives_a_token_for_its_account(sign_in: SignIn) -> None:
    token, session = sign_in.verify(*signed(message_for(sign_in)))
    assert session.address == SIGNER.address
    assert sign_in.session_of(token) == session


def test_a_token_is_not_kept_in_clear(sign_in: SignIn) -> None:
    token, _ = sign_in.verify(*signed(message_for(sign_in)))
    assert token not in repr(vars(sign_in))


def test_a_nonce_is_good_for_one_sign_in(sign_in: SignIn) -> None:
    text, signature = signed(message_for(sign_in))
    sign_in.verify(text, signature)
    with pytest.raises(SignInRefused, match="used before"):
        sign_in.verify(text, signature)


def test_a_nonce_expires(sign_in: SignIn, clock: Clock) -> None:
    message = message_for(sign_in)
    clock.move(NONCE_SECONDS)
    with pytest.raises(SignInRefused, match="nonce"):
        sign_in.verify(*signed(replace(message, issued_at=clock.now)))


def test_a_nonce_of_ones_own_making_is_refused(sign_in: SignIn) -> None:
    with pytest.raises(SignInRefused, match="nonce is unknown"):
        sign_in.verify(*signed(replace(message_for(sign_in), nonce="abcdefgh12345678")))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"domain": "evil.example"}, "not this service"),
        ({"uri": "https://evil.example/"}, "URI"),
        ({"chain_id": 1}, "chain 1"),
        ({"address": "0x" + "ab" * 20}, "signature"),
    ],
)
def test_a_message_for_another_place_or_account_is_refused(
    sign_in: SignIn, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(SignInRefused, match=reason):
        sign_in.verify(*signed(replace(message_for(sign_in), **change)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "seconds", "reason"),
    [
        ("expires_at", 0, "expired"),
        ("not_before_at", 5, "not valid yet"),
        ("issued_at", 3600, "issued"),
        ("issued_at", -3600, "issued"),
    ],
)
def test_a_message_outside_its_time_is_refused(
    sign_in: SignIn, clock: Clock, field: str, seconds: int, reason: str
) -> None:
    at = Microseconds(clock.now + seconds * 1_000_000)
    with pytest.raises(SignInRefused, match=reason):
        sign_in.verify(*signed(replace(message_for(sign_in), **{field: at})))  # type: ignore[arg-type]


def test_a_signature_by_another_key_is_refused(sign_in: SignIn) -> None:
    with pytest.raises(SignInRefused, match="signature"):
        sign_in.verify(*signed(message_for(sign_in), Signer(bytes(31) + b"\x08")))


def test_a_refused_signature_does_not_spend_the_nonce(sign_in: SignIn) -> None:
    message = message_for(sign_in)
    with pytest.raises(SignInRefused):
        sign_in.verify(*signed(message, Signer(bytes(31) + b"\x08")))
    assert sign_in.verify(*signed(message))[1].address == SIGNER.address


def test_a_changed_message_is_refused(sign_in: SignIn) -> None:
    text, signature = signed(message_for(sign_in))
    with pytest.raises(SignInRefused):
        sign_in.verify(text.replace("my list", "your list"), signature)


def test_a_token_ends_with_its_session(sign_in: SignIn, clock: Clock) -> None:
    token, _ = sign_in.verify(*signed(message_for(sign_in)))
    clock.move(SESSION_SECONDS)
    with pytest.raises(NotSignedIn):
        sign_in.session_of(token)


def test_a_token_ends_with_signing_out(sign_in: SignIn) -> None:
    token, _ = sign_in.verify(*signed(message_for(sign_in)))
    sign_in.sign_out(token)
    with pytest.raises(NotSignedIn):
        sign_in.session_of(token)


def test_nonces_do_not_fill_the_memory(sign_in: SignIn) -> None:
    first = message_for(sign_in)
    for _ in range(KEPT_MAX):
        sign_in.issue_nonce()
    with pytest.raises(SignInRefused, match="nonce"):
        sign_in.verify(*signed(first))


def test_a_message_reads_back_as_it_was_built(sign_in: SignIn, clock: Clock) -> None:
    message = replace(message_for(sign_in), expires_at=Microseconds(clock.now + 1), not_before_at=clock.now)
    assert parse_siwe(build_siwe(message)) == message
    assert parse_siwe(build_siwe(message, "A statement.")) == message


@pytest.mark.parametrize("text", ["", "hello", "x wants you to sign in with your Ethereum account:\n0x12\n"])
def test_a_text_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(SignInRefused, match="EIP-4361"):
        parse_siwe(text)


def test_the_example_of_the_eip_is_read() -> None:
    text = (
        "https://example.com wants you to sign in with your Ethereum account:\n"
        "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n"
        "I accept the ExampleOrg Terms of Service: https://example.com/tos\n\n"
        "URI: https://example.com/login\nVersion: 1\nChain ID: 1\nNonce: 32891756\n"
        "Issued At: 2021-09-30T16:25:24Z\nResources:\n"
        "- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/\n"
        "- https://example.com/my-web2-claim.json"
    )
    message = parse_siwe(text)
    assert (message.domain, message.nonce) == ("example.com", "32891756")
    assert message.issued_at == 1_633_019_124_000_000
