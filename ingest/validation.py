"""Whether an entry is accepted, decided before it is appended and never after.

Owns the rules and their reasons. Refuses to read a clock: the time of arrival is passed in.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from ingest.catalogue_rights import ArtistClaims, find_overreach, find_unknown_track
from ingest.entries import INTERACTIONS, Accounts, Catalogue, Entry, Interaction, Kind, Plays
from ingest.entry_form import KEY_FORM, LARGEST_TIME, MOST_COUNTED, find_malformed_record, is_key
from ingest.known_subjects import KnownSubjects
from ingest.signatures import recover_signer
from tunefi.errors import MalformedAddress
from tunefi.ids import Address, ChainId, Microseconds, TrackId, parse_address

_Batch = TypeVar("_Batch", Catalogue, Accounts)


class Reason(StrEnum):
    """Why an entry is refused."""

    MALFORMED = "malformed"
    UNKNOWN_ACCOUNT_FORM = "unknown_account_form"
    UNKNOWN_TRACK = "unknown_track"
    UNKNOWN_SUBJECT = "unknown_subject"
    IN_THE_FUTURE = "in_the_future"
    TOO_OLD = "too_old"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNSIGNED = "unsigned"
    BAD_SIGNATURE = "bad_signature"
    NOT_OPERATOR = "not_operator"
    NOT_THE_ARTISTS = "not_the_artists"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that is not accepted, why, and what would make it acceptable."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of what is accepted.

    Attributes:
        least_seconds: A shorter listen does not count as a play.
        default_duration_seconds: Longest listen of a track whose length is not known.
        max_age_seconds: An older interaction is refused.
        unsigned_max_age_seconds: How old an unsigned one may be instead, where history is imported; rewards
            never count it. None: as old as any.
        skew_seconds: How far ahead of ours a sender's clock may be.
    """

    least_seconds: int = 30
    default_duration_seconds: int = 600
    max_age_seconds: int = 30 * 86_400
    unsigned_max_age_seconds: int | None = None
    skew_seconds: int = 120


@dataclass(frozen=True)
class Validator:
    """Judges entries.

    Args:
        chain_id: Of the EIP-712 domain.
        known: What subjects exist; shared with whoever appends, who adds to it.
        operators: Who may sign catalogue and account entries.
        rules: Limits.
    """

    chain_id: ChainId
    known: KnownSubjects
    operators: frozenset[Address] = frozenset()
    rules: Rules = Rules()

    def judge(self, entry: Entry, now_at: Microseconds) -> Entry | Refusal:
        """Return the entry as it is to be appended, or why it is refused.

        Args:
            entry: As it came in.
            now_at: When it came in.
        """
        if isinstance(entry, Interaction):
            return self.judge_interaction(entry, now_at)
        if isinstance(entry, Plays):
            return self._judge_plays(entry)
        if isinstance(entry, Catalogue):
            return self.judge_catalogue(entry, ArtistClaims())
        return self._judge_operators(entry)

    def judge_catalogue(self, entry: Catalogue, claims: ArtistClaims) -> Catalogue | Refusal:
        """Return a catalogue entry, or why it is refused.

        Args:
            entry: Of the operator, or of the artist that it names as its author.
            claims: By `read_claims`; the operator needs none.
        """
        if (track_id := find_unknown_track(entry, self.known)) is not None:
            return _unknown_track(track_id)
        if entry.author is None:
            return self._judge_operators(entry)
        if problem := find_malformed_record(entry):
            return Refusal(Reason.MALFORMED, problem)
        if recover_signer(entry, self.chain_id) != entry.author:
            return Refusal(Reason.BAD_SIGNATURE, f"not signed by {entry.author} for chain {self.chain_id}")
        if problem := find_overreach(entry, self.known, claims):
            return Refusal(Reason.NOT_THE_ARTISTS, problem)
        return entry

    def judge_interaction(self, entry: Interaction, now_at: Microseconds) -> Interaction | Refusal:
        """Return an interaction with the label of its subject, or why it is refused."""
        if refusal := _form_of(entry):
            return refusal
        label = self._label(entry)
        if isinstance(label, Refusal):
            return label
        entry = replace(entry, subject_label=label, account=parse_address(entry.account))
        for check in (
            self._check_time(entry, now_at),
            self._check_length(entry),
            self._check_signature(entry),
        ):
            if check is not None:
                return check
        return entry

    def _label(self, entry: Interaction) -> str | Refusal:
        """The label of the subject's node."""
        match entry.kind:
            case Kind.LISTEN | Kind.LIKE | Kind.HIDE:
                known = TrackId(entry.subject) in self.known.tracks
                return "Track" if known else _unknown_track(entry.subject)
            case Kind.FOLLOW if entry.subject in self.known.artists:
                return "Artist"
            case Kind.FOLLOW | Kind.BEFRIEND:
                return _judge_other(entry)
            case Kind.TAG:
                return self._tagged_label(entry.subject)
            case _:
                return (
                    "Account"
                    if entry.subject == ""
                    else Refusal(Reason.MALFORMED, "a deletion has no subject")
                )

    def _tagged_label(self, subject: str) -> str | Refusal:
        identity, separator, tag = subject.partition("#")
        if not separator or not tag.strip():
            return Refusal(Reason.MALFORMED, "the subject of a tag is <track or artist id>#<tag>")
        if TrackId(identity) in self.known.tracks:
            return "Track"
        return "Artist" if identity in self.known.artists else _unknown_track(identity)

    def _check_time(self, entry: Interaction, now_at: Microseconds) -> Refusal | None:
        ahead_seconds = (entry.at - now_at) / 1_000_000
        if ahead_seconds > self.rules.skew_seconds:
            return Refusal(Reason.IN_THE_FUTURE, f"it is {ahead_seconds:.0f} s ahead of this server's clock")
        oldest_seconds = self.rules.max_age_seconds
        if entry.signature is None and self.rules.unsigned_max_age_seconds is not None:
            oldest_seconds = self.rules.unsigned_max_age_seconds
        if -ahead_seconds > oldest_seconds:
            return Refusal(Reason.TOO_OLD, f"older than {oldest_seconds} s")
        return None

    def _check_length(self, entry: Interaction) -> Refusal | None:
        if entry.kind is not Kind.LISTEN:
            return None if entry.seconds == 0 else Refusal(Reason.MALFORMED, f"a {entry.kind} has no seconds")
        longest = self.known.tracks[TrackId(entry.subject)] or self.rules.default_duration_seconds
        if entry.seconds < self.rules.least_seconds:
            return Refusal(Reason.TOO_SHORT, f"a play counts from {self.rules.least_seconds} s")
        if entry.seconds > longest:
            return Refusal(Reason.TOO_LONG, f"the track lasts {longest} s")
        return None

    def _check_signature(self, entry: Interaction) -> Refusal | None:
        if entry.signature is None:
            if entry.kind is Kind.LISTEN:
                return None
            return Refusal(
                Reason.UNSIGNED,
                f"a {entry.kind} needs the account's signature; only listens may come without",
            )
        if recover_signer(entry, self.chain_id) != entry.account:
            return Refusal(Reason.BAD_SIGNATURE, f"not signed by {entry.account} for chain {self.chain_id}")
        return None

    def _judge_plays(self, entry: Plays) -> Plays | Refusal:
        for track_id, count in entry.counts:
            if track_id not in self.known.tracks:
                return _unknown_track(track_id)
            if not 0 < count < MOST_COUNTED:
                return Refusal(Reason.MALFORMED, f"{count} plays of {track_id}")
        return entry

    def _judge_operators(self, entry: _Batch) -> _Batch | Refusal:
        if problem := find_malformed_record(entry):
            return Refusal(Reason.MALFORMED, problem)
        if recover_signer(entry, self.chain_id) not in self.operators:
            return Refusal(Reason.NOT_OPERATOR, "catalogue and account entries are signed by an operator")
        return entry


def _form_of(entry: Interaction) -> Refusal | None:
    try:
        parse_address(entry.account)
    except MalformedAddress as error:
        return Refusal(Reason.UNKNOWN_ACCOUNT_FORM, str(error))
    if entry.kind not in INTERACTIONS:
        return Refusal(Reason.MALFORMED, f"{entry.kind} is no interaction")
    if len(entry.idempotency_key) != 32:
        return Refusal(Reason.MALFORMED, "an idempotency key has 32 bytes")
    if not is_key(entry.subject) and entry.subject != "":
        return Refusal(Reason.MALFORMED, f"a subject is {KEY_FORM}")
    if not 0 <= entry.at <= LARGEST_TIME or not 0 <= entry.seconds < 2**32:
        return Refusal(Reason.MALFORMED, "time or seconds are out of range")
    return None


def _judge_other(entry: Interaction) -> str | Refusal:
    """Account as the label of another account."""
    try:
        other = parse_address(entry.subject)
    except MalformedAddress:
        return Refusal(
            Reason.UNKNOWN_SUBJECT, f"{entry.subject[:80]!r} is neither a known artist nor an address"
        )
    if other == entry.account.lower():
        return Refusal(Reason.MALFORMED, f"an account cannot {entry.kind} itself")
    return "Account"


def _unknown_track(track_id: str) -> Refusal:
    return Refusal(Reason.UNKNOWN_TRACK, f"the catalogue has no track {track_id[:80]!r}")
